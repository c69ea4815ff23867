/* Orientation from inertial sensors: real trials with optical truth, made motion with known truth,
 * and what bad samples may not do. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/motion/orient.h"
#include "core/motion/orient_error.h"
#include "core/motion/orient_offline.h"
#include "io/format/recording.h"
#include "tests/support/test.h"

static const double deg = EG_PI / 180.0;

/* ---- BROAD: the twelve open trials and VQF 2.1.1 on the same files (golden_peers.csv) ---- */

typedef struct trial {
    const char *name;
    double vqf_deg;
} trial;

static const trial trials[] = {{"01_undisturbed_slow_rotation_A", 1.9853},
                               {"05_undisturbed_slow_rotation_with_breaks_B", 0.9846},
                               {"07_undisturbed_fast_rotation_B", 1.7527},
                               {"11_undisturbed_slow_translation_B", 0.9058},
                               {"14_undisturbed_slow_translation_with_breaks_B", 0.7338},
                               {"16_undisturbed_fast_translation_B", 0.7404},
                               {"21_undisturbed_fast_combined", 4.0755},
                               {"24_disturbed_tapping_A", 1.5470},
                               {"26_disturbed_phone_vibration_A", 1.7535},
                               {"28_disturbed_stationary_magnet_A", 4.0447},
                               {"32_disturbed_attached_magnet_1cm", 7.6743},
                               {"36_disturbed_attached_magnet_5cm", 2.3888}};

enum { TRIALS = sizeof trials / sizeof trials[0] };

static eg_recording *open_trial(const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/broad/%s.nimu", eg_test_data("imu"), name);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s: %s", path, diag.text);
    EG_CHECK_INT(r->n_channels, 14);
    return r;
}

static eg_orient_signal signal_of(const eg_recording *r) {
    eg_orient_signal s = {.n = r->n_frames, .rate_hz = r->rate_hz};
    for (int k = 0; k < 3; k++) {
        s.gyr[k] = r->channels[k].values;
        s.acc[k] = r->channels[3 + k].values;
        s.mag[k] = r->channels[6 + k].values;
    }
    return s;
}

static eg_orient_error error_of(const eg_recording *r, const eg_quaternion *q) {
    const double *reference[4];
    for (int k = 0; k < 4; k++) reference[k] = r->channels[9 + k].values;
    return eg_orient_compare(r->n_frames, q, reference, r->channels[13].values);
}

static void run_offline(const eg_orient_signal *s, eg_quaternion *q) {
    size_t bytes = eg_orient_offline_bytes(s->n, s->rate_hz);
    void *memory = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, memory, bytes);
    EG_CHECK_INT(eg_orient_offline(s, &arena, q, NULL), EG_OK);
    EG_CHECK_INT(arena.used, 0);
    free(memory);
}

static void broad_live(void) {
    double total = 0.0, inclination = 0.0, worst = -1e9;
    for (size_t i = 0; i < TRIALS; i++) {
        eg_recording *r = open_trial(trials[i].name);
        eg_orient_signal s = signal_of(r);
        eg_quaternion *q = malloc(s.n * sizeof *q);
        EG_CHECK_INT(eg_orient_run(&s, q, NULL), EG_OK);
        eg_orient_error e = error_of(r, q);
        EG_CHECK(e.n > 20000);
        total += e.total_deg / TRIALS;
        inclination += e.inclination_deg / TRIALS;
        worst = fmax(worst, e.total_deg - trials[i].vqf_deg);
        if (!(e.total_deg <= trials[i].vqf_deg + 0.1))
            EG_FAIL("%s: %.3f deg, VQF %.3f", trials[i].name, e.total_deg, trials[i].vqf_deg);
        if (strstr(trials[i].name, "magnet_1cm") != NULL) EG_CHECK(e.total_deg <= 4.0);
        free(q);
        eg_recording_destroy(r);
    }
    eg_test_note("total %.3f, inclination %.3f deg, worst against VQF %+.3f", total, inclination,
                 worst);
    EG_CHECK(total <= 2.10);
    EG_CHECK(inclination <= 0.66);
}

static void broad_offline(void) {
    double total = 0.0, inclination = 0.0;
    for (size_t i = 0; i < TRIALS; i++) {
        eg_recording *r = open_trial(trials[i].name);
        eg_orient_signal s = signal_of(r);
        eg_quaternion *q = malloc(s.n * sizeof *q);
        run_offline(&s, q);
        eg_orient_error e = error_of(r, q);
        total += e.total_deg / TRIALS;
        inclination += e.inclination_deg / TRIALS;
        free(q);
        eg_recording_destroy(r);
    }
    eg_test_note("total %.3f, inclination %.3f deg", total, inclination);
    EG_CHECK(total <= 1.85);
    EG_CHECK(inclination <= 0.52);
}

/* The same trials begun at half their length, in motion: the vertical is not known yet, and its
 * correction must not be taken for the gyroscope's bias. Without that rule: 1.82 degrees. */
static void broad_begun_in_motion(void) {
    double total = 0.0, inclination = 0.0;
    for (size_t i = 0; i < TRIALS; i++) {
        eg_recording *r = open_trial(trials[i].name);
        const double *reference[4];
        size_t at = r->n_frames / 2;
        eg_orient_signal s = signal_of(r);
        for (int k = 0; k < 3; k++) s.gyr[k] += at, s.acc[k] += at, s.mag[k] += at;
        for (int k = 0; k < 4; k++) reference[k] = r->channels[9 + k].values + at;
        s.n -= at;
        eg_quaternion *q = malloc(s.n * sizeof *q);
        EG_CHECK_INT(eg_orient_run(&s, q, NULL), EG_OK);
        eg_orient_error e = eg_orient_compare(s.n, q, reference, r->channels[13].values + at);
        EG_CHECK(e.n > 10000);
        total += e.total_deg / TRIALS;
        inclination += e.inclination_deg / TRIALS;
        free(q);
        eg_recording_destroy(r);
    }
    eg_test_note("total %.3f, inclination %.3f deg", total, inclination);
    EG_CHECK(inclination <= 1.75);
}

/* ---- made motion ---- */

enum { MADE_MAX = 400 * 120 };

typedef struct made {
    size_t n;
    double rate_hz;
    double gyr[3][MADE_MAX], acc[3][MADE_MAX], mag[3][MADE_MAX], truth[4][MADE_MAX];
} made;

static made m;
static eg_quaternion out[MADE_MAX];

typedef struct recipe {
    double rate_hz, seconds, still_s; /* at first it lies still */
    double spin[3];                   /* rad/s, amplitude of slow turning about each axis */
    double bias[3];                   /* deg/s */
    double magnet[3], magnet_until_s; /* uT */
    double noise;                     /* 1: like the open recordings */
    double scale[3];                  /* of the gyroscope: shown by how much too little */
    double lever_m;                   /* it swings about a joint this far off along z */
} recipe;

/* What swinging about a joint adds to the acceleration; r: from the joint to the sensor. */
static void swing(const double rate[3], const double last[3], double rate_hz, double lever_m,
                  double a[3]) {
    const double r[3] = {0.0, 0.0, -lever_m};
    double speed[3];
    for (int k = 0; k < 3; k++) {
        int x = (k + 1) % 3, y = (k + 2) % 3;
        speed[k] = rate[x] * r[y] - rate[y] * r[x];
        a[k] += ((rate[x] - last[x]) * r[y] - (rate[y] - last[y]) * r[x]) * rate_hz;
    }
    for (int k = 0; k < 3; k++) {
        int x = (k + 1) % 3, y = (k + 2) % 3;
        a[k] += rate[x] * speed[y] - rate[y] * speed[x];
    }
}

/* A sensor turned by hand: its rate is smooth, its truth is integrated in small steps. */
static void make(const recipe *c) {
    eg_random random;
    eg_random_init(&random, 7, 0);
    eg_quaternion q = EG_QUATERNION_ONE;
    double last[3] = {0.0, 0.0, 0.0};
    m.rate_hz = c->rate_hz;
    m.n = (size_t)(c->rate_hz * c->seconds);
    EG_CHECK(m.n <= MADE_MAX);
    for (size_t i = 0; i < m.n; i++) {
        double t = (double)i / c->rate_hz, rate[3], turn[3][3];
        double fade = t < c->still_s ? 0.0 : fmin(1.0, t - c->still_s);
        rate[0] = fade * c->spin[0] * sin(0.9 * t);
        rate[1] = fade * c->spin[1] * sin(1.3 * t + 1.0);
        rate[2] = fade * c->spin[2] * cos(0.5 * t);
        q = eg_quaternion_product(q, eg_quaternion_turn(rate[0] / c->rate_hz, rate[1] / c->rate_hz,
                                                        rate[2] / c->rate_hz));
        q = eg_quaternion_tidied(q);
        eg_quaternion_matrix(eg_quaternion_inverse(q), turn);
        const double gravity[3] = {0.0, 0.0, 9.81}, field[3] = {0.0, 16.0, -42.0};
        double a[3], f[3];
        eg_quaternion_apply(turn, gravity, a);
        eg_quaternion_apply(turn, field, f);
        swing(rate, last, c->rate_hz, c->lever_m, a);
        memcpy(last, rate, sizeof last);
        for (int k = 0; k < 3; k++) {
            double on = t < c->magnet_until_s ? c->magnet[k] : 0.0;
            m.gyr[k][i] = rate[k] * (1.0 - c->scale[k]) + c->bias[k] * deg +
                          0.003 * c->noise * eg_random_normal(&random);
            m.acc[k][i] = a[k] + 0.03 * c->noise * eg_random_normal(&random);
            m.mag[k][i] = f[k] + on + 0.4 * c->noise * eg_random_normal(&random);
        }
        m.truth[0][i] = q.w, m.truth[1][i] = q.x, m.truth[2][i] = q.y, m.truth[3][i] = q.z;
    }
}

static eg_orient_signal made_signal(void) {
    return (eg_orient_signal){m.n,
                              m.rate_hz,
                              {m.gyr[0], m.gyr[1], m.gyr[2]},
                              {m.acc[0], m.acc[1], m.acc[2]},
                              {m.mag[0], m.mag[1], m.mag[2]}};
}

/* Errors from `from_s` on. */
static eg_orient_error made_error(double from_s) {
    size_t at = (size_t)(from_s * m.rate_hz);
    const double *const truth[4] = {m.truth[0] + at, m.truth[1] + at, m.truth[2] + at,
                                    m.truth[3] + at};
    return eg_orient_compare(m.n - at, out + at, truth, NULL);
}

static const recipe turning = {285.714, 100.0, 5.0, {1.2, 1.5, 1.0}, {0.5, -0.4, 0.3}, {0}, 0.0,
                               1.0,     {0},   0.0};

static void known_motion_at_every_rate(void) {
    const double rates[] = {50.0, 60.0, 100.0, 285.714, 400.0};
    double worst = 0.0;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        recipe c = turning;
        c.rate_hz = rates[i];
        make(&c);
        eg_orient_signal s = made_signal();
        EG_CHECK_INT(eg_orient_run(&s, out, NULL), EG_OK);
        eg_orient_error e = made_error(30.0);
        worst = fmax(worst, e.total_deg);
        if (!(e.total_deg < 1.0 && e.inclination_deg < 0.4))
            EG_FAIL("%g Hz: total %.3f, inclination %.3f", rates[i], e.total_deg,
                    e.inclination_deg);
        run_offline(&s, out);
        e = made_error(1.0);
        if (!(e.total_deg < 1.0)) EG_FAIL("offline, %g Hz: %.3f", rates[i], e.total_deg);
    }
    eg_test_note("50 to 400 Hz, bias 0.7 deg/s: at most %.3f deg after 30 s", worst);
}

static void bias_at_rest_and_in_motion(void) {
    recipe c = turning;
    c.still_s = 200.0;
    c.seconds = 20.0;
    make(&c);
    static eg_orient o;
    double worst_rest = 0.0, worst_motion = 0.0;
    for (int moving = 0; moving < 2; moving++) {
        EG_CHECK_INT(eg_orient_init(&o, m.rate_hz, NULL), EG_OK);
        for (size_t i = 0; i < m.n; i++) {
            const double g[3] = {m.gyr[0][i], m.gyr[1][i], m.gyr[2][i]};
            const double a[3] = {m.acc[0][i], m.acc[1][i], m.acc[2][i]};
            eg_orient_feed(&o, g, a, NULL);
        }
        double *worst = moving ? &worst_motion : &worst_rest;
        for (int k = 0; k < 3; k++) *worst = fmax(*worst, fabs(o.bias.value[k] / deg - c.bias[k]));
        c.still_s = 0.0;
        c.seconds = 100.0;
        make(&c);
    }
    eg_test_note("error %.4f deg/s after 20 s of rest, %.4f after 100 s of motion", worst_rest,
                 worst_motion);
    EG_CHECK(worst_rest < 0.02);
    EG_CHECK(worst_motion < 0.1);
}

/* The made motion without field; a filter that may not learn the scale begins sure that it is 0. */
static double inclination_with_scale(eg_orient *o, int learns) {
    EG_CHECK_INT(eg_orient_init(o, m.rate_hz, NULL), EG_OK);
    if (!learns) memset(o->scale.p, 0, sizeof o->scale.p);
    for (size_t i = 0; i < m.n; i++) {
        const double g[3] = {m.gyr[0][i], m.gyr[1][i], m.gyr[2][i]};
        const double a[3] = {m.acc[0][i], m.acc[1][i], m.acc[2][i]};
        eg_orient_feed(o, g, a, NULL);
        out[i] = eg_orient_6d(o);
    }
    return made_error(60.0).inclination_deg;
}

/* Fast turning shows the scale of each axis; a limb that swings, which accelerates the sensor in
 * step with its rotation, must not be taken for one. */
static void scale_in_motion(void) {
    static eg_orient o;
    recipe c = turning;
    c.seconds = 160.0;
    for (int k = 0; k < 3; k++) {
        c.spin[k] *= 8.0;
        c.scale[k] = k == 1 ? -0.006 : 0.008;
    }
    make(&c);
    double without = inclination_with_scale(&o, 0), with = inclination_with_scale(&o, 1);
    double sure = 0.0, sigmas = 0.0;
    for (int k = 0; k < 3; k++) {
        double sigma = sqrt(o.scale.p[k][k]);
        sure = fmax(sure, sigma);
        sigmas = fmax(sigmas, fabs(o.scale.value[k] - c.scale[k]) / sigma);
    }
    c = turning;
    c.seconds = 160.0;
    c.lever_m = 0.4;
    make(&c);
    inclination_with_scale(&o, 1);
    double seen = 0.0;
    for (int k = 0; k < 3; k++) seen = fmax(seen, fabs(o.scale.value[k]));
    eg_test_note(
        "0.8 %%: inclination %.2f deg without, %.2f with it, known to %.2f %%, off by %.1f "
        "sigma; %.3f %% seen in a swinging limb that has none",
        without, with, 100.0 * sure, sigmas, 100.0 * seen);
    EG_CHECK(with < 0.7 * without);
    EG_CHECK(sure < 0.0035);
    EG_CHECK(sigmas < 2.5);
    EG_CHECK(seen < 0.001);
}

/* A magnet that turns with the sensor must not win, and may be taken off again. */
static void magnet_on_the_sensor(void) {
    recipe c = turning;
    c.seconds = 120.0;
    c.magnet[0] = 20.0, c.magnet[1] = -15.0, c.magnet[2] = 30.0;
    c.magnet_until_s = 1e9;
    make(&c);
    eg_orient_signal s = made_signal();
    EG_CHECK_INT(eg_orient_run(&s, out, NULL), EG_OK);
    double kept = made_error(90.0).total_deg;
    c.magnet_until_s = 60.0;
    make(&c);
    EG_CHECK_INT(eg_orient_run(&s, out, NULL), EG_OK);
    double removed = made_error(100.0).total_deg;
    run_offline(&s, out);
    double offline = made_error(1.0).total_deg;
    eg_test_note("39 uT beside 45 of the earth: %.2f deg; taken off at 60 s: %.2f; offline %.2f",
                 kept, removed, offline);
    EG_CHECK(kept < 3.0);
    EG_CHECK(removed < 3.0);
    EG_CHECK(offline < 3.0);
}

/* ---- what must not matter ---- */

static void same_bits_however_it_is_fed(void) {
    recipe c = turning;
    c.seconds = 30.0;
    make(&c);
    eg_orient_signal s = made_signal();
    EG_CHECK_INT(eg_orient_run(&s, out, NULL), EG_OK);
    const size_t blocks[] = {1, 7, 64, 4096};
    for (size_t b = 0; b < 4; b++) {
        eg_orient parts[2];
        EG_CHECK_INT(eg_orient_init(&parts[0], m.rate_hz, NULL), EG_OK);
        for (size_t i = 0; i < m.n; i++) {
            /* At each border the filter moves to another place in memory. */
            if (i % blocks[b] == 0) {
                memcpy(&parts[1], &parts[0], sizeof parts[0]);
                memset(&parts[0], 0xff, sizeof parts[0]);
                memcpy(&parts[0], &parts[1], sizeof parts[0]);
            }
            const double g[3] = {m.gyr[0][i], m.gyr[1][i], m.gyr[2][i]};
            const double a[3] = {m.acc[0][i], m.acc[1][i], m.acc[2][i]};
            const double f[3] = {m.mag[0][i], m.mag[1][i], m.mag[2][i]};
            eg_orient_feed(&parts[0], g, a, f);
            eg_quaternion q = eg_orient_9d(&parts[0]);
            EG_CHECK(memcmp(&q, &out[i], sizeof q) == 0);
        }
    }
    eg_test_note("blocks of 1, 7, 64, 4096: %zu quaternions each", m.n);
}

static void missing_samples_are_no_samples(void) {
    static eg_quaternion with_nan[MADE_MAX];
    recipe c = turning;
    make(&c);
    eg_orient_signal s = made_signal();
    for (int word = 0; word < 2; word++) {
        for (size_t i = 0; i < m.n; i++)
            for (int k = 0; k < 3; k++) {
                if (i % 5 != 2) m.mag[k][i] = word ? 0.0 : (double)NAN;
                if (i % 11 == 3) m.acc[k][i] = word ? 0.0 : (double)NAN;
            }
        EG_CHECK_INT(eg_orient_run(&s, word ? out : with_nan, NULL), EG_OK);
    }
    EG_CHECK(memcmp(out, with_nan, m.n * sizeof *out) == 0);
    eg_orient_error e = made_error(30.0);
    EG_CHECK(e.total_deg < 1.0);
    /* Gaps of the gyroscope, and numbers that no sensor gives, cost accuracy but nothing else. */
    m.gyr[0][3000] = m.gyr[1][3001] = (double)NAN;
    m.gyr[2][3002] = (double)INFINITY;
    m.acc[0][4000] = 1e300;
    m.mag[1][4002] = -(double)INFINITY;
    EG_CHECK_INT(eg_orient_run(&s, out, NULL), EG_OK);
    for (size_t i = 0; i < m.n; i++) EG_CHECK_NEAR(eg_quaternion_square(out[i]), 1.0, 1e-11);
    eg_orient_error gaps = made_error(60.0);
    EG_CHECK(gaps.total_deg < 1.0);
    run_offline(&s, out);
    for (size_t i = 0; i < m.n; i++) EG_CHECK_NEAR(eg_quaternion_square(out[i]), 1.0, 1e-11);
    eg_test_note("NaN as zero to the bit; magnetometer at a fifth of the rate: %.3f deg",
                 e.total_deg);
}

static void first_sample_and_short_signals(void) {
    recipe c = turning;
    c.seconds = 2.0;
    make(&c);
    eg_orient_signal s = made_signal();
    EG_CHECK_INT(eg_orient_run(&s, out, NULL), EG_OK);
    EG_CHECK(fabs(out[0].w) > 0.999); /* lies flat and points north */
    for (size_t n = 0; n < 40; n++) {
        s.n = n;
        run_offline(&s, out);
        for (size_t i = 0; i < n; i++) EG_CHECK_NEAR(eg_quaternion_square(out[i]), 1.0, 1e-11);
    }
    static eg_orient o;
    const double bad[] = {0.0, -1.0, 19.9, 2001.0, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        eg_diag diag = {0};
        EG_CHECK_INT(eg_orient_init(&o, bad[i], &diag), EG_ERR_ARGUMENT);
        EG_CHECK(diag.text[0] != '\0');
        s.rate_hz = bad[i];
        s.n = 10;
        eg_arena none;
        eg_arena_init(&none, NULL, 0);
        EG_CHECK(eg_orient_offline(&s, &none, out, NULL) != EG_OK);
    }
    eg_test_note("0 to 39 samples, rates outside 20 to 2000 Hz refused");
}

/* ---- the reader ---- */

static void put(unsigned char *at, const void *value, size_t n) {
    memcpy(at, value, n); /* the tests run on little-endian machines */
}

static size_t small_file(unsigned char *bytes, uint32_t n) {
    uint32_t record = 28;
    double rate_hz = 100.0, scale = 0.5, offset = 1.0;
    memset(bytes, 0, 168 + (size_t)n * 28);
    memcpy(bytes, "NIMU0001", 8);
    put(bytes + 8, &n, 4);
    put(bytes + 12, &record, 4);
    put(bytes + 16, &rate_hz, 8);
    for (int k = 0; k < 9; k++) {
        put(bytes + 24 + 8 * k, &offset, 8);
        put(bytes + 96 + 8 * k, &scale, 8);
    }
    for (uint32_t i = 0; i < n; i++) {
        int16_t v = (int16_t)(i * 2), one = 32767;
        put(bytes + 168 + 28 * i, &v, 2);
        if (i > 0) put(bytes + 168 + 28 * i + 18, &one, 2);
        bytes[168 + 28 * i + 26] = 1;
    }
    return 168 + (size_t)n * 28;
}

static void nimu_reader(void) {
    static unsigned char bytes[168 + 28 * 20], bad[sizeof bytes];
    size_t size = small_file(bytes, 20);
    eg_recording *r = NULL;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_recording_parse("a.nimu", bytes, size, &r, &diag), EG_OK);
    EG_CHECK_TEXT(r->format, "nimu");
    EG_CHECK_INT(r->n_frames, 20);
    EG_CHECK_NEAR(r->rate_hz, 100.0, 0.0);
    EG_CHECK_TEXT(r->channels[0].label, "gx");
    EG_CHECK_TEXT(r->channels[3].unit, "m/s2");
    EG_CHECK_NEAR(r->channels[0].values[3], 1.0 + 0.5 * 6, 0.0);
    EG_CHECK(isnan(r->channels[9].values[0]));
    EG_CHECK_NEAR(r->channels[9].values[1], 1.0, 0.0);
    EG_CHECK_NEAR(r->channels[13].values[1], 1.0, 0.0);
    eg_recording_destroy(r);
    int read = 0, refused = 0;
    for (size_t cut = 0; cut < size; cut++) {
        eg_err err = eg_recording_parse("a.nimu", bytes, cut, &r, NULL);
        if (err == EG_OK) EG_CHECK(r->is_partial && r->n_frames == (cut - 168) / 28);
        *(err == EG_OK ? &read : &refused) += 1;
        eg_recording_destroy(r);
    }
    for (size_t bit = 0; bit < 8 * size; bit++) {
        memcpy(bad, bytes, size);
        bad[bit / 8] ^= (unsigned char)(1U << bit % 8);
        eg_err err = eg_recording_parse("a.nimu", bad, size, &r, NULL);
        *(err == EG_OK ? &read : &refused) += 1;
        eg_recording_destroy(r);
    }
    eg_test_note("every cut and every flipped bit: %d read, %d refused", read, refused);
    EG_CHECK(read > 0 && refused > 0);
}

static void nchain_reader(void) {
    char path[1024];
    snprintf(path, sizeof path, "%s/kinematics/qmt_fullbody_open.nchain", eg_test_data("imu"));
    eg_recording *r = NULL;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_recording_read(path, &r, &diag), EG_OK);
    EG_CHECK_TEXT(r->format, "nchain");
    EG_CHECK_INT(r->n_channels % 10, 0);
    EG_CHECK_TEXT(r->channels[0].label, "hip.gx");
    /* Its quaternions are those of VQF without magnetometer: the same inclination. */
    eg_orient_signal s = {.n = r->n_frames, .rate_hz = r->rate_hz};
    const double *theirs[4];
    for (int k = 0; k < 3; k++) {
        s.gyr[k] = r->channels[k].values;
        s.acc[k] = r->channels[3 + k].values;
    }
    for (int k = 0; k < 4; k++) theirs[k] = r->channels[6 + k].values;
    eg_quaternion *q = malloc(s.n * sizeof *q);
    EG_CHECK_INT(eg_orient_run(&s, q, NULL), EG_OK);
    eg_orient_error e = eg_orient_compare(s.n, q, theirs, NULL);
    eg_test_note("%zu sensors, %zu samples; inclination differs from VQF's by %.3f deg",
                 r->n_channels / 10, r->n_frames, e.inclination_deg);
    EG_CHECK(e.inclination_deg < 0.5);
    free(q);
    eg_recording_destroy(r);
}

EG_TESTS({"orient: BROAD, live, against VQF and the limits", broad_live},
         {"orient: BROAD, both directions", broad_offline},
         {"orient: BROAD, begun in motion", broad_begun_in_motion},
         {"orient: known motion at 50 to 400 Hz", known_motion_at_every_rate},
         {"orient: gyroscope's bias at rest and in motion", bias_at_rest_and_in_motion},
         {"orient: gyroscope's scale, and a swinging limb", scale_in_motion},
         {"orient: a magnet on the sensor does not win", magnet_on_the_sensor},
         {"orient: the same bits however it is fed", same_bits_however_it_is_fed},
         {"orient: missing samples are no samples", missing_samples_are_no_samples},
         {"orient: first sample, short signals, rates", first_sample_and_short_signals},
         {"orient: nimu reader, every cut and flipped bit", nimu_reader},
         {"orient: nchain reader and VQF's inclination", nchain_reader})
