/* A magnet, or iron, that is fixed to the sensor turns with it; the earth's field does not. Both
 * are linear in what is measured, so that a Kalman filter of six values tells them apart as soon as
 * the sensor has been turned:  field seen in the frame of q6 = earth + turn offset.
 *
 * The accuracy that counts is not the sensor's noise: the field of a room differs from place to
 * place, and for as long as a movement lasts. The noise stands for that. */
#include <string.h>

#include "core/motion/orient_part.h"

void eg_orient_magnet_init(eg_orient_magnet *m) {
    memset(m, 0, sizeof *m);
    for (int i = 0; i < 3; i++) {
        m->p[i][i] = EG_ORIENT_MAGNET_FIELD_UT * EG_ORIENT_MAGNET_FIELD_UT;
        m->p[i + 3][i + 3] = EG_ORIENT_MAGNET_UT * EG_ORIENT_MAGNET_UT;
    }
}

/* Is there one; and is what was learned still true, or was it taken off? */
static void judge(eg_orient_magnet *m, double dt_s, const double misfit[3]) {
    const double part = EG_ORIENT_MAGNET_PART, sigmas = EG_ORIENT_MAGNET_SIGMAS;
    const double lost = EG_ORIENT_MAGNET_LOST;
    double miss = 0.0, field = 0.0, size = 0.0, doubt = 0.0;
    for (int i = 0; i < 3; i++) {
        miss += misfit[i] * misfit[i];
        field += m->x[i] * m->x[i];
        size += m->x[i + 3] * m->x[i + 3];
        doubt += m->p[i + 3][i + 3];
    }
    m->seen_s += dt_s;
    if (m->seen_s < EG_ORIENT_MAGNET_SETTLE_S) return;
    m->lost_s = miss > lost * lost * field ? m->lost_s + dt_s : 0.0;
    /* What is there stays until it is half of that: the heading must not hop. */
    double least = m->is_there ? 0.25 * part * part : part * part;
    m->is_there = size > least * field && size > sigmas * sigmas * doubt;
    if (m->lost_s >= EG_ORIENT_MAGNET_LOST_S) eg_orient_magnet_init(m);
}

/* One axis of the measurement: mag = x[axis] + row . x[3..5], with this noise. */
static void observe(eg_orient_magnet *m, int axis, const double row[3], double mag, double noise) {
    double pr[6], s = noise, e = mag - m->x[axis];
    for (int k = 0; k < 6; k++)
        pr[k] = m->p[k][axis] + m->p[k][3] * row[0] + m->p[k][4] * row[1] + m->p[k][5] * row[2];
    s += pr[axis] + row[0] * pr[3] + row[1] * pr[4] + row[2] * pr[5];
    e -= row[0] * m->x[3] + row[1] * m->x[4] + row[2] * m->x[5];
    double over = 1.0 / s;
    for (int k = 0; k < 6; k++) {
        double gain = pr[k] * over;
        m->x[k] += gain * e;
        for (int j = 0; j < 6; j++) m->p[k][j] -= gain * pr[j];
    }
}

void eg_orient_magnet_step(eg_orient_magnet *m, double step_s, const double mag[3],
                           double turn[3][3]) {
    const double field = EG_ORIENT_MAGNET_TURN_UT, walk = EG_ORIENT_MAGNET_WALK_UT;
    m->wait++;
    double dt_s = m->wait * step_s, misfit[3];
    if (dt_s + 0.5 * step_s < 1.0 / EG_ORIENT_LEARN_HZ) return;
    m->wait = 0;
    for (int i = 0; i < 3; i++) {
        misfit[i] =
            mag[i] - m->x[i] - turn[i][0] * m->x[3] - turn[i][1] * m->x[4] - turn[i][2] * m->x[5];
        m->p[i][i] += field * field * dt_s;
        m->p[i + 3][i + 3] += walk * walk * dt_s;
    }
    double noise = EG_ORIENT_MAGNET_NOISE_UT * EG_ORIENT_MAGNET_NOISE_UT / dt_s;
    for (int i = 0; i < 3; i++) observe(m, i, turn[i], mag[i], noise);
    judge(m, dt_s, misfit);
}
