/* Is a sensor calibrated, and what would make it so: from recordings that anybody can make at a
 * table. Gyroscope: bias from rest, scale from a rotation of known size. Accelerometer: rest in six
 * or more poses; gravity must be equally long in all of them. Magnetometer: turned in all
 * directions; the field must lie on a sphere. Each gives a verdict with its reason, and refuses
 * when the poses or turns do not span what they must.
 *
 *   true = scale (measured - bias)      accelerometer: per axis; magnetometer: a 3 x 3 matrix
 *
 * Accelerometer: least squares of |scale (a - bias)| = g over the poses, Gauss-Newton (the
 * six-position method without a levelled table; Frosio, Pedersini & Borghese 2009, IEEE Trans
 * Instrum Meas 58:2034). Magnetometer: the ellipsoid x'Ax - 2 b'x = 1 by linear least squares in
 * units of the data's own spread, hard iron A^-1 b, soft iron the symmetric root of A, scaled to
 * keep the field's length (Renaudin, Afzal & Lachapelle 2010, J Sensors 967245). */
#ifndef EG_MOTION_CALIBRATE_H
#define EG_MOTION_CALIBRATE_H

#include "core/motion/hinge.h"

/* Ours, of the size that sensors for movement state in their data sheets. */
#define EG_CALIBRATE_REST_S        1.0  /* a rest shorter than this is none */
#define EG_CALIBRATE_REST_RAD_S    0.05 /* its rate deviates from its mean by less (RMS) */
#define EG_CALIBRATE_REST_M_S2     0.25 /* and its acceleration */
#define EG_CALIBRATE_GYR_OK_DEG_S  1.0  /* a bias that a filter removes at once */
#define EG_CALIBRATE_GYR_MAX_DEG_S 10.0 /* a sensor that is broken, or was not at rest */
#define EG_CALIBRATE_SCALE_OK      0.02 /* of the gyroscope's scale */
#define EG_CALIBRATE_SCALE_MAX     0.10
#define EG_CALIBRATE_ACC_OK_M_S2   0.1 /* residual; 0.1 is 0.6 degrees of tilt */
#define EG_CALIBRATE_ACC_MAX_M_S2  0.5
#define EG_CALIBRATE_ACC_BIAS_M_S2 0.5  /* a larger bias is said */
#define EG_CALIBRATE_MAG_OK        0.05 /* residual over the field; 3 degrees of heading */
#define EG_CALIBRATE_MAG_MAX       0.15
#define EG_CALIBRATE_MAG_COVERAGE  0.6  /* of 26 directions that must have been seen */
#define EG_CALIBRATE_SPAN          0.15 /* least over largest eigenvalue of the poses' spread */

enum { EG_CALIBRATE_POSES_MAX = 64 };

typedef struct eg_calibrate_rest {
    size_t from, to;       /* samples */
    double gyr[3], acc[3]; /* means */
} eg_calibrate_rest;

/* Finds up to EG_CALIBRATE_POSES_MAX stretches of rest; returns how many. */
size_t eg_calibrate_rests(const eg_orient_signal *signal,
                          eg_calibrate_rest rests[EG_CALIBRATE_POSES_MAX]);

typedef struct eg_calibration {
    double bias[3];
    double scale[3][3]; /* true = scale (measured - bias) */
    double residual;    /* RMS, in the unit of the vector */
    double before;      /* the same without calibration */
    double coverage;    /* magnetometer: part of all directions seen; else least over largest
                           spread of the poses, 0 ... 1 */
    double size;        /* of the vector when calibrated; gyroscope: NaN */
    size_t n;           /* rests or samples used */
    eg_verdict verdict;
    char reason[200];
} eg_calibration;

/* Bias: mean over the rests, residual their spread, rad/s. Refuses without a rest. */
eg_calibration eg_calibrate_gyroscope(size_t n_rests, const eg_calibrate_rest *rests);

/* Between two rests the sensor was turned and gravity turned with it: compares the angle that the
 * gyroscope integrates (bias removed) with the least angle between the two gravities, about axes
 * across gravity, over all pairs of neighbouring rests. `scale` is a multiple of 1; refuses below
 * two turns of 30 degrees and more. */
eg_calibration eg_calibrate_gyroscope_scale(const eg_orient_signal *signal, size_t n_rests,
                                            const eg_calibrate_rest *rests);

/* gravity_m_s2 of the place (9.81 if unknown). Refuses when fewer than six rests or when they do
 * not span all three axes in both directions well enough. */
eg_calibration eg_calibrate_accelerometer(size_t n_rests, const eg_calibrate_rest *rests,
                                          double gravity_m_s2);

/* mag [3][n], NaN and zeros are skipped; field_ut: known length of the field, or NaN: the mean of
 * the data is kept. Refuses when the turns do not cover the directions. */
eg_calibration eg_calibrate_magnetometer(size_t n, const double *const mag[3], double field_ut);

#endif
