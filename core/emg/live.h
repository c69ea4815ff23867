/* The live path of muscle signals: everything causal, with its latency stated, and with the same
 * bits however the samples are cut into blocks.
 *
 * Latency at the defaults (2 kHz, RMS of 100 ms), beside that of the device and the screen:
 *   band-passed signal   2 ms  group delay at 100 Hz (eg_emg_latency has the exact figures)
 *   envelope            38 ms  group delay; 71 ms to 90 % of a step
 *   RMS                 50 ms  to half of the power, 81 ms to 90 % of the value
 *
 * Onsets and the median frequency are in monitor.h. */
#ifndef EG_EMG_LIVE_H
#define EG_EMG_LIVE_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/emg/clean.h"

/* What a person must be told about a live display. */
typedef struct eg_emg_latency {
    double band_s;        /* delay of the band-pass at 100 Hz */
    double envelope_s;    /* group delay of the envelope's low-pass at 0 Hz */
    double envelope_90_s; /* from a step of the rectified signal to 90 % of the envelope */
    double rms_50_s;      /* from a step to half of the power */
    double rms_90_s;      /* from a step to 90 % of the RMS value (81 % of the power) */
} eg_emg_latency;

eg_emg_latency eg_emg_latency_of(const eg_emg_filters *filters, double rms_window_s);

/* The live path of up to EG_EMG_CHANNELS_MAX channels. */
typedef struct eg_emg_live {
    eg_emg_filters filters;
    size_t n_channels;
    size_t window;                                /* samples of the trailing RMS */
    size_t n_seen;                                /* samples since the start */
    eg_filter_state *band_state, *envelope_state; /* [n_channels] */
    eg_real *squares;                             /* [window][n_channels] ring */
    eg_real *sum, *fresh;                         /* [n_channels] */
} eg_emg_live;

size_t eg_emg_live_size(size_t n_channels, double rms_window_s, double rate_hz);

/* The arena's memory must outlive `live`. EG_ERR_ARGUMENT (channels outside 1 ... 64, window
 * shorter than a sample or above 10 s, corners), EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_emg_live_start(eg_emg_live *live, const eg_emg_settings *settings,
                                      size_t n_channels, double rms_window_s, eg_arena *arena,
                                      eg_diag *diag);

/* Takes n samples of all channels. band, envelope, rms: [n][n_channels], each may be NULL. The
 * first sample settles the filters (no transient from an electrode's offset). The RMS covers the
 * samples seen so far until a whole window is there. A sample that is not finite repeats as 0 of
 * the band-passed signal's input: the caller marks it. Any division into blocks gives the same
 * bits. */
void eg_emg_live_feed(eg_emg_live *live, size_t n, const eg_real *x, eg_real *band,
                      eg_real *envelope, eg_real *rms);

#endif
