/* Joint angles, their signs and their singularities; and the synthetic body that everything else is
 * tested on. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/motion/excerpt.h"
#include "core/motion/joint_angle.h"
#include "core/motion/orient_error.h"
#include "tests/support/imu_body.h"
#include "tests/support/test.h"

static const double deg = EG_PI / 180.0;

static double apart(eg_quaternion a, eg_quaternion b) {
    eg_quaternion d = eg_quaternion_product(a, eg_quaternion_inverse(b));
    return 2.0 * atan2(sqrt(d.x * d.x + d.y * d.y + d.z * d.z), fabs(d.w));
}

static eg_quaternion joined(eg_joint_sequence sequence, const double angle_rad[3]) {
    eg_rotation r = eg_joint_rotation(angle_rad, sequence);
    return eg_quaternion_of_matrix((const double(*)[3])r.m);
}

/* Matrices and quaternions are two ways to write the same turn. */
static void matrices_and_back(void) {
    double worst = 0.0;
    for (uint64_t i = 0; i < 5000; i++) {
        eg_quaternion q = eg_sim_any_turn(5, i);
        double m[3][3];
        eg_quaternion_matrix(q, m);
        worst = fmax(worst, apart(q, eg_quaternion_of_matrix((const double(*)[3])m)));
    }
    const double half[4][3] = {{EG_PI, 0, 0}, {0, EG_PI, 0}, {0, 0, EG_PI}, {0, 0, 0}};
    for (int k = 0; k < 4; k++) {
        eg_quaternion q = eg_quaternion_turn(half[k][0], half[k][1], half[k][2]);
        double m[3][3];
        eg_quaternion_matrix(q, m);
        worst = fmax(worst, apart(q, eg_quaternion_of_matrix((const double(*)[3])m)));
    }
    eg_test_note("5004 turns, half ones too, within %.1e rad", worst);
    EG_CHECK(worst < 1e-14);
}

/* A limb's movement in words, as a turn about the body's axes (right: z to the right). */
static void signs(void) {
    const struct {
        eg_joint_kind kind;
        double axis[3]; /* of a right limb's distal segment on the proximal one, right hand */
        int angle;
        const char *name;
    } rows[] = {{EG_JOINT_HIP, {0, 0, 1}, 0, "flexion"},
                {EG_JOINT_HIP, {1, 0, 0}, 1, "adduction"},
                {EG_JOINT_HIP, {0, 1, 0}, 2, "internal rotation"},
                {EG_JOINT_KNEE, {0, 0, -1}, 0, "flexion"},
                {EG_JOINT_ANKLE, {0, 0, 1}, 0, "dorsiflexion"},
                {EG_JOINT_ANKLE, {1, 0, 0}, 1, "inversion"},
                {EG_JOINT_ELBOW, {0, 0, 1}, 0, "flexion"},
                {EG_JOINT_ELBOW, {0, 1, 0}, 2, "pronation"},
                {EG_JOINT_WRIST, {0, 0, 1}, 0, "flexion"},
                {EG_JOINT_WRIST, {1, 0, 0}, 1, "ulnar deviation"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const double *a = rows[i].axis, size = 25.0 * deg;
        EG_CHECK_TEXT(eg_joint_names(rows[i].kind)->angles[rows[i].angle], rows[i].name);
        for (int left = 0; left < 2; left++) {
            /* In a mirror that swaps left and right, turns about x and y change their sense. */
            double flip = left ? -1.0 : 1.0;
            eg_quaternion q =
                eg_quaternion_turn(flip * size * a[0], flip * size * a[1], size * a[2]);
            eg_joint_reading r =
                eg_joint_measure(rows[i].kind, left ? EG_JOINT_LEFT : EG_JOINT_RIGHT, q);
            for (int k = 0; k < 3; k++)
                EG_CHECK_NEAR(r.deg[k], k == rows[i].angle ? 25.0 : 0.0, 1e-9);
        }
    }
    /* An arm raised sideways by 60 degrees: plane 0; forwards: plane 90. */
    eg_joint_reading s = eg_joint_measure(EG_JOINT_SHOULDER, EG_JOINT_RIGHT,
                                          eg_quaternion_turn(-60.0 * deg, 0.0, 0.0));
    EG_CHECK_NEAR(s.deg[0], 0.0, 1e-9);
    EG_CHECK_NEAR(s.deg[1], 60.0, 1e-9);
    EG_CHECK_NEAR(s.deg[2], 0.0, 1e-9);
    eg_quaternion forwards = eg_quaternion_turn(0.0, 0.0, 100.0 * deg);
    s = eg_joint_measure(EG_JOINT_SHOULDER, EG_JOINT_RIGHT, forwards);
    EG_CHECK_NEAR(s.deg[0], 90.0, 1e-9);
    EG_CHECK_NEAR(s.deg[1], 100.0, 1e-9);
    EG_CHECK_NEAR(s.deg[2], -90.0, 1e-9);
    s = eg_joint_measure(EG_JOINT_SHOULDER, EG_JOINT_LEFT, forwards);
    EG_CHECK_NEAR(s.deg[0], 90.0, 1e-9);
    eg_joint_clinical c = eg_joint_project(EG_JOINT_RIGHT, forwards);
    EG_CHECK_NEAR(c.flexion_deg, 100.0, 1e-9);
    EG_CHECK_NEAR(c.elevation_deg, 100.0, 1e-9);
    EG_CHECK_NEAR(c.rotation_deg, 0.0, 1e-9);
    c = eg_joint_project(EG_JOINT_LEFT, eg_quaternion_turn(70.0 * deg, 0.0, 0.0));
    EG_CHECK_NEAR(c.abduction_deg, 70.0, 1e-9);
    eg_test_note("%zu movements of both sides; shoulder raised sideways and forwards",
                 sizeof rows / sizeof rows[0]);
}

static void singularities(void) {
    eg_joint_reading hanging =
        eg_joint_measure(EG_JOINT_SHOULDER, EG_JOINT_RIGHT, EG_QUATERNION_ONE);
    EG_CHECK(hanging.is_near_singular);
    EG_CHECK_NEAR(hanging.deg[1], 0.0, 1e-9);
    const double raised[3] = {0.3, 40.0 * deg, 0.2}, stiff[3] = {0.5, 89.0 * deg, 0.5};
    EG_CHECK(!eg_joint_measure(EG_JOINT_SHOULDER, EG_JOINT_RIGHT, joined(EG_JOINT_YXY, raised))
                  .is_near_singular);
    eg_joint_reading r =
        eg_joint_measure(EG_JOINT_HIP, EG_JOINT_RIGHT, joined(EG_JOINT_ZXY, stiff));
    EG_CHECK(r.is_near_singular);
    EG_CHECK_NEAR(r.singular_deg, 1.0, 1e-6);
    EG_CHECK(
        isnan(eg_joint_project(EG_JOINT_RIGHT, eg_quaternion_turn(0.0, 0.0, 0.5)).flexion_deg) ==
        0);
    EG_CHECK(isnan(
        eg_joint_project(EG_JOINT_RIGHT, eg_quaternion_turn(0.5 * EG_PI, 0.0, 0.0)).flexion_deg));
    double swing;
    const double up[3] = {0.0, 1.0, 0.0};
    EG_CHECK(isnan(eg_joint_twist((eg_quaternion){0.0, 1.0, 0.0, 0.0}, up, &swing)));
    eg_test_note("hanging arm and a hip at 89 degrees flagged");
}

/* The synthetic sensor is what it says: its rate integrates to its orientation, its acceleration
 * to its place, and both hold at every rate. */
static void synthetic_sensors(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    size_t count = eg_imu_bodies(bodies);
    double worst_turn = 0.0, worst_place = 0.0, worst_norm = 0.0;
    for (size_t b = 0; b < count; b++) {
        eg_sim_imu sensor = eg_imu_strap(EG_SIM_SHANK, b + 1);
        sensor.noise = 0.0;
        memset(sensor.gyr_bias, 0, sizeof sensor.gyr_bias);
        const double rate_hz = 2000.0;
        size_t n = 4000;
        eg_imu_track t = eg_imu_record(&bodies[b].motion, &sensor, rate_hz, 2.0);
        eg_quaternion q = t.truth[0];
        double place[3], at[3], v[3], p[3], m[3][3], arm[3], dt = 1.0 / rate_hz;
        /* From the places of two instants: start and first speed. */
        double first[2][3];
        for (int k = 0; k < 2; k++) {
            eg_quaternion s = eg_sim_segment_at(&bodies[b].motion, EG_SIM_SHANK, k * dt, first[k]);
            eg_rotate(s, sensor.place_m, arm);
            for (int c = 0; c < 3; c++) first[k][c] += arm[c];
        }
        for (int c = 0; c < 3; c++) p[c] = first[1][c], v[c] = (first[1][c] - first[0][c]) / dt;
        for (size_t i = 1; i < n; i++) {
            double w[3], f[3], a[3];
            for (int c = 0; c < 3; c++) {
                w[c] = 0.5 * dt * (t.gyr[c][i - 1] + t.gyr[c][i]);
                f[c] = t.acc[c][i];
            }
            q = eg_quaternion_tidied(
                eg_quaternion_product(q, eg_quaternion_turn(w[0], w[1], w[2])));
            eg_rotate(t.truth[i], f, a);
            a[2] -= 9.81;
            for (int c = 0; c < 3; c++) v[c] += dt * a[c], p[c] += dt * v[c];
        }
        worst_turn = fmax(worst_turn, apart(q, t.truth[n - 1]) / deg);
        eg_quaternion s = eg_sim_segment_at(&bodies[b].motion, EG_SIM_SHANK, (double)n * dt, place);
        eg_rotate(s, sensor.place_m, at);
        for (int c = 0; c < 3; c++) worst_place = fmax(worst_place, fabs(p[c] - place[c] - at[c]));
        /* The thigh's and shank's axes of the knee are the same line: the joint is a hinge. */
        eg_quaternion thigh = eg_sim_segment_at(&bodies[b].motion, EG_SIM_THIGH, 0.7, place);
        eg_quaternion shank = eg_sim_segment_at(&bodies[b].motion, EG_SIM_SHANK, 0.7, place);
        eg_quaternion r = eg_quaternion_product(eg_quaternion_inverse(thigh), shank);
        double values[EG_SIM_COORDINATES];
        eg_sim_motion_at(&bodies[b].motion, 0.7, values);
        EG_CHECK_NEAR(eg_joint_measure(EG_JOINT_KNEE, EG_JOINT_RIGHT, r).deg[0],
                      values[EG_SIM_KNEE_FLEXION], 1e-9);
        eg_quaternion_matrix(q, m);
        worst_norm = fmax(worst_norm, fabs(eg_quaternion_square(q) - 1.0));
        eg_imu_track_free(&t);
    }
    eg_test_note("2 s integrated: orientation within %.4f deg, place within %.2f mm", worst_turn,
                 1000.0 * worst_place);
    EG_CHECK(worst_turn < 0.02);
    EG_CHECK(worst_place < 0.003);
    EG_CHECK(worst_norm < 1e-12);
}

EG_TESTS({"joint-angle: matrices and back", matrices_and_back},
         {"joint-angle: signs of both sides", signs}, {"joint-angle: singularities", singularities},
         {"joint-angle: synthetic sensors obey their motion", synthetic_sensors})
