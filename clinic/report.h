/* Documents on paper: evaluation and plan of care, progress report. A referring doctor reads one in
 * a minute: first what was found and what is planned, then the numbers behind it. */
#ifndef EG_CLINIC_REPORT_H
#define EG_CLINIC_REPORT_H

#include "clinic/clinic.h"
#include "clinic/paper.h"

typedef enum eg_report_type { EG_REPORT_EVALUATION_PLAN, EG_REPORT_PROGRESS } eg_report_type;

/* "evaluation_plan" or "progress"; -1 for anything else. */
int eg_report_type_find(const char *name);

/* What a report is made of. All borrowed; `findings`, `progress` and `traces` may be NULL and are
 * then left out. */
typedef struct eg_report_input {
    const json_t *chart;    /* eg_chart_load */
    const json_t *findings; /* eg_appraise */
    const json_t *progress; /* eg_progress */
    const json_t *traces;   /* [{title, caption, trace}]: at most 3 kept recordings, `trace` as
                               GET /api/recordings/{id}/trace gives it */
} eg_report_input;

/* Writes a PDF. The same input and clock give the same bytes. Unsigned plans say so across the top.
 * Errors: EG_ERR_MISSING (no person in the chart), what the sink returned, EG_ERR_MEMORY. */
eg_err eg_report_write(const eg_clinic *clinic, const eg_report_input *input, eg_report_type type,
                       eg_paper_sink sink, void *closure, eg_diag *diag);

#endif
