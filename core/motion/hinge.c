#include "core/motion/hinge.h"

#include <stdio.h>

#include "core/base/solve.h"
#include "core/base/sort.h"
#include "core/motion/connect.h"

static const double deg = 180.0 / EG_PI;

enum { SAMPLES_MAX = 1500 };

/* Which samples count, and what both sensors say. */
typedef struct search {
    const eg_excerpt *e1, *e2;
    size_t *lively, *calm; /* indices */
    size_t n_lively, n_calm;
} search;

size_t eg_hinge_bytes(size_t n, double rate_hz) {
    size_t count = n / (rate_hz >= 2.0 * EG_EXCERPT_RATE_HZ ? 2 : 1) + 1;
    return 2 * eg_excerpt_bytes(n, rate_hz) + count * (sizeof(double) + 4 * sizeof(size_t)) + 1024;
}

/* Two directions across j. */
static void frame_of(const double j[3], double u[3], double v[3]) {
    int least = fabs(j[0]) < fabs(j[1]) ? 0 : 1;
    if (fabs(j[2]) < fabs(j[least])) least = 2;
    double axis[3] = {0.0, 0.0, 0.0};
    axis[least] = 1.0;
    eg_cross(j, axis, u);
    (void)eg_unit(u);
    eg_cross(j, u, v);
}

static void tilt(const double j[3], const double angle[2], double out[3]) {
    double u[3], v[3];
    frame_of(j, u, v);
    for (int k = 0; k < 3; k++) out[k] = j[k] + angle[0] * u[k] + angle[1] * v[k];
    (void)eg_unit(out);
}

/* |w x j| and its slope along u and v. */
static double across(const double w[3], const double j[3], const double u[3], const double v[3],
                     double slope[2]) {
    double along = eg_dot(w, j), square = eg_dot(w, w) - along * along;
    double size = sqrt(fmax(square, 1e-12));
    slope[0] = -along * eg_dot(w, u) / size;
    slope[1] = -along * eg_dot(w, v) / size;
    return size;
}

static void add_row(const double row[4], double r, double weight, double *h, double g[4]) {
    for (int j = 0; j < 4; j++) {
        g[j] -= weight * row[j] * r;
        for (int k = 0; k <= j; k++) h[4 * j + k] += weight * row[j] * row[k];
    }
}

/* Sums of squares, unweighted, in part[2]; the normal equations where h is given. Each sum is a
 * mean, so that the number of samples of either kind does not matter. */
static double cost_of(const search *s, const double j1[3], const double j2[3], double *h,
                      double g[4], double part[2]) {
    double u1[3], v1[3], u2[3], v2[3], row[4], wg = EG_HINGE_WEIGHT / (double)s->n_lively;
    double wa = s->n_calm > 0 ? 1.0 / EG_HINGE_WEIGHT / (double)s->n_calm : 0.0;
    frame_of(j1, u1, v1);
    frame_of(j2, u2, v2);
    part[0] = part[1] = 0.0;
    for (int k = 0; h != NULL && k < 16; k++) h[k] = 0.0;
    for (int k = 0; h != NULL && k < 4; k++) g[k] = 0.0;
    for (size_t n = 0; n < s->n_lively; n++) {
        size_t i = s->lively[n];
        double r = across(s->e1->gyr[i], j1, u1, v1, row);
        r -= across(s->e2->gyr[i], j2, u2, v2, row + 2);
        part[0] += r * r;
        row[2] = -row[2], row[3] = -row[3];
        if (h != NULL) add_row(row, r, wg, h, g);
    }
    for (size_t n = 0; n < s->n_calm; n++) {
        const double *a1 = s->e1->acc[s->calm[n]], *a2 = s->e2->acc[s->calm[n]];
        double r = eg_dot(a1, j1) - eg_dot(a2, j2);
        part[1] += r * r;
        const double slope[4] = {eg_dot(a1, u1), eg_dot(a1, v1), -eg_dot(a2, u2), -eg_dot(a2, v2)};
        if (h != NULL) add_row(slope, r, wa, h, g);
    }
    return wg * part[0] + wa * part[1];
}

static double descend(const search *s, double j1[3], double j2[3]) {
    double h[16], g[4], step[4], t1[3], t2[3], part[2], damping = 1e-3;
    double cost = cost_of(s, j1, j2, NULL, NULL, part);
    for (int round = 0; round < EG_HINGE_STEPS_MAX; round++) {
        cost = cost_of(s, j1, j2, h, g, part);
        for (int k = 0; k < 4; k++) h[5 * k] += damping * (h[5 * k] + 1e-6);
        if (!eg_solve(4, h, g, step)) break;
        double size = 0.0;
        for (int k = 0; k < 4; k++) size = fmax(size, fabs(step[k]));
        for (int k = 0; k < 4; k++) step[k] *= fmin(1.0, 0.5 / size);
        tilt(j1, step, t1);
        tilt(j2, step + 2, t2);
        double trial = cost_of(s, t1, t2, NULL, NULL, part);
        if (trial < cost) {
            for (int k = 0; k < 3; k++) j1[k] = t1[k], j2[k] = t2[k];
            damping *= 0.2;
            if (size < 1e-7) return trial;
            cost = trial;
        } else {
            damping *= 8.0;
            if (damping > 1e9) break;
        }
    }
    return cost;
}

/* Samples in the order of their energy, thinned evenly to at most SAMPLES_MAX. */
static size_t thin(const size_t *order, size_t from, size_t to, size_t *out) {
    size_t n = to - from, step = n / SAMPLES_MAX + 1, count = 0;
    for (size_t i = from; i < to; i += step) out[count++] = order[i];
    return count;
}

static eg_err select_samples(search *s, eg_arena *scratch, eg_diag *diag) {
    size_t n = s->e1->n < s->e2->n ? s->e1->n : s->e2->n, half = EG_HINGE_WINDOW / 2, whole = 0;
    double *energy = eg_arena_take(scratch, n, sizeof *energy);
    size_t *order = eg_arena_take(scratch, n, sizeof *order);
    size_t *spare = eg_arena_take(scratch, n, sizeof *spare);
    s->lively = eg_arena_take(scratch, n, sizeof *s->lively);
    s->calm = eg_arena_take(scratch, n, sizeof *s->calm);
    if (energy == NULL || order == NULL || spare == NULL || s->lively == NULL || s->calm == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "joint", 0, "no room to search the axis");
    for (size_t i = 0; i < n; i++) {
        size_t from = i > half ? i - half : 0, to = i + half < n ? i + half : n - 1;
        double sum = 0.0;
        for (size_t k = from; k <= to; k++)
            sum += eg_dot(s->e1->gyr[k], s->e1->gyr[k]) + eg_dot(s->e2->gyr[k], s->e2->gyr[k]);
        int is_whole = s->e1->is_whole[i] && s->e2->is_whole[i];
        energy[i] = is_whole ? sum / (double)(to - from + 1) : (double)NAN;
        whole += (size_t)is_whole;
    }
    if (whole < 50)
        return eg_diag_set(diag, EG_ERR_DATA, "joint", 0,
                           "fewer than 50 samples in which both sensors worked");
    eg_sort_index(n, energy, order, spare);
    size_t middle = (size_t)((1.0 - EG_HINGE_PART) * (double)whole);
    s->n_calm = thin(order, 0, middle, s->calm);
    s->n_lively = thin(order, middle, whole, s->lively);
    return EG_OK;
}

/* How sure the axes are: the residual over what the movement says, for samples that are
 * independent. */
static void judge_sigma(const search *s, eg_hinge *hinge) {
    double h[16], g[4], inverse[16], part[2];
    (void)cost_of(s, hinge->j1, hinge->j2, h, g, part);
    hinge->n_gyr = s->n_lively;
    hinge->n_acc = s->n_calm;
    hinge->gyr_rms_rad_s = sqrt(part[0] / (double)s->n_lively);
    hinge->acc_rms_m_s2 = s->n_calm > 0 ? sqrt(part[1] / (double)s->n_calm) : 0.0;
    double gyr = fmax(hinge->gyr_rms_rad_s, EG_HINGE_GYR_RAD_S);
    double acc = fmax(hinge->acc_rms_m_s2, EG_HINGE_ACC_M_S2);
    double noise = EG_HINGE_WEIGHT * gyr * gyr + acc * acc / EG_HINGE_WEIGHT;
    double span_s = (double)(s->n_lively + s->n_calm) / s->e1->rate_hz;
    double independent = fmax(1.0, span_s / EG_HINGE_INDEPENDENT_S);
    hinge->sigma_deg[0] = hinge->sigma_deg[1] = 180.0;
    for (int k = 0; k < 4; k++) h[5 * k] += 1e-9 * (h[0] + h[5] + h[10] + h[15]);
    if (!eg_solve_inverse(4, h, inverse)) return;
    for (int k = 0; k < 2; k++) {
        double spread = inverse[10 * k] + inverse[10 * k + 5];
        hinge->sigma_deg[k] = fmin(180.0, deg * sqrt(fmax(0.0, spread) * noise / independent));
    }
}

static void judge_rates(const search *s, eg_hinge *hinge, double size[3]) {
    double own[2] = {0.0, 0.0}, bent = 0.0, n = (double)s->n_lively;
    for (size_t k = 0; k < s->n_lively; k++) {
        const double *w1 = s->e1->gyr[s->lively[k]], *w2 = s->e2->gyr[s->lively[k]];
        double about = eg_dot(w2, hinge->j2) - eg_dot(w1, hinge->j1);
        own[0] += eg_dot(w1, w1);
        own[1] += eg_dot(w2, w2);
        bent += about * about;
    }
    hinge->rate_rad_s = sqrt(bent / n);
    size[0] = sqrt(own[0] / n);
    size[1] = sqrt(own[1] / n);
    size[2] = sqrt(0.5 * (own[0] + own[1]) / n);
    hinge->gyr_part = hinge->gyr_rms_rad_s / fmax(size[2], 1e-9);
}

static void say(eg_hinge *hinge, eg_verdict verdict, const char *reason) {
    if (hinge->verdict >= verdict) return;
    hinge->verdict = verdict;
    snprintf(hinge->reason, sizeof hinge->reason, "%s", reason);
}

static void judge(const search *s, eg_hinge *hinge, double second_best) {
    double size[3], worst = fmax(hinge->sigma_deg[0], hinge->sigma_deg[1]);
    hinge->verdict = EG_VERDICT_OK;
    hinge->reason[0] = '\0';
    judge_rates(s, hinge, size);
    if (size[0] < EG_HINGE_RATE_RAD_S && size[1] < EG_HINGE_RATE_RAD_S)
        say(hinge, EG_VERDICT_FAIL, "neither segment moved; bend and stretch the joint ten times");
    if (hinge->rate_rad_s < EG_HINGE_RATE_RAD_S)
        say(hinge, EG_VERDICT_FAIL,
            "the joint was hardly bent: both segments moved as one; bend and stretch it");
    if (hinge->gyr_part > EG_HINGE_RESIDUAL_PART)
        say(hinge, EG_VERDICT_FAIL,
            "the segments do not move like a hinge: large residual; move slower, about one axis, "
            "and check the straps");
    if (worst > EG_HINGE_SIGMA_MAX_DEG)
        say(hinge, EG_VERDICT_FAIL,
            "the movement does not determine the axis; move both segments, in several directions");
    if (worst > EG_HINGE_SIGMA_OK_DEG)
        say(hinge, EG_VERDICT_WARN, "the axis is uncertain; move longer or more");
    if (second_best < 1.2)
        say(hinge, EG_VERDICT_WARN, "another axis fits nearly as well; move in more directions");
}

/* Directions spread evenly over half a sphere (a spiral with the golden angle). */
static void start_of(int which, double j[3]) {
    double z = ((double)which + 0.5) / EG_HINGE_STARTS, r = sqrt(1.0 - z * z), s, c;
    eg_sincos(2.399963229728653 * (double)which, &s, &c);
    j[0] = r * c, j[1] = r * s, j[2] = z;
}

eg_err eg_hinge_find(const eg_orient_signal *first, const eg_orient_signal *second,
                     eg_arena *scratch, eg_hinge *hinge, eg_diag *diag) {
    *hinge = (eg_hinge){.verdict = EG_VERDICT_FAIL};
    if (first->n != second->n || fabs(first->rate_hz - second->rate_hz) > 1e-6 * first->rate_hz)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "joint", 0,
                           "both sensors need the same samples and rate");
    size_t mark = eg_arena_mark(scratch);
    eg_excerpt e1, e2;
    search s = {.e1 = &e1, .e2 = &e2};
    eg_err err = eg_excerpt_make(first, NULL, scratch, &e1, diag);
    if (err == EG_OK) err = eg_excerpt_make(second, NULL, scratch, &e2, diag);
    if (err == EG_OK) err = select_samples(&s, scratch, diag);
    if (err != EG_OK) {
        eg_arena_reset(scratch, mark);
        return err;
    }
    double cost[EG_HINGE_STARTS], j1[EG_HINGE_STARTS][3], j2[EG_HINGE_STARTS][3], part[2];
    int best = 0;
    for (int k = 0; k < EG_HINGE_STARTS; k++) {
        start_of(k, j1[k]);
        start_of((5 * k + 3) % EG_HINGE_STARTS, j2[k]);
        cost[k] = descend(&s, j1[k], j2[k]);
        if (cost[k] < cost[best]) best = k;
    }
    double floor_cost = EG_HINGE_WEIGHT * EG_HINGE_GYR_RAD_S * EG_HINGE_GYR_RAD_S;
    double second_best = 1e9, near = eg_cos(20.0 / deg);
    for (int k = 0; k < EG_HINGE_STARTS; k++)
        if (fabs(eg_dot(j1[k], j1[best])) < near || fabs(eg_dot(j2[k], j2[best])) < near)
            second_best = fmin(second_best, (cost[k] + floor_cost) / (cost[best] + floor_cost));
    double mirrored[3] = {-j2[best][0], -j2[best][1], -j2[best][2]};
    for (int k = 0; k < 3; k++) hinge->j1[k] = j1[best][k], hinge->j2[k] = j2[best][k];
    if (descend(&s, j1[best], mirrored) < cost[best])
        for (int k = 0; k < 3; k++) hinge->j1[k] = j1[best][k], hinge->j2[k] = mirrored[k];
    (void)cost_of(&s, hinge->j1, hinge->j2, NULL, NULL, part);
    judge_sigma(&s, hinge);
    judge(&s, hinge, second_best);
    eg_arena_reset(scratch, mark);
    return EG_OK;
}

/* ---- which of two mirror images ---- */

/* Sums over one stretch of time, short enough for the heading between the sensors to stay. */
typedef struct stretch {
    double axis_dot, axis_cross; /* of the horizontal parts of the axes */
    double acc_dot, acc_cross, acc_size;
    double rise, horizontal, n;
} stretch;

static void add_sample(stretch *s, const double a[3], const double b[3], const double f1[3],
                       const double f2[3]) {
    s->axis_dot += a[0] * b[0] + a[1] * b[1];
    s->axis_cross += a[1] * b[0] - a[0] * b[1];
    s->acc_dot += f1[0] * f2[0] + f1[1] * f2[1];
    s->acc_cross += f1[1] * f2[0] - f1[0] * f2[1];
    s->acc_size += 0.5 * (f1[0] * f1[0] + f1[1] * f1[1] + f2[0] * f2[0] + f2[1] * f2[1]);
    s->rise += a[2] * b[2];
    s->horizontal += 0.5 * (a[0] * a[0] + a[1] * a[1] + b[0] * b[0] + b[1] * b[1]);
    s->n += 1.0;
}

/* Log-odds of the present pairing against its mirror, for one stretch: positive if it fits. */
static double odds_of(const stretch *s) {
    static const double rise_sigma = 0.1; /* sine of 6 degrees */
    double size = sqrt(s->axis_dot * s->axis_dot + s->axis_cross * s->axis_cross), odds = 0.0;
    if (!(s->n > 0.0)) return 0.0;
    odds += 2.0 * s->rise / s->n / (rise_sigma * rise_sigma);
    if (size > 0.2 * s->n) {
        double c = s->axis_dot / size, sine = s->axis_cross / size;
        double together = s->acc_dot * c + s->acc_cross * sine;
        /* The misfit of both pairings, relative to the better one's size and a floor. */
        double floor_acc = s->n * EG_CONNECT_ACC_M_S2 * EG_CONNECT_ACC_M_S2;
        double spread = fmax(s->acc_size - fabs(together), 0.0) + 0.25 * floor_acc;
        odds += 2.0 * together / spread;
    }
    return odds;
}

eg_err eg_hinge_pair(const eg_orient_signal *first, const eg_orient_signal *second,
                     const eg_quaternion *q1, const eg_quaternion *q2, eg_arena *scratch,
                     eg_hinge *hinge, eg_diag *diag) {
    size_t mark = eg_arena_mark(scratch);
    eg_excerpt e1, e2;
    eg_connect connect;
    eg_err err = eg_excerpt_make(first, NULL, scratch, &e1, diag);
    if (err == EG_OK) err = eg_excerpt_make(second, NULL, scratch, &e2, diag);
    if (err == EG_OK) err = eg_connect_find(&e1, &e2, &connect, diag);
    for (int k = 0; err == EG_OK && k < 3; k++) {
        hinge->arm1_m[k] = connect.arm1_m[k];
        hinge->arm2_m[k] = connect.arm2_m[k];
    }
    double odds = 0.0;
    size_t n = err == EG_OK ? (e1.n < e2.n ? e1.n : e2.n) : 0, length = (size_t)(4.0 * e1.rate_hz);
    for (size_t from = 0; from < n; from += length) {
        stretch s = {0};
        for (size_t i = from; i < n && i < from + length; i++) {
            if (!e1.is_whole[i] || !e2.is_whole[i]) continue;
            size_t at = i * e1.block + e1.block / 2;
            double a[3], b[3], c1[3], c2[3], f1[3], f2[3];
            eg_rotate(q1[at], hinge->j1, a);
            eg_rotate(q2[at], hinge->j2, b);
            eg_connect_centre(&e1, i, connect.arm1_m, c1);
            eg_connect_centre(&e2, i, connect.arm2_m, c2);
            eg_rotate(q1[at], c1, f1);
            eg_rotate(q2[at], c2, f2);
            add_sample(&s, a, b, f1, f2);
        }
        odds += odds_of(&s);
    }
    eg_arena_reset(scratch, mark);
    if (err != EG_OK) return err;
    for (int k = 0; odds < 0.0 && k < 3; k++) hinge->j2[k] = -hinge->j2[k];
    hinge->evidence = fabs(odds);
    if (hinge->evidence < EG_HINGE_ODDS)
        say(hinge, EG_VERDICT_WARN,
            "which way round one sensor is cannot be told from this movement; add a pose");
    return EG_OK;
}
