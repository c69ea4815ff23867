/* What must not change a measure of muscle, for all of them at once: the unit, the order of the
 * channels, the size of the blocks, when the recording was started, the rate, a constant offset. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/emg/amplitude.h"
#include "core/emg/coactivity.h"
#include "core/emg/fatigue.h"
#include "core/emg/monitor.h"
#include "core/emg/quality.h"
#include "core/emg/relaxation.h"
#include "core/emg/synergy.h"
#include "core/emg/timing.h"
#include "tests/support/emg_data.h"
#include "tests/support/test.h"

enum { CHANNELS = 3, VALUES_MAX = 64, BURSTS = 2000, MEMORY = 96 << 20 };

typedef struct value {
    const char *name;
    double number;
    int is_amplitude; /* grows with the unit */
    double tolerance; /* of another start and another rate, relative */
    double least;     /* or so much, absolute */
} value;

typedef struct values {
    value list[VALUES_MAX];
    size_t n;
} values;

typedef struct recording {
    double rate_hz;
    size_t n;
    double *x;              /* [n][CHANNELS] */
    size_t order[CHANNELS]; /* where channels A, B and C are */
    size_t block;           /* of the live path */
} recording;

static void add(values *v, const char *name, double number, int is_amplitude, double tolerance,
                double least) {
    EG_CHECK(v->n < VALUES_MAX);
    v->list[v->n++] = (value){name, number, is_amplitude, tolerance, least};
}

static void *memory;
static eg_arena arena;

static void add_amplitudes(values *v, const recording *r, const double *band,
                           const double *envelope) {
    double peak = 0.0, at, rms = eg_emg_rms_between(r->rate_hz, r->n, band, 0.0, 25.0);
    for (size_t i = 0; i < r->n; i++) peak = fmax(peak, envelope[i]);
    add(v, "rms", rms, 1, 0.01, 0);
    add(v, "peak of the envelope", peak, 1, 0.01, 0);
    add(v, "integral", eg_emg_integral(r->rate_hz, r->n, band, NAN, NAN, NULL, NULL), 1, 0.01, 0);
    EG_CHECK_INT(eg_emg_rms_peak(r->rate_hz, 0.5, r->n, band, &peak, &at, NULL), EG_OK);
    add(v, "largest RMS of 0.5 s", peak, 1, 0.01, 0);
    EG_CHECK_INT(eg_emg_rms_least(r->rate_hz, 0.25, r->n, band, &peak, &at, NULL), EG_OK);
    add(v, "smallest RMS of 0.25 s", peak, 1, 0.01, 0);
    eg_emg_relaxation relaxation;
    EG_CHECK_INT(eg_emg_relaxation_of(r->rate_hz, r->n, band, (eg_emg_span){0.6, 8.0},
                                      (eg_emg_span){NAN, NAN}, (eg_emg_span){16.0, 24.0},
                                      &relaxation, NULL),
                 EG_OK);
    add(v, "flexion-relaxation", relaxation.extension_ratio, 0, 0.03, 0);
}

static void add_spectra(values *v, const recording *r, const double *x, const double *band) {
    eg_emg_spectrum spectrum;
    size_t segment = (size_t)(0.512 * r->rate_hz);
    EG_CHECK_INT(eg_emg_spectrum_welch(r->rate_hz, segment, r->n, band, &spectrum, &arena, NULL),
                 EG_OK);
    add(v, "median frequency", spectrum.median_hz, 0, 0.01, 0);
    add(v, "mean frequency", spectrum.mean_hz, 0, 0.01, 0);
    eg_emg_quality quality;
    EG_CHECK_INT(eg_emg_quality_of(r->rate_hz, r->n, x, band, &quality, &arena, NULL), EG_OK);
    add(v, "loud over quiet", quality.snr_db, 0, 0.01, 0.1);
    add(v, "power below 20 Hz", quality.low_share, 0, 0.05, 0.002);
    add(v, "verdict", (double)quality.verdict, 0, 0, 0);
}

static void add_onsets(values *v, const recording *r, const double *const x[2]) {
    static eg_burst bursts[2][BURSTS];
    static eg_emg_epoch epochs[64];
    size_t count[2], n_epochs;
    eg_onset_rest rest;
    eg_emg_rhythm rhythm;
    eg_emg_delay delay;
    eg_onset_settings settings = eg_onset_defaults(r->rate_hz);
    for (int m = EG_ONSET_METHODS - 1; m >= 0; m--)
        for (size_t c = 0; c < 2; c++) {
            EG_CHECK_INT(eg_onset_find((eg_onset_method)m, &settings, r->n, x[c], &rest, BURSTS,
                                       bursts[c], &count[c], &arena, NULL),
                         EG_OK);
            if (c > 0) continue;
            EG_CHECK_INT(eg_emg_rhythm_of(count[0], bursts[0], &rhythm, &arena, NULL), EG_OK);
            const char *name = eg_onset_method_name((eg_onset_method)m);
            add(v, name, (double)rhythm.n_bursts, 0, 0, 0);
            add(v, name, rhythm.duration_s, 0, 0.01, 0.006);
            add(v, name, rhythm.period_s, 0, 0.01, 0.004);
        }
    EG_CHECK_INT(eg_emg_delay_of(count[0], bursts[0], count[1], bursts[1], EG_EMG_DELAY_MAX_S,
                                 &delay, &arena, NULL),
                 EG_OK);
    add(v, "rest", rest.rms, 1, 0.02, 0);
    add(v, "delay", delay.median_s, 0, 0.01, 0.004);
    add(v, "burst over rest", bursts[0][3].snr_db, 0, 0.02, 0.2);
    EG_CHECK_INT(eg_emg_epochs(r->rate_hz, 0.5, r->n, x[0], count[0], bursts[0], 64, epochs,
                               &n_epochs, &arena, NULL),
                 EG_OK);
    double sum = 0.0;
    for (size_t i = 0; i < n_epochs; i++) sum += epochs[i].spectrum.median_hz;
    add(v, "median frequency of epochs", sum / (double)n_epochs, 0, 0.02, 0);
}

static void add_pairs(values *v, const recording *r, const double *a, const double *b,
                      const double *all) {
    eg_emg_scale scale_a, scale_b;
    eg_emg_coactivity both;
    EG_CHECK_INT(eg_emg_scale_of_trial(EG_EMG_NORM_P99, r->n, a, &scale_a, &arena, NULL), EG_OK);
    EG_CHECK_INT(eg_emg_scale_of_trial(EG_EMG_NORM_P99, r->n, b, &scale_b, &arena, NULL), EG_OK);
    EG_CHECK_INT(eg_emg_coactivity_of(r->n, a, &scale_a, b, &scale_b, &both, NULL), EG_OK);
    add(v, "Falconer and Winter", both.falconer_winter_percent, 0, 0.01, 0);
    add(v, "Rudolph", both.rudolph, 0, 0.01, 0);
    add(v, "Unnithan", both.unnithan, 0, 0.01, 0);
    add(v, "share", both.share, 0, 0.01, 0);
    add(v, "ratio", both.ratio, 0, 0.01, 0);
    eg_emg_symmetry symmetry;
    eg_emg_amount left = {scale_a.divisor, EG_EMG_NORM_NONE, "uV"};
    eg_emg_amount right = {scale_b.divisor, EG_EMG_NORM_NONE, "uV"};
    EG_CHECK_INT(eg_emg_symmetry_of(&left, &right, &symmetry, NULL), EG_OK);
    add(v, "symmetry index", symmetry.index_percent, 0, 0.01, 0.5);
    /* Synergies of envelopes at 50 Hz. */
    size_t step = (size_t)(r->rate_hz / 50.0), n = r->n / step;
    double *few = eg_arena_take(&arena, n * CHANNELS, sizeof *few);
    double *h = eg_arena_take(&arena, 2 * n, sizeof *h), w[CHANNELS * 2];
    EG_CHECK(few != NULL && h != NULL);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < CHANNELS; c++)
            few[i * CHANNELS + c] = all[i * step * CHANNELS + r->order[c]];
    eg_synergy synergy;
    eg_synergy_fit fit;
    eg_synergy_settings settings = eg_synergy_defaults();
    EG_CHECK_INT(eg_synergy_init(&synergy, CHANNELS, n, few, &arena, NULL), EG_OK);
    EG_CHECK_INT(eg_synergy_find(&synergy, 1, &settings, w, h, &fit, &arena, NULL), EG_OK);
    add(v, "VAF of one synergy", fit.vaf, 0, 0.01, 0);
    add(v, "R2 of one synergy", fit.r2, 0, 0.01, 0);
    add(v, "weight of A", w[0], 0, 0.01, 0);
}

static void add_live(values *v, const recording *r) {
    static eg_emg_monitor monitor;
    static eg_emg_event events[400];
    eg_emg_monitor_settings settings = eg_emg_monitor_defaults(r->rate_hz);
    settings.rest_s = 1.2;
    double *out[3];
    for (size_t i = 0; i < 3; i++) {
        out[i] = eg_arena_take(&arena, r->n * CHANNELS, sizeof(double));
        EG_CHECK(out[i] != NULL);
    }
    EG_CHECK_INT(eg_emg_monitor_start(&monitor, &settings, CHANNELS, &arena, NULL), EG_OK);
    size_t count = 0, on = 0;
    for (size_t at = 0; at < r->n; at += r->block) {
        size_t now = r->n - at < r->block ? r->n - at : r->block, from = at * CHANNELS;
        count += eg_emg_monitor_feed(&monitor, now, r->x + from, out[0] + from, out[1] + from,
                                     out[2] + from, 400 - count, events + count);
    }
    double sums[3] = {0.0, 0.0, 0.0}, late = 0.0;
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < 3; k++) sums[k] += fabs(out[k][i * CHANNELS + r->order[0]]);
    for (size_t i = 0; i < count; i++) {
        if (events[i].channel != r->order[0] || !events[i].is_on) continue;
        late += events[i].seen_s - events[i].at_s;
        on++;
    }
    add(v, "live band", sums[0] / (double)r->n, 1, 0.01, 0);
    add(v, "live envelope", sums[1] / (double)r->n, 1, 0.01, 0);
    add(v, "live RMS", sums[2] / (double)r->n, 1, 0.01, 0);
    add(v, "live onsets", (double)on, 0, 0, 0);
    add(v, "live delay", late / (double)on, 0, 0.1, 0.006);
    add(v, "live rest", eg_emg_monitor_rest(&monitor, r->order[0]), 1, 0.03, 0);
    add(v, "live median frequency", monitor.median_hz[r->order[0]], 0, 0.1, 0);
}

static values measure(const recording *r) {
    values v = {.n = 0};
    eg_arena_init(&arena, memory, MEMORY);
    eg_emg_filters filters;
    eg_emg_settings settings = eg_emg_defaults(r->rate_hz);
    double *band = eg_arena_take(&arena, r->n * CHANNELS, sizeof *band);
    double *envelope = eg_arena_take(&arena, r->n * CHANNELS, sizeof *envelope);
    double *one = eg_arena_take(&arena, 6 * r->n, sizeof *one);
    EG_CHECK(band != NULL && envelope != NULL && one != NULL);
    EG_CHECK_INT(eg_emg_design(&filters, &settings, NULL), EG_OK);
    EG_CHECK_INT(eg_emg_envelope(&filters, CHANNELS, r->n, r->x, band, envelope, &arena, NULL),
                 EG_OK);
    double *raw[2] = {one, one + r->n}, *bands[2] = {one + 2 * r->n, one + 3 * r->n};
    double *envelopes[2] = {one + 4 * r->n, one + 5 * r->n};
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < r->n; i++) {
            raw[c][i] = r->x[i * CHANNELS + r->order[c]];
            bands[c][i] = band[i * CHANNELS + r->order[c]];
            envelopes[c][i] = envelope[i * CHANNELS + r->order[c]];
        }
    add_amplitudes(&v, r, bands[0], envelopes[0]);
    add_spectra(&v, r, raw[0], bands[0]);
    add_onsets(&v, r, (const double *const[2]){raw[0], raw[1]});
    add_pairs(&v, r, envelopes[0], envelopes[1], envelope);
    add_live(&v, r);
    return v;
}

/* 26 s at 4 kHz of three muscles below 250 Hz, so that 1 kHz holds all of it. */
static double *physical(size_t *n) {
    eg_filter low;
    EG_CHECK_INT(eg_filter_butterworth(&low, EG_FILTER_LOW_PASS, 6, 0.0, 180.0, 4000.0, NULL),
                 EG_OK);
    eg_arena_init(&arena, memory, MEMORY);
    double *x = NULL;
    for (size_t c = 0; c < CHANNELS; c++) {
        eg_emg_made made = eg_emg_make(4000.0, 10, 2.4, 1.0, 0.0, 22.0, 0, 500);
        if (c == 0) {
            *n = made.n;
            x = malloc(made.n * CHANNELS * sizeof *x);
            EG_CHECK(x != NULL);
        }
        EG_CHECK_INT(
            eg_filter_zero_lag(&low, made.n, made.x, made.x, eg_filter_padding(&low), &arena, NULL),
            EG_OK);
        eg_emg_made other = eg_emg_make(4000.0, 10, 2.4, 1.0, 0.0, -60.0, 0, 501 + (unsigned)c);
        EG_CHECK_INT(eg_filter_zero_lag(&low, made.n, other.x, other.x, eg_filter_padding(&low),
                                        &arena, NULL),
                     EG_OK);
        for (size_t i = 0; i < made.n; i++) {
            size_t from = i >= 240 * c ? i - 240 * c : 0; /* each 60 ms after the one before */
            x[i * CHANNELS + c] = (made.x[from] + 0.5 * other.x[i]) * (1.0 + 0.4 * (double)c);
        }
        free(made.x);
        free(other.x);
    }
    return x;
}

/* A part of it at rate 4000 / step from sample `from` of 4 kHz on, 25 s. */
static recording part(const double *x, size_t from, size_t step) {
    recording r = {4000.0 / (double)step, 25 * 4000 / step, NULL, {0, 1, 2}, 64};
    r.x = malloc(r.n * CHANNELS * sizeof *r.x);
    EG_CHECK(r.x != NULL);
    for (size_t i = 0; i < r.n; i++)
        for (size_t c = 0; c < CHANNELS; c++)
            r.x[i * CHANNELS + c] = x[(from + i * step) * CHANNELS + c];
    return r;
}

/* `exact` >= 0: every number may differ by this share; < 0: by its own tolerance. */
static void compare(const char *what, const values *a, const values *b, double scale,
                    double exact) {
    double worst = 0.0;
    const char *name = "";
    EG_CHECK_INT(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        const value *v = &a->list[i];
        double expected = v->number * (v->is_amplitude ? scale : 1.0), other = b->list[i].number;
        double difference = fabs(other - expected), size = fabs(expected);
        double allowed = exact >= 0.0 ? exact * size : fmax(v->tolerance * size, v->least);
        if (!(difference <= allowed))
            EG_FAIL("%s changes %s from %.9g to %.9g", what, v->name, expected, other);
        if (size > 0.0 && difference / size > worst) {
            worst = difference / size;
            name = v->name;
        }
    }
    eg_test_note("%s: %zu measures, at most %.2g (%s); ", what, a->n, worst, name);
}

static void nothing_else_matters(void) {
    size_t n;
    memory = malloc(MEMORY);
    EG_CHECK(memory != NULL);
    double *x = physical(&n);
    EG_CHECK(n >= 26 * 4000);
    recording base = part(x, 0, 2);
    const values expected = measure(&base);

    recording changed = part(x, 0, 2);
    for (size_t i = 0; i < changed.n * CHANNELS; i++) changed.x[i] *= 0x1p-20;
    values other = measure(&changed);
    compare("unit of 2^-20", &expected, &other, 0x1p-20, 1e-9);
    for (size_t i = 0; i < changed.n * CHANNELS; i++) changed.x[i] = 1e3 * base.x[i];
    other = measure(&changed);
    compare("unit of 1000", &expected, &other, 1e3, 1e-6);
    for (size_t i = 0; i < changed.n * CHANNELS; i++) changed.x[i] = base.x[i] + 500.0;
    other = measure(&changed);
    compare("offset of 500", &expected, &other, 1.0, 1e-6);
    for (size_t i = 0; i < changed.n; i++)
        for (size_t c = 0; c < CHANNELS; c++)
            changed.x[i * CHANNELS + (c + 1) % CHANNELS] = base.x[i * CHANNELS + c];
    for (size_t c = 0; c < CHANNELS; c++) changed.order[c] = (c + 1) % CHANNELS;
    other = measure(&changed);
    compare("order of channels", &expected, &other, 1.0, 0.0);

    static const size_t blocks[] = {1, 7, 4096};
    for (size_t i = 0; i < 3; i++) {
        base.block = blocks[i];
        other = measure(&base);
        compare("block size", &expected, &other, 1.0, 0.0);
    }
    recording later = part(x, 800, 2);
    other = measure(&later);
    compare("start 0.2 s later", &expected, &other, 1.0, -1.0);
    free(later.x);
    static const size_t steps[] = {4, 1};
    for (size_t i = 0; i < 2; i++) {
        recording at_rate = part(x, 0, steps[i]);
        other = measure(&at_rate);
        compare(i == 0 ? "1 kHz for 2" : "4 kHz for 2", &expected, &other, 1.0, -1.0);
        free(at_rate.x);
    }
    free(base.x);
    free(changed.x);
    free(x);
    free(memory);
}

EG_TESTS({"emg invariants: unit, order, blocks, start, rate and offset", nothing_else_matters})
