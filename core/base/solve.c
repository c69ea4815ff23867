#include "core/base/solve.h"

#include <math.h>
#include <string.h>

#include "core/base/check.h"

/* a = L D L' (Cholesky's without roots): L below the diagonal, D on it. 0 if a pivot is nothing but
 * rounding. */
static int factor(size_t n, double *a) {
    for (size_t i = 0; i < n; i++) {
        double *row = a + i * n, pivot = row[i];
        for (size_t j = 0; j < i; j++) {
            double sum = row[j];
            for (size_t k = 0; k < j; k++) sum -= row[k] * a[j * n + k];
            row[j] = sum;
        }
        for (size_t j = 0; j < i; j++) {
            double share = row[j] / a[j * n + j];
            pivot -= share * row[j];
            row[j] = share;
        }
        if (!(pivot > 1e-14 * row[i])) return 0;
        row[i] = pivot;
    }
    return 1;
}

static void substitute(size_t n, const double *a, double *x) {
    for (size_t i = 0; i < n; i++) {
        double sum = x[i];
        for (size_t k = 0; k < i; k++) sum -= a[i * n + k] * x[k];
        x[i] = sum;
    }
    for (size_t i = n; i-- > 0;) {
        double sum = x[i] / a[i * n + i];
        for (size_t k = i + 1; k < n; k++) sum -= a[k * n + i] * x[k];
        x[i] = sum;
    }
}

int eg_solve(size_t n, double *a, const double *b, double *x) {
    EG_ASSERT(n <= EG_SOLVE_MAX);
    for (size_t i = 0; i < n; i++) x[i] = b[i];
    if (!factor(n, a)) return 0;
    substitute(n, a, x);
    return 1;
}

int eg_solve_inverse(size_t n, const double *a, double *inverse) {
    EG_ASSERT(n <= EG_SOLVE_MAX);
    double copy[EG_SOLVE_MAX * EG_SOLVE_MAX], column[EG_SOLVE_MAX];
    memcpy(copy, a, n * n * sizeof copy[0]);
    if (!factor(n, copy)) return 0;
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < n; i++) column[i] = i == j ? 1.0 : 0.0;
        substitute(n, copy, column);
        for (size_t i = 0; i < n; i++) inverse[i * n + j] = column[i];
    }
    return 1;
}

/* One rotation in the plane of p and q that makes a[p][q] zero. */
static void rotate(double a[3][3], double v[3][3], int p, int q) {
    if (a[p][q] == 0.0) return;
    double theta = 0.5 * (a[q][q] - a[p][p]) / a[p][q];
    double t = (theta < 0.0 ? -1.0 : 1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
    double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
    for (int k = 0; k < 3; k++) {
        double kp = a[k][p], kq = a[k][q];
        a[k][p] = c * kp - s * kq;
        a[k][q] = s * kp + c * kq;
    }
    for (int k = 0; k < 3; k++) {
        double pk = a[p][k], qk = a[q][k];
        a[p][k] = c * pk - s * qk;
        a[q][k] = s * pk + c * qk;
        double vp = v[p][k], vq = v[q][k];
        v[p][k] = c * vp - s * vq;
        v[q][k] = s * vp + c * vq;
    }
}

void eg_solve_eigen(double a[3][3], double value[3], double vector[3][3]) {
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) vector[i][j] = i == j ? 1.0 : 0.0;
    for (int sweep = 0; sweep < 30; sweep++) {
        rotate(a, vector, 0, 1);
        rotate(a, vector, 0, 2);
        rotate(a, vector, 1, 2);
    }
    for (int i = 0; i < 3; i++) value[i] = a[i][i];
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2 - i; j++)
            if (value[j] < value[j + 1]) {
                double x = value[j];
                value[j] = value[j + 1];
                value[j + 1] = x;
                for (int k = 0; k < 3; k++) {
                    x = vector[j][k];
                    vector[j][k] = vector[j + 1][k];
                    vector[j + 1][k] = x;
                }
            }
}
