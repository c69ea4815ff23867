/* Amplitudes and their normalisations, symmetry, timing between muscles, flexion-relaxation and
 * reflexes on made signals whose answer is known. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/emg/clean.h"
#include "core/emg/coactivity.h"
#include "core/emg/fatigue.h"
#include "core/emg/reflex.h"
#include "core/emg/relaxation.h"
#include "core/emg/timing.h"
#include "tests/support/emg_data.h"
#include "tests/support/test.h"

/* A sine of `amplitude` has an RMS of amplitude / sqrt(2) over whole periods. */
static void add_sine(double rate_hz, double from_s, double to_s, double amplitude, size_t n,
                     double *x) {
    for (size_t i = (size_t)(from_s * rate_hz); i < n && (double)i < to_s * rate_hz; i++)
        x[i] += amplitude * sin(2.0 * EG_PI * 80.0 * (double)i / rate_hz);
}

/* Three contractions of known RMS at 1, 2 and 4 kHz; a single sample of a thousand times that is
 * not the maximum of anything. */
static void maximal_contractions(void) {
    static const double rates[] = {1000.0, 2000.0, 4000.0}, sizes[] = {3.0, 5.0, 4.0};
    for (size_t r = 0; r < 3; r++) {
        size_t n = (size_t)(4.0 * rates[r]);
        double peaks[3], from_s, spike;
        eg_emg_mvc mvc;
        for (size_t k = 0; k < 3; k++) {
            double *x = eg_emg_reals(n);
            add_sine(rates[r], 1.0, 3.0, sizes[k], n, x);
            EG_CHECK_INT(
                eg_emg_rms_peak(rates[r], EG_EMG_MVC_WINDOW_S, n, x, &peaks[k], &from_s, NULL),
                EG_OK);
            EG_CHECK(from_s >= 0.99 && from_s <= 2.51);
            EG_CHECK_NEAR(peaks[k], sizes[k] / sqrt(2.0), 1e-3 * sizes[k]);
            x[n - 10] = 20.0 * sizes[k];
            EG_CHECK_INT(eg_emg_rms_peak(rates[r], EG_EMG_MVC_WINDOW_S, n, x, &spike, NULL, NULL),
                         EG_OK);
            EG_CHECK(spike < 1.3 * peaks[k]); /* the largest sample would be 20 times */
            free(x);
        }
        EG_CHECK_INT(eg_emg_mvc_of(3, peaks, EG_EMG_MVC_TRIALS, &mvc, NULL), EG_OK);
        EG_CHECK_INT(mvc.best, 1);
        EG_CHECK_NEAR(mvc.value, 5.0 / sqrt(2.0), 5e-3);
        EG_CHECK_NEAR(mvc.spread_percent, 20.0, 0.1);
        eg_test_note("%.0f Hz: %.5f of %.5f; ", rates[r], mvc.value, 5.0 / sqrt(2.0));
        EG_CHECK_INT(eg_emg_mvc_of(2, peaks, EG_EMG_MVC_TRIALS, &mvc, NULL), EG_ERR_MISSING);
        EG_CHECK_INT(eg_emg_mvc_of(2, peaks, 1, &mvc, NULL), EG_OK);
        EG_CHECK_INT(eg_emg_mvc_of(0, peaks, 0, &mvc, NULL), EG_ERR_MISSING);
        peaks[1] = 0.0;
        EG_CHECK_INT(eg_emg_mvc_of(3, peaks, 3, &mvc, NULL), EG_ERR_DATA);
    }
    double x[100] = {0}, peak;
    EG_CHECK_INT(eg_emg_rms_peak(1000.0, 0.5, 100, x, &peak, NULL, NULL), EG_ERR_DATA);
}

/* The moving extremes are those of a sum made anew at every place. */
static void windows_by_brute_force(void) {
    enum { N = 9000, W = 250 };
    eg_random random;
    eg_random_init(&random, 5, 5);
    double *x = eg_emg_reals(N), most = 0.0, least = INFINITY, a, b, at;
    for (size_t i = 0; i < N; i++)
        x[i] = eg_random_normal(&random) * (1.0 + (double)(i % 700) / 99.0);
    for (size_t i = 0; i + W <= N; i++) {
        double sum = 0.0;
        for (size_t k = i; k < i + W; k++) sum += x[k] * x[k];
        most = fmax(most, sqrt(sum / W));
        least = fmin(least, sqrt(sum / W));
    }
    EG_CHECK_INT(eg_emg_rms_peak(1000.0, 0.25, N, x, &a, &at, NULL), EG_OK);
    EG_CHECK_INT(eg_emg_rms_least(1000.0, 0.25, N, x, &b, NULL, NULL), EG_OK);
    EG_CHECK_NEAR(a, most, 1e-12 * most);
    EG_CHECK_NEAR(b, least, 1e-12 * least);
    EG_CHECK_NEAR(eg_emg_rms_between(1000.0, N, x, at, at + 0.25), most, 1e-12 * most);
    EG_CHECK(isnan(eg_emg_rms_between(1000.0, N, x, 9.5, 12.0)));
    eg_test_note("%d windows: %.4f and %.4f", N - W + 1, a, b);
    free(x);
}

static void integrals(void) {
    enum { N = 3000 };
    double *x = eg_emg_reals(N), *y = eg_emg_reals(N);
    for (size_t i = 0; i < N; i++) x[i] = i % 2 == 0 ? 2.0 : -2.0;
    size_t resets;
    EG_CHECK_NEAR(eg_emg_integral(1000.0, N, x, NAN, NAN, y, &resets), 6.0, 1e-9);
    EG_CHECK_INT(resets, 0);
    EG_CHECK_NEAR(y[N - 1], 6.0, 1e-9);
    EG_CHECK_NEAR(eg_emg_integral(1000.0, N, x, 0.5, NAN, y, &resets), 6.0, 1e-9);
    EG_CHECK_INT(resets, 5);
    EG_CHECK_NEAR(y[499], 1.0, 1e-9);
    EG_CHECK_NEAR(y[500], 0.002, 1e-12);
    EG_CHECK_NEAR(eg_emg_integral(1000.0, N, x, NAN, 0.1, y, &resets), 6.0, 1e-9);
    EG_CHECK(resets >= 58 && resets <= 59); /* 0.1 is reached after 50 samples, give or take one */
    eg_test_note("by time 5 resets, by level %zu", resets);
    free(x);
    free(y);
}

/* Scales of a trial, and that nothing of different kinds is put beside each other. */
static void normalisations_never_mix(void) {
    const double envelope[] = {-1.0, 0.0, 2.0, 4.0, 2.0};
    eg_emg_scale s;
    eg_arena arena = eg_emg_arena();
    EG_CHECK_INT(eg_emg_scale_of_trial(EG_EMG_NORM_MAX, 5, envelope, &s, &arena, NULL), EG_OK);
    EG_CHECK_NEAR(s.divisor, 4.0, 1e-12);
    EG_CHECK_INT(eg_emg_scale_of_trial(EG_EMG_NORM_MEAN, 5, envelope, &s, &arena, NULL), EG_OK);
    EG_CHECK_NEAR(s.divisor, 1.6, 1e-12);
    EG_CHECK_INT(eg_emg_scale_of_trial(EG_EMG_NORM_P99, 5, envelope, &s, &arena, NULL), EG_OK);
    EG_CHECK_NEAR(s.divisor, 3.92, 1e-12);
    EG_CHECK_INT(eg_emg_scale_of_trial(EG_EMG_NORM_NONE, 5, envelope, &s, &arena, NULL), EG_OK);
    EG_CHECK_NEAR(s.divisor, 1.0, 0.0);
    for (eg_emg_norm norm = EG_EMG_NORM_MVC; norm < EG_EMG_NORM_COUNT; norm++)
        EG_CHECK_INT(eg_emg_scale_of_trial(norm, 5, envelope, &s, &arena, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_scale_of_trial(EG_EMG_NORM_MAX, 2, envelope, &s, &arena, NULL),
                 EG_ERR_DATA);
    size_t refused = 0, allowed = 0;
    eg_emg_symmetry out;
    eg_diag diag = {0};
    for (eg_emg_norm a = EG_EMG_NORM_NONE; a < EG_EMG_NORM_COUNT; a++)
        for (eg_emg_norm b = EG_EMG_NORM_NONE; b < EG_EMG_NORM_COUNT; b++) {
            const eg_emg_amount left = {1.0, a, "mV"}, right = {2.0, b, "mV"};
            eg_err err = eg_emg_symmetry_of(&left, &right, &out, &diag);
            EG_CHECK_INT(err, a == b ? EG_OK : EG_ERR_ARGUMENT);
            EG_CHECK(isnan(out.ratio) == (a != b));
            *(a == b ? &allowed : &refused) += 1;
        }
    EG_CHECK(strstr(diag.text, "normalisations") != NULL);
    const eg_emg_amount mv = {1.0, EG_EMG_NORM_NONE, "mV"}, uv = {1.0, EG_EMG_NORM_NONE, "uV"};
    EG_CHECK_INT(eg_emg_symmetry_of(&mv, &uv, &out, NULL), EG_ERR_ARGUMENT);
    eg_test_note("%zu pairs allowed, %zu refused", allowed, refused);
}

static void symmetry(void) {
    const eg_emg_amount left = {12.0, EG_EMG_NORM_MVC, ""}, right = {8.0, EG_EMG_NORM_MVC, ""};
    const eg_emg_amount zero = {0.0, EG_EMG_NORM_MVC, ""}, less = {-1.0, EG_EMG_NORM_MVC, ""};
    eg_emg_symmetry s, t;
    EG_CHECK_INT(eg_emg_symmetry_of(&left, &right, &s, NULL), EG_OK);
    EG_CHECK_NEAR(s.index_percent, 40.0, 1e-12);
    EG_CHECK_NEAR(s.ratio, 1.5, 1e-12);
    EG_CHECK_NEAR(s.lsi_percent, 200.0 / 3, 1e-12);
    EG_CHECK_INT(eg_emg_symmetry_of(&right, &left, &t, NULL), EG_OK);
    EG_CHECK_NEAR(t.index_percent, -s.index_percent, 1e-12);
    EG_CHECK_NEAR(t.lsi_percent, s.lsi_percent, 1e-12);
    EG_CHECK_INT(eg_emg_symmetry_of(&zero, &zero, &s, NULL), EG_OK);
    EG_CHECK(isnan(s.index_percent) && isnan(s.ratio));
    EG_CHECK_INT(eg_emg_symmetry_of(&left, &zero, &s, NULL), EG_OK);
    EG_CHECK(isnan(s.ratio) && fabs(s.index_percent - 200.0) < 1e-12);
    EG_CHECK_INT(eg_emg_symmetry_of(&left, &less, &s, NULL), EG_ERR_RANGE);
}

/* Three muscles, the second 40 ms and the third 120 ms behind the first, through the onset finder.
 */
static void delays_and_order(void) {
    static const double shift_s[] = {0.0, 0.040, 0.120};
    static eg_burst bursts[3][200];
    size_t counts[3];
    double delays[3];
    for (size_t m = 0; m < 3; m++) {
        eg_emg_made made = eg_emg_make(2000.0, 20, 1.2, 0.4, 0.0, 15.0, 0, (unsigned)(40 + m));
        /* All on the first one's schedule: eg_emg_make jitters by its seed, so place them anew. */
        eg_emg_made plan = eg_emg_make(2000.0, 20, 1.2, 0.4, 0.0, 15.0, 0, 40);
        eg_emg_made loud = eg_emg_make(2000.0, 1, 25.2, 1.0, 0.0, -60.0, 0, (unsigned)(90 + m));
        eg_emg_made quiet = eg_emg_make(2000.0, 1, 25.2, 1.0, 0.0, -60.0, 0, (unsigned)(95 + m));
        for (size_t i = 0; i < made.n; i++) {
            double t = (double)i / 2000.0;
            made.x[i] = quiet.x[i % quiet.n];
            for (size_t k = 0; k < plan.n_bursts; k++)
                if (t >= plan.on_s[k] + shift_s[m] && t < plan.off_s[k] + shift_s[m])
                    made.x[i] += 6.0 * loud.x[i % loud.n];
        }
        eg_onset_settings settings = eg_onset_defaults(2000.0);
        eg_onset_rest rest;
        eg_arena arena = eg_emg_arena();
        EG_CHECK_INT(eg_onset_find(EG_ONSET_AGLR, &settings, made.n, made.x, &rest, 200, bursts[m],
                                   &counts[m], &arena, NULL),
                     EG_OK);
        eg_emg_rhythm r;
        EG_CHECK_INT(eg_emg_rhythm_of(counts[m], bursts[m], &r, &arena, NULL), EG_OK);
        EG_CHECK_INT(r.n_bursts, 20);
        EG_CHECK_NEAR(r.duration_s, 0.4, 0.02);
        EG_CHECK_NEAR(r.period_s, 1.2, 0.06);
        EG_CHECK_NEAR(r.duty, 1.0 / 3.0, 0.03);
        free(made.x);
        free(plan.x);
        free(loud.x);
        free(quiet.x);
        eg_emg_delay d;
        EG_CHECK_INT(eg_emg_delay_of(counts[0], bursts[0], counts[m], bursts[m], EG_EMG_DELAY_MAX_S,
                                     &d, &arena, NULL),
                     EG_OK);
        EG_CHECK_INT(d.n, 20);
        EG_CHECK_NEAR(d.median_s, shift_s[m], 0.003);
        EG_CHECK(d.quarter_s <= d.median_s && d.median_s <= d.three_quarters_s);
        delays[m] = d.median_s;
        eg_test_note("%.0f ms is %.1f ms; ", 1e3 * shift_s[m], 1e3 * d.median_s);
    }
    size_t places[3];
    const double swapped[] = {delays[2], NAN, delays[0]};
    eg_emg_order(3, delays, places);
    EG_CHECK(places[0] == 1 && places[1] == 2 && places[2] == 3);
    eg_emg_order(3, swapped, places);
    EG_CHECK(places[0] == 2 && places[1] == 0 && places[2] == 1);
}

/* Onsets without a partner, minor bursts and those on at the start do not count. */
static void delays_by_hand(void) {
    eg_burst a[4] = {{.on_s = 1.0, .off_s = 1.5},
                     {.on_s = 3.0, .off_s = 3.5},
                     {.on_s = 5.0, .off_s = 5.2},
                     {.on_s = 9.0, .off_s = 9.5}};
    eg_burst b[4] = {{.on_s = 0.0, .off_s = 0.4, .flags = EG_ONSET_AT_START},
                     {.on_s = 1.1, .off_s = 1.4},
                     {.on_s = 3.3, .off_s = 3.4},
                     {.on_s = 5.1, .off_s = 5.2, .flags = EG_ONSET_MINOR}};
    eg_emg_delay d;
    eg_emg_rhythm r;
    eg_arena arena = eg_emg_arena();
    EG_CHECK_INT(eg_emg_delay_of(4, a, 4, b, 1.0, &d, &arena, NULL), EG_OK);
    EG_CHECK_INT(d.n, 2);
    EG_CHECK_INT(d.n_alone, 2);
    EG_CHECK_NEAR(d.median_s, 0.2, 1e-12);
    EG_CHECK_INT(eg_emg_delay_of(0, a, 4, b, 1.0, &d, &arena, NULL), EG_OK);
    EG_CHECK(isnan(d.median_s));
    EG_CHECK_INT(eg_emg_rhythm_of(4, a, &r, &arena, NULL), EG_OK);
    EG_CHECK_NEAR(r.duration_s, 0.5, 1e-12);
    EG_CHECK_NEAR(r.period_s, 2.0, 1e-12);
    EG_CHECK_NEAR(r.duration_sd_s, 0.15, 1e-12);
    EG_CHECK_INT(eg_emg_rhythm_of(0, a, &r, &arena, NULL), EG_OK);
    EG_CHECK(isnan(r.duration_s) && isnan(r.duty));
}

/* The interval of a fatigue slope holds the truth about 19 times in 20. */
static void fatigue_interval(void) {
    enum { TRIES = 1000, POINTS = 12 };
    eg_random random;
    eg_random_init(&random, 21, 4);
    size_t held = 0;
    for (size_t k = 0; k < TRIES; k++) {
        eg_emg_epoch epochs[POINTS];
        for (size_t i = 0; i < POINTS; i++) {
            double t_s = (double)i + 0.5;
            epochs[i] = (eg_emg_epoch){.middle_s = t_s, .rms = 1.0 + 0.01 * t_s, .is_active = 1};
            epochs[i].spectrum.median_hz = 90.0 - 0.3 * t_s + 2.0 * eg_random_normal(&random);
        }
        eg_emg_fatigue f;
        eg_arena arena = eg_emg_arena();
        EG_CHECK_INT(eg_emg_fatigue_of(POINTS, epochs, &f, &arena, NULL), EG_OK);
        held += f.median.slope_low <= -0.3 && f.median.slope_high >= -0.3;
    }
    eg_test_note("the truth lies in %.1f %% of %d intervals of 95 %%", 100.0 * (double)held / TRIES,
                 TRIES);
    EG_CHECK(100 * held > 93 * TRIES && 100 * held < 97 * TRIES);
}

/* A contraction whose spectrum sinks by 12 % a minute while its amplitude rises, from the signal to
 * the quadrant; the whole spectrum is stretched, so that the median sinks as it does. */
static void tiring_muscle(void) {
    static const double rates[] = {1000.0, 2000.0};
    for (size_t r = 0; r < 2; r++) {
        enum { SECONDS = 120 };
        size_t second = (size_t)rates[r], n = second * SECONDS, count;
        double *x = eg_emg_reals(n);
        eg_random random;
        eg_random_init(&random, 5, (unsigned)r);
        for (size_t s = 0; s < SECONDS; s++) {
            double part = 1.0 - 0.12 / 60.0 * ((double)s + 0.5);
            eg_filter filter;
            eg_filter_state state = {0};
            EG_CHECK_INT(eg_filter_butterworth(&filter, EG_FILTER_BAND_PASS, 2, 60.0 * part,
                                               140.0 * part, rates[r], NULL),
                         EG_OK);
            for (size_t i = 0; i < second + 500; i++) {
                eg_real in = eg_random_normal(&random) / sqrt(part), out;
                eg_filter_run(&filter, &state, 1, &in, &out);
                if (i >= 500) x[s * second + i - 500] = out * (1.0 + 0.004 * (double)s);
            }
        }
        static eg_emg_epoch epochs[SECONDS];
        eg_emg_fatigue f;
        eg_arena arena = eg_emg_arena();
        EG_CHECK_INT(eg_emg_epochs_below(450.0, rates[r], 1.0, n, x, x, 0, NULL, SECONDS, epochs,
                                         &count, &arena, NULL),
                     EG_OK);
        EG_CHECK_INT(count, SECONDS);
        EG_CHECK_INT(eg_emg_fatigue_of(count, epochs, &f, &arena, NULL), EG_OK);
        eg_test_note("%.0f Hz: %.2f %%/min (%.2f ... %.2f), %s; ", rates[r], f.percent_per_min,
                     f.percent_low, f.percent_high, eg_emg_jasa_name(f.jasa));
        EG_CHECK_NEAR(f.percent_per_min, -12.0, 1.5);
        EG_CHECK(f.percent_low < -12.0 && f.percent_high > -12.0);
        EG_CHECK_INT(f.jasa, EG_EMG_JASA_FATIGUE);
        free(x);
    }
}

/* Bending 3, full flexion 0.5, coming up 6 times a unit: ratios 6 and 12. */
static void flexion_relaxation(void) {
    const double rate_hz = 1000.0;
    enum { N = 14000 };
    double *x = eg_emg_reals(N);
    add_sine(rate_hz, 1.0, 4.0, 3.0, N, x);
    add_sine(rate_hz, 4.0, 8.0, 0.5, N, x);
    add_sine(rate_hz, 8.0, 11.0, 6.0, N, x);
    const eg_emg_span flexion = {1.0, 4.0}, relaxed = {4.5, 7.5}, extension = {8.0, 11.0};
    const eg_emg_span none = {NAN, NAN}, wide = {4.0, 20.0}, shorter = {4.0, 4.5};
    eg_emg_relaxation r;
    EG_CHECK_INT(eg_emg_relaxation_of(rate_hz, N, x, flexion, relaxed, extension, &r, NULL), EG_OK);
    EG_CHECK_NEAR(r.flexion_ratio, 6.0, 1e-6);
    EG_CHECK_NEAR(r.extension_ratio, 12.0, 1e-6);
    EG_CHECK_NEAR(r.relaxed_from_s, 5.5, 1e-9);
    EG_CHECK(!r.relaxed_is_found);
    EG_CHECK_INT(eg_emg_relaxation_of(rate_hz, N, x, flexion, none, extension, &r, NULL), EG_OK);
    EG_CHECK_NEAR(r.flexion_ratio, 6.0, 1e-3);
    EG_CHECK(r.relaxed_is_found);
    EG_CHECK_INT(eg_emg_relaxation_of(rate_hz, N, x, flexion, relaxed, none, &r, NULL), EG_OK);
    EG_CHECK(isnan(r.extension_ratio));
    EG_CHECK_INT(eg_emg_relaxation_of(rate_hz, N, x, flexion, none, none, &r, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_relaxation_of(rate_hz, N, x, flexion, wide, none, &r, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_relaxation_of(rate_hz, N, x, flexion, shorter, none, &r, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_relaxation_of(rate_hz, N, x, extension, relaxed, none, &r, NULL),
                 EG_ERR_ARGUMENT);
    memset(x, 0, N * sizeof *x);
    EG_CHECK_INT(eg_emg_relaxation_of(rate_hz, N, x, flexion, relaxed, none, &r, NULL),
                 EG_ERR_DATA);
    free(x);
}

/* A biphasic response of `size` peak to peak whose larger extreme comes at_s behind the stimulus.
 */
static double response(double t_s, double at_s, double size) {
    double a = (t_s - at_s) / 0.0015, b = (t_s - at_s - 0.005) / 0.0015;
    return size / 1.8 * (exp(-0.5 * a * a) - 0.8 * exp(-0.5 * b * b));
}

typedef struct reflexes {
    size_t n, n_stimuli;
    double *x, *trigger;
    double m[32], h[32];
    size_t at[32];
} reflexes;

/* Twenty stimuli, each stronger than the one before: M grows to a plateau, H grows and falls. */
static reflexes make_reflexes(double rate_hz, double noise, unsigned seed) {
    reflexes r = {.n = (size_t)(64.0 * rate_hz), .n_stimuli = 20};
    eg_random random;
    eg_random_init(&random, 11, seed);
    r.x = eg_emg_reals(r.n);
    r.trigger = eg_emg_reals(r.n);
    for (size_t i = 0; i < r.n; i++) r.x[i] = noise * eg_random_normal(&random);
    for (size_t k = 0; k < r.n_stimuli; k++) {
        double level = (double)(k + 1) / 20.0,
               t_s = 2.0 + 3.0 * (double)k + 0.123 * (double)(k % 3);
        r.m[k] = 6.0 / (1.0 + exp(-(level - 0.55) / 0.06));
        r.h[k] = 3.0 * exp(-0.5 * pow((level - 0.40) / 0.12, 2.0));
        r.at[k] = (size_t)(t_s * rate_hz);
        for (size_t i = r.at[k]; i < r.at[k] + (size_t)(0.08 * rate_hz); i++) {
            double t = (double)(i - r.at[k]) / rate_hz;
            r.x[i] += response(t, 0.010, r.m[k]) + response(t, 0.034, r.h[k]);
            if (t < 0.001) r.x[i] += t < 0.0005 ? 10.0 : -8.0; /* the artefact */
            if (t < 0.001) r.trigger[i] = 5.0 * (0.2 + 0.8 * level);
        }
    }
    return r;
}

static void h_over_m(void) {
    static const double rates[] = {2000.0, 4000.0, 8000.0};
    for (size_t q = 0; q < 3; q++) {
        reflexes r = make_reflexes(rates[q], 0.01, (unsigned)q);
        eg_emg_reflex_settings settings = eg_emg_reflex_defaults(rates[q]);
        static size_t stimuli[EG_EMG_STIMULI_MAX];
        static double heights[EG_EMG_STIMULI_MAX];
        static eg_emg_response responses[EG_EMG_STIMULI_MAX];
        for (int by_trigger = 0; by_trigger < 2; by_trigger++) {
            size_t count, n;
            eg_emg_reflex reflex;
            eg_arena arena = eg_emg_arena();
            if (by_trigger)
                EG_CHECK_INT(eg_emg_stimuli_from_trigger(&settings, r.n, r.trigger, 64, stimuli,
                                                         heights, &count, NULL),
                             EG_OK);
            else
                EG_CHECK_INT(eg_emg_stimuli_from_artefact(&settings, r.n, r.x, 64, stimuli, &count,
                                                          &arena, NULL),
                             EG_OK);
            EG_CHECK_INT(count, r.n_stimuli);
            for (size_t k = 0; k < count; k++)
                EG_CHECK(stimuli[k] >= r.at[k] && stimuli[k] <= r.at[k] + 1);
            EG_CHECK_INT(
                eg_emg_reflex_responses(&settings, r.n, r.x, count, stimuli, responses, &n, NULL),
                EG_OK);
            EG_CHECK_INT(n, r.n_stimuli);
            double m_max = 0.0, h_max = 0.0;
            for (size_t k = 0; k < n; k++) {
                EG_CHECK_NEAR(responses[k].m, r.m[k], 0.1 + 0.02 * r.m[k]);
                EG_CHECK_NEAR(responses[k].h, r.h[k], 0.1 + 0.02 * r.h[k]);
                m_max = fmax(m_max, r.m[k]);
                h_max = fmax(h_max, r.h[k]);
            }
            EG_CHECK_INT(eg_emg_reflex_of(n, responses, &reflex, &arena, NULL), EG_OK);
            EG_CHECK_NEAR(reflex.ratio, h_max / m_max, 0.02 * h_max / m_max);
            if (by_trigger)
                eg_test_note("%.0f Hz: H/M %.3f of %.3f; ", rates[q], h_max / m_max, reflex.ratio);
            EG_CHECK_NEAR(reflex.h_latency_s, 0.034, 0.001);
            EG_CHECK_NEAR(reflex.m_latency_s, 0.010, 0.001);
            EG_CHECK(reflex.is_plateau && reflex.has_h);
            size_t order[64];
            EG_CHECK_INT(
                eg_emg_recruitment(n, responses, by_trigger ? heights : NULL, order, &arena, NULL),
                EG_OK);
            for (size_t k = 1; k < n && by_trigger; k++) EG_CHECK(order[k] == order[k - 1] + 1);
            for (size_t k = 1; k < n && !by_trigger; k++)
                EG_CHECK(responses[order[k]].m >= responses[order[k - 1]].m);
            /* Half the intensities: M has not reached its plateau. */
            EG_CHECK_INT(eg_emg_reflex_of(11, responses, &reflex, &arena, NULL), EG_OK);
            EG_CHECK(!reflex.is_plateau);
        }
        /* Blanking takes the artefact and nothing else. */
        double *y = eg_emg_reals(r.n);
        eg_emg_blank(&settings, r.n, r.x, r.n_stimuli, r.at, y);
        size_t blank = (size_t)(settings.blank_s * rates[q] + 0.5);
        for (size_t i = 0, k = 0; i < r.n; i++) {
            while (k + 1 < r.n_stimuli && i >= r.at[k + 1]) k++;
            if (i >= r.at[k] && i < r.at[k] + blank)
                EG_CHECK(!(fabs(y[i] - r.x[r.at[k] - 1]) > 0.0));
            else
                EG_CHECK(!(fabs(y[i] - r.x[i]) > 0.0));
        }
        free(y);
        free(r.x);
        free(r.trigger);
    }
}

static void reflex_refuses(void) {
    reflexes r = make_reflexes(2000.0, 0.01, 9);
    eg_emg_reflex_settings settings = eg_emg_reflex_defaults(2000.0);
    eg_emg_response responses[32];
    eg_emg_reflex reflex;
    size_t stimuli[32], n;
    eg_arena arena = eg_emg_arena();
    memset(r.trigger, 0, r.n * sizeof *r.trigger);
    EG_CHECK_INT(
        eg_emg_stimuli_from_trigger(&settings, r.n, r.trigger, 32, stimuli, NULL, &n, NULL),
        EG_ERR_DATA);
    for (size_t i = 0; i < r.n; i++) r.trigger[i] = sin((double)i);
    settings.apart_s = 0.0;
    EG_CHECK_INT(
        eg_emg_stimuli_from_trigger(&settings, r.n, r.trigger, 32, stimuli, NULL, &n, NULL),
        EG_ERR_DATA);
    /* Noise alone has no artefact; and a response that is no larger than noise has no ratio. */
    eg_random random;
    eg_random_init(&random, 3, 1);
    for (size_t i = 0; i < r.n; i++) r.x[i] = eg_random_normal(&random);
    EG_CHECK_INT(eg_emg_stimuli_from_artefact(&settings, r.n, r.x, 32, stimuli, &n, &arena, NULL),
                 EG_ERR_DATA);
    EG_CHECK_INT(
        eg_emg_reflex_responses(&settings, r.n, r.x, r.n_stimuli, r.at, responses, &n, NULL),
        EG_OK);
    EG_CHECK_INT(eg_emg_reflex_of(n, responses, &reflex, &arena, NULL), EG_OK);
    EG_CHECK(isnan(reflex.ratio) && !reflex.has_h);
    settings.blank_s = 0.010;
    EG_CHECK_INT(
        eg_emg_reflex_responses(&settings, r.n, r.x, r.n_stimuli, r.at, responses, &n, NULL),
        EG_ERR_ARGUMENT);
    settings = eg_emg_reflex_defaults(2000.0);
    settings.h_from_s = 0.020;
    EG_CHECK_INT(
        eg_emg_reflex_responses(&settings, r.n, r.x, r.n_stimuli, r.at, responses, &n, NULL),
        EG_ERR_ARGUMENT);
    /* Windows that reach over either end of the recording are left out. */
    settings = eg_emg_reflex_defaults(2000.0);
    const size_t edges[] = {0, 5, 1000, r.n - 50, r.n - 1};
    EG_CHECK_INT(eg_emg_reflex_responses(&settings, r.n, r.x, 5, edges, responses, &n, NULL),
                 EG_OK);
    EG_CHECK_INT(n, 1);
    EG_CHECK_INT(eg_emg_reflex_of(0, responses, &reflex, &arena, NULL), EG_ERR_DATA);
    free(r.x);
    free(r.trigger);
}

EG_TESTS({"emg tasks: maximal contractions", maximal_contractions},
         {"emg tasks: moving windows by brute force", windows_by_brute_force},
         {"emg tasks: integrals", integrals},
         {"emg tasks: normalisations never mix", normalisations_never_mix},
         {"emg tasks: symmetry", symmetry}, {"emg tasks: delays and order", delays_and_order},
         {"emg tasks: delays by hand", delays_by_hand},
         {"emg tasks: the interval of a fatigue slope", fatigue_interval},
         {"emg tasks: a tiring muscle", tiring_muscle},
         {"emg tasks: flexion-relaxation", flexion_relaxation}, {"emg tasks: H over M", h_over_m},
         {"emg tasks: reflexes refuse", reflex_refuses})
