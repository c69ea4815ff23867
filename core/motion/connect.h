/* Where a joint's centre is, seen from two sensors on the segments that it joins: at the centre
 * both must feel the same acceleration, so that the lever arms o1, o2 (from the joint's centre to
 * the sensor, in the sensor's frame) make
 *
 *   sum (|a1 - K1 o1| - |a2 - K2 o2|)^2,   K = [spin x] + [w x]^2
 *
 * least (Seel, Schauer & Raisch 2012, IEEE CCA; Olsson & Halvorsen 2017). Neither heading nor
 * mounting is needed. Gauss-Newton with damping from zero arms; a weak pull to short arms holds
 * what the movement leaves open (the way along a hinge's axis). */
#ifndef EG_MOTION_CONNECT_H
#define EG_MOTION_CONNECT_H

#include "core/motion/excerpt.h"

#define EG_CONNECT_ARM_M    0.3 /* Ours: expected size of an arm */
#define EG_CONNECT_ACC_M_S2 1.0 /* Ours: expected misfit, skin and strap included */

enum { EG_CONNECT_STEPS_MAX = 30 };

typedef struct eg_connect {
    double arm1_m[3], arm2_m[3];
    double rms_m_s2;    /* what is left */
    double before_m_s2; /* the same with both arms zero */
} eg_connect;

/* Excerpts of the same length. EG_ERR_DATA if fewer than 50 whole samples. */
EG_NODISCARD eg_err eg_connect_find(const eg_excerpt *first, const eg_excerpt *second,
                                    eg_connect *connect, eg_diag *diag);

/* The acceleration of the joint's centre (with gravity), sensor frame. */
void eg_connect_centre(const eg_excerpt *excerpt, size_t i, const double arm_m[3], double out[3]);

#endif
