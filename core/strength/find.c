/* Where the contractions of a trace lie. */
#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/strength/part.h"

enum { NOISE_SAMPLES_MAX = 4096 };

static const double smooth_s = 0.02;      /* a cycle of 50 Hz hum; force moves little in it */
static const double rise_part = 0.25;     /* of the largest contraction: this is one */
static const double fall_part = 0.10;     /* ... and this is none any more */
static const double edge_part = 0.05;     /* of its own peak: where it begins and ends */
static const double pause_s = 0.3;        /* between two contractions */
static const double contraction_s = 0.05; /* shorter is a knock */

size_t strength_samples(double seconds, double rate_hz) {
    double n = floor(seconds * rate_hz + 0.5);
    return n < 1.0 ? 1 : (size_t)n;
}

strength_sums strength_sum(size_t n, const double *values, eg_arena *arena) {
    strength_sums result = {.n = n};
    double *sums = eg_arena_take(arena, n + 1, sizeof *sums);
    if (sums == NULL) return result;
    result.offset = values[0];
    sums[0] = 0.0;
    for (size_t i = 0; i < n; i++) sums[i + 1] = sums[i] + (values[i] - result.offset);
    result.sums = sums;
    return result;
}

double strength_mean(const strength_sums *sums, size_t from, size_t to) {
    EG_ASSERT(from < to && to <= sums->n);
    return (sums->sums[to] - sums->sums[from]) / (double)(to - from) + sums->offset;
}

strength_line strength_fit(size_t n, const double *x) {
    EG_ASSERT(n > 1);
    double mean = 0.0, across = 0.0, square = 0.0, middle = ((double)n - 1.0) / 2.0;
    for (size_t i = 0; i < n; i++) mean += (x[i] - mean) / ((double)i + 1.0);
    for (size_t i = 0; i < n; i++) {
        double t = (double)i - middle;
        across += t * (x[i] - mean);
        square += t * t;
    }
    strength_line line = {.slope = across / square, .middle = mean};
    double rest = 0.0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - mean - line.slope * ((double)i - middle);
        rest += d * d;
    }
    line.sd = n > 2 ? sqrt(rest / ((double)n - 2.0)) : 0.0;
    return line;
}

double strength_noise(size_t n, const double *x) {
    if (n < 3) return 0.0;
    double square = 0.0;
    size_t count = n - 2 < NOISE_SAMPLES_MAX ? n - 2 : NOISE_SAMPLES_MAX;
    for (size_t i = 0; i < count; i++) {
        double d = x[i] - 2.0 * x[i + 1] + x[i + 2];
        square += d * d;
    }
    return sqrt(square / (6.0 * (double)count));
}

bool eg_strength_is_inverted(size_t n, const double *values) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, values[i]);
        high = fmax(high, values[i]);
    }
    return -low > high;
}

/* The trace smoothed by a centred running mean: y[n]. */
static double *smooth(const eg_strength_signal *signal, eg_arena *arena) {
    size_t n = signal->n, half = strength_samples(smooth_s, signal->rate_hz) / 2;
    double *y = eg_arena_take(arena, n, sizeof *y);
    strength_sums sums = strength_sum(n, signal->values, arena);
    if (y == NULL || sums.sums == NULL) return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t from = i > half ? i - half : 0, to = i + half + 1 < n ? i + half + 1 : n;
        y[i] = strength_mean(&sums, from, to);
    }
    return y;
}

/* One in so many samples tells the level of rest. */
static size_t level_step(size_t n) {
    return n / 2000 + 1;
}

size_t strength_find_size(size_t n) {
    return eg_arena_bytes(n, sizeof(double)) + eg_arena_bytes(n + 1, sizeof(double)) +
           2 * eg_arena_bytes(n / level_step(n) + 1, sizeof(double));
}

/* The level that a twentieth of the samples lies below: rest, even in a trace with little of it. */
static double low_level(size_t n, const double *y, eg_arena *arena) {
    size_t step = level_step(n), count = 0;
    double *sorted = eg_arena_take(arena, n / step + 1, sizeof *sorted);
    double *scratch = eg_arena_take(arena, n / step + 1, sizeof *scratch);
    if (sorted == NULL || scratch == NULL) return NAN;
    for (size_t i = 0; i < n; i += step) sorted[count++] = y[i];
    eg_sort(count, sorted, scratch);
    return eg_sort_quantile(count, sorted, 0.05);
}

/* The lowest level in y[from, to), never below the rest of the whole trace: a rest that is raised
 * by pre-tension or drift. */
static double raised_rest(const double *y, size_t from, size_t to, double rest) {
    double low = INFINITY;
    for (size_t i = from; i < to; i++) low = fmin(low, y[i]);
    return isfinite(low) ? fmax(low, rest) : rest;
}

/* Moves the edges outwards to where the contraction leaves its own twentieth, seen from the rest of
 * either side. `from` and `to`: the neighbours. */
static void set_edges(const double *y, size_t from, size_t to, double rest, size_t reach,
                      eg_strength_span *span) {
    double top = rest;
    for (size_t i = span->begin; i < span->end; i++) top = fmax(top, y[i]);
    size_t first = span->begin > from + reach ? span->begin - reach : from;
    size_t last = span->end + reach < to ? span->end + reach : to;
    double before = raised_rest(y, first, span->begin, rest);
    double after = raised_rest(y, span->end, last, rest);
    before += edge_part * (top - before);
    after += edge_part * (top - after);
    while (span->begin > from && y[span->begin - 1] > before) span->begin--;
    while (span->end < to && y[span->end] > after) span->end++;
}

static eg_err check(const eg_strength_signal *signal, eg_diag *diag) {
    if (!(signal->rate_hz >= EG_STRENGTH_RATE_MIN_HZ) || !isfinite(signal->rate_hz))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "%g samples a second; strength needs %g or more", signal->rate_hz,
                           EG_STRENGTH_RATE_MIN_HZ);
    if (signal->n > EG_STRENGTH_SAMPLES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "%zu samples, at most %d are measured",
                           signal->n, EG_STRENGTH_SAMPLES_MAX);
    if (signal->n < 16)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "%zu samples are too few for a contraction",
                           signal->n);
    return EG_OK;
}

/* Contractions in y[n] by two thresholds. Returns how many there are, at most max + 1. */
static size_t walk(const double *y, size_t n, double rest, double top, double rate_hz, size_t max,
                   eg_strength_span *spans) {
    double on = rest + rise_part * (top - rest), off = rest + fall_part * (top - rest);
    size_t pause = strength_samples(pause_s, rate_hz);
    size_t shortest = strength_samples(contraction_s, rate_hz);
    size_t count = 0, below = 0, begin = 0, last = 0;
    bool is_in = false;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && !is_in && y[i] > on) {
            is_in = true;
            begin = i;
            below = 0;
        }
        if (!is_in) continue;
        if (i < n && y[i] > off) {
            below = 0;
            last = i;
        } else {
            below++;
        }
        if (i < n && below < pause) continue;
        is_in = false;
        if (last + 1 - begin < shortest) continue;
        if (count < max) spans[count] = (eg_strength_span){.begin = begin, .end = last + 1};
        if (++count > max) return count;
    }
    return count;
}

eg_err eg_strength_find(const eg_strength_signal *signal, size_t max, eg_strength_span *spans,
                        size_t *n_spans, eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(signal != NULL && signal->values != NULL && spans != NULL && n_spans != NULL);
    *n_spans = 0;
    eg_err err = check(signal, diag);
    if (err != EG_OK) return err;
    size_t mark = eg_arena_mark(arena), n = signal->n;
    const double *y = smooth(signal, arena);
    double rest = NAN;
    if (y != NULL) rest = low_level(n, y, arena);
    if (y == NULL || isnan(rest)) {
        eg_arena_reset(arena, mark);
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu samples", n);
    }
    double top = rest;
    for (size_t i = 0; i < n; i++) top = fmax(top, y[i]);
    double noise = strength_noise(n, signal->values);
    size_t count = 0;
    if (top - rest > 6.0 * noise && top - rest > 1e-9 * fabs(top))
        count = walk(y, n, rest, top, signal->rate_hz, max, spans);
    size_t found = count < max ? count : max;
    size_t reach = strength_samples(1.0, signal->rate_hz);
    for (size_t k = 0; k < found; k++) {
        spans[k].rest_begin = k > 0 ? spans[k - 1].end : 0;
        size_t to = k + 1 < found ? spans[k + 1].begin : n;
        set_edges(y, spans[k].rest_begin, to, rest, reach, &spans[k]);
    }
    for (size_t k = 0; k < found; k++) spans[k].rest_end = k + 1 < found ? spans[k + 1].begin : n;
    eg_arena_reset(arena, mark);
    if (count == 0)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "no contraction: nothing rises clearly out of the rest");
    if (count > max)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0,
                           "more than %zu contractions; cut the recording", max);
    *n_spans = found;
    return EG_OK;
}
