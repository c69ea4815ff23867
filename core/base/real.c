/* Exponentials, logarithms and powers; see real.h for what is promised. */
#include "core/base/real.h"

#include "core/base/twofold.h"

/* log 2 in a head whose products with whole numbers up to 2^12 are exact, and a tail. */
static const double ln2_head = 0x1.62e42fefa2p-1, ln2_tail = 0x1.9ef35793c7673p-41;
static const double log2_e = 0x1.71547652b82fep+0;

/* x * 2^k with one rounding at most, k between -2200 and 2200. */
static double scaled(double x, int k) {
    if (k > 1023) {
        x *= 0x1p1023;
        k -= 1023;
        if (k > 1023) k = 1023;
    } else if (k < -1022) {
        /* Leave all bits in place until the last multiplication, which alone may round. */
        x *= 0x1p-969;
        k += 969;
        if (k < -1022) k = -1022;
    }
    return x * power_of_two(k);
}

/* (exp(r) - 1 - r) / r^2 for |r| <= 0.35: Taylor, truncation below 2^-60. */
static double exp_tail(double r) {
    return 1.0 / 2 +
           r * (1.0 / 6 +
                r * (1.0 / 24 +
                     r * (1.0 / 120 +
                          r * (1.0 / 720 +
                               r * (1.0 / 5040 +
                                    r * (1.0 / 40320 +
                                         r * (1.0 / 362880 +
                                              r * (1.0 / 3628800 +
                                                   r * (1.0 / 39916800 +
                                                        r * (1.0 / 479001600 +
                                                             r * (1.0 / 6227020800.0 +
                                                                  r / 87178291200.0)))))))))));
}

/* x = k log 2 + r. */
static int exp_reduce(eg_twofold x, eg_twofold *r) {
    double k = floor(x.high * log2_e + 0.5);
    *r = exact_sum(x.high - k * ln2_head, -k * ln2_tail);
    *r = exact_sum(r->high, r->low + x.low);
    return (int)k;
}

/* exp(high + low), high within the range where the result is neither 0 nor infinite. */
static double exp_twofold(eg_twofold x) {
    eg_twofold r;
    int k = exp_reduce(x, &r);
    double grown = r.high * r.high * exp_tail(r.high) + r.low * (1.0 + r.high);
    eg_twofold sum = exact_sum(1.0, r.high);
    return scaled(sum.high + (sum.low + grown), k);
}

double eg_exp(double x) {
    if (isnan(x)) return x + x;
    if (x > 709.79) return (double)INFINITY;
    if (x < -745.14) return 0.0;
    return exp_twofold((eg_twofold){x, 0.0});
}

/* exp(x) - 1 in a little more than double precision, for 2^-54 < |x| < 690. */
static eg_twofold expm1_twofold(double x) {
    eg_twofold r;
    int k = exp_reduce((eg_twofold){x, 0.0}, &r);
    double tail = r.high * r.high * exp_tail(r.high) + r.low * (1.0 + r.high);
    eg_twofold grown = exact_sum(r.high, tail);
    if (k == 0) return grown;
    /* 2^k (1 + grown) - 1 = 2^k (grown + (1 - 2^-k)); beyond 2^60 the last 1 no longer counts. */
    eg_twofold sum = twofold_add(exact_sum(1.0, k > 60 ? 0.0 : -power_of_two(-k)), grown);
    return (eg_twofold){sum.high * power_of_two(k), sum.low * power_of_two(k)};
}

double eg_expm1(double x) {
    if (fabs(x) < 0x1p-54) return x;
    if (!(x < 690.0)) return eg_exp(x);
    if (x < -38.0) return -1.0;
    eg_twofold result = expm1_twofold(x);
    return result.high + result.low;
}

double eg_tanh(double x) {
    double size = fabs(x);
    if (isnan(x) || size < 0x1p-27) return x;
    if (size > 20.0) return copysign(1.0, x);
    eg_twofold grown = expm1_twofold(2.0 * size);
    eg_twofold t = twofold_divide(grown, twofold_add(grown, (eg_twofold){2.0, 0.0}));
    return copysign(t.high + t.low, x);
}

/* x = 2^k * m with sqrt(1/2) <= m < sqrt(2); x is positive and finite. */
static int split_power(double x, double *m) {
    int k = 0;
    if (exponent_field(x) == 0) {
        x *= 0x1p54;
        k = -54;
    }
    uint64_t bits = bits_of(x);
    k += (int)(bits >> 52) - 1023;
    *m = from_bits((bits & 0xfffffffffffffU) | 0x3ff0000000000000U);
    if (*m > 0x1.6a09e667f3bcdp+0) {
        *m *= 0.5;
        k++;
    }
    return k;
}

/* log(1 + f) for f (as a sum) between sqrt(1/2) - 1 and sqrt(2) - 1, in twice the precision
 * (relative error near 2^-66): with s = f / (2 + f), log(1 + f) = 2 (s + s^3/3 + s^5/5 + ...). */
static eg_twofold log_near_one(eg_twofold f) {
    const eg_twofold third = {0x1.5555555555555p-2, 0x1.5555555555555p-56};
    eg_twofold s = twofold_divide(f, twofold_add((eg_twofold){2.0, 0.0}, f));
    eg_twofold z = twofold_multiply(s, s);
    double q = z.high;
    double tail =
        1.0 / 5 +
        q * (1.0 / 7 +
             q * (1.0 / 9 +
                  q * (1.0 / 11 +
                       q * (1.0 / 13 +
                            q * (1.0 / 15 +
                                 q * (1.0 / 17 + q * (1.0 / 19 + q * (1.0 / 21 + q / 23))))))));
    /* 1/3 + z tail, then times z, plus 1, times 2 s. */
    eg_twofold inner = twofold_add(third, exact_product(q, tail));
    eg_twofold factor = twofold_add((eg_twofold){1.0, 0.0}, twofold_multiply(z, inner));
    eg_twofold result = twofold_multiply(s, factor);
    return (eg_twofold){2.0 * result.high, 2.0 * result.low};
}

/* log(x) = k log 2 + log(m), x positive and finite. */
static eg_twofold log_twofold(double x) {
    double m;
    int k = split_power(x, &m);
    eg_twofold part = log_near_one((eg_twofold){m - 1.0, 0.0});
    if (k == 0) return part;
    return twofold_add(exact_sum(k * ln2_head, k * ln2_tail), part);
}

/* What a logarithm gives where it does not exist or is infinite; 1 if x is ordinary. */
static int log_special(double x, double *result) {
    if (isnan(x) || (isinf(x) && x > 0.0)) {
        *result = x + x;
        return 1;
    }
    if (x > 0.0) return 0;
    *result = x < 0.0 ? (double)NAN : -(double)INFINITY;
    return 1;
}

/* In plain double, several times as fast as log_twofold: with s = f / (2 + f) and h = f^2 / 2,
 * log(1 + f) = f - (h - s (h + r)), where r holds the terms of the series behind 2 s. */
double eg_log(double x) {
    double special, m;
    if (log_special(x, &special)) return special;
    int k = split_power(x, &m);
    double f = m - 1.0, s = f / (2.0 + f), z = s * s, w = z * z, half = 0.5 * f * f;
    double odd =
        2.0 / 3 + w * (2.0 / 7 + w * (2.0 / 11 + w * (2.0 / 15 + w * (2.0 / 19 + w * (2.0 / 23)))));
    double even = 2.0 / 5 + w * (2.0 / 9 + w * (2.0 / 13 + w * (2.0 / 17 + w * (2.0 / 21))));
    double r = z * odd + w * even;
    return k * ln2_head - ((half - (s * (half + r) + k * ln2_tail)) - f);
}

double eg_log1p(double x) {
    double special;
    if (fabs(x) < 0x1p-54) return x;
    if (log_special(1.0 + x, &special)) return special;
    if (x > -0.25 && x < 0.375) {
        eg_twofold near = log_near_one((eg_twofold){x, 0.0});
        return near.high + near.low;
    }
    /* 1 + x = sum.high + sum.low exactly; log of it = log(sum.high) + low / high. */
    eg_twofold sum = exact_sum(1.0, x);
    eg_twofold result = log_twofold(sum.high);
    return result.high + (result.low + sum.low / sum.high);
}

double eg_log2(double x) {
    const eg_twofold per_ln2 = {0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};
    double special, m;
    if (log_special(x, &special)) return special;
    int k = split_power(x, &m);
    eg_twofold part = twofold_multiply(log_near_one((eg_twofold){m - 1.0, 0.0}), per_ln2);
    eg_twofold result = twofold_add((eg_twofold){k, 0.0}, part);
    return result.high + result.low;
}

double eg_log10(double x) {
    const eg_twofold per_ln10 = {0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};
    double special;
    if (log_special(x, &special)) return special;
    eg_twofold result = twofold_multiply(log_twofold(x), per_ln10);
    return result.high + result.low;
}

/* 0: y is no whole number, 1: odd, 2: even. y is finite. */
static int parity(double y) {
    double size = fabs(y);
    if (size >= 0x1p53) return 2;
    if (floor(size) < size) return 0;
    return (uint64_t)size & 1 ? 1 : 2;
}

/* |x|^y where x is not 0, 1, infinite or NaN and y is finite and not 0. */
static double pow_positive(double x, double y) {
    eg_twofold l = log_twofold(x);
    /* Beyond these the answer is plain, and the exact product would overflow or underflow. */
    if (fabs(y) > 0x1p65) return (l.high > 0.0) == (y > 0.0) ? (double)INFINITY : 0.0;
    if (fabs(y) < 0x1p-70) return 1.0;
    eg_twofold product = exact_product(y, l.high);
    product = exact_quick_sum(product.high, product.low + y * l.low);
    if (product.high > 709.79) return (double)INFINITY;
    if (product.high < -745.14) return 0.0;
    return exp_twofold(product);
}

double eg_pow(double x, double y) {
    double size = fabs(x);
    if ((y <= 0.0 && y >= 0.0) || (x >= 1.0 && x <= 1.0)) return 1.0;
    if (isnan(x) || isnan(y)) return x + y;
    if (isinf(y)) {
        if (size <= 1.0 && size >= 1.0) return 1.0;
        return (size > 1.0) == (y > 0.0) ? (double)INFINITY : 0.0;
    }
    int kind = parity(y);
    double sign = bits_of(x) >> 63 && kind == 1 ? -1.0 : 1.0;
    if (size <= 0.0 || isinf(x))
        return sign * ((size <= 0.0) == (y < 0.0) ? (double)INFINITY : 0.0);
    if (x < 0.0 && kind == 0) return (double)NAN;
    if (size <= 1.0 && size >= 1.0) return sign;
    return sign * pow_positive(size, y);
}

double eg_hypot(double x, double y) {
    if (isinf(x) || isinf(y)) return (double)INFINITY;
    if (isnan(x) || isnan(y)) return x + y;
    double a = fabs(x), b = fabs(y);
    if (a < b) {
        a = fabs(y);
        b = fabs(x);
    }
    if (b <= 0.0 || exponent_field(a) - exponent_field(b) > 64) return a + b;
    double back = 1.0;
    if (a > 0x1p500) {
        a *= 0x1p-600;
        b *= 0x1p-600;
        back = 0x1p600;
    } else if (b < 0x1p-400) {
        a *= 0x1p600;
        b *= 0x1p600;
        back = 0x1p-600;
    }
    eg_twofold sum = twofold_add(exact_product(a, a), exact_product(b, b));
    double root = sqrt(sum.high);
    eg_twofold square = exact_product(root, root);
    double error = (sum.high - square.high) - square.low + sum.low;
    return (root + error / (2.0 * root)) * back;
}

#define SINGLE_1(name)                                                                             \
    float eg_##name##f(float x) {                                                                  \
        return (float)eg_##name((double)x);                                                        \
    }
#define SINGLE_2(name)                                                                             \
    float eg_##name##f(float x, float y) {                                                         \
        return (float)eg_##name((double)x, (double)y);                                             \
    }
SINGLE_1(sin)
SINGLE_1(cos)
SINGLE_1(tan)
SINGLE_1(asin)
SINGLE_1(acos)
SINGLE_1(atan)
SINGLE_2(atan2)
SINGLE_1(exp)
SINGLE_1(expm1)
SINGLE_1(log)
SINGLE_1(log1p)
SINGLE_1(log2)
SINGLE_1(log10)
SINGLE_2(pow)
SINGLE_2(hypot)
SINGLE_1(tanh)
