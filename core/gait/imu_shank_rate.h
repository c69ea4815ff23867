/* Swings of a shank by its angular rate and shock alone: for imu_shank.c, where the ankle's way
 * does not tell (a sensor that is loose, an acceleration that does not go with the rate).
 *
 *   strike  between the moment at which the shank begins to turn back and its fastest turn back
 * (the two signs that are in use: Greene, McGrath, O'Neill, O'Donovan, Burns & Caulfield 2010, Med
 * Biol Eng Comput 48:1251), and the shock along the shank: the mean of the two off     between the
 * fastest turn back before the swing and the moment at which the shank turns forwards, at 0.4 of
 * the way: nearly half way, as for the foot (imu_foot.h) */
#ifndef EG_GAIT_IMU_SHANK_RATE_H
#define EG_GAIT_IMU_SHANK_RATE_H

#include "core/motion/orient_offline.h" /* eg_orient_signal */

#define IMU_RATE_SHOCK_HZ 20.0
#define IMU_RATE_LEAN     0.2 /* skewness of the rate: swings are fast, stances slow */
#define IMU_RATE_OFF_PART 0.4 /* of the way from the turn back to the turn forwards */

/* The ends of a swing, samples, and how far apart their signs are; NaN where not seen. */
typedef struct imu_rate_swing {
    double off, strike, off_apart, strike_apart;
} imu_rate_swing;

/* How one-sided the turning is: above 0 where it goes fast forwards and slowly back. */
double imu_rate_lean(size_t n, const double *turn);

/* Acceleration along what is up while the shank turns slowly; not yet low-passed. */
void imu_rate_shock(const eg_orient_signal *signal, const double *turn, double *shock);

/* turn[n] forwards, rad/s; `peak`: the swing's fastest sample. */
imu_rate_swing imu_rate_ends(size_t n, double rate_hz, const double *turn, const double *shock,
                             size_t peak);

#endif
