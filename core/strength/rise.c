/* The whole rise of a contraction as one of several known curves: level + slope t + height
 * g((t - t0) / width), all unknowns by least squares (Levenberg 1944, Marquardt 1963). A curve is
 * believed only if what it leaves is no more than the noise, over single samples and over short
 * blocks; of those Schwarz' criterion (1978) takes one. Then the whole rise tells where it began,
 * not only its first millimetres: a flat start that noise covers is known far better so. If none
 * is believed, the caller falls back on the polynomials of onset.c.
 *
 * A curve is held by the instants at which it has gone 20 % and 80 % of its way: they hardly depend
 * on each other, and the trace itself gives the first guess. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/strength/part.h"

enum { LEVEL, SLOPE, HEIGHT, AT_20, AT_80, FORM, STEPS_MAX = 12, BLOCKS = 24 };

typedef struct kind {
    double low, high; /* of the number of form; equal: it has none */
    double starts[2]; /* where its search begins */
} kind;

static const kind kinds[STRENGTH_RISE_COUNT] = {
    [STRENGTH_RISE_EXPONENTIAL] = {0, 0, {0, 0}},
    [STRENGTH_RISE_RAMP] = {0, 0, {0, 0}},
    [STRENGTH_RISE_JERK] = {0, 0, {0, 0}},
    [STRENGTH_RISE_COSINE] = {0, 0, {0, 0}},
    [STRENGTH_RISE_QUARTER] = {0, 0, {0, 0}},
    [STRENGTH_RISE_CUBIC] = {0, 0, {0, 0}},
    [STRENGTH_RISE_ORDER_2] = {0, 0, {0, 0}},
    [STRENGTH_RISE_ORDER_3] = {0, 0, {0, 0}},
    [STRENGTH_RISE_TWO_RATES] = {0.1, 0.95, {0.3, 0.7}},
    [STRENGTH_RISE_HILL] = {1, 8, {2, 4}},
    [STRENGTH_RISE_WEIBULL] = {0.8, 6, {1.5, 3}},
    [STRENGTH_RISE_LOGISTIC] = {0, 0, {0, 0}},
    [STRENGTH_RISE_CUT] = {0, 9, {3, 5.5}},
};

static double two_lags(double u, double share) {
    /* Two first-order lags in a row, the second `share` of the first. */
    return 1.0 - (eg_exp(-u) - share * eg_exp(-u / share)) / (1.0 - share);
}

/* The curve: 0 up to u = 0 (but the logistic, which has no first instant), towards 1. */
static double curve(strength_rise_kind which, double p, double u) {
    if (which == STRENGTH_RISE_LOGISTIC) return 1.0 / (1.0 + eg_exp(-fmax(u, -700.0)));
    if (u <= 0.0) return 0.0;
    switch (which) {
    case STRENGTH_RISE_EXPONENTIAL:
        return 1.0 - eg_exp(-u);
    case STRENGTH_RISE_RAMP:
        return fmin(u, 1.0);
    case STRENGTH_RISE_JERK:
        return u >= 1.0 ? 1.0 : u * u * u * (10.0 + u * (6.0 * u - 15.0));
    case STRENGTH_RISE_COSINE:
        return u >= 1.0 ? 1.0 : (1.0 - eg_cos(EG_PI * u)) / 2.0;
    case STRENGTH_RISE_QUARTER:
        return u >= 1.0 ? 1.0 : eg_sin(EG_PI / 2.0 * u);
    case STRENGTH_RISE_CUBIC:
        return u >= 1.0 ? 1.0 : u * u * (3.0 - 2.0 * u);
    case STRENGTH_RISE_ORDER_2:
        return 1.0 - (1.0 + u) * eg_exp(-u);
    case STRENGTH_RISE_ORDER_3:
        return 1.0 - (1.0 + u + u * u / 2.0) * eg_exp(-u);
    case STRENGTH_RISE_TWO_RATES:
        return two_lags(u, p);
    case STRENGTH_RISE_HILL: {
        double power = eg_pow(u, p);
        return isfinite(power) ? power / (1.0 + power) : 1.0;
    }
    case STRENGTH_RISE_WEIBULL:
        return 1.0 - eg_exp(-eg_pow(u, p));
    default: { /* a logistic that begins p of its widths before its middle */
        double first = 1.0 / (1.0 + eg_exp(p));
        return (1.0 / (1.0 + eg_exp(p - u)) - first) / (1.0 - first);
    }
    }
}

/* Where the curve has come to `part`. */
static double inverse(strength_rise_kind which, double p, double part) {
    double low = which == STRENGTH_RISE_LOGISTIC ? -50.0 : 0.0, high = 50.0;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2.0;
        if (curve(which, p, middle) < part)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2.0;
}

/* Of the unknowns q: where u is 0 and how many samples it takes to grow by 1. */
static void place(strength_rise_kind which, const double q[STRENGTH_UNKNOWNS_MAX], double *start,
                  double *width) {
    double first = inverse(which, q[FORM], 0.2), second = inverse(which, q[FORM], 0.8);
    *width = (q[AT_80] - q[AT_20]) / (second - first);
    *start = q[AT_20] - first * *width;
}

typedef struct problem {
    size_t n;
    const double *x;
    strength_rise_kind which;
    int unknowns;
} problem;

static double left(const problem *p, const double q[STRENGTH_UNKNOWNS_MAX]) {
    double start, width, sum = 0.0;
    place(p->which, q, &start, &width);
    for (size_t i = 0; i < p->n; i++) {
        double t = (double)i, d = p->x[i] - q[LEVEL] - q[SLOPE] * t -
                                  q[HEIGHT] * curve(p->which, q[FORM], (t - start) / width);
        sum += d * d;
    }
    return sum;
}

/* Normal equations of one step: the derivatives by instants and form are differences. */
static void normal(const problem *p, const double q[STRENGTH_UNKNOWNS_MAX],
                   double a[STRENGTH_UNKNOWNS_MAX][STRENGTH_UNKNOWNS_MAX],
                   double b[STRENGTH_UNKNOWNS_MAX]) {
    double start[4], width[4], form[4], step[4] = {0.0};
    memset(a, 0, sizeof(double) * STRENGTH_UNKNOWNS_MAX * STRENGTH_UNKNOWNS_MAX);
    memset(b, 0, sizeof(double) * STRENGTH_UNKNOWNS_MAX);
    int tries = p->unknowns - AT_20;
    for (int k = 0; k <= tries; k++) {
        double moved[STRENGTH_UNKNOWNS_MAX];
        memcpy(moved, q, sizeof moved);
        if (k > 0) {
            step[k] = k <= 2 ? 1e-4 * (q[AT_80] - q[AT_20]) : 1e-4;
            moved[AT_20 + k - 1] += step[k];
        }
        form[k] = moved[FORM];
        place(p->which, moved, &start[k], &width[k]);
    }
    for (size_t i = 0; i < p->n; i++) {
        double t = (double)i, f[STRENGTH_UNKNOWNS_MAX];
        double g = curve(p->which, form[0], (t - start[0]) / width[0]);
        f[LEVEL] = 1.0;
        f[SLOPE] = t;
        f[HEIGHT] = g;
        for (int k = 1; k <= tries; k++)
            f[AT_20 + k - 1] =
                q[HEIGHT] * (curve(p->which, form[k], (t - start[k]) / width[k]) - g) / step[k];
        double d = p->x[i] - q[LEVEL] - q[SLOPE] * t - q[HEIGHT] * g;
        for (int j = 0; j < p->unknowns; j++) {
            for (int k = 0; k <= j; k++) a[j][k] += f[j] * f[k];
            b[j] += f[j] * d;
        }
    }
}

/* One damped step from q to `next`; false if there is none that is allowed. */
static bool step_to(const problem *p, double a[STRENGTH_UNKNOWNS_MAX][STRENGTH_UNKNOWNS_MAX],
                    const double b[STRENGTH_UNKNOWNS_MAX], double damping,
                    const double q[STRENGTH_UNKNOWNS_MAX], double next[STRENGTH_UNKNOWNS_MAX]) {
    double m[STRENGTH_UNKNOWNS_MAX][STRENGTH_UNKNOWNS_MAX] = {{0}}, r[STRENGTH_UNKNOWNS_MAX] = {0};
    double scale[STRENGTH_UNKNOWNS_MAX];
    for (int j = 0; j < p->unknowns; j++) {
        if (!(a[j][j] > 0.0)) return false;
        scale[j] = 1.0 / sqrt(a[j][j]);
    }
    for (int j = 0; j < p->unknowns; j++) {
        for (int k = 0; k <= j; k++) m[j][k] = m[k][j] = a[j][k] * scale[j] * scale[k];
        m[j][j] += damping;
        r[j] = b[j] * scale[j];
    }
    if (!strength_solve(p->unknowns, m, r)) return false;
    memcpy(next, q, sizeof(double) * STRENGTH_UNKNOWNS_MAX);
    for (int j = 0; j < p->unknowns; j++) next[j] += r[j] * scale[j];
    const kind *k = &kinds[p->which];
    if (p->unknowns > FORM) next[FORM] = fmin(k->high, fmax(k->low, next[FORM]));
    return next[HEIGHT] > 0.0 && next[AT_80] > next[AT_20] + 1.0 && next[AT_20] > 2.0 &&
           next[AT_80] < 4.0 * (double)p->n;
}

static double descend(const problem *p, double q[STRENGTH_UNKNOWNS_MAX]) {
    double a[STRENGTH_UNKNOWNS_MAX][STRENGTH_UNKNOWNS_MAX], b[STRENGTH_UNKNOWNS_MAX];
    double best = left(p, q), damping = 1e-4;
    for (int i = 0; i < STEPS_MAX; i++) {
        double next[STRENGTH_UNKNOWNS_MAX], sum = INFINITY;
        normal(p, q, a, b);
        bool is_better = false;
        for (; damping < 1e4 && !is_better; damping *= 10.0) {
            if (!step_to(p, a, b, damping, q, next)) continue;
            sum = left(p, next);
            is_better = sum < best;
        }
        if (!is_better) break;
        damping = fmax(1e-9, damping * 1e-2);
        double gain = best - sum;
        memcpy(q, next, sizeof next);
        best = sum;
        if (gain < 1e-5 * best) break;
    }
    return best;
}

/* Whether what the curve leaves is noise: its size over samples and over blocks. */
static bool is_believed(const problem *p, const double q[STRENGTH_UNKNOWNS_MAX], double sum,
                        double square, double blocks_square) {
    double n = (double)p->n, start, width, blocks = 0.0;
    if (sum > n * square * (1.0 + 5.0 * sqrt(2.0 / n))) return false;
    place(p->which, q, &start, &width);
    size_t length = p->n / BLOCKS;
    for (size_t k = 0; k < BLOCKS; k++) {
        double mean = 0.0;
        for (size_t i = k * length; i < (k + 1) * length; i++) {
            double t = (double)i;
            mean += p->x[i] - q[LEVEL] - q[SLOPE] * t -
                    q[HEIGHT] * curve(p->which, q[FORM], (t - start) / width);
        }
        blocks += mean * mean / (double)length;
    }
    return blocks <= blocks_square * (BLOCKS + 3.0 * sqrt(2.0 * BLOCKS));
}

double strength_rise_at(const strength_rise *rise, double samples) {
    double u = (rise->onset + samples - rise->start) / rise->width;
    return rise->height *
           (curve(rise->kind, rise->form, u) -
            curve(rise->kind, rise->form, (rise->onset - rise->start) / rise->width));
}

static strength_rise result_of(const problem *p, const double q[STRENGTH_UNKNOWNS_MAX]) {
    strength_rise r = {.kind = p->which, .form = q[FORM], .height = q[HEIGHT], .slope = q[SLOPE]};
    place(p->which, q, &r.start, &r.width);
    r.onset = r.start;
    if (p->which == STRENGTH_RISE_LOGISTIC)
        r.onset += r.width * inverse(p->which, 0.0, STRENGTH_ONSET_PART);
    r.level = q[LEVEL] + q[SLOPE] * r.onset +
              r.height * curve(r.kind, r.form, (r.onset - r.start) / r.width);
    return r;
}

/* The instant between samples at which a mean over `half` to either side first passes `level`. */
static double crossing(size_t n, const double *x, size_t half, double level) {
    double sum = 0.0, before = 0.0;
    size_t length = 2 * half + 1;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] - (i >= length ? x[i - length] : 0.0);
        if (i + 1 < length) continue;
        double mean = sum / (double)length;
        if (mean >= level) {
            double part = mean > before ? (mean - level) / (mean - before) : 0.0;
            return (double)(i - half) - fmin(1.0, part);
        }
        before = mean;
    }
    return NAN;
}

bool strength_rise_fit(size_t n, const double *x, size_t n_rest, double noise, double blocks_noise,
                       strength_rise *rise) {
    EG_ASSERT(x != NULL && rise != NULL);
    if (n < 4 * BLOCKS || n_rest < 8 || n_rest >= n) return false;
    double level = 0.0, best = INFINITY;
    for (size_t i = 0; i < n_rest; i++) level += x[i] / (double)n_rest;
    double top = (x[n - 1] + x[n - 2] + x[n - 3]) / 3.0, height = (top - level) / 0.95;
    size_t half = n / 200;
    double at_20 = crossing(n, x, half, level + 0.2 * height);
    double at_80 = crossing(n, x, half, level + 0.8 * height);
    if (!(at_80 > at_20 + 2.0) || !(at_20 > 3.0)) return false;
    /* Two parts in ten thousand of the rise are no fault of a curve. */
    double grain = 2e-4 * height * (2e-4 * height);
    double square = noise * noise + grain, blocks_square = blocks_noise * blocks_noise + grain;
    for (int which = 0; which < STRENGTH_RISE_COUNT; which++) {
        const kind *k = &kinds[which];
        bool has_form = k->high > k->low;
        problem p = {n, x, (strength_rise_kind)which, has_form ? FORM + 1 : FORM};
        for (int s = 0; s < (has_form ? 2 : 1); s++) {
            double q[STRENGTH_UNKNOWNS_MAX] = {level, 0.0, height, at_20, at_80, k->starts[s]};
            double sum = descend(&p, q), samples = (double)n;
            double score =
                samples * eg_log(sum / samples + grain / 100.0) + p.unknowns * eg_log(samples);
            if (!(score < best) || !is_believed(&p, q, sum, square, blocks_square)) continue;
            strength_rise found = result_of(&p, q);
            if (!(found.onset > (double)n_rest / 4.0)) continue;
            best = score;
            *rise = found;
        }
    }
    return isfinite(best);
}
