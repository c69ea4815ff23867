#include "core/emg/coactivity.h"

#include "core/base/check.h"
#include "core/base/sort.h"

const char *eg_emg_norm_name(eg_emg_norm norm) {
    static const char *const names[EG_EMG_NORM_COUNT] = {"none", "max_of_trial", "p99_of_trial",
                                                         "mean_of_trial", "mvc"};
    EG_ASSERT(norm >= 0 && norm < EG_EMG_NORM_COUNT);
    return names[norm];
}

double eg_emg_norm_divisor(eg_emg_norm norm, size_t n, const eg_real *envelope, double *scratch) {
    if (norm == EG_EMG_NORM_NONE) return 1.0;
    double largest = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double value = fmax((double)envelope[i], 0.0);
        largest = fmax(largest, value);
        sum += value;
        if (norm == EG_EMG_NORM_P99) scratch[i] = value;
    }
    if (!(largest > 0.0) || norm == EG_EMG_NORM_MVC) return NAN;
    if (norm == EG_EMG_NORM_MAX) return largest;
    if (norm == EG_EMG_NORM_MEAN) return sum / (double)n;
    eg_sort(n, scratch, scratch + n);
    double p99 = eg_sort_quantile(n, scratch, 0.99);
    return p99 > 0.0 ? p99 : (double)NAN;
}

eg_err eg_emg_coactivity_of(size_t n, const eg_real *a, double divisor_a, const eg_real *b,
                            double divisor_b, eg_emg_coactivity *out, eg_diag *diag) {
    *out = (eg_emg_coactivity){NAN, NAN, NAN, NAN, NAN};
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

eg_emg_symmetry eg_emg_symmetry_of(double left, double right) {
    eg_emg_symmetry s = {NAN, NAN, NAN};
    if (!(left >= 0.0 && right >= 0.0 && left + right > 0.0)) return s;
    s.index_percent = 200.0 * (left - right) / (left + right);
    s.ratio = right > 0.0 ? left / right : (double)NAN;
    s.lsi_percent = 100.0 * fmin(left, right) / fmax(left, right);
    return s;
}
