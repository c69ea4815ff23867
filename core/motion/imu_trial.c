#include "core/motion/imu_trial.h"

#include "core/base/real.h"
#include "core/base/solve.h"
#include "core/base/sort.h"
#include "core/motion/orient.h"

enum { OFFS = 10, STEPS = 4 }; /* scale and cross-axis [3][3], delay */

/* What the gyroscope is taken for: rate = part w, delay_s ahead. */
typedef struct gyroscope {
    double part[3][3], delay_s;
} gyroscope;

static void add_stretch(const eg_imu_trial *t, const gyroscope *g, size_t from, eg_imu_sums *s) {
    double dt = 1.0 / t->e->rate_hz;
    eg_quaternion q = EG_QUATERNION_ONE;
    *s = (eg_imu_sums){0};
    for (size_t i = from; i < from + t->length; i++) {
        double turn[3][3], still[3];
        const double *w = t->e->gyr[i], *next = t->e->gyr[i + 1], *v = t->v[i];
        const double *spin = t->e->spin[i];
        double share = t->window[i - from];
        eg_quaternion_matrix(q, turn);
        eg_quaternion_apply(turn, v, still);
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) s->turn[j][k] += share * turn[j][k];
            s->vector[j] += share * v[j];
            s->turned[j] += share * still[j];
            s->square += share * v[j] * v[j];
        }
        double mean[3], r[3];
        for (int k = 0; k < 3; k++) mean[k] = dt * (0.5 * (w[k] + next[k]) + g->delay_s * spin[k]);
        for (int k = 0; k < 3; k++) r[k] = eg_dot(g->part[k], mean);
        q = eg_quaternion_product(q, eg_quaternion_turn(r[0], r[1], r[2]));
        q = eg_quaternion_tidied(q);
    }
}

/* The constant part of the vector (iron) that makes the rest stand still best: with the mean turn R
 * of a stretch, the normal equations are sum (1 - R'R) h = sum (mean v - R' mean of turned v). */
static void offset_of(const eg_imu_trial *t, double h[3]) {
    double a[9] = {0}, b[3] = {0};
    for (size_t s = 0; s < t->n; s++) {
        const eg_imu_sums *x = &t->sums[s];
        for (int j = 0; j < 3; j++) {
            b[j] += x->vector[j];
            for (int i = 0; i < 3; i++) b[j] -= x->turn[i][j] * x->turned[i];
            for (int k = 0; k < 3; k++) {
                a[3 * j + k] += j == k ? 1.0 + 1e-6 : 0.0;
                for (int i = 0; i < 3; i++) a[3 * j + k] -= x->turn[i][j] * x->turn[i][k];
            }
        }
    }
    if (!eg_solve(3, a, b, h)) h[0] = h[1] = h[2] = 0.0;
}

static double middle_length(const eg_imu_trial *t) {
    double spare[EG_IMU_CHECK_STRETCHES_MAX], sorted[EG_IMU_CHECK_STRETCHES_MAX];
    for (size_t s = 0; s < t->n; s++) sorted[s] = eg_norm(t->sums[s].turned);
    eg_sort(t->n, sorted, spare);
    return eg_sort_quantile(t->n, sorted, 0.5);
}

/* Log likelihood of all stretches if the accelerometer's square is too long by a part `longer`. */
static double weigh(const eg_imu_trial *t, const double *d, double longer, double *off) {
    double sum = 0.0, nu = EG_IMU_CHECK_FREEDOM;
    for (size_t s = 0; s < t->n; s++) {
        double felt = t->has_offset ? 0.0 : t->felt[s] - longer, x = d[s] - longer;
        double rise = t->has_offset ? 0.0 : t->felt[s] - t->usual;
        double low = fmin(0.0, felt), high = fmin(felt, fmin(rise, EG_IMU_CHECK_HEAVE));
        off[s] = x - fmax(low, fmin(fmax(0.0, high), x));
        double z = off[s] / t->sigma[s];
        sum -= 0.5 * (nu + 1.0) * eg_log(1.0 + z * z / nu);
    }
    /* Neighbours share half of their samples. */
    double sigma = longer < 0.0 ? EG_IMU_CHECK_ACC_SHORT : EG_IMU_CHECK_ACC_LONG,
           z = longer / sigma;
    return 0.5 * (sum - z * z);
}

static void try_gyroscope(const eg_imu_trial *t, const gyroscope *g, eg_imu_outcome *o) {
    double h[3] = {0.0, 0.0, 0.0}, d[EG_IMU_CHECK_STRETCHES_MAX], per = 1.0 / (t->size * t->size);
    for (size_t s = 0; s < t->n; s++) add_stretch(t, g, t->from[s], &t->sums[s]);
    o->length = middle_length(t);
    if (t->has_offset) offset_of(t, h);
    for (size_t s = 0; s < t->n; s++) {
        const eg_imu_sums *x = &t->sums[s];
        double square = t->has_offset ? x->square : t->size * t->size, mean[3];
        for (int j = 0; j < 3; j++) {
            mean[j] = x->turned[j];
            for (int k = 0; k < 3; k++) mean[j] -= x->turn[j][k] * h[k];
            square += h[j] * (h[j] - 2.0 * x->vector[j]);
        }
        d[s] = (eg_dot(mean, mean) - square) * per;
    }
    int is_free = isnan(t->longer) && !t->has_offset;
    o->longer = is_free || t->has_offset ? 0.0 : t->longer;
    o->evidence = weigh(t, d, o->longer, o->off);
    const double step = 0.005; /* half a sigma and less */
    for (int k = -4; is_free && k <= 20; k++) {
        double evidence = weigh(t, d, step * k, o->off);
        if (!(evidence > o->evidence)) continue;
        o->evidence = evidence;
        o->longer = step * k;
    }
    (void)weigh(t, d, o->longer, o->off);
    o->residual = 0.0;
    for (size_t s = 0; s < t->n; s++) o->residual += fabs(o->off[s]) / (double)t->n;
}

static gyroscope gyroscope_of(const eg_imu_naming *m) {
    gyroscope g = {.delay_s = 0.0};
    for (int k = 0; k < 3; k++) {
        int at = (m->axis[k] < 0 ? -m->axis[k] : m->axis[k]) - 1;
        g.part[k][at] = m->axis[k] < 0 ? -m->scale : m->scale;
    }
    return g;
}

void eg_imu_trial_try(const eg_imu_trial *t, const eg_imu_naming *m, eg_imu_outcome *o) {
    gyroscope g = gyroscope_of(m);
    try_gyroscope(t, &g, o);
}

static gyroscope with_offs(const eg_imu_naming *m, const double p[OFFS]) {
    gyroscope plain = gyroscope_of(m), g = plain;
    for (int j = 0; j < 3; j++)
        for (int k = 0; k < 3; k++)
            for (int i = 0; i < 3; i++)
                g.part[j][k] += EG_IMU_CHECK_GYR_PART * p[3 * j + i] * plain.part[i][k];
    g.delay_s = EG_IMU_CHECK_DELAY_S * p[9];
    return g;
}

/* Tries offs p (in their sigmas); the evidence counts their prior. */
static void try_offs(const eg_imu_trial *t, const eg_imu_naming *m, const double p[OFFS],
                     eg_imu_outcome *o) {
    gyroscope g = with_offs(m, p);
    try_gyroscope(t, &g, o);
    for (int k = 0; k < OFFS; k++) o->evidence -= 0.5 * p[k] * p[k];
}

/* One step of Gauss-Newton with the weights of the t distribution. `o` holds p's outcome. */
static int step_of(const eg_imu_trial *t, const eg_imu_naming *m, const double p[OFFS],
                   const eg_imu_outcome *o, eg_imu_outcome *spare, double step[OFFS]) {
    double slope[OFFS][EG_IMU_CHECK_STRETCHES_MAX], a[OFFS * OFFS], b[OFFS], moved[OFFS];
    const double small = 0.1, nu = EG_IMU_CHECK_FREEDOM;
    for (int k = 0; k < OFFS; k++) {
        for (int j = 0; j < OFFS; j++) moved[j] = p[j] + (j == k ? small : 0.0);
        try_offs(t, m, moved, spare);
        for (size_t s = 0; s < t->n; s++) slope[k][s] = (spare->off[s] - o->off[s]) / small;
    }
    for (int j = 0; j < OFFS; j++) {
        b[j] = -p[j];
        for (int k = 0; k < OFFS; k++) a[OFFS * j + k] = j == k ? 1.0 : 0.0;
    }
    for (size_t s = 0; s < t->n; s++) {
        double sigma = t->sigma[s], z = o->off[s] / sigma;
        double weight = 0.5 * (nu + 1.0) / (nu + z * z) / (sigma * sigma);
        for (int j = 0; j < OFFS; j++) {
            b[j] -= weight * slope[j][s] * o->off[s];
            for (int k = 0; k < OFFS; k++) a[OFFS * j + k] += weight * slope[j][s] * slope[k][s];
        }
    }
    return eg_solve(OFFS, a, b, step);
}

void eg_imu_trial_fit(const eg_imu_trial *t, const eg_imu_naming *m, eg_imu_outcome *o,
                      eg_imu_outcome *spare) {
    double p[OFFS] = {0}, step[OFFS], moved[OFFS];
    eg_imu_trial fixed = *t; /* the accelerometer's length is found anew after each step */
    try_offs(t, m, p, o);
    for (int round = 0; round < STEPS; round++) {
        fixed.longer = o->longer;
        if (!step_of(&fixed, m, p, o, spare, step)) return;
        double part = 1.0;
        for (int k = 0; k < 3; k++, part *= 0.3) {
            for (int j = 0; j < OFFS; j++) moved[j] = p[j] + part * step[j];
            try_offs(t, m, moved, spare);
            if (spare->evidence > o->evidence) break;
        }
        if (!(spare->evidence > o->evidence + 0.01)) return;
        for (int j = 0; j < OFFS; j++) p[j] = moved[j];
        *o = *spare;
    }
}

void eg_imu_trial_begin(eg_imu_trial *t, double *window) {
    for (size_t i = 0; i < t->length; i++) {
        double s, c;
        eg_turn(2 * i + 1, 2 * t->length, &s, &c);
        window[i] = (1.0 - c) / (double)t->length;
    }
    t->window = window;
    t->longer = (double)NAN;
    t->usual = 0.0;
    for (size_t s = 0; s < t->n; s++) {
        double mean = 0.0;
        for (size_t i = 0; i < t->length; i++) mean += window[i] * eg_norm(t->v[t->from[s] + i]);
        t->felt[s] = mean * mean / (t->size * t->size) - 1.0;
        t->usual += t->felt[s] / (double)t->n;
    }
    for (size_t s = 0; s < t->n; s++) {
        double heave = EG_IMU_CHECK_HEAVE_PART * (t->felt[s] - t->usual);
        t->sigma[s] = sqrt(EG_IMU_CHECK_SIGMA * EG_IMU_CHECK_SIGMA + heave * heave);
    }
}
