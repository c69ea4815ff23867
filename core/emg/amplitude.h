/* How large a muscle's signal is, and over what it was divided: moving RMS, integrals, the named
 * normalisations and the maximal contraction. An amount carries the name of its normalisation, and
 * two amounts of different ones are never compared: the same walk gives a co-contraction of 41 or
 * 55 % by the choice of divisor alone. Which normalisation suits which question: CEDE matrix
 * (Besomi et al. 2020, J Electromyogr Kinesiol 53:102438). */
#ifndef EG_EMG_AMPLITUDE_H
#define EG_EMG_AMPLITUDE_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/real.h"

typedef enum eg_emg_norm {
    EG_EMG_NORM_NONE,   /* the signal's own unit */
    EG_EMG_NORM_MAX,    /* task peak: the trial's largest envelope value */
    EG_EMG_NORM_P99,    /* the trial's 99th percentile of the envelope */
    EG_EMG_NORM_MEAN,   /* task mean: the trial's mean envelope */
    EG_EMG_NORM_MVC,    /* largest 500 ms moving RMS of three or more maximal contractions */
    EG_EMG_NORM_SUBMAX, /* the same of a sub-maximal reference contraction at a known load */
    EG_EMG_NORM_M_MAX,  /* largest peak to peak of the M wave */
    EG_EMG_NORM_COUNT
} eg_emg_norm;

/* "none", "max_of_trial", "p99_of_trial", "mean_of_trial", "mvc", "submaximal", "m_max". */
const char *eg_emg_norm_name(eg_emg_norm norm);

/* What amplitudes are divided by. */
typedef struct eg_emg_scale {
    eg_emg_norm norm;
    double divisor; /* in the signal's unit; 1 for NONE */
} eg_emg_scale;

/* The scale that the trial's own envelope[n] gives: NONE, MAX, P99 or MEAN. Negative envelope
 * values count as 0. scratch: 2 n doubles for P99. EG_ERR_ARGUMENT for MVC, SUBMAX and M_MAX, which
 * other recordings give; EG_ERR_DATA if no value is positive. */
EG_NODISCARD eg_err eg_emg_scale_of_trial(eg_emg_norm norm, size_t n, const eg_real *envelope,
                                          eg_emg_scale *scale, eg_arena *scratch, eg_diag *diag);

/* A number with its normalisation. */
typedef struct eg_emg_amount {
    double value;
    eg_emg_norm norm;
    const char *unit; /* of the signal; looked at only where norm is NONE; borrowed, never NULL */
} eg_emg_amount;

/* EG_OK if both may stand in one comparison; else EG_ERR_ARGUMENT names both normalisations. */
EG_NODISCARD eg_err eg_emg_comparable(const eg_emg_amount *a, const eg_emg_amount *b,
                                      eg_diag *diag);

#define EG_EMG_MVC_WINDOW_S 0.5
enum { EG_EMG_MVC_TRIALS = 3 };

/* The largest RMS of all whole windows of window_s over the band-passed signal, and where that
 * window begins. EG_ERR_DATA if the recording is shorter than a window. */
EG_NODISCARD eg_err eg_emg_rms_peak(double rate_hz, double window_s, size_t n, const eg_real *band,
                                    double *peak, double *from_s, eg_diag *diag);

/* The smallest, likewise. */
EG_NODISCARD eg_err eg_emg_rms_least(double rate_hz, double window_s, size_t n, const eg_real *band,
                                     double *least, double *from_s, eg_diag *diag);

/* Root mean square of band[from, to) of seconds; NaN if that is no sample. */
double eg_emg_rms_between(double rate_hz, size_t n, const eg_real *band, double from_s,
                          double to_s);

typedef struct eg_emg_mvc {
    size_t n_trials, best; /* best: index of the trial that gave the value */
    double value;          /* the largest peak */
    double
        spread_percent; /* 100 (largest - second largest) / largest: what one more trial may add */
} eg_emg_mvc;

/* From each trial's eg_emg_rms_peak over EG_EMG_MVC_WINDOW_S. EG_ERR_MISSING if there are fewer
 * than `least` (EG_EMG_MVC_TRIALS unless somebody decided otherwise): one contraction is rarely the
 * largest. EG_ERR_DATA if a peak is not positive. */
EG_NODISCARD eg_err eg_emg_mvc_of(size_t n_trials, const double *peaks, size_t least,
                                  eg_emg_mvc *mvc, eg_diag *diag);

/* Running integral of |band| in signal unit times seconds (Winter, Biomechanics): integral[n]
 * (may be NULL) starts anew after every reset_s seconds (NaN: never) and, after the sample at which
 * it reaches reset_level (NaN: never). *n_resets counts. Returns the integral over everything. */
double eg_emg_integral(double rate_hz, size_t n, const eg_real *band, double reset_s,
                       double reset_level, eg_real *integral, size_t *n_resets);

#endif
