/* The fall of the forward acceleration from the push of the old leg to the braking of the new one.
 * Where it ends the old foot is off; but one step alone is too noisy to be looked at closely, and a
 * low-pass that makes it smooth moves its least value. The steps of a foot laid over each other
 * show it at five times the steps' rate. */
#include "core/base/real.h"
#include "core/gait/imu_back_part.h"
#include "core/gait/imu_part.h"

enum { CELLS = 61, FOOT_STEPS = 3 };

static const double fall_hz = 5.0;  /* of the steps' rate: low-pass */
static const double longest = 0.45; /* of a step, from the turn to the end of the fall */
static const double turn_s = 0.01;  /* one standard deviation of where the acceleration turns */
/* Of a step: the end of the fall about the off; and so much more for each second that a step takes
 * longer than usual, as a slow step's landing brakes by itself. */
static const double fall_sd = 0.045, fall_sd_slow = 0.2;
static const double shallow_costs = 5.0;

/* A person's double support by the time of a step. */
typedef struct usual {
    double step_s, both_s, both_sd_s, late_s, late_sd_s;
} usual;

static usual usual_of(double step_s) {
    double slow = fmax(0.0, step_s - EG_GAIT_BACK_USUAL_S);
    return (usual){.step_s = step_s,
                   .both_s = (EG_GAIT_BACK_BOTH + EG_GAIT_BACK_BOTH_SLOW * slow) * step_s,
                   .both_sd_s = (EG_GAIT_BACK_BOTH_SD + EG_GAIT_BACK_BOTH_SD_SLOW * slow) * step_s,
                   .late_s = (EG_GAIT_BACK_FALL_LATE + EG_GAIT_BACK_FALL_LATE_SLOW * slow) * step_s,
                   .late_sd_s = (fall_sd + fall_sd_slow * slow) * step_s};
}

/* The ends of falls are minima; the deepest is it unless a shallower one goes so much better with
 * the strike (from the turn, s; NaN: not known yet): a landing brakes by itself. */
static int end_of_fall(const double mean[CELLS], const usual *u, double cell_s, double strike_s) {
    double deepest = 0.0, best = (double)INFINITY;
    int end = -1;
    for (int c = 0; c < CELLS; c++) deepest = fmin(deepest, mean[c]);
    for (int c = 1; c + 1 < CELLS; c++) {
        if (!(mean[c] < 0.0) || mean[c] > mean[c - 1] || mean[c] >= mean[c + 1]) continue;
        double cost = shallow_costs * (1.0 - mean[c] / deepest);
        double z = (c * cell_s - u->late_s - strike_s - u->both_s) / u->both_sd_s;
        if (isfinite(strike_s)) cost += 0.5 * z * z;
        if (!isfinite(strike_s) && mean[c] > deepest) continue;
        if (cost >= best) continue;
        best = cost;
        end = c;
    }
    return end;
}

/* From the turn to the end of the fall, s, over steps first, first + stride, ... below `end`; NaN:
 * it does not end within a step's usual reach. */
static double fall_of(const back_work *w, const double *x, size_t first, size_t end, size_t stride,
                      double strike_s) {
    double mean[CELLS], rate = w->b->rate_hz, cell_s = longest * w->b->step_s / (CELLS - 1);
    usual u = usual_of(w->b->step_s);
    for (int c = 0; c < CELLS; c++) {
        mean[c] = 0.0;
        for (size_t k = first; k < end; k += stride) {
            double at = (w->steps[k].turn_s + c * cell_s) * rate;
            size_t i = at > 0.0 ? (size_t)at : 0;
            if (i + 1 >= w->b->n) continue;
            mean[c] += x[i] + (at - (double)i) * (x[i + 1] - x[i]);
        }
    }
    int least = end_of_fall(mean, &u, cell_s, strike_s);
    return least < 0 ? (double)NAN : imu_peak(CELLS, mean, (size_t)least, -1.0) * cell_s;
}

/* One observation x S + y O = value +- sd of strike S and off O, s behind the turn. */
static void observe(double info[3], double sum[2], double x, double y, double value, double sd) {
    double weight = 1.0 / (sd * sd);
    info[0] += weight * x * x;
    info[1] += weight * x * y;
    info[2] += weight * y * y;
    sum[0] += weight * x * value;
    sum[1] += weight * y * value;
}

/* What the shift of the weight says. */
static void observe_shift(double info[3], double sum[2], const back_shift *shift) {
    if (!shift->is_told) return;
    observe(info, sum, 0.5, 0.5, shift->middle_s, shift->middle_sd_s);
    observe(info, sum, -1.0, 1.0, shift->both_s, shift->both_sd_s);
}

/* Strike and off of a step whose fall takes so long, by least squares: the turn is a part of the
 * double support behind the strike, the off at the end of the fall, and the double support as long
 * as it is in people who step so fast. */
static void weigh(back_step *s, double fall, const usual *u, const back_shift *shift) {
    double info[3] = {0.0, 0.0, 0.0}, sum[2] = {0.0, 0.0}, part = EG_GAIT_BACK_TURN;
    double spread = EG_GAIT_BACK_TURN_SD * fall / (1.0 - part);
    observe(info, sum, 1.0 - part, part, 0.0, eg_hypot(turn_s, spread));
    observe(info, sum, 0.0, 1.0, fall - u->late_s, u->late_sd_s);
    observe(info, sum, -1.0, 1.0, u->both_s, u->both_sd_s);
    observe_shift(info, sum, shift);
    double det = info[0] * info[2] - info[1] * info[1];
    s->strike_s = s->turn_s + (info[2] * sum[0] - info[1] * sum[1]) / det;
    s->off_s = s->turn_s + (info[0] * sum[1] - info[1] * sum[0]) / det;
    s->sd_s = sqrt(info[2] / det);
    s->off_sd_s = sqrt(info[0] / det);
}

/* The off where the strike is known better, from the shock: the same observations. */
static void weigh_off(back_step *s, double fall, const usual *u, const back_shift *shift) {
    double info[3] = {0.0, 0.0, 0.0}, sum[2] = {0.0, 0.0}, part = EG_GAIT_BACK_TURN;
    double strike = s->strike_s - s->turn_s;
    double spread = EG_GAIT_BACK_TURN_SD * u->both_s;
    observe(info, sum, 1.0 - part, part, 0.0, eg_hypot(turn_s, spread));
    observe(info, sum, 0.0, 1.0, fall - u->late_s, u->late_sd_s);
    observe(info, sum, -1.0, 1.0, u->both_s, u->both_sd_s);
    observe_shift(info, sum, shift);
    s->off_s = s->turn_s + (sum[1] - info[1] * strike) / info[2];
    s->off_sd_s = eg_hypot(sqrt(1.0 / info[2]), info[1] / info[2] * s->sd_s);
}

/* From the turn to the strike, the mean of a foot's steps. */
static double strike_of(const back_work *w, size_t first, size_t end, size_t stride) {
    double sum = 0.0, count = 0.0;
    for (size_t k = first; k < end; k += stride) {
        sum += w->steps[k].strike_s - w->steps[k].turn_s;
        count += 1.0;
    }
    return sum / count;
}

/* Steps first to last of a run: each foot's own fall, if there are enough of it. */
static void find_falls_of(back_work *w, const double *x, const double *left, size_t first,
                          size_t last, int is_landed) {
    size_t n = last - first + 1, spare = n >= 7 ? 2 : n >= 5 ? 1 : 0;
    size_t from = first + spare, end = last + 1 - spare;
    size_t feet = end - from >= 2 * FOOT_STEPS ? 2 : 1;
    double fall[2] = {(double)NAN, (double)NAN};
    usual u = usual_of(w->b->step_s);
    back_shift shift[2];
    for (size_t foot = 0; foot < feet; foot++) {
        double strike = is_landed ? strike_of(w, from + foot, end, feet) : (double)NAN;
        fall[foot] = fall_of(w, x, from + foot, end, feet, strike);
        shift[foot] = imu_back_shift_of(w, left, from + foot, end, feet, u.both_s, u.both_sd_s);
    }
    for (size_t k = first; k <= last; k++) {
        size_t foot = (k + from) % 2 % feet; /* even as `from`: foot 0 */
        double own = fall[foot];
        if (!isfinite(own)) own = w->steps[k].off_s - w->steps[k].turn_s;
        if (is_landed)
            weigh_off(&w->steps[k], own, &u, &shift[foot]);
        else
            weigh(&w->steps[k], own, &u, &shift[foot]);
    }
}

eg_err imu_back_find_falls(back_work *w, int is_landed, eg_arena *scratch, eg_diag *diag) {
    const eg_gait_back *b = w->b;
    for (size_t i = 0; i < b->n; i++) {
        w->x[i] = b->acc[0][i];
        w->z[i] = b->acc[1][i];
    }
    imu_centre(b->n, w->x, (size_t)(b->step_s * b->rate_hz), w->y);
    eg_err err = imu_low_pass(b->n, w->x, fall_hz / b->step_s, b->rate_hz, scratch, diag);
    if (err == EG_OK)
        err = imu_low_pass(b->n, w->z, fall_hz / b->step_s, b->rate_hz, scratch, diag);
    if (err != EG_OK) return err;
    for (size_t first = 0, last; first < w->n_steps; first = last + 1) {
        last = imu_back_run_end(w, first);
        find_falls_of(w, w->x, w->z, first, last, is_landed);
    }
    return EG_OK;
}
