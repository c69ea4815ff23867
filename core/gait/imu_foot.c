#include "core/gait/imu_foot.h"

#include "core/base/real.h"
#include "core/base/sort.h"

/* A stretch of stillness, samples [first, last]; at its quietest from `quiet` to `stirs`. */
typedef struct rest {
    size_t first, last, quiet, stirs;
} rest;

typedef struct foot_work {
    size_t n;
    double rate_hz, gravity;
    const eg_orient_signal *signal;
    eg_quaternion *turn;       /* [n] */
    double *rate;              /* [n] smoothed size of the angular rate */
    double *v[3], *p[3], *toe; /* [n] speed mm/s, place mm within a swing; toe's height */
    rest *rests;
    size_t n_rests, n_rests_max;
} foot_work;

size_t eg_gait_foot_bytes(size_t n) {
    return n * (sizeof(eg_quaternion) + 8 * sizeof(double)) + (n / 8 + 8) * sizeof(rest) + 4096;
}

static double size_of(const double *const x[3], size_t i) {
    double sum = 0.0;
    for (int r = 0; r < 3; r++) sum += x[r][i] * x[r][i];
    return sqrt(sum);
}

static double quantile_of(size_t n, const double *x, double part, double *scratch) {
    for (size_t i = 0; i < n; i++) scratch[i] = x[i];
    eg_sort(n, scratch, scratch + n);
    return eg_sort_quantile(n, scratch, part);
}

/* What the sensor feels where it turns least: gravity with its error of scale. Where that is far
 * from gravity, the foot hardly turns at all, and gravity is taken. */
static double usual_force(const eg_orient_signal *s, double *rates, double *scratch) {
    const double gravity = 9.80665;
    size_t m = 0;
    for (size_t i = 0; i < s->n; i++) rates[i] = size_of(s->gyr, i);
    double slow = quantile_of(s->n, rates, 0.1, scratch);
    for (size_t i = 0; i < s->n; i++)
        if (rates[i] <= slow) rates[m++] = size_of(s->acc, i);
    double usual = quantile_of(m, rates, 0.5, scratch);
    return fabs(usual - gravity) < 0.5 ? usual : gravity;
}

/* How much the foot stirs: its angular rate, and how far what it feels is from gravity, 1 m/s2 as
 * 0.5 rad/s (a foot may swing without turning); mean over a tenth of a second. */
static void smooth_rate(const eg_orient_signal *s, double *out, double *scratch) {
    size_t half = (size_t)(0.05 * s->rate_hz), n = s->n;
    double *stir = scratch, sum = 0.0, count = 0.0, usual = usual_force(s, out, scratch);
    for (size_t i = 0; i < n; i++)
        stir[i] = size_of(s->gyr, i) + 0.5 * fabs(size_of(s->acc, i) - usual);
    for (size_t i = 0; i < n + half; i++) {
        if (i < n && isfinite(stir[i])) {
            sum += stir[i];
            count += 1.0;
        }
        if (i > 2 * half && isfinite(stir[i - 2 * half - 1])) {
            sum -= stir[i - 2 * half - 1];
            count -= 1.0;
        }
        if (i >= half) out[i - half] = count > 0.5 ? fabs(sum) / count : 0.0;
    }
}

/* The foot still moves at the edges of a rest: speed and tilt are known where it is quietest. */
static void find_quiet(const foot_work *w, rest *r) {
    double least = (double)INFINITY;
    for (size_t i = r->first; i <= r->last; i++) least = fmin(least, w->rate[i]);
    double level = 1.3 * least + 0.02;
    r->quiet = r->first;
    r->stirs = r->last;
    while (r->quiet < r->last && w->rate[r->quiet] > level) r->quiet++;
    while (r->stirs > r->quiet && w->rate[r->stirs] > level) r->stirs--;
}

/* Rests, true and false. */
static void find_rests(foot_work *w, double *scratch) {
    double still = EG_GAIT_FOOT_STILL_PART * quantile_of(w->n, w->rate, 0.95, scratch);
    still = fmin(fmax(still, EG_GAIT_FOOT_STILL_RAD_S), 1.0);
    size_t least = (size_t)(EG_GAIT_FOOT_STILL_S * w->rate_hz);
    w->n_rests = 0;
    for (size_t i = 0; i < w->n;) {
        size_t first = i;
        while (i < w->n && w->rate[i] < still) i++;
        if (i > first + least) {
            if (w->n_rests < w->n_rests_max)
                w->rests[w->n_rests++] = (rest){first, i - 1, first, i - 1};
        }
        if (i == first) i++;
    }
    for (size_t k = 0; k < w->n_rests; k++) find_quiet(w, &w->rests[k]);
}

/* Gravity is what the sensor feels at rest. */
static double gravity_in(const foot_work *w, const rest *rests, size_t n) {
    double sum = 0.0, count = 0.0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = rests[k].quiet; i <= rests[k].stirs; i++) {
            double a = size_of(w->signal->acc, i);
            if (!isfinite(a)) continue;
            sum += a;
            count += 1.0;
        }
    return count > 0.0 ? sum / count : 9.81;
}

/* Acceleration in the earth's frame without gravity, mm/s2. */
static void force_at(const foot_work *w, size_t i, double out[3]) {
    double matrix[3][3], acc[3];
    eg_quaternion_matrix(w->turn[i], matrix);
    for (int r = 0; r < 3; r++) acc[r] = w->signal->acc[r][i];
    eg_quaternion_apply(matrix, acc, out);
    out[2] -= w->gravity;
    for (int r = 0; r < 3; r++) out[r] = isfinite(out[r]) ? 1000.0 * out[r] : 0.0;
}

/* The upward direction that the sensor feels in a rest, unit length. */
static void vertical_of(const foot_work *w, const rest *r, double up[3]) {
    double sum[3] = {0.0, 0.0, 0.0};
    for (size_t i = r->quiet; i <= r->stirs; i++)
        for (int k = 0; k < 3; k++) {
            double a = w->signal->acc[k][i];
            if (isfinite(a)) sum[k] += a;
        }
    double size = sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]);
    for (int k = 0; k < 3; k++) up[k] = size > 0.0 ? sum[k] / size : k == 2;
}

/* Turns `q` by the smallest angle so that `up` (sensor) becomes vertical; the correction. */
static eg_quaternion upright(eg_quaternion q, const double up[3]) {
    double matrix[3][3], now[3];
    eg_quaternion_matrix(q, matrix);
    eg_quaternion_apply(matrix, up, now);
    return eg_quaternion_to_vertical(now);
}

/* What the gyroscope shows in long rests, rad/s; nothing where there are none. */
static void find_bias(const foot_work *w, double bias[3]) {
    double count = 0.0;
    for (int k = 0; k < 3; k++) bias[k] = 0.0;
    for (size_t j = 0; j < w->n_rests; j++) {
        const rest *r = &w->rests[j];
        size_t edge = (size_t)(0.15 * w->rate_hz);
        if ((double)(r->last - r->first) < 0.6 * w->rate_hz) continue;
        for (size_t i = r->first + edge; i + edge <= r->last; i++) {
            count += 1.0;
            for (int k = 0; k < 3; k++) {
                double g = w->signal->gyr[k][i];
                bias[k] += isfinite(g) ? g : 0.0;
            }
        }
    }
    for (int k = 0; k < 3 && count > 0.0; k++) bias[k] /= count;
}

/* One sample on (or back) by the mean angular rate between samples i - 1 and i. */
static eg_quaternion carried(const foot_work *w, eg_quaternion q, size_t i, double sign,
                             const double bias[3]) {
    double g[3];
    for (int j = 0; j < 3; j++) {
        double a = w->signal->gyr[j][i - 1], b = w->signal->gyr[j][i];
        g[j] = isfinite(a + b) ? sign * (0.5 * (a + b) - bias[j]) / w->rate_hz : 0.0;
    }
    return eg_quaternion_tidied(eg_quaternion_product(q, eg_quaternion_turn(g[0], g[1], g[2])));
}

/* How much speed, mm/s, the foot gains between two rests, judged from the tilt of the first. */
static double gained(foot_work *w, const rest *from, const rest *to, const double bias[3]) {
    double up[3], sum[3] = {0.0, 0.0, 0.0}, force[3];
    vertical_of(w, from, up);
    eg_quaternion q = upright(EG_QUATERNION_ONE, up);
    int is_on = to->quiet > from->stirs;
    size_t i = is_on ? from->stirs : from->quiet, end = is_on ? to->quiet : to->stirs;
    while (i != end) {
        q = is_on ? carried(w, q, i + 1, 1.0, bias) : carried(w, q, i, -1.0, bias);
        i = is_on ? i + 1 : i - 1;
        w->turn[i] = q;
        force_at(w, i, force);
        for (int r = 0; r < 3; r++) sum[r] += force[r] / w->rate_hz;
    }
    return sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]);
}

static int is_longer(const rest *a, const rest *b) {
    return a->last - a->first > b->last - b->first;
}

/* Whether no more speed is gained between two rests than a small tilt makes. */
static int is_same_rest(foot_work *w, size_t from, size_t to, const double bias[3]) {
    double gap = fabs((double)w->rests[to].quiet - (double)w->rests[from].quiet) / w->rate_hz;
    double most = EG_GAIT_FOOT_GAIN_MM_S + EG_GAIT_FOOT_DRIFT_MM_S2 * gap;
    return gained(w, &w->rests[from], &w->rests[to], bias) < most;
}

/* A foot that swings slowly turns little, too, and looks at rest; but between two rests no speed is
 * gained. From the longest rest, which is one, on and back: what is no rest is taken out. */
static void sift(foot_work *w) {
    double bias[3];
    size_t longest = 0, kept = 0;
    find_bias(w, bias);
    for (size_t k = 1; k < w->n_rests; k++)
        if (w->rests[k].last - w->rests[k].first > w->rests[longest].last - w->rests[longest].first)
            longest = k;
    if (w->n_rests > 0) w->gravity = gravity_in(w, &w->rests[longest], 1);
    for (int is_on = 0; is_on < 2; is_on++) {
        size_t good = longest, before = longest;
        for (size_t k = longest; is_on ? ++k < w->n_rests : k-- > 0;) {
            if (is_same_rest(w, good, k, bias)) {
                before = good;
                good = k;
            } else if (before != good && is_longer(&w->rests[k], &w->rests[good]) &&
                       is_same_rest(w, before, k, bias)) {
                w->rests[good].last = w->rests[good].first; /* it was the wrong one */
                good = k;
            } else {
                w->rests[k].last = w->rests[k].first; /* marked */
            }
        }
    }
    for (size_t k = 0; k < w->n_rests; k++)
        if (w->rests[k].last > w->rests[k].first) w->rests[kept++] = w->rests[k];
    w->n_rests = kept;
    w->gravity = gravity_in(w, w->rests, kept);
}

/* Orientation: upright in each rest, carried by the angular rate between them, the tilt that is
 * left over spread over the swing. */
static void find_turns(foot_work *w) {
    double bias[3], up[3];
    find_bias(w, bias);
    eg_quaternion q = EG_QUATERNION_ONE;
    size_t at = 0;
    for (size_t k = 0; k < w->n_rests; k++) {
        const rest *r = &w->rests[k];
        size_t from = at;
        vertical_of(w, r, up);
        if (k == 0) {
            q = upright(EG_QUATERNION_ONE, up);
            for (; at <= r->stirs; at++) w->turn[at] = q;
            continue;
        }
        for (; at < r->quiet; at++) {
            q = carried(w, q, at, 1.0, bias);
            w->turn[at] = q;
        }
        eg_quaternion c = upright(q, up);
        double angle = 2.0 * eg_acos(fmin(1.0, fabs(c.w))), size = eg_hypot(c.x, c.y);
        for (size_t i = from; i < at && size > 1e-9; i++) {
            double part = angle * (double)(i - from + 1) / (double)(at - from) / size;
            w->turn[i] =
                eg_quaternion_product(eg_quaternion_turn(part * c.x, part * c.y, 0.0), w->turn[i]);
        }
        q = eg_quaternion_product(c, q);
        for (; at <= r->stirs; at++) w->turn[at] = q;
    }
    for (; at < w->n; at++) w->turn[at] = q;
}

/* Speed and place from sample a, at rest, to b, at rest again. */
static void integrate(foot_work *w, size_t a, size_t b) {
    double dt = 1.0 / w->rate_hz, before[3], now[3];
    force_at(w, a, before);
    for (int r = 0; r < 3; r++) w->v[r][a] = w->p[r][a] = 0.0;
    for (size_t i = a + 1; i <= b; i++) {
        force_at(w, i, now);
        for (int r = 0; r < 3; r++) {
            w->v[r][i] = w->v[r][i - 1] + 0.5 * dt * (before[r] + now[r]);
            before[r] = now[r];
        }
    }
    for (int r = 0; r < 3; r++) {
        double left = w->v[r][b];
        for (size_t i = a + 1; i <= b; i++) w->v[r][i] -= left * (double)(i - a) / (double)(b - a);
        for (size_t i = a + 1; i <= b; i++)
            w->p[r][i] = w->p[r][i - 1] + 0.5 * dt * (w->v[r][i - 1] + w->v[r][i]);
    }
}

/* Rate at which the toe comes up, rad/s; `left`: the foot's left in the earth's frame. */
static double pitch_rate(const foot_work *w, size_t i, const double left[3]) {
    double matrix[3][3], gyr[3], out[3];
    eg_quaternion_matrix(w->turn[i], matrix);
    for (int r = 0; r < 3; r++) gyr[r] = w->signal->gyr[r][i];
    eg_quaternion_apply(matrix, gyr, out);
    return -(out[0] * left[0] + out[1] * left[1]);
}

static double fastest_of(const foot_work *w, size_t a, size_t b) {
    double fastest = 0.0;
    for (size_t i = a; i <= b; i++) fastest = fmax(fastest, eg_hypot(w->v[0][i], w->v[1][i]));
    return fastest;
}

/* The first sample from `a` on at which the foot is faster than a part of its peak. */
static size_t speeds_up(const foot_work *w, size_t a, size_t b, double part) {
    double enough = part * fastest_of(w, a, b);
    while (a < b && eg_hypot(w->v[0][a], w->v[1][a]) < enough) a++;
    return a;
}

/* The heel comes up before the foot is fast; a foot that does not turn then leaves when it is
 * faster than a twentieth of its peak. */
static double find_off(const foot_work *w, size_t a, size_t b, const double left[3]) {
    const double turns = -0.7; /* rad/s */
    size_t lowest = a, end = speeds_up(w, a, b, 0.6);
    double least = 0.0;
    for (size_t i = a; i < end; i++) {
        double p = pitch_rate(w, i, left);
        if (p < least) {
            least = p;
            lowest = i;
        }
    }
    if (least > turns) return (double)speeds_up(w, a, b, 0.05) / w->rate_hz;
    size_t up = lowest;
    while (up < b && pitch_rate(w, up, left) < 0.0) up++;
    if (up == lowest || up == b) return (double)NAN;
    double p0 = pitch_rate(w, up - 1, left), p1 = pitch_rate(w, up, left);
    double cross = (double)(up - 1) + p0 / (p0 - p1);
    return 0.5 * ((double)lowest + cross) / w->rate_hz;
}

/* Where the strike is to be looked for: from where the toe begins to fall to its fastest fall; for
 * a foot that lands without (flat or on its tip) from where it is slow to rest. */
static void strike_window(const foot_work *w, size_t a, size_t b, const double left[3],
                          size_t *from, size_t *to) {
    const double fall = -1.0; /* rad/s */
    double fastest = 0.0, least = fall;
    size_t middle = a, lowest = b;
    for (size_t i = a; i <= b; i++) {
        double v = eg_hypot(w->v[0][i], w->v[1][i]);
        if (v > fastest) {
            fastest = v;
            middle = i;
        }
    }
    for (size_t i = middle; i <= b; i++) {
        double p = pitch_rate(w, i, left);
        if (p < least) {
            least = p;
            lowest = i;
        }
    }
    /* A foot that lands nearly flat has no fall after it has landed. */
    *to = lowest + (size_t)(0.03 * w->rate_hz) < b ? lowest + (size_t)(0.03 * w->rate_hz) : b;
    *from = middle;
    if (least < fall) {
        while (lowest > middle && pitch_rate(w, lowest, left) < 0.1 * least) lowest--;
        *from = lowest;
    } else {
        while (*from < b && eg_hypot(w->v[0][*from], w->v[1][*from]) > 0.3 * fastest) ++*from;
    }
}

/* The largest change of the acceleration's vector: the shock. */
static double find_strike(const foot_work *w, size_t a, size_t b, const double left[3]) {
    double most = 0.0, where = (double)NAN;
    size_t from, to;
    strike_window(w, a, b, left, &from, &to);
    for (size_t i = from > a ? from : a + 1; i <= to && i < b; i++) {
        double before[3], now[3], change = 0.0;
        force_at(w, i - 1, before);
        force_at(w, i + 1, now);
        for (int r = 0; r < 3; r++) change += (now[r] - before[r]) * (now[r] - before[r]);
        if (change > most) {
            most = change;
            where = (double)i / w->rate_hz;
        }
    }
    return where;
}

/* Height of the forefoot (or sensor) over the rest before, at each sample of the swing; returns the
 * lowest local minimum between 20 and 85 % over the higher of both rests, NaN without. */
static double clearance(foot_work *w, size_t a, size_t b, double from_s, double to_s,
                        const double ahead[2], eg_gait_lever lever) {
    double arm[3] = {0.0, 0.0, 0.0}, start[3][3], least = (double)INFINITY;
    if (isfinite(lever.forward_mm) && isfinite(lever.down_mm)) {
        arm[0] = ahead[0] * lever.forward_mm;
        arm[1] = ahead[1] * lever.forward_mm;
        arm[2] = -lever.down_mm;
    }
    eg_quaternion_matrix(eg_quaternion_inverse(w->turn[a]), start);
    double own[3];
    eg_quaternion_apply(start, arm, own);
    for (size_t i = a; i <= b; i++) {
        double matrix[3][3], now[3];
        eg_quaternion_matrix(w->turn[i], matrix);
        eg_quaternion_apply(matrix, own, now);
        w->toe[i] = w->p[2][i] + now[2] - arm[2];
    }
    double span = (to_s - from_s) * w->rate_hz, begin = from_s * w->rate_hz;
    if (!(span > 0.0)) return (double)NAN;
    size_t first = (size_t)(begin + 0.2 * span), last = (size_t)(begin + 0.85 * span);
    for (size_t i = first > a + 1 ? first : a + 1; i <= last && i < b; i++)
        if (w->toe[i] < w->toe[i - 1] && w->toe[i] <= w->toe[i + 1]) least = fmin(least, w->toe[i]);
    return isfinite(least) ? least - fmax(0.0, w->p[2][b]) : (double)NAN;
}

/* What happened between two rests. Returns 0 where it was no step. */
static int one_swing(foot_work *w, size_t a, size_t b, eg_gait_lever lever, eg_gait_contact *from,
                     eg_gait_contact *to) {
    integrate(w, a, b);
    double way = eg_hypot(w->p[0][b], w->p[1][b]), rise = w->p[2][b];
    if (way < EG_GAIT_FOOT_WAY_MM && fabs(rise) < EG_GAIT_FOOT_RISE_MM) return 0;
    if (!(way < EG_GAIT_FOOT_WAY_MOST_MM) || !(fabs(rise) < EG_GAIT_FOOT_RISE_MOST_MM)) return 0;
    double ahead[2] = {w->p[0][b] / fmax(way, 1.0), w->p[1][b] / fmax(way, 1.0)};
    const double left[3] = {-ahead[1], ahead[0], 0.0};
    from->off_s = find_off(w, a, b, left);
    to->strike_s = find_strike(w, a, b, left);
    to->stride_mm = way;
    to->heading_rad = eg_atan2(ahead[1], ahead[0]);
    to->place_mm[2] = from->place_mm[2] + rise;
    double off = isfinite(from->off_s) ? from->off_s : (double)a / w->rate_hz;
    to->clearance_mm = clearance(w, a, b, off, to->strike_s, ahead, lever);
    return 1;
}

static eg_err walk(foot_work *w, int side, eg_gait_lever lever, size_t capacity,
                   eg_gait_contact *contacts, size_t *n_contacts, eg_diag *diag) {
    if (w->n_rests < 2)
        return eg_diag_set(diag, EG_ERR_DATA, "", 0,
                           "the foot is never still: is the sensor on a foot, and does it stand?");
    size_t count = 0, last = 0;
    eg_gait_contact now = eg_gait_contact_none(side);
    now.place_mm[2] = 0.0;
    now.confidence = 0.8;
    for (size_t k = 1; k < w->n_rests; k++) {
        eg_gait_contact next = eg_gait_contact_none(side);
        next.confidence = 0.8;
        size_t a = w->rests[k - 1].stirs, b = w->rests[k].quiet;
        last = k;
        if (!one_swing(w, a, b, lever, &now, &next)) continue;
        if (count < capacity) contacts[count] = now;
        count++;
        now = next;
    }
    (void)last;
    if (count < capacity) contacts[count] = now;
    count++;
    *n_contacts = count;
    if (count > capacity)
        return eg_diag_set(diag, EG_ERR_LIMIT, "", 0, "more than %zu steps: look at a shorter span",
                           capacity);
    return EG_OK;
}

static int take(foot_work *w, eg_arena *arena) {
    size_t n = w->n;
    w->turn = eg_arena_take(arena, n, sizeof *w->turn);
    double *block = eg_arena_take(arena, n, 8 * sizeof *block);
    w->n_rests_max = n / 8 + 8;
    w->rests = eg_arena_take(arena, w->n_rests_max, sizeof *w->rests);
    if (w->turn == NULL || block == NULL || w->rests == NULL) return 0;
    w->rate = block;
    w->toe = block + n;
    for (size_t r = 0; r < 3; r++) {
        w->v[r] = block + (2 + r) * n;
        w->p[r] = block + (5 + r) * n;
    }
    return 1;
}

eg_err eg_gait_foot_contacts(const eg_orient_signal *signal, int side, eg_gait_lever lever,
                             size_t capacity, eg_gait_contact *contacts, size_t *n_contacts,
                             double *height_mm, eg_arena *scratch, eg_diag *diag) {
    *n_contacts = 0;
    if (!(signal->rate_hz >= 40.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "", 0,
                           "a sensor at %g Hz: at least 40 Hz are needed to see feet land",
                           signal->rate_hz);
    size_t mark = eg_arena_mark(scratch);
    foot_work w = {.n = signal->n, .rate_hz = signal->rate_hz, .signal = signal};
    if (!take(&w, scratch))
        return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for a sensor on a foot");
    smooth_rate(signal, w.rate, w.v[0]); /* and v[1]: not in use yet */
    find_rests(&w, w.v[0]);
    sift(&w);
    find_turns(&w);
    eg_err err = walk(&w, side, lever, capacity, contacts, n_contacts, diag);
    for (size_t i = 0; err == EG_OK && height_mm != NULL && i < w.n; i++) height_mm[i] = w.toe[i];
    eg_arena_reset(scratch, mark);
    return err;
}
