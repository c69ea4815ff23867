/* Orientation of a sensor from its gyroscope, accelerometer and, if there is one, magnetometer: a
 * filter of the VQF family (Laidig & Seel 2023, Information Fusion 91:187-204), written anew from
 * its published equations. The orientation is kept in three parts that cannot disturb each other:
 *
 *   q9 = heading * q6,   q6 = tilt * strapdown
 *
 * `strapdown` is the integrated angular rate. Its frame hardly moves, so that the accelerometer,
 * turned into it, can be low-passed there: movements average out, gravity stays. `tilt` makes that
 * average vertical. `heading` turns the result north and is all that the magnetometer can change:
 * an iron door never tilts anything.
 *
 * Beyond the published filter: the constant field of a magnet or of iron that is fixed to the
 * sensor is told from the earth's (orient_magnet.c) and subtracted; what the gyroscope's axes show
 * too little or too much is estimated (orient_scale.c); and all but the strapdown runs at a lower
 * rate, on sums over a few samples.
 *
 * Frames: sensor as in the recording, right-handed; earth East-North-Up (x east, y magnetic north,
 * z up). Without magnetometer x and y are those of the first sample's heading. */
#ifndef EG_MOTION_ORIENT_H
#define EG_MOTION_ORIENT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/motion/quaternion.h"

/* Constants of the algorithm, not of any sensor or person. P: the publication above and the
 * defaults its authors give (github.com/dlaidig/vqf 2.1.1). E: ours, with the reason. */
#define EG_ORIENT_RATE_MIN_HZ       20.0   /* E: below, a sample's rotation is not small */
#define EG_ORIENT_RATE_MAX_HZ       2000.0 /* E: no sensor for movement is faster */
#define EG_ORIENT_VALUE_MAX         1e6    /* E: a larger number in any unit comes from no sensor */
#define EG_ORIENT_STEP_HZ           70.0   /* E: corrections run at this rate or up to twice it */
#define EG_ORIENT_LEARN_HZ          17.0   /* E: rate for bias, scale, magnet */
#define EG_ORIENT_TILT_S            3.0    /* P: time constant of the vertical */
#define EG_ORIENT_START_S           9.0    /* P: the heading is a plain mean at first */
#define EG_ORIENT_HEADING_S         20.0 /* E: P has 9; as slow as the reference field is learned */
#define EG_ORIENT_BIAS_START_DEG_S  0.5  /* P: sigma of the gyroscope's bias at the start */
#define EG_ORIENT_BIAS_MAX_DEG_S    2.0  /* P: a larger bias is not believed */
#define EG_ORIENT_BIAS_FORGET_S     100.0 /* P: time for its sigma to grow by 0.1 deg/s */
#define EG_ORIENT_BIAS_MOTION_DEG_S 0.05  /* E: P has 0.1; sigma reached by observing motion */
#define EG_ORIENT_BIAS_VERTICAL     1e-4  /* P: weight of "the bias about the vertical is small" */
#define EG_ORIENT_BIAS_REST_DEG_S   0.03  /* P: sigma reached at rest */
#define EG_ORIENT_SCALE             0.005 /* E: sigma of a calibrated gyroscope's scale */
#define EG_ORIENT_SCALE_MAX         0.05  /* E: what is further off is broken */
#define EG_ORIENT_SCALE_BLOCK_S     10.0 /* E: long against a movement, short against a recording */
#define EG_ORIENT_SCALE_TILT_DEG    2.0  /* E: sigma of what movement does to the vertical there */
#define EG_ORIENT_SCALE_SIGMAS      3.0  /* E: more than this is no scale */
#define EG_ORIENT_REST_S            1.5  /* P: stillness this long is rest */
#define EG_ORIENT_REST_TAU_S        0.5  /* P: low-pass that stillness is measured against */
#define EG_ORIENT_REST_RATE_DEG_S   2.0  /* P: largest deviation of the angular rate at rest */
#define EG_ORIENT_REST_ACC_M_S2     0.5  /* P: largest deviation of the acceleration at rest */
#define EG_ORIENT_FIELD_NOW_S       0.05 /* P: low-pass of norm and dip */
#define EG_ORIENT_FIELD_REFERENCE_S 20.0 /* P: time constant of the reference field */
#define EG_ORIENT_FIELD_NORM        0.15 /* E: P has 0.1; part of the norm that may be amiss */
#define EG_ORIENT_FIELD_DIP_DEG     10.0 /* P: and of its dip */
#define EG_ORIENT_FIELD_SETTLE_S    0.5  /* P: good this long is undisturbed */
#define EG_ORIENT_FIELD_NEW_S       20.0 /* P: motion in a steady other field that accepts it */
#define EG_ORIENT_FIELD_FIRST_S     5.0  /* P: the same for the first field */
#define EG_ORIENT_FIELD_RATE_DEG_S  20.0 /* P: what counts as motion there */
#define EG_ORIENT_FIELD_REJECT_S    60.0 /* P: at most this long is a field rejected entirely */
#define EG_ORIENT_FIELD_FACTOR      2.0  /* P: then it counts half; credit returns twice as fast */
#define EG_ORIENT_MAGNET_FIELD_UT   300.0 /* E: sigma of the field before it is seen: unknown */
#define EG_ORIENT_MAGNET_UT         20.0 /* E: sigma of the offset before it is seen: iron nearby */
#define EG_ORIENT_MAGNET_NOISE_UT   10.0 /* E: of one second; a room's field is uneven by as much */
#define EG_ORIENT_MAGNET_TURN_UT    1.0  /* E: growth in 1 s: the heading of the frame drifts */
#define EG_ORIENT_MAGNET_WALK_UT    0.05 /* E: growth in 1 s: a magnet's field is nearly constant */
#define EG_ORIENT_MAGNET_PART       0.1  /* E: a smaller part of the field is left alone */
#define EG_ORIENT_MAGNET_SIGMAS     2.0  /* E: and one that may be none */
#define EG_ORIENT_MAGNET_LOST       0.2  /* E: a misfit of twice that for LOST_S: forget it */
#define EG_ORIENT_MAGNET_LOST_S     1.0  /* E: a hand that passes is quicker */
#define EG_ORIENT_MAGNET_SETTLE_S   5.0  /* E: no verdict before, as for a first field */

/* The constants that weigh most, so that a benchmark can choose them anew without the trial that
 * they are judged on. Everything else uses the table above. */
typedef struct eg_orient_tuning {
    double tilt_s, heading_s, bias_motion_deg_s, field_norm; /* all positive */
} eg_orient_tuning;

#define EG_ORIENT_TUNING                                                                           \
    ((eg_orient_tuning){EG_ORIENT_TILT_S, EG_ORIENT_HEADING_S, EG_ORIENT_BIAS_MOTION_DEG_S,        \
                        EG_ORIENT_FIELD_NORM})

/* A second-order Butterworth low-pass of one channel; the mean until one time constant is over. */
typedef struct eg_orient_smooth {
    double s0, s1; /* memory; before the start: the sum in s0 */
    double y;      /* the last output */
} eg_orient_smooth;

typedef struct eg_orient_lowpass {
    double b0, b1, b2, a1, a2;
    uint32_t n_start; /* steps of the mean at the start */
} eg_orient_lowpass;

/* Three values and how well they are known. */
typedef struct eg_orient_bias {
    double value[3];                                       /* rad/s, sensor frame */
    double p[3][3];                                        /* covariance, (0.01 deg/s)^2 */
    double sum_turn[3][3], sum_turned[2][3], sum_error[2]; /* of the steps since the last look */
    uint32_t wait;
    eg_orient_smooth turn[3][3], used[2];
    uint32_t n; /* looks */
} eg_orient_bias;

/* How much faster each axis turns than it shows, and how well that is known. */
typedef struct eg_orient_scale {
    double value[3];               /* part of the rate shown; 0: the gyroscope is right */
    double p[3][3];                /* covariance */
    eg_orient_smooth turned[2][3]; /* what each axis turns the vertical by */
    double sum_left[2], sum_row[2][3], sum_turn[2][3]; /* over the running block */
    uint32_t in_block;                                 /* looks */
} eg_orient_scale;

typedef struct eg_orient_rest {
    eg_orient_smooth gyr[3], acc[3];
    uint32_t n_gyr, n_acc;
    double still_s;
    int stirred; /* within the running step */
    int is_rest;
} eg_orient_rest;

/* The field that the heading trusts. */
typedef struct eg_orient_field {
    eg_orient_smooth norm, dip;
    uint32_t n;
    double ref_norm, ref_dip; /* 0: none yet */
    double new_norm, new_dip, new_s;
    double undisturbed_s, rejected_s;
    double start[3], start_turn[3][3]; /* the first field, as it is fed */
    int has_start;
    int is_disturbed;
} eg_orient_field;

/* A magnet fixed to the sensor: what is measured is the earth's field plus this offset. */
typedef struct eg_orient_magnet {
    double x[6];    /* earth field in the frame of q6, then the offset in the sensor's; uT */
    double p[6][6]; /* covariance, uT^2 */
    double seen_s, lost_s;
    uint32_t wait; /* steps since the last look */
    int is_there;  /* the offset is large and sure enough to be subtracted */
} eg_orient_magnet;

/* The whole filter; the caller owns it and may look, but only eg_orient_* change it. */
typedef struct eg_orient {
    double rate_hz, dt_s, step_s;
    uint32_t stride, learn_steps; /* samples a step, steps a look at bias and scale */
    eg_orient_tuning tuning;
    eg_orient_lowpass slow, quick, field_now, learn;
    double bias_v, bias_w_motion, bias_w_vertical, bias_w_rest, bias_p_start;
    double heading_k, reference_k;

    eg_quaternion strapdown, tilt, level; /* level: heading * tilt */
    eg_quaternion heading;                /* about the vertical: turns the frame of q6 north */
    double heading_s;                     /* how long the heading has been averaged */
    double gyr[3];                        /* last valid sample, rad/s */
    uint32_t gyr_missing;
    int has_begun;
    eg_orient_smooth acc[3]; /* in the strapdown's frame */
    uint32_t n_acc;

    uint32_t at; /* samples in the running step */
    double sum_gyr[3], sum_acc[3], sum_acc_own[3], sum_mag[3], sum_turn[3][3];
    uint32_t in_acc, in_mag;

    eg_orient_bias bias;
    eg_orient_scale scale;
    eg_orient_rest rest;
    eg_orient_field field;
    eg_orient_magnet magnet;
} eg_orient;

/* EG_ERR_ARGUMENT unless rate_hz is between the limits above. */
EG_NODISCARD eg_err eg_orient_init(eg_orient *orient, double rate_hz, eg_diag *diag);

/* The same with other constants; for benchmarks. */
EG_NODISCARD eg_err eg_orient_init_with(eg_orient *orient, double rate_hz,
                                        const eg_orient_tuning *tuning, eg_diag *diag);

/* Samples a step: those between two corrections. 1 for a rate outside the limits. */
uint32_t eg_orient_stride(double rate_hz);

/* One sample: gyr rad/s, acc m/s2, mag uT; acc or mag NULL, all zero or NaN where there is none. A
 * missing gyr repeats the last for up to 50 ms and then stands still. */
void eg_orient_feed(eg_orient *orient, const double gyr[3], const double acc[3],
                    const double mag[3]);

/* The orientation after the last sample fed, sensor to earth; unit length to 1e-12. */
eg_quaternion eg_orient_6d(const eg_orient *orient);
eg_quaternion eg_orient_9d(const eg_orient *orient);

#endif
