#include "serve/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/demo.h"
#include "core/base/check.h"
#include "io/host/clock.h"
#include "serve/api_call.h"

static const eg_api_route routes[] = {
    {"GET", "/api/status", eg_api_get_status, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/openapi.json", eg_api_get_openapi, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/schema/{name}", eg_api_get_schema, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/knowledge/explain/{code}", eg_api_explain, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/knowledge/{kind}", eg_api_get_knowledge, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/balance/measures", eg_api_get_balance_measures, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/site", eg_api_get_site, EG_API_READS, EG_API_BODY_NONE},
    {"PUT", "/api/site", eg_api_put_site, EG_API_WRITES, EG_API_BODY_JSON},
    {"GET", "/api/codes", eg_api_search_codes, EG_API_READS, EG_API_BODY_NONE},
    {"POST", "/api/codes", eg_api_load_codes, EG_API_WRITES, EG_API_BODY_BYTES},
    {"GET", "/api/today", eg_api_get_today, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/people", eg_api_list_people, EG_API_READS, EG_API_BODY_NONE},
    {"POST", "/api/people", eg_api_create_person, EG_API_WRITES, EG_API_BODY_JSON},
    {"GET", "/api/people/{id}", eg_api_get_person, EG_API_READS, EG_API_BODY_NONE},
    {"POST", "/api/people/{id}/episodes", eg_api_create_episode, EG_API_WRITES, EG_API_BODY_JSON},
    {"GET", "/api/episodes/{id}", eg_api_get_episode, EG_API_READS, EG_API_BODY_NONE},
    {"POST", "/api/episodes/{id}/transition", eg_api_transition, EG_API_WRITES, EG_API_BODY_JSON},
    {"POST", "/api/episodes/{id}/check_in", eg_api_check_in, EG_API_READS, EG_API_BODY_JSON},
    {"GET", "/api/episodes/{id}/documents", eg_api_list_documents, EG_API_READS, EG_API_BODY_NONE},
    {"POST", "/api/episodes/{id}/documents/{kind}", eg_api_create_document, EG_API_WRITES,
     EG_API_BODY_JSON},
    {"GET", "/api/documents/{id}", eg_api_get_document, EG_API_READS, EG_API_BODY_NONE},
    {"PUT", "/api/documents/{id}", eg_api_amend_document, EG_API_WRITES, EG_API_BODY_JSON},
    {"GET", "/api/documents/{id}/versions", eg_api_get_versions, EG_API_READS, EG_API_BODY_NONE},
    {"POST", "/api/documents/{id}/sign", eg_api_sign_document, EG_API_WRITES, EG_API_BODY_JSON},
    {"POST", "/api/documents/{id}/entered_in_error", eg_api_withdraw_document, EG_API_WRITES,
     EG_API_BODY_JSON},
    {"GET", "/api/documents/{id}/verify", eg_api_verify_document, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/episodes/{id}/findings", eg_api_get_findings, EG_API_READS, EG_API_BODY_NONE},
    {"PUT", "/api/episodes/{id}/findings/{name}", eg_api_put_finding, EG_API_WRITES,
     EG_API_BODY_JSON},
    {"GET", "/api/episodes/{id}/proposals", eg_api_get_proposals, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/episodes/{id}/progress", eg_api_get_progress, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/episodes/{id}/report.pdf", eg_api_get_report, EG_API_PRINTS, EG_API_BODY_NONE},
    {"POST", "/api/episodes/{id}/recordings", eg_api_create_recording, EG_API_WRITES,
     EG_API_BODY_BYTES},
    {"GET", "/api/recordings/{id}/trace", eg_api_get_trace, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/recordings/{id}/result", eg_api_get_result, EG_API_READS, EG_API_BODY_NONE},
    {"PUT", "/api/recordings/{id}/asked", eg_api_remeasure, EG_API_WRITES, EG_API_BODY_JSON},
    {"POST", "/api/inspect", eg_api_inspect, EG_API_READS, EG_API_BODY_BYTES},
    {"POST", "/api/preview", eg_api_preview, EG_API_READS, EG_API_BODY_BYTES},
    {"GET", "/api/studies", eg_api_list_studies, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/formats", eg_api_list_formats, EG_API_READS, EG_API_BODY_NONE},
    {"POST", "/api/convert", eg_api_convert, EG_API_READS, EG_API_BODY_BYTES},
    {"POST", "/api/look", eg_api_look, EG_API_READS, EG_API_BODY_BYTES},
    {"POST", "/api/episodes/{id}/studies", eg_api_create_study_recording, EG_API_WRITES,
     EG_API_BODY_BYTES},
    {"GET", "/api/recordings/{id}/study", eg_api_get_study_recording, EG_API_READS,
     EG_API_BODY_NONE},
    {"PUT", "/api/recordings/{id}/study", eg_api_put_study_recording, EG_API_WRITES,
     EG_API_BODY_JSON},
    {"GET", "/api/layouts", eg_api_list_layouts, EG_API_READS, EG_API_BODY_NONE},
    {"POST", "/api/layouts", eg_api_create_layout, EG_API_WRITES, EG_API_BODY_JSON},
    {"PUT", "/api/layouts/{id}", eg_api_amend_layout, EG_API_WRITES, EG_API_BODY_JSON},
    {"GET", "/api/examples", eg_api_list_examples, EG_API_READS, EG_API_BODY_NONE},
    {"GET", "/api/examples/{id}", eg_api_get_example, EG_API_READS, EG_API_BODY_NONE},
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
        size_t used = strlen(match.allow);
        int added =
            snprintf(match.allow + used, sizeof match.allow - used, "%s%s", used > 0 ? ", " : "",
                     strcmp(routes[i].method, "GET") == 0 ? "GET, HEAD" : routes[i].method);
        EG_ASSERT(added > 0 && (size_t)added < sizeof match.allow - used);
        if (match.route != NULL || strcmp(routes[i].method, wanted) != 0) continue;
        match.route = &routes[i];
        memcpy(match.parameters, parameters, sizeof parameters);
    }
    return match;
}

/* What all workers share: knowledge, rules and the evaluator. */
static eg_err load_shared(eg_api *api, const eg_api_settings *settings, eg_diag *diag) {
    api->settings.demo = settings->demo;
    api->settings.version = strdup(settings->version);
    eg_err err = eg_knowledge_load(eg_embedded_files, NULL, &api->knowledge, diag);
    if (api->knowledge == NULL) return err;
    if (err != EG_OK) { /* one faulty file: the rest is good, and `knowledge check` says which */
        fprintf(stderr, "engram: knowledge: %s: %s\n", diag->where, diag->text);
        *diag = (eg_diag){0};
    }
    err = eg_rule_book_create(api->knowledge, &api->book, diag);
    if (err != EG_OK) return err;
    err = eg_evaluator_create(eg_embedded_files, &api->evaluator, diag);
    if (err != EG_OK) return err;
    api->clinic.knowledge = api->knowledge;
    api->clinic.rules = api->book;
    return EG_OK;
}

/* Each worker has name and time zone of the site for itself, so that a change of the site does not
 * pull them away under another thread. `name` NULL: the store has a site already. */
static eg_err load_site(eg_api *api, const char *name, const char *zone, eg_diag *diag) {
    json_t *site = NULL;
    api->site_seen = atomic_load(&api->owner->site_changes);
    eg_err err = eg_clinic_site(&api->clinic, name, zone, &api->zone, &site, diag);
    const char *found = json_string_value(json_object_get(json_object_get(site, "body"), "name"));
    if (found != NULL) snprintf(api->site_name, sizeof api->site_name, "%s", found);
    json_decref(site);
    return err;
}

/* Loads the site again after it was changed; the old one stays in use if that fails. */
static void refresh_site(eg_api *api) {
    unsigned seen = api->site_seen;
    if (seen == atomic_load(&api->owner->site_changes)) return;
    eg_zone *before = malloc(sizeof *before);
    if (before == NULL) return;
    *before = api->zone;
    eg_diag diag = {0};
    if (load_site(api, NULL, NULL, &diag) != EG_OK) {
        fprintf(stderr, "engram: site: %s: %s\n", diag.where, diag.text);
        api->zone = *before;
        api->site_seen = seen;
    }
    free(before);
}

eg_api *eg_api_create(const eg_api_settings *settings, eg_api *writer, eg_diag *diag) {
    eg_api *api = calloc(1, sizeof *api);
    if (api == NULL) {
        (void)eg_diag_set(diag, EG_ERR_MEMORY, "server", 0, "not enough memory");
        return NULL;
    }
    if (writer != NULL) api->clinic = writer->clinic;
    api->owner = writer != NULL ? writer : api;
    api->clinic.store = NULL;
    api->clinic.random = eg_clock_random;
    api->clinic.now_ms = eg_clock_now_ms();
    snprintf(api->clinic.author, sizeof api->clinic.author, "local");
    eg_err err = eg_store_open(settings->store, writer == NULL ? EG_STORE_WRITE : EG_STORE_READ,
                               &api->clinic.store, diag);
    if (err == EG_OK && writer == NULL) err = load_shared(api, settings, diag);
    const char *name = settings->site != NULL ? settings->site : "Clinic";
    const char *zone = settings->time_zone != NULL ? settings->time_zone : "UTC";
    if (err == EG_OK) err = load_site(api, writer == NULL ? name : NULL, zone, diag);
    if (err == EG_OK) return api;
    eg_api_destroy(api);
    return NULL;
}

eg_err eg_api_fill_demo(eg_api *writer, eg_diag *diag) {
    writer->clinic.now_ms = eg_clock_now_ms();
    eg_diag own = {0};
    eg_err err = eg_demo_fill(&writer->clinic, writer->evaluator, eg_embedded_files, &own);
    if (err == EG_OK || err == EG_ERR_CONFLICT) return EG_OK;
    if (diag != NULL && diag->code == EG_OK) *diag = own;
    return err;
}

void eg_api_destroy(eg_api *api) {
    if (api == NULL) return;
    eg_store_close(api->clinic.store);
    eg_evaluator_destroy(api->evaluator);
    eg_rule_book_destroy(api->book);
    eg_knowledge_destroy(api->knowledge);
    free((char *)api->settings.version);
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
    api->clinic.now_ms = eg_clock_now_ms();
    refresh_site(api);
    eg_api_call call = {api, request, &match, response};
    match.route->handle(&call);
    EG_ASSERT(response->status >= 200 && response->status < 600);
}

void eg_api_response_clear(eg_api_response *response) {
    free(response->body);
    *response = (eg_api_response){0};
}
