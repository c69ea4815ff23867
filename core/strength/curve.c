/* The curves that a rise may follow (rise.c): 0 up to u = 0, towards 1, with at most one number of
 * form. A shape that is missing here is told by free.c. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/strength/part.h"

/* Curves that are seldom used are believed only where the trace speaks clearly for them. */
#define SELDOM 12.0
#define LESS   6.0 /* often: a cascade of lags whose order is not the usual two or three */

static const strength_curve_form forms[STRENGTH_RISE_COUNT] = {
    [STRENGTH_RISE_ORDER_4] = {0, 0, {0, 0}, LESS},
    [STRENGTH_RISE_ORDER_5] = {0, 0, {0, 0}, LESS},
    [STRENGTH_RISE_TWO_RATES] = {0.1, 0.95, {0.3, 0.7}, 0},
    [STRENGTH_RISE_HILL] = {1, 8, {2, 4}, 0},
    [STRENGTH_RISE_WEIBULL] = {0.8, 6, {1.5, 3}, 0},
    [STRENGTH_RISE_CUT] = {0, 9, {3, 5.5}, SELDOM},
    [STRENGTH_RISE_NORMAL] = {0, 4, {1, 2.7}, SELDOM},
    [STRENGTH_RISE_GOMPERTZ] = {0.5, 12, {2, 6}, SELDOM},
    [STRENGTH_RISE_GROWTH] = {0.7, 8, {1.5, 4}, SELDOM},
    [STRENGTH_RISE_TANH] = {1, 4, {1.3, 2}, SELDOM},
    [STRENGTH_RISE_SMEARED] = {0.02, 1, {0.1, 0.5}, SELDOM},
    [STRENGTH_RISE_POWER] = {0.4, 4, {0.6, 2}, SELDOM},
    [STRENGTH_RISE_GAMMA] = {1, 8, {2.5, 4}, LESS},
    [STRENGTH_RISE_STEP] = {0, 0, {0, 0}, SELDOM},
};

const strength_curve_form *strength_curve_form_of(strength_rise_kind which) {
    EG_ASSERT(which < STRENGTH_RISE_COUNT);
    return &forms[which];
}

/* Of u > 0; the last digits that eg_pow has do not matter here, its time does. */
static double power(double u, double p) {
    return eg_exp(p * eg_log(u));
}

static double two_lags(double u, double share) {
    /* Two first-order lags in a row, the second `share` of the first. */
    return 1.0 - (eg_exp(-u) - share * eg_exp(-u / share)) / (1.0 - share);
}

/* `order` equal lags in a row. */
static double lags(double u, int order) {
    double term = 1.0, sum = 1.0;
    for (int k = 1; k < order; k++) {
        term *= u / k;
        sum += term;
    }
    return 1.0 - sum * eg_exp(-u);
}

/* The gamma distribution to 1e-9: lags whose number is no whole one. By its series, which converges
 * for all u; a rise is told up to 95 %, where it needs few terms. */
static double gamma_part(double u, double p) {
    if (u > 40.0) return 1.0;
    /* The logarithm of p's factorial by Stirling's series, seven steps up. */
    double z = p + 8.0, steps = p + 1.0, term = 1.0, sum = 1.0;
    for (int k = 2; k <= 7; k++) steps *= p + (double)k;
    double log_factorial = (z - 0.5) * eg_log(z) - z + eg_log(2.0 * EG_PI) / 2.0 +
                           1.0 / (12.0 * z) - 1.0 / (360.0 * z * z * z) - eg_log(steps);
    for (int k = 1; k < 150 && term > 1e-10 * sum; k++) {
        term *= u / (p + (double)k);
        sum += term;
    }
    return eg_exp(p * eg_log(u) - u - log_factorial) * sum;
}

static double logistic(double x) {
    return 1.0 / (1.0 + eg_exp(-fmax(x, -700.0)));
}

/* The normal distribution to 1e-7 (Abramowitz and Stegun 1964, 7.1.26). */
double strength_normal(double x) {
    double z = fabs(x) / sqrt(2.0), t = 1.0 / (1.0 + 0.3275911 * z);
    double tail = t *
                  (0.254829592 +
                   t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
                  eg_exp(-z * z) / 2.0;
    return x < 0.0 ? tail : 1.0 - tail;
}

/* A ramp through a moving average: its rate grows, stays and falls, for `part` of the ramp each. */
static double smeared(double u, double part) {
    double end = 1.0 + part;
    if (u >= end) return 1.0;
    double x = u < 1.0 ? u - part / 2.0 : 1.0 - part / 2.0;
    if (u < part) x = u * u / (2.0 * part);
    if (u > 1.0) x += (u - 1.0) - (u - 1.0) * (u - 1.0) / (2.0 * part);
    return x;
}

/* A curve without a first instant that begins where it is `first` of its way. */
static double begun(double now, double first) {
    return (now - first) / (1.0 - first);
}

static double finite_end(strength_rise_kind which, double p, double u) {
    if (u >= 1.0) return 1.0;
    switch (which) {
    case STRENGTH_RISE_RAMP:
        return u;
    case STRENGTH_RISE_JERK:
        return u * u * u * (10.0 + u * (6.0 * u - 15.0));
    case STRENGTH_RISE_COSINE:
        return (1.0 - eg_cos(EG_PI * u)) / 2.0;
    case STRENGTH_RISE_QUARTER:
        return eg_sin(EG_PI / 2.0 * u);
    case STRENGTH_RISE_CUBIC:
        return u * u * (3.0 - 2.0 * u);
    default:
        return power(u, p);
    }
}

double strength_curve(strength_rise_kind which, double p, double u) {
    if (which == STRENGTH_RISE_LOGISTIC) return logistic(u);
    if (u <= 0.0) return 0.0;
    switch (which) {
    case STRENGTH_RISE_EXPONENTIAL:
        return 1.0 - eg_exp(-u);
    case STRENGTH_RISE_ORDER_2:
        return lags(u, 2);
    case STRENGTH_RISE_ORDER_3:
        return lags(u, 3);
    case STRENGTH_RISE_ORDER_4:
        return lags(u, 4);
    case STRENGTH_RISE_ORDER_5:
        return lags(u, 5);
    case STRENGTH_RISE_TWO_RATES:
        return two_lags(u, p);
    case STRENGTH_RISE_HILL: {
        double reached = power(u, p);
        return isfinite(reached) ? reached / (1.0 + reached) : 1.0;
    }
    case STRENGTH_RISE_WEIBULL:
        return 1.0 - eg_exp(-power(u, p));
    case STRENGTH_RISE_CUT: /* p of its widths before its middle */
        return begun(logistic(u - p), logistic(-p));
    case STRENGTH_RISE_NORMAL: /* p SD before its middle */
        return begun(strength_normal(u - p), strength_normal(-p));
    case STRENGTH_RISE_GOMPERTZ:
        return begun(eg_exp(-p * eg_exp(-u)), eg_exp(-p));
    case STRENGTH_RISE_GROWTH: /* Richards 1959 */
        return power(-eg_expm1(-u), p);
    case STRENGTH_RISE_TANH:
        return power(eg_tanh(u), p);
    case STRENGTH_RISE_SMEARED:
        return smeared(u, p);
    case STRENGTH_RISE_GAMMA:
        return gamma_part(u, p);
    default:
        return finite_end(which, p, u);
    }
}

double strength_curve_inverse(strength_rise_kind which, double p, double part) {
    double low = which == STRENGTH_RISE_LOGISTIC ? -50.0 : 0.0, high = 50.0;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2.0;
        if (strength_curve(which, p, middle) < part)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2.0;
}
