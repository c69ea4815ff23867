#include "core/function/edge.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/base/solve.h"

enum { TERMS_MAX = 3, UNKNOWNS_MAX = 2 + EG_EDGE_KNOWN_MAX + TERMS_MAX, GRID = 24, ZOOM = 8 };

/* A rise; with a knot its last term is (u - knot)^power behind the knot: what pulled stops pulling
 * there, as with a velocity that grows evenly and then stays. */
typedef struct shape {
    int power; /* of the first term */
    int terms;
    double knot; /* share of the time from the edge to the window's end; 0: none */
} shape;

static const shape shapes[] = {{1, 1, 0.0}, {1, 2, 0.0}, {2, 1, 0.0}, {2, 2, 0.0},
                               {2, 3, 0.0}, {3, 1, 0.0}, {3, 2, 0.0}, {3, 3, 0.0},
                               {4, 1, 0.0}, {4, 2, 0.0}, {4, 3, 0.0}, {2, 2, 0.5}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static const double negligible = 14.0; /* of the criterion: a thousandth of the likeliest */

/* What does not depend on t0, formed once: columns 1, t and the known ones, forwards from the
 * rest; their products; their products with y. */
typedef struct problem {
    size_t n;
    int base;
    double columns[2 + EG_EDGE_KNOWN_MAX][EG_EDGE_SAMPLES_MAX];
    double y[EG_EDGE_SAMPLES_MAX];
    double gram[2 + EG_EDGE_KNOWN_MAX][2 + EG_EDGE_KNOWN_MAX];
    double right[2 + EG_EDGE_KNOWN_MAX];
    double square, sign;
} problem;

typedef struct fit {
    double residual, at;
    int is_moving;
} fit;

static void prepare(const eg_edge_window *w, problem *p) {
    size_t n = w->n;
    p->n = n;
    p->sign = w->sign;
    p->base = 0;
    for (size_t i = 0; i < n; i++) p->columns[0][i] = 1.0;
    p->base = 1;
    if (w->has_slope) {
        for (size_t i = 0; i < n; i++) p->columns[1][i] = (double)i / (double)n;
        p->base = 2;
    }
    /* The expected part of a known column is taken off y, so that its factor is expected to be 0.
     */
    for (size_t i = 0; i < n; i++) {
        size_t from = w->is_end ? n - 1 - i : i;
        double y = w->y[from];
        for (size_t k = 0; k < w->n_known; k++) {
            double value = w->known[k].values[from];
            y -= w->known[k].mean * value;
            p->columns[p->base + (int)k][i] = value;
        }
        p->y[i] = y;
    }
    int first = p->base;
    p->base += (int)w->n_known;
    p->square = 0.0;
    for (size_t i = 0; i < n; i++) p->square += p->y[i] * p->y[i];
    for (int j = 0; j < p->base; j++) {
        p->right[j] = 0.0;
        for (size_t i = 0; i < n; i++) p->right[j] += p->columns[j][i] * p->y[i];
        for (int k = 0; k <= j; k++) {
            double sum = 0.0;
            for (size_t i = 0; i < n; i++) sum += p->columns[j][i] * p->columns[k][i];
            p->gram[j][k] = p->gram[k][j] = sum;
        }
    }
    for (size_t k = 0; k < w->n_known; k++) {
        double part = w->noise / w->known[k].sd;
        p->gram[first + (int)k][first + (int)k] += part * part;
    }
}

static double power_of(double u, int power) {
    double value = u;
    for (int k = 1; k < power; k++) value *= u;
    return value;
}

static fit fit_at(const problem *p, shape s, double at) {
    double a[UNKNOWNS_MAX * UNKNOWNS_MAX] = {0}, right[UNKNOWNS_MAX] = {0}, b[UNKNOWNS_MAX];
    int base = p->base, n_unknown = base + s.terms;
    for (int j = 0; j < base; j++) {
        right[j] = p->right[j];
        for (int k = 0; k <= j; k++) a[j * n_unknown + k] = p->gram[j][k];
    }
    double span = (double)p->n - 1.0 - at;
    for (size_t i = (size_t)at + 1; i < p->n; i++) {
        double u = ((double)i - at) / span, f[TERMS_MAX];
        f[0] = power_of(u, s.power);
        for (int k = 1; k < s.terms; k++) f[k] = f[k - 1] * u;
        if (s.knot > 0.0) f[s.terms - 1] = power_of(fmax(0.0, u - s.knot), s.power);
        for (int k = 0; k < s.terms; k++) {
            double *row = &a[(base + k) * n_unknown];
            right[base + k] += f[k] * p->y[i];
            for (int j = 0; j < base; j++) row[j] += f[k] * p->columns[j][i];
            for (int j = 0; j <= k; j++) row[base + j] += f[k] * f[j];
        }
    }
    fit result = {.residual = (double)INFINITY, .at = at};
    if (!eg_solve((size_t)n_unknown, a, right, b)) return result;
    double sum = p->square, rise = 0.0;
    for (int j = 0; j < n_unknown; j++) sum -= b[j] * right[j];
    for (int k = 0; k < s.terms; k++)
        rise += b[base + k] *
                (s.knot > 0.0 && k + 1 == s.terms ? power_of(1.0 - s.knot, s.power) : 1.0);
    result.residual = fmax(sum, 0.0);
    /* The first term sets the way and the whole goes the same way. */
    result.is_moving = b[base] * rise > 0.0 && (p->sign * rise > 0.0 || fabs(p->sign) < 0.5);
    return result;
}

static fit fit_shape(const problem *p, shape s) {
    double first = 2.0, last = (double)p->n - 4.0 - s.terms;
    double low = first, high = last;
    fit best = {.residual = (double)INFINITY, .at = (double)NAN};
    for (int zoom = 0; zoom < 4 && high > low; zoom++) {
        int steps = zoom == 0 ? GRID : ZOOM;
        double step = (high - low) / steps;
        for (int k = 0; k <= steps; k++) {
            fit one = fit_at(p, s, low + step * k);
            if (one.is_moving && one.residual < best.residual) best = one;
        }
        if (!isfinite(best.residual) || step < 0.05) return best;
        low = fmax(first, best.at - step);
        high = fmin(last, best.at + step);
    }
    return best;
}

/* The best of all knots: some, then closer about the best of them. */
static fit fit_knot(const problem *p, shape *s) {
    fit best = {.residual = (double)INFINITY, .at = (double)NAN};
    double middle = s->knot, about = middle, step = 0.16;
    for (int halving = 0; halving < 4; halving++, step *= 0.5, about = middle) {
        int reach = step > 0.1 ? 2 : 1;
        for (int k = -reach; k <= reach; k++) {
            shape own = *s;
            own.knot = about + step * k;
            if (k == 0 && reach == 1) continue; /* done before */
            fit one = fit_shape(p, own);
            if (!(one.residual < best.residual)) continue;
            best = one;
            middle = own.knot;
        }
    }
    s->knot = middle;
    return best;
}

/* A free knot is one number more. */
static double criterion(double n, double residual, shape s, double noise) {
    double unknowns = 3.0 + s.terms + (s.knot > 0.0);
    return n * eg_log(residual / n + noise * noise) + unknowns * eg_log(n);
}

/* Variance of a shape's own edge, in samples: how sharply the criterion bends about it; that of
 * no knowledge where it cannot be fitted on both sides. */
static double variance_of(const problem *p, shape s, const fit *one, double noise) {
    static const double step = 0.5;
    double n = (double)p->n, sum = 0.0;
    for (int side = -1; side <= 1; side += 2) {
        fit beside = fit_at(p, s, one->at + side * step);
        if (!isfinite(beside.residual)) return n * n;
        sum += criterion(n, beside.residual, s, noise);
    }
    double bend = sum - 2.0 * criterion(n, one->residual, s, noise);
    return 2.0 * step * step / fmax(bend, 2.0 * step * step / (n * n));
}

/* The weighted median, between the two shapes about it. */
static double middle_of(const fit fits[SHAPES], const double weights[SHAPES], double total) {
    double low = 0.0, high = 0.0, low_share = -1.0, high_share = 2.0;
    for (size_t k = 0; k < SHAPES; k++) {
        if (!(weights[k] > 0.0)) continue;
        double share = 0.5 * weights[k];
        for (size_t j = 0; j < SHAPES; j++)
            if (weights[j] > 0.0 &&
                (fits[j].at < fits[k].at || (fits[j].at <= fits[k].at && j < k)))
                share += weights[j];
        share /= total;
        if (share <= 0.5 && share > low_share) {
            low_share = share;
            low = fits[k].at;
        }
        if (share >= 0.5 && share < high_share) {
            high_share = share;
            high = fits[k].at;
        }
    }
    if (low_share < 0.0) return high;
    if (high_share > 1.0) return low;
    return high_share > low_share
               ? low + (high - low) * (0.5 - low_share) / (high_share - low_share)
               : low;
}

bool eg_edge_find(const eg_edge_window *window, eg_edge *edge) {
    EG_ASSERT(window != NULL && edge != NULL && window->n_known <= EG_EDGE_KNOWN_MAX);
    if (window->n < EG_EDGE_SAMPLES_MIN || window->n > EG_EDGE_SAMPLES_MAX) return false;
    problem p;
    prepare(window, &p);
    double n = (double)p.n, least = (double)INFINITY, own[SHAPES];
    fit fits[SHAPES];
    shape found[SHAPES];
    for (size_t k = 0; k < SHAPES; k++) {
        found[k] = shapes[k];
        own[k] = (double)INFINITY;
        if (window->is_plain && (found[k].knot > 0.0 || found[k].power > 3)) continue;
        fits[k] = found[k].knot > 0.0 ? fit_knot(&p, &found[k]) : fit_shape(&p, found[k]);
        if (!isfinite(fits[k].residual)) continue;
        own[k] = criterion(n, fits[k].residual, found[k], window->noise);
        least = fmin(least, own[k]);
    }
    if (!isfinite(least)) return false;
    double weights[SHAPES], total = 0.0, square = 0.0;
    for (size_t k = 0; k < SHAPES; k++) {
        weights[k] = own[k] < least + negligible ? eg_exp(0.5 * (least - own[k])) : 0.0;
        total += weights[k];
    }
    double at = middle_of(fits, weights, total);
    for (size_t k = 0; k < SHAPES; k++) {
        if (!(weights[k] > 0.0)) continue;
        double away = fits[k].at - at;
        square += weights[k] * (away * away + variance_of(&p, found[k], &fits[k], window->noise));
    }
    *edge = (eg_edge){
        .at = window->is_end ? n - 1.0 - at : at, .sd = sqrt(square / total), .score = least};
    return true;
}

double eg_edge_apart(size_t n, const eg_edge *edges) {
    EG_ASSERT(edges != NULL);
    double least = (double)INFINITY, weights = 0.0, sum = 0.0, square = 0.0;
    for (size_t k = 0; k < n; k++)
        if (isfinite(edges[k].at)) least = fmin(least, edges[k].score);
    for (size_t k = 0; k < n; k++) {
        if (!isfinite(edges[k].at) || !(edges[k].score < least + negligible)) continue;
        double weight = eg_exp(0.5 * (least - edges[k].score)), at = edges[k].at;
        weights += weight;
        sum += weight * at;
        square += weight * at * at;
    }
    if (!(weights > 0.0)) return 0.0;
    return sqrt(fmax(0.0, square / weights - sum * sum / (weights * weights)));
}
