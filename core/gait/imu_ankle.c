#include "core/gait/imu_ankle.h"

#include "core/base/real.h"
#include "core/base/solve.h"
#include "core/gait/imu_part.h"

size_t imu_ankle_bytes(size_t n) {
    return n * (sizeof(eg_quaternion) + 10 * sizeof(double)) + (n / 4 + 64) * sizeof(imu_rest) +
           8192;
}

static size_t lesser(size_t a, size_t b) {
    return a < b ? a : b;
}

static size_t samples(const imu_ankle *w, double span_s) {
    return (size_t)(span_s * w->rate_hz);
}

/* Copies what is there; a gap holds the value before it. */
static void held(size_t n, const double *x, double offset, double *out) {
    double last = 0.0;
    for (size_t i = n; i-- > 0;)
        if (isfinite(x[i])) last = x[i] - offset;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(x[i])) last = x[i] - offset;
        out[i] = last;
    }
}

static void carry(imu_ankle *w) {
    eg_quaternion q = EG_QUATERNION_ONE;
    for (size_t i = 0; i < w->n; i++) {
        double g[3];
        for (int r = 0; r < 3 && i > 0; r++)
            g[r] = 0.5 * (w->gyr[r][i - 1] + w->gyr[r][i]) / w->rate_hz;
        if (i > 0)
            q = eg_quaternion_tidied(
                eg_quaternion_product(q, eg_quaternion_turn(g[0], g[1], g[2])));
        w->turn[i] = q;
    }
}

/* The acceleration of a point at lever r is that of the sensor and m r, in the frame of `turn`. */
static void lever_matrix(const imu_ankle *w, size_t i, double out[3][3]) {
    double a[3], g[3], square = 0.0, m[3][3], turn[3][3];
    size_t before = i > 0 ? i - 1 : i, behind = i + 1 < w->n ? i + 1 : i;
    for (int r = 0; r < 3; r++) {
        g[r] = w->gyr[r][i];
        a[r] = (w->gyr[r][behind] - w->gyr[r][before]) * w->rate_hz / (double)(behind - before);
        square += g[r] * g[r];
    }
    for (int r = 0; r < 3; r++)
        for (int k = 0; k < 3; k++) m[r][k] = g[r] * g[k] - (r == k ? square : 0.0);
    for (int r = 0; r < 3; r++) {
        int k = (r + 1) % 3, l = (r + 2) % 3;
        m[k][l] -= a[r];
        m[l][k] += a[r];
    }
    eg_quaternion_matrix(w->turn[i], turn);
    for (int r = 0; r < 3; r++)
        for (int k = 0; k < 3; k++)
            out[r][k] = turn[r][0] * m[0][k] + turn[r][1] * m[1][k] + turn[r][2] * m[2][k];
}

static void acc_at(const imu_ankle *w, size_t i, double out[3]) {
    double matrix[3][3], acc[3];
    eg_quaternion_matrix(w->turn[i], matrix);
    for (int r = 0; r < 3; r++) acc[r] = w->acc[r][i];
    eg_quaternion_apply(matrix, acc, out);
}

static void find_force(imu_ankle *w) {
    for (size_t i = 0; i < w->n; i++) {
        double m[3][3], f[3];
        acc_at(w, i, f);
        lever_matrix(w, i, m);
        for (int r = 0; r < 3; r++) {
            for (int k = 0; k < 3; k++) f[r] += m[r][k] * w->lever[k];
            w->force[r][i] = f[r];
        }
    }
}

/* Spread of the force over a window about each sample, and how far its mean is from gravity. */
static void find_stir(imu_ankle *w) {
    const double gravity = 9.81;
    size_t half = samples(w, 0.5 * IMU_ANKLE_WINDOW_S), from = 0, to = 0;
    half = half > 1 ? half : 1;
    double sum[3] = {0.0, 0.0, 0.0}, square = 0.0;
    for (size_t i = 0; i < w->n; i++) {
        size_t last = lesser(i + half + 1, w->n), first = i > half ? i - half : 0;
        for (; to < last; to++)
            for (int r = 0; r < 3; r++) {
                sum[r] += w->force[r][to];
                square += w->force[r][to] * w->force[r][to];
            }
        for (; from < first; from++)
            for (int r = 0; r < 3; r++) {
                sum[r] -= w->force[r][from];
                square -= w->force[r][from] * w->force[r][from];
            }
        double n = (double)(last - first), mean = 0.0;
        for (int r = 0; r < 3; r++) mean += sum[r] * sum[r] / (n * n);
        w->stir[i] = sqrt(fmax(0.0, square / n - mean)) + fabs(sqrt(mean) - gravity);
    }
}

/* The quietest sample from a to b. */
static size_t quietest(const imu_ankle *w, size_t a, size_t b) {
    size_t best = a;
    for (size_t i = a; i <= b; i++)
        if (w->stir[i] < w->stir[best]) best = i;
    return best;
}

/* Below this the ankle may rest: a part of how it stirs in the swings, but no more than a few times
 * what it does where it is quietest between two of them. */
static double still_below(const imu_ankle *w, const double *fast, size_t n_swings,
                          const size_t *swings) {
    double sum = 0.0, weight = 0.0, quiet = 0.0;
    for (size_t i = 0; i < w->n; i++) {
        sum += w->stir[i] * fast[i] * fast[i];
        weight += fast[i] * fast[i];
    }
    double still = weight > 0.0 ? IMU_ANKLE_STILL_PART * sum / weight : 0.0;
    for (size_t k = 0; k + 1 < n_swings; k++)
        quiet += w->stir[quietest(w, swings[k], swings[k + 1])] / (double)(n_swings - 1);
    if (n_swings > 1) still = fmin(still, IMU_ANKLE_STILL_TIMES * quiet);
    return fmax(still, IMU_ANKLE_NOISE_M_S2);
}

static imu_rest quiet_part(const imu_ankle *w, size_t first, size_t last) {
    double level = 1.3 * w->stir[quietest(w, first, last)] + 0.3 * IMU_ANKLE_NOISE_M_S2;
    while (first < last && w->stir[first] > level) first++;
    while (last > first && w->stir[last] > level) last--;
    return (imu_rest){first, last, 0};
}

static void add_rest(imu_ankle *w, imu_rest rest) {
    if (w->n_rests < w->n_rests_max) w->rests[w->n_rests++] = rest;
}

/* The sample that must be a rest, between the fast swings `*next` and the next one, or two of those
 * behind; n: there is none. Two that follow each other fast with nothing still between them are two
 * peaks of one swing. */
static size_t sure_rest(const imu_ankle *w, double still, size_t n_swings, const size_t *swings,
                        size_t stride, size_t *next) {
    for (; *next + 1 < n_swings; (*next)++) {
        size_t from = swings[*next], to = swings[*next + 1], at = quietest(w, from, to);
        if (w->stir[at] < still || 5 * (to - from) > 3 * stride) return at;
    }
    return w->n;
}

/* Wherever it is still, and once between every two fast swings; between those of one stride not
 * more often: a heel that rises evenly looks still, too. What is still for a whole stride is no
 * swing. */
static void find_rests(imu_ankle *w, double still, size_t n_swings, const size_t *swings,
                       size_t stride) {
    size_t next = 0, behind = 0, sure = sure_rest(w, still, n_swings, swings, stride, &next);
    w->n_rests = 0;
    for (size_t i = 0; i < w->n; i++) {
        size_t first = i;
        while (i < w->n && w->stir[i] < still) i++;
        if (i == first && first != sure) continue;
        size_t last = i > first ? i - 1 : first;
        imu_rest rest = quiet_part(w, first, last);
        rest.is_sure = (sure >= first && sure <= last) || rest.last - rest.first > stride;
        while (behind < n_swings && swings[behind] <= first) behind++;
        int is_once = behind > 0 && behind < n_swings &&
                      2 * (swings[behind] - swings[behind - 1]) <= 3 * stride;
        if (rest.is_sure || !is_once) add_rest(w, rest);
        while (sure <= last) {
            next++;
            sure = sure_rest(w, still, n_swings, swings, stride, &next);
        }
    }
}

/* Mean force over the part of a rest that lies next to one of its ends. */
static void gravity_of(const imu_ankle *w, const imu_rest *rest, int at_end, double out[3]) {
    size_t most = samples(w, IMU_ANKLE_TILT_S), a = rest->first, b = rest->last;
    if (b - a > most) {
        if (at_end)
            a = b - most;
        else
            b = a + most;
    }
    for (int r = 0; r < 3; r++) {
        out[r] = 0.0;
        for (size_t i = a; i <= b; i++) out[r] += w->force[r][i] / (double)(b - a + 1);
    }
}

/* Whether gravity points the same way in two rests, and no more speed is gained between them than
 * small tilts make. */
static int is_same_rest(const imu_ankle *w, size_t from, size_t to) {
    const imu_rest *p = &w->rests[from], *q = &w->rests[to];
    double gravity[3], other[3], sum[3] = {0.0, 0.0, 0.0}, size = 0.0, tilt = 0.0;
    size_t a = to > from ? p->last : q->last, b = to > from ? q->first : p->first;
    if ((double)(b - a) > IMU_ANKLE_REACH_S * w->rate_hz) return 1; /* too far to tell */
    gravity_of(w, p, to > from, gravity);
    gravity_of(w, q, to < from, other);
    for (int r = 0; r < 3; r++) tilt += (other[r] - gravity[r]) * (other[r] - gravity[r]);
    if (sqrt(tilt) > IMU_ANKLE_TURN_M_S2 + IMU_ANKLE_TURN_DRIFT * (double)(b - a) / w->rate_hz)
        return 0;
    for (size_t i = a; i < b; i++)
        for (int r = 0; r < 3; r++)
            sum[r] += (w->force[r][i] - 0.5 * (gravity[r] + other[r])) / w->rate_hz;
    for (int r = 0; r < 3; r++) size += sum[r] * sum[r];
    return sqrt(size) < IMU_ANKLE_GAIN_M_S + IMU_ANKLE_DRIFT_M_S2 * (double)(b - a) / w->rate_hz;
}

/* A slow swing may look still for a moment; but between two rests no speed is gained. From the
 * longest rest, which is one, on and back: what is no rest is taken out. */
static void sift(imu_ankle *w) {
    size_t longest = 0, kept = 0;
    for (size_t k = 1; k < w->n_rests; k++)
        if (w->rests[k].last - w->rests[k].first > w->rests[longest].last - w->rests[longest].first)
            longest = k;
    for (int is_on = 0; is_on < 2; is_on++) {
        size_t good = longest, before = longest;
        for (size_t k = longest; is_on ? ++k < w->n_rests : k-- > 0;) {
            imu_rest *rest = &w->rests[k], *wrong = &w->rests[good];
            if (rest->is_sure || is_same_rest(w, good, k)) {
                before = good;
                good = k;
            } else if (before != good && !wrong->is_sure &&
                       rest->last - rest->first > wrong->last - wrong->first &&
                       is_same_rest(w, before, k)) {
                wrong->last = SIZE_MAX; /* marked: it was the wrong one */
                good = k;
            } else {
                rest->last = SIZE_MAX;
            }
        }
    }
    for (size_t k = 0; k < w->n_rests; k++)
        if (w->rests[k].last != SIZE_MAX) w->rests[kept++] = w->rests[k];
    w->n_rests = kept;
}

/* One rest's share of the normal equations: there m r + acc is the same all the time. */
static void add_to_lever(const imu_ankle *w, const imu_rest *rest, double h[9], double b[3]) {
    size_t wide = samples(w, 0.05), most = samples(w, 0.5);
    size_t first = rest->first > wide ? rest->first - wide : 0;
    size_t last = lesser(rest->last + wide, w->n - 1);
    if (last - first > most) last = first + most;
    double n = (double)(last - first + 1), m_mean[3][3] = {{0.0}}, y_mean[3] = {0.0, 0.0, 0.0};
    double jj[9] = {0.0}, jy[3] = {0.0, 0.0, 0.0}, left = 0.0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = first; i <= last; i++) {
            double m[3][3], y[3];
            lever_matrix(w, i, m);
            acc_at(w, i, y);
            for (int r = 0; r < 3; r++) {
                double e = y[r] - y_mean[r];
                if (pass == 0) y_mean[r] += y[r] / n;
                for (int k = 0; k < 3; k++) {
                    if (pass == 0) m_mean[r][k] += m[r][k] / n;
                    m[r][k] -= m_mean[r][k];
                    e += m[r][k] * w->lever[k];
                }
                if (pass == 0) continue;
                left += e * e / n;
                for (int k = 0; k < 3; k++) {
                    jy[k] += m[r][k] * (y[r] - y_mean[r]);
                    for (int l = 0; l < 3; l++) jj[3 * k + l] += m[r][k] * m[r][l];
                }
            }
        }
    /* Low-passed samples are not independent: about 8 a second count. */
    double weight = 8.0 / w->rate_hz / (IMU_ANKLE_NOISE_M_S2 * IMU_ANKLE_NOISE_M_S2 + left);
    for (int k = 0; k < 9; k++) h[k] += weight * jj[k];
    for (int k = 0; k < 3; k++) b[k] -= weight * jy[k];
}

static void find_lever(imu_ankle *w, const double usual[3]) {
    const double trust = 1.0 / (IMU_ANKLE_LEVER_SD_M * IMU_ANKLE_LEVER_SD_M);
    for (int pass = 0; pass < 2; pass++) {
        double h[9] = {0.0}, b[3], lever[3];
        for (int k = 0; k < 3; k++) {
            h[4 * k] = trust;
            b[k] = trust * usual[k];
        }
        for (size_t k = 0; k < w->n_rests; k++) add_to_lever(w, &w->rests[k], h, b);
        if (!eg_solve(3, h, b, lever)) return;
        for (int k = 0; k < 3; k++) w->lever[k] = lever[k];
    }
}

/* Down is where the sensor feels gravity come from while the shank turns slowly. */
static void usual_lever(const imu_ankle *w, const double *fast, double out[3]) {
    double size = 0.0;
    for (int r = 0; r < 3; r++) out[r] = 0.0;
    for (size_t i = 0; i < w->n; i++)
        for (int r = 0; r < 3; r++) out[r] += w->acc[r][i] / (1.0 + fast[i] * fast[i]);
    for (int r = 0; r < 3; r++) size += out[r] * out[r];
    for (int r = 0; r < 3; r++) out[r] *= size > 0.0 ? -IMU_ANKLE_LEVER_M / sqrt(size) : 0.0;
}

static int take(imu_ankle *w, eg_arena *arena) {
    size_t n = w->n;
    w->n_rests_max = n / 4 + 64;
    w->turn = eg_arena_take(arena, n, sizeof *w->turn);
    double *block = eg_arena_take(arena, n, 10 * sizeof *block);
    w->rests = eg_arena_take(arena, w->n_rests_max, sizeof *w->rests);
    if (w->turn == NULL || block == NULL || w->rests == NULL) return 0;
    for (size_t r = 0; r < 3; r++) {
        w->gyr[r] = block + r * n;
        w->acc[r] = block + (3 + r) * n;
        w->force[r] = block + (6 + r) * n;
    }
    w->stir = block + 9 * n;
    return 1;
}

eg_err imu_ankle_find(const eg_orient_signal *signal, const double bias[3], const double *fast,
                      size_t n_swings, const size_t *swings, size_t stride, imu_ankle *w,
                      eg_arena *arena, eg_diag *diag) {
    *w = (imu_ankle){.n = signal->n, .rate_hz = signal->rate_hz};
    if (!take(w, arena)) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for an ankle");
    double usual[3];
    for (int r = 0; r < 3; r++) {
        held(w->n, signal->gyr[r], bias[r], w->gyr[r]);
        held(w->n, signal->acc[r], 0.0, w->acc[r]);
        eg_err err = imu_low_pass(w->n, w->gyr[r], IMU_ANKLE_LOW_PASS_HZ, w->rate_hz, arena, diag);
        if (err == EG_OK)
            err = imu_low_pass(w->n, w->acc[r], IMU_ANKLE_LOW_PASS_HZ, w->rate_hz, arena, diag);
        if (err != EG_OK) return err;
    }
    carry(w);
    usual_lever(w, fast, usual);
    for (int r = 0; r < 3; r++) w->lever[r] = usual[r];
    /* With the usual lever first, then with the one that follows from the rests. */
    for (int pass = 0; pass < 2; pass++) {
        find_force(w);
        find_stir(w);
        find_rests(w, still_below(w, fast, n_swings, swings), n_swings, swings, stride);
        if (w->n_rests > 0) sift(w);
        if (pass == 0) find_lever(w, usual);
    }
    return EG_OK;
}

/* ---- from rest to rest ---- */

static double dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void unit(double v[3]) {
    double size = sqrt(dot(v, v));
    for (int r = 0; r < 3; r++) v[r] = size > 0.0 ? v[r] / size : 0.0;
}

/* Speeds into acc, by what gravity is at both ends; backwards where only the end is a rest. */
static void integrate(imu_ankle *w, size_t a, size_t b, const double from[3], const double to[3],
                      int has_from, int has_to) {
    double span = b > a ? (double)(b - a) : 1.0;
    for (int r = 0; r < 3; r++) {
        double speed = 0.0, before = 0.0, *v = w->acc[r];
        for (size_t i = a; i <= b; i++) {
            double u = (double)(i - a) / span;
            double now = w->force[r][i] - from[r] - u * (to[r] - from[r]);
            if (i > a) speed += 0.5 * (before + now) / w->rate_hz;
            v[i] = speed;
            before = now;
        }
        if (!has_to) continue;
        for (size_t i = a; i <= b; i++) v[i] -= has_from ? speed * (double)(i - a) / span : speed;
    }
}

void imu_ankle_go(imu_ankle *w, size_t from, size_t *a, size_t *b, imu_way *way) {
    size_t to = from + 1; /* 0 after SIZE_MAX */
    int has_from = from < w->n_rests, has_to = to < w->n_rests;
    double g[2][3] = {{0.0}}, tilt = 0.0, d[3] = {0.0, 0.0, 0.0};
    *a = has_from ? w->rests[from].last : 0;
    *b = has_to ? w->rests[to].first : w->n - 1;
    if (has_from) gravity_of(w, &w->rests[from], 1, g[0]);
    if (has_to) gravity_of(w, &w->rests[to], 0, g[1]);
    for (int r = 0; r < 3; r++) {
        if (!has_from) g[0][r] = g[1][r];
        if (!has_to) g[1][r] = g[0][r];
        way->up[r] = 0.5 * (g[0][r] + g[1][r]);
        tilt += (g[1][r] - g[0][r]) * (g[1][r] - g[0][r]);
    }
    way->tilt_rad = sqrt(tilt / fmax(dot(way->up, way->up), 1.0));
    unit(way->up);
    integrate(w, *a, *b, g[0], g[1], has_from, has_to);
    for (size_t i = *a; i <= *b; i++)
        for (int r = 0; r < 3; r++) d[r] += w->acc[r][i] / w->rate_hz;
    way->rise_m = dot(d, way->up);
    for (int r = 0; r < 3; r++) way->ahead[r] = d[r] - way->rise_m * way->up[r];
    way->way_m = sqrt(dot(way->ahead, way->ahead));
    unit(way->ahead);
    for (size_t i = *a; i <= *b; i++) {
        double v[3] = {w->acc[0][i], w->acc[1][i], w->acc[2][i]}, u = 0.0, f[3];
        u = (double)(i - *a) / (*b > *a ? (double)(*b - *a) : 1.0);
        for (int r = 0; r < 3; r++) f[r] = w->force[r][i] - g[0][r] - u * (g[1][r] - g[0][r]);
        w->acc[0][i] = dot(v, way->up);
        w->acc[1][i] = dot(v, way->ahead);
        w->acc[2][i] = dot(f, way->up);
    }
}
