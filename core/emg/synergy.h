/* Muscle synergies: envelopes of m muscles as k groups of muscles (weights W) that are switched
 * together (activations H), V = W H with nothing negative.
 *
 * Multiplicative updates for the Frobenius norm (Lee and Seung 1999, Nature 401:788; 2001, NIPS
 * 13), W first, then H, as scikit-learn's solver "mu": with the same start the same numbers. The
 * factorisation has local minima: at least 20 seeded starts, the best is kept and how far the
 * others agree with it is said. Columns of W have unit length.
 *
 * Two measures of fit are in use and differ by one or two synergies; both are given:
 *   VAF = 1 - SSE / sum V^2 (uncentred), R2 = 1 - SSE / sum (V - mean V)^2 (centred, one mean).
 *
 * What the number of synergies means is debated, filters and normalisation change it (CEDE calls
 * synergies "caution"); compare only what was processed alike. */
#ifndef EG_EMG_SYNERGY_H
#define EG_EMG_SYNERGY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/err.h"

enum { EG_SYNERGY_MUSCLES_MAX = 64, EG_SYNERGY_MAX = 16 };

/* The envelopes, arranged for the computation. */
typedef struct eg_synergy {
    size_t n_muscles, n;  /* muscles, samples */
    size_t n_blocks;      /* of samples side by side */
    const double *blocks; /* [n_blocks][n_muscles][block] */
    double squares;       /* sum of V^2 */
    double centred;       /* sum of (V - mean V)^2 */
    size_t n_negative;    /* samples below 0, taken as 0: undershoots of a filter */
    double *activations;  /* scratch: [n_blocks][EG_SYNERGY_MAX][block] */
} eg_synergy;

typedef struct eg_synergy_settings {
    size_t restarts;       /* 20; at least 1 */
    size_t iterations_max; /* 1000 */
    double tolerance; /* 1e-6: stops when ten iterations lowered the root of SSE by less than this
                         share of its start; 0: never */
    uint64_t seed;    /* 1 */
} eg_synergy_settings;

eg_synergy_settings eg_synergy_defaults(void);

typedef struct eg_synergy_fit {
    size_t k, iterations; /* iterations of the best start */
    double sse, vaf, r2;
    double vaf_muscle[EG_SYNERGY_MUSCLES_MAX]; /* each muscle's own; NaN for a silent one */
    double vaf_muscle_min;
    /* Over the starts (1 and NaN for a given start): */
    size_t n_starts;
    double stability; /* mean cosine between the best W and the matched W of the other starts */
    double vaf_worst; /* VAF of the worst start */
} eg_synergy_fit;

/* Bytes of arena that eg_synergy_init takes at most, with room for a fit of up to 50 starts. */
size_t eg_synergy_size(size_t n_muscles, size_t n);

/* Arranges x[n][n_muscles] (interleaved). The arena's memory must outlive it. EG_ERR_ARGUMENT
 * (2 ... 64 muscles), EG_ERR_DATA (fewer samples than muscles, values that are no numbers, nothing
 * above 0), EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_synergy_init(eg_synergy *synergy, size_t n_muscles, size_t n,
                                    const double *x, eg_arena *arena, eg_diag *diag);

/* From a given start w[n_muscles][k], h[k][n] (all >= 0), which becomes the result, not
 * normalised; returns the iterations done. tolerance as in the settings. */
size_t eg_synergy_update(eg_synergy *synergy, size_t k, size_t iterations_max, double tolerance,
                         double *w, double *h);

/* Fit of any w, h; n_starts is 1. */
void eg_synergy_measure(const eg_synergy *synergy, size_t k, const double *w, const double *h,
                        eg_synergy_fit *fit);

/* Columns of w to unit length, rows of h the other way. The order of synergies means nothing. */
void eg_synergy_normalise(size_t n_muscles, size_t n, size_t k, double *w, double *h);

/* The best of settings->restarts random starts, normalised. 1 <= k < n_muscles, k <=
 * EG_SYNERGY_MAX. Takes (restarts n_muscles + n) k doubles of scratch. EG_ERR_ARGUMENT,
 * EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_synergy_find(eg_synergy *synergy, size_t k,
                                    const eg_synergy_settings *settings, double *w, double *h,
                                    eg_synergy_fit *fit, eg_arena *scratch, eg_diag *diag);

/* The fewest synergies by a named rule, from fits with k = 1 ... count; 0: none of them suffices.
 * By VAF: total at least vaf_min (0.90) and every muscle at least muscle_min (0.75). */
size_t eg_synergy_choose_vaf(size_t count, const eg_synergy_fit *fits, double vaf_min,
                             double muscle_min);

/* By the bend of R2 (Cheung et al. 2005, J Neurosci 25:6419, as musclesyneRgies): the first k from
 * which on R2 against k is a straight line with a mean squared error below error_max (1e-4). Two
 * points always are a line, so that the last but one is the latest answer. */
size_t eg_synergy_choose_line(size_t count, const eg_synergy_fit *fits, double error_max);

/* One-to-one assignment of the columns of a[n_muscles][k_a] to those of b[n_muscles][k_b] with the
 * largest sum of cosines; k_a <= k_b. partner[k_a] indexes b; cosine[k_a]. */
void eg_synergy_match(size_t n_muscles, size_t k_a, const double *a, size_t k_b, const double *b,
                      size_t *partner, double *cosine);

#endif
