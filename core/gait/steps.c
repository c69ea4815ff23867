#include "core/gait/steps.h"

#include <string.h>

#include "core/base/real.h"
#include "core/base/sort.h"

double eg_gait_student(size_t degrees) {
    /* Exact for 1 and 2, then the Cornish-Fisher expansion about the normal quantile (Abramowitz &
     * Stegun 26.7.5). */
    const double z = 1.959963984540054, z2 = z * z, v = (double)degrees;
    if (degrees == 0) return (double)NAN;
    if (degrees == 1) return 12.706204736432095;
    if (degrees == 2) return 4.302652729696142;
    double g1 = z * (z2 + 1.0) / 4.0;
    double g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    double g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    return z + (g1 + (g2 + g3 / v) / v) / v;
}

eg_gait_value eg_gait_mean_of(size_t n, const double *x) {
    eg_gait_value out = {(double)NAN, (double)NAN, (double)NAN, (double)NAN, 0};
    double mean = 0.0, square = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) continue;
        out.n++;
        double before = x[i] - mean;
        mean += before / (double)out.n;
        square += before * (x[i] - mean);
    }
    if (out.n == 0) return out;
    out.value = mean;
    if (out.n < EG_GAIT_MEAN_SURE) return out;
    out.sd = sqrt(square / (double)(out.n - 1));
    double half = eg_gait_student(out.n - 1) * out.sd / sqrt((double)out.n);
    out.low = mean - half;
    out.high = mean + half;
    return out;
}

/* ---- which steps are steady ---- */

static double usual_step(size_t n, const eg_gait_contact *c, double *steps, double *scratch) {
    size_t m = 0;
    for (size_t i = 1; i < n; i++) {
        double t = c[i].strike_s - c[i - 1].strike_s;
        if (isfinite(t) && t > 0.0) steps[m++] = t;
    }
    eg_sort(m, steps, scratch);
    return eg_sort_quantile(m, steps, 0.5);
}

/* Whether the person stood before contact `i`, the first of a bout: there was time to stand. */
static int stood_before(size_t i, const eg_gait_contact *c, double from_s, double pause_s) {
    if (i > 0) return 1; /* a pause parted the bouts */
    /* Before the first foot left, both stood since the first moment seen. */
    if (isfinite(c[0].strike_s)) return c[0].strike_s - from_s > 1.5 * pause_s;
    return c[0].off_s - from_s > pause_s;
}

static void mark_turns(size_t n, const eg_gait_contact *c, eg_gait_phase *phases) {
    for (size_t i = 0; i < n; i++) {
        if (phases[i] != EG_GAIT_STEADY || !isfinite(c[i].heading_rad)) continue;
        for (size_t k = i > 2 ? i - 2 : 0; k < i; k++)
            /* Sensors on two feet have no common direction. */
            if (c[k].side == c[i].side &&
                fabs(c[i].heading_rad - c[k].heading_rad) > EG_GAIT_TURN_RAD)
                phases[i] = EG_GAIT_TURNING;
    }
}

eg_err eg_gait_phases(size_t n, const eg_gait_contact *c, double from_s, double to_s,
                      eg_gait_phase *phases, eg_arena *scratch, eg_diag *diag) {
    size_t mark = eg_arena_mark(scratch);
    double *steps = eg_arena_take(scratch, n + 1, 2 * sizeof *steps);
    if (steps == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the steps");
    double pause = EG_GAIT_PAUSE_STEPS * usual_step(n, c, steps, steps + n + 1);
    eg_arena_reset(scratch, mark);
    if (!isfinite(pause)) pause = 2.0;
    for (size_t i = 0; i < n; i++) phases[i] = EG_GAIT_STEADY;
    for (size_t first = 0; first < n;) {
        size_t last = first;
        while (last + 1 < n && !(c[last + 1].strike_s - c[last].strike_s > pause)) last++;
        double next = last + 1 < n ? c[last + 1].strike_s : to_s;
        int is_start = stood_before(first, c, from_s, pause);
        int is_stop = isfinite(c[last].strike_s) && next - c[last].strike_s > pause;
        size_t strikes = 0;
        for (size_t i = first; i <= last && is_start && strikes < EG_GAIT_EDGE_STEPS; i++) {
            phases[i] = EG_GAIT_STARTING;
            strikes += (size_t)(isfinite(c[i].strike_s) != 0);
        }
        for (size_t i = last + 1, k = 0; i-- > first && is_stop && k < EG_GAIT_EDGE_STEPS; k++)
            phases[i] = EG_GAIT_STOPPING;
        first = last + 1;
    }
    mark_turns(n, c, phases);
    return EG_OK;
}

/* ---- means ---- */

/* Around contact i: the same foot's next one, the other foot's before and behind. n: none. */
typedef struct around {
    size_t next, other_before, other_next;
} around;

static around look(size_t i, size_t n, const eg_gait_contact *c) {
    around a = {n, n, n};
    if (c[i].side == EG_GAIT_UNKNOWN) return a;
    for (size_t k = i + 1; k < n && a.next == n; k++) {
        if (c[k].side == c[i].side)
            a.next = k;
        else if (c[k].side == !c[i].side && a.other_next == n)
            a.other_next = k;
    }
    for (size_t k = i; k-- > 0;) {
        if (c[k].side == c[i].side) break;
        if (c[k].side == !c[i].side) {
            a.other_before = k;
            break;
        }
    }
    return a;
}

static double stride_time(size_t i, const around *a, size_t n, const eg_gait_contact *c) {
    if (a->next == n) return (double)NAN;
    double t = c[a->next].strike_s - c[i].strike_s;
    return t >= EG_GAIT_STRIDE_LEAST_S && t <= EG_GAIT_STRIDE_MOST_S ? t : (double)NAN;
}

/* One number of the contact i, NaN if it cannot be seen. A stride belongs to the foot whose strike
 * begins it, a step to the foot whose strike ends it. */
static double number(eg_gait_measure_id id, size_t i, size_t n, const eg_gait_contact *c,
                     const eg_gait_phase *phases) {
    around a = look(i, n, c);
    double stride = stride_time(i, &a, n, c);
    int is_steady = phases[i] == EG_GAIT_STEADY;
    int is_stride = is_steady && isfinite(stride) && phases[a.next] == EG_GAIT_STEADY;
    double stance = c[i].off_s - c[i].strike_s;
    double other_off = a.other_before < n ? c[a.other_before].off_s : (double)NAN;
    double other_strike =
        a.other_next < n && a.other_next < a.next ? c[a.other_next].strike_s : (double)NAN;
    switch (id) {
    case EG_GAIT_M_STEP_LENGTH:
        return is_steady ? c[i].step_mm : (double)NAN;
    case EG_GAIT_M_STEP_WIDTH:
        return is_steady ? c[i].width_mm : (double)NAN;
    case EG_GAIT_M_CLEARANCE:
        return is_steady ? c[i].clearance_mm : (double)NAN;
    case EG_GAIT_M_STRIDE_LENGTH:
        return is_stride ? c[a.next].stride_mm : (double)NAN;
    case EG_GAIT_M_STRIDE_TIME:
        return is_stride ? stride : (double)NAN;
    case EG_GAIT_M_SPEED:
        return is_stride ? c[a.next].stride_mm / stride / 1000.0 : (double)NAN;
    case EG_GAIT_M_STANCE:
        return is_stride ? 100.0 * stance / stride : (double)NAN;
    case EG_GAIT_M_SWING:
        return is_stride ? 100.0 - 100.0 * stance / stride : (double)NAN;
    case EG_GAIT_M_STANCE_TIME:
        return is_stride ? stance : (double)NAN;
    case EG_GAIT_M_SWING_TIME:
        return is_stride ? stride - stance : (double)NAN;
    case EG_GAIT_M_STEP_TIME:
        if (!is_steady || a.other_before == n) return (double)NAN;
        stride = c[i].strike_s - c[a.other_before].strike_s;
        return stride <= 0.5 * EG_GAIT_STRIDE_MOST_S ? stride : (double)NAN;
    case EG_GAIT_M_DOUBLE:
        if (!is_stride) return (double)NAN;
        return 100.0 * (other_off - c[i].strike_s + c[i].off_s - other_strike) / stride;
    case EG_GAIT_M_SINGLE:
        return is_stride ? 100.0 * (other_strike - other_off) / stride : (double)NAN;
    default:
        return (double)NAN;
    }
}

static void blank(eg_gait_value *v) {
    *v = (eg_gait_value){(double)NAN, (double)NAN, (double)NAN, (double)NAN, v->n};
}

static void fill_sides(eg_gait_measure_id id, size_t n, const eg_gait_contact *c,
                       const eg_gait_phase *phases, eg_gait_walk *walk, double *x) {
    for (int side = 0; side < 3; side++) {
        for (size_t i = 0; i < n; i++)
            x[i] = side == 2 || c[i].side == side ? number(id, i, n, c, phases) : (double)NAN;
        walk->values[id][side] = eg_gait_mean_of(n, x);
    }
}

/* Root mean square of the two sides' standard deviations (of one side if there is no other), as a
 * percentage of the mean where asked. */
static eg_gait_value spread(const eg_gait_walk *walk, eg_gait_measure_id of, int is_percent) {
    eg_gait_value out = {(double)NAN, (double)NAN, (double)NAN, (double)NAN, 0};
    double sum = 0.0;
    int sides = 0;
    for (int s = 0; s < 2; s++) {
        const eg_gait_value *v = &walk->values[of][s];
        if (v->n < 2) continue;
        double sd = is_percent ? 100.0 * v->sd / v->value : v->sd;
        sum += sd * sd;
        sides++;
        out.n += v->n;
    }
    if (sides > 0 && out.n >= EG_GAIT_SPREAD_MIN) out.value = sqrt(sum / sides);
    return out;
}

static void symmetry(eg_gait_walk *walk, eg_gait_measure_id of, eg_gait_measure_id index,
                     eg_gait_measure_id ratio) {
    const eg_gait_value *l = &walk->values[of][0], *r = &walk->values[of][1];
    if (l->n == 0 || r->n == 0) return;
    eg_gait_value v = {200.0 * (r->value - l->value) / (r->value + l->value), (double)NAN,
                       (double)NAN, (double)NAN, l->n + r->n};
    walk->values[index][2] = v;
    if (ratio == EG_GAIT_M_COUNT) return;
    v.value = fmax(l->value, r->value) / fmin(l->value, r->value);
    walk->values[ratio][2] = v;
}

static void finish(eg_gait_walk *walk) {
    eg_gait_value(*v)[3] = walk->values;
    v[EG_GAIT_M_STRIDE_TIME_CV][2] = spread(walk, EG_GAIT_M_STRIDE_TIME, 1);
    v[EG_GAIT_M_STEP_TIME_SD][2] = spread(walk, EG_GAIT_M_STEP_TIME, 0);
    v[EG_GAIT_M_STEP_LENGTH_SD][2] = spread(walk, EG_GAIT_M_STEP_LENGTH, 0);
    v[EG_GAIT_M_STEP_WIDTH_SD][2] = spread(walk, EG_GAIT_M_STEP_WIDTH, 0);
    symmetry(walk, EG_GAIT_M_STEP_LENGTH, EG_GAIT_M_SI_STEP_LENGTH, EG_GAIT_M_RATIO_STEP_LENGTH);
    symmetry(walk, EG_GAIT_M_STEP_TIME, EG_GAIT_M_SI_STEP_TIME, EG_GAIT_M_COUNT);
    symmetry(walk, EG_GAIT_M_SWING_TIME, EG_GAIT_M_SI_SWING, EG_GAIT_M_RATIO_SWING);
    symmetry(walk, EG_GAIT_M_STANCE_TIME, EG_GAIT_M_SI_STANCE, EG_GAIT_M_COUNT);
    /* Speed is way over time, not the mean of speeds; its interval is that of the strides. */
    eg_gait_value *speed = &v[EG_GAIT_M_SPEED][2];
    const eg_gait_value *length = &v[EG_GAIT_M_STRIDE_LENGTH][2];
    eg_gait_value *stride = &v[EG_GAIT_M_STRIDE_TIME][2];
    if (speed->n > 0 && length->n == stride->n) speed->value = length->value / stride->value / 1e3;
    eg_gait_value *cadence = &v[EG_GAIT_M_CADENCE][2];
    *cadence = (eg_gait_value){120.0 / stride->value, 120.0 / stride->high, 120.0 / stride->low,
                               (double)NAN, stride->n};
    if (!(cadence->low > 0.0)) cadence->low = cadence->high = (double)NAN;
    double step = v[EG_GAIT_M_STEP_LENGTH][2].value;
    v[EG_GAIT_M_WALK_RATIO][2] =
        (eg_gait_value){step / cadence->value, (double)NAN, (double)NAN, (double)NAN, stride->n};
    for (int s = 0; s < 2; s++) blank(&v[EG_GAIT_M_SPEED][s]); /* a foot has no speed of its own */
}

eg_err eg_gait_measure(size_t n, const eg_gait_contact *contacts, const eg_gait_phase *phases,
                       eg_gait_walk *walk, eg_arena *scratch, eg_diag *diag) {
    memset(walk, 0, sizeof *walk);
    for (int id = 0; id < EG_GAIT_M_COUNT; id++)
        for (int s = 0; s < 3; s++) blank(&walk->values[id][s]);
    size_t mark = eg_arena_mark(scratch);
    double *x = eg_arena_take(scratch, n + 1, sizeof *x);
    if (x == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the steps");
    for (int id = EG_GAIT_M_SPEED; id <= EG_GAIT_M_CLEARANCE; id++)
        fill_sides((eg_gait_measure_id)id, n, contacts, phases, walk, x);
    walk->n_strides = walk->values[EG_GAIT_M_STRIDE_TIME][2].n;
    for (size_t i = 0; i < n; i++) {
        int is_step = isfinite(contacts[i].strike_s) != 0;
        walk->n_steps += (size_t)is_step;
        walk->n_turning += (size_t)(is_step && phases[i] == EG_GAIT_TURNING);
        if (phases[i] == EG_GAIT_STARTING) walk->is_start_seen = 1;
        if (phases[i] == EG_GAIT_STOPPING) walk->is_stop_seen = 1;
    }
    walk->values[EG_GAIT_M_STEPS][2].value = (double)walk->n_steps;
    walk->values[EG_GAIT_M_STRIDES][2].value = (double)walk->n_strides;
    walk->values[EG_GAIT_M_TURN_STEPS][2].value = (double)walk->n_turning;
    finish(walk);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}
