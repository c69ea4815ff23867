/* A walk seen by one inertial sensor on a shank: when this foot strikes and leaves. Any mounting,
 * no magnetometer.
 *
 * The shank turns about one axis, left to right through the knee: the direction in which its
 * angular rate has most power. Forwards is the sense in which it turns fastest, in mid-swing.
 *   swing   every peak of that rate between two turns back (Salarian, Russmann, Vingerhoets,
 *           Dehollain, Blanc, Burkhard & Aminian 2004, IEEE Trans Biomed Eng 51:1434)
 *   strike  between the moment at which the shank begins to turn back and its fastest turn back
 *           (the two signs that are in use: Greene, McGrath, O'Neill, O'Donovan, Burns & Caulfield
 *           2010, Med Biol Eng Comput 48:1251), and the shock along the shank: the mean of the two
 *   off     between the fastest turn back before the swing and the moment at which the shank turns
 *           forwards, at 0.6 of the way: nearly half way, as for the foot (imu_foot.h)
 * Limits: which side it is must be said; how far the step goes is not known; a shank that swings as
 * fast back as forth (cycling, legs that dangle) is refused; a leg that is dragged without turning
 * is not seen. */
#ifndef EG_GAIT_IMU_SHANK_H
#define EG_GAIT_IMU_SHANK_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/gait/gait.h"
#include "core/motion/orient_offline.h" /* eg_orient_signal */

#define EG_GAIT_SHANK_RATE_MIN_HZ 40.0
#define EG_GAIT_SHANK_LOW_PASS_HZ 10.0 /* of the rate; strikes move it faster, swings do not */
#define EG_GAIT_SHANK_SHOCK_HZ    20.0 /* of the acceleration */
#define EG_GAIT_SHANK_LEAST_RAD_S 0.8  /* a slower swing is none, */
#define EG_GAIT_SHANK_PART        0.25 /* nor one below this part of the usual one */
#define EG_GAIT_SHANK_AXIS        0.6  /* of the rate's power lies about one axis, at least */
#define EG_GAIT_SHANK_LEAN        0.2  /* skewness of the rate: swings are fast, stances slow */
#define EG_GAIT_SHANK_OFF_PART    0.6  /* of the way from the turn back to the turn forwards */
#define EG_GAIT_SHANK_APART_S     0.45 /* two swings of one leg */
#define EG_GAIT_SHANK_SWINGS_MIN  2
#define EG_GAIT_SHANK_STRIKE_S    0.015 /* one standard deviation against force plates */
#define EG_GAIT_SHANK_OFF_S       0.018

typedef struct eg_gait_shank {
    double axis[3];     /* to the left, in the sensor's frame, unit length */
    double axis_part;   /* of the power about it */
    double swing_rad_s; /* usual peak */
} eg_gait_shank;

size_t eg_gait_shank_bytes(size_t n);

/* Contacts of that side in order, with strikes, offs, standard deviations and confidence; rate[n]
 * (may be NULL): the shank's turn forwards, rad/s, for pictures. EG_ERR_ARGUMENT for the rate,
 * EG_ERR_DATA where nobody walks, EG_ERR_LIMIT, EG_ERR_MEMORY. Gives all scratch back. */
EG_NODISCARD eg_err eg_gait_shank_contacts(const eg_orient_signal *signal, int side,
                                           size_t capacity, eg_gait_contact *contacts,
                                           size_t *n_contacts, eg_gait_shank *shank,
                                           double *rate_rad_s, eg_arena *scratch, eg_diag *diag);

#endif
