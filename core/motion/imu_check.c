#include "core/motion/imu_check.h"

#include "core/base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/sort.h"
#include "core/motion/imu_trial.h"
#include "core/motion/orient.h"

static const double deg = 180.0 / EG_PI, gravity = 9.80665;

/* Is b likelier than a by more than chance and the usual soundness of sensors allow? */
static int is_better(const eg_imu_outcome *b, const eg_imu_outcome *a) {
    return b->evidence > a->evidence + EG_IMU_CHECK_ODDS;
}

static int is_near(double x, double wanted, double part) {
    return fabs(x - wanted) < part * wanted;
}

/* Of a factor: is it that between rad/s and deg/s? */
static int is_unit_factor(double scale) {
    return is_near(scale, 1.0 / deg, 0.35) || is_near(scale, deg, 0.35);
}

size_t eg_imu_check_bytes(size_t n, double rate_hz) {
    size_t room = 5 * (n + 400) * sizeof(double);
    return 2 * eg_excerpt_bytes(n, rate_hz) + room +
           EG_IMU_CHECK_STRETCHES_MAX * sizeof(eg_imu_sums) + 5 * sizeof(eg_imu_outcome) + 1024;
}

enum { NAME_MAX_CHARS = 96 };

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

static void name_of(const eg_imu_naming *m, const char *unit, char text[NAME_MAX_CHARS]) {
    static const signed char given[3] = {1, 2, 3};
    char axis[16];
    int is_given = memcmp(m->axis, given, sizeof given) == 0;
    axis_name(m->axis, axis);
    snprintf(text, NAME_MAX_CHARS, "%s%s%s", is_given ? "" : axis,
             !is_given && unit[0] != '\0' ? ", " : "", unit);
    if (text[0] == '\0') snprintf(text, NAME_MAX_CHARS, "as given");
}

/* The likeliest common factor on these axes: a coarse search over two decades, then a fine one. */
static double best_scale(const eg_imu_trial *t, eg_imu_naming m, eg_imu_outcome *o,
                         double *evidence) {
    double best = 1.0, from = 1.0, ratio = 1.25;
    *evidence = -1e300;
    for (int round = 0; round < 3; round++) {
        int steps = round == 0 ? 10 : 4;
        for (int k = -steps; k <= steps; k++) {
            m.scale = from * eg_pow(ratio, (double)k);
            eg_imu_trial_try(t, &m, o);
            if (!(o->evidence > *evidence)) continue;
            *evidence = o->evidence;
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
static void judge_rivals(const eg_imu_trial *t, eg_imu_agreement *a, const eg_imu_naming *best,
                         eg_imu_outcome *room) {
    eg_imu_naming m;
    int its_own = 0;
    a->open = 0;
    for (int which = 0; which < EG_IMU_CHECK_NAMINGS; which++) {
        eg_imu_check_naming(which, m.axis);
        if (memcmp(m.axis, best->axis, sizeof m.axis) == 0) {
            its_own = which;
            continue;
        }
        for (int own = 0; own < 2; own++) {
            m.scale = own ? best->scale : 1.0;
            if (own && fabs(m.scale - 1.0) < 1e-9) continue;
            eg_imu_trial_try(t, &m, &room[2]);
            if (!is_better(&room[1], &room[2])) a->open |= UINT64_C(1) << which;
        }
    }
    a->is_whole = a->open == 0;
    a->open = (a->open | UINT64_C(1) << its_own) & ~UINT64_C(1);
    /* Without any turning at all: if that is no worse, the gyroscope's words count for nothing. One
     * accelerometer has one gravity: that of the best naming. */
    eg_imu_trial fixed = *t;
    fixed.longer = room[1].longer;
    m = (eg_imu_naming){{1, 2, 3}, 0.0};
    eg_imu_trial_try(&fixed, &m, &room[2]);
    a->is_known = room[1].evidence > room[2].evidence + EG_IMU_CHECK_UNIT_ODDS;
}

/* The likeliest of all namings and units, into room[1]; room[0] is the file as it is. */
static eg_imu_naming find_best(const eg_imu_trial *t, eg_imu_agreement *a, eg_imu_outcome *room) {
    eg_imu_naming best = {{1, 2, 3}, 1.0}, m;
    char text[NAME_MAX_CHARS];
    room[1] = room[0];
    for (int which = 0; which < EG_IMU_CHECK_NAMINGS; which++)
        for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
            if (which == 0 && u == 0) continue;
            eg_imu_check_naming(which, m.axis);
            m.scale = units[u].scale;
            eg_imu_trial_try(t, &m, &room[2]);
            name_of(&m, units[u].name, text);
            add_row(a, text, room[2].residual);
            if (!(room[2].evidence > room[1].evidence)) continue;
            room[1] = room[2];
            best = m;
        }
    /* A wrong unit alone explains more simply than a wrong unit and other axes do, and so does a
     * factor: the file's own axes are tried first. */
    m = (eg_imu_naming){{1, 2, 3}, best.scale};
    eg_imu_trial_try(t, &m, &room[2]);
    if (!is_better(&room[1], &room[2])) {
        room[1] = room[2];
        best = m;
    }
    double evidence;
    m.scale = best_scale(t, m, &room[2], &evidence);
    if (evidence > room[1].evidence) best = m;
    eg_imu_trial_try(t, &best, &room[1]);
    m.scale = best_scale(t, best, &room[2], &evidence); /* axes and rate may both be wrong */
    if (evidence > room[1].evidence + EG_IMU_CHECK_ODDS) best.scale = m.scale;
    eg_imu_trial_try(t, &best, &room[1]);
    return best;
}

/* All hypotheses; room holds four outcomes: as given, the best, and two at hand. */
static void judge(const eg_imu_trial *t, eg_imu_agreement *a, eg_imu_outcome *room) {
    const eg_imu_naming given = {{1, 2, 3}, 1.0};
    char text[NAME_MAX_CHARS], name[NAME_MAX_CHARS];
    eg_imu_trial_try(t, &given, &room[0]);
    a->as_given = room[0].residual;
    add_row(a, "as given", a->as_given);
    eg_imu_naming best = find_best(t, a, room);
    snprintf(text, sizeof text, "times %.3g", best.scale);
    int is_named = 0;
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++)
        is_named = is_named || fabs(best.scale / units[u].scale - 1.0) < 1e-9;
    name_of(&best, text, name);
    if (!is_named) add_row(a, name, room[1].residual);
    a->residual = room[1].residual;
    a->scale = best.scale;
    memcpy(a->axis, best.axis, sizeof a->axis);
    a->is_left_handed = handed(a->axis) < 0;
    judge_rivals(t, a, &best, room);
    int is_unit_alone =
        memcmp(best.axis, given.axis, sizeof given.axis) == 0 && is_unit_factor(best.scale);
    double odds = is_unit_alone ? EG_IMU_CHECK_UNIT_ODDS
                  : is_named    ? EG_IMU_CHECK_ODDS
                                : EG_IMU_CHECK_FACTOR_ODDS;
    a->is_wrong = room[1].evidence > room[0].evidence + odds;
    if (!a->is_wrong) return;
    /* Is it no more than what a sound gyroscope may be off by? */
    eg_imu_trial_fit(t, &given, &room[2], &room[3]);
    a->is_wrong = room[1].evidence > room[2].evidence + odds;
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

/* What the gyroscope's numbers must be multiplied by. */
static void say_scale(eg_imu_check *c, const eg_imu_agreement *a) {
    if (fabs(a->scale - 1.0) < EG_IMU_CHECK_SCALE) return;
    if (!a->is_whole && !is_unit_factor(a->scale)) {
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

/* How far gravity, at first along `mean`, turns in the sensor if what varies of the rate is right,
 * as `turn` below: one minus the square of its direction's mean. What does not vary may be an
 * offset.
 */
static double turn_said(const eg_excerpt *e, size_t from, size_t length, const double mean[3]) {
    eg_quaternion q = EG_QUATERNION_ONE;
    double up[3] = {mean[0], mean[1], mean[2]}, sum[3] = {0.0, 0.0, 0.0}, dt = 1.0 / e->rate_hz;
    double offset[3] = {0.0, 0.0, 0.0};
    if (!eg_unit(up)) return 0.0;
    for (size_t i = from; i < from + length; i++)
        for (int k = 0; k < 3; k++) offset[k] += e->gyr[i][k] / (double)length;
    for (size_t i = from; i < from + length; i++) {
        double now[3], r[3];
        eg_rotate(eg_quaternion_inverse(q), up, now);
        for (int k = 0; k < 3; k++) {
            sum[k] += now[k] / (double)length;
            r[k] = dt * (0.5 * (e->gyr[i][k] + e->gyr[i + 1][k]) - offset[k]);
        }
        q = eg_quaternion_product(q, eg_quaternion_turn(r[0], r[1], r[2]));
        q = eg_quaternion_tidied(q);
    }
    return 1.0 - eg_dot(sum, sum);
}

/* Each half over the next. */
static size_t stretches_of(const eg_excerpt *e, size_t length) {
    EG_ASSERT(length >= 2);
    return e->n > length + 1 ? (e->n - 1 - length) / (length / 2) + 1 : 0;
}

/* The stretches that say most: gravity turns much, or the gyroscope says so, and it keeps its
 * length. */
static size_t choose(const eg_excerpt *e, size_t length, double size, double *score, size_t *order,
                     size_t *spare, size_t *from) {
    size_t half = length / 2, count = 0;
    size_t n = stretches_of(e, length);
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
        if (is_whole) turn = fmax(turn, turn_said(e, s * half, length, mean));
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
    size_t n = stretches_of(e, length) + 1, from[EG_IMU_CHECK_STRETCHES_MAX];
    double *score = eg_arena_take(scratch, n, sizeof *score);
    size_t *order = eg_arena_take(scratch, n, sizeof *order);
    size_t *spare = eg_arena_take(scratch, n, sizeof *spare);
    eg_imu_outcome *room = eg_arena_take(scratch, 4, sizeof *room);
    double *window = eg_arena_take(scratch, length, sizeof *window);
    eg_imu_trial t = {.e = e, .v = e->acc, .from = from, .length = length};
    t.sums = eg_arena_take(scratch, EG_IMU_CHECK_STRETCHES_MAX, sizeof *t.sums);
    if (score == NULL || order == NULL || spare == NULL || room == NULL || window == NULL ||
        t.sums == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "sensor", 0, "no room for the check");
    t.n = choose(e, length, check->gravity_m_s2, score, order, spare, from);
    check->n_stretches = t.n;
    int unit = unit_of(check->gravity_m_s2);
    t.size = unit >= 0 ? lengths[unit].g : check->gravity_m_s2;
    if (t.n < 3 || !(t.size > 1e-6)) return EG_OK;
    eg_imu_trial_begin(&t, window);
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
