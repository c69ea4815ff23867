#include <math.h>

#include "core/balance/task.h"
#include "tests/support/balance_data.h"
#include "tests/support/test.h"

enum { RATE = 100, N_REACH = 1000, CUE = 200 };

static double ml[3000];
static double ap[3000];
static double force[4][3000]; /* feet or net, seat or lifted, right, left */

/* Still at (10, -5) until 0.5 s after the cue, then at constant speed for `move_s` along the
 * direction to `reach_mm`, with a sideways way of `off_mm`, then still. */
static void make_reach(double direction_deg, double reach_mm, double move_s, double off_mm) {
    double angle = direction_deg * 3.14159265358979323846 / 180.0;
    for (int i = 0; i < N_REACH; i++) {
        double share = ((double)(i - CUE) / RATE - 0.5) / move_s;
        share = fmin(1.0, fmax(0.0, share));
        double on = reach_mm * share;
        double off = off_mm * share;
        ml[i] = 10.0 + on * sin(angle) + off * cos(angle);
        ap[i] = -5.0 + on * cos(angle) - off * sin(angle);
    }
}

static void reach_has_known_answers(void) {
    eg_reach reaches[EG_TASK_DIRECTIONS];
    for (int k = 0; k < EG_TASK_DIRECTIONS; k++) {
        make_reach(45.0 * k, 80.0, 1.0, 16.0);
        eg_sway_signal signal = {ml, ap, N_REACH, RATE};
        eg_reach_settings settings = {45.0 * k, 100.0, CUE, 0.05};
        EG_CHECK_INT(eg_task_reach(&signal, &settings, &reaches[k], NULL), EG_OK);
        EG_CHECK(reaches[k].began);
        /* 5 mm at 80 mm/s after half a second. */
        EG_CHECK_NEAR(reaches[k].reaction_s, 0.5 + 5.0 / 80.0, 1e-9);
        EG_CHECK_NEAR(reaches[k].velocity_mm_s, 80.0, 1e-6);
        EG_CHECK_NEAR(reaches[k].endpoint_percent, 80.0, 1e-9);
        EG_CHECK_NEAR(reaches[k].maximum_percent, 80.0, 1e-9);
        EG_CHECK_NEAR(reaches[k].control_percent, 80.0, 1e-9);
    }
    eg_reach_summary sum = eg_task_reach_summary(reaches, 8);
    EG_CHECK_INT(sum.began, 8);
    EG_CHECK_NEAR(sum.endpoint_percent, 80.0, 1e-9);
    EG_CHECK_NEAR(sum.reaction_s, 0.5625, 1e-9);
    EG_CHECK_NEAR(sum.area_mm2, 8.0 * 0.5 * 6400.0 * sqrt(0.5), 1e-6);
    eg_test_note("8 directions: reaction, velocity, endpoint, maximum, control, area");
}

/* A first movement to 60 %, back to 40 %, then on to 90 %: the endpoint is the first, the maximum
 * the last. The same person sitting reaches less far; the same function serves. */
static void reach_tells_endpoint_from_maximum(void) {
    for (int i = 0; i < N_REACH; i++) {
        double t = (double)(i - CUE) / RATE;
        double on = 0.0;
        if (t > 0.3) on = fmin(60.0, (t - 0.3) * 100.0);
        if (t > 1.5) on = fmax(40.0, 60.0 - (t - 1.5) * 50.0);
        if (t > 3.0) on = fmin(90.0, 40.0 + (t - 3.0) * 100.0);
        ml[i] = on;
        ap[i] = 0.0;
    }
    eg_sway_signal signal = {ml, ap, N_REACH, RATE};
    eg_reach_settings settings = {90.0, 100.0, CUE, 0.05};
    eg_reach reach;
    EG_CHECK_INT(eg_task_reach(&signal, &settings, &reach, NULL), EG_OK);
    EG_CHECK_NEAR(reach.endpoint_percent, 60.0, 1e-9);
    EG_CHECK_NEAR(reach.maximum_percent, 90.0, 1e-9);
    EG_CHECK_NEAR(reach.reaction_s, 0.35, 1e-9);
    EG_CHECK_NEAR(reach.velocity_mm_s, 100.0, 1e-6);
    EG_CHECK_NEAR(reach.control_percent, 100.0, 1e-9);
    settings.direction_deg = 270.0; /* nothing happens to the left */
    EG_CHECK_INT(eg_task_reach(&signal, &settings, &reach, NULL), EG_OK);
    EG_CHECK(!reach.began);
    EG_CHECK_NEAR(reach.maximum_percent, 0.0, 1e-9);
    EG_CHECK(isnan(reach.reaction_s));
    settings.cue = N_REACH;
    EG_CHECK_INT(eg_task_reach(&signal, &settings, &reach, NULL), EG_ERR_ARGUMENT);
}

/* A sine of 3 s and 50 mm to each side; targets 120 mm apart; paced at 2.5 s. */
static void shift_has_known_answers(void) {
    enum { N = 3000 };
    for (int i = 0; i < N; i++) {
        ml[i] = 50.0 * sin(6.283185307179586 * i / 300.0);
        ap[i] = 0.1 * ml[i] + 7.0;
    }
    eg_sway_signal signal = {ml, ap, N, RATE};
    eg_shift_settings settings = {90.0, 120.0, 2.5};
    eg_shift shift;
    EG_CHECK_INT(eg_task_shift(&signal, &settings, &shift, NULL), EG_OK);
    EG_CHECK_INT(shift.turns, 20);
    EG_CHECK_NEAR(shift.period_s, 3.0, 1e-9);
    EG_CHECK_NEAR(shift.period_cv_percent, 0.0, 1e-9);
    EG_CHECK_NEAR(shift.period_error_percent, 20.0, 1e-9);
    EG_CHECK_NEAR(shift.amplitude_percent, 100.0 * 100.0 / 120.0, 1e-9);
    EG_CHECK_NEAR(shift.velocity_mm_s, 200.0 / 3.0, 0.05);
    EG_CHECK_NEAR(shift.control_percent, 90.0, 1e-9);
    settings.period_s = (double)NAN;
    EG_CHECK_INT(eg_task_shift(&signal, &settings, &shift, NULL), EG_OK);
    EG_CHECK(isnan(shift.period_error_percent));
    settings.target_mm = 0.0;
    EG_CHECK_INT(eg_task_shift(&signal, &settings, &shift, NULL), EG_ERR_ARGUMENT);
}

/* 600 N: 100 N rest on the feet; from 2.005 s up by 500 N/s to 720 N, from 3.255 s down to 600 N;
 * the seat empties as the feet fill. 60 % of it on the right; the COP goes 30 mm/s afterwards. */
static void make_rise(void) {
    for (int i = 0; i < 1200; i++) {
        double t = i / 100.0;
        double feet = 100.0;
        if (t > 2.005) feet = fmin(720.0, 100.0 + 500.0 * (t - 2.005));
        if (t > 3.255) feet = fmax(600.0, 720.0 - (t - 3.255) * 120.0 / 0.36);
        force[0][i] = feet;
        force[1][i] = t > 3.24 ? 0.0 : fmax(0.0, 600.0 - feet);
        force[2][i] = 0.6 * feet;
        force[3][i] = 0.4 * feet;
        ml[i] = 0.3 * i;
        ap[i] = 5.0;
    }
}

static void rise_has_known_answers(void) {
    make_rise();
    eg_rise_signals signals = {force[0], force[1], force[2], force[3], ml, ap, 1200, RATE};
    eg_rise_settings settings = eg_task_rise_defaults();
    eg_rise rise;
    EG_CHECK_INT(eg_task_rise(&signals, &settings, &rise, NULL), EG_OK);
    EG_CHECK(rise.rose);
    EG_CHECK_NEAR(rise.body_weight_n, 600.0, 1e-9);
    EG_CHECK_INT(rise.onset, 207);    /* 30 N above rest are passed at 2.065 s */
    EG_CHECK_INT(rise.seat_off, 297); /* the seat holds less than 20 N from 2.965 s */
    EG_CHECK_INT(rise.peak, 325);
    EG_CHECK_INT(rise.settled, 353); /* within 30 N of 600 from 3.525 s */
    EG_CHECK_NEAR(rise.transfer_s, 0.90, 1e-9);
    EG_CHECK_NEAR(rise.rise_s, 1.46, 1e-9);
    EG_CHECK_NEAR(rise.peak_percent, 120.0, 1e-6);
    EG_CHECK_NEAR(rise.rate_percent_s, 100.0 * 500.0 / 600.0, 1e-6);
    EG_CHECK_NEAR(rise.sway_mm_s, 30.0, 1e-9);
    EG_CHECK_NEAR(rise.load_right_percent, 60.0, 1e-9);
    EG_CHECK_NEAR(rise.asymmetry_percent, 20.0, 1e-9);
    signals.seat_n = NULL; /* without a seat plate: when the feet carry all */
    EG_CHECK_INT(eg_task_rise(&signals, &settings, &rise, NULL), EG_OK);
    EG_CHECK_INT(rise.seat_off, 301);
    for (int i = 0; i < 1200; i++) force[0][i] = 100.0; /* stays seated */
    settings.body_weight_n = 600.0;
    EG_CHECK_INT(eg_task_rise(&signals, &settings, &rise, NULL), EG_OK);
    EG_CHECK(!rise.rose && isnan(rise.rise_s));
    signals.n = 150;
    EG_CHECK_INT(eg_task_rise(&signals, &settings, &rise, NULL), EG_ERR_RANGE);
}

/* Standing on the left leg from 2 s; what ends it comes at 12 s. */
static eg_cop_trial make_hold(void) {
    for (int i = 0; i < 2000; i++) {
        int lifted = i >= 200;
        force[0][i] = 600.0;
        force[1][i] = lifted ? 2.0 : 300.0;
        force[2][i] = lifted ? 598.0 : 300.0;
        ml[i] = 0.2 * i;
        ap[i] = 0.0;
    }
    eg_cop_trial trial = eg_balance_trial_of(ml, ap, 2000, RATE);
    trial.net.fz_n = force[0];
    trial.right.fz_n = force[1];
    trial.left.fz_n = force[2];
    trial.condition.stance = EG_STANCE_SINGLE_LEFT;
    return trial;
}

static void hold_has_known_answers(void) {
    eg_hold_settings settings = eg_task_hold_defaults();
    eg_hold hold;
    eg_cop_trial trial = make_hold();
    EG_CHECK_INT(eg_task_hold(&trial, &settings, &hold, NULL), EG_OK);
    EG_CHECK_INT(hold.end, EG_HOLD_WHOLE_TRIAL);
    EG_CHECK_INT(hold.start, 200);
    EG_CHECK_NEAR(hold.held_s, 18.0, 1e-9);
    EG_CHECK_NEAR(hold.velocity_mm_s, 20.0, 1e-9);
    for (int i = 1200; i < 2000; i++) force[1][i] = 100.0; /* the right foot comes down */
    EG_CHECK_INT(eg_task_hold(&trial, &settings, &hold, NULL), EG_OK);
    EG_CHECK_INT(hold.end, EG_HOLD_TOUCH);
    EG_CHECK_NEAR(hold.held_s, 10.0, 1e-9);
    trial = make_hold();
    for (int i = 1200; i < 1300; i++) force[0][i] = 480.0; /* a hand takes 20 % for a second */
    for (int i = 600; i < 610; i++) force[0][i] = 480.0;   /* a tenth of a second does not count */
    EG_CHECK_INT(eg_task_hold(&trial, &settings, &hold, NULL), EG_OK);
    EG_CHECK_INT(hold.end, EG_HOLD_SUPPORT);
    EG_CHECK_NEAR(hold.held_s, 10.0, 1e-9);
    trial = make_hold();
    for (int i = 1200; i < 2000; i++) ap[i] = 150.0; /* a hop */
    EG_CHECK_INT(eg_task_hold(&trial, &settings, &hold, NULL), EG_OK);
    EG_CHECK_INT(hold.end, EG_HOLD_STEP);
    EG_CHECK_NEAR(hold.held_s, 10.0, 1e-9);
    trial.condition.stance = EG_STANCE_TANDEM; /* starts with the recording */
    EG_CHECK_INT(eg_task_hold(&trial, &settings, &hold, NULL), EG_OK);
    EG_CHECK_NEAR(hold.held_s, 12.0, 1e-9);
    trial = make_hold();
    for (int i = 0; i < 2000; i++) force[1][i] = 300.0;
    EG_CHECK_INT(eg_task_hold(&trial, &settings, &hold, NULL), EG_OK);
    EG_CHECK_INT(hold.end, EG_HOLD_NEVER);
    trial.net.fz_n = NULL;
    EG_CHECK_INT(eg_task_hold(&trial, &settings, &hold, NULL), EG_ERR_MISSING);
}

static void task_measures_are_complete(void) {
    for (size_t i = 0; i < eg_task_measures.count; i++) {
        const eg_measure_def *row = &eg_task_measures.rows[i];
        EG_CHECK(row->name[0] != '\0' && row->unit[0] != '\0' && row->definition[0] != '\0');
        EG_CHECK(eg_measure_find(&eg_task_measures, row->code) == row);
    }
    eg_test_note("%zu measures", eg_task_measures.count);
}

EG_TESTS({"balance task: reach in eight directions", reach_has_known_answers},
         {"balance task: endpoint and maximum of a reach", reach_tells_endpoint_from_maximum},
         {"balance task: rhythmic weight shift", shift_has_known_answers},
         {"balance task: sit-to-stand on plates", rise_has_known_answers},
         {"balance task: held stances and what ends them", hold_has_known_answers},
         {"balance task: measures are defined", task_measures_are_complete})
