/* Known answers of the balance mathematics, and agreement with a third and a fourth tool where
 * definitions coincide. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/balance/band.h"
#include "core/balance/density.h"
#include "core/balance/diffusion.h"
#include "core/balance/pendulum.h"
#include "core/balance/swarii.h"
#include "core/balance/sway.h"
#include "core/balance/ttb.h"
#include "core/signal/complexity.h"
#include "core/signal/geometry.h"
#include "tests/support/balance_data.h"
#include "tests/support/test.h"

enum { LONG = 60000 };

static double x[LONG];
static double y[LONG];
static double work[4][LONG];
static unsigned char memory[1 << 23];

static eg_arena fresh(void) {
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    return arena;
}

/* Of a Gaussian cloud the 95 % ellipse has the area 2 pi 2.9957 s1 s2, and 95 % lie inside. */
static void gaussian_ellipse_holds_95_percent(void) {
    eg_test_gaussian(x, LONG, 11);
    eg_test_gaussian(y, LONG, 12);
    for (int i = 0; i < LONG; i++) {
        x[i] *= 3.0;
        y[i] = 5.0 * y[i] + x[i];
    }
    eg_sway_signal signal = {x, y, LONG, 100.0};
    eg_sway_cloud cloud = eg_sway_cloud_of(&signal, 1);
    double factor = eg_sway_prediction_factor(LONG);
    double area = 3.14159265358979 * factor * sqrt(cloud.major * cloud.minor);
    EG_CHECK_NEAR(area / (2.0 * 3.14159265358979 * 2.99573227 * 15.0), 1.0, 0.02);
    int inside = 0;
    for (int i = 0; i < LONG; i++) {
        double u = x[i] * cloud.direction_ml + y[i] * cloud.direction_ap;
        double v = x[i] * cloud.direction_ap - y[i] * cloud.direction_ml;
        inside += u * u / cloud.major + v * v / cloud.minor <= factor;
    }
    EG_CHECK_NEAR(inside / (double)LONG, 0.95, 0.004);
    /* F.95(2, d) from tables: d = 10: 4.1028, d = 60: 3.1504, d = 120: 3.0718. */
    EG_CHECK_NEAR(eg_sway_f95(12), 4.1028, 5e-5);
    EG_CHECK_NEAR(eg_sway_f95(62), 3.1504, 5e-5);
    EG_CHECK_NEAR(eg_sway_f95(122), 3.0718, 5e-5);
    eg_test_note("%.2f %% of %d samples inside", 100.0 * inside / LONG, LONG);
}

/* Mean square displacement against its definition, for awkward lengths too. */
static void displacement_equals_its_definition(void) {
    static const size_t lengths[] = {200, 1498, 2003};
    double worst = 0.0;
    for (int k = 0; k < 3; k++) {
        size_t n = lengths[k];
        size_t lags = n / 3;
        eg_test_gaussian(x, n, 21);
        eg_test_gaussian(y, n, 22);
        for (size_t i = 1; i < n; i++) x[i] += x[i - 1];
        eg_sway_signal signal = {x, y, n, 25.0};
        eg_arena arena = fresh();
        EG_CHECK_INT(eg_diffusion_msd(&signal, lags, work[0], work[1], &arena, NULL), EG_OK);
        EG_CHECK_INT(arena.used, 0);
        for (size_t lag = 1; lag <= lags; lag++) {
            double sum = 0.0;
            for (size_t i = lag; i < n; i++) sum += (x[i] - x[i - lag]) * (x[i] - x[i - lag]);
            double expected = sum / (double)(n - lag);
            worst = fmax(worst, fabs(work[0][lag - 1] / expected - 1.0));
        }
    }
    EG_CHECK(worst < 1e-11);
    eg_test_note("3 lengths, largest relative error %.1e", worst);
}

/* A random walk has H = 0.5 everywhere and D = variance of a step * rate / 2; its fluctuation
 * exponent is 1.5, that of white noise 0.5. */
static void random_walk_has_known_exponents(void) {
    double hurst = 0.0;
    double diffusion = 0.0;
    double walk_alpha = 0.0;
    double noise_alpha = 0.0;
    enum { RUNS = 12, N = 6000 };
    size_t scales[12];
    double f[12];
    for (unsigned run = 0; run < RUNS; run++) {
        eg_test_gaussian(x, N, 100 + run);
        eg_test_gaussian(y, N, 200 + run);
        eg_dfa_settings settings = {.scales = scales, .order = 1, .pooled = 1};
        settings.n_scales = eg_complexity_log_scales(10, N / 4, 12, scales);
        double alpha;
        eg_arena arena = fresh();
        EG_CHECK_INT(eg_complexity_dfa(&settings, N, x, &arena, f, &alpha, NULL), EG_OK);
        noise_alpha += alpha / RUNS;
        for (size_t i = 1; i < N; i++) {
            x[i] += x[i - 1];
            y[i] += y[i - 1];
        }
        arena = fresh();
        EG_CHECK_INT(eg_complexity_dfa(&settings, N, x, &arena, f, &alpha, NULL), EG_OK);
        walk_alpha += alpha / RUNS;
        eg_sway_signal signal = {x, y, N, 100.0};
        EG_CHECK_INT(eg_diffusion_msd(&signal, 1000, work[0], work[1], &arena, NULL), EG_OK);
        eg_diffusion fit = eg_diffusion_joint(work[0], 1000, 100.0, work[2]);
        hurst += fit.short_scaling / RUNS;
        diffusion += fit.short_slope / RUNS;
    }
    EG_CHECK_NEAR(hurst, 0.5, 0.03);
    EG_CHECK_NEAR(diffusion, 50.0, 6.0);
    EG_CHECK_NEAR(walk_alpha, 1.5, 0.05);
    EG_CHECK_NEAR(noise_alpha, 0.5, 0.04);
    eg_test_note("H %.3f, D %.1f of 50, exponents %.3f and %.3f", hurst, diffusion, walk_alpha,
                 noise_alpha);
}

/* Two exact power laws that meet at 1 s must be found as they are. */
static void broken_line_is_found(void) {
    enum { LAGS = 1000 };
    for (int k = 0; k < LAGS; k++) {
        double lag = (k + 1) / 100.0;
        work[0][k] = lag < 1.0 ? 4.0 * pow(lag, 1.6) : 4.0 * pow(lag, 0.4);
    }
    eg_diffusion fit = eg_diffusion_joint(work[0], LAGS, 100.0, work[1]);
    EG_CHECK_NEAR(fit.short_scaling, 0.8, 1e-6);
    EG_CHECK_NEAR(fit.long_scaling, 0.2, 1e-6);
    EG_CHECK_NEAR(fit.critical_lag_s, 1.0, 1e-6);
    EG_CHECK_NEAR(fit.critical_msd, 4.0, 1e-5);
}

/* The fast sway density against a walk over every sample. */
static void density_equals_its_definition(void) {
    enum { N = 3001 };
    size_t compared = 0;
    for (unsigned run = 0; run < 4; run++) {
        eg_test_gaussian(x, N, 31 + run);
        eg_test_gaussian(y, N, 41 + run);
        for (size_t i = 1; i < N; i++) {
            x[i] = 0.99 * x[i - 1] + 0.1 * x[i];
            y[i] = 0.99 * y[i - 1] + 0.1 * y[i];
        }
        double radius = run == 0 ? 0.05 : run == 1 ? 0.3 : run == 2 ? 1.0 : 50.0;
        eg_sway_signal signal = {x, y, N, 100.0};
        EG_CHECK(eg_sway_density_scratch(N) <= N);
        eg_sway_density(&signal, radius, work[0], work[1]);
        for (size_t i = 0; i + 1 < N; i++) {
            size_t past = i + 1;
            while (past < N &&
                   (x[past] - x[i]) * (x[past] - x[i]) + (y[past] - y[i]) * (y[past] - y[i]) <=
                       radius * radius) {
                past++;
            }
            size_t first = i;
            while (first > 0 && (x[first - 1] - x[i]) * (x[first - 1] - x[i]) +
                                        (y[first - 1] - y[i]) * (y[first - 1] - y[i]) <=
                                    radius * radius) {
                first--;
            }
            EG_CHECK_NEAR(work[0][i], (double)(past - 1 - first), 0.0);
            compared++;
        }
    }
    eg_test_note("%zu samples, 4 radii", compared);
}

static void range_equals_all_pairs(void) {
    enum { N = 1500 };
    for (unsigned run = 0; run < 6; run++) {
        eg_test_gaussian(x, N, 51 + run);
        eg_test_gaussian(y, N, 61 + run);
        for (size_t i = 0; i < N; i++) {
            if (run == 3) y[i] = 0.0;
            if (run == 4) x[i] = y[i] = 2.0;
            if (run == 5) y[i] *= 0.01;
        }
        eg_sway_signal signal = {x, y, N, 100.0};
        size_t kept = eg_sway_outline(&signal, work[0], work[1]);
        EG_CHECK_NEAR(eg_sway_diameter(work[0], work[1], kept), eg_sway_diameter(x, y, N), 0.0);
    }
}

/* A pendulum follows slow sway and not fast sway; a sine keeps its shape. */
static void gravity_follows_slow_sway(void) {
    enum { N = 6000 };
    double w2 = eg_pendulum_frequency_square(1.7);
    for (int k = 1; k <= 3; k++) {
        double f = 0.1 * k * k;
        for (int i = 0; i < N; i++) {
            x[i] = sin(6.283185307179586 * f * i / 100.0);
            y[i] = 3.0;
        }
        eg_sway_signal signal = {x, y, N, 100.0};
        eg_arena arena = fresh();
        size_t extension = eg_pendulum_extension(N, 100.0, 0);
        EG_CHECK_INT(eg_pendulum_cog(&signal, 1.7, extension, &arena, work[0], work[1], NULL),
                     EG_OK);
        double w = 6.283185307179586 * f;
        for (int i = 1000; i < N - 1000; i++) {
            EG_CHECK_NEAR(work[0][i], x[i] * w2 / (w2 + w * w), 2e-3);
            EG_CHECK_NEAR(work[1][i], 3.0, 1e-9);
        }
    }
}

/* A square of 100 mm, a point that goes to and fro: times by hand. */
static void time_to_boundary_by_hand(void) {
    static const double corner_ml[] = {-50.0, 50.0, 50.0, -50.0};
    static const double corner_ap[] = {-50.0, -50.0, 50.0, 50.0};
    eg_ttb_boundary boundary = {corner_ml, corner_ap, 4};
    const double ml[5] = {0.0, 30.0, 0.0, 20.0, 0.0};
    const double ap[5] = {0.0, 0.0, 0.0, 0.0, 0.0};
    const double v_ml[5] = {1.0, 40.0, -1.0, 15.0, 1.0};
    const double v_ap[5] = {0.0, 1.0, 0.0, 0.0, 0.0};
    eg_sway_signal position = {ml, ap, 5, 100.0};
    eg_sway_signal velocity = {v_ml, v_ap, 5, 100.0};
    double times[5];
    eg_ttb ttb = eg_ttb_measure(&position, &velocity, &boundary, times);
    EG_CHECK_NEAR(times[0], 50.0, 1e-12);
    EG_CHECK_NEAR(times[1], 0.5, 1e-12);
    EG_CHECK_NEAR(times[3], 2.0, 1e-12);
    EG_CHECK_INT(ttb.minima, 2);
    EG_CHECK_NEAR(ttb.mean_minimum, 1.25, 1e-12);
    EG_CHECK_NEAR(ttb.minimum, 0.5, 1e-12);
    EG_CHECK_NEAR(ttb.sd_minimum, 1.5 / sqrt(2.0), 1e-12);
}

static void velocity_peaks_by_hand(void) {
    const double v[12] = {1, 2, 1, -1, -4, -1, 3, 5, 0, 2, -2, -9};
    eg_sway_peaks peaks = eg_sway_velocity_peaks(v, 12);
    EG_CHECK_INT(peaks.zero_crossings, 3);
    EG_CHECK_INT(peaks.n_positive, 1);
    EG_CHECK_INT(peaks.n_negative, 1);
    EG_CHECK_NEAR(peaks.mean_positive, 5.0, 0.0);
    EG_CHECK_NEAR(peaks.mean_negative, 4.0, 0.0);
    EG_CHECK_NEAR(peaks.mean_all, 4.5, 0.0);
}

/* The resampler: spikes that come back are dropped, gaps are bridged, a constant stays. */
static void resampler_keeps_a_constant(void) {
    enum { N = 1000 };
    for (int i = 0; i < N; i++) {
        int gap = i >= 500 ? 40 : 0; /* 0.4 s without samples */
        work[0][i] = (i + gap) / 100.0;
        x[i] = i == 300 ? 9.0 : 1.5; /* one spike of 7.5 cm */
        y[i] = -0.5;
    }
    eg_swarii_signal signal = {work[0], x, y, N};
    size_t capacity = eg_swarii_size(10.4);
    size_t n = eg_swarii_resample(&signal, work[1], work[2], work[3], capacity);
    EG_CHECK_INT(signal.n, N - 2 - 9 - 1);
    EG_CHECK(n > 250 && n <= capacity);
    for (size_t i = 0; i < n; i++) {
        EG_CHECK_NEAR(work[2][i], 1.5, 1e-12);
        EG_CHECK_NEAR(work[3][i], -0.5, 1e-12);
    }
}

/* fourMs micromotion, an independent program: path, hull, direction and anisotropy of the raw
 * recording are defined as ours are. */
static void a_third_tool_agrees(void) {
    size_t count;
    const eg_golden *rows = eg_golden_read("golden_micromotion.csv", &count);
    double worst = 0.0;
    for (int c = 0; c < EG_BALANCE_CASES; c++) {
        const char *name = eg_balance_case_names[c];
        eg_cop_trial trial = eg_balance_case(name);
        eg_sway_signal signal = {trial.net.ml_mm, trial.net.ap_mm, trial.n, 100.0};
        eg_sway sway = eg_sway_measure(&signal);
        eg_sway_cloud cloud = eg_sway_cloud_of(&signal, 1);
        eg_arena arena = fresh();
        eg_hull hull;
        EG_CHECK_INT(eg_hull_build(trial.n, signal.ml, signal.ap, &arena, &hull, NULL), EG_OK);
        /* chi-square with 2 degrees of freedom instead of F: 5.991464547 */
        double area = 3.14159265358979324 * 5.991464547107979 * sqrt(cloud.major * cloud.minor);
        double angle = atan2(cloud.direction_ap, cloud.direction_ml) * 57.29577951308232;
        double duration_s = (double)(trial.n - 1) / 100.0;
        const struct {
            const char *code;
            double value;
        } ours[] = {{"path_len", sway.path / 10.0},
                    {"path_rate", sway.path / 10.0 / duration_s},
                    {"area95", area / 100.0},
                    {"ml_sd", sqrt(cloud.var_ml) / 10.0},
                    {"ap_sd", sqrt(cloud.var_ap) / 10.0},
                    {"ml_range", (sway.ml.max - sway.ml.min) / 10.0},
                    {"convex_hull_area", eg_hull_area(&hull, signal.ml, signal.ap) / 100.0},
                    {"sway_angle_deg", angle},
                    {"sway_anisotropy", sqrt(cloud.major / cloud.minor)}};
        for (size_t k = 0; k < sizeof ours / sizeof ours[0]; k++) {
            double reference = eg_golden_find(rows, count, name, ours[k].code);
            double error = fabs(ours[k].value / reference - 1.0);
            if (!(error < 1e-9)) {
                EG_FAIL("%s %s: %.17g, reference %.17g", name, ours[k].code, ours[k].value,
                        reference);
            }
            worst = fmax(worst, error);
        }
    }
    eg_test_note("9 variables x 16 trials against micromotion, largest relative error %.1e", worst);
}

/* Sample entropy of the peer's 25 Hz signal: nolds and micromotion give the same number. */
static void entropy_agrees_with_two_tools(void) {
    static const char *const names[] = {"BDS00001", "BDS00010"};
    size_t count;
    size_t count_2;
    const eg_golden *nolds = eg_golden_read("golden_nolds.csv", &count);
    const eg_golden *micromotion = eg_golden_read("golden_micromotion.csv", &count_2);
    double worst = 0.0;
    for (int c = 0; c < 2; c++) {
        char path[512];
        snprintf(path, sizeof path, "%s/stages/%s_quijoux_stages.csv", eg_test_data("balance"),
                 names[c]);
        size_t n;
        const double *numbers = eg_numbers_read(path, 1, 4, &n);
        for (int axis = 0; axis < 2; axis++) {
            double mean = 0.0;
            double square = 0.0;
            for (size_t i = 0; i < n; i++) x[i] = numbers[4 * i + 2 + (size_t)axis];
            for (size_t i = 0; i < n; i++) mean += x[i] / (double)n;
            for (size_t i = 0; i < n; i++) square += (x[i] - mean) * (x[i] - mean);
            double tolerance = 0.2 * sqrt(square / (double)n);
            eg_sample_entropy entropy;
            eg_arena arena = fresh();
            EG_CHECK_INT(
                eg_complexity_sample_entropy(n, x, 2, tolerance, 1, &arena, &entropy, NULL), EG_OK);
            double a = eg_golden_find(nolds, count, names[c],
                                      axis == 0 ? "sampen_m2_tol0.2sd0_quijouxsignal25Hz_ML"
                                                : "sampen_m2_tol0.2sd0_quijouxsignal25Hz_AP");
            double b = eg_golden_find(micromotion, count_2, names[c],
                                      axis == 0 ? "sampen_m2_r0.2sd_quijouxsignal25Hz_ML"
                                                : "sampen_m2_r0.2sd_quijouxsignal25Hz_AP");
            worst = fmax(worst, fabs(entropy.nats - a));
            worst = fmax(worst, fabs(entropy.nats - b));
        }
    }
    EG_CHECK(worst < 1e-9);
    eg_test_note("2 trials x 2 axes against nolds and micromotion, largest difference %.1e", worst);
}

/* The resampler and the filter stage by stage against the peer's intermediate signals. */
static void resampler_equals_the_peer(void) {
    static const char *const names[] = {"BDS00001", "BDS00010"};
    double worst = 0.0;
    for (int c = 0; c < 2; c++) {
        eg_cop_trial trial = eg_balance_case(names[c]);
        double mean_ml = 0.0;
        double mean_ap = 0.0;
        for (size_t i = 0; i < trial.n; i++) {
            mean_ml += trial.net.ml_mm[i] / 10.0 / (double)trial.n;
            mean_ap += trial.net.ap_mm[i] / 10.0 / (double)trial.n;
        }
        for (size_t i = 0; i < trial.n; i++) {
            work[0][i] = (double)i / 100.0;
            x[i] = trial.net.ml_mm[i] / 10.0 - mean_ml;
            y[i] = trial.net.ap_mm[i] / 10.0 - mean_ap;
        }
        eg_swarii_signal signal = {work[0], x, y, trial.n};
        size_t n = eg_swarii_resample(&signal, work[1], work[2], work[3], eg_swarii_size(60.0));
        char path[512];
        snprintf(path, sizeof path, "%s/stages/%s_quijoux_stages.csv", eg_test_data("balance"),
                 names[c]);
        size_t rows;
        const double *numbers = eg_numbers_read(path, 1, 4, &rows);
        EG_CHECK_INT(n, rows);
        for (size_t i = 0; i < n; i++) {
            worst = fmax(worst, fabs(work[2][i] - numbers[4 * i]));
            worst = fmax(worst, fabs(work[3][i] - numbers[4 * i + 1]));
        }
    }
    EG_CHECK(worst < 1e-12);
    eg_test_note("2 trials x 1498 samples, largest difference %.1e cm", worst);
}

EG_TESTS({"balance known: a Gaussian's ellipse holds 95 %", gaussian_ellipse_holds_95_percent},
         {"balance known: mean square displacement by definition",
          displacement_equals_its_definition},
         {"balance known: random walk and white noise", random_walk_has_known_exponents},
         {"balance known: a broken power law is found", broken_line_is_found},
         {"balance known: sway density by definition", density_equals_its_definition},
         {"balance known: planar range over all pairs", range_equals_all_pairs},
         {"balance known: centre of gravity of a sine", gravity_follows_slow_sway},
         {"balance known: time to boundary by hand", time_to_boundary_by_hand},
         {"balance known: velocity peaks by hand", velocity_peaks_by_hand},
         {"balance known: the resampler keeps a constant", resampler_keeps_a_constant},
         {"balance known: the resampler equals the peer's", resampler_equals_the_peer},
         {"balance known: a third tool agrees", a_third_tool_agrees},
         {"balance known: sample entropy of two tools", entropy_agrees_with_two_tools})
