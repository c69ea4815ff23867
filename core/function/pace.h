/* Steps of a walk that begins in standing and ends in standing, from the vertical velocity of the
 * trunk: each contact of a foot is followed by one top of it, as the body is lowest about then. In
 * the middle every top that stands out is a step. The first and the last step are smaller than the
 * others, down to nothing: beyond the outermost of the middle one is looked for where the walk's
 * own rhythm lets expect it, and how large it is says whether it is a step, or whether nobody
 * knows. */
#ifndef EG_FUNCTION_PACE_H
#define EG_FUNCTION_PACE_H

#include "core/function/trunk.h"

enum { EG_PACE_STEPS_MAX = 1024 };

#define EG_PACE_SURE   0.3 /* of the walk's usual top above its valley's middle: a step */
#define EG_PACE_UNSURE 0.1 /* less is none; between them nobody knows */

typedef struct eg_pace {
    size_t n;                       /* tops that are steps, */
    size_t n_unsure;                /* and beside them those at either end that may be one */
    double at_s[EG_PACE_STEPS_MAX]; /* of the n, by time */
} eg_pace;

/* Steps between two times at which nobody walks yet and not any more. None is no error: n is 0.
 * EG_ERR_LIMIT, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_pace_find(const eg_trunk *body, double from_s, double to_s,
                                 eg_arena *scratch, eg_pace *pace, eg_diag *diag);

/* Those of them between two times. */
size_t eg_pace_count(const eg_pace *pace, double from_s, double to_s);

/* Steps a second between two times of a straight walk: the frequency whose swing, with a smooth
 * curve beside it, leaves least of the vertical velocity; NaN where nobody walks for two steps. */
double eg_pace_cadence_hz(const eg_trunk *body, double from_s, double to_s);

#endif
