#include "core/emg/live.h"

#include "core/base/check.h"

/* Numbers that are worked on in one go: 128 samples of eight channels. */
enum { CHUNK = EG_EMG_BLOCK * 8 };

eg_emg_latency eg_emg_latency_of(const eg_emg_filters *filters, double rms_window_s) {
    double rate_hz = filters->settings.rate_hz;
    double middle_hz =
        fmin(100.0, 0.5 * (filters->settings.band_low_hz + filters->settings.band_high_hz));
    return (eg_emg_latency){eg_emg_delay_s(&filters->band, middle_hz, rate_hz),
                            eg_emg_delay_s(&filters->envelope, 0.0, rate_hz),
                            eg_emg_rise_s(&filters->envelope, 0.9, rate_hz), 0.5 * rms_window_s,
                            0.81 * rms_window_s};
}

static size_t window_samples(double rms_window_s, double rate_hz) {
    double samples = floor(rms_window_s * rate_hz + 0.5);
    return rms_window_s <= 10.0 && samples >= 1.0 && samples < 1e7 ? (size_t)samples : 0;
}

size_t eg_emg_live_size(size_t n_channels, double rms_window_s, double rate_hz) {
    return n_channels * (2 * sizeof(eg_filter_state) +
                         (window_samples(rms_window_s, rate_hz) + 2) * sizeof(eg_real)) +
           256;
}

eg_err eg_emg_live_start(eg_emg_live *live, const eg_emg_settings *settings, size_t n_channels,
                         double rms_window_s, eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(live != NULL && settings != NULL && arena != NULL);
    *live = (eg_emg_live){.n_channels = n_channels};
    live->window = window_samples(rms_window_s, settings->rate_hz);
    if (n_channels == 0 || n_channels > EG_EMG_CHANNELS_MAX || live->window == 0)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "%zu channels with an RMS window of %g s are not possible: 1 to %d "
                           "channels, one sample to 10 s",
                           n_channels, rms_window_s, EG_EMG_CHANNELS_MAX);
    eg_err err = eg_emg_design(&live->filters, settings, diag);
    if (err != EG_OK) return err;
    live->band_state = eg_arena_take(arena, n_channels, sizeof *live->band_state);
    live->envelope_state = eg_arena_take(arena, n_channels, sizeof *live->envelope_state);
    live->squares = eg_arena_take(arena, live->window * n_channels, sizeof *live->squares);
    live->sum = eg_arena_take(arena, n_channels, sizeof *live->sum);
    live->fresh = eg_arena_take(arena, n_channels, sizeof *live->fresh);
    if (live->band_state == NULL || live->envelope_state == NULL || live->squares == NULL ||
        live->sum == NULL || live->fresh == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu live channels",
                           n_channels);
    return EG_OK;
}

/* The ring's sum is renewed from `fresh` once a turn, so that rounding does not gather. */
static void feed_rms(eg_emg_live *live, const eg_real *band, eg_real *rms) {
    const size_t index = live->n_seen++, at = index % live->window;
    eg_real count = (eg_real)(index < live->window ? index + 1 : live->window);
    eg_real *ring = live->squares + at * live->n_channels;
    for (size_t c = 0; c < live->n_channels; c++) {
        eg_real square = band[c] * band[c];
        live->sum[c] += square - ring[c];
        live->fresh[c] += square;
        ring[c] = square;
        if (at + 1 == live->window) {
            live->sum[c] = live->fresh[c];
            live->fresh[c] = 0;
        }
        if (rms != NULL) rms[c] = live->sum[c] > 0 ? eg_rsqrt(live->sum[c] / count) : 0;
    }
}

/* One chunk of at most CHUNK numbers; work holds the cleaned input. */
static void feed_chunk(eg_emg_live *live, size_t count, eg_real work[CHUNK], eg_real *band,
                       eg_real *envelope, eg_real *rms) {
    const size_t channels = live->n_channels, all = count * channels;
    eg_emg_causal(&live->filters.band, channels, live->band_state, count, work, work);
    for (size_t i = 0; i < count; i++)
        feed_rms(live, work + i * channels, rms == NULL ? NULL : rms + i * channels);
    for (size_t i = 0; band != NULL && i < all; i++) band[i] = work[i];
    for (size_t i = 0; i < all; i++) work[i] = eg_rabs(work[i]);
    eg_emg_causal(&live->filters.envelope, channels, live->envelope_state, count, work, work);
    for (size_t i = 0; envelope != NULL && i < all; i++) envelope[i] = work[i];
}

void eg_emg_live_feed(eg_emg_live *live, size_t n, const eg_real *x, eg_real *band,
                      eg_real *envelope, eg_real *rms) {
    EG_ASSERT(live != NULL && live->squares != NULL && live->n_channels > 0);
    eg_real work[CHUNK] = {0}; /* whole, so that an analyser sees that nothing unset is read */
    const size_t channels = live->n_channels, rows = CHUNK / channels;
    if (n > 0 && live->n_seen == 0)
        for (size_t c = 0; c < channels; c++)
            eg_filter_settle(&live->filters.band, isfinite(x[c]) ? x[c] : 0, &live->band_state[c]);
    for (size_t at = 0; at < n; at += rows) {
        const size_t count = n - at < rows ? n - at : rows, all = count * channels;
        EG_ASSERT(all >= channels && all <= CHUNK);
        for (size_t i = 0; i < all; i++) {
            const eg_real value = x[at * channels + i];
            work[i] = isfinite(value) ? value : 0;
        }
        feed_chunk(live, count, work, band == NULL ? NULL : band + at * channels,
                   envelope == NULL ? NULL : envelope + at * channels,
                   rms == NULL ? NULL : rms + at * channels);
    }
}
