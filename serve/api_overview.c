/* What is due today over all charts, and how one chart has gone. */
#include "clinic/chart.h"
#include "clinic/progress.h"
#include "clinic/today.h"
#include "serve/api_call.h"

void eg_api_get_today(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *today = NULL;
    eg_err err = eg_today(&call->api->clinic, &today, &diag);
    eg_api_finish(call, 200, err, today, NULL, &diag);
}

void eg_api_get_progress(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *chart = NULL;
    json_t *progress = NULL;
    eg_err err = eg_chart_load(&call->api->clinic, eg_api_parameter(call, 0), &chart, &diag);
    if (err == EG_OK) err = eg_progress(&call->api->clinic, chart, &progress, &diag);
    json_decref(chart);
    eg_api_finish(call, 200, err, progress, NULL, &diag);
}
