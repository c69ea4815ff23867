/* One sensor at the lower back or on a shank against what is known: a made walker's footprints, and
 * the force plates of real recordings, with sensors made of the markers there. For tests. */
#ifndef EG_TESTS_SUPPORT_GAIT_SINGLE_H
#define EG_TESTS_SUPPORT_GAIT_SINGLE_H

#include "core/gait/imu_back.h"
#include "core/gait/imu_shank.h"
#include "core/sim/walk_body.h"
#include "io/format/recording.h"

enum { STEPS = 400 };

/* Values [6][n] in `block`, which the caller frees. */
typedef struct sensor {
    size_t n;
    double *block;
    eg_orient_signal signal;
} sensor;

/* A usual person's walk. `grid` is the caller's to free; the rest points into this struct. */
typedef struct single_walk {
    eg_walk_person person;
    eg_walk_step steps[STEPS];
    eg_walk_body body;
    double duration_s;
    void *grid;
} single_walk;

void single_walk_make(double speed_m_s, double steps_a_minute, single_walk *walk);

/* What a sensor on a part feels, with noise and bias. */
sensor single_feel(const eg_walk_body *body, eg_walk_part part, double duration_s, double rate_hz,
                   eg_quaternion mount);

/* The sensor as a file would hold it, in rad/s and m/s2; borrows its values. */
eg_recording single_recording(const sensor *s, const char *const labels[6], eg_channel channels[6]);

/* `memory` holds the arrays of `back`; the caller frees it. */
eg_err single_back(const eg_orient_signal *s, double leg_mm, eg_gait_contact *c, size_t *n,
                   eg_gait_back *back, void **memory, eg_diag *diag);
eg_err single_shank(const eg_orient_signal *s, int side, eg_gait_contact *c, size_t *n,
                    eg_gait_shank *shank, eg_diag *diag);

/* How many of the contacts are strikes. */
size_t single_strikes(size_t n, const eg_gait_contact *c);

/* Of the steady part, by the measures' own rules. */
double single_cadence(size_t n, const eg_gait_contact *c, double duration_s);

/* What made walkers must hold: medians, ms; cadence as a part; 95 % of the offs, ms, 0: any. */
typedef struct single_limits {
    double strike_ms, off_ms, cadence, off_most_ms;
} single_limits;

/* On stairs: four up, two level, four down, within a level walk. Forefoot: it lands first. */
typedef enum single_style {
    SINGLE_EVEN,
    SINGLE_UNEVEN,
    SINGLE_TURNING,
    SINGLE_STAIRS,
    SINGLE_FOREFOOT
} single_style;

/* Twelve made walks of a style, four speeds at three rates and mountings: prints each, checks.
 * Returns in how many the number of strikes is not that of the footprints. */
size_t single_made(single_style style, int is_back, single_limits limits);

/* So many walks of persons drawn at random, a sensor on each shank; at the back: level, from 0.5
 * m/s on, and with a double support that grows as people slow down. As above. */
size_t single_drawn(size_t n_walks, int is_back, single_limits limits);

/* The six real recordings: prints each event, checks. */
void single_real(int is_back);

#endif
