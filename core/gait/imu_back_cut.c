/* A recording that begins or ends on the way. Next to its edge filters and patterns reach beyond
 * it, and the last strike lies within or outside by a few milliseconds. What there is of the last
 * wave says in which phase it was cut off: it is compared, without any filter, with the walk's own
 * waves, moved to every time at which the next strike may be. How exact that is, the walk's own
 * inner strikes say, looked at through the same window: their waves are cut off there, too, and
 * dated as the edge's. The pace and what it strays by are the prior; the mean of the posterior is
 * the strike, and how much of it lies within says whether it is counted. */
#include "core/base/real.h"
#include "core/gait/imu_back_part.h"

enum { CELLS = BACK_CUT_CELLS, CHANNELS = BACK_CUT_CHANNELS, SEEN = 61, TRIES = 61 };
enum { OTHERS = 12, OTHERS_LEAST = 3, EDGE_STEPS = 4, FOOT_STEPS = 2 };

/* In steps: the waves about a strike that are kept; those about one that are compared, and a strike
 * that far from the edge lies as well as any; how far off the pace it is looked for. */
static const double kept = 1.25, window = 0.6, reach = 0.25;
static const double room = 1.5; /* steps to the edge: more, and the walk does not go on there */
static const double smallest = 0.05;   /* of a channel's variance in it: no wave repeats better */
static const double pace_least = 0.01; /* of a step: nobody's pace is surer */
static const double pace_steps = 4.0;  /* Student's degrees of freedom: the pace of few steps */
static const double surely = 1.96;     /* standard deviations */

/* Forward, left, up, rate of the turn; what alternates changes its sign from foot to foot. */
static int alternates(int c) {
    return c == 1 || c == 3;
}

static double sample_of(const eg_gait_back *b, int c, size_t i) {
    if (c < 3) return b->acc[c][i];
    size_t from = i > 0 ? i - 1 : 0, to = i + 1 < b->n ? i + 1 : i;
    return (b->turn_rad[to] - b->turn_rad[from]) * b->rate_hz / (double)(to - from);
}

static double value_at(const eg_gait_back *b, int c, double t_s) {
    double u = fmax(t_s * b->rate_hz, 0.0);
    size_t i = (size_t)u;
    if (i + 1 >= b->n) return sample_of(b, c, b->n - 1);
    double x = sample_of(b, c, i);
    return x + (u - (double)i) * (sample_of(b, c, i + 1) - x);
}

static double end_of(const eg_gait_back *b) {
    return (double)b->n / b->rate_hz;
}

/* ---- the walk's own waves ---- */

/* What all inner steps of a foot (stride 1: of both, in turn) have in one cell. */
static void learn_cell(back_work *w, back_cut *cut, int c, int cell, size_t first, size_t last,
                       size_t stride) {
    const eg_gait_back *b = w->b;
    double part = kept * (2.0 * (double)cell / (CELLS - 1) - 1.0), square = 0.0, count = 0.0;
    for (size_t foot = 0; foot < 2; foot++) {
        size_t n = 0;
        for (size_t i = first + (stride == 2 ? foot : 0); i <= last; i += stride) {
            double t = w->steps[i].strike_s + part * b->step_s;
            double sign = alternates(c) && (i - first) % 2 != foot ? -1.0 : 1.0;
            if (t < 0.0 || t * b->rate_hz > (double)(b->n - 1)) continue;
            w->vote[n++] = sign * (value_at(b, c, t) - cut->usual[c]);
        }
        if (n == 0) continue;
        double middle = 0.0, apart = 0.0;
        for (size_t i = 0; i < n; i++) apart += w->vote[i] * w->vote[i];
        for (size_t i = 0; i < n; i++) middle += w->vote[i] / (double)n;
        apart -= (double)n * middle * middle;
        cut->mean[foot][c][cell] = imu_back_median(n, w->vote, w->x);
        square += apart;
        count += (double)n - 1.0;
    }
    cut->variance[c][cell] = count > 0.0 ? square / count : 1.0;
}

static void learn(back_work *w, back_cut *cut, size_t first, size_t last) {
    enum { BLUR = 4 };
    size_t stride = last - first + 1 >= 2 * FOOT_STEPS ? 2 : 1;
    const eg_gait_back *b = w->b;
    size_t from = (size_t)fmax(0.0, w->steps[first].strike_s * b->rate_hz);
    size_t to = (size_t)fmax(0.0, w->steps[last].strike_s * b->rate_hz);
    for (int c = 0; c < CHANNELS; c++) {
        double whole = 0.0;
        cut->usual[c] = 0.0;
        for (size_t i = from; i < to && i < b->n; i++)
            cut->usual[c] += sample_of(b, c, i) / (double)(to - from);
        for (int k = 0; k < CELLS; k++) {
            learn_cell(w, cut, c, k, first, last, stride);
            whole += cut->mean[0][c][k] * cut->mean[0][c][k] / CELLS;
        }
        for (int k = 0; k < CELLS; k++) {
            double sum = 0.0, n = 0.0;
            for (int j = k - BLUR; j <= k + BLUR; j++) {
                if (j < 0 || j >= CELLS) continue;
                sum += cut->variance[c][j];
                n += 1.0;
            }
            cut->scratch[k] = sum / n + smallest * whole + 1e-9;
        }
        for (int k = 0; k < CELLS; k++) cut->variance[c][k] = cut->scratch[k];
    }
}

/* ---- one strike ---- */

/* A strike about `middle_s`, seen from from_s to to_s: how ill the walk's own wave fits at each
 * time from middle_s - reach to middle_s + reach. */
typedef struct sight {
    double middle_s, from_s, to_s, misfit[TRIES];
    int best;
} sight;

static double time_of(const back_work *w, const sight *s, int k) {
    return s->middle_s + reach * w->b->step_s * (2.0 * (double)k / (TRIES - 1) - 1.0);
}

static double misfit_at(const back_work *w, const back_cut *cut, const sight *s, size_t foot,
                        double at_s) {
    double sum = 0.0;
    for (int j = 0; j < SEEN; j++) {
        double t = s->from_s + (s->to_s - s->from_s) * (double)j / (SEEN - 1);
        double u = ((t - at_s) / w->b->step_s / kept + 1.0) * 0.5 * (CELLS - 1);
        u = fmin(fmax(u, 0.0), (double)CELLS - 1.001);
        int k = (int)u;
        for (int c = 0; c < CHANNELS; c++) {
            const double *m = cut->mean[foot][c], *v = cut->variance[c];
            double apart = cut->seen[c][j] - m[k] - (u - k) * (m[k + 1] - m[k]);
            sum += apart * apart / (v[k] + (u - k) * (v[k + 1] - v[k]));
        }
    }
    return sum / (SEEN * CHANNELS);
}

static void look(const back_work *w, back_cut *cut, size_t foot, sight *s) {
    s->best = 0;
    for (int c = 0; c < CHANNELS; c++)
        for (int j = 0; j < SEEN; j++) {
            double t = s->from_s + (s->to_s - s->from_s) * (double)j / (SEEN - 1);
            cut->seen[c][j] = value_at(w->b, c, t) - cut->usual[c];
        }
    for (int k = 0; k < TRIES; k++) {
        s->misfit[k] = misfit_at(w, cut, s, foot, time_of(w, s, k));
        if (s->misfit[k] < s->misfit[s->best]) s->best = k;
    }
}

/* What an increase of the misfit says, as a factor of the logarithm of the likelihood: such that
 * the walk's own strikes, seen through the same window, lie as far off as it says.
 * 0: too few of them. */
static double said_by(const back_work *w, back_cut *cut, const sight *edge, int is_end,
                      size_t first, size_t last) {
    size_t n = 0, count = last - first + 1;
    double square = 0.0, bend = 0.0, least = 0.0,
           grid_s = time_of(w, edge, 1) - time_of(w, edge, 0);
    for (size_t m = 0; m < count && n < OTHERS; m++) {
        size_t i = is_end ? last - m : first + m;
        double by = w->steps[i].strike_s - edge->middle_s;
        sight s = {edge->middle_s + by, edge->from_s + by, edge->to_s + by, {0.0}, 0};
        if (s.from_s < 0.0 || s.to_s > end_of(w->b)) continue;
        look(w, cut, (i - first) % 2, &s);
        double off = time_of(w, &s, s.best) - s.middle_s;
        int k = s.best < 2 ? 2 : s.best > TRIES - 3 ? TRIES - 3 : s.best;
        double around = s.misfit[k - 2] + s.misfit[k + 2] - 2.0 * s.misfit[k];
        square += off * off + grid_s * grid_s / 12.0;
        bend += fmax(around, 0.0) / (4.0 * grid_s * grid_s);
        least += s.misfit[s.best];
        n++;
    }
    if (n < OTHERS_LEAST || !(bend > 0.0)) return 0.0;
    double variance = square / ((double)n - 1.0);
    double strange = fmax(1.0, edge->misfit[edge->best] / (least / (double)n));
    return 1.0 / (variance * bend / (double)n) / strange;
}

/* How long the step to strike k usually takes: of the same foot's steps; as many as there are. */
static double usual_of(back_work *w, size_t first, size_t last, size_t k, size_t *n) {
    *n = 0;
    for (size_t i = first + 1; i <= last; i++)
        if ((i - k) % 2 == 0) w->vote[(*n)++] = w->steps[i].strike_s - w->steps[i - 1].strike_s;
    return *n > 0 ? imu_back_median(*n, w->vote, w->x) : w->b->step_s;
}

/* What pace and wave say of a strike: when, its standard deviation, how much of it is within. */
typedef struct verdict {
    double at_s, sd_s, within;
} verdict;

static verdict weigh(const back_work *w, const sight *s, double factor, double pace_sd_s) {
    double sum = 0.0, first = 0.0, second = 0.0, within = 0.0, most = -(double)INFINITY;
    double said[TRIES];
    for (int k = 0; k < TRIES; k++) {
        double z = (time_of(w, s, k) - s->middle_s) / pace_sd_s;
        said[k] = -0.5 * factor * s->misfit[k];
        said[k] -= 0.5 * (pace_steps + 1.0) * eg_log(1.0 + z * z / pace_steps);
        most = fmax(most, said[k]);
    }
    for (int k = 0; k < TRIES; k++) {
        double like = eg_exp(said[k] - most), t = time_of(w, s, k);
        sum += like;
        first += like * (t - s->middle_s);
        second += like * (t - s->middle_s) * (t - s->middle_s);
        if (t >= 0.0 && t < end_of(w->b)) within += like;
    }
    double mean = first / sum;
    return (verdict){s->middle_s + mean, sqrt(fmax(second / sum - mean * mean, 0.0)), within / sum};
}

/* Of the times of a foot's steps: from what follows each other. */
static double spread_of(back_work *w, size_t first, size_t last) {
    size_t n = 0;
    for (size_t i = first + 3; i <= last; i++) {
        const back_step *s = &w->steps[i];
        double time = s[0].strike_s - s[-1].strike_s, before = s[-2].strike_s - s[-3].strike_s;
        w->vote[n++] = fabs(time - before);
    }
    double spread = n > 0 ? imu_back_median(n, w->vote, w->x) / (0.6745 * sqrt(2.0)) : 0.0;
    return n > 0 ? fmax(spread, pace_least * w->b->step_s) : 0.1 * w->b->step_s;
}

/* What can be seen of a strike expected there. */
static sight sight_of(const eg_gait_back *b, double at_s) {
    double wide = window * b->step_s, inside = fmin(fmax(at_s, 0.0), end_of(b));
    return (sight){at_s, fmax(0.0, inside - wide), fmin(end_of(b), inside + wide), {0.0}, 0};
}

/* Takes off the strikes so near to the edge that filters reached beyond it. */
static void take_near(back_work *w, int is_end, size_t first, size_t *last) {
    while (*last - first + 1 > EG_GAIT_BACK_STEPS_MIN) {
        size_t i = is_end ? *last : first;
        double at = w->steps[i].strike_s, rest = is_end ? end_of(w->b) - at : at;
        if (!(rest < window * w->b->step_s)) return;
        imu_back_remove_step(w, i);
        --*last;
    }
}

/* A strike that lies so near to the edge that it may be on its other side is said to. */
static void say_near(eg_gait_back *b, int is_end, const verdict *v, double step_sd_s) {
    double beyond = is_end ? v->at_s - end_of(b) : -v->at_s;
    if (fabs(beyond) > surely * eg_hypot(v->sd_s, step_sd_s)) return;
    if (v->within >= 0.5)
        b->n_near_within++;
    else
        b->n_near_beyond++;
}

void imu_back_cut_off(back_work *w, back_cut *cut, int is_end, size_t first, size_t *last) {
    eg_gait_back *b = w->b;
    double at = w->steps[is_end ? *last : first].strike_s, rest = is_end ? end_of(b) - at : at;
    if (!(rest < room * b->step_s)) return;
    take_near(w, is_end, first, last);
    learn(w, cut, first, *last);
    double spread = spread_of(w, first, *last), before_sd = 0.0;
    size_t own_first = first, own_last = *last;
    for (size_t n = 1; n <= EDGE_STEPS; n++) {
        size_t n_usual, i = is_end ? *last : first;
        double usual = usual_of(w, first, *last, is_end ? i + 1 : i, &n_usual);
        double pace_sd = spread * sqrt(1.0 + 1.0 / fmax((double)n_usual, 0.5));
        sight s = sight_of(b, w->steps[i].strike_s + (is_end ? usual : -usual));
        double beyond = is_end ? s.middle_s - end_of(b) : -s.middle_s;
        if (beyond > reach * b->step_s) return;
        look(w, cut, (is_end ? own_last - own_first + n : n) % 2, &s);
        double factor = said_by(w, cut, &s, is_end, own_first, own_last);
        verdict v = weigh(w, &s, factor, eg_hypot(pace_sd, before_sd));
        before_sd = v.sd_s;
        say_near(b, is_end, &v, w->steps[i].sd_s);
        if (v.within < 0.5) return;
        back_step step = imu_back_moved(w->steps[i], fmin(fmax(v.at_s, 0.0), end_of(b) - 1e-6));
        step.apart_s = sqrt(12.0) * v.sd_s;
        if (!imu_back_insert_step(w, is_end ? i + 1 : i, step)) return;
        ++*last;
        own_first += (size_t)!is_end;
        own_last += (size_t)!is_end;
    }
}
