/* The tasks of reaching over files: a functional reach of markers in mm and m, a wrist sensor, and
 * what is refused. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study.h"
#include "io/format/recording.h"
#include "tests/support/reacher.h"
#include "tests/support/study.h"
#include "tests/support/test.h"

static reacher person;

/* A table of marker places: the hand with a gap of 0.1 s, breastbone and a heel, which steps. */
static char *places_of(double factor, const char *unit, double step_m, size_t *size) {
    size_t room = person.n * 200 + 800, used = 0;
    char *text = malloc(room);
    EG_CHECK(text != NULL);
    used += (size_t)snprintf(
        text, room,
        "PathFileType\t4\t(X/Y/Z)\tmade.trc\n"
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
        "OrigNumFrames\n%g\t%g\t%zu\t3\t%s\t%g\t1\t%zu\n"
        "Frame#\tTime\tRFIN\t\t\tCLAV\t\t\tRHEE\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\tX3\tY3\tZ3\n\n",
        person.rate_hz, person.rate_hz, person.n, unit, person.rate_hz, person.n);
    for (size_t i = 0; i < person.n; i++) {
        const double *h = person.hand[i], *t = person.trunk[i];
        double time = (double)i / person.rate_hz;
        used += (size_t)snprintf(text + used, room - used, "%zu\t%.4f", i + 1, time);
        if (i >= 100 && i < 110)
            used += (size_t)snprintf(text + used, room - used, "\t\t\t");
        else
            used += (size_t)snprintf(text + used, room - used, "\t%.6f\t%.6f\t%.6f", factor * h[0],
                                     factor * h[1], factor * h[2]);
        double heel = time > 0.5 * (person.moves[0].from_s + person.moves[0].to_s) ? step_m : 0;
        used +=
            (size_t)snprintf(text + used, room - used, "\t%.6f\t%.6f\t%.6f\t%.6f\t%.6f\t%.6f\n",
                             factor * t[0], factor * t[1], factor * t[2], factor * heel, 0.0, 0.0);
    }
    *size = used;
    return text;
}

static char *rates_of(size_t *size) {
    size_t room = person.n * 100 + 100, used = 0;
    char *text = malloc(room);
    EG_CHECK(text != NULL);
    used += (size_t)snprintf(text, room, "time [s],gx [deg/s],gy [deg/s],gz [deg/s]\n");
    double w = 180 / 3.14159265358979323846;
    for (size_t i = 0; i < person.n; i++)
        used += (size_t)snprintf(text + used, room - used, "%.4f,%.9g,%.9g,%.9g\n",
                                 (double)i / person.rate_hz, w * person.gyr[i][0],
                                 w * person.gyr[i][1], w * person.gyr[i][2]);
    *size = used;
    return text;
}

static eg_err measure(const char *name, char *text, size_t size, json_t *options, json_t **result,
                      eg_diag *diag) {
    eg_err err = eg_test_study_of_file("function", name, text, size, options, result, diag);
    free(text);
    return err;
}

/* Level distance from home of the hand in the middle of the rest behind movement m; y is up. */
static double level_cm(size_t m) {
    size_t a = (size_t)(person.moves[m].from_s * person.rate_hz);
    size_t b = (size_t)(person.moves[m].to_s * person.rate_hz) + 1;
    double x = person.hand[b][0] - person.hand[a][0], z = person.hand[b][2] - person.hand[a][2];
    return 100 * sqrt(x * x + z * z);
}

static void functional_reach(void) {
    json_t *result = NULL;
    eg_diag diag = {0};
    size_t size;
    double values[2], truth;
    reacher_make(&person, 1003, REACHER_WHOLE, 100, 3, 1e-4);
    truth = 0.5 * (level_cm(2) + level_cm(4));
    for (int k = 0; k < 2; k++) {
        char *text = places_of(k == 0 ? 1000 : 1, k == 0 ? "mm" : "m", 0.1 * k, &size);
        if (measure("made.trc", text, size, json_pack("{s:s}", "task", "reach_forward"), &result,
                    &diag))
            EG_FAIL("%s", diag.text);
        values[k] = eg_test_value_of(result, "function.reach.forward", 0);
        EG_CHECK_NEAR(values[k], truth, 0.02 * truth + 0.2);
        EG_CHECK_NEAR(eg_test_value_of(result, "function.reach.count", 0), 6, 0);
        EG_CHECK_NEAR(eg_test_value_of(result, "function.reach.distance", 1),
                      person.moves[0].distance_m, 0.02 * person.moves[0].distance_m);
        EG_CHECK_NEAR(eg_test_value_of(result, "function.reach.trunk", 1), person.moves[0].trunk_m,
                      2e-3);
        EG_CHECK_TEXT(eg_test_verdict_of(result, "three trials"), "ok");
        EG_CHECK_TEXT(eg_test_verdict_of(result, "feet in place"), k == 0 ? "ok" : "warn");
        EG_CHECK_INT(json_array_size(json_object_get(result, "events")), 6);
        EG_CHECK_INT(json_array_size(json_object_get(result, "traces")), 2);
        json_decref(result);
    }
    EG_CHECK_NEAR(values[0], values[1], 1e-3);
    eg_test_note("functional reach %.2f cm (%.2f), the same in mm and m; a step is seen", values[0],
                 truth);
}

static void wrist_sensor(void) {
    json_t *result = NULL;
    eg_diag diag = {0}, second = {0};
    size_t size;
    reacher_make(&person, 1004, REACHER_WHOLE, 100, 4, 3e-4);
    char *text = rates_of(&size);
    if (measure("made.csv", text, size, json_pack("{s:s}", "task", "reach_arm"), &result, &diag))
        EG_FAIL("%s", diag.text);
    EG_CHECK_NEAR(eg_test_value_of(result, "function.reach.count", 0), 8, 0);
    double lasts = eg_test_value_of(result, "function.reach.duration", 3);
    double sparc = eg_test_value_of(result, "function.reach.sparc", 3);
    EG_CHECK_NEAR(lasts, person.moves[2].to_s - person.moves[2].from_s, 0.04);
    EG_CHECK_NEAR(sparc, -1.406, 0.03);
    json_decref(result);
    text = rates_of(&size);
    EG_CHECK_INT(measure("made.csv", text, size, json_pack("{s:s}", "task", "reach_forward"),
                         &result, &second),
                 EG_ERR_LAYOUT);
    EG_CHECK(strstr(second.text, "needs markers") != NULL);
    eg_test_note("8 movements, the third %.3f s (%.3f), SPARC %.3f (-1.406); \"%.40s...\"", lasts,
                 person.moves[2].to_s - person.moves[2].from_s, sparc, second.text);
}

EG_TESTS({"function reach study: a functional reach of markers", functional_reach},
         {"function reach study: a sensor at the wrist", wrist_sensor})
