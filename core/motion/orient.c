#include "core/motion/orient.h"

#include <string.h>

#include "core/base/check.h"
#include "core/motion/orient_part.h"

static const double rad_per_deg = EG_PI / 180.0;

static const double hold_s = 0.05; /* a missing angular rate is repeated this long */

void eg_orient_lowpass_design(eg_orient_lowpass *f, double tau_s, double step_s) {
    /* The cut-off that gives the same rise as a first-order filter of this time constant. */
    double c = eg_tan(sqrt(2.0) / (2.0 * EG_PI * tau_s) * EG_PI * step_s);
    if (tau_s < 0.5 * step_s) { /* faster than the steps: nothing to smooth */
        *f = (eg_orient_lowpass){1.0, 0.0, 0.0, 0.0, 0.0, 1};
        return;
    }
    double d = c * c + sqrt(2.0) * c + 1.0;
    f->b0 = f->b2 = c * c / d;
    f->b1 = 2.0 * f->b0;
    f->a1 = 2.0 * (c * c - 1.0) / d;
    f->a2 = (1.0 - sqrt(2.0) * c + c * c) / d;
    f->n_start = (uint32_t)ceil(tau_s / step_s - 1e-9);
}

uint32_t eg_orient_stride(double rate_hz) {
    if (!(rate_hz >= 2.0 * EG_ORIENT_STEP_HZ && rate_hz <= EG_ORIENT_RATE_MAX_HZ)) return 1;
    return (uint32_t)(rate_hz / EG_ORIENT_STEP_HZ);
}

eg_err eg_orient_init(eg_orient *o, double rate_hz, eg_diag *diag) {
    return eg_orient_init_with(o, rate_hz, &EG_ORIENT_TUNING, diag);
}

eg_err eg_orient_init_with(eg_orient *o, double rate_hz, const eg_orient_tuning *tuning,
                           eg_diag *diag) {
    EG_ASSERT(o != NULL && tuning != NULL && tuning->tilt_s > 0.0 && tuning->heading_s > 0.0);
    if (!(rate_hz >= EG_ORIENT_RATE_MIN_HZ && rate_hz <= EG_ORIENT_RATE_MAX_HZ))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "", 0,
                           "%g samples a second; orientation needs %g to %g", rate_hz,
                           EG_ORIENT_RATE_MIN_HZ, EG_ORIENT_RATE_MAX_HZ);
    memset(o, 0, sizeof *o);
    o->rate_hz = rate_hz;
    o->dt_s = 1.0 / rate_hz;
    o->stride = eg_orient_stride(rate_hz);
    o->step_s = o->stride * o->dt_s;
    o->tuning = *tuning;
    eg_orient_lowpass_design(&o->slow, tuning->tilt_s, o->step_s);
    eg_orient_lowpass_design(&o->quick, EG_ORIENT_REST_TAU_S, o->step_s);
    eg_orient_lowpass_design(&o->field_now, EG_ORIENT_FIELD_NOW_S, o->step_s);
    o->strapdown = o->tilt = o->heading = o->level = EG_QUATERNION_ONE;
    eg_orient_bias_init(o);
    eg_orient_scale_init(&o->scale);
    eg_orient_field_init(o);
    eg_orient_magnet_init(&o->magnet);
    return EG_OK;
}

/* Nothing, zeros and numbers that are none do not count as a sample. */
static int is_sample(const double v[3]) {
    if (v == NULL) return 0;
    double sum = fabs(v[0]) + fabs(v[1]) + fabs(v[2]);
    return sum > 0.0 && sum < EG_ORIENT_VALUE_MAX; /* false for NaN */
}

static double square_distance(const double a[3], const eg_orient_smooth b[3]) {
    double x = a[0] - b[0].y, y = a[1] - b[1].y, z = a[2] - b[2].y;
    return x * x + y * y + z * z;
}

/* The tilt that makes `v`, the mean acceleration in its own frame, vertical. */
static void correct_tilt(eg_orient *o, double error[2]) {
    double turn[3][3], v[3] = {o->acc[0].y, o->acc[1].y, o->acc[2].y};
    eg_quaternion_matrix(o->tilt, turn);
    eg_quaternion_apply(turn, v, v);
    double length = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    error[0] = error[1] = 0.0;
    if (!(length > 1e-6)) return;
    double up[3] = {v[0] / length, v[1] / length, v[2] / length};
    o->tilt = eg_quaternion_product(eg_quaternion_to_vertical(up), o->tilt);
    o->tilt = eg_quaternion_scaled(o->tilt, 1.0 / sqrt(eg_quaternion_square(o->tilt)));
    error[0] = up[0] / o->step_s;
    error[1] = up[1] / o->step_s;
}

static void watch_rest(eg_orient *o) {
    eg_orient_rest *r = &o->rest;
    double n = o->stride, limit = EG_ORIENT_BIAS_MAX_DEG_S * rad_per_deg;
    for (int i = 0; i < 3; i++)
        eg_orient_lowpass_step(&o->quick, &r->gyr[i], r->n_gyr, o->sum_gyr[i] / n);
    r->n_gyr++;
    for (int i = 0; i < 3; i++) r->stirred |= fabs(r->gyr[i].y) > limit;
    if (o->in_acc > 0) {
        for (int i = 0; i < 3; i++)
            eg_orient_lowpass_step(&o->quick, &r->acc[i], r->n_acc, o->sum_acc_own[i] / o->in_acc);
        r->n_acc++;
        r->still_s += o->step_s;
    }
    if (r->stirred) r->still_s = 0.0;
    r->stirred = 0;
    r->is_rest = r->still_s >= EG_ORIENT_REST_S;
}

/* The first sample alone gives a first answer; the means of the following steps replace it. */
static void begin(eg_orient *o, const double acc[3], const double *mag) {
    double turn[3][3], field[3];
    double length = sqrt(acc[0] * acc[0] + acc[1] * acc[1] + acc[2] * acc[2]);
    double up[3] = {acc[0] / length, acc[1] / length, acc[2] / length};
    o->tilt = eg_quaternion_to_vertical(up);
    if (is_sample(mag)) {
        eg_quaternion_matrix(o->tilt, turn);
        eg_quaternion_apply(turn, mag, field);
        o->heading = eg_quaternion_heading(eg_atan2(field[0], field[1]));
    }
    o->level = eg_quaternion_product(o->heading, o->tilt);
    o->has_begun = 1;
}

static void step(eg_orient *o) {
    double turn[3][3], lean[3][3];
    watch_rest(o);
    if (o->in_acc > 0) {
        double error[2], gyr[3];
        for (int i = 0; i < 3; i++)
            eg_orient_lowpass_step(&o->slow, &o->acc[i], o->n_acc, o->sum_acc[i] / o->in_acc);
        o->n_acc++;
        correct_tilt(o, error);
        eg_quaternion_matrix(o->tilt, lean);
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++)
                turn[i][k] = (lean[i][0] * o->sum_turn[0][k] + lean[i][1] * o->sum_turn[1][k] +
                              lean[i][2] * o->sum_turn[2][k]) /
                             o->stride;
        for (int i = 0; i < 3; i++) gyr[i] = o->sum_gyr[i] / o->stride;
        eg_orient_bias_step(o, error, turn, gyr);
        if (o->in_mag > 0) {
            double mag[3];
            eg_quaternion_apply(lean, o->sum_mag, mag);
            for (int i = 0; i < 3; i++) mag[i] /= o->in_mag;
            eg_orient_field_step(o, mag, turn);
        }
        o->level = eg_quaternion_product(o->heading, o->tilt);
    }
    memset(o->sum_gyr, 0, sizeof o->sum_gyr);
    memset(o->sum_acc, 0, sizeof o->sum_acc);
    memset(o->sum_acc_own, 0, sizeof o->sum_acc_own);
    memset(o->sum_mag, 0, sizeof o->sum_mag);
    memset(o->sum_turn, 0, sizeof o->sum_turn);
    o->at = o->in_acc = o->in_mag = 0;
}

void eg_orient_feed(eg_orient *o, const double gyr[3], const double acc[3], const double mag[3]) {
    const double rate_limit = EG_ORIENT_REST_RATE_DEG_S * rad_per_deg;
    const double acc_limit = EG_ORIENT_REST_ACC_M_S2;
    double turn[3][3], turned[3];
    if (gyr != NULL && fabs(gyr[0]) + fabs(gyr[1]) + fabs(gyr[2]) < EG_ORIENT_VALUE_MAX) {
        for (int i = 0; i < 3; i++) o->gyr[i] = gyr[i];
        o->gyr_missing = 0;
    } else if (++o->gyr_missing > hold_s * o->rate_hz) {
        for (int i = 0; i < 3; i++) o->gyr[i] = o->bias.value[i];
    }
    const double *g = o->gyr;
    double angle[3];
    for (int i = 0; i < 3; i++)
        angle[i] = (g[i] + o->scale.value[i] * g[i] - o->bias.value[i]) * o->dt_s;
    eg_quaternion small = eg_quaternion_turn(angle[0], angle[1], angle[2]);
    o->strapdown = eg_quaternion_tidied(eg_quaternion_product(o->strapdown, small));
    eg_quaternion_matrix(o->strapdown, turn);
    if (square_distance(g, o->rest.gyr) >= rate_limit * rate_limit) o->rest.stirred = 1;
    for (int i = 0; i < 3; i++) {
        o->sum_gyr[i] += g[i];
        for (int k = 0; k < 3; k++) o->sum_turn[i][k] += turn[i][k];
    }
    if (is_sample(acc)) {
        eg_quaternion_apply(turn, acc, turned);
        if (!o->has_begun) begin(o, turned, mag);
        if (square_distance(acc, o->rest.acc) >= acc_limit * acc_limit) o->rest.stirred = 1;
        for (int i = 0; i < 3; i++) {
            o->sum_acc[i] += turned[i];
            o->sum_acc_own[i] += acc[i];
        }
        o->in_acc++;
    }
    if (is_sample(mag)) {
        eg_quaternion_apply(turn, mag, turned);
        for (int i = 0; i < 3; i++) o->sum_mag[i] += turned[i];
        o->in_mag++;
    }
    if (++o->at == o->stride) step(o);
}

eg_quaternion eg_orient_6d(const eg_orient *o) {
    return eg_quaternion_product(o->tilt, o->strapdown);
}

eg_quaternion eg_orient_9d(const eg_orient *o) {
    return eg_quaternion_product(o->level, o->strapdown);
}
