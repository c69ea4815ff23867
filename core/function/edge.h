/* When a movement begins or ends, by least squares: rest (a level, perhaps a slope, and what moves
 * in it anyway) turns at one instant t0 into a rise c1 u^p + c2 u^(p+1) + ..., u = t - t0. For
 * every t0 all coefficients are fitted, for every power p (1: a jolt, 2, 3: as smooth as minimum
 * jerk, 4) with one to three terms (a jolt: two), and for p = 2 with a pull that ends at a knot (a
 * velocity that grows evenly and then stays, as a trapezoid). Nobody knows the form of a movement:
 * Schwarz' criterion (1978, Ann Stat 6:461) is twice the logarithm of how much likelier one form is
 * than another, and the event is the mean of what all of them say by that weight (Hoeting et al.
 * 1999, Stat Sci 14:382). How far they are apart, and how sharp each of them is, says how sure it
 * is. A threshold is crossed later the slower a person moves; this is not.
 *
 * Related to the onset of force (core/strength/onset.c), which has a straight rest only and needs
 * no known disturbances. */
#ifndef EG_FUNCTION_EDGE_H
#define EG_FUNCTION_EDGE_H

#include <stdbool.h>
#include <stddef.h>

enum { EG_EDGE_KNOWN_MAX = 4, EG_EDGE_SAMPLES_MAX = 320, EG_EDGE_SAMPLES_MIN = 10 };

/* What forms and noise do not tell (sway, drift, filters), s; it belongs to every edge's standard
 * deviation (E: ours, from made people). */
#define EG_EDGE_METHOD_S 0.018

/* Something that is in the signal before and after the edge with an unknown factor: what leaning
 * does to the height of a sensor, the swing of the pelvis at every step. */
typedef struct eg_edge_known {
    const double *values; /* as `y`: begins at the window's first sample */
    double mean, sd;      /* what the factor is expected to be, in units of y per value */
} eg_edge_known;

typedef struct eg_edge_window {
    const double *y; /* first sample of the window */
    size_t n;        /* EG_EDGE_SAMPLES_MIN ... EG_EDGE_SAMPLES_MAX */
    bool is_end;     /* the movement comes first and ends in the rest */
    bool has_slope;  /* the rest may be a slope */
    bool is_plain;   /* powers to 3 without knots: for a choice between known columns (a third of
                        the time), and for movements that are made of several */
    double noise;    /* what y is trusted to, in its unit; weighs `known` and ends the search */
    double sign;     /* 1: the movement goes up (seen from the rest), -1: down, 0: either */
    size_t n_known;
    eg_edge_known known[EG_EDGE_KNOWN_MAX];
} eg_edge_window;

typedef struct eg_edge {
    double at;    /* samples from the window's first */
    double sd;    /* its standard deviation, samples: noise and forms as they are, not habits */
    double score; /* the least criterion, to choose between known columns; lower is better */
} eg_edge;

/* False if no movement grows out of the rest. Cost: about 6 ms for 150 samples, a third if it is
 * plain. */
bool eg_edge_find(const eg_edge_window *window, eg_edge *edge);

/* Standard deviation of `at` between n choices of known columns, each as likely as its criterion
 * says; those that are NaN or found nothing do not count. */
double eg_edge_apart(size_t n, const eg_edge *edges);

#endif
