#include "core/motion/orient_offline.h"

#include <string.h>

#include "core/base/check.h"
#include "core/motion/orient_part.h"

/* Both directions' knowledge of one step, joined. */
typedef struct known {
    double bias[3], info[3][3]; /* rad/s; inverse covariance */
    double magnet[3], sure;     /* uT; inverse variance, 0: none there */
    double acc[3];              /* gravity in the strapdown's frame */
    double north, east;         /* of the field in the frame of q6, length 1 */
    double trust;               /* of that field, 0..1 */
} known;

static const double doubtful = 1e-3; /* the trust in a disturbed field, where there is no other */

static void fetch(const double *const channel[3], size_t i, double out[3]) {
    for (int k = 0; k < 3; k++) out[k] = channel[k][i];
}

static void feed(eg_orient *o, const eg_orient_signal *s, size_t i, double sign) {
    double gyr[3], acc[3], mag[3];
    fetch(s->gyr, i, gyr);
    fetch(s->acc, i, acc);
    if (s->mag[0] != NULL) fetch(s->mag, i, mag);
    for (int k = 0; k < 3; k++) gyr[k] *= sign;
    eg_orient_feed(o, gyr, acc, s->mag[0] != NULL ? mag : NULL);
}

eg_err eg_orient_run(const eg_orient_signal *s, eg_quaternion *out, eg_diag *diag) {
    return eg_orient_run_with(s, &EG_ORIENT_TUNING, out, diag);
}

eg_err eg_orient_run_with(const eg_orient_signal *s, const eg_orient_tuning *tuning,
                          eg_quaternion *out, eg_diag *diag) {
    eg_orient o;
    eg_err err = eg_orient_init_with(&o, s->rate_hz, tuning, diag);
    for (size_t i = 0; err == EG_OK && i < s->n; i++) {
        feed(&o, s, i, 1.0);
        out[i] = s->mag[0] != NULL ? eg_orient_9d(&o) : eg_orient_6d(&o);
    }
    return err;
}

/* The inverse of a symmetric positive matrix by cofactors. */
static void invert(double m[3][3], double out[3][3]) {
    double c[3][3], det = 0.0;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            int a = (i + 1) % 3, b = (i + 2) % 3, p = (k + 1) % 3, q = (k + 2) % 3;
            c[i][k] = m[a][p] * m[b][q] - m[a][q] * m[b][p];
        }
    for (int k = 0; k < 3; k++) det += m[0][k] * c[0][k];
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) out[i][k] = c[k][i] / det;
}

/* What the filter knows after a step; sign -1 where time runs backwards. */
static void join(eg_orient *o, double sign, known *at) {
    double info[3][3], inverse[3][3], v[3] = {0.0, 0.0, 0.0}, sure = 0.0;
    invert(o->bias.p, info);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            v[i] += at->info[i][k] * at->bias[k] + info[i][k] * sign * o->bias.value[k];
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) at->info[i][k] += info[i][k];
    invert(at->info, inverse);
    eg_quaternion_apply(inverse, v, at->bias);
    const eg_orient_magnet *m = &o->magnet;
    if (m->is_there) {
        sure = 1.0 / (m->p[3][3] + m->p[4][4] + m->p[5][5]);
        for (int i = 0; i < 3; i++)
            at->magnet[i] = (at->magnet[i] * at->sure + m->x[i + 3] * sure) / (at->sure + sure);
        at->sure += sure;
    }
    if (!o->field.is_disturbed) at->trust = 1.0;
}

/* The gyroscope's scale is one for the whole recording: a first pass learns it, and the two that
 * learn the rest are given it and keep it. */
static eg_err begin_pass(eg_orient *o, const eg_orient_signal *s, const eg_orient_tuning *tuning,
                         const double scale[3], eg_diag *diag) {
    eg_err err = eg_orient_init_with(o, s->rate_hz, tuning, diag);
    if (err != EG_OK) return err;
    memcpy(o->scale.value, scale, sizeof o->scale.value);
    memset(o->scale.p, 0, sizeof o->scale.p);
    return EG_OK;
}

static eg_err look_both_ways(const eg_orient_signal *s, const eg_orient_tuning *tuning,
                             size_t n_steps, uint32_t stride, known *steps, double scale[3],
                             eg_diag *diag) {
    eg_orient o;
    eg_err err = eg_orient_init_with(&o, s->rate_hz, tuning, diag);
    for (size_t i = 0; err == EG_OK && i < s->n; i++) feed(&o, s, i, 1.0);
    if (err != EG_OK) return err;
    memcpy(scale, o.scale.value, sizeof o.scale.value);
    err = begin_pass(&o, s, tuning, scale, diag);
    for (size_t i = 0; err == EG_OK && i < n_steps * stride; i++) {
        feed(&o, s, i, 1.0);
        if (o.at == 0) join(&o, 1.0, &steps[i / stride]);
    }
    if (err == EG_OK) err = begin_pass(&o, s, tuning, scale, diag);
    for (size_t i = n_steps * stride; err == EG_OK && i-- > 0;) {
        feed(&o, s, i, -1.0);
        if (o.at == 0) join(&o, -1.0, &steps[i / stride]);
    }
    return err;
}

static int add_turned(double turn[3][3], double v[3], double sum[3]) {
    double turned[3], size = fabs(v[0]) + fabs(v[1]) + fabs(v[2]);
    if (!(size > 0.0 && size < EG_ORIENT_VALUE_MAX)) return 0;
    eg_quaternion_apply(turn, v, turned);
    for (int k = 0; k < 3; k++) sum[k] += turned[k];
    return 1;
}

/* One integration; gravity and field of each step in its frame. */
static void integrate(const eg_orient_signal *s, const double scale[3], size_t n_steps,
                      uint32_t stride, known *steps, eg_quaternion *out) {
    eg_quaternion q = EG_QUATERNION_ONE;
    double dt = 1.0 / s->rate_hz, gyr[3] = {0}, turn[3][3], last[3] = {0.0, 0.0, 1.0};
    for (size_t step = 0; step <= n_steps; step++) {
        known *at = &steps[step < n_steps ? step : n_steps - 1];
        double acc[3] = {0}, mag[3] = {0};
        int n_acc = 0, n_mag = 0;
        size_t end = step < n_steps ? (step + 1) * stride : s->n;
        for (size_t i = step * stride; i < end; i++) {
            double g[3], v[3];
            fetch(s->gyr, i, g);
            if (fabs(g[0]) + fabs(g[1]) + fabs(g[2]) < EG_ORIENT_VALUE_MAX)
                memcpy(gyr, g, sizeof gyr);
            for (int k = 0; k < 3; k++) g[k] = (gyr[k] + scale[k] * gyr[k] - at->bias[k]) * dt;
            q = eg_quaternion_product(q, eg_quaternion_turn(g[0], g[1], g[2]));
            q = eg_quaternion_tidied(q);
            out[i] = q;
            eg_quaternion_matrix(q, turn);
            fetch(s->acc, i, v);
            n_acc += add_turned(turn, v, acc);
            if (s->mag[0] == NULL) continue;
            fetch(s->mag, i, v);
            if (!(fabs(v[0]) + fabs(v[1]) + fabs(v[2]) > 0.0)) continue;
            for (int k = 0; k < 3; k++) v[k] -= at->sure > 0.0 ? at->magnet[k] : 0.0;
            n_mag += add_turned(turn, v, mag);
        }
        if (step == n_steps) break;
        for (int k = 0; k < 3; k++) at->acc[k] = last[k] = n_acc > 0 ? acc[k] / n_acc : last[k];
        if (n_mag == 0) at->trust = 0.0;
        /* Kept where the next pass looks for it. */
        for (int k = 0; k < 3; k++) at->magnet[k] = mag[k];
        if (n_mag > 0 && !(at->trust > 0.0)) at->trust = doubtful;
    }
}

/* Forwards, then backwards from where that ended. */
static void smooth_gravity(double tau_s, double step_s, size_t n_steps, known *steps) {
    eg_orient_lowpass f;
    eg_orient_lowpass_design(&f, tau_s, step_s);
    for (int k = 0; k < 3; k++) {
        eg_orient_smooth c = {0.0, 0.0, 0.0};
        for (size_t i = 0; i < n_steps; i++)
            steps[i].acc[k] = eg_orient_lowpass_step(&f, &c, (uint32_t)i, steps[i].acc[k]);
        c.s0 = c.y * (1.0 - f.b0);
        c.s1 = c.y * (f.b2 - f.a2);
        for (size_t i = n_steps; i-- > 0;)
            steps[i].acc[k] = eg_orient_lowpass_step(&f, &c, f.n_start, steps[i].acc[k]);
    }
}

static eg_quaternion upright(eg_quaternion tilt, const double acc[3]) {
    double turn[3][3], v[3];
    eg_quaternion_matrix(tilt, turn);
    eg_quaternion_apply(turn, acc, v);
    double length = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    if (!(length > 1e-6)) return tilt;
    for (int k = 0; k < 3; k++) v[k] /= length;
    tilt = eg_quaternion_product(eg_quaternion_to_vertical(v), tilt);
    return eg_quaternion_scaled(tilt, 1.0 / sqrt(eg_quaternion_square(tilt)));
}

/* The mean direction of the trusted field, weighted by exp(-|time between| / tau). */
static void average_heading(double tau_s, double step_s, size_t n_steps, known *steps) {
    double keep = eg_exp(-step_s / tau_s), east = 0.0, north = 0.0;
    for (size_t i = 0; i < n_steps; i++) { /* the past, without this step */
        double e = steps[i].trust * steps[i].east, n = steps[i].trust * steps[i].north;
        steps[i].magnet[0] = east * keep;
        steps[i].magnet[1] = north * keep;
        east = east * keep + e;
        north = north * keep + n;
    }
    east = north = 0.0;
    for (size_t i = n_steps; i-- > 0;) { /* this step and the future */
        east = east * keep + steps[i].trust * steps[i].east;
        north = north * keep + steps[i].trust * steps[i].north;
        steps[i].east = steps[i].magnet[0] + east;
        steps[i].north = steps[i].magnet[1] + north;
    }
}

static void level_all(const eg_orient_signal *s, const eg_orient_tuning *tuning, size_t n_steps,
                      uint32_t stride, known *steps, eg_quaternion *out) {
    double step_s = stride / s->rate_hz, turn[3][3], field[3];
    eg_quaternion tilt = EG_QUATERNION_ONE, level;
    smooth_gravity(tuning->tilt_s, step_s, n_steps, steps);
    for (size_t step = 0; step < n_steps; step++) {
        known *at = &steps[step];
        size_t end = step + 1 < n_steps ? (step + 1) * stride : s->n;
        tilt = upright(tilt, at->acc);
        for (size_t i = step * stride; i < end; i++) out[i] = eg_quaternion_product(tilt, out[i]);
        if (!(at->trust > 0.0)) continue;
        eg_quaternion_matrix(tilt, turn);
        eg_quaternion_apply(turn, at->magnet, field);
        double flat = sqrt(field[0] * field[0] + field[1] * field[1]);
        if (!(flat > 0.0)) continue;
        at->east = field[0] / flat;
        at->north = field[1] / flat;
    }
    if (s->mag[0] == NULL) return;
    average_heading(tuning->heading_s, step_s, n_steps, steps);
    for (size_t step = 0; step < n_steps; step++) {
        size_t end = step + 1 < n_steps ? (step + 1) * stride : s->n;
        level = eg_quaternion_heading(eg_atan2(steps[step].east, steps[step].north));
        for (size_t i = step * stride; i < end; i++) out[i] = eg_quaternion_product(level, out[i]);
    }
}

size_t eg_orient_offline_bytes(size_t n, double rate_hz) {
    size_t stride = eg_orient_stride(rate_hz);
    return (n / stride + 1) * sizeof(known) + 64;
}

eg_err eg_orient_offline(const eg_orient_signal *s, eg_arena *scratch, eg_quaternion *out,
                         eg_diag *diag) {
    return eg_orient_offline_with(s, &EG_ORIENT_TUNING, scratch, out, diag);
}

eg_err eg_orient_offline_with(const eg_orient_signal *s, const eg_orient_tuning *tuning,
                              eg_arena *scratch, eg_quaternion *out, eg_diag *diag) {
    EG_ASSERT(s != NULL && tuning != NULL && scratch != NULL && out != NULL);
    uint32_t stride = eg_orient_stride(s->rate_hz);
    size_t mark = eg_arena_mark(scratch), n_steps = s->n / stride;
    if (n_steps == 0) return eg_orient_run_with(s, tuning, out, diag);
    known *steps = eg_arena_take(scratch, n_steps, sizeof *steps);
    if (steps == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "%zu bytes of working memory are needed",
                           eg_orient_offline_bytes(s->n, s->rate_hz));
    memset(steps, 0, n_steps * sizeof *steps);
    double scale[3];
    eg_err err = look_both_ways(s, tuning, n_steps, stride, steps, scale, diag);
    if (err == EG_OK) {
        integrate(s, scale, n_steps, stride, steps, out);
        level_all(s, tuning, n_steps, stride, steps, out);
    }
    eg_arena_reset(scratch, mark);
    return err;
}
