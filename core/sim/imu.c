#include "core/sim/imu.h"

#include "core/base/random.h"

static const double rad = EG_PI / 180.0;
static const double gravity_m_s2 = 9.81, join_s = 1.5, difference_s = 3e-4;

/* Where each segment's upper joint sits on the one above it; lengths of a person of 1.75 m. */
static const struct {
    int above;
    double place_m[3];
} tree[EG_SIM_SEGMENTS] = {{-1, {0.0, 0.0, 0.0}},
                           {EG_SIM_PELVIS, {-0.07, -0.07, 0.08}},
                           {EG_SIM_THIGH, {0.0, -0.42, 0.0}},
                           {EG_SIM_SHANK, {0.0, -0.42, 0.0}},
                           {EG_SIM_PELVIS, {-0.10, 0.08, 0.0}},
                           {EG_SIM_TRUNK, {0.0, 0.37, 0.17}},
                           {EG_SIM_UPPER_ARM, {0.0, -0.29, 0.0}}};

eg_err eg_sim_motion_fit(eg_sim_motion *motion, size_t n, double step_s,
                         const double *const values[EG_SIM_COORDINATES], double cut_hz,
                         eg_arena *arena, eg_diag *diag) {
    if (n < 8 || n > 100000 || !(step_s > 0.0) || !(cut_hz > 0.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "motion", 0,
                           "a cycle has 8 to 100000 samples, a positive step and cut-off");
    *motion = (eg_sim_motion){.period_s = (double)(n - 1) * step_s};
    size_t cycle = n - 1; /* the last sample is the first of the next cycle */
    double spread = 4.0 * cut_hz * motion->period_s;
    size_t most = cycle / 2 - 1;
    motion->n_harmonics = (size_t)fmin(fmin(spread, EG_SIM_HARMONICS_MAX), (double)most);
    for (size_t c = 0; c < EG_SIM_COORDINATES; c++) {
        if (values[c] == NULL) continue;
        double *cosine = eg_arena_take(arena, 2 * (motion->n_harmonics + 1), sizeof *cosine);
        if (cosine == NULL)
            return eg_diag_set(diag, EG_ERR_MEMORY, "motion", 0, "no room for the harmonics");
        motion->cosine[c] = cosine;
        motion->sine[c] = cosine + motion->n_harmonics + 1;
        double slope = (values[c][cycle] - values[c][0]) / (double)cycle;
        for (size_t k = 0; k <= motion->n_harmonics; k++) {
            /* A Gaussian that is 1 / sqrt 2 at the cut-off. */
            double ratio = (double)k / motion->period_s / cut_hz;
            double weight = (k == 0 ? 1.0 : 2.0) * eg_pow(0.5, 0.5 * ratio * ratio) / (double)cycle;
            for (size_t i = 0; i < cycle; i++) {
                double s, co, x = values[c][i] - slope * ((double)i - 0.5 * (double)cycle);
                eg_turn((uint64_t)k * i, cycle, &s, &co);
                cosine[k] += weight * x * co;
                motion->sine[c][k] += weight * x * s;
            }
        }
    }
    return EG_OK;
}

/* From 0 to 1 with two continuous derivatives. */
static double joined(const eg_sim_motion *motion, double t_s) {
    if (!(motion->still_s > 0.0)) return 1.0;
    double u = fmin(1.0, fmax(0.0, (t_s - motion->still_s) / join_s));
    return u * u * u * (10.0 - u * (15.0 - 6.0 * u));
}

void eg_sim_motion_at(const eg_sim_motion *motion, double t_s, double value[EG_SIM_COORDINATES]) {
    double s1, c1, s = 0.0, c = 1.0, phase = t_s / motion->period_s;
    eg_sincos(2.0 * EG_PI * (phase - floor(phase)), &s1, &c1);
    for (size_t j = 0; j < EG_SIM_COORDINATES; j++)
        value[j] = motion->cosine[j] != NULL ? motion->cosine[j][0] : 0.0;
    for (size_t k = 1; k <= motion->n_harmonics; k++) {
        double next = c * c1 - s * s1;
        s = s * c1 + c * s1;
        c = next;
        for (size_t j = 0; j < EG_SIM_COORDINATES; j++)
            if (motion->cosine[j] != NULL)
                value[j] += motion->cosine[j][k] * c + motion->sine[j][k] * s;
    }
    double share = joined(motion, t_s);
    for (int j = 0; j < EG_SIM_COORDINATES; j++)
        if (j < EG_SIM_PELVIS_X || j > EG_SIM_PELVIS_Z)
            value[j] *= share;
        else if (motion->cosine[j] != NULL)
            value[j] = share * value[j] + (1.0 - share) * motion->cosine[j][0];
}

/* About z, then the moved x, then the moved y, as joints turn. */
static eg_quaternion turn_of(double z_deg, double x_deg, double y_deg) {
    eg_quaternion z = eg_quaternion_turn(0.0, 0.0, z_deg * rad);
    eg_quaternion x = eg_quaternion_turn(x_deg * rad, 0.0, 0.0);
    eg_quaternion y = eg_quaternion_turn(0.0, y_deg * rad, 0.0);
    return eg_quaternion_product(eg_quaternion_product(z, x), y);
}

/* How a segment is turned on the one above it. */
static eg_quaternion relative(const double v[EG_SIM_COORDINATES], eg_sim_segment segment) {
    switch (segment) {
    case EG_SIM_PELVIS:
        return turn_of(v[EG_SIM_PELVIS_TILT], v[EG_SIM_PELVIS_LIST], v[EG_SIM_PELVIS_ROTATION]);
    case EG_SIM_THIGH:
        return turn_of(v[EG_SIM_HIP_FLEXION], v[EG_SIM_HIP_ADDUCTION], v[EG_SIM_HIP_ROTATION]);
    case EG_SIM_SHANK:
        return turn_of(-v[EG_SIM_KNEE_FLEXION], 0.0, 0.0);
    case EG_SIM_FOOT:
        return turn_of(v[EG_SIM_ANKLE_FLEXION], v[EG_SIM_ANKLE_INVERSION], 0.0);
    case EG_SIM_TRUNK:
        return turn_of(v[EG_SIM_TRUNK_EXTENSION], v[EG_SIM_TRUNK_BENDING],
                       v[EG_SIM_TRUNK_ROTATION]);
    case EG_SIM_UPPER_ARM:
        return turn_of(v[EG_SIM_ARM_FLEXION], v[EG_SIM_ARM_ADDUCTION], v[EG_SIM_ARM_ROTATION]);
    default:
        return turn_of(v[EG_SIM_ELBOW_FLEXION], 0.0, v[EG_SIM_FOREARM_PRONATION]);
    }
}

eg_quaternion eg_sim_segment_at(const eg_sim_motion *motion, eg_sim_segment segment, double t_s,
                                double place_m[3]) {
    double v[EG_SIM_COORDINATES], m[3][3], step[3];
    eg_sim_motion_at(motion, t_s, v);
    /* Up is y for the body and z for the earth: a quarter turn about x. */
    eg_quaternion upright = {sqrt(0.5), sqrt(0.5), 0.0, 0.0};
    eg_quaternion world = eg_quaternion_heading(motion->turn_deg_s * rad * t_s);
    world = eg_quaternion_product(world, upright);
    eg_quaternion_matrix(world, m);
    eg_quaternion_apply(m, &v[EG_SIM_PELVIS_X], place_m);
    eg_sim_segment path[EG_SIM_SEGMENTS];
    int n = 0;
    for (int at = (int)segment; at >= 0; at = tree[at].above) path[n++] = (eg_sim_segment)at;
    eg_quaternion q = world;
    while (n-- > 0) {
        eg_quaternion_matrix(q, m);
        eg_quaternion_apply(m, tree[path[n]].place_m, step);
        for (int k = 0; k < 3; k++) place_m[k] += step[k];
        q = eg_quaternion_product(q, relative(v, path[n]));
    }
    return q;
}

static eg_quaternion sensor_at(const eg_sim_motion *motion, const eg_sim_imu *sensor, double t_s,
                               double place[3]) {
    double m[3][3], arm[3];
    eg_quaternion q = eg_sim_segment_at(motion, sensor->segment, t_s, place);
    eg_quaternion_matrix(q, m);
    eg_quaternion_apply(m, sensor->place_m, arm);
    for (int k = 0; k < 3; k++) place[k] += arm[k];
    return eg_quaternion_product(q, sensor->mount);
}

void eg_sim_imu_run(const eg_sim_motion *motion, const eg_sim_imu *sensor, double rate_hz, size_t n,
                    double *const gyr[3], double *const acc[3], double *const mag[3],
                    eg_quaternion *truth) {
    static const double field_ut[3] = {0.0, 16.0, -42.0};
    double h = difference_s, root = sensor->noise * sqrt(0.5 * rate_hz);
    eg_random random;
    eg_random_init(&random, sensor->seed, 1);
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / rate_hz, p0[3], p1[3], p2[3], force[3], a[3], m[3], turn[3][3];
        eg_quaternion q0 = sensor_at(motion, sensor, t - h, p0);
        eg_quaternion q = sensor_at(motion, sensor, t, p1);
        eg_quaternion q2 = sensor_at(motion, sensor, t + h, p2);
        eg_quaternion d = eg_quaternion_product(eg_quaternion_inverse(q0), q2);
        const double rate[3] = {d.x / h, d.y / h, d.z / h}; /* 2 d / (2 h), d.w being 1 */
        for (int k = 0; k < 3; k++)
            force[k] = (p2[k] - 2.0 * p1[k] + p0[k]) / (h * h) + (k == 2 ? gravity_m_s2 : 0.0);
        eg_quaternion_matrix(eg_quaternion_inverse(q), turn);
        eg_quaternion_apply(turn, force, a);
        eg_quaternion_apply(turn, field_ut, m);
        double sign = d.w < 0.0 ? -1.0 : 1.0;
        for (int k = 0; k < 3; k++) {
            gyr[k][i] = sign * rate[k] + sensor->gyr_bias[k] +
                        root * EG_SIM_IMU_GYR_RAD_S_HZ * eg_random_normal(&random);
            acc[k][i] = a[k] + sensor->acc_bias[k] +
                        root * EG_SIM_IMU_ACC_M_S2_HZ * eg_random_normal(&random);
            double noise_ut = root * EG_SIM_IMU_MAG_UT_HZ * eg_random_normal(&random);
            if (mag != NULL) mag[k][i] = m[k] + noise_ut;
        }
        if (truth != NULL) truth[i] = q;
    }
}

eg_quaternion eg_sim_any_turn(uint64_t seed, uint64_t stream) {
    eg_random random;
    eg_random_init(&random, seed, stream);
    double u = eg_random_uniform(&random), s1, c1, s2, c2;
    eg_sincos(2.0 * EG_PI * eg_random_uniform(&random), &s1, &c1);
    eg_sincos(2.0 * EG_PI * eg_random_uniform(&random), &s2, &c2);
    double a = sqrt(1.0 - u), b = sqrt(u);
    return (eg_quaternion){a * s1, a * c1, b * s2, b * c2};
}
