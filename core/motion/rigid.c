#include "core/motion/rigid.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/motion/quaternion.h"

enum { SWEEPS_MAX = 40 };

static const double least_condition = 0.02;

/* One rotation that makes a[p][q] nothing. */
static void rotate(int n, double a[6][6], double v[6][6], int p, int q) {
    double theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    double t = copysign(1.0, theta) / (fabs(theta) + sqrt(theta * theta + 1.0));
    double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
    for (int k = 0; k < n; k++) {
        double kp = a[k][p], kq = a[k][q];
        a[k][p] = c * kp - s * kq;
        a[k][q] = s * kp + c * kq;
    }
    for (int k = 0; k < n; k++) {
        double pk = a[p][k], qk = a[q][k];
        a[p][k] = c * pk - s * qk;
        a[q][k] = s * pk + c * qk;
        double vp = v[k][p], vq = v[k][q];
        v[k][p] = c * vp - s * vq;
        v[k][q] = s * vp + c * vq;
    }
}

static void sort_down(int n, double values[6], double v[6][6]) {
    for (int i = 0; i < n; i++)
        for (int k = i + 1; k < n; k++) {
            if (!(values[k] > values[i])) continue;
            double swap = values[i];
            values[i] = values[k];
            values[k] = swap;
            for (int r = 0; r < n; r++) {
                swap = v[r][i];
                v[r][i] = v[r][k];
                v[r][k] = swap;
            }
        }
}

void eg_rigid_eigen(int n, double a[6][6], double values[6], double vectors[6][6]) {
    EG_ASSERT(n >= 1 && n <= 6);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) vectors[i][k] = i == k ? 1.0 : 0.0;
    for (int sweep = 0; sweep < SWEEPS_MAX; sweep++) {
        double off = 0.0, on = 0.0;
        for (int i = 0; i < n; i++) {
            on += a[i][i] * a[i][i];
            for (int k = i + 1; k < n; k++) off += a[i][k] * a[i][k];
        }
        if (!(off > 1e-32 * on)) break;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                if (fabs(a[p][q]) > 0.0) rotate(n, a, vectors, p, q);
    }
    for (int i = 0; i < n; i++) values[i] = a[i][i];
    sort_down(n, values, vectors);
}

static int is_seen(const double p[3]) {
    return isfinite(p[0]) && isfinite(p[1]) && isfinite(p[2]);
}

/* Second over first singular value of the centred points. */
static double condition_of(size_t n, const double (*from)[3], const double (*to)[3],
                           const double centre[3]) {
    double a[6][6] = {{0}}, values[6], vectors[6][6];
    for (size_t i = 0; i < n; i++) {
        if (!is_seen(from[i]) || !is_seen(to[i])) continue;
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 3; c++)
                a[r][c] += (from[i][r] - centre[r]) * (from[i][c] - centre[c]);
    }
    eg_rigid_eigen(3, a, values, vectors);
    return values[0] > 0.0 ? sqrt(fmax(0.0, values[1] / values[0])) : 0.0;
}

/* Horn's matrix; its first eigenvector is the quaternion, its first eigenvalue the match. */
eg_quaternion eg_rigid_turn(double m[3][3], double *match) {
    double a[6][6], values[6], v[6][6];
    a[0][0] = m[0][0] + m[1][1] + m[2][2];
    a[0][1] = m[1][2] - m[2][1];
    a[0][2] = m[2][0] - m[0][2];
    a[0][3] = m[0][1] - m[1][0];
    a[1][1] = m[0][0] - m[1][1] - m[2][2];
    a[1][2] = m[0][1] + m[1][0];
    a[1][3] = m[2][0] + m[0][2];
    a[2][2] = m[1][1] - m[0][0] - m[2][2];
    a[2][3] = m[1][2] + m[2][1];
    a[3][3] = m[2][2] - m[0][0] - m[1][1];
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < i; k++) a[i][k] = a[k][i];
    eg_rigid_eigen(4, a, values, v);
    *match = values[0];
    return (eg_quaternion){v[0][0], v[1][0], v[2][0], v[3][0]};
}

size_t eg_rigid_fit(size_t n, const double (*from)[3], const double (*to)[3], eg_rigid *pose) {
    EG_ASSERT(n == 0 || (from != NULL && to != NULL));
    double a[3] = {0}, b[3] = {0}, m[3][3] = {{0}}, sum = 0.0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_seen(from[i]) || !is_seen(to[i])) continue;
        for (int k = 0; k < 3; k++) {
            a[k] += from[i][k];
            b[k] += to[i][k];
        }
        count++;
    }
    if (count < 3) return 0;
    for (int k = 0; k < 3; k++) {
        a[k] /= (double)count;
        b[k] /= (double)count;
    }
    pose->condition = condition_of(n, from, to, a);
    if (!(pose->condition >= least_condition)) return 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_seen(from[i]) || !is_seen(to[i])) continue;
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 3; c++) m[r][c] += (from[i][r] - a[r]) * (to[i][c] - b[c]);
    }
    double match;
    eg_quaternion_matrix(eg_rigid_turn(m, &match), pose->turn.m);
    for (int k = 0; k < 3; k++) pose->shift[k] = 0.0;
    double moved[3];
    eg_rigid_apply(pose, a, moved);
    for (int k = 0; k < 3; k++) pose->shift[k] = b[k] - moved[k];
    for (size_t i = 0; i < n; i++) {
        if (!is_seen(from[i]) || !is_seen(to[i])) continue;
        eg_rigid_apply(pose, from[i], moved);
        for (int k = 0; k < 3; k++) sum += (to[i][k] - moved[k]) * (to[i][k] - moved[k]);
    }
    pose->residual = sqrt(sum / (double)count);
    return count;
}

void eg_rigid_apply(const eg_rigid *pose, const double from[3], double to[3]) {
    double x = from[0], y = from[1], z = from[2];
    for (int k = 0; k < 3; k++)
        to[k] = pose->turn.m[k][0] * x + pose->turn.m[k][1] * y + pose->turn.m[k][2] * z +
                pose->shift[k];
}
