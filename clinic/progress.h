/* Progress of one episode: each measure's values over time with the verdict whether the change is
 * larger than its noise, goal attainment, and what was done in the visits. */
#ifndef EG_CLINIC_PROGRESS_H
#define EG_CLINIC_PROGRESS_H

#include "clinic/clinic.h"

/* {measures: [{code, name, unit, side, better, points: [{date, value, entry_id, phase}], mdc?,
 * mdc_interval, norm?, goal?: {target, due_on}, verdict, text}], gas: {t_score, goals: [...]},
 * visits: [{date, minutes, repetitions, successes}]}. Verdicts come from knowledge with their
 * source; without a published MDC the verdict is "unknown", never "changed". */
eg_err eg_progress(const eg_clinic *clinic, const json_t *chart, json_t **progress, eg_diag *diag);

#endif
