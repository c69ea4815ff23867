#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/measure.h"
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

EG_TESTS({"err: every code has a name, text and fault", errors_have_names},
         {"err: the first error recorded stays", first_error_stays},
         {"err: a long place keeps its end", long_places_keep_their_end},
         {"arena: memory is aligned, zeroed and reusable", arena_gives_aligned_zeroed_memory},
         {"arena: refuses what does not fit or overflows", arena_refuses_what_does_not_fit},
         {"measure: rows are found by their code", measures_are_found_by_code})
