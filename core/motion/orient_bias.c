/* The gyroscope's bias: a Kalman filter of three values. At rest the gyroscope shows its bias. In
 * motion the correction of the vertical shows the part of it that lies flat, seen through the mean
 * rotation of the time that the correction looks back on. */
#include <string.h>

#include "core/motion/orient_part.h"

static const double rad_per_deg = EG_PI / 180.0;

static double hundredths(double deg_s) {
    return deg_s * 100.0 * deg_s * 100.0;
}

void eg_orient_bias_init(eg_orient *o) {
    double motion = hundredths(o->tuning.bias_motion_deg_s);
    double rest = hundredths(EG_ORIENT_BIAS_REST_DEG_S);
    o->learn_steps = (uint32_t)fmax(ceil(1.0 / (EG_ORIENT_LEARN_HZ * o->step_s) - 0.5), 1.0);
    eg_orient_lowpass_design(&o->learn, o->tuning.tilt_s, o->learn_steps * o->step_s);
    o->bias_v = hundredths(0.1) * o->learn_steps * o->step_s / EG_ORIENT_BIAS_FORGET_S;
    /* The noise for which the stationary covariance is the one wished for. */
    o->bias_w_motion = motion * motion / o->bias_v + motion;
    o->bias_w_vertical = o->bias_w_motion / EG_ORIENT_BIAS_VERTICAL;
    o->bias_w_rest = rest * rest / o->bias_v + rest;
    o->bias_p_start = hundredths(EG_ORIENT_BIAS_START_DEG_S);
    memset(&o->bias, 0, sizeof o->bias);
    for (int i = 0; i < 3; i++) o->bias.p[i][i] = o->bias_p_start;
}

/* One observation of row . bias that is `e` more than expected, with noise w. */
static void observe(eg_orient_bias *b, const double row[3], double e, double w) {
    double pr[3], s = w;
    for (int i = 0; i < 3; i++)
        pr[i] = b->p[i][0] * row[0] + b->p[i][1] * row[1] + b->p[i][2] * row[2];
    for (int i = 0; i < 3; i++) s += row[i] * pr[i];
    double over = 1.0 / s;
    for (int i = 0; i < 3; i++) {
        double k = pr[i] * over;
        b->value[i] += k * e;
        for (int j = 0; j < 3; j++) b->p[i][j] -= k * pr[j];
    }
}

/* error: mean correction of the vertical since the last look, rad/s. */
static void learn(eg_orient *o, const double error[2]) {
    eg_orient_bias *b = &o->bias;
    for (int i = 0; i < 3; i++)
        if (b->p[i][i] < o->bias_p_start) b->p[i][i] += o->bias_v;
    /* A recording that begins in motion: the vertical is still being found, and how it is corrected
     * tells nothing of the bias. */
    if (!o->rest.is_rest && o->n_acc < o->slow.n_start) return;
    const double limit = EG_ORIENT_BIAS_MAX_DEG_S * rad_per_deg;
    double old[3] = {b->value[0], b->value[1], b->value[2]};
    double rows[3][3], e[3];
    for (int i = 0; i < 3; i++) {
        e[i] = 0.0;
        for (int k = 0; k < 3; k++) {
            rows[i][k] = b->turn[i][k].y;
            e[i] -= rows[i][k] * old[k];
        }
    }
    e[0] += b->used[0].y - error[1] + eg_orient_scale_share(&o->scale, 0);
    e[1] += b->used[1].y + error[0] + eg_orient_scale_share(&o->scale, 1);
    if (o->n_acc >= 2 * o->slow.n_start) eg_orient_scale_step(o, e);
    if (o->rest.is_rest) {
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++) rows[i][k] = (double)(i == k);
            e[i] = o->rest.gyr[i].y - old[i];
        }
    }
    for (int i = 0; i < 3; i++) {
        /* The three were measured at the same time: the innovation of a later one must not hold
         * what an earlier one has changed already. */
        double done = 0.0;
        for (int k = 0; k < 3; k++) done += rows[i][k] * (b->value[k] - old[k]);
        double w = o->rest.is_rest ? o->bias_w_rest : i < 2 ? o->bias_w_motion : o->bias_w_vertical;
        observe(b, rows[i], fmin(fmax(e[i], -limit), limit) - done, w);
    }
    for (int i = 0; i < 3; i++) b->value[i] = fmin(fmax(b->value[i], -limit), limit);
}

/* One step; whether it is the last before a look. */
static int gather(eg_orient *o, const double error[2], double turn[3][3], const double gyr[3]) {
    eg_orient_bias *b = &o->bias;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) b->sum_turn[i][k] += turn[i][k];
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 3; k++) b->sum_turned[i][k] += turn[i][k] * gyr[k];
        b->sum_error[i] += error[i];
    }
    return ++b->wait == o->learn_steps;
}

/* The means over the time that the correction of the vertical looks back on. */
static void look_back(eg_orient *o) {
    eg_orient_bias *b = &o->bias;
    eg_orient_scale *s = &o->scale;
    double n = b->wait;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            eg_orient_lowpass_step(&o->learn, &b->turn[i][k], b->n, b->sum_turn[i][k] / n);
    for (int i = 0; i < 2; i++) {
        double used = 0.0;
        for (int k = 0; k < 3; k++) {
            used += b->sum_turn[i][k] * b->value[k] - b->sum_turned[i][k] * s->value[k];
            eg_orient_lowpass_step(&o->learn, &s->turned[i][k], b->n, b->sum_turned[i][k] / n);
        }
        eg_orient_lowpass_step(&o->learn, &b->used[i], b->n, used / n);
    }
    b->n++;
}

void eg_orient_bias_step(eg_orient *o, const double error[2], double turn[3][3],
                         const double gyr[3]) {
    eg_orient_bias *b = &o->bias;
    if (!gather(o, error, turn, gyr)) return;
    look_back(o);
    double mean[2] = {b->sum_error[0] / b->wait, b->sum_error[1] / b->wait};
    memset(b->sum_turn, 0, sizeof b->sum_turn);
    memset(b->sum_turned, 0, sizeof b->sum_turned);
    memset(b->sum_error, 0, sizeof b->sum_error);
    b->wait = 0;
    learn(o, mean);
}
