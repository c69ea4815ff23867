/* Sine, cosine, tangent and their inverses; see real.h for what is promised. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/twofold.h"

enum { PI_LIMBS = 40, WINDOW_LIMBS = 7 };

static const eg_twofold half_pi = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
static const eg_twofold whole_pi = {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};

/* The first 1280 bits of 2/pi behind the binary point, most significant first. */
static const uint32_t two_over_pi[PI_LIMBS] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20, 0x9af4361d};

/* atan(i / 8). */
static const eg_twofold atan_eighths[9] = {{0.0, 0.0},
                                           {0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59},
                                           {0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57},
                                           {0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56},
                                           {0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},
                                           {0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58},
                                           {0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56},
                                           {0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56},
                                           {0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55}};

/* sin(r) for |r| <= pi/4 as an unevaluated sum; Taylor to r^17, truncation below 2^-62. */
static eg_twofold sine_kernel(eg_twofold r) {
    double z = r.high * r.high;
    double tail =
        -1.0 / 6 +
        z * (1.0 / 120 +
             z * (-1.0 / 5040 +
                  z * (1.0 / 362880 + z * (-1.0 / 39916800 + z * (1.0 / 6227020800.0 +
                                                                  z * (-1.0 / 1307674368000.0 +
                                                                       z / 355687428096000.0))))));
    return (eg_twofold){r.high, r.high * z * tail + r.low * (1.0 - 0.5 * z)};
}

/* cos(r) for |r| <= pi/4 as an unevaluated sum; Taylor to r^18. */
static eg_twofold cosine_kernel(eg_twofold r) {
    double z = r.high * r.high;
    double half = 0.5 * z;
    double tail =
        1.0 / 24 +
        z * (-1.0 / 720 +
             z * (1.0 / 40320 + z * (-1.0 / 3628800 +
                                     z * (1.0 / 479001600 + z * (-1.0 / 87178291200.0 +
                                                                 z * (1.0 / 20922789888000.0 -
                                                                      z / 6402373705728000.0))))));
    double high = 1.0 - half;
    return (eg_twofold){high, ((1.0 - high) - half) + (z * z * tail - r.high * r.low)};
}

/* Medium arguments, |x| < 2^20: pi/2 in pieces of 33 bits, whose products with n are exact. */
static unsigned reduce_medium(double x, eg_twofold *r) {
    double n = floor(x * 0x1.45f306dc9c883p-1 + 0.5);
    eg_twofold a = exact_sum(x - n * 0x1.921fb544p+0, -n * 0x1.0b4611a6p-34);
    eg_twofold b = exact_sum(a.high, -n * 0x1.3198a2ep-69);
    *r = exact_quick_sum(b.high, b.low + (a.low - n * 0x1.b839a252049c1p-104));
    return (unsigned)(int64_t)n & 3;
}

/* Huge arguments (Payne and Hanek 1983): of the product x * 2/pi only the bits that matter modulo 4
 * are formed, in integers. x is finite and positive. */
static unsigned reduce_huge(double x, eg_twofold *r) {
    int exponent = exponent_field(x) - 1075; /* x = mantissa * 2^exponent */
    uint64_t mantissa = (bits_of(x) & 0xfffffffffffffU) | 0x10000000000000U;
    /* Bit i of 2/pi (weight 2^-i) times the mantissa matters modulo 4 if exponent - i < 2. */
    int skip = exponent > 2 ? exponent - 2 : 0;
    int first = skip / 32, shift = skip % 32;
    uint32_t product[WINDOW_LIMBS + 2] = {0}; /* least significant first */
    const uint32_t factor[2] = {(uint32_t)mantissa, (uint32_t)(mantissa >> 32)};
    for (int i = 0; i < WINDOW_LIMBS; i++) {
        int from = first + WINDOW_LIMBS - 1 - i;
        EG_ASSERT(from + 1 < PI_LIMBS);
        uint64_t pair = (uint64_t)two_over_pi[from] << 32 | two_over_pi[from + 1];
        uint32_t limb = (uint32_t)(pair << shift >> 32);
        uint64_t carry = 0;
        for (int j = 0; j < 2; j++) {
            uint64_t sum = (uint64_t)limb * factor[j] + product[i + j] + carry;
            product[i + j] = (uint32_t)sum;
            carry = sum >> 32;
        }
        product[i + 2] = (uint32_t)carry;
    }
    /* The binary point: the window's lowest bit has weight 2^(exponent - skip - 32 WINDOW_LIMBS).
     */
    int point = 32 * WINDOW_LIMBS - (exponent - skip);
    uint64_t words[3]; /* two integer bits, then 190 of the fraction */
    for (int w = 0; w < 3; w++) {
        int top = point + 2 - 64 * w; /* the word ends below this bit */
        uint64_t word = 0;
        for (int bit = top - 64; bit < top; bit += 1) {
            uint64_t one = bit < 0 ? 0 : product[bit / 32] >> (bit % 32) & 1;
            word |= one << (bit - (top - 64));
        }
        words[w] = word;
    }
    unsigned quadrant = (unsigned)(words[0] >> 62);
    uint64_t high = words[0] << 2 | words[1] >> 62, low = words[1] << 2 | words[2] >> 62;
    double sign = 1.0;
    if (high >> 63) { /* more than half a quadrant: count from the next one */
        quadrant = (quadrant + 1) & 3;
        high = ~high;
        low = ~low;
        sign = -1.0;
    }
    eg_twofold fraction =
        exact_sum((double)(high >> 32) * 0x1p-32, (double)(high & 0xffffffffU) * 0x1p-64);
    fraction = twofold_add(
        fraction, exact_sum((double)(low >> 32) * 0x1p-96, (double)(low & 0xffffffffU) * 0x1p-128));
    eg_twofold angle = twofold_multiply(fraction, half_pi);
    *r = (eg_twofold){sign * angle.high, sign * angle.low};
    return quadrant;
}

/* x = quadrant * pi/2 + r with |r| <= pi/4 (a little more at the edges); x is finite. */
static unsigned reduce(double x, eg_twofold *r) {
    double size = fabs(x);
    if (size <= 0x1.921fb54442d18p-1) {
        *r = (eg_twofold){x, 0.0};
        return 0;
    }
    if (size < 0x1p20) return reduce_medium(x, r);
    unsigned quadrant = reduce_huge(size, r);
    if (x > 0) return quadrant;
    *r = (eg_twofold){-r->high, -r->low};
    return (4 - quadrant) & 3;
}

void eg_sincos(double x, double *sine, double *cosine) {
    if (!isfinite(x)) {
        *sine = *cosine = x - x;
        return;
    }
    eg_twofold r;
    unsigned quadrant = reduce(x, &r);
    eg_twofold s = sine_kernel(r), c = cosine_kernel(r);
    double sine_r = s.high + s.low, cosine_r = c.high + c.low;
    *sine = quadrant & 1 ? cosine_r : sine_r;
    *cosine = quadrant & 1 ? sine_r : cosine_r;
    if (quadrant & 2) *sine = -*sine;
    if (quadrant == 1 || quadrant == 2) *cosine = -*cosine;
}

double eg_sin(double x) {
    double sine, cosine;
    if (fabs(x) < 0x1p-27) return x; /* also keeps the sign of zero */
    eg_sincos(x, &sine, &cosine);
    return sine;
}

double eg_cos(double x) {
    double sine, cosine;
    eg_sincos(x, &sine, &cosine);
    return cosine;
}

double eg_tan(double x) {
    if (!isfinite(x)) return x - x;
    if (fabs(x) < 0x1p-27) return x;
    eg_twofold r;
    unsigned quadrant = reduce(x, &r);
    eg_twofold s = sine_kernel(r), c = cosine_kernel(r);
    s = exact_quick_sum(s.high, s.low);
    c = exact_quick_sum(c.high, c.low);
    if (quadrant & 1) {
        eg_twofold t = twofold_divide(c, s);
        return -(t.high + t.low);
    }
    eg_twofold t = twofold_divide(s, c);
    return t.high + t.low;
}

void eg_turn(uint64_t k, uint64_t n, double *sine, double *cosine) {
    EG_ASSERT(n > 0 && n <= UINT64_C(1) << 56);
    k %= n;
    /* Quarter and, within it, the nearer axis: 0 <= rest < n in units of a quarter turn / n. */
    uint64_t quarter = 4 * k / n, rest = 4 * k - quarter * n;
    int mirrored = 2 * rest > n;
    if (mirrored) rest = n - rest;
    eg_twofold part = twofold_divide((eg_twofold){(double)rest, 0.0}, (eg_twofold){(double)n, 0.0});
    eg_twofold r = twofold_multiply(part, half_pi);
    eg_twofold s = sine_kernel(r), c = cosine_kernel(r);
    double near = c.high + c.low, far = s.high + s.low;
    if (2 * rest == n) far = near; /* the diagonal: the two kernels may differ in the last bit */
    double along = mirrored ? far : near, across = mirrored ? near : far;
    const double cosines[4] = {along, -across, -along, across};
    const double sines[4] = {across, along, -across, -along};
    *cosine = cosines[quarter];
    *sine = sines[quarter];
}

/* atan(y / x) for 0 <= y, 0 < x, both between 2^-70 and 2 in size, in twice the precision. */
static eg_twofold atan_positive(eg_twofold y, eg_twofold x) {
    int swapped = y.high > x.high;
    if (swapped) {
        eg_twofold held = x;
        x = y;
        y = held;
    }
    int i = (int)(8.0 * y.high / x.high + 0.5);
    const eg_twofold c = {0.125 * i, 0.0};
    eg_twofold cut = twofold_multiply(c, x);
    eg_twofold above = twofold_add(y, (eg_twofold){-cut.high, -cut.low});
    eg_twofold below = twofold_add(x, twofold_multiply(c, y));
    eg_twofold t = twofold_divide(above, below); /* |t| <= 1/16 */
    double z = t.high * t.high;
    double tail =
        -1.0 / 3 +
        z * (1.0 / 5 + z * (-1.0 / 7 + z * (1.0 / 9 + z * (-1.0 / 11 + z * (1.0 / 13 - z / 15)))));
    eg_twofold small = exact_quick_sum(t.high, t.low + t.high * z * tail);
    eg_twofold angle = i == 0 ? small : twofold_add(atan_eighths[i], small);
    if (!swapped) return angle;
    return twofold_add(half_pi, (eg_twofold){-angle.high, -angle.low});
}

/* x scaled by 2^-k so that numbers of exponent k become about 1; exact unless it underflows. */
static double scaled_down(double x, int k) {
    int half = k / 2;
    return x * power_of_two(-half) * power_of_two(half - k);
}

double eg_atan2(double y, double x) {
    if (isnan(x) || isnan(y)) return x + y;
    double size_y = fabs(y), size_x = fabs(x);
    int left = bits_of(x) >> 63 != 0;
    eg_twofold angle;
    int field_y = exponent_field(y), field_x = exponent_field(x);
    if (size_y <= 0.0 || (isinf(x) && !isinf(y))) {
        angle = left ? whole_pi : (eg_twofold){0.0, 0.0};
    } else if (size_x <= 0.0 || (isinf(y) && !isinf(x)) || field_y - field_x > 64) {
        angle = half_pi;
    } else if (field_x - field_y > 64) {
        angle = left ? whole_pi : (eg_twofold){size_y / size_x, 0.0};
    } else {
        if (isinf(x)) size_x = size_y = 1.0;
        int k = (field_x > field_y ? field_x : field_y) - 1023;
        if (isinf(x)) k = 0;
        if (k == -1023) k = -1074; /* subnormals: both become small whole numbers */
        angle = atan_positive((eg_twofold){scaled_down(size_y, k), 0.0},
                              (eg_twofold){scaled_down(size_x, k), 0.0});
        if (left) angle = twofold_add(whole_pi, (eg_twofold){-angle.high, -angle.low});
    }
    return copysign(angle.high + angle.low, y);
}

double eg_atan(double x) {
    if (fabs(x) < 0x1p-27) return x;
    return eg_atan2(x, 1.0);
}

/* sqrt(1 - x^2) in twice the precision, 0 < |x| < 1. */
static eg_twofold other_side(double x) {
    eg_twofold square = exact_product(x, x);
    eg_twofold rest = twofold_add((eg_twofold){1.0, 0.0}, (eg_twofold){-square.high, -square.low});
    double root = sqrt(rest.high);
    eg_twofold back = exact_product(root, root);
    double error = (rest.high - back.high) - back.low + rest.low;
    return exact_quick_sum(root, error / (2.0 * root));
}

double eg_asin(double x) {
    double size = fabs(x);
    if (size < 0x1p-27) return x;
    if (!(size <= 1.0)) return (x - x) / (x - x);
    eg_twofold angle =
        size >= 1.0 ? half_pi : atan_positive((eg_twofold){size, 0.0}, other_side(size));
    return copysign(angle.high + angle.low, x);
}

double eg_acos(double x) {
    double size = fabs(x);
    if (!(size <= 1.0)) return (x - x) / (x - x);
    if (size >= 1.0) return x > 0.0 ? 0.0 : whole_pi.high;
    if (size < 0x1p-60) return half_pi.high;
    eg_twofold angle = atan_positive(other_side(size), (eg_twofold){size, 0.0});
    if (x < 0.0) angle = twofold_add(whole_pi, (eg_twofold){-angle.high, -angle.low});
    return angle.high + angle.low;
}
