/* Unit quaternions as rotations. q turns a vector given in the frame of a sensor into the frame it
 * is described in: v_earth = q v_sensor q*. A product a b means: first b, then a. */
#ifndef EG_MOTION_QUATERNION_H
#define EG_MOTION_QUATERNION_H

#include "core/base/real.h"

typedef struct eg_quaternion {
    double w, x, y, z;
} eg_quaternion;

#define EG_QUATERNION_ONE ((eg_quaternion){1.0, 0.0, 0.0, 0.0})

static inline eg_quaternion eg_quaternion_product(eg_quaternion a, eg_quaternion b) {
    return (eg_quaternion){a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
                           a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
                           a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
                           a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w};
}

static inline eg_quaternion eg_quaternion_inverse(eg_quaternion q) {
    return (eg_quaternion){q.w, -q.x, -q.y, -q.z};
}

static inline double eg_quaternion_square(eg_quaternion q) {
    return q.w * q.w + q.x * q.x + q.y * q.y + q.z * q.z;
}

static inline eg_quaternion eg_quaternion_scaled(eg_quaternion q, double factor) {
    return (eg_quaternion){q.w * factor, q.x * factor, q.y * factor, q.z * factor};
}

/* Brings a quaternion that has strayed a little from length 1 back: one step of Newton's iteration
 * for the inverse root, without a root and a division. The error of the length is squared. */
static inline eg_quaternion eg_quaternion_tidied(eg_quaternion q) {
    return eg_quaternion_scaled(q, 1.5 - 0.5 * eg_quaternion_square(q));
}

/* The turn by `angle_rad` about the vertical. */
static inline eg_quaternion eg_quaternion_heading(double angle_rad) {
    double sine, cosine;
    eg_sincos(0.5 * angle_rad, &sine, &cosine);
    return (eg_quaternion){cosine, 0.0, 0.0, sine};
}

/* The smallest turn that brings the unit vector `up` to the vertical (z). */
static inline eg_quaternion eg_quaternion_to_vertical(const double up[3]) {
    double w = sqrt(fmax(0.0, 0.5 * (up[2] + 1.0)));
    if (!(w > 1e-6)) return (eg_quaternion){0.0, 1.0, 0.0, 0.0};
    return (eg_quaternion){w, 0.5 * up[1] / w, -0.5 * up[0] / w, 0.0};
}

/* The rotation matrix [row][column] of a unit quaternion: v_earth = matrix v_sensor. */
static inline void eg_quaternion_matrix(eg_quaternion q, double matrix[3][3]) {
    double xx = q.x * q.x, yy = q.y * q.y, zz = q.z * q.z;
    double xy = q.x * q.y, xz = q.x * q.z, yz = q.y * q.z;
    double wx = q.w * q.x, wy = q.w * q.y, wz = q.w * q.z;
    matrix[0][0] = 1.0 - 2.0 * (yy + zz);
    matrix[0][1] = 2.0 * (xy - wz);
    matrix[0][2] = 2.0 * (xz + wy);
    matrix[1][0] = 2.0 * (xy + wz);
    matrix[1][1] = 1.0 - 2.0 * (xx + zz);
    matrix[1][2] = 2.0 * (yz - wx);
    matrix[2][0] = 2.0 * (xz - wy);
    matrix[2][1] = 2.0 * (yz + wx);
    matrix[2][2] = 1.0 - 2.0 * (xx + yy);
}

/* The other way, from any rotation matrix; its columns are unit and orthogonal. */
static inline eg_quaternion eg_quaternion_of_matrix(const double m[3][3]) {
    double t[4] = {1.0 + m[0][0] + m[1][1] + m[2][2], 1.0 + m[0][0] - m[1][1] - m[2][2],
                   1.0 - m[0][0] + m[1][1] - m[2][2], 1.0 - m[0][0] - m[1][1] + m[2][2]};
    int most = 0;
    for (int k = 1; k < 4; k++)
        if (t[k] > t[most]) most = k;
    double s = 0.5 * sqrt(t[most]), f = 0.25 / s;
    double wx = f * (m[2][1] - m[1][2]), wy = f * (m[0][2] - m[2][0]);
    double wz = f * (m[1][0] - m[0][1]), xy = f * (m[0][1] + m[1][0]);
    double xz = f * (m[0][2] + m[2][0]), yz = f * (m[1][2] + m[2][1]);
    if (most == 0) return (eg_quaternion){s, wx, wy, wz};
    if (most == 1) return (eg_quaternion){wx, s, xy, xz};
    return most == 2 ? (eg_quaternion){wy, xy, s, yz} : (eg_quaternion){wz, xz, yz, s};
}

static inline void eg_quaternion_apply(double matrix[3][3], const double v[3], double out[3]) {
    double x = v[0], y = v[1], z = v[2];
    for (int i = 0; i < 3; i++) out[i] = matrix[i][0] * x + matrix[i][1] * y + matrix[i][2] * z;
}

/* The turn by the vector `angle_rad` (axis times angle): exp(angle / 2). Beyond a fifth of a
 * radian the sine and cosine are computed, below by their series to the last bit. */
static inline eg_quaternion eg_quaternion_turn(double x, double y, double z) {
    double s = 0.25 * (x * x + y * y + z * z), cosine, half_sinc;
    if (s < 0.01) {
        cosine = 1.0 - s * (1.0 / 2 - s * (1.0 / 24 - s * (1.0 / 720 - s * (1.0 / 40320))));
        half_sinc = 0.5 - s * (1.0 / 12 - s * (1.0 / 240 - s * (1.0 / 10080)));
    } else {
        double half = sqrt(s), sine;
        eg_sincos(half, &sine, &cosine);
        half_sinc = 0.5 * sine / half;
    }
    return (eg_quaternion){cosine, half_sinc * x, half_sinc * y, half_sinc * z};
}

#endif
