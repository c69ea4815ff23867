/* Rising from a chair and sitting down again, repetition by repetition, from a body (trunk.h):
 * five-times sit-to-stand, 30 s chair stand, and the transitions of a Timed Up and Go.
 *
 * Events (all in seconds from the first sample; edge.h finds them, at no threshold):
 *   start     the trunk begins to lean forward; without rest before, the turning point of its lean
 *   seat-off  the pelvis begins to rise
 *   standing  the pelvis has stopped rising
 *   leaving   the pelvis begins to sink
 *   seated    the pelvis has stopped sinking
 *   settled   the trunk has stopped moving back; without rest behind, the turning point of its lean
 * What a sensor on the trunk does when the trunk alone leans is told from the pelvis's rise by the
 * lean it saw itself. A repetition is a rise over at least 60 % of the usual one (the median of the
 * larger ones) and never less than 0.12 m; smaller ones that sink again are failed attempts. */
#ifndef EG_FUNCTION_STAND_H
#define EG_FUNCTION_STAND_H

#include "core/base/measure.h"
#include "core/function/trunk.h"

enum { EG_STANDS_MAX = 128, EG_ATTEMPTS_MAX = 64 };

#define EG_STAND_PART       0.6  /* of the usual rise: less is an attempt */
#define EG_STAND_RISE_MIN_M 0.12 /* no seat is so high */
#define EG_STAND_TRY_M      0.04 /* off the seat by less is no attempt */

typedef enum eg_stand_event {
    EG_STAND_START,
    EG_STAND_SEAT_OFF,
    EG_STAND_STANDING,
    EG_STAND_LEAVING,
    EG_STAND_SEATED,
    EG_STAND_SETTLED,
    EG_STAND_EVENTS
} eg_stand_event;

typedef struct eg_stand {
    double start_s, seat_off_s, standing_s;    /* start: NaN where no trunk is seen */
    double leaving_s, seated_s, settled_s;     /* NaN where it remains standing */
    double rise_m;                             /* of the pelvis */
    double lean_up_rad, lean_down_rad;         /* largest less upright, rising and sitting down */
    double velocity_up_m_s, velocity_down_m_s; /* peaks, both positive */
    double lean_rate_up_rad_s;                 /* quickest lean forward */
    double sd_s[EG_STAND_EVENTS]; /* of the six times; NaN where only a turning point is known */
} eg_stand;

typedef struct eg_attempt {
    double from_s, to_s;
    double part; /* of the usual rise, at its highest */
} eg_attempt;

typedef struct eg_stands {
    size_t n, n_attempts;
    eg_stand stands[EG_STANDS_MAX];
    eg_attempt attempts[EG_ATTEMPTS_MAX];
    double usual_m; /* median of the rises */
} eg_stands;

/* Finds them all; turns body->lean_rad forward and to 0 where the person stands, and levels the
 * height of an inertial sensor with what it found. EG_ERR_DATA: nobody rises (the diagnosis says
 * how far anything moved up); EG_ERR_LIMIT; EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_stand_find(eg_trunk *body, eg_arena *arena, eg_stands *stands,
                                  eg_diag *diag);

typedef enum eg_stand_stop { EG_STAND_STOP_SEATED, EG_STAND_STOP_STANDING } eg_stand_stop;

/* Time of n repetitions from start_s (NaN: from the first movement) until the n-th is seated or
 * standing. NaN with fewer. */
double eg_stand_time(const eg_stands *stands, size_t n, double start_s, eg_stand_stop stop);

/* Repetitions within `length_s` of start_s (NaN: first movement). One that is more than half way up
 * when time is over counts (CDC STEADI 2017, form of the 30 s chair stand). */
size_t eg_stand_count(const eg_trunk *body, const eg_stands *stands, double start_s,
                      double length_s);

/* Mean power of rising in W (Alcazar et al. 2018, Exp Gerontol 112:38, equation in section 2.4):
 * 0.9 g mass (height / 2 - chair) / (time / n / 2), time_s for n repetitions. NaN outside sense. */
double eg_stand_power(double mass_kg, double height_m, double chair_m, double time_s, size_t n);

#endif
