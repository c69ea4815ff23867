#include "core/emg/monitor.h"

#include "core/base/check.h"
#include "core/emg/fatigue.h"
#include "core/emg/onset_part.h"

/* Bins of 5 ms: the deciding window, how far back a change is dated, how long a muscle must be
 * quiet to be off, and what is remembered. */
enum { WINDOW = 8, BACK = 40, QUIET = 8, MEMORY = 64 };

struct eg_emg_monitor_channel {
    eg_emg_monitor_state state;
    double rest_power, freedom; /* of the rest; independent samples in a window */
    double high, low;           /* power ratios that switch on, and below which it is quiet */
    double level;               /* mean power ratio of the burst so far */
    size_t n_on, n_quiet;       /* bins of the burst; quiet windows in a row */
    double bins[MEMORY];        /* the last mean powers */
    double *rest_bins;          /* [n_rest] */
};

eg_emg_monitor_settings eg_emg_monitor_defaults(double rate_hz) {
    return (eg_emg_monitor_settings){eg_emg_defaults(rate_hz), 0.1, 2.0, 20.0, 2.0, 20.0};
}

/* About half a second, a power of two. */
static size_t segment_of(double rate_hz) {
    size_t segment = 64;
    while ((double)segment * 1.5 < 0.5 * rate_hz) segment *= 2;
    return segment;
}

static size_t bin_of(double rate_hz) {
    size_t samples = (size_t)(0.005 * rate_hz + 0.5);
    return samples > 0 ? samples : 1;
}

static size_t rest_bins_of(const eg_emg_monitor_settings *s) {
    return (size_t)(s->rest_s * s->filters.rate_hz / (double)bin_of(s->filters.rate_hz) + 0.5);
}

static eg_welch_settings spectrum_of(const eg_emg_monitor_settings *s) {
    const size_t segment = segment_of(s->filters.rate_hz);
    return (eg_welch_settings){s->filters.rate_hz, segment, 0, 0, EG_WINDOW_HANN_PERIODIC,
                               EG_DETREND_CONSTANT};
}

/* What eg_onset_aglr needs for the calibration: sums, windows, bins and one burst. */
static size_t scratch_of(const eg_emg_monitor_settings *s) {
    return 4 * (rest_bins_of(s) + 16) * sizeof(double) + (1 << 12);
}

static int is_possible(const eg_emg_monitor_settings *s) {
    return s->filters.rate_hz >= 400.0 && s->filters.rate_hz <= 1e5 && s->rest_s >= 0.5 &&
           s->rest_s <= 30.0 && s->alarm > 0.0 && s->power_ratio_min >= 1.0 && s->adapt_s >= 0.0;
}

size_t eg_emg_monitor_size(size_t n_channels, const eg_emg_monitor_settings *settings) {
    if (!is_possible(settings)) return 0;
    const double rate_hz = settings->filters.rate_hz;
    const size_t segment = segment_of(rate_hz);
    const eg_welch_settings spectrum = spectrum_of(settings);
    return eg_emg_live_size(n_channels, settings->rms_window_s, rate_hz) +
           n_channels * (sizeof(eg_emg_monitor_channel) + (rest_bins_of(settings) + 4) * 8 +
                         (segment + 4) * sizeof(eg_real)) +
           eg_welch_size(&spectrum) + (segment + 2) * (sizeof(eg_real) + 8) + scratch_of(settings) +
           512;
}

eg_err eg_emg_monitor_start(eg_emg_monitor *monitor, const eg_emg_monitor_settings *settings,
                            size_t n_channels, eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(monitor != NULL && settings != NULL && arena != NULL);
    if (!is_possible(settings))
        return eg_diag_set(
            diag, EG_ERR_ARGUMENT, NULL, 0,
            "a monitor of muscles needs 400 Hz to 100 kHz, 0.5 to 30 s of rest and an "
            "alarm above 0, not %g Hz, %g s and %g",
            settings->filters.rate_hz, settings->rest_s, settings->alarm);
    const double rate_hz = settings->filters.rate_hz;
    *monitor = (eg_emg_monitor){.settings = *settings,
                                .n_channels = n_channels,
                                .bin = bin_of(rate_hz),
                                .n_rest = rest_bins_of(settings),
                                .segment = segment_of(rate_hz),
                                .hop = segment_of(rate_hz) / 2};
    eg_err err = eg_emg_live_start(&monitor->live, &settings->filters, n_channels,
                                   settings->rms_window_s, arena, diag);
    const eg_welch_settings spectrum = spectrum_of(settings);
    if (err == EG_OK) err = eg_welch_init(&monitor->welch, &spectrum, arena, diag);
    if (err != EG_OK) return err;
    const size_t segment = monitor->segment;
    monitor->channels = eg_arena_take(arena, n_channels, sizeof *monitor->channels);
    monitor->energy = eg_arena_take(arena, n_channels, sizeof(double));
    monitor->ring = eg_arena_take(arena, n_channels * segment, sizeof(eg_real));
    monitor->straight = eg_arena_take(arena, segment, sizeof(eg_real));
    monitor->density = eg_arena_take(arena, segment / 2 + 1, sizeof(double));
    monitor->median_hz = eg_arena_take(arena, n_channels, sizeof(double));
    monitor->scratch_size = scratch_of(settings);
    monitor->scratch = eg_arena_take(arena, monitor->scratch_size, 1);
    double *rest = eg_arena_take(arena, n_channels * monitor->n_rest, sizeof *rest);
    if (monitor->channels == NULL || monitor->energy == NULL || monitor->ring == NULL ||
        monitor->straight == NULL || monitor->density == NULL || monitor->median_hz == NULL ||
        monitor->scratch == NULL || rest == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to monitor %zu channels",
                           n_channels);
    for (size_t c = 0; c < n_channels; c++) {
        monitor->channels[c].state = EG_EMG_CALIBRATING;
        monitor->channels[c].rest_bins = rest + c * monitor->n_rest;
        monitor->median_hz[c] = NAN;
    }
    return EG_OK;
}

static double bin_seconds(const eg_emg_monitor *m) {
    return (double)m->bin / m->settings.filters.rate_hz;
}

/* The rest as eg_onset_aglr finds it in the first bins. */
static void calibrate(const eg_emg_monitor *m, eg_emg_monitor_channel *c) {
    eg_onset_settings settings = eg_onset_defaults(m->settings.filters.rate_hz);
    eg_onset_rest rest;
    eg_burst burst;
    size_t count;
    eg_arena arena;
    eg_arena_init(&arena, m->scratch, m->scratch_size);
    eg_err err = eg_onset_aglr(&settings, bin_seconds(m), m->n_rest, c->rest_bins, &rest, 1, &burst,
                               &count, &arena, NULL);
    if ((err != EG_OK && err != EG_ERR_LIMIT) || !(rest.rms > 0.0)) {
        c->state = EG_EMG_SILENT;
        return;
    }
    c->state = EG_EMG_OFF;
    c->rest_power = rest.rms * rest.rms;
    c->freedom = isfinite(rest.freedom) ? rest.freedom : 6.0;
    c->high = fmax(onset_alarm_ratio(c->freedom, m->settings.alarm), m->settings.power_ratio_min);
    c->low = fmin(1.0 + 1.7 * sqrt(2.0 / c->freedom), 0.9 * c->high);
}

/* The bin `back` bins before the newest. */
static double bin_at(const eg_emg_monitor *m, const eg_emg_monitor_channel *c, size_t back) {
    return c->bins[(m->n_bins - 1 - back) % MEMORY];
}

/* Bins since the likeliest step: from them on the power is `ratio` times the rest's (is_on), or it
 * is the rest's again. */
static size_t step_back(const eg_emg_monitor *m, const eg_emg_monitor_channel *c, double ratio,
                        int is_on) {
    const double weight = 1.0 - 1.0 / ratio, log_ratio = eg_log(ratio);
    const size_t most = m->n_bins < BACK ? m->n_bins : BACK;
    double sum = 0.0, best = -INFINITY;
    size_t at = 1;
    for (size_t back = 0; back < most; back++) {
        double gain = bin_at(m, c, back) / c->rest_power * weight - log_ratio;
        sum += is_on ? gain : -gain;
        if (sum <= best) continue;
        best = sum;
        at = back + 1;
    }
    return at;
}

static eg_emg_event change(const eg_emg_monitor *m, size_t channel, double ratio, int is_on) {
    eg_emg_monitor_channel *c = &m->channels[channel];
    const double level = fmax(is_on ? ratio : c->level, 1.5);
    const size_t back = step_back(m, c, level, is_on);
    c->state = is_on ? EG_EMG_ON : EG_EMG_OFF;
    c->level = ratio;
    c->n_on = c->n_quiet = 0;
    return (eg_emg_event){channel, is_on, (double)(m->n_bins - back) * bin_seconds(m),
                          (double)m->n_bins * bin_seconds(m), onset_evidence(c->freedom, ratio)};
}

/* One whole bin of a channel; 1 if it changed its state. */
static int take_bin(eg_emg_monitor *m, size_t channel, double power, eg_emg_event *event) {
    eg_emg_monitor_channel *c = &m->channels[channel];
    c->bins[(m->n_bins - 1) % MEMORY] = power;
    if (c->state == EG_EMG_CALIBRATING) {
        c->rest_bins[m->n_bins - 1] = power;
        if (m->n_bins == m->n_rest) calibrate(m, c);
        return 0;
    }
    if (c->state == EG_EMG_SILENT) return 0;
    double sum = 0.0;
    for (size_t i = 0; i < WINDOW; i++) sum += bin_at(m, c, i);
    const double ratio = sum / (WINDOW * c->rest_power);
    if (c->state == EG_EMG_OFF) {
        if (ratio > c->high) {
            *event = change(m, channel, ratio, 1);
            return 1;
        }
        if (ratio < c->low && m->settings.adapt_s > 0.0)
            c->rest_power +=
                (power - c->rest_power) * fmin(bin_seconds(m) / m->settings.adapt_s, 1.0);
        return 0;
    }
    if (ratio >= c->low) { /* the burst's level: its mean, then that of the last half second */
        c->n_on++;
        c->n_quiet = 0;
        c->level += (ratio - c->level) / (double)(c->n_on < 100 ? c->n_on + 1 : 100);
        return 0;
    }
    if (++c->n_quiet < QUIET) return 0;
    *event = change(m, channel, ratio, 0);
    return 1;
}

/* The median frequency of the last segment of every channel. */
static void look_at_spectrum(eg_emg_monitor *m) {
    const size_t segment = m->segment, start = m->n_seen % segment;
    for (size_t c = 0; c < m->n_channels; c++) {
        const eg_real *ring = m->ring + c * segment;
        for (size_t i = 0; i < segment; i++) m->straight[i] = ring[(start + i) % segment];
        if (eg_welch_run(&m->welch, segment, m->straight, m->density, NULL) != EG_OK) continue;
        m->median_hz[c] = eg_emg_spectrum_of(m->welch.n_bins, m->density,
                                             m->settings.filters.rate_hz / (double)segment)
                              .median_hz;
    }
}

/* One sample of the band-passed signal of all channels. */
static size_t take_row(eg_emg_monitor *m, const eg_real *row, size_t room, eg_emg_event *events) {
    const size_t at = m->n_seen % m->segment;
    for (size_t c = 0; c < m->n_channels; c++) {
        m->energy[c] += (double)row[c] * (double)row[c];
        m->ring[c * m->segment + at] = row[c];
    }
    m->n_seen++;
    if (m->n_seen >= m->segment && m->n_seen % m->hop == 0) look_at_spectrum(m);
    if (++m->in_bin < m->bin) return 0;
    m->in_bin = 0;
    m->n_bins++;
    size_t count = 0;
    for (size_t c = 0; c < m->n_channels; c++) {
        eg_emg_event event;
        const double power = m->energy[c] / (double)m->bin;
        m->energy[c] = 0.0;
        if (!take_bin(m, c, power, &event)) continue;
        if (count < room) events[count] = event;
        count++;
    }
    return count;
}

size_t eg_emg_monitor_feed(eg_emg_monitor *monitor, size_t n, const eg_real *x, eg_real *band,
                           eg_real *envelope, eg_real *rms, size_t capacity, eg_emg_event *events) {
    EG_ASSERT(monitor != NULL && monitor->channels != NULL && monitor->n_channels > 0);
    eg_real filtered[EG_EMG_BLOCK * 8];
    const size_t channels = monitor->n_channels, rows = EG_EMG_BLOCK * 8 / channels;
    size_t count = 0;
    for (size_t at = 0; at < n; at += rows) {
        const size_t now = n - at < rows ? n - at : rows, from = at * channels;
        eg_emg_live_feed(&monitor->live, now, x + from, filtered,
                         envelope == NULL ? NULL : envelope + from,
                         rms == NULL ? NULL : rms + from);
        for (size_t i = 0; band != NULL && i < now * channels; i++) band[from + i] = filtered[i];
        for (size_t i = 0; i < now; i++) {
            const size_t room = count < capacity ? capacity - count : 0;
            count +=
                take_row(monitor, filtered + i * channels, room, room > 0 ? events + count : NULL);
        }
    }
    return count;
}

eg_emg_monitor_state eg_emg_monitor_state_of(const eg_emg_monitor *monitor, size_t channel) {
    EG_ASSERT(channel < monitor->n_channels);
    return monitor->channels[channel].state;
}

double eg_emg_monitor_rest(const eg_emg_monitor *monitor, size_t channel) {
    EG_ASSERT(channel < monitor->n_channels);
    const eg_emg_monitor_channel *c = &monitor->channels[channel];
    return c->state == EG_EMG_OFF || c->state == EG_EMG_ON ? sqrt(c->rest_power) : (double)NAN;
}
