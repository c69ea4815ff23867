#include "core/base/sort.h"

#include <math.h>

#include "core/base/check.h"

enum { BLOCK = 12 }; /* shorter runs are sorted by insertion */

static int is_before(double a, double b) {
    return a < b || (isnan(b) && !isnan(a));
}

static void sort_block(size_t n, double *values) {
    for (size_t i = 1; i < n; i++) {
        double value = values[i];
        size_t j = i;
        for (; j > 0 && is_before(value, values[j - 1]); j--) values[j] = values[j - 1];
        values[j] = value;
    }
}

/* from[0 ... middle) and from[middle ... n), each sorted, into to[n]. */
static void merge(size_t n, size_t middle, const double *from, double *to) {
    size_t i = 0, j = middle;
    for (size_t k = 0; k < n; k++) {
        int take_right = i >= middle || (j < n && is_before(from[j], from[i]));
        to[k] = take_right ? from[j++] : from[i++];
    }
}

void eg_sort(size_t n, double *values, double *scratch) {
    EG_ASSERT(n == 0 || (values != NULL && scratch != NULL));
    for (size_t at = 0; at < n; at += BLOCK)
        sort_block(n - at < BLOCK ? n - at : BLOCK, values + at);
    double *from = values, *to = scratch;
    for (size_t width = BLOCK; width < n; width *= 2) {
        for (size_t at = 0; at < n; at += 2 * width) {
            size_t both = n - at < 2 * width ? n - at : 2 * width;
            merge(both, both < width ? both : width, from + at, to + at);
        }
        double *held = from;
        from = to;
        to = held;
    }
    if (from == values) return;
    for (size_t i = 0; i < n; i++) values[i] = from[i];
}

static void sort_index_block(size_t n, const double *values, size_t *index) {
    for (size_t i = 1; i < n; i++) {
        size_t item = index[i], j = i;
        for (; j > 0 && is_before(values[item], values[index[j - 1]]); j--) index[j] = index[j - 1];
        index[j] = item;
    }
}

static void merge_index(size_t n, size_t middle, const double *values, const size_t *from,
                        size_t *to) {
    size_t i = 0, j = middle;
    for (size_t k = 0; k < n; k++) {
        int take_right = i >= middle || (j < n && is_before(values[from[j]], values[from[i]]));
        to[k] = take_right ? from[j++] : from[i++];
    }
}

void eg_sort_index(size_t n, const double *values, size_t *index, size_t *scratch) {
    EG_ASSERT(n == 0 || (values != NULL && index != NULL && scratch != NULL));
    for (size_t i = 0; i < n; i++) index[i] = i;
    for (size_t at = 0; at < n; at += BLOCK)
        sort_index_block(n - at < BLOCK ? n - at : BLOCK, values, index + at);
    size_t *from = index, *to = scratch;
    for (size_t width = BLOCK; width < n; width *= 2) {
        for (size_t at = 0; at < n; at += 2 * width) {
            size_t both = n - at < 2 * width ? n - at : 2 * width;
            merge_index(both, both < width ? both : width, values, from + at, to + at);
        }
        size_t *held = from;
        from = to;
        to = held;
    }
    if (from == index) return;
    for (size_t i = 0; i < n; i++) index[i] = from[i];
}

double eg_sort_quantile(size_t n, const double *sorted, double p) {
    EG_ASSERT(p >= 0.0 && p <= 1.0);
    if (n == 0) return (double)NAN;
    double place = p * (double)(n - 1);
    size_t below = (size_t)place;
    if (below + 1 >= n) return sorted[n - 1];
    double part = place - (double)below;
    return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}
