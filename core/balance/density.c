#include "core/balance/density.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/check.h"

enum { BOX = 16 };

/* Bounding boxes of whole groups of BOX samples: min ml, max ml, min ap, max ap. */
static void make_boxes(const eg_sway_signal *signal, double *boxes) {
    for (size_t b = 0; (b + 1) * BOX <= signal->n; b++) {
        double *box = boxes + 4 * b;
        box[0] = box[1] = signal->ml[b * BOX];
        box[2] = box[3] = signal->ap[b * BOX];
        for (size_t i = b * BOX + 1; i < (b + 1) * BOX; i++) {
            box[0] = fmin(box[0], signal->ml[i]);
            box[1] = fmax(box[1], signal->ml[i]);
            box[2] = fmin(box[2], signal->ap[i]);
            box[3] = fmax(box[3], signal->ap[i]);
        }
    }
}

/* Is the farthest corner of the box within the circle? Rounding is monotone, so whenever this says
 * yes, the test of each single sample would have said yes as well. */
static bool box_within(const double *box, double ml, double ap, double square) {
    double x = fmax(fabs(box[0] - ml), fabs(box[1] - ml));
    double y = fmax(fabs(box[2] - ap), fabs(box[3] - ap));
    return x * x + y * y <= square;
}

static bool sample_within(const eg_sway_signal *signal, size_t i, double ml, double ap,
                          double square) {
    double x = signal->ml[i] - ml;
    double y = signal->ap[i] - ap;
    return x * x + y * y <= square;
}

/* The first sample after `now` that is outside, or n. */
static size_t leaves_at(const eg_sway_signal *signal, const double *boxes, size_t now,
                        double square) {
    double ml = signal->ml[now];
    double ap = signal->ap[now];
    size_t i = now + 1;
    while (i < signal->n) {
        if (i % BOX == 0 && i + BOX <= signal->n &&
            box_within(boxes + 4 * (i / BOX), ml, ap, square)) {
            i += BOX;
        } else if (sample_within(signal, i, ml, ap, square)) {
            i++;
        } else {
            break;
        }
    }
    return i;
}

/* The first sample of the unbroken stay that `now` belongs to. */
static size_t entered_at(const eg_sway_signal *signal, const double *boxes, size_t now,
                         double square) {
    double ml = signal->ml[now];
    double ap = signal->ap[now];
    size_t i = now; /* samples [i, now] are inside */
    while (i > 0) {
        if (i % BOX == 0 && box_within(boxes + 4 * (i / BOX - 1), ml, ap, square)) {
            i -= BOX;
        } else if (sample_within(signal, i - 1, ml, ap, square)) {
            i--;
        } else {
            break;
        }
    }
    return i;
}

size_t eg_sway_density_scratch(size_t n) {
    return 4 * (n / BOX + 1);
}

void eg_sway_density(const eg_sway_signal *signal, double radius, double *out, double *scratch) {
    EG_ASSERT(signal->n >= 2 && radius > 0.0);
    make_boxes(signal, scratch);
    double square = radius * radius;
    for (size_t i = 0; i + 1 < signal->n; i++) {
        size_t first = entered_at(signal, scratch, i, square);
        size_t past = leaves_at(signal, scratch, i, square);
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
