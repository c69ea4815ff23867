/* The heart in a muscle's recording: beats of known instants are found, what is left after their
 * removal is the muscle, and what has no heart stays as it is. */
#include "core/emg/heart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/emg/clean.h"
#include "core/emg/onset.h"
#include "tests/support/emg_data.h"
#include "tests/support/test.h"

enum { BEATS_MAX = 2000 };

static unsigned char memory[96 << 20];

static eg_arena fresh_arena(void) {
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    return arena;
}

/* A beat of height 1: P, Q, R, S and T as Gaussians (widths 25, 6, 6, 7 and 45 ms). */
static double beat_shape(double t_s) {
    static const double at_s[] = {-0.17, -0.022, 0.0, 0.023, 0.26};
    static const double width_s[] = {0.025, 0.006, 0.006, 0.007, 0.045};
    static const double height[] = {0.12, -0.12, 1.0, -0.22, 0.28};
    double sum = 0.0;
    for (size_t i = 0; i < 5; i++)
        sum += height[i] * exp(-0.5 * pow((t_s - at_s[i]) / width_s[i], 2.0));
    return sum;
}

typedef struct hearted {
    eg_emg_made made;
    double *x; /* made.x with the heart */
    size_t n_beats;
    double beats_s[BEATS_MAX];
} hearted;

/* `height` times the rest's deviation, about `rate` beats a minute, intervals vary by 3 %, heights
 * breathe by 10 %. */
static hearted with_heart(double rate_hz, size_t n_bursts, double snr_db, double height,
                          double beats_per_min, unsigned seed) {
    hearted h = {.made = eg_emg_make(rate_hz, n_bursts, 3.0, 1.0, 0.05, snr_db, 0, seed)};
    eg_random random;
    eg_random_init(&random, 99, seed);
    h.x = malloc(h.made.n * sizeof *h.x);
    EG_CHECK(h.x != NULL);
    memcpy(h.x, h.made.x, h.made.n * sizeof *h.x);
    double t = 0.5;
    while (t < (double)h.made.n / rate_hz && h.n_beats < BEATS_MAX) {
        double size = height * (1.0 + 0.1 * sin(2.0 * EG_PI * 0.25 * t));
        for (double at = ceil((t - 0.4) * rate_hz); at < (t + 0.5) * rate_hz; at += 1.0)
            if (at >= 0.0 && at < (double)h.made.n)
                h.x[(size_t)at] += size * beat_shape(at / rate_hz - t);
        h.beats_s[h.n_beats++] = t;
        t += 60.0 / beats_per_min * (1.0 + 0.03 * eg_random_normal(&random));
    }
    return h;
}

static void release(hearted *h) {
    free(h->made.x);
    free(h->x);
}

static int in_burst(const hearted *h, double t_s) {
    for (size_t k = 0; k < h->made.n_bursts; k++)
        if (t_s > h->made.on_s[k] - 0.1 && t_s < h->made.off_s[k] + 0.1) return 1;
    return 0;
}

static void beats_are_found(void) {
    static const double heights[] = {3.0, 3.0, 6.0, -4.0},
                        rates[] = {1000.0, 2000.0, 1000.0, 4000.0};
    for (size_t k = 0; k < 4; k++) {
        hearted h =
            with_heart(rates[k], 10, 14.0, heights[k], 60.0 + 15.0 * (double)k, (unsigned)(70 + k));
        static size_t peaks[BEATS_MAX];
        size_t count, missed = 0, quiet = 0, wrong = 0;
        double worst = 0.0;
        eg_arena arena = fresh_arena();
        EG_CHECK_INT(
            eg_emg_heart_find(rates[k], h.made.n, h.x, BEATS_MAX, peaks, &count, &arena, NULL),
            EG_OK);
        for (size_t i = 0; i < h.n_beats; i++) {
            double nearest = INFINITY;
            for (size_t j = 0; j < count; j++)
                nearest = fmin(nearest, fabs((double)peaks[j] / rates[k] - h.beats_s[i]));
            if (in_burst(&h, h.beats_s[i]) || h.beats_s[i] < 0.2 ||
                h.beats_s[i] > (double)h.made.n / rates[k] - 0.3)
                continue;
            quiet++;
            missed += nearest > 0.03;
            if (nearest <= 0.03) worst = fmax(worst, nearest);
        }
        for (size_t j = 0; j < count; j++) {
            double nearest = INFINITY;
            for (size_t i = 0; i < h.n_beats; i++)
                nearest = fmin(nearest, fabs((double)peaks[j] / rates[k] - h.beats_s[i]));
            wrong += nearest > 0.05;
        }
        eg_test_note("R %.0f x rest, %.0f Hz: %zu of %zu beats at rest missed, %zu wrong of %zu, "
                     "within %.1f ms; ",
                     heights[k], rates[k], missed, quiet, wrong, count, 1e3 * worst);
        EG_CHECK(quiet > 15 && missed * 20 <= quiet && wrong * 20 <= count && worst < 0.02);
        release(&h);
    }
}

/* RMS of the band-passed signal outside the bursts. */
static double rest_rms(const hearted *h, const double *band, const double *from) {
    double sum = 0.0;
    size_t count = 0;
    for (size_t i = 0; i < h->made.n; i++) {
        double t_s = (double)i / h->made.rate_hz;
        if (in_burst(h, t_s) || t_s < 0.3) continue;
        double value = band[i] - (from != NULL ? from[i] : 0.0);
        sum += value * value;
        count++;
    }
    return sqrt(sum / (double)count);
}

static double *band_of(const hearted *h, const double *x) {
    eg_emg_settings settings = eg_emg_defaults(h->made.rate_hz);
    eg_emg_filters filters;
    double *band = malloc(h->made.n * sizeof *band);
    eg_arena arena = fresh_arena();
    EG_CHECK(band != NULL);
    EG_CHECK_INT(eg_emg_design(&filters, &settings, NULL), EG_OK);
    EG_CHECK_INT(eg_emg_zero_lag(&filters.band, 1, h->made.n, x, band, 0, &arena, NULL), EG_OK);
    return band;
}

/* R peaks of three and six times the rest's RMS: the rest's RMS comes back. */
static void muscle_comes_back(void) {
    static const double heights[] = {3.0, 6.0};
    for (size_t k = 0; k < 2; k++) {
        hearted h = with_heart(1000.0, 20, 14.0, heights[k], 72.0, (unsigned)(5 + k));
        double *truth = band_of(&h, h.made.x), *dirty = band_of(&h, h.x);
        double rest = rest_rms(&h, truth, NULL), before = rest_rms(&h, dirty, truth) / rest;
        for (eg_emg_heart_method m = EG_EMG_HEART_TEMPLATE; m < EG_EMG_HEART_METHODS; m++) {
            double *y = malloc(h.made.n * sizeof *y);
            eg_emg_heart heart;
            eg_arena arena = fresh_arena();
            EG_CHECK_INT(eg_emg_heart_remove(m, 1000.0, h.made.n, h.x, y, &heart, &arena, NULL),
                         EG_OK);
            double *band = band_of(&h, y);
            double left = rest_rms(&h, band, truth) / rest, size = rest_rms(&h, band, NULL) / rest;
            eg_test_note("R %.0f x rest, %s: rest RMS %.3f of the truth (%.3f before), miss %.2f "
                         "(%.2f before), %.0f beats/min; ",
                         heights[k], eg_emg_heart_method_name(m), size,
                         rest_rms(&h, dirty, NULL) / rest, left, before, heart.beats_per_min);
            EG_CHECK_NEAR(size, 1.0, 0.03);
            EG_CHECK_NEAR(heart.beats_per_min, 72.0, 1.5);
            EG_CHECK(heart.n_beats > 60);
            if (m == EG_EMG_HEART_TEMPLATE) EG_CHECK(left < 0.6 * before);
            free(y);
            free(band);
        }
        free(truth);
        free(dirty);
        release(&h);
    }
}

/* Ten minutes of rest with R peaks of three times its RMS: after the removal nothing is an onset.
 */
static void rest_has_no_events(void) {
    for (eg_emg_heart_method m = EG_EMG_HEART_TEMPLATE; m < EG_EMG_HEART_METHODS; m++) {
        hearted h = with_heart(1000.0, 199, -60.0, 3.0, 66.0, (unsigned)(31 + (int)m));
        eg_emg_heart heart;
        static eg_burst bursts[100];
        size_t count;
        eg_onset_rest rest;
        eg_onset_settings settings = eg_onset_defaults(1000.0);
        eg_arena arena = fresh_arena();
        EG_CHECK(h.made.n >= 600000);
        EG_CHECK_INT(eg_emg_heart_remove(m, 1000.0, h.made.n, h.x, h.x, &heart, &arena, NULL),
                     EG_OK);
        EG_CHECK(heart.n_beats > 600);
        EG_CHECK_INT(eg_onset_find(EG_ONSET_AGLR, &settings, h.made.n, h.x, &rest, 100, bursts,
                                   &count, &arena, NULL),
                     EG_OK);
        eg_test_note("%s: %zu of 10 min; ", eg_emg_heart_method_name(m), count);
        EG_CHECK_INT(count, 0);
        release(&h);
    }
}

/* Scale, offset and sign change nothing but the result's; no heart: nothing changes. */
static void invariants(void) {
    hearted h = with_heart(1000.0, 6, 14.0, 4.0, 75.0, 3);
    double *y = malloc(h.made.n * sizeof *y), *z = malloc(h.made.n * sizeof *z), worst = 0.0;
    eg_emg_heart heart, scaled;
    eg_arena arena = fresh_arena();
    EG_CHECK_INT(
        eg_emg_heart_remove(EG_EMG_HEART_TEMPLATE, 1000.0, h.made.n, h.x, y, &heart, &arena, NULL),
        EG_OK);
    for (size_t i = 0; i < h.made.n; i++) z[i] = -1e-3 * h.x[i] + 0.7;
    EG_CHECK_INT(
        eg_emg_heart_remove(EG_EMG_HEART_TEMPLATE, 1000.0, h.made.n, z, z, &scaled, &arena, NULL),
        EG_OK);
    for (size_t i = 0; i < h.made.n; i++) worst = fmax(worst, fabs((0.7 - z[i]) * 1e3 - y[i]));
    EG_CHECK_INT(scaled.n_beats, heart.n_beats);
    EG_CHECK(worst < 1e-9);
    EG_CHECK_INT(
        eg_emg_heart_remove(EG_EMG_HEART_GATE, 1000.0, h.made.n, h.made.x, y, &heart, &arena, NULL),
        EG_OK);
    EG_CHECK_INT(heart.n_beats, 0);
    EG_CHECK(memcmp(y, h.made.x, h.made.n * sizeof *y) == 0);
    EG_CHECK_INT(arena.used, 0);
    EG_CHECK_INT(eg_emg_heart_remove(EG_EMG_HEART_GATE, 1000.0, 2999, h.x, y, &heart, &arena, NULL),
                 EG_ERR_DATA);
    EG_CHECK_INT(eg_emg_heart_remove(EG_EMG_HEART_GATE, 150.0, 2999, h.x, y, &heart, &arena, NULL),
                 EG_ERR_ARGUMENT);
    eg_arena none;
    eg_arena_init(&none, memory, 4096);
    EG_CHECK_INT(eg_emg_heart_remove(EG_EMG_HEART_GATE, 1000.0, 3001, h.x, y, &heart, &none, NULL),
                 EG_ERR_MEMORY);
    eg_test_note("scale, sign and offset: %.1e", worst);
    /* No recording of a leg muscle is given a heart. */
    size_t count, n_found = 0, n = 0;
    const eg_emg_case *all = eg_emg_cases(&count);
    for (size_t k = 0; k < count; k++) {
        static size_t peaks[BEATS_MAX];
        size_t beats;
        eg_arena own = fresh_arena();
        EG_CHECK_INT(
            eg_emg_heart_find(1000.0, all[k].n, all[k].x, BEATS_MAX, peaks, &beats, &own, NULL),
            EG_OK);
        if (beats > 0) eg_test_note("; %s %s %zu", all[k].name, all[k].channel, beats);
        n_found += beats > 0;
        n++;
    }
    eg_test_note("; %zu of %zu real limb channels seem to have a heart", n_found, n);
    EG_CHECK(n == 32 && n_found * 16 <= n);
    free(y);
    free(z);
    release(&h);
}

EG_TESTS({"emg heart: beats are found", beats_are_found},
         {"emg heart: the muscle comes back", muscle_comes_back},
         {"emg heart: ten minutes of rest have no onset", rest_has_no_events},
         {"emg heart: scale, sign, offset; no heart, no change", invariants})
