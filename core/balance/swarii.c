#include "core/balance/swarii.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/check.h"

static const double output_rate_hz = 25.0;
static const double window_s = 0.08 - 1e-6;
static const double skipped_start_s = 0.1;
static const double spike_away_cm = 2.0;
static const double spike_back_cm = 0.5;

size_t eg_swarii_size(double duration_s) {
    EG_ASSERT(duration_s >= 0.0 && duration_s < 1e8);
    return (size_t)(duration_s * output_rate_hz) + 4;
}

static double distance_cm(const eg_swarii_signal *signal, size_t i, size_t kept) {
    return fabs(signal->ml_cm[i] - signal->ml_cm[kept]) +
           fabs(signal->ap_cm[i] - signal->ap_cm[kept]);
}

/* Is sample i far from the last kept one while one of the next two is near it again? Kept samples
 * are moved to the front of the same arrays, so `last` <= i and sample i itself is still intact. */
static bool is_spike(const eg_swarii_signal *signal, size_t i, size_t last) {
    if (distance_cm(signal, i, last) <= spike_away_cm) return false;
    if (i + 1 < signal->n && distance_cm(signal, i + 1, last) < spike_back_cm) return true;
    return i > 1 && i + 2 < signal->n && distance_cm(signal, i + 2, last) < spike_back_cm;
}

static void drop_artefacts(eg_swarii_signal *signal) {
    size_t kept = 0;
    for (size_t i = 1; i + 1 < signal->n; i++) {
        if (signal->t_s[i] < skipped_start_s) continue;
        if (kept > 0 && is_spike(signal, i, kept - 1)) continue;
        signal->t_s[kept] = signal->t_s[i];
        signal->ml_cm[kept] = signal->ml_cm[i];
        signal->ap_cm[kept] = signal->ap_cm[i];
        kept++;
    }
    signal->n = kept;
}

/* The weighted mean of samples [first, past) seen from time `now`: each counts for the time
 * between the midpoints to its neighbours, cut off at the window. */
static void window_mean(const eg_swarii_signal *signal, size_t first, size_t past, double now,
                        double *ml_cm, double *ap_cm) {
    const double *t = signal->t_s;
    if (past - first == 1) {
        *ml_cm = signal->ml_cm[first];
        *ap_cm = signal->ap_cm[first];
        return;
    }
    double ml = 0.0;
    double ap = 0.0;
    double weight = 0.0;
    for (size_t i = first; i < past; i++) {
        double left = i == first ? fmax(t[0], now - window_s * 0.5) : 0.5 * (t[i] + t[i - 1]);
        double right =
            i + 1 == past ? fmin(t[signal->n - 1], now + window_s * 0.5) : 0.5 * (t[i + 1] + t[i]);
        double w = right - left;
        ml += signal->ml_cm[i] * w;
        ap += signal->ap_cm[i] * w;
        weight += w;
    }
    *ml_cm = ml / weight;
    *ap_cm = ap / weight;
}

/* Windows without a sample were left out; the peer then lays a straight line through the rest on a
 * regular grid. The grid is not longer than the windows were, and is filled from its end so that
 * it can be written over its own source. */
static size_t fill_gaps(double *t_s, double *ml_cm, double *ap_cm, size_t n, size_t capacity) {
    double start = t_s[0];
    double count = ceil((t_s[n - 1] - start) * output_rate_hz - 1e-9);
    size_t length = count < (double)capacity ? (size_t)count : capacity;
    size_t right = n - 1;
    for (size_t i = length; i-- > 0;) {
        double now = start + (double)i / output_rate_hz;
        while (right > 1 && t_s[right - 1] > now) right--;
        double share = (now - t_s[right - 1]) / (t_s[right] - t_s[right - 1]);
        ml_cm[i] = ml_cm[right - 1] + share * (ml_cm[right] - ml_cm[right - 1]);
        ap_cm[i] = ap_cm[right - 1] + share * (ap_cm[right] - ap_cm[right - 1]);
    }
    return length;
}

size_t eg_swarii_resample(eg_swarii_signal *signal, double *t_s, double *ml_cm, double *ap_cm,
                          size_t capacity) {
    EG_ASSERT(signal != NULL && t_s != NULL);
    drop_artefacts(signal);
    if (signal->n < 2) return 0;
    const double *t = signal->t_s;
    size_t first = 0;
    size_t past = 0;
    size_t n = 0;
    bool missed = false;
    for (double now = fmax(0.0, t[0]); now < t[signal->n - 1] && n < capacity;
         now += 1.0 / output_rate_hz) {
        while (first < signal->n && now - t[first] >= window_s * 0.5) first++;
        if (past < first) past = first;
        while (past < signal->n && t[past] - now < window_s * 0.5) past++;
        if (past == first) {
            missed = true;
            continue;
        }
        window_mean(signal, first, past, now, &ml_cm[n], &ap_cm[n]);
        t_s[n] = now;
        n++;
    }
    if (missed && n > 1) return fill_gaps(t_s, ml_cm, ap_cm, n, capacity);
    return n;
}
