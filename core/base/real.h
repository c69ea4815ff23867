/* Numbers and elementary functions. The C library's sin, cos, exp, log and atan2 differ in the last
 * bit between glibc, musl and newlib, so that the same recording would give other numbers in the
 * server, in the browser and in firmware. These are our own, built only from + - * / and sqrt,
 * which IEEE 754 rounds the same everywhere (the build turns contraction to fused multiply-add
 * off).
 *
 * Accuracy: at most 1 ulp in double (the test measures against long double; most results are the
 * correctly rounded ones). The single-precision functions compute in double and round once, so they
 * are within 0.501 ulp; on a microcontroller without double hardware they cost some thousand
 * cycles. Special values (NaN, infinities, signed zero, subnormals) follow C17 annex F; the
 * floating-point exception flags and errno are not touched on purpose. Cost on a PC: 10-60 ns.
 *
 * Allowed from <math.h> because exact everywhere: sqrt, fabs, floor, ceil, trunc, fmin, fmax, fmod,
 * copysign, isnan, isfinite. */
#ifndef EG_BASE_REAL_H
#define EG_BASE_REAL_H

#include <math.h>
#include <stdint.h>

/* The number of signal processing: double, or float in a build for firmware. Statistics, files and
 * everything clinical are double in every build. */
#ifdef EG_REAL_SINGLE
typedef float eg_real;
#define EG_REAL_EPSILON 1.1920929e-07F
#else
typedef double eg_real;
#define EG_REAL_EPSILON 2.2204460492503131e-16
#endif

#define EG_PI 3.14159265358979323846

/* Angles in radians; any size of argument is reduced exactly. */
double eg_sin(double x);
double eg_cos(double x);
double eg_tan(double x);
void eg_sincos(double x, double *sine, double *cosine);
double eg_asin(double x);
double eg_acos(double x);
double eg_atan(double x);
double eg_atan2(double y, double x);

/* sin and cos of 2 pi k / n: the angle is reduced in integers, so that a quarter turn gives exactly
 * 0 and 1. n > 0. */
void eg_turn(uint64_t k, uint64_t n, double *sine, double *cosine);

double eg_exp(double x);
double eg_expm1(double x); /* exp(x) - 1 without loss near 0 */
double eg_log(double x);
double eg_log1p(double x); /* log(1 + x) without loss near 0 */
double eg_log2(double x);
double eg_log10(double x);
double eg_pow(double x, double y);
double eg_hypot(double x, double y);
double eg_tanh(double x);

float eg_sinf(float x);
float eg_cosf(float x);
float eg_tanf(float x);
float eg_asinf(float x);
float eg_acosf(float x);
float eg_atanf(float x);
float eg_atan2f(float y, float x);
float eg_expf(float x);
float eg_expm1f(float x);
float eg_logf(float x);
float eg_log1pf(float x);
float eg_log2f(float x);
float eg_log10f(float x);
float eg_powf(float x, float y);
float eg_hypotf(float x, float y);
float eg_tanhf(float x);

/* The same in the build's own precision. */
#ifdef EG_REAL_SINGLE
#define EG_REAL_1(name)                                                                            \
    static inline eg_real eg_r##name(eg_real x) {                                                  \
        return eg_##name##f(x);                                                                    \
    }
#define EG_REAL_2(name)                                                                            \
    static inline eg_real eg_r##name(eg_real x, eg_real y) {                                       \
        return eg_##name##f(x, y);                                                                 \
    }
static inline eg_real eg_rsqrt(eg_real x) {
    return sqrtf(x);
}
static inline eg_real eg_rabs(eg_real x) {
    return fabsf(x);
}
#else
#define EG_REAL_1(name)                                                                            \
    static inline eg_real eg_r##name(eg_real x) {                                                  \
        return eg_##name(x);                                                                       \
    }
#define EG_REAL_2(name)                                                                            \
    static inline eg_real eg_r##name(eg_real x, eg_real y) {                                       \
        return eg_##name(x, y);                                                                    \
    }
static inline eg_real eg_rsqrt(eg_real x) { /* the square root, not its reciprocal */
    return sqrt(x);
}
static inline eg_real eg_rabs(eg_real x) {
    return fabs(x);
}
#endif
EG_REAL_1(sin)
EG_REAL_1(cos)
EG_REAL_1(tan)
EG_REAL_1(asin)
EG_REAL_1(acos)
EG_REAL_1(atan)
EG_REAL_1(exp)
EG_REAL_1(log)
EG_REAL_2(atan2) /* y first, as in C */
EG_REAL_2(pow)
EG_REAL_2(hypot)
#undef EG_REAL_1
#undef EG_REAL_2

#endif
