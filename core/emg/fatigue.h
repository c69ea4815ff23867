/* Frequency content and fatigue: median and mean frequency, their slope over active epochs with an
 * interval, and which way amplitude and frequency moved together (JASA). */
#ifndef EG_EMG_FATIGUE_H
#define EG_EMG_FATIGUE_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/emg/onset.h"
#include "core/signal/spectrum.h"

typedef struct eg_emg_spectrum {
    double median_hz;     /* halves the power; straight line between bins of the running sum */
    double median_bin_hz; /* the first bin at which the running sum reaches half (some peers') */
    double mean_hz;       /* sum(f P) / sum(P) */
} eg_emg_spectrum;

/* From a one-sided density[n_bins] with bin k at k * step_hz; DC to half the rate. All NaN if there
 * is no power. */
eg_emg_spectrum eg_emg_spectrum_of(size_t n_bins, const double *density, double step_hz);

/* Welch's density of x (Hann, half overlapping segments of `segment` samples, mean removed), then
 * the above. Takes eg_welch_size + n_bins doubles of scratch. */
EG_NODISCARD eg_err eg_emg_spectrum_welch(double rate_hz, size_t segment, size_t n,
                                          const eg_real *x, eg_emg_spectrum *spectrum,
                                          eg_arena *scratch, eg_diag *diag);

typedef struct eg_emg_epoch {
    double middle_s; /* of the epoch, from the first sample */
    double rms;
    eg_emg_spectrum spectrum; /* periodogram of the whole epoch, mean removed, no window */
    int is_active;            /* lies whole within a counted burst, as far as its edges are known */
} eg_emg_epoch;

/* Epochs of epoch_s without overlap over the band-passed signal; the last incomplete one is left
 * out. active: bursts (may be NULL: every epoch is active). Writes up to `capacity` epochs.
 * EG_ERR_DATA if there is not one whole epoch. */
EG_NODISCARD eg_err eg_emg_epochs(double rate_hz, double epoch_s, size_t n, const eg_real *band,
                                  size_t n_bursts, const eg_burst *bursts, size_t capacity,
                                  eg_emg_epoch *epochs, size_t *count, eg_arena *scratch,
                                  eg_diag *diag);

/* The same with the amplitude from `band` and the spectrum from `wide` up to top_hz: a signal that
 * was high-passed only, so that the low-pass' bend, which hangs on the rate (450 Hz at 1 kHz is
 * steep, at 4 kHz it is not), does not move the frequencies. */
EG_NODISCARD eg_err eg_emg_epochs_below(double top_hz, double rate_hz, double epoch_s, size_t n,
                                        const eg_real *band, const eg_real *wide, size_t n_bursts,
                                        const eg_burst *bursts, size_t capacity,
                                        eg_emg_epoch *epochs, size_t *count, eg_arena *scratch,
                                        eg_diag *diag);

/* A line through y[n] at t[n]: least squares with the 95 % interval of the slope (Student's t,
 * n - 2), and the median of all slopes between two points (Theil-Sen). */
typedef struct eg_emg_line {
    size_t n;
    double slope, intercept, slope_low, slope_high; /* interval NaN below 3 points */
    double theil_sen;                               /* takes at most the first 512 points */
} eg_emg_line;

enum { EG_EMG_LINE_MAX = 512 };

/* Takes n (n - 1) doubles of scratch. EG_ERR_DATA below 2 points or if all t are equal. */
EG_NODISCARD eg_err eg_emg_line_fit(size_t n, const double *t, const double *y, eg_emg_line *line,
                                    eg_arena *scratch, eg_diag *diag);

/* Joint analysis of spectrum and amplitude (Luttmann et al. 1996, Ergonomics 39:298): the signs of
 * both slopes. Undecided where the interval of one holds 0. */
typedef enum eg_emg_jasa {
    EG_EMG_JASA_UNDECIDED,
    EG_EMG_JASA_FATIGUE,        /* amplitude up, frequency down */
    EG_EMG_JASA_FORCE_INCREASE, /* both up */
    EG_EMG_JASA_FORCE_DECREASE, /* both down */
    EG_EMG_JASA_RECOVERY        /* amplitude down, frequency up */
} eg_emg_jasa;

const char *eg_emg_jasa_name(eg_emg_jasa jasa);

typedef struct eg_emg_fatigue {
    size_t n_active;
    eg_emg_line median, rms; /* Hz and signal units against seconds */
    double percent_per_min;  /* 6000 * median.slope / median.intercept */
    double percent_low, percent_high;
    eg_emg_jasa jasa;
} eg_emg_fatigue;

/* Median frequencies of single epochs scatter by several percent. A line through three of them has
 * one degree of freedom and an interval twelve times its error: a number that only misleads. */
enum { EG_EMG_FATIGUE_EPOCHS_MIN = 10 };

/* Over the active epochs. EG_ERR_DATA if fewer than EG_EMG_FATIGUE_EPOCHS_MIN are active. */
EG_NODISCARD eg_err eg_emg_fatigue_of(size_t count, const eg_emg_epoch *epochs,
                                      eg_emg_fatigue *fatigue, eg_arena *scratch, eg_diag *diag);

#endif
