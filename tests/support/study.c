#include "tests/support/study.h"

#include "tests/support/test.h"

eg_err eg_test_study(const char *study, const eg_recording *recording,
                     const eg_recording *reference, const eg_knowledge *knowledge,
                     const char *options, json_t **result, eg_diag *diag) {
    json_t *given = json_loads(options, 0, NULL);
    EG_CHECK(given != NULL);
    eg_study_call call = {.recording = recording,
                          .n_references = reference != NULL,
                          .references = {reference},
                          .options = given,
                          .knowledge = knowledge,
                          .n_trace_points = 100};
    *result = NULL;
    eg_err err = eg_study_run(eg_study_find(study), call, result, diag);
    json_decref(given);
    return err;
}
