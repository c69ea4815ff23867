/* The study of function tests over files: what it says about a recording that holds the task, and
 * about one that does not. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study.h"
#include "io/format/recording.h"
#include "tests/support/mover.h"
#include "tests/support/study.h"
#include "tests/support/test.h"

/* A person's sensor as a text file; `in_degrees`: deg/s and g. */
static char *file_of(const mover *m, int in_degrees, size_t *size) {
    size_t n, used = 0;
    double *gyr[3], *acc[3];
    mover_imu(m, 0, 100, &n, gyr, acc);
    size_t room = n * 160 + 400;
    char *text = malloc(room);
    EG_CHECK(text != NULL);
    const char *rate = in_degrees ? "deg/s" : "rad/s", *lift = in_degrees ? "g" : "m/s2";
    used +=
        (size_t)snprintf(text, room, "time [s],gx [%s],gy [%s],gz [%s],ax [%s],ay [%s],az [%s]\n",
                         rate, rate, rate, lift, lift, lift);
    double w = in_degrees ? 180 / 3.14159265358979323846 : 1, a = in_degrees ? 1 / 9.80665 : 1;
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, room - used, "%.2f,%.9g,%.9g,%.9g,%.9g,%.9g,%.9g\n",
                                 (double)i / 100, w * gyr[0][i], w * gyr[1][i], w * gyr[2][i],
                                 a * acc[0][i], a * acc[1][i], a * acc[2][i]);
    free(gyr[0]);
    *size = used;
    return text;
}

static eg_err measure(const mover *m, int in_degrees, json_t *options, json_t **result,
                      eg_diag *diag) {
    size_t size;
    char *text = file_of(m, in_degrees, &size);
    eg_err err = eg_test_study_of_file("function", "made.csv", text, size, options, result, diag);
    free(text);
    return err;
}

static void holds_the_task(void) {
    mover_wish wish = {.n_stands = 5};
    mover m = mover_chair(31, MOVER_OLD, &wish), walk = mover_tug(32, MOVER_OLD);
    json_t *result = NULL;
    eg_diag diag = {0};
    double stand = m.stands[4].standing - m.stands[0].start;
    double sit = m.stands[4].seated - m.stands[0].start, times[2];
    for (int k = 0; k < 2; k++) { /* both units give the same */
        if (measure(&m, k, json_pack("{s:s}", "stop", k == 0 ? "sit" : "stand"), &result, &diag))
            EG_FAIL("%s", diag.text);
        times[k] = eg_test_value_of(result, "function.5xsts.time", 0);
        EG_CHECK_NEAR(times[k], k == 0 ? sit : stand, 0.15);
        EG_CHECK_NEAR(eg_test_value_of(result, "function.rise.count", 0), 5, 0);
        EG_CHECK_INT(json_array_size(json_object_get(result, "traces")), 4);
        EG_CHECK(json_array_size(json_object_get(result, "events")) >= 15);
        json_decref(result);
    }
    if (measure(&m, 0, json_pack("{s:s}", "task", "chair_rise_30s"), &result, &diag))
        EG_FAIL("%s", diag.text);
    EG_CHECK_TEXT(json_string_value(json_object_get(result, "verdict")), "fail"); /* too short */
    EG_CHECK(isnan(eg_test_value_of(result, "function.30s.count", 0)));
    json_decref(result);
    if (measure(&walk, 1, json_pack("{s:s}", "task", "tug"), &result, &diag))
        EG_FAIL("%s", diag.text);
    double total = eg_test_value_of(result, "function.tug.time", 0);
    EG_CHECK_NEAR(total, walk.stands[0].seated - walk.stands[0].start, 0.15);
    double steps = (walk.walk_to - walk.walk_from) * walk.cadence_hz;
    EG_CHECK_NEAR(eg_test_value_of(result, "function.tug.steps", 0), steps, 1.6);
    EG_CHECK(eg_test_value_of(result, "function.tug.steps", 0) >=
             eg_test_value_of(result, "function.tug.steps_out", 0) +
                 eg_test_value_of(result, "function.tug.steps_back", 0));
    json_decref(result);
    eg_test_note("five rises %.2f s to sitting (%.2f), %.2f to standing (%.2f); TUG %.2f s",
                 times[0], sit, times[1], stand, total);
}

static void does_not_hold_it(void) {
    mover walk = mover_turns(33, MOVER_YOUNG, 4);
    mover_wish wish = {.n_stands = 5};
    mover chair = mover_chair(34, MOVER_YOUNG, &wish);
    json_t *result = NULL;
    eg_diag first = {0}, second = {0}, third = {0}, fourth = {0};
    EG_CHECK_INT(measure(&walk, 0, json_object(), &result, &first), EG_ERR_DATA);
    EG_CHECK_INT(measure(&chair, 0, json_pack("{s:s}", "task", "tug"), &result, &second),
                 EG_ERR_DATA);
    EG_CHECK_INT(measure(&chair, 0, json_pack("{s:s}", "task", "turns"), &result, &third),
                 EG_ERR_DATA);
    EG_CHECK_INT(measure(&chair, 0, json_pack("{s:[i,i]}", "span", 900, 901), &result, &fourth),
                 EG_ERR_ARGUMENT);
    EG_CHECK(strstr(first.text, "nobody stands up") != NULL);
    EG_CHECK(strstr(second.text, "5 times") != NULL);
    EG_CHECK(strstr(third.text, "nobody turns") != NULL);
    eg_test_note("\"%.40s...\", \"%.50s...\", \"%.30s...\"", first.text, second.text, third.text);
}

/* A sensor moved by hand along straight lines, up and down, too. */
static void carried(void) {
    static const char *const files[] = {"11_undisturbed_slow_translation_B",
                                        "14_undisturbed_slow_translation_with_breaks_B",
                                        "16_undisturbed_fast_translation_B"};
    static const char *const tasks[] = {"chair_rise_5", "chair_rise_30s", "tug", "turns"};
    char path[512], said[80] = "";
    for (size_t k = 0; k < 12; k++) {
        snprintf(path, sizeof path, "%s/broad/%s.nimu", eg_test_data("imu"), files[k / 4]);
        eg_recording *recording = NULL;
        eg_diag diag = {0};
        json_t *result = NULL, *options = json_pack("{s:s}", "task", tasks[k % 4]);
        if (eg_recording_read(path, &recording, &diag) != EG_OK) EG_FAIL("%s", diag.text);
        eg_err err = eg_study_run(eg_study_find("function"),
                                  (eg_study_call){.recording = recording, .options = options},
                                  &result, &diag);
        if (err != EG_ERR_DATA) EG_FAIL("%s as %s is measured", files[k / 4], tasks[k % 4]);
        EG_CHECK(strstr(diag.text, "--span") != NULL || strstr(diag.text, "cut the") != NULL);
        if (k == 0) snprintf(said, sizeof said, "%.76s", diag.text);
        json_decref(options);
        eg_recording_destroy(recording);
    }
    eg_test_note("3 of 3 refused as each of 4 tests: \"%s...\"", said);
}

EG_TESTS({"function study: recordings that hold the task", holds_the_task},
         {"function study: a sensor carried by hand is refused", carried},
         {"function study: recordings that do not are refused", does_not_hold_it})
