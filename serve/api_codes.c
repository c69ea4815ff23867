/* The clinic's list of diagnosis codes. */
#include <stdlib.h>

#include "clinic/codes.h"
#include "serve/api_call.h"

void eg_api_search_codes(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *answer = NULL;
    eg_err err = eg_codes_search(&call->api->clinic, eg_api_query(call, "q", ""), &answer, &diag);
    eg_api_finish(call, 200, err, answer, NULL, &diag);
}

void eg_api_load_codes(eg_api_call *call) {
    static const char nothing[] = "";
    const char *bytes = call->request->body != NULL ? call->request->body : nothing;
    const char *text = eg_api_query(call, "version", "0");
    char *end = NULL;
    long version = strtol(text, &end, 10);
    eg_diag diag = {0};
    json_t *answer = NULL;
    json_t *problems = NULL;
    eg_err err =
        *end != '\0' || version < 0 || version >= INT32_MAX
            ? eg_diag_set(&diag, EG_ERR_ARGUMENT, "version", 0,
                          "\"version\" is not a whole number from 0")
            : eg_codes_load(&call->api->clinic, (int32_t)version, eg_api_query(call, "system", ""),
                            (const uint8_t *)bytes, call->request->size, &answer, &problems, &diag);
    eg_api_finish(call, 201, err, answer, problems, &diag);
}
