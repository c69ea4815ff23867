/* The angles of a joint from the turns of its two segments, in the sequences that the International
 * Society of Biomechanics recommends (Wu et al. 2002, J Biomech 35:543; Wu et al. 2005, J Biomech
 * 38:981; Grood and Suntay 1983, J Biomech Eng 105:136).
 *
 * A segment's axes are those of the ISB: x forwards, y up along the segment, z to the right (on
 * both sides of the body). A rotation's columns are these axes in the laboratory: v_laboratory = m
 * v_segment. What an angle means for a clinician (flexion, abduction, inner rotation; which way is
 * positive on which side) is the caller's business. */
#ifndef EG_MOTION_JOINT_H
#define EG_MOTION_JOINT_H

#include <stddef.h>

typedef struct eg_rotation {
    double m[3][3]; /* [row][column], orthonormal, determinant 1 */
} eg_rotation;

#define EG_ROTATION_ONE ((eg_rotation){{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}})

/* R = R_first(a) R_second(b) R_third(c): about the proximal segment's axis, the floating axis, the
 * distal segment's axis. With three different axes b lies in -90 ... 90 deg and the sequence is
 * singular at both ends; with the first axis again (YXY) b lies in 0 ... 180 deg, singular there.
 */
typedef enum eg_joint_sequence {
    EG_JOINT_ZXY, /* Grood and Suntay: hip, knee, ankle, elbow, wrist */
    EG_JOINT_YXY, /* shoulder: plane of elevation, elevation, axial rotation */
    EG_JOINT_YXZ, /* pelvis and thorax in the laboratory: rotation, obliquity, tilt (Baker 2001) */
    EG_JOINT_XYZ,
    EG_JOINT_XZY,
    EG_JOINT_ZYX,
    EG_JOINT_YZX,
    EG_JOINT_SEQUENCES
} eg_joint_sequence;

/* The distal segment as the proximal one sees it: transpose(proximal) distal. */
eg_rotation eg_rotation_between(const eg_rotation *proximal, const eg_rotation *distal);
eg_rotation eg_rotation_product(const eg_rotation *a, const eg_rotation *b); /* first b, then a */
eg_rotation eg_rotation_inverse(const eg_rotation *r);
/* By angle_rad about axis 0, 1 or 2. */
eg_rotation eg_rotation_about(int axis, double angle_rad);

/* Three angles, each -pi ... pi. Gives how far the sequence is from its singularity: 1 far, 0 at it
 * (cos b, or sin b of YXY); below 1e-9 the third angle is 0 by convention and the first one holds
 * both turns. NaN in, NaN out. */
double eg_joint_angles(const eg_rotation *relative, eg_joint_sequence sequence,
                       double angle_rad[3]);
/* The other way round. */
eg_rotation eg_joint_rotation(const double angle_rad[3], eg_joint_sequence sequence);

/* Takes the jumps of a full turn out of angle[n]; NaN stays and is jumped over. `turn` is 360 or
 * 2 pi. */
void eg_joint_unwrap(size_t n, double *angle, double turn);

#endif
