#include "io/format/step.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/check.h"
#include "io/format/build.h"

enum { MEDIAN_SAMPLES_MAX = 20000, EXCEPTIONS_MAX = 2 };

/* A gap may be off a whole number of steps by this part; so many uneven steps are not exceptions;
 * a rate so near to a whole number is that number. */
static const double gap_off_max = 0.05, uneven_share_max = 0.02, whole_off_max = 2e-4;

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double eg_steps_median(const double *t, size_t n) {
    if (n < 2) return NAN;
    size_t stride = (n - 1) / MEDIAN_SAMPLES_MAX + 1, n_steps = 0;
    double *steps = malloc(((n - 1) / stride + 1) * sizeof *steps);
    if (steps == NULL) return NAN;
    for (size_t i = 0; i + 1 < n; i += stride) {
        double step = t[i + 1] - t[i];
        if (!isnan(step)) steps[n_steps++] = step;
    }
    qsort(steps, n_steps, sizeof *steps, compare_doubles);
    double median = n_steps == 0 ? (double)NAN : steps[n_steps / 2];
    free(steps);
    return median > 0 ? median : (double)NAN;
}

/* Stamps too coarse for their rows stand still again and again ("0 0 1 1 ms", or packets of several
 * rows): only first and last tell the rate. */
static int stands_still(const double *t_s, size_t n, eg_steps *s) {
    size_t n_still = 0;
    double most_s = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        double step = t_s[i + 1] - t_s[i];
        if (step < 0) return 0;
        n_still += step <= 0;
        most_s = fmax(most_s, step);
    }
    double span_s = n > 1 ? t_s[n - 1] - t_s[0] : 0;
    if (n_still <= EXCEPTIONS_MAX || (double)n_still <= uneven_share_max * (double)n ||
        !(span_s > 0))
        return 0;
    *s = (eg_steps){(double)(n - 1) / span_s, n - 1, n_still, 0, most_s};
    return 1;
}

static double whole_if_near(double rate_hz) {
    double whole = floor(rate_hz + 0.5);
    return whole > 0 && fabs(rate_hz - whole) < whole_off_max * whole ? whole : rate_hz;
}

/* The regular steps tell a rate that rounding of the single stamps hardly touches; where uneven
 * steps are the rule, no step is the right one, and all of them tell it. */
eg_steps eg_steps_of(const double *t_s, size_t n) {
    EG_ASSERT(t_s != NULL || n == 0);
    eg_steps s = {.rate_hz = (double)NAN, .least_s = INFINITY};
    double median = eg_steps_median(t_s, n), regular_s = 0, forward_s = 0;
    if (stands_still(t_s, n, &s)) {
        s.rate_hz = whole_if_near(s.rate_hz);
        return s;
    }
    if (isnan(median)) return s;
    size_t n_regular = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        double step = t_s[i + 1] - t_s[i], times = step / median;
        if (!(step > 0)) continue;
        int is_regular = times > 0.5 && times < 1.5;
        int is_gap = times >= 1.5 && fabs(times - floor(times + 0.5)) <= gap_off_max * times;
        if (is_regular) {
            regular_s += step;
            n_regular++;
        }
        if (is_gap) continue;
        forward_s += step;
        s.n++;
        s.n_uneven += !is_regular;
        s.least_s = fmin(s.least_s, step);
        s.most_s = fmax(s.most_s, step);
    }
    int is_uneven =
        s.n_uneven > EXCEPTIONS_MAX && (double)s.n_uneven > uneven_share_max * (double)s.n;
    if (!is_uneven) s.n_uneven = 0;
    s.rate_hz = is_uneven       ? (double)s.n / forward_s
                : n_regular > 0 ? (double)n_regular / regular_s
                                : 1 / median;
    s.rate_hz = whole_if_near(s.rate_hz);
    return s;
}

void eg_steps_warn(const eg_steps *steps, eg_recording *recording) {
    if (steps->n_uneven == 0) return;
    eg_recording_warn(recording, 0,
                      "rows are not evenly apart: %zu of %zu steps are far from the usual one "
                      "(%.4g to %.4g ms); %.6g Hz is their mean",
                      steps->n_uneven, steps->n, 1e3 * steps->least_s, 1e3 * steps->most_s,
                      steps->rate_hz);
}
