/* The program about itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/embed.h"
#include "serve/api_call.h"

static const char disclaimer[] =
    "Engram is not a certified medical device. It proposes with reasons; a qualified person "
    "decides.";

static json_t *count_knowledge(const eg_knowledge *knowledge, size_t *unverified) {
    json_t *counts = json_object();
    *unverified = 0;
    for (size_t i = 0; i < eg_knowledge_n_kinds(knowledge); i++) {
        const char *kind = eg_knowledge_kind(knowledge, i);
        eg_knowledge_counts of_kind = eg_knowledge_counts_of(knowledge, kind);
        json_object_set_new(counts, kind, json_integer((json_int_t)of_kind.entries));
        *unverified += of_kind.unverified;
    }
    return counts;
}

void eg_api_get_status(eg_api_call *call) {
    const eg_api *owner = call->api->owner;
    char today[EG_DATE_SIZE];
    eg_zone_date(&call->api->zone, call->api->clinic.now_ms, today);
    size_t unverified = 0;
    json_t *counts = count_knowledge(owner->knowledge, &unverified);
    const char *data = getenv("ENGRAM_DATA");
    eg_api_answer(call, 200,
                  json_pack("{ss sb s{ss ss} ss ss s{so sI} sb}", "version",
                            owner->settings.version, "demo", (int)owner->settings.demo, "site",
                            "name", call->api->site_name, "time_zone", call->api->zone.name,
                            "today", today, "disclaimer", disclaimer, "knowledge", "counts", counts,
                            "unverified", (json_int_t)unverified, "examples",
                            data != NULL && data[0] != '\0'));
}

/* An embedded file as it stands in the source tree. */
static void answer_file(eg_api_call *call, const char *path) {
    for (const eg_embedded *file = eg_embedded_files; file->path != NULL; file++) {
        if (strcmp(file->path, path) != 0) continue;
        size_t size = (size_t)(file->end - file->begin);
        char *text = malloc(size + 1);
        if (text == NULL) break;
        memcpy(text, file->begin, size);
        text[size] = '\0';
        *call->response = (eg_api_response){200, "application/json", text, size};
        return;
    }
    eg_diag diag = {0};
    eg_err err = eg_diag_set(&diag, EG_ERR_NOT_FOUND, path, 0, "there is no such file");
    eg_api_finish(call, 200, err, NULL, NULL, &diag);
}

void eg_api_get_openapi(eg_api_call *call) {
    answer_file(call, "serve/openapi.json");
}

/* openapi.json refers to these as "schema/KIND.json". */
void eg_api_get_schema(eg_api_call *call) {
    char path[EG_API_PARAMETER_MAX + 32];
    snprintf(path, sizeof path, "clinic/schema/%s", eg_api_parameter(call, 0));
    answer_file(call, path);
}
