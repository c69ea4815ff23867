#include "clinic/goal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/change.h"
#include "clinic/chart.h"
#include "clinic/knowledge.h"
#include "clinic/measured.h"
#include "clinic/row.h"
#include "core/base/check.h"

enum { GOALS_MAX = 64 };

/* The newest entry of the goal's measure and side. */
static const json_t *newest_entry(const json_t *chart, const json_t *goal) {
    const json_t *entries = eg_member(chart, "entries");
    for (size_t i = json_array_size(entries); i > 0; i--) {
        const json_t *entry = json_array_get(entries, i - 1);
        const json_t *body = eg_member(entry, "body");
        if (strcmp(eg_text_at(body, "code"), eg_text_at(goal, "measure_code")) == 0 &&
            strcmp(eg_text_at(body, "side"), eg_text_at(goal, "side")) == 0 &&
            json_is_number(eg_member(body, "value")))
            return entry;
    }
    return NULL;
}

static void set_warning(const eg_clinic *clinic, const json_t *chart, json_t *body) {
    double baseline = eg_number_at(body, "baseline"), target = eg_number_at(body, "target");
    const char *state = "beyond";
    json_object_del(body, "mdc_warning");
    json_object_del(body, "mdc_state");
    if (isnan(baseline) || isnan(target)) return;
    const char *code = eg_text_at(body, "measure_code");
    char text[400] = "";
    eg_measured measure;
    eg_measured_find(clinic, code, &measure);
    eg_change_noise noise = {.mdc95 = NAN, .mcid = NAN};
    const eg_change_person person = eg_measured_person(clinic, chart, eg_text_at(body, "side"), "");
    if (clinic->knowledge != NULL)
        eg_change_find_noise(clinic->knowledge, code, &person, baseline, EG_INTERVAL_DAYS, false,
                             &noise);
    double step = fabs(target - baseline);
    if (isnan(noise.mdc95)) {
        state = "unknown";
        snprintf(text, sizeof text,
                 "No minimal detectable change is known for %.100s in this population: whether "
                 "reaching the target is more than noise cannot be said.",
                 measure.name);
    } else if (step < noise.mdc95) {
        state = "within";
        snprintf(text, sizeof text,
                 "The step of %.4g %.20s is smaller than the minimal detectable change of %.4g: "
                 "reaching it could be noise%s.",
                 step, measure.unit, noise.mdc95, noise.believed ? " (value not verified)" : "");
    } else if (noise.interval != EG_INTERVAL_DAYS) { /* the target is for another day */
        state = "session";
        snprintf(text, sizeof text,
                 "The step of %.4g %.20s is beyond same-session noise (MDC95 %.4g%s); day-to-day "
                 "noise is unknown.",
                 step, measure.unit, noise.mdc95, noise.believed ? ", value not verified" : "");
    }
    json_object_set_new(body, "mdc_state", json_string(state));
    if (text[0] != '\0') json_object_set_new(body, "mdc_warning", json_string(text));
}

static eg_err refuse(json_t **problems, eg_diag *diag, const char *pointer, const char *reason,
                     const char *remedy) {
    eg_problem_add(problems, pointer, reason, remedy);
    return eg_diag_set(diag, EG_ERR_DATA, pointer, 0, "%s; %s", reason, remedy);
}

eg_err eg_goal_check(const eg_clinic *clinic, const json_t *body, json_t **problems,
                     eg_diag *diag) {
    EG_ASSERT(clinic != NULL && body != NULL);
    if (clinic->knowledge == NULL) return EG_OK;
    const char *code = eg_text_at(body, "measure_code"), *icf = eg_text_at(body, "icf");
    eg_measured measure;
    eg_measured_find(clinic, code, &measure);
    if (code[0] != '\0' && !measure.known)
        return refuse(problems, diag, "/measure_code", "there is no such measure",
                      "choose one of the list");
    if (icf[0] != '\0' && eg_knowledge_find(clinic->knowledge, "icf", icf) == NULL)
        return refuse(problems, diag, "/icf", "there is no such ICF code here",
                      "choose one of the list");
    json_t *entry = eg_knowledge_find(clinic->knowledge, "measures", code);
    if (entry == NULL) return EG_OK;
    if (eg_is_given(body, "side") && !json_is_true(json_object_get(entry, "sided")))
        return refuse(problems, diag, "/side", "this measure has no side", "leave the side empty");
    static const char *const values[][2] = {{"baseline", "/baseline"}, {"target", "/target"}};
    double low = eg_json_number_of(entry, "low", -HUGE_VAL);
    double high = eg_json_number_of(entry, "high", HUGE_VAL);
    for (size_t i = 0; i < 2; i++) {
        double value = eg_number_at(body, values[i][0]);
        char reason[160];
        snprintf(reason, sizeof reason, "%g lies outside %g to %g %.40s", value, low, high,
                 measure.unit);
        if (value < low || value > high)
            return refuse(problems, diag, values[i][1], reason, "check the number and its unit");
    }
    return EG_OK;
}

/* A target on the worse side of the baseline may be meant (a slow decline), but must be said. */
static void set_direction(const eg_clinic *clinic, json_t *body) {
    double step = eg_number_at(body, "target") - eg_number_at(body, "baseline");
    eg_measured measure;
    eg_measured_find(clinic, eg_text_at(body, "measure_code"), &measure);
    json_object_del(body, "direction_warning");
    if (isnan(step) || !measure.known || step == 0) return;
    if (measure.better != (step > 0 ? EG_BETTER_LOWER : EG_BETTER_HIGHER)) return;
    char text[300];
    snprintf(text, sizeof text,
             "The target is worse than the baseline: for %.100s %s is better. Say why it is meant "
             "so, or correct it.",
             measure.name, step > 0 ? "less" : "more");
    json_object_set_new(body, "direction_warning", json_string(text));
}

/* The entry that the baseline comes from, of this goal's measure and side. */
static bool is_baseline(const json_t *entry, const json_t *goal) {
    const json_t *body = eg_member(entry, "body");
    return strcmp(eg_text_at(body, "code"), eg_text_at(goal, "measure_code")) == 0 &&
           strcmp(eg_text_at(body, "side"), eg_text_at(goal, "side")) == 0;
}

eg_err eg_goal_complete(const eg_clinic *clinic, const json_t *chart, json_t *body, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && chart != NULL && body != NULL);
    /* A baseline that was entered in error is taken again. */
    if (json_object_get(eg_member(chart, "withdrawn"), eg_text_at(body, "baseline_entry_id"))) {
        json_object_del(body, "baseline");
        json_object_del(body, "baseline_entry_id");
    }
    if (!json_is_number(json_object_get(body, "baseline"))) {
        const json_t *entry = newest_entry(chart, body);
        if (entry != NULL) {
            json_object_set_new(
                body, "baseline",
                json_copy((json_t *)(uintptr_t)eg_member(eg_member(entry, "body"), "value")));
            json_object_set_new(body, "baseline_entry_id", json_string(eg_text_at(entry, "id")));
        }
    }
    const char *entry_id = eg_text_at(body, "baseline_entry_id");
    bool known = entry_id[0] == '\0';
    const json_t *entries = eg_member(chart, "entries");
    for (size_t i = 0; i < json_array_size(entries) && !known; i++)
        known = strcmp(eg_text_at(json_array_get(entries, i), "id"), entry_id) == 0;
    if (!known)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "/baseline_entry_id", 0,
                           "this is no entry of this episode; choose one of its values");
    const json_t *entry = entry_id[0] == '\0' ? NULL : eg_chart_find(chart, "entries", entry_id);
    if (entry != NULL && eg_is_given(body, "measure_code") && !is_baseline(entry, body))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "/baseline_entry_id", 0,
                           "this value is of another measure or side than the goal");
    set_warning(clinic, chart, body);
    set_direction(clinic, body);
    return EG_OK;
}

json_t *eg_goal_gaps(const json_t *chart, const json_t *body) {
    json_t *gaps = json_array();
    if (json_object_get(eg_member(chart, "withdrawn"), eg_text_at(body, "baseline_entry_id")))
        eg_problem_add(&gaps, "/baseline", "the baseline was entered in error",
                       "measure it again and save the goal");
    if (!eg_is_given(body, "text"))
        eg_problem_add(&gaps, "/text", "the goal has no words", "say it in the person's words");
    if (!eg_is_given(body, "measure_code"))
        eg_problem_add(&gaps, "/measure_code", "no measure", "choose how it will be measured");
    if (isnan(eg_number_at(body, "baseline")))
        eg_problem_add(&gaps, "/baseline", "no baseline", "measure it, or type today's value");
    if (isnan(eg_number_at(body, "target")))
        eg_problem_add(&gaps, "/target", "no target", "type the value to be reached");
    else if (fabs(eg_number_at(body, "target") - eg_number_at(body, "baseline")) <= 0)
        eg_problem_add(&gaps, "/target", "the target is the baseline", "choose another target");
    if (eg_is_given(body, "direction_warning") && !eg_is_given(body, "direction_reason"))
        eg_problem_add(&gaps, "/direction_reason", "the target is worse than the baseline",
                       "say why, or correct it");
    if (!eg_is_given(body, "due_on")) eg_problem_add(&gaps, "/due_on", "no date", "choose by when");
    return gaps;
}

static bool begins_with_one(const char *text, const json_t *codes) {
    for (size_t i = 0; i < json_array_size(codes); i++) {
        const char *code = json_string_value(json_array_get(codes, i));
        if (code != NULL && text[0] != '\0' && strncmp(text, code, strlen(code)) == 0) return true;
    }
    return false;
}

bool eg_goal_is_about(const json_t *body, const json_t *definition) {
    static const char prefix[] = "goal_";
    const char *name = eg_text_at(definition, "id");
    const char *subject = eg_text_at(body, "subject");
    const json_t *codes = eg_member(eg_member(definition, "from"), "codes");
    if (strncmp(name, prefix, sizeof prefix - 1) == 0 && subject[0] != '\0' &&
        strcmp(name + sizeof prefix - 1, subject) == 0)
        return true;
    return begins_with_one(eg_text_at(body, "icf"), codes) ||
           begins_with_one(eg_text_at(body, "measure_code"), codes);
}

static bool is_one_of(const char *text, const json_t *list) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *one = json_string_value(json_array_get(list, i));
        if (one != NULL && strcmp(one, text) == 0) return true;
    }
    return false;
}

/* A goal said to be about balance is about b755, whatever measures it. */
static bool serves_one(const eg_knowledge *knowledge, const json_t *proposal, const json_t *body) {
    const json_t *serves = eg_member(proposal, "serves");
    const json_t *icf = eg_member(proposal, "serves_icf");
    const json_t *measure =
        eg_knowledge_find(knowledge, "measures", eg_text_at(body, "measure_code"));
    for (size_t i = 0; i < json_array_size(serves); i++) {
        const char *name = json_string_value(json_array_get(serves, i));
        if (eg_goal_is_about(body, eg_knowledge_find(knowledge, "findings", name))) return true;
    }
    if (is_one_of(eg_text_at(body, "icf"), icf) || is_one_of(eg_text_at(measure, "icf"), icf))
        return true;
    return strcmp(eg_text_at(body, "subject"), "balance") == 0 && is_one_of("b755", icf);
}

json_t *eg_goal_served(const eg_knowledge *knowledge, const json_t *chart, const char *rule_id) {
    const json_t *proposal = eg_member(eg_knowledge_find(knowledge, "rules", rule_id), "proposal");
    const json_t *goals = eg_member(chart, "goals");
    json_t *ids = json_array();
    for (size_t i = 0; i < json_array_size(goals); i++) {
        const json_t *goal = json_array_get(goals, i);
        const char *status = eg_body_text(goal, "status");
        if (status[0] != '\0' && strcmp(status, "open") != 0) continue;
        if (serves_one(knowledge, proposal, eg_member(goal, "body")))
            json_array_append_new(ids, json_string(eg_text_at(goal, "id")));
    }
    return ids;
}

json_t *eg_goal_gas(const json_t *chart) {
    const json_t *goals = eg_member(chart, "goals");
    double scores[GOALS_MAX], weights[GOALS_MAX];
    size_t n = 0;
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(goals) && n < GOALS_MAX; i++) {
        const json_t *goal = json_array_get(goals, i);
        double attained = eg_body_number(goal, "attained");
        double weight = eg_body_number(goal, "weight");
        if (isnan(attained)) continue;
        scores[n] = attained;
        weights[n] = isnan(weight) ? 1 : weight;
        json_array_append_new(list, json_pack("{s:s,s:s,s:f,s:f}", "id", eg_text_at(goal, "id"),
                                              "text", eg_body_text(goal, "text"), "weight",
                                              weights[n], "attained", attained));
        n++;
    }
    double t_score = n == 0 ? (double)NAN : eg_gas_t_score(scores, weights, n);
    return json_pack("{s:o,s:i,s:o}", "t_score", isnan(t_score) ? json_null() : json_real(t_score),
                     "n", (int)n, "goals", list);
}
