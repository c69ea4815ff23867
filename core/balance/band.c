#include "core/balance/band.h"

#include <math.h>

#include "core/base/check.h"

void eg_band_bins(double low_hz, double high_hz, double step_hz, size_t limit, size_t *first,
                  size_t *past) {
    EG_ASSERT(step_hz > 0.0);
    size_t k = 0;
    while (k < limit && (double)k * step_hz < low_hz) k++;
    *first = k;
    while (k < limit && (double)k * step_hz <= high_hz) k++;
    *past = k;
}

/* The first bin at which the running sum reaches `share` of the whole. */
static double edge_hz(const double *density, size_t first_bin, size_t n, double step_hz,
                      double goal) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += density[i];
        if (sum >= goal) return (double)(first_bin + i) * step_hz;
    }
    return (double)(first_bin + n - 1) * step_hz;
}

eg_band eg_band_measure(const double *density, size_t first_bin, size_t n, double step_hz) {
    EG_ASSERT(n >= 1);
    eg_band band = {0};
    double m1 = 0.0;
    double m2 = 0.0;
    size_t mode = 0;
    for (size_t i = 0; i < n; i++) {
        double f = (double)(first_bin + i) * step_hz;
        double p = density[i];
        band.power += p;
        m1 += f * p;
        m2 += f * f * p;
        if (f <= 0.5) {
            band.below_half += p;
        } else if (f <= 2.0) {
            band.half_to_two += p;
        } else {
            band.above_two += p;
        }
        if (p > density[mode]) mode = i;
    }
    band.f50_hz = edge_hz(density, first_bin, n, step_hz, 0.5 * band.power);
    band.f95_hz = edge_hz(density, first_bin, n, step_hz, 0.95 * band.power);
    band.mode_hz = (double)(first_bin + mode) * step_hz;
    band.mean_hz = m1 / band.power;
    band.centroid_hz = sqrt(m2 / band.power);
    band.dispersion = sqrt(fmax(0.0, 1.0 - m1 * m1 / (band.power * m2)));
    band.quotient = band.above_two / (band.below_half + band.half_to_two);
    return band;
}
