/* Speed of core/base and core/signal against the plain way to do the same. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "core/base/random.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/signal/complexity.h"
#include "core/signal/filter.h"
#include "core/signal/geometry.h"
#include "core/signal/smooth.h"
#include "core/signal/spectrum.h"

enum { N = 6000, N_SLOW = 1498 };

static unsigned char memory[8 << 20];
static double x[N], y[N], out[2 * N];
static eg_complex bins[N];
static eg_arena arena;
static eg_fft fft;
static eg_welch welch;

static void *prepare_signal(void) {
    eg_random random;
    eg_random_init(&random, 1, 0);
    for (int i = 0; i < N; i++) {
        x[i] = (i > 0 ? 0.995 * x[i - 1] : 0.0) + eg_random_normal(&random);
        y[i] = (i > 0 ? 0.99 * y[i - 1] : 0.0) + eg_random_normal(&random);
    }
    eg_arena_init(&arena, memory, sizeof memory);
    return NULL;
}

static void must(eg_err code) {
    if (code != EG_OK) abort();
}

static void *prepare_fft_6000(void) {
    prepare_signal();
    must(eg_fft_init(&fft, N, &arena, NULL));
    return NULL;
}

static void *prepare_fft_1498(void) {
    prepare_signal();
    must(eg_fft_init(&fft, N_SLOW, &arena, NULL));
    return NULL;
}

static void run_fft(void *argument) {
    (void)argument;
    eg_fft_forward(&fft, x, bins);
    eg_bench_keep(bins[1].re);
}

static void run_fft_init(void *argument) {
    (void)argument;
    size_t mark = eg_arena_mark(&arena);
    must(eg_fft_init(&fft, N_SLOW, &arena, NULL));
    eg_arena_reset(&arena, mark);
}

/* By definition, with a table of sines; only the bins of real input. */
static void run_plain_transform(void *argument) {
    (void)argument;
    static double cosines[N_SLOW], sines[N_SLOW];
    if (!(cosines[0] > 0.0))
        for (int k = 0; k < N_SLOW; k++) eg_turn((uint64_t)k, N_SLOW, &sines[k], &cosines[k]);
    for (int k = 0; k <= N_SLOW / 2; k++) {
        double re = 0.0, im = 0.0;
        for (int i = 0, at = 0; i < N_SLOW; i++) {
            re += x[i] * cosines[at];
            im -= x[i] * sines[at];
            at += k;
            if (at >= N_SLOW) at -= N_SLOW;
        }
        out[k] = re * re + im * im;
    }
    eg_bench_keep(out[3]);
}

static void *prepare_welch(void) {
    prepare_signal();
    const eg_welch_settings settings = {
        25.0, 250, 125, N_SLOW, EG_WINDOW_HANN_PERIODIC, EG_DETREND_LINEAR};
    must(eg_welch_init(&welch, &settings, &arena, NULL));
    return NULL;
}

static void run_welch(void *argument) {
    (void)argument;
    must(eg_welch_run(&welch, N_SLOW, x, out, NULL));
    eg_bench_keep(out[3]);
}

static void run_zero_lag(void *argument) {
    (void)argument;
    eg_filter filter;
    must(eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, 4, 0.0, 10.0, 100.0, NULL));
    must(eg_filter_zero_lag(&filter, N, x, out, eg_filter_padding(&filter), &arena, NULL));
    eg_bench_keep(out[3]);
}

static void run_smooth(void *argument) {
    (void)argument;
    must(eg_smooth_savitzky_golay(N, x, out, 5, 3, 1, 0.01, NULL));
    eg_bench_keep(out[3]);
}

static void run_entropy(void *argument) {
    (void)argument;
    eg_sample_entropy result;
    must(eg_complexity_sample_entropy(N_SLOW, x, 2, 2.0, 1, &arena, &result, NULL));
    eg_bench_keep(result.nats);
}

static void run_plain_entropy(void *argument) {
    (void)argument;
    uint64_t matches = 0, more = 0;
    for (int i = 0; i + 2 < N_SLOW; i++)
        for (int j = i + 1; j + 2 < N_SLOW; j++) {
            if (fabs(x[i] - x[j]) > 2.0 || fabs(x[i + 1] - x[j + 1]) > 2.0) continue;
            matches++;
            more += fabs(x[i + 2] - x[j + 2]) <= 2.0;
        }
    eg_bench_keep((double)more / (double)matches);
}

static void run_dfa(void *argument) {
    (void)argument;
    size_t scales[20];
    double fluctuation[20], alpha;
    const eg_dfa_settings settings = {scales, eg_complexity_log_scales(10, N_SLOW / 4, 20, scales),
                                      1, 0, 1};
    must(eg_complexity_dfa(&settings, N_SLOW, x, &arena, fluctuation, &alpha, NULL));
    eg_bench_keep(alpha);
}

static void run_recurrence(void *argument) {
    (void)argument;
    const eg_recurrence_settings settings = {3, 4, 2.0, 2, 1};
    eg_recurrence result;
    must(eg_complexity_recurrence(&settings, N_SLOW, x, &arena, &result, NULL));
    eg_bench_keep(result.rate);
}

static void run_hull(void *argument) {
    (void)argument;
    eg_hull hull;
    size_t mark = eg_arena_mark(&arena);
    must(eg_hull_build(N, x, y, &arena, &hull, NULL));
    eg_bench_keep(eg_hull_diameter(&hull, x, y));
    eg_arena_reset(&arena, mark);
}

static void run_plain_diameter(void *argument) {
    (void)argument;
    double best = 0.0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++) {
            double square = (x[i] - x[j]) * (x[i] - x[j]) + (y[i] - y[j]) * (y[i] - y[j]);
            best = square > best ? square : best;
        }
    eg_bench_keep(sqrt(best));
}

static void run_sort(void *argument) {
    (void)argument;
    memcpy(out, x, sizeof x);
    eg_sort(N, out, out + N);
    eg_bench_keep(out[7]);
}

static int ascending(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void run_qsort(void *argument) {
    (void)argument;
    memcpy(out, x, sizeof x);
    qsort(out, N, sizeof out[0], ascending);
    eg_bench_keep(out[7]);
}

static void run_our_sine(void *argument) {
    (void)argument;
    double sum = 0.0;
    for (int i = 0; i < N; i++) sum += eg_sin(x[i]);
    eg_bench_keep(sum);
}

static void run_their_sine(void *argument) {
    (void)argument;
    double sum = 0.0;
    for (int i = 0; i < N; i++) sum += sin(x[i]);
    eg_bench_keep(sum);
}

static void run_our_log(void *argument) {
    (void)argument;
    double sum = 0.0;
    for (int i = 0; i < N; i++) sum += eg_log(fabs(x[i]) + 1e-3);
    eg_bench_keep(sum);
}

static void run_their_log(void *argument) {
    (void)argument;
    double sum = 0.0;
    for (int i = 0; i < N; i++) sum += log(fabs(x[i]) + 1e-3);
    eg_bench_keep(sum);
}

EG_BENCHES({"transform of 1498 by definition", run_plain_transform, NULL, prepare_signal},
           {"FFT of 1498 (2 x 7 x 107)", run_fft, "transform of 1498 by definition",
            prepare_fft_1498},
           {"FFT of 6000", run_fft, NULL, prepare_fft_6000},
           {"FFT of 1498, preparation", run_fft_init, NULL, prepare_signal},
           {"Welch, 1498 samples, 10 s windows", run_welch, NULL, prepare_welch},
           {"zero-lag filter, order 4, 6000 samples", run_zero_lag, NULL, prepare_signal},
           {"Savitzky-Golay velocity, 6000 samples", run_smooth, NULL, prepare_signal},
           {"sample entropy of 1498 by definition", run_plain_entropy, NULL, prepare_signal},
           {"sample entropy of 1498", run_entropy, "sample entropy of 1498 by definition",
            prepare_signal},
           {"fluctuation analysis of 1498, 20 scales", run_dfa, NULL, prepare_signal},
           {"recurrence of 1498", run_recurrence, NULL, prepare_signal},
           {"diameter of 6000 points over all pairs", run_plain_diameter, NULL, prepare_signal},
           {"hull and diameter of 6000 points", run_hull, "diameter of 6000 points over all pairs",
            prepare_signal},
           {"qsort of 6000", run_qsort, NULL, prepare_signal},
           {"sort of 6000", run_sort, "qsort of 6000", prepare_signal},
           {"6000 sines by libm", run_their_sine, NULL, prepare_signal},
           {"6000 sines", run_our_sine, "6000 sines by libm", prepare_signal},
           {"6000 logarithms by libm", run_their_log, NULL, prepare_signal},
           {"6000 logarithms", run_our_log, "6000 logarithms by libm", prepare_signal})
