/* A walk seen by one inertial sensor on a foot (shoe, instep): when the foot strikes and leaves,
 * how far and how high it goes. No magnetometer, any
 * mounting.
 *
 * While the foot is flat its speed is known to be zero and gravity tells its tilt. Between two such
 * rests the angular rate carries the orientation, what tilt is left over at the end is taken off in
 * proportion to time, the acceleration freed of gravity is integrated twice, and what speed is left
 * is taken off in the same way (zero-velocity update, as Sabatini,
 * Martelloni, Scapellato & Cavallo 2005, IEEE Trans Biomed Eng 52:486; Mariani, Hoskovec, Rochat,
 * Bula, Penders & Aminian 2010, J Biomech 43:2999). The way gives the foot's forward direction and
 * so its pitch: the off is half way between the fastest turn toe-down and the moment at which the
 * foot turns up again (for one that does not turn: a twentieth of the swing's speed), the strike is
 * the largest change of the acceleration while the toe begins to fall (for a foot that lands flat
 * or on its tip: between the swing's middle and rest). Limits: an off by gyroscope may be biased by
 * up to 75 ms in people; the strike of a foot that lands flat or on its tip is up to 0.1 s early,
 * because such a landing has no fall of the toe to look for; step length and width need a common
 * frame and are not known; a foot that is never still (running, a platform that moves) is refused.
 */
#ifndef EG_GAIT_IMU_FOOT_H
#define EG_GAIT_IMU_FOOT_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/gait/gait.h"
#include "core/motion/orient_offline.h" /* eg_orient_signal */

#define EG_GAIT_FOOT_STILL_RAD_S 0.5   /* at least this much rotation still is rest, */
#define EG_GAIT_FOOT_STILL_PART  0.12  /* or this part of the larger rates, up to 1 rad/s */
#define EG_GAIT_FOOT_STILL_S     0.05  /* a rest lasts this long */
#define EG_GAIT_FOOT_GAIN_MM_S   100.0 /* more speed gained since the last rest: no rest; */
#define EG_GAIT_FOOT_DRIFT_MM_S2 250.0 /* so much more for each second: a tilt of 1.5 degrees */
#define EG_GAIT_FOOT_WAY_MM      100.0 /* less way is no step, unless it goes up or down: */
#define EG_GAIT_FOOT_RISE_MM     60.0
/* Further than any foot goes between two rests: the sensor was carried, or turned in a hand. */
#define EG_GAIT_FOOT_WAY_MOST_MM  5000.0
#define EG_GAIT_FOOT_RISE_MOST_MM 1000.0

/* Where the forefoot is, seen from the sensor when the foot stands flat. NaN: clearance is that of
 * the sensor itself. */
typedef struct eg_gait_lever {
    double forward_mm, down_mm;
} eg_gait_lever;

/* Bytes of scratch. */
size_t eg_gait_foot_bytes(size_t n);

/* Contacts of that side in order, with strike, off, stride, clearance and in place_mm[2] the height
 * over the first one (x and y stay unknown). height[n] (may be NULL): the forefoot's height over
 * the last rest, mm, for pictures. EG_ERR_ARGUMENT for a rate below 40 Hz; EG_ERR_DATA where the
 * foot is never still; EG_ERR_LIMIT. */
EG_NODISCARD eg_err eg_gait_foot_contacts(const eg_orient_signal *signal, int side,
                                          eg_gait_lever lever, size_t capacity,
                                          eg_gait_contact *contacts, size_t *n_contacts,
                                          double *height_mm, eg_arena *scratch, eg_diag *diag);

#endif
