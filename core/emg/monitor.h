/* Everything that a live display and a trigger need of a muscle at once: the live path (live.h),
 * onsets and ends against a rest that is calibrated first, and the median frequency of the last
 * half second. Causal; the same bits and events however the samples are cut into blocks.
 *
 * The onset is an approximated likelihood ratio as in onset.h, but seen from one side: the power of
 * the last 40 ms, in steps of 5, against the rest's. Latency beside that of device and screen:
 *   onset             up to 45 ms after the muscle has doubled its power, sooner where it is
 * louder; the instant itself is dated back by likelihood over the last 0.2 s, as a step end 45 to
 * 90 ms median frequency  half a segment (0.256 s at 2 kHz) and up to half a segment more To be rid
 * of the heart, choose filters.band_low_hz = 30 (Drake and Callaghan 2006). Known limits: a rest
 * that is none makes the monitor deaf; hum and motion that begin later switch it on. */
#ifndef EG_EMG_MONITOR_H
#define EG_EMG_MONITOR_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/emg/live.h"
#include "core/signal/spectrum.h"

/* All live measures at once: the live path, onsets and ends against a rest that is calibrated
 * first, and the median frequency of the last half second. Double precision only. */
typedef struct eg_emg_monitor_settings {
    eg_emg_settings filters;
    double rms_window_s;    /* 0.1 */
    double rest_s;          /* the first so many seconds are rest, or hold some: 2; 0.5 ... 30 */
    double alarm;           /* log likelihood ratio that switches on: 20 */
    double power_ratio_min; /* and the least power over the rest's: 2 */
    double adapt_s; /* time constant with which the rest follows while the muscle is off: 20;
                       0: it stays as calibrated */
} eg_emg_monitor_settings;

eg_emg_monitor_settings eg_emg_monitor_defaults(double rate_hz);

typedef enum eg_emg_monitor_state {
    EG_EMG_CALIBRATING, /* within rest_s */
    EG_EMG_OFF,
    EG_EMG_ON,
    EG_EMG_SILENT /* the calibration held no signal: is the electrode connected? */
} eg_emg_monitor_state;

typedef struct eg_emg_event {
    size_t channel;
    int is_on;
    double at_s;     /* most likely instant of the change, to 5 ms */
    double seen_s;   /* when it was known: seen_s - at_s is the delay */
    double evidence; /* log likelihood ratio of the window that decided */
} eg_emg_event;

typedef struct eg_emg_monitor_channel eg_emg_monitor_channel;

typedef struct eg_emg_monitor {
    eg_emg_monitor_settings settings;
    eg_emg_live live;
    size_t n_channels, n_seen;
    size_t bin, in_bin, n_bins; /* samples of a bin; those in the open one; bins since the start */
    size_t n_rest;              /* bins of the calibration */
    size_t segment, hop;        /* samples of a spectrum, and between two */
    eg_emg_monitor_channel *channels; /* [n_channels] */
    double *energy;                   /* [n_channels] of the open bin */
    eg_real *ring;                    /* [n_channels][segment] of the band-passed signal */
    eg_welch welch;
    eg_real *straight; /* [segment] */
    double *density;   /* [segment / 2 + 1] */
    double *median_hz; /* [n_channels] the latest; NaN until the first segment is full */
    void *scratch;     /* of the calibration */
    size_t scratch_size;
} eg_emg_monitor;

size_t eg_emg_monitor_size(size_t n_channels, const eg_emg_monitor_settings *settings);

/* The arena's memory must outlive it. EG_ERR_ARGUMENT (what eg_emg_live_start refuses, a rate below
 * 400 Hz, rest_s outside its range), EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_emg_monitor_start(eg_emg_monitor *monitor,
                                         const eg_emg_monitor_settings *settings, size_t n_channels,
                                         eg_arena *arena, eg_diag *diag);

/* Takes n samples of all channels, as eg_emg_live_feed. Up to `capacity` events are written in
 * order of time; returns how many there were (more than capacity: the last are lost). Any division
 * into blocks gives the same bits and events. */
size_t eg_emg_monitor_feed(eg_emg_monitor *monitor, size_t n, const eg_real *x, eg_real *band,
                           eg_real *envelope, eg_real *rms, size_t capacity, eg_emg_event *events);

eg_emg_monitor_state eg_emg_monitor_state_of(const eg_emg_monitor *monitor, size_t channel);

/* RMS of the rest, as it is now; NaN while calibrating or silent. */
double eg_emg_monitor_rest(const eg_emg_monitor *monitor, size_t channel);

#endif
