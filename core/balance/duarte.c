/* Profile duarte: what Duarte's BMC functions and the authors of the open data sets BDS and PDS
 * compute (Santos and Duarte 2016, PeerJ 4:e2648; dos Santos et al. 2017, PeerJ 5:e3626): the
 * prediction ellipse, path and speed, Welch's spectrum in segments of half the recording, the
 * centre of gravity from an inverted pendulum, all on the signal as it was recorded. */
#include <math.h>

#include "core/balance/emit.h"
#include "core/balance/pendulum.h"
#include "core/balance/sway.h"
#include "core/base/real.h"
#include "core/signal/spectrum.h"

static const char *const unknown_height =
    "needs the person's height, which the recording does not hold";

/* The peer takes the angle of the first ellipse axis from a column of the factor that a singular
 * value decomposition happens to return, with (AP, ML) as (x, y): that mixes the axis with its
 * perpendicular, under the signs of LAPACK's algorithm. Which way they point depends on which
 * diagonal element is larger after its one reflection. */
static double ellipse_angle_deg(const eg_sway_cloud *cloud) {
    double a = cloud->var_ap;
    double b = cloud->covariance;
    double c = cloud->var_ml;
    double y = -cloud->direction_ml;
    double x = -cloud->direction_ap;
    if (a * c - b * b > a * a + b * b) {
        double sign = cloud->direction_ml < 0.0 ? -1.0 : 1.0;
        y = sign * cloud->direction_ml;
        x = sign * cloud->direction_ap;
    }
    return eg_atan2(y, x) * 180.0 / EG_PI;
}

typedef struct spectrum_numbers {
    double f50_hz, f80_hz, f95_hz, mean_hz, peak_hz;
    double total; /* integral by trapezoids, cm^2 */
    double sum;   /* sum of the bins, the weight of the axis in the resultant's mean frequency */
} spectrum_numbers;

/* Integrals by trapezoids; percentiles are the first bins at which the running integral reaches
 * them. */
static spectrum_numbers describe_spectrum(const double *density, size_t bins, double step_hz) {
    spectrum_numbers numbers = {0};
    double total = 0.0;
    double moment = 0.0;
    size_t peak = 0;
    numbers.sum = density[0];
    for (size_t k = 1; k < bins; k++) {
        numbers.sum += density[k];
        double f = (double)k * step_hz;
        double g = (double)(k - 1) * step_hz;
        total += 0.5 * step_hz * (density[k] + density[k - 1]);
        moment += 0.5 * step_hz * (density[k] * f + density[k - 1] * g);
        if (density[k] > density[peak]) peak = k;
    }
    numbers.total = total;
    numbers.mean_hz = moment / total;
    numbers.peak_hz = (double)peak * step_hz;
    double sum = 0.0;
    double *const edges[3] = {&numbers.f50_hz, &numbers.f80_hz, &numbers.f95_hz};
    const double shares[3] = {50.0, 80.0, 95.0};
    size_t next = 0;
    for (size_t k = 1; k < bins && next < 3; k++) {
        sum += 0.5 * step_hz * (density[k] + density[k - 1]);
        while (next < 3 && 100.0 * sum / total >= shares[next]) {
            *edges[next++] = (double)k * step_hz;
        }
    }
    return numbers;
}

typedef struct axis_numbers {
    double sd, range, speed;
    spectrum_numbers spectrum;
    double cog_rms, difference_rms; /* NaN without a height */
} axis_numbers;

static void emit_axis(const axis_numbers *n, int axis, eg_balance_result *result) {
    static const char *const codes[2][12] = {
        {"sd_ddof0_ML", "rms_ML", "range_ML", "mean_speed_ML", "psd_f50_ML", "psd_f80_ML",
         "psd_f95_ML", "psd_mean_freq_ML", "psd_peak_freq_ML", "psd_total_power_ML", "cogv_rms_ML",
         "cop_minus_cogv_rms_ML"},
        {"sd_ddof0_AP", "rms_AP", "range_AP", "mean_speed_AP", "psd_f50_AP", "psd_f80_AP",
         "psd_f95_AP", "psd_mean_freq_AP", "psd_peak_freq_AP", "psd_total_power_AP", "cogv_rms_AP",
         "cop_minus_cogv_rms_AP"}};
    static const char *const units[12] = {"cm", "cm", "cm", "cm/s", "Hz", "Hz",
                                          "Hz", "Hz", "Hz", "cm^2", "cm", "cm"};
    const double values[12] = {n->sd,
                               n->sd,
                               n->range,
                               n->speed,
                               n->spectrum.f50_hz,
                               n->spectrum.f80_hz,
                               n->spectrum.f95_hz,
                               n->spectrum.mean_hz,
                               n->spectrum.peak_hz,
                               n->spectrum.total,
                               n->cog_rms,
                               n->difference_rms};
    for (int i = 0; i < 12; i++) {
        eg_balance_emit(result, codes[axis][i], units[i], values[i]);
        if (i >= 10 && isnan(values[i])) {
            result->values[result->count - 1].note = unknown_height;
        }
    }
}

static void centre(double *x, size_t n) {
    double mean = 0.0;
    for (size_t i = 0; i < n; i++) mean += x[i];
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) x[i] -= mean;
}

/* Standard deviation of x, or of x - y. */
static double deviation(const double *x, const double *y, size_t n) {
    double mean = 0.0;
    for (size_t i = 0; i < n; i++) mean += y == NULL ? x[i] : x[i] - y[i];
    mean /= (double)n;
    double square = 0.0;
    for (size_t i = 0; i < n; i++) {
        double d = (y == NULL ? x[i] : x[i] - y[i]) - mean;
        square += d * d;
    }
    return sqrt(square / (double)n);
}

static eg_err pendulum(const eg_balance_input *input, axis_numbers axes[2], eg_arena *arena,
                       eg_diag *diag) {
    size_t mark = eg_arena_mark(arena);
    size_t n = input->n;
    double *cog_ml = eg_arena_take(arena, n, sizeof *cog_ml);
    double *cog_ap = eg_arena_take(arena, n, sizeof *cog_ap);
    if (cog_ml == NULL || cog_ap == NULL) {
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
    }
    eg_sway_signal cop = {input->ml, input->ap, n, input->trial->rate_hz};
    size_t extension = eg_pendulum_extension(n, cop.rate_hz, 1);
    eg_err err =
        eg_pendulum_cog(&cop, input->trial->height_m, extension, arena, cog_ml, cog_ap, diag);
    if (err != EG_OK) return err;
    const double *const cogs[2] = {cog_ml, cog_ap};
    const double *const cops[2] = {input->ml, input->ap};
    for (int axis = 0; axis < 2; axis++) {
        axes[axis].cog_rms = deviation(cogs[axis], NULL, n);
        axes[axis].difference_rms = deviation(cops[axis], cogs[axis], n);
    }
    eg_arena_reset(arena, mark);
    return EG_OK;
}

static eg_err spectra(const eg_balance_input *input, axis_numbers axes[2], eg_arena *arena,
                      eg_diag *diag) {
    size_t mark = eg_arena_mark(arena);
    eg_welch_settings settings = {.rate_hz = input->trial->rate_hz,
                                  .segment = (input->n + 1) / 2,
                                  .overlap = (input->n + 1) / 4,
                                  .window = EG_WINDOW_HANN_PERIODIC,
                                  .detrend = EG_DETREND_CONSTANT};
    eg_welch welch;
    eg_err err = eg_welch_init(&welch, &settings, arena, diag);
    if (err != EG_OK) return err;
    double *density = eg_arena_take(arena, welch.n_bins, sizeof *density);
    if (density == NULL) {
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
    }
    const double *const cops[2] = {input->ml, input->ap};
    for (int axis = 0; axis < 2 && err == EG_OK; axis++) {
        err = eg_welch_run(&welch, input->n, cops[axis], density, diag);
        double step_hz = settings.rate_hz / (double)settings.segment;
        if (err == EG_OK) axes[axis].spectrum = describe_spectrum(density, welch.n_bins, step_hz);
    }
    eg_arena_reset(arena, mark);
    return err;
}

/* Share of the load under the right foot, in percent of the sum, sample by sample. */
static void load(const eg_cop_trial *trial, eg_balance_result *result) {
    double sum = 0.0;
    double square = 0.0;
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        double mean = n > 0 ? sum / (double)n : 0.0;
        n = 0;
        for (size_t i = 0; i < trial->n; i++) {
            double right = trial->right.fz_n[i];
            double share = 100.0 * right / (right + trial->left.fz_n[i]);
            if (!isfinite(share)) continue;
            n++;
            if (pass == 0) sum += share;
            square += pass == 0 ? 0.0 : (share - mean) * (share - mean);
        }
    }
    eg_balance_emit(result, "load_right_percent_mean", "%", sum / (double)n);
    eg_balance_emit(result, "load_right_percent_sd", "%", sqrt(square / (double)n));
}

eg_err eg_balance_duarte(const eg_balance_input *input, eg_arena *arena, eg_balance_result *result,
                         eg_diag *diag) {
    double rate_hz = input->trial->rate_hz;
    double count = (double)input->n;
    eg_sway_signal signal = {input->ml, input->ap, input->n, rate_hz};
    eg_sway_cloud cloud = eg_sway_cloud_of(&signal, 1);
    centre(input->ml, input->n);
    centre(input->ap, input->n);
    eg_sway sway = eg_sway_measure(&signal);
    axis_numbers axes[2] = {{.cog_rms = NAN, .difference_rms = NAN},
                            {.cog_rms = NAN, .difference_rms = NAN}};
    const eg_sway_axis *const sways[2] = {&sway.ml, &sway.ap};
    for (int axis = 0; axis < 2; axis++) {
        axes[axis].sd = sqrt(sways[axis]->mean_square);
        axes[axis].range = sways[axis]->max - sways[axis]->min;
        axes[axis].speed = sways[axis]->path * rate_hz / count;
    }
    eg_err err = spectra(input, axes, arena, diag);
    if (err == EG_OK && input->trial->height_m > 0.0) err = pendulum(input, axes, arena, diag);
    if (err != EG_OK) return err;
    double factor = eg_sway_prediction_factor(input->n);
    double area = EG_PI * factor * sqrt(cloud.major * cloud.minor);
    double speed = sway.path * rate_hz / count;
    /* The published mean frequency weighs the axes by sums over the bins, not by the trapezoids
     * that gave each axis its mean. */
    double sums = axes[0].spectrum.sum + axes[1].spectrum.sum;
    double mean_hz = (axes[0].spectrum.mean_hz * axes[0].spectrum.sum +
                      axes[1].spectrum.mean_hz * axes[1].spectrum.sum) /
                     sums;
    eg_balance_emit(result, "ellipse95_area", "cm^2", area);
    eg_balance_emit(result, "ellipse95_semiaxis_major", "cm", sqrt(cloud.major * factor));
    eg_balance_emit(result, "ellipse95_semiaxis_minor", "cm", sqrt(cloud.minor * factor));
    eg_balance_emit(result, "ellipse_angle1_AP_ML_order", "deg", ellipse_angle_deg(&cloud));
    eg_balance_emit(result, "path_length_raw", "cm", sway.path);
    eg_balance_emit(result, "mean_speed_resultant", "cm/s", speed);
    emit_axis(&axes[0], 0, result);
    emit_axis(&axes[1], 1, result);
    eg_balance_emit(result, "psd_mean_freq_resultant", "Hz", mean_hz);
    eg_balance_emit(result, "published_COParea", "cm^2", area);
    eg_balance_emit(result, "published_COPvelo", "cm/s", speed);
    eg_balance_emit(result, "published_COPmfreq", "Hz", mean_hz);
    if (input->trial->right.fz_n != NULL && input->trial->left.fz_n != NULL) {
        load(input->trial, result);
    }
    result->rate_hz = rate_hz;
    result->duration_s = (count - 1.0) / rate_hz;
    return EG_OK;
}

size_t eg_balance_duarte_memory(size_t n, double rate_hz) {
    eg_welch_settings settings = {.rate_hz = rate_hz,
                                  .segment = (n + 1) / 2,
                                  .overlap = (n + 1) / 4,
                                  .window = EG_WINDOW_HANN_PERIODIC,
                                  .detrend = EG_DETREND_CONSTANT};
    size_t spectrum = eg_welch_size(&settings) + n * sizeof(double);
    size_t cog =
        2 * n * sizeof(double) + eg_pendulum_memory(n, eg_pendulum_extension(n, rate_hz, 1));
    return (spectrum > cog ? spectrum : cog) + 1024;
}
