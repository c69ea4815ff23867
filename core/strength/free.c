/* A rise of no known form. From the onset on, one of force's derivatives wanders at random (an
 * integrated Wiener process, the prior of smoothing splines: Wahba 1978); at the onset force leaves
 * a straight rest by a jump, a corner, a bend or more smoothly. A Kalman filter runs backwards from
 * the end of the trace; at every instant that may be the onset, what it tells is joined with the
 * line through the rest before: the likelihood of that onset with all else integrated out. Onset
 * and gains are means over all onsets, starts and degrees of wandering, each by its evidence.
 * Tremor (tremor.c) is two more numbers of the state, on both sides of the onset. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/strength/wander.h"

enum {
    /* What rest and rise have in common at the onset. */
    TIES_MAX = WANDER_ORDER_MAX - 1 + WANDER_SWING,
    STARTS = 4, /* the lowest derivative that is free at the onset: 0 a jump, 1 a corner ... */
    DEGREES = 9,
    NODES = 24,
    PARTS = 4 /* onsets tried a sample */
};

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

/* What rest and rise have in common at the onset, and by how much they differ in it. */
typedef struct ties {
    int n, of_rise[TIES_MAX], of_rest[TIES_MAX]; /* -1: 0 in rest */
    double inverse[TIES_MAX][TIES_MAX], pull[TIES_MAX], far, logs;
} ties;

static bool tie(const wander_process *p, const wander_state *b, const wander_state *s, ties *t) {
    double sum[TIES_MAX][TIES_MAX], d[TIES_MAX] = {0.0};
    *t = (ties){.n = 0};
    for (int k = 0; k < p->start; k++, t->n++) {
        t->of_rise[t->n] = k;
        t->of_rest[t->n] = k < WANDER_LINE ? k : -1;
    }
    for (int k = p->order; k < p->own; k++, t->n++) {
        t->of_rise[t->n] = k;
        t->of_rest[t->n] = WANDER_LINE + k - p->order;
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
static bool join(const wander_process *p, const wander_rest *r, double at, const wander_state *s,
                 joint *o) {
    wander_state b = wander_state_before(p, r, at);
    ties t;
    int c = p->start, all = p->own + s->fixed;
    if (!tie(p, &b, s, &t)) return false;
    double m[WANDER_WIDE] = {0.0}, p_level[WANDER_WIDE] = {0.0}, level = b.m[0],
           level_square = b.p[0][0];
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
    for (int k = c; k < p->order; k++) o->score += 2.0 * eg_log(wander_large(p, k));
    o->is_rising = m[c] > (c < WANDER_LINE ? b.m[c] : 0.0);
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
static bool scan(const wander_process *p, size_t first, double most, double *scores, size_t *from,
                 size_t *to, double *limit) {
    size_t last = p->n - 8;
    wander_rest r = {0};
    double least = INFINITY;
    for (size_t i = 0; i < last; i++) {
        wander_rest_include(&r, (double)i, p->x[i]);
        for (size_t k = 0; k < PARTS; k++) {
            joint o;
            double at = (double)i + ((double)k + 1.0) / PARTS;
            scores[i * PARTS + k] = INFINITY;
            if (i < first) continue;
            wander_state s = wander_state_at(p, at);
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

static void explore(const wander_process *p, const strength_rise_trace *trace, double square,
                    double *scores, total *t) {
    size_t from, to;
    double limit;
    if (!scan(p, trace->n_rest / 4 + 4, t->reference, scores, &from, &to, &limit)) return;
    size_t stride = (to - from) / NODES + 1, seen = 0;
    wander_rest r = {0};
    for (size_t k = from; k <= to; k += stride) {
        if (!(scores[k] < limit)) continue;
        for (; seen <= k / PARTS; seen++) wander_rest_include(&r, (double)seen, p->x[seen]);
        joint o;
        size_t sample = k / PARTS, part = k % PARTS + 1;
        double at = (double)sample + (double)part / PARTS;
        wander_state s = wander_wide_state_at(p, at, trace->windows);
        if (join(p, &r, at, &s, &o)) add(t, &o, (double)stride / PARTS, square);
    }
}

double strength_evidence(double n, double squares, double least) {
    double square = fmax(fmax(squares / n, least * least), 1e-300);
    return n * eg_log(2.0 * EG_PI * square) + squares / square;
}

size_t strength_free_size(size_t n) {
    return 2 * eg_arena_bytes(n, sizeof(wander_kept)) + eg_arena_bytes(n * PARTS, sizeof(double));
}

static wander_process process_of(const strength_rise_trace *trace, double height, double width,
                                 double grain) {
    wander_process p = {
        .n = trace->n, .x = trace->x, .least = trace->least, .tremor = trace->tremor};
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
    wander_process p = process_of(trace, height, width, 2e-5 * height);
    wander_kept *states = eg_arena_take(arena, n, sizeof *states), *rests = NULL;
    double *scores = eg_arena_take(arena, n * PARTS, sizeof *scores);
    if (trace->tremor != NULL) rests = eg_arena_take(arena, n, sizeof *rests);
    if (rests != NULL) wander_filter_rest(&p, rests);
    bool has_memory = states != NULL && scores != NULL && (trace->tremor == NULL || rests != NULL);
    total t = {.reference = INFINITY};
    p.states = states;
    p.rests = rests;
    for (int k = 0; k < STARTS * DEGREES && has_memory; k++) {
        int degree = k / STARTS;
        p.start = k % STARTS;
        p.order = p.start < 1 ? 2 : p.start + 1;
        p.own = p.order + (p.tremor != NULL ? WANDER_SWING : 0);
        /* Over the rise it wanders by a hundredth to fifteen times its height. */
        double sd = height / p.noise * 0.01 * eg_exp(eg_log(2.5) * (double)degree);
        p.wander = sd * sd / width;
        for (int j = 1; j < p.order; j++) p.wander *= (double)(j * j) / (width * width);
        wander_filter(&p);
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
