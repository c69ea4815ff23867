#include "core/balance/live.h"

#include "core/balance/sway.h"
#include "core/base/check.h"
#include "core/base/real.h"

eg_err eg_live_start(eg_live *live, double rate_hz, double lowpass_hz, eg_diag *diag) {
    *live = (eg_live){.rate_hz = rate_hz, .filtered = lowpass_hz > 0.0};
    if (!(rate_hz > 0.0) || !isfinite(rate_hz)) {
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0, "a sampling rate is above 0 Hz");
    }
    if (!live->filtered) return EG_OK;
    return eg_filter_butterworth(&live->filter, EG_FILTER_LOW_PASS, 2, 0.0, lowpass_hz, rate_hz,
                                 diag);
}

static double filtered(eg_live *live, int axis, double x) {
    if (!live->filtered) return x;
    double y;
    if (live->n == 0) eg_filter_settle(&live->filter, x, &live->state[axis]);
    eg_filter_run(&live->filter, &live->state[axis], 1, &x, &y);
    return y;
}

static void feed_one(eg_live *live, double ml_mm, double ap_mm) {
    live->samples++;
    if (!isfinite(ml_mm) || !isfinite(ap_mm)) {
        live->missing++;
        return;
    }
    double ml = filtered(live, 0, ml_mm);
    double ap = filtered(live, 1, ap_mm);
    if (live->n == 0) {
        live->min_ml = live->max_ml = ml;
        live->min_ap = live->max_ap = ap;
    } else {
        double step_ml = ml - live->ml;
        double step_ap = ap - live->ap;
        live->path += sqrt(step_ml * step_ml + step_ap * step_ap);
        live->path_ml += fabs(step_ml);
        live->path_ap += fabs(step_ap);
        live->v_ml = step_ml * live->rate_hz;
        live->v_ap = step_ap * live->rate_hz;
    }
    live->n++;
    double count = (double)live->n;
    double before_ml = ml - live->mean_ml;
    double before_ap = ap - live->mean_ap;
    live->mean_ml += before_ml / count;
    live->mean_ap += before_ap / count;
    live->sum_ml += before_ml * (ml - live->mean_ml);
    live->sum_ap += before_ap * (ap - live->mean_ap);
    live->sum_both += before_ml * (ap - live->mean_ap);
    live->min_ml = fmin(live->min_ml, ml);
    live->max_ml = fmax(live->max_ml, ml);
    live->min_ap = fmin(live->min_ap, ap);
    live->max_ap = fmax(live->max_ap, ap);
    live->ml = ml;
    live->ap = ap;
}

void eg_live_feed(eg_live *live, size_t n, const double *ml_mm, const double *ap_mm) {
    EG_ASSERT(live->rate_hz > 0.0);
    for (size_t i = 0; i < n; i++) feed_one(live, ml_mm[i], ap_mm[i]);
}

static void look_at_ellipse(const eg_live *live, eg_live_view *view) {
    if (live->n < 3) {
        view->area_mm2 = view->major_mm = view->minor_mm = view->angle_deg = (double)NAN;
        return;
    }
    double divisor = (double)(live->n - 1);
    eg_sway_cloud cloud = {.var_ml = live->sum_ml / divisor,
                           .var_ap = live->sum_ap / divisor,
                           .covariance = live->sum_both / divisor};
    eg_sway_principal_axes(&cloud);
    double factor = eg_sway_prediction_factor(live->n);
    view->major_mm = sqrt(cloud.major * factor);
    view->minor_mm = sqrt(cloud.minor * factor);
    view->area_mm2 = EG_PI * view->major_mm * view->minor_mm;
    view->angle_deg = eg_atan2(cloud.direction_ml, cloud.direction_ap) * 180.0 / EG_PI;
}

eg_live_view eg_live_look(const eg_live *live) {
    double time_s = live->samples > 0 ? (double)(live->samples - 1) / live->rate_hz : 0.0;
    double nothing = (double)NAN;
    int some = live->n > 0;
    eg_live_view view = {
        .time_s = time_s,
        .ml_mm = some ? live->ml : nothing,
        .ap_mm = some ? live->ap : nothing,
        .v_ml_mm_s = live->n > 1 ? live->v_ml : nothing,
        .v_ap_mm_s = live->n > 1 ? live->v_ap : nothing,
        .mean_ml_mm = some ? live->mean_ml : nothing,
        .mean_ap_mm = some ? live->mean_ap : nothing,
        .path_mm = live->path,
        .path_ml_mm = live->path_ml,
        .path_ap_mm = live->path_ap,
        .velocity_mm_s = time_s > 0.0 ? live->path / time_s : nothing,
        .range_ml_mm = live->max_ml - live->min_ml,
        .range_ap_mm = live->max_ap - live->min_ap,
        .missing = live->missing,
    };
    look_at_ellipse(live, &view);
    return view;
}
