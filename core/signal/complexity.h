/* How regular and how correlated a signal is: sample entropy, multiscale entropy, detrended
 * fluctuation analysis, recurrence. Double in every build. All of these depend on sampling rate,
 * duration and filtering; a value without them beside it says nothing. */
#ifndef EG_SIGNAL_COMPLEXITY_H
#define EG_SIGNAL_COMPLEXITY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/err.h"

enum {
    EG_COMPLEXITY_TEMPLATE_MAX = 16,  /* m */
    EG_COMPLEXITY_SCALE_ORDER_MAX = 3 /* polynomial order of a DFA trend */
};

/* Bytes of scratch that each of the functions below takes at most for n samples, and gives back. */
size_t eg_complexity_size(size_t n);

typedef struct eg_sample_entropy {
    uint64_t matches_m;    /* pairs of templates of length m within tolerance (each pair once) */
    uint64_t matches_more; /* of these, pairs that still match at length m + 1 */
    double nats;           /* -ln(matches_more / matches_m); NaN if either is 0 */
} eg_sample_entropy;

/* Sample entropy (Richman & Moorman 2000, Am J Physiol 278:H2039): n - m templates, Chebyshev
 * distance <= tolerance if `inclusive` (micromotion, most papers), < tolerance otherwise (nolds);
 * self matches are not counted. tolerance in the signal's unit, usually 0.2 SD (ddof 0).
 * Cost n log n plus the number of pairs that match in the first component.
 * EG_ERR_DATA if n <= m + 1 or a sample is not finite; EG_ERR_ARGUMENT; EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_complexity_sample_entropy(size_t n, const double *x, unsigned m,
                                                 double tolerance, int inclusive, eg_arena *scratch,
                                                 eg_sample_entropy *result, eg_diag *diag);

/* Multiscale entropy (Costa, Goldberger & Peng 2002, Phys Rev Lett 89:068102): sample entropy of
 * means over 1 ... n_scales samples, tolerance fixed by the original signal. nats[n_scales]. */
EG_NODISCARD eg_err eg_complexity_multiscale(size_t n, const double *x, unsigned m,
                                             double tolerance, int inclusive, size_t n_scales,
                                             eg_arena *scratch, double *nats, eg_diag *diag);

/* Detrended fluctuation analysis (Peng et al. 1994, Phys Rev E 49:1685) of x[n]: the mean is
 * removed and the sum formed, cut into windows of each scale (overlapping by half if `overlapping`,
 * steps scale / 2), a polynomial of `order` (1 to 3) removed from each, and the root mean square of
 * the rest averaged: fluctuation[i] = sqrt(mean over windows of mean square) if `pooled` (Peng;
 * nolds), or the mean over windows of the root mean square otherwise. scales[n_scales]: ascending,
 * each > order + 1 and <= n, at least two. alpha: slope of log fluctuation over log scale by least
 * squares; NaN if any fluctuation is 0. */
typedef struct eg_dfa_settings {
    const size_t *scales; /* [n_scales], samples */
    size_t n_scales;
    unsigned order;
    int overlapping;
    int pooled;
} eg_dfa_settings;

EG_NODISCARD eg_err eg_complexity_dfa(const eg_dfa_settings *settings, size_t n, const double *x,
                                      eg_arena *scratch, double *fluctuation, double *alpha,
                                      eg_diag *diag);

/* Fills scales with whole numbers nearly evenly spaced in their logarithm from low to high, doubles
 * left out; returns how many (at most `wanted`). */
size_t eg_complexity_log_scales(size_t low, size_t high, size_t wanted, size_t *scales);

typedef struct eg_recurrence_settings {
    unsigned dimension; /* of the delay embedding, 1 to EG_COMPLEXITY_TEMPLATE_MAX */
    unsigned delay;     /* samples */
    double radius;      /* Euclidean, in the signal's unit */
    unsigned line_min;  /* shortest diagonal counted as a line, at least 2 */
    unsigned theiler;   /* pairs closer in time than this many samples are left out, at least 1 */
} eg_recurrence_settings;

typedef struct eg_recurrence {
    uint64_t pairs;      /* pairs of points that were compared (each once) */
    uint64_t recurrent;  /* of these, within the radius */
    double rate;         /* recurrent / pairs */
    double determinism;  /* part of the recurrent pairs that lie on lines; NaN without any */
    double line_mean;    /* samples; NaN without lines */
    double line_entropy; /* nats, Shannon, of the lengths of lines; NaN without lines */
    size_t line_longest; /* samples */
} eg_recurrence;

/* Recurrence quantification (Marwan et al. 2007, Physics Reports 438:237). Cost n^2 / 2 comparisons
 * without storing the matrix. */
EG_NODISCARD eg_err eg_complexity_recurrence(const eg_recurrence_settings *settings, size_t n,
                                             const double *x, eg_arena *scratch,
                                             eg_recurrence *result, eg_diag *diag);

#endif
