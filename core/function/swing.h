/* What the pelvis does at every stride of a straight walk, carried on into the turn behind it: it
 * turns to and fro once a stride and goes up and down once a step. Where a turn ends in standing
 * (before a chair) the steps end, too, at a time that nobody knows, and their swing would be taken
 * for the turn. Its size and phase are known from the walk before. */
#ifndef EG_FUNCTION_SWING_H
#define EG_FUNCTION_SWING_H

#include "core/function/trunk.h"

typedef struct eg_swing {
    double cadence_hz;    /* steps a second */
    double heading[2];    /* sine and cosine of pi cadence t, rad; t from the first sample */
    double velocity[2];   /* sine and cosine of 2 pi cadence t, m/s, upwards */
    double spread;        /* of the heading's, from stride to stride: standard deviation, shares */
    double velocity_rest; /* RMS of the vertical velocity that is no step, m/s */
} eg_swing;

/* From the walk between two times; bob_to_s: until then steps go on, straight or not. False if
 * nobody walks there for two strides. */
bool eg_swing_learn(const eg_trunk *body, double from_s, double to_s, double bob_to_s,
                    eg_swing *swing);

/* How badly (sum of squares over noise, as a criterion) the steps end about stop_s in the vertical
 * velocity between two times; lower is better. */
double eg_swing_stop_score(const eg_trunk *body, const eg_swing *swing, double from_s, double to_s,
                           double stop_s);

/* 1 while somebody walks, 0 when he has stopped at stop_s. */
double eg_swing_share(double t_s, double stop_s);

#endif
