/* What the check-in of a session says about training today, and what a session may say at all. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/course_guard.h"
#include "clinic/derive.h"
#include "clinic/knowledge.h"
#include "clinic/row.h"
#include "clinic/rule.h"
#include "core/base/check.h"

enum { MINUTES_MAX = 600 }; /* of one visit, all kinds together */

double eg_session_pain(const json_t *session) {
    double worst = eg_number_at(eg_member(session, "check_in"), "pain_during");
    const json_t *items = eg_member(session, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        double pain = eg_number_at(json_array_get(items, i), "pain_after");
        if (isnan(worst) || pain > worst) worst = pain;
    }
    return worst;
}

/* A warning that speaks of any treatment speaks of today's. */
static bool warns_of_today(const eg_rule *rule) {
    const json_t *on = json_object_get(rule->entry, "warns_on");
    const char *first = json_string_value(json_array_get(on, 0));
    return rule->kind == EG_RULE_WARN && first != NULL && strcmp(first, "*") == 0;
}

static void name_missing(const eg_rule_outcome *outcome, json_t *missing) {
    for (size_t i = 0; i < outcome->result.n_decisive; i++)
        json_array_append_new(
            missing,
            json_string(outcome->rule->expression.nodes[outcome->result.decisive[i]].name));
}

/* Vital signs of the session rules that were not taken today. */
static void name_earlier(const eg_clinic *clinic, const eg_rule *rule, const json_t *check_in,
                         json_t *earlier) {
    for (size_t i = 0; i < rule->expression.n_nodes; i++) {
        const char *name = rule->expression.nodes[i].name;
        json_t *entry =
            name[0] == '\0' ? NULL : eg_knowledge_find(clinic->knowledge, "findings", name);
        const json_t *from = eg_member(entry, "from");
        if (strcmp(eg_text_at(from, "kind"), "vital") == 0 &&
            isnan(eg_number_at(check_in, eg_text_at(from, "code"))))
            json_array_append_new(earlier, json_string(name));
    }
}

static void add_rule(json_t *list, const eg_rule *rule) {
    json_array_append_new(
        list, json_pack("{s:s,s:s}", "id", rule->id, "text", eg_text_at(rule->entry, "say")));
}

static json_t *verdict_of(const eg_clinic *clinic, const eg_plan_result *result,
                          const json_t *check_in) {
    json_t *rules = json_array(), *missing = json_array(), *earlier = json_array();
    json_t *warnings = json_array();
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const eg_rule_outcome *outcome = &result->outcomes[i];
        const eg_rule *rule = outcome->rule;
        bool holds = outcome->result.truth == EG_TRUE;
        if (holds && warns_of_today(rule)) add_rule(warnings, rule);
        if (rule->kind != EG_RULE_BLOCK || !rule->blocks[EG_BLOCK_SESSION]) continue;
        name_earlier(clinic, rule, check_in, earlier);
        if (holds) add_rule(rules, rule);
        if (outcome->result.truth == EG_UNKNOWN) name_missing(outcome, missing);
    }
    bool blocked = json_array_size(rules) > 0 || json_array_size(missing) > 0;
    return json_pack("{s:b,s:o,s:o,s:o,s:o}", "blocked", (int)blocked, "rules", rules, "missing",
                     missing, "earlier", earlier, "warnings", warnings);
}

eg_err eg_course_check_in(const eg_clinic *clinic, const json_t *chart, const json_t *check_in,
                          json_t **verdict, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && chart != NULL && verdict != NULL);
    *verdict = NULL;
    eg_plan_result *result = calloc(1, sizeof *result);
    if (result == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for the rules");
    json_t *nothing = json_object();
    const json_t *told = json_is_object(check_in) ? check_in : nothing;
    bool known = false;
    eg_err err = eg_course_rules(clinic, chart, told, result, &known, diag);
    if (err == EG_OK) *verdict = verdict_of(clinic, result, told);
    json_decref(nothing);
    free(result);
    return err;
}

/* Names of findings as people say them. */
static void say_missing(const eg_clinic *clinic, const json_t *missing, char *text, size_t size) {
    for (size_t i = 0; i < json_array_size(missing); i++) {
        const char *name = json_string_value(json_array_get(missing, i));
        json_t *entry = eg_knowledge_find(clinic->knowledge, "findings", name);
        size_t length = strlen(text);
        snprintf(text + length, size - length, "%s%s", i == 0 ? "" : ", ",
                 eg_json_text_of(entry, "name", name));
    }
}

/* Every warning of today has its reason. */
static eg_err check_warnings(const json_t *verdict, const json_t *session, json_t **problems,
                             eg_diag *diag) {
    const json_t *warnings = json_object_get(verdict, "warnings");
    for (size_t i = 0; i < json_array_size(warnings); i++) {
        const json_t *warning = json_array_get(warnings, i);
        char text[480];
        if (eg_plan_overrides(session, eg_text_at(warning, "id"))) continue;
        snprintf(text, sizeof text, "%s warns: %.300s Say what was done about it.",
                 eg_text_at(warning, "id"), eg_text_at(warning, "text"));
        return eg_guard_refuse("session_warning", text, "session", "overrides", problems, diag);
    }
    return EG_OK;
}

eg_err eg_guard_check_in(const eg_clinic *clinic, const json_t *chart, const json_t *session,
                         json_t **problems, eg_diag *diag) {
    json_t *verdict = NULL, *check_in = NULL;
    const json_t *given = eg_member(session, "check_in");
    check_in = json_is_object(given) ? json_copy((json_t *)(uintptr_t)given) : json_object();
    double pain = eg_session_pain(session);
    if (!isnan(pain)) json_object_set_new(check_in, "pain_during", json_real(pain));
    eg_err err = eg_course_check_in(clinic, chart, check_in, &verdict, diag);
    json_decref(check_in);
    if (err != EG_OK) return err;
    char text[600], missing[200] = "";
    say_missing(clinic, json_object_get(verdict, "missing"), missing, sizeof missing);
    const json_t *rule = json_array_get(json_object_get(verdict, "rules"), 0);
    if (rule != NULL)
        snprintf(text, sizeof text,
                 "No exercise today: %.300s Going on needs the reason, and the name and credential "
                 "of who allowed it.",
                 eg_text_at(rule, "text"));
    else
        snprintf(text, sizeof text,
                 "No exercise before these are measured: %s. Going on without needs the reason, "
                 "and the name and credential of who allowed it.",
                 missing);
    const json_t *override = eg_member(session, "blocked_override");
    bool allowed = eg_is_given(override, "reason") && eg_is_given(override, "clinician") &&
                   eg_is_given(override, "credential");
    if (json_is_true(json_object_get(verdict, "blocked")) && !allowed)
        err =
            eg_guard_refuse("session_safety", text, "session", "blocked_override", problems, diag);
    else
        err = check_warnings(verdict, session, problems, diag);
    json_decref(verdict);
    return err;
}

static eg_err wrong(const char *pointer, const char *reason, const char *remedy, json_t **problems,
                    eg_diag *diag) {
    eg_problem_add(problems, pointer, reason, remedy);
    return eg_diag_set(diag, EG_ERR_DATA, pointer, 0, "%s; %s", reason, remedy);
}

static eg_err check_item(const eg_clinic *clinic, const json_t *item, size_t index,
                         json_t **problems, eg_diag *diag) {
    static const char *const whole[] = {"sets", "repetitions", "successes"};
    char pointer[64];
    for (size_t i = 0; i < 3; i++) {
        double number = eg_number_at(item, whole[i]);
        snprintf(pointer, sizeof pointer, "/items/%zu/%s", index, whole[i]);
        if (floor(number) < number)
            return wrong(pointer, "is counted in whole numbers", "round it", problems, diag);
    }
    double sets = eg_number_at(item, "sets"), repetitions = eg_number_at(item, "repetitions");
    if (eg_number_at(item, "successes") > repetitions * (sets > 1 ? sets : 1))
        return wrong(pointer, "more successes than repetitions", "count them again", problems,
                     diag);
    const char *exercise = eg_text_at(item, "exercise_id");
    const char *treatment = eg_text_at(item, "intervention_id");
    snprintf(pointer, sizeof pointer, "/items/%zu/%s", index,
             exercise[0] != '\0' ? "exercise_id" : "intervention_id");
    if (clinic->knowledge == NULL) return EG_OK;
    if ((exercise[0] != '\0' &&
         eg_knowledge_find(clinic->knowledge, "exercises", exercise) == NULL) ||
        (treatment[0] != '\0' &&
         eg_knowledge_find(clinic->knowledge, "interventions", treatment) == NULL))
        return wrong(pointer, "is not in the library", "choose one of the list, or write a title",
                     problems, diag);
    snprintf(pointer, sizeof pointer, "/items/%zu/title", index);
    return eg_is_given(item, "title")
               ? EG_OK
               : wrong(pointer, "is blank", "say what was done", problems, diag);
}

eg_err eg_session_check(const eg_clinic *clinic, const json_t *body, json_t **problems,
                        eg_diag *diag) {
    static const char *const kinds[] = {"timed", "untimed", "rest", "unattended"};
    const json_t *items = eg_member(body, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        eg_err err = check_item(clinic, json_array_get(items, i), i, problems, diag);
        if (err != EG_OK) return err;
    }
    if (json_array_size(items) == 0 && !eg_is_given(body, "response"))
        return wrong("/items", "nothing was done", "name what was done, or how the visit went",
                     problems, diag);
    double sum = 0;
    for (size_t i = 0; i < 4; i++) {
        double minutes = eg_number_at(eg_member(body, "minutes"), kinds[i]);
        if (minutes > 0) sum += minutes;
    }
    return sum <= MINUTES_MAX ? EG_OK
                              : wrong("/minutes", "add up to more than ten hours",
                                      "check the minutes", problems, diag);
}
