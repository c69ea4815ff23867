/* Pelvis, legs and feet. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/motion/body_part.h"

static const double degrees = 180.0 / EG_PI;
/* A wand that stands less than this off the line from hip to knee names no plane. */
static const double least_wand_mm = 5.0;
static const double least_level = 0.26; /* cosine of 75 deg */

static void set_segment(eg_segment *segment, const double origin[3], int has_turn) {
    segment->is_known = 1;
    segment->has_turn = has_turn;
    for (int k = 0; k < 3; k++) segment->origin[k] = origin[k];
}

/* ---- pelvis and hips ------------------------------------------------------------------------- */

static void pose_pelvis(const eg_body *body, size_t t, eg_pose *pose) {
    static const double up[3] = {0, 1, 0};
    eg_segment *pelvis = &pose->segment[EG_SEGMENT_PELVIS];
    double left[3], right[3], back[3], across[3], ahead[3], origin[3];
    int is_front =
        body_site(body, EG_SITE_ASIS, t, left) && body_site(body, EG_SITE_ASIS_RIGHT, t, right);
    if (!is_front && !(body_site(body, EG_SITE_HIP_CENTRE, t, left) &&
                       body_site(body, EG_SITE_HIP_CENTRE_RIGHT, t, right)))
        return;
    body_minus(right, left, across);
    body_middle(left, right, origin);
    int is_back = is_front && (body_middle_of(body, EG_SITE_PSIS, EG_SITE_PSIS_RIGHT, t, back) ||
                               body_site(body, EG_SITE_SACRUM, t, back));
    pose->pelvis_is_upright = !is_back;
    int is_known = 0;
    if (is_back) {
        body_minus(origin, back, ahead);
        is_known = body_axes(2, across, 0, ahead, &pelvis->axes);
    } else if (!is_front || !body_has_back(body)) {
        is_known = body_axes(2, across, 1, up, &pelvis->axes);
    }
    if (is_known) set_segment(pelvis, origin, 1);
}

/* From the middle of the front spines: forwards, up, outwards, in mm. */
static void hip_offset(const eg_body *body, double out[3]) {
    const eg_body_settings *s = &body->settings;
    double width = body->pelvis_width_mm, depth = body->pelvis_depth_mm;
    double leg = 0.5 * (body->leg_length_mm[0] + body->leg_length_mm[1]);
    eg_hip_method method = body_hip_method(body);
    if (method == EG_HIP_HARRINGTON) {
        out[0] = -0.24 * depth - 9.9;
        out[1] = -0.30 * width - 10.9;
        out[2] = 0.33 * width + 7.3;
    } else if (method == EG_HIP_DAVIS) {
        static const double theta = 0.5, beta = 0.314; /* radians: 28.4 and 18 deg */
        double c = 0.115 * leg - 15.3, reach = 0.1288 * leg - 48.56 + s->marker_radius_mm;
        out[0] = c * eg_cos(theta) * eg_sin(beta) - reach * eg_cos(beta);
        out[1] = -c * eg_cos(theta) * eg_cos(beta) - reach * eg_sin(beta);
        out[2] = 0.5 * width - c * eg_sin(theta);
    } else { /* Bell */
        out[0] = -0.19 * width;
        out[1] = -0.30 * width;
        out[2] = 0.36 * width;
    }
}

static void pose_hips(const eg_body *body, size_t t, eg_pose *pose) {
    const eg_segment *pelvis = &pose->segment[EG_SEGMENT_PELVIS];
    double offset[3];
    hip_offset(body, offset);
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        if (body_has_hip(body, side)) {
            (void)body_site(body, EG_SITE_HIP_CENTRE + side, t, pose->hip[side]);
            continue;
        }
        body_nowhere(pose->hip[side]);
        if (!pelvis->is_known || !body_has(body, EG_SITE_ASIS)) continue;
        double outward = side == EG_RIGHT ? offset[2] : -offset[2];
        for (int k = 0; k < 3; k++)
            pose->hip[side][k] = pelvis->origin[k] + offset[0] * pelvis->axes.m[k][0] +
                                 offset[1] * pelvis->axes.m[k][1] + outward * pelvis->axes.m[k][2];
    }
}

/* ---- thigh and shank ------------------------------------------------------------------------- */

/* The centre `offset` behind a marker, in the plane of proximal centre, marker and wand, with a
 * right angle at the centre (Kadaba's and Davis' construction); away from the wand, which stands on
 * the outside. `across` (to the right; may be NULL) tells inside from outside where a wand stands
 * on the front. */
static int chord(const double proximal[3], const double marker[3], const double wand[3],
                 double offset, const double *outwards, double out[3]) {
    double along[3], off[3];
    body_minus(proximal, marker, along);
    double d = body_unit(along);
    if (!(d > offset) || !(offset >= 0.0)) return 0;
    body_minus(wand, marker, off);
    double share = body_dot(off, along);
    for (int k = 0; k < 3; k++) off[k] -= share * along[k];
    if (!(body_unit(off) > least_wand_mm)) return 0;
    double way = outwards != NULL && body_dot(off, outwards) < 0.0 ? 1.0 : -1.0;
    double up = offset * offset / d, in = offset * sqrt(1.0 - offset * offset / (d * d));
    for (int k = 0; k < 3; k++) out[k] = marker[k] + up * along[k] + way * in * off[k];
    return 1;
}

/* What thigh and shank have in common: two centres, of which the far one is sought, and what tells
 * the turn. */
typedef struct bone {
    int outer, inner, centre; /* sites at the far joint */
    int wand[2];              /* sites that name the plane, the better one first */
    int is_aside;             /* the first wand */
    double offset;
} bone;

static bone bone_of(const eg_body *body, int is_shank, int side) {
    if (is_shank)
        return (bone){EG_SITE_ANKLE + side,         EG_SITE_ANKLE_INNER + side,
                      EG_SITE_ANKLE_CENTRE + side,  {EG_SITE_SHANK + side, EG_SITE_SHANK + side},
                      body->wand_is_aside[side][1], body->ankle_offset_mm[side]};
    return (bone){EG_SITE_KNEE + side,          EG_SITE_KNEE_INNER + side,
                  EG_SITE_KNEE_CENTRE + side,   {EG_SITE_THIGH + side, EG_SITE_TROCHANTER + side},
                  body->wand_is_aside[side][0], body->knee_offset_mm[side]};
}

/* The far joint's centre and a direction to the right there. 2: with the turn about the long axis,
 * 1: without (the direction is `guide`, the neighbour's), 0: not known. */
static int find_far(const eg_body *body, size_t t, const bone *b, int side, const double near[3],
                    const double *guide, double centre[3], double across[3]) {
    double outer[3], inner[3], wand[3], outwards[3], way = side == EG_RIGHT ? 1.0 : -1.0;
    int has_outer = body_site(body, b->outer, t, outer);
    for (int k = 0; k < 3; k++) outwards[k] = guide != NULL ? way * guide[k] : 0.0;
    if (has_outer && body_site(body, b->inner, t, inner)) {
        body_middle(outer, inner, centre);
        for (int k = 0; k < 3; k++) across[k] = way * (outer[k] - inner[k]);
        return 2;
    }
    /* One of two that this recording usually has: another construction would jump. */
    if (body_has(body, b->inner) && body_has(body, b->outer)) return 0;
    int is_centre = !body->settings.ignores_centres && body_site(body, b->centre, t, centre);
    double behind[3];
    for (int w = 0; w < 2 && has_outer; w++) {
        if (!body_has(body, b->wand[w]) || (w == 0 && !b->is_aside)) continue;
        if (!body_site(body, b->wand[w], t, wand)) return 0;
        if (!chord(near, outer, wand, b->offset, guide != NULL ? outwards : NULL, behind)) break;
        if (!is_centre)
            for (int k = 0; k < 3; k++) centre[k] = behind[k];
        for (int k = 0; k < 3; k++) across[k] = way * (outer[k] - centre[k]);
        return 2;
    }
    if (guide == NULL || (!is_centre && !has_outer)) return 0;
    for (int k = 0; k < 3; k++) {
        across[k] = guide[k];
        if (!is_centre) centre[k] = outer[k] - b->offset * outwards[k];
    }
    return 1;
}

static void pose_bone(const eg_body *body, size_t t, int is_shank, int side, eg_pose *pose) {
    const double *near = is_shank ? pose->knee[side] : pose->hip[side];
    double *far = is_shank ? pose->ankle[side] : pose->knee[side];
    const eg_segment *neighbour =
        is_shank ? &pose->segment[EG_SEGMENT_THIGH + side] : &pose->segment[EG_SEGMENT_PELVIS];
    eg_segment *own = &pose->segment[(is_shank ? EG_SEGMENT_SHANK : EG_SEGMENT_THIGH) + side];
    bone b = bone_of(body, is_shank, side);
    double guide[3], across[3], up[3], centre[3];
    body_nowhere(far);
    if (!body_is_known(near)) {
        /* The joint itself may still be between two markers. */
        if (!body_middle_of(body, b.outer, b.inner, t, far) && !body->settings.ignores_centres)
            (void)body_site(body, b.centre, t, far);
        return;
    }
    if (neighbour->is_known) body_axis(&neighbour->axes, 2, guide);
    int known =
        find_far(body, t, &b, side, near, neighbour->is_known ? guide : NULL, centre, across);
    if (known == 0) return;
    body_minus(near, centre, up);
    for (int k = 0; k < 3; k++) far[k] = centre[k];
    if (body_axes(1, up, 2, across, &own->axes)) set_segment(own, near, known == 2);
}

/* ---- foot ------------------------------------------------------------------------------------ */

static int front_of_foot(const eg_body *body, size_t t, int side, double out[3]) {
    if (body_has(body, EG_SITE_TOE + side)) return body_site(body, EG_SITE_TOE + side, t, out);
    if (body_has(body, EG_SITE_MET_1 + side) && body_has(body, EG_SITE_MET_5 + side))
        return body_middle_of(body, EG_SITE_MET_1 + side, EG_SITE_MET_5 + side, t, out);
    return body_site(body, EG_SITE_TOE_TIP + side, t, out);
}

int body_toe_line(const eg_body *body, const eg_pose *pose, size_t t, int side, eg_rotation *axes) {
    const eg_segment *shank = &pose->segment[EG_SEGMENT_SHANK + side];
    double toe[3], ahead[3], across[3];
    if (!shank->is_known || !body_is_known(pose->ankle[side]) || !front_of_foot(body, t, side, toe))
        return 0;
    body_minus(toe, pose->ankle[side], ahead);
    body_axis(&shank->axes, 2, across);
    return body_axes(0, ahead, 2, across, axes);
}

/* Plug-in-Gait: ankle to toe, turned as the flat foot was in the static recording. */
static int foot_by_ankle(const eg_body *body, size_t t, int side, eg_pose *pose) {
    const double *flat = body->settings.flat_by_ankle_rad[side];
    eg_rotation line;
    if (!body->settings.is_plug_in_gait || !body_is_known(flat)) return 0;
    if (!body_toe_line(body, pose, t, side, &line)) return 1;
    eg_rotation turn = eg_joint_rotation(flat, EG_JOINT_ZYX);
    eg_segment *foot = &pose->segment[EG_SEGMENT_FOOT + side];
    foot->axes = eg_rotation_product(&line, &turn);
    set_segment(foot, pose->ankle[side], 0);
    return 1;
}

static void pose_foot(const eg_body *body, size_t t, int side, eg_pose *pose) {
    const eg_segment *shank = &pose->segment[EG_SEGMENT_SHANK + side];
    eg_segment *foot = &pose->segment[EG_SEGMENT_FOOT + side];
    double heel[3], toe[3], inner[3], outer[3], ahead[3], across[3];
    if (foot_by_ankle(body, t, side, pose)) return;
    if (!body_site(body, EG_SITE_HEEL + side, t, heel) || !front_of_foot(body, t, side, toe))
        return;
    body_minus(toe, heel, ahead);
    int has_turn = body_has(body, EG_SITE_MET_1 + side) && body_has(body, EG_SITE_MET_5 + side);
    if (has_turn) {
        if (!body_site(body, EG_SITE_MET_1 + side, t, inner) ||
            !body_site(body, EG_SITE_MET_5 + side, t, outer))
            return;
        for (int k = 0; k < 3; k++)
            across[k] = side == EG_RIGHT ? outer[k] - inner[k] : inner[k] - outer[k];
    } else if (shank->is_known) {
        body_axis(&shank->axes, 2, across);
    } else {
        static const double up[3] = {0, 1, 0};
        body_cross(ahead, up, across);
    }
    if (!body_axes(0, ahead, 2, across, &foot->axes)) return;
    const double *flat = body->settings.flat_by_heel_rad[side];
    if (body_is_known(flat)) {
        /* Heel and toe markers differ in height: what is flat is what was flat when standing. */
        eg_rotation turn = eg_joint_rotation(flat, EG_JOINT_ZYX);
        foot->axes = eg_rotation_product(&foot->axes, &turn);
    }
    set_segment(foot, body_is_known(pose->ankle[side]) ? pose->ankle[side] : heel, has_turn);
}

void body_pose_lower(const eg_body *body, size_t t, eg_pose *pose) {
    pose_pelvis(body, t, pose);
    pose_hips(body, t, pose);
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        pose_bone(body, t, 0, side, pose);
        pose_bone(body, t, 1, side, pose);
        pose_foot(body, t, side, pose);
    }
}

/* ---- angles ---------------------------------------------------------------------------------- */

static void angles_pelvis(const eg_body *body, const eg_pose *pose, double *angle) {
    const eg_segment *pelvis = &pose->segment[EG_SEGMENT_PELVIS];
    double a[3], tilt, oblique, turn;
    if (!pelvis->is_known || body->room.heading_from == EG_HEADING_UNKNOWN) return;
    if (body->settings.is_plug_in_gait) {
        eg_joint_angles(&pelvis->axes, EG_JOINT_ZXY, a);
        tilt = -a[0], oblique = a[1], turn = a[2];
    } else {
        eg_joint_angles(&pelvis->axes, EG_JOINT_YXZ, a);
        turn = a[0], oblique = a[1], tilt = -a[2];
    }
    if (!pose->pelvis_is_upright) angle[EG_ANGLE_PELVIS_TILT] = tilt * degrees;
    angle[EG_ANGLE_PELVIS_OBLIQUITY] = oblique * degrees;
    angle[EG_ANGLE_PELVIS_OBLIQUITY_RIGHT] = -oblique * degrees;
    angle[EG_ANGLE_PELVIS_ROTATION] = -turn * degrees;
    angle[EG_ANGLE_PELVIS_ROTATION_RIGHT] = turn * degrees;
}

static void angles_knee(const eg_pose *pose, int side, double *angle) {
    const eg_segment *thigh = &pose->segment[EG_SEGMENT_THIGH + side];
    const eg_segment *shank = &pose->segment[EG_SEGMENT_SHANK + side];
    if (!thigh->is_known || !shank->is_known) return;
    eg_rotation r = body_between(thigh, shank, side);
    double a[3];
    eg_joint_angles(&r, EG_JOINT_ZXY, a);
    if (!thigh->has_turn) {
        /* Only the lines are known: the angle between them, bent where the shank goes back. */
        double bend = eg_atan2(sqrt(fmax(0.0, 1.0 - r.m[1][1] * r.m[1][1])), r.m[1][1]);
        angle[EG_ANGLE_KNEE_FLEXION + side] = (r.m[0][1] < 0.0 ? -bend : bend) * degrees;
        return;
    }
    angle[EG_ANGLE_KNEE_FLEXION + side] = -a[0] * degrees;
    angle[EG_ANGLE_KNEE_ADDUCTION + side] = a[1] * degrees;
    if (shank->has_turn) angle[EG_ANGLE_KNEE_ROTATION + side] = a[2] * degrees;
}

/* How far the foot points inwards of the way; towards the vertical it points nowhere. */
static double progression(const eg_body *body, const eg_segment *foot, int side) {
    double inwards = side == EG_RIGHT ? -foot->axes.m[2][0] : foot->axes.m[2][0];
    double ahead = foot->axes.m[0][0];
    if (body->settings.is_plug_in_gait) return eg_asin(fmax(-1.0, fmin(1.0, inwards)));
    if (sqrt(inwards * inwards + ahead * ahead) < least_level) return (double)NAN;
    return eg_atan2(inwards, ahead);
}

static void angles_ankle(const eg_body *body, const eg_pose *pose, int side, double *angle) {
    const eg_segment *shank = &pose->segment[EG_SEGMENT_SHANK + side];
    const eg_segment *foot = &pose->segment[EG_SEGMENT_FOOT + side];
    if (!foot->is_known) return;
    if (body->room.heading_from != EG_HEADING_UNKNOWN)
        angle[EG_ANGLE_FOOT_PROGRESSION + side] = progression(body, foot, side) * degrees;
    if (!shank->is_known) return;
    eg_rotation r = body_between(shank, foot, side);
    double a[3];
    if (!shank->has_turn) {
        angle[EG_ANGLE_ANKLE_DORSIFLEXION + side] =
            eg_asin(fmax(-1.0, fmin(1.0, r.m[1][0]))) * degrees;
        return;
    }
    /* A foot of two markers has no inversion of its own: its line has two angles. */
    int is_line = !foot->has_turn || body->settings.is_plug_in_gait;
    eg_joint_angles(&r, is_line ? EG_JOINT_ZYX : EG_JOINT_ZXY, a);
    angle[EG_ANGLE_ANKLE_DORSIFLEXION + side] = a[0] * degrees;
    angle[EG_ANGLE_FOOT_ADDUCTION + side] = a[is_line ? 1 : 2] * degrees;
    if (foot->has_turn) angle[EG_ANGLE_FOOT_INVERSION + side] = a[is_line ? 2 : 1] * degrees;
}

void body_angles_lower(const eg_body *body, const eg_pose *pose, double *angle) {
    const eg_segment *pelvis = &pose->segment[EG_SEGMENT_PELVIS];
    angles_pelvis(body, pose, angle);
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        const eg_segment *thigh = &pose->segment[EG_SEGMENT_THIGH + side];
        if (pelvis->is_known && thigh->is_known) {
            eg_rotation r = body_between(pelvis, thigh, side);
            double a[3];
            eg_joint_angles(&r, EG_JOINT_ZXY, a);
            angle[EG_ANGLE_HIP_FLEXION + side] = a[0] * degrees;
            angle[EG_ANGLE_HIP_ADDUCTION + side] = a[1] * degrees;
            if (thigh->has_turn) angle[EG_ANGLE_HIP_ROTATION + side] = a[2] * degrees;
        }
        angles_knee(pose, side, angle);
        angles_ankle(body, pose, side, angle);
    }
}
