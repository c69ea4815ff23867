#include "clinic/row.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/withdraw.h"
#include "core/base/check.h"
#include "io/host/clock.h"
#include "io/json/canonical.h"
#include "io/json/write.h"

const json_t *eg_member(const json_t *object, const char *name) {
    return object == NULL ? NULL : json_object_get(object, name);
}

const char *eg_text_at(const json_t *object, const char *name) {
    const char *text = json_string_value(eg_member(object, name));
    return text == NULL ? "" : text;
}

double eg_number_at(const json_t *object, const char *name) {
    const json_t *value = eg_member(object, name);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

const char *eg_body_text(const json_t *document, const char *name) {
    return eg_text_at(eg_member(document, "body"), name);
}

double eg_body_number(const json_t *document, const char *name) {
    return eg_number_at(eg_member(document, "body"), name);
}

bool eg_is_given(const json_t *object, const char *name) {
    const json_t *value = eg_member(object, name);
    if (value == NULL || json_is_null(value)) return false;
    if (!json_is_string(value)) return true;
    return eg_text_visible(json_string_value(value)) > 0;
}

static bool is_blank(uint32_t letter) {
    static const uint32_t ranges[][2] = {
        {0x00, 0x20},     {0x7F, 0xA0},     {0xAD, 0xAD},     {0x115F, 0x1160}, {0x1680, 0x1680},
        {0x180E, 0x180E}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F}, {0x2800, 0x2800},
        {0x3000, 0x3000}, {0x3164, 0x3164}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (letter >= ranges[i][0] && letter <= ranges[i][1]) return true;
    return false;
}

size_t eg_text_visible(const char *text) {
    size_t n = 0;
    const unsigned char *at = (const unsigned char *)(text == NULL ? "" : text);
    while (*at != '\0') {
        uint32_t letter = *at < 0x80   ? *at
                          : *at < 0xE0 ? *at & 0x1FU
                          : *at < 0xF0 ? *at & 0x0FU
                                       : *at & 0x07U;
        for (at++; (*at & 0xC0U) == 0x80U; at++) letter = letter << 6 | (*at & 0x3FU);
        n += !is_blank(letter);
    }
    return n;
}

void eg_problem_add(json_t **problems, const char *pointer, const char *reason,
                    const char *remedy) {
    if (problems == NULL) return;
    if (*problems == NULL) *problems = json_array();
    json_array_append_new(*problems, json_pack("{s:s,s:s,s:s}", "pointer", pointer, "reason",
                                               reason, "remedy", remedy));
}

static json_t *id_or_null(const char *id) {
    return id[0] == '\0' ? json_null() : json_string(id);
}

json_t *eg_row_to_json(const eg_document *row, eg_diag *diag) {
    EG_ASSERT(row != NULL && row->body != NULL);
    json_t *body = json_loadb(row->body, row->body_size, JSON_REJECT_DUPLICATES, NULL);
    json_t *document =
        body == NULL
            ? NULL
            : json_pack("{s:s,s:s,s:i,s:s,s:o,s:o,s:o,s:s,s:s,s:s,s:o}", "id", row->id, "kind",
                        row->kind, "version", (int)row->version, "status",
                        eg_document_status_text(row->status), "person_id",
                        id_or_null(row->person_id), "episode_id", id_or_null(row->episode_id),
                        "parent_id", id_or_null(row->parent_id), "local_date", row->local_date,
                        "created_at", row->created_at, "author", row->author, "body", body);
    if (document == NULL)
        (void)eg_diag_set(diag, EG_ERR_DATA, row->id, 0,
                          "this document cannot be read; restore the store from a backup");
    return document;
}

void eg_row_new_id(const eg_clinic *clinic, char id[EG_STORE_ID_SIZE]) {
    EG_ASSERT(clinic->random != NULL);
    uint8_t bytes[10];
    clinic->random(clinic->random_context, bytes, sizeof bytes);
    eg_id_make(clinic->now_ms, bytes, id);
}

static void copy_id(char to[EG_STORE_ID_SIZE], const char *from) {
    if (from == NULL) return;
    EG_ASSERT(strlen(from) < EG_STORE_ID_SIZE);
    memcpy(to, from, strlen(from) + 1);
}

/* Writes a row whose links are filled already; takes time and author from the clinic. */
static eg_err write_row(eg_clinic *clinic, eg_document *row, const json_t *body,
                        const char *search_text, json_t **document, eg_diag *diag) {
    memcpy(row->author, clinic->author, sizeof row->author);
    memcpy(row->site_id, clinic->site_id, sizeof row->site_id);
    eg_zone_date(clinic->zone, clinic->now_ms, row->local_date);
    eg_instant_format(clinic->now_ms, row->created_at);
    eg_err err = eg_json_canonical(body, &row->body, &row->body_size, diag);
    if (err == EG_OK) err = eg_store_put(clinic->store, row, row->version - 1, search_text, diag);
    if (err == EG_OK && document != NULL) {
        *document = eg_row_to_json(row, diag);
        if (*document == NULL) err = EG_ERR_INTERNAL;
    }
    free(row->body);
    row->body = NULL;
    return err;
}

eg_err eg_row_create(eg_clinic *clinic, const char *kind, const char *id, const eg_row_links *links,
                     eg_document_status status, const json_t *body, const char *search_text,
                     json_t **document, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && links != NULL && strlen(kind) < EG_STORE_KIND_SIZE);
    eg_document row = {.version = 1, .status = status};
    memcpy(row.kind, kind, strlen(kind) + 1);
    if (id != NULL)
        copy_id(row.id, id);
    else
        eg_row_new_id(clinic, row.id);
    copy_id(row.person_id, links->person_id);
    copy_id(row.episode_id, links->episode_id);
    copy_id(row.parent_id, links->parent_id);
    return write_row(clinic, &row, body, search_text, document, diag);
}

eg_err eg_row_amend(eg_clinic *clinic, const eg_document *seen, const json_t *body,
                    const char *search_text, json_t **document, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && seen != NULL && seen->version >= 1);
    eg_document row = *seen;
    row.body = NULL;
    row.version = seen->version + 1;
    return write_row(clinic, &row, body, search_text, document, diag);
}

static void digest(const char *text, size_t size, char hash[EG_STORE_SHA256_SIZE]) {
    unsigned char bytes[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(bytes, (const unsigned char *)text, size);
    sodium_bin2hex(hash, EG_STORE_SHA256_SIZE, bytes, sizeof bytes);
}

static void member_id(eg_json_writer *json, const char *key, const char *id) {
    eg_json_member_string(json, key, id[0] == '\0' ? NULL : id);
}

/* The body's bytes go in as they are stored: canonical when written, so that a later change of
 * even one space is seen. Keys in canonical order. */
eg_err eg_row_content_hash(const eg_document *row, char hash[EG_STORE_SHA256_SIZE], eg_diag *diag) {
    EG_ASSERT(row != NULL && row->body != NULL);
    eg_json_text text = {0};
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_text, &text);
    eg_json_begin_object(&json);
    eg_json_key(&json, "body");
    eg_json_raw(&json, row->body, row->body_size);
    member_id(&json, "episode_id", row->episode_id);
    eg_json_member_string(&json, "id", row->id);
    eg_json_member_string(&json, "kind", row->kind);
    eg_json_member_string(&json, "local_date", row->local_date);
    member_id(&json, "person_id", row->person_id);
    eg_json_member_integer(&json, "version", row->version);
    eg_json_end_object(&json);
    eg_err err = eg_json_finish(&json);
    if (err == EG_OK) digest(text.bytes, text.n, hash);
    eg_json_text_release(&text);
    if (err != EG_OK)
        return eg_diag_set(diag, err, row->id, 0, "the document is too large to sign");
    return EG_OK;
}

static eg_err hash_json(json_t *value, char hash[EG_STORE_SHA256_SIZE], eg_diag *diag) {
    if (value == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a hash");
    char *text = NULL;
    size_t size = 0;
    eg_err err = eg_json_canonical(value, &text, &size, diag);
    if (err == EG_OK) digest(text, size, hash);
    free(text);
    json_decref(value);
    return err;
}

eg_err eg_row_record_hash(const eg_document *row, const char *content_hash,
                          char hash[EG_STORE_SHA256_SIZE], eg_diag *diag) {
    return hash_json(json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "site_id", row->site_id, "parent_id",
                               row->parent_id, "status", eg_document_status_text(row->status),
                               "author", row->author, "created_at", row->created_at, "content_hash",
                               content_hash),
                     hash, diag);
}

eg_err eg_signature_hash(const json_t *body, char hash[EG_STORE_SHA256_SIZE], eg_diag *diag) {
    json_t *copy = json_copy((json_t *)(uintptr_t)body);
    if (copy != NULL) json_object_del(copy, "signature_hash");
    return hash_json(copy, hash, diag);
}

bool eg_signature_holds(const json_t *body, const eg_document *signed_row) {
    char hash[EG_STORE_SHA256_SIZE];
    if (eg_signature_hash(body, hash, NULL) != EG_OK ||
        strcmp(hash, eg_text_at(body, "signature_hash")) != 0)
        return false;
    if (strcmp(eg_text_at(body, "document_id"), signed_row->id) != 0 ||
        strcmp(eg_text_at(body, "document_kind"), signed_row->kind) != 0 ||
        json_integer_value(json_object_get(body, "document_version")) != signed_row->version)
        return false;
    if (eg_row_content_hash(signed_row, hash, NULL) != EG_OK ||
        strcmp(hash, eg_text_at(body, "content_hash")) != 0)
        return false;
    return eg_row_record_hash(signed_row, hash, hash, NULL) == EG_OK &&
           strcmp(hash, eg_text_at(body, "record_hash")) == 0;
}

void eg_signature_mark(json_t *document, json_t *signature, bool holds) {
    static const char *const drafts[] = {"plan", "report"};
    json_object_set_new(signature, "ok", json_boolean(holds));
    if (!holds) {
        const char *kind = eg_text_at(document, "kind"), *status = "final";
        for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++)
            if (strcmp(kind, drafts[i]) == 0) status = "draft";
        if (strcmp(eg_text_at(document, "status"), "signed") == 0)
            json_object_set_new(document, "status", json_string(status));
        json_object_del(document, "signature");
        json_object_set_new(document, "signature_problem",
                            json_string("changed since it was signed"));
    } else if (!eg_is_given(document, "signature_problem")) {
        /* A signed mark of an error stays a mark. */
        if (!eg_is_withdrawn(document))
            json_object_set_new(document, "status", json_string("signed"));
        json_object_set(document, "signature", signature);
    }
}
