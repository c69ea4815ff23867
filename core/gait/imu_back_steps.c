#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/gait/imu_back_part.h"
#include "core/gait/imu_part.h"

static const double side_clear = 2.0;  /* standard errors */
static const double small_cycle = 0.3; /* of the usual one: no step */
static const double stands_steps = 1.8;
static const double first_off_part = 0.12; /* of a step: standard deviation (E: ours) */

/* ---- steps ---- */

/* The fall through zero of x that is nearest to sample `at`, within `reach`; NaN: none. */
static double fall_near(size_t n, const double *x, double at, double reach) {
    double best = (double)NAN;
    size_t from = at > reach ? (size_t)(at - reach) : 0, to = (size_t)(at + reach);
    for (size_t i = from; i < to && i + 1 < n; i++) {
        if (!(x[i] > 0.0 && x[i + 1] <= 0.0)) continue;
        double where = (double)i + x[i] / (x[i] - x[i + 1]);
        if (!(fabs(where - at) >= fabs(best - at))) best = where;
    }
    return best;
}

/* Most before and least behind, half a step each: the size of a cycle of the fundamental. */
static double cycle_size(size_t n, const double *x, size_t at, size_t half) {
    double most = 0.0, least = 0.0;
    for (size_t i = at > half ? at - half : 0; i <= at; i++) most = fmax(most, x[i]);
    for (size_t i = at; i <= at + half && i < n; i++) least = fmin(least, x[i]);
    return most - least;
}

static void add_step(back_work *w, size_t from, size_t n, double anchor, const double *fine,
                     double step) {
    double rate = w->b->rate_hz, turn = fall_near(n, fine, anchor, 0.25 * step);
    double apart = isfinite(turn) ? fabs(turn - anchor) : 0.25 * step;
    if (!isfinite(turn)) turn = anchor;
    size_t least = (size_t)turn + 1, end = (size_t)(turn + 0.45 * step);
    for (size_t i = least; i < end && i < n; i++)
        if (fine[i] < fine[least]) least = i;
    double off = imu_peak(n, fine, least, -1.0);
    if (w->n_steps == w->capacity) return;
    size_t k = w->n_steps++;
    w->steps[k].turn_s = ((double)from + turn) / rate;
    w->steps[k].off_s = ((double)from + off) / rate; /* imu_back_find_falls says it better */
    w->steps[k].apart_s = apart / rate;
}

double imu_back_median(size_t n, double *x, double *scratch) {
    if (n == 0) return 0.0;
    eg_sort(n, x, scratch);
    return eg_sort_quantile(n, x, 0.5);
}

/* All steps of a bout. */
eg_err imu_back_walk_through(back_work *w, const back_bout *o, eg_arena *scratch, eg_diag *diag) {
    size_t from, n, m = 0;
    double rate = w->b->rate_hz, step = o->step_s * rate;
    size_t half = (size_t)(0.5 * step);
    imu_back_widened(w, o, &from, &n);
    for (size_t i = 0; i < n; i++) w->x[i] = w->b->acc[0][from + i];
    imu_centre(n, w->x, (size_t)step, w->z);
    for (size_t i = 0; i < n; i++) w->y[i] = w->x[i];
    imu_centre(n, w->x, (size_t)step, w->z); /* what comes with every other step only */
    eg_err err = imu_low_pass(n, w->x, 1.2 / o->step_s, rate, scratch, diag);
    if (err == EG_OK) err = imu_low_pass(n, w->y, 2.0 / o->step_s, rate, scratch, diag);
    if (err != EG_OK) return err;
    for (size_t i = 0; i + 1 < n; i++)
        if (w->x[i] > 0.0 && w->x[i + 1] <= 0.0) w->z[m++] = cycle_size(n, w->x, i, half);
    double usual = imu_back_median(m, w->z, w->order);
    for (size_t i = 0; i + 1 < n; i++) {
        if (!(w->x[i] > 0.0 && w->x[i + 1] <= 0.0)) continue;
        if (cycle_size(n, w->x, i, half) < small_cycle * usual) continue;
        add_step(w, from, n, (double)i + w->x[i] / (w->x[i] - w->x[i + 1]), w->y, step);
    }
    return EG_OK;
}

/* ---- sides ---- */

/* What step k (from its strike to the next one) says for "left": the pelvis turns to the left and
 * is pushed to the right while the left foot stands. */
static void votes_of(back_work *w, size_t k, double out[2]) {
    const eg_gait_back *b = w->b;
    double rate = b->rate_hz, sum = 0.0, count = 0.0;
    size_t from = (size_t)(w->steps[k].turn_s * rate), to = (size_t)(w->steps[k + 1].turn_s * rate);
    size_t off = (size_t)(w->steps[k].off_s * rate), stride = to - from;
    /* The turn against that of the way: the half step before and behind, which turn back. */
    size_t a = from > stride ? from - stride : 0, c = to + stride < b->n ? to + stride : b->n - 1;
    double there = b->turn_rad[to] - b->turn_rad[from];
    out[0] = there - 0.5 * (b->turn_rad[from] - b->turn_rad[a] + b->turn_rad[c] - b->turn_rad[to]);
    for (size_t i = off; i < to; i++) {
        sum -= b->acc[1][i];
        count += 1.0;
    }
    out[1] = count > 0.0 ? sum / count : 0.0;
}

/* Mean over its standard error of n alternating votes, each scaled by its usual size. */
static double lean_of(size_t n, const double *x) {
    double mean = 0.0, square = 0.0;
    for (size_t i = 0; i < n; i++) {
        double apart = x[i] - mean;
        mean += apart / (double)(i + 1);
        square += apart * (x[i] - mean);
    }
    if (n < 2) return 0.0;
    double error = sqrt(square / (double)(n - 1) / (double)n);
    return error > 0.0 ? mean / error : 0.0;
}

/* Which foot strikes in step `first` of a run; how sure in standard errors. */
static int side_of(back_work *w, size_t first, size_t last, double *sure) {
    double size[2] = {0.0, 0.0}, mean[2] = {0.0, 0.0};
    size_t n = last - first;
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = first; k < last; k++) {
            double v[2], sign = (k - first) % 2 == 0 ? 1.0 : -1.0;
            votes_of(w, k, v);
            for (int r = 0; r < 2 && pass == 0; r++) {
                size[r] += v[r] * v[r] / (double)n;
                mean[r] += v[r] / (double)n; /* of a way that turns, a sensor that hangs askew */
            }
            w->vote[k - first] = 0.0;
            for (int r = 0; r < 2 && pass == 1; r++)
                if (size[r] > 0.0)
                    w->vote[k - first] += sign * (r == 0 ? 0.25 : 1.0) *
                                          (v[r] - (n > 3 ? mean[r] : 0.0)) / sqrt(size[r]);
        }
    double t = lean_of(n, w->vote);
    *sure = fabs(t);
    return t > 0.0 ? EG_GAIT_LEFT : EG_GAIT_RIGHT;
}

/* ---- contacts ---- */

/* Height of the pelvis, mm, without drift, of the whole recording into w->x. */
static void find_height(back_work *w, double step_s) {
    const eg_gait_back *b = w->b;
    size_t stride = (size_t)(2.0 * step_s * b->rate_hz);
    for (size_t i = 0; i < b->n; i++) w->x[i] = 1000.0 * b->acc[2][i];
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0.0;
        imu_centre(b->n, w->x, stride, w->y);
        for (size_t i = 0; i < b->n; i++) w->x[i] = sum += w->x[i] / b->rate_hz;
    }
    imu_centre(b->n, w->x, stride, w->y);
}

static double length_of(const back_work *w, size_t k, double leg_mm) {
    double low = (double)INFINITY, high = -(double)INFINITY, rate = w->b->rate_hz;
    for (size_t i = (size_t)(w->steps[k - 1].turn_s * rate);
         i < (size_t)(w->steps[k].turn_s * rate); i++) {
        low = fmin(low, w->x[i]);
        high = fmax(high, w->x[i]);
    }
    double h = high - low;
    if (!(h > 0.0) || h > leg_mm) return (double)NAN;
    return EG_GAIT_BACK_LENGTH_FACTOR * 2.0 * sqrt(2.0 * leg_mm * h - h * h);
}

static double sd_of(double usual_s, double apart_s) {
    return sqrt(usual_s * usual_s + apart_s * apart_s / 12.0);
}

/* Whether somebody stands before the first or behind the last step of a run. */
static int stands(const back_work *w, size_t k, int is_behind) {
    double at = w->steps[k].strike_s, other = is_behind ? (double)w->b->n / w->b->rate_hz : 0.0;
    if (is_behind ? k + 1 < w->n_steps : k > 0)
        other = w->steps[is_behind ? k + 1 : k - 1].strike_s;
    return fabs(other - at) > stands_steps * w->b->step_s;
}

/* The foot that swings first: it leaves a step before its strike, less a double support. */
static eg_gait_contact first_off(const back_work *w, size_t first, size_t last, int side) {
    double both = 0.0;
    for (size_t k = first; k <= last; k++)
        both += (w->steps[k].off_s - w->steps[k].strike_s) / (double)(last - first + 1);
    eg_gait_contact c = eg_gait_contact_none(side);
    c.off_s = w->steps[first].strike_s - (w->b->step_s - both);
    c.off_sd_s = first_off_part * w->b->step_s;
    return c;
}

/* What of a contact lies within the recording. */
static void add_seen(const back_work *w, eg_gait_contact c, size_t capacity,
                     eg_gait_contact *contacts, size_t *n) {
    double end_s = (double)w->b->n / w->b->rate_hz;
    if (!(c.strike_s >= 0.0 && c.strike_s < end_s)) c.strike_s = c.strike_sd_s = (double)NAN;
    if (!(c.off_s >= 0.0 && c.off_s < end_s)) c.off_s = c.off_sd_s = (double)NAN;
    if (!isfinite(c.strike_s) && !isfinite(c.off_s)) return;
    if (*n < capacity) contacts[*n] = c;
    ++*n;
}

/* A run of steps first to last (its last). */
static void add_run(back_work *w, size_t first, size_t last, double leg_mm, size_t capacity,
                    eg_gait_contact *contacts, size_t *n) {
    double sure = 0.0;
    int side = side_of(w, first, last, &sure), is_known = sure >= side_clear;
    w->b->side_sure = fmin(w->b->side_sure, sure);
    if (stands(w, first, 0)) {
        add_seen(w, first_off(w, first, last, is_known ? side : EG_GAIT_UNKNOWN), capacity,
                 contacts, n);
    }
    /* The foot that stood before the first step seen is known by its off only. */
    for (size_t k = first; k <= last + 1; k++) {
        size_t at = k - first; /* contact: 0 the one before the first step */
        int own = (at % 2 == 0) ? !side : side;
        eg_gait_contact c = eg_gait_contact_none(is_known ? own : EG_GAIT_UNKNOWN);
        if (at > 0) {
            size_t s = k - 1;
            c.strike_s = w->steps[s].strike_s;
            c.strike_sd_s = sd_of(w->steps[s].sd_s, w->steps[s].apart_s);
            if (isfinite(leg_mm) && s > first) c.step_mm = length_of(w, s, leg_mm);
            if (isfinite(leg_mm) && s > first + 1)
                c.stride_mm = c.step_mm + length_of(w, s - 1, leg_mm);
        }
        if (k < last || (k == last && !stands(w, last, 1))) {
            c.off_s = w->steps[k].off_s;
            c.off_sd_s = sd_of(w->steps[k].off_sd_s, w->steps[k].apart_s);
        }
        double spread = 0.25 * w->b->step_s;
        size_t s = k > first ? k - 1 : k;
        c.confidence = fmax(0.0, 1.0 - w->steps[s].apart_s / spread) * fmin(1.0, sure / 4.0);
        add_seen(w, c, capacity, contacts, n);
    }
}

eg_err imu_back_contacts(back_work *w, double leg_mm, size_t capacity, eg_gait_contact *contacts,
                         size_t *n, eg_arena *scratch, eg_diag *diag) {
    w->b->side_sure = (double)INFINITY;
    imu_back_find_runs(w);
    eg_err err = imu_back_find_falls(w, 0, scratch, diag);
    if (err == EG_OK) err = imu_back_find_ends(w, scratch, diag);
    if (err == EG_OK) err = imu_back_find_falls(w, 1, scratch, diag);
    if (err != EG_OK) return err;
    if (isfinite(leg_mm)) find_height(w, w->b->step_s);
    for (size_t first = 0, last; first < w->n_steps; first = last + 1) {
        last = imu_back_run_end(w, first);
        add_run(w, first, last, leg_mm, capacity, contacts, n);
    }
    if (*n > capacity)
        return eg_diag_set(diag, EG_ERR_LIMIT, "", 0, "more than %zu steps", capacity);
    return EG_OK;
}

/* By the standard deviation of what is wrong in all steps alike. */
static void widen(eg_gait_value *v, double sd, double most) {
    double half = eg_hypot(1.96 * sd, 0.5 * (v->high - v->low));
    if (!isfinite(half)) return;
    v->low = fmax(v->value - half, 0.0);
    v->high = fmin(v->value + half, most);
}

void eg_gait_back_widen(size_t n, const eg_gait_contact *contacts, eg_gait_walk *walk) {
    static const eg_gait_measure_id parts[] = {EG_GAIT_M_STANCE, EG_GAIT_M_SWING, EG_GAIT_M_SINGLE,
                                               EG_GAIT_M_DOUBLE};
    static const eg_gait_measure_id times[] = {EG_GAIT_M_STANCE_TIME, EG_GAIT_M_SWING_TIME};
    static const eg_gait_measure_id lengths[] = {EG_GAIT_M_STEP_LENGTH, EG_GAIT_M_STRIDE_LENGTH,
                                                 EG_GAIT_M_SPEED};
    double sd = 0.0, count = 0.0, stride = walk->values[EG_GAIT_M_STRIDE_TIME][2].value;
    for (size_t i = 0; i < n; i++) {
        double own = eg_hypot(contacts[i].strike_sd_s, contacts[i].off_sd_s);
        if (!isfinite(own)) continue;
        sd += own;
        count += 1.0;
    }
    if (!(count > 0.0) || !(stride > 0.0)) return;
    sd /= count;
    for (int side = 0; side < 3; side++) {
        for (size_t k = 0; k < 4; k++) { /* double support: twice in a stride */
            double both = parts[k] == EG_GAIT_M_DOUBLE ? 2.0 : 1.0;
            widen(&walk->values[parts[k]][side], both * 100.0 * sd / stride, 100.0);
        }
        for (size_t k = 0; k < 2; k++) widen(&walk->values[times[k]][side], sd, (double)INFINITY);
        for (size_t k = 0; k < 3; k++) {
            eg_gait_value *v = &walk->values[lengths[k]][side];
            widen(v, EG_GAIT_BACK_LENGTH_SD * v->value, (double)INFINITY);
        }
    }
}
