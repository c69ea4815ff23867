/* A study run as the command line and the pages run it. */
#ifndef EG_TESTS_SUPPORT_STUDY_H
#define EG_TESTS_SUPPORT_STUDY_H

#include "clinic/study.h"

/* `options` as JSON text; `reference` and `knowledge` may be NULL. Up to 100 points a trace. */
eg_err eg_test_study(const char *study, const eg_recording *recording,
                     const eg_recording *reference, const eg_knowledge *knowledge,
                     const char *options, json_t **result, eg_diag *diag);

/* The same of a file that stands in memory, which the study must find to suit it. Takes `options`.
 */
eg_err eg_test_study_of_file(const char *study, const char *name, const char *text, size_t size,
                             json_t *options, json_t **result, eg_diag *diag);

/* A value of a repetition from 1, or of all together (0); NaN if it is null. Fails the test if
 * there is none. */
double eg_test_value_of(const json_t *result, const char *code, int repetition);

/* The verdict of a check; "" if there is no such check. */
const char *eg_test_verdict_of(const json_t *result, const char *check);

#endif
