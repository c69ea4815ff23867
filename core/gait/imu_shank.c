#include "core/gait/imu_shank.h"

#include "core/base/real.h"
#include "core/base/solve.h"
#include "core/base/sort.h"
#include "core/gait/imu_part.h"
#include "core/gait/imu_shank_part.h"
#include "core/gait/imu_shank_rate.h"

size_t eg_gait_shank_bytes(size_t n) {
    return n * 6 * sizeof(double) + imu_ankle_bytes(n) + 65536;
}

static double finite_or_zero(double x) {
    return isfinite(x) ? x : 0.0;
}

/* The axis about which it turns most, forwards by the sense of the fast swing. */
static void find_axis(shank_work *w, const eg_orient_signal *s, const double bias[3],
                      eg_gait_shank *shank) {
    double a[3][3] = {{0.0}}, value[3], vector[3][3], sum = 0.0, cube = 0.0;
    for (size_t i = 0; i < s->n; i++)
        for (int r = 0; r < 3; r++)
            for (int k = 0; k < 3; k++)
                a[r][k] +=
                    finite_or_zero(s->gyr[r][i] - bias[r]) * finite_or_zero(s->gyr[k][i] - bias[k]);
    eg_solve_eigen(a, value, vector);
    for (int r = 0; r < 3; r++) sum += value[r];
    shank->axis_part = sum > 0.0 ? value[0] / sum : 0.0;
    for (size_t i = 0; i < s->n; i++) {
        double x = 0.0;
        for (int r = 0; r < 3; r++) x += vector[0][r] * finite_or_zero(s->gyr[r][i] - bias[r]);
        w->turn[i] = x;
        cube += x * x * x;
    }
    /* Turning forwards about the left axis is negative by the right hand: the foot swings up. */
    double sign = cube < 0.0 ? -1.0 : 1.0;
    for (size_t i = 0; i < s->n; i++) w->turn[i] *= sign;
    for (int r = 0; r < 3; r++) shank->axis[r] = -sign * vector[0][r];
}

/* What the gyroscope shows in the slowest tenth: its bias, if somebody stood; else little. */
static void find_bias(shank_work *w, const eg_orient_signal *s, double bias[3]) {
    double slow, sum[3] = {0.0, 0.0, 0.0}, count = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        double size = 0.0;
        for (int r = 0; r < 3; r++) size += s->gyr[r][i] * s->gyr[r][i];
        w->turn[i] = isfinite(size) ? sqrt(size) : 1e3;
        w->peaks[i] = w->turn[i];
    }
    eg_sort(s->n, w->peaks, w->scratch);
    slow = eg_sort_quantile(s->n, w->peaks, 0.1);
    for (int r = 0; r < 3; r++) bias[r] = 0.0;
    if (slow > 0.15) return; /* nobody stands still for a tenth of this recording */
    for (size_t i = 0; i < s->n; i++) {
        if (w->turn[i] > slow) continue;
        count += 1.0;
        for (int r = 0; r < 3; r++) sum[r] += s->gyr[r][i];
    }
    for (int r = 0; r < 3 && count > 0.0; r++) bias[r] = sum[r] / count;
}

static size_t lesser(size_t a, size_t b) {
    return a < b ? a : b;
}

static int is_peak(const shank_work *w, size_t i, size_t reach) {
    size_t from = i > reach ? i - reach : 0, to = lesser(i + reach, w->n - 1);
    for (size_t k = from; k <= to; k++)
        if (w->turn[k] > w->turn[i] || (k < i && !(w->turn[k] < w->turn[i]))) return 0;
    return 1;
}

/* Samples from one peak to the next, usually; pauses do not count. */
static size_t usual_stride(shank_work *w, size_t n_peaks, const size_t *peaks) {
    size_t n = 0;
    for (size_t k = 0; k + 1 < n_peaks; k++)
        if ((double)(peaks[k + 1] - peaks[k]) < 4.0 * w->rate_hz)
            w->peaks[n++] = (double)(peaks[k + 1] - peaks[k]);
    eg_sort(n, w->peaks, w->scratch);
    return (size_t)(n > 0 ? eg_sort_quantile(n, w->peaks, 0.5)
                          : EG_GAIT_SHANK_STRIDE_S * w->rate_hz);
}

/* Peaks of the swings; their usual height. */
static size_t find_peaks(shank_work *w, size_t *peaks, size_t capacity, double *usual) {
    size_t n = 0, kept = 0, reach = (size_t)(EG_GAIT_SHANK_APART_S * w->rate_hz);
    for (size_t i = 1; i + 1 < w->n && n < capacity; i++)
        if (w->turn[i] > EG_GAIT_SHANK_LEAST_RAD_S && is_peak(w, i, reach)) peaks[n++] = i;
    for (size_t k = 0; k < n; k++) w->peaks[k] = w->turn[peaks[k]];
    eg_sort(n, w->peaks, w->scratch);
    *usual = n > 0 ? eg_sort_quantile(n, w->peaks, 0.7) : 0.0;
    for (size_t k = 0; k < n; k++)
        if (w->turn[peaks[k]] > EG_GAIT_SHANK_PART * *usual) peaks[kept++] = peaks[k];
    return kept;
}

static double sd_of(double usual_s, double apart_s) {
    return sqrt(usual_s * usual_s + apart_s * apart_s / 12.0);
}

/* ---- swings ---- */

static int is_way(const imu_way *way) {
    return way->way_m < EG_GAIT_SHANK_WAY_MOST_M && fabs(way->rise_m) < EG_GAIT_SHANK_RISE_MOST_M &&
           way->tilt_rad <= EG_GAIT_SHANK_TILT_RAD;
}

/* Whether the ankle went somewhere between two rests; at the ends of a recording, where only one is
 * known, whether the shank swung. */
static int is_swing(const shank_work *w, size_t from, size_t a, size_t b, const imu_way *way,
                    double usual_rad_s) {
    double fastest = 0.0;
    for (size_t i = a; i <= b; i++) fastest = fmax(fastest, w->turn[i]);
    if (!is_way(way)) return 0;
    if (from >= w->ankle.n_rests || from + 1 == w->ankle.n_rests) {
        double span_s = (double)(b - a) / w->rate_hz;
        double drift_m = 0.5 * IMU_ANKLE_NOISE_M_S2 * span_s * span_s;
        int is_far = way->way_m > EG_GAIT_SHANK_WAY_M + drift_m;
        return fastest > (is_far ? EG_GAIT_SHANK_PART : 0.5) * usual_rad_s && b - a > 4;
    }
    return way->way_m > EG_GAIT_SHANK_WAY_M || fabs(way->rise_m) > EG_GAIT_SHANK_RISE_M;
}

/* Mid-swing: the ankle goes ahead and comes down while the shank turns forwards. As the heel rises,
 * the one comes without the others. */
static size_t fastest_of(const shank_work *w, size_t a, size_t b) {
    const double *up = w->ankle.acc[0], *ahead = w->ankle.acc[1];
    double most = 0.0;
    size_t best = a;
    for (size_t i = a; i <= b; i++) {
        double both = ahead[i] * fmax(w->turn[i], 0.0);
        if (up[i] >= 0.0 || !(both > most)) continue;
        most = both;
        best = i;
    }
    for (size_t i = a; i <= b && !(most > 0.0); i++)
        if (ahead[i] > ahead[best]) best = i;
    return best;
}

static void turn_round(shank_work *w, eg_gait_shank *shank) {
    for (size_t i = 0; i < w->n; i++) w->turn[i] = -w->turn[i];
    for (int r = 0; r < 3; r++) shank->axis[r] = -shank->axis[r];
}

/* Forwards is where the ankle goes: the sense of the axis by the vote of all ways; the usual time
 * of a stride. 0 where the ways do not agree: nobody walks to and fro. */
static int find_sense(shank_work *w, double usual_rad_s, eg_gait_shank *shank) {
    double vote = 0.0, sum = 0.0;
    size_t n = 0, before = 0, a, b;
    imu_way way;
    for (size_t k = 0; k + 1 < w->ankle.n_rests; k++) {
        double matrix[3][3], left[3];
        imu_ankle_go(&w->ankle, k, &a, &b, &way);
        if (!is_swing(w, k, a, b, &way, usual_rad_s)) continue;
        size_t at = fastest_of(w, a, b);
        eg_quaternion_matrix(w->ankle.turn[at], matrix);
        eg_quaternion_apply(matrix, shank->axis, left);
        for (int r = 0; r < 3; r++) {
            int l = (r + 1) % 3, m = (r + 2) % 3;
            vote += way.way_m * left[r] * (way.up[l] * way.ahead[m] - way.up[m] * way.ahead[l]);
        }
        sum += way.way_m;
        double since = (double)(at - before) / w->rate_hz;
        if (before > 0 && since < 4.0) w->peaks[n++] = since;
        before = at;
    }
    eg_sort(n, w->peaks, w->scratch);
    w->stride_s = n > 0 ? eg_sort_quantile(n, w->peaks, 0.5) : EG_GAIT_SHANK_STRIDE_S;
    if (vote >= 0.0) return vote >= EG_GAIT_SHANK_AGREE * sum;
    turn_round(w, shank);
    return -vote >= EG_GAIT_SHANK_AGREE * sum;
}

/* The caller's contacts, and the one that is on. */
typedef struct list {
    int side;
    size_t n, capacity;
    eg_gait_contact *contacts, on;
} list;

static void begin_list(list *l, double confidence) {
    l->n = 0;
    l->on = eg_gait_contact_none(l->side); /* the one before the first swing */
    l->on.confidence = confidence;
}

static void put(list *l) {
    if (!isfinite(l->on.strike_s) && !isfinite(l->on.off_s)) return;
    if (l->n < l->capacity) l->contacts[l->n] = l->on;
    l->n++;
}

/* A swing's off ends the contact that is on, its strike begins the next one. */
static void add_swing(const shank_work *w, const shank_swing *s, list *l) {
    eg_gait_contact *on = &l->on;
    on->off_s = s->off / w->rate_hz;
    on->off_sd_s = sd_of(EG_GAIT_SHANK_OFF_S, s->off_apart / w->rate_hz);
    put(l);
    *on = eg_gait_contact_none(l->side);
    on->strike_s = s->strike / w->rate_hz;
    if (!isfinite(on->strike_s)) return;
    on->strike_sd_s = sd_of(EG_GAIT_SHANK_STRIKE_S, s->strike_apart / w->rate_hz);
    on->confidence = fmax(0.0, 1.0 - s->strike_apart / w->rate_hz / 0.15);
}

static void end_list(list *l) {
    l->on.off_s = (double)NAN;
    put(l);
}

/* The swing of way k: between rests k - 1 and k, a and b. Returns 0 if it is none. */
static int swing_at(shank_work *w, size_t k, double usual_rad_s, size_t *a, size_t *b, imu_way *way,
                    shank_swing *s) {
    const double no = (double)NAN;
    imu_ankle_go(&w->ankle, k - 1, a, b, way); /* from SIZE_MAX on: before the first */
    *s = (shank_swing){*a, no, no, 0.0, 0.0, 0.0};
    if (is_swing(w, k - 1, *a, *b, way, usual_rad_s)) {
        s->fastest = fastest_of(w, *a, *b);
        shank_find_off(w, *a, *b, s);
        shank_find_strike(w, *b, 0, s);
        return 1;
    }
    if (k > 0 || !(w->landing > 0.0) || !is_way(way)) return 0;
    shank_find_strike(w, *b, 1, s); /* the recording may have begun shortly before it landed */
    return isfinite(s->strike);
}

/* How large the push is that lands the foot, where a rest follows, and how far it goes. */
static void find_usual(shank_work *w, double usual_rad_s) {
    for (int is_step = 0; is_step < 2; is_step++) {
        size_t n = 0, a, b;
        imu_way way;
        shank_swing s;
        for (size_t k = (size_t)is_step; k < w->ankle.n_rests && n < w->n; k++)
            if (swing_at(w, k, usual_rad_s, &a, &b, &way, &s))
                w->peaks[n++] = is_step ? way.way_m : s.landing;
        eg_sort(n, w->peaks, w->scratch);
        *(is_step ? &w->step_m : &w->landing) = n > 0 ? eg_sort_quantile(n, w->peaks, 0.5) : 0.0;
    }
}

/* How far the ankle goes in one sample, m. */
static double pace(const shank_work *w, size_t i) {
    return eg_hypot(w->ankle.acc[0][i], w->ankle.acc[1][i]) / w->rate_hz;
}

/* How far it goes from one moment to another, samples. */
static double way_between(const shank_work *w, double from, double to) {
    size_t first = (size_t)from, last = (size_t)to;
    double sum = (to - floor(to)) * pace(w, last) - (from - floor(from)) * pace(w, first);
    for (size_t i = first; i < last; i++) sum += pace(w, i);
    return sum;
}

/* The way of the ankle from its rest to the off, or from the strike to its rest, in level steps, m.
 * It is that of a foot which rolls over its toe or its heel, so that it is much the same in all
 * steps of a person, first and last ones, too. NaN from fewer than three. */
static double usual_way(shank_work *w, int is_off, double usual_rad_s) {
    size_t n = 0, a, b;
    imu_way way;
    shank_swing s;
    for (size_t k = (size_t)is_off; k < w->ankle.n_rests + (size_t)is_off && n < w->n; k++) {
        if (!swing_at(w, k, usual_rad_s, &a, &b, &way, &s) ||
            !isfinite(is_off ? s.off : s.strike) || fabs(way.rise_m) > EG_GAIT_SHANK_LEVEL_M)
            continue;
        double first = (double)a, last = (double)b;
        w->peaks[n++] = is_off ? way_between(w, first, fmin(fmax(s.off, first), last))
                               : way_between(w, fmax(fmin(s.strike, last), first), last);
    }
    eg_sort(n, w->peaks, w->scratch);
    return n < EG_GAIT_SHANK_WAYS_MIN ? (double)NAN : eg_sort_quantile(n, w->peaks, 0.5);
}

/* The off is where the ankle has gone the usual way. */
static void correct_off(const shank_work *w, size_t a, size_t b, double usual_m, shank_swing *s) {
    double sum = 0.0;
    size_t i = a;
    for (; i < b && sum + pace(w, i) < usual_m; i++) sum += pace(w, i);
    if (i >= b) return;
    double off = (double)i + (usual_m - sum) / pace(w, i);
    if (isfinite(s->off)) s->off_apart = fmax(s->off_apart, fabs(off - s->off));
    s->off = off;
}

/* The strike is where the usual way is left to go. A short step lands flatter and has less way
 * left: there its own sign is right, unless it is too far off to be that of the landing. How far
 * two signs are apart, half of that is what either may be wrong by. */
static void correct_strike(const shank_work *w, size_t a, size_t b, double usual_m, int is_short,
                           shank_swing *s) {
    double sum = 0.0;
    size_t i = b;
    for (; i > a && sum + pace(w, i - 1) < usual_m; i--) sum += pace(w, i - 1);
    if (i <= a || !isfinite(s->strike)) return;
    double strike = (double)i - (usual_m - sum) / pace(w, i - 1), apart = fabs(strike - s->strike);
    s->strike_apart = eg_hypot(s->strike_apart, sqrt(3.0) * apart);
    if (!is_short || !(apart < EG_GAIT_SHANK_OWN_S * w->rate_hz)) s->strike = strike;
}

/* By the ankle's ways. Returns how many swings there are. */
static size_t by_ankle(shank_work *w, double usual_rad_s, list *l) {
    size_t n_swings = 0, a, b;
    find_usual(w, usual_rad_s);
    double off_m = usual_way(w, 1, usual_rad_s), strike_m = usual_way(w, 0, usual_rad_s);
    imu_way way;
    shank_swing s;
    begin_list(l, 0.5);
    for (size_t k = 0; k < w->ankle.n_rests + 1; k++) {
        if (!swing_at(w, k, usual_rad_s, &a, &b, &way, &s)) continue;
        int is_level = fabs(way.rise_m) <= EG_GAIT_SHANK_LEVEL_M;
        shank_swing own = s;
        if (k > 0 && isfinite(off_m))
            correct_off(w, a, b, off_m, &s);
        else if (!is_level)
            s.off_apart = EG_GAIT_SHANK_STAIR_OFF_S * w->rate_hz;
        if (k < w->ankle.n_rests && isfinite(strike_m) && is_level)
            correct_strike(w, a, b, strike_m, way.way_m < EG_GAIT_SHANK_SHORT * w->step_m, &s);
        if (s.strike <= s.off) s = own; /* a way too short for both: no usual step */
        n_swings++;
        add_swing(w, &s, l);
    }
    end_list(l);
    return n_swings;
}

/* By the rate alone: less sure. */
static void by_rate(const shank_work *w, const double *shock, size_t n_peaks, const size_t *peaks,
                    list *l) {
    begin_list(l, 0.25);
    for (size_t k = 0; k < n_peaks; k++) {
        imu_rate_swing r = imu_rate_ends(w->n, w->rate_hz, w->turn, shock, peaks[k]);
        shank_swing s = {peaks[k], r.off, r.strike, r.off_apart, r.strike_apart, 0.0};
        add_swing(w, &s, l);
        l->on.confidence *= 0.5;
    }
    end_list(l);
}

static eg_err refuse(eg_diag *diag, const char *why) {
    return eg_diag_set(diag, EG_ERR_DATA, "", 0,
                       "this is no walk that a sensor on a shank could tell: %s", why);
}

/* By the ankle's ways; NULL, or why it is no walk by them. */
static const char *try_ankle(shank_work *w, size_t *n_swings, list *l, eg_gait_shank *shank) {
    if (w->ankle.n_rests == 0) return "the ankle below it is never at rest";
    if (!find_sense(w, shank->swing_rad_s, shank))
        return "the ankle below it goes to and fro, as in sitting down or cycling";
    *n_swings = by_ankle(w, shank->swing_rad_s, l);
    return *n_swings < EG_GAIT_SHANK_SWINGS_MIN
               ? "the ankle below it goes nowhere from rest to rest"
               : NULL;
}

/* How many of the shank's peaks lie within swings by the ankle. */
static size_t count_told(shank_work *w, double usual_rad_s, size_t n_peaks, const size_t *peaks) {
    size_t told = 0, p = 0, a, b;
    imu_way way;
    shank_swing s;
    for (size_t k = 0; k < w->ankle.n_rests + 1; k++) {
        if (!swing_at(w, k, usual_rad_s, &a, &b, &way, &s)) continue;
        for (; p < n_peaks && peaks[p] <= b; p++) told += (size_t)(peaks[p] >= a);
    }
    return told;
}

/* By the rate alone, if it is that of swings. Returns 0 if not: all is as before. */
static int try_rate(shank_work *w, const eg_orient_signal *s, size_t most, size_t *peaks, list *l,
                    eg_gait_shank *shank, eg_arena *scratch) {
    double lean = imu_rate_lean(w->n, w->turn), *shock = w->ankle.stir;
    double by_ankle_rad_s = shank->swing_rad_s;
    if (!(fabs(lean) > IMU_RATE_LEAN)) return 0;
    if (lean < 0.0) turn_round(w, shank);
    size_t n_peaks = find_peaks(w, peaks, most, &shank->swing_rad_s);
    imu_rate_shock(s, w->turn, shock);
    if (n_peaks < EG_GAIT_SHANK_SWINGS_MIN ||
        imu_low_pass(w->n, shock, IMU_RATE_SHOCK_HZ, w->rate_hz, scratch, NULL) != EG_OK) {
        if (lean < 0.0) turn_round(w, shank);
        shank->swing_rad_s = by_ankle_rad_s;
        return 0;
    }
    by_rate(w, shock, n_peaks, peaks, l);
    return 1;
}

static eg_err find_all(shank_work *w, const eg_orient_signal *s, list *l, eg_gait_shank *shank,
                       eg_arena *scratch, eg_diag *diag) {
    double bias[3];
    find_bias(w, s, bias);
    find_axis(w, s, bias, shank);
    eg_err err = imu_low_pass(w->n, w->turn, EG_GAIT_SHANK_LOW_PASS_HZ, w->rate_hz, scratch, diag);
    if (err != EG_OK) return err;
    size_t most = (size_t)((double)w->n / w->rate_hz / EG_GAIT_SHANK_APART_S) + 4, n_swings = 0;
    size_t *peaks = eg_arena_take(scratch, most, sizeof *peaks);
    if (peaks == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the swings");
    size_t n_peaks = find_peaks(w, peaks, most, &shank->swing_rad_s);
    if (n_peaks < EG_GAIT_SHANK_SWINGS_MIN) return refuse(diag, "it swings less than twice");
    if (shank->axis_part < EG_GAIT_SHANK_AXIS)
        return refuse(diag, "it turns about no single axis; is it fixed to the leg?");
    err = imu_ankle_find(s, bias, w->turn, n_peaks, peaks, usual_stride(w, n_peaks, peaks),
                         &w->ankle, scratch, diag);
    if (err != EG_OK) return err;
    const char *why = try_ankle(w, &n_swings, l, shank);
    n_peaks = find_peaks(w, peaks, most, &shank->swing_rad_s);
    size_t n_told = why == NULL ? count_told(w, shank->swing_rad_s, n_peaks, peaks) : 0;
    const char *few = 2 * n_told < n_peaks ? "the ankle stays where the shank swings" : why;
    int is_rate = few != NULL && try_rate(w, s, most, peaks, l, shank, scratch);
    if (why != NULL && !is_rate) return refuse(diag, why);
    if (is_rate) shank->why = why != NULL ? why : few;
    if (l->n > l->capacity)
        return eg_diag_set(diag, EG_ERR_LIMIT, "", 0, "more than %zu steps", l->capacity);
    return EG_OK;
}

eg_err eg_gait_shank_contacts(const eg_orient_signal *signal, int side, size_t capacity,
                              eg_gait_contact *contacts, size_t *n_contacts, eg_gait_shank *shank,
                              double *rate_rad_s, eg_arena *scratch, eg_diag *diag) {
    *n_contacts = 0;
    *shank = (eg_gait_shank){0};
    if (!(signal->rate_hz >= EG_GAIT_SHANK_RATE_MIN_HZ))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "", 0, "a sensor on a shank needs %g Hz",
                           EG_GAIT_SHANK_RATE_MIN_HZ);
    if ((double)signal->n < 1.5 * signal->rate_hz)
        return refuse(diag, "the recording is shorter than one and a half seconds");
    size_t mark = eg_arena_mark(scratch);
    shank_work w = {.signal = signal, .n = signal->n, .rate_hz = signal->rate_hz};
    double *block = eg_arena_take(scratch, w.n + 8, 3 * sizeof *block);
    if (block == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for a sensor on a shank");
    w.turn = block;
    w.scratch = block + (w.n + 8);
    w.peaks = block + 2 * (w.n + 8);
    list l = {.side = side, .capacity = capacity, .contacts = contacts};
    eg_err err = find_all(&w, signal, &l, shank, scratch, diag);
    if (err == EG_OK || err == EG_ERR_LIMIT) *n_contacts = l.n;
    for (size_t i = 0; i < w.n && err == EG_OK && rate_rad_s != NULL; i++)
        rate_rad_s[i] = w.turn[i];
    eg_arena_reset(scratch, mark);
    return err;
}
