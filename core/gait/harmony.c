#include "core/gait/harmony.h"

#include "core/base/real.h"

static const double near_part = 0.2; /* of a step: how far from it its peak is looked for */

/* x between samples. */
static double value_at(size_t n, const double *x, double u) {
    size_t i = u > 0.0 ? (size_t)u : 0;
    if (i + 1 >= n) return x[n - 1];
    return x[i] + (u - (double)i) * (x[i + 1] - x[i]);
}

void eg_gait_harmonics(size_t n, const double *x, double from, double span, double *amplitudes) {
    size_t count = (size_t)(span + 0.5);
    if (count < 2 * EG_GAIT_HARMONICS + 2) count = 2 * EG_GAIT_HARMONICS + 2;
    for (uint64_t k = 1; k <= EG_GAIT_HARMONICS; k++) {
        double a = 0.0, b = 0.0;
        for (size_t i = 0; i < count; i++) {
            double sine, cosine, v = value_at(n, x, from + span * (double)i / (double)count);
            eg_turn(k * (uint64_t)i % (uint64_t)count, (uint64_t)count, &sine, &cosine);
            a += v * cosine;
            b += v * sine;
        }
        amplitudes[k - 1] = 2.0 * eg_hypot(a, b) / (double)count;
    }
}

/* Those that belong to what both steps share against the others, as amplitude and as power. */
static void divide(const double *amplitudes, int is_sideways, double *ratio, double *improved) {
    double sum[2] = {0.0, 0.0}, power[2] = {0.0, 0.0};
    for (int k = 1; k <= EG_GAIT_HARMONICS; k++) {
        int belongs = (k % 2 == 0) != is_sideways;
        sum[belongs] += amplitudes[k - 1];
        power[belongs] += amplitudes[k - 1] * amplitudes[k - 1];
    }
    *ratio = sum[0] > 0.0 ? sum[1] / sum[0] : (double)NAN;
    *improved = power[0] + power[1] > 0.0 ? 100.0 * power[1] / (power[0] + power[1]) : (double)NAN;
}

/* The same foot's next strike; n: none, or no steady stride. */
static size_t next_of(size_t i, size_t n, const eg_gait_contact *c, const eg_gait_phase *phases) {
    if (phases[i] != EG_GAIT_STEADY || !isfinite(c[i].strike_s)) return n;
    if (i + 2 >= n || phases[i + 2] != EG_GAIT_STEADY || c[i + 2].side != c[i].side) return n;
    double t = c[i + 2].strike_s - c[i].strike_s;
    return t >= EG_GAIT_STRIDE_LEAST_S && t <= EG_GAIT_STRIDE_MOST_S ? i + 2 : n;
}

/* Unbiased, of x[from ... to) without its mean, at `lag`. */
static double correlation(const double *x, size_t from, size_t to, size_t lag, double mean) {
    double sum = 0.0;
    for (size_t i = from; i + lag < to; i++) sum += (x[i] - mean) * (x[i + lag] - mean);
    return sum / (double)(to - from - lag);
}

/* The largest size near a lag, over that at 0. */
static double peak_near(const double *x, size_t from, size_t to, double lag, double reach,
                        double sign) {
    double mean = 0.0, best = 0.0;
    for (size_t i = from; i < to; i++) mean += x[i] / (double)(to - from);
    double whole = correlation(x, from, to, 0, mean);
    if (!(whole > 0.0)) return (double)NAN;
    for (size_t k = (size_t)(lag - reach); (double)k <= lag + reach && from + k + 1 < to; k++)
        best = fmax(best, sign * correlation(x, from, to, k, mean) / whole);
    return best;
}

/* The longest stretch of steady contacts, samples; 0 if it is shorter than four steps. */
static int longest_stretch(const eg_gait_back *back, size_t n, const eg_gait_contact *c,
                           const eg_gait_phase *phases, size_t *from, size_t *to) {
    double most = 0.0;
    for (size_t i = 0; i < n;) {
        size_t k = i;
        while (k + 1 < n && phases[k] == EG_GAIT_STEADY && phases[k + 1] == EG_GAIT_STEADY &&
               c[k + 1].strike_s - c[k].strike_s < 2.0 * back->step_s)
            k++;
        double span = c[k].strike_s - c[i].strike_s;
        if (span > most) {
            most = span;
            *from = (size_t)(c[i].strike_s * back->rate_hz);
            *to = (size_t)(c[k].strike_s * back->rate_hz);
        }
        i = k + 1;
    }
    if (*to > back->n) *to = back->n;
    return most > 4.0 * back->step_s;
}

eg_err eg_gait_harmony_of(const eg_gait_back *back, size_t n, const eg_gait_contact *c,
                          const eg_gait_phase *phases, eg_gait_harmony *out, eg_arena *scratch,
                          eg_diag *diag) {
    size_t mark = eg_arena_mark(scratch), from = 0, to = 0;
    double *x = eg_arena_take(scratch, n + 1, 6 * sizeof *x);
    if (x == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the harmonics");
    out->n_strides = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = next_of(i, n, c, phases);
        for (size_t r = 0; r < 6; r++) x[r * n + i] = (double)NAN;
        double begin = c[i].strike_s * back->rate_hz;
        if (k == n || begin < 0.0 || !(c[k].strike_s * back->rate_hz < (double)back->n)) continue;
        out->n_strides++;
        for (size_t r = 0; r < 3; r++) {
            double amplitudes[EG_GAIT_HARMONICS];
            eg_gait_harmonics(back->n, back->acc[r], begin,
                              (c[k].strike_s - c[i].strike_s) * back->rate_hz, amplitudes);
            divide(amplitudes, r == 1, &x[r * n + i], &x[(3 + r) * n + i]);
        }
    }
    int is_long = longest_stretch(back, n, c, phases, &from, &to);
    double step = back->step_s * back->rate_hz;
    for (size_t r = 0; r < 3; r++) {
        out->ratio[r] = eg_gait_mean_of(n, x + r * n);
        out->improved[r] = eg_gait_mean_of(n, x + (3 + r) * n);
        out->step_regularity[r] = out->stride_regularity[r] = (double)NAN;
        if (!is_long) continue;
        double sign = r == 1 ? -1.0 : 1.0, reach = near_part * step;
        out->step_regularity[r] = peak_near(back->acc[r], from, to, step, reach, sign);
        out->stride_regularity[r] = peak_near(back->acc[r], from, to, 2.0 * step, reach, 1.0);
    }
    eg_arena_reset(scratch, mark);
    return EG_OK;
}
