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

/* A rise as one of several curves (rise.c). STRENGTH_RISE_TWO_RATES: two lags in a row. */
typedef enum strength_rise_kind {
    STRENGTH_RISE_EXPONENTIAL,
    STRENGTH_RISE_RAMP,
    STRENGTH_RISE_JERK,
    STRENGTH_RISE_COSINE,
    STRENGTH_RISE_QUARTER,
    STRENGTH_RISE_CUBIC,
    STRENGTH_RISE_ORDER_2,
    STRENGTH_RISE_ORDER_3,
    STRENGTH_RISE_TWO_RATES,
    STRENGTH_RISE_HILL,
    STRENGTH_RISE_WEIBULL,
    STRENGTH_RISE_LOGISTIC,
    STRENGTH_RISE_CUT,
    STRENGTH_RISE_COUNT
} strength_rise_kind;

/* A logistic curve has no first instant: its onset is where it has gone this part of its way. */
#define STRENGTH_ONSET_PART 0.01

typedef struct strength_rise {
    strength_rise_kind kind;
    double onset;        /* samples */
    double level, slope; /* at the onset; of the rest, a sample */
    double start, width, form, height;
} strength_rise;

/* Fits x[n], which begins in rest ([0, n_rest) is rest for sure) and ends near the top of the rise.
 * noise: SD of a sample; blocks_noise: the same as seen in means of n / 24 samples, times the root
 * of their number. False if no curve leaves noise only. */
bool strength_rise_fit(size_t n, const double *x, size_t n_rest, double noise, double blocks_noise,
                       strength_rise *rise);

/* Force above the onset's, so many samples after it; the slope of the rest is not in it. */
double strength_rise_at(const strength_rise *rise, double samples);

enum { STRENGTH_UNKNOWNS_MAX = 6 };

/* Solves the symmetric a x = b in place; 0 if it is singular. */
int strength_solve(int n, double a[STRENGTH_UNKNOWNS_MAX][STRENGTH_UNKNOWNS_MAX],
                   double b[STRENGTH_UNKNOWNS_MAX]);

/* Takes mains hum (50 or 60 Hz) off x[n], its frequency, size and phase from x[from, to), which is
 * rest. False: there is none to speak of, nothing was changed. */
bool strength_hum_remove(size_t n, double *x, size_t from, size_t to, double rate_hz);

#endif
