#include "tests/support/gait_single.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "clinic/gait_source.h"
#include "core/base/random.h"
#include "core/base/sort.h"
#include "core/gait/join.h"
#include "core/gait/steps.h"
#include "tests/support/gait_plates.h"
#include "tests/support/marker_imu.h"
#include "tests/support/test.h"

enum { EVENTS_MAX = 40000 };

/* ---- a made walker ---- */

void single_walk_make(double speed_m_s, double steps_a_minute, single_walk *walk) {
    size_t n_steps = 0;
    walk->person = eg_walk_usual(speed_m_s, steps_a_minute);
    EG_CHECK_INT(
        eg_walk_plan(&walk->person, 5, STEPS, walk->steps, &n_steps, &walk->duration_s, NULL),
        EG_OK);
    size_t bytes = eg_walk_body_bytes(walk->duration_s);
    walk->grid = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, walk->grid, bytes);
    EG_CHECK_INT(eg_walk_body_build(&walk->person, n_steps, walk->steps, walk->duration_s,
                                    &walk->body, &arena, NULL),
                 EG_OK);
}

sensor single_feel(const eg_walk_body *body, eg_walk_part part, double duration_s, double rate_hz,
                   eg_quaternion mount) {
    sensor s = {.n = (size_t)(duration_s * rate_hz)};
    s.block = malloc(6 * s.n * sizeof *s.block);
    s.signal = (eg_orient_signal){.n = s.n, .rate_hz = rate_hz};
    const double bias[3] = {0.005, -0.007, 0.004};
    for (size_t k = 0; k < 3; k++) {
        s.signal.gyr[k] = s.block + k * s.n;
        s.signal.acc[k] = s.block + (3 + k) * s.n;
    }
    eg_random random;
    eg_random_init(&random, 23, (uint64_t)part);
    for (size_t i = 0; i < s.n; i++) {
        double acc[3], gyr[3];
        eg_walk_sensor_at(body, part, mount, rate_hz, (double)i / rate_hz, acc, gyr);
        for (size_t k = 0; k < 3; k++) {
            s.block[k * s.n + i] = gyr[k] + bias[k] + 0.004 * eg_random_normal(&random);
            s.block[(3 + k) * s.n + i] = acc[k] + 0.05 * eg_random_normal(&random);
        }
    }
    return s;
}

eg_recording single_recording(const sensor *s, const char *const labels[6],
                              eg_channel channels[6]) {
    double rate_hz = s->signal.rate_hz;
    for (size_t k = 0; k < 6; k++) {
        channels[k] = (eg_channel){
            .is_named = 1, .rate_hz = rate_hz, .n = s->n, .values = s->block + k * s->n};
        snprintf(channels[k].label, sizeof channels[k].label, "%s", labels[k]);
        snprintf(channels[k].unit, sizeof channels[k].unit, "%s", k < 3 ? "rad/s" : "m/s2");
    }
    return (eg_recording){.name = "walk",
                          .rate_hz = rate_hz,
                          .n_channels = 6,
                          .n_frames = s->n,
                          .channels = channels};
}

typedef struct tally {
    size_t n_walks, n_true, n_found, n_wrong_count, n_wrong_side, n_false, n_missed;
    double strike_ms[EVENTS_MAX], off_ms[EVENTS_MAX], bias_ms[2];
    size_t n_strikes, n_offs;
    double cadence, sd_over;
} tally;

eg_err single_back(const eg_orient_signal *s, double leg_mm, eg_gait_contact *c, size_t *n,
                   eg_gait_back *back, void **memory, eg_diag *diag) {
    size_t bytes = eg_gait_back_bytes(s->n, s->rate_hz);
    *memory = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, *memory, bytes);
    return eg_gait_back_contacts(s, leg_mm, STEPS, c, n, back, &arena, diag);
}

eg_err single_shank(const eg_orient_signal *s, int side, eg_gait_contact *c, size_t *n,
                    eg_gait_shank *shank, eg_diag *diag) {
    size_t bytes = eg_gait_shank_bytes(s->n);
    void *memory = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, memory, bytes);
    eg_err err = eg_gait_shank_contacts(s, side, STEPS, c, n, shank, NULL, &arena, diag);
    EG_CHECK_INT(arena.used, 0);
    free(memory);
    return err;
}

/* One event of the truth against the contacts' nearest of its kind within 0.2 s; NaN: none. */
static double nearest(double truth_s, int is_off, int side, size_t n, const eg_gait_contact *c,
                      int *is_side) {
    double best = (double)NAN;
    for (size_t k = 0; k < n; k++) {
        double t = is_off ? c[k].off_s : c[k].strike_s;
        if (!(fabs(t - truth_s) < 0.2) || fabs(t - truth_s) >= fabs(best)) continue;
        best = t - truth_s;
        *is_side = c[k].side == side;
    }
    return best;
}

size_t single_strikes(size_t n, const eg_gait_contact *c) {
    size_t count = 0;
    for (size_t k = 0; k < n; k++) count += (size_t)(isfinite(c[k].strike_s) != 0);
    return count;
}

/* side 2: both. The first and last footprint are those of starting and stopping. */
static void compare(tally *t, size_t n_steps, const eg_walk_step *steps, int side, size_t n,
                    const eg_gait_contact *c) {
    size_t n_true = 0, n_found = single_strikes(n, c);
    for (size_t i = 0; i < n_steps; i++) {
        int is_side = 1;
        if (side < 2 && steps[i].side != side) continue;
        for (int is_off = 0; is_off < 2; is_off++) {
            double truth = is_off ? steps[i].off_s : steps[i].strike_s;
            if (!isfinite(truth)) continue;
            n_true += (size_t)!is_off;
            double apart = nearest(truth, is_off, steps[i].side, n, c, &is_side);
            if (!isfinite(apart)) {
                t->n_missed++;
                continue;
            }
            t->n_wrong_side += (size_t)!is_side;
            t->bias_ms[is_off] += 1000.0 * apart;
            if (is_off)
                t->off_ms[t->n_offs++] = 1000.0 * fabs(apart);
            else
                t->strike_ms[t->n_strikes++] = 1000.0 * fabs(apart);
        }
    }
    t->n_walks++;
    t->n_true += n_true;
    t->n_found += n_found;
    t->n_wrong_count += (size_t)(n_found != n_true);
}

static double median_of(size_t n, double *x, double part) {
    double *scratch = malloc((n + 1) * sizeof *scratch);
    eg_sort(n, x, scratch);
    free(scratch);
    return eg_sort_quantile(n, x, part);
}

static void report(tally *t, const char *what, single_limits limits) {
    double strike = median_of(t->n_strikes, t->strike_ms, 0.5);
    double off = median_of(t->n_offs, t->off_ms, 0.5);
    eg_test_note("%s: %zu walks, strikes %zu of %zu (%zu walks with another count), %zu events "
                 "missed, %zu on the wrong side; median strike %.1f ms (95 %% %.0f, mean %+.0f), "
                 "off %.1f ms (95 %% %.0f, mean %+.0f)",
                 what, t->n_walks, t->n_found, t->n_true, t->n_wrong_count, t->n_missed,
                 t->n_wrong_side, strike, median_of(t->n_strikes, t->strike_ms, 0.95),
                 t->bias_ms[0] / (double)t->n_strikes, off, median_of(t->n_offs, t->off_ms, 0.95),
                 t->bias_ms[1] / (double)t->n_offs);
    printf("# cadence within %.2f %%\n", 100.0 * t->cadence);
    EG_CHECK(strike <= limits.strike_ms);
    EG_CHECK(off <= limits.off_ms);
    if (limits.off_most_ms > 0.0)
        EG_CHECK(median_of(t->n_offs, t->off_ms, 0.95) <= limits.off_most_ms);
    EG_CHECK_INT(t->n_wrong_side, 0);
    EG_CHECK(t->cadence <= limits.cadence);
    EG_CHECK(100 * t->n_missed <= 2 * (t->n_strikes + t->n_offs));
}

/* Of the steady part, by the measures' own rules; a shank knows strides only. */
double single_cadence(size_t n, const eg_gait_contact *c, double duration_s) {
    eg_gait_phase phases[STEPS];
    eg_gait_walk *walk = malloc(sizeof *walk);
    double memory[4 * STEPS];
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK_INT(eg_gait_phases(n, c, 0.0, duration_s, phases, &arena, NULL), EG_OK);
    EG_CHECK_INT(eg_gait_measure(n, c, phases, walk, &arena, NULL), EG_OK);
    double cadence = walk->values[EG_GAIT_M_CADENCE][2].value;
    free(walk);
    return cadence;
}

/* The footprints as contacts. */
static size_t truth_of(size_t n, const eg_walk_step *steps, int side, eg_gait_contact *c) {
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (side < 2 && steps[i].side != side) continue;
        c[m] = eg_gait_contact_none(steps[i].side);
        if (isfinite(steps[i].strike_s)) c[m].strike_s = steps[i].strike_s;
        if (isfinite(steps[i].off_s)) c[m].off_s = steps[i].off_s;
        m++;
    }
    eg_gait_sort(m, c);
    return m;
}

static void set_style(eg_walk_person *p, int style, int r) {
    p->heading_deg = 40.0 * r;
    p->length_sd = 15.0;
    p->time_sd = 0.01;
    p->stand_before = p->stand_after = 6.0; /* long enough to be known as standing */
    if (style == 1) {
        p->step_length[0] *= 0.7;
        p->step_time[0] *= 1.15;
    }
    if (style == 2) {
        p->turn_at = 10;
        p->turn_steps = 6;
        p->turn_deg = 180.0;
    }
    if (style == 3) {
        p->step_length[0] = p->step_length[1] = 320.0;
        p->rise_at = 8;
        p->n_rises = 10;
        for (size_t k = 0; k < 4; k++) {
            p->rises[k] = 160.0;
            p->rises[6 + k] = -160.0;
        }
    }
    if (style == SINGLE_FOREFOOT) p->strike_pitch[0] = p->strike_pitch[1] = -6.0;
}

/* A sensor on a part of this body: its contacts into the tally. Refused is a wrong count, too. */
static void one_sensor(tally *t, const eg_walk_body *body, double duration_s, int part,
                       double rate_hz, eg_quaternion mount, double info[3]) {
    int is_back = part == EG_WALK_PELVIS, side = is_back ? 2 : part - EG_WALK_LEFT_SHANK;
    sensor s = single_feel(body, (eg_walk_part)part, duration_s, rate_hz, mount);
    eg_gait_contact c[STEPS], real_ones[STEPS];
    size_t n = 0;
    eg_gait_back back = {0};
    eg_gait_shank shank = {{0}, 0, 0, NULL};
    eg_diag diag = {0};
    void *memory = NULL;
    eg_err err = is_back ? single_back(&s.signal, (double)NAN, c, &n, &back, &memory, &diag)
                         : single_shank(&s.signal, side, c, &n, &shank, &diag);
    if (err != EG_OK) {
        printf("# refused: %s\n", diag.text);
        t->n_wrong_count++;
    } else {
        compare(t, body->n_steps, body->steps, side, n, c);
    }
    size_t n_real = truth_of(body->n_steps, body->steps, side, real_ones);
    double truth = single_cadence(n_real, real_ones, duration_s);
    double apart = single_cadence(n, c, duration_s) / truth - 1.0;
    if (isfinite(apart)) t->cadence = fmax(t->cadence, fabs(apart));
    info[0] = is_back ? back.forward_sure : shank.swing_rad_s;
    info[1] = is_back ? back.side_sure : shank.axis_part;
    info[2] = is_back ? back.step_s : 0.0;
    free(memory);
    free(s.block);
}

static void one_walk(tally *t, const eg_walk_person *p, uint64_t seed, int is_back, double rate_hz,
                     eg_quaternion mount) {
    static eg_walk_step steps[STEPS];
    size_t n = 0, found = t->n_found, real = t->n_true;
    double duration_s = 0.0, info[3] = {0.0, 0.0, 0.0};
    eg_diag diag = {0};
    if (eg_walk_plan(p, seed, STEPS, steps, &n, &duration_s, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    void *grid = malloc(eg_walk_body_bytes(duration_s));
    eg_arena arena;
    eg_arena_init(&arena, grid, eg_walk_body_bytes(duration_s));
    eg_walk_body body;
    if (eg_walk_body_build(p, n, steps, duration_s, &body, &arena, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    eg_quaternion m = eg_quaternion_scaled(mount, 1.0 / sqrt(eg_quaternion_square(mount)));
    if (is_back) one_sensor(t, &body, duration_s, EG_WALK_PELVIS, rate_hz, m, info);
    for (int side = 0; side < 2 && !is_back; side++)
        one_sensor(t, &body, duration_s, EG_WALK_LEFT_SHANK + side, rate_hz, m, info);
    printf("# %.1f m/s, %3.0f steps/min, %3.0f Hz: strikes %zu of %zu; %.2f, %.1f, %.2f\n",
           0.001 * p->step_length[1] / p->step_time[1], 60.0 / p->step_time[1], rate_hz,
           t->n_found - found, t->n_true - real, info[0], info[1], info[2]);
    free(grid);
}

static void one_style(tally *t, int style, int is_back) {
    static const double speeds[] = {0.4, 0.8, 1.2, 1.6}, cadences[] = {60, 90, 112, 130};
    static const double rates[] = {50, 100, 400};
    static const eg_quaternion mounts[] = {
        {1, 0, 0, 0}, {0.5, 0.5, -0.5, 0.5}, {0.1, 0.7, 0.7, 0.1}};
    for (int v = 0; v < 4; v++)
        for (int r = 0; r < 3; r++) {
            eg_walk_person p = eg_walk_usual(speeds[v], cadences[v]);
            set_style(&p, style, r);
            one_walk(t, &p, 5, is_back, rates[r], mounts[r]);
        }
}

static double drawn(eg_random *random, double from, double to) {
    return from + (to - from) * eg_random_uniform(random);
}

/* Any speed, cadence, foot, and one in four each limps, turns round, or goes up or down stairs. */
static eg_walk_person draw_person(eg_random *random, int style, double least_m_s) {
    double speed = drawn(random, least_m_s, 1.7);
    double cadence = 60.0 + 55.0 * (speed - 0.3) + 6.0 * eg_random_normal(random);
    eg_walk_person p = eg_walk_usual(speed, fmax(50.0, cadence));
    p.heading_deg = drawn(random, 0.0, 360.0);
    p.length_sd = drawn(random, 5.0, 40.0);
    p.time_sd = drawn(random, 0.005, 0.03);
    p.stand_before = drawn(random, 1.0, 6.0);
    p.stand_after = drawn(random, 1.0, 6.0);
    p.double_support *= drawn(random, 0.8, 1.2);
    p.off_pitch *= drawn(random, 0.75, 1.2);
    for (int side = 0; side < 2; side++) p.strike_pitch[side] *= drawn(random, 0.4, 1.3);
    if (style == SINGLE_UNEVEN) {
        p.step_length[0] *= drawn(random, 0.6, 0.85);
        p.step_time[0] *= drawn(random, 1.1, 1.3);
    }
    if (style == SINGLE_TURNING) {
        p.turn_at = 8;
        p.turn_steps = 6;
        p.turn_deg = 180.0;
    }
    if (style == SINGLE_STAIRS) {
        double rise = drawn(random, -1.0, 1.0) < 0.0 ? -160.0 : 160.0;
        p.step_length[0] = p.step_length[1] = drawn(random, 280.0, 340.0);
        p.rise_at = 8;
        p.n_rises = 6;
        for (size_t k = 0; k < p.n_rises; k++) p.rises[k] = rise;
    }
    return p;
}

/* The slower, the longer both feet stand, of a step: 0.32 at 0.6 m/s, 0.2 at 1.5. */
static void stand_longer(eg_random *random, eg_walk_person *p) {
    double step_s = 0.5 * (p->step_time[0] + p->step_time[1]);
    double speed = 0.0005 * (p->step_length[0] + p->step_length[1]) / step_s;
    double part = 0.4 - 0.13 * speed + 0.03 * eg_random_normal(random);
    p->double_support = fmin(fmax(part, 0.14), 0.42) * step_s;
}

size_t single_drawn(size_t n_walks, int is_back, single_limits limits) {
    static const double rates[] = {50, 100, 128, 200};
    tally *t = calloc(1, sizeof *t);
    for (size_t k = 0; k < n_walks; k++) {
        eg_random random;
        eg_random_init(&random, 4711, k);
        eg_walk_person p = draw_person(&random, (int)(k % (is_back ? 3 : 4)), is_back ? 0.5 : 0.3);
        if (is_back) stand_longer(&random, &p);
        eg_quaternion m = {eg_random_normal(&random), eg_random_normal(&random),
                           eg_random_normal(&random), eg_random_normal(&random)};
        one_walk(t, &p, 1000 + k, is_back, rates[eg_random_below(&random, 4)], m);
    }
    report(t, "drawn at random", limits);
    size_t wrong = t->n_wrong_count;
    free(t);
    return wrong;
}

size_t single_made(single_style style, int is_back, single_limits limits) {
    static const char *const names[] = {"even", "uneven", "turning", "on stairs", "forefoot first"};
    tally *t = calloc(1, sizeof *t);
    one_style(t, (int)style, is_back);
    report(t, names[style], limits);
    size_t wrong = t->n_wrong_count;
    free(t);
    return wrong;
}

/* ---- real recordings ---- */

typedef struct file {
    const char *set, *name, *pelvis;
    size_t n_back; /* of the first markers: where a belt would hold the sensor */
    const char *shank[2];
} file;

static const file files[] = {
    {"emg", "bmc_Gait.c3d", "VSAC,RASI,LASI", 1, {"LKNE,LSHA,LANK", "RKNE,RSHA,RANK"}},
    {"imu",
     "c3d/btk_ADemo1_rewrite_c3d_pc_integer.c3d",
     "L.PSIS,R.PSIS,L.ASIS,R.ASIS",
     2,
     {"L.Knee,L.Ankle,L.Post.Tib.,L.Ant.Tib.", "R.Knee,R.Ankle,R.Post.Tib.,R.Ant.Tib."}},
    {"imu",
     "c3d/btk_FunctionalWalk.c3d",
     "LPSI,RPSI,LASI,RASI",
     2,
     {"LKNE,LTIB,LANK", "RKNE,RTIB,RANK"}},
    {"imu",
     "c3d/btk_PiG_Motion3_FF.c3d",
     "LPSI,RPSI,LASI,RASI",
     2,
     {"LKNE,LTIB,LANK", "RKNE,RTIB,RANK"}},
    {"imu",
     "c3d/opensim_test_walking.c3d",
     "LPSI,RPSI,LASI,RASI",
     2,
     {"LTB1,LTB2,LTB3,LLMAL", "RTB1,RTB2,RTB3,RLMAL"}},
    {"imu",
     "c3d/opensim_walking5.c3d",
     "LPSI,RPSI,LASI,RASI",
     2,
     {"LTB1,LTB2,LTB3,LLMAL", "RTB1,RTB2,RTB3,RLMAL"}}};

/* The contacts of markers and plates together; the plates' own events in `joint`. */
static eg_recording *reference(const file *f, eg_gait_markers *m, eg_gait_contact *contacts,
                               size_t *n, eg_gait_joint *joint) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", eg_test_data(f->set), f->name);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    int is_usable = 0;
    if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s: %s", path, diag.text);
    EG_CHECK_INT(eg_gait_markers_read(r, m, &is_usable, NULL), EG_OK);
    eg_gait_track track = eg_gait_markers_track(m);
    size_t bytes = eg_gait_track_bytes(m->n);
    void *memory = malloc(bytes);
    eg_arena arena;
    eg_gait_path walk;
    eg_arena_init(&arena, memory, bytes);
    EG_CHECK_INT(eg_gait_track_contacts(&track, STEPS, contacts, n, &walk, &arena, NULL), EG_OK);
    free(memory);
    plates_join(r, m, *n, contacts, joint);
    return r;
}

typedef struct apart {
    size_t n[2], n_missed, n_wrong_side, n_refused; /* [strike, off] */
    double ms[2][400], sum[2];
} apart;

/* Events inside the recording, 0.25 s from its ends: filters need to see on both sides. */
static int is_inside(double t, double from_s, double to_s) {
    return t > from_s + 0.25 && t < to_s - 0.25;
}

static void add(apart *a, double truth_s, int is_off, int side, size_t n,
                const eg_gait_contact *c) {
    int is_side = 1;
    double d = nearest(truth_s, is_off, side, n, c, &is_side);
    if (!isfinite(d)) {
        a->n_missed++;
        printf(" %s %.3f missed;", is_off ? "off" : "strike", truth_s);
        return;
    }
    a->n_wrong_side += (size_t)!is_side;
    printf(" %s%+.0f", is_off ? "o" : "s", 1000.0 * d);
    a->sum[is_off] += 1000.0 * d;
    a->ms[is_off][a->n[is_off]++] = 1000.0 * fabs(d);
}

static void add_all(apart *plates, apart *all, const eg_gait_joint *joint, size_t n_true,
                    const eg_gait_contact *truth, int side, double from_s, double to_s, size_t n,
                    const eg_gait_contact *c) {
    printf(" plates:");
    for (size_t k = 0; k < joint->n_pairs; k++) {
        const eg_gait_pair *p = &joint->pairs[k];
        if (!p->is_whole || (side < 2 && p->side != side) || !is_inside(p->plate_s, from_s, to_s))
            continue;
        add(plates, p->plate_s, p->is_off, p->side, n, c);
    }
    printf("; all:");
    for (size_t k = 0; k < n_true; k++)
        for (int is_off = 0; is_off < 2; is_off++) {
            double t = is_off ? truth[k].off_s : truth[k].strike_s;
            if ((side < 2 && truth[k].side != side) || !is_inside(t, from_s, to_s)) continue;
            add(all, t, is_off, truth[k].side, n, c);
        }
    printf("\n");
}

static void conclude(apart *a, const char *what) {
    double strike = median_of(a->n[0], a->ms[0], 0.5), off = median_of(a->n[1], a->ms[1], 0.5);
    eg_test_note("%s: %zu strikes, median %.1f ms (mean %+.1f, worst %.0f); %zu offs, median %.1f "
                 "ms (mean %+.1f, worst %.0f); %zu missed, %zu on the wrong side",
                 what, a->n[0], strike, a->sum[0] / (double)a->n[0],
                 a->n[0] ? a->ms[0][a->n[0] - 1] : 0.0, a->n[1], off, a->sum[1] / (double)a->n[1],
                 a->n[1] ? a->ms[1][a->n[1] - 1] : 0.0, a->n_missed, a->n_wrong_side);
    EG_CHECK(strike <= 20.0);
    EG_CHECK(off <= 20.0);
    EG_CHECK_INT(a->n_wrong_side, 0);
}

void single_real(int is_back) {
    apart *plates = calloc(1, sizeof *plates), *all = calloc(1, sizeof *all);
    const eg_quaternion mount = {0.5, 0.5, -0.5, 0.5};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        eg_gait_markers m;
        eg_gait_contact truth[STEPS], c[STEPS];
        eg_gait_joint *joint = calloc(1, sizeof *joint);
        size_t n_true = 0;
        eg_recording *r = reference(&files[i], &m, truth, &n_true, joint);
        for (int side = 0; side < (is_back ? 1 : 2); side++) {
            eg_orient_signal s;
            double *block = NULL, start_s = 0.0;
            void *memory = NULL;
            size_t n = 0;
            eg_gait_back back;
            eg_gait_shank shank;
            eg_diag diag = {0};
            const char *labels = is_back ? files[i].pelvis : files[i].shank[side];
            marker_imu(r, labels, is_back ? files[i].n_back : 3, m.up, m.mm, mount, 100.0, &s,
                       &block, &start_s);
            double end_s = start_s + (double)s.n / s.rate_hz;
            eg_err err = is_back ? single_back(&s, (double)NAN, c, &n, &back, &memory, &diag)
                                 : single_shank(&s, side, c, &n, &shank, &diag);
            if (err != EG_OK) { /* seen for one swing only */
                printf("# %s: %s\n", files[i].name, diag.text);
                all->n_refused++;
                free(memory);
                free(block);
                continue;
            }
            printf("# %s %s:", files[i].name, is_back ? "back" : side ? "right" : "left");
            for (size_t k = 0; k < n; k++) {
                c[k].strike_s += start_s;
                c[k].off_s += start_s;
            }
            if (is_back)
                printf(" step %.2f s alike %.2f forward %.2f side %.1f", back.step_s, back.alike,
                       back.forward_sure, back.side_sure);
            add_all(plates, all, joint, n_true, truth, is_back ? 2 : side, start_s, end_s, n, c);
            free(memory);
            free(block);
        }
        free(joint);
        eg_gait_markers_free(&m);
        eg_recording_destroy(r);
    }
    conclude(plates, "against the plates");
    conclude(all, "against plates and markers");
    EG_CHECK(all->n_refused <= (is_back ? 0 : 2));
    EG_CHECK_INT(plates->n_missed, 0);
    free(plates);
    free(all);
}
