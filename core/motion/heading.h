/* The heading between two sensors without magnetometer. Gyroscope and accelerometer give each
 * sensor an orientation in a frame of its own that is level but points anywhere and drifts. If both
 * sit on segments that one joint connects, the joint does not allow every heading: that is enough.
 * After Laidig, Schauer & Seel 2017 (hinge; IEEE ICORR), Laidig, Lehmann, Begin & Seel 2019 (two
 * axes; IEEE EMBC) and Lehmann, Laidig, Beuchert & Seel 2020 (three axes by range of motion; IFAC
 * 53:15958), written anew; where our own way differs it says so.
 *
 * delta turns the frame of sensor 2 into that of sensor 1 about the vertical:
 *   relative orientation = q1^-1 * heading(delta) * q2
 *
 *   hinge: q1 j1 = heading(delta) q2 j2. The sum of squared misfits over a window has a closed
 *          solution (atan2 of two sums), so that no iteration is needed. No information while the
 *          axis is vertical.
 *   two axes (elbow): the angle between j1 (flexion, on segment 1) and j2 (rotation, on segment 2)
 *          is constant. Its misfit is least over a grid of headings, then Gauss-Newton.
 *   three axes (hip, shoulder): joint angles stay within their range and, weakly, near its middle.
 *          The heading is the mean of all that are allowed: its offset is an assumption about
 *          posture, only its drift is removed with certainty.
 *
 * Every second the window's delta enters a Kalman filter of delta and its drift; how far it counts
 * follows from the misfit and from how much the window says (rating). In the window the drift found
 * so far is taken out, so that the window delays nothing. While both sensors are still the
 * relative orientation is held. */
#ifndef EG_MOTION_HEADING_H
#define EG_MOTION_HEADING_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/motion/joint_angle.h"
#include "core/motion/orient.h"

/* L: defaults of the publications' authors. E: ours. */
#define EG_HEADING_WINDOW_S   8.0 /* L */
#define EG_HEADING_PERIOD_S   1.0 /* L: between two estimates */
#define EG_HEADING_DATA_HZ    5.0 /* L: samples in a window */
#define EG_HEADING_RATING_MIN 0.2 /* E (L 0.4): below, a window says nothing */
#define EG_HEADING_DRIFT_MAX_DEG_S                                                                 \
    4.0 /* E (L 2): each filter allows a bias of 2, and there are two */
#define EG_HEADING_STILL_DEG_S      4.0  /* L: both slower than this ... */
#define EG_HEADING_STILL_S          3.0  /* L: ... this long are still */
#define EG_HEADING_DRIFT_DEG_S      0.7  /* E: sigma of the drift before it is seen */
#define EG_HEADING_DRIFT_WALK_DEG_S 0.03 /* E: growth of that sigma in 1 s */
#define EG_HEADING_WALK_DEG         0.1  /* E: sigma of delta beside the drift, in 1 s */
#define EG_HEADING_MISFIT_DEG       2.0  /* E: least misfit believed: skin moves */
#define EG_HEADING_RANGE_DEG        5.0  /* E: sigma of the bounds of a range of motion */
#define EG_HEADING_POSTURE_DEG      30.0 /* E: sigma of "near the middle of its range" */
#define EG_HEADING_LOST             5    /* E: so many outliers in a row start it anew */

enum { EG_HEADING_WINDOW_MAX = 48 };

typedef enum eg_heading_kind { EG_HEADING_HINGE, EG_HEADING_TWO, EG_HEADING_BALL } eg_heading_kind;

/* What the joint allows. */
typedef struct eg_heading_joint {
    eg_heading_kind kind;
    double j1[3], j2[3];          /* HINGE, TWO: unit axes in the sensors' frames */
    double between_rad;           /* TWO: angle between the axes less a quarter turn; 0 for an elbow
                                     without carrying angle */
    eg_quaternion mount1, mount2; /* BALL: segment to sensor */
    eg_joint_kind joint;          /* BALL: whose angles, which side, and their bounds */
    eg_joint_side side;
    double least_deg[3], most_deg[3];
} eg_heading_joint;

typedef struct eg_heading_pose {
    eg_quaternion q1, q2;
    double t_s;
} eg_heading_pose;

/* Delta and its drift, radians. */
typedef struct eg_heading_state {
    double delta, drift;
    double p[3]; /* covariance: delta, both, drift */
} eg_heading_state;

typedef struct eg_heading {
    eg_heading_joint joint;
    double dt_s, t_s, still_s;
    uint32_t stride, period; /* samples between two poses, two estimates */
    uint32_t at;
    eg_heading_pose window[EG_HEADING_WINDOW_MAX];
    size_t n_window, next;
    eg_heading_state state;
    int is_known, is_held;
    int outliers;
    double held_delta;
    eg_heading_pose held;
    double rating;     /* of the last window, 0 ... 1 */
    double misfit_rad; /* RMS of its residual */
} eg_heading;

/* rate_hz 10 ... 2000, else EG_ERR_ARGUMENT. */
EG_NODISCARD eg_err eg_heading_init(eg_heading *heading, const eg_heading_joint *joint,
                                    double rate_hz, eg_diag *diag);

/* One sample: both orientations without magnetometer, and both angular rates (rad/s). */
void eg_heading_feed(eg_heading *heading, eg_quaternion q1, eg_quaternion q2, const double gyr1[3],
                     const double gyr2[3]);

/* q1^-1 * heading(delta) * q2: axes of sensor 2 to those of sensor 1. Only of use when
 * heading->is_known. */
eg_quaternion eg_heading_relative(const eg_heading *heading, eg_quaternion q1, eg_quaternion q2);

/* The same for a recording, looking both ways: windows around each estimate, a Kalman filter
 * forwards and its smoother backwards (Rauch, Tung & Striebel 1965). */
typedef struct eg_heading_result {
    double rating;      /* mean over the recording, 0 ... 1 */
    double misfit_deg;  /* RMS */
    double drift_deg_s; /* RMS of the drift that was removed */
    double sigma_deg;   /* of delta, mean: what the model believes */
    double still_part;  /* of the time, held */
    int is_known;       /* 0: no window said enough; delta is 0 */
} eg_heading_result;

size_t eg_heading_offline_bytes(size_t n, double rate_hz);

/* gyr1, gyr2: [3] channels of n. delta_rad[n]. EG_ERR_ARGUMENT, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_heading_offline(const eg_heading_joint *joint, double rate_hz, size_t n,
                                       const eg_quaternion *q1, const eg_quaternion *q2,
                                       const double *const gyr1[3], const double *const gyr2[3],
                                       eg_arena *scratch, double *delta_rad,
                                       eg_heading_result *result, eg_diag *diag);

#endif
