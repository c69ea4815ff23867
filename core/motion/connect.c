#include "core/motion/connect.h"

#include "core/base/solve.h"

void eg_connect_centre(const eg_excerpt *e, size_t i, const double arm_m[3], double out[3]) {
    double across[3], twice[3], spun[3];
    eg_cross(e->gyr[i], arm_m, across);
    eg_cross(e->gyr[i], across, twice);
    eg_cross(e->spin[i], arm_m, spun);
    for (int k = 0; k < 3; k++) out[k] = e->acc[i][k] - spun[k] - twice[k];
}

/* The derivative of the length of eg_connect_centre by the arm: -K^T times the direction. */
static double length_of(const eg_excerpt *e, size_t i, const double arm[3], double slope[3]) {
    double f[3], a[3], b[3], c[3];
    eg_connect_centre(e, i, arm, f);
    double size = eg_norm(f);
    for (int k = 0; k < 3; k++) f[k] /= fmax(size, 1e-9);
    eg_cross(e->spin[i], f, a); /* [spin x]^T f = -spin x f */
    eg_cross(e->gyr[i], f, b);  /* ([w x]^2)^T f = w x (w x f) */
    eg_cross(e->gyr[i], b, c);
    for (int k = 0; k < 3; k++) slope[k] = a[k] - c[k];
    return size;
}

static double cost_of(const eg_excerpt *e1, const eg_excerpt *e2, const double x[6], double *h,
                      double g[6], size_t *count) {
    double pull = EG_CONNECT_ACC_M_S2 / EG_CONNECT_ARM_M, cost = 0.0, row[6];
    size_t n = 0;
    for (int k = 0; h != NULL && k < 36; k++) h[k] = 0.0;
    for (int k = 0; h != NULL && k < 6; k++) g[k] = 0.0;
    for (size_t i = 0; i < e1->n; i++) {
        if (!e1->is_whole[i] || !e2->is_whole[i]) continue;
        double r = length_of(e1, i, x, row) - length_of(e2, i, x + 3, row + 3);
        cost += r * r;
        n++;
        if (h == NULL) continue;
        for (int k = 3; k < 6; k++) row[k] = -row[k];
        for (int j = 0; j < 6; j++) {
            g[j] -= row[j] * r;
            for (int k = 0; k <= j; k++) h[6 * j + k] += row[j] * row[k];
        }
    }
    *count = n;
    for (int j = 0; j < 6; j++) {
        cost += pull * pull * x[j] * x[j];
        if (h == NULL) continue;
        g[j] -= pull * pull * x[j];
        h[7 * j] += pull * pull;
    }
    return cost;
}

eg_err eg_connect_find(const eg_excerpt *first, const eg_excerpt *second, eg_connect *connect,
                       eg_diag *diag) {
    double x[6] = {0}, h[36], g[6], step[6], trial[6], damping = 1e-3;
    size_t n;
    double cost = cost_of(first, second, x, NULL, NULL, &n);
    if (n < 50)
        return eg_diag_set(diag, EG_ERR_DATA, "joint", 0,
                           "fewer than 50 samples in which both sensors worked");
    *connect = (eg_connect){.before_m_s2 = sqrt(cost / (double)n)};
    for (int round = 0; round < EG_CONNECT_STEPS_MAX; round++) {
        cost = cost_of(first, second, x, h, g, &n);
        for (int j = 0; j < 6; j++) h[7 * j] *= 1.0 + damping;
        if (!eg_solve(6, h, g, step)) break;
        double size = 0.0;
        for (int j = 0; j < 6; j++) {
            trial[j] = x[j] + step[j];
            size = fmax(size, fabs(step[j]));
        }
        int is_better = cost_of(first, second, trial, NULL, NULL, &n) < cost;
        damping = is_better ? 0.3 * damping : 10.0 * damping;
        for (int j = 0; is_better && j < 6; j++) x[j] = trial[j];
        if ((is_better && size < 1e-6) || damping > 1e9) break;
    }
    cost = cost_of(first, second, x, NULL, NULL, &n);
    connect->rms_m_s2 = sqrt(cost / (double)n);
    for (int k = 0; k < 3; k++) {
        connect->arm1_m[k] = x[k];
        connect->arm2_m[k] = x[3 + k];
    }
    return EG_OK;
}
