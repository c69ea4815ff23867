/* Rates from rows that carry their own time: even, rounded, with gaps, with jitter, and uneven. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "io/format/recording.h"
#include "io/format/step.h"
#include "tests/support/test.h"

enum { N = 3000 };

static void fill(double *t_s, const double *steps_ms, size_t n_steps) {
    double t_ms = 0;
    for (size_t i = 0; i < N; i++) {
        t_s[i] = t_ms / 1e3;
        t_ms += steps_ms[i % n_steps];
    }
}

static void patterns(void) {
    static const struct {
        double steps_ms[6];
        size_t n;
        double rate_hz;
        int is_uneven;
    } rows[] = {{{10}, 1, 100, 0},
                {{12, 12, 6}, 3, 100, 1}, /* what a timer of 6 ms makes of 10 ms */
                {{15, 16, 16}, 3, 1000.0 / 15.666666666666666, 0},
                {{0, 1}, 2, 2000, 1},          /* 2000 Hz told in whole ms */
                {{0, 0, 0, 40}, 4, 100, 1},    /* packets of four rows */
                {{10, 10, 20, 10}, 4, 100, 0}, /* a row lost again and again: gaps */
                {{10, 10, 10, 10, 10, 37}, 6, 1000.0 * 6 / 87, 1},
                {{10, 17, 10, 17}, 4, 1000.0 / 13.5, 1}};
    double *t_s = calloc(N, sizeof *t_s);
    EG_CHECK(t_s != NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fill(t_s, rows[i].steps_ms, rows[i].n);
        eg_steps s = eg_steps_of(t_s, N);
        EG_CHECK_NEAR(s.rate_hz, rows[i].rate_hz, 2e-3 * rows[i].rate_hz);
        EG_CHECK_INT(s.n_uneven > 0, rows[i].is_uneven);
    }
    free(t_s);
}

/* A sensor over radio: each row late by up to half a step, one in a hundred lost. */
static void jitter(void) {
    double *t_s = calloc(N, sizeof *t_s);
    EG_CHECK(t_s != NULL);
    eg_random random;
    eg_random_init(&random, 7, 1);
    for (size_t i = 0, k = 0; i < N; i++, k++) {
        if (eg_random_below(&random, 100) == 0) k++;
        t_s[i] = 0.01 * (double)k + 0.002 * eg_random_uniform(&random);
    }
    eg_steps s = eg_steps_of(t_s, N);
    EG_CHECK_NEAR(s.rate_hz, 100, 0.05);
    EG_CHECK_INT(s.n_uneven, 0);
    free(t_s);
}

/* The table says so once, and a few exceptions are none of it. */
static void told(void) {
    static char text[64 << 10];
    for (int is_uneven = 0; is_uneven < 2; is_uneven++) {
        int t_ms = 0;
        size_t used = (size_t)snprintf(text, sizeof text, "time [ms],force [N]\n");
        for (int i = 0; i < 2000; i++) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%d,%d\n", t_ms, i % 7);
            t_ms += is_uneven ? (i % 3 == 2 ? 6 : 12) : i % 500 == 9 ? 13 : 10;
        }
        eg_recording *r = NULL;
        eg_diag diag = {0};
        if (eg_recording_parse("a.csv", (const uint8_t *)text, used, &r, &diag) != EG_OK)
            EG_FAIL("%s", diag.text);
        EG_CHECK_NEAR(r->rate_hz, 100, 0.1);
        size_t n = 0;
        for (size_t i = 0; i < r->n_warnings; i++)
            n += strstr(r->warnings[i].text, "not evenly apart") != NULL;
        EG_CHECK_INT(n, is_uneven);
        eg_recording_destroy(r);
    }
}

EG_TESTS({"step: patterns of steps", patterns}, {"step: jitter and loss keep the rate", jitter},
         {"step: a table tells uneven rows", told})
