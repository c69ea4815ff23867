#include "core/motion/joint.h"

#include "core/base/check.h"
#include "core/base/real.h"

static const int axes_of[EG_JOINT_SEQUENCES][3] = {
    [EG_JOINT_ZXY] = {2, 0, 1}, [EG_JOINT_YXY] = {1, 0, 1}, [EG_JOINT_YXZ] = {1, 0, 2},
    [EG_JOINT_XYZ] = {0, 1, 2}, [EG_JOINT_XZY] = {0, 2, 1}, [EG_JOINT_ZYX] = {2, 1, 0},
    [EG_JOINT_YZX] = {1, 2, 0}};

static const double singular = 1e-9;

eg_rotation eg_rotation_product(const eg_rotation *a, const eg_rotation *b) {
    eg_rotation r;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            r.m[i][k] = a->m[i][0] * b->m[0][k] + a->m[i][1] * b->m[1][k] + a->m[i][2] * b->m[2][k];
    return r;
}

eg_rotation eg_rotation_inverse(const eg_rotation *r) {
    eg_rotation inverse;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) inverse.m[i][k] = r->m[k][i];
    return inverse;
}

eg_rotation eg_rotation_between(const eg_rotation *proximal, const eg_rotation *distal) {
    eg_rotation inverse = eg_rotation_inverse(proximal);
    return eg_rotation_product(&inverse, distal);
}

eg_rotation eg_rotation_about(int axis, double angle_rad) {
    EG_ASSERT(axis >= 0 && axis < 3);
    double sine, cosine;
    int j = (axis + 1) % 3, k = (axis + 2) % 3;
    eg_rotation r = EG_ROTATION_ONE;
    eg_sincos(angle_rad, &sine, &cosine);
    r.m[j][j] = r.m[k][k] = cosine;
    r.m[j][k] = -sine;
    r.m[k][j] = sine;
    return r;
}

eg_rotation eg_joint_rotation(const double angle_rad[3], eg_joint_sequence sequence) {
    EG_ASSERT((int)sequence >= 0 && sequence < EG_JOINT_SEQUENCES);
    const int *axes = axes_of[sequence];
    eg_rotation first = eg_rotation_about(axes[0], angle_rad[0]);
    eg_rotation second = eg_rotation_about(axes[1], angle_rad[1]);
    eg_rotation third = eg_rotation_about(axes[2], angle_rad[2]);
    second = eg_rotation_product(&first, &second);
    return eg_rotation_product(&second, &third);
}

/* +1 if i, j, k follow each other in the order x y z x, else -1. */
static double handedness(int i, int j) {
    return (i + 1) % 3 == j ? 1.0 : -1.0;
}

double eg_joint_angles(const eg_rotation *relative, eg_joint_sequence sequence,
                       double angle_rad[3]) {
    EG_ASSERT((int)sequence >= 0 && sequence < EG_JOINT_SEQUENCES);
    const double(*m)[3] = relative->m;
    int i = axes_of[sequence][0], j = axes_of[sequence][1], k = 3 - i - j;
    double way = handedness(i, j);
    int is_twice = axes_of[sequence][2] == i;
    double far = is_twice ? sqrt(m[j][i] * m[j][i] + m[k][i] * m[k][i])
                          : sqrt(m[i][i] * m[i][i] + m[i][j] * m[i][j]);
    angle_rad[1] = is_twice ? eg_atan2(far, m[i][i]) : eg_atan2(way * m[i][k], far);
    if (far < singular) {
        angle_rad[0] = eg_atan2(way * m[k][j], m[j][j]);
        angle_rad[2] = 0.0;
        return far;
    }
    if (is_twice) {
        angle_rad[0] = eg_atan2(m[j][i], -way * m[k][i]);
        angle_rad[2] = eg_atan2(m[i][j], way * m[i][k]);
    } else {
        angle_rad[0] = eg_atan2(-way * m[j][k], m[k][k]);
        angle_rad[2] = eg_atan2(-way * m[i][j], m[i][i]);
    }
    return far;
}

void eg_joint_unwrap(size_t n, double *angle, double turn) {
    double last = (double)NAN, offset = 0.0;
    EG_ASSERT(turn > 0.0);
    for (size_t t = 0; t < n; t++) {
        if (!isfinite(angle[t])) continue;
        if (isfinite(last)) {
            double step = angle[t] + offset - last;
            offset -= turn * floor(step / turn + 0.5);
        }
        angle[t] += offset;
        last = angle[t];
    }
}
