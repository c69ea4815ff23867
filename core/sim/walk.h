/* A person who does not exist walks: footprints with known times and places, feet that roll over
 * heel and toe, and swing with a known clearance. For tests and
 * demonstrations; what it makes is always marked as synthetic.
 *
 * The foot is a rigid sole from heel to toe. In stance it turns about the heel until it is flat,
 * rests, then turns about the toe; in swing heel and pitch follow polynomials of fifth order that
 * join the stance in place and speed, except that the heel comes down with a speed of its own,
 * which the ground takes within a few milliseconds: the shock that real feet have. Angles and
 * shares of the cycle are of the order that textbooks show (Perry & Burnfield); nothing is fitted
 * to a recording. What is above the feet is in
 * walk_body.h. */
#ifndef EG_SIM_WALK_H
#define EG_SIM_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/motion/quaternion.h"

enum { EG_WALK_STEPS_MAX = 4000, EG_WALK_RISES_MAX = 64 };

/* Steps of a stair: the edge lies this far behind the heel that stands on the upper tread after
 * going up, and this far before the toe that stands there before going down. */
#define EG_WALK_NOSE_MM 30.0

/* Sides: 0 left, 1 right. Lengths mm, times s, angles deg. */
typedef struct eg_walk_person {
    size_t n_steps;        /* without the last, which brings the feet together if stand_after */
    double step_length[2]; /* of the foot that swings */
    double step_time[2];   /* from the other foot's strike to this one's */
    double double_support; /* s: from a strike to the other foot's off */
    double width;          /* between the heels */
    double clearance[2];   /* wanted; what comes out is in the plan */
    double length_sd, time_sd;
    double foot_length;               /* heel to tip; the toe marker sits at three quarters of it */
    double toe_out;                   /* each foot's heading outwards */
    double strike_pitch[2];           /* toe up at the strike; below 0: the forefoot lands first */
    double off_pitch;                 /* heel up at the off */
    double leg_length;                /* for the pelvis */
    double stand_before, stand_after; /* s; 0: the recording begins and ends in the walk */
    size_t turn_at, turn_steps;       /* from this step on, over so many steps ... */
    double turn_deg;                  /* the way turns by this, to the left */
    size_t n_rises;                   /* heights that steps go up (or down), */
    double rises[EG_WALK_RISES_MAX];  /* from step `rise_at` on, one for each step of a foot */
    size_t rise_at;
    double heading_deg; /* of the first step */
} eg_walk_person;

/* Somebody who walks at speed_m_s with this cadence; the rest is usual. */
eg_walk_person eg_walk_usual(double speed_m_s, double cadence_per_min);

/* A footprint. */
typedef struct eg_walk_step {
    int side;
    double strike_s, off_s; /* of this stance; -inf and +inf for the first and last standing */
    double heel_mm[3];      /* where the heel stands */
    double heading_rad;
    double lift_mm;      /* of the swing that led here */
    double clearance_mm; /* toe marker's least height in mid-swing over the higher ground; NaN
                            where the swing has no such minimum */
    double strike_pitch; /* rad */
} eg_walk_step;

/* A foot at a moment. Markers sit on the shoe: heel 40 mm, toe 30 mm above the sole. */
typedef struct eg_walk_foot {
    double heel_mm[3], toe_mm[3]; /* markers */
    double middle_mm[3];          /* on the instep, 60 mm above the sole, where a sensor sits */
    eg_quaternion turn;           /* foot (x forward, y left, z up) to earth */
    int is_down;
} eg_walk_foot;

/* The whole walk: steps[capacity] in order of their strikes, both first standing feet included.
 * EG_ERR_ARGUMENT for a person that cannot walk, EG_ERR_LIMIT for too many steps. */
EG_NODISCARD eg_err eg_walk_plan(const eg_walk_person *person, uint64_t seed, size_t capacity,
                                 eg_walk_step *steps, size_t *n_steps, double *duration_s,
                                 eg_diag *diag);

void eg_walk_foot_at(const eg_walk_person *person, size_t n, const eg_walk_step *steps, int side,
                     double t_s, eg_walk_foot *foot);

#endif
