/* Frequencies, fatigue, co-contraction, symmetry and quality of muscle signals: peers' values on
 * real recordings, made signals with known answers, invariants. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/emg/coactivity.h"
#include "core/emg/fatigue.h"
#include "core/emg/quality.h"
#include "tests/support/emg_data.h"
#include "tests/support/test.h"

/* Band-passed, and the envelope if not NULL, with the defaults at 1 kHz. */
static double *clean(const eg_emg_case *c, double *envelope) {
    eg_emg_settings settings = eg_emg_defaults(1000.0);
    eg_emg_filters filters;
    eg_arena arena = eg_emg_arena();
    double *band = eg_emg_reals(c->n), *y = envelope != NULL ? envelope : eg_emg_reals(c->n);
    EG_CHECK_INT(eg_emg_design(&filters, &settings, NULL), EG_OK);
    EG_CHECK_INT(eg_emg_envelope(&filters, 1, c->n, c->x, band, y, &arena, NULL), EG_OK);
    if (envelope == NULL) free(y);
    return band;
}

static void note_worst(double *worst, double actual, double expected) {
    *worst = fmax(*worst, fabs(actual - expected) / fabs(expected));
}

static void frequencies_equal_the_golden(void) {
    size_t count, n_epochs = 0;
    const eg_emg_case *all = eg_emg_cases(&count);
    double worst = 0.0;
    for (size_t k = 0; k < count; k++) {
        const json_t *golden = all[k].golden, *epochs = eg_emg_at(golden, "epochs_1s");
        double *band = clean(&all[k], NULL);
        eg_arena arena = eg_emg_arena();
        eg_emg_spectrum s;
        EG_CHECK_INT(eg_emg_spectrum_welch(1000.0, 1024, all[k].n, band, &s, &arena, NULL), EG_OK);
        note_worst(&worst, s.median_hz, eg_emg_number(golden, "welch.mdf_interp"));
        note_worst(&worst, s.median_bin_hz, eg_emg_number(golden, "welch.mdf_bin"));
        note_worst(&worst, s.mean_hz, eg_emg_number(golden, "welch.mnf"));
        static eg_emg_epoch made[200];
        size_t n;
        EG_CHECK_INT(
            eg_emg_epochs(1000.0, 1.0, all[k].n, band, 0, NULL, 200, made, &n, &arena, NULL),
            EG_OK);
        EG_CHECK(n >= json_array_size(json_object_get(epochs, "rms")));
        n = json_array_size(json_object_get(epochs, "rms"));
        double t[200], y[200];
        for (size_t i = 0; i < n; i++) {
            const char *const keys[] = {"rms", "mdf_interp", "mdf_bin", "mnf"};
            const double values[] = {made[i].rms, made[i].spectrum.median_hz,
                                     made[i].spectrum.median_bin_hz, made[i].spectrum.mean_hz};
            for (size_t v = 0; v < 4; v++)
                note_worst(&worst, values[v],
                           json_number_value(json_array_get(json_object_get(epochs, keys[v]), i)));
            t[i] = made[i].middle_s - 0.5;
            y[i] = made[i].spectrum.median_hz;
        }
        n_epochs += n;
        eg_emg_line line;
        EG_CHECK_INT(eg_emg_line_fit(n, t, y, &line, &arena, NULL), EG_OK);
        double slope = eg_emg_number(epochs, "mdf_interp_slope_hz_per_s");
        worst = fmax(worst, fabs(line.slope - slope) / fmax(fabs(slope), 0.1));
        free(band);
    }
    eg_test_note("%zu channels, %zu epochs: %.1e", count, n_epochs, worst);
    EG_CHECK(worst < 1e-9);
}

static void lines_are_exact(void) {
    double t[60], y[60];
    eg_random random;
    eg_random_init(&random, 4, 0);
    for (size_t i = 0; i < 60; i++) {
        t[i] = (double)i;
        y[i] = 90.0 - 0.25 * t[i];
    }
    eg_arena arena = eg_emg_arena();
    eg_emg_line line;
    EG_CHECK_INT(eg_emg_line_fit(60, t, y, &line, &arena, NULL), EG_OK);
    EG_CHECK_NEAR(line.slope, -0.25, 1e-12);
    EG_CHECK_NEAR(line.theil_sen, -0.25, 1e-12);
    EG_CHECK_NEAR(line.slope_low, -0.25, 1e-9);
    /* Half width over standard error is the table's t: 3, 8, 30 degrees of freedom. */
    static const size_t sizes[] = {5, 10, 32};
    static const double quantiles[] = {3.182446, 2.306004, 2.042272};
    for (size_t k = 0; k < 3; k++) {
        size_t n = sizes[k];
        double left = 0.0, tt = 0.0, mean = 0.5 * (double)(n - 1);
        for (size_t i = 0; i < n; i++) y[i] = 90.0 - 0.25 * t[i] + eg_random_normal(&random);
        EG_CHECK_INT(eg_emg_line_fit(n, t, y, &line, &arena, NULL), EG_OK);
        for (size_t i = 0; i < n; i++) {
            left += pow(y[i] - line.intercept - line.slope * t[i], 2.0);
            tt += (t[i] - mean) * (t[i] - mean);
        }
        double error = sqrt(left / (double)(n - 2) / tt);
        EG_CHECK_NEAR((line.slope_high - line.slope) / error, quantiles[k], 2e-3);
    }
    /* One wild value moves least squares, not the median of slopes. */
    for (size_t i = 0; i < 60; i++) y[i] = 90.0 - 0.25 * t[i];
    y[59] = 500.0;
    EG_CHECK_INT(eg_emg_line_fit(60, t, y, &line, &arena, NULL), EG_OK);
    EG_CHECK(line.slope > 0.1);
    EG_CHECK_NEAR(line.theil_sen, -0.25, 1e-12);
    EG_CHECK_INT(eg_emg_line_fit(1, t, y, &line, &arena, NULL), EG_ERR_DATA);
}

/* Epochs of known slope: each quadrant by its name; rest is left out. */
static void quadrants(void) {
    static const double signs[4][2] = {{1, -1}, {1, 1}, {-1, -1}, {-1, 1}};
    static const eg_emg_jasa expected[4] = {EG_EMG_JASA_FATIGUE, EG_EMG_JASA_FORCE_INCREASE,
                                            EG_EMG_JASA_FORCE_DECREASE, EG_EMG_JASA_RECOVERY};
    eg_arena arena = eg_emg_arena();
    for (size_t q = 0; q < 4; q++) {
        eg_emg_epoch epochs[40];
        for (size_t i = 0; i < 40; i++) {
            double wobble = i % 2 == 0 ? 0.01 : -0.01, t = (double)i + 0.5;
            epochs[i] = (eg_emg_epoch){t,
                                       1.0 + signs[q][0] * 0.01 * t + wobble,
                                       {80.0 + signs[q][1] * 0.4 * t + wobble, 80.0, 80.0},
                                       i % 4 != 3};
            if (i % 4 == 3) epochs[i].spectrum.median_hz = 20.0 + 3.0 * t; /* rest misleads */
        }
        eg_emg_fatigue f;
        EG_CHECK_INT(eg_emg_fatigue_of(40, epochs, &f, &arena, NULL), EG_OK);
        EG_CHECK_INT(f.jasa, expected[q]);
        EG_CHECK_INT(f.n_active, 30);
        EG_CHECK_NEAR(f.median.slope, signs[q][1] * 0.4, 0.01);
        EG_CHECK_NEAR(f.percent_per_min, signs[q][1] * 30.0, 0.5);
        EG_CHECK(f.percent_low < f.percent_per_min && f.percent_per_min < f.percent_high);
    }
    eg_emg_epoch few[EG_EMG_FATIGUE_EPOCHS_MIN] = {{0}};
    eg_emg_fatigue f;
    EG_CHECK_INT(eg_emg_fatigue_of(3, few, &f, &arena, NULL), EG_ERR_DATA);
    for (size_t i = 0; i < EG_EMG_FATIGUE_EPOCHS_MIN; i++)
        few[i] =
            (eg_emg_epoch){(double)i, 1.0 + 0.01 * (double)i, {80.0 - (double)i, 80.0, 80.0}, 1};
    EG_CHECK_INT(eg_emg_fatigue_of(EG_EMG_FATIGUE_EPOCHS_MIN - 1, few, &f, &arena, NULL),
                 EG_ERR_DATA);
    EG_CHECK_INT(f.n_active, EG_EMG_FATIGUE_EPOCHS_MIN - 1);
    EG_CHECK_INT(eg_emg_fatigue_of(EG_EMG_FATIGUE_EPOCHS_MIN, few, &f, &arena, NULL), EG_OK);
}

/* Rest makes the fatigue recording's slope too flat; only active epochs count. */
static void fatigue_of_the_recording(void) {
    const eg_emg_case *c = eg_emg_case_of("bsn_emg_fatigue_channel_2", "EMG");
    double *band = clean(c, NULL);
    static eg_burst bursts[200];
    static eg_emg_epoch epochs[200];
    size_t n_bursts, n;
    eg_onset_rest rest;
    eg_arena arena = eg_emg_arena();
    eg_onset_settings settings = eg_onset_defaults(1000.0);
    EG_CHECK_INT(eg_onset_find(EG_ONSET_AGLR, &settings, c->n, c->x, &rest, 200, bursts, &n_bursts,
                               &arena, NULL),
                 EG_OK);
    EG_CHECK_INT(
        eg_emg_epochs(1000.0, 1.0, c->n, band, n_bursts, bursts, 200, epochs, &n, &arena, NULL),
        EG_OK);
    eg_emg_fatigue f;
    EG_CHECK_INT(eg_emg_fatigue_of(n, epochs, &f, &arena, NULL), EG_OK);
    eg_test_note("%zu of %zu epochs active: %.1f %%/min (%.1f ... %.1f), %s", f.n_active, n,
                 f.percent_per_min, f.percent_low, f.percent_high, eg_emg_jasa_name(f.jasa));
    EG_CHECK(f.median.slope < -0.12 && f.median.slope > -0.18);
    EG_CHECK(f.median.slope_high < 0.0);
    free(band);
}

static void coactivity_equals_the_golden(void) {
    json_t *golden = json_object_get(eg_emg_golden("golden_cocontraction.json"), "files");
    static const char *const names[] = {"uci_lower_limb_3Amar", "uci_lower_limb_3Apie",
                                        "uci_lower_limb_3Asen"};
    static const char *const pairs[][2] = {{"VM", "BF"}, {"VM", "ST"}, {"RF", "BF"}};
    double worst = 0.0;
    size_t count = 0;
    for (size_t f = 0; f < 3; f++)
        for (size_t p = 0; p < 3; p++) {
            const eg_emg_case *a = eg_emg_case_of(names[f], pairs[p][0]);
            const eg_emg_case *b = eg_emg_case_of(names[f], pairs[p][1]);
            double *left = eg_emg_reals(a->n), *right = eg_emg_reals(a->n);
            free(clean(a, left));
            free(clean(b, right));
            for (eg_emg_norm norm = EG_EMG_NORM_NONE; norm <= EG_EMG_NORM_MEAN; norm++) {
                char file[64], pair[16];
                snprintf(file, sizeof file, "%s.txt", names[f]);
                snprintf(pair, sizeof pair, "%s_%s", pairs[p][0], pairs[p][1]);
                const json_t *one = json_object_get(
                    json_object_get(json_object_get(golden, file), eg_emg_norm_name(norm)), pair);
                eg_emg_coactivity c;
                eg_emg_scale scale_a, scale_b;
                eg_arena arena = eg_emg_arena();
                EG_CHECK_INT(eg_emg_scale_of_trial(norm, a->n, left, &scale_a, &arena, NULL),
                             EG_OK);
                EG_CHECK_INT(eg_emg_scale_of_trial(norm, a->n, right, &scale_b, &arena, NULL),
                             EG_OK);
                EG_CHECK_INT(eg_emg_coactivity_of(a->n, left, &scale_a, right, &scale_b, &c, NULL),
                             EG_OK);
                note_worst(&worst, c.falconer_winter_percent,
                           eg_emg_number(one, "falconer_winter_pct"));
                note_worst(&worst, c.rudolph, eg_emg_number(one, "rudolph_mean"));
                note_worst(&worst, c.unnithan, eg_emg_number(one, "unnithan_overlap_sum_mean"));
                note_worst(&worst, c.share, eg_emg_number(one, "kellis_ratio_ant_over_total_a"));
                note_worst(&worst, c.ratio, eg_emg_number(one, "ratio_min_max_mean_0_1"));
                count++;
            }
            free(left);
            free(right);
        }
    eg_test_note("%zu pairs and normalisations: %.1e", count, worst);
    EG_CHECK(worst < 1e-9);
}

static void coactivity_by_hand(void) {
    const double a[] = {2, 4, 0, -1}, b[] = {1, 4, 3, 0};
    eg_emg_coactivity c, scaled, swapped;
    const eg_emg_scale one = {EG_EMG_NORM_NONE, 1.0}, small = {EG_EMG_NORM_NONE, 1e-3};
    const eg_emg_scale zero = {EG_EMG_NORM_NONE, 0.0}, unknown = {EG_EMG_NORM_NONE, NAN};
    const eg_emg_scale mvc = {EG_EMG_NORM_MVC, 1.0};
    EG_CHECK_INT(eg_emg_coactivity_of(4, a, &one, b, &one, &c, NULL), EG_OK);
    EG_CHECK_NEAR(c.falconer_winter_percent, 200.0 * 5 / 14, 1e-12);
    EG_CHECK_NEAR(c.rudolph, (0.5 * 3 + 8 + 0) / 3, 1e-12);
    EG_CHECK_NEAR(c.unnithan, 5.0 / 4, 1e-12);
    EG_CHECK_NEAR(c.ratio, 1.5 / 3, 1e-12);
    EG_CHECK_INT(eg_emg_coactivity_of(4, a, &small, b, &small, &scaled, NULL), EG_OK);
    EG_CHECK_NEAR(scaled.falconer_winter_percent, c.falconer_winter_percent, 1e-12);
    EG_CHECK_INT(eg_emg_coactivity_of(4, b, &one, a, &one, &swapped, NULL), EG_OK);
    EG_CHECK_NEAR(swapped.rudolph, c.rudolph, 1e-12);
    EG_CHECK_INT(eg_emg_coactivity_of(4, a, &zero, b, &one, &c, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_coactivity_of(4, a, &unknown, b, &one, &c, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_coactivity_of(4, a, &one, b, &mvc, &c, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_coactivity_of(1, a + 3, &one, a + 3, &one, &c, NULL), EG_ERR_DATA);
}

static void quality_equals_the_golden(void) {
    json_t *golden = json_object_get(eg_emg_golden("golden_quality.json"), "files");
    size_t count, n_compared = 0;
    const eg_emg_case *all = eg_emg_cases(&count);
    double worst = 0.0;
    for (size_t k = 0; k < count; k++) {
        static const char *const forms[] = {"%s:%s", "%s.txt", "%s.csv"};
        const json_t *one = NULL;
        for (size_t f = 0; f < 3 && one == NULL; f++) {
            char name[96];
            if (f == 0)
                snprintf(name, sizeof name, "%s:%s", all[k].name, all[k].channel);
            else
                snprintf(name, sizeof name, "%s%s", all[k].name, forms[f] + 2);
            one = json_object_get(golden, name);
        }
        if (one == NULL) continue;
        double *band = clean(&all[k], NULL);
        eg_arena arena = eg_emg_arena();
        eg_emg_quality q;
        EG_CHECK_INT(eg_emg_quality_of(1000.0, all[k].n, all[k].x, band, &q, &arena, NULL), EG_OK);
        note_worst(&worst, q.snr_db, eg_emg_number(one, "snr_db_p95_p5"));
        note_worst(&worst, q.at_min, eg_emg_number(one, "at_min_frac"));
        note_worst(&worst, q.at_max, eg_emg_number(one, "at_max_frac"));
        note_worst(&worst, 1e3 * q.flat_s, eg_emg_number(one, "longest_flat_ms"));
        EG_CHECK(q.verdicts[EG_EMG_CHECK_HUM] == EG_EMG_OK);
        n_compared++;
        free(band);
    }
    eg_test_note("%zu channels: %.1e", n_compared, worst);
    EG_CHECK(n_compared >= 15 && worst < 1e-9);
}

static eg_emg_quality judge(const double *x, size_t n) {
    const eg_emg_case c = {"made", "EMG", n, x, NULL};
    double *band = clean(&c, NULL);
    eg_arena arena = eg_emg_arena();
    eg_emg_quality q;
    EG_CHECK_INT(eg_emg_quality_of(1000.0, n, x, band, &q, &arena, NULL), EG_OK);
    free(band);
    return q;
}

/* One fault at a time raises its own check and no other. */
static void faults_are_named(void) {
    static const eg_emg_check expected[] = {EG_EMG_CHECK_COUNT,  EG_EMG_CHECK_HUM,
                                            EG_EMG_CHECK_CLIP,   EG_EMG_CHECK_FLAT,
                                            EG_EMG_CHECK_MOTION, EG_EMG_CHECK_HEART};
    for (size_t fault = 0; fault < 6; fault++) {
        eg_emg_made made = eg_emg_make(1000.0, 14, 2.0, 0.8, 0.05, 18.0, 0, 33);
        for (size_t i = 0; i < made.n; i++) {
            double t = (double)i / 1000.0, beat = fmod(t, 0.83) - 0.4;
            if (fault == 1) made.x[i] += 6.0 * sin(2.0 * EG_PI * 50.0 * t);
            if (fault == 2) made.x[i] = fmax(-4.0, fmin(4.0, made.x[i]));
            if (fault == 3 && i >= 5000 && i < 5300) made.x[i] = 0.0;
            if (fault == 4) made.x[i] += 12.0 * sin(2.0 * EG_PI * 4.0 * t);
            if (fault == 5) made.x[i] += 8.0 * exp(-0.5 * pow(beat / 0.010, 2.0));
        }
        eg_emg_quality q = judge(made.x, made.n);
        for (eg_emg_check c = EG_EMG_CHECK_SNR; c < EG_EMG_CHECK_COUNT; c++)
            if ((q.verdicts[c] != EG_EMG_OK) != (c == expected[fault]))
                EG_FAIL("fault %zu: %s is %s (regularity %g)", fault, eg_emg_check_name(c),
                        eg_emg_verdict_name(q.verdicts[c]), q.beat_regularity);
        if (fault == 5) EG_CHECK_NEAR(q.beats_per_min, 60.0 / 0.83, 2.0);
        for (size_t i = 0; i < made.n; i++) made.x[i] = 1e-3 * made.x[i];
        eg_emg_quality scaled = judge(made.x, made.n);
        EG_CHECK(memcmp(scaled.verdicts, q.verdicts, sizeof q.verdicts) == 0);
        free(made.x);
    }
}

/* Peaks of a heart's shape at rates that no heart at rest has: shaking, tremor, slow steps. */
static void hearts_beat_at_their_rate(void) {
    static const struct {
        double per_min;
        int is_heart;
    } cases[] = {{30, 0},  {45, 1},  {60, 1},  {100, 1}, {150, 1},
                 {175, 1}, {215, 0}, {240, 0}, {330, 0}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        eg_emg_made made = eg_emg_make(1000.0, 2, 20.0, 0.8, 0.05, -60.0, 0, 61);
        for (size_t i = 0; i < made.n; i++) {
            double beat = fmod((double)i / 1000.0, 60.0 / cases[k].per_min) - 0.1;
            made.x[i] += 6.0 * exp(-0.5 * pow(beat / 0.010, 2.0));
        }
        eg_emg_quality q = judge(made.x, made.n);
        eg_test_note("%g: %g; ", cases[k].per_min, q.beats_per_min);
        EG_CHECK_INT(q.verdicts[EG_EMG_CHECK_HEART] == EG_EMG_WARN, cases[k].is_heart);
        if (cases[k].is_heart) EG_CHECK_NEAR(q.beats_per_min, cases[k].per_min, 5.0);
        free(made.x);
    }
}

EG_TESTS({"emg measures: frequencies equal the golden", frequencies_equal_the_golden},
         {"emg measures: lines and their intervals", lines_are_exact},
         {"emg measures: the four quadrants", quadrants},
         {"emg measures: fatigue over active epochs", fatigue_of_the_recording},
         {"emg measures: co-contraction equals the golden", coactivity_equals_the_golden},
         {"emg measures: co-contraction by hand", coactivity_by_hand},
         {"emg measures: quality equals the golden", quality_equals_the_golden},
         {"emg measures: faults are named", faults_are_named},
         {"emg measures: hearts beat 40 to 180 a minute", hearts_beat_at_their_rate})
