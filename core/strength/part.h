/* Shared by the files of this folder. */
#ifndef EG_STRENGTH_PART_H
#define EG_STRENGTH_PART_H

#include "core/strength/trace.h"

enum { STRENGTH_UNKNOWNS_MAX = 6 };

/* Running means: sums[n + 1] of values less `offset`. */
typedef struct strength_sums {
    size_t n;
    const double *sums;
    double offset;
} strength_sums;

/* Samples in a time, at least 1. */
size_t strength_samples(double seconds, double rate_hz);

/* Mean of values[from, to), to > from. */
double strength_mean(const strength_sums *sums, size_t from, size_t to);

/* NULL in `sums` if the arena is full. */
strength_sums strength_sum(size_t n, const double *values, eg_arena *arena);

/* Slope a sample and level at the middle of x[n] by least squares, n > 1, and the SD about it. */
typedef struct strength_line {
    double slope, middle, sd;
} strength_line;
strength_line strength_fit(size_t n, const double *x);

/* Bytes of arena that eg_strength_find takes of a trace of n samples. */
size_t strength_find_size(size_t n);

/* SD of the noise from second differences, which a slow change does not enter; at most 4096 of
 * them. */
double strength_noise(size_t n, const double *x);

/* How the rest level moves through a recording (drift.c). */
typedef enum strength_drift_kind {
    STRENGTH_DRIFT_LINE,
    STRENGTH_DRIFT_SQUARE, /* polynomials of second and third degree */
    STRENGTH_DRIFT_CUBE,
    STRENGTH_DRIFT_SINE, /* about a line */
    STRENGTH_DRIFT_COUNT
} strength_drift_kind;

typedef struct strength_drift {
    double slope; /* of the line through all rest, unit / s; NaN: too little rest */
    bool is_large, is_sure;
    strength_drift_kind kind;
    double factors[STRENGTH_UNKNOWNS_MAX];
    double length_s, hz;
} strength_drift;

strength_drift strength_drift_find(const eg_strength_signal *signal, size_t n_spans,
                                   const eg_strength_span *spans, double peak);

/* What has to be taken off at a time; 0 at the start, for a sine about its middle. */
double strength_drift_at(const strength_drift *drift, double t_s);

/* The straight line under a trace, whatever lies on it: for finding contractions in strong drift.
 * In unit / s. */
double strength_drift_under(const eg_strength_signal *signal);

/* The curves of curve.c. STRENGTH_RISE_TWO_RATES: two lags in a row. */
typedef enum strength_rise_kind {
    STRENGTH_RISE_EXPONENTIAL,
    STRENGTH_RISE_RAMP,
    STRENGTH_RISE_JERK,
    STRENGTH_RISE_COSINE,
    STRENGTH_RISE_QUARTER,
    STRENGTH_RISE_CUBIC,
    STRENGTH_RISE_ORDER_2,
    STRENGTH_RISE_ORDER_3,
    STRENGTH_RISE_ORDER_4,
    STRENGTH_RISE_ORDER_5,
    STRENGTH_RISE_TWO_RATES,
    STRENGTH_RISE_HILL,
    STRENGTH_RISE_WEIBULL,
    STRENGTH_RISE_LOGISTIC,
    STRENGTH_RISE_CUT,
    STRENGTH_RISE_NORMAL,
    STRENGTH_RISE_GOMPERTZ,
    STRENGTH_RISE_GROWTH,
    STRENGTH_RISE_TANH,
    STRENGTH_RISE_POWER,
    STRENGTH_RISE_SMEARED,
    STRENGTH_RISE_GAMMA,
    STRENGTH_RISE_STEP, /* logistic, but nothing before an instant (rise.c) */
    STRENGTH_RISE_COUNT
} strength_rise_kind;

typedef struct strength_curve_form {
    double low, high; /* of the number of form; equal: it has none */
    double starts[2]; /* where its search begins */
    double doubt;     /* twice the logarithm of the odds against it before anything is seen */
} strength_curve_form;

const strength_curve_form *strength_curve_form_of(strength_rise_kind which);

/* The curve of form p: 0 up to u = 0 (but the logistic, which has no first instant), towards 1. */
double strength_curve(strength_rise_kind which, double p, double u);

/* Where it has come to `part`. */
double strength_curve_inverse(strength_rise_kind which, double p, double part);

/* The normal distribution, to 1e-7. */
double strength_normal(double x);

/* A logistic curve has no first instant: its onset is where it has gone this part of its way. */
#define STRENGTH_ONSET_PART 0.01

/* Tremor at rest (tremor.c): it stays within this many SD for as long as a rest lasts. */
#define STRENGTH_TREMOR_REACH 3.0

typedef struct strength_tremor {
    double hz;      /* 0: there is none */
    double decay_s; /* in which it loses its phase */
    double size;    /* SD */
    double noise;   /* SD of the white noise of a sample beside it */
} strength_tremor;

/* From rest of a quarter of a second or more; false: none to speak of. */
bool strength_tremor_find(size_t n, const double *x, double rate_hz, strength_tremor *tremor);

/* What each sample of x[n] is beyond what the tremor before it foretells, in units in which white
 * noise stays as large as it is. */
typedef struct strength_gain {
    double gain[2], scale;
} strength_gain;
typedef struct strength_whitener {
    size_t n;
    const strength_gain *gains;
    double across, along; /* a step of the oscillator */
    double logs;          /* of the variances by which it was scaled */
    double turn, fade;    /* radians a sample; part of the phase that a sample forgets */
    double size;          /* SD */
} strength_whitener;

/* For samples every step_s whose white noise has the SD `noise`. False: no memory. */
bool strength_whitener_make(const strength_tremor *tremor, size_t n, double step_s, double noise,
                            strength_whitener *whitener, eg_arena *arena);
size_t strength_whitener_size(size_t n);

/* The oscillator as the samples before foretell it; zeros to begin with. */
typedef struct strength_foretold {
    double a, b;
} strength_foretold;

/* Sample i of a series, whitened. Any sum of series becomes the sum of theirs. NULL: as it is. */
static inline double strength_whiten(const strength_whitener *w, size_t i, double x,
                                     strength_foretold *past) {
    if (w == NULL) return x;
    const strength_gain *g = &w->gains[i];
    double e = x - past->a, a = past->a + g->gain[0] * e, b = past->b + g->gain[1] * e;
    *past = (strength_foretold){w->across * a - w->along * b, w->along * a + w->across * b};
    return e * g->scale;
}

/* Rest less the line through it, whitened: y[n]. */
void strength_whiten_rest(const strength_whitener *w, size_t n, const double *x, double *y);

/* Two parts in ten thousand of the rise are no fault of a curve. */
#define STRENGTH_GRAIN 2e-4

/* A trace of a rise that begins in rest. */
typedef struct strength_rise_trace {
    size_t n;
    const double *x;    /* [n] ends near the top of the rise */
    size_t n_rest;      /* the first of them are rest for sure */
    double noise;       /* SD of a sample */
    double block_noise; /* the same as seen in means of n / 24 samples, times their number's root */
    bool is_strict;     /* a rise of no known form is none */
    double least; /* SD of noise that is white, below which nothing is read out of the trace */
    const strength_whitener *tremor;       /* NULL: none */
    double windows[EG_STRENGTH_RFD_COUNT]; /* samples behind the onset */
} strength_rise_trace;

/* What the trace tells of it; each `_sd` is one standard error. */
typedef struct strength_rise {
    double onset, onset_sd;                                             /* samples */
    double level;                                                       /* at the onset */
    double gain[EG_STRENGTH_RFD_COUNT], gain_sd[EG_STRENGTH_RFD_COUNT]; /* above it, by windows */
    bool is_endless; /* the likeliest curve has no first instant */
    bool is_known;   /* a known curve is believed */
} strength_rise;

/* Fits the curves and the free form. False if the trace shows no rise. */
bool strength_rise_fit(const strength_rise_trace *trace, strength_rise *rise, eg_arena *arena);
size_t strength_rise_size(size_t n);

/* Onset, level at the onset, gains. */
enum { STRENGTH_OUTPUTS = 2 + EG_STRENGTH_RFD_COUNT };

/* Minus twice the logarithm of the likelihood of n values, their noise the likeliest that is not
 * below `least` (SD). */
double strength_evidence(double n, double squares, double least);

/* A rise of no known form (free.c): `height` and `width` roughly, in samples. False: none is seen,
 * or no memory. */
typedef struct strength_free {
    double score; /* minus twice the logarithm of the evidence */
    double y[STRENGTH_OUTPUTS], squares[STRENGTH_OUTPUTS];
} strength_free;
bool strength_free_fit(const strength_rise_trace *trace, double height, double width,
                       strength_free *result, eg_arena *arena);
size_t strength_free_size(size_t n); /* bytes of arena, as of the others */

/* What a fit leaves, sample by sample, and in 24 blocks. */
typedef struct strength_residue {
    size_t length; /* samples of a block */
    size_t n, in_block;
    double squares, block, blocks;
} strength_residue;

strength_residue strength_residue_of(size_t n);
void strength_residue_add(strength_residue *residue, double d);

/* Whether it is noise: by its size over samples (square: that of their SD) and over blocks. */
bool strength_residue_is_noise(const strength_residue *residue, double square, double block_square);

/* The onset by the polynomials of onset.c. */
typedef struct strength_onset {
    double at, error; /* samples; one standard error */
    double level;     /* of the rest there */
    bool is_believed; /* what the fit leaves is noise */
} strength_onset;

/* x[n] begins in rest and ends on the rise; noise as strength_rise_trace. False: no rise. */
bool strength_onset_fit(size_t n, const double *x, double noise, double block_noise,
                        strength_onset *onset);

/* Bridges a counter-movement before the contraction by the rest before it, up to where force comes
 * back through the level of that rest. What no tremor of the rest before reaches is a dip. False:
 * there is none, nothing was changed. */
bool strength_dip_bridge(size_t n, double *x, const eg_strength_span *span,
                         const strength_tremor *tremor, double rate_hz);

/* Takes mains hum (50 or 60 Hz) off x[n], its frequency, size and phase from x[from, to), which is
 * rest. False: there is none to speak of, nothing was changed. */
bool strength_hum_remove(size_t n, double *x, size_t from, size_t to, double rate_hz);

#endif
