/* Knees and ankles from movement, for marker sets that have clusters on thigh, shank and foot but
 * no marker at the joints: the axis about which the shank turns against the thigh (SARA: Ehrig et
 * al. 2007, J Biomech 40:2150) and the point about which the foot turns against the shank (SCoRE:
 * Ehrig et al. 2006, J Biomech 39:2798), both from the least squares of
 * R_a c_a + t_a = R_b c_b + t_b over all frames.
 *
 * Limits: the knee must bend over 20 deg; its centre along the axis is where the line from hip to
 * ankle passes; an axis from a few steps is worth some degrees in knee varus and rotation. */
#ifndef EG_MOTION_FUNCTIONAL_H
#define EG_MOTION_FUNCTIONAL_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/motion/body.h"

typedef struct eg_functional_report {
    int has_knee, has_ankle; /* found from movement */
    double bend_deg;         /* largest turn of shank against thigh from the first frame */
    double residual_mm;      /* root mean square distance of the two ends' axis points */
    double ankle_residual_mm;
} eg_functional_report;

size_t eg_functional_size(const eg_body_points *points);

/* Adds the sites KNEE and KNEE_INNER (50 mm to both sides of the centre) and ANKLE_CENTRE of a leg
 * where its knee or ankle has no marker and its clusters have three each. `settings` as for
 * eg_body_init: the hips tell where along the axis the knee is. What cannot be found stays away.
 * Errors: EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_functional_fill(eg_body_points *points, const eg_body_settings *settings,
                                       eg_arena *arena, eg_functional_report report[2],
                                       eg_diag *diag);

#endif
