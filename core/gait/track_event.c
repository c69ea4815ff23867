/* Swings of a foot, and their two ends looked at closely. */
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/gait/track_part.h"

/* Speed and acceleration, per sample (squared). */
static double slope(const double *x, size_t i) {
    return 0.5 * (x[i + 1] - x[i - 1]);
}

static double bend(const double *x, size_t i) {
    return x[i + 1] - 2.0 * x[i] + x[i - 1];
}

/* Mean height of a marker where the foot stands after the swing, if a gap hides that the least
 * height thereabouts; NaN where neither is seen. `next` is where the next swing begins, 0 if none
 * does. */
static double standing(const track_work *w, const double *z, const track_swing *s, size_t next) {
    double room = next > s->last ? (double)(next - s->last) : 0.6 * w->rate_hz, sum = 0.0;
    double least = (double)INFINITY;
    size_t from = s->last + (size_t)(0.25 * room), to = s->last + (size_t)(0.5 * room), count = 0;
    for (size_t i = s->last; i <= s->last + (size_t)room && i < w->n; i++) {
        if (!isfinite(z[i])) continue;
        least = fmin(least, z[i]);
        if (i < from || i > to) continue;
        sum += z[i];
        count++;
    }
    return count > 0 ? sum / (double)count : isfinite(least) ? least : (double)NAN;
}

/* First sample after the peak at which a marker's speed over the ground has become `least`. */
static size_t slowed(const track_work *w, double *const *marker, const track_swing *s,
                     double least) {
    size_t i = s->peak;
    for (; i + 2 < w->n; i++) {
        double sine, cosine;
        eg_sincos(w->heading[i], &sine, &cosine);
        double x = slope(marker[0], i) * w->rate_hz - cosine * w->ground_mm_s;
        double y = slope(marker[1], i) * w->rate_hz - sine * w->ground_mm_s;
        if (x * x + y * y <= least * least) break; /* not in a gap */
    }
    return i;
}

/* From where on a marker may land: a part of the walk's speed, or a little before, as filtering
 * spreads a foot's sudden stop. */
static size_t arrival(const track_work *w, double *const *marker, const track_swing *s,
                      double walk_mm_s) {
    size_t i = slowed(w, marker, s, EG_GAIT_TRACK_ARRIVE_PART * walk_mm_s);
    size_t spread = (size_t)(EG_GAIT_TRACK_SPREAD_S * w->rate_hz);
    return i > spread + 2 ? i - spread : 2;
}

/* When a marker lands: the first of its large upward accelerations between two samples, at a height
 * from which it does not rise again. In samples; NaN if there is none. */
static double landing(const double *z, double ground, double stay, size_t first, size_t last,
                      double *shock) {
    double where = (double)NAN, low = (double)INFINITY;
    *shock = 0.0;
    for (int pass = 0; pass < 2; pass++) { /* the largest, then the first that is large */
        double above = -(double)INFINITY;
        double least = pass == 0 ? 0.0 : EG_GAIT_TRACK_SHOCK_PART * *shock;
        for (size_t i = last; i >= first && i <= last; i--) {
            double a = bend(z, i - 1), b = bend(z, i), c = bend(z, i + 1), dip = a - 2.0 * b + c;
            above = fmax(above, z[i + 1]);
            if (z[i] - ground > EG_GAIT_TRACK_LOW_MM) break;
            if (!(above <= fmax(z[i], ground) + EG_GAIT_TRACK_STAY_MM)) continue;
            if (!(b >= a && b > c && b > least)) continue;
            if (pass == 0) {
                *shock = least = b;
                low = z[i];
            } else if (z[i] <= low + stay)
                where = (double)i + (dip < 0.0 ? 0.5 * (a - c) / dip : 0.0);
        }
    }
    return where;
}

/* How fast a marker rises, or with a heel beside it the tip, which lies beyond the toe marker. */
static double rise(const double *z, const double *heel, size_t i) {
    if (heel == NULL) return slope(z, i);
    return slope(z, i) + EG_GAIT_TRACK_TIP_PART * (slope(z, i) - slope(heel, i));
}

/* When the fall is over that a landing ends: a soft landing brakes long before it touches. */
static double fall_end(const track_work *w, const double *z, const double *heel, double landed) {
    if (!isfinite(landed)) return landed;
    size_t i = (size_t)landed, most = i + (size_t)(EG_GAIT_TRACK_SOFT_S * w->rate_hz), fastest = i;
    while (fastest > 1 && rise(z, heel, fastest - 1) < rise(z, heel, fastest)) fastest--;
    if (!(rise(z, heel, fastest) < 0.0)) return landed; /* it does not fall here */
    double end = EG_GAIT_TRACK_FALL_PART * rise(z, heel, fastest);
    for (size_t k = fastest; k <= most && k + 2 < w->n; k++) {
        double here = rise(z, heel, k), next = rise(z, heel, k + 1);
        if (next >= end) return (double)k + (end - here) / (next - here);
    }
    return landed;
}

/* The moment nearest to `about` at which the forefoot falls fastest, as a foot does that turns
 * about the heel on which it landed. In samples; NaN if none is near. */
static double slap(const track_work *w, const track_foot *f, double about) {
    double where = (double)NAN, reach = EG_GAIT_TRACK_SLAP_S * w->rate_hz;
    if (f->toe[0] == NULL || !isfinite(about)) return where;
    const double *z = f->toe[2];
    size_t first = about - reach > 2.0 ? (size_t)(about - reach) : 2;
    size_t last = (size_t)(about + reach);
    for (size_t i = first; i <= last && i + 3 < w->n; i++) {
        double a = slope(z, i - 1), b = slope(z, i), c = slope(z, i + 1), dip = a - 2.0 * b + c;
        if (!(b <= a && b < c)) continue;
        double at = (double)i + (dip > 0.0 ? 0.5 * (a - c) / dip : 0.0);
        if (!(fabs(at - about) > fabs(where - about))) where = at;
    }
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

/* Whether a gap, or an end of the recording, hides the foot after sample i. */
static int is_cut(const track_work *w, const track_foot *f, size_t i) {
    return i + 4 >= w->n || !isfinite(f->toe_ahead[i + 2]);
}

/* Whether a gap, or an end of the recording, hides the foot before sample i. */
static int is_begun(const track_foot *f, size_t i) {
    return i < 4 || !isfinite(f->toe_ahead[i - 2]);
}

/* When the tip came to rest on the ground while the heel was still in the air; NaN if it did not
 * before the heel landed. In samples. */
static double tip_rests(const track_work *w, const track_foot *f, const track_swing *s,
                        const double ground[2], double landed, double least) {
    const double lever = EG_GAIT_TRACK_TIP_PART;
    double where = (double)NAN, where_low = ground[1] + lever * (ground[1] - ground[0]);
    if (f->toe[0] == NULL || !isfinite(landed)) return where;
    for (size_t i = (size_t)landed; i > s->peak && i + 2 < w->n; i--) {
        double sine, cosine, height = f->toe[2][i] + lever * (f->toe[2][i] - f->heel[2][i]);
        eg_sincos(w->heading[i], &sine, &cosine);
        double x = rise(f->toe[0], f->heel[0], i) * w->rate_hz - cosine * w->ground_mm_s;
        double y = rise(f->toe[1], f->heel[1], i) * w->rate_hz - sine * w->ground_mm_s;
        if (!(height <= where_low + EG_GAIT_TRACK_STAY_MM)) break;
        if (!(x * x + y * y <= least * least)) break;
        if (f->heel[2][i] - ground[0] > EG_GAIT_TRACK_LOW_MM) where = (double)i;
    }
    return where;
}

/* When a forefoot has come down that landed first: at the latest when the heel has, too. */
static double forefoot_end(const track_work *w, const track_foot *f, double landed, double heel) {
    if (f->toe[0] == NULL) return landed;
    double end = fall_end(w, f->toe[2], f->heel[2], landed);
    if (isfinite(heel)) end = fmin(end, fmax(landed, heel));
    return landed + EG_GAIT_TRACK_TIP_END_PART * (end - landed);
}

/* What lands first, heel or forefoot, is the strike. */
static void find_strike(const track_work *w, const track_foot *f, track_swing *s, size_t next,
                        double walk_mm_s) {
    s->strike_s = (double)NAN;
    if (is_cut(w, f, s->last)) return;                                   /* still in swing */
    double span = fmax((double)(s->last - s->first), 0.35 * w->rate_hz); /* it may be cut */
    size_t last = s->last + (size_t)(0.5 * span);
    if (last + 4 > w->n) last = w->n - 4;
    /* A heel that falls further had not landed; a forefoot's marker goes down as the foot turns. */
    const double stay[2] = {EG_GAIT_TRACK_STAY_MM, EG_GAIT_TRACK_LOW_MM};
    double shock[2] = {0.0, 0.0}, landed[2] = {(double)NAN, (double)NAN}, moment, still = 0.0;
    double ground[2] = {(double)NAN, (double)NAN};
    for (int k = 0; k < (f->toe[0] != NULL ? 2 : 1); k++) { /* the heel is always there */
        double *const *marker = k == 0 ? f->heel : f->toe;
        size_t first = arrival(w, marker, s, walk_mm_s);
        ground[k] = standing(w, marker[2], s, next);
        landed[k] = landing(marker[2], ground[k], stay[k], first, last, &shock[k]);
        still = fmax(still, (double)slowed(w, marker, s, EG_GAIT_TRACK_STILL_PART * walk_mm_s));
    }
    double heel = fall_end(w, f->heel[2], NULL, landed[0]);
    double rests = tip_rests(w, f, s, ground, landed[0], EG_GAIT_TRACK_ARRIVE_PART * walk_mm_s);
    int is_shock = landed[1] < landed[0] && shock[1] > EG_GAIT_TRACK_FOREFOOT_PART * shock[0];
    if (!isfinite(landed[0]) || is_shock || isfinite(rests)) {
        landed[1] = fmin(landed[1], rests);
        moment = forefoot_end(w, f, landed[1], heel);
        s->strike_confidence = 0.5;
    } else {
        moment = joined(heel, slap(w, f, heel), w->rate_hz, &s->strike_confidence);
    }
    /* No foot rests in the air. */
    if (isfinite(moment)) s->strike_s = fmin(moment, still) / w->rate_hz;
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
                swings[count] = (track_swing){low, high, high, (double)NAN, (double)NAN, 0.0, 0.0};
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

/* How long a heel stands at least, in samples: a part of the usual stride. */
static size_t heel_stand(const track_work *w, size_t n, const track_swing *swings, double *sorted) {
    double least = EG_GAIT_TRACK_PAUSE_S * w->rate_hz;
    for (size_t k = 0; k + 1 < n; k++) sorted[k] = (double)(swings[k + 1].last - swings[k].last);
    if (n < 2) return (size_t)least;
    eg_sort(n - 1, sorted, sorted + n);
    double part = EG_GAIT_TRACK_HEEL_PART * eg_sort_quantile(n - 1, sorted, 0.5);
    return (size_t)fmin(fmax(least, part), EG_GAIT_TRACK_HEEL_S * w->rate_hz);
}

/* Whether a heel stands: nowhere near is it much lower. A heel that turns back on top of its rise
 * is in the air. In a gap it may have stood. */
static int is_heel_down(const track_work *w, const track_foot *f, size_t i, size_t reach) {
    const double *z = f->heel[2];
    for (size_t k = i > reach ? i - reach : 0; k <= i + reach && k < w->n; k++)
        if (z[k] < z[i] - EG_GAIT_TRACK_LOW_MM) return 0;
    return 1;
}

/* Without toe marker: stretches between which the heel did not stand are one swing. It goes forward
 * as the foot rolls off, turns back over the toes, and goes forward again. */
static size_t unite(const track_work *w, const track_foot *f, const double *ahead, size_t n,
                    track_swing *swings, double *gain, size_t stand) {
    size_t kept = 0;
    for (size_t k = 0; k < n; k++) {
        int stood = kept == 0;
        for (size_t i = kept > 0 ? swings[kept - 1].last : 0; !stood && i <= swings[k].first; i++)
            stood = is_heel_down(w, f, i, stand);
        if (stood) {
            swings[kept] = swings[k];
            gain[kept++] = gain[k];
            continue;
        }
        track_swing *s = &swings[kept - 1];
        s->last = s->peak = swings[k].last;
        gain[kept - 1] = ahead[s->last] - ahead[s->first];
    }
    return kept;
}

/* Where a heel is highest in a swing: it leaves before, and is carried forward after. */
static size_t highest(const track_foot *f, const track_swing *s) {
    size_t top = s->first;
    for (size_t i = s->first; i <= s->last; i++)
        if (f->heel[2][i] > f->heel[2][top]) top = i;
    return top;
}

/* Both ends to where the foot goes slower over the ground than a part of its peak: a foot that
 * waits beside the other is not in swing. Speeds are over a tenth of a second, so that a foot that
 * rolls up on its toes before it leaves is no peak; a heel that then halts in the air, or shortly,
 * goes on. */
static void trim(const track_work *w, const track_foot *f, size_t stand, track_swing *s) {
    const double *way = f->way;
    size_t reach = (size_t)(0.1 * w->rate_hz) + 1, at = s->first, from = s->first;
    int has_toe = f->toe[0] != NULL;
    double peak = 0.0;
    if (s->last < s->first + 2 * reach) return;
    if (!has_toe) from = highest(f, s);
    if (s->last < from + 2 * reach) from = s->first;
    for (size_t i = from; i + reach <= s->last; i++)
        if (way[i + reach] - way[i] > peak) {
            peak = way[i + reach] - way[i];
            at = i;
        }
    size_t first = at + reach / 2, last = first;
    s->peak = first;
    double least = EG_GAIT_TRACK_EDGE_PART * peak / (double)reach;
    while (first > s->first &&
           (way[first] - way[first - 1] > least || (!has_toe && !is_heel_down(w, f, first, stand))))
        first--;
    size_t pause = has_toe ? 0 : (size_t)(EG_GAIT_TRACK_PAUSE_S * w->rate_hz);
    for (size_t i = last; i < s->last; i++) {
        if (way[i + 1] - way[i] > least) last = i + 1;
        if (i >= last + pause && (has_toe || is_heel_down(w, f, i, stand))) break;
    }
    s->first = first;
    s->last = last;
}

static double way_of(const track_foot *f, const track_swing *s) {
    return f->way[s->last] - f->way[s->first];
}

/* Samples from swing a to the next of the same foot, b, by an end that was seen of both; else 0. */
static double stride_of(const track_work *w, const track_foot *f, const track_swing *a,
                        const track_swing *b) {
    if (!is_cut(w, f, a->last) && !is_cut(w, f, b->last)) return (double)(b->last - a->last);
    if (!is_begun(f, a->first) && !is_begun(f, b->first)) return (double)(b->first - a->first);
    return 0.0;
}

/* Speed of the walk at a swing: its way in the time of a stride; the shorter one, a pause is no
 * stride. Of a swing that is cut a neighbour's way may be more. */
static double walk_speed(const track_work *w, const track_foot *f, size_t n,
                         const track_swing *swings, size_t k) {
    const track_swing *s = &swings[k];
    int cut = is_cut(w, f, s->last) || is_begun(f, s->first);
    double stride = 0.0, way = way_of(f, s);
    if (k + 1 < n) {
        stride = stride_of(w, f, s, s + 1);
        if (cut) way = fmax(way, way_of(f, s + 1));
    }
    if (k > 0) {
        double before = stride_of(w, f, s - 1, s);
        stride = stride > 0.0 && before > 0.0 ? fmin(stride, before) : fmax(stride, before);
        if (cut) way = fmax(way, way_of(f, s - 1));
    }
    if (!(stride > 0.0)) stride = EG_GAIT_TRACK_STRIDE_SWINGS * (double)(s->last - s->first);
    return way * w->rate_hz / stride;
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
    size_t stand = heel_stand(w, n, swings, sorted);
    if (f->toe[0] == NULL) n = unite(w, f, lead, n, swings, gain, stand);
    for (size_t i = 0; i < n; i++) sorted[i] = gain[i];
    eg_sort(n, sorted, gain + 2 * capacity);
    double least = EG_GAIT_TRACK_SWING_PART * eg_sort_quantile(n, sorted, 0.75);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(gain[i] >= least)) continue;
        /* A pelvis that sways back is no step. */
        if (!(f->way[swings[i].last] - f->way[swings[i].first] >= EG_GAIT_TRACK_SWING_MM)) continue;
        track_swing s = swings[i];
        trim(w, f, stand, &s);
        swings[kept++] = s;
    }
    for (size_t k = 0; k < kept; k++) {
        double walk_mm_s = walk_speed(w, f, kept, swings, k);
        swings[k].off_s = (double)NAN;
        if (!is_begun(f, swings[k].first)) eg_gait_track_off(w, f, &swings[k], walk_mm_s);
        find_strike(w, f, &swings[k], k + 1 < kept ? swings[k + 1].first : 0, walk_mm_s);
    }
    eg_arena_reset(arena, mark);
    return kept;
}
