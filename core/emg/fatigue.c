#include "core/emg/fatigue.h"

#include "core/base/check.h"
#include "core/base/sort.h"

eg_emg_spectrum eg_emg_spectrum_of(size_t n_bins, const double *density, double step_hz) {
    double total = 0.0, moment = 0.0, sum = 0.0;
    for (size_t k = 0; k < n_bins; k++) {
        total += density[k];
        moment += density[k] * (double)k;
    }
    eg_emg_spectrum s = {NAN, NAN, NAN};
    if (!(total > 0.0)) return s;
    s.mean_hz = moment / total * step_hz;
    for (size_t k = 0; k < n_bins; k++) {
        double next = sum + density[k];
        if (next >= 0.5 * total) {
            double part = density[k] > 0.0 ? (0.5 * total - sum) / density[k] : 0.0;
            s.median_bin_hz = (double)k * step_hz;
            s.median_hz = k == 0 ? 0.0 : ((double)k - 1.0 + part) * step_hz;
            break;
        }
        sum = next;
    }
    return s;
}

eg_err eg_emg_spectrum_welch(double rate_hz, size_t segment, size_t n, const eg_real *x,
                             eg_emg_spectrum *spectrum, eg_arena *scratch, eg_diag *diag) {
    const eg_welch_settings settings = {
        rate_hz, segment, segment / 2, 0, EG_WINDOW_HANN_PERIODIC, EG_DETREND_CONSTANT};
    size_t mark = eg_arena_mark(scratch);
    eg_welch welch;
    eg_err err = eg_welch_init(&welch, &settings, scratch, diag);
    double *density = err == EG_OK ? eg_arena_take(scratch, welch.n_bins, sizeof *density) : NULL;
    if (err == EG_OK && density == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a spectrum");
    if (err == EG_OK) err = eg_welch_run(&welch, n, x, density, diag);
    if (err == EG_OK)
        *spectrum = eg_emg_spectrum_of(welch.n_bins, density, rate_hz / (double)segment);
    eg_arena_reset(scratch, mark);
    return err;
}

/* An edge that may lie outside of the epoch as well as inside drops none: its interval counts. */
static int lies_in_burst(double from_s, double to_s, size_t n_bursts, const eg_burst *bursts) {
    if (bursts == NULL) return 1;
    for (size_t i = 0; i < n_bursts; i++)
        if (!(bursts[i].flags & EG_ONSET_MINOR) &&
            fmin(bursts[i].on_s, bursts[i].on_early_s) <= from_s &&
            to_s <= fmax(bursts[i].off_s, bursts[i].off_late_s))
            return 1;
    return 0;
}

eg_err eg_emg_epochs(double rate_hz, double epoch_s, size_t n, const eg_real *band, size_t n_bursts,
                     const eg_burst *bursts, size_t capacity, eg_emg_epoch *epochs, size_t *count,
                     eg_arena *scratch, eg_diag *diag) {
    return eg_emg_epochs_below(INFINITY, rate_hz, epoch_s, n, band, band, n_bursts, bursts,
                               capacity, epochs, count, scratch, diag);
}

eg_err eg_emg_epochs_below(double top_hz, double rate_hz, double epoch_s, size_t n,
                           const eg_real *band, const eg_real *wide, size_t n_bursts,
                           const eg_burst *bursts, size_t capacity, eg_emg_epoch *epochs,
                           size_t *count, eg_arena *scratch, eg_diag *diag) {
    *count = 0;
    double samples = floor(epoch_s * rate_hz + 0.5);
    if (!(samples >= 4.0 && samples <= (double)n))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "not one whole epoch of %g s", epoch_s);
    size_t length = (size_t)samples, mark = eg_arena_mark(scratch);
    const eg_welch_settings settings = {
        rate_hz, length, 0, 0, EG_WINDOW_RECTANGLE, EG_DETREND_CONSTANT};
    eg_welch welch;
    eg_err err = eg_welch_init(&welch, &settings, scratch, diag);
    double *density = err == EG_OK ? eg_arena_take(scratch, welch.n_bins, sizeof *density) : NULL;
    if (err == EG_OK && density == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for epochs");
    size_t n_bins = err == EG_OK ? welch.n_bins : 0;
    while (n_bins > 1 && (double)(n_bins - 1) * rate_hz / samples > top_hz) n_bins--;
    for (size_t at = 0; err == EG_OK && at + length <= n && *count < capacity; at += length) {
        eg_emg_epoch *epoch = &epochs[*count];
        double squares = 0.0, from_s = (double)at / rate_hz, to_s = (double)(at + length) / rate_hz;
        for (size_t i = at; i < at + length; i++) squares += (double)band[i] * (double)band[i];
        err = eg_welch_run(&welch, length, wide + at, density, diag);
        *epoch = (eg_emg_epoch){0.5 * (from_s + to_s), sqrt(squares / (double)length),
                                eg_emg_spectrum_of(n_bins, density, rate_hz / samples),
                                lies_in_burst(from_s, to_s, n_bursts, bursts)};
        ++*count;
    }
    eg_arena_reset(scratch, mark);
    return err;
}

/* The 97.5 % quantile of Student's t: exact for 1 and 2 degrees of freedom, beyond them by the
 * expansion of Hill 1970 (Commun ACM 13:619, algorithm 396), within 1e-4. */
static double student_975(double degrees) {
    if (degrees < 1.5) return 12.706204736174698;
    if (degrees < 2.5) return 4.302652729749464;
    const double p = 0.05;
    double a = 1.0 / (degrees - 0.5), b = 48.0 / (a * a);
    double c = ((20700.0 * a / b - 98.0) * a - 16.0) * a + 96.36;
    double d = ((94.5 / (b + c) - 3.0) / b + 1.0) * sqrt(a * EG_PI / 2.0) * degrees;
    double x = d * p, y = eg_pow(x, 2.0 / degrees);
    if (y > 0.05 + a) {
        x = -1.959963984540054;
        y = x * x;
        if (degrees < 5.0) c += 0.3 * (degrees - 4.5) * (x + 0.6);
        c = (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b + c;
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x;
        y = a * y * y;
        y = y > 0.002 ? eg_expm1(y) : 0.5 * y * y + y;
    } else {
        y = ((1.0 /
                  (((degrees + 6.0) / (degrees * y) - 0.089 * d - 0.822) * (degrees + 2.0) * 3.0) +
              0.5 / (degrees + 4.0)) *
                 y -
             1.0) *
                (degrees + 1.0) / (degrees + 2.0) +
            1.0 / y;
    }
    return sqrt(degrees * y);
}

static eg_err theil_sen(size_t n, const double *t, const double *y, double *slope,
                        eg_arena *scratch, eg_diag *diag) {
    if (n > EG_EMG_LINE_MAX) n = EG_EMG_LINE_MAX;
    size_t mark = eg_arena_mark(scratch), count = 0, most = n * (n - 1) / 2;
    double *slopes = eg_arena_take(scratch, most, sizeof *slopes);
    double *work = eg_arena_take(scratch, most, sizeof *work);
    if (slopes == NULL || work == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a line");
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (fabs(t[k] - t[i]) > 0.0) slopes[count++] = (y[k] - y[i]) / (t[k] - t[i]);
    eg_sort(count, slopes, work);
    *slope = eg_sort_quantile(count, slopes, 0.5);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

eg_err eg_emg_line_fit(size_t n, const double *t, const double *y, eg_emg_line *line,
                       eg_arena *scratch, eg_diag *diag) {
    *line = (eg_emg_line){n, NAN, NAN, NAN, NAN, NAN};
    double mean_t = 0.0, mean_y = 0.0, tt = 0.0, ty = 0.0, left = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean_t += t[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        tt += (t[i] - mean_t) * (t[i] - mean_t);
        ty += (t[i] - mean_t) * (y[i] - mean_y);
    }
    if (n < 2 || !(tt > 0.0))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "a line needs two different points");
    line->slope = ty / tt;
    line->intercept = mean_y - line->slope * mean_t;
    for (size_t i = 0; i < n; i++) {
        double miss = y[i] - line->intercept - line->slope * t[i];
        left += miss * miss;
    }
    if (n > 2) {
        double degrees = (double)(n - 2);
        double half = student_975(degrees) * sqrt(left / degrees / tt);
        line->slope_low = line->slope - half;
        line->slope_high = line->slope + half;
    }
    return theil_sen(n, t, y, &line->theil_sen, scratch, diag);
}

const char *eg_emg_jasa_name(eg_emg_jasa jasa) {
    static const char *const names[] = {"undecided", "fatigue", "force increase", "force decrease",
                                        "recovery"};
    EG_ASSERT(jasa >= 0 && jasa <= EG_EMG_JASA_RECOVERY);
    return names[jasa];
}

static eg_emg_jasa quadrant(const eg_emg_line *rms, const eg_emg_line *median) {
    int rises = rms->slope_low > 0.0, falls = rms->slope_high < 0.0;
    int higher = median->slope_low > 0.0, lower = median->slope_high < 0.0;
    if (rises && lower) return EG_EMG_JASA_FATIGUE;
    if (rises && higher) return EG_EMG_JASA_FORCE_INCREASE;
    if (falls && lower) return EG_EMG_JASA_FORCE_DECREASE;
    if (falls && higher) return EG_EMG_JASA_RECOVERY;
    return EG_EMG_JASA_UNDECIDED;
}

eg_err eg_emg_fatigue_of(size_t count, const eg_emg_epoch *epochs, eg_emg_fatigue *fatigue,
                         eg_arena *scratch, eg_diag *diag) {
    *fatigue = (eg_emg_fatigue){0};
    size_t mark = eg_arena_mark(scratch), n = 0;
    double *columns = eg_arena_take(scratch, 3 * count + 1, sizeof *columns);
    if (columns == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu epochs", count);
    double *t = columns, *median = columns + count, *rms = columns + 2 * count;
    for (size_t i = 0; i < count; i++) {
        if (!epochs[i].is_active || !isfinite(epochs[i].spectrum.median_hz)) continue;
        t[n] = epochs[i].middle_s;
        median[n] = epochs[i].spectrum.median_hz;
        rms[n++] = epochs[i].rms;
    }
    fatigue->n_active = n;
    eg_err err = n < EG_EMG_FATIGUE_EPOCHS_MIN
                     ? eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                                   "%zu active epochs are too few for a slope; %d are needed", n,
                                   EG_EMG_FATIGUE_EPOCHS_MIN)
                     : eg_emg_line_fit(n, t, median, &fatigue->median, scratch, diag);
    if (err == EG_OK) err = eg_emg_line_fit(n, t, rms, &fatigue->rms, scratch, diag);
    if (err == EG_OK) {
        double scale = 6000.0 / fatigue->median.intercept;
        fatigue->percent_per_min = scale * fatigue->median.slope;
        fatigue->percent_low = scale * fatigue->median.slope_low;
        fatigue->percent_high = scale * fatigue->median.slope_high;
        fatigue->jasa = quadrant(&fatigue->rms, &fatigue->median);
    }
    eg_arena_reset(scratch, mark);
    return err;
}
