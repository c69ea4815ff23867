#include "core/balance/series.h"

#include <math.h>

#include "core/base/check.h"
#include "core/base/real.h"

typedef struct complex_number {
    double re, im;
} complex_number;

typedef struct transform {
    size_t length;         /* a power of two */
    complex_number *turns; /* [length / 2] exp(-2 pi i k / length) */
    complex_number *data;  /* [length] */
} transform;

static size_t power_of_two(size_t at_least) {
    size_t length = 2;
    while (length < at_least) length *= 2;
    return length;
}

static int transform_make(transform *fft, size_t at_least, eg_arena *arena) {
    fft->length = power_of_two(at_least);
    fft->turns = eg_arena_take(arena, fft->length / 2, sizeof *fft->turns);
    fft->data = eg_arena_take(arena, fft->length, sizeof *fft->data);
    if (fft->turns == NULL || fft->data == NULL) return -1;
    for (size_t k = 0; k < fft->length / 2; k++) {
        double sine, cosine;
        eg_turn(k, fft->length, &sine, &cosine);
        fft->turns[k] = (complex_number){cosine, -sine};
    }
    return 0;
}

static void bit_reverse(complex_number *data, size_t length) {
    for (size_t i = 1, j = 0; i < length; i++) {
        size_t bit = length / 2;
        for (; j & bit; bit /= 2) j ^= bit;
        j ^= bit;
        if (i < j) {
            complex_number swapped = data[i];
            data[i] = data[j];
            data[j] = swapped;
        }
    }
}

static void transform_run(const transform *fft) {
    complex_number *data = fft->data;
    bit_reverse(data, fft->length);
    for (size_t half = 1; half < fft->length; half *= 2) {
        size_t stride = fft->length / (2 * half);
        for (size_t start = 0; start < fft->length; start += 2 * half) {
            for (size_t k = 0; k < half; k++) {
                complex_number turn = fft->turns[k * stride];
                complex_number *a = &data[start + k];
                complex_number *b = &data[start + k + half];
                double re = b->re * turn.re - b->im * turn.im;
                double im = b->re * turn.im + b->im * turn.re;
                b->re = a->re - re;
                b->im = a->im - im;
                a->re += re;
                a->im += im;
            }
        }
    }
}

/* After a transform of ml + i ap: adds the power of each axis at bin k to `power`, ml in .re and ap
 * in .im. */
static void add_powers(const transform *fft, complex_number *power) {
    size_t mask = fft->length - 1;
    for (size_t k = 0; k < fft->length; k++) {
        complex_number a = fft->data[k];
        complex_number b = fft->data[(fft->length - k) & mask];
        double ml_re = 0.5 * (a.re + b.re);
        double ml_im = 0.5 * (a.im - b.im);
        double ap_re = 0.5 * (a.im + b.im);
        double ap_im = 0.5 * (b.re - a.re);
        power[k].re += ml_re * ml_re + ml_im * ml_im;
        power[k].im += ap_re * ap_re + ap_im * ap_im;
    }
}

/* Powers of both axes become their autocorrelations. Both are even and real, so that the forward
 * transform of power_ml + i power_ap gives autocorrelation_ml + i autocorrelation_ap. */
static void autocorrelate(const transform *fft, const complex_number *power) {
    double scale = 1.0 / (double)fft->length;
    for (size_t k = 0; k < fft->length; k++) {
        fft->data[k] = (complex_number){power[k].re * scale, power[k].im * scale};
    }
    transform_run(fft);
}

static void msd_directly(const double *x, size_t n, size_t lags, double *msd) {
    for (size_t lag = 1; lag <= lags; lag++) {
        double even = 0.0;
        double odd = 0.0;
        size_t i = lag;
        for (; i + 1 < n; i += 2) {
            double d0 = x[i] - x[i - lag];
            double d1 = x[i + 1] - x[i + 1 - lag];
            even += d0 * d0;
            odd += d1 * d1;
        }
        if (i < n) even += (x[i] - x[i - lag]) * (x[i] - x[i - lag]);
        msd[lag - 1] = (even + odd) / (double)(n - lag);
    }
}

int eg_series_msd(const eg_sway_signal *signal, size_t max_lag, double *msd_ml, double *msd_ap,
                  eg_arena *arena) {
    enum { DIRECT_LAGS = 24 };
    size_t n = signal->n;
    EG_ASSERT(max_lag >= 1 && max_lag < n);
    size_t mark = eg_arena_mark(arena);
    transform fft;
    complex_number *power = NULL;
    if (transform_make(&fft, n + max_lag, arena) == 0) {
        power = eg_arena_take(arena, fft.length, sizeof *power);
    }
    if (power == NULL) {
        eg_arena_reset(arena, mark);
        return -1;
    }
    double ml2 = 0.0;
    double ap2 = 0.0;
    for (size_t i = 0; i < n; i++) {
        fft.data[i] = (complex_number){signal->ml[i], signal->ap[i]};
        ml2 += signal->ml[i] * signal->ml[i];
        ap2 += signal->ap[i] * signal->ap[i];
    }
    transform_run(&fft);
    add_powers(&fft, power);
    autocorrelate(&fft, power);
    /* The sum of (x[i+k] - x[i])^2 is the squares of both ends of every pair less twice their
     * product; each further lag loses one square at either end. */
    double squares_ml = 2.0 * ml2;
    double squares_ap = 2.0 * ap2;
    for (size_t lag = 1; lag <= max_lag; lag++) {
        double a = signal->ml[lag - 1], b = signal->ml[n - lag];
        double c = signal->ap[lag - 1], d = signal->ap[n - lag];
        squares_ml -= a * a + b * b;
        squares_ap -= c * c + d * d;
        double pairs = (double)(n - lag);
        msd_ml[lag - 1] = fmax(0.0, (squares_ml - 2.0 * fft.data[lag].re) / pairs);
        msd_ap[lag - 1] = fmax(0.0, (squares_ap - 2.0 * fft.data[lag].im) / pairs);
    }
    size_t direct = max_lag < DIRECT_LAGS ? max_lag : DIRECT_LAGS;
    msd_directly(signal->ml, n, direct, msd_ml);
    msd_directly(signal->ap, n, direct, msd_ap);
    eg_arena_reset(arena, mark);
    return 0;
}

/* x[i] less its mean or its least-squares line, times the window, into the real part (axis 0) or
 * the imaginary part (axis 1) of the transform's input. */
static void place_segment(const double *x, const double *window, const eg_series_welch *welch,
                          complex_number *out, int axis) {
    size_t n = welch->segment;
    double count = (double)n;
    double middle = 0.5 * (count - 1.0);
    double mean = 0.0;
    double moment = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += x[i];
        moment += x[i] * ((double)i - middle);
    }
    mean /= count;
    double slope = welch->detrend ? moment / (count * (count * count - 1.0) / 12.0) : 0.0;
    for (size_t i = 0; i < n; i++) {
        double value = (x[i] - mean - slope * ((double)i - middle)) * window[i];
        if (axis == 0) {
            out[i].re = value;
        } else {
            out[i].im = value;
        }
    }
}

/* Power at the wanted bins from the summed autocorrelation r[0..segment):
 * r[0] + 2 sum r[m] cos(2 pi k m / transform). Goertzel's recurrence would lose digits at small
 * angles, so the cosines come from a table of one turn. */
static void powers_at_bins(const transform *fft, const eg_series_welch *welch,
                           const double *cosines, double scale, double *psd_ml, double *psd_ap) {
    for (size_t k = welch->first_bin; k < welch->past_bin; k++) {
        double ml = 0.0;
        double ap = 0.0;
        size_t at = 0;
        for (size_t m = 1; m < welch->segment; m++) {
            at += k;
            if (at >= welch->transform) at -= welch->transform;
            ml += fft->data[m].re * cosines[at];
            ap += fft->data[m].im * cosines[at];
        }
        int single = k == 0 || 2 * k == welch->transform;
        double factor = single ? scale : 2.0 * scale;
        psd_ml[k - welch->first_bin] = fmax(0.0, factor * (fft->data[0].re + 2.0 * ml));
        psd_ap[k - welch->first_bin] = fmax(0.0, factor * (fft->data[0].im + 2.0 * ap));
    }
}

int eg_series_spectrum(const eg_sway_signal *signal, const eg_series_welch *welch, double *psd_ml,
                       double *psd_ap, eg_arena *arena) {
    size_t n = welch->segment;
    EG_ASSERT(n >= 8 && n <= signal->n && welch->overlap < n && welch->transform >= n);
    EG_ASSERT(welch->first_bin < welch->past_bin && welch->past_bin <= welch->transform / 2 + 1);
    size_t mark = eg_arena_mark(arena);
    transform fft;
    complex_number *power = NULL;
    double *window = eg_arena_take(arena, n, sizeof *window);
    double *cosines = eg_arena_take(arena, welch->transform, sizeof *cosines);
    if (transform_make(&fft, 2 * n, arena) == 0) {
        power = eg_arena_take(arena, fft.length, sizeof *power);
    }
    if (window == NULL || cosines == NULL || power == NULL) {
        eg_arena_reset(arena, mark);
        return -1;
    }
    double window_square = 0.0;
    for (size_t i = 0; i < n; i++) {
        double sine, cosine;
        eg_turn(i, n, &sine, &cosine);
        window[i] = 0.5 - 0.5 * cosine;
        window_square += window[i] * window[i];
    }
    for (size_t i = 0; i <= welch->transform / 2; i++) {
        double sine;
        eg_turn(i, welch->transform, &sine, &cosines[i]);
        if (i > 0) cosines[welch->transform - i] = cosines[i];
    }
    size_t segments = 0;
    for (size_t start = 0; start + n <= signal->n; start += n - welch->overlap) {
        for (size_t i = n; i < fft.length; i++) fft.data[i] = (complex_number){0.0, 0.0};
        place_segment(signal->ml + start, window, welch, fft.data, 0);
        place_segment(signal->ap + start, window, welch, fft.data, 1);
        transform_run(&fft);
        add_powers(&fft, power);
        segments++;
    }
    autocorrelate(&fft, power);
    double scale = 1.0 / (signal->rate_hz * window_square * (double)segments);
    powers_at_bins(&fft, welch, cosines, scale, psd_ml, psd_ap);
    eg_arena_reset(arena, mark);
    return 0;
}

size_t eg_series_memory(size_t n, size_t transform_length) {
    size_t length = power_of_two(2 * n);
    return length * 40 + (n + transform_length) * sizeof(double) + 256;
}
