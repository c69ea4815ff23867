/* The axis of a hinge joint (knee, elbow, ankle nearly) in the axes of two sensors that were
 * strapped on in any way, from arbitrary movement; after Olsson, Kok, Seel & Halvorsen 2020
 * (Sensors 20:3534), written anew from its equations.
 *
 * Two segments joined by a hinge share the part of their angular rate that is across the axis, and
 * two sensors feel the same acceleration along it. So the axes j1, j2 (unit vectors, one in each
 * sensor's frame) make
 *
 *   V = sum wg^2 (|w1 x j1| - |w2 x j2|)^2 + wa^2 (a1.j1 - a2.j2)^2,  wg = sqrt w0, wa = 1 / sqrt
 * w0
 *
 * least. It is minimised by Gauss-Newton with damping on four angles, two that tilt each axis out
 * of its present direction (the paper's spherical angles without their pole), from several starts.
 * Of all samples, those with the most angular rate (mean over a window) count in the first sum and
 * those with the least in the second, where the acceleration is nearly gravity alone.
 *
 * (j1, j2) and (-j1, -j2) are the same hinge. (j1, -j2) fits the first sum as well: eg_hinge_pair
 * decides between the two. */
#ifndef EG_MOTION_HINGE_H
#define EG_MOTION_HINGE_H

#include "core/motion/excerpt.h"

#define EG_HINGE_WEIGHT 50.0 /* Olsson 2020: w0 */
#define EG_HINGE_WINDOW 21   /* Olsson 2020: samples over which the energy is averaged */
#define EG_HINGE_PART                                                                              \
    0.5                            /* Ours: the livelier half counts for the rate, the calmer half \
                                      for the acceleration */
#define EG_HINGE_RATE_RAD_S    0.2 /* Ours: below this RMS rate about the axis nothing was bent */
#define EG_HINGE_RESIDUAL_PART 0.35 /* Ours: misfit over rate; a hinge that misses more is none */
#define EG_HINGE_SIGMA_OK_DEG  3.0  /* Ours: uncertainty of an axis that is good */
#define EG_HINGE_SIGMA_MAX_DEG 10.0 /* Ours: and one that is refused */
#define EG_HINGE_GYR_RAD_S     0.02 /* Ours: least misfit believed, a well-fixed sensor's wobble */
#define EG_HINGE_ACC_M_S2      0.3  /* Ours: likewise */
#define EG_HINGE_ODDS          2.0  /* Ours: seven to one for one way round */
#define EG_HINGE_INDEPENDENT_S 0.2  /* Ours: samples nearer than this are not independent */

enum { EG_HINGE_STARTS = 12, EG_HINGE_STEPS_MAX = 60 };

typedef enum eg_verdict { EG_VERDICT_OK, EG_VERDICT_WARN, EG_VERDICT_FAIL } eg_verdict;

typedef struct eg_hinge {
    double j1[3], j2[3];                /* unit, in the frame of sensor 1 (proximal) and 2 */
    double gyr_rms_rad_s, acc_rms_m_s2; /* residuals of the two sums over their samples */
    double gyr_part;                    /* the first over the RMS rate of both sensors */
    double rate_rad_s;                  /* RMS rate of the joint about its axis */
    double sigma_deg[2];                /* uncertainty of each axis */
    double evidence;                    /* of the pairing: log-odds over its mirror image; below
                                           EG_HINGE_ODDS it is a guess. 0 until eg_hinge_pair */
    double arm1_m[3], arm2_m[3]; /* connect.h: from the joint's centre to the sensors; 0 until
                                    eg_hinge_pair */
    size_t n_gyr, n_acc;
    eg_verdict verdict;
    char reason[160]; /* of a warning or a refusal; "" if ok */
} eg_hinge;

/* Scratch for n samples of both sensors. */
size_t eg_hinge_bytes(size_t n, double rate_hz);

/* Both signals have the same n and rate. The pairing of signs is the one that fits the
 * accelerations better: call eg_hinge_pair next. A refusal is a verdict with its reason, not an
 * error. EG_ERR_ARGUMENT, EG_ERR_DATA (too short), EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_hinge_find(const eg_orient_signal *first, const eg_orient_signal *second,
                                  eg_arena *scratch, eg_hinge *hinge, eg_diag *diag);

/* Turns j2 around if the other pairing is likelier, given the orientations without magnetometer
 * q1[n], q2[n]. Planar movement under gravity alone looks the same in a mirror: what tells the
 * pairings apart is that the joint's centre, seen from both segments, accelerates in the same
 * direction (connect.h), and that both axes rise and fall together. */
EG_NODISCARD eg_err eg_hinge_pair(const eg_orient_signal *first, const eg_orient_signal *second,
                                  const eg_quaternion *q1, const eg_quaternion *q2,
                                  eg_arena *scratch, eg_hinge *hinge, eg_diag *diag);

#endif
