#include <math.h>
#include <stdlib.h>

#include "core/balance/live.h"
#include "core/balance/pair.h"
#include "core/balance/sway.h"
#include "tests/support/balance_data.h"
#include "tests/support/test.h"

static void near(double actual, double expected, const char *what) {
    if (!(fabs(actual - expected) <= 1e-9 * fmax(1.0, fabs(expected)))) {
        EG_FAIL("%s: live %.17g, batch %.17g", what, actual, expected);
    }
}

/* The batch figures over the same (already filtered) samples. */
static void check_against_batch(const eg_live_view *view, const double *ml, const double *ap,
                                size_t n, double rate_hz) {
    eg_sway_signal signal = {ml, ap, n, rate_hz};
    eg_sway sway = eg_sway_measure(&signal);
    eg_sway_cloud cloud = eg_sway_cloud_of(&signal, 1);
    double factor = eg_sway_prediction_factor(n);
    near(view->time_s, (double)(n - 1) / rate_hz, "time");
    near(view->path_mm, sway.path, "path");
    near(view->path_ml_mm, sway.ml.path, "path ML");
    near(view->path_ap_mm, sway.ap.path, "path AP");
    near(view->velocity_mm_s, sway.path * rate_hz / (double)(n - 1), "velocity");
    near(view->mean_ml_mm, sway.ml.mean, "mean ML");
    near(view->range_ap_mm, sway.ap.max - sway.ap.min, "range AP");
    near(view->major_mm, sqrt(cloud.major * factor), "longer axis");
    near(view->minor_mm, sqrt(cloud.minor * factor), "shorter axis");
    near(view->area_mm2, 3.14159265358979323846 * factor * sqrt(cloud.major * cloud.minor), "area");
    near(view->ml_mm, ml[n - 1], "place");
}

static void live_equals_batch_at_any_block_size(void) {
    eg_cop_trial trial = eg_balance_case("BDS00007");
    double *ml = calloc(trial.n, sizeof *ml);
    double *ap = calloc(trial.n, sizeof *ap);
    int looks = 0;
    for (int run = 0; run < 24; run++) {
        double lowpass_hz = run % 2 == 0 ? 0.0 : 10.0;
        eg_live live;
        EG_CHECK_INT(eg_live_start(&live, trial.rate_hz, lowpass_hz, NULL), EG_OK);
        eg_filter filter;
        eg_filter_state state[2] = {0};
        EG_CHECK_INT(
            eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, 2, 0.0, 10.0, trial.rate_hz, NULL),
            EG_OK);
        const double *const raw[2] = {trial.net.ml_mm, trial.net.ap_mm};
        double *const out[2] = {ml, ap};
        for (int axis = 0; axis < 2; axis++) {
            eg_filter_settle(&filter, raw[axis][0], &state[axis]);
            eg_filter_run(&filter, &state[axis], trial.n, raw[axis], out[axis]);
            for (size_t i = 0; lowpass_hz == 0.0 && i < trial.n; i++) out[axis][i] = raw[axis][i];
        }
        unsigned random = (unsigned)run * 7919U + 1U;
        size_t at = 0;
        while (at < trial.n) {
            random = random * 1103515245U + 12345U;
            size_t block = run < 2 ? 1 : 1 + (random >> 16) % (run < 12 ? 9 : 700);
            if (block > trial.n - at) block = trial.n - at;
            eg_live_feed(&live, block, trial.net.ml_mm + at, trial.net.ap_mm + at);
            at += block;
            if (at < 3 || ((random >> 8) % 40 != 0 && at != trial.n)) continue;
            eg_live_view view = eg_live_look(&live);
            check_against_batch(&view, ml, ap, at, trial.rate_hz);
            looks++;
        }
    }
    eg_test_note("24 divisions into blocks of 1 to 700, filtered and not, %d looks", looks);
    free(ml);
    free(ap);
}

/* Far from the origin sums of squares would cancel; the running deviations must not. */
static void live_keeps_its_digits_far_from_the_origin(void) {
    enum { N = 20000 };
    static double ml[N];
    static double ap[N];
    eg_test_gaussian(ml, N, 5);
    eg_test_gaussian(ap, N, 6);
    eg_live live;
    EG_CHECK_INT(eg_live_start(&live, 100.0, 0.0, NULL), EG_OK);
    for (int i = 0; i < N; i++) {
        ml[i] += 1e6;
        ap[i] -= 1e6;
        eg_live_feed(&live, 1, &ml[i], &ap[i]);
    }
    eg_live_view view = eg_live_look(&live);
    check_against_batch(&view, ml, ap, N, 100.0);
    EG_CHECK_NEAR(view.area_mm2, 3.14159265 * 5.9915, 0.5);
}

static void live_survives_missing_samples(void) {
    eg_live live;
    EG_CHECK_INT(eg_live_start(&live, 0.0, 0.0, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_live_start(&live, 100.0, 50.0, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_live_start(&live, 100.0, 0.0, NULL), EG_OK);
    eg_live_view empty = eg_live_look(&live);
    EG_CHECK(isnan(empty.ml_mm) && isnan(empty.area_mm2) && isnan(empty.velocity_mm_s));
    const double ml[5] = {(double)NAN, 1.0, (double)NAN, 4.0, (double)INFINITY};
    const double ap[5] = {0.0, 1.0, 2.0, 5.0, 1.0};
    eg_live_feed(&live, 5, ml, ap);
    eg_live_view view = eg_live_look(&live);
    EG_CHECK_INT(view.missing, 3);
    EG_CHECK_NEAR(view.path_mm, 5.0, 1e-12);
    EG_CHECK_NEAR(view.time_s, 0.04, 1e-12);
}

static eg_balance_result with_values(double velocity, double area, double equilibrium) {
    eg_balance_result result = {.profile = EG_BALANCE_ENGRAM, .count = 3};
    result.values[0] = (eg_balance_value){"cop.velocity.mean", "mm/s", velocity, NULL};
    result.values[1] = (eg_balance_value){"cop.ellipse.area", "mm2", area, NULL};
    result.values[2] = (eg_balance_value){"cop.equilibrium", "%", equilibrium, NULL};
    return result;
}

static void trials_are_compared(void) {
    eg_balance_result results[5] = {with_values(10.0, 100.0, 90.0),
                                    with_values(14.0, 200.0, 94.0),  /* firm, open, twice */
                                    with_values(18.0, 300.0, 80.0),  /* firm, closed */
                                    with_values(24.0, 450.0, 69.0),  /* foam, open */
                                    with_values(36.0, 900.0, 46.0)}; /* foam, closed */
    eg_balance_taken trials[5];
    for (int i = 0; i < 5; i++) {
        eg_balance_condition condition = {.posture = EG_POSTURE_STANDING};
        condition.surface = i < 3 ? EG_SURFACE_FIRM : EG_SURFACE_FOAM;
        condition.vision = i < 2 || i == 3 ? EG_VISION_OPEN : EG_VISION_CLOSED;
        trials[i] = (eg_balance_taken){condition, &results[i]};
    }
    static const struct {
        const char *code;
        double value;
    } expected[] = {{"romberg.velocity", 1.5},
                    {"romberg.area", 2.0},
                    {"romberg.foam.velocity", 1.5},
                    {"romberg.foam.area", 2.0},
                    {"foam.velocity", 2.0},
                    {"foam.area", 3.0},
                    {"sensory.visual", 0.75},
                    {"sensory.vestibular", 0.5},
                    {"mctsib.velocity", 22.5},
                    {"mctsib.equilibrium", 71.75},
                    {"sensory.somatosensory", 80.0 / 92.0}};
    eg_balance_result out;
    EG_CHECK_INT(eg_balance_compare_trials(trials, 5, &out, NULL), EG_OK);
    EG_CHECK_INT(out.count, 11);
    for (size_t i = 0; i < 11; i++) {
        EG_CHECK_NEAR(eg_balance_find(&out, expected[i].code)->value, expected[i].value, 1e-12);
    }
    /* Without foam only the firm Romberg quotients and the somatosensory ratio can be told. */
    EG_CHECK_INT(eg_balance_compare_trials(trials, 3, &out, NULL), EG_OK);
    EG_CHECK_INT(out.count, 3);
    trials[1].condition.posture = EG_POSTURE_SITTING;
    EG_CHECK_INT(eg_balance_compare_trials(trials, 5, &out, NULL), EG_ERR_ARGUMENT);
}

EG_TESTS({"balance live: equals batch at any block size", live_equals_batch_at_any_block_size},
         {"balance live: keeps its digits far from the origin",
          live_keeps_its_digits_far_from_the_origin},
         {"balance live: missing samples", live_survives_missing_samples},
         {"balance pairs: Romberg, foam, sensory ratios, composite", trials_are_compared})
