/* What of a plan or session is electrical stimulation, and whether it may be given: every rule that
 * blocks stimulation must be answered and must not hold. Unknown is not "no". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/course_guard.h"
#include "clinic/knowledge.h"
#include "clinic/row.h"
#include "clinic/rule.h"
#include "core/base/check.h"

static bool is_marked(const eg_clinic *clinic, const char *kind, const char *id) {
    json_t *entry = id[0] == '\0' || clinic->knowledge == NULL
                        ? NULL
                        : eg_knowledge_find(clinic->knowledge, kind, id);
    return json_is_true(json_object_get(entry, "needs_stimulation"));
}

static bool other_stimulates(const eg_clinic *clinic, const json_t *other) {
    return is_marked(clinic, "interventions", eg_text_at(other, "intervention_id"));
}

/* Whole rules only: of a rule that needs stimulation in part, the rest may be done. */
static bool rule_stimulates(const eg_clinic *clinic, const char *id) {
    const eg_rule *rule = clinic->rules == NULL ? NULL : eg_rule_find(clinic->rules, id);
    return rule != NULL && rule->needs_stimulation == EG_STIM_ALL;
}

static bool lists(const json_t *texts, const char *text) {
    for (size_t i = 0; i < json_array_size(texts); i++) {
        const char *one = json_string_value(json_array_get(texts, i));
        if (one != NULL && strcmp(one, text) == 0) return true;
    }
    return false;
}

static bool decision_stimulates(const eg_clinic *clinic, const json_t *decision) {
    if (!eg_decision_is_taken(decision)) return false;
    if (rule_stimulates(clinic, eg_text_at(decision, "rule_id"))) return true;
    const json_t *exercises = eg_member(decision, "exercises");
    for (size_t i = 0; i < json_array_size(exercises); i++) {
        const char *id = json_string_value(json_array_get(exercises, i));
        if (id != NULL && is_marked(clinic, "exercises", id)) return true;
    }
    return false;
}

static void append(char *text, size_t size, const char *separator, const char *more) {
    size_t length = strlen(text);
    if (length + 1 < size) snprintf(text + length, size - length, "%s%s", separator, more);
}

bool eg_course_plan_stimulates(const eg_clinic *clinic, const json_t *plan, char *text,
                               size_t size) {
    bool found = false;
    text[0] = '\0';
    const json_t *decisions = eg_member(plan, "decisions"), *others = eg_member(plan, "others");
    for (size_t i = 0; i < json_array_size(decisions); i++) {
        const json_t *decision = json_array_get(decisions, i);
        if (!decision_stimulates(clinic, decision)) continue;
        append(text, size, found ? ", " : "", eg_text_at(decision, "rule_id"));
        found = true;
    }
    for (size_t i = 0; i < json_array_size(others); i++) {
        const json_t *other = json_array_get(others, i);
        if (!other_stimulates(clinic, other)) continue;
        append(text, size, found ? ", " : "", eg_text_at(other, "title"));
        found = true;
    }
    return found;
}

/* An exercise that only treatments with stimulation of the plan hold is done with it. A title that
 * is one of theirs says the same. */
static bool is_of_stimulating_part(const eg_clinic *clinic, const json_t *plan,
                                   const json_t *item) {
    const char *exercise = eg_text_at(item, "exercise_id"), *title = eg_text_at(item, "title");
    bool with = false, without = false;
    const json_t *others = eg_member(plan, "others");
    for (size_t i = 0; i < json_array_size(others); i++) {
        const json_t *other = json_array_get(others, i);
        if (strcmp(eg_text_at(other, "title"), title) == 0 && other_stimulates(clinic, other))
            return true;
    }
    const json_t *decisions = eg_member(plan, "decisions");
    for (size_t i = 0; i < json_array_size(decisions); i++) {
        const json_t *decision = json_array_get(decisions, i);
        if (!eg_decision_is_taken(decision)) continue;
        bool stimulates = decision_stimulates(clinic, decision);
        if (stimulates && title[0] != '\0' && strcmp(eg_text_at(decision, "title"), title) == 0)
            return true;
        if (exercise[0] == '\0' || !lists(eg_member(decision, "exercises"), exercise)) continue;
        with = with || stimulates;
        without = without || !stimulates;
    }
    return with && !without;
}

static bool names_stimulation(const eg_clinic *clinic, const char *title) {
    size_t n =
        clinic->knowledge == NULL ? 0 : eg_knowledge_count(clinic->knowledge, "interventions");
    for (size_t i = 0; i < n; i++) {
        json_t *entry = eg_knowledge_at(clinic->knowledge, "interventions", i);
        if (json_is_true(json_object_get(entry, "needs_stimulation")) &&
            strcmp(eg_json_text_of(entry, "name", ""), title) == 0)
            return true;
    }
    return false;
}

size_t eg_course_session_stimulates(const eg_clinic *clinic, const json_t *chart,
                                    const json_t *session) {
    const json_t *plan = NULL, *plans = eg_member(chart, "plans");
    for (size_t i = 0; i < json_array_size(plans) && plan == NULL; i++) {
        const json_t *document = json_array_get(plans, i);
        if (strcmp(eg_text_at(document, "id"), eg_text_at(session, "plan_id")) == 0 &&
            json_integer_value(eg_member(document, "version")) ==
                json_integer_value(eg_member(session, "plan_version")))
            plan = eg_member(document, "body");
    }
    size_t count = 0;
    const json_t *items = eg_member(session, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        count += is_marked(clinic, "interventions", eg_text_at(item, "intervention_id")) ||
                 is_marked(clinic, "exercises", eg_text_at(item, "exercise_id")) ||
                 names_stimulation(clinic, eg_text_at(item, "title")) ||
                 is_of_stimulating_part(clinic, plan, item);
    }
    return count;
}

/* Names the findings on which an unanswered rule hangs, and the page where they are asked. */
static void name_open(const eg_clinic *clinic, const eg_rule_outcome *outcome, char *text,
                      size_t size) {
    for (size_t i = 0; i < outcome->result.n_decisive; i++) {
        const char *name = outcome->rule->expression.nodes[outcome->result.decisive[i]].name;
        json_t *finding = eg_knowledge_find(clinic->knowledge, "findings", name);
        append(text, size, i == 0 ? " not answered: " : ", ",
               eg_json_text_of(finding, "name", name));
        if (i + 1 < outcome->result.n_decisive) continue;
        append(text, size, " (page ", eg_json_text_of(finding, "page", "findings"));
        append(text, size, ")", "");
    }
}

bool eg_course_may_stimulate(const eg_clinic *clinic, const json_t *plan,
                             struct eg_plan_result *result, char *text, size_t size) {
    EG_ASSERT(result != NULL && text != NULL && size > 0);
    text[0] = '\0';
    bool may = true;
    eg_course_lift(plan, result);
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const eg_rule_outcome *outcome = &result->outcomes[i];
        const eg_rule *rule = outcome->rule;
        bool unknown = outcome->result.truth == EG_UNKNOWN;
        if (!rule->blocks[EG_BLOCK_STIMULATION] || outcome->lifted) continue;
        if (outcome->result.truth == EG_FALSE) continue;
        bool liftable = strcmp(eg_json_text_of(rule->entry, "override", "none"), "none") != 0;
        if (unknown && liftable && eg_plan_overrides(plan, rule->id)) continue;
        append(text, size, may ? "" : "; ", rule->id);
        if (unknown)
            name_open(clinic, outcome, text, size);
        else
            append(text, size, ": ", eg_json_text_of(rule->entry, "say", ""));
        may = false;
    }
    return may;
}

eg_err eg_guard_session_stimulation(const eg_clinic *clinic, const json_t *chart,
                                    const json_t *session, char *text, size_t size, bool *may,
                                    eg_diag *diag) {
    *may = true;
    text[0] = '\0';
    if (eg_course_session_stimulates(clinic, chart, session) == 0) return EG_OK;
    const json_t *plan = NULL, *plans = eg_member(chart, "plans");
    for (size_t i = 0; i < json_array_size(plans) && plan == NULL; i++)
        if (strcmp(eg_text_at(json_array_get(plans, i), "status"), "signed") == 0)
            plan = eg_member(json_array_get(plans, i), "body");
    eg_plan_result *result = malloc(sizeof *result);
    if (result == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for the rules");
    json_t *nothing = json_object();
    const json_t *check_in = eg_member(session, "check_in");
    bool known = false;
    eg_err err =
        eg_course_rules(clinic, chart, check_in == NULL ? nothing : check_in, result, &known, diag);
    if (err == EG_OK && known)
        *may = eg_course_may_stimulate(clinic, plan, result, text, size);
    else if (err == EG_OK) {
        *may = false;
        snprintf(text, size, "no safety rules are loaded");
    }
    json_decref(nothing);
    free(result);
    return err;
}
