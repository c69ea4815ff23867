/* Any request at all to the API, over a store with a person and an episode in it. An input is a
 * line "METHOD PATH?QUERY", then the body; {p}, {e} and {d} in the path stand for the ids of the
 * person, the episode and a document. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "serve/api.h"
#include "serve/api_call.h"
#include "serve/request.h"

enum { PATH_SIZE = 4096, RUNS_PER_STORE = 3000 };

static eg_api *api;
static char folder[64];
static char ids[3][EG_STORE_ID_SIZE]; /* p, e, d */
static unsigned n_runs;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* fontconfig, which lays out the reports, keeps its caches until the process ends. */
const char *__lsan_default_suppressions(void) {
    return "leak:libfontconfig\n";
}

/* The id in a 201 answer. */
static void make(const char *path, const char *body, char id[EG_STORE_ID_SIZE]) {
    eg_api_request request = {"POST", path, NULL, body, strlen(body)};
    eg_api_response response;
    eg_api_handle(api, &request, &response);
    EG_ASSERT(response.status == 201);
    json_t *document = json_loadb(response.body, response.size, 0, NULL);
    const char *text = json_string_value(json_object_get(document, "id"));
    EG_ASSERT(text != NULL);
    snprintf(id, EG_STORE_ID_SIZE, "%s", text);
    json_decref(document);
    eg_api_response_clear(&response);
}

static void forget_store(void) {
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char path[128];
    eg_api_destroy(api);
    api = NULL;
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/engram.db%s", folder, suffixes[i]);
        remove(path);
    }
    remove(folder);
}

/* A fresh store now and then, so that what inputs write does not make the next ones slow. */
static void begin_store(void) {
    char url[128];
    char path[128];
    eg_diag diag = {0};
    if (api != NULL)
        forget_store();
    else
        atexit(forget_store);
    snprintf(folder, sizeof folder, "/tmp/engram-fuzz-XXXXXX");
    EG_ASSERT(mkdtemp(folder) != NULL);
    snprintf(url, sizeof url, "sqlite:%s/engram.db", folder);
    eg_api_settings settings = {.version = "fuzz", .store = url};
    api = eg_api_create(&settings, NULL, &diag);
    EG_ASSERT(api != NULL);
    EG_ASSERT(eg_store_set_durable(api->clinic.store, false, &diag) == EG_OK);
    make("/api/people",
         "{\"given_name\":\"A\",\"family_name\":\"B\",\"birth_date\":\"1960-01-01\",\"sex\":"
         "\"other\","
         "\"example\":true}",
         ids[0]);
    snprintf(path, sizeof path, "/api/people/%s/episodes", ids[0]);
    make(path, "{\"discipline\":\"OT\",\"title\":\"x\"}", ids[1]);
    snprintf(path, sizeof path, "/api/episodes/%s/documents/referral", ids[1]);
    make(path, "{\"body\":{\"direct_access\":true}}", ids[2]);
}

/* Copies the target with the ids in their places; false if it becomes too long. */
static bool fill_target(const char *in, size_t size, char out[PATH_SIZE]) {
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        const char *found =
            i + 2 < size && in[i] == '{' && in[i + 2] == '}' ? memchr("ped", in[i + 1], 3) : NULL;
        if (used + EG_STORE_ID_SIZE >= PATH_SIZE) return false;
        if (found == NULL) {
            out[used++] = in[i];
            continue;
        }
        const char *id = ids[in[i + 1] == 'p' ? 0 : in[i + 1] == 'e' ? 1 : 2];
        memcpy(out + used, id, EG_STORE_ID_SIZE - 1);
        used += EG_STORE_ID_SIZE - 1;
        i += 2;
    }
    out[used] = '\0';
    return strlen(out) == used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char target[PATH_SIZE];
    char method[8] = "";
    if (n_runs++ % RUNS_PER_STORE == 0) begin_store();
    const char *text = (const char *)data;
    const char *newline = memchr(text, '\n', size);
    size_t line = newline == NULL ? size : (size_t)(newline - text);
    const char *blank = memchr(text, ' ', line);
    if (blank == NULL || blank - text > 7) return 0;
    memcpy(method, text, (size_t)(blank - text));
    if (!fill_target(blank + 1, line - (size_t)(blank - text) - 1, target)) return 0;
    eg_http_query query = {0};
    char *mark = strchr(target, '?');
    if (mark != NULL) *mark++ = '\0';
    if (!eg_http_decode_path(target)) return 0;
    if (mark != NULL && !eg_http_decode_query(mark, &query)) return 0;
    size_t body_size = newline == NULL ? 0 : size - line - 1;
    char *body = malloc(body_size + 1);
    EG_ASSERT(body != NULL);
    if (body_size > 0) memcpy(body, newline + 1, body_size);
    body[body_size] = '\0';
    eg_api_request request = {method, target, &query, body_size > 0 ? body : NULL, body_size};
    eg_api_response response;
    eg_api_handle(api, &request, &response);
    EG_ASSERT(response.status >= 200 && response.status < 600 && response.status != 500);
    EG_ASSERT(response.content_type != NULL && response.body != NULL);
    if (strcmp(response.content_type, "application/json") == 0) {
        json_t *answer = json_loadb(response.body, response.size, 0, NULL);
        EG_ASSERT(answer != NULL);
        if (response.status >= 400) EG_ASSERT(json_object_get(answer, "error") != NULL);
        json_decref(answer);
    }
    eg_api_response_clear(&response);
    free(body);
    return 0;
}
