#include "tests/support/walk_scene.h"

#include <stdlib.h>

#include "core/base/random.h"
#include "core/sim/walk_body.h"
#include "tests/support/test.h"

void scene_see(scene *s, double noise_mm) {
    eg_diag diag = {0};
    if (eg_walk_plan(&s->person, 11 + s->seed, STEPS, s->steps, &s->n_steps, &s->duration_s,
                     &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    s->n = (size_t)(s->duration_s * s->rate_hz);
    double(*block)[3] = malloc(5 * s->n * sizeof *block);
    for (int k = 0; k < 2; k++) {
        s->heel[k] = block + (size_t)k * s->n;
        s->toe[k] = block + (size_t)(2 + k) * s->n;
    }
    s->pelvis = block + 4 * s->n;
    void *grid = malloc(eg_walk_body_bytes(s->duration_s));
    eg_arena arena;
    eg_walk_body body;
    eg_arena_init(&arena, grid, eg_walk_body_bytes(s->duration_s));
    if (eg_walk_body_build(&s->person, s->n_steps, s->steps, s->duration_s, &body, &arena, &diag) !=
        EG_OK)
        EG_FAIL("%s", diag.text);
    eg_random random;
    eg_random_init(&random, 5 + s->seed, 9);
    for (size_t i = 0; i < s->n; i++) {
        double t = (double)i / s->rate_hz;
        eg_walk_pelvis_at(&body, t, s->pelvis[i]);
        for (int k = 0; k < 2; k++) {
            eg_walk_foot foot;
            eg_walk_foot_at(&s->person, s->n_steps, s->steps, k, t, &foot);
            for (int r = 0; r < 3; r++) {
                s->heel[k][i][r] = foot.heel_mm[r] + noise_mm * eg_random_normal(&random);
                s->toe[k][i][r] = foot.toe_mm[r] + noise_mm * eg_random_normal(&random);
            }
            s->heel[k][i][0] -= s->belt_mm_s * t;
            s->toe[k][i][0] -= s->belt_mm_s * t;
        }
        s->pelvis[i][0] -= s->belt_mm_s * t;
    }
    free(grid);
}

eg_gait_track scene_track(const scene *s) {
    eg_gait_track track = {.n = s->n, .rate_hz = s->rate_hz};
    for (int k = 0; k < 2; k++) {
        track.heel[k] = (const double(*)[3])s->heel[k];
        track.toe[k] = (const double(*)[3])s->toe[k];
    }
    track.pelvis = (const double(*)[3])s->pelvis;
    return track;
}

void scene_find(scene *s) {
    eg_gait_track track = scene_track(s);
    size_t bytes = eg_gait_track_bytes(s->n);
    void *memory = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, memory, bytes);
    eg_diag diag = {0};
    if (eg_gait_track_contacts(&track, STEPS, s->contacts, &s->n_contacts, &s->path, &arena,
                               &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    EG_CHECK_INT(arena.used, 0);
    free(memory);
}

void scene_forget(scene *s) {
    free(s->heel[0]);
}
