/* Are a sensor's units, axes and rate what its file says? Gravity (and the earth's field) stand
 * still. So if the rate is integrated over a stretch of 4 s and every sample is turned back by it,
 * gravity comes out in the same direction all the time and the movement's own acceleration
 * averages out under a window without corners. A wrong unit, a wrong rate, swapped or reversed axes
 * scatter it.
 *
 * Every hypothesis M (48 signed permutations of the gyroscope's axes x units, and a free scale) is
 * tried: the angular rate becomes M w, and the residual is the part of gravity's square by which
 * the mean of what was turned back differs from it (of the field: that scatters about its mean),
 * less what the movement itself heaves. The file is called wrong when a rival is likelier by the
 * odds that speak for a sound sensor, even if the file's own gyroscope is off by as much as sound
 * ones are (imu_trial.h). A magnetometer is judged likewise, after its best constant offset (iron)
 * is taken out. What is found is said and never corrected here.
 *
 * Not seen: an accelerometer whose three axes are all reversed (gravity is then upside down, but
 * consistent); axes about which the sensor hardly turned (said as "unchecked"). Without a
 * magnetometer that agrees with one of them, gyroscope and accelerometer cannot be told apart as
 * the culprit. */
#ifndef EG_MOTION_IMU_CHECK_H
#define EG_MOTION_IMU_CHECK_H

#include <stdint.h>

#include "core/motion/hinge.h"

#define EG_IMU_CHECK_STRETCH_S 4.0 /* E: movement averages out, a bias turns by few degrees */
#define EG_IMU_CHECK_TURN                                                                          \
    0.01 /* E: a stretch in which gravity's direction scatters less (sine                          \
            squared, 6 degrees) says nothing */
#define EG_IMU_CHECK_ODDS                                                                          \
    7.0 /* log: sensors are sound a thousand times as often as wrong in this one way */
#define EG_IMU_CHECK_UNIT_ODDS                                                                     \
    5.0 /* and a hundred and fifty times as often as only their unit is wrong */
#define EG_IMU_CHECK_FACTOR_ODDS 9.0 /* a fitted factor may choose among some ten that differ */
#define EG_IMU_CHECK_SIGMA                                                                         \
    0.006 /* E: of gravity's square, what a stretch leaves unexplained: 0.03 m/s2 over 4 s */
#define EG_IMU_CHECK_HEAVE_PART 0.25 /* E: and of its own heaving, so much is taken wrongly */
#define EG_IMU_CHECK_FREEDOM    4.0  /* of Student's t: a stretch in which the sensor was hit */
#define EG_IMU_CHECK_HEAVE      0.06 /* E: and what rising and sinking may make of it: 0.3 m/s2 */
#define EG_IMU_CHECK_ACC_SHORT  0.01 /* E: sigma of an accelerometer's square that is too short */
#define EG_IMU_CHECK_ACC_LONG                                                                      \
    0.03 /* E: or too long: a poor one may be, and no wrong naming makes it so */
#define EG_IMU_CHECK_GYR_PART                                                                      \
    0.02                           /* E: sigma of a sound gyroscope's scale and cross-axis parts   \
                                    */
#define EG_IMU_CHECK_DELAY_S 0.005 /* E: and of its delay against the accelerometer */
#define EG_IMU_CHECK_SURE    0.02  /* E: a residual that leaves no doubt about gravity */
#define EG_IMU_CHECK_SCALE   0.1   /* E: a scale nearer to 1 is not called wrong */

enum { EG_IMU_CHECK_ROWS = 8, EG_IMU_CHECK_STRETCHES_MAX = 40, EG_IMU_CHECK_NAMINGS = 48 };

/* One hypothesis: what the file's numbers would have to be turned by. */
typedef struct eg_imu_hypothesis {
    char name[64];
    double residual; /* part of the vector's square that does not stand still, 0 ... 1 */
} eg_imu_hypothesis;

/* How one vector (gravity, field) agrees with the gyroscope. */
typedef struct eg_imu_agreement {
    int is_known;  /* 0: the sensor hardly turned: nothing can be said */
    uint64_t open; /* bit k > 0: naming k (see eg_imu_check_naming) is the best or fits about as
                      well as it, though it is not the file's own; 0: none does */
    int is_whole;  /* every other naming of the axes is clearly worse than the best */
    int is_wrong;  /* a rival is clearly better than the file as it is */
    double scale;  /* the gyroscope's best common factor on the best axes */
    signed char axis[3]; /* of the best hypothesis: true gyroscope axis k is file axis
                            |axis[k]| - 1 with that sign; 1 2 3 as given */
    double residual;     /* of the best hypothesis */
    double as_given;     /* residual of the file as it is */
    int is_left_handed;
    size_t n_rows;
    eg_imu_hypothesis rows[EG_IMU_CHECK_ROWS]; /* best first; "as given" is always among them */
} eg_imu_agreement;

typedef struct eg_imu_check {
    double gravity_m_s2; /* of what was turned back, median; else of the acceleration; should be
                            9.8 */
    int is_gravity_sure; /* movement has averaged out of it */
    double field_ut;     /* median length of the field; 25 to 65 on earth; NaN without one */
    double turn_rad;     /* all turning together, as the gyroscope has it */
    size_t n_stretches;  /* that were looked at */
    double rest_part;    /* of the time; 0 ... 1 */
    double gyr_peak_rad_s;
    eg_imu_agreement acc, mag;
    eg_verdict verdict;
    size_t n_reasons;
    char reasons[6][200];
} eg_imu_check;

/* The axes of naming 0 ... EG_IMU_CHECK_NAMINGS - 1, as in eg_imu_agreement; 0 is "as given". */
void eg_imu_check_naming(int which, signed char axis[3]);

size_t eg_imu_check_bytes(size_t n, double rate_hz);

/* EG_ERR_ARGUMENT for a rate outside 20 to 2000, EG_ERR_DATA for less than 3 s; EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_imu_check_run(const eg_orient_signal *signal, eg_arena *scratch,
                                     eg_imu_check *check, eg_diag *diag);

#endif
