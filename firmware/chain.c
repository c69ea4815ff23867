#include "firmware/chain.h"

#include <string.h>

#ifndef EG_REAL_SINGLE
#include "core/balance/live.h"
#include "core/emg/monitor.h"
#include "core/emg/onset.h"
#include "core/emg/synergy.h"
#include "core/sim/emg.h"
#endif
#include "core/base/arena.h"
#include "core/base/check.h"
#include "core/base/random.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/emg/live.h"
#include "core/signal/complexity.h"
#include "core/signal/filter.h"
#include "core/signal/geometry.h"
#include "core/signal/resample.h"
#include "core/signal/smooth.h"
#include "core/signal/spectrum.h"

enum { N = 600, GRID = 400 };

typedef struct chain {
    eg_chain_report report;
    void *context;
    uint64_t hash;
    uint32_t count;
} chain;

static unsigned char memory[256 * 1024];
static eg_real signal_ml[N], signal_ap[N], out[2 * N];
static double ml[N], ap[N], wide[2 * N];
static eg_complex bins[N + 1];

/* FNV-1a over the bytes of one number. All NaN count as the same. */
static void take_bits(chain *c, uint64_t bits, unsigned n_bytes) {
    for (unsigned i = 0; i < n_bytes; i++) {
        c->hash ^= bits >> (8 * i) & 0xff;
        c->hash *= UINT64_C(0x100000001b3);
    }
    c->count++;
}

static void take(chain *c, double value) {
    uint64_t bits = UINT64_C(0x7ff8000000000000);
    if (!isnan(value)) memcpy(&bits, &value, sizeof bits);
    take_bits(c, bits, 8);
}

static void take_single(chain *c, float value) {
    uint32_t bits = 0x7fc00000;
    if (!isnan(value)) memcpy(&bits, &value, sizeof bits);
    take_bits(c, bits, 4);
}

static void take_reals(chain *c, size_t n, const eg_real *values) {
#ifdef EG_REAL_SINGLE
    for (size_t i = 0; i < n; i++) take_single(c, values[i]);
#else
    for (size_t i = 0; i < n; i++) take(c, values[i]);
#endif
}

static void take_doubles(chain *c, size_t n, const double *values) {
    for (size_t i = 0; i < n; i++) take(c, values[i]);
}

static void end_stage(chain *c, const char *name) {
    c->report(c->context, name, c->count, c->hash);
    c->hash = UINT64_C(0xcbf29ce484222325);
    c->count = 0;
}

static eg_arena fresh_arena(void) {
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    return arena;
}

static void need(eg_err code) {
    EG_ASSERT(code == EG_OK);
}

typedef struct named_function {
    const char *name;
    double (*wide)(double);
    float (*narrow)(float);
    double low, high;
} named_function;

static void functions_of_one(chain *c) {
    static const named_function functions[] = {
        {"sin", eg_sin, eg_sinf, -40.0, 40.0},   {"cos", eg_cos, eg_cosf, -4e6, 4e6},
        {"tan", eg_tan, eg_tanf, -1e18, 1e18},   {"asin", eg_asin, eg_asinf, -1.0, 1.0},
        {"acos", eg_acos, eg_acosf, -1.0, 1.0},  {"atan", eg_atan, eg_atanf, -9.0, 9.0},
        {"exp", eg_exp, eg_expf, -750.0, 710.0}, {"expm1", eg_expm1, eg_expm1f, -2.0, 2.0},
        {"log", eg_log, eg_logf, 0.0, 9.0},      {"log1p", eg_log1p, eg_log1pf, -1.0, 2.0},
        {"log2", eg_log2, eg_log2f, 0.0, 1e300}, {"log10", eg_log10, eg_log10f, 0.0, 1e-300},
        {"tanh", eg_tanh, eg_tanhf, -3.0, 3.0}};
    static const double special[] = {0.0,        -0.0, 1.0, 0x1p-1074, 0x1p1023, (double)INFINITY,
                                     (double)NAN};
    for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++) {
        const named_function *g = &functions[f];
        for (int i = 0; i <= GRID; i++) {
            double x = g->low + (g->high - g->low) * i / GRID;
            take(c, g->wide(x));
            take_single(c, g->narrow((float)x));
        }
        for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
            take(c, g->wide(special[i]));
            take_single(c, g->narrow((float)special[i]));
        }
        end_stage(c, g->name);
    }
}

static void functions_of_two(chain *c) {
    eg_random random;
    eg_random_init(&random, 12345, 1);
    for (int i = 0; i < GRID; i++) {
        double x = eg_random_normal(&random), y = 3.0 * eg_random_normal(&random);
        take(c, eg_atan2(x, y));
        take_single(c, eg_atan2f((float)x, (float)y));
        take(c, eg_pow(fabs(x) * 7.0, 9.0 * y));
        take_single(c, eg_powf((float)fabs(x), (float)y));
        take(c, eg_hypot(x, y * 1e160));
        double sine, cosine;
        eg_turn((uint64_t)i * 977, 6007, &sine, &cosine);
        take(c, sine);
        take(c, cosine);
    }
    end_stage(c, "atan2-pow-hypot-turn");
}

/* Two sway-like walks with a sine on top. */
static void random_numbers(chain *c) {
    eg_random random;
    eg_random_init(&random, 2026, 0);
    for (int i = 0; i < N; i++) {
        double before_ml = i > 0 ? ml[i - 1] : 0.0, before_ap = i > 0 ? ap[i - 1] : 0.0;
        ml[i] = 0.98 * before_ml + 0.3 * eg_random_normal(&random);
        ap[i] = 0.99 * before_ap + 0.2 * eg_random_normal(&random) + 0.1 * eg_sin(0.3 * i);
        signal_ml[i] = (eg_real)ml[i];
        signal_ap[i] = (eg_real)ap[i];
        take(c, eg_random_uniform(&random));
    }
    take_doubles(c, N, ml);
    take_doubles(c, N, ap);
    end_stage(c, "random");
}

static void filters(chain *c) {
    for (int kind = 0; kind < 3; kind++)
        for (unsigned order = 1; order <= EG_FILTER_ORDER_MAX; order += 3) {
            eg_arena arena = fresh_arena();
            eg_filter filter;
            eg_filter_state state;
            need(
                eg_filter_butterworth(&filter, (eg_filter_kind)kind, order, 4.0, 10.0, 50.0, NULL));
            eg_filter_settle(&filter, signal_ml[0], &state);
            eg_filter_run(&filter, &state, N, signal_ml, out);
            take_reals(c, N, out);
            need(eg_filter_zero_lag(&filter, N, signal_ap, out, eg_filter_padding(&filter), &arena,
                                    NULL));
            take_reals(c, N, out);
        }
    end_stage(c, "filter");
}

static void transforms(chain *c) {
    static const size_t lengths[] = {1, 2, 107, 128, 243, 490, 599, 600};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        eg_arena arena = fresh_arena();
        eg_fft fft;
        size_t n = lengths[i];
        need(eg_fft_init(&fft, n, &arena, NULL));
        eg_fft_forward(&fft, signal_ml, bins);
        for (size_t k = 0; k <= n / 2; k++) {
            take_reals(c, 1, &bins[k].re);
            take_reals(c, 1, &bins[k].im);
        }
        eg_fft_inverse(&fft, bins, out);
        take_reals(c, n, out);
    }
    end_stage(c, "fft");
}

static void spectra(chain *c) {
    static const eg_welch_settings settings[] = {
        {25.0, 125, 62, 600, EG_WINDOW_HANN_PERIODIC, EG_DETREND_LINEAR},
        {25.0, 150, 75, 0, EG_WINDOW_HANN_SYMMETRIC, EG_DETREND_CONSTANT},
        {25.0, 100, 0, 107, EG_WINDOW_RECTANGLE, EG_DETREND_NONE}};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        eg_arena arena = fresh_arena();
        eg_welch welch;
        need(eg_welch_init(&welch, &settings[i], &arena, NULL));
        need(eg_welch_run(&welch, N, signal_ap, wide, NULL));
        take_doubles(c, welch.n_bins, wide);
    }
    end_stage(c, "welch");
}

static void resampling(chain *c) {
    eg_arena arena = fresh_arena();
    need(eg_resample_rational(N, signal_ml, 3, 7, out, &arena, NULL));
    take_reals(c, eg_resample_length(N, 3, 7), out);
    need(eg_resample_rational(N, signal_ml, 2, 1, out, &arena, NULL));
    take_reals(c, 2 * N, out);
    eg_random random;
    eg_random_init(&random, 7, 7);
    for (int i = 0; i < N; i++) wide[i] = 0.01 * (i + 0.8 * eg_random_uniform(&random));
    need(eg_resample_linear(N, wide, signal_ap, wide[0], 80.0, 480, out, NULL));
    take_reals(c, 480, out);
    need(eg_resample_cubic(N, wide, signal_ap, wide[0], 130.0, 700, out, &arena, NULL));
    take_reals(c, 700, out);
    end_stage(c, "resample");
}

static void smoothing(chain *c) {
    for (unsigned derivative = 0; derivative < 3; derivative++) {
        need(eg_smooth_savitzky_golay(N, signal_ml, out, 5, 3, derivative, 0.04, NULL));
        take_reals(c, N, out);
        need(eg_smooth_savitzky_golay(N, signal_ml, out, 31, 5, derivative, 0.04, NULL));
        take_reals(c, N, out);
    }
    end_stage(c, "savitzky-golay");
}

static void shapes(chain *c) {
    eg_arena arena = fresh_arena();
    eg_hull hull;
    need(eg_hull_build(N, ml, ap, &arena, &hull, NULL));
    for (size_t i = 0; i < hull.n; i++) take(c, (double)hull.index[i]);
    take(c, eg_hull_area(&hull, ml, ap));
    take(c, eg_hull_perimeter(&hull, ml, ap));
    take(c, eg_hull_diameter(&hull, ml, ap));
    memcpy(wide, ml, sizeof ml);
    eg_sort(N, wide, wide + N);
    take_doubles(c, N, wide);
    take(c, eg_sort_quantile(N, wide, 0.95));
    end_stage(c, "hull-sort");
}

static void complexity(chain *c) {
    eg_arena arena = fresh_arena();
    eg_sample_entropy entropy;
    need(eg_complexity_sample_entropy(N, ml, 2, 0.3, 1, &arena, &entropy, NULL));
    take(c, (double)entropy.matches_m);
    take(c, (double)entropy.matches_more);
    take(c, entropy.nats);
    need(eg_complexity_multiscale(N, ap, 2, 0.3, 0, 5, &arena, wide, NULL));
    take_doubles(c, 5, wide);
    size_t scales[20];
    double alpha;
    const eg_dfa_settings dfa = {scales, eg_complexity_log_scales(10, N / 4, 20, scales), 2, 1, 1};
    need(eg_complexity_dfa(&dfa, N, ml, &arena, wide, &alpha, NULL));
    take_doubles(c, dfa.n_scales, wide);
    take(c, alpha);
    const eg_recurrence_settings settings = {3, 4, 0.6, 2, 1};
    eg_recurrence recurrence;
    need(eg_complexity_recurrence(&settings, N, ap, &arena, &recurrence, NULL));
    take(c, (double)recurrence.recurrent);
    take(c, recurrence.rate);
    take(c, recurrence.determinism);
    take(c, recurrence.line_entropy);
    end_stage(c, "complexity");
}

/* Three channels of muscle in blocks of 7. */
static void live_muscle(chain *c) {
    enum { CHANNELS = 3, ROWS = N / CHANNELS };
    static eg_real band[7 * CHANNELS], envelope[7 * CHANNELS], rms[7 * CHANNELS];
    eg_arena arena = fresh_arena();
    eg_emg_live live;
    eg_emg_settings settings = eg_emg_defaults(500.0);
    settings.notch_hz = 50.0;
    need(eg_emg_live_start(&live, &settings, CHANNELS, 0.05, &arena, NULL));
    for (size_t at = 0; at < ROWS; at += 7) {
        size_t count = ROWS - at < 7 ? ROWS - at : 7;
        eg_emg_live_feed(&live, count, signal_ml + at * CHANNELS, band, envelope, rms);
        take_reals(c, count * CHANNELS, band);
        take_reals(c, count * CHANNELS, envelope);
        take_reals(c, count * CHANNELS, rms);
    }
    need(eg_emg_zero_lag(&live.filters.band, CHANNELS, ROWS, signal_ap, out, 1, &arena, NULL));
    take_reals(c, N, out);
    end_stage(c, "emg-live");
}

/* Balance is double in every build and not part of the single-precision library. */
#ifndef EG_REAL_SINGLE
static void live_balance(chain *c) {
    for (int filtered = 0; filtered < 2; filtered++) {
        eg_live live;
        need(eg_live_start(&live, 25.0, filtered ? 5.0 : 0.0, NULL));
        for (size_t at = 0; at < N; at += 25) {
            eg_live_feed(&live, 25, ml + at, ap + at);
            eg_live_view view = eg_live_look(&live);
            take(c, view.ml_mm);
            take(c, view.path_mm);
            take(c, view.velocity_mm_s);
            take(c, view.area_mm2);
            take(c, view.major_mm);
            take(c, view.angle_deg);
        }
    }
    end_stage(c, "balance-live");
}

/* Onsets found live and afterwards, median frequency and synergies of a made recording. */
static void muscle(chain *c) {
    enum { ROWS = 3200, SYNERGIES = 2, MUSCLES = 4 };
    static eg_real x[ROWS];
    static double on_s[2], w[MUSCLES * SYNERGIES], h[SYNERGIES * N];
    static eg_emg_event events[16];
    eg_burst bursts[8];
    eg_onset_rest rest;
    size_t count;
    const eg_sim_emg sim = {500.0, 2, 2.0, 0.7, 0.1, 12.0, EG_SIM_EMG_UNITS, 0, 3};
    eg_arena arena = fresh_arena();
    need(eg_sim_emg_fill(&sim, eg_sim_emg_length(&sim), x, on_s, &arena, NULL));
    take_reals(c, ROWS, x);
    end_stage(c, "emg-sim");
    eg_onset_settings onset = eg_onset_defaults(500.0);
    need(eg_onset_find(EG_ONSET_AGLR, &onset, 3000, x, &rest, 8, bursts, &count, &arena, NULL));
    for (size_t i = 0; i < count; i++) {
        take(c, bursts[i].on_s);
        take(c, bursts[i].off_s);
        take(c, bursts[i].confidence);
    }
    end_stage(c, "emg-onset");
    eg_emg_monitor monitor;
    eg_emg_monitor_settings settings = eg_emg_monitor_defaults(500.0);
    settings.rest_s = 1.0;
    need(eg_emg_monitor_start(&monitor, &settings, 1, &arena, NULL));
    count = eg_emg_monitor_feed(&monitor, 3000, x, NULL, NULL, NULL, 16, events);
    for (size_t i = 0; i < count && i < 16; i++) take(c, events[i].at_s + events[i].evidence);
    take(c, monitor.median_hz[0]);
    end_stage(c, "emg-monitor");
    eg_synergy synergy;
    eg_synergy_fit fit;
    eg_synergy_settings fitting = {3, 40, 0.0, 9};
    arena = fresh_arena();
    for (size_t i = 0; i < N; i++) wide[i] = fabs(ml[i]);
    need(eg_synergy_init(&synergy, MUSCLES, N / MUSCLES, wide, &arena, NULL));
    need(eg_synergy_find(&synergy, SYNERGIES, &fitting, w, h, &fit, &arena, NULL));
    take_doubles(c, MUSCLES * SYNERGIES, w);
    take(c, fit.vaf);
    take(c, fit.stability);
    end_stage(c, "emg-synergy");
}
#endif

void eg_chain_run(eg_chain_report report, void *context) {
    chain c = {report, context, UINT64_C(0xcbf29ce484222325), 0};
    functions_of_one(&c);
    functions_of_two(&c);
    random_numbers(&c);
    filters(&c);
    transforms(&c);
    spectra(&c);
    resampling(&c);
    smoothing(&c);
    shapes(&c);
    complexity(&c);
    live_muscle(&c);
#ifndef EG_REAL_SINGLE
    live_balance(&c);
    muscle(&c);
#endif
}
