#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/balance/profile.h"
#include "tests/support/balance_data.h"
#include "tests/support/test.h"

static eg_balance_result compute(const eg_cop_trial *trial, eg_balance_profile profile,
                                 uint32_t flags) {
    size_t size = eg_balance_memory(trial->n, trial->rate_hz, profile, flags);
    void *memory = malloc(size);
    eg_arena arena;
    eg_arena_init(&arena, memory, size);
    eg_balance_result result;
    eg_diag diag = {0};
    eg_err err = eg_balance_compute(trial, profile, flags, &arena, &result, &diag);
    if (err != EG_OK) EG_FAIL("%s: %s", eg_err_name(err), diag.text);
    EG_CHECK_INT(arena.used, 0);
    free(memory);
    return result;
}

/* Compares every reference value of a case; returns the largest relative error. */
static double compare(const eg_balance_result *result, const eg_golden *rows, size_t count,
                      const char *name, double floor_value) {
    double worst = 0.0;
    size_t compared = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) != 0) continue;
        const eg_balance_value *value = eg_balance_find(result, rows[i].code);
        if (value == NULL) EG_FAIL("%s: no variable %s", name, rows[i].code);
        double error = fabs(value->value - rows[i].value) / fmax(fabs(rows[i].value), floor_value);
        if (!(error <= 1e-9)) {
            printf("# %s %s: %.17g, reference %.17g, error %.2g\n", name, rows[i].code,
                   value->value, rows[i].value, error);
        }
        if (!(error <= worst)) worst = error;
        compared++;
    }
    EG_CHECK_INT(compared, result->count);
    return worst;
}

static void quijoux_equals_the_peer(void) {
    size_t count;
    const eg_golden *rows = eg_golden_read("golden_quijoux.csv", &count);
    double worst = 0.0;
    for (int i = 0; i < EG_BALANCE_CASES; i++) {
        eg_cop_trial trial = eg_balance_case(eg_balance_case_names[i]);
        eg_balance_result result = compute(&trial, EG_BALANCE_QUIJOUX2021, 0);
        EG_CHECK_INT(result.count, 72);
        worst = fmax(worst, compare(&result, rows, count, eg_balance_case_names[i], 1e-3));
    }
    EG_CHECK(worst <= 1e-9);
    eg_test_note("72 variables x 16 trials, largest relative error %.1e", worst);
}

static void quijoux_equals_the_peer_on_its_own_file(void) {
    size_t count;
    const eg_golden *rows = eg_golden_read("golden_quijoux_own_file.csv", &count);
    char path[512];
    snprintf(path, sizeof path, "%s/quijoux_test_cop_4000_7000.csv", eg_test_data("balance"));
    size_t n;
    const double *numbers = eg_numbers_read(path, 1, 3, &n);
    double *ml = calloc(n, sizeof *ml);
    double *ap = calloc(n, sizeof *ap);
    for (size_t i = 0; i < n; i++) {
        ml[i] = numbers[3 * i + 1] * 10.0;
        ap[i] = numbers[3 * i + 2] * 10.0;
    }
    eg_cop_trial trial = eg_balance_trial_of(ml, ap, n, 100.0);
    eg_balance_result result = compute(&trial, EG_BALANCE_QUIJOUX2021, 0);
    double worst = compare(&result, rows, count, "quijoux_test_cop_4000_7000", 1e-3);
    EG_CHECK(worst <= 1e-9);
    eg_test_note("72 variables, largest relative error %.1e", worst);
    free(ml);
    free(ap);
}

static void duarte_equals_the_peer(void) {
    size_t count;
    const eg_golden *rows = eg_golden_read("golden_duarte_bmc.csv", &count);
    double worst = 0.0;
    double worst_published = 0.0;
    for (int i = 0; i < EG_BALANCE_CASES; i++) {
        const char *name = eg_balance_case_names[i];
        eg_cop_trial trial = eg_balance_case(name);
        eg_balance_result result = compute(&trial, EG_BALANCE_DUARTE, 0);
        EG_CHECK_INT(result.count, name[0] == 'P' ? 36 : 34);
        worst = fmax(worst, compare(&result, rows, count, name, 1e-3));
        static const char *const published[] = {"published_COParea", "published_COPvelo",
                                                "published_COPmfreq"};
        for (int k = 0; k < 3; k++) {
            double value = eg_balance_find(&result, published[k])->value;
            double reference = eg_golden_find(rows, count, name, published[k]);
            worst_published = fmax(worst_published, fabs(value / reference - 1.0));
        }
    }
    EG_CHECK(worst <= 1e-9);
    EG_CHECK(worst_published <= 1e-12);
    eg_test_note("34 or 36 variables x 16 trials, largest relative error %.1e, published %.1e",
                 worst, worst_published);
}

static void engram_codes_are_the_catalogue(void) {
    size_t printed = 0;
    for (size_t i = 0; i < eg_balance_measures.count; i++) {
        const eg_measure_def *row = &eg_balance_measures.rows[i];
        EG_CHECK(row->code != NULL && row->name[0] != '\0' && row->unit[0] != '\0');
        EG_CHECK(row->definition[0] != '\0' && row->formula[0] != '\0' && row->source[0] != '\0');
        EG_CHECK(eg_measure_find(&eg_balance_measures, row->code) == row);
    }
    eg_cop_trial trial = eg_balance_case("PDS13OR1grf");
    eg_balance_result all = compute(&trial, EG_BALANCE_ENGRAM, EG_BALANCE_ALL);
    eg_balance_result usual = compute(&trial, EG_BALANCE_ENGRAM, 0);
    size_t extra = 0;
    for (size_t i = 0; i < all.count; i++) {
        const eg_measure_def *row = eg_measure_find(&eg_balance_measures, all.values[i].code);
        EG_CHECK(row != NULL);
        EG_CHECK_TEXT(all.values[i].unit, row->unit);
        if (!isfinite(all.values[i].value)) EG_FAIL("%s is not a number", row->code);
        printed++;
        if (eg_balance_measure_is_extra(row->code)) {
            extra++;
            EG_CHECK(eg_balance_find(&usual, row->code) == NULL);
        } else {
            EG_CHECK_NEAR(eg_balance_find(&usual, row->code)->value, all.values[i].value, 0.0);
        }
    }
    EG_CHECK_INT(usual.count + extra, all.count);
    eg_test_note("%zu of %zu measures printed, %zu only with --all", printed,
                 eg_balance_measures.count, extra);
}

/* The open recordings are low-passed already, so that our own values must lie close to the
 * published ones, from which the norms are made. */
static void engram_is_close_to_the_published(void) {
    size_t count;
    const eg_golden *rows = eg_golden_read("golden_duarte_bmc.csv", &count);
    double worst[3] = {0.0, 0.0, 0.0};
    for (int i = 0; i < EG_BALANCE_CASES; i++) {
        const char *name = eg_balance_case_names[i];
        eg_cop_trial trial = eg_balance_case(name);
        eg_balance_result result = compute(&trial, EG_BALANCE_ENGRAM, 0);
        static const char *const pairs[3][2] = {{"cop.ellipse.area", "published_COParea"},
                                                {"cop.velocity.mean", "published_COPvelo"},
                                                {"cop.frequency.mean", "published_COPmfreq"}};
        const double units[3] = {100.0, 10.0, 1.0};
        for (int k = 0; k < 3; k++) {
            double ours = eg_balance_find(&result, pairs[k][0])->value;
            double theirs = units[k] * eg_golden_find(rows, count, name, pairs[k][1]);
            worst[k] = fmax(worst[k], fabs(ours / theirs - 1.0));
        }
    }
    EG_CHECK(worst[0] < 0.01);
    EG_CHECK(worst[1] < 0.08);
    EG_CHECK(worst[2] < 0.02);
    eg_test_note("largest difference: area %.2g, velocity %.2g, mean frequency %.2g", worst[0],
                 worst[1], worst[2]);
}

static void memory_stays_below_two_megabytes(void) {
    static const eg_balance_profile profiles[] = {EG_BALANCE_ENGRAM, EG_BALANCE_QUIJOUX2021,
                                                  EG_BALANCE_DUARTE};
    size_t most = 0;
    for (int i = 0; i < 3; i++) {
        size_t size = eg_balance_memory(6000, 100.0, profiles[i], EG_BALANCE_ALL);
        if (size > most) most = size;
    }
    EG_CHECK(most <= 2000000);
    eg_test_note("60 s at 100 Hz: at most %zu bytes", most);
}

/* Every length and rate must fit into what eg_balance_memory promises. */
static void memory_suffices_for_any_trial(void) {
    static const size_t lengths[] = {200, 251, 997, 1500, 2999, 6007, 20011, 60000};
    static const double rates[] = {5.0, 20.0, 25.0, 33.3, 50.0, 60.0, 100.0, 128.0, 1000.0, 2000.0};
    double *ml = calloc(60000, sizeof *ml);
    double *ap = calloc(60000, sizeof *ap);
    eg_test_gaussian(ml, 60000, 1);
    eg_test_gaussian(ap, 60000, 2);
    for (size_t i = 1; i < 60000; i++) {
        ml[i] = 0.98 * ml[i - 1] + 0.3 * ml[i];
        ap[i] = 0.98 * ap[i - 1] + 0.4 * ap[i];
    }
    int done = 0;
    int refused = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
            for (int profile = 0; profile < 3; profile++) {
                eg_cop_trial trial = eg_balance_trial_of(ml, ap, lengths[i], rates[k]);
                trial.height_m = 1.7;
                uint32_t flags = lengths[i] > 7000 ? 0 : EG_BALANCE_ALL;
                size_t size =
                    eg_balance_memory(lengths[i], rates[k], (eg_balance_profile)profile, flags);
                void *memory = malloc(size);
                eg_arena arena;
                eg_arena_init(&arena, memory, size);
                eg_balance_result result;
                eg_diag diag = {0};
                eg_err err = eg_balance_compute(&trial, (eg_balance_profile)profile, flags, &arena,
                                                &result, &diag);
                if (err != EG_OK && err != EG_ERR_RANGE) {
                    EG_FAIL("%zu samples at %g Hz, profile %d: %s", lengths[i], rates[k], profile,
                            diag.text);
                }
                done += err == EG_OK;
                refused += err == EG_ERR_RANGE;
                free(memory);
            }
        }
    }
    EG_CHECK(done > 180);
    eg_test_note("%d trials measured, %d too short", done, refused);
    free(ml);
    free(ap);
}

/* A circle of radius r, f rounds a second, sampled for whole rounds. */
static void circle_has_known_values(void) {
    enum { N = 6001 };
    const double r = 20.0;
    const double f = 0.2;
    static double ml[N];
    static double ap[N];
    for (int i = 0; i < N; i++) {
        double angle = 6.283185307179586 * f * i / 100.0;
        ml[i] = 100.0 + r * cos(angle);
        ap[i] = -50.0 + r * sin(angle);
    }
    eg_cop_trial trial = eg_balance_trial_of(ml, ap, N, 100.0);
    eg_balance_result result = compute(&trial, EG_BALANCE_ENGRAM, 0);
    double path = 6.283185307179586 * r * f * 60.0;
    EG_CHECK_NEAR(eg_balance_find(&result, "cop.path.length")->value, path, 1e-4 * path);
    EG_CHECK_NEAR(eg_balance_find(&result, "cop.velocity.mean")->value, path / 60.0, 3e-3);
    EG_CHECK_NEAR(eg_balance_find(&result, "cop.distance.mean")->value, r, 0.01);
    EG_CHECK_NEAR(eg_balance_find(&result, "cop.rms.ml")->value, r / sqrt(2.0), 0.01);
    EG_CHECK_NEAR(eg_balance_find(&result, "cop.range")->value, 2.0 * r, 0.01);
    EG_CHECK_NEAR(eg_balance_find(&result, "cop.hull.area")->value, 3.14159265 * r * r, 1.0);
    EG_CHECK_NEAR(eg_balance_find(&result, "cop.area.rate")->value, 3.14159265 * r * r * f, 0.1);
    EG_CHECK_NEAR(eg_balance_find(&result, "cop.frequency.rotation")->value, f, 1e-4);
    /* Variance r^2/2 in each axis: area 2 pi F factor r^2 / 2. */
    EG_CHECK_NEAR(eg_balance_find(&result, "cop.ellipse.area")->value,
                  3.14159265 * 5.99646 * r * r / 2.0, 1.0);
    EG_CHECK_NEAR(eg_balance_find(&result, "cop.mean.ml")->value, 100.0, 0.01);
    eg_test_note("path, velocity, distance, range, hull, swept area, frequency, ellipse");
}

/* Rotation by a right angle, shift and scale change exactly what they should. */
static void invariances_hold(void) {
    eg_cop_trial trial = eg_balance_case("BDS00007");
    double *ml = calloc(trial.n, sizeof *ml);
    double *ap = calloc(trial.n, sizeof *ap);
    for (size_t i = 0; i < trial.n; i++) {
        ml[i] = 40.0 - 3.0 * trial.net.ap_mm[i];
        ap[i] = -7.0 + 3.0 * trial.net.ml_mm[i];
    }
    eg_cop_trial turned = eg_balance_trial_of(ml, ap, trial.n, trial.rate_hz);
    eg_balance_result a = compute(&trial, EG_BALANCE_ENGRAM, 0);
    eg_balance_result b = compute(&turned, EG_BALANCE_ENGRAM, 0);
    static const struct {
        const char *from, *to;
        double factor;
    } rules[] = {{"cop.path.length", "cop.path.length", 3.0},
                 {"cop.ellipse.area", "cop.ellipse.area", 9.0},
                 {"cop.hull.area", "cop.hull.area", 9.0},
                 {"cop.range", "cop.range", 3.0},
                 {"cop.rms.ml", "cop.rms.ap", 3.0},
                 {"cop.rms.ap", "cop.rms.ml", 3.0},
                 {"cop.velocity.mean.ml", "cop.velocity.mean.ap", 3.0},
                 {"cop.frequency.mean", "cop.frequency.mean", 1.0},
                 {"cop.frequency.rotation", "cop.frequency.rotation", 1.0},
                 {"cop.psd.power.ml", "cop.psd.power.ap", 9.0},
                 {"cop.psd.f95.ap", "cop.psd.f95.ml", 1.0},
                 {"cop.sda.hs.ml", "cop.sda.hs.ap", 1.0},
                 {"cop.sda.ds.ml", "cop.sda.ds.ap", 9.0},
                 {"cop.anisotropy", "cop.anisotropy", 1.0},
                 {"cop.fractal.ellipse", "cop.fractal.ellipse", 1.0}};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        double from = eg_balance_find(&a, rules[i].from)->value * rules[i].factor;
        double to = eg_balance_find(&b, rules[i].to)->value;
        if (!(fabs(to - from) <= 1e-9 * fabs(from))) EG_FAIL("%s: %g, %g", rules[i].to, to, from);
    }
    eg_test_note("%zu measures under a quarter turn, a shift and a scale of 3",
                 sizeof rules / sizeof rules[0]);
    free(ml);
    free(ap);
}

static void missing_samples_are_bridged(void) {
    eg_cop_trial trial = eg_balance_case("BDS00001");
    double *ml = calloc(trial.n, sizeof *ml);
    double *ap = calloc(trial.n, sizeof *ap);
    for (size_t i = 0; i < trial.n; i++) {
        int missing = i < 5 || (i > 2000 && i < 2010) || i >= trial.n - 3;
        ml[i] = missing ? (double)NAN : trial.net.ml_mm[i];
        ap[i] = missing ? (double)NAN : trial.net.ap_mm[i];
    }
    eg_cop_trial holed = eg_balance_trial_of(ml, ap, trial.n, trial.rate_hz);
    eg_balance_result whole = compute(&trial, EG_BALANCE_ENGRAM, 0);
    eg_balance_result bridged = compute(&holed, EG_BALANCE_ENGRAM, 0);
    EG_CHECK_INT(bridged.bridged, 5 + 9 + 3);
    double a = eg_balance_find(&whole, "cop.path.length")->value;
    double b = eg_balance_find(&bridged, "cop.path.length")->value;
    EG_CHECK_NEAR(b / a, 1.0, 0.01);
    for (int profile = 0; profile < 3; profile++) {
        (void)compute(&holed, (eg_balance_profile)profile, 0);
    }
    for (size_t i = 0; i < trial.n * 2 / 3; i++) ml[i] = (double)NAN;
    unsigned char memory[1];
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    eg_balance_result result;
    EG_CHECK_INT(eg_balance_compute(&holed, EG_BALANCE_ENGRAM, 0, &arena, &result, NULL),
                 EG_ERR_MEMORY);
    size_t size = eg_balance_memory(holed.n, 100.0, EG_BALANCE_ENGRAM, 0);
    void *enough = malloc(size);
    eg_arena_init(&arena, enough, size);
    EG_CHECK_INT(eg_balance_compute(&holed, EG_BALANCE_ENGRAM, 0, &arena, &result, NULL),
                 EG_ERR_MISSING);
    free(enough);
    free(ml);
    free(ap);
}

/* Nobody on the plate: every value is a number or says why not; nothing crashes. */
static void still_and_odd_trials_survive(void) {
    enum { N = 3000 };
    static double ml[N];
    static double ap[N];
    for (int kind = 0; kind < 4; kind++) {
        for (int i = 0; i < N; i++) {
            ml[i] = kind == 0 ? 3.0 : kind == 1 ? 0.01 * i : (i / 700) % 2 * 50.0;
            ap[i] = kind == 3 ? 1e9 * sin(i * 0.01) : kind == 2 ? ml[i] : 0.0;
        }
        eg_cop_trial trial = eg_balance_trial_of(ml, ap, N, 100.0);
        trial.height_m = 1.7;
        for (int profile = 0; profile < 3; profile++) {
            eg_balance_result result = compute(&trial, (eg_balance_profile)profile, EG_BALANCE_ALL);
            for (size_t i = 0; i < result.count; i++) {
                EG_CHECK(!isinf(result.values[i].value) || profile != 0);
            }
        }
    }
    eg_cop_trial trial = eg_balance_trial_of(ml, ap, 10, 100.0);
    eg_arena arena = {0};
    eg_balance_result result;
    EG_CHECK_INT(eg_balance_compute(&trial, EG_BALANCE_ENGRAM, 0, &arena, &result, NULL),
                 EG_ERR_RANGE);
    trial.n = N;
    trial.rate_hz = 0.0;
    EG_CHECK_INT(eg_balance_compute(&trial, EG_BALANCE_ENGRAM, 0, &arena, &result, NULL),
                 EG_ERR_RANGE);
}

/* Entropy and recurrence grow with the square of the samples; no accepted trial may take minutes.
 */
static void long_trials_have_no_entropy(void) {
    enum { N = 80000 };
    double *ml = calloc(N, sizeof *ml), *ap = calloc(N, sizeof *ap);
    eg_test_gaussian(ml, N, 1);
    eg_test_gaussian(ap, N, 2);
    static const double rates[] = {25.0, 100.0, 1000.0};
    for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
        eg_cop_trial trial = eg_balance_trial_of(ml, ap, N, rates[k]);
        size_t size = eg_balance_memory(N, rates[k], EG_BALANCE_ENGRAM, EG_BALANCE_ALL);
        void *memory = malloc(size);
        eg_arena arena;
        eg_arena_init(&arena, memory, size);
        eg_balance_result result;
        eg_diag diag = {0};
        if (eg_balance_compute(&trial, EG_BALANCE_ENGRAM, EG_BALANCE_ALL, &arena, &result, &diag) !=
            EG_OK)
            EG_FAIL("%g Hz: %s", rates[k], diag.text);
        const eg_balance_value *entropy = eg_balance_find(&result, "cop.sampen.ap");
        bool is_long = N / rates[k] > 600;
        EG_CHECK(entropy != NULL && isnan(entropy->value) == is_long);
        EG_CHECK((entropy->note != NULL) == is_long);
        EG_CHECK(isfinite(eg_balance_find(&result, "cop.ttb.minimum")->value));
        free(memory);
    }
    free(ml);
    free(ap);
}

EG_TESTS({"balance: quijoux2021 equals the peer on all trials", quijoux_equals_the_peer},
         {"balance: quijoux2021 equals the peer on its own unfiltered file",
          quijoux_equals_the_peer_on_its_own_file},
         {"balance: duarte equals the peer and the published values", duarte_equals_the_peer},
         {"balance: engram prints what its catalogue defines", engram_codes_are_the_catalogue},
         {"balance: engram lies close to the published values", engram_is_close_to_the_published},
         {"balance: a minute needs less than 2 MB", memory_stays_below_two_megabytes},
         {"balance: the promised memory suffices", memory_suffices_for_any_trial},
         {"balance: a circle has known values", circle_has_known_values},
         {"balance: rotation, shift and scale", invariances_hold},
         {"balance: missing samples are bridged", missing_samples_are_bridged},
         {"balance: still and odd trials survive", still_and_odd_trials_survive},
         {"balance: a trial of more than ten minutes has no entropy and says so",
          long_trials_have_no_entropy})
