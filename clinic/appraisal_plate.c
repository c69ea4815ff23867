/* Findings from force plates: the kept recordings, one by one and compared. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clinic/appraisal_part.h"
#include "clinic/knowledge.h"
#include "clinic/pair.h"
#include "clinic/progress.h"
#include "clinic/row.h"
#include "clinic/trial.h"
#include "core/balance/task_trial.h"
#include "core/base/check.h"

enum { WHERE_SIZE = 128 };

/* Where a value of plates comes from. */
typedef struct origin {
    char where[WHERE_SIZE];              /* in words, behind the measure's name */
    char suffix[WHERE_SIZE];             /* the same for the finding's name */
    char series[EG_PROGRESS_WHERE_SIZE]; /* the same as the progress has it */
    const char *side;                    /* "left", "right" or "" */
    const char *task;
    json_t *document_id; /* where its numbers open; borrowed */
    const char *date;
} origin;

/* Left and right of one value: {other, difference, percent, text}. */
static json_t *side_object(double value, double other, const char *other_name, const char *unit) {
    char text[APPRAISAL_TEXT_SIZE];
    char amount[APPRAISAL_TEXT_SIZE / 2];
    appraisal_value_text(amount, sizeof amount, other, unit);
    snprintf(text, sizeof text, "%s %s", other_name, amount);
    return json_pack("{sf sf so ss}", "other", other, "difference", value - other, "percent",
                     fabs(other) > 0 ? json_real(100 * value / other) : json_null(), "text", text);
}

/* {low, high, text, source, status} of a band in a recording's result or a comparison. */
static json_t *band_object(const json_t *norm) {
    char text[APPRAISAL_TEXT_SIZE];
    snprintf(text, sizeof text, "norm %.4g to %.4g, %.0f to %.0f years", eg_number_at(norm, "p5"),
             eg_number_at(norm, "p95"), eg_number_at(norm, "age_low"),
             eg_number_at(norm, "age_high"));
    return json_pack("{sO? sO? ss sO? sO?}", "low", json_object_get(norm, "p5"), "high",
                     json_object_get(norm, "p95"), "text", text, "source",
                     json_object_get(norm, "source"), "status", json_object_get(norm, "status"));
}

/* Without a norm nothing is a problem and nothing is as it should be: it is not known. */
static appraisal_grade grade_of(const json_t *value) {
    const char *position = eg_text_at(eg_member(value, "norm"), "position");
    const char *better = eg_text_at(value, "better");
    if (position[0] == '\0') return APPRAISAL_UNJUDGED;
    int is_worse = strcmp(better, "higher") == 0  ? strcmp(position, "below") == 0
                   : strcmp(better, "lower") == 0 ? strcmp(position, "above") == 0
                                                  : strcmp(position, "within") != 0;
    return is_worse ? APPRAISAL_OUTSIDE : APPRAISAL_NONE;
}

static void set_names(json_t *finding, const json_t *value, const origin *from) {
    char text[APPRAISAL_TEXT_SIZE];
    snprintf(text, sizeof text, "%s, %s", eg_text_at(value, "name"), from->where);
    json_object_set_new(finding, "meaning", json_string(text));
    json_object_set_new(finding, "text", json_string(text));
    json_object_set(finding, "code", json_object_get(value, "code"));
    snprintf(text, sizeof text, "%s.%s", eg_text_at(value, "code"), from->suffix);
    json_object_set_new(finding, "name", json_string(text));
}

/* One value of plates, held against its norm band, if there is one, and its earlier value. */
static json_t *appraise(const appraisal *a, const json_t *value, const origin *from) {
    char text[APPRAISAL_TEXT_SIZE];
    json_t *finding = json_object();
    set_names(finding, value, from);
    json_object_set(finding, "value", json_object_get(value, "value"));
    appraisal_value_text(text, sizeof text, eg_number_at(value, "value"),
                         eg_text_at(value, "unit"));
    json_object_set_new(finding, "value_text", json_string(text));
    json_object_set_new(finding, "unknown", json_false());
    json_object_set(finding, "unit", json_object_get(value, "unit"));
    json_object_set_new(finding, "side", from->side[0] ? json_string(from->side) : json_null());
    json_object_set_new(finding, "date", json_string(from->date));
    snprintf(text, sizeof text, "force plate, %s", from->date);
    json_object_set_new(finding, "source",
                        json_pack("{ss sO? ss ss}", "kind", "measure", "document_id",
                                  from->document_id, "at", from->date, "text", text));
    if (eg_is_given(value, "norm"))
        json_object_set_new(finding, "norm", band_object(eg_member(value, "norm")));
    json_t *change = appraisal_change(a, eg_text_at(value, "code"), "", from->series);
    if (change != NULL) json_object_set_new(finding, "change", change);
    json_object_set_new(finding, "percent", json_null());
    appraisal_grade grade = grade_of(value);
    if (grade == APPRAISAL_UNJUDGED) appraisal_set_unjudged(finding, eg_text_at(value, "no_norm"));
    const json_t *task = eg_knowledge_find(a->clinic->knowledge, "tasks", from->task);
    appraisal_set_grade(finding, grade, eg_text_at(task, "icf"));
    json_object_set_new(finding, "regions", json_array());
    json_object_set_new(finding, "entry_page", json_string("evaluation"));
    json_object_set_new(finding, "used_by", json_array());
    return finding;
}

/* ---- one recording -------------------------------------------------------------------------- */

static int is_kept(const json_t *recording) {
    return strcmp(eg_body_text(recording, "decision"), "kept") == 0;
}

/* Repeats of one test: the same task in the same condition and, of a weight shift, along the same
 * axis. Of these the newest counts. */
static int is_same_test(const json_t *a, const json_t *b) {
    char where_a[EG_PROGRESS_WHERE_SIZE], where_b[EG_PROGRESS_WHERE_SIZE];
    eg_progress_where_recorded(a, where_a);
    eg_progress_where_recorded(b, where_b);
    return strcmp(where_a, where_b) == 0;
}

static void add_word(char text[WHERE_SIZE], const char *between, const char *word) {
    size_t length = strlen(text);
    if (word[0] != '\0')
        snprintf(text + length, WHERE_SIZE - length, "%s%.40s", length > 0 ? between : "", word);
}

static origin origin_of(const json_t *recording) {
    const json_t *body = eg_member(recording, "body");
    const json_t *condition = eg_member(body, "condition");
    origin from = {.side = "",
                   .task = eg_text_at(body, "task"),
                   .document_id = json_object_get(recording, "id"),
                   .date = eg_text_at(body, "recorded_on")};
    char task[WHERE_SIZE / 2];
    char eyes[WHERE_SIZE / 2];
    const char *vision = eg_text_at(condition, "vision");
    const char *surface = eg_text_at(condition, "surface");
    snprintf(task, sizeof task, "%.40s", from.task);
    for (char *c = task; *c != '\0'; c++)
        if (*c == '_') *c = ' ';
    snprintf(eyes, sizeof eyes, "%s%.20s", vision[0] ? "eyes " : "", vision);
    eg_progress_where_recorded(body, from.series);
    int is_plain = strcmp(from.task, "quiet_standing") == 0;
    if (!is_plain) add_word(from.where, ", ", task);
    add_word(from.where, ", ", eyes);
    add_word(from.where, ", ", surface);
    add_word(from.suffix, ".", vision);
    add_word(from.suffix, ".", surface);
    if (!is_plain) add_word(from.suffix, ".", from.task);
    const char *stance = eg_text_at(condition, "stance");
    if (strcmp(stance, "single_left") == 0 || strcmp(stance, "single_right") == 0) {
        from.side = stance + strlen("single_");
        snprintf(eyes, sizeof eyes, "on the %s leg", from.side);
        add_word(from.where, ", ", eyes);
        add_word(from.suffix, ".", from.side);
    } else if (stance[0] != '\0' && strcmp(stance, "apart") != 0 &&
               strcmp(stance, from.task) != 0) {
        snprintf(eyes, sizeof eyes, "feet %.20s", stance);
        add_word(from.where, ", ", eyes);
        add_word(from.suffix, ".", stance);
    }
    if (!is_plain && strcmp(from.task, "quiet_sitting") != 0 &&
        strcmp(eg_text_at(condition, "posture"), "sitting") == 0) {
        add_word(from.where, ", ", "sitting");
        add_word(from.suffix, ".", "sitting");
    }
    const char *axis = eg_progress_axis(body);
    add_word(from.where, ", ", axis);
    if (axis[0] != '\0') add_word(from.suffix, ".", axis[0] == 'f' ? "front" : "side");
    return from;
}

/* Of quiet standing and sitting those that norms speak of, and the load; of a task all. */
static bool is_finding(const appraisal *a, const char *code) {
    return eg_measure_find(&eg_task_measures, code) != NULL ||
           strcmp(code, "load.right.percent") == 0 || eg_progress_follows(a->clinic, code);
}

/* The newest kept recording of the same test on the other leg; NULL if there is none. */
static const json_t *other_leg(const appraisal *a, const json_t *body, const char *side) {
    const json_t *recordings = eg_member(a->chart, "recordings");
    const json_t *best = NULL;
    json_t *wanted = json_deep_copy(body);
    bool is_left = strcmp(side, "left") == 0;
    json_object_set_new(json_object_get(wanted, "condition"), "stance",
                        json_string(is_left ? "single_right" : "single_left"));
    for (size_t i = 0; i < json_array_size(recordings); i++) {
        const json_t *recording = json_array_get(recordings, i);
        if (is_kept(recording) && is_same_test(wanted, eg_member(recording, "body")) &&
            (best == NULL || appraisal_is_newer(recording, best)))
            best = recording;
    }
    json_decref(wanted);
    return best;
}

static double value_in(const json_t *recording, const char *code) {
    const json_t *measures =
        eg_member(eg_member(eg_member(recording, "body"), "result"), "measures");
    for (size_t i = 0; i < json_array_size(measures); i++)
        if (strcmp(eg_text_at(json_array_get(measures, i), "code"), code) == 0)
            return eg_number_at(json_array_get(measures, i), "value");
    return NAN;
}

/* The other foot carries the rest; the other leg has a recording of its own. */
static void add_other_side(const appraisal *a, const json_t *recording, const origin *from,
                           json_t *finding) {
    const char *code = eg_text_at(finding, "code");
    const char *unit = eg_text_at(finding, "unit");
    double value = eg_number_at(finding, "value");
    json_t *side = NULL;
    if (strcmp(code, "load.right.percent") == 0 || strcmp(code, "rise.load.right") == 0) {
        json_object_set_new(finding, "side", json_string("right"));
        side = side_object(value, 100 - value, "left", unit);
    } else if (from->side[0] != '\0') {
        double other = value_in(other_leg(a, eg_member(recording, "body"), from->side), code);
        const char *name = strcmp(from->side, "left") == 0 ? "right" : "left";
        if (!isnan(other)) side = side_object(value, other, name, unit);
    }
    if (side != NULL) json_object_set_new(finding, "side_to_side", side);
}

/* How far the person came to the right and to the left: the mean over the directions hides it. */
static void add_reaches(appraisal *a, const json_t *recording, const origin *from) {
    static const struct {
        const char *name, *opposite;
        double direction_deg;
    } sides[] = {{"right", "left", 90}, {"left", "right", 270}};
    const json_t *result = eg_member(eg_member(recording, "body"), "result");
    const json_t *reaches = eg_member(eg_member(result, "task_detail"), "reaches");
    const eg_measure_def *def = eg_task_describe("los.maximum");
    double percent[2] = {NAN, NAN};
    for (size_t i = 0; i < json_array_size(reaches); i++) {
        const json_t *reach = json_array_get(reaches, i);
        for (size_t k = 0; k < 2; k++)
            if (fabs(eg_number_at(reach, "direction_deg") - sides[k].direction_deg) < 1e-6)
                percent[k] = eg_number_at(reach, "maximum_percent");
    }
    for (size_t k = 0; k < 2; k++) {
        if (isnan(percent[k])) continue;
        origin to = *from;
        to.side = sides[k].name;
        to.series[0] = '\0'; /* not followed over time on its own */
        add_word(to.suffix, ".", to.side);
        add_word(to.where, " to the ", to.side);
        json_t *value = json_pack("{ss ss sf ss ss ss}", "code", def->code, "name", def->name,
                                  "value", percent[k], "unit", def->unit, "better", "higher",
                                  "no_norm", "no open norm exists for this task");
        json_t *finding = appraise(a, value, &to);
        if (!isnan(percent[1 - k]))
            json_object_set_new(
                finding, "side_to_side",
                side_object(percent[k], percent[1 - k], sides[k].opposite, def->unit));
        json_array_append_new(a->findings, finding);
        json_decref(value);
    }
}

static bool is_newest(const appraisal *a, size_t index) {
    const json_t *recordings = eg_member(a->chart, "recordings");
    const json_t *recording = json_array_get(recordings, index);
    for (size_t k = 0; k < json_array_size(recordings); k++) {
        const json_t *other = json_array_get(recordings, k);
        if (k != index && is_kept(other) &&
            is_same_test(eg_member(recording, "body"), eg_member(other, "body")) &&
            appraisal_is_newer(other, recording))
            return false;
    }
    return true;
}

void appraisal_add_recordings(appraisal *a) {
    const json_t *recordings = eg_member(a->chart, "recordings");
    for (size_t i = 0; i < json_array_size(recordings); i++) {
        const json_t *recording = json_array_get(recordings, i);
        if (!is_kept(recording) || !is_newest(a, i)) continue;
        origin from = origin_of(recording);
        size_t m;
        json_t *value;
        json_array_foreach(
            json_object_get(eg_member(eg_member(recording, "body"), "result"), "measures"), m,
            value) {
            if (!json_is_number(json_object_get(value, "value")) ||
                !is_finding(a, eg_text_at(value, "code")))
                continue;
            json_t *finding = appraise(a, value, &from);
            add_other_side(a, recording, &from, finding);
            json_array_append_new(a->findings, finding);
        }
        add_reaches(a, recording, &from);
    }
}

/* ---- comparisons ---------------------------------------------------------------------------- */

/* A ratio that waits for the person's height. */
static json_t *appraise_unknown(const appraisal *a, const json_t *value, const origin *from) {
    static const char why[] = "needs the body height: enter it with the vital signs, or beside the "
                              "recordings, which are then measured again";
    json_t *finding = appraise(a, value, from);
    json_object_set_new(finding, "value", json_null());
    json_object_set_new(finding, "value_text", json_string("not known"));
    json_object_set_new(finding, "unknown", json_true());
    json_object_del(finding, "no_norm");
    json_object_del(finding, "change");
    json_object_set_new(finding, "needs", json_string(EG_TRIAL_HEIGHT));
    json_object_set_new(finding, "why_unknown", json_string(why));
    json_object_set_new(finding, "source", json_pack("{ss}", "kind", "none"));
    const json_t *task = eg_knowledge_find(a->clinic->knowledge, "tasks", from->task);
    appraisal_set_grade(finding, APPRAISAL_UNKNOWN, eg_text_at(task, "icf"));
    return finding;
}

static bool is_newest_group(const json_t *groups, size_t index) {
    const json_t *group = json_array_get(groups, index);
    for (size_t k = 0; k < json_array_size(groups); k++) {
        const json_t *other = json_array_get(groups, k);
        int by_date = strcmp(eg_text_at(other, "date"), eg_text_at(group, "date"));
        if (strcmp(eg_text_at(other, "posture"), eg_text_at(group, "posture")) == 0 &&
            strcmp(eg_text_at(other, "stance"), eg_text_at(group, "stance")) == 0 &&
            (by_date > 0 || (by_date == 0 && k > index)))
            return false;
    }
    return true;
}

eg_err appraisal_add_comparisons(appraisal *a, eg_diag *diag) {
    json_t *groups = NULL;
    eg_err error = eg_pair_of_chart(a->clinic, a->chart, &groups, diag);
    for (size_t i = 0; i < json_array_size(groups); i++) {
        if (!is_newest_group(groups, i)) continue;
        const json_t *group = json_array_get(groups, i);
        const char *stance = eg_text_at(group, "stance");
        origin from = {.side = "",
                       .task = eg_text_at(group, "task"),
                       .document_id = json_object_get(group, "evaluation_id"),
                       .date = eg_text_at(group, "date")};
        snprintf(from.where, sizeof from.where, "%.100s", eg_text_at(group, "where"));
        add_word(from.suffix, ".", eg_text_at(group, "posture"));
        if (strcmp(stance, "apart") != 0) add_word(from.suffix, ".", stance);
        eg_progress_where_compared(group, from.series);
        size_t k;
        json_t *value;
        json_array_foreach(json_object_get(group, "measures"), k, value)
            json_array_append_new(a->findings, appraise(a, value, &from));
        json_array_foreach(json_object_get(group, "without_height"), k, value)
            json_array_append_new(a->findings, appraise_unknown(a, value, &from));
    }
    json_decref(groups);
    return error;
}
