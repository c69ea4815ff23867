/* Small symmetric systems, as least squares leave them. */
#ifndef EG_BASE_SOLVE_H
#define EG_BASE_SOLVE_H

#include <stddef.h>

enum { EG_SOLVE_MAX = 12 };

/* Solves a x = b for a symmetric positive matrix a[n][n] (row by row, n at most EG_SOLVE_MAX; only
 * its lower half is read, and overwritten by L D L': L below the diagonal, the pivots D on it). x
 * may be b. 0 if a is not positive to rounding. */
int eg_solve(size_t n, double *a, const double *b, double *x);

/* The inverse of such a matrix, from the same factor. 0 likewise. */
int eg_solve_inverse(size_t n, const double *a, double *inverse);

/* Eigenvalues in falling order and unit eigenvectors (rows) of a symmetric 3 x 3 matrix, by
 * Jacobi's rotations. */
void eg_solve_eigen(double a[3][3], double value[3], double vector[3][3]);

#endif
