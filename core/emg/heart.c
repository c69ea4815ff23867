#include "core/emg/heart.h"

#include "core/base/check.h"
#include "core/base/sort.h"
#include "core/emg/clean.h"

/* A candidate's size over the median of 5-35 Hz in its activity: 6.5 medians are 4.4 deviations. */
static const double CANDIDATE = 6.5;
static const double LIKENESS = 0.7, LIKENESS_FILLED = 0.5; /* correlation with the mean shape */
static const double APART_S = 0.3, SHAPE_S = 0.06;
static const double BEFORE_S = 0.10, BEHIND_S = 0.16, TAPER_S = 0.02, GATE_S = 0.05;
enum { BEATS_MAX = 16384, MEDIAN_MAX = 255 };

const char *eg_emg_heart_method_name(eg_emg_heart_method method) {
    static const char *const names[EG_EMG_HEART_METHODS] = {"none", "template", "gate"};
    EG_ASSERT(method >= 0 && method < EG_EMG_HEART_METHODS);
    return names[method];
}

static size_t samples(double seconds, double rate_hz) {
    return (size_t)(seconds * rate_hz + 0.5);
}

/* The slow band in which a beat stands out, and how loud the muscle is beside it. */
static eg_err split_bands(double rate_hz, size_t n, const eg_real *x, eg_real *slow, eg_real *loud,
                          eg_arena *scratch, eg_diag *diag) {
    eg_filter low, high;
    eg_err err = eg_filter_butterworth(&low, EG_FILTER_BAND_PASS, 2, 5.0, 35.0, rate_hz, diag);
    if (err == EG_OK)
        err = eg_filter_butterworth(&high, EG_FILTER_BAND_PASS, 2, 50.0,
                                    fmin(450.0, EG_EMG_CORNER_MAX * rate_hz), rate_hz, diag);
    if (err == EG_OK) err = eg_emg_zero_lag(&high, 1, n, x, slow, 0, scratch, diag);
    if (err != EG_OK) return err;
    eg_emg_rms_centred(n, 1, slow, samples(0.2, rate_hz), loud);
    return eg_emg_zero_lag(&low, 1, n, x, slow, 0, scratch, diag);
}

/* The median of |slow| / loud over at most 20001 samples spread evenly. */
static eg_err usual_share(size_t n, const eg_real *slow, const eg_real *loud, double *share,
                          eg_arena *scratch, eg_diag *diag) {
    size_t step = n / 20000 + 1, count = 0, mark = eg_arena_mark(scratch);
    double *values = eg_arena_take(scratch, 2 * (n / step + 1), sizeof *values);
    if (values == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to look for a heart");
    for (size_t i = 0; i < n; i += step)
        if (loud[i] > 0) values[count++] = fabs((double)slow[i]) / (double)loud[i];
    eg_sort(count, values, values + n / step + 1);
    *share = eg_sort_quantile(count, values, 0.5);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

/* Largest of sign * slow (sign 0: of |slow|) within `reach` of `at`. */
static size_t summit(size_t n, const eg_real *slow, double sign, size_t at, size_t reach) {
    size_t from = at > reach ? at - reach : 0, to = at + reach + 1 < n ? at + reach + 1 : n;
    size_t best = from;
    double most = -INFINITY;
    for (size_t i = from; i < to; i++) {
        double value = sign == 0.0 ? fabs((double)slow[i]) : sign * (double)slow[i];
        if (value > most) {
            most = value;
            best = i;
        }
    }
    return best;
}

/* Everything that stands out, at least APART_S apart, the larger first. */
static size_t candidates(double rate_hz, size_t n, const eg_real *slow, const eg_real *loud,
                         double share, size_t capacity, size_t *peaks) {
    size_t apart = samples(APART_S, rate_hz), count = 0;
    double last_size = 0.0;
    for (size_t i = 1; i + 1 < n; i++) {
        double value = fabs((double)slow[i]);
        if (value < fabs((double)slow[i - 1]) || value < fabs((double)slow[i + 1])) continue;
        double size = loud[i] > 0 ? value / ((double)loud[i] * share) : 0.0;
        if (!(size > CANDIDATE)) continue;
        if (count > 0 && i - peaks[count - 1] < apart) {
            if (size > last_size) {
                peaks[count - 1] = i;
                last_size = size;
            }
        } else if (count < capacity) {
            peaks[count++] = i;
            last_size = size;
        }
    }
    return count;
}

/* Correlation of slow around `at` with shape[2 reach + 1]; 0 at the ends of the recording. */
static double likeness(size_t n, const eg_real *slow, size_t at, size_t reach,
                       const double *shape) {
    if (at < reach || at + reach >= n) return 0.0;
    double both = 0.0, a = 0.0, b = 0.0;
    for (size_t k = 0; k <= 2 * reach; k++) {
        double value = (double)slow[at - reach + k];
        both += value * shape[k];
        a += value * value;
        b += shape[k] * shape[k];
    }
    return a > 0.0 && b > 0.0 ? both / sqrt(a * b) : 0.0;
}

static void mean_shape(size_t n, const eg_real *slow, size_t count, const size_t *peaks,
                       size_t reach, double *shape) {
    for (size_t k = 0; k <= 2 * reach; k++) shape[k] = 0.0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k <= 2 * reach; k++)
            if (peaks[i] >= reach && peaks[i] + reach < n)
                shape[k] += (double)slow[peaks[i] - reach + k] / (double)count;
}

/* Puts every peak where it is most like the mean shape; those that are not like it go. */
static size_t keep_alike(double rate_hz, size_t n, const eg_real *slow, size_t count, size_t *peaks,
                         double *shape) {
    const size_t reach = samples(SHAPE_S, rate_hz), shift = samples(0.02, rate_hz);
    for (int round = 0; round < 3; round++) {
        mean_shape(n, slow, count, peaks, reach, shape);
        size_t kept = 0;
        for (size_t i = 0; i < count; i++) {
            size_t from = peaks[i] > shift ? peaks[i] - shift : 0, best = peaks[i];
            double most = -1.0;
            for (size_t at = from; at <= peaks[i] + shift; at++) {
                double alike = likeness(n, slow, at, reach, shape);
                if (alike > most) {
                    most = alike;
                    best = at;
                }
            }
            if (most > (round == 0 ? LIKENESS_FILLED : LIKENESS)) peaks[kept++] = best;
        }
        count = kept;
    }
    return count;
}

static double median_interval(size_t count, const size_t *peaks, double *regularity,
                              double *scratch) {
    if (count < 2) return NAN;
    size_t n = count - 1, regular = 0;
    for (size_t i = 0; i < n; i++) scratch[i] = (double)(peaks[i + 1] - peaks[i]);
    eg_sort(n, scratch, scratch + n);
    double middle = eg_sort_quantile(n, scratch, 0.5);
    for (size_t i = 0; i < n; i++) {
        /* A beat hidden in a contraction makes a double interval: still regular. */
        double beats = fmax(1.0, floor(scratch[i] / middle + 0.5));
        regular += fabs(scratch[i] / beats - middle) < 0.25 * middle / beats;
    }
    *regularity = (double)regular / (double)n;
    return middle;
}

/* Beats that a contraction hid: where the rhythm expects one and the shape is there. */
static size_t fill_gaps(double rate_hz, size_t n, const eg_real *slow, const double *shape,
                        double interval, size_t capacity, size_t count, const size_t *peaks,
                        size_t *filled) {
    const size_t reach = samples(SHAPE_S, rate_hz);
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (total < capacity) filled[total++] = peaks[i];
        if (i + 1 == count) break;
        double gap = (double)(peaks[i + 1] - peaks[i]), beats = floor(gap / interval + 0.5);
        for (double b = 1.0; b < beats && beats < 12.0 && total < capacity; b += 1.0) {
            size_t expected = peaks[i] + (size_t)(gap * b / beats);
            size_t shift = (size_t)(0.1 * interval), best = expected;
            double most = LIKENESS_FILLED;
            for (size_t at = expected - shift; at <= expected + shift; at++) {
                double alike = likeness(n, slow, at, reach, shape);
                if (alike > most) {
                    most = alike;
                    best = at;
                }
            }
            if (most > LIKENESS_FILLED) filled[total++] = best;
        }
    }
    return total;
}

static eg_err check_call(double rate_hz, size_t n, eg_diag *diag) {
    if (!(rate_hz >= 200.0 && isfinite(rate_hz)))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "the heart is looked for from 200 samples a second on, not %g", rate_hz);
    if ((double)n < 3.0 * rate_hz)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "the heart is looked for from 3 s on");
    return EG_OK;
}

/* The work of eg_emg_heart_find, which leaves the slow band to the caller. */
static eg_err find_beats(double rate_hz, size_t n, const eg_real *x, eg_real *slow, size_t capacity,
                         size_t *peaks, size_t *count, double *regularity, eg_arena *scratch,
                         eg_diag *diag) {
    *count = 0;
    *regularity = 0.0;
    size_t mark = eg_arena_mark(scratch);
    size_t most = (size_t)((double)n / rate_hz / APART_S) + 2;
    most = most < BEATS_MAX ? most : BEATS_MAX;
    eg_real *loud = eg_arena_take(scratch, n, sizeof *loud);
    size_t *found = eg_arena_take(scratch, most, sizeof *found);
    double *shape = eg_arena_take(scratch, 2 * samples(SHAPE_S, rate_hz) + 1, sizeof *shape);
    double *work = eg_arena_take(scratch, 2 * most, sizeof *work), share = 0.0, interval;
    if (loud == NULL || found == NULL || shape == NULL || work == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to look for a heart");
    eg_err err = split_bands(rate_hz, n, x, slow, loud, scratch, diag);
    if (err == EG_OK) err = usual_share(n, slow, loud, &share, scratch, diag);
    if (err != EG_OK) return err;
    size_t n_found = share > 0.0 ? candidates(rate_hz, n, slow, loud, share, most, found) : 0;
    double sum = 0.0;
    for (size_t i = 0; i < n_found; i++) sum += (double)slow[found[i]];
    for (size_t i = 0; i < n_found; i++)
        found[i] = summit(n, slow, sum < 0.0 ? -1.0 : 1.0, found[i], samples(0.05, rate_hz));
    n_found = keep_alike(rate_hz, n, slow, n_found, found, shape);
    interval = median_interval(n_found, found, regularity, work);
    if (n_found >= 6 && *regularity >= 0.85 && interval <= 1.5 * rate_hz &&
        interval >= APART_S * rate_hz)
        *count = fill_gaps(rate_hz, n, slow, shape, interval, capacity, n_found, found, peaks);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

eg_err eg_emg_heart_find(double rate_hz, size_t n, const eg_real *x, size_t capacity, size_t *peaks,
                         size_t *count, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(peaks != NULL && count != NULL);
    *count = 0;
    eg_err err = check_call(rate_hz, n, diag);
    if (err != EG_OK) return err;
    size_t mark = eg_arena_mark(scratch);
    double regularity;
    eg_real *slow = eg_arena_take(scratch, n, sizeof *slow);
    err = slow == NULL
              ? eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to look for a heart")
              : find_beats(rate_hz, n, x, slow, capacity, peaks, count, &regularity, scratch, diag);
    eg_arena_reset(scratch, mark);
    return err;
}

/* Shrinks the beat where it does not stand out of its own uncertainty (Wiener): there, subtracting
 * it would add noise. spread[k]: variance between the beats; energies over 13 ms, so that the
 * shape's zeros stay. */
static void shrink(size_t length, size_t reach, size_t count, const double *spread, double *beat,
                   double *work) {
    for (size_t k = 0; k < length; k++) {
        size_t from = k > reach ? k - reach : 0, to = k + reach + 1;
        double energy = 0.0, doubt = 0.0;
        if (to > length) to = length;
        for (size_t i = from; i < to; i++) {
            energy += beat[i] * beat[i];
            doubt += spread[i] * 0.5 * EG_PI / (double)count; /* variance of a median */
        }
        work[k] = energy > 0.0 ? fmax(0.0, 1.0 - doubt / energy) : 0.0;
    }
    for (size_t k = 0; k < length; k++) beat[k] *= work[k];
}

/* The median of up to MEDIAN_MAX beats, sample by sample, less the line through its ends and
 * tapered there, so that subtracting it makes no step. */
static void median_beat(size_t n, const eg_real *x, size_t count, const size_t *peaks,
                        size_t before, size_t length, size_t taper, double *beat, double *work,
                        double *spread) {
    size_t step = count / MEDIAN_MAX + 1, used = 1;
    for (size_t k = 0; k < length; k++) {
        size_t found = 0;
        for (size_t i = 0; i < count; i += step) {
            if (peaks[i] < before || peaks[i] - before + length > n) continue;
            const eg_real *at = x + (peaks[i] - before);
            double line = (double)at[0] + ((double)at[length - 1] - (double)at[0]) * (double)k /
                                              (double)(length - 1);
            work[found++] = (double)at[k] - line;
        }
        eg_sort(found, work, work + MEDIAN_MAX + 1);
        beat[k] = found > 0 ? eg_sort_quantile(found, work, 0.5) : 0.0;
        double half =
            found > 0 ? eg_sort_quantile(found, work, 0.75) - eg_sort_quantile(found, work, 0.25)
                      : 0.0;
        spread[k] = half * half / (1.349 * 1.349); /* of a normal distribution */
        used = found > 0 ? found : 1;
    }
    double first = 0.0, last = 0.0; /* the ends' own median is not exactly 0 */
    for (size_t k = 0; k < taper; k++) {
        first += beat[k] / (double)taper;
        last += beat[length - 1 - k] / (double)taper;
    }
    for (size_t k = 0; k < length; k++) {
        size_t edge = k < length - 1 - k ? k : length - 1 - k;
        beat[k] -= first + (last - first) * (double)k / (double)(length - 1);
        if (edge < taper) beat[k] *= (double)edge / (double)taper;
    }
    shrink(length, taper / 3, used, spread, beat, spread + length);
}

/* How large this beat is, by least squares where it is loudest, between 0.6 and 1.4. */
static double size_of_beat(size_t n, const eg_real *slow, size_t at, size_t reach,
                           const double *shape) {
    if (at < reach || at + reach >= n) return 1.0;
    double both = 0.0, own = 0.0;
    for (size_t k = 0; k <= 2 * reach; k++) {
        both += (double)slow[at - reach + k] * shape[k];
        own += shape[k] * shape[k];
    }
    return own > 0.0 ? fmin(1.4, fmax(0.6, both / own)) : 1.0;
}

static eg_err subtract_beats(double rate_hz, size_t n, const eg_real *slow, size_t count,
                             const size_t *peaks, eg_real *y, eg_arena *scratch, eg_diag *diag) {
    const size_t before = samples(BEFORE_S, rate_hz), reach = samples(SHAPE_S, rate_hz);
    const size_t length = before + samples(BEHIND_S, rate_hz) + 1;
    double *beat = eg_arena_take(scratch, length, sizeof *beat);
    double *shape = eg_arena_take(scratch, 2 * reach + 1, sizeof *shape);
    double *work = eg_arena_take(scratch, 2 * MEDIAN_MAX + 2, sizeof *work);
    double *spread = eg_arena_take(scratch, 2 * length, sizeof *spread);
    if (beat == NULL || shape == NULL || work == NULL || spread == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a beat");
    median_beat(n, y, count, peaks, before, length, samples(TAPER_S, rate_hz), beat, work, spread);
    mean_shape(n, slow, count, peaks, reach, shape);
    for (size_t i = 0; i < count; i++) {
        double size = size_of_beat(n, slow, peaks[i], reach, shape);
        for (size_t k = 0; k < length; k++) {
            size_t at = peaks[i] + k;
            if (at >= before && at - before < n)
                y[at - before] = (eg_real)((double)y[at - before] - size * beat[k]);
        }
    }
    return EG_OK;
}

/* Mirrored neighbours from both sides; weights cos and sin keep the power of what is unlike. The
 * straight line between the gate's ends is kept apart, so that an offset stays one. */
static void gate_beats(double rate_hz, size_t n, size_t count, const size_t *peaks, eg_real *y) {
    const size_t reach = samples(GATE_S, rate_hz), length = 2 * reach + 1;
    for (size_t i = 0; i < count; i++) {
        if (peaks[i] < reach + length || peaks[i] + reach + length >= n) continue;
        const size_t from = peaks[i] - reach, to = from + length; /* to: the first behind */
        double left = 0.0, right = 0.0;
        for (size_t k = 1; k <= length; k++) {
            left += (double)y[from - k] / (double)length;
            right += (double)y[to + k - 1] / (double)length;
        }
        for (size_t k = 0; k < length; k++) {
            double part = ((double)k + 0.5) / (double)length, sine, cosine;
            eg_sincos(0.5 * EG_PI * part, &sine, &cosine);
            double past = (double)y[from - 1 - k] - left;
            double next = (double)y[to + (length - 1 - k)] - right;
            y[from + k] = (eg_real)(left + (right - left) * part + cosine * past + sine * next);
        }
    }
}

static double power_above_5_hz(double rate_hz, size_t n, const eg_real *x) {
    eg_filter high;
    eg_filter_state state;
    if (eg_filter_butterworth(&high, EG_FILTER_HIGH_PASS, 2, 5.0, 0.0, rate_hz, NULL) != EG_OK)
        return NAN;
    eg_filter_settle(&high, x[0], &state);
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        eg_real y;
        eg_filter_run(&high, &state, 1, &x[i], &y);
        sum += (double)y * (double)y;
    }
    return sum;
}

eg_err eg_emg_heart_remove(eg_emg_heart_method method, double rate_hz, size_t n, const eg_real *x,
                           eg_real *y, eg_emg_heart *heart, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(method < EG_EMG_HEART_METHODS && heart != NULL);
    *heart = (eg_emg_heart){0, NAN, 0.0, 0.0};
    eg_err err = check_call(rate_hz, n, diag);
    if (err != EG_OK) return err;
    size_t mark = eg_arena_mark(scratch), capacity = (size_t)((double)n / rate_hz / APART_S) + 2;
    capacity = capacity < BEATS_MAX ? capacity : BEATS_MAX;
    eg_real *slow = eg_arena_take(scratch, n, sizeof *slow);
    size_t *peaks = eg_arena_take(scratch, capacity, sizeof *peaks);
    double *work = eg_arena_take(scratch, 2 * capacity, sizeof *work), ignored;
    if (slow == NULL || peaks == NULL || work == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory to look for a heart");
    err = find_beats(rate_hz, n, x, slow, capacity, peaks, &heart->n_beats, &heart->regularity,
                     scratch, diag);
    if (err != EG_OK) return err;
    for (size_t i = 0; i < n; i++) y[i] = x[i];
    if (heart->n_beats > 1) {
        double before = power_above_5_hz(rate_hz, n, y);
        heart->beats_per_min =
            60.0 * rate_hz / median_interval(heart->n_beats, peaks, &ignored, work);
        if (method == EG_EMG_HEART_TEMPLATE)
            err = subtract_beats(rate_hz, n, slow, heart->n_beats, peaks, y, scratch, diag);
        if (method == EG_EMG_HEART_GATE) gate_beats(rate_hz, n, heart->n_beats, peaks, y);
        heart->removed_share = before > 0.0 ? 1.0 - power_above_5_hz(rate_hz, n, y) / before : 0.0;
    }
    eg_arena_reset(scratch, mark);
    return err;
}
