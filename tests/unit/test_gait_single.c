/* One sensor on a shank: a made walker's events against its footprints, and those of sensors made
 * of the markers of real recordings against the force plates there. What is no walk, for the lower
 * back, too. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/random.h"
#include "core/base/real.h"
#include "tests/support/gait_single.h"
#include "tests/support/test.h"

static const single_limits limits = {20.0, 20.0, 0.005};

static void even(void) {
    EG_CHECK_INT(single_made(SINGLE_EVEN, 0, limits), 0);
}
static void uneven(void) {
    EG_CHECK_INT(single_made(SINGLE_UNEVEN, 0, limits), 0);
}
static void turning(void) {
    EG_CHECK_INT(single_made(SINGLE_TURNING, 0, limits), 0);
}
static void real(void) {
    single_real(0);
}

static void refusals(void) {
    enum { N = 2000 };
    static const char *const names[] = {"standing", "shaken up and down", "sitting down and up",
                                        "legs that dangle"};
    double *block = malloc(6 * N * sizeof *block);
    eg_orient_signal s = {.n = N, .rate_hz = 100.0};
    for (size_t k = 0; k < 3; k++) {
        s.gyr[k] = block + k * N;
        s.acc[k] = block + (3 + k) * N;
    }
    for (int kind = 0; kind < 4; kind++) {
        eg_random random;
        eg_random_init(&random, 3, (uint64_t)kind);
        for (size_t i = 0; i < N; i++) {
            double t = (double)i / 100.0, up = 0.0, turn = 0.0;
            if (kind == 1) up = 4.0 * sin(2.0 * EG_PI * 2.0 * t);
            if (kind == 2) {
                up = 1.5 * sin(2.0 * EG_PI * 0.4 * t);
                turn = 1.2 * cos(2.0 * EG_PI * 0.4 * t);
            }
            if (kind == 3) turn = 3.0 * sin(2.0 * EG_PI * 1.0 * t);
            for (size_t k = 0; k < 3; k++) {
                block[k * N + i] = (k == 1 ? turn : 0.0) + 0.004 * eg_random_normal(&random);
                block[(3 + k) * N + i] =
                    (k == 2 ? 9.81 + up : 0.0) + 0.03 * eg_random_normal(&random);
            }
        }
        eg_gait_contact c[STEPS];
        size_t n = 0;
        eg_gait_back back;
        eg_gait_shank shank;
        void *memory = NULL;
        eg_diag diag = {0};
        EG_CHECK_INT(single_back(&s, (double)NAN, c, &n, &back, &memory, &diag), EG_ERR_DATA);
        printf("# %s, back: %s\n", names[kind], diag.text);
        diag = (eg_diag){0};
        free(memory);
        EG_CHECK_INT(single_shank(&s, 0, c, &n, &shank, &diag), EG_ERR_DATA);
        printf("# %s, shank: %s\n", names[kind], diag.text);
    }
    s.rate_hz = 20.0;
    eg_gait_contact c[STEPS];
    size_t n = 0;
    eg_gait_back back;
    eg_gait_shank shank;
    void *memory = NULL;
    EG_CHECK_INT(single_back(&s, (double)NAN, c, &n, &back, &memory, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(single_shank(&s, 0, c, &n, &shank, NULL), EG_ERR_ARGUMENT);
    free(memory);
    free(block);
}

EG_TESTS({"gait: one sensor, what is no walk", refusals},
         {"gait: a sensor on each shank, even walking", even},
         {"gait: a sensor on each shank, uneven steps", uneven},
         {"gait: a sensor on each shank, with a turn", turning},
         {"gait: a sensor on a shank made of real markers, against plates", real})
