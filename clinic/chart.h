/* The whole chart of one episode as one JSON object (GET /api/episodes/{id}): what every page, the
 * rule engine and the report start from. */
#ifndef EG_CLINIC_CHART_H
#define EG_CLINIC_CHART_H

#include "clinic/clinic.h"

/* {episode, person, referral, intake, releases[], evaluations[], entries[], recordings[],
 * finding_values[], goals[], plans[] (all versions, newest first), sessions[], reports[],
 * signatures[], state, next: [{to, guards: [...]}], precautions: [{kind, text, code}],
 * withdrawn: {id: kind} of what does not count (clinic/withdraw.h),
 * entered_in_error[]: those of them that are marked, with their reason,
 * counts: {visits, treatment_days, evaluations, sessions, goals, ...}, today, red_flags[]}.
 * referral and intake are null where absent; recordings carry their result without long arrays.
 * Cost: one query, about 1 ms for 200 documents. */
eg_err eg_chart_load(eg_clinic *clinic, const char *episode_id, json_t **chart, eg_diag *diag);

/* The documents only: the chart without next and precautions, for checks inside a write. */
eg_err eg_chart_gather(eg_clinic *clinic, const char *episode_id, json_t **chart, eg_diag *diag);

/* The document of the chart's list `list` ("plans") with that id, borrowed; NULL if none. */
const json_t *eg_chart_find(const json_t *chart, const char *list, const char *id);

/* The day on which what a document says was so: of a recording its own, of an entry its
 * evaluation's, else the day it was written. Entries and recordings stand in the chart in this
 * order, and of one day as they were typed, so that the last one is the newest. Borrowed. */
const char *eg_chart_date(const json_t *chart, const json_t *document);

/* The chips above a chart: {kind: stop|warn|info|unknown, code, text}, worst first. */
json_t *eg_chart_precautions(const json_t *chart);

#endif
