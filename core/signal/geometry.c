#include "core/signal/geometry.h"

#include <math.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/sort.h"

enum { DIRECTIONS = 8 };

/* Twice the area of the triangle o, a, b; positive if it turns left. */
static double turn_of(const double *x, const double *y, size_t o, size_t a, size_t b) {
    return (x[a] - x[o]) * (y[b] - y[o]) - (y[a] - y[o]) * (x[b] - x[o]);
}

/* The farthest point in each of eight directions, counter-clockwise. They are corners of the hull;
 * what lies well inside their octagon need not be sorted (Akl & Toussaint 1978). */
static void find_extremes(size_t n, const double *x, const double *y, size_t extreme[DIRECTIONS]) {
    static const double ux[DIRECTIONS] = {1, 1, 0, -1, -1, -1, 0, 1};
    static const double uy[DIRECTIONS] = {0, 1, 1, 1, 0, -1, -1, -1};
    for (int d = 0; d < DIRECTIONS; d++) {
        extreme[d] = 0;
        double best = ux[d] * x[0] + uy[d] * y[0];
        for (size_t i = 1; i < n; i++) {
            double reach = ux[d] * x[i] + uy[d] * y[i];
            if (reach > best) {
                best = reach;
                extreme[d] = i;
            }
        }
    }
}

/* Copies the indices of points that may be corners. */
static size_t keep_outer(size_t n, const double *x, const double *y, size_t *kept) {
    size_t extreme[DIRECTIONS], count = 0;
    find_extremes(n, x, y, extreme);
    double width = x[extreme[0]] - x[extreme[4]], height = y[extreme[2]] - y[extreme[6]];
    double margin = 1e-12 * width * height; /* of twice a triangle's area: beyond rounding */
    for (size_t i = 0; i < n; i++) {
        int inside = 1;
        for (int d = 0; d < DIRECTIONS && inside; d++) {
            size_t a = extreme[d], b = extreme[(d + 1) % DIRECTIONS];
            inside = a == b || turn_of(x, y, a, b, i) > margin;
        }
        if (!inside || margin <= 0.0) kept[count++] = i;
    }
    return count;
}

size_t eg_hull_size(size_t n) {
    return 5 * (n * sizeof(size_t) + n * sizeof(double) + 32) + 64;
}

/* Orders `list` by x, then y. values[n], order[n] and scratch[n] are scratch. */
static void sort_points(size_t n, const double *x, const double *y, size_t *list, double *values,
                        size_t *order, size_t *scratch) {
    const double *keys[2] = {y, x};
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) values[i] = keys[pass][list[i]];
        eg_sort_index(n, values, order, scratch);
        for (size_t i = 0; i < n; i++) scratch[i] = list[order[i]];
        for (size_t i = 0; i < n; i++) list[i] = scratch[i];
    }
}

/* One half of the monotone chain: appends point p after dropping corners that do not turn left. */
static size_t append(const double *x, const double *y, size_t *chain, size_t count, size_t first,
                     size_t p) {
    while (count >= first + 2 && turn_of(x, y, chain[count - 2], chain[count - 1], p) <= 0.0)
        count--;
    chain[count] = p;
    return count + 1;
}

static int same_point(const double *x, const double *y, size_t a, size_t b) {
    return !(x[a] < x[b] || x[b] < x[a] || y[a] < y[b] || y[b] < y[a]);
}

eg_err eg_hull_build(size_t n, const double *x, const double *y, eg_arena *arena, eg_hull *hull,
                     eg_diag *diag) {
    EG_ASSERT(arena != NULL && hull != NULL);
    *hull = (eg_hull){0};
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]) || !isfinite(y[i]))
            return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "point %zu is not a finite number", i);
    if (n == 0) return EG_OK;
    size_t *index = eg_arena_take(arena, 2 * n, sizeof *index);
    size_t mark = eg_arena_mark(arena);
    size_t *list = eg_arena_take(arena, n, sizeof *list);
    size_t *order = eg_arena_take(arena, n, sizeof *order);
    size_t *scratch = eg_arena_take(arena, n, sizeof *scratch);
    double *values = eg_arena_take(arena, n, sizeof *values);
    if (index == NULL || list == NULL || order == NULL || scratch == NULL || values == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for the hull of %zu points", n);
    size_t m = keep_outer(n, x, y, list);
    sort_points(m, x, y, list, values, order, scratch);
    size_t distinct = 0;
    for (size_t i = 0; i < m; i++)
        if (distinct == 0 || !same_point(x, y, list[i], list[distinct - 1]))
            list[distinct++] = list[i];
    size_t count = 0;
    for (size_t i = 0; i < distinct; i++) count = append(x, y, index, count, 0, list[i]);
    size_t lower = count - 1;
    for (size_t i = distinct - 1; i-- > 0;) count = append(x, y, index, count, lower, list[i]);
    if (distinct > 1) count--; /* the first point again */
    eg_arena_reset(arena, mark);
    *hull = (eg_hull){count, index};
    return EG_OK;
}

double eg_hull_area(const eg_hull *hull, const double *x, const double *y) {
    double twice = 0.0;
    for (size_t i = 1; i + 1 < hull->n; i++)
        twice += turn_of(x, y, hull->index[0], hull->index[i], hull->index[i + 1]);
    return 0.5 * twice;
}

static double distance(const double *x, const double *y, size_t a, size_t b) {
    return eg_hypot(x[a] - x[b], y[a] - y[b]);
}

double eg_hull_perimeter(const eg_hull *hull, const double *x, const double *y) {
    double sum = 0.0;
    for (size_t i = 0; i < hull->n; i++)
        sum += distance(x, y, hull->index[i], hull->index[(i + 1) % hull->n]);
    return sum;
}

double eg_hull_diameter(const eg_hull *hull, const double *x, const double *y) {
    size_t n = hull->n, j = 1;
    const size_t *at = hull->index;
    if (n < 2) return 0.0;
    if (n == 2) return distance(x, y, at[0], at[1]);
    double best = 0.0;
    size_t steps_left = 2 * n; /* the opposite corner goes round once with the edge */
    for (size_t i = 0; i < n; i++) {
        size_t next = (i + 1) % n;
        for (; steps_left > 0; steps_left--) {
            size_t ahead = (j + 1) % n;
            double here = turn_of(x, y, at[i], at[next], at[j]);
            double there = turn_of(x, y, at[i], at[next], at[ahead]);
            best = fmax(best, distance(x, y, at[i], at[ahead])); /* parallel edges */
            if (!(there > here)) break;
            j = ahead;
        }
        best = fmax(best, fmax(distance(x, y, at[i], at[j]), distance(x, y, at[next], at[j])));
    }
    return best;
}
