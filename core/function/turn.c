#include "core/function/turn.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/function/edge.h"
#include "core/function/part.h"
#include "core/function/swing.h"

enum { WINDOW = 200, TIMES_MAX = 256 };

static const double radian = EG_PI / 180.0;
static const double reach_s = 1.3; /* of straight walking beside a turn: a stride */
static const double part = 0.75;   /* of the turn that goes into a window */
static const double heading_noise = 0.005;
static const double swing_rad = 0.1;       /* of the pelvis at a stride: expected size */
static const double straight_most_s = 5.0; /* of that walk */
static const double beside_s = 0.2;        /* not of it, beside a turn */
static const double after_s = 2.0;         /* of walking behind a turn, or it was the last */
static const double walking_m_s = 0.03;    /* RMS of the vertical velocity: less is no walking */

double eg_turn_cadence_hz(const eg_trunk *body, size_t at) {
    size_t half = function_samples(2.0, body->rate_hz);
    if (at >= body->n) return (double)NAN;
    size_t from = at > half ? at - half : 0, to = at + half < body->n ? at + half : body->n;
    size_t least = function_samples(0.35, body->rate_hz);
    size_t most = function_samples(1.2, body->rate_hz);
    if (to < from + 2 * most) return (double)NAN;
    double mean = 0.0, square = 0.0;
    const double *v = body->rise_m_s;
    for (size_t i = from; i < to; i++) mean += v[i] / (double)(to - from);
    for (size_t i = from; i < to; i++) square += (v[i] - mean) * (v[i] - mean);
    if (!(sqrt(square / (double)(to - from)) > walking_m_s)) return (double)NAN;
    double best = 0.0, found = (double)NAN, before = 1.0, rising = 0.0;
    for (size_t lag = least - 1; lag <= most; lag++) {
        double sum = 0.0;
        for (size_t i = from; i + lag < to; i++) sum += (v[i] - mean) * (v[i + lag] - mean);
        sum /= square * (double)(to - from - lag) / (double)(to - from);
        /* A top of the correlation; of two like it the shorter: a step, not a stride. */
        if (rising > 0.0 && sum < before && before > best + 0.1 && lag > least) {
            best = before;
            found = body->rate_hz / (double)(lag - 1);
        }
        rising = sum - before;
        before = sum;
    }
    return best > 0.3 ? found : (double)NAN;
}

/* The swing of the pelvis in a turn's window, as two columns. */
typedef struct gait {
    const double *pace;    /* share of walking at each sample; or: */
    const eg_swing *swing; /* known from the walk before, and when it stops */
    double cadence_hz, stop_s;
    bool is_plain; /* the edge's: a choice is still to be made */
} gait;

static void swing_at(const gait *g, double rate_hz, size_t sample, size_t from, double column[2]) {
    double t = (double)sample / rate_hz, sine, cosine;
    if (g->swing == NULL) {
        eg_sincos(EG_PI * g->cadence_hz * (double)(sample - from) / rate_hz, &sine, &cosine);
        column[0] = g->pace[sample] * sine;
        column[1] = g->pace[sample] * cosine;
        return;
    }
    const double *size = g->swing->heading;
    double share = eg_swing_share(t, g->stop_s);
    eg_sincos(EG_PI * g->swing->cadence_hz * t, &sine, &cosine);
    column[0] = share * (size[0] * sine + size[1] * cosine);
    column[1] = share * (size[0] * cosine - size[1] * sine); /* a quarter later */
}

/* The turn's end on the heading, or where it was if none is found. */
static eg_edge edge(const eg_trunk *body, const gait *walk, size_t from, size_t to, bool is_end,
                    double otherwise_s) {
    size_t stride = (to - from) / WINDOW + 1, n = (to - from + 1) / stride;
    double y[WINDOW + 2], first[WINDOW + 2], second[WINDOW + 2], column[2];
    eg_edge found, otherwise = {otherwise_s, (double)NAN, (double)INFINITY};
    if (to <= from || n < EG_EDGE_SAMPLES_MIN) return otherwise;
    for (size_t i = 0; i < n; i++) {
        y[i] = 0.0;
        for (size_t k = 0; k < stride; k++)
            y[i] += (body->heading_rad[from + i * stride + k] - body->heading_rad[from]) /
                    (double)stride;
        if (walk == NULL) continue;
        swing_at(walk, body->rate_hz, from + i * stride, from, column);
        first[i] = column[0];
        second[i] = column[1];
    }
    eg_edge_window w = {.y = y, .n = n, .is_end = is_end, .noise = heading_noise};
    if (walk != NULL) {
        bool is_known = walk->swing != NULL;
        double spread = is_known ? walk->swing->spread : swing_rad;
        w.n_known = 2;
        w.is_plain = walk->is_plain;
        w.known[0] = (eg_edge_known){first, is_known ? 1.0 : 0.0, spread};
        w.known[1] = (eg_edge_known){second, 0.0, spread};
    }
    w.has_slope = (double)(to - from) > 0.6 * body->rate_hz;
    if (!eg_edge_find(&w, &found)) return otherwise;
    found.at =
        ((double)from + found.at * (double)stride + 0.5 * (double)(stride - 1)) / body->rate_hz;
    found.sd = eg_hypot(found.sd * (double)stride / body->rate_hz, EG_EDGE_METHOD_S);
    return found;
}

/* The end of a turn behind which nobody walks on: nobody says when the last step is taken; the
 * likeliest of some times, by what it leaves of the heading and of the vertical velocity. How far
 * the others would move the end belongs to how sure it is. */
static eg_edge last_end(const eg_trunk *body, double straight_s, double from_s, size_t late,
                        size_t to, double walk_to_s, double otherwise_s) {
    eg_swing swing;
    eg_edge found[TIMES_MAX];
    size_t n = 0;
    double best = (double)INFINITY, middle_s = (double)late / body->rate_hz;
    if (!eg_swing_learn(body, fmax(straight_s, from_s - straight_most_s), from_s, middle_s, &swing))
        return edge(body, NULL, late, to, true, otherwise_s);
    gait walk = {.swing = &swing, .is_plain = true}, likeliest = walk;
    for (walk.stop_s = middle_s - 0.3; walk.stop_s < otherwise_s + 1.0 && n < TIMES_MAX;
         walk.stop_s += 0.05, n++) {
        found[n] = edge(body, &walk, late, to, true, otherwise_s);
        found[n].score +=
            eg_swing_stop_score(body, &swing, middle_s, walk_to_s - 0.05, walk.stop_s);
        if (!(found[n].score < best)) continue;
        best = found[n].score;
        likeliest = walk;
    }
    likeliest.is_plain = false;
    eg_edge result = edge(body, &likeliest, late, to, true, otherwise_s);
    result.sd = eg_hypot(result.sd, eg_edge_apart(n, found));
    return result;
}

/* Sample at which the heading has gone `share` of the way from a to b. */
static size_t share_of(const double *x, size_t a, size_t b, double share) {
    double level = x[a] + share * (x[b] - x[a]), way = x[b] > x[a] ? 1.0 : -1.0;
    size_t i = a;
    while (i < b && way * (x[i] - level) < 0.0) i++;
    return i;
}

/* first, last: samples that belong to the neighbours. */
static void refine(const eg_trunk *body, const double *pace, size_t first, size_t last,
                   double walk_to_s, eg_turn_event *turn) {
    size_t a = (size_t)(turn->from_s * body->rate_hz), b = (size_t)(turn->to_s * body->rate_hz);
    size_t reach = function_samples(reach_s, body->rate_hz);
    gait before = {.pace = pace, .cadence_hz = eg_turn_cadence_hz(body, a)};
    gait after = {.pace = pace, .cadence_hz = eg_turn_cadence_hz(body, b)};
    size_t from = a > first + reach ? a - reach : first;
    size_t to = b + reach < last ? b + reach : last;
    const double *x = body->heading_rad;
    eg_edge end, begin = edge(body, isfinite(before.cadence_hz) ? &before : NULL, from,
                              share_of(x, a, b, part), false, turn->from_s);
    size_t late = share_of(x, a, b, 1.0 - part);
    if (turn->to_s + after_s < walk_to_s)
        end = edge(body, isfinite(after.cadence_hz) ? &after : NULL, late, to, true, turn->to_s);
    else
        end = last_end(body, (double)first / body->rate_hz + beside_s, begin.at - beside_s, late,
                       to, walk_to_s, turn->to_s);
    if (!(end.at > begin.at)) return;
    turn->from_s = begin.at;
    turn->to_s = end.at;
    turn->from_sd_s = begin.sd;
    turn->to_sd_s = end.sd;
}

/* How much somebody walks at each sample, about 1 in full gait: the vertical velocity's strength
 * over a step. The swing of the pelvis grows and ends with it. */
static eg_err find_pace(const eg_trunk *body, double *pace, eg_arena *scratch, eg_diag *diag) {
    size_t n = body->n, half = function_samples(0.35, body->rate_hz), mark = eg_arena_mark(scratch);
    double *quick = eg_arena_take(scratch, n, sizeof *quick);
    if (quick == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a walk");
    eg_err err = function_low_pass(n, body->rise_m_s, quick, 0.6, body->rate_hz, scratch, diag);
    double sum = 0.0;
    for (size_t i = 0; i < n && err == EG_OK; i++) quick[i] = body->rise_m_s[i] - quick[i];
    for (size_t i = 0, to = 0, from = 0; i < n && err == EG_OK; i++) {
        for (; to < n && to <= i + half; to++) sum += quick[to] * quick[to];
        for (; from + half < i; from++) sum -= quick[from] * quick[from];
        pace[i] = sqrt(fmax(sum, 0.0) / (double)(to - from));
    }
    double usual = err == EG_OK ? function_quantile(n, pace, 0.7, scratch) : 1.0;
    for (size_t i = 0; i < n; i++) pace[i] = usual > 0.0 ? fmin(1.5, pace[i] / usual) : 0.0;
    eg_arena_reset(scratch, mark);
    return err;
}

static void measure(const eg_trunk *body, const double *slow, eg_turn_event *turn) {
    size_t a = (size_t)fmax(0.0, floor(turn->from_s * body->rate_hz + 0.5));
    size_t b = (size_t)floor(turn->to_s * body->rate_hz + 0.5);
    if (b >= body->n) b = body->n - 1;
    turn->peak_rad_s = 0.0;
    turn->angle_rad = 0.0;
    for (size_t i = a; i <= b; i++) {
        turn->peak_rad_s = fmax(turn->peak_rad_s, fabs(slow[i]));
        if (i > a) turn->angle_rad += 0.5 * (slow[i] + slow[i - 1]) / body->rate_hz;
    }
    turn->mean_rad_s = fabs(turn->angle_rad) / (turn->to_s - turn->from_s);
}

/* Pieces of the slow rate that stay on one side of 5 deg/s and exceed 15. */
static eg_err find_pieces(const eg_trunk *body, const double *slow, eg_turns *turns,
                          eg_diag *diag) {
    double edge_rad_s = EG_TURN_EDGE_DEG_S * radian;
    for (size_t i = 0; i < body->n; i++) {
        double side = slow[i] > 0.0 ? 1.0 : -1.0, peak = 0.0;
        if (!(fabs(slow[i]) > edge_rad_s)) continue;
        size_t from = i;
        while (i < body->n && side * slow[i] > edge_rad_s) peak = fmax(peak, side * slow[i++]);
        double from_s = (double)from / body->rate_hz, to_s = (double)i / body->rate_hz;
        if (!(peak > EG_TURN_PEAK_DEG_S * radian)) continue;
        eg_turn_event *last = turns->n > 0 ? &turns->turns[turns->n - 1] : NULL;
        if (last != NULL && last->angle_rad * side > 0.0 &&
            from_s - last->to_s <= EG_TURN_APART_S) {
            last->to_s = to_s;
            continue;
        }
        if (turns->n == EG_TURNS_MAX)
            return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "more than %d turns", EG_TURNS_MAX);
        turns->turns[turns->n++] = (eg_turn_event){.from_s = from_s,
                                                   .to_s = to_s,
                                                   .angle_rad = side,
                                                   .from_sd_s = (double)NAN,
                                                   .to_sd_s = (double)NAN};
    }
    return EG_OK;
}

eg_err eg_turn_find(const eg_trunk *body, double walk_to_s, eg_arena *scratch, eg_turns *turns,
                    eg_diag *diag) {
    EG_ASSERT(body != NULL && scratch != NULL && turns != NULL);
    size_t mark = eg_arena_mark(scratch), kept = 0;
    *turns = (eg_turns){0};
    double *slow = eg_arena_take(scratch, body->n, sizeof *slow);
    double *pace = eg_arena_take(scratch, body->n, sizeof *pace);
    if (slow == NULL || pace == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu samples", body->n);
    eg_err err = function_low_pass(body->n, body->turn_rad_s, slow, EG_TURN_LOW_PASS_HZ,
                                   body->rate_hz, scratch, diag);
    if (err == EG_OK) err = find_pace(body, pace, scratch, diag);
    if (err == EG_OK) err = find_pieces(body, slow, turns, diag);
    for (size_t k = 0; k < turns->n && err == EG_OK; k++) {
        eg_turn_event *t = &turns->turns[k];
        measure(body, slow, t);
        double seconds = t->to_s - t->from_s;
        if (seconds < EG_TURN_LEAST_S || seconds > EG_TURN_MOST_S ||
            fabs(t->angle_rad) < EG_TURN_LEAST_DEG * radian)
            continue;
        turns->turns[kept++] = *t;
    }
    turns->n = kept;
    for (size_t k = 0; k < turns->n && err == EG_OK; k++) {
        size_t first = k > 0 ? (size_t)(turns->turns[k - 1].to_s * body->rate_hz) : 0;
        size_t last =
            k + 1 < turns->n ? (size_t)(turns->turns[k + 1].from_s * body->rate_hz) : body->n - 1;
        eg_turn_event coarse = turns->turns[k], *turn = &turns->turns[k];
        refine(body, pace, first, last, walk_to_s, turn);
        measure(body, slow, turn);
        if (!(turn->angle_rad / coarse.angle_rad > 0.5)) *turn = coarse; /* most of it was lost */
    }
    eg_arena_reset(scratch, mark);
    return err;
}
