/* Sway density: how long the centre of pressure stays within a small circle around where it is now.
 * Peaks are moments of steadiness. Source: Baratto et al. 2002, Motor Control 6:246 (radius 2.5 mm,
 * forward in time only); Jacono et al. 2004; Quijoux et al. 2021 (3 mm, both directions). */
#ifndef EG_BALANCE_DENSITY_H
#define EG_BALANCE_DENSITY_H

#include <stddef.h>

#include "core/balance/sway.h"

/* Samples before and after sample i that follow it without a break within `radius` (same unit as
 * the signal): out[i] in samples, for i in [0, n-1), i.e. `out` has room for n - 1.
 * `scratch` has room for eg_sway_density_scratch(n) doubles, which is below n.
 * Cost: O(n log dwell). */
void eg_sway_density(const eg_sway_signal *signal, double radius, double *out, double *scratch);

/* Room for the scratch above, in doubles. */
size_t eg_sway_density_scratch(size_t n);

typedef struct eg_sway_density_peaks {
    size_t count;
    double mean_height;   /* in the unit of `density`; NaN without peaks */
    double mean_distance; /* between the places of successive peaks, unit of the signal */
} eg_sway_density_peaks;

/* Strict local maxima of a (smoothed) density curve of n - 1 samples. */
eg_sway_density_peaks eg_sway_density_find_peaks(const eg_sway_signal *signal,
                                                 const double *density);

#endif
