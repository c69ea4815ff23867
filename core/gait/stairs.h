/* Steps up, steps down and obstacles: how high the feet pass over the edge, going up and coming
 * down apart, the foot that goes first and the one that follows apart, and how the clearance
 * follows the height of the step.
 *
 * A foot that stands more than LEVEL_MM higher than where it stood before went up, lower down. It
 * leads if the other foot stands on another level then, it follows if it joins the other foot.
 * Clearance: going up, the forefoot's height over its own height standing on the upper level, where
 * it passes the edge of that level; coming down, the heel's over its height standing on the level
 * it leaves, where it passes that level's edge (Hamel et al. 2005, Gait Posture 21:134); over an
 * obstacle the toe's over the obstacle's top (Patla & Rietdyk 1993, Gait Posture 1:45). Where no
 * edge is known, the highest place of the forefoot over the upper level stands for it. */
#ifndef EG_GAIT_STAIRS_H
#define EG_GAIT_STAIRS_H

#include "core/gait/track.h"

#define EG_GAIT_STAIRS_LEVEL_MM 40.0

/* The line across the way at which a step begins, or an obstacle. */
typedef struct eg_gait_edge {
    double place_mm[2];
    double top_mm; /* of an obstacle, over the floor at height 0; NaN: the edge of a step */
} eg_gait_edge;

typedef enum eg_gait_crossing_kind { EG_GAIT_UP, EG_GAIT_DOWN, EG_GAIT_OVER } eg_gait_crossing_kind;

typedef struct eg_gait_crossing {
    eg_gait_crossing_kind kind;
    size_t contact; /* that the swing led to */
    int side, is_lead;
    int has_edge;     /* 0: the highest place stands for the clearance */
    double at_s;      /* when it passed the edge (was highest) */
    double height_mm; /* from the level the other foot stands on to the new one; of an obstacle */
    double clearance_mm; /* NaN without toe marker */
} eg_gait_crossing;

/* Crossings of the contacts that eg_gait_track_contacts gave for the same track, in order; at most
 * `capacity` are written, n_crossings says how many there were. Scratch: eg_gait_track_bytes.
 * Errors as there. */
EG_NODISCARD eg_err eg_gait_crossings(const eg_gait_track *track, size_t n_contacts,
                                      const eg_gait_contact *contacts, size_t n_edges,
                                      const eg_gait_edge *edges, size_t capacity,
                                      eg_gait_crossing *crossings, size_t *n_crossings,
                                      eg_arena *scratch, eg_diag *diag);

/* Least-squares line of clearance over the height in percent of the leg's length: its slope, mm for
 * each percent, its 95 % interval and the clearance at 0. Needs 3 crossings of at least two heights
 * that differ by 1 %; else NaN. */
typedef struct eg_gait_slope {
    double slope, low, high, at_zero_mm;
    size_t n;
} eg_gait_slope;
eg_gait_slope eg_gait_clearance_slope(size_t n, const double *height_mm, const double *clearance_mm,
                                      double leg_mm);

#endif
