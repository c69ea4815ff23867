/* The body above the feet of a made walker (walk.h): pelvis and shanks, as physics and the feet's
 * contacts make them move, for markers and inertial sensors that are not worn on a foot.
 *
 *   ground    each foot bears its share of the weight, which goes over from one to the other in
 *             double support; its point of pressure rolls from the heel to the ball
 *   way       the body's mass over that point is a linear inverted pendulum (Kajita, Kanehiro,
 *             Kaneko, Yokoi & Hirukawa 2001, Proc IEEE/RSJ IROS 1:239): x'' = g / h (x - p). Its
 *             only solution that falls nowhere is p smoothed by a double exponential, so that what
 *             a person does before the first and after the last step follows, too
 *   height    the leg that bears is as long as it is: arcs over the points of pressure
 *   shock     each strike sets a damped resonance off, along the line from the foot to the body
 *   turns     the pelvis goes forward with the foot that is ahead, sinks on the side that bears
 *             nothing, and leans forward with its own braking
 *   shank     between ankle, which the foot carries, and hip, with a thigh that closes the chain
 *
 * Nothing here knows how steps are looked for. It is still a model: trunk and soft tissue do not
 * wobble, knees give no more than geometry asks for, and nobody's pelvis is quite this regular. */
#ifndef EG_SIM_WALK_BODY_H
#define EG_SIM_WALK_BODY_H

#include "core/base/arena.h"
#include "core/sim/walk.h"

#define EG_WALK_BODY_RATE_HZ 1000.0 /* of the grid on which the pelvis is known */

typedef enum eg_walk_part {
    EG_WALK_LEFT_FOOT,
    EG_WALK_RIGHT_FOOT,
    EG_WALK_PELVIS, /* at the back of it, where a belt holds a sensor */
    EG_WALK_LEFT_SHANK,
    EG_WALK_RIGHT_SHANK
} eg_walk_part;

typedef struct eg_walk_body {
    const eg_walk_person *person; /* the caller's, as the steps */
    const eg_walk_step *steps;
    size_t n_steps, n;
    double *place_mm[3]; /* [n] middle of the pelvis; in the arena, as all below */
    double *heading_rad; /* [n] of the walk, smooth over a stride */
    double *turn_rad[3]; /* [n] of the pelvis against it: list (left up), lean (forward), turn to
                            the left */
} eg_walk_body;

/* Bytes of arena for so long a walk. */
size_t eg_walk_body_bytes(double duration_s);

/* From 0 to duration_s. EG_ERR_MEMORY; EG_ERR_ARGUMENT for no duration. The arena keeps it. */
EG_NODISCARD eg_err eg_walk_body_build(const eg_walk_person *person, size_t n_steps,
                                       const eg_walk_step *steps, double duration_s,
                                       eg_walk_body *body, eg_arena *arena, eg_diag *diag);

/* Where a part is and how it is turned (x forward, y left, z up, to earth): of the feet the instep,
 * of a shank the middle. */
void eg_walk_part_at(const eg_walk_body *body, eg_walk_part part, double t_s, double place_mm[3],
                     eg_quaternion *turn);

/* Middle of the pelvis: what four markers on its spines would give. */
void eg_walk_pelvis_at(const eg_walk_body *body, double t_s, double place_mm[3]);

/* Joint centres: hip, knee and ankle, for markers. */
void eg_walk_leg_at(const eg_walk_body *body, int side, double t_s, double joints_mm[3][3]);

/* What a sensor on the part feels: specific force m/s2 and angular rate rad/s in its own axes,
 * which `mount` turns into those of the part. Means over the time between two samples, as a sensor
 * with a filter before its converter gives them. No noise. */
void eg_walk_sensor_at(const eg_walk_body *body, eg_walk_part part, eg_quaternion mount,
                       double rate_hz, double t_s, double acc[3], double gyr[3]);

#endif
