/* Where a contraction begins: how much of the trace is fitted, and by what. */
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/strength/work.h"

enum { FIT_SAMPLES_MAX = 700, CURVE_SAMPLES_MAX = 700 };

static const double tremor_rest_s = 1.5, tremor_near_s = 0.1;
static const double rest_before_s = 0.3; /* of rest in the fit of the onset */
static const double rise_fitted = 0.5;   /* of the way to the peak: by a polynomial */
static const double curve_fitted = 0.95; /* ... and by a curve */
static const double line_s = 0.12;       /* the shortest line of pre-tension before a rise */
static const double tension_part = 0.2;  /* of the rise: more is no pre-tension */
static const double sure_part = 0.05;    /* of the rise: below it is rest */
static const double quicker = 4.0;       /* than pre-tension a rise grows, in 0.2 s */
static const double slow_part = 1.6; /* of the noise: seen in blocks of white noise once in 40 */

/* The quantum of values that a converter has rounded: the least difference there is. */
static double find_quantum(const strength_work *w, size_t from, size_t to) {
    double least = INFINITY;
    for (size_t i = from + 1; i < to; i++) {
        double d = fabs(w->x[i] - w->x[i - 1]);
        if (d > 0.0) least = fmin(least, d);
    }
    return isfinite(least) ? least : 0.0;
}

/* SD of block means of `rest` about their line, times the root of a block's length: above that of
 * the samples where the noise is slow. */
static double blocks_noise(size_t n_rest, const double *rest, size_t length) {
    double means[64];
    size_t count = 0;
    for (size_t i = 0; i + length <= n_rest && count < 64; i += length) {
        means[count] = 0.0;
        for (size_t k = i; k < i + length; k++) means[count] += rest[k] / (double)length;
        count++;
    }
    return count > 4 ? strength_fit(count, means).sd * sqrt((double)length) : 0.0;
}

size_t strength_last_below(const strength_work *w, double part) {
    size_t half = strength_samples(0.005, w->rate_hz), at = w->half_way;
    double level = w->rest + part * (w->trial->peak - w->rest);
    while (at > w->span->rest_begin + half && strength_mean(&w->sums, at - half, at + 1) >= level)
        at--;
    return at;
}

/* How far back the rest is fitted, the longer the slower the rise: `first`, and up to where it is
 * rest for sure, `sure`. */
static void set_range(strength_work *w) {
    size_t begin = w->span->begin, window = strength_samples(STRENGTH_PEAK_WINDOW_S, w->rate_hz);
    size_t peak = (size_t)(w->trial->peak_s * w->rate_hz),
           before = strength_samples(rest_before_s, w->rate_hz);
    w->rest = strength_mean(&w->sums, begin > window ? begin - window : 0, begin + 1);
    double top = w->rest + rise_fitted * (w->trial->peak - w->rest);
    w->half_way = begin;
    while (w->half_way < peak && w->x[w->half_way] < top) w->half_way++;
    size_t slow = w->half_way - begin;
    before += slow < 4 * before ? slow : 4 * before;
    w->first = begin > w->span->rest_begin + before ? begin - before : w->span->rest_begin;
    w->sure = begin - w->first;
    w->sure -= w->sure / 3;
}

/* Means of `block` samples of the trace in [first, last): how many, at most max. */
static size_t thin(const strength_work *w, size_t first, size_t last, size_t block, size_t max,
                   double *x) {
    size_t count = 0;
    for (size_t i = first; i + block <= last && count < max; i += block)
        x[count++] = strength_mean(&w->sums, i, i + block);
    return count;
}

/* The whole rise with the rest from `first` on, of which `sure` samples are rest for sure; in
 * samples of the trace. is_strict: only if a known curve is believed. */
static bool fit_rise(const strength_work *w, size_t first, size_t sure, bool is_strict, double *x,
                     strength_rise *rise, double *end, eg_arena *arena) {
    size_t window = strength_samples(STRENGTH_PEAK_WINDOW_S, w->rate_hz);
    size_t peak = (size_t)(w->trial->peak_s * w->rate_hz), last = w->span->begin;
    double level = strength_mean(&w->sums, first, first + sure + 1);
    double top = level + curve_fitted * (w->trial->peak - level);
    while (last < peak && strength_mean(&w->sums, last, last + window) < top) last++;
    last += window / 2;
    if (last > w->signal->n) last = w->signal->n;
    size_t mark = eg_arena_mark(arena);
    size_t n = last - first, block = (n + CURVE_SAMPLES_MAX - 1) / CURVE_SAMPLES_MAX;
    strength_rise_trace trace = {.x = x, .n_rest = sure / block, .is_strict = is_strict};
    trace.n = thin(w, first, last, block, CURVE_SAMPLES_MAX, x);
    trace.noise = w->sample_noise / sqrt((double)block);
    /* Without noise, tremor would be foretold more finely than any curve is right. */
    if (w->tremor.hz > 0.0)
        trace.noise = fmax(trace.noise, STRENGTH_GRAIN * (w->trial->peak - level));
    strength_whitener whitener;
    double *rest_left = eg_arena_take(arena, trace.n, sizeof *rest_left);
    if (w->tremor.hz > 0.0 && rest_left != NULL &&
        strength_whitener_make(&w->tremor, trace.n, (double)block / w->rate_hz, trace.noise,
                               &whitener, arena)) {
        trace.tremor = &whitener;
        strength_whiten_rest(&whitener, trace.n_rest, x, rest_left);
    }
    double slow = blocks_noise(trace.n_rest, trace.tremor != NULL ? rest_left : x,
                               trace.n / 24 + (trace.n < 24));
    trace.block_noise = fmax(trace.noise, slow);
    /* Rounding is no white noise, it stands still in the rest; nor is what is slow beyond doubt. */
    trace.least = w->quantum / sqrt(12.0 * (double)block);
    if (slow > slow_part * trace.noise) trace.least = fmax(trace.least, slow);
    for (int k = 0; k < EG_STRENGTH_RFD_COUNT; k++)
        trace.windows[k] = eg_strength_rfd_s[k] * w->rate_hz / (double)block;
    *end = (double)(first + trace.n * block) - 1.0;
    bool is_fitted = strength_rise_fit(&trace, rise, arena);
    eg_arena_reset(arena, mark);
    if (!is_fitted) return false;
    rise->onset = (double)first + rise->onset * (double)block + ((double)block - 1.0) / 2.0;
    rise->onset_sd *= (double)block;
    return true;
}

/* Level of 20 ms about a sample. */
static double near(const strength_work *w, double at) {
    size_t half = strength_samples(0.01, w->rate_hz), i = (size_t)fmax(0.0, at);
    size_t from = i > half ? i - half : 0, to = i + half + 1;
    return strength_mean(&w->sums, from, to < w->signal->n ? to : w->signal->n);
}

/* Whether a later onset stands for the rise and what is before it for pre-tension: little force,
 * on a line for long enough, that grows far slower than behind. */
static bool is_pretension(const strength_work *w, size_t first, const strength_rise *later) {
    double rest = strength_mean(&w->sums, w->first, w->first + w->sure + 1);
    double line = line_s * w->rate_hz, far = eg_strength_rfd_s[EG_STRENGTH_RFD_200];
    if (!(later->onset > (double)first + line)) return false;
    double before = later->level - near(w, later->onset - far * w->rate_hz);
    return later->level - rest < tension_part * (w->trial->peak - rest) &&
           later->gain[EG_STRENGTH_RFD_200] > quicker * fabs(before);
}

/* Whether there may be pre-tension in the rise as it was found: it starts slowly, or the rest
 * before it is no line. */
static bool is_doubtful(const strength_work *w) {
    if (!w->has_rise) return true;
    double height = w->trial->peak - w->rise.level;
    if (w->rise.gain[EG_STRENGTH_RFD_200] < tension_part * height) return true;
    size_t to = (size_t)w->rise.onset, block = strength_samples(0.02, w->rate_hz);
    if (to < w->first + 8 * block) return false;
    double slow = blocks_noise(to - w->first, w->x + w->first, block);
    return slow > slow_part * w->sample_noise;
}

/* A rise that is none of the known ones may be pre-tension and a known one behind: rest is looked
 * for later, too. */
static void look_behind(strength_work *w, double *x, eg_arena *arena) {
    enum { PLACES = 8 };
    size_t quarter = strength_last_below(w, 0.25);
    if (quarter < w->first + PLACES) return;
    for (size_t k = 1; k < PLACES; k++) {
        size_t first = w->first + (quarter - w->first) * k / PLACES;
        double level = near(w, (double)first), end;
        level += sure_part * (w->trial->peak - level);
        size_t begin = quarter;
        while (begin > first && near(w, (double)begin) > level) begin--;
        size_t sure = (begin - first) * 2 / 3;
        strength_rise later;
        if (sure < 16 || !fit_rise(w, first, sure, true, x, &later, &end, arena)) continue;
        if (!is_pretension(w, first, &later)) continue;
        w->rise = later;
        w->rise_end = end;
        w->has_rise = true;
        return;
    }
}

/* The whole rise, if it can be told. */
static void find_rise(strength_work *w, double *x, eg_arena *arena) {
    w->has_rise = fit_rise(w, w->first, w->sure, false, x, &w->rise, &w->rise_end, arena);
    if ((!w->has_rise || !w->rise.is_known) && is_doubtful(w)) look_behind(w, x, arena);
    if (!w->has_rise) return;
    w->onset = w->rise.onset;
    w->onset_error = w->rise.onset_sd;
    w->trial->baseline = w->rise.level;
}

/* The beginning alone, from `first` up to `part` of the way. False: the part is too short. */
static bool fit_start(strength_work *w, size_t first, double part, double *x,
                      strength_onset *onset) {
    size_t window = strength_samples(0.008, w->rate_hz);
    size_t last = strength_last_below(w, part) + 2, low = strength_last_below(w, part / 4.0);
    if (last > w->signal->n) last = w->signal->n;
    if (last < first + 12 || (part < rise_fitted && last < low + window)) return false;
    size_t block = (last - first + FIT_SAMPLES_MAX - 1) / FIT_SAMPLES_MAX;
    size_t count = thin(w, first, last, block, FIT_SAMPLES_MAX, x);
    size_t sure = w->first + w->sure > first ? (w->first + w->sure - first) / block : 0;
    double slow = blocks_noise(sure, x, count / 24 + (count < 24));
    if (!strength_onset_fit(count, x, w->sample_noise / sqrt((double)block), slow, onset))
        return false;
    onset->at = (double)first + onset->at * (double)block + ((double)block - 1.0) / 2.0;
    onset->error *= (double)block;
    return true;
}

/* The onset from the beginning alone: as much of the rise as polynomials follow, with as much rest
 * before as is straight; if they never do, the widest range. */
static void find_start(strength_work *w, double *x) {
    static const double parts[] = {0.5, 0.35, 0.25, 0.17, 0.12, 0.08, 0.055, 0.035, 0.02};
    size_t begin = w->span->begin, some = strength_samples(0.05, w->rate_hz);
    size_t close = strength_samples(STRENGTH_REST_NEEDED_S, w->rate_hz) + w->half_way - begin;
    size_t firsts[] = {w->first, begin > w->first + close ? begin - close : w->first};
    strength_onset best = {.at = NAN, .level = NAN}, one;
    for (size_t k = 0; k < sizeof parts / sizeof parts[0] && !best.is_believed; k++) {
        for (size_t r = 0; r < 2 && !best.is_believed; r++) {
            if (r > 0 && firsts[r] == firsts[0]) break;
            if (!fit_start(w, firsts[r], parts[k], x, &one)) break;
            if (r > 0 && one.at < (double)(firsts[r] + some)) continue;
            if ((r == 0 && k == 0) || one.is_believed) best = one;
        }
    }
    w->onset = best.at;
    w->onset_error = best.error;
    w->trial->baseline = best.level;
    w->is_start_believed = best.is_believed;
}

strength_tremor strength_tremor_before(const strength_work *w, double end_s) {
    size_t begin = w->span->begin, last = strength_samples(end_s, w->rate_hz);
    size_t longest = strength_samples(tremor_rest_s, w->rate_hz);
    size_t to = begin > last ? begin - last : 0;
    size_t from = to > w->span->rest_begin + longest ? to - longest : w->span->rest_begin;
    strength_tremor tremor = {.size = 0.0};
    if (to > from) (void)strength_tremor_find(to - from, w->x + from, w->rate_hz, &tremor);
    return tremor;
}

size_t strength_begin_size(void) {
    return eg_arena_bytes(FIT_SAMPLES_MAX, sizeof(double)) +
           eg_arena_bytes(CURVE_SAMPLES_MAX, sizeof(double)) +
           strength_whitener_size(CURVE_SAMPLES_MAX) + strength_rise_size(CURVE_SAMPLES_MAX);
}

void strength_find_begin(strength_work *w, eg_arena *arena) {
    eg_strength_trial *t = w->trial;
    double *x = eg_arena_take(arena, FIT_SAMPLES_MAX, sizeof *x);
    w->onset = NAN;
    set_range(w);
    if (x != NULL) {
        w->quantum = find_quantum(w, w->first, w->half_way);
        w->sample_noise = sqrt(t->noise * t->noise + w->quantum * w->quantum / 12.0);
        w->tremor = strength_tremor_before(w, tremor_near_s);
        if (w->tremor.hz > 0.0) {
            t->flags |= 1U << EG_STRENGTH_FLAG_TREMOR;
            w->sample_noise = fmax(w->tremor.noise, w->quantum / sqrt(12.0));
        }
        if (w->sure >= 8) find_rise(w, x, arena);
        if (!w->has_rise) find_start(w, x);
    }
    size_t needed = strength_samples(STRENGTH_REST_NEEDED_S, w->rate_hz);
    if (!(w->onset >= (double)(w->span->rest_begin + needed))) {
        t->flags |= 1U << EG_STRENGTH_FLAG_NO_REST;
        t->baseline = w->x[w->span->begin];
        return;
    }
    t->onset_s = w->onset / w->rate_hz;
    t->onset_error_s = w->onset_error / w->rate_hz;
    size_t to = (size_t)w->onset, from = to - needed;
    t->pretension = strength_mean(&w->sums, from, to);
    t->slope = strength_fit(needed, w->x + from).slope * w->rate_hz;
}
