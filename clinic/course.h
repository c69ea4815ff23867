/* The course of care as a state machine. Every step has guards: what must be there before it, said
 * in words, with the page and field where it is put right. The states and guards follow the usual
 * documentation rules for outpatient rehabilitation (docs/use/course.md). */
#ifndef EG_CLINIC_COURSE_H
#define EG_CLINIC_COURSE_H

#include <stdbool.h>

#include "clinic/clinic.h"

/*    name          text for people */
#define EG_COURSE_STATES(X)                                                                        \
    X(REFERRED, "referred", "Referred")                                                            \
    X(INTAKE, "intake", "Intake")                                                                  \
    X(SCREENED, "screened", "Screened")                                                            \
    X(HOLD, "hold", "On hold: red flag")                                                           \
    X(EVALUATING, "evaluating", "Being evaluated")                                                 \
    X(EVALUATED, "evaluated", "Evaluated")                                                         \
    X(GOALS_SET, "goals_set", "Goals set")                                                         \
    X(PLAN_DRAFT, "plan_draft", "Plan drafted")                                                    \
    X(IN_TREATMENT, "in_treatment", "In treatment")                                                \
    X(DISCHARGED, "discharged", "Discharged")

typedef enum eg_course_state {
#define X(constant, name, text) EG_COURSE_##constant,
    EG_COURSE_STATES(X)
#undef X
        EG_COURSE_STATE_COUNT
} eg_course_state;

/* EG_COURSE_STATE_COUNT if there is no such state. */
eg_course_state eg_course_state_find(const char *name);
const char *eg_course_state_name(eg_course_state state);
const char *eg_course_state_text(eg_course_state state);

/* Opens an episode of care for a person, in state "referred". discipline: "PT" or "OT". */
eg_err eg_episode_create(eg_clinic *clinic, const char *person_id, const char *discipline,
                         const char *title, json_t **document, json_t **problems, eg_diag *diag);

/* The guards of the step from the chart's state to `to`: an array of {code, text, met, fix: {page,
 * field}}, met or not. Every chart (chart.h) holds these as `next`. Pure but for memory.
 * EG_ERR_ARGUMENT: there is no such step from here. */
eg_err eg_course_check(const eg_clinic *clinic, const json_t *chart, eg_course_state to,
                       json_t **guards, eg_diag *diag);

/* States that can follow the chart's state. Returns how many (at most 3). */
size_t eg_course_next(eg_course_state from, eg_course_state next[3]);

/* Takes the step if every guard is met; EG_ERR_GUARD with the unmet guards in `problems`
 * otherwise. Asking for the present state changes nothing and is EG_OK. `note` may be NULL.
 * `chart` may be NULL, otherwise receives the chart after the step. */
eg_err eg_course_transition(eg_clinic *clinic, const char *episode_id, eg_course_state to,
                            const char *note, json_t **chart, json_t **problems, eg_diag *diag);

/* May a document of this kind be written in this state of the chart? EG_OK or EG_ERR_GUARD with
 * the reason. `body` is looked at for sessions: the plan's version must be signed, consent given,
 * the check-in must not block (S4: resting values over the limits or never taken) unless
 * body.blocked_override says why, and who allowed it: {reason, clinician, credential}; what warns
 * of today (S5, S6) needs a reason in body.overrides: [{rule_id, reason}]. */
eg_err eg_course_allows(const eg_clinic *clinic, const json_t *chart, const char *kind,
                        const json_t *body, json_t **problems, eg_diag *diag);

/* The session's check-in (common.json, check_in) held against the safety rules, for the session
 * page, before the session is stored: {blocked, rules: [{id, text}], missing: [finding names],
 * earlier: [finding names], warnings: [{id, text}]}. Resting values that were not taken today are
 * the newest known ones and named in `earlier`; those never taken are `missing`, and an answer that
 * hangs on them blocks as well. `warnings` need a reason in the session's `overrides`. */
eg_err eg_course_check_in(const eg_clinic *clinic, const json_t *chart, const json_t *check_in,
                          json_t **verdict, eg_diag *diag);

/* Red flags of the chart that are 1 and not covered by a release note written after they were
 * raised: an array of keys. An intake amended after a release with a new red flag holds again. */
json_t *eg_course_red_flags(const json_t *chart);

/* After an intake was written: moves the episode on hold if a red flag waits for a release. Inside
 * the caller's transaction; `chart` is read again by the caller. Sets *held. */
eg_err eg_course_settle(eg_clinic *clinic, const json_t *chart, bool *held, eg_diag *diag);

/* Writes the episode's next state with its history, unguarded; for course.c and document.c. */
eg_err eg_course_write_state(eg_clinic *clinic, const json_t *chart, eg_course_state to,
                             const char *note, eg_diag *diag);

/* What the rules propose for this chart now, from all that can be derived from it: fills `findings`
 * and `result` (large: allocate both). Derived values outside their range are left unknown and
 * named in `skipped` (a list, or NULL) as {name, value, reason}. Blocks of stimulation that the
 * newest signed plan lifts with a reason are lifted, where a person may (S3; never S2, S8).
 * EG_ERR_MISSING if the clinic has no rules. */
struct eg_findings;
struct eg_plan_result;
EG_NODISCARD eg_err eg_course_propose(const eg_clinic *clinic, const json_t *chart,
                                      struct eg_findings *findings, struct eg_plan_result *result,
                                      json_t *skipped, eg_diag *diag);

#endif
