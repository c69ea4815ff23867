/* What a plan says about rules, findings, exercises and treatments must exist and fit. */
#ifndef EG_CLINIC_PLAN_CHECK_H
#define EG_CLINIC_PLAN_CHECK_H

#include "clinic/clinic.h"

struct eg_plan_result;

/* Every name in the plan's body is known: EG_ERR_DATA for an unknown rule, finding, exercise or
 * treatment, a rule decided twice, and a rule taken up that proposes nothing (S1 only blocks). */
eg_err eg_plan_check(const eg_clinic *clinic, const json_t *body, json_t **problems, eg_diag *diag);

/* Appends guards: every treatment names a goal, a finding and a dose; every rule taken up is true
 * now, or the decision says why all the same. */
void eg_plan_guard_links(const json_t *chart, const json_t *body,
                         const struct eg_plan_result *result, json_t *guards);

#endif
