#include "core/gait/imu_shank.h"

#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/gait/imu_part.h"
#include "core/motion/solve.h"

static const double around_s = 0.5; /* before and behind a swing's peak its ends are looked for */
static const double shock_after_s = 0.04; /* the shock comes no later behind the turn back */

typedef struct work {
    size_t n;
    double rate_hz;
    double *turn;  /* [n] forwards, rad/s */
    double *shock; /* [n] acceleration along the shank, up */
    double *scratch, *peaks;
} work;

/* One swing: its peak and the ends of it, samples; NaN where not seen. */
typedef struct swing {
    size_t peak;
    double off, strike, off_apart, strike_apart;
} swing;

size_t eg_gait_shank_bytes(size_t n) {
    return n * 8 * sizeof(double) + 65536;
}

static double finite_or_zero(double x) {
    return isfinite(x) ? x : 0.0;
}

/* The axis about which it turns most, forwards by the sense of the fast swing. */
static void find_axis(work *w, const eg_orient_signal *s, const double bias[3],
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
static void find_bias(work *w, const eg_orient_signal *s, double bias[3]) {
    double slow, sum[3] = {0.0, 0.0, 0.0}, count = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        double size = 0.0;
        for (int r = 0; r < 3; r++) size += s->gyr[r][i] * s->gyr[r][i];
        w->turn[i] = isfinite(size) ? sqrt(size) : 1e3;
        w->shock[i] = w->turn[i];
    }
    eg_sort(s->n, w->shock, w->scratch);
    slow = eg_sort_quantile(s->n, w->shock, 0.1);
    for (int r = 0; r < 3; r++) bias[r] = 0.0;
    if (slow > 0.15) return; /* nobody stands still for a tenth of this recording */
    for (size_t i = 0; i < s->n; i++) {
        if (w->turn[i] > slow) continue;
        count += 1.0;
        for (int r = 0; r < 3; r++) sum[r] += s->gyr[r][i];
    }
    for (int r = 0; r < 3 && count > 0.0; r++) bias[r] = sum[r] / count;
}

/* Acceleration along what is up while the shank turns slowly. */
static void find_shock(work *w, const eg_orient_signal *s) {
    double up[3] = {0.0, 0.0, 0.0}, size = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        if (fabs(w->turn[i]) > 0.8) continue;
        for (int r = 0; r < 3; r++) up[r] += finite_or_zero(s->acc[r][i]);
    }
    for (int r = 0; r < 3; r++) size += up[r] * up[r];
    size = size > 0.0 ? sqrt(size) : 1.0;
    for (size_t i = 0; i < s->n; i++) {
        w->shock[i] = 0.0;
        for (int r = 0; r < 3; r++) w->shock[i] += up[r] / size * finite_or_zero(s->acc[r][i]);
    }
}

static size_t lesser(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Where x passes zero between samples i and i + 1. */
static double crossing(const double *x, size_t i) {
    return (double)i + x[i] / (x[i] - x[i + 1]);
}

/* The first shock between two samples that rises at least half as far as the largest there; 0 where
 * nothing rises. */
static size_t first_shock(const work *w, size_t from, size_t to) {
    double largest = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        double low = w->shock[from];
        for (size_t k = from + 1; k < to; k++) {
            low = fmin(low, w->shock[k]);
            if (w->shock[k] < w->shock[k - 1] || w->shock[k] <= w->shock[k + 1]) continue;
            double rise = w->shock[k] - low;
            if (pass == 0) largest = fmax(largest, rise);
            if (pass == 1 && rise > 0.0 && rise >= 0.5 * largest) return k;
            low = w->shock[k];
        }
    }
    return 0;
}

/* From the peak on: through zero, then the first least value; the shock nearby. */
static void find_strike(const work *w, swing *s) {
    const double *x = w->turn;
    size_t end = lesser(s->peak + (size_t)(around_s * w->rate_hz), w->n - 2), i = s->peak;
    while (i < end && x[i + 1] > 0.0) i++;
    if (i >= end) return;
    double zero = crossing(x, i);
    size_t from = i;
    while (i < end && x[i + 1] < x[i]) i++;
    if (i == end) return;
    double least = imu_peak(w->n, x, i, -1.0), middle = 0.5 * (zero + least), shock = middle;
    size_t at =
        first_shock(w, from, lesser((size_t)(least + shock_after_s * w->rate_hz), w->n - 1));
    if (at > 0) shock = imu_peak(w->n, w->shock, at, 1.0);
    s->strike = 0.5 * (middle + shock);
    s->strike_apart = at > 0 ? fabs(shock - middle) : least - zero;
}

/* From the peak back: through zero, then the fastest turn back before. */
static void find_off(const work *w, swing *s) {
    const double *x = w->turn;
    size_t room = (size_t)(around_s * w->rate_hz), i = s->peak;
    size_t end = s->peak > room ? s->peak - room : 0;
    while (i > end && x[i] > 0.0) i--;
    if (i == end || i + 1 >= w->n) return;
    double zero = crossing(x, i);
    size_t least = i, last = i > room / 2 ? i - room / 2 : 0;
    for (size_t k = i; k > last; k--)
        if (x[k] < x[least]) least = k;
    double turn = imu_peak(w->n, x, least, -1.0);
    s->off = turn + EG_GAIT_SHANK_OFF_PART * (zero - turn);
    s->off_apart = zero - turn;
}

static int is_peak(const work *w, size_t i, size_t reach) {
    size_t from = i > reach ? i - reach : 0, to = lesser(i + reach, w->n - 1);
    for (size_t k = from; k <= to; k++)
        if (w->turn[k] > w->turn[i] || (k < i && !(w->turn[k] < w->turn[i]))) return 0;
    return 1;
}

/* Peaks of the swings; their usual height. */
static size_t find_peaks(work *w, size_t *peaks, size_t capacity, double *usual) {
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

/* How one-sided the turning is: above 0 where it goes fast forwards and slowly back. */
static double lean_of(const work *w) {
    double square = 0.0, cube = 0.0, n = (double)w->n;
    for (size_t i = 0; i < w->n; i++) {
        square += w->turn[i] * w->turn[i] / n;
        cube += w->turn[i] * w->turn[i] * w->turn[i] / n;
    }
    return square > 0.0 ? cube / (square * sqrt(square)) : 0.0;
}

static double sd_of(double usual_s, double apart_s) {
    return sqrt(usual_s * usual_s + apart_s * apart_s / 12.0);
}

/* Contacts between the swings: a strike ends one, the next one's off begins it. */
static void add_contacts(const work *w, size_t n_peaks, const size_t *peaks, int side,
                         size_t capacity, eg_gait_contact *contacts, size_t *n) {
    const double no = (double)NAN;
    eg_gait_contact c = eg_gait_contact_none(side); /* the one before the first swing */
    c.confidence = 0.5;
    for (size_t k = 0; k < n_peaks; k++) {
        swing s = {peaks[k], no, no, 0.0, 0.0};
        find_off(w, &s);
        find_strike(w, &s);
        int is_next = k == 0 || !isfinite(c.strike_s) ||
                      s.off / w->rate_hz - c.strike_s < 4.0; /* else: stood, off unseen is fine */
        c.off_s = is_next || isfinite(s.off) ? s.off / w->rate_hz : no;
        c.off_sd_s = isfinite(c.off_s) ? sd_of(EG_GAIT_SHANK_OFF_S, s.off_apart / w->rate_hz) : no;
        if (isfinite(c.off_s) || isfinite(c.strike_s)) {
            if (*n < capacity) contacts[*n] = c;
            ++*n;
        }
        c = eg_gait_contact_none(side);
        c.strike_s = s.strike / w->rate_hz;
        if (!isfinite(c.strike_s)) continue;
        c.strike_sd_s = sd_of(EG_GAIT_SHANK_STRIKE_S, s.strike_apart / w->rate_hz);
        c.confidence = fmax(0.0, 1.0 - s.strike_apart / w->rate_hz / 0.15);
    }
    if (!isfinite(c.strike_s)) return;
    if (*n < capacity) contacts[*n] = c;
    ++*n;
}

static eg_err refuse(eg_diag *diag, const char *why) {
    return eg_diag_set(diag, EG_ERR_DATA, "", 0,
                       "this is no walk that a sensor on a shank could tell: %s", why);
}

static eg_err find_all(work *w, const eg_orient_signal *s, int side, size_t capacity,
                       eg_gait_contact *contacts, size_t *n, eg_gait_shank *shank,
                       eg_arena *scratch, eg_diag *diag) {
    double bias[3];
    find_bias(w, s, bias);
    find_axis(w, s, bias, shank);
    eg_err err = imu_low_pass(w->n, w->turn, EG_GAIT_SHANK_LOW_PASS_HZ, w->rate_hz, scratch, diag);
    find_shock(w, s);
    if (err == EG_OK)
        err = imu_low_pass(w->n, w->shock, EG_GAIT_SHANK_SHOCK_HZ, w->rate_hz, scratch, diag);
    if (err != EG_OK) return err;
    size_t most = (size_t)((double)w->n / w->rate_hz / EG_GAIT_SHANK_APART_S) + 4;
    size_t *peaks = eg_arena_take(scratch, most, sizeof *peaks);
    if (peaks == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the swings");
    size_t n_peaks = find_peaks(w, peaks, most, &shank->swing_rad_s);
    if (n_peaks < EG_GAIT_SHANK_SWINGS_MIN) return refuse(diag, "it swings less than twice");
    if (shank->axis_part < EG_GAIT_SHANK_AXIS)
        return refuse(diag, "it turns about no single axis; is it fixed to the leg?");
    if (lean_of(w) < EG_GAIT_SHANK_LEAN)
        return refuse(diag, "it swings back as fast as forth, as in cycling or sitting");
    add_contacts(w, n_peaks, peaks, side, capacity, contacts, n);
    if (*n > capacity)
        return eg_diag_set(diag, EG_ERR_LIMIT, "", 0, "more than %zu steps", capacity);
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
    work w = {.n = signal->n, .rate_hz = signal->rate_hz};
    double *block = eg_arena_take(scratch, w.n + 8, 4 * sizeof *block);
    if (block == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for a sensor on a shank");
    w.turn = block;
    w.shock = block + (w.n + 8);
    w.scratch = block + 2 * (w.n + 8);
    w.peaks = block + 3 * (w.n + 8);
    eg_err err = find_all(&w, signal, side, capacity, contacts, n_contacts, shank, scratch, diag);
    for (size_t i = 0; i < w.n && err == EG_OK && rate_rad_s != NULL; i++)
        rate_rad_s[i] = w.turn[i];
    eg_arena_reset(scratch, mark);
    return err;
}
