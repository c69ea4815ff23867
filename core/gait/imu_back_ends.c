/* How a walk begins and ends. A first step from standing and a last one that brings the feet
 * together neither brake nor lift as others do; but the foot that swings turns the pelvis, and the
 * one that stands pushes the body away from it, as in every step. So a step is one if enough of the
 * walk's own usual step is in it. */
#include "core/gait/imu_back_part.h"
#include "core/gait/imu_part.h"

enum { CELLS = 46, CHANNELS = 4, EDGE_STEPS = 2 };

/* In steps around the strike: where a channel is compared. What pushes sideways and turns the
 * pelvis is the swing before; what brakes and lifts is the landing. */
static const double from_step[CHANNELS] = {-0.5, -0.8, -0.3, -0.8};
static const double to_step[CHANNELS] = {0.4, 0.05, 0.4, 0.05};
static const double trust[CHANNELS] = {0.5, 1.0, 0.5, 1.0};
static const int alternates[CHANNELS] = {0, 1, 0, 1};

static const double reach = 0.25;    /* of a step, to either side of where it is expected */
static const double far_costs = 0.1; /* of the score, at the end of the reach */
static const double room = 1.5; /* steps to the recording's end: less, and it may go on there */
static const double pattern_hz = 2.5; /* of the steps' rate: low-pass */

/* How a walk looks from step to step. Channels: acceleration forward, left and up, rate of the
 * turn; what alternates (left, turn) is kept for even steps and turned round for odd ones. */
typedef struct pattern {
    size_t n;
    double rate_hz, step_s;
    double *x[CHANNELS];
    double mean[CHANNELS][CELLS], weight[CHANNELS];
} pattern;

static double value_at(const pattern *p, int c, double t_s) {
    double u = fmax(t_s * p->rate_hz, 0.0);
    size_t i = (size_t)u;
    if (i + 1 >= p->n) return p->x[c][p->n - 1];
    return p->x[c][i] + (u - (double)i) * (p->x[c][i + 1] - p->x[c][i]);
}

static double cell_of(const pattern *p, int c, int k, double at_s, size_t number) {
    double part = (double)k / (CELLS - 1);
    double t = at_s + p->step_s * (from_step[c] + part * (to_step[c] - from_step[c]));
    return (alternates[c] && number % 2 == 1 ? -1.0 : 1.0) * value_at(p, c, t);
}

/* From n steps of which the first has this number. A channel counts for as much as the steps have
 * in common there. */
static void learn(pattern *p, size_t n, const back_step *steps, size_t number) {
    for (int c = 0; c < CHANNELS; c++) {
        double whole = 0.0, shared = 0.0;
        for (int k = 0; k < CELLS; k++) {
            double sum = 0.0;
            for (size_t i = 0; i < n; i++) {
                double x = cell_of(p, c, k, steps[i].strike_s, number + i);
                sum += x;
                whole += x * x;
            }
            p->mean[c][k] = sum / (double)n;
            shared += p->mean[c][k] * sum;
        }
        p->weight[c] = whole > 0.0 ? trust[c] * shared / whole : 0.0;
    }
}

/* How much of a usual step is in one that lands at `at_s`: 1 all of it, 0 none, NaN where the
 * recording does not reach. */
static double score(const pattern *p, double at_s, size_t number) {
    double sum = 0.0, weight = 0.0, end_s = (double)(p->n - 1) / p->rate_hz;
    if (at_s - 0.8 * p->step_s < 0.0 || at_s + 0.4 * p->step_s > end_s) return (double)NAN;
    for (int c = 0; c < CHANNELS; c++) {
        double product = 0.0, size = 0.0;
        for (int k = 0; k < CELLS; k++) {
            product += p->mean[c][k] * cell_of(p, c, k, at_s, number);
            size += p->mean[c][k] * p->mean[c][k];
        }
        if (!(size > 0.0)) continue;
        double part = product / size;
        if (!alternates[c]) part = fmax(part, 0.0); /* the body may well be pushed back first */
        sum += p->weight[c] * fmin(part, 1.0);
        weight += p->weight[c];
    }
    return weight > 0.0 ? sum / weight : (double)NAN;
}

/* The best score within reach of *at_s, which becomes its time. */
static double search(const pattern *p, double *at_s, size_t number) {
    enum { HALF = 25 };
    double best = (double)NAN, middle = *at_s;
    for (int k = -HALF; k <= HALF; k++) {
        double part = (double)k / HALF, t = middle + part * reach * p->step_s;
        double s = score(p, t, number) - far_costs * part * part;
        if (!isfinite(s) || s <= best) continue;
        best = s;
        *at_s = t;
    }
    return best;
}

static eg_err find_channels(back_work *w, pattern *p, eg_arena *scratch, eg_diag *diag) {
    const eg_gait_back *b = w->b;
    double *rooms[CHANNELS] = {w->level[0], w->level[1], w->y, w->z}, step = b->step_s;
    eg_err err = EG_OK;
    *p = (pattern){.n = b->n, .rate_hz = b->rate_hz, .step_s = step};
    for (int c = 0; c < CHANNELS && err == EG_OK; c++) {
        double *x = p->x[c] = rooms[c];
        for (size_t i = 0; i < b->n; i++) {
            size_t from = i > 0 ? i - 1 : 0, to = i + 1 < b->n ? i + 1 : i;
            double turn = (b->turn_rad[to] - b->turn_rad[from]) / (double)(to - from);
            x[i] = c < 3 ? b->acc[c][i] : b->rate_hz * turn;
        }
        /* The way's own turn, and a sensor that hangs askew. */
        if (alternates[c]) imu_centre(b->n, x, (size_t)(2.0 * step * b->rate_hz), w->x);
        err = imu_low_pass(b->n, x, pattern_hz / step, b->rate_hz, scratch, diag);
    }
    return err;
}

/* ---- runs ---- */

size_t imu_back_run_end(const back_work *w, size_t first) {
    size_t last = first;
    while (last + 1 < w->n_steps && w->steps[last + 1].run == w->steps[first].run) last++;
    return last;
}

/* Parts the steps into runs and keeps those that are long enough. */
static void find_runs(back_work *w) {
    size_t kept = 0, run = 0;
    for (size_t first = 0, last; first < w->n_steps; first = last + 1) {
        for (last = first; last + 1 < w->n_steps; last++) {
            double t = w->steps[last + 1].turn_s - w->steps[last].turn_s;
            if (t < 0.5 * w->b->step_s || t > 1.8 * w->b->step_s) break;
        }
        if (last - first + 1 < EG_GAIT_BACK_STEPS_MIN) continue;
        for (size_t k = first; k <= last; k++) {
            w->steps[kept] = w->steps[k];
            w->steps[kept++].run = run;
        }
        run++;
    }
    w->n_steps = kept;
}

static void remove_step(back_work *w, size_t k) {
    for (size_t i = k + 1; i < w->n_steps; i++) w->steps[i - 1] = w->steps[i];
    w->n_steps--;
}

/* Before step k; 0: there is no room. */
static int insert_step(back_work *w, size_t k, back_step step) {
    if (w->n_steps == w->capacity) return 0;
    for (size_t i = w->n_steps++; i > k; i--) w->steps[i] = w->steps[i - 1];
    w->steps[k] = step;
    return 1;
}

/* A step of which only the strike is known; the rest as in another one. */
static back_step moved(back_step step, double strike_s) {
    double by = strike_s - step.strike_s;
    step.turn_s += by;
    step.off_s += by;
    step.strike_s = strike_s;
    step.apart_s = fmax(step.apart_s, fabs(by));
    return step;
}

/* How long the step to the strike with this index usually takes: the median of those of the same
 * foot. */
static double usual_of(back_work *w, size_t first, size_t last, size_t k) {
    size_t n = 0;
    for (size_t i = first + 2; i + 1 <= last; i++)
        if ((i - k) % 2 == 0) w->vote[n++] = w->steps[i].strike_s - w->steps[i - 1].strike_s;
    return n >= 2 ? imu_back_median(n, w->vote, w->x) : w->b->step_s;
}

/* Takes steps that are none off one end; the first has `*number`. */
static void take_off(back_work *w, const pattern *p, int is_end, size_t first, size_t *last,
                     size_t *number) {
    for (int k = 0; k<EDGE_STEPS && * last - first + 1> EG_GAIT_BACK_STEPS_MIN; k++) {
        size_t i = is_end ? *last : first;
        double at = w->steps[i].strike_s, rest = is_end ? (double)p->n / p->rate_hz - at : at;
        if (rest < room * p->step_s) return; /* it may go on outside the recording */
        double part = search(p, &at, *number + i - first);
        if (!(part < EG_GAIT_BACK_PART)) {
            if (isfinite(part)) w->steps[i] = moved(w->steps[i], at);
            return;
        }
        remove_step(w, i);
        if (!is_end) ++*number;
        --*last;
    }
}

/* Puts those on that are missing. */
static void put_on(back_work *w, const pattern *p, int is_end, size_t first, size_t *last,
                   size_t *number) {
    for (int k = 0; k < EDGE_STEPS; k++) {
        size_t i = is_end ? *last : first;
        double usual = usual_of(w, first, *last, is_end ? i + 1 : i);
        double at = w->steps[i].strike_s + (is_end ? usual : -usual);
        double part = search(p, &at, *number + i + 1 - first - (is_end ? 0 : 2));
        if (!(part >= EG_GAIT_BACK_PART)) return;
        back_step step = moved(w->steps[i], at);
        step.apart_s = reach * p->step_s;
        if (!insert_step(w, is_end ? i + 1 : i, step)) return;
        if (!is_end) --*number;
        ++*last;
    }
}

eg_err imu_back_find_ends(back_work *w, eg_arena *scratch, eg_diag *diag) {
    pattern p;
    eg_err err = find_channels(w, &p, scratch, diag);
    if (err != EG_OK) return err;
    find_runs(w);
    for (size_t first = 0, last; first < w->n_steps; first = last + 1) {
        last = imu_back_run_end(w, first);
        size_t n = last - first + 1, spare = n >= 7 ? 2 : n >= 5 ? 1 : 0, number = 1000;
        learn(&p, n - 2 * spare, w->steps + first + spare, number + spare);
        for (int is_end = 0; is_end < 2; is_end++) {
            take_off(w, &p, is_end, first, &last, &number);
            put_on(w, &p, is_end, first, &last, &number);
        }
    }
    return EG_OK;
}
