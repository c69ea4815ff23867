/* How far an estimated orientation is from a reference: the definition of the BROAD benchmark
 * (Laidig, Caruso, Cereatti & Seel 2021, Data 6(7):72). With e = estimate * reference^-1, both
 * sensor to earth: total 2 acos|w|, heading 2 atan|z/w|, inclination 2 acos sqrt(w2 + z2). */
#ifndef EG_MOTION_ORIENT_ERROR_H
#define EG_MOTION_ORIENT_ERROR_H

#include <stddef.h>

#include "core/motion/quaternion.h"

typedef struct eg_orient_error {
    double total_deg, heading_deg, inclination_deg; /* root mean squares; NaN for no sample */
    size_t n;                                       /* samples compared */
} eg_orient_error;

/* reference: w, x, y, z [4][n], NaN where there is none (any length, brought to 1 here). counts[n]:
 * only samples where it is 1 (movement); NULL: all. */
eg_orient_error eg_orient_compare(size_t n, const eg_quaternion *estimate,
                                  const double *const reference[4], const double *counts);

#endif
