/* What the parts of body share: vectors, and a marker's place in the room. */
#ifndef EG_MOTION_BODY_PART_H
#define EG_MOTION_BODY_PART_H

#include <math.h>

#include "core/motion/body.h"

static inline double body_dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static inline void body_cross(const double a[3], const double b[3], double out[3]) {
    double x = a[1] * b[2] - a[2] * b[1], y = a[2] * b[0] - a[0] * b[2];
    double z = a[0] * b[1] - a[1] * b[0];
    out[0] = x;
    out[1] = y;
    out[2] = z;
}

static inline void body_minus(const double a[3], const double b[3], double out[3]) {
    for (int k = 0; k < 3; k++) out[k] = a[k] - b[k];
}

static inline void body_middle(const double a[3], const double b[3], double out[3]) {
    for (int k = 0; k < 3; k++) out[k] = 0.5 * (a[k] + b[k]);
}

static inline double body_length(const double a[3]) {
    return sqrt(body_dot(a, a));
}

static inline double body_distance(const double a[3], const double b[3]) {
    double d[3];
    body_minus(a, b, d);
    return body_length(d);
}

/* Gives the length there was; below 1e-9 (or NaN) the vector stays as it is: no direction. */
static inline double body_unit(double a[3]) {
    double length = body_length(a);
    if (!(length > 1e-9)) return 0.0;
    for (int k = 0; k < 3; k++) a[k] /= length;
    return length;
}

static inline void body_nowhere(double a[3]) {
    a[0] = a[1] = a[2] = (double)NAN;
}

static inline int body_is_known(const double a[3]) {
    return isfinite(a[0]) && isfinite(a[1]) && isfinite(a[2]);
}

/* 1 and the place in the room in mm, or 0 and NaN. */
int body_site(const eg_body *body, int site, size_t frame, double out[3]);
/* The middle of two sites that are both seen; else 0 and NaN. */
int body_middle_of(const eg_body *body, int a, int b, size_t frame, double out[3]);
static inline int body_has(const eg_body *body, int site) {
    return body->points.site[site] != NULL;
}

/* The recording's own hip centre is there and wanted. */
static inline int body_has_hip(const eg_body *body, int side) {
    return !body->settings.ignores_centres && !body->settings.ignores_hip_centres &&
           body_has(body, EG_SITE_HIP_CENTRE + side);
}

/* What is left of the regression that was asked for: Davis' needs the legs' length, Harrington's
 * the depth of the pelvis. */
static inline eg_hip_method body_hip_method(const eg_body *body) {
    eg_hip_method method = body->settings.hip;
    double legs = body->leg_length_mm[0] + body->leg_length_mm[1];
    if (method == EG_HIP_DAVIS && !isfinite(legs)) method = EG_HIP_HARRINGTON;
    if (method == EG_HIP_HARRINGTON && !isfinite(body->pelvis_depth_mm)) method = EG_HIP_BELL;
    return method;
}

static inline int body_has_back(const eg_body *body) {
    return body_has(body, EG_SITE_SACRUM) ||
           (body_has(body, EG_SITE_PSIS) && body_has(body, EG_SITE_PSIS_RIGHT));
}

/* Axes with `main` exactly along axis `which_main` and `other` as near to `which_other` as that
 * allows; 0 where they are parallel or unknown. */
int body_axes(int which_main, const double main[3], int which_other, const double other[3],
              eg_rotation *axes);
void body_axis(const eg_rotation *axes, int which, double out[3]);

/* Axes of the line from ankle to toe, by which Plug-in-Gait follows the foot; 0: not known. */
int body_toe_line(const eg_body *body, const eg_pose *pose, size_t frame, int side,
                  eg_rotation *axes);

void body_pose_lower(const eg_body *body, size_t frame, eg_pose *pose);
void body_pose_upper(const eg_body *body, size_t frame, eg_pose *pose);
void body_angles_lower(const eg_body *body, const eg_pose *pose, double *angle_deg);
void body_angles_upper(const eg_body *body, const eg_pose *pose, double *angle_deg);
/* The relative turn of two segments as if both were on the right side. */
eg_rotation body_between(const eg_segment *proximal, const eg_segment *distal, int side);

#endif
