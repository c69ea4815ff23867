/* Thorax, head and arms. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/motion/body_part.h"

static const double degrees = 180.0 / EG_PI;
/* Below this sine two lines span no plane: elbow nearly straight, arm nearly hanging. */
static const double least_sine = 0.17365; /* 10 deg */

static void set_segment(eg_segment *segment, const double origin[3], int has_turn) {
    segment->is_known = 1;
    segment->has_turn = has_turn;
    for (int k = 0; k < 3; k++) segment->origin[k] = origin[k];
}

/* ---- thorax and head ------------------------------------------------------------------------- */

/* The middle of the pelvis behind (rear spines, sacrum), else between the hips. */
static int bottom_of_trunk(const eg_body *body, size_t t, const eg_pose *pose, int behind,
                           double out[3]) {
    if (behind) {
        if (body_has(body, EG_SITE_PSIS) && body_has(body, EG_SITE_PSIS_RIGHT))
            return body_middle_of(body, EG_SITE_PSIS, EG_SITE_PSIS_RIGHT, t, out);
        return body_site(body, EG_SITE_SACRUM, t, out);
    }
    if (!body_is_known(pose->hip[0]) || !body_is_known(pose->hip[1])) return 0;
    body_middle(pose->hip[0], pose->hip[1], out);
    return 1;
}

static int middle_of_shoulders(const eg_body *body, size_t t, double out[3]) {
    if (body_has(body, EG_SITE_ACROMION))
        return body_middle_of(body, EG_SITE_ACROMION, EG_SITE_ACROMION_RIGHT, t, out);
    return body_middle_of(body, EG_SITE_SHOULDER_CENTRE, EG_SITE_SHOULDER_CENTRE_RIGHT, t, out);
}

static int thorax_of_four(const eg_body *body, size_t t, eg_segment *thorax) {
    double c7[3], t10[3], jugular[3], xiphoid[3], top[3], bottom[3], front[3], back[3];
    if (!body_site(body, EG_SITE_C7, t, c7) || !body_site(body, EG_SITE_T10, t, t10) ||
        !body_site(body, EG_SITE_JUGULAR, t, jugular) ||
        !body_site(body, EG_SITE_XIPHOID, t, xiphoid))
        return 0;
    body_middle(c7, jugular, top);
    body_middle(t10, xiphoid, bottom);
    body_middle(jugular, xiphoid, front);
    body_middle(c7, t10, back);
    double up[3], ahead[3];
    body_minus(top, bottom, up);
    body_minus(front, back, ahead);
    if (!body_axes(1, up, 0, ahead, &thorax->axes)) return 0;
    set_segment(thorax, jugular, 1);
    return 1;
}

/* With fewer markers: the line from pelvis to neck is the long axis, the shoulders tell the turn.
 */
static void thorax_of_line(const eg_body *body, size_t t, const eg_pose *pose, eg_segment *thorax) {
    double c7[3], jugular[3], top[3], bottom[3], up[3], ahead[3];
    if (body_has(body, EG_SITE_ACROMION) || body_has(body, EG_SITE_SHOULDER_CENTRE)) {
        int first = body_has(body, EG_SITE_ACROMION) ? EG_SITE_ACROMION : EG_SITE_SHOULDER_CENTRE;
        double left[3], right[3];
        if (!body_site(body, first, t, left) || !body_site(body, first + 1, t, right) ||
            !bottom_of_trunk(body, t, pose, 0, bottom))
            return;
        body_middle(left, right, top);
        body_minus(top, bottom, up);
        body_minus(right, left, ahead);
        if (body_axes(1, up, 2, ahead, &thorax->axes)) set_segment(thorax, top, 1);
        return;
    }
    if (!body_site(body, EG_SITE_C7, t, c7) || !body_site(body, EG_SITE_JUGULAR, t, jugular) ||
        !bottom_of_trunk(body, t, pose, 0, bottom))
        return;
    body_middle(c7, jugular, top);
    body_minus(top, bottom, up);
    body_minus(jugular, c7, ahead);
    if (body_axes(1, up, 0, ahead, &thorax->axes)) set_segment(thorax, jugular, 1);
}

static int has_four(const eg_body *body) {
    return body_has(body, EG_SITE_C7) && body_has(body, EG_SITE_T10) &&
           body_has(body, EG_SITE_JUGULAR) && body_has(body, EG_SITE_XIPHOID);
}

static void pose_head(const eg_body *body, size_t t, eg_pose *pose) {
    eg_segment *head = &pose->segment[EG_SEGMENT_HEAD];
    double lf[3], rf[3], lb[3], rb[3], front[3], back[3], left[3], right[3], across[3], ahead[3];
    if (!body_site(body, EG_SITE_HEAD_FRONT, t, lf) ||
        !body_site(body, EG_SITE_HEAD_FRONT_RIGHT, t, rf) ||
        !body_site(body, EG_SITE_HEAD_BACK, t, lb) ||
        !body_site(body, EG_SITE_HEAD_BACK_RIGHT, t, rb))
        return;
    body_middle(lf, rf, front);
    body_middle(lb, rb, back);
    body_middle(lf, lb, left);
    body_middle(rf, rb, right);
    body_minus(front, back, ahead);
    body_minus(right, left, across);
    if (body_axes(0, ahead, 2, across, &head->axes)) set_segment(head, front, 1);
}

static void pose_lean(const eg_body *body, size_t t, eg_pose *pose) {
    double top[3], bottom[3], line[3];
    pose->lean_rad[0] = pose->lean_rad[1] = (double)NAN;
    int is_back = body_has(body, EG_SITE_C7) && body_has_back(body);
    if (is_back) {
        if (!body_site(body, EG_SITE_C7, t, top)) return;
    } else if (!middle_of_shoulders(body, t, top)) {
        return;
    }
    if (!bottom_of_trunk(body, t, pose, is_back, bottom)) return;
    body_minus(top, bottom, line);
    pose->lean_rad[0] = eg_atan2(line[0], line[1]);
    pose->lean_rad[1] = eg_atan2(line[2], line[1]);
}

/* ---- arms ------------------------------------------------------------------------------------ */

static void find_shoulder(const eg_body *body, size_t t, int side, const eg_segment *thorax,
                          double out[3]) {
    double acromion[3];
    if (!body->settings.ignores_centres && body_site(body, EG_SITE_SHOULDER_CENTRE + side, t, out))
        return;
    body_nowhere(out);
    if (!thorax->is_known || !body_site(body, EG_SITE_ACROMION + side, t, acromion)) return;
    for (int k = 0; k < 3; k++)
        out[k] = acromion[k] - body->shoulder_drop_mm * thorax->axes.m[k][1];
}

static void find_wrist(const eg_body *body, size_t t, int side, double out[3]) {
    if (body_has(body, EG_SITE_WRIST_THUMB + side) && body_has(body, EG_SITE_WRIST_LITTLE + side))
        (void)body_middle_of(body, EG_SITE_WRIST_THUMB + side, EG_SITE_WRIST_LITTLE + side, t, out);
    else if (!body_site(body, EG_SITE_WRIST_CENTRE + side, t, out))
        (void)body_site(body, EG_SITE_WRIST + side, t, out);
}

/* The normal, to the right, of the plane in which the elbow bends forwards; 0 where the arm is too
 * straight to have one. */
static int bending_axis(const double shoulder[3], const double elbow[3], const double wrist[3],
                        double across[3]) {
    double upper[3], fore[3];
    body_minus(shoulder, elbow, upper);
    body_minus(elbow, wrist, fore);
    if (body_unit(upper) <= 0.0 || body_unit(fore) <= 0.0) return 0;
    body_cross(upper, fore, across);
    return body_unit(across) > least_sine;
}

/* The centre C of an elbow with one marker O: C = O - offset n, where n, to the right, is at right
 * angles to both bones: n (S - C) = n (W - C) = 0, hence n (S - O) = n (W - O) = -offset, |n| = 1.
 */
static int centre_behind(const double shoulder[3], const double outer[3], const double wrist[3],
                         double offset, double centre[3], double n[3]) {
    double a[3], b[3], normal[3];
    body_minus(shoulder, outer, a);
    body_minus(wrist, outer, b);
    body_cross(a, b, normal);
    double aa = body_dot(a, a), bb = body_dot(b, b), ab = body_dot(a, b);
    double square = aa * bb - ab * ab; /* of the normal's length */
    if (!(square > 1e-3 * aa * bb)) return 0;
    double in_a = -offset * (bb - ab) / square, in_b = -offset * (aa - ab) / square;
    for (int k = 0; k < 3; k++) n[k] = in_a * a[k] + in_b * b[k];
    double rest = 1.0 - body_dot(n, n);
    if (!(rest > 0.0)) return 0;
    for (int k = 0; k < 3; k++) n[k] -= sqrt(rest / square) * normal[k];
    for (int k = 0; k < 3; k++) centre[k] = outer[k] - offset * n[k];
    double across[3];
    return bending_axis(shoulder, centre, wrist, across);
}

/* The elbow's centre and a direction to the right there; 2: from two markers, 1: from the plane of
 * bending, 0: not known (the centre may be). */
static int find_elbow(const eg_body *body, size_t t, int side, const double shoulder[3],
                      const double wrist[3], double centre[3], double across[3]) {
    double outer[3], inner[3], way = side == EG_RIGHT ? 1.0 : -1.0;
    int has_outer = body_site(body, EG_SITE_ELBOW + side, t, outer);
    body_nowhere(centre);
    if (body_has(body, EG_SITE_ELBOW_INNER + side) && body_has(body, EG_SITE_ELBOW + side)) {
        if (!has_outer || !body_site(body, EG_SITE_ELBOW_INNER + side, t, inner)) return 0;
        body_middle(outer, inner, centre);
        for (int k = 0; k < 3; k++) across[k] = way * (outer[k] - inner[k]);
        return 2;
    }
    if (!body->settings.ignores_centres && body_site(body, EG_SITE_ELBOW_CENTRE + side, t, centre))
        return body_is_known(shoulder) && body_is_known(wrist) &&
               bending_axis(shoulder, centre, wrist, across);
    if (!has_outer || !body_is_known(shoulder) || !body_is_known(wrist)) return 0;
    return centre_behind(shoulder, outer, wrist, way * body->elbow_offset_mm[side], centre, across);
}

static void pose_forearm(const eg_body *body, size_t t, int side, eg_pose *pose) {
    double thumb[3], little[3], up[3], across[3];
    eg_segment *fore = &pose->segment[EG_SEGMENT_FOREARM + side];
    eg_segment *hand = &pose->segment[EG_SEGMENT_HAND + side];
    const eg_segment *upper = &pose->segment[EG_SEGMENT_UPPER_ARM + side];
    const double *elbow = pose->elbow[side], *wrist = pose->wrist[side];
    if (!body_is_known(elbow) || !body_is_known(wrist)) return;
    body_minus(elbow, wrist, up);
    int has_turn = body_site(body, EG_SITE_WRIST_THUMB + side, t, thumb) &&
                   body_site(body, EG_SITE_WRIST_LITTLE + side, t, little);
    if (has_turn) {
        for (int k = 0; k < 3; k++)
            across[k] = side == EG_RIGHT ? thumb[k] - little[k] : little[k] - thumb[k];
    } else {
        if (!upper->is_known) return;
        body_axis(&upper->axes, 2, across);
    }
    if (body_axes(1, up, 2, across, &fore->axes)) set_segment(fore, elbow, has_turn);
    double knuckle[3];
    if (!has_turn || !body_site(body, EG_SITE_HAND + side, t, knuckle)) return;
    body_minus(wrist, knuckle, up);
    if (body_axes(1, up, 2, across, &hand->axes)) set_segment(hand, wrist, 1);
}

void body_pose_upper(const eg_body *body, size_t t, eg_pose *pose) {
    eg_segment *thorax = &pose->segment[EG_SEGMENT_THORAX];
    if (has_four(body))
        (void)thorax_of_four(body, t, thorax);
    else
        thorax_of_line(body, t, pose, thorax);
    pose_head(body, t, pose);
    pose_lean(body, t, pose);
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        eg_segment *upper = &pose->segment[EG_SEGMENT_UPPER_ARM + side];
        double across[3], up[3];
        find_shoulder(body, t, side, thorax, pose->shoulder[side]);
        find_wrist(body, t, side, pose->wrist[side]);
        int known = find_elbow(body, t, side, pose->shoulder[side], pose->wrist[side],
                               pose->elbow[side], across);
        if (body_is_known(pose->shoulder[side]) && body_is_known(pose->elbow[side])) {
            body_minus(pose->shoulder[side], pose->elbow[side], up);
            if (known == 0 && thorax->is_known) body_axis(&thorax->axes, 2, across);
            if ((known != 0 || thorax->is_known) && body_axes(1, up, 2, across, &upper->axes))
                set_segment(upper, pose->shoulder[side], known != 0);
        }
        pose_forearm(body, t, side, pose);
    }
}

/* ---- angles ---------------------------------------------------------------------------------- */

static double within_half_turn(double angle_rad) {
    return angle_rad - 2.0 * EG_PI * floor((angle_rad + EG_PI) / (2.0 * EG_PI));
}

static void angles_shoulder(const eg_pose *pose, int side, double *angle) {
    const eg_segment *thorax = &pose->segment[EG_SEGMENT_THORAX];
    const eg_segment *upper = &pose->segment[EG_SEGMENT_UPPER_ARM + side];
    if (!thorax->is_known || !upper->is_known) return;
    eg_rotation r = body_between(thorax, upper, side);
    double a[3], far = eg_joint_angles(&r, EG_JOINT_YXY, a);
    angle[EG_ANGLE_SHOULDER_ELEVATION + side] = a[1] * degrees;
    if (far > least_sine) {
        /* The ISB counts elevation as a negative turn about x: half a turn in plane and rotation.
         */
        angle[EG_ANGLE_SHOULDER_PLANE + side] = within_half_turn(a[0] + EG_PI) * degrees;
        if (upper->has_turn)
            angle[EG_ANGLE_SHOULDER_ROTATION + side] = within_half_turn(a[2] - EG_PI) * degrees;
    }
    double ahead = -r.m[0][1], down = r.m[1][1], out = -r.m[2][1];
    if (sqrt(ahead * ahead + down * down) > least_sine)
        angle[EG_ANGLE_SHOULDER_FLEXION + side] = eg_atan2(ahead, down) * degrees;
    if (sqrt(out * out + down * down) > least_sine)
        angle[EG_ANGLE_SHOULDER_ABDUCTION + side] = eg_atan2(out, down) * degrees;
}

static void angles_elbow(const eg_pose *pose, int side, double *angle) {
    const eg_segment *upper = &pose->segment[EG_SEGMENT_UPPER_ARM + side];
    const eg_segment *fore = &pose->segment[EG_SEGMENT_FOREARM + side];
    const eg_segment *hand = &pose->segment[EG_SEGMENT_HAND + side];
    double a[3];
    if (upper->is_known && fore->is_known) {
        eg_rotation r = body_between(upper, fore, side);
        eg_joint_angles(&r, EG_JOINT_ZXY, a);
        double bend = eg_atan2(sqrt(fmax(0.0, 1.0 - r.m[1][1] * r.m[1][1])), r.m[1][1]);
        angle[EG_ANGLE_ELBOW_FLEXION + side] = (upper->has_turn ? a[0] : bend) * degrees;
        if (upper->has_turn && fore->has_turn)
            angle[EG_ANGLE_FOREARM_PRONATION + side] =
                within_half_turn(a[2] - 0.5 * EG_PI) * degrees;
    }
    if (fore->is_known && hand->is_known) {
        eg_rotation r = body_between(fore, hand, side);
        eg_joint_angles(&r, EG_JOINT_ZXY, a);
        angle[EG_ANGLE_WRIST_FLEXION + side] = a[0] * degrees;
        angle[EG_ANGLE_WRIST_DEVIATION + side] = a[1] * degrees;
    }
}

/* Flexion forwards, bending to the right, turning left. */
static void angles_trunk(const eg_segment *below, const eg_segment *above, int first,
                         double *angle) {
    if (!below->is_known || !above->is_known) return;
    eg_rotation r = body_between(below, above, EG_RIGHT);
    double a[3];
    eg_joint_angles(&r, EG_JOINT_ZXY, a);
    angle[first] = -a[0] * degrees;
    angle[first + 1] = a[1] * degrees;
    angle[first + 2] = a[2] * degrees;
}

void body_angles_upper(const eg_body *body, const eg_pose *pose, double *angle) {
    const eg_segment *thorax = &pose->segment[EG_SEGMENT_THORAX];
    const eg_segment *pelvis = &pose->segment[EG_SEGMENT_PELVIS];
    if (thorax->is_known && body->room.heading_from != EG_HEADING_UNKNOWN) {
        double a[3];
        eg_joint_angles(&thorax->axes, EG_JOINT_YXZ, a);
        angle[EG_ANGLE_THORAX_TILT] = -a[2] * degrees;
        angle[EG_ANGLE_THORAX_LEAN] = a[1] * degrees;
        angle[EG_ANGLE_THORAX_ROTATION] = a[0] * degrees;
    }
    if (body->room.heading_from != EG_HEADING_UNKNOWN) {
        angle[EG_ANGLE_LEAN_FORWARD] = pose->lean_rad[0] * degrees;
        angle[EG_ANGLE_LEAN_RIGHT] = pose->lean_rad[1] * degrees;
    }
    if (!pose->pelvis_is_upright) angles_trunk(pelvis, thorax, EG_ANGLE_TRUNK_FLEXION, angle);
    angles_trunk(thorax, &pose->segment[EG_SEGMENT_HEAD], EG_ANGLE_NECK_FLEXION, angle);
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        angles_shoulder(pose, side, angle);
        angles_elbow(pose, side, angle);
    }
}
