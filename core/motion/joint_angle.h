/* What a joint does, in a clinician's words, from the orientations of its two segments: the angles
 * of joint.h with the signs of the movements they are named after, and beside them what a
 * goniometer shows.
 *
 * Segment axes are those of the International Society of Biomechanics in the anatomical position:
 * x forwards, y upwards (along the bone towards the body's middle for limbs), z to the right of the
 * body, for left and right limbs alike. `relative` turns distal axes into proximal ones:
 * relative = proximal^-1 * distal.
 *
 * Sides: a left limb is the mirror image of a right one. Its relative orientation is mirrored in
 * the plane of symmetry (z -> -z; ISB 2005 section 1.2) before it is split, so that the same sign
 * means the same movement on both sides. Nothing else depends on the side.
 *
 * Sources: Grood & Suntay 1983 (J Biomech Eng 105:136) and Wu et al. 2002 (J Biomech 35:543) for
 * hip, knee and ankle, Wu et al. 2005 (J Biomech 38:981) for shoulder, elbow and wrist. */
#ifndef EG_MOTION_JOINT_ANGLE_H
#define EG_MOTION_JOINT_ANGLE_H

#include <stddef.h>

#include "core/motion/joint.h"
#include "core/motion/quaternion.h"

/* Near a singularity two of three angles cannot be told apart. Ours: within 10 degrees noise of one
 * degree in the orientation becomes six and more in those angles (1 / sin 10). */
#define EG_JOINT_SINGULAR_DEG 10.0

typedef enum eg_joint_kind {
    EG_JOINT_HIP,      /* pelvis, thigh */
    EG_JOINT_KNEE,     /* thigh, shank */
    EG_JOINT_ANKLE,    /* shank, foot */
    EG_JOINT_SHOULDER, /* thorax, upper arm */
    EG_JOINT_ELBOW,    /* upper arm, forearm */
    EG_JOINT_WRIST,    /* forearm, hand */
    EG_JOINT_KINDS
} eg_joint_kind;

typedef enum eg_joint_side { EG_JOINT_RIGHT, EG_JOINT_LEFT } eg_joint_side;

/* How a joint's three angles are called and found. */
typedef struct eg_joint_naming {
    const char *name; /* "knee" */
    eg_joint_sequence sequence;
    const char *angles[3]; /* the movement with positive sign: "flexion", "adduction", ... */
    double sign[3];        /* of the sequence's angles, right side */
} eg_joint_naming;

const eg_joint_naming *eg_joint_names(eg_joint_kind kind);

typedef struct eg_joint_reading {
    double deg[3];       /* as eg_joint_names calls them */
    double singular_deg; /* distance to the singularity; below EG_JOINT_SINGULAR_DEG the first and
                            third angle mean little, their sum still does */
    int is_near_singular;
} eg_joint_reading;

/* hip, knee, ankle, elbow, wrist: Z-X-Y. Shoulder: Y-X-Y: plane of elevation (0 abduction, 90
 * forward flexion), elevation (0 ... 180), internal rotation; singular hanging and overhead. */
eg_joint_reading eg_joint_measure(eg_joint_kind kind, eg_joint_side side, eg_quaternion relative);

/* What a goniometer shows: the distal segment's long axis (-y) seen from the side and from the
 * front, free of the sequence's singularity, and the turn about the long axis that is left. */
typedef struct eg_joint_clinical {
    double flexion_deg;   /* forwards, projected into the proximal x-y plane; NaN if it points out
                             of that plane within EG_JOINT_SINGULAR_DEG */
    double abduction_deg; /* away from the middle, projected into the y-z plane; NaN likewise */
    double elevation_deg; /* between the two long axes, 0 ... 180: the swing */
    double rotation_deg;  /* inwards about the long axis: the twist; NaN when swung by 180 */
} eg_joint_clinical;

eg_joint_clinical eg_joint_project(eg_joint_side side, eg_quaternion relative);

/* relative = swing * twist with the twist about `axis` (unit). Returns the twist, -pi ... pi, and
 * the swing's size 0 ... pi. NaN twist when the swing is half a turn (undefined). */
double eg_joint_twist(eg_quaternion relative, const double axis[3], double *swing_rad);

#endif
