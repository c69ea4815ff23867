/* The C tests' harness. Every test is a function listed with EG_TESTS at the foot of its file; each
 * runs in a process of its own with a limit of time, so that a crash or a hang is one failed test
 * and not the end of the run; as many run at once as there are processors. Output is one line a
 * test, as each ends: "ok", "not ok" or "skip", a name and what was compared. */
#ifndef EG_TESTS_SUPPORT_TEST_H
#define EG_TESTS_SUPPORT_TEST_H

#include <stddef.h>
#include <stdint.h>

typedef struct eg_test {
    const char *name; /* "filter: zero-lag Butterworth equals the peer's output" */
    void (*run)(void);
} eg_test;

/* Registers a file's tests before main() runs. */
void eg_test_register(const char *file, const eg_test *tests, size_t count);

#define EG_TESTS(...)                                                                              \
    static const eg_test file_tests[] = {__VA_ARGS__};                                             \
    __attribute__((constructor)) static void register_file_tests(void) {                           \
        eg_test_register(__FILE__, file_tests, sizeof file_tests / sizeof file_tests[0]);          \
    }

/* Each of these ends the test at once when it does not hold. */
#define EG_CHECK(condition) eg_test_check((condition), #condition, __FILE__, __LINE__)
#define EG_CHECK_INT(actual, expected)                                                             \
    eg_test_check_int((intmax_t)(actual), (intmax_t)(expected), #actual, __FILE__, __LINE__)
#define EG_CHECK_TEXT(actual, expected)                                                            \
    eg_test_check_text((actual), (expected), #actual, __FILE__, __LINE__)
/* |actual - expected| <= tolerance; NaN equals only NaN. */
#define EG_CHECK_NEAR(actual, expected, tolerance)                                                 \
    eg_test_check_near((actual), (expected), (tolerance), #actual, __FILE__, __LINE__)
#define EG_FAIL(...) eg_test_fail(__FILE__, __LINE__, __VA_ARGS__)
/* The recordings to test with are absent: says so and ends the test without a verdict. */
#define EG_SKIP(...) eg_test_skip(__VA_ARGS__)

/* Says what the test compared; shown behind its name. */
void eg_test_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

void eg_test_check(int holds, const char *expression, const char *file, int line);
void eg_test_check_int(intmax_t actual, intmax_t expected, const char *expression, const char *file,
                       int line);
void eg_test_check_text(const char *actual, const char *expected, const char *expression,
                        const char *file, int line);
void eg_test_check_near(double actual, double expected, double tolerance, const char *expression,
                        const char *file, int line);
_Noreturn void eg_test_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
_Noreturn void eg_test_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The folder of a set of reference recordings ("balance"), from $ENGRAM_DATA; skips the test where
 * it is unset. The text lives until the test ends. */
const char *eg_test_data(const char *set);

/* A whole file in memory, NUL-terminated behind its last byte; fails the test if it cannot be
 * read. */
char *eg_test_read_file(const char *path, size_t *size);

/* n, or a share of it where a sanitizer makes each of many alike several times as dear. */
int eg_test_crowd(int n);

/* How much longer than usual a test may take here: 1, more where a sanitizer watches. */
double eg_test_patience(void);

/* A fresh empty folder, removed when the test ends. */
const char *eg_test_folder(void);

#endif
