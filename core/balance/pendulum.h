/* The centre of gravity from the centre of pressure: a standing body is taken as an inverted
 * pendulum about the ankle, whose equation of motion makes the centre of gravity a low-passed
 * centre of pressure. Source: Caron et al. 1997; Lafond et al. 2004; constants of Duarte's BMC
 * functions (centre of gravity at 0.521 of the height above the ankle, moment of inertia after
 * Breniere 1996). Body mass cancels out; only the height matters. Not for sitting. */
#ifndef EG_BALANCE_PENDULUM_H
#define EG_BALANCE_PENDULUM_H

#include "core/balance/sway.h"
#include "core/base/arena.h"
#include "core/base/err.h"

/* Square of the pendulum's natural frequency, 1/s^2. */
double eg_pendulum_frequency_square(double height_m);

/* Samples of odd extension at either end, which tame the ends: one second (exact, as the peer), or
 * a little more so that the Fourier transform has a fast length. */
size_t eg_pendulum_extension(size_t n, double rate_hz, int exact);

size_t eg_pendulum_memory(size_t n, size_t extension);

/* Writes the vertical projection of the centre of gravity, [n] each, in the unit of `cop`. Needs
 * n > extension, else EG_ERR_RANGE. Cost: O(n log n). */
EG_NODISCARD eg_err eg_pendulum_cog(const eg_sway_signal *cop, double height_m, size_t extension,
                                    eg_arena *arena, double *cog_ml, double *cog_ap, eg_diag *diag);

#endif
