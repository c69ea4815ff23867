#include "clinic/withdraw.h"

#include <string.h>

#include "clinic/chart.h"
#include "clinic/course.h"
#include "clinic/course_guard.h"
#include "clinic/document.h"
#include "clinic/row.h"
#include "core/base/check.h"

enum { REASON_MIN = 3, REASON_MAX = 2000 };

bool eg_is_withdrawn(const json_t *document) {
    const char *marked = eg_document_status_text(EG_DOCUMENT_ENTERED_IN_ERROR);
    return strcmp(eg_text_at(document, "status"), marked) == 0;
}

eg_err eg_chart_stands(const json_t *chart, json_t **problems, eg_diag *diag) {
    bool person = eg_is_withdrawn(eg_member(chart, "person"));
    if (!person && !eg_is_withdrawn(eg_member(chart, "episode"))) return EG_OK;
    const char *text = person ? "This person was entered in error: nothing more is written here"
                              : "This episode was entered in error: nothing more is written here";
    json_t *guards = json_array();
    eg_guard_add(guards, "entered_in_error", false, text, "patient", "episodes");
    if (problems != NULL) *problems = eg_guard_problems(guards);
    json_decref(guards);
    return eg_diag_set(diag, EG_ERR_GUARD, "status", 0, "%s", text);
}

static eg_err check_reason(const char *reason, json_t **problems, eg_diag *diag) {
    size_t n = reason == NULL ? 0 : strlen(reason);
    if (n > REASON_MAX) {
        eg_problem_add(problems, "/reason", "is too long", "say it in fewer words");
        return eg_diag_set(diag, EG_ERR_DATA, "/reason", 0, "the reason is too long");
    }
    if (eg_text_visible(reason) >= REASON_MIN) return EG_OK;
    eg_problem_add(problems, "/reason", "is empty", "say what is wrong with it");
    return eg_diag_set(diag, EG_ERR_DATA, "/reason", 0,
                       "a document is marked as entered in error with a reason");
}

static eg_err check_kind(const eg_document *seen, eg_diag *diag) {
    if (strcmp(seen->kind, "site") != 0 && strcmp(seen->kind, "signature") != 0) return EG_OK;
    return eg_diag_set(diag, EG_ERR_ARGUMENT, seen->kind, 0,
                       "documents of this kind are not marked as entered in error");
}

/* Whether any version was ever signed; then the mark is signed as well. */
static eg_err check_signer(eg_clinic *clinic, const char *id, const eg_withdrawal *withdrawal,
                           bool *is_signed, json_t **problems, eg_diag *diag) {
    eg_document_filter filter = {.kind = "signature", .parent_id = id, .limit = 1};
    eg_document_list list = {0};
    eg_err err = eg_store_list(clinic->store, &filter, &list, diag);
    *is_signed = list.count > 0;
    eg_document_list_clear(&list);
    if (err != EG_OK || !*is_signed) return err;
    const char *name = withdrawal->name, *credential = withdrawal->credential;
    bool no_name = eg_text_visible(name) == 0;
    if (!no_name && eg_text_visible(credential) > 0) return EG_OK;
    const char *which = no_name ? "/name" : "/credential";
    eg_problem_add(problems, which, "is empty", "type your name and credential");
    return eg_diag_set(diag, EG_ERR_DATA, which, 0,
                       "this was signed: the mark must be signed too, with name and credential");
}

static eg_err write_mark(eg_clinic *clinic, const eg_document *seen, const char *reason,
                         json_t **document, json_t **problems, eg_diag *diag) {
    json_t *body = json_loadb(seen->body, seen->body_size, 0, NULL);
    char at[EG_INSTANT_SIZE];
    eg_instant_format(clinic->now_ms, at);
    json_t *mark = json_pack("{s:s,s:s,s:s}", "reason", reason, "at", at, "by", clinic->author);
    if (body == NULL || mark == NULL || json_object_set_new(body, "entered_in_error", mark) != 0) {
        json_decref(body);
        return eg_diag_set(diag, EG_ERR_DATA, "/reason", 0, "the reason is no text in UTF-8");
    }
    eg_document row = *seen; /* borrows the body, which is not written */
    row.status = EG_DOCUMENT_ENTERED_IN_ERROR;
    eg_err err = eg_document_validate(seen->kind, body, problems, diag);
    if (err == EG_OK) err = eg_row_amend(clinic, &row, body, NULL, document, diag);
    json_decref(body);
    return err;
}

/* A release note that does not count leaves its red flags open. */
static eg_err settle(eg_clinic *clinic, const eg_document *seen, eg_diag *diag) {
    if (strcmp(seen->kind, "intake") != 0 && strcmp(seen->kind, "release") != 0) return EG_OK;
    json_t *chart = NULL;
    bool held = false;
    eg_err err = eg_chart_gather(clinic, seen->episode_id, &chart, diag);
    if (err == EG_OK) err = eg_course_settle(clinic, chart, &held, diag);
    json_decref(chart);
    return err;
}

/* Inside a transaction. */
static eg_err withdraw(eg_clinic *clinic, const char *id, const eg_withdrawal *withdrawal,
                       json_t **document, json_t **problems, eg_diag *diag) {
    eg_document seen = {0};
    bool is_signed = false;
    eg_err err = eg_store_get(clinic->store, id, 0, &seen, diag);
    if (err == EG_OK) err = check_kind(&seen, diag);
    if (err == EG_OK && seen.status == EG_DOCUMENT_ENTERED_IN_ERROR)
        err =
            eg_diag_set(diag, EG_ERR_CONFLICT, id, 0, "this is marked as entered in error already");
    if (err == EG_OK && seen.version != withdrawal->version)
        err =
            eg_diag_set(diag, EG_ERR_CONFLICT, id, 0,
                        "somebody else has changed this meanwhile: you saw version %d, the newest "
                        "is %d",
                        (int)withdrawal->version, (int)seen.version);
    if (err == EG_OK) err = check_reason(withdrawal->reason, problems, diag);
    if (err == EG_OK) err = check_signer(clinic, id, withdrawal, &is_signed, problems, diag);
    if (err == EG_OK) err = write_mark(clinic, &seen, withdrawal->reason, document, problems, diag);
    if (err == EG_OK && is_signed)
        err = eg_document_sign_mark(clinic, id, withdrawal->name, withdrawal->credential, problems,
                                    diag);
    if (err == EG_OK) err = settle(clinic, &seen, diag);
    eg_document_clear(&seen);
    return err;
}

eg_err eg_document_withdraw(eg_clinic *clinic, const char *id, const eg_withdrawal *withdrawal,
                            json_t **document, json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && id != NULL && withdrawal != NULL && document != NULL);
    *document = NULL;
    if (problems != NULL) *problems = NULL;
    eg_err err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    err = withdraw(clinic, id, withdrawal, document, problems, diag);
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
