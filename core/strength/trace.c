/* Measures of one contraction. Peak: the mean about the largest 20 ms, over the longest window
 * that noise cannot tell from the shorter ones, so that neither the highest spike of the noise nor
 * the slope beside a sharp top counts (intersection of confidence intervals, Goldenshluger and
 * Nemirovski 1997). */
#include "core/strength/trace.h"

#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/strength/work.h"

const double eg_strength_rfd_s[EG_STRENGTH_RFD_COUNT] = {0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25};

const eg_strength_window eg_strength_steps[EG_STRENGTH_STEP_COUNT][2] = {
    {EG_STRENGTH_RFD_50, EG_STRENGTH_RFD_100},
    {EG_STRENGTH_RFD_100, EG_STRENGTH_RFD_150},
    {EG_STRENGTH_RFD_150, EG_STRENGTH_RFD_200},
    {EG_STRENGTH_RFD_200, EG_STRENGTH_RFD_250}};

static const double peak_window_max_s = 0.25;
static const double noise_rest_s = 0.3;
static const double hum_rest_s = 1.0;
static const double confidence = 2.5; /* standard errors */
static const double dip_part = 0.01;  /* of the peak, below the baseline */
static const double dip_near_s = 0.6; /* before the rise: what is earlier is no dip of it */

const char *eg_strength_flag_name(eg_strength_flag flag) {
    static const char *const names[] = {
#define NAME(id, name, sentence) [EG_STRENGTH_FLAG_##id] = name,
        EG_STRENGTH_FLAGS(NAME)
#undef NAME
    };
    EG_ASSERT(flag < EG_STRENGTH_FLAG_COUNT);
    return names[flag];
}

const char *eg_strength_flag_text(eg_strength_flag flag) {
    static const char *const texts[] = {
#define TEXT(id, name, sentence) [EG_STRENGTH_FLAG_##id] = (sentence),
        EG_STRENGTH_FLAGS(TEXT)
#undef TEXT
    };
    EG_ASSERT(flag < EG_STRENGTH_FLAG_COUNT);
    return texts[flag];
}

static void raise(strength_work *w, eg_strength_flag flag) {
    w->trial->flags |= 1U << flag;
}

/* Force at a time in samples, linear between two of them. */
static double value_at(const strength_work *w, double at) {
    if (at <= 0.0) return w->x[0];
    size_t i = (size_t)at;
    if (i + 1 >= w->signal->n) return w->x[w->signal->n - 1];
    double part = at - (double)i;
    return w->x[i] + part * (w->x[i + 1] - w->x[i]);
}

/* Where the highest mean of `window` samples within the contraction begins; it never leaves the
 * recording. */
static size_t best_window(const strength_work *w, size_t window, double *best) {
    size_t from = w->span->begin, to = w->span->end, at = from;
    *best = -INFINITY;
    for (size_t i = from; i + window <= to; i++) {
        double mean = strength_mean(&w->sums, i, i + window);
        if (mean > *best) {
            *best = mean;
            at = i;
        }
    }
    return at;
}

/* The SD of fast noise: of the rest where there is one, otherwise of the contraction. */
static double find_noise(const strength_work *w) {
    size_t before = w->span->begin - w->span->rest_begin;
    size_t n = strength_samples(noise_rest_s, w->rate_hz);
    if (n > before) n = before;
    if (n < 16) return strength_noise(w->span->end - w->span->begin, w->x + w->span->begin);
    size_t first = w->span->begin - n;
    /* The last tenth may already be the rise. */
    size_t used = n - n / 10;
    double quick = strength_noise(used, w->x + first);
    return fmax(quick, fmin(3.0 * quick, strength_fit(used, w->x + first).sd));
}

static void find_peak(strength_work *w) {
    eg_strength_trial *t = w->trial;
    size_t window = strength_samples(STRENGTH_PEAK_WINDOW_S, w->rate_hz);
    size_t length = w->span->end - w->span->begin;
    if (window > length) window = length;
    double mean = 0.0;
    size_t middle = best_window(w, window, &mean) + window / 2;
    size_t largest = strength_samples(peak_window_max_s, w->rate_hz);
    double low = -INFINITY, high = INFINITY, best = w->x[middle];
    for (size_t half = 0; 2 * half + 1 <= largest; half = half + half / 3 + 1) {
        if (middle < w->span->begin + half || middle + half >= w->span->end) break;
        double value = strength_mean(&w->sums, middle - half, middle + half + 1);
        double error = confidence * t->noise / sqrt(2.0 * (double)half + 1.0);
        low = fmax(low, value - error);
        high = fmin(high, value + error);
        if (low > high) break;
        best = value;
    }
    t->peak = best;
    t->peak_s = (double)middle / w->rate_hz;
}

/* Standard error of the level at a time of which only the time after the onset is sure. */
static double level_error(const strength_work *w, double at, size_t half) {
    size_t near = strength_samples(0.005, w->rate_hz), middle = (size_t)at;
    double noise = (half < 3 ? 1.0 : 1.5) * w->trial->noise / sqrt(2.0 * (double)half + 1.0);
    if (middle < near || middle + near >= w->signal->n) return noise;
    double slope = (w->x[middle + near] - w->x[middle - near]) / (2.0 * (double)near);
    return eg_hypot(noise, slope * w->onset_error);
}

/* The trace at a time, in samples: as it is, or the parabola through the samples about it where the
 * noise would be felt in `rise`. */
static double level_at(const strength_work *w, double at, double rise, double *error) {
    double needed = 0.004 * fabs(rise);
    size_t half = 0, largest = strength_samples(0.015, w->rate_hz);
    while (half < largest && 1.5 * w->trial->noise > needed * sqrt(2.0 * (double)half + 1.0))
        half++;
    size_t middle = (size_t)(at + 0.5);
    *error = level_error(w, at, half);
    if (half < 3 || middle < half || middle + half >= w->signal->n) return value_at(w, at);
    double sum = 0.0, across = 0.0, curve = 0.0, two = 0.0, four = 0.0;
    for (size_t i = middle - half; i <= middle + half; i++) {
        double u = (double)i - (double)middle;
        sum += w->x[i];
        across += u * w->x[i];
        curve += u * u * w->x[i];
        two += u * u;
        four += u * u * u * u;
    }
    double n = 2.0 * (double)half + 1.0, bend = (n * curve - two * sum) / (n * four - two * two);
    double u = at - (double)middle;
    return (sum - bend * two) / n + across / two * u + bend * u * u;
}

static void find_rates(strength_work *w) {
    eg_strength_trial *t = w->trial;
    double onset = t->onset_s * w->rate_hz, end = (double)w->signal->n - 1.0;
    for (size_t k = 0; k < EG_STRENGTH_RFD_COUNT; k++) {
        double width = eg_strength_rfd_s[k], at = onset + width * w->rate_hz;
        if (!(at <= end)) break;
        double error, level = level_at(w, at, value_at(w, at) - t->baseline, &error);
        if (w->has_rise && at <= w->rise_end) {
            level = t->baseline + w->rise.gain[k];
            error = w->rise.gain_sd[k];
        }
        t->rfd[k] = (level - t->baseline) / width;
        t->rfd_error[k] = error / width;
        double sum = 0.0;
        size_t steps = strength_samples(width, w->rate_hz) + 1;
        double step = width * w->rate_hz / (double)steps;
        for (size_t i = 0; i < steps; i++)
            sum += (value_at(w, onset + step * (double)i) +
                    value_at(w, onset + step * ((double)i + 1.0))) /
                       2.0 -
                   t->baseline;
        t->impulse[k] = sum * step / w->rate_hz;
    }
    for (size_t k = 0; k < EG_STRENGTH_STEP_COUNT; k++) {
        eg_strength_window from = eg_strength_steps[k][0], to = eg_strength_steps[k][1];
        double first = eg_strength_rfd_s[from], last = eg_strength_rfd_s[to];
        t->rfd_step[k] = (t->rfd[to] * last - t->rfd[from] * first) / (last - first);
    }
}

static void find_steepest(strength_work *w) {
    eg_strength_trial *t = w->trial;
    size_t n = strength_samples(STRENGTH_PEAK_WINDOW_S, w->rate_hz) + 1;
    if (n < 3) n = 3;
    size_t from = (size_t)(t->onset_s * w->rate_hz), to = (size_t)(t->peak_s * w->rate_hz) + 1;
    if (to > w->signal->n) to = w->signal->n;
    for (size_t i = from; i + n <= to; i++) {
        double slope = strength_fit(n, w->x + i).slope * w->rate_hz;
        if (!(t->rfd_peak >= slope)) {
            t->rfd_peak = slope;
            t->rfd_peak_s = ((double)i + ((double)n - 1.0) / 2.0) / w->rate_hz;
        }
    }
}

/* Where the contraction is held until: force last above half of the way to the peak. */
static size_t end_of_hold(const strength_work *w) {
    double half = (w->trial->peak + w->trial->baseline) / 2.0;
    size_t end = w->span->end, window = strength_samples(STRENGTH_PEAK_WINDOW_S, w->rate_hz);
    while (end > w->span->begin + window && strength_mean(&w->sums, end - window, end) < half)
        end--;
    return end;
}

static void find_work(strength_work *w, double window_s) {
    eg_strength_trial *t = w->trial;
    size_t length = w->span->end - w->span->begin;
    size_t window = strength_samples(window_s, w->rate_hz);
    if (window <= length)
        t->mean_s = (double)best_window(w, window, &t->mean) / w->rate_hz;
    else
        raise(w, EG_STRENGTH_FLAG_SHORT);
    size_t peak = (size_t)(t->peak_s * w->rate_hz), end = end_of_hold(w);
    /* Fatigue of a hold needs a hold: a second behind the peak. */
    if (end > peak + strength_samples(1.0, w->rate_hz) && t->peak > 0.0)
        t->fatigue = 100.0 * (1.0 - strength_mean(&w->sums, peak, end) / t->peak);
    if (isnan(t->onset_s)) return;
    size_t from = (size_t)(t->onset_s * w->rate_hz);
    t->time_to_peak_s = t->peak_s - t->onset_s;
    if (w->span->end > from)
        t->impulse_total = (strength_mean(&w->sums, from, w->span->end) - t->baseline) *
                           (double)(w->span->end - from) / w->rate_hz;
}

/* The largest value again and again, where a live signal never stays: the device's limit. A trace
 * that stands still in its rest, too, is a coarse or a made one, and tells nothing. */
static bool is_clipped(const strength_work *w) {
    double top = -INFINITY;
    w->trial->clipped_s = NAN;
    for (size_t i = w->span->begin; i < w->span->end; i++) {
        if (w->x[i] > top) w->trial->clipped_s = (double)i / w->rate_hz;
        top = fmax(top, w->x[i]);
    }
    size_t run = 0, longest = 0, needed = strength_samples(0.05, w->rate_hz);
    for (size_t i = w->span->begin; i < w->span->end; i++) {
        run = w->x[i] < top ? 0 : run + 1;
        if (run > longest) longest = run;
    }
    size_t still = 0;
    run = 0;
    for (size_t i = w->span->rest_begin + 1; i < w->span->begin; i++) {
        run = fabs(w->x[i] - w->x[i - 1]) > 0.0 ? 0 : run + 1;
        if (run > still) still = run;
    }
    bool is_cut_off = w->trial->noise > 0.0 && longest >= needed && longest >= 5 && still < needed;
    if (!is_cut_off) w->trial->clipped_s = NAN;
    return is_cut_off;
}

/* Whether force still rises where the recording ends: over half a second, or half of what there is
 * above the middle of the way, by more than a hundredth and what noise makes of a slope. */
static bool is_rising(const strength_work *w) {
    size_t n = strength_samples(0.5, w->rate_hz), end = w->signal->n;
    if (n > (end - w->half_way) / 2) n = (end - w->half_way) / 2;
    if (n < 3) return true;
    strength_line line = strength_fit(n, w->x + end - n);
    double error = confidence * w->trial->noise * sqrt(12.0 / (double)n);
    return line.slope * (double)n > 0.01 * (w->trial->peak - w->rest) + error;
}

/* Whether twice the standard error is above what onset and RFD are held to. */
static bool is_unsure(const eg_strength_trial *t) {
    if (2.0 * t->onset_error_s > 0.005) return true;
    for (size_t k = 0; k < EG_STRENGTH_RFD_COUNT; k++)
        if (2.0 * t->rfd_error[k] > 0.03 * fabs(t->rfd[k])) return true;
    return false;
}

static void judge(strength_work *w, const eg_strength_limits *limits) {
    eg_strength_trial *t = w->trial;
    double rise = t->peak - t->baseline;
    if (w->span->end == w->signal->n) raise(w, EG_STRENGTH_FLAG_CUT);
    if (w->span->end == w->signal->n && is_rising(w)) raise(w, EG_STRENGTH_FLAG_RISING);
    if (w->rate_hz < EG_STRENGTH_RATE_PEAK_HZ) raise(w, EG_STRENGTH_FLAG_RATE_PEAK);
    if (w->rate_hz < EG_STRENGTH_RATE_RFD_HZ) raise(w, EG_STRENGTH_FLAG_RATE_RFD);
    if (t->noise > 0.02 * rise) raise(w, EG_STRENGTH_FLAG_NOISE);
    if (is_clipped(w)) raise(w, EG_STRENGTH_FLAG_CLIPPED);
    if (isnan(t->onset_s)) return;
    if (is_unsure(t) || !(w->has_rise || w->is_start_believed)) raise(w, EG_STRENGTH_FLAG_UNSURE);
    if (w->has_rise && w->rise.is_endless) raise(w, EG_STRENGTH_FLAG_ENDLESS);
    size_t to = (size_t)(t->onset_s * w->rate_hz);
    size_t n = strength_samples(STRENGTH_REST_NEEDED_S, w->rate_hz), window = n / 10 + 1;
    double error = confidence * t->noise / sqrt((double)n), part = limits->pretension_most;
    if (t->pretension > part * t->peak + error) raise(w, EG_STRENGTH_FLAG_PRETENSION);
    if (t->pretension < -part * t->peak - error) raise(w, EG_STRENGTH_FLAG_ZERO);
    /* In N m there is no published limit: a quarter of the permitted pre-tension. */
    double limit = w->signal->is_torque ? part * t->peak / 4.0 : limits->baseline_most_n;
    double slope_error = 2.0 * confidence * t->noise * sqrt(12.0 / (double)n);
    if (fabs(t->slope) * STRENGTH_REST_NEEDED_S > limit + slope_error)
        raise(w, EG_STRENGTH_FLAG_BASELINE);
    double low = INFINITY;
    size_t risen = strength_last_below(w, 0.05);
    for (size_t i = to - n; i + window <= (risen > to ? risen : to); i++)
        low = fmin(low, strength_mean(&w->sums, i, i + window));
    /* Against the level before the dip, not against a line that the dip has bent. */
    size_t from = to - n > w->span->rest_begin + n ? to - 2 * n : w->span->rest_begin;
    double level = to - n > from ? strength_mean(&w->sums, from, to - n) : t->baseline;
    double noise = 2.0 * confidence * t->noise / sqrt((double)window);
    double fall = fabs(t->slope) * STRENGTH_REST_NEEDED_S;
    if (level - low > dip_part * rise + noise + w->swing + (t->slope < 0.0 ? 0.0 : fall))
        raise(w, EG_STRENGTH_FLAG_DIP);
}

static eg_strength_trial unknown_trial(void) {
    eg_strength_trial t = {.onset_s = NAN, .end_s = NAN, .baseline = NAN, .noise = NAN};
    t.peak = t.peak_s = t.mean = t.mean_s = t.rfd_peak = t.rfd_peak_s = NAN;
    t.onset_error_s = NAN;
    t.impulse_total = t.time_to_peak_s = t.fatigue = t.pretension = t.slope = t.drift = NAN;
    t.clipped_s = NAN;
    for (size_t k = 0; k < EG_STRENGTH_RFD_COUNT; k++)
        t.rfd[k] = t.rfd_error[k] = t.impulse[k] = NAN;
    for (size_t k = 0; k < EG_STRENGTH_STEP_COUNT; k++) t.rfd_step[k] = NAN;
    return t;
}

static void take_hum_off(strength_work *w, double *x) {
    size_t begin = w->span->begin, last = strength_samples(0.1, w->rate_hz);
    size_t longest = strength_samples(hum_rest_s, w->rate_hz);
    size_t to = begin > last ? begin - last : 0;
    size_t from = to > w->span->rest_begin + longest ? to - longest : w->span->rest_begin;
    if (to > from && strength_hum_remove(w->signal->n, x, from, to, w->rate_hz))
        raise(w, EG_STRENGTH_FLAG_HUM);
}

eg_err eg_strength_measure(const eg_strength_signal *signal, const eg_strength_span *span,
                           const eg_strength_limits *limits, double window_s,
                           eg_strength_trial *trial, eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(signal != NULL && span != NULL && trial != NULL && limits != NULL && window_s > 0.0);
    EG_ASSERT(span->rest_begin <= span->begin && span->begin < span->end &&
              span->end <= span->rest_end && span->rest_end <= signal->n);
    size_t mark = eg_arena_mark(arena);
    *trial = unknown_trial();
    double *x = eg_arena_take(arena, signal->n, sizeof *x);
    strength_work w = {
        .signal = signal, .span = span, .x = x, .rate_hz = signal->rate_hz, .trial = trial};
    if (x != NULL) {
        memcpy(x, signal->values, signal->n * sizeof *x);
        take_hum_off(&w, x);
        strength_tremor far = strength_tremor_before(&w, dip_near_s);
        w.swing = STRENGTH_TREMOR_REACH * far.size;
        if (strength_dip_bridge(signal->n, x, span, &far, signal->rate_hz))
            raise(&w, EG_STRENGTH_FLAG_DIP);
        w.sums = strength_sum(signal->n, x, arena);
    }
    if (w.sums.sums == NULL) {
        eg_arena_reset(arena, mark);
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu samples", signal->n);
    }
    trial->noise = find_noise(&w);
    trial->end_s = (double)span->end / signal->rate_hz;
    find_peak(&w);
    strength_find_begin(&w, arena);
    if (!isnan(trial->onset_s)) {
        find_rates(&w);
        find_steepest(&w);
    }
    find_work(&w, window_s);
    judge(&w, limits);
    eg_arena_reset(arena, mark);
    return EG_OK;
}

/* A copy of the trace, then either what finds the contractions or what measures one of them. */
size_t eg_strength_size(size_t n) {
    size_t copy = eg_arena_bytes(n, sizeof(double)), find = strength_find_size(n);
    size_t measure = copy + eg_arena_bytes(n + 1, sizeof(double)) + strength_begin_size();
    return eg_arena_bytes(1, 1) + copy + (find > measure ? find : measure);
}

/* The trace less `slope` unit / s, and less `drift` if there is one: x[n]. */
static eg_strength_signal levelled(const eg_strength_signal *signal, double slope,
                                   const strength_drift *drift, double *x) {
    for (size_t i = 0; i < signal->n; i++) {
        double t = (double)i / signal->rate_hz;
        x[i] = signal->values[i] - slope * t - (drift != NULL ? strength_drift_at(drift, t) : 0.0);
    }
    eg_strength_signal level = *signal;
    level.values = x;
    return level;
}

static double highest(const eg_strength_signal *signal) {
    double peak = 0.0;
    for (size_t i = 0; i < signal->n; i++) peak = fmax(peak, signal->values[i]);
    return peak;
}

/* Contractions and drift. Strong drift makes contractions run together: then they are looked for
 * above the line that lies under the trace, and the drift is believed only if rest agrees. */
static eg_err find_level(const eg_strength_signal *signal, size_t max, eg_strength_span *spans,
                         size_t *n_spans, strength_drift *drift, double *x, eg_arena *arena,
                         eg_diag *diag) {
    eg_err err = eg_strength_find(signal, max, spans, n_spans, arena, diag);
    if (err == EG_OK) *drift = strength_drift_find(signal, *n_spans, spans, highest(signal));
    if (err == EG_OK && drift->is_sure) return EG_OK;
    double slope = strength_drift_under(signal);
    double moved = fabs(slope) * (double)signal->n / signal->rate_hz;
    if (!(moved > 0.03 * highest(signal))) return err;
    eg_strength_span others[EG_STRENGTH_TRIALS_MAX];
    size_t n_others = 0;
    eg_strength_signal level = levelled(signal, slope, NULL, x);
    if (eg_strength_find(&level, max, others, &n_others, arena, NULL) != EG_OK) return err;
    strength_drift other = strength_drift_find(signal, n_others, others, highest(&level));
    if (!other.is_sure || !other.is_large) return err;
    *drift = other;
    memcpy(spans, others, sizeof others[0] * n_others);
    *n_spans = n_others;
    return EG_OK;
}

eg_err eg_strength_trace(const eg_strength_signal *signal, const eg_strength_limits *limits,
                         double window_s, size_t max, eg_strength_trial *trials, size_t *n_trials,
                         eg_arena *arena, eg_diag *diag) {
    EG_ASSERT(trials != NULL && n_trials != NULL && max > 0 && max <= EG_STRENGTH_TRIALS_MAX);
    *n_trials = 0;
    size_t mark = eg_arena_mark(arena), n_spans = 0;
    eg_strength_span spans[EG_STRENGTH_TRIALS_MAX];
    strength_drift drift = {.slope = NAN};
    double *x = eg_arena_take(arena, signal->n, sizeof *x);
    if (x == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu samples", signal->n);
    eg_err err = find_level(signal, max, spans, &n_spans, &drift, x, arena, diag);
    eg_strength_signal level = *signal;
    bool is_removed = drift.is_large && drift.is_sure;
    if (err == EG_OK && is_removed) {
        level = levelled(signal, 0.0, &drift, x);
        err = eg_strength_find(&level, max, spans, &n_spans, arena, diag);
    }
    for (size_t k = 0; k < n_spans && err == EG_OK; k++) {
        err = eg_strength_measure(&level, &spans[k], limits, window_s, &trials[k], arena, diag);
        trials[k].drift = drift.slope;
        if (drift.is_large) trials[k].flags |= 1U << EG_STRENGTH_FLAG_DRIFT;
        if (is_removed) trials[k].flags |= 1U << EG_STRENGTH_FLAG_DRIFT_REMOVED;
    }
    eg_arena_reset(arena, mark);
    if (err == EG_OK) *n_trials = n_spans;
    return err;
}
