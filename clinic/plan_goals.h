/* The goals that a plan is signed for. A plan of care keeps a copy of each goal that it serves, so
 * that its signature covers them: a goal that is changed afterwards asks for a new version of the
 * plan, in writing and signed (42 CFR 410.61, as read in the research notes on documentation). */
#ifndef EG_CLINIC_PLAN_GOALS_H
#define EG_CLINIC_PLAN_GOALS_H

#include "clinic/clinic.h"

/* Writes `goals` into a plan's body: {id, version, content} of every goal of the chart that the
 * plan or one of its treatments names, in the order of the chart. `content` is what the goal says:
 * words, measure, side, baseline, target, date, weight, levels; not what was attained since. */
void eg_plan_copy_goals(const json_t *chart, json_t *body);

/* The goals of a plan's copy that are no longer what they were: a new array of {id, text, what},
 * `what` naming the parts ("target, due date"). A goal that is met is no change; one that is
 * stopped or gone is. Empty where the plan holds no copy. */
json_t *eg_plan_goals_changed(const json_t *chart, const json_t *body);

/* Marks the newest plan and the newest signed one of a chart with `goals_changed` where that is not
 * empty. */
void eg_plan_mark_goals(json_t *chart);

#endif
