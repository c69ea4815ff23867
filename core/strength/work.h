/* One contraction while it is measured: for trace.c and begin.c. */
#ifndef EG_STRENGTH_WORK_H
#define EG_STRENGTH_WORK_H

#include "core/strength/part.h"

#define STRENGTH_PEAK_WINDOW_S 0.02
#define STRENGTH_REST_NEEDED_S 0.2

typedef struct strength_work {
    const eg_strength_signal *signal;
    const eg_strength_span *span;
    const double *x;
    double rate_hz;
    strength_sums sums;
    eg_strength_trial *trial;
    size_t first, sure, half_way; /* samples, see set_range */
    double rest;                  /* level, roughly */
    double sample_noise;          /* with that of rounding */
    double quantum;
    strength_tremor tremor;    /* of the rest before */
    double swing;              /* how far tremor reaches */
    double onset, onset_error; /* samples */
    bool is_start_believed;
    bool has_rise; /* `rise` tells the force up to the sample rise_end */
    strength_rise rise;
    double rise_end;
} strength_work;

/* Tremor of up to 1.5 s of rest that ends some time before the contraction. */
strength_tremor strength_tremor_before(const strength_work *work, double end_s);

/* Where the force is last below `part` of the way to the peak, smoothed over 10 ms. */
size_t strength_last_below(const strength_work *work, double part);

/* Onset, level at the onset and, where it is known, the rise; the flag where there is no rest. */
void strength_find_begin(strength_work *work, eg_arena *arena);
size_t strength_begin_size(void); /* bytes of arena, however long the trace is */

#endif
