/* Calibration of each sensor and of how it sits on its segment, against what was put in. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/motion/calibrate.h"
#include "core/motion/mount.h"
#include "tests/support/imu_body.h"
#include "tests/support/test.h"

static const double deg = EG_PI / 180.0;

enum { N_MAX = 100 * 400 };

static double gyr[3][N_MAX], acc[3][N_MAX], mag[3][N_MAX];

typedef struct fault {
    double gyr_bias[3], gyr_scale, acc_bias[3], acc_scale[3], iron[3], soft[3][3];
} fault;

static const fault sound = {
    .gyr_scale = 1.0, .acc_scale = {1.0, 1.0, 1.0}, .soft = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

/* A sensor is laid on `n_poses` sides for two seconds each and turned to the next in one. */
static eg_orient_signal table_top(size_t n_poses, const eg_quaternion *poses, const fault *f) {
    eg_random random;
    eg_random_init(&random, 11, 0);
    size_t n = 0;
    for (size_t p = 0; p < n_poses; p++) {
        eg_quaternion next = poses[p + 1 < n_poses ? p + 1 : p];
        eg_quaternion d = eg_quaternion_product(eg_quaternion_inverse(poses[p]), next);
        if (d.w < 0.0) d = eg_quaternion_scaled(d, -1.0);
        double half = acos(fmin(1.0, d.w)), size = half > 1e-9 ? 2.0 * half / sin(half) : 0.0;
        const double turn[3] = {size * d.x, size * d.y, size * d.z};
        for (int i = 0; i < 300; i++) {
            double t = fmax(0.0, (i - 200) / 100.0),
                   share = t - sin(2.0 * EG_PI * t) / (2.0 * EG_PI);
            double speed = i >= 200 ? 1.0 - cos(2.0 * EG_PI * t) : 0.0, m[3][3];
            eg_quaternion q = eg_quaternion_product(
                poses[p], eg_quaternion_turn(share * turn[0], share * turn[1], share * turn[2]));
            const double up[3] = {0.0, 0.0, 9.81}, field[3] = {0.0, 20.0, -40.0};
            double a[3], b[3];
            eg_quaternion_matrix(eg_quaternion_inverse(q), m);
            eg_quaternion_apply(m, up, a);
            eg_quaternion_apply(m, field, b);
            for (int k = 0; k < 3; k++) {
                gyr[k][n] = f->gyr_scale * speed * turn[k] + f->gyr_bias[k] +
                            0.0016 * eg_random_normal(&random);
                acc[k][n] =
                    a[k] / f->acc_scale[k] + f->acc_bias[k] + 0.05 * eg_random_normal(&random);
                mag[k][n] = f->iron[k] + eg_dot(f->soft[k], b) + 0.6 * eg_random_normal(&random);
            }
            n++;
        }
    }
    return (eg_orient_signal){
        n, 100.0, {gyr[0], gyr[1], gyr[2]}, {acc[0], acc[1], acc[2]}, {mag[0], mag[1], mag[2]}};
}

static size_t any_poses(size_t n, eg_quaternion *poses) {
    for (size_t i = 0; i < n; i++) poses[i] = eg_sim_any_turn(77, i);
    return n;
}

static void gyroscope(void) {
    eg_quaternion poses[16];
    eg_calibrate_rest rests[EG_CALIBRATE_POSES_MAX];
    fault f = sound;
    f.gyr_bias[0] = 0.5 * deg, f.gyr_bias[1] = -0.4 * deg, f.gyr_bias[2] = 0.3 * deg;
    eg_orient_signal s = table_top(any_poses(16, poses), poses, &f);
    size_t n = eg_calibrate_rests(&s, rests);
    EG_CHECK_INT(n, 16);
    eg_calibration c = eg_calibrate_gyroscope(n, rests);
    EG_CHECK_INT(c.verdict, EG_VERDICT_OK);
    double worst = 0.0, scale_off = 0.0;
    for (int k = 0; k < 3; k++) worst = fmax(worst, fabs(c.bias[k] - f.gyr_bias[k]) / deg);
    EG_CHECK(worst < 0.01);
    const double scales[] = {1.0, 1.01, 1.05, 0.8};
    const eg_verdict verdicts[] = {EG_VERDICT_OK, EG_VERDICT_OK, EG_VERDICT_WARN, EG_VERDICT_FAIL};
    for (int i = 0; i < 4; i++) {
        f.gyr_scale = scales[i];
        s = table_top(16, poses, &f);
        n = eg_calibrate_rests(&s, rests);
        c = eg_calibrate_gyroscope_scale(&s, n, rests);
        scale_off = fmax(scale_off, fabs(c.scale[0][0] * scales[i] - 1.0));
        EG_CHECK_INT(c.verdict, verdicts[i]);
    }
    EG_CHECK(scale_off < 0.005);
    c = eg_calibrate_gyroscope_scale(&s, 1, rests);
    EG_CHECK_INT(c.verdict, EG_VERDICT_FAIL);
    EG_CHECK(strstr(c.reason, "30 degrees") != NULL);
    EG_CHECK_INT(eg_calibrate_gyroscope(0, rests).verdict, EG_VERDICT_FAIL);
    eg_test_note("16 rests: bias within %.4f deg/s; scales 0.8 to 1.05 within %.4f", worst,
                 scale_off);
}

static void accelerometer(void) {
    eg_quaternion poses[24];
    eg_calibrate_rest rests[EG_CALIBRATE_POSES_MAX];
    fault f = sound;
    const double bias[3] = {0.2, -0.15, 0.1}, scale[3] = {1.02, 0.98, 1.01};
    memcpy(f.acc_bias, bias, sizeof bias);
    memcpy(f.acc_scale, scale, sizeof scale);
    eg_orient_signal s = table_top(any_poses(24, poses), poses, &f);
    size_t n = eg_calibrate_rests(&s, rests);
    eg_calibration c = eg_calibrate_accelerometer(n, rests, 9.81);
    double worst = 0.0, worst_scale = 0.0;
    for (int k = 0; k < 3; k++) {
        worst = fmax(worst, fabs(c.bias[k] - bias[k]));
        worst_scale = fmax(worst_scale, fabs(c.scale[k][k] - scale[k]));
    }
    EG_CHECK_INT(c.verdict, EG_VERDICT_OK);
    EG_CHECK(worst < 0.02 && worst_scale < 0.003);
    EG_CHECK(c.residual < 0.02 && c.before > 0.1);
    eg_test_note("24 poses: bias within %.4f m/s2, scale %.4f, residual %.3f (before %.3f); ",
                 worst, worst_scale, c.residual, c.before);
    /* Six sides of a box: solved, with a warning; a turn about one axis only: refused. */
    const double r = sqrt(0.5);
    const eg_quaternion box[6] = {{1, 0, 0, 0},  {r, r, 0, 0}, {0, 1, 0, 0},
                                  {r, -r, 0, 0}, {r, 0, r, 0}, {r, 0, -r, 0}};
    s = table_top(6, box, &f);
    n = eg_calibrate_rests(&s, rests);
    c = eg_calibrate_accelerometer(n, rests, 9.81);
    EG_CHECK_INT(n, 6);
    EG_CHECK_INT(c.verdict, EG_VERDICT_WARN);
    for (int k = 0; k < 3; k++) EG_CHECK_NEAR(c.bias[k], bias[k], 0.02);
    eg_quaternion flat[12];
    for (int i = 0; i < 12; i++) flat[i] = eg_quaternion_turn(0.5 * i, 0.0, 0.0);
    s = table_top(12, flat, &f);
    n = eg_calibrate_rests(&s, rests);
    c = eg_calibrate_accelerometer(n, rests, 9.81);
    EG_CHECK_INT(c.verdict, EG_VERDICT_FAIL);
    EG_CHECK(strstr(c.reason, "span") != NULL);
    eg_test_note("one axis only: %s", c.reason);
}

static void magnetometer(void) {
    eg_quaternion poses[60];
    fault f = sound;
    const double iron[3] = {30.0, -12.0, 8.0};
    const double soft[3][3] = {{1.1, 0.05, 0.0}, {0.05, 0.95, -0.03}, {0.0, -0.03, 1.0}};
    memcpy(f.iron, iron, sizeof iron);
    memcpy(f.soft, soft, sizeof soft);
    eg_orient_signal s = table_top(any_poses(60, poses), poses, &f);
    const double size = sqrt(20.0 * 20.0 + 40.0 * 40.0);
    eg_calibration c = eg_calibrate_magnetometer(s.n, s.mag, size);
    EG_CHECK_INT(c.verdict, EG_VERDICT_OK);
    double worst = 0.0, product = 0.0;
    for (int k = 0; k < 3; k++) worst = fmax(worst, fabs(c.bias[k] - iron[k]));
    /* scale times soft iron is the identity, up to a turn that no field can show: compare lengths.
     */
    for (uint64_t i = 0; i < 50; i++) {
        double v[3], w[3], u[3], z[3] = {0.0, 0.0, 1.0};
        eg_rotate(eg_sim_any_turn(3, i), z, v);
        for (int k = 0; k < 3; k++) w[k] = eg_dot(soft[k], v);
        for (int k = 0; k < 3; k++) u[k] = eg_dot(c.scale[k], w);
        product = fmax(product, fabs(eg_norm(u) - 1.0));
    }
    eg_test_note(
        "hard iron within %.2f uT, soft iron %.3f, residual %.2f uT (before %.1f), coverage "
        "%.2f; ",
        worst, product, c.residual, c.before, c.coverage);
    EG_CHECK(worst < 0.6 && product < 0.015);
    for (int i = 0; i < 12; i++) poses[i] = eg_quaternion_turn(0.0, 0.0, 0.5 * i);
    s = table_top(12, poses, &f);
    c = eg_calibrate_magnetometer(s.n, s.mag, (double)NAN);
    EG_CHECK_INT(c.verdict, EG_VERDICT_FAIL);
    eg_test_note("flat on the table: %s", c.reason);
}

/* ---- on the segment ---- */

static double axis_error(const double found[3], const double truth[3]) {
    return acos(fmin(1.0, fabs(eg_dot(found, truth)))) / deg;
}

static void segments(void) {
    static eg_imu_body bodies[EG_IMU_BODIES_MAX];
    size_t count = eg_imu_bodies(bodies);
    double worst_mount = 0.0, worst_poses = 0.0;
    int refused = 0;
    for (size_t b = 0; b < count; b++)
        for (uint64_t seed = 1; seed <= 5; seed++) {
            /* A neutral pose, then the knee is bent and stretched; nothing else moves. */
            eg_sim_motion only = bodies[b].motion;
            for (int c = 0; c < EG_SIM_COORDINATES; c++)
                if (c != EG_SIM_KNEE_FLEXION) only.cosine[c] = NULL;
            only.still_s = 5.0;
            eg_sim_imu sensor = eg_imu_strap(EG_SIM_SHANK, seed);
            eg_imu_track t = eg_imu_record(&only, &sensor, 100.0, 20.0);
            eg_mount_pose p = eg_mount_hold(&t.signal, 0, 400);
            EG_CHECK_INT(p.verdict, EG_VERDICT_OK);
            EG_CHECK_INT(eg_mount_hold(&t.signal, 700, 1500).verdict, EG_VERDICT_FAIL);
            EG_CHECK_INT(eg_mount_move(&t.signal, 0, 400).verdict, EG_VERDICT_FAIL);
            eg_mount_movement m = eg_mount_move(&t.signal, 500, t.signal.n);
            EG_CHECK_INT(m.verdict, EG_VERDICT_OK);
            eg_quaternion truth = eg_quaternion_inverse(sensor.mount);
            const double z[3] = {0.0, 0.0, 1.0};
            double right[3];
            eg_rotate(truth, z, right);
            EG_CHECK(axis_error(m.axis, right) < 2.0);
            /* Flexion of the knee is a turn about -z: the first large turn tells the end. */
            EG_CHECK(eg_dot(m.axis, right) < 0.0);
            for (int k = 0; k < 3; k++) m.axis[k] = -m.axis[k];
            eg_mount g = eg_mount_from_axes(p.up, m.axis, 1);
            EG_CHECK_INT(g.verdict, EG_VERDICT_OK);
            eg_quaternion d = eg_quaternion_product(g.mount, sensor.mount);
            worst_mount = fmax(worst_mount, 2.0 * acos(fmin(1.0, fabs(d.w))) / deg);
            EG_CHECK_INT(eg_mount_from_axes(p.up, p.up, 1).verdict, EG_VERDICT_FAIL);
            /* Two poses: standing, and the shank bent back by 70 degrees. */
            const double bent[3] = {sin(-70.0 * deg), cos(-70.0 * deg), 0.0};
            double up2[3];
            eg_rotate(truth, bent, up2);
            g = eg_mount_from_poses(p.up, up2, 1);
            EG_CHECK_INT(g.verdict, EG_VERDICT_OK);
            d = eg_quaternion_product(g.mount, sensor.mount);
            worst_poses = fmax(worst_poses, 2.0 * acos(fmin(1.0, fabs(d.w))) / deg);
            refused += eg_mount_from_poses(p.up, p.up, 1).verdict == EG_VERDICT_FAIL;
            eg_imu_track_free(&t);
        }
    eg_test_note("pose and movement: mounting within %.2f deg; two poses %.2f", worst_mount,
                 worst_poses);
    EG_CHECK(worst_mount < 2.0 && worst_poses < 1.0);
    EG_CHECK_INT(refused, 5 * (int)count);
}

EG_TESTS({"calibrate: gyroscope's bias and scale", gyroscope},
         {"calibrate: accelerometer from poses", accelerometer},
         {"calibrate: magnetometer's iron", magnetometer},
         {"calibrate: sensor to segment", segments})
