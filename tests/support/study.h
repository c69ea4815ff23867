/* A study run as the command line and the pages run it. */
#ifndef EG_TESTS_SUPPORT_STUDY_H
#define EG_TESTS_SUPPORT_STUDY_H

#include "clinic/study.h"

/* `options` as JSON text; `reference` and `knowledge` may be NULL. Up to 100 points a trace. */
eg_err eg_test_study(const char *study, const eg_recording *recording,
                     const eg_recording *reference, const eg_knowledge *knowledge,
                     const char *options, json_t **result, eg_diag *diag);

#endif
