/* Mains hum in a trace: one steady sine at 50 or 60 Hz, its frequency within half a hertz, by least
 * squares in the rest; it goes on through the contraction. A filter would smear the rise. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/strength/part.h"

static const double reach_hz = 0.5, step_hz = 0.05;
/* Of the squares that a sine explains, over twice the noise's: exponential with mean 1 if there is
 * no hum, so that fifty frequencies pass this by chance once in ten million rests. */
static const double sure = 20.0;

typedef struct sine {
    double hz, across, along; /* across cos + along sin, time from x[from] */
    double gain;              /* by how much it lowers the sum of squares */
} sine;

/* The best sine of one frequency in x[n] about its line. */
static sine fit(size_t n, const double *x, strength_line line, double hz, double rate_hz) {
    double turn_sin, turn_cos, s = 0.0, c = 1.0, middle = ((double)n - 1.0) / 2.0;
    double cc = 0.0, ss = 0.0, cs = 0.0, xc = 0.0, xs = 0.0;
    eg_sincos(2.0 * EG_PI * hz / rate_hz, &turn_sin, &turn_cos);
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - line.middle - line.slope * ((double)i - middle);
        cc += c * c;
        ss += s * s;
        cs += c * s;
        xc += d * c;
        xs += d * s;
        double next = c * turn_cos - s * turn_sin;
        s = s * turn_cos + c * turn_sin;
        c = next;
    }
    double whole = cc * ss - cs * cs;
    sine result = {.hz = hz};
    if (!(whole > 1e-6 * (double)n * (double)n)) return result;
    result.across = (xc * ss - xs * cs) / whole;
    result.along = (xs * cc - xc * cs) / whole;
    result.gain = result.across * xc + result.along * xs;
    return result;
}

bool strength_hum_remove(size_t n, double *x, size_t from, size_t to, double rate_hz) {
    EG_ASSERT(x != NULL && from <= to && to <= n);
    size_t length = to - from;
    if (rate_hz < 150.0 || length < strength_samples(0.2, rate_hz)) return false;
    strength_line line = strength_fit(length, x + from);
    sine best = {.hz = NAN};
    for (int mains = 0; mains < 2; mains++) {
        const int n_steps = (int)(reach_hz / step_hz + 0.5);
        for (int i = -n_steps; i <= n_steps; i++) {
            double hz = (mains == 0 ? 50.0 : 60.0) + i * step_hz;
            sine one = fit(length, x + from, line, hz, rate_hz);
            if (one.gain > best.gain) best = one;
        }
    }
    for (double step = step_hz / 2.0; step > 1e-3 && isfinite(best.hz); step /= 2.0) {
        for (int side = -1; side <= 1; side += 2) {
            sine one = fit(length, x + from, line, best.hz + side * step, rate_hz);
            if (one.gain > best.gain) best = one;
        }
    }
    double rest = line.sd * line.sd * ((double)length - 2.0) - best.gain;
    if (!(best.gain > 2.0 * sure * fmax(rest, 0.0) / (double)length) || !(best.gain > 0.0))
        return false;
    for (size_t i = 0; i < n; i++) {
        double s, c;
        eg_sincos(2.0 * EG_PI * best.hz * ((double)i - (double)from) / rate_hz, &s, &c);
        x[i] -= best.across * c + best.along * s;
    }
    return true;
}
