#include "core/signal/spectrum.h"

#include "core/base/check.h"

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

static size_t transform_length(const eg_welch_settings *s) {
    return s->n_fft == 0 ? s->segment : s->n_fft;
}

static int uses_autocorrelation(const eg_welch_settings *s) {
    return s->segment > 8 && s->segment <= EG_FFT_LENGTH_MAX / 4 &&
           transform_length(s) >= correlation_length(s->segment);
}

size_t eg_welch_size(const eg_welch_settings *settings) {
    size_t n_fft = transform_length(settings);
    size_t n_short = uses_autocorrelation(settings) ? correlation_length(settings->segment) : 0;
    size_t longest = n_short > n_fft ? n_short : n_fft;
    return eg_fft_size(n_fft) + (n_short ? eg_fft_size(n_short) : 0) +
           (settings->segment + longest) * sizeof(eg_real) +
           (longest / 2 + 1) * sizeof(eg_complex) + 256;
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
    size_t n_short = welch->by_autocorrelation ? correlation_length(segment) : n_fft;
    size_t longest = n_short > n_fft ? n_short : n_fft;
    eg_real *window = eg_arena_take(arena, segment, sizeof *window);
    welch->work = eg_arena_take(arena, longest, sizeof *welch->work);
    welch->bins = eg_arena_take(arena, longest / 2 + 1, sizeof *welch->bins);
    if (window == NULL || welch->work == NULL || welch->bins == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a spectrum");
    eg_spectrum_window(settings->window, segment, window);
    double sum = 0.0;
    for (size_t i = 0; i < segment; i++) sum += (double)window[i] * (double)window[i];
    welch->window = window;
    welch->scale = 1.0 / (settings->rate_hz * sum);
    eg_err code = eg_fft_init(&welch->long_fft, n_fft, arena, diag);
    if (code == EG_OK && welch->by_autocorrelation)
        code = eg_fft_init(&welch->short_fft, n_short, arena, diag);
    return code;
}

/* Adds the squared transform of one segment, padded to fft->n, to power[fft->n / 2 + 1]. */
static void add_segment(eg_welch *welch, eg_fft *fft, const eg_real *x, double *power) {
    size_t segment = welch->settings.segment;
    eg_spectrum_detrend(welch->settings.detrend, segment, x, welch->work);
    for (size_t i = 0; i < segment; i++) welch->work[i] *= welch->window[i];
    for (size_t i = segment; i < fft->n; i++) welch->work[i] = 0;
    eg_fft_forward(fft, welch->work, welch->bins);
    for (size_t k = 0; k <= fft->n / 2; k++) {
        double re = (double)welch->bins[k].re, im = (double)welch->bins[k].im;
        power[k] += re * re + im * im;
    }
}

/* From the summed power at the short transform's bins to that at the long one's: back to the
 * autocorrelation, which is 0 beyond the segment, and forward with more padding. */
static void interpolate(eg_welch *welch, double *power) {
    eg_fft *short_fft = &welch->short_fft, *long_fft = &welch->long_fft;
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

eg_err eg_welch_run(eg_welch *welch, size_t n, const eg_real *x, double *density, eg_diag *diag) {
    EG_ASSERT(welch != NULL && density != NULL);
    size_t segment = welch->settings.segment, step = segment - welch->settings.overlap;
    if (n < segment)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "%zu samples are fewer than one segment of the spectrum (%zu)", n,
                           segment);
    eg_fft *fft = welch->by_autocorrelation ? &welch->short_fft : &welch->long_fft;
    EG_ASSERT(fft->n <= welch->settings.n_fft); /* density has room for its bins */
    for (size_t k = 0; k < welch->n_bins; k++) density[k] = 0.0;
    size_t count = 0;
    for (size_t at = 0; at + segment <= n; at += step, count++)
        add_segment(welch, fft, x + at, density);
    if (welch->by_autocorrelation) interpolate(welch, density);
    for (size_t k = 0; k < welch->n_bins; k++) {
        int once = k == 0 || 2 * k == welch->settings.n_fft;
        density[k] *= (once ? 1.0 : 2.0) * welch->scale / (double)count;
    }
    return EG_OK;
}
