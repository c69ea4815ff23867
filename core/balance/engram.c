/* Profile engram: millimetres, mean removed, 10 Hz zero-lag low-pass of effective order 4 (a
 * second-order Butterworth forwards and backwards, whose own cut-off is set higher so that both
 * passes together have their 3 dB at 10 Hz), the recording's own rate up to 100 Hz. The reasons for
 * each choice and what the others would give stand in docs/reference/balance.md. */
#include "core/balance/engram.h"

#include "core/balance/band.h"
#include "core/balance/density.h"
#include "core/balance/diffusion.h"
#include "core/balance/pendulum.h"
#include "core/base/real.h"
#include "core/signal/filter.h"
#include "core/signal/geometry.h"
#include "core/signal/smooth.h"
#include "core/signal/spectrum.h"

static const double lowpass_hz = 10.0;
/* (sqrt 2 - 1)^(1/4): where two passes of a second-order Butterworth have 3 dB, over its cut-off.
 * Winter 2009, Biomechanics and Motor Control of Human Movement, section 2.2.4.4. */
static const double two_passes = 0.80223969;
static const double rate_max_hz = 100.0;
static const double density_radius_mm = 3.0;
static const double density_lowpass_hz = 2.5;
static const double longest_lag_s = 10.0;
static const double segment_s = 10.0;
static const double grid_s = 60.0; /* spectra are read on a grid of 1/60 Hz, whatever the length */

enum { ORDER = 2, SCRATCHES = 4 };

/* What the measuring functions share. */
typedef struct trial_work {
    eg_sway_signal signal; /* filtered, thinned, centred */
    const eg_cop_trial *trial;
    double *scratch[SCRATCHES]; /* [signal.n], or longer where a spectrum needs it */
    eg_arena *arena;
    eg_diag *diag;
} trial_work;

eg_balance_chain eg_balance_chain_of(double rate_hz) {
    eg_balance_chain chain = {.lowpass_hz = lowpass_hz, .factor = 1};
    if (rate_hz < 3.0 * lowpass_hz) chain.lowpass_hz = NAN;
    while (rate_hz / (double)chain.factor > rate_max_hz * 1.001) chain.factor++;
    chain.rate_hz = rate_hz / (double)chain.factor;
    return chain;
}

eg_err eg_balance_chain_run(const eg_balance_chain *chain, double rate_hz, double *x, size_t *n,
                            eg_arena *arena, eg_diag *diag) {
    if (!isnan(chain->lowpass_hz)) {
        eg_filter filter;
        eg_err err = eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, ORDER, 0.0,
                                           chain->lowpass_hz / two_passes, rate_hz, diag);
        if (err != EG_OK) return err;
        err = eg_filter_zero_lag(&filter, *n, x, x, eg_filter_padding(&filter), arena, diag);
        if (err != EG_OK) return err;
    }
    size_t kept = 0;
    for (size_t i = 0; i < *n; i += chain->factor) x[kept++] = x[i];
    *n = kept;
    return EG_OK;
}

size_t eg_balance_thin(const double *x, size_t n, double rate_hz, double *out) {
    if (rate_hz <= EG_BALANCE_THIN_HZ) {
        for (size_t i = 0; i < n; i++) out[i] = x[i];
        return n;
    }
    double step = rate_hz / EG_BALANCE_THIN_HZ;
    size_t kept = (size_t)((double)(n - 1) / step) + 1;
    for (size_t i = 0; i < kept; i++) {
        double at = (double)i * step;
        size_t before = (size_t)at;
        if (before + 1 >= n) {
            out[i] = x[n - 1];
            continue;
        }
        double share = at - (double)before;
        out[i] = x[before] + share * (x[before + 1] - x[before]);
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

/* Rise of the least-squares line over the whole of a centred signal. */
static double drift(const double *x, size_t n) {
    double middle = 0.5 * (double)(n - 1);
    double sxy = 0.0;
    double sxx = 0.0;
    for (size_t i = 0; i < n; i++) {
        double t = (double)i - middle;
        sxy += t * x[i];
        sxx += t * t;
    }
    return sxy / sxx * (double)(n - 1);
}

static double ellipse(const eg_sway_signal *signal, eg_measured *out) {
    eg_sway_cloud cloud = eg_sway_cloud_of(signal, 1);
    double factor = eg_sway_prediction_factor(signal->n);
    double area = EG_PI * factor * sqrt(cloud.major * cloud.minor);
    eg_measured_set(out, EG_M_ELLIPSE_AREA, area);
    eg_measured_set(out, EG_M_ELLIPSE_MAJOR, sqrt(cloud.major * factor));
    eg_measured_set(out, EG_M_ELLIPSE_MINOR, sqrt(cloud.minor * factor));
    double angle = eg_atan2(cloud.direction_ml, cloud.direction_ap) * 180.0 / EG_PI;
    eg_measured_set(out, EG_M_ELLIPSE_ANGLE, angle);
    eg_measured_set(out, EG_M_ANISOTROPY, sqrt(cloud.major / cloud.minor));
    return area;
}

static void position(const eg_sway *sway, eg_measured *out) {
    double rms_ml = sqrt(sway->ml.mean_square);
    double rms_ap = sqrt(sway->ap.mean_square);
    double range_ml = sway->ml.max - sway->ml.min;
    double range_ap = sway->ap.max - sway->ap.min;
    eg_measured_set(out, EG_M_DISTANCE, sway->mean_distance);
    eg_measured_axes(out, EG_M_DISTANCE_ML, sway->ml.mean_abs, sway->ap.mean_abs);
    eg_measured_set(out, EG_M_RMS, sqrt(sway->ml.mean_square + sway->ap.mean_square));
    eg_measured_axes(out, EG_M_RMS_ML, rms_ml, rms_ap);
    eg_measured_set(out, EG_M_MAXIMUM, sway->max_distance);
    eg_measured_axes(out, EG_M_MAXIMUM_ML, sway->ml.max_abs, sway->ap.max_abs);
    eg_measured_axes(out, EG_M_RANGE_ML, range_ml, range_ap);
    eg_measured_set(out, EG_M_RANGE_RATIO, range_ml / range_ap);
    eg_measured_set(out, EG_M_CORRELATION, sway->mean_product / (rms_ml * rms_ap));
}

static void movement(const eg_sway *sway, const eg_sway_signal *signal, double ellipse_area,
                     eg_measured *out) {
    double duration_s = (double)(signal->n - 1) / signal->rate_hz;
    double velocity = sway->path / duration_s;
    double velocity_ml = sway->ml.path / duration_s;
    double velocity_ap = sway->ap.path / duration_s;
    eg_measured_set(out, EG_M_PATH, sway->path);
    eg_measured_axes(out, EG_M_PATH_ML, sway->ml.path, sway->ap.path);
    eg_measured_set(out, EG_M_VELOCITY, velocity);
    eg_measured_axes(out, EG_M_VELOCITY_ML, velocity_ml, velocity_ap);
    eg_measured_set(out, EG_M_AREA_RATE, sway->swept_area / (2.0 * duration_s));
    eg_measured_set(out, EG_M_ROTATION, velocity / (2.0 * EG_PI * sway->mean_distance));
    double to_axis = 1.0 / (4.0 * sqrt(2.0));
    eg_measured_axes(out, EG_M_ROTATION_ML, velocity_ml * to_axis / sway->ml.mean_abs,
                     velocity_ap * to_axis / sway->ap.mean_abs);
    double square = sway->ml.mean_square + sway->ap.mean_square;
    double spread = sqrt(fmax(0.0, square - sway->mean_distance * sway->mean_distance));
    double radius = sway->mean_distance + 1.645 * spread;
    double log_n = eg_log((double)signal->n);
    double ellipse_diameter = sqrt(4.0 * ellipse_area / EG_PI);
    eg_measured_set(out, EG_M_CIRCLE_AREA, EG_PI * radius * radius);
    eg_measured_set(out, EG_M_FRACTAL_CIRCLE,
                    log_n / (log_n + eg_log(2.0 * radius) - eg_log(sway->path)));
    eg_measured_set(out, EG_M_FRACTAL_ELLIPSE,
                    log_n / (log_n + eg_log(ellipse_diameter) - eg_log(sway->path)));
    eg_measured_set(out, EG_M_PATH_PER_AREA, sway->path / ellipse_area);
}

static eg_err outline(const trial_work *work, eg_measured *out) {
    double *ml = work->scratch[0];
    double *ap = work->scratch[1];
    size_t mark = eg_arena_mark(work->arena);
    size_t n = eg_sway_outline(&work->signal, ml, ap);
    eg_hull hull;
    eg_err err = eg_hull_build(n, ml, ap, work->arena, &hull, work->diag);
    if (err != EG_OK) return err;
    eg_measured_set(out, EG_M_HULL_AREA, eg_hull_area(&hull, ml, ap));
    eg_measured_set(out, EG_M_RANGE, eg_hull_diameter(&hull, ml, ap));
    eg_arena_reset(work->arena, mark);
    return EG_OK;
}

/* Standard deviation of a velocity, whose mean it does not assume to be 0. */
static double deviation(const double *x, size_t n) {
    double mean = 0.0;
    for (size_t i = 0; i < n; i++) mean += x[i];
    mean /= (double)n;
    double square = 0.0;
    for (size_t i = 0; i < n; i++) square += (x[i] - mean) * (x[i] - mean);
    return sqrt(square / (double)n);
}

static eg_err velocities(const trial_work *work, eg_measured *out) {
    const eg_sway_signal *signal = &work->signal;
    const double *const axes[2] = {signal->ml, signal->ap};
    double duration_s = (double)(signal->n - 1) / signal->rate_hz;
    unsigned half = (unsigned)(0.1 * signal->rate_hz + 0.5);
    unsigned window = 2 * (half < 2 ? 2 : half) + 1;
    for (unsigned axis = 0; axis < 2; axis++) {
        double *v = work->scratch[axis];
        eg_err err = eg_smooth_savitzky_golay(signal->n, axes[axis], v, window, 3, 1,
                                              1.0 / signal->rate_hz, work->diag);
        if (err != EG_OK) return err;
        eg_sway_peaks peaks = eg_sway_velocity_peaks(v, signal->n);
        eg_measured_set(out, EG_M_VELOCITY_SD_ML + axis, deviation(v, signal->n));
        eg_measured_set(out, EG_M_PEAKS_ML + axis, (double)peaks.zero_crossings / duration_s);
        eg_measured_set(out, EG_M_PEAK_ML + axis, peaks.mean_all);
    }
    return EG_OK;
}

static eg_err density(const trial_work *work, eg_measured *out) {
    /* Taken at 25 Hz, so that the number does not depend on the plate's rate. */
    const eg_sway_signal *full = &work->signal;
    size_t kept = eg_balance_thin(full->ml, full->n, full->rate_hz, work->scratch[2]);
    (void)eg_balance_thin(full->ap, full->n, full->rate_hz, work->scratch[3]);
    double rate_hz = fmin(full->rate_hz, EG_BALANCE_THIN_HZ);
    const eg_sway_signal at_25 = {work->scratch[2], work->scratch[3], kept, rate_hz};
    const eg_sway_signal *signal = &at_25;
    size_t n = kept - 1;
    double *curve = work->scratch[0];
    eg_sway_density(signal, density_radius_mm, curve, work->scratch[1]);
    for (size_t i = 0; i < n; i++) curve[i] /= rate_hz;
    eg_filter filter;
    eg_err err =
        eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, 4, 0.0,
                              fmin(density_lowpass_hz, 0.4 * rate_hz), rate_hz, work->diag);
    if (err != EG_OK) return err;
    err = eg_filter_zero_lag(&filter, n, curve, curve, eg_filter_padding(&filter), work->arena,
                             work->diag);
    if (err != EG_OK) return err;
    eg_sway_density_peaks peaks = eg_sway_density_find_peaks(signal, curve);
    double duration_s = (double)n / rate_hz;
    eg_measured_set(out, EG_M_DENSITY_PEAK, peaks.mean_height);
    eg_measured_set(out, EG_M_DENSITY_DISTANCE, peaks.mean_distance);
    eg_measured_set(out, EG_M_DENSITY_RATE, (double)peaks.count / duration_s);
    return EG_OK;
}

static void set_bands(const eg_band bands[2], double step_hz, eg_measured *out) {
    for (unsigned axis = 0; axis < 2; axis++) {
        const eg_band *band = &bands[axis];
        eg_measured_set(out, EG_M_POWER_ML + axis, band->power * step_hz);
        eg_measured_set(out, EG_M_F50_ML + axis, band->f50_hz);
        eg_measured_set(out, EG_M_F95_ML + axis, band->f95_hz);
        eg_measured_set(out, EG_M_MODE_ML + axis, band->mode_hz);
        eg_measured_set(out, EG_M_CENTROID_ML + axis, band->centroid_hz);
        eg_measured_set(out, EG_M_DISPERSION_ML + axis, band->dispersion);
        eg_measured_set(out, EG_M_LOW_ML + axis, band->below_half * step_hz);
        eg_measured_set(out, EG_M_MIDDLE_ML + axis, band->half_to_two * step_hz);
        eg_measured_set(out, EG_M_HIGH_ML + axis, band->above_two * step_hz);
        eg_measured_set(out, EG_M_QUOTIENT_ML + axis, band->quotient);
    }
}

static eg_welch_settings ten_seconds(size_t n, double rate_hz) {
    size_t segment = (size_t)(segment_s * rate_hz + 0.5);
    if (segment > n) segment = n;
    return (eg_welch_settings){.rate_hz = rate_hz,
                               .segment = segment,
                               .overlap = segment / 2,
                               .n_fft = eg_diffusion_fast_length((size_t)(grid_s * rate_hz + 0.5)),
                               .window = EG_WINDOW_HANN_PERIODIC,
                               .detrend = EG_DETREND_LINEAR};
}

static eg_err spectrum(const trial_work *work, eg_measured *out) {
    const eg_sway_signal *signal = &work->signal;
    const double *const axes[2] = {signal->ml, signal->ap};
    eg_welch_settings settings = ten_seconds(signal->n, signal->rate_hz);
    size_t mark = eg_arena_mark(work->arena);
    eg_welch welch;
    eg_err err = eg_welch_init(&welch, &settings, work->arena, work->diag);
    if (err != EG_OK) return err;
    double *density = eg_arena_take(work->arena, welch.n_bins, sizeof *density);
    if (density == NULL) {
        return eg_diag_set(work->diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
    }
    double step_hz = signal->rate_hz / (double)settings.n_fft;
    size_t first;
    size_t past;
    eg_band_bins(0.15, 5.0, step_hz, welch.n_bins, &first, &past);
    eg_band bands[2];
    for (unsigned axis = 0; axis < 2; axis++) {
        err = eg_welch_run(&welch, signal->n, axes[axis], density, work->diag);
        if (err != EG_OK) return err;
        bands[axis] = eg_band_measure(density + first, first, past - first, step_hz);
    }
    set_bands(bands, step_hz, out);
    eg_arena_reset(work->arena, mark);
    return EG_OK;
}

static eg_welch_settings half_segments(size_t n, double rate_hz) {
    return (eg_welch_settings){.rate_hz = rate_hz,
                               .segment = (n + 1) / 2,
                               .overlap = (n + 1) / 4,
                               .window = EG_WINDOW_HANN_PERIODIC,
                               .detrend = EG_DETREND_CONSTANT};
}

/* The mean frequency of the open data from which the norms come (see duarte.c). */
static eg_err mean_frequency(const trial_work *work, eg_measured *out) {
    const eg_sway_signal *signal = &work->signal;
    const double *const axes[2] = {signal->ml, signal->ap};
    eg_welch_settings settings = half_segments(signal->n, signal->rate_hz);
    size_t mark = eg_arena_mark(work->arena);
    eg_welch welch;
    eg_err err = eg_welch_init(&welch, &settings, work->arena, work->diag);
    if (err != EG_OK) return err;
    double weighted = 0.0;
    double weights = 0.0;
    double step_hz = settings.rate_hz / (double)settings.segment;
    for (int axis = 0; axis < 2; axis++) {
        double *density = work->scratch[0];
        err = eg_welch_run(&welch, signal->n, axes[axis], density, work->diag);
        if (err != EG_OK) return err;
        double sum = 0.0;
        double moment = 0.0;
        for (size_t k = 0; k < welch.n_bins; k++) {
            sum += density[k];
            moment += density[k] * (double)k * step_hz;
        }
        size_t last = welch.n_bins - 1;
        double ends = 0.5 * (density[0] + density[last]);
        double moment_ends = 0.5 * density[last] * (double)last * step_hz;
        weighted += sum * (moment - moment_ends) / (sum - ends);
        weights += sum;
    }
    eg_measured_set(out, EG_M_FREQUENCY, weighted / weights);
    eg_arena_reset(work->arena, mark);
    return EG_OK;
}

static size_t longest_lag(size_t n, double rate_hz) {
    size_t lag = (size_t)(longest_lag_s * rate_hz + 0.5);
    return lag < n / 3 ? lag : n / 3;
}

static eg_err diffusion(const trial_work *work, eg_measured *out) {
    const eg_sway_signal *signal = &work->signal;
    size_t lags = longest_lag(signal->n, signal->rate_hz);
    double *const msd[2] = {work->scratch[0], work->scratch[1]};
    eg_err err = eg_diffusion_msd(signal, lags, msd[0], msd[1], work->arena, work->diag);
    if (err != EG_OK) return err;
    size_t mark = eg_arena_mark(work->arena);
    double *scratch = eg_arena_take(work->arena, EG_DIFFUSION_SCRATCH, sizeof *scratch);
    if (scratch == NULL) {
        return eg_diag_set(work->diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
    }
    for (unsigned axis = 0; axis < 2; axis++) {
        eg_diffusion fit = eg_diffusion_joint(msd[axis], lags, signal->rate_hz, scratch);
        eg_measured_set(out, EG_M_SDA_DS_ML + axis, fit.short_slope);
        eg_measured_set(out, EG_M_SDA_DL_ML + axis, fit.long_slope);
        eg_measured_set(out, EG_M_SDA_HS_ML + axis, fit.short_scaling);
        eg_measured_set(out, EG_M_SDA_HL_ML + axis, fit.long_scaling);
        eg_measured_set(out, EG_M_SDA_TC_ML + axis, fit.critical_lag_s);
        eg_measured_set(out, EG_M_SDA_RC_ML + axis, fit.critical_msd);
    }
    eg_arena_reset(work->arena, mark);
    return EG_OK;
}

/* Equilibrium score: the forward and backward angle of the centre of gravity over the ankle, held
 * against the 12.5 degrees that a person can lean. */
static double equilibrium_score(const double *cog_ap_mm, size_t n, double height_m) {
    double low = cog_ap_mm[0];
    double high = cog_ap_mm[0];
    for (size_t i = 1; i < n; i++) {
        low = fmin(low, cog_ap_mm[i]);
        high = fmax(high, cog_ap_mm[i]);
    }
    double lever_mm = 521.0 * height_m;
    if (high >= lever_mm || low <= -lever_mm) return 0.0;
    double degrees = (eg_asin(high / lever_mm) - eg_asin(low / lever_mm)) * 180.0 / EG_PI;
    return fmax(0.0, 100.0 * (12.5 - degrees) / 12.5);
}

static eg_err gravity(const trial_work *work, eg_measured *out) {
    const eg_sway_signal *signal = &work->signal;
    double height_m = work->trial->height_m;
    if (work->trial->condition.posture == EG_POSTURE_SITTING || !(height_m > 0.0)) return EG_OK;
    size_t extension = eg_pendulum_extension(signal->n, signal->rate_hz, 0);
    if (signal->n <= extension) return EG_OK;
    double *const cog[2] = {work->scratch[0], work->scratch[1]};
    eg_err err =
        eg_pendulum_cog(signal, height_m, extension, work->arena, cog[0], cog[1], work->diag);
    if (err != EG_OK) return err;
    eg_measured_set(out, EG_M_EQUILIBRIUM, equilibrium_score(cog[1], signal->n, height_m));
    const double *const cop[2] = {signal->ml, signal->ap};
    for (unsigned axis = 0; axis < 2; axis++) {
        eg_measured_set(out, EG_M_COG_RMS_ML + axis, deviation(cog[axis], signal->n));
        for (size_t i = 0; i < signal->n; i++) cog[axis][i] = cop[axis][i] - cog[axis][i];
        eg_measured_set(out, EG_M_COG_DIFFERENCE_ML + axis, deviation(cog[axis], signal->n));
    }
    return EG_OK;
}

static eg_err measure(const trial_work *work, uint32_t flags, eg_measured *out) {
    const eg_sway_signal *signal = &work->signal;
    eg_sway sway = eg_sway_measure(signal);
    eg_measured_axes(out, EG_M_DRIFT_ML, drift(signal->ml, signal->n),
                     drift(signal->ap, signal->n));
    position(&sway, out);
    movement(&sway, signal, ellipse(signal, out), out);
    eg_err (*const parts[])(const trial_work *, eg_measured *) = {
        outline, velocities, density, spectrum, mean_frequency, diffusion, gravity};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        eg_err err = parts[i](work, out);
        if (err != EG_OK) return err;
    }
    eg_err err = eg_balance_feet(work->trial, work->arena, out, work->diag);
    if (err == EG_OK && (flags & EG_BALANCE_ALL) != 0) {
        err = eg_balance_nonlinear(signal, work->arena, out, work->diag);
    }
    return err;
}

static void print(const eg_measured *measured, uint32_t flags, eg_balance_result *result) {
    for (size_t i = 0; i < EG_M_COUNT; i++) {
        const eg_measure_def *def = &eg_balance_measures.rows[i];
        if (!measured->set[i]) continue;
        if ((flags & EG_BALANCE_ALL) == 0 && eg_balance_measure_is_extra(def->code)) continue;
        double value = isfinite(measured->value[i]) ? measured->value[i] : (double)NAN;
        eg_balance_emit(result, def->code, def->unit, value);
        eg_balance_value *printed = &result->values[result->count - 1];
        printed->note = measured->note[i];
        if (isnan(value) && printed->note == NULL) {
            printed->note = "cannot be computed from this trial: too short or no movement";
        }
    }
}

eg_err eg_balance_engram(const eg_balance_input *input, eg_arena *arena, eg_balance_result *result,
                         eg_diag *diag) {
    double rate_hz = input->trial->rate_hz;
    eg_balance_chain chain = eg_balance_chain_of(rate_hz);
    eg_measured measured = {0};
    eg_measured_axes(&measured, EG_M_MEAN_ML, centre(input->ml, input->n),
                     centre(input->ap, input->n));
    size_t n_ml = input->n;
    size_t n = input->n;
    eg_err err = eg_balance_chain_run(&chain, rate_hz, input->ml, &n_ml, arena, diag);
    if (err == EG_OK) err = eg_balance_chain_run(&chain, rate_hz, input->ap, &n, arena, diag);
    if (err != EG_OK) return err;
    if (n < EG_BALANCE_SAMPLES_MIN / 2) {
        return eg_diag_set(diag, EG_ERR_RANGE, NULL, 0, "the trial is too short: %.2f s",
                           (double)n / chain.rate_hz);
    }
    (void)centre(input->ml, n); /* filtering moves the mean by a trace */
    (void)centre(input->ap, n);
    trial_work work = {.signal = {input->ml, input->ap, n, chain.rate_hz},
                       .trial = input->trial,
                       .arena = arena,
                       .diag = diag};
    for (int i = 0; i < SCRATCHES; i++) {
        work.scratch[i] = eg_arena_take(arena, n + 2, sizeof *work.scratch[i]);
        if (work.scratch[i] == NULL) {
            return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "balance: arena too small");
        }
    }
    err = measure(&work, input->flags, &measured);
    if (err != EG_OK) return err;
    print(&measured, input->flags, result);
    result->rate_hz = chain.rate_hz;
    result->duration_s = (double)(n - 1) / chain.rate_hz;
    result->lowpass_hz = chain.lowpass_hz;
    result->lowpass_order = isnan(chain.lowpass_hz) ? 0 : 2 * ORDER;
    return EG_OK;
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

size_t eg_balance_engram_memory(size_t n, double rate_hz, uint32_t flags) {
    eg_balance_chain chain = eg_balance_chain_of(rate_hz);
    size_t kept = n / chain.factor + 1;
    eg_welch_settings halves = half_segments(kept, chain.rate_hz);
    eg_welch_settings tens = ten_seconds(kept, chain.rate_hz);
    size_t bins = tens.n_fft / 2 + 1;
    size_t most = (n + 64) * sizeof(double); /* the filter's copy */
    most = larger(most, eg_hull_size(kept));
    most = larger(most, eg_welch_size(&tens) + bins * sizeof(double));
    most = larger(most, eg_welch_size(&halves));
    most = larger(most, eg_diffusion_msd_memory(kept, longest_lag(kept, chain.rate_hz)) +
                            EG_DIFFUSION_SCRATCH * sizeof(double));
    most =
        larger(most, eg_pendulum_memory(kept, eg_pendulum_extension(kept, chain.rate_hz, 0) + 16));
    most = larger(most, 5 * (n + 64) * sizeof(double)); /* feet */
    if ((flags & EG_BALANCE_ALL) != 0) {
        most = larger(most, eg_balance_nonlinear_memory(kept, chain.rate_hz));
    }
    return SCRATCHES * (kept + 4) * sizeof(double) + most + 4096;
}
