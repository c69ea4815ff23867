#include "core/balance/density.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/check.h"

/* Bounding boxes of groups of 8, 32 and 128 samples let a stay be followed in large strides. */
enum { LEVELS = 3, FIRST_SHIFT = 3, SHIFT_STEP = 2 };

typedef struct boxes {
    const double *level[LEVELS]; /* per box: min ml, max ml, min ap, max ap; whole boxes only */
} boxes;

static unsigned shift_of(int level) {
    return (unsigned)(FIRST_SHIFT + SHIFT_STEP * level);
}

static void join(double *box, const double *other) {
    box[0] = fmin(box[0], other[0]);
    box[1] = fmax(box[1], other[1]);
    box[2] = fmin(box[2], other[2]);
    box[3] = fmax(box[3], other[3]);
}

/* The first level is made of eight samples, each further one of four boxes of the one below. */
static boxes make_boxes(const eg_sway_signal *signal, double *memory) {
    boxes result;
    for (int level = 0; level < LEVELS; level++) {
        size_t count = signal->n >> shift_of(level);
        for (size_t b = 0; b < count; b++) {
            double *box = memory + 4 * b;
            size_t parts = level == 0 ? 8 : 4;
            for (size_t k = 0; k < parts; k++) {
                size_t i = parts * b + k;
                const double sample[4] = {signal->ml[i], signal->ml[i], signal->ap[i],
                                          signal->ap[i]};
                const double *part = level == 0 ? sample : result.level[level - 1] + 4 * i;
                if (k == 0) {
                    for (int c = 0; c < 4; c++) box[c] = part[c];
                } else {
                    join(box, part);
                }
            }
        }
        result.level[level] = memory;
        memory += 4 * count;
    }
    return result;
}

/* Is the farthest corner of the box within the circle? Rounding is monotone, so whenever this says
 * yes, the test of each single sample would have said yes as well. */
static bool box_within(const double *box, double ml, double ap, double square) {
    double left = ml - box[0];
    double right = box[1] - ml;
    double back = ap - box[2];
    double front = box[3] - ap;
    double x = left > right ? left : right;
    double y = back > front ? back : front;
    return x * x + y * y <= square;
}

static bool sample_within(const eg_sway_signal *signal, size_t i, double ml, double ap,
                          double square) {
    double x = signal->ml[i] - ml;
    double y = signal->ap[i] - ap;
    return x * x + y * y <= square;
}

/* The first sample after `now` that is outside, or n. Strides grow while they fit; once a box does
 * not lie inside, the way out is within it and only smaller ones are tried. */
static size_t leaves_at(const eg_sway_signal *signal, const boxes *all, size_t now, double square) {
    double ml = signal->ml[now];
    double ap = signal->ap[now];
    size_t i = now + 1;
    int highest = LEVELS; /* levels from here on are of no use any more */
    while (i < signal->n) {
        int level = highest - 1;
        while (level >= 0 && ((i & ((1U << shift_of(level)) - 1)) != 0 ||
                              i + (1U << shift_of(level)) > signal->n)) {
            level--;
        }
        if (level >= 0) {
            const double *box = all->level[level] + 4 * (i >> shift_of(level));
            if (box_within(box, ml, ap, square)) {
                i += 1U << shift_of(level);
            } else {
                highest = level;
            }
        } else if (sample_within(signal, i, ml, ap, square)) {
            i++;
        } else {
            break;
        }
    }
    return i;
}

/* The first sample of the unbroken stay that `now` belongs to. */
static size_t entered_at(const eg_sway_signal *signal, const boxes *all, size_t now,
                         double square) {
    double ml = signal->ml[now];
    double ap = signal->ap[now];
    size_t i = now; /* samples [i, now] are inside */
    int highest = LEVELS;
    while (i > 0) {
        int level = highest - 1;
        while (level >= 0 && (i & ((1U << shift_of(level)) - 1)) != 0) level--;
        if (level >= 0) {
            const double *box = all->level[level] + 4 * ((i >> shift_of(level)) - 1);
            if (box_within(box, ml, ap, square)) {
                i -= 1U << shift_of(level);
            } else {
                highest = level;
            }
        } else if (sample_within(signal, i - 1, ml, ap, square)) {
            i--;
        } else {
            break;
        }
    }
    return i;
}

size_t eg_sway_density_scratch(size_t n) {
    return 4 * (n / 8 + n / 32 + n / 128) + 4;
}

void eg_sway_density(const eg_sway_signal *signal, double radius, double *out, double *scratch) {
    EG_ASSERT(signal->n >= 2 && radius > 0.0);
    boxes all = make_boxes(signal, scratch);
    double square = radius * radius;
    for (size_t i = 0; i + 1 < signal->n; i++) {
        size_t first = entered_at(signal, &all, i, square);
        size_t past = leaves_at(signal, &all, i, square);
        out[i] = (double)(past - 1 - first);
    }
}

eg_sway_density_peaks eg_sway_density_find_peaks(const eg_sway_signal *signal,
                                                 const double *density) {
    EG_ASSERT(signal->n >= 2);
    eg_sway_density_peaks peaks = {0};
    double height = 0.0;
    double distance = 0.0;
    size_t last = 0;
    for (size_t i = 1; i + 2 < signal->n; i++) {
        if (!(density[i] > density[i - 1] && density[i] > density[i + 1])) continue;
        height += density[i];
        if (peaks.count > 0) {
            double x = signal->ml[i] - signal->ml[last];
            double y = signal->ap[i] - signal->ap[last];
            distance += sqrt(x * x + y * y);
        }
        last = i;
        peaks.count++;
    }
    peaks.mean_height = peaks.count > 0 ? height / (double)peaks.count : (double)NAN;
    peaks.mean_distance = peaks.count > 1 ? distance / (double)(peaks.count - 1) : (double)NAN;
    return peaks;
}
