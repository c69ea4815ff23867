/* Stretches that only look still: somebody who sinks evenly shows no acceleration. Velocities and
 * biases are known here. */
#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/function/part.h"
#include "tests/support/test.h"

enum { RATE = 100, N = 2600, PARTS = 8 };

static double lift[N], lean[N];
static bool is_still[N];

/* Seconds; what is the velocity at the end of each part, and may nothing be seen of a movement. */
typedef struct part {
    double seconds, velocity;
} part;

static const double tilt = 0.5; /* rad, in the second half */

/* Moves as `parts` say (velocities change evenly) with a bias in the sensor's own axes. */
static eg_trunk body_of(const part *parts, const double bias[2], double noise, bool *truth) {
    eg_random random;
    eg_random_init(&random, 5, 1);
    double velocity = 0;
    size_t i = 0;
    for (size_t k = 0; k < PARTS; k++) {
        double step = (parts[k].velocity - velocity) / (parts[k].seconds * RATE);
        for (size_t end = i + (size_t)(parts[k].seconds * RATE); i < end && i < N; i++) {
            lean[i] = i < N / 2 ? 0 : tilt;
            lift[i] = step * RATE + bias[0] + bias[1] * sin(lean[i]);
            lift[i] += noise * eg_random_normal(&random);
            is_still[i] = fabs(step) < 1e-9;
            truth[i] = is_still[i] && fabs(velocity) < 1e-9;
        }
        velocity = parts[k].velocity;
    }
    EG_CHECK(i == N);
    return (eg_trunk){.place = EG_TRUNK_LOWER_BACK,
                      .n = N,
                      .rate_hz = RATE,
                      .lift_m_s2 = lift,
                      .lean_rad = lean,
                      .is_still = is_still};
}

static size_t check(const part *parts, const double bias[2], double noise, double *left) {
    static bool truth[N];
    static char block[1 << 20];
    eg_arena arena;
    eg_arena_init(&arena, block, sizeof block);
    eg_trunk body = body_of(parts, bias, noise, truth);
    EG_CHECK_INT(function_still_check(&body, &arena, &(eg_diag){0}), EG_OK);
    size_t wrong = 0;
    double sums[2] = {0}, counts[2] = {0};
    for (size_t i = 0; i < N; i++) {
        wrong += is_still[i] != truth[i];
        if (!truth[i]) continue;
        sums[i >= N / 2] += lift[i];
        counts[i >= N / 2]++;
    }
    for (int k = 0; k < 2; k++) *left = fmax(*left, fabs(sums[k] / counts[k]));
    return wrong;
}

/* Sits, rises, stands, sinks evenly for three seconds, sits. */
static const part slow_descent[PARTS] = {{3, 0},      {0.5, 0.3}, {0.5, 0}, {9, 0},
                                         {0.4, -0.1}, {3, -0.1},  {0.6, 0}, {9, 0}};

static void sinks_evenly(void) {
    static const double biases[][2] = {{0, 0}, {0.04, 0}, {-0.03, 0.05}, {0.02, -0.08}};
    double left = 0;
    for (size_t k = 0; k < 4; k++) EG_CHECK_INT(check(slow_descent, biases[k], 0.03, &left), 0);
    EG_CHECK(left < 0.01);
    eg_test_note("3 s at 0.1 m/s are no rest, 21 s of rest are; of biases up to 0.08 m/s2 %.4f "
                 "remain",
                 left);
}

static void rests_throughout(void) {
    static const part still[PARTS] = {{3, 0}, {3, 0}, {3, 0}, {3, 0},
                                      {3, 0}, {3, 0}, {3, 0}, {5, 0}};
    static const double bias[2] = {0.02, 0.03};
    double left = 0;
    EG_CHECK_INT(check(still, bias, 0.03, &left), 0);
    eg_test_note("26 s of rest remain 26 s of rest");
}

/* Rests that an arena cannot hold are an error, no rest at all is none. */
static void without_memory(void) {
    static bool truth[N];
    char block[64];
    eg_arena arena;
    eg_arena_init(&arena, block, sizeof block);
    eg_trunk body = body_of(slow_descent, (const double[2]){0, 0}, 0, truth);
    EG_CHECK_INT(function_still_check(&body, &arena, &(eg_diag){0}), EG_ERR_MEMORY);
    memset(is_still, 0, sizeof is_still);
    EG_CHECK_INT(function_still_check(&body, &arena, &(eg_diag){0}), EG_OK);
}

EG_TESTS({"function still: somebody who sinks evenly does not rest", sinks_evenly},
         {"function still: rest remains rest", rests_throughout},
         {"function still: without memory, without rest", without_memory})
