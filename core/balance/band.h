/* Numbers of a power spectrum within a band. */
#ifndef EG_BALANCE_BAND_H
#define EG_BALANCE_BAND_H

#include <stddef.h>

typedef struct eg_band {
    double power;      /* sum of the densities (times nothing), L^2/Hz */
    double below_half; /* the same up to 0.5 Hz */
    double half_to_two;
    double above_two;
    double f50_hz, f95_hz; /* first bin where the running sum reaches half, 95 % */
    double mode_hz;        /* bin of the largest density, the first of equals */
    double mean_hz;        /* first moment over zeroth */
    double centroid_hz;    /* root of second moment over zeroth */
    double dispersion;     /* sqrt(1 - m1^2 / (m0 m2)), 0 for a pure tone */
    double quotient;       /* above 2 Hz over up to 2 Hz */
} eg_band;

/* density[i] belongs to bin first_bin + i, which lies at (first_bin + i) * step_hz. */
eg_band eg_band_measure(const double *density, size_t first_bin, size_t n, double step_hz);

/* First and one past the last bin with low <= f <= high on a grid. */
void eg_band_bins(double low_hz, double high_hz, double step_hz, size_t limit, size_t *first,
                  size_t *past);

#endif
