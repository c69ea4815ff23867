/* Whether an EMG channel can be believed: noise, hum, clipping, an electrode that is off, motion,
 * the heart. Figures first, verdicts from them; the limits are our choice and stated here. */
#ifndef EG_EMG_QUALITY_H
#define EG_EMG_QUALITY_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/real.h"

typedef enum eg_emg_check {
    EG_EMG_CHECK_SNR,    /* warn < 6 dB */
    EG_EMG_CHECK_HUM,    /* warn > 5, fail > 100 times the neighbours' density */
    EG_EMG_CHECK_CLIP,   /* warn > 0.1 %, fail > 1 % of samples in runs at an extreme */
    EG_EMG_CHECK_FLAT,   /* warn from 100 ms, fail from 1 s without any change */
    EG_EMG_CHECK_MOTION, /* warn > 0.25, fail > 0.999 of the power below 20 Hz: the filters take it
                            away, but what has nothing else is hardly a muscle */
    EG_EMG_CHECK_HEART,  /* warn where beats of 40 to 180 a minute stand out of the rest */
    EG_EMG_CHECK_COUNT
} eg_emg_check;

typedef enum eg_emg_verdict { EG_EMG_OK, EG_EMG_WARN, EG_EMG_FAIL } eg_emg_verdict;

/* "snr", "hum", ... and "ok", "warn", "fail". */
const char *eg_emg_check_name(eg_emg_check check);
const char *eg_emg_verdict_name(eg_emg_verdict verdict);

typedef struct eg_emg_quality {
    double snr_db;         /* 95th over 5th percentile of the 250 ms moving RMS, band-passed */
    double hum_50, hum_60; /* mean density within 1 Hz over that 2 to 6 Hz away; NaN if the rate is
                              too low */
    double low_share;      /* of the power from DC to half the rate that is below 20 Hz */
    double at_min, at_max; /* share of samples that equal the smallest and the largest value */
    double clipped; /* share of samples in runs of 3 or more at the smallest or largest value */
    double flat_s;  /* longest run of equal samples: time between its first and last */
    double beats_per_min;   /* of a regular train of peaks; NaN if there is none or below 8 s */
    double beat_regularity; /* 0 ... 1: autocorrelation of the share of slow energy */
    eg_emg_verdict verdicts[EG_EMG_CHECK_COUNT], verdict;
} eg_emg_quality;

/* x[n] as recorded, band[n] band-passed (20 Hz up). EG_ERR_DATA for less than 2 s. Takes about
 * 4 n doubles of scratch. */
EG_NODISCARD eg_err eg_emg_quality_of(double rate_hz, size_t n, const eg_real *x,
                                      const eg_real *band, eg_emg_quality *quality,
                                      eg_arena *scratch, eg_diag *diag);

#endif
