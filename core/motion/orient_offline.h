/* Orientation of a whole recording: what a later sample tells is used for an earlier one too. A
 * first pass learns the gyroscope's scale; with it the filter of orient.h runs forwards and, with
 * time reversed, backwards. Both estimates of the gyroscope's bias and of a magnet on the sensor
 * are joined by what each knows; then one strapdown, gravity low-passed forwards and backwards, and
 * the heading as a mean that looks both ways. */
#ifndef EG_MOTION_ORIENT_OFFLINE_H
#define EG_MOTION_ORIENT_OFFLINE_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/motion/orient.h"
#include "core/motion/quaternion.h"

/* Channels of one sensor, [n] each. NaN, or three zeros of acc or mag, where there is no sample. */
typedef struct eg_orient_signal {
    size_t n;
    double rate_hz;
    const double *gyr[3]; /* rad/s */
    const double *acc[3]; /* m/s2 */
    const double *mag[3]; /* uT; mag[0] NULL without magnetometer: the heading is relative */
} eg_orient_signal;

/* The causal filter over the whole signal into out[n]. EG_ERR_ARGUMENT for the rate. */
EG_NODISCARD eg_err eg_orient_run(const eg_orient_signal *signal, eg_quaternion *out,
                                  eg_diag *diag);

/* Working memory of eg_orient_offline, bytes: about 40 a sample at 285 Hz. */
size_t eg_orient_offline_bytes(size_t n, double rate_hz);

/* Both directions into out[n]. Takes the bytes above from `scratch` and gives them back
 * (EG_ERR_MEMORY if they do not fit); EG_ERR_ARGUMENT for the rate. Cost: about four times that
 * of eg_orient_run. */
EG_NODISCARD eg_err eg_orient_offline(const eg_orient_signal *signal, eg_arena *scratch,
                                      eg_quaternion *out, eg_diag *diag);

/* The same two with other constants; for benchmarks. */
EG_NODISCARD eg_err eg_orient_run_with(const eg_orient_signal *signal,
                                       const eg_orient_tuning *tuning, eg_quaternion *out,
                                       eg_diag *diag);
EG_NODISCARD eg_err eg_orient_offline_with(const eg_orient_signal *signal,
                                           const eg_orient_tuning *tuning, eg_arena *scratch,
                                           eg_quaternion *out, eg_diag *diag);

#endif
