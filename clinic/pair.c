#include "clinic/pair.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/evaluate_part.h"
#include "clinic/knowledge.h"
#include "clinic/row.h"
#include "core/balance/pair.h"
#include "core/base/check.h"
#include "io/host/calendar.h"

static const double duration_tolerance = 0.05; /* of the norm's, of the first trial's */

/* Trials on their way to be compared. */
typedef struct trials {
    size_t n;
    eg_balance_taken taken[EG_PAIR_TRIALS_MAX];
    eg_balance_result results[EG_PAIR_TRIALS_MAX];
    double shortest_s, longest_s;
} trials;

static const char *const needed[] = {"cop.velocity.mean", "cop.ellipse.area", "cop.equilibrium"};

bool eg_pair_needs(const char *code) {
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (strcmp(needed[i], code) == 0) return true;
    return false;
}

/* The next trial's place; NULL when all are taken. */
static eg_balance_taken *add(trials *t, const eg_balance_condition *condition, double duration_s) {
    if (t->n == EG_PAIR_TRIALS_MAX) return NULL;
    if (t->n == 0) t->shortest_s = t->longest_s = duration_s;
    if (duration_s < t->shortest_s) t->shortest_s = duration_s;
    if (duration_s > t->longest_s) t->longest_s = duration_s;
    t->taken[t->n] = (eg_balance_taken){*condition, &t->results[t->n]};
    return &t->taken[t->n++];
}

static void keep(trials *t, const char *code, double value) {
    eg_balance_result *result = &t->results[t->n - 1];
    const eg_measure_def *def = eg_task_describe(code);
    if (def != NULL && result->count < EG_BALANCE_VALUES_MAX)
        result->values[result->count++] = (eg_balance_value){def->code, def->unit, value, NULL};
}

/* ---- norms ---------------------------------------------------------------------------------- */

/* The bands are filed under the quotient on firm ground and the surface. */
typedef struct band_key {
    const char *code, *measure, *surface;
} band_key;

static const band_key band_keys[] = {
    {"romberg.velocity", "romberg.velocity", "firm"},
    {"romberg.area", "romberg.area", "firm"},
    {"romberg.foam.velocity", "romberg.velocity", "foam"},
    {"romberg.foam.area", "romberg.area", "foam"},
};

static const band_key *key_of(const char *code) {
    for (size_t i = 0; i < sizeof band_keys / sizeof band_keys[0]; i++)
        if (strcmp(band_keys[i].code, code) == 0) return &band_keys[i];
    return NULL;
}

static int band_fits(const json_t *entry, const band_key *key, double age_years, const trials *t) {
    double seconds = eg_number_at(entry, "duration_s");
    double slack = duration_tolerance * seconds;
    return strcmp(eg_text_at(entry, "kind"), "quotient") == 0 &&
           strcmp(eg_text_at(entry, "measure"), key->measure) == 0 &&
           strcmp(eg_text_at(entry, "surface"), key->surface) == 0 &&
           age_years >= eg_number_at(entry, "age_low") &&
           age_years <= eg_number_at(entry, "age_high") && fabs(t->shortest_s - seconds) <= slack &&
           fabs(t->longest_s - seconds) <= slack;
}

static const char *why_no_band(const trials *t, double age_years) {
    const eg_balance_condition *c = &t->taken[0].condition;
    if (c->posture == EG_POSTURE_SITTING) return "no open norm exists for sitting";
    if (c->posture != EG_POSTURE_STANDING) return "the posture is not known";
    if (c->stance != EG_STANCE_UNKNOWN && c->stance != EG_STANCE_APART &&
        c->stance != EG_STANCE_TOGETHER)
        return "the norms are of quiet standing on both feet";
    return isnan(age_years) ? "the age is not known"
                            : "nobody of this age was measured for this duration";
}

static json_t *band_object(const json_t *entry, double value) {
    static const char *const members[] = {
        "p5",       "p25",       "p50",     "p75",        "p95",    "n",     "age_low",
        "age_high", "age_group", "surface", "duration_s", "source", "status"};
    json_t *norm = json_object();
    double low = eg_number_at(entry, "p5");
    double high = eg_number_at(entry, "p95");
    json_object_set_new(norm, "position",
                        json_string(value < low    ? "below"
                                    : value > high ? "above"
                                                   : "within"));
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (eg_is_given(entry, members[i]))
            json_object_set(norm, members[i], json_object_get(entry, members[i]));
    return norm;
}

static const char *better_word(eg_better better) {
    return better == EG_BETTER_LOWER ? "lower" : better == EG_BETTER_HIGHER ? "higher" : "none";
}

/* Compares and describes what came out; `norms` is a list of entries of knowledge/balance. */
static eg_err measure(const trials *t, const json_t *norms, double age_years, json_t **measures,
                      eg_diag *diag) {
    eg_balance_result *result = calloc(1, sizeof *result);
    *measures = json_array();
    if (result == NULL || *measures == NULL) {
        free(result);
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to compare the trials");
    }
    eg_err err = eg_balance_compare_trials(t->taken, t->n, result, diag);
    for (size_t i = 0; err == EG_OK && i < result->count; i++) {
        const eg_balance_value *value = &result->values[i];
        const eg_measure_def *def = eg_task_describe(value->code);
        const band_key *key = key_of(value->code);
        const char *why_not =
            key == NULL ? "no open norm exists for this ratio" : why_no_band(t, age_years);
        json_t *measure =
            json_pack("{ss ss sf ss ss}", "code", def->code, "name", def->name, "value",
                      value->value, "unit", def->unit, "better", better_word(def->better));
        int is_standing = t->taken[0].condition.posture == EG_POSTURE_STANDING &&
                          t->taken[0].condition.stance < EG_STANCE_TANDEM;
        const json_t *band = NULL;
        for (size_t k = 0; key != NULL && is_standing && k < json_array_size(norms); k++)
            if (band_fits(json_array_get(norms, k), key, age_years, t))
                band = json_array_get(norms, k);
        if (band != NULL)
            json_object_set_new(measure, "norm", band_object(band, value->value));
        else
            json_object_set_new(measure, "no_norm", json_string(why_not));
        json_object_set_new(measure, "no_mdc",
                            json_string("how large a change of this ratio is noise is not known"));
        json_array_append_new(*measures, measure);
    }
    free(result);
    return err;
}

/* What could be said too if the person's height were known: {code, name, unit} each. Sitting has no
 * equilibrium score. */
static json_t *without_height(const trials *t) {
    json_t *unknown = json_array();
    if (t->n == 0 || t->taken[0].condition.posture != EG_POSTURE_STANDING) return unknown;
    trials *filled = malloc(sizeof *filled);
    eg_balance_result *known = calloc(2, sizeof *known);
    if (filled == NULL || known == NULL) {
        free(filled);
        free(known);
        return unknown;
    }
    memcpy(filled, t, sizeof *filled);
    for (size_t i = 0; i < filled->n; i++) {
        eg_balance_result *result = &filled->results[i];
        filled->taken[i].result = result;
        if (eg_balance_find(result, "cop.equilibrium") == NULL &&
            result->count < EG_BALANCE_VALUES_MAX)
            result->values[result->count++] = (eg_balance_value){"cop.equilibrium", "%", 50, NULL};
    }
    /* Those that appear only with a score. */
    if (eg_balance_compare_trials(t->taken, t->n, &known[0], NULL) == EG_OK &&
        eg_balance_compare_trials(filled->taken, filled->n, &known[1], NULL) == EG_OK)
        for (size_t i = 0; i < known[1].count; i++) {
            const eg_measure_def *def = eg_task_describe(known[1].values[i].code);
            if (eg_balance_find(&known[0], def->code) == NULL)
                json_array_append_new(unknown, json_pack("{ss ss ss}", "code", def->code, "name",
                                                         def->name, "unit", def->unit));
        }
    free(filled);
    free(known);
    return unknown;
}

/* ---- files evaluated now -------------------------------------------------------------------- */

/* Why an evaluation cannot be compared; NULL if it can. */
static const char *why_left_out(const eg_evaluation *e) {
    const eg_balance_condition *c = &e->trial.condition;
    if (!eg_task_is_quiet(e->plan.task)) return "only quiet standing or sitting is compared";
    if (e->options.profile != EG_BALANCE_ENGRAM) return "only our own profile is compared";
    if (!eg_evaluation_is_clinical(e)) return "the recording failed its quality gate";
    if (c->vision == EG_VISION_UNKNOWN) return "eyes open or closed is not known (--vision)";
    if (c->surface == EG_SURFACE_UNKNOWN) return "the surface is not known (--surface)";
    return NULL;
}

static double duration_of(const eg_evaluation *e) {
    return (double)e->trial.n / e->trial.rate_hz;
}

static bool lasts_as_long(double seconds, double other_s) {
    return fabs(seconds - other_s) <= duration_tolerance * other_s;
}

/* Why it cannot be compared with the first one that is: another person, another duration. `person`
 * is the first that is named. NULL if it can; else `text` is filled. */
static const char *why_apart(const eg_evaluation *e, const eg_evaluation *first, const char *person,
                             char text[256]) {
    const char *own = e->options.subject;
    if (own[0] != '\0' && person[0] != '\0' && strcmp(own, person) != 0)
        snprintf(text, 256, "another person: %.90s, the others are %.90s", own, person);
    else if (first != NULL && !lasts_as_long(duration_of(e), duration_of(first)))
        snprintf(text, 256, "lasts %.4g s, the first %.4g s: sway grows with duration",
                 duration_of(e), duration_of(first));
    else
        return NULL;
    return text;
}

/* The first person named among those that can be compared; "" if nobody is. */
static const char *first_person(const eg_evaluation *const *evaluations, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (why_left_out(evaluations[i]) == NULL && evaluations[i]->options.subject[0] != '\0')
            return evaluations[i]->options.subject;
    return "";
}

static json_t *trial_object(const eg_evaluation *e) {
    static const char *const postures[] = {"unknown", "standing", "sitting"};
    static const char *const visions[] = {"unknown", "open", "closed"};
    static const char *const surfaces[] = {"unknown", "firm", "foam"};
    const eg_balance_condition *c = &e->trial.condition;
    json_t *trial = json_pack("{ss ss ss ss sf}", "file", e->file, "posture", postures[c->posture],
                              "vision", visions[c->vision], "surface", surfaces[c->surface],
                              "duration_s", duration_of(e));
    if (e->options.subject[0] != '\0')
        json_object_set_new(trial, "subject", json_string(e->options.subject));
    return trial;
}

/* Sorts the evaluations into those compared (`t`, `used`) and those left out. `first` is the first
 * compared, NULL if none is. */
static eg_err gather(const eg_evaluation *const *evaluations, size_t n, trials *t, json_t *used,
                     json_t *left_out, const eg_evaluation **first, eg_diag *diag) {
    const char *person = first_person(evaluations, n);
    *first = NULL;
    for (size_t i = 0; i < n; i++) {
        const eg_evaluation *e = evaluations[i];
        char text[256];
        const char *why = why_left_out(e);
        if (why == NULL) why = why_apart(e, *first, person, text);
        if (why != NULL) {
            json_array_append_new(left_out, json_pack("{ss ss}", "file", e->file, "reason", why));
            continue;
        }
        if (add(t, &e->trial.condition, duration_of(e)) == NULL)
            return eg_diag_set(diag, EG_ERR_LIMIT, e->file, 0, "more than %d trials to compare",
                               EG_PAIR_TRIALS_MAX);
        if (*first == NULL) *first = e;
        for (size_t k = 0; k < e->result.count; k++)
            if (eg_pair_needs(e->result.values[k].code))
                keep(t, e->result.values[k].code, e->result.values[k].value);
        json_array_append_new(used, trial_object(e));
    }
    return EG_OK;
}

/* That nobody said whose the trials are. */
static json_t *warn(const json_t *used) {
    json_t *warnings = json_array();
    size_t n_unknown = 0;
    for (size_t i = 0; i < json_array_size(used); i++)
        n_unknown += json_object_get(json_array_get(used, i), "subject") == NULL;
    if (n_unknown > 0 && json_array_size(used) > 1)
        json_array_append_new(
            warnings, json_sprintf("of %zu of %zu trials it is not known whose they are: a ratio "
                                   "holds only within one person (column subject of cases.csv)",
                                   n_unknown, json_array_size(used)));
    return warnings;
}

eg_err eg_pair_compare(const eg_evaluator *evaluator, const eg_evaluation *const *evaluations,
                       size_t n, double age_years, json_t **compared, eg_diag *diag) {
    EG_ASSERT(evaluator != NULL && compared != NULL && (n == 0 || evaluations != NULL));
    *compared = NULL;
    trials *t = calloc(1, sizeof *t);
    if (t == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for the trials");
    json_t *used = json_array();
    json_t *left_out = json_array();
    json_t *measures = NULL;
    const eg_evaluation *first;
    eg_err err = gather(evaluations, n, t, used, left_out, &first, diag);
    if (isnan(age_years) && first != NULL) age_years = first->options.age_years;
    if (err == EG_OK) err = measure(t, evaluator->norms, age_years, &measures, diag);
    json_t *unknown = err == EG_OK ? without_height(t) : NULL;
    free(t);
    if (err == EG_OK) {
        *compared = json_pack("{ss so so so so so}", "profile", "engram", "trials", used,
                              "left_out", left_out, "warnings", warn(used), "measures", measures,
                              "without_height", unknown);
        return EG_OK;
    }
    json_decref(used);
    json_decref(left_out);
    json_decref(measures);
    return err;
}

/* ---- a chart -------------------------------------------------------------------------------- */

static eg_balance_condition condition_of(const json_t *body) {
    eg_balance_condition c = {0};
    const json_t *words = eg_member(body, "condition");
    (void)eg_condition_set_posture(&c, eg_text_at(words, "posture"));
    (void)eg_condition_set_vision(&c, eg_text_at(words, "vision"));
    (void)eg_condition_set_surface(&c, eg_text_at(words, "surface"));
    (void)eg_condition_set_stance(&c, eg_text_at(words, "stance"));
    if (c.posture == EG_POSTURE_UNKNOWN)
        c.posture = strcmp(eg_text_at(body, "task"), "quiet_sitting") == 0 ? EG_POSTURE_SITTING
                                                                           : EG_POSTURE_STANDING;
    return c;
}

static bool counts(const json_t *recording) {
    const json_t *body = eg_member(recording, "body");
    const char *task = eg_text_at(body, "task");
    return strcmp(eg_text_at(body, "decision"), "kept") == 0 &&
           (strcmp(task, "quiet_standing") == 0 || strcmp(task, "quiet_sitting") == 0) &&
           json_is_true(eg_member(eg_member(body, "result"), "clinical"));
}

static double duration_in(const json_t *recording) {
    return eg_number_at(eg_member(eg_member(recording, "body"), "result"), "duration_s");
}

/* Sway grows with duration: a short trial is not compared with a long one. */
static bool same_group(const json_t *a, const json_t *b) {
    eg_balance_condition x = condition_of(eg_member(a, "body"));
    eg_balance_condition y = condition_of(eg_member(b, "body"));
    return strcmp(eg_text_at(a, "parent_id"), eg_text_at(b, "parent_id")) == 0 &&
           x.posture == y.posture && x.stance == y.stance &&
           lasts_as_long(duration_in(a), duration_in(b));
}

static void add_recording(trials *t, const json_t *recording) {
    const json_t *body = eg_member(recording, "body");
    const json_t *result = eg_member(body, "result");
    eg_balance_condition condition = condition_of(body);
    if (add(t, &condition, eg_number_at(result, "duration_s")) == NULL) return;
    const json_t *measures = eg_member(result, "measures");
    for (size_t i = 0; i < json_array_size(measures); i++) {
        const json_t *value = json_array_get(measures, i);
        const char *code = eg_text_at(value, "code");
        if (eg_pair_needs(code)) keep(t, code, eg_number_at(value, "value"));
    }
}

static double age_on(const json_t *chart, const char *date) {
    int64_t born = 0;
    int64_t day = 0;
    if (!eg_date_parse(eg_body_text(eg_member(chart, "person"), "birth_date"), &born) ||
        !eg_date_parse(date, &day))
        return NAN;
    return eg_years_between(born, day);
}

/* One posture and stance of one evaluation, from its first recording on; NULL if nothing can be
 * compared. */
static eg_err make_group(const json_t *chart, const json_t *norms, size_t first, trials *t,
                         json_t **group, eg_diag *diag) {
    const json_t *recordings = eg_member(chart, "recordings");
    const json_t *lead = json_array_get(recordings, first);
    json_t *ids = json_array();
    json_t *measures = NULL;
    memset(t, 0, sizeof *t);
    for (size_t i = first; i < json_array_size(recordings); i++) {
        const json_t *recording = json_array_get(recordings, i);
        if (!counts(recording) || !same_group(lead, recording)) continue;
        add_recording(t, recording);
        json_array_append(ids, json_object_get(recording, "id"));
    }
    const char *date = eg_body_text(lead, "recorded_on");
    eg_err err = measure(t, norms, age_on(chart, date), &measures, diag);
    *group = NULL;
    if (err == EG_OK && json_array_size(measures) > 0) {
        const json_t *words = eg_member(eg_member(lead, "body"), "condition");
        const char *stance = eg_text_at(words, "stance");
        bool is_sitting = t->taken[0].condition.posture == EG_POSTURE_SITTING;
        bool is_usual = stance[0] == '\0' || strcmp(stance, "apart") == 0;
        char where[80];
        snprintf(where, sizeof where, "%zu trials %s%s%.40s", t->n,
                 is_sitting ? "sitting" : "standing", is_usual ? "" : ", stance ",
                 is_usual ? "" : stance);
        *group = json_pack(
            "{sO? ss ss ss ss ss sO sO so}", "evaluation_id", json_object_get(lead, "parent_id"),
            "date", date, "task", eg_body_text(lead, "task"), "posture",
            is_sitting ? "sitting" : "standing", "stance", stance, "where", where, "recording_ids",
            ids, "measures", measures, "without_height", without_height(t));
    }
    json_decref(ids);
    json_decref(measures);
    return err;
}

eg_err eg_pair_of_chart(const eg_clinic *clinic, const json_t *chart, json_t **groups,
                        eg_diag *diag) {
    EG_ASSERT(clinic != NULL && chart != NULL && groups != NULL);
    const json_t *recordings = eg_member(chart, "recordings");
    trials *t = calloc(1, sizeof *t);
    json_t *norms = json_array();
    *groups = json_array();
    eg_err err =
        t == NULL ? eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for the trials") : EG_OK;
    size_t n_norms =
        clinic->knowledge == NULL ? 0 : eg_knowledge_count(clinic->knowledge, "balance");
    for (size_t i = 0; i < n_norms; i++)
        json_array_append(norms, eg_knowledge_at(clinic->knowledge, "balance", i));
    for (size_t i = 0; err == EG_OK && i < json_array_size(recordings); i++) {
        const json_t *recording = json_array_get(recordings, i);
        bool is_first = counts(recording);
        for (size_t k = 0; is_first && k < i; k++) {
            const json_t *earlier = json_array_get(recordings, k);
            if (counts(earlier) && same_group(earlier, recording)) is_first = false;
        }
        if (!is_first) continue;
        json_t *group = NULL;
        err = make_group(chart, norms, i, t, &group, diag);
        if (group != NULL) json_array_append_new(*groups, group);
    }
    free(t);
    json_decref(norms);
    if (err != EG_OK) {
        json_decref(*groups);
        *groups = NULL;
    }
    return err;
}
