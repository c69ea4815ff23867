/* Joint angles on stairs: a made walker with steps of several heights, seen by markers on pelvis,
 * joints and feet; every knee angle against that of its own bones. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study.h"
#include "core/base/real.h"
#include "core/gait/measures.h"
#include "core/sim/walk_body.h"
#include "tests/support/test.h"

enum { STEPS = 80, MARKERS = 14 };

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

static void stairs(void) {
    static eg_walk_step steps[STEPS];
    eg_walk_person p = eg_walk_usual(0.55, 80.0);
    p.rise_at = 4;
    p.n_rises = 16;
    for (size_t k = 0; k < 16; k++) {
        double height = 80.0 + 40.0 * (double)(k / 2 % 4);
        p.rises[k] = k % 2 == 1 ? 0.0 : k < 8 ? height : -height;
    }
    p.clearance[0] = p.clearance[1] = 70.0;
    size_t n_steps = 0;
    double duration_s = 0.0;
    EG_CHECK_INT(eg_walk_plan(&p, 3, STEPS, steps, &n_steps, &duration_s, NULL), EG_OK);
    size_t bytes = eg_walk_body_bytes(duration_s);
    void *grid = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, grid, bytes);
    eg_walk_body body;
    EG_CHECK_INT(eg_walk_body_build(&p, n_steps, steps, duration_s, &body, &arena, NULL), EG_OK);
    eg_recording r = {.name = "stairs", .rate_hz = 100.0, .has_points = 1};
    r.n_frames = (size_t)(duration_s * 100.0);
    eg_marker markers[MARKERS];
    double(*block)[3] = malloc(MARKERS * r.n_frames * sizeof *block);
    memset(markers, 0, sizeof markers);
    for (size_t k = 0; k < MARKERS; k++) {
        snprintf(markers[k].label, sizeof markers[k].label, "%s", labels[k]);
        markers[k].xyz = block + k * r.n_frames;
        markers[k].n_valid = r.n_frames;
        markers[k].is_named = 1;
    }
    for (size_t i = 0; i < r.n_frames; i++) place_markers(&body, i, (double)i / 100.0, markers);
    r.points =
        (eg_points){.rate_hz = 100.0, .unit = "mm", .n_markers = MARKERS, .markers = markers};
    json_t *result = NULL;
    eg_diag diag = {0};
    eg_study_call call = {.recording = &r};
    call.options = json_pack("{s:s, s:f}", "task", "stairs", "leg_mm", 900.0);
    if (eg_study_run(eg_study_find("gait"), call, &result, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    size_t n = 0;
    double worst = 0.0;
    compare(result, &body, &n, &worst);
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
    json_decref((json_t *)call.options);
    json_decref(result);
    free(block);
    free(grid);
}

EG_TESTS({"gait: joint angles against the height of stairs", stairs})
