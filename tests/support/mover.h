/* People who do not exist but rise from chairs, walk, turn and reach, with known times of
 * everything they do: markers and inertial signals for the function tests. A rigid trunk on a
 * pelvis that rises along smooth steps; every seed is another person (slow or quick, young or old,
 * with pauses, failed rises, a wobbly seat), another mounting of the sensor, bias and noise. */
#ifndef EG_TESTS_SUPPORT_MOVER_H
#define EG_TESTS_SUPPORT_MOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/function/trunk.h"

enum { MOVER_STEPS_MAX = 512, MOVER_STANDS_MAX = 40, MOVER_TURNS_MAX = 8 };

typedef enum mover_task { MOVER_CHAIR, MOVER_TUG, MOVER_TURNS } mover_task;
typedef enum mover_kind { MOVER_YOUNG, MOVER_OLD, MOVER_SLOW, MOVER_KINDS } mover_kind;
typedef enum mover_channel {
    MOVER_HEIGHT,
    MOVER_LEAN,
    MOVER_HEADING,
    MOVER_WALK, /* 0 standing, 1 full gait: bob, swing of the pelvis */
    MOVER_CHANNELS
} mover_channel;

/* One smooth step of a channel by `size` from `from` to `to`, seconds. */
typedef struct mover_step {
    mover_channel channel;
    double from, to, size, warp;
    int is_cosine;
} mover_step;

typedef struct mover_stand {
    double start, seat_off, standing, leaving, seated, settled;
} mover_stand;

typedef struct mover_turn {
    double from, to, angle_deg; /* to the left positive */
} mover_turn;

typedef struct mover {
    mover_task task;
    mover_kind kind;
    double seconds;
    size_t n_steps;
    mover_step steps[MOVER_STEPS_MAX];
    /* truth */
    size_t n_stands, n_attempts, n_turns;
    mover_stand stands[MOVER_STANDS_MAX]; /* leaving ... NaN if it stays up */
    mover_turn turns[MOVER_TURNS_MAX];
    double walk_from, walk_to;
    /* the body */
    double thigh_m, seat_m, rise_m, cadence_hz, bob_m, swing_rad, speed_m_s;
    double wobble_rad[4], wobble_hz[4], wobble_phase[4], tremor_rad;
    double walk_phase;
    /* the sensor */
    double lever_m, behind_m, mount[4], gyr_bias[3], acc_bias[3], gyr_noise, acc_noise;
    double marker_noise_m;
    uint64_t seed;
} mover;

typedef struct mover_wish {
    size_t n_stands; /* chair: how often it rises */
    bool pauses;     /* sits and stands still between */
    size_t n_failed; /* rises that fail before the first */
    bool ends_standing;
} mover_wish;

mover mover_chair(uint64_t seed, mover_kind kind, const mover_wish *wish);
mover mover_tug(uint64_t seed, mover_kind kind);
/* Walks and turns: n of 45 to 180 degrees, either way. */
mover mover_turns(uint64_t seed, mover_kind kind, size_t n);

/* Up and down at the steps at t seconds, m: part of the height. */
double mover_bob_m(const mover *m, double t);

/* place: 0 lower back, 1 breastbone, 2 thigh. gyr (rad/s) and acc (m/s2) [3][*n], malloced as one
 * block that begins at gyr[0]. */
void mover_imu(const mover *m, int place, double rate_hz, size_t *n, double *gyr[3],
               double *acc[3]);

/* Points in metres, z up, [*n][3]: middle of the pelvis, of the shoulders, left and right pelvis;
 * one block that begins at points[0]. */
void mover_points(const mover *m, double rate_hz, size_t *n, double (*points[4])[3]);

/* The body as `place` sees it (3: markers). `*memory` is the caller's to free. */
eg_err mover_body(const mover *m, int place, double rate_hz, eg_arena *arena, void **memory,
                  eg_trunk *body, eg_diag *diag);

#endif
