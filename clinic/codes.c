#include "clinic/codes.h"

#include <string.h>

#include "clinic/code_list.h"
#include "clinic/document.h"
#include "clinic/row.h"
#include "core/base/check.h"

static const char kind[] = "code_list";

/* The newest list's row, if there is one. The caller clears `list`. */
static eg_err find_row(const eg_clinic *clinic, eg_document_list *list, eg_diag *diag) {
    eg_document_filter filter = {.kind = kind, .limit = 1};
    return eg_store_list(clinic->store, &filter, list, diag);
}

/* Its body; NULL and EG_OK if no list is loaded. */
static eg_err get_body(const eg_clinic *clinic, int32_t *version, json_t **body, eg_diag *diag) {
    eg_document_list list = {0};
    *body = NULL;
    *version = 0;
    eg_err err = find_row(clinic, &list, diag);
    if (err == EG_OK && list.count > 0) {
        *version = list.rows[0].version;
        *body = json_loadb(list.rows[0].body, list.rows[0].body_size, 0, NULL);
        if (*body == NULL)
            err = eg_diag_set(diag, EG_ERR_DATA, kind, 0, "the list of codes cannot be read");
    }
    eg_document_list_clear(&list);
    return err;
}

static eg_err describe(int32_t version, const json_t *body, const char *query, json_t **answer,
                       eg_diag *diag) {
    size_t count = json_array_size(eg_member(body, "codes"));
    *answer = json_pack("{s:i,s:s,s:I,s:o}", "version", (int)version, "system",
                        eg_text_at(body, "system"), "count", (json_int_t)count, "codes",
                        eg_code_list_search(body, query));
    return *answer != NULL ? EG_OK : eg_diag_set(diag, EG_ERR_MEMORY, kind, 0, "no memory");
}

eg_err eg_codes_search(eg_clinic *clinic, const char *query, json_t **answer, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && query != NULL && answer != NULL);
    json_t *body = NULL;
    int32_t version = 0;
    *answer = NULL;
    eg_err err = get_body(clinic, &version, &body, diag);
    if (err == EG_OK) err = describe(version, body, query, answer, diag);
    json_decref(body);
    return err;
}

/* Inside a transaction. */
static eg_err write(eg_clinic *clinic, int32_t version, const json_t *body, eg_diag *diag) {
    static const eg_row_links links = {0};
    eg_document_list list = {0};
    eg_err err = find_row(clinic, &list, diag);
    int32_t newest = err == EG_OK && list.count > 0 ? list.rows[0].version : 0;
    if (err == EG_OK && newest != version)
        err = eg_diag_set(diag, EG_ERR_CONFLICT, kind, 0,
                          "somebody else has loaded a list meanwhile; look at it, then load yours");
    if (err == EG_OK && newest == 0)
        err = eg_row_create(clinic, kind, NULL, &links, EG_DOCUMENT_FINAL, body, NULL, NULL, diag);
    else if (err == EG_OK)
        err = eg_row_amend(clinic, &list.rows[0], body, NULL, NULL, diag);
    eg_document_list_clear(&list);
    return err;
}

eg_err eg_codes_load(eg_clinic *clinic, int32_t version, const char *system, const uint8_t *bytes,
                     size_t size, json_t **answer, json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && system != NULL && answer != NULL);
    json_t *codes = NULL;
    *answer = NULL;
    if (problems != NULL) *problems = NULL;
    eg_err err = eg_code_list_parse(bytes, size, &codes, diag);
    if (err != EG_OK) return err;
    json_t *body = json_pack("{s:s,s:o}", "system", system, "codes", codes);
    err = eg_document_validate(kind, body, problems, diag);
    if (err == EG_OK) err = eg_store_begin(clinic->store, diag);
    if (err == EG_OK) {
        err = write(clinic, version, body, diag);
        if (err == EG_OK)
            err = eg_store_commit(clinic->store, diag);
        else
            eg_store_rollback(clinic->store);
    }
    if (err == EG_OK) err = describe(version + 1, body, "", answer, diag);
    json_decref(body);
    return err;
}

static eg_err refuse(const char *pointer, const char *reason, const char *remedy, json_t **problems,
                     eg_diag *diag) {
    eg_problem_add(problems, pointer, reason, remedy);
    return eg_diag_set(diag, EG_ERR_DATA, pointer, 0, "%s; %s", reason, remedy);
}

eg_err eg_codes_check(const eg_clinic *clinic, const json_t *old, json_t *intake, json_t **problems,
                      eg_diag *diag) {
    EG_ASSERT(clinic != NULL && intake != NULL);
    json_t *diagnosis = json_object_get(intake, "diagnosis");
    const json_t *before = eg_member(old, "diagnosis");
    const char *code = eg_text_at(diagnosis, "code"), *named = eg_text_at(diagnosis, "code_system");
    if (code[0] == '\0') return EG_OK;
    if (strcmp(code, eg_text_at(before, "code")) == 0 &&
        strcmp(named, eg_text_at(before, "code_system")) == 0)
        return EG_OK;
    json_t *list = NULL;
    int32_t version = 0;
    eg_err err = get_body(clinic, &version, &list, diag);
    const char *system = eg_text_at(list, "system");
    if (err == EG_OK && list == NULL)
        err = refuse("/diagnosis/code", "the clinic has loaded no list of codes",
                     "load your code list under Settings, or leave the code empty", problems, diag);
    else if (err == EG_OK && eg_code_list_find(list, code) == NULL)
        err = refuse("/diagnosis/code", "this code is not of the clinic's list",
                     "choose one of the list, leave it empty, or load a newer list under Settings",
                     problems, diag);
    else if (err == EG_OK && named[0] != '\0' && strcmp(named, system) != 0)
        err = refuse("/diagnosis/code_system", "is not the system of the clinic's list",
                     "choose the code from the list again", problems, diag);
    if (err == EG_OK && json_object_set_new(diagnosis, "code_system", json_string(system)) != 0)
        err = eg_diag_set(diag, EG_ERR_MEMORY, kind, 0, "no memory");
    json_decref(list);
    return err;
}
