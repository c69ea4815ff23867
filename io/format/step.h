/* The steps between rows that carry a time of their own: which rate they have, and whether they
 * have one. */
#ifndef EG_IO_FORMAT_STEP_H
#define EG_IO_FORMAT_STEP_H

#include "io/format/recording.h"

/* A step is regular between half and one and a half of the median step; a longer one is a gap if it
 * is a whole number of those. Any other is uneven: a few are exceptions, more are the rule. */
typedef struct eg_steps {
    double rate_hz;  /* of the regular steps, or where uneven ones are the rule of all; whole where
                        it is within 2e-4 of a whole number; NaN if time does not go on */
    size_t n;        /* steps forward that are no gaps */
    size_t n_uneven; /* 0 where they are exceptions */
    double least_s, most_s; /* of the n */
} eg_steps;

/* From t_s[n], where NaN is no time. Pure; linear but for the median, which takes 20000 steps. */
eg_steps eg_steps_of(const double *t_s, size_t n);

/* The median alone; NaN if time does not go on. */
double eg_steps_median(const double *t_s, size_t n);

/* A warning if uneven steps are the rule. */
void eg_steps_warn(const eg_steps *steps, eg_recording *recording);

#endif
