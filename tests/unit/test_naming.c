/* The joint's word on the axes of its sensors: right ones are not accused, wrong ones are. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/sensors.h"
#include "core/motion/imu_check.h"
#include "core/motion/naming.h"
#include "tests/support/imu_body.h"
#include "tests/support/test.h"

static const uint64_t all = ((UINT64_C(1) << EG_IMU_CHECK_NAMINGS) - 1) & ~UINT64_C(1);

static eg_naming try_these(const eg_orient_signal both[2], uint64_t first, uint64_t second) {
    size_t bytes = eg_naming_bytes(both[0].n, both[0].rate_hz);
    void *memory = malloc(bytes);
    const uint64_t open[2] = {first, second};
    eg_arena arena;
    eg_naming naming;
    eg_arena_init(&arena, memory, bytes);
    EG_CHECK_INT(eg_naming_try(both, open, &arena, &naming, NULL), EG_OK);
    EG_CHECK_INT(arena.used, 0);
    free(memory);
    return naming;
}

static eg_naming try_all(const eg_orient_signal both[2], int which) {
    return try_these(both, which == 0 ? all : 0, which == 1 ? all : 0);
}

static void axes_of_two_sensors(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    size_t count = eg_imu_bodies(bodies);
    int right = 0, faults = 0, named = 0, otherwise = 0;
    for (size_t b = 0; b < count; b++)
        for (int which = 0; which < 2; which++) {
            if (eg_test_patience() > 1 && (b + (size_t)which) % 3 != 0) continue;
            eg_imu_track t[2];
            for (int k = 0; k < 2; k++) {
                eg_sim_imu sensor = eg_imu_strap(k ? EG_SIM_SHANK : EG_SIM_THIGH, 51 + b);
                t[k] = eg_imu_record(&bodies[b].motion, &sensor, 100.0, 30.0);
            }
            eg_orient_signal both[2] = {t[0].signal, t[1].signal};
            eg_naming naming = try_all(both, which);
            if (naming.is_wrong) EG_FAIL("%s: a sound sensor is accused", bodies[b].name);
            right++;
            for (int fault = 0; fault < 6; fault++) {
                double **gyr = t[which].gyr;
                int i = fault % 3, j = (i + 1) % 3;
                double *keep = gyr[i];
                both[which] = t[which].signal;
                if (fault < 3) { /* swapped */
                    both[which].gyr[i] = gyr[j];
                    both[which].gyr[j] = keep;
                } else {
                    for (size_t s = 0; s < t[which].signal.n; s++) keep[s] = -keep[s];
                }
                naming = try_all(both, which);
                if (fault >= 3)
                    for (size_t s = 0; s < t[which].signal.n; s++) keep[s] = -keep[s];
                /* What undoes a swap or a reversal is the same again. */
                signed char axis[3] = {0}, undone[3] = {1, 2, 3};
                if (fault < 3) {
                    undone[i] = (signed char)(j + 1);
                    undone[j] = (signed char)(i + 1);
                } else {
                    undone[i] = (signed char)-undone[i];
                }
                if (naming.is_wrong) eg_imu_check_naming(naming.better.axes, axis);
                int same = naming.is_wrong && fabs(naming.better.factor - 1.0) < 1e-9;
                for (int k = 0; k < 3; k++) same = same && axis[k] == undone[k];
                faults++;
                named += same;
                otherwise += naming.is_wrong && !same;
            }
            eg_imu_track_free(&t[0]);
            eg_imu_track_free(&t[1]);
        }
    eg_test_note(
        "%d sound sensors, none accused; of %d swapped and reversed axes %d named exactly, %d "
        "as wrong in another way",
        right, faults, named, otherwise);
    EG_CHECK(20 * named >= 19 * faults);
    EG_CHECK_INT(otherwise, 0);
}

/* Scale, cross-axis and bias errors as usual: none accused, whichever naming is tried. */
static void usual_sensors(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    size_t count = eg_imu_bodies(bodies), runs = 0;
    for (size_t b = 0; b < count; b++)
        for (uint64_t seed = 1; seed <= (uint64_t)eg_test_crowd(3); seed++) {
            eg_imu_track t[2];
            eg_orient_signal both[2];
            for (int k = 0; k < 2; k++) {
                eg_sim_imu sensor = eg_imu_strap(k ? EG_SIM_SHANK : EG_SIM_THIGH, 10 * b + seed);
                t[k] = eg_imu_record(&bodies[b].motion, &sensor, 100.0, 20.0);
                double *const v[6] = {t[k].gyr[0], t[k].gyr[1], t[k].gyr[2],
                                      t[k].acc[0], t[k].acc[1], t[k].acc[2]};
                eg_imu_make_usual(t[k].signal.n, v, 100 * b + 10 * seed + (uint64_t)k);
                both[k] = t[k].signal;
            }
            eg_naming naming = try_these(both, all, all);
            if (naming.is_wrong)
                EG_FAIL("%s, sensors %d: accused (%.2f, %.2f instead)", bodies[b].name, (int)seed,
                        naming.given_m_s2, naming.better.misfit_m_s2);
            runs++;
            eg_imu_track_free(&t[0]);
            eg_imu_track_free(&t[1]);
        }
    eg_test_note("%zu pairs, none accused", runs);
}

/* Sensors of one recorder on a person who moved all limbs, skin and straps as they are; the last
 * two are no neighbours and fit no joint, which is no wrong axis either. */
static void real_joints(void) {
    static const char *const joints[][2] = {
        {"hip", "upper_leg_left"},          {"upper_leg_left", "lower_leg_left"},
        {"lower_leg_left", "foot_left"},    {"upper_back", "upper_arm_left"},
        {"upper_arm_left", "forearm_left"}, {"forearm_left", "hand_left"},
        {"upper_leg_left", "foot_left"}};
    char path[512];
    snprintf(path, sizeof path, "%s/kinematics/qmt_fullbody_open.nchain", eg_test_data("imu"));
    eg_recording *r = NULL;
    if (eg_recording_read(path, &r, NULL) != EG_OK) EG_SKIP("no %s", path);
    eg_sensor sensors[EG_SENSORS_MAX];
    size_t n = eg_sensors_find(r, sensors), n_parts = 0;
    for (size_t j = 0; j < sizeof joints / sizeof joints[0]; j++) {
        eg_orient_signal both[2];
        double *block[2] = {NULL, NULL};
        for (int s = 0; s < 2; s++)
            for (size_t i = 0; i < n; i++)
                if (strcmp(sensors[i].name, joints[j][s]) == 0)
                    EG_CHECK_INT(
                        eg_sensor_load(r, &sensors[i], NULL, NULL, &both[s], &block[s], NULL),
                        EG_OK);
        EG_CHECK(block[0] != NULL && block[1] != NULL);
        size_t total = both[0].n, length = (size_t)(EG_NAMING_SECONDS * both[0].rate_hz);
        for (size_t from = 0; from + length <= total; from += length) {
            eg_orient_signal part[2] = {both[0], both[1]};
            for (int s = 0; s < 2; s++) {
                part[s].n = length;
                for (int k = 0; k < 3; k++) {
                    part[s].gyr[k] += from;
                    part[s].acc[k] += from;
                }
            }
            eg_naming naming = try_these(part, all, all);
            if (naming.is_wrong)
                EG_FAIL("%s and %s from %zu on: accused", joints[j][0], joints[j][1], from);
            n_parts++;
        }
        free(block[0]);
        free(block[1]);
    }
    eg_recording_destroy(r);
    eg_test_note("%zu parts of 20 s of six joints and of two sensors that share none, walking, "
                 "squatting, jumping: none accused",
                 n_parts);
}

EG_TESTS({"naming: axes of two sensors of one joint", axes_of_two_sensors},
         {"naming: usual sensors on two segments", usual_sensors},
         {"naming: sensors on a person's joints", real_joints})
