/* Recorded joint angles (set "imu", folder kinematics, *.mot) as motions for synthetic sensors. */
#ifndef EG_TESTS_SUPPORT_IMU_BODY_H
#define EG_TESTS_SUPPORT_IMU_BODY_H

#include <stddef.h>

#include "core/motion/orient_offline.h"
#include "core/sim/imu.h"

enum { EG_IMU_BODIES_MAX = 32 };

typedef struct eg_imu_body {
    char name[96]; /* the file's, and the side */
    eg_sim_motion motion;
    double knee_range_deg, elbow_range_deg; /* 0: the file has no such joint */
} eg_imu_body;

/* Both sides of every file, as right limbs. Skips the test where there are none. */
size_t eg_imu_bodies(eg_imu_body bodies[EG_IMU_BODIES_MAX]);

/* One side of one file; 0 if it holds no leg. Memory lives until the test ends. */
int eg_imu_body_read(const char *path, char side, eg_imu_body *body);

/* A sensor's samples; the arrays are the caller's to free by eg_imu_track_free. */
typedef struct eg_imu_track {
    eg_orient_signal signal;
    double *memory;
    double *gyr[3], *acc[3], *mag[3];
    eg_quaternion *truth; /* sensor to earth */
} eg_imu_track;

eg_imu_track eg_imu_record(const eg_sim_motion *motion, const eg_sim_imu *sensor, double rate_hz,
                           double seconds);
void eg_imu_track_free(eg_imu_track *track);

/* A sensor strapped anywhere on the segment, turned in any way, with a bias of 0.5 deg/s about each
 * axis in either direction. */
eg_sim_imu eg_imu_strap(eg_sim_segment segment, uint64_t seed);

/* Ours: what usual sensors are off by. Scale and cross-axis 2 % (gyroscope, v[0 ... 2]) and 1 %
 * (accelerometer, v[3 ... 5]), a bias of 0.9 deg/s and 0.08 m/s2 at most. Movements that repeat
 * themselves repeat what that leaves, and it is no wrong axis. */
void eg_imu_make_usual(size_t n, double *const v[6], uint64_t seed);

#endif
