#include "core/motion/imu_check.h"

#include "core/base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/sort.h"
#include "core/motion/orient.h"
#include "core/motion/solve.h"

static const double deg = 180.0 / EG_PI, gravity = 9.80665;

/* One stretch under one hypothesis: means over its samples. */
typedef struct stretch_sums {
    double turn[3][3]; /* of the orientation's matrix */
    double vector[3];  /* as measured */
    double turned[3];  /* turned back */
    double square;     /* of the vector */
} stretch_sums;

typedef struct trial {
    const eg_excerpt *e;
    double (*v)[3];
    const size_t *from; /* first blocks of the stretches */
    size_t n, length;
    int has_offset;
    double size;          /* of the vector when it stands still */
    double gravity;       /* as this accelerometer has it; 0: each naming finds its own */
    stretch_sums *sums;   /* [n], of the hypothesis at hand */
    const double *window; /* [length], a Hann window of sum 1 */
} trial;

/* What a hypothesis leaves: per stretch, and in all. */
typedef struct outcome {
    double part[EG_IMU_CHECK_STRETCHES_MAX];
    double residual;
    double own;    /* the same against an accelerometer that is as much too long as it may be */
    double length; /* of what was turned back, median over the stretches */
} outcome;

size_t eg_imu_check_bytes(size_t n, double rate_hz) {
    size_t room = 5 * (n + 400) * sizeof(double);
    return 2 * eg_excerpt_bytes(n, rate_hz) + room +
           EG_IMU_CHECK_STRETCHES_MAX * sizeof(stretch_sums) + 4 * sizeof(outcome) + 1024;
}

/* A naming of the gyroscope's axes and its factor. */
typedef struct naming {
    signed char axis[3];
    double scale;
} naming;

static void add_stretch(const trial *t, const naming *m, size_t from, stretch_sums *s) {
    int at[3];
    double factor[3], dt = 1.0 / t->e->rate_hz;
    for (int k = 0; k < 3; k++) {
        at[k] = (m->axis[k] < 0 ? -m->axis[k] : m->axis[k]) - 1;
        factor[k] = (m->axis[k] < 0 ? -0.5 : 0.5) * m->scale * dt;
    }
    eg_quaternion q = EG_QUATERNION_ONE;
    *s = (stretch_sums){0};
    for (size_t i = from; i < from + t->length; i++) {
        double turn[3][3], still[3];
        const double *w = t->e->gyr[i], *next = t->e->gyr[i + 1], *v = t->v[i];
        double share = t->window[i - from];
        eg_quaternion_matrix(q, turn);
        eg_quaternion_apply(turn, v, still);
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 3; k++) s->turn[j][k] += share * turn[j][k];
            s->vector[j] += share * v[j];
            s->turned[j] += share * still[j];
            s->square += share * v[j] * v[j];
        }
        double r[3];
        for (int k = 0; k < 3; k++) r[k] = factor[k] * (w[at[k]] + next[at[k]]);
        q = eg_quaternion_product(q, eg_quaternion_turn(r[0], r[1], r[2]));
        q = eg_quaternion_tidied(q);
    }
}

/* The constant part of the vector (iron) that makes the rest stand still best: with the mean turn R
 * of a stretch, the normal equations are sum (1 - R'R) h = sum (mean v - R' mean of turned v). */
static void offset_of(const trial *t, double h[3]) {
    double a[9] = {0}, b[3] = {0};
    for (size_t s = 0; s < t->n; s++) {
        const stretch_sums *x = &t->sums[s];
        for (int j = 0; j < 3; j++) {
            b[j] += x->vector[j];
            for (int i = 0; i < 3; i++) b[j] -= x->turn[i][j] * x->turned[i];
            for (int k = 0; k < 3; k++) {
                a[3 * j + k] += j == k ? 1.0 + 1e-6 : 0.0;
                for (int i = 0; i < 3; i++) a[3 * j + k] -= x->turn[i][j] * x->turn[i][k];
            }
        }
    }
    if (!eg_solve(3, a, b, h)) h[0] = h[1] = h[2] = 0.0;
}

/* How long gravity may be taken to be: that of the place, or a little longer if the accelerometer
 * has it so. A wrong rate or axis makes what is turned back shorter, never longer, unless a steady
 * swing adds to it. */
static double gravity_in(const trial *t, double length, double part) {
    if (t->gravity > 0.0) return t->gravity;
    return fmax(t->size, fmin((1.0 + part) * t->size, length));
}

static double middle_length(const trial *t) {
    double spare[EG_IMU_CHECK_STRETCHES_MAX], sorted[EG_IMU_CHECK_STRETCHES_MAX];
    for (size_t s = 0; s < t->n; s++) sorted[s] = eg_norm(t->sums[s].turned);
    eg_sort(t->n, sorted, spare);
    return eg_sort_quantile(t->n, sorted, 0.5);
}

/* Gravity: the mean of what is turned back is as long as gravity, or shorter if it scattered; the
 * movement's own acceleration has averaged out. The field: what scatters about the mean. */
static void try_naming(const trial *t, const naming *m, outcome *o) {
    double h[3] = {0.0, 0.0, 0.0}, left = 0.0, own = 0.0;
    for (size_t s = 0; s < t->n; s++) add_stretch(t, m, t->from[s], &t->sums[s]);
    o->length = middle_length(t);
    double length = gravity_in(t, o->length, EG_IMU_CHECK_ACC_SURE);
    double longer = gravity_in(t, o->length, EG_IMU_CHECK_ACC_MOST);
    if (t->has_offset) offset_of(t, h);
    for (size_t s = 0; s < t->n; s++) {
        const stretch_sums *x = &t->sums[s];
        double square = t->has_offset ? x->square : length * length, mean[3];
        for (int j = 0; j < 3; j++) {
            mean[j] = x->turned[j];
            for (int k = 0; k < 3; k++) mean[j] -= x->turn[j][k] * h[k];
            square += h[j] * (h[j] - 2.0 * x->vector[j]);
        }
        o->part[s] = fabs(square - eg_dot(mean, mean)) / (t->size * t->size);
        left += o->part[s];
        own += fabs(longer * longer - eg_dot(mean, mean)) / (t->size * t->size);
    }
    o->residual = left / (double)t->n;
    o->own = t->has_offset ? 0.0 : own / (double)t->n;
}

/* Is b better than a by enough to matter, and in more stretches than chance explains? Stretches are
 * counted, not averaged: in some the sensor rested, in others it was shaken. */
static int is_better(const outcome *b, const outcome *a, size_t n) {
    double better = 0.0, worse = 0.0;
    if (!(b->residual < a->residual - EG_IMU_CHECK_BETTER)) return 0;
    for (size_t s = 0; s < n; s++) {
        double off = a->part[s] - b->part[s];
        if (off > 0.2 * EG_IMU_CHECK_BETTER) better += 1.0;
        if (off < -0.2 * EG_IMU_CHECK_BETTER) worse += 1.0;
    }
    double differ = better + worse;
    /* Few stretches cannot reach the sigmas; then all of at least four must agree. */
    if (differ < EG_IMU_CHECK_SIGMAS * EG_IMU_CHECK_SIGMAS + 1.0)
        return differ > 3.5 && worse < 0.5;
    return better - worse > EG_IMU_CHECK_SIGMAS * sqrt(differ);
}

static void axis_name(const signed char axis[3], char text[16]) {
    for (int k = 0; k < 3; k++) {
        text[3 * k] = axis[k] < 0 ? '-' : '+';
        text[3 * k + 1] = "xyz"[(axis[k] < 0 ? -axis[k] : axis[k]) - 1];
        text[3 * k + 2] = k < 2 ? ' ' : '\0';
    }
}

/* Keeps the rows in the order of their residuals; the worst falls out, "as given" never. */
static void add_row(eg_imu_agreement *a, const char *name, double residual) {
    size_t at = a->n_rows;
    residual = fmax(0.0, residual);
    if (at == EG_IMU_CHECK_ROWS) {
        at--;
        if (strcmp(a->rows[at].name, "as given") == 0) at--;
        if (residual >= a->rows[at].residual) return;
    } else {
        a->n_rows++;
    }
    a->rows[at].residual = residual;
    snprintf(a->rows[at].name, sizeof a->rows[at].name, "%s", name);
    for (size_t i = a->n_rows - 1; i > 0 && a->rows[i].residual < a->rows[i - 1].residual; i--) {
        eg_imu_hypothesis keep = a->rows[i];
        a->rows[i] = a->rows[i - 1];
        a->rows[i - 1] = keep;
    }
}

static int handed(const signed char axis[3]) {
    int p[3], sign = 1;
    for (int k = 0; k < 3; k++) {
        p[k] = axis[k] < 0 ? -axis[k] : axis[k];
        sign *= axis[k] < 0 ? -1 : 1;
    }
    int even = (p[0] == 1 && p[1] == 2) || (p[0] == 2 && p[1] == 3) || (p[0] == 3 && p[1] == 1);
    return even ? sign : -sign;
}

static const struct {
    const char *name;
    double scale;
} units[] = {
    {"", 1.0}, {"deg/s called rad/s", EG_PI / 180.0}, {"rad/s called deg/s", 180.0 / EG_PI}};

static void name_of(const naming *m, const char *unit, char text[64]) {
    static const signed char given[3] = {1, 2, 3};
    char axis[16];
    int is_given = memcmp(m->axis, given, sizeof given) == 0;
    axis_name(m->axis, axis);
    snprintf(text, 64, "%s%s%s", is_given ? "" : axis, !is_given && unit[0] != '\0' ? ", " : "",
             unit);
    if (text[0] == '\0') snprintf(text, 64, "as given");
}

/* The best common factor on these axes: a coarse search over two decades, then a fine one. */
static double best_scale(const trial *t, naming m, outcome *o, double *residual) {
    double best = 1.0, from = 1.0, ratio = 1.25;
    *residual = 1e300;
    for (int round = 0; round < 3; round++) {
        int steps = round == 0 ? 10 : 4;
        for (int k = -steps; k <= steps; k++) {
            m.scale = from * eg_pow(ratio, (double)k);
            try_naming(t, &m, o);
            if (!(o->residual < *residual)) continue;
            *residual = o->residual;
            best = m.scale;
        }
        from = best;
        ratio = eg_pow(ratio, 0.25);
    }
    return best;
}

void eg_imu_check_naming(int which, signed char axis[3]) {
    static const signed char orders[6][3] = {{1, 2, 3}, {2, 3, 1}, {3, 1, 2},
                                             {1, 3, 2}, {3, 2, 1}, {2, 1, 3}};
    EG_ASSERT(which >= 0 && which < EG_IMU_CHECK_NAMINGS);
    for (int k = 0; k < 3; k++) {
        signed char from = orders[which / 8][k];
        axis[k] = (signed char)((which >> k & 1) != 0 ? -from : from);
    }
}

/* What else fits about as well as the best (room[1]). */
static void judge_rivals(const trial *t, eg_imu_agreement *a, const naming *best, outcome *room) {
    naming m;
    a->open = 0;
    for (int which = 0; which < EG_IMU_CHECK_NAMINGS; which++) {
        eg_imu_check_naming(which, m.axis);
        if (memcmp(m.axis, best->axis, sizeof m.axis) == 0) continue;
        for (int own = 0; own < 2; own++) {
            m.scale = own ? best->scale : 1.0;
            if (own && fabs(m.scale - 1.0) < 1e-9) continue;
            try_naming(t, &m, &room[2]);
            if (!is_better(&room[1], &room[2], t->n)) a->open |= UINT64_C(1) << which;
        }
    }
    a->is_whole = a->open == 0;
    /* Without any turning at all: if that is no worse, the gyroscope's words count for nothing. One
     * accelerometer has one gravity: that of the best naming. */
    trial fixed = *t;
    fixed.gravity = gravity_in(t, room[1].length, EG_IMU_CHECK_ACC_SURE);
    m = (naming){{1, 2, 3}, 0.0};
    try_naming(&fixed, &m, &room[2]);
    a->is_known = is_better(&room[1], &room[2], t->n);
}

/* All hypotheses; room holds four outcomes: as given, the best, and two at hand. */
static void judge(const trial *t, eg_imu_agreement *a, outcome *room) {
    naming best = {{1, 2, 3}, 1.0}, m;
    char text[64];
    try_naming(t, &best, &room[0]);
    room[1] = room[0];
    a->as_given = room[0].residual;
    add_row(a, "as given", a->as_given);
    for (int which = 0; which < EG_IMU_CHECK_NAMINGS; which++)
        for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
            if (which == 0 && u == 0) continue;
            eg_imu_check_naming(which, m.axis);
            m.scale = units[u].scale;
            try_naming(t, &m, &room[2]);
            name_of(&m, units[u].name, text);
            add_row(a, text, room[2].residual);
            if (!(room[2].residual < room[1].residual)) continue;
            room[1] = room[2];
            best = m;
        }
    /* A wrong unit alone explains more simply than a wrong unit and other axes do, and so does a
     * factor: the file's own axes are tried first. */
    double residual;
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        m = (naming){{1, 2, 3}, units[u].scale};
        if (fabs(m.scale - best.scale) > 1e-12) continue;
        try_naming(t, &m, &room[2]);
        if (is_better(&room[1], &room[2], t->n)) continue;
        room[1] = room[2];
        best = m;
    }
    m = (naming){{1, 2, 3}, 1.0};
    m.scale = best_scale(t, m, &room[2], &residual);
    if (residual < room[1].residual + 0.2 * EG_IMU_CHECK_BETTER) best = m;
    try_naming(t, &best, &room[1]);
    double other = best_scale(t, best, &room[2], &residual); /* axes and rate may both be wrong */
    if (residual < room[1].residual - EG_IMU_CHECK_BETTER) best.scale = other;
    try_naming(t, &best, &room[1]);
    snprintf(text, sizeof text, "times %.3g", best.scale);
    int is_unit = 0;
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++)
        is_unit = is_unit || fabs(best.scale / units[u].scale - 1.0) < 1e-9;
    char name[64];
    name_of(&best, text, name);
    if (!is_unit) add_row(a, name, room[1].residual);
    a->residual = fmax(0.0, room[1].residual);
    a->scale = best.scale;
    memcpy(a->axis, best.axis, sizeof a->axis);
    a->is_left_handed = handed(a->axis) < 0;
    /* Better only because the accelerometer is too long is no proof. */
    a->is_wrong = is_better(&room[1], &room[0], t->n) &&
                  room[1].own < fmax(room[0].own, 0.5 * EG_IMU_CHECK_BETTER);
    judge_rivals(t, a, &best, room);
}

static void say(eg_imu_check *c, eg_verdict verdict, const char *format, ...) EG_PRINTF(3, 4);

static void say(eg_imu_check *c, eg_verdict verdict, const char *format, ...) {
    va_list list;
    if (verdict > c->verdict) c->verdict = verdict;
    if (c->n_reasons == sizeof c->reasons / sizeof c->reasons[0]) return;
    va_start(list, format);
    vsnprintf(c->reasons[c->n_reasons++], sizeof c->reasons[0], format, list);
    va_end(list);
}

static int same_axes(const eg_imu_agreement *a, const signed char axis[3]) {
    return memcmp(a->axis, axis, sizeof a->axis) == 0;
}

static int is_near(double x, double wanted, double part) {
    return fabs(x - wanted) < part * wanted;
}

/* What the gyroscope's numbers must be multiplied by. */
static void say_scale(eg_imu_check *c, const eg_imu_agreement *a) {
    if (fabs(a->scale - 1.0) < EG_IMU_CHECK_SCALE) return;
    int is_unit = is_near(a->scale, 1.0 / deg, 0.35) || is_near(a->scale, deg, 0.35);
    if (!a->is_whole && !is_unit) {
        say(c, EG_VERDICT_FAIL,
            "the gyroscope contradicts gravity: the sampling rate is not the one given (%.3g times "
            "the one given would fit), or the gyroscope's scale or axes are wrong",
            1.0 / a->scale);
        return;
    }
    if (is_near(a->scale, 1.0 / deg, 0.35))
        say(c, EG_VERDICT_FAIL, "the angular rate is in deg/s but called rad/s");
    else if (is_near(a->scale, deg, 0.35))
        say(c, EG_VERDICT_FAIL, "the angular rate is in rad/s but called deg/s");
    else
        say(c, EG_VERDICT_FAIL,
            "the gyroscope turns %.3g times too %s for the accelerometer: the sampling rate is "
            "%.3g times the one given, or the gyroscope's scale is wrong",
            a->scale > 1.0 ? a->scale : 1.0 / a->scale, a->scale > 1.0 ? "little" : "much",
            1.0 / a->scale);
}

static void say_axes(eg_imu_check *c, const eg_imu_agreement *a, const char *who) {
    static const signed char given[3] = {1, 2, 3}, all[3] = {-1, -2, -3};
    char name[16];
    axis_name(a->axis, name);
    if (same_axes(a, given)) return;
    if (same_axes(a, all))
        say(c, EG_VERDICT_FAIL,
            "%s: left-handed: all signs of the gyroscope are reversed, or the frame itself is "
            "left-handed (one axis reversed in every sensor)",
            who);
    else
        say(c, EG_VERDICT_FAIL,
            "%s: its axes are not the gyroscope's: x y z of one are %s of the "
            "other%s",
            who, name, a->is_left_handed ? "; one frame is left-handed" : "");
}

static void judge_agreement(eg_imu_check *c) {
    static const signed char given[3] = {1, 2, 3};
    const eg_imu_agreement *acc = &c->acc, *mag = &c->mag;
    int acc_wrong = acc->is_wrong, mag_wrong = mag->is_wrong;
    if (!acc->is_known && !acc_wrong) {
        if (mag_wrong) say_scale(c, mag);
        say(c, EG_VERDICT_WARN,
            "units and axes of the gyroscope are unchecked: turn the sensor slowly about three "
            "axes");
        return;
    }
    if (acc_wrong) say_scale(c, acc);
    if (acc_wrong && same_axes(acc, given) && fabs(acc->scale - 1.0) < EG_IMU_CHECK_SCALE)
        say(c, EG_VERDICT_WARN,
            "the gyroscope times %.2f would fit gravity better: its scale or its axes are off",
            acc->scale);
    if (acc_wrong && mag_wrong && same_axes(mag, acc->axis))
        say_axes(c, acc, "accelerometer and magnetometer agree with each other: gyroscope");
    else if (acc_wrong)
        say_axes(c, acc,
                 mag->is_known && same_axes(mag, given)
                     ? "the magnetometer agrees with the gyroscope: accelerometer"
                     : "gyroscope and accelerometer");
    if (mag_wrong && !(acc_wrong && same_axes(mag, acc->axis))) say_axes(c, mag, "magnetometer");
    int is_other = !same_axes(acc, given) || fabs(acc->scale - 1.0) > EG_IMU_CHECK_SCALE;
    if ((!acc_wrong || c->verdict < EG_VERDICT_FAIL) && (!acc->is_whole || is_other))
        say(c, EG_VERDICT_WARN,
            "axes are only partly checked: the sensor did not turn about all three");
}

/* What gravity measures in units that files use. Movement makes the acceleration longer on average,
 * never much shorter, and no two of these are within a factor of three. */
static const struct {
    const char *name;
    double g;
} lengths[] = {{"m/s2", 9.80665}, {"g", 1.0},         {"mg", 1000.0},
               {"ft/s2", 32.174}, {"cm/s2", 980.665}, {"", 96.17}};

/* The unit whose gravity this length is that of; -1: none. */
static int unit_of(double length) {
    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++)
        if (length > 0.8 * lengths[k].g && length < 1.6 * lengths[k].g) return (int)k;
    return -1;
}

/* The middle length of the columns, and how far it varies; for gravity in the columns of another.
 */
typedef struct spread {
    double median, part;
} spread;

static void judge_gravity(eg_imu_check *c, const spread *acc, const spread *gyr) {
    double g = c->gravity_m_s2;
    int unit = unit_of(g);
    if (is_near(gyr->median, gravity, 0.3) && unit != 0 && gyr->part < acc->part)
        say(c, EG_VERDICT_FAIL, "the gyroscope's columns hold the acceleration: swapped columns");
    else if (unit > 0 && lengths[unit].name[0] == '\0')
        say(c, EG_VERDICT_FAIL, "the acceleration is in m/s2 but called g");
    else if (unit > 0)
        say(c, EG_VERDICT_FAIL, "the acceleration is in %s but called m/s2", lengths[unit].name);
    else if (unit < 0)
        say(c, EG_VERDICT_FAIL, "gravity measures %.3g m/s2 instead of 9.8: %s", g,
            g < 0.25 * gravity ? "was it taken out? The orientation needs it" : "wrong scale");
    else if (!is_near(g, gravity, 0.1) && c->is_gravity_sure)
        say(c, is_near(g, gravity, 0.25) ? EG_VERDICT_WARN : EG_VERDICT_FAIL,
            "gravity measures %.3g m/s2 instead of 9.8: wrong scale", g);
}

static void judge_field(eg_imu_check *c) {
    static const struct {
        const char *name;
        double low, high;
    } fields[] = {{"gauss", 0.2, 0.7}, {"mG", 200.0, 700.0}, {"nT", 2e4, 7e4}, {"mT", 0.02, 0.07}};
    double m = c->field_ut;
    if (!isfinite(m) || (m >= 15.0 && m <= 100.0)) return;
    for (size_t k = 0; k < sizeof fields / sizeof fields[0]; k++)
        if (m >= fields[k].low && m <= fields[k].high) {
            say(c, EG_VERDICT_FAIL, "the magnetic field is in %s but called uT", fields[k].name);
            return;
        }
    say(c, EG_VERDICT_WARN, "the magnetic field measures %.3g uT; on earth it is 25 to 65", m);
}

/* The length of those vectors that count; scratch of 2 n doubles. */
static spread spread_of(size_t n, double (*v)[3], const unsigned char *counts, double *sizes,
                        double *spare) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (counts[i]) sizes[count++] = eg_norm(v[i]);
    eg_sort(count, sizes, spare);
    spread s = {.median = eg_sort_quantile(count, sizes, 0.5)};
    s.part = (eg_sort_quantile(count, sizes, 0.9) - eg_sort_quantile(count, sizes, 0.1)) /
             fmax(s.median, 1e-9);
    return s;
}

static void look(const eg_excerpt *e, eg_imu_check *c) {
    double still = 0.0, whole = 0.0, limit = 4.0 / deg;
    for (size_t i = 0; i < e->n; i++) {
        double rate = eg_norm(e->gyr[i]);
        if (!e->is_whole[i]) continue;
        c->turn_rad += rate / e->rate_hz;
        c->gyr_peak_rad_s = fmax(c->gyr_peak_rad_s, rate);
        whole += 1.0;
        still += rate < limit ? 1.0 : 0.0;
    }
    c->rest_part = whole > 0.0 ? still / whole : 0.0;
}

/* The stretches that say most: gravity turns much and keeps its length. The gyroscope, which may be
 * wrong, is not asked. */
static size_t choose(const eg_excerpt *e, size_t length, double size, double *score, size_t *order,
                     size_t *spare, size_t *from) {
    EG_ASSERT(length >= 2);
    size_t half = length / 2, count = 0;
    size_t n = e->n > length + 1 ? (e->n - 1 - length) / half + 1 : 0; /* each half over the next */
    for (size_t s = 0; s < n; s++) {
        double mean[3] = {0.0, 0.0, 0.0}, off = 0.0;
        int is_whole = 1;
        for (size_t i = s * half; i < s * half + length; i++) {
            double length_now = eg_norm(e->acc[i]), more = length_now - size;
            off += more * more / (double)length;
            for (int k = 0; k < 3; k++)
                mean[k] += e->acc[i][k] / fmax(length_now, 1e-9) / (double)length;
            /* The first and last blocks of a recording have no neighbour. */
            is_whole = is_whole && (e->is_whole[i] || i == 0 || i + 1 == e->n);
        }
        double turn = 1.0 - eg_dot(mean, mean);
        score[s] = (double)NAN;
        if (is_whole && turn > EG_IMU_CHECK_TURN)
            score[s] = -fmin(turn, 0.5) / (0.05 + sqrt(off) / fmax(size, 1e-9));
    }
    eg_sort_index(n, score, order, spare);
    for (size_t s = 0; s < n && count < EG_IMU_CHECK_STRETCHES_MAX; s++)
        if (isfinite(score[order[s]])) from[count++] = order[s] * half;
    return count;
}

static eg_err compare(const eg_excerpt *e, const eg_excerpt *f, eg_arena *scratch,
                      eg_imu_check *check, eg_diag *diag) {
    size_t length = (size_t)(EG_IMU_CHECK_STRETCH_S * e->rate_hz);
    size_t n = 2 * (e->n / length) + 2, from[EG_IMU_CHECK_STRETCHES_MAX];
    double *score = eg_arena_take(scratch, n, sizeof *score);
    size_t *order = eg_arena_take(scratch, n, sizeof *order);
    size_t *spare = eg_arena_take(scratch, n, sizeof *spare);
    outcome *room = eg_arena_take(scratch, 3, sizeof *room);
    double *window = eg_arena_take(scratch, length, sizeof *window);
    trial t = {.e = e, .v = e->acc, .from = from, .length = length};
    t.sums = eg_arena_take(scratch, EG_IMU_CHECK_STRETCHES_MAX, sizeof *t.sums);
    if (score == NULL || order == NULL || spare == NULL || room == NULL || window == NULL ||
        t.sums == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "sensor", 0, "no room for the check");
    t.window = window;
    for (size_t i = 0; i < length; i++) {
        double s, c;
        eg_turn(2 * i + 1, 2 * length, &s, &c);
        window[i] = (1.0 - c) / (double)length;
    }
    t.n = choose(e, length, check->gravity_m_s2, score, order, spare, from);
    check->n_stretches = t.n;
    int unit = unit_of(check->gravity_m_s2);
    t.size = unit >= 0 ? lengths[unit].g : check->gravity_m_s2;
    if (t.n < 3 || !(t.size > 1e-6)) return EG_OK;
    judge(&t, &check->acc, room);
    /* Movement has averaged out of what the best naming turned back. */
    check->is_gravity_sure = check->acc.residual < EG_IMU_CHECK_SURE;
    if (unit >= 0 && check->is_gravity_sure) check->gravity_m_s2 = room[1].length;
    if (f->n == 0) return EG_OK;
    t.v = f->acc;
    t.size = check->field_ut;
    t.has_offset = 1;
    judge(&t, &check->mag, room);
    return EG_OK;
}

eg_err eg_imu_check_run(const eg_orient_signal *signal, eg_arena *scratch, eg_imu_check *check,
                        eg_diag *diag) {
    *check = (eg_imu_check){.field_ut = (double)NAN};
    if (!(signal->rate_hz >= EG_ORIENT_RATE_MIN_HZ && signal->rate_hz <= EG_ORIENT_RATE_MAX_HZ))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "sensor", 0, "the rate is 20 to 2000 a second");
    if (!((double)signal->n >= 3.0 * signal->rate_hz))
        return eg_diag_set(diag, EG_ERR_DATA, "sensor", 0, "less than 3 s cannot be checked");
    size_t mark = eg_arena_mark(scratch);
    eg_excerpt e, f = {0};
    spread acc = {0}, gyr = {0};
    eg_err err = eg_excerpt_make(signal, NULL, scratch, &e, diag);
    double *spare = err == EG_OK ? eg_arena_take(scratch, 2 * e.n, sizeof *spare) : NULL;
    if (err == EG_OK && spare == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, "sensor", 0, "no room for the check");
    if (err == EG_OK && signal->mag[0] != NULL) {
        eg_orient_signal field = *signal;
        for (int k = 0; k < 3; k++) field.acc[k] = signal->mag[k];
        err = eg_excerpt_make(&field, NULL, scratch, &f, diag);
    }
    if (err == EG_OK) {
        if (f.n > 0) check->field_ut = spread_of(f.n, f.acc, f.is_whole, spare, spare + e.n).median;
        acc = spread_of(e.n, e.acc, e.is_whole, spare, spare + e.n);
        gyr = spread_of(e.n, e.gyr, e.is_whole, spare, spare + e.n);
        check->gravity_m_s2 = acc.median;
        look(&e, check);
        check->is_gravity_sure = check->rest_part > 0.5;
        err = compare(&e, &f, scratch, check, diag);
    }
    if (err == EG_OK) {
        judge_gravity(check, &acc, &gyr);
        judge_field(check);
        judge_agreement(check);
    }
    eg_arena_reset(scratch, mark);
    return err;
}
