/* Sit-to-stand on plates, and timed holds of a stance. */
#include <math.h>

#include "core/balance/task.h"
#include "core/base/check.h"

eg_rise_settings eg_task_rise_defaults(void) {
    return (eg_rise_settings){.body_weight_n = NAN,
                              .onset_fraction = 0.05,
                              .settle_fraction = 0.05,
                              .settle_s = 0.5,
                              .seat_off_n = 20.0,
                              .sway_s = 5.0};
}

static double mean_of(const double *x, size_t first, size_t past) {
    double sum = 0.0;
    for (size_t i = first; i < past; i++) sum += x[i];
    return sum / (double)(past - first);
}

/* Mean velocity of the COP over [first, past), NaN for less than `least_s`. */
static double velocity(const double *ml, const double *ap, size_t first, size_t past,
                       double rate_hz, double least_s) {
    if (ml == NULL || ap == NULL || past < first + 2 ||
        (double)(past - first - 1) < least_s * rate_hz) {
        return (double)NAN;
    }
    double path = 0.0;
    for (size_t i = first + 1; i < past; i++) {
        double x = ml[i] - ml[i - 1];
        double y = ap[i] - ap[i - 1];
        path += sqrt(x * x + y * y);
    }
    return path * rate_hz / (double)(past - first - 1);
}

/* The first sample from which the feet carry body weight, within a band, for long enough. */
static size_t find_settled(const eg_rise_signals *s, const eg_rise_settings *settings, size_t from,
                           double weight_n) {
    size_t needed = (size_t)(settings->settle_s * s->rate_hz + 0.5);
    size_t run = 0;
    for (size_t i = from; i < s->n; i++) {
        bool inside = fabs(s->feet_n[i] - weight_n) <= settings->settle_fraction * weight_n;
        run = inside ? run + 1 : 0;
        if (run > needed) return i + 1 - run;
    }
    return s->n;
}

static size_t find_seat_off(const eg_rise_signals *s, const eg_rise_settings *settings,
                            size_t onset, double weight_n) {
    for (size_t i = onset; i < s->n; i++) {
        if (s->seat_n != NULL ? s->seat_n[i] < settings->seat_off_n : s->feet_n[i] >= weight_n) {
            return i;
        }
    }
    return s->n;
}

/* Steepest rise over 50 ms. */
static double steepest(const double *force, size_t first, size_t past, double rate_hz) {
    size_t span = (size_t)(0.05 * rate_hz + 0.5);
    if (span == 0) span = 1;
    double best = 0.0;
    for (size_t i = first; i + span < past; i++) {
        best = fmax(best, (force[i + span] - force[i]) * rate_hz / (double)span);
    }
    return best;
}

static eg_err check_rise(const eg_rise_signals *s, const eg_rise_settings *settings,
                         eg_diag *diag) {
    if (!(s->rate_hz > 0.0) || (double)s->n < 2.0 * s->rate_hz) {
        return eg_diag_set(diag, EG_ERR_RANGE, NULL, 0,
                           "standing up needs at least two seconds of recording");
    }
    if (!(settings->onset_fraction > 0.0) || !(settings->settle_fraction > 0.0) ||
        !(settings->settle_s >= 0.0) || !(settings->sway_s >= 0.0)) {
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "settings of the sit-to-stand are outside their ranges");
    }
    return EG_OK;
}

eg_err eg_task_rise(const eg_rise_signals *s, const eg_rise_settings *settings, eg_rise *rise,
                    eg_diag *diag) {
    EG_ASSERT(s != NULL && s->feet_n != NULL && settings != NULL && rise != NULL);
    eg_err err = check_rise(s, settings, diag);
    if (err != EG_OK) return err;
    double nothing = (double)NAN;
    *rise = (eg_rise){.transfer_s = nothing,
                      .rise_s = nothing,
                      .peak_percent = nothing,
                      .rate_percent_s = nothing,
                      .sway_mm_s = nothing,
                      .load_right_percent = nothing,
                      .asymmetry_percent = nothing};
    size_t second = (size_t)s->rate_hz;
    double weight_n = settings->body_weight_n;
    if (isnan(weight_n)) weight_n = mean_of(s->feet_n, s->n - second, s->n);
    rise->body_weight_n = weight_n;
    if (!(weight_n > 0.0)) return EG_OK;
    double rest_n = mean_of(s->feet_n, 0, second / 2 + 1);
    size_t onset = 0;
    while (onset < s->n && fabs(s->feet_n[onset] - rest_n) <= settings->onset_fraction * weight_n) {
        onset++;
    }
    size_t seat_off = find_seat_off(s, settings, onset, weight_n);
    size_t settled = find_settled(s, settings, seat_off, weight_n);
    if (seat_off >= s->n || settled >= s->n) return EG_OK;
    rise->rose = true;
    rise->onset = onset;
    rise->seat_off = seat_off;
    rise->settled = settled;
    rise->peak = onset;
    for (size_t i = onset; i <= settled; i++) {
        if (s->feet_n[i] > s->feet_n[rise->peak]) rise->peak = i;
    }
    rise->transfer_s = (double)(seat_off - onset) / s->rate_hz;
    rise->rise_s = (double)(settled - onset) / s->rate_hz;
    rise->peak_percent = 100.0 * s->feet_n[rise->peak] / weight_n;
    rise->rate_percent_s = 100.0 * steepest(s->feet_n, onset, settled + 1, s->rate_hz) / weight_n;
    size_t sway_past = settled + (size_t)(settings->sway_s * s->rate_hz) + 1;
    if (sway_past > s->n) sway_past = s->n;
    rise->sway_mm_s = velocity(s->ml_mm, s->ap_mm, settled, sway_past, s->rate_hz, 1.0);
    if (s->right_n != NULL && s->left_n != NULL) {
        double right = mean_of(s->right_n, onset, settled + 1);
        double left = mean_of(s->left_n, onset, settled + 1);
        rise->load_right_percent = 100.0 * right / (right + left);
        rise->asymmetry_percent = 100.0 * fabs(right - left) / (right + left);
    }
    return EG_OK;
}

eg_hold_settings eg_task_hold_defaults(void) {
    return (eg_hold_settings){.body_weight_n = NAN,
                              .touch_fraction = 0.05,
                              .support_fraction = 0.15,
                              .support_s = 0.2,
                              .step_mm = 80.0};
}

/* The force that half of the samples exceed, by bisection: no copy to sort is needed. */
static double median_force(const double *force, size_t n) {
    double low = force[0];
    double high = force[0];
    for (size_t i = 1; i < n; i++) {
        low = fmin(low, force[i]);
        high = fmax(high, force[i]);
    }
    for (int step = 0; step < 60 && high > low; step++) {
        double middle = 0.5 * (low + high);
        size_t below = 0;
        for (size_t i = 0; i < n; i++) below += force[i] <= middle;
        if (2 * below >= n) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high;
}

/* First sample from which the lifted foot's plate is empty for 0.2 s; n if never. */
static size_t find_lift(const double *lifted_n, size_t n, double limit_n, double rate_hz) {
    size_t needed = (size_t)(0.2 * rate_hz + 0.5);
    size_t run = 0;
    for (size_t i = 0; i < n; i++) {
        run = lifted_n[i] < limit_n ? run + 1 : 0;
        if (run > needed) return i + 1 - run;
    }
    return n;
}

static bool stepped(const eg_cop_trial *trial, size_t i, size_t start, double step_mm) {
    size_t span = (size_t)(0.1 * trial->rate_hz + 0.5);
    if (span == 0) span = 1;
    if (i < start + span) return false;
    double x = trial->net.ml_mm[i] - trial->net.ml_mm[i - span];
    double y = trial->net.ap_mm[i] - trial->net.ap_mm[i - span];
    return sqrt(x * x + y * y) > step_mm;
}

static void find_end(const eg_cop_trial *trial, const eg_hold_settings *settings,
                     const double *lifted_n, double weight_n, eg_hold *hold) {
    size_t support_needed = (size_t)(settings->support_s * trial->rate_hz + 0.5);
    size_t unsupported = 0;
    hold->end = EG_HOLD_WHOLE_TRIAL;
    hold->stop = trial->n;
    for (size_t i = hold->start; i < trial->n; i++) {
        bool off = !(fabs(trial->net.fz_n[i] - weight_n) <= settings->support_fraction * weight_n);
        unsupported = off ? unsupported + 1 : 0;
        if (lifted_n != NULL && lifted_n[i] >= settings->touch_fraction * weight_n) {
            hold->end = EG_HOLD_TOUCH;
            hold->stop = i;
        } else if (unsupported > support_needed) {
            hold->end = EG_HOLD_SUPPORT;
            hold->stop = i + 1 - unsupported;
        } else if (stepped(trial, i, hold->start, settings->step_mm)) {
            hold->end = EG_HOLD_STEP;
            hold->stop = i;
        } else {
            continue;
        }
        return;
    }
}

eg_err eg_task_hold(const eg_cop_trial *trial, const eg_hold_settings *settings, eg_hold *hold,
                    eg_diag *diag) {
    EG_ASSERT(trial != NULL && settings != NULL && hold != NULL);
    if (trial->net.fz_n == NULL || trial->net.ml_mm == NULL || trial->net.ap_mm == NULL ||
        trial->n < 2 || !(trial->rate_hz > 0.0)) {
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "a timed stance needs the vertical force and the centre of pressure");
    }
    double weight_n = settings->body_weight_n;
    if (isnan(weight_n)) weight_n = median_force(trial->net.fz_n, trial->n);
    const double *lifted_n = NULL;
    if (trial->condition.stance == EG_STANCE_SINGLE_LEFT) lifted_n = trial->right.fz_n;
    if (trial->condition.stance == EG_STANCE_SINGLE_RIGHT) lifted_n = trial->left.fz_n;
    *hold = (eg_hold){.end = EG_HOLD_NEVER, .velocity_mm_s = (double)NAN};
    if (!(weight_n > 0.0)) return EG_OK;
    if (lifted_n != NULL) {
        hold->start =
            find_lift(lifted_n, trial->n, settings->touch_fraction * weight_n, trial->rate_hz);
        hold->stop = hold->start;
        if (hold->start == trial->n) return EG_OK;
    }
    find_end(trial, settings, lifted_n, weight_n, hold);
    hold->held_s = (double)(hold->stop - hold->start) / trial->rate_hz;
    hold->velocity_mm_s =
        velocity(trial->net.ml_mm, trial->net.ap_mm, hold->start, hold->stop, trial->rate_hz, 1.0);
    return EG_OK;
}
