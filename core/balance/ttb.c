#include "core/balance/ttb.h"

#include <math.h>

#include "core/base/check.h"

/* Time until a point leaves a convex polygon along a straight line: the smallest over the edges of
 * the distance to the edge's line over the speed towards it. */
static double time_to_leave(const eg_ttb_boundary *boundary, double ml, double ap, double v_ml,
                            double v_ap) {
    double soonest = INFINITY;
    for (size_t k = 0; k < boundary->n; k++) {
        size_t next = k + 1 < boundary->n ? k + 1 : 0;
        double edge_ml = boundary->ml[next] - boundary->ml[k];
        double edge_ap = boundary->ap[next] - boundary->ap[k];
        /* (edge_ap, -edge_ml) points outwards; both quantities carry the edge's length. */
        double speed = v_ml * edge_ap - v_ap * edge_ml;
        if (speed <= 0.0) continue;
        double distance = (boundary->ml[k] - ml) * edge_ap - (boundary->ap[k] - ap) * edge_ml;
        if (distance < soonest * speed) soonest = distance / speed;
    }
    return soonest > 0.0 ? soonest : 0.0;
}

eg_ttb eg_ttb_measure(const eg_sway_signal *position, const eg_sway_signal *velocity,
                      const eg_ttb_boundary *boundary, double *times) {
    size_t n = position->n;
    EG_ASSERT(velocity->n == n && boundary->n >= 3 && boundary->n <= 1024);
    for (size_t i = 0; i < n; i++) {
        times[i] = time_to_leave(boundary, position->ml[i], position->ap[i], velocity->ml[i],
                                 velocity->ap[i]);
    }
    eg_ttb result = {.minimum = INFINITY};
    double sum = 0.0;
    double square = 0.0;
    for (size_t i = 1; i + 1 < n; i++) {
        if (!(times[i] < times[i - 1] && times[i] <= times[i + 1])) continue;
        /* Welford's update, because the spread is much smaller than the mean of squares. */
        result.minima++;
        double before = times[i] - sum;
        sum += before / (double)result.minima;
        square += before * (times[i] - sum);
        if (times[i] < result.minimum) result.minimum = times[i];
    }
    result.mean_minimum = result.minima > 0 ? sum : (double)NAN;
    result.sd_minimum =
        result.minima > 1 ? sqrt(square / (double)(result.minima - 1)) : (double)NAN;
    if (result.minima == 0) result.minimum = (double)NAN;
    return result;
}
