/* Signing and verifying documents; see document.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/course.h"
#include "clinic/course_guard.h"
#include "clinic/document.h"
#include "clinic/row.h"
#include "clinic/withdraw.h"
#include "core/base/check.h"

static const char statement[] = "signed locally, identity not verified";

/* Signature rows over one document, oldest first. */
static eg_err list_signatures(eg_clinic *clinic, const char *id, eg_document_list *list,
                              eg_diag *diag) {
    eg_document_filter filter = {.kind = "signature", .parent_id = id};
    return eg_store_list(clinic->store, &filter, list, diag);
}

/* Hands a signature to the version that it signs. */
static void join(json_t *document, const eg_document *row, const eg_document *signature_row) {
    json_t *signature = eg_row_to_json(signature_row, NULL);
    const json_t *body = eg_member(signature, "body");
    if (json_integer_value(eg_member(body, "document_version")) == row->version)
        eg_signature_mark(document, signature, eg_signature_holds(body, row));
    json_decref(signature);
}

eg_err eg_document_get(eg_clinic *clinic, const char *id, int32_t version, json_t **document,
                       eg_diag *diag) {
    EG_ASSERT(clinic != NULL && id != NULL && document != NULL);
    *document = NULL;
    eg_document row = {0};
    eg_document_list signatures = {0};
    eg_err err = eg_store_get(clinic->store, id, version, &row, diag);
    if (err == EG_OK) err = list_signatures(clinic, id, &signatures, diag);
    if (err == EG_OK) {
        *document = eg_row_to_json(&row, diag);
        if (*document == NULL) err = EG_ERR_DATA;
    }
    for (size_t i = 0; err == EG_OK && i < signatures.count; i++)
        join(*document, &row, &signatures.rows[i]);
    eg_document_list_clear(&signatures);
    eg_document_clear(&row);
    return err;
}

eg_err eg_document_versions(eg_clinic *clinic, const char *id, json_t **versions, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && id != NULL && versions != NULL);
    *versions = NULL;
    eg_document_filter filter = {.id = id, .all_versions = true};
    eg_document_list rows = {0}, signatures = {0};
    eg_err err = eg_store_list(clinic->store, &filter, &rows, diag);
    if (err == EG_OK && rows.count == 0)
        err = eg_diag_set(diag, EG_ERR_NOT_FOUND, id, 0, "there is no such document");
    if (err == EG_OK) err = list_signatures(clinic, id, &signatures, diag);
    json_t *found = json_array();
    for (size_t i = 0; err == EG_OK && i < rows.count; i++) {
        json_t *document = eg_row_to_json(&rows.rows[i], diag);
        if (document == NULL) err = EG_ERR_DATA;
        for (size_t j = 0; j < signatures.count && document != NULL; j++)
            join(document, &rows.rows[i], &signatures.rows[j]);
        if (document != NULL) json_array_append_new(found, document);
    }
    eg_document_list_clear(&rows);
    eg_document_list_clear(&signatures);
    if (err == EG_OK)
        *versions = found;
    else
        json_decref(found);
    return err;
}

/* A plan is signed when it is complete and the course has come to it. */
static eg_err check_plan(eg_clinic *clinic, const json_t *chart, json_t **problems, eg_diag *diag) {
    eg_course_state state = eg_course_state_find(eg_text_at(chart, "state"));
    json_t *guards = json_array();
    bool in_time = state == EG_COURSE_GOALS_SET || state == EG_COURSE_PLAN_DRAFT ||
                   state == EG_COURSE_IN_TREATMENT;
    eg_guard_add(guards, "goals_set", in_time, "Goals are set and the episode is open", "goals",
                 "target");
    eg_guard_add(guards, "intake", json_is_object(eg_member(chart, "intake")),
                 "An intake that counts", "intake", "red_flags");
    eg_err err = eg_guard_plan(clinic, chart, guards, diag);
    if (err == EG_OK && !eg_guard_all_met(guards)) {
        json_t *open = eg_guard_problems(guards);
        err = eg_diag_set(diag, EG_ERR_GUARD, "plan", 0, "the plan cannot be signed yet: %.150s",
                          eg_text_at(json_array_get(open, 0), "text"));
        if (problems != NULL)
            *problems = open;
        else
            json_decref(open);
    }
    json_decref(guards);
    return err;
}

/* The newest signature of the episode, so that each names the one before it. */
static const char *previous_hash(const json_t *chart) {
    const json_t *signatures = eg_member(chart, "signatures");
    size_t n = json_array_size(signatures);
    return n == 0 ? "" : eg_body_text(json_array_get(signatures, n - 1), "signature_hash");
}

static eg_err build(const eg_clinic *clinic, const eg_document *row, const json_t *chart,
                    const char *name, const char *credential, json_t **body, eg_diag *diag) {
    char content[EG_STORE_SHA256_SIZE], record[EG_STORE_SHA256_SIZE], own[EG_STORE_SHA256_SIZE];
    eg_err err = eg_row_content_hash(row, content, diag);
    if (err == EG_OK) err = eg_row_record_hash(row, content, record, diag);
    if (err != EG_OK) return err;
    char at[EG_INSTANT_SIZE];
    eg_instant_format(clinic->now_ms, at);
    *body =
        json_pack("{s:s,s:i,s:s,s:s,s:s,s:s*,s:s*,s:s,s:s,s:s}", "document_id", row->id,
                  "document_version", (int)row->version, "document_kind", row->kind, "content_hash",
                  content, "record_hash", record, "signer_name", name, "credential", credential,
                  "signed_at", at, "statement", statement, "previous_hash", previous_hash(chart));
    if (*body == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to sign");
    err = eg_signature_hash(*body, own, diag);
    json_object_set_new(*body, "signature_hash", json_string(own));
    return err;
}

static eg_err check_again(const json_t *chart, const eg_document *row, const char *name,
                          eg_diag *diag) {
    const json_t *signatures = eg_member(chart, "signatures");
    for (size_t i = 0; i < json_array_size(signatures); i++) {
        const json_t *body = eg_member(json_array_get(signatures, i), "body");
        if (strcmp(eg_text_at(body, "document_id"), row->id) == 0 &&
            json_integer_value(eg_member(body, "document_version")) == row->version &&
            strcmp(eg_text_at(body, "signer_name"), name) == 0)
            return eg_diag_set(diag, EG_ERR_CONFLICT, row->id, 0,
                               "this version is signed already by %.80s", name);
    }
    return EG_OK;
}

/* A signed plan starts the treatment. */
static eg_err start_treatment(eg_clinic *clinic, const json_t *chart, eg_diag *diag) {
    eg_course_state state = eg_course_state_find(eg_text_at(chart, "state"));
    eg_err err = EG_OK;
    if (state == EG_COURSE_GOALS_SET)
        err = eg_course_write_state(clinic, chart, EG_COURSE_PLAN_DRAFT, "plan complete", diag);
    if (err != EG_OK || state == EG_COURSE_IN_TREATMENT) return err;
    json_t *again = NULL;
    err = eg_chart_gather(clinic, eg_text_at(eg_member(chart, "episode"), "id"), &again, diag);
    if (err == EG_OK)
        err = eg_course_write_state(clinic, again, EG_COURSE_IN_TREATMENT, "plan signed", diag);
    json_decref(again);
    return err;
}

/* Writes the signature of that row. */
static eg_err write_signature(eg_clinic *clinic, const eg_document *row, const json_t *chart,
                              const char *name, const char *credential, json_t **signature,
                              json_t **problems, eg_diag *diag) {
    json_t *body = NULL;
    eg_err err = build(clinic, row, chart, name, credential, &body, diag);
    if (err == EG_OK) err = eg_document_validate("signature", body, problems, diag);
    const eg_row_links links = {
        .person_id = row->person_id, .episode_id = row->episode_id, .parent_id = row->id};
    if (err == EG_OK)
        err = eg_row_create(clinic, "signature", NULL, &links, EG_DOCUMENT_FINAL, body, NULL,
                            signature, diag);
    json_decref(body);
    return err;
}

eg_err eg_document_sign_mark(eg_clinic *clinic, const char *id, const char *name,
                             const char *credential, json_t **problems, eg_diag *diag) {
    eg_document row = {0};
    json_t *chart = NULL;
    eg_err err = eg_store_get(clinic->store, id, 0, &row, diag);
    if (err == EG_OK) err = eg_chart_gather(clinic, row.episode_id, &chart, diag);
    if (err == EG_OK)
        err = write_signature(clinic, &row, chart, name, credential, NULL, problems, diag);
    json_decref(chart);
    eg_document_clear(&row);
    return err;
}

/* Inside a transaction. */
static eg_err sign(eg_clinic *clinic, const eg_document *row, int32_t version, const char *name,
                   const char *credential, json_t **signature, json_t **problems, eg_diag *diag) {
    if (row->version != version)
        return eg_diag_set(
            diag, EG_ERR_CONFLICT, row->id, 0,
            "somebody else has changed this meanwhile: you saw version %d, the newest is %d; "
            "read that before you sign it",
            (int)version, (int)row->version);
    bool is_plan = strcmp(row->kind, "plan") == 0;
    bool can = row->episode_id[0] != '\0' && strcmp(row->kind, "signature") != 0 &&
               strcmp(row->kind, "episode") != 0;
    if (!can)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, row->kind, 0,
                           "documents of this kind are not signed");
    if (row->status == EG_DOCUMENT_ENTERED_IN_ERROR)
        return eg_diag_set(diag, EG_ERR_GUARD, row->id, 0,
                           "this is marked as entered in error and is not signed any more");
    json_t *chart = NULL;
    eg_err err = eg_chart_gather(clinic, row->episode_id, &chart, diag);
    if (err == EG_OK) err = eg_chart_stands(chart, problems, diag);
    if (err == EG_OK) err = check_again(chart, row, name, diag);
    if (err == EG_OK && is_plan) err = check_plan(clinic, chart, problems, diag);
    if (err == EG_OK)
        err = write_signature(clinic, row, chart, name, credential, signature, problems, diag);
    if (err == EG_OK && is_plan) err = start_treatment(clinic, chart, diag);
    json_decref(chart);
    return err;
}

eg_err eg_document_sign(eg_clinic *clinic, const char *id, int32_t version, const char *name,
                        const char *credential, json_t **signature, json_t **problems,
                        eg_diag *diag) {
    EG_ASSERT(clinic != NULL && id != NULL && signature != NULL);
    *signature = NULL;
    if (problems != NULL) *problems = NULL;
    if (eg_text_visible(name) == 0 || eg_text_visible(credential) == 0) {
        const char *which = eg_text_visible(name) == 0 ? "/name" : "/credential";
        eg_problem_add(problems, which, "is empty", "type your name and credential");
        return eg_diag_set(diag, EG_ERR_DATA, which, 0,
                           "a signature needs the signer's name and credential");
    }
    eg_err err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    eg_document row = {0};
    err = eg_store_get(clinic->store, id, 0, &row, diag);
    if (err == EG_OK)
        err = sign(clinic, &row, version, name, credential, signature, problems, diag);
    eg_document_clear(&row);
    if (err == EG_OK)
        err = eg_store_commit(clinic->store, diag);
    else
        eg_store_rollback(clinic->store);
    if (err != EG_OK) {
        json_decref(*signature);
        *signature = NULL;
    }
    return err;
}

static void note_reason(char reason[240], const char *format, int version) {
    if (reason[0] == '\0') snprintf(reason, 240, format, version);
}

/* Each signature of an episode names the one before it: a removed row leaves a gap. */
static eg_err check_chain(eg_clinic *clinic, const char *episode_id, char reason[240],
                          eg_diag *diag) {
    eg_document_filter filter = {.kind = "signature", .episode_id = episode_id};
    eg_document_list list = {0};
    eg_err err = eg_store_list(clinic->store, &filter, &list, diag);
    char previous[EG_STORE_SHA256_SIZE] = "";
    for (size_t i = 0; err == EG_OK && i < list.count; i++) {
        json_t *row = eg_row_to_json(&list.rows[i], NULL);
        if (row == NULL || strcmp(eg_body_text(row, "previous_hash"), previous) != 0)
            note_reason(reason, "the chain of signatures of this episode is broken at number %d",
                        (int)i + 1);
        snprintf(previous, sizeof previous, "%s", eg_body_text(row, "signature_hash"));
        json_decref(row);
    }
    eg_document_list_clear(&list);
    return err;
}

static void verify_signature(const eg_document *row, const eg_document_list *versions,
                             json_t *signatures, char reason[240]) {
    json_t *signature = eg_row_to_json(row, NULL);
    if (signature == NULL) {
        note_reason(reason, "a signature's row cannot be read", 0);
        return;
    }
    const json_t *body = eg_member(signature, "body");
    json_int_t version = json_integer_value(eg_member(body, "document_version"));
    const eg_document *of = NULL;
    for (size_t i = 0; i < versions->count; i++)
        if (versions->rows[i].version == version) of = &versions->rows[i];
    bool holds = of != NULL && eg_signature_holds(body, of);
    if (of == NULL) note_reason(reason, "version %d was signed and is missing", (int)version);
    if (of != NULL && !holds)
        note_reason(reason, "version %d or its signature was changed after signing", (int)version);
    json_object_set_new(signature, "ok", json_boolean(holds));
    json_array_append_new(signatures, signature);
}

eg_err eg_document_verify(eg_clinic *clinic, const char *id, json_t **report, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && id != NULL && report != NULL);
    *report = NULL;
    eg_document_filter filter = {.id = id, .all_versions = true};
    eg_document_list versions = {0}, rows = {0};
    char reason[240] = "";
    eg_err err = eg_store_list(clinic->store, &filter, &versions, diag);
    if (err == EG_OK) err = list_signatures(clinic, id, &rows, diag);
    if (err == EG_OK && versions.count == 0 && rows.count == 0)
        err = eg_diag_set(diag, EG_ERR_NOT_FOUND, id, 0, "there is no such document");
    json_t *signatures = json_array();
    for (size_t i = 0; err == EG_OK && i < versions.count; i++)
        if (versions.rows[i].version != (int32_t)i + 1)
            note_reason(reason, "version %d is missing", (int)i + 1);
    for (size_t i = 0; err == EG_OK && i < rows.count; i++)
        verify_signature(&rows.rows[i], &versions, signatures, reason);
    const char *episode_id = versions.count > 0 ? versions.rows[0].episode_id
                             : rows.count > 0   ? rows.rows[0].episode_id
                                                : "";
    if (err == EG_OK && episode_id[0] != '\0') err = check_chain(clinic, episode_id, reason, diag);
    eg_document_list_clear(&versions);
    eg_document_list_clear(&rows);
    if (err != EG_OK) {
        json_decref(signatures);
        return err;
    }
    *report = json_pack("{s:b,s:o,s:s*}", "ok", reason[0] == '\0', "signatures", signatures,
                        "reason", reason[0] == '\0' ? NULL : reason);
    return EG_OK;
}
