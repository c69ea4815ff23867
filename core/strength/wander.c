/* Two Kalman filters: of force and its derivatives, backwards from the end of the trace, and of the
 * rest's line and tremor, forwards from its first sample. */
#include "core/strength/wander.h"

#include <string.h>

#include "core/base/real.h"

/* Back in time by a sample or a part of it. */
static void back(const wander_process *p, double step, wander_state *s) {
    static const double factorial[WANDER_ORDER_MAX] = {1, 1, 2, 6};
    int r = p->order, own = p->own, all = own + s->fixed;
    double a[WANDER_OWN_MAX][WANDER_OWN_MAX] = {{0}}, half[WANDER_OWN_MAX][WANDER_WIDE] = {{0}},
           m[WANDER_OWN_MAX];
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
static void see(const wander_process *p, double x, wander_state *s) {
    int all = p->own + s->fixed, swing = p->tremor != NULL ? p->order : -1;
    double e = x - s->m[0], v, gain[WANDER_WIDE], with[WANDER_WIDE] = {0.0};
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
static void fix(const wander_process *p, wander_state *s) {
    int at = p->own + s->fixed++;
    s->m[at] = s->m[0];
    for (int j = 0; j < at; j++) s->p[at][j] = s->p[j][at] = s->p[0][j];
    s->p[at][at] = s->p[0][0];
}

/* How large the k-th derivative of a rise may be. */
double wander_large(const wander_process *p, int k) {
    double size = 3.0 * p->height;
    for (int j = 1; j <= k; j++) size *= 2.0 * (double)j / p->width;
    return size;
}

static void keep(const wander_state *s, wander_kept *one) {
    for (int k = 0; k < WANDER_OWN_MAX; k++) {
        one->m[k] = s->m[k];
        memcpy(one->p[k], s->p[k], sizeof one->p[k]);
    }
    one->square = s->square;
    one->logs = s->logs;
}

void wander_filter(const wander_process *p) {
    wander_state s = {.m = {p->x[p->n - 1]}};
    for (int i = 0; i < p->order; i++) { /* as good as nothing is known at the end */
        double sd = 10.0 * wander_large(p, i) / p->noise;
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

static wander_state restore(const wander_kept *one) {
    wander_state s = {.square = one->square, .logs = one->logs};
    for (int k = 0; k < WANDER_OWN_MAX; k++) {
        s.m[k] = one->m[k];
        memcpy(s.p[k], one->p[k], sizeof one->p[k]);
    }
    return s;
}

/* The state at an instant from what the trace behind it tells. */
wander_state wander_state_at(const wander_process *p, double at) {
    size_t i = (size_t)ceil(at);
    wander_state s = restore(&p->states[i]);
    if ((double)i > at) back(p, (double)i - at, &s);
    return s;
}

/* The same with force at the ends of the windows, those that the trace reaches: longest first. */
wander_state wander_wide_state_at(const wander_process *p, double at, const double *windows) {
    int k = EG_STRENGTH_RFD_COUNT - 1;
    while (k >= 0 && at + windows[k] > (double)p->n - 1.0) k--;
    if (k < 0) return wander_state_at(p, at);
    double now = ceil(at + windows[k]);
    size_t i = (size_t)now;
    wander_state s = restore(&p->states[i]);
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

void wander_rest_include(wander_rest *r, double t, double x) {
    *r = (wander_rest){r->n + 1.0, r->t + t, r->tt + t * t, r->x + x, r->tx + t * x, r->xx + x * x};
}

/* Line and tremor, forward in time. */
static void go_on(const wander_process *p, double step, wander_state *s) {
    double si, co, left = eg_exp(-p->tremor->fade * step), ratio = p->tremor->size / p->noise;
    eg_sincos(p->tremor->turn * step, &si, &co);
    double a[WANDER_LINE + WANDER_SWING][WANDER_LINE + WANDER_SWING] = {
        {1.0, step}, {0.0, 1.0}, {0, 0, left * co, -left * si}, {0, 0, left * si, left * co}};
    double half[WANDER_LINE + WANDER_SWING][WANDER_LINE + WANDER_SWING],
        m[WANDER_LINE + WANDER_SWING] = {0.0};
    for (int i = 0; i < WANDER_LINE + WANDER_SWING; i++) {
        for (int j = 0; j < WANDER_LINE + WANDER_SWING; j++) {
            m[i] += a[i][j] * s->m[j];
            half[i][j] = 0.0;
            for (int k = 0; k < WANDER_LINE + WANDER_SWING; k++) half[i][j] += a[i][k] * s->p[k][j];
        }
    }
    for (int i = 0; i < WANDER_LINE + WANDER_SWING; i++) {
        s->m[i] = m[i];
        for (int j = 0; j <= i; j++) {
            double sum = i == j && i >= WANDER_LINE ? (1.0 - left * left) * ratio * ratio : 0.0;
            for (int k = 0; k < WANDER_LINE + WANDER_SWING; k++) sum += half[i][k] * a[j][k];
            s->p[i][j] = s->p[j][i] = sum;
        }
    }
}

/* Line and tremor from the first sample on, at each: rests[n]. */
void wander_filter_rest(const wander_process *given, wander_kept *rests) {
    wander_process p = *given;
    p.order = WANDER_LINE;
    p.own = WANDER_LINE + WANDER_SWING;
    double sd = 1e3 * wander_large(&p, 0) / p.noise, ratio = p.tremor->size / p.noise;
    wander_state s = {.m = {p.x[0]}};
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

/* Line and tremor at an instant as the trace before it tells: of a line alone by its sums. */
wander_state wander_state_before(const wander_process *p, const wander_rest *r, double at) {
    wander_state s = {.square = 0.0};
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
