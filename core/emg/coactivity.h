/* Co-contraction of two muscles by four named indices, and symmetry of two sides. What is put
 * beside each other is normalised in the same named way, or refused. */
#ifndef EG_EMG_COACTIVITY_H
#define EG_EMG_COACTIVITY_H

#include "core/emg/amplitude.h"

typedef struct eg_emg_coactivity {
    double falconer_winter_percent; /* 200 sum(min(a, b)) / sum(a + b) (1985) */
    double rudolph;                 /* mean of min / max * (a + b) (2000) */
    double unnithan;                /* mean of min(a, b), the overlapping area per sample (1996) */
    double share;                   /* mean of a / (a + b) where either is active: a's share */
    double ratio;                   /* mean of min / max, 0 ... 1 */
} eg_emg_coactivity;

/* a, b: envelopes[n]; each is divided by its scale's divisor and taken as 0 where negative. Samples
 * whose larger value is at most 1e-12 are left out of the ratios. EG_ERR_ARGUMENT for different
 * normalisations or a divisor that is not positive, EG_ERR_DATA if nothing is active. */
EG_NODISCARD eg_err eg_emg_coactivity_of(size_t n, const eg_real *a, const eg_emg_scale *scale_a,
                                         const eg_real *b, const eg_emg_scale *scale_b,
                                         eg_emg_coactivity *out, eg_diag *diag);

typedef struct eg_emg_symmetry {
    double index_percent; /* 100 (left - right) / (0.5 (left + right)) (Robinson 1987) */
    double ratio;         /* left / right */
    double lsi_percent;   /* 100 smaller / larger; which side is involved nobody said */
} eg_emg_symmetry;

/* Of two amounts, neither negative. NaN where a figure is undefined (both 0, right 0).
 * EG_ERR_ARGUMENT if they must not be compared, EG_ERR_RANGE if one is negative or not finite. */
EG_NODISCARD eg_err eg_emg_symmetry_of(const eg_emg_amount *left, const eg_emg_amount *right,
                                       eg_emg_symmetry *out, eg_diag *diag);

#endif
