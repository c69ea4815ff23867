/* Butterworth filters as second-order sections: a causal one that keeps its state between blocks,
 * and a zero-lag one (forwards, then backwards) for recordings.
 *
 * Zero-lag filtering reproduces SciPy's filtfilt to rounding: odd extension at both ends, steady
 * state of the first extended sample as initial condition. Note that it applies the filter twice:
 * the attenuation at the cut-off is 6 dB and the order doubles. */
#ifndef EG_SIGNAL_FILTER_H
#define EG_SIGNAL_FILTER_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/real.h"

enum { EG_FILTER_ORDER_MAX = 8, EG_FILTER_SECTIONS_MAX = 8 };

typedef enum eg_filter_kind {
    EG_FILTER_LOW_PASS,
    EG_FILTER_HIGH_PASS,
    EG_FILTER_BAND_PASS
} eg_filter_kind;

/* y[i] = b0 x[i] + b1 x[i-1] + b2 x[i-2] - a1 y[i-1] - a2 y[i-2] */
typedef struct eg_filter_section {
    eg_real b0, b1, b2, a1, a2;
} eg_filter_section;

/* Constant once designed; may be shared by any number of channels. */
typedef struct eg_filter {
    size_t n_sections;
    size_t
        n_taps; /* coefficients of the transfer function's numerator: order + 1, band 2 order + 1 */
    eg_filter_section sections[EG_FILTER_SECTIONS_MAX];
} eg_filter;

/* One channel's memory. Zero-initialised it means "silence until now". */
typedef struct eg_filter_state {
    eg_real z[EG_FILTER_SECTIONS_MAX][2];
} eg_filter_state;

/* Designs a Butterworth filter by the bilinear transform with prewarping (as SciPy's butter).
 * order: 1 to EG_FILTER_ORDER_MAX; a band pass has 2 x order poles. Low pass uses high_hz only,
 * high pass low_hz only, band pass both; the unused one is ignored. Frequencies lie strictly
 * between 0 and rate_hz / 2, low_hz below high_hz, else EG_ERR_ARGUMENT.
 * In a single-precision build the cut-off should be at least 1/200 of the rate. */
EG_NODISCARD eg_err eg_filter_butterworth(eg_filter *filter, eg_filter_kind kind, unsigned order,
                                          double low_hz, double high_hz, double rate_hz,
                                          eg_diag *diag);

/* The state after an endless constant input of `level`: no transient when a signal starts there. */
void eg_filter_settle(const eg_filter *filter, eg_real level, eg_filter_state *state);

/* Filters a block; any division into blocks gives the same samples. y may be x. */
void eg_filter_run(const eg_filter *filter, eg_filter_state *state, size_t n, const eg_real *x,
                   eg_real *y);

/* SciPy's default extension for filtfilt(b, a, x): 3 * max(len(a), len(b)). For sosfiltfilt it is
 * 3 * (2 n_sections + 1 - (sections whose b2 and a2 are 0)). */
size_t eg_filter_padding(const eg_filter *filter);
size_t eg_filter_padding_sections(const eg_filter *filter);

/* Zero-lag filtering of x[n] into y[n] (may be x). padding: samples of odd extension at each end,
 * less than n (else EG_ERR_DATA: the recording is too short); 0 extends nothing. Takes
 * n + 2 * padding reals of scratch and gives them back (EG_ERR_MEMORY if they do not fit). */
EG_NODISCARD eg_err eg_filter_zero_lag(const eg_filter *filter, size_t n, const eg_real *x,
                                       eg_real *y, size_t padding, eg_arena *scratch,
                                       eg_diag *diag);

#endif
