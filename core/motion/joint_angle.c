#include "core/motion/joint_angle.h"

#include "core/base/check.h"

static const double deg = 180.0 / EG_PI;

/* Below this sine a direction is no direction, to rounding. */
static const double parallel = 1e-7;

static const eg_joint_naming names[EG_JOINT_KINDS] = {
    {"hip", EG_JOINT_ZXY, {"flexion", "adduction", "internal rotation"}, {1.0, 1.0, 1.0}},
    {"knee", EG_JOINT_ZXY, {"flexion", "adduction", "internal rotation"}, {-1.0, 1.0, 1.0}},
    {"ankle", EG_JOINT_ZXY, {"dorsiflexion", "inversion", "internal rotation"}, {1.0, 1.0, 1.0}},
    {"shoulder",
     EG_JOINT_YXY,
     {"plane of elevation", "elevation", "internal rotation"},
     {1.0, 1.0, 1.0}},
    {"elbow", EG_JOINT_ZXY, {"flexion", "carrying angle", "pronation"}, {1.0, -1.0, 1.0}},
    {"wrist", EG_JOINT_ZXY, {"flexion", "ulnar deviation", "pronation"}, {1.0, 1.0, 1.0}}};

const eg_joint_naming *eg_joint_names(eg_joint_kind kind) {
    EG_ASSERT(kind < EG_JOINT_KINDS);
    return &names[kind];
}

/* The right limb whose mirror image this left one is. */
static eg_quaternion mirrored(eg_joint_side side, eg_quaternion q) {
    if (side == EG_JOINT_RIGHT) return q;
    return (eg_quaternion){q.w, -q.x, -q.y, q.z};
}

static double wrapped(double angle_rad) {
    if (angle_rad > EG_PI) return angle_rad - 2.0 * EG_PI;
    return angle_rad <= -EG_PI ? angle_rad + 2.0 * EG_PI : angle_rad;
}

eg_joint_reading eg_joint_measure(eg_joint_kind kind, eg_joint_side side, eg_quaternion relative) {
    const eg_joint_naming *naming = eg_joint_names(kind);
    double angle[3];
    eg_rotation turn;
    eg_quaternion_matrix(mirrored(side, relative), turn.m);
    double far = eg_joint_angles(&turn, naming->sequence, angle);
    eg_joint_reading result = {.singular_deg = eg_asin(fmin(1.0, far)) * deg};
    /* An arm that is raised sideways turns about x by a negative angle. Of the two ways to say the
     * same orientation, the split gives the one with a positive middle angle: take the other. */
    if (kind == EG_JOINT_SHOULDER) {
        angle[0] = wrapped(angle[0] + EG_PI);
        if (angle[1] > parallel)
            angle[2] = wrapped(angle[2] + EG_PI);
        else
            angle[0] = wrapped(angle[0] + EG_PI);
    }
    for (int k = 0; k < 3; k++) result.deg[k] = naming->sign[k] * angle[k] * deg;
    result.is_near_singular = result.singular_deg < EG_JOINT_SINGULAR_DEG;
    return result;
}

double eg_joint_twist(eg_quaternion relative, const double axis[3], double *swing_rad) {
    double along = relative.x * axis[0] + relative.y * axis[1] + relative.z * axis[2];
    double cosine = sqrt(relative.w * relative.w + along * along);
    double across = sqrt(fmax(0.0, eg_quaternion_square(relative) - cosine * cosine));
    *swing_rad = 2.0 * eg_atan2(across, cosine);
    if (cosine < parallel) return (double)NAN;
    double twist = 2.0 * eg_atan2(along, relative.w);
    return wrapped(twist);
}

eg_joint_clinical eg_joint_project(eg_joint_side side, eg_quaternion relative) {
    static const double up[3] = {0.0, 1.0, 0.0};
    eg_quaternion q = mirrored(side, relative);
    double m[3][3], swing;
    eg_quaternion_matrix(q, m);
    double forward = -m[0][1], down = m[1][1], outward = -m[2][1];
    double out = eg_sin(EG_JOINT_SINGULAR_DEG / deg);
    eg_joint_clinical c = {(double)NAN, (double)NAN, 0.0, 0.0};
    if (forward * forward + down * down > out * out) c.flexion_deg = deg * eg_atan2(forward, down);
    if (outward * outward + down * down > out * out)
        c.abduction_deg = deg * eg_atan2(outward, down);
    c.rotation_deg = deg * eg_joint_twist(q, up, &swing);
    c.elevation_deg = deg * swing;
    return c;
}
