/* Sums over all lags or all frequencies of a planar signal, by Fourier transform. Both axes travel
 * through one complex transform, which halves the work. */
#ifndef EG_BALANCE_SERIES_H
#define EG_BALANCE_SERIES_H

#include <stddef.h>

#include "core/balance/sway.h"
#include "core/base/arena.h"

/* msd_ml[k] and msd_ap[k], k in [0, max_lag), are the mean square displacements over k + 1 samples;
 * max_lag < n. Short lags, which are small differences of large numbers, are summed directly.
 * Returns 0, or -1 where the arena is too small. Cost: O(n log n). */
int eg_series_msd(const eg_sway_signal *signal, size_t max_lag, double *msd_ml, double *msd_ap,
                  eg_arena *arena);

/* A part of Welch's power spectrum (Hann window, constant or linear detrend, density scaling, one
 * sided) on the grid of an arbitrary transform length. */
typedef struct eg_series_welch {
    size_t segment;   /* samples in a segment, at least 8 */
    size_t overlap;   /* shared with the next segment, < segment */
    size_t transform; /* length that sets the grid, >= segment: f[k] = k * rate / transform */
    size_t first_bin; /* first and one past the last bin wanted; past_bin <= transform / 2 + 1 */
    size_t past_bin;
    int detrend; /* 0 mean, 1 straight line */
} eg_series_welch;

/* Writes past_bin - first_bin densities (L^2/Hz) for each axis. The spectra of all segments are
 * summed through their autocorrelation, so that a fine grid costs nothing per segment.
 * Returns 0, or -1 where the arena is too small. */
int eg_series_spectrum(const eg_sway_signal *signal, const eg_series_welch *welch, double *psd_ml,
                       double *psd_ap, eg_arena *arena);

/* Arena bytes for either, for n samples (n: signal or segment). */
size_t eg_series_memory(size_t n, size_t transform);

#endif
