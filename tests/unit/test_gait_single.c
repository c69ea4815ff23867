/* One sensor on a shank: a made walker's events against its footprints, and those of sensors made
 * of the markers of real recordings against the force plates there. What is no walk, for the lower
 * back, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "tests/support/gait_single.h"
#include "tests/support/rocker_walker.h"
#include "tests/support/study.h"
#include "tests/support/test.h"

/* The off of a leg that limps slowly, and in a turn, is the weak event. */
static void even(void) {
    EG_CHECK_INT(single_made(SINGLE_EVEN, 0, (single_limits){8.0, 4.0, 0.002, 10.0}), 0);
}
static void uneven(void) {
    EG_CHECK_INT(single_made(SINGLE_UNEVEN, 0, (single_limits){8.0, 12.0, 0.002, 33.0}), 0);
}
static void turning(void) {
    EG_CHECK_INT(single_made(SINGLE_TURNING, 0, (single_limits){8.0, 5.0, 0.002, 55.0}), 0);
}
static void stairs(void) {
    EG_CHECK_INT(single_made(SINGLE_STAIRS, 0, (single_limits){8.0, 5.0, 0.002, 12.0}), 0);
}
static void forefoot(void) {
    EG_CHECK_INT(single_made(SINGLE_FOREFOOT, 0, (single_limits){10.0, 8.0, 0.002, 20.0}), 0);
}
static void drawn(void) {
    EG_CHECK_INT(single_drawn(32, 0, (single_limits){8.0, 8.0, 0.01, 40.0}), 0);
}
static void real(void) {
    single_real(0);
}

static void refusals(void) {
    enum { N = 2000 };
    static const char *const names[] = {"standing", "shaken up and down", "sitting down and up",
                                        "legs that dangle"};
    double *block = malloc(6 * N * sizeof *block);
    eg_orient_signal s = {.n = N, .rate_hz = 100.0};
    for (size_t k = 0; k < 3; k++) {
        s.gyr[k] = block + k * N;
        s.acc[k] = block + (3 + k) * N;
    }
    for (int kind = 0; kind < 4; kind++) {
        eg_random random;
        eg_random_init(&random, 3, (uint64_t)kind);
        for (size_t i = 0; i < N; i++) {
            double t = (double)i / 100.0, up = 0.0, turn = 0.0;
            if (kind == 1) up = 4.0 * sin(2.0 * EG_PI * 2.0 * t);
            if (kind == 2) {
                up = 1.5 * sin(2.0 * EG_PI * 0.4 * t);
                turn = 1.2 * cos(2.0 * EG_PI * 0.4 * t);
            }
            if (kind == 3) turn = 3.0 * sin(2.0 * EG_PI * 1.0 * t);
            for (size_t k = 0; k < 3; k++) {
                block[k * N + i] = (k == 1 ? turn : 0.0) + 0.004 * eg_random_normal(&random);
                block[(3 + k) * N + i] =
                    (k == 2 ? 9.81 + up : 0.0) + 0.03 * eg_random_normal(&random);
            }
        }
        eg_gait_contact c[STEPS];
        size_t n = 0;
        eg_gait_back back;
        eg_gait_shank shank;
        void *memory = NULL;
        eg_diag diag = {0};
        EG_CHECK_INT(single_back(&s, (double)NAN, c, &n, &back, &memory, &diag), EG_ERR_DATA);
        printf("# %s, back: %s\n", names[kind], diag.text);
        diag = (eg_diag){0};
        free(memory);
        EG_CHECK_INT(single_shank(&s, 0, c, &n, &shank, &diag), EG_ERR_DATA);
        printf("# %s, shank: %s\n", names[kind], diag.text);
    }
    s.rate_hz = 20.0;
    eg_gait_contact c[STEPS];
    size_t n = 0;
    eg_gait_back back;
    eg_gait_shank shank;
    void *memory = NULL;
    EG_CHECK_INT(single_back(&s, (double)NAN, c, &n, &back, &memory, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(single_shank(&s, 0, c, &n, &shank, NULL), EG_ERR_ARGUMENT);
    free(memory);
    free(block);
}

/* A rate as textbooks draw it, a swing between two turns back, and an acceleration that is only
 * gravity and shocks: no ankle goes anywhere by that, and the rate alone has to do. */
static void rate_alone(void) {
    enum { STRIDES = 20 };
    const double rate_hz = 100.0, stride_s = 1.2, start_s = 3.0;
    size_t n = (size_t)((2.0 * start_s + (STRIDES + 1) * stride_s) * rate_hz);
    double *block = calloc(6 * n, sizeof *block), lean = 0.0, mean = 0.0;
    eg_orient_signal s = {.n = n, .rate_hz = rate_hz};
    for (size_t k = 0; k < 3; k++) {
        s.gyr[k] = block + k * n;
        s.acc[k] = block + (3 + k) * n;
    }
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / rate_hz;
        for (int k = 0; k < STRIDES; k++) {
            double strike = start_s + (k + 1) * stride_s, off = strike - 0.4 * stride_s;
            double swing = (t - off - 0.2 * stride_s) / (0.09 * stride_s);
            double back = (t - off + 0.02) / (0.05 * stride_s), land = (t - strike - 0.01) / 0.036;
            block[n + i] -=
                4.5 * exp(-swing * swing) - 2.2 * exp(-back * back) - 1.8 * exp(-land * land);
            double shock = (t - strike - 0.01) / 0.012;
            block[5 * n + i] += 8.0 * exp(-shock * shock);
        }
        mean += block[n + i] / (STRIDES * stride_s * rate_hz);
    }
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / rate_hz;
        if (t > start_s && t < start_s + STRIDES * stride_s) block[n + i] -= mean;
        lean -= block[n + i] / rate_hz;
        block[3 * n + i] += 9.81 * sin(lean);
        block[5 * n + i] += 9.81 * cos(lean);
    }
    eg_gait_contact c[STEPS];
    size_t n_contacts = 0;
    eg_gait_shank shank;
    EG_CHECK_INT(single_shank(&s, 0, c, &n_contacts, &shank, NULL), EG_OK);
    EG_CHECK_INT(n_contacts, STRIDES + 1);
    EG_CHECK(shank.why != NULL); /* it is said why */
    double worst[2] = {0.0, 0.0};
    for (size_t k = 0; k < STRIDES; k++) {
        double strike = start_s + (double)(k + 1) * stride_s, off = strike - 0.4 * stride_s;
        worst[0] = fmax(worst[0], fabs(c[k + 1].strike_s - strike));
        worst[1] = fmax(worst[1], fabs(c[k].off_s - off));
        EG_CHECK(c[k + 1].confidence <= 0.5);
    }
    eg_test_note("strikes within %.0f ms, offs within %.0f ms", 1e3 * worst[0], 1e3 * worst[1]);
    EG_CHECK(worst[0] <= 0.02);
    EG_CHECK(worst[1] <= 0.03);
    free(block);
}

/* How many strikes of the left foot the part of a recording from `from_s` to `to_s` tells. */
static size_t strikes_within(const sensor *whole, double from_s, double to_s) {
    double rate_hz = whole->signal.rate_hz;
    size_t first = (size_t)ceil(from_s * rate_hz), n_contacts = 0;
    size_t end = (size_t)fmin(floor(to_s * rate_hz) + 1.0, (double)whole->n);
    eg_orient_signal part = {.n = end - first, .rate_hz = rate_hz};
    for (size_t k = 0; k < 3; k++) {
        part.gyr[k] = whole->signal.gyr[k] + first;
        part.acc[k] = whole->signal.acc[k] + first;
    }
    eg_gait_contact c[STEPS];
    eg_gait_shank shank;
    EG_CHECK_INT(single_shank(&part, 0, c, &n_contacts, &shank, NULL), EG_OK);
    return single_strikes(n_contacts, c);
}

/* Recordings that begin or end near a strike: it counts from 40 ms before the end on, and from 80
 * ms behind the start on; never one that is not in the recording. */
static void cut(void) {
    static const double speeds[] = {0.6, 1.1, 1.5}, cadences[] = {80.0, 105.0, 125.0};
    static const double ends_s[] = {-0.08, -0.04, -0.02, 0.0, 0.04, 0.06, 0.08, 0.12, 0.2};
    static const double starts_s[] = {-0.25, -0.15, -0.08, 0.02, 0.04, 0.08, 0.12};
    static single_walk walk;
    size_t n_cuts = 0, n_wrong = 0;
    for (size_t v = 0; v < 3; v++) {
        single_walk_make(speeds[v], cadences[v], &walk);
        sensor s =
            single_feel(&walk.body, EG_WALK_LEFT_SHANK, walk.duration_s, 100.0, EG_QUATERNION_ONE);
        double strikes[STEPS];
        size_t n = 0;
        for (size_t i = 0; i < walk.body.n_steps; i++)
            if (walk.steps[i].side == 0 && isfinite(walk.steps[i].strike_s))
                strikes[n++] = walk.steps[i].strike_s;
        for (size_t k = 4; k < 7; k++) { /* whole strides from the one end to the other */
            for (size_t d = 0; d < sizeof ends_s / sizeof *ends_s; d++, n_cuts++)
                n_wrong += (size_t)(strikes_within(&s, 0.0, strikes[k] + ends_s[d]) !=
                                    k + (size_t)(ends_s[d] > 0.0));
            for (size_t d = 0; d < sizeof starts_s / sizeof *starts_s; d++, n_cuts++)
                n_wrong += (size_t)(strikes_within(&s, strikes[k] + starts_s[d], walk.duration_s) !=
                                    n - k - (size_t)(starts_s[d] > 0.0));
        }
        free(s.block);
        free(walk.grid);
    }
    eg_test_note("%zu recordings that begin or end near a strike, %zu wrong counts", n_cuts,
                 n_wrong);
    EG_CHECK_INT(n_wrong, 0);
}

/* Walkers of another kind: medians, how many of the truths lie within 1.96 of the event's standard
 * deviations, counts. */
static void rockers(int is_sprung, double strike_ms, double strike_most_ms, double off_ms) {
    enum { WALKS = 48, EVENTS = WALKS * (ROCKER_SWINGS_MAX + 1) };
    static double apart_ms[2][EVENTS], scratch[EVENTS];
    size_t n_wrong = 0, n_missed[2] = {0, 0}, n_held[2] = {0, 0}, n[2] = {0, 0};
    for (uint64_t number = 0; number < WALKS; number++) {
        rocker_walk walk;
        eg_gait_contact c[STEPS];
        eg_gait_shank shank;
        eg_diag diag = {0};
        size_t n_contacts = 0;
        rocker_walk_make(number, is_sprung, &walk);
        if (single_shank(&walk.signal, 0, c, &n_contacts, &shank, &diag) != EG_OK)
            EG_FAIL("walker %d: %s", (int)number, diag.text);
        n_wrong += (size_t)(single_strikes(n_contacts, c) + 1 != walk.n_contacts);
        printf("# %d, %.1f m/s, %.0f Hz:", (int)number, walk.speed_m_s, walk.signal.rate_hz);
        for (size_t k = 0; k < 2 * walk.n_contacts; k++) {
            const eg_gait_contact *truth = &walk.contacts[k / 2];
            int is_off = (int)(k % 2);
            double t = is_off ? truth->off_s : truth->strike_s, best = 0.2, sd = (double)NAN;
            for (size_t e = 0; e < n_contacts; e++) {
                double d = (is_off ? c[e].off_s : c[e].strike_s) - t;
                if (!(fabs(d) < fabs(best))) continue;
                best = d;
                sd = is_off ? c[e].off_sd_s : c[e].strike_sd_s;
            }
            if (!isfinite(t)) continue;
            n_missed[is_off] += (size_t)!isfinite(sd);
            if (!isfinite(sd)) continue;
            printf(" %c%+.0f", is_off ? 'o' : 's', 1e3 * best);
            n_held[is_off] += (size_t)(fabs(best) <= 1.96 * sd);
            apart_ms[is_off][n[is_off]++] = 1e3 * fabs(best);
        }
        printf("\n");
        free(walk.block);
    }
    double median[2], most[2], held[2];
    for (int k = 0; k < 2; k++) {
        eg_sort(n[k], apart_ms[k], scratch);
        median[k] = eg_sort_quantile(n[k], apart_ms[k], 0.5);
        most[k] = eg_sort_quantile(n[k], apart_ms[k], 0.95);
        held[k] = 100.0 * (double)n_held[k] / (double)n[k];
    }
    eg_test_note("%d walks, %zu with another count, %zu events missed; %zu strikes, median %.1f ms "
                 "(95 %% %.0f), %.1f %% within 1.96 of their standard deviations; %zu offs, %.1f "
                 "(%.0f), %.1f %%",
                 (int)WALKS, n_wrong, n_missed[0] + n_missed[1], n[0], median[0], most[0], held[0],
                 n[1], median[1], most[1], held[1]);
    EG_CHECK_INT(n_wrong, 0);
    EG_CHECK(median[0] <= strike_ms);
    EG_CHECK(most[0] <= strike_most_ms);
    EG_CHECK(held[0] >= 95.0);
    EG_CHECK_INT(n_missed[0], 0);
    if (!isfinite(off_ms)) return;
    EG_CHECK_INT(n_missed[1], 0);
    EG_CHECK(median[1] <= off_ms);
    EG_CHECK(held[1] >= 95.0);
}

static void others(void) {
    rockers(0, 6.0, 25.0, 17.0);
}
/* The toes drag behind as the springs do, so that offs are not judged. */
static void sprung(void) {
    rockers(1, 16.0, 40.0, (double)NAN);
}

static int has_warning(const json_t *result, const char *part) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "warnings"), i, one) {
        if (strstr(json_string_value(one), part) != NULL) return 1;
    }
    return 0;
}

/* One sensor through the study, its name without a side: what is taken for granted is said. A name
 * that says nothing is refused as what it is not, with what to do. */
static void study(void) {
    static const char *const labels[2][6] = {
        {"thing.gx", "thing.gy", "thing.gz", "thing.ax", "thing.ay", "thing.az"},
        {"tibia.gx", "tibia.gy", "tibia.gz", "tibia.ax", "tibia.ay", "tibia.az"}};
    static single_walk walk;
    size_t i;
    single_walk_make(1.1, 105.0, &walk);
    sensor s =
        single_feel(&walk.body, EG_WALK_RIGHT_SHANK, walk.duration_s, 100.0, EG_QUATERNION_ONE);
    for (int is_named = 1; is_named >= 0; is_named--) {
        eg_channel channels[6];
        eg_recording r = single_recording(&s, labels[is_named], channels);
        json_t *result = NULL, *one;
        eg_diag diag = {0};
        eg_err err = eg_test_study("gait", &r, NULL, NULL, "{}", &result, &diag);
        if (!is_named) {
            EG_CHECK_INT(err, EG_ERR_DATA);
            EG_CHECK(strstr(diag.text, "--place shank") != NULL);
            continue;
        }
        EG_CHECK(eg_study_find("gait")->suits(&r) > 0);
        if (err != EG_OK) EG_FAIL("%s", diag.text);
        double cadence = eg_test_value_of(result, "gait.cadence", 0);
        json_array_foreach(json_object_get(result, "events"), i, one)
            EG_CHECK(json_number_value(json_object_get(one, "uncertainty_s")) >= 0.015);
        eg_test_note("%zu events, %.2f a minute", i, cadence);
        EG_CHECK(i >= 20);
        EG_CHECK_NEAR(cadence, 105.0, 1.05);
        EG_CHECK(has_warning(result, "--side right"));
        EG_CHECK(has_warning(result, "one leg only"));
        EG_CHECK(!has_warning(result, "rate alone"));
        json_decref(result);
    }
    free(s.block);
    free(walk.grid);
}

EG_TESTS({"gait: one sensor, what is no walk", refusals},
         {"gait: a sensor on a shank whose acceleration does not go with its rate", rate_alone},
         {"gait: a sensor on one shank through the study", study},
         {"gait: a sensor on a shank, recordings that begin or end near a strike", cut},
         {"gait: a sensor on the shank of walkers of another kind", others},
         {"gait: a sensor on the shank of walkers on springs", sprung},
         {"gait: a sensor on each shank, even walking", even},
         {"gait: a sensor on each shank, uneven steps", uneven},
         {"gait: a sensor on each shank, with a turn", turning},
         {"gait: a sensor on each shank, up and down stairs", stairs},
         {"gait: a sensor on each shank, forefoot first", forefoot},
         {"gait: a sensor on each shank of persons drawn at random", drawn},
         {"gait: a sensor on a shank made of real markers, against plates", real})
