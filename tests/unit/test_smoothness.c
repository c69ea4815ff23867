/* SPARC and LDLJ against the reference implementation's published values. */
#include <math.h>
#include <string.h>

#include "core/signal/smoothness.h"
#include "tests/support/test.h"

static unsigned char memory[16 << 20];

static double sparc_of(size_t n, const eg_real *speed, double rate_hz) {
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    double value = NAN;
    eg_diag diag = {0};
    if (eg_sparc(n, speed, rate_hz, &arena, &value, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    EG_CHECK_INT(arena.used, 0);
    EG_CHECK(arena.high_water <= eg_sparc_size(n));
    return value;
}

static double ldlj_of(size_t n, const eg_real *speed, double rate_hz) {
    double value = NAN;
    EG_CHECK_INT(eg_ldlj(n, speed, rate_hz, &value, NULL), EG_OK);
    return value;
}

/* exp(-5 t^2) from -1 s to 1 s at 100 Hz: the reference's own example. */
static void reference_values(void) {
    eg_real speed[200];
    for (int i = 0; i < 200; i++) {
        double t = -1.0 + 0.01 * i;
        speed[i] = (eg_real)exp(-5 * t * t);
    }
    double sparc = sparc_of(200, speed, 100), ldlj = ldlj_of(200, speed, 100);
    EG_CHECK_NEAR(sparc, -1.41403, 5e-6);
    EG_CHECK_NEAR(ldlj, -5.81636, 5e-6);
    EG_CHECK_NEAR(-exp(-ldlj), -335.74684, 5e-6);
    eg_test_note("SPARC %.5f, jerk %.5f, LDLJ %.5f", sparc, -exp(-ldlj), ldlj);
}

static size_t minimum_jerk(double rate_hz, double duration_s, eg_real *speed) {
    size_t n = (size_t)(rate_hz * duration_s + 0.5);
    for (size_t i = 0; i < n; i++) {
        double u = (double)i / (double)n;
        speed[i] = (eg_real)(30 * u * u * (1 - u) * (1 - u) / duration_s);
    }
    return n;
}

static void minimum_jerk_values(void) {
    static eg_real speed[4000];
    static const double rates[] = {50, 100, 200}, known[] = {-5.13, -5.22, -5.27};
    for (int k = 0; k < 3; k++) {
        size_t n = minimum_jerk(rates[k], 1, speed);
        EG_CHECK_NEAR(sparc_of(n, speed, rates[k]), -1.406, 0.003);
        EG_CHECK_NEAR(ldlj_of(n, speed, rates[k]), known[k], 0.006);
    }
}

static void invariants(void) {
    static eg_real speed[4000], jerky[4000];
    size_t n = minimum_jerk(100, 2, speed);
    double sparc = sparc_of(n, speed, 100), ldlj = ldlj_of(n, speed, 100);
    for (size_t i = 0; i < n; i++) speed[i] *= 1000;
    EG_CHECK_NEAR(sparc_of(n, speed, 100), sparc, 1e-9);
    EG_CHECK_NEAR(ldlj_of(n, speed, 100), ldlj, 1e-9);
    /* The same samples twice as fast: the shape is the same, so is the jerk. */
    EG_CHECK_NEAR(ldlj_of(n, speed, 200), ldlj, 1e-12);
    EG_CHECK_NEAR(sparc_of(n, speed, 200), sparc, 0.02);
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / 100;
        jerky[i] = speed[i] * (eg_real)(1 + 0.3 * sin(2 * M_PI * 4 * t));
    }
    EG_CHECK(sparc_of(n, jerky, 100) < sparc - 0.1);
    EG_CHECK(ldlj_of(n, jerky, 100) < ldlj - 1);
}

static void refusals(void) {
    eg_real speed[64] = {0};
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    double value;
    EG_CHECK_INT(eg_sparc(64, speed, 100, &arena, &value, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_ldlj(64, speed, 100, &value, NULL), EG_ERR_DATA);
    for (int i = 0; i < 64; i++) speed[i] = 1;
    EG_CHECK_INT(eg_ldlj(64, speed, 100, &value, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_sparc(4, speed, 100, &arena, &value, NULL), EG_ERR_DATA);
    EG_CHECK_INT(eg_sparc(64, speed, 0, &arena, &value, NULL), EG_ERR_ARGUMENT);
    speed[3] = (eg_real)NAN;
    EG_CHECK_INT(eg_ldlj(64, speed, 100, &value, NULL), EG_ERR_DATA);
    speed[3] = 2;
    eg_arena_init(&arena, memory, 1000);
    EG_CHECK_INT(eg_sparc(64, speed, 100, &arena, &value, NULL), EG_ERR_MEMORY);
    EG_CHECK_INT(eg_sparc(EG_SMOOTHNESS_SAMPLES_MAX + 1, speed, 100, &arena, &value, NULL),
                 EG_ERR_LIMIT);
    EG_CHECK_INT(eg_sparc_size(0), 0);
}

EG_TESTS({"smoothness: the reference's published values", reference_values},
         {"smoothness: a minimum-jerk movement at three rates", minimum_jerk_values},
         {"smoothness: unit, duration, and a jerky movement is less smooth", invariants},
         {"smoothness: refuses what is no movement", refusals})
