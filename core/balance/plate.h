/* From what a force plate senses to the centre of pressure: origin offset, axes, several plates,
 * the least load at which a centre of pressure means anything, and its uncertainty. */
#ifndef EG_BALANCE_PLATE_H
#define EG_BALANCE_PLATE_H

#include <stddef.h>

/* How a plate lies under the person. The rows turn the plate's own x, y into ML, AP; for a plate
 * that lies straight they hold 0 and 1 or -1. */
typedef struct eg_plate_pose {
    double ml_from[2]; /* ML = ml_from[0] * x + ml_from[1] * y + ml_mm */
    double ap_from[2];
    double ml_mm, ap_mm; /* where the plate's origin lies in the person's axes */
    double h_mm;         /* from the sensors' origin to the surface, along the plate's z, signed */
} eg_plate_pose;

/* What one plate sensed, in its own axes; N and N m. fz is positive when loaded; fx and fy may be
 * NULL where h_mm is 0. Each [n]. */
typedef struct eg_plate_forces {
    const double *fx, *fy, *fz, *mx, *my;
} eg_plate_forces;

/* A plate whose axis `ml_axis` (1 = x, 2 = y, negative = opposite) points to the person's right and
 * `ap_axis` to the front. The two differ. */
eg_plate_pose eg_plate_straight(int ml_axis, int ap_axis);

/* The same plate turned by angle_rad about the vertical, counter-clockwise seen from above with ML
 * to the right and AP to the front, about its own origin. */
eg_plate_pose eg_plate_turned(eg_plate_pose pose, double angle_rad);

/* COPx = (-My - Fx h) / Fz, COPy = (Mx - Fy h) / Fz, then the pose; mm. NaN where fz is below
 * least_n. Source: any plate manual, e.g. AMTI; signs tested against recordings of three labs. */
void eg_plate_cop(const eg_plate_pose *pose, const eg_plate_forces *forces, size_t n,
                  double least_n, double *ml_mm, double *ap_mm);

/* A board on four load cells: load_n are front left, front right, back left and back right, [n] N
 * each; ml_span_mm and ap_span_mm are the distances between the cells. COP = span / 2 times the
 * difference of the two sides over the sum; NaN where the sum is below least_n. fz_n gets the sum.
 */
void eg_plate_corners(const double *const load_n[4], double ml_span_mm, double ap_span_mm, size_t n,
                      double least_n, double *ml_mm, double *ap_mm, double *fz_n);

/* Two plates as one: sum(Fi COPi) / sum(Fi) over the plates that carry at least least_n each; NaN
 * where together they carry less than least_net_n. fz_n gets the sum of all. Outputs may be NULL
 * except the two COP. */
typedef struct eg_plate_load {
    const double *ml_mm, *ap_mm, *fz_n; /* [n] each */
} eg_plate_load;
void eg_plate_merge(const eg_plate_load *plates, size_t n_plates, size_t n, double least_n,
                    double least_net_n, double *ml_mm, double *ap_mm, double *fz_n);

/* The least vertical force that makes a centre of pressure: floor_n (20 N), or `share` (10 %) of
 * the body weight where that is known (body_weight_n NaN if not), whichever is larger. */
double eg_plate_least_n(double floor_n, double share, double body_weight_n);

/* Standard uncertainty of one COP coordinate from noise of moment and force:
 * sqrt(sigma_m^2 + cop^2 sigma_f^2) / fz; mm from N m, N, mm and N. */
double eg_plate_cop_sigma_mm(double sigma_moment_nm, double sigma_force_n, double cop_mm,
                             double fz_n);

#endif
