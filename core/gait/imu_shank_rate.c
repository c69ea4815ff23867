#include "core/gait/imu_shank_rate.h"

#include "core/base/real.h"
#include "core/gait/imu_part.h"

static const double around_s = 0.5; /* before and behind a swing's peak its ends are looked for */
static const double shock_after_s = 0.04; /* the shock comes no later behind the turn back */

double imu_rate_lean(size_t n, const double *turn) {
    double square = 0.0, cube = 0.0;
    for (size_t i = 0; i < n; i++) {
        square += turn[i] * turn[i] / (double)n;
        cube += turn[i] * turn[i] * turn[i] / (double)n;
    }
    return square > 0.0 ? cube / (square * sqrt(square)) : 0.0;
}

void imu_rate_shock(const eg_orient_signal *s, const double *turn, double *shock) {
    double up[3] = {0.0, 0.0, 0.0}, size = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        if (fabs(turn[i]) > 0.8) continue;
        for (int r = 0; r < 3; r++) up[r] += isfinite(s->acc[r][i]) ? s->acc[r][i] : 0.0;
    }
    for (int r = 0; r < 3; r++) size += up[r] * up[r];
    size = size > 0.0 ? sqrt(size) : 1.0;
    for (size_t i = 0; i < s->n; i++) {
        shock[i] = 0.0;
        for (int r = 0; r < 3; r++)
            shock[i] += up[r] / size * (isfinite(s->acc[r][i]) ? s->acc[r][i] : 0.0);
    }
}

static size_t lesser(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Where x passes zero between samples i and i + 1. */
static double crossing(const double *x, size_t i) {
    return (double)i + x[i] / (x[i] - x[i + 1]);
}

/* The first shock between two samples that rises at least half as far as the largest there; 0 where
 * nothing rises. */
static size_t first_shock(const double *shock, size_t from, size_t to) {
    double largest = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        double low = shock[from];
        for (size_t k = from + 1; k < to; k++) {
            low = fmin(low, shock[k]);
            if (shock[k] < shock[k - 1] || shock[k] <= shock[k + 1]) continue;
            double rise = shock[k] - low;
            if (pass == 0) largest = fmax(largest, rise);
            if (pass == 1 && rise > 0.0 && rise >= 0.5 * largest) return k;
            low = shock[k];
        }
    }
    return 0;
}

/* From the peak on: through zero, then the first least value; the shock nearby. */
static void find_strike(size_t n, double rate_hz, const double *x, const double *shock, size_t peak,
                        imu_rate_swing *s) {
    size_t end = lesser(peak + (size_t)(around_s * rate_hz), n - 2), i = peak;
    while (i < end && x[i + 1] > 0.0) i++;
    if (i >= end) return;
    double zero = crossing(x, i);
    size_t from = i;
    while (i < end && x[i + 1] < x[i]) i++;
    if (i == end) return;
    double least = imu_peak(n, x, i, -1.0), middle = 0.5 * (zero + least), felt = middle;
    size_t at = first_shock(shock, from, lesser((size_t)(least + shock_after_s * rate_hz), n - 1));
    if (at > 0) felt = imu_peak(n, shock, at, 1.0);
    s->strike = 0.5 * (middle + felt);
    s->strike_apart = at > 0 ? fabs(felt - middle) : least - zero;
}

/* From the peak back: through zero, then the fastest turn back before. */
static void find_off(size_t n, double rate_hz, const double *x, size_t peak, imu_rate_swing *s) {
    size_t room = (size_t)(around_s * rate_hz), i = peak;
    size_t end = peak > room ? peak - room : 0;
    while (i > end && x[i] > 0.0) i--;
    if (i == end || i + 1 >= n) return;
    double zero = crossing(x, i);
    size_t least = i, last = i > room / 2 ? i - room / 2 : 0;
    for (size_t k = i; k > last; k--)
        if (x[k] < x[least]) least = k;
    double turn = imu_peak(n, x, least, -1.0);
    s->off = turn + IMU_RATE_OFF_PART * (zero - turn);
    s->off_apart = zero - turn;
}

imu_rate_swing imu_rate_ends(size_t n, double rate_hz, const double *turn, const double *shock,
                             size_t peak) {
    imu_rate_swing s = {(double)NAN, (double)NAN, 0.0, 0.0};
    find_off(n, rate_hz, turn, peak, &s);
    find_strike(n, rate_hz, turn, shock, peak, &s);
    return s;
}
