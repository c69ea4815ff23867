/* What other tools compute, under their names, so that a number in a paper can be reproduced. Each
 * recipe is written from its formulas; where ours differs on purpose, docs/reference/emg.md says
 * how and why. A peer's value is never put beside one of ours without its profile's name. */
#ifndef EG_EMG_PROFILE_H
#define EG_EMG_PROFILE_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/real.h"

typedef enum eg_emg_profile {
    EG_EMG_PROFILE_ENGRAM,
    EG_EMG_PROFILE_PYEMGPIPELINE, /* less mean, Butterworth 20-450 Hz and envelope 6 Hz, each order
                                     2 both ways ("order 4") */
    EG_EMG_PROFILE_SCIPY,         /* less mean, the same filters once, forwards, from rest */
    EG_EMG_PROFILE_BMC,           /* as pyemgpipeline, envelope 8 Hz; moving RMS that takes samples
                                     beyond the ends as 0 */
    EG_EMG_PROFILE_LIBEMG,        /* features of 250 samples every 125 of pyemgpipeline's signal */
    EG_EMG_PROFILE_WELCH_2048, /* hum and low frequencies as the open reference values have them */
    EG_EMG_PROFILE_COUNT
} eg_emg_profile;

/* "engram", "pyemgpipeline", "scipy", "bmc", "libemg", "welch-2048". */
const char *eg_emg_profile_name(eg_emg_profile profile);

/* Band-passed signal and envelope of x[n] as the profile has them (Engram's for ENGRAM; LIBEMG and
 * WELCH_2048 have pyemgpipeline's). band and envelope: [n], neither x. A corner above 0.45 of the
 * rate is brought down there. EG_ERR_DATA for a recording too short for the filters,
 * EG_ERR_ARGUMENT for an impossible rate, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_emg_profile_run(eg_emg_profile profile, double rate_hz, size_t n,
                                       const eg_real *x, eg_real *band, eg_real *envelope,
                                       eg_arena *scratch, eg_diag *diag);

/* BMC's moving RMS: square root of the mean square of `window` samples around each (window / 2
 * before it), samples beyond the ends being 0: low there. y[n], not band. window > 0. */
void eg_emg_profile_bmc_rms(size_t n, const eg_real *band, size_t window, eg_real *y);

/* SciPy's lfilter with iirnotch(centre, 30) on x less its mean, from rest. y[n], not x. */
EG_NODISCARD eg_err eg_emg_profile_notch(double centre_hz, double rate_hz, size_t n,
                                         const eg_real *x, eg_real *y, eg_diag *diag);

/* Teager-Kaiser energy x[i]^2 - x[i-1] x[i+1]; the first and last value repeat their neighbour, as
 * BMC has it. y[n], not x; n of 3 or more. */
void eg_emg_profile_tkeo(size_t n, const eg_real *x, eg_real *y);

/* Features of one window as LibEMG names them. */
typedef enum eg_emg_feature {
    EG_EMG_FEATURE_MAV,  /* mean |x| */
    EG_EMG_FEATURE_RMS,  /* sqrt(mean x^2) */
    EG_EMG_FEATURE_ZC,   /* changes from a positive to a negative value or back */
    EG_EMG_FEATURE_SSC,  /* samples that are no smaller or no larger than both neighbours */
    EG_EMG_FEATURE_WL,   /* sum |x[i] - x[i-1]| */
    EG_EMG_FEATURE_IAV,  /* sum |x| */
    EG_EMG_FEATURE_WAMP, /* steps above 0.002 in the signal's unit: depends on the unit */
    EG_EMG_FEATURE_VAR,  /* mean (x - mean)^2 */
    EG_EMG_FEATURE_MDF,  /* first bin at which the running power passes half */
    EG_EMG_FEATURE_MNF,  /* sum f P / sum P */
    EG_EMG_FEATURE_COUNT
} eg_emg_feature;

/* "MAV", "RMS", ... */
const char *eg_emg_feature_name(eg_emg_feature feature);

enum { EG_EMG_FEATURE_WINDOW = 250, EG_EMG_FEATURE_STEP = 125 };

/* All features of x[n]; spectrum without window and with the mean, zeros appended to the next power
 * of two, bins up to but without half the rate. Takes about 8 n doubles of scratch. EG_ERR_DATA
 * below 8 samples. */
EG_NODISCARD eg_err eg_emg_features(double rate_hz, size_t n, const eg_real *x,
                                    double features[EG_EMG_FEATURE_COUNT], eg_arena *scratch,
                                    eg_diag *diag);

/* Hum and low frequencies as the open reference values have them: Welch's density of 2048 samples
 * (Hann, half overlapping, each less its mean) of x less its mean. */
typedef struct eg_emg_welch_2048 {
    double hum_50, hum_60; /* (sum of the density within 1 Hz / 3) / (sum of that 2 to 6 Hz away /
                              8): 2/3 where there is no hum and four bins to sixteen */
    double low_share;      /* sum from 0.5 to below 20 Hz over the sum from 0.5 to 450 Hz */
} eg_emg_welch_2048;

/* EG_ERR_DATA below 2048 samples. */
EG_NODISCARD eg_err eg_emg_profile_welch_2048(double rate_hz, size_t n, const eg_real *x,
                                              eg_emg_welch_2048 *out, eg_arena *scratch,
                                              eg_diag *diag);

#endif
