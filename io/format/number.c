#include "io/format/number.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/base/check.h"

__extension__ typedef unsigned __int128 wide;

enum {
    FAST_EXPONENT_MAX = 22,   /* 10^22 is the last power of ten that is exactly a double */
    FAST_DIGITS_MAX = 19,     /* always fit into 64 bits */
    WIDE_POWER_MAX = 27,      /* 5^27 is the last power of five below 2^63 */
    WIDE_MULTIPLY_MAX = 18,   /* 64 bits times 10^18 fit into 128 */
    SLOW_DIGITS_MAX = 800,    /* more than 768 digits cannot move the rounding except as "not 0" */
    LIMBS_MAX = 176,          /* 5632 bits: 800 digits against 10^1200, with room to align */
    EXPONENT_CLAMP = 100000,  /* beyond any double; keeps the exponent's own digits from wrapping */
    DECIMAL_POINT_MAX = 310,  /* 0.d x 10^311 and more is infinite */
    DECIMAL_POINT_MIN = -330, /* and this is below half of the smallest double */
    QUOTIENT_BITS = 64,
    MANTISSA_BITS = 53,
    EXPONENT_MIN = -1074 /* of the last bit of the smallest double */
};

static const double powers_of_ten[FAST_EXPONENT_MAX + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* The parts of a decimal number as text. */
typedef struct decimal {
    int negative;
    uint64_t mantissa;  /* the first FAST_DIGITS_MAX significant digits */
    int n_digits;       /* significant digits, leading zeros not counted; saturates */
    int exponent;       /* value = all digits x 10^exponent */
    const char *digits; /* where the first significant digit stands */
    const char *end;    /* behind the last digit or mark */
} decimal;

/* ---- rounding ------------------------------------------------------------------------------- */

/* mantissa x 2^exponent, with `sticky` for non-zero bits below; the mantissa's top bit is set. */
static double round_to_double(uint64_t mantissa, int exponent, int sticky) {
    int drop = QUOTIENT_BITS - MANTISSA_BITS;
    if (exponent + drop < EXPONENT_MIN) drop = EXPONENT_MIN - exponent;
    if (drop > QUOTIENT_BITS) return 0;
    uint64_t kept = drop == QUOTIENT_BITS ? 0 : mantissa >> drop;
    uint64_t half = (uint64_t)1 << (drop - 1);
    uint64_t rest = drop == QUOTIENT_BITS ? mantissa : mantissa & ((half << 1) - 1);
    if (rest > half || (rest == half && (sticky || (kept & 1)))) kept++;
    return ldexp((double)kept, exponent + drop);
}

static int bit_length(wide value) {
    uint64_t high = (uint64_t)(value >> 64);
    if (high != 0) return 128 - __builtin_clzll(high);
    return (uint64_t)value == 0 ? 0 : 64 - __builtin_clzll((uint64_t)value);
}

/* The 128-bit value x 2^exponent, rounded. */
static double round_wide(wide value, int exponent, int sticky) {
    EG_ASSERT(value != 0); /* zeros have no significant digit and never come here */
    int excess = bit_length(value) - QUOTIENT_BITS;
    if (excess > 0) {
        sticky |= (value & (((wide)1 << excess) - 1)) != 0;
        return round_to_double((uint64_t)(value >> excess), exponent + excess, sticky);
    }
    return round_to_double((uint64_t)value << -excess, exponent + excess, sticky);
}

/* ---- two quick ways ------------------------------------------------------------------------- */

/* Exact where the digits fit into a double and the power of ten is exact: one rounding. */
static int read_fast(const decimal *number, double *value) {
    if (number->n_digits > FAST_DIGITS_MAX || number->mantissa >> MANTISSA_BITS != 0) return 0;
    if (number->exponent < -FAST_EXPONENT_MAX || number->exponent > FAST_EXPONENT_MAX) return 0;
    double digits = (double)number->mantissa;
    *value = number->exponent < 0 ? digits / powers_of_ten[-number->exponent]
                                  : digits * powers_of_ten[number->exponent];
    return 1;
}

/* Up to 19 digits and a moderate exponent: exact in 128 bits. */
static int read_wide(const decimal *number, double *value) {
    if (number->n_digits > FAST_DIGITS_MAX) return 0;
    if (number->exponent < -WIDE_POWER_MAX || number->exponent > WIDE_MULTIPLY_MAX) return 0;
    uint64_t power = 1;
    if (number->exponent >= 0) {
        for (int i = 0; i < number->exponent; i++) power *= 10;
        *value = round_wide((wide)number->mantissa * power, 0, 0);
        return 1;
    }
    for (int i = 0; i < -number->exponent; i++) power *= 5;
    int shift = 127 - bit_length(number->mantissa);
    wide dividend = (wide)number->mantissa << shift;
    wide quotient = dividend / power;
    int sticky = quotient * power != dividend;
    *value = round_wide(quotient, number->exponent - shift, sticky);
    return 1;
}

/* ---- the slow way: whole numbers of many limbs ---------------------------------------------- */

typedef struct big {
    int n; /* limbs in use; the top one is not 0 */
    uint32_t limbs[LIMBS_MAX];
} big;

static void big_multiply_add(big *number, uint32_t factor, uint32_t carry) {
    uint64_t over = carry;
    for (int i = 0; i < number->n; i++) {
        over += (uint64_t)number->limbs[i] * factor;
        number->limbs[i] = (uint32_t)over;
        over >>= 32;
    }
    if (over != 0) {
        EG_ASSERT(number->n < LIMBS_MAX);
        number->limbs[number->n++] = (uint32_t)over;
    }
}

static int big_bits(const big *number) {
    return number->n == 0 ? 0 : number->n * 32 - __builtin_clz(number->limbs[number->n - 1]);
}

static void big_shift_left(big *number, int bits) {
    int limbs = bits / 32, rest = bits % 32;
    if (number->n == 0) return;
    EG_ASSERT(number->n + limbs < LIMBS_MAX);
    uint32_t high = rest == 0 ? 0 : number->limbs[number->n - 1] >> (32 - rest);
    for (int i = number->n - 1; i >= 0; i--) {
        uint32_t low = rest == 0 || i == 0 ? 0 : number->limbs[i - 1] >> (32 - rest);
        number->limbs[i + limbs] = (rest == 0 ? number->limbs[i] : number->limbs[i] << rest) | low;
    }
    memset(number->limbs, 0, (size_t)limbs * sizeof number->limbs[0]);
    number->n += limbs;
    if (high != 0) number->limbs[number->n++] = high;
}

static int big_compare(const big *a, const big *b) {
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    for (int i = a->n - 1; i >= 0; i--)
        if (a->limbs[i] != b->limbs[i]) return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

/* a -= b, where a >= b. */
static void big_subtract(big *a, const big *b) {
    int64_t borrow = 0;
    for (int i = 0; i < a->n; i++) {
        int64_t difference = (int64_t)a->limbs[i] - (i < b->n ? (int64_t)b->limbs[i] : 0) + borrow;
        a->limbs[i] = (uint32_t)difference;
        borrow = difference < 0 ? -1 : 0;
    }
    while (a->n > 0 && a->limbs[a->n - 1] == 0) a->n--;
}

static void big_multiply_power_of_five(big *number, int power) {
    for (; power >= 13; power -= 13) big_multiply_add(number, 1220703125u, 0);
    for (; power > 0; power--) big_multiply_add(number, 5, 0);
}

/* All digits, up to SLOW_DIGITS_MAX, as a whole number; what is cut off counts as one more digit
 * "1" if it holds anything but zeros. Returns the power of ten that belongs to the result. */
static int big_from_digits(const decimal *number, big *whole) {
    whole->n = 0;
    int taken = 0, exponent = number->exponent, more = 0;
    for (const char *c = number->digits; c < number->end; c++) {
        if (*c < '0' || *c > '9') continue;
        if (taken < SLOW_DIGITS_MAX)
            big_multiply_add(whole, 10, (uint32_t)(*c - '0'));
        else
            more |= *c != '0';
        taken++;
    }
    if (taken > SLOW_DIGITS_MAX) exponent += taken - SLOW_DIGITS_MAX;
    if (more) {
        big_multiply_add(whole, 10, 1);
        exponent--;
    }
    return exponent;
}

static double read_slow(const decimal *number) {
    int decimal_point = number->n_digits + number->exponent;
    if (decimal_point > DECIMAL_POINT_MAX) return HUGE_VAL;
    if (decimal_point < DECIMAL_POINT_MIN) return 0;
    big dividend, divisor = {.n = 1, .limbs = {1}};
    int exponent = big_from_digits(number, &dividend);
    big_multiply_power_of_five(exponent < 0 ? &divisor : &dividend,
                               exponent < 0 ? -exponent : exponent);
    /* Align so that 1 <= dividend / divisor < 2, then take the quotient bit by bit. */
    int shift = big_bits(&dividend) - big_bits(&divisor);
    big_shift_left(shift < 0 ? &dividend : &divisor, shift < 0 ? -shift : shift);
    if (big_compare(&dividend, &divisor) < 0) {
        big_shift_left(&dividend, 1);
        shift--;
    }
    uint64_t quotient = 0;
    for (int i = 0; i < QUOTIENT_BITS; i++) {
        quotient <<= 1;
        if (big_compare(&dividend, &divisor) >= 0) {
            big_subtract(&dividend, &divisor);
            quotient |= 1;
        }
        big_shift_left(&dividend, 1);
    }
    return round_to_double(quotient, exponent + shift - (QUOTIENT_BITS - 1), dividend.n > 0);
}

/* ---- reading -------------------------------------------------------------------------------- */

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* An exponent behind the digits; takes nothing if no digit follows the letter. */
static const char *read_exponent(const char *c, const char *end, decimal *number) {
    if (c == end || (*c != 'e' && *c != 'E')) return c;
    const char *digit = c + 1;
    int negative = 0, exponent = 0;
    if (digit < end && (*digit == '+' || *digit == '-')) negative = *digit++ == '-';
    if (digit == end || !is_digit(*digit)) return c;
    for (; digit < end && is_digit(*digit); digit++)
        if (exponent < EXPONENT_CLAMP) exponent = exponent * 10 + (*digit - '0');
    number->exponent += negative ? -exponent : exponent;
    return digit;
}

/* Returns the end of the number, `text` if there is none. */
static const char *split(const char *text, size_t n, char decimal_mark, decimal *number) {
    const char *c = text, *end = text + n;
    if (c < end && (*c == '-' || *c == '+')) number->negative = *c++ == '-';
    int any = 0, after_mark = 0;
    for (; c < end; c++) {
        if (is_digit(*c)) {
            any = 1;
            if (after_mark && number->exponent > -EXPONENT_CLAMP) number->exponent--;
            if (number->n_digits == 0 && *c == '0') continue;
            if (number->n_digits == 0) number->digits = c;
            if (number->n_digits < FAST_DIGITS_MAX)
                number->mantissa = number->mantissa * 10 + (uint64_t)(*c - '0');
            if (number->n_digits < EXPONENT_CLAMP) number->n_digits++;
        } else if (*c == decimal_mark && !after_mark) {
            after_mark = 1;
        } else {
            break;
        }
    }
    if (!any) return text;
    number->end = c;
    return read_exponent(c, end, number);
}

size_t eg_number_read(const char *text, size_t n, char decimal_mark, double *value, int *is_slow) {
    EG_ASSERT(text != NULL && value != NULL);
    decimal number = {0};
    const char *end = split(text, n, decimal_mark, &number);
    if (end == text) return 0;
    double magnitude = 0;
    int slow = 0;
    if (number.n_digits > 0 && !read_fast(&number, &magnitude) && !read_wide(&number, &magnitude)) {
        magnitude = read_slow(&number);
        slow = 1;
    }
    if (is_slow != NULL) *is_slow = slow;
    *value = number.negative ? -magnitude : magnitude;
    return (size_t)(end - text);
}
