/* Bodies of documents against clinic/schema. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/document.h"
#include "clinic/row.h"
#include "core/base/check.h"
#include "io/embed.h"
#include "io/json/schema.h"

enum { REASON_MIN = 3 }; /* letters that say something */

/* The schemas of one validation: the kind's own and what it refers to. */
typedef struct schemas {
    json_t *own;
    json_t *common;
} schemas;

static json_t *load(const char *file) {
    char path[128];
    snprintf(path, sizeof path, "clinic/schema/%s", file);
    for (const eg_embedded *at = eg_embedded_files; at->path != NULL; at++)
        if (strcmp(at->path, path) == 0)
            return json_loadb((const char *)at->begin, (size_t)(at->end - at->begin), 0, NULL);
    return NULL;
}

static json_t *find(void *context, const char *name) {
    const schemas *loaded = context;
    return strcmp(name, "common.json") == 0 ? loaded->common : NULL;
}

static bool knows(void *context, const char *kind, const char *text) {
    (void)context;
    int64_t number;
    if (strcmp(kind, "dates") == 0) return eg_date_parse(text, &number);
    if (strcmp(kind, "instants") == 0) return eg_instant_parse(text, &number);
    if (strcmp(kind, "dates or instants") == 0)
        return eg_date_parse(text, &number) || eg_instant_parse(text, &number);
    if (strcmp(kind, "words") == 0) return eg_text_visible(text) > 0;
    if (strcmp(kind, "reasons") == 0) return eg_text_visible(text) >= REASON_MIN;
    if (strcmp(kind, "time zones") == 0) return eg_zone_name_is_valid(text) != 0;
    return false;
}

static bool is_blank_text(const eg_schema_problem *problem) {
    return strstr(problem->reason, "known among the words") != NULL ||
           strstr(problem->reason, "known among the reasons") != NULL;
}

/* The checker's own remedy speaks of names; ours of dates. */
static const char *remedy_of(const eg_schema_problem *problem) {
    if (strstr(problem->reason, "known among the dates") != NULL)
        return "choose a date of the calendar, written like 2026-03-02";
    if (strstr(problem->reason, "known among the instants") != NULL)
        return "write date, time and offset like 2026-03-02T08:15:00Z";
    if (strstr(problem->reason, "known among the time zones") != NULL)
        return "write it like Europe/Berlin";
    if (is_blank_text(problem)) return "write it in words";
    return problem->remedy;
}

static const char *reason_of(const eg_schema_problem *problem) {
    return is_blank_text(problem) ? "is blank or says nothing" : problem->reason;
}

static void report_problems(const eg_schema_report *report, json_t **problems) {
    for (size_t i = 0; i < report->count && i < EG_SCHEMA_PROBLEMS_MAX; i++)
        eg_problem_add(problems, report->problems[i].pointer, reason_of(&report->problems[i]),
                       remedy_of(&report->problems[i]));
}

/* Only letters and underscores: the kind becomes part of a path. */
static bool is_kind(const char *kind) {
    return kind[0] != '\0' && strlen(kind) < EG_STORE_KIND_SIZE &&
           strspn(kind, "abcdefghijklmnopqrstuvwxyz_") == strlen(kind) &&
           strcmp(kind, "common") != 0;
}

eg_err eg_document_validate(const char *kind, const json_t *body, json_t **problems,
                            eg_diag *diag) {
    EG_ASSERT(kind != NULL);
    if (problems != NULL) *problems = NULL;
    char file[EG_STORE_KIND_SIZE + 8] = "";
    if (is_kind(kind)) snprintf(file, sizeof file, "%s.json", kind);
    schemas loaded = {file[0] == '\0' ? NULL : load(file), load("common.json")};
    eg_schema_report *report = calloc(1, sizeof *report);
    eg_err err = EG_OK;
    if (loaded.own == NULL) {
        err = eg_diag_set(diag, EG_ERR_NOT_FOUND, kind, 0, "there is no such kind of document");
    } else if (report == NULL) {
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to check a document");
    } else if (body == NULL) {
        eg_problem_add(problems, "", "is absent", "send the document's body as a JSON object");
        err = eg_diag_set(diag, EG_ERR_DATA, kind, 0, "the document has no body");
    } else {
        const eg_schema_links links = {&loaded, find, knows};
        json_t *value = (json_t *)(uintptr_t)body; /* only read */
        if (!eg_schema_check(loaded.own, loaded.own, value, &links, report)) {
            report_problems(report, problems);
            err = eg_diag_set(diag, EG_ERR_DATA, report->problems[0].pointer, 0, "%s; %s",
                              reason_of(&report->problems[0]), remedy_of(&report->problems[0]));
        }
    }
    free(report);
    json_decref(loaded.own);
    json_decref(loaded.common);
    return err;
}
