/* The resampler of the profile quijoux2021: sliding windows weighted averaged interpolation
 * (SWARII), made for boards with uneven time stamps. It is kept with its quirks because 72
 * published variables stand on it; our own profile does not use it (it takes 1.5-9 % off the path
 * length).
 *
 * Quirks: the first and the last sample and everything before 0.1 s are dropped; a jump of more
 * than 2 cm (ML + AP) that comes back to within 0.5 cm after one or two samples is dropped; the
 * window is 0.08 s less one microsecond, open on both sides; output times are accumulated.
 *
 * Source: Audiffren and Contal 2016, Sensors 16:1208; defaults of Quijoux et al. 2021. */
#ifndef EG_BALANCE_SWARII_H
#define EG_BALANCE_SWARII_H

#include <stddef.h>

/* Most samples that eg_swarii_resample can give for a recording of this duration. */
size_t eg_swarii_size(double duration_s);

/* A recording in centimetres, and room for what is kept of it. */
typedef struct eg_swarii_signal {
    double *t_s;   /* [n] strictly increasing, from 0; overwritten */
    double *ml_cm; /* [n] overwritten */
    double *ap_cm; /* [n] overwritten */
    size_t n;
} eg_swarii_signal;

/* Resamples to 25 Hz. `signal` is used up: on return it holds the kept samples. Writes at most
 * `capacity` samples to ml_cm and ap_cm (t_s is scratch of the same size) and returns their number,
 * 0 if nothing is left. Cost: O(n). */
size_t eg_swarii_resample(eg_swarii_signal *signal, double *t_s, double *ml_cm, double *ap_cm,
                          size_t capacity);

#endif
