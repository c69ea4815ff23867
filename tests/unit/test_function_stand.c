/* Rising from a chair, from markers and from one inertial sensor, against people who rise at known
 * times (tests/support/mover.h). Constants were chosen on seeds below 1000, the tables are of
 * seeds from 1000. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sort.h"
#include "core/function/stand.h"
#include "tests/support/mover.h"
#include "tests/support/test.h"

enum { EVENTS = 6, PEOPLE_MAX = 512, SEED = 1000 };

static const char *const event_names[EVENTS] = {"start",   "seat-off", "standing",
                                                "leaving", "seated",   "settled"};
static const char *const place_names[] = {"lower back", "breastbone", "thigh", "markers"};

typedef struct errors {
    size_t n[EVENTS], people, wrong_count, wrong_attempts;
    double of[EVENTS][PEOPLE_MAX * 5];
    double five[PEOPLE_MAX];
    size_t n_five;
} errors;

static errors all;

static void *memory_of(size_t size, eg_arena *arena) {
    void *memory = malloc(size);
    EG_CHECK(memory != NULL);
    eg_arena_init(arena, memory, size);
    return memory;
}

/* The body of a person by `place` (3: markers); `*memory` is the caller's to free. */
static eg_err see(const mover *m, int place, double rate_hz, eg_arena *arena, void **memory,
                  eg_body *body, eg_diag *diag) {
    size_t n;
    double *gyr[3], *acc[3], (*points[4])[3];
    eg_err err;
    if (place < 3) {
        mover_imu(m, place, rate_hz, &n, gyr, acc);
        *memory = memory_of(eg_body_bytes(n, rate_hz), arena);
        eg_orient_signal signal = {.n = n, .rate_hz = rate_hz};
        for (int k = 0; k < 3; k++) {
            signal.gyr[k] = gyr[k];
            signal.acc[k] = acc[k];
        }
        err = eg_body_from_imu(&signal, (eg_body_place)place, arena, body, diag);
        free(gyr[0]);
    } else {
        mover_points(m, rate_hz, &n, points);
        *memory = memory_of(eg_body_bytes(n, rate_hz), arena);
        eg_body_points p = {.n = n,
                            .rate_hz = rate_hz,
                            .up_axis = 2,
                            .up_sign = 1,
                            .pelvis = (const double(*)[3])points[0],
                            .shoulder = (const double(*)[3])points[1],
                            .left = (const double(*)[3])points[2],
                            .right = (const double(*)[3])points[3]};
        err = eg_body_from_points(&p, arena, body, diag);
        free(points[0]);
    }
    return err;
}

static void compare(const mover_stand *truth, const eg_stand *found, errors *e) {
    const double *t = &truth->start, *f = &found->start_s;
    for (int k = 0; k < EVENTS; k++) {
        if (isnan(t[k])) continue;
        if (isnan(f[k]) && k != 0 && k != 5) EG_FAIL("%s was not found", event_names[k]);
        if (isnan(f[k])) continue;
        e->of[k][e->n[k]++] = 1000 * (f[k] - t[k]);
    }
}

static void one_person(const mover *m, int place, double rate_hz, size_t n_failed, errors *e) {
    static eg_stands stands;
    eg_arena arena;
    eg_body body;
    void *memory;
    eg_diag diag = {0};
    eg_err err = see(m, place, rate_hz, &arena, &memory, &body, &diag);
    if (err == EG_OK) err = eg_stand_find(&body, &arena, &stands, &diag);
    if (err != EG_OK) EG_FAIL("seed %d: %s", (int)m->seed, diag.text);
    e->people++;
    e->wrong_attempts += stands.n_attempts != n_failed;
    if (getenv("ENGRAM_FUNCTION_TABLE") != NULL && stands.n != m->n_stands)
        printf("# %s %g Hz seed %d kind %d: %zu of %zu\n", place_names[place], rate_hz,
               (int)m->seed, (int)m->kind, stands.n, m->n_stands);
    if (stands.n != m->n_stands) {
        e->wrong_count++;
    } else {
        for (size_t k = 0; k < stands.n; k++) compare(&m->stands[k], &stands.stands[k], e);
        double first = place == 2 ? m->stands[0].seat_off : m->stands[0].start;
        double five = eg_stand_time(&stands, 5, NAN, EG_STAND_STOP_SEATED);
        if (m->n_stands >= 5) e->five[e->n_five++] = five - (m->stands[4].seated - first);
    }
    free(memory);
}

static double middle_of(size_t n, double *values, double p, int absolute) {
    static double scratch[PEOPLE_MAX * 5], sorted[PEOPLE_MAX * 5];
    for (size_t i = 0; i < n; i++) sorted[i] = absolute ? fabs(values[i]) : values[i];
    eg_sort(n, sorted, scratch);
    return eg_sort_quantile(n, sorted, p);
}

static void report(const char *what, errors *e, double *worst) {
    *worst = 0;
    for (int k = 0; k < EVENTS; k++) {
        if (e->n[k] == 0) continue;
        double median = middle_of(e->n[k], e->of[k], 0.5, 1);
        if (getenv("ENGRAM_FUNCTION_TABLE") != NULL)
            printf("# %-24s %-9s n %4zu: |error| median %5.1f, 90 %% %6.1f, bias %6.1f ms\n", what,
                   event_names[k], e->n[k], median, middle_of(e->n[k], e->of[k], 0.9, 1),
                   middle_of(e->n[k], e->of[k], 0.5, 0));
        if (!(median <= *worst)) *worst = median;
    }
}

static int seed_base(void) {
    const char *text = getenv("ENGRAM_FUNCTION_SEED");
    return text != NULL ? (int)strtol(text, NULL, 10) : SEED;
}

/* n people seen by one place, every tempo, with pauses and without, some who fail first. */
static void crowd(int place, double rate_hz, int n) {
    char what[64];
    double worst;
    all = (errors){0};
    for (int i = 0; i < n; i++) {
        mover_wish wish = {.n_stands = 5, .pauses = i % 2 == 1, .n_failed = i % 5 == 4};
        mover m = mover_chair((uint64_t)(seed_base() + i), (mover_kind)(i % 3), &wish);
        one_person(&m, place, rate_hz, wish.n_failed, &all);
    }
    snprintf(what, sizeof what, "%s, %g Hz", place_names[place], rate_hz);
    report(what, &all, &worst);
    eg_test_note("%zu people of %s: %zu counts, %zu attempts wrong; worst event's median %.1f ms; "
                 "5xSTS median error %.0f, 95 %% %.0f ms",
                 all.people, what, all.wrong_count, all.wrong_attempts, worst,
                 1000 * middle_of(all.n_five, all.five, 0.5, 1),
                 1000 * middle_of(all.n_five, all.five, 0.95, 1));
    EG_CHECK_INT(all.wrong_count, 0);
    EG_CHECK(worst <= 20.0);
}

static void markers(void) {
    crowd(3, 100, 210);
}

static void lower_back(void) {
    crowd(0, 100, 210);
}

static void breastbone(void) {
    crowd(1, 100, 210);
}

static void thigh(void) {
    crowd(2, 100, 210);
}

EG_TESTS({"function stand: five rises from markers at known times", markers},
         {"function stand: five rises from a sensor on the lower back", lower_back},
         {"function stand: five rises from a sensor on the breastbone", breastbone},
         {"function stand: five rises from a sensor on the thigh", thigh})
