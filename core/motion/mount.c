#include "core/motion/mount.h"

#include <stdio.h>

#include "core/base/solve.h"

static const double deg = 180.0 / EG_PI;

static void say(eg_verdict *verdict, char reason[160], eg_verdict now, const char *text) {
    if (*verdict >= now) return;
    *verdict = now;
    snprintf(reason, 160, "%s", text);
}

static int finite_at(const eg_orient_signal *s, size_t i) {
    double sum = 0.0;
    for (int k = 0; k < 3; k++) sum += s->gyr[k][i] + s->acc[k][i];
    return fabs(sum) < 1e9;
}

eg_mount_pose eg_mount_hold(const eg_orient_signal *s, size_t from, size_t to) {
    eg_mount_pose p = {.verdict = EG_VERDICT_OK};
    double mean[3] = {0.0, 0.0, 0.0}, square = 0.0, rate = 0.0, n = 0.0;
    for (size_t i = from; i < to && i < s->n; i++) {
        if (!finite_at(s, i)) continue;
        for (int k = 0; k < 3; k++) {
            mean[k] += s->acc[k][i];
            square += s->acc[k][i] * s->acc[k][i];
            rate += s->gyr[k][i] * s->gyr[k][i];
        }
        n += 1.0;
    }
    if (n < 1.0) {
        say(&p.verdict, p.reason, EG_VERDICT_FAIL, "there are no samples in the pose");
        p.up[1] = 1.0;
        return p;
    }
    for (int k = 0; k < 3; k++) p.up[k] = mean[k] / n;
    p.length_m_s2 = eg_norm(p.up);
    p.acc_m_s2 = sqrt(fmax(0.0, square / n - p.length_m_s2 * p.length_m_s2));
    p.gyr_rad_s = sqrt(rate / n);
    if (!eg_unit(p.up)) {
        p.up[1] = 1.0;
        say(&p.verdict, p.reason, EG_VERDICT_FAIL, "there is no gravity in the pose");
    }
    if (p.gyr_rad_s > EG_MOUNT_STILL_RAD_S || p.acc_m_s2 > EG_MOUNT_STILL_M_S2)
        say(&p.verdict, p.reason, EG_VERDICT_FAIL,
            "the pose was not held still; hold it for two seconds");
    if (n < 0.5 * s->rate_hz)
        say(&p.verdict, p.reason, EG_VERDICT_WARN, "the pose was held for less than half a second");
    return p;
}

eg_mount_movement eg_mount_move(const eg_orient_signal *s, size_t from, size_t to) {
    eg_mount_movement m = {.axis = {0.0, 0.0, 1.0}, .verdict = EG_VERDICT_OK};
    double a[3][3] = {{0}}, value[3], vector[3][3], n = 0.0, mean[3] = {0.0, 0.0, 0.0};
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = from; i < to && i < s->n; i++) {
            if (!finite_at(s, i)) continue;
            if (pass == 0) n += 1.0;
            for (int j = 0; j < 3; j++) {
                if (pass == 0) mean[j] += s->gyr[j][i];
                for (int k = 0; pass == 1 && k < 3; k++)
                    a[j][k] += (s->gyr[j][i] - mean[j] / n) * (s->gyr[k][i] - mean[k] / n);
            }
        }
    if (n < s->rate_hz) {
        say(&m.verdict, m.reason, EG_VERDICT_FAIL, "the movement is shorter than a second");
        return m;
    }
    eg_solve_eigen(a, value, vector);
    double all = value[0] + value[1] + value[2], angle = 0.0, low = 0.0, high = 0.0;
    m.rate_rad_s = sqrt(all / n);
    m.part = all > 0.0 ? value[0] / all : 0.0;
    for (int k = 0; k < 3; k++) m.axis[k] = vector[0][k];
    int has_sign = 0;
    for (size_t i = from; i < to && i < s->n; i++) {
        if (!finite_at(s, i)) continue;
        for (int k = 0; k < 3; k++) angle += (s->gyr[k][i] - mean[k] / n) * m.axis[k] / s->rate_hz;
        low = fmin(low, angle);
        high = fmax(high, angle);
        if (!has_sign && fabs(angle) * deg > 15.0) {
            has_sign = 1;
            for (int k = 0; angle < 0.0 && k < 3; k++) m.axis[k] = -m.axis[k];
            if (angle < 0.0) {
                double keep = low;
                low = -high, high = -keep, angle = -angle;
            }
        }
    }
    m.range_deg = (high - low) * deg;
    if (m.rate_rad_s < EG_MOUNT_MOVE_RAD_S || m.range_deg < 20.0)
        say(&m.verdict, m.reason, EG_VERDICT_FAIL,
            "hardly any movement; move the segment by 30 degrees or more, several times");
    if (m.part < EG_MOUNT_PART_MIN)
        say(&m.verdict, m.reason, EG_VERDICT_FAIL,
            "the movement was not about one axis; move slower and in one plane");
    if (m.part < EG_MOUNT_PART_OK)
        say(&m.verdict, m.reason, EG_VERDICT_WARN, "the movement was not quite about one axis");
    return m;
}

static void judge_square(eg_mount *g) {
    if (g->square_deg > EG_MOUNT_SQUARE_MAX)
        say(&g->verdict, g->reason, EG_VERDICT_FAIL,
            "pose and movement contradict each other: the axis is not across the segment");
    if (g->square_deg > EG_MOUNT_SQUARE_OK)
        say(&g->verdict, g->reason, EG_VERDICT_WARN,
            "pose and movement are not square; was the pose neutral?");
}

eg_mount eg_mount_from_axes(const double up[3], const double right[3], int exact_z) {
    eg_mount g = {.mount = EG_QUATERNION_ONE, .verdict = EG_VERDICT_OK};
    double x[3], y[3] = {up[0], up[1], up[2]}, z[3] = {right[0], right[1], right[2]};
    if (!eg_unit(y) || !eg_unit(z)) {
        say(&g.verdict, g.reason, EG_VERDICT_FAIL, "a direction is missing");
        return g;
    }
    g.square_deg = fabs(eg_asin(fmin(1.0, fmax(-1.0, eg_dot(y, z))))) * deg;
    eg_cross(y, z, x);
    if (!eg_unit(x)) {
        say(&g.verdict, g.reason, EG_VERDICT_FAIL, "the axis is along the segment");
        return g;
    }
    if (exact_z)
        eg_cross(z, x, y);
    else
        eg_cross(x, y, z);
    const double m[3][3] = {{x[0], y[0], z[0]}, {x[1], y[1], z[1]}, {x[2], y[2], z[2]}};
    g.mount = eg_quaternion_of_matrix(m);
    judge_square(&g);
    return g;
}

eg_mount eg_mount_from_poses(const double up[3], const double up_second[3], int is_back) {
    double z[3];
    /* Turned by +a about z, the segment sees the vertical turned by -a: z ~ second x first. */
    eg_cross(up_second, up, z);
    double apart = eg_atan2(eg_norm(z), eg_dot(up, up_second)) * deg;
    for (int k = 0; is_back && k < 3; k++) z[k] = -z[k];
    eg_mount g = eg_mount_from_axes(up, z, 0);
    if (apart < EG_MOUNT_APART_DEG || apart > 180.0 - 0.5 * EG_MOUNT_APART_DEG)
        say(&g.verdict, g.reason, EG_VERDICT_FAIL,
            "the two poses are too alike; turn the segment by 30 to 150 degrees between them");
    return g;
}
