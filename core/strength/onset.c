/* The onset of force by maximum likelihood, where the top of the rise tells nothing. Rest is a
 * straight line; from the onset t0 on a rise of c1 u^p + c2 u^(p+1) + ... (u = t - t0, p = 1, 2 or
 * 3, one to three terms) comes on top. For every t0 the line and the rise are fitted by least
 * squares; the t0 with the least residual is the most likely one, and the information criterion
 * (Schwarz 1978) chooses between the shapes. A threshold crossing is late by the time the force
 * needs to climb out of the noise; this is not. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/solve.h"
#include "core/strength/part.h"

enum { POWERS = 3, TERMS_MAX = 3, SHAPES = POWERS * TERMS_MAX, GRID = 48, ZOOMS = 5 };

typedef struct shape {
    int power; /* of the first term */
    int terms;
} shape;

typedef struct fit {
    double residual; /* sum of squares */
    double onset;    /* samples */
    double line[2];  /* level at sample 0 and slope a sample, scaled back */
    double factors[STRENGTH_UNKNOWNS_MAX];
    int is_rising;
} fit;

/* The functions of the fit at sample t: 1, t, and the terms of the rise, all within 0 ... 1. */
static void functions(shape s, size_t n, double onset, double t, double f[STRENGTH_UNKNOWNS_MAX]) {
    double length = (double)n - 1.0;
    f[0] = 1.0;
    f[1] = t / length;
    double u = t > onset ? (t - onset) / (length - onset) : 0.0;
    double power = u;
    for (int k = 1; k < s.power; k++) power *= u;
    for (int k = 0; k < s.terms; k++) {
        f[2 + k] = power;
        power *= u;
    }
}

static fit fit_at(size_t n, const double *x, shape s, double onset) {
    double a[STRENGTH_UNKNOWNS_MAX * STRENGTH_UNKNOWNS_MAX] = {0}, b[STRENGTH_UNKNOWNS_MAX] = {0},
                                     f[STRENGTH_UNKNOWNS_MAX];
    int unknowns = 2 + s.terms;
    for (size_t i = 0; i < n; i++) {
        functions(s, n, onset, (double)i, f);
        for (int j = 0; j < unknowns; j++) {
            for (int k = 0; k <= j; k++) a[j * unknowns + k] += f[j] * f[k];
            b[j] += f[j] * x[i];
        }
    }
    fit result = {.residual = INFINITY, .onset = onset};
    if (!eg_solve((size_t)unknowns, a, b, b)) return result;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double rest = x[i];
        functions(s, n, onset, (double)i, f);
        for (int j = 0; j < unknowns; j++) rest -= b[j] * f[j];
        sum += rest * rest;
    }
    result.residual = sum;
    result.line[0] = b[0];
    result.line[1] = b[1] / ((double)n - 1.0);
    result.is_rising = b[2] > 0.0;
    memcpy(result.factors, b, sizeof result.factors);
    return result;
}

/* A grid over the possible onsets, then finer ones about the best. */
static fit fit_shape(size_t n, const double *x, shape s) {
    double low = 3.0, high = (double)n - 4.0 - s.terms;
    fit best = {.residual = INFINITY, .onset = NAN};
    for (int zoom = 0; zoom < ZOOMS && high > low; zoom++) {
        int steps = zoom == 0 ? GRID : 8;
        double step = (high - low) / steps;
        for (int k = 0; k <= steps; k++) {
            fit one = fit_at(n, x, s, low + step * k);
            if (one.is_rising && one.residual < best.residual) best = one;
        }
        if (!isfinite(best.residual)) return best;
        double first = fmax(3.0, best.onset - step);
        high = fmin((double)n - 4.0 - s.terms, best.onset + step);
        low = first;
        if (step < 0.02) break;
    }
    return best;
}

/* How far from the best onset the residual has grown by what one standard error makes of it. */
static double error_of(size_t n, const double *x, shape s, const fit *best, double square) {
    double sum = 0.0;
    for (int side = -1; side <= 1; side += 2) {
        double step = 0.25, limit = best->residual + square;
        while (step < (double)n / 4.0) {
            double at = best->onset + side * step;
            if (at < 3.0 || at > (double)n - 4.0 - s.terms) break;
            if (fit_at(n, x, s, at).residual > limit) break;
            step *= 1.5;
        }
        sum += step / 2.0;
    }
    return sum;
}

static bool is_noise(size_t n, const double *x, shape s, const fit *best, double square,
                     double block_square) {
    double f[STRENGTH_UNKNOWNS_MAX];
    strength_residue residue = strength_residue_of(n);
    for (size_t i = 0; i < n; i++) {
        double d = x[i];
        functions(s, n, best->onset, (double)i, f);
        for (int j = 0; j < 2 + s.terms; j++) d -= best->factors[j] * f[j];
        strength_residue_add(&residue, d);
    }
    return strength_residue_is_noise(&residue, square, block_square);
}

bool strength_onset_fit(size_t n, const double *x, double noise, double block_noise,
                        strength_onset *onset) {
    EG_ASSERT(x != NULL && onset != NULL);
    if (n < 12) return false;
    double low = x[0], high = x[0], samples = (double)n;
    for (size_t i = 1; i < n; i++) {
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    /* Residuals below a millionth of the rise are the number format's, not the shape's. */
    double floor_square = (high - low) * 1e-6 * (high - low) * 1e-6;
    double grain = (high - low) * 1e-4 * (high - low) * 1e-4;
    fit fits[SHAPES];
    double scores[SHAPES], best = INFINITY, weights = 0.0, mean = 0.0, square = 0.0;
    int chosen = 0;
    for (int k = 0; k < SHAPES; k++) {
        shape s = {1 + k / TERMS_MAX, 1 + k % TERMS_MAX};
        fits[k] = fit_shape(n, x, s);
        scores[k] = INFINITY;
        if (!isfinite(fits[k].residual)) continue;
        scores[k] = samples * eg_log(fits[k].residual / samples + floor_square) +
                    (3.0 + s.terms) * eg_log(samples);
        if (scores[k] < best) chosen = k;
        best = fmin(best, scores[k]);
    }
    if (!isfinite(best) || !(high > low)) return false;
    shape s = {1 + chosen / TERMS_MAX, 1 + chosen % TERMS_MAX};
    const fit *one = &fits[chosen];
    double slow = fmax(noise, block_noise);
    onset->at = one->onset;
    onset->level = one->line[0] + one->line[1] * one->onset;
    onset->is_believed = is_noise(n, x, s, one, noise * noise + grain, slow * slow + grain);
    for (int k = 0; k < SHAPES; k++) {
        double weight = isfinite(scores[k]) ? eg_exp((best - scores[k]) / 2.0) : 0.0;
        if (weight < 1e-6) continue;
        double d = fits[k].onset - mean;
        weights += weight;
        mean += d * weight / weights;
        square += weight * d * (fits[k].onset - mean);
    }
    double own = error_of(n, x, s, one, fmax(one->residual / samples, slow * slow));
    onset->error = sqrt(own * own + square / weights);
    return true;
}
