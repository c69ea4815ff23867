#include <math.h>
#include <string.h>

#include "core/sim/sway.h"
#include "tests/support/test.h"

enum { N = 6000, SAMPLE = 40 };

typedef struct stand {
    double ml_mm[N], ap_mm[N], right_n[N], left_n[N];
} stand;

static eg_err simulate(const eg_sway_person *person, uint64_t seed, stand *s, eg_diag *diag) {
    static unsigned char memory[1 << 16];
    eg_arena scratch;
    eg_arena_init(&scratch, memory, sizeof memory);
    return eg_sway_simulate(person, seed, 100, 30, N, s->ml_mm, s->ap_mm, s->right_n, s->left_n,
                            &scratch, diag);
}

static double rms(const double *x) {
    double mean = 0;
    double sum = 0;
    for (int i = 0; i < N; i++) mean += x[i] / N;
    for (int i = 0; i < N; i++) sum += (x[i] - mean) * (x[i] - mean);
    return sqrt(sum / N);
}

static double speed_mm_s(const double *x) {
    double path = 0;
    for (int i = 1; i < N; i++) path += fabs(x[i] - x[i - 1]);
    return path / (N - 1) * 100;
}

/* Means over many simulated people of AP root mean square and speed. */
static void measure(const eg_sway_person *person, double *rms_mm, double *mean_mm_s) {
    static stand s;
    *rms_mm = 0;
    *mean_mm_s = 0;
    for (uint64_t seed = 0; seed < SAMPLE; seed++) {
        eg_diag diag = {0};
        if (simulate(person, seed, &s, &diag) != EG_OK) EG_FAIL("%s", diag.text);
        *rms_mm += rms(s.ap_mm) / SAMPLE;
        *mean_mm_s += speed_mm_s(s.ap_mm) / SAMPLE;
    }
}

/* An independent implementation of the same model gave 5.0 mm and 4.5 mm/s (young), 5.6 mm and
 * 8.3 mm/s (older) over 200 people. */
static void sway_is_of_the_expected_size(void) {
    double young_rms, young_speed, older_rms, older_speed;
    measure(&eg_sway_young, &young_rms, &young_speed);
    measure(&eg_sway_older, &older_rms, &older_speed);
    eg_test_note("young %.2f mm %.2f mm/s, older %.2f mm %.2f mm/s", young_rms, young_speed,
                 older_rms, older_speed);
    EG_CHECK_NEAR(young_rms, 5.0, 0.9);
    EG_CHECK_NEAR(young_speed, 4.5, 0.5);
    EG_CHECK_NEAR(older_rms, 5.6, 0.9);
    EG_CHECK_NEAR(older_speed, 8.3, 0.9);
}

static void feet_carry_the_weight(void) {
    static stand s;
    eg_sway_person person = eg_sway_stroke;
    person.right_share = 0.6;
    eg_diag diag = {0};
    if (simulate(&person, 3, &s, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    double share = 0;
    for (int i = 0; i < N; i++) {
        EG_CHECK_NEAR(s.right_n[i] + s.left_n[i], person.mass_kg * 9.80665, 1e-9);
        share += s.right_n[i] / (person.mass_kg * 9.80665) / N;
    }
    EG_CHECK_NEAR(share, 0.6, 0.08);
    eg_test_note("mean share of the right foot %.3f", share);
}

static void the_same_seed_is_the_same_person(void) {
    static stand a, b;
    eg_diag diag = {0};
    EG_CHECK_INT(simulate(&eg_sway_young, 7, &a, &diag), EG_OK);
    EG_CHECK_INT(simulate(&eg_sway_young, 7, &b, &diag), EG_OK);
    EG_CHECK(memcmp(&a, &b, sizeof a) == 0);
    EG_CHECK_INT(simulate(&eg_sway_young, 8, &b, &diag), EG_OK);
    EG_CHECK(memcmp(&a, &b, sizeof a) != 0);
}

static void who_cannot_stand_falls(void) {
    static stand s;
    eg_sway_person person = eg_sway_young;
    person.ap.stiffness_nm_deg = 5; /* below the toppling torque of 11.3 Nm/deg */
    eg_diag diag = {0};
    EG_CHECK_INT(simulate(&person, 1, &s, &diag), EG_ERR_DATA);
    eg_test_note("%s", diag.text);
    person = eg_sway_young;
    person.ap.delay_s = 2;
    eg_diag second = {0};
    EG_CHECK_INT(simulate(&person, 1, &s, &second), EG_ERR_ARGUMENT);
}

EG_TESTS(
    {"sway simulation: size and speed as an independent model gave", sway_is_of_the_expected_size},
    {"sway simulation: both feet together carry the weight", feet_carry_the_weight},
    {"sway simulation: the same seed gives the same samples", the_same_seed_is_the_same_person},
    {"sway simulation: a weak controller falls, a wrong one is refused", who_cannot_stand_falls})
