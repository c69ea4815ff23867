/* The muscle pipeline against pyemgpipeline, SciPy and BMC on real recordings, and its invariants:
 * blocks, channel order, scale, offset, time shift, rate. */
#include "core/emg/clean.h"
#include "core/emg/live.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/emg_data.h"
#include "tests/support/test.h"

static unsigned char memory[1 << 20];

static eg_arena fresh_arena(void) {
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    return arena;
}

static eg_emg_filters design(double low_hz, double high_hz, double envelope_hz, double rate_hz) {
    eg_emg_settings settings = eg_emg_defaults(rate_hz);
    settings.band_low_hz = low_hz;
    settings.band_high_hz = high_hz;
    settings.envelope_hz = envelope_hz;
    eg_emg_filters filters;
    EG_CHECK_INT(eg_emg_design(&filters, &settings, NULL), EG_OK);
    return filters;
}

static double *reals(size_t n) {
    double *x = calloc(n, sizeof *x);
    EG_CHECK(x != NULL);
    return x;
}

/* pyemgpipeline: mean away, butter(2) 20-450 filtfilt, abs, butter(2) 6 Hz filtfilt. */
static void equals_pyemgpipeline(void) {
    size_t count;
    const eg_emg_case *all = eg_emg_cases(&count);
    eg_emg_filters filters = design(20.0, 450.0, 6.0, 1000.0);
    EG_CHECK(!filters.is_capped);
    double worst_band = 0.0, worst_envelope = 0.0;
    for (size_t k = 0; k < count; k++) {
        double *band = reals(all[k].n), *envelope = reals(all[k].n);
        eg_arena arena = fresh_arena();
        EG_CHECK_INT(eg_emg_envelope(&filters, 1, all[k].n, all[k].x, band, envelope, &arena, NULL),
                     EG_OK);
        worst_band = fmax(
            worst_band, eg_emg_difference(all[k].golden, "pyemgpipeline.bandpass", all[k].n, band));
        worst_envelope =
            fmax(worst_envelope,
                 eg_emg_difference(all[k].golden, "pyemgpipeline.envelope", all[k].n, envelope));
        free(band);
        free(envelope);
    }
    eg_test_note("%zu channels: band-pass %.1e, envelope %.1e of the largest value", count,
                 worst_band, worst_envelope);
    EG_CHECK(worst_band < 1e-9 && worst_envelope < 1e-9);
}

/* SciPy's sosfilt from rest on the signal less its mean, and lfilter of iirnotch. */
static void equals_scipy_causal(void) {
    size_t count;
    const eg_emg_case *all = eg_emg_cases(&count);
    eg_emg_filters filters = design(20.0, 450.0, 6.0, 1000.0);
    eg_filter notch;
    EG_CHECK_INT(eg_emg_notch(&notch, 50.0, 30.0, 1000.0, NULL), EG_OK);
    double worst[3] = {0};
    for (size_t k = 0; k < count; k++) {
        size_t n = all[k].n;
        double *x = reals(n), *y = reals(n);
        double mean = eg_emg_number(all[k].golden, "mean");
        for (size_t i = 0; i < n; i++) x[i] = all[k].x[i] - mean;
        eg_filter_state state = {0}, low = {0}, narrow = {0};
        eg_emg_causal(&filters.band, 1, &state, n, x, y);
        worst[0] = fmax(worst[0], eg_emg_difference(all[k].golden, "scipy_causal.bandpass", n, y));
        for (size_t i = 0; i < n; i++) y[i] = fabs(y[i]);
        eg_emg_causal(&filters.envelope, 1, &low, n, y, y);
        worst[1] = fmax(worst[1], eg_emg_difference(all[k].golden, "scipy_causal.envelope", n, y));
        eg_emg_causal(&notch, 1, &narrow, n, x, y);
        worst[2] =
            fmax(worst[2], eg_emg_difference(all[k].golden, "scipy_notch50_q30_causal.y", n, y));
        free(x);
        free(y);
    }
    eg_test_note("%zu channels: band-pass %.1e, envelope %.1e, notch %.1e", count, worst[0],
                 worst[1], worst[2]);
    EG_CHECK(worst[0] < 1e-9 && worst[1] < 1e-9 && worst[2] < 1e-9);
}

/* BMC: linear envelope at 8 Hz, and the root of a moving mean that takes samples beyond the ends
 * as zero where ours takes the part of the window that exists. */
static void equals_bmc(void) {
    size_t count;
    const eg_emg_case *all = eg_emg_cases(&count);
    eg_emg_filters filters = design(20.0, 450.0, 8.0, 1000.0);
    double worst[2] = {0};
    for (size_t k = 0; k < count; k++) {
        size_t n = all[k].n;
        double *band = reals(n), *y = reals(n);
        eg_arena arena = fresh_arena();
        EG_CHECK_INT(eg_emg_envelope(&filters, 1, n, all[k].x, band, y, &arena, NULL), EG_OK);
        worst[0] =
            fmax(worst[0], eg_emg_difference(all[k].golden, "bmc_linear_envelope_8hz", n, y));
        static const size_t windows[] = {100, 250};
        for (size_t w = 0; w < 2; w++) {
            size_t before = windows[w] / 2, behind = windows[w] - 1 - before;
            eg_emg_rms_centred(n, 1, band, windows[w], y);
            for (size_t i = 0; i < n; i++) {
                size_t low = i > before ? i - before : 0,
                       high = i + behind + 1 < n ? i + behind + 1 : n;
                y[i] *= sqrt((double)(high - low) / (double)windows[w]);
            }
            worst[1] = fmax(worst[1], eg_emg_difference(all[k].golden,
                                                        w == 0 ? "bmc_moving_rms_100ms.y"
                                                               : "bmc_moving_rms_250ms.y",
                                                        n, y));
        }
        free(band);
        free(y);
    }
    eg_test_note("%zu channels: envelope %.1e, moving RMS %.1e", count, worst[0], worst[1]);
    EG_CHECK(worst[0] < 1e-9 && worst[1] < 1e-9);
}

enum { CHANNELS = 11, LONG = 9000 };

/* Channel c of the interleaved test signal: noise on an offset. */
static double *make_channels(double rate_hz) {
    double *x = reals((size_t)CHANNELS * LONG);
    for (size_t c = 0; c < CHANNELS; c++) {
        eg_emg_made made = eg_emg_make(rate_hz, 3, 0.9, 0.3, 0.05, 12.0, 0, (unsigned)c);
        for (size_t i = 0; i < LONG; i++)
            x[i * CHANNELS + c] = 100.0 * (double)c + made.x[i % made.n];
        free(made.x);
    }
    return x;
}

/* Each channel alone, by core/signal, has the interleaved result's bits (causal) or value. */
static void channels_do_not_mix(void) {
    double *x = make_channels(2000.0), *y = reals((size_t)CHANNELS * LONG);
    double *one = reals(LONG), *z = reals(LONG);
    eg_emg_filters filters = design(20.0, 450.0, 6.0, 2000.0);
    eg_arena arena = fresh_arena();
    EG_CHECK_INT(eg_emg_zero_lag(&filters.band, CHANNELS, LONG, x, y, 0, &arena, NULL), EG_OK);
    double worst = 0.0;
    for (size_t c = 0; c < CHANNELS; c++) {
        for (size_t i = 0; i < LONG; i++) one[i] = x[i * CHANNELS + c];
        arena = fresh_arena();
        EG_CHECK_INT(eg_filter_zero_lag(&filters.band, LONG, one, z,
                                        eg_filter_padding(&filters.band), &arena, NULL),
                     EG_OK);
        for (size_t i = 0; i < LONG; i++) worst = fmax(worst, fabs(z[i] - y[i * CHANNELS + c]));
        arena = fresh_arena();
        EG_CHECK_INT(eg_emg_zero_lag(&filters.band, 1, LONG, one, z, 0, &arena, NULL), EG_OK);
        for (size_t i = 0; i < LONG; i++)
            EG_CHECK(memcmp(&z[i], &y[i * CHANNELS + c], sizeof z[i]) == 0);
    }
    eg_test_note("%d channels: alone and together the same bits; %.1e from core/signal", CHANNELS,
                 worst);
    EG_CHECK(worst < 1e-9);
    free(x);
    free(y);
    free(one);
    free(z);
}

/* Feeds the live path in blocks of a size; out[3]: band, envelope, RMS. */
static void feed_live(const double *x, size_t block, double *out[3]) {
    eg_emg_live live;
    eg_arena arena = fresh_arena();
    eg_emg_settings settings = eg_emg_defaults(2000.0);
    EG_CHECK_INT(eg_emg_live_start(&live, &settings, CHANNELS, 0.1, &arena, NULL), EG_OK);
    EG_CHECK(arena.used <= eg_emg_live_size(CHANNELS, 0.1, 2000.0) + 256);
    for (size_t at = 0; at < LONG; at += block) {
        size_t n = LONG - at < block ? LONG - at : block, i = at * CHANNELS;
        eg_emg_live_feed(&live, n, x + i, out[0] + i, out[1] + i, out[2] + i);
    }
}

static void blocks_do_not_matter(void) {
    static const size_t sizes[] = {1, 7, 64, 4096};
    double *x = make_channels(2000.0), *first[3], *out[3];
    size_t all = (size_t)CHANNELS * LONG;
    for (size_t k = 0; k < 3; k++) {
        first[k] = reals(all);
        out[k] = reals(all);
    }
    feed_live(x, LONG, first);
    for (size_t s = 0; s < 4; s++) {
        feed_live(x, sizes[s], out);
        for (size_t k = 0; k < 3; k++) EG_CHECK(memcmp(first[k], out[k], all * sizeof *x) == 0);
    }
    /* The RMS is the trailing one, by definition. */
    double worst = 0.0;
    for (size_t i = 199; i < LONG; i += 97)
        for (size_t c = 0; c < CHANNELS; c++) {
            double sum = 0.0;
            for (size_t j = i - 199; j <= i; j++)
                sum += first[0][j * CHANNELS + c] * first[0][j * CHANNELS + c];
            worst = fmax(worst, fabs(first[2][i * CHANNELS + c] - sqrt(sum / 200.0)));
        }
    eg_test_note("blocks of 1, 7, 64, 4096 of %d channels: the same bits; RMS within %.1e",
                 CHANNELS, worst);
    EG_CHECK(worst < 1e-12);
    for (size_t k = 0; k < 3; k++) {
        free(first[k]);
        free(out[k]);
    }
    free(x);
}

/* Figures computed elsewhere: group delay 37.5 ms, 90 % of a step at 70 ms, of 3 Hz 75 and 141. */
static void latency_is_stated(void) {
    eg_emg_filters six = design(20.0, 450.0, 6.0, 1000.0), three = design(20.0, 450.0, 3.0, 1000.0);
    eg_emg_latency latency = eg_emg_latency_of(&six, 0.1), slow = eg_emg_latency_of(&three, 0.25);
    EG_CHECK_NEAR(latency.envelope_s, 0.0375, 5e-5);
    EG_CHECK_NEAR(latency.envelope_90_s, 0.070, 1.5e-3);
    EG_CHECK_NEAR(slow.envelope_s, 0.075, 5e-5);
    EG_CHECK_NEAR(slow.envelope_90_s, 0.141, 1.5e-3);
    EG_CHECK_NEAR(latency.rms_50_s, 0.050, 1e-12);
    EG_CHECK_NEAR(latency.rms_90_s, 0.081, 1e-12);
    EG_CHECK_NEAR(slow.rms_90_s, 0.2025, 1e-12);
    eg_test_note("6 Hz: %.1f ms, 90 %% at %.1f ms", 1e3 * latency.envelope_s,
                 1e3 * latency.envelope_90_s);
}

/* Offset, scale and a shift in time; all exact to rounding. */
static void invariants(void) {
    eg_emg_made made = eg_emg_make(2000.0, 4, 1.0, 0.4, 0.05, 12.0, 0, 3);
    size_t n = made.n, shift = 777;
    double *plain = reals(n), *other = reals(n), *x = reals(n);
    eg_emg_filters filters = design(20.0, 450.0, 6.0, 2000.0);
    eg_arena arena = fresh_arena();
    EG_CHECK_INT(eg_emg_envelope(&filters, 1, n, made.x, NULL, plain, &arena, NULL), EG_OK);
    for (size_t i = 0; i < n; i++) x[i] = 1e3 * made.x[i] + 5e4;
    EG_CHECK_INT(eg_emg_envelope(&filters, 1, n, x, NULL, other, &arena, NULL), EG_OK);
    double worst = 0.0, moved = 0.0;
    for (size_t i = 0; i < n; i++) worst = fmax(worst, fabs(other[i] / 1e3 - plain[i]));
    EG_CHECK_INT(eg_emg_envelope(&filters, 1, n - shift, made.x + shift, NULL, other, &arena, NULL),
                 EG_OK);
    for (size_t i = 3000; i + 3000 < n; i++) moved = fmax(moved, fabs(other[i - shift] - plain[i]));
    eg_test_note("scale and offset %.1e, time shift %.1e", worst, moved);
    EG_CHECK(worst < 1e-12 && moved < 1e-9);
    free(plain);
    free(other);
    free(x);
    free(made.x);
}

/* One physical signal (sines of 47, 83 and 170 Hz, swelling) at 1, 2 and 4 kHz. */
static void rate_does_not_matter(void) {
    static const double rates[] = {1000.0, 2000.0, 4000.0};
    double means[3];
    for (size_t r = 0; r < 3; r++) {
        size_t n = (size_t)(6.0 * rates[r]);
        double *x = reals(n), sum = 0.0;
        for (size_t i = 0; i < n; i++) {
            double t = (double)i / rates[r];
            x[i] = (1.0 + 0.5 * sin(3.0 * t)) *
                   (sin(2 * EG_PI * 47.0 * t) + sin(2 * EG_PI * 83.0 * t) +
                    sin(2 * EG_PI * 170.0 * t));
        }
        eg_emg_filters filters = design(20.0, 400.0, 6.0, rates[r]);
        eg_arena arena = fresh_arena();
        EG_CHECK_INT(eg_emg_envelope(&filters, 1, n, x, NULL, x, &arena, NULL), EG_OK);
        for (size_t i = n / 6; i < n - n / 6; i++) sum += x[i];
        means[r] = sum / (double)(n - n / 6 - n / 6);
        free(x);
    }
    eg_test_note("envelope at 1, 2, 4 kHz: %.5f %.5f %.5f", means[0], means[1], means[2]);
    EG_CHECK_NEAR(means[1], means[0], 0.01 * means[0]);
    EG_CHECK_NEAR(means[2], means[0], 0.01 * means[0]);
}

static void refuses(void) {
    eg_emg_settings settings = eg_emg_defaults(200.0);
    eg_emg_filters filters;
    EG_CHECK_INT(eg_emg_design(&filters, &settings, NULL), EG_OK);
    EG_CHECK(filters.is_capped);
    EG_CHECK_NEAR(filters.settings.band_high_hz, 90.0, 1e-12);
    settings.rate_hz = 40.0;
    EG_CHECK_INT(eg_emg_design(&filters, &settings, NULL), EG_ERR_ARGUMENT);
    settings = eg_emg_defaults(1000.0);
    settings.notch_hz = 500.0;
    EG_CHECK_INT(eg_emg_design(&filters, &settings, NULL), EG_ERR_ARGUMENT);
    settings.notch_hz = 50.0;
    EG_CHECK_INT(eg_emg_design(&filters, &settings, NULL), EG_OK);
    EG_CHECK_INT(filters.band.n_sections, 3);
    double x[32] = {0};
    eg_arena arena = fresh_arena();
    EG_CHECK_INT(
        eg_emg_zero_lag(&filters.band, 1, eg_filter_padding(&filters.band), x, x, 0, &arena, NULL),
        EG_ERR_DATA);
    eg_arena none;
    eg_arena_init(&none, memory, 16);
    EG_CHECK_INT(eg_emg_zero_lag(&filters.band, 1, 32, x, x, 0, &none, NULL), EG_ERR_MEMORY);
    eg_emg_live live;
    EG_CHECK_INT(eg_emg_live_start(&live, &settings, 65, 0.1, &arena, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_live_start(&live, &settings, 8, 0.0, &arena, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_live_start(&live, &settings, 8, 0.1, &none, NULL), EG_ERR_MEMORY);
}

EG_TESTS({"emg clean: equals pyemgpipeline", equals_pyemgpipeline},
         {"emg clean: equals SciPy's causal filters", equals_scipy_causal},
         {"emg clean: equals BMC", equals_bmc},
         {"emg clean: channels do not mix", channels_do_not_mix},
         {"emg clean: blocks do not matter", blocks_do_not_matter},
         {"emg clean: latency is stated", latency_is_stated},
         {"emg clean: scale, offset, time shift", invariants},
         {"emg clean: rate does not matter", rate_does_not_matter},
         {"emg clean: refuses what cannot be", refuses})
