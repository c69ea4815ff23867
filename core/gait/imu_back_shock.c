/* The shock of the landing. Where the acceleration turns says when a strike was only as well as the
 * person brakes like others; a heel that lands sends a shock up the leg, whose first peak at the
 * pelvis comes at nearly the same time behind the strike in everybody. One shock drowns in what
 * else moves: all of a walk are laid over each other, each shifted to where it fits their mean. */
#include "core/base/sort.h"
#include "core/gait/imu_back_part.h"
#include "core/gait/imu_part.h"

enum { SIDE = (BACK_SHOCK_CELLS - 1) / 2, ROUNDS = 3 };

static const double cell_s = 0.0025;
static const double shock_hz = 15.0;   /* high-pass: above the steps' own harmonics */
static const double near_step = 0.14;  /* how far from the strike its shock is looked for */
static const double fit_step = 0.15;   /* so much to either side is compared, */
static const double shift_s = 0.04;    /* and shifted by so much at most */
static const double blur_s = 0.01;     /* to either side, of the energy */
static const double by_chance = 10.0;  /* peak energy over its median, where there is none */
static const double sure_ratio = 20.0; /* more than that: half as sure as can be */
static const double spread_s = 0.012;  /* of a clear shock, between people */
static const double behind_s = 0.012;  /* its peak, behind the strike */

static double value_at(const back_shock *s, double t_s) {
    double u = t_s * s->rate_hz;
    if (!(u >= 0.0) || !(u < (double)(s->n - 1))) return 0.0;
    size_t i = (size_t)u;
    return s->x[i] + (u - (double)i) * (s->x[i + 1] - s->x[i]);
}

static void lay_over(back_shock *s, size_t n, const back_step *steps, const double *shift) {
    for (int c = 0; c <= 2 * s->side; c++) {
        double sum = 0.0;
        for (size_t k = 0; k < n; k++)
            sum += value_at(s, steps[k].strike_s + shift[k] + (c - s->side) * cell_s);
        s->mean[c] = sum / (double)n;
    }
}

/* Where one step's shock fits the mean best. */
static double best_shift(const back_shock *s, double strike_s, double step_s) {
    int wide = (int)(fit_step * step_s / cell_s), most = (int)(shift_s / cell_s), at = 0;
    double best = -(double)INFINITY;
    for (int m = -most; m <= most; m++) {
        double sum = 0.0;
        for (int c = -wide; c <= wide; c++)
            sum += s->mean[c + s->side] * value_at(s, strike_s + (c + m) * cell_s);
        if (sum > best) {
            best = sum;
            at = m;
        }
    }
    return at * cell_s;
}

/* Peak energy near the strike over its median. */
static double clearness(back_shock *s, double step_s) {
    int blur = (int)(blur_s / cell_s), near = (int)(near_step * step_s / cell_s);
    double peak = 0.0;
    for (int c = 0; c <= 2 * s->side; c++) {
        double sum = 0.0;
        for (int k = c - blur; k <= c + blur; k++)
            if (k >= 0 && k <= 2 * s->side) sum += s->mean[k] * s->mean[k];
        s->energy[c] = sum;
        if (c >= s->side - near && c <= s->side + near) peak = fmax(peak, sum);
    }
    eg_sort(2 * (size_t)s->side + 1, s->energy, s->scratch);
    return s->energy[s->side] > 0.0 ? peak / s->energy[s->side] : 0.0;
}

/* How much of the mean shock is in a landing. */
static double part_at(const back_shock *s, double strike_s, double step_s) {
    int wide = (int)(fit_step * step_s / cell_s);
    double product = 0.0, size = 0.0;
    for (int c = -wide; c <= wide; c++) {
        double m = s->mean[c + s->side];
        product += m * value_at(s, strike_s + s->moved_s + c * cell_s);
        size += m * m;
    }
    return size > 0.0 ? product / size : 0.0;
}

/* The most that there seems to be in the middle of a step, where nothing lands. */
static double most_between(const back_shock *s, double strike_s, double step_s) {
    enum { PARTS = 40 };
    double most = 0.0;
    for (int k = 0; k <= PARTS; k++) {
        double at = strike_s + step_s * (0.3 + 0.4 * (double)k / PARTS);
        most = fmax(most, part_at(s, at, step_s));
    }
    return most;
}

/* Moves the strikes of a run by what its shocks say, as far as they are clear. */
void imu_back_heed_shocks(back_shock *s, back_work *w, size_t first, size_t last) {
    size_t n = last - first + 1, spare = n >= 7 ? 2 : n >= 5 ? 1 : 0;
    double step = w->b->step_s, mean = 0.0, *shift = w->vote;
    back_step *core = w->steps + first + spare;
    n -= 2 * spare;
    s->side = (int)(0.5 * step / cell_s);
    if (s->side > SIDE) s->side = SIDE;
    for (size_t k = 0; k < n; k++) shift[k] = 0.0;
    for (int round = 0; round < ROUNDS; round++) {
        lay_over(s, n, core, shift);
        for (size_t k = 0; k < n; k++) shift[k] = best_shift(s, core[k].strike_s, step);
    }
    for (size_t k = 0; k < n; k++) mean += shift[k] / (double)n;
    int near = (int)(near_step * step / cell_s), peak = s->side;
    for (int c = s->side - near; c <= s->side + near; c++)
        if (s->mean[c] > s->mean[peak]) peak = c;
    double clear = fmax(clearness(s, step) - by_chance, 1e-3);
    double other = spread_s * spread_s * (1.0 + sure_ratio / clear);
    double own = 0.0;
    for (size_t k = 0; k < n; k++) own += core[k].sd_s * core[k].sd_s / (double)n;
    s->weight = own / (own + other);
    double by = s->weight * (mean + (peak - s->side) * cell_s - behind_s);
    s->moved_s = mean - by; /* where the mean lies about a strike, from now on */
    for (size_t k = first; k <= last; k++) {
        back_step *o = &w->steps[k];
        o->strike_s += by;
        o->sd_s = fmax(EG_GAIT_BACK_SHOCK_S, o->sd_s * sqrt(1.0 - s->weight));
    }
    for (size_t k = 0; k < n; k++) core[k].strike_s += s->weight * (shift[k] - mean);
    s->chance = 0.0;
    for (size_t k = 0; k < n; k++) s->chance += most_between(s, core[k].strike_s, step) / (double)n;
    s->told = s->weight * fmax(0.0, 1.0 - 2.0 * s->chance);
}

double imu_back_shock_at(const back_shock *s, double strike_s, double step_s) {
    return fmin(fmax(part_at(s, strike_s, step_s), 0.0), 1.0);
}

eg_err imu_back_high_pass(back_shock *s, back_work *w, eg_arena *scratch, eg_diag *diag) {
    const eg_gait_back *b = w->b;
    s->x = w->order;
    s->n = b->n;
    s->rate_hz = b->rate_hz;
    for (size_t i = 0; i < b->n; i++) w->x[i] = b->acc[2][i];
    eg_err err = imu_low_pass(b->n, w->x, shock_hz, b->rate_hz, scratch, diag);
    for (size_t i = 0; i < b->n; i++) w->order[i] = b->acc[2][i] - w->x[i];
    return err;
}
