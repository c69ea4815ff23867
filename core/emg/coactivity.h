/* Co-contraction of two muscles by four named indices, and symmetry of two sides. Both inputs are
 * envelopes normalised in the same named way: the normalisation moves the indices more than any
 * patient does, so that indices of different normalisations are never compared. */
#ifndef EG_EMG_COACTIVITY_H
#define EG_EMG_COACTIVITY_H

#include <stddef.h>

#include "core/base/err.h"
#include "core/base/real.h"

typedef enum eg_emg_norm {
    EG_EMG_NORM_NONE, /* the signal's own unit */
    EG_EMG_NORM_MAX,  /* the trial's largest envelope value */
    EG_EMG_NORM_P99,  /* its 99th percentile */
    EG_EMG_NORM_MEAN, /* its mean */
    EG_EMG_NORM_MVC,  /* largest 500 ms moving RMS of maximal contractions */
    EG_EMG_NORM_COUNT
} eg_emg_norm;

/* "none", "max_of_trial", "p99_of_trial", "mean_of_trial", "mvc". */
const char *eg_emg_norm_name(eg_emg_norm norm);

/* What an envelope is divided by: 1 for NONE; NaN for MVC (the caller brings it) or where the
 * envelope has no positive value. Negative envelope values count as 0. scratch[2 n] for P99. */
double eg_emg_norm_divisor(eg_emg_norm norm, size_t n, const eg_real *envelope, double *scratch);

typedef struct eg_emg_coactivity {
    double falconer_winter_percent; /* 200 sum(min(a, b)) / sum(a + b) (1985) */
    double rudolph;                 /* mean of min / max * (a + b) (2000) */
    double unnithan;                /* mean of min(a, b), the overlapping area per sample (1996) */
    double share;                   /* mean of a / (a + b) where either is active: a's share */
    double ratio;                   /* mean of min / max, 0 ... 1 */
} eg_emg_coactivity;

/* a, b: envelopes[n]; each is divided by its divisor and taken as 0 where negative. Samples whose
 * larger value is at most 1e-12 are left out of the ratios. EG_ERR_ARGUMENT for a divisor that is
 * not positive, EG_ERR_DATA if nothing is active. */
EG_NODISCARD eg_err eg_emg_coactivity_of(size_t n, const eg_real *a, double divisor_a,
                                         const eg_real *b, double divisor_b, eg_emg_coactivity *out,
                                         eg_diag *diag);

typedef struct eg_emg_symmetry {
    double index_percent; /* 100 (left - right) / (0.5 (left + right)) (Robinson 1987) */
    double ratio;         /* left / right */
    double lsi_percent;   /* 100 smaller / larger */
} eg_emg_symmetry;

/* Of two values in the same unit and normalisation, neither negative; NaN where undefined. */
eg_emg_symmetry eg_emg_symmetry_of(double left, double right);

#endif
