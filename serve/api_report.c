/* The report as a PDF, made from the chart as it is now. */
#include <stdlib.h>
#include <string.h>

#include "clinic/report.h"
#include "serve/api_call.h"

enum { PDF_MAX = 64 * 1024 * 1024 };

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

void eg_api_get_report(eg_api_call *call) {
    eg_diag diag = {0};
    paper pdf = {0};
    const char *name = eg_api_query(call, "type", "evaluation_plan");
    int type = eg_report_type_find(name);
    eg_err err = type < 0 ? eg_diag_set(&diag, EG_ERR_ARGUMENT, "type", 0,
                                        "there is no report \"%.40s\"", name)
                          : eg_report_of_episode(&call->api->clinic, call->api->owner->evaluator,
                                                 eg_api_parameter(call, 0), (eg_report_type)type,
                                                 keep, &pdf, &diag);
    if (err == EG_OK) {
        *call->response = (eg_api_response){200, "application/pdf", (char *)pdf.bytes, pdf.size};
        return;
    }
    free(pdf.bytes);
    eg_api_finish(call, 200, err, NULL, NULL, &diag);
}
