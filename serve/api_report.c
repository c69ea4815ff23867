/* The report as a PDF, made from the chart as it is now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/appraisal.h"
#include "clinic/chart.h"
#include "clinic/derive.h"
#include "clinic/progress.h"
#include "clinic/report.h"
#include "clinic/trial.h"
#include "serve/api_call.h"

enum { TRACES_MAX = 3, TRACE_POINTS = 1500, PDF_MAX = 64 * 1024 * 1024 };

typedef struct paper {
    unsigned char *bytes;
    size_t size, capacity;
} paper;

static eg_err keep(void *closure, const unsigned char *bytes, size_t n) {
    paper *pdf = closure;
    if (pdf->size + n > PDF_MAX) return EG_ERR_LIMIT;
    if (pdf->size + n > pdf->capacity) {
        size_t capacity = pdf->capacity == 0 ? 65536 : pdf->capacity * 2;
        if (capacity < pdf->size + n) capacity = pdf->size + n;
        unsigned char *grown = realloc(pdf->bytes, capacity);
        if (grown == NULL) return EG_ERR_MEMORY;
        pdf->bytes = grown;
        pdf->capacity = capacity;
    }
    memcpy(pdf->bytes + pdf->size, bytes, n);
    pdf->size += n;
    return EG_OK;
}

static json_t *trace_of(eg_api_call *call, const json_t *recording) {
    eg_evaluation *evaluation = NULL;
    json_t *trace = NULL;
    if (eg_trial_evaluate(&call->api->clinic, call->api->owner->evaluator, recording, false,
                          &evaluation, NULL) == EG_OK)
        trace = eg_trial_trace(evaluation, TRACE_POINTS);
    eg_evaluation_destroy(evaluation);
    return trace;
}

static const char *text_at(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/* The newest kept recordings with their traces. A trace that cannot be drawn is left out: the
 * numbers are in the chart. */
static json_t *load_traces(eg_api_call *call, const json_t *chart) {
    json_t *traces = json_array();
    const json_t *recordings = json_object_get(chart, "recordings");
    for (size_t i = json_array_size(recordings); i > 0; i--) {
        const json_t *recording = json_array_get(recordings, i - 1);
        const json_t *body = json_object_get(recording, "body");
        if (json_array_size(traces) == TRACES_MAX) break;
        if (strcmp(text_at(body, "decision"), "kept") != 0) continue;
        json_t *trace = trace_of(call, recording);
        if (trace == NULL) continue;
        const json_t *words = json_object_get(body, "condition");
        char caption[200];
        snprintf(caption, sizeof caption, "%s%s%.30s%s%.30s", text_at(body, "recorded_on"),
                 *text_at(words, "vision") ? ", eyes " : "", text_at(words, "vision"),
                 *text_at(words, "surface") ? ", surface " : "", text_at(words, "surface"));
        json_array_append_new(traces, json_pack("{ss ss so}", "title", text_at(body, "name"),
                                                "caption", caption, "trace", trace));
    }
    return traces;
}

void eg_api_get_report(eg_api_call *call) {
    eg_diag diag = {0};
    paper pdf = {0};
    json_t *chart = NULL;
    json_t *derived = NULL;
    json_t *findings = NULL;
    json_t *progress = NULL;
    json_t *traces = NULL;
    eg_clinic *clinic = &call->api->clinic;
    const char *name = eg_api_query(call, "type", "evaluation_plan");
    int type = eg_report_type_find(name);
    eg_err err = type < 0 ? eg_diag_set(&diag, EG_ERR_ARGUMENT, "type", 0,
                                        "there is no report \"%.40s\"", name)
                          : eg_chart_load(clinic, eg_api_parameter(call, 0), &chart, &diag);
    if (err == EG_OK) err = eg_derive(clinic, chart, &derived, &diag);
    if (err == EG_OK) err = eg_appraise(clinic, chart, derived, &findings, &diag);
    if (err == EG_OK) err = eg_progress(clinic, chart, &progress, &diag);
    if (err == EG_OK) {
        traces = load_traces(call, chart);
        eg_report_input input = {chart, findings, progress, traces};
        err = eg_report_write(clinic, &input, (eg_report_type)type, keep, &pdf, &diag);
    }
    json_decref(traces);
    json_decref(progress);
    json_decref(findings);
    json_decref(derived);
    json_decref(chart);
    if (err == EG_OK) {
        *call->response = (eg_api_response){200, "application/pdf", (char *)pdf.bytes, pdf.size};
        return;
    }
    free(pdf.bytes);
    eg_api_finish(call, 200, err, NULL, NULL, &diag);
}
