#include "clinic/course.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/course_guard.h"
#include "clinic/derive.h"
#include "clinic/document.h"
#include "clinic/row.h"
#include "clinic/rule.h"
#include "clinic/withdraw.h"
#include "core/base/check.h"

static const char *const names[] = {
#define X(constant, name, text) name,
    EG_COURSE_STATES(X)
#undef X
};

static const char *const texts[] = {
#define X(constant, name, text) text,
    EG_COURSE_STATES(X)
#undef X
};

eg_course_state eg_course_state_find(const char *name) {
    int i = 0;
    while (i < EG_COURSE_STATE_COUNT && strcmp(names[i], name) != 0) i++;
    return (eg_course_state)i;
}

const char *eg_course_state_name(eg_course_state state) {
    EG_ASSERT(state < EG_COURSE_STATE_COUNT);
    return names[state];
}

const char *eg_course_state_text(eg_course_state state) {
    EG_ASSERT(state < EG_COURSE_STATE_COUNT);
    return texts[state];
}

size_t eg_course_next(eg_course_state from, eg_course_state next[3]) {
    if (from == EG_COURSE_DISCHARGED || from == EG_COURSE_STATE_COUNT) return 0;
    next[0] = from == EG_COURSE_HOLD       ? EG_COURSE_SCREENED
              : from == EG_COURSE_SCREENED ? EG_COURSE_EVALUATING
                                           : (eg_course_state)(from + 1);
    if (next[0] == EG_COURSE_DISCHARGED) return 1;
    next[1] = EG_COURSE_DISCHARGED; /* a person may leave at any time */
    return 2;
}

static eg_course_state state_of(const json_t *chart) {
    return eg_course_state_find(eg_text_at(chart, "state"));
}

/* A flag is covered by a release that was written when the flag was already up. */
static bool is_released(const json_t *chart, json_int_t raised_at) {
    const json_t *releases = eg_member(chart, "releases");
    for (size_t i = 0; i < json_array_size(releases); i++) {
        const json_t *body = eg_member(json_array_get(releases, i), "body");
        if (json_integer_value(eg_member(body, "intake_version")) >= raised_at) return true;
    }
    return false;
}

json_t *eg_course_red_flags(const json_t *chart) {
    json_t *open = json_array();
    json_t *raised = (json_t *)(uintptr_t)eg_member(chart, "red_flags_raised");
    for (void *at = json_object_iter(raised); at != NULL; at = json_object_iter_next(raised, at))
        if (!is_released(chart, json_integer_value(json_object_iter_value(at))))
            json_array_append_new(open, json_string(json_object_iter_key(at)));
    return open;
}

static bool has_red_flag(const json_t *chart) {
    json_t *open = eg_course_red_flags(chart);
    bool has = json_array_size(open) > 0;
    json_decref(open);
    return has;
}

static bool is_signed(const json_t *document) {
    return strcmp(eg_text_at(document, "status"), "signed") == 0;
}

static void guard_discharge(const json_t *chart, json_t *guards) {
    const json_t *reports = eg_member(chart, "reports");
    bool met = false, why = false;
    for (size_t i = 0; i < json_array_size(reports); i++) {
        const json_t *report = json_array_get(reports, i);
        if (!is_signed(report) || strcmp(eg_body_text(report, "type"), "discharge") != 0) continue;
        met = true;
        why = why || eg_is_given(eg_member(report, "body"), "discharge_reason");
    }
    eg_guard_add(guards, "discharge_report", met, "A signed discharge report", "progress", "type");
    eg_guard_add(guards, "discharge_reason", why,
                 state_of(chart) == EG_COURSE_IN_TREATMENT
                     ? "The report says why the treatment ends"
                     : "The reason for ending early",
                 "progress", "discharge_reason");
}

static void guard_evaluation(const json_t *chart, json_t *guards) {
    eg_guard_add(guards, "evaluation", json_array_size(eg_member(chart, "evaluations")) > 0,
                 "An evaluation has been opened", "evaluation", "type");
}

eg_err eg_course_check(const eg_clinic *clinic, const json_t *chart, eg_course_state to,
                       json_t **guards, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && chart != NULL && guards != NULL);
    *guards = NULL;
    eg_course_state from = state_of(chart), next[3];
    size_t n = eg_course_next(from, next), i = 0;
    while (i < n && next[i] != to) i++;
    if (i == n || to >= EG_COURSE_STATE_COUNT)
        return eg_diag_set(diag, EG_ERR_GUARD, "state", 0, "from \"%s\" the next step is %s",
                           from < EG_COURSE_STATE_COUNT ? texts[from] : "?",
                           n == 0 ? "none: the episode is closed" : texts[next[0]]);
    json_t *list = json_array();
    eg_err err = EG_OK;
    if (to == EG_COURSE_INTAKE) eg_guard_referral(chart, list);
    if (to == EG_COURSE_SCREENED) eg_guard_intake(clinic, chart, list);
    if (to == EG_COURSE_EVALUATING) guard_evaluation(chart, list);
    if (to == EG_COURSE_EVALUATED) eg_guard_evaluated(clinic, chart, list);
    if (to == EG_COURSE_GOALS_SET) eg_guard_goals(chart, list);
    if (to == EG_COURSE_PLAN_DRAFT || to == EG_COURSE_IN_TREATMENT)
        err = eg_guard_plan(clinic, chart, list, diag);
    else if (to != EG_COURSE_INTAKE && to != EG_COURSE_DISCHARGED)
        eg_guard_red_flag(clinic, chart, list);
    if (to == EG_COURSE_IN_TREATMENT)
        eg_guard_add(list, "plan_signed", is_signed(json_array_get(eg_member(chart, "plans"), 0)),
                     "The newest version of the plan is signed", "plan", "signature");
    if (to == EG_COURSE_DISCHARGED) guard_discharge(chart, list);
    if (err != EG_OK) {
        json_decref(list);
        return err;
    }
    *guards = list;
    return EG_OK;
}

eg_err eg_course_write_state(eg_clinic *clinic, const json_t *chart, eg_course_state to,
                             const char *note, eg_diag *diag) {
    const json_t *episode = eg_member(chart, "episode");
    eg_document row = {0};
    eg_err err = eg_store_get(clinic->store, eg_text_at(episode, "id"), 0, &row, diag);
    if (err != EG_OK) return err;
    json_t *body = json_deep_copy(eg_member(episode, "body"));
    char at[EG_INSTANT_SIZE];
    eg_instant_format(clinic->now_ms, at);
    json_object_set_new(body, "state", json_string(names[to]));
    json_array_append_new(json_object_get(body, "state_history"),
                          json_pack("{s:s,s:s,s:s,s:s*}", "state", names[to], "at", at, "by",
                                    clinic->author, "note", note));
    err = eg_document_validate("episode", body, NULL, diag);
    if (err == EG_OK) err = eg_row_amend(clinic, &row, body, NULL, NULL, diag);
    json_decref(body);
    eg_document_clear(&row);
    return err;
}

eg_err eg_course_settle(eg_clinic *clinic, const json_t *chart, bool *held, eg_diag *diag) {
    eg_course_state state = state_of(chart);
    json_t *open = eg_course_red_flags(chart);
    *held = json_array_size(open) > 0 && state != EG_COURSE_REFERRED && state != EG_COURSE_HOLD &&
            state != EG_COURSE_DISCHARGED;
    eg_err err = EG_OK;
    if (*held) {
        char note[600] = "red flag:";
        for (size_t i = 0; i < json_array_size(open); i++) {
            size_t length = strlen(note);
            snprintf(note + length, sizeof note - length, "%s%s", i == 0 ? " " : ", ",
                     json_string_value(json_array_get(open, i)));
        }
        err = eg_course_write_state(clinic, chart, EG_COURSE_HOLD, note, diag);
    }
    json_decref(open);
    return err;
}

/* Inside a transaction. */
static eg_err step(eg_clinic *clinic, const char *episode_id, eg_course_state to, const char *note,
                   json_t **problems, eg_diag *diag) {
    json_t *chart = NULL, *guards = NULL;
    eg_err err = eg_chart_gather(clinic, episode_id, &chart, diag);
    if (err != EG_OK || state_of(chart) == to) {
        json_decref(chart);
        return err;
    }
    err = eg_chart_stands(chart, problems, diag);
    if (err == EG_OK) err = eg_course_check(clinic, chart, to, &guards, diag);
    if (err == EG_OK && !eg_guard_all_met(guards)) {
        json_t *open = eg_guard_problems(guards);
        const char *first = eg_text_at(json_array_get(open, 0), "text");
        err = eg_diag_set(diag, EG_ERR_GUARD, "state", 0, "not yet %s: %.150s", texts[to], first);
        if (problems != NULL)
            *problems = open;
        else
            json_decref(open);
    }
    if (err == EG_OK) err = eg_course_write_state(clinic, chart, to, note, diag);
    json_decref(guards);
    json_decref(chart);
    if (err != EG_OK || to != EG_COURSE_INTAKE) return err;
    /* The intake may have been filled in before; its red flags count from now on. */
    bool held = false;
    err = eg_chart_gather(clinic, episode_id, &chart, diag);
    if (err == EG_OK) err = eg_course_settle(clinic, chart, &held, diag);
    json_decref(chart);
    return err;
}

eg_err eg_course_transition(eg_clinic *clinic, const char *episode_id, eg_course_state to,
                            const char *note, json_t **chart, json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && episode_id != NULL);
    if (chart != NULL) *chart = NULL;
    if (problems != NULL) *problems = NULL;
    if (to >= EG_COURSE_STATE_COUNT)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "to", 0, "there is no such state");
    eg_err err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    err = step(clinic, episode_id, to, note, problems, diag);
    if (err == EG_OK)
        err = eg_store_commit(clinic->store, diag);
    else
        eg_store_rollback(clinic->store);
    if (err == EG_OK && chart != NULL) err = eg_chart_load(clinic, episode_id, chart, diag);
    return err;
}

/* All derived values that may be findings. One outside its range is left unknown. */
static void take_findings(const eg_clinic *clinic, json_t *derived, eg_findings *findings,
                          json_t *skipped) {
    json_t *values = json_object_get(derived, "findings");
    const char *name;
    json_t *value;
    json_object_foreach(values, name, value) {
        eg_diag why = {0};
        eg_err err = json_is_number(value)
                         ? eg_findings_set(findings, clinic->knowledge, name,
                                           json_number_value(value), NULL, NULL, &why)
                         : eg_diag_set(&why, EG_ERR_DATA, name, 0, "not a number");
        if (err != EG_OK && skipped != NULL)
            json_array_append_new(
                skipped, json_pack("{ss sO ss}", "name", name, "value", value, "reason", why.text));
    }
}

eg_err eg_course_propose(const eg_clinic *clinic, const json_t *chart, eg_findings *findings,
                         eg_plan_result *result, json_t *skipped, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && chart != NULL && findings != NULL && result != NULL);
    if (clinic->rules == NULL || clinic->knowledge == NULL)
        return eg_diag_set(diag, EG_ERR_MISSING, "rules", 0, "no rules are loaded");
    json_t *derived = NULL;
    eg_err err = eg_derive(clinic, chart, &derived, diag);
    if (err != EG_OK) return err;
    *findings = (eg_findings){.count = 0};
    take_findings(clinic, derived, findings, skipped);
    json_decref(derived);
    eg_plan_evaluate(clinic->rules, findings, result);
    const json_t *plans = eg_member(chart, "plans");
    for (size_t i = 0; i < json_array_size(plans); i++) {
        if (!is_signed(json_array_get(plans, i))) continue;
        eg_course_lift(eg_member(json_array_get(plans, i), "body"), result);
        break; /* newest first */
    }
    return EG_OK;
}

eg_err eg_course_rules(const eg_clinic *clinic, const json_t *chart, const json_t *check_in,
                       eg_plan_result *result, bool *known, eg_diag *diag) {
    *known = clinic->rules != NULL && clinic->knowledge != NULL;
    if (!*known) return EG_OK;
    json_t *derived = NULL;
    eg_err err = check_in == NULL ? eg_derive(clinic, chart, &derived, diag)
                                  : eg_derive_for_session(clinic, chart, check_in, &derived, diag);
    eg_findings *findings = err == EG_OK ? calloc(1, sizeof *findings) : NULL;
    if (err == EG_OK && findings == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for the findings");
    if (err == EG_OK) {
        take_findings(clinic, derived, findings, NULL);
        eg_plan_evaluate(clinic->rules, findings, result);
    }
    free(findings);
    json_decref(derived);
    return err;
}

eg_err eg_guard_refuse(const char *code, const char *text, const char *page, const char *field,
                       json_t **problems, eg_diag *diag) {
    json_t *guards = json_array();
    eg_guard_add(guards, code, false, text, page, field);
    if (problems != NULL) *problems = eg_guard_problems(guards);
    json_decref(guards);
    return eg_diag_set(diag, EG_ERR_GUARD, field, 0, "%s", text);
}

static eg_err refuse(const char *code, const char *text, const char *page, const char *field,
                     json_t **problems, eg_diag *diag) {
    return eg_guard_refuse(code, text, page, field, problems, diag);
}

/* The newest version that a signature names, whether the signature still holds or not. */
static const json_t *newest_signed_plan(const json_t *chart) {
    const json_t *plans = eg_member(chart, "plans");
    for (size_t i = 0; i < json_array_size(plans); i++) {
        const json_t *plan = json_array_get(plans, i);
        if (is_signed(plan) || eg_is_given(plan, "signature_problem")) return plan;
    }
    return NULL;
}

/* A changed goal is a changed plan: says which goal, in words. */
static bool goals_changed(const json_t *plan, char *text, size_t size) {
    const json_t *first = json_array_get(eg_member(plan, "goals_changed"), 0);
    if (first == NULL) return false;
    snprintf(text, size,
             "The goal \"%.200s\" was changed after the plan was signed (%.100s): save and sign a "
             "new version of the plan first",
             eg_text_at(first, "text"), eg_text_at(first, "what"));
    return true;
}

/* The plan version that a session follows must be signed, and no newer one be signed. */
static bool follows_signed_plan(const json_t *chart, const json_t *body) {
    const json_t *plan = newest_signed_plan(chart);
    return plan != NULL && is_signed(plan) &&
           strcmp(eg_text_at(plan, "id"), eg_text_at(body, "plan_id")) == 0 &&
           json_integer_value(eg_member(plan, "version")) ==
               json_integer_value(eg_member(body, "plan_version"));
}

/* What was signed may be forbidden by now: an implant, a pregnancy, a thrombosis. */
eg_err eg_course_allows_stimulation(const eg_clinic *clinic, const json_t *chart,
                                    const json_t *session, json_t **problems, eg_diag *diag) {
    char why[400], text[480];
    bool may = true;
    eg_err err = eg_guard_session_stimulation(clinic, chart, session, why, sizeof why, &may, diag);
    if (err != EG_OK || may) return err;
    snprintf(text, sizeof text, "No stimulation today: %s", why);
    return refuse("session_stimulation", text, "intake", "stimulation_screen", problems, diag);
}

/* Given in the intake and not withdrawn since; else the text says which consent and where. */
static eg_err consented(const json_t *chart, json_t **problems, eg_diag *diag) {
    const json_t *consent = eg_member(eg_member(eg_member(chart, "intake"), "body"), "consent");
    bool treatment = json_is_true(eg_member(consent, "treatment"));
    bool data = json_is_true(eg_member(consent, "data"));
    if (treatment && data) return EG_OK;
    char text[240];
    snprintf(text, sizeof text,
             "No session: consent to %s is not given or was withdrawn. Ask the person; note the "
             "answer on the page Intake, section Consent, and save it before the session",
             treatment ? "keeping the data"
             : data    ? "treatment"
                       : "treatment and to keeping the data");
    return refuse("consent", text, "intake", treatment ? "consent/data" : "consent/treatment",
                  problems, diag);
}

static eg_err allows_session(const eg_clinic *clinic, const json_t *chart, const json_t *body,
                             json_t **problems, eg_diag *diag) {
    if (state_of(chart) != EG_COURSE_IN_TREATMENT)
        return refuse("in_treatment", "Treatment begins when the plan is signed", "plan",
                      "signature", problems, diag);
    if (eg_is_given(newest_signed_plan(chart), "signature_problem"))
        return refuse("plan_whole",
                      "The plan was changed since it was signed: compare it with a backup, then "
                      "save and sign a new version",
                      "plan", "signature", problems, diag);
    char text[480];
    if (goals_changed(newest_signed_plan(chart), text, sizeof text))
        return refuse("plan_goals", text, "plan", "signature", problems, diag);
    if (!follows_signed_plan(chart, body))
        return refuse("plan_signed", "A session follows the newest signed version of the plan",
                      "plan", "signature", problems, diag);
    eg_err err = consented(chart, problems, diag);
    if (err != EG_OK) return err;
    err = eg_course_allows_stimulation(clinic, chart, body, problems, diag);
    return err != EG_OK ? err : eg_guard_check_in(clinic, chart, body, problems, diag);
}

static eg_err allows_report(const json_t *chart, const json_t *body, json_t **problems,
                            eg_diag *diag) {
    eg_course_state state = state_of(chart);
    const char *type = eg_text_at(body, "type");
    bool is_plan = strcmp(type, "evaluation_plan") == 0;
    bool is_end = strcmp(type, "discharge") == 0;
    if (state == EG_COURSE_DISCHARGED || state == EG_COURSE_IN_TREATMENT ||
        (is_plan && state >= EG_COURSE_EVALUATED) || is_end)
        return EG_OK;
    return refuse("report",
                  is_plan ? "A report of evaluation and plan follows the evaluation"
                          : "A report of progress or discharge follows treatment",
                  "evaluation", "type", problems, diag);
}

eg_err eg_course_allows(const eg_clinic *clinic, const json_t *chart, const char *kind,
                        const json_t *body, json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && chart != NULL && kind != NULL);
    eg_course_state state = state_of(chart);
    if (strcmp(kind, "report") == 0) return allows_report(chart, body, problems, diag);
    if (state == EG_COURSE_DISCHARGED)
        return refuse("open", "The episode is closed; open a new one", "patient", "episodes",
                      problems, diag);
    if (strcmp(kind, "referral") == 0 || strcmp(kind, "intake") == 0) return EG_OK;
    if (strcmp(kind, "release") == 0)
        return has_red_flag(chart) ? EG_OK
                                   : refuse("red_flag", "There is no red flag to release", "intake",
                                            "red_flags", problems, diag);
    if (state >= EG_COURSE_SCREENED && state != EG_COURSE_HOLD &&
        !json_is_object(eg_member(chart, "intake")))
        return refuse("intake", "The intake was entered in error: take it again first", "intake",
                      "red_flags", problems, diag);
    if (state == EG_COURSE_HOLD || has_red_flag(chart))
        return refuse("red_flag",
                      "A red flag holds this episode: it goes on with a clinician's release note",
                      "release", "reason", problems, diag);
    if (strcmp(kind, "session") == 0) return allows_session(clinic, chart, body, problems, diag);
    if (strcmp(kind, "finding_value") == 0)
        return json_is_object(eg_member(chart, "intake"))
                   ? EG_OK
                   : refuse("intake", "First take the intake", "intake", "history", problems, diag);
    if (state < EG_COURSE_SCREENED)
        return refuse("screened", "First finish the intake and its screening", "intake",
                      "red_flags", problems, diag);
    if (strcmp(kind, "plan") == 0 && state < EG_COURSE_GOALS_SET)
        return refuse("goals_set", "First set a goal with measure, baseline, target and date",
                      "goals", "target", problems, diag);
    return EG_OK;
}
