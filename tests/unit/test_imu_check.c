/* A wrong unit, axis or rate is reported, not absorbed; a sound sensor is not accused. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/sensors.h"
#include "core/base/random.h"
#include "core/motion/imu_check.h"
#include "io/format/recording.h"
#include "tests/support/gait_single.h"
#include "tests/support/imu_body.h"
#include "tests/support/test.h"

typedef struct copy {
    eg_orient_signal signal;
    double *v[9];
} copy;

static copy copy_of(const eg_orient_signal *s) {
    copy c = {.signal = *s};
    for (int k = 0; k < 9; k++) {
        const double *from = k < 3 ? s->gyr[k] : k < 6 ? s->acc[k - 3] : s->mag[k - 6];
        c.v[k] = NULL;
        if (from == NULL) continue;
        c.v[k] = malloc(s->n * sizeof(double));
        memcpy(c.v[k], from, s->n * sizeof(double));
        *(k < 3 ? &c.signal.gyr[k] : k < 6 ? &c.signal.acc[k - 3] : &c.signal.mag[k - 6]) = c.v[k];
    }
    return c;
}

static void drop(copy *c) {
    for (int k = 0; k < 9; k++) free(c->v[k]);
}

static void scale(copy *c, int from, double factor) {
    for (int k = from; k < from + 3; k++)
        for (size_t i = 0; c->v[k] != NULL && i < c->signal.n; i++) c->v[k][i] *= factor;
}

static void swap(copy *c, int a, int b) {
    for (size_t i = 0; i < c->signal.n; i++) {
        double keep = c->v[a][i];
        c->v[a][i] = c->v[b][i];
        c->v[b][i] = keep;
    }
}

static void negate(copy *c, int a) {
    for (size_t i = 0; i < c->signal.n; i++) c->v[a][i] = -c->v[a][i];
}

static eg_imu_check check(const eg_orient_signal *s) {
    size_t bytes = eg_imu_check_bytes(s->n, s->rate_hz);
    void *memory = malloc(bytes);
    eg_arena arena;
    eg_imu_check c;
    eg_diag diag = {0};
    eg_arena_init(&arena, memory, bytes);
    if (eg_imu_check_run(s, &arena, &c, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    EG_CHECK_INT(arena.used, 0);
    free(memory);
    return c;
}

static int says(const eg_imu_check *c, const char *text) {
    for (size_t i = 0; i < c->n_reasons; i++)
        if (strstr(c->reasons[i], text) != NULL) return 1;
    return 0;
}

static void all_faults(const eg_orient_signal *s, const char *name, int has_mag, size_t turn,
                       int *found, int *missed, int *silent) {
    const struct {
        const char *what, *said;
    } faults[] = {{"deg/s as rad/s", "deg/s but called rad/s"},
                  {"rad/s as deg/s", "rad/s but called deg/s"},
                  {"g as m/s2", "in g but called m/s2"},
                  {"m/s2 as g", "m/s2 but called g"},
                  {"y and z swapped", "axes"},
                  {"x reversed", "axes"},
                  {"z reversed in all", "left-handed"},
                  {"turned axes", "axes"},
                  {"gyroscope x y swapped", "axes"},
                  {"half rate", "times the one given"},
                  {"double rate", "times the one given"},
                  {"columns swapped", "swapped columns"},
                  {"gauss", "gauss"},
                  {"mag y reversed", "magnetometer"}};
    for (size_t k = 0; k < sizeof faults / sizeof faults[0]; k++) {
        /* Each recording gets every second fault, each fault half of the recordings. */
        if ((k >= 12 && !has_mag) || (k + turn) % 2 != 0) continue;
        copy c = copy_of(s);
        if (k == 0) scale(&c, 0, 180.0 / EG_PI);
        if (k == 1) scale(&c, 0, EG_PI / 180.0);
        if (k == 2) scale(&c, 3, 1.0 / 9.80665);
        if (k == 3) scale(&c, 3, 9.80665);
        if (k == 4) swap(&c, 4, 5);
        if (k == 5) negate(&c, 3);
        if (k == 6) negate(&c, 2), negate(&c, 5);
        if (k == 6 && has_mag) negate(&c, 8);
        if (k == 7) swap(&c, 3, 4), swap(&c, 4, 5);
        if (k == 8) swap(&c, 0, 1);
        if (k == 9) c.signal.rate_hz *= 0.5;
        if (k == 10) c.signal.rate_hz *= 2.0;
        if (k == 11) swap(&c, 0, 3), swap(&c, 1, 4), swap(&c, 2, 5);
        if (k == 12) scale(&c, 6, 0.01);
        if (k == 13) negate(&c, 7);
        eg_imu_check r = check(&c.signal);
        int is_found = r.verdict == EG_VERDICT_FAIL && says(&r, faults[k].said);
        *(is_found ? found : missed) += 1;
        if (r.verdict == EG_VERDICT_OK) *silent += 1;
        if (!is_found && getenv("ENGRAM_VERBOSE") != NULL)
            fprintf(stderr, "# %s: %s missed: %s (best %s %.3f, as given %.3f, scale %.3g)\n", name,
                    faults[k].what, r.n_reasons > 0 ? r.reasons[0] : "nothing said",
                    r.acc.rows[0].name, r.acc.residual, r.acc.as_given, r.acc.scale);
        drop(&c);
    }
}

static int is_nimu(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".nimu") == 0;
}

static void real_sensors(void) {
    char folder[512], path[1024];
    snprintf(folder, sizeof folder, "%s/broad", eg_test_data("imu"));
    struct dirent **names = NULL;
    int n = scandir(folder, &names, is_nimu, alphasort), found = 0, missed = 0, accused = 0,
        unchecked = 0, silent = 0;
    if (n <= 0) EG_SKIP("no recordings in %s", folder);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        eg_recording *r = NULL;
        if (eg_recording_read(path, &r, NULL) != EG_OK) EG_FAIL("%s", path);
        eg_orient_signal s = {.n = r->n_frames, .rate_hz = r->rate_hz};
        for (int k = 0; k < 3; k++) {
            s.gyr[k] = r->channels[k].values;
            s.acc[k] = r->channels[3 + k].values;
            s.mag[k] = r->channels[6 + k].values;
        }
        eg_imu_check c = check(&s);
        if (c.verdict == EG_VERDICT_FAIL) {
            accused++;
            eg_test_note("\n# %s accused: %s", names[i]->d_name, c.reasons[0]);
        }
        int is_tested = c.acc.is_known && c.acc.is_whole;
        /* Where hardly anything turned, axes cannot be checked, and that is said. */
        if (!is_tested) EG_CHECK(c.verdict >= EG_VERDICT_WARN);
        if (!is_tested)
            unchecked++;
        else
            all_faults(&s, names[i]->d_name, c.mag.is_whole, (size_t)i, &found, &missed, &silent);
        eg_recording_destroy(r);
        free(names[i]);
    }
    free(names);
    eg_test_note("\n# BROAD: %d faults reported, %d missed, %d of %d sound recordings accused, %d "
                 "turn too little to say",
                 found, missed, accused, n, unchecked);
    EG_CHECK_INT(accused, 0);
    /* A sensor that was pushed about without turning: a rate may stay unchecked, and that is said.
     */
    EG_CHECK(50 * missed <= found);
    EG_CHECK_INT(silent, 0);
}

/* Sensors of one recorder on a person who moved all limbs: their accelerometers are up to 3 % too
 * long, and none may be accused for it. */
static void whole_body(void) {
    char path[512];
    snprintf(path, sizeof path, "%s/kinematics/qmt_fullbody_open.nchain", eg_test_data("imu"));
    eg_recording *r = NULL;
    if (eg_recording_read(path, &r, NULL) != EG_OK) EG_SKIP("no %s", path);
    eg_sensor sensors[EG_SENSORS_MAX];
    size_t n = eg_sensors_find(r, sensors);
    EG_CHECK(n >= 8);
    for (size_t i = 0; i < n; i++) {
        eg_orient_signal s;
        double *block = NULL;
        EG_CHECK_INT(eg_sensor_load(r, &sensors[i], NULL, NULL, &s, &block, NULL), EG_OK);
        eg_imu_check c = check(&s);
        if (c.verdict == EG_VERDICT_FAIL) EG_FAIL("%s: %s", sensors[i].name, c.reasons[0]);
        free(block);
    }
    eg_recording_destroy(r);
    eg_test_note("%zu sensors, none accused", n);
}

/* Both units wrong at once are named as such, whatever movement makes of the lengths. */
static void two_wrong_units(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    size_t count = eg_imu_bodies(bodies);
    for (size_t b = 0; b < count; b++) {
        eg_sim_imu worn = eg_imu_strap(EG_SIM_SHANK, 7 + b);
        eg_imu_track t = eg_imu_record(&bodies[b].motion, &worn, 100.0, 60.0);
        copy c = copy_of(&t.signal);
        scale(&c, 0, 180.0 / EG_PI);
        scale(&c, 3, 1.0 / 9.80665);
        eg_imu_check r = check(&c.signal);
        EG_CHECK(says(&r, "in g but called m/s2"));
        EG_CHECK(!says(&r, "swapped columns"));
        EG_CHECK(says(&r, "deg/s but called rad/s"));
        EG_CHECK(!says(&r, "its axes are not"));
        drop(&c);
        eg_imu_track_free(&t);
    }
    eg_test_note("deg/s and g, both unnamed, on %zu shanks", count);
}

static void moving_bodies(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    static const eg_sim_segment segments[] = {EG_SIM_THIGH, EG_SIM_SHANK, EG_SIM_FOREARM};
    size_t count = eg_imu_bodies(bodies);
    int found = 0, missed = 0, accused = 0, unknown = 0, runs = 0, silent = 0;
    for (size_t b = 0; b < count; b++)
        for (int k = 0; k < 3; k++)
            for (uint64_t seed = 1; seed <= 1; seed++) {
                if (k == 2 ? !(bodies[b].elbow_range_deg > 0.0) : (size_t)k != b % 2) continue;
                eg_sim_imu worn = eg_imu_strap(segments[k], seed);
                eg_imu_track t = eg_imu_record(&bodies[b].motion, &worn, 100.0, 60.0);
                for (int c = 0; c < 3; c++) t.signal.mag[c] = t.mag[c];
                eg_imu_check c = check(&t.signal);
                runs++;
                if (c.verdict == EG_VERDICT_FAIL) accused++;
                int is_tested = c.acc.is_known && c.acc.is_whole;
                if (!is_tested) unknown++;
                char name[160];
                snprintf(name, sizeof name, "%.90s segment %d seed %d", bodies[b].name, k,
                         (int)seed);
                if (c.verdict == EG_VERDICT_FAIL)
                    eg_test_note("\n# %s accused: %s", name, c.reasons[0]);
                all_faults(&t.signal, name, 1, b / 2 + (size_t)k, &found, &missed, &silent);
                eg_imu_track_free(&t);
            }
    eg_test_note(
        "walking and squats: %d faults named, %d not, of which %d passed as sound; %d of %d "
        "sound sensors accused, of %d the axes partly unchecked",
        found, missed, silent, accused, runs, unknown);
    /* Limbs turn mostly about one axis: what that hides is said to be unchecked, never passed. */
    EG_CHECK_INT(silent, 0);
    EG_CHECK_INT(accused, 0);
    EG_CHECK(found > missed);
}

static void usual_sensors(void) {
    static single_walk walk;
    int accused = 0, n = 0;
    for (int v = 0; v < 10; v++) {
        single_walk_make(0.5 + 0.12 * v, 75.0 + 5.5 * v, &walk);
        for (int part = EG_WALK_LEFT_FOOT; part <= EG_WALK_RIGHT_SHANK; part++)
            for (uint64_t seed = 1; seed <= 2; seed++) {
                const eg_quaternion mount = {0.5, 0.5, -0.5, 0.5};
                sensor s = single_feel(&walk.body, (eg_walk_part)part, walk.duration_s, 100.0,
                                       seed == 1 ? EG_QUATERNION_ONE : mount);
                copy c = copy_of(&s.signal);
                eg_imu_make_usual(c.signal.n, c.v, 100 * (uint64_t)v + 10 * (uint64_t)part + seed);
                eg_imu_check r = check(&c.signal);
                if (r.verdict == EG_VERDICT_FAIL) eg_test_note("\n# accused: %s", r.reasons[0]);
                accused += r.verdict == EG_VERDICT_FAIL;
                n++;
                drop(&c);
                free(s.block);
            }
        free(walk.grid);
    }
    eg_test_note("%d of %d sensors on feet, pelvis and shanks accused", accused, n);
    EG_CHECK_INT(accused, 0);
}

/* Numbers that no sensor gives: nothing breaks, and nothing is called sound. */
static void damaged(void) {
    enum { N = 3000 };
    static double v[9][N];
    static const double rates[] = {20.0, 60.0, 99.0, 100.0, 500.0};
    for (int kind = 0; kind < 5; kind++)
        for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
            eg_orient_signal s = {.n = N, .rate_hz = rates[r]};
            for (int k = 0; k < 9; k++) {
                for (int i = 0; i < N; i++) {
                    double wave = sin(0.01 * i * (k + 1)), x = 0.0;
                    if (kind == 1) x = (double)NAN;
                    if (kind == 2) x = 1e300 * wave;
                    if (kind == 3) x = i % 50 == 0 ? (double)NAN : 9.0 * wave;
                    if (kind == 4) x = i % 2 == 0 ? (double)INFINITY : wave;
                    v[k][i] = x;
                }
                *(k < 3 ? &s.gyr[k] : k < 6 ? &s.acc[k - 3] : &s.mag[k - 6]) = v[k];
            }
            eg_imu_check c = check(&s);
            EG_CHECK(c.verdict != EG_VERDICT_OK);
            EG_CHECK(c.n_reasons > 0);
        }
    eg_orient_signal s = {N, 100.0, {v[0], v[1], v[2]}, {v[3], v[4], v[5]}, {0}};
    static const double bad[] = {0.0, 1.0, 19.0, 3000.0, -5.0, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        eg_imu_check c;
        eg_arena none;
        eg_arena_init(&none, NULL, 0);
        s.rate_hz = bad[i];
        EG_CHECK_INT(eg_imu_check_run(&s, &none, &c, NULL), EG_ERR_ARGUMENT);
    }
    s.rate_hz = 100.0;
    eg_imu_check c;
    eg_arena none;
    eg_arena_init(&none, NULL, 0);
    EG_CHECK_INT(eg_imu_check_run(&s, &none, &c, NULL), EG_ERR_MEMORY);
    eg_test_note("zeros, NaN, 1e300, gaps, infinities at five rates; seven rates refused");
}

/* A gyroscope's offset is no turning: a still sensor is not accused, however large it is. */
static void still_with_an_offset(void) {
    enum { N = 3000 };
    static double v[6][N];
    static const double offsets[] = {0.02, 0.2, 0.35, 0.6};
    for (size_t o = 0; o < sizeof offsets / sizeof offsets[0]; o++) {
        eg_random random;
        eg_random_init(&random, 9, o);
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < 3; k++) v[k][i] = 0.002 * eg_random_normal(&random);
            for (int k = 3; k < 6; k++) v[k][i] = 0.03 * eg_random_normal(&random);
            v[0][i] += offsets[o];
            v[1][i] -= 0.6 * offsets[o];
            v[4][i] += 9.80665;
        }
        eg_orient_signal s = {N, 100.0, {v[0], v[1], v[2]}, {v[3], v[4], v[5]}, {0}};
        eg_imu_check c = check(&s);
        if (c.verdict == EG_VERDICT_FAIL)
            EG_FAIL("%.0f deg/s: %s", offsets[o] * 180.0 / EG_PI, c.reasons[0]);
        EG_CHECK(!c.acc.is_known);
    }
    eg_test_note("up to 34 deg/s");
}

EG_TESTS({"imu-check: BROAD and every fault", real_sensors},
         {"imu-check: sensors on moving bodies and every fault", moving_bodies},
         {"imu-check: sensors of a whole body", whole_body},
         {"imu-check: usual sensors on steps", usual_sensors},
         {"imu-check: two wrong units", two_wrong_units}, {"imu-check: damaged samples", damaged},
         {"imu-check: a still sensor with an offset", still_with_an_offset})
