#include "core/function/swing.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/solve.h"
#include "core/function/part.h"
#include "core/function/turn.h"

enum { COLUMNS_MAX = 5 };

static const double least_s = 1.2;  /* of walking: less shows no stride */
static const double ending_s = 0.5; /* the last step */
/* Of the swing, in shares: how far it strays from what the walk before says, as long as nothing is
 * known of the person; that counts as much as one number seen. */
static const double usual_spread = 0.2;

double eg_swing_share(double t_s, double stop_s) {
    double u = fmax(0.0, fmin(1.0, (stop_s - t_s) / ending_s));
    return u * u * (3.0 - 2.0 * u);
}

/* Columns at sample i: sine, cosine of the angular frequency, 1, t and, for the heading, t^2. */
static size_t columns_at(const eg_trunk *body, size_t i, size_t from, size_t to, double omega,
                         bool is_heading, double column[COLUMNS_MAX]) {
    double u = 2.0 * (double)(i - from) / (double)(to - from) - 1.0;
    eg_sincos(omega * (double)i / body->rate_hz, &column[0], &column[1]);
    column[2] = 1.0;
    column[3] = u;
    column[4] = u * u;
    return is_heading ? 5 : 4;
}

/* Least squares of y over [from, to]; the mean square that remains. */
static double fit(const eg_trunk *body, const double *y, size_t from, size_t to, double omega,
                  bool is_heading, double factor[COLUMNS_MAX]) {
    double a[COLUMNS_MAX * COLUMNS_MAX] = {0}, b[COLUMNS_MAX] = {0}, column[COLUMNS_MAX];
    double square = 0.0;
    size_t n = 0;
    for (size_t i = from; i <= to; i++) {
        double value = y[i] - y[from];
        n = columns_at(body, i, from, to, omega, is_heading, column);
        square += value * value;
        for (size_t j = 0; j < n; j++) {
            b[j] += column[j] * value;
            for (size_t k = 0; k < n; k++) a[j * n + k] += column[j] * column[k];
        }
    }
    double right[COLUMNS_MAX];
    for (size_t j = 0; j < n; j++) right[j] = b[j];
    if (n == 0 || eg_solve(n, a, b, factor) == 0) return (double)INFINITY;
    for (size_t j = 0; j < n; j++) square -= factor[j] * right[j];
    return fmax(0.0, square) / (double)(to - from + 1);
}

/* How far single strides' swings lie from the mean one, sine and cosine, in shares of it: what is
 * left of the heading, stride by stride. With each stride seen that says more than what is usual.
 */
static double spread_of(const eg_trunk *body, size_t from, size_t to, const eg_swing *swing) {
    double omega = EG_PI * swing->cadence_hz, factor[COLUMNS_MAX] = {0.0}, column[COLUMNS_MAX];
    size_t stride = (size_t)(2.0 * body->rate_hz / swing->cadence_hz + 0.5);
    size_t n = (to - from + 1) / stride;
    if (n < 2 || !isfinite(fit(body, body->heading_rad, from, to, omega, true, factor)))
        return usual_spread;
    double size = factor[0] * factor[0] + factor[1] * factor[1], square = 0.0;
    if (!(size > 0.0)) return usual_spread;
    for (size_t k = 0; k < n; k++) {
        double sum[2] = {0.0, 0.0};
        for (size_t i = from + k * stride; i < from + (k + 1) * stride; i++) {
            double rest = body->heading_rad[i] - body->heading_rad[from];
            size_t m = columns_at(body, i, from, to, omega, true, column);
            for (size_t j = 0; j < m; j++) rest -= factor[j] * column[j];
            for (int j = 0; j < 2; j++) sum[j] += 2.0 * rest * column[j] / (double)stride;
        }
        square += sum[0] * sum[0] + sum[1] * sum[1];
    }
    double seen = 2.0 * (double)(n - 1);
    return sqrt((usual_spread * usual_spread + square / size) / (1.0 + seen));
}

bool eg_swing_learn(const eg_trunk *body, double from_s, double to_s, double bob_to_s,
                    eg_swing *swing) {
    EG_ASSERT(body != NULL && swing != NULL);
    static const double heading_noise = 0.01, velocity_noise = 0.02;
    if (!(to_s > from_s + least_s)) return false;
    size_t from = function_sample_at(body, from_s), to = function_sample_at(body, to_s);
    size_t bob_to = function_sample_at(body, fmax(bob_to_s, to_s));
    double usual = eg_turn_cadence_hz(body, (from + to) / 2), best = (double)INFINITY;
    if (!isfinite(usual) || to <= from + 8) return false;
    for (int k = -12; k <= 12; k++) {
        double cadence = usual * (1.0 + 0.01 * k), factor[2][COLUMNS_MAX] = {{0.0}};
        double turning = fit(body, body->heading_rad, from, to, EG_PI * cadence, true, factor[0]);
        double rising =
            fit(body, body->rise_m_s, from, bob_to, 2.0 * EG_PI * cadence, false, factor[1]);
        double sum = (double)(to - from) * eg_log(turning + heading_noise * heading_noise) +
                     (double)(bob_to - from) * eg_log(rising + velocity_noise * velocity_noise);
        if (!(sum < best)) continue;
        best = sum;
        swing->cadence_hz = cadence;
        swing->velocity_rest = sqrt(rising);
        for (int j = 0; j < 2; j++) {
            swing->heading[j] = factor[0][j];
            swing->velocity[j] = factor[1][j];
        }
    }
    if (!isfinite(best)) return false;
    swing->spread = spread_of(body, from, to, swing);
    return true;
}

double eg_swing_stop_score(const eg_trunk *body, const eg_swing *swing, double from_s, double to_s,
                           double stop_s) {
    size_t from = function_sample_at(body, from_s), to = function_sample_at(body, to_s);
    double mean = 0.0, square = 0.0, n = (double)(to - from + 1), sine, cosine;
    if (to <= from + 4) return 0.0;
    for (int round = 0; round < 2; round++)
        for (size_t i = from; i <= to; i++) {
            double t_s = (double)i / body->rate_hz;
            eg_sincos(2.0 * EG_PI * swing->cadence_hz * t_s, &sine, &cosine);
            double rest =
                body->rise_m_s[i] - eg_swing_share(t_s, stop_s) *
                                        (swing->velocity[0] * sine + swing->velocity[1] * cosine);
            if (round == 0)
                mean += rest / n;
            else
                square += (rest - mean) * (rest - mean);
        }
    return n * eg_log(square / n + swing->velocity_rest * swing->velocity_rest);
}
