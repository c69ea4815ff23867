#include <math.h>
#include <string.h>

#include "clinic/change.h"
#include "tests/support/test.h"

static void gas_reproduces_the_known_scores(void) {
    static const double zero[] = {0, 0, 0}, plus[] = {1, 1, 1}, minus[] = {-2, -2, -2};
    static const double mixed[] = {1, 0, -1}, weights[] = {2, 1, 1};
    EG_CHECK_NEAR(eg_gas_t_score(zero, NULL, 3), 50.00, 1e-12);
    EG_CHECK_NEAR(eg_gas_t_score(plus, NULL, 3), 63.69, 0.005);
    EG_CHECK_NEAR(eg_gas_t_score(minus, NULL, 3), 22.61, 0.005);
    EG_CHECK_NEAR(eg_gas_t_score(mixed, weights, 3), 53.33, 0.005);
    EG_CHECK(isnan(eg_gas_t_score(NULL, NULL, 0)));
    static const double bad[] = {1, 0, 1};
    EG_CHECK(isnan(eg_gas_t_score(plus, bad, 3)));
    eg_test_note("T = 50.00, 63.69, 22.61 and 53.33");
}

static void change_is_held_against_noise(void) {
    static const struct {
        double old_value, new_value, mdc;
        eg_change_interval measured, between;
        eg_change_verdict verdict;
    } rows[] = {
        {10, 13, (double)NAN, EG_INTERVAL_DAYS, EG_INTERVAL_DAYS, EG_CHANGE_NO_MDC},
        {10, 13, 3, EG_INTERVAL_DAYS, EG_INTERVAL_DAYS, EG_CHANGE_WITHIN_NOISE},
        {10, 13.5, 3, EG_INTERVAL_DAYS, EG_INTERVAL_DAYS, EG_CHANGE_BEYOND_NOISE},
        {10, 6.5, 3, EG_INTERVAL_DAYS, EG_INTERVAL_SAME_SESSION, EG_CHANGE_BEYOND_NOISE},
        {10, 13.5, 3, EG_INTERVAL_SAME_SESSION, EG_INTERVAL_DAYS, EG_CHANGE_BEYOND_SAME_SESSION},
        {10, 13.5, 3, EG_INTERVAL_UNKNOWN, EG_INTERVAL_DAYS, EG_CHANGE_BEYOND_SAME_SESSION},
        {10, 13.5, 3, EG_INTERVAL_SAME_SESSION, EG_INTERVAL_UNKNOWN, EG_CHANGE_BEYOND_SAME_SESSION},
        {10, 13.5, 3, EG_INTERVAL_SAME_SESSION, EG_INTERVAL_SAME_SESSION, EG_CHANGE_BEYOND_NOISE},
        {10, 12, 3, EG_INTERVAL_SAME_SESSION, EG_INTERVAL_DAYS, EG_CHANGE_WITHIN_NOISE},
        {10, (double)NAN, 3, EG_INTERVAL_DAYS, EG_INTERVAL_DAYS, EG_CHANGE_NO_MDC},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const eg_change_noise noise = {rows[i].mdc, rows[i].measured, (double)NAN, NULL, NULL,
                                       false};
        eg_change change;
        eg_change_judge(rows[i].old_value, rows[i].new_value, "s", EG_BETTER_LOWER, rows[i].between,
                        &noise, &change);
        if (change.verdict != rows[i].verdict)
            EG_FAIL("row %zu: %s", i, eg_change_verdict_name(change.verdict));
        EG_CHECK(strstr(change.sentence, eg_change_verdict_name(change.verdict)) != NULL);
        EG_CHECK_INT(change.important, -1);
    }
    eg_test_note("%zu rows", sizeof rows / sizeof rows[0]);
}

static void direction_and_importance_are_said(void) {
    const eg_change_noise noise = {2.0, EG_INTERVAL_DAYS, 4.0, NULL, NULL, true};
    eg_change change;
    eg_change_judge(12.0, 9.0, "s", EG_BETTER_LOWER, EG_INTERVAL_DAYS, &noise, &change);
    EG_CHECK_INT(change.direction, 1);
    EG_CHECK_INT(change.important, 0);
    EG_CHECK_TEXT(change.sentence, "Changed by -3 s (better): beyond noise (MDC95 2 s, believed); "
                                   "less than the important change of 4 s");
    eg_change_judge(12.0, 17.0, "s", EG_BETTER_LOWER, EG_INTERVAL_DAYS, &noise, &change);
    EG_CHECK_INT(change.direction, -1);
    EG_CHECK_INT(change.important, 1);
    eg_change_judge(12.0, 12.0, "s", EG_BETTER_LOWER, EG_INTERVAL_DAYS, &noise, &change);
    EG_CHECK_INT(change.direction, 0);
}

EG_TESTS({"change: GAS T scores", gas_reproduces_the_known_scores},
         {"change: verdict by MDC and interval", change_is_held_against_noise},
         {"change: direction and importance", direction_and_importance_are_said})
