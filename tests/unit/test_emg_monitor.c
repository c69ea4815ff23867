/* The live monitor: bursts of known truth with their delay, quiet rest, blocks of any size, and the
 * median frequency of the whole segment. */
#include "core/emg/monitor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/emg/fatigue.h"
#include "tests/support/emg_data.h"
#include "tests/support/test.h"

enum { EVENTS = 2000, CHANNELS = 3 };

static eg_emg_event events[EVENTS], others[EVENTS];
static unsigned char memory[1 << 20];
static eg_arena arena;
static eg_emg_monitor monitor;

static void start(const eg_emg_monitor_settings *settings, size_t n_channels) {
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK_INT(eg_emg_monitor_start(&monitor, settings, n_channels, &arena, NULL), EG_OK);
    EG_CHECK(arena.used <= eg_emg_monitor_size(n_channels, settings));
}

static size_t watch(const eg_emg_monitor_settings *settings, size_t n, const double *x) {
    start(settings, 1);
    return eg_emg_monitor_feed(&monitor, n, x, NULL, NULL, NULL, EVENTS, events);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sees_bursts(void) {
    static const double levels_db[] = {6.0, 12.0, 20.0}, ramps_s[] = {0.0, 0.1};
    for (size_t l = 0; l < 3; l++)
        for (size_t r = 0; r < 2; r++) {
            eg_emg_made made =
                eg_emg_make(2000.0, 100, 2.5, 0.9, ramps_s[r], levels_db[l], 0, 300 + (unsigned)l);
            eg_emg_monitor_settings settings = eg_emg_monitor_defaults(2000.0);
            settings.rest_s = 1.7;
            size_t count = watch(&settings, made.n, made.x), found = 0, on = 0;
            static double errors[EVENTS], delays[EVENTS];
            for (size_t i = 0; i < count; i++) {
                EG_CHECK_INT(events[i].is_on, i % 2 == 0);
                EG_CHECK(events[i].seen_s > events[i].at_s);
                on += (size_t)events[i].is_on;
            }
            for (size_t k = 0; k < made.n_bursts; k++)
                for (size_t i = 0; i < count; i++) {
                    double error = events[i].at_s - made.on_s[k];
                    if (!events[i].is_on || fabs(error) > 0.3) continue;
                    errors[found] = 1e3 * fabs(error);
                    delays[found++] = 1e3 * (events[i].seen_s - made.on_s[k]);
                    break;
                }
            qsort(errors, found, sizeof errors[0], ascending);
            qsort(delays, found, sizeof delays[0], ascending);
            eg_test_note(
                "%g dB, ramp %g ms: %zu of 100 (%zu events), error %.1f ms, seen after %.0f "
                "ms; ",
                levels_db[l], 1e3 * ramps_s[r], found, on, errors[found / 2], delays[found / 2]);
            EG_CHECK(found >= (l == 0 ? 98 : 100) && on <= (l == 0 ? 130 : 100));
            EG_CHECK(r == 1 || (errors[found / 2] <= 6.0 && delays[found / 2] <= 45.0));
            free(made.x);
        }
}

/* Ten minutes of rest; with the heart after its removal (30 Hz), with hum from the beginning. */
static void rest_stays_quiet(void) {
    for (int what = 0; what < 3; what++) {
        eg_emg_made made = eg_emg_make(1000.0, 1, 300.0, 1.0, 0.0, -60.0, 0, 380);
        for (size_t i = 0; i < made.n; i++) {
            double t = (double)i / 1000.0, beat = fmod(t, 0.83) - 0.4;
            if (what == 1)
                made.x[i] += 3.0 * exp(-0.5 * pow(beat / 0.010, 2.0)) -
                             0.6 * exp(-0.5 * pow((beat + 0.03) / 0.012, 2.0)) -
                             0.9 * exp(-0.5 * pow((beat - 0.03) / 0.012, 2.0));
            if (what == 2)
                made.x[i] += sqrt(2.0) * sin(2.0 * EG_PI * 50.0 * t) + 200.0 * sin(0.1 * t);
        }
        eg_emg_monitor_settings settings = eg_emg_monitor_defaults(1000.0);
        settings.filters.band_low_hz = 30.0;
        size_t count = watch(&settings, made.n, made.x);
        eg_test_note("%zu; ", count);
        EG_CHECK_INT(count, 0);
        EG_CHECK_INT(eg_emg_monitor_state_of(&monitor, 0), EG_EMG_OFF);
        free(made.x);
    }
}

typedef struct outputs {
    double band[3 * 20000], envelope[3 * 20000], rms[3 * 20000], median[3 * 20000];
} outputs;

/* Every causal path, all outputs, and the median frequency after every sample. */
static void blocks_do_not_matter(void) {
    static const size_t sizes[] = {4096, 1, 7, 64};
    static outputs first, other;
    enum { N = 20000 };
    static double x[N * CHANNELS];
    eg_emg_made made = eg_emg_make(2000.0, 4, 2.0, 0.7, 0.05, 14.0, 0, 7);
    for (size_t i = 0; i < N; i++)
        for (size_t c = 0; c < CHANNELS; c++)
            x[i * CHANNELS + c] = made.x[(i + 300 * c) % made.n] + 5.0 * (double)c;
    x[777] = NAN;
    size_t n_events = 0, compared = 0;
    for (size_t s = 0; s < 4; s++) {
        outputs *o = s == 0 ? &first : &other;
        eg_emg_event *list = s == 0 ? events : others;
        eg_emg_monitor_settings settings = eg_emg_monitor_defaults(2000.0);
        settings.rest_s = 1.0;
        start(&settings, CHANNELS);
        size_t count = 0;
        for (size_t at = 0; at < N; at += sizes[s]) {
            size_t now = N - at < sizes[s] ? N - at : sizes[s], from = at * CHANNELS;
            count +=
                eg_emg_monitor_feed(&monitor, now, x + from, o->band + from, o->envelope + from,
                                    o->rms + from, EVENTS - count, list + count);
            for (size_t c = 0; c < CHANNELS; c++)
                o->median[(at + now - 1) * CHANNELS + c] = monitor.median_hz[c];
        }
        if (s == 0) n_events = count;
        EG_CHECK(count > 6);
        EG_CHECK_INT(count, n_events);
        if (s == 0) continue;
        EG_CHECK_INT(memcmp(first.band, other.band, sizeof first.band), 0);
        EG_CHECK_INT(memcmp(first.envelope, other.envelope, sizeof first.envelope), 0);
        EG_CHECK_INT(memcmp(first.rms, other.rms, sizeof first.rms), 0);
        for (size_t i = 0; i < count; i++) {
            EG_CHECK_INT(events[i].channel, others[i].channel);
            EG_CHECK_INT(events[i].is_on, others[i].is_on);
            EG_CHECK(events[i].at_s == others[i].at_s && events[i].seen_s == others[i].seen_s &&
                     events[i].evidence == others[i].evidence);
        }
        for (size_t at = 4096; at <= N; at += 4096, compared++)
            for (size_t c = 0; c < CHANNELS && N % sizes[s] == 0; c++) {
                double a = first.median[(at - 1) * CHANNELS + c];
                double b = other.median[(at - 1) * CHANNELS + c];
                EG_CHECK(a > 20.0 && (a == b || sizes[s] == 7 || at % sizes[s] != 0));
            }
    }
    eg_test_note("%zu events, %zu looks at the spectrum: the same bits", n_events, compared);
    free(made.x);
}

static void median_is_the_segments(void) {
    eg_emg_made made = eg_emg_make(2000.0, 1, 2.0, 0.5, 0.0, 0.0, 0, 8);
    static double band[8192], density[513];
    eg_emg_monitor_settings settings = eg_emg_monitor_defaults(2000.0);
    start(&settings, 1);
    (void)eg_emg_monitor_feed(&monitor, 3072, made.x, band, NULL, NULL, EVENTS, events);
    EG_CHECK_INT(monitor.segment, 1024);
    eg_welch welch;
    const eg_welch_settings spectrum = {
        2000.0, 1024, 0, 0, EG_WINDOW_HANN_PERIODIC, EG_DETREND_CONSTANT};
    static unsigned char more[1 << 18];
    eg_arena other;
    eg_arena_init(&other, more, sizeof more);
    EG_CHECK_INT(eg_welch_init(&welch, &spectrum, &other, NULL), EG_OK);
    EG_CHECK_INT(eg_welch_run(&welch, 1024, band + 2048, density, NULL), EG_OK);
    double expected = eg_emg_spectrum_of(513, density, 2000.0 / 1024.0).median_hz;
    eg_test_note("%.2f Hz", expected);
    EG_CHECK(monitor.median_hz[0] == expected);
    free(made.x);
}

static void refuses(void) {
    eg_emg_monitor_settings settings = eg_emg_monitor_defaults(200.0);
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK_INT(eg_emg_monitor_start(&monitor, &settings, 1, &arena, NULL), EG_ERR_ARGUMENT);
    settings = eg_emg_monitor_defaults(2000.0);
    settings.rest_s = 0.1;
    EG_CHECK_INT(eg_emg_monitor_start(&monitor, &settings, 1, &arena, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_emg_monitor_size(1, &settings), 0);
    settings = eg_emg_monitor_defaults(2000.0);
    EG_CHECK_INT(eg_emg_monitor_start(&monitor, &settings, 0, &arena, NULL), EG_ERR_ARGUMENT);
    size_t size = eg_emg_monitor_size(2, &settings), refused = 0;
    for (size_t part = 0; part < 8; part++) {
        eg_arena_init(&arena, memory, size * part / 16);
        refused += eg_emg_monitor_start(&monitor, &settings, 2, &arena, NULL) == EG_ERR_MEMORY;
    }
    EG_CHECK(refused >= 7);
    static double silence[8000];
    start(&settings, 2);
    EG_CHECK_INT(eg_emg_monitor_feed(&monitor, 3999, silence, NULL, NULL, NULL, 0, NULL), 0);
    EG_CHECK_INT(eg_emg_monitor_state_of(&monitor, 1), EG_EMG_CALIBRATING);
    EG_CHECK_INT(eg_emg_monitor_feed(&monitor, 100, silence, NULL, NULL, NULL, 0, NULL), 0);
    EG_CHECK_INT(eg_emg_monitor_state_of(&monitor, 1), EG_EMG_SILENT);
    EG_CHECK(isnan(eg_emg_monitor_rest(&monitor, 0)));
}

EG_TESTS({"emg monitor: sees bursts of known truth", sees_bursts},
         {"emg monitor: rest stays quiet", rest_stays_quiet},
         {"emg monitor: blocks do not matter", blocks_do_not_matter},
         {"emg monitor: the segment's median frequency", median_is_the_segments},
         {"emg monitor: refuses what cannot be", refuses})
