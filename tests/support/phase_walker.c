#include "tests/support/phase_walker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/base/real.h"

enum { GRID_HZ = 1000, AXES = 3 };

static const double deg = EG_PI / 180.0;

/* Who walks, and the body on a grid: acceleration forward, left, up; roll, pitch, turn. */
typedef struct body {
    size_t n, n_steps;
    double strike_s[PHASE_STEPS_MAX], step_s, both_s, first_off_s, stand_s, turn_rad;
    int first_side;
    double size[AXES], shock, shock_hz, damping; /* m/s2 */
    double peak_s, least_s, up_lag, angle[AXES], pitch_at, turn_at;
    double *acc[AXES], *angles[AXES], *scratch;
} body;

static double draw(eg_random *r, double from, double to) {
    return from + (to - from) * eg_random_uniform(r);
}

static double rise(double w) {
    w = fmin(fmax(w, 0.0), 1.0);
    return w * w * (3.0 - 2.0 * w);
}

static void plan(eg_random *r, uint64_t number, phase_walk *walk, body *b) {
    double v = walk->speed_m_s = draw(r, 0.4, 1.6);
    b->step_s = walk->step_s = 60.0 / (60.0 + (v - 0.4) / 1.2 * 65.0 + draw(r, -8.0, 8.0));
    walk->is_limping = number % 3 == 1;
    walk->is_turning = number % 4 == 3;
    b->n_steps = 8 + (size_t)draw(r, 0.0, 22.0);
    b->first_side = (int)(eg_random_uniform(r) < 0.5);
    b->both_s = draw(r, 0.16, 0.3) * b->step_s;
    b->stand_s = draw(r, 1.5, 4.0);
    b->first_off_s = b->stand_s + draw(r, 0.35, 0.6);
    double limp = walk->is_limping ? draw(r, 0.05, 0.2) : 0.0, spread = draw(r, 0.005, 0.025);
    for (size_t k = 0; k < b->n_steps; k++) {
        double t = b->step_s * (1.0 + ((k + (size_t)b->first_side) % 2 == 1 ? limp : -limp));
        b->strike_s[k] = k == 0 ? b->first_off_s + b->step_s * draw(r, 0.7, 0.95)
                                : b->strike_s[k - 1] + t + spread * eg_random_normal(r);
    }
    walk->duration_s = b->strike_s[b->n_steps - 1] + draw(r, 1.5, 4.0);
    b->size[0] = (0.5 + v) * draw(r, 0.8, 1.2);
    b->size[1] = draw(r, 0.5, 1.1) + 0.3 * v;
    b->size[2] = (0.8 + 1.4 * v * v) * draw(r, 0.8, 1.2);
    b->shock = draw(r, 0.4, 2.0) * v;
    b->shock_hz = draw(r, 10.0, 18.0);
    b->damping = draw(r, 0.15, 0.35);
    b->peak_s = draw(r, -0.06, 0.03) * b->step_s;
    b->least_s = b->both_s + draw(r, -0.01, 0.03) * b->step_s;
    b->up_lag = draw(r, 0.3, 0.7) * b->both_s;
    b->angle[0] = draw(r, 1.5, 4.0) * deg;
    b->angle[1] = draw(r, 0.5, 2.5) * deg;
    b->angle[2] = draw(r, 2.0, 6.0) * deg;
    b->pitch_at = draw(r, 0.0, 1.0);
    b->turn_at = draw(r, -0.15, 0.15);
    b->turn_rad = walk->is_turning ? EG_PI : 0.0;
}

/* Where in its step a moment lies: k -1 the first swing, n - 1 standing again. */
typedef struct phase {
    int k, is_last, is_closing;
    double x, span, away; /* s since the strike, its step; away: 1 pushed to the left */
} phase;

static phase phase_at(const body *b, double t) {
    phase p = {.k = -1};
    while (p.k + 1 < (int)b->n_steps && b->strike_s[p.k + 1] <= t) p.k++;
    double from = p.k < 0 ? b->first_off_s - b->both_s : b->strike_s[p.k];
    p.is_last = p.k + 1 == (int)b->n_steps;
    p.is_closing = p.k + 2 == (int)b->n_steps;
    p.span = (p.is_last ? from + b->step_s : b->strike_s[p.k + 1]) - from;
    p.x = t - from;
    p.away = (p.k + b->first_side + 2) % 2 == 1 ? 1.0 : -1.0; /* the foot on the right stands */
    return p;
}

/* How large the forces of a step are: smaller where it starts and stops. */
static double part_of(const body *b, const phase *p) {
    if (p->k < 0) return 0.5 * rise(p->x / b->both_s);
    if (p->is_last) return 0.25 * (1.0 - rise(2.0 * p->x / b->step_s));
    return p->k == 0 ? 0.8 : p->is_closing ? 0.75 : 1.0;
}

static double forward_of(const body *b, const phase *p) {
    double fall = b->least_s - b->peak_s, x = p->x - b->peak_s;
    if (x < 0.0) x += p->span;
    if (x < fall) return eg_cos(EG_PI * x / fall);
    double u = (x - fall) / (p->span - fall);
    return -1.0 + 2.0 * (0.75 * u + 0.25 * u * u);
}

static double left_of(const body *b, const phase *p, double t) {
    double over = rise(p->x / b->both_s), first = b->first_off_s;
    if (p->k < 0) { /* the weight goes over to the foot that will stand: the body is pushed to it */
        if (t < b->stand_s) return 0.0;
        double shift = first - 0.5 * b->both_s;
        if (t < shift)
            return -p->away * 0.35 * eg_sin(EG_PI * (t - b->stand_s) / (shift - b->stand_s));
        return p->away * 0.6 * rise((t - shift) / b->both_s);
    }
    double before = p->k == 0 ? 0.6 : p->is_last ? 0.8 : 1.0;
    if (p->is_last) return p->away * (0.1 * over * eg_exp(-5.0 * p->x) - before * (1.0 - over));
    double now = (p->is_closing ? 0.8 : 1.0) * (1.0 - 0.35 * eg_sin(EG_PI * p->x / p->span));
    return p->away * (now * over - before * (1.0 - over));
}

static double turn_of(const body *b, const phase *p) {
    double u = p->x / p->span;
    if (p->k < 0) return u < 0.0 ? 0.0 : 0.5 * p->away * eg_sin(EG_PI * u);
    double size = p->is_last ? fmax(0.0, 0.2 * (1.0 - 2.5 * u)) : p->is_closing ? 0.6 : 1.0;
    return p->away * size * eg_sin(EG_PI * (u - b->turn_at));
}

static void fill(body *b) {
    for (size_t i = 0; i < b->n; i++) {
        double t = (double)i / GRID_HZ;
        phase p = phase_at(b, t);
        double part = part_of(b, &p), wave = 2.0 * EG_PI * (p.x - b->up_lag) / p.span;
        b->acc[0][i] = b->size[0] * part * forward_of(b, &p);
        b->acc[1][i] = b->size[1] * left_of(b, &p, t);
        b->acc[2][i] = b->size[2] * part * (eg_cos(wave) + 0.25 * eg_cos(2.0 * wave + 0.5));
        if (p.k < 0) b->acc[2][i] = -0.2 * b->size[2] * part * eg_sin(EG_PI * p.x / p.span);
        double u = fmin(fmax(p.x / p.span, 0.0), 1.0);
        b->angles[0][i] = b->angle[0] * part * p.away * eg_sin(EG_PI * u);
        b->angles[1][i] = b->angle[1] * part * eg_cos(2.0 * EG_PI * (u + b->pitch_at));
        b->angles[2][i] = EG_PI * b->angle[2] / b->step_s * turn_of(b, &p); /* its rate */
    }
}

/* The speed is gained until the second step and lost from the last but two on. */
static void gain_and_lose(body *b, double speed) {
    const double from[] = {b->first_off_s - b->both_s - 0.2,
                           b->strike_s[b->n_steps - 3] + 0.5 * b->step_s};
    const double to[] = {b->strike_s[0] + 0.8 * b->step_s, b->strike_s[b->n_steps - 1]};
    for (size_t i = 0; i < b->n; i++)
        for (int k = 0; k < 2; k++) {
            double span = to[k] - from[k], u = ((double)i / GRID_HZ - from[k]) / span;
            if (u > 0.0 && u < 1.0)
                b->acc[0][i] += (k == 0 ? 0.5 : -0.5) * EG_PI * speed / span * eg_sin(EG_PI * u);
        }
}

static void smooth(const body *b, double *x, double width_s) {
    size_t half = (size_t)(0.5 * width_s * GRID_HZ);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < b->n; i++) {
            size_t from = i > half ? i - half : 0, to = i + half < b->n ? i + half : b->n - 1;
            double sum = 0.0;
            for (size_t k = from; k <= to; k++) sum += x[k];
            b->scratch[i] = sum / (double)(to - from + 1);
        }
        memcpy(x, b->scratch, b->n * sizeof *x);
    }
}

static void land(body *b, eg_random *r) {
    double w = 2.0 * EG_PI * b->shock_hz;
    for (size_t k = 0; k < b->n_steps; k++) {
        double part = k == 0 ? 0.5 : k + 1 == b->n_steps ? 0.4 : 1.0;
        double size = b->shock * part * (1.0 + 0.15 * eg_random_normal(r));
        for (size_t i = (size_t)(b->strike_s[k] * GRID_HZ) + 1; i < b->n; i++) {
            double x = (double)i / GRID_HZ - b->strike_s[k];
            if (x > 0.5) break;
            double a = size * eg_exp(-b->damping * w * x) * eg_sin(w * x);
            b->acc[2][i] += a;
            b->acc[0][i] -= 0.5 * a;
        }
    }
}

/* Where the way leads; a walker who turns round does so in the middle. */
static double way_at(const body *b, size_t i) {
    double from = b->strike_s[b->n_steps / 2 - 2];
    double span = b->strike_s[b->n_steps / 2 + 2] - from;
    return b->turn_rad * rise(((double)i / GRID_HZ - from) / span);
}

static eg_quaternion turn_at(const body *b, size_t i, eg_quaternion worn) {
    eg_quaternion q = eg_quaternion_heading(way_at(b, i) + b->angles[2][i]);
    q = eg_quaternion_product(q, eg_quaternion_turn(0.0, b->angles[1][i], 0.0));
    q = eg_quaternion_product(q, eg_quaternion_turn(b->angles[0][i], 0.0, 0.0));
    return eg_quaternion_product(q, worn);
}

/* What a sensor feels between two moments, in its own axes: the means. */
static void feel(const body *b, size_t from, size_t to, eg_quaternion worn, double acc[3],
                 double gyr[3]) {
    double force[3] = {0.0, 0.0, 9.81}, matrix[3][3], span = (double)(to - from) / GRID_HZ;
    for (int k = 0; k < AXES; k++)
        for (size_t j = from; j <= to; j++) force[k] += b->acc[k][j] / (double)(to - from + 1);
    eg_quaternion first = turn_at(b, from, worn), last = turn_at(b, to, worn);
    eg_quaternion d = eg_quaternion_product(eg_quaternion_inverse(first), last);
    double sign = d.w < 0.0 ? -2.0 : 2.0; /* small */
    gyr[0] = sign * d.x / span;
    gyr[1] = sign * d.y / span;
    gyr[2] = sign * d.z / span;
    eg_quaternion way = eg_quaternion_heading(way_at(b, from));
    eg_quaternion seen = eg_quaternion_product(eg_quaternion_inverse(first), way);
    eg_quaternion_matrix(seen, matrix);
    eg_quaternion_apply(matrix, force, acc);
}

static void sense(const body *b, eg_random *r, phase_walk *walk, double rate_hz) {
    size_t n = (size_t)(walk->duration_s * rate_hz) - 1, half = (size_t)(0.5 * GRID_HZ / rate_hz);
    eg_quaternion worn = eg_quaternion_product(
        eg_quaternion_turn(0.0, draw(r, -5.0, 20.0) * deg, 0.0),
        eg_quaternion_turn(draw(r, -EG_PI, EG_PI), draw(r, -1.0, 1.0), draw(r, -1.0, 1.0)));
    walk->block = malloc(6 * n * sizeof *walk->block);
    walk->signal = (eg_orient_signal){.n = n, .rate_hz = rate_hz};
    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t)((double)i / rate_hz * GRID_HZ);
        double acc[3], gyr[3];
        feel(b, at > half ? at - half : 0, at + half < b->n ? at + half : b->n - 1, worn, acc, gyr);
        for (size_t k = 0; k < AXES; k++) {
            walk->block[k * n + i] =
                gyr[k] + 0.006 * ((double)k - 1.0) + 0.008 * eg_random_normal(r);
            walk->block[(3 + k) * n + i] = acc[k] + 0.04 * eg_random_normal(r);
        }
    }
    for (size_t k = 0; k < AXES; k++) {
        walk->signal.gyr[k] = walk->block + k * n;
        walk->signal.acc[k] = walk->block + (3 + k) * n;
    }
}

static void tell(const body *b, phase_walk *walk) {
    int side = b->first_side;
    size_t n = 0;
    for (int foot = 0; foot < 2; foot++) {
        walk->contacts[n] = eg_gait_contact_none(foot == 0 ? side : !side);
        walk->contacts[n++].off_s = foot == 0 ? b->first_off_s : b->strike_s[0] + b->both_s;
    }
    for (size_t k = 0; k < b->n_steps; k++) {
        eg_gait_contact *c = &walk->contacts[n++];
        *c = eg_gait_contact_none((side + (int)k) % 2);
        c->strike_s = b->strike_s[k];
        if (k + 2 < b->n_steps) c->off_s = b->strike_s[k + 1] + b->both_s;
    }
    walk->n_contacts = n;
}

void phase_walk_make(uint64_t number, phase_walk *walk) {
    static const double rates[] = {50.0, 100.0, 128.0, 200.0};
    eg_random r;
    body b = {0};
    *walk = (phase_walk){0};
    eg_random_init(&r, number, 41);
    plan(&r, number, walk, &b);
    b.n = (size_t)(walk->duration_s * GRID_HZ) + 1;
    double *memory = malloc((2 * AXES + 1) * b.n * sizeof *memory);
    for (size_t k = 0; k < AXES; k++) {
        b.acc[k] = memory + k * b.n;
        b.angles[k] = memory + (AXES + k) * b.n;
    }
    b.scratch = memory + 2 * AXES * b.n;
    fill(&b);
    gain_and_lose(&b, walk->speed_m_s);
    for (int k = 0; k < AXES; k++) {
        smooth(&b, b.acc[k], 0.05);
        smooth(&b, b.angles[k], 0.08);
    }
    land(&b, &r);
    double angle = 0.0;
    for (size_t i = 0; i < b.n; i++) b.angles[2][i] = angle += b.angles[2][i] / GRID_HZ;
    sense(&b, &r, walk, rates[number / 2 % 4]);
    tell(&b, walk);
    free(memory);
}
