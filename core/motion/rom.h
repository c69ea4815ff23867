/* A range-of-motion test from the trace of one angle, whatever measured it: the range, the
 * repetitions, each with its speed, hold and smoothness.
 *
 * Segmentation comes first and is fixed: the trace is low-passed (6 Hz, zero-lag) and followed from
 * turning point to turning point; a swing counts from 5 deg, a quarter of the largest swing and six
 * times the noise on, whichever is most (so that drift and tremor make no repetitions). A
 * repetition runs from one low turning point over a peak to the next, in the direction of the
 * movement. Its way out begins where 5 % of the swing are left behind and the speed has come from
 * below 5 % of its peak, and ends where 95 % are reached and the speed falls below 5 % again;
 * smoothness and mean speed are of this part, from rest to rest.
 *
 * Limits: a movement slower than the drift of its sensor is drift; where speed never falls below
 * 5 % at the ends (a pendulum) the turning points themselves are taken. */
#ifndef EG_MOTION_ROM_H
#define EG_MOTION_ROM_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/motion/joint.h"

enum { EG_ROM_REPETITIONS_MAX = 64, EG_ROM_SAMPLES_MAX = 4000000, EG_ROM_TEXT_SIZE = 32 };

#define EG_ROM_CUT_OFF_HZ  6.0
#define EG_ROM_LEAST_DEG   5.0
#define EG_ROM_LEAST_SHARE 0.25 /* of the largest swing */
#define EG_ROM_GAP_S       0.25 /* missing samples up to so long are bridged by a straight line */
#define EG_ROM_HOLD_DEG    2.0  /* so near to the peak, or 3 % of the swing, is held */

typedef struct eg_rom_repetition {
    size_t begin, out, peak, back, end; /* samples: low before, start of the way out, largest angle,
                                           end of the hold, low after */
    int is_complete;                    /* comes back; else the trace ends at the top */
    double low_deg;                     /* before; in the direction of the movement */
    double peak_deg;
    double range_deg;        /* peak - low */
    double out_s;            /* duration of the way out */
    double mean_speed_deg_s; /* of the way out */
    double peak_speed_deg_s;
    double hold_s;
    double sparc, ldlj; /* of the way out; NaN where it is too short */
} eg_rom_repetition;

typedef struct eg_rom {
    size_t from, n;   /* the part of the trace that counts: the longest without a long gap */
    size_t n_bridged; /* samples */
    int is_whole;     /* nothing but missing ends was left out */
    double direction; /* +1: the movement is towards larger angles, -1 */
    double start_deg, end_deg; /* means of the first and last quarter of a second */
    double min_deg, max_deg;   /* of the low-passed trace, signs as given */
    double swing_deg;          /* least swing that counted */
    double noise_deg;          /* root mean square of what the low-pass took away */
    size_t n_repetitions;      /* kept */
    int is_full;               /* there were more than EG_ROM_REPETITIONS_MAX */
    double best_deg;           /* largest peak of the repetitions, in the trace's own sign */
    double mean_range_deg, sd_range_deg, cv_range; /* of the repetitions; NaN below 1, 2 */
    eg_rom_repetition repetitions[EG_ROM_REPETITIONS_MAX];
} eg_rom;

/* Bytes of arena for n samples; 0 if n is out of range. */
size_t eg_rom_size(size_t n);

/* angle_deg[n] with NaN where missing. `direction` +1, -1, or 0: towards the extreme that is
 * further from the start. filtered[n] (may be NULL) receives the low-passed trace, NaN outside the
 * part that counts. The angles of repetitions (low, peak, range, speed) are in the direction of the
 * movement, times -1 for direction -1. Errors: EG_ERR_ARGUMENT (rate not above 0), EG_ERR_DATA
 * (no second of trace without gap), EG_ERR_LIMIT, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_rom_measure(size_t n, const double *angle_deg, double rate_hz,
                                   double direction, double *filtered, eg_arena *arena, eg_rom *rom,
                                   eg_diag *diag);

/* Neutral-zero notation in whole degrees, the negative movement first: knee from -5 to 140 is
 * "5/0/140", from 10 to 140 (neutral is not reached) "0/10/140", from -60 to -20 "60/20/0". */
const char *eg_rom_neutral_zero(double min_deg, double max_deg, char text[EG_ROM_TEXT_SIZE]);

#endif
