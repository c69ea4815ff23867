#include "core/emg/amplitude.h"

#include <string.h>

#include "core/base/check.h"
#include "core/base/sort.h"

const char *eg_emg_norm_name(eg_emg_norm norm) {
    static const char *const names[EG_EMG_NORM_COUNT] = {
        "none", "max_of_trial", "p99_of_trial", "mean_of_trial", "mvc", "submaximal", "m_max"};
    EG_ASSERT(norm >= 0 && norm < EG_EMG_NORM_COUNT);
    return names[norm];
}

static eg_err percentile(size_t n, const eg_real *envelope, double *p99, eg_arena *scratch,
                         eg_diag *diag) {
    size_t mark = eg_arena_mark(scratch);
    double *values = eg_arena_take(scratch, 2 * n, sizeof *values);
    if (values == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to sort an envelope");
    for (size_t i = 0; i < n; i++) values[i] = fmax((double)envelope[i], 0.0);
    eg_sort(n, values, values + n);
    *p99 = eg_sort_quantile(n, values, 0.99);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

eg_err eg_emg_scale_of_trial(eg_emg_norm norm, size_t n, const eg_real *envelope,
                             eg_emg_scale *scale, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(scale != NULL && norm < EG_EMG_NORM_COUNT);
    *scale = (eg_emg_scale){norm, 1.0};
    if (norm == EG_EMG_NORM_NONE) return EG_OK;
    if (norm > EG_EMG_NORM_MEAN)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "the normalisation %s comes from other recordings than the trial",
                           eg_emg_norm_name(norm));
    double largest = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double value = fmax((double)envelope[i], 0.0);
        largest = fmax(largest, value);
        sum += value;
    }
    scale->divisor = norm == EG_EMG_NORM_MAX ? largest : sum / (double)n;
    if (norm == EG_EMG_NORM_P99) {
        eg_err err = percentile(n, envelope, &scale->divisor, scratch, diag);
        if (err != EG_OK) return err;
    }
    if (!(scale->divisor > 0.0))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "the envelope is nowhere above 0: nothing to divide by");
    return EG_OK;
}

eg_err eg_emg_comparable(const eg_emg_amount *a, const eg_emg_amount *b, eg_diag *diag) {
    EG_ASSERT(a != NULL && b != NULL);
    if (a->norm != b->norm)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "amplitudes of different normalisations (%s and %s) are not compared; "
                           "normalise both in the same way",
                           eg_emg_norm_name(a->norm), eg_emg_norm_name(b->norm));
    if (a->norm == EG_EMG_NORM_NONE && strcmp(a->unit, b->unit) != 0)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "amplitudes in \"%s\" and \"%s\" are not compared", a->unit, b->unit);
    return EG_OK;
}

/* The window of whole samples whose mean square is most (sign 1) or least (sign -1). The running
 * sum is renewed now and then, so that no rounding gathers. */
static eg_err extreme_window(double sign, double rate_hz, double window_s, size_t n,
                             const eg_real *band, double *rms, double *from_s, eg_diag *diag) {
    enum { FRESH = 4096 };
    double samples = floor(window_s * rate_hz + 0.5);
    if (!(samples >= 1.0 && samples <= (double)n))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "%.3g s of signal do not hold a window of %g s", (double)n / rate_hz,
                           window_s);
    size_t window = (size_t)samples, best = 0;
    double sum = 0.0, found = -INFINITY;
    for (size_t at = 0; at + window <= n; at++) {
        if (at % FRESH == 0) {
            sum = 0.0;
            for (size_t i = at; i < at + window; i++) sum += (double)band[i] * (double)band[i];
        } else {
            double left = (double)band[at - 1], come = (double)band[at + window - 1];
            sum += come * come - left * left;
        }
        if (sign * sum > found) {
            found = sign * sum;
            best = at;
        }
    }
    double squares = 0.0;
    for (size_t i = best; i < best + window; i++) squares += (double)band[i] * (double)band[i];
    *rms = sqrt(squares / samples);
    if (from_s != NULL) *from_s = (double)best / rate_hz;
    return EG_OK;
}

eg_err eg_emg_rms_peak(double rate_hz, double window_s, size_t n, const eg_real *band, double *peak,
                       double *from_s, eg_diag *diag) {
    return extreme_window(1.0, rate_hz, window_s, n, band, peak, from_s, diag);
}

eg_err eg_emg_rms_least(double rate_hz, double window_s, size_t n, const eg_real *band,
                        double *least, double *from_s, eg_diag *diag) {
    return extreme_window(-1.0, rate_hz, window_s, n, band, least, from_s, diag);
}

double eg_emg_rms_between(double rate_hz, size_t n, const eg_real *band, double from_s,
                          double to_s) {
    double first = fmax(floor(from_s * rate_hz + 0.5), 0.0);
    double last = fmin(floor(to_s * rate_hz + 0.5), (double)n), sum = 0.0;
    if (!(first < last)) return NAN;
    for (size_t i = (size_t)first; i < (size_t)last; i++) sum += (double)band[i] * (double)band[i];
    return sqrt(sum / (last - first));
}

eg_err eg_emg_mvc_of(size_t n_trials, const double *peaks, size_t least, eg_emg_mvc *mvc,
                     eg_diag *diag) {
    EG_ASSERT(mvc != NULL && (peaks != NULL || n_trials == 0));
    *mvc = (eg_emg_mvc){n_trials, 0, NAN, NAN};
    if (n_trials < least || n_trials == 0)
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "a maximal contraction is taken from %zu trials or more, there %s %zu: "
                           "record more of them",
                           least > 0 ? least : (size_t)1, n_trials == 1 ? "is" : "are", n_trials);
    double second = 0.0;
    for (size_t i = 0; i < n_trials; i++) {
        if (!(peaks[i] > 0.0 && isfinite(peaks[i])))
            return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                               "trial %zu of the maximal contractions has no signal", i + 1);
        if (i > 0 && peaks[i] <= peaks[mvc->best]) {
            second = fmax(second, peaks[i]);
        } else if (i > 0) {
            second = peaks[mvc->best];
            mvc->best = i;
        }
    }
    mvc->value = peaks[mvc->best];
    if (n_trials > 1) mvc->spread_percent = 100.0 * (mvc->value - second) / mvc->value;
    return EG_OK;
}

double eg_emg_integral(double rate_hz, size_t n, const eg_real *band, double reset_s,
                       double reset_level, eg_real *integral, size_t *n_resets) {
    double all = 0.0, now = 0.0;
    size_t resets = 0, since = 0;
    for (size_t i = 0; i < n; i++) {
        double step = fabs((double)band[i]) / rate_hz;
        if (since > 0 && ((double)since >= reset_s * rate_hz || now >= reset_level)) {
            now = 0.0;
            since = 0;
            resets++;
        }
        all += step;
        now += step;
        since++;
        if (integral != NULL) integral[i] = (eg_real)now;
    }
    if (n_resets != NULL) *n_resets = resets;
    return all;
}
