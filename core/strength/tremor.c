/* Tremor that is there at rest, too: a narrow band of some 4 to 15 Hz. It is a damped oscillator
 * pushed at random (an autoregression of second order) with white noise on top; how fast it swings,
 * how long it keeps its phase and how large it is are the likeliest that the rest allows. A fit of
 * a rise then runs on what a Kalman filter of that process could not foresee, which is white
 * (generalised least squares: Aitken 1935): tremor whose phase the rest tells is no longer taken
 * for the beginning of a rise, and what cannot be foreseen counts as noise. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/strength/part.h"

enum { BLOCKS_MAX = 400, BLOCKS_MIN = 60, COLUMNS = 3 };

/* What is left of a rest beside its line, as a part of its level, that may be rounding alone: the
 * root of a difference of sums of squares. */
static const double rounding = 1e-6;

static const double block_s = 0.004;
static const double low_hz = 4.0, high_hz = 15.0;
/* Twice the logarithm of the likelihood's gain: three unknowns and some twenty frequencies. */
static const double sure = 40.0;
static const double cycles = 0.5; /* of one phase, or it is no narrow band */

/* Tremor as the past tells it: covariance in units of the white noise's variance. */
typedef struct swing {
    double turn_cos, turn_sin, keep, ratio;
    double aa, ab, bb;
} swing;

static swing swing_of(double hz, double decay_s, double ratio, double step_s) {
    swing s = {.ratio = ratio, .aa = ratio, .bb = ratio, .keep = eg_exp(-step_s / decay_s)};
    eg_sincos(2.0 * EG_PI * hz * step_s, &s.turn_sin, &s.turn_cos);
    return s;
}

/* Gains of the next sample, and its variance; the covariance goes on to the one after it. */
static double next_gains(swing *s, double gain[2]) {
    double square = s->aa + 1.0, c = s->turn_cos, d = s->turn_sin, keep = s->keep * s->keep;
    gain[0] = s->aa / square;
    gain[1] = s->ab / square;
    double aa = s->aa - gain[0] * s->aa, ab = s->ab - gain[1] * s->aa, bb = s->bb - gain[1] * s->ab,
           fresh = (1.0 - keep) * s->ratio;
    s->aa = keep * (c * c * aa - 2.0 * c * d * ab + d * d * bb) + fresh;
    s->bb = keep * (d * d * aa + 2.0 * c * d * ab + c * c * bb) + fresh;
    s->ab = keep * (c * d * (aa - bb) + (c * c - d * d) * ab);
    return square;
}

size_t strength_whitener_size(size_t n) {
    return eg_arena_bytes(n, sizeof(strength_gain));
}

bool strength_whitener_make(const strength_tremor *tremor, size_t n, double step_s, double noise,
                            strength_whitener *whitener, eg_arena *arena) {
    EG_ASSERT(tremor != NULL && whitener != NULL && tremor->hz > 0.0 && noise > 0.0);
    double ratio = tremor->size / noise;
    swing s = swing_of(tremor->hz, tremor->decay_s, ratio * ratio, step_s);
    strength_gain *gains = eg_arena_take(arena, n, sizeof *gains);
    *whitener = (strength_whitener){.n = n, .gains = gains, .size = tremor->size};
    whitener->turn = 2.0 * EG_PI * tremor->hz * step_s;
    whitener->fade = step_s / tremor->decay_s;
    if (gains == NULL) return false;
    for (size_t i = 0; i < n; i++) {
        double square = next_gains(&s, gains[i].gain);
        gains[i].scale = 1.0 / sqrt(square);
        whitener->logs += eg_log(square);
    }
    whitener->across = s.keep * s.turn_cos;
    whitener->along = s.keep * s.turn_sin;
    return true;
}

void strength_whiten_rest(const strength_whitener *w, size_t n, const double *x, double *y) {
    EG_ASSERT(w != NULL && n <= w->n);
    strength_foretold of_one = {0.0, 0.0}, of_time = {0.0, 0.0}, past = {0.0, 0.0};
    double oo = 0.0, ot = 0.0, tt = 0.0, ox = 0.0, tx = 0.0, middle = (double)n / 2.0;
    for (int turn = 0; turn < 2; turn++) { /* the line, then what is beside it */
        double det = oo * tt - ot * ot, level = 0.0, slope = 0.0;
        if (turn > 0 && !(det > 0.0)) return;
        if (turn > 0) level = (ox * tt - tx * ot) / det;
        if (turn > 0) slope = (tx * oo - ox * ot) / det;
        past = (strength_foretold){0.0, 0.0};
        for (size_t i = 0; i < n; i++) {
            double t = (double)i - middle;
            y[i] = strength_whiten(w, i, x[i] - level - slope * t, &past);
            if (turn > 0) continue;
            double one = strength_whiten(w, i, 1.0, &of_one);
            double time = strength_whiten(w, i, t, &of_time);
            oo += one * one;
            ot += one * time;
            tt += time * time;
            ox += one * y[i];
            tx += time * y[i];
        }
    }
}

/* How unlikely x[n] is as a line, white noise and this tremor: minus twice the logarithm. */
static double unlikely(size_t n, const double *x, swing s, double *noise) {
    double whole[COLUMNS][COLUMNS] = {{0}}, state[COLUMNS][2] = {{0}}, logs = 0.0;
    double across = s.keep * s.turn_cos, along = s.keep * s.turn_sin;
    for (size_t i = 0; i < n; i++) {
        double gain[2], square = next_gains(&s, gain), scale = 1.0 / square, e[COLUMNS];
        double f[COLUMNS] = {1.0, (double)i / (double)n - 0.5, x[i]};
        logs += eg_log(square);
        for (int k = 0; k < COLUMNS; k++) {
            e[k] = f[k] - state[k][0];
            double a = state[k][0] + gain[0] * e[k], b = state[k][1] + gain[1] * e[k];
            state[k][0] = across * a - along * b;
            state[k][1] = along * a + across * b;
            for (int j = 0; j <= k; j++) whole[k][j] += e[k] * e[j] * scale;
        }
    }
    double det = whole[0][0] * whole[1][1] - whole[1][0] * whole[1][0];
    double level = (whole[2][0] * whole[1][1] - whole[2][1] * whole[1][0]) / det;
    double slope = (whole[2][1] * whole[0][0] - whole[2][0] * whole[1][0]) / det;
    double squares = whole[2][2] - level * whole[2][0] - slope * whole[2][1];
    double known = (double)n - 2.0;
    *noise = sqrt(fmax(squares, 0.0) / known);
    return known * eg_log(fmax(squares, 1e-300) / known) + logs + eg_log(det);
}

typedef struct guess {
    double score, noise;
    double at[3]; /* frequency, and the logarithms of the time of decay and of the ratio */
} guess;

static bool try_at(size_t n, const double *x, double step_s, const double at[3], guess *best) {
    static const double low[3] = {low_hz, -3.5, -3.0}, high[3] = {high_hz, 3.5, 16.0};
    guess one = {.at = {at[0], at[1], at[2]}};
    for (int k = 0; k < 3; k++)
        if (!(at[k] >= low[k] && at[k] <= high[k])) return false;
    swing s = swing_of(at[0], eg_exp(at[1]), eg_exp(at[2]), step_s);
    one.score = unlikely(n, x, s, &one.noise);
    if (!(one.score < best->score)) return false;
    *best = one;
    return true;
}

bool strength_tremor_find(size_t n, const double *x, double rate_hz, strength_tremor *tremor) {
    EG_ASSERT((x != NULL || n == 0) && tremor != NULL);
    double y[BLOCKS_MAX], most = 0.0;
    size_t block = strength_samples(block_s, rate_hz), count = 0;
    for (size_t i = 0; i + block <= n && count < BLOCKS_MAX; i += block) {
        y[count] = 0.0;
        for (size_t k = i; k < i + block; k++) y[count] += (x[k] - x[0]) / (double)block;
        most = fmax(most, fabs(x[i]));
        count++;
    }
    *tremor = (strength_tremor){0};
    if (count < BLOCKS_MIN) return false;
    double step_s = (double)block / rate_hz, none;
    double white = unlikely(count, y, swing_of(low_hz, 1.0, 0.0, step_s), &none);
    if (!(none > rounding * most)) return false; /* it stands still */
    guess best = {.score = INFINITY};
    for (int hz = 0; low_hz + 0.5 * hz <= high_hz; hz++)
        for (int decay = -2; decay < 2; decay += 2)
            for (int ratio = 1; ratio < 12; ratio += 3)
                (void)try_at(count, y, step_s, (double[]){low_hz + 0.5 * hz, decay, ratio}, &best);
    double part = 0.5;
    for (int halving = 0; halving < 7; halving++, part /= 2.0) {
        for (int k = 0; k < 6; k++) {
            double at[3] = {best.at[0], best.at[1], best.at[2]}, size[3] = {0.5, 1.0, 1.5};
            at[k / 2] += (k % 2 != 0 ? part : -part) * size[k / 2];
            (void)try_at(count, y, step_s, at, &best);
        }
    }
    bool is_inside = best.at[0] > low_hz + 0.1 && best.at[0] < high_hz - 0.1;
    double decay_s = eg_exp(best.at[1]);
    if (!(white - best.score > sure) || !is_inside || best.at[0] * decay_s < cycles) return false;
    tremor->hz = best.at[0];
    tremor->decay_s = decay_s;
    tremor->size = best.noise * eg_exp(best.at[2] / 2.0);
    tremor->noise = best.noise * sqrt((double)block);
    return true;
}
