/* Savitzky-Golay smoothing and differentiation (Savitzky & Golay 1964, Analytical Chemistry
 * 36:1627; weights by Gram polynomials after Gorry 1990, Analytical Chemistry 62:570). */
#ifndef EG_SIGNAL_SMOOTH_H
#define EG_SIGNAL_SMOOTH_H

#include <stddef.h>

#include "core/base/err.h"
#include "core/base/real.h"

enum { EG_SMOOTH_WINDOW_MAX = 255, EG_SMOOTH_ORDER_MAX = 8 };

/* y[n] = the derivative-th derivative of the polynomial of `order` fitted to `window` samples
 * around each sample of x[n], per spacing^derivative (0 smooths). The first and last window / 2
 * values come from the polynomial of the first and last whole window, as SciPy's
 * savgol_filter(mode="interp"). window odd, order < window <= n, derivative <= order (a higher one
 * is 0 everywhere), spacing > 0; else EG_ERR_ARGUMENT, n < window EG_ERR_DATA. y must not be x. */
EG_NODISCARD eg_err eg_smooth_savitzky_golay(size_t n, const eg_real *x, eg_real *y,
                                             unsigned window, unsigned order, unsigned derivative,
                                             double spacing, eg_diag *diag);

/* The weights of one window for the value at sample `at` of it (0 ... window - 1; window / 2 is the
 * middle), for a spacing of 1. */
void eg_smooth_weights(unsigned window, unsigned order, unsigned derivative, unsigned at,
                       double *weights);

#endif
