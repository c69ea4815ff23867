/* What the files of the marker method share; not for others. */
#ifndef EG_GAIT_TRACK_PART_H
#define EG_GAIT_TRACK_PART_H

#include "core/gait/track.h"

/* One foot after bridging and low-pass. Arrays [n]; toe[0] NULL without toe marker. */
typedef struct track_foot {
    double *heel[3], *toe[3];
    /* The toe (without toe marker the heel) before the pelvis along the heading, mm. Not the heel:
     * it comes forward while the toes still stand. */
    double *toe_ahead;
    double *way; /* the toe over the ground, along the heading: it rises in swing only */
} track_foot;

typedef struct track_work {
    size_t n;
    double rate_hz;
    track_foot foot[2];
    int has_foot[2];
    double *pelvis[3];
    double *heading; /* [n] rad; continuous */
    double
        ground_mm_s; /* of the ground under the feet along the heading: 0, or negative on a belt */
} track_work;

/* A swing between two samples, and its events in seconds; NaN where not seen. */
typedef struct track_swing {
    size_t first, last, peak; /* peak: where it is fastest */
    double off_s, strike_s, off_confidence, strike_confidence;
} track_swing;

/* Bridges, filters and projects. Memory stays taken from `arena`. */
eg_err eg_gait_track_prepare(const eg_gait_track *track, track_work *work, eg_arena *arena,
                             eg_diag *diag);

/* The off at the begin of a swing, and how sure it is. walk_mm_s: speed of the walk. */
void eg_gait_track_off(const track_work *work, const track_foot *foot, track_swing *swing,
                       double walk_mm_s);

/* The swings of one foot, in order, with events; at most `capacity`, the number is returned. */
size_t eg_gait_track_swings(const track_work *work, int side, size_t capacity, track_swing *swings,
                            eg_arena *arena);

#endif
