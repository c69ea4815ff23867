/* The turn and shift that bring one set of points onto another with the least squares (Kabsch 1976,
 * Acta Cryst A32:922; Soderkvist and Wedin 1993, J Biomech 26:1473), by the quaternion of Horn 1987
 * (J Opt Soc Am A 4:629), which never mirrors. */
#ifndef EG_MOTION_RIGID_H
#define EG_MOTION_RIGID_H

#include <stddef.h>

#include "core/motion/joint.h"
#include "core/motion/quaternion.h"

typedef struct eg_rigid {
    eg_rotation turn;
    double shift[3];  /* to = turn from + shift */
    double residual;  /* root mean square distance that is left, in the points' unit */
    double condition; /* 0 ... 1: second over first singular value of the centred points' spread
                         (square roots of the scatter's eigenvalues); 0 on one line */
} eg_rigid;

/* Points with a NaN in either set are left out. Gives how many counted; below 3, or where they lie
 * on one line (condition below 0.02), no pose is known and 0 is given back. */
size_t eg_rigid_fit(size_t n, const double (*from)[3], const double (*to)[3], eg_rigid *pose);

/* The turn that brings directions onto others best, from m[j][k] = sum from_j to_k; `match` is the
 * sum of the products that it leaves, so that the sum of squared differences is
 * sum |from|^2 + sum |to|^2 - 2 match. */
eg_quaternion eg_rigid_turn(double m[3][3], double *match);

void eg_rigid_apply(const eg_rigid *pose, const double from[3], double to[3]);

/* Eigenvalues (descending) and unit eigenvectors (columns) of a symmetric matrix, by Jacobi's
 * rotations; n is at most 6. `a` is overwritten. */
void eg_rigid_eigen(int n, double a[6][6], double values[6], double vectors[6][6]);

#endif
