#include "core/signal/smooth.h"

#include "core/base/check.h"

/* b of the recurrence p[k+1] = t p[k] - b p[k-1] of the monic polynomials that are orthogonal on
 * the n whole numbers around 0. */
static double gram_step(unsigned k, unsigned n) {
    double square = (double)k * k;
    return square * ((double)n * n - square) / (4.0 * (4.0 * square - 1.0));
}

/* p[k] = the derivative-th derivative at t of polynomial k, k = 0 ... order. */
static void gram(unsigned n, unsigned order, unsigned derivative, double t,
                 double p[EG_SMOOTH_ORDER_MAX + 1]) {
    double lower[EG_SMOOTH_ORDER_MAX + 1] = {0}; /* one derivative less */
    for (unsigned d = 0; d <= derivative; d++) {
        double row[EG_SMOOTH_ORDER_MAX + 1] = {0};
        row[0] = d == 0 ? 1.0 : 0.0;
        for (unsigned k = 0; k < order; k++) {
            double before = k == 0 ? 0.0 : gram_step(k, n) * row[k - 1];
            row[k + 1] = t * row[k] + d * lower[k] - before;
        }
        for (unsigned k = 0; k <= order; k++) lower[k] = row[k];
    }
    for (unsigned k = 0; k <= order; k++) p[k] = lower[k];
}

void eg_smooth_weights(unsigned window, unsigned order, unsigned derivative, unsigned at,
                       double *weights) {
    EG_ASSERT(window % 2 == 1 && window <= EG_SMOOTH_WINDOW_MAX && at < window);
    EG_ASSERT(order < window && order <= EG_SMOOTH_ORDER_MAX);
    unsigned middle = window / 2;
    double half = middle;
    double target[EG_SMOOTH_ORDER_MAX + 1], p[EG_SMOOTH_ORDER_MAX + 1];
    gram(window, order, derivative, (double)at - half, target);
    for (unsigned i = 0; i < window; i++) {
        gram(window, order, 0, (double)i - half, p);
        double norm = window; /* the sum of squares of polynomial k */
        weights[i] = p[0] * target[0] / norm;
        for (unsigned k = 1; k <= order; k++) {
            norm *= gram_step(k, window);
            weights[i] += p[k] * target[k] / norm;
        }
    }
}

static eg_real weighted(unsigned window, const double *weights, double scale, const eg_real *x) {
    double sum = 0.0;
    for (unsigned j = 0; j < window; j++) sum += weights[j] * (double)x[j];
    return (eg_real)(sum * scale);
}

eg_err eg_smooth_savitzky_golay(size_t n, const eg_real *x, eg_real *y, unsigned window,
                                unsigned order, unsigned derivative, double spacing,
                                eg_diag *diag) {
    EG_ASSERT(x != y);
    if (window % 2 == 0 || window > EG_SMOOTH_WINDOW_MAX || order >= window ||
        order > EG_SMOOTH_ORDER_MAX || derivative > order || !(spacing > 0.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "smoothing with window %u, order %u, derivative %u is not possible",
                           window, order, derivative);
    if (n < window)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "%zu samples are fewer than the smoothing window (%u)", n, window);
    double weights[EG_SMOOTH_WINDOW_MAX], scale = 1.0;
    for (unsigned d = 0; d < derivative; d++) scale /= spacing;
    unsigned half = window / 2;
    for (unsigned at = 0; at < window; at++) {
        eg_smooth_weights(window, order, derivative, at, weights);
        if (at < half) y[at] = weighted(window, weights, scale, x);
        if (at > half) y[n - window + at] = weighted(window, weights, scale, x + (n - window));
        if (at != half) continue;
        for (size_t i = half; i < n - half; i++)
            y[i] = weighted(window, weights, scale, x + (i - half));
    }
    return EG_OK;
}
