/* Our elementary functions against long double, on a dense set of arguments: every exponent, both
 * signs, the neighbourhoods where formulas change, and the special values of C17 annex F. */
#include "core/base/real.h"

#include <float.h>
#include <string.h>

#include "tests/support/test.h"

typedef double (*function_1)(double);
typedef long double (*reference_1)(long double);
typedef double (*function_2)(double, double);
typedef long double (*reference_2)(long double, long double);

static uint64_t state = 88172645463325252U;

static uint64_t random_bits(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double uniform(double low, double high) {
    return low + (high - low) * ((double)(random_bits() >> 11) * 0x1p-53);
}

static double any_double(void) {
    uint64_t bits = random_bits();
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Distance from the true value in units of its last place; subnormals have the smallest unit. */
static double ulps(double actual, long double truth) {
    if (isnan(actual) || isnan(truth)) return isnan(actual) && isnan(truth) ? 0.0 : 1e30;
    double rounded = (double)truth;
    if (isinf(actual) || isinf(rounded)) {
        int same = isinf(actual) && isinf(rounded) && !signbit(actual) == !signbit(rounded);
        int edge = fabs(isinf(actual) ? rounded : actual) >= 0.9999999999999998 * DBL_MAX;
        return same ? 0.0 : edge ? 0.5 : 1e30;
    }
    int exponent = 0;
    (void)frexp(rounded, &exponent);
    if (rounded == 0.0 || exponent < DBL_MIN_EXP) exponent = DBL_MIN_EXP;
    if (actual == 0.0 && rounded == 0.0 && !signbit(actual) != !signbit(truth)) return 1e30;
    return (double)(fabsl((long double)actual - truth) / ldexpl(1.0L, exponent - DBL_MANT_DIG));
}

typedef struct worst {
    double ulps, x, y;
    size_t count;
} worst;

static void take_1(worst *w, function_1 ours, reference_1 truth, double x) {
    double distance = ulps(ours(x), truth((long double)x));
    w->count++;
    if (distance > w->ulps) *w = (worst){distance, x, 0.0, w->count};
}

static void measure_1(const char *name, function_1 ours, reference_1 truth, double low,
                      double high) {
    static const double special[] = {0.0,
                                     1.0,
                                     0.5,
                                     2.0,
                                     0.25,
                                     0.70710678118654757,
                                     1.4142135623730951,
                                     0x1p-27,
                                     0x1p-54,
                                     DBL_MIN,
                                     0x1p-1074,
                                     DBL_MAX,
                                     709.78,
                                     709.79,
                                     745.13,
                                     745.14,
                                     1048576.0,
                                     0.78539816339744828,
                                     1.5707963267948966,
                                     3.1415926535897931,
                                     6381956970095103.0 * 0x1p797,
                                     0x1p1023,
                                     (double)INFINITY};
    worst w = {0};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        for (int side = -1; side <= 1; side++) {
            double x = side == 0 ? special[i] : nextafter(special[i], side * (double)INFINITY);
            take_1(&w, ours, truth, x);
            take_1(&w, ours, truth, -x);
        }
    take_1(&w, ours, truth, (double)NAN);
    for (int i = 0; i < 100000; i++) take_1(&w, ours, truth, any_double());
    for (int i = 0; i < 150000; i++) take_1(&w, ours, truth, uniform(low, high));
    for (int i = 0; i < 50000; i++) take_1(&w, ours, truth, uniform(-2.0, 2.0));
    for (int i = 0; i < 50000; i++) take_1(&w, ours, truth, 1.0 + uniform(-1.0, 1.0) * 1e-3);
    eg_test_note("%s %.3f ", name, w.ulps);
    if (w.ulps > 1.0) EG_FAIL("%s is %.3f ulp off at %a", name, w.ulps, w.x);
}

static void angles(void) {
    measure_1("sin", eg_sin, sinl, -2000.0, 2000.0);
    measure_1("cos", eg_cos, cosl, -2000.0, 2000.0);
    measure_1("tan", eg_tan, tanl, -2000.0, 2000.0);
    measure_1("sin to 4e6", eg_sin, sinl, -4e6, 4e6);
    measure_1("asin", eg_asin, asinl, -1.0, 1.0);
    measure_1("acos", eg_acos, acosl, -1.0, 1.0);
    measure_1("atan", eg_atan, atanl, -20.0, 20.0);
    eg_test_note("ulp at most");
}

static void near_multiples_of_half_pi(void) {
    worst w = {0};
    for (int i = 1; i < 100000; i++) {
        double x = (double)((long double)i * 1.57079632679489661923132169163975144L);
        for (int step = 0; step < 3; step++) {
            take_1(&w, eg_sin, sinl, x);
            take_1(&w, eg_cos, cosl, x);
            take_1(&w, eg_tan, tanl, x);
            x = nextafter(x, 1e300);
        }
    }
    eg_test_note("%zu arguments, %.3f ulp at most", w.count, w.ulps);
    if (w.ulps > 1.0) EG_FAIL("%.3f ulp at %a", w.ulps, w.x);
}

static void exponentials(void) {
    measure_1("exp", eg_exp, expl, -746.0, 711.0);
    measure_1("expm1", eg_expm1, expm1l, -40.0, 711.0);
    measure_1("expm1 near 0", eg_expm1, expm1l, -0.8, 0.8);
    measure_1("log", eg_log, logl, 0.0, 100.0);
    measure_1("log1p", eg_log1p, log1pl, -1.0, 3.0);
    measure_1("log2", eg_log2, log2l, 0.0, 100.0);
    measure_1("log10", eg_log10, log10l, 0.0, 1000.0);
    eg_test_note("ulp at most");
}

static void hyperbolic_tangent(void) {
    worst w = {0};
    for (int i = 0; i < 100000; i++) take_1(&w, eg_tanh, tanhl, any_double());
    for (int i = 0; i < 200000; i++) take_1(&w, eg_tanh, tanhl, uniform(-22.0, 22.0));
    for (int i = 0; i < 200000; i++) take_1(&w, eg_tanh, tanhl, uniform(-1.0, 1.0));
    eg_test_note("%.3f ulp at most", w.ulps);
    if (w.ulps > 1.0) EG_FAIL("%.3f ulp at %a", w.ulps, w.x);
}

static void take_2(worst *w, function_2 ours, reference_2 truth, double x, double y) {
    double distance = ulps(ours(x, y), truth((long double)x, (long double)y));
    w->count++;
    if (distance > w->ulps) *w = (worst){distance, x, y, w->count};
}

static void measure_2(const char *name, function_2 ours, reference_2 truth) {
    static const double special[] = {0.0,
                                     1.0,
                                     2.0,
                                     3.0,
                                     0.5,
                                     1e-310,
                                     0x1p-1074,
                                     DBL_MAX,
                                     DBL_MIN,
                                     7.5,
                                     9007199254740991.0,
                                     9007199254740993.0,
                                     1e200,
                                     1e-200,
                                     (double)INFINITY,
                                     (double)NAN};
    enum { SPECIALS = sizeof special / sizeof special[0] };
    worst w = {0};
    for (size_t i = 0; i < SPECIALS; i++)
        for (size_t j = 0; j < SPECIALS; j++)
            for (int signs = 0; signs < 4; signs++)
                take_2(&w, ours, truth, signs & 1 ? -special[i] : special[i],
                       signs & 2 ? -special[j] : special[j]);
    for (int i = 0; i < 100000; i++) take_2(&w, ours, truth, any_double(), any_double());
    for (int i = 0; i < 200000; i++)
        take_2(&w, ours, truth, uniform(-3.0, 20.0), uniform(-40.0, 40.0));
    for (int i = 0; i < 100000; i++) {
        double x = fabs(any_double()); /* powers whose result is within range */
        double l = fabs(eg_log2(x));
        take_2(&w, ours, truth, x, uniform(-1074.0, 1024.0) / (l > 1e-300 ? l : 1.0));
        double scale = eg_exp(uniform(-700.0, 700.0));
        take_2(&w, ours, truth, scale * uniform(-2.0, 2.0), scale * uniform(-2.0, 2.0));
        take_2(&w, ours, truth, 0x1p-1074 * floor(uniform(0.0, 99.0)), 0x1p-1074 * 7.0);
        take_2(&w, ours, truth, 1.0 + uniform(-1e-6, 1e-6), uniform(-1e8, 1e8));
    }
    eg_test_note("%s %.3f ", name, w.ulps);
    if (w.ulps > 1.0) EG_FAIL("%s is %.3f ulp off at %a, %a", name, w.ulps, w.x, w.y);
}

static void two_arguments(void) {
    measure_2("atan2", eg_atan2, atan2l);
    measure_2("hypot", eg_hypot, hypotl);
    measure_2("pow", eg_pow, powl);
    eg_test_note("ulp at most");
}

static void turns_are_exact_at_the_axes(void) {
    double s, c, worst_ulps = 0.0;
    eg_turn(1, 4, &s, &c);
    EG_CHECK(s == 1.0 && c == 0.0);
    eg_turn(3000, 6000, &s, &c);
    EG_CHECK(s == 0.0 && c == -1.0);
    eg_turn(4499, 5998, &s, &c); /* not on an axis */
    EG_CHECK(c > 0.0 && c < 1.0);
    for (uint64_t n = 1; n < 400; n++)
        for (uint64_t k = 0; k < 2 * n; k++) {
            eg_turn(k, n, &s, &c);
            long double angle = 2.0L * 3.14159265358979323846264338327950288L * (k % n) / n;
            /* Near the zeros the long double angle itself is not good enough to judge ulps. */
            if (fabs(s) > 1e-3) worst_ulps = fmax(worst_ulps, ulps(s, sinl(angle)));
            if (fabs(c) > 1e-3) worst_ulps = fmax(worst_ulps, ulps(c, cosl(angle)));
            double mirrored_s, mirrored_c;
            eg_turn(n - k % n, n, &mirrored_s, &mirrored_c);
            EG_CHECK(mirrored_s == -s && mirrored_c == c);
        }
    eg_test_note("%.3f ulp at most", worst_ulps);
    EG_CHECK(worst_ulps < 1.0);
}

static void single_precision_rounds_once(void) {
    for (int i = 0; i < 100000; i++) {
        float x = (float)uniform(-100.0, 100.0);
        EG_CHECK(eg_sinf(x) == (float)sinl((long double)x));
        EG_CHECK(eg_expf(x) == (float)expl((long double)x));
        EG_CHECK(eg_atan2f(x, 3.0F) == (float)atan2l((long double)x, 3.0L));
        EG_CHECK(eg_logf(fabsf(x)) == (float)logl((long double)fabsf(x)));
    }
    eg_test_note("100000 arguments, 4 functions");
}

EG_TESTS({"real: angles against long double", angles},
         {"real: sine, cosine, tangent beside multiples of pi/2", near_multiples_of_half_pi},
         {"real: exponentials and logarithms against long double", exponentials},
         {"real: hyperbolic tangent against long double", hyperbolic_tangent},
         {"real: atan2, hypot and pow against long double", two_arguments},
         {"real: whole turns are exact at the axes", turns_are_exact_at_the_axes},
         {"real: single precision is rounded once", single_precision_rounds_once})
