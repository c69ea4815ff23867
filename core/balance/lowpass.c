#include "core/balance/lowpass.h"

#include "core/base/check.h"
#include "core/base/real.h"

typedef struct section {
    double b0, b1, b2, a1, a2;
} section;

/* One conjugate pair of poles at the angle of `index`, by bilinear transform with the cut-off
 * prewarped. */
static section design(int order, int index, double cutoff_hz, double rate_hz) {
    double k = eg_tan(EG_PI * cutoff_hz / rate_hz);
    double damping = 2.0 * eg_cos(EG_PI * (2.0 * index + 1.0) / (2.0 * order));
    double norm = 1.0 / (1.0 + k * damping + k * k);
    double b0 = k * k * norm;
    return (section){b0, 2.0 * b0, b0, 2.0 * (k * k - 1.0) * norm,
                     (1.0 - k * damping + k * k) * norm};
}

/* One pass over x, from index `from` by `step`, starting in the steady state of its first value. */
static void pass(const section *s, double *x, size_t n, int backwards) {
    double first = backwards ? x[n - 1] : x[0];
    /* Gain at 0 is 1, so in steady state the output equals the input. */
    double z2 = (s->b2 - s->a2) * first;
    double z1 = (s->b1 - s->a1) * first + z2;
    for (size_t i = 0; i < n; i++) {
        double *at = backwards ? &x[n - 1 - i] : &x[i];
        double in = *at;
        double out = s->b0 * in + z1;
        z1 = s->b1 * in - s->a1 * out + z2;
        z2 = s->b2 * in - s->a2 * out;
        *at = out;
    }
}

int eg_lowpass_zero_lag(double *x, size_t n, int order, double cutoff_hz, double rate_hz,
                        eg_arena *arena) {
    EG_ASSERT(order == 2 || order == 4);
    EG_ASSERT(cutoff_hz > 0.0 && cutoff_hz < 0.5 * rate_hz);
    size_t pad = 3 * ((size_t)order + 1);
    if (n <= pad) return -1;
    size_t mark = eg_arena_mark(arena);
    double *padded = eg_arena_take(arena, n + 2 * pad, sizeof *padded);
    if (padded == NULL) return -1;
    for (size_t i = 0; i < pad; i++) {
        padded[i] = 2.0 * x[0] - x[pad - i];
        padded[pad + n + i] = 2.0 * x[n - 1] - x[n - 2 - i];
    }
    for (size_t i = 0; i < n; i++) padded[pad + i] = x[i];
    section sections[2];
    int count = order / 2;
    for (int k = 0; k < count; k++) sections[k] = design(order, k, cutoff_hz, rate_hz);
    for (int k = 0; k < count; k++) pass(&sections[k], padded, n + 2 * pad, 0);
    for (int k = 0; k < count; k++) pass(&sections[k], padded, n + 2 * pad, 1);
    for (size_t i = 0; i < n; i++) x[i] = padded[pad + i];
    eg_arena_reset(arena, mark);
    return 0;
}
