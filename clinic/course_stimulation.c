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
#include "clinic/term.h"
#include "core/base/check.h"

static const char stimulation[] = "stimulation"; /* in knowledge/terms */

static bool is_marked(const eg_clinic *clinic, const char *kind, const char *id) {
    json_t *entry = id[0] == '\0' || clinic->knowledge == NULL
                        ? NULL
                        : eg_knowledge_find(clinic->knowledge, kind, id);
    return json_is_true(json_object_get(entry, "needs_stimulation"));
}

static bool other_stimulates(const eg_clinic *clinic, const json_t *other) {
    return is_marked(clinic, "interventions", eg_text_at(other, "intervention_id"));
}

bool eg_treatment_names(const eg_clinic *clinic, const char *term, const json_t *treatment) {
    static const char *const parts[] = {"frequency", "intensity", "time",
                                        "type",      "volume",    "progression"};
    const json_t *dose = eg_member(treatment, "dose");
    if (eg_term_names(clinic->knowledge, term, eg_text_at(treatment, "title"))) return true;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (eg_term_names(clinic->knowledge, term, eg_text_at(dose, parts[i]))) return true;
    return false;
}

static eg_stimulation_need need_of(const eg_clinic *clinic, const json_t *decision) {
    json_t *rule = clinic->knowledge == NULL ? NULL
                                             : eg_knowledge_find(clinic->knowledge, "rules",
                                                                 eg_text_at(decision, "rule_id"));
    const char *need =
        eg_json_text_of(json_object_get(rule, "proposal"), "needs_stimulation", "none");
    return strcmp(need, "all") == 0    ? EG_STIM_ALL
           : strcmp(need, "part") == 0 ? EG_STIM_PART
                                       : EG_STIM_NONE;
}

/* Of a rule that needs stimulation in part the rest may be done: its words say what is meant. */
static bool rule_stimulates(const eg_clinic *clinic, const json_t *decision) {
    eg_stimulation_need need = need_of(clinic, decision);
    return need == EG_STIM_ALL ||
           (need == EG_STIM_PART && eg_treatment_names(clinic, stimulation, decision));
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
    if (rule_stimulates(clinic, decision)) return true;
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
        /* Only where all of it is stimulation is every exercise done with it. */
        bool is_all = need_of(clinic, decision) == EG_STIM_ALL;
        with = with || is_all;
        without = without || !is_all;
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

/* The version of the plan that a session follows; NULL if it is not in the chart. */
static const json_t *plan_of(const json_t *chart, const json_t *session) {
    const json_t *plans = eg_member(chart, "plans");
    for (size_t i = 0; i < json_array_size(plans); i++) {
        const json_t *document = json_array_get(plans, i);
        if (strcmp(eg_text_at(document, "id"), eg_text_at(session, "plan_id")) == 0 &&
            json_integer_value(eg_member(document, "version")) ==
                json_integer_value(eg_member(session, "plan_version")))
            return eg_member(document, "body");
    }
    return NULL;
}

static bool item_stimulates(const eg_clinic *clinic, const json_t *plan, const json_t *item) {
    return is_marked(clinic, "interventions", eg_text_at(item, "intervention_id")) ||
           is_marked(clinic, "exercises", eg_text_at(item, "exercise_id")) ||
           names_stimulation(clinic, eg_text_at(item, "title")) ||
           is_of_stimulating_part(clinic, plan, item);
}

size_t eg_course_session_stimulates(const eg_clinic *clinic, const json_t *chart,
                                    const json_t *session) {
    const json_t *plan = plan_of(chart, session);
    size_t count = 0;
    const json_t *items = eg_member(session, "items");
    for (size_t i = 0; i < json_array_size(items); i++)
        count += item_stimulates(clinic, plan, json_array_get(items, i));
    return count;
}

static eg_err refuse_words(const char *list, size_t index, const char *title, json_t **problems,
                           eg_diag *diag) {
    char pointer[48], reason[200];
    snprintf(pointer, sizeof pointer, "/%s/%zu/title", list, index);
    snprintf(reason, sizeof reason,
             "\"%.80s\" is electrical stimulation in free words: it has to be chosen as "
             "stimulation",
             title);
    eg_problem_add(problems, pointer, reason,
                   "choose a treatment of the list that is stimulation, so that the safety "
                   "questions are asked; or take the words out");
    return eg_diag_set(diag, EG_ERR_DATA, pointer, 0, "%s", reason);
}

eg_err eg_course_check_words(const eg_clinic *clinic, const json_t *chart, const char *kind,
                             const json_t *body, json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && kind != NULL);
    bool is_plan = strcmp(kind, "plan") == 0, is_session = strcmp(kind, "session") == 0;
    const json_t *decisions = is_plan ? eg_member(body, "decisions") : NULL;
    const json_t *others = is_plan ? eg_member(body, "others") : NULL;
    const json_t *items = is_session ? eg_member(body, "items") : NULL;
    const json_t *plan = is_session ? plan_of(chart, body) : NULL;
    for (size_t i = 0; i < json_array_size(decisions); i++) {
        const json_t *one = json_array_get(decisions, i);
        if (eg_decision_is_taken(one) && need_of(clinic, one) == EG_STIM_NONE &&
            eg_treatment_names(clinic, stimulation, one))
            return refuse_words("decisions", i, eg_text_at(one, "title"), problems, diag);
    }
    for (size_t i = 0; i < json_array_size(others); i++) {
        const json_t *one = json_array_get(others, i);
        if (!other_stimulates(clinic, one) && eg_treatment_names(clinic, stimulation, one))
            return refuse_words("others", i, eg_text_at(one, "title"), problems, diag);
    }
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *one = json_array_get(items, i);
        if (!item_stimulates(clinic, plan, one) &&
            (eg_term_names(clinic->knowledge, stimulation, eg_text_at(one, "title")) ||
             eg_term_names(clinic->knowledge, stimulation, eg_text_at(one, "load"))))
            return refuse_words("items", i, eg_text_at(one, "title"), problems, diag);
    }
    return EG_OK;
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
