/* A made walker's feet as inertial sensors feel them, with noise, bias and any mounting: events,
 * strides and clearance against the footprints. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/gait/imu_foot.h"
#include "core/gait/steps.h"
#include "core/sim/walk_body.h"
#include "tests/support/test.h"

enum { STEPS = 200 };

typedef struct sensor {
    size_t n;
    double rate_hz;
    double *block;
    eg_orient_signal signal;
} sensor;

static sensor feel(const eg_walk_person *p, size_t n, const eg_walk_step *steps, int side,
                   double duration_s, double rate_hz, eg_quaternion mount) {
    sensor s = {.n = (size_t)(duration_s * rate_hz), .rate_hz = rate_hz};
    s.block = malloc(6 * s.n * sizeof *s.block);
    s.signal = (eg_orient_signal){.n = s.n, .rate_hz = rate_hz};
    const double bias[3] = {0.005, -0.007, 0.004}; /* rad/s: up to 0.4 degrees a second */
    for (size_t k = 0; k < 3; k++) {
        s.signal.gyr[k] = s.block + k * s.n;
        s.signal.acc[k] = s.block + (3 + k) * s.n;
    }
    eg_random random;
    eg_random_init(&random, 17, (uint64_t)side);
    const eg_walk_body feet = {.person = p, .steps = steps, .n_steps = n};
    for (size_t i = 0; i < s.n; i++) {
        double acc[3], gyr[3];
        eg_walk_sensor_at(&feet, (eg_walk_part)side, mount, rate_hz, (double)i / rate_hz, acc, gyr);
        for (size_t k = 0; k < 3; k++) {
            s.block[k * s.n + i] = gyr[k] + bias[k] + 0.004 * eg_random_normal(&random);
            s.block[(3 + k) * s.n + i] = acc[k] + 0.03 * eg_random_normal(&random);
        }
    }
    return s;
}

static void contacts_of(const sensor *s, int side, eg_gait_lever lever, eg_gait_contact *contacts,
                        size_t *n) {
    size_t bytes = eg_gait_foot_bytes(s->n);
    void *memory = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, memory, bytes);
    eg_diag diag = {0};
    if (eg_gait_foot_contacts(&s->signal, side, lever, STEPS, contacts, n, NULL, &arena, &diag) !=
        EG_OK)
        EG_FAIL("%s", diag.text);
    EG_CHECK_INT(arena.used, 0);
    free(memory);
}

typedef struct tally {
    size_t n_walks, n_wrong, n_events;
    double events_ms[20000];
    double stride_mm, clearance_mm, height_mm;
} tally;

/* Where the sensor is over a footprint: in a turn it goes another way than the heel. */
static void instep_of(const eg_walk_person *p, const eg_walk_step *s, double out[2]) {
    double out_deg = s->side == 0 ? p->toe_out : -p->toe_out;
    double heading = s->heading_rad + out_deg * EG_PI / 180.0;
    out[0] = s->heel_mm[0] + 0.45 * p->foot_length * eg_cos(heading);
    out[1] = s->heel_mm[1] + 0.45 * p->foot_length * eg_sin(heading);
}

static void add_foot(tally *t, const eg_walk_person *p, size_t n, const eg_walk_step *steps,
                     int side, double duration_s, double rate_hz, eg_quaternion mount) {
    sensor s = feel(p, n, steps, side, duration_s, rate_hz, mount);
    eg_gait_contact c[STEPS];
    size_t n_contacts = 0, n_true = 0, n_found = 0;
    /* From the instep to the toe marker of the walker. */
    eg_gait_lever lever = {0.3 * p->foot_length, 30.0};
    contacts_of(&s, side, lever, c, &n_contacts);
    const eg_walk_step *before = NULL;
    size_t k = 0; /* contacts and footprints of this foot go together one by one */
    for (size_t i = 0; i < n; i++) {
        if (steps[i].side != side) continue;
        n_true++;
        if (before != NULL && k + 1 < n_contacts) {
            const eg_gait_contact *now = &c[++k];
            double from[2], to[2];
            instep_of(p, before, from);
            instep_of(p, &steps[i], to);
            double dx = to[0] - from[0], dy = to[1] - from[1];
            double rise = now->place_mm[2] - c[k - 1].place_mm[2];
            double apart = fabs(now->clearance_mm - steps[i].clearance_mm);
            t->stride_mm = fmax(t->stride_mm, fabs(now->stride_mm - eg_hypot(dx, dy)));
            t->height_mm =
                fmax(t->height_mm, fabs(rise - (steps[i].heel_mm[2] - before->heel_mm[2])));
            if (isfinite(apart)) t->clearance_mm = fmax(t->clearance_mm, apart);
            t->events_ms[t->n_events++] = 1000.0 * fabs(now->strike_s - steps[i].strike_s);
            t->events_ms[t->n_events++] = 1000.0 * fabs(c[k - 1].off_s - before->off_s);
        }
        before = &steps[i];
    }
    n_found = n_contacts;
    t->n_wrong += (size_t)(n_found != n_true);
    t->n_walks++;
    free(s.block);
}

static void report(tally *t, double median_most_ms) {
    double *scratch = malloc(sizeof t->events_ms);
    eg_sort(t->n_events, t->events_ms, scratch);
    free(scratch);
    double median = eg_sort_quantile(t->n_events, t->events_ms, 0.5);
    double most = eg_sort_quantile(t->n_events, t->events_ms, 0.95);
    eg_test_note("%zu feet, %zu events, wrong counts %zu: median %.1f ms, 95 %% below %.0f ms, "
                 "stride within %.1f mm, clearance within %.1f mm, height within %.1f mm",
                 t->n_walks, t->n_events, t->n_wrong, median, most, t->stride_mm, t->clearance_mm,
                 t->height_mm);
    EG_CHECK_INT(t->n_wrong, 0);
    EG_CHECK(median <= median_most_ms);
    EG_CHECK(t->stride_mm <= 20.0);
    EG_CHECK(t->clearance_mm <= 5.0);
    EG_CHECK(t->height_mm <= 10.0);
}

/* style 0 even, 1 short and slow on one side, 2 turning round, 3 stairs up and down */
static void one_style(int style) {
    static const double speeds[] = {0.4, 0.8, 1.2, 1.6}, cadences[] = {60, 90, 112, 130};
    static const double rates[] = {100, 128, 200};
    static const eg_quaternion mounts[] = {
        {1, 0, 0, 0}, {0.5, 0.5, -0.5, 0.5}, {0.1, 0.7, 0.7, 0.1}};
    tally *t = calloc(1, sizeof *t);
    eg_walk_step steps[STEPS];
    for (int v = 0; v < 4; v++)
        for (int r = 0; r < 3; r++) {
            eg_walk_person p = eg_walk_usual(speeds[v], cadences[v]);
            p.heading_deg = 40.0 * r;
            p.length_sd = 15.0;
            p.time_sd = 0.01;
            if (style == 1) {
                p.step_length[0] *= 0.7;
                p.step_time[0] *= 1.15;
            }
            if (style == 4) { /* a long walk: rest is a small part of it */
                p.n_steps = 120;
                p.stand_before = p.stand_after = 0.8;
            }
            if (style == 2) {
                p.turn_at = 10;
                p.turn_steps = 6;
                p.turn_deg = 180.0;
            }
            if (style == 3) {
                p.rise_at = 6;
                p.n_rises = 10;
                for (size_t k = 0; k < 10; k++) p.rises[k] = k < 5 ? 160.0 : -160.0;
            }
            size_t n = 0;
            double duration_s = 0.0;
            eg_diag diag = {0};
            if (eg_walk_plan(&p, 5, STEPS, steps, &n, &duration_s, &diag) != EG_OK)
                EG_FAIL("%s", diag.text);
            eg_quaternion m = mounts[r];
            double size = sqrt(eg_quaternion_square(m));
            m = eg_quaternion_scaled(m, 1.0 / size);
            for (int side = 0; side < 2; side++)
                add_foot(t, &p, n, steps, side, duration_s, rates[r], m);
        }
    report(t, 20.0);
    free(t);
}

static void even(void) {
    one_style(0);
}
static void uneven(void) {
    one_style(1);
}
static void turning(void) {
    one_style(2);
}
static void stairs(void) {
    one_style(3);
}
static void lasting(void) {
    one_style(4);
}

/* Two feet whose sensors are mounted each in its own way: one walk, straight ahead. */
static void both(void) {
    static const eg_quaternion mounts[2] = {{0.5, 0.5, -0.5, 0.5}, {0.1, 0.7, 0.7, 0.1}};
    const eg_gait_lever none = {(double)NAN, (double)NAN};
    eg_walk_person p = eg_walk_usual(1.1, 105.0);
    eg_walk_step steps[STEPS];
    eg_gait_contact c[STEPS];
    eg_gait_phase phases[STEPS];
    size_t n_steps = 0, n = 0, count = 0;
    double duration_s = 0.0, memory[4 * STEPS];
    EG_CHECK_INT(eg_walk_plan(&p, 5, STEPS, steps, &n_steps, &duration_s, NULL), EG_OK);
    for (int side = 0; side < 2; side++) {
        double size = sqrt(eg_quaternion_square(mounts[side]));
        sensor s = feel(&p, n_steps, steps, side, duration_s, 100.0,
                        eg_quaternion_scaled(mounts[side], 1.0 / size));
        contacts_of(&s, side, none, c + n, &count);
        n += count;
        free(s.block);
    }
    eg_gait_sort(n, c);
    eg_gait_walk *walk = malloc(sizeof *walk);
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK_INT(eg_gait_phases(n, c, 0.0, duration_s, phases, &arena, NULL), EG_OK);
    EG_CHECK_INT(eg_gait_measure(n, c, phases, walk, &arena, NULL), EG_OK);
    double cadence = walk->values[EG_GAIT_M_CADENCE][2].value;
    double speed = walk->values[EG_GAIT_M_SPEED][2].value;
    eg_test_note("%zu steps, %zu steady strides, %zu in turns, %.2f a minute, %.3f m/s",
                 walk->n_steps, walk->n_strides, walk->n_turning, cadence, speed);
    EG_CHECK_INT(walk->n_turning, 0);
    EG_CHECK(walk->n_strides >= 18);
    EG_CHECK_NEAR(cadence, 105.0, 1.05);
    EG_CHECK_NEAR(speed, 1.1, 0.02);
    free(walk);
}

static void faults(void) {
    eg_gait_contact c[STEPS];
    size_t n = 0;
    double *block = calloc(6 * 1000, sizeof *block);
    eg_orient_signal s = {.n = 1000, .rate_hz = 20.0};
    for (size_t k = 0; k < 3; k++) {
        s.gyr[k] = block + k * 1000;
        s.acc[k] = block + (3 + k) * 1000;
    }
    unsigned char memory[200000];
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    const eg_gait_lever none = {(double)NAN, (double)NAN};
    EG_CHECK_INT(eg_gait_foot_contacts(&s, 0, none, STEPS, c, &n, NULL, &arena, NULL),
                 EG_ERR_ARGUMENT);
    s.rate_hz = 100.0;
    /* Carried up by 9 m, or lifted by 0.4 m: the one is no step of a foot, the other is. */
    for (int way = 0; way < 2; way++) {
        double lift = way == 0 ? 4.0 : 4.0 * 0.4 / 9.0;
        for (size_t i = 0; i < 1000; i++) {
            int is_up = i >= 300 && i < 450, is_slowed = i >= 450 && i < 600;
            block[2 * 1000 + i] = is_up || is_slowed ? 2.0 : 0.0;
            block[5 * 1000 + i] = 9.80665 + (is_up ? lift : 0.0) - (is_slowed ? lift : 0.0);
        }
        EG_CHECK_INT(eg_gait_foot_contacts(&s, 0, none, STEPS, c, &n, NULL, &arena, NULL), EG_OK);
        EG_CHECK_INT(n, way == 0 ? 1 : 2);
        eg_arena_init(&arena, memory, sizeof memory);
    }
    for (size_t i = 0; i < 6000; i++) block[i] = 0.0;
    for (size_t i = 0; i < 3000; i++) block[i] = 5.0 + sin(0.3 * (double)i);
    EG_CHECK_INT(eg_gait_foot_contacts(&s, 0, none, STEPS, c, &n, NULL, &arena, NULL), EG_ERR_DATA);
    for (size_t i = 0; i < 6000; i++) block[i] = (double)NAN;
    eg_err err = eg_gait_foot_contacts(&s, 0, none, STEPS, c, &n, NULL, &arena, NULL);
    EG_CHECK(err == EG_ERR_DATA || (err == EG_OK && n <= 1));
    eg_arena_init(&arena, memory, 100);
    EG_CHECK_INT(eg_gait_foot_contacts(&s, 0, none, STEPS, c, &n, NULL, &arena, NULL),
                 EG_ERR_MEMORY);
    free(block);
}

EG_TESTS({"gait: a sensor on each foot, even walking", even},
         {"gait: a sensor on each foot, uneven steps", uneven},
         {"gait: a sensor on each foot, with a turn", turning},
         {"gait: a sensor on each foot, up and down stairs", stairs},
         {"gait: a sensor on each foot, a long walk", lasting},
         {"gait: a sensor on each foot, both together", both},
         {"gait: a sensor on a foot, what cannot be measured", faults})
