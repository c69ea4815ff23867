/* Clinical documents: validated against clinic/schema/<kind>.json, written as new versions, never
 * changed, signed over a canonical hash. The list of versions is the audit trail. */
#ifndef EG_CLINIC_DOCUMENT_H
#define EG_CLINIC_DOCUMENT_H

#include "clinic/clinic.h"

/* Checks a body against its kind's schema without storing it. EG_ERR_NOT_FOUND: no such kind. */
eg_err eg_document_validate(const char *kind, const json_t *body, json_t **problems, eg_diag *diag);

/* Opens a new person ({given_name, ...}; see clinic/schema/person.json). */
eg_err eg_person_create(eg_clinic *clinic, const json_t *body, json_t **document, json_t **problems,
                        eg_diag *diag);

/* People whose names begin with the words of `query` ("" = all), each as a document with
 * `episodes`: [{id, title, discipline, state, created_at}]. */
eg_err eg_person_search(eg_clinic *clinic, const char *query, size_t limit, json_t **people,
                        eg_diag *diag);

/* Creates a document of `kind` in an episode. `parent_id` may be NULL. Site, person, episode and
 * signature are not made here (EG_ERR_ARGUMENT). What the state of the episode does not allow is
 * refused with EG_ERR_GUARD (course.h). One intake and one referral per episode: a second is
 * EG_ERR_CONFLICT, amend the first. An intake with a red flag puts the episode on hold in the same
 * transaction. Goals are completed (baseline from the newest entry, mdc_warning) as goal.h says. */
eg_err eg_document_create(eg_clinic *clinic, const char *episode_id, const char *kind,
                          const char *parent_id, const json_t *body, json_t **document,
                          json_t **problems, eg_diag *diag);

/* Like eg_document_create, for a recording whose raw bytes are stored in the same transaction;
 * body.sha256, body.size and body.blob_id are set here. */
eg_err eg_document_create_recording(eg_clinic *clinic, const char *episode_id,
                                    const char *parent_id, const json_t *body, const void *bytes,
                                    size_t size, json_t **document, json_t **problems,
                                    eg_diag *diag);

/* A new version. `version` is the one the writer saw (EG_ERR_CONFLICT if it is not the newest). A
 * signed document stays as it is; its new version is unsigned. An episode's state cannot be changed
 * this way. A recording keeps its file: blob_id, sha256 and size cannot change. */
eg_err eg_document_amend(eg_clinic *clinic, const char *id, int32_t version, const json_t *body,
                         json_t **document, json_t **problems, eg_diag *diag);

/* A new version of a recording, measured again from its bytes: only `result` and the member that
 * says how (`task_settings` or `study`; value NULL: as it is) change. Called by eg_trial_remeasure
 * and eg_study_trial_remeasure. */
eg_err eg_document_remeasure(eg_clinic *clinic, const char *id, int32_t version, const char *member,
                             const json_t *value, const json_t *result, json_t **document,
                             json_t **problems, eg_diag *diag);

/* Newest (`version` 0) or that version, with `signature` if that version is signed. */
eg_err eg_document_get(eg_clinic *clinic, const char *id, int32_t version, json_t **document,
                       eg_diag *diag);

/* Newest versions of one kind ("" or NULL: all) in an episode, oldest first. */
eg_err eg_document_all(eg_clinic *clinic, const char *episode_id, const char *kind,
                       json_t **documents, eg_diag *diag);

/* All versions of a document, oldest first, signatures included. */
eg_err eg_document_versions(eg_clinic *clinic, const char *id, json_t **versions, eg_diag *diag);

/* Signs the newest version, which must be `version`: the signature holds the SHA-256 of the
 * canonical JSON of {id, kind, version, person_id, episode_id, local_date, body} and says that the
 * signer's identity was not verified. Plans must be complete (course.h) and, when the episode
 * waits for it, the signature starts the treatment in the same transaction. Signing the same
 * version twice by the same signer is EG_ERR_CONFLICT. */
eg_err eg_document_sign(eg_clinic *clinic, const char *id, int32_t version, const char *name,
                        const char *credential, json_t **signature, json_t **problems,
                        eg_diag *diag);

/* For withdraw.h, inside its transaction: signs the newest version, a mark of an error, whatever
 * the state of the episode. */
eg_err eg_document_sign_mark(eg_clinic *clinic, const char *id, const char *name,
                             const char *credential, json_t **problems, eg_diag *diag);

/* {ok, signatures: [{..., ok}], reason}: every signed version recomputed against its signature. Not
 * ok: one byte of a signed version differs, a signature row was altered (each signature carries a
 * hash over itself and the one before it), a version that was signed or counted is missing.
 * `reason` says which. */
eg_err eg_document_verify(eg_clinic *clinic, const char *id, json_t **report, eg_diag *diag);

#endif
