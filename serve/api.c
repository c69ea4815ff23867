#include "serve/api.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "serve/api_call.h"

static const eg_api_route routes[] = {
    {"GET", "/api/status", eg_api_get_status, EG_API_READS, EG_API_BODY_NONE},
};

enum { N_ROUTES = sizeof routes / sizeof routes[0] };

const eg_api_route *eg_api_route_at(size_t index) {
    return index < N_ROUTES ? &routes[index] : NULL;
}

/* Compares a path with a template segment by segment; fills the parameters. */
static bool matches(const char *pattern, const char *path,
                    char parameters[EG_API_PARAMETERS_MAX][EG_API_PARAMETER_MAX]) {
    size_t n_parameters = 0;
    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        size_t pattern_size = strcspn(pattern, "/");
        size_t path_size = strcspn(path, "/");
        if (pattern[0] == '{') {
            if (path_size == 0 || path_size >= EG_API_PARAMETER_MAX) return false;
            EG_ASSERT(n_parameters < EG_API_PARAMETERS_MAX);
            memcpy(parameters[n_parameters], path, path_size);
            parameters[n_parameters++][path_size] = '\0';
        } else if (pattern_size != path_size || memcmp(pattern, path, path_size) != 0) {
            return false;
        }
        pattern += pattern_size;
        path += path_size;
    }
    return *pattern == '\0' && *path == '\0';
}

eg_api_match eg_api_find(const char *method, const char *path) {
    eg_api_match match = {0};
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    for (size_t i = 0; i < N_ROUTES; i++) {
        char parameters[EG_API_PARAMETERS_MAX][EG_API_PARAMETER_MAX] = {{0}};
        if (!matches(routes[i].path, path, parameters)) continue;
        if (match.allow[0] != '\0') strcat(match.allow, ", ");
        strcat(match.allow, strcmp(routes[i].method, "GET") == 0 ? "GET, HEAD" : routes[i].method);
        EG_ASSERT(strlen(match.allow) < sizeof match.allow - 16);
        if (match.route != NULL || strcmp(routes[i].method, wanted) != 0) continue;
        match.route = &routes[i];
        memcpy(match.parameters, parameters, sizeof parameters);
    }
    return match;
}

eg_api *eg_api_create(const eg_api_settings *settings, eg_diag *diag) {
    eg_api *api = calloc(1, sizeof *api);
    if (api == NULL) {
        (void)eg_diag_set(diag, EG_ERR_MEMORY, "server", 0, "not enough memory");
        return NULL;
    }
    api->settings.demo = settings->demo;
    api->settings.version = strdup(settings->version);
    api->settings.data = strdup(settings->data);
    return api;
}

void eg_api_destroy(eg_api *api) {
    if (api == NULL) return;
    free((char *)api->settings.version);
    free((char *)api->settings.data);
    free(api);
}

void eg_api_handle(eg_api *api, const eg_api_request *request, eg_api_response *response) {
    *response = (eg_api_response){0};
    eg_api_match match = eg_api_find(request->method, request->path);
    if (match.route == NULL) {
        bool exists = match.allow[0] != '\0';
        eg_api_refuse(response, exists ? 405 : 404, exists ? "method_unknown" : "path_unknown",
                      exists ? "This address does not know that method."
                             : "There is nothing at this address.",
                      request->path, "See /api/openapi.json.");
        return;
    }
    size_t limit = match.route->body == EG_API_BODY_BYTES  ? EG_API_BYTES_MAX
                   : match.route->body == EG_API_BODY_JSON ? EG_API_JSON_MAX
                                                           : 0;
    if (request->size > limit) {
        eg_api_refuse(response, 413, "body_too_large",
                      "The body is larger than this address takes.", request->path, "Send less.");
        return;
    }
    eg_api_call call = {api, request, &match, response};
    match.route->handle(&call);
    EG_ASSERT(response->status >= 200 && response->status < 600);
}

void eg_api_response_clear(eg_api_response *response) {
    free(response->body);
    *response = (eg_api_response){0};
}

static void answer(eg_api_response *response, int status, json_t *json) {
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(json);
    eg_api_response_clear(response);
    response->content_type = "application/json";
    response->status = text == NULL ? 500 : status;
    response->body = text;
    response->size = text == NULL ? 0 : strlen(text);
}

void eg_api_answer(eg_api_call *call, int status, json_t *json) {
    answer(call->response, status, json);
}

void eg_api_refuse(eg_api_response *response, int status, const char *code, const char *text,
                   const char *where, const char *remedy) {
    answer(response, status,
           json_pack("{s{sssssssss[]}}", "error", "code", code ? code : "error", "text",
                     text ? text : "", "where", where ? where : "", "remedy", remedy ? remedy : "",
                     "problems"));
}

void eg_api_fail(eg_api_call *call, eg_err err, const eg_diag *diag) {
    static const struct {
        eg_err err;
        int status;
    } statuses[] = {
        {EG_ERR_ARGUMENT, 400},  {EG_ERR_FORMAT, 422},   {EG_ERR_DATA, 422},
        {EG_ERR_LIMIT, 413},     {EG_ERR_MISSING, 422},  {EG_ERR_RANGE, 422},
        {EG_ERR_NOT_FOUND, 404}, {EG_ERR_CONFLICT, 409}, {EG_ERR_GUARD, 422},
        {EG_ERR_REFUSED, 403},
    };
    int status = 500;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (statuses[i].err == err) status = statuses[i].status;
    const char *text = diag->text[0] != '\0' ? diag->text : eg_err_text(err);
    eg_api_refuse(call->response, status, eg_err_name(err), text, diag->where, "");
}
