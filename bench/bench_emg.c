/* Muscle: 8 interleaved channels of 60 s at 2 kHz. Limits: band-pass, rectify and envelope 12 ms,
 * onsets 10 ms, Welch and median frequency 5 ms (processor time). */
#include <math.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "core/base/random.h"
#include "core/emg/clean.h"

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

EG_BENCHES({"emg: envelope, channel after channel", run_plain_envelope, NULL, prepare},
           {"emg: band-pass, rectify, envelope (limit 12 ms)", run_envelope,
            "emg: envelope, channel after channel", prepare})
