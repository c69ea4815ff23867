/* Fourier transforms against a long double transform by definition; spectra against Welch's method
 * written out, and by Parseval's theorem. */
#include "core/signal/spectrum.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

enum { LENGTH_MAX = 12000 };

static unsigned char memory[4 << 20];
static eg_real x[LENGTH_MAX], back[LENGTH_MAX];
static eg_complex spectrum[LENGTH_MAX];

static const long double pi = 3.14159265358979323846264338327950288L;

static void make_signal(size_t n) {
    uint64_t state = n + 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        x[i] = (eg_real)((double)(state >> 11) * 0x1p-53 - 0.3);
    }
}

/* Largest error over all bins, relative to the root of the energy. */
static double error_of(size_t n) {
    static long double cosines[LENGTH_MAX], sines[LENGTH_MAX];
    for (size_t k = 0; k < n; k++) {
        cosines[k] = cosl(2.0L * pi * (long double)k / (long double)n);
        sines[k] = sinl(2.0L * pi * (long double)k / (long double)n);
    }
    long double energy = 0.0L, worst = 0.0L;
    for (size_t i = 0; i < n; i++) energy += (long double)x[i] * (long double)x[i];
    size_t step = n > 2000 ? 7 : 1;
    for (size_t k = 0; k <= n / 2; k += step) {
        long double re = 0.0L, im = 0.0L;
        for (size_t i = 0, at = 0; i < n; i++) {
            re += (long double)x[i] * cosines[at];
            im -= (long double)x[i] * sines[at];
            at += k;
            if (at >= n) at -= n;
        }
        worst = fmaxl(worst,
                      hypotl(re - (long double)spectrum[k].re, im - (long double)spectrum[k].im));
    }
    return (double)(worst / sqrtl(energy));
}

static void check_length(size_t n, double *worst, double *worst_back) {
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    eg_fft fft;
    make_signal(n);
    EG_CHECK_INT(eg_fft_init(&fft, n, &arena, NULL), EG_OK);
    EG_CHECK(arena.used <= eg_fft_size(n));
    eg_fft_forward(&fft, x, spectrum);
    double error = error_of(n);
    if (error > *worst) *worst = error;
    if (error > 1e-14) EG_FAIL("n = %zu: %g of the root of the energy", n, error);
    eg_fft_inverse(&fft, spectrum, back);
    for (size_t i = 0; i < n; i++) *worst_back = fmax(*worst_back, fabs(back[i] - x[i]));
}

static void equals_the_definition(void) {
    static const size_t larger[] = {375,  499,  500,  512,  749,  997,  1000, 1024, 1498, 1499,
                                    1500, 2048, 2187, 2500, 3000, 3001, 4096, 5000, 6000, 6007};
    double worst = 0.0, worst_back = 0.0;
    size_t count = 0;
    for (size_t n = 1; n <= 260; n++, count++) check_length(n, &worst, &worst_back);
    for (size_t i = 0; i < sizeof larger / sizeof larger[0]; i++, count++)
        check_length(larger[i], &worst, &worst_back);
    eg_test_note("%zu lengths, %.2g forwards, %.2g there and back", count, worst, worst_back);
    EG_CHECK(worst_back < 3e-15);
}

static void refuses_lengths(void) {
    eg_arena arena;
    eg_arena_init(&arena, memory, 1000);
    eg_fft fft;
    EG_CHECK_INT(eg_fft_init(&fft, 0, &arena, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_fft_init(&fft, (size_t)EG_FFT_LENGTH_MAX + 1, &arena, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_fft_init(&fft, 1000, &arena, NULL), EG_ERR_MEMORY);
    EG_CHECK_INT(eg_fft_size(0), 0);
}

/* Welch's method by definition, in long double. */
static void plain_welch(const eg_welch_settings *s, size_t n, long double *density) {
    size_t step = s->segment - s->overlap, count = 0, n_fft = s->n_fft;
    long double sum = 0.0L;
    for (size_t k = 0; k <= n_fft / 2; k++) density[k] = 0.0L;
    for (size_t at = 0; at + s->segment <= n; at += step, count++) {
        long double mean = 0.0L, slope = 0.0L, weight = 0.0L;
        long double middle = ((long double)s->segment - 1.0L) / 2.0L;
        for (size_t i = 0; i < s->segment; i++) mean += (long double)x[at + i];
        mean /= (long double)s->segment;
        for (size_t i = 0; i < s->segment; i++) {
            slope += ((long double)i - middle) * (long double)x[at + i];
            weight += ((long double)i - middle) * ((long double)i - middle);
        }
        slope /= weight;
        if (s->detrend != EG_DETREND_LINEAR) slope = 0.0L;
        if (s->detrend == EG_DETREND_NONE) mean = 0.0L;
        sum = 0.0L;
        static long double piece[LENGTH_MAX];
        for (size_t i = 0; i < s->segment; i++) {
            long double period = (long double)s->segment - (s->window == EG_WINDOW_HANN_SYMMETRIC);
            long double w = 0.5L - 0.5L * cosl(2.0L * pi * (long double)i / period);
            if (s->window == EG_WINDOW_RECTANGLE) w = 1.0L;
            piece[i] = ((long double)x[at + i] - mean - slope * ((long double)i - middle)) * w;
            sum += w * w;
        }
        for (size_t k = 0; k <= n_fft / 2; k++) {
            long double re = 0.0L, im = 0.0L;
            for (size_t i = 0; i < s->segment; i++) {
                long double angle = 2.0L * pi * (long double)(k * i % n_fft) / (long double)n_fft;
                re += piece[i] * cosl(angle);
                im += piece[i] * sinl(angle);
            }
            density[k] += re * re + im * im;
        }
    }
    for (size_t k = 0; k <= n_fft / 2; k++)
        density[k] *= (k == 0 || 2 * k == n_fft ? 1.0L : 2.0L) /
                      ((long double)s->rate_hz * sum * (long double)count);
}

static void welch_equals_the_definition(void) {
    static const eg_welch_settings cases[] = {
        {25.0, 250, 125, 1498, EG_WINDOW_HANN_PERIODIC, EG_DETREND_LINEAR},
        {100.0, 200, 100, 200, EG_WINDOW_HANN_PERIODIC, EG_DETREND_CONSTANT},
        {100.0, 199, 50, 256, EG_WINDOW_HANN_SYMMETRIC, EG_DETREND_NONE},
        {50.0, 128, 0, 129, EG_WINDOW_RECTANGLE, EG_DETREND_LINEAR},
        {50.0, 64, 63, 1023, EG_WINDOW_HANN_PERIODIC, EG_DETREND_CONSTANT},
        {50.0, 9, 3, 18, EG_WINDOW_HANN_PERIODIC, EG_DETREND_CONSTANT}};
    static long double expected[LENGTH_MAX];
    static double density[LENGTH_MAX];
    double worst = 0.0;
    enum { CASES = sizeof cases / sizeof cases[0], SAMPLES = 700 };
    make_signal(SAMPLES);
    for (size_t c = 0; c < CASES; c++) {
        eg_arena arena;
        eg_arena_init(&arena, memory, sizeof memory);
        eg_welch welch;
        EG_CHECK_INT(eg_welch_init(&welch, &cases[c], &arena, NULL), EG_OK);
        EG_CHECK(arena.used <= eg_welch_size(&cases[c]));
        EG_CHECK_INT(eg_welch_run(&welch, SAMPLES, x, density, NULL), EG_OK);
        EG_CHECK_INT(welch.n_bins, cases[c].n_fft / 2 + 1);
        plain_welch(&cases[c], SAMPLES, expected);
        long double largest = 0.0L;
        for (size_t k = 0; k < welch.n_bins; k++) largest = fmaxl(largest, expected[k]);
        for (size_t k = 0; k < welch.n_bins; k++)
            worst = fmax(worst, (double)(fabsl((long double)density[k] - expected[k]) / largest));
    }
    eg_test_note("%d settings, %.2g of the largest bin at most", CASES, worst);
    EG_CHECK(worst < 1e-14);
}

/* Interleaved channels have the bits of each alone, whatever their number; an odd number of
 * segments, a linear trend and an interpolated density included. */
static void channels_are_themselves(void) {
    static const eg_welch_settings cases[] = {
        {100.0, 128, 64, 0, EG_WINDOW_HANN_PERIODIC, EG_DETREND_CONSTANT},
        {100.0, 96, 17, 500, EG_WINDOW_HANN_SYMMETRIC, EG_DETREND_LINEAR},
        {100.0, 45, 0, 77, EG_WINDOW_RECTANGLE, EG_DETREND_NONE}};
    enum { ROWS = 600, CHANNELS_MAX = 11 };
    static eg_real many[ROWS * CHANNELS_MAX], one[ROWS];
    static double all[CHANNELS_MAX * 300], alone[300];
    make_signal(ROWS);
    size_t compared = 0;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        for (size_t n_channels = 1; n_channels <= CHANNELS_MAX; n_channels += 2) {
            for (size_t i = 0; i < ROWS * n_channels; i++)
                many[i] = x[(7 * i + i / 13) % ROWS] + (eg_real)(i % n_channels);
            eg_arena arena;
            eg_arena_init(&arena, memory, sizeof memory);
            eg_welch welch;
            EG_CHECK_INT(eg_welch_init(&welch, &cases[c], &arena, NULL), EG_OK);
            EG_CHECK_INT(eg_welch_run_channels(&welch, n_channels, ROWS, many, all, &arena, NULL),
                         EG_OK);
            for (size_t k = 0; k < n_channels; k++) {
                for (size_t i = 0; i < ROWS; i++) one[i] = many[i * n_channels + k];
                EG_CHECK_INT(eg_welch_run(&welch, ROWS, one, alone, NULL), EG_OK);
                EG_CHECK_INT(memcmp(alone, all + k * welch.n_bins, welch.n_bins * sizeof *all), 0);
                compared++;
            }
        }
    eg_test_note("%zu channels", compared);
}

static void a_sine_has_its_power(void) {
    static double density[3001];
    const eg_welch_settings settings = {
        100.0, 1000, 500, 6000, EG_WINDOW_HANN_PERIODIC, EG_DETREND_CONSTANT};
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    eg_welch welch;
    for (size_t i = 0; i < 6000; i++)
        x[i] = (eg_real)(3.0 * sin(2.0 * EG_PI * 5.0 * (double)i / 100.0));
    EG_CHECK_INT(eg_welch_init(&welch, &settings, &arena, NULL), EG_OK);
    EG_CHECK_INT(eg_welch_run(&welch, 6000, x, density, NULL), EG_OK);
    double power = 0.0;
    size_t peak = 0;
    for (size_t k = 0; k < welch.n_bins; k++) {
        power += density[k] * 100.0 / 6000.0;
        if (density[k] > density[peak]) peak = k;
    }
    EG_CHECK_INT(peak, 300);
    EG_CHECK_NEAR(power, 4.5, 1e-9);
}

static void refuses_settings(void) {
    eg_welch_settings s = {100.0, 0, 0, 0, EG_WINDOW_HANN_PERIODIC, EG_DETREND_NONE};
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    eg_welch welch;
    double density[65];
    EG_CHECK_INT(eg_welch_init(&welch, &s, &arena, NULL), EG_ERR_ARGUMENT);
    s.segment = 128, s.overlap = 128;
    EG_CHECK_INT(eg_welch_init(&welch, &s, &arena, NULL), EG_ERR_ARGUMENT);
    s.overlap = 64, s.n_fft = 100;
    EG_CHECK_INT(eg_welch_init(&welch, &s, &arena, NULL), EG_ERR_ARGUMENT);
    s.n_fft = 0;
    EG_CHECK_INT(eg_welch_init(&welch, &s, &arena, NULL), EG_OK);
    EG_CHECK_INT(eg_welch_run(&welch, 127, x, density, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_welch_run(&welch, 128, x, density, NULL), EG_OK);
    eg_arena_init(&arena, memory, 2000);
    EG_CHECK_INT(eg_welch_init(&welch, &s, &arena, NULL), EG_ERR_MEMORY);
}

static void lines_are_removed(void) {
    for (size_t i = 0; i < 101; i++) x[i] = (eg_real)(2.0 - 0.25 * (double)i);
    eg_spectrum_detrend(EG_DETREND_LINEAR, 101, x, back);
    for (size_t i = 0; i < 101; i++) EG_CHECK_NEAR(back[i], 0.0, 1e-13);
    eg_spectrum_detrend(EG_DETREND_LINEAR, 1, x, back);
    EG_CHECK_NEAR(back[0], 0.0, 0.0);
    eg_spectrum_detrend(EG_DETREND_CONSTANT, 101, x, back);
    EG_CHECK_NEAR(back[0], 12.5, 1e-13);
}

EG_TESTS({"fft: equals the definition in long double, forwards and back", equals_the_definition},
         {"fft: refuses impossible lengths and too little memory", refuses_lengths},
         {"welch: equals the definition in long double", welch_equals_the_definition},
         {"welch: channels side by side", channels_are_themselves},
         {"welch: a sine has its power at its frequency", a_sine_has_its_power},
         {"welch: refuses impossible settings", refuses_settings},
         {"detrend: lines and means are removed", lines_are_removed})
