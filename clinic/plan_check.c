#include "clinic/plan_check.h"

#include <stdio.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/course_guard.h"
#include "clinic/knowledge.h"
#include "clinic/row.h"
#include "clinic/rule.h"
#include "core/base/check.h"

static eg_err refuse(json_t **problems, eg_diag *diag, const char *pointer, const char *reason,
                     const char *id, const char *remedy) {
    char text[160];
    snprintf(text, sizeof text, "%s: \"%.60s\"", reason, id);
    eg_problem_add(problems, pointer, text, remedy);
    return eg_diag_set(diag, EG_ERR_DATA, pointer, 0, "%s; %s", text, remedy);
}

/* Each text of a list is the id of something of that kind in knowledge/. */
static eg_err check_ids(const eg_clinic *clinic, const json_t *ids, const char *kind,
                        const char *reason, const char *pointer, json_t **problems, eg_diag *diag) {
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (id != NULL && eg_knowledge_find(clinic->knowledge, kind, id) != NULL) continue;
        char at[96];
        snprintf(at, sizeof at, "%s/%zu", pointer, i);
        return refuse(problems, diag, at, reason, id == NULL ? "" : id, "choose one of the list");
    }
    return EG_OK;
}

static bool decided_before(const json_t *decisions, size_t n, const char *rule_id) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(eg_text_at(json_array_get(decisions, i), "rule_id"), rule_id) == 0) return true;
    return false;
}

static eg_err check_decision(const eg_clinic *clinic, const json_t *decisions, size_t i,
                             json_t **problems, eg_diag *diag) {
    const json_t *decision = json_array_get(decisions, i);
    const char *id = eg_text_at(decision, "rule_id");
    const eg_rule *rule = clinic->rules == NULL ? NULL : eg_rule_find(clinic->rules, id);
    char at[64], part[96];
    snprintf(at, sizeof at, "/decisions/%zu", i);
    snprintf(part, sizeof part, "%s/rule_id", at);
    if (clinic->rules != NULL && rule == NULL)
        return refuse(problems, diag, part, "there is no such rule", id, "choose a proposal");
    if (decided_before(decisions, i, id))
        return refuse(problems, diag, part, "this rule is decided twice", id, "keep one of them");
    if (rule != NULL && eg_decision_is_taken(decision) &&
        (rule->kind == EG_RULE_BLOCK || !json_is_object(eg_member(rule->entry, "proposal"))))
        return refuse(problems, diag, part, "this rule proposes nothing to take up", id,
                      "answer its block or warning instead");
    snprintf(part, sizeof part, "%s/finding_names", at);
    eg_err err = check_ids(clinic, eg_member(decision, "finding_names"), "findings",
                           "there is no such finding", part, problems, diag);
    snprintf(part, sizeof part, "%s/exercises", at);
    if (err == EG_OK)
        err = check_ids(clinic, eg_member(decision, "exercises"), "exercises",
                        "there is no such exercise", part, problems, diag);
    return err;
}

static eg_err check_other(const eg_clinic *clinic, const json_t *other, size_t i, json_t **problems,
                          eg_diag *diag) {
    char at[64];
    const char *id = eg_text_at(other, "intervention_id");
    snprintf(at, sizeof at, "/others/%zu/intervention_id", i);
    if (id[0] != '\0' && eg_knowledge_find(clinic->knowledge, "interventions", id) == NULL)
        return refuse(problems, diag, at, "there is no such treatment", id,
                      "choose one of the list, or leave it out and name it");
    snprintf(at, sizeof at, "/others/%zu/finding_names", i);
    return check_ids(clinic, eg_member(other, "finding_names"), "findings",
                     "there is no such finding", at, problems, diag);
}

eg_err eg_plan_check(const eg_clinic *clinic, const json_t *body, json_t **problems,
                     eg_diag *diag) {
    EG_ASSERT(clinic != NULL && body != NULL);
    if (clinic->knowledge == NULL) return EG_OK;
    const json_t *decisions = eg_member(body, "decisions"), *others = eg_member(body, "others");
    const json_t *overrides = eg_member(body, "overrides");
    eg_err err = EG_OK;
    for (size_t i = 0; err == EG_OK && i < json_array_size(decisions); i++)
        err = check_decision(clinic, decisions, i, problems, diag);
    for (size_t i = 0; err == EG_OK && i < json_array_size(others); i++)
        err = check_other(clinic, json_array_get(others, i), i, problems, diag);
    for (size_t i = 0; err == EG_OK && i < json_array_size(overrides); i++) {
        const char *id = eg_text_at(json_array_get(overrides, i), "rule_id");
        if (clinic->rules != NULL && eg_rule_find(clinic->rules, id) == NULL)
            err = refuse(problems, diag, "/overrides", "there is no such rule", id, "take it out");
    }
    return err;
}

static bool names_goal(const json_t *chart, const json_t *ids) {
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (id != NULL && eg_chart_find(chart, "goals", id) != NULL) return true;
    }
    return false;
}

static bool has_dose(const json_t *treatment) {
    static const char *const parts[] = {"time", "volume", "frequency", "intensity"};
    for (size_t i = 0; i < 4; i++)
        if (eg_is_given(eg_member(treatment, "dose"), parts[i])) return true;
    return false;
}

static const char *lacks(const json_t *chart, const json_t *treatment) {
    if (!names_goal(chart, eg_member(treatment, "goal_ids"))) return "a goal";
    if (json_array_size(eg_member(treatment, "finding_names")) == 0) return "a finding";
    return has_dose(treatment) ? NULL : "a dose";
}

/* Not true now, and nothing says why it was taken up all the same. */
static bool is_unfounded(const eg_plan_result *result, const json_t *decision) {
    if (!eg_decision_is_taken(decision) || eg_is_given(decision, "reason")) return false;
    for (size_t i = 0; i < result->n_outcomes; i++)
        if (strcmp(result->outcomes[i].rule->id, eg_text_at(decision, "rule_id")) == 0)
            return result->outcomes[i].result.truth != EG_TRUE;
    return true;
}

void eg_plan_guard_links(const json_t *chart, const json_t *body, const eg_plan_result *result,
                         json_t *guards) {
    char text[400] = "Every treatment names a goal, a finding and a dose";
    bool met = true;
    static const char *const lists[] = {"decisions", "others"};
    for (size_t k = 0; k < 2; k++) {
        const json_t *list = eg_member(body, lists[k]);
        for (size_t i = 0; i < json_array_size(list); i++) {
            const json_t *treatment = json_array_get(list, i);
            bool counts = k == 1 || eg_decision_is_taken(treatment);
            const char *missing = counts ? lacks(chart, treatment) : NULL;
            if (missing == NULL) continue;
            size_t length = strlen(text);
            snprintf(text + length, sizeof text - length, "%s%.60s lacks %s", met ? "; " : ", ",
                     eg_is_given(treatment, "title") ? eg_text_at(treatment, "title")
                                                     : eg_text_at(treatment, "rule_id"),
                     missing);
            met = false;
        }
    }
    eg_guard_add(guards, "plan_links", met, text, "plan", "goal_ids");
    if (result == NULL) return;
    snprintf(text, sizeof text, "A reason for every rule taken up that is not true now");
    met = true;
    const json_t *decisions = eg_member(body, "decisions");
    for (size_t i = 0; i < json_array_size(decisions); i++) {
        const json_t *decision = json_array_get(decisions, i);
        if (!is_unfounded(result, decision)) continue;
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%.12s", met ? "; open: " : ", ",
                 eg_text_at(decision, "rule_id"));
        met = false;
    }
    eg_guard_add(guards, "plan_rules", met, text, "plan", "decisions");
}
