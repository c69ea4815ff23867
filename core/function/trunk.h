/* A body as the function tests see it: how far the trunk leans, how high the pelvis is, how fast it
 * turns about the vertical, from one inertial sensor or from markers. Everything that follows
 * (stand.h, turn.h, tug.h) works on these and does not ask where they came from.
 *
 * One inertial sensor: the orientation of core/motion (looking both ways, no magnetometer), so that
 * the mounting does not matter; the leaning axis is the one about which its tilt changes most. The
 * height is the vertical acceleration integrated twice; what drifts is fitted as a smooth curve
 * that makes the velocity 0 wherever the sensor is still (Whittaker 1923, Proc Edinb Math Soc
 * 41:63, with weights), so that height is right within a movement, not between distant ones. */
#ifndef EG_FUNCTION_TRUNK_H
#define EG_FUNCTION_TRUNK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/motion/orient.h"
#include "core/motion/orient_offline.h"

typedef enum eg_trunk_place {
    EG_TRUNK_LOWER_BACK,
    EG_TRUNK_STERNUM,
    EG_TRUNK_THIGH,  /* height is then the thigh's angle in shares of 0.42 m; no trunk */
    EG_TRUNK_MARKERS /* of the pelvis */
} eg_trunk_place;

enum { EG_TRUNK_SAMPLES_MAX = 1 << 22 };

#define EG_TRUNK_RATE_MIN_HZ 25.0  /* markers; an inertial sensor: that of core/motion */
#define EG_TRUNK_RATE_HZ     100.0 /* faster recordings are brought to 100 to 200 */
#define EG_TRUNK_GAP_MAX_S   0.5   /* longer without a marker: refused */

/* All [n], in the caller's arena. */
typedef struct eg_trunk {
    eg_trunk_place place;
    size_t n;
    double rate_hz;
    double *lean_rad;   /* forward is positive once eg_trunk_face has been called; from upright */
    double *lift_m_s2;  /* vertical acceleration without gravity; NULL from markers and thigh */
    double *rise_m_s;   /* vertical velocity, up */
    double *height_m;   /* from the first sample */
    double *turn_rad_s; /* about the vertical, to the left (seen from above: counter-clockwise) */
    double *heading_rad;
    bool *is_still;
    bool has_lean; /* a trunk was seen */
    /* Of the place above the hip joints and behind them: expected, and how sure (SD). */
    double above_m[2], behind_m[2];
} eg_trunk;

/* Points of a motion capture, [n][3] each in metres, NaN where not seen. NULL for what there is
 * not; pelvis is needed. */
typedef struct eg_trunk_points {
    size_t n;
    double rate_hz;
    int up_axis;                          /* 0, 1, 2 */
    double up_sign;                       /* 1 or -1 */
    const double (*pelvis)[3];            /* middle */
    const double (*shoulder)[3];          /* middle, neck or breastbone: the top of the trunk */
    const double (*left)[3], (*right)[3]; /* of the pelvis or the shoulders: which way it faces */
} eg_trunk_points;

/* Arena bytes for n samples. */
size_t eg_trunk_bytes(size_t n, double rate_hz);

/* EG_ERR_ARGUMENT (rate, place), EG_ERR_LIMIT, EG_ERR_DATA (values missing; nothing but noise),
 * EG_ERR_MEMORY. The diagnosis says what to do. */
EG_NODISCARD eg_err eg_trunk_from_imu(const eg_orient_signal *signal, eg_trunk_place place,
                                      eg_arena *arena, eg_trunk *body, eg_diag *diag);
EG_NODISCARD eg_err eg_trunk_from_points(const eg_trunk_points *points, eg_arena *arena,
                                         eg_trunk *body, eg_diag *diag);

/* From height (m), lean (rad, forward positive; NULL: none) and heading (rad; NULL: none) that a
 * model has given, as in OpenSim's coordinates. [n] each. */
EG_NODISCARD eg_err eg_trunk_from_coordinates(size_t n, double rate_hz, const double *height_m,
                                              const double *lean_rad, const double *heading_rad,
                                              eg_arena *arena, eg_trunk *body, eg_diag *diag);

/* Velocity and height anew: the drift is where weights[n] are above 0. Only a body with lift. */
EG_NODISCARD eg_err eg_trunk_level(eg_trunk *body, const double *weights, eg_arena *scratch,
                                   eg_diag *diag);

/* Where a sensor's velocity may be taken for drift, and how much: weights[n]. */
void eg_trunk_weights(const eg_trunk *body, double *weights);

/* Turns the sign of lean if `is_backward` and takes `upright_rad` off. */
void eg_trunk_face(eg_trunk *body, bool is_backward, double upright_rad);

#endif
