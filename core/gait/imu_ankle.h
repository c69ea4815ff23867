/* The ankle's motion as a sensor on the shank tells it: for imu_shank.c, not for others.
 *
 * In mid-stance the foot is flat and the ankle does not move; the shank turns about it. There what
 * the sensor feels is gravity and what its turning about the ankle makes of it, so that the lever
 * from the sensor to the ankle follows by least squares (Seel, Raisch & Schauer 2014, Sensors
 * 14:6891, do so for a joint between two sensors). With the lever the acceleration of the ankle is
 * known at any time; where it is nothing but gravity the ankle rests, and between two rests speed
 * and way follow by integration, the speed that is left over taken off in proportion to time (as
 * Sabatini, Martelloni, Scapellato & Cavallo 2005 do for the foot). */
#ifndef EG_GAIT_IMU_ANKLE_H
#define EG_GAIT_IMU_ANKLE_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/motion/orient_offline.h" /* eg_orient_signal */

#define IMU_ANKLE_LOW_PASS_HZ 15.0
#define IMU_ANKLE_LEVER_M     0.15 /* downwards, before anything is known of it; */
#define IMU_ANKLE_LEVER_SD_M  0.1
#define IMU_ANKLE_NOISE_M_S2  0.3  /* what an ankle at rest still seems to be accelerated by */
#define IMU_ANKLE_WINDOW_S    0.12 /* over which the acceleration is looked at */
#define IMU_ANKLE_STILL_PART  0.2  /* of what it is in the swings, and at least the noise */
#define IMU_ANKLE_STILL_TIMES 3.0  /* what it is at the quietest moment of a usual stance */
#define IMU_ANKLE_GAIN_M_S    0.25 /* more speed gained since the last rest: no rest; */
#define IMU_ANKLE_DRIFT_M_S2  0.25 /* so much more for each second */
#define IMU_ANKLE_TURN_M_S2   0.7  /* gravity seems to turn by more than this: no rest; */
#define IMU_ANKLE_TURN_DRIFT  0.2  /* so much more for each second */
#define IMU_ANKLE_REACH_S     8.0  /* over which speed and tilt can be carried at all */
#define IMU_ANKLE_TILT_S      0.3  /* of a rest, next to the swing, tell where gravity points */

/* A stretch, samples [first, last], in which the ankle rests. */
typedef struct imu_rest {
    size_t first, last;
    int is_sure; /* between two fast swings there must be one; or it lasts a stride */
} imu_rest;

typedef struct imu_ankle {
    size_t n;
    double rate_hz;
    double lever[3];     /* m, from the sensor to the ankle, in the sensor's frame */
    eg_quaternion *turn; /* [n] as the gyroscope carries it; its start and drift are arbitrary */
    double *gyr[3];      /* [n] without bias, low-passed */
    double *acc[3];      /* [n] low-passed; later speed upwards and ahead, acceleration upwards */
    double *force[3];    /* [n] of the ankle, gravity included, in the frame of `turn` */
    double *stir;        /* [n] how far that is from resting, m/s2 */
    imu_rest *rests;
    size_t n_rests, n_rests_max;
} imu_ankle;

/* The way of the ankle from one rest to the next, m; `ahead` is its direction. */
typedef struct imu_way {
    double up[3], ahead[3]; /* unit length, in the frame of `turn` */
    double way_m, rise_m;
    double tilt_rad; /* how far gravity's direction is from one rest to the other */
} imu_way;

size_t imu_ankle_bytes(size_t n);

/* Lever and rests. swings[n_swings]: samples, in order, of fast swings, one at most in each stride,
 * which usually takes `stride` samples; fast[n]: the shank's rate about the axis of its swings.
 * Keeps its memory in the arena. */
eg_err imu_ankle_find(const eg_orient_signal *signal, const double bias[3], const double *fast,
                      size_t n_swings, const size_t *swings, size_t stride, imu_ankle *ankle,
                      eg_arena *arena, eg_diag *diag);

/* Between rests `from` and `from + 1`; SIZE_MAX: from the start of the recording to the first;
 * n_rests - 1: from the last to the end. Fills acc (see above) from *a to *b. */
void imu_ankle_go(imu_ankle *ankle, size_t from, size_t *a, size_t *b, imu_way *way);

#endif
