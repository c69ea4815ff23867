/* Turns about the vertical, found as El-Gohary et al. 2014 (Sensors 14:356) did from one sensor on
 * the lower back: the rate about the vertical, low-passed at 1.5 Hz, exceeds 15 deg/s at its peak;
 * a turn lasts from where it was 5 deg/s to where it is again, takes 0.5 to 10 s and 45 degrees or
 * more; pieces of one direction that lie 0.05 s apart are one. Then both ends are found anew on the
 * heading (edge.h), from which the swing of the pelvis at every stride is taken: a low-pass of 1.5
 * Hz moves them outwards by a tenth of a second and more. Where nobody walks on (before a chair)
 * the swing ends with the last step: its size and phase come from the walk before (swing.h), the
 * time of the last step from what it leaves of the heading and of the vertical velocity. */
#ifndef EG_FUNCTION_TURN_H
#define EG_FUNCTION_TURN_H

#include "core/function/trunk.h"

enum { EG_TURNS_MAX = 256 };

#define EG_TURN_LOW_PASS_HZ 1.5
#define EG_TURN_PEAK_DEG_S  15.0
#define EG_TURN_EDGE_DEG_S  5.0
#define EG_TURN_APART_S     0.05
#define EG_TURN_LEAST_S     0.5
#define EG_TURN_MOST_S      10.0
#define EG_TURN_LEAST_DEG   45.0

typedef struct eg_turn_event {
    double from_s, to_s;
    double from_sd_s, to_sd_s; /* how sure; NaN where only the 5 deg/s are known */
    double angle_rad;          /* left is positive */
    double peak_rad_s;         /* of the rate low-passed at 1.5 Hz; above 0 */
    double mean_rad_s;         /* |angle| / duration */
} eg_turn_event;

typedef struct eg_turns {
    size_t n;
    eg_turn_event turns[EG_TURNS_MAX];
} eg_turns;

/* All turns in order; none is no error. walk_to_s: after it nobody walks (INFINITY: nothing is
 * known); a turn that ends there ends the swing of the pelvis, too. EG_ERR_LIMIT, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_turn_find(const eg_trunk *body, double walk_to_s, eg_arena *scratch,
                                 eg_turns *turns, eg_diag *diag);

/* How often a second steps follow each other about sample `at`, from the vertical velocity; NaN
 * where nobody walks. */
double eg_turn_cadence_hz(const eg_trunk *body, size_t at);

#endif
