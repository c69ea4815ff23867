/* Where the angles of a study of motion come from. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_motion_part.h"
#include "core/base/real.h"

static int number_of_axis(const char *text) {
    if (text == NULL) return 0;
    int sign = text[0] == '-' ? -1 : 1;
    return sign * (text[text[0] == '-'] - 'x' + 1);
}

static eg_body_settings settings_of(const eg_study_call *call, const eg_recording *recording) {
    eg_body_settings s = eg_body_settings_default();
    eg_motion_settings_of(recording, &s);
    const char *hip = eg_study_text(call, "hip_centre", NULL);
    s.is_plug_in_gait = strcmp(eg_study_text(call, "profile", "engram"), "plug-in-gait") == 0;
    s.ignores_centres = s.is_plug_in_gait || (hip != NULL && strcmp(hip, "file") != 0);
    if (s.is_plug_in_gait || (hip != NULL && strcmp(hip, "davis") == 0)) s.hip = EG_HIP_DAVIS;
    if (hip != NULL && strcmp(hip, "bell") == 0) s.hip = EG_HIP_BELL;
    if (hip != NULL && strcmp(hip, "harrington") == 0) s.hip = EG_HIP_HARRINGTON;
    s.up = number_of_axis(eg_study_text(call, "up", NULL));
    for (int side = 0; side < 2; side++) {
        s.leg_length_mm[side] = eg_study_number(call, "leg_length_mm", s.leg_length_mm[side]);
        s.knee_width_mm[side] = eg_study_number(call, "knee_width_mm", s.knee_width_mm[side]);
        s.ankle_width_mm[side] = eg_study_number(call, "ankle_width_mm", s.ankle_width_mm[side]);
    }
    s.marker_radius_mm = 0.5 * eg_study_number(call, "marker_diameter_mm", 2 * s.marker_radius_mm);
    return s;
}

/* ---- the static pose ------------------------------------------------------------------------- */

/* Mean angles, and how far heel to toe points upwards while the feet stand flat. */
static eg_err look_at_static(motion_run *run, eg_body_settings *settings, double neutral[EG_ANGLES],
                             eg_diag *diag) {
    const eg_recording *r = run->call->references[0];
    eg_motion_points found;
    eg_body body;
    eg_err err = eg_motion_points_of(r, &found, diag);
    eg_body_settings own = settings_of(run->call, r);
    if (err == EG_OK) err = eg_body_init(&body, &found.points, &own, diag);
    if (err != EG_OK) return err;
    eg_pose pose;
    double now[EG_ANGLES], sum[EG_ANGLES] = {0}, pitch[2] = {0, 0};
    size_t count[EG_ANGLES] = {0}, n_pitch[2] = {0, 0};
    for (size_t pass = 0; pass < 2; pass++) {
        /* First the feet; then the angles with flat feet. */
        for (size_t t = 0; t < r->n_frames; t++) {
            eg_body_pose(&body, t, &pose);
            for (int side = 0; pass == 0 && side < 2; side++) {
                const eg_segment *foot = &pose.segment[EG_SEGMENT_FOOT + side];
                if (!foot->is_known) continue;
                pitch[side] += eg_asin(fmax(-1, fmin(1, foot->axes.m[1][0])));
                n_pitch[side]++;
            }
            if (pass == 0) continue;
            eg_body_angles(&body, &pose, now);
            for (int a = 0; a < EG_ANGLES; a++) {
                if (isnan(now[a])) continue;
                sum[a] += now[a];
                count[a]++;
            }
        }
        for (int side = 0; pass == 0 && side < 2; side++)
            if (n_pitch[side] > 0)
                settings->foot_pitch_rad[side] = body.settings.foot_pitch_rad[side] =
                    pitch[side] / (double)n_pitch[side];
    }
    for (int a = 0; a < EG_ANGLES; a++) neutral[a] = count[a] > 0 ? sum[a] / (double)count[a] : 0;
    eg_study_say(run->result,
                 "From the static recording %s: the direction from heel to toe that is flat "
                 "(%.1f and %.1f deg upwards).",
                 r->name, settings->foot_pitch_rad[0] * 180 / EG_PI,
                 settings->foot_pitch_rad[1] * 180 / EG_PI);
    return EG_OK;
}

/* ---- markers --------------------------------------------------------------------------------- */

static void say_body(motion_run *run, const eg_motion_points *found, const eg_body *body) {
    static const char *const axes[] = {"-z", "-y", "-x", "?", "x", "y", "z"};
    const eg_room *room = &body->room;
    json_t *result = run->result;
    eg_study_say(result, "%s points up (%s).", axes[room->up + 3],
                 room->up_is_found        ? "feet below trunk"
                 : body->settings.up != 0 ? "as said"
                                          : "as the file hints: nobody stands upright");
    if (room->heading_from != EG_HEADING_UNKNOWN)
        eg_study_say(result, "Forwards is %s%s.",
                     room->heading_from == EG_HEADING_WALK ? "where the body goes"
                                                           : "where the body looks",
                     room->heading_is_axis ? ", turned to the nearest axis of the laboratory" : "");
    static const char *const sides[] = {"left", "right"};
    for (int side = 0; side < 2; side++)
        if (body->hip_from[side][0] != '\0' && body->knee_from[side][0] != '\0')
            eg_study_say(result, "Centres of the %s leg: hip %s; knee %s; ankle %s.", sides[side],
                         body->hip_from[side], body->knee_from[side],
                         body->ankle_from[side][0] != '\0' ? body->ankle_from[side] : "unknown");
    eg_study_say(result, "%s",
                 body->settings.is_plug_in_gait
                     ? "Cardan angles as in Plug-in-Gait (flexion, adduction, rotation; pelvis by "
                       "tilt, obliquity, rotation)."
                     : "Joint angles by Grood and Suntay (Z-X-Y; a foot of two markers Z-Y-X), "
                       "shoulder Y-X-Y, pelvis and thorax by rotation, obliquity, tilt.");
    if (body->guessed_width)
        eg_study_add_check(result, "widths", 1,
                           "a joint has one marker and nobody says how wide it is: a share of the "
                           "leg's (the arm's) length is taken; measure it, or add the inner marker",
                           NULL);
    if (found->unit_is_guessed)
        eg_study_add_warning(result, "the file names no unit of length: guessed from the body");
    if (!room->up_is_found && body->settings.up == 0)
        eg_study_add_warning(result, "which way is up was hinted, not found: angles of pelvis, "
                                     "thorax and foot to the room may be wrong");
    if (found->match.n_doubles > 0)
        eg_study_add_warning(result, "several markers have the name of one site: that seen more "
                                     "often counts");
    if (found->match.are_key_points)
        eg_study_add_warning(result, "points of a camera are joint centres: rotations about the "
                                     "long axes are not known, the pelvis is taken as upright");
}

static eg_err from_markers(motion_run *run, eg_diag *diag) {
    const eg_recording *r = run->call->recording;
    eg_motion_points found;
    eg_body body;
    double neutral[EG_ANGLES];
    eg_err err = eg_motion_points_of(r, &found, diag);
    if (err != EG_OK) return err;
    eg_body_settings settings = settings_of(run->call, r);
    int has_static = run->call->n_references > 0;
    if (has_static) err = look_at_static(run, &settings, neutral, diag);
    if (err == EG_OK) err = eg_body_init(&body, &found.points, &settings, diag);
    if (err == EG_OK) err = eg_motion_traces_of_body(&body, r, &run->traces, diag);
    if (err != EG_OK) return err;
    snprintf(run->traces.source, sizeof run->traces.source,
             "%zu markers at %zu known sites (%zu without a known name)", r->points.n_markers,
             found.match.n_sites, found.match.n_unknown);
    say_body(run, &found, &body);
    int is_neutral = eg_study_flag(run->call, "neutral");
    if (is_neutral && !has_static)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "neutral", 0,
                           "a static recording is needed: give it as reference");
    for (int a = 0; is_neutral && a < EG_ANGLES; a++)
        for (size_t t = 0; t < run->traces.traces[a].n; t++)
            run->traces.traces[a].values[t] -= neutral[a];
    if (is_neutral) eg_study_say(run->result, "Angles of the static recording were taken off.");
    return EG_OK;
}

/* ---- which of them --------------------------------------------------------------------------- */

static int has_values(const eg_motion_traces *traces) {
    for (size_t i = 0; i < traces->count; i++)
        if (traces->traces[i].reason[0] == '\0') return 1;
    return 0;
}

static eg_err from_angles(motion_run *run, const char *only, eg_diag *diag) {
    const eg_recording *r = run->call->recording;
    eg_err err = eg_motion_traces_of_columns(r, only, &run->traces, NULL);
    if (err == EG_ERR_MISSING && only == NULL)
        err = eg_motion_traces_of_computed(r, &run->traces, NULL);
    if (err == EG_ERR_MISSING)
        return eg_diag_set(diag, EG_ERR_LAYOUT, r->name, 0,
                           only != NULL ? "there is no column \"%s\""
                                        : "there are neither markers whose names tell where they "
                                          "sit nor columns of angles (knee_angle_r, or deg)",
                           only);
    if (err != EG_OK) return eg_diag_set(diag, err, r->name, 0, "no memory");
    for (size_t i = 0; i < run->traces.count; i++)
        if (run->traces.traces[i].is_turned)
            eg_study_add_warning(run->result,
                                 "flexion is negative in this file: its sign was turned");
    return EG_OK;
}

eg_err motion_find_traces(motion_run *run, eg_diag *diag) {
    const char *source = eg_study_text(run->call, "source", NULL);
    const char *only = eg_study_text(run->call, "channel", NULL);
    if (only != NULL || (source != NULL && strcmp(source, "angles") == 0))
        return from_angles(run, only, diag);
    if (source != NULL) return from_markers(run, diag);
    if (run->call->recording->points.n_markers > 0) {
        eg_diag own = {0};
        eg_err err = from_markers(run, &own);
        if (err == EG_OK && has_values(&run->traces)) return EG_OK;
        eg_motion_traces_clear(&run->traces);
        /* A fault of the static recording or an option is said; lacking markers are no fault. */
        if (err != EG_OK && err != EG_ERR_MISSING) {
            if (diag != NULL) *diag = own;
            return err;
        }
    }
    return from_angles(run, NULL, diag);
}
