#include "core/function/trunk.h"

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/function/part.h"
#include "core/signal/resample.h"

static const double drift_hz = 0.02;      /* slower than this is drift where nothing is still */
static const double moving_m_s = 0.06;    /* what looked still and is quicker was not */
static const double still_weight = 1e4;   /* against 1 elsewhere, */
static const double upright_weight = 600; /* and where the trunk does not lean: who walks neither */
static const double upright_s = 3.0;      /* rises nor sinks for long. Its lean over this long */
static const double lean_range_rad = 0.2; /* ranges over less than this */
static const double still_s = 0.4;        /* this long */
static const double still_rad_s = 0.12;   /* RMS, of the angular rate */
static const double still_m_s2 = 0.12;    /* RMS, of the vertical acceleration */
static const double still_m_s = 0.02;     /* of a marker's height */
static const double velocity_hz = 6.0;    /* low-pass of markers before they are differentiated */
static const double thigh_m = 0.42;       /* stands for a thigh's length, which nobody measured */

/* Lever of the place above the hip joints and its spread: about a tenth of a person's height up to
 * the lower back's sensor belt, a quarter to the breastbone (E: ours, wide on purpose). */
static const double above[][2] = {{0.12, 0.05}, {0.40, 0.08}, {0.0, 0.01}, {0.07, 0.04}};
static const double behind[][2] = {{0.10, 0.03}, {-0.10, 0.04}, {0.0, 0.01}, {0.0, 0.04}};

size_t eg_trunk_bytes(size_t n, double rate_hz) {
    if (n > EG_TRUNK_SAMPLES_MAX || !(rate_hz > 0.0)) return 0;
    return eg_orient_offline_bytes(n, rate_hz) + n * (sizeof(eg_quaternion) + 40 * sizeof(double)) +
           (1 << 20);
}

static eg_err no_memory(eg_diag *diag) {
    return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for the movement of a body");
}

static eg_err check(size_t n, double rate_hz, eg_diag *diag) {
    if (!isfinite(rate_hz) || !(rate_hz >= EG_TRUNK_RATE_MIN_HZ) || rate_hz > EG_ORIENT_RATE_MAX_HZ)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "%g samples a second; function tests need %g to %g", rate_hz,
                           EG_TRUNK_RATE_MIN_HZ, EG_ORIENT_RATE_MAX_HZ);
    if (n > EG_TRUNK_SAMPLES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "%zu samples, at most %d are measured", n,
                           EG_TRUNK_SAMPLES_MAX);
    if ((double)n < 1.5 * rate_hz)
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "%.2f s is too short for a function test; record from rest to rest",
                           (double)n / rate_hz);
    return EG_OK;
}

/* Bridges missing values by straight lines; what is missing at the ends is held. */
static eg_err bridge(double *x, size_t n, double rate_hz, const char *what, eg_diag *diag) {
    size_t longest = function_samples(EG_TRUNK_GAP_MAX_S, rate_hz);
    for (size_t i = 0; i < n; i++) {
        if (isfinite(x[i])) continue;
        size_t end = i;
        while (end < n && !isfinite(x[end])) end++;
        if (end - i > longest)
            return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                               "%s is missing from %.2f to %.2f s; cut the recording or repeat it",
                               what, (double)i / rate_hz, (double)end / rate_hz);
        double from = i > 0 ? x[i - 1] : x[end], to = end < n ? x[end] : from;
        double step = (to - from) / (double)(end - i + 1);
        for (size_t k = 1; i < end; i++, k++) x[i] = from + step * (double)k;
    }
    return EG_OK;
}

/* The arrays of a body of n samples at rate_hz. */
static int take(eg_trunk *body, eg_trunk_place place, size_t n, double rate_hz, bool has_lift,
                eg_arena *arena) {
    *body = (eg_trunk){.place = place, .n = n, .rate_hz = rate_hz};
    body->lean_rad = eg_arena_take(arena, n, sizeof(double));
    body->rise_m_s = eg_arena_take(arena, n, sizeof(double));
    body->height_m = eg_arena_take(arena, n, sizeof(double));
    body->turn_rad_s = eg_arena_take(arena, n, sizeof(double));
    body->heading_rad = eg_arena_take(arena, n, sizeof(double));
    body->is_still = eg_arena_take(arena, n, sizeof(bool));
    if (has_lift) body->lift_m_s2 = eg_arena_take(arena, n, sizeof(double));
    for (int k = 0; k < 2; k++) {
        body->above_m[k] = above[place][k];
        body->behind_m[k] = behind[place][k];
    }
    return body->is_still != NULL && body->heading_rad != NULL &&
           (body->lift_m_s2 != NULL || !has_lift);
}

/* Vertical component of `acc`, rate about the vertical and the vertical in the sensor's frame, [n]
 * each, at the recording's own rate. */
static void to_earth(const eg_orient_signal *s, const eg_quaternion *q, double *lift, double *turn,
                     double *up[3]) {
    for (size_t i = 0; i < s->n; i++) {
        double m[3][3], acc[3] = {s->acc[0][i], s->acc[1][i], s->acc[2][i]};
        eg_quaternion_matrix(q[i], m);
        lift[i] = m[2][0] * acc[0] + m[2][1] * acc[1] + m[2][2] * acc[2];
        for (int k = 0; k < 3; k++) up[k][i] = m[2][k];
        /* From the orientations, which are free of the gyroscope's bias; seen from the earth. */
        size_t a = i > 0 ? i - 1 : i, b = i + 1 < s->n ? i + 1 : i;
        eg_quaternion d = eg_quaternion_product(q[b], eg_quaternion_inverse(q[a]));
        double w = d.w < 0.0 ? -1.0 : 1.0, half = eg_hypot(eg_hypot(d.x, d.y), d.z);
        double angle = half > 1e-12 ? 2.0 * eg_atan2(half, w * d.w) / half : 2.0;
        turn[i] = w * d.z * angle * s->rate_hz / (double)(b - a);
    }
}

/* Brings x[n] down by `down`, in place; gives the new length. */
static eg_err slower(size_t n, double *x, unsigned down, eg_arena *scratch, eg_diag *diag) {
    if (down <= 1) return EG_OK;
    size_t mark = eg_arena_mark(scratch), count = eg_resample_length(n, 1, down);
    double *y = eg_arena_take(scratch, count, sizeof *y);
    if (y == NULL) return no_memory(diag);
    eg_err err = eg_resample_rational(n, x, 1, down, y, scratch, diag);
    for (size_t i = 0; i < count && err == EG_OK; i++) x[i] = y[i];
    eg_arena_reset(scratch, mark);
    return err;
}

/* The tilt as an angle: along the great circle on which the vertical moves most. */
static void find_lean(size_t n, double *const up[3], double *lean) {
    double mean[3] = {0.0, 0.0, 0.0}, side[2][3], s[3] = {0.0, 0.0, 0.0};
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) mean[k] += up[k][i] / (double)n;
    double length = sqrt(mean[0] * mean[0] + mean[1] * mean[1] + mean[2] * mean[2]);
    for (int k = 0; k < 3; k++) mean[k] = length > 1e-9 ? mean[k] / length : k == 2;
    int least = 0;
    for (int k = 1; k < 3; k++)
        if (fabs(mean[k]) < fabs(mean[least])) least = k;
    double dot = mean[least], norm = sqrt(1.0 - dot * dot);
    for (int k = 0; k < 3; k++) side[0][k] = ((k == least) - dot * mean[k]) / norm;
    for (int k = 0; k < 3; k++) {
        int a = (k + 1) % 3, b = (k + 2) % 3;
        side[1][k] = mean[a] * side[0][b] - mean[b] * side[0][a];
    }
    for (size_t i = 0; i < n; i++) {
        double p = 0.0, q = 0.0;
        for (int k = 0; k < 3; k++) {
            p += up[k][i] * side[0][k];
            q += up[k][i] * side[1][k];
        }
        s[0] += p * p;
        s[1] += p * q;
        s[2] += q * q;
    }
    double angle = 0.5 * eg_atan2(2.0 * s[1], s[0] - s[2]), sine, cosine;
    eg_sincos(angle, &sine, &cosine);
    for (size_t i = 0; i < n; i++) {
        double along = 0.0, across = 0.0;
        for (int k = 0; k < 3; k++) {
            along += up[k][i] * mean[k];
            across += up[k][i] * (cosine * side[0][k] + sine * side[1][k]);
        }
        lean[i] = eg_atan2(across, along);
    }
}

/* Running mean of x[n] squared about zero over `width` samples. */
static void mean_square(size_t n, const double *x, size_t width, double *y) {
    size_t half = width / 2;
    double sum = 0.0;
    size_t from = 0, to = 0;
    for (size_t i = 0; i < n; i++) {
        size_t last = i + half + 1 < n ? i + half + 1 : n, first = i > half ? i - half : 0;
        for (; to < last; to++) sum += x[to] * x[to];
        for (; from < first; from++) sum -= x[from] * x[from];
        y[i] = fmax(sum, 0.0) / (double)(last - first);
    }
}

static eg_err find_still(eg_trunk *body, const double *spin, eg_arena *scratch, eg_diag *diag) {
    size_t mark = eg_arena_mark(scratch), n = body->n;
    double *a = eg_arena_take(scratch, n, sizeof *a), *b = eg_arena_take(scratch, n, sizeof *b);
    if (a == NULL || b == NULL) return no_memory(diag);
    size_t width = function_samples(still_s, body->rate_hz);
    mean_square(n, body->lift_m_s2 != NULL ? body->lift_m_s2 : body->rise_m_s, width, a);
    mean_square(n, spin, width, b);
    double limit = body->lift_m_s2 != NULL ? still_m_s2 : still_m_s;
    for (size_t i = 0; i < n; i++)
        body->is_still[i] = a[i] < limit * limit && b[i] < still_rad_s * still_rad_s;
    eg_arena_reset(scratch, mark);
    if (body->lift_m_s2 == NULL || body->place == EG_TRUNK_THIGH) return EG_OK;
    return function_still_check(body, scratch, diag);
}

void eg_trunk_weights(const eg_trunk *body, double *weights) {
    size_t half = function_samples(0.5 * upright_s, body->rate_hz);
    double low = 0.0, high = 0.0;
    for (size_t i = 0; i < body->n; i++) {
        size_t from = i > half ? i - half : 0, to = i + half < body->n ? i + half : body->n - 1;
        /* The range again every tenth of a second is enough. */
        if (i % function_samples(0.1, body->rate_hz) == 0) {
            low = high = body->lean_rad[i];
            for (size_t k = from; k <= to; k++) {
                low = fmin(low, body->lean_rad[k]);
                high = fmax(high, body->lean_rad[k]);
            }
        }
        weights[i] = high - low < lean_range_rad ? upright_weight : 1.0;
        if (body->is_still[i]) weights[i] = still_weight;
    }
}

eg_err eg_trunk_level(eg_trunk *body, const double *weights, eg_arena *scratch, eg_diag *diag) {
    EG_ASSERT(body->lift_m_s2 != NULL);
    size_t mark = eg_arena_mark(scratch), n = body->n;
    double *curve = eg_arena_take(scratch, n, sizeof *curve);
    double *own = eg_arena_take(scratch, n, sizeof *own);
    if (curve == NULL || own == NULL) return no_memory(diag);
    double dt = 1.0 / body->rate_hz, *v = body->rise_m_s, *h = body->height_m;
    v[0] = 0.0;
    for (size_t i = 1; i < n; i++)
        v[i] = v[i - 1] + 0.5 * dt * (body->lift_m_s2[i] + body->lift_m_s2[i - 1]);
    for (size_t i = 0; i < n; i++) own[i] = weights[i];
    eg_err err = EG_OK;
    for (int round = 0; round < 4 && err == EG_OK; round++) {
        err = function_whittaker(n, v, own, drift_hz, body->rate_hz, curve, scratch, diag);
        size_t changed = 0;
        for (size_t i = 0; i < n && err == EG_OK; i++) {
            if (own[i] < still_weight || !(fabs(v[i] - curve[i]) > moving_m_s)) continue;
            own[i] = 0.0;
            changed++;
        }
        if (changed == 0) break;
    }
    for (size_t i = 0; i < n && err == EG_OK; i++) v[i] -= curve[i];
    h[0] = 0.0;
    for (size_t i = 1; i < n; i++) h[i] = h[i - 1] + 0.5 * dt * (v[i] + v[i - 1]);
    eg_arena_reset(scratch, mark);
    return err;
}

static void integrate_turn(eg_trunk *body) {
    body->heading_rad[0] = 0.0;
    for (size_t i = 1; i < body->n; i++)
        body->heading_rad[i] =
            body->heading_rad[i - 1] +
            0.5 * (body->turn_rad_s[i] + body->turn_rad_s[i - 1]) / body->rate_hz;
}

/* A thigh: its angle from where it lay at first stands for height. */
static void thigh_height(eg_trunk *body, double first, double last) {
    double range = last - first;
    for (size_t i = 0; i < body->n; i++)
        body->height_m[i] = thigh_m * (body->lean_rad[i] - first) / range;
    for (size_t i = 0; i < body->n; i++) {
        size_t a = i > 0 ? i - 1 : i, b = i + 1 < body->n ? i + 1 : i;
        body->rise_m_s[i] =
            (body->height_m[b] - body->height_m[a]) * body->rate_hz / (double)(b - a);
    }
}

/* Seated first, so that the end of the range that is farther from the start is standing. */
static eg_err find_thigh(eg_trunk *body, eg_arena *scratch, eg_diag *diag) {
    double low = function_quantile(body->n, body->lean_rad, 0.03, scratch);
    double high = function_quantile(body->n, body->lean_rad, 0.97, scratch);
    size_t first = function_samples(0.3, body->rate_hz);
    double start = 0.0;
    for (size_t i = 0; i < first; i++) start += body->lean_rad[i] / (double)first;
    if (!(high - low > 0.6))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "the thigh turns by %.0f degrees only: nobody stands up here",
                           (high - low) * 180.0 / EG_PI);
    if (fabs(start - low) < fabs(start - high))
        thigh_height(body, start, high);
    else
        thigh_height(body, start, low);
    body->has_lean = false;
    return EG_OK;
}

static eg_err fill_from_imu(const eg_orient_signal *s, double *lift, double *turn, double *up[3],
                            unsigned down, eg_arena *arena, eg_trunk *body, eg_diag *diag) {
    size_t n = body->n;
    eg_err err = bridge(lift, s->n, s->rate_hz, "the acceleration", diag);
    if (err == EG_OK) err = slower(s->n, lift, down, arena, diag);
    if (err == EG_OK) err = slower(s->n, turn, down, arena, diag);
    for (int k = 0; k < 3 && err == EG_OK; k++) err = slower(s->n, up[k], down, arena, diag);
    if (err != EG_OK) return err;
    find_lean(n, up, body->lean_rad);
    body->has_lean = true;
    double gravity = function_quantile(n, lift, 0.5, arena);
    if (!(gravity > 4.9 && gravity < 19.6))
        return eg_diag_set(diag, EG_ERR_DATA, NULL, 0,
                           "the accelerometer's vertical is %.3g m/s2 and not 9.8; check its unit "
                           "and that it measures gravity",
                           gravity);
    double *spin = eg_arena_take(arena, n, sizeof *spin);
    if (spin == NULL) return no_memory(diag);
    for (size_t i = 0; i < n; i++) {
        size_t a = i > 0 ? i - 1 : i, b = i + 1 < n ? i + 1 : i;
        double lean = (body->lean_rad[b] - body->lean_rad[a]) * body->rate_hz / (double)(b - a);
        body->lift_m_s2[i] = lift[i] - gravity;
        body->turn_rad_s[i] = turn[i];
        spin[i] = eg_hypot(lean, turn[i]);
    }
    integrate_turn(body);
    err = find_still(body, spin, arena, diag);
    if (err != EG_OK) return err;
    if (body->place == EG_TRUNK_THIGH) return find_thigh(body, arena, diag);
    eg_trunk_weights(body, spin);
    return eg_trunk_level(body, spin, arena, diag);
}

eg_err eg_trunk_from_imu(const eg_orient_signal *signal, eg_trunk_place place, eg_arena *arena,
                         eg_trunk *body, eg_diag *diag) {
    EG_ASSERT(signal != NULL && arena != NULL && body != NULL);
    EG_ASSERT(place == EG_TRUNK_LOWER_BACK || place == EG_TRUNK_STERNUM || place == EG_TRUNK_THIGH);
    eg_err err = check(signal->n, signal->rate_hz, diag);
    if (err != EG_OK) return err;
    unsigned down = signal->rate_hz < 2.0 * EG_TRUNK_RATE_HZ
                        ? 1
                        : (unsigned)(signal->rate_hz / EG_TRUNK_RATE_HZ);
    size_t n = eg_resample_length(signal->n, 1, down);
    if (!take(body, place, n, signal->rate_hz / down, true, arena)) return no_memory(diag);
    size_t mark = eg_arena_mark(arena);
    eg_quaternion *q = eg_arena_take(arena, signal->n, sizeof *q);
    double *work[5];
    for (int k = 0; k < 5; k++) work[k] = eg_arena_take(arena, signal->n, sizeof(double));
    if (q == NULL || work[4] == NULL) return no_memory(diag);
    eg_orient_signal inertial = *signal;
    inertial.mag[0] = inertial.mag[1] = inertial.mag[2] = NULL;
    err = eg_orient_offline(&inertial, arena, q, diag);
    if (err != EG_OK) return err;
    to_earth(signal, q, work[0], work[1], work + 2);
    err = fill_from_imu(signal, work[0], work[1], work + 2, down, arena, body, diag);
    eg_arena_reset(arena, mark);
    return err;
}

/* Three coordinates of a point without gaps into xyz[3][n]. */
static eg_err complete(const eg_trunk_points *p, const double (*point)[3], const char *what,
                       double *xyz[3], eg_diag *diag) {
    eg_err err = EG_OK;
    for (int k = 0; k < 3 && err == EG_OK; k++) {
        for (size_t i = 0; i < p->n; i++) xyz[k][i] = point[i][k];
        err = bridge(xyz[k], p->n, p->rate_hz, what, diag);
    }
    return err;
}

/* Angle that goes on over a half turn, from y and x. */
static void unwrap(size_t n, double *angle) {
    double added = 0.0, before = angle[0];
    for (size_t i = 1; i < n; i++) {
        double step = angle[i] - before;
        before = angle[i];
        if (step > EG_PI) added -= 2.0 * EG_PI;
        if (step < -EG_PI) added += 2.0 * EG_PI;
        angle[i] += added;
    }
}

static eg_err finish(eg_trunk *body, double *heading, eg_arena *arena, eg_diag *diag) {
    size_t n = body->n;
    double *smooth = eg_arena_take(arena, n, sizeof *smooth), dt = 2.0 / body->rate_hz;
    double *spin = eg_arena_take(arena, n, sizeof *spin);
    if (smooth == NULL || spin == NULL) return no_memory(diag);
    eg_err err =
        function_low_pass(n, body->height_m, smooth, velocity_hz, body->rate_hz, arena, diag);
    for (size_t i = 1; i + 1 < n && err == EG_OK; i++)
        body->rise_m_s[i] = (smooth[i + 1] - smooth[i - 1]) / dt;
    if (err == EG_OK)
        err = function_low_pass(n, heading, smooth, velocity_hz, body->rate_hz, arena, diag);
    for (size_t i = 1; i + 1 < n && err == EG_OK; i++)
        body->turn_rad_s[i] = (smooth[i + 1] - smooth[i - 1]) / dt;
    for (size_t i = 0; i < n; i++) body->heading_rad[i] = heading[i] - heading[0];
    if (err == EG_OK)
        err = function_low_pass(n, body->lean_rad, smooth, velocity_hz, body->rate_hz, arena, diag);
    for (size_t i = 1; i + 1 < n && err == EG_OK; i++)
        spin[i] = eg_hypot((smooth[i + 1] - smooth[i - 1]) / dt, body->turn_rad_s[i]);
    if (err != EG_OK) return err;
    return find_still(body, spin, arena, diag);
}

/* The trunk's lean towards where the body faces (left x up), or its size where nobody knows. */
static void lean_of_points(const eg_trunk_points *p, double *pelvis[3], double *top[3],
                           double *left[3], double *heading, double *lean) {
    int a = (p->up_axis + 1) % 3, b = (p->up_axis + 2) % 3; /* a x b = up axis */
    for (size_t i = 0; i < p->n; i++) {
        double t[3], up, forward = 0.0;
        for (int k = 0; k < 3; k++) t[k] = top[k][i] - pelvis[k][i];
        up = p->up_sign * t[p->up_axis];
        if (left != NULL) {
            double x = left[a][i], y = left[b][i], length = eg_hypot(x, y);
            /* left x up = forward, in a frame whose third axis points up */
            forward = length > 1e-9 ? p->up_sign * (y * t[a] - x * t[b]) / length : 0.0;
            heading[i] = p->up_sign * eg_atan2(y, x);
        } else {
            forward = eg_hypot(t[a], t[b]);
        }
        lean[i] = eg_atan2(forward, up);
    }
    if (left != NULL) unwrap(p->n, heading);
}

eg_err eg_trunk_from_points(const eg_trunk_points *points, eg_arena *arena, eg_trunk *body,
                            eg_diag *diag) {
    EG_ASSERT(points != NULL && points->pelvis != NULL && points->up_axis >= 0);
    EG_ASSERT(points->up_axis <= 2 && arena != NULL && body != NULL);
    size_t n = points->n;
    eg_err err = check(n, points->rate_hz, diag);
    if (err != EG_OK) return err;
    if (!take(body, EG_TRUNK_MARKERS, n, points->rate_hz, false, arena)) return no_memory(diag);
    size_t mark = eg_arena_mark(arena);
    double *work[12], *heading = eg_arena_take(arena, n, sizeof *heading);
    for (int k = 0; k < 12; k++) work[k] = eg_arena_take(arena, n, sizeof(double));
    if (heading == NULL || work[11] == NULL) return no_memory(diag);
    err = complete(points, points->pelvis, "the pelvis", work, diag);
    bool has_sides = points->left != NULL && points->right != NULL;
    if (err == EG_OK && has_sides) err = complete(points, points->left, "left", work + 6, diag);
    if (err == EG_OK && has_sides) err = complete(points, points->right, "right", work + 9, diag);
    for (int k = 0; has_sides && k < 3; k++)
        for (size_t i = 0; i < n; i++) work[6 + k][i] -= work[9 + k][i];
    if (err == EG_OK && points->shoulder != NULL) {
        err = complete(points, points->shoulder, "the shoulders", work + 3, diag);
        body->has_lean = true;
    }
    if (err != EG_OK) return err;
    double *height = work[points->up_axis];
    for (size_t i = 0; i < n; i++) body->height_m[i] = points->up_sign * (height[i] - height[0]);
    lean_of_points(points, work, body->has_lean ? work + 3 : work, has_sides ? work + 6 : NULL,
                   heading, body->lean_rad);
    if (!body->has_lean)
        for (size_t i = 0; i < n; i++) body->lean_rad[i] = 0.0;
    err = finish(body, heading, arena, diag);
    eg_arena_reset(arena, mark);
    return err;
}

eg_err eg_trunk_from_coordinates(size_t n, double rate_hz, const double *height_m,
                                 const double *lean_rad, const double *heading_rad, eg_arena *arena,
                                 eg_trunk *body, eg_diag *diag) {
    EG_ASSERT(height_m != NULL && arena != NULL && body != NULL);
    eg_err err = check(n, rate_hz, diag);
    if (err != EG_OK) return err;
    if (!take(body, EG_TRUNK_MARKERS, n, rate_hz, false, arena)) return no_memory(diag);
    size_t mark = eg_arena_mark(arena);
    double *heading = eg_arena_take(arena, n, sizeof *heading);
    if (heading == NULL) return no_memory(diag);
    body->above_m[0] = body->behind_m[0] = 0.0; /* a model's pelvis does not rise by its tilt */
    body->above_m[1] = body->behind_m[1] = 0.02;
    body->has_lean = lean_rad != NULL;
    for (size_t i = 0; i < n; i++) {
        body->height_m[i] = height_m[i] - height_m[0];
        body->lean_rad[i] = lean_rad != NULL ? lean_rad[i] : 0.0;
        heading[i] = heading_rad != NULL ? heading_rad[i] : 0.0;
    }
    err = bridge(body->height_m, n, rate_hz, "the height", diag);
    if (err == EG_OK) err = bridge(body->lean_rad, n, rate_hz, "the lean", diag);
    if (err == EG_OK) err = bridge(heading, n, rate_hz, "the heading", diag);
    if (err == EG_OK) err = finish(body, heading, arena, diag);
    eg_arena_reset(arena, mark);
    return err;
}

void eg_trunk_face(eg_trunk *body, bool is_backward, double upright_rad) {
    for (size_t i = 0; i < body->n; i++)
        body->lean_rad[i] = (is_backward ? -1.0 : 1.0) * body->lean_rad[i] - upright_rad;
}
