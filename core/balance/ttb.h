/* Time to boundary: how long the centre of pressure would take to reach a boundary if it kept its
 * present velocity. Source: Riccio 1993; Slobounov et al. 1997; Hertel and Olmsted-Kramer 2007,
 * Gait Posture 25:33. */
#ifndef EG_BALANCE_TTB_H
#define EG_BALANCE_TTB_H

#include <stddef.h>

#include "core/balance/sway.h"

/* A convex polygon, counter-clockwise, in the signal's unit; borrows the arrays. */
typedef struct eg_ttb_boundary {
    const double *ml; /* [n] */
    const double *ap; /* [n] */
    size_t n;         /* 3 to 1024 */
} eg_ttb_boundary;

typedef struct eg_ttb {
    size_t minima;       /* local minima in time */
    double mean_minimum; /* s; NaN without any */
    double sd_minimum;   /* s, n - 1; NaN with fewer than two */
    double minimum;      /* s */
} eg_ttb;

/* `velocity` holds both axes' velocities [n] in units per second; `times` is scratch [n]. A sample
 * at rest has no time; one outside the boundary has time 0. Cost: O(n * corners). */
eg_ttb eg_ttb_measure(const eg_sway_signal *position, const eg_sway_signal *velocity,
                      const eg_ttb_boundary *boundary, double *times);

#endif
