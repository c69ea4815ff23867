/* Inertial sensors on a body that moves as a recorded one did: joint angles of one cycle become a
 * periodic motion without seams, the motion moves rigid segments, and sensors anywhere on them feel
 * what they would feel: angular rate, acceleration of their place less gravity, the earth's field,
 * bias and noise. For tests and demonstrations: what comes out is always synthetic.
 *
 * One cycle is closed by taking out the straight line between its ends and is written as a Fourier
 * series whose upper harmonics fade like a Gaussian, so that position, velocity and acceleration
 * exist at every instant and at every rate. Rates and accelerations are central differences of the
 * exact motion over 0.3 ms, instantaneous, not means over a sample.
 *
 * The body: right limbs with the segment axes of joint.h (x forwards, y up, z right). Pelvis to
 * earth: tilt about z, list about x, rotation about y; hip, knee, ankle, shoulder and elbow are
 * plain chains of turns (Z-X-Y), the knee a hinge. Earth: x east, y north, z up; the person looks
 * east. */
#ifndef EG_SIM_IMU_H
#define EG_SIM_IMU_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/motion/quaternion.h"

/* Noise as found in the still parts of the BROAD recordings (285.7 Hz): 0.0016 rad/s,
 * 0.049 m/s2 and 0.6 uT a sample, as densities of white noise. */
#define EG_SIM_IMU_GYR_RAD_S_HZ 1.3e-4 /* rad/s/sqrt(Hz) */
#define EG_SIM_IMU_ACC_M_S2_HZ  4.1e-3 /* m/s2/sqrt(Hz) */
#define EG_SIM_IMU_MAG_UT_HZ    5.0e-2 /* uT/sqrt(Hz) */

enum { EG_SIM_HARMONICS_MAX = 256 };

typedef enum eg_sim_coordinate { /* degrees, but for the three of place: metres */
                                 EG_SIM_PELVIS_TILT,
                                 EG_SIM_PELVIS_LIST,
                                 EG_SIM_PELVIS_ROTATION,
                                 EG_SIM_PELVIS_X,
                                 EG_SIM_PELVIS_Y, /* up */
                                 EG_SIM_PELVIS_Z,
                                 EG_SIM_HIP_FLEXION,
                                 EG_SIM_HIP_ADDUCTION,
                                 EG_SIM_HIP_ROTATION,
                                 EG_SIM_KNEE_FLEXION, /* positive bent */
                                 EG_SIM_ANKLE_FLEXION,
                                 EG_SIM_ANKLE_INVERSION,
                                 EG_SIM_TRUNK_EXTENSION,
                                 EG_SIM_TRUNK_BENDING,
                                 EG_SIM_TRUNK_ROTATION,
                                 EG_SIM_ARM_FLEXION,
                                 EG_SIM_ARM_ADDUCTION,
                                 EG_SIM_ARM_ROTATION,
                                 EG_SIM_ELBOW_FLEXION,
                                 EG_SIM_FOREARM_PRONATION,
                                 EG_SIM_COORDINATES
} eg_sim_coordinate;

typedef enum eg_sim_segment {
    EG_SIM_PELVIS,
    EG_SIM_THIGH,
    EG_SIM_SHANK,
    EG_SIM_FOOT,
    EG_SIM_TRUNK,
    EG_SIM_UPPER_ARM,
    EG_SIM_FOREARM,
    EG_SIM_SEGMENTS
} eg_sim_segment;

/* A periodic motion; the arrays live in the arena it was made from. */
typedef struct eg_sim_motion {
    double period_s;
    size_t n_harmonics;                 /* without the mean */
    double *cosine[EG_SIM_COORDINATES]; /* [n_harmonics + 1]; NULL: always 0 */
    double *sine[EG_SIM_COORDINATES];
    double still_s;    /* stands in the neutral pose first (all angles 0), then 1.5 s to join in */
    double turn_deg_s; /* walks round a circle: the whole world turns about the vertical */
} eg_sim_motion;

/* From one cycle of values[coordinate][n] (NULL: that coordinate stays 0), sampled every step_s.
 * cut_hz: where a harmonic is damped to 0.71; 6 Hz is usual for joint angles. n 8 ... 100000, step
 * and cut positive, else EG_ERR_ARGUMENT; EG_ERR_MEMORY. Still and turn are 0, yours to set. */
EG_NODISCARD eg_err eg_sim_motion_fit(eg_sim_motion *motion, size_t n, double step_s,
                                      const double *const values[EG_SIM_COORDINATES], double cut_hz,
                                      eg_arena *arena, eg_diag *diag);

/* All coordinates at one instant. */
void eg_sim_motion_at(const eg_sim_motion *motion, double t_s, double value[EG_SIM_COORDINATES]);

/* Where a segment is (its upper joint, metres) and how it is turned (segment to earth). */
eg_quaternion eg_sim_segment_at(const eg_sim_motion *motion, eg_sim_segment segment, double t_s,
                                double place_m[3]);

typedef struct eg_sim_imu {
    eg_sim_segment segment;
    eg_quaternion mount; /* sensor to segment */
    double place_m[3];   /* on the segment, from its upper joint */
    double gyr_bias[3];  /* rad/s */
    double acc_bias[3];  /* m/s2 */
    double noise;        /* 1: the densities above */
    uint64_t seed;
} eg_sim_imu;

/* n samples at rate_hz from t = 0. gyr rad/s, acc m/s2, mag uT [3][n] each (mag may be NULL), truth
 * [n] sensor to earth (may be NULL). */
void eg_sim_imu_run(const eg_sim_motion *motion, const eg_sim_imu *sensor, double rate_hz, size_t n,
                    double *const gyr[3], double *const acc[3], double *const mag[3],
                    eg_quaternion *truth);

/* A turn that is any turn with equal chance (Shoemake 1992). */
eg_quaternion eg_sim_any_turn(uint64_t seed, uint64_t stream);

#endif
