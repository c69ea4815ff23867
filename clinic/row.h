/* Inside clinic/: between rows of the store and documents as JSON. */
#ifndef EG_CLINIC_ROW_H
#define EG_CLINIC_ROW_H

#include "clinic/clinic.h"

/* Members of JSON objects that may be absent, null or of another type; borrowed. */
const char *eg_text_at(const json_t *object, const char *name);     /* "" if none */
double eg_number_at(const json_t *object, const char *name);        /* NaN if none */
const json_t *eg_member(const json_t *object, const char *name);    /* NULL if none */
const char *eg_body_text(const json_t *document, const char *name); /* of its body */
double eg_body_number(const json_t *document, const char *name);    /* of its body */
bool eg_is_given(const json_t *object, const char *name);           /* there, not null, not blank */

/* Characters of an UTF-8 text that can be seen: neither spaces of any script, nor marks without
 * width, nor control characters. 0: the text is blank. The one test for what counts as said. */
size_t eg_text_visible(const char *text);

/* A new problem {pointer, reason, remedy} in `problems` (made if *problems is NULL). `problems` may
 * be NULL. */
void eg_problem_add(json_t **problems, const char *pointer, const char *reason, const char *remedy);

/* A document as it goes over the wire; NULL (and `diag`) if the row's body is not JSON. */
json_t *eg_row_to_json(const eg_document *row, eg_diag *diag);

/* What a new row is about; absent ids are NULL. */
typedef struct eg_row_links {
    const char *person_id;
    const char *episode_id;
    const char *parent_id;
} eg_row_links;

/* A fresh id. */
void eg_row_new_id(const eg_clinic *clinic, char id[EG_STORE_ID_SIZE]);

/* Writes version 1 of a new document. `id` may be NULL. `document` may be NULL. */
eg_err eg_row_create(eg_clinic *clinic, const char *kind, const char *id, const eg_row_links *links,
                     eg_document_status status, const json_t *body, const char *search_text,
                     json_t **document, eg_diag *diag);

/* Writes the version after `seen`, which is the newest row. */
eg_err eg_row_amend(eg_clinic *clinic, const eg_document *seen, const json_t *body,
                    const char *search_text, json_t **document, eg_diag *diag);

/* The SHA-256 that a signature holds (see document.h), over the row's bytes as they are. */
eg_err eg_row_content_hash(const eg_document *row, char hash[EG_STORE_SHA256_SIZE], eg_diag *diag);

/* SHA-256 over what the content hash leaves out: site, parent, status, author, time of writing. */
eg_err eg_row_record_hash(const eg_document *row, const char *content_hash,
                          char hash[EG_STORE_SHA256_SIZE], eg_diag *diag);

/* SHA-256 over a signature's own body without its `signature_hash`. */
eg_err eg_signature_hash(const json_t *body, char hash[EG_STORE_SHA256_SIZE], eg_diag *diag);

/* Is this signature's body whole, and does it fit the signed row? */
bool eg_signature_holds(const json_t *body, const eg_document *signed_row);

/* Tells a version of a document about a signature over it. One that holds becomes its `signature`
 * and makes it "signed". One that does not makes it `signature_problem` and takes back whatever an
 * other one gave: what differs from what was signed is never shown as signed. */
void eg_signature_mark(json_t *document, json_t *signature, bool holds);

#endif
