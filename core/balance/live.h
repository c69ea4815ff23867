/* Balance while it happens: position, path, velocity and ellipse of a running trial, one sample at
 * a time, in constant time and memory. After any number of samples, in blocks of any size, the
 * figures equal those of eg_sway_measure and eg_sway_cloud_of over the same samples to 1e-9. */
#ifndef EG_BALANCE_LIVE_H
#define EG_BALANCE_LIVE_H

#include <stddef.h>

#include "core/base/err.h"
#include "core/signal/filter.h"

/* Zero is not a valid state: eg_live_start first. Owns nothing. */
typedef struct eg_live {
    double rate_hz;
    int filtered; /* samples pass the causal low-pass first */
    eg_filter filter;
    eg_filter_state state[2];
    size_t samples;    /* seen, missing ones included */
    size_t missing;    /* NaN samples: they take time but have no place */
    size_t n;          /* with a place */
    double ml, ap;     /* the last place, filtered */
    double v_ml, v_ap; /* velocity of the last step, mm/s */
    double path, path_ml, path_ap;
    double mean_ml, mean_ap;         /* running means */
    double sum_ml, sum_ap, sum_both; /* running sums of squared deviations and of products */
    double min_ml, max_ml, min_ap, max_ap;
} eg_live;

/* What a screen shows. Lengths in mm. NaN where there are too few samples. */
typedef struct eg_live_view {
    double time_s;               /* since the first sample */
    double ml_mm, ap_mm;         /* where the centre of pressure is */
    double v_ml_mm_s, v_ap_mm_s; /* the last step's velocity */
    double mean_ml_mm, mean_ap_mm;
    double path_mm, path_ml_mm, path_ap_mm;
    double velocity_mm_s; /* path over time */
    double range_ml_mm, range_ap_mm;
    double area_mm2;           /* of the 95 % prediction ellipse */
    double major_mm, minor_mm; /* its semi-axes */
    double angle_deg;          /* of the longer one: 0 front, 90 right */
    size_t missing;
} eg_live_view;

/* lowpass_hz 0: samples are taken as they are. Otherwise a causal second-order Butterworth, which
 * delays by about 0.23 / lowpass_hz seconds; EG_ERR_ARGUMENT unless it is below half the rate. */
EG_NODISCARD eg_err eg_live_start(eg_live *live, double rate_hz, double lowpass_hz, eg_diag *diag);

/* Takes n samples of both axes, mm; NaN in either axis means missing. */
void eg_live_feed(eg_live *live, size_t n, const double *ml_mm, const double *ap_mm);

/* The figures up to now. Cost: constant, a few microseconds. */
eg_live_view eg_live_look(const eg_live *live);

#endif
