#include "clinic/layouts.h"

#include <stdlib.h>
#include <string.h>

#include "clinic/document.h"
#include "clinic/row.h"
#include "clinic/study.h"
#include "core/base/check.h"
#include "io/format/map.h"

static const char kind[] = "layout";

static eg_err check_columns(const json_t *map, eg_diag *diag) {
    eg_map *columns = malloc(sizeof *columns);
    if (columns == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, kind, 0, "no memory");
    eg_err err = eg_map_from_json(map, "map", columns, diag);
    free(columns);
    return err;
}

static eg_err check_settings(const char *name, const json_t *map, eg_diag *diag) {
    const eg_study *study = eg_study_find(name);
    const json_t *channels = json_object_get(map, "channels");
    if (study == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "study", 0, "there is no study \"%.40s\"", name);
    if (channels != NULL && !json_is_array(channels) && !json_is_null(channels))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "channels", 0, "the channels are a list");
    return eg_study_check_options(study, json_object_get(map, "options"), diag);
}

static eg_err check_body(const json_t *body, json_t **problems, eg_diag *diag) {
    eg_err err = eg_document_validate(kind, body, problems, diag);
    if (err != EG_OK) return err;
    eg_diag own = {0};
    const json_t *map = json_object_get(body, "map");
    err = eg_is_given(body, "study") ? check_settings(eg_text_at(body, "study"), map, &own)
                                     : check_columns(map, &own);
    if (err == EG_OK || err == EG_ERR_MEMORY) return err;
    eg_problem_add(problems, "/map", own.text, "say for each column what it is");
    return eg_diag_set(diag, EG_ERR_DATA, "/map", 0, "%s", own.text);
}

static eg_err finish(eg_clinic *clinic, eg_err err, json_t **document, eg_diag *diag) {
    if (err == EG_OK)
        err = eg_store_commit(clinic->store, diag);
    else
        eg_store_rollback(clinic->store);
    if (err != EG_OK) {
        json_decref(*document);
        *document = NULL;
    }
    return err;
}

eg_err eg_layouts_list(eg_clinic *clinic, json_t **documents, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && documents != NULL);
    eg_document_filter filter = {.kind = kind, .newest_first = true, .limit = EG_LAYOUTS_MAX};
    eg_document_list list = {0};
    json_t *found = json_array();
    *documents = NULL;
    eg_err err = eg_store_list(clinic->store, &filter, &list, diag);
    for (size_t i = 0; err == EG_OK && i < list.count; i++) {
        json_t *document = eg_row_to_json(&list.rows[i], diag);
        if (document == NULL) err = EG_ERR_DATA;
        if (json_is_true(eg_member(eg_member(document, "body"), "retired")))
            json_decref(document);
        else if (document != NULL)
            json_array_append_new(found, document);
    }
    eg_document_list_clear(&list);
    if (err == EG_OK)
        *documents = found;
    else
        json_decref(found);
    return err;
}

eg_err eg_layouts_create(eg_clinic *clinic, const json_t *body, json_t **document,
                         json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && document != NULL);
    static const eg_row_links links = {0};
    *document = NULL;
    eg_err err = check_body(body, problems, diag);
    if (err == EG_OK) err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    err = eg_row_create(clinic, kind, NULL, &links, EG_DOCUMENT_FINAL, body, NULL, document, diag);
    return finish(clinic, err, document, diag);
}

eg_err eg_layouts_amend(eg_clinic *clinic, const char *id, int32_t version, const json_t *body,
                        json_t **document, json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && id != NULL && document != NULL);
    *document = NULL;
    if (problems != NULL) *problems = NULL;
    eg_err err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    eg_document seen = {0};
    err = eg_store_get(clinic->store, id, 0, &seen, diag);
    if (err == EG_OK && strcmp(seen.kind, kind) != 0)
        err = eg_diag_set(diag, EG_ERR_NOT_FOUND, id, 0, "there is no such layout");
    if (err == EG_OK && seen.version != version)
        err = eg_diag_set(diag, EG_ERR_CONFLICT, id, 0,
                          "somebody else has changed this meanwhile: the newest is version %d",
                          (int)seen.version);
    if (err == EG_OK) err = check_body(body, problems, diag);
    if (err == EG_OK) err = eg_row_amend(clinic, &seen, body, NULL, document, diag);
    eg_document_clear(&seen);
    return finish(clinic, err, document, diag);
}

/* {id, version, name, map} of a layout's document. */
static json_t *short_of(const json_t *document) {
    const json_t *body = eg_member(document, "body");
    return json_pack("{ss sO ss sO}", "id", eg_text_at(document, "id"), "version",
                     eg_member(document, "version"), "name", eg_text_at(body, "name"), "map",
                     eg_member(body, "map"));
}

eg_err eg_layouts_get(eg_clinic *clinic, const char *id, json_t **layout, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && id != NULL && layout != NULL);
    json_t *document = NULL;
    *layout = NULL;
    eg_err err = eg_document_get(clinic, id, 0, &document, diag);
    if (err == EG_OK && strcmp(eg_text_at(document, "kind"), kind) != 0)
        err = eg_diag_set(diag, EG_ERR_NOT_FOUND, id, 0, "there is no such layout");
    if (err == EG_OK) {
        *layout = short_of(document);
        if (*layout == NULL) err = eg_diag_set(diag, EG_ERR_MEMORY, id, 0, "no memory");
    }
    json_decref(document);
    return err;
}

eg_err eg_layouts_find(eg_clinic *clinic, const char *study, const char *fingerprint,
                       json_t **layout, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && fingerprint != NULL && layout != NULL);
    json_t *documents = NULL;
    *layout = NULL;
    if (fingerprint[0] == '\0') return EG_OK;
    eg_err err = eg_layouts_list(clinic, &documents, diag);
    for (size_t i = 0; err == EG_OK && *layout == NULL && i < json_array_size(documents); i++) {
        const json_t *document = json_array_get(documents, i), *body = eg_member(document, "body");
        if (strcmp(eg_text_at(body, "fingerprint"), fingerprint) == 0 &&
            strcmp(eg_text_at(body, "study"), study != NULL ? study : "") == 0)
            *layout = short_of(document);
    }
    json_decref(documents);
    return err;
}
