/* Strength from a dynamometer's recording: which column is the force or torque, its unit, every
 * contraction with its measures and flags, what the contractions say together, torque at a lever
 * with the limb's weight, the other side's recordings, and published values for the movement. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_published.h"
#include "clinic/study_rows.h"
#include "core/base/check.h"
#include "core/strength/trace.h"
#include "io/format/map.h"
#include "io/format/text.h"

static const double gap_max_s = 0.05;

/* What the options say; NaN and NULL: nothing. */
typedef struct settings {
    const char *column, *unit, *measure;
    double rate_hz, window_s, rest, lever_m, gravity_n_m, mass_kg;
    eg_strength_limits limits;
    double symmetry_least; /* % of the other side; NaN: not judged */
    bool all;
} settings;

static int is_of(const eg_channel *channel, const char *unit, eg_map_quantity quantity) {
    static const char *const words[2][4] = {{"force", "load", "kraft", "push"},
                                            {"torque", "moment", "drehmoment", "momento"}};
    const char *said = channel->unit[0] != '\0' ? channel->unit : unit;
    if (said != NULL) return eg_map_is_unit(said, quantity);
    eg_span label = {channel->label, strlen(channel->label)};
    for (int i = 0; i < 4; i++)
        if (eg_text_find(label, words[quantity == EG_MAP_MOMENT][i]) != NULL) return 1;
    return 0;
}

static eg_err choose(const eg_recording *recording, const settings *options,
                     const eg_channel **chosen, eg_map_quantity *quantity, eg_diag *diag) {
    char columns[160];
    *chosen = NULL;
    size_t count = 0;
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *channel = &recording->channels[i];
        eg_span label = {channel->label, strlen(channel->label)};
        if (options->column != NULL && !eg_text_equals(label, options->column)) continue;
        int is_force = is_of(channel, options->unit, EG_MAP_FORCE);
        if (!is_force && !is_of(channel, options->unit, EG_MAP_MOMENT)) {
            if (options->column == NULL) continue;
            return eg_diag_set(diag, EG_ERR_DATA, recording->name, 0,
                               "column \"%s\" has no unit of force or torque; say it: unit N, kg, "
                               "lb or N.m",
                               channel->label);
        }
        *chosen = channel;
        *quantity = is_force ? EG_MAP_FORCE : EG_MAP_MOMENT;
        count++;
    }
    if (count == 1) return EG_OK;
    eg_map_list_columns(recording, columns, sizeof columns);
    return eg_diag_set(diag, EG_ERR_LAYOUT, recording->name, 0,
                       count == 0
                           ? "no column is a force or torque; say which column and its unit, "
                             "such as N. The columns: %s"
                           : "several columns may be the force; say which column. "
                             "The columns: %s",
                       columns);
}

/* Bridges short gaps by straight lines. */
static eg_err bridge(double *x, size_t n, double rate_hz, size_t *bridged, eg_diag *diag) {
    size_t longest = (size_t)(gap_max_s * rate_hz);
    *bridged = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i])) continue;
        size_t end = i;
        while (end < n && isnan(x[end])) end++;
        if (i == 0 || end == n || end - i > longest)
            return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                               "no values from %.2f to %.2f s; repeat the recording",
                               (double)i / rate_hz, (double)end / rate_hz);
        double from = x[i - 1], step = (x[end] - from) / (double)(end - i + 1);
        *bridged += end - i;
        for (size_t k = 1; i < end; i++, k++) x[i] = from + step * (double)k;
    }
    return EG_OK;
}

/* One file's contractions, and what it was read with. */
typedef struct strength_file {
    const settings *options;
    const eg_channel *channel;
    bool is_torque, has_lever, is_inverted;
    double rate_hz;
    size_t n, bridged;
    double *values; /* [n], owned: N or N.m, upright, the rest reading taken off */
    size_t n_trials;
    eg_strength_trial trials[EG_STRENGTH_TRIALS_MAX];
    const char *set_check, *set_reason; /* why what the contractions say together is withheld */
} strength_file;

/* Force as it is (1, 0), or torque: factor x force + gravity. */
typedef struct family {
    const char *prefix;
    double factor, added;
    int repetition;
    bool all;
    const eg_strength_trial *trial;
} family;

/* A code of one contraction without "strength." and "torque.". */
static const char *tail_of(const char *code) {
    const char *tail = code + strlen("strength.");
    return strncmp(tail, "torque.", 7) == 0 ? tail + 7 : tail;
}

/* Whether what the code says is measured where the top is cut off: a window ("rfd.50_100" ends
 * 100 ms behind the onset) or the steepest place. */
static bool reaches_limit(const eg_strength_trial *t, const char *tail) {
    if (strcmp(tail, "rfd.peak") == 0) return t->rfd_peak_s + 0.02 > t->clipped_s;
    const char *end = strrchr(tail, '_') != NULL ? strrchr(tail, '_') : strrchr(tail, '.');
    bool is_window = strncmp(tail, "rfd.", 4) == 0 || strncmp(tail, "impulse.", 8) == 0;
    if (!is_window || end == NULL) return false;
    return t->onset_s + strtod(end + 1, NULL) / 1000.0 > t->clipped_s;
}

/* The flag that makes a value worthless; EG_STRENGTH_FLAG_COUNT: none does. */
static eg_strength_flag worthless_by(const eg_strength_trial *t, const char *code) {
    static const char *const of_top[] = {"peak", "mean", "time_to_peak"};
    static const char *const of_end[] = {"fatigue.hold", "impulse.total"};
    const char *tail = tail_of(code);
    bool needs_top = false, needs_end = false;
    for (size_t i = 0; i < 3; i++) needs_top = needs_top || strcmp(tail, of_top[i]) == 0;
    for (size_t i = 0; i < 2; i++) needs_end = needs_end || strcmp(tail, of_end[i]) == 0;
    if (eg_strength_has(t->flags, EG_STRENGTH_FLAG_CLIPPED) &&
        (needs_top || needs_end || reaches_limit(t, tail)))
        return EG_STRENGTH_FLAG_CLIPPED;
    if (eg_strength_has(t->flags, EG_STRENGTH_FLAG_RISING) && (needs_top || needs_end))
        return EG_STRENGTH_FLAG_RISING;
    if (eg_strength_has(t->flags, EG_STRENGTH_FLAG_CUT) && needs_end) return EG_STRENGTH_FLAG_CUT;
    return EG_STRENGTH_FLAG_COUNT;
}

/* Why a value that is not known is not. */
static const char *absence(const char *code) {
    static const char *const reasons[][2] = {
        {"fatigue.hold", "no second of hold behind the peak"},
        {"fatigue.trials", "needs three contractions or more"},
        {"spread", "needs two contractions or more"},
        {"mean", "shorter than the window of the mean"},
        {"rfd.", "no onset, or the contraction ends within this time"},
        {"impulse.", "no onset, or the contraction ends within this time"},
        {"onset", "too little rest before the contraction"},
        {"time_to_peak", "no onset"}};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (strstr(code, reasons[i][0]) != NULL) return reasons[i][1];
    return "not known: the checks say why";
}

/* error: one standard error, 0 if there is none to tell; t: NULL for what several contractions say.
 * Returns the object in the list, borrowed. */
static json_t *add_ranged(json_t *result, const eg_strength_trial *t, const char *code,
                          double value, double error, int repetition, bool is_extra) {
    eg_study_value v = {.code = code,
                        .value = value,
                        .repetition = repetition,
                        .note = isfinite(value) ? NULL : absence(code),
                        .is_extra = is_extra};
    if (error > 0.0 && isfinite(error) && isfinite(value)) {
        v.low = value - 1.96 * error;
        v.high = value + 1.96 * error;
    }
    json_t *one = eg_study_add_value(result, &eg_strength_measures, &v);
    eg_strength_flag by = t != NULL ? worthless_by(t, code) : EG_STRENGTH_FLAG_COUNT;
    if (by != EG_STRENGTH_FLAG_COUNT)
        eg_study_withhold_value(one, eg_strength_flag_name(by), eg_strength_flag_text(by));
    return one;
}

/* What the contractions say together, withheld where one of them takes its worth away. */
static void add_together(json_t *result, const strength_file *e, const char *code, double value) {
    json_t *one = add_ranged(result, NULL, code, value, 0.0, 0, false);
    if (e->set_check != NULL) eg_study_withhold_value(one, e->set_check, e->set_reason);
}

static void add_one(json_t *result, const family *f, const char *code, double value,
                    bool is_extra) {
    char text[64];
    snprintf(text, sizeof text, "%s%s", f->prefix, code);
    if (f->all || !is_extra)
        (void)add_ranged(result, f->trial, text, value, 0.0, f->repetition, is_extra);
}

static void add_family(json_t *result, const family *f) {
    const eg_strength_trial *t = f->trial;
    char code[32], text[64];
    add_one(result, f, "peak", f->factor * t->peak + f->added, false);
    add_one(result, f, "mean", f->factor * t->mean + f->added, false);
    for (size_t k = 0; k < EG_STRENGTH_RFD_COUNT; k++) {
        snprintf(code, sizeof code, "rfd.%.0f", 1000.0 * eg_strength_rfd_s[k]);
        snprintf(text, sizeof text, "%s%s", f->prefix, code);
        (void)add_ranged(result, t, text, f->factor * t->rfd[k], f->factor * t->rfd_error[k],
                         f->repetition, false);
    }
    add_one(result, f, "rfd.peak", f->factor * t->rfd_peak, false);
    for (size_t k = 0; k < EG_STRENGTH_STEP_COUNT; k++) {
        snprintf(code, sizeof code, "rfd.%.0f_%.0f",
                 1000.0 * eg_strength_rfd_s[eg_strength_steps[k][0]],
                 1000.0 * eg_strength_rfd_s[eg_strength_steps[k][1]]);
        add_one(result, f, code, f->factor * t->rfd_step[k], true);
    }
    for (size_t k = 0; k < EG_STRENGTH_RFD_COUNT; k++) {
        snprintf(code, sizeof code, "impulse.%.0f", 1000.0 * eg_strength_rfd_s[k]);
        add_one(result, f, code, f->factor * t->impulse[k], true);
    }
    add_one(result, f, "impulse.total", f->factor * t->impulse_total, false);
    add_one(result, f, "pretension", f->factor * t->pretension, true);
    add_one(result, f, "drift", f->factor * t->drift, true);
}

static double torque_of(const strength_file *e, double value) {
    if (e->is_torque) return value + e->options->gravity_n_m;
    return eg_strength_torque(value, e->options->lever_m, e->options->gravity_n_m);
}

/* Flags that take the peak away; the others limit it. */
static int is_grave(eg_strength_flag flag) {
    return flag == EG_STRENGTH_FLAG_CLIPPED || flag == EG_STRENGTH_FLAG_RISING;
}

static void add_trial(json_t *result, const strength_file *e, size_t index) {
    const eg_strength_trial *t = &e->trials[index];
    int repetition = (int)index + 1;
    family own = {e->is_torque ? "strength.torque." : "strength.",
                  1.0,
                  e->is_torque ? e->options->gravity_n_m : 0.0,
                  repetition,
                  e->options->all,
                  t};
    add_family(result, &own);
    family torque = {"strength.torque.", e->options->lever_m, e->options->gravity_n_m,
                     repetition,         e->options->all,     t};
    if (e->has_lever) add_family(result, &torque);
    (void)add_ranged(result, t, "strength.onset", t->onset_s, t->onset_error_s, repetition, false);
    (void)add_ranged(result, t, "strength.time_to_peak", t->time_to_peak_s, 0.0, repetition, false);
    (void)add_ranged(result, t, "strength.fatigue.hold", t->fatigue, 0.0, repetition, false);
    for (int flag = 0; flag < EG_STRENGTH_FLAG_COUNT; flag++) {
        if (!eg_strength_has(t->flags, (eg_strength_flag)flag)) continue;
        char text[300];
        snprintf(text, sizeof text, "contraction %d: %s", repetition,
                 eg_strength_flag_text((eg_strength_flag)flag));
        eg_study_add_check(result, eg_strength_flag_name((eg_strength_flag)flag),
                           is_grave((eg_strength_flag)flag) ? 2 : 1, text, e->channel->label);
    }
    json_t *event =
        eg_study_add_event(result, "contraction", isfinite(t->onset_s) ? t->onset_s : t->peak_s,
                           t->end_s, e->channel->label, NULL);
    if (event != NULL) {
        json_object_set_new(event, "repetition", json_integer(repetition));
        json_object_set_new(event, "peak_s", json_real(t->peak_s));
    }
}

/* One that was cut in the rise has no peak and is left out; one that was clipped is higher than it
 * looks, so that nothing is known of all together. */
static eg_strength_set collect(strength_file *e) {
    double peaks[EG_STRENGTH_TRIALS_MAX];
    size_t n = 0;
    e->set_check = e->set_reason = NULL;
    for (size_t k = 0; k < e->n_trials; k++) {
        const eg_strength_trial *t = &e->trials[k];
        if (eg_strength_has(t->flags, EG_STRENGTH_FLAG_CLIPPED)) {
            e->set_check = eg_strength_flag_name(EG_STRENGTH_FLAG_CLIPPED);
            e->set_reason = "the peak of a contraction is higher than the device shows";
        }
        if (eg_strength_has(t->flags, EG_STRENGTH_FLAG_RISING)) continue;
        peaks[n++] = t->peak + (e->is_torque ? e->options->gravity_n_m : 0.0);
    }
    if (n == 0) {
        e->set_check = eg_strength_flag_name(EG_STRENGTH_FLAG_RISING);
        e->set_reason = eg_strength_flag_text(EG_STRENGTH_FLAG_RISING);
        peaks[n++] = e->trials[0].peak;
    }
    return eg_strength_collect(n, peaks, &e->options->limits);
}

static void add_set(json_t *result, const strength_file *e, const eg_strength_set *set) {
    const char *const codes[2][2] = {{"strength.best", "strength.trials.mean"},
                                     {"strength.torque.best", "strength.torque.trials.mean"}};
    char text[160];
    add_together(result, e, codes[e->is_torque][0], set->best);
    add_together(result, e, codes[e->is_torque][1], set->mean);
    if (e->has_lever) {
        add_together(result, e, codes[1][0], torque_of(e, set->best));
        add_together(result, e, codes[1][1], torque_of(e, set->mean));
    }
    double mass = e->options->mass_kg;
    if (isfinite(mass) && !e->is_torque)
        add_together(result, e, "strength.per_kg", set->best / mass);
    if (isfinite(mass) && (e->is_torque || e->has_lever))
        add_together(result, e, "strength.torque.per_kg",
                     (e->is_torque ? set->best : torque_of(e, set->best)) / mass);
    add_together(result, e, "strength.spread", set->spread);
    add_together(result, e, "strength.fatigue.trials", set->fatigue);
    int used = snprintf(text, sizeof text, "the contractions differ by %.1f %%", set->spread);
    if (set->is_spread_large)
        snprintf(text + used, sizeof text - (size_t)used, ", more than %g %%: repeat the test",
                 e->options->limits.spread_most);
    if (e->set_check == NULL && !(set->best > 0.0))
        eg_study_add_check(result, "level", 2,
                           "the largest contraction lies below zero: look at the device's zero "
                           "and at the reading at rest",
                           NULL);
    else if (e->set_check == NULL && set->n > 1)
        eg_study_add_check(result, "spread", set->is_spread_large, text, NULL);
    used = snprintf(text, sizeof text, "%zu contractions", set->n);
    if (set->is_few)
        snprintf(text + used, sizeof text - (size_t)used, " of the %g that the test asks for",
                 e->options->limits.trials_least);
    eg_study_add_check(result, "contractions", set->is_few, text, NULL);
}

/* The best contraction in the unit of a published value; NaN if it is another quantity. */
static double in_unit(const void *file, const char *unit) {
    const strength_file *e = file;
    double best = -(double)INFINITY;
    if (e->set_check != NULL) return (double)NAN;
    for (size_t k = 0; k < e->n_trials; k++)
        if (!eg_strength_has(e->trials[k].flags, EG_STRENGTH_FLAG_RISING))
            best = fmax(best, e->trials[k].peak);
    int is_torque = e->is_torque || e->has_lever;
    if (strcmp(unit, "N.m") == 0 && is_torque) return torque_of(e, best);
    if (strcmp(unit, "N.m/kg") == 0 && is_torque) return torque_of(e, best) / e->options->mass_kg;
    if (e->is_torque) return (double)NAN;
    if (strcmp(unit, "N") == 0) return best;
    return strcmp(unit, "kg") == 0 ? best / 9.80665 : (double)NAN;
}

static eg_err measure(strength_file *e, eg_diag *diag) {
    size_t size = eg_strength_size(e->n);
    eg_err err = bridge(e->values, e->n, e->rate_hz, &e->bridged, diag);
    if (err != EG_OK) return err;
    e->is_inverted = eg_strength_is_inverted(e->n, e->values);
    for (size_t i = 0; i < e->n; i++)
        e->values[i] = (e->is_inverted ? -e->values[i] : e->values[i]) - e->options->rest;
    void *memory = malloc(size);
    if (memory == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    eg_arena arena;
    eg_arena_init(&arena, memory, size);
    eg_strength_signal signal = {e->n, e->values, e->rate_hz, e->is_torque};
    err = eg_strength_trace(&signal, &e->options->limits, e->options->window_s,
                            EG_STRENGTH_TRIALS_MAX, e->trials, &e->n_trials, &arena, diag);
    free(memory);
    return err;
}

/* Reads and measures one recording; e->values is the caller's to free in any case. */
static eg_err measure_recording(const eg_recording *recording, const settings *options,
                                strength_file *e, eg_diag *diag) {
    *e = (strength_file){.options = options};
    eg_map_quantity quantity = EG_MAP_FORCE;
    eg_err err = choose(recording, options, &e->channel, &quantity, diag);
    if (err != EG_OK) return err;
    e->is_torque = quantity == EG_MAP_MOMENT;
    e->has_lever = !e->is_torque && isfinite(options->lever_m);
    e->n = e->channel->n;
    e->rate_hz = isfinite(options->rate_hz) ? options->rate_hz : e->channel->rate_hz;
    if (!(e->rate_hz > 0.0))
        return eg_diag_set(diag, EG_ERR_DATA, recording->name, 0,
                           "the file has neither time nor rate; say rate_hz");
    eg_map_signal signal = {.sign = 1.0};
    snprintf(signal.column, sizeof signal.column, "%s", e->channel->label);
    snprintf(signal.unit, sizeof signal.unit, "%s",
             e->channel->unit[0] == '\0' && options->unit != NULL ? options->unit : "");
    err = eg_map_read(&signal, quantity, recording, &e->values, diag);
    if (err == EG_OK) err = measure(e, diag);
    if (err != EG_OK && diag != NULL && diag->where[0] == '\0')
        snprintf(diag->where, sizeof diag->where, "%s", recording->name);
    return err;
}

/* The best of the other side's recordings; NaN without any. */
static eg_err measure_other_side(const eg_study_call *call, const settings *options, bool is_torque,
                                 double *best, const char **reason, eg_diag *diag) {
    strength_file *other = calloc(1, sizeof *other);
    eg_err err = other != NULL ? EG_OK : eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    *best = (double)NAN;
    for (size_t i = 0; err == EG_OK && i < call->n_references; i++) {
        const eg_recording *recording = call->references[i];
        err = measure_recording(recording, options, other, diag);
        if (err == EG_OK && other->is_torque != is_torque)
            err = eg_diag_set(diag, EG_ERR_DATA, recording->name, 0,
                              "one side is a force, the other a torque: they are not compared");
        if (err == EG_OK) *best = fmax(*best, collect(other).best);
        if (err == EG_OK && other->set_check != NULL) *reason = other->set_reason;
        free(other->values);
    }
    free(other);
    return err;
}

/* reason: why one of the two is not known; NULL: both are. */
static void add_sides(json_t *result, double involved, double other, double least,
                      const char *reason) {
    double lsi = eg_strength_lsi(involved, other);
    char text[160];
    if (!isfinite(lsi)) return;
    json_t *one = add_ranged(result, NULL, "strength.lsi", lsi, 0.0, 0, false);
    if (reason != NULL) {
        eg_study_withhold_value(one, "symmetry", reason);
        return;
    }
    int used = snprintf(text, sizeof text, "%.1f %% of the other side", lsi);
    if (lsi < least)
        snprintf(text + used, sizeof text - (size_t)used, ": below %g %%, a common limit", least);
    eg_study_add_check(result, "asymmetry", lsi < least, text, NULL);
    eg_study_add_warning(result,
                         "the other side may be weak itself: look at the published values, too");
}

static void say_methods(json_t *result, const strength_file *e) {
    eg_study_say(result, "%s in %s, sampled at %g Hz, column %s%s.",
                 e->is_torque ? "Torque" : "Force", e->is_torque ? "N.m" : "N", e->rate_hz,
                 e->channel->label, e->is_inverted ? ", its sign turned" : "");
    if (e->options->rest != 0.0)
        eg_study_say(result, "A rest reading of %g was taken off.", e->options->rest);
    if (e->has_lever)
        eg_study_say(result, "Torque = force x %g m + %g N.m for the limb's weight.",
                     e->options->lever_m, e->options->gravity_n_m);
    eg_study_say(result,
                 "A contraction rises above a quarter of the largest and is parted from the "
                 "next by 0.3 s below a tenth. The onset is the instant at which a straight rest "
                 "turns into a rise, by least squares; the peak is the mean about the largest "
                 "20 ms, the mean the highest over %g s; RFD is the rise from the onset over "
                 "%g to %g ms.",
                 e->options->window_s, 1e3 * eg_strength_rfd_s[0],
                 1e3 * eg_strength_rfd_s[EG_STRENGTH_RFD_COUNT - 1]);
    if (e->bridged > 0) {
        char text[96];
        snprintf(text, sizeof text, "%zu missing values were bridged", e->bridged);
        eg_study_add_warning(result, text);
    }
    if (e->is_inverted) eg_study_add_warning(result, "the force is negative: its sign was turned");
}

/* What was said and had no part, because the recording is as it is. */
static void say_unused(const eg_study_call *call, const strength_file *e, json_t *result) {
    const char *unit = eg_study_text(call, "unit", NULL);
    char why[120];
    snprintf(why, sizeof why, "the file says %.40s", e->channel->unit);
    if (unit != NULL && e->channel->unit[0] != '\0' && strcmp(unit, e->channel->unit) != 0)
        eg_study_unused(result, "unit", why);
    if (e->is_torque && isfinite(e->options->lever_m))
        eg_study_unused(result, "lever_m", "the column is a torque");
    if (!e->is_torque && !e->has_lever && fabs(e->options->gravity_n_m) > 0.0)
        eg_study_unused(result, "gravity_n_m", "a force without a lever makes no torque");
}

static eg_err fill(const eg_study_call *call, strength_file *e, json_t *result, eg_diag *diag) {
    double other = (double)NAN;
    const char *reason = NULL;
    eg_err err = measure_other_side(call, e->options, e->is_torque, &other, &reason, diag);
    if (err != EG_OK) return err;
    say_methods(result, e);
    say_unused(call, e, result);
    eg_strength_set set = collect(e);
    add_set(result, e, &set);
    for (size_t k = 0; k < e->n_trials; k++) add_trial(result, e, k);
    add_sides(result, set.best, other, e->options->symmetry_least,
              e->set_reason != NULL ? e->set_reason : reason);
    eg_study_add_trace(result, call->n_trace_points, e->channel->label, e->is_torque ? "N.m" : "N",
                       "force", e->channel->label, 0.0, e->rate_hz, e->n, e->values);
    if (e->options->measure == NULL || call->knowledge == NULL) return EG_OK;
    if (eg_knowledge_find(call->knowledge, "measures", e->options->measure) == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "measure", 0,
                           "there is no measure \"%s\" in knowledge/measures", e->options->measure);
    json_object_set_new(
        result, "detail",
        json_pack("{s:o}", "published", eg_study_published(call, e->options->measure, in_unit, e)));
    return EG_OK;
}

static eg_err limb_weight(const eg_study_call *call, settings *options, eg_diag *diag) {
    double kg = eg_study_number(call, "limb_kg", (double)NAN);
    double com_m = eg_study_number(call, "limb_com_m", (double)NAN);
    double angle_deg = eg_study_number(call, "limb_angle_deg", (double)NAN);
    int n = isfinite(kg) + isfinite(com_m) + isfinite(angle_deg);
    if (n == 3) options->gravity_n_m = eg_strength_gravity(kg, com_m, angle_deg);
    if (n == 0 || n == 3) return EG_OK;
    return eg_diag_set(diag, EG_ERR_ARGUMENT, "limb_kg", 0,
                       "limb_kg, limb_com_m and limb_angle_deg go together");
}

static eg_err run(const eg_study_call *call, json_t **result, eg_diag *diag) {
    settings options = {.column = eg_study_text(call, "column", NULL),
                        .unit = eg_study_text(call, "unit", NULL),
                        .measure = eg_study_text(call, "measure", NULL),
                        .rate_hz = eg_study_number(call, "rate_hz", (double)NAN),
                        .window_s = eg_study_number(call, "window_s", EG_STRENGTH_WINDOW_S),
                        .rest = eg_study_number(call, "rest", 0.0),
                        .lever_m = eg_study_number(call, "lever_m", (double)NAN),
                        .gravity_n_m = eg_study_number(call, "gravity_n_m", 0.0),
                        .mass_kg = eg_study_number(call, "mass_kg", (double)NAN),
                        .all = eg_study_flag(call, "all")};
    options.limits =
        (eg_strength_limits){.spread_most = eg_study_protocol(call, "strength_spread_most"),
                             .trials_least = eg_study_protocol(call, "strength_trials_least"),
                             .pretension_most = eg_study_protocol(call, "strength_pretension_most"),
                             .baseline_most_n = eg_study_protocol(call, "strength_baseline_most")};
    options.symmetry_least = eg_study_protocol(call, "strength_symmetry_least");
    eg_err err = limb_weight(call, &options, diag);
    if (err != EG_OK) return err;
    strength_file *e = calloc(1, sizeof *e);
    json_t *own = eg_study_new("strength", "Strength", "engram");
    if (e == NULL || own == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, call->recording->name, 0, "no memory");
    if (err == EG_OK) err = measure_recording(call->recording, &options, e, diag);
    if (err == EG_OK) err = fill(call, e, own, diag);
    if (e != NULL) free(e->values);
    free(e);
    if (err == EG_OK)
        *result = own;
    else
        json_decref(own);
    return err;
}

/* A force or torque by its unit or its name; a recording of a plate has moments beside forces and
 * is rather of balance or gait. */
static int suits(const eg_recording *recording) {
    size_t n = 0;
    for (size_t i = 0; i < recording->n_channels; i++)
        n += (size_t)(is_of(&recording->channels[i], NULL, EG_MAP_FORCE) ||
                      is_of(&recording->channels[i], NULL, EG_MAP_MOMENT));
    if (n == 0 || recording->n_platforms > 0) return 0;
    return n == 1 ? 2 : 1;
}

#define EVER 1e9
static const eg_study_option options[] = {
    {"column", EG_STUDY_CHANNEL, NULL, 0, 0, NULL, "the only force or torque",
     "which column is the force or torque"},
    {"unit", EG_STUDY_CHOICE, NULL, 0, 0, "N|kN|kg|kgf|lb|lbf|N.m|Nm|Nmm|kNm", "as the file says",
     "its unit, where the file names none"},
    {"rate_hz", EG_STUDY_NUMBER, "Hz", 20, 1e6, NULL, "as the file says",
     "samples a second, where the file has neither time nor rate"},
    {"rest", EG_STUDY_NUMBER, "N or N.m", -EVER, EVER, NULL, "0", "reading with the limb relaxed"},
    {"lever_m", EG_STUDY_NUMBER, "m", 0.001, 5, NULL, "no torque",
     "from the joint to the pad: gives the torque, too"},
    {"gravity_n_m", EG_STUDY_NUMBER, "N.m", -1000, 1000, NULL, "0",
     "the limb's weight, above 0 where it works against the muscle"},
    {"limb_kg", EG_STUDY_NUMBER, "kg", 0.01, 100, NULL, NULL,
     "the same from the limb's mass, with its centre and angle"},
    {"limb_com_m", EG_STUDY_NUMBER, "m", 0.001, 2, NULL, NULL, "from the joint to its centre"},
    {"limb_angle_deg", EG_STUDY_NUMBER, "deg", -180, 180, NULL, NULL, "above the horizontal"},
    {"window_s", EG_STUDY_NUMBER, "s", 0.05, 60, NULL, "1", "of the best mean"},
    {"mass_kg", EG_STUDY_NUMBER, "kg", 1, 400, NULL, "not known", "of the person: N/kg, N.m/kg"},
    {"measure", EG_STUDY_TEXT, NULL, 0, 0, NULL, "none",
     "shows published values for it: force.grip, ..."},
    {"age", EG_STUDY_NUMBER, "a", 0, 130, NULL, "not known", "of the person, for those"},
    {"sex", EG_STUDY_CHOICE, NULL, 0, 0, "M|F", "not known", "of the person, for those"},
    {"all", EG_STUDY_FLAG, NULL, 0, 0, NULL, "no", "impulses, steps, pre-tension and drift, too"},
};

const eg_study eg_study_strength = {
    .name = "strength",
    .title = "Strength",
    .what = "contractions of a dynamometer: peak, rate of force development, fatigue, spread",
    .reference = "the other, uninvolved side: symmetry",
    .measures = &eg_strength_measures,
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .suits = suits,
    .run = run,
};
