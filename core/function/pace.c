#include "core/function/pace.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/solve.h"
#include "core/function/part.h"

enum { COLUMNS = 5, BEYOND = 2 };

static const double slow_hz = 0.6, quick_hz = 3.0; /* of steps */
static const double walking_m_s = 0.03;            /* RMS of the velocity: less is no walk */
static const double stands_out = 0.5;              /* of the RMS */
static const double early = 0.6, late = 1.5;       /* next step, in shares of the usual time */
static const double cadence_least_hz = 0.7, explained = 0.3;
static const double longest_s = 8.0;
static const double apart_s = 0.2; /* nobody steps quicker */

typedef struct top {
    size_t at, before, behind; /* samples: the top, the valleys beside it */
} top;

/* Columns of the fit at sample i: the swing and a smooth curve. */
static void columns_at(double t_s, double omega, double u, double column[COLUMNS]) {
    eg_sincos(omega * t_s, &column[0], &column[1]);
    column[2] = 1.0;
    column[3] = u;
    column[4] = u * u;
}

/* What the swing and the curve leave of the velocity (sum of squares); omega 0: the curve alone.
 * 100 samples a second are enough of it. */
static double left_by(const eg_trunk *body, size_t from, size_t to, double omega) {
    size_t first = omega > 0.0 ? 0 : 2, n = COLUMNS - first;
    double a[COLUMNS * COLUMNS] = {0}, b[COLUMNS] = {0}, factor[COLUMNS], right[COLUMNS];
    double column[COLUMNS], square = 0.0, length = (double)(to - from);
    const size_t every = function_samples(0.01, body->rate_hz);
    for (size_t i = from; i <= to; i += every) {
        double v = body->rise_m_s[i], u = 2.0 * (double)(i - from) / length - 1.0;
        columns_at((double)(i - from) / body->rate_hz, omega, u, column);
        square += v * v;
        for (size_t j = 0; j < n; j++) {
            b[j] += column[first + j] * v;
            for (size_t k = 0; k < n; k++) a[j * n + k] += column[first + j] * column[first + k];
        }
    }
    for (size_t j = 0; j < n; j++) right[j] = b[j];
    if (eg_solve(n, a, b, factor) == 0) return square * (double)every;
    for (size_t j = 0; j < n; j++) square -= factor[j] * right[j];
    return fmax(square, 0.0) * (double)every;
}

double eg_pace_cadence_hz(const eg_trunk *body, double from_s, double to_s) {
    EG_ASSERT(body != NULL);
    double excess = to_s - from_s - longest_s;
    if (excess > 0.0) {
        from_s += 0.5 * excess;
        to_s -= 0.5 * excess;
    }
    size_t from = function_sample_at(body, from_s), to = function_sample_at(body, to_s);
    if (!(to_s > from_s) || to < from + 16) return (double)NAN;
    double seconds = (double)(to - from) / body->rate_hz, step_hz = 0.05 / seconds;
    double low_hz = fmax(cadence_least_hz, 2.0 / seconds), before = (double)INFINITY;
    double least = (double)INFINITY, beside[2] = {0.0, 0.0}, best_hz = (double)NAN;
    size_t n = low_hz < quick_hz ? (size_t)((quick_hz - low_hz) / step_hz) : 0;
    bool is_next = false;
    for (size_t k = 0; k <= n; k++) {
        double hz = low_hz + step_hz * (double)k;
        double left = left_by(body, from, to, 2.0 * EG_PI * hz);
        if (is_next) beside[1] = left;
        is_next = left < least;
        if (is_next) {
            least = left;
            best_hz = hz;
            beside[0] = before;
        }
        before = left;
    }
    double rest = left_by(body, from, to, 0.0);
    bool is_inside = isfinite(beside[0]) && !is_next; /* not at an end of what is looked at */
    if (!(sqrt(rest / (double)(to - from)) > walking_m_s) || !(rest - least > explained * rest) ||
        !is_inside)
        return (double)NAN;
    double bend = beside[0] + beside[1] - 2.0 * least;
    return bend > 0.0 ? best_hz + 0.5 * step_hz * (beside[0] - beside[1]) / bend : best_hz;
}

/* The first top of x in [from, to] with valleys deeper than `least` on both sides; false if there
 * is none. */
static bool next_top(const double *x, size_t from, size_t to, double least, top *found) {
    size_t low = from, high = from;
    for (size_t i = from + 1; i <= to; i++) {
        if (x[i] > x[high]) high = i;
        if (x[high] - x[i] > least && x[high] - x[low] > least) {
            size_t end = i;
            while (end < to && x[end + 1] <= x[end]) end++;
            *found = (top){.at = high, .before = low, .behind = end};
            return true;
        }
        if (x[i] <= x[low]) low = high = i;
    }
    return false;
}

/* All tops by the middle's measure. Of two that are nearer than any two steps the higher remains.
 */
static size_t find_tops(const double *x, size_t from, size_t to, double least, size_t apart,
                        top tops[EG_PACE_STEPS_MAX]) {
    size_t n = 0;
    top one;
    while (from < to && next_top(x, from, to, least, &one)) {
        if (n > 0 && one.at < tops[n - 1].at + apart) {
            if (x[one.at] > x[tops[n - 1].at]) tops[n - 1] = one;
        } else if (n == EG_PACE_STEPS_MAX) {
            return n + 1;
        } else {
            tops[n++] = one;
        }
        from = one.behind;
    }
    return n;
}

/* The likely step beyond the one at sample `outer`, by the rhythm; false if there is none. */
static bool top_beyond(const double *x, size_t from, size_t to, size_t outer, bool is_before,
                       double period, top *found) {
    double near = early * period, far = late * period, here = (double)outer;
    double begin = is_before ? fmax((double)from, here - far) : here + near;
    double end = is_before ? here - near : fmin((double)to, here + far);
    if (!(end > begin + 1.0)) return false;
    size_t first = (size_t)begin, last = (size_t)end, best = first;
    for (size_t i = first; i <= last; i++)
        if (x[i] > x[best]) best = i;
    if (best == first || best == last) return false;
    *found = (top){.at = best, .before = best, .behind = best};
    for (size_t i = best; i > from && (double)(best - i) < far; i--)
        if (x[i - 1] < x[found->before]) found->before = i - 1;
    for (size_t i = best; i < to && (double)(i - best) < far; i++)
        if (x[i + 1] < x[found->behind]) found->behind = i + 1;
    return true;
}

/* Steps before the first of the middle, or behind its last. */
static void look_beyond(const double *x, size_t from, size_t to, bool is_before, double usual,
                        double period, double rate_hz, eg_pace *pace) {
    double edge_s = pace->at_s[is_before ? 0 : pace->n - 1];
    size_t outer = (size_t)(edge_s * rate_hz + 0.5);
    top one;
    for (size_t k = 0; k < BEYOND && pace->n < EG_PACE_STEPS_MAX; k++) {
        if (!top_beyond(x, from, to, outer, is_before, period, &one)) return;
        /* Outside he stands, at no velocity, though the walk may have been cut into. */
        double outside = fmin(0.0, x[is_before ? one.before : one.behind]);
        double size = x[one.at] - fmax(outside, x[is_before ? one.behind : one.before]);
        if (size < EG_PACE_UNSURE * usual) return;
        if (size < EG_PACE_SURE * usual) {
            pace->n_unsure++;
            return;
        }
        outer = one.at;
        for (size_t i = pace->n; is_before && i > 0; i--) pace->at_s[i] = pace->at_s[i - 1];
        pace->at_s[is_before ? 0 : pace->n] = (double)outer / rate_hz;
        pace->n++;
    }
}

/* The velocity of steps: what is slower (a drift) and quicker than they is taken off, and what is
 * not of the walk (rising, sitting down) was not walked. */
static eg_err find_bob(const eg_trunk *body, size_t from, size_t to, double *bob, eg_arena *scratch,
                       eg_diag *diag) {
    double *slow = eg_arena_take(scratch, body->n, sizeof *slow);
    if (slow == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for steps");
    for (size_t i = 0; i < body->n; i++) bob[i] = i >= from && i <= to ? body->rise_m_s[i] : 0.0;
    eg_err err = function_low_pass(body->n, bob, slow, slow_hz, body->rate_hz, scratch, diag);
    if (err == EG_OK)
        err = function_low_pass(body->n, bob, bob, quick_hz, body->rate_hz, scratch, diag);
    for (size_t i = 0; i < body->n && err == EG_OK; i++) bob[i] -= slow[i];
    return err;
}

/* The middle's steps into `pace`, then those at its ends. */
static void count_walk(const double *bob, size_t from, size_t to, size_t n, const top *tops,
                       double rate_hz, double *part, eg_pace *pace, eg_arena *scratch) {
    for (size_t k = 0; k < n; k++) {
        pace->at_s[k] = (double)tops[k].at / rate_hz;
        part[k] = bob[tops[k].at] - fmax(bob[tops[k].before], bob[tops[k].behind]);
    }
    pace->n = n;
    if (n < 3) return;
    double usual = 0.5 * function_quantile(n, part, 0.5, scratch);
    for (size_t k = 0; k + 1 < n; k++) part[k] = (double)(tops[k + 1].at - tops[k].at);
    double period = function_quantile(n - 1, part, 0.5, scratch);
    for (int side = 0; side < 2; side++)
        look_beyond(bob, from, to, side == 0, usual, period, rate_hz, pace);
}

/* The steps between two samples; leaves the arena to the caller. */
static eg_err find_between(const eg_trunk *body, size_t from, size_t to, eg_arena *scratch,
                           eg_pace *pace, eg_diag *diag) {
    double *bob = eg_arena_take(scratch, body->n, sizeof *bob), square = 0.0;
    double *part = eg_arena_take(scratch, EG_PACE_STEPS_MAX, sizeof *part);
    top *tops = eg_arena_take(scratch, EG_PACE_STEPS_MAX, sizeof *tops);
    size_t n = 0;
    if (bob == NULL || part == NULL || tops == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for steps");
    eg_err err = find_bob(body, from, to, bob, scratch, diag);
    if (err != EG_OK) return err;
    for (size_t i = from; i <= to; i++) square += bob[i] * bob[i] / (double)(to - from + 1);
    size_t apart = function_samples(apart_s, body->rate_hz);
    if (sqrt(square) > walking_m_s)
        n = find_tops(bob, from, to, stands_out * sqrt(square), apart, tops);
    if (n > EG_PACE_STEPS_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "more than %d steps", EG_PACE_STEPS_MAX);
    if (n > 0) count_walk(bob, from, to, n, tops, body->rate_hz, part, pace, scratch);
    return EG_OK;
}

eg_err eg_pace_find(const eg_trunk *body, double from_s, double to_s, eg_arena *scratch,
                    eg_pace *pace, eg_diag *diag) {
    EG_ASSERT(body != NULL && scratch != NULL && pace != NULL);
    size_t mark = eg_arena_mark(scratch);
    size_t from = function_sample_at(body, from_s), to = function_sample_at(body, to_s);
    *pace = (eg_pace){0};
    eg_err err = to > from ? find_between(body, from, to, scratch, pace, diag) : EG_OK;
    eg_arena_reset(scratch, mark);
    return err;
}

size_t eg_pace_count(const eg_pace *pace, double from_s, double to_s) {
    EG_ASSERT(pace != NULL);
    size_t count = 0;
    for (size_t k = 0; k < pace->n; k++) count += pace->at_s[k] >= from_s && pace->at_s[k] < to_s;
    return count;
}
