/* The weight goes over from the old foot to the new one between the new one's strike and the old
 * one's off: the push sideways, away from the foot that bears, changes its sign along a ramp that
 * begins and ends with both standing. Three straight pieces are fitted to the sideways acceleration
 * of a foot's steps laid over each other, for any two corners; what they leave over says how well
 * each pair of corners is told. Where the sensor sways otherwise (six real walks: a fifth to three
 * quarters of the variance is left over) that is next to nothing; where forces go over as they do
 * over a stiff leg a thousandth to a fiftieth is left, and strike and off lie within 15 ms. */
#include "core/base/real.h"
#include "core/base/solve.h"
#include "core/gait/imu_back_part.h"

enum { CELLS = 78, PIECES = 4, STRIKES = 23, OFFS = 33 };

/* In steps from the turn of the forward acceleration: what is looked at, and the first corners. */
static const double from_step = -0.4, to_step = 0.75, strike_from = -0.25, off_from = -0.05;
static const double grid_step = 0.02;
static const double shortest = 0.05, longest = 0.55; /* double support, of a step */
static const double corners = 5.0; /* independent values in a step: as many as the low-pass lets */
static const double left_over = 0.01; /* of the variance: a model never fits better than that */
static const double corner_sd = 0.02; /* of a step: the force's corners about strike and off */
static const double alike_sd = 3.0;   /* a double support further from the usual one is none */

/* What three straight pieces with corners there leave over of y's square. */
static double misfit(const double y[CELLS], double strike, double off) {
    double a[PIECES * PIECES] = {0.0}, b[PIECES] = {0.0}, factor[PIECES], square = 0.0;
    for (int c = 0; c < CELLS; c++) {
        double t = from_step + (to_step - from_step) * (double)c / (CELLS - 1);
        double x[PIECES] = {1.0, fmin(t, strike) - strike,
                            fmin(fmax(t - strike, 0.0), off - strike), fmax(t - off, 0.0)};
        square += y[c] * y[c];
        for (int i = 0; i < PIECES; i++) {
            for (int j = 0; j <= i; j++) a[i * PIECES + j] += x[i] * x[j];
            b[i] += x[i] * y[c];
        }
    }
    if (!eg_solve(PIECES, a, b, factor)) return (double)INFINITY;
    for (int i = 0; i < PIECES; i++) square -= factor[i] * b[i];
    return fmax(square, 0.0);
}

/* Medians, which a turn on the way does not bend. */
static void lay_over(back_work *w, const double *x, size_t first, size_t end, size_t stride,
                     double y[CELLS]) {
    double rate = w->b->rate_hz, mean = 0.0;
    for (int c = 0; c < CELLS; c++) {
        double part = from_step + (to_step - from_step) * (double)c / (CELLS - 1);
        size_t n = 0;
        for (size_t k = first; k < end; k += stride) {
            double at = fmax(0.0, (w->steps[k].turn_s + part * w->b->step_s) * rate);
            double sign = stride == 1 && (k - first) % 2 == 1 ? -1.0 : 1.0;
            size_t i = (size_t)at;
            if (i + 1 < w->b->n)
                w->vote[n++] = sign * (x[i] + (at - (double)i) * (x[i + 1] - x[i]));
        }
        y[c] = imu_back_median(n, w->vote, w->order);
        mean += y[c] / CELLS;
    }
    for (int c = 0; c < CELLS; c++) y[c] -= mean;
}

back_shift imu_back_shift_of(back_work *w, const double *x, size_t first, size_t end, size_t stride,
                             double both_s, double both_sd_s) {
    double y[CELLS], fit[STRIKES][OFFS], least = (double)INFINITY, variance = 0.0;
    double sum[5] = {0.0, 0.0, 0.0, 0.0, 0.0}, step = w->b->step_s;
    lay_over(w, x, first, end, stride, y);
    for (int c = 0; c < CELLS; c++) variance += y[c] * y[c];
    for (int i = 0; i < STRIKES; i++)
        for (int j = 0; j < OFFS; j++) {
            double strike = strike_from + grid_step * i, off = off_from + grid_step * j;
            fit[i][j] = (double)INFINITY;
            if (off - strike < shortest || off - strike > longest) continue;
            fit[i][j] = eg_log(misfit(y, strike, off) / fmax(variance, 1e-12) + left_over);
            least = fmin(least, fit[i][j]);
        }
    double many = 2.0 * corners * (to_step - from_step);
    for (int i = 0; i < STRIKES; i++)
        for (int j = 0; j < OFFS; j++) {
            if (!isfinite(fit[i][j])) continue;
            double strike = strike_from + grid_step * i, off = off_from + grid_step * j;
            double like = eg_exp(-0.5 * many * (fit[i][j] - least)), middle = 0.5 * (strike + off);
            sum[0] += like;
            sum[1] += like * middle;
            sum[2] += like * middle * middle;
            sum[3] += like * (off - strike);
            sum[4] += like * (off - strike) * (off - strike);
        }
    double middle = sum[1] / sum[0], both = sum[3] / sum[0];
    back_shift s = {.middle_s = step * middle, .both_s = step * both};
    s.middle_sd_s = step * sqrt(fmax(sum[2] / sum[0] - middle * middle, 0.0));
    s.both_sd_s = step * sqrt(fmax(sum[4] / sum[0] - both * both, 0.0));
    s.middle_sd_s = eg_hypot(s.middle_sd_s, corner_sd * step / sqrt(2.0));
    s.both_sd_s = eg_hypot(s.both_sd_s, corner_sd * step * sqrt(2.0));
    s.is_told = fabs(s.both_s - both_s) < alike_sd * eg_hypot(both_sd_s, s.both_sd_s);
    return s;
}
