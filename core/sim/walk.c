#include "core/sim/walk.h"

#include "core/base/random.h"
#include "core/base/real.h"

static const double deg = EG_PI / 180.0;

/* Shares of the stance: flat from, heel up from. */
static const double flat_from = 0.13, heel_up_from = 0.64;

/* The toe marker sits behind the tip about which the foot rolls off. */
static const double toe_at = 0.75;

/* How fast the foot turns where it leaves and lands, per unit of the time in which the heel comes
 * up or the foot becomes flat; and how much of its steepest pitch it has when it leaves. */
static const double off_rate = 2.2, strike_rate = 1.3, off_part = 0.8;

/* The foot as a rigid body leaves the ground before the toes do, which bend and stay a little: this
 * share of the stance. */
static const double toes_stay = 0.05;

eg_walk_person eg_walk_usual(double speed_m_s, double cadence_per_min) {
    double step_s = 60.0 / cadence_per_min, length = 1000.0 * speed_m_s * step_s;
    return (eg_walk_person){.n_steps = 24,
                            .step_length = {length, length},
                            .step_time = {step_s, step_s},
                            .double_support = 0.24 * step_s,
                            .width = 110.0,
                            .clearance = {18.0, 18.0},
                            .foot_length = 240.0,
                            .toe_out = 6.0,
                            .strike_pitch = {20.0, 20.0},
                            .off_pitch = 65.0,
                            .leg_length = 900.0,
                            .stand_before = 2.0,
                            .stand_after = 2.0};
}

/* A place with its speed and acceleration, per unit of time. */
typedef struct knot {
    double p, v, a;
} knot;

/* Polynomial of fifth order from one knot to another `span` later, at w in [0, 1] between them; the
 * value, and with `out` its speed and acceleration, too. */
static double between(knot from, knot to, double span, double w, knot *out) {
    double v0 = from.v * span, v1 = to.v * span, a0 = from.a * span * span, a1 = to.a * span * span;
    double d = to.p - from.p;
    double c3 = 10.0 * d - 6.0 * v0 - 4.0 * v1 - 1.5 * a0 + 0.5 * a1;
    double c4 = -15.0 * d + 8.0 * v0 + 7.0 * v1 + 1.5 * a0 - a1;
    double c5 = 6.0 * d - 3.0 * (v0 + v1) - 0.5 * (a0 - a1);
    double p = from.p + w * (v0 + w * (0.5 * a0 + w * (c3 + w * (c4 + w * c5))));
    if (out == NULL) return p;
    out->p = p;
    out->v = (v0 + w * (a0 + w * (3.0 * c3 + w * (4.0 * c4 + w * 5.0 * c5)))) / span;
    out->a = (a0 + w * (6.0 * c3 + w * (12.0 * c4 + w * 20.0 * c5))) / (span * span);
    return p;
}

static double join(double p0, double v0, double p1, double v1, double w) {
    return between((knot){p0, v0, 0.0}, (knot){p1, v1, 0.0}, 1.0, w, NULL);
}

/* Foot in the plane of its swing: heel's way and height, pitch; mm, rad. */
typedef struct plane {
    double x, z, pitch;
} plane;

/* How long the foot stands; where it stood longer, waiting, it leaves as from a usual step. */
static double contact_of(const eg_walk_person *p, const eg_walk_step *s) {
    double usual = 0.62 * (p->step_time[0] + p->step_time[1]), span = s->off_s - s->strike_s;
    return span < 1.6 * usual ? span : usual;
}

/* When the sole leaves, for where the foot is; off_s is when the toes do. */
static double leave_of(const eg_walk_person *p, const eg_walk_step *s) {
    return s->off_s - toes_stay * contact_of(p, s);
}

static double stance_of(const eg_walk_person *p, const eg_walk_step *s) {
    return (1.0 - toes_stay) * contact_of(p, s);
}

static knot off_knot(const eg_walk_person *p, const eg_walk_step *s) {
    double pitch = -off_part * p->off_pitch * deg;
    return (knot){pitch, off_rate * pitch / ((1.0 - heel_up_from) * stance_of(p, s)), 0.0};
}

/* Pitch in the stance at u in [0, 1]. */
static double stance_pitch(const eg_walk_person *p, const eg_walk_step *s, double u) {
    const knot flat = {0.0, 0.0, 0.0};
    if (u < flat_from) {
        double w = u / flat_from;
        return join(s->strike_pitch, -strike_rate * s->strike_pitch, 0.0, 0.0, w);
    }
    if (u < heel_up_from) return 0.0;
    double span = (1.0 - heel_up_from) * stance_of(p, s);
    return between(flat, off_knot(p, s), span, (u - heel_up_from) / (1.0 - heel_up_from), NULL);
}

static plane in_stance(const eg_walk_person *p, const eg_walk_step *s, double u) {
    plane out = {0.0, 0.0, stance_pitch(p, s, u)};
    int about_toe = u >= heel_up_from || s->strike_pitch < 0.0;
    if (about_toe) {
        out.x = p->foot_length * (1.0 - eg_cos(out.pitch));
        out.z = -p->foot_length * eg_sin(out.pitch);
    }
    return out;
}

/* How the swing from `a` to `b` begins and ends; seconds, rad, mm. */
typedef struct swing {
    double span_s, rise, steepest, pitch_b, rate_b, lift;
    knot off;        /* the pitch there */
    int is_forefoot; /* lands first */
} swing;

static swing swing_of(const eg_walk_person *p, const eg_walk_step *a, const eg_walk_step *b) {
    swing s = {.span_s = b->strike_s - leave_of(p, a), .lift = b->lift_mm};
    s.off = off_knot(p, a);
    s.steepest = -p->off_pitch * deg;
    s.pitch_b = b->strike_pitch;
    s.rate_b = -strike_rate * s.pitch_b / (flat_from * stance_of(p, b));
    s.rise = b->heel_mm[2] - a->heel_mm[2];
    s.is_forefoot = s.pitch_b < 0.0;
    return s;
}

/* Pitch with speed and acceleration, at w in [0, 1]: drawn up at once, nearly level in the middle,
 * a little steeper than at the strike shortly before. */
static knot pitch_at(const swing *s, double w) {
    static const double at[] = {0.0, 0.17, 0.57, 0.87, 1.0};
    double steep = s->pitch_b + 4.0 * deg, level = -12.0 * deg;
    const knot k[] = {s->off,
                      {s->steepest, 0.0, -s->off.v / (0.2 * s->span_s)},
                      {level, (steep - s->steepest) / (0.6 * s->span_s), 0.0},
                      {steep, 0.0, 0.0},
                      {s->pitch_b, s->rate_b, 0.0}};
    size_t i = 0;
    while (i < 3 && w > at[i + 1]) i++;
    double span = at[i + 1] - at[i];
    knot out;
    between(k[i], k[i + 1], span * s->span_s, (w - at[i]) / span, &out);
    return out;
}

/* Height of the forefoot's or heel's sole turned into that of the other: h + l sin(pitch). */
static knot lever(knot h, double l, knot pitch) {
    double sine, cosine;
    eg_sincos(pitch.p, &sine, &cosine);
    return (knot){h.p + l * sine, h.v + l * cosine * pitch.v,
                  h.a + l * (cosine * pitch.a - sine * pitch.v * pitch.v)};
}

/* Height of the forefoot's sole over `a`'s ground. Knots: the off, a first rise, the lowest place
 * in the middle (`lift`, on the level), low heel before the strike, the strike. On steps the middle
 * lies over the higher ground. */
static double toe_sole(const eg_walk_person *p, const swing *s, double w) {
    static const double at[] = {0.0, 0.27, 0.55, 0.87, 1.0};
    const double l = p->foot_length, up = fmax(s->rise, 0.0);
    const double fall = -200.0, glide = -60.0; /* of what lands first, mm/s */
    double first = s->lift + (s->rise > 1.0 ? 0.55 * up : 25.0);
    knot k[5] = {{0.0, 0.0, 2000.0},
                 {first, s->rise > 1.0 ? 2.0 * up : 0.0, s->rise > 1.0 ? 0.0 : -3000.0},
                 {s->lift + up, 0.0, 4000.0},
                 {s->rise + 15.0, glide, 0.0},
                 {s->rise, fall, 0.0}};
    if (s->rise > 1.0) k[2].a = 0.0;
    if (s->rise < -1.0) k[2] = (knot){s->lift + 0.3 * s->rise, 2.0 * s->rise, 0.0};
    if (!s->is_forefoot)
        for (int i = 3; i < 5; i++) k[i] = lever(k[i], l, pitch_at(s, at[i]));
    size_t i = 0;
    while (i < 3 && w > at[i + 1]) i++;
    double part = (w - at[i]) / (at[i + 1] - at[i]);
    return between(k[i], k[i + 1], (at[i + 1] - at[i]) * s->span_s, part, NULL);
}

/* Heel's height over `a`'s ground, and pitch; x is how far the forefoot has come, of 1. */
static plane in_swing(const eg_walk_person *p, const swing *s, double w) {
    plane out;
    /* It leaves with an acceleration and lands with a rest of its speed. */
    knot from = {0.0, 0.0, 4.0}, to = {1.0, 0.15, 0.0};
    out.x = between(from, to, 1.0, w, NULL);
    out.pitch = pitch_at(s, w).p;
    out.z = toe_sole(p, s, w) - p->foot_length * eg_sin(out.pitch);
    return out;
}

/* The toe marker's height over where it is when standing on `a`'s ground. */
static double toe_height(const eg_walk_person *p, const plane *at) {
    return at->z + toe_at * p->foot_length * eg_sin(at->pitch) + 30.0 * (eg_cos(at->pitch) - 1.0);
}

static double heel_height(const plane *at) {
    return at->z - 5.0 * eg_sin(at->pitch) + 40.0 * (eg_cos(at->pitch) - 1.0);
}

enum { SWING_PARTS = 400 };

/* Least local minimum of the toe marker between 20 and 85 % of the swing over the higher ground. */
static double clearance_of(const eg_walk_person *p, const eg_walk_step *a, const eg_walk_step *b) {
    swing s = swing_of(p, a, b);
    double least = (double)INFINITY, before = 0.0, here = 0.0;
    for (int k = 0; k <= SWING_PARTS; k++) {
        plane at = in_swing(p, &s, (double)k / SWING_PARTS);
        double z = toe_height(p, &at);
        if (k > SWING_PARTS / 5 && k <= SWING_PARTS * 85 / 100 && here < before && here <= z)
            least = fmin(least, here);
        before = here;
        here = z;
    }
    return isfinite(least) ? least - fmax(s.rise, 0.0) : (double)NAN;
}

/* How far the foot stays clear with the lift it has: on the level the toe's lowest place in
 * mid-swing; on steps the toe (going up) or heel (down) where it passes the edge. */
static double margin(const eg_walk_person *p, const eg_walk_step *a, const eg_walk_step *b) {
    swing s = swing_of(p, a, b);
    double way = eg_hypot(b->heel_mm[0] - a->heel_mm[0], b->heel_mm[1] - a->heel_mm[1]);
    double lowest = (double)INFINITY, l = p->foot_length;
    for (int k = SWING_PARTS / 5; k <= SWING_PARTS * 85 / 100; k++) {
        plane at = in_swing(p, &s, (double)k / SWING_PARTS);
        double tip = at.x * way + l, heel = tip - l * eg_cos(at.pitch);
        double toe = heel + toe_at * l * eg_cos(at.pitch);
        if (fabs(s.rise) < 1.0) {
            if (k > SWING_PARTS / 3 && k < SWING_PARTS * 7 / 10)
                lowest = fmin(lowest, toe_height(p, &at));
        } else if (s.rise > 0.0) {
            if (toe >= way - EG_WALK_NOSE_MM) return toe_height(p, &at) - s.rise;
        } else if (heel >= l + EG_WALK_NOSE_MM) {
            return heel_height(&at);
        }
    }
    return lowest;
}

/* The lift that gives the wanted clearance, which rises with it. */
static void find_lift(const eg_walk_person *p, const eg_walk_step *a, eg_walk_step *b) {
    double low = -100.0, high = 400.0;
    for (int k = 0; k < 40; k++) {
        b->lift_mm = 0.5 * (low + high);
        if (margin(p, a, b) < p->clearance[b->side])
            low = b->lift_mm;
        else
            high = b->lift_mm;
    }
    b->clearance_mm = clearance_of(p, a, b);
}

/* ---- the plan ---- */

static size_t same_before(size_t i, const eg_walk_step *steps) {
    for (size_t k = i; k-- > 0;)
        if (steps[k].side == steps[i].side) return k;
    return i;
}

static eg_walk_step footprint(const eg_walk_person *p, int side, const double line[3],
                              double heading) {
    double sine, cosine, beside = side == 0 ? 0.5 * p->width : -0.5 * p->width;
    eg_sincos(heading, &sine, &cosine);
    eg_walk_step s = {.side = side, .heading_rad = heading, .clearance_mm = (double)NAN};
    s.heel_mm[0] = line[0] - sine * beside;
    s.heel_mm[1] = line[1] + cosine * beside;
    s.heel_mm[2] = line[2];
    s.strike_pitch = p->strike_pitch[side] * deg;
    return s;
}

static void walk_on(const eg_walk_person *p, eg_random *random, eg_walk_step *steps, size_t *n,
                    double *last_strike, size_t total) {
    double line[3] = {0.0, 0.0, 0.0}, heading = p->heading_deg * deg, t = p->stand_before;
    for (size_t k = 0; k < total; k++) {
        int side = (int)((k + 1) % 2), is_last = p->stand_after > 0.0 && k + 1 == total;
        double step = p->step_time[side] + p->time_sd * eg_random_normal(random);
        double length = p->step_length[side] + p->length_sd * eg_random_normal(random);
        if (is_last) length = 0.0;
        if (k == 0 && p->stand_before > 0.0) length *= 0.6;
        if (k >= p->turn_at && k < p->turn_at + p->turn_steps)
            heading += p->turn_deg * deg / (double)p->turn_steps;
        if (k >= p->rise_at && k < p->rise_at + p->n_rises) line[2] += p->rises[k - p->rise_at];
        line[0] += length * eg_cos(heading);
        line[1] += length * eg_sin(heading);
        t += k == 0 && p->stand_before > 0.0 ? p->step_time[side] - p->double_support : step;
        steps[*n] = footprint(p, side, line, heading);
        steps[*n].strike_s = t;
        steps[*n].off_s = (double)INFINITY;
        size_t before = same_before(*n, steps);
        /* The other foot struck `step` before; this one left a double support later. */
        double since = t - step;
        steps[before].off_s =
            k == 0 ? t - (p->step_time[side] - p->double_support) : since + p->double_support;
        ++*n;
    }
    *last_strike = t;
}

eg_err eg_walk_plan(const eg_walk_person *p, uint64_t seed, size_t capacity, eg_walk_step *steps,
                    size_t *n_steps, double *duration_s, eg_diag *diag) {
    size_t total = p->n_steps + (p->stand_after > 0.0);
    *n_steps = 0;
    if (total + 2 > capacity || p->n_rises > EG_WALK_RISES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, "", 0, "%zu steps are more than %zu", total + 2,
                           capacity);
    double shortest = fmin(p->step_time[0], p->step_time[1]);
    if (!(p->double_support > 0.0) || !(p->double_support < 0.8 * shortest) ||
        !(shortest > 6.0 * p->time_sd) || p->n_steps < 2)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "", 0,
                           "step times, their spread and the double support do not make a walk");
    eg_random random;
    eg_random_init(&random, seed, 7);
    double origin[3] = {0.0, 0.0, 0.0}, last = 0.0;
    size_t n = 0;
    for (int side = 0; side < 2; side++) {
        steps[n] = footprint(p, side, origin, p->heading_deg * deg);
        steps[n].strike_s = -(double)INFINITY;
        steps[n++].off_s = (double)INFINITY;
    }
    walk_on(p, &random, steps, &n, &last, total);
    for (size_t i = 2; i < n; i++) find_lift(p, &steps[same_before(i, steps)], &steps[i]);
    *n_steps = n;
    *duration_s = last + (p->stand_after > 0.0 ? p->stand_after : 0.0);
    return EG_OK;
}

/* ---- the body at a moment ---- */

/* heel: where the sole's heel is. */
static void place_foot(const eg_walk_person *p, const double heel[3], double heading, double pitch,
                       eg_walk_foot *out) {
    out->turn =
        eg_quaternion_product(eg_quaternion_heading(heading), eg_quaternion_turn(0.0, -pitch, 0.0));
    double matrix[3][3];
    eg_quaternion_matrix(out->turn, matrix);
    const double parts[3][3] = {{-5.0, 0.0, 40.0},
                                {toe_at * p->foot_length, 0.0, 30.0},
                                {0.45 * p->foot_length, 0.0, 60.0}};
    double *places[3] = {out->heel_mm, out->toe_mm, out->middle_mm};
    for (int k = 0; k < 3; k++) {
        double v[3];
        eg_quaternion_apply(matrix, parts[k], v);
        for (int r = 0; r < 3; r++) places[k][r] = heel[r] + v[r];
    }
}

static double foot_heading(const eg_walk_person *p, const eg_walk_step *s) {
    return s->heading_rad + (s->side == 0 ? p->toe_out : -p->toe_out) * deg;
}

static void stand(const eg_walk_person *p, const eg_walk_step *a, double t, eg_walk_foot *foot) {
    double from = a->strike_s, to = a->off_s, u = 0.5;
    double usual = stance_of(p, a);
    if (isfinite(from) && to - from < 2.0)
        u = (t - from) / usual;
    else if (isfinite(to) && t > leave_of(p, a) - 0.5 * usual)
        u = 1.0 - (leave_of(p, a) - t) / usual;
    else if (isfinite(from))
        u = fmin(0.5, (t - from) / usual);
    plane at = in_stance(p, a, u);
    double heading = foot_heading(p, a);
    const double heel[3] = {a->heel_mm[0] + at.x * eg_cos(heading),
                            a->heel_mm[1] + at.x * eg_sin(heading), a->heel_mm[2] + at.z};
    place_foot(p, heel, heading, at.pitch, foot);
}

static void swing_on(const eg_walk_person *p, const eg_walk_step *a, const eg_walk_step *b,
                     double t, eg_walk_foot *foot) {
    swing s = swing_of(p, a, b);
    double w = (t - leave_of(p, a)) / s.span_s, l = p->foot_length;
    double angle_a = foot_heading(p, a), angle_b = foot_heading(p, b);
    double heading = join(angle_a, 0.0, angle_b, 0.0, w);
    plane at = in_swing(p, &s, w);
    /* The forefoot goes from where it stood to where it will land (the heel's place is the step's).
     */
    double land = s.is_forefoot ? 1.0 : eg_cos(s.pitch_b);
    const double along[3][2] = {{eg_cos(angle_a), eg_sin(angle_a)},
                                {eg_cos(angle_b), eg_sin(angle_b)},
                                {eg_cos(heading), eg_sin(heading)}};
    double heel[3] = {0.0, 0.0, a->heel_mm[2] + at.z};
    for (int r = 0; r < 2; r++) {
        double from = a->heel_mm[r] + l * along[0][r];
        double to = b->heel_mm[r] + l * land * along[1][r];
        heel[r] = from + at.x * (to - from) - l * eg_cos(at.pitch) * along[2][r];
    }
    place_foot(p, heel, heading, at.pitch, foot);
}

void eg_walk_foot_at(const eg_walk_person *p, size_t n, const eg_walk_step *steps, int side,
                     double t, eg_walk_foot *foot) {
    const eg_walk_step *a = &steps[side], *b = NULL; /* the first two stand */
    for (size_t i = 2; i < n && b == NULL; i++) {
        if (steps[i].side != side) continue;
        if (steps[i].strike_s <= t)
            a = &steps[i];
        else
            b = &steps[i];
    }
    foot->is_down = b == NULL || t <= a->off_s;
    if (b == NULL || t <= leave_of(p, a))
        stand(p, a, t, foot);
    else
        swing_on(p, a, b, t, foot);
}
