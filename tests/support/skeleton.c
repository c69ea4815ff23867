#include "tests/support/skeleton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/real.h"

static const double radius = 7;

typedef struct bone {
    eg_rotation axes;
    double at[3]; /* its upper end */
} bone;

/* A place given in the axes of a bone (forwards, up, right). */
static void place(const bone *b, double x, double y, double z, double out[3]) {
    for (int k = 0; k < 3; k++)
        out[k] = b->at[k] + x * b->axes.m[k][0] + y * b->axes.m[k][1] + z * b->axes.m[k][2];
}

/* Forwards, up, right of the skeleton's own room to the laboratory's x, y (left), z (up). */
static void mark(skeleton *s, int site, size_t t, const bone *b, double x, double y, double z) {
    double p[3];
    place(b, x, y, z, p);
    s->xyz[site][t][0] = p[0];
    s->xyz[site][t][1] = -p[2];
    s->xyz[site][t][2] = p[1];
}

/* The next bone below: turned by three angles in a sequence; a left one in a mirror. */
static bone below(const bone *upper, const double joint[3], int sequence, double a, double b,
                  double c, int side) {
    double way = side == EG_LEFT ? -1 : 1, to_rad = EG_PI / 180;
    double angles[3] = {a * to_rad, way * b * to_rad, way * c * to_rad};
    /* Mirrored in the plane of symmetry, turns about x and y change their sign. */
    if (sequence == EG_JOINT_YXY) {
        angles[0] = way * a * to_rad;
        angles[1] = way * b * to_rad;
    }
    eg_rotation turn = eg_joint_rotation(angles, (eg_joint_sequence)sequence);
    bone next = {.axes = eg_rotation_product(&upper->axes, &turn)};
    memcpy(next.at, joint, sizeof next.at);
    return next;
}

/* A smooth angle that differs from joint to joint: middle and size in degrees. */
static double wave(skeleton *s, int angle, size_t t, double middle, double size) {
    double phase = 0.7 * angle, at = (double)t / s->rate_hz;
    double value = middle + size * eg_sin(2 * EG_PI * 0.9 * at + phase) +
                   0.2 * size * eg_sin(2 * EG_PI * 2.1 * at + 2 * phase);
    s->truth[angle][t] = value;
    return value;
}

static void make_leg(skeleton *s, size_t t, const bone *pelvis, const double hip[3], int side) {
    double way = side == EG_RIGHT ? 1 : -1, joint[3];
    double flexion = wave(s, EG_ANGLE_HIP_FLEXION + side, t, 15, 25);
    double adduction = wave(s, EG_ANGLE_HIP_ADDUCTION + side, t, -2, 6);
    double rotation = wave(s, EG_ANGLE_HIP_ROTATION + side, t, 3, 8);
    bone thigh = below(pelvis, hip, EG_JOINT_ZXY, flexion, adduction, rotation, side);
    double knee_out = way * (0.5 * s->knee_width_mm + radius);
    place(&thigh, 0, -410, 0, joint);
    flexion = wave(s, EG_ANGLE_KNEE_FLEXION + side, t, 35, 30);
    adduction = wave(s, EG_ANGLE_KNEE_ADDUCTION + side, t, 2, 3);
    rotation = wave(s, EG_ANGLE_KNEE_ROTATION + side, t, -5, 7);
    bone shank = below(&thigh, joint, EG_JOINT_ZXY, -flexion, adduction, rotation, side);
    mark(s, EG_SITE_THIGH + side, t, &thigh, 0, -250, way * 130);
    mark(s, EG_SITE_KNEE + side, t, &thigh, 0, -410, knee_out);
    mark(s, EG_SITE_KNEE_INNER + side, t, &thigh, 0, -410, -knee_out);
    for (int k = 0; k < 3; k++)
        mark(s, EG_SITE_THIGH_1 + 2 * k + side, t, &thigh, 60 - 50 * (k == 1), -150 - 60 * k,
             way * (70 + 20 * (k == 2)));
    double ankle_out = way * (0.5 * s->ankle_width_mm + radius);
    place(&shank, 0, -400, 0, joint);
    flexion = wave(s, EG_ANGLE_ANKLE_DORSIFLEXION + side, t, 2, 14);
    adduction = wave(s, EG_ANGLE_FOOT_INVERSION + side, t, 1, 8);
    rotation = wave(s, EG_ANGLE_FOOT_ADDUCTION + side, t, -4, 6);
    bone foot = below(&shank, joint, EG_JOINT_ZXY, flexion, adduction, rotation, side);
    mark(s, EG_SITE_SHANK + side, t, &shank, 0, -250, way * 110);
    mark(s, EG_SITE_ANKLE + side, t, &shank, 0, -400, ankle_out);
    mark(s, EG_SITE_ANKLE_INNER + side, t, &shank, 0, -400, -ankle_out);
    mark(s, EG_SITE_HEEL + side, t, &foot, -50, -45, 0);
    mark(s, EG_SITE_TOE + side, t, &foot, 140, -45, 0);
    mark(s, EG_SITE_MET_1 + side, t, &foot, 130, -50, way * -40);
    mark(s, EG_SITE_MET_5 + side, t, &foot, 110, -50, way * 45);
    double x = foot.axes.m[0][0], z = foot.axes.m[2][0];
    s->truth[EG_ANGLE_FOOT_PROGRESSION + side][t] = eg_atan2(-way * z, x) * 180 / EG_PI;
}

static void make_arm(skeleton *s, size_t t, const bone *thorax, const double shoulder[3],
                     int side) {
    double way = side == EG_RIGHT ? 1 : -1, joint[3];
    double plane = wave(s, EG_ANGLE_SHOULDER_PLANE + side, t, 40, 25);
    double elevation = wave(s, EG_ANGLE_SHOULDER_ELEVATION + side, t, 60, 35);
    double rotation = wave(s, EG_ANGLE_SHOULDER_ROTATION + side, t, -10, 30);
    bone upper = below(thorax, shoulder, EG_JOINT_YXY, plane, -elevation, rotation, side);
    place(&upper, 0, -300, 0, joint);
    double out = way * (0.5 * s->elbow_width_mm + radius);
    mark(s, EG_SITE_ELBOW + side, t, &upper, 0, -300, out);
    mark(s, EG_SITE_ELBOW_INNER + side, t, &upper, 0, -300, -out);
    double flexion = wave(s, EG_ANGLE_ELBOW_FLEXION + side, t, 70, 40);
    double pronation = wave(s, EG_ANGLE_FOREARM_PRONATION + side, t, 0, 50);
    bone fore = below(&upper, joint, EG_JOINT_ZXY, flexion, 0, pronation + 90, side);
    place(&fore, 0, -250, 0, joint);
    mark(s, EG_SITE_WRIST_THUMB + side, t, &fore, 0, -250, way * 30);
    mark(s, EG_SITE_WRIST_LITTLE + side, t, &fore, 0, -250, way * -30);
    flexion = wave(s, EG_ANGLE_WRIST_FLEXION + side, t, 5, 40);
    double deviation = wave(s, EG_ANGLE_WRIST_DEVIATION + side, t, 3, 12);
    /* One marker on the hand: its line tells flexion and deviation, no more. */
    bone hand = below(&fore, joint, EG_JOINT_ZXY, flexion, deviation, 0, side);
    mark(s, EG_SITE_HAND + side, t, &hand, 0, -80, 0);
}

static void make_top(skeleton *s, size_t t, const bone *pelvis) {
    double joint[3], shoulder[3];
    place(pelvis, -70, 120, 0, joint);
    double flexion = wave(s, EG_ANGLE_TRUNK_FLEXION, t, 6, 10);
    double lateral = wave(s, EG_ANGLE_TRUNK_LATERAL, t, 1, 7);
    double rotation = wave(s, EG_ANGLE_TRUNK_ROTATION, t, -2, 9);
    bone thorax = below(pelvis, joint, EG_JOINT_ZXY, -flexion, lateral, rotation, EG_RIGHT);
    mark(s, EG_SITE_T10, t, &thorax, -90, 100, 0);
    mark(s, EG_SITE_XIPHOID, t, &thorax, 90, 100, 0);
    mark(s, EG_SITE_C7, t, &thorax, -90, 350, 0);
    mark(s, EG_SITE_JUGULAR, t, &thorax, 90, 350, 0);
    double a[3];
    eg_joint_angles(&thorax.axes, EG_JOINT_YXZ, a);
    s->truth[EG_ANGLE_THORAX_ROTATION][t] = a[0] * 180 / EG_PI;
    s->truth[EG_ANGLE_THORAX_LEAN][t] = a[1] * 180 / EG_PI;
    s->truth[EG_ANGLE_THORAX_TILT][t] = -a[2] * 180 / EG_PI;
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        double way = side == EG_RIGHT ? 1 : -1, half = 180;
        mark(s, EG_SITE_ACROMION + side, t, &thorax, 0, 360, way * half);
        place(&thorax, 0, 360 - 0.17 * 2 * half, way * half, shoulder);
        make_arm(s, t, &thorax, shoulder, side);
    }
    place(&thorax, 0, 420, 0, joint);
    flexion = wave(s, EG_ANGLE_NECK_FLEXION, t, 4, 20);
    lateral = wave(s, EG_ANGLE_NECK_LATERAL, t, -2, 15);
    rotation = wave(s, EG_ANGLE_NECK_ROTATION, t, 5, 35);
    bone head = below(&thorax, joint, EG_JOINT_ZXY, -flexion, lateral, rotation, EG_RIGHT);
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        double way = side == EG_RIGHT ? 1 : -1;
        mark(s, EG_SITE_HEAD_FRONT + side, t, &head, 90, 120, way * 60);
        mark(s, EG_SITE_HEAD_BACK + side, t, &head, -90, 120, way * 60);
    }
}

static void make_frame(skeleton *s, size_t t) {
    static const double width = 240, depth = 160;
    double rotation = wave(s, EG_ANGLE_PELVIS_ROTATION_RIGHT, t, 0, 8);
    double hike = wave(s, EG_ANGLE_PELVIS_OBLIQUITY_RIGHT, t, 0, 5);
    double tilt = wave(s, EG_ANGLE_PELVIS_TILT, t, 10, 3);
    s->truth[EG_ANGLE_PELVIS_ROTATION][t] = -rotation;
    s->truth[EG_ANGLE_PELVIS_OBLIQUITY][t] = -hike;
    double to_rad = EG_PI / 180;
    bone pelvis = {.axes = eg_joint_rotation(
                       (double[]){rotation * to_rad, -hike * to_rad, -tilt * to_rad}, EG_JOINT_YXZ),
                   .at = {1200 * (double)t / s->rate_hz, 950, 0}};
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        double way = side == EG_RIGHT ? 1 : -1, hip[3];
        mark(s, EG_SITE_ASIS + side, t, &pelvis, 0, 0, way * 0.5 * width);
        mark(s, EG_SITE_PSIS + side, t, &pelvis, -depth, 0, way * 45);
        /* Harrington et al. 2007. */
        place(&pelvis, -0.24 * depth - 9.9, -0.30 * width - 10.9, way * (0.33 * width + 7.3), hip);
        make_leg(s, t, &pelvis, hip, side);
    }
    make_top(s, t, &pelvis);
}

skeleton *skeleton_new(size_t n) {
    skeleton *s = calloc(1, sizeof *s);
    if (s == NULL || n > SKELETON_FRAMES_MAX) abort();
    s->n = n;
    s->rate_hz = 100;
    s->knee_width_mm = 104;
    s->ankle_width_mm = 70;
    s->elbow_width_mm = 76;
    s->leg_length_mm = 900;
    for (int a = 0; a < EG_ANGLES; a++)
        for (size_t t = 0; t < n; t++) s->truth[a][t] = (double)NAN;
    for (int site = 0; site < EG_SITES; site++)
        for (size_t t = 0; t < n; t++)
            for (int k = 0; k < 3; k++) s->xyz[site][t][k] = (double)NAN;
    for (size_t t = 0; t < n; t++) make_frame(s, t);
    return s;
}

eg_body_points skeleton_points(const skeleton *s) {
    eg_body_points points = {.n_frames = s->n, .rate_hz = s->rate_hz, .unit_mm = 1};
    for (int site = 0; site < EG_SITES; site++)
        if (!isnan(s->xyz[site][0][0])) points.site[site] = (const double(*)[3])s->xyz[site];
    return points;
}
