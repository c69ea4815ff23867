/* A clinic in a fresh store for tests: all knowledge and rules, a clock that the test turns, ids
 * from a seed. Functions fail the test with the diagnosis when something goes wrong. */
#ifndef EG_TESTS_SUPPORT_CLINIC_H
#define EG_TESTS_SUPPORT_CLINIC_H

#include "clinic/clinic.h"

/* Opens "NAME.db" in the test's folder; site in Europe/Berlin, 2026-03-02 08:15 UTC. */
eg_clinic *eg_test_clinic(const char *name);
void eg_test_clinic_close(eg_clinic *clinic);

/* A JSON text with ' for ". */
json_t *eg_test_json(const char *text);

/* A new person's episode in state "referred". */
void eg_test_episode(eg_clinic *clinic, char id[EG_STORE_ID_SIZE]);

/* Creates a document from eg_test_json's text; `id` (may be NULL) receives its id. The error is
 * returned. */
eg_err eg_test_create(eg_clinic *clinic, const char *episode_id, const char *kind,
                      const char *parent_id, const char *body, char id[EG_STORE_ID_SIZE]);

/* A complete intake; every red flag of knowledge/precautions 0 but `red_flag` (NULL: none). */
json_t *eg_test_intake(const eg_clinic *clinic, const char *red_flag);

#endif
