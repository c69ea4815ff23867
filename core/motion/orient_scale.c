/* The scale of the gyroscope's axes. One that shows 0.2 % too little is off by half a degree a
 * second in fast movement, far more than the bias; and in slow movement by nothing. The correction
 * of the vertical shows it, but movement shows there too: who swings a limb accelerates it in step
 * with its rotation. So that this does not pass for a scale, corrections and rotations are compared
 * as means over blocks that are long against a movement, and a block counts as one observation. */
#include <string.h>

#include "core/motion/orient_part.h"

static const double rad_per_deg = EG_PI / 180.0;

void eg_orient_scale_init(eg_orient_scale *s) {
    memset(s, 0, sizeof *s);
    for (int i = 0; i < 3; i++) s->p[i][i] = EG_ORIENT_SCALE * EG_ORIENT_SCALE;
}

double eg_orient_scale_share(const eg_orient_scale *s, int axis) {
    double share = 0.0;
    for (int k = 0; k < 3; k++) share += s->turned[axis][k].y * s->value[k];
    return share;
}

/* One observation of row . scale that is `e` more than expected, with variance w. */
static void observe(eg_orient_scale *s, const double row[3], double e, double w) {
    double pr[3], sum = w;
    for (int i = 0; i < 3; i++) {
        pr[i] = s->p[i][0] * row[0] + s->p[i][1] * row[1] + s->p[i][2] * row[2];
        sum += row[i] * pr[i];
    }
    double limit = EG_ORIENT_SCALE_SIGMAS * sqrt(sum);
    e = fmin(fmax(e, -limit), limit) / sum;
    for (int i = 0; i < 3; i++) {
        s->value[i] += pr[i] * e;
        for (int k = 0; k < 3; k++) s->p[i][k] -= pr[i] * pr[k] / sum;
    }
}

static void close_block(eg_orient *o) {
    eg_orient_scale *s = &o->scale;
    double n = s->in_block, old[3] = {s->value[0], s->value[1], s->value[2]};
    double tilt = EG_ORIENT_SCALE_TILT_DEG * rad_per_deg / (n * o->learn_steps * o->step_s);
    double unit = 0.01 * rad_per_deg; /* of the bias' covariance */
    for (int i = 0; i < 2; i++) {
        double row[3], e = s->sum_left[i] / n, w = tilt * tilt;
        for (int k = 0; k < 3; k++) {
            row[k] = s->sum_row[i][k] / n;
            for (int j = 0; j < 3; j++)
                w +=
                    unit * unit * o->bias.p[k][j] * s->sum_turn[i][k] * s->sum_turn[i][j] / (n * n);
        }
        /* Against what is known by now, the first axis' observation included. */
        for (int k = 0; k < 3; k++) e -= row[k] * (s->value[k] - old[k]);
        observe(s, row, e, w);
    }
    const double most = EG_ORIENT_SCALE_MAX;
    for (int k = 0; k < 3; k++) s->value[k] = fmin(fmax(s->value[k], -most), most);
}

void eg_orient_scale_step(eg_orient *o, const double drift[2]) {
    eg_orient_scale *s = &o->scale;
    for (int i = 0; i < 2; i++) {
        s->sum_left[i] -= drift[i]; /* too small a rate is a drift against it */
        for (int k = 0; k < 3; k++) {
            s->sum_row[i][k] += s->turned[i][k].y;
            s->sum_turn[i][k] += o->bias.turn[i][k].y;
        }
    }
    if (++s->in_block * o->learn_steps * o->step_s < EG_ORIENT_SCALE_BLOCK_S) return;
    close_block(o);
    memset(s->sum_left, 0, sizeof s->sum_left);
    memset(s->sum_row, 0, sizeof s->sum_row);
    memset(s->sum_turn, 0, sizeof s->sum_turn);
    s->in_block = 0;
}
