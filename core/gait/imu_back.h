/* A walk seen by one inertial sensor at the lower back: when which foot strikes and leaves. Any
 * mounting, no magnetometer.
 *
 * The orientation (core/motion) gives the acceleration upwards and in the level plane. How long a
 * step takes is where the upward acceleration and the larger level one repeat themselves while the
 * sideways one and the turning about the vertical repeat with the other sign. Forward is the level
 * direction whose acceleration runs ahead of the upward one as it does over a stiff leg.
 *   strike  The body brakes once the new leg bears more than the old one pushes: the forward
 *           acceleration, low-passed at twice the steps' rate, falls through zero a little behind
 *           the strike (Zijlstra & Hof 2003, Gait Posture 18:1, take its peak before; Gonzalez,
 *           Lopez, Rodriguez-Uria, Alvarez & Alvarez 2010, Gait Posture 31:322, the turn itself).
 *           That depends on how a person brakes. The shock of the landing does not: the upward
 *           acceleration above 15 Hz, laid over itself step by step, peaks 20 to 27 ms behind the
 *           strike in all of six real walks, 0 to 16 ms in made ones. Both count by their
 *           variances; a shock that is not clear counts nothing.
 *   off     Braking is strongest when the other foot stops pushing: the fall of the forward
 *           acceleration ends at the other foot's off. It is looked at in each foot's steps laid
 *           over each other, as one step is too noisy. So does the push sideways go over from one
 *           foot to the other between strike and off: its corners are weighed by how little three
 *           straight pieces leave over. Strike, off, the turn between them and the double support
 *           that is usual at that cadence go into one least-squares estimate.
 *   ends    The first and the last step of a walk neither brake nor lift as others do; but the foot
 *           that swings turns the pelvis and the one that stands pushes the body away. How much
 *           of the walk's own usual step, the median of the others, is in each of four channels
 *           and in the shock tells a step from somebody who settles: ratio of likelihoods.
 *   side    While a foot stands the pelvis turns to its side and the body is pushed away from it:
 *           the turn and the sideways acceleration of all steps of a bout vote together; a vote
 *           that is not clear leaves the side unknown.
 * By wavelets of the upward acceleration (McCamley, Donati, Grimpampi & Mazza 2012, Gait Posture
 * 36:316) the strikes of six real walks lay 15 to 150 ms behind the plates', depending on the
 * person; the forward one's turn does not depend on where the upward peaks lie.
 *
 * Limits: where landings give no clear shock the strikes of a walk's first and last step lie 10 to
 * 60 ms off; shuffling in place, running and sideways walking are refused; the foot's off is that
 * of a force, not of a shoe; the walk's first off follows from its first strike and the usual
 * swing. Step length only from the length of the leg, and then an estimate. */
#ifndef EG_GAIT_IMU_BACK_H
#define EG_GAIT_IMU_BACK_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/gait/gait.h"
#include "core/gait/steps.h"
#include "core/motion/orient_offline.h" /* eg_orient_signal */

#define EG_GAIT_BACK_RATE_MIN_HZ 40.0
#define EG_GAIT_BACK_ACTIVE_M_S2 0.15 /* RMS of the upward acceleration: less is standing */
#define EG_GAIT_BACK_STEP_MIN_S  0.28 /* steps are looked for between these */
#define EG_GAIT_BACK_STEP_MAX_S  1.4
#define EG_GAIT_BACK_ALIKE       0.25 /* the upward acceleration of two steps correlates so much */
#define EG_GAIT_BACK_STEPS_MIN   3    /* fewer in a row are no walk */
/* What part of the double support lies before the turn of the forward acceleration, and its
 * standard deviation: 0.22 +- 0.10 in six real walks over force plates, 0.26 to 0.6 by the
 * mechanics of walkers that brake otherwise. */
#define EG_GAIT_BACK_TURN    0.28
#define EG_GAIT_BACK_TURN_SD 0.2
/* Double support in parts of a step, and its standard deviation: a tenth of the stride at a usual
 * cadence (Perry & Burnfield, Gait Analysis, 2nd ed.), 0.16 to 0.26 of the step in the six walks.
 * Slow steps have more, and people differ more, so that it counts for little there: both grow with
 * each second that a step takes longer than usual. */
#define EG_GAIT_BACK_BOTH         0.22
#define EG_GAIT_BACK_BOTH_SD      0.04
#define EG_GAIT_BACK_BOTH_SLOW    0.4
#define EG_GAIT_BACK_BOTH_SD_SLOW 0.3
#define EG_GAIT_BACK_USUAL_S      0.55
/* How far behind the off the fall of the forward acceleration ends, low-passed at five times the
 * steps' rate: in parts of a step, and more for each second above the usual. Six walks: -0.02, made
 * ones: -0.04 to 0.06. */
#define EG_GAIT_BACK_FALL_LATE      0.01
#define EG_GAIT_BACK_FALL_LATE_SLOW 0.08
#define EG_GAIT_BACK_SHOCK_S        0.015 /* of a strike whose shock is clear, at least (E: ours) */
/* Of the inverted pendulum's step (Zijlstra & Hof 2003). */
#define EG_GAIT_BACK_LENGTH_FACTOR 1.25
/* Of such a length, between people: with a leg of 900 mm six walks gave 0.97 to 1.18 of the
 * markers' lengths. */
#define EG_GAIT_BACK_LENGTH_SD 0.1

/* What the back does; arrays [n] in the arena. */
typedef struct eg_gait_back {
    size_t n;
    double rate_hz;
    double *acc[3];      /* forward, left, up, m/s2 without gravity; turning with the sensor */
    double *turn_rad;    /* heading of the sensor, to the left */
    double step_s;       /* usual time of a step */
    double alike;        /* correlation of the upward acceleration of neighbouring steps */
    double forward_sure; /* 0 to 1: how well "forward" was told */
    double side_sure;    /* votes for the sides, in their standard errors; the least of all bouts */
    /* Where the recording begins or ends on the way: strikes that are counted and may lie beyond
     * (at 1.96 standard deviations), and such that are not and may lie within. */
    size_t n_near_within, n_near_beyond;
} eg_gait_back;

size_t eg_gait_back_bytes(size_t n, double rate_hz);

/* Contacts in order, both sides, with strikes, offs, their standard deviations and confidence; with
 * leg_mm (NaN: not known) estimates of step and stride length. EG_ERR_ARGUMENT for the rate,
 * EG_ERR_DATA where nobody walks, EG_ERR_LIMIT, EG_ERR_MEMORY. The arena keeps the arrays of
 * `back`. */
EG_NODISCARD eg_err eg_gait_back_contacts(const eg_orient_signal *signal, double leg_mm,
                                          size_t capacity, eg_gait_contact *contacts,
                                          size_t *n_contacts, eg_gait_back *back, eg_arena *arena,
                                          eg_diag *diag);

/* How long a foot stands hangs on how its person pushes and brakes, in every step alike: widens the
 * intervals of stance, swing, single and double support by what the contacts[n] say of themselves,
 * those of lengths and speed by how far the pendulum's differ.
 */
void eg_gait_back_widen(size_t n, const eg_gait_contact *contacts, eg_gait_walk *walk);

#endif
