/* How a walk begins and ends. A first step from standing and a last one that brings the feet
 * together neither brake nor lift as others do; but the foot that swings turns the pelvis, and the
 * one that stands pushes the body away from it, as in every step. How much of the
 * walk's own usual step is in it tells a step from somebody who starts to sway or settles. */
#include "core/base/real.h"
#include "core/gait/imu_back_part.h"
#include "core/gait/imu_part.h"

enum { CELLS = 46, CHANNELS = 4, EDGE_STEPS = 4, FOOT_STEPS = 3, SWAYS = 4 };

/* In steps around the strike: where a channel is compared. What pushes sideways and turns the
 * pelvis is the swing before; what brakes and lifts is the landing. */
static const double from_step[CHANNELS] = {-0.5, -0.8, -0.3, -0.8};
static const double to_step[CHANNELS] = {0.4, 0.05, 0.4, 0.05};
static const double trust[CHANNELS] = {0.5, 1.0, 0.5, 1.0};
static const int alternates[CHANNELS] = {0, 1, 0, 1};

static const double reach = 0.25;    /* of a step, to either side of where it is expected */
static const double far_costs = 0.1; /* of the score, at the end of the reach */
static const double still_step = 0.5, still_part = 0.05;
static const double least_part = 0.02;
static const double retimed = 0.15; /* of a step: less is left to what tells all steps */
static const double shock_counts = 1.5;
/* How much of a usual step is in one that begins or ends a walk, and where somebody only starts to
 * sway or comes to rest: mean, standard deviation; what one channel can say at most (E: ours). */
static const double step_part = 0.5, step_spread = 0.35;
static const double none_part = 0.05, none_spread = 0.15;
static const double most_said = 3.0;
/* Where shocks are so clear, a landing without so much of one is none. */
static const double shock_clear = 0.5, shock_least = 0.08;
static const double room = 1.5; /* steps to the recording's end: less, and it may go on there */
static const double pattern_hz = 2.5; /* of the steps' rate: low-pass */

/* How a walk looks from step to step. Channels: acceleration forward, left and up, rate of the
 * turn; what alternates (left, turn) is kept for even steps and turned round for odd ones. */
typedef struct pattern {
    size_t n;
    double rate_hz, step_s;
    double *x[CHANNELS];
    double mean[2][CHANNELS][CELLS], weight[2][CHANNELS]; /* even, odd steps */
    int is_still[2]; /* the recording begins, ends in standing */
    back_shock *shock;
} pattern;

/* Nothing moves before and behind. */
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

/* From n steps of which the first has this number: those of a foot if there are enough, else both
 * feet's; medians, which a turn on the way does not bend. A channel counts for as much as the steps
 * have in common there. */
static void learn(back_work *w, pattern *p, size_t n, const back_step *steps, size_t number) {
    size_t stride = n >= 2 * FOOT_STEPS ? 2 : 1;
    for (size_t foot = 0; foot < 2; foot++)
        for (int c = 0; c < CHANNELS; c++) {
            double whole = 0.0, shared = 0.0;
            for (int k = 0; k < CELLS; k++) {
                double sum = 0.0;
                size_t count = 0;
                for (size_t i = stride == 2 ? (number + foot) % 2 : 0; i < n; i += stride) {
                    double x = cell_of(p, c, k, steps[i].strike_s, number + i);
                    sum += x;
                    whole += x * x;
                    w->vote[count++] = x;
                }
                p->mean[foot][c][k] = imu_back_median(count, w->vote, w->x);
                shared += p->mean[foot][c][k] * sum;
            }
            p->weight[foot][c] = whole > 0.0 ? trust[c] * fmax(shared / whole, 0.0) : 0.0;
        }
}

/* Whether so little moves from sample `from` on that somebody stands. */
static int is_still(const pattern *p, size_t from, size_t n) {
    double sum = 0.0;
    for (int c = 0; c < CHANNELS; c++) {
        double mean = 0.0, here = 0.0, usual = 0.0;
        for (size_t i = from; i < from + n; i++) mean += p->x[c][i] / (double)n;
        for (size_t i = from; i < from + n; i++) {
            double apart = p->x[c][i] - mean;
            here += apart * apart / (double)n;
        }
        for (int k = 0; k < CELLS; k++) usual += p->mean[0][c][k] * p->mean[0][c][k] / CELLS;
        if (usual > 0.0) sum += here / usual / CHANNELS;
    }
    return sum < still_part;
}

/* How much of a usual step's channel is in one that lands at `at_s`: 1 all of it, 0 none. */
static double part_of(const pattern *p, int c, double at_s, size_t number) {
    const double *mean = p->mean[number % 2][c];
    double product = 0.0, size = 0.0;
    for (int k = 0; k < CELLS; k++) {
        product += mean[k] * cell_of(p, c, k, at_s, number);
        size += mean[k] * mean[k];
    }
    return size > 0.0 ? fmin(fmax(product / size, 0.0), 1.0) : 0.0;
}

/* How much of the usual shock a landing has, beyond what there is by chance. */
static double shock_of(const pattern *p, double at_s) {
    double shock = imu_back_shock_at(p->shock, at_s, p->step_s), chance = p->shock->chance;
    return fmax(0.0, (shock - chance) / fmax(1.0 - chance, 0.1));
}

/* The same of all channels; NaN where the recording does not reach, and where it begins or ends in
 * standing: nobody lands there. A swing pushes sideways and turns: geometric mean of both, as who
 * only shifts the weight does not turn. */
static double score(const pattern *p, double at_s, size_t number) {
    const double *weight = p->weight[number % 2];
    double sum = 0.0, logs = 0.0, end_s = (double)(p->n - 1) / p->rate_hz;
    if (p->is_still[0] && at_s < still_step * p->step_s) return (double)NAN;
    if (p->is_still[1] && at_s > end_s - still_step * p->step_s) return (double)NAN;
    if (at_s < 0.0 || (at_s - 0.8 * p->step_s < 0.0 && !p->is_still[0])) return (double)NAN;
    if (at_s > end_s || (at_s + 0.4 * p->step_s > end_s && !p->is_still[1])) return (double)NAN;
    for (int c = 0; c < CHANNELS; c++) {
        double part = part_of(p, c, at_s, number);
        if (alternates[c])
            logs += weight[c] * eg_log(fmax(part, least_part));
        else
            sum += weight[c] * part;
    }
    double swing = weight[1] + weight[3], shock = imu_back_shock_at(p->shock, at_s, p->step_s);
    double all = weight[0] + weight[2] + swing + shock_counts * p->shock->told;
    int is_clear = p->shock->told > shock_clear;
    if (is_clear && shock < shock_least) return 0.0;
    sum += shock_counts * p->shock->told * shock_of(p, at_s);
    if (swing > 0.0) sum += swing * eg_exp(logs / swing);
    return all > 0.0 ? sum / all : (double)NAN;
}

/* What so large a part of a usual step says for a step and against none: logarithm of the ratio of
 * their likelihoods. */
static double said_by(double part) {
    double step = (part - step_part) / step_spread, none = (part - none_part) / none_spread;
    double said = 0.5 * (none * none - step * step) - eg_log(step_spread / none_spread);
    return fmin(fmax(said, -most_said), most_said);
}

/* The same of all that a landing at that time shows; above 0 it is one. Who settles on both feet
 * sways and turns a little, but does not brake, sink or land. */
static double evidence(const pattern *p, double at_s, size_t number) {
    const double *weight = p->weight[number % 2];
    double sum = 0.0;
    for (int c = 0; c < CHANNELS; c++)
        sum += fmin(1.0, weight[c] / trust[c]) * said_by(part_of(p, c, at_s, number));
    return sum + shock_counts * p->shock->told * said_by(shock_of(p, at_s));
}

/* The score at the best time within reach of *at_s, which becomes that time. A landing's shock
 * tells it more exactly than the rest. */
static double search(const pattern *p, double *at_s, size_t number) {
    enum { HALF = 50 };
    double best = (double)NAN, middle = *at_s;
    for (int k = -HALF; k <= HALF; k++) {
        double part = (double)k / HALF, t = middle + part * reach * p->step_s;
        double here = score(p, t, number) - far_costs * part * part;
        if (!isfinite(here) || here <= best) continue;
        best = here;
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

static int goes_on(const back_work *w, double time_s) {
    return time_s >= 0.5 * w->b->step_s && time_s <= 1.8 * w->b->step_s;
}

/* Gives all steps the number of their run. */
static void number_runs(back_work *w) {
    for (size_t k = 0; k < w->n_steps; k++) {
        double t = k > 0 ? w->steps[k].turn_s - w->steps[k - 1].turn_s : (double)INFINITY;
        w->steps[k].run = k == 0 ? 0 : w->steps[k - 1].run + (size_t)!goes_on(w, t);
    }
}

/* Whether between steps k - 1 and k there is no room for one. */
static int is_close(const back_work *w, size_t k) {
    if (k == 0 || k >= w->n_steps) return 0;
    return w->steps[k].turn_s - w->steps[k - 1].turn_s < 0.5 * w->b->step_s;
}

/* Starting and stopping the body sways to and fro at the steps' pace, but out of step: a few turns
 * that a longer walk follows or precedes at once are no walk of their own. */
void imu_back_find_runs(back_work *w) {
    size_t kept = 0, before = 0;
    int was_close = 0;
    number_runs(w);
    for (size_t first = 0, last, n; first < w->n_steps; first = last + 1, before = n) {
        last = imu_back_run_end(w, first);
        n = last - first + 1;
        size_t behind = last + 1 < w->n_steps ? imu_back_run_end(w, last + 1) - last : 0;
        int will_close = is_close(w, last + 1);
        int sways = (was_close && before > n) || (will_close && behind > n);
        was_close = will_close;
        if (n < EG_GAIT_BACK_STEPS_MIN || (n <= SWAYS && sways)) continue;
        for (size_t k = first; k <= last; k++) w->steps[kept++] = w->steps[k];
    }
    w->n_steps = kept;
}

void imu_back_remove_step(back_work *w, size_t k) {
    for (size_t i = k + 1; i < w->n_steps; i++) w->steps[i - 1] = w->steps[i];
    w->n_steps--;
}

/* Before step k; 0: there is no room. */
int imu_back_insert_step(back_work *w, size_t k, back_step step) {
    if (w->n_steps == w->capacity) return 0;
    for (size_t i = w->n_steps++; i > k; i--) w->steps[i] = w->steps[i - 1];
    w->steps[k] = step;
    return 1;
}

/* A step of which only the strike is known; the rest as in another one. */
back_step imu_back_moved(back_step step, double strike_s) {
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

/* The score of step i where it goes best with the walk's own: about where the acceleration turned,
 * or where the pace from its inner neighbour has it. */
static double search_twice(back_work *w, const pattern *p, int is_end, size_t first, size_t last,
                           size_t i, size_t number, double *at_s) {
    double usual = usual_of(w, first, last, is_end ? i : i + 1);
    double then = w->steps[is_end ? i - 1 : i + 1].strike_s + (is_end ? usual : -usual);
    *at_s = w->steps[i].strike_s;
    double part = search(p, at_s, number), other = search(p, &then, number);
    if (!(other > part)) return part;
    *at_s = then;
    return other;
}

/* Next to the end a walk brakes or speeds up by itself, which turns the acceleration, too. */
static void retime(back_work *w, const pattern *p, int is_end, size_t first, size_t last, size_t i,
                   size_t number) {
    double at, part = search_twice(w, p, is_end, first, last, i, number, &at);
    if (part > 0.0 && fabs(at - w->steps[i].strike_s) > retimed * p->step_s)
        w->steps[i] = imu_back_moved(w->steps[i], at);
}

/* Whether a step at an end of a run, or beyond, is another run's. */
static int is_taken(const back_work *w, int is_end, size_t next, double at_s, double step_s) {
    if (next >= w->n_steps) return 0; /* before the first, too */
    double room_s = is_end ? w->steps[next].strike_s - at_s : at_s - w->steps[next].strike_s;
    return room_s < 0.5 * step_s;
}

/* Takes steps that are none off one end; the first has `*number`. */
static void take_off(back_work *w, const pattern *p, int is_end, size_t first, size_t *last,
                     size_t *number) {
    for (int k = 0; k<EDGE_STEPS && * last - first + 1> EG_GAIT_BACK_STEPS_MIN; k++) {
        size_t i = is_end ? *last : first, its = *number + i - first;
        double at = w->steps[i].strike_s, rest = is_end ? (double)p->n / p->rate_hz - at : at;
        if (rest < room * p->step_s && !p->is_still[is_end]) return; /* it may go on outside */
        double part = search_twice(w, p, is_end, first, *last, i, its, &at);
        if (!isfinite(part)) return;
        int is_other = is_taken(w, is_end, is_end ? i + 1 : i - 1, at, p->step_s);
        if (!is_other && part > 0.0 && evidence(p, at, its) >= 0.0) {
            w->steps[i] = imu_back_moved(w->steps[i], at);
            retime(w, p, is_end, first, *last, is_end ? i - 1 : i + 1, is_end ? its - 1 : its + 1);
            return;
        }
        imu_back_remove_step(w, i);
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
        size_t its = *number + i + 1 - first - (is_end ? 0 : 2);
        double part = search(p, &at, its);
        if (!(part > 0.0) || evidence(p, at, its) < 0.0) return;
        if (is_taken(w, is_end, is_end ? i + 1 : i - 1, at, p->step_s)) return;
        back_step step = imu_back_moved(w->steps[i], at);
        step.apart_s = reach * p->step_s;
        if (!imu_back_insert_step(w, is_end ? i + 1 : i, step)) return;
        if (!is_end) --*number;
        ++*last;
    }
}

/* Runs between which the missing steps were found are one. */
static void join_runs(back_work *w) {
    size_t before = w->n_steps > 0 ? w->steps[0].run : 0;
    for (size_t k = 1; k < w->n_steps; k++) {
        double t = w->steps[k].strike_s - w->steps[k - 1].strike_s;
        int is_same = w->steps[k].run == before || goes_on(w, t);
        before = w->steps[k].run;
        w->steps[k].run = w->steps[k - 1].run + (size_t)!is_same;
    }
}

static void find_ends_of(back_work *w, pattern *p, back_cut *cut, size_t first, size_t last) {
    size_t n = last - first + 1, spare = n >= 7 ? 2 : n >= 5 ? 1 : 0, number = 1000;
    imu_back_heed_shocks(p->shock, w, first, last);
    learn(w, p, n - 2 * spare, w->steps + first + spare, number + spare);
    size_t edge = (size_t)(still_step * p->step_s * p->rate_hz) + 1;
    if (edge > p->n) edge = p->n;
    p->is_still[0] = is_still(p, 0, edge);
    p->is_still[1] = is_still(p, p->n - edge, edge);
    for (int is_end = 0; is_end < 2; is_end++) {
        take_off(w, p, is_end, first, &last, &number);
        put_on(w, p, is_end, first, &last, &number);
    }
    for (int is_end = 0; is_end < 2; is_end++)
        if (!p->is_still[is_end]) imu_back_cut_off(w, cut, is_end, first, &last);
}

eg_err imu_back_find_ends(back_work *w, eg_arena *scratch, eg_diag *diag) {
    pattern p;
    size_t mark = eg_arena_mark(scratch);
    back_shock *shock = eg_arena_take(scratch, 1, sizeof *shock);
    back_cut *cut = eg_arena_take(scratch, 1, sizeof *cut);
    if (shock == NULL || cut == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for a walk's ends");
    eg_err err = imu_back_high_pass(shock, w, scratch, diag);
    if (err == EG_OK) err = find_channels(w, &p, scratch, diag);
    p.shock = shock;
    for (size_t first = 0; first < w->n_steps && err == EG_OK;) {
        size_t run = w->steps[first].run;
        find_ends_of(w, &p, cut, first, imu_back_run_end(w, first));
        while (first < w->n_steps && w->steps[first].run == run) first++;
    }
    join_runs(w);
    eg_arena_reset(scratch, mark);
    return err;
}
