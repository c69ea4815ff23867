#include "core/signal/spectrum.h"

#include <string.h>

#include "core/base/check.h"
#include "core/base/lanes.h"

enum { PART_LANES = 8 };

void eg_spectrum_detrend(eg_detrend kind, size_t n, const eg_real *x, eg_real *y) {
    EG_ASSERT(n > 0 && x != NULL && y != NULL);
    double mean = 0.0, slope = 0.0, middle = 0.5 * (double)(n - 1);
    if (kind != EG_DETREND_NONE) {
        for (size_t i = 0; i < n; i++) mean += (double)x[i];
        mean /= (double)n;
    }
    if (kind == EG_DETREND_LINEAR && n > 1) {
        double sum = 0.0;
        for (size_t i = 0; i < n; i++) sum += ((double)i - middle) * ((double)x[i] - mean);
        double count = (double)n; /* the sum of (i - middle)^2 is n (n^2 - 1) / 12 */
        slope = 12.0 * sum / (count * (count * count - 1.0));
    }
    for (size_t i = 0; i < n; i++)
        y[i] = (eg_real)((double)x[i] - (mean + slope * ((double)i - middle)));
}

void eg_spectrum_window(eg_window kind, size_t n, eg_real *w) {
    EG_ASSERT(n > 0 && w != NULL);
    size_t period = kind == EG_WINDOW_HANN_SYMMETRIC ? n - 1 : n;
    for (size_t i = 0; i < n; i++) {
        double sine = 0.0, cosine = -1.0;
        if (kind != EG_WINDOW_RECTANGLE && n > 1) eg_turn(i, period, &sine, &cosine);
        w[i] = (eg_real)(0.5 - 0.5 * cosine);
    }
}

/* A transform that holds a segment's autocorrelation without wrapping: 2^a times 3 or 5. */
static size_t correlation_length(size_t segment) {
    size_t best = 2;
    while (best < 2 * segment) best *= 2;
    if (best / 8 * 5 >= 2 * segment) return best / 8 * 5;
    if (best / 4 * 3 >= 2 * segment) return best / 4 * 3;
    return best;
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static size_t transform_length(const eg_welch_settings *s) {
    return s->n_fft == 0 ? s->segment : s->n_fft;
}

static int uses_autocorrelation(const eg_welch_settings *s) {
    return s->segment > 8 && s->segment <= EG_FFT_LENGTH_MAX / 4 &&
           transform_length(s) >= correlation_length(s->segment);
}

/* The length of a segment's transform. */
static size_t padded_segment(const eg_welch_settings *s) {
    return uses_autocorrelation(s) ? correlation_length(s->segment) : transform_length(s);
}

size_t eg_welch_size(const eg_welch_settings *settings) {
    size_t n_fft = transform_length(settings), padded = padded_segment(settings);
    return eg_fft_plan_size(padded) + eg_fft_size(padded) +
           (uses_autocorrelation(settings) ? eg_fft_size(n_fft) : 0) +
           (settings->segment + larger(2 * settings->segment, larger(padded, n_fft))) *
               sizeof(eg_real) +
           (larger(padded, n_fft) / 2 + 1) * sizeof(eg_complex) + 256;
}

eg_err eg_welch_init(eg_welch *welch, const eg_welch_settings *settings, eg_arena *arena,
                     eg_diag *diag) {
    EG_ASSERT(welch != NULL && settings != NULL && arena != NULL);
    *welch = (eg_welch){.settings = *settings};
    size_t segment = settings->segment, n_fft = transform_length(settings);
    if (segment == 0 || settings->overlap >= segment || n_fft < segment ||
        n_fft > EG_FFT_LENGTH_MAX || !(settings->rate_hz > 0.0))
        return eg_diag_set(
            diag, EG_ERR_ARGUMENT, NULL, 0,
            "spectrum settings are not possible: segment %zu, overlap %zu, transform "
            "%zu, %g Hz",
            segment, settings->overlap, n_fft, settings->rate_hz);
    welch->settings.n_fft = n_fft;
    welch->n_bins = n_fft / 2 + 1;
    welch->by_autocorrelation = uses_autocorrelation(settings);
    const size_t padded = padded_segment(settings);
    eg_real *window = eg_arena_take(arena, segment, sizeof *window);
    welch->work =
        eg_arena_take(arena, larger(2 * segment, larger(padded, n_fft)), sizeof *welch->work);
    welch->bins = eg_arena_take(arena, larger(padded, n_fft) / 2 + 1, sizeof *welch->bins);
    if (window == NULL || welch->work == NULL || welch->bins == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a spectrum");
    eg_spectrum_window(settings->window, segment, window);
    double sum = 0.0;
    for (size_t i = 0; i < segment; i++) sum += (double)window[i] * (double)window[i];
    welch->window = window;
    welch->scale = 1.0 / (settings->rate_hz * sum);
    eg_err code = eg_fft_plan_init(&welch->pairs, padded, arena, diag);
    if (code == EG_OK) code = eg_fft_init(&welch->single, padded, arena, diag);
    if (code == EG_OK && welch->by_autocorrelation)
        code = eg_fft_init(&welch->long_fft, n_fft, arena, diag);
    return code;
}

/* The mean of one segment. Four sums side by side: one would wait for itself. */
static double mean_of(size_t n, const eg_real *x) {
    double sums[4] = {0.0, 0.0, 0.0, 0.0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        sums[0] += (double)x[i];
        sums[1] += (double)x[i + 1];
        sums[2] += (double)x[i + 2];
        sums[3] += (double)x[i + 3];
    }
    for (; i < n; i++) sums[0] += (double)x[i];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) / (double)n;
}

/* Adds the squared transforms of `count` (1 or 2) segments from x on to power[padded / 2 + 1]. */
static void add_segments(eg_welch *welch, const eg_real *x, size_t count, double *power) {
    const size_t segment = welch->settings.segment, padded = welch->pairs.n;
    const eg_real *from[2] = {x, x + (segment - welch->settings.overlap)};
    eg_real offset[2] = {0, 0};
    for (size_t i = 0; i < count; i++) {
        if (welch->settings.detrend == EG_DETREND_CONSTANT)
            offset[i] = (eg_real)mean_of(segment, from[i]);
        if (welch->settings.detrend != EG_DETREND_LINEAR) continue;
        eg_spectrum_detrend(EG_DETREND_LINEAR, segment, from[i], welch->work + i * segment);
        from[i] = welch->work + i * segment;
    }
    if (count == 2) {
        eg_fft_plan_add_powers(&welch->pairs, segment, from[0], from[1], offset, welch->window,
                               power);
        return;
    }
    for (size_t i = 0; i < segment; i++)
        welch->work[i] = (from[0][i] - offset[0]) * welch->window[i];
    for (size_t i = segment; i < padded; i++) welch->work[i] = 0;
    eg_fft_forward(&welch->single, welch->work, welch->bins);
    for (size_t k = 0; k <= padded / 2; k++) {
        double re = (double)welch->bins[k].re, im = (double)welch->bins[k].im;
        power[k] += re * re + im * im;
    }
}

/* From the summed power at the short transform's bins to that at the long one's: back to the
 * autocorrelation, which is 0 beyond the segment, and forward with more padding. */
static void interpolate(eg_welch *welch, double *power) {
    eg_fft *short_fft = &welch->single, *long_fft = &welch->long_fft;
    size_t segment = welch->settings.segment, n = long_fft->n;
    for (size_t k = 0; k <= short_fft->n / 2; k++)
        welch->bins[k] = (eg_complex){(eg_real)power[k], 0};
    eg_fft_inverse(short_fft, welch->bins, welch->work);
    for (size_t i = segment; i < n; i++) welch->work[i] = 0;
    for (size_t i = 1; i < segment; i++) welch->work[n - i] = welch->work[i];
    eg_fft_forward(long_fft, welch->work, welch->bins);
    for (size_t k = 0; k < welch->n_bins; k++)
        power[k] = welch->bins[k].re > 0 ? (double)welch->bins[k].re : 0.0;
}

/* How many segments fit into n samples; density[n_channels][n_bins] is cleared. 0: none does. */
static size_t begin(const eg_welch *welch, size_t n_channels, size_t n, double *density,
                    eg_diag *diag) {
    const size_t segment = welch->settings.segment, step = segment - welch->settings.overlap;
    EG_ASSERT(welch->pairs.n <= welch->settings.n_fft); /* density has room for its bins */
    if (n < segment)
        (void)eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                          "%zu samples are fewer than one segment of the spectrum (%zu)", n,
                          segment);
    for (size_t k = 0; k < n_channels * welch->n_bins; k++) density[k] = 0.0;
    return n < segment ? 0 : (n - segment) / step + 1;
}

/* From the sum over `count` segments to the mean density. */
static void finish(eg_welch *welch, size_t count, double *density) {
    if (welch->by_autocorrelation) interpolate(welch, density);
    for (size_t k = 0; k < welch->n_bins; k++) {
        int once = k == 0 || 2 * k == welch->settings.n_fft;
        density[k] *= (once ? 1.0 : 2.0) * welch->scale / (double)count;
    }
}

eg_err eg_welch_run(eg_welch *welch, size_t n, const eg_real *x, double *density, eg_diag *diag) {
    EG_ASSERT(welch != NULL && density != NULL);
    const size_t step = welch->settings.segment - welch->settings.overlap;
    const size_t count = begin(welch, 1, n, density, diag);
    if (count == 0) return EG_ERR_DATA;
    for (size_t i = 0; i < count; i += 2)
        add_segments(welch, x + i * step, i + 1 < count ? 2 : 1, density);
    finish(welch, count, density);
    return EG_OK;
}

/* Two samples of two channels. */
static inline void part_square(const eg_real *now, const eg_real *next, eg_real *left,
                               eg_real *right) {
    eg_pair a = eg_pair_load(now), b = eg_pair_load(next);
    eg_pair_store(left, (eg_pair){a[0], b[0]});
    eg_pair_store(right, (eg_pair){a[1], b[1]});
}

/* Channels [first, first + n_lanes) of x[n][n_channels] one after the other: y[n_lanes][far]. */
static void part_channels(size_t n_channels, size_t first, size_t n_lanes, size_t n,
                          const eg_real *x, size_t far, eg_real *y) {
    size_t i = 0;
    x += first;
    if (n_lanes == PART_LANES)
        for (; i + 2 <= n; i += 2, x += 2 * n_channels) {
            part_square(x, x + n_channels, y + i, y + far + i);
            part_square(x + 2, x + n_channels + 2, y + 2 * far + i, y + 3 * far + i);
            part_square(x + 4, x + n_channels + 4, y + 4 * far + i, y + 5 * far + i);
            part_square(x + 6, x + n_channels + 6, y + 6 * far + i, y + 7 * far + i);
        }
    for (; i < n; i++, x += n_channels)
        for (size_t k = 0; k < n_lanes; k++) y[k * far + i] = x[k];
}

eg_err eg_welch_run_channels(eg_welch *welch, size_t n_channels, size_t n, const eg_real *x,
                             double *density, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(welch != NULL && density != NULL && n_channels > 0);
    const size_t segment = welch->settings.segment, step = segment - welch->settings.overlap;
    /* Rows a power of two apart would fight for the same lines of the cache. */
    const size_t far = segment + step + 24;
    const size_t count = begin(welch, n_channels, n, density, diag), mark = eg_arena_mark(scratch);
    if (count == 0) return EG_ERR_DATA;
    eg_real *parted = eg_arena_take(scratch, PART_LANES * far, sizeof *parted);
    if (parted == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a spectrum");
    for (size_t first = 0; first < n_channels; first += PART_LANES) {
        const size_t lanes =
            larger(n_channels - first, PART_LANES) == PART_LANES ? n_channels - first : PART_LANES;
        for (size_t i = 0; i < count; i += 2) {
            const size_t n_pair = i + 1 < count ? 2 : 1, rows = segment + (n_pair - 1) * step;
            /* What this pair of segments shares with the one before is there already. */
            const size_t kept = i > 0 ? segment - step : 0;
            for (size_t k = 0; k < lanes && kept > 0; k++)
                memmove(parted + k * far, parted + k * far + 2 * step, kept * sizeof *parted);
            part_channels(n_channels, first, lanes, rows - kept, x + (i * step + kept) * n_channels,
                          far, parted + kept);
            for (size_t k = 0; k < lanes; k++)
                add_segments(welch, parted + k * far, n_pair,
                             density + (first + k) * welch->n_bins);
        }
    }
    for (size_t c = 0; c < n_channels; c++) finish(welch, count, density + c * welch->n_bins);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}
