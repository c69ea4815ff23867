/* What the files of the orientation filter share; not for others. */
#ifndef EG_MOTION_ORIENT_PART_H
#define EG_MOTION_ORIENT_PART_H

#include "core/motion/orient.h"

void eg_orient_lowpass_design(eg_orient_lowpass *filter, double tau_s, double step_s);

/* One step; `n` counts the channel's steps up to now. */
static inline double eg_orient_lowpass_step(const eg_orient_lowpass *f, eg_orient_smooth *c,
                                            uint32_t n, double x) {
    if (n < f->n_start) {
        c->s0 += x;
        c->y = c->s0 / (n + 1.0);
        if (n + 1 == f->n_start) {
            c->s0 = c->y * (1.0 - f->b0);
            c->s1 = c->y * (f->b2 - f->a2);
        }
        return c->y;
    }
    double y = f->b0 * x + c->s0;
    c->s0 = f->b1 * x - f->a1 * y + c->s1;
    c->s1 = f->b2 * x - f->a2 * y;
    c->y = y;
    return y;
}

void eg_orient_bias_init(eg_orient *orient);

/* error: how far this step corrected the vertical, rad/s (its x and y before the correction over
 * the step's time); turn: sensor to the frame of q6, gyr: rad/s as measured; means of the step. */
void eg_orient_bias_step(eg_orient *orient, const double error[2], double turn[3][3],
                         const double gyr[3]);

void eg_orient_scale_init(eg_orient_scale *scale);

/* What the scale accounts for of the drift about x or y that the correction of the vertical shows,
 * rad/s. */
double eg_orient_scale_share(const eg_orient_scale *scale, int axis);

/* drift: what bias and scale do not account for of it, about x and y, rad/s. */
void eg_orient_scale_step(eg_orient *orient, const double drift[2]);

void eg_orient_field_init(eg_orient *orient);

/* mag: the mean field of this step in the frame of q6, uT; turn as above. Changes the heading. */
void eg_orient_field_step(eg_orient *orient, const double mag[3], double turn[3][3]);

void eg_orient_magnet_init(eg_orient_magnet *magnet);
void eg_orient_magnet_step(eg_orient_magnet *magnet, double step_s, const double mag[3],
                           double turn[3][3]);

#endif
