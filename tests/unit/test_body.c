/* Joint angles from markers: a skeleton whose angles are known, the same body in other units, axes
 * and orders, markers that are missing, and recordings for which another program computed the
 * angles. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/motion_points.h"
#include "core/base/real.h"
#include "core/motion/body.h"
#include "io/format/recording.h"
#include "tests/support/skeleton.h"
#include "tests/support/test.h"

enum { N = 120 };

static double *angles_of(const eg_body_points *points, const eg_body_settings *settings,
                         eg_body *body, size_t known[EG_ANGLES]) {
    eg_diag diag = {0};
    eg_err err = eg_body_init(body, points, settings, &diag);
    if (err != EG_OK) EG_FAIL("%s", diag.text);
    double *angles = calloc(points->n_frames * EG_ANGLES, sizeof *angles);
    EG_CHECK(angles != NULL);
    eg_body_run(body, angles, known);
    return angles;
}

/* Largest difference from the skeleton's own angles; counts the angles that were compared. */
static double worst_error(const skeleton *s, const double *angles, size_t *n_angles) {
    double worst = 0;
    *n_angles = 0;
    for (int a = 0; a < EG_ANGLES; a++) {
        if (isnan(s->truth[a][0]) || isnan(angles[(size_t)a * s->n])) continue;
        ++*n_angles;
        for (size_t t = 0; t < s->n; t++) {
            double e = fabs(angles[(size_t)a * s->n + t] - s->truth[a][t]);
            if (!(e < 1e-6)) {
                eg_angle_def def = eg_angle_about(a);
                EG_FAIL("%s %s side %d frame %zu: %.9g, not %.9g", def.joint, def.positive,
                        def.side, t, angles[(size_t)a * s->n + t], s->truth[a][t]);
            }
            worst = fmax(worst, e);
        }
    }
    return worst;
}

static void known_angles_come_back(void) {
    skeleton *s = skeleton_new(N);
    eg_body_points points = skeleton_points(s);
    eg_body_settings settings = eg_body_settings_default();
    eg_body body;
    size_t known[EG_ANGLES], n;
    double *angles = angles_of(&points, &settings, &body, known);
    double worst = worst_error(s, angles, &n);
    EG_CHECK(worst < 1e-9);
    EG_CHECK_INT(body.room.up, 3);
    EG_CHECK(body.room.up_is_found && body.room.heading_from == EG_HEADING_WALK);
    EG_CHECK_INT(n, EG_ANGLES - 6); /* all but trunk lines and projections of the shoulder */
    eg_test_note("%zu angles of %d frames, worst error %.1e deg", n, N, worst);
    free(angles);
    free(s);
}

/* One marker at knee, ankle and elbow, the width known: the same angles. */
static void wands_do_for_inner_markers(void) {
    skeleton *s = skeleton_new(N);
    eg_body_points points = skeleton_points(s);
    eg_body_settings settings = eg_body_settings_default();
    for (int side = 0; side < 2; side++) {
        points.site[EG_SITE_KNEE_INNER + side] = NULL;
        points.site[EG_SITE_ANKLE_INNER + side] = NULL;
        points.site[EG_SITE_ELBOW_INNER + side] = NULL;
        settings.knee_width_mm[side] = s->knee_width_mm;
        settings.ankle_width_mm[side] = s->ankle_width_mm;
        settings.elbow_width_mm[side] = s->elbow_width_mm;
    }
    eg_body body;
    size_t known[EG_ANGLES], n;
    double *angles = angles_of(&points, &settings, &body, known);
    double worst = worst_error(s, angles, &n);
    EG_CHECK(worst < 1e-9);
    EG_CHECK(n >= EG_ANGLES - 6);
    EG_CHECK(!body.guessed_width);
    eg_test_note("%zu angles, worst error %.1e deg", n, worst);
    free(angles);
    free(s);
}

/* Metres instead of millimetres, another origin, y up or another way of walking, later in time:
 * the same angles. */
static void room_and_unit_do_not_matter(void) {
    skeleton *s = skeleton_new(N);
    double worst = 0;
    size_t n = 0;
    static const struct {
        int axis[3]; /* which of the skeleton's axes becomes x, y, z */
        double sign[3];
        double unit_mm, shift;
        int up;
    } rooms[] = {{{0, 1, 2}, {1, 1, 1}, 1000, 3, 3},
                 {{0, 2, 1}, {1, 1, -1}, 10, -500, 2},
                 {{1, 0, 2}, {1, -1, 1}, 1, 1e4, 3},
                 {{2, 0, 1}, {1, 1, 1}, 25.4, 0, 1},
                 {{0, 1, 2}, {-1, 1, -1}, 1, 0, -3}};
    for (size_t r = 0; r < sizeof rooms / sizeof rooms[0]; r++) {
        skeleton *moved = skeleton_new(N);
        for (int site = 0; site < EG_SITES; site++)
            for (size_t t = 0; t < N; t++)
                for (int k = 0; k < 3; k++)
                    moved->xyz[site][t][k] =
                        rooms[r].sign[k] * s->xyz[site][t][rooms[r].axis[k]] / rooms[r].unit_mm +
                        rooms[r].shift;
        eg_body_points points = skeleton_points(moved);
        points.unit_mm = rooms[r].unit_mm;
        eg_body_settings settings = eg_body_settings_default();
        eg_body body;
        size_t known[EG_ANGLES];
        double *angles = angles_of(&points, &settings, &body, known);
        EG_CHECK_INT(body.room.up, rooms[r].up);
        worst = fmax(worst, worst_error(s, angles, &n));
        free(angles);
        free(moved);
    }
    EG_CHECK(worst < 1e-8);
    eg_test_note("%zu rooms, worst error %.1e deg", sizeof rooms / sizeof rooms[0], worst);
    free(s);
}

/* Whichever site is taken away: no crash, what is left is right, and what is missing says why. */
static void missing_markers_are_said(void) {
    skeleton *s = skeleton_new(20);
    eg_body_settings settings = eg_body_settings_default();
    for (int side = 0; side < 2; side++) {
        settings.knee_width_mm[side] = s->knee_width_mm;
        settings.ankle_width_mm[side] = s->ankle_width_mm;
        settings.elbow_width_mm[side] = s->elbow_width_mm;
    }
    size_t n_without = 0, n_reasons = 0;
    for (int gone = 0; gone < EG_SITES; gone++) {
        eg_body_points points = skeleton_points(s);
        if (points.site[gone] == NULL) continue;
        points.site[gone] = NULL;
        eg_body body;
        size_t known[EG_ANGLES];
        double *angles = angles_of(&points, &settings, &body, known);
        /* Without the front of the thorax its axes are another definition. */
        int other = gone == EG_SITE_T10 || gone == EG_SITE_XIPHOID || gone == EG_SITE_C7 ||
                    gone == EG_SITE_JUGULAR || gone / 2 == EG_SITE_PSIS / 2 ||
                    gone / 2 == EG_SITE_ASIS / 2 || gone / 2 == EG_SITE_TOE / 2 ||
                    gone / 2 == EG_SITE_MET_1 / 2 || gone / 2 == EG_SITE_MET_5 / 2;
        size_t n;
        if (!other) (void)worst_error(s, angles, &n);
        for (int a = 0; a < EG_ANGLES; a++) {
            char reason[EG_BODY_REASON_SIZE];
            eg_body_reason(&body, a, reason);
            if (known[a] > 0 && reason[0] != '\0')
                EG_FAIL("angle %d has values, but says: %s", a, reason);
            if (known[a] == 0 && reason[0] == '\0')
                EG_FAIL("angle %d without site %d has no values and no reason", a, gone);
            n_reasons += known[a] == 0;
        }
        n_without++;
        free(angles);
    }
    EG_CHECK(n_reasons > 40);
    eg_test_note("%zu sites taken away one by one, %zu angles missing, each with its reason",
                 n_without, n_reasons);
    free(s);
}

/* A marker on the front of the thigh is no wand at the side: the plane that it would name is wrong
 * by a quarter turn. Flexion is still right to some degrees, rotation says why it is not known. */
static void front_markers_are_no_wands(void) {
    skeleton *s = skeleton_new(N);
    eg_body_points points = skeleton_points(s);
    eg_body_settings settings = eg_body_settings_default();
    double worst = 0;
    for (int side = 0; side < 2; side++) {
        for (size_t t = 0; t < N; t++) /* the cluster's first marker is 60 mm in front */
            for (int k = 0; k < 3; k++)
                s->xyz[EG_SITE_THIGH + side][t][k] = s->xyz[EG_SITE_THIGH_1 + side][t][k] * 3 -
                                                     s->xyz[EG_SITE_THIGH_2 + side][t][k] * 2;
        points.site[EG_SITE_KNEE_INNER + side] = NULL;
        settings.knee_width_mm[side] = s->knee_width_mm;
    }
    eg_body body;
    size_t known[EG_ANGLES];
    double *angles = angles_of(&points, &settings, &body, known);
    for (int side = 0; side < 2; side++) {
        int angle = EG_ANGLE_KNEE_FLEXION + side;
        char reason[EG_BODY_REASON_SIZE];
        EG_CHECK(!body.wand_is_aside[side][0]);
        for (size_t t = 0; t < N; t++)
            worst = fmax(worst, fabs(angles[(size_t)angle * N + t] - s->truth[angle][t]));
        EG_CHECK_INT(known[EG_ANGLE_HIP_ROTATION + side], 0);
        eg_body_reason(&body, EG_ANGLE_HIP_ROTATION + side, reason);
        EG_CHECK(strstr(reason, "stands in front") != NULL);
    }
    EG_CHECK(worst < 8);
    eg_test_note("knee flexion within %.1f deg", worst);
    free(angles);
    free(s);
}

static void nothing_is_an_error(void) {
    skeleton *s = skeleton_new(5);
    eg_body_points points = skeleton_points(s);
    eg_body_settings settings = eg_body_settings_default();
    eg_body body;
    eg_diag diag = {0};
    for (int site = 0; site < EG_SITES; site++) points.site[site] = NULL;
    EG_CHECK_INT(eg_body_init(&body, &points, &settings, &diag), EG_ERR_MISSING);
    points = skeleton_points(s);
    points.unit_mm = 0;
    EG_CHECK_INT(eg_body_init(&body, &points, &settings, NULL), EG_ERR_ARGUMENT);
    points = skeleton_points(s);
    points.n_frames = 0;
    EG_CHECK_INT(eg_body_init(&body, &points, &settings, NULL), EG_ERR_MISSING);
    /* All markers in one place: no frame can be made, nothing breaks. */
    for (int site = 0; site < EG_SITES; site++)
        for (size_t t = 0; t < 5; t++)
            for (int k = 0; k < 3; k++) s->xyz[site][t][k] = 1;
    points = skeleton_points(s);
    EG_CHECK_INT(eg_body_init(&body, &points, &settings, NULL), EG_OK);
    double *angles = calloc((size_t)5 * EG_ANGLES, sizeof *angles);
    size_t known[EG_ANGLES];
    eg_body_run(&body, angles, known);
    for (int a = 0; a < EG_ANGLES; a++)
        if (known[a] > 0) EG_FAIL("angle %d of a point", a);
    free(angles);
    free(s);
}

/* ---- angles of another program --------------------------------------------------------------- */

static eg_recording *read_named(const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/c3d/%s", eg_test_data("imu"), name);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s: %s", name, diag.text);
    return r;
}

static const eg_marker *computed(const eg_recording *r, const char *name, int side) {
    char label[64];
    for (int v = 0; v < 2; v++) {
        snprintf(label, sizeof label, "%c%s%s", side == EG_LEFT ? 'L' : 'R', name, v ? "V" : "");
        for (size_t i = 0; i < r->points.n_markers; i++)
            if (strcmp(r->points.markers[i].label, label) == 0) return &r->points.markers[i];
    }
    return NULL;
}

static const struct {
    const char *name;
    int component, angle;
    double limit_deg; /* root mean square difference */
} theirs[] = {{"PelvisAngles", 0, EG_ANGLE_PELVIS_TILT, 0.01},
              {"PelvisAngles", 1, EG_ANGLE_PELVIS_OBLIQUITY, 0.01},
              {"PelvisAngles", 2, EG_ANGLE_PELVIS_ROTATION, 0.01},
              {"HipAngles", 0, EG_ANGLE_HIP_FLEXION, 0.2},
              {"HipAngles", 1, EG_ANGLE_HIP_ADDUCTION, 0.2},
              {"HipAngles", 2, EG_ANGLE_HIP_ROTATION, 0.2},
              {"KneeAngles", 0, EG_ANGLE_KNEE_FLEXION, 0.2},
              {"KneeAngles", 1, EG_ANGLE_KNEE_ADDUCTION, 0.2},
              {"KneeAngles", 2, EG_ANGLE_KNEE_ROTATION, 0.2},
              /* It finds the foot from toe and ankle, we from heel and toe. */
              {"AnkleAngles", 0, EG_ANGLE_ANKLE_DORSIFLEXION, 3.5},
              {"AnkleAngles", 2, EG_ANGLE_FOOT_ADDUCTION, 1.6},
              {"FootProgressAngles", 2, EG_ANGLE_FOOT_PROGRESSION, 1.6}};

static double difference(const eg_recording *r, const double *angles, size_t k, int side) {
    const eg_marker *m = computed(r, theirs[k].name, side);
    EG_CHECK(m != NULL);
    int angle = theirs[k].angle + (eg_angle_about(theirs[k].angle).side >= 0 ? side : 0);
    double sum = 0;
    size_t n = 0;
    for (size_t t = 0; t < r->n_frames; t++) {
        double d = angles[(size_t)angle * r->n_frames + t] - m->xyz[t][theirs[k].component];
        if (isnan(d)) continue;
        d -= 360 * floor(d / 360 + 0.5);
        sum += d * d;
        n++;
    }
    EG_CHECK(n > 0);
    return sqrt(sum / (double)n);
}

/* With its static pose, the feet are found as Plug-in-Gait finds them. */
static void calibrate(const char *name, eg_body_settings *settings) {
    eg_recording *r = read_named(name);
    eg_motion_points found;
    eg_body body;
    double neutral[EG_ANGLES];
    EG_CHECK_INT(eg_motion_points_of(r, &found, NULL), EG_OK);
    EG_CHECK_INT(eg_body_init(&body, &found.points, settings, NULL), EG_OK);
    eg_body_calibrate(&body, settings, neutral);
    EG_CHECK(isfinite(settings->flat_by_heel_rad[0][0]) &&
             isfinite(settings->flat_by_ankle_rad[1][1]));
    eg_recording_destroy(r);
}

/* Plug-in-Gait left its own angles in these recordings; the profile reproduces them. */
static void plug_in_gait_agrees(void) {
    static const char *const files[][2] = {
        {"btk_PiG_Motion3_FF.c3d", "btk_PiG_Calibration3_FF.c3d"},
        {"btk_PiG_Calibration3_FF.c3d", NULL},
        {"btk_FunctionalWalk.c3d", NULL},
        {"btk_PiG_Calibration-FlatFoot-Full.c3d", "btk_PiG_Calibration-FlatFoot-Full.c3d"}};
    static const double ankle_limit_deg = 0.2; /* with the static pose */
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        eg_recording *r = read_named(files[f][0]);
        eg_motion_points found;
        eg_body body;
        size_t known[EG_ANGLES];
        EG_CHECK_INT(eg_motion_points_of(r, &found, NULL), EG_OK);
        eg_body_settings settings = eg_body_settings_default();
        eg_motion_settings_of(r, &settings);
        settings.hip = EG_HIP_DAVIS;
        settings.is_plug_in_gait = settings.ignores_centres = 1;
        if (files[f][1] != NULL) calibrate(files[f][1], &settings);
        double *angles = angles_of(&found.points, &settings, &body, known);
        char text[400];
        int n = snprintf(text, sizeof text, "%s:", files[f][0]);
        for (size_t k = 0; k < sizeof theirs / sizeof theirs[0]; k++) {
            double left = difference(r, angles, k, 0), right = difference(r, angles, k, 1);
            double limit = theirs[k].limit_deg;
            if (files[f][1] != NULL) limit = fmin(limit, ankle_limit_deg);
            n += snprintf(text + n, sizeof text - (size_t)n, " %.3f/%.3f", left, right);
            if (!(fmax(left, right) <= limit))
                EG_FAIL("%s %s.%d: %.3f and %.3f deg", files[f][0], theirs[k].name,
                        theirs[k].component, left, right);
        }
        eg_test_note("%s%s; ",
                     f == 0 ? "RMS deg of pelvis, hip, knee (3 each), ankle 2, foot; " : "", text);
        free(angles);
        eg_recording_destroy(r);
    }
}

EG_TESTS({"body: the known angles of a skeleton come back", known_angles_come_back},
         {"body: one marker at a joint with its width does as well", wands_do_for_inner_markers},
         {"body: unit, axes, origin and direction do not matter", room_and_unit_do_not_matter},
         {"body: what is missing says why, the rest is right", missing_markers_are_said},
         {"body: a marker in front is no wand at the side", front_markers_are_no_wands},
         {"body: no markers and markers in one place", nothing_is_an_error},
         {"body: Plug-in-Gait's own angles are reproduced", plug_in_gait_agrees})
