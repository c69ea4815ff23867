#include "core/motion/body.h"

#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/motion/body_part.h"

enum { LOOKS = 256 }; /* frames that are looked at for sizes and directions */

/* Shares of the leg's length (of the upper arm's for the elbow) that stand for widths that nobody
 * measured; adults with a leg of 0.9 m have knees of 0.1 m and ankles of 0.07 m. */
static const double knee_share = 0.11, ankle_share = 0.075, elbow_share = 0.25;
static const double shoulder_drop_share = 0.17; /* of the distance of the acromia: Rab 2002 */
static const double least_walk_mm = 500.0, near_axis_deg = 15.0;
static const double least_upright = 0.8; /* cosine of body line and axis */

eg_body_settings eg_body_settings_default(void) {
    const double nan = (double)NAN;
    return (eg_body_settings){.hip = EG_HIP_HARRINGTON,
                              .leg_length_mm = {nan, nan},
                              .knee_width_mm = {nan, nan},
                              .ankle_width_mm = {nan, nan},
                              .elbow_width_mm = {nan, nan},
                              .marker_radius_mm = 7.0,
                              .up_hint = 3,
                              .flat_by_heel_rad = {{nan, nan, nan}, {nan, nan, nan}},
                              .flat_by_ankle_rad = {{nan, nan, nan}, {nan, nan, nan}}};
}

eg_angle_def eg_angle_about(int angle) {
#define DEF_1(joint, positive, negative, name)                                                     \
    {joint, positive, negative, name, EG_LEFT}, {                                                  \
        joint, positive, negative, name, EG_RIGHT                                                  \
    }
#define DEF_0(joint, positive, negative, name)                                                     \
    { joint, positive, negative, name, -1 }
#define DEF(id, is_paired, joint, positive, negative, name)                                        \
    DEF_##is_paired(joint, positive, negative, name),
    static const eg_angle_def defs[EG_ANGLES] = {EG_ANGLE_TABLE(DEF)};
#undef DEF
#undef DEF_0
#undef DEF_1
    EG_ASSERT(angle >= 0 && angle < EG_ANGLES);
    return defs[angle];
}

/* ---- places ---------------------------------------------------------------------------------- */

int body_site(const eg_body *body, int site, size_t t, double out[3]) {
    const double(*xyz)[3] = body->points.site[site];
    if (xyz == NULL || !body_is_known(xyz[t])) {
        body_nowhere(out);
        return 0;
    }
    double unit = body->points.unit_mm, p[3];
    for (int k = 0; k < 3; k++) p[k] = unit * xyz[t][k];
    for (int k = 0; k < 3; k++)
        out[k] = body->room.turn.m[k][0] * p[0] + body->room.turn.m[k][1] * p[1] +
                 body->room.turn.m[k][2] * p[2];
    return 1;
}

int body_middle_of(const eg_body *body, int a, int b, size_t t, double out[3]) {
    double p[3], q[3];
    int is_seen = body_site(body, a, t, p) && body_site(body, b, t, q);
    if (is_seen)
        body_middle(p, q, out);
    else
        body_nowhere(out);
    return is_seen;
}

void body_axis(const eg_rotation *axes, int which, double out[3]) {
    for (int k = 0; k < 3; k++) out[k] = axes->m[k][which];
}

int body_axes(int which_main, const double main[3], int which_other, const double other[3],
              eg_rotation *axes) {
    EG_ASSERT(which_main != which_other);
    double a[3] = {main[0], main[1], main[2]}, b[3] = {other[0], other[1], other[2]}, c[3];
    if (body_unit(a) <= 0.0 || body_unit(b) <= 0.0) return 0;
    double share = body_dot(a, b);
    for (int k = 0; k < 3; k++) b[k] -= share * a[k];
    if (!(body_length(b) > 1e-6) || body_unit(b) <= 0.0) return 0;
    int third = 3 - which_main - which_other;
    if ((which_main + 1) % 3 == which_other)
        body_cross(a, b, c);
    else
        body_cross(b, a, c);
    for (int k = 0; k < 3; k++) {
        axes->m[k][which_main] = a[k];
        axes->m[k][which_other] = b[k];
        axes->m[k][third] = c[k];
    }
    return 1;
}

eg_rotation body_between(const eg_segment *proximal, const eg_segment *distal, int side) {
    eg_rotation r = eg_rotation_between(&proximal->axes, &distal->axes);
    if (side == EG_RIGHT) return r;
    /* Seen in a mirror a left limb is a right one. */
    r.m[0][2] = -r.m[0][2];
    r.m[1][2] = -r.m[1][2];
    r.m[2][0] = -r.m[2][0];
    r.m[2][1] = -r.m[2][1];
    return r;
}

/* ---- the room -------------------------------------------------------------------------------- */

/* The frame of look `i`; all frames where there are few. */
static size_t frame_of_look(const eg_body *body, size_t i) {
    size_t n = body->points.n_frames;
    return n <= LOOKS ? i : (size_t)((double)i * (double)(n - 1) / (LOOKS - 1));
}

static size_t looks_of(const eg_body *body) {
    return body->points.n_frames < LOOKS ? body->points.n_frames : LOOKS;
}

static int mean_of(const eg_body *body, const int *sites, size_t n, size_t t, double out[3]) {
    double sum[3] = {0}, p[3];
    int count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!body_site(body, sites[i], t, p)) continue;
        for (int k = 0; k < 3; k++) sum[k] += p[k];
        count++;
    }
    for (int k = 0; k < 3; k++) out[k] = count > 0 ? sum[k] / count : (double)NAN;
    return count;
}

#define BOTH(id) EG_SITE_##id, EG_SITE_##id##_RIGHT

/* From the feet to the trunk (or along what there is of legs or trunk), summed over the looks. */
static void line_of_body(const eg_body *body, double sum[3]) {
    static const int feet[] = {BOTH(HEEL),  BOTH(TOE),          BOTH(ANKLE),
                               BOTH(MET_1), BOTH(ANKLE_CENTRE), BOTH(ANKLE_INNER)};
    static const int knees[] = {BOTH(KNEE), BOTH(KNEE_CENTRE), BOTH(KNEE_INNER), BOTH(SHANK)};
    static const int hips[] = {BOTH(ASIS), BOTH(PSIS), EG_SITE_SACRUM, BOTH(HIP_CENTRE),
                               BOTH(TROCHANTER)};
    static const int chest[] = {EG_SITE_T10, EG_SITE_XIPHOID};
    static const int neck[] = {EG_SITE_C7, EG_SITE_JUGULAR, BOTH(ACROMION), BOTH(SHOULDER_CENTRE)};
    static const struct {
        const int *sites;
        size_t n;
    } levels[] = {{feet, sizeof feet / sizeof feet[0]},
                  {knees, sizeof knees / sizeof knees[0]},
                  {hips, sizeof hips / sizeof hips[0]},
                  {chest, sizeof chest / sizeof chest[0]},
                  {neck, sizeof neck / sizeof neck[0]}};
    sum[0] = sum[1] = sum[2] = 0.0;
    for (size_t i = 0; i < looks_of(body); i++) {
        size_t t = frame_of_look(body, i);
        double low[3], high[3];
        size_t a = 0, b = 4;
        while (a < 4 && mean_of(body, levels[a].sites, levels[a].n, t, low) == 0) a++;
        while (b > a && mean_of(body, levels[b].sites, levels[b].n, t, high) == 0) b--;
        if (b <= a) continue;
        for (int k = 0; k < 3; k++) sum[k] += high[k] - low[k];
    }
}

/* Rows: forwards (any), up, right, for an axis that points up. */
static eg_rotation upright(int up) {
    int axis = (up > 0 ? up : -up) - 1;
    double to[3] = {0, 0, 0}, ahead[3] = {0, 0, 0};
    to[axis] = up > 0 ? 1.0 : -1.0;
    ahead[(axis + 1) % 3] = 1.0;
    eg_rotation columns;
    (void)body_axes(1, to, 0, ahead, &columns);
    return eg_rotation_inverse(&columns);
}

static eg_err find_up(eg_body *body, eg_diag *diag) {
    double line[3];
    eg_room *room = &body->room;
    room->turn = EG_ROTATION_ONE;
    room->up = body->settings.up;
    if (room->up == 0) {
        line_of_body(body, line);
        int best = 0;
        for (int k = 1; k < 3; k++)
            if (fabs(line[k]) > fabs(line[best])) best = k;
        if (fabs(line[best]) >= least_upright * body_length(line) && body_length(line) > 0.0) {
            room->up = line[best] > 0.0 ? best + 1 : -best - 1;
            room->up_is_found = 1;
        } else {
            room->up = body->settings.up_hint;
        }
    }
    if (room->up == 0 || room->up < -3 || room->up > 3)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "which axis points up cannot be told from the markers (nobody stands): "
                           "say which one does");
    room->turn = upright(room->up);
    return EG_OK;
}

/* Where the body is and looks at one moment; 0 where neither pelvis nor thorax is seen. */
static int trunk_at(const eg_body *body, size_t t, double place[3], double facing[2]) {
    static const int pairs[][2] = {{EG_SITE_ASIS, EG_SITE_ASIS_RIGHT},
                                   {EG_SITE_HIP_CENTRE, EG_SITE_HIP_CENTRE_RIGHT},
                                   {EG_SITE_PSIS, EG_SITE_PSIS_RIGHT},
                                   {EG_SITE_ACROMION, EG_SITE_ACROMION_RIGHT},
                                   {EG_SITE_SHOULDER_CENTRE, EG_SITE_SHOULDER_CENTRE_RIGHT},
                                   {EG_SITE_KNEE, EG_SITE_KNEE_RIGHT},
                                   {EG_SITE_ANKLE, EG_SITE_ANKLE_RIGHT},
                                   {EG_SITE_HEEL, EG_SITE_HEEL_RIGHT}};
    double left[3], right[3], front[3], back[3];
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (!body_has(body, pairs[i][0]) || !body_has(body, pairs[i][1])) continue;
        if (!body_site(body, pairs[i][0], t, left) || !body_site(body, pairs[i][1], t, right))
            return 0;
        body_middle(left, right, place);
        facing[0] = right[2] - left[2];
        facing[1] = left[0] - right[0];
        return 1;
    }
    if (body_site(body, EG_SITE_JUGULAR, t, front) && body_site(body, EG_SITE_C7, t, back)) {
        body_middle(front, back, place);
        facing[0] = front[0] - back[0];
        facing[1] = front[2] - back[2];
        return 1;
    }
    /* One leg alone: its foot tells. */
    for (int side = EG_LEFT; side <= EG_RIGHT; side++)
        if (body_site(body, EG_SITE_HEEL + side, t, back) &&
            body_site(body, EG_SITE_TOE + side, t, front)) {
            body_middle(front, back, place);
            facing[0] = front[0] - back[0];
            facing[1] = front[2] - back[2];
            return 1;
        }
    return 0;
}

static void find_heading(eg_body *body) {
    double first[3] = {0}, last[3] = {0}, place[3], facing[2], looks[2] = {0, 0};
    size_t count = 0;
    for (size_t i = 0; i < looks_of(body); i++) {
        if (!trunk_at(body, frame_of_look(body, i), place, facing)) continue;
        if (count++ == 0) memcpy(first, place, sizeof first);
        memcpy(last, place, sizeof last);
        double size = sqrt(facing[0] * facing[0] + facing[1] * facing[1]);
        if (!(size > 0.0)) continue;
        looks[0] += facing[0] / size;
        looks[1] += facing[1] / size;
    }
    eg_room *room = &body->room;
    double x = last[0] - first[0], z = last[2] - first[2];
    room->walked_mm = sqrt(x * x + z * z);
    int walks = room->walked_mm > least_walk_mm;
    if (count == 0 || (!walks && !(fabs(looks[0]) + fabs(looks[1]) > 1e-6 * (double)count))) return;
    room->heading_from = walks ? EG_HEADING_WALK : EG_HEADING_FACING;
    if (!walks) {
        x = looks[0];
        z = looks[1];
    } else if (x * looks[0] + z * looks[1] < 0.0) { /* backwards */
        x = -x;
        z = -z;
    }
    double heading = eg_atan2(-z, x), quarter = 0.5 * EG_PI;
    double axis = quarter * floor(heading / quarter + 0.5), off = (heading - axis) * 180.0 / EG_PI;
    if (fabs(off) <= near_axis_deg || body->settings.is_plug_in_gait) {
        room->heading_is_axis = 1;
        room->heading_off_deg = off;
        heading = axis;
    }
    eg_rotation back = eg_rotation_about(1, -heading);
    room->turn = eg_rotation_product(&back, &room->turn);
}

/* ---- sizes ----------------------------------------------------------------------------------- */

/* A quantile of the way along a chain of sites, in mm; NaN where it is never seen whole. */
static double length_of(const eg_body *body, const int *sites, size_t n, double quantile) {
    double found[LOOKS], scratch[LOOKS], p[3], q[3];
    size_t count = 0;
    for (size_t i = 0; i < looks_of(body); i++) {
        size_t t = frame_of_look(body, i);
        double sum = 0.0;
        int is_whole = body_site(body, sites[0], t, p);
        for (size_t s = 1; is_whole && s < n; s++) {
            is_whole = body_site(body, sites[s], t, q);
            sum += body_distance(p, q);
            memcpy(p, q, sizeof p);
        }
        if (is_whole) found[count++] = sum;
    }
    eg_sort(count, found, scratch);
    return eg_sort_quantile(count, found, quantile);
}

static double depth_of_pelvis(const eg_body *body) {
    double found[LOOKS], scratch[LOOKS], front[3], back[3];
    size_t count = 0;
    for (size_t i = 0; i < looks_of(body); i++) {
        size_t t = frame_of_look(body, i);
        if (!body_middle_of(body, BOTH(ASIS), t, front)) continue;
        if (!body_middle_of(body, BOTH(PSIS), t, back) && !body_site(body, EG_SITE_SACRUM, t, back))
            continue;
        found[count++] = body_distance(front, back);
    }
    eg_sort(count, found, scratch);
    return eg_sort_quantile(count, found, 0.5);
}

static double half_width(eg_body *body, double given, double share, double of, int is_needed) {
    if (!isfinite(given) && is_needed) body->guessed_width = 1;
    return 0.5 * (isfinite(given) ? given : share * of) + body->settings.marker_radius_mm;
}

static void find_sizes(eg_body *body) {
    const eg_body_settings *s = &body->settings;
    body->pelvis_width_mm = length_of(body, (int[]){BOTH(ASIS)}, 2, 0.5);
    body->pelvis_depth_mm = depth_of_pelvis(body);
    body->shoulder_drop_mm = shoulder_drop_share * length_of(body, (int[]){BOTH(ACROMION)}, 2, 0.5);
    double legs[2];
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        int chain[] = {EG_SITE_ASIS + side, EG_SITE_KNEE + side, EG_SITE_ANKLE + side};
        body->leg_is_measured[side] = !isfinite(s->leg_length_mm[side]);
        legs[side] =
            body->leg_is_measured[side] ? length_of(body, chain, 3, 0.9) : s->leg_length_mm[side];
    }
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        double leg = isfinite(legs[side]) ? legs[side] : legs[1 - side];
        double arm =
            length_of(body, (int[]){EG_SITE_ACROMION + side, EG_SITE_ELBOW + side}, 2, 0.5);
        body->leg_length_mm[side] = leg;
        int one_knee = body_has(body, EG_SITE_KNEE + side) &&
                       !body_has(body, EG_SITE_KNEE_INNER + side) &&
                       (s->ignores_centres || !body_has(body, EG_SITE_KNEE_CENTRE + side));
        int one_ankle = body_has(body, EG_SITE_ANKLE + side) &&
                        !body_has(body, EG_SITE_ANKLE_INNER + side) &&
                        (s->ignores_centres || !body_has(body, EG_SITE_ANKLE_CENTRE + side));
        int one_elbow = body_has(body, EG_SITE_ELBOW + side) &&
                        !body_has(body, EG_SITE_ELBOW_INNER + side) &&
                        (s->ignores_centres || !body_has(body, EG_SITE_ELBOW_CENTRE + side));
        body->knee_offset_mm[side] =
            half_width(body, s->knee_width_mm[side], knee_share, leg, one_knee);
        body->ankle_offset_mm[side] =
            half_width(body, s->ankle_width_mm[side], ankle_share, leg, one_ankle);
        body->elbow_offset_mm[side] =
            half_width(body, s->elbow_width_mm[side], elbow_share, arm, one_elbow);
    }
}

/* Whether the wands stand at the side: a marker on the front of the thigh names another plane.
 * Plug-in-Gait takes them as they are. */
static void look_at_wands(eg_body *body) {
    static const double least_aside = 0.5;
    for (int is_shank = 0; is_shank < 2; is_shank++)
        for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
            int far = (is_shank ? EG_SITE_ANKLE : EG_SITE_KNEE) + side;
            int wand = (is_shank ? EG_SITE_SHANK : EG_SITE_THIGH) + side;
            int inner = (is_shank ? EG_SITE_ANKLE_INNER : EG_SITE_KNEE_INNER) + side;
            double sum = 0.0, p[3], q[3], up[3], off[3], across[3];
            /* With an inner marker nobody asks the wand. */
            int is_asked = body_has(body, wand) && body_has(body, far) && !body_has(body, inner);
            size_t n = 0, looks = is_asked ? looks_of(body) : 0;
            for (size_t i = 0; i < looks; i++) {
                size_t t = frame_of_look(body, i);
                eg_pose pose;
                eg_body_pose(body, t, &pose);
                const eg_segment *guide =
                    &pose.segment[is_shank ? EG_SEGMENT_THIGH + side : EG_SEGMENT_PELVIS];
                const double *near = is_shank ? pose.knee[side] : pose.hip[side];
                if (!guide->is_known || !body_is_known(near) || !body_site(body, far, t, p) ||
                    !body_site(body, wand, t, q))
                    continue;
                body_minus(near, p, up);
                body_minus(q, p, off);
                if (body_unit(up) <= 0.0) continue;
                double share = body_dot(off, up);
                for (int k = 0; k < 3; k++) off[k] -= share * up[k];
                if (body_unit(off) <= 0.0) continue;
                body_axis(&guide->axes, 2, across);
                sum += fabs(body_dot(off, across));
                n++;
            }
            body->wand_is_aside[side][is_shank] =
                body->settings.is_plug_in_gait || n == 0 || sum >= least_aside * (double)n;
        }
}

/* How each centre is found, for the report. */
static void say_centres(eg_body *body) {
    const eg_body_settings *s = &body->settings;
    int use = !s->ignores_centres;
    static const char *const hips[] = {"Harrington 2007", "Bell 1990", "Davis 1991"};
    for (int side = EG_LEFT; side <= EG_RIGHT; side++) {
        int method = (int)body_hip_method(body);
        body->hip_from[side] = body_has_hip(body, side) ? "the recording's own point"
                               : body_has(body, EG_SITE_ASIS) && body_has(body, EG_SITE_ASIS_RIGHT)
                                   ? hips[method]
                                   : "";
        for (int ankle = 0; ankle < 2; ankle++) {
            int outer = (ankle ? EG_SITE_ANKLE : EG_SITE_KNEE) + side;
            int inner = (ankle ? EG_SITE_ANKLE_INNER : EG_SITE_KNEE_INNER) + side;
            int centre = (ankle ? EG_SITE_ANKLE_CENTRE : EG_SITE_KNEE_CENTRE) + side;
            int wand = (ankle ? EG_SITE_SHANK : EG_SITE_THIGH) + side;
            const char **from = ankle ? &body->ankle_from[side] : &body->knee_from[side];
            *from = body_has(body, outer) && body_has(body, inner) ? "between two markers"
                    : use && body_has(body, centre)                ? "the recording's own point"
                    : !body_has(body, outer)                       ? ""
                    : body_has(body, wand) && body->wand_is_aside[side][ankle]
                        ? "half the width behind the marker, in the wand's plane"
                        : "half the width beside the marker";
        }
    }
}

eg_err eg_body_init(eg_body *body, const eg_body_points *points, const eg_body_settings *settings,
                    eg_diag *diag) {
    EG_ASSERT(body != NULL && points != NULL && settings != NULL);
    *body = (eg_body){.points = *points, .settings = *settings};
    if (!(points->unit_mm > 0.0) || !(settings->marker_radius_mm >= 0.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "the unit of the coordinates and the markers' radius are above 0");
    int n_seen = 0;
    for (int site = 0; site < EG_SITES; site++) {
        const double(*xyz)[3] = points->site[site];
        size_t t = 0;
        while (xyz != NULL && t < points->n_frames && !body_is_known(xyz[t])) t++;
        if (xyz == NULL || t == points->n_frames)
            body->points.site[site] = NULL;
        else
            n_seen++;
    }
    if (n_seen == 0)
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "no marker has a name that tells where it sits on the body (LASI, "
                           "R.Knee, ...); rename the markers");
    eg_err err = find_up(body, diag);
    if (err != EG_OK) return err;
    find_heading(body);
    find_sizes(body);
    look_at_wands(body);
    say_centres(body);
    return EG_OK;
}

/* ---- poses and angles ------------------------------------------------------------------------ */

void eg_body_pose(const eg_body *body, size_t frame, eg_pose *pose) {
    EG_ASSERT(frame < body->points.n_frames);
    for (int s = 0; s < EG_SEGMENTS; s++) pose->segment[s].is_known = 0;
    pose->pelvis_is_upright = 0;
    body_pose_lower(body, frame, pose);
    body_pose_upper(body, frame, pose);
}

void eg_body_angles(const eg_body *body, const eg_pose *pose, double angle_deg[EG_ANGLES]) {
    for (int a = 0; a < EG_ANGLES; a++) angle_deg[a] = (double)NAN;
    body_angles_lower(body, pose, angle_deg);
    body_angles_upper(body, pose, angle_deg);
}

/* Without jumps, and such that most of it lies within half a turn of 0. */
static void unwrap(size_t n, double *angle) {
    double sum = 0.0;
    size_t count = 0;
    eg_joint_unwrap(n, angle, 360.0);
    for (size_t t = 0; t < n; t++) {
        if (isnan(angle[t])) continue;
        sum += angle[t];
        count++;
    }
    double turns = count > 0 ? 360.0 * floor(sum / (double)count / 360.0 + 0.5) : 0.0;
    for (size_t t = 0; t < n && (turns < 0.0 || turns > 0.0); t++) angle[t] -= turns;
}

void eg_body_run(const eg_body *body, double *angles, size_t n_known[EG_ANGLES]) {
    EG_ASSERT(angles != NULL || body->points.n_frames == 0);
    size_t n = body->points.n_frames;
    double now[EG_ANGLES];
    eg_pose pose;
    for (int a = 0; a < EG_ANGLES; a++) n_known[a] = 0;
    for (size_t t = 0; t < n; t++) {
        eg_body_pose(body, t, &pose);
        eg_body_angles(body, &pose, now);
        for (int a = 0; a < EG_ANGLES; a++) {
            angles[(size_t)a * n + t] = now[a];
            n_known[a] += isnan(now[a]) ? 0 : 1;
        }
    }
    for (int a = 0; a < EG_ANGLES; a++) unwrap(n, angles + (size_t)a * n);
}
