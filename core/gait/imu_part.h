/* What the methods for single inertial sensors share; not for others. */
#ifndef EG_GAIT_IMU_PART_H
#define EG_GAIT_IMU_PART_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"

/* mean[n] = running mean of x[n] over `width` samples, fewer at the ends. */
void imu_mean(size_t n, const double *x, size_t width, double *mean);

/* Takes the running mean over `width` samples off x[n]. */
void imu_centre(size_t n, double *x, size_t width, double *scratch);

/* Zero-lag, order 2, both ways; above 0.45 of the rate, and where n is too short: nothing. */
eg_err imu_low_pass(size_t n, double *x, double cut_hz, double rate_hz, eg_arena *scratch,
                    eg_diag *diag);

/* Where between samples x has its most (sign 1) or least (-1) near sample i, by a parabola. */
double imu_peak(size_t n, const double *x, size_t i, double sign);

#endif
