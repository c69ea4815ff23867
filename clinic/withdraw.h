/* Documents entered in error: marked, never deleted. The mark is a new version with the status
 * "entered-in-error" and, in its body, the reason; what it was stays among its versions. Nothing
 * marked counts in the chart, nor what is filed under it: entries and recordings of a marked
 * evaluation, values taken from a marked recording, everything of a marked episode or person. */
#ifndef EG_CLINIC_WITHDRAW_H
#define EG_CLINIC_WITHDRAW_H

#include "clinic/clinic.h"

/* Who marks a document and why. */
typedef struct eg_withdrawal {
    int32_t version;        /* the one the writer saw */
    const char *reason;     /* at least three characters, at most 2000 bytes */
    const char *name;       /* of the signer, with the credential; both may be NULL if no version */
    const char *credential; /* of the document was ever signed */
} eg_withdrawal;

/* Marks a document. One that was signed in any version is marked only by a signed version: the mark
 * and its signature are one transaction. An intake or a release note that is withdrawn is followed
 * by what the red flags then ask for.
 * EG_ERR_CONFLICT: `version` is not the newest, or the document is marked already. EG_ERR_DATA: no
 * reason, or no signer where one is needed. EG_ERR_ARGUMENT: a kind that is not marked (site,
 * signature). */
eg_err eg_document_withdraw(eg_clinic *clinic, const char *id, const eg_withdrawal *withdrawal,
                            json_t **document, json_t **problems, eg_diag *diag);

/* Refuses (EG_ERR_GUARD) what would be written into, or printed from, the chart of a person or an
 * episode that was entered in error. */
eg_err eg_chart_stands(const json_t *chart, json_t **problems, eg_diag *diag);

/* Is this document (as JSON) marked? NULL is not. */
bool eg_is_withdrawn(const json_t *document);

#endif
