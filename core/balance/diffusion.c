#include "core/balance/diffusion.h"

#include <math.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/signal/fft.h"

typedef struct line {
    double intercept, slope;
    double square_error; /* sum of squared residuals */
} line;

static const eg_diffusion unknown = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};

/* Least squares in two passes, which keeps the residuals of a nearly perfect line exact. */
static line fit(const double *x, const double *y, size_t n) {
    EG_ASSERT(n >= 2);
    double mean_x = 0.0;
    double mean_y = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i];
        mean_y += y[i];
    }
    mean_x /= (double)n;
    mean_y /= (double)n;
    double sxx = 0.0;
    double sxy = 0.0;
    for (size_t i = 0; i < n; i++) {
        sxx += (x[i] - mean_x) * (x[i] - mean_x);
        sxy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    line result = {.slope = sxy / sxx};
    result.intercept = mean_y - result.slope * mean_x;
    for (size_t i = 0; i < n; i++) {
        double residual = y[i] - mean_y - result.slope * (x[i] - mean_x);
        result.square_error += residual * residual;
    }
    return result;
}

/* Mean square residual of a line through samples [first, n), for every first in a range, from sums
 * that grow towards the front. x and y are shifted by their values at the end, near which most
 * points lie, so that little is lost to cancellation. */
static size_t best_tail(const double *x, const double *y, size_t n, size_t lowest, size_t highest) {
    EG_ASSERT(lowest <= highest && highest + 2 < n);
    double sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0, syy = 0.0;
    double x0 = x[n - 1];
    double y0 = y[n - 1];
    double best = INFINITY;
    size_t best_first = highest;
    for (size_t i = n; i-- > lowest;) {
        double dx = x[i] - x0;
        double dy = y[i] - y0;
        sx += dx;
        sy += dy;
        sxx += dx * dx;
        sxy += dx * dy;
        syy += dy * dy;
        if (i > highest) continue;
        double count = (double)(n - i);
        double cxx = sxx - sx * sx / count;
        double cxy = sxy - sx * sy / count;
        double cyy = syy - sy * sy / count;
        double error = (cyy - cxy * cxy / cxx) / count;
        if (error < best) { /* the last of equals, and we go backwards */
            best = error;
            best_first = i;
        }
    }
    return best_first;
}

void eg_diffusion_log_lags(size_t count, double rate_hz, double *log_lag) {
    for (size_t i = 0; i < count; i++) log_lag[i] = eg_log((double)(i + 1) / rate_hz);
}

eg_diffusion eg_diffusion_quijoux(const double *msd, size_t count, const double *log_lag,
                                  double *log_msd) {
    enum { FIRST_END = 8, LAST_END = 62, NEEDED = LAST_END + 2 };
    if (count < NEEDED) return unknown;
    for (size_t i = 0; i < count; i++) {
        if (!(msd[i] > 0.0)) return unknown;
        log_msd[i] = eg_log(msd[i]);
    }
    line short_line = {0};
    double best = INFINITY;
    for (size_t end = FIRST_END; end <= LAST_END; end++) {
        line candidate = fit(log_lag, log_msd, end);
        double error = candidate.square_error / (double)end;
        if (error > best) continue;
        best = error;
        short_line = candidate;
    }
    size_t first = best_tail(log_lag, log_msd, count, FIRST_END - 1, LAST_END - 1);
    line long_line = fit(log_lag + first, log_msd + first, count - first);
    double log_critical =
        (long_line.intercept - short_line.intercept) / (short_line.slope - long_line.slope);
    if (log_critical > log_lag[count - 1]) log_critical = log_lag[count - 1];
    return (eg_diffusion){
        .short_intercept = eg_exp(short_line.intercept),
        .long_intercept = eg_exp(long_line.intercept),
        .short_scaling = 0.5 * short_line.slope,
        .long_scaling = 0.5 * long_line.slope,
        .critical_lag_s = eg_exp(log_critical),
        .critical_msd = eg_exp(short_line.intercept + short_line.slope * log_critical),
        .short_slope = NAN,
        .long_slope = NAN,
    };
}

enum { POINTS_MAX = 128, POINTS_WANTED = 96, SIDE_MIN = 6 };

/* Picks lags (in samples) that are evenly spaced in their logarithm. Returns how many. */
static size_t spaced_lags(size_t count, double rate_hz, const double *msd, double *lag_s,
                          double *value) {
    size_t n = 0;
    size_t last = 0;
    double ratio = eg_exp(eg_log((double)count) / (POINTS_WANTED - 1));
    double wanted = 1.0;
    for (int i = 0; i < POINTS_MAX && n < POINTS_MAX && last < count; i++) {
        size_t lag = (size_t)(wanted + 0.5);
        if (lag <= last) lag = last + 1;
        if (lag > count) break;
        lag_s[n] = (double)lag / rate_hz;
        value[n] = msd[lag - 1];
        n++;
        last = lag;
        wanted *= ratio;
    }
    return n;
}

eg_diffusion eg_diffusion_joint(const double *msd, size_t count, double rate_hz, double *scratch) {
    double *lag_s = scratch;
    double *value = scratch + POINTS_MAX;
    double *log_lag = scratch + 2 * (size_t)POINTS_MAX;
    double *log_value = scratch + 3 * (size_t)POINTS_MAX;
    size_t n = count < 1 ? 0 : spaced_lags(count, rate_hz, msd, lag_s, value);
    if (n < 4 * (size_t)SIDE_MIN) return unknown;
    for (size_t i = 0; i < n; i++) {
        if (!(value[i] > 0.0)) return unknown;
        log_lag[i] = eg_log(lag_s[i]);
        log_value[i] = eg_log(value[i]);
    }
    double best = INFINITY;
    size_t split = 0;
    line head = {0};
    line tail = {0};
    for (size_t i = SIDE_MIN; i + SIDE_MIN <= n; i++) {
        if (lag_s[i] < 0.2 || lag_s[i] > lag_s[n - 1] / 3.0) continue;
        line left = fit(log_lag, log_value, i);
        line right = fit(log_lag + i, log_value + i, n - i);
        if (left.square_error + right.square_error >= best) continue;
        best = left.square_error + right.square_error;
        split = i;
        head = left;
        tail = right;
    }
    if (split == 0) return unknown;
    double log_critical = (tail.intercept - head.intercept) / (head.slope - tail.slope);
    return (eg_diffusion){
        .short_intercept = eg_exp(head.intercept),
        .long_intercept = eg_exp(tail.intercept),
        .short_scaling = 0.5 * head.slope,
        .long_scaling = 0.5 * tail.slope,
        .critical_lag_s = eg_exp(log_critical),
        .critical_msd = eg_exp(head.intercept + head.slope * log_critical),
        .short_slope = 0.5 * fit(lag_s, value, split).slope,
        .long_slope = 0.5 * fit(lag_s + split, value + split, n - split).slope,
    };
}

static size_t without_factor(size_t n, size_t factor) {
    while (n % factor == 0) n /= factor;
    return n;
}

size_t eg_diffusion_fast_length(size_t n) {
    EG_ASSERT(n > 0);
    size_t length = n;
    while (without_factor(without_factor(without_factor(length, 2), 3), 5) != 1) length++;
    return length;
}

size_t eg_diffusion_msd_memory(size_t n, size_t max_lag) {
    size_t length = eg_diffusion_fast_length(n + max_lag);
    return 2 * length * sizeof(eg_complex) + eg_fft_size(2 * length) + 256;
}

/* bins hold the transform of ml + i ap. Puts power_ml + i power_ap, scaled, in their place: as both
 * are even, its forward transform is autocorrelation_ml + i autocorrelation_ap. */
static void to_powers(eg_complex *bins, size_t length) {
    double scale = 0.25 / (double)length;
    for (size_t k = 0; k <= length / 2; k++) {
        size_t mirror = k == 0 ? 0 : length - k;
        eg_complex a = bins[k];
        eg_complex b = bins[mirror];
        double ml_re = a.re + b.re;
        double ml_im = a.im - b.im;
        double ap_re = a.im + b.im;
        double ap_im = b.re - a.re;
        eg_complex power = {scale * (ml_re * ml_re + ml_im * ml_im),
                            scale * (ap_re * ap_re + ap_im * ap_im)};
        bins[k] = power;
        bins[mirror] = power;
    }
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

/* The sum of (x[i+k] - x[i])^2 is the squares of both ends of every pair less twice their product;
 * each further lag loses one square at either end. */
static void msd_from_products(const eg_sway_signal *signal, const eg_complex *products,
                              size_t max_lag, double *msd_ml, double *msd_ap) {
    size_t n = signal->n;
    double squares_ml = 0.0;
    double squares_ap = 0.0;
    for (size_t i = 0; i < n; i++) {
        squares_ml += 2.0 * signal->ml[i] * signal->ml[i];
        squares_ap += 2.0 * signal->ap[i] * signal->ap[i];
    }
    for (size_t lag = 1; lag <= max_lag; lag++) {
        double a = signal->ml[lag - 1], b = signal->ml[n - lag];
        double c = signal->ap[lag - 1], d = signal->ap[n - lag];
        squares_ml -= a * a + b * b;
        squares_ap -= c * c + d * d;
        double pairs = (double)(n - lag);
        msd_ml[lag - 1] = fmax(0.0, (squares_ml - 2.0 * products[lag].re) / pairs);
        msd_ap[lag - 1] = fmax(0.0, (squares_ap - 2.0 * products[lag].im) / pairs);
    }
}

eg_err eg_diffusion_msd(const eg_sway_signal *signal, size_t max_lag, double *msd_ml,
                        double *msd_ap, eg_arena *arena, eg_diag *diag) {
    enum { DIRECT_LAGS = 16 };
    size_t n = signal->n;
    EG_ASSERT(max_lag >= 1 && max_lag < n);
    size_t mark = eg_arena_mark(arena);
    size_t length = eg_diffusion_fast_length(n + max_lag);
    eg_fft_plan plan;
    eg_err err = eg_fft_plan_init(&plan, length, arena, diag);
    if (err != EG_OK) return err;
    eg_complex *time = eg_arena_take(arena, length, sizeof *time);
    eg_complex *bins = eg_arena_take(arena, length, sizeof *bins);
    if (time == NULL || bins == NULL) {
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
    }
    for (size_t i = 0; i < n; i++) time[i] = (eg_complex){signal->ml[i], signal->ap[i]};
    eg_fft_plan_run(&plan, time, bins);
    to_powers(bins, length);
    eg_fft_plan_run(&plan, bins, time);
    msd_from_products(signal, time, max_lag, msd_ml, msd_ap);
    size_t direct = max_lag < DIRECT_LAGS ? max_lag : DIRECT_LAGS;
    msd_directly(signal->ml, n, direct, msd_ml);
    msd_directly(signal->ap, n, direct, msd_ap);
    eg_arena_reset(arena, mark);
    return EG_OK;
}
