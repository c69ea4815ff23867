/* The joint's word on the axes of its sensors: right ones are not accused, wrong ones are. */
#include <math.h>
#include <stdlib.h>

#include "core/motion/imu_check.h"
#include "core/motion/naming.h"
#include "tests/support/imu_body.h"
#include "tests/support/test.h"

static eg_naming try_all(const eg_orient_signal both[2], int which) {
    size_t bytes = eg_naming_bytes(both[0].n, both[0].rate_hz);
    void *memory = malloc(bytes);
    eg_arena arena;
    eg_naming naming;
    eg_arena_init(&arena, memory, bytes);
    uint64_t all = ((UINT64_C(1) << EG_IMU_CHECK_NAMINGS) - 1) & ~UINT64_C(1);
    EG_CHECK_INT(eg_naming_try(both, which, all, &arena, &naming, NULL), EG_OK);
    EG_CHECK_INT(arena.used, 0);
    free(memory);
    return naming;
}

static void axes_of_two_sensors(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    size_t count = eg_imu_bodies(bodies);
    int right = 0, faults = 0, named = 0, otherwise = 0;
    for (size_t b = 0; b < count; b++)
        for (int which = 0; which < 2; which++) {
            eg_imu_track t[2];
            for (int k = 0; k < 2; k++) {
                eg_sim_imu sensor = eg_imu_strap(k ? EG_SIM_SHANK : EG_SIM_THIGH, 51 + b);
                t[k] = eg_imu_record(&bodies[b].motion, &sensor, 100.0, 30.0);
            }
            eg_orient_signal both[2] = {t[0].signal, t[1].signal};
            eg_naming naming = try_all(both, which);
            if (naming.better != 0) EG_FAIL("%s: a sound sensor is accused", bodies[b].name);
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
                if (naming.better > 0) eg_imu_check_naming(naming.better, axis);
                int same = 1;
                for (int k = 0; k < 3; k++) same = same && axis[k] == undone[k];
                faults++;
                named += same;
                otherwise += naming.better > 0 && !same;
            }
            eg_imu_track_free(&t[0]);
            eg_imu_track_free(&t[1]);
        }
    eg_test_note(
        "%d sound sensors, none accused; of %d swapped and reversed axes %d named exactly, %d "
        "as wrong in another way",
        right, faults, named, otherwise);
    EG_CHECK(2 * named > faults);
}

EG_TESTS({"naming: axes of two sensors of one joint", axes_of_two_sensors})
