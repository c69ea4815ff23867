#include "tests/support/rocker_walker.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/random.h"
#include "core/base/real.h"

enum { GRID_HZ = 1000, KNOTS = 16 * (ROCKER_SWINGS_MAX + 1) };

static const double deg = EG_PI / 180.0;

/* Angles that are to be passed at given times. */
typedef struct path {
    size_t n;
    double at_s[KNOTS], value[KNOTS];
} path;

typedef struct leg {
    double strike_s[ROCKER_SWINGS_MAX + 1], off_s[ROCKER_SWINGS_MAX],
        place_m[ROCKER_SWINGS_MAX + 1];
    size_t n_swings, n;
    double speed_m_s, step_s, stance_s, size; /* of all turns; 1: those of a usual walk */
    double linger_s;                          /* the toes press on when the sole has left */
    double heel_m, ball_m, tip_m, tip_up_m, ankle_m;
    double lean_deg[8], pitch_deg[3], heel_off, rise_power, smooth_s, shock;
    path lean, pitch;
    double *angle, *foot, *x, *z, *scratch; /* [n] on the grid */
} leg;

static double draw(eg_random *r, double from, double to) {
    return from + (to - from) * eg_random_uniform(r);
}

static void plan(eg_random *r, leg *l) {
    l->speed_m_s = draw(r, 0.5, 1.6);
    l->step_s = 60.0 / (64.0 + 52.0 * (l->speed_m_s - 0.4) + draw(r, -6.0, 6.0));
    l->stance_s = l->step_s * (1.36 - 0.12 * l->speed_m_s + draw(r, -0.03, 0.03));
    l->n_swings = 6 + eg_random_below(r, ROCKER_SWINGS_MAX - 5);
    double t = draw(r, 2.0, 4.0), place = 0.0;
    for (size_t k = 0; k < l->n_swings; k++) {
        int is_end = k == 0 || k + 1 == l->n_swings;
        double stride = 2.0 * l->step_s + 0.015 * eg_random_normal(r);
        l->off_s[k] = t;
        l->place_m[k] = place;
        l->strike_s[k + 1] = t + stride - l->stance_s;
        t += stride;
        place += 2.0 * l->speed_m_s * l->step_s * (is_end ? 0.55 : 1.0) * draw(r, 0.96, 1.04);
    }
    l->place_m[l->n_swings] = place;
    l->n = (size_t)((l->strike_s[l->n_swings] + draw(r, 2.0, 4.0)) * GRID_HZ);
    l->size = fmin(fmax(0.55 + 0.4 * l->speed_m_s, 0.6), 1.15);
    l->linger_s = draw(r, 0.0, 0.025);
    l->smooth_s = draw(r, 0.006, 0.016);
    l->shock = draw(r, 0.0, 6.0) * l->speed_m_s;
}

/* The angles: of the shank at the strike, foot flat, mid-stance, heel off, off, most, mid-swing and
 * before the strike; of the foot at the strike, the off, most. */
static void build(eg_random *r, leg *l) {
    double part = fmin(1.0, 0.5 + 0.5 * l->size);
    const double usual[8] = {-20.0 * l->size, -4.0, 8.0, 24.0 * part,
                             46.0 * part,     0.0,  8.0, -23.0 * l->size};
    for (int k = 0; k < 8; k++) l->lean_deg[k] = usual[k] + draw(r, -4.0, 4.0);
    l->lean_deg[5] = l->lean_deg[4] * draw(r, 1.03, 1.12);
    l->pitch_deg[0] = draw(r, 8.0, 24.0) * l->size;
    l->pitch_deg[1] = -draw(r, 52.0, 66.0) * fmin(1.0, 0.6 + 0.4 * l->size);
    l->pitch_deg[2] = l->pitch_deg[1] * draw(r, 1.05, 1.18);
    l->heel_off = draw(r, 0.55, 0.68);
    l->rise_power = draw(r, 1.6, 2.2);
    l->heel_m = draw(r, 0.04, 0.06);
    l->ball_m = draw(r, 0.1, 0.14);
    l->tip_m = l->ball_m + draw(r, 0.05, 0.07);
    l->tip_up_m = draw(r, 0.004, 0.015);
    l->ankle_m = draw(r, 0.075, 0.095);
}

static void pass(path *p, double at_s, double value) {
    if (p->n >= KNOTS) return;
    p->at_s[p->n] = at_s;
    p->value[p->n++] = value;
}

/* The knots of a stance from a strike (NaN: it stood) to the off at `off_s`, and of its swing. */
static void pass_stride(leg *l, double strike_s, double off_s, double next_s, int is_last) {
    const double *lean = l->lean_deg, *foot = l->pitch_deg;
    int is_first = !isfinite(strike_s);
    double stance = l->stance_s, swing = next_s - off_s, leave = off_s - l->linger_s;
    double part = is_first ? 0.8 : 1.0, land = foot[0] * (is_last ? 0.6 : 1.0);
    double start = leave - (1.0 - l->heel_off) * stance;
    if (is_first) {
        pass(&l->lean, off_s - 0.6 * stance, 3.0);
        pass(&l->lean, off_s - 0.5 * stance, 3.0);
    } else {
        pass(&l->lean, off_s - 0.5 * stance, lean[2]);
    }
    pass(&l->lean, off_s - 0.2 * stance, part * lean[3]);
    pass(&l->lean, off_s, part * lean[4]);
    pass(&l->lean, off_s + 0.13 * swing, part * lean[5]);
    pass(&l->lean, off_s + 0.55 * swing, lean[6]);
    pass(&l->lean, off_s + 0.9 * swing, lean[7]);
    pass(&l->lean, next_s, lean[0]);
    pass(&l->lean, next_s + 0.18 * stance, lean[1]);
    for (int k = 0; k <= 4; k++) {
        double w = 0.25 * k;
        pass(&l->pitch, start + w * (leave - start), part * foot[1] * eg_pow(w, l->rise_power));
    }
    pass(&l->pitch, leave + 0.13 * swing, part * foot[2]);
    pass(&l->pitch, leave + 0.5 * swing, -12.0);
    pass(&l->pitch, leave + 0.85 * swing, 1.08 * land);
    pass(&l->pitch, next_s, land);
    pass(&l->pitch, next_s + 0.07 * stance, 0.45 * land);
    pass(&l->pitch, next_s + 0.16 * stance, 0.0);
}

/* The slope at a knot: no overshoot. */
static double slope(const path *p, size_t k) {
    if (k == 0 || k + 1 >= p->n) return 0.0;
    double a = (p->value[k] - p->value[k - 1]) / (p->at_s[k] - p->at_s[k - 1]);
    double b = (p->value[k + 1] - p->value[k]) / (p->at_s[k + 1] - p->at_s[k]);
    return a * b > 0.0 ? 2.0 * a * b / (a + b) : 0.0;
}

static double cubic(double w, double span, const double from[2], const double to[2]) {
    double u = 1.0 - w;
    return u * u * ((1.0 + 2.0 * w) * from[0] + w * span * from[1]) +
           w * w * ((1.0 + 2.0 * u) * to[0] - u * span * to[1]);
}

static void draw_path(const path *p, size_t n, double *out) {
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / GRID_HZ;
        while (k + 2 < p->n && t > p->at_s[k + 1]) k++;
        double span = p->at_s[k + 1] - p->at_s[k], w = (t - p->at_s[k]) / span;
        const double a[2] = {p->value[k], slope(p, k)}, b[2] = {p->value[k + 1], slope(p, k + 1)};
        out[i] = deg * cubic(fmin(fmax(w, 0.0), 1.0), span, a, b);
    }
}

/* Three running means, together a bell of that standard deviation. */
static void smooth(const leg *l, double wide_s, double *x) {
    size_t half = (size_t)(wide_s * GRID_HZ);
    for (int pass_no = 0; pass_no < 3; pass_no++) {
        l->scratch[0] = 0.0;
        for (size_t i = 0; i < l->n; i++) l->scratch[i + 1] = l->scratch[i] + x[i];
        for (size_t i = 0; i < l->n; i++) {
            size_t from = i > half ? i - half : 0, to = i + half + 1 < l->n ? i + half + 1 : l->n;
            x[i] = (l->scratch[to] - l->scratch[from]) / (double)(to - from);
        }
    }
}

/* The ankle over a foot that rolls about its heel, its ball and its tip, from where it is flat. */
static void roll(const leg *l, double pitch, double out[2]) {
    double edge = -atan2(l->tip_up_m, l->tip_m - l->ball_m), c = eg_cos(pitch), s = eg_sin(pitch);
    double px = pitch >= 0.0 ? -l->heel_m : l->ball_m, pz = -l->ankle_m, at = px;
    if (pitch < edge) {
        double x = l->tip_m - l->ball_m, z = l->tip_up_m;
        at = l->ball_m + x * eg_cos(edge) - z * eg_sin(edge);
        px = l->tip_m;
        pz += l->tip_up_m;
    }
    out[0] = at - (px * c - pz * s);
    out[1] = -(px * s + pz * c);
}

/* From sample a, where the sole leaves, to b, where the heel strikes. */
static void fly(eg_random *r, leg *l, size_t a, size_t b) {
    double span = (double)(b - a) / GRID_HZ, part = draw(r, 0.16, 0.24),
           low = draw(r, 0.015, 0.035);
    double vx = (l->x[a] - l->x[a - 4]) * GRID_HZ / 4.0,
           vz = (l->z[a] - l->z[a - 4]) * GRID_HZ / 4.0;
    double x0 = l->x[a], way = l->x[b] - x0, end = draw(r, 0.1, 0.3) * way / span;
    double ease = draw(r, 0.3, 1.0), brake = -draw(r, 0.5, 1.5) * end / 0.05;
    double ax = ease * (l->x[a] - 2.0 * l->x[a - 4] + l->x[a - 8]) * GRID_HZ * GRID_HZ / 16.0;
    const double heights[4][2] = {{l->z[a], vz},
                                  {l->z[a] + 0.45 * vz * part * span, 0.0},
                                  {l->ankle_m + low, 0.0},
                                  {l->z[b], -draw(r, 0.1, 0.35) * fmin(1.0, l->speed_m_s)}};
    const double at[4] = {0.0, part, 0.7, 1.0};
    /* x = x0 + vx t + ax t^2 / 2 + c3 t^3 + c4 t^4 + c5 t^5; in the end `end` and `brake` */
    double p = way - vx * span - 0.5 * ax * span * span, v = (end - vx - ax * span) * span;
    double q = (brake - ax) * span * span, c3 = 10.0 * p - 4.0 * v + 0.5 * q;
    double c4 = -15.0 * p + 7.0 * v - q, c5 = 6.0 * p - 3.0 * v + 0.5 * q;
    for (size_t i = a + 1; i < b; i++) {
        double w = (double)(i - a) / (double)(b - a), t = w * span;
        size_t k = w < at[1] ? 0 : w < at[2] ? 1 : 2;
        l->x[i] = x0 + vx * t + 0.5 * ax * t * t + w * w * w * (c3 + w * (c4 + w * c5));
        l->z[i] = cubic((w - at[k]) / (at[k + 1] - at[k]), (at[k + 1] - at[k]) * span, heights[k],
                        heights[k + 1]);
    }
}

static void walk_leg(eg_random *r, leg *l) {
    pass(&l->lean, 0.0, 3.0);
    pass(&l->pitch, 0.0, 0.0);
    for (size_t k = 0; k < l->n_swings; k++)
        pass_stride(l, k == 0 ? (double)NAN : l->strike_s[k], l->off_s[k], l->strike_s[k + 1],
                    k + 1 == l->n_swings);
    pass(&l->lean, l->strike_s[l->n_swings] + 0.7 * l->stance_s, 3.0);
    pass(&l->lean, (double)l->n / GRID_HZ + 1.0, 3.0);
    pass(&l->pitch, (double)l->n / GRID_HZ + 1.0, 0.0);
    draw_path(&l->lean, l->n, l->angle);
    draw_path(&l->pitch, l->n, l->foot);
    smooth(l, 0.015 * l->step_s / 0.55, l->angle);
    smooth(l, l->smooth_s, l->foot);
    size_t k = 0;
    for (size_t i = 0; i < l->n; i++) {
        double ankle[2];
        while (k < l->n_swings && (double)i >= l->strike_s[k + 1] * GRID_HZ) k++;
        roll(l, l->foot[i], ankle);
        l->x[i] = l->place_m[k] + ankle[0];
        l->z[i] = ankle[1];
    }
    for (k = 0; k < l->n_swings; k++)
        fly(r, l, (size_t)((l->off_s[k] - l->linger_s) * GRID_HZ),
            (size_t)(l->strike_s[k + 1] * GRID_HZ) + 1);
    smooth(l, l->smooth_s, l->x);
    smooth(l, l->smooth_s, l->z);
}

/* A foot as a body that springs draw along its way, pitch included, and that meets a ground which
 * gives, with friction: position, speed and where each point of the sole holds on. */
typedef struct sprung {
    double at[3], speed[3], hold[3]; /* forwards, up, pitch; NaN: the point is in the air */
    double stiff, damp, mass, draw_hz;
} sprung;

/* What the ground does to the foot, N and N m; returns how hard it presses. */
static double press(const leg *l, sprung *f, double out[3]) {
    const double sole[3][2] = {
        {-l->heel_m, -l->ankle_m}, {l->ball_m, -l->ankle_m}, {l->tip_m, l->tip_up_m - l->ankle_m}};
    double c = eg_cos(f->at[2]), s = eg_sin(f->at[2]), sum = 0.0;
    for (int k = 0; k < 3; k++) {
        double x = c * sole[k][0] - s * sole[k][1], z = s * sole[k][0] + c * sole[k][1];
        double deep = -(f->at[1] + z), at = f->at[0] + x;
        if (deep <= 0.0) {
            f->hold[k] = (double)NAN;
            continue;
        }
        if (!isfinite(f->hold[k])) f->hold[k] = at;
        double vx = f->speed[0] - z * f->speed[2], vz = f->speed[1] + x * f->speed[2];
        double up = fmax(0.0, fmin(1.0, deep / 0.002) * (f->stiff * deep - f->damp * vz));
        double along = -2e4 * (at - f->hold[k]) - 300.0 * vx, most = 0.8 * up;
        if (fabs(along) > most) { /* it slips */
            along = along > 0.0 ? most : -most;
            f->hold[k] = at + along / 2e4;
        }
        out[0] += along;
        out[1] += up;
        out[2] += x * up - z * along;
        sum += up;
    }
    return sum;
}

/* The leg's way as such a foot goes it; when it presses by more than 20 N. */
static void on_springs(eg_random *r, leg *l, char *presses) {
    enum { PARTS = 8 };
    const double dt = 1.0 / (PARTS * GRID_HZ), low = 0.004, inertia = 0.16;
    sprung f = {.at = {l->x[0], l->z[0], l->foot[0]},
                .hold = {(double)NAN, (double)NAN, (double)NAN},
                .stiff = draw(r, 2e4, 8e4),
                .mass = draw(r, 3.0, 6.0),
                .draw_hz = draw(r, 5.0, 9.0)};
    const double w = 2.0 * EG_PI * f.draw_hz, stiff[3] = {w * w, 4.0 * w * w, 6.0 * w * w};
    const double damp[3] = {2.0 * w, 4.0 * w, 5.0 * w};
    f.damp = 2.0 * draw(r, 0.15, 0.6) * sqrt(f.stiff * f.mass);
    double *want[3] = {l->x, l->z, l->foot}, before[3] = {l->x[0], l->z[0], l->foot[0]};
    for (size_t i = 0; i < l->n; i++) {
        double goal[3], pace[3], pressed = 0.0;
        for (int k = 0; k < 3; k++) {
            pace[k] = (want[k][i] - before[k]) * GRID_HZ;
            before[k] = want[k][i];
            goal[k] = want[k][i] - (k == 1 ? low : 0.0);
        }
        for (int part = 0; part < PARTS; part++) {
            double force[3] = {0.0, 0.0, 0.0};
            pressed = press(l, &f, force);
            for (int k = 0; k < 3; k++)
                f.speed[k] +=
                    dt * (stiff[k] * (goal[k] - f.at[k]) + damp[k] * (pace[k] - f.speed[k]) +
                          force[k] / (k == 2 ? inertia : f.mass));
            for (int k = 0; k < 3; k++) f.at[k] += dt * f.speed[k];
        }
        for (int k = 0; k < 3; k++) want[k][i] = f.at[k];
        presses[i] = pressed > 20.0;
    }
}

/* Where the pressing begins or ends next to what was planned. */
static void read_contacts(leg *l, const char *presses) {
    for (size_t k = 0; k < l->n_swings; k++) {
        size_t middle = (size_t)(0.5 * (l->off_s[k] + l->strike_s[k + 1]) * GRID_HZ), i = middle;
        while (i > 0 && !presses[i]) i--;
        l->off_s[k] = (double)i / GRID_HZ;
        for (i = middle; i + 1 < l->n && !presses[i];) i++;
        l->strike_s[k + 1] = (double)i / GRID_HZ;
    }
}

/* What a sensor on the shank feels at grid point i, in the shank's axes: forward, left, up. */
static void feel(const leg *l, const double place[2], size_t i, double acc[3], double gyr[3]) {
    double p[2][3], t = (double)i / GRID_HZ, ring = 0.0;
    for (size_t k = 0; k < 3; k++) {
        double c = eg_cos(l->angle[i + k - 1]), s = eg_sin(l->angle[i + k - 1]);
        p[0][k] = l->x[i + k - 1] + s * place[0] + c * place[1];
        p[1][k] = l->z[i + k - 1] + c * place[0] - s * place[1];
    }
    double c = eg_cos(l->angle[i]), s = eg_sin(l->angle[i]), f[2];
    for (int r = 0; r < 2; r++)
        f[r] = (p[r][0] - 2.0 * p[r][1] + p[r][2]) * GRID_HZ * GRID_HZ + (r == 1 ? 9.81 : 0.0);
    for (size_t k = 1; k <= l->n_swings; k++) {
        double since = t - l->strike_s[k];
        if (since > 0.0 && since < 0.3)
            ring += l->shock * eg_exp(-25.0 * since) * eg_sin(2.0 * EG_PI * 16.0 * since);
    }
    acc[0] = f[0] * c - f[1] * s;
    acc[1] = 0.0;
    acc[2] = f[0] * s + f[1] * c + ring;
    gyr[0] = gyr[2] = 0.0;
    gyr[1] = (l->angle[i + 1] - l->angle[i - 1]) * GRID_HZ / 2.0;
}

/* Means over the time between two samples, in the sensor's axes, with bias and noise. */
static void sample(eg_random *r, const leg *l, double rate_hz, rocker_walk *walk) {
    size_t n = (size_t)((double)(l->n - 30) / GRID_HZ * rate_hz),
           half = (size_t)(0.5 * GRID_HZ / rate_hz);
    const double place[2] = {draw(r, 0.08, 0.32), draw(r, -0.05, 0.06)};
    eg_quaternion q = {eg_random_normal(r), eg_random_normal(r), eg_random_normal(r),
                       eg_random_normal(r)};
    double mount[3][3], bias[6];
    eg_quaternion_matrix(eg_quaternion_scaled(q, 1.0 / sqrt(eg_quaternion_square(q))), mount);
    for (int k = 0; k < 6; k++) bias[k] = (k < 3 ? 0.008 : 0.04) * eg_random_normal(r);
    walk->block = malloc(6 * n * sizeof *walk->block);
    walk->signal = (eg_orient_signal){.n = n, .rate_hz = rate_hz};
    for (size_t k = 0; k < 3; k++) {
        walk->signal.gyr[k] = walk->block + k * n;
        walk->signal.acc[k] = walk->block + (3 + k) * n;
    }
    for (size_t i = 0; i < n; i++) {
        double sum[2][3] = {{0.0}}, turned[3];
        size_t at = (size_t)((double)i / rate_hz * GRID_HZ), from = at > half ? at - half : 1;
        for (size_t k = from; k <= at + half; k++) {
            double acc[3], gyr[3];
            feel(l, place, k > 0 ? k : 1, acc, gyr);
            for (int e = 0; e < 3; e++) {
                sum[0][e] += gyr[e] / (double)(at + half + 1 - from);
                sum[1][e] += acc[e] / (double)(at + half + 1 - from);
            }
        }
        for (size_t s = 0; s < 2; s++) {
            eg_quaternion_apply(mount, sum[s], turned);
            for (size_t e = 0; e < 3; e++)
                walk->block[(3 * s + e) * n + i] =
                    turned[e] + bias[3 * s + e] + (s == 0 ? 0.005 : 0.06) * eg_random_normal(r);
        }
    }
    walk->duration_s = (double)n / rate_hz;
}

void rocker_walk_make(uint64_t number, int is_sprung, rocker_walk *walk) {
    static const double rates[] = {50, 100, 128, 200};
    eg_random random;
    eg_random_init(&random, 616, number);
    leg *l = calloc(1, sizeof *l);
    plan(&random, l);
    build(&random, l);
    double *block = calloc(5 * (l->n + 1), sizeof *block);
    l->angle = block;
    l->foot = block + l->n;
    l->x = block + 2 * l->n;
    l->z = block + 3 * l->n;
    l->scratch = block + 4 * l->n;
    walk_leg(&random, l);
    if (is_sprung) {
        char *presses = calloc(l->n, 1);
        on_springs(&random, l, presses);
        read_contacts(l, presses);
        l->shock = 0.0; /* the ground makes its own */
        free(presses);
    }
    sample(&random, l, rates[number % 4], walk);
    walk->speed_m_s = l->speed_m_s;
    walk->n_contacts = l->n_swings + 1;
    for (size_t k = 0; k <= l->n_swings; k++) {
        walk->contacts[k] = eg_gait_contact_none(0);
        if (k > 0) walk->contacts[k].strike_s = l->strike_s[k];
        if (k < l->n_swings) walk->contacts[k].off_s = l->off_s[k];
    }
    free(block);
    free(l);
}
