/* A person who does not exist stands on force plates: an inverted pendulum held up by a delayed
 * controller (Maurer & Peterka 2005, J Neurophysiol 93:189, structure; gains set by us so that the
 * sway's size and speed are of the order seen in people). For demonstrations and tests; what it
 * makes is always marked as synthetic and never stands for a person's recording.
 *
 *   J theta'' = m g h theta - T,  T = KP theta(t-d) + KD theta'(t-d) + KI int theta(t-d) + n
 *   COP = T / (m g), seen through the plate's low-pass; n is Ornstein-Uhlenbeck noise. */
#ifndef EG_SIM_SWAY_H
#define EG_SIM_SWAY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/err.h"

/* One direction of sway. Angles in degrees as in the source. */
typedef struct eg_sway_control {
    double stiffness_nm_deg;  /* KP */
    double damping_nms_deg;   /* KD */
    double integral_nm_s_deg; /* KI */
    double delay_s;           /* 0.05 to 0.3 */
    double noise_nm_sqrts;    /* strength of the disturbing torque */
} eg_sway_control;

typedef struct eg_sway_person {
    double mass_kg;
    double com_height_m; /* of the centre of mass above the ankle */
    double inertia_kgm2; /* about the ankle */
    eg_sway_control ap;
    eg_sway_control ml;
    double right_share;   /* of the weight on the right foot on average, 0 to 1 */
    double feet_apart_mm; /* between the middles of the feet, for the load shares */
    double filter_hz;     /* low-pass of the plate's amplifier */
} eg_sway_person;

/* Gains that give sway like a young and an older adult's, and like somebody's after a stroke. */
extern const eg_sway_person eg_sway_young;
extern const eg_sway_person eg_sway_older;
extern const eg_sway_person eg_sway_stroke;

/* Sitting without a back rest: the trunk alone on the pelvis, 0.65 of the mass, quicker control;
 * the "feet" are then the two halves of the seat. RMS of 1 to 2 mm is believed, not measured: no
 * open seated recording exists. */
extern const eg_sway_person eg_sway_seated;

/* Simulates n samples at rate_hz (20 to 200) after `settle_s` seconds that are not shown. Output
 * arrays are [n]: COP in mm (+ right, + front, about 0), vertical forces in newtons under each
 * foot. The same seed gives the same samples on every target. Errors: EG_ERR_ARGUMENT (a parameter
 * is out of range), EG_ERR_DATA (the person falls: the controller cannot hold this body),
 * EG_ERR_MEMORY (scratch below 16 kB). Cost: about 1 us a millisecond simulated. */
EG_NODISCARD eg_err eg_sway_simulate(const eg_sway_person *person, uint64_t seed, double rate_hz,
                                     double settle_s, size_t n, double *ml_mm, double *ap_mm,
                                     double *right_n, double *left_n, eg_arena *scratch,
                                     eg_diag *diag);

#endif
