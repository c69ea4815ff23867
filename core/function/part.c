/* Small things that the function tests share. */
#include "core/function/part.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/signal/filter.h"

size_t function_sample_at(const eg_trunk *body, double t_s) {
    double i = floor(fmax(0.0, t_s) * body->rate_hz + 0.5);
    return i < (double)body->n ? (size_t)i : body->n - 1;
}

size_t function_samples(double seconds, double rate_hz) {
    double n = floor(seconds * rate_hz + 0.5);
    return n < 1.0 ? 1 : (size_t)n;
}

double *function_sorted(size_t n, const double *values, eg_arena *arena) {
    double *sorted = eg_arena_take(arena, n, sizeof *sorted);
    size_t mark = eg_arena_mark(arena);
    double *scratch = eg_arena_take(arena, n, sizeof *scratch);
    if (sorted == NULL || scratch == NULL) return NULL;
    for (size_t i = 0; i < n; i++) sorted[i] = values[i];
    eg_sort(n, sorted, scratch);
    eg_arena_reset(arena, mark);
    return sorted;
}

double function_quantile(size_t n, const double *values, double p, eg_arena *scratch) {
    size_t mark = eg_arena_mark(scratch);
    double *sorted = function_sorted(n, values, scratch);
    double value = sorted == NULL ? (double)NAN : eg_sort_quantile(n, sorted, p);
    eg_arena_reset(scratch, mark);
    return value;
}

eg_err function_low_pass(size_t n, const double *x, double *y, double cut_hz, double rate_hz,
                         eg_arena *scratch, eg_diag *diag) {
    if (cut_hz >= 0.45 * rate_hz) {
        for (size_t i = 0; i < n; i++) y[i] = x[i];
        return EG_OK;
    }
    eg_filter filter;
    eg_err err = eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, 2, 0.0, cut_hz, rate_hz, diag);
    if (err != EG_OK) return err;
    size_t padding = function_samples(0.5, rate_hz);
    if (padding >= n) padding = n - 1;
    return eg_filter_zero_lag(&filter, n, x, y, padding, scratch, diag);
}

/* (W + lambda D'D) curve = W v, D the second difference: five diagonals, solved by LDL'. */
eg_err function_whittaker(size_t n, const double *v, const double *weights, double cut_hz,
                          double rate_hz, double *curve, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(n >= 4);
    size_t mark = eg_arena_mark(scratch);
    double *d = eg_arena_take(scratch, n, sizeof *d);
    double *e = eg_arena_take(scratch, n, sizeof *e);
    double *f = eg_arena_take(scratch, n, sizeof *f);
    if (d == NULL || e == NULL || f == NULL) {
        eg_arena_reset(scratch, mark);
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a curve of %zu", n);
    }
    double scale = rate_hz / (2.0 * EG_PI * cut_hz);
    double lambda = scale * scale * scale * scale;
    for (size_t i = 0; i < n; i++) {
        double own = i == 0 || i == n - 1 ? 1.0 : i == 1 || i == n - 2 ? 5.0 : 6.0;
        double next = i == 0 || i == n - 2 ? -2.0 : -4.0;
        d[i] = weights[i] + lambda * own;
        e[i] = i + 1 < n ? lambda * next : 0.0;
        f[i] = i + 2 < n ? lambda : 0.0;
        /* Elimination as we go: rows i - 1 and i - 2 are done. */
        if (i >= 1) {
            d[i] -= e[i - 1] * e[i - 1] * d[i - 1];
            e[i] -= f[i - 1] * e[i - 1] * d[i - 1];
        }
        if (i >= 2) d[i] -= f[i - 2] * f[i - 2] * d[i - 2];
        e[i] /= d[i];
        f[i] /= d[i];
        curve[i] = weights[i] * v[i];
        if (i >= 1) curve[i] -= e[i - 1] * curve[i - 1];
        if (i >= 2) curve[i] -= f[i - 2] * curve[i - 2];
    }
    for (size_t i = n; i-- > 0;) {
        curve[i] /= d[i];
        if (i + 1 < n) curve[i] -= e[i] * curve[i + 1];
        if (i + 2 < n) curve[i] -= f[i] * curve[i + 2];
    }
    eg_arena_reset(scratch, mark);
    return EG_OK;
}
