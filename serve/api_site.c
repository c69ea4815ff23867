/* The clinic's name and time zone. */
#include "clinic/site.h"
#include "serve/api_call.h"

void eg_api_get_site(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *site = NULL;
    eg_err err = eg_site_get(&call->api->clinic, &site, &diag);
    eg_api_finish(call, 200, err, site, NULL, &diag);
}

void eg_api_put_site(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *site = NULL;
    json_t *problems = NULL;
    json_t *request = eg_api_read_object(call);
    if (request == NULL) return;
    int32_t version = eg_api_need_version(call, request);
    json_t *body = version == 0 ? NULL : eg_api_need_body(call, request);
    if (body != NULL) {
        eg_err err = eg_site_amend(&call->api->clinic, version, body, &site, &problems, &diag);
        /* Every worker loads the new zone before its next request. */
        if (err == EG_OK) atomic_fetch_add(&call->api->owner->site_changes, 1);
        eg_api_finish(call, 200, err, site, problems, &diag);
    }
    json_decref(request);
}
