/* What several channels say together: co-contraction, symmetry, order of onsets; and
 * flexion-relaxation, which needs the times of a movement. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "clinic/study_emg_part.h"

static const char *label_at(const emg_work *work, const char *option, size_t index) {
    return json_string_value(json_array_get(eg_study_labels(work->call, option), index));
}

static size_t labels_of(const emg_work *work, const char *option) {
    return json_array_size(eg_study_labels(work->call, option));
}

/* The four indices and the first muscle's share. */
static void add_coactivity(const emg_work *work, const char *names, const char *unit,
                           eg_emg_norm norm, const eg_emg_coactivity *c) {
    const struct {
        const char *code, *unit;
        double value;
        bool is_extra;
    } rows[] = {{"emg.coactivity.falconer_winter", "%", c->falconer_winter_percent, false},
                {"emg.coactivity.rudolph", unit, c->rudolph, false},
                {"emg.coactivity.unnithan", unit, c->unnithan, false},
                {"emg.coactivity.ratio", "1", c->ratio, false},
                {"emg.coactivity.share", "1", c->share, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].is_extra && !work->settings.all) continue;
        json_t *one = eg_study_add_value(
            work->result, &eg_emg_measures,
            &(eg_study_value){.code = rows[i].code,
                              .value = rows[i].value,
                              .unit = rows[i].unit,
                              .channel = names,
                              .note = "never compared with values of another normalisation",
                              .is_extra = rows[i].is_extra});
        if (one != NULL)
            json_object_set_new(one, "normalisation", json_string(eg_emg_norm_name(norm)));
    }
}

/* A channel's scale in the pair: as asked for, else over its own largest envelope. */
static eg_err pair_scale(const emg_work *work, const emg_channel *c, eg_emg_scale *scale,
                         eg_diag *diag) {
    eg_arena arena;
    *scale = c->scale;
    if (work->settings.has_norm) return EG_OK;
    eg_err err = emg_arena(0, &arena, diag);
    if (err == EG_OK)
        err = eg_emg_scale_of_trial(EG_EMG_NORM_MAX, c->n, c->envelope, scale, &arena, diag);
    free(arena.memory);
    return err;
}

eg_err emg_pair(const emg_work *work, eg_diag *diag) {
    size_t n = labels_of(work, "pair");
    if (n == 0) return EG_OK;
    const emg_channel *a = emg_find(work, label_at(work, "pair", 0));
    const emg_channel *b = n == 2 ? emg_find(work, label_at(work, "pair", 1)) : NULL;
    if (a == NULL || b == NULL || a == b || a->n != b->n || fabs(a->rate_hz - b->rate_hz) > 0.0)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "pair", 0,
                           "it takes two different measured channels of equal length and rate");
    eg_emg_scale scale_a, scale_b;
    eg_emg_coactivity c;
    char names[2 * EG_RECORDING_LABEL_MAX + 2];
    const eg_emg_amount left = {1.0, EG_EMG_NORM_NONE, a->unit};
    const eg_emg_amount right = {1.0, EG_EMG_NORM_NONE, b->unit};
    eg_err err = pair_scale(work, a, &scale_a, diag);
    if (err == EG_OK) err = pair_scale(work, b, &scale_b, diag);
    if (err == EG_OK && scale_a.norm == EG_EMG_NORM_NONE)
        err = eg_emg_comparable(&left, &right, diag);
    if (err == EG_OK)
        err = eg_emg_coactivity_of(a->n, a->level, &scale_a, b->level, &scale_b, &c, diag);
    if (err != EG_OK) return err;
    snprintf(names, sizeof names, "%s,%s", a->channel->label, b->channel->label);
    add_coactivity(work, names, scale_a.norm == EG_EMG_NORM_NONE ? a->unit : "1", scale_a.norm, &c);
    json_object_set_new(json_object_get(work->result, "detail"), "pair_normalisation",
                        json_string(eg_emg_norm_name(scale_a.norm)));
    return EG_OK;
}

static eg_err add_symmetry(const emg_work *work, const emg_channel *left, const emg_channel *right,
                           eg_diag *diag) {
    int is_plain = left->scale.norm == EG_EMG_NORM_NONE;
    const eg_emg_amount l = {is_plain ? left->rms : left->level_mean, left->scale.norm, left->unit};
    const eg_emg_amount r = {is_plain ? right->rms : right->level_mean, right->scale.norm,
                             right->unit};
    eg_emg_symmetry s;
    eg_err err = eg_emg_symmetry_of(&l, &r, &s, diag);
    if (err != EG_OK) return err;
    char names[2 * EG_RECORDING_LABEL_MAX + 2];
    snprintf(names, sizeof names, "%s,%s", left->channel->label, right->channel->label);
    const char *const codes[] = {"emg.symmetry.index", "emg.symmetry.ratio", "emg.symmetry.lsi"};
    const double values[] = {s.index_percent, s.ratio, s.lsi_percent};
    const char *note =
        is_plain ? "RMS in the electrodes' own unit: skin and placement differ between sides"
        : left->scale.norm <= EG_EMG_NORM_MEAN
            ? "mean level over each side's own trial: says how the effort was spread in time, "
              "not which side did more"
            : "mean level";
    for (size_t i = 0; i < 3; i++) {
        json_t *one = eg_study_add_value(
            work->result, &eg_emg_measures,
            &(eg_study_value){
                .code = codes[i], .value = values[i], .channel = names, .note = note});
        if (one != NULL)
            json_object_set_new(one, "normalisation",
                                json_string(eg_emg_norm_name(left->scale.norm)));
    }
    return EG_OK;
}

eg_err emg_sides(const emg_work *work, eg_diag *diag) {
    size_t n = labels_of(work, "left");
    if (n != labels_of(work, "right"))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "left", 0,
                           "left and right take as many channels each, in the same order");
    if (n > 0 && work->settings.norm == EG_EMG_NORM_MEAN)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "normalise", 0,
                           "over its own mean every side is 100 %%: no symmetry of mean_of_trial");
    for (size_t i = 0; i < n; i++) {
        const emg_channel *left = emg_find(work, label_at(work, "left", i));
        const emg_channel *right = emg_find(work, label_at(work, "right", i));
        if (left == NULL || right == NULL || left == right)
            return eg_diag_set(diag, EG_ERR_ARGUMENT, "left", 0,
                               "%s and %s must be two measured channels", label_at(work, "left", i),
                               label_at(work, "right", i));
        eg_err err = add_symmetry(work, left, right, diag);
        if (err != EG_OK) return err;
    }
    return EG_OK;
}

static void add_delay(const emg_work *work, const emg_channel *c, const emg_channel *first,
                      const eg_emg_delay *d) {
    char note[200];
    json_t *one = emg_add(work, c, "emg.delay", d->median_s);
    if (one == NULL) return;
    snprintf(note, sizeof note, "%zu onsets paired with those of %s, %zu alone", d->n,
             first->channel->label, d->n_alone);
    json_object_set_new(one, "note", json_string(note));
    json_object_set_new(one, "against", json_string(first->channel->label));
    if (d->n < 2) return;
    json_object_set_new(one, "quarter_s", json_real(d->quarter_s));
    json_object_set_new(one, "three_quarters_s", json_real(d->three_quarters_s));
}

eg_err emg_order(const emg_work *work, eg_diag *diag) {
    const char *label = eg_study_text(work->call, "timing", NULL);
    if (label == NULL) return EG_OK;
    const emg_channel *first = emg_find(work, label);
    if (first == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "timing", 0, "no measured channel is \"%s\"",
                           label);
    double delays_s[EG_EMG_CHANNELS_MAX];
    size_t places[EG_EMG_CHANNELS_MAX];
    eg_arena arena;
    eg_err err = emg_arena(EG_EMG_BURSTS_MAX, &arena, diag);
    for (size_t i = 0; i < work->n_channels && err == EG_OK; i++) {
        const emg_channel *c = &work->channels[i];
        eg_emg_delay d;
        err = eg_emg_delay_of(first->n_bursts, first->bursts, c->n_bursts, c->bursts,
                              EG_EMG_DELAY_MAX_S, &d, &arena, diag);
        if (err != EG_OK) break;
        delays_s[i] = d.median_s;
        if (c != first) add_delay(work, c, first, &d);
    }
    free(arena.memory);
    if (err != EG_OK) return err;
    eg_emg_order(work->n_channels, delays_s, places);
    for (size_t i = 0; i < work->n_channels; i++)
        (void)emg_add(work, &work->channels[i], "emg.order",
                      places[i] > 0 ? (double)places[i] : (double)NAN);
    return EG_OK;
}

eg_err emg_relax(const emg_work *work, const emg_channel *c, eg_diag *diag) {
    const emg_settings *s = &work->settings;
    eg_emg_relaxation r;
    eg_err err = eg_emg_relaxation_of(c->rate_hz, c->n, c->band, s->flexion, s->relaxed,
                                      s->extension, &r, diag);
    if (err != EG_OK) return err;
    json_t *ratio = emg_add(work, c, "emg.relaxation.flexion_ratio", r.flexion_ratio);
    if (ratio != NULL && r.relaxed_is_found)
        json_object_set_new(ratio, "note",
                            json_string("full flexion was not given: over the quietest second, "
                                        "the largest ratio possible"));
    if (isfinite(r.extension_ratio))
        (void)emg_add(work, c, "emg.relaxation.extension_ratio", r.extension_ratio);
    (void)emg_add_extra(work, c, "emg.relaxation.relaxed_rms", r.relaxed_rms);
    static const char *const names[] = {"flexion", "relaxed", "extension"};
    const double from_s[] = {r.flexion_from_s, r.relaxed_from_s, r.extension_from_s};
    for (size_t i = 0; i < 3; i++)
        if (isfinite(from_s[i]))
            (void)eg_study_add_event(work->result, names[i], from_s[i],
                                     from_s[i] + EG_EMG_RELAXATION_WINDOW_S, c->channel->label,
                                     NULL);
    return EG_OK;
}
