/* How the API's handlers read requests and end. */
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/json/canonical.h"
#include "serve/api_call.h"

const char *eg_api_parameter(const eg_api_call *call, size_t index) {
    EG_ASSERT(index < EG_API_PARAMETERS_MAX);
    return call->match->parameters[index];
}

const char *eg_api_query(const eg_api_call *call, const char *name, const char *otherwise) {
    const eg_http_query *query = call->request->query;
    const char *value = query == NULL ? NULL : eg_http_query_get(query, name);
    return value != NULL && value[0] != '\0' ? value : otherwise;
}

static void answer(eg_api_response *response, int status, json_t *json) {
    eg_diag diag = {0};
    char *text = NULL;
    size_t size = 0;
    if (json == NULL || eg_json_canonical(json, &text, &size, &diag) != EG_OK) text = NULL;
    json_decref(json);
    eg_api_response_clear(response);
    response->content_type = "application/json";
    response->status = text == NULL ? 500 : status;
    if (text == NULL) {
        /* Only without memory, or for a value that is no JSON: an error of Engram itself. */
        text =
            strdup("{\"error\":{\"code\":\"internal\",\"problems\":[],\"remedy\":\"Please report "
                   "this.\",\"text\":\"the answer could not be written\",\"where\":\"\"}}");
        size = text == NULL ? 0 : strlen(text);
    }
    response->body = text;
    response->size = size;
}

void eg_api_answer(eg_api_call *call, int status, json_t *json) {
    answer(call->response, status, json);
}

/* A text for people as JSON. Errors quote files and requests, which may be no UTF-8 or cut in the
 * middle of a character: what is not a character becomes a question mark. */
static json_t *plain_text(const char *text) {
    char safe[sizeof((eg_diag *)0)->text];
    size_t used = 0;
    for (const char *at = text != NULL ? text : ""; *at != '\0' && used + 5 < sizeof safe;) {
        size_t left = strlen(at);
        size_t size = 1;
        while (size <= 4 && size <= left && !eg_http_utf8_valid(at, size)) size++;
        bool good = size <= 4 && size <= left;
        if (good) memcpy(safe + used, at, size);
        if (!good) safe[used] = '?';
        used += good ? size : 1;
        at += good ? size : 1;
    }
    safe[used] = '\0';
    return json_string(safe);
}

/* Takes `problems` over; NULL is an empty list. */
static void refuse(eg_api_response *response, int status, const char *code, const char *text,
                   const char *where, const char *remedy, json_t *problems) {
    if (problems == NULL) problems = json_array();
    answer(response, status,
           json_pack("{s{so so so so sO}}", "error", "code", plain_text(code ? code : "error"),
                     "text", plain_text(text), "where", plain_text(where), "remedy",
                     plain_text(remedy), "problems", problems));
    json_decref(problems);
}

void eg_api_refuse(eg_api_response *response, int status, const char *code, const char *text,
                   const char *where, const char *remedy) {
    refuse(response, status, code, text, where, remedy, NULL);
}

/* What the caller can do about each kind of error, in the API's words. */
static const struct {
    eg_err err;
    int status;
    const char *code;
    const char *remedy;
} kinds[] = {
    {EG_ERR_ARGUMENT, 400, "argument", "See /api/openapi.json."},
    {EG_ERR_FORMAT, 422, "format",
     "Export the recording as text (CSV or TXT) from the plate's program and try again."},
    {EG_ERR_LAYOUT, 422, "layout", "Say which column is what; Engram can remember it."},
    {EG_ERR_DATA, 422, "invalid", "Put right what the list of problems names."},
    {EG_ERR_LIMIT, 413, "limit", "Send less."},
    {EG_ERR_MISSING, 422, "missing", "Send what is missing."},
    {EG_ERR_RANGE, 422, "range", "Send a value inside the range."},
    {EG_ERR_NOT_FOUND, 404, "not_found", "It may have another address: reload the list."},
    {EG_ERR_CONFLICT, 409, "conflict", "Load the newer version, then change that one."},
    {EG_ERR_GUARD, 422, "guard", "Do first what the list of problems names."},
    {EG_ERR_REFUSED, 403, "refused", ""},
    {EG_ERR_STORE, 500, "store", "Look whether the disk is full; then run `engram admin verify`."},
};

static void fail(eg_api_call *call, eg_err err, json_t *problems, const eg_diag *diag) {
    const char *text = diag->text[0] != '\0' ? diag->text : eg_err_text(err);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].err != err) continue;
        refuse(call->response, kinds[i].status, kinds[i].code, text, diag->where, kinds[i].remedy,
               problems);
        return;
    }
    refuse(call->response, 500, "internal", text, diag->where, "Please report this.", problems);
}

void eg_api_finish(eg_api_call *call, int status, eg_err err, json_t *json, json_t *problems,
                   const eg_diag *diag) {
    if (err == EG_OK) {
        json_decref(problems);
        eg_api_answer(call, status, json);
        return;
    }
    json_decref(json);
    fail(call, err, problems, diag);
}

json_t *eg_api_read_object(eg_api_call *call) {
    json_error_t error;
    const eg_api_request *request = call->request;
    json_t *body = request->body == NULL
                       ? NULL
                       : json_loadb(request->body, request->size, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(body)) return body;
    eg_diag diag = {0};
    if (request->body == NULL)
        (void)eg_diag_set(&diag, EG_ERR_ARGUMENT, "body", 0,
                          "there is no body; a JSON object is "
                          "expected");
    else if (body != NULL)
        (void)eg_diag_set(&diag, EG_ERR_ARGUMENT, "body", 0, "the body is not a JSON object");
    else
        (void)eg_diag_set(&diag, EG_ERR_ARGUMENT, "body", (uint64_t)error.line,
                          "the body is not JSON: line %d, column %d: %s", error.line, error.column,
                          error.text);
    json_decref(body);
    fail(call, EG_ERR_ARGUMENT, NULL, &diag);
    return NULL;
}

const char *eg_api_need_text(eg_api_call *call, const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    if (text != NULL) return text;
    eg_diag diag = {0};
    (void)eg_diag_set(&diag, EG_ERR_ARGUMENT, name, 0, "\"%s\" is missing or is not text", name);
    fail(call, EG_ERR_ARGUMENT, NULL, &diag);
    return NULL;
}

json_t *eg_api_need_body(eg_api_call *call, const json_t *request) {
    json_t *body = json_object_get(request, "body");
    if (json_is_object(body)) return body;
    eg_diag diag = {0};
    eg_err err =
        eg_diag_set(&diag, EG_ERR_ARGUMENT, "body", 0, "\"body\" is missing or is not an object");
    eg_api_finish(call, 200, err, NULL, NULL, &diag);
    return NULL;
}

int32_t eg_api_need_version(eg_api_call *call, const json_t *request) {
    json_int_t version = json_integer_value(json_object_get(request, "version"));
    if (version > 0 && version < INT32_MAX) return (int32_t)version;
    eg_diag diag = {0};
    eg_err err = eg_diag_set(&diag, EG_ERR_ARGUMENT, "version", 0,
                             "\"version\" is missing or is not a whole number from 1");
    eg_api_finish(call, 200, err, NULL, NULL, &diag);
    return 0;
}
