/* Markers that were not seen for a moment: short gaps by a spline through what was seen before and
 * behind, longer ones by the other markers of the same segment, which moves as one body; what is
 * longer still stays missing. Markers that only a static recording has (inner knee, inner ankle)
 * come from there with their segment (CAST: Cappozzo et al. 1995, Clin Biomech 10:171).
 *
 * A segment's markers need three that are seen, not on one line. Skin moves: a marker that comes
 * from others is worth about a centimetre on the thigh, less on shank and pelvis. */
#ifndef EG_MOTION_GAP_H
#define EG_MOTION_GAP_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/motion/body.h"

typedef struct eg_gap_settings {
    double spline_s; /* longest gap for a spline; 0: none */
    double rigid_s;  /* longest gap for the other markers of the segment; 0: none */
} eg_gap_settings;

#define EG_GAP_SETTINGS_DEFAULT ((eg_gap_settings){0.1, 1.0})

typedef struct eg_gap_report {
    size_t n_spline, n_rigid; /* frames that were filled */
    size_t n_left;            /* frames still missing, ends included */
    double longest_left_s;    /* of gaps between seen frames */
    int is_from_reference;    /* never seen here: taken from the static recording */
} eg_gap_report;

/* Bytes of arena for the same call: what is filled is copied. */
size_t eg_gap_size(const eg_body_points *points, const eg_body_points *reference);

/* Points `points->site` to filled copies in the arena where something was filled; what is left out
 * stays as it is. `reference` (may be NULL) is a static pose. Errors: EG_ERR_ARGUMENT (no rate),
 * EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_gap_fill(eg_body_points *points, const eg_body_points *reference,
                                const eg_gap_settings *settings, eg_arena *arena,
                                eg_gap_report report[EG_SITES], eg_diag *diag);

#endif
