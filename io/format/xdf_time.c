/* From a device's clock to the recorder's, and from jittering stamps to even ones. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/sort.h"
#include "io/format/xdf_part.h"

enum { ROUNDS_MAX = 200 };

/* Beyond this residual an offset counts by its distance, not by its square. */
static const double huber_s = 1e-4;
/* The line has settled when it moves by less within the time of the offsets. */
static const double settled_s = 1e-10;

/* A reset is a glitch in when offsets were measured and in what they are: so many times the median
 * deviation away, and so many seconds (pyxdf's defaults). */
static const double time_deviations = 5, time_s = 5, value_deviations = 10, value_s = 1;

/* ---- offsets --------------------------------------------------------------------------------- */

/* Weighted least squares through offsets, weights by the distances from the line before. */
static xdf_line fit_weighted(const xdf_offsets *o, size_t first, size_t n, const xdf_line *before) {
    double sw = 0, st = 0, sv = 0, stt = 0, stv = 0, ref = o->times[first], base = o->values[first];
    for (size_t i = first; i < first + n; i++) {
        double t = o->times[i] - ref, v = o->values[i] - base, w = 1;
        if (before != NULL) {
            double off =
                fabs(o->values[i] - before->at_ref - before->slope * (o->times[i] - before->ref));
            if (off > huber_s) w = huber_s / off;
        }
        sw += w;
        st += w * t;
        sv += w * v;
    }
    double t_mean = st / sw, v_mean = sv / sw;
    for (size_t i = first; i < first + n; i++) {
        double t = o->times[i] - ref - t_mean, v = o->values[i] - base - v_mean, w = 1;
        if (before != NULL) {
            double off =
                fabs(o->values[i] - before->at_ref - before->slope * (o->times[i] - before->ref));
            if (off > huber_s) w = huber_s / off;
        }
        stt += w * t * t;
        stv += w * t * v;
    }
    double slope = stt > 0 ? stv / stt : 0.0;
    return (xdf_line){.ref = ref + t_mean, .at_ref = base + v_mean, .slope = slope};
}

xdf_line xdf_fit_line(const xdf_offsets *o, size_t first, size_t n) {
    EG_ASSERT(n > 0 && first + n <= o->n);
    xdf_line line = fit_weighted(o, first, n, NULL);
    double low = o->times[first], high = o->times[first];
    for (size_t i = first; i < first + n; i++) {
        low = fmin(low, o->times[i]);
        high = fmax(high, o->times[i]);
    }
    for (int round = 0; round < ROUNDS_MAX && n > 2; round++) {
        xdf_line next = fit_weighted(o, first, n, &line);
        double at_low = next.at_ref + next.slope * (low - next.ref) - line.at_ref -
                        line.slope * (low - line.ref);
        double at_high = next.at_ref + next.slope * (high - next.ref) - line.at_ref -
                         line.slope * (high - line.ref);
        line = next;
        if (fabs(at_low) < settled_s && fabs(at_high) < settled_s) break;
    }
    return line;
}

/* The median of n values, which it reorders. */
static double median(double *values, size_t n, double *scratch) {
    eg_sort(n, values, scratch);
    return eg_sort_quantile(n, values, 0.5);
}

/* Marks the steps that stand out of the others. */
static void find_glitches(const double *steps, size_t n, double deviations, double least,
                          int back_counts, double *room, unsigned char *marks) {
    double *sorted = room, *scratch = room + n;
    memcpy(sorted, steps, n * sizeof *sorted);
    double middle = median(sorted, n, scratch);
    for (size_t i = 0; i < n; i++) sorted[i] = fabs(steps[i] - middle);
    double deviation = median(sorted, n, scratch) + 2.220446049250313e-16;
    for (size_t i = 0; i < n; i++) {
        double off = steps[i] - middle;
        int is_far = off / deviation > deviations && off > least;
        marks[i] = (unsigned char)(is_far || (back_counts && steps[i] < 0));
    }
}

xdf_range *xdf_find_ranges(const xdf_offsets *o, size_t *n_ranges) {
    EG_ASSERT(o->n > 0);
    size_t n = o->n - 1, count = 1;
    double *room = calloc(4 * n + 1, sizeof *room);
    unsigned char *marks = calloc(2 * n + 1, 1);
    xdf_range *ranges = NULL;
    if (room != NULL && marks != NULL) {
        double *steps = room + 3 * n;
        for (size_t i = 0; i < n; i++) steps[i] = o->times[i + 1] - o->times[i];
        if (n > 0) find_glitches(steps, n, time_deviations, time_s, 1, room, marks);
        for (size_t i = 0; i < n; i++) steps[i] = fabs(o->values[i + 1] - o->values[i]);
        if (n > 0) find_glitches(steps, n, value_deviations, value_s, 0, room, marks + n);
        for (size_t i = 0; i < n; i++) count += marks[i] && marks[n + i];
        ranges = calloc(count, sizeof *ranges);
    }
    for (size_t i = 0, k = 0; ranges != NULL && i < o->n; i++) {
        if (i > 0 && marks[i - 1] && marks[n + i - 1]) ranges[++k].first_offset = i;
        ranges[k].n_offsets++;
    }
    free(room);
    free(marks);
    *n_ranges = count;
    return ranges;
}

/* ---- even steps ------------------------------------------------------------------------------ */

void xdf_regression_add(xdf_regression *r, double t_s) {
    if (r->n == 0) r->first_s = t_s;
    double k = (double)r->n, off = t_s - r->first_s - k * r->step_s;
    r->sum += off;
    r->weighted += k * off;
    r->n++;
}

void xdf_regression_line(const xdf_regression *r, double *start_s, double *step_s) {
    double n = (double)r->n, middle = (n - 1) / 2, slope = 0;
    if (r->n > 1) slope = 12 * (r->weighted - middle * r->sum) / (n * (n * n - 1));
    /* Stamps that do not go on: the device's claim is the better line. */
    if (!(r->step_s + slope > 0)) slope = 0;
    *step_s = r->step_s + slope;
    *start_s = r->first_s + r->sum / n - slope * middle;
}
