/* Peers' recipes under their names against the peers' values on real recordings, and how far our
 * own definitions and other packages lie from each other on the same recordings. */
#include "core/emg/profile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/emg/clean.h"
#include "core/emg/onset.h"
#include "core/emg/quality.h"
#include "io/format/recording.h"
#include "tests/support/emg_data.h"
#include "tests/support/test.h"

static double *run(eg_emg_profile profile, const eg_emg_case *c, double *envelope) {
    double *band = eg_emg_reals(c->n);
    eg_arena arena = eg_emg_arena();
    EG_CHECK_INT(eg_emg_profile_run(profile, 1000.0, c->n, c->x, band, envelope, &arena, NULL),
                 EG_OK);
    return band;
}

static void note(double *worst, double actual, double expected) {
    *worst = fmax(*worst, fabs(actual - expected) / fmax(fabs(expected), 1e-300));
}

/* The recording itself, the band, the envelope and what pyemgpipeline says of them. */
static void pyemgpipeline(void) {
    size_t count;
    const eg_emg_case *all = eg_emg_cases(&count);
    double samples = 0.0, summary = 0.0;
    for (size_t k = 0; k < count; k++) {
        const eg_emg_case *c = &all[k];
        double *envelope = eg_emg_reals(c->n),
               *band = run(EG_EMG_PROFILE_PYEMGPIPELINE, c, envelope);
        double squares = 0.0, sum = 0.0, total = 0.0;
        size_t largest = 0;
        for (size_t i = 0; i < c->n; i++) {
            squares += band[i] * band[i];
            sum += envelope[i];
            total += c->x[i];
            if (envelope[i] > envelope[largest]) largest = i;
        }
        samples = fmax(samples, eg_emg_difference(c->golden, "pyemgpipeline.bandpass", c->n, band));
        samples =
            fmax(samples, eg_emg_difference(c->golden, "pyemgpipeline.envelope", c->n, envelope));
        note(&summary, total, eg_emg_number(c->golden, "sum"));
        note(&summary, sqrt(squares / (double)c->n),
             eg_emg_number(c->golden, "pyemgpipeline.bandpass_rms"));
        note(&summary, sum / (double)c->n, eg_emg_number(c->golden, "pyemgpipeline.envelope_mean"));
        note(&summary, envelope[largest], eg_emg_number(c->golden, "pyemgpipeline.envelope_max"));
        EG_CHECK_INT(largest, eg_emg_number(c->golden, "pyemgpipeline.envelope_argmax"));
        free(band);
        free(envelope);
    }
    eg_test_note("%zu channels, 16 of them of a C3D: samples %.1e, sums and means %.1e", count,
                 samples, summary);
    EG_CHECK(count == 32 && samples < 1e-9 && summary < 1e-9);
}

static void scipy_and_bmc(void) {
    size_t count;
    const eg_emg_case *all = eg_emg_cases(&count);
    double worst[2] = {0.0};
    for (size_t k = 0; k < count; k++) {
        const eg_emg_case *c = &all[k];
        double *y = eg_emg_reals(c->n), *band = run(EG_EMG_PROFILE_SCIPY, c, y);
        const json_t *g = c->golden;
        worst[0] = fmax(worst[0], eg_emg_difference(g, "scipy_causal.bandpass", c->n, band));
        worst[0] = fmax(worst[0], eg_emg_difference(g, "scipy_causal.envelope", c->n, y));
        EG_CHECK_INT(eg_emg_profile_notch(50.0, 1000.0, c->n, c->x, y, NULL), EG_OK);
        worst[0] = fmax(worst[0], eg_emg_difference(g, "scipy_notch50_q30_causal.y", c->n, y));
        free(band);
        band = run(EG_EMG_PROFILE_BMC, c, y);
        worst[1] = fmax(worst[1], eg_emg_difference(g, "bmc_linear_envelope_8hz", c->n, y));
        eg_emg_profile_bmc_rms(c->n, band, 100, y);
        worst[1] = fmax(worst[1], eg_emg_difference(g, "bmc_moving_rms_100ms.y", c->n, y));
        eg_emg_profile_bmc_rms(c->n, band, 250, y);
        worst[1] = fmax(worst[1], eg_emg_difference(g, "bmc_moving_rms_250ms.y", c->n, y));
        eg_emg_profile_tkeo(c->n, band, y);
        worst[1] = fmax(worst[1], eg_emg_difference(g, "tkeo_of_bandpass", c->n, y));
        free(band);
        free(y);
    }
    eg_test_note("%zu channels: SciPy %.1e, BMC %.1e", count, worst[0], worst[1]);
    EG_CHECK(worst[0] < 1e-9 && worst[1] < 1e-9);
}

static void libemg(void) {
    size_t count, n_values = 0;
    const eg_emg_case *all = eg_emg_cases(&count);
    double worst = 0.0;
    for (size_t k = 0; k < count; k++) {
        const eg_emg_case *c = &all[k];
        const json_t *golden = eg_emg_at(c->golden, "libemg_bandpassed_win250_inc125_first20");
        double *envelope = eg_emg_reals(c->n), *band = run(EG_EMG_PROFILE_LIBEMG, c, envelope);
        EG_CHECK_INT(json_object_size(golden), EG_EMG_FEATURE_COUNT);
        for (size_t w = 0; w < 20; w++) {
            double values[EG_EMG_FEATURE_COUNT];
            eg_arena arena = eg_emg_arena();
            EG_CHECK_INT(eg_emg_features(1000.0, EG_EMG_FEATURE_WINDOW,
                                         band + w * EG_EMG_FEATURE_STEP, values, &arena, NULL),
                         EG_OK);
            for (eg_emg_feature f = EG_EMG_FEATURE_MAV; f < EG_EMG_FEATURE_COUNT; f++) {
                const json_t *list = json_object_get(golden, eg_emg_feature_name(f));
                if (w >= json_array_size(list)) continue;
                double expected = json_number_value(json_array_get(list, w));
                if (fabs(values[f] - expected) > 1e-9 * fabs(expected))
                    EG_FAIL("%s %s %s window %zu: %.17g, not %.17g", c->name, c->channel,
                            eg_emg_feature_name(f), w, values[f], expected);
                if (fabs(expected) > 0.0) note(&worst, values[f], expected);
                n_values++;
            }
        }
        free(band);
        free(envelope);
    }
    eg_test_note("%zu values of %d features: %.1e", n_values, EG_EMG_FEATURE_COUNT, worst);
    EG_CHECK(n_values >= 6000 && worst < 1e-9);
}

/* The golden's name of a channel's quality: "file:RF" or "file.csv". */
static const json_t *quality_of(const json_t *golden, const eg_emg_case *c) {
    static const char *const ends[] = {":%s", ".txt", ".csv"};
    const json_t *one = NULL;
    for (size_t f = 0; f < 3 && one == NULL; f++) {
        char name[96];
        if (f == 0)
            snprintf(name, sizeof name, "%s:%s", c->name, c->channel);
        else
            snprintf(name, sizeof name, "%s%s", c->name, ends[f]);
        one = json_object_get(golden, name);
    }
    return one;
}

static void hum_and_low_frequencies(void) {
    const json_t *golden = json_object_get(eg_emg_golden("golden_quality.json"), "files");
    size_t count, n_compared = 0;
    const eg_emg_case *all = eg_emg_cases(&count);
    double worst = 0.0, low_least = INFINITY, low_most = 0.0, own_low = 0.0;
    for (size_t k = 0; k < count; k++) {
        const json_t *one = quality_of(golden, &all[k]);
        if (one == NULL) continue;
        eg_emg_welch_2048 w;
        eg_emg_quality q;
        eg_arena arena = eg_emg_arena();
        double *envelope = eg_emg_reals(all[k].n);
        double *band = run(EG_EMG_PROFILE_WELCH_2048, &all[k], envelope);
        EG_CHECK_INT(eg_emg_profile_welch_2048(1000.0, all[k].n, all[k].x, &w, &arena, NULL),
                     EG_OK);
        EG_CHECK_INT(eg_emg_quality_of(1000.0, all[k].n, all[k].x, band, &q, &arena, NULL), EG_OK);
        note(&worst, w.hum_50, eg_emg_number(one, "hum50_ratio"));
        note(&worst, w.hum_60, eg_emg_number(one, "hum60_ratio"));
        note(&worst, w.low_share, eg_emg_number(one, "p_below20_frac"));
        low_least = fmin(low_least, w.hum_50 / q.hum_50);
        low_most = fmax(low_most, w.hum_50 / q.hum_50);
        own_low = fmax(own_low, fabs(q.low_share - w.low_share));
        n_compared++;
        free(band);
        free(envelope);
    }
    eg_test_note(
        "%zu channels: %.1e; hum over ours %.4f to %.4f, low share differs by %.4f at most",
        n_compared, worst, low_least, low_most, own_low);
    EG_CHECK(n_compared == 15 && worst < 1e-9);
}

/* NeuroKit2 and BioSPPy are compared with, not reproduced: what they do to the signal's size and
 * how many bursts each finds where people see 9, 3 and 2. */
static void comparison(void) {
    static const char *const names[] = {"bsn_emg_bursts_channel_3", "bmc_emg", "biosppy_emg"};
    static const size_t seen[] = {9, 3, 2};
    for (size_t k = 0; k < 3; k++) {
        const eg_emg_case *c = eg_emg_case_of(names[k], "EMG");
        static eg_burst bursts[500];
        size_t n_bursts, counted = 0;
        eg_onset_rest rest;
        eg_onset_settings settings = eg_onset_defaults(1000.0);
        eg_arena arena = eg_emg_arena();
        EG_CHECK_INT(eg_onset_find(EG_ONSET_AGLR, &settings, c->n, c->x, &rest, 500, bursts,
                                   &n_bursts, &arena, NULL),
                     EG_OK);
        for (size_t i = 0; i < n_bursts; i++) counted += !(bursts[i].flags & EG_ONSET_MINOR);
        const json_t *g = c->golden;
        size_t threshold = json_array_size(eg_emg_at(g, "neurokit2.onsets_threshold"));
        size_t mixture = json_array_size(eg_emg_at(g, "neurokit2.onsets_biosppy"));
        size_t find = json_array_size(eg_emg_at(g, "biosppy.find_onsets")) / 2;
        size_t bonato = json_array_size(eg_emg_at(g, "biosppy.bonato_h10_50_m3")) / 2;
        size_t hodges = json_array_size(eg_emg_at(g, "hodges_bui_literal.intervals"));
        size_t tkeo = json_array_size(eg_emg_at(g, "tkeo_literal_15sd.intervals"));
        eg_test_note(
            "%s: seen %zu, Engram %zu, NeuroKit2 %zu and %zu, BioSPPy %zu and %zu, literal "
            "%zu and %zu; ",
            names[k], seen[k], counted, threshold, mixture, find, bonato, hodges, tkeo);
        EG_CHECK_INT(counted, seen[k]);
        EG_CHECK(threshold + mixture + find + bonato + hodges + tkeo > 0);
    }
    /* The 100 Hz high-pass of both: sampled size against the band-passed signal's. */
    size_t count;
    const eg_emg_case *all = eg_emg_cases(&count);
    double least = INFINITY, most = 0.0;
    for (size_t k = 0; k < count; k++) {
        double own = 0.0, theirs = 0.0;
        const json_t *a = eg_emg_at(all[k].golden, "pyemgpipeline.bandpass");
        const json_t *b = eg_emg_at(all[k].golden, "neurokit2.clean");
        for (size_t i = 0; i < json_array_size(a); i++) {
            own += pow(json_number_value(json_array_get(a, i)), 2.0);
            theirs += pow(json_number_value(json_array_get(b, i)), 2.0);
        }
        least = fmin(least, sqrt(theirs / own));
        most = fmax(most, sqrt(theirs / own));
    }
    eg_test_note("NeuroKit2's cleaning keeps %.0f to %.0f %% of the size", 100.0 * least,
                 100.0 * most);
    EG_CHECK(least < 0.5);
}

/* The EDF written from a UCI recording: samples as another reader has them, and the same numbers
 * from them whatever the file's unit and offset. */
static void edf_samples(void) {
    json_t *golden = eg_emg_golden("golden_derived_uci_3Apie.json");
    char path[1024];
    snprintf(path, sizeof path, "%s/derived_uci_3Apie.edf", eg_test_data("emg"));
    eg_recording *recording = NULL;
    EG_CHECK_INT(eg_recording_read(path, &recording, NULL), EG_OK);
    const json_t *values = json_object_get(golden, "values_physical");
    const char *label;
    const json_t *list;
    double worst = 0.0;
    size_t n = 0;
    json_object_foreach((json_t *)(uintptr_t)values, label, list) {
        const eg_channel *c = eg_recording_channel(recording, label);
        EG_CHECK(c != NULL && (double)c->n == eg_emg_number(golden, "n"));
        for (size_t i = 0; i < json_array_size(list); i++, n++) {
            size_t at =
                (size_t)json_integer_value(json_array_get(json_object_get(golden, "idx"), i));
            note(&worst, c->values[at], json_number_value(json_array_get(list, i)));
        }
    }
    eg_recording_destroy(recording);
    eg_test_note("%zu samples: %.1e", n, worst);
    EG_CHECK(n >= 100 && worst < 1e-9);
}

static void refuses(void) {
    double x[64] = {0}, band[64], envelope[64], features[EG_EMG_FEATURE_COUNT];
    eg_emg_welch_2048 w;
    static unsigned char little[32];
    eg_arena arena = eg_emg_arena(), none;
    eg_arena_init(&none, little, sizeof little);
    EG_CHECK_INT(
        eg_emg_profile_run(EG_EMG_PROFILE_BMC, 1000.0, 10, x, band, envelope, &arena, NULL),
        EG_ERR_DATA);
    EG_CHECK_INT(eg_emg_profile_run(EG_EMG_PROFILE_BMC, 30.0, 64, x, band, envelope, &arena, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_features(1000.0, 7, x, features, &arena, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_emg_features(1000.0, 64, x, features, &none, NULL), EG_ERR_MEMORY);
    EG_CHECK_INT(eg_emg_features(1000.0, 64, x, features, &arena, NULL), EG_OK);
    EG_CHECK(isnan(features[EG_EMG_FEATURE_MDF]) && !(features[EG_EMG_FEATURE_RMS] > 0.0));
    EG_CHECK_INT(eg_emg_profile_welch_2048(1000.0, 64, x, &w, &arena, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_emg_profile_notch(600.0, 1000.0, 64, x, band, NULL), EG_ERR_ARGUMENT);
}

EG_TESTS({"emg profile: pyemgpipeline", pyemgpipeline},
         {"emg profile: SciPy and BMC", scipy_and_bmc}, {"emg profile: LibEMG's features", libemg},
         {"emg profile: hum and low frequencies of the reference values", hum_and_low_frequencies},
         {"emg profile: what other packages make of the same recordings", comparison},
         {"emg profile: samples of the EDF", edf_samples},
         {"emg profile: refuses what cannot be", refuses})
