/* How fast a walk is measured: a minute of markers at 200 Hz, and of a sensor on a foot. */
#include <stdlib.h>

#include "bench/bench.h"
#include "core/gait/imu_foot.h"
#include "core/gait/track.h"
#include "core/sim/walk_body.h"

enum { STEPS = 400, RATE = 200 };

typedef struct walk {
    size_t n;
    double (*points)[3]; /* [5][n]: heels, toes, pelvis */
    double *sensor;      /* [6][n] */
    void *memory;
    size_t bytes;
    eg_gait_contact contacts[STEPS];
} walk;

static void *prepare(void) {
    walk *w = calloc(1, sizeof *w);
    static eg_walk_step steps[STEPS];
    size_t n_steps = 0;
    double duration_s = 0.0;
    eg_walk_person p = eg_walk_usual(1.2, 112.0);
    p.n_steps = 104;
    if (w == NULL || eg_walk_plan(&p, 1, STEPS, steps, &n_steps, &duration_s, NULL) != EG_OK)
        abort();
    w->n = (size_t)(duration_s * RATE);
    w->points = malloc(5 * w->n * sizeof *w->points);
    w->sensor = malloc(6 * w->n * sizeof *w->sensor);
    size_t a = eg_gait_track_bytes(w->n), b = eg_gait_foot_bytes(w->n);
    w->bytes = a > b ? a : b;
    w->memory = malloc(w->bytes);
    void *grid = malloc(eg_walk_body_bytes(duration_s));
    if (w->points == NULL || w->sensor == NULL || w->memory == NULL || grid == NULL) abort();
    eg_arena arena;
    eg_walk_body body;
    eg_arena_init(&arena, grid, eg_walk_body_bytes(duration_s));
    if (eg_walk_body_build(&p, n_steps, steps, duration_s, &body, &arena, NULL) != EG_OK) abort();
    for (size_t i = 0; i < w->n; i++) {
        double t = (double)i / RATE, acc[3], gyr[3];
        for (size_t side = 0; side < 2; side++) {
            eg_walk_foot foot;
            eg_walk_foot_at(&p, n_steps, steps, (int)side, t, &foot);
            for (int r = 0; r < 3; r++) {
                w->points[side * w->n + i][r] = foot.heel_mm[r];
                w->points[(2 + side) * w->n + i][r] = foot.toe_mm[r];
            }
        }
        eg_walk_pelvis_at(&body, t, w->points[4 * w->n + i]);
        eg_walk_sensor_at(&body, EG_WALK_LEFT_FOOT, EG_QUATERNION_ONE, RATE, t, acc, gyr);
        for (size_t r = 0; r < 3; r++) {
            w->sensor[r * w->n + i] = gyr[r];
            w->sensor[(3 + r) * w->n + i] = acc[r];
        }
    }
    free(grid);
    return w;
}

static void markers(void *argument) {
    walk *w = argument;
    const double(*p)[3] = (const double(*)[3])w->points;
    eg_gait_track track = {.n = w->n, .rate_hz = RATE};
    for (size_t side = 0; side < 2; side++) {
        track.heel[side] = p + side * w->n;
        track.toe[side] = p + (2 + side) * w->n;
    }
    track.pelvis = p + 4 * w->n;
    eg_arena arena;
    eg_arena_init(&arena, w->memory, w->bytes);
    eg_gait_path path;
    size_t n = 0;
    if (eg_gait_track_contacts(&track, STEPS, w->contacts, &n, &path, &arena, NULL) != EG_OK)
        abort();
    eg_bench_keep((double)n);
    eg_bench_used(arena.high_water);
    eg_bench_amount((double)w->n / RATE / 60.0, "minute of markers", 0.05);
}

static void foot(void *argument) {
    walk *w = argument;
    eg_orient_signal s = {.n = w->n, .rate_hz = RATE};
    for (size_t r = 0; r < 3; r++) {
        s.gyr[r] = w->sensor + r * w->n;
        s.acc[r] = w->sensor + (3 + r) * w->n;
    }
    const eg_gait_lever lever = {72.0, 30.0};
    eg_arena arena;
    eg_arena_init(&arena, w->memory, w->bytes);
    size_t n = 0;
    if (eg_gait_foot_contacts(&s, 0, lever, STEPS, w->contacts, &n, NULL, &arena, NULL) != EG_OK)
        abort();
    eg_bench_keep((double)n);
    eg_bench_used(arena.high_water);
    eg_bench_amount((double)w->n / RATE / 60.0, "minute of a sensor", 0.05);
}

EG_BENCHES({"gait: steps from markers, 60 s at 200 Hz", markers, NULL, prepare},
           {"gait: steps from a sensor on a foot, 60 s at 200 Hz", foot, NULL, prepare})
