#include "tests/support/reacher.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "tests/support/test.h"

static const double pi = 3.14159265358979323846;

typedef struct parts {
    size_t n;
    double from[3], to[3], share[3];
} parts;

/* How far (0 to 1) and how fast (1/s) at time t. */
static void progress(const parts *p, double t, double *way, double *pace) {
    *way = *pace = 0;
    for (size_t k = 0; k < p->n; k++) {
        double u = (t - p->from[k]) / (p->to[k] - p->from[k]);
        u = fmax(0, fmin(1, u));
        *way += p->share[k] * u * u * u * (10 - 15 * u + 6 * u * u);
        *pace += p->share[k] * 30 * u * u * (1 - u) * (1 - u) / (p->to[k] - p->from[k]);
    }
}

static double between(eg_random *random, double low, double high) {
    return low + (high - low) * eg_random_uniform(random);
}

static parts make_parts(eg_random *random, reacher_kind kind, double from) {
    parts p = {.n = 1, .from = {from}, .to = {from + between(random, 0.5, 1.4)}, .share = {1}};
    if (kind == REACHER_WHOLE) return p;
    p.n = 2 + eg_random_below(random, 2);
    double sum = 0, at = from;
    for (size_t k = 0; k < p.n; k++) {
        double lasts = between(random, 0.35, 0.8);
        p.from[k] = at;
        p.to[k] = at + lasts;
        at = kind == REACHER_OVERLAP ? at + lasts * between(random, 0.55, 0.8)
                                     : at + lasts + between(random, 0.1, 0.3);
        p.share[k] = k == 0 ? between(random, 0.6, 1) : between(random, 0.2, 0.5);
        sum += p.share[k];
    }
    for (size_t k = 0; k < p.n; k++) p.share[k] /= sum;
    return p;
}

typedef struct course {
    double home[3], way[3], side[3], curve, turn[3], angle, trunk_share;
} course;

static void unit(eg_random *random, double v[3]) {
    double square = 0;
    for (int k = 0; k < 3; k++) {
        v[k] = eg_random_normal(random);
        square += v[k] * v[k];
    }
    for (int k = 0; k < 3; k++) v[k] /= sqrt(square);
}

static void go(reacher *r, const course *c, const parts *p, int is_return, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        double s, pace, length = 0, bend;
        progress(p, (double)i / r->rate_hz, &s, &pace);
        if (is_return) s = 1 - s;
        bend = c->curve * pi * cos(pi * s);
        for (int k = 0; k < 3; k++) length += c->way[k] * c->way[k];
        r->speed[i] = pace * sqrt(length + bend * bend);
        r->turning[i] = pace * c->angle;
        for (int k = 0; k < 3; k++) {
            r->hand[i][k] = c->home[k] + s * c->way[k] + c->curve * sin(pi * s) * c->side[k];
            r->trunk[i][k] = c->home[k] + s * c->trunk_share * c->way[k];
            r->gyr[i][k] = (is_return ? -1 : 1) * pace * c->angle * c->turn[k];
        }
    }
}

static void add_noise(reacher *r, eg_random *random, double noise_m) {
    double bias[3], phase = between(random, 0, 6);
    for (int k = 0; k < 3; k++) bias[k] = 0.01 * eg_random_normal(random);
    for (size_t i = 0; i < r->n; i++)
        for (int k = 0; k < 3; k++) {
            double sway = noise_m * sin(2 * pi * 0.3 * (double)i / r->rate_hz + phase + k);
            r->hand[i][k] += noise_m * eg_random_normal(random) + sway;
            r->trunk[i][k] += noise_m * eg_random_normal(random) + sway;
            if (noise_m > 0) r->gyr[i][k] += bias[k] + 0.005 * eg_random_normal(random);
        }
}

void reacher_make(reacher *r, int seed, reacher_kind kind, double rate_hz, int n_reaches,
                  double noise_m) {
    eg_random random;
    eg_random_init(&random, (uint64_t)seed, (uint64_t)kind);
    memset(r, 0, sizeof *r);
    r->rate_hz = rate_hz;
    course c = {.curve = between(&random, 0, 0.03), .angle = between(&random, 0.5, 1.5)};
    double way[3], length = between(&random, 0.15, 0.5), dot = 0;
    unit(&random, way);
    unit(&random, c.side);
    unit(&random, c.turn);
    for (int k = 0; k < 3; k++) dot += way[k] * c.side[k];
    for (int k = 0; k < 3; k++) {
        c.home[k] = between(&random, -1, 1);
        c.side[k] = (c.side[k] - dot * way[k]) / sqrt(1 - dot * dot);
    }
    c.trunk_share = between(&random, 0, 0.5);
    double at = between(&random, 0.6, 1.5);
    size_t done = 0;
    for (int m = 0; m < 2 * n_reaches; m++) {
        if (m % 2 == 0) {
            double own = length * between(&random, 0.85, 1.15);
            for (int k = 0; k < 3; k++) c.way[k] = own * way[k];
        }
        parts p = make_parts(&random, kind, at);
        double to = p.to[p.n - 1], rest = between(&random, 0.4, 1.5), own = 0;
        for (int k = 0; k < 3; k++) own += c.way[k] * c.way[k];
        size_t until = (size_t)((to + rest) * rate_hz);
        EG_CHECK(until < REACHER_SAMPLES_MAX && m < REACHER_MOVES_MAX);
        go(r, &c, &p, m % 2, done, until);
        r->moves[r->n_moves++] = (reacher_move){.from_s = at,
                                                .to_s = to,
                                                .distance_m = sqrt(own),
                                                .trunk_m = c.trunk_share * sqrt(own),
                                                .n_parts = p.n,
                                                .is_return = m % 2};
        done = until;
        at = to + rest;
    }
    r->n = done;
    add_noise(r, &random, noise_m);
}
