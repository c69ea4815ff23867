/* Why an angle has no value. */
#include <string.h>

#include "core/base/check.h"
#include "core/motion/body_part.h"

typedef struct reason {
    char *text;
    size_t n;
} reason;

static void add(reason *r, const char *text) {
    size_t length = strlen(text);
    if (r->n + length >= EG_BODY_REASON_SIZE) length = EG_BODY_REASON_SIZE - 1 - r->n;
    memcpy(r->text + r->n, text, length);
    r->n += length;
    r->text[r->n] = '\0';
}

static int lacks(const eg_body *body, int site, reason *r) {
    char name[EG_SITE_NAME_SIZE];
    if (body_has(body, site)) return 0;
    add(r, "no marker at the ");
    add(r, eg_site_name(site, name));
    return 1;
}

static int use_centres(const eg_body *body) {
    return !body->settings.ignores_centres;
}

static int lacks_pelvis(const eg_body *body, int needs_tilt, reason *r) {
    int by_hips = body_has(body, EG_SITE_HIP_CENTRE) && body_has(body, EG_SITE_HIP_CENTRE_RIGHT);
    if (!by_hips && (lacks(body, EG_SITE_ASIS, r) || lacks(body, EG_SITE_ASIS_RIGHT, r))) return 1;
    if (needs_tilt && !(body_has(body, EG_SITE_ASIS) && body_has_back(body))) {
        add(r, "the pelvis has no markers in front and behind");
        return 1;
    }
    return 0;
}

/* The far joint of thigh (0) or shank (1) and, if asked, the turn about the long axis. */
static int lacks_bone(const eg_body *body, int is_shank, int side, int needs_turn, reason *r) {
    int outer = (is_shank ? EG_SITE_ANKLE : EG_SITE_KNEE) + side;
    int inner = (is_shank ? EG_SITE_ANKLE_INNER : EG_SITE_KNEE_INNER) + side;
    int centre = (is_shank ? EG_SITE_ANKLE_CENTRE : EG_SITE_KNEE_CENTRE) + side;
    int wand = (is_shank ? EG_SITE_SHANK : EG_SITE_THIGH) + side;
    int is_centre = use_centres(body) && body_has(body, centre);
    if (!is_centre && lacks(body, outer, r)) return 1;
    if (!needs_turn) return 0;
    if (body_has(body, outer) && body_has(body, inner)) return 0;
    if (body_has(body, outer) && ((body_has(body, wand) && body->wand_is_aside[side][is_shank]) ||
                                  (!is_shank && body_has(body, EG_SITE_TROCHANTER + side))))
        return 0;
    char name[EG_SITE_NAME_SIZE];
    if (body_has(body, outer) && body_has(body, wand)) {
        add(r, "the marker at the ");
        add(r, eg_site_name(wand, name));
        add(r, " stands in front, not at the side: it tells no rotation");
        return 1;
    }
    add(r, "rotation needs a marker at the ");
    add(r, eg_site_name(inner, name));
    add(r, " or the ");
    add(r, eg_site_name(wand, name));
    return 1;
}

/* The hip's own centre, or the pelvis that tells it. */
static int lacks_hip(const eg_body *body, int side, reason *r) {
    if (body_has_hip(body, side)) return 0;
    return lacks(body, EG_SITE_ASIS, r) || lacks(body, EG_SITE_ASIS_RIGHT, r);
}

/* A shank needs the knee's centre: from the thigh, or from the knee's own markers. */
static int lacks_shank(const eg_body *body, int side, int needs_turn, reason *r) {
    char unused[EG_BODY_REASON_SIZE];
    reason none = {unused, 0};
    int is_knee =
        (body_has(body, EG_SITE_KNEE + side) && body_has(body, EG_SITE_KNEE_INNER + side)) ||
        (use_centres(body) && body_has(body, EG_SITE_KNEE_CENTRE + side));
    int no_thigh = lacks_hip(body, side, &none) || lacks_bone(body, 0, side, 0, &none);
    if (no_thigh && !is_knee) {
        (void)(lacks_hip(body, side, r) || lacks_bone(body, 0, side, 0, r));
        return 1;
    }
    /* Without a thigh there is no neighbour whose turn could stand in. */
    return lacks_bone(body, 1, side, needs_turn || no_thigh, r);
}

static int lacks_foot(const eg_body *body, int side, reason *r) {
    if (lacks(body, EG_SITE_HEEL + side, r)) return 1;
    if (body_has(body, EG_SITE_TOE_TIP + side) ||
        (body_has(body, EG_SITE_MET_1 + side) && body_has(body, EG_SITE_MET_5 + side)))
        return 0;
    return lacks(body, EG_SITE_TOE + side, r);
}

static int lacks_thorax(const eg_body *body, reason *r) {
    int four = body_has(body, EG_SITE_C7) && body_has(body, EG_SITE_T10) &&
               body_has(body, EG_SITE_JUGULAR) && body_has(body, EG_SITE_XIPHOID);
    int shoulders =
        (body_has(body, EG_SITE_ACROMION) && body_has(body, EG_SITE_ACROMION_RIGHT)) ||
        (body_has(body, EG_SITE_SHOULDER_CENTRE) && body_has(body, EG_SITE_SHOULDER_CENTRE_RIGHT));
    if (four) return 0;
    if (shoulders || (body_has(body, EG_SITE_C7) && body_has(body, EG_SITE_JUGULAR)))
        return lacks_pelvis(body, 0, r);
    add(r, "the thorax needs C7, T10, jugular notch and xiphoid, or both acromia");
    return 1;
}

static int lacks_arm(const eg_body *body, int side, int needs_turn, reason *r) {
    int is_centre = use_centres(body) && body_has(body, EG_SITE_SHOULDER_CENTRE + side);
    if (lacks_thorax(body, r)) return 1;
    if (!is_centre && (lacks(body, EG_SITE_ACROMION, r) || lacks(body, EG_SITE_ACROMION_RIGHT, r)))
        return 1;
    int elbow = use_centres(body) && body_has(body, EG_SITE_ELBOW_CENTRE + side);
    if (!elbow && lacks(body, EG_SITE_ELBOW + side, r)) return 1;
    if (!needs_turn || (body_has(body, EG_SITE_ELBOW_INNER + side) && !elbow)) return 0;
    if (body_has(body, EG_SITE_WRIST + side) || body_has(body, EG_SITE_WRIST_CENTRE + side))
        return 0;
    return lacks(body, EG_SITE_WRIST_THUMB + side, r) ||
           lacks(body, EG_SITE_WRIST_LITTLE + side, r);
}

/* The elbow's centre: its own markers, or one of them and the upper arm. */
static int lacks_elbow(const eg_body *body, int side, reason *r) {
    if (body_has(body, EG_SITE_ELBOW + side) && body_has(body, EG_SITE_ELBOW_INNER + side))
        return 0;
    if (use_centres(body) && body_has(body, EG_SITE_ELBOW_CENTRE + side)) return 0;
    return lacks_arm(body, side, 1, r);
}

static int lacks_wrist(const eg_body *body, int side, int needs_turn, reason *r) {
    if (!needs_turn &&
        (body_has(body, EG_SITE_WRIST + side) || body_has(body, EG_SITE_WRIST_CENTRE + side)))
        return 0;
    return lacks(body, EG_SITE_WRIST_THUMB + side, r) ||
           lacks(body, EG_SITE_WRIST_LITTLE + side, r);
}

static int lacks_head(const eg_body *body, reason *r) {
    return lacks(body, EG_SITE_HEAD_FRONT, r) || lacks(body, EG_SITE_HEAD_FRONT_RIGHT, r) ||
           lacks(body, EG_SITE_HEAD_BACK, r) || lacks(body, EG_SITE_HEAD_BACK_RIGHT, r);
}

/* The line from pelvis to neck: behind, or between the hips and the shoulders. */
static int lacks_line(const eg_body *body, reason *r) {
    if (body_has(body, EG_SITE_C7) && body_has_back(body)) return 0;
    int centres = body_has(body, EG_SITE_SHOULDER_CENTRE) &&
                  body_has(body, EG_SITE_SHOULDER_CENTRE_RIGHT) &&
                  !body_has(body, EG_SITE_ACROMION);
    if (!centres && (lacks(body, EG_SITE_ACROMION, r) || lacks(body, EG_SITE_ACROMION_RIGHT, r)))
        return 1;
    return lacks_hip(body, EG_LEFT, r) || lacks_hip(body, EG_RIGHT, r);
}

static int is_angle(int angle, int first, int side) {
    return angle == first + (side > 0 ? side : 0);
}

static int lacks_leg(const eg_body *body, int angle, int side, reason *r) {
    int turn = is_angle(angle, EG_ANGLE_HIP_ROTATION, side);
    if (is_angle(angle, EG_ANGLE_HIP_FLEXION, side) ||
        is_angle(angle, EG_ANGLE_HIP_ADDUCTION, side) || turn)
        return lacks_pelvis(body, 0, r) || lacks_hip(body, side, r) ||
               lacks_bone(body, 0, side, turn, r);
    int is_knee = is_angle(angle, EG_ANGLE_KNEE_FLEXION, side);
    turn = is_angle(angle, EG_ANGLE_KNEE_ADDUCTION, side) ||
           is_angle(angle, EG_ANGLE_KNEE_ROTATION, side);
    if (is_knee || turn) {
        int is_rotation = is_angle(angle, EG_ANGLE_KNEE_ROTATION, side);
        return lacks_hip(body, side, r) || lacks_bone(body, 0, side, turn, r) ||
               lacks_bone(body, 1, side, is_rotation, r);
    }
    if (is_angle(angle, EG_ANGLE_FOOT_PROGRESSION, side)) return lacks_foot(body, side, r);
    turn = !is_angle(angle, EG_ANGLE_ANKLE_DORSIFLEXION, side);
    if (lacks_foot(body, side, r) || lacks_shank(body, side, turn, r)) return 1;
    return is_angle(angle, EG_ANGLE_FOOT_INVERSION, side) &&
           (lacks(body, EG_SITE_MET_1 + side, r) || lacks(body, EG_SITE_MET_5 + side, r));
}

void eg_body_reason(const eg_body *body, int angle, char text[EG_BODY_REASON_SIZE]) {
    EG_ASSERT(angle >= 0 && angle < EG_ANGLES);
    reason r = {text, 0};
    int side = eg_angle_about(angle).side;
    text[0] = '\0';
    if (angle < EG_ANGLE_HIP_FLEXION)
        (void)lacks_pelvis(body, angle == EG_ANGLE_PELVIS_TILT, &r);
    else if (angle < EG_ANGLE_THORAX_TILT)
        (void)lacks_leg(body, angle, side, &r);
    else if (angle < EG_ANGLE_TRUNK_FLEXION)
        (void)lacks_thorax(body, &r);
    else if (angle < EG_ANGLE_LEAN_FORWARD)
        (void)(lacks_thorax(body, &r) || lacks_pelvis(body, 1, &r));
    else if (angle < EG_ANGLE_NECK_FLEXION)
        (void)lacks_line(body, &r);
    else if (angle < EG_ANGLE_SHOULDER_ELEVATION)
        (void)(lacks_head(body, &r) || lacks_thorax(body, &r));
    else if (angle < EG_ANGLE_ELBOW_FLEXION)
        (void)lacks_arm(body, side, is_angle(angle, EG_ANGLE_SHOULDER_ROTATION, side), &r);
    else if (angle < EG_ANGLE_WRIST_FLEXION)
        (void)(lacks_arm(body, side, 1, &r) ||
               lacks_wrist(body, side, is_angle(angle, EG_ANGLE_FOREARM_PRONATION, side), &r));
    else
        (void)(lacks_elbow(body, side, &r) || lacks_wrist(body, side, 1, &r) ||
               lacks(body, EG_SITE_HAND + side, &r));
}
