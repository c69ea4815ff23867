/* A rise of no known form. From the onset on, one of force's derivatives wanders at random (an
 * integrated Wiener process, the prior of smoothing splines: Wahba 1978); at the onset force leaves
 * a straight rest by a jump, a corner, a bend or more smoothly. A Kalman filter runs backwards from
 * the end of the trace; at every instant that may be the onset, what it tells is joined with the
 * line through the rest before: the likelihood of that onset with all else integrated out. Onset
 * and gains are means over all onsets, starts and degrees of wandering, each by its evidence. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/strength/part.h"

enum {
    ORDER_MAX = 4,
    WIDE = ORDER_MAX + EG_STRENGTH_RFD_COUNT,
    STARTS = 4, /* the lowest derivative that is free at the onset: 0 a jump, 1 a corner ... */
    DEGREES = 9,
    NODES = 24,
    PARTS = 4 /* onsets tried a sample */
};

/* Force, its derivatives by samples and, behind them, force at the ends of windows, as the trace
 * from a sample to its end tells them. Covariances in units of the noise's variance. */
typedef struct state {
    double m[WIDE], p[WIDE][WIDE];
    int fixed;           /* how many ends of windows */
    double square, logs; /* of the innovations so far */
} state;

/* What is kept of it for every sample. */
typedef struct kept {
    double m[ORDER_MAX], p[ORDER_MAX][ORDER_MAX], square, logs;
} kept;

typedef struct process {
    size_t n;
    const double *x;
    int start, order;
    double wander; /* of the highest derivative: variance a sample */
    double noise, least, height, width;
    double grain; /* sum of squares that counts as nothing, in those of the noise */
    kept *states; /* [n] */
} process;

/* The line through the rest before an instant: sums over its samples. */
typedef struct rest {
    double n, t, tt, x, tx, xx;
} rest;

/* Rest and rise together at an onset. */
typedef struct joint {
    double score; /* minus twice the logarithm of the evidence */
    double y[STRENGTH_OUTPUTS], squares[STRENGTH_OUTPUTS];
    bool is_rising;
} joint;

/* Sums over all that may be. */
typedef struct total {
    double reference, weight;
    double y[STRENGTH_OUTPUTS], squares[STRENGTH_OUTPUTS];
} total;

/* Back in time by a sample or a part of it. */
static void back(const process *p, double step, state *s) {
    static const double factorial[ORDER_MAX] = {1, 1, 2, 6};
    int r = p->order, all = r + s->fixed;
    double a[ORDER_MAX][ORDER_MAX] = {{0}}, half[ORDER_MAX][WIDE];
    for (int i = 0; i < r; i++) {
        double term = 1.0;
        for (int j = i; j < r; j++) {
            a[i][j] = term;
            term *= -step / (double)(j - i + 1);
        }
    }
    for (int i = 0; i < r; i++) { /* m[i] of later rows is as it was */
        double sum = 0.0;
        for (int j = i; j < r; j++) sum += a[i][j] * s->m[j];
        s->m[i] = sum;
        for (int j = 0; j < all; j++) {
            half[i][j] = 0.0;
            for (int k = i; k < r; k++) half[i][j] += a[i][k] * s->p[k][j];
        }
    }
    for (int i = 0; i < r; i++) {
        for (int j = r; j < all; j++) s->p[i][j] = s->p[j][i] = half[i][j];
        for (int j = 0; j <= i; j++) {
            int u = r - 1 - i, v = r - 1 - j;
            double sum = 0.0, own = p->wander / (factorial[u] * factorial[v] * (double)(u + v + 1));
            for (int k = j; k < r; k++) sum += half[i][k] * a[j][k];
            for (int k = 0; k < u + v + 1; k++) own *= step;
            s->p[i][j] = s->p[j][i] = sum + ((u + v) % 2 != 0 ? -own : own);
        }
    }
}

static void see(const process *p, double x, state *s) {
    int all = p->order + s->fixed;
    double e = x - s->m[0], v = s->p[0][0] + 1.0, gain[WIDE];
    for (int i = 0; i < all; i++) gain[i] = s->p[i][0] / v;
    for (int i = 0; i < all; i++) s->m[i] += gain[i] * e;
    for (int i = 0; i < all; i++)
        for (int j = 0; j <= i; j++) s->p[i][j] = s->p[j][i] = s->p[i][j] - gain[i] * gain[j] * v;
    s->square += e * e / v;
    s->logs += eg_log(v);
}

/* Force as it is here stays in the state. */
static void fix(const process *p, state *s) {
    int at = p->order + s->fixed++;
    s->m[at] = s->m[0];
    for (int j = 0; j < at; j++) s->p[at][j] = s->p[j][at] = s->p[0][j];
    s->p[at][at] = s->p[0][0];
}

/* How large the k-th derivative of a rise may be. */
static double large(const process *p, int k) {
    double size = 3.0 * p->height;
    for (int j = 1; j <= k; j++) size *= 2.0 * (double)j / p->width;
    return size;
}

static void filter(const process *p) {
    state s = {.m = {p->x[p->n - 1]}};
    for (int i = 0; i < p->order; i++) { /* as good as nothing is known at the end */
        double sd = 10.0 * large(p, i) / p->noise;
        s.p[i][i] = sd * sd;
        s.logs -= eg_log(s.p[i][i]);
    }
    for (size_t i = p->n; i-- > 0;) {
        if (i + 1 < p->n) back(p, 1.0, &s);
        see(p, p->x[i], &s);
        kept *one = &p->states[i];
        for (int k = 0; k < ORDER_MAX; k++) {
            one->m[k] = s.m[k];
            memcpy(one->p[k], s.p[k], sizeof one->p[k]);
        }
        one->square = s.square;
        one->logs = s.logs;
    }
}

static state restore(const process *p, size_t i) {
    const kept *one = &p->states[i];
    state s = {.square = one->square, .logs = one->logs};
    for (int k = 0; k < ORDER_MAX; k++) {
        s.m[k] = one->m[k];
        memcpy(s.p[k], one->p[k], sizeof one->p[k]);
    }
    return s;
}

/* The state at an instant from what the trace behind it tells. */
static state state_at(const process *p, double at) {
    size_t i = (size_t)ceil(at);
    state s = restore(p, i);
    if ((double)i > at) back(p, (double)i - at, &s);
    return s;
}

/* The same with force at the ends of the windows, those that the trace reaches: longest first. */
static state wide_state_at(const process *p, double at, const double *windows) {
    int k = EG_STRENGTH_RFD_COUNT - 1;
    while (k >= 0 && at + windows[k] > (double)p->n - 1.0) k--;
    if (k < 0) return state_at(p, at);
    double now = ceil(at + windows[k]);
    size_t i = (size_t)now;
    state s = restore(p, i);
    while (now > at) {
        double next = fmax(at, (double)i - 1.0);
        bool is_window = k >= 0 && at + windows[k] >= next;
        if (is_window) next = at + windows[k--];
        if (now > next) back(p, now - next, &s);
        now = next;
        if (is_window)
            fix(p, &s);
        else if (now <= (double)i - 1.0)
            see(p, p->x[--i], &s);
    }
    return s;
}

static void include(rest *r, double t, double x) {
    *r = (rest){r->n + 1.0, r->t + t, r->tt + t * t, r->x + x, r->tx + t * x, r->xx + x * x};
}

/* Inverse of a symmetric a[n][n], n <= 3 and above 0 (all of them are covariances), and the
 * logarithm of its determinant. */
static bool invert(int n, double a[ORDER_MAX][ORDER_MAX], double b[ORDER_MAX][ORDER_MAX],
                   double *logs) {
    *logs = 0.0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) b[i][j] = a[i][j];
    for (int k = 0; k < n; k++) { /* Gauss and Jordan in place */
        double pivot = b[k][k];
        if (!(pivot > 0.0)) return false;
        *logs += eg_log(pivot);
        b[k][k] = 1.0;
        for (int j = 0; j < n; j++) b[k][j] /= pivot;
        for (int i = 0; i < n; i++) {
            double factor = b[i][k];
            if (i == k) continue;
            b[i][k] = 0.0;
            for (int j = 0; j < n; j++) b[i][j] -= factor * b[k][j];
        }
    }
    return true;
}

/* Joins rest and rise at an instant: the derivatives below the start are those of the rest. */
static bool join(const process *p, const rest *r, double at, const state *s, joint *o) {
    double t = r->t - r->n * at, tt = r->tt - 2.0 * at * r->t + at * at * r->n;
    double tx = r->tx - at * r->x, whole = r->n * tt - t * t;
    double line[ORDER_MAX] = {(tt * r->x - t * tx) / whole, (r->n * tx - t * r->x) / whole};
    double own[ORDER_MAX][ORDER_MAX] = {{tt / whole, -t / whole}, {-t / whole, r->n / whole}};
    double sum[ORDER_MAX][ORDER_MAX], inverse[ORDER_MAX][ORDER_MAX], d[ORDER_MAX], logs, far = 0.0;
    int c = p->start, all = p->order + s->fixed;
    for (int k = 0; k < c; k++) {
        d[k] = line[k] - s->m[k];
        for (int j = 0; j < c; j++) sum[k][j] = s->p[k][j] + own[k][j];
    }
    if (!invert(c, sum, inverse, &logs)) return false;
    double pull[ORDER_MAX] = {0}; /* of the state towards the rest, and of the rest away */
    for (int k = 0; k < c; k++)
        for (int j = 0; j < c; j++) pull[k] += inverse[k][j] * d[j];
    for (int k = 0; k < c; k++) far += pull[k] * d[k];
    double m[WIDE] = {0.0}, p_level[WIDE] = {0.0}, level = line[0], level_square = own[0][0];
    for (int k = 0; k < c; k++) {
        level -= own[0][k] * pull[k];
        for (int j = 0; j < c; j++) level_square -= own[0][k] * inverse[k][j] * own[0][j];
    }
    for (int q = 0; q < all; q++) {
        m[q] = s->m[q];
        p_level[q] = 0.0;
        for (int k = 0; k < c; k++) {
            m[q] += s->p[q][k] * pull[k];
            for (int j = 0; j < c; j++) p_level[q] += s->p[q][k] * inverse[k][j] * own[0][j];
        }
    }
    o->y[0] = at;
    o->squares[0] = 0.0;
    o->y[1] = level;
    o->squares[1] = level_square;
    for (int w = 0; w < EG_STRENGTH_RFD_COUNT; w++) {
        int q = p->order + s->fixed - 1 - w; /* those out of reach are not asked for */
        if (q < p->order) q = p->order;
        o->y[2 + w] = s->fixed > 0 ? m[q] - level : 0.0;
        double square = s->p[q][q] + level_square - 2.0 * p_level[q];
        for (int k = 0; k < c; k++)
            for (int j = 0; j < c; j++) square -= s->p[q][k] * inverse[k][j] * s->p[q][j];
        o->squares[2 + w] = s->fixed > 0 ? fmax(0.0, square) : 0.0;
    }
    double squares = fmax(0.0, r->xx - line[0] * r->x - line[1] * tx) + s->square + far + p->grain;
    double known = (double)p->n - 2.0 - (double)(p->order - c);
    o->score = strength_evidence(known, squares, p->least) + eg_log(whole) + s->logs + logs;
    for (int k = c; k < p->order; k++) o->score += 2.0 * eg_log(large(p, k));
    o->is_rising = m[c] > (c < 2 ? line[c] : 0.0);
    return true;
}

static void add(total *t, const joint *o, double share, double square) {
    if (o->score < t->reference) {
        double down = isfinite(t->reference) ? eg_exp((o->score - t->reference) / 2.0) : 0.0;
        t->weight *= down;
        for (int k = 0; k < STRENGTH_OUTPUTS; k++) {
            t->y[k] *= down;
            t->squares[k] *= down;
        }
        t->reference = o->score;
    }
    double weight = share * eg_exp((t->reference - o->score) / 2.0);
    t->weight += weight;
    for (int k = 0; k < STRENGTH_OUTPUTS; k++) {
        t->y[k] += weight * o->y[k];
        t->squares[k] += weight * (o->squares[k] * square + o->y[k] * o->y[k]);
    }
}

/* The likely onsets of one start and one degree of wandering: the range in scores, and the least;
 * false if none is likely beside `most`. */
static bool scan(const process *p, size_t first, double most, double *scores, size_t *from,
                 size_t *to, double *limit) {
    size_t last = p->n - 8;
    rest r = {0};
    double least = INFINITY;
    for (size_t i = 0; i < last; i++) {
        include(&r, (double)i, p->x[i]);
        for (size_t k = 0; k < PARTS; k++) {
            joint o;
            double at = (double)i + ((double)k + 1.0) / PARTS;
            scores[i * PARTS + k] = INFINITY;
            if (i < first) continue;
            state s = state_at(p, at);
            if (!join(p, &r, at, &s, &o) || !o.is_rising) continue;
            scores[i * PARTS + k] = o.score;
            least = fmin(least, o.score);
        }
    }
    if (!(least < most + 16.0)) return false;
    *limit = least + 14.0;
    *from = last * PARTS;
    *to = 0;
    for (size_t at = first * PARTS; at < last * PARTS; at++) {
        if (!(scores[at] < *limit)) continue;
        if (at < *from) *from = at;
        *to = at;
    }
    return true;
}

static void explore(const process *p, const strength_rise_trace *trace, double square,
                    double *scores, total *t) {
    size_t from, to;
    double limit;
    if (!scan(p, trace->n_rest / 4 + 4, t->reference, scores, &from, &to, &limit)) return;
    size_t stride = (to - from) / NODES + 1, seen = 0;
    rest r = {0};
    for (size_t k = from; k <= to; k += stride) {
        if (!(scores[k] < limit)) continue;
        for (; seen <= k / PARTS; seen++) include(&r, (double)seen, p->x[seen]);
        joint o;
        size_t sample = k / PARTS, part = k % PARTS + 1;
        double at = (double)sample + (double)part / PARTS;
        state s = wide_state_at(p, at, trace->windows);
        if (join(p, &r, at, &s, &o)) add(t, &o, (double)stride / PARTS, square);
    }
}

double strength_evidence(double n, double squares, double least) {
    double square = fmax(fmax(squares / n, least * least), 1e-300);
    return n * eg_log(2.0 * EG_PI * square) + squares / square;
}

size_t strength_free_size(size_t n) {
    return n * (sizeof(kept) + (1 + PARTS) * sizeof(double)) + 64;
}

bool strength_free_fit(const strength_rise_trace *trace, double height, double width,
                       strength_free *result, eg_arena *arena) {
    EG_ASSERT(trace != NULL && result != NULL && arena != NULL && trace->n > 32);
    size_t mark = eg_arena_mark(arena), n = trace->n;
    double grain = 2e-5 * height, noise = eg_hypot(fmax(trace->noise, trace->least), grain);
    kept *states = eg_arena_take(arena, n, sizeof *states);
    double *scores = eg_arena_take(arena, n * PARTS, sizeof *scores);
    total t = {.reference = INFINITY};
    for (int k = 0; k < STARTS * DEGREES && states != NULL && scores != NULL; k++) {
        int start = k % STARTS, degree = k / STARTS, order = start < 1 ? 2 : start + 1;
        /* Over the rise it wanders by a hundredth to fifteen times its height. */
        double sd = height / noise * 0.01 * eg_exp(eg_log(2.5) * (double)degree);
        double wander = sd * sd / width;
        for (int j = 1; j < order; j++) wander *= (double)(j * j) / (width * width);
        process p = {.n = n, .x = trace->x, .start = start, .order = order, .wander = wander};
        p.noise = noise;
        p.least = trace->least;
        p.height = height;
        p.width = width;
        p.grain = (double)n * grain * grain;
        p.states = states;
        filter(&p);
        explore(&p, trace, noise * noise, scores, &t);
    }
    eg_arena_reset(arena, mark);
    if (!(t.weight > 0.0)) return false;
    for (int k = 0; k < STRENGTH_OUTPUTS; k++) {
        result->y[k] = t.y[k] / t.weight;
        result->squares[k] = fmax(0.0, t.squares[k] / t.weight - result->y[k] * result->y[k]);
    }
    result->score = t.reference - 2.0 * eg_log(t.weight / (double)n / (DEGREES * STARTS));
    return true;
}
