/* Positional and dynamic descriptors of a planar sway path, the part on which all profiles agree.
 * They are sums over samples; a profile divides and names them. Any length unit L. */
#ifndef EG_BALANCE_SWAY_H
#define EG_BALANCE_SWAY_H

#include <stddef.h>

/* A planar signal; borrows the arrays. */
typedef struct eg_sway_signal {
    const double *ml; /* [n] L */
    const double *ap; /* [n] L */
    size_t n;         /* at least 2 */
    double rate_hz;
} eg_sway_signal;

typedef struct eg_sway_axis {
    double mean;        /* L */
    double mean_abs;    /* mean of |x|, about zero and not about the mean, L */
    double mean_square; /* mean of x^2, L^2 */
    double max_abs;     /* L */
    double min, max;    /* L */
    double path;        /* sum of |x[i+1] - x[i]|, L */
} eg_sway_axis;

/* Moments are about zero: a profile that centres, centres first. */
typedef struct eg_sway {
    eg_sway_axis ml, ap;
    double mean_distance; /* mean of r = sqrt(ml^2 + ap^2), L */
    double max_distance;  /* max of r, L */
    double mean_product;  /* mean of ml * ap, L^2 */
    double path;          /* sum of planar steps, L */
    double swept_area;    /* sum of |cross product of neighbours|, twice the swept area, L^2 */
} eg_sway;

/* Cost: one pass. */
eg_sway eg_sway_measure(const eg_sway_signal *signal);

/* Covariance of a planar cloud and its principal axes. */
typedef struct eg_sway_cloud {
    double var_ml, var_ap, covariance; /* L^2 */
    double major, minor;               /* eigenvalues, major >= minor >= 0, L^2 */
    double direction_ml, direction_ap; /* unit vector of the major axis, direction_ap >= 0 */
} eg_sway_cloud;

/* Fills in the axes from the variances and the covariance. */
void eg_sway_principal_axes(eg_sway_cloud *cloud);

/* About the mean, divided by n - ddof. */
eg_sway_cloud eg_sway_cloud_of(const eg_sway_signal *signal, int ddof);

/* The 95 % quantile of Fisher's F with 2 and n - 2 degrees of freedom (closed form); n > 2. */
double eg_sway_f95(size_t n);

/* F.95(2, n-2) * 2 (n+1)(n-1) / (n (n-2)): multiplied with an eigenvalue of the covariance (ddof 1)
 * it gives the square of a semi-axis of the ellipse that holds the next sample with 95 %
 * probability. Source: Chew 1966; Schubert and Kirchner 2014, Gait Posture 39:518. */
double eg_sway_prediction_factor(size_t n);

/* The samples that can be corners of the convex hull: all but those inside the octagon of the
 * extremes in eight directions. `ml` and `ap` have room for n; returns how many were written, in
 * order of time. Cost: O(n). */
size_t eg_sway_outline(const eg_sway_signal *signal, double *ml, double *ap);

/* Largest distance between any two of n points. Cost: O(n^2); give it a hull or an outline. */
double eg_sway_diameter(const double *ml, const double *ap, size_t n);

/* Peaks of a velocity signal between its zero crossings, as Quijoux et al. 2021 count them: the
 * part before the first crossing and after the last one does not count. */
typedef struct eg_sway_peaks {
    size_t zero_crossings;
    size_t n_positive, n_negative;
    double mean_positive; /* NaN if there is none */
    double mean_negative; /* of the absolute values */
    double mean_all;
} eg_sway_peaks;

eg_sway_peaks eg_sway_velocity_peaks(const double *velocity, size_t n);

#endif
