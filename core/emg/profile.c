#include "core/emg/profile.h"

#include "core/base/check.h"
#include "core/emg/clean.h"
#include "core/signal/spectrum.h"

const char *eg_emg_profile_name(eg_emg_profile profile) {
    static const char *const names[EG_EMG_PROFILE_COUNT] = {
        "engram", "pyemgpipeline", "scipy", "bmc", "libemg", "welch-2048"};
    EG_ASSERT(profile >= 0 && profile < EG_EMG_PROFILE_COUNT);
    return names[profile];
}

static double mean_of(size_t n, const eg_real *x) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i];
    return n > 0 ? sum / (double)n : 0.0;
}

/* x less its mean into y, which is not x. */
static void centre(size_t n, const eg_real *x, eg_real *y) {
    double mean = mean_of(n, x);
    for (size_t i = 0; i < n; i++) y[i] = (eg_real)((double)x[i] - mean);
}

eg_err eg_emg_profile_run(eg_emg_profile profile, double rate_hz, size_t n, const eg_real *x,
                          eg_real *band, eg_real *envelope, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(profile < EG_EMG_PROFILE_COUNT && band != x && envelope != x && band != envelope);
    eg_emg_settings settings = eg_emg_defaults(rate_hz);
    if (profile == EG_EMG_PROFILE_BMC) settings.envelope_hz = 8.0;
    eg_emg_filters filters;
    eg_err err = eg_emg_design(&filters, &settings, diag);
    if (err != EG_OK) return err;
    if (profile == EG_EMG_PROFILE_ENGRAM)
        return eg_emg_envelope(&filters, 1, n, x, band, envelope, scratch, diag);
    centre(n, x, band);
    if (profile != EG_EMG_PROFILE_SCIPY)
        return eg_emg_envelope(&filters, 1, n, band, band, envelope, scratch, diag);
    eg_filter_state high = {0}, low = {0};
    eg_emg_causal(&filters.band, 1, &high, n, band, band);
    for (size_t i = 0; i < n; i++) envelope[i] = eg_rabs(band[i]);
    eg_emg_causal(&filters.envelope, 1, &low, n, envelope, envelope);
    return EG_OK;
}

void eg_emg_profile_bmc_rms(size_t n, const eg_real *band, size_t window, eg_real *y) {
    EG_ASSERT(window > 0 && y != band);
    const size_t before = window / 2, behind = window - 1 - before;
    eg_emg_rms_centred(n, 1, band, window, y);
    for (size_t i = 0; i < n; i++) {
        size_t low = i > before ? i - before : 0;
        size_t high = i + behind + 1 < n ? i + behind + 1 : n;
        y[i] = (eg_real)((double)y[i] * sqrt((double)(high - low) / (double)window));
    }
}

eg_err eg_emg_profile_notch(double centre_hz, double rate_hz, size_t n, const eg_real *x,
                            eg_real *y, eg_diag *diag) {
    EG_ASSERT(x != y);
    eg_filter notch;
    eg_err err = eg_emg_notch(&notch, centre_hz, 30.0, rate_hz, diag);
    if (err != EG_OK) return err;
    eg_filter_state state = {0};
    centre(n, x, y);
    eg_emg_causal(&notch, 1, &state, n, y, y);
    return EG_OK;
}

void eg_emg_profile_tkeo(size_t n, const eg_real *x, eg_real *y) {
    EG_ASSERT(n >= 3 && x != y);
    for (size_t i = 0; i < n; i++) {
        size_t at = i == 0 ? 1 : i + 1 >= n ? n - 2 : i;
        y[i] = x[at] * x[at] - x[at - 1] * x[at + 1];
    }
}

const char *eg_emg_feature_name(eg_emg_feature feature) {
    static const char *const names[EG_EMG_FEATURE_COUNT] = {"MAV", "RMS",  "ZC",  "SSC", "WL",
                                                            "IAV", "WAMP", "VAR", "MDF", "MNF"};
    EG_ASSERT(feature >= 0 && feature < EG_EMG_FEATURE_COUNT);
    return names[feature];
}

static int sign_of(eg_real value) {
    return (value > 0) - (value < 0);
}

static void time_features(size_t n, const eg_real *x, double f[EG_EMG_FEATURE_COUNT]) {
    double area = 0.0, squares = 0.0, length = 0.0, scatter = 0.0, mean = mean_of(n, x);
    size_t crossings = 0, turns = 0, steps = 0;
    for (size_t i = 0; i < n; i++) {
        double value = (double)x[i];
        area += fabs(value);
        squares += value * value;
        scatter += (value - mean) * (value - mean);
        if (i == 0) continue;
        double step = fabs(value - (double)x[i - 1]);
        length += step;
        steps += step > 0.002;
        int change = sign_of(x[i]) - sign_of(x[i - 1]);
        crossings += change == 2 || change == -2;
        if (i + 1 < n) turns += (x[i] - x[i - 1]) * (x[i] - x[i + 1]) >= 0;
    }
    f[EG_EMG_FEATURE_MAV] = area / (double)n;
    f[EG_EMG_FEATURE_RMS] = sqrt(squares / (double)n);
    f[EG_EMG_FEATURE_ZC] = (double)crossings;
    f[EG_EMG_FEATURE_SSC] = (double)turns;
    f[EG_EMG_FEATURE_WL] = length;
    f[EG_EMG_FEATURE_IAV] = area;
    f[EG_EMG_FEATURE_WAMP] = (double)steps;
    f[EG_EMG_FEATURE_VAR] = scatter / (double)n;
}

eg_err eg_emg_features(double rate_hz, size_t n, const eg_real *x,
                       double features[EG_EMG_FEATURE_COUNT], eg_arena *scratch, eg_diag *diag) {
    for (size_t i = 0; i < EG_EMG_FEATURE_COUNT; i++) features[i] = NAN;
    if (n < 8) return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "a window needs 8 samples or more");
    time_features(n, x, features);
    size_t length = 8, mark = eg_arena_mark(scratch);
    while (length < n) length *= 2;
    eg_fft fft;
    eg_err err = eg_fft_init(&fft, length, scratch, diag);
    if (err != EG_OK) return err;
    eg_real *padded = eg_arena_take(scratch, length, sizeof *padded);
    eg_complex *bins = eg_arena_take(scratch, length / 2 + 1, sizeof *bins);
    if (padded == NULL || bins == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a window's spectrum");
    for (size_t i = 0; i < n; i++) padded[i] = x[i];
    eg_fft_forward(&fft, padded, bins);
    double total = 0.0, moment = 0.0, sum = 0.0, step_hz = rate_hz / (double)length;
    size_t middle = length / 2;
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < length / 2; k++) {
            double re = (double)bins[k].re, im = (double)bins[k].im, power = re * re + im * im;
            if (pass == 0) total += power;
            if (pass == 0) moment += power * (double)k;
            if (pass == 0) continue;
            sum += power;
            if (sum > 0.5 * total && middle == length / 2) middle = k;
        }
    if (total > 0.0) {
        features[EG_EMG_FEATURE_MDF] = (double)middle * step_hz;
        features[EG_EMG_FEATURE_MNF] = moment / total * step_hz;
    }
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

static double sum_between(size_t n_bins, const double *density, double step_hz, double from_hz,
                          double to_hz) {
    double sum = 0.0;
    for (size_t k = 0; k < n_bins; k++) {
        double hz = (double)k * step_hz;
        if (hz >= from_hz && hz <= to_hz) sum += density[k];
    }
    return sum;
}

eg_err eg_emg_profile_welch_2048(double rate_hz, size_t n, const eg_real *x, eg_emg_welch_2048 *out,
                                 eg_arena *scratch, eg_diag *diag) {
    enum { SEGMENT = 2048 };
    *out = (eg_emg_welch_2048){NAN, NAN, NAN};
    const eg_welch_settings settings = {
        rate_hz, SEGMENT, SEGMENT / 2, 0, EG_WINDOW_HANN_PERIODIC, EG_DETREND_CONSTANT};
    size_t mark = eg_arena_mark(scratch);
    eg_welch welch;
    eg_real *y = eg_arena_take(scratch, n, sizeof *y);
    eg_err err = eg_welch_init(&welch, &settings, scratch, diag);
    double *density = err == EG_OK ? eg_arena_take(scratch, welch.n_bins, sizeof *density) : NULL;
    if (err == EG_OK && (density == NULL || y == NULL))
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a spectrum");
    if (err == EG_OK) {
        centre(n, x, y);
        err = eg_welch_run(&welch, n, y, density, diag);
    }
    if (err == EG_OK) {
        const double step_hz = rate_hz / SEGMENT, below_20_hz = 20.0 - 1e-9;
        double hum[2];
        for (size_t i = 0; i < 2; i++) {
            double at = i == 0 ? 50.0 : 60.0;
            double beside = sum_between(welch.n_bins, density, step_hz, at - 6.0, at - 2.0) +
                            sum_between(welch.n_bins, density, step_hz, at + 2.0, at + 6.0);
            double inside = sum_between(welch.n_bins, density, step_hz, at - 1.0, at + 1.0);
            hum[i] = beside > 0.0 ? (inside / 3.0) / (beside / 8.0) : (double)NAN;
        }
        double all = sum_between(welch.n_bins, density, step_hz, 0.5, 450.0);
        double low = sum_between(welch.n_bins, density, step_hz, 0.5, below_20_hz);
        *out = (eg_emg_welch_2048){hum[0], hum[1], all > 0.0 ? low / all : (double)NAN};
    }
    eg_arena_reset(scratch, mark);
    return err;
}
