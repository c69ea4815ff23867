/* Reaches of markers and of a sensor at the wrist against people with known times
 * (tests/support/reacher.h). Constants were chosen on seeds below 1000. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sort.h"
#include "core/function/reach.h"
#include "core/signal/smoothness.h"
#include "tests/support/reacher.h"
#include "tests/support/test.h"

enum { MANY = 8192, SEED = 1000, PEOPLE = 40 };

static reacher person;
static eg_reaches found;
static void *memory;
static double begins[MANY], ends[MANY], lengths[MANY], smooths[MANY], trunks[MANY], shares[MANY];
static size_t n_all;

static int seed_base(void) {
    const char *text = getenv("ENGRAM_FUNCTION_SEED");
    return text != NULL ? (int)strtol(text, NULL, 10) : SEED;
}

static double quantile(const double *values, double p) {
    static double scratch[MANY], sorted[MANY];
    for (size_t i = 0; i < n_all; i++) sorted[i] = fabs(values[i]);
    eg_sort(n_all, sorted, scratch);
    return eg_sort_quantile(n_all, sorted, p);
}

static eg_err find(const eg_reach_signal *s, eg_diag *diag) {
    eg_arena arena;
    free(memory);
    size_t size = eg_reach_bytes(s->n);
    memory = malloc(size);
    EG_CHECK(memory != NULL && size > 0);
    eg_arena_init(&arena, memory, size);
    return eg_reach_find(s, &arena, &found, diag);
}

static eg_err find_person(int is_sensor) {
    eg_diag diag = {0};
    eg_reach_signal s = {.n = person.n, .rate_hz = person.rate_hz};
    if (is_sensor) {
        s.gyr = (const double(*)[3])person.gyr;
    } else {
        s.hand = (const double(*)[3])person.hand;
        s.trunk = (const double(*)[3])person.trunk;
    }
    return find(&s, &diag);
}

/* SPARC of the movement as it was made, without noise, within its true ends. */
static double true_sparc(const reacher_move *m, const double *speed) {
    static unsigned char room[8 << 20];
    eg_arena arena;
    eg_arena_init(&arena, room, sizeof room);
    size_t a = (size_t)ceil(m->from_s * person.rate_hz);
    size_t b = (size_t)floor(m->to_s * person.rate_hz);
    double value = NAN;
    EG_CHECK_INT(eg_sparc(b - a + 1, speed + a, person.rate_hz, &arena, &value, NULL), EG_OK);
    return value;
}

static void compare(int is_sensor, reacher_kind kind) {
    for (size_t k = 0; k < found.n; k++) {
        const reacher_move *m = &person.moves[k];
        const eg_reach *r = &found.reaches[k];
        EG_CHECK_INT(r->is_return, m->is_return);
        if (kind != REACHER_OVERLAP) EG_CHECK_INT(r->n_peaks, m->n_parts);
        begins[n_all] = 1000 * (r->from_s - m->from_s);
        ends[n_all] = 1000 * (r->to_s - m->to_s);
        smooths[n_all] = r->sparc - true_sparc(m, is_sensor ? person.turning : person.speed);
        lengths[n_all] = is_sensor ? 0 : 100 * (r->distance / m->distance_m - 1);
        trunks[n_all] = is_sensor ? 0 : 1000 * (fabs(r->trunk) - m->trunk_m);
        shares[n_all] = is_sensor ? 0 : r->trunk_share - m->trunk_m / m->distance_m;
        n_all++;
    }
}

/* All people of a kind at 50, 100, 200 Hz. */
static void people(int is_sensor) {
    static const double rates[] = {50, 100, 200};
    size_t counted = 0, in_all = 0;
    char text[600];
    size_t used = 0;
    for (int kind = 0; kind < REACHER_KINDS; kind++) {
        n_all = 0;
        for (int p = 0; p < PEOPLE; p++) {
            reacher_make(&person, seed_base() + p, (reacher_kind)kind, rates[p % 3], 5, 3e-4);
            in_all++;
            if (find_person(is_sensor) != EG_OK || found.n != person.n_moves) {
                printf("# kind %d person %d: %zu of %zu\n", kind, p, found.n, person.n_moves);
                continue;
            }
            counted++;
            compare(is_sensor, (reacher_kind)kind);
        }
        used += (size_t)snprintf(
            text + used, sizeof text - used,
            "; kind %d: begin %.0f (90%% %.0f) end %.0f (%.0f) ms, SPARC %.3f (%.3f), distance "
            "%.2f %% (%.2f), trunk %.2f mm",
            kind, quantile(begins, 0.5), quantile(begins, 0.9), quantile(ends, 0.5),
            quantile(ends, 0.9), quantile(smooths, 0.5), quantile(smooths, 0.9),
            quantile(lengths, 0.5), quantile(lengths, 0.9), quantile(trunks, 0.5));
        EG_CHECK(quantile(begins, 0.5) <= 20 && quantile(ends, 0.5) <= 20);
        EG_CHECK(quantile(lengths, 0.9) <= 2);
        EG_CHECK(quantile(smooths, 0.5) <= 0.05);
        EG_CHECK(quantile(shares, 0.9) <= 0.02);
    }
    EG_CHECK_INT(counted, in_all);
    eg_test_note("%zu of %zu people counted%s", counted, in_all, text);
}

static void of_markers(void) {
    people(0);
}

static void of_a_sensor(void) {
    people(1);
}

/* 2 mm of noise, no rest of whose speed is near 0: counts hold. */
static void noisy(void) {
    static const double rates[] = {25, 50, 100, 200, 60};
    size_t n = 0;
    for (int kind = 0; kind < REACHER_KINDS; kind++)
        for (int p = 0; p < 60; p++) {
            double noise_m = p % 2 == 0 ? 1e-3 : 2e-3;
            reacher_make(&person, 5000 + p / 2, (reacher_kind)kind, rates[p / 2 % 5], 5, noise_m);
            EG_CHECK_INT(find_person(0), EG_OK);
            EG_CHECK_INT(found.n, person.n_moves);
            n++;
        }
    eg_test_note("%zu people with 1 and 2 mm of noise at 25 to 200 Hz, all counted", n);
}

/* Unit, order of axes, direction, an offset and a later begin change nothing they should not. */
static void invariants(void) {
    static double moved[REACHER_SAMPLES_MAX][3];
    reacher_make(&person, seed_base(), REACHER_PAUSE, 100, 5, 3e-4);
    EG_CHECK_INT(find_person(0), EG_OK);
    static eg_reaches first;
    first = found;
    size_t lost = 37; /* of the first rest */
    for (size_t i = lost; i < person.n; i++) {
        moved[i - lost][0] = 3 - person.hand[i][2];
        moved[i - lost][1] = -5 + person.hand[i][0];
        moved[i - lost][2] = person.hand[i][1];
    }
    eg_reach_signal s = {.n = person.n - lost, .rate_hz = 100, .hand = (const double(*)[3])moved};
    EG_CHECK_INT(find(&s, NULL), EG_OK);
    EG_CHECK_INT(found.n, first.n);
    double worst = 0;
    for (size_t k = 0; k < found.n; k++) {
        const eg_reach *a = &first.reaches[k], *b = &found.reaches[k];
        worst = fmax(worst, fabs(a->from_s - b->from_s - 0.01 * (double)lost));
        EG_CHECK_NEAR(a->from_s - b->from_s, 0.01 * (double)lost, 2e-3);
        EG_CHECK_NEAR(a->to_s - b->to_s, 0.01 * (double)lost, 2e-3);
        EG_CHECK_NEAR(b->distance, a->distance, 1e-3);
        EG_CHECK_NEAR(b->sparc, a->sparc, 1e-2);
        EG_CHECK_INT(b->n_peaks, a->n_peaks);
        EG_CHECK(isnan(b->trunk));
    }
    eg_test_note("%zu movements, turned, mirrored, shifted by 0.37 s: times differ by %.1e s",
                 found.n, worst);
}

static void refused(void) {
    static double still[400][3];
    eg_diag diag = {0}, second = {0};
    eg_reach_signal s = {.n = 400, .rate_hz = 100, .hand = (const double(*)[3])still};
    EG_CHECK_INT(find(&s, &diag), EG_ERR_DATA);
    EG_CHECK(strstr(diag.text, "5 cm") != NULL);
    still[200][1] = NAN;
    EG_CHECK_INT(find(&s, &second), EG_ERR_DATA);
    EG_CHECK(strstr(second.text, "sample 200") != NULL);
    s.rate_hz = 10;
    EG_CHECK_INT(find(&s, NULL), EG_ERR_ARGUMENT);
    eg_test_note("a still hand, a gap, 10 Hz");
}

EG_TESTS({"function reach: markers against known people", of_markers},
         {"function reach: a sensor at the wrist against known people", of_a_sensor},
         {"function reach: counts with much noise", noisy},
         {"function reach: invariants", invariants},
         {"function reach: what holds no reach is refused", refused})
