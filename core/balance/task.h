/* Balance tasks: limits of stability, weight shift, sit-to-stand and timed holds. Their inputs are
 * clean signals (gate.h judges them), their settings have no clinical thresholds: those belong to
 * knowledge/. The same functions serve standing and sitting; only targets and norms differ. No open
 * recording of these tasks exists, so they are tested on made signals with known answers, and their
 * repeatability (MDC) is unknown. */
#ifndef EG_BALANCE_TASK_H
#define EG_BALANCE_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/balance/sway.h"
#include "core/balance/trial.h"
#include "core/base/err.h"
#include "core/base/measure.h"

/* Measures of the tasks: los.*, shift.*, rise.*, hold.*. */
extern const eg_measure_table eg_task_measures;

enum { EG_TASK_DIRECTIONS = 8, EG_TASK_EXCURSIONS_MAX = 16 };

/* Towards a target and as far as one can. Directions in degrees: 0 front, 90 right, 180 back, 270
 * left. */
typedef struct eg_reach_settings {
    double direction_deg;
    double target_mm;      /* distance of the target from the start: 100 % */
    size_t cue;            /* sample at which the target lit up */
    double onset_fraction; /* movement has begun when this part of target_mm is covered; 0.05 */
} eg_reach_settings;

/* A reach that never began has began = false and NaN everywhere but maximum_percent. */
typedef struct eg_reach {
    bool began;
    double reaction_s;       /* from the cue to the onset */
    double velocity_mm_s;    /* mean, between 5 % and 95 % of the way to the endpoint */
    double endpoint_percent; /* of target_mm, where the first movement towards the target ends */
    double maximum_percent;  /* of target_mm, farthest towards the target in the whole trial */
    double control_percent;  /* directional control up to the endpoint: 100 (on - off) / on */
    double maximum_mm;       /* the same as maximum_percent in millimetres */
} eg_reach;

/* The start is the mean of the half second before the cue (all there is, if less). `signal` is COP
 * or COG in mm; low-pass it first. on = way towards the target less way back, off = way across;
 * both from onset to endpoint. EG_ERR_ARGUMENT for a cue outside the signal or target_mm <= 0.
 * Source: NeuroCom's definitions of the limits of stability test. Cost: O(n). */
EG_NODISCARD eg_err eg_task_reach(const eg_sway_signal *signal, const eg_reach_settings *settings,
                                  eg_reach *reach, eg_diag *diag);

/* Several directions together; reaches that never began count as 0 % and are left out of the
 * times. */
typedef struct eg_reach_summary {
    size_t began;
    double reaction_s, velocity_mm_s;
    double endpoint_percent, maximum_percent, control_percent;
    double area_mm2; /* of the octagon through the farthest points; NaN unless n is 8 */
} eg_reach_summary;

/* The area takes it that the eight directions follow each other in steps of 45 degrees. n > 0. */
eg_reach_summary eg_task_reach_summary(const eg_reach *reaches, size_t n);

/* Out from where the person rests and back again, as it lies in the trace. Samples. */
typedef struct eg_excursion {
    size_t onset;         /* the speed leaves the rest band */
    size_t peak;          /* farthest from the start */
    size_t end;           /* back near the start; n if the recording ends before */
    double direction_deg; /* from the start to the peak, 0 up to 360 */
    double distance_mm;   /* of the peak from the start, which is the mean of the half second before
                             the onset */
} eg_excursion;

/* Finds at most `n_max` excursions, in the order of time; returns how many. Home is the median of
 * either axis. An excursion is where the signal comes farther from home than 3/10 of its farthest
 * and goes on until it is nearer than 3/20. Its onset is sought backwards from there: the speed
 * (over 0.1 s) is within the rest band for a tenth of a second, that is at most three times its
 * median near home and not under a fiftieth of its greatest. Needs someone who is at home for half
 * of the time; a person must look at what was found. Cost: O(n log n). `scratch` is [4 n]. */
size_t eg_task_find_excursions(const eg_sway_signal *signal, double *scratch,
                               eg_excursion *excursions, size_t n_max);

/* Rhythmic shift of weight between two sides. */
typedef struct eg_shift_settings {
    double direction_deg; /* of the axis: 90 is left and right, 0 is front and back */
    double target_mm;     /* distance between the two targets */
    double period_s;      /* of the pacing, there and back; NaN if self-paced */
} eg_shift_settings;

typedef struct eg_shift {
    size_t turns;                /* reversals along the axis of more than a tenth of target_mm */
    double velocity_mm_s;        /* mean speed along the axis */
    double control_percent;      /* 100 (on - off) / on */
    double amplitude_percent;    /* mean distance between turns, of target_mm */
    double period_s;             /* mean of there and back; NaN with fewer than three turns */
    double period_cv_percent;    /* its variation; NaN with fewer than four turns */
    double period_error_percent; /* (period - pacing) / pacing; NaN if self-paced */
} eg_shift;

EG_NODISCARD eg_err eg_task_shift(const eg_sway_signal *signal, const eg_shift_settings *settings,
                                  eg_shift *shift, eg_diag *diag);

/* Standing up from a chair with the feet on plates. Forces in newtons, [n]; `seat` may be NULL. */
typedef struct eg_rise_signals {
    const double *feet_n;  /* vertical force under both feet */
    const double *seat_n;  /* on the seat plate, or NULL */
    const double *right_n; /* under the right foot, or NULL */
    const double *left_n;  /* under the left foot, or NULL */
    const double *ml_mm;   /* net centre of pressure under the feet, or NULL */
    const double *ap_mm;
    size_t n;
    double rate_hz;
} eg_rise_signals;

typedef struct eg_rise_settings {
    double
        body_weight_n; /* NaN: taken from the last second, in which the person must stand still */
    double onset_fraction;  /* of body weight by which feet_n leaves its resting level; 0.05 */
    double settle_fraction; /* feet_n within this part of body weight counts as settled; 0.05 */
    double settle_s;        /* for this long; 0.5 */
    double seat_off_n;      /* seat plate below this: seat-off; 20 */
    double sway_s;          /* of standing after settling in which sway is measured; 5 */
} eg_rise_settings;

typedef struct eg_rise {
    bool rose;                             /* seat-off and settling were found */
    size_t onset, seat_off, peak, settled; /* samples */
    double body_weight_n;
    double transfer_s;         /* onset to seat-off */
    double rise_s;             /* onset to settled */
    double peak_percent;       /* largest feet_n, of body weight */
    double rate_percent_s;     /* steepest rise of feet_n over 50 ms, of body weight per second */
    double sway_mm_s;          /* mean velocity of the COP after settling; NaN without COP */
    double load_right_percent; /* mean from onset to settled; NaN without both feet */
    double asymmetry_percent;  /* 100 |R - L| / (R + L) of the same */
} eg_rise;

eg_rise_settings eg_task_rise_defaults(void);

/* Without a seat plate seat-off is the moment at which the feet first carry the whole weight. The
 * trial begins seated (half a second of rest) and ends standing. EG_ERR_RANGE when it is shorter
 * than two seconds, EG_ERR_ARGUMENT for settings outside their ranges. */
EG_NODISCARD eg_err eg_task_rise(const eg_rise_signals *signals, const eg_rise_settings *settings,
                                 eg_rise *rise, eg_diag *diag);

/* How long a stance was held. */
typedef enum eg_hold_end {
    EG_HOLD_WHOLE_TRIAL, /* until the recording ended */
    EG_HOLD_TOUCH,       /* the lifted foot came down */
    EG_HOLD_SUPPORT,     /* a hand or another body part took weight, or the person stepped off */
    EG_HOLD_STEP,        /* the centre of pressure jumped: a step within the plate */
    EG_HOLD_NEVER        /* the stance was never taken up */
} eg_hold_end;

typedef struct eg_hold_settings {
    double body_weight_n;    /* NaN: median of the net force */
    double touch_fraction;   /* lifted foot above this part of body weight: down; 0.05 */
    double support_fraction; /* net force off body weight by more than this ... ; 0.15 */
    double support_s;        /* ... for longer than this; 0.2 */
    double step_mm;          /* COP moves farther than this within 0.1 s: a step; 80 */
} eg_hold_settings;

typedef struct eg_hold {
    eg_hold_end end;
    size_t start, stop; /* samples; the stance was held over [start, stop) */
    double held_s;
    double velocity_mm_s; /* mean velocity of the COP meanwhile; NaN if shorter than 1 s */
} eg_hold;

eg_hold_settings eg_task_hold_defaults(void);

/* Single-leg stance with two plates starts when the lifted foot's plate is empty for 0.2 s; with
 * one plate, and for tandem, it starts with the recording. Which foot is lifted follows from
 * trial->condition.stance. Net force and COP must be there, else EG_ERR_MISSING. */
EG_NODISCARD eg_err eg_task_hold(const eg_cop_trial *trial, const eg_hold_settings *settings,
                                 eg_hold *hold, eg_diag *diag);

#endif
