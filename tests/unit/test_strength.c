/* Strength: made force traces whose onset, peak, RFD, pre-tension and drift are known exactly. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/strength/grade.h"
#include "core/strength/trace.h"
#include "tests/support/test.h"

/* As knowledge/protocols has them. */
static const eg_strength_limits limits = {10, 3, 0.01, 0.5};

enum { SAMPLES_MAX = 200000 };

typedef enum rise_kind { EXPONENTIAL, RAMP, SMOOTH, COSINE, RISE_KINDS } rise_kind;

static const char *const kind_names[] = {"exponential", "ramp", "smooth", "cosine"};

typedef struct made {
    rise_kind kind;
    double rate_hz, seconds, onset_s, rise_s, hold_s, fall_s;
    double peak, pretension, drift, offset, noise, decay; /* decay: part lost in the hold */
    uint64_t seed;
} made;

static made usual(rise_kind kind) {
    return (made){.kind = kind,
                  .rate_hz = 1000,
                  .seconds = 6,
                  .onset_s = 1.2345,
                  .rise_s = 0.3,
                  .hold_s = 3,
                  .fall_s = 0.3,
                  .peak = 300,
                  .noise = 0.3,
                  .seed = 1};
}

/* 0 at the onset, 1 at the end of the rise. */
static double rise(const made *m, double u) {
    double t = u / m->rise_s;
    switch (m->kind) {
    case EXPONENTIAL:
        return 1.0 - exp(-5.0 * t);
    case RAMP:
        return fmin(t, 1.0);
    case COSINE:
        return t >= 1 ? 1.0 : (1 - cos(M_PI * t)) / 2;
    default:
        return t >= 1 ? 1.0 : t * t * t * (10 - 15 * t + 6 * t * t);
    }
}

/* Without noise and drift. */
static double truth(const made *m, double t) {
    double u = t - m->onset_s, level = m->offset + m->pretension;
    if (u <= 0) return level;
    double top = m->peak - level, held = u - m->rise_s;
    if (held > 0 && m->decay > 0) top *= 1 - m->decay * fmin(held, m->hold_s) / m->hold_s;
    double x = level + top * rise(m, u);
    double fall = u - m->rise_s - m->hold_s;
    if (fall > 0) x = m->offset + (x - m->offset) * exp(-5 * fall / m->fall_s);
    return x;
}

static double *make(const made *m, size_t *n) {
    static double x[SAMPLES_MAX];
    eg_random random;
    eg_random_init(&random, m->seed, 7);
    *n = (size_t)(m->seconds * m->rate_hz);
    EG_CHECK(*n <= SAMPLES_MAX);
    for (size_t i = 0; i < *n; i++) {
        double t = (double)i / m->rate_hz;
        x[i] = truth(m, t) + m->drift * t + m->noise * eg_random_normal(&random);
    }
    return x;
}

static eg_strength_trial measure_as(const double *x, size_t n, double rate_hz, bool is_torque) {
    size_t size = eg_strength_size(n), count = 0;
    void *memory = malloc(size);
    eg_arena arena;
    eg_arena_init(&arena, memory, size);
    eg_strength_trial trials[8];
    eg_strength_signal signal = {n, x, rate_hz, is_torque};
    eg_diag diag = {0};
    eg_err err =
        eg_strength_trace(&signal, &limits, EG_STRENGTH_WINDOW_S, 8, trials, &count, &arena, &diag);
    free(memory);
    if (err != EG_OK) EG_FAIL("%s", diag.text);
    EG_CHECK_INT(count, 1);
    return trials[0];
}

static eg_strength_trial measure(const made *m) {
    size_t n;
    const double *x = make(m, &n);
    return measure_as(x, n, m->rate_hz, false);
}

typedef struct worst {
    double peak, onset_ms, rfd[EG_STRENGTH_RFD_COUNT], impulse, steep;
} worst;

static double larger(double a, double b) { /* NaN wins: an unknown value is an error, too */
    return isnan(a) || a > b ? a : b;
}

/* Errors of one trace; RFD in percent of the truth. */
static void compare(const made *m, const eg_strength_trial *t, worst *w) {
    w->peak = larger(100 * fabs(t->peak / m->peak - 1), w->peak);
    w->onset_ms = larger(1000 * fabs(t->onset_s - m->onset_s), w->onset_ms);
    double level = truth(m, m->onset_s);
    for (int k = 0; k < EG_STRENGTH_RFD_COUNT; k++) {
        double width = eg_strength_rfd_s[k];
        double known = (truth(m, m->onset_s + width) - level) / width;
        w->rfd[k] = larger(100 * fabs(t->rfd[k] / known - 1), w->rfd[k]);
    }
}

/* All windows; good until the next call. */
static const char *listed(const double rfd[EG_STRENGTH_RFD_COUNT]) {
    static char text[96];
    size_t used = 0;
    for (int k = 0; k < EG_STRENGTH_RFD_COUNT && used < sizeof text; k++)
        used += (size_t)snprintf(text + used, sizeof text - used, k > 0 ? " %.2f" : "%.2f", rfd[k]);
    return text;
}

static worst run_kind(rise_kind kind, double noise) {
    static const double rises[] = {0.15, 0.3, 0.5};
    worst w = {0};
    for (size_t r = 0; r < 3; r++) {
        worst one = {0};
        for (uint64_t seed = 1; seed <= 4; seed++) {
            made m = usual(kind);
            m.rise_s = rises[r];
            m.noise = noise;
            m.seed = seed;
            eg_strength_trial t = measure(&m);
            compare(&m, &t, &one);
            if (noise > 0) EG_CHECK_INT(t.flags, 0);
        }
        if (getenv("ENGRAM_STRENGTH_TABLE") != NULL)
            printf("# %-12s rise %.2f noise %.1f: peak %.3f %%, onset %.2f ms, RFD %s %%\n",
                   kind_names[kind], rises[r], noise, one.peak, one.onset_ms, listed(one.rfd));
        w.peak = larger(one.peak, w.peak);
        w.onset_ms = larger(one.onset_ms, w.onset_ms);
        for (int i = 0; i < EG_STRENGTH_RFD_COUNT; i++) w.rfd[i] = larger(one.rfd[i], w.rfd[i]);
    }
    return w;
}

static void known_answers(void) {
    static const double noises[] = {0.0, 0.1, 0.3, 0.5};
    worst all = {0};
    for (int kind = 0; kind < RISE_KINDS; kind++) {
        for (size_t k = 0; k < 4; k++) {
            worst w = run_kind((rise_kind)kind, noises[k]);
            if (!(w.peak <= 0.5 && w.onset_ms <= 5.0))
                EG_FAIL("%s, noise %g N: peak %g %%, onset %g ms", kind_names[kind], noises[k],
                        w.peak, w.onset_ms);
            all.peak = larger(w.peak, all.peak);
            all.onset_ms = larger(w.onset_ms, all.onset_ms);
            for (int i = 0; i < EG_STRENGTH_RFD_COUNT; i++) {
                if (!(w.rfd[i] <= 3.0))
                    EG_FAIL("%s, noise %g N: RFD %d is %g %% off", kind_names[kind], noises[k], i,
                            w.rfd[i]);
                all.rfd[i] = larger(w.rfd[i], all.rfd[i]);
            }
        }
    }
    eg_test_note("worst of 240: peak %.3f %%, onset %.2f ms, RFD 30 to 250 ms %s %%", all.peak,
                 all.onset_ms, listed(all.rfd));
}

static void other_rates(void) {
    static const double rates[] = {100, 250, 500, 2000, 4000, 10000};
    worst w = {0};
    for (size_t k = 0; k < 6; k++) {
        made m = usual(EXPONENTIAL);
        m.rate_hz = rates[k];
        eg_strength_trial t = measure(&m);
        compare(&m, &t, &w);
        EG_CHECK_INT(eg_strength_has(t.flags, EG_STRENGTH_FLAG_RATE_RFD), rates[k] < 1000);
        EG_CHECK(!eg_strength_has(t.flags, EG_STRENGTH_FLAG_RATE_PEAK));
    }
    EG_CHECK(w.peak <= 0.5 && w.onset_ms <= 5.0);
    for (int i = 0; i < EG_STRENGTH_RFD_COUNT; i++) EG_CHECK(w.rfd[i] <= 3.0);
    made m = usual(RAMP);
    m.rate_hz = 50;
    EG_CHECK(eg_strength_has(measure(&m).flags, EG_STRENGTH_FLAG_RATE_PEAK));
    eg_test_note("100 Hz to 10 kHz, worst: peak %.3f %%, onset %.2f ms, RFD 30 %.2f %%", w.peak,
                 w.onset_ms, w.rfd[EG_STRENGTH_RFD_30]);
}

static void pretension_is_flagged(void) {
    worst w = {0};
    static const double levels[] = {6, 15, 40};
    for (size_t k = 0; k < 3; k++) {
        for (int kind = EXPONENTIAL; kind <= RAMP; kind++) {
            made m = usual((rise_kind)kind);
            m.pretension = levels[k];
            eg_strength_trial t = measure(&m);
            compare(&m, &t, &w);
            EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_PRETENSION));
            EG_CHECK_NEAR(t.pretension, levels[k], 0.2);
        }
    }
    EG_CHECK(w.peak <= 0.5 && w.onset_ms <= 5.0);
    for (int i = 0; i < EG_STRENGTH_RFD_COUNT; i++) EG_CHECK(w.rfd[i] <= 3.0);
    made m = usual(EXPONENTIAL); /* the level that the muscle never leaves, the device not zeroed */
    m.offset = -8;
    EG_CHECK(eg_strength_has(measure(&m).flags, EG_STRENGTH_FLAG_ZERO));
    m.offset = 1;
    EG_CHECK_INT(measure(&m).flags, 0);
    /* Creeping up before the effort. */
    size_t n;
    m = usual(EXPONENTIAL);
    double *x = make(&m, &n);
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / m.rate_hz, creep = (t - m.onset_s + 0.6) * 20;
        if (t < m.onset_s && creep > 0) x[i] += creep;
        if (t >= m.onset_s && t < 3) x[i] += 12;
    }
    eg_strength_trial t = measure_as(x, n, m.rate_hz, false);
    EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_PRETENSION));
    EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_BASELINE));
    EG_CHECK_NEAR(t.onset_s, m.onset_s, 0.005);
    eg_test_note("6, 15, 40 N of 300 flagged; worst onset %.2f ms, RFD 30 %.2f %%", w.onset_ms,
                 w.rfd[EG_STRENGTH_RFD_30]);
}

static void drift_is_flagged(void) {
    worst w = {0};
    static const double drifts[] = {-4, 2, 5};
    for (size_t k = 0; k < 3; k++) {
        made m = usual(EXPONENTIAL);
        m.drift = drifts[k];
        m.seconds = 8;
        eg_strength_trial t = measure(&m);
        EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_DRIFT));
        EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_DRIFT_REMOVED));
        EG_CHECK_NEAR(t.drift, drifts[k], 0.05);
        compare(&m, &t, &w);
    }
    EG_CHECK(w.peak <= 0.5 && w.onset_ms <= 5.0);
    for (int i = 0; i < EG_STRENGTH_RFD_COUNT; i++) EG_CHECK(w.rfd[i] <= 3.0);
    made m = usual(EXPONENTIAL); /* no rest behind, but the hold moves as the rest does */
    m.drift = 5;
    m.seconds = 4;
    eg_strength_trial t = measure(&m);
    EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_DRIFT_REMOVED));
    EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_CUT));
    compare(&m, &t, &w);
    EG_CHECK(w.peak <= 0.5);
    m.decay = 0.2; /* it moves otherwise: said, not mended */
    t = measure(&m);
    EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_DRIFT));
    EG_CHECK(!eg_strength_has(t.flags, EG_STRENGTH_FLAG_DRIFT_REMOVED));
    eg_test_note("-4 to 5 N/s taken off; worst peak %.3f %%, onset %.2f ms, RFD 30 %.2f %%", w.peak,
                 w.onset_ms, w.rfd[EG_STRENGTH_RFD_30]);
}

static void faults_are_flagged(void) {
    size_t n;
    made m = usual(EXPONENTIAL);
    double *x = make(&m, &n);
    size_t onset = (size_t)(m.onset_s * m.rate_hz);
    for (size_t i = onset - 100; i < onset; i++)
        x[i] -= 12 * sin(M_PI * (double)(i + 100 - onset) / 100);
    eg_strength_trial t = measure_as(x, n, 1000, false);
    EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_DIP));
    worst w = {0};
    compare(&m, &t, &w); /* the onset is where force comes back through the rest */
    EG_CHECK(w.peak <= 0.5 && w.onset_ms <= 5.0);
    for (int i = 0; i < EG_STRENGTH_RFD_COUNT; i++) EG_CHECK(w.rfd[i] <= 3.0);
    EG_CHECK(!eg_strength_has(t.flags, EG_STRENGTH_FLAG_BASELINE));
    x = make(&m, &n);
    for (size_t i = 0; i < n; i++) x[i] = fmin(x[i], 250);
    EG_CHECK(eg_strength_has(measure_as(x, n, 1000, false).flags, EG_STRENGTH_FLAG_CLIPPED));
    x = make(&m, &n);
    t = measure_as(x + onset - 50, n - onset + 50, 1000, false);
    EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_NO_REST));
    EG_CHECK(isnan(t.onset_s) && isnan(t.rfd[0]) && isnan(t.rfd_peak));
    EG_CHECK_NEAR(t.peak, 300, 1.5);
    m.hold_s = 0.2;
    t = measure(&m);
    EG_CHECK(eg_strength_has(t.flags, EG_STRENGTH_FLAG_SHORT) && isnan(t.mean));
    m.noise = 10;
    EG_CHECK(eg_strength_has(measure(&m).flags, EG_STRENGTH_FLAG_NOISE));
    for (int flag = 0; flag < EG_STRENGTH_FLAG_COUNT; flag++) {
        EG_CHECK(strlen(eg_strength_flag_name((eg_strength_flag)flag)) > 2);
        EG_CHECK(strlen(eg_strength_flag_text((eg_strength_flag)flag)) > 20);
    }
}

static void work_is_known(void) {
    made m = usual(RAMP);
    m.noise = 0;
    eg_strength_trial t = measure(&m);
    EG_CHECK_NEAR(t.mean, 300, 0.01);
    EG_CHECK_NEAR(t.rfd_peak, 1000, 1);
    for (int k = 0; k < EG_STRENGTH_RFD_COUNT; k++) { /* a triangle */
        double width = eg_strength_rfd_s[k];
        EG_CHECK_NEAR(t.impulse[k], 1000 * width * width / 2, 0.3);
    }
    /* The ramp is over after 0.3 s. */
    for (int k = 0; k < EG_STRENGTH_STEP_COUNT; k++) EG_CHECK_NEAR(t.rfd_step[k], 1000, 2);
    EG_CHECK_NEAR(t.impulse_total, 300 * 0.15 + 300 * 3 + 300 * 0.3 / 5, 5);
    EG_CHECK_NEAR(t.fatigue, 0, 1);
    m.decay = 0.4; /* from 300 to 180 N: a fifth is lost on average */
    EG_CHECK_NEAR(measure(&m).fatigue, 20, 1);
}

/* A hold over half of the trace, with a tremor of 9 Hz beside noise. */
static void fill_hold(double *x, size_t n, double rate_hz) {
    eg_random random;
    eg_random_init(&random, 3, 7);
    double onset_s = 0.3 * (double)n / rate_hz, end_s = 0.8 * (double)n / rate_hz;
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / rate_hz, u = t - onset_s;
        x[i] = u > 0 && t < end_s ? 300 * (1 - exp(-u / 0.06)) : 0.0;
        x[i] += 3 * sin(2 * M_PI * 9 * t) + 0.3 * eg_random_normal(&random);
    }
}

/* What is too little memory would only be measured more coarsely: so all that more memory gives is
 * asked for, of the shortest and of the longest trace, in memory that is not aligned. */
static void memory_suffices(void) {
    static const size_t lengths[] = {16, 100, 3000, 10000, EG_STRENGTH_SAMPLES_MAX};
    double fullest = 0, *x = malloc(EG_STRENGTH_SAMPLES_MAX * sizeof *x);
    for (size_t k = 0; k < 5; k++) {
        size_t n = lengths[k], size = eg_strength_size(n), count[2], used[2];
        double rate_hz = n < 1000 ? EG_STRENGTH_RATE_MIN_HZ : n > 10000 ? 10000 : 1000;
        fill_hold(x, n, rate_hz);
        unsigned char *memory = malloc(2 * size + 1);
        eg_strength_trial trials[2][8];
        for (size_t j = 0; j < 2; j++) {
            eg_arena arena;
            eg_strength_signal signal = {n, x, rate_hz, false};
            eg_diag diag = {0};
            eg_arena_init(&arena, memory + 1, size * (j + 1));
            if (eg_strength_trace(&signal, &limits, EG_STRENGTH_WINDOW_S, 8, trials[j], &count[j],
                                  &arena, &diag) != EG_OK)
                EG_FAIL("%zu samples: %s", n, diag.text);
            used[j] = arena.high_water;
        }
        free(memory);
        EG_CHECK_INT(count[0], 1);
        EG_CHECK(count[1] == count[0] && used[1] == used[0] && used[0] <= size);
        EG_CHECK_INT(trials[0][0].flags, trials[1][0].flags);
        EG_CHECK(memcmp(trials[0], trials[1], offsetof(eg_strength_trial, flags)) == 0);
        fullest = fmax(fullest, (double)used[0] / (double)size);
        if (n >= 3000) EG_CHECK(eg_strength_has(trials[0][0].flags, EG_STRENGTH_FLAG_TREMOR));
    }
    free(x);
    eg_test_note("16 to %d samples; at most %.4f of what is asked for is used",
                 EG_STRENGTH_SAMPLES_MAX, fullest);
    EG_CHECK(fullest > 0.99);
}

static void invariants(void) {
    size_t n;
    made m = usual(EXPONENTIAL);
    double *x = make(&m, &n);
    eg_strength_trial one = measure_as(x, n, 1000, false);
    eg_strength_trial later = measure_as(x + 500, n - 500, 1000, false);
    EG_CHECK_NEAR(later.onset_s, one.onset_s - 0.5, 2e-4);
    EG_CHECK_NEAR(later.peak, one.peak, 1e-6);
    EG_CHECK_NEAR(later.rfd[EG_STRENGTH_RFD_100] / one.rfd[EG_STRENGTH_RFD_100], 1, 1e-3);
    for (size_t i = 0; i < n; i++) x[i] *= 1000;
    eg_strength_trial big = measure_as(x, n, 1000, true);
    EG_CHECK_NEAR(big.onset_s, one.onset_s, 1e-6);
    EG_CHECK_NEAR(big.peak, 1000 * one.peak, 1e-6 * big.peak);
    for (int k = 0; k < EG_STRENGTH_RFD_COUNT; k++)
        EG_CHECK_NEAR(big.rfd[k], 1000 * one.rfd[k], 1e-6 * big.rfd[k]);
    EG_CHECK_NEAR(big.fatigue, one.fatigue, 1e-6);
    for (size_t i = 0; i < n; i++) x[i] = -x[i];
    EG_CHECK(eg_strength_is_inverted(n, x));
}

static void several_contractions(void) {
    static double x[40000];
    static unsigned char memory[8 << 20];
    static const double peaks[] = {300, 285, 240};
    for (size_t i = 0; i < 30000; i++) {
        double t = (double)(i % 10000) / 1000 - 2;
        x[i] = t > 0 && t < 4 ? peaks[i / 10000] * (1 - exp(-t / 0.06)) : 0;
    }
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    eg_strength_trial trials[8];
    size_t count = 0;
    eg_strength_signal signal = {30000, x, 1000, false};
    EG_CHECK_INT(eg_strength_trace(&signal, &limits, 1, 8, trials, &count, &arena, NULL), EG_OK);
    EG_CHECK_INT(count, 3);
    double found[3];
    for (size_t k = 0; k < 3; k++) {
        found[k] = trials[k].peak;
        EG_CHECK_NEAR(trials[k].peak, peaks[k], 0.1);
        EG_CHECK_NEAR(trials[k].onset_s, 2 + 10 * (double)k, 0.001);
    }
    eg_strength_set set = eg_strength_collect(3, found, &limits);
    EG_CHECK_NEAR(set.best, 300, 0.1);
    EG_CHECK_NEAR(set.mean, 275, 0.1);
    EG_CHECK_NEAR(set.spread, 20, 0.1);
    EG_CHECK(set.is_spread_large && !set.is_few);
    EG_CHECK_NEAR(set.fatigue, 20, 0.1);
    set = eg_strength_collect(2, (double[]){300, 275}, &limits);
    EG_CHECK(set.is_few && !set.is_spread_large && isnan(set.fatigue));
    EG_CHECK_INT(eg_strength_trace(&signal, &limits, 1, 2, trials, &count, &arena, NULL),
                 EG_ERR_LIMIT);
    signal.n = 1500;
    EG_CHECK_INT(eg_strength_trace(&signal, &limits, 1, 8, trials, &count, &arena, NULL),
                 EG_ERR_DATA);
    signal.rate_hz = 5;
    EG_CHECK_INT(eg_strength_trace(&signal, &limits, 1, 8, trials, &count, &arena, NULL),
                 EG_ERR_ARGUMENT);
}

static void torque_and_symmetry(void) {
    EG_CHECK_NEAR(eg_strength_torque(200, 0.35, 12), 82, 1e-12);
    EG_CHECK_NEAR(eg_strength_gravity(4, 0.25, 0), 9.80665, 1e-12);
    EG_CHECK_NEAR(eg_strength_gravity(4, 0.25, 90), 0, 1e-12);
    EG_CHECK_NEAR(eg_strength_gravity(4, 0.25, 60), 9.80665 / 2, 1e-12);
    EG_CHECK_NEAR(eg_strength_lsi(180, 240), 75, 1e-12);
    EG_CHECK(isnan(eg_strength_lsi(180, 0)));
    for (size_t i = 0; i < eg_strength_measures.count; i++) {
        const eg_measure_def *row = &eg_strength_measures.rows[i];
        EG_CHECK(strlen(row->definition) > 10 && strlen(row->formula) > 4 && row->source[0] != 0);
        EG_CHECK(eg_measure_find(&eg_strength_measures, row->code) == row);
    }
}

static void grades(void) {
    eg_grade grade, before = EG_GRADE_0;
    static const char *const order[] = {"0", "1",  "2-", "2", "2+", "3-",
                                        "3", "3+", "4-", "4", "4+", "5"};
    for (size_t i = 0; i < 12; i++) {
        EG_CHECK(eg_grade_parse(order[i], &grade) && grade >= before);
        EG_CHECK_TEXT(eg_grade_name(grade), order[i]);
        before = grade;
    }
    EG_CHECK(!eg_grade_parse("5-", &grade) && !eg_grade_parse("6", &grade));
    EG_CHECK(!eg_grade_parse("", &grade) && !eg_grade_parse("33", &grade));
    eg_grade_test test = {EG_GRADE_3, EG_GRADE_AGAINST_GRAVITY, EG_GRADE_RANGE_FULL, 0, 0};
    EG_CHECK_INT(eg_grade_check(&test), 0);
    test.range = EG_GRADE_RANGE_PART;
    EG_CHECK_INT(eg_grade_check(&test), 1U << EG_GRADE_PROBLEM_RANGE_3);
    test.position = EG_GRADE_GRAVITY_ELIMINATED;
    test.grade = EG_GRADE_2;
    EG_CHECK_INT(eg_grade_check(&test), 1U << EG_GRADE_PROBLEM_RANGE_2);
    test.grade = EG_GRADE_4;
    test.range = EG_GRADE_RANGE_FULL;
    EG_CHECK_INT(eg_grade_check(&test),
                 1U << EG_GRADE_PROBLEM_POSITION_3 | 1U << EG_GRADE_PROBLEM_RESISTANCE);
    test = (eg_grade_test){EG_GRADE_2, EG_GRADE_AGAINST_GRAVITY, EG_GRADE_RANGE_FULL, 0, 1};
    EG_CHECK_INT(eg_grade_check(&test),
                 1U << EG_GRADE_PROBLEM_POSITION_2 | 1U << EG_GRADE_PROBLEM_PAIN);
    EG_CHECK(eg_grade_wants_dynamometer(EG_GRADE_3) && !eg_grade_wants_dynamometer(EG_GRADE_2));
    eg_grade twelve[12];
    for (int i = 0; i < 12; i++) twelve[i] = EG_GRADE_4;
    int sum = 0;
    EG_CHECK_INT(eg_grade_sum(12, twelve, &sum, NULL), EG_OK);
    EG_CHECK_INT(sum, 48);
    EG_CHECK_INT(eg_grade_sum(11, twelve, &sum, NULL), EG_ERR_MISSING);
    twelve[5] = EG_GRADE_4_MINUS;
    EG_CHECK_INT(eg_grade_sum(12, twelve, &sum, NULL), EG_ERR_RANGE);
}

EG_TESTS({"strength: made traces: peak, onset, RFD", known_answers},
         {"strength: any rate", other_rates},
         {"strength: the memory asked for suffices", memory_suffices},
         {"strength: pre-tension is flagged and changes nothing else", pretension_is_flagged},
         {"strength: drift is flagged and, where it is sure, taken off", drift_is_flagged},
         {"strength: faults of a trace are named", faults_are_flagged},
         {"strength: mean, impulse, steps and fatigue of known traces", work_is_known},
         {"strength: unit, time shift and sign", invariants},
         {"strength: three contractions, their spread and fatigue", several_contractions},
         {"strength: torque, gravity, symmetry, catalogue", torque_and_symmetry},
         {"strength: grades and their rules", grades})
