/* Goals: are they specific, measurable and dated; is the step larger than the measure's noise. */
#ifndef EG_CLINIC_GOAL_H
#define EG_CLINIC_GOAL_H

#include "clinic/clinic.h"
#include "clinic/knowledge.h"

/* Fills what the chart knows: `baseline` and `baseline_entry_id` from the newest entry of the same
 * measure and side unless given; `mdc_warning` when |target - baseline| is under the measure's MDC
 * (or the MDC is unknown), removed otherwise; `mdc_state` "within", "session", "unknown" or
 * "beyond" says the same for programs, absent without baseline or target. Changes `body` in place.
 */
eg_err eg_goal_complete(const eg_clinic *clinic, const json_t *chart, json_t *body, eg_diag *diag);

/* Is the measure known, are baseline and target values that it can have, has it a side, is the ICF
 * code in knowledge? EG_ERR_DATA otherwise. */
eg_err eg_goal_check(const eg_clinic *clinic, const json_t *body, json_t **problems, eg_diag *diag);

/* What keeps this goal from being complete: array of {pointer, reason, remedy}, empty when it has
 * text, measure, baseline, target (different from the baseline) and date. */
json_t *eg_goal_gaps(const json_t *chart, const json_t *body);

/* Is the goal what a goal finding of knowledge/ ("goal_gait") asks for: by its subject, its ICF
 * code or its measure. */
bool eg_goal_is_about(const json_t *body, const json_t *definition);

/* The ids of the open goals of the chart that a rule's proposal serves, by its goal findings
 * (`serves`) and by the ICF codes (`serves_icf`) of the goal or of its measure; the subject balance
 * is b755. None: an empty array. */
json_t *eg_goal_served(const eg_knowledge *knowledge, const json_t *chart, const char *rule_id);

/* GAS over the goals that have `attained`: {t_score: number|null, n, goals: [{id, text, weight,
 * attained}]}. */
json_t *eg_goal_gas(const json_t *chart);

#endif
