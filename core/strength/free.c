/* A rise of no known form. From the onset on, one of force's derivatives wanders at random (an
 * integrated Wiener process, the prior of smoothing splines: Wahba 1978); at the onset force leaves
 * a straight rest by a jump, a corner, a bend or more smoothly. A Kalman filter runs backwards from
 * the end of the trace; at every instant that may be the onset, what it tells is joined with the
 * line through the rest before: the likelihood of that onset with all else integrated out. Onset
 * and gains are means over all onsets, starts and degrees of wandering, each by its evidence.
 * Tremor (tremor.c) is two more numbers of the state, on both sides of the onset. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/strength/part.h"

enum {
    ORDER_MAX = 4,
    SWING = 2, /* tremor, and the same a quarter of its period before */
    OWN_MAX = ORDER_MAX + SWING,
    WIDE = OWN_MAX + EG_STRENGTH_RFD_COUNT,
    LINE = 2,
    TIES_MAX = ORDER_MAX - 1 + SWING, /* what rest and rise have in common at the onset */
    STARTS = 4, /* the lowest derivative that is free at the onset: 0 a jump, 1 a corner ... */
    DEGREES = 9,
    NODES = 24,
    PARTS = 4 /* onsets tried a sample */
};

/* Force, its derivatives by samples, tremor and, behind them, force at the ends of windows, as the
 * trace from a sample to its end tells them. Covariances in units of the noise's variance. */
typedef struct state {
    double m[WIDE], p[WIDE][WIDE];
    int fixed;           /* how many ends of windows */
    double square, logs; /* of the innovations so far */
} state;

/* What is kept of it for every sample. */
typedef struct kept {
    double m[OWN_MAX], p[OWN_MAX][OWN_MAX], square, logs;
} kept;

typedef struct process {
    size_t n;
    const double *x;
    int start, order, own; /* own: numbers of the state before the ends of windows */
    const strength_whitener *tremor;
    double wander; /* of the highest derivative: variance a sample */
    double noise, least, height, width;
    double grain;      /* sum of squares that counts as nothing, in those of the noise */
    kept *states;      /* [n] */
    const kept *rests; /* [n], with tremor: line and tremor as the trace up to a sample tells */
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
    int r = p->order, own = p->own, all = own + s->fixed;
    double a[OWN_MAX][OWN_MAX] = {{0}}, half[OWN_MAX][WIDE], m[OWN_MAX];
    for (int i = 0; i < r; i++) {
        double term = 1.0;
        for (int j = i; j < r; j++) {
            a[i][j] = term;
            term *= -step / (double)(j - i + 1);
        }
    }
    double fresh = 0.0;
    if (p->tremor != NULL) { /* backwards the past of a fading swing is larger */
        double si, co, grown = eg_exp(p->tremor->fade * step), ratio = p->tremor->size / p->noise;
        eg_sincos(p->tremor->turn * step, &si, &co);
        a[r][r] = a[r + 1][r + 1] = grown * co;
        a[r][r + 1] = grown * si;
        a[r + 1][r] = -grown * si;
        fresh = (grown * grown - 1.0) * ratio * ratio;
    }
    for (int i = 0; i < own; i++) {
        int from = i < r ? i : r, to = i < r ? r : own;
        m[i] = 0.0;
        for (int j = from; j < to; j++) m[i] += a[i][j] * s->m[j];
        for (int j = 0; j < all; j++) {
            half[i][j] = 0.0;
            for (int k = from; k < to; k++) half[i][j] += a[i][k] * s->p[k][j];
        }
    }
    for (int i = 0; i < own; i++) {
        s->m[i] = m[i];
        for (int j = own; j < all; j++) s->p[i][j] = s->p[j][i] = half[i][j];
        for (int j = 0; j <= i; j++) {
            int from = j < r ? j : r, to = j < r ? r : own;
            double sum = 0.0;
            for (int k = from; k < to; k++) sum += half[i][k] * a[j][k];
            s->p[i][j] = s->p[j][i] = sum + (i >= r && i == j ? fresh : 0.0);
        }
    }
    for (int i = 0; i < r; i++) {
        for (int j = 0; j <= i; j++) {
            int u = r - 1 - i, v = r - 1 - j;
            double one = p->wander / (factorial[u] * factorial[v] * (double)(u + v + 1));
            for (int k = 0; k < u + v + 1; k++) one *= step;
            s->p[i][j] += (u + v) % 2 != 0 ? -one : one;
            s->p[j][i] = s->p[i][j];
        }
    }
}

/* A sample: force, and tremor on top of it. */
static void see(const process *p, double x, state *s) {
    int all = p->own + s->fixed, swing = p->tremor != NULL ? p->order : -1;
    double e = x - s->m[0], v, gain[WIDE], with[WIDE] = {0.0};
    if (swing > 0) e -= s->m[swing];
    for (int i = 0; i < all; i++) with[i] = s->p[i][0] + (swing > 0 ? s->p[i][swing] : 0.0);
    v = with[0] + (swing > 0 ? with[swing] : 0.0) + 1.0;
    for (int i = 0; i < all; i++) gain[i] = with[i] / v;
    for (int i = 0; i < all; i++) s->m[i] += gain[i] * e;
    for (int i = 0; i < all; i++)
        for (int j = 0; j <= i; j++) s->p[i][j] = s->p[j][i] = s->p[i][j] - gain[i] * gain[j] * v;
    s->square += e * e / v;
    s->logs += eg_log(v);
}

/* Force as it is here stays in the state. */
static void fix(const process *p, state *s) {
    int at = p->own + s->fixed++;
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

static void keep(const state *s, kept *one) {
    for (int k = 0; k < OWN_MAX; k++) {
        one->m[k] = s->m[k];
        memcpy(one->p[k], s->p[k], sizeof one->p[k]);
    }
    one->square = s->square;
    one->logs = s->logs;
}

static void filter(const process *p) {
    state s = {.m = {p->x[p->n - 1]}};
    for (int i = 0; i < p->order; i++) { /* as good as nothing is known at the end */
        double sd = 10.0 * large(p, i) / p->noise;
        s.p[i][i] = sd * sd;
        s.logs -= eg_log(s.p[i][i]);
    }
    for (int i = p->order; i < p->own; i++) { /* what is before the onset tells how large it is */
        double sd = 100.0 * p->tremor->size / p->noise;
        s.p[i][i] = sd * sd;
        s.logs -= eg_log(s.p[i][i]);
    }
    for (size_t i = p->n; i-- > 0;) {
        if (i + 1 < p->n) back(p, 1.0, &s);
        see(p, p->x[i], &s);
        keep(&s, &p->states[i]);
    }
}

static state restore(const kept *one) {
    state s = {.square = one->square, .logs = one->logs};
    for (int k = 0; k < OWN_MAX; k++) {
        s.m[k] = one->m[k];
        memcpy(s.p[k], one->p[k], sizeof one->p[k]);
    }
    return s;
}

/* The state at an instant from what the trace behind it tells. */
static state state_at(const process *p, double at) {
    size_t i = (size_t)ceil(at);
    state s = restore(&p->states[i]);
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
    state s = restore(&p->states[i]);
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

/* Line and tremor, forward in time. */
static void go_on(const process *p, double step, state *s) {
    double si, co, left = eg_exp(-p->tremor->fade * step), ratio = p->tremor->size / p->noise;
    eg_sincos(p->tremor->turn * step, &si, &co);
    double a[LINE + SWING][LINE + SWING] = {
        {1.0, step}, {0.0, 1.0}, {0, 0, left * co, -left * si}, {0, 0, left * si, left * co}};
    double half[LINE + SWING][LINE + SWING], m[LINE + SWING] = {0.0};
    for (int i = 0; i < LINE + SWING; i++) {
        for (int j = 0; j < LINE + SWING; j++) {
            m[i] += a[i][j] * s->m[j];
            half[i][j] = 0.0;
            for (int k = 0; k < LINE + SWING; k++) half[i][j] += a[i][k] * s->p[k][j];
        }
    }
    for (int i = 0; i < LINE + SWING; i++) {
        s->m[i] = m[i];
        for (int j = 0; j <= i; j++) {
            double sum = i == j && i >= LINE ? (1.0 - left * left) * ratio * ratio : 0.0;
            for (int k = 0; k < LINE + SWING; k++) sum += half[i][k] * a[j][k];
            s->p[i][j] = s->p[j][i] = sum;
        }
    }
}

/* Line and tremor from the first sample on, at each: rests[n]. */
static void filter_rest(const process *given, kept *rests) {
    process p = *given;
    p.order = LINE;
    p.own = LINE + SWING;
    double sd = 1e3 * large(&p, 0) / p.noise, ratio = p.tremor->size / p.noise;
    state s = {.m = {p.x[0]}};
    s.p[0][0] = sd * sd;
    s.p[1][1] = sd * sd / (p.width * p.width);
    s.p[2][2] = s.p[3][3] = ratio * ratio;
    s.logs = -eg_log(s.p[0][0]) - eg_log(s.p[1][1]);
    for (size_t i = 0; i < p.n; i++) {
        if (i > 0) go_on(&p, 1.0, &s);
        see(&p, p.x[i], &s);
        keep(&s, &rests[i]);
    }
}

/* Inverse of a symmetric a[n][n], n <= TIES_MAX and above 0 (all of them are covariances), and the
 * logarithm of its determinant. */
static bool invert(int n, double a[TIES_MAX][TIES_MAX], double b[TIES_MAX][TIES_MAX],
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

/* Line and tremor at an instant as the trace before it tells: of a line alone by its sums. */
static state before(const process *p, const rest *r, double at) {
    state s = {.square = 0.0};
    if (p->tremor != NULL) {
        size_t i = (size_t)r->n - 1;
        s = restore(&p->rests[i]);
        go_on(p, at - (double)i, &s);
        return s;
    }
    double t = r->t - r->n * at, tt = r->tt - 2.0 * at * r->t + at * at * r->n;
    double tx = r->tx - at * r->x, whole = r->n * tt - t * t;
    s.m[0] = (tt * r->x - t * tx) / whole;
    s.m[1] = (r->n * tx - t * r->x) / whole;
    s.p[0][0] = tt / whole;
    s.p[0][1] = s.p[1][0] = -t / whole;
    s.p[1][1] = r->n / whole;
    s.square = fmax(0.0, r->xx - s.m[0] * r->x - s.m[1] * tx);
    s.logs = eg_log(whole);
    return s;
}

/* What rest and rise have in common at the onset, and by how much they differ in it. */
typedef struct ties {
    int n, of_rise[TIES_MAX], of_rest[TIES_MAX]; /* -1: 0 in rest */
    double inverse[TIES_MAX][TIES_MAX], pull[TIES_MAX], far, logs;
} ties;

static bool tie(const process *p, const state *b, const state *s, ties *t) {
    double sum[TIES_MAX][TIES_MAX], d[TIES_MAX];
    *t = (ties){.n = 0};
    for (int k = 0; k < p->start; k++, t->n++) {
        t->of_rise[t->n] = k;
        t->of_rest[t->n] = k < LINE ? k : -1;
    }
    for (int k = p->order; k < p->own; k++, t->n++) {
        t->of_rise[t->n] = k;
        t->of_rest[t->n] = LINE + k - p->order;
    }
    for (int k = 0; k < t->n; k++) {
        int q = t->of_rise[k], u = t->of_rest[k];
        d[k] = (u < 0 ? 0.0 : b->m[u]) - s->m[q];
        for (int j = 0; j < t->n; j++) {
            int v = t->of_rest[j];
            sum[k][j] = s->p[q][t->of_rise[j]] + (u < 0 || v < 0 ? 0.0 : b->p[u][v]);
        }
    }
    if (!invert(t->n, sum, t->inverse, &t->logs)) return false;
    for (int k = 0; k < t->n; k++)
        for (int j = 0; j < t->n; j++) t->pull[k] += t->inverse[k][j] * d[j];
    for (int k = 0; k < t->n; k++) t->far += t->pull[k] * d[k];
    return true;
}

/* Joins rest and rise at an instant: the derivatives below the start are those of the rest. */
static bool join(const process *p, const rest *r, double at, const state *s, joint *o) {
    state b = before(p, r, at);
    ties t;
    int c = p->start, all = p->own + s->fixed;
    if (!tie(p, &b, s, &t)) return false;
    double m[WIDE] = {0.0}, p_level[WIDE] = {0.0}, level = b.m[0], level_square = b.p[0][0];
    double held[TIES_MAX] = {0.0},
           through[TIES_MAX] = {0.0}; /* covariance with the level of rest */
    for (int k = 0; k < t.n; k++) held[k] = t.of_rest[k] < 0 ? 0.0 : b.p[0][t.of_rest[k]];
    for (int k = 0; k < t.n; k++)
        for (int j = 0; j < t.n; j++) through[k] += t.inverse[k][j] * held[j];
    for (int k = 0; k < t.n; k++) {
        level -= held[k] * t.pull[k];
        level_square -= held[k] * through[k];
    }
    for (int q = 0; q < all; q++) {
        m[q] = s->m[q];
        for (int k = 0; k < t.n; k++) {
            m[q] += s->p[q][t.of_rise[k]] * t.pull[k];
            p_level[q] += s->p[q][t.of_rise[k]] * through[k];
        }
    }
    o->y[0] = at;
    o->squares[0] = 0.0;
    o->y[1] = level;
    o->squares[1] = level_square;
    for (int w = 0; w < EG_STRENGTH_RFD_COUNT; w++) {
        int q = p->own + s->fixed - 1 - w; /* those out of reach are not asked for */
        if (q < p->own) q = p->own;
        o->y[2 + w] = s->fixed > 0 ? m[q] - level : 0.0;
        double square = s->p[q][q] + level_square - 2.0 * p_level[q];
        for (int k = 0; k < t.n; k++)
            for (int j = 0; j < t.n; j++)
                square -= s->p[q][t.of_rise[k]] * t.inverse[k][j] * s->p[q][t.of_rise[j]];
        o->squares[2 + w] = s->fixed > 0 ? fmax(0.0, square) : 0.0;
    }
    double known = (double)p->n - 2.0 - (double)(p->order - c);
    o->score = strength_evidence(known, b.square + s->square + t.far + p->grain, p->least) +
               b.logs + s->logs + t.logs;
    for (int k = c; k < p->order; k++) o->score += 2.0 * eg_log(large(p, k));
    o->is_rising = m[c] > (c < LINE ? b.m[c] : 0.0);
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
    return 2 * eg_arena_bytes(n, sizeof(kept)) + eg_arena_bytes(n * PARTS, sizeof(double));
}

static process process_of(const strength_rise_trace *trace, double height, double width,
                          double grain) {
    process p = {.n = trace->n, .x = trace->x, .least = trace->least, .tremor = trace->tremor};
    p.noise = eg_hypot(fmax(trace->noise, trace->least), grain);
    p.height = height;
    p.width = width;
    p.grain = (double)trace->n * grain * grain;
    return p;
}

bool strength_free_fit(const strength_rise_trace *trace, double height, double width,
                       strength_free *result, eg_arena *arena) {
    EG_ASSERT(trace != NULL && result != NULL && arena != NULL && trace->n > 32);
    size_t mark = eg_arena_mark(arena), n = trace->n;
    process p = process_of(trace, height, width, 2e-5 * height);
    kept *states = eg_arena_take(arena, n, sizeof *states), *rests = NULL;
    double *scores = eg_arena_take(arena, n * PARTS, sizeof *scores);
    if (trace->tremor != NULL) rests = eg_arena_take(arena, n, sizeof *rests);
    if (rests != NULL) filter_rest(&p, rests);
    bool has_memory = states != NULL && scores != NULL && (trace->tremor == NULL || rests != NULL);
    total t = {.reference = INFINITY};
    p.states = states;
    p.rests = rests;
    for (int k = 0; k < STARTS * DEGREES && has_memory; k++) {
        int degree = k / STARTS;
        p.start = k % STARTS;
        p.order = p.start < 1 ? 2 : p.start + 1;
        p.own = p.order + (p.tremor != NULL ? SWING : 0);
        /* Over the rise it wanders by a hundredth to fifteen times its height. */
        double sd = height / p.noise * 0.01 * eg_exp(eg_log(2.5) * (double)degree);
        p.wander = sd * sd / width;
        for (int j = 1; j < p.order; j++) p.wander *= (double)(j * j) / (width * width);
        filter(&p);
        explore(&p, trace, p.noise * p.noise, scores, &t);
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
