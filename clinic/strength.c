#include "clinic/strength.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/map.h"
#include "io/format/text.h"

static const double gap_max_s = 0.05;

eg_strength_options eg_strength_defaults(void) {
    return (eg_strength_options){.rate_hz = (double)NAN,
                                 .window_s = EG_STRENGTH_WINDOW_S,
                                 .lever_m = (double)NAN,
                                 .mass_kg = (double)NAN,
                                 .age_years = (double)NAN};
}

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

static eg_err choose(const eg_recording *recording, const eg_strength_options *options,
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
            return eg_diag_set(
                diag, EG_ERR_DATA, recording->name, 0,
                "column \"%s\" has no unit of force or torque; say it: --unit N, kg, "
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
                       count == 0 ? "no column is a force or torque; say which: --column NAME "
                                    "--unit N. The columns: %s"
                                  : "several columns may be the force; say which: --column NAME. "
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

static void add_value(json_t *list, const char *code, double value) {
    const eg_measure_def *def = eg_measure_find(&eg_strength_measures, code);
    EG_ASSERT(def != NULL);
    static const char *const better[] = {"lower", "neither", "higher"};
    json_t *one = json_object();
    json_object_set_new(one, "code", json_string(code));
    json_object_set_new(one, "name", json_string(def->name));
    json_object_set_new(one, "value", isfinite(value) ? json_real(value) : json_null());
    json_object_set_new(one, "unit", json_string(def->unit));
    json_object_set_new(one, "better", json_string(better[def->better + 1]));
    json_array_append_new(list, one);
}

static void add_flag(json_t *list, const char *name, const char *text) {
    json_array_append_new(list, json_pack("{s:s, s:s}", "flag", name, "text", text));
}

/* Force as it is (1, 0), or torque: factor x force + gravity. */
typedef struct family {
    const char *prefix;
    double factor, added;
    bool all;
} family;

static void add_one(json_t *list, const family *f, const char *code, double value) {
    char text[64];
    snprintf(text, sizeof text, "%s%s", f->prefix, code);
    add_value(list, text, value);
}

static void add_family(json_t *list, const family *f, const eg_strength_trial *t) {
    static const char *const ends[] = {"50", "100", "150", "200"};
    static const char *const steps[] = {"50_100", "100_150", "150_200"};
    char code[32];
    add_one(list, f, "peak", f->factor * t->peak + f->added);
    add_one(list, f, "mean", f->factor * t->mean + f->added);
    for (size_t k = 0; k < EG_STRENGTH_RFD_COUNT; k++) {
        snprintf(code, sizeof code, "rfd.%s", ends[k]);
        add_one(list, f, code, f->factor * t->rfd[k]);
    }
    add_one(list, f, "rfd.peak", f->factor * t->rfd_peak);
    for (size_t k = 0; f->all && k < EG_STRENGTH_STEP_COUNT; k++) {
        snprintf(code, sizeof code, "rfd.%s", steps[k]);
        add_one(list, f, code, f->factor * t->rfd_step[k]);
    }
    for (size_t k = 0; f->all && k < EG_STRENGTH_RFD_COUNT; k++) {
        snprintf(code, sizeof code, "impulse.%s", ends[k]);
        add_one(list, f, code, f->factor * t->impulse[k]);
    }
    add_one(list, f, "impulse.total", f->factor * t->impulse_total);
    if (!f->all) return;
    add_one(list, f, "pretension", f->factor * t->pretension);
    add_one(list, f, "drift", f->factor * t->drift);
}

typedef struct evaluation {
    const eg_strength_options *options;
    const eg_channel *channel;
    bool is_torque, has_lever;
    double rate_hz;
    size_t n_trials;
    eg_strength_trial trials[EG_STRENGTH_TRIALS_MAX];
    json_t *result;
} evaluation;

static double torque_of(const evaluation *e, double value) {
    if (e->is_torque) return value + e->options->gravity_n_m;
    return eg_strength_torque(value, e->options->lever_m, e->options->gravity_n_m);
}

static json_t *trial_object(const evaluation *e, const eg_strength_trial *t) {
    json_t *measures = json_array(), *flags = json_array();
    family force = {e->is_torque ? "strength.torque." : "strength.", 1.0,
                    e->is_torque ? e->options->gravity_n_m : 0.0, e->options->all};
    add_family(measures, &force, t);
    family torque = {"strength.torque.", e->options->lever_m, e->options->gravity_n_m,
                     e->options->all};
    if (e->has_lever) add_family(measures, &torque, t);
    add_value(measures, "strength.onset", t->onset_s);
    add_value(measures, "strength.time_to_peak", t->time_to_peak_s);
    add_value(measures, "strength.fatigue.hold", t->fatigue);
    for (int flag = 0; flag < EG_STRENGTH_FLAG_COUNT; flag++)
        if (eg_strength_has(t->flags, (eg_strength_flag)flag))
            add_flag(flags, eg_strength_flag_name((eg_strength_flag)flag),
                     eg_strength_flag_text((eg_strength_flag)flag));
    json_t *object = json_pack("{s:f, s:f, s:o, s:o}", "peak_s", t->peak_s, "end_s", t->end_s,
                               "flags", flags, "measures", measures);
    json_object_set_new(object, "onset_s",
                        isfinite(t->onset_s) ? json_real(t->onset_s) : json_null());
    return object;
}

static void add_set(const evaluation *e, json_t *measures, json_t *flags) {
    double peaks[EG_STRENGTH_TRIALS_MAX];
    for (size_t k = 0; k < e->n_trials; k++) {
        peaks[k] = e->trials[k].peak;
        if (e->is_torque) peaks[k] += e->options->gravity_n_m;
    }
    eg_strength_set set = eg_strength_collect(e->n_trials, peaks);
    const char *const codes[2][2] = {{"strength.best", "strength.trials.mean"},
                                     {"strength.torque.best", "strength.torque.trials.mean"}};
    add_value(measures, codes[e->is_torque][0], set.best);
    add_value(measures, codes[e->is_torque][1], set.mean);
    if (e->has_lever) {
        add_value(measures, codes[1][0], torque_of(e, set.best));
        add_value(measures, codes[1][1], torque_of(e, set.mean));
    }
    double mass = e->options->mass_kg;
    if (isfinite(mass) && !e->is_torque) add_value(measures, "strength.per_kg", set.best / mass);
    if (isfinite(mass) && (e->is_torque || e->has_lever))
        add_value(measures, "strength.torque.per_kg",
                  (e->is_torque ? set.best : torque_of(e, set.best)) / mass);
    add_value(measures, "strength.spread", set.spread);
    add_value(measures, "strength.fatigue.trials", set.fatigue);
    if (set.is_spread_large)
        add_flag(flags, "spread", "the contractions differ by more than 10 %: repeat the test");
    if (set.is_few)
        add_flag(flags, "few", "fewer than three contractions: the test asks for three");
}

/* Whether a published value speaks about this person. */
static int fits(json_t *row, const eg_strength_options *o) {
    double low = eg_json_number_of(row, "age_low", (double)NAN);
    double high = eg_json_number_of(row, "age_high", (double)NAN);
    const char *sex = eg_json_text_of(row, "sex", "any");
    if (!isnan(low) && !(o->age_years >= low)) return 0;
    if (!isnan(high) && !(o->age_years < high + 1.0)) return 0;
    return strcmp(sex, "any") == 0 || sex[0] == o->sex;
}

/* The best contraction in the unit of a published value; NaN if it is another quantity. */
static double in_unit(const evaluation *e, const char *unit) {
    double best = -INFINITY;
    for (size_t k = 0; k < e->n_trials; k++) best = fmax(best, e->trials[k].peak);
    int is_torque = e->is_torque || e->has_lever;
    if (strcmp(unit, "N.m") == 0 && is_torque) return torque_of(e, best);
    if (strcmp(unit, "N.m/kg") == 0 && is_torque) return torque_of(e, best) / e->options->mass_kg;
    if (e->is_torque) return (double)NAN;
    if (strcmp(unit, "N") == 0) return best;
    return strcmp(unit, "kg") == 0 ? best / 9.80665 : (double)NAN;
}

static void add_published(const evaluation *e, const eg_knowledge *knowledge, json_t *list) {
    static const char *const kept[] = {
        "id",   "kind",       "variable", "statistic",      "value",  "low",    "high",    "sd",
        "unit", "population", "use",      "why_shown_only", "source", "status", "verified"};
    size_t n = eg_knowledge_count(knowledge, "norms");
    for (size_t i = 0; i < n; i++) {
        json_t *row = eg_knowledge_at(knowledge, "norms", i);
        const char *of = eg_json_text_of(row, "measure", eg_json_text_of(row, "shown_with", ""));
        if (strcmp(of, e->options->measure) != 0 || !fits(row, e->options)) continue;
        json_t *object = json_object();
        for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++) {
            json_t *member = json_object_get(row, kept[k]);
            if (member != NULL && !json_is_null(member)) json_object_set(object, kept[k], member);
        }
        double measured = in_unit(e, eg_json_text_of(row, "unit", ""));
        const char *kind = eg_json_text_of(row, "kind", "");
        int is_level = strcmp(kind, "norm") == 0 || strcmp(kind, "cutoff") == 0;
        if (is_level && isfinite(measured))
            json_object_set_new(object, "measured", json_real(measured));
        json_array_append_new(list, object);
    }
}

static eg_err write_result(evaluation *e, const eg_knowledge *knowledge, bool is_inverted,
                           json_t *warnings, eg_diag *diag) {
    json_t *trials = json_array(), *measures = json_array(), *flags = json_array();
    json_t *published = json_array();
    for (size_t k = 0; k < e->n_trials; k++)
        json_array_append_new(trials, trial_object(e, &e->trials[k]));
    add_set(e, measures, flags);
    if (knowledge != NULL && e->options->measure != NULL) add_published(e, knowledge, published);
    e->result =
        json_pack("{s:s, s:s, s:s, s:f, s:b, s:o, s:o, s:o, s:o, s:o}", "column", e->channel->label,
                  "quantity", e->is_torque ? "torque" : "force", "unit", e->is_torque ? "N.m" : "N",
                  "rate_hz", e->rate_hz, "inverted", (int)is_inverted, "trials", trials, "measures",
                  measures, "flags", flags, "published", published, "warnings", warnings);
    if (e->result == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    return EG_OK;
}

static eg_err measure(evaluation *e, double *x, size_t n, json_t *warnings, bool *is_inverted,
                      eg_diag *diag) {
    size_t bridged = 0, size = eg_strength_size(n);
    eg_err err = bridge(x, n, e->rate_hz, &bridged, diag);
    if (err != EG_OK) return err;
    if (bridged > 0) {
        char text[96];
        snprintf(text, sizeof text, "%zu missing values were bridged", bridged);
        json_array_append_new(warnings, json_string(text));
    }
    *is_inverted = eg_strength_is_inverted(n, x);
    for (size_t i = 0; i < n; i++) x[i] = (*is_inverted ? -x[i] : x[i]) - e->options->rest;
    if (*is_inverted)
        json_array_append_new(warnings, json_string("the force is negative: its sign was turned"));
    void *memory = malloc(size);
    if (memory == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
    eg_arena arena;
    eg_arena_init(&arena, memory, size);
    eg_strength_signal signal = {n, x, e->rate_hz, e->is_torque};
    err = eg_strength_trace(&signal, e->options->window_s, EG_STRENGTH_TRIALS_MAX, e->trials,
                            &e->n_trials, &arena, diag);
    free(memory);
    return err;
}

eg_err eg_strength_evaluate(const eg_knowledge *knowledge, const eg_recording *recording,
                            const eg_strength_options *options, json_t **result, eg_diag *diag) {
    EG_ASSERT(recording != NULL && options != NULL && result != NULL);
    *result = NULL;
    evaluation *e = calloc(1, sizeof *e);
    if (e == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    e->options = options;
    eg_map_quantity quantity = EG_MAP_FORCE;
    eg_err err = choose(recording, options, &e->channel, &quantity, diag);
    e->is_torque = quantity == EG_MAP_MOMENT;
    e->has_lever = !e->is_torque && isfinite(options->lever_m);
    if (err == EG_OK)
        e->rate_hz = isfinite(options->rate_hz) ? options->rate_hz : e->channel->rate_hz;
    if (err == EG_OK && !(e->rate_hz > 0.0))
        err = eg_diag_set(diag, EG_ERR_DATA, recording->name, 0,
                          "the file has neither time nor rate; say it: --rate-hz N");
    double *x = NULL;
    if (err == EG_OK) {
        eg_map_signal signal = {.sign = 1.0};
        snprintf(signal.column, sizeof signal.column, "%s", e->channel->label);
        snprintf(signal.unit, sizeof signal.unit, "%s",
                 e->channel->unit[0] == '\0' && options->unit != NULL ? options->unit : "");
        err = eg_map_read(&signal, quantity, recording, &x, diag);
    }
    json_t *warnings = json_array();
    bool is_inverted = false;
    if (err == EG_OK) err = measure(e, x, e->channel->n, warnings, &is_inverted, diag);
    if (err == EG_OK)
        err = write_result(e, knowledge, is_inverted, warnings, diag);
    else
        json_decref(warnings);
    *result = e->result;
    free(x);
    free(e);
    if (err != EG_OK && diag != NULL && diag->where[0] == '\0')
        snprintf(diag->where, sizeof diag->where, "%s", recording->name);
    return err;
}

static double value_of(const json_t *measures, const char *code) {
    size_t i;
    json_t *one;
    json_array_foreach(measures, i, one) {
        json_t *value = json_object_get(one, "value");
        const char *own = json_string_value(json_object_get(one, "code"));
        if (own != NULL && strcmp(own, code) == 0 && json_is_number(value))
            return json_number_value(value);
    }
    return (double)NAN;
}

/* The peaks of all trials of one side. */
static size_t gather(json_t *const *results, const int *sides, size_t n, int side, bool is_torque,
                     double *peaks) {
    size_t count = 0, k;
    json_t *trial;
    for (size_t i = 0; i < n; i++) {
        if (sides[i] != side) continue;
        json_array_foreach(json_object_get(results[i], "trials"), k, trial) {
            double peak = value_of(json_object_get(trial, "measures"),
                                   is_torque ? "strength.torque.peak" : "strength.peak");
            if (isfinite(peak) && count < EG_STRENGTH_TRIALS_MAX) peaks[count++] = peak;
        }
    }
    return count;
}

eg_err eg_strength_together(json_t *const *results, const int *sides, size_t n, json_t **together,
                            eg_diag *diag) {
    static const char *const names[] = {"not said", "involved", "uninvolved"};
    double best[3] = {(double)NAN, (double)NAN, (double)NAN};
    bool is_torque = true;
    for (size_t i = 0; i < n; i++) {
        const json_t *trial = json_array_get(json_object_get(results[i], "trials"), 0);
        if (!isfinite(value_of(json_object_get(trial, "measures"), "strength.torque.peak")))
            is_torque = false;
    }
    json_t *sets = json_array(), *flags = json_array(), *measures = json_array();
    for (int side = 0; side < 3; side++) {
        double peaks[EG_STRENGTH_TRIALS_MAX];
        size_t count = gather(results, sides, n, side, is_torque, peaks);
        if (count == 0) continue;
        eg_strength_set set = eg_strength_collect(count, peaks);
        best[side] = set.best;
        json_t *own = json_array(), *faults = json_array();
        add_value(own, is_torque ? "strength.torque.best" : "strength.best", set.best);
        add_value(own, is_torque ? "strength.torque.trials.mean" : "strength.trials.mean",
                  set.mean);
        add_value(own, "strength.spread", set.spread);
        add_value(own, "strength.fatigue.trials", set.fatigue);
        if (set.is_spread_large)
            add_flag(faults, "spread",
                     "the contractions differ by more than 10 %: repeat the test");
        if (set.is_few)
            add_flag(faults, "few", "fewer than three contractions: the test asks for three");
        json_array_append_new(sets, json_pack("{s:s, s:I, s:o, s:o}", "side", names[side], "n",
                                              (json_int_t)count, "measures", own, "flags", faults));
    }
    double lsi = eg_strength_lsi(best[1], best[2]);
    if (isfinite(lsi)) {
        add_value(measures, "strength.lsi", lsi);
        if (lsi < 90.0)
            add_flag(flags, "asymmetry",
                     "the involved side is below 90 % of the other, a common limit for sport");
        add_flag(flags, "other side",
                 "the other side may be weak itself: look at the published values, too");
    }
    *together = json_pack("{s:b, s:o, s:o, s:o}", "together", 1, "sets", sets, "measures", measures,
                          "flags", flags);
    return *together != NULL ? EG_OK : eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory");
}
