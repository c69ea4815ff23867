/* Zero-lag Butterworth low-pass of a planar signal, in place. */
#ifndef EG_BALANCE_LOWPASS_H
#define EG_BALANCE_LOWPASS_H

#include <stddef.h>

#include "core/base/arena.h"

/* Runs a Butterworth low-pass of `order` (2 or 4) forwards and backwards over x[n], which doubles
 * the effective order, with SciPy's odd padding of 3 * (order + 1) samples. 0 < cutoff < rate / 2.
 * Returns 0; -1 where the arena is too small or n does not exceed the padding. */
int eg_lowpass_zero_lag(double *x, size_t n, int order, double cutoff_hz, double rate_hz,
                        eg_arena *arena);

#endif
