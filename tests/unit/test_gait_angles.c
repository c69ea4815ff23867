/* Joint angles on stairs and over obstacles: a made walker with steps of several heights, seen by
 * markers on pelvis, joints and feet; every knee angle against that of its own bones. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study.h"
#include "core/base/real.h"
#include "core/gait/measures.h"
#include "core/sim/walk_body.h"
#include "tests/support/test.h"

enum { STEPS = 80, MARKERS = 14, BARS = 4 };

static const char *const labels[MARKERS] = {"LASI", "RASI", "LPSI", "RPSI", "LHJC", "RHJC", "LKJC",
                                            "RKJC", "LAJC", "RAJC", "LHEE", "RHEE", "LTOE", "RTOE"};

static double knee_of(double joints[3][3]) {
    double dot = 0.0, a = 0.0, b = 0.0;
    for (int r = 0; r < 3; r++) {
        double thigh = joints[0][r] - joints[1][r], shank = joints[1][r] - joints[2][r];
        dot += thigh * shank;
        a += thigh * thigh;
        b += shank * shank;
    }
    return eg_acos(dot / sqrt(a * b)) * 180.0 / EG_PI;
}

static void place_markers(const eg_walk_body *body, size_t i, double t, eg_marker *m) {
    static const double spines[4][3] = {{180, 120, 0}, {180, -120, 0}, {0, 45, 0}, {0, -45, 0}};
    double place[3], matrix[3][3], v[3];
    eg_quaternion turn;
    eg_walk_part_at(body, EG_WALK_PELVIS, t, place, &turn);
    eg_quaternion_matrix(turn, matrix);
    for (int k = 0; k < 4; k++) {
        eg_quaternion_apply(matrix, spines[k], v);
        for (int r = 0; r < 3; r++) m[k].xyz[i][r] = place[r] + v[r];
    }
    for (int s = 0; s < 2; s++) {
        double joints[3][3];
        eg_walk_foot f;
        eg_walk_leg_at(body, s, t, joints);
        eg_walk_foot_at(body->person, body->n_steps, body->steps, s, t, &f);
        for (int r = 0; r < 3; r++) {
            for (int k = 0; k < 3; k++) m[4 + 2 * k + s].xyz[i][r] = joints[k][r];
            m[10 + s].xyz[i][r] = f.heel_mm[r];
            m[12 + s].xyz[i][r] = f.toe_mm[r];
        }
    }
}

static double number_of(const json_t *result, const char *code) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "measures"), i,
                       one) if (strcmp(json_string_value(json_object_get(one, "code")), code) ==
                                0) return json_number_value(json_object_get(one, "value"));
    return (double)NAN;
}

/* Every crossing's knee against the bones at the strike that was found. */
static void compare(const json_t *result, const eg_walk_body *body, size_t *n, double *worst) {
    size_t i, k;
    json_t *one, *event;
    json_array_foreach(json_object_get(json_object_get(result, "detail"), "crossings"), i, one) {
        const char *side = json_string_value(json_object_get(one, "side"));
        const json_t *knee = json_object_get(json_object_get(one, "angles"), "knee.flexion");
        double strike = json_number_value(json_object_get(knee, "strike_deg")), nearest = 1e9;
        EG_CHECK(knee != NULL);
        json_array_foreach(json_object_get(result, "events"), k, event) {
            if (strcmp(json_string_value(json_object_get(event, "label")), "foot strike") != 0 ||
                strcmp(json_string_value(json_object_get(event, "side")), side) != 0)
                continue;
            double joints[3][3];
            double t = json_number_value(json_object_get(event, "t_s"));
            eg_walk_leg_at(body, strcmp(side, "right") == 0, t, joints);
            nearest = fmin(nearest, fabs(knee_of(joints) - strike));
        }
        *worst = fmax(*worst, nearest);
        ++*n;
    }
}

/* A walk as its markers show it: on pelvis, joints and feet, and bars that lie across the way. */
typedef struct seen {
    eg_walk_step steps[STEPS];
    size_t n_steps;
    eg_walk_body body;
    void *grid;
    eg_recording r;
    eg_marker markers[MARKERS + BARS];
    double (*block)[3];
} seen;

static void see(const eg_walk_person *p, int n_bars, const double bars[][3], seen *s) {
    double duration_s = 0.0;
    eg_arena arena;
    EG_CHECK_INT(eg_walk_plan(p, 3, STEPS, s->steps, &s->n_steps, &duration_s, NULL), EG_OK);
    size_t bytes = eg_walk_body_bytes(duration_s), n_markers = (size_t)(MARKERS + n_bars);
    s->grid = malloc(bytes);
    eg_arena_init(&arena, s->grid, bytes);
    EG_CHECK_INT(eg_walk_body_build(p, s->n_steps, s->steps, duration_s, &s->body, &arena, NULL),
                 EG_OK);
    s->r = (eg_recording){.name = "steps", .rate_hz = 100.0, .has_points = 1};
    s->r.n_frames = (size_t)(duration_s * 100.0);
    s->block = malloc(n_markers * s->r.n_frames * sizeof *s->block);
    memset(s->markers, 0, sizeof s->markers);
    for (size_t k = 0; k < n_markers; k++) {
        eg_marker *m = &s->markers[k];
        if (k < MARKERS)
            snprintf(m->label, sizeof m->label, "%s", labels[k]);
        else
            snprintf(m->label, sizeof m->label, "BAR%zu", k - MARKERS + 1);
        m->xyz = s->block + k * s->r.n_frames;
        m->n_valid = s->r.n_frames;
        m->is_named = 1;
    }
    for (size_t i = 0; i < s->r.n_frames; i++) {
        place_markers(&s->body, i, (double)i / 100.0, s->markers);
        for (int b = 0; b < n_bars; b++)
            memcpy(s->markers[MARKERS + b].xyz[i], bars[b], sizeof bars[b]);
    }
    s->r.points =
        (eg_points){.rate_hz = 100.0, .unit = "mm", .n_markers = n_markers, .markers = s->markers};
}

static json_t *measure(const seen *s, json_t *options) {
    json_t *result = NULL;
    eg_diag diag = {0};
    eg_study_call call = {.recording = &s->r, .options = options};
    if (eg_study_run(eg_study_find("gait"), call, &result, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    json_decref(options);
    return result;
}

static void stairs(void) {
    seen *s = calloc(1, sizeof *s);
    eg_walk_person p = eg_walk_usual(0.55, 80.0);
    p.rise_at = 4;
    p.n_rises = 16;
    for (size_t k = 0; k < 16; k++) {
        double height = 80.0 + 40.0 * (double)(k / 2 % 4);
        p.rises[k] = k % 2 == 1 ? 0.0 : k < 8 ? height : -height;
    }
    p.clearance[0] = p.clearance[1] = 70.0;
    see(&p, 0, NULL, s);
    json_t *result = measure(s, json_pack("{s:s, s:f}", "task", "stairs", "leg_mm", 900.0));
    size_t n = 0;
    double worst = 0.0;
    compare(result, &s->body, &n, &worst);
    double up = number_of(result, "gait.stairs.up.knee.peak");
    double down = number_of(result, "gait.stairs.down.knee.peak");
    double slope = number_of(result, "gait.stairs.up.knee.peak.slope");
    eg_test_note("%zu crossings: knee at the strike within %.2f deg of its bones; largest going up "
                 "%.0f, down %.0f deg; %.2f deg for each %% of the leg",
                 n, worst, up, down, slope);
    EG_CHECK_INT(n, 16);
    EG_CHECK(worst <= 2.0);
    EG_CHECK(up > 40.0 && down > 30.0);
    EG_CHECK(slope > 0.2); /* higher steps bend the knee more */
    EG_CHECK(isfinite(number_of(result, "gait.stairs.down.hip.strike")));
    EG_CHECK(isfinite(number_of(result, "gait.stairs.down.ankle.strike.slope")));
    EG_CHECK(isnan(number_of(result, "gait.obstacle.knee.peak")));
    json_decref(result);
    free(s->block);
    free(s->grid);
    free(s);
}

/* Bars of four heights; each leading swing's largest knee angle against its bones, the measures
 * against mean and line of these. */
static void obstacles(void) {
    seen *s = calloc(1, sizeof *s);
    eg_walk_person p = eg_walk_usual(0.9, 90.0);
    p.clearance[0] = 230.0;
    p.clearance[1] = 170.0; /* the right foot is lifted less */
    p.off_pitch = 50.0;
    see(&p, 0, NULL, s);
    double bars[BARS][3], truth = 0.0, sx = 0.0, sxx = 0.0, sxy = 0.0;
    static const double heights[BARS] = {40.0, 130.0, 60.0, 100.0};
    int sides[BARS];
    for (int b = 0; b < BARS; b++) {
        const eg_walk_step *to = &s->steps[8 + 5 * b], *from = to - 2;
        bars[b][0] = 0.18 * from->heel_mm[0] + 0.82 * to->heel_mm[0];
        bars[b][1] = 0.0;
        bars[b][2] = heights[b];
        sides[b] = to->side;
    }
    free(s->block);
    free(s->grid);
    see(&p, BARS, (const double(*)[3])bars, s);
    json_t *result = measure(s, json_pack("{s:s, s:f, s:[s,s,s,s]}", "task", "obstacle", "leg_mm",
                                          900.0, "edges", "BAR1", "BAR2", "BAR3", "BAR4"));
    double worst = 0.0;
    for (int b = 0; b < BARS; b++) {
        const eg_walk_step *to = &s->steps[8 + 5 * b], *from = to - 2;
        double most = 0.0, percent = 100.0 * heights[b] / 900.0, found = (double)NAN;
        for (int i = 0; i <= 1000; i++) {
            double joints[3][3], part = (double)i / 1000.0;
            eg_walk_leg_at(&s->body, sides[b], from->off_s + part * (to->strike_s - from->off_s),
                           joints);
            most = fmax(most, knee_of(joints));
        }
        size_t i;
        json_t *one;
        json_array_foreach(
            json_object_get(json_object_get(result, "detail"), "crossings"), i,
            one) if (json_is_true(json_object_get(one, "leads")) &&
                     fabs(json_number_value(json_object_get(one, "height_mm")) - heights[b]) < 5.0)
            found = json_number_value(json_object_get(
                json_object_get(json_object_get(one, "angles"), "knee.flexion"), "peak_deg"));
        worst = fmax(worst, fabs(found - most));
        EG_CHECK(isfinite(found));
        truth += most / BARS;
        sx += percent;
        sxx += percent * percent;
        sxy += percent * most;
    }
    double line = (sxy - sx * truth) / (sxx - sx * sx / BARS);
    double mean = number_of(result, "gait.obstacle.knee.peak");
    double slope = number_of(result, "gait.obstacle.knee.peak.slope");
    eg_test_note("largest knee flexion over %d bars within %.2f deg of its bones; mean %.1f (true "
                 "%.1f) deg, %.2f (true %.2f) deg for each %% of the leg",
                 BARS, worst, mean, truth, slope, line);
    EG_CHECK(worst <= 2.0);
    EG_CHECK_NEAR(mean, truth, 1.0);
    EG_CHECK_NEAR(slope, line, 0.2);
    EG_CHECK(isfinite(number_of(result, "gait.obstacle.hip.peak.slope")));
    EG_CHECK(isfinite(number_of(result, "gait.obstacle.ankle.peak")));
    EG_CHECK(isnan(number_of(result, "gait.stairs.up.knee.peak")));
    json_decref(result);
    free(s->block);
    free(s->grid);
    free(s);
}

EG_TESTS({"gait: joint angles against the height of stairs", stairs},
         {"gait: joint angles against the height of obstacles", obstacles})
