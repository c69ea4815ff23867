/* The instant of a change of power: the most likely rise time, then the posterior of the instant.
 *
 * Model: power v0 before the change; then v0 (1 + rho u^2), u rising from 0 to 1 in a straight
 * line over the rise time. Energies of cells with f degrees of freedom have the log likelihood
 * ratio against rest  -f/2 sum(ln(v/v0) + e/v - e/v0).  Before the change it is 0, on the plateau
 * it is a prefix sum, so only the ramp costs a product a cell. */
#include "core/base/check.h"
#include "core/emg/onset_part.h"

enum { RISES = 8, GRID_MAX = 512 };

/* A ramp must explain the data better than a step by this much (nats) to be chosen. */
static const double RAMP_LOG_PRIOR = -2.5;

static const double rises_s[RISES] = {0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.26, 0.35};

typedef struct ramp {
    size_t cells; /* of the rise */
    double rho;   /* plateau power over rest, less 1 */
    double log_sum, log_prior;
    double plateau_log, plateau_weight; /* of one plateau cell: ln(1 + rho), 1 - 1 / (1 + rho) */
    int is_used;
} ramp;

typedef struct search {
    const onset_edge_view *view;
    size_t group;                         /* cells of the view in one cell of this search */
    size_t n;                             /* cells of this search */
    double cell[ONSET_EDGE_CELLS_MAX];    /* e / v0 */
    double sum[ONSET_EDGE_CELLS_MAX + 1]; /* prefix sums of e / v0 */
    double weight[ONSET_EDGE_CELLS_MAX];  /* 1 - 1 / (1 + rho u^2) of the ramp at hand */
    double freedom;                       /* of one cell of this search */
    ramp ramps[RISES];
} search;

double onset_evidence(double freedom, double ratio) {
    return 0.5 * freedom * (ratio - 1.0 - eg_log(ratio));
}

static void search_init(search *s, const onset_edge_view *view, size_t group) {
    s->view = view;
    s->group = group;
    s->n = view->end / group;
    s->freedom = view->freedom * (double)group;
    s->sum[0] = 0.0;
    const double scale = 1.0 / (view->rest_power * (double)group);
    const double *power = view->power;
    for (size_t k = 0; k < s->n; k++) {
        double sum = 0.0;
        for (size_t i = 0; i < group; i++, power += view->step) sum += *power;
        s->cell[k] = sum * scale;
        s->sum[k + 1] = s->sum[k] + s->cell[k];
    }
}

/* Mean of e / v0 over cells [from, to). */
static double mean_of(const search *s, size_t from, size_t to) {
    return (s->sum[to] - s->sum[from]) / (double)(to - from);
}

static void ramp_init(search *s, size_t which) {
    ramp *r = &s->ramps[which];
    const onset_edge_view *view = s->view;
    double cell_s = view->cell_s * (double)s->group;
    r->cells = (size_t)(rises_s[which] / cell_s + 0.5);
    r->log_prior = which == 0 ? 0.0 : RAMP_LOG_PRIOR;
    size_t sure = view->sure / s->group, shortest = (size_t)(0.04 / cell_s) + 1;
    r->is_used = (which == 0 || r->cells > 0) && sure + r->cells < s->n + shortest &&
                 r->cells + shortest < s->n;
    if (!r->is_used) return;
    size_t to = sure + r->cells + (size_t)(0.25 / cell_s) + 1;
    if (to > s->n) to = s->n;
    size_t from = sure + r->cells;
    if (from + shortest > to) from = to > shortest ? to - shortest : 0;
    r->rho = fmax(mean_of(s, from, to) - 1.0, 0.5);
    r->plateau_log = eg_log1p(r->rho);
    r->plateau_weight = r->rho / (1.0 + r->rho);
    /* The integral of ln(1 + rho u^2) over u from 0 to 1, a cell. */
    double root = sqrt(r->rho);
    r->log_sum = (double)r->cells * (r->plateau_log - 2.0 + 2.0 * eg_atan(root) / root);
}

/* Fills weight[] for a ramp. */
static void ramp_weights(search *s, const ramp *r) {
    for (size_t k = 0; k < r->cells; k++) {
        double u = ((double)k + 0.5) / (double)r->cells;
        double gain = r->rho * u * u;
        s->weight[k] = gain / (1.0 + gain);
    }
}

/* Log likelihood ratio of a change before cell t with ramp r (its weights are filled in). */
static double likelihood(const search *s, const ramp *r, size_t t) {
    if (t + r->cells > s->n) return -1e300;
    /* Four sums side by side: one would wait for itself. */
    const double *e = s->cell + t;
    double parts[4] = {0.0, 0.0, 0.0, 0.0};
    size_t k = 0;
    for (; k + 4 <= r->cells; k += 4) {
        parts[0] += e[k] * s->weight[k];
        parts[1] += e[k + 1] * s->weight[k + 1];
        parts[2] += e[k + 2] * s->weight[k + 2];
        parts[3] += e[k + 3] * s->weight[k + 3];
    }
    for (; k < r->cells; k++) parts[0] += e[k] * s->weight[k];
    double energy = (parts[0] + parts[1]) + (parts[2] + parts[3]);
    size_t plateau = s->n - t - r->cells;
    double rest = s->sum[s->n] - s->sum[t + r->cells];
    return 0.5 * s->freedom *
           (energy - r->log_sum + rest * r->plateau_weight - (double)plateau * r->plateau_log);
}

typedef struct posterior {
    size_t first, n;       /* instants first ... first + n - 1, in cells of the search */
    double mass[GRID_MAX]; /* with the rise time that fits best */
    double best, rise_s;
    int is_out[RISES]; /* so unlikely on the coarse grid that the fine one leaves it out */
} posterior;

/* exp(likelihood - best) of every instant with the rise time that fits best. */
static void weigh(search *s, size_t first, size_t last, posterior *p) {
    static const double far = 14.0, hopeless = 25.0;
    double tops[RISES] = {0};
    double table[RISES][GRID_MAX];
    p->first = first;
    p->n = last - first + 1;
    EG_ASSERT(p->n <= GRID_MAX);
    p->best = -1e300;
    size_t chosen = 0;
    for (size_t which = 0; which < RISES; which++) {
        const ramp *r = &s->ramps[which];
        if (p->is_out[which]) continue;
        ramp_init(s, which);
        if (!r->is_used) continue;
        ramp_weights(s, r);
        double top = -1e300;
        for (size_t i = 0; i < p->n; i++) {
            table[which][i] = likelihood(s, r, first + i);
            top = fmax(top, table[which][i]);
            if (table[which][i] > p->best) {
                p->best = table[which][i];
                p->rise_s = rises_s[which];
                chosen = which;
            }
        }
        tops[which] = top;
    }
    for (size_t which = 0; which < RISES; which++)
        p->is_out[which] = !s->ramps[which].is_used || tops[which] < p->best - hopeless;
    for (size_t i = 0; i < p->n; i++) {
        /* Without any usable rise every instant is as likely. */
        if (p->best <= -1e300) table[chosen][i] = p->best;
        double below = table[chosen][i] - p->best;
        p->mass[i] = below > -far ? eg_exp(below) : 0.0;
    }
}

/* The instant (in cells) below which `share` of the mass lies; cells are spread evenly. */
static double quantile(const posterior *p, double share) {
    double total = 0.0, sum = 0.0;
    for (size_t i = 0; i < p->n; i++) total += p->mass[i];
    for (size_t i = 0; i < p->n; i++) {
        if (sum + p->mass[i] >= share * total)
            return (double)(p->first + i) + (share * total - sum) / p->mass[i] - 0.5;
        sum += p->mass[i];
    }
    return (double)(p->first + p->n - 1);
}

/* Share of the mass within `width` cells of `at`. */
static double mass_near(const posterior *p, double at, double width) {
    double total = 0.0, near = 0.0;
    for (size_t i = 0; i < p->n; i++) {
        total += p->mass[i];
        double low = (double)(p->first + i) - 0.5;
        double inside = fmin(low + 1.0, at + width) - fmax(low, at - width);
        if (inside > 0.0) near += p->mass[i] * inside;
    }
    return total > 0.0 ? near / total : 0.0;
}

onset_edge onset_edge_find(const onset_edge_view *view) {
    EG_ASSERT(view->end <= ONSET_EDGE_CELLS_MAX && view->first <= view->last);
    search s;
    posterior p = {.n = 0};
    size_t group = (size_t)(0.005 / view->cell_s + 0.5);
    if (group == 0) group = 1;
    search_init(&s, view, group);
    size_t first = view->first / group, last = view->last / group;
    if (last >= s.n) last = s.n > 0 ? s.n - 1 : 0;
    if (first > last) first = last;
    weigh(&s, first, last, &p);
    double low = quantile(&p, 0.0005), high = quantile(&p, 0.9995);
    double scale = (double)group;
    if (group > 1 && (high - low) * scale * view->cell_s < 0.12) {
        double from = floor((low - 5.0) * scale), to = ceil((high + 5.0) * scale);
        first = from > (double)view->first ? (size_t)from : view->first;
        last = to < (double)view->last ? (size_t)to : view->last;
        if (last < first) last = first;
        search_init(&s, view, 1);
        if (last >= s.n) last = s.n - 1;
        weigh(&s, first < last ? first : last, last, &p);
        scale = 1.0;
    }
    double at = quantile(&p, 0.5);
    return (onset_edge){at * scale, quantile(&p, 0.025) * scale, quantile(&p, 0.975) * scale,
                        p.rise_s, mass_near(&p, at, 0.01 / (view->cell_s * scale))};
}
