#include "tests/support/mover.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/motion/quaternion.h"
#include "tests/support/test.h"

static const double degree = 3.14159265358979323846 / 180.0;

static double between(eg_random *random, double low, double high) {
    return low + (high - low) * eg_random_uniform(random);
}

/* Minimum jerk, or half a cosine, in a time that may run quicker at either end. */
static double shape(const mover_step *s, double t) {
    double u = (t - s->from) / (s->to - s->from);
    if (u <= 0) return 0;
    if (u >= 1) return 1;
    u += s->warp * u * (1 - u);
    if (s->is_cosine) return (1 - cos(M_PI * u)) / 2;
    return u * u * u * (10 - 15 * u + 6 * u * u);
}

static void add(mover *m, mover_channel channel, double from, double to, double size,
                eg_random *random) {
    EG_CHECK(m->n_steps < MOVER_STEPS_MAX && to > from);
    m->steps[m->n_steps++] = (mover_step){.channel = channel,
                                          .from = from,
                                          .to = to,
                                          .size = size,
                                          .warp = between(random, -0.3, 0.3),
                                          .is_cosine = eg_random_uniform(random) < 0.25};
}

static void make_body(mover *m, eg_random *random) {
    bool is_old = m->kind != MOVER_YOUNG;
    m->thigh_m = between(random, 0.38, 0.46);
    m->seat_m = between(random, 0.40, 0.50);
    m->rise_m = between(random, 0.28, 0.92 * m->thigh_m);
    m->cadence_hz = is_old ? between(random, 1.3, 1.8) : between(random, 1.6, 2.1);
    if (m->kind == MOVER_SLOW) m->cadence_hz = between(random, 1.0, 1.4);
    m->bob_m = between(random, 0.01, 0.025);
    m->swing_rad = between(random, 2, 6) * degree;
    m->speed_m_s = 0.6 * m->cadence_hz;
    for (int k = 0; k < 4; k++) {
        m->wobble_hz[k] = between(random, 0.15, 1.2);
        m->wobble_phase[k] = between(random, 0, 2 * M_PI);
        m->wobble_rad[k] = between(random, 0.02, is_old ? 0.3 : 0.12) * degree;
    }
    m->tremor_rad = is_old ? between(random, 0, 0.05) * degree : 0;
    m->walk_phase = between(random, 0, 2 * M_PI);
    double length = 0;
    for (int k = 0; k < 4; k++) {
        m->mount[k] = eg_random_normal(random);
        length += m->mount[k] * m->mount[k];
    }
    for (int k = 0; k < 4; k++) m->mount[k] /= sqrt(length);
    for (int k = 0; k < 3; k++) {
        m->gyr_bias[k] = between(random, -0.5, 0.5) * degree;
        m->acc_bias[k] = between(random, -0.05, 0.05);
    }
    m->gyr_noise = between(random, 0.05, 0.3) * degree;
    m->acc_noise = between(random, 0.01, 0.05);
    m->marker_noise_m = between(random, 0.0003, 0.001);
}

typedef struct tempo {
    double flex, rise, down, dwell_up, dwell_down;
} tempo;

static tempo tempo_of(mover_kind kind, eg_random *random, bool pauses) {
    static const double slow[MOVER_KINDS] = {1.0, 1.35, 2.4};
    double f = slow[kind];
    tempo t = {.flex = f * between(random, 0.45, 0.8),
               .rise = f * between(random, 0.6, 1.0),
               .down = f * between(random, 0.7, 1.2),
               .dwell_up = f * between(random, 0.06, 0.5),
               .dwell_down = f * between(random, 0.06, 0.5)};
    if (pauses) {
        t.dwell_up += between(random, 0.5, 2.5);
        t.dwell_down += between(random, 0.5, 2.5);
    }
    return t;
}

/* Leans and rises; returns when it stands. The trunk is upright about then. */
static double rise_at(mover *m, double at, const tempo *t, eg_random *random, mover_stand *stand) {
    double lean = between(random, 22, 48) * degree;
    double off = at + t->flex * between(random, 0.7, 1.0), up = off + t->rise;
    double back = at + t->flex * between(random, 1.0, 1.1);
    *stand = (mover_stand){at, off, up, (double)NAN, (double)NAN, (double)NAN};
    add(m, MOVER_LEAN, at, at + t->flex, lean, random);
    add(m, MOVER_LEAN, back, fmax(up + between(random, -0.15, 0.05), back + 0.3), -lean, random);
    add(m, MOVER_HEIGHT, off, up, m->rise_m, random);
    return up;
}

/* Sits down; returns when the trunk is upright again. */
static double sit_at(mover *m, double at, const tempo *t, eg_random *random, mover_stand *stand) {
    double lean = between(random, 18, 40) * degree, down = at + t->down;
    double bent = at + t->down * between(random, 0.5, 0.7);
    double upright = down + t->flex * between(random, 0.2, 0.7);
    add(m, MOVER_LEAN, at - between(random, 0, 0.05), bent, lean, random);
    add(m, MOVER_LEAN, bent + between(random, 0, 0.1), upright, -lean, random);
    add(m, MOVER_HEIGHT, at, down, -m->rise_m, random);
    stand->leaving = at;
    stand->seated = down;
    stand->settled = upright;
    return upright;
}

/* Leans, perhaps leaves the seat a little, and falls back. */
static double fail_at(mover *m, double at, const tempo *t, eg_random *random) {
    double lean = between(random, 20, 40) * degree, share = between(random, 0.25, 0.45);
    double off = at + 0.85 * t->flex, top = off + 0.5 * t->rise, down = top + 0.6 * t->rise;
    add(m, MOVER_LEAN, at, at + t->flex, lean, random);
    add(m, MOVER_LEAN, at + t->flex, down + 0.4, -lean, random);
    add(m, MOVER_HEIGHT, off, top, share * m->rise_m, random);
    add(m, MOVER_HEIGHT, top, down, -share * m->rise_m, random);
    m->n_attempts++;
    return down + 0.4;
}

mover mover_chair(uint64_t seed, mover_kind kind, const mover_wish *wish) {
    mover m = {.task = MOVER_CHAIR, .kind = kind, .seed = seed};
    eg_random random;
    eg_random_init(&random, seed, 11);
    make_body(&m, &random);
    double t = between(&random, 1.0, 3.0);
    tempo usual = tempo_of(kind, &random, wish->pauses);
    for (size_t k = 0; k < wish->n_failed; k++)
        t = fail_at(&m, t, &usual, &random) + between(&random, 0.4, 1.5);
    m.n_stands = wish->n_stands;
    for (size_t k = 0; k < wish->n_stands; k++) {
        tempo one = usual; /* repetitions differ by a few percent */
        one.flex *= between(&random, 0.93, 1.07);
        one.rise *= between(&random, 0.93, 1.07);
        one.down *= between(&random, 0.93, 1.07);
        t = rise_at(&m, t, &one, &random, &m.stands[k]) + one.dwell_up;
        if (wish->ends_standing && k + 1 == wish->n_stands) break;
        t = sit_at(&m, t, &one, &random, &m.stands[k]) + one.dwell_down;
    }
    m.seconds = t + between(&random, 1.0, 2.5);
    return m;
}

static double turn_at(mover *m, double at, double angle_deg, eg_random *random) {
    static const double slow[MOVER_KINDS] = {1.0, 1.3, 2.0};
    double length = slow[m->kind] * between(random, 0.8, 1.2) * (0.5 + fabs(angle_deg) / 180);
    EG_CHECK(m->n_turns < MOVER_TURNS_MAX);
    m->turns[m->n_turns++] = (mover_turn){at, at + length, angle_deg};
    add(m, MOVER_HEADING, at, at + length, angle_deg * degree, random);
    return at + length;
}

mover mover_tug(uint64_t seed, mover_kind kind) {
    mover m = {.task = MOVER_TUG, .kind = kind, .seed = seed, .n_stands = 1};
    eg_random random;
    eg_random_init(&random, seed, 12);
    make_body(&m, &random);
    tempo usual = tempo_of(kind, &random, false);
    double side = eg_random_uniform(&random) < 0.5 ? -1 : 1;
    double t = between(&random, 1.0, 3.0), leg = 3.0 / m.speed_m_s;
    t = rise_at(&m, t, &usual, &random, &m.stands[0]);
    m.walk_from = t - between(&random, 0.0, 0.15);
    add(&m, MOVER_WALK, m.walk_from, m.walk_from + 0.6, 1, &random);
    t = turn_at(&m, t + leg, side * between(&random, 170, 190), &random);
    if (eg_random_uniform(&random) < 0.4) side = -side;
    t = turn_at(&m, t + leg, side * between(&random, 165, 185), &random);
    m.walk_to = t + between(&random, -0.1, 0.2);
    add(&m, MOVER_WALK, m.walk_to - 0.5, m.walk_to, -1, &random);
    t = fmax(m.walk_to, t) + between(&random, -0.2, 0.4);
    m.seconds = sit_at(&m, t, &usual, &random, &m.stands[0]) + between(&random, 1.0, 2.5);
    return m;
}

mover mover_turns(uint64_t seed, mover_kind kind, size_t n) {
    mover m = {.task = MOVER_TURNS, .kind = kind, .seed = seed};
    eg_random random;
    eg_random_init(&random, seed, 13);
    make_body(&m, &random);
    static const double angles[] = {60, 90, 120, 180};
    double t = between(&random, 1.0, 2.0);
    m.seat_m += m.rise_m; /* stands throughout */
    m.walk_from = t;
    add(&m, MOVER_WALK, t, t + 0.6, 1, &random);
    t += between(&random, 2.0, 4.0);
    for (size_t k = 0; k < n; k++) {
        double angle = angles[eg_random_below(&random, 4)] * between(&random, 0.95, 1.05);
        if (eg_random_uniform(&random) < 0.5) angle = -angle;
        t = turn_at(&m, t, angle, &random) + between(&random, 2.0, 5.0);
    }
    m.walk_to = t;
    add(&m, MOVER_WALK, t - 0.5, t, -1, &random);
    m.seconds = t + between(&random, 1.0, 2.0);
    return m;
}

typedef struct pose {
    double hip[3], lean, roll, heading, thigh;
} pose;

static pose pose_at(const mover *m, double t) {
    double c[MOVER_CHANNELS] = {0};
    for (size_t k = 0; k < m->n_steps; k++)
        c[m->steps[k].channel] += m->steps[k].size * shape(&m->steps[k], t);
    pose p = {.lean = c[MOVER_LEAN], .heading = c[MOVER_HEADING]};
    double steps = 2 * M_PI * m->cadence_hz * t + m->walk_phase, walk = c[MOVER_WALK];
    for (int k = 0; k < 4; k++) {
        double w = 2 * M_PI * m->wobble_hz[k] * t + m->wobble_phase[k];
        if (k < 2)
            p.lean += m->wobble_rad[k] * sin(w);
        else
            p.roll += m->wobble_rad[k] * sin(w);
    }
    p.lean += m->tremor_rad * sin(2 * M_PI * 5.3 * t);
    p.lean += walk * 1.0 * degree * sin(steps + 0.5);
    p.roll += walk * 2.0 * degree * sin(0.5 * steps + 0.3);
    p.heading += walk * m->swing_rad * sin(0.5 * steps);
    p.hip[2] = m->seat_m + c[MOVER_HEIGHT] - walk * m->bob_m * cos(steps);
    p.hip[0] = walk * 0.02 * sin(steps + 1.0); /* seen from someone who walks beside it */
    p.hip[1] = walk * 0.02 * sin(0.5 * steps);
    double share = c[MOVER_HEIGHT] / m->thigh_m;
    p.thigh = asin(fmin(0.999, fmax(0.0, share)));
    return p;
}

double mover_bob_m(const mover *m, double t) {
    double walk = 0;
    for (size_t k = 0; k < m->n_steps; k++)
        if (m->steps[k].channel == MOVER_WALK) walk += m->steps[k].size * shape(&m->steps[k], t);
    return -walk * m->bob_m * cos(2 * M_PI * m->cadence_hz * t + m->walk_phase);
}

/* Trunk to earth: heading about z, lean forward about y (left), roll about x. */
static eg_quaternion trunk_of(const pose *p) {
    eg_quaternion z = eg_quaternion_turn(0, 0, p->heading), y = eg_quaternion_turn(0, p->lean, 0);
    return eg_quaternion_product(eg_quaternion_product(z, y), eg_quaternion_turn(p->roll, 0, 0));
}

static void turned(eg_quaternion q, const double v[3], double out[3]) {
    double m[3][3];
    eg_quaternion_matrix(q, m);
    eg_quaternion_apply(m, v, out);
}

/* Where the sensor is and how it is turned. */
static eg_quaternion sensor_at(const mover *m, int place, double t, double position[3]) {
    static const double above[] = {0.0, 0.28, 0.0}, before[] = {0.0, 0.2, 0.0};
    pose p = pose_at(m, t);
    eg_quaternion q = trunk_of(&p);
    double lever[3] = {-m->behind_m + before[place], 0, m->lever_m + above[place]};
    if (place == 2) {
        q = eg_quaternion_product(eg_quaternion_turn(0, 0, p.heading),
                                  eg_quaternion_turn(0, p.thigh, 0));
        double along[3] = {0.5 * m->thigh_m, 0, 0.06};
        memcpy(lever, along, sizeof lever);
    }
    turned(q, lever, position);
    for (int k = 0; k < 3; k++) position[k] += p.hip[k];
    eg_quaternion mount = {m->mount[0], m->mount[1], m->mount[2], m->mount[3]};
    return eg_quaternion_product(q, mount);
}

/* A heel on the floor: a short shake of the sensor at every step. */
static double heel(const mover *m, double t) {
    if (m->walk_to <= m->walk_from || t < m->walk_from || t > m->walk_to) return 0;
    double phase = m->cadence_hz * t + m->walk_phase / (2 * M_PI);
    double since = (phase - floor(phase)) / m->cadence_hz;
    /* The slope of a damped swing that begins softly: it leaves no velocity behind, and samples
     * see it as a whole. */
    double w = 2 * M_PI * 14, u = since / 0.02;
    double slope = (2 * u - u * u) / 0.02 * sin(w * since) + u * u * w * cos(w * since);
    return 6.0 / w * exp(-u) * slope;
}

void mover_imu(const mover *m, int place, double rate_hz, size_t *n, double *gyr[3],
               double *acc[3]) {
    mover own = *m;
    eg_random random;
    eg_random_init(&random, m->seed, 20 + (uint64_t)place);
    own.lever_m = between(&random, 0.08, 0.16);
    own.behind_m = between(&random, 0.08, 0.12);
    *n = (size_t)(m->seconds * rate_hz);
    double *block = malloc(6 * *n * sizeof *block);
    for (int k = 0; k < 3; k++) {
        gyr[k] = block + (size_t)k * *n;
        acc[k] = block + (size_t)(3 + k) * *n;
    }
    const double h = 1e-3;
    for (size_t i = 0; i < *n; i++) {
        double t = (double)i / rate_hz, before[3], here[3], after[3], force[3], out[3];
        eg_quaternion a = sensor_at(&own, place, t - h, before);
        eg_quaternion q = sensor_at(&own, place, t, here);
        eg_quaternion b = sensor_at(&own, place, t + h, after);
        for (int k = 0; k < 3; k++) force[k] = (before[k] - 2 * here[k] + after[k]) / (h * h);
        force[2] += 9.81 + heel(m, t);
        turned(eg_quaternion_inverse(q), force, out);
        eg_quaternion d = eg_quaternion_product(eg_quaternion_inverse(a), b);
        double sign = d.w < 0 ? -1 : 1, spin[3] = {d.x, d.y, d.z};
        for (int k = 0; k < 3; k++) {
            gyr[k][i] =
                sign * spin[k] / h + own.gyr_bias[k] + own.gyr_noise * eg_random_normal(&random);
            acc[k][i] = out[k] + own.acc_bias[k] + own.acc_noise * eg_random_normal(&random);
        }
    }
}

void mover_points(const mover *m, double rate_hz, size_t *n, double (*points[4])[3]) {
    static const double places[4][3] = {
        {-0.02, 0, 0.07}, {0.0, 0, 0.5}, {0, 0.12, 0.08}, {0, -0.12, 0.08}};
    eg_random random;
    eg_random_init(&random, m->seed, 30);
    *n = (size_t)(m->seconds * rate_hz);
    double(*block)[3] = malloc(4 * *n * sizeof *block);
    for (int k = 0; k < 4; k++) points[k] = block + (size_t)k * *n;
    for (size_t i = 0; i < *n; i++) {
        pose p = pose_at(m, (double)i / rate_hz);
        eg_quaternion q = trunk_of(&p);
        for (int k = 0; k < 4; k++) {
            double out[3];
            turned(q, places[k], out);
            for (int j = 0; j < 3; j++)
                points[k][i][j] = out[j] + p.hip[j] + m->marker_noise_m * eg_random_normal(&random);
        }
    }
}

static void *memory_of(size_t size, eg_arena *arena) {
    void *memory = malloc(size);
    EG_CHECK(memory != NULL);
    eg_arena_init(arena, memory, size);
    return memory;
}

eg_err mover_body(const mover *m, int place, double rate_hz, eg_arena *arena, void **memory,
                  eg_trunk *body, eg_diag *diag) {
    size_t n;
    double *gyr[3], *acc[3], (*points[4])[3];
    eg_err err;
    if (place < 3) {
        mover_imu(m, place, rate_hz, &n, gyr, acc);
        *memory = memory_of(eg_trunk_bytes(n, rate_hz), arena);
        eg_orient_signal signal = {.n = n, .rate_hz = rate_hz};
        for (int k = 0; k < 3; k++) {
            signal.gyr[k] = gyr[k];
            signal.acc[k] = acc[k];
        }
        err = eg_trunk_from_imu(&signal, (eg_trunk_place)place, arena, body, diag);
        free(gyr[0]);
    } else {
        mover_points(m, rate_hz, &n, points);
        *memory = memory_of(eg_trunk_bytes(n, rate_hz), arena);
        eg_trunk_points p = {.n = n,
                             .rate_hz = rate_hz,
                             .up_axis = 2,
                             .up_sign = 1,
                             .pelvis = (const double(*)[3])points[0],
                             .shoulder = (const double(*)[3])points[1],
                             .left = (const double(*)[3])points[2],
                             .right = (const double(*)[3])points[3]};
        err = eg_trunk_from_points(&p, arena, body, diag);
        free(points[0]);
    }
    return err;
}
