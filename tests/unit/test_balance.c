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

EG_TESTS({"balance: quijoux2021 equals the peer on all trials", quijoux_equals_the_peer},
         {"balance: quijoux2021 equals the peer on its own unfiltered file",
          quijoux_equals_the_peer_on_its_own_file},
         {"balance: duarte equals the peer and the published values", duarte_equals_the_peer})
