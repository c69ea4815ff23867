/* When a muscle switches on and off.
 *
 * The default is an approximated generalised likelihood ratio (Staude and Wolf 1999, Med Eng Phys
 * 21:449; Staude 2001, IEEE Trans Biomed Eng 48:1292): sliding windows of 40 and 200 ms are held
 * against the rest's power, and the instant of change is then found by likelihood. Where the paper
 * fits a step, we integrate over steps and rises of up to 0.36 s, because muscles ramp, with shares
 * that the recording's bursts tell together (which the live path cannot know), and take the median
 * of the instant's posterior; its spread becomes the confidence.
 *
 * Everything here works on energies of short cells (1 ms, or one sample where the rate is below
 * 1 kHz) after a causal band-pass: a zero-lag filter would smear a loud burst to before its onset.
 * The band starts at 30 Hz, which is the removal of the heart's signal that Drake and Callaghan
 * 2006 (J Electromyogr Kinesiol 16:175) recommend. Only ratios to the rest's power are compared:
 * the unit does not matter. */
#ifndef EG_EMG_ONSET_H
#define EG_EMG_ONSET_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/emg/clean.h"

typedef enum eg_onset_method {
    EG_ONSET_AGLR,
    EG_ONSET_HODGES_BUI, /* rectify, 50 Hz, mean + 3 SD for 25 ms (Hodges and Bui 1996) */
    EG_ONSET_TKEO,       /* Teager-Kaiser energy, 50 Hz, mean + 15 SD for 25 ms (Solnik 2010) */
    EG_ONSET_BONATO,     /* double threshold on pairs of samples (Bonato et al. 1998) */
    EG_ONSET_METHODS
} eg_onset_method;

/* "aglr", "hodges-bui", "tkeo", "bonato". */
const char *eg_onset_method_name(eg_onset_method method);

enum {
    EG_ONSET_AT_START = 1, /* active when the recording starts: the onset is not in it */
    EG_ONSET_AT_END = 2,   /* active when the recording ends */
    EG_ONSET_MERGED = 4,   /* pieces parted by less than merge_s were joined */
    EG_ONSET_WEAK = 8,     /* less than 6 dB over the rest */
    EG_ONSET_MINOR = 16    /* area below minor_share of the largest burst's; not counted */
};

typedef struct eg_onset_settings {
    double rate_hz;
    double alarm;           /* h, the log likelihood ratio that raises an alarm: 20 */
    double power_ratio_min; /* power over the rest's that a burst has at least: 2 */
    double min_on_s;        /* shorter activity is no burst: 0.05 */
    double merge_s;         /* shorter pauses are none: 0.125; nor are pauses up to 1 s whose level
                               is nearer to the activity's than to the rest's, in decibels, nor
                               pauses up to 4 merge_s between two weak pieces */
    double minor_share;     /* 0.1 of the largest burst's area: amplitude over the rest times
                               duration (up to 3 s) */
    double baseline_from_s, baseline_to_s; /* the rest; both NaN: found, see below */
} eg_onset_settings;

eg_onset_settings eg_onset_defaults(double rate_hz);

typedef struct eg_burst {
    double on_s, off_s;             /* from the first sample */
    double on_early_s, on_late_s;   /* 95 % interval of the onset under the model */
    double off_early_s, off_late_s; /* the same of the end */
    double rise_s;                  /* likeliest rise time, 0 ... 0.356 s */
    double snr_db;                  /* 10 log10(burst power / rest power - 1) */
    double evidence;                /* log likelihood ratio of the loudest 40 ms; alarm is h */
    double confidence;              /* 0 ... 1: probability under the model that the true onset is
                                       within 10 ms; of the other methods 1 - exp(-evidence / h) */
    unsigned flags;                 /* EG_ONSET_... */
} eg_burst;

/* The rest that bursts are held against. Unless given it is found: the quietest 250 ms start it,
 * then all windows of 40 ms that raise no alarm against it (nor their neighbours) join, repeated
 * until it stays; it cannot grow beyond 2.5 times the power of the start. */
typedef struct eg_onset_rest {
    double from_s, to_s; /* the stretch that was given, or the quietest 250 ms */
    double rms;          /* of the band-passed rest, unit of the signal */
    double share;        /* of the recording that counted as rest */
    double freedom;      /* independent samples in 40 ms, from the scatter of the rest's power */
    int is_given;
} eg_onset_rest;

/* Energies of cells: one channel's mean square of the band-passed signal. */
typedef struct eg_onset_cells {
    double cell_s;
    size_t n_channels, n_cells, n_bad; /* n_bad: samples that were no number, taken as 0 */
    double *power;                     /* [n_channels][n_cells], of the arena */
} eg_onset_cells;

/* Band-passes x[n][n_channels] and fills the cells; takes n_channels * n_cells doubles of the
 * arena for good. EG_ERR_ARGUMENT below 100 Hz, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_onset_cells_fill(double rate_hz, size_t n_channels, size_t n,
                                        const eg_real *x, eg_onset_cells *cells, eg_arena *arena,
                                        eg_diag *diag);

/* AGLR on one channel's cells: up to `capacity` bursts in order of time (EG_ERR_LIMIT if there are
 * more; those that fit are right). EG_ERR_DATA for less than half a second or a signal that is
 * constant. Takes about 4 bytes a cell of scratch. Cost: 1 us for 100 cells, 30 us a burst. */
EG_NODISCARD eg_err eg_onset_aglr(const eg_onset_settings *settings, double cell_s, size_t n_cells,
                                  const double *power, eg_onset_rest *rest, size_t capacity,
                                  eg_burst *bursts, size_t *count, eg_arena *scratch,
                                  eg_diag *diag);

/* Any method on one channel x[n], from the raw signal; the same merging rules, flags and rest for
 * all of them. Takes about 3 n doubles of scratch. */
EG_NODISCARD eg_err eg_onset_find(eg_onset_method method, const eg_onset_settings *settings,
                                  size_t n, const eg_real *x, eg_onset_rest *rest, size_t capacity,
                                  eg_burst *bursts, size_t *count, eg_arena *scratch,
                                  eg_diag *diag);

/* The literal test of BMC's detect_onset, for whoever wants a peer's numbers: runs of y >=
 * threshold, gaps of up to n_below samples bridged, runs shorter than n_above left out. Writes
 * first and last index of up to `capacity` runs; returns how many there are. */
size_t eg_onset_runs(size_t n, const eg_real *y, double threshold, size_t n_above, size_t n_below,
                     size_t capacity, size_t (*runs)[2]);

/* The smoothed curve that Hodges-Bui (is_tkeo 0) and TKEO (1) hold against their threshold:
 * band-passed signal in, zero-lag 50 Hz Butterworth of order 2 out. y[n], not x. */
EG_NODISCARD eg_err eg_onset_curve(int is_tkeo, double rate_hz, size_t n, const eg_real *band,
                                   eg_real *y, eg_arena *scratch, eg_diag *diag);

#endif
