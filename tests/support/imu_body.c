#include "tests/support/imu_body.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "io/format/recording.h"
#include "tests/support/test.h"

static const double deg = EG_PI / 180.0;

/* OpenSim's names; % stands for the side. `left` is the sign that makes a left limb a right one;
 * limbs' own angles have the same sign on both sides already. */
static const struct {
    const char *name;
    double left;
} columns[EG_SIM_COORDINATES] = {
    {"pelvis_tilt", 1.0},      {"pelvis_list", -1.0},    {"pelvis_rotation", -1.0},
    {"pelvis_tx", 1.0},        {"pelvis_ty", 1.0},       {"pelvis_tz", -1.0},
    {"hip_flexion_%", 1.0},    {"hip_adduction_%", 1.0}, {"hip_rotation_%", 1.0},
    {"knee_angle_%", 1.0},     {"ankle_angle_%", 1.0},   {"subtalar_angle_%", 1.0},
    {"lumbar_extension", 1.0}, {"lumbar_bending", -1.0}, {"lumbar_rotation", -1.0},
    {"arm_flex_%", 1.0},       {"arm_add_%", 1.0},       {"arm_rot_%", 1.0},
    {"elbow_flex_%", 1.0},     {"pro_sup_%", 1.0}};

static double range_of(size_t n, const double *x) {
    double low = 1e300, high = -1e300;
    for (size_t i = 0; i < n; i++) low = fmin(low, x[i]), high = fmax(high, x[i]);
    return high - low;
}

int eg_imu_body_read(const char *path, char side, eg_imu_body *body) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s: %s", path, diag.text);
    const double *values[EG_SIM_COORDINATES] = {0};
    double *copies = malloc(EG_SIM_COORDINATES * r->n_frames * sizeof *copies);
    for (size_t c = 0; c < EG_SIM_COORDINATES; c++) {
        char label[64];
        snprintf(label, sizeof label, "%s", columns[c].name);
        char *mark = strchr(label, '%');
        if (mark != NULL) *mark = side;
        const eg_channel *channel = eg_recording_channel(r, label);
        if (channel == NULL) continue;
        double *copy = copies + c * r->n_frames, mean = 0.0;
        for (size_t i = 0; i < r->n_frames; i++) mean += channel->values[i];
        double sign = side == 'l' ? columns[c].left : 1.0;
        if (c == EG_SIM_KNEE_FLEXION && mean < 0.0) sign = -1.0; /* some models bend negatively */
        for (size_t i = 0; i < r->n_frames; i++) copy[i] = sign * channel->values[i];
        values[c] = copy;
    }
    int is_leg = values[EG_SIM_KNEE_FLEXION] != NULL && values[EG_SIM_PELVIS_TILT] != NULL;
    if (is_leg) {
        const char *slash = strrchr(path, '/');
        snprintf(body->name, sizeof body->name, "%.80s %s", slash != NULL ? slash + 1 : path,
                 side == 'l' ? "left" : "right");
        size_t bytes = EG_SIM_COORDINATES * (2 * EG_SIM_HARMONICS_MAX + 8) * sizeof(double);
        eg_arena arena;
        eg_arena_init(&arena, malloc(bytes), bytes);
        EG_CHECK_INT(eg_sim_motion_fit(&body->motion, r->n_frames, 1.0 / r->rate_hz, values, 6.0,
                                       &arena, &diag),
                     EG_OK);
        body->knee_range_deg = range_of(r->n_frames, values[EG_SIM_KNEE_FLEXION]);
        const double *elbow = values[EG_SIM_ELBOW_FLEXION];
        body->elbow_range_deg = elbow != NULL ? range_of(r->n_frames, elbow) : 0.0;
    }
    free(copies);
    eg_recording_destroy(r);
    return is_leg;
}

static int is_motion(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".mot") == 0;
}

size_t eg_imu_bodies(eg_imu_body bodies[EG_IMU_BODIES_MAX]) {
    char folder[512], path[1024];
    snprintf(folder, sizeof folder, "%s/kinematics", eg_test_data("imu"));
    struct dirent **names = NULL;
    int n = scandir(folder, &names, is_motion, alphasort);
    size_t count = 0;
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        for (int side = 0; side < 2 && count < EG_IMU_BODIES_MAX; side++)
            if (eg_imu_body_read(path, "rl"[side], &bodies[count])) count++;
        free(names[i]);
    }
    free(names);
    if (count == 0) EG_SKIP("no *.mot in %s", folder);
    return count;
}

eg_imu_track eg_imu_record(const eg_sim_motion *motion, const eg_sim_imu *sensor, double rate_hz,
                           double seconds) {
    size_t n = (size_t)(rate_hz * seconds);
    eg_imu_track t = {.signal = {.n = n, .rate_hz = rate_hz}};
    t.memory = malloc(9 * n * sizeof *t.memory);
    t.truth = malloc(n * sizeof *t.truth);
    if (t.memory == NULL || t.truth == NULL) EG_FAIL("no memory");
    for (size_t k = 0; k < 3; k++) {
        t.signal.gyr[k] = t.gyr[k] = t.memory + k * n;
        t.signal.acc[k] = t.acc[k] = t.memory + (3 + k) * n;
        t.mag[k] = t.memory + (6 + k) * n;
    }
    eg_sim_imu_run(motion, sensor, rate_hz, n, t.gyr, t.acc, t.mag, t.truth);
    return t;
}

void eg_imu_track_free(eg_imu_track *track) {
    free(track->memory);
    free(track->truth);
}

eg_sim_imu eg_imu_strap(eg_sim_segment segment, uint64_t seed) {
    eg_random random;
    eg_random_init(&random, seed, 100 + (uint64_t)segment);
    eg_sim_imu s = {.segment = segment, .noise = 1.0};
    s.mount = eg_sim_any_turn(seed, 200 + (uint64_t)segment);
    s.seed = 1000 * seed + (uint64_t)segment;
    /* On the skin: 5 to 35 cm below the joint, up to 8 cm off the bone. */
    s.place_m[0] = 0.16 * (eg_random_uniform(&random) - 0.5);
    s.place_m[1] = -0.05 - 0.30 * eg_random_uniform(&random);
    s.place_m[2] = 0.16 * (eg_random_uniform(&random) - 0.5);
    if (segment == EG_SIM_FOOT) s.place_m[0] += 0.10, s.place_m[1] *= 0.2;
    if (segment == EG_SIM_PELVIS || segment == EG_SIM_TRUNK) s.place_m[1] = 0.1;
    for (int k = 0; k < 3; k++) s.gyr_bias[k] = (eg_random_below(&random, 2) ? 0.5 : -0.5) * deg;
    return s;
}

void eg_imu_make_usual(size_t n, double *const v[6], uint64_t seed) {
    eg_random random;
    eg_random_init(&random, seed, 5);
    for (int from = 0; from < 6; from += 3) {
        double part[3][3], bias[3];
        for (int j = 0; j < 3; j++) {
            bias[j] = (from == 0 ? 0.015 : 0.08) * (2.0 * eg_random_uniform(&random) - 1.0);
            for (int k = 0; k < 3; k++)
                part[j][k] = (j == k ? 1.0 : 0.0) +
                             (from == 0 ? 0.02 : 0.01) * (2.0 * eg_random_uniform(&random) - 1.0);
        }
        for (size_t i = 0; i < n; i++) {
            double w[3] = {v[from][i], v[from + 1][i], v[from + 2][i]};
            for (int j = 0; j < 3; j++)
                v[from + j][i] =
                    part[j][0] * w[0] + part[j][1] * w[1] + part[j][2] * w[2] + bias[j];
        }
    }
}
