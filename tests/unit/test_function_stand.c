/* Rising from a chair, from markers and from one inertial sensor, against people who rise at known
 * times (tests/support/mover.h). Constants were chosen on seeds below 1000, the tables are of
 * seeds from 1000. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sort.h"
#include "core/function/worn.h"
#include "io/format/recording.h"
#include "tests/support/mover.h"
#include "tests/support/test.h"

enum { EVENTS = 6, PEOPLE_MAX = 512, SEED = 1000 };

static const char *const event_names[EVENTS] = {"start",   "seat-off", "standing",
                                                "leaving", "seated",   "settled"};
static const char *const place_names[] = {"lower back", "breastbone", "thigh", "markers"};

typedef struct errors {
    size_t n[EVENTS], people, wrong_count, wrong_attempts;
    double of[EVENTS][PEOPLE_MAX * 5];
    double five[PEOPLE_MAX], rise[PEOPLE_MAX * 5];
    size_t n_five, n_rise;
} errors;

static errors all;

static void compare(const mover_stand *truth, const eg_stand *found, errors *e) {
    const double *t = &truth->start, *f = &found->start_s;
    for (int k = 0; k < EVENTS; k++) {
        if (isnan(t[k])) continue;
        if (isnan(f[k])) continue;
        e->of[k][e->n[k]++] = 1000 * (f[k] - t[k]);
    }
}

static void one_person(const mover *m, int place, double rate_hz, size_t n_failed, errors *e) {
    static eg_stands stands;
    eg_arena arena;
    eg_trunk body;
    void *memory;
    eg_diag diag = {0};
    eg_err err = mover_body(m, place, rate_hz, &arena, &memory, &body, &diag);
    if (err == EG_OK) err = eg_stand_find(&body, &arena, &stands, &diag);
    if (err != EG_OK) EG_FAIL("seed %d: %s", (int)m->seed, diag.text);
    bool is_refused = eg_worn_check_lean(&body, false, &diag) != EG_OK ||
                      eg_worn_check_stands(&body, &stands, &diag) != EG_OK;
    e->people++;
    e->wrong_attempts += stands.n_attempts != n_failed;
    bool is_right = stands.n == m->n_stands && !is_refused;
    for (size_t k = 0; is_right && k < stands.n; k++)
        if (isnan(stands.stands[k].seated_s) != isnan(m->stands[k].seated)) is_right = false;
    if (getenv("ENGRAM_FUNCTION_TABLE") != NULL && !is_right)
        printf("# %s %g Hz seed %d kind %d: %zu of %zu\n", place_names[place], rate_hz,
               (int)m->seed, (int)m->kind, stands.n, m->n_stands);
    if (!is_right) {
        e->wrong_count++;
    } else {
        for (size_t k = 0; k < stands.n; k++) compare(&m->stands[k], &stands.stands[k], e);
        if (place != 2) {
            for (size_t k = 0; k < stands.n; k++)
                e->rise[e->n_rise++] = 1000 * (stands.stands[k].rise_m - m->rise_m);
        }
        double first = place == 2 ? m->stands[0].seat_off : m->stands[0].start;
        double five = eg_stand_time(&stands, 5, (double)NAN, EG_STAND_STOP_SEATED);
        if (m->n_stands >= 5) e->five[e->n_five++] = five - (m->stands[4].seated - first);
    }
    free(memory);
}

static double middle_of(size_t n, double *values, double p, int absolute) {
    static double scratch[PEOPLE_MAX * 5], sorted[PEOPLE_MAX * 5];
    for (size_t i = 0; i < n; i++) sorted[i] = absolute ? fabs(values[i]) : values[i];
    eg_sort(n, sorted, scratch);
    return eg_sort_quantile(n, sorted, p);
}

static void report(const char *what, errors *e, double *worst) {
    *worst = 0;
    for (int k = 0; k < EVENTS; k++) {
        if (e->n[k] == 0) continue;
        double median = middle_of(e->n[k], e->of[k], 0.5, 1);
        if (getenv("ENGRAM_FUNCTION_TABLE") != NULL)
            printf("# %-24s %-9s n %4zu: |error| median %5.1f, 90 %% %6.1f, bias %6.1f ms\n", what,
                   event_names[k], e->n[k], median, middle_of(e->n[k], e->of[k], 0.9, 1),
                   middle_of(e->n[k], e->of[k], 0.5, 0));
        if (!(median <= *worst)) *worst = median;
    }
}

static int seed_base(void) {
    const char *text = getenv("ENGRAM_FUNCTION_SEED");
    return text != NULL ? (int)strtol(text, NULL, 10) : SEED;
}

/* The median of a thinned crowd is less sure. */
static double few_share(void) {
    return eg_test_patience() > 1 ? 1.5 : 1.0;
}

/* n people seen by one place, every tempo, with pauses and without, some who fail first. */
static void crowd(int place, double rate_hz, int n) {
    char what[64];
    double worst;
    all = (errors){0};
    for (int i = 0; i < n; i++) {
        mover_wish wish = {.n_stands = 5, .pauses = i % 2 == 1, .n_failed = i % 5 == 4};
        mover m = mover_chair((uint64_t)(seed_base() + i), (mover_kind)(i % 3), &wish);
        one_person(&m, place, rate_hz, wish.n_failed, &all);
    }
    snprintf(what, sizeof what, "%s, %g Hz", place_names[place], rate_hz);
    report(what, &all, &worst);
    double rise_mm = all.n_rise > 0 ? middle_of(all.n_rise, all.rise, 0.5, 1) : 0;
    eg_test_note("%zu people of %s: %zu counts, %zu attempts wrong; worst event's median %.1f ms; "
                 "5xSTS median error %.0f, 95 %% %.0f ms; height of the rise median error %.0f mm",
                 all.people, what, all.wrong_count, all.wrong_attempts, worst,
                 1000 * middle_of(all.n_five, all.five, 0.5, 1),
                 1000 * middle_of(all.n_five, all.five, 0.95, 1), rise_mm);
    EG_CHECK_INT(all.wrong_count, 0);
    EG_CHECK_INT(all.wrong_attempts, 0);
    EG_CHECK(worst <= 20.0 * few_share());
}

static void markers(void) {
    crowd(3, 100, eg_test_crowd(210));
}

static void lower_back(void) {
    crowd(0, 100, eg_test_crowd(210));
}

static void breastbone(void) {
    crowd(1, 100, eg_test_crowd(210));
}

static void thigh(void) {
    crowd(2, 100, eg_test_crowd(210));
}

static void other_rates(void) {
    static const double rates[] = {50, 60, 75, 120, 148.15, 200, 286, 400};
    char said[600] = "";
    for (size_t r = 0; r < 8; r++) {
        for (int place = 0; place <= 3; place += 3) {
            double worst;
            char what[64];
            all = (errors){0};
            for (int i = 0; i < eg_test_crowd(24); i++) {
                mover_wish wish = {.n_stands = 5, .pauses = i % 2 == 1};
                mover m = mover_chair((uint64_t)(seed_base() + i), (mover_kind)(i % 3), &wish);
                one_person(&m, place, rates[r], 0, &all);
            }
            snprintf(what, sizeof what, "%s, %g Hz", place_names[place], rates[r]);
            report(what, &all, &worst);
            EG_CHECK_INT(all.wrong_count, 0);
            EG_CHECK(worst <= 20.0 * few_share());
            size_t used = strlen(said);
            snprintf(said + used, sizeof said - used, "%s%s %.1f ms", used > 0 ? ", " : "", what,
                     worst);
        }
    }
    eg_test_note("worst event's median: %s", said);
}

/* Half a minute without rest; one that is more than half way up at its end counts. */
static void half_a_minute(void) {
    static eg_stands stands;
    size_t people = 0, halves = 0, least = 99, most = 0;
    for (int i = 0; i < eg_test_crowd(60); i++) {
        mover_wish wish = {.n_stands = 24};
        mover m = mover_chair((uint64_t)(seed_base() + 300 + i), (mover_kind)(i % 2), &wish);
        double begin = m.stands[0].start, end = begin + 30;
        if (m.stands[23].standing < end) continue;
        size_t count = 0, on_the_way = 0;
        double near = 1;
        for (size_t k = 0; k < m.n_stands; k++) {
            double middle = 0.5 * (m.stands[k].seat_off + m.stands[k].standing);
            count += middle < end;
            near = fmin(near, fabs(middle - end));
            on_the_way += m.stands[k].seat_off < end && m.stands[k].standing > end;
        }
        if (near < 0.15) continue; /* the warp of the step moves its half way by as much */
        halves += on_the_way;
        m.seconds = fmin(m.seconds, end + 4);
        for (int place = 0; place <= 3; place++) {
            /* Those on their way when time is over are the hard ones; the others in turn. */
            if (on_the_way == 0 && place != (int)(people % 4)) continue;
            eg_arena arena;
            eg_trunk body;
            void *memory;
            eg_diag diag = {0};
            eg_err err = mover_body(&m, place, 100, &arena, &memory, &body, &diag);
            if (err == EG_OK) err = eg_stand_find(&body, &arena, &stands, &diag);
            if (err != EG_OK) EG_FAIL("%s", diag.text);
            double go = place == 2 ? begin : (double)NAN; /* a thigh does not see the trunk */
            EG_CHECK_INT(eg_stand_count(&body, &stands, go, 30), count);
            free(memory);
        }
        people++;
        least = count < least ? count : least;
        most = count > most ? count : most;
    }
    EG_CHECK((int)people >= eg_test_crowd(60) / 2);
    EG_CHECK(eg_test_patience() > 1 || halves >= 8);
    eg_test_note("%zu people, %zu to %zu stands, %zu on the way up at 30 s, these at all 4 places: "
                 "all counts exact",
                 people, least, most, halves);
}

static void times_of(const mover *m, const double turn[4], size_t skip, double *times) {
    static eg_stands stands;
    size_t n;
    double *gyr[3], *acc[3];
    mover own = *m;
    if (turn != NULL) memcpy(own.mount, turn, sizeof own.mount);
    mover_imu(&own, 0, 100, &n, gyr, acc);
    eg_orient_signal signal = {.n = n - skip, .rate_hz = 100};
    for (int k = 0; k < 3; k++) {
        signal.gyr[k] = gyr[k] + skip;
        signal.acc[k] = acc[k] + skip;
    }
    size_t size = eg_trunk_bytes(n, 100);
    void *memory = malloc(size);
    eg_arena arena;
    eg_trunk body;
    eg_diag diag = {0};
    eg_arena_init(&arena, memory, size);
    eg_err err = eg_trunk_from_imu(&signal, EG_TRUNK_LOWER_BACK, &arena, &body, &diag);
    if (err == EG_OK) err = eg_stand_find(&body, &arena, &stands, &diag);
    if (err != EG_OK) EG_FAIL("%s", diag.text);
    EG_CHECK_INT(stands.n, 5);
    for (size_t k = 0; k < 5; k++) {
        const double *t = &stands.stands[k].start_s;
        for (size_t j = 0; j < EVENTS; j++) times[k * EVENTS + j] = t[j] + (double)skip / 100.0;
    }
    free(memory);
    free(gyr[0]);
}

/* The same person with the sensor turned any way, and with the recording begun later. */
static void mounting_and_shift(void) {
    double worst[2] = {0, 0}, sum[2] = {0, 0};
    size_t count = 0;
    static const double mounts[][4] = {
        {1, 0, 0, 0}, {0, 1, 0, 0}, {0.5, 0.5, 0.5, 0.5}, {0.6, -0.8, 0, 0}};
    for (int i = 0; i < 8; i++) {
        mover_wish wish = {.n_stands = 5, .pauses = i % 2 == 0};
        mover m = mover_chair((uint64_t)(seed_base() + 400 + i), (mover_kind)(i % 3), &wish);
        double first[5 * EVENTS], other[5 * EVENTS];
        /* The bias lies in the sensor's axes, so that a turned sensor is another sensor: without.
         */
        for (int k = 0; k < 3; k++) m.gyr_bias[k] = m.acc_bias[k] = 0;
        m.acc_noise = m.gyr_noise = 0;
        times_of(&m, NULL, 0, first);
        for (int v = 0; v < 5; v++) {
            times_of(&m, v < 4 ? mounts[v] : NULL, v < 4 ? 0 : 37, other);
            for (int k = 0; k < 5 * EVENTS; k++) {
                double d = 1000 * fabs(other[k] - first[k]);
                worst[v == 4] = fmax(worst[v == 4], d);
                sum[v == 4] += d;
                count += v == 4;
            }
        }
    }
    EG_CHECK(worst[0] < 5.0);
    EG_CHECK(sum[1] / (double)count < 2.0);
    eg_test_note("any mounting: events differ by %.2f ms at most; begun 0.37 s later: %.2f ms on "
                 "average, %.1f at most",
                 worst[0], sum[1] / (double)count, worst[1]);
}

static void refusals(void) {
    static eg_stands stands;
    eg_arena arena;
    eg_trunk body;
    void *memory;
    char said[2][240];
    for (int place = 0; place <= 3; place += 3) {
        for (int i = 0; i < 10; i++) {
            mover m = mover_turns((uint64_t)(seed_base() + 500 + i), (mover_kind)(i % 3), 4);
            eg_diag diag = {0};
            eg_err err = mover_body(&m, place, 100, &arena, &memory, &body, &diag);
            EG_CHECK_INT(err, EG_OK);
            err = eg_stand_find(&body, &arena, &stands, &diag);
            free(memory);
            if (err != EG_ERR_DATA)
                EG_FAIL("%zu stands in a walk of %s, %.2f to %.2f s, %.2f m", stands.n,
                        place_names[place], stands.stands[0].seat_off_s,
                        stands.stands[0].standing_s, stands.usual_m);
            memcpy(said[place == 3], diag.text, sizeof diag.text);
        }
    }
    double gap[300][3];
    for (int i = 0; i < 300; i++)
        for (int k = 0; k < 3; k++) gap[i][k] = i > 100 && i < 180 ? (double)NAN : 1.0;
    eg_trunk_points p = {
        .n = 300, .rate_hz = 100, .up_axis = 2, .up_sign = 1, .pelvis = (const double(*)[3])gap};
    size_t size = eg_trunk_bytes(300, 100);
    memory = malloc(size);
    eg_diag diag = {0};
    eg_arena_init(&arena, memory, size);
    EG_CHECK_INT(eg_trunk_from_points(&p, &arena, &body, &diag), EG_ERR_DATA);
    EG_CHECK(strstr(diag.text, "1.01 to 1.80 s") != NULL);
    p.n = 100;
    EG_CHECK_INT(eg_trunk_from_points(&p, &arena, &body, &(eg_diag){0}), EG_ERR_DATA);
    p.rate_hz = 10;
    EG_CHECK_INT(eg_trunk_from_points(&p, &arena, &body, &(eg_diag){0}), EG_ERR_ARGUMENT);
    free(memory);
    eg_test_note("20 walks: \"%s\"", said[0]);
}

/* Five squats of a real person, as OpenCap's model saw them: what stands in the trace. */
static void real_squats(void) {
    char path[512];
    static eg_stands stands;
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    snprintf(path, sizeof path, "%s/kinematics/opencap_squats1.mot", eg_test_data("imu"));
    if (eg_recording_read(path, &recording, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    const eg_channel *height = eg_recording_channel(recording, "pelvis_ty");
    const eg_channel *tilt = eg_recording_channel(recording, "pelvis_tilt");
    EG_CHECK(height != NULL && tilt != NULL && height->n == 801);
    double *lean = malloc(height->n * sizeof *lean);
    for (size_t i = 0; i < height->n; i++) lean[i] = -tilt->values[i] * 3.14159265358979 / 180;
    size_t size = eg_trunk_bytes(height->n, 100);
    void *memory = malloc(size);
    eg_arena arena;
    eg_trunk body;
    eg_arena_init(&arena, memory, size);
    eg_err err =
        eg_trunk_from_coordinates(height->n, 100, height->values, lean, NULL, &arena, &body, &diag);
    if (err == EG_OK) err = eg_stand_find(&body, &arena, &stands, &diag);
    if (err != EG_OK) EG_FAIL("%s", diag.text);
    EG_CHECK_INT(stands.n, 5);
    EG_CHECK_INT(stands.n_attempts, 0);
    /* By eye: the pelvis is lowest at the first, within 2 cm of its next top at the second. */
    static const double seen[5][2] = {
        {0.94, 1.50}, {2.46, 3.00}, {3.95, 4.50}, {5.54, 6.08}, {7.16, 7.71}};
    double worst[2] = {0, 0};
    for (size_t k = 0; k < 5; k++) {
        worst[0] = fmax(worst[0], fabs(stands.stands[k].seat_off_s - seen[k][0]));
        worst[1] = fmax(worst[1], fabs(stands.stands[k].standing_s - seen[k][1]));
        if (getenv("ENGRAM_FUNCTION_TABLE") != NULL)
            printf("# squat %zu: up %.2f to %.2f, rise %.2f m, %.2f m/s, lean %.0f deg\n", k + 1,
                   stands.stands[k].seat_off_s, stands.stands[k].standing_s,
                   stands.stands[k].rise_m, stands.stands[k].velocity_up_m_s,
                   stands.stands[k].lean_up_rad * 57.3);
        EG_CHECK(stands.stands[k].lean_up_rad > 0.3);
    }
    eg_test_note("5 of 5; lowest point and top as in the trace within %.2f and %.2f s", worst[0],
                 worst[1]);
    EG_CHECK(worst[0] < 0.1 && worst[1] < 0.25);
    free(memory);
    free(lean);
    eg_recording_destroy(recording);
}

static void power(void) {
    /* 0.9 x 9.81 x 70 x (0.85 - 0.43) / (10 / 5 / 2) */
    EG_CHECK_NEAR(eg_stand_power(70, 1.70, 0.43, 10, 5), 259.5726, 1e-3);
    EG_CHECK(isnan(eg_stand_power(70, 0.8, 0.43, 10, 5)));
    EG_CHECK(isnan(eg_stand_power(70, 1.7, 0.43, (double)NAN, 5)));
    eg_test_note("70 kg, 1.70 m, 0.43 m, 10 s for 5: 259.6 W");
}

EG_TESTS({"function stand: five rises from markers at known times", markers},
         {"function stand: five rises from a sensor on the lower back", lower_back},
         {"function stand: five rises from a sensor on the breastbone", breastbone},
         {"function stand: five rises from a sensor on the thigh", thigh},
         {"function stand: 50 to 400 samples a second", other_rates},
         {"function stand: how often in half a minute", half_a_minute},
         {"function stand: the sensor's mounting and the recording's begin", mounting_and_shift},
         {"function stand: a walk, gaps and short recordings are refused", refusals},
         {"function stand: five squats of a real person", real_squats},
         {"function stand: power of rising", power})
