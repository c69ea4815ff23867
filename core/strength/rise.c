/* The whole rise of a contraction, by several known curves (curve.c) and by none (free.c). Of a
 * curve: level + slope t + height g((t - t0) / width), all unknowns by least squares (Levenberg
 * 1944, Marquardt 1963); it is believed only if what it leaves is no more than the noise, over
 * single samples and over short blocks. Onset and gains are the median of what all of them say,
 * each by the evidence for it (Raftery 1995). So the whole rise tells where it began, not only its
 * first millimetres: a flat start that noise covers is known far better.
 *
 * A curve is held by the instants at which it has gone 20 % and 80 % of its way: they hardly depend
 * on each other, and the trace itself gives the first guess. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/solve.h"
#include "core/strength/part.h"

enum { LEVEL, SLOPE, HEIGHT, AT_20, AT_80, FORM, STEPS_MAX = 12, BLOCKS = 24 };
enum { OUTPUTS = STRENGTH_OUTPUTS };

/* Of the unknowns q: where u is 0 and how many samples it takes to grow by 1. */
static void place(strength_rise_kind which, const double q[STRENGTH_UNKNOWNS_MAX], double *start,
                  double *width) {
    double first = strength_curve_inverse(which, q[FORM], 0.2),
           second = strength_curve_inverse(which, q[FORM], 0.8);
    *width = (q[AT_80] - q[AT_20]) / (second - first);
    *start = q[AT_20] - first * *width;
}

typedef struct problem {
    size_t n;
    const double *x;
    strength_rise_kind which;
    int unknowns;
    size_t begin; /* samples before it are rest, whatever the curve; 0: the curve says */
    const strength_whitener *tremor;
} problem;

static double curve_at(const problem *p, double form, size_t i, double start, double width) {
    if (i < p->begin) return 0.0;
    return strength_curve(p->which, form, ((double)i - start) / width);
}

static double left(const problem *p, const double q[STRENGTH_UNKNOWNS_MAX]) {
    double start, width, sum = 0.0;
    strength_foretold past = {0.0, 0.0};
    place(p->which, q, &start, &width);
    for (size_t i = 0; i < p->n; i++) {
        double d = p->x[i] - q[LEVEL] - q[SLOPE] * (double)i -
                   q[HEIGHT] * curve_at(p, q[FORM], i, start, width);
        d = strength_whiten(p->tremor, i, d, &past);
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
    strength_foretold past = {0.0, 0.0}, pasts[STRENGTH_UNKNOWNS_MAX] = {{0.0, 0.0}};
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
        double g = curve_at(p, form[0], i, start[0], width[0]);
        f[LEVEL] = 1.0;
        f[SLOPE] = t;
        f[HEIGHT] = g;
        for (int k = 1; k <= tries; k++)
            f[AT_20 + k - 1] =
                q[HEIGHT] * (curve_at(p, form[k], i, start[k], width[k]) - g) / step[k];
        double d = p->x[i] - q[LEVEL] - q[SLOPE] * t - q[HEIGHT] * g;
        d = strength_whiten(p->tremor, i, d, &past);
        for (int j = 0; j < p->unknowns; j++) {
            f[j] = strength_whiten(p->tremor, i, f[j], &pasts[j]);
            for (int k = 0; k <= j; k++) a[j][k] += f[j] * f[k];
            b[j] += f[j] * d;
        }
    }
}

/* One damped step from q to `next`; false if there is none that is allowed. */
static bool step_to(const problem *p, double a[STRENGTH_UNKNOWNS_MAX][STRENGTH_UNKNOWNS_MAX],
                    const double b[STRENGTH_UNKNOWNS_MAX], double damping,
                    const double q[STRENGTH_UNKNOWNS_MAX], double next[STRENGTH_UNKNOWNS_MAX]) {
    double m[STRENGTH_UNKNOWNS_MAX * STRENGTH_UNKNOWNS_MAX], r[STRENGTH_UNKNOWNS_MAX];
    double scale[STRENGTH_UNKNOWNS_MAX];
    int n = p->unknowns;
    for (int j = 0; j < n; j++) {
        if (!(a[j][j] > 0.0)) return false;
        scale[j] = 1.0 / sqrt(a[j][j]);
    }
    for (int j = 0; j < n; j++) {
        for (int k = 0; k <= j; k++) m[j * n + k] = a[j][k] * scale[j] * scale[k];
        m[j * n + j] += damping;
        r[j] = b[j] * scale[j];
    }
    if (!eg_solve((size_t)n, m, r, r)) return false;
    memcpy(next, q, sizeof(double) * STRENGTH_UNKNOWNS_MAX);
    for (int j = 0; j < n; j++) next[j] += r[j] * scale[j];
    const strength_curve_form *form = strength_curve_form_of(p->which);
    if (p->unknowns > FORM) next[FORM] = fmin(form->high, fmax(form->low, next[FORM]));
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

strength_residue strength_residue_of(size_t n) {
    return (strength_residue){.length = n / BLOCKS > 0 ? n / BLOCKS : 1};
}

void strength_residue_add(strength_residue *residue, double d) {
    residue->n++;
    residue->squares += d * d;
    residue->block += d;
    if (++residue->in_block < residue->length) return;
    residue->blocks += residue->block * residue->block / (double)residue->length;
    residue->block = 0.0;
    residue->in_block = 0;
}

bool strength_residue_is_noise(const strength_residue *residue, double square,
                               double block_square) {
    double n = (double)residue->n, blocks = floor(n / (double)residue->length);
    return residue->squares <= n * square * (1.0 + 5.0 * sqrt(2.0 / n)) &&
           residue->blocks <= block_square * (blocks + 3.0 * sqrt(2.0 * blocks));
}

static bool is_believed(const problem *p, const double q[STRENGTH_UNKNOWNS_MAX], double square,
                        double block_square) {
    double start, width;
    place(p->which, q, &start, &width);
    strength_residue residue = strength_residue_of(p->n);
    strength_foretold past = {0.0, 0.0};
    for (size_t i = 0; i < p->n; i++) {
        double d = p->x[i] - q[LEVEL] - q[SLOPE] * (double)i -
                   q[HEIGHT] * curve_at(p, q[FORM], i, start, width);
        strength_residue_add(&residue, strength_whiten(p->tremor, i, d, &past));
    }
    return strength_residue_is_noise(&residue, square, block_square);
}

/* Onset, level at the onset and gains of one curve. */
static void outputs_of(const problem *p, const double q[STRENGTH_UNKNOWNS_MAX],
                       const double windows[EG_STRENGTH_RFD_COUNT], double y[OUTPUTS]) {
    double start, width, form = q[FORM];
    place(p->which, q, &start, &width);
    double first = 0.0;
    y[0] = start;
    if (p->begin > 0) {
        y[0] = (double)p->begin - 0.5;
    } else if (p->which == STRENGTH_RISE_LOGISTIC) {
        y[0] += width * strength_curve_inverse(p->which, 0.0, STRENGTH_ONSET_PART);
        first = STRENGTH_ONSET_PART;
    }
    y[1] = q[LEVEL] + q[SLOPE] * y[0] + q[HEIGHT] * first;
    for (int k = 0; k < EG_STRENGTH_RFD_COUNT; k++) {
        double u = (y[0] + windows[k] - start) / width;
        y[2 + k] = q[HEIGHT] * (strength_curve(p->which, form, u) - first);
    }
}

/* How far an unknown may be off before anything is seen; 0: no matter. */
static double reach_of(const problem *p, const double q[STRENGTH_UNKNOWNS_MAX], int j) {
    const strength_curve_form *form = strength_curve_form_of(p->which);
    switch (j) {
    case HEIGHT:
        return 3.0 * q[HEIGHT];
    case AT_20:
        return (double)p->n;
    case AT_80:
        return 3.0 * (q[AT_80] - q[AT_20]);
    case FORM:
        return form->high - form->low;
    default:
        return 0.0;
    }
}

/* Minus twice the logarithm of the evidence (Laplace's approximation), and the squares of the
 * outputs' standard errors by the curvature of the sum of squares (delta method). */
static double evidence_of(const problem *p, const double q[STRENGTH_UNKNOWNS_MAX],
                          const strength_rise_trace *trace, double sum, double square,
                          const double y[OUTPUTS], double squares[OUTPUTS]) {
    double a[STRENGTH_UNKNOWNS_MAX][STRENGTH_UNKNOWNS_MAX], none[STRENGTH_UNKNOWNS_MAX];
    double slopes[STRENGTH_UNKNOWNS_MAX][OUTPUTS], scale[STRENGTH_UNKNOWNS_MAX];
    double score = strength_evidence((double)(p->n - (size_t)p->unknowns), sum, trace->least);
    if (p->tremor != NULL) score += p->tremor->logs;
    normal(p, q, a, none);
    for (int j = 0; j < p->unknowns; j++) {
        double moved[STRENGTH_UNKNOWNS_MAX], reach = reach_of(p, q, j);
        if (reach > 0.0) a[j][j] += square / (reach * reach);
        if (reach > 0.0) score += 2.0 * eg_log(reach);
        scale[j] = a[j][j] > 0.0 ? 1.0 / sqrt(a[j][j]) : 0.0;
        score -= 2.0 * eg_log(scale[j]);
        memcpy(moved, q, sizeof moved);
        double step = j < AT_20  ? 1e-4 * (q[HEIGHT] + fabs(q[j]))
                      : j < FORM ? 1e-4 * (q[AT_80] - q[AT_20])
                                 : 1e-4;
        moved[j] += step;
        outputs_of(p, moved, trace->windows, slopes[j]);
        for (int k = 0; k < OUTPUTS; k++) slopes[j][k] = (slopes[j][k] - y[k]) / step * scale[j];
    }
    for (int k = 0; k < OUTPUTS; k++) {
        double m[STRENGTH_UNKNOWNS_MAX * STRENGTH_UNKNOWNS_MAX], g[STRENGTH_UNKNOWNS_MAX];
        int n = p->unknowns;
        for (int j = 0; j < n; j++) {
            g[j] = slopes[j][k];
            for (int i = 0; i <= j; i++) m[j * n + i] = a[j][i] * scale[j] * scale[i];
        }
        squares[k] = 0.0;
        if (!eg_solve((size_t)n, m, g, g)) continue;
        for (int j = 0; j < n; j++) squares[k] += slopes[j][k] * g[j] * square;
        if (k > 0) continue;
        for (int j = 0; j < n; j++) score += eg_log(m[j * n + j]); /* the pivots */
    }
    return score;
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

typedef struct candidate {
    double score, y[OUTPUTS], squares[OUTPUTS];
    bool is_endless; /* has no first instant */
} candidate;

/* Where `part` of the candidates' normal distributions, by their weights, lies below. */
static double quantile_of(size_t n, const candidate *all, const double *weights, int k,
                          double part) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double reach = 5.0 * sqrt(all[i].squares[k]);
        low = fmin(low, all[i].y[k] - reach);
        high = fmax(high, all[i].y[k] + reach);
    }
    for (int round = 0; round < 50 && low < high; round++) {
        double middle = (low + high) / 2.0, below = 0.0;
        for (size_t i = 0; i < n; i++) {
            double sd = sqrt(all[i].squares[k]) + 1e-9 * fabs(all[i].y[k]);
            below += weights[i] * strength_normal((middle - all[i].y[k]) / sd);
        }
        if (below < part)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2.0;
}

/* What the candidates say together, each by the evidence for it: the median, and a standard error
 * that makes the range of 95 % reach as far as theirs does. */
static void average(size_t n, const candidate *all, strength_rise *rise) {
    double middle[OUTPUTS], sd[OUTPUTS], weights[STRENGTH_RISE_COUNT + 1];
    double least = INFINITY, sum = 0.0;
    for (size_t i = 0; i < n; i++) least = fmin(least, all[i].score);
    for (size_t i = 0; i < n; i++) sum += weights[i] = eg_exp((least - all[i].score) / 2.0);
    double endless = 0.0;
    for (size_t i = 0; i < n; i++) {
        weights[i] /= sum;
        endless += all[i].is_endless ? weights[i] : 0.0;
    }
    for (int k = 0; k < OUTPUTS; k++) {
        middle[k] = quantile_of(n, all, weights, k, 0.5);
        double below = middle[k] - quantile_of(n, all, weights, k, 0.025);
        double above = quantile_of(n, all, weights, k, 0.975) - middle[k];
        sd[k] = fmax(below, above) / 1.96;
    }
    *rise = (strength_rise){.onset = middle[0], .onset_sd = sd[0], .level = middle[1]};
    rise->is_endless = endless > 0.5;
    memcpy(rise->gain, middle + 2, sizeof rise->gain);
    memcpy(rise->gain_sd, sd + 2, sizeof rise->gain_sd);
}

/* Where a search begins; false if the trace shows no rise. */
static bool first_guess(const strength_rise_trace *trace, double q[STRENGTH_UNKNOWNS_MAX]) {
    size_t n = trace->n;
    const double *x = trace->x;
    double level = 0.0;
    for (size_t i = 0; i < trace->n_rest; i++) level += x[i] / (double)trace->n_rest;
    double top = (x[n - 1] + x[n - 2] + x[n - 3]) / 3.0;
    memset(q, 0, sizeof(double) * STRENGTH_UNKNOWNS_MAX);
    q[LEVEL] = level;
    q[HEIGHT] = (top - level) / 0.95;
    q[AT_20] = crossing(n, x, n / 200, level + 0.2 * q[HEIGHT]);
    q[AT_80] = crossing(n, x, n / 200, level + 0.8 * q[HEIGHT]);
    return q[AT_80] > q[AT_20] + 2.0 && q[AT_20] > 3.0;
}

/* The best of one kind of curve; false if none is believed. */
static bool fit_curve(const strength_rise_trace *trace, strength_rise_kind which, double grain,
                      const double guess[STRENGTH_UNKNOWNS_MAX], candidate *best) {
    const strength_curve_form *form = strength_curve_form_of(which);
    bool has_form = form->high > form->low;
    problem p = {trace->n, trace->x, which, has_form ? FORM + 1 : FORM, 0, trace->tremor};
    double square = trace->noise * trace->noise + grain;
    double block_square = trace->block_noise * trace->block_noise + grain;
    double samples = (double)trace->n;
    best->score = INFINITY;
    for (int s = 0; s < (has_form ? 2 : 1); s++) {
        candidate one = {.is_endless = which == STRENGTH_RISE_LOGISTIC};
        double q[STRENGTH_UNKNOWNS_MAX];
        memcpy(q, guess, sizeof q);
        q[FORM] = form->starts[s];
        double sum = descend(&p, q);
        if (!is_believed(&p, q, square, block_square)) continue;
        outputs_of(&p, q, trace->windows, one.y);
        if (!(one.y[0] > (double)trace->n_rest / 4.0)) continue;
        double noise_square = fmax(sum / samples, trace->block_noise * trace->block_noise);
        one.score = form->doubt + evidence_of(&p, q, trace, sum + samples * grain / 100.0,
                                              noise_square, one.y, one.squares);
        if (one.score < best->score) *best = one;
    }
    return isfinite(best->score);
}

/* Where the rise has to begin so that the least is left, how little that is, and the range of
 * beginnings that may be. */
static double find_begin(problem *p, const double q[STRENGTH_UNKNOWNS_MAX], double square,
                         size_t *low, size_t *high, double *left_by) {
    double start, width, behind = 0.0, best = INFINITY;
    place(p->which, q, &start, &width);
    size_t most = (size_t)fmin((double)p->n - 1.0, fmax(2.0, q[AT_20]));
    p->begin = 1;
    behind = left(p, q);
    for (size_t i = 1; i <= most; i++) {
        if (p->tremor != NULL) { /* what is foretold of a sample hangs on all before it */
            size_t kept = p->begin;
            p->begin = i;
            behind = left(p, q);
            p->begin = kept;
        }
        left_by[i] = behind;
        if (behind < best) {
            best = behind;
            p->begin = i;
        }
        double rest = p->x[i] - q[LEVEL] - q[SLOPE] * (double)i;
        double risen =
            rest - q[HEIGHT] * strength_curve(p->which, 0.0, ((double)i - start) / width);
        behind += rest * rest - risen * risen;
    }
    *low = *high = p->begin;
    while (*low > 1 && left_by[*low - 1] < best + 30.0 * square) (*low)--;
    while (*high < most && left_by[*high + 1] < best + 30.0 * square) (*high)++;
    return best;
}

/* A logistic curve that begins with a step: nothing before an instant, all of it from there on.
 * False if none is believed. */
static bool fit_step(const strength_rise_trace *trace, double grain,
                     const double guess[STRENGTH_UNKNOWNS_MAX], candidate *one, eg_arena *arena) {
    double q[STRENGTH_UNKNOWNS_MAX], sum = 0.0, total = 0.0, samples = (double)trace->n;
    size_t low, high, mark = eg_arena_mark(arena);
    double *left_by = eg_arena_take(arena, trace->n, sizeof *left_by);
    if (left_by == NULL) return false;
    problem p = {trace->n, trace->x, STRENGTH_RISE_LOGISTIC, FORM, 0, trace->tremor};
    double square = trace->noise * trace->noise + grain;
    double block_square = trace->block_noise * trace->block_noise + grain;
    memcpy(q, guess, sizeof q);
    for (int round = 0; round < 3; round++) {
        (void)descend(&p, q);
        sum = find_begin(&p, q, block_square, &low, &high, left_by);
    }
    *one = (candidate){.score = INFINITY};
    if (is_believed(&p, q, square, block_square) && p.begin > trace->n_rest / 4) {
        double noise_square = fmax(sum / samples, trace->block_noise * trace->block_noise);
        double y[OUTPUTS], squares[OUTPUTS], mean[OUTPUTS] = {0}, apart[OUTPUTS] = {0};
        outputs_of(&p, q, trace->windows, y);
        one->score =
            evidence_of(&p, q, trace, sum + samples * grain / 100.0, noise_square, y, squares);
        for (p.begin = low; p.begin <= high; p.begin++) {
            double weight = eg_exp((sum - left_by[p.begin]) / (2.0 * noise_square));
            if (!(weight > 0.0)) continue;
            outputs_of(&p, q, trace->windows, y);
            total += weight;
            for (int k = 0; k < OUTPUTS; k++) {
                double d = y[k] - mean[k];
                mean[k] += d * weight / total;
                apart[k] += weight * d * (y[k] - mean[k]);
            }
        }
        memcpy(one->y, mean, sizeof mean);
        for (int k = 0; k < OUTPUTS; k++) one->squares[k] = squares[k] + apart[k] / total;
        one->squares[0] += 1.0 / 12.0; /* anywhere between two samples */
        one->score +=
            strength_curve_form_of(STRENGTH_RISE_STEP)->doubt - 2.0 * eg_log(total / samples);
    }
    eg_arena_reset(arena, mark);
    return isfinite(one->score);
}

/* The step's, then the free form's. */
size_t strength_rise_size(size_t n) {
    size_t step = eg_arena_bytes(n, sizeof(double)), form = strength_free_size(n);
    return step > form ? step : form;
}

bool strength_rise_fit(const strength_rise_trace *trace, strength_rise *rise, eg_arena *arena) {
    EG_ASSERT(trace != NULL && trace->x != NULL && rise != NULL);
    double guess[STRENGTH_UNKNOWNS_MAX];
    candidate all[STRENGTH_RISE_COUNT + 1];
    size_t count = 0;
    if (trace->n < 4 * BLOCKS || trace->n_rest < 8 || trace->n_rest >= trace->n) return false;
    if (!first_guess(trace, guess)) return false;
    double part = STRENGTH_GRAIN * guess[HEIGHT], grain = part * part;
    for (int which = 0; which < STRENGTH_RISE_STEP; which++)
        if (fit_curve(trace, (strength_rise_kind)which, grain, guess, &all[count])) count++;
    if (fit_step(trace, grain, guess, &all[count], arena)) count++;
    bool is_known = count > 0;
    strength_free form;
    if (trace->is_strict && !is_known) return false;
    if (strength_free_fit(trace, guess[HEIGHT], guess[AT_80] - guess[AT_20], &form, arena)) {
        all[count] = (candidate){.score = form.score};
        memcpy(all[count].y, form.y, sizeof form.y);
        memcpy(all[count++].squares, form.squares, sizeof form.squares);
    }
    if (count == 0) return false;
    average(count, all, rise);
    rise->is_known = is_known;
    return true;
}
