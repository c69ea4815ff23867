/* Muscle synergies of all measured channels: fits with 1, 2, ... synergies, how many suffice by two
 * rules, weights and activations of the number that the first rule gives. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "clinic/study_emg_part.h"
#include "core/emg/synergy.h"

/* Rules of the literature, named in the result: total and per muscle (Torres-Oviedo et al. 2006),
 * the straight line of R2 (Cheung et al. 2005). */
static const double VAF_MIN = 0.90, MUSCLE_MIN = 0.75, LINE_ERROR_MAX = 1e-4;

enum { SYNERGIES_MAX = 12, WORK_MAX = 200000 }; /* samples times starts: some 20 s of work */

typedef struct synergies {
    size_t n_muscles, n, step, count, chosen, by_line; /* step: samples of the recording to one */
    double rate_hz;
    eg_emg_norm norm;
    eg_synergy_settings settings;
    eg_synergy core;
    eg_synergy_fit fits[SYNERGIES_MAX];
    double *x, *w, *h; /* of the chosen number, or the last */
    eg_arena arena;
} synergies;

static eg_err check(const emg_work *work, eg_diag *diag) {
    const emg_channel *first = &work->channels[0];
    if (work->n_channels < 3)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "synergies", 0,
                           "they need three channels or more");
    for (size_t i = 1; i < work->n_channels; i++) {
        const eg_emg_amount one = {1.0, first->scale.norm, first->unit};
        const eg_emg_amount other = {1.0, work->channels[i].scale.norm, work->channels[i].unit};
        eg_err err = work->settings.has_norm ? eg_emg_comparable(&one, &other, diag) : EG_OK;
        if (err != EG_OK) return err;
        if (work->channels[i].n != first->n ||
            fabs(work->channels[i].rate_hz - first->rate_hz) > 0.0)
            return eg_diag_set(diag, EG_ERR_ARGUMENT, "synergies", 0,
                               "all channels must have one rate and length");
    }
    return EG_OK;
}

/* Each channel over its divisor, interleaved, at 8 times the envelope's corner or a little more:
 * what lies between is smooth. */
static eg_err arrange(const emg_work *work, synergies *s, eg_diag *diag) {
    const emg_channel *first = &work->channels[0];
    double corner_hz =
        s->norm < EG_EMG_NORM_MVC ? work->settings.envelope_hz : 1.0 / work->settings.window_s;
    s->n_muscles = work->n_channels;
    s->step = (size_t)fmax(1.0, floor(first->rate_hz / fmax(50.0, 8.0 * corner_hz)));
    s->n = (first->n + s->step - 1) / s->step;
    s->rate_hz = first->rate_hz / (double)s->step;
    s->count = (3 * s->n_muscles + 3) / 4; /* up to which musclesyneRgies looks for its line */
    if (s->count > s->n_muscles - 1) s->count = s->n_muscles - 1;
    if (s->count > SYNERGIES_MAX) s->count = SYNERGIES_MAX;
    if (s->n * s->settings.restarts > WORK_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, "synergies", 0,
                           "%.0f s with %zu starts are too much work; cut the recording, or lower "
                           "the starts: --synergy-starts N",
                           (double)first->n / first->rate_hz, s->settings.restarts);
    size_t starts = s->settings.restarts + 2;
    size_t size = eg_synergy_size(s->n_muscles, s->n) +
                  (starts * s->n_muscles + 2 * s->n) * SYNERGIES_MAX * sizeof(double) + 65536;
    void *memory = malloc(size);
    eg_arena_init(&s->arena, memory, size);
    s->x = calloc(s->n * s->n_muscles + 1, sizeof *s->x);
    s->w = calloc(s->n_muscles * SYNERGIES_MAX, sizeof *s->w);
    s->h = calloc(s->n * SYNERGIES_MAX + 1, sizeof *s->h);
    if (memory == NULL || s->x == NULL || s->w == NULL || s->h == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    for (size_t m = 0; m < s->n_muscles; m++) {
        const emg_channel *c = &work->channels[m];
        eg_emg_scale scale = c->scale;
        eg_arena none;
        eg_arena_init(&none, NULL, 0);
        eg_err err = EG_OK;
        if (!work->settings.has_norm)
            err = eg_emg_scale_of_trial(s->norm, c->n, c->envelope, &scale, &none, diag);
        if (err != EG_OK) return err;
        for (size_t i = 0; i < s->n; i++)
            s->x[i * s->n_muscles + m] = fmax(c->level[i * s->step], 0.0) / scale.divisor;
    }
    return EG_OK;
}

static eg_err fit_all(synergies *s, eg_diag *diag) {
    eg_err err = eg_synergy_init(&s->core, s->n_muscles, s->n, s->x, &s->arena, diag);
    for (size_t k = 1; k <= s->count && err == EG_OK; k++)
        err = eg_synergy_find(&s->core, k, &s->settings, s->w, s->h, &s->fits[k - 1], &s->arena,
                              diag);
    if (err != EG_OK) return err;
    s->chosen = eg_synergy_choose_vaf(s->count, s->fits, VAF_MIN, MUSCLE_MIN);
    s->by_line = eg_synergy_choose_line(s->count, s->fits, LINE_ERROR_MAX);
    size_t shown = s->chosen > 0 ? s->chosen : s->count;
    eg_synergy_fit again;
    return shown == s->count ? EG_OK
                             : eg_synergy_find(&s->core, shown, &s->settings, s->w, s->h, &again,
                                               &s->arena, diag);
}

static json_t *real_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *list_fits(const emg_work *work, const synergies *s) {
    json_t *list = json_array();
    for (size_t k = 0; k < s->count; k++) {
        const eg_synergy_fit *f = &s->fits[k];
        json_t *muscles = json_object();
        for (size_t m = 0; m < s->n_muscles; m++)
            json_object_set_new(muscles, work->channels[m].channel->label,
                                real_or_null(f->vaf_muscle[m]));
        json_array_append_new(
            list, json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:i}", "k", (int)f->k, "vaf",
                            real_or_null(f->vaf), "r2", real_or_null(f->r2), "vaf_muscle_min",
                            real_or_null(f->vaf_muscle_min), "vaf_muscle", muscles, "vaf_worst",
                            real_or_null(f->vaf_worst), "stability", real_or_null(f->stability),
                            "iterations", (int)f->iterations));
    }
    return list;
}

static void report(const emg_work *work, const synergies *s) {
    size_t shown = s->chosen > 0 ? s->chosen : s->count;
    const eg_synergy_fit *f = &s->fits[shown - 1];
    char note[160];
    json_t *one = emg_add(work, NULL, "emg.synergies.vaf_count",
                          s->chosen > 0 ? (double)s->chosen : (double)NAN);
    snprintf(note, sizeof note, "normalised as %s%s", eg_emg_norm_name(s->norm),
             s->chosen > 0 ? "" : "; more than were tried");
    if (one != NULL) json_object_set_new(one, "note", json_string(note));
    (void)emg_add(work, NULL, "emg.synergies.line_count",
                  s->by_line > 0 ? (double)s->by_line : (double)NAN);
    snprintf(note, sizeof note, "of %zu synergies", shown);
    const char *const codes[] = {"emg.synergies.vaf", "emg.synergies.r2",
                                 "emg.synergies.stability"};
    const double values[] = {f->vaf, f->r2, f->stability};
    for (size_t i = 0; i < 3; i++) {
        one = emg_add(work, NULL, codes[i], values[i]);
        if (one != NULL) json_object_set_new(one, "note", json_string(note));
    }
    json_t *weights = json_object();
    for (size_t m = 0; m < s->n_muscles; m++) {
        json_t *row = json_array();
        for (size_t k = 0; k < shown; k++)
            json_array_append_new(row, json_real(s->w[m * shown + k]));
        json_object_set_new(weights, work->channels[m].channel->label, row);
    }
    json_object_set_new(
        json_object_get(work->result, "detail"), "synergies",
        json_pack("{s:s, s:i, s:i, s:f, s:i, s:o, s:o}", "normalisation", eg_emg_norm_name(s->norm),
                  "seed", (int)s->settings.seed, "restarts", (int)s->settings.restarts, "rate_hz",
                  s->rate_hz, "shown", (int)shown, "fits", list_fits(work, s), "weights", weights));
    for (size_t k = 0; k < shown; k++) {
        snprintf(note, sizeof note, "synergy %zu", k + 1);
        eg_study_add_trace(work->result, work->call->n_trace_points, note, "1", "clean", NULL, 0.0,
                           s->rate_hz, s->n, s->h + k * s->n);
    }
}

eg_err emg_synergies(const emg_work *work, eg_diag *diag) {
    if (!work->settings.has_synergies) return EG_OK;
    eg_err err = check(work, diag);
    if (err != EG_OK) return err;
    synergies *s = calloc(1, sizeof *s);
    if (s == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    s->norm = work->settings.has_norm ? work->settings.norm : EG_EMG_NORM_MAX;
    s->settings = eg_synergy_defaults();
    s->settings.restarts = work->settings.restarts;
    s->settings.seed = work->settings.seed;
    err = arrange(work, s, diag);
    if (err == EG_OK) err = fit_all(s, diag);
    if (err == EG_OK) report(work, s);
    free(s->arena.memory);
    free(s->x);
    free(s->w);
    free(s->h);
    free(s);
    return err;
}
