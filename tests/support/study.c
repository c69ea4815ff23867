#include "tests/support/study.h"

#include <math.h>
#include <string.h>

#include "io/format/recording.h"
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

eg_err eg_test_study_of_file(const char *study, const char *name, const char *text, size_t size,
                             json_t *options, json_t **result, eg_diag *diag) {
    eg_recording *recording = NULL;
    if (eg_recording_parse(name, (const uint8_t *)text, size, &recording, diag) != EG_OK)
        EG_FAIL("%s", diag->text);
    const eg_study *found = eg_study_find(study);
    EG_CHECK(options != NULL && found != NULL && found->suits(recording) > 0);
    eg_study_call call = {.recording = recording, .options = options, .n_trace_points = 50};
    *result = NULL;
    eg_err err = eg_study_run(found, call, result, diag);
    json_decref(options);
    eg_recording_destroy(recording);
    return err;
}

double eg_test_value_of(const json_t *result, const char *code, int repetition) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "measures"), i, one) {
        if (json_integer_value(json_object_get(one, "repetition")) != repetition ||
            strcmp(json_string_value(json_object_get(one, "code")), code) != 0)
            continue;
        json_t *value = json_object_get(one, "value");
        return json_is_number(value) ? json_number_value(value) : (double)NAN;
    }
    EG_FAIL("there is no %s", code);
}

const char *eg_test_verdict_of(const json_t *result, const char *check) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "quality"), i, one) {
        if (strcmp(json_string_value(json_object_get(one, "check")), check) == 0)
            return json_string_value(json_object_get(one, "verdict"));
    }
    return "";
}
