/* The muscle pipeline: from raw surface EMG to band-passed signal, rectified envelope and RMS,
 * without lag for recordings, causally with a stated latency for live use. The two never mix: what
 * is zero-lag has "zero_lag" in its name, what is causal lives in live.h.
 *
 * Channels are interleaved: x[i * n_channels + c] is sample i of channel c. Eight channels are
 * worked on side by side, which is what makes it fast; each channel's result has the same bits
 * alone, in any company, in any order and in blocks of any size.
 *
 * Filters are Butterworth of a design order that one pass has; the zero-lag paths apply it twice
 * (order 2 becomes "effective order 4", and the response at the cut-off is -6 dB; -3 dB of a 6 Hz
 * envelope then lie at 4.81 Hz). Ends are extended oddly by 3 * (poles + 1) samples, as SciPy's
 * filtfilt. Source of the defaults: SENIAM and ISEK recommendations (20 ... 450 Hz), Winter's
 * linear envelope; every peer differs, see docs/reference/emg.md. */
#ifndef EG_EMG_CLEAN_H
#define EG_EMG_CLEAN_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/signal/filter.h"

enum { EG_EMG_CHANNELS_MAX = 64, EG_EMG_BLOCK = 128 };

/* The highest corner as a share of the rate: 450 Hz fit below it from 1 kHz on. */
#define EG_EMG_CORNER_MAX 0.45

typedef struct eg_emg_settings {
    double rate_hz;
    unsigned band_order;     /* of one pass: 2 */
    double band_low_hz;      /* 20 */
    double band_high_hz;     /* 450; brought down to EG_EMG_CORNER_MAX * rate_hz if it is above */
    double notch_hz;         /* 0: none (the default: a notch takes muscle signal with the hum) */
    double notch_quality;    /* centre over -3 dB width of one pass: 30 */
    unsigned envelope_order; /* of one pass: 2 */
    double envelope_hz;      /* 6 */
} eg_emg_settings;

/* The designed filters; constant, shared by all channels. */
typedef struct eg_emg_filters {
    eg_emg_settings settings; /* band_high_hz as it is used */
    int is_capped;            /* the rate was too low for the upper corner asked for */
    eg_filter band;           /* the notch, if any, is its last section */
    eg_filter envelope;
} eg_emg_filters;

eg_emg_settings eg_emg_defaults(double rate_hz);

/* EG_ERR_ARGUMENT if a corner is not possible at this rate. */
EG_NODISCARD eg_err eg_emg_design(eg_emg_filters *filters, const eg_emg_settings *settings,
                                  eg_diag *diag);

/* A notch as one section: the peer's iirnotch (bilinear, -3 dB width centre_hz / quality).
 * EG_ERR_ARGUMENT unless 0 < centre_hz < rate_hz / 2 and quality > 0. */
EG_NODISCARD eg_err eg_emg_notch(eg_filter *filter, double centre_hz, double quality,
                                 double rate_hz, eg_diag *diag);

/* Bytes of scratch that the zero-lag functions take at most. */
size_t eg_emg_zero_lag_size(const eg_filter *filter, size_t n_channels);

/* Zero-lag filtering of x[n][n_channels] into y (may be x). `rectify`: y is the absolute value.
 * Each channel equals eg_filter_zero_lag with eg_filter_padding to rounding; a constant added to
 * the input changes nothing. EG_ERR_DATA if n <= the padding, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_emg_zero_lag(const eg_filter *filter, size_t n_channels, size_t n,
                                    const eg_real *x, eg_real *y, int rectify, eg_arena *scratch,
                                    eg_diag *diag);

/* Band-pass, rectify, low-pass, all zero-lag: envelope[n][n_channels] (may be x); band (may be
 * NULL) receives the band-passed signal, not rectified. The envelope of a low-pass can undershoot
 * zero slightly beside a burst; it is left as it is. */
EG_NODISCARD eg_err eg_emg_envelope(const eg_emg_filters *filters, size_t n_channels, size_t n,
                                    const eg_real *x, eg_real *band, eg_real *envelope,
                                    eg_arena *scratch, eg_diag *diag);

/* Causal filtering of a whole block from `state` (one eg_filter_state a channel, kept), the same
 * bits as eg_filter_run for each channel. y may be x. */
void eg_emg_causal(const eg_filter *filter, size_t n_channels, eg_filter_state *state, size_t n,
                   const eg_real *x, eg_real *y);

/* Root mean square of one channel x[n * stride] over `window` samples centred at each sample
 * (window / 2 before it, the rest from it on); at the ends over the part of the window that
 * exists. y[n] is not interleaved and not x. window > 0. */
void eg_emg_rms_centred(size_t n, size_t stride, const eg_real *x, size_t window, eg_real *y);

/* Delay of the low frequencies through one causal pass, seconds, at one frequency (0 allowed where
 * the filter passes it). Exact: the derivative of the phase. */
double eg_emg_delay_s(const eg_filter *filter, double frequency_hz, double rate_hz);

/* Seconds until one causal pass of a low-pass has risen to `share` (0 ... 1) of a step. */
double eg_emg_rise_s(const eg_filter *filter, double share, double rate_hz);

#endif
