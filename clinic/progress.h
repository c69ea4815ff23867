/* Progress of one episode: each measure's values over time with the verdict whether the change is
 * larger than its noise, goal attainment, and what was done in the visits. */
#ifndef EG_CLINIC_PROGRESS_H
#define EG_CLINIC_PROGRESS_H

#include <stdbool.h>

#include "clinic/clinic.h"

enum { EG_PROGRESS_WHERE_SIZE = 128 };

/* {measures: [{code, name, unit, side, better, points: [{date, value, entry_id, phase}], mdc?,
 * mdc_interval, norm?, goal?: {target, due_on}, verdict, direction?, mcid?, important?, text,
 * condition?}], gas: {t_score, goals: [...]}, visits: [{date, minutes, repetitions, successes}]}.
 * Verdicts come from knowledge with their source; without a published MDC the verdict is "unknown",
 * never "changed". */
eg_err eg_progress(const eg_clinic *clinic, const json_t *chart, json_t **progress, eg_diag *diag);

/* "condition" of a series: where a recording's body was measured ("weight_shift, eyes open, firm,
 * front and back"), or what a comparison of eg_pair_of_chart put together. Recordings with the same
 * words are repeats of one test. */
void eg_progress_where_recorded(const json_t *body, char where[EG_PROGRESS_WHERE_SIZE]);
void eg_progress_where_compared(const json_t *group, char where[EG_PROGRESS_WHERE_SIZE]);

/* Along which axis a weight shift went: "side to side", "front and back" or "slantwise"; "" for
 * other tasks. */
const char *eg_progress_axis(const json_t *body);

/* Whether norms of quiet standing speak of this measure at all: the few that are followed over
 * time. The others stand in the recording's result. */
bool eg_progress_follows(const eg_clinic *clinic, const char *code);

#endif
