#include "core/signal/resample.h"

#include "core/base/check.h"

static unsigned common_divisor(unsigned a, unsigned b) {
    while (b != 0) {
        unsigned rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

size_t eg_resample_length(size_t n, unsigned up, unsigned down) {
    EG_ASSERT(up > 0 && down > 0 && n <= SIZE_MAX / 2 / up);
    unsigned divisor = common_divisor(up, down);
    up /= divisor;
    down /= divisor;
    return (n * up + down - 1) / down;
}

/* Modified Bessel function of the first kind, order 0, by its series; x up to about 20. */
static double bessel_i0(double x) {
    double term = 1.0, sum = 1.0, square = 0.25 * x * x;
    for (int k = 1; k < 64 && term > 1e-18 * sum; k++) {
        term *= square / ((double)k * k);
        sum += term;
    }
    return sum;
}

/* taps[2 half + 1]: sinc with its zeros every `widest` taps under a Kaiser window. Each of the `up`
 * phases is scaled to sum 1, so that a constant stays constant. */
static void design(size_t half, unsigned widest, unsigned up, double *taps) {
    const double beta = 5.0;
    double whole = bessel_i0(beta);
    for (size_t i = 0; i <= half; i++) {
        double sine, cosine, place = (double)i / (double)half;
        eg_turn(i, 2 * (uint64_t)widest, &sine, &cosine);
        double wave = i == 0 ? 1.0 : sine * widest / (EG_PI * (double)i);
        double value = wave * bessel_i0(beta * sqrt(1.0 - place * place)) / whole;
        taps[half + i] = taps[half - i] = value;
    }
    for (size_t phase = 0; phase < up; phase++) {
        double sum = 0.0;
        for (size_t i = phase; i <= 2 * half; i += up) sum += taps[i];
        for (size_t i = phase; i <= 2 * half; i += up) taps[i] /= sum;
    }
}

eg_err eg_resample_rational(size_t n, const eg_real *x, unsigned up, unsigned down, eg_real *y,
                            eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(x != NULL && y != NULL && x != y && scratch != NULL);
    if (n == 0 || up < 1 || down < 1 || up > EG_RESAMPLE_FACTOR_MAX ||
        down > EG_RESAMPLE_FACTOR_MAX)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "resampling %zu samples by %u / %u is not possible", n, up, down);
    size_t n_out = eg_resample_length(n, up, down);
    unsigned divisor = common_divisor(up, down);
    up /= divisor;
    down /= divisor;
    EG_ASSERT(up > 0 && down > 0);
    if (up == 1 && down == 1) {
        for (size_t i = 0; i < n; i++) y[i] = x[i];
        return EG_OK;
    }
    unsigned widest = up > down ? up : down;
    size_t half = (size_t)10 * widest, mark = eg_arena_mark(scratch);
    double *taps = eg_arena_take(scratch, 2 * half + 1, sizeof *taps);
    if (taps == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for the filter of %u / %u", up,
                           down);
    design(half, widest, up, taps);
    for (size_t i = 0; i < n_out; i++) {
        /* y[i] = sum over k of x[k] taps[half + i down - k up] */
        int64_t place = (int64_t)half + (int64_t)(i * down);
        int64_t last = place / (int64_t)up;
        double sum = 0.0;
        for (int64_t k = last, tap = place - last * (int64_t)up; tap <= 2 * (int64_t)half;
             k--, tap += up) {
            int64_t held = k < 0 ? 0 : k >= (int64_t)n ? (int64_t)n - 1 : k;
            sum += (double)x[held] * taps[tap];
        }
        y[i] = (eg_real)sum;
    }
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

size_t eg_resample_uniform_length(size_t n, const double *t_s, double rate_hz) {
    if (n == 0 || !(rate_hz > 0.0)) return 0;
    double steps = (t_s[n - 1] - t_s[0]) * rate_hz;
    if (!(steps >= 0.0 && steps < 2147483647.0)) return 0;
    return (size_t)(steps * (1.0 + 1e-12) + 1e-9) + 1;
}

static eg_err check_series(size_t n, const double *t_s, const eg_real *x, double rate_hz,
                           eg_diag *diag) {
    if (!(rate_hz > 0.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0, "a rate of %g Hz is not possible",
                           rate_hz);
    if (n == 0) return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "there are no samples to resample");
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(t_s[i]) || !isfinite(x[i]))
            return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "sample %zu is not a finite number", i);
        if (i > 0 && !(t_s[i] > t_s[i - 1]))
            return eg_diag_set(
                diag, EG_ERR_DATA, NULL, 0,
                "time stamp %zu is not later than the one before; sort them or drop it", i);
    }
    return EG_OK;
}

eg_err eg_resample_linear(size_t n, const double *t_s, const eg_real *x, double t_start_s,
                          double rate_hz, size_t count, eg_real *y, eg_diag *diag) {
    EG_ASSERT(t_s != NULL && x != NULL && y != NULL && x != y);
    eg_err code = check_series(n, t_s, x, rate_hz, diag);
    if (code != EG_OK) return code;
    for (size_t i = 0, k = 0; i < count; i++) {
        double t = t_start_s + (double)i / rate_hz;
        while (k + 1 < n && t_s[k + 1] <= t) k++;
        if (t <= t_s[0] || k + 1 >= n) {
            y[i] = x[t <= t_s[0] ? 0 : n - 1];
            continue;
        }
        double part = (t - t_s[k]) / (t_s[k + 1] - t_s[k]);
        y[i] = (eg_real)((double)x[k] + part * ((double)x[k + 1] - (double)x[k]));
    }
    return EG_OK;
}

/* Second derivatives of the natural spline: a tridiagonal system, solved by elimination (Thomas).
 */
static void spline_curvature(size_t n, const double *t, const eg_real *x, double *curvature,
                             double *factor) {
    curvature[0] = factor[0] = 0.0;
    for (size_t i = 1; i + 1 < n; i++) {
        double before = t[i] - t[i - 1], after = t[i + 1] - t[i];
        double rise = ((double)x[i + 1] - (double)x[i]) / after;
        double fall = ((double)x[i] - (double)x[i - 1]) / before;
        double pivot = 2.0 * (before + after) - before * factor[i - 1];
        factor[i] = after / pivot;
        curvature[i] = (6.0 * (rise - fall) - before * curvature[i - 1]) / pivot;
    }
    curvature[n - 1] = 0.0;
    for (size_t i = n - 1; i-- > 1;) curvature[i] -= factor[i] * curvature[i + 1];
}

eg_err eg_resample_cubic(size_t n, const double *t_s, const eg_real *x, double t_start_s,
                         double rate_hz, size_t count, eg_real *y, eg_arena *scratch,
                         eg_diag *diag) {
    EG_ASSERT(t_s != NULL && x != NULL && y != NULL && x != y && scratch != NULL);
    eg_err code = check_series(n, t_s, x, rate_hz, diag);
    if (code != EG_OK) return code;
    if (n < 2) return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "one sample has no curve through it");
    size_t mark = eg_arena_mark(scratch);
    double *curvature = eg_arena_take(scratch, n, sizeof *curvature);
    double *factor = eg_arena_take(scratch, n, sizeof *factor);
    if (curvature == NULL || factor == NULL) {
        eg_arena_reset(scratch, mark);
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to resample %zu samples", n);
    }
    spline_curvature(n, t_s, x, curvature, factor);
    for (size_t i = 0, k = 0; i < count; i++) {
        double t = t_start_s + (double)i / rate_hz;
        while (k + 1 < n && t_s[k + 1] <= t) k++;
        if (t <= t_s[0] || k + 1 >= n) {
            y[i] = x[t <= t_s[0] ? 0 : n - 1];
            continue;
        }
        double width = t_s[k + 1] - t_s[k], b = (t - t_s[k]) / width, a = 1.0 - b;
        double bend = (a * a * a - a) * curvature[k] + (b * b * b - b) * curvature[k + 1];
        y[i] = (eg_real)(a * (double)x[k] + b * (double)x[k + 1] + bend * width * width / 6.0);
    }
    eg_arena_reset(scratch, mark);
    return EG_OK;
}
