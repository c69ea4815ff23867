/* Numbers of twice the precision: an unevaluated sum of two doubles, high + low, with |low| at most
 * half an ulp of high. The error-free transformations are Dekker's and Knuth's (Dekker 1971,
 * Numerische Mathematik 18:224; Knuth, TAOCP 2, 4.2.2). Private to core/base. */
#ifndef EG_BASE_TWOFOLD_H
#define EG_BASE_TWOFOLD_H

#include <stdint.h>
#include <string.h>

typedef struct eg_twofold {
    double high, low;
} eg_twofold;

static inline uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^k for a normal result: -1022 <= k <= 1023. */
static inline double power_of_two(int k) {
    return from_bits((uint64_t)(k + 1023) << 52);
}

/* The exponent field of |x|: 0 for zero and subnormals, 2047 for infinities and NaN. */
static inline int exponent_field(double x) {
    return (int)(bits_of(x) >> 52 & 0x7ff);
}

/* a + b exactly. */
static inline eg_twofold exact_sum(double a, double b) {
    double sum = a + b;
    double part_b = sum - a;
    double part_a = sum - part_b;
    return (eg_twofold){sum, (a - part_a) + (b - part_b)};
}

/* a + b exactly, if |a| >= |b| or a is 0. */
static inline eg_twofold exact_quick_sum(double a, double b) {
    double sum = a + b;
    return (eg_twofold){sum, b - (sum - a)};
}

/* a * b exactly, while neither overflows (|a|, |b| < 2^970) nor the low half underflows. */
static inline eg_twofold exact_product(double a, double b) {
    const double splitter = 134217729.0; /* 2^27 + 1 */
    double wide_a = splitter * a, wide_b = splitter * b;
    double head_a = wide_a - (wide_a - a), tail_a = a - head_a;
    double head_b = wide_b - (wide_b - b), tail_b = b - head_b;
    double product = a * b;
    double low =
        ((head_a * head_b - product) + head_a * tail_b + tail_a * head_b) + tail_a * tail_b;
    return (eg_twofold){product, low};
}

static inline eg_twofold twofold_multiply(eg_twofold a, eg_twofold b) {
    eg_twofold product = exact_product(a.high, b.high);
    return exact_quick_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

static inline eg_twofold twofold_add(eg_twofold a, eg_twofold b) {
    eg_twofold high = exact_sum(a.high, b.high);
    return exact_quick_sum(high.high, high.low + (a.low + b.low));
}

static inline eg_twofold twofold_divide(eg_twofold a, eg_twofold b) {
    double quotient = a.high / b.high;
    eg_twofold back = exact_product(quotient, b.high);
    double rest = ((a.high - back.high) - back.low) + (a.low - quotient * b.low);
    return exact_quick_sum(quotient, rest / b.high);
}

#endif
