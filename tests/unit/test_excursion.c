#include <math.h>
#include <stdlib.h>

#include "core/balance/task_trial.h"
#include "tests/support/test.h"

enum { RATE = 100, N = 6000, TARGETS = 8 };

static const double pi = 3.14159265358979323846;

/* Eight reaches at unequal intervals, from rest at (3, -2): the movement begins 0.4 s after the
 * cue, goes out in 0.8 s like half a cosine, stays for 1 s and comes back in 0.8 s. */
static const double cues_s[TARGETS] = {2.0, 8.5, 13.25, 21.0, 26.0, 34.75, 40.5, 50.0};
static const double reached_mm[TARGETS] = {80, 72, 90, 50, 45, 48, 85, 70};

static double ml[N], ap[N];

static double share_at(double t_s) {
    if (t_s <= 0 || t_s >= 2.6) return 0;
    if (t_s < 0.8) return 0.5 - 0.5 * cos(pi * t_s / 0.8);
    if (t_s < 1.8) return 1;
    return 0.5 + 0.5 * cos(pi * (t_s - 1.8) / 0.8);
}

/* With `noise_mm` of a slow wobble that repeats nowhere near the reaches. */
static void make(double noise_mm) {
    for (int i = 0; i < N; i++) {
        double t = (double)i / RATE;
        ml[i] = 3 + noise_mm * sin(2 * pi * 0.31 * t);
        ap[i] = -2 + noise_mm * sin(2 * pi * 0.43 * t + 1);
        for (int k = 0; k < TARGETS; k++) {
            double on = reached_mm[k] * share_at(t - cues_s[k] - 0.4);
            ml[i] += on * sin(pi / 4 * k);
            ap[i] += on * cos(pi / 4 * k);
        }
    }
}

static eg_task_plan plan_of(void) {
    eg_task_plan plan = {.task = EG_TASK_LIMITS_OF_STABILITY, .n_targets = TARGETS};
    for (int k = 0; k < TARGETS; k++) plan.targets[k] = (eg_task_target){45.0 * k, 100, cues_s[k]};
    return plan;
}

static void unequal_intervals_have_known_answers(void) {
    make(0);
    eg_cop_trial trial = {.net = {.ml_mm = ml, .ap_mm = ap}, .n = N, .rate_hz = RATE};
    eg_task_plan plan = plan_of();
    size_t size = eg_task_memory(N, RATE);
    void *memory = malloc(size);
    eg_arena arena;
    eg_arena_init(&arena, memory, size);
    static eg_balance_result result;
    eg_task_detail detail;
    EG_CHECK_INT(eg_task_compute(&trial, &plan, &arena, &result, &detail, NULL), EG_OK);
    double mean = 0, area = 0;
    for (int k = 0; k < TARGETS; k++) {
        /* 5 mm of the way: acos(1 - 2 * 5 / reached) of half a turn in 0.8 s. */
        double onset = 0.4 + 0.8 / pi * acos(1 - 10 / reached_mm[k]);
        EG_CHECK_NEAR(detail.reaches[k].maximum_mm, reached_mm[k], 0.05);
        EG_CHECK_NEAR(detail.reaches[k].reaction_s, onset, 0.005);
        EG_CHECK_NEAR(detail.reaches[k].control_percent, 100, 0.1);
        mean += reached_mm[k] / TARGETS;
        area += 0.5 * reached_mm[k] * reached_mm[(k + 1) % TARGETS] * sqrt(0.5);
    }
    EG_CHECK_NEAR(eg_balance_find(&result, "los.maximum")->value, mean, 0.05);
    EG_CHECK_NEAR(eg_balance_find(&result, "los.area")->value, area, 0.002 * area);
    double reaction = eg_balance_find(&result, "los.reaction")->value;
    EG_CHECK(reaction > 0.5 && reaction < 0.6);
    /* Taken as equal intervals the same trial gives other numbers: this is what the cues are for.
     */
    for (int k = 0; k < TARGETS; k++) plan.targets[k].cue_s = 2.0 + 6.5 * k;
    EG_CHECK_INT(eg_task_compute(&trial, &plan, &arena, &result, &detail, NULL), EG_OK);
    EG_CHECK(fabs(eg_balance_find(&result, "los.maximum")->value - mean) > 5);
    free(memory);
}

static void check_found(double noise_mm, double slack_s, double slack_mm) {
    make(noise_mm);
    eg_cop_trial trial = {.net = {.ml_mm = ml, .ap_mm = ap}, .n = N, .rate_hz = RATE};
    size_t size = eg_task_memory(N, RATE);
    void *memory = malloc(size);
    eg_arena arena;
    eg_arena_init(&arena, memory, size);
    eg_excursion found[EG_TASK_EXCURSIONS_MAX];
    size_t n = 0;
    EG_CHECK_INT(eg_task_excursions(&trial, &arena, found, &n, NULL), EG_OK);
    EG_CHECK_INT(n, TARGETS);
    for (size_t k = 0; k < n; k++) {
        EG_CHECK_NEAR((double)found[k].onset / RATE, cues_s[k] + 0.4, slack_s);
        EG_CHECK_NEAR(found[k].distance_mm, reached_mm[k], slack_mm);
        EG_CHECK(found[k].peak > found[k].onset && found[k].end > found[k].peak);
        double off = fabs(found[k].direction_deg - 45.0 * (double)k);
        EG_CHECK(fmin(off, 360 - off) < 1 + 4 * noise_mm);
    }
    /* Their onsets as cues: all is measured but the time to react. */
    eg_task_plan plan = plan_of();
    plan.cues_found = true;
    for (size_t k = 0; k < n; k++) plan.targets[k].cue_s = (double)found[k].onset / RATE;
    static eg_balance_result result;
    eg_task_detail detail;
    EG_CHECK_INT(eg_task_compute(&trial, &plan, &arena, &result, &detail, NULL), EG_OK);
    const eg_balance_value *reaction = eg_balance_find(&result, "los.reaction");
    EG_CHECK(isnan(reaction->value) && reaction->note != NULL);
    EG_CHECK(isnan(detail.reaches[0].reaction_s));
    EG_CHECK_NEAR(eg_balance_find(&result, "los.maximum")->value, 67.5, slack_mm);
    free(memory);
}

static void excursions_are_found(void) {
    check_found(0, 0.08, 0.1);
    check_found(1, 0.15, 3);
}

static void nothing_is_found_in_rest(void) {
    for (int i = 0; i < N; i++) ml[i] = ap[i] = 4;
    eg_sway_signal still = {ml, ap, N, RATE};
    double *scratch = malloc(4 * N * sizeof *scratch);
    eg_excursion found[EG_TASK_EXCURSIONS_MAX];
    EG_CHECK_INT(eg_task_find_excursions(&still, scratch, found, EG_TASK_EXCURSIONS_MAX), 0);
    make(0);
    EG_CHECK_INT(eg_task_find_excursions(&still, scratch, found, 3), 3);
    /* Away for the first time when the recording ends. */
    for (int i = 0; i < N; i++) ml[i] = i > N - 50 ? 60.0 : 0.0;
    for (int i = 0; i < N; i++) ap[i] = 0;
    EG_CHECK_INT(eg_task_find_excursions(&still, scratch, found, EG_TASK_EXCURSIONS_MAX), 1);
    EG_CHECK_INT(found[0].end, N);
    EG_CHECK_NEAR(found[0].direction_deg, 90, 1e-9);
    free(scratch);
}

EG_TESTS({"limits of stability: cues at unequal intervals", unequal_intervals_have_known_answers},
         {"limits of stability: excursions are found in the trace", excursions_are_found},
         {"limits of stability: rest has no excursions", nothing_is_found_in_rest})
