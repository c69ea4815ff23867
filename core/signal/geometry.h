/* Plane geometry of point clouds: convex hull, its area, perimeter and diameter. Double in every
 * build. */
#ifndef EG_SIGNAL_GEOMETRY_H
#define EG_SIGNAL_GEOMETRY_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"

typedef struct eg_hull {
    size_t n;            /* corners: 0 for no points, 1 or 2 for degenerate clouds */
    const size_t *index; /* [n] indices of the points, counter-clockwise from the leftmost lowest */
} eg_hull;

/* The convex hull of n points (monotone chain, Andrew 1979; n log n). Points on an edge and doubles
 * are left out. Every coordinate must be finite, else EG_ERR_DATA. The index lives in the arena,
 * which needs eg_hull_size(n) bytes; scratch is given back. */
size_t eg_hull_size(size_t n);
EG_NODISCARD eg_err eg_hull_build(size_t n, const double *x, const double *y, eg_arena *arena,
                                  eg_hull *hull, eg_diag *diag);

/* In the square of the coordinates' unit. */
double eg_hull_area(const eg_hull *hull, const double *x, const double *y);

/* Once around; twice the distance if there are two corners. */
double eg_hull_perimeter(const eg_hull *hull, const double *x, const double *y);

/* Largest distance of any two points (rotating calipers), 0 for fewer than two. */
double eg_hull_diameter(const eg_hull *hull, const double *x, const double *y);

#endif
