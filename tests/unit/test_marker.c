/* Marker names and rigid bodies. */
#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/base/real.h"
#include "core/motion/marker.h"
#include "core/motion/rigid.h"
#include "tests/support/test.h"

static void names_of_laboratories_are_known(void) {
    static const struct {
        const char *label;
        int site;
    } known[] = {{"LASI", EG_SITE_ASIS},
                 {"RASI", EG_SITE_ASIS_RIGHT},
                 {"Anna:LPSI", EG_SITE_PSIS},
                 {"R.ASIS", EG_SITE_ASIS_RIGHT},
                 {"V.Sacral", EG_SITE_SACRUM},
                 {"SACR", EG_SITE_SACRUM},
                 {"R_IAS", EG_SITE_ASIS_RIGHT},
                 {"L_FLE", EG_SITE_KNEE},
                 {"L_FME", EG_SITE_KNEE_INNER},
                 {"R_FAL", EG_SITE_ANKLE_RIGHT},
                 {"R_TAM", EG_SITE_ANKLE_INNER_RIGHT},
                 {"L_FCC", EG_SITE_HEEL},
                 {"LLFC", EG_SITE_KNEE},
                 {"RLFC", EG_SITE_KNEE_RIGHT},
                 {"LMFC", EG_SITE_KNEE_INNER},
                 {"RLMAL", EG_SITE_ANKLE_RIGHT},
                 {"RMMAL", EG_SITE_ANKLE_INNER_RIGHT},
                 {"LKNE", EG_SITE_KNEE},
                 {"rkne", EG_SITE_KNEE_RIGHT},
                 {"LKNEin", EG_SITE_KNEE_INNER},
                 {"RANKin", EG_SITE_ANKLE_INNER_RIGHT},
                 {"r_knee_study", EG_SITE_KNEE_RIGHT},
                 {"L_mknee_study", EG_SITE_KNEE_INNER},
                 {"r.ASIS_study", EG_SITE_ASIS_RIGHT},
                 {"L_5meta_study", EG_SITE_MET_5},
                 {"r_calc_study", EG_SITE_HEEL_RIGHT},
                 {"R.Knee.Lat", EG_SITE_KNEE_RIGHT},
                 {"R.Knee.Medial", EG_SITE_KNEE_INNER_RIGHT},
                 {"Left Heel", EG_SITE_HEEL},
                 {"heel_R", EG_SITE_HEEL_RIGHT},
                 {"LeftHipCenter", EG_SITE_HIP_CENTRE},
                 {"RHJC", EG_SITE_HIP_CENTRE_RIGHT},
                 {"LFWT", EG_SITE_ASIS},
                 {"RBWT", EG_SITE_PSIS_RIGHT},
                 {"LSHN", EG_SITE_SHANK},
                 {"RTHI", EG_SITE_THIGH_RIGHT},
                 {"LTH2", EG_SITE_THIGH_2},
                 {"C7", EG_SITE_C7},
                 {"CV7", EG_SITE_C7},
                 {"T10", EG_SITE_T10},
                 {"CLAV", EG_SITE_JUGULAR},
                 {"STRN", EG_SITE_XIPHOID},
                 {"LSHO", EG_SITE_ACROMION},
                 {"R.Acromium", EG_SITE_ACROMION_RIGHT},
                 {"LELB", EG_SITE_ELBOW},
                 {"r_lelbow_study", EG_SITE_ELBOW_RIGHT},
                 {"L_melbow_study", EG_SITE_ELBOW_INNER},
                 {"RWRA", EG_SITE_WRIST_THUMB_RIGHT},
                 {"LWRB", EG_SITE_WRIST_LITTLE},
                 {"R.Wrist.Med", EG_SITE_WRIST_LITTLE_RIGHT},
                 {"LFHD", EG_SITE_HEAD_FRONT},
                 {"RBHD", EG_SITE_HEAD_BACK_RIGHT},
                 {"L.Toe", EG_SITE_TOE},
                 {"R.Toe.Tip", EG_SITE_TOE_TIP_RIGHT}};
    static const char *const unknown[] = {"",     "*12",         "point 3",    "#",    "L",
                                          "R",    "LEFT",        "XYZ",        "LFEO", "PELO",
                                          "heel", "LKneeAngles", "unlabeled17"};
    char text[EG_SITE_NAME_SIZE];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (eg_marker_site(known[i].label, 0) != known[i].site)
            EG_FAIL("%s: %s", known[i].label,
                    eg_site_name(eg_marker_site(known[i].label, 0), text));
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        if (eg_marker_site(unknown[i], 0) != -1) EG_FAIL("%s is known", unknown[i]);
    EG_CHECK_INT(eg_marker_site("RKnee", 1), EG_SITE_KNEE_CENTRE_RIGHT);
    EG_CHECK_INT(eg_marker_site("RKnee", 0), EG_SITE_KNEE_RIGHT);
    eg_test_note("%zu names, %zu that are none", sizeof known / sizeof known[0],
                 sizeof unknown / sizeof unknown[0]);
}

/* No label may name two sites: every variant of every row, with a side, comes back to its row. */
static void no_name_is_of_two_sites(void) {
    static const struct {
        int site, is_paired;
        const char *variants;
    } rows[] = {
#define ROW(id, is_paired, name, variants) {EG_SITE_##id, is_paired, variants},
        EG_SITE_TABLE(ROW)
#undef ROW
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (const char *at = rows[i].variants + 1; *at != '\0'; at = strchr(at, '|') + 1) {
            size_t n = strcspn(at, "|");
            for (int side = 0; side <= rows[i].is_paired; side++) {
                char label[64] = "";
                if (rows[i].is_paired) strcpy(label, side ? "R" : "L");
                strncat(label, at, n);
                if (eg_marker_site(label, 0) != rows[i].site + side)
                    EG_FAIL("%s is %d, not %d", label, eg_marker_site(label, 0),
                            rows[i].site + side);
                count++;
            }
        }
    eg_test_note("%zu names", count);
}

static void sets_are_matched(void) {
    static const char *const vicon[] = {"Jo:LASI", "Jo:RASI", "Jo:LKNE", "Jo:LKNE", NULL, "Jo:*3"};
    static const size_t seen[] = {9, 9, 2, 8, 5, 1};
    eg_marker_match match;
    eg_marker_match_labels(6, vicon, seen, &match);
    EG_CHECK_INT(match.n_sites, 3);
    EG_CHECK_INT(match.n_doubles, 1);
    EG_CHECK_INT(match.n_unknown, 1);
    EG_CHECK_INT(match.index[EG_SITE_KNEE], 3); /* that seen more often */
    static const char *const prefixed[] = {"Skeleton_LASI", "Skeleton_RASI", "Skeleton_LKNE"};
    eg_marker_match_labels(3, prefixed, seen, &match);
    EG_CHECK_INT(match.n_sites, 3);
    EG_CHECK_TEXT(match.prefix, "Skeleton_");
    static const char *const camera[] = {"Neck", "MidHip", "RHip", "RKnee", "RAnkle", "RHeel"};
    eg_marker_match_labels(6, camera, seen, &match);
    EG_CHECK(match.are_key_points);
    EG_CHECK_INT(match.index[EG_SITE_KNEE_CENTRE_RIGHT], 3);
    EG_CHECK_INT(match.index[EG_SITE_HEEL_RIGHT], 5);
    EG_CHECK_INT(match.index[EG_SITE_KNEE_RIGHT], -1);
    static const char *const right[] = {"R_IAS", "R_FLE", "R_FAL"};
    eg_marker_match_labels(3, right, seen, &match);
    EG_CHECK_INT(match.n_sites, 3); /* R_ is a side, no prefix */
    eg_marker_match_labels(0, NULL, NULL, &match);
    EG_CHECK_INT(match.n_sites, 0);
}

static void poses_come_back(void) {
    eg_random random;
    eg_random_init(&random, 7, 0);
    double worst = 0, worst_noise = 0;
    for (int trial = 0; trial < 500; trial++) {
        double from[6][3], to[6][3], a[3], shift[3];
        size_t n = 3 + (size_t)trial % 4;
        for (int k = 0; k < 3; k++) {
            a[k] = 6.2 * (eg_random_uniform(&random) - 0.5);
            shift[k] = 1000 * eg_random_normal(&random);
        }
        eg_rotation turn = eg_joint_rotation(a, EG_JOINT_XYZ);
        double noise = trial % 2 ? 1.0 : 0.0;
        for (size_t i = 0; i < n; i++)
            for (int k = 0; k < 3; k++) from[i][k] = 100 * eg_random_normal(&random);
        for (size_t i = 0; i < n; i++)
            for (int k = 0; k < 3; k++)
                to[i][k] = turn.m[k][0] * from[i][0] + turn.m[k][1] * from[i][1] +
                           turn.m[k][2] * from[i][2] + shift[k] + noise * eg_random_normal(&random);
        eg_rigid pose;
        if (eg_rigid_fit(n, (const double(*)[3])from, (const double(*)[3])to, &pose) == 0) continue;
        double far = 0;
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++) far = fmax(far, fabs(pose.turn.m[i][k] - turn.m[i][k]));
        if (noise > 0) {
            EG_CHECK(pose.residual < 4);
            worst_noise = fmax(worst_noise, far * fmin(1, pose.condition * 3));
        } else {
            worst = fmax(worst, far);
            EG_CHECK(pose.residual < 1e-9);
        }
    }
    EG_CHECK(worst < 1e-9);
    EG_CHECK(worst_noise < 0.15);
    eg_test_note("500 poses, worst element %.1e, with 1 mm of noise %.2g", worst, worst_noise);
}

static void no_pose_of_a_line(void) {
    double line[4][3] = {{0, 0, 0}, {1, 2, 3}, {2, 4, 6}, {3, 6, 9}};
    double few[3][3] = {{0, 0, 0}, {1, 0, 0}, {(double)NAN, 0, 0}};
    eg_rigid pose;
    EG_CHECK_INT(eg_rigid_fit(4, (const double(*)[3])line, (const double(*)[3])line, &pose), 0);
    EG_CHECK_INT(eg_rigid_fit(3, (const double(*)[3])few, (const double(*)[3])few, &pose), 0);
    EG_CHECK_INT(eg_rigid_fit(0, NULL, NULL, &pose), 0);
    /* A mirrored set is turned as near as can be, never mirrored. */
    double a[4][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {-1, -1, 0}}, b[4][3];
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 3; k++) b[i][k] = k == 2 ? -a[i][k] : a[i][k];
    EG_CHECK_INT(eg_rigid_fit(4, (const double(*)[3])a, (const double(*)[3])b, &pose), 4);
    const double(*m)[3] = (const double(*)[3])pose.turn.m;
    double det = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                 m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                 m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    EG_CHECK_NEAR(det, 1, 1e-12);
}

EG_TESTS({"marker: names of many laboratories are known", names_of_laboratories_are_known},
         {"marker: no name is of two sites", no_name_is_of_two_sites},
         {"marker: whole sets are matched", sets_are_matched},
         {"rigid: poses come back", poses_come_back},
         {"rigid: a line has no pose, a mirror is none", no_pose_of_a_line})
