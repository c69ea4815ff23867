#include "clinic/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/change.h"
#include "clinic/chart.h"
#include "clinic/goal.h"
#include "clinic/knowledge.h"
#include "clinic/measured.h"
#include "clinic/pair.h"
#include "clinic/row.h"
#include "core/base/check.h"

enum { MEASURES_MAX = 200, KEY_SIZE = 100 + EG_PROGRESS_WHERE_SIZE };

static const char *better_name(eg_better better) {
    return better == EG_BETTER_HIGHER ? "higher" : better == EG_BETTER_LOWER ? "lower" : "none";
}

/* The series of one measure on one side (and, of recordings, in one condition); made if new. */
static json_t *series_of(const eg_clinic *clinic, json_t *index, json_t *measures, const char *code,
                         const char *side, const char *condition) {
    char key[KEY_SIZE];
    snprintf(key, sizeof key, "%s|%s|%s", code, side, condition);
    json_t *series = json_object_get(index, key);
    if (series != NULL || json_array_size(measures) >= MEASURES_MAX) return series;
    eg_measured measure;
    eg_measured_find(clinic, code, &measure);
    series = json_pack("{s:s,s:s,s:s,s:o,s:s,s:[]}", "code", code, "name", measure.name, "unit",
                       measure.unit, "side", side[0] == '\0' ? json_null() : json_string(side),
                       "better", better_name(measure.better), "points");
    if (condition[0] != '\0') json_object_set_new(series, "condition", json_string(condition));
    json_object_set(index, key, series);
    json_array_append_new(measures, series);
    return series;
}

static void add_point(json_t *series, const char *date, double value, const char *id_name,
                      const char *id) {
    json_t *points = json_object_get(series, "points");
    json_t *point = json_pack("{s:s,s:f,s:s,s:s}", "date", date, "value", value, id_name, id,
                              "phase", "evaluation");
    /* In the order of dates; of one day in the order of writing. */
    size_t at = json_array_size(points);
    while (at > 0 && strcmp(eg_text_at(json_array_get(points, at - 1), "date"), date) > 0) at--;
    json_array_insert_new(points, at, point);
}

static void add_entries(const eg_clinic *clinic, const json_t *chart, json_t *index,
                        json_t *measures) {
    const json_t *entries = eg_member(chart, "entries");
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        double value = eg_body_number(entry, "value");
        if (isnan(value)) continue;
        json_t *series = series_of(clinic, index, measures, eg_body_text(entry, "code"),
                                   eg_body_text(entry, "side"), "");
        if (series != NULL)
            add_point(series, eg_chart_date(chart, entry), value, "entry_id",
                      eg_text_at(entry, "id"));
    }
}

static void add_noise(json_t *series, double mdc, const char *interval) {
    json_object_set_new(series, "mdc", isnan(mdc) ? json_null() : json_real(mdc));
    json_object_set_new(series, "mdc_interval", json_string(isnan(mdc) ? "unknown" : interval));
}

const char *eg_progress_axis(const json_t *body) {
    if (strcmp(eg_text_at(body, "task"), "weight_shift") != 0) return "";
    double direction_deg = eg_number_at(eg_member(body, "task_settings"), "direction_deg");
    if (isnan(direction_deg)) return "side to side"; /* what the task takes if nothing is said */
    double from_side = fabs(fmod(direction_deg, 180) - 90);
    return from_side < 22.5 ? "side to side" : from_side > 67.5 ? "front and back" : "slantwise";
}

void eg_progress_where_recorded(const json_t *body, char where[EG_PROGRESS_WHERE_SIZE]) {
    const json_t *condition = eg_member(body, "condition");
    const char *task = eg_text_at(body, "task");
    const char *stance = eg_text_at(condition, "stance");
    const char *vision = eg_text_at(condition, "vision");
    const char *surface = eg_text_at(condition, "surface");
    const char *axis = eg_progress_axis(body);
    bool is_usual = stance[0] == '\0' || strcmp(stance, "apart") == 0 || strcmp(stance, task) == 0;
    bool is_seated = strcmp(eg_text_at(condition, "posture"), "sitting") == 0 &&
                     strcmp(task, "quiet_sitting") != 0;
    snprintf(where, EG_PROGRESS_WHERE_SIZE, "%.24s%s%.16s%s%s%.16s%s%.16s%s%.16s", task,
             is_usual ? "" : ", ", is_usual ? "" : stance, is_seated ? ", sitting" : "",
             vision[0] ? ", eyes " : "", vision, surface[0] ? ", " : "", surface,
             axis[0] ? ", " : "", axis);
}

void eg_progress_where_compared(const json_t *group, char where[EG_PROGRESS_WHERE_SIZE]) {
    const char *stance = eg_text_at(group, "stance");
    snprintf(where, EG_PROGRESS_WHERE_SIZE, "%.24s, trials compared%s%.24s",
             eg_text_at(group, "task"), stance[0] ? ", " : "", stance);
}

/* What the kept recordings of each evaluation say together. */
static eg_err add_comparisons(const eg_clinic *clinic, const json_t *chart, json_t *index,
                              json_t *measures, eg_diag *diag) {
    json_t *groups = NULL;
    eg_err err = eg_pair_of_chart(clinic, chart, &groups, diag);
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        const json_t *values = eg_member(group, "measures");
        char where[EG_PROGRESS_WHERE_SIZE];
        eg_progress_where_compared(group, where);
        for (size_t k = 0; k < json_array_size(values); k++) {
            const json_t *value = json_array_get(values, k);
            json_t *series =
                series_of(clinic, index, measures, eg_text_at(value, "code"), "", where);
            if (series == NULL) continue;
            add_point(series, eg_text_at(group, "date"), eg_number_at(value, "value"),
                      "evaluation_id", eg_text_at(group, "evaluation_id"));
            add_noise(series, NAN, "unknown");
            if (eg_is_given(value, "norm"))
                json_object_set(series, "norm", json_object_get(value, "norm"));
        }
    }
    json_decref(groups);
    return err;
}

bool eg_progress_follows(const eg_clinic *clinic, const char *code) {
    size_t n = clinic->knowledge == NULL ? 0 : eg_knowledge_count(clinic->knowledge, "balance");
    for (size_t i = 0; i < n; i++) {
        const json_t *row = eg_knowledge_at(clinic->knowledge, "balance", i);
        if (strcmp(eg_text_at(row, "kind"), "reference") == 0 &&
            strcmp(eg_text_at(row, "measure"), code) == 0)
            return true;
    }
    return false;
}

/* Measures of kept recordings. Their noise is what the first recording's result says, which holds
 * for its own task, condition, length and age (evaluate.h). */
static void add_recordings(const eg_clinic *clinic, const json_t *chart, json_t *index,
                           json_t *measures) {
    const json_t *recordings = eg_member(chart, "recordings");
    for (size_t i = 0; i < json_array_size(recordings); i++) {
        const json_t *recording = json_array_get(recordings, i);
        const json_t *body = eg_member(recording, "body");
        if (strcmp(eg_text_at(body, "decision"), "kept") != 0) continue;
        char where[EG_PROGRESS_WHERE_SIZE];
        eg_progress_where_recorded(body, where);
        const json_t *values = eg_member(eg_member(body, "result"), "measures");
        for (size_t j = 0; j < json_array_size(values); j++) {
            const json_t *value = json_array_get(values, j);
            const char *code = eg_text_at(value, "code");
            bool is_of_task = eg_measure_find(&eg_task_measures, code) != NULL;
            if (isnan(eg_number_at(value, "value")) ||
                (!is_of_task && !eg_progress_follows(clinic, code)))
                continue;
            json_t *series = series_of(clinic, index, measures, code, "", where);
            if (series == NULL) continue;
            add_point(series, eg_chart_date(chart, recording), eg_number_at(value, "value"),
                      "recording_id", eg_text_at(recording, "id"));
            const json_t *noise = eg_member(value, "reliability");
            if (json_object_get(series, "mdc") == NULL)
                add_noise(series, eg_number_at(noise, "mdc95"), eg_text_at(noise, "interval"));
        }
    }
}

static const json_t *goal_of(const json_t *chart, const json_t *series) {
    const json_t *goals = eg_member(chart, "goals");
    for (size_t i = 0; i < json_array_size(goals); i++) {
        const json_t *goal = json_array_get(goals, i);
        if (strcmp(eg_body_text(goal, "measure_code"), eg_text_at(series, "code")) == 0 &&
            strcmp(eg_body_text(goal, "side"), eg_text_at(series, "side")) == 0)
            return goal;
    }
    return NULL;
}

static eg_change_interval interval_between(const json_t *first, const json_t *last) {
    return strcmp(eg_text_at(first, "date"), eg_text_at(last, "date")) == 0
               ? EG_INTERVAL_SAME_SESSION
               : EG_INTERVAL_DAYS;
}

/* First value against last: is it more than noise? */
static void judge(const eg_clinic *clinic, const json_t *chart, json_t *series) {
    const json_t *points = json_object_get(series, "points");
    size_t n = json_array_size(points);
    const json_t *first = json_array_get(points, 0), *last = json_array_get(points, n - 1);
    const char *code = eg_text_at(series, "code");
    eg_measured measure;
    eg_measured_find(clinic, code, &measure);
    eg_change_noise noise = {.mdc95 = NAN, .mcid = NAN};
    /* The next value will come on another day. */
    eg_change_interval between = n < 2 ? EG_INTERVAL_DAYS : interval_between(first, last);
    if (json_object_get(series, "mdc_interval") != NULL) {
        noise.mdc95 = eg_number_at(series, "mdc");
        const char *over = eg_text_at(series, "mdc_interval");
        noise.interval = strcmp(over, "same session") == 0 ? EG_INTERVAL_SAME_SESSION
                         : strcmp(over, "days") == 0 || strcmp(over, "weeks") == 0
                             ? EG_INTERVAL_DAYS
                             : EG_INTERVAL_UNKNOWN;
    } else if (clinic->knowledge != NULL) {
        /* Age and phase are those of the first value, from which the change is counted. */
        const eg_change_person person = eg_measured_person(
            clinic, chart, eg_text_at(series, "side"), eg_text_at(first, "date"));
        eg_change_find_noise(clinic->knowledge, code, &person, eg_number_at(first, "value"),
                             between, false, &noise);
        add_noise(series, noise.mdc95,
                  noise.interval == EG_INTERVAL_DAYS           ? "days"
                  : noise.interval == EG_INTERVAL_SAME_SESSION ? "same session"
                                                               : "unknown");
    } else {
        add_noise(series, NAN, "unknown");
    }
    if (noise.believed) json_object_set_new(series, "mdc_believed", json_true());
    if (n < 2) {
        json_object_set_new(series, "verdict", json_string("one value"));
        json_object_set_new(series, "text", json_string("One value: nothing to compare yet"));
        return;
    }
    eg_change change;
    eg_change_judge(eg_number_at(first, "value"), eg_number_at(last, "value"), measure.unit,
                    measure.better, between, &noise, &change);
    json_object_set_new(series, "verdict", json_string(eg_change_verdict_name(change.verdict)));
    json_object_set_new(series, "direction", json_integer(change.direction));
    if (change.important >= 0) {
        json_object_set_new(series, "mcid", json_real(noise.mcid));
        json_object_set_new(series, "important", json_boolean(change.important));
    }
    json_object_set_new(series, "text", json_string(change.sentence));
}

static json_t *visits_of(const json_t *chart) {
    json_t *visits = json_array();
    const json_t *sessions = eg_member(chart, "sessions");
    for (size_t i = 0; i < json_array_size(sessions); i++) {
        const json_t *session = json_array_get(sessions, i);
        const json_t *body = eg_member(session, "body");
        const json_t *items = eg_member(body, "items");
        double repetitions = 0, successes = NAN;
        for (size_t j = 0; j < json_array_size(items); j++) {
            const json_t *item = json_array_get(items, j);
            double done = eg_number_at(item, "repetitions"), good = eg_number_at(item, "successes");
            /* Repetitions are those of one set; successes are counted over all sets. */
            double sets = eg_number_at(item, "sets");
            if (!isnan(done)) repetitions += done * (isnan(sets) ? 1 : sets);
            if (!isnan(good)) successes = (isnan(successes) ? 0 : successes) + good;
        }
        json_t *minutes = json_deep_copy(eg_member(body, "minutes"));
        json_array_append_new(
            visits, json_pack("{s:s,s:s,s:o,s:f,s:o}", "session_id", eg_text_at(session, "id"),
                              "date", eg_text_at(body, "date"), "minutes",
                              minutes == NULL ? json_object() : minutes, "repetitions", repetitions,
                              "successes", isnan(successes) ? json_null() : json_real(successes)));
    }
    return visits;
}

eg_err eg_progress(const eg_clinic *clinic, const json_t *chart, json_t **progress, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && chart != NULL && progress != NULL);
    json_t *index = json_object(), *measures = json_array();
    add_entries(clinic, chart, index, measures);
    add_recordings(clinic, chart, index, measures);
    eg_err err = add_comparisons(clinic, chart, index, measures, diag);
    json_decref(index);
    if (err != EG_OK) {
        json_decref(measures);
        return err;
    }
    for (size_t i = 0; i < json_array_size(measures); i++) {
        json_t *series = json_array_get(measures, i);
        const json_t *goal = goal_of(chart, series);
        if (goal != NULL)
            json_object_set_new(series, "goal",
                                json_pack("{s:s,s:O,s:s}", "id", eg_text_at(goal, "id"), "target",
                                          eg_is_given(eg_member(goal, "body"), "target")
                                              ? eg_member(eg_member(goal, "body"), "target")
                                              : json_null(),
                                          "due_on", eg_body_text(goal, "due_on")));
        judge(clinic, chart, series);
    }
    *progress = json_pack("{s:o,s:o,s:o}", "measures", measures, "gas", eg_goal_gas(chart),
                          "visits", visits_of(chart));
    if (*progress == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for the progress");
    return EG_OK;
}
