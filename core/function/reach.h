/* Reaching movements of one hand, from its place (markers) or from the angular rate of one inertial
 * sensor at the wrist: when each begins and ends, how far, how fast, how straight, how smooth it is
 * and how much of it the trunk did.
 *
 * Segmentation comes first and is the same for all numbers:
 * 1. The place is low-passed (EG_REACH_LOW_PASS_HZ, zero lag). Of a sensor, the angular rate
 *    without its bias is, and its integral stands for the place.
 * 2. Home is where the hand first rests. The distance from home alternates between near and far by
 *    EG_REACH_SWING of its usual largest value, and at least `least`: near to far is a movement
 *    outward, far to near one back.
 * 3. Two movements part in the middle of the longest stillness (speed under EG_REACH_EDGE of the
 *    larger peak speed) while the hand is in the outer (inner) quarter; without one, at the
 *    furthest (nearest) place.
 * 4. A movement lasts from the first to the last piece above EG_REACH_EDGE of its own peak speed
 *    that brings the hand EG_REACH_PIECE of the distance; so pauses and corrections are part of it.
 * 5. Both ends are found anew by least squares (edge.h): a threshold of 5 % of the peak is crossed
 *    6 % of a minimum-jerk movement's duration late.
 * Peaks of speed: EG_REACH_PEAK of the largest above the lower ground on both sides.
 *
 * SPARC: Balasubramanian et al. 2012, 2015 (smoothness.h), cut-off 10 Hz. Trunk displacement as
 * compensation: Cirstea and Levin 2000, Brain 123:940.
 * Known limits: one home for the whole recording, so reaches from target to target without coming
 * back are not told apart. A sensor's integral is no angle of a joint. */
#ifndef EG_FUNCTION_REACH_H
#define EG_FUNCTION_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"

enum { EG_REACH_MAX = 512, EG_REACH_SAMPLES_MAX = 1 << 20 };

#define EG_REACH_LOW_PASS_HZ 10.0
#define EG_REACH_SWING       0.3
#define EG_REACH_EDGE        0.05
#define EG_REACH_PIECE       0.03
#define EG_REACH_PEAK        0.1
#define EG_REACH_LEAST_M     0.05 /* a movement over less is none */
#define EG_REACH_LEAST_RAD   0.17
#define EG_REACH_LEAST_S     0.15

typedef struct eg_reach_signal {
    size_t n;
    double rate_hz;           /* 20 or more */
    const double (*hand)[3];  /* m; finite. NULL: a sensor */
    const double (*trunk)[3]; /* m; finite. NULL: not known */
    const double (*gyr)[3];   /* rad/s, at the wrist; only without `hand` */
} eg_reach_signal;

/* m and m/s of a hand; rad and rad/s of a sensor. */
typedef struct eg_reach {
    bool is_return;
    double from_s, to_s; /* from the first sample */
    double distance;     /* straight from begin to end; NaN of a sensor */
    double path;         /* along the way; NaN of a sensor */
    double straightness; /* path / distance, 1 is straight; NaN of a sensor */
    double peak;         /* largest speed */
    double peak_share;   /* time to it / duration */
    size_t n_peaks;      /* of speed */
    double sparc, ldlj;  /* NaN where the movement is too short */
    double trunk;        /* how far the trunk went along the hand's straight way, NaN: not known */
    double trunk_share;  /* of the distance */
    size_t first, last;  /* samples nearest to begin and end */
    size_t furthest;     /* sample at which it is furthest from its begin */
} eg_reach;

typedef struct eg_reaches {
    size_t n;
    eg_reach reaches[EG_REACH_MAX];
    const double *speed;      /* [n samples] in the arena */
    const double *distance;   /* from home, of a sensor the integrated angle; in the arena */
    const double (*place)[3]; /* low-passed, in the arena */
} eg_reaches;

/* Bytes of arena for n samples; 0 if n is out of range. */
size_t eg_reach_bytes(size_t n);

/* All movements in order. Errors: EG_ERR_ARGUMENT, EG_ERR_DATA (not finite, too short, no reach
 * over the least distance), EG_ERR_LIMIT, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_reach_find(const eg_reach_signal *signal, eg_arena *arena,
                                  eg_reaches *reaches, eg_diag *diag);

/* Functional reach of one outward movement: the furthest the hand comes from its begin across the
 * axis `up` (0, 1, 2), until its own end, m. */
double eg_reach_forward(const eg_reaches *reaches, size_t index, int up);

#endif
