#include "core/function/stand.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/function/edge.h"
#include "core/function/part.h"
#include "core/function/turn.h"

enum { LEGS_MAX = 2 * (EG_STANDS_MAX + EG_ATTEMPTS_MAX), WINDOW = 160 };

static const double turn_part = 0.04; /* m: less is no turn of the height */
static const double longest_s = 8.0;  /* of the middle of a leg; a drift is longer */
static const double lean_least_rad = 0.15;
static const double speed_min = 0.05; /* m/s: mean of a leg; slower is drift */
/* How far an edge's window goes into the rest and how much of the way it holds: more rest brings
 * more sway into the fit, more of the way says more about its shape (chosen on made people). */
static const double reach_pelvis_s = 1.0, reach_lean_s = 0.6;
/* How long the trunk rests evenly nobody knows: its sway bends a longer rest, noise blurs a shorter
 * one. What several lengths say in the middle is surer than any of them (shares of reach_lean_s).
 */
static const double reaches[] = {1.0, 2.0 / 3.0, 5.0 / 6.0, 1.25, 1.5};
enum { REACHES = sizeof reaches / sizeof reaches[0] };
static const double part_pelvis = 0.8, part_lean = 0.85;
static const double height_noise = 0.0005, lean_noise = 0.001;
static const double bob_m = 0.02; /* up and down at a step: expected size */
static const double walk_none_s = -0.1, walk_full_s = 0.5; /* from where a rise is over */
static const double margin_s = 0.05;      /* about the seat, not used for the lever */
static const double lever_sure_m = 0.005; /* skin moves: better is not known */

/* A way up or down of the height: between two turning points. */
typedef struct leg {
    size_t from, to;        /* samples of the turning points */
    size_t low, half, high; /* where a tenth, a half and nine tenths of the way are done */
    double size;            /* m; down is negative */
    bool is_used;
} leg;

typedef struct legs {
    size_t n;
    size_t n_reaches; /* of the lean's rest: one until the levers are known */
    leg leg[LEGS_MAX];
} legs;

/* Sample of the extreme of x in [from, to]: largest for sign 1. */
static size_t extreme(const double *x, size_t from, size_t to, double sign) {
    size_t best = from;
    for (size_t i = from; i <= to; i++)
        if (sign * (x[i] - x[best]) > 0.0) best = i;
    return best;
}

/* First sample behind `from` at which x has gone `part` of the way. */
static size_t crossing(const double *x, size_t from, size_t to, double part) {
    double level = x[from] + part * (x[to] - x[from]), way = x[to] > x[from] ? 1.0 : -1.0;
    size_t i = to;
    while (i > from && way * (x[i] - level) > 0.0) i--;
    return i;
}

/* The turning points of a way that rests (or walks) at either end may lie anywhere in that rest:
 * they are sought again near its middle, as far out as the middle's pace lets expect. */
static void trim(const double *x, double rate_hz, size_t *from, size_t *to) {
    double way = x[*to] > x[*from] ? 1.0 : -1.0, size = x[*to] - x[*from];
    double level[3] = {x[*from] + 0.3 * size, x[*from] + 0.5 * size, x[*from] + 0.7 * size};
    size_t half = *from, early, late;
    while (half < *to && way * (x[half] - level[1]) < 0.0) half++;
    for (early = half; early > *from && way * (x[early] - level[0]) > 0.0;) early--;
    for (late = half; late < *to && way * (x[late] - level[2]) < 0.0;) late++;
    size_t least = function_samples(0.3, rate_hz), reach = 2 * (late - early);
    if (reach < least) reach = least;
    size_t first = early > *from + reach ? early - reach : *from;
    size_t last = late + reach < *to ? late + reach : *to;
    *from = extreme(x, first, half, -way);
    *to = extreme(x, half, last, way);
}

static size_t later(size_t a, size_t b) {
    return a > b ? a : b;
}

static size_t sooner(size_t a, size_t b) {
    return a < b ? a : b;
}

/* What an inertial sensor integrates may drift; nobody rises with an upright trunk, and who rises
 * slowly leans slowly, too: within the whole of the way, whose middle takes about half the time. */
static bool leans(const eg_trunk *body, const leg *l) {
    if (body->lift_m_s2 == NULL || body->place == EG_TRUNK_THIGH) return true;
    size_t early = later(function_samples(0.5, body->rate_hz), 2 * (l->high - l->low));
    size_t from = l->low > early ? l->low - early : 0;
    size_t to = l->high + early < body->n ? l->high + early : body->n - 1;
    const double *x = body->lean_rad;
    return x[extreme(x, from, to, 1.0)] - x[extreme(x, from, to, -1.0)] > lean_least_rad;
}

static bool add_leg(const eg_trunk *body, const double *x, size_t from, size_t to, legs *all) {
    if (all->n == LEGS_MAX) return false;
    trim(x, body->rate_hz, &from, &to);
    leg one = {.from = from, .to = to, .size = x[to] - x[from]};
    one.low = crossing(x, from, to, 0.1);
    one.half = crossing(x, from, to, 0.5);
    one.high = crossing(x, from, to, 0.9);
    double seconds = (double)(one.high - one.low + 1) / body->rate_hz;
    if (0.8 * fabs(one.size) >= speed_min * seconds && seconds < longest_s && leans(body, &one))
        all->leg[all->n++] = one;
    return true;
}

/* The ways between the turning points of x[n] that lie more than `least` apart. */
static bool find_legs(const eg_trunk *body, const double *x, double least, legs *all) {
    size_t low = 0, high = 0, last = 0;
    int way = 0;
    all->n = 0;
    for (size_t i = 1; i < body->n; i++) {
        if (way >= 0 && x[i] > x[high]) high = i;
        if (way <= 0 && x[i] < x[low]) low = i;
        if (way >= 0 && x[high] - x[i] > least) {
            if (way > 0 && !add_leg(body, x, last, high, all)) return false;
            last = high;
            low = i;
            way = -1;
        } else if (way <= 0 && x[i] - x[low] > least) {
            if (way < 0 && !add_leg(body, x, last, low, all)) return false;
            last = low;
            high = i;
            way = 1;
        }
    }
    return way == 0 || add_leg(body, x, last, way > 0 ? high : low, all);
}

/* The median of the rises that are at least half the largest; 0 without any. */
static double usual_rise(const legs *all, eg_arena *scratch) {
    double largest = 0.0, sizes[LEGS_MAX];
    size_t n = 0;
    for (size_t k = 0; k < all->n; k++) largest = fmax(largest, all->leg[k].size);
    for (size_t k = 0; k < all->n; k++)
        if (all->leg[k].size > 0.5 * largest) sizes[n++] = all->leg[k].size;
    return n == 0 ? 0.0 : function_quantile(n, sizes, 0.5, scratch);
}

/* The lean is forward in the middle of a rise and less so behind it. */
static void face(eg_trunk *body, const legs *all, double usual, eg_arena *scratch) {
    double more = 0.0;
    size_t n = 0;
    double upright[LEGS_MAX];
    for (size_t k = 0; k < all->n; k++) {
        const leg *l = &all->leg[k];
        if (fabs(l->size) < EG_STAND_PART * usual) continue;
        size_t top = l->size > 0.0 ? l->high : l->low;
        more += body->lean_rad[l->half] - body->lean_rad[top];
        /* Standing: between this rise and what follows it. */
        size_t next = k + 1 < all->n ? all->leg[k + 1].low : body->n - 1;
        if (l->size > 0.0 && n < LEGS_MAX) upright[n++] = body->lean_rad[(l->high + next) / 2];
    }
    double level = n > 0 ? function_quantile(n, upright, 0.5, scratch) : 0.0;
    bool is_backward = more < 0.0;
    eg_trunk_face(body, is_backward, is_backward ? -level : level);
}

/* Height of the hip: what the lever does when the trunk leans is taken off, as expected. */
static double hip_at(const eg_trunk *body, size_t i) {
    return body->height_m[i] + body->above_m[0] * (1.0 - eg_cos(body->lean_rad[i])) -
           body->behind_m[0] * eg_sin(body->lean_rad[i]);
}

/* The drift anew: nothing within a leg weighs, its turning points and all stillness do. */
static eg_err level_again(eg_trunk *body, const legs *all, double usual, eg_arena *scratch,
                          eg_diag *diag) {
    size_t mark = eg_arena_mark(scratch);
    double *weights = eg_arena_take(scratch, body->n, sizeof *weights);
    if (weights == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu samples", body->n);
    eg_trunk_weights(body, weights);
    size_t margin = function_samples(0.15, body->rate_hz);
    for (size_t k = 0; k < all->n; k++) {
        const leg *l = &all->leg[k];
        double seconds = (double)(l->high - l->low + 1) / body->rate_hz;
        if (fabs(l->size) < 0.25 * usual || 0.8 * fabs(l->size) < 0.08 * seconds) continue;
        size_t from = l->low > margin ? l->low - margin : 0;
        size_t to = l->high + margin < body->n ? l->high + margin : body->n;
        for (size_t i = from; i < to; i++) weights[i] = body->is_still[i] ? weights[i] : 0.0;
        for (size_t i = l->low; i < l->high; i++) weights[i] = 0.0;
    }
    eg_err err = eg_trunk_level(body, weights, scratch, diag);
    eg_arena_reset(scratch, mark);
    return err;
}

/* Steps that begin or end beside an edge: none at one time, all of them at another. */
typedef struct gait {
    double cadence_hz, none_s, full_s;
    bool is_plain; /* the edge's: a choice is still to be made */
} gait;

static const eg_edge no_edge = {(double)NAN, (double)NAN, (double)INFINITY};

/* An edge of y within [from, to], in seconds; NaN if there is none. The rest is at `from`, or at
 * `to` with is_end. `lean`: leaning moves y by the body's lever. */
static eg_edge edge(const eg_trunk *body, const double *y, size_t from, size_t to, bool is_end,
                    double sign, double noise, bool has_lean, const gait *walk) {
    static const double least_s = 0.12;
    if (to >= body->n) to = body->n - 1;
    if (to < from + function_samples(least_s, body->rate_hz)) return no_edge;
    size_t stride = (to - from) / WINDOW + 1, n = (to - from + 1) / stride;
    double own[WINDOW + 2], fall[WINDOW + 2], lift[WINDOW + 2];
    double sine[WINDOW + 2], cosine[WINDOW + 2];
    eg_edge found;
    if (n < EG_EDGE_SAMPLES_MIN) return no_edge;
    for (size_t i = 0; i < n; i++) {
        own[i] = fall[i] = lift[i] = 0.0;
        for (size_t k = 0; k < stride; k++) { /* the mean of a stride: no sample is lost */
            size_t j = from + i * stride + k;
            own[i] += (y[j] - y[from]) / (double)stride;
            fall[i] += (eg_cos(body->lean_rad[j]) - 1.0) / (double)stride;
            lift[i] += eg_sin(body->lean_rad[j]) / (double)stride;
        }
    }
    for (size_t i = 0; i < n && walk != NULL; i++) {
        double t = (double)(from + i * stride) / body->rate_hz,
               share = (t - walk->none_s) / (walk->full_s - walk->none_s);
        share = fmax(0.0, fmin(1.0, share));
        share *= share * (3.0 - 2.0 * share);
        eg_sincos(2.0 * EG_PI * walk->cadence_hz * t, &sine[i], &cosine[i]);
        sine[i] *= share;
        cosine[i] *= share;
    }
    eg_edge_window w = {.y = own,
                        .n = n,
                        .is_end = is_end,
                        .has_slope = (double)(to - from) > 0.6 * body->rate_hz,
                        .noise = noise,
                        .sign = sign};
    if (has_lean && body->has_lean) {
        w.n_known = 2;
        w.known[0] = (eg_edge_known){fall, body->above_m[0], body->above_m[1]};
        w.known[1] = (eg_edge_known){lift, body->behind_m[0], body->behind_m[1]};
    }
    if (walk != NULL) {
        w.is_plain = walk->is_plain;
        w.known[w.n_known++] = (eg_edge_known){sine, 0.0, bob_m};
        w.known[w.n_known++] = (eg_edge_known){cosine, 0.0, bob_m};
    }
    if (!eg_edge_find(&w, &found)) return no_edge;
    found.at =
        ((double)from + found.at * (double)stride + 0.5 * (double)(stride - 1)) / body->rate_hz;
    found.sd = eg_hypot(found.sd * (double)stride / body->rate_hz, EG_EDGE_METHOD_S);
    return found;
}

/* Somebody walks off after standing up, or comes before sitting down; NULL if nobody does. */
static const gait *walking(const eg_trunk *body, const leg *l, const leg *beside, bool is_behind,
                           gait *own) {
    size_t far = function_samples(2.5, body->rate_hz);
    size_t first = !is_behind && beside != NULL ? beside->to : 0;
    size_t last = is_behind && beside != NULL ? beside->from : body->n;
    if (is_behind ? l->to + 2 * far >= last : l->from <= first + 2 * far) return NULL;
    own->cadence_hz = eg_turn_cadence_hz(body, is_behind ? l->to + far : l->from - far);
    double way = is_behind ? 1.0 : -1.0;
    /* At the pace of its middle a smooth rise has half as much again to go (minimum jerk). */
    double length = (double)(l->high - l->low) / body->rate_hz;
    double at = (double)(is_behind ? l->high : l->low) / body->rate_hz + way * 0.46 * length;
    own->none_s = at + way * walk_none_s;
    own->full_s = at + way * walk_full_s;
    return isfinite(own->cadence_hz) ? own : NULL;
}

/* Nobody says when the first step is taken and the last: the likeliest of some times; how far the
 * others would move the edge belongs to how sure it is. */
static eg_edge pelvis_edge(const eg_trunk *body, size_t from, size_t to, bool is_end, double sign,
                           const gait *walk) {
    enum { FIRST = -2, LAST = 5, TIMES = LAST - FIRST + 1 };
    const double *h = body->height_m;
    if (walk == NULL) return edge(body, h, from, to, is_end, sign, height_noise, true, NULL);
    double best = (double)INFINITY, way = walk->full_s > walk->none_s ? 1.0 : -1.0;
    eg_edge found[TIMES];
    gait likeliest = *walk;
    for (int k = 0; k < TIMES; k++) {
        gait own = *walk;
        own.is_plain = true;
        own.none_s += 0.1 * (FIRST + k) * way;
        own.full_s += 0.1 * (FIRST + k) * way;
        found[k] = edge(body, h, from, to, is_end, sign, height_noise, true, &own);
        if (isnan(found[k].at) || !(found[k].score < best)) continue;
        best = found[k].score;
        likeliest = own;
    }
    likeliest.is_plain = false;
    eg_edge result = edge(body, h, from, to, is_end, sign, height_noise, true, &likeliest);
    result.sd = eg_hypot(result.sd, eg_edge_apart(TIMES, found));
    return result;
}

/* The events of the pelvis on one leg. before, after: the legs beside it or NULL. */
static void pelvis_edges(const eg_trunk *body, const leg *l, const leg *before, const leg *after,
                         eg_edge *begin, eg_edge *end) {
    size_t reach = function_samples(reach_pelvis_s, body->rate_hz);
    double sign = l->size > 0.0 ? 1.0 : -1.0;
    size_t first = before != NULL ? (before->high + l->low) / 2 : 0;
    size_t last = after != NULL ? (l->high + after->low) / 2 : body->n - 1;
    if (l->low > reach) first = later(first, l->low - reach);
    last = sooner(last, l->high + reach);
    gait steps;
    size_t most = crossing(body->height_m, l->from, l->to, part_pelvis);
    size_t least = crossing(body->height_m, l->from, l->to, 1.0 - part_pelvis);
    *begin = pelvis_edge(body, first, most, false, sign,
                         sign < 0.0 ? walking(body, l, before, false, &steps) : NULL);
    *end = pelvis_edge(body, least, last, true, -sign,
                       sign > 0.0 ? walking(body, l, after, true, &steps) : NULL);
    double rate = body->rate_hz; /* no rest at all: the turning point */
    if (isnan(begin->at)) begin->at = (double)(before != NULL ? first : l->low) / rate;
    if (isnan(end->at)) end->at = (double)(after != NULL ? last : l->high) / rate;
}

/* When the lean leaves its rest on the way to its peak at sample `peak`, not before `first`, by
 * `reach` samples of rest; a turning point has no standard deviation. */
static eg_edge lean_edge(const eg_trunk *body, size_t first, size_t peak, bool is_end,
                         size_t reach) {
    const double *x = body->lean_rad;
    size_t a = is_end ? peak : first, b = is_end ? first : peak; /* the window in time */
    if (b <= a + 4) return no_edge;
    /* The level of the rest: where the lean is least; a tenth above it the movement is under way.
     */
    size_t least = extreme(x, a, b, -1.0), low, half;
    double tenth = x[least] + 0.15 * (x[peak] - x[least]);
    double other = x[least] + 0.3 * (x[peak] - x[least]); /* noise does not reach up to there */
    double middle = x[least] + part_lean * (x[peak] - x[least]);
    if (is_end) {
        for (half = peak; half < b && x[half] > middle;) half++;
        for (low = half; low < b && x[low] > tenth;) low++;
    } else {
        for (half = peak; half > a && x[half] > middle;) half--;
        for (low = half; low > a && x[low] > tenth;) low--;
    }
    /* The end of the rest: where the lean is above that level again (the next movement), or reach.
     */
    size_t rest = low;
    while (rest != first && x[rest] <= other && (is_end ? rest - low : low - rest) < reach)
        rest = is_end ? rest + 1 : rest - 1;
    if (rest != first && x[rest] > other) rest = (rest + low) / 2;
    eg_edge found = is_end ? edge(body, x, half, rest, true, 1.0, lean_noise, false, NULL)
                           : edge(body, x, rest, half, false, 1.0, lean_noise, false, NULL);
    if (isnan(found.at)) found.at = (double)rest / body->rate_hz;
    return found;
}

/* The middle of what n lengths of rest say. */
static eg_edge lean_start(const eg_trunk *body, size_t first, size_t peak, bool is_end, size_t n) {
    double at[REACHES], scratch[REACHES], square = 0.0;
    size_t count = 0;
    eg_edge turning = no_edge;
    for (size_t k = 0; k < n; k++) {
        size_t reach = function_samples(reaches[k] * reach_lean_s, body->rate_hz);
        eg_edge one = lean_edge(body, first, peak, is_end, reach);
        if (k == 0) turning = one;
        if (isnan(one.sd)) continue;
        at[count++] = one.at;
        square += one.sd * one.sd;
    }
    if (count == 0) return turning;
    eg_sort(count, at, scratch);
    return (eg_edge){.at = eg_sort_quantile(count, at, 0.5),
                     .sd = sqrt(square / (double)count),
                     .score = turning.score};
}

static double largest(const double *x, size_t from, size_t to, double sign) {
    return sign * x[extreme(x, from, to, sign)];
}

static double quickest_lean(const eg_trunk *body, size_t from, size_t to) {
    double best = 0.0;
    size_t span = function_samples(0.05, body->rate_hz);
    for (size_t i = from; i + span <= to; i++)
        best = fmax(best,
                    (body->lean_rad[i + span] - body->lean_rad[i]) * body->rate_hz / (double)span);
    return best;
}

static void measure_up(const eg_trunk *body, const leg *up, size_t first, size_t n_reaches,
                       eg_stand *s) {
    size_t off = function_sample_at(body, s->seat_off_s),
           top = function_sample_at(body, s->standing_s);
    s->rise_m = hip_at(body, top) - hip_at(body, off);
    s->velocity_up_m_s = largest(body->rise_m_s, up->low, up->high, 1.0);
    s->start_s = s->lean_up_rad = s->lean_rate_up_rad_s = (double)NAN;
    if (!body->has_lean) return;
    size_t early = function_samples(0.3, body->rate_hz);
    size_t peak = extreme(body->lean_rad, sooner(later(first, off > early ? off - early : 0), off),
                          later(up->half, off), 1.0);
    eg_edge start = lean_start(body, first, peak, false, n_reaches);
    s->start_s = fmin(start.at, s->seat_off_s);
    s->sd_s[EG_STAND_START] = start.sd;
    s->lean_up_rad = body->lean_rad[peak] - body->lean_rad[top];
    s->lean_rate_up_rad_s = quickest_lean(body, function_sample_at(body, s->start_s), peak);
}

static void measure_down(const eg_trunk *body, const leg *down, size_t last, size_t n_reaches,
                         eg_stand *s) {
    size_t off = function_sample_at(body, s->leaving_s),
           end = function_sample_at(body, s->seated_s);
    s->velocity_down_m_s = largest(body->rise_m_s, down->low, down->high, -1.0);
    s->settled_s = s->lean_down_rad = (double)NAN;
    if (!body->has_lean) return;
    size_t peak = extreme(body->lean_rad, down->low, sooner(last, later(end, down->high)), 1.0);
    eg_edge settled = lean_start(body, last, peak, true, n_reaches);
    s->settled_s = fmax(settled.at, s->seated_s);
    s->sd_s[EG_STAND_SETTLED] = settled.sd;
    s->lean_down_rad = body->lean_rad[peak] - body->lean_rad[off];
}

static void add_stand(const eg_trunk *body, legs *all, size_t k, eg_stands *out) {
    leg *up = &all->leg[k];
    const leg *before = k > 0 ? up - 1 : NULL, *after = k + 1 < all->n ? up + 1 : NULL;
    eg_stand s = {0};
    eg_edge begin, end;
    up->is_used = true;
    for (int j = 0; j < EG_STAND_EVENTS; j++) s.sd_s[j] = (double)NAN;
    pelvis_edges(body, up, before, after, &begin, &end);
    s.seat_off_s = begin.at;
    s.standing_s = end.at;
    s.sd_s[EG_STAND_SEAT_OFF] = begin.sd;
    s.sd_s[EG_STAND_STANDING] = end.sd;
    measure_up(body, up, before != NULL ? before->half : 0, all->n_reaches, &s);
    s.leaving_s = s.seated_s = s.settled_s = (double)NAN;
    s.velocity_down_m_s = s.lean_down_rad = (double)NAN;
    if (after != NULL && -after->size >= EG_STAND_PART * out->usual_m) {
        leg *down = up + 1;
        const leg *next = k + 2 < all->n ? up + 2 : NULL;
        down->is_used = true;
        pelvis_edges(body, down, up, next, &begin, &end);
        s.leaving_s = begin.at;
        s.seated_s = end.at;
        s.sd_s[EG_STAND_LEAVING] = begin.sd;
        s.sd_s[EG_STAND_SEATED] = end.sd;
        measure_down(body, down, next != NULL ? next->half : body->n - 1, all->n_reaches, &s);
    }
    out->stands[out->n++] = s;
}

/* While the person sits, only the trunk moves: how high and how far behind the hips the place is.
 * Least squares over all of it, each stretch with its own level, with what is expected of such a
 * place; so that the next search for the edges need not ask again. */
typedef struct lever_sums {
    double aa[2][2], ay[2];
} lever_sums;

static void add_stretch(const eg_trunk *body, double from_s, double to_s, lever_sums *sums) {
    if (!isfinite(from_s) || !isfinite(to_s) || !(to_s > from_s)) return;
    size_t from = function_sample_at(body, from_s), to = function_sample_at(body, to_s);
    double mean[3] = {0.0, 0.0, 0.0}, n = (double)(to - from + 1);
    for (size_t i = from; i <= to; i++) {
        mean[0] += eg_cos(body->lean_rad[i]) / n;
        mean[1] += eg_sin(body->lean_rad[i]) / n;
        mean[2] += body->height_m[i] / n;
    }
    for (size_t i = from; i <= to; i++) {
        double f[2] = {eg_cos(body->lean_rad[i]) - mean[0], eg_sin(body->lean_rad[i]) - mean[1]};
        double y = body->height_m[i] - mean[2];
        for (int j = 0; j < 2; j++) {
            sums->ay[j] += f[j] * (y - f[0] * body->above_m[0] - f[1] * body->behind_m[0]);
            for (int k = 0; k < 2; k++) sums->aa[j][k] += f[j] * f[k];
        }
    }
}

static void learn_levers(eg_trunk *body, const eg_stands *stands) {
    lever_sums sums = {{{0}}, {0}};
    for (size_t k = 0; k < stands->n; k++) {
        const eg_stand *s = &stands->stands[k];
        add_stretch(body, s->start_s, s->seat_off_s - margin_s, &sums);
        add_stretch(body, s->seated_s + margin_s, s->settled_s, &sums);
    }
    double noise = 2.0 * height_noise * 2.0 * height_noise,
           *own[2] = {body->above_m, body->behind_m};
    for (int k = 0; k < 2; k++) sums.aa[k][k] += noise / (own[k][1] * own[k][1]);
    double det = sums.aa[0][0] * sums.aa[1][1] - sums.aa[0][1] * sums.aa[1][0];
    if (!(det > 0.0)) return;
    double step[2] = {(sums.ay[0] * sums.aa[1][1] - sums.ay[1] * sums.aa[0][1]) / det,
                      (sums.ay[1] * sums.aa[0][0] - sums.ay[0] * sums.aa[1][0]) / det};
    for (int k = 0; k < 2; k++) {
        double least = sqrt(noise * sums.aa[1 - k][1 - k] / det);
        own[k][0] += fmax(-2.0 * own[k][1], fmin(2.0 * own[k][1], step[k]));
        own[k][1] = fmin(own[k][1], fmax(least, lever_sure_m));
    }
}

static void add_attempts(const eg_trunk *body, const legs *all, eg_stands *out) {
    for (size_t k = 0; k + 1 < all->n && out->n_attempts < EG_ATTEMPTS_MAX; k++) {
        const leg *up = &all->leg[k], *down = up + 1;
        if (up->is_used || down->is_used || !(up->size >= EG_STAND_TRY_M)) continue;
        if (!(-down->size >= 0.5 * up->size)) continue;
        out->attempts[out->n_attempts++] =
            (eg_attempt){(double)up->low / body->rate_hz, (double)down->high / body->rate_hz,
                         up->size / out->usual_m};
        k++;
    }
}

static eg_err add_all(const eg_trunk *body, legs *all, eg_stands *stands, eg_diag *diag) {
    stands->n = 0;
    for (size_t k = 0; k < all->n; k++) {
        if (!(all->leg[k].size >= EG_STAND_PART * stands->usual_m)) continue;
        if (stands->n == EG_STANDS_MAX)
            return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "more than %d times up", EG_STANDS_MAX);
        add_stand(body, all, k, stands);
    }
    return EG_OK;
}

/* Between rising and sitting down, what goes up and down is a walk. */
static void drop_steps(legs *all, double usual) {
    size_t kept = 0;
    bool is_up = false;
    for (size_t k = 0; k < all->n; k++) {
        double part = all->leg[k].size / usual;
        if (part >= EG_STAND_PART) is_up = true;
        if (part <= -EG_STAND_PART) is_up = false;
        if (is_up && fabs(part) < EG_STAND_PART) continue;
        all->leg[kept++] = all->leg[k];
    }
    all->n = kept;
}

static eg_err refuse(double usual, eg_diag *diag) {
    return eg_diag_set(
        diag, EG_ERR_DATA, NULL, 0,
        "nobody stands up here: the pelvis rises by %.2f m at most and a chair takes "
        "%.2f; was the sensor where it is said to be?",
        usual, EG_STAND_RISE_MIN_M);
}

/* All of them into `stands`; leaves the arena to the caller. */
static eg_err find_all(eg_trunk *body, eg_arena *arena, eg_stands *stands, eg_diag *diag) {
    legs *all = eg_arena_take(arena, 1, sizeof *all);
    double *hip = eg_arena_take(arena, body->n, sizeof *hip);
    if (all == NULL || hip == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu samples", body->n);
    /* Twice: what rises says which lean is upright and where the drift may be seen; that changes
     * the height a little. */
    for (int round = 0; round < 3; round++) {
        if (round == 0)
            for (size_t i = 0; i < body->n; i++) hip[i] = body->height_m[i];
        else
            for (size_t i = 0; i < body->n; i++) hip[i] = hip_at(body, i);
        if (!find_legs(body, hip, turn_part, all))
            return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "more than %d ways up and down",
                               LEGS_MAX);
        stands->usual_m = usual_rise(all, arena);
        if (!(stands->usual_m >= EG_STAND_RISE_MIN_M)) return refuse(stands->usual_m, diag);
        face(body, all, stands->usual_m, arena);
        if (round < 2 && body->lift_m_s2 != NULL && body->place != EG_TRUNK_THIGH) {
            eg_err err = level_again(body, all, stands->usual_m, arena, diag);
            if (err != EG_OK) return err;
        }
    }
    drop_steps(all, stands->usual_m);
    eg_err err = EG_OK;
    for (int round = 0; round < 3 && err == EG_OK; round++) {
        all->n_reaches = round < 2 ? 1 : REACHES;
        err = add_all(body, all, stands, diag);
        if (!body->has_lean) break;
        if (round < 2) learn_levers(body, stands);
    }
    if (err != EG_OK) return err;
    add_attempts(body, all, stands);
    return EG_OK;
}

eg_err eg_stand_find(eg_trunk *body, eg_arena *arena, eg_stands *stands, eg_diag *diag) {
    EG_ASSERT(body != NULL && arena != NULL && stands != NULL);
    size_t mark = eg_arena_mark(arena);
    *stands = (eg_stands){0};
    eg_err err = find_all(body, arena, stands, diag);
    eg_arena_reset(arena, mark);
    return err;
}
