/* Changing the sampling rate: by a rational factor with an anti-alias filter, and from irregular
 * time stamps to a uniform rate by interpolation. */
#ifndef EG_SIGNAL_RESAMPLE_H
#define EG_SIGNAL_RESAMPLE_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/real.h"

enum { EG_RESAMPLE_FACTOR_MAX = 4096 };

/* Samples that eg_resample_rational gives: ceil(n up / down), factors reduced or not. */
size_t eg_resample_length(size_t n, unsigned up, unsigned down);

/* y[eg_resample_length(n, up, down)] = x[n] at up / down times the rate, without delay: output i is
 * at input time i down / up. Polyphase FIR, Kaiser window (beta 5), each phase scaled to sum 1,
 * cut-off at the lower of the two Nyquist frequencies, 20 max(up, down) + 1 taps after reducing the
 * factors: the filter of SciPy's resample_poly. Beyond its ends the signal continues with its first
 * and last value, so that a constant stays constant (SciPy: padtype="edge"). EG_ERR_ARGUMENT for
 * factors outside 1 ... EG_RESAMPLE_FACTOR_MAX or n = 0; EG_ERR_MEMORY if the taps do not fit the
 * scratch. */
EG_NODISCARD eg_err eg_resample_rational(size_t n, const eg_real *x, unsigned up, unsigned down,
                                         eg_real *y, eg_arena *scratch, eg_diag *diag);

/* Samples at rate_hz from the first to the last time stamp. 0 if there are none or the span is not
 * finite or holds more than 2^31 samples. */
size_t eg_resample_uniform_length(size_t n, const double *t_s, double rate_hz);

/* y[count]: x[n] at t_start_s + i / rate_hz, straight lines between neighbours. Time stamps ascend
 * strictly and samples are finite, else EG_ERR_DATA; before the first and behind the last stamp the
 * end values are held. No anti-alias filter: filter before going down. */
EG_NODISCARD eg_err eg_resample_linear(size_t n, const double *t_s, const eg_real *x,
                                       double t_start_s, double rate_hz, size_t count, eg_real *y,
                                       eg_diag *diag);

/* The same with the natural cubic spline (second derivative 0 at both ends); takes 2 n doubles of
 * scratch. n >= 2. */
EG_NODISCARD eg_err eg_resample_cubic(size_t n, const double *t_s, const eg_real *x,
                                      double t_start_s, double rate_hz, size_t count, eg_real *y,
                                      eg_arena *scratch, eg_diag *diag);

#endif
