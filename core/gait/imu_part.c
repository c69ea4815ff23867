#include "core/gait/imu_part.h"

#include <math.h>

#include "core/signal/filter.h"

void imu_mean(size_t n, const double *x, size_t width, double *mean) {
    size_t half = width / 2, from = 0, to = 0;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        size_t last = i + half + 1 < n ? i + half + 1 : n, first = i > half ? i - half : 0;
        for (; to < last; to++) sum += x[to];
        for (; from < first; from++) sum -= x[from];
        mean[i] = sum / (double)(last - first);
    }
}

void imu_centre(size_t n, double *x, size_t width, double *scratch) {
    imu_mean(n, x, width, scratch);
    for (size_t i = 0; i < n; i++) x[i] -= scratch[i];
}

eg_err imu_low_pass(size_t n, double *x, double cut_hz, double rate_hz, eg_arena *scratch,
                    eg_diag *diag) {
    eg_filter filter;
    if (!(cut_hz < 0.45 * rate_hz)) return EG_OK;
    eg_err err = eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, 2, 0.0, cut_hz, rate_hz, diag);
    if (err != EG_OK) return err;
    size_t padding = (size_t)(rate_hz / cut_hz) + eg_filter_padding(&filter);
    if (padding + 1 > n) padding = n > 1 ? n - 1 : 0;
    return eg_filter_zero_lag(&filter, n, x, x, padding, scratch, diag);
}

double imu_peak(size_t n, const double *x, size_t i, double sign) {
    if (i == 0 || i + 1 >= n) return (double)i;
    double a = sign * x[i - 1], b = sign * x[i], c = sign * x[i + 1], d = a - 2.0 * b + c;
    if (!(d < 0.0) || a > b || c > b) return (double)i;
    return (double)i + 0.5 * (a - c) / d;
}
