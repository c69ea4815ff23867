#include "core/emg/coactivity.h"

#include "core/base/check.h"

eg_err eg_emg_coactivity_of(size_t n, const eg_real *a, const eg_emg_scale *scale_a,
                            const eg_real *b, const eg_emg_scale *scale_b, eg_emg_coactivity *out,
                            eg_diag *diag) {
    EG_ASSERT(out != NULL && scale_a != NULL && scale_b != NULL);
    *out = (eg_emg_coactivity){NAN, NAN, NAN, NAN, NAN};
    double divisor_a = scale_a->divisor, divisor_b = scale_b->divisor;
    const eg_emg_amount left_kind = {1.0, scale_a->norm, ""}, right_kind = {1.0, scale_b->norm, ""};
    eg_err err = eg_emg_comparable(&left_kind, &right_kind, diag);
    if (err != EG_OK) return err;
    if (!(divisor_a > 0.0 && divisor_b > 0.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "an envelope cannot be divided by %g and %g", divisor_a, divisor_b);
    double both = 0.0, all = 0.0, rudolph = 0.0, ratio = 0.0, share = 0.0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        double left = fmax((double)a[i] / divisor_a, 0.0);
        double right = fmax((double)b[i] / divisor_b, 0.0);
        double small = fmin(left, right), large = fmax(left, right);
        both += small;
        all += left + right;
        if (!(large > 1e-12)) continue;
        rudolph += small / large * (left + right);
        ratio += small / large;
        share += left / (left + right);
        count++;
    }
    if (count == 0) return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "neither muscle is active");
    *out = (eg_emg_coactivity){200.0 * both / all, rudolph / (double)count, both / (double)n,
                               share / (double)count, ratio / (double)count};
    return EG_OK;
}

eg_err eg_emg_symmetry_of(const eg_emg_amount *left, const eg_emg_amount *right,
                          eg_emg_symmetry *out, eg_diag *diag) {
    EG_ASSERT(left != NULL && right != NULL && out != NULL);
    *out = (eg_emg_symmetry){NAN, NAN, NAN};
    eg_err err = eg_emg_comparable(left, right, diag);
    if (err != EG_OK) return err;
    double l = left->value, r = right->value;
    if (!(l >= 0.0 && r >= 0.0 && isfinite(l) && isfinite(r)))
        return eg_diag_set(diag, EG_ERR_RANGE, NULL, 0, "no symmetry of %g and %g", l, r);
    if (!(l + r > 0.0)) return EG_OK;
    out->index_percent = 200.0 * (l - r) / (l + r);
    out->ratio = r > 0.0 ? l / r : (double)NAN;
    out->lsi_percent = 100.0 * fmin(l, r) / fmax(l, r);
    return EG_OK;
}
