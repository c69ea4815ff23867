/* One sensor at the lower back: a made walker's events against its footprints, and those of sensors
 * made of the markers of real recordings against the force plates there. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/gait/harmony.h"
#include "tests/support/gait_single.h"
#include "tests/support/phase_walker.h"
#include "tests/support/study.h"
#include "tests/support/test.h"

static const single_limits limits = {12.0, 15.0, 0.005, 0.0};

static void even(void) {
    EG_CHECK_INT(single_made(SINGLE_EVEN, 1, limits), 0);
}
static void uneven(void) {
    EG_CHECK_INT(single_made(SINGLE_UNEVEN, 1, limits), 0);
}
static void turning(void) {
    EG_CHECK_INT(single_made(SINGLE_TURNING, 1, limits), 0);
}
static void drawn(void) {
    EG_CHECK_INT(
        single_drawn((size_t)eg_test_crowd(48), 1, (single_limits){20.0, 20.0, 0.01, 60.0}), 0);
}
static void real(void) {
    single_real(1);
}

/* ---- another walker ---- */

enum { WALKS = 48, ROOM = 64, EVENTS = 2000 };

/* Errors of a kind of event; how many have the truth within 1.96 of their standard deviations. */
typedef struct errors {
    size_t n, n_missed, n_inside;
    double apart_s[EVENTS];
} errors;

/* The nearest event of the same foot; missed: none within 0.2 s, an off 0.25 s. */
static void add(errors *e, double truth_s, int is_off, int side, size_t n,
                const eg_gait_contact *c) {
    double best = (double)NAN, sd = 0.0, reach_s = is_off ? 0.25 : 0.2;
    for (size_t k = 0; k < n; k++) {
        double apart = fabs((is_off ? c[k].off_s : c[k].strike_s) - truth_s);
        if (c[k].side != side || !(apart < reach_s) || apart >= best) continue;
        best = apart;
        sd = is_off ? c[k].off_sd_s : c[k].strike_sd_s;
    }
    if (!isfinite(best) || e->n == EVENTS) {
        e->n_missed++;
        return;
    }
    e->apart_s[e->n++] = best;
    e->n_inside += (size_t)(best <= 1.96 * sd);
}

static void conclude(errors *e, const char *what) {
    static double scratch[EVENTS];
    eg_sort(e->n, e->apart_s, scratch);
    double median = 1000.0 * eg_sort_quantile(e->n, e->apart_s, 0.5);
    eg_test_note("%zu %s, %zu missed or of the wrong foot, median %.1f ms (95 %% %.0f), %.1f %% "
                 "within 1.96 of their standard deviations; ",
                 e->n, what, e->n_missed, median, 1000.0 * eg_sort_quantile(e->n, e->apart_s, 0.95),
                 100.0 * (double)e->n_inside / (double)e->n);
    EG_CHECK_INT(e->n_missed, 0);
    EG_CHECK(median <= 20.0);
    EG_CHECK(20 * e->n_inside >= 19 * e->n);
}

/* Whether the interval of double support, as it is shown, holds the truth. */
static int holds_support(const phase_walk *walk, size_t n, const eg_gait_contact *c) {
    static double memory[16 * ROOM];
    eg_gait_phase phases[ROOM];
    eg_gait_walk values[2];
    for (int is_found = 0; is_found < 2; is_found++) {
        size_t m = is_found ? n : walk->n_contacts;
        const eg_gait_contact *of = is_found ? c : walk->contacts;
        eg_arena arena;
        eg_arena_init(&arena, memory, sizeof memory);
        EG_CHECK_INT(eg_gait_phases(m, of, 0.0, walk->duration_s, phases, &arena, NULL), EG_OK);
        EG_CHECK_INT(eg_gait_measure(m, of, phases, &values[is_found], &arena, NULL), EG_OK);
    }
    double truth = values[0].values[EG_GAIT_M_DOUBLE][2].value;
    const eg_gait_value *v = &values[1].values[EG_GAIT_M_DOUBLE][2];
    double before = v->high - v->low;
    eg_gait_back_widen(n, c, &values[1]);
    if (!isfinite(before)) return 1; /* too few strides: none is shown */
    EG_CHECK(v->high - v->low > before);
    return v->low <= truth && truth <= v->high;
}

/* Constants of the method were chosen with the walkers above, six people and, for the off, these
 * walkers in view. */
static void others(void) {
    static errors found[2]; /* strikes, offs */
    size_t n_wrong = 0, n_held = 0;
    double cadence = 0.0;
    for (uint64_t number = 0; number < WALKS; number++) {
        phase_walk walk;
        eg_gait_contact c[ROOM];
        eg_gait_back back;
        eg_diag diag = {0};
        size_t n = 0;
        void *memory = NULL;
        phase_walk_make(number, &walk);
        if (single_back(&walk.signal, (double)NAN, c, &n, &back, &memory, &diag) != EG_OK)
            EG_FAIL("walker %d: %s", (int)number, diag.text);
        EG_CHECK(n <= ROOM);
        const size_t n_strikes = single_strikes(n, c);
        for (size_t k = 0; k < walk.n_contacts; k++) {
            const eg_gait_contact *truth = &walk.contacts[k];
            if (isfinite(truth->strike_s)) add(&found[0], truth->strike_s, 0, truth->side, n, c);
            if (isfinite(truth->off_s)) add(&found[1], truth->off_s, 1, truth->side, n, c);
        }
        n_wrong += (size_t)(n_strikes != walk.n_contacts - 2);
        double truth = single_cadence(walk.n_contacts, walk.contacts, walk.duration_s);
        cadence = fmax(cadence, fabs(single_cadence(n, c, walk.duration_s) / truth - 1.0));
        n_held += (size_t)holds_support(&walk, n, c);
        printf("# %2d: %.1f m/s, %.0f Hz%s%s: strikes %zu of %zu\n", (int)number, walk.speed_m_s,
               walk.signal.rate_hz, walk.is_limping ? ", limps" : "",
               walk.is_turning ? ", turns" : "", n_strikes, walk.n_contacts - 2);
        free(memory);
        free(walk.block);
    }
    eg_test_note("%d walks, %zu with another count, cadence within %.2f %%, double support in its "
                 "interval in %zu; ",
                 (int)WALKS, n_wrong, 100.0 * cadence, n_held);
    EG_CHECK(20 * n_held >= 19 * WALKS);
    EG_CHECK_INT(n_wrong, 0);
    EG_CHECK(cadence <= 0.01);
    conclude(&found[0], "strikes");
    conclude(&found[1], "offs");
}

/* Recordings cut out of a walk from begin_s to end_s. */
typedef struct cuts {
    size_t n, n_strikes, n_wrong; /* with another count */
    size_t n_unsure, n_astray;    /* said to be unsure of it; wrong by more than they say */
} cuts;

static void add_cut(cuts *sum, const phase_walk *walk, double begin_s, double end_s) {
    eg_gait_contact c[ROOM];
    eg_gait_back back;
    eg_diag diag = {0};
    size_t n = 0, within = 0;
    void *memory = NULL;
    eg_orient_signal part = walk->signal;
    double rate = part.rate_hz;
    size_t from = (size_t)(begin_s * rate), to = (size_t)(end_s * rate);
    part.n = to - from;
    for (int k = 0; k < 3; k++) {
        part.gyr[k] += from;
        part.acc[k] += from;
    }
    for (size_t k = 0; k < walk->n_contacts; k++) {
        double at = walk->contacts[k].strike_s * rate;
        within += at >= (double)from && at < (double)to;
    }
    if (within < 6) return;
    if (single_back(&part, (double)NAN, c, &n, &back, &memory, &diag) != EG_OK)
        EG_FAIL("walk at %.1f m/s: %s", walk->speed_m_s, diag.text);
    for (size_t k = 0; k < n; k++) {
        double t = isfinite(c[k].strike_s) ? c[k].strike_s : c[k].off_s;
        EG_CHECK(t >= 0.0 && t < (double)part.n / rate);
    }
    size_t found = single_strikes(n, c);
    sum->n++;
    sum->n_strikes += within;
    sum->n_wrong += found != within;
    sum->n_unsure += back.n_near_within + back.n_near_beyond > 0;
    sum->n_astray += found > within + back.n_near_within || found + back.n_near_beyond < within;
    free(memory);
}

/* A recording that begins and ends on the way holds the strikes made within. None lies nearer than
 * 40 ms to its ends: strikes of these walkers are 9 ms off in the median, 20 of some in all steps
 * alike, so that no pace and no wave can tell on which side a nearer one was. */
static void cut(void) {
    enum { CUTS = 6 };
    const double near_s = 0.04;
    cuts sum = {0};
    for (uint64_t number = 0; number < WALKS; number++) {
        phase_walk walk;
        phase_walk_make(number, &walk);
        for (size_t j = 0; j < CUTS; j++) {
            double edge[2];
            for (size_t k = 0; k < 2; k++) {
                const eg_gait_contact *at = &walk.contacts[k == 0 ? 3 : walk.n_contacts - 3];
                double span = at[1].strike_s - at[0].strike_s - 2.0 * near_s;
                edge[k] =
                    at[0].strike_s + near_s + (double)((number * (k + 1) + j) % 7) / 6.0 * span;
            }
            add_cut(&sum, &walk, edge[0], edge[1] + 1.0 / walk.signal.rate_hz);
        }
        free(walk.block);
    }
    eg_test_note("%zu recordings, %zu strikes, %zu with another count, %zu unsure", sum.n,
                 sum.n_strikes, sum.n_wrong, sum.n_unsure);
    EG_CHECK(sum.n >= 200);
    EG_CHECK_INT(sum.n_wrong, 0);
    EG_CHECK_INT(sum.n_astray, 0);
}

/* Cut anywhere: what is so near to an edge that it cannot be told is said to be. Strikes are told
 * to 9 ms in the median, so that of steps of 0.6 s about one edge in seventy is told wrong; two
 * edges with two standard deviations of 15 ms on either side are a fifth of a step. */
static void cut_anywhere(void) {
    enum { CUTS = 6 };
    cuts sum = {0};
    for (uint64_t number = 0; number < WALKS; number++) {
        phase_walk walk;
        eg_random random;
        phase_walk_make(number, &walk);
        eg_random_init(&random, number, 7);
        const eg_gait_contact *at = walk.contacts;
        for (size_t j = 0; j < CUTS; j++) {
            double begin_s = 3.0 * eg_random_uniform(&random) * walk.step_s;
            double end_s = 3.0 * eg_random_uniform(&random) * walk.step_s;
            add_cut(&sum, &walk, at[3].strike_s + begin_s,
                    at[walk.n_contacts - 2].strike_s - end_s);
        }
        free(walk.block);
    }
    eg_test_note("%zu recordings, %zu strikes; %zu with another count, %zu by more than they say; "
                 "%zu unsure",
                 sum.n, sum.n_strikes, sum.n_wrong, sum.n_astray, sum.n_unsure);
    EG_CHECK(sum.n >= 200);
    EG_CHECK_INT(sum.n_astray, 0);
    EG_CHECK(100 * sum.n_wrong <= 3 * sum.n);
    EG_CHECK(100 * sum.n_unsure <= 25 * sum.n);
}

/* Waves of known harmonics: forward 2 and 4 against 1 and 3, sideways 1 against 2, up 2 alone. */
static void harmony(void) {
    enum { N = 3000 };
    const double rate = 100.0, stride = 1.1, w = 2.0 * EG_PI / stride;
    double *block = malloc(3 * N * sizeof *block), memory[2000];
    eg_gait_back back = {.n = N, .rate_hz = rate, .step_s = 0.5 * stride};
    for (size_t r = 0; r < 3; r++) back.acc[r] = block + r * N;
    for (size_t i = 0; i < N; i++) {
        double t = (double)i / rate;
        block[i] =
            2.0 * sin(2.0 * w * t) + cos(4.0 * w * t) + 0.5 * sin(w * t) + 0.25 * sin(3.0 * w * t);
        block[N + i] = 1.5 * cos(w * t) + 0.5 * sin(2.0 * w * t);
        block[2 * N + i] = 3.0 * cos(2.0 * w * t);
    }
    eg_gait_contact c[40];
    eg_gait_phase phases[40] = {EG_GAIT_STEADY};
    for (size_t k = 0; k < 40; k++) {
        c[k] = eg_gait_contact_none((int)(k % 2));
        c[k].strike_s = 1.003 + 0.5 * stride * (double)k;
        phases[k] = EG_GAIT_STEADY;
    }
    eg_gait_harmony h;
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK_INT(eg_gait_harmony_of(&back, 40, c, phases, &h, &arena, NULL), EG_OK);
    eg_test_note("%zu strides: ratios %.3f (4), %.3f (3), %.0f; improved %.2f (%.2f), %.2f (90); "
                 "regularity of steps %.3f, %.3f",
                 h.n_strides, h.ratio[0].value, h.ratio[1].value, h.ratio[2].value,
                 h.improved[0].value, 100.0 * 5.0 / 5.3125, h.improved[1].value,
                 h.step_regularity[2], h.stride_regularity[0]);
    EG_CHECK_INT(h.n_strides, 38);
    EG_CHECK_NEAR(h.ratio[0].value, 4.0, 0.1);
    EG_CHECK_NEAR(h.ratio[1].value, 3.0, 0.05);
    EG_CHECK(h.ratio[2].value > 50.0);
    EG_CHECK_NEAR(h.improved[0].value, 100.0 * 5.0 / 5.3125, 0.2);
    EG_CHECK_NEAR(h.improved[1].value, 90.0, 0.2);
    EG_CHECK_NEAR(h.step_regularity[2], 1.0, 0.01);
    EG_CHECK_NEAR(h.stride_regularity[0], 1.0, 0.01);
    EG_CHECK_NEAR(h.step_regularity[1], 0.8, 0.01); /* (2.25 - 0.25) / 2.5 */
    eg_arena_init(&arena, memory, 100);
    EG_CHECK_INT(eg_gait_harmony_of(&back, 40, c, phases, &h, &arena, NULL), EG_ERR_MEMORY);
    free(block);
}

/* Columns of another maker, in degrees a second and g: the study finds them, and says by each event
 * how sure it is. */
static void study(void) {
    static single_walk walk;
    static const char *const labels[6] = {"lumbar_Gyr_X", "lumbar_Gyr_Y", "lumbar_Gyr_Z",
                                          "lumbar_Acc_X", "lumbar_Acc_Y", "lumbar_Acc_Z"};
    size_t i;
    single_walk_make(1.1, 105.0, &walk);
    sensor s = single_feel(&walk.body, EG_WALK_PELVIS, walk.duration_s, 100.0, EG_QUATERNION_ONE);
    eg_channel channels[6];
    eg_recording r = single_recording(&s, labels, channels);
    for (size_t k = 0; k < 6; k++) {
        snprintf(channels[k].unit, sizeof channels[k].unit, "%s", k < 3 ? "deg/s" : "g");
        for (i = 0; i < s.n; i++) s.block[k * s.n + i] *= k < 3 ? 180.0 / EG_PI : 1.0 / 9.80665;
    }
    json_t *result = NULL, *one;
    eg_diag diag = {0};
    EG_CHECK(eg_study_find("gait")->suits(&r) > 0);
    if (eg_test_study("gait", &r, NULL, NULL, "{}", &result, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    double harmonic = eg_test_value_of(result, "gait.harmonic_ratio.v", 0);
    double cadence = eg_test_value_of(result, "gait.cadence", 0);
    /* No length is invented. */
    json_array_foreach(json_object_get(result, "measures"), i, one)
        EG_CHECK(strcmp(json_string_value(json_object_get(one, "code")), "gait.step.length") != 0);
    json_array_foreach(json_object_get(result, "events"), i, one)
        EG_CHECK(json_number_value(json_object_get(one, "uncertainty_s")) >= 0.015);
    eg_test_note("%zu events, %.2f a minute, harmonic ratio %.1f", i, cadence, harmonic);
    EG_CHECK(i >= 40);
    EG_CHECK_NEAR(cadence, 105.0, 1.05);
    EG_CHECK(harmonic > 1.0);
    json_decref(result);
    free(s.block);
    free(walk.grid);
}

EG_TESTS({"gait: one sensor at the back, even walking", even},
         {"gait: one sensor at the back, uneven steps", uneven},
         {"gait: one sensor at the back, with a turn", turning},
         {"gait: one sensor at the back of persons drawn at random", drawn},
         {"gait: one sensor at the back made of real markers, against plates", real},
         {"gait: one sensor at the back of walkers of another kind", others},
         {"gait: one sensor at the back that begins and ends on the way", cut},
         {"gait: one sensor at the back, recordings cut anywhere", cut_anywhere},
         {"gait: one sensor at the back through the study", study},
         {"gait: harmonic ratios and regularity of known waves", harmony})
