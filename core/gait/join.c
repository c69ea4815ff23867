#include "core/gait/join.h"

#include "core/base/real.h"

/* A foot's middle at a time, of what is seen; NaN without. */
static void foot_at(const eg_gait_track *t, int side, int is_toe, double at_s, double out[3]) {
    const double(*xyz)[3] = is_toe && t->toe[side] != NULL ? t->toe[side] : t->heel[side];
    double at = at_s * t->rate_hz;
    size_t i = at > 0.0 ? (size_t)(at + 0.5) : 0;
    for (int r = 0; r < 3; r++) out[r] = xyz != NULL && i < t->n ? xyz[i][r] : (double)NAN;
}

/* Whether the other foot stands on the plate, too, somewhere in the contact. */
static int is_shared(const eg_gait_force *force, const eg_gait_contact *c, int side, size_t n,
                     const eg_gait_contact *contacts) {
    for (size_t k = 0; k < n; k++) {
        const eg_gait_contact *o = &contacts[k];
        if (o->side == side || !isfinite(o->place_mm[0])) continue;
        if (o->strike_s > c->off_s || o->off_s < c->strike_s) continue;
        if (eg_gait_force_inside_mm(force, o->place_mm) > 0.0) return 1;
    }
    return 0;
}

static void pair(eg_gait_joint *joint, eg_gait_pair p) {
    if (joint->n_pairs < EG_GAIT_JOIN_MAX) joint->pairs[joint->n_pairs++] = p;
}

/* The foot's contact that overlaps the plate's most; n if none does. */
static size_t partner(const eg_gait_contact *p, int side, size_t n, const eg_gait_contact *c) {
    size_t best = n;
    double most = 0.0;
    for (size_t k = 0; k < n; k++) {
        if (c[k].side != side) continue;
        double from = fmax(isfinite(c[k].strike_s) ? c[k].strike_s : -(double)INFINITY,
                           isfinite(p->strike_s) ? p->strike_s : -(double)INFINITY);
        double to = fmin(isfinite(c[k].off_s) ? c[k].off_s : (double)INFINITY,
                         isfinite(p->off_s) ? p->off_s : (double)INFINITY);
        if (!(to - from > most)) continue;
        most = to - from;
        best = k;
    }
    return best;
}

static void join_one(const eg_gait_track *track, const eg_gait_force *force, eg_gait_contact *p,
                     size_t n, eg_gait_contact *contacts, eg_gait_joint *joint) {
    double apart, span = p->off_s - p->strike_s;
    double from = isfinite(span) ? p->strike_s + 0.3 * span : fmax(p->strike_s, p->off_s - 0.4);
    double to = isfinite(span) ? p->strike_s + 0.5 * span : from + 0.2;
    p->side = eg_gait_track_side(track, from, to, p->place_mm, &apart);
    size_t k = p->side == EG_GAIT_UNKNOWN ? n : partner(p, p->side, n, contacts);
    if (k == n || is_shared(force, p, p->side, n, contacts)) {
        joint->n_unpaired++;
        return;
    }
    eg_gait_contact *c = &contacts[k];
    double at[3];
    foot_at(track, p->side, 0, isfinite(span) ? p->strike_s + 0.3 * span : from, at);
    if (isfinite(p->strike_s) && isfinite(c->strike_s)) {
        int is_whole = eg_gait_force_inside_mm(force, at) > 0.0 &&
                       fabs(p->strike_s - c->strike_s) < EG_GAIT_JOIN_S;
        pair(joint, (eg_gait_pair){p->side, 0, p->strike_s, c->strike_s, is_whole});
        if (is_whole) c->strike_s = p->strike_s;
    }
    foot_at(track, p->side, 1, isfinite(span) ? p->strike_s + 0.5 * span : to, at);
    if (isfinite(p->off_s) && isfinite(c->off_s)) {
        int is_whole =
            eg_gait_force_inside_mm(force, at) > 0.0 && fabs(p->off_s - c->off_s) < EG_GAIT_JOIN_S;
        pair(joint, (eg_gait_pair){p->side, 1, p->off_s, c->off_s, is_whole});
        if (is_whole) c->off_s = p->off_s;
    }
}

void eg_gait_join(const eg_gait_track *track, const eg_gait_force *force, size_t n_plate,
                  eg_gait_contact *plate, size_t n_contacts, eg_gait_contact *contacts,
                  eg_gait_joint *joint) {
    for (size_t i = 0; i < n_plate; i++)
        join_one(track, force, &plate[i], n_contacts, contacts, joint);
}

void eg_gait_force_heading(const eg_gait_force *force, size_t n, double rate_hz,
                           eg_gait_contact *c) {
    double from = isfinite(c->strike_s) ? c->strike_s * rate_hz : 0.0;
    double to = isfinite(c->off_s) ? c->off_s * rate_hz : (double)n - 1.0;
    size_t a = (size_t)(from + 0.15 * (to - from)), b = (size_t)(from + 0.85 * (to - from));
    if (b >= n || !isfinite(c->strike_s) || !isfinite(c->off_s)) return;
    double dx = force->cop_mm[0][b] - force->cop_mm[0][a];
    double dy = force->cop_mm[1][b] - force->cop_mm[1][a];
    if (eg_hypot(dx, dy) > 40.0) c->heading_rad = eg_atan2(dy, dx);
}

void eg_gait_force_sides(size_t n, eg_gait_contact *c) {
    const double least_mm = 20.0;
    double east = 0.0, north = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(c[i].heading_rad)) continue;
        east += eg_cos(c[i].heading_rad);
        north += eg_sin(c[i].heading_rad);
    }
    if (!(eg_hypot(east, north) > 0.0)) return;
    /* The line of the walk is that of the places; the pressure's way only tells its sense. */
    double way = eg_atan2(north, east);
    if (n >= 3) {
        double dx =
            c[n - 1].place_mm[0] + c[n - 2].place_mm[0] - c[0].place_mm[0] - c[1].place_mm[0];
        double dy =
            c[n - 1].place_mm[1] + c[n - 2].place_mm[1] - c[0].place_mm[1] - c[1].place_mm[1];
        if (dx * east + dy * north > 0.0 && eg_hypot(dx, dy) > 300.0) way = eg_atan2(dy, dx);
    }
    double cosine = eg_cos(way), sine = eg_sin(way);
    for (size_t i = 0; i < n; i++) {
        double beside = 0.0, count = 0.0;
        c[i].heading_rad = way; /* that of a single pressure is too rough to tell a turn */
        for (size_t k = i > 0 ? i - 1 : 0; k <= i + 1 && k < n; k++) {
            if (k == i) continue;
            double dx = c[i].place_mm[0] - c[k].place_mm[0],
                   dy = c[i].place_mm[1] - c[k].place_mm[1];
            beside += cosine * dy - sine * dx;
            count += 1.0;
        }
        beside /= count;
        if (!(fabs(beside) > least_mm)) continue;
        c[i].side = beside > 0.0 ? EG_GAIT_LEFT : EG_GAIT_RIGHT;
        c[i].confidence = 0.7;
    }
}
