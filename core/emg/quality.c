#include "core/emg/quality.h"

#include "core/base/check.h"
#include "core/base/sort.h"
#include "core/signal/filter.h"
#include "core/signal/spectrum.h"

const char *eg_emg_check_name(eg_emg_check check) {
    static const char *const names[EG_EMG_CHECK_COUNT] = {"snr",  "hum",    "clipping",
                                                          "flat", "motion", "heart"};
    EG_ASSERT(check >= 0 && check < EG_EMG_CHECK_COUNT);
    return names[check];
}

const char *eg_emg_verdict_name(eg_emg_verdict verdict) {
    static const char *const names[] = {"ok", "warn", "fail"};
    EG_ASSERT(verdict >= 0 && verdict <= EG_EMG_FAIL);
    return names[verdict];
}

/* Percentiles of the RMS of every whole 250 ms window. */
static eg_err measure_snr(double rate_hz, size_t n, const eg_real *band, double *snr_db,
                          eg_arena *scratch, eg_diag *diag) {
    size_t window = (size_t)(0.25 * rate_hz + 0.5), count = n - window + 1;
    size_t mark = eg_arena_mark(scratch);
    double *sums = eg_arena_take(scratch, n + 1, sizeof *sums);
    double *values = eg_arena_take(scratch, 2 * count, sizeof *values);
    if (sums == NULL || values == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to judge a channel");
    for (size_t i = 0; i < n; i++) sums[i + 1] = sums[i] + (double)band[i] * (double)band[i];
    for (size_t i = 0; i < count; i++) {
        double square = (sums[i + window] - sums[i]) / (double)window;
        values[i] = square > 0.0 ? sqrt(square) : 0.0;
    }
    eg_sort(count, values, values + count);
    double low = eg_sort_quantile(count, values, 0.05);
    *snr_db =
        low > 0.0 ? 20.0 * eg_log10(eg_sort_quantile(count, values, 0.95) / low) : (double)NAN;
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

/* Mean density where |f - centre| is from `from` to `to`. */
static double density_near(size_t n_bins, const double *density, double step_hz, double centre_hz,
                           double from, double to) {
    double sum = 0.0;
    size_t count = 0;
    for (size_t k = 0; k < n_bins; k++) {
        double away = fabs((double)k * step_hz - centre_hz);
        if (away < from || away > to) continue;
        sum += density[k];
        count++;
    }
    return count > 0 ? sum / (double)count : (double)NAN;
}

static double hum_at(double centre_hz, double rate_hz, size_t n_bins, const double *density,
                     double step_hz) {
    if (centre_hz + 6.0 >= 0.5 * rate_hz) return NAN;
    return density_near(n_bins, density, step_hz, centre_hz, 0.0, 1.0) /
           density_near(n_bins, density, step_hz, centre_hz, 2.0, 6.0);
}

static eg_err measure_spectrum(double rate_hz, size_t n, const eg_real *x, eg_emg_quality *q,
                               eg_arena *scratch, eg_diag *diag) {
    /* Half a hertz a bin: 2048 samples at 1 kHz. */
    size_t segment = 64, mark = eg_arena_mark(scratch);
    while ((double)segment < 2.0 * rate_hz && 2 * segment <= n) segment *= 2;
    const eg_welch_settings settings = {
        rate_hz, segment, segment / 2, 0, EG_WINDOW_HANN_PERIODIC, EG_DETREND_CONSTANT};
    eg_welch welch;
    eg_err err = eg_welch_init(&welch, &settings, scratch, diag);
    double *density = err == EG_OK ? eg_arena_take(scratch, welch.n_bins, sizeof *density) : NULL;
    if (err == EG_OK && density == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to judge a channel");
    if (err == EG_OK) err = eg_welch_run(&welch, n, x, density, diag);
    if (err != EG_OK) return err;
    double step_hz = rate_hz / (double)segment, total = 0.0, low = 0.0;
    for (size_t k = 0; k < welch.n_bins; k++) {
        total += density[k];
        if ((double)k * step_hz < 20.0) low += density[k];
    }
    q->low_share = total > 0.0 ? low / total : (double)NAN;
    q->hum_50 = hum_at(50.0, rate_hz, welch.n_bins, density, step_hz);
    q->hum_60 = hum_at(60.0, rate_hz, welch.n_bins, density, step_hz);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

static void measure_runs(double rate_hz, size_t n, const eg_real *x, eg_emg_quality *q) {
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, (double)x[i]);
        most = fmax(most, (double)x[i]);
    }
    size_t at_min = 0, at_max = 0, clipped = 0, run = 0, longest = 0;
    for (size_t i = 0; i < n; i++) {
        int is_min = (double)x[i] <= least, is_max = (double)x[i] >= most;
        int is_same = i > 0 && !(fabs((double)(x[i] - x[i - 1])) > 0.0);
        at_min += (size_t)is_min;
        at_max += (size_t)is_max;
        run = is_same ? run + 1 : 0;
        longest = run > longest ? run : longest;
        if (is_min || is_max) clipped += run == 2 ? 3 : run > 2 ? 1 : 0;
    }
    q->at_min = (double)at_min / (double)n;
    q->at_max = (double)at_max / (double)n;
    q->clipped = (double)clipped / (double)n;
    q->flat_s = (double)longest / rate_hz;
}

enum { LAG_MAX = 80 }; /* cells of about 20 ms */

static double alike(size_t cells, const double *share, size_t lag) {
    double sum = 0.0;
    for (size_t c = lag; c < cells; c++) sum += share[c] * share[c - lag];
    return sum * (double)cells / (double)(cells - lag);
}

/* How alike the cells are one lag and two lags later, the less of both. */
static double regularity(size_t cells, const double *share, size_t lag) {
    return fmin(alike(cells, share, lag), alike(cells, share, 2 * lag));
}

/* Whether a rhythm faster than 180 a minute (a lag below `shortest`: tremor, shaking) has `lag` as
 * its multiple: then it is as regular itself, between two whole lags if need be. */
static int is_multiple(size_t cells, const double *share, size_t lag, size_t shortest,
                       double value) {
    for (size_t part = 2; part <= 4; part++) {
        const size_t own = lag / part;
        if (own < 4 || own >= shortest) continue;
        if (alike(cells, share, own) + alike(cells, share, own + 1) > 0.7 * value) return 1;
    }
    return 0;
}

/* The heart: the share of 5 to 35 Hz in the energy of 20 ms cells. Bursts of muscle do not change
 * it much, beats do. Its autocorrelation has a peak at the beat and another at twice the beat. */
static eg_err find_heart(double rate_hz, size_t n, const eg_real *x, const eg_real *band,
                         eg_emg_quality *q, eg_arena *scratch, eg_diag *diag) {
    size_t mark = eg_arena_mark(scratch), size = (size_t)(0.02 * rate_hz + 0.5), cells = n / size;
    eg_filter filter;
    eg_err err = eg_filter_butterworth(&filter, EG_FILTER_BAND_PASS, 2, 5.0, 35.0, rate_hz, diag);
    if (err != EG_OK) return err;
    double *share = eg_arena_take(scratch, cells, sizeof *share), mean = 0.0, power = 0.0;
    if (share == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to judge a channel");
    eg_filter_state state;
    eg_filter_settle(&filter, x[0], &state);
    for (size_t c = 0; c < cells; c++) {
        double low = 0.0, all = 0.0;
        for (size_t i = c * size; i < (c + 1) * size; i++) {
            eg_real y;
            eg_filter_run(&filter, &state, 1, &x[i], &y);
            low += (double)y * (double)y;
            all += (double)band[i] * (double)band[i];
        }
        share[c] = low > 0.0 ? low / (low + all) : 0.0;
        mean += share[c] / (double)cells;
    }
    for (size_t c = 0; c < cells; c++) {
        share[c] -= mean;
        power += share[c] * share[c];
    }
    double best = 0.0, values[LAG_MAX + 1] = {0};
    for (size_t lag = 1; lag <= LAG_MAX && 3 * lag < cells && power > 0.0; lag++) {
        const double per_min = 60.0 / ((double)(lag * size) / rate_hz);
        if (per_min >= 40.0 && per_min <= 180.0)
            values[lag] = regularity(cells, share, lag) / power;
        best = fmax(best, values[lag]);
    }
    size_t at = 1; /* two and three beats are as regular as one */
    while (at < LAG_MAX && values[at] < 0.8 * best) at++;
    q->beats_per_min = 60.0 / ((double)(at * size) / rate_hz);
    if (is_multiple(cells, share, at, (size_t)(rate_hz / (3.0 * (double)size)), best * power))
        best = 0.0;
    q->beat_regularity = best;
    if (cells < 400) best = 0.0; /* 8 s: fewer beats prove nothing */
    /* Of noise the value is about 2 / sqrt(cells). */
    if (!(best > fmax(0.2, 6.0 / sqrt((double)cells)))) q->beats_per_min = NAN;
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

static eg_emg_verdict above(double value, double warn, double fail) {
    return value > fail ? EG_EMG_FAIL : value > warn ? EG_EMG_WARN : EG_EMG_OK;
}

eg_err eg_emg_quality_of(double rate_hz, size_t n, const eg_real *x, const eg_real *band,
                         eg_emg_quality *quality, eg_arena *scratch, eg_diag *diag) {
    *quality = (eg_emg_quality){.beats_per_min = NAN};
    if (!((double)n >= 2.0 * rate_hz && rate_hz >= 100.0))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "a channel is judged from 2 s at 100 samples a second on");
    eg_err err = measure_snr(rate_hz, n, band, &quality->snr_db, scratch, diag);
    if (err == EG_OK) err = measure_spectrum(rate_hz, n, x, quality, scratch, diag);
    if (err == EG_OK) err = find_heart(rate_hz, n, x, band, quality, scratch, diag);
    if (err != EG_OK) return err;
    measure_runs(rate_hz, n, x, quality);
    eg_emg_verdict *v = quality->verdicts;
    v[EG_EMG_CHECK_SNR] = quality->snr_db >= 6.0 ? EG_EMG_OK : EG_EMG_WARN;
    v[EG_EMG_CHECK_HUM] = above(fmax(quality->hum_50, quality->hum_60), 5.0, 100.0);
    v[EG_EMG_CHECK_CLIP] = above(quality->clipped, 0.001, 0.01);
    v[EG_EMG_CHECK_FLAT] = above(quality->flat_s, 0.0999, 0.999);
    v[EG_EMG_CHECK_MOTION] = above(quality->low_share, 0.25, 0.999);
    v[EG_EMG_CHECK_HEART] = isfinite(quality->beats_per_min) ? EG_EMG_WARN : EG_EMG_OK;
    for (size_t i = 0; i < EG_EMG_CHECK_COUNT; i++)
        if (v[i] > quality->verdict) quality->verdict = v[i];
    return EG_OK;
}
