/* Onset methods of others, as published; the merging rules, flags and rest are those of onset.c. */
#include "core/base/check.h"
#include "core/emg/onset_part.h"

size_t eg_onset_runs(size_t n, const eg_real *y, double threshold, size_t n_above, size_t n_below,
                     size_t capacity, size_t (*runs)[2]) {
    size_t count = 0, first = 0, last = 0;
    int is_open = 0;
    for (size_t i = 0; i <= n; i++) {
        int is_above = i < n && (double)y[i] >= threshold;
        if (is_above && is_open && i <= last + n_below + 1) {
            last = i;
        } else if (is_above || (i == n && is_open)) {
            if (is_open && last - first + 1 >= n_above) {
                if (count < capacity) {
                    runs[count][0] = first;
                    runs[count][1] = last;
                }
                count++;
            }
            first = last = i;
            is_open = is_above;
        }
    }
    return count;
}

eg_err eg_onset_curve(int is_tkeo, double rate_hz, size_t n, const eg_real *band, eg_real *y,
                      eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(band != y);
    eg_filter low;
    eg_err err = eg_filter_butterworth(&low, EG_FILTER_LOW_PASS, 2, 0.0, 50.0, rate_hz, diag);
    if (err != EG_OK) return err;
    for (size_t i = 0; i < n; i++) {
        if (!is_tkeo) {
            y[i] = eg_rabs(band[i]);
            continue;
        }
        size_t at = i == 0 ? 1 : i + 1 >= n ? n - 2 : i;
        y[i] = n < 3 ? 0 : eg_rabs(band[at] * band[at] - band[at - 1] * band[at + 1]);
    }
    return eg_emg_zero_lag(&low, 1, n, y, y, 0, scratch, diag);
}

static void mean_and_deviation(size_t from, size_t to, const eg_real *y, double *mean,
                               double *deviation) {
    double sum = 0.0, squares = 0.0, n = (double)(to - from);
    for (size_t i = from; i < to; i++) sum += (double)y[i];
    *mean = sum / n;
    for (size_t i = from; i < to; i++) squares += ((double)y[i] - *mean) * ((double)y[i] - *mean);
    *deviation = sqrt(squares / n);
}

/* Bonato: z = sum of squares of two neighbours; a false alarm of 5 % a pair; 3 of 5 pairs above.
 * Neighbours are `step` samples apart, about 1 ms, so that the rule means the same at every rate.
 * y becomes 1 from the first to the last pair of such a window. */
static void double_threshold(size_t n, size_t step, const eg_real *band, double rest_power,
                             eg_real *y) {
    const double threshold = 2.0 * rest_power * 2.995732273553991; /* -ln 0.05 */
    for (size_t i = 0; i < n; i++) y[i] = 0;
    unsigned history = 0;
    for (size_t k = 0; (2 * k + 1) * step < n; k++) {
        double a = (double)band[2 * k * step], b = (double)band[(2 * k + 1) * step];
        history = (history << 1 | (a * a + b * b > threshold)) & 31U;
        int above = 0;
        for (unsigned bits = history; bits != 0; bits >>= 1) above += (int)(bits & 1U);
        if (above < 3 || k < 4) continue;
        for (size_t i = 2 * (k - 4) * step; i < (2 * k + 2) * step && i < n; i++) y[i] = 1;
    }
}

/* A burst from samples [from, to) of the band-passed signal. */
static eg_burst burst_from(const eg_onset_settings *s, const eg_onset_rest *rest, size_t n,
                           const eg_real *band, size_t from, size_t to) {
    double sum = 0.0, loudest = 0.0, inside = 0.0, power = rest->rms * rest->rms;
    size_t window = (size_t)(0.04 * s->rate_hz + 0.5);
    for (size_t i = from; i < to; i++) {
        double square = (double)band[i] * (double)band[i];
        sum += square;
        inside += square;
        if (i >= from + window) inside -= (double)band[i - window] * (double)band[i - window];
        loudest = fmax(loudest, inside / (double)window);
    }
    double on = (double)from / s->rate_hz, off = (double)to / s->rate_hz;
    double ratio = fmax(loudest / power, 1.0);
    eg_burst burst = {on, off, NAN, NAN, NAN, NAN, NAN, 0.0, 0.0, 0.0, 0};
    burst.snr_db = 10.0 * eg_log10(fmax(sum / (double)(to - from) / power - 1.0, 1e-3));
    burst.evidence = onset_evidence(rest->freedom, ratio);
    burst.confidence = -eg_expm1(-burst.evidence / s->alarm);
    if (from == 0) burst.flags |= EG_ONSET_AT_START;
    if (to == n) burst.flags |= EG_ONSET_AT_END;
    return burst;
}

/* The rest as AGLR finds it, so that all methods are held against the same. */
static eg_err rest_of(const eg_onset_settings *settings, size_t n, const eg_real *x,
                      eg_onset_rest *rest, size_t capacity, eg_burst *bursts, size_t *count,
                      eg_arena *scratch, eg_diag *diag) {
    eg_onset_cells cells;
    eg_err err = eg_onset_cells_fill(settings->rate_hz, 1, n, x, &cells, scratch, diag);
    if (err != EG_OK) return err;
    return eg_onset_aglr(settings, cells.cell_s, cells.n_cells, cells.power, rest, capacity, bursts,
                         count, scratch, diag);
}

static eg_err find_by_threshold(eg_onset_method method, const eg_onset_settings *s, size_t n,
                                const eg_real *x, const eg_onset_rest *rest, size_t capacity,
                                eg_burst *bursts, size_t *count, eg_arena *scratch, eg_diag *diag) {
    eg_real *band = eg_arena_take(scratch, n, sizeof *band);
    eg_real *y = eg_arena_take(scratch, n, sizeof *y);
    size_t(*runs)[2] = eg_arena_take(scratch, capacity, sizeof *runs);
    if (band == NULL || y == NULL || runs == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to find onsets");
    eg_emg_settings settings = eg_emg_defaults(s->rate_hz);
    eg_emg_filters filters;
    eg_err err = eg_emg_design(&filters, &settings, diag);
    if (err == EG_OK) err = eg_emg_zero_lag(&filters.band, 1, n, x, band, 0, scratch, diag);
    if (err != EG_OK) return err;
    double threshold = 0.5;
    if (method == EG_ONSET_BONATO) {
        double power = 0.0, deviation;
        size_t first = (size_t)(rest->from_s * s->rate_hz),
               last = (size_t)(rest->to_s * s->rate_hz);
        mean_and_deviation(first, last < n ? last : n, band, &power, &deviation);
        size_t step = s->rate_hz > 1500.0 ? (size_t)(s->rate_hz / 1000.0 + 0.5) : 1;
        double_threshold(n, step, band, deviation * deviation, y);
    } else {
        int is_tkeo = method == EG_ONSET_TKEO;
        double mean, deviation;
        err = eg_onset_curve(is_tkeo, s->rate_hz, n, band, y, scratch, diag);
        if (err != EG_OK) return err;
        size_t first = (size_t)(rest->from_s * s->rate_hz),
               last = (size_t)(rest->to_s * s->rate_hz);
        mean_and_deviation(first, last < n ? last : n, y, &mean, &deviation);
        threshold = mean + (is_tkeo ? 15.0 : 3.0) * deviation;
    }
    size_t n_above = (size_t)(0.025 * s->rate_hz + 0.5);
    size_t found = eg_onset_runs(n, y, threshold, n_above, 0, capacity, runs);
    for (size_t i = 0; i < found && i < capacity; i++)
        bursts[(*count)++] = burst_from(s, rest, n, band, runs[i][0], runs[i][1] + 1);
    *count = onset_finish(s, *count, bursts);
    if (found > capacity)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "more than %zu bursts", capacity);
    return EG_OK;
}

eg_err eg_onset_find(eg_onset_method method, const eg_onset_settings *settings, size_t n,
                     const eg_real *x, eg_onset_rest *rest, size_t capacity, eg_burst *bursts,
                     size_t *count, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(method >= 0 && method < EG_ONSET_METHODS);
    size_t mark = eg_arena_mark(scratch);
    eg_err err = rest_of(settings, n, x, rest, capacity, bursts, count, scratch, diag);
    eg_arena_reset(scratch, mark);
    if (method == EG_ONSET_AGLR || (err != EG_OK && err != EG_ERR_LIMIT)) return err;
    *count = 0;
    err = isfinite(rest->from_s)
              ? find_by_threshold(method, settings, n, x, rest, capacity, bursts, count, scratch,
                                  diag)
              : eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "the recording holds no rest");
    eg_arena_reset(scratch, mark);
    return err;
}
