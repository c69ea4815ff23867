/* Shared by the files of this folder. */
#ifndef EG_STRENGTH_PART_H
#define EG_STRENGTH_PART_H

#include "core/strength/trace.h"

/* Running means: sums[n + 1] of values less `offset`. */
typedef struct strength_sums {
    size_t n;
    const double *sums;
    double offset;
} strength_sums;

/* Samples in a time, at least 1. */
size_t strength_samples(double seconds, double rate_hz);

/* Mean of values[from, to), to > from. */
double strength_mean(const strength_sums *sums, size_t from, size_t to);

/* NULL in `sums` if the arena is full. */
strength_sums strength_sum(size_t n, const double *values, eg_arena *arena);

/* Slope a sample and level at the middle of x[n] by least squares, n > 1, and the SD about it. */
typedef struct strength_line {
    double slope, middle, sd;
} strength_line;
strength_line strength_fit(size_t n, const double *x);

/* SD of the noise from second differences, which a slow change does not enter; at most 4096 of
 * them. */
double strength_noise(size_t n, const double *x);

/* Drift of the rest between and around all contractions in unit / s, NaN if there is too little
 * rest; *is_sure: rest on both sides of them lies on one line. */
double strength_drift(const eg_strength_signal *signal, size_t n_spans,
                      const eg_strength_span *spans, double peak, bool *is_sure, bool *is_large);

#endif
