/* Stairs and obstacles of a made walker: counts, heights and clearance against what its feet truly
 * did over the edges, and the slope of clearance for height. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/gait/stairs.h"
#include "core/gait/steps.h"
#include "tests/support/test.h"
#include "tests/support/walk_scene.h"

/* The footprint of the same foot before; NULL for the first. */
static const eg_walk_step *before(const scene *s, size_t i) {
    for (size_t k = i; k-- > 0;)
        if (s->steps[k].side == s->steps[i].side) return &s->steps[k];
    return NULL;
}

static double ahead_of(const scene *s, const eg_walk_step *from, const double v[3]) {
    double a = s->person.heading_deg * EG_PI / 180.0;
    return eg_cos(a) * (v[0] - from->heel_mm[0]) + eg_sin(a) * (v[1] - from->heel_mm[1]);
}

/* What the foot truly did in the swing to footprint i: the height of its toe (heel) marker over
 * that when standing, where it passes `at` along the way. */
static double truth_of(const scene *s, size_t i, int is_heel, double at, double ground) {
    const eg_walk_step *from = before(s, i);
    double last = (double)NAN;
    for (double t = from->off_s - 0.1; t < s->steps[i].strike_s + 0.1; t += 0.0002) {
        eg_walk_foot f;
        eg_walk_foot_at(&s->person, s->n_steps, s->steps, s->steps[i].side, t, &f);
        const double *v = is_heel ? f.heel_mm : f.toe_mm;
        double here = ahead_of(s, from, v);
        if (last < at && here >= at) return v[2] - ground - (is_heel ? 40.0 : 30.0);
        last = here;
    }
    return (double)NAN;
}

typedef struct tally {
    size_t n_true, n_found, n_wrong;
    double events_ms[2000];
    size_t n_events;
    double clearance_mm, height_mm;
    size_t n_pairs;
    double heights[500], clearances[500], truths[500];
} tally;

static eg_gait_crossing *cross(scene *s, size_t n_edges, const eg_gait_edge *edges, size_t *n) {
    eg_gait_crossing *found = malloc(STEPS * sizeof *found);
    eg_gait_track track = scene_track(s);
    size_t bytes = eg_gait_track_bytes(s->n);
    void *memory = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, memory, bytes);
    eg_diag diag = {0};
    if (eg_gait_crossings(&track, s->n_contacts, s->contacts, n_edges, edges, STEPS, found, n,
                          &arena, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    EG_CHECK_INT(arena.used, 0);
    free(memory);
    return found;
}

/* Edges of the stairs that the plan goes over: 30 mm behind the heel going up, 30 mm before the tip
 * coming down (EG_WALK_NOSE_MM). One for each footprint that changes level. */
static size_t edges_of(const scene *s, eg_gait_edge *edges, double *at) {
    size_t n = 0;
    double a = s->person.heading_deg * EG_PI / 180.0;
    for (size_t i = 2; i < s->n_steps; i++) {
        const eg_walk_step *from = before(s, i), *to = &s->steps[i];
        double rise = to->heel_mm[2] - from->heel_mm[2];
        at[i] = (double)NAN;
        if (fabs(rise) < 1.0) continue;
        double way = ahead_of(s, from, to->heel_mm);
        at[i] = rise > 0.0 ? way - EG_WALK_NOSE_MM : s->person.foot_length + EG_WALK_NOSE_MM;
        edges[n++] = (eg_gait_edge){
            {from->heel_mm[0] + at[i] * eg_cos(a), from->heel_mm[1] + at[i] * eg_sin(a)},
            (double)NAN};
    }
    return n;
}

static void add_stairs(tally *t, scene *s) {
    eg_gait_edge edges[STEPS];
    double at[STEPS];
    size_t n_edges = edges_of(s, edges, at), n = 0, k = 0;
    eg_gait_crossing *found = cross(s, n_edges, edges, &n);
    for (size_t i = 2; i < s->n_steps; i++) {
        const eg_walk_step *from = before(s, i), *to = &s->steps[i], *other = &s->steps[i - 1];
        double rise = to->heel_mm[2] - from->heel_mm[2];
        if (fabs(rise) < 1.0) continue;
        t->n_true++;
        if (k >= n) continue;
        const eg_gait_crossing *c = &found[k++];
        double from_other = to->heel_mm[2] - other->heel_mm[2];
        int is_lead = fabs(from_other) > 1.0;
        double height = is_lead ? fabs(from_other) : fabs(rise);
        double ground = rise > 0.0 ? to->heel_mm[2] : from->heel_mm[2];
        double truth = truth_of(s, i, rise < 0.0, at[i], ground);
        t->n_wrong += (size_t)(c->side != to->side || c->is_lead != is_lead ||
                               c->kind != (rise > 0.0 ? EG_GAIT_UP : EG_GAIT_DOWN) || !c->has_edge);
        t->height_mm = fmax(t->height_mm, fabs(c->height_mm - height));
        t->clearance_mm = fmax(t->clearance_mm, fabs(c->clearance_mm - truth));
        EG_CHECK(isfinite(c->clearance_mm) && isfinite(truth));
        t->events_ms[t->n_events++] =
            1000.0 * fabs(s->contacts[c->contact].strike_s - to->strike_s);
        if (rise > 0.0 && t->n_pairs < 500) {
            t->heights[t->n_pairs] = height;
            t->clearances[t->n_pairs] = c->clearance_mm;
            t->truths[t->n_pairs++] = truth;
        }
    }
    t->n_found += n;
    free(found);
}

/* Up and down: foot over foot (each step of a foot two levels) or joining on each level. */
static void stairs(void) {
    static const double heights[] = {80.0, 120.0, 160.0, 200.0}, rates[] = {100.0, 200.0};
    tally *t = calloc(1, sizeof *t);
    scene *s = malloc(sizeof *s);
    for (int h = 0; h < 4; h++)
        for (int r = 0; r < 2; r++)
            for (int joins = 0; joins < 2; joins++) {
                memset(s, 0, sizeof *s);
                s->person = eg_walk_usual(0.55, 80.0);
                s->rate_hz = rates[r];
                eg_walk_person *p = &s->person;
                p->heading_deg = 25.0;
                p->length_sd = 8.0;
                for (int k = 0; k < 2; k++) p->clearance[k] = 40.0 + 0.3 * heights[h];
                p->rise_at = 6;
                p->n_rises = 12;
                for (size_t k = 0; k < 12; k++)
                    p->rises[k] = joins && k % 2 == 1 ? 0.0 : k < 6 ? heights[h] : -heights[h];
                scene_see(s, 0.3);
                scene_find(s);
                size_t found = t->n_found, real = t->n_true;
                add_stairs(t, s);
                printf("# %3.0f mm, %3.0f Hz, %s: %zu crossings of %zu\n", heights[h], rates[r],
                       joins ? "joining on each level" : "foot over foot", t->n_found - found,
                       t->n_true - real);
                scene_forget(s);
            }
    double scratch[2000];
    eg_sort(t->n_events, t->events_ms, scratch);
    double median = eg_sort_quantile(t->n_events, t->events_ms, 0.5);
    double leg = 900.0;
    eg_gait_slope line = eg_gait_clearance_slope(t->n_pairs, t->heights, t->clearances, leg);
    eg_gait_slope real = eg_gait_clearance_slope(t->n_pairs, t->heights, t->truths, leg);
    eg_test_note("%zu of %zu crossings, %zu wrong: clearance within %.1f mm, height within %.1f "
                 "mm, strikes median %.1f ms; slope %.2f (%.2f to %.2f), true %.2f mm for 1 %%",
                 t->n_found, t->n_true, t->n_wrong, t->clearance_mm, t->height_mm, median,
                 line.slope, line.low, line.high, real.slope);
    EG_CHECK_INT(t->n_found, t->n_true);
    EG_CHECK_INT(t->n_wrong, 0);
    EG_CHECK(t->clearance_mm <= 5.0);
    EG_CHECK(t->height_mm <= 5.0);
    EG_CHECK(median <= 20.0);
    EG_CHECK_NEAR(line.slope, real.slope, 0.1);
    EG_CHECK(line.low < real.slope && line.high > real.slope);
    free(s);
    free(t);
}

/* A bar across the way, stepped over by both feet. */
static void obstacle(void) {
    scene *s = calloc(1, sizeof *s);
    double worst = 0.0;
    size_t n_over = 0;
    for (int r = 0; r < 3; r++)
        for (int side = 0; side < 2; side++) {
            memset(s, 0, sizeof *s);
            s->person = eg_walk_usual(1.0, 100.0);
            s->rate_hz = r == 0 ? 100.0 : r == 1 ? 128.0 : 200.0;
            s->person.clearance[0] = 190.0;
            s->person.clearance[1] = 160.0;
            s->person.off_pitch = 50.0;
            scene_see(s, 0.3);
            scene_find(s);
            /* Before the foot `side`, which passes it first; the other foot stands short of it. */
            size_t i = 10 + (size_t)(s->steps[10].side != side);
            const eg_walk_step *from = before(s, i);
            double x = 0.18 * from->heel_mm[0] + 0.82 * s->steps[i].heel_mm[0];
            eg_gait_edge edge = {{x, 0.0}, 100.0};
            size_t n = 0;
            eg_gait_crossing *found = cross(s, 1, &edge, &n);
            printf("# bar at %.0f mm, %.0f Hz: %zu crossings", x, s->rate_hz, n);
            EG_CHECK_INT(n, 2);
            for (size_t k = 0; k < n; k++) {
                size_t at = 2;
                while (at < s->n_steps &&
                       (s->steps[at].side != found[k].side || s->steps[at].heel_mm[0] + 30.0 < x))
                    at++;
                double truth = truth_of(s, at, 0, x - before(s, at)->heel_mm[0], 100.0);
                printf(", %s %s %.1f (true %.1f)", found[k].side ? "right" : "left",
                       found[k].is_lead ? "leads" : "follows", found[k].clearance_mm, truth);
                EG_CHECK_INT(found[k].kind, EG_GAIT_OVER);
                EG_CHECK_INT(found[k].is_lead, k == 0);
                worst = fmax(worst, fabs(found[k].clearance_mm - truth));
                n_over++;
            }
            printf("\n");
            free(found);
            scene_forget(s);
        }
    eg_test_note("%zu crossings of a bar: clearance within %.1f mm", n_over, worst);
    EG_CHECK(worst <= 5.0);
    free(s);
}

/* On the level nothing is crossed; two heights alone give no line. */
static void nothing(void) {
    scene *s = calloc(1, sizeof *s);
    s->person = eg_walk_usual(1.2, 110.0);
    s->rate_hz = 100.0;
    scene_see(s, 0.3);
    scene_find(s);
    size_t n = 9;
    free(cross(s, 0, NULL, &n));
    EG_CHECK_INT(n, 0);
    scene_forget(s);
    free(s);
    const double h[] = {100.0, 100.0, 100.0}, c[] = {50.0, 52.0, 51.0};
    EG_CHECK(isnan(eg_gait_clearance_slope(3, h, c, 900.0).slope));
    const double h3[] = {90.0, 180.0, 270.0}, c3[] = {100.0, 118.0, 136.0};
    EG_CHECK_NEAR(eg_gait_clearance_slope(3, h3, c3, 900.0).slope, 1.8, 1e-12);
}

EG_TESTS({"gait: stairs up and down, foot over foot and joining", stairs},
         {"gait: an obstacle, the leading and the trailing foot", obstacle},
         {"gait: no stairs, no line", nothing})
