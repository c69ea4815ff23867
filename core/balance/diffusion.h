/* Stabilogram diffusion: how the mean square displacement grows with the interval over which it is
 * taken. Short intervals are open-loop drift, long ones closed-loop correction. Source: Collins and
 * De Luca 1993, Exp Brain Res 95:308. */
#ifndef EG_BALANCE_DIFFUSION_H
#define EG_BALANCE_DIFFUSION_H

#include <stddef.h>

#include "core/balance/sway.h"
#include "core/base/arena.h"
#include "core/base/err.h"

enum { EG_DIFFUSION_SCRATCH = 4 * 128 }; /* doubles */

/* msd_ml[k] and msd_ap[k], k in [0, max_lag), are the mean square displacements over k + 1 samples;
 * 0 < max_lag < n. Both axes travel through one complex Fourier transform; short lags, which are
 * small differences of large numbers, are summed directly. Cost: O(n log n). */
EG_NODISCARD eg_err eg_diffusion_msd(const eg_sway_signal *signal, size_t max_lag, double *msd_ml,
                                     double *msd_ap, eg_arena *arena, eg_diag *diag);
size_t eg_diffusion_msd_memory(size_t n, size_t max_lag);

/* The smallest length >= n without a prime factor above 5, whose Fourier transform is fast. */
size_t eg_diffusion_fast_length(size_t n);

/* Two straight lines through log(msd) over log(lag). */
typedef struct eg_diffusion {
    double short_intercept; /* msd at 1 s on the short-term line, L^2 */
    double long_intercept;  /* the same on the long-term line */
    double short_scaling;   /* Hurst exponent: half the log-log slope */
    double long_scaling;
    double critical_lag_s; /* where the lines meet */
    double critical_msd;   /* L^2 */
    double short_slope;    /* diffusion coefficient Ds: half the slope of msd over lag, L^2/s */
    double long_slope;     /* Dl */
} eg_diffusion;

/* The fit of Quijoux et al. 2021. msd[k] belongs to lag (k + 1) / 25 s. Each region is the one with
 * the smallest root mean square residual of its own, searched up to sample 62 (2.5 s); the
 * meeting point is cut off at the longest lag. `log_lag` comes from eg_diffusion_log_lags,
 * `log_msd` is scratch of `count`. Slopes per second are not part of it and NaN. All NaN when count
 * is below 64 or an msd is 0. */
eg_diffusion eg_diffusion_quijoux(const double *msd, size_t count, const double *log_lag,
                                  double *log_msd);

/* log_lag[k] = ln((k + 1) / rate_hz). */
void eg_diffusion_log_lags(size_t count, double rate_hz, double *log_lag);

/* Our own fit: both lines at once. Of all breakpoints between 0.2 s and a third of the longest lag
 * the one with the smallest sum of squares of both, over points spaced evenly in log(lag) so that
 * the long lags do not outvote the short ones. `scratch` has room for EG_DIFFUSION_SCRATCH. */
eg_diffusion eg_diffusion_joint(const double *msd, size_t count, double rate_hz, double *scratch);

#endif
