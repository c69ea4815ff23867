/* Timed Up and Go and turns, from markers and from one sensor on the lower back, against people
 * with known times (tests/support/mover.h). Constants were chosen on seeds below 1000. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sort.h"
#include "core/function/tug.h"
#include "tests/support/mover.h"
#include "tests/support/test.h"

enum { EVENTS = 10, MANY = 4096, SEED = 1000 };

static const char *const event_names[EVENTS] = {"start",      "seat-off", "standing",   "turn 1",
                                                "turn 1 end", "turn 2",   "turn 2 end", "leaving",
                                                "seated",     "settled"};

typedef struct errors {
    size_t n[EVENTS], n_within[EVENTS]; /* two standard deviations */
    double of[EVENTS][MANY];
} errors;

static errors all;
static const double degrees = 180 / 3.14159265358979323846;

static int seed_base(void) {
    const char *text = getenv("ENGRAM_FUNCTION_SEED");
    return text != NULL ? (int)strtol(text, NULL, 10) : SEED;
}

static double quantile(size_t n, const double *values, double p, int absolute) {
    static double scratch[MANY], sorted[MANY];
    for (size_t i = 0; i < n; i++) sorted[i] = absolute ? fabs(values[i]) : values[i];
    eg_sort(n, sorted, scratch);
    return eg_sort_quantile(n, sorted, p);
}

static double report(const char *what, errors *e, int from, int to) {
    double worst = 0;
    for (int k = from; k < to; k++) {
        if (e->n[k] == 0) continue;
        double median = quantile(e->n[k], e->of[k], 0.5, 1);
        if (getenv("ENGRAM_FUNCTION_TABLE") != NULL)
            printf("# %-20s %-10s n %4zu: |error| median %5.1f, 90 %% %6.1f, bias %6.1f ms\n", what,
                   event_names[k], e->n[k], median, quantile(e->n[k], e->of[k], 0.9, 1),
                   quantile(e->n[k], e->of[k], 0.5, 0));
        if (!(median <= worst)) worst = median;
    }
    return worst;
}

static void note(errors *e, int k, double found, double truth) {
    e->of[k][e->n[k]++] = 1000 * (found - truth);
}

static void compare(const mover *m, const eg_tug *tug) {
    const mover_stand *s = &m->stands[0];
    double found[EVENTS] = {tug->start_s,        tug->seat_off_s,   tug->standing_s,
                            tug->turn[0].from_s, tug->turn[0].to_s, tug->turn[1].from_s,
                            tug->turn[1].to_s,   tug->leaving_s,    tug->seated_s,
                            tug->settled_s};
    double truth[EVENTS] = {s->start,       s->seat_off,      s->standing,    m->turns[0].from,
                            m->turns[0].to, m->turns[1].from, m->turns[1].to, s->leaving,
                            s->seated,      s->settled};
    const double *sd = tug->stand.sd_s;
    double sure[EVENTS] = {sd[EG_STAND_START],     sd[EG_STAND_SEAT_OFF], sd[EG_STAND_STANDING],
                           tug->turn[0].from_sd_s, tug->turn[0].to_sd_s,  tug->turn[1].from_sd_s,
                           tug->turn[1].to_sd_s,   sd[EG_STAND_LEAVING],  sd[EG_STAND_SEATED],
                           sd[EG_STAND_SETTLED]};
    for (int k = 0; k < EVENTS; k++) {
        note(&all, k, found[k], truth[k]);
        all.n_within[k] += fabs(found[k] - truth[k]) < 2 * sure[k];
    }
}

/* The median of a thinned crowd is less sure. */
static double few_share(void) {
    return eg_test_patience() > 1 ? 1.5 : 1.0;
}

static void people(int place, double rate_hz, int n, const char *what) {
    const double few = few_share();
    size_t wrong = 0;
    double total[MANY];
    size_t count = 0;
    all = (errors){0};
    for (int i = 0; i < n; i++) {
        mover m = mover_tug((uint64_t)(seed_base() + i), (mover_kind)(i % 3));
        eg_arena arena;
        eg_trunk body;
        void *memory;
        eg_diag diag = {0};
        eg_tug tug;
        eg_err err = mover_body(&m, place, rate_hz, &arena, &memory, &body, &diag);
        if (err == EG_OK) err = eg_tug_measure(&body, (double)NAN, &arena, &tug, &diag);
        free(memory);
        if (err != EG_OK) {
            wrong++;
            if (getenv("ENGRAM_FUNCTION_TABLE") != NULL)
                printf("# seed %d: %s\n", (int)m.seed, diag.text);
            continue;
        }
        compare(&m, &tug);
        total[count++] = tug.total_s - (m.stands[0].seated - m.stands[0].start);
        EG_CHECK_NEAR(tug.turn[0].angle_rad * degrees, m.turns[0].angle_deg, 20);
        EG_CHECK_NEAR(tug.turn[1].angle_rad * degrees, m.turns[1].angle_deg, 20);
    }
    double last = quantile(all.n[6], all.of[6], 0.5, 1);
    double worst = report(what, &all, 0, EVENTS);
    eg_test_note("%d people of %s, %g Hz: %zu not measured; worst event's median %.1f ms, end of "
                 "the last turn %.0f; total time median error %.0f, 95 %% %.0f ms",
                 n, what, rate_hz, wrong, worst, last, 1000 * quantile(count, total, 0.5, 1),
                 1000 * quantile(count, total, 0.95, 1));
    double within = 0, least = 1;
    for (int k = 0; k < EVENTS; k++) {
        double share = (double)all.n_within[k] / (double)all.n[k];
        within += share / EVENTS;
        least = fmin(least, share);
    }
    eg_test_note("; %.0f %% of the events within two of their standard deviations (%.0f %% of the "
                 "worst). ",
                 100 * within, 100 * least);
    EG_CHECK(within > (rate_hz < 100 ? 0.8 : 0.85) / few && within < 0.99);
    EG_CHECK(least > 0.65 / few);
    EG_CHECK_INT(wrong, 0);
    EG_CHECK(worst <= 20.0 * few);
}

static void markers(void) {
    people(3, 100, eg_test_crowd(210), "markers");
}

static void lower_back(void) {
    people(0, 100, eg_test_crowd(210), "lower back");
}

static void slower_and_faster(void) {
    people(0, 50, eg_test_crowd(45), "lower back");
    people(3, 200, eg_test_crowd(45), "markers");
}

static void markers_at_video_rates(void) {
    people(3, 50, eg_test_crowd(210), "markers");
    people(3, 75, eg_test_crowd(210), "markers");
}

static void turns(void) {
    static eg_turns found;
    size_t wrong = 0, count = 0;
    double worst_angle[2] = {0, 0}, worst = 0;
    for (int place = 0; place <= 3; place += 3) {
        all = (errors){0};
        for (int i = 0; i < eg_test_crowd(60); i++) {
            mover m = mover_turns((uint64_t)(seed_base() + 600 + i), (mover_kind)(i % 3), 6);
            eg_arena arena;
            eg_trunk body;
            void *memory;
            eg_diag diag = {0};
            eg_err err = mover_body(&m, place, 100, &arena, &memory, &body, &diag);
            if (err == EG_OK) err = eg_turn_find(&body, (double)INFINITY, &arena, &found, &diag);
            free(memory);
            if (err != EG_OK) EG_FAIL("%s", diag.text);
            wrong += found.n != m.n_turns;
            count++;
            for (size_t k = 0; found.n == m.n_turns && k < found.n; k++) {
                note(&all, 3, found.turns[k].from_s, m.turns[k].from);
                note(&all, 4, found.turns[k].to_s, m.turns[k].to);
                double error = found.turns[k].angle_rad * degrees - m.turns[k].angle_deg;
                worst_angle[place == 3] = fmax(worst_angle[place == 3], fabs(error));
            }
        }
        worst = fmax(worst, report(place == 3 ? "markers" : "lower back", &all, 3, 5));
    }
    eg_test_note("%zu walks with 6 turns: %zu counts wrong; worst event's median %.1f ms; angles "
                 "within %.1f (sensor) and %.1f degrees (markers)",
                 count, wrong, worst, worst_angle[0], worst_angle[1]);
    EG_CHECK_INT(wrong, 0);
    EG_CHECK(worst <= 20.0 * few_share());
}

typedef struct step_truth {
    size_t sure, unsure;
} step_truth;

static double bob_m_s(const mover *m, double t) {
    static const double h = 5e-4;
    return (mover_bob_m(m, t + h) - mover_bob_m(m, t - h)) / (2 * h);
}

/* Tops of the velocity of the steps themselves, without noise, rising or turning. Unsure are those
 * so small that the rule (a third) may go either way, and those whose way down is cut off by
 * sitting down. */
static step_truth steps_of(const mover *m) {
    static const double dt = 1e-3, small = 0.08, large = 0.45;
    step_truth truth = {0, 0};
    double usual = 6.2831853 * m->cadence_hz * m->bob_m, quarter = 0.25 / m->cadence_hz;
    double first = m->stands[0].standing, last = m->stands[0].leaving;
    for (double t = m->walk_from; t < m->walk_to; t += dt) {
        double here = bob_m_s(m, t), low[2] = {here, here};
        if (!(here > bob_m_s(m, t - dt) && here >= bob_m_s(m, t + dt))) continue;
        for (int side = 0; side < 2; side++) {
            double way = side == 0 ? -dt : dt, u = t + way, next = bob_m_s(m, u);
            for (; next <= low[side] && fabs(u - t) < 4 * quarter; next = bob_m_s(m, u)) {
                low[side] = next;
                u += way;
            }
        }
        double size = (here - fmax(low[0], low[1])) / usual;
        if (size < small || t < first - quarter || t > last + quarter) continue;
        bool is_sure = size > large && t > first + quarter && t < last - quarter;
        truth.sure += is_sure;
        truth.unsure += !is_sure;
    }
    return truth;
}

/* Every step that can be told is counted, and none that is not there; the cadence. */
static void steps(void) {
    static const double rates[] = {50, 100, 75, 200};
    static double cadence[MANY];
    size_t people = 0, clear = 0, wrong = 0, far = 0, n = 0, missing = 0;
    for (int k = 0; k < 4; k++) {
        int place = k < 2 ? 0 : 3;
        for (int i = 0; i < eg_test_crowd(40); i++) {
            mover m = mover_tug((uint64_t)(seed_base() + 700 + i), (mover_kind)(i % 3));
            eg_arena arena;
            eg_trunk body;
            void *memory;
            eg_diag diag = {0};
            eg_tug tug;
            eg_err err = mover_body(&m, place, rates[k], &arena, &memory, &body, &diag);
            if (err == EG_OK) err = eg_tug_measure(&body, (double)NAN, &arena, &tug, &diag);
            free(memory);
            if (err != EG_OK) EG_FAIL("%s", diag.text);
            step_truth truth = steps_of(&m);
            bool is_right =
                tug.all_steps >= truth.sure && tug.all_steps <= truth.sure + truth.unsure;
            if (getenv("ENGRAM_FUNCTION_TABLE") != NULL && !is_right)
                printf("# place %d %g Hz seed %d: %zu steps, %zu and %zu unsure\n", place, rates[k],
                       (int)m.seed, tug.all_steps, truth.sure, truth.unsure);
            people++;
            clear += truth.unsure == 0;
            wrong += truth.unsure == 0 && !is_right;
            far += truth.unsure > 0 && !is_right;
            for (int j = 0; j < 2; j++) {
                missing += isnan(tug.steps_hz[j]) ? 1 : 0;
                if (isfinite(tug.steps_hz[j]))
                    cadence[n++] = 100 * (tug.steps_hz[j] / m.cadence_hz - 1);
            }
        }
    }
    double worst = quantile(n, cadence, 1, 1);
    eg_test_note(
        "%zu walks: of %zu whose steps can all be told %zu counted wrong, of the others %zu; "
        "cadence within %.2f %% (median %.3f), %zu without",
        people, clear, wrong, far, worst, quantile(n, cadence, 0.5, 1), missing);
    EG_CHECK_INT(wrong, 0);
    EG_CHECK(100 * far <= people);
    EG_CHECK_INT(missing, 0);
    EG_CHECK(worst < 1.0);
}

static void other_recordings(void) {
    char said[2][240];
    for (int k = 0; k < 2; k++) {
        mover_wish wish = {.n_stands = 5};
        mover m = k == 0 ? mover_chair(7, MOVER_YOUNG, &wish) : mover_turns(7, MOVER_YOUNG, 4);
        eg_arena arena;
        eg_trunk body;
        void *memory;
        eg_diag diag = {0};
        eg_tug tug;
        EG_CHECK_INT(mover_body(&m, 0, 100, &arena, &memory, &body, &diag), EG_OK);
        size_t before = arena.used;
        EG_CHECK_INT(eg_tug_measure(&body, (double)NAN, &arena, &tug, &diag), EG_ERR_DATA);
        EG_CHECK_INT(arena.used, before);
        free(memory);
        memcpy(said[k], diag.text, sizeof diag.text);
    }
    EG_CHECK(strstr(said[0], "5 times") != NULL);
    eg_test_note("five stands: \"%.60s...\"; a walk: \"%.40s...\"", said[0], said[1]);
}

/* Whatever stops a measurement, the arena is as it was before. */
static void memory_given_back(void) {
    enum { SIZES = 24 };
    mover m = mover_tug(7, MOVER_YOUNG);
    eg_arena arena;
    eg_trunk body;
    void *memory;
    eg_diag diag = {0};
    eg_tug tug;
    size_t refused = 0, measured = 0;
    EG_CHECK_INT(mover_body(&m, 0, 100, &arena, &memory, &body, &diag), EG_OK);
    size_t before = arena.used, size = arena.size;
    arena.high_water = before;
    EG_CHECK_INT(eg_tug_measure(&body, (double)NAN, &arena, &tug, &diag), EG_OK);
    size_t needed = arena.high_water - before;
    EG_CHECK_INT(arena.used, before);
    for (size_t k = 0; k <= SIZES; k++) {
        arena.size = before + needed * k / SIZES;
        eg_err err = eg_tug_measure(&body, (double)NAN, &arena, &tug, &diag);
        EG_CHECK_INT(arena.used, before);
        refused += err != EG_OK;
        measured += err == EG_OK;
    }
    arena.size = size;
    free(memory);
    eg_test_note("%zu of %d sizes below %zu bytes refused", refused, SIZES, needed);
    EG_CHECK(refused > SIZES / 2 && measured > 0);
}

EG_TESTS({"function tug: phases from markers at known times", markers},
         {"function tug: phases from a sensor on the lower back", lower_back},
         {"function tug: 50 and 200 samples a second", slower_and_faster},
         {"function tug: markers at 50 and 75 samples a second", markers_at_video_rates},
         {"function turn: counts, angles and times", turns},
         {"function tug: steps are counted", steps},
         {"function tug: other recordings are refused", other_recordings},
         {"function tug: what is stopped gives its memory back", memory_given_back})
