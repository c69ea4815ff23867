/* What two plates add: how the weight is shared and what each foot does. */
#include "core/balance/engram.h"

/* Weight on either side, over the samples in which both are known and something stands there. */
static void load(const eg_cop_trial *trial, eg_measured *out) {
    const double *right = trial->right.fz_n;
    const double *left = trial->left.fz_n;
    double sum_right = 0.0;
    double sum_left = 0.0;
    double mean = 0.0; /* running mean and sum of squares of the share (Welford) */
    double square = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < trial->n; i++) {
        double share = 100.0 * right[i] / (right[i] + left[i]);
        if (!isfinite(share) || right[i] + left[i] <= 0.0) continue;
        n++;
        sum_right += right[i];
        sum_left += left[i];
        double before = share - mean;
        mean += before / (double)n;
        square += before * (share - mean);
    }
    if (n == 0) return;
    eg_measured_set(out, EG_M_LOAD_RIGHT, mean);
    eg_measured_set(out, EG_M_LOAD_RIGHT_SD, sqrt(square / (double)n));
    eg_measured_set(out, EG_M_LOAD_ASYMMETRY,
                    100.0 * fabs(sum_right - sum_left) / (sum_right + sum_left));
}

/* One foot, bridged, filtered and thinned like the whole. Returns false where more than a tenth of
 * its samples are missing: a foot that was off its plate has no path. */
static eg_err prepare(const eg_cop_trial *trial, const eg_plate_signals *foot, double *ml,
                      double *ap, size_t *n, bool *usable, eg_arena *arena, eg_diag *diag) {
    size_t missing_ml = eg_balance_copy_axis(foot->ml_mm, trial->n, 1.0, ml);
    size_t missing_ap = eg_balance_copy_axis(foot->ap_mm, trial->n, 1.0, ap);
    *usable = missing_ml <= trial->n / 10 && missing_ap <= trial->n / 10;
    if (!*usable) return EG_OK;
    eg_balance_chain chain = eg_balance_chain_of(trial->rate_hz);
    size_t n_ml = trial->n;
    *n = trial->n;
    eg_err err = eg_balance_chain_run(&chain, trial->rate_hz, ml, &n_ml, arena, diag);
    if (err != EG_OK) return err;
    return eg_balance_chain_run(&chain, trial->rate_hz, ap, n, arena, diag);
}

static double correlation(const double *x, const double *y, size_t n, double *deviation_ratio) {
    double mean_x = 0.0;
    double mean_y = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i];
        mean_y += y[i];
    }
    mean_x /= (double)n;
    mean_y /= (double)n;
    double sxx = 0.0;
    double syy = 0.0;
    double sxy = 0.0;
    for (size_t i = 0; i < n; i++) {
        sxx += (x[i] - mean_x) * (x[i] - mean_x);
        syy += (y[i] - mean_y) * (y[i] - mean_y);
        sxy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    *deviation_ratio = sqrt(sxx / syy);
    return sxy / sqrt(sxx * syy);
}

static void one_foot(const double *ml, const double *ap, size_t n, double rate_hz, unsigned side,
                     eg_measured *out) {
    eg_sway_signal signal = {ml, ap, n, rate_hz};
    eg_sway sway = eg_sway_measure(&signal);
    double duration_s = (double)(n - 1) / rate_hz;
    eg_measured_set(out, EG_M_FOOT_PATH_RIGHT + side, sway.path);
    eg_measured_set(out, EG_M_FOOT_VELOCITY_RIGHT + side, sway.path / duration_s);
    eg_measured_set(out, EG_M_FOOT_VELOCITY_AP_RIGHT + side, sway.ap.path / duration_s);
}

static eg_err paths(const eg_cop_trial *trial, eg_arena *arena, eg_measured *out, eg_diag *diag) {
    const eg_plate_signals *const feet[2] = {&trial->right, &trial->left};
    double rate_hz = eg_balance_chain_of(trial->rate_hz).rate_hz;
    double *ml[2];
    double *ap[2];
    bool usable[2];
    size_t n = 0;
    for (unsigned side = 0; side < 2; side++) {
        ml[side] = eg_arena_take(arena, trial->n, sizeof *ml[side]);
        ap[side] = eg_arena_take(arena, trial->n, sizeof *ap[side]);
        if (ml[side] == NULL || ap[side] == NULL) {
            return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
        }
        eg_err err = prepare(trial, feet[side], ml[side], ap[side], &n, &usable[side], arena, diag);
        if (err != EG_OK) return err;
        if (usable[side]) one_foot(ml[side], ap[side], n, rate_hz, side, out);
    }
    if (!usable[0] || !usable[1]) return EG_OK;
    double ratio_ml;
    double ratio_ap;
    double synchrony_ml = correlation(ml[0], ml[1], n, &ratio_ml);
    double synchrony_ap = correlation(ap[0], ap[1], n, &ratio_ap);
    eg_measured_axes(out, EG_M_FOOT_RMS_RATIO_ML, ratio_ml, ratio_ap);
    eg_measured_axes(out, EG_M_FOOT_CORRELATION_ML, synchrony_ml, synchrony_ap);
    return EG_OK;
}

eg_err eg_balance_feet(const eg_cop_trial *trial, eg_arena *arena, eg_measured *measured,
                       eg_diag *diag) {
    const eg_plate_signals *right = &trial->right;
    const eg_plate_signals *left = &trial->left;
    if (right->fz_n != NULL && left->fz_n != NULL) load(trial, measured);
    if (right->ml_mm == NULL || right->ap_mm == NULL || left->ml_mm == NULL ||
        left->ap_mm == NULL) {
        return EG_OK;
    }
    size_t mark = eg_arena_mark(arena);
    eg_err err = paths(trial, arena, measured, diag);
    eg_arena_reset(arena, mark);
    return err;
}
