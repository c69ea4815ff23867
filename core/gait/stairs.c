#include "core/gait/stairs.h"

#include "core/base/real.h"
#include "core/gait/steps.h"
#include "core/gait/track_part.h"

/* Mean height of a marker while the foot stands flat in a contact. */
static double standing(const track_work *w, const double *z, const eg_gait_contact *c) {
    const double usual_s = 0.6;
    double from = isfinite(c->strike_s) ? c->strike_s : c->off_s - usual_s;
    double to = isfinite(c->off_s) ? c->off_s : c->strike_s + usual_s, sum = 0.0, count = 0.0;
    if (z == NULL) return (double)NAN;
    double first = fmax(0.0, from + 0.2 * (to - from)) * w->rate_hz;
    double last = (from + 0.4 * (to - from)) * w->rate_hz;
    for (size_t i = (size_t)first; (double)i <= last && i < w->n; i++)
        if (isfinite(z[i])) {
            sum += z[i];
            count += 1.0;
        }
    return count > 0.0 ? sum / count : (double)NAN;
}

/* One swing: from contact `a` to contact `b` of the same foot. */
typedef struct way {
    const track_work *w;
    const track_foot *foot;
    const eg_gait_contact *a, *b;
    double ahead[2], length;
} way;

/* Where along the way a place lies, from the heel's stand before. */
static double along(const way *s, double x, double y) {
    return s->ahead[0] * (x - s->a->place_mm[0]) + s->ahead[1] * (y - s->a->place_mm[1]);
}

/* The height of a marker where it passes `at` along the way, between samples; NaN if it does not.
 */
static double height_at(const way *s, double *const marker[3], double at, double *when_s) {
    double before = (double)NAN;
    size_t first = (size_t)(fmax(0.0, s->a->off_s - 0.1) * s->w->rate_hz);
    size_t last = (size_t)((s->b->strike_s + 0.1) * s->w->rate_hz);
    for (size_t i = first; i <= last && i < s->w->n; i++) {
        double here = along(s, marker[0][i], marker[1][i]);
        if (before < at && here >= at) {
            double part = (at - before) / (here - before);
            *when_s = ((double)(i - 1) + part) / s->w->rate_hz;
            return marker[2][i - 1] + part * (marker[2][i] - marker[2][i - 1]);
        }
        before = here;
    }
    return (double)NAN;
}

static double highest(const way *s, const double *z, double *when_s) {
    double most = -(double)INFINITY;
    size_t first = (size_t)(fmax(0.0, s->a->off_s) * s->w->rate_hz);
    size_t last = (size_t)(s->b->strike_s * s->w->rate_hz);
    for (size_t i = first; i <= last && i < s->w->n; i++)
        if (z[i] > most) {
            most = z[i];
            *when_s = (double)i / s->w->rate_hz;
        }
    return isfinite(most) ? most : (double)NAN;
}

/* The edge that matters: going up the last one before the toes' new place, coming down the first
 * one before the heel; of obstacles one between both stands. n_edges: none. */
static size_t edge_of(const way *s, int kind, double reach, size_t n_edges,
                      const eg_gait_edge *edges) {
    size_t best = n_edges;
    double best_at = 0.0;
    for (size_t k = 0; k < n_edges; k++) {
        double at = along(s, edges[k].place_mm[0], edges[k].place_mm[1]);
        if ((isfinite(edges[k].top_mm) != 0) != (kind == EG_GAIT_OVER)) continue;
        if (at < 0.0 || at > s->length + reach) continue;
        int is_better = best == n_edges || (kind == EG_GAIT_UP ? at > best_at : at < best_at);
        if (kind == EG_GAIT_OVER && (at < reach || at > s->length)) continue;
        if (!is_better) continue;
        best = k;
        best_at = at;
    }
    return best;
}

static void clear_of(const way *s, const eg_gait_edge *edge, eg_gait_crossing *out) {
    const track_foot *f = s->foot;
    double *const *toe = f->toe[0] != NULL ? f->toe : NULL;
    out->clearance_mm = (double)NAN;
    out->at_s = (double)NAN;
    out->has_edge = edge != NULL;
    if (edge == NULL) {
        const eg_gait_contact *upper = out->kind == EG_GAIT_UP ? s->b : s->a;
        if (toe != NULL)
            out->clearance_mm = highest(s, toe[2], &out->at_s) - standing(s->w, toe[2], upper);
        return;
    }
    double at = along(s, edge->place_mm[0], edge->place_mm[1]);
    if (out->kind == EG_GAIT_DOWN) {
        double z = height_at(s, f->heel, at, &out->at_s);
        out->clearance_mm = z - standing(s->w, f->heel[2], s->a);
    } else if (toe != NULL) {
        double z = height_at(s, toe, at, &out->at_s);
        double ground = out->kind == EG_GAIT_UP ? standing(s->w, toe[2], s->b)
                                                : edge->top_mm + standing(s->w, toe[2], s->a);
        out->clearance_mm = z - ground;
    }
}

static size_t before(size_t i, const eg_gait_contact *c, int side, size_t n) {
    for (size_t k = i; k-- > 0;)
        if (c[k].side == side) return isfinite(c[k].place_mm[0]) ? k : n;
    return n;
}

/* Whether the swing to contact `i` went over something; then `out` is filled. */
static int one(const track_work *w, size_t i, size_t n, const eg_gait_contact *c, size_t n_edges,
               const eg_gait_edge *edges, eg_gait_crossing *out) {
    if (c[i].side == EG_GAIT_UNKNOWN || !isfinite(c[i].strike_s) || !isfinite(c[i].place_mm[0]))
        return 0;
    size_t same = before(i, c, c[i].side, n), other = before(i, c, !c[i].side, n);
    if (same == n || !isfinite(c[same].off_s)) return 0;
    const track_foot *f = &w->foot[c[i].side];
    way s = {w, f, &c[same], &c[i], {0.0, 0.0}, 0.0};
    double dx = c[i].place_mm[0] - c[same].place_mm[0], dy = c[i].place_mm[1] - c[same].place_mm[1];
    s.length = eg_hypot(dx, dy);
    if (!(s.length > 50.0)) return 0;
    s.ahead[0] = dx / s.length;
    s.ahead[1] = dy / s.length;
    double rise = c[i].place_mm[2] - c[same].place_mm[2];
    double from_other = other < n ? c[i].place_mm[2] - c[other].place_mm[2] : rise;
    int is_step = fabs(rise) > EG_GAIT_STAIRS_LEVEL_MM;
    *out = (eg_gait_crossing){.contact = i, .side = c[i].side};
    out->kind = !is_step ? EG_GAIT_OVER : rise > 0.0 ? EG_GAIT_UP : EG_GAIT_DOWN;
    double reach = 0.0; /* of the toes before the heel */
    if (f->toe[0] != NULL) {
        size_t at = (size_t)((c[i].strike_s + 0.2) * w->rate_hz);
        if (at < w->n) reach = along(&s, f->toe[0][at], f->toe[1][at]) - s.length;
        if (!isfinite(reach) || reach < 0.0) reach = 0.0;
    }
    size_t k = edge_of(&s, (int)out->kind, reach, n_edges, edges);
    if (!is_step && k == n_edges) return 0;
    out->is_lead = !is_step || fabs(from_other) > EG_GAIT_STAIRS_LEVEL_MM;
    out->height_mm = is_step ? (out->is_lead ? fabs(from_other) : fabs(rise)) : edges[k].top_mm;
    clear_of(&s, k < n_edges ? &edges[k] : NULL, out);
    return 1;
}

eg_err eg_gait_crossings(const eg_gait_track *track, size_t n_contacts,
                         const eg_gait_contact *contacts, size_t n_edges, const eg_gait_edge *edges,
                         size_t capacity, eg_gait_crossing *crossings, size_t *n_crossings,
                         eg_arena *scratch, eg_diag *diag) {
    *n_crossings = 0;
    size_t mark = eg_arena_mark(scratch);
    track_work w;
    eg_err err = eg_gait_track_prepare(track, &w, scratch, diag);
    int has_led[2] = {0, 0};
    for (size_t i = 0; err == EG_OK && i < n_contacts; i++) {
        eg_gait_crossing one_more;
        if (!one(&w, i, n_contacts, contacts, n_edges, edges, &one_more)) continue;
        if (one_more.kind == EG_GAIT_OVER) { /* the first foot over it leads, the other follows */
            one_more.is_lead = !has_led[!one_more.side];
            has_led[one_more.side] = one_more.is_lead;
            has_led[!one_more.side] = 0;
        }
        if (*n_crossings < capacity) crossings[*n_crossings] = one_more;
        ++*n_crossings;
    }
    eg_arena_reset(scratch, mark);
    return err;
}

eg_gait_slope eg_gait_clearance_slope(size_t n, const double *height_mm, const double *clearance_mm,
                                      double leg_mm) {
    eg_gait_slope out = {(double)NAN, (double)NAN, (double)NAN, (double)NAN, 0};
    double mx = 0.0, my = 0.0, sxx = 0.0, sxy = 0.0, syy = 0.0;
    double least = (double)INFINITY, most = -(double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        double x = 100.0 * height_mm[i] / leg_mm, y = clearance_mm[i];
        if (!isfinite(x) || !isfinite(y)) continue;
        out.n++;
        double dx = x - mx, dy = y - my, k = (double)out.n;
        mx += dx / k;
        my += dy / k;
        sxx += dx * (x - mx);
        sxy += dx * (y - my);
        syy += dy * (y - my);
        least = fmin(least, x);
        most = fmax(most, x);
    }
    if (out.n < 3 || !(most - least >= 1.0)) return out;
    out.slope = sxy / sxx;
    out.at_zero_mm = my - out.slope * mx;
    double rest = fmax(0.0, syy - out.slope * sxy) / (double)(out.n - 2);
    double half = eg_gait_student(out.n - 2) * sqrt(rest / sxx);
    out.low = out.slope - half;
    out.high = out.slope + half;
    return out;
}
