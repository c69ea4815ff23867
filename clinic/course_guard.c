#include "clinic/course_guard.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/entry_check.h"
#include "clinic/goal.h"
#include "clinic/knowledge.h"
#include "clinic/plan_check.h"
#include "clinic/row.h"
#include "clinic/rule.h"
#include "core/base/check.h"

enum { TEXT_SIZE = 400 };

void eg_guard_add(json_t *guards, const char *code, bool met, const char *text, const char *page,
                  const char *field) {
    json_array_append_new(guards, json_pack("{s:s,s:s,s:b,s:{s:s,s:s}}", "code", code, "text", text,
                                            "met", (int)met, "fix", "page", page, "field", field));
}

bool eg_guard_all_met(const json_t *guards) {
    for (size_t i = 0; i < json_array_size(guards); i++)
        if (!json_is_true(json_object_get(json_array_get(guards, i), "met"))) return false;
    return true;
}

json_t *eg_guard_problems(const json_t *guards) {
    json_t *problems = json_array();
    for (size_t i = 0; i < json_array_size(guards); i++) {
        const json_t *guard = json_array_get(guards, i);
        if (json_is_true(json_object_get(guard, "met"))) continue;
        const json_t *fix = json_object_get(guard, "fix");
        char pointer[128], remedy[128];
        snprintf(pointer, sizeof pointer, "/%s", eg_text_at(fix, "field"));
        snprintf(remedy, sizeof remedy, "open the page %s", eg_text_at(fix, "page"));
        json_t *problem = json_copy((json_t *)(uintptr_t)guard);
        json_object_set_new(problem, "pointer", json_string(pointer));
        json_object_set_new(problem, "reason", json_string(eg_text_at(guard, "text")));
        json_object_set_new(problem, "remedy", json_string(remedy));
        json_array_append_new(problems, problem);
    }
    return problems;
}

void eg_guard_referral(const json_t *chart, json_t *guards) {
    const json_t *body = eg_member(eg_member(chart, "referral"), "body");
    bool direct = json_is_true(eg_member(body, "direct_access"));
    bool sent = eg_is_given(body, "referrer") && eg_is_given(body, "received_on");
    eg_guard_add(guards, "referral", direct || sent,
                 "A referral with the referrer and the date it was received, or direct access",
                 "referral", "referrer");
    bool why = eg_is_given(body, "diagnosis_text") || eg_is_given(body, "request");
    eg_guard_add(guards, "reason", direct || why, "The reason for the referral", "referral",
                 "request");
}

/* Red flags that the intake has not answered with yes or no. */
static void red_flags_answered(const eg_clinic *clinic, const json_t *intake, json_t *guards) {
    const json_t *flags = eg_member(intake, "red_flags");
    size_t n_asked = 0, n_open = 0;
    char text[TEXT_SIZE] = "Every red flag answered with yes or no";
    size_t n = clinic->knowledge == NULL ? 0 : eg_knowledge_count(clinic->knowledge, "precautions");
    for (size_t i = 0; i < n; i++) {
        json_t *entry = eg_knowledge_at(clinic->knowledge, "precautions", i);
        if (strcmp(eg_json_text_of(entry, "group", ""), "red-flag") != 0) continue;
        n_asked++;
        if (json_is_number(eg_member(flags, eg_json_text_of(entry, "id", "")))) continue;
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", n_open == 0 ? "; open: " : ", ",
                 eg_json_text_of(entry, "name", ""));
        n_open++;
    }
    /* Whatever else was answered there must be a yes or no as well. */
    for (void *at = json_object_iter((json_t *)(uintptr_t)flags); at != NULL && n_open == 0;
         at = json_object_iter_next((json_t *)(uintptr_t)flags, at))
        n_open += !json_is_number(json_object_iter_value(at));
    bool met = n_open == 0 && json_object_size(flags) > 0;
    EG_ASSERT(n_asked <= n);
    eg_guard_add(guards, "red_flags", met, text, "intake", "red_flags");
}

static void screen_answered(const json_t *intake, json_t *guards) {
    static const char *const names[] = {
        "dvt_active",         "bleeding_untreated", "infection_site",      "poor_circulation_site",
        "malignancy_at_site", "cannot_report",      "site_sensation_loss", "skin_fragile",
        "radiated_6mo",       "lmn_intact"};
    const json_t *screen = eg_member(intake, "stimulation_screen");
    bool met = true;
    /* A null is an explicit "unknown"; an absent member was never asked. */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        met = met && eg_member(screen, names[i]) != NULL;
    met = met && eg_member(intake, "implanted_device") != NULL &&
          eg_member(intake, "pregnant") != NULL && eg_member(intake, "epilepsy") != NULL;
    eg_guard_add(guards, "stimulation_screen", met,
                 "Every question about stimulation, implants, pregnancy and seizures answered "
                 "(unknown is an answer)",
                 "intake", "stimulation_screen");
}

static bool pain_rated(const json_t *intake) {
    const json_t *symptoms = eg_member(intake, "symptoms");
    if (!json_is_array(symptoms)) return false;
    for (size_t i = 0; i < json_array_size(symptoms); i++) {
        const json_t *symptom = json_array_get(symptoms, i);
        if (strcmp(eg_text_at(symptom, "kind"), "pain") == 0 &&
            !json_is_number(eg_member(symptom, "pain")))
            return false;
    }
    return true;
}

void eg_guard_intake(const eg_clinic *clinic, const json_t *chart, json_t *guards) {
    const json_t *intake = eg_member(eg_member(chart, "intake"), "body");
    red_flags_answered(clinic, intake, guards);
    screen_answered(intake, guards);
    eg_guard_add(guards, "medications", json_is_array(eg_member(intake, "medications")),
                 "Medication listed, or none", "intake", "medications");
    eg_guard_add(guards, "implants", json_is_array(eg_member(intake, "implants")),
                 "Implants listed, or none", "intake", "implants");
    eg_guard_add(guards, "falls", json_is_number(eg_member(intake, "falls_12mo")),
                 "Falls in the last 12 months counted", "intake", "falls_12mo");
    eg_guard_add(guards, "pain", pain_rated(intake),
                 "Symptoms marked on the figure, each pain rated 0-10", "intake", "symptoms");
    const json_t *consent = eg_member(intake, "consent");
    bool given =
        json_is_true(eg_member(consent, "treatment")) && json_is_true(eg_member(consent, "data"));
    eg_guard_add(guards, "consent", given, "Consent to treatment and to keeping the data", "intake",
                 "consent");
}

/* A precaution's name for people; its id where knowledge does not have it. */
static const char *precaution_name(const eg_clinic *clinic, const char *id) {
    json_t *entry =
        clinic->knowledge == NULL ? NULL : eg_knowledge_find(clinic->knowledge, "precautions", id);
    return eg_json_text_of(entry, "name", id);
}

void eg_guard_red_flag(const eg_clinic *clinic, const json_t *chart, json_t *guards) {
    json_t *flags = eg_course_red_flags(chart);
    char text[TEXT_SIZE] = "No red flag without a clinician's release note";
    for (size_t i = 0; i < json_array_size(flags); i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", i == 0 ? "; open: " : ", ",
                 precaution_name(clinic, json_string_value(json_array_get(flags, i))));
    }
    eg_guard_add(guards, "red_flag", json_array_size(flags) == 0, text, "release", "reason");
    json_decref(flags);
}

/* "knee-{side}-front" of a measure covers "knee-left-front". */
static bool region_matches(const char *pattern, const char *region) {
    const char *hole = strchr(pattern, '{');
    const char *end = hole == NULL ? NULL : strchr(hole, '}');
    if (hole == NULL || end == NULL) return strcmp(pattern, region) == 0;
    size_t head = (size_t)(hole - pattern);
    size_t tail = strlen(end + 1), length = strlen(region);
    return length >= head + tail && strncmp(pattern, region, head) == 0 &&
           strcmp(region + length - tail, end + 1) == 0;
}

/* Does a measured entry speak about this region? Measures without regions (walking, balance, a
 * questionnaire) and measures of recordings speak about the whole person. */
static bool covers(const eg_clinic *clinic, const json_t *entry, const char *region) {
    json_t *measure = clinic->knowledge == NULL ? NULL
                                                : eg_knowledge_find(clinic->knowledge, "measures",
                                                                    eg_body_text(entry, "code"));
    const json_t *regions = eg_member(measure, "regions");
    if (region[0] == '\0' || json_array_size(regions) == 0) return true;
    for (size_t i = 0; i < json_array_size(regions); i++)
        if (region_matches(json_string_value(json_array_get(regions, i)), region)) return true;
    return false;
}

static bool any_covers(const eg_clinic *clinic, const json_t *chart, const char *region) {
    const json_t *entries = eg_member(chart, "entries");
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        if (eg_entry_is_measured(eg_member(entry, "body")) && covers(clinic, entry, region))
            return true;
    }
    const json_t *recordings = eg_member(chart, "recordings");
    /* A recording whose quality gate failed has no clinical value, kept or not. */
    for (size_t i = 0; i < json_array_size(recordings); i++) {
        const json_t *body = eg_member(json_array_get(recordings, i), "body");
        if (strcmp(eg_text_at(body, "decision"), "kept") == 0 &&
            json_is_true(eg_member(eg_member(body, "result"), "clinical")))
            return true;
    }
    return false;
}

void eg_guard_evaluated(const eg_clinic *clinic, const json_t *chart, json_t *guards) {
    eg_guard_add(guards, "entry", any_covers(clinic, chart, ""),
                 "At least one measured value or kept recording of good quality", "evaluation",
                 "entries");
    const json_t *symptoms = eg_member(eg_member(eg_member(chart, "intake"), "body"), "symptoms");
    char text[TEXT_SIZE] = "Every complaint on the figure has a measured value";
    size_t n_open = 0;
    for (size_t i = 0; i < json_array_size(symptoms); i++) {
        const char *region = eg_text_at(json_array_get(symptoms, i), "region");
        if (any_covers(clinic, chart, region)) continue;
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", n_open == 0 ? "; open: " : ", ",
                 region);
        n_open++;
    }
    eg_guard_add(guards, "impairments", n_open == 0, text, "evaluation", "entries");
}

void eg_guard_goals(const json_t *chart, json_t *guards) {
    const json_t *goals = eg_member(chart, "goals");
    char text[TEXT_SIZE] = "One goal with measure, baseline, target and date";
    bool met = false;
    for (size_t i = 0; i < json_array_size(goals) && !met; i++) {
        json_t *gaps = eg_goal_gaps(chart, eg_member(json_array_get(goals, i), "body"));
        met = json_array_size(gaps) == 0;
        if (!met && i == 0)
            snprintf(text, sizeof text,
                     "One goal with measure, baseline, target and date; the "
                     "first: %s",
                     eg_text_at(json_array_get(gaps, 0), "reason"));
        json_decref(gaps);
    }
    eg_guard_add(guards, "goal", met, text, "goals", "target");
}

bool eg_decision_is_taken(const json_t *decision) {
    const char *what = eg_text_at(decision, "decision");
    return strcmp(what, "accepted") == 0 || strcmp(what, "edited") == 0;
}

/* Does the list of ids hold at least one goal of the chart? */
static bool names_goal(const json_t *chart, const json_t *ids) {
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (id != NULL && eg_chart_find(chart, "goals", id) != NULL) return true;
    }
    return false;
}

static bool has_amount(const json_t *intervention) {
    static const char *const parts[] = {"time", "volume", "frequency", "intensity"};
    for (size_t i = 0; i < 4; i++)
        if (eg_is_given(eg_member(intervention, "dose"), parts[i])) return true;
    return false;
}

/* What the interventions of a plan lack. */
typedef struct interventions {
    size_t n;
    bool amount, reasons;
} interventions;

static interventions look_at(const json_t *plan) {
    interventions seen = {.reasons = true};
    const json_t *decisions = eg_member(plan, "decisions");
    for (size_t i = 0; i < json_array_size(decisions); i++) {
        const json_t *decision = json_array_get(decisions, i);
        if (strcmp(eg_text_at(decision, "decision"), "accepted") != 0)
            seen.reasons = seen.reasons && eg_is_given(decision, "reason");
        if (!eg_decision_is_taken(decision)) continue;
        seen.n++;
        seen.amount = seen.amount || has_amount(decision);
    }
    const json_t *others = eg_member(plan, "others");
    for (size_t i = 0; i < json_array_size(others); i++) {
        const json_t *other = json_array_get(others, i);
        seen.n++;
        seen.amount = seen.amount || has_amount(other);
    }
    return seen;
}

bool eg_plan_overrides(const json_t *plan, const char *rule_id) {
    const json_t *overrides = eg_member(plan, "overrides");
    for (size_t i = 0; i < json_array_size(overrides); i++)
        if (strcmp(eg_text_at(json_array_get(overrides, i), "rule_id"), rule_id) == 0 &&
            eg_is_given(json_array_get(overrides, i), "reason"))
            return true;
    return false;
}

static bool lists(const json_t *texts, const char *text) {
    for (size_t i = 0; i < json_array_size(texts) && text[0] != '\0'; i++) {
        const char *one = json_string_value(json_array_get(texts, i));
        if (one != NULL && strcmp(one, text) == 0) return true;
    }
    return false;
}

/* Title or dose of a decision or treatment name what the rule speaks against. */
static bool warns_on_words(const eg_clinic *clinic, const json_t *rule, const json_t *treatment) {
    const json_t *terms = eg_member(rule, "warns_on_terms");
    for (size_t i = 0; i < json_array_size(terms); i++)
        if (eg_treatment_names(clinic, json_string_value(json_array_get(terms, i)), treatment))
            return true;
    return false;
}

/* A treatment from the list carries the warnings that name it or a rule that proposes it, and
 * those that its own entry names; one in free words those whose terms it uses. */
static bool warns_on_other(const eg_clinic *clinic, const json_t *rule, const json_t *other) {
    const json_t *on = eg_member(rule, "warns_on");
    const char *id = eg_text_at(other, "intervention_id");
    json_t *entry = id[0] == '\0' || clinic->knowledge == NULL
                        ? NULL
                        : eg_knowledge_find(clinic->knowledge, "interventions", id);
    const json_t *proposers = eg_member(entry, "rules");
    bool falls = lists(on, "*") || lists(on, id) || (entry == NULL && lists(on, "typed")) ||
                 warns_on_words(clinic, rule, other) ||
                 lists(eg_member(entry, "against"), eg_text_at(rule, "id"));
    for (size_t i = 0; i < json_array_size(proposers) && !falls; i++)
        falls = lists(on, json_string_value(json_array_get(proposers, i)));
    return falls;
}

/* A rule's warning falls on the plan if it names a rule, an exercise or a treatment that was taken
 * up ("*" is any). */
static bool warns_on_taken(const eg_clinic *clinic, const json_t *rule, const json_t *plan) {
    const json_t *on = eg_member(rule, "warns_on");
    const json_t *decisions = eg_member(plan, "decisions"), *others = eg_member(plan, "others");
    for (size_t i = 0; i < json_array_size(decisions); i++) {
        const json_t *decision = json_array_get(decisions, i);
        if (!eg_decision_is_taken(decision)) continue;
        if (lists(on, "*") || lists(on, eg_text_at(decision, "rule_id")) ||
            warns_on_words(clinic, rule, decision))
            return true;
        const json_t *exercises = eg_member(decision, "exercises");
        for (size_t j = 0; j < json_array_size(exercises); j++)
            if (lists(on, json_string_value(json_array_get(exercises, j)))) return true;
    }
    for (size_t i = 0; i < json_array_size(others); i++)
        if (warns_on_other(clinic, rule, json_array_get(others, i))) return true;
    return false;
}

void eg_course_lift(const json_t *plan, eg_plan_result *result) {
    const json_t *overrides = eg_member(plan, "overrides");
    for (size_t i = 0; i < json_array_size(overrides); i++) {
        const char *id = eg_text_at(json_array_get(overrides, i), "rule_id");
        const eg_rule *rule = eg_rule_find(result->book, id);
        if (rule == NULL || !rule->blocks[EG_BLOCK_STIMULATION]) continue;
        if (!eg_is_given(json_array_get(overrides, i), "reason")) continue;
        (void)!eg_plan_lift(result, id, NULL); /* refused: it goes on withholding */
    }
}

/* What a safety rule withholds whole may not be taken up. The plan's overrides lift what a
 * therapist may lift (S3, with the reason written there); what nobody may lift (S2, S8) stays. */
static void guard_withheld(const eg_clinic *clinic, const json_t *plan, eg_plan_result *result,
                           json_t *guards) {
    const json_t *decisions = eg_member(plan, "decisions");
    char named[TEXT_SIZE], why[TEXT_SIZE], text[3 * TEXT_SIZE];
    if (eg_course_plan_stimulates(clinic, plan, named, sizeof named)) {
        bool may = eg_course_may_stimulate(clinic, plan, result, why, sizeof why);
        snprintf(text, sizeof text,
                 "Stimulation (%s) only when every safety question allows it%s%s", named,
                 may ? "" : "; ", why);
        eg_guard_add(guards, "plan_stimulation", may, text, "intake", "stimulation_screen");
    }
    eg_course_lift(plan, result);
    snprintf(text, sizeof text, "Nothing that a safety rule withholds");
    bool met = true;
    for (size_t i = 0; i < json_array_size(decisions); i++) {
        const json_t *decision = json_array_get(decisions, i);
        const char *id = eg_text_at(decision, "rule_id");
        if (!eg_decision_is_taken(decision) || eg_plan_withheld(result, id) != EG_STIM_ALL)
            continue;
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%.12s", met ? "; withheld: " : ", ", id);
        met = false;
    }
    eg_guard_add(guards, "plan_withheld", met, text, "plan", "decisions");
}

/* S1 and its like block; every warning that falls on what was taken up needs a reason. */
static eg_err guard_rules(const eg_clinic *clinic, const json_t *chart, const json_t *plan,
                          json_t *guards, eg_diag *diag) {
    eg_plan_result *result = malloc(sizeof *result);
    if (result == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for the rules");
    bool known = false;
    eg_err err = eg_course_rules(clinic, chart, NULL, result, &known, diag);
    if (err == EG_OK && known) {
        eg_guard_add(guards, "plan_safety", !result->blocked[EG_BLOCK_PLAN],
                     "No safety rule blocks the plan", "plan", "blocked");
        char text[TEXT_SIZE] = "A reason for going on in spite of every warning";
        bool met = true;
        for (size_t i = 0; i < result->n_outcomes; i++) {
            const eg_rule *rule = result->outcomes[i].rule;
            bool warns = rule->kind == EG_RULE_WARN || rule->kind == EG_RULE_AGAINST;
            if (!warns || result->outcomes[i].result.truth != EG_TRUE) continue;
            if (!warns_on_taken(clinic, rule->entry, plan) || eg_plan_overrides(plan, rule->id))
                continue;
            size_t length = strlen(text);
            snprintf(text + length, sizeof text - length, "%s%s", met ? "; open: " : ", ",
                     rule->id);
            met = false;
        }
        eg_guard_add(guards, "plan_warnings", met, text, "plan", "overrides");
        guard_withheld(clinic, plan, result, guards);
    }
    if (err == EG_OK) eg_plan_guard_links(chart, plan, known ? result : NULL, guards);
    free(result);
    return err;
}

/* What is signed is what is aimed at: every goal complete, none stopped, and as this version of the
 * plan holds it. */
static void guard_goals_of_plan(const json_t *chart, const json_t *document, json_t *guards) {
    const json_t *copies = eg_member(eg_member(document, "body"), "goals");
    char text[TEXT_SIZE] =
        "Every goal of the plan is open, with measure, baseline, target and date";
    bool met = true;
    for (size_t i = 0; i < json_array_size(copies) && met; i++) {
        const json_t *copy = json_array_get(copies, i);
        const json_t *goal =
            eg_member(eg_chart_find(chart, "goals", eg_text_at(copy, "id")), "body");
        json_t *gaps = eg_goal_gaps(chart, goal);
        bool stopped = strcmp(eg_text_at(goal, "status"), "stopped") == 0;
        const char *why =
            stopped ? "it was stopped" : eg_text_at(json_array_get(gaps, 0), "reason");
        met = !stopped && json_array_size(gaps) == 0;
        if (!met)
            snprintf(text, sizeof text, "The goal \"%.200s\" cannot be signed for: %.100s",
                     eg_text_at(goal, "text"), why);
        json_decref(gaps);
    }
    eg_guard_add(guards, "plan_goals_complete", met, text, "goals", "target");
    const json_t *changed = json_array_get(eg_member(document, "goals_changed"), 0);
    snprintf(text, sizeof text, "The goals are as this version of the plan holds them");
    if (changed != NULL)
        snprintf(text, sizeof text,
                 "The goal \"%.200s\" was changed (%.100s) after this version was saved: save the "
                 "plan again",
                 eg_text_at(changed, "text"), eg_text_at(changed, "what"));
    eg_guard_add(guards, "plan_goals_current", changed == NULL, text, "plan", "goals");
}

eg_err eg_guard_plan(const eg_clinic *clinic, const json_t *chart, json_t *guards, eg_diag *diag) {
    const json_t *document = json_array_get(eg_member(chart, "plans"), 0);
    const json_t *plan = eg_member(document, "body");
    eg_guard_add(guards, "plan", plan != NULL, "A plan of care", "plan", "decisions");
    eg_guard_add(guards, "plan_diagnosis", eg_is_given(plan, "diagnosis"),
                 "The diagnosis that is treated", "plan", "diagnosis");
    eg_guard_add(guards, "plan_frequency", eg_number_at(plan, "frequency_per_week") >= 0.25,
                 "How often a week, at least once in four weeks", "plan", "frequency_per_week");
    eg_guard_add(guards, "plan_duration", eg_number_at(plan, "duration_weeks") > 0,
                 "For how many weeks", "plan", "duration_weeks");
    eg_guard_add(guards, "plan_goals", names_goal(chart, eg_member(plan, "goal_ids")),
                 "At least one goal of this person", "plan", "goal_ids");
    guard_goals_of_plan(chart, document, guards);
    const interventions seen = look_at(plan);
    eg_guard_add(guards, "plan_type", seen.n > 0, "At least one intervention", "plan", "decisions");
    eg_guard_add(guards, "plan_amount", seen.amount, "An amount: dose of at least one intervention",
                 "plan", "dose");
    eg_guard_add(guards, "plan_reasons", seen.reasons,
                 "A reason for every proposal that was edited or rejected", "plan", "reason");
    eg_guard_red_flag(clinic, chart, guards);
    return guard_rules(clinic, chart, plan, guards, diag);
}
