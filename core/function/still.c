#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/solve.h"
#include "core/function/part.h"

enum { BACK = 400, BIASES = 3, DRIFTS = 3, REPEATS = 2 };

static const double velocity_sd_m_s = 0.01; /* of somebody who rests: sway, breath */
/* How fast an integrated velocity may go astray: before the bias is known, and behind it. */
static const double drift_sd_m_s2[DRIFTS] = {0.03, 0.015, 0.008};
static const double bias_sd_m_s2 = 0.1;
static const double edge_s = 0.3;
static const double reject = 6.0;   /* costs, as a sum of squares over noise, and more */
static const double reject_s = 0.4; /* the longer it looked still: nothing moves evenly for long */

/* What was integrated from the first sample up to some time: velocity, and what a bias of 1 makes
 * of it. */
typedef struct way {
    double at_s, velocity, bias[BIASES];
} way;

/* A stretch that looks still. */
typedef struct stretch {
    size_t from, to; /* samples; to: behind the last */
    way begin, end;  /* means of its first and its last edge_s */
    double skip_own; /* the cost of not believing it, */
    double skip;     /* and of what it does within */
    double cost;     /* of the best choice that ends here */
    size_t before;   /* index + 1 of the one believed before; 0: none */
} stretch;

/* What a bias along the trunk, across it and in the level does to the lift. */
static void bias_at(const eg_trunk *body, size_t i, double column[BIASES]) {
    column[0] = 1.0;
    eg_sincos(body->lean_rad[i], &column[1], &column[2]);
}

static void add_way(way *sum, const way *one, double share) {
    sum->at_s += share * one->at_s;
    sum->velocity += share * one->velocity;
    for (int j = 0; j < BIASES; j++) sum->bias[j] += share * one->bias[j];
}

static size_t find_stretches(const eg_trunk *body, stretch *all) {
    size_t n_all = 0, n = body->n;
    for (size_t i = 0; i < n; i++) {
        if (!body->is_still[i]) continue;
        if (i == 0 || !body->is_still[i - 1]) all[n_all++] = (stretch){.from = i};
        all[n_all - 1].to = i + 1;
    }
    way now = {0};
    size_t edge = function_samples(edge_s, body->rate_hz), next = 0;
    for (size_t i = 0; i < n && next < n_all; i++) {
        double column[BIASES];
        bias_at(body, i, column);
        now.at_s = (double)i / body->rate_hz;
        now.velocity += body->lift_m_s2[i] / body->rate_hz;
        for (int j = 0; j < BIASES; j++) now.bias[j] += column[j] / body->rate_hz;
        stretch *s = &all[next];
        if (i < s->from) continue;
        size_t length = s->to - s->from, part = length < edge ? length : edge;
        if (i < s->from + part) add_way(&s->begin, &now, 1.0 / (double)part);
        if (i + part >= s->to) add_way(&s->end, &now, 1.0 / (double)part);
        s->skip_own = reject * (1.0 + (double)length / (body->rate_hz * reject_s));
        next += i + 1 == s->to;
    }
    return n_all;
}

/* The cost of having rested at both, with the biases taken off. */
static double cost_of(const way *a, const way *b, const double factor[BIASES], double drift_sd) {
    double step = b->velocity - a->velocity, drift = drift_sd * (b->at_s - a->at_s);
    for (int j = 0; j < BIASES; j++) step -= factor[j] * (b->bias[j] - a->bias[j]);
    return step * step / (velocity_sd_m_s * velocity_sd_m_s + drift * drift);
}

/* The choice that costs least, by dynamic programming: *last is index + 1 of its last stretch. That
 * nothing accelerates within a stretch costs the same whether it is believed to be a rest or not.
 */
static double choose(size_t n_all, stretch *all, const double factor[BIASES], double drift_sd,
                     size_t *last) {
    double least = (double)INFINITY, skipped = 0.0, behind = 0.0;
    for (size_t k = 0; k < n_all; k++) {
        stretch *s = &all[k];
        double between = 0.0, own = cost_of(&s->begin, &s->end, factor, drift_sd);
        s->skip = s->skip_own + own;
        s->cost = skipped;
        s->before = 0;
        skipped += s->skip;
        for (size_t back = 1; back <= BACK && back <= k; back++) {
            const stretch *other = &all[k - back];
            double cost = other->cost + between + cost_of(&other->end, &s->begin, factor, drift_sd);
            between += other->skip;
            if (!(cost < s->cost)) continue;
            s->cost = cost;
            s->before = k - back + 1;
        }
        s->cost += own;
    }
    for (size_t k = n_all; k-- > 0;) {
        if (all[k].cost + behind < least) {
            least = all[k].cost + behind;
            *last = k + 1;
        }
        behind += all[k].skip;
    }
    return least;
}

/* The normal equations of the biases, for two times of rest. */
static void add_rest(const way *a, const way *b, double drift_sd, double *normal, double *right) {
    double drift = drift_sd * (b->at_s - a->at_s), step[BIASES];
    double weight = 1.0 / (velocity_sd_m_s * velocity_sd_m_s + drift * drift);
    for (int j = 0; j < BIASES; j++) step[j] = b->bias[j] - a->bias[j];
    for (int j = 0; j < BIASES; j++) {
        right[j] += weight * step[j] * (b->velocity - a->velocity);
        for (int k = 0; k < BIASES; k++) normal[j * BIASES + k] += weight * step[j] * step[k];
    }
}

/* The bias that leaves least within the stretches and between those believed. Within also in those
 * that are not: at rest or evenly moving, nothing accelerates there. */
static void learn(size_t n_all, const stretch *all, size_t last, double drift_sd,
                  double factor[BIASES]) {
    double normal[BIASES * BIASES] = {0.0}, right[BIASES] = {0.0};
    for (int j = 0; j < BIASES; j++) normal[j * BIASES + j] = 1.0 / (bias_sd_m_s2 * bias_sd_m_s2);
    for (size_t k = 0; k < n_all; k++)
        add_rest(&all[k].begin, &all[k].end, drift_sd, normal, right);
    for (; last > 0; last = all[last - 1].before) {
        const stretch *s = &all[last - 1];
        if (s->before > 0) add_rest(&all[s->before - 1].end, &s->begin, drift_sd, normal, right);
    }
    if (eg_solve(BIASES, normal, right, factor) == 0)
        for (int j = 0; j < BIASES; j++) factor[j] = 0.0;
}

/* From drift_sd_m_s2[first] on, ever stricter. The cost of the last choice and of its biases. */
static double search(size_t n_all, stretch *all, size_t first, double factor[BIASES],
                     size_t *last) {
    double cost = (double)INFINITY;
    learn(n_all, all, 0, drift_sd_m_s2[first], factor);
    for (size_t round = first; round < DRIFTS + REPEATS; round++) {
        double drift_sd = drift_sd_m_s2[round < DRIFTS ? round : DRIFTS - 1];
        cost = choose(n_all, all, factor, drift_sd, last);
        for (int j = 0; j < BIASES; j++)
            cost += factor[j] * factor[j] / (bias_sd_m_s2 * bias_sd_m_s2);
        if (round + 1 < DRIFTS + REPEATS) learn(n_all, all, *last, drift_sd, factor);
    }
    return cost;
}

eg_err function_still_check(eg_trunk *body, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(body != NULL && body->lift_m_s2 != NULL && scratch != NULL);
    bool *is_still = body->is_still;
    size_t mark = eg_arena_mark(scratch), n_all = 0, last = 0;
    for (size_t i = 0; i < body->n; i++) n_all += is_still[i] && (i == 0 || !is_still[i - 1]);
    if (n_all == 0) return EG_OK;
    stretch *all = eg_arena_take(scratch, n_all, sizeof *all);
    if (all == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for stillness");
    n_all = find_stretches(body, all);
    double factor[BIASES], column[BIASES], best = (double)INFINITY;
    size_t first = 0;
    for (size_t k = 0; k < DRIFTS; k++) {
        double cost = search(n_all, all, k, factor, &last);
        if (!(cost < best)) continue;
        best = cost;
        first = k;
    }
    (void)search(n_all, all, first, factor, &last);
    for (size_t i = 0; i < body->n; i++) {
        bias_at(body, i, column);
        for (int j = 0; j < BIASES; j++) body->lift_m_s2[i] -= factor[j] * column[j];
    }
    for (size_t next = n_all; next > 0; last = last > 0 ? all[last - 1].before : 0) {
        for (size_t k = last; k < next; k++) /* not believed */
            for (size_t i = all[k].from; i < all[k].to; i++) is_still[i] = false;
        next = last > 0 ? last - 1 : 0;
    }
    eg_arena_reset(scratch, mark);
    return EG_OK;
}
