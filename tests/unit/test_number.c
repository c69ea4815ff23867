#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/number.h"
#include "tests/support/test.h"

static uint64_t state = 88172645463325252u;

static uint64_t draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void compare(const char *text) {
    double value = 0;
    char *end;
    double expected = strtod(text, &end);
    size_t taken = eg_number_read(text, strlen(text), '.', &value, NULL);
    if (taken != (size_t)(end - text) || memcmp(&value, &expected, sizeof value) != 0)
        EG_FAIL("\"%.60s\" is %.17g (%zu bytes), strtod says %.17g (%zu bytes)", text, value, taken,
                expected, (size_t)(end - text));
}

static void equals_strtod_on_doubles(void) {
    enum { COUNT = 400000 };
    char text[64];
    for (int i = 0; i < COUNT; i++) {
        uint64_t bits = draw();
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        snprintf(text, sizeof text, "%.*g", (int)(draw() % 18) + 1, value);
        compare(text);
    }
    eg_test_note("%d random doubles over the whole range, 1 to 18 digits", COUNT);
}

static void equals_strtod_on_decimals(void) {
    enum { COUNT = 2500000 };
    char text[64];
    for (int i = 0; i < COUNT; i++) {
        int digits = (int)(draw() % 20) + 1, decimals = (int)(draw() % (uint64_t)(digits + 1));
        size_t n = 0;
        if (draw() % 2) text[n++] = '-';
        for (int j = 0; j < digits; j++) {
            if (j == digits - decimals) text[n++] = '.';
            text[n++] = (char)('0' + draw() % 10);
        }
        text[n] = '\0';
        if (draw() % 4 == 0) snprintf(text + n, sizeof text - n, "e%d", (int)(draw() % 61) - 30);
        compare(text);
    }
    eg_test_note("%d random decimals as recordings hold them", COUNT);
}

/* Exactly between two doubles, and one digit to either side of it: the hardest roundings. */
static void equals_strtod_on_ties(void) {
    enum { COUNT = 4000 };
    static char text[1400];
    for (int i = 0; i < COUNT; i++) {
        uint64_t bits = draw() & 0x7fffffffffffffffu;
        if (i % 4 == 0) bits &= 0x000fffffffffffffu; /* subnormal */
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value) || value > 1e300) continue;
        long double middle = ((long double)value + (long double)nextafter(value, INFINITY)) / 2;
        snprintf(text, sizeof text, "%.*Lf", value < 1 ? 1100 : 30, middle);
        compare(text);
        size_t n = strlen(text);
        memcpy(text + n, "0001", 5);
        compare(text);
        text[n] = '\0';
        if (text[n - 1] > '0') text[n - 1]--;
        compare(text);
    }
    eg_test_note("%d halves between neighbours, to 1100 decimals", COUNT);
}

static void equals_strtod_at_the_edges(void) {
    static const char *const texts[] = {
        "0",
        "-0",
        "+1",
        "0.0",
        ".5",
        "5.",
        "-.5e1",
        "1e",
        "1e+",
        "1e5x",
        "1e400",
        "-1e400",
        "1e-400",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "2.2250738585072011e-308",
        "9007199254740993",
        "9007199254740992.999999999999999999999",
        "0e999999999999",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "00000000000000000000000000000000000000000000000000000000000001.5",
        "0.00000000000000000000000000000000000000000000000000000000000000001",
        "123456789012345678901234567890",
        "8.5e-17",
        "1.0000000000000002220446049250313080847263",
        "",
        "-",
        ".",
        "e5",
        "abc"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) compare(texts[i]);
    static char zeros[3000];
    memset(zeros, '0', sizeof zeros - 1);
    zeros[0] = '1';
    zeros[1] = '.';
    zeros[2900] = '7';
    compare(zeros);
    memset(zeros, '9', sizeof zeros - 1);
    compare(zeros);
    double value;
    EG_CHECK_INT(eg_number_read("1,5", 3, ',', &value, NULL), 3);
    EG_CHECK_NEAR(value, 1.5, 0);
    EG_CHECK_INT(eg_number_read("1.5", 3, ',', &value, NULL), 1);
    EG_CHECK_INT(eg_number_read("15", 1, '.', &value, NULL), 1);
    EG_CHECK_INT(eg_number_read("nan", 3, '.', &value, NULL), 0);
    EG_CHECK_INT(eg_number_read("0x10", 4, '.', &value, NULL), 1);
}

EG_TESTS({"number: equals strtod on doubles of every size", equals_strtod_on_doubles},
         {"number: equals strtod on recordings' decimals", equals_strtod_on_decimals},
         {"number: equals strtod on ties", equals_strtod_on_ties},
         {"number: equals strtod at the edges", equals_strtod_at_the_edges})
