/* The instant of a change of power: its posterior over instants, rise times and levels together.
 *
 * Model: power v0 before the change; then v0 (1 + rho u^2) or another of the curves, u rising from
 * 0 to 1 in a straight line over the rise time. Energies of cells with f degrees
 * of freedom have the log likelihood ratio against rest  f/2 sum(e/v0 - e/v - ln(v/v0)).  Before
 * the change it is 0, on the plateau it is a prefix sum; the rise is taken in PARTS steps, whose
 * energies are differences of the same prefix sums, so that every instant, rise and level costs a
 * dozen products.
 *
 * Nobody knows how long a muscle takes to rise, and rise and instant pull at each other: the best
 * unbiased estimate of one change's instant is then 2.7 times as uncertain at 6 dB, 2.1 times at
 * 12 dB and 1.6 times at 20 dB as with a known rise (the Fisher information of this model). But the
 * bursts of one recording are one muscle's in one task: all of them together tell how it rises.
 * So each change is looked at by itself first, the shares of the rises in this recording are
 * learned from that, and with these as the prior each instant is the median of its posterior, rise
 * and level integrated out. One burst alone has the usual shares. So are the curves: the median is
 * that of the likelier one, drawn to the other's as far as that is likely, too. */
#include "core/base/check.h"
#include "core/emg/onset_part.h"

enum { RISES = ONSET_RISES, LEVELS = 5, PARTS = 12, GRID_MAX = 192, LANES = 4, ROUNDS = 30 };

/* A step, and rises a fifth apart. */
static const double rises_s[RISES] = {0.000, 0.040, 0.048, 0.058, 0.069, 0.083, 0.099,
                                      0.119, 0.143, 0.172, 0.206, 0.247, 0.297, 0.356};

/* Prior: a step has a share of 0.45; rises share the rest as the 0.3rd power of their length. It is
 * a choice between errors, made on simulated bursts of other seeds than those the tests use: with
 * 0.35 a rise of 50 ms at 6 dB is dated 3 ms nearer, but a step to four times the rest's power
 * (6 dB with the rest counted in) 2 ms farther off; with 0.5 rises of 50 ms suffer at 12 dB, too.
 */
static const onset_rises usual_rises = {{0.4500, 0.0299, 0.0315, 0.0334, 0.0352, 0.0372, 0.0392,
                                         0.0414, 0.0437, 0.0463, 0.0488, 0.0515, 0.0545, 0.0575}};

/* The plateau's level is known about as well as a quarter of a second tells it. It is one for all
 * rises: a level measured behind each rise would leave the long ones short bursts' ends, or none.
 */
static const double level_factors[LEVELS] = {0.6703, 0.8187, 1.0, 1.2214, 1.4918};
static const double level_log_prior[LEVELS] = {-1.28, -0.32, 0.0, -0.32, -1.28};

/* Likelihoods this far below the best (nats) weigh nothing; a rise that is nowhere nearer than
 * HOPELESS is left out of the finer search. */
static const double FAR = 9.0, HOPELESS = 9.0;

/* The curve of a muscle beside the rest is e times as usual as the other. */
static const double USUAL_CURVE = 1.0;

/* A curve less likely than this moves no interval. */
static const double UNLIKELY = 0.025;

/* What is usual counts as much as four changes that were seen. */
static const double USUAL_COUNT = 4.0;

typedef struct rise {
    size_t cells;         /* of the rise; 0: a step */
    size_t parts;         /* steps it is taken in */
    size_t at[PARTS + 1]; /* their limits, cells from the instant */
    double prior;
    double most;   /* largest log posterior found */
    double mass;   /* all its posterior, as mass[] is scaled */
    double moment; /* sum of that times the grid's index */
    int can_be;
    int is_in; /* and is looked at: not so unlikely that it is left out */
} rise;

/* One rise to one level. */
typedef struct shape {
    double change[PARTS + 1];           /* weight of the prefix sum at each limit */
    double log_sum;                     /* of ln(v / v0) over the rise */
    double plateau_log, plateau_weight; /* of one plateau cell: ln(1 + rho), 1 - 1 / (1 + rho) */
    double log_prior;
    int is_ready;
} rise_to;

typedef struct search {
    size_t n;                             /* cells */
    double sum[ONSET_EDGE_CELLS_MAX + 1]; /* prefix sums of e / v0 */
    double half_freedom;                  /* half the degrees of freedom of a cell */
    double level;                         /* plateau power over rest, less 1 */
    onset_curve curve;
    rise rises[RISES];
    rise_to shapes[RISES * LEVELS];
    /* The grid of instants: first, first + step ... */
    size_t first, step, n_grid;
    double row[GRID_MAX]; /* log posterior of one shape */
    double mass[GRID_MAX];
    double best, rise_s;
} search;

double onset_evidence(double freedom, double ratio) {
    return 0.5 * freedom * (ratio - 1.0 - eg_log(ratio));
}

/* Mean of e / v0 over cells [from, to). */
static double mean_of(const search *s, size_t from, size_t to) {
    return (s->sum[to] - s->sum[from]) / (double)(to - from);
}

/* Cells of the shortest plateau that tells its level. */
static size_t shortest_of(const onset_edge_view *view) {
    return (size_t)(0.04 / view->cell_s) + 1;
}

/* The plateau's level: of the last quarter of a second behind the sure part. */
static double level_of(const search *s, const onset_edge_view *view, size_t shortest) {
    const size_t span = (size_t)(0.25 / view->cell_s), to = s->n;
    size_t from = to > view->sure + span ? to - span : view->sure;
    if (from + shortest > to) from = to > shortest ? to - shortest : 0;
    return fmax(mean_of(s, from, to) - 1.0, 0.5);
}

static void rise_init(search *s, double cell_s, size_t shortest, double prior, size_t which) {
    rise *r = &s->rises[which];
    r->cells = (size_t)(rises_s[which] / cell_s + 0.5);
    r->prior = prior;
    r->can_be = prior > 0.0 && (which == 0 || r->cells > 0) && r->cells + shortest < s->n;
    r->is_in = r->can_be;
    if (!r->can_be) return;
    r->parts = r->cells < PARTS ? r->cells : PARTS;
    for (size_t j = 0; j <= r->parts; j++)
        r->at[j] = r->parts > 0 ? (j * r->cells + r->parts / 2) / r->parts : 0;
}

static void forget_shapes(search *s) {
    for (size_t i = 0; i < RISES * LEVELS; i++) s->shapes[i].is_ready = 0;
}

static void search_init(search *s, const onset_edge_view *view, onset_curve curve,
                        const onset_rises *prior) {
    s->n = view->end;
    s->curve = curve;
    s->half_freedom = 0.5 * view->freedom;
    s->sum[0] = 0.0;
    forget_shapes(s);
    const double scale = 1.0 / view->rest_power;
    const double *power = view->power;
    for (size_t k = 0; k < s->n; k++, power += view->step)
        s->sum[k + 1] = s->sum[k] + *power * scale;
    const size_t shortest = shortest_of(view);
    s->level = s->n > 0 ? level_of(s, view, shortest) : 0.5;
    for (size_t i = 0; i < RISES; i++) rise_init(s, view->cell_s, shortest, prior->share[i], i);
}

/* v / v0 - 1 at u. */
static double gain_at(onset_curve curve, double rho, double u) {
    if (curve == ONSET_ADDED) return rho * u * u;
    const double amplitude = (sqrt(1.0 + rho) - 1.0) * u;
    return amplitude * (2.0 + amplitude);
}

/* Mean of ln(v / v0) over the middles of the parts: its integral over u from 0 to 1, less what the
 * middles differ from it (Euler and Maclaurin). The steps' own levels must be the ones summed, or
 * one curve would be favoured over the other. */
static double mean_log(onset_curve curve, double rho, double log_level, size_t parts) {
    const double per_slope = 1.0 / (24.0 * (double)(parts * parts));
    if (curve == ONSET_ADDED) {
        const double root = sqrt(rho);
        return log_level - 2.0 + 2.0 * eg_atan(root) / root - per_slope * 2.0 * rho / (1.0 + rho);
    }
    const double root = sqrt(1.0 + rho);
    return root * log_level / (root - 1.0) - 2.0 +
           per_slope * 2.0 * (root - 1.0) * (1.0 - 1.0 / root);
}

static void shape_init(const rise *r, onset_curve curve, double rho, size_t level, rise_to *shape) {
    if (shape->is_ready) return;
    shape->is_ready = 1;
    rho *= level_factors[level];
    shape->plateau_log = eg_log1p(rho);
    shape->plateau_weight = rho / (1.0 + rho);
    shape->log_prior = eg_log(r->prior) + level_log_prior[level];
    shape->log_sum = 0.0;
    if (r->cells > 0)
        shape->log_sum = (double)r->cells * mean_log(curve, rho, shape->plateau_log, r->parts);
    double before = 0.0;
    for (size_t j = 0; j <= r->parts; j++) {
        double weight = shape->plateau_weight;
        if (j < r->parts) {
            const double u = 0.5 * (double)(r->at[j] + r->at[j + 1]) / (double)r->cells;
            const double gain = gain_at(curve, rho, u);
            weight = gain / (1.0 + gain);
        }
        shape->change[j] = before - weight;
        before = weight;
    }
}

/* Weighted prefix sums of LANES instants, `step` cells apart, from that of `sum` on: side by side,
 * so that each limit's place and weight are fetched once. */
static void rise_energies(const rise *r, const rise_to *shape, const double *sum, size_t step,
                          double energy[LANES]) {
    double a = 0.0, b = 0.0, c = 0.0, d = 0.0;
    for (size_t j = 0; j <= r->parts; j++) {
        const double *at = sum + r->at[j];
        const double change = shape->change[j];
        a += change * at[0];
        b += change * at[step];
        c += change * at[2 * step];
        d += change * at[3 * step];
    }
    energy[0] = a, energy[1] = b, energy[2] = c, energy[3] = d;
}

/* Log posterior of every instant of the grid for one shape, into row[n_grid]; the largest. */
static double fill_row(const search *s, const rise *r, const rise_to *shape, double *row) {
    double most = -INFINITY;
    const double last = s->sum[s->n] * shape->plateau_weight - shape->log_sum;
    const size_t room =
        s->n >= r->cells + s->first ? (s->n - r->cells - s->first) / s->step + 1 : 0;
    const size_t n_possible = room < s->n_grid ? room : s->n_grid;
    for (size_t i = n_possible; i < s->n_grid; i++) row[i] = -INFINITY;
    for (size_t i = 0, lanes; i < n_possible; i += lanes) {
        lanes = i + LANES <= n_possible ? LANES : 1;
        const size_t first = s->first + i * s->step;
        double energy[LANES];
        rise_energies(r, shape, s->sum + first, lanes == LANES ? s->step : 0, energy);
        for (size_t k = 0; k < lanes; k++) {
            const size_t cells = s->n - first - k * s->step - r->cells;
            row[i + k] = s->half_freedom * (last + energy[k] - (double)cells * shape->plateau_log) +
                         shape->log_prior;
            if (row[i + k] > most) most = row[i + k];
        }
    }
    return most;
}

/* exp(x) for x in -FAR ... 0, within |x|^3 / 400,000 of itself: enough for a weight. */
static double weight_of(double x) {
    x *= 1.0 / 256.0;
    double y = 1.0 + x * (1.0 + 0.5 * x);
    for (int i = 0; i < 8; i++) y *= y;
    return y;
}

/* Adds the weights of s->row to the mass; what is there already is brought to the new best. */
static void add_row(search *s, rise *r, double most) {
    if (most > s->best) {
        const double below = s->best - most, share = below > -FAR ? weight_of(below) : 0.0;
        for (size_t i = 0; i < s->n_grid; i++) s->mass[i] *= share;
        for (size_t i = 0; i < RISES; i++) {
            s->rises[i].mass *= share;
            s->rises[i].moment *= share;
        }
        s->best = most;
    }
    for (size_t i = 0; i < s->n_grid; i++) {
        const double below = s->row[i] - s->best;
        if (below <= -FAR) continue;
        const double weight = weight_of(below);
        s->mass[i] += weight;
        r->mass += weight;
        r->moment += weight * (double)i;
    }
}

/* Fills mass[] over the grid, with the first n_levels of the levels. */
static void weigh(search *s, size_t n_levels) {
    EG_ASSERT(s->n_grid > 0 && s->n_grid <= GRID_MAX);
    static const size_t order[LEVELS] = {2, 1, 3, 0, 4}; /* the middle level first: it prunes */
    int is_empty = 1;
    s->best = -INFINITY;
    for (size_t i = 0; i < s->n_grid; i++) s->mass[i] = 0.0;
    for (size_t pass = 0; pass < n_levels; pass++)
        for (size_t which = 0; which < RISES; which++) {
            rise *r = &s->rises[which];
            if (pass == 0) r->most = -INFINITY, r->mass = r->moment = 0.0;
            if (!r->is_in || (pass > 0 && r->most < s->best - HOPELESS)) continue;
            rise_to *shape = &s->shapes[which * LEVELS + order[pass]];
            shape_init(r, s->curve, s->level, order[pass], shape);
            const double most = fill_row(s, r, shape, s->row);
            if (most > r->most) r->most = most;
            if (most > s->best) s->rise_s = rises_s[which];
            add_row(s, r, most);
            is_empty = 0;
        }
    for (size_t which = 0; which < RISES; which++)
        if (s->rises[which].most < s->best - HOPELESS) s->rises[which].is_in = 0;
    /* Without any possible rise every instant is as likely. */
    for (size_t i = 0; is_empty && i < s->n_grid; i++) s->mass[i] = 1.0;
}

/* The instant (in cells) below which `share` of the mass lies; a grid's step is spread evenly. */
static double quantile(const search *s, double share) {
    double total = 0.0, sum = 0.0;
    for (size_t i = 0; i < s->n_grid; i++) total += s->mass[i];
    for (size_t i = 0; i < s->n_grid; i++) {
        if (sum + s->mass[i] >= share * total && s->mass[i] > 0.0)
            return (double)s->first +
                   (double)s->step * ((double)i - 0.5 + (share * total - sum) / s->mass[i]);
        sum += s->mass[i];
    }
    return (double)(s->first + (s->n_grid - 1) * s->step);
}

/* Share of the mass within `width` cells of `at`. */
static double mass_near(const search *s, double at, double width) {
    const double step = (double)s->step;
    double total = 0.0, near = 0.0;
    for (size_t i = 0; i < s->n_grid; i++) {
        total += s->mass[i];
        double low = (double)(s->first + i * s->step) - 0.5 * step;
        double inside = fmin(low + step, at + width) - fmax(low, at - width);
        if (inside > 0.0) near += s->mass[i] * inside / step;
    }
    return total > 0.0 ? near / total : 0.0;
}

/* Every step-th cell from first to last, or as many of them as there is room for. */
static void set_grid(search *s, size_t first, size_t last, size_t step) {
    const size_t least = (last - first) / GRID_MAX + 1;
    s->first = first;
    s->step = step = step > least ? step : least;
    s->n_grid = (last - first) / step + 1;
}

/* The likelihoods of the rises by one curve: their posterior without their prior. */
static void fill_likely(const search *s, onset_look *look) {
    onset_rises *likely = &look->rises[s->curve];
    const double below = s->best - look->most;
    if (below > 0.0) { /* what other curves made likely is less so beside this one */
        for (size_t k = 0; k < ONSET_CURVES; k++)
            for (size_t i = 0; i < RISES && k != s->curve; i++)
                look->rises[k].share[i] *= eg_exp(-below);
        look->most = s->best;
    }
    const double scale = eg_exp(fmin(below, 0.0));
    for (size_t i = 0; i < RISES; i++) {
        const rise *r = &s->rises[i];
        likely->share[i] = !r->is_in ? 0.0 : scale * r->mass / r->prior;
        look->at[s->curve][i] =
            (double)s->first +
            (r->is_in && r->mass > 0.0 ? (double)s->step * r->moment / r->mass : 0.0);
    }
}

/* Lets the rises in that are up to `reach` longer or shorter than one that is in. */
static void let_in(search *s, size_t reach) {
    int was_in[RISES];
    for (size_t i = 0; i < RISES; i++) was_in[i] = s->rises[i].is_in;
    for (size_t i = 0; i < RISES; i++)
        for (size_t k = i > reach ? i - reach : 0; k < RISES && k <= i + reach; k++)
            if (was_in[k] && s->rises[i].can_be) s->rises[i].is_in = 1;
}

/* Narrows first ... last to where the change can be: at 5 ms, for a step and every second rise, the
 * middle level and the usual curve; by another it is later. */
static void narrow(search *s, onset_edge_view *view) {
    const size_t step = (size_t)(0.005 / view->cell_s + 0.5);
    set_grid(s, view->first, view->last, step > 0 ? step : 1);
    for (size_t i = 2; i < RISES; i += 2) s->rises[i].is_in = 0;
    weigh(s, 1);
    let_in(s, 1);
    const double low = quantile(s, 0.0005), high = quantile(s, 0.9995);
    const double margin = 3.0 * (double)s->step;
    const double from = floor(low - margin), to = ceil(high + 2.0 * margin);
    if (from > (double)view->first) view->first = (size_t)from;
    if (to < (double)view->last) view->last = (size_t)to;
    if (view->last < view->first) view->last = view->first;
}

void onset_edge_look(onset_edge_view *view, onset_look *look) {
    EG_ASSERT(view->end <= ONSET_EDGE_CELLS_MAX && view->first <= view->last);
    search s;
    search_init(&s, view, ONSET_ADDED, &usual_rises);
    if (view->last >= s.n) view->last = s.n > 0 ? s.n - 1 : 0;
    if (view->first > view->last) view->first = view->last;
    narrow(&s, view);
    set_grid(&s, view->first, view->last, 1);
    *look = (onset_look){.most = -INFINITY};
    for (onset_curve curve = ONSET_ADDED; curve < ONSET_CURVES; curve++) {
        s.curve = curve;
        if (curve != ONSET_ADDED) {
            forget_shapes(&s);
            let_in(&s, 2); /* it takes another rise for the same change */
        }
        weigh(&s, 1);
        fill_likely(&s, look);
    }
}

/* The mean instant by one curve, as the look by itself tells it. */
static double mean_at(const onset_look *look, onset_curve curve, const onset_rises *prior) {
    double mass = 0.0, sum = 0.0;
    for (size_t r = 0; r < RISES; r++) {
        const double weight = prior->share[r] * look->rises[curve].share[r];
        mass += weight;
        sum += weight * look->at[curve][r];
    }
    return mass > 0.0 ? sum / mass : (double)NAN;
}

/* How much later the other curve dates this change than the habit's. */
static double other_is_later(const onset_look *look, const onset_habit *habit) {
    const onset_curve other = habit->curve == ONSET_ADDED ? ONSET_SCALED : ONSET_ADDED;
    const double later = mean_at(look, other, &habit->rises[other]) -
                         mean_at(look, habit->curve, &habit->rises[habit->curve]);
    return isfinite(later) ? later : 0.0;
}

onset_edge onset_edge_find(const onset_edge_view *view, const onset_look *look,
                           const onset_habit *habit) {
    onset_rises prior = habit->rises[habit->curve];
    for (size_t r = 0; r < RISES; r++)
        if (!(look->rises[habit->curve].share[r] > 0.0)) prior.share[r] = 0.0;
    search s;
    search_init(&s, view, habit->curve, &prior);
    set_grid(&s, view->first, view->last, 1);
    weigh(&s, LEVELS);
    const double middle = quantile(&s, 0.5), later = other_is_later(look, habit);
    const double at = middle + habit->doubt * later, near = 0.01 / view->cell_s;
    const double reach = habit->doubt < UNLIKELY ? 0.0 : later;
    const double early = quantile(&s, 0.025) + fmin(reach, 0.0);
    const double late = quantile(&s, 0.975) + fmax(reach, 0.0);
    /* The other curve's posterior is taken for the same, later. */
    const double confidence = (1.0 - habit->doubt) * mass_near(&s, at, near) +
                              habit->doubt * mass_near(&s, at - later, near);
    return (onset_edge){at, fmin(early, at), fmax(late, at), s.rise_s, confidence};
}

/* The most likely shares of the rises by one curve (expectation and maximisation). After each round
 * an eighth of a rise's share goes to its neighbours: nobody's rises are all alike to a fifth, and
 * a few more or fewer samples must not move all of it from one rise to the next. Returns the log
 * likelihood of all looks together. */
static double learn_rises(size_t n, const onset_look *looks, onset_curve curve, onset_rises *now) {
    double evidence = 0.0;
    *now = usual_rises;
    for (int round = 0; round < ROUNDS; round++) {
        double share[RISES], total = USUAL_COUNT;
        for (size_t r = 0; r < RISES; r++) share[r] = USUAL_COUNT * usual_rises.share[r];
        evidence = 0.0;
        for (size_t i = 0; i < n; i++) {
            const onset_rises *likely = &looks[i].rises[curve];
            double sum = 0.0;
            for (size_t r = 0; r < RISES; r++) sum += now->share[r] * likely->share[r];
            if (round + 1 == ROUNDS) evidence += eg_log(fmax(sum, 1e-30));
            if (!(sum > 0.0)) continue;
            total += 1.0;
            for (size_t r = 0; r < RISES; r++) share[r] += now->share[r] * likely->share[r] / sum;
        }
        now->share[0] = share[0] / total;
        for (size_t r = 1; r < RISES; r++) {
            const double shorter = share[r > 1 ? r - 1 : r];
            const double longer = share[r + 1 < RISES ? r + 1 : r];
            now->share[r] = (0.0625 * shorter + 0.875 * share[r] + 0.0625 * longer) / total;
        }
    }
    return evidence;
}

void onset_habit_learn(const size_t n[2], onset_look *const looks[2], onset_habit habits[2]) {
    double evidence[ONSET_CURVES] = {[ONSET_ADDED] = USUAL_CURVE};
    for (onset_curve curve = ONSET_ADDED; curve < ONSET_CURVES; curve++)
        for (size_t k = 0; k < 2; k++)
            evidence[curve] += learn_rises(n[k], looks[k], curve, &habits[k].rises[curve]);
    const double more = evidence[ONSET_ADDED] - evidence[ONSET_SCALED];
    for (size_t k = 0; k < 2; k++) {
        habits[k].curve = more >= 0.0 ? ONSET_ADDED : ONSET_SCALED;
        habits[k].doubt = 1.0 / (1.0 + eg_exp(fmin(fabs(more), 300.0)));
    }
}
