/* Range of motion: traces of known range, repetitions, speed and holds; noise and drift. */
#include <math.h>
#include <stdlib.h>

#include "core/base/random.h"
#include "core/base/real.h"
#include "core/motion/rom.h"
#include "tests/support/test.h"

enum { MAX = 40000 };

/* A minimum-jerk way from a to b over `duration`, at `at` seconds. */
static double jerk(double a, double b, double at, double duration) {
    double s = at <= 0 ? 0 : at >= duration ? 1 : at / duration;
    return a + (b - a) * s * s * s * (10 - 15 * s + 6 * s * s);
}

/* Rest 1 s, out over `way_s`, held 0.5 s, back, five times; peaks of 120, 118 ... deg. */
static const double rest_s = 1.0, way_s = 1.0, hold_s = 0.5;
static const double period_s = 3.5;

static double test_angle(double at) {
    double k = floor(at / period_s), in = at - k * period_s, top = 120 - 2 * k;
    if (k > 4) return 5;
    if (in < rest_s + way_s + hold_s) return jerk(5, top, in - rest_s, way_s);
    return jerk(top, 5, in - rest_s - way_s - hold_s, way_s);
}

static size_t make(double *x, double rate_hz, double noise, double drift_deg_s) {
    eg_random random;
    eg_random_init(&random, 11, 0);
    size_t n = (size_t)((5 * period_s + 1) * rate_hz);
    for (size_t i = 0; i < n; i++)
        x[i] = test_angle((double)i / rate_hz) + noise * eg_random_normal(&random) +
               drift_deg_s * (double)i / rate_hz;
    return n;
}

static eg_rom *measure(size_t n, const double *x, double rate_hz, double direction) {
    size_t size = eg_rom_size(n);
    void *memory = malloc(size);
    eg_rom *rom = malloc(sizeof *rom);
    eg_arena arena;
    eg_diag diag = {0};
    EG_CHECK(memory != NULL && rom != NULL);
    eg_arena_init(&arena, memory, size);
    eg_err err = eg_rom_measure(n, x, rate_hz, direction, NULL, &arena, rom, &diag);
    if (err != EG_OK) EG_FAIL("%s", diag.text);
    EG_CHECK_INT(arena.used, 0);
    free(memory);
    return rom;
}

static void check_known(const eg_rom *rom, double tolerance) {
    EG_CHECK_INT(rom->n_repetitions, 5);
    EG_CHECK_NEAR(rom->max_deg, 120, tolerance);
    EG_CHECK_NEAR(rom->min_deg, 5, tolerance);
    EG_CHECK_NEAR(rom->start_deg, 5, tolerance);
    for (size_t k = 0; k < 5; k++) {
        const eg_rom_repetition *r = &rom->repetitions[k];
        EG_CHECK(r->is_complete);
        EG_CHECK_NEAR(r->range_deg, 115 - 2 * (double)k, 2 * tolerance);
    }
}

static void known_repetitions_are_found(void) {
    static double x[MAX];
    double worst = 0;
    static const double rates[] = {25, 60, 100, 250, 1000};
    for (size_t i = 0; i < 5; i++) {
        size_t n = make(x, rates[i], 0, 0);
        eg_rom *rom = measure(n, x, rates[i], 0);
        check_known(rom, 0.2);
        EG_CHECK_NEAR(rom->direction, 1, 0);
        EG_CHECK_NEAR(rom->sd_range_deg, sqrt(10.0), 0.02);
        for (size_t k = 0; k < 5; k++) {
            const eg_rom_repetition *r = &rom->repetitions[k];
            /* From 5 % of peak speed to 5 %: a minimum-jerk way spends 7.4 % of its time below at
             * each end. */
            EG_CHECK_NEAR(r->out_s, way_s, 0.2);
            EG_CHECK_NEAR(r->peak_speed_deg_s, 1.875 * (115 - 2 * (double)k), 8);
            /* Within 3.4 deg of the peak: the hold and the slow ends of both ways. */
            EG_CHECK(r->hold_s > hold_s && r->hold_s < hold_s + 0.45);
            EG_CHECK_NEAR(r->sparc, -1.41, 0.03);
            worst = fmax(worst, fabs(r->range_deg - (115 - 2 * (double)k)));
        }
        free(rom);
    }
    eg_test_note("5 repetitions at 25 to 1000 Hz, worst error of a range %.2g deg", worst);
}

/* Noise of 1 deg and a drift of 0.5 deg/s: the same repetitions. */
static void noise_and_drift_make_no_repetitions(void) {
    static double x[MAX];
    size_t n = make(x, 100, 1.0, 0);
    eg_rom *rom = measure(n, x, 100, 0);
    check_known(rom, 1.5);
    free(rom);
    n = make(x, 100, 0.3, 0.5);
    rom = measure(n, x, 100, 0);
    EG_CHECK_INT(rom->n_repetitions, 5);
    for (size_t k = 0; k < 5; k++)
        EG_CHECK_NEAR(rom->repetitions[k].range_deg, 115 - 2 * (double)k, 2.5);
    free(rom);
    /* Nothing but tremor and drift: no repetition at all. */
    eg_random random;
    eg_random_init(&random, 5, 0);
    for (size_t i = 0; i < 3000; i++)
        x[i] = 20 + 0.001 * (double)i + 0.8 * eg_sin(2 * EG_PI * 5 * (double)i / 100) +
               0.5 * eg_random_normal(&random);
    rom = measure(3000, x, 100, 0);
    EG_CHECK_INT(rom->n_repetitions, 0);
    EG_CHECK(isnan(rom->mean_range_deg));
    free(rom);
    eg_test_note("5 repetitions with 1 deg of noise, with 0.5 deg/s of drift; none in tremor");
}

/* Towards smaller angles; in another sign; later in time; with gaps. */
static void sign_time_and_gaps_do_not_matter(void) {
    static double x[MAX], y[MAX + 4000];
    size_t n = make(x, 100, 0.2, 0);
    eg_rom *rom = measure(n, x, 100, 0);
    for (size_t i = 0; i < n; i++) y[i] = -x[i];
    eg_rom *other = measure(n, y, 100, 0);
    EG_CHECK_NEAR(other->direction, -1, 0);
    EG_CHECK_NEAR(other->best_deg, -rom->best_deg, 1e-9);
    EG_CHECK_INT(other->n_repetitions, 5);
    for (size_t k = 0; k < 5; k++) {
        EG_CHECK_NEAR(other->repetitions[k].range_deg, rom->repetitions[k].range_deg, 1e-9);
        EG_CHECK_NEAR(other->repetitions[k].sparc, rom->repetitions[k].sparc, 1e-9);
    }
    free(other);
    for (size_t i = 0; i < 300; i++) y[i] = (double)NAN; /* seen later */
    for (size_t i = 0; i < n; i++) y[300 + i] = x[i];
    for (size_t i = 500; i < 515; i++) y[i] = (double)NAN; /* a short gap */
    other = measure(n + 300, y, 100, 0);
    EG_CHECK_INT(other->n_repetitions, 5);
    EG_CHECK_INT(other->n_bridged, 15);
    EG_CHECK(other->is_whole);
    EG_CHECK_INT(other->from, 300);
    /* Inside the bridge a straight line replaces what moved: the first repetition may differ. */
    for (size_t k = 1; k < 5; k++)
        EG_CHECK_NEAR(other->repetitions[k].range_deg, rom->repetitions[k].range_deg, 0.1);
    free(other);
    for (size_t i = 1000; i < 1060; i++)
        y[i] = (double)NAN; /* a long one: the longer part counts */
    other = measure(n + 300, y, 100, 0);
    EG_CHECK(!other->is_whole && other->from == 1060);
    EG_CHECK(other->n_repetitions >= 2 && other->n_repetitions < 5);
    free(other);
    free(rom);
}

static void an_unfinished_one_is_said(void) {
    static double x[MAX];
    size_t n = make(x, 100, 0, 0);
    (void)n;
    eg_rom *rom = measure((size_t)(100 * (period_s + rest_s + way_s + 0.3)), x, 100, 1);
    EG_CHECK_INT(rom->n_repetitions, 2);
    EG_CHECK(rom->repetitions[0].is_complete && !rom->repetitions[1].is_complete);
    EG_CHECK_NEAR(rom->repetitions[1].peak_deg, 118, 0.2);
    free(rom);
}

static void bad_traces_are_refused(void) {
    static double x[MAX];
    char memory[100];
    eg_arena arena;
    eg_rom *rom = malloc(sizeof *rom);
    EG_CHECK(rom != NULL);
    size_t n = make(x, 100, 0, 0);
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK_INT(eg_rom_measure(n, x, 0, 0, NULL, &arena, rom, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_rom_measure(n, x, (double)NAN, 0, NULL, &arena, rom, NULL), EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_rom_measure(n, x, 100, 0, NULL, &arena, rom, NULL), EG_ERR_MEMORY);
    EG_CHECK_INT(arena.used, 0);
    EG_CHECK_INT(eg_rom_measure(50, x, 100, 0, NULL, &arena, rom, NULL), EG_ERR_DATA);
    for (size_t i = 0; i < n; i++) x[i] = (double)NAN;
    EG_CHECK_INT(eg_rom_measure(n, x, 100, 0, NULL, &arena, rom, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_rom_measure(0, NULL, 100, 0, NULL, &arena, rom, NULL), EG_ERR_DATA);
    free(rom);
}

static void neutral_zero_notation(void) {
    char text[EG_ROM_TEXT_SIZE];
    EG_CHECK_TEXT(eg_rom_neutral_zero(-5, 140, text), "5/0/140");
    EG_CHECK_TEXT(eg_rom_neutral_zero(10, 140.4, text), "0/10/140");
    EG_CHECK_TEXT(eg_rom_neutral_zero(-60, -20, text), "60/20/0");
    EG_CHECK_TEXT(eg_rom_neutral_zero(0, 0, text), "0/0/0");
    EG_CHECK_TEXT(eg_rom_neutral_zero(-0.4, 179.6, text), "0/0/180");
    EG_CHECK_TEXT(eg_rom_neutral_zero((double)NAN, 3, text), "?");
    EG_CHECK_TEXT(eg_rom_neutral_zero(5, -5, text), "?");
}

EG_TESTS({"rom: known repetitions are found at every rate", known_repetitions_are_found},
         {"rom: noise and drift make no repetitions", noise_and_drift_make_no_repetitions},
         {"rom: sign, time and short gaps do not matter", sign_time_and_gaps_do_not_matter},
         {"rom: a repetition that does not come back is said", an_unfinished_one_is_said},
         {"rom: traces that cannot be measured are refused", bad_traces_are_refused},
         {"rom: neutral-zero notation", neutral_zero_notation})
