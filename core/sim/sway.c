#include "core/sim/sway.h"

#include <math.h>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/signal/filter.h"

enum { STEPS_PER_S = 1000, DELAY_STEPS_MAX = 300 };

static const double gravity_m_s2 = 9.80665;
static const double degrees_per_radian = 57.29577951308232;
/* The noise forgets over this time (Maurer & Peterka 2005). */
static const double noise_memory_s = 100.0;
/* Beyond this lean nobody stands; the simulation says so instead of giving numbers. */
static const double fall_deg = 12.0;

/* The body of Maurer & Peterka's subjects; gains found by hand (docs/reference/simulation.md). */
#define BODY                                                                                       \
    .mass_kg = 76, .com_height_m = 0.87, .inertia_kgm2 = 66, .feet_apart_mm = 180,                 \
    .right_share = 0.5, .filter_hz = 5
const eg_sway_person eg_sway_young = {BODY, .ap = {15.0, 5.0, 0.6, 0.17, 0.72},
                                      .ml = {15.0, 5.0, 0.6, 0.17, 0.40}};
const eg_sway_person eg_sway_older = {BODY, .ap = {17.5, 6.0, 0.8, 0.17, 1.30},
                                      .ml = {17.5, 6.0, 0.8, 0.17, 0.75}};
const eg_sway_person eg_sway_stroke = {BODY, .ap = {14.5, 4.8, 0.5, 0.20, 1.30},
                                       .ml = {14.5, 4.8, 0.5, 0.20, 1.00}};
#undef BODY

const eg_sway_person eg_sway_seated = {.mass_kg = 49.4,
                                       .com_height_m = 0.3,
                                       .inertia_kgm2 = 6,
                                       .feet_apart_mm = 240,
                                       .right_share = 0.5,
                                       .filter_hz = 5,
                                       .ap = {3.4, 0.6, 0.1, 0.12, 0.14},
                                       .ml = {3.4, 0.6, 0.1, 0.12, 0.09}};

/* One direction's pendulum. Angles in degrees, torques in newton metres. */
typedef struct pendulum {
    const eg_sway_control *control;
    double toppling_nm_deg; /* m g h */
    double inertia_nms2_deg;
    double angle_deg;
    double speed_deg_s;
    double integral_deg_s;
    double noise_nm;
    double *past_angle; /* [n_delay], a ring */
    double *past_speed; /* [n_delay] */
    size_t n_delay;
    size_t at;
    eg_random random;
} pendulum;

/* Advances by one step and returns the torque at the ankle. */
static double step(pendulum *p) {
    const double dt = 1.0 / STEPS_PER_S;
    const eg_sway_control *control = p->control;
    double angle = p->past_angle[p->at];
    double speed = p->past_speed[p->at];
    p->past_angle[p->at] = p->angle_deg;
    p->past_speed[p->at] = p->speed_deg_s;
    p->at = (p->at + 1) % p->n_delay;
    p->integral_deg_s += angle * dt;
    p->noise_nm += -p->noise_nm / noise_memory_s * dt +
                   control->noise_nm_sqrts * sqrt(dt) * eg_random_normal(&p->random);
    double torque = control->stiffness_nm_deg * angle + control->damping_nms_deg * speed +
                    control->integral_nm_s_deg * p->integral_deg_s + p->noise_nm;
    double acceleration = (p->toppling_nm_deg * p->angle_deg - torque) / p->inertia_nms2_deg;
    p->speed_deg_s += acceleration * dt;
    p->angle_deg += p->speed_deg_s * dt;
    return torque;
}

static eg_err prepare(pendulum *p, const eg_sway_person *person, const eg_sway_control *control,
                      uint64_t seed, uint64_t stream, eg_arena *scratch, eg_diag *diag) {
    if (!(control->delay_s >= 0.001 && control->delay_s * STEPS_PER_S <= DELAY_STEPS_MAX) ||
        !(control->noise_nm_sqrts >= 0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "sway", 0,
                           "the delay must be 1 to %d ms and the noise not negative",
                           DELAY_STEPS_MAX);
    size_t n_delay = (size_t)(control->delay_s * STEPS_PER_S + 0.5);
    *p = (pendulum){.control = control,
                    .toppling_nm_deg =
                        person->mass_kg * gravity_m_s2 * person->com_height_m / degrees_per_radian,
                    .inertia_nms2_deg = person->inertia_kgm2 / degrees_per_radian,
                    .n_delay = n_delay,
                    .past_angle = eg_arena_take(scratch, n_delay, sizeof(double)),
                    .past_speed = eg_arena_take(scratch, n_delay, sizeof(double))};
    eg_random_init(&p->random, seed, stream);
    if (p->past_angle == NULL || p->past_speed == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "sway", 0, "the scratch memory is too small");
    return EG_OK;
}

static eg_err check_person(const eg_sway_person *person, double rate_hz, eg_diag *diag) {
    int is_body = person->mass_kg > 10 && person->mass_kg < 400 && person->com_height_m > 0.1 &&
                  person->com_height_m < 2 && person->inertia_kgm2 > 0.1;
    int is_plate = rate_hz >= 20 && rate_hz <= 200 && person->filter_hz > 0 &&
                   person->filter_hz < 200 && person->feet_apart_mm > 0 &&
                   person->right_share >= 0 && person->right_share <= 1;
    if (is_body && is_plate) return EG_OK;
    return eg_diag_set(diag, EG_ERR_ARGUMENT, "sway", 0,
                       "a body, plate or rate is outside its range; see core/sim/sway.h");
}

/* Weight on each foot: who leans to the right stands more on the right foot. */
static void share_weight(const eg_sway_person *person, double ml_mm, double *right_n,
                         double *left_n) {
    double weight_n = person->mass_kg * gravity_m_s2;
    double share = person->right_share + ml_mm / person->feet_apart_mm;
    if (share < 0) share = 0;
    if (share > 1) share = 1;
    *right_n = weight_n * share;
    *left_n = weight_n * (1 - share);
}

eg_err eg_sway_simulate(const eg_sway_person *person, uint64_t seed, double rate_hz,
                        double settle_s, size_t n, double *ml_mm, double *ap_mm, double *right_n,
                        double *left_n, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(person != NULL && ml_mm != NULL && ap_mm != NULL && right_n != NULL &&
              left_n != NULL);
    eg_err error = check_person(person, rate_hz, diag);
    if (error != EG_OK) return error;
    size_t mark = eg_arena_mark(scratch);
    pendulum ap;
    pendulum ml;
    eg_filter filter;
    eg_filter_state ap_state = {0};
    eg_filter_state ml_state = {0};
    error = prepare(&ap, person, &person->ap, seed, 0, scratch, diag);
    if (error == EG_OK) error = prepare(&ml, person, &person->ml, seed, 1, scratch, diag);
    if (error == EG_OK)
        error = eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, 4, 0, person->filter_hz,
                                      STEPS_PER_S, diag);
    const double mm_per_nm = 1000 / (person->mass_kg * gravity_m_s2);
    uint64_t n_settle = settle_s > 0 ? (uint64_t)(settle_s * STEPS_PER_S) : 0;
    size_t taken = 0;
    for (uint64_t i = 0; error == EG_OK && taken < n; i++) {
        double ap_now = step(&ap) * mm_per_nm;
        double ml_now = step(&ml) * mm_per_nm;
        if (!(fabs(ap.angle_deg) < fall_deg && fabs(ml.angle_deg) < fall_deg)) {
            error = eg_diag_set(diag, EG_ERR_DATA, "sway", 0,
                                "this controller cannot hold this body: it falls after %.1f s",
                                (double)i / STEPS_PER_S);
            break;
        }
        eg_filter_run(&filter, &ap_state, 1, &ap_now, &ap_now);
        eg_filter_run(&filter, &ml_state, 1, &ml_now, &ml_now);
        if (i < n_settle || (double)(i - n_settle) * rate_hz < (double)taken * STEPS_PER_S)
            continue;
        ap_mm[taken] = ap_now;
        ml_mm[taken] = ml_now;
        share_weight(person, ml_now, &right_n[taken], &left_n[taken]);
        taken++;
    }
    eg_arena_reset(scratch, mark);
    return error;
}
