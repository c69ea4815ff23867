/* Inside clinic/: the guards of each step, see course.h. */
#ifndef EG_CLINIC_COURSE_GUARD_H
#define EG_CLINIC_COURSE_GUARD_H

#include "clinic/course.h"

/* Appends {code, text, met, fix: {page, field}}. */
void eg_guard_add(json_t *guards, const char *code, bool met, const char *text, const char *page,
                  const char *field);

/* EG_ERR_GUARD with this one as the problem. */
eg_err eg_guard_refuse(const char *code, const char *text, const char *page, const char *field,
                       json_t **problems, eg_diag *diag);

void eg_guard_referral(const json_t *chart, json_t *guards);
void eg_guard_intake(const eg_clinic *clinic, const json_t *chart, json_t *guards);
/* No red flag without a release. */
void eg_guard_red_flag(const eg_clinic *clinic, const json_t *chart, json_t *guards);
void eg_guard_evaluated(const eg_clinic *clinic, const json_t *chart, json_t *guards);
void eg_guard_goals(const json_t *chart, json_t *guards);
/* The newest plan is complete and safe. Also asked before a plan is signed. */
eg_err eg_guard_plan(const eg_clinic *clinic, const json_t *chart, json_t *guards, eg_diag *diag);

/* The part of a session's guards that its check-in decides; also asked when it is corrected. */
eg_err eg_guard_check_in(const eg_clinic *clinic, const json_t *chart, const json_t *session,
                         json_t **problems, eg_diag *diag);

/* Do the title or the dose of a decision or treatment of a plan name a term of knowledge/terms? */
bool eg_treatment_names(const eg_clinic *clinic, const char *term, const json_t *treatment);

/* Stimulation in free words is refused, so that the guards see all of it: EG_ERR_DATA with
 * `problems` where a plan or session names it in a treatment that is not chosen as stimulation. */
eg_err eg_course_check_words(const eg_clinic *clinic, const json_t *chart, const char *kind,
                             const json_t *body, json_t **problems, eg_diag *diag);

/* The worst pain during a session's exercises, of its check-in and its items; NaN if not asked. */
double eg_session_pain(const json_t *session);

/* May a session say this? Counts in whole numbers, successes among the repetitions, exercises and
 * treatments of the library, something done, minutes of one day. EG_ERR_DATA. */
eg_err eg_session_check(const eg_clinic *clinic, const json_t *body, json_t **problems,
                        eg_diag *diag);

/* The first treatments of a plan that are electrical stimulation, by name in `text`: rules taken up
 * that need it whole, or in part where the decision's words name it, and interventions and
 * exercises marked needs_stimulation. False if there is none. */
bool eg_course_plan_stimulates(const eg_clinic *clinic, const json_t *plan, char *text,
                               size_t size);
/* How many items of a session are stimulation, as far as ids, the names of treatments and the plan
 * that it follows tell. */
size_t eg_course_session_stimulates(const eg_clinic *clinic, const json_t *chart,
                                    const json_t *session);
/* May it be given? Every rule that blocks stimulation must be false, or lifted by the plan's
 * overrides where a person may lift it; an unanswered one forbids too. `text`: why not, what to ask
 * and where. Lifts in `result` what the plan lifts. */
struct eg_plan_result;
bool eg_course_may_stimulate(const eg_clinic *clinic, const json_t *plan,
                             struct eg_plan_result *result, char *text, size_t size);
/* The same for a session, on what is known of the person today: `may` is true if it holds no
 * stimulation. */
eg_err eg_guard_session_stimulation(const eg_clinic *clinic, const json_t *chart,
                                    const json_t *session, char *text, size_t size, bool *may,
                                    eg_diag *diag);

/* As a guard: EG_ERR_GUARD with the reason if the session's stimulation may not be given. */
eg_err eg_course_allows_stimulation(const eg_clinic *clinic, const json_t *chart,
                                    const json_t *session, json_t **problems, eg_diag *diag);

/* Accepted or edited. */
bool eg_decision_is_taken(const json_t *decision);
/* The plan gives a reason for going on in spite of this rule. */
bool eg_plan_overrides(const json_t *plan, const char *rule_id);

/* The unmet ones of `guards` as problems (pointer, reason, remedy and the guard's own members). */
json_t *eg_guard_problems(const json_t *guards);
bool eg_guard_all_met(const json_t *guards);

/* Lifts what the overrides of a plan's body lift: blocks of stimulation, with a reason. */
struct eg_plan_result;
void eg_course_lift(const json_t *plan, struct eg_plan_result *result);

/* The rules' blocks and warnings on this chart with these findings on top of the derived ones
 * (`extra` may be NULL): fills `result`, allocated by the caller; false if the clinic has no
 * rules. */
eg_err eg_course_rules(const eg_clinic *clinic, const json_t *chart, const json_t *check_in,
                       struct eg_plan_result *result, bool *known, eg_diag *diag);

#endif
