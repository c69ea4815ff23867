/* The clinic's list of diagnosis codes: one document of the kind "code_list" of the site, replaced
 * by new versions, see code_list.h. */
#ifndef EG_CLINIC_CODES_H
#define EG_CLINIC_CODES_H

#include "clinic/clinic.h"

/* {version, system, count, codes}: the newest list and what `query` finds in it (code_list.h); a
 * clinic without a list has version 0, count 0 and an empty system. */
eg_err eg_codes_search(eg_clinic *clinic, const char *query, json_t **answer, eg_diag *diag);

/* Loads a file as the next version of the list. `version` is the one that was seen, 0 for none:
 * else EG_ERR_CONFLICT. Answers as eg_codes_search with no query. The errors of eg_code_list_parse.
 */
eg_err eg_codes_load(eg_clinic *clinic, int32_t version, const char *system, const uint8_t *bytes,
                     size_t size, json_t **answer, json_t **problems, eg_diag *diag);

/* The diagnosis of an intake: a code is of the newest list, whose system it takes; what `old`
 * (NULL: a new intake) says already stays. EG_ERR_DATA with what to do in `problems`. */
eg_err eg_codes_check(const eg_clinic *clinic, const json_t *old, json_t *intake, json_t **problems,
                      eg_diag *diag);

#endif
