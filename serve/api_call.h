/* What the API's handlers share; not for others. */
#ifndef EG_SERVE_API_CALL_H
#define EG_SERVE_API_CALL_H

#include <jansson.h>

#include "serve/api.h"

struct eg_api {
    eg_api_settings settings; /* texts owned */
};

struct eg_api_call {
    eg_api *api;
    const eg_api_request *request;
    const eg_api_match *match;
    eg_api_response *response;
};

/* Answers with `json`, whose reference is taken over; NULL answers 500. */
void eg_api_answer(eg_api_call *call, int status, json_t *json);

/* Answers with the status that belongs to an error, and the diag's words. */
void eg_api_fail(eg_api_call *call, eg_err err, const eg_diag *diag);

/* The handlers, by file. */
void eg_api_get_status(eg_api_call *call);
void eg_api_get_openapi(eg_api_call *call);

#endif
