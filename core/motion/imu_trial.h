/* How likely what a sensor felt is, if its gyroscope's axes and unit are these (imu_check.h). For
 * eg_imu_check_run alone.
 *
 * Of each stretch the gyroscope, integrated, turns every sample back; d is the part of gravity's
 * square by which the square of the mean of these (Hann window) differs from it. In a sound sensor
 *
 *   d = what the movement itself leaves of its vertical acceleration,
 *
 * and that is seen without any gyroscope: the square of the mean length felt differs from gravity's
 * by l = d, unless the movement went sideways, which makes l larger. Nobody rises all the time: the
 * d of all stretches come to about 0, so that a stretch may be longer only as far as l is above
 * its mean. So d may be anything from 0 to l; what is left is the model's error. Naming and file
 * are compared by the likelihood of that error (Student's t: single stretches are shaken), where
 *
 *   - stretches that overlap by half count half,
 *   - the accelerometer's own length error is common to all stretches and taken at its likeliest,
 *   - what a sound gyroscope may be off by (scale, cross-axis, delay) bends d in all stretches
 *     together, as steps that repeat themselves do: for the file as it is, it is fitted within its
 *     prior before anything is accused. */
#ifndef EG_MOTION_IMU_TRIAL_H
#define EG_MOTION_IMU_TRIAL_H

#include "core/motion/imu_check.h"

/* One stretch under one hypothesis: means over its samples. */
typedef struct eg_imu_sums {
    double turn[3][3]; /* of the orientation's matrix */
    double vector[3];  /* as measured */
    double turned[3];  /* turned back */
    double square;     /* of the vector */
} eg_imu_sums;

typedef struct eg_imu_trial {
    const eg_excerpt *e;
    double (*v)[3];
    const size_t *from; /* first blocks of the stretches */
    size_t n, length;
    int has_offset;
    double size;          /* of the vector when it stands still */
    double longer;        /* a part: as this accelerometer has it; NaN: each naming finds its own */
    eg_imu_sums *sums;    /* [n], of the hypothesis at hand */
    const double *window; /* [length], a Hann window of sum 1 */
    double felt[EG_IMU_CHECK_STRETCHES_MAX];  /* l: of the mean length felt, as d; 0: a field */
    double usual;                             /* mean of felt */
    double sigma[EG_IMU_CHECK_STRETCHES_MAX]; /* of d */
} eg_imu_trial;

/* What a hypothesis leaves. */
typedef struct eg_imu_outcome {
    double off[EG_IMU_CHECK_STRETCHES_MAX]; /* what of d the movement does not explain */
    double residual;                        /* mean of its size */
    double evidence;                        /* log likelihood, and prior of what was fitted */
    double longer;                          /* the likeliest error of the accelerometer's square */
    double length;                          /* of what was turned back, median */
} eg_imu_outcome;

/* The true angular rate from the file's: true axis k is file axis |axis[k]| - 1 with that sign,
 * times scale. */
typedef struct eg_imu_naming {
    signed char axis[3];
    double scale;
} eg_imu_naming;

/* The window and what was felt; from, n, length, v, size and the memory are the caller's. */
void eg_imu_trial_begin(eg_imu_trial *trial, double *window);

void eg_imu_trial_try(const eg_imu_trial *trial, const eg_imu_naming *naming, eg_imu_outcome *o);

/* The same with what a sound gyroscope may be off by, at its likeliest. `spare` is overwritten. */
void eg_imu_trial_fit(const eg_imu_trial *trial, const eg_imu_naming *naming, eg_imu_outcome *o,
                      eg_imu_outcome *spare);

#endif
