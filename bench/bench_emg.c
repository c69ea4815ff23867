/* Muscle: 8 interleaved channels of 60 s at 2 kHz. Limits: band-pass, rectify and envelope 12 ms,
 * onsets 10 ms, Welch and median frequency 5 ms (processor time). */
#include <math.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "core/base/random.h"
#include "core/emg/clean.h"
#include "core/emg/fatigue.h"
#include "core/emg/live.h"
#include "core/emg/monitor.h"
#include "core/emg/onset.h"

enum { CHANNELS = 8, SAMPLES = 120000 };

static double x[SAMPLES * CHANNELS], y[SAMPLES * CHANNELS], planar[SAMPLES];
static unsigned char memory[64 << 20];
static eg_arena arena;

static void must(eg_err code) {
    if (code != EG_OK) abort();
}

/* Noise with a contraction of 1.5 s every 5 s, another phase in every channel. */
static void *prepare(void) {
    eg_random random;
    eg_random_init(&random, 5, 0);
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t c = 0; c < CHANNELS; c++) {
            double t = (double)i / 2000.0 + 0.4 * (double)c;
            double size = t - 5.0 * floor(t / 5.0) < 1.5 ? 5.0 : 1.0;
            x[i * CHANNELS + c] = size * eg_random_normal(&random);
        }
    for (size_t i = 0; i < SAMPLES; i++) planar[i] = x[i * CHANNELS];
    eg_arena_init(&arena, memory, sizeof memory);
    return NULL;
}

static void run_envelope(void *argument) {
    (void)argument;
    eg_emg_filters filters;
    eg_emg_settings settings = eg_emg_defaults(2000.0);
    must(eg_emg_design(&filters, &settings, NULL));
    must(eg_emg_envelope(&filters, CHANNELS, SAMPLES, x, NULL, y, &arena, NULL));
    eg_bench_amount(1.0, "8 channels of 60 s", 0.012);
    eg_bench_keep(y[1000]);
}

/* The same by core/signal, channel after channel. */
static void run_plain_envelope(void *argument) {
    (void)argument;
    eg_emg_filters filters;
    eg_emg_settings settings = eg_emg_defaults(2000.0);
    must(eg_emg_design(&filters, &settings, NULL));
    for (size_t c = 0; c < CHANNELS; c++) {
        double *out = y + c * SAMPLES;
        must(eg_filter_zero_lag(&filters.band, SAMPLES, planar, out, 15, &arena, NULL));
        for (size_t i = 0; i < SAMPLES; i++) out[i] = fabs(out[i]);
        must(eg_filter_zero_lag(&filters.envelope, SAMPLES, out, out, 9, &arena, NULL));
    }
    eg_bench_keep(y[1000]);
}

static void run_aglr(void *argument) {
    (void)argument;
    static eg_burst bursts[1000];
    eg_onset_settings settings = eg_onset_defaults(2000.0);
    eg_onset_cells cells;
    eg_onset_rest rest;
    size_t mark = eg_arena_mark(&arena), count, all = 0;
    must(eg_onset_cells_fill(2000.0, CHANNELS, SAMPLES, x, &cells, &arena, NULL));
    for (size_t c = 0; c < CHANNELS; c++) {
        must(eg_onset_aglr(&settings, cells.cell_s, cells.n_cells, cells.power + c * cells.n_cells,
                           &rest, 1000, bursts, &count, &arena, NULL));
        all += count;
    }
    if (all != CHANNELS * 12 && all != CHANNELS * 12 + CHANNELS - 1) all = 0;
    eg_bench_keep((double)all);
    eg_bench_amount(1.0, "8 channels of 60 s", 0.010);
    eg_arena_reset(&arena, mark);
}

static void run_method(eg_onset_method method) {
    static eg_burst bursts[4000];
    eg_onset_settings settings = eg_onset_defaults(2000.0);
    eg_onset_rest rest;
    size_t count;
    must(eg_onset_find(method, &settings, SAMPLES, planar, &rest, 4000, bursts, &count, &arena,
                       NULL));
    eg_bench_keep((double)count);
}

static void run_hodges_bui(void *argument) {
    (void)argument;
    run_method(EG_ONSET_HODGES_BUI);
}

static void run_tkeo(void *argument) {
    (void)argument;
    run_method(EG_ONSET_TKEO);
}

static void run_bonato(void *argument) {
    (void)argument;
    run_method(EG_ONSET_BONATO);
}

static void run_welch(void *argument) {
    (void)argument;
    const eg_welch_settings settings = {
        2000.0, 1024, 512, 0, EG_WINDOW_HANN_PERIODIC, EG_DETREND_CONSTANT};
    static double density[CHANNELS * 513];
    size_t mark = eg_arena_mark(&arena);
    eg_welch welch;
    must(eg_welch_init(&welch, &settings, &arena, NULL));
    must(eg_welch_run_channels(&welch, CHANNELS, SAMPLES, x, density, &arena, NULL));
    for (size_t c = 0; c < CHANNELS; c++)
        eg_bench_keep(
            eg_emg_spectrum_of(welch.n_bins, density + c * 513, 2000.0 / 1024.0).median_hz);
    eg_bench_amount(1.0, "8 channels of 60 s", 0.005);
    eg_arena_reset(&arena, mark);
}

/* Everything live: band-pass, envelope, RMS in blocks of 64. Limit 1 us a sample of all channels.
 */
static void run_live(void *argument) {
    (void)argument;
    static eg_real out[3][64 * CHANNELS];
    eg_emg_live live;
    eg_emg_settings settings = eg_emg_defaults(2000.0);
    size_t mark = eg_arena_mark(&arena);
    must(eg_emg_live_start(&live, &settings, CHANNELS, 0.1, &arena, NULL));
    for (size_t at = 0; at + 64 <= SAMPLES; at += 64)
        eg_emg_live_feed(&live, 64, x + at * CHANNELS, out[0], out[1], out[2]);
    eg_bench_keep(out[1][0]);
    eg_arena_reset(&arena, mark);
}

/* The same with onsets and median frequency. */
static void run_monitor(void *argument) {
    (void)argument;
    static eg_real out[3][64 * CHANNELS];
    static eg_emg_event events[64];
    eg_emg_monitor monitor;
    eg_emg_monitor_settings settings = eg_emg_monitor_defaults(2000.0);
    size_t mark = eg_arena_mark(&arena);
    must(eg_emg_monitor_start(&monitor, &settings, CHANNELS, &arena, NULL));
    for (size_t at = 0; at + 64 <= SAMPLES; at += 64)
        eg_bench_keep((double)eg_emg_monitor_feed(&monitor, 64, x + at * CHANNELS, out[0], out[1],
                                                  out[2], 64, events));
    eg_arena_reset(&arena, mark);
    eg_bench_amount(SAMPLES / 1000.0, "1000 samples of 8 channels", 1e-3);
}

EG_BENCHES({"emg: envelope, channel after channel", run_plain_envelope, NULL, prepare},
           {"emg: band-pass, rectify, envelope", run_envelope,
            "emg: envelope, channel after channel", prepare},
           {"emg: onsets by AGLR, 8 channels", run_aglr, NULL, prepare},
           {"emg: onsets by AGLR and Hodges-Bui, one channel", run_hodges_bui, NULL, prepare},
           {"emg: onsets by AGLR and TKEO, one channel", run_tkeo, NULL, prepare},
           {"emg: onsets by AGLR and Bonato, one channel", run_bonato, NULL, prepare},
           {"emg: Welch and median frequency", run_welch, NULL, prepare},
           {"emg: live, 60 s in blocks of 64 (limit 120 ms)", run_live, NULL, prepare},
           {"emg: live, all measures (limit 1 us a sample)", run_monitor, NULL, prepare})
