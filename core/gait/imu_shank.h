/* A walk seen by one inertial sensor on a shank: when this foot strikes and leaves. Any mounting,
 * no magnetometer.
 *
 * In mid-stance the shank turns about an ankle that rests. That gives the lever from the sensor to
 * the ankle, and with it the ankle's motion between two rests (imu_ankle.h).
 *   swing   the ankle went somewhere from one rest to the next, however slowly the shank turned; at
 *           the ends of a recording, where one of the rests is not seen: the shank swung fast
 *   forward is where the ankle goes; the shank's axis, about which its rate has most power, lies
 *           to the left of it
 *   strike  the ankle falls, and what lands is pushed up, suddenly, as no muscle does it: of the
 *           pushes on the slowing ankle the one with the largest jolt (the change of the
 *           acceleration from sample to sample, not low-passed; that of a foot which still moves
 *           counts more); within it, from where the push begins to where it falls fastest, the
 *           middle of the jolts' power, less what soles and pads give
 *   off     looked for near a first guess: a twentieth of a stride before the shank turns forwards
 *           and pushes no more, drawn by a third to the end of the last upward push on the ankle
 *           (the sign that Salarian, Russmann, Vingerhoets, Dehollain, Blanc, Burkhard & Aminian
 *           2004, IEEE Trans Biomed Eng 51:1434, have, earlier by what six real walks over plates
 *           show); a shank that turns forwards, stops and turns again has left between the two. A
 *           foot that lets go of the ground is moved otherwise: the ankle's acceleration
 *           changes there. How much it changes at each moment, weighted by how far that is from
 *           the guess, says how likely the foot left then; its mean is the off
 *   both    a foot rolls over its heel and its toe in each step alike: how far the ankle goes from
 *           the strike to its rest and from there to the off has its median over all level steps,
 *           which tells both of each step better than its own signs do; on a stair the off only
 * Where the ankle's ways do not tell (a loose sensor, an acceleration that does not go with the
 * rate), the rate alone is taken, if it is fast forwards and slow back (imu_shank_rate.h).
 *
 * Limits: the ankle's way tells a step, but its length hangs on the lever, which a slow walk shows
 * badly: no lengths; which side it is must be said; a shank whose ankle never rests, or goes to and
 * fro, and that swings as fast back as forth (cycling, legs that dangle), is refused. */
#ifndef EG_GAIT_IMU_SHANK_H
#define EG_GAIT_IMU_SHANK_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/gait/gait.h"
#include "core/motion/orient_offline.h" /* eg_orient_signal */

#define EG_GAIT_SHANK_RATE_MIN_HZ 40.0
#define EG_GAIT_SHANK_LOW_PASS_HZ 10.0 /* of the rate; strikes move it faster, swings do not */
#define EG_GAIT_SHANK_LEAST_RAD_S 0.8  /* a slower swing is none, */
#define EG_GAIT_SHANK_PART        0.25 /* nor one below this part of the usual one */
#define EG_GAIT_SHANK_AXIS        0.6  /* of the rate's power lies about one axis, at least */
#define EG_GAIT_SHANK_WAY_M       0.1  /* less way is no step, unless it goes up or down: */
#define EG_GAIT_SHANK_RISE_M      0.06
#define EG_GAIT_SHANK_WAY_MOST_M  5.0 /* further than any foot goes between two rests */
#define EG_GAIT_SHANK_RISE_MOST_M 1.0
#define EG_GAIT_SHANK_TILT_RAD    0.2   /* gravity turns no further between two rests */
#define EG_GAIT_SHANK_AGREE       0.6   /* of all ways go forwards, less those back */
#define EG_GAIT_SHANK_SLOWED      0.6   /* of its largest speed: from here on the foot may land, */
#define EG_GAIT_SHANK_FIRST       0.4   /* of the usual push, at the recording's end: it landed */
#define EG_GAIT_SHANK_SEEN_S      0.02  /* no strike so short before the end is seen */
#define EG_GAIT_SHANK_UNSEEN_S    0.1   /* how far off a landing without any push may be told */
#define EG_GAIT_SHANK_SLOW        0.15  /* and without any push it has landed here */
#define EG_GAIT_SHANK_SHOCK_S     0.06  /* no push lands a foot that has been slow for longer */
#define EG_GAIT_SHANK_NEAR_S      0.01  /* about a push its shock may lie */
#define EG_GAIT_SHANK_GIVE_S      0.004 /* soles and pads give: so much later is the shock */
#define EG_GAIT_SHANK_OFF_PART    0.05  /* of a stride: so long before the turn forwards */
#define EG_GAIT_SHANK_END_PART                                                                     \
    0.33 /* weight of the end of the last push: it scatters twice as far */
#define EG_GAIT_SHANK_SWINGS      0.15 /* of its fastest turn forwards: it swings */
#define EG_GAIT_SHANK_CHANGE_S    0.05 /* how far from these signs the off may be, one deviation */
#define EG_GAIT_SHANK_LEVEL_M     0.1  /* a step that rises or falls less is level */
#define EG_GAIT_SHANK_WAYS_MIN    3    /* level steps, to know the usual way to the off; else */
#define EG_GAIT_SHANK_SHORT       0.8  /* of the usual way: a step lands otherwise, */
#define EG_GAIT_SHANK_OWN_S       0.05 /* but its own sign is no further from the usual way's */
#define EG_GAIT_SHANK_STAIR_OFF_S 0.3  /* the shank tells it no better on a stair */
#define EG_GAIT_SHANK_STRIDE_S    1.1  /* where only one is seen */
#define EG_GAIT_SHANK_APART_S     0.45 /* two swings of one leg */
#define EG_GAIT_SHANK_SWINGS_MIN  2
#define EG_GAIT_SHANK_STRIKE_S    0.015 /* one standard deviation against force plates */
#define EG_GAIT_SHANK_OFF_S       0.025 /* and between walkers of several kinds */

typedef struct eg_gait_shank {
    double axis[3];     /* to the left, in the sensor's frame, unit length */
    double axis_part;   /* of the power about it */
    double swing_rad_s; /* usual peak */
    const char *why;    /* the rate alone was taken: "the ankle ..."; NULL: the ankle's ways */
} eg_gait_shank;

size_t eg_gait_shank_bytes(size_t n);

/* Contacts of that side in order, with strikes, offs, standard deviations, strides and confidence;
 * rate[n] (may be NULL): the shank's turn forwards, rad/s, for pictures. EG_ERR_ARGUMENT for the
 * rate, EG_ERR_DATA where nobody walks, EG_ERR_LIMIT, EG_ERR_MEMORY. Gives all scratch back. */
EG_NODISCARD eg_err eg_gait_shank_contacts(const eg_orient_signal *signal, int side,
                                           size_t capacity, eg_gait_contact *contacts,
                                           size_t *n_contacts, eg_gait_shank *shank,
                                           double *rate_rad_s, eg_arena *scratch, eg_diag *diag);

#endif
