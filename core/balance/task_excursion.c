/* Excursions in the trace of limits of stability: where a reach may have begun and how far it went.
 */
#include <math.h>

#include "core/balance/task.h"
#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/sort.h"

static const double leave_share = 0.3;   /* of the farthest: an excursion */
static const double return_share = 0.15; /* of the farthest: home again */
static const double speed_window_s = 0.1, rest_s = 0.1, start_s = 0.5;
static const double rest_factor = 3.0;  /* of the median speed at home */
static const double speed_floor = 0.02; /* of the greatest speed */

typedef struct search {
    const eg_sway_signal *signal;
    double *distance_mm, *speed; /* [n] */
    double home_ml, home_ap;
    double rest_mm_s; /* upper end of the rest band */
} search;

/* `sorted` and `scratch` are [n] each. */
static double median_of(const double *x, size_t n, double *sorted, double *scratch) {
    for (size_t i = 0; i < n; i++) sorted[i] = x[i];
    eg_sort(n, sorted, scratch);
    return eg_sort_quantile(n, sorted, 0.5);
}

/* Speed over a short stretch around each sample. */
static void fill_speed(const search *s) {
    const eg_sway_signal *x = s->signal;
    size_t half = (size_t)(0.5 * speed_window_s * x->rate_hz) + 1;
    for (size_t i = 0; i < x->n; i++) {
        size_t first = i > half ? i - half : 0;
        size_t last = i + half < x->n ? i + half : x->n - 1;
        double ml = x->ml[last] - x->ml[first];
        double ap = x->ap[last] - x->ap[first];
        s->speed[i] = sqrt(ml * ml + ap * ap) * x->rate_hz / (double)(last - first);
    }
}

static void find_rest_band(search *s, double farthest, double *near, double *scratch) {
    double greatest = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < s->signal->n; i++) {
        greatest = fmax(greatest, s->speed[i]);
        if (s->distance_mm[i] < return_share * farthest) near[n++] = s->speed[i];
    }
    double usual = n > 0 ? median_of(near, n, near, scratch) : 0.0;
    s->rest_mm_s = fmax(rest_factor * usual, speed_floor * greatest);
}

/* The first sample of the movement that passes `from`: behind the last stretch of rest. */
static size_t find_onset(const search *s, size_t from, size_t earliest) {
    size_t wanted = (size_t)(rest_s * s->signal->rate_hz) + 1;
    size_t quiet = 0;
    size_t onset = earliest;
    for (size_t i = from; i > earliest; i--) {
        quiet = s->speed[i - 1] <= s->rest_mm_s ? quiet + 1 : 0;
        if (quiet == 1) onset = i;
        if (quiet == wanted) return onset;
    }
    return quiet > 0 ? onset : earliest;
}

/* Direction and distance from where the person stood before the onset. */
static void describe(const search *s, eg_excursion *e) {
    const eg_sway_signal *x = s->signal;
    size_t half = (size_t)(start_s * x->rate_hz);
    size_t first = e->onset > half ? e->onset - half : 0;
    size_t past = e->onset > first ? e->onset : first + 1;
    double ml = 0.0, ap = 0.0;
    for (size_t i = first; i < past; i++) {
        ml += x->ml[i];
        ap += x->ap[i];
    }
    double to_right = x->ml[e->peak] - ml / (double)(past - first);
    double to_front = x->ap[e->peak] - ap / (double)(past - first);
    e->distance_mm = sqrt(to_right * to_right + to_front * to_front);
    double degrees = eg_atan2(to_right, to_front) * 180.0 / EG_PI;
    e->direction_deg = degrees < 0.0 ? degrees + 360.0 : degrees;
    if (e->direction_deg >= 360.0) e->direction_deg = 0.0;
}

size_t eg_task_find_excursions(const eg_sway_signal *signal, double *scratch,
                               eg_excursion *excursions, size_t n_max) {
    EG_ASSERT(signal != NULL && scratch != NULL && excursions != NULL && signal->n > 1);
    size_t n = signal->n;
    search s = {.signal = signal, .distance_mm = scratch, .speed = scratch + n};
    double *sorted = scratch + 2 * n;
    double *merge = scratch + 3 * n;
    s.home_ml = median_of(signal->ml, n, sorted, merge);
    s.home_ap = median_of(signal->ap, n, sorted, merge);
    double farthest = 0.0;
    for (size_t i = 0; i < n; i++) {
        double ml = signal->ml[i] - s.home_ml;
        double ap = signal->ap[i] - s.home_ap;
        s.distance_mm[i] = sqrt(ml * ml + ap * ap);
        farthest = fmax(farthest, s.distance_mm[i]);
    }
    if (!(farthest > 0.0)) return 0;
    fill_speed(&s);
    find_rest_band(&s, farthest, sorted, merge);
    size_t count = 0;
    size_t home_since = 0;
    for (size_t i = 0; i < n && count < n_max; i++) {
        if (s.distance_mm[i] <= leave_share * farthest) continue;
        eg_excursion e = {.peak = i};
        while (i < n && s.distance_mm[i] > return_share * farthest) {
            if (s.distance_mm[i] > s.distance_mm[e.peak]) e.peak = i;
            i++;
        }
        size_t left = e.peak; /* back to where it left home */
        while (left > home_since && s.distance_mm[left - 1] > return_share * farthest) left--;
        e.onset = find_onset(&s, left, home_since);
        e.end = i;
        describe(&s, &e);
        excursions[count++] = e;
        home_since = i;
    }
    return count;
}
