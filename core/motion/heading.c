#include "core/motion/heading.h"

#include "core/motion/excerpt.h"

static const double rad = EG_PI / 180.0;

static double wrapped(double angle) {
    return angle - 2.0 * EG_PI * floor(angle / (2.0 * EG_PI) + 0.5);
}

/* What one window says. */
typedef struct estimate {
    double delta, rating, misfit, variance;
} estimate;

/* The poses in a window, how many, and the instant for which delta is wanted. */
typedef struct view {
    const eg_heading_pose *poses;
    size_t n;
    double t_s, drift;
} view;

/* ---- one axis ---- */

static estimate of_hinge(const eg_heading_joint *joint, const view *v) {
    double dot = 0.0, cross = 0.0, size = 0.0, n = (double)v->n;
    for (size_t i = 0; i < v->n; i++) {
        double a[3], b[3], s, c, turn = v->drift * (v->poses[i].t_s - v->t_s);
        eg_rotate(v->poses[i].q1, joint->j1, a);
        eg_rotate(v->poses[i].q2, joint->j2, b);
        eg_sincos(turn, &s, &c);
        double x = c * b[0] - s * b[1], y = s * b[0] + c * b[1];
        dot += a[0] * x + a[1] * y;
        cross += a[1] * x - a[0] * y;
        size += sqrt((a[0] * a[0] + a[1] * a[1]) * (x * x + y * y));
    }
    double length = sqrt(dot * dot + cross * cross);
    estimate e = {.delta = eg_atan2(cross, dot), .rating = length / n};
    /* Of directions that scatter by a small angle s the sum is shorter by s^2 / 2. */
    e.misfit = sqrt(2.0 * fmax(0.0, 1.0 - length / fmax(size, 1e-12)));
    return e;
}

/* ---- two axes ---- */

/* sin of the misfit = a cos delta + b sin delta + c for each pose. */
typedef struct pair_terms {
    double a[EG_HEADING_WINDOW_MAX], b[EG_HEADING_WINDOW_MAX], c[EG_HEADING_WINDOW_MAX];
    size_t n;
    double between;
} pair_terms;

static double two_cost(const pair_terms *t, double delta, double *gradient, double *curvature) {
    double s, c, cost = 0.0;
    eg_sincos(delta, &s, &c);
    *gradient = *curvature = 0.0;
    for (size_t i = 0; i < t->n; i++) {
        double x = t->a[i] * c + t->b[i] * s + t->c[i];
        x = fmin(0.999999, fmax(-0.999999, x));
        double e = eg_asin(x) - t->between, slope = (t->b[i] * c - t->a[i] * s) / sqrt(1.0 - x * x);
        cost += e * e;
        *gradient += e * slope;
        *curvature += slope * slope;
    }
    return cost;
}

static estimate of_two(const eg_heading_joint *joint, const view *v,
                       const eg_heading_state *prior) {
    pair_terms t = {.n = v->n, .between = joint->between_rad};
    double g, h, best = 1e300, n = (double)v->n, costs[36], ends[36];
    estimate e = {0};
    for (size_t i = 0; i < v->n; i++) {
        double a[3], b[3], s, c, turn = v->drift * (v->poses[i].t_s - v->t_s);
        eg_rotate(v->poses[i].q1, joint->j1, a);
        eg_rotate(v->poses[i].q2, joint->j2, b);
        eg_sincos(turn, &s, &c);
        double x = c * b[0] - s * b[1], y = s * b[0] + c * b[1];
        t.a[i] = a[0] * x + a[1] * y;
        t.b[i] = a[1] * x - a[0] * y;
        t.c[i] = a[2] * b[2];
    }
    double misfit = EG_HEADING_MISFIT_DEG * rad, floor_cost = misfit * misfit;
    for (int k = 0; k < 36; k++) {
        double delta = (double)k * EG_PI / 18.0;
        for (int step = 0; step < 5; step++) {
            (void)two_cost(&t, delta, &g, &h);
            if (h > 1e-9) delta -= fmax(-0.2, fmin(0.2, g / h));
        }
        /* Of two headings that fit equally well, the one that is expected. */
        double cost = two_cost(&t, delta, &g, &h) / n / floor_cost;
        double off = prior != NULL ? wrapped(delta - prior->delta) : 0.0;
        if (prior != NULL) cost += off * off / (prior->p[0] + floor_cost);
        costs[k] = cost;
        ends[k] = delta;
        if (!(cost < best)) continue;
        best = cost;
        e.delta = wrapped(delta);
        e.misfit = sqrt(two_cost(&t, delta, &g, &h) / n);
        e.rating = fmin(1.0, sqrt(h / n));
    }
    /* Two headings may fit one window, its mirror image being one: without a history that window
     * says nothing. */
    for (int k = 0; k < 36 && prior == NULL; k++)
        if (fabs(wrapped(ends[k] - e.delta)) > 0.5 && costs[k] < 2.0 * best + 4.0) e.rating = 0.0;
    return e;
}

/* ---- three axes ---- */

static double ball_cost(const eg_heading_joint *joint, const view *v, double delta) {
    double cost = 0.0;
    for (size_t i = 0; i < v->n; i++) {
        const eg_heading_pose *p = &v->poses[i];
        eg_quaternion turn = eg_quaternion_heading(delta + v->drift * (p->t_s - v->t_s));
        eg_quaternion s1 = eg_quaternion_product(p->q1, joint->mount1);
        eg_quaternion s2 = eg_quaternion_product(p->q2, joint->mount2);
        eg_quaternion q = eg_quaternion_product(eg_quaternion_inverse(s1), turn);
        eg_joint_reading a =
            eg_joint_measure(joint->joint, joint->side, eg_quaternion_product(q, s2));
        for (int k = 0; k < 3; k++) {
            double low = joint->least_deg[k], high = joint->most_deg[k];
            double out = fmax(0.0, fmax(low - a.deg[k], a.deg[k] - high)) / EG_HEADING_RANGE_DEG;
            double off = (a.deg[k] - 0.5 * (low + high)) / EG_HEADING_POSTURE_DEG;
            cost += fmin(out * out, 36.0) + fmin(off * off, 9.0);
        }
    }
    return cost / (double)v->n;
}

static estimate of_ball(const eg_heading_joint *joint, const view *v) {
    enum { GRID = 120 };
    double cost[GRID], least = 1e300, x = 0.0, y = 0.0, sum = 0.0;
    for (int k = 0; k < GRID; k++) {
        cost[k] = ball_cost(joint, v, 2.0 * EG_PI * k / GRID);
        least = fmin(least, cost[k]);
    }
    for (int k = 0; k < GRID; k++) {
        double s, c, weight = eg_exp(-0.5 * (cost[k] - least));
        eg_turn((uint64_t)k, GRID, &s, &c);
        x += weight * c;
        y += weight * s;
        sum += weight;
    }
    estimate e = {.delta = eg_atan2(y, x), .rating = sqrt(x * x + y * y) / sum};
    e.misfit = sqrt(2.0 * fmax(0.0, 1.0 - e.rating));
    return e;
}

static estimate look(const eg_heading_joint *joint, const view *v, const eg_heading_state *prior) {
    estimate e;
    switch (joint->kind) {
    case EG_HEADING_HINGE:
        e = of_hinge(joint, v);
        break;
    case EG_HEADING_TWO:
        e = of_two(joint, v, prior);
        break;
    default:
        e = of_ball(joint, v);
        break;
    }
    double sigma = fmax(e.misfit, EG_HEADING_MISFIT_DEG * rad) / fmax(e.rating, 1e-3);
    e.variance = 2.0 * sigma * sigma; /* windows overlap: what they say is not independent */
    return e;
}

/* ---- delta and its drift ---- */

static void begin(eg_heading_state *s, const estimate *e) {
    double drift = EG_HEADING_DRIFT_DEG_S * rad;
    *s = (eg_heading_state){.delta = e->delta, .p = {e->variance, 0.0, drift * drift}};
}

static void predict(eg_heading_state *s, double dt_s) {
    double walk = EG_HEADING_WALK_DEG * rad, drift = EG_HEADING_DRIFT_WALK_DEG_S * rad;
    s->delta += dt_s * s->drift;
    s->p[0] += dt_s * (2.0 * s->p[1] + dt_s * s->p[2]) + walk * walk * dt_s;
    s->p[1] += dt_s * s->p[2];
    s->p[2] += drift * drift * dt_s;
}

/* While still, delta moves as the two frames do, which is seen: no drift and no walk. */
static void predict_held(eg_heading_state *s, double moved, double dt_s) {
    double drift = EG_HEADING_DRIFT_WALK_DEG_S * rad;
    s->delta += moved;
    s->p[1] = 0.0;
    s->p[2] += drift * drift * dt_s;
}

/* 0 if the measurement is far from what was expected; then it counts as far as three sigma. */
static int correct(eg_heading_state *s, const estimate *e) {
    double off = wrapped(e->delta - s->delta), total = s->p[0] + e->variance;
    double limit = 3.0 * sqrt(total);
    int is_near = fabs(off) < limit;
    off = fmax(-limit, fmin(limit, off));
    double k0 = s->p[0] / total, k1 = s->p[1] / total, most = EG_HEADING_DRIFT_MAX_DEG_S * rad;
    s->delta += k0 * off;
    s->drift = fmax(-most, fmin(most, s->drift + k1 * off));
    s->p[2] -= k1 * s->p[1];
    s->p[1] *= 1.0 - k0;
    s->p[0] *= 1.0 - k0;
    return is_near;
}

/* How far a sensor's frame has turned about the vertical between two orientations that are the
 * same but for that. */
static double turned(eg_quaternion before, eg_quaternion now) {
    eg_quaternion d = eg_quaternion_product(now, eg_quaternion_inverse(before));
    return wrapped(2.0 * eg_atan2(d.z, d.w));
}

/* ---- live ---- */

eg_err eg_heading_init(eg_heading *heading, const eg_heading_joint *joint, double rate_hz,
                       eg_diag *diag) {
    if (!(rate_hz >= 10.0 && rate_hz <= EG_ORIENT_RATE_MAX_HZ))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "joint", 0, "the rate is 10 to 2000 a second");
    *heading = (eg_heading){.joint = *joint, .dt_s = 1.0 / rate_hz};
    heading->stride = (uint32_t)fmax(1.0, floor(rate_hz / EG_HEADING_DATA_HZ + 0.5));
    heading->period = (uint32_t)fmax(1.0, floor(rate_hz * EG_HEADING_PERIOD_S + 0.5));
    return EG_OK;
}

static int slow(const double gyr[3]) {
    double limit = EG_HEADING_STILL_DEG_S * rad;
    return eg_dot(gyr, gyr) < limit * limit;
}

static void renew(eg_heading *h) {
    view v = {h->window, h->n_window, h->t_s, h->is_known ? h->state.drift : 0.0};
    estimate e = look(&h->joint, &v, h->is_known ? &h->state : NULL);
    h->rating = e.rating;
    h->misfit_rad = e.misfit;
    if (e.rating < EG_HEADING_RATING_MIN) return;
    if (!h->is_known || h->outliers >= EG_HEADING_LOST) {
        begin(&h->state, &e);
        h->is_known = 1;
        h->outliers = 0;
        return;
    }
    h->outliers = correct(&h->state, &e) ? 0 : h->outliers + 1;
}

static void hold(eg_heading *h, const eg_heading_pose *now) {
    if (!h->is_held) {
        h->is_held = 1;
        h->held = *now;
        h->n_window = h->next = 0;
        return;
    }
    double moved = turned(h->held.q1, now->q1) - turned(h->held.q2, now->q2);
    h->held = *now;
    predict_held(&h->state, moved, h->dt_s);
}

void eg_heading_feed(eg_heading *h, eg_quaternion q1, eg_quaternion q2, const double gyr1[3],
                     const double gyr2[3]) {
    eg_heading_pose now = {q1, q2, h->t_s};
    h->still_s = slow(gyr1) && slow(gyr2) ? h->still_s + h->dt_s : 0.0;
    if (h->is_known && h->still_s >= EG_HEADING_STILL_S) {
        hold(h, &now);
    } else {
        h->is_held = 0;
        if (h->is_known) predict(&h->state, h->dt_s);
        if (h->at % h->stride == 0) {
            h->window[h->next] = now;
            size_t most = (size_t)(EG_HEADING_WINDOW_S * EG_HEADING_DATA_HZ);
            h->next = (h->next + 1) % most;
            if (h->n_window < most) h->n_window++;
        }
        /* The first window is a second long, so that something is known soon. */
        if ((h->at + 1) % h->period == 0 && h->n_window >= (size_t)EG_HEADING_DATA_HZ) renew(h);
    }
    h->at++;
    h->t_s += h->dt_s;
}

eg_quaternion eg_heading_relative(const eg_heading *heading, eg_quaternion q1, eg_quaternion q2) {
    eg_quaternion turn = eg_quaternion_heading(heading->state.delta);
    return eg_quaternion_product(eg_quaternion_inverse(q1), eg_quaternion_product(turn, q2));
}

/* ---- both ways ---- */

typedef struct tick {
    eg_heading_state before, after; /* predicted, corrected */
    double moved;                   /* while still: how far delta moved to this tick */
    int is_held, is_known;
} tick;

size_t eg_heading_offline_bytes(size_t n, double rate_hz) {
    size_t ticks = (size_t)((double)n / fmax(rate_hz, 1.0) / EG_HEADING_PERIOD_S) + 4;
    return ticks * sizeof(tick) + 64;
}

typedef struct track {
    const eg_heading_joint *joint;
    double rate_hz;
    size_t n, period;
    const eg_quaternion *q1, *q2;
    const double *const *gyr1, *const *gyr2;
} track;

static view window_around(const track *t, size_t at, double drift, eg_heading_pose *poses) {
    size_t stride = (size_t)fmax(1.0, floor(t->rate_hz / EG_HEADING_DATA_HZ + 0.5));
    size_t half = (size_t)(0.5 * EG_HEADING_WINDOW_S * t->rate_hz);
    view v = {poses, 0, (double)at / t->rate_hz, drift};
    for (size_t i = at > half ? at - half : 0; i < t->n && i <= at + half; i += stride) {
        if (v.n == EG_HEADING_WINDOW_MAX) break;
        poses[v.n++] = (eg_heading_pose){t->q1[i], t->q2[i], (double)i / t->rate_hz};
    }
    return v;
}

/* Still from one tick to the next? */
static int is_still(const track *t, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        const double a[3] = {t->gyr1[0][i], t->gyr1[1][i], t->gyr1[2][i]};
        const double b[3] = {t->gyr2[0][i], t->gyr2[1][i], t->gyr2[2][i]};
        if (!slow(a) || !slow(b)) return 0;
    }
    return 1;
}

/* The filter forwards; returns how many ticks. */
static size_t forwards(const track *t, tick *ticks, eg_heading_result *result) {
    eg_heading_pose poses[EG_HEADING_WINDOW_MAX];
    eg_heading_state s = {.p = {1e3, 0.0, 0.0}};
    size_t count = 0, held = 0, said = 0, last = (t->n - 1) / t->period;
    double period_s = (double)t->period / t->rate_hz;
    for (size_t k = 0; k <= last; k++) {
        size_t at = k * t->period, from = k > 0 ? at - t->period : 0;
        tick *now = &ticks[count++];
        *now = (tick){0};
        if (k > 0 && is_still(t, from, at)) {
            now->is_held = 1;
            now->moved = turned(t->q1[from], t->q1[at]) - turned(t->q2[from], t->q2[at]);
            held++;
        }
        if (now->is_held && result->is_known)
            predict_held(&s, now->moved, period_s);
        else if (k > 0 && result->is_known)
            predict(&s, period_s);
        now->before = s;
        view v = window_around(t, at, result->is_known ? s.drift : 0.0, poses);
        estimate e = look(t->joint, &v, result->is_known ? &s : NULL);
        result->rating += e.rating;
        result->misfit_deg += e.misfit * e.misfit;
        said++;
        if (e.rating >= EG_HEADING_RATING_MIN && !(now->is_held && result->is_known)) {
            if (!result->is_known)
                begin(&s, &e);
            else
                (void)correct(&s, &e);
            if (!result->is_known) now->before = s;
            result->is_known = 1;
        }
        now->after = s;
        now->is_known = result->is_known;
    }
    result->rating /= (double)said;
    result->misfit_deg = sqrt(result->misfit_deg / (double)said) / rad;
    result->still_part = (double)held / (double)said;
    return count;
}

/* Rauch, Tung & Striebel: the smoothed state of tick k from that of tick k + 1. */
static void smooth_back(eg_heading_state *s, const eg_heading_state *next, const tick *ahead,
                        double period_s) {
    const eg_heading_state *b = &ahead->before;
    double dt = ahead->is_held ? 0.0 : period_s;
    double f00 = s->p[0] + dt * s->p[1], f10 = s->p[1] + dt * s->p[2]; /* P F^T */
    double f01 = s->p[1], f11 = s->p[2];
    double det = b->p[0] * b->p[2] - b->p[1] * b->p[1];
    if (!(det > 1e-30)) return;
    double g00 = (f00 * b->p[2] - f01 * b->p[1]) / det, g01 = (f01 * b->p[0] - f00 * b->p[1]) / det;
    double g10 = (f10 * b->p[2] - f11 * b->p[1]) / det, g11 = (f11 * b->p[0] - f10 * b->p[1]) / det;
    double x = next->delta - b->delta, y = next->drift - b->drift;
    double p0 = next->p[0] - b->p[0], p1 = next->p[1] - b->p[1], p2 = next->p[2] - b->p[2];
    s->delta += g00 * x + g01 * y;
    s->drift += g10 * x + g11 * y;
    s->p[0] += g00 * g00 * p0 + 2.0 * g00 * g01 * p1 + g01 * g01 * p2;
    s->p[1] += g00 * g10 * p0 + (g00 * g11 + g01 * g10) * p1 + g01 * g11 * p2;
    s->p[2] += g10 * g10 * p0 + 2.0 * g10 * g11 * p1 + g11 * g11 * p2;
}

eg_err eg_heading_offline(const eg_heading_joint *joint, double rate_hz, size_t n,
                          const eg_quaternion *q1, const eg_quaternion *q2,
                          const double *const gyr1[3], const double *const gyr2[3],
                          eg_arena *scratch, double *delta_rad, eg_heading_result *result,
                          eg_diag *diag) {
    *result = (eg_heading_result){0};
    if (!(rate_hz >= 10.0 && rate_hz <= EG_ORIENT_RATE_MAX_HZ) || n == 0)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "joint", 0, "the rate is 10 to 2000 a second");
    track t = {joint, rate_hz, n, 0, q1, q2, gyr1, gyr2};
    t.period = (size_t)fmax(1.0, floor(rate_hz * EG_HEADING_PERIOD_S + 0.5));
    size_t mark = eg_arena_mark(scratch);
    tick *ticks = eg_arena_take(scratch, (n - 1) / t.period + 1, sizeof *ticks);
    if (ticks == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "joint", 0, "no room for the heading");
    size_t count = forwards(&t, ticks, result);
    double period_s = (double)t.period / rate_hz, drift = 0.0, sigma = 0.0;
    for (size_t k = count - 1; k-- > 0;) {
        const tick *ahead = &ticks[k + 1];
        if (ticks[k].is_known) {
            smooth_back(&ticks[k].after, &ahead->after, ahead, period_s);
        } else { /* nothing was known yet: what came later holds */
            ticks[k].after = ahead->after;
            ticks[k].after.delta -= ahead->is_held ? ahead->moved : period_s * ahead->after.drift;
        }
    }
    for (size_t k = 0; k < count; k++) {
        const eg_heading_state *s = &ticks[k].after;
        const eg_heading_state *next = k + 1 < count ? &ticks[k + 1].after : s;
        drift += s->drift * s->drift;
        sigma += sqrt(fmax(0.0, s->p[0]));
        for (size_t i = 0; i < t.period && k * t.period + i < n; i++) {
            double share = (double)i / (double)t.period;
            double ahead = k + 1 < count ? next->delta : s->delta + s->drift * period_s;
            delta_rad[k * t.period + i] = s->delta + share * (ahead - s->delta);
        }
    }
    result->drift_deg_s = sqrt(drift / (double)count) / rad;
    result->sigma_deg = sigma / (double)count / rad;
    eg_arena_reset(scratch, mark);
    return EG_OK;
}
