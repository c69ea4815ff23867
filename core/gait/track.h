/* Feet that were followed by markers: when they strike and leave the ground, where they stand and
 * how high they swing. Works on the floor and on a treadmill, in any direction, through turns.
 *
 * A swing is where the foot gains on the other one over the ground. Its two ends are then looked at
 * more closely:
 *
 * Strike: of what lands first, heel or forefoot, its first large upward acceleration (Hreljac &
 * Marshall 2000, J Biomech 33:783) once it is low and slow. For the heel the end of its fall, which
 * in a soft landing comes later, and where the forefoot's fastest fall is near, with which a foot
 * turns about the heel, the mean of both. A forefoot's shock is drawn to the end of its tip's fall.
 * The forefoot landed first, too, if the tip rested on the ground while the heel was in the air. A
 * foot that is still has landed.
 *
 * Off: the first of two signs of a foot that rolled off. Its turn, which the calf makes ever faster
 * on the ground, has become half as fast as it was. And the point about which it rolled, as well as
 * its tip, beyond the toe marker on the sole, moves forwards over the ground with a part of the
 * walk's speed. The walk's speed is the way of this foot in the time of its stride: no pelvis that
 * sways is asked. The nearer to the marker it rolled, the more its toes were bent and the less is
 * known of them: then the turn counts, too. A foot that is lifted flat leaves when it begins to
 * move, and so does a toe marker whose heel goes its own way.
 *
 * Moments lie between frames by a parabola or a line. */
#ifndef EG_GAIT_TRACK_H
#define EG_GAIT_TRACK_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/gait/gait.h"

/* Constants of the method. */
#define EG_GAIT_TRACK_RATE_MIN_HZ   40.0 /* slower cameras cannot tell when a foot lands */
#define EG_GAIT_TRACK_LOW_PASS_HZ   20.0 /* zero-lag, order 2 twice: keeps the landing's shock */
#define EG_GAIT_TRACK_GAP_S         0.1  /* shorter gaps are bridged by straight lines */
#define EG_GAIT_TRACK_SWING_MM      50.0 /* the foot comes at least this far forward itself, ... */
#define EG_GAIT_TRACK_GAIN_MM       20.0 /* ... gains this on the other ... */
#define EG_GAIT_TRACK_SWING_PART    0.1  /* ... and this part of the walk's larger swings */
#define EG_GAIT_TRACK_EDGE_PART     0.2  /* of a swing's peak speed: where it begins and ends */
#define EG_GAIT_TRACK_PAUSE_S       0.2  /* no foot stands shorter: its swing goes on */
#define EG_GAIT_TRACK_HEEL_PART     0.15 /* of a stride: no heel stands shorter, ... */
#define EG_GAIT_TRACK_HEEL_S        0.5  /* ... and this is long enough */
#define EG_GAIT_TRACK_HEADING_S     1.0  /* the heading is a mean over this long */
#define EG_GAIT_TRACK_PELVIS_S      1.0  /* the pelvis is a mean over this long */
#define EG_GAIT_TRACK_VALLEY_MM     1.0  /* so deep is the toe's least height in mid-swing */
#define EG_GAIT_TRACK_ARRIVE_PART   0.4  /* of the walk's speed: a marker that lands is slower, */
#define EG_GAIT_TRACK_SPREAD_S      0.02 /* but for so long, by the low-pass; */
#define EG_GAIT_TRACK_LOW_MM        25.0 /* it is at most this high over where it will stand */
#define EG_GAIT_TRACK_STAY_MM       8.0  /* and does not rise by more again */
#define EG_GAIT_TRACK_STILL_PART    0.05 /* of the walk's speed: a slower foot has landed */
#define EG_GAIT_TRACK_SHOCK_PART    0.4  /* of the largest shock: the first such is the landing */
#define EG_GAIT_TRACK_FALL_PART     0.1  /* of the fastest fall: a slower one is over ... */
#define EG_GAIT_TRACK_SOFT_S        0.1  /* ... at most so long after the shock */
#define EG_GAIT_TRACK_TIP_END_PART  0.7  /* of the way from a forefoot's shock to its fall's end */
#define EG_GAIT_TRACK_SLAP_S        0.03 /* so near is the forefoot's fastest fall */
#define EG_GAIT_TRACK_FOREFOOT_PART 0.1  /* of the heel's shock: less is none of the forefoot */
#define EG_GAIT_TRACK_TIP_PART      0.3  /* of heel to toe marker: so far the tip is beyond it */
#define EG_GAIT_TRACK_SOLE_PART     0.17 /* and the sole below it */
#define EG_GAIT_TRACK_ROLL_PART     0.3  /* of the fastest turn: a foot rolls that turns faster */
#define EG_GAIT_TRACK_FLAT_RAD      0.1  /* a foot that turns by less is lifted flat */
#define EG_GAIT_TRACK_LIFT_PART     0.1  /* of the walk's speed: that of a flat foot that leaves, */
#define EG_GAIT_TRACK_LEAVE_PART    0.6  /* and, forwards, of one that rolled off */
#define EG_GAIT_TRACK_LOOSE_PART    0.13 /* of heel to toe marker: no foot shortens by more */
#define EG_GAIT_TRACK_STRIDE_SWINGS 2.5  /* a stride, where only one swing was seen */
#define EG_GAIT_TRACK_AGREE_S       0.08 /* two signs this far apart give no confidence */
#define EG_GAIT_TRACK_BELT_MM_S     80.0 /* standing feet that move faster are on a treadmill */

/* Markers in mm, z upwards; [n][3] each, NaN where not seen, NULL where there is none. At least one
 * heel and one toe of the same side, or a heel of each side. Without pelvis the middle of the feet
 * stands for it. */
typedef struct eg_gait_track {
    size_t n;
    double rate_hz;
    const double (*heel[2])[3];
    const double (*toe[2])[3];
    const double (*pelvis)[3];
} eg_gait_track;

/* The walk as a whole. */
typedef struct eg_gait_path {
    int is_treadmill;
    double belt_mm_s;   /* 0 on the floor */
    double speed_mm_s;  /* mean between the first and the last strike: way of the pelvis, or belt */
    double turned_rad;  /* heading of the last contact against the first; its size says "turned" */
    size_t n_swings[2]; /* seen of each foot */
    double from_s, to_s; /* first and last time at which a heel was seen */
} eg_gait_path;

/* Rows of a right-handed turn that makes the axis along which `above` lies highest over `below`
 * the third one: mean over the frames in which both were seen. Returns 0, and no turn, where
 * there are none. */
int eg_gait_frame(size_t n, const double (*above)[3], const double (*below)[3], double up[3][3]);

/* Bytes of scratch that eg_gait_track_contacts takes and gives back. */
size_t eg_gait_track_bytes(size_t n);

/* All contacts of both feet in order, with place, heading, steps, stride and toe clearance of the
 * swing before. A contact whose strike or off lies outside the recording or in a gap has NaN there.
 * EG_ERR_ARGUMENT for the rate, EG_ERR_MISSING without markers, EG_ERR_LIMIT for more than
 * `capacity` contacts, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_gait_track_contacts(const eg_gait_track *track, size_t capacity,
                                           eg_gait_contact *contacts, size_t *n_contacts,
                                           eg_gait_path *path, eg_arena *scratch, eg_diag *diag);

/* The side (EG_GAIT_LEFT or _RIGHT) whose foot is nearest to a place on the ground between two
 * times, and how far its middle is from there; _UNKNOWN where no foot was seen. */
int eg_gait_track_side(const eg_gait_track *track, double from_s, double to_s,
                       const double place_mm[3], double *distance_mm);

#endif
