/* Profile quijoux2021: the 72 variables of Quijoux et al. 2021 (Physiol Rep 9:e15067) with their
 * authors' later choices, as their public toolbox computes them by default: SWARII to 25 Hz, 10 Hz
 * fourth-order Butterworth forwards and backwards, moments about zero afterwards. */
#include <math.h>

#include "core/balance/band.h"
#include "core/balance/density.h"
#include "core/balance/diffusion.h"
#include "core/balance/emit.h"
#include "core/balance/swarii.h"
#include "core/balance/sway.h"
#include "core/base/real.h"
#include "core/signal/filter.h"
#include "core/signal/smooth.h"
#include "core/signal/spectrum.h"

static const double rate_hz = 25.0;
static const double lowpass_hz = 10.0;
static const double density_radius_cm = 0.3;
static const double density_lowpass_hz = 2.5;

enum { LOWPASS_ORDER = 4, SAMPLES_NEEDED = 100, STAMP_SLACK = 10 };

/* Codes of the two axes side by side. */
#define BOTH(prefix)                                                                               \
    { prefix "_ML", prefix "_AP" }

static void emit_axes(eg_balance_result *result, const char *const codes[2], const char *unit,
                      double ml, double ap) {
    eg_balance_emit(result, codes[0], unit, ml);
    eg_balance_emit(result, codes[1], unit, ap);
}

/* Time stamps where they are fit for resampling, otherwise the nominal grid. Stamps within a tenth
 * of a sample of the grid are the grid, written with few decimals. */
static void make_time(const eg_balance_input *input, double *t_s) {
    const eg_cop_trial *trial = input->trial;
    double step_s = 1.0 / trial->rate_hz;
    double nominal_s = (double)input->n * step_s;
    int uneven = 0;
    int usable = trial->t_s != NULL;
    for (size_t i = 0; usable && i < input->n; i++) {
        double t = trial->t_s[i] - trial->t_s[0];
        if (!(fabs(t - (double)i * step_s) <= 0.1 * step_s)) uneven = 1;
        if (!(t <= 2.0 * nominal_s + STAMP_SLACK)) usable = 0;
        if (i > 0 && !(trial->t_s[i] > trial->t_s[i - 1])) usable = 0;
    }
    for (size_t i = 0; i < input->n; i++) {
        t_s[i] = usable && uneven ? trial->t_s[i] - trial->t_s[0] : (double)i / trial->rate_hz;
    }
}

/* The peer drops missing samples instead of bridging them. */
static size_t drop_missing(const eg_balance_input *input, double *t_s) {
    const eg_plate_signals *net = &input->trial->net;
    size_t kept = 0;
    for (size_t i = 0; i < input->n; i++) {
        if (isnan(net->ml_mm[i]) || isnan(net->ap_mm[i])) continue;
        t_s[kept] = t_s[i];
        input->ml[kept] = input->ml[i];
        input->ap[kept] = input->ap[i];
        kept++;
    }
    return kept;
}

static double centre(double *x, size_t n) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) x[i] -= mean;
    return mean;
}

static void positional(const eg_sway_signal *signal, const eg_sway *sway, const double mean[2],
                       double planar_range_cm, double area_cm2, eg_balance_result *result) {
    double rms_ml = sqrt(sway->ml.mean_square);
    double rms_ap = sqrt(sway->ap.mean_square);
    double range_ml = sway->ml.max - sway->ml.min;
    double range_ap = sway->ap.max - sway->ap.min;
    double radius = sqrt(sway->ml.mean_square + sway->ap.mean_square);
    eg_sway_cloud cloud = eg_sway_cloud_of(signal, 1);
    emit_axes(result, (const char *const[])BOTH("mean_value"), "cm", mean[0], mean[1]);
    emit_axes(result, (const char *const[])BOTH("mean_distance"), "cm", sway->ml.mean_abs,
              sway->ap.mean_abs);
    eg_balance_emit(result, "mean_distance_Radius", "cm", sway->mean_distance);
    emit_axes(result, (const char *const[])BOTH("maximal_distance"), "cm", sway->ml.max_abs,
              sway->ap.max_abs);
    eg_balance_emit(result, "maximal_distance_Radius", "cm", sway->max_distance);
    emit_axes(result, (const char *const[])BOTH("rms"), "cm", rms_ml, rms_ap);
    eg_balance_emit(result, "rms_Radius", "cm", radius);
    emit_axes(result, (const char *const[])BOTH("range"), "cm", range_ml, range_ap);
    eg_balance_emit(result, "range_ML_AND_AP", "cm", planar_range_cm);
    eg_balance_emit(result, "range_ratio_ML_AND_AP", "1", range_ml / range_ap);
    eg_balance_emit(result, "planar_deviation_ML_AND_AP", "cm", radius);
    eg_balance_emit(result, "coefficient_sway_direction_ML_AND_AP", "1",
                    sway->mean_product / (rms_ml * rms_ap));
    eg_balance_emit(result, "confidence_ellipse_area_ML_AND_AP", "cm^2", area_cm2);
    eg_balance_emit(result, "principal_sway_direction_ML_AND_AP", "deg",
                    eg_atan2(fabs(cloud.direction_ml), fabs(cloud.direction_ap)) * 180.0 / EG_PI);
}

/* The peer's ellipse: moments about zero divided by n, but the factor of the prediction ellipse. */
static double ellipse_area(const eg_sway *sway, size_t n) {
    double determinant =
        sway->ml.mean_square * sway->ap.mean_square - sway->mean_product * sway->mean_product;
    return EG_PI * eg_sway_prediction_factor(n) * sqrt(fmax(0.0, determinant));
}

static double variance(const double *x, size_t n) {
    double mean = 0.0;
    for (size_t i = 0; i < n; i++) mean += x[i];
    mean /= (double)n;
    double square = 0.0;
    for (size_t i = 0; i < n; i++) square += (x[i] - mean) * (x[i] - mean);
    return square / (double)n;
}

typedef struct speeds {
    double phase_plane[2];
    eg_sway_peaks peaks[2];
} speeds;

/* Velocity by Savitzky-Golay, a cubic through five samples. */
static eg_err measure_speeds(const eg_sway_signal *signal, const eg_sway *sway, double *scratch,
                             speeds *result, eg_diag *diag) {
    const double *axes[2] = {signal->ml, signal->ap};
    const double squares[2] = {sway->ml.mean_square, sway->ap.mean_square};
    for (int axis = 0; axis < 2; axis++) {
        eg_err err =
            eg_smooth_savitzky_golay(signal->n, axes[axis], scratch, 5, 3, 1, 1.0 / rate_hz, diag);
        if (err != EG_OK) return err;
        result->phase_plane[axis] = sqrt(squares[axis] + variance(scratch, signal->n));
        result->peaks[axis] = eg_sway_velocity_peaks(scratch, signal->n);
    }
    return EG_OK;
}

static void dynamic(const eg_sway *sway, size_t n, double area_cm2, const speeds *speed,
                    eg_balance_result *result) {
    double count = (double)n;
    double duration = (count - 1.0) / rate_hz;
    const char *const mixed = "mixed (sqrt(cm^2+(cm/s)^2))";
    emit_axes(result, (const char *const[])BOTH("mean_velocity"), "cm/s",
              sway->ml.path * rate_hz / count, sway->ap.path * rate_hz / count);
    eg_balance_emit(result, "mean_velocity_ML_AND_AP", "cm/s", sway->path * rate_hz / count);
    eg_balance_emit(result, "sway_area_per_second_ML_AND_AP", "cm^2/s",
                    sway->swept_area / (2.0 * duration));
    emit_axes(result, (const char *const[])BOTH("phase_plane_parameter"), mixed,
              speed->phase_plane[0], speed->phase_plane[1]);
    eg_balance_emit(result, "LFS_ML_AND_AP", "1/cm", sway->path / area_cm2);
    double log_n = eg_log(count);
    double diameter = sqrt(area_cm2 * 4.0 / EG_PI);
    eg_balance_emit(result, "fractal_dimension_ML_AND_AP", "1",
                    log_n / (log_n + eg_log(diameter) - eg_log(sway->path)));
    static const char *const names[2][4] = {
        {"zero_crossing_SPD_ML", "peak_velocity_pos_SPD_ML", "peak_velocity_neg_SPD_ML",
         "peak_velocity_all_SPD_ML"},
        {"zero_crossing_SPD_AP", "peak_velocity_pos_SPD_AP", "peak_velocity_neg_SPD_AP",
         "peak_velocity_all_SPD_AP"}};
    for (int axis = 0; axis < 2; axis++) {
        const eg_sway_peaks *peaks = &speed->peaks[axis];
        eg_balance_emit(result, names[axis][0], "count", (double)peaks->zero_crossings);
        eg_balance_emit(result, names[axis][1], "cm/s", peaks->mean_positive);
        eg_balance_emit(result, names[axis][2], "cm/s", peaks->mean_negative);
        eg_balance_emit(result, names[axis][3], "cm/s", peaks->mean_all);
    }
}

static eg_err lowpass(double *x, size_t n, double cutoff_hz, eg_arena *arena, eg_diag *diag) {
    eg_filter filter;
    eg_err err = eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, LOWPASS_ORDER, 0.0, cutoff_hz,
                                       rate_hz, diag);
    if (err != EG_OK) return err;
    return eg_filter_zero_lag(&filter, n, x, x, eg_filter_padding(&filter), arena, diag);
}

static eg_err density(const eg_sway_signal *signal, double *curve, double *scratch, eg_arena *arena,
                      eg_balance_result *result, eg_diag *diag) {
    size_t n = signal->n - 1;
    eg_sway_density(signal, density_radius_cm, curve, scratch);
    for (size_t i = 0; i < n; i++) curve[i] /= rate_hz;
    eg_err err = lowpass(curve, n, density_lowpass_hz, arena, diag);
    if (err != EG_OK) return err;
    eg_sway_density_peaks peaks = eg_sway_density_find_peaks(signal, curve);
    eg_balance_emit(result, "mean_peak_Sway_Density", "s", peaks.mean_height);
    eg_balance_emit(result, "mean_distance_peak_Sway_Density", "cm", peaks.mean_distance);
    return EG_OK;
}

static void frequencies(const eg_sway *sway, size_t n, eg_balance_result *result) {
    double steps = (double)(n - 1);
    double to_axis = rate_hz / steps / (4.0 * sqrt(2.0));
    emit_axes(result, (const char *const[])BOTH("mean_frequency"), "Hz",
              sway->ml.path * to_axis / sway->ml.mean_abs,
              sway->ap.path * to_axis / sway->ap.mean_abs);
    eg_balance_emit(result, "mean_frequency_ML_AND_AP", "Hz",
                    sway->path * rate_hz / steps / (2.0 * EG_PI) / sway->mean_distance);
}

#define SPECTRAL(prefix) BOTH(prefix "_Power_Spectrum_Density")

static void emit_bands(const eg_band *ml, const eg_band *ap, eg_balance_result *result) {
    static const char *const power_unit = "cm^2/Hz (sum of bins)";
    emit_axes(result, (const char *const[])SPECTRAL("total_power"), power_unit, ml->power,
              ap->power);
    emit_axes(result, (const char *const[])SPECTRAL("power_frequency_50"), "Hz", ml->f50_hz,
              ap->f50_hz);
    emit_axes(result, (const char *const[])SPECTRAL("power_frequency_95"), "Hz", ml->f95_hz,
              ap->f95_hz);
    emit_axes(result, (const char *const[])SPECTRAL("frequency_mode"), "Hz", ml->mode_hz,
              ap->mode_hz);
    emit_axes(result, (const char *const[])SPECTRAL("centroid_frequency"), "Hz", ml->centroid_hz,
              ap->centroid_hz);
    emit_axes(result, (const char *const[])SPECTRAL("frequency_dispersion"), "1", ml->dispersion,
              ap->dispersion);
    emit_axes(result, (const char *const[])SPECTRAL("energy_content_below_05"), power_unit,
              ml->below_half, ap->below_half);
    emit_axes(result, (const char *const[])SPECTRAL("energy_content_05_2"), power_unit,
              ml->half_to_two, ap->half_to_two);
    emit_axes(result, (const char *const[])SPECTRAL("energy_content_above_2"), power_unit,
              ml->above_two, ap->above_two);
    emit_axes(result, (const char *const[])SPECTRAL("frequency_quotient"), "1", ml->quotient,
              ap->quotient);
}

/* Segments of 10 s, half overlapping, with the grid of the whole recording. */
static eg_welch_settings welch_settings(size_t n) {
    size_t segment = (size_t)(10.0 * rate_hz);
    if (segment > n) segment = n;
    return (eg_welch_settings){.rate_hz = rate_hz,
                               .segment = segment,
                               .overlap = segment / 2,
                               .n_fft = n,
                               .window = EG_WINDOW_HANN_PERIODIC,
                               .detrend = EG_DETREND_LINEAR};
}

static eg_err spectrum(const eg_sway_signal *signal, double *const work[2], eg_arena *arena,
                       eg_balance_result *result, eg_diag *diag) {
    eg_welch_settings settings = welch_settings(signal->n);
    size_t mark = eg_arena_mark(arena);
    eg_welch welch;
    eg_err err = eg_welch_init(&welch, &settings, arena, diag);
    if (err != EG_OK) return err;
    err = eg_welch_run(&welch, signal->n, signal->ml, work[0], diag);
    if (err == EG_OK) err = eg_welch_run(&welch, signal->n, signal->ap, work[1], diag);
    if (err != EG_OK) return err;
    double step_hz = 1.0 / ((double)signal->n * (1.0 / rate_hz));
    size_t first;
    size_t past;
    eg_band_bins(0.15, 5.0, step_hz, welch.n_bins, &first, &past);
    eg_band ml = eg_band_measure(work[0] + first, first, past - first, step_hz);
    eg_band ap = eg_band_measure(work[1] + first, first, past - first, step_hz);
    emit_bands(&ml, &ap, result);
    eg_arena_reset(arena, mark);
    return EG_OK;
}

static eg_err diffusion(const eg_sway_signal *signal, double *const work[4], eg_arena *arena,
                        eg_balance_result *result, eg_diag *diag) {
    static const char *const names[2][6] = {
        {"short_time_diffusion_Diffusion_ML", "long_time_diffusion_Diffusion_ML",
         "critical_time_Diffusion_ML", "critical_displacement_Diffusion_ML",
         "short_time_scaling_Diffusion_ML", "long_time_scaling_Diffusion_ML"},
        {"short_time_diffusion_Diffusion_AP", "long_time_diffusion_Diffusion_AP",
         "critical_time_Diffusion_AP", "critical_displacement_Diffusion_AP",
         "short_time_scaling_Diffusion_AP", "long_time_scaling_Diffusion_AP"}};
    size_t lags = signal->n / 3;
    eg_err err = eg_diffusion_msd(signal, lags, work[0], work[1], arena, diag);
    if (err != EG_OK) return err;
    eg_diffusion_log_lags(lags, rate_hz, work[2]);
    for (int axis = 0; axis < 2; axis++) {
        eg_diffusion fit = eg_diffusion_quijoux(work[axis], lags, work[2], work[3]);
        eg_balance_emit(result, names[axis][0], "cm^2 at 1 s", fit.short_intercept);
        eg_balance_emit(result, names[axis][1], "cm^2 at 1 s", fit.long_intercept);
        eg_balance_emit(result, names[axis][2], "s", fit.critical_lag_s);
        eg_balance_emit(result, names[axis][3], "cm^2", fit.critical_msd);
        eg_balance_emit(result, names[axis][4], "1", fit.short_scaling);
        eg_balance_emit(result, names[axis][5], "1", fit.long_scaling);
    }
    return EG_OK;
}

static eg_err describe(const eg_sway_signal *signal, const double mean[2], double *const work[4],
                       eg_arena *arena, eg_balance_result *result, eg_diag *diag) {
    eg_sway sway = eg_sway_measure(signal);
    double area_cm2 = ellipse_area(&sway, signal->n);
    size_t corners = eg_sway_outline(signal, work[0], work[1]);
    double planar_range_cm = eg_sway_diameter(work[0], work[1], corners);
    positional(signal, &sway, mean, planar_range_cm, area_cm2, result);
    speeds speed;
    eg_err err = measure_speeds(signal, &sway, work[0], &speed, diag);
    if (err != EG_OK) return err;
    dynamic(&sway, signal->n, area_cm2, &speed, result);
    err = density(signal, work[0], work[1], arena, result, diag);
    if (err != EG_OK) return err;
    frequencies(&sway, signal->n, result);
    err = spectrum(signal, work, arena, result, diag);
    if (err != EG_OK) return err;
    return diffusion(signal, work, arena, result, diag);
}

eg_err eg_balance_quijoux(const eg_balance_input *input, eg_arena *arena, eg_balance_result *result,
                          eg_diag *diag) {
    double *t_s = eg_arena_take(arena, input->n, sizeof *t_s);
    if (t_s == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
    make_time(input, t_s);
    size_t n = drop_missing(input, t_s);
    double mean[2] = {centre(input->ml, n), centre(input->ap, n)};
    eg_swarii_signal raw = {t_s, input->ml, input->ap, n};
    size_t capacity = eg_swarii_size(n > 0 ? t_s[n - 1] : 0.0);
    double *out[7];
    for (int i = 0; i < 7; i++) {
        out[i] = eg_arena_take(arena, capacity, sizeof *out[i]);
        if (out[i] == NULL) {
            return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
        }
    }
    size_t resampled = eg_swarii_resample(&raw, out[0], out[1], out[2], capacity);
    if (resampled < SAMPLES_NEEDED) {
        return eg_diag_set(diag, EG_ERR_RANGE, NULL, 0,
                           "profile quijoux2021 needs at least 4 s of recording, here are %.1f s",
                           (double)resampled / rate_hz);
    }
    eg_sway_signal signal = {out[1], out[2], resampled, rate_hz};
    eg_err err = lowpass(out[1], resampled, lowpass_hz, arena, diag);
    if (err == EG_OK) err = lowpass(out[2], resampled, lowpass_hz, arena, diag);
    if (err == EG_OK) err = describe(&signal, mean, &out[3], arena, result, diag);
    if (err != EG_OK) return err;
    result->rate_hz = rate_hz;
    result->duration_s = (double)(resampled - 1) / rate_hz;
    result->lowpass_hz = lowpass_hz;
    result->lowpass_order = 2 * LOWPASS_ORDER;
    return EG_OK;
}

size_t eg_balance_quijoux_memory(size_t n, double input_rate_hz) {
    double longest_s = 2.0 * (double)n / input_rate_hz + STAMP_SLACK;
    size_t capacity = eg_swarii_size(longest_s);
    eg_welch_settings settings = welch_settings(capacity);
    /* An awkward length may need more than a longer round one: twice covers any below. */
    size_t spectrum_size = 2 * eg_welch_size(&settings);
    size_t diffusion_size = 2 * eg_diffusion_msd_memory(capacity, capacity / 3 + 1);
    return n * sizeof(double) + 8 * capacity * sizeof(double) +
           (spectrum_size > diffusion_size ? spectrum_size : diffusion_size) + 4096;
}
