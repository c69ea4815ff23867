/* Swings of a foot, and their two ends looked at closely. */
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/gait/track_part.h"

/* Vertical speed and acceleration, times the rate (squared): only their extrema matter. */
static double slope(const double *x, size_t i) {
    return 0.5 * (x[i + 1] - x[i - 1]);
}

static double bend(const double *x, size_t i) {
    return x[i + 1] - 2.0 * x[i] + x[i - 1];
}

typedef enum signal_kind { HEEL_SHOCK, TOE_SHOCK, TOE_FALL, TOE_BEHIND, FOOT_RISE } signal_kind;

/* The sign that is looked for, as something that has a maximum there. */
static double sign_at(const track_foot *f, signal_kind kind, size_t i) {
    int has_toe = f->toe[0] != NULL;
    switch (kind) {
    case HEEL_SHOCK:
        return bend(f->heel[2], i);
    case TOE_SHOCK:
        return has_toe ? bend(f->toe[2], i) : (double)NAN;
    case TOE_FALL:
        return has_toe ? -slope(f->toe[2], i) : (double)NAN;
    case TOE_BEHIND:
        return -f->toe_ahead[i];
    case FOOT_RISE:
        return slope(f->heel[2], i) + (has_toe ? slope(f->toe[2], i) : 0.0);
    }
    return (double)NAN;
}

/* The largest local maximum between two samples, between the samples by a parabola; NaN where there
 * is none or a gap is near. In samples. */
static double find(const track_work *w, const track_foot *f, signal_kind kind, double from,
                   double to, double *height) {
    double best = -(double)INFINITY, where = (double)NAN;
    size_t first = from > 2.0 ? (size_t)from : 2;
    size_t last = to > 0.0 ? (size_t)to : 0;
    for (size_t i = first; i <= last && i + 3 < w->n; i++) {
        double a = sign_at(f, kind, i - 1), b = sign_at(f, kind, i), c = sign_at(f, kind, i + 1);
        if (!(b >= a && b > c && b > best)) continue;
        double dip = a - 2.0 * b + c;
        best = b;
        where = (double)i + (dip < 0.0 ? 0.5 * (a - c) / dip : 0.0);
    }
    if (height != NULL) *height = best;
    return where;
}

/* Mean of two moments, or the one there is, and how well they agree. */
static double joined(double a, double b, double rate_hz, double *confidence) {
    *confidence = 0.5;
    if (!isfinite(a) || !isfinite(b)) return isfinite(a) ? a : b;
    double apart = fabs(a - b) / rate_hz;
    *confidence = fmax(0.0, 1.0 - apart / EG_GAIT_TRACK_AGREE_S);
    return 0.5 * (a + b);
}

static void find_strike(const track_work *w, const track_foot *f, track_swing *s) {
    double span = (double)(s->last - s->first), end = (double)s->last, early = 0.15 * span;
    s->strike_s = (double)NAN;
    if (s->last + 4 >= w->n || !isfinite(f->toe_ahead[s->last + 2]))
        return; /* cut: still in swing */
    if (s->first < 4 || !isfinite(f->toe_ahead[s->first - 2])) {
        /* Its fastest part may be missing: its end is then seen late. */
        span = fmax(span, 0.35 * w->rate_hz);
        early = 0.3 * span;
    }
    double from = end - early, to = end + 0.5 * span;
    double heel_height, toe_height, moment;
    double heel = find(w, f, HEEL_SHOCK, from, to, &heel_height);
    double toe = find(w, f, TOE_SHOCK, from, to, &toe_height);
    double fall = find(w, f, TOE_FALL, from, to, NULL);
    if (isfinite(toe) && isfinite(heel) && toe < heel && toe_height > 0.5 * heel_height &&
        !(fall > toe)) {
        moment = toe;
        s->strike_confidence = 0.5;
    } else {
        moment = joined(heel, fall, w->rate_hz, &s->strike_confidence);
    }
    if (isfinite(moment)) s->strike_s = moment / w->rate_hz;
}

static void find_off(const track_work *w, const track_foot *f, track_swing *s) {
    double span = fmax((double)(s->last - s->first), 0.35 * w->rate_hz); /* it may be cut */
    double begin = (double)s->first;
    s->off_s = (double)NAN;
    if (s->first < 4 || !isfinite(f->toe_ahead[s->first - 2])) return;
    double behind = find(w, f, TOE_BEHIND, begin - 0.3 * span, begin + 0.3 * span, NULL);
    double reach = 0.1 * span; /* a foot rises fast when the heel comes up, too, and in swing */
    double rise = find(w, f, FOOT_RISE, behind - reach, behind + reach, NULL);
    double moment = joined(behind, rise, w->rate_hz, &s->off_confidence);
    if (isfinite(moment)) s->off_s = moment / w->rate_hz;
}

/* Stretches in which the foot gains on the other one: from each lowest to each highest place
 * between which it nowhere falls back by `least`. */
static size_t gains(const track_work *w, const double *ahead, double least, size_t capacity,
                    track_swing *swings, double *gain) {
    size_t count = 0, low = 0, high = 0;
    int is_rising = 0;
    for (size_t i = 0; i <= w->n; i++) {
        int is_end = i == w->n || !isfinite(ahead[i]);
        int has_fallen = is_end || ahead[i] < ahead[high] - least;
        if (is_rising && has_fallen) {
            if (count < capacity) {
                swings[count] = (track_swing){low, high, (double)NAN, (double)NAN, 0.0, 0.0};
                gain[count] = ahead[high] - ahead[low];
            }
            count++;
            is_rising = 0;
            low = i;
        }
        if (is_end) {
            while (i + 1 < w->n && !isfinite(ahead[i + 1])) i++;
            low = high = i + 1;
            continue;
        }
        if (is_rising) {
            if (ahead[i] > ahead[high]) high = i;
        } else {
            if (ahead[i] <= ahead[low]) low = i;
            is_rising = ahead[i] >= ahead[low] + least;
            high = i;
        }
    }
    return count < capacity ? count : capacity;
}

/* Both ends to where the foot goes slower over the ground than a part of its peak: a foot that
 * waits beside the other is not in swing. Speeds are over a tenth of a second, so that a foot that
 * rolls up on its toes before it leaves is no peak. */
static void trim(const double *way, double rate_hz, track_swing *s) {
    size_t reach = (size_t)(0.1 * rate_hz) + 1, at = s->first;
    double peak = 0.0;
    if (s->last < s->first + 2 * reach) return;
    for (size_t i = s->first; i + reach <= s->last; i++)
        if (way[i + reach] - way[i] > peak) {
            peak = way[i + reach] - way[i];
            at = i;
        }
    size_t first = at + reach / 2, last = first;
    double least = EG_GAIT_TRACK_EDGE_PART * peak / (double)reach;
    while (first > s->first && way[first] - way[first - 1] > least) first--;
    while (last < s->last && way[last + 1] - way[last] > least) last++;
    s->first = first;
    s->last = last;
}

size_t eg_gait_track_swings(const track_work *w, int side, size_t capacity, track_swing *swings,
                            eg_arena *arena) {
    const track_foot *f = &w->foot[side];
    if (!w->has_foot[side]) return 0;
    size_t mark = eg_arena_mark(arena);
    double *gain = eg_arena_take(arena, capacity, 3 * sizeof *gain);
    double *lead = eg_arena_take(arena, w->n, sizeof *lead);
    if (gain == NULL || lead == NULL) return 0;
    for (size_t i = 0; i < w->n; i++)
        lead[i] = !w->has_foot[!side]              ? f->toe_ahead[i]
                  : isfinite(f->toe_ahead[i]) != 0 ? f->way[i] - w->foot[!side].way[i]
                                                   : (double)NAN;
    size_t n = gains(w, lead, EG_GAIT_TRACK_GAIN_MM, capacity, swings, gain);
    double *sorted = gain + capacity;
    for (size_t i = 0; i < n; i++) sorted[i] = gain[i];
    eg_sort(n, sorted, gain + 2 * capacity);
    double least = EG_GAIT_TRACK_SWING_PART * eg_sort_quantile(n, sorted, 0.75);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(gain[i] >= least)) continue;
        /* A pelvis that sways back is no step. */
        if (!(f->way[swings[i].last] - f->way[swings[i].first] >= EG_GAIT_TRACK_SWING_MM)) continue;
        track_swing s = swings[i];
        trim(f->way, w->rate_hz, &s);
        find_off(w, f, &s);
        find_strike(w, f, &s);
        swings[kept++] = s;
    }
    eg_arena_reset(arena, mark);
    return kept;
}
