/* Markers as laboratories name them: two of one name, wands on the front. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study.h"
#include "tests/support/test.h"

static json_t *measure(eg_recording *recording) {
    json_t *result = NULL;
    eg_diag diag = {0};
    eg_study_call call = {.recording = recording};
    if (eg_study_run(eg_study_find("motion"), call, &result, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    return result;
}

static double largest(const json_t *result, const char *channel, const char *side) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "measures"), i, one) {
        const char *own = json_string_value(json_object_get(one, "channel"));
        const char *of = json_string_value(json_object_get(one, "side"));
        const char *name = json_string_value(json_object_get(one, "name"));
        if (own != NULL && of != NULL && strcmp(own, channel) == 0 && strcmp(of, side) == 0 &&
            strcmp(name, "Largest angle") == 0)
            return json_number_value(json_object_get(one, "value"));
    }
    return (double)NAN;
}

static eg_recording *walking(void) {
    char path[1000];
    const char *data = getenv("ENGRAM_DATA");
    if (data == NULL) EG_SKIP("ENGRAM_DATA is not set");
    snprintf(path, sizeof path, "%s/emg/bmc_Gait.c3d", data);
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &recording, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    return recording;
}

/* A walker whose knees and ankles have two markers of one name each, and whose thigh and shank
 * markers sit on the front: a knee bends by 55 to 75 deg in walking, and does so whichever of the
 * two markers comes first in the file. Without the inner ones, rotations are said to be unknown. */
static void doubles(void) {
    eg_recording *recording = walking();
    json_t *result = measure(recording);
    double left = largest(result, "knee.flexion", "left");
    double right = largest(result, "knee.flexion", "right");
    EG_CHECK(left > 55 && left < 75 && right > 55 && right < 75);
    json_decref(result);
    size_t n = recording->points.n_markers;
    for (size_t i = 0; i < n / 2; i++) {
        eg_marker held = recording->points.markers[i];
        recording->points.markers[i] = recording->points.markers[n - 1 - i];
        recording->points.markers[n - 1 - i] = held;
    }
    result = measure(recording);
    EG_CHECK_NEAR(largest(result, "knee.flexion", "left"), left, 1e-9);
    EG_CHECK_NEAR(largest(result, "knee.flexion", "right"), right, 1e-9);
    json_decref(result);
    printf("# knees bend by %.1f and %.1f deg\n", left, right);
    /* The first of each name in this turned order goes: one marker is left at each joint. */
    for (size_t i = 0; i < n; i++) {
        eg_marker *marker = &recording->points.markers[i];
        for (size_t k = i + 1; k < n; k++)
            if (strcmp(marker->label, recording->points.markers[k].label) == 0)
                snprintf(marker->label, sizeof marker->label, "spare%zu", i);
    }
    result = measure(recording);
    EG_CHECK(isnan(largest(result, "hip.internal_rotation", "left")));
    double alone = largest(result, "knee.flexion", "left");
    printf("# with one marker a joint: %.1f deg\n", alone);
    EG_CHECK_NEAR(alone, left, 10);
    json_decref(result);
    eg_recording_destroy(recording);
}

EG_TESTS({"motion points: two markers of one name, wands on the front", doubles})
