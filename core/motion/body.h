/* From markers to joint angles: segments of the body from the markers that are there, joint centres
 * by published regressions, and angles in the sequences of joint.h with clinical signs. What cannot
 * be computed for lack of a marker is NaN and says why; the rest still comes.
 *
 * Sources: pelvis, thigh and shank by the conventional gait model (Kadaba et al. 1990, J Orthop Res
 * 8:383; Davis et al. 1991, Hum Mov Sci 10:575), axes of the ISB (Wu et al. 2002, 2005), hip centre
 * by Harrington et al. 2007 (J Biomech 40:595), Bell et al. 1990 (J Biomech 23:617) or Davis et al.
 * 1991, shoulder centre by Rab et al. 2002 (Gait Posture 15:113), pelvis and thorax in the
 * laboratory by rotation, obliquity, tilt (Baker 2001, Hum Mov Sci 20:787).
 *
 * Limits: skin moves over bone (about 2-3 deg in flexion, as much as the whole movement in
 * rotations about the long axis and in knee abduction); one marker at a joint needs its width; one
 * direction of progression holds for the whole recording. */
#ifndef EG_MOTION_BODY_H
#define EG_MOTION_BODY_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/motion/joint.h"
#include "core/motion/marker.h"

/* X(id, is_paired, joint, positive, negative, name): the angle grows with `positive` and falls with
 * `negative`; 0 is the neutral position. Both sides have the same clinical sign. */
#define EG_ANGLE_TABLE(X)                                                                          \
    X(PELVIS_TILT, 0, "pelvis", "anterior_tilt", "posterior_tilt", "Pelvic tilt, forwards")        \
    X(PELVIS_OBLIQUITY, 1, "pelvis", "hike", "drop", "Pelvic obliquity, this side up")             \
    X(PELVIS_ROTATION, 1, "pelvis", "protraction", "retraction",                                   \
      "Pelvic rotation, this side forwards")                                                       \
    X(HIP_FLEXION, 1, "hip", "flexion", "extension", "Hip flexion")                                \
    X(HIP_ADDUCTION, 1, "hip", "adduction", "abduction", "Hip adduction")                          \
    X(HIP_ROTATION, 1, "hip", "internal_rotation", "external_rotation", "Hip inner rotation")      \
    X(KNEE_FLEXION, 1, "knee", "flexion", "extension", "Knee flexion")                             \
    X(KNEE_ADDUCTION, 1, "knee", "varus", "valgus", "Knee varus")                                  \
    X(KNEE_ROTATION, 1, "knee", "internal_rotation", "external_rotation", "Knee inner rotation")   \
    X(ANKLE_DORSIFLEXION, 1, "ankle", "dorsiflexion", "plantarflexion", "Ankle dorsiflexion")      \
    X(FOOT_INVERSION, 1, "foot", "inversion", "eversion", "Foot inversion")                        \
    X(FOOT_ADDUCTION, 1, "foot", "adduction", "abduction", "Foot adduction to the shank")          \
    X(FOOT_PROGRESSION, 1, "foot", "toe_in", "toe_out", "Foot progression, inwards")               \
    X(THORAX_TILT, 0, "thorax", "forward_lean", "backward_lean", "Thorax, leaning forwards")       \
    X(THORAX_LEAN, 0, "thorax", "right_lean", "left_lean", "Thorax, leaning to the right")         \
    X(THORAX_ROTATION, 0, "thorax", "left_rotation", "right_rotation", "Thorax, turned left")      \
    X(TRUNK_FLEXION, 0, "lumbar", "flexion", "extension", "Trunk flexion against the pelvis")      \
    X(TRUNK_LATERAL, 0, "lumbar", "right_lateral_flexion", "left_lateral_flexion",                 \
      "Trunk bending to the right")                                                                \
    X(TRUNK_ROTATION, 0, "lumbar", "left_rotation", "right_rotation", "Trunk turning left")        \
    X(LEAN_FORWARD, 0, "trunk", "forward_lean", "backward_lean",                                   \
      "Trunk line, forwards of upright")                                                           \
    X(LEAN_RIGHT, 0, "trunk", "right_lean", "left_lean", "Trunk line, right of upright")           \
    X(NECK_FLEXION, 0, "cervical", "flexion", "extension", "Neck flexion")                         \
    X(NECK_LATERAL, 0, "cervical", "right_lateral_flexion", "left_lateral_flexion",                \
      "Neck bending to the right")                                                                 \
    X(NECK_ROTATION, 0, "cervical", "left_rotation", "right_rotation", "Neck turning left")        \
    X(SHOULDER_ELEVATION, 1, "shoulder", "elevation", "lowering", "Shoulder elevation")            \
    X(SHOULDER_PLANE, 1, "shoulder", "forward_plane", "backward_plane",                            \
      "Plane of shoulder elevation (0 sideways, 90 forwards)")                                     \
    X(SHOULDER_ROTATION, 1, "shoulder", "internal_rotation", "external_rotation",                  \
      "Shoulder inner rotation")                                                                   \
    X(SHOULDER_FLEXION, 1, "shoulder", "flexion", "extension", "Shoulder flexion (projected)")     \
    X(SHOULDER_ABDUCTION, 1, "shoulder", "abduction", "adduction",                                 \
      "Shoulder abduction (projected)")                                                            \
    X(ELBOW_FLEXION, 1, "elbow", "flexion", "extension", "Elbow flexion")                          \
    X(FOREARM_PRONATION, 1, "forearm", "pronation", "supination", "Forearm pronation")             \
    X(WRIST_FLEXION, 1, "wrist", "flexion", "extension", "Wrist flexion (palmar)")                 \
    X(WRIST_DEVIATION, 1, "wrist", "ulnar_deviation", "radial_deviation", "Wrist ulnar deviation")

/* A paired angle's number is that of the left side; the right one follows. */
typedef enum eg_angle {
#define EG_ANGLE_1(id) EG_ANGLE_##id, EG_ANGLE_##id##_RIGHT
#define EG_ANGLE_0(id) EG_ANGLE_##id

#define EG_ANGLE_ID(id, is_paired, joint, positive, negative, name) EG_ANGLE_##is_paired(id),
    EG_ANGLE_TABLE(EG_ANGLE_ID)
#undef EG_ANGLE_ID
        EG_ANGLES
} eg_angle;

typedef struct eg_angle_def {
    const char *joint, *positive, *negative, *name;
    int side; /* EG_LEFT, EG_RIGHT, -1: not paired */
} eg_angle_def;

eg_angle_def eg_angle_about(int angle); /* 0 ... EG_ANGLES - 1 */

/* ---- what is given --------------------------------------------------------------------------- */

typedef struct eg_body_points {
    size_t n_frames;
    double rate_hz;                    /* NaN: not known */
    double unit_mm;                    /* millimetres in a unit of the coordinates, > 0 */
    const double (*site[EG_SITES])[3]; /* [n_frames] NaN where not seen; NULL: no such marker */
} eg_body_points;

typedef enum eg_hip_method { EG_HIP_HARRINGTON, EG_HIP_BELL, EG_HIP_DAVIS } eg_hip_method;

typedef struct eg_body_settings {
    eg_hip_method hip;
    int ignores_centres;     /* joint centres that stand in the recording are not used */
    int ignores_hip_centres; /* those of the hips are not */
    int is_plug_in_gait;     /* pelvis by tilt, obliquity, rotation; heading to the next axis */
    double leg_length_mm[2]; /* left, right; NaN: from the markers */
    double knee_width_mm[2]; /* NaN: a share of the leg's length, said in `guessed` */
    double ankle_width_mm[2];
    double elbow_width_mm[2]; /* NaN: a quarter of the upper arm's length */
    double marker_radius_mm;  /* 7 of the usual markers */
    int up;                   /* 1, 2, 3: x, y, z points up; negative: down; 0: find out */
    int up_hint;              /* the same, used where the body does not tell */
    /* What a static recording tells, see eg_body_calibrate: the flat foot (its x horizontal) as the
     * line from heel to toe and that from ankle to toe (Plug-in-Gait) see it, Z-Y-X; NaN: nothing.
     */
    double flat_by_heel_rad[2][3], flat_by_ankle_rad[2][3];
} eg_body_settings;

eg_body_settings eg_body_settings_default(void);

/* ---- the room -------------------------------------------------------------------------------- */

typedef enum eg_heading_from {
    EG_HEADING_UNKNOWN,
    EG_HEADING_WALK,  /* where the body goes */
    EG_HEADING_FACING /* where it looks, as it stays in place */
} eg_heading_from;

typedef struct eg_room {
    eg_rotation turn; /* coordinates of the file to forwards, up, right */
    int up;           /* as in the settings */
    int up_is_found;  /* by feet below trunk; else hinted */
    eg_heading_from heading_from;
    int heading_is_axis;    /* turned to the nearest axis of the laboratory, at most 15 deg away */
    double heading_off_deg; /* the turn that this took */
    double walked_mm;       /* horizontal way of the pelvis (or thorax) from first to last frame */
} eg_room;

typedef struct eg_body {
    eg_body_points points;
    eg_body_settings settings;
    eg_room room;
    double pelvis_width_mm, pelvis_depth_mm; /* between the front spines; front to rear */
    double leg_length_mm[2];
    double knee_offset_mm[2], ankle_offset_mm[2], elbow_offset_mm[2]; /* centre behind marker */
    double shoulder_drop_mm; /* shoulder centre below the acromion */
    int leg_is_measured[2];  /* from the markers, not given */
    int wand_is_aside[2]
                     [2]; /* of thigh and shank: stands at the side, not in front: names a plane */
    int guessed_width;    /* a width was needed and not given */
    const char *hip_from[2], *knee_from[2], *ankle_from[2]; /* in words; "" where there is none */
} eg_body;

/* Looks at all frames once. EG_ERR_MISSING if no site has a marker that is ever seen, EG_ERR_DATA
 * if which way is up cannot be told (settings.up helps), EG_ERR_ARGUMENT for sizes not above 0. */
EG_NODISCARD eg_err eg_body_init(eg_body *body, const eg_body_points *points,
                                 const eg_body_settings *settings, eg_diag *diag);

/* Looks at a body that stands still with flat feet: fills flat_by_heel_rad and flat_by_ankle_rad of
 * `settings` for recordings of the same markers, and the mean of each angle (0 where there is
 * none), feet flat, which may count as neutral. `still` is changed: its own feet become flat. */
void eg_body_calibrate(eg_body *still, eg_body_settings *settings, double neutral_deg[EG_ANGLES]);

/* ---- one moment ------------------------------------------------------------------------------ */

typedef enum eg_segment_id {
    EG_SEGMENT_PELVIS,
    EG_SEGMENT_THIGH,
    EG_SEGMENT_THIGH_RIGHT,
    EG_SEGMENT_SHANK,
    EG_SEGMENT_SHANK_RIGHT,
    EG_SEGMENT_FOOT,
    EG_SEGMENT_FOOT_RIGHT,
    EG_SEGMENT_THORAX,
    EG_SEGMENT_HEAD,
    EG_SEGMENT_UPPER_ARM,
    EG_SEGMENT_UPPER_ARM_RIGHT,
    EG_SEGMENT_FOREARM,
    EG_SEGMENT_FOREARM_RIGHT,
    EG_SEGMENT_HAND,
    EG_SEGMENT_HAND_RIGHT,
    EG_SEGMENTS
} eg_segment_id;

typedef struct eg_segment {
    int is_known;
    int has_turn;     /* the turn about the long axis is known too */
    eg_rotation axes; /* x forwards, y up, z right; in the room */
    double origin[3]; /* its proximal joint centre, mm in the room */
} eg_segment;

typedef struct eg_pose {
    eg_segment segment[EG_SEGMENTS];
    double hip[2][3], knee[2][3], ankle[2][3], shoulder[2][3], elbow[2][3], wrist[2][3]; /* NaN */
    double lean_rad[2];    /* of the line from pelvis to neck: forwards, right */
    int pelvis_is_upright; /* without front and rear spines its tilt is not known: taken as 0 */
} eg_pose;

void eg_body_pose(const eg_body *body, size_t frame, eg_pose *pose);

/* One number in degrees per angle; NaN: not known. */
void eg_body_angles(const eg_body *body, const eg_pose *pose, double angle_deg[EG_ANGLES]);

/* All frames: angles[EG_ANGLES][n_frames], those of rotations without jumps of a turn. n_known[] is
 * how many frames each angle has. About 6 us a frame. */
void eg_body_run(const eg_body *body, double *angles, size_t n_known[EG_ANGLES]);

enum { EG_BODY_REASON_SIZE = 120 };

/* Why an angle has no value, in words: "no marker at the left heel". "" where all that it needs has
 * been seen (then never at the same time). */
void eg_body_reason(const eg_body *body, int angle, char reason[EG_BODY_REASON_SIZE]);

#endif
