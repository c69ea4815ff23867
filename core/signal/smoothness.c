#include "core/signal/smoothness.h"

#include "core/base/check.h"
#include "core/signal/fft.h"

enum { PAD_LEVEL = 4 };

static size_t padded(size_t n) {
    size_t length = 1;
    while (length < n) length *= 2;
    return length << PAD_LEVEL;
}

size_t eg_sparc_size(size_t n) {
    if (n == 0 || n > EG_SMOOTHNESS_SAMPLES_MAX) return 0;
    size_t length = padded(n);
    return eg_fft_size(length) + length * sizeof(eg_real) + (length / 2 + 1) * sizeof(eg_complex) +
           256;
}

static eg_err check(size_t n, const eg_real *speed, double rate_hz, double *top, eg_diag *diag) {
    if (!(rate_hz > 0.0) || !isfinite(rate_hz))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0, "smoothness needs a rate above 0");
    if (n > EG_SMOOTHNESS_SAMPLES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0,
                           "%zu samples are no single movement; cut it out first", n);
    if (n < EG_SMOOTHNESS_SAMPLES_MIN)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "%zu samples are too few for a movement", n);
    *top = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite((double)speed[i]))
            return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "sample %zu of the speed is missing", i);
        *top = fmax(*top, fabs((double)speed[i]));
    }
    if (!(*top > 0.0))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "nothing moves: the speed is 0 throughout");
    return EG_OK;
}

/* Length of the normalised spectrum's line between two bins. */
static double arc_length(const eg_complex *spectrum, size_t first, size_t last, double largest) {
    double length = 0.0, before = 0.0;
    for (size_t k = first; k <= last; k++) {
        double value = eg_hypot((double)spectrum[k].re, (double)spectrum[k].im) / largest;
        if (k > first) {
            double step = 1.0 / (double)(last - first), rise = value - before;
            length += sqrt(step * step + rise * rise);
        }
        before = value;
    }
    return length;
}

eg_err eg_sparc(size_t n, const eg_real *speed, double rate_hz, eg_arena *arena, double *sparc,
                eg_diag *diag) {
    EG_ASSERT(speed != NULL && sparc != NULL && arena != NULL);
    double top;
    eg_err err = check(n, speed, rate_hz, &top, diag);
    if (err != EG_OK) return err;
    size_t mark = eg_arena_mark(arena), length = padded(n), n_bins = length / 2 + 1;
    eg_fft fft;
    err = eg_fft_init(&fft, length, arena, diag);
    eg_real *x = eg_arena_take(arena, length, sizeof *x);
    eg_complex *spectrum = eg_arena_take(arena, n_bins, sizeof *spectrum);
    if (err == EG_OK && (x == NULL || spectrum == NULL))
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a spectrum of %zu", length);
    if (err == EG_OK) {
        for (size_t i = 0; i < n; i++) x[i] = speed[i];
        eg_fft_forward(&fft, x, spectrum);
        double largest = 0.0;
        for (size_t k = 0; k < n_bins; k++)
            largest = fmax(largest, eg_hypot((double)spectrum[k].re, (double)spectrum[k].im));
        size_t first = n_bins, last = 0;
        for (size_t k = 0; k < n_bins; k++) {
            if ((double)k * rate_hz / (double)length > EG_SPARC_CUT_OFF_HZ) break;
            double value = eg_hypot((double)spectrum[k].re, (double)spectrum[k].im);
            if (value < EG_SPARC_THRESHOLD * largest) continue;
            if (first == n_bins) first = k;
            last = k;
        }
        if (first < last)
            *sparc = -arc_length(spectrum, first, last, largest);
        else
            err = eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "there is no movement below 10 Hz");
    }
    eg_arena_reset(arena, mark);
    return err;
}

eg_err eg_ldlj(size_t n, const eg_real *speed, double rate_hz, double *ldlj, eg_diag *diag) {
    EG_ASSERT(speed != NULL && ldlj != NULL);
    double top;
    eg_err err = check(n, speed, rate_hz, &top, diag);
    if (err != EG_OK) return err;
    /* All differences in shares of the top and in samples: T^3 / rate becomes n^3. */
    double sum = 0.0, samples = (double)n;
    for (size_t i = 1; i + 1 < n; i++) {
        double bend = ((double)speed[i - 1] - 2.0 * (double)speed[i] + (double)speed[i + 1]) / top;
        sum += bend * bend;
    }
    if (!(sum > 0.0))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "the speed never bends: it has no jerk");
    *ldlj = -(3.0 * eg_log(samples) + eg_log(sum));
    return EG_OK;
}
