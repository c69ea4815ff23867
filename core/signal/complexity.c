#include "core/signal/complexity.h"

#include <math.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/sort.h"

size_t eg_complexity_size(size_t n) {
    return (EG_COMPLEXITY_TEMPLATE_MAX + 6) * (n * sizeof(double) + 32);
}

static eg_err check_finite(size_t n, const double *x, eg_diag *diag) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "sample %zu is not a finite number", i);
    return EG_OK;
}

static eg_err no_memory(eg_diag *diag, size_t n) {
    return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to analyse %zu samples", n);
}

/* Templates in the order of their first sample: part[k][i] is sample k of the i-th. */
typedef struct templates {
    size_t count;
    unsigned m; /* parts 0 ... m */
    const double *part[EG_COMPLEXITY_TEMPLATE_MAX + 1];
} templates;

static unsigned within(double a, double b, double tolerance, int inclusive) {
    double apart = fabs(a - b);
    return inclusive ? apart <= tolerance : apart < tolerance;
}

/* Counts the pairs of template i with the templates behind it. Those are sorted, so that the first
 * one out of reach ends the search. */
static void count_matches(const templates *t, size_t i, double tolerance, int inclusive,
                          eg_sample_entropy *result) {
    const double *first = t->part[0];
    for (size_t j = i + 1; j < t->count && within(first[j], first[i], tolerance, inclusive); j++) {
        unsigned k = 1;
        while (k < t->m && within(t->part[k][j], t->part[k][i], tolerance, inclusive)) k++;
        if (k < t->m) continue;
        result->matches_m++;
        result->matches_more += within(t->part[t->m][j], t->part[t->m][i], tolerance, inclusive);
    }
}

/* m = 2, tolerance included, is what nearly everybody asks for; without branches it is faster. */
static void count_matches_of_two(const templates *t, size_t i, double tolerance,
                                 eg_sample_entropy *result) {
    const double *first = t->part[0], *second = t->part[1], *third = t->part[2];
    const double a = first[i], b = second[i], c = third[i];
    unsigned matches = 0, more = 0;
    for (size_t j = i + 1; j < t->count && first[j] - a <= tolerance; j++) {
        unsigned near = fabs(second[j] - b) <= tolerance;
        matches += near;
        more += near & (unsigned)(fabs(third[j] - c) <= tolerance);
    }
    result->matches_m += matches;
    result->matches_more += more;
}

eg_err eg_complexity_sample_entropy(size_t n, const double *x, unsigned m, double tolerance,
                                    int inclusive, eg_arena *scratch, eg_sample_entropy *result,
                                    eg_diag *diag) {
    EG_ASSERT(x != NULL && scratch != NULL && result != NULL);
    *result = (eg_sample_entropy){.nats = (double)NAN};
    if (m < 1 || m > EG_COMPLEXITY_TEMPLATE_MAX || !(tolerance >= 0.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "sample entropy with m = %u, tolerance %g is not defined", m, tolerance);
    if (n <= (size_t)m + 1)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "%zu samples are too few for m = %u", n, m);
    eg_err code = check_finite(n, x, diag);
    if (code != EG_OK) return code;
    size_t mark = eg_arena_mark(scratch);
    templates t = {.count = n - m, .m = m};
    size_t *order = eg_arena_take(scratch, t.count, sizeof *order);
    size_t *spare = eg_arena_take(scratch, t.count, sizeof *spare);
    if (order == NULL || spare == NULL) return no_memory(diag, n);
    eg_sort_index(t.count, x, order, spare);
    for (unsigned k = 0; k <= m; k++) {
        double *part = eg_arena_take(scratch, t.count, sizeof *part);
        if (part == NULL) {
            eg_arena_reset(scratch, mark);
            return no_memory(diag, n);
        }
        for (size_t i = 0; i < t.count; i++) part[i] = x[order[i] + k];
        t.part[k] = part;
    }
    for (size_t i = 0; i < t.count; i++) {
        if (m == 2 && inclusive)
            count_matches_of_two(&t, i, tolerance, result);
        else
            count_matches(&t, i, tolerance, inclusive, result);
    }
    eg_arena_reset(scratch, mark);
    if (result->matches_more > 0)
        result->nats = -eg_log((double)result->matches_more / (double)result->matches_m);
    return EG_OK;
}

eg_err eg_complexity_multiscale(size_t n, const double *x, unsigned m, double tolerance,
                                int inclusive, size_t n_scales, eg_arena *scratch, double *nats,
                                eg_diag *diag) {
    EG_ASSERT(x != NULL && scratch != NULL && nats != NULL);
    size_t mark = eg_arena_mark(scratch);
    double *coarse = eg_arena_take(scratch, n, sizeof *coarse);
    if (coarse == NULL) return no_memory(diag, n);
    eg_err code = EG_OK;
    for (size_t scale = 1; scale <= n_scales && code == EG_OK; scale++) {
        size_t count = n / scale;
        for (size_t i = 0; i < count; i++) {
            double sum = 0.0;
            for (size_t j = 0; j < scale; j++) sum += x[i * scale + j];
            coarse[i] = sum / (double)scale;
        }
        eg_sample_entropy entropy;
        code = eg_complexity_sample_entropy(count, coarse, m, tolerance, inclusive, scratch,
                                            &entropy, diag);
        nats[scale - 1] = entropy.nats;
    }
    eg_arena_reset(scratch, mark);
    return code;
}

size_t eg_complexity_log_scales(size_t low, size_t high, size_t wanted, size_t *scales) {
    EG_ASSERT(low >= 1 && high >= low && scales != NULL);
    size_t count = 0;
    double from = eg_log((double)low), to = eg_log((double)high);
    for (size_t i = 0; i < wanted; i++) {
        double part = wanted > 1 ? (double)i / (double)(wanted - 1) : 0.0;
        size_t scale = (size_t)floor(eg_exp(from + part * (to - from)) + 0.5);
        if (i + 1 == wanted && wanted > 1) scale = high;
        if (count == 0 || scale > scales[count - 1]) scales[count++] = scale;
    }
    return count;
}

/* Orthogonal polynomials on a window, row k of basis[(order + 1) * scale], and their squares. */
static void fill_basis(size_t scale, unsigned order, double *basis, double *norm) {
    double middle = 0.5 * (double)(scale - 1), count = (double)scale;
    for (unsigned k = 0; k <= order; k++) {
        double square = (double)(k - 1) * (double)(k - 1);
        double step =
            k < 2 ? 0.0 : square * (count * count - square) / (4.0 * (4.0 * square - 1.0));
        norm[k] = 0.0;
        for (size_t i = 0; i < scale; i++) {
            double value = 1.0;
            if (k >= 1) value = ((double)i - middle) * basis[(k - 1) * scale + i];
            if (k >= 2) value -= step * basis[(k - 2) * scale + i];
            basis[k * scale + i] = value;
            norm[k] += value * value;
        }
    }
}

/* Mean square of y[scale] around its polynomial. */
static double window_residual(size_t scale, unsigned order, const double *basis, const double *norm,
                              const double *y) {
    double factor[EG_COMPLEXITY_SCALE_ORDER_MAX + 1], sum = 0.0;
    for (unsigned k = 0; k <= order; k++) {
        factor[k] = 0.0;
        /* Relative to the first value, lest a far-away walk costs digits. */
        for (size_t i = 0; i < scale; i++) factor[k] += basis[k * scale + i] * (y[i] - y[0]);
        factor[k] /= norm[k];
    }
    for (size_t i = 0; i < scale; i++) {
        double rest = y[i] - y[0];
        for (unsigned k = 0; k <= order; k++) rest -= factor[k] * basis[k * scale + i];
        sum += rest * rest;
    }
    return sum / (double)scale;
}

static double fluctuation_at(const eg_dfa_settings *s, size_t scale, size_t n, const double *walk,
                             double *basis) {
    double norm[EG_COMPLEXITY_SCALE_ORDER_MAX + 1], sum = 0.0;
    size_t step = s->overlapping ? scale / 2 : scale, count = 0;
    fill_basis(scale, s->order, basis, norm);
    for (size_t at = 0; at + scale <= n; at += step, count++) {
        double square = window_residual(scale, s->order, basis, norm, walk + at);
        sum += s->pooled ? square : sqrt(square);
    }
    double mean = sum / (double)count;
    return s->pooled ? sqrt(mean) : mean;
}

/* Slope of y over x by least squares. */
static double slope_of(size_t n, const double *x, const double *y) {
    double mean_x = 0.0, mean_y = 0.0, above = 0.0, below = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        above += (x[i] - mean_x) * (y[i] - mean_y);
        below += (x[i] - mean_x) * (x[i] - mean_x);
    }
    return above / below;
}

static int dfa_settings_fit(const eg_dfa_settings *s, size_t n) {
    if (s->order < 1 || s->order > EG_COMPLEXITY_SCALE_ORDER_MAX || s->n_scales < 2) return 0;
    for (size_t i = 0; i < s->n_scales; i++) {
        if (s->scales[i] <= s->order + 1 || s->scales[i] > n) return 0;
        if (i > 0 && s->scales[i] <= s->scales[i - 1]) return 0;
    }
    return s->n_scales <= n;
}

eg_err eg_complexity_dfa(const eg_dfa_settings *settings, size_t n, const double *x,
                         eg_arena *scratch, double *fluctuation, double *alpha, eg_diag *diag) {
    EG_ASSERT(settings != NULL && x != NULL && fluctuation != NULL && alpha != NULL);
    *alpha = (double)NAN;
    if (!dfa_settings_fit(settings, n))
        return eg_diag_set(
            diag, EG_ERR_ARGUMENT, NULL, 0,
            "fluctuation analysis needs at least two ascending scales between the order "
            "(%u) + 2 and the number of samples (%zu)",
            settings->order, n);
    eg_err code = check_finite(n, x, diag);
    if (code != EG_OK) return code;
    size_t mark = eg_arena_mark(scratch);
    double *walk = eg_arena_take(scratch, n, sizeof *walk);
    double *basis = eg_arena_take(scratch, (settings->order + 1) * n, sizeof *basis);
    double *logs = eg_arena_take(scratch, 2 * settings->n_scales, sizeof *logs);
    if (walk == NULL || basis == NULL || logs == NULL) {
        eg_arena_reset(scratch, mark);
        return no_memory(diag, n);
    }
    double mean = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) mean += x[i];
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) walk[i] = sum += x[i] - mean;
    int positive = 1;
    for (size_t i = 0; i < settings->n_scales; i++) {
        fluctuation[i] = fluctuation_at(settings, settings->scales[i], n, walk, basis);
        positive = positive && fluctuation[i] > 0.0;
        logs[i] = eg_log((double)settings->scales[i]);
        logs[settings->n_scales + i] = positive ? eg_log(fluctuation[i]) : 0.0;
    }
    if (positive) *alpha = slope_of(settings->n_scales, logs, logs + settings->n_scales);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

/* Are the embedded points that start at i and j within the radius? */
static int is_recurrent(const eg_recurrence_settings *s, const double *x, size_t i, size_t j) {
    double square = 0.0;
    for (unsigned k = 0; k < s->dimension; k++) {
        double apart = x[i + k * s->delay] - x[j + k * s->delay];
        square += apart * apart;
    }
    return square <= s->radius * s->radius;
}

/* Turns a histogram of line lengths into the measures of lines. */
static void summarize_lines(size_t n, const uint64_t *lines, unsigned line_min,
                            eg_recurrence *result) {
    uint64_t n_lines = 0, n_on_lines = 0;
    for (size_t length = line_min; length <= n; length++) {
        n_lines += lines[length];
        n_on_lines += lines[length] * length;
        if (lines[length] > 0) result->line_longest = length;
    }
    if (result->recurrent > 0) result->determinism = (double)n_on_lines / (double)result->recurrent;
    if (n_lines == 0) return;
    result->line_mean = (double)n_on_lines / (double)n_lines;
    result->line_entropy = 0.0;
    for (size_t length = line_min; length <= n; length++) {
        if (lines[length] == 0) continue;
        double share = (double)lines[length] / (double)n_lines;
        result->line_entropy -= share * eg_log(share);
    }
}

eg_err eg_complexity_recurrence(const eg_recurrence_settings *settings, size_t n, const double *x,
                                eg_arena *scratch, eg_recurrence *result, eg_diag *diag) {
    EG_ASSERT(settings != NULL && x != NULL && scratch != NULL && result != NULL);
    const eg_recurrence_settings *s = settings;
    *result = (eg_recurrence){.rate = (double)NAN,
                              .determinism = (double)NAN,
                              .line_mean = (double)NAN,
                              .line_entropy = (double)NAN};
    if (s->dimension < 1 || s->dimension > EG_COMPLEXITY_TEMPLATE_MAX || s->delay < 1 ||
        s->line_min < 2 || s->theiler < 1 || !(s->radius >= 0.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0, "recurrence settings are not possible");
    size_t span = (size_t)(s->dimension - 1) * s->delay;
    if (n <= span + s->theiler)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "%zu samples are too few to recur", n);
    eg_err code = check_finite(n, x, diag);
    if (code != EG_OK) return code;
    size_t count = n - span, mark = eg_arena_mark(scratch);
    uint64_t *lines = eg_arena_take(scratch, count + 1, sizeof *lines);
    if (lines == NULL) return no_memory(diag, n);
    for (size_t lag = s->theiler; lag < count; lag++) {
        size_t run = 0;
        for (size_t i = 0; i + lag < count; i++) {
            if (is_recurrent(s, x, i, i + lag)) {
                run++;
                continue;
            }
            lines[run]++;
            result->recurrent += run;
            run = 0;
        }
        lines[run]++;
        result->recurrent += run;
        result->pairs += count - lag;
    }
    result->rate = (double)result->recurrent / (double)result->pairs;
    summarize_lines(count, lines, s->line_min, result);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}
