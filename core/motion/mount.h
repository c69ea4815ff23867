/* How a sensor sits on its segment. mount turns segment axes (joint_angle.h: x forwards, y up, z
 * right) into the sensor's, so that segment to earth = q * mount. Three ways, each with a residual
 * and a verdict; what was not excited is refused with a reason.
 *
 *   pose and movement  gravity in a neutral pose is the long axis y; the movement's main axis of
 *                      angular rate (principal component) is z. Both are never exactly square: y is
 *                      kept and z made square, or the other way round.
 *   two poses          gravity in a neutral pose is y; gravity in a second one, reached by a turn
 *                      about z (sitting with the thigh forwards), says where x is.
 *   hinge              the joint's axis from hinge.h is z, gravity in the neutral pose is y. */
#ifndef EG_MOTION_MOUNT_H
#define EG_MOTION_MOUNT_H

#include "core/motion/hinge.h"

#define EG_MOUNT_STILL_RAD_S 0.10 /* E: RMS rate of a pose that is held */
#define EG_MOUNT_STILL_M_S2  0.50 /* E: RMS of its acceleration about the mean */
#define EG_MOUNT_MOVE_RAD_S  0.50 /* E: RMS rate of a movement that says something */
#define EG_MOUNT_PART_OK     0.90 /* E: share of one axis in the rate's square that is good */
#define EG_MOUNT_PART_MIN    0.75 /* E: and that is still one movement */
#define EG_MOUNT_SQUARE_OK   15.0 /* E: degrees off square between pose and movement */
#define EG_MOUNT_SQUARE_MAX  35.0
#define EG_MOUNT_APART_DEG   30.0 /* E: least angle between two poses */

typedef struct eg_mount_pose {
    double up[3];       /* unit, sensor frame */
    double gyr_rad_s;   /* RMS */
    double acc_m_s2;    /* RMS about the mean */
    double length_m_s2; /* of the mean */
    eg_verdict verdict;
    char reason[160];
} eg_mount_pose;

/* Gravity between two samples. Fails when the sensor moved, or when there are no samples. */
eg_mount_pose eg_mount_hold(const eg_orient_signal *signal, size_t from, size_t to);

typedef struct eg_mount_movement {
    double axis[3]; /* unit; its sign is that of the first large turn */
    double part;    /* of the rate's square about this axis, 0 ... 1 */
    double rate_rad_s;
    double range_deg; /* of the integrated turn about it */
    eg_verdict verdict;
    char reason[160];
} eg_mount_movement;

/* The main axis of a movement (a hinge's, about which the segment is bent several times). */
eg_mount_movement eg_mount_move(const eg_orient_signal *signal, size_t from, size_t to);

typedef struct eg_mount {
    eg_quaternion mount; /* segment to sensor */
    double square_deg;   /* how far the two directions are from square */
    eg_verdict verdict;
    char reason[160];
} eg_mount;

/* From the long axis (up in the neutral pose) and the right-hand axis of flexion, in the sensor's
 * frame. exact_z: z is kept and y made square to it, for hinges; otherwise y is kept. */
eg_mount eg_mount_from_axes(const double up[3], const double right[3], int exact_z);

/* From gravity in two poses: in the second the segment was turned about z by a positive angle (its
 * lower end forwards: flexion of hip or shoulder) or, with is_back, a negative one (knee). */
eg_mount eg_mount_from_poses(const double up[3], const double up_second[3], int is_back);

#endif
