/* From contacts to what is said about a walk: which steps are steady, means with their interval,
 * variability and symmetry. Definitions are in the catalogue (measures.h). */
#ifndef EG_GAIT_STEPS_H
#define EG_GAIT_STEPS_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/gait/gait.h"
#include "core/gait/measures.h"

/* Constants of the method. Counts of strides are ours: fewer than 3 are shown as what they are,
 * single steps; below 10 a standard deviation is a guess (its own standard error is a quarter of
 * it) and not shown, below 30 it is shown with that remark. */
#define EG_GAIT_MEAN_SURE      3
#define EG_GAIT_SPREAD_MIN     10
#define EG_GAIT_SPREAD_SURE    30
#define EG_GAIT_EDGE_STEPS     2    /* of a start or stop are left out */
#define EG_GAIT_PAUSE_STEPS    2.5  /* a step this many times the usual one was a pause */
#define EG_GAIT_TURN_RAD       0.35 /* more within a stride is a turn: 20 degrees */
#define EG_GAIT_STRIDE_LEAST_S 0.5  /* nobody strides faster, */
#define EG_GAIT_STRIDE_MOST_S  4.0  /* and a slower one is a pause */

/* Why a contact does or does not count. */
typedef enum eg_gait_phase {
    EG_GAIT_STEADY,
    EG_GAIT_STARTING, /* first steps after standing */
    EG_GAIT_STOPPING, /* last steps before standing */
    EG_GAIT_TURNING
} eg_gait_phase;

/* A number over many steps: NaN where there are too few. */
typedef struct eg_gait_value {
    double value;
    double low, high; /* 95 % interval of a mean (Student's t); NaN where there is none */
    double sd;
    size_t n;
} eg_gait_value;

typedef struct eg_gait_walk {
    eg_gait_value values[EG_GAIT_M_COUNT][3]; /* left, right, both */
    size_t n_steps, n_strides, n_turning, n_bouts;
    int is_start_seen, is_stop_seen;
} eg_gait_walk;

/* phases[n] of contacts in order. A bout ends where the next strike of any foot comes later than
 * PAUSE_STEPS usual steps; it starts from standing if that pause, or what was seen before its first
 * off, is long enough to have held such a pause. Feet were seen between from_s and to_s. Scratch:
 * 2 n doubles. */
EG_NODISCARD eg_err eg_gait_phases(size_t n, const eg_gait_contact *contacts, double from_s,
                                   double to_s, eg_gait_phase *phases, eg_arena *scratch,
                                   eg_diag *diag);

/* All measures that follow from contacts; the others stay NaN. Sides unknown count as steps only.
 * Scratch: n doubles. */
EG_NODISCARD eg_err eg_gait_measure(size_t n, const eg_gait_contact *contacts,
                                    const eg_gait_phase *phases, eg_gait_walk *walk,
                                    eg_arena *scratch, eg_diag *diag);

/* Mean, standard deviation (n - 1) and the mean's interval of what is finite in x[n]. */
eg_gait_value eg_gait_mean_of(size_t n, const double *x);

/* The 97.5 % quantile of Student's t; NaN for 0 degrees of freedom. Relative error below 1 %. */
double eg_gait_student(size_t degrees);

#endif
