/* Walks and function tests from inertial sensors: which sensor of a file is meant, and that one in
 * a wrong unit or with wrong axes is named and nothing measured from it is shown. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/sensors.h"
#include "core/base/real.h"
#include "tests/support/gait_single.h"
#include "tests/support/mover.h"
#include "tests/support/study.h"
#include "tests/support/test.h"

typedef enum fault { SOUND, DEGREES, RADIANS, REVERSED, SWAPPED, FAULTS } fault;

static const char *const fault_names[FAULTS] = {"sound", "deg/s called rad/s", "rad/s called deg/s",
                                                "reversed", "x and y swapped"};

/* Values [6][n], gyroscope first, of sensors of one length. */
typedef struct worn {
    const char *name;
    const double *values[6];
} worn;

/* A table in rad/s and m/s2, or deg/s; the caller's to free. */
static char *table_of(size_t n_sensors, const worn *sensors, size_t n, double rate_hz, fault what,
                      size_t *size) {
    size_t room = n * (n_sensors * 6 * 16 + 24) + 1024, at = 0;
    char *text = malloc(room);
    double factor = what == DEGREES ? 180.0 / EG_PI : what == REVERSED ? -1.0 : 1.0;
    at += (size_t)snprintf(text, room, "time [s]");
    for (size_t s = 0; s < n_sensors; s++)
        for (int c = 0; c < 6; c++)
            at += (size_t)snprintf(text + at, room - at, ",%s.%c%c [%s]", sensors[s].name,
                                   c < 3 ? 'g' : 'a', "xyz"[c % 3],
                                   c > 2             ? "m/s2"
                                   : what == RADIANS ? "deg/s"
                                                     : "rad/s");
    text[at++] = '\n';
    for (size_t i = 0; i < n; i++) {
        at += (size_t)snprintf(text + at, room - at, "%.4f", (double)i / rate_hz);
        for (size_t s = 0; s < n_sensors; s++)
            for (int c = 0; c < 6; c++) {
                int from = what == SWAPPED && c < 2 ? 1 - c : c;
                at += (size_t)snprintf(text + at, room - at, ",%.6f",
                                       (c < 3 ? factor : 1.0) * sensors[s].values[from][i]);
            }
        text[at++] = '\n';
    }
    *size = at;
    return text;
}

typedef struct tally {
    size_t tried[FAULTS], named[FAULTS], refused[FAULTS]; /* refused: for another reason */
    size_t warned;                                        /* sound ones with a remark */
    size_t passed[FAULTS]; /* the sensor's check says that they agree */
    size_t n_held;         /* values held against the sound sensor's */
    double worst_part; /* of what is shown beside a check that was left open: times and counts */
    json_t *sound;     /* result of the sensors as they are */
    int turns_little;  /* then nothing is asked of what is shown as not checked */
} tally;

/* Where a naming is left open, it must not matter: counts and durations are those of the sound
 * sensor. */
static void hold_to_sound(tally *t, const json_t *result) {
    static const char *const codes[] = {
        "gait.steps",          "gait.cadence",           "function.rise.count",
        "function.5xsts.time", "function.rise.duration", "function.tug.time"};
    const json_t *sound = json_object_get(t->sound, "measures"), *one;
    size_t i;
    EG_CHECK_INT(json_array_size(sound), json_array_size(json_object_get(result, "measures")));
    for (i = 0; i < json_array_size(sound); i++) {
        one = json_array_get(json_object_get(result, "measures"), i);
        const char *code = json_string_value(json_object_get(one, "code"));
        double is = json_number_value(json_object_get(one, "value")),
               was = json_number_value(json_object_get(json_array_get(sound, i), "value"));
        for (size_t k = 0; k < sizeof codes / sizeof codes[0]; k++)
            if (strcmp(code, codes[k]) == 0) {
                t->n_held++;
                t->worst_part = fmax(t->worst_part, fabs(is - was) / fmax(was, 1e-9));
            }
    }
}

/* Where a sensor's check failed, every value must be withheld; an error says it first. */
static void measure(tally *t, const char *study, size_t n_sensors, const worn *sensors, size_t n,
                    fault what, json_t *options) {
    size_t size, i;
    char *text = table_of(n_sensors, sensors, n, 100.0, what, &size);
    json_t *result = NULL, *one;
    eg_diag diag = {0};
    eg_err err = eg_test_study_of_file(study, "made.csv", text, size, options, &result, &diag);
    free(text);
    t->tried[what]++;
    if (err != EG_OK) {
        int is_open = strstr(diag.text, "could not be checked") != NULL;
        int is_said = !is_open && (strstr(diag.text, "gyroscope") != NULL ||
                                   strstr(diag.text, "called") != NULL);
        if (what == SOUND) EG_FAIL("%s", diag.text);
        *(is_said ? &t->named[what] : &t->refused[what]) += 1;
        return;
    }
    int is_failed = strcmp(eg_test_verdict_of(result, "sensor"), "fail") == 0;
    t->warned += (size_t)(what == SOUND && strcmp(eg_test_verdict_of(result, "sensor"), "ok") != 0);
    json_array_foreach(json_object_get(result, "measures"), i, one) if (is_failed)
        EG_CHECK(json_is_null(json_object_get(one, "value")));
    t->named[what] += (size_t)is_failed;
    if (what == SOUND) {
        json_decref(t->sound);
        t->sound = json_incref(result);
    } else if (!is_failed && !t->turns_little) {
        hold_to_sound(t, result);
    }
    json_array_foreach(json_object_get(result, "quality"), i, one) {
        const char *detail = json_string_value(json_object_get(one, "detail"));
        if (strcmp(json_string_value(json_object_get(one, "check")), "sensor") == 0 && !is_failed)
            t->passed[what] += (size_t)(strncmp(detail, what == SWAPPED ? "units" : "unit",
                                                what == SWAPPED ? 5 : 4) == 0);
    }
    json_decref(result);
}

/* Five rises and an up-and-go of six people, the sensor at three places. */
static void of_a_test(mover_task task, int place, tally *t) {
    static const char *const names[] = {"lower_back", "sternum", "thigh"};
    for (int k = 0; k < 6; k++) {
        mover_wish wish = {.n_stands = 5, .pauses = k % 2 == 1};
        uint64_t seed = (uint64_t)(700 + k);
        mover m = task == MOVER_CHAIR ? mover_chair(seed, (mover_kind)(k % 3), &wish)
                                      : mover_tug(seed, (mover_kind)(k % 3));
        size_t n;
        double *gyr[3], *acc[3];
        mover_imu(&m, place, 100.0, &n, gyr, acc);
        worn one = {names[place], {gyr[0], gyr[1], gyr[2], acc[0], acc[1], acc[2]}};
        for (int f = 0; f < FAULTS; f++) {
            json_t *options =
                json_pack("{s:s}", "task", task == MOVER_CHAIR ? "chair_rise_5" : "tug");
            measure(t, "function", 1, &one, n, (fault)f, options);
        }
        free(gyr[0]);
    }
}

static void tell(const char *what, tally *t) {
    size_t shown[FAULTS];
    json_decref(t->sound);
    for (int f = 0; f < FAULTS; f++) {
        shown[f] = t->tried[f] - t->named[f] - t->refused[f];
        printf("# %s, %s: %zu, named %zu, refused for another reason %zu, shown %zu, passed %zu\n",
               what, fault_names[f], t->tried[f], t->named[f], t->refused[f], shown[f],
               t->passed[f]);
    }
    EG_CHECK_INT(t->named[SOUND] + t->warned, 0);
    EG_CHECK_INT(t->named[DEGREES], t->tried[DEGREES]);
    EG_CHECK_INT(shown[RADIANS], 0);
    EG_CHECK_INT(shown[REVERSED], 0);
    EG_CHECK(10 * t->named[SWAPPED] >= 5 * t->tried[SWAPPED]);
    EG_CHECK(10 * shown[SWAPPED] <= 4 * t->tried[SWAPPED]);
    EG_CHECK(t->worst_part < 0.05);
    EG_CHECK(t->n_held > 0);
    for (int f = DEGREES; f < FAULTS; f++) EG_CHECK_INT(t->passed[f], 0);
    eg_test_note("%s: none of %zu sound accused; of %zu each in deg/s, rad/s, reversed, swapped "
                 "%zu, %zu, %zu, %zu named and 0, %zu, 0, %zu shown, not checked or partly; counts "
                 "and times of these within %.1f %%",
                 what, t->tried[SOUND], t->tried[DEGREES], t->named[DEGREES], t->named[RADIANS],
                 t->named[REVERSED], t->named[SWAPPED], shown[RADIANS], shown[SWAPPED],
                 100.0 * t->worst_part);
}

static void function_tests(void) {
    tally t = {.tried = {0}};
    for (int place = 0; place < 3; place++) of_a_test(MOVER_CHAIR, place, &t);
    for (int place = 0; place < 2; place++) of_a_test(MOVER_TUG, place, &t);
    tell("function tests", &t);
}

static void walks(void) {
    static single_walk walk;
    static const double speeds[] = {0.6, 1.0, 1.4}, cadences[] = {80.0, 104.0, 120.0};
    static const char *const names[] = {"left foot", "right foot", "pelvis", "left shank",
                                        "right shank"};
    tally t = {.tried = {0}}, pelvis = {.turns_little = 1};
    for (int v = 0; v < 3; v++) {
        single_walk_make(speeds[v], cadences[v], &walk);
        for (int part = EG_WALK_LEFT_FOOT; part <= EG_WALK_LEFT_SHANK;
             part += part == EG_WALK_PELVIS ? 1 : 2) {
            sensor both[2] = {{0}, {0}};
            worn pair[2];
            int n_worn = part == EG_WALK_PELVIS ? 1 : 2;
            for (int s = 0; s < n_worn; s++) {
                both[s] = single_feel(&walk.body, (eg_walk_part)(part + s), walk.duration_s, 100.0,
                                      EG_QUATERNION_ONE);
                pair[s].name = names[part + s];
                for (size_t k = 0; k < 6; k++) pair[s].values[k] = both[s].block + k * both[s].n;
            }
            for (int f = 0; f < FAULTS; f++)
                measure(n_worn == 1 ? &pelvis : &t, "gait", (size_t)n_worn, pair, both[0].n,
                        (fault)f, json_object());
            free(both[0].block);
            free(both[1].block);
        }
        free(walk.grid);
    }
    /* A pelvis turns so little that little can be said; nothing wrong may be. */
    EG_CHECK_INT(pelvis.named[SOUND] + pelvis.warned, 0);
    EG_CHECK_INT(pelvis.named[DEGREES], pelvis.tried[DEGREES]);
    json_decref(pelvis.sound);
    for (int f = DEGREES; f < FAULTS; f++) EG_CHECK_INT(pelvis.passed[f], 0);
    for (int f = 0; f < FAULTS; f++)
        printf("# pelvis, %s: %zu, named %zu, refused for another reason %zu\n", fault_names[f],
               pelvis.tried[f], pelvis.named[f], pelvis.refused[f]);
    tell("walks", &t);
}

/* Several sensors in a file: the place, its name, or what is said chooses. */
static void which_sensor(void) {
    mover_wish wish = {.n_stands = 5};
    mover m = mover_chair(41, MOVER_OLD, &wish);
    size_t n, size;
    double *gyr[3][3], *acc[3][3];
    worn all[4];
    static const char *const names[] = {"Lumbar", "Sternum", "Right thigh"};
    for (int place = 0; place < 3; place++) {
        mover_imu(&m, place, 100.0, &n, gyr[place], acc[place]);
        all[place].name = names[place];
        for (int k = 0; k < 3; k++) {
            all[place].values[k] = gyr[place][k];
            all[place].values[3 + k] = acc[place][k];
        }
    }
    all[3] = (worn){.name = "Head"};
    memcpy(all[3].values, all[1].values, sizeof all[3].values);
    static const struct {
        size_t first, n;
        const char *sensor, *place, *says;
    } cases[] = {{0, 4, NULL, NULL, "lower back (Lumbar"},
                 {1, 3, NULL, NULL, "breastbone (Sternum"},
                 {2, 2, NULL, NULL, "thigh (Right thigh"},
                 {0, 4, NULL, "thigh", "thigh (Right thigh"},
                 {0, 4, "sternum", NULL, "breastbone (Sternum"},
                 {0, 4, "Right", NULL, "thigh (Right thigh"},
                 {3, 1, NULL, "sternum", "breastbone (Head"},
                 {3, 1, NULL, NULL, "lower back (Head"},
                 {0, 4, "Nose", NULL, NULL}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        char *text = table_of(cases[c].n, all + cases[c].first, n, 100.0, SOUND, &size);
        json_t *options = json_object(), *result = NULL;
        if (cases[c].sensor != NULL)
            json_object_set_new(options, "sensor", json_string(cases[c].sensor));
        if (cases[c].place != NULL)
            json_object_set_new(options, "place", json_string(cases[c].place));
        eg_diag diag = {0};
        eg_err err =
            eg_test_study_of_file("function", "made.csv", text, size, options, &result, &diag);
        free(text);
        if (cases[c].says == NULL) {
            EG_CHECK_INT(err, EG_ERR_LAYOUT);
            EG_CHECK(strstr(diag.text, "Lumbar, Sternum, Right thigh, Head") != NULL);
            continue;
        }
        if (err != EG_OK) EG_FAIL("%zu: %s", c, diag.text);
        const char *methods = json_string_value(json_object_get(result, "methods"));
        if (strstr(methods, cases[c].says) == NULL) EG_FAIL("%zu: %s", c, methods);
        json_decref(result);
    }
    for (int place = 0; place < 3; place++) free(gyr[place][0]);
    eg_test_note("%zu ways of saying it", sizeof cases / sizeof cases[0]);
}

EG_TESTS({"study-sensors: faults in function tests", function_tests},
         {"study-sensors: faults in walks", walks},
         {"study-sensors: which sensor a function test means", which_sensor})
