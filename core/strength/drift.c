/* How the rest level moves through a recording. Rest before, between and behind the contractions is
 * fitted by a line; if it does not lie on one, by a polynomial of second or third degree or a slow
 * sine. A model is sure only if rest on both sides of the contractions lies on it as well as on
 * lines of its own, and, for what is no line, if levels that stand still in each rest and jump
 * between (pre-tension, a shifted limb) explain it far worse. Models that are equally likely must
 * agree about what lies under the contractions. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/solve.h"
#include "core/strength/part.h"

enum { PIECES_MAX = EG_STRENGTH_TRIALS_MAX + 1, POINTS_MAX = 640, UNDER_POINTS = 1500 };

static const double settle_s = 0.5; /* after a contraction, until the muscle is at rest */
static const double before_s = 0.1; /* a slow rise begins before its edge */
static const double rest_s = 0.15;  /* the shortest piece of rest */
static const double moving_s = 0.8; /* shorter may be pre-tension that grows */
static const double hold_s = 1.0;   /* the shortest hold that tells of drift */
static const double sine_low_hz = 0.01, sine_high_hz = 0.3;
static const double drift_part = 0.003;      /* of the peak: it is named */
static const double tolerance_part = 0.0005; /* of the peak */
static const double agreement_part = 0.003;

/* Means of the rest in short blocks. */
typedef struct points {
    size_t n, n_pieces;
    double length_s, block_s;
    double t[POINTS_MAX], x[POINTS_MAX];
    size_t first[PIECES_MAX + 1]; /* point of each piece; the last is n */
} points;

/* What a model leaves: the mean square. */
typedef struct model {
    strength_drift drift;
    double left, score;
} model;

static void gather_piece(const eg_strength_signal *signal, size_t from, size_t to, size_t block,
                         points *p) {
    size_t begin = p->n;
    for (size_t i = from; i + block <= to && p->n < POINTS_MAX; i += block) {
        double mean = 0.0;
        for (size_t k = i; k < i + block; k++) mean += signal->values[k] / (double)block;
        p->t[p->n] = ((double)i + ((double)block - 1.0) / 2.0) / signal->rate_hz;
        p->x[p->n++] = mean;
    }
    if (p->n < begin + 3) {
        p->n = begin;
        return;
    }
    p->first[p->n_pieces++] = begin;
    p->first[p->n_pieces] = p->n;
}

/* *has_both: there is rest before the first and behind the last contraction. */
static void gather(const eg_strength_signal *signal, size_t n_spans, const eg_strength_span *spans,
                   points *p, bool *has_both) {
    size_t before = strength_samples(before_s, signal->rate_hz);
    size_t after = strength_samples(settle_s, signal->rate_hz);
    size_t shortest = strength_samples(rest_s, signal->rate_hz) + 2;
    size_t block = signal->n / (POINTS_MAX - 3 * PIECES_MAX) + 1;
    if (block > shortest / 4) block = shortest / 4 + 1;
    bool has_first = false, has_last = false;
    p->n = p->n_pieces = 0;
    p->length_s = (double)signal->n / signal->rate_hz;
    p->block_s = (double)block / signal->rate_hz;
    for (size_t k = 0; k <= n_spans; k++) {
        size_t from = k == 0 ? 0 : spans[k - 1].end + after;
        size_t to = k == n_spans ? signal->n : spans[k].begin;
        if (k < n_spans) to = to > before ? to - before : 0;
        if (to < from + shortest) continue;
        size_t known = p->n_pieces;
        gather_piece(signal, from, to, block, p);
        if (p->n_pieces == known) continue;
        has_first = has_first || k == 0;
        has_last = has_last || k == n_spans;
    }
    *has_both = has_first && has_last;
}

/* The functions of a model at a time: how many. */
static int functions(const strength_drift *d, double t_s, double f[STRENGTH_UNKNOWNS_MAX]) {
    double u = 2.0 * t_s / d->length_s - 1.0;
    f[0] = 1.0;
    f[1] = u;
    switch (d->kind) {
    case STRENGTH_DRIFT_SQUARE:
        f[2] = u * u;
        return 3;
    case STRENGTH_DRIFT_CUBE:
        f[2] = u * u;
        f[3] = u * u * u;
        return 4;
    case STRENGTH_DRIFT_SINE:
        eg_sincos(2.0 * EG_PI * d->hz * (t_s - d->length_s / 2.0), &f[2], &f[3]);
        return 4;
    default:
        return 2;
    }
}

static double value_at(const strength_drift *d, double t_s) {
    double f[STRENGTH_UNKNOWNS_MAX], sum = 0.0;
    int n = functions(d, t_s, f);
    for (int j = 0; j < n; j++) sum += d->factors[j] * f[j];
    return sum;
}

double strength_drift_at(const strength_drift *drift, double t_s) {
    EG_ASSERT(drift != NULL);
    if (drift->kind != STRENGTH_DRIFT_SINE) return value_at(drift, t_s) - value_at(drift, 0.0);
    return value_at(drift, t_s) - (drift->factors[0] - drift->factors[1]);
}

/* Least squares of one model; false if the points do not hold it. */
static bool fit(const points *p, strength_drift_kind kind, double hz, model *m) {
    double a[STRENGTH_UNKNOWNS_MAX * STRENGTH_UNKNOWNS_MAX] = {0}, b[STRENGTH_UNKNOWNS_MAX] = {0},
                                     f[STRENGTH_UNKNOWNS_MAX];
    *m = (model){.drift = {.kind = kind, .hz = hz, .length_s = p->length_s}, .left = INFINITY};
    int n = 0;
    for (size_t i = 0; i < p->n; i++) {
        n = functions(&m->drift, p->t[i], f);
        for (int j = 0; j < n; j++) {
            for (int k = 0; k <= j; k++) a[j * n + k] += f[j] * f[k] / (double)p->n;
            b[j] += f[j] * p->x[i] / (double)p->n;
        }
    }
    for (int j = 0; j < n; j++) a[j * n + j] *= 1.0 + 1e-10;
    if (!eg_solve((size_t)n, a, b, b)) return false;
    memcpy(m->drift.factors, b, sizeof b);
    double sum = 0.0;
    for (size_t i = 0; i < p->n; i++) {
        double d = p->x[i] - value_at(&m->drift, p->t[i]);
        sum += d * d;
    }
    m->left = sum / (double)p->n;
    return true;
}

/* A grid of frequencies, then finer ones about the best. */
static model fit_sine(const points *p) {
    model best = {.left = INFINITY}, one;
    double low = fmax(sine_low_hz, 0.2 / p->length_s), high = sine_high_hz;
    double step = 0.2 / p->length_s;
    for (int zoom = 0; zoom < 4 && high > low; zoom++) {
        const int n = (int)((high - low) / step);
        for (int k = 0; k <= n; k++)
            if (fit(p, STRENGTH_DRIFT_SINE, low + step * k, &one) && one.left < best.left)
                best = one;
        if (!isfinite(best.left)) break;
        low = fmax(sine_low_hz, best.drift.hz - step);
        high = best.drift.hz + step;
        step /= 5.0;
    }
    return best;
}

/* Mean square about a level of each piece's own, all with one slope (lines: each with its own). */
static double pieces_left(const points *p, bool has_lines) {
    double across = 0.0, square = 0.0, sum = 0.0;
    for (size_t k = 0; k < p->n_pieces; k++) {
        size_t from = p->first[k], n = p->first[k + 1] - from;
        strength_line line = strength_fit(n, p->x + from);
        double own = 0.0;
        for (size_t i = 0; i < n; i++)
            own += ((double)i - ((double)n - 1.0) / 2.0) * ((double)i - ((double)n - 1.0) / 2.0);
        across += line.slope * own;
        square += own;
        sum += line.sd * line.sd * ((double)n - 2.0) + line.slope * line.slope * own;
        if (has_lines) sum -= line.slope * line.slope * own;
    }
    if (!has_lines && square > 0.0) sum -= across * across / square;
    return fmax(sum, 0.0) / (double)p->n;
}

/* Mean square of the fast noise of the points: a bend in a rest is not in it. */
static double fast_square(const points *p) {
    double sum = 0.0;
    for (size_t k = 0; k < p->n_pieces; k++) {
        size_t from = p->first[k], n = p->first[k + 1] - from;
        double sd = strength_noise(n, p->x + from);
        sum += sd * sd * (double)n;
    }
    return sum / (double)p->n;
}

/* How far two models lie apart under the contractions at most, beside a constant. */
static double disagreement(const strength_drift *a, const strength_drift *b,
                           const eg_strength_signal *signal, size_t n_spans,
                           const eg_strength_span *spans) {
    double most = 0.0;
    for (size_t k = 0; k < n_spans; k++) {
        for (int i = 0; i <= 4; i++) {
            double t =
                ((double)spans[k].begin + (double)(spans[k].end - spans[k].begin) * i / 4.0) /
                signal->rate_hz;
            most = fmax(most, fabs(value_at(a, t) - value_at(b, t)));
        }
    }
    return most;
}

/* What is no line: the most likely model, if one is sure. */
static bool find_curve(const points *p, double peak, const eg_strength_signal *signal,
                       size_t n_spans, const eg_strength_span *spans, strength_drift *drift) {
    double tolerance = tolerance_part * peak, n = (double)p->n;
    double jumps = pieces_left(p, false), limit = 2.0 * fast_square(p) + tolerance * tolerance;
    model models[STRENGTH_DRIFT_COUNT], *best = NULL;
    for (int kind = STRENGTH_DRIFT_SQUARE; kind < STRENGTH_DRIFT_COUNT; kind++) {
        model *m = &models[kind];
        if (kind == STRENGTH_DRIFT_SINE)
            *m = fit_sine(p);
        else if (!fit(p, (strength_drift_kind)kind, 0.0, m))
            m->left = INFINITY;
        m->score = INFINITY;
        if (!(m->left <= limit) || !(jumps > 4.0 * m->left)) continue;
        m->score = n * eg_log(m->left + 0.01 * tolerance * tolerance) +
                   (kind == STRENGTH_DRIFT_SQUARE ? 3.0
                    : kind == STRENGTH_DRIFT_CUBE ? 4.0
                                                  : 5.0) *
                       eg_log(n);
        if (best == NULL || m->score < best->score) best = m;
    }
    if (best == NULL) return false;
    for (int kind = STRENGTH_DRIFT_SQUARE; kind < STRENGTH_DRIFT_COUNT; kind++) {
        if (!(models[kind].score < best->score + 10.0)) continue;
        if (disagreement(&models[kind].drift, &best->drift, signal, n_spans, spans) >
            agreement_part * peak)
            return false;
    }
    double slope = drift->slope;
    *drift = best->drift;
    drift->slope = slope;
    return true;
}

/* Without rest behind: whether the hold moves as the rest before it does, which a muscle would do
 * by chance only. */
static bool follows_hold(const points *p, const eg_strength_signal *signal,
                         const eg_strength_span *span, double peak, double slope) {
    size_t length = span->end - span->begin, from = span->begin + length * 2 / 5;
    if (p->n_pieces != 1 || span->end != signal->n || p->n < 8) return false;
    if ((double)(span->end - from) / signal->rate_hz < hold_s) return false;
    strength_line hold = strength_fit(span->end - from, signal->values + from);
    strength_line rest = strength_fit(p->n, p->x);
    double n = (double)p->n, m = (double)(span->end - from);
    double rest_error = rest.sd * sqrt(12.0 / (n * n * n)) / p->block_s;
    double hold_error = hold.sd * sqrt(12.0 / (m * m * m)) * signal->rate_hz;
    double ahead_s = (double)signal->n / signal->rate_hz - p->t[p->n / 2];
    double allowed = 3.0 * eg_hypot(rest_error, hold_error) + tolerance_part * peak / ahead_s;
    return fabs(hold.slope * signal->rate_hz - slope) <= allowed &&
           2.0 * rest_error * ahead_s <= agreement_part * peak;
}

static double range_of(const strength_drift *d, const points *p) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < p->n; i++) {
        double x = value_at(d, p->t[i]);
        low = fmin(low, x);
        high = fmax(high, x);
    }
    return high - low;
}

/* Whether the level moves by more than `limit` within one piece of rest. */
static bool moves_at_rest(const points *p, double limit) {
    for (size_t k = 0; k < p->n_pieces; k++) {
        size_t from = p->first[k], n = p->first[k + 1] - from;
        strength_line line = strength_fit(n, p->x + from);
        double cube = (double)n * (double)n * (double)n;
        if ((double)n * p->block_s < moving_s) continue;
        if (fabs(line.slope) * (double)n > limit &&
            fabs(line.slope) > 5.0 * line.sd * sqrt(12.0 / cube))
            return true;
    }
    return false;
}

strength_drift strength_drift_find(const eg_strength_signal *signal, size_t n_spans,
                                   const eg_strength_span *spans, double peak) {
    EG_ASSERT(signal != NULL && spans != NULL && n_spans > 0);
    points p;
    bool has_both;
    model line;
    strength_drift drift = {.slope = NAN};
    gather(signal, n_spans, spans, &p, &has_both);
    if (p.n < 8 || !fit(&p, STRENGTH_DRIFT_LINE, 0.0, &line)) return drift;
    drift = line.drift;
    drift.slope = 2.0 * line.drift.factors[1] / p.length_s;
    double tolerance = tolerance_part * peak, own = pieces_left(&p, true), spread = 0.0;
    for (size_t i = 0; i < p.n; i++) {
        double d = p.t[i] - p.t[0] - (p.t[p.n - 1] - p.t[0]) / 2.0;
        spread += d * d;
    }
    double limit = drift_part * peak;
    bool is_clear = fabs(drift.slope) > 5.0 * sqrt(line.left / spread);
    drift.is_large = is_clear && fabs(drift.slope) * p.length_s > limit;
    bool is_line = line.left <= 2.0 * own + tolerance * tolerance;
    if (is_line) {
        drift.is_sure = has_both || (is_clear && n_spans == 1 &&
                                     follows_hold(&p, signal, &spans[0], peak, drift.slope));
        return drift;
    }
    drift.is_sure = has_both && find_curve(&p, peak, signal, n_spans, spans, &drift);
    drift.is_large = drift.is_large || (drift.is_sure && range_of(&drift, &p) > limit) ||
                     moves_at_rest(&p, limit);
    return drift;
}

double strength_drift_under(const eg_strength_signal *signal) {
    EG_ASSERT(signal != NULL && signal->n > 1);
    size_t step = signal->n / UNDER_POINTS + 1;
    double level = 0.0, slope = 0.0, length = (double)signal->n;
    /* Asymmetric least squares (Newey and Powell 1987): what lies above counts little. */
    for (int round = 0; round < 30; round++) {
        double w = 0.0, wt = 0.0, wx = 0.0, wtt = 0.0, wtx = 0.0;
        for (size_t i = 0; i < signal->n; i += step) {
            double t = (double)i / length, x = signal->values[i];
            double weight = round > 0 && x > level + slope * t ? 0.002 : 1.0;
            w += weight;
            wt += weight * t;
            wx += weight * x;
            wtt += weight * t * t;
            wtx += weight * t * x;
        }
        double whole = w * wtt - wt * wt;
        if (!(whole > 0.0)) return 0.0;
        slope = (w * wtx - wt * wx) / whole;
        level = (wx - slope * wt) / w;
    }
    return slope / length * signal->rate_hz;
}
