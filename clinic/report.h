/* Documents on paper: evaluation and plan of care, progress or discharge report, and one balance
 * recording. A referring doctor reads one in a minute: first what was found and what is planned,
 * then the numbers behind it. Names instead of codes; a rule keeps its id, in small print. */
#ifndef EG_CLINIC_REPORT_H
#define EG_CLINIC_REPORT_H

#include "clinic/clinic.h"
#include "clinic/evaluate.h"
#include "clinic/paper.h"

enum { EG_REPORT_TRACES_MAX = 3 };

typedef enum eg_report_type { EG_REPORT_EVALUATION_PLAN, EG_REPORT_PROGRESS } eg_report_type;

/* "evaluation_plan" or "progress"; -1 for anything else. */
int eg_report_type_find(const char *name);

/* What a report is made of. All borrowed; `findings`, `progress` and `traces` may be NULL and are
 * then left out. */
typedef struct eg_report_input {
    const json_t *chart;    /* eg_chart_load */
    const json_t *findings; /* eg_appraise */
    const json_t *progress; /* eg_progress */
    const json_t *traces;   /* [{recording: document, trace, result}]: at most 3 kept recordings,
                               trace and result as eg_trial_trace and eg_trial_result give them */
} eg_report_input;

/* Writes a PDF. The same input and clock give the same bytes. An unsigned plan or report says so
 * across the top; a progress report becomes a discharge report where the newest report document is
 * one. Errors: EG_ERR_MISSING (no person in the chart), what the sink returned, EG_ERR_MEMORY. */
eg_err eg_report_write(const eg_clinic *clinic, const eg_report_input *input, eg_report_type type,
                       eg_paper_sink sink, void *closure, eg_diag *diag);

/* Gathers the input from the store, up to three newest kept recordings with their traces, and
 * writes the report. Cost: about 20 ms and the evaluation of the recordings. */
eg_err eg_report_of_episode(eg_clinic *clinic, const eg_evaluator *evaluator,
                            const char *episode_id, eg_report_type type, eg_paper_sink sink,
                            void *closure, eg_diag *diag);

/* One page about one balance recording: verdict, area and velocity, trace, ellipse, what the gate
 * said, the measures that are read first (it says how many more there are)
 * against norm and noise. `result` and `trace` as eg_trial_result and
 * eg_trial_trace give them. Errors: what the sink returned, EG_ERR_MEMORY. */
eg_err eg_report_balance(const eg_clinic *clinic, const json_t *result, const json_t *trace,
                         eg_paper_sink sink, void *closure, eg_diag *diag);

#endif
