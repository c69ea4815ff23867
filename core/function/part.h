/* What the files of the function tests share; not for others. */
#ifndef EG_FUNCTION_PART_H
#define EG_FUNCTION_PART_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/function/trunk.h"

/* A copy of values[n], sorted, in the arena; NULL without memory. */
double *function_sorted(size_t n, const double *values, eg_arena *arena);

/* The p-quantile of values[n], NaN without memory. Takes and gives back 2 n doubles. */
double function_quantile(size_t n, const double *values, double p, eg_arena *scratch);

/* Zero-lag low-pass (Butterworth, order 2 twice) of x[n] into y[n]; y may be x. */
eg_err function_low_pass(size_t n, const double *x, double *y, double cut_hz, double rate_hz,
                         eg_arena *scratch, eg_diag *diag);

/* The smooth curve of v[n] with weights (see trunk.h) into curve[n]. */
eg_err function_whittaker(size_t n, const double *v, const double *weights, double cut_hz,
                          double rate_hz, double *curve, eg_arena *scratch, eg_diag *diag);

/* Takes back what only looks still: a body that moves evenly shows no acceleration, but the one
 * that set it moving was seen. Believed are the stretches whose velocities, integrated from one to
 * the next, are likeliest to have all been 0; the accelerometer's bias, which leaning turns into
 * and out of the vertical, is learned from them and taken off the lift. */
eg_err function_still_check(eg_trunk *body, eg_arena *scratch, eg_diag *diag);

/* Samples of `seconds`, at least 1. */
size_t function_samples(double seconds, double rate_hz);

/* The sample nearest to t_s; what is no time is the first. */
size_t function_sample_at(const eg_trunk *body, double t_s);

#endif
