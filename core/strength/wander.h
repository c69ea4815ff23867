/* Force that wanders as in a rise of no known form (free.c), and the rest before it: what the trace
 * tells of either at an instant. */
#ifndef EG_STRENGTH_WANDER_H
#define EG_STRENGTH_WANDER_H

#include "core/strength/part.h"

enum {
    WANDER_ORDER_MAX = 4,
    WANDER_SWING = 2, /* tremor, and the same a quarter of its period before */
    WANDER_OWN_MAX = WANDER_ORDER_MAX + WANDER_SWING,
    WANDER_WIDE = WANDER_OWN_MAX + EG_STRENGTH_RFD_COUNT,
    WANDER_LINE = 2
};

/* Force, its derivatives by samples, tremor and, behind them, force at the ends of windows, as the
 * trace from a sample to its end tells them. Covariances in units of the noise's variance. */
typedef struct wander_state {
    double m[WANDER_WIDE], p[WANDER_WIDE][WANDER_WIDE];
    int fixed;           /* how many ends of windows */
    double square, logs; /* of the innovations so far */
} wander_state;

/* What is kept of it for every sample. */
typedef struct wander_kept {
    double m[WANDER_OWN_MAX], p[WANDER_OWN_MAX][WANDER_OWN_MAX], square, logs;
} wander_kept;

typedef struct wander_process {
    size_t n;
    const double *x;
    int start, order, own; /* own: numbers of the state before the ends of windows */
    const strength_whitener *tremor;
    double wander; /* of the highest derivative: variance a sample */
    double noise, least, height, width;
    double grain;             /* sum of squares that counts as nothing, in those of the noise */
    wander_kept *states;      /* [n] */
    const wander_kept *rests; /* [n], with tremor: line and tremor as the trace so far tells */
} wander_process;

/* The line through the rest before an instant: sums over its samples. */
typedef struct wander_rest {
    double n, t, tt, x, tx, xx;
} wander_rest;

/* One sample more of the rest. */
void wander_rest_include(wander_rest *rest, double t, double x);

/* How large the k-th derivative of a rise may be. */
double wander_large(const wander_process *p, int k);

/* Backwards from the end of the trace: p->states. */
void wander_filter(const wander_process *p);

/* Line and tremor from the first sample on, at each: rests[n]. */
void wander_filter_rest(const wander_process *given, wander_kept *rests);

/* The state at an instant from what the trace behind it tells. */
wander_state wander_state_at(const wander_process *p, double at);

/* The same with force at the ends of the windows, those that the trace reaches: longest first. */
wander_state wander_wide_state_at(const wander_process *p, double at, const double *windows);

/* Line and tremor at an instant as the trace before it tells: of a line alone by its sums. */
wander_state wander_state_before(const wander_process *p, const wander_rest *rest, double at);

#endif
