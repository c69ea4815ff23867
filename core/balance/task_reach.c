/* Limits of stability and rhythmic weight shift: movement along an axis and across it. */
#include <math.h>

#include "core/balance/task.h"
#include "core/base/check.h"
#include "core/base/real.h"

/* The axis of a direction: along = ml * sine + ap * cosine. */
typedef struct axis {
    double sine, cosine;
    double ml_0, ap_0; /* origin */
} axis;

static axis axis_of(double direction_deg) {
    axis a = {0};
    eg_sincos(direction_deg * EG_PI / 180.0, &a.sine, &a.cosine);
    return a;
}

static double along(const axis *a, const eg_sway_signal *signal, size_t i) {
    return (signal->ml[i] - a->ml_0) * a->sine + (signal->ap[i] - a->ap_0) * a->cosine;
}

static double across(const axis *a, const eg_sway_signal *signal, size_t i) {
    return (signal->ml[i] - a->ml_0) * a->cosine - (signal->ap[i] - a->ap_0) * a->sine;
}

/* Mean place of the half second before the cue; the cue's own sample if there is nothing before. */
static void start_at_rest(axis *a, const eg_sway_signal *signal, size_t cue) {
    size_t half = (size_t)(0.5 * signal->rate_hz);
    size_t first = cue > half ? cue - half : 0;
    size_t past = cue > first ? cue : cue + 1;
    double ml = 0.0;
    double ap = 0.0;
    for (size_t i = first; i < past; i++) {
        ml += signal->ml[i];
        ap += signal->ap[i];
    }
    a->ml_0 = ml / (double)(past - first);
    a->ap_0 = ap / (double)(past - first);
}

/* The first movement ends where the way towards the target turns back by more than a tenth of what
 * was covered, or stays for a quarter of a second without new ground; its endpoint is the farthest
 * point before that. */
static size_t find_endpoint(const axis *a, const eg_sway_signal *signal, size_t onset,
                            double threshold) {
    size_t patience = (size_t)(0.25 * signal->rate_hz) + 1;
    size_t best = onset;
    double farthest = along(a, signal, onset);
    for (size_t i = onset + 1; i < signal->n; i++) {
        double here = along(a, signal, i);
        if (here > farthest + 0.02 * threshold) {
            farthest = here;
            best = i;
        } else if (here < 0.9 * farthest || i - best >= patience) {
            break;
        }
    }
    return best;
}

/* The first sample after the cue at or beyond the threshold; n if there is none. */
static size_t find_onset(const axis *a, const eg_sway_signal *signal, size_t cue,
                         double threshold) {
    for (size_t i = cue; i < signal->n; i++) {
        if (along(a, signal, i) >= threshold) return i;
    }
    return signal->n;
}

/* Time at which `goal` was passed between two samples, by a straight line. */
static double passing_time(const axis *a, const eg_sway_signal *signal, size_t first, size_t last,
                           double goal) {
    for (size_t i = first; i < last; i++) {
        double before = along(a, signal, i);
        double after = along(a, signal, i + 1);
        if (before < goal && after >= goal) {
            return ((double)i + (goal - before) / (after - before)) / signal->rate_hz;
        }
    }
    return (double)first / signal->rate_hz;
}

static double control(const axis *a, const eg_sway_signal *signal, size_t first, size_t last) {
    double on = 0.0;
    double off = 0.0;
    for (size_t i = first; i < last; i++) {
        on += along(a, signal, i + 1) - along(a, signal, i);
        off += fabs(across(a, signal, i + 1) - across(a, signal, i));
    }
    return on > 0.0 ? 100.0 * (on - off) / on : (double)NAN;
}

eg_err eg_task_reach(const eg_sway_signal *signal, const eg_reach_settings *settings,
                     eg_reach *reach, eg_diag *diag) {
    EG_ASSERT(signal != NULL && settings != NULL && reach != NULL);
    if (settings->cue >= signal->n || signal->n < 2 || !(settings->target_mm > 0.0) ||
        !(settings->onset_fraction > 0.0 && settings->onset_fraction < 1.0)) {
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "a reach needs a cue within the recording, a target farther than 0 and "
                           "an onset between 0 and 1");
    }
    axis a = axis_of(settings->direction_deg);
    start_at_rest(&a, signal, settings->cue);
    double farthest = 0.0;
    for (size_t i = settings->cue; i < signal->n; i++) {
        farthest = fmax(farthest, along(&a, signal, i));
    }
    *reach = (eg_reach){.reaction_s = NAN,
                        .velocity_mm_s = NAN,
                        .endpoint_percent = NAN,
                        .maximum_percent = 100.0 * farthest / settings->target_mm,
                        .control_percent = NAN,
                        .maximum_mm = farthest};
    double threshold = settings->onset_fraction * settings->target_mm;
    size_t onset = find_onset(&a, signal, settings->cue, threshold);
    if (onset == signal->n) return EG_OK;
    size_t endpoint = find_endpoint(&a, signal, onset, threshold);
    size_t before = onset > settings->cue ? onset - 1 : onset;
    double reached = along(&a, signal, endpoint);
    double early = passing_time(&a, signal, settings->cue, endpoint, 0.05 * reached);
    double late = passing_time(&a, signal, settings->cue, endpoint, 0.95 * reached);
    double cue_s = (double)settings->cue / signal->rate_hz;
    reach->began = true;
    reach->reaction_s = passing_time(&a, signal, before, onset, threshold) - cue_s;
    reach->velocity_mm_s = late > early ? 0.9 * reached / (late - early) : (double)NAN;
    reach->endpoint_percent = 100.0 * reached / settings->target_mm;
    reach->control_percent = control(&a, signal, before, endpoint);
    return EG_OK;
}

eg_reach_summary eg_task_reach_summary(const eg_reach *reaches, size_t n) {
    EG_ASSERT(reaches != NULL && n > 0);
    eg_reach_summary sum = {0};
    const double sine_45 = 0.70710678118654757;
    for (size_t k = 0; k < n; k++) {
        const eg_reach *reach = &reaches[k];
        const eg_reach *next = &reaches[(k + 1) % n];
        sum.maximum_percent += reach->maximum_percent / (double)n;
        sum.area_mm2 += 0.5 * reach->maximum_mm * next->maximum_mm * sine_45;
        if (!reach->began) continue;
        sum.began++;
        sum.reaction_s += reach->reaction_s;
        sum.velocity_mm_s += reach->velocity_mm_s;
        sum.control_percent += reach->control_percent;
        sum.endpoint_percent += reach->endpoint_percent / (double)n;
    }
    double count = (double)sum.began; /* 0 / 0 is NaN: nothing to average */
    sum.reaction_s /= count;
    sum.velocity_mm_s /= count;
    sum.control_percent /= count;
    if (n != EG_TASK_DIRECTIONS) sum.area_mm2 = (double)NAN;
    return sum;
}

/* Turns along the axis, found with a dead band so that tremor does not count, and what they say. */
typedef struct turns {
    size_t count;
    double amplitude_sum; /* over the ways between successive turns */
    double last_place;
    double times_s[3]; /* of the last three turns, the newest first */
    size_t periods;
    double period_mean, period_square; /* Welford */
} turns;

static void add_turn(turns *t, double place, double time_s) {
    if (t->count > 0) t->amplitude_sum += fabs(place - t->last_place);
    t->times_s[2] = t->times_s[1];
    t->times_s[1] = t->times_s[0];
    t->times_s[0] = time_s;
    t->last_place = place;
    t->count++;
    if (t->count < 3) return;
    double period_s = t->times_s[0] - t->times_s[2];
    t->periods++;
    double before = period_s - t->period_mean;
    t->period_mean += before / (double)t->periods;
    t->period_square += before * (period_s - t->period_mean);
}

static turns find_turns(const axis *a, const eg_sway_signal *signal, double band_mm) {
    turns t = {0};
    double low = along(a, signal, 0);
    double high = low;
    size_t low_at = 0;
    size_t high_at = 0;
    int heading = 0; /* 1 away, -1 back, 0 not known yet */
    for (size_t i = 1; i < signal->n; i++) {
        double here = along(a, signal, i);
        if (here > high) {
            high = here;
            high_at = i;
        }
        if (here < low) {
            low = here;
            low_at = i;
        }
        if (heading >= 0 && here < high - band_mm) {
            if (heading > 0) add_turn(&t, high, (double)high_at / signal->rate_hz);
            heading = -1;
            low = here;
            low_at = i;
        } else if (heading <= 0 && here > low + band_mm) {
            if (heading < 0) add_turn(&t, low, (double)low_at / signal->rate_hz);
            heading = 1;
            high = here;
            high_at = i;
        }
    }
    return t;
}

eg_err eg_task_shift(const eg_sway_signal *signal, const eg_shift_settings *settings,
                     eg_shift *shift, eg_diag *diag) {
    EG_ASSERT(signal != NULL && settings != NULL && shift != NULL);
    if (signal->n < 2 || !(settings->target_mm > 0.0)) {
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "a weight shift needs targets that lie apart and a recording");
    }
    axis a = axis_of(settings->direction_deg);
    double on = 0.0;
    double off = 0.0;
    for (size_t i = 0; i + 1 < signal->n; i++) {
        on += fabs(along(&a, signal, i + 1) - along(&a, signal, i));
        off += fabs(across(&a, signal, i + 1) - across(&a, signal, i));
    }
    turns t = find_turns(&a, signal, 0.1 * settings->target_mm);
    double unknown = (double)NAN;
    double duration_s = (double)(signal->n - 1) / signal->rate_hz;
    *shift = (eg_shift){
        .turns = t.count,
        .velocity_mm_s = on / duration_s,
        .control_percent = on > 0.0 ? 100.0 * (on - off) / on : unknown,
        .amplitude_percent =
            t.count > 1 ? 100.0 * t.amplitude_sum / (double)(t.count - 1) / settings->target_mm
                        : unknown,
        .period_s = t.periods > 0 ? t.period_mean : unknown,
        .period_cv_percent =
            t.periods > 1 ? 100.0 * sqrt(t.period_square / (double)(t.periods - 1)) / t.period_mean
                          : unknown,
        .period_error_percent =
            t.periods > 0 ? 100.0 * (t.period_mean - settings->period_s) / settings->period_s
                          : unknown,
    };
    return EG_OK;
}
