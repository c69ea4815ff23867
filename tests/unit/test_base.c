#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/measure.h"
#include "core/base/random.h"
#include "core/base/solve.h"
#include "tests/support/test.h"

static void errors_have_names(void) {
    EG_CHECK_TEXT(eg_err_name(EG_ERR_DATA), "EG_ERR_DATA");
    EG_CHECK_TEXT(eg_err_name(-9999), "unknown error");
    EG_CHECK_INT(eg_err_fault(EG_ERR_DATA), EG_FAULT_DATA);
    EG_CHECK_INT(eg_err_fault(EG_OK), EG_FAULT_NONE);
}

static void first_error_stays(void) {
    eg_diag diag = {0};
    EG_CHECK_INT(eg_diag_set(&diag, EG_ERR_DATA, "trial.txt", 7, "column %d is empty", 3),
                 EG_ERR_DATA);
    (void)eg_diag_set(&diag, EG_ERR_IO, "other", 1, "later");
    EG_CHECK_INT(diag.code, EG_ERR_DATA);
    EG_CHECK_INT(diag.line, 7);
    EG_CHECK_TEXT(diag.where, "trial.txt");
    EG_CHECK_TEXT(diag.text, "column 3 is empty");
}

static void long_places_keep_their_end(void) {
    char path[300];
    memset(path, 'x', sizeof path - 1);
    memcpy(path + sizeof path - 9, "/end.txt", 9);
    eg_diag diag = {0};
    (void)eg_diag_set(&diag, EG_ERR_IO, path, 0, "no");
    EG_CHECK_INT(strlen(diag.where), sizeof diag.where - 1);
    EG_CHECK_TEXT(diag.where + strlen(diag.where) - 8, "/end.txt");
}

static void arena_gives_aligned_zeroed_memory(void) {
    unsigned char memory[256];
    memset(memory, 0xff, sizeof memory);
    eg_arena arena;
    eg_arena_init(&arena, memory + 1, sizeof memory - 1);
    char *first = eg_arena_take(&arena, 3, 1);
    size_t mark = eg_arena_mark(&arena);
    double *second = eg_arena_take(&arena, 4, sizeof *second);
    EG_CHECK(first != NULL && second != NULL);
    EG_CHECK_INT((uintptr_t)second % 16, 0);
    for (int i = 0; i < 4; i++) EG_CHECK_NEAR(second[i], 0.0, 0.0);
    eg_arena_reset(&arena, mark);
    EG_CHECK(eg_arena_take(&arena, 4, sizeof *second) == second);
    EG_CHECK_INT(arena.high_water, arena.used);
}

static void arena_refuses_what_does_not_fit(void) {
    unsigned char memory[64];
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    EG_CHECK(eg_arena_take(&arena, SIZE_MAX, 2) == NULL);
    EG_CHECK(eg_arena_take(&arena, SIZE_MAX / 8, 8) == NULL);
    EG_CHECK(eg_arena_take(&arena, 65, 1) == NULL);
    EG_CHECK_INT(arena.used, 0);
}

static void measures_are_found_by_code(void) {
    static const eg_measure_def rows[] = {{.code = "a"}, {.code = "a.b"}};
    const eg_measure_table table = {rows, 2};
    EG_CHECK(eg_measure_find(&table, "a.b") == &rows[1]);
    EG_CHECK(eg_measure_find(&table, "b") == NULL);
}

static void small_systems(void) {
    eg_random random;
    eg_random_init(&random, 2, 0);
    double worst = 0.0;
    for (int round = 0; round < 200; round++) {
        size_t n = 1 + (size_t)round % EG_SOLVE_MAX;
        double g[EG_SOLVE_MAX][EG_SOLVE_MAX], a[EG_SOLVE_MAX * EG_SOLVE_MAX], b[EG_SOLVE_MAX],
            x[EG_SOLVE_MAX], copy[EG_SOLVE_MAX * EG_SOLVE_MAX],
            inverse[EG_SOLVE_MAX * EG_SOLVE_MAX];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) g[i][j] = eg_random_normal(&random);
        for (size_t i = 0; i < n; i++) {
            b[i] = eg_random_normal(&random);
            for (size_t j = 0; j < n; j++) {
                a[i * n + j] = i == j ? 0.5 : 0.0;
                for (size_t k = 0; k < n; k++) a[i * n + j] += g[i][k] * g[j][k];
                copy[i * n + j] = a[i * n + j];
            }
        }
        EG_CHECK(eg_solve_inverse(n, a, inverse));
        EG_CHECK(eg_solve(n, a, b, x));
        for (size_t i = 0; i < n; i++) {
            double ax = -b[i], ib = -x[i];
            for (size_t j = 0; j < n; j++)
                ax += copy[i * n + j] * x[j], ib += inverse[i * n + j] * b[j];
            worst = fmax(worst, fmax(fabs(ax), fabs(ib)));
        }
    }
    double singular[4] = {1.0, 2.0, 2.0, 4.0}, b[2] = {1.0, 1.0}, x[2];
    EG_CHECK(!eg_solve(2, singular, b, x));
    double s[3][3] = {{4, 1, 0}, {1, 3, 1}, {0, 1, 2}}, value[3], vector[3][3];
    eg_solve_eigen(s, value, vector);
    EG_CHECK_NEAR(value[0], 3.0 + sqrt(3.0), 1e-12);
    EG_CHECK_NEAR(value[1], 3.0, 1e-12);
    EG_CHECK_NEAR(value[2], 3.0 - sqrt(3.0), 1e-12);
    eg_test_note("200 systems of 1 to %d unknowns within %.1e; singular refused", EG_SOLVE_MAX,
                 worst);
    EG_CHECK(worst < 1e-9);
}

EG_TESTS({"err: every code has a name, text and fault", errors_have_names},
         {"err: the first error recorded stays", first_error_stays},
         {"err: a long place keeps its end", long_places_keep_their_end},
         {"arena: memory is aligned, zeroed and reusable", arena_gives_aligned_zeroed_memory},
         {"arena: refuses what does not fit or overflows", arena_refuses_what_does_not_fit},
         {"measure: rows are found by their code", measures_are_found_by_code},
         {"solve: small systems, their inverses and eigenvalues", small_systems})
