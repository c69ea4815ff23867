/* What a report is made of, gathered from the store: for the server and the command line alike. */
#include <stdio.h>
#include <string.h>

#include "clinic/appraisal.h"
#include "clinic/chart.h"
#include "clinic/derive.h"
#include "clinic/progress.h"
#include "clinic/report.h"
#include "clinic/row.h"
#include "clinic/trial.h"
#include "clinic/withdraw.h"
#include "core/base/check.h"

enum { TRACE_POINTS = 1500 };

static json_t *trace_of(eg_clinic *clinic, const eg_evaluator *evaluator, const json_t *recording) {
    eg_diag diag = {0};
    eg_evaluation *evaluation = NULL;
    json_t *item = NULL;
    if (eg_trial_evaluate(clinic, evaluator, recording, false, &evaluation, &diag) == EG_OK)
        item = json_pack("{s:O,s:o,s:o}", "recording", recording, "trace",
                         eg_trial_trace(evaluation, TRACE_POINTS), "result",
                         eg_trial_result(evaluation));
    eg_evaluation_destroy(evaluation);
    return item;
}

/* The newest kept recordings with their traces. A trace that cannot be drawn is left out: the
 * numbers are in the chart. */
static json_t *gather_traces(eg_clinic *clinic, const eg_evaluator *evaluator,
                             const json_t *chart) {
    json_t *traces = json_array();
    const json_t *recordings = json_object_get(chart, "recordings");
    for (size_t i = json_array_size(recordings); i > 0; i--) {
        if (json_array_size(traces) == EG_REPORT_TRACES_MAX) break;
        const json_t *recording = json_array_get(recordings, i - 1);
        if (strcmp(eg_text_at(eg_member(recording, "body"), "task"), "study") == 0) continue;
        if (strcmp(eg_text_at(eg_member(recording, "body"), "decision"), "kept") != 0) continue;
        json_t *item = trace_of(clinic, evaluator, recording);
        if (item != NULL) json_array_append_new(traces, item);
    }
    return traces;
}

eg_err eg_report_of_episode(eg_clinic *clinic, const eg_evaluator *evaluator,
                            const char *episode_id, eg_report_type type, eg_paper_sink sink,
                            void *closure, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && evaluator != NULL && episode_id != NULL && sink != NULL);
    json_t *chart = NULL;
    json_t *derived = NULL;
    json_t *findings = NULL;
    json_t *progress = NULL;
    json_t *traces = NULL;
    eg_err error = eg_chart_load(clinic, episode_id, &chart, diag);
    if (error == EG_OK) error = eg_chart_stands(chart, NULL, diag);
    if (error == EG_OK) error = eg_derive(clinic, chart, &derived, diag);
    if (error == EG_OK) error = eg_appraise(clinic, chart, derived, &findings, diag);
    if (error == EG_OK) error = eg_progress(clinic, chart, &progress, diag);
    if (error == EG_OK) {
        traces = gather_traces(clinic, evaluator, chart);
        eg_report_input input = {chart, findings, progress, traces};
        error = eg_report_write(clinic, &input, type, sink, closure, diag);
    }
    json_decref(traces);
    json_decref(progress);
    json_decref(findings);
    json_decref(derived);
    json_decref(chart);
    return error;
}
