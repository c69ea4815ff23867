/* Joint angles: rotations of known angles come back in every sequence. */
#include <math.h>

#include "core/base/random.h"
#include "core/base/real.h"
#include "core/motion/joint.h"
#include "tests/support/test.h"

static void angles_come_back(void) {
    eg_random random;
    eg_random_init(&random, 3, 0);
    double worst = 0;
    for (int s = 0; s < EG_JOINT_SEQUENCES; s++)
        for (int trial = 0; trial < 2000; trial++) {
            double a[3], back[3];
            for (int k = 0; k < 3; k++) a[k] = (eg_random_uniform(&random) - 0.5) * 6.2;
            int is_twice = s == EG_JOINT_YXY;
            a[1] = is_twice ? 0.001 + 3.139 * eg_random_uniform(&random)
                            : 3.138 * (eg_random_uniform(&random) - 0.5);
            eg_rotation r = eg_joint_rotation(a, (eg_joint_sequence)s);
            double far = eg_joint_angles(&r, (eg_joint_sequence)s, back);
            EG_CHECK_NEAR(far, fabs(is_twice ? eg_sin(a[1]) : eg_cos(a[1])), 1e-9);
            for (int k = 0; k < 3; k++) worst = fmax(worst, fabs(back[k] - a[k]) * fmin(1, far));
        }
    EG_CHECK(worst < 1e-13);
    eg_test_note("%d sequences x 2000 poses, worst error %.1e rad", EG_JOINT_SEQUENCES, worst);
}

/* At the singularity only the sum or difference of the outer angles is known; the rotation is. */
static void singular_poses_give_their_rotation(void) {
    double worst = 0;
    for (int s = 0; s < EG_JOINT_SEQUENCES; s++)
        for (int side = 0; side < 2; side++) {
            double b = s == EG_JOINT_YXY ? side * EG_PI : (side - 0.5) * EG_PI;
            double a[3] = {0.4, b, -1.1}, back[3];
            eg_rotation r = eg_joint_rotation(a, (eg_joint_sequence)s);
            EG_CHECK(eg_joint_angles(&r, (eg_joint_sequence)s, back) < 1e-9);
            EG_CHECK(back[2] == 0.0);
            eg_rotation again = eg_joint_rotation(back, (eg_joint_sequence)s);
            for (int i = 0; i < 3; i++)
                for (int k = 0; k < 3; k++) worst = fmax(worst, fabs(again.m[i][k] - r.m[i][k]));
        }
    EG_CHECK(worst < 1e-9);
    eg_test_note("worst difference of the rotation %.1e", worst);
}

static void one_turn_about_one_axis(void) {
    eg_rotation proximal = eg_joint_rotation((double[]){0.3, -0.2, 1.0}, EG_JOINT_XYZ);
    eg_rotation bend = eg_rotation_about(2, 0.7), distal = eg_rotation_product(&proximal, &bend);
    eg_rotation relative = eg_rotation_between(&proximal, &distal);
    double a[3];
    eg_joint_angles(&relative, EG_JOINT_ZXY, a);
    EG_CHECK_NEAR(a[0], 0.7, 1e-15);
    EG_CHECK_NEAR(a[1], 0, 1e-15);
    EG_CHECK_NEAR(a[2], 0, 1e-15);
}

static void turns_are_unwrapped(void) {
    double angle[200], missing = (double)NAN;
    for (int i = 0; i < 200; i++) {
        double a = 10.0 * i - 700;
        angle[i] = a - 360 * floor((a + 180) / 360);
    }
    angle[50] = angle[51] = missing;
    double start = angle[0];
    eg_joint_unwrap(200, angle, 360);
    EG_CHECK(isnan(angle[50]) && isnan(angle[51]));
    EG_CHECK_NEAR(angle[199] - start, 1990, 1e-9);
    for (int i = 60; i < 200; i++) EG_CHECK_NEAR(angle[i] - angle[i - 1], 10, 1e-9);
}

EG_TESTS({"joint: angles of every sequence come back", angles_come_back},
         {"joint: a singular pose gives its rotation", singular_poses_give_their_rotation},
         {"joint: one turn about one axis is one angle", one_turn_about_one_axis},
         {"joint: jumps of a turn are taken out", turns_are_unwrapped})
