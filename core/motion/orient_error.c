#include "core/motion/orient_error.h"

static double root(double sum, size_t n) {
    return sqrt(sum / (double)n) * (180.0 / EG_PI);
}

eg_orient_error eg_orient_compare(size_t n, const eg_quaternion *estimate,
                                  const double *const reference[4], const double *counts) {
    eg_orient_error error = {(double)NAN, (double)NAN, (double)NAN, 0};
    double total = 0.0, heading = 0.0, inclination = 0.0;
    for (size_t i = 0; i < n; i++) {
        eg_quaternion r = {reference[0][i], -reference[1][i], -reference[2][i], -reference[3][i]};
        double square = eg_quaternion_square(r);
        if (!(square > 0.0) || (counts != NULL && !(fabs(counts[i] - 1.0) < 0.5))) continue;
        eg_quaternion e = eg_quaternion_product(estimate[i], r);
        e = eg_quaternion_scaled(e, 1.0 / sqrt(square));
        double flat = sqrt(e.x * e.x + e.y * e.y), upright = sqrt(e.w * e.w + e.z * e.z);
        /* atan2 of sine and cosine: acos alone loses half the digits of a small angle. */
        double t = 2.0 * eg_atan2(sqrt(flat * flat + e.z * e.z), fabs(e.w));
        double h = 2.0 * eg_atan2(fabs(e.z), fabs(e.w)), v = 2.0 * eg_atan2(flat, upright);
        total += t * t;
        heading += h * h;
        inclination += v * v;
        error.n++;
    }
    if (error.n == 0) return error;
    error.total_deg = root(total, error.n);
    error.heading_deg = root(heading, error.n);
    error.inclination_deg = root(inclination, error.n);
    return error;
}
