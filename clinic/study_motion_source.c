/* Where the angles of a study of motion come from. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_motion_part.h"
#include "core/base/real.h"
#include "core/motion/functional.h"
#include "core/motion/gap.h"

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
    s.ignores_centres = s.is_plug_in_gait;
    s.ignores_hip_centres = hip != NULL && strcmp(hip, "file") != 0;
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

/* The feet's flat direction and the mean angles of a person who stands still. */
static eg_err look_at_static(motion_run *run, const eg_motion_points *still,
                             eg_body_settings *settings, double neutral[EG_ANGLES], eg_diag *diag) {
    const eg_recording *r = run->call->references[0];
    eg_body body;
    eg_body_settings own = settings_of(run->call, r);
    eg_err err = eg_body_init(&body, &still->points, &own, diag);
    if (err != EG_OK) return err;
    eg_body_calibrate(&body, settings, neutral);
    eg_study_say(run->result,
                 "From the static recording %s: the direction from heel to toe that is flat "
                 "(left %.1f, right %.1f deg upwards).",
                 r->name, -settings->flat_by_heel_rad[0][0] * 180 / EG_PI,
                 -settings->flat_by_heel_rad[1][0] * 180 / EG_PI);
    return EG_OK;
}

/* ---- gaps ------------------------------------------------------------------------------------ */

static void say_gaps(motion_run *run, const eg_gap_report *report, const eg_gap_settings *limits) {
    size_t n_filled = 0, n_static = 0, n_gappy = 0;
    int worst = -1;
    char text[200], name[EG_SITE_NAME_SIZE];
    for (int s = 0; s < EG_SITES; s++) {
        n_static += report[s].is_from_reference != 0;
        if (!report[s].is_from_reference) n_filled += report[s].n_spline + report[s].n_rigid;
        /* Before a person comes in and after they leave, nothing is missing. */
        if (!(report[s].longest_left_s > 0)) continue;
        n_gappy++;
        if (worst < 0 || report[s].longest_left_s > report[worst].longest_left_s) worst = s;
    }
    if (n_filled > 0)
        eg_study_say(
            run->result,
            "%zu positions of markers that were not seen were filled: gaps up to %g s by a "
            "spline, up to %g s by the other markers of the segment.",
            n_filled, limits->spline_s, limits->rigid_s);
    if (n_static > 0)
        eg_study_say(run->result,
                     "%zu markers are seen in the static recording only and follow "
                     "their segment.",
                     n_static);
    if (worst < 0) return;
    snprintf(text, sizeof text,
             "%zu markers are missing in between; the longest gap that stays is %.2f s of the %s",
             n_gappy, report[worst].longest_left_s, eg_site_name(worst, name));
    eg_study_add_check(run->result, "markers", 1, text, NULL);
}

/* The memory is the caller's to free once the angles are computed. */
static eg_err fill_gaps(motion_run *run, eg_body_points *points, const eg_body_points *still,
                        void **memory, eg_diag *diag) {
    eg_gap_settings limits = EG_GAP_SETTINGS_DEFAULT;
    limits.rigid_s = eg_study_number(run->call, "max_gap_s", limits.rigid_s);
    limits.spline_s = fmin(limits.spline_s, limits.rigid_s);
    if (!(points->rate_hz > 0)) return EG_OK; /* a single picture */
    size_t size = eg_gap_size(points, still);
    *memory = malloc(size);
    eg_gap_report *report = calloc(EG_SITES, sizeof *report);
    eg_arena arena;
    eg_err err = EG_OK;
    if (*memory == NULL || report == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, run->call->recording->name, 0, "no memory");
    if (err == EG_OK) {
        eg_arena_init(&arena, *memory, size);
        err = eg_gap_fill(points, still, &limits, &arena, report, diag);
    }
    if (err == EG_OK) say_gaps(run, report, &limits);
    free(report);
    return err;
}

/* ---- joints from movement -------------------------------------------------------------------- */

/* For sets with clusters and no marker at the joints. The memory is the caller's to free. */
static eg_err find_joints(motion_run *run, eg_body_points *points, const eg_body_settings *settings,
                          void **memory, eg_diag *diag) {
    static const char *const sides[] = {"left", "right"};
    eg_functional_report report[2];
    eg_arena arena;
    size_t size = eg_functional_size(points);
    *memory = malloc(size);
    if (*memory == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, run->call->recording->name, 0, "no memory");
    eg_arena_init(&arena, *memory, size);
    eg_err err = eg_functional_fill(points, settings, &arena, report, diag);
    for (int side = 0; err == EG_OK && side < 2; side++) {
        char text[200];
        if (!report[side].has_knee) continue;
        eg_study_say(
            run->result,
            "Axis of the %s knee (SARA) and centre of the %s ankle (SCoRE) from the "
            "movement of clusters: the knee turned by %.0f deg, residuals %.1f and %.1f mm.",
            sides[side], sides[side], report[side].bend_deg, report[side].residual_mm,
            report[side].ankle_residual_mm);
        snprintf(text, sizeof text,
                 "the %s leg has no marker at knee and ankle: both come from its movement; angles "
                 "may be off by a constant of some degrees",
                 sides[side]);
        eg_study_add_check(run->result, "joints from movement", 1, text, NULL);
    }
    return err;
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
    if (found->n_inner > 0)
        eg_study_add_warning(result, "of two markers with the name of a knee or ankle, that nearer "
                                     "to the other leg was taken as the inner one");
    if (found->match.n_doubles > 0)
        eg_study_add_warning(result, "several markers have the name of one site: that seen more "
                                     "often counts");
    if (found->match.are_key_points)
        eg_study_add_warning(result, "points of a camera are joint centres: rotations about the "
                                     "long axes are not known, the pelvis is taken as upright");
}

static eg_err angles_of_markers(motion_run *run, eg_motion_points *found,
                                const eg_motion_points *still, void *memory[2], eg_diag *diag) {
    const eg_recording *r = run->call->recording;
    eg_body body;
    double neutral[EG_ANGLES] = {0};
    eg_body_settings settings = settings_of(run->call, r);
    int is_neutral = eg_study_flag(run->call, "neutral");
    eg_err err = EG_OK;
    if (is_neutral && still == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "neutral", 0,
                           "a static recording is needed: give it as reference");
    if (still != NULL) err = look_at_static(run, still, &settings, neutral, diag);
    if (err == EG_OK)
        err =
            fill_gaps(run, &found->points, still != NULL ? &still->points : NULL, &memory[0], diag);
    if (err == EG_OK) err = find_joints(run, &found->points, &settings, &memory[1], diag);
    if (err == EG_OK) err = eg_body_init(&body, &found->points, &settings, diag);
    if (err == EG_OK) err = eg_motion_traces_of_body(&body, r, &run->traces, diag);
    if (err != EG_OK) return err;
    snprintf(run->traces.source, sizeof run->traces.source,
             "%zu markers at %zu known sites (%zu without a known name)", r->points.n_markers,
             found->match.n_sites, found->match.n_unknown);
    say_body(run, found, &body);
    for (int a = 0; is_neutral && a < EG_ANGLES; a++)
        for (size_t t = 0; t < run->traces.traces[a].n; t++)
            run->traces.traces[a].values[t] -= neutral[a];
    if (is_neutral) eg_study_say(run->result, "Angles of the static recording were taken off.");
    return EG_OK;
}

static eg_err from_markers(motion_run *run, eg_diag *diag) {
    eg_motion_points found, still;
    void *memory[2] = {NULL, NULL};
    eg_err err = eg_motion_points_of(run->call->recording, &found, diag);
    int has_static = run->call->n_references > 0;
    if (err == EG_OK && has_static)
        err = eg_motion_points_of(run->call->references[0], &still, diag);
    if (err == EG_OK)
        err = angles_of_markers(run, &found, has_static ? &still : NULL, memory, diag);
    free(memory[0]);
    free(memory[1]);
    return err;
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
    if (source != NULL && strcmp(source, "sensors") == 0) return motion_from_sensors(run, diag);
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
    if (motion_suits_sensors(run->call->recording) > 0) return motion_from_sensors(run, diag);
    return from_angles(run, NULL, diag);
}
