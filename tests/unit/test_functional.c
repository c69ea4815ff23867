/* Knees and ankles from movement: a skeleton without markers at its joints, and an OpenSim model's
 * markers with the angles that made them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/motion_points.h"
#include "clinic/motion_trace.h"
#include "core/motion/functional.h"
#include "tests/support/skeleton.h"
#include "tests/support/test.h"

static void *fill(eg_body_points *points, eg_functional_report report[2]) {
    eg_body_settings settings = eg_body_settings_default();
    size_t size = eg_functional_size(points);
    void *memory = malloc(size);
    eg_arena arena;
    EG_CHECK(memory != NULL);
    eg_arena_init(&arena, memory, size);
    EG_CHECK_INT(eg_functional_fill(points, &settings, &arena, report, NULL), EG_OK);
    return memory;
}

static void without_joint_markers(eg_body_points *points) {
    for (int side = 0; side < 2; side++) {
        points->site[EG_SITE_KNEE + side] = points->site[EG_SITE_KNEE_INNER + side] = NULL;
        points->site[EG_SITE_ANKLE + side] = points->site[EG_SITE_ANKLE_INNER + side] = NULL;
    }
}

/* The skeleton's shank has one marker: give it two more. */
static void make_cluster(skeleton *s) {
    for (int side = 0; side < 2; side++)
        for (size_t t = 0; t < s->n; t++) {
            const double *outer = s->xyz[EG_SITE_ANKLE + side][t];
            const double *inner = s->xyz[EG_SITE_ANKLE_INNER + side][t];
            const double *wand = s->xyz[EG_SITE_SHANK + side][t];
            for (int k = 0; k < 3; k++) {
                s->xyz[EG_SITE_SHANK_1 + side][t][k] = 0.4 * outer[k] + 0.6 * wand[k];
                s->xyz[EG_SITE_SHANK_2 + side][t][k] = 0.5 * inner[k] + 0.5 * wand[k];
            }
        }
}

static void joints_of_a_skeleton(void) {
    skeleton *s = skeleton_new(300);
    make_cluster(s);
    eg_body_points points = skeleton_points(s);
    without_joint_markers(&points);
    eg_functional_report report[2];
    void *memory = fill(&points, report);
    EG_CHECK(report[0].has_knee && report[1].has_ankle);
    EG_CHECK(report[0].bend_deg > 50);
    double worst_ankle = 0, worst_knee = 0;
    for (int side = 0; side < 2; side++)
        for (size_t t = 0; t < s->n; t++)
            for (int k = 0; k < 3; k++) {
                double ankle = 0.5 * (s->xyz[EG_SITE_ANKLE + side][t][k] +
                                      s->xyz[EG_SITE_ANKLE_INNER + side][t][k]);
                worst_ankle =
                    fmax(worst_ankle, fabs(points.site[EG_SITE_ANKLE_CENTRE + side][t][k] - ankle));
                double knee = 0.5 * (s->xyz[EG_SITE_KNEE + side][t][k] +
                                     s->xyz[EG_SITE_KNEE_INNER + side][t][k]);
                double found = 0.5 * (points.site[EG_SITE_KNEE + side][t][k] +
                                      points.site[EG_SITE_KNEE_INNER + side][t][k]);
                worst_knee = fmax(worst_knee, fabs(found - knee));
            }
    EG_CHECK(worst_ankle < 1e-6);
    EG_CHECK(worst_knee < 25); /* along the axis it is where hip and ankle are, not exactly there */
    free(memory);
    free(s);
    eg_test_note("ankle within %.2g mm, knee within %.2g mm", worst_ankle, worst_knee);
}

static void what_does_not_move_is_not_found(void) {
    skeleton *s = skeleton_new(40);
    make_cluster(s);
    for (int site = 0; site < EG_SITES; site++)
        for (size_t t = 1; t < s->n; t++)
            memcpy(s->xyz[site][t], s->xyz[site][0], sizeof(double[3]));
    eg_body_points points = skeleton_points(s);
    without_joint_markers(&points);
    eg_functional_report report[2];
    void *memory = fill(&points, report);
    EG_CHECK(!report[0].has_knee && points.site[EG_SITE_KNEE] == NULL);
    free(memory);
    points = skeleton_points(s); /* with its markers there is nothing to find */
    memory = fill(&points, report);
    EG_CHECK(points.site[EG_SITE_KNEE] == (const double(*)[3])s->xyz[EG_SITE_KNEE]);
    free(memory);
    free(s);
}

static eg_recording *read_named(const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/kinematics/%s", eg_test_data("imu"), name);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s: %s", name, diag.text);
    return r;
}

static const eg_motion_trace *trace_of(const eg_motion_traces *traces, int angle, int side) {
    for (size_t i = 0; i < traces->count; i++)
        if (traces->traces[i].angle == angle && traces->traces[i].side == side)
            return &traces->traces[i];
    return NULL;
}

/* OpenSim made these markers from these angles. Its bones have other long axes than the lines
 * between joint centres, which shifts an angle by a constant; the rest must agree. */
static void angles_of_an_opensim_model(void) {
    static const struct {
        int angle, side;
        double limit_deg, offset_deg;
    } angles[] = {{EG_ANGLE_PELVIS_TILT, -1, 0.5, 4},
                  {EG_ANGLE_PELVIS_ROTATION, EG_RIGHT, 0.5, 3},
                  {EG_ANGLE_HIP_FLEXION, EG_RIGHT, 1, 5},
                  {EG_ANGLE_HIP_FLEXION, EG_LEFT, 1, 5},
                  {EG_ANGLE_HIP_ADDUCTION, EG_RIGHT, 1, 5},
                  {EG_ANGLE_HIP_ROTATION, EG_LEFT, 1.5, 5},
                  {EG_ANGLE_KNEE_FLEXION, EG_RIGHT, 1, 8},
                  {EG_ANGLE_KNEE_FLEXION, EG_LEFT, 1, 8},
                  {EG_ANGLE_ANKLE_DORSIFLEXION, EG_RIGHT, 1, 8},
                  {EG_ANGLE_ANKLE_DORSIFLEXION, EG_LEFT, 1, 8}};
    eg_recording *r = read_named("opensim_subject01_synthetic_markers.trc");
    eg_recording *ik = read_named("opensim_std_subject01_walk1_ik.mot");
    eg_motion_points found;
    eg_motion_traces ours, theirs;
    eg_functional_report report[2];
    eg_body body;
    eg_body_settings settings = eg_body_settings_default();
    EG_CHECK_INT(eg_motion_points_of(r, &found, NULL), EG_OK);
    void *memory = fill(&found.points, report);
    EG_CHECK(report[0].has_knee && report[1].has_knee);
    EG_CHECK_INT(eg_body_init(&body, &found.points, &settings, NULL), EG_OK);
    EG_CHECK_INT(eg_motion_traces_of_body(&body, r, &ours, NULL), EG_OK);
    EG_CHECK_INT(eg_motion_traces_of_columns(ik, NULL, &theirs, NULL), EG_OK);
    char text[300];
    int n_text = 0;
    for (size_t a = 0; a < sizeof angles / sizeof angles[0]; a++) {
        const eg_motion_trace *x = trace_of(&ours, angles[a].angle, angles[a].side);
        const eg_motion_trace *y = trace_of(&theirs, angles[a].angle, angles[a].side);
        EG_CHECK(x != NULL && y != NULL && x->n == y->n);
        double sum = 0, square = 0, n = (double)x->n;
        for (size_t t = 0; t < x->n; t++) {
            double d = x->values[t] - y->values[t];
            sum += d;
            square += d * d;
        }
        double mean = sum / n, sd = sqrt(fmax(0, square / n - mean * mean));
        n_text += snprintf(text + n_text, sizeof text - (size_t)n_text, " %.2f (%+.1f)", sd, mean);
        if (!(sd <= angles[a].limit_deg) || !(fabs(mean) <= angles[a].offset_deg))
            EG_FAIL("%s: SD %.2f, offset %.2f deg", x->label, sd, mean);
    }
    eg_motion_traces_clear(&ours);
    eg_motion_traces_clear(&theirs);
    eg_recording_destroy(r);
    eg_recording_destroy(ik);
    free(memory);
    eg_test_note("SD (offset) deg:%s", text);
}

EG_TESTS({"functional: joints of a skeleton without joint markers", joints_of_a_skeleton},
         {"functional: what does not move is not found", what_does_not_move_is_not_found},
         {"functional: an OpenSim model's angles from its markers", angles_of_an_opensim_model})
