#include "core/function/reach.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/function/edge.h"
#include "core/function/part.h"
#include "core/signal/smoothness.h"

enum { WINDOW = 160 };

static const double rest_s = 0.3;       /* the first rest lasts at least this */
static const double before_s = 0.35;    /* of rest beside an edge */
static const double usual_share = 0.95; /* quantile that stands for the usual largest value */
static const double noise_share = 2e-4; /* of the distance: what a place is trusted to */

typedef struct search {
    size_t n;
    double rate_hz, least;
    double (*place)[3];
    double *speed, *distance;
    bool is_sensor;
    size_t n_turns; /* alternately near and far places */
    size_t turns[EG_REACH_MAX + 1];
    size_t parts[EG_REACH_MAX + 1]; /* where movements part */
} search;

static double apart(const double a[3], const double b[3]) {
    double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return sqrt(x * x + y * y + z * z);
}

size_t eg_reach_bytes(size_t n) {
    if (n < 8 || n > EG_REACH_SAMPLES_MAX) return 0;
    size_t longest = n < EG_SMOOTHNESS_SAMPLES_MAX ? n : EG_SMOOTHNESS_SAMPLES_MAX;
    return 16 * (n + 1024) * sizeof(double) + eg_sparc_size(longest) + 4096;
}

/* The middle of the stillest part is at rate 0: what a gyroscope says there is its bias. */
static void bias_of(const eg_reach_signal *s, double bias[3]) {
    size_t m = function_samples(rest_s, s->rate_hz);
    double least = (double)INFINITY;
    if (m > s->n) m = s->n;
    for (size_t from = 0; from + m <= s->n; from += (m + 1) / 2) {
        double sum[3] = {0.0, 0.0, 0.0}, square = 0.0;
        for (size_t i = from; i < from + m; i++)
            for (int k = 0; k < 3; k++) sum[k] += s->gyr[i][k] / (double)m;
        for (size_t i = from; i < from + m; i++)
            for (int k = 0; k < 3; k++) square += (s->gyr[i][k] - sum[k]) * (s->gyr[i][k] - sum[k]);
        if (square >= least) continue;
        least = square;
        for (int k = 0; k < 3; k++) bias[k] = sum[k];
    }
}

static eg_err smooth(const eg_reach_signal *s, search *w, eg_arena *arena, eg_diag *diag) {
    size_t n = s->n, mark = eg_arena_mark(arena);
    double *x = eg_arena_take(arena, n, sizeof *x), bias[3] = {0.0, 0.0, 0.0};
    if (x == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for a reach");
    eg_err err = EG_OK;
    if (w->is_sensor) bias_of(s, bias);
    for (size_t i = 0; i < n; i++) w->speed[i] = 0.0;
    for (int k = 0; k < 3 && err == EG_OK; k++) {
        for (size_t i = 0; i < n; i++) x[i] = w->is_sensor ? s->gyr[i][k] - bias[k] : s->hand[i][k];
        err = function_low_pass(n, x, x, EG_REACH_LOW_PASS_HZ, s->rate_hz, arena, diag);
        for (size_t i = 0; i < n && err == EG_OK; i++) {
            size_t a = i > 0 ? i - 1 : 0, b = i + 1 < n ? i + 1 : i;
            double v = w->is_sensor ? x[i] : (x[b] - x[a]) * s->rate_hz / (double)(b - a);
            double step = i > 0 ? 0.5 * (x[i] + x[i - 1]) / s->rate_hz : 0.0;
            w->speed[i] += v * v;
            w->place[i][k] = !w->is_sensor ? x[i] : i > 0 ? w->place[i - 1][k] + step : 0.0;
        }
    }
    for (size_t i = 0; i < n; i++) w->speed[i] = sqrt(w->speed[i]);
    eg_arena_reset(arena, mark);
    return err;
}

/* Mean place of m samples. */
static void mean_place(const search *w, size_t from, size_t m, double mean[3]) {
    mean[0] = mean[1] = mean[2] = 0.0;
    for (size_t i = from; i < from + m; i++)
        for (int k = 0; k < 3; k++) mean[k] += w->place[i][k] / (double)m;
}

/* Distance from where the hand first rests; without a rest, from where it is first. A rest shows
 * in the mean places of two neighbouring spans: speed itself is never 0 where there is noise. */
static void find_home(search *w, double usual) {
    size_t m = function_samples(0.5 * rest_s, w->rate_hz);
    double home[3] = {w->place[0][0], w->place[0][1], w->place[0][2]}, a[3], b[3];
    double least = EG_REACH_EDGE * usual * (double)m / w->rate_hz;
    for (size_t from = 0; from + 2 * m <= w->n; from += (m + 1) / 2) {
        mean_place(w, from, m, a);
        mean_place(w, from + m, m, b);
        if (apart(a, b) > least) continue;
        for (int k = 0; k < 3; k++) home[k] = 0.5 * (a[k] + b[k]);
        break;
    }
    for (size_t i = 0; i < w->n; i++) w->distance[i] = apart(w->place[i], home);
}

/* The near and far places: a turn counts once the distance has gone back by `swing`. */
static eg_err find_turns(search *w, double swing, eg_diag *diag) {
    const double *d = w->distance;
    size_t low = 0, high = 0;
    int way = 0; /* 1: on the way out */
    w->n_turns = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (d[i] > d[high]) high = i;
        if (d[i] < d[low]) low = i;
        bool is_out = way <= 0 && d[i] - d[low] >= swing;
        bool is_back = way >= 0 && d[high] - d[i] >= swing;
        if (!is_out && !is_back) continue;
        if (w->n_turns + 1 >= EG_REACH_MAX)
            return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "more than %d movements of the hand",
                               EG_REACH_MAX - 1);
        w->turns[w->n_turns++] = is_out ? low : high;
        way = is_out ? 1 : -1;
        low = high = i;
    }
    if (w->n_turns > 0) w->turns[w->n_turns++] = way > 0 ? high : low;
    return EG_OK;
}

static double largest(const double *x, size_t from, size_t to) {
    double most = 0.0;
    for (size_t i = from; i <= to; i++) most = fmax(most, x[i]);
    return most;
}

/* Where the movement before turn k parts from the one behind it. */
static size_t part_at(const search *w, size_t k) {
    const double *d = w->distance;
    size_t at = w->turns[k], a = w->turns[k - 1], b = w->turns[k + 1], from = at, to = at;
    double before = d[at] + 0.25 * (d[a] - d[at]), after = d[at] + 0.25 * (d[b] - d[at]);
    double way = d[at] > d[a] ? 1.0 : -1.0;
    while (from > a && way * (d[from] - before) > 0.0) from--;
    while (to < b && way * (d[to] - after) > 0.0) to++;
    double level = EG_REACH_EDGE * fmax(largest(w->speed, a, at), largest(w->speed, at, b));
    size_t run = 0, best = 0, found = at;
    for (size_t i = from; i <= to; i++) {
        run = w->speed[i] < level ? run + 1 : 0;
        if (run <= best) continue;
        best = run;
        found = i - run / 2;
    }
    return found;
}

/* First and last sample of the pieces that belong to the movement within from ... to. */
static void find_pieces(const search *w, size_t from, size_t to, size_t *first, size_t *last) {
    double level = EG_REACH_EDGE * largest(w->speed, from, to);
    double least = EG_REACH_PIECE * apart(w->place[from], w->place[to]);
    bool is_found = false;
    *first = from;
    *last = to;
    for (size_t i = from; i <= to; i++) {
        if (!(w->speed[i] > level)) continue;
        size_t a = i;
        while (i < to && w->speed[i + 1] > level) i++;
        if (apart(w->place[a], w->place[i]) < least) continue;
        if (!is_found) *first = a;
        is_found = true;
        *last = i;
    }
}

/* The first top of speed from `at` on (way 1) or before it (-1) that stands out. */
static size_t top_from(const search *w, size_t first, size_t last, int way) {
    double ground = EG_REACH_PEAK * largest(w->speed, first, last);
    size_t at = way > 0 ? first : last, stop = way > 0 ? last : first, top = at;
    while (at != stop) {
        at = way > 0 ? at + 1 : at - 1;
        if (w->speed[at] > w->speed[top]) top = at;
        if (w->speed[top] > ground && w->speed[top] - w->speed[at] > ground) break;
    }
    return top;
}

/* Begin (or end) of the movement between rest and its first (last) top, in seconds. */
static double edge(const search *w, size_t rest, size_t top, size_t rough, bool is_end) {
    size_t a = is_end ? top : rest, b = is_end ? rest : top, stride = (b - a) / WINDOW + 1;
    size_t n = (b - a + 1) / stride;
    double y[WINDOW + 2], way[3], length = apart(w->place[a], w->place[b]);
    eg_edge found;
    if (n < EG_EDGE_SAMPLES_MIN || !(length > 0.0)) return (double)rough / w->rate_hz;
    for (int k = 0; k < 3; k++) way[k] = (w->place[b][k] - w->place[a][k]) / length;
    for (size_t i = 0; i < n; i++) {
        y[i] = 0.0;
        for (size_t j = 0; j < stride; j++)
            for (int k = 0; k < 3; k++)
                y[i] += (w->place[a + i * stride + j][k] - w->place[a][k]) * way[k] /
                        (length * (double)stride);
    }
    eg_edge_window window = {
        .y = y, .n = n, .is_end = is_end, .is_plain = true, .noise = noise_share};
    if (!eg_edge_find(&window, &found)) return (double)rough / w->rate_hz;
    return ((double)a + found.at * (double)stride + 0.5 * (double)(stride - 1)) / w->rate_hz;
}

static size_t count_peaks(const double *speed, size_t first, size_t last) {
    double step = EG_REACH_PEAK * largest(speed, first, last), low = speed[first], high = low;
    bool is_up = true;
    size_t n = 0;
    for (size_t i = first; i <= last; i++) {
        high = fmax(high, speed[i]);
        low = fmin(low, speed[i]);
        if (is_up && high - low >= step && high - speed[i] >= step) {
            n++;
            is_up = false;
            low = speed[i];
        } else if (!is_up && speed[i] - low >= step) {
            is_up = true;
            high = speed[i];
        }
    }
    return n > 0 ? n : 1;
}

static eg_err measure(const search *w, const eg_reach_signal *s, eg_reach *r, eg_arena *arena,
                      eg_diag *diag) {
    size_t a = r->first, b = r->last, n = b - a + 1, top = a;
    double home = 0.0;
    r->path = 0.0;
    r->furthest = a;
    for (size_t i = a; i <= b; i++) {
        if (w->speed[i] > w->speed[top]) top = i;
        if (i > a) r->path += apart(w->place[i], w->place[i - 1]);
        double d = apart(w->place[i], w->place[a]);
        if (d > home) r->furthest = i;
        home = fmax(home, d);
    }
    r->distance = apart(w->place[a], w->place[b]);
    r->straightness = r->distance > 0.0 ? r->path / r->distance : (double)NAN;
    r->peak = w->speed[top];
    r->peak_share = fmax(0.0, (double)top / s->rate_hz - r->from_s) / (r->to_s - r->from_s);
    r->n_peaks = count_peaks(w->speed, a, b);
    r->sparc = r->ldlj = r->trunk = r->trunk_share = (double)NAN;
    if (n >= EG_SMOOTHNESS_SAMPLES_MIN && n <= EG_SMOOTHNESS_SAMPLES_MAX) {
        eg_err err = eg_sparc(n, w->speed + a, s->rate_hz, arena, &r->sparc, diag);
        if (err != EG_OK) return err;
        if (eg_ldlj(n, w->speed + a, s->rate_hz, &r->ldlj, NULL) != EG_OK) r->ldlj = (double)NAN;
    }
    if (s->trunk != NULL && !w->is_sensor && r->distance > 0.0) {
        r->trunk = 0.0;
        for (int k = 0; k < 3; k++)
            r->trunk +=
                (s->trunk[b][k] - s->trunk[a][k]) * (w->place[b][k] - w->place[a][k]) / r->distance;
        r->trunk_share = r->trunk / r->distance;
    }
    if (w->is_sensor) r->distance = r->path = r->straightness = (double)NAN;
    return EG_OK;
}

static size_t nearest(double seconds, const search *w) {
    double at = fmax(0.0, floor(seconds * w->rate_hz + 0.5));
    return at < (double)(w->n - 1) ? (size_t)at : w->n - 1;
}

/* The movement within from ... to; `lower` and `upper`: what rest beside it may be used. */
static eg_err add_movement(const search *w, const eg_reach_signal *s, size_t k, eg_arena *arena,
                           eg_reaches *out, eg_diag *diag) {
    size_t from = w->parts[k], to = w->parts[k + 1], first, last;
    size_t rest = function_samples(before_s, w->rate_hz);
    if (apart(w->place[from], w->place[to]) < w->least) return EG_OK;
    find_pieces(w, from, to, &first, &last);
    eg_reach r = {.is_return = w->distance[to] < w->distance[from]};
    size_t early = first > from + rest ? first - rest : from;
    size_t late = last + rest < to ? last + rest : to;
    r.from_s = edge(w, early, top_from(w, first, last, 1), first, false);
    r.to_s = edge(w, late, top_from(w, first, last, -1), last, true);
    if (!(r.to_s - r.from_s >= EG_REACH_LEAST_S)) return EG_OK;
    r.first = nearest(r.from_s, w);
    r.last = nearest(r.to_s, w);
    eg_err err = measure(w, s, &r, arena, diag);
    if (err == EG_OK) out->reaches[out->n++] = r;
    return err;
}

static eg_err check(const eg_reach_signal *s, eg_diag *diag) {
    if (!(s->rate_hz >= 20.0) || s->rate_hz > 1e5 || (s->hand == NULL) == (s->gyr == NULL))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "rate", 0,
                           "a reach needs 20 Hz or more, and a hand or a sensor");
    if (s->n > EG_REACH_SAMPLES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "more than %d samples; give a span",
                           EG_REACH_SAMPLES_MAX);
    if ((double)s->n < s->rate_hz * 0.5 || s->n < EG_EDGE_SAMPLES_MIN)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "less than half a second");
    for (size_t i = 0; i < s->n; i++)
        for (int k = 0; k < 3; k++)
            if (!isfinite(s->hand != NULL ? s->hand[i][k] : s->gyr[i][k]) ||
                (s->hand != NULL && s->trunk != NULL && !isfinite(s->trunk[i][k])))
                return eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "sample %zu is no number", i);
    return EG_OK;
}

static eg_err segment(search *w, const eg_reach_signal *s, eg_arena *arena, eg_reaches *out,
                      eg_diag *diag) {
    find_home(w, function_quantile(w->n, w->speed, usual_share, arena));
    double usual = function_quantile(w->n, w->distance, usual_share, arena);
    eg_err err = find_turns(w, fmax(w->least, EG_REACH_SWING * usual), diag);
    if (err != EG_OK) return err;
    if (w->n_turns < 2)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           w->is_sensor ? "the wrist does not turn by 10 degrees or more"
                                        : "the hand does not move by 5 cm or more");
    w->parts[0] = 0;
    w->parts[w->n_turns - 1] = w->n - 1;
    for (size_t k = 1; k + 1 < w->n_turns; k++) w->parts[k] = part_at(w, k);
    for (size_t k = 0; k + 1 < w->n_turns && err == EG_OK; k++)
        if (w->parts[k + 1] > w->parts[k]) err = add_movement(w, s, k, arena, out, diag);
    return err;
}

eg_err eg_reach_find(const eg_reach_signal *signal, eg_arena *arena, eg_reaches *reaches,
                     eg_diag *diag) {
    EG_ASSERT(signal != NULL && arena != NULL && reaches != NULL);
    reaches->n = 0;
    eg_err err = check(signal, diag);
    if (err != EG_OK) return err;
    size_t n = signal->n;
    search *w = eg_arena_take(arena, 1, sizeof *w);
    double(*place)[3] = eg_arena_take(arena, n, sizeof *place);
    double *speed = eg_arena_take(arena, n, sizeof *speed);
    double *distance = eg_arena_take(arena, n, sizeof *distance);
    if (w == NULL || place == NULL || speed == NULL || distance == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu samples", n);
    w->n = n;
    w->rate_hz = signal->rate_hz;
    w->is_sensor = signal->hand == NULL;
    w->least = w->is_sensor ? EG_REACH_LEAST_RAD : EG_REACH_LEAST_M;
    w->place = place;
    w->speed = speed;
    w->distance = distance;
    err = smooth(signal, w, arena, diag);
    if (err == EG_OK) err = segment(w, signal, arena, reaches, diag);
    if (err == EG_OK && reaches->n == 0)
        err = eg_diag_set(diag, EG_ERR_DATA, NULL, 0, "no movement of the hand is long enough");
    reaches->speed = speed;
    reaches->distance = distance;
    reaches->place = (const double(*)[3])place;
    return err;
}

double eg_reach_forward(const eg_reaches *reaches, size_t index, int up) {
    EG_ASSERT(reaches != NULL && index < reaches->n && up >= 0 && up < 3);
    const eg_reach *r = &reaches->reaches[index];
    double most = 0.0;
    for (size_t i = r->first; i <= r->last; i++) {
        double square = 0.0;
        for (int k = 0; k < 3; k++) {
            double d = reaches->place[i][k] - reaches->place[r->first][k];
            square += k == up ? 0.0 : d * d;
        }
        most = fmax(most, sqrt(square));
    }
    return most;
}
