#include "core/motion/calibrate.h"

#include <stdio.h>
#include <string.h>

#include "core/base/solve.h"
#include "core/motion/orient.h"

static const double deg = 180.0 / EG_PI;

static eg_calibration blank(void) {
    eg_calibration c = {.size = (double)NAN, .verdict = EG_VERDICT_OK};
    for (int k = 0; k < 3; k++) c.scale[k][k] = 1.0;
    return c;
}

static void say(eg_calibration *c, eg_verdict verdict, const char *text) {
    if (c->verdict >= verdict) return;
    c->verdict = verdict;
    snprintf(c->reason, sizeof c->reason, "%s", text);
}

/* ---- rest ---- */

typedef struct block {
    double gyr[3], acc[3], gyr_spread, acc_spread;
    int is_whole;
} block;

static block block_of(const eg_orient_signal *s, size_t from, size_t to) {
    block b = {.is_whole = 1};
    double n = (double)(to - from), g = 0.0, a = 0.0;
    for (size_t i = from; i < to; i++)
        for (int k = 0; k < 3; k++) {
            double x = s->gyr[k][i], y = s->acc[k][i];
            if (!(fabs(x) < EG_ORIENT_VALUE_MAX && fabs(y) < EG_ORIENT_VALUE_MAX)) b.is_whole = 0;
            b.gyr[k] += x / n;
            b.acc[k] += y / n;
            g += x * x / n;
            a += y * y / n;
        }
    b.gyr_spread = sqrt(fmax(0.0, g - eg_dot(b.gyr, b.gyr)));
    b.acc_spread = sqrt(fmax(0.0, a - eg_dot(b.acc, b.acc)));
    return b;
}

static int is_rest(const block *b) {
    return b->is_whole && b->gyr_spread < EG_CALIBRATE_REST_RAD_S &&
           b->acc_spread < EG_CALIBRATE_REST_M_S2 &&
           eg_norm(b->gyr) * deg < EG_CALIBRATE_GYR_MAX_DEG_S;
}

/* Quarters of a second that rest and whose gravity is the same are one rest. */
size_t eg_calibrate_rests(const eg_orient_signal *s,
                          eg_calibrate_rest rests[EG_CALIBRATE_POSES_MAX]) {
    size_t length = (size_t)fmax(4.0, 0.25 * s->rate_hz), count = 0, run = 0, start = 0;
    size_t needed = (size_t)ceil(EG_CALIBRATE_REST_S * s->rate_hz / (double)length);
    double first[3] = {0.0, 0.0, 0.0};
    for (size_t from = 0; count < EG_CALIBRATE_POSES_MAX; from += length) {
        int is_end = from + length > s->n;
        block b = {0};
        if (!is_end) b = block_of(s, from, from + length);
        int rests_now = !is_end && is_rest(&b), goes_on = rests_now && run > 0;
        for (int k = 0; goes_on && k < 3; k++)
            if (fabs(b.acc[k] - first[k]) > EG_CALIBRATE_REST_M_S2) goes_on = 0;
        if (!goes_on && run >= needed) {
            block all = block_of(s, start, start + run * length);
            rests[count] = (eg_calibrate_rest){.from = start, .to = start + run * length};
            memcpy(rests[count].gyr, all.gyr, sizeof all.gyr);
            memcpy(rests[count++].acc, all.acc, sizeof all.acc);
        }
        if (is_end) break;
        if (rests_now && !goes_on) {
            start = from;
            run = 0;
            memcpy(first, b.acc, sizeof first);
        }
        run = rests_now ? run + 1 : 0;
    }
    return count;
}

/* ---- gyroscope ---- */

eg_calibration eg_calibrate_gyroscope(size_t n, const eg_calibrate_rest *rests) {
    eg_calibration c = blank();
    double weight = 0.0;
    c.n = n;
    for (size_t i = 0; i < n; i++) {
        double w = (double)(rests[i].to - rests[i].from);
        for (int k = 0; k < 3; k++) c.bias[k] += w * rests[i].gyr[k];
        weight += w;
    }
    if (n == 0) {
        say(&c, EG_VERDICT_FAIL, "the sensor was never at rest for a second; lay it on a table");
        return c;
    }
    for (int k = 0; k < 3; k++) c.bias[k] /= weight;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            double off = rests[i].gyr[k] - c.bias[k];
            c.residual += off * off / (double)n;
        }
    c.residual = sqrt(c.residual);
    c.before = eg_norm(c.bias);
    if (c.before * deg > EG_CALIBRATE_GYR_MAX_DEG_S)
        say(&c, EG_VERDICT_FAIL, "the gyroscope shows much turning at rest; is its unit right?");
    if (c.residual * deg > EG_CALIBRATE_GYR_OK_DEG_S)
        say(&c, EG_VERDICT_WARN, "the bias differs between rests; let the sensor warm up");
    if (c.before * deg > EG_CALIBRATE_GYR_OK_DEG_S)
        say(&c, EG_VERDICT_WARN,
            "the bias is large; let the sensor lie still before each recording");
    return c;
}

/* Gravity of rest a, turned by the gyroscope until rest b, against gravity there; sine squared. */
static double misfit_of(const eg_orient_signal *s, const eg_calibrate_rest *a,
                        const eg_calibrate_rest *b, const double bias[3], double scale) {
    eg_quaternion q = EG_QUATERNION_ONE;
    double dt = scale / s->rate_hz, first[3], last[3], turned[3], off = 0.0;
    for (size_t i = a->to; i < b->from; i++) {
        double w[3];
        for (int k = 0; k < 3; k++) {
            w[k] = dt * (s->gyr[k][i] - bias[k]);
            if (!(fabs(w[k]) < 10.0)) return (double)NAN;
        }
        q = eg_quaternion_product(q, eg_quaternion_turn(w[0], w[1], w[2]));
        q = eg_quaternion_tidied(q);
    }
    memcpy(first, a->acc, sizeof first);
    memcpy(last, b->acc, sizeof last);
    if (!eg_unit(first) || !eg_unit(last)) return (double)NAN;
    eg_rotate(eg_quaternion_inverse(q), first, turned);
    for (int k = 0; k < 3; k++) off += (turned[k] - last[k]) * (turned[k] - last[k]);
    return off;
}

static double misfit_all(const eg_orient_signal *s, size_t n, const eg_calibrate_rest *rests,
                         const double bias[3], double scale, size_t *used) {
    double sum = 0.0;
    *used = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        double a[3], b[3];
        memcpy(a, rests[i].acc, sizeof a);
        memcpy(b, rests[i + 1].acc, sizeof b);
        if (!eg_unit(a) || !eg_unit(b) || eg_dot(a, b) > eg_cos(30.0 / deg)) continue;
        if ((double)(rests[i + 1].from - rests[i].to) > 30.0 * s->rate_hz) continue;
        double off = misfit_of(s, &rests[i], &rests[i + 1], bias, scale);
        if (!isfinite(off)) continue;
        sum += off;
        (*used)++;
    }
    return sum;
}

eg_calibration eg_calibrate_gyroscope_scale(const eg_orient_signal *s, size_t n,
                                            const eg_calibrate_rest *rests) {
    eg_calibration c = eg_calibrate_gyroscope(n, rests);
    if (c.verdict == EG_VERDICT_FAIL) return c;
    double best = 1.0, least = misfit_all(s, n, rests, c.bias, 1.0, &c.n);
    c.before = sqrt(least / fmax(1.0, (double)c.n));
    if (c.n < 2) {
        say(&c, EG_VERDICT_FAIL,
            "turn the sensor by 30 degrees and more from one rest to the next, twice at least");
        return c;
    }
    double from = 1.0, step = 0.05;
    for (int round = 0; round < 4; round++) {
        for (int k = round == 0 ? -8 : -5; k <= (round == 0 ? 8 : 5); k++) {
            size_t used;
            double off = misfit_all(s, n, rests, c.bias, from + step * k, &used);
            if (off < least) least = off, best = from + step * k;
        }
        from = best;
        step *= 0.2;
    }
    for (int k = 0; k < 3; k++) c.scale[k][k] = best;
    c.residual = sqrt(least / (double)c.n);
    if (c.residual > 0.15)
        say(&c, EG_VERDICT_FAIL,
            "no scale makes gyroscope and gravity agree; check units and axes");
    if (fabs(best - 1.0) > EG_CALIBRATE_SCALE_MAX)
        say(&c, EG_VERDICT_FAIL, "the gyroscope's scale is wrong; check its unit and the rate");
    if (fabs(best - 1.0) > EG_CALIBRATE_SCALE_OK)
        say(&c, EG_VERDICT_WARN, "the gyroscope's scale is off");
    return c;
}

/* ---- accelerometer ---- */

static double acc_residual(size_t n, const eg_calibrate_rest *rests, const double x[6], double g,
                           double *h, double *b) {
    double sum = 0.0;
    for (int k = 0; h != NULL && k < 36; k++) h[k] = 0.0;
    for (int k = 0; h != NULL && k < 6; k++) b[k] = 0.0;
    for (size_t i = 0; i < n; i++) {
        double v[3], row[6];
        for (int k = 0; k < 3; k++) v[k] = x[3 + k] * (rests[i].acc[k] - x[k]);
        double size = fmax(eg_norm(v), 1e-9), r = size - g;
        sum += r * r;
        for (int k = 0; k < 3; k++) {
            row[k] = -x[3 + k] * v[k] / size;
            row[3 + k] = (rests[i].acc[k] - x[k]) * v[k] / size;
        }
        for (int j = 0; h != NULL && j < 6; j++) {
            b[j] -= row[j] * r;
            for (int k = 0; k <= j; k++) h[6 * j + k] += row[j] * row[k];
        }
    }
    return sqrt(sum / (double)n);
}

/* How evenly the poses spread: least over largest eigenvalue of their covariance. */
static double span_of(size_t n, const eg_calibrate_rest *rests) {
    double a[3][3] = {{0}}, mean[3] = {0}, value[3], vector[3][3];
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) mean[k] += rests[i].acc[k] / (double)n;
    for (size_t i = 0; i < n; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++)
                a[j][k] += (rests[i].acc[j] - mean[j]) * (rests[i].acc[k] - mean[k]);
    eg_solve_eigen(a, value, vector);
    return value[0] > 0.0 ? fmax(0.0, value[2]) / value[0] : 0.0;
}

eg_calibration eg_calibrate_accelerometer(size_t n, const eg_calibrate_rest *rests, double g) {
    eg_calibration c = blank();
    double x[6] = {0.0, 0.0, 0.0, 1.0, 1.0, 1.0}, h[36], b[6], step[6];
    c.n = n;
    c.size = g;
    if (n > 0) c.before = acc_residual(n, rests, x, g, NULL, NULL);
    c.residual = c.before;
    c.coverage = n > 0 ? span_of(n, rests) : 0.0;
    if (n < 6 || c.coverage < EG_CALIBRATE_SPAN) {
        say(&c, EG_VERDICT_FAIL,
            "the poses do not span all directions; lay the sensor on each of its six sides for two "
            "seconds");
        return c;
    }
    for (int round = 0; round < 50; round++) {
        (void)acc_residual(n, rests, x, g, h, b);
        for (int k = 0; k < 6; k++) h[7 * k] *= 1.0 + 1e-9;
        if (!eg_solve(6, h, b, step)) break;
        double size = 0.0;
        for (int k = 0; k < 6; k++) {
            x[k] += step[k];
            size = fmax(size, fabs(step[k]));
        }
        if (size < 1e-12) break;
    }
    int is_sane = 1;
    for (int k = 0; k < 3; k++)
        is_sane = is_sane && fabs(x[k]) < 0.5 * g && x[3 + k] > 0.02 && x[3 + k] < 50.0;
    if (!is_sane) {
        say(&c, EG_VERDICT_FAIL, "no bias and scale make gravity equal in all poses");
        return c;
    }
    c.residual = acc_residual(n, rests, x, g, NULL, NULL);
    for (int k = 0; k < 3; k++) {
        c.bias[k] = x[k];
        c.scale[k][k] = x[3 + k];
        if (fabs(x[3 + k] - 1.0) > EG_CALIBRATE_SCALE_MAX)
            say(&c, EG_VERDICT_FAIL, "the accelerometer's scale is far from 1; is its unit right?");
    }
    if (c.residual > EG_CALIBRATE_ACC_MAX_M_S2)
        say(&c, EG_VERDICT_FAIL, "gravity differs between the poses even when calibrated");
    if (c.residual > EG_CALIBRATE_ACC_OK_M_S2)
        say(&c, EG_VERDICT_WARN,
            "gravity still differs a little between the poses; hold it stiller");
    if (eg_norm(c.bias) > EG_CALIBRATE_ACC_BIAS_M_S2)
        say(&c, EG_VERDICT_WARN, "the accelerometer's bias is large; use the calibrated values");
    if (n < 9)
        say(&c, EG_VERDICT_WARN,
            "with fewer than nine poses the residual says little; add some on the edges");
    return c;
}

/* ---- magnetometer ---- */

static int field_at(const double *const mag[3], size_t i, double v[3]) {
    for (int k = 0; k < 3; k++) v[k] = mag[k][i];
    return isfinite(v[0] + v[1] + v[2]) && eg_norm(v) > 0.0 && eg_norm(v) < EG_ORIENT_VALUE_MAX;
}

/* The ellipsoid in units of `unit` about `mean`: A, b of x'Ax + 2 b'x = 1. */
static int fit_ellipsoid(size_t n, const double *const mag[3], const double mean[3], double unit,
                         double a[3][3], double b[3]) {
    double h[81] = {0}, g[9] = {0}, x[9], v[3];
    for (size_t i = 0; i < n; i++) {
        if (!field_at(mag, i, v)) continue;
        for (int k = 0; k < 3; k++) v[k] = (v[k] - mean[k]) / unit;
        const double row[9] = {v[0] * v[0],       v[1] * v[1],       v[2] * v[2],
                               2.0 * v[0] * v[1], 2.0 * v[0] * v[2], 2.0 * v[1] * v[2],
                               2.0 * v[0],        2.0 * v[1],        2.0 * v[2]};
        for (int j = 0; j < 9; j++) {
            g[j] += row[j];
            for (int k = 0; k <= j; k++) h[9 * j + k] += row[j] * row[k];
        }
    }
    if (!eg_solve(9, h, g, x)) return 0;
    const double full[3][3] = {{x[0], x[3], x[4]}, {x[3], x[1], x[5]}, {x[4], x[5], x[2]}};
    memcpy(a, full, sizeof full);
    memcpy(b, x + 6, 3 * sizeof *b);
    return 1;
}

/* Iron and scale from the ellipsoid: bias = mean - unit A^-1 b, scale = root of A / k. */
static int split_ellipsoid(double a[3][3], const double b[3], const double mean[3], double unit,
                           eg_calibration *c, double *radius) {
    double value[3], vector[3][3], centre[3], k = 1.0, copy[3][3], product = 1.0;
    memcpy(copy, a, sizeof copy);
    eg_solve_eigen(copy, value, vector);
    if (!(value[2] > 1e-3 * value[0]) || !(value[0] > 0.0)) return 0;
    for (int i = 0; i < 3; i++) {
        centre[i] = 0.0;
        for (int e = 0; e < 3; e++) centre[i] -= vector[e][i] * eg_dot(vector[e], b) / value[e];
    }
    k -= eg_dot(centre, b); /* 1 + c'Ac with A c = -b */
    if (!(k > 0.0)) return 0;
    for (int e = 0; e < 3; e++) product *= value[e] / k;
    double length = eg_pow(product, -1.0 / 6.0); /* geometric mean of the half axes */
    for (int i = 0; i < 3; i++) {
        c->bias[i] = mean[i] + unit * centre[i];
        for (int j = 0; j < 3; j++) {
            c->scale[i][j] = 0.0;
            for (int e = 0; e < 3; e++)
                c->scale[i][j] += length * sqrt(value[e] / k) * vector[e][i] * vector[e][j];
        }
    }
    *radius = unit * length;
    return 1;
}

/* Which of the 26 neighbours of the middle of a cube v points at. */
static int direction_of(const double v[3], double size) {
    int cell = 0;
    for (int k = 0; k < 3; k++) {
        double part = v[k] / size;
        cell = 3 * cell + (part > 0.38 ? 2 : part < -0.38 ? 0 : 1);
    }
    return cell;
}

static void judge_field(size_t n, const double *const mag[3], double radius, eg_calibration *c) {
    int seen[27] = {0}, count = 0;
    double sum = 0.0, before = 0.0, used = 0.0, v[3], w[3];
    for (size_t i = 0; i < n; i++) {
        if (!field_at(mag, i, v)) continue;
        double raw = eg_norm(v) - radius;
        for (int k = 0; k < 3; k++) v[k] -= c->bias[k];
        for (int k = 0; k < 3; k++) w[k] = eg_dot(c->scale[k], v);
        double size = eg_norm(w);
        sum += (size - radius) * (size - radius);
        before += raw * raw;
        used += 1.0;
        seen[direction_of(w, fmax(size, 1e-9))] = 1;
    }
    for (int k = 0; k < 27; k++) count += k != 13 ? seen[k] : 0;
    c->coverage = (double)count / 26.0;
    c->residual = sqrt(sum / used);
    c->before = sqrt(before / used);
    c->n = (size_t)used;
}

eg_calibration eg_calibrate_magnetometer(size_t n, const double *const mag[3], double field_ut) {
    eg_calibration c = blank();
    double mean[3] = {0}, square = 0.0, used = 0.0, v[3], a[3][3], b[3], radius = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!field_at(mag, i, v)) continue;
        for (int k = 0; k < 3; k++) mean[k] += v[k];
        square += eg_dot(v, v);
        used += 1.0;
    }
    c.n = (size_t)used;
    for (int k = 0; k < 3; k++) mean[k] /= fmax(used, 1.0);
    double unit = sqrt(fmax(0.0, square / fmax(used, 1.0) - eg_dot(mean, mean)));
    static const char *const turn =
        "the sensor was not turned in enough directions; turn it slowly "
        "about all axes, away from iron";
    if (used < 100.0 || !(unit > 0.0) || !fit_ellipsoid(n, mag, mean, unit, a, b) ||
        !split_ellipsoid(a, b, mean, unit, &c, &radius)) {
        say(&c, EG_VERDICT_FAIL, turn);
        return c;
    }
    judge_field(n, mag, radius, &c);
    c.size = radius;
    if (c.coverage < EG_CALIBRATE_MAG_COVERAGE) say(&c, EG_VERDICT_FAIL, turn);
    if (c.residual > EG_CALIBRATE_MAG_MAX * radius)
        say(&c, EG_VERDICT_FAIL,
            "the field is uneven: iron nearby moved, or a magnet; go elsewhere");
    if (c.residual > EG_CALIBRATE_MAG_OK * radius)
        say(&c, EG_VERDICT_WARN, "the field of this room is uneven; the heading is worth less");
    if (eg_norm(c.bias) > 2.0 * radius)
        say(&c, EG_VERDICT_WARN, "the iron at the sensor is stronger than the earth; take it off");
    for (int i = 0; isfinite(field_ut) && field_ut > 0.0 && i < 3; i++)
        for (int j = 0; j < 3; j++) c.scale[i][j] *= field_ut / radius;
    if (isfinite(field_ut) && field_ut > 0.0) {
        c.residual *= field_ut / radius;
        c.size = field_ut;
    }
    return c;
}
