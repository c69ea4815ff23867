/* Gaps of markers: what is filled is where the marker was; what is too long stays missing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/real.h"
#include "core/motion/gap.h"
#include "tests/support/skeleton.h"
#include "tests/support/test.h"

enum { N = 300 };

static eg_gap_report report[EG_SITES];

static void *fill(eg_body_points *points, const eg_body_points *reference,
                  const eg_gap_settings *settings) {
    size_t size = eg_gap_size(points, reference);
    void *memory = malloc(size);
    eg_arena arena;
    eg_diag diag = {0};
    EG_CHECK(memory != NULL);
    eg_arena_init(&arena, memory, size);
    eg_err err = eg_gap_fill(points, reference, settings, &arena, report, &diag);
    if (err != EG_OK) EG_FAIL("%s", diag.text);
    return memory;
}

static void cut(skeleton *s, int site, size_t from, size_t to) {
    for (size_t t = from; t < to; t++)
        for (int k = 0; k < 3; k++) s->xyz[site][t][k] = (double)NAN;
}

static double worst(const skeleton *truth, const eg_body_points *points, int site) {
    double far = 0;
    for (size_t t = 0; t < truth->n; t++)
        for (int k = 0; k < 3; k++)
            far = fmax(far, fabs(points->site[site][t][k] - truth->xyz[site][t][k]));
    return far;
}

static void short_and_long_gaps(void) {
    skeleton *truth = skeleton_new(N), *s = skeleton_new(N);
    eg_gap_settings settings = EG_GAP_SETTINGS_DEFAULT;
    cut(s, EG_SITE_HEEL, 100, 110);       /* 0.1 s: a spline */
    cut(s, EG_SITE_ASIS, 50, 130);        /* 0.8 s: the pelvis has three others */
    cut(s, EG_SITE_KNEE, 0, 60);          /* at the beginning: the thigh's others, from behind */
    cut(s, EG_SITE_ACROMION, 100, 140);   /* 0.4 s, nothing moves with it */
    cut(s, EG_SITE_PSIS_RIGHT, 100, 230); /* 1.3 s */
    eg_body_points points = skeleton_points(s);
    points.site[EG_SITE_KNEE] = (const double(*)[3])s->xyz[EG_SITE_KNEE];
    void *memory = fill(&points, NULL, &settings);
    double spline = worst(truth, &points, EG_SITE_HEEL);
    double rigid = fmax(worst(truth, &points, EG_SITE_ASIS), worst(truth, &points, EG_SITE_KNEE));
    if (!(spline < 2.0)) EG_FAIL("spline %.3g mm", spline);
    EG_CHECK_INT(report[EG_SITE_HEEL].n_spline, 10);
    EG_CHECK_INT(report[EG_SITE_ASIS].n_left, 30); /* while the other rear spine is missing too */
    EG_CHECK_INT(report[EG_SITE_KNEE].n_rigid, 60);
    EG_CHECK_INT(report[EG_SITE_ACROMION].n_left, 40);
    EG_CHECK_NEAR(report[EG_SITE_ACROMION].longest_left_s, 0.4, 1e-9);
    EG_CHECK_INT(report[EG_SITE_PSIS_RIGHT].n_left, 130);
    EG_CHECK(isnan(points.site[EG_SITE_ACROMION][120][0]));
    for (size_t t = 0; t < N; t++) /* what was seen is not touched */
        if (t < 100 || t >= 110)
            EG_CHECK(memcmp(points.site[EG_SITE_HEEL][t], s->xyz[EG_SITE_HEEL][t],
                            sizeof(double[3])) == 0);
    (void)rigid;
    double knee = worst(truth, &points, EG_SITE_KNEE);
    EG_CHECK(knee < 1e-6);
    eg_test_note("spline over 0.1 s of a walking heel: %.2g mm; thigh marker from others: %.1e mm",
                 spline, knee);
    free(memory);
    free(truth);
    free(s);
}

/* Inner markers of knee and ankle only in the static recording, which has another unit and stands
 * elsewhere: the angles are those of the whole set. */
static void lost_markers_come_from_the_static_pose(void) {
    skeleton *s = skeleton_new(100), *still = skeleton_new(1);
    for (int site = 0; site < EG_SITES; site++) { /* turned about the vertical, in metres */
        double x = still->xyz[site][0][0], y = still->xyz[site][0][1];
        still->xyz[site][0][0] = (-y + 3000) / 1000;
        still->xyz[site][0][1] = (x - 500) / 1000;
        still->xyz[site][0][2] /= 1000;
    }
    eg_body_points points = skeleton_points(s), reference = skeleton_points(still);
    reference.unit_mm = 1000;
    for (int side = 0; side < 2; side++) {
        points.site[EG_SITE_KNEE_INNER + side] = NULL;
        points.site[EG_SITE_ANKLE_INNER + side] = NULL;
    }
    eg_gap_settings settings = EG_GAP_SETTINGS_DEFAULT;
    void *memory = fill(&points, &reference, &settings);
    double far =
        fmax(worst(s, &points, EG_SITE_KNEE_INNER), worst(s, &points, EG_SITE_KNEE_INNER_RIGHT));
    EG_CHECK(report[EG_SITE_KNEE_INNER].is_from_reference);
    EG_CHECK(far < 1e-6);
    /* The shank has two markers that are seen: too few. */
    EG_CHECK(points.site[EG_SITE_ANKLE_INNER] == NULL);
    EG_CHECK(!report[EG_SITE_ANKLE_INNER].is_from_reference);
    eg_test_note("inner knee within %.1e mm", far);
    free(memory);
    free(s);
    free(still);
}

static void nothing_to_fill(void) {
    skeleton *s = skeleton_new(10);
    eg_body_points points = skeleton_points(s), before = points;
    eg_gap_settings settings = EG_GAP_SETTINGS_DEFAULT;
    void *memory = fill(&points, NULL, &settings);
    EG_CHECK(memcmp(&points, &before, sizeof points) == 0);
    free(memory);
    eg_arena arena;
    char few[16];
    eg_arena_init(&arena, few, sizeof few);
    points.rate_hz = (double)NAN;
    EG_CHECK_INT(eg_gap_fill(&points, NULL, &settings, &arena, report, NULL), EG_ERR_ARGUMENT);
    points.rate_hz = 100;
    cut(s, EG_SITE_HEEL, 3, 5);
    EG_CHECK_INT(eg_gap_fill(&points, NULL, &settings, &arena, report, NULL), EG_ERR_MEMORY);
    settings = (eg_gap_settings){0, 0};
    points = skeleton_points(s);
    memory = fill(&points, NULL, &settings);
    EG_CHECK_INT(report[EG_SITE_HEEL].n_left, 2);
    EG_CHECK(points.site[EG_SITE_HEEL] == (const double(*)[3])s->xyz[EG_SITE_HEEL]);
    free(memory);
    free(s);
}

EG_TESTS({"gap: short by spline, long by the segment, longer not at all", short_and_long_gaps},
         {"gap: inner markers come from the static pose", lost_markers_come_from_the_static_pose},
         {"gap: nothing to fill changes nothing", nothing_to_fill})
