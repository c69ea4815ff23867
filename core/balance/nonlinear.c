/* The nonlinear measures of the profile engram. They depend on the sampling rate, so they are taken
 * at 25 Hz, which the 10 Hz low-pass allows; a slower recording keeps its own rate. */
#include "core/balance/engram.h"
#include "core/balance/ttb.h"
#include "core/signal/complexity.h"
#include "core/signal/geometry.h"
#include "core/signal/smooth.h"

static const double tolerance_sd = 0.2;
static const double recurrence_radius_sd = 0.5;
static const double boundary_scale = 2.0; /* of the trial's own outline, see cop.ttb */

enum { TEMPLATE = 2, DFA_SCALES = 12, MSE_SCALES = 6 };

static double deviation(const double *x, size_t n) {
    double mean = 0.0;
    for (size_t i = 0; i < n; i++) mean += x[i];
    mean /= (double)n;
    double square = 0.0;
    for (size_t i = 0; i < n; i++) square += (x[i] - mean) * (x[i] - mean);
    return sqrt(square / (double)n);
}

/* Scales from 0.4 s (ten samples) to a quarter of the trial. */
static eg_err fluctuation(const double *x, size_t n, eg_arena *arena, double *alpha,
                          eg_diag *diag) {
    size_t scales[DFA_SCALES];
    double f[DFA_SCALES];
    *alpha = (double)NAN;
    if (n < 80) return EG_OK;
    eg_dfa_settings settings = {.scales = scales, .order = 1, .pooled = 1};
    settings.n_scales = eg_complexity_log_scales(10, n / 4, DFA_SCALES, scales);
    return eg_complexity_dfa(&settings, n, x, arena, f, alpha, diag);
}

static eg_err entropies(const double *x, const double *step, size_t n, unsigned axis,
                        eg_arena *arena, eg_measured *out, eg_diag *diag) {
    eg_sample_entropy position = {.nats = (double)NAN};
    eg_sample_entropy increment = {.nats = (double)NAN};
    double tolerance = tolerance_sd * deviation(x, n);
    double step_tolerance = tolerance_sd * deviation(step, n - 1);
    eg_err err = eg_complexity_sample_entropy(n, x, TEMPLATE, tolerance, 1, arena, &position, diag);
    if (err != EG_OK) return err;
    err = eg_complexity_sample_entropy(n - 1, step, TEMPLATE, step_tolerance, 1, arena, &increment,
                                       diag);
    if (err != EG_OK) return err;
    double nats[MSE_SCALES];
    err = eg_complexity_multiscale(n - 1, step, TEMPLATE, step_tolerance, 1, MSE_SCALES, arena,
                                   nats, diag);
    if (err != EG_OK) return err;
    double index = 0.0;
    for (int i = 0; i < MSE_SCALES; i++) index += nats[i];
    eg_measured_set(out, EG_M_SAMPEN_ML + axis, position.nats);
    eg_measured_set(out, EG_M_SAMPEN_STEP_ML + axis, increment.nats);
    eg_measured_set(out, EG_M_MSE_ML + axis, index);
    return EG_OK;
}

static eg_err recurrences(const double *x, size_t n, unsigned axis, eg_arena *arena,
                          eg_measured *out, eg_diag *diag) {
    eg_recurrence_settings settings = {.dimension = 3,
                                       .delay = 5,
                                       .radius = recurrence_radius_sd * deviation(x, n),
                                       .line_min = 4,
                                       .theiler = 5};
    eg_recurrence recurrence;
    eg_err err = eg_complexity_recurrence(&settings, n, x, arena, &recurrence, diag);
    if (err != EG_OK) return err;
    eg_measured_set(out, EG_M_RQA_RATE_ML + axis, recurrence.rate);
    eg_measured_set(out, EG_M_RQA_DETERMINISM_ML + axis, recurrence.determinism);
    eg_measured_set(out, EG_M_RQA_ENTROPY_ML + axis, recurrence.line_entropy);
    return EG_OK;
}

static eg_err one_axis(const eg_sway_signal *signal, unsigned axis, double *x, double *step,
                       eg_arena *arena, eg_measured *out, eg_diag *diag) {
    const double *from = axis == 0 ? signal->ml : signal->ap;
    size_t n = eg_balance_thin(from, signal->n, signal->rate_hz, x);
    for (size_t i = 0; i + 1 < n; i++) step[i] = x[i + 1] - x[i];
    /* A signal that does not move has no entropy and no recurrence worth the name. */
    if (n < 80 || !(deviation(x, n) > 0.0) || !(deviation(step, n - 1) > 0.0)) return EG_OK;
    double alpha;
    double alpha_step;
    eg_err err = fluctuation(x, n, arena, &alpha, diag);
    if (err == EG_OK) err = fluctuation(step, n - 1, arena, &alpha_step, diag);
    if (err != EG_OK) return err;
    eg_measured_set(out, EG_M_DFA_ML + axis, alpha);
    eg_measured_set(out, EG_M_DFA_VELOCITY_ML + axis, alpha_step);
    err = entropies(x, step, n, axis, arena, out, diag);
    if (err != EG_OK) return err;
    return recurrences(x, n, axis, arena, out, diag);
}

/* Entropy and recurrence compare every sample with every other: a quarter of an hour would take
 * minutes. */
static void refuse(eg_measured *out) {
    static const eg_balance_measure ids[] = {EG_M_SAMPEN_ML,
                                             EG_M_SAMPEN_STEP_ML,
                                             EG_M_MSE_ML,
                                             EG_M_DFA_ML,
                                             EG_M_DFA_VELOCITY_ML,
                                             EG_M_RQA_RATE_ML,
                                             EG_M_RQA_DETERMINISM_ML,
                                             EG_M_RQA_ENTROPY_ML};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        eg_measured_axes(out, ids[i], (double)NAN, (double)NAN);
        out->note[ids[i]] = out->note[ids[i] + 1] =
            "not computed: trials of more than 10 minutes are too long for it";
    }
}

static eg_err boundary_times(const eg_sway_signal *signal, eg_arena *arena, eg_measured *out,
                             eg_diag *diag) {
    double *work[5];
    for (int i = 0; i < 5; i++) {
        work[i] = eg_arena_take(arena, signal->n, sizeof *work[i]);
        if (work[i] == NULL) {
            return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
        }
    }
    unsigned half = (unsigned)(0.1 * signal->rate_hz + 0.5);
    unsigned window = 2 * (half < 2 ? 2 : half) + 1;
    eg_err err = eg_smooth_savitzky_golay(signal->n, signal->ml, work[2], window, 3, 1,
                                          1.0 / signal->rate_hz, diag);
    if (err != EG_OK) return err;
    err = eg_smooth_savitzky_golay(signal->n, signal->ap, work[3], window, 3, 1,
                                   1.0 / signal->rate_hz, diag);
    if (err != EG_OK) return err;
    eg_hull hull;
    size_t n = eg_sway_outline(signal, work[0], work[1]);
    err = eg_hull_build(n, work[0], work[1], arena, &hull, diag);
    if (err != EG_OK) return err;
    if (hull.n < 3 || hull.n > 1024) return EG_OK;
    double *corner_ml = work[4]; /* work[4] has room for both: the hull is much smaller than n */
    double *corner_ap = eg_arena_take(arena, hull.n, sizeof *corner_ap);
    if (corner_ap == NULL) {
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
    }
    for (size_t i = 0; i < hull.n; i++) { /* the signal is centred: twice as far from its mean */
        corner_ml[i] = boundary_scale * work[0][hull.index[i]];
        corner_ap[i] = boundary_scale * work[1][hull.index[i]];
    }
    eg_ttb_boundary boundary = {corner_ml, corner_ap, hull.n};
    eg_sway_signal velocity = {work[2], work[3], signal->n, signal->rate_hz};
    eg_ttb ttb = eg_ttb_measure(signal, &velocity, &boundary, work[0]);
    eg_measured_set(out, EG_M_TTB_MINIMUM, ttb.mean_minimum);
    eg_measured_set(out, EG_M_TTB_MINIMUM_SD, ttb.sd_minimum);
    eg_measured_set(out, EG_M_TTB_LOWEST, ttb.minimum);
    return EG_OK;
}

/* At most so many samples stay of n. */
static size_t thinned_count(size_t n, double rate_hz) {
    return rate_hz <= EG_BALANCE_THIN_HZ ? n
                                         : (size_t)((double)n * EG_BALANCE_THIN_HZ / rate_hz) + 2;
}

eg_err eg_balance_nonlinear(const eg_sway_signal *signal, eg_arena *arena, eg_measured *measured,
                            eg_diag *diag) {
    size_t mark = eg_arena_mark(arena);
    double *x = eg_arena_take(arena, signal->n, sizeof *x);
    double *step = eg_arena_take(arena, signal->n, sizeof *step);
    if (x == NULL || step == NULL) {
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
    }
    eg_err err = EG_OK;
    bool is_long = thinned_count(signal->n, signal->rate_hz) > EG_BALANCE_NONLINEAR_MAX;
    if (is_long) refuse(measured);
    for (unsigned axis = 0; axis < 2 && err == EG_OK && !is_long; axis++) {
        err = one_axis(signal, axis, x, step, arena, measured, diag);
    }
    eg_arena_reset(arena, mark);
    if (err == EG_OK) err = boundary_times(signal, arena, measured, diag);
    eg_arena_reset(arena, mark);
    return err;
}

size_t eg_balance_nonlinear_memory(size_t n, double rate_hz) {
    size_t thinned = thinned_count(n, rate_hz);
    if (thinned > EG_BALANCE_NONLINEAR_MAX) thinned = 0;
    size_t complexity = 2 * n * sizeof(double) + eg_complexity_size(thinned);
    size_t boundary = 6 * n * sizeof(double) + eg_hull_size(n);
    return (complexity > boundary ? complexity : boundary) + 1024;
}
