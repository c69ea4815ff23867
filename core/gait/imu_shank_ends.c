#include "core/base/real.h"
#include "core/gait/imu_part.h"
#include "core/gait/imu_shank_part.h"

static size_t lesser(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Where x passes zero between samples i and i + 1. */
static double crossing(const double *x, size_t i) {
    return (double)i + x[i] / (x[i] - x[i + 1]);
}

/* ---- the ends of a swing, between rests a and b ---- */

/* A push on the ankle: its upward acceleration rises fastest at `steep`, is highest at `peak` and
 * falls fastest at `last`; samples. At 0: there is none. */
typedef struct push {
    double steep, size;
    size_t peak, last;
} push;

static double rise_at(const shank_work *w, size_t i) {
    return w->ankle.acc[2][i + 1] - w->ankle.acc[2][i];
}

/* How much the acceleration changes from sample i to the next, not low-passed: what the ground does
 * to a foot is sudden, what muscles do to it is not. 0 in a gap. */
static double jolt_at(const shank_work *w, size_t i) {
    double sum = 0.0, f[2][3];
    for (size_t k = 0; k < 2; k++) {
        double matrix[3][3], acc[3];
        for (int r = 0; r < 3; r++) acc[r] = w->signal->acc[r][i + k];
        eg_quaternion_matrix(w->ankle.turn[i + k], matrix);
        eg_quaternion_apply(matrix, acc, f[k]);
    }
    for (int r = 0; r < 3; r++) sum += (f[1][r] - f[0][r]) * (f[1][r] - f[0][r]);
    return isfinite(sum) ? sqrt(sum) : 0.0;
}

/* How large a push is: its largest jolt; one that brakes a foot which still moves counts more than
 * one that a foot feels as it becomes flat. */
static double size_of(const shank_work *w, const push *p, size_t i) {
    double near = EG_GAIT_SHANK_NEAR_S * w->rate_hz, most = 0.0;
    size_t k = (size_t)fmax((double)i - near, 0.0);
    for (; k + 1 < w->n && (double)k < (double)p->peak + near; k++)
        most = fmax(most, jolt_at(w, k));
    return most * sqrt(eg_hypot(w->ankle.acc[0][i], w->ankle.acc[1][i]));
}

static push next_push(const shank_work *w, size_t i, size_t b) {
    const double *up = w->ankle.acc[2];
    for (i = i > 1 ? i : 1; i + 2 < b; i++) {
        double before = rise_at(w, i - 1), rise = rise_at(w, i), behind = rise_at(w, i + 1);
        if (!(rise > 0.0) || rise < before || rise <= behind) continue;
        double bend = before - 2.0 * rise + behind;
        push p = {.steep = (double)i + 0.5 + 0.5 * (before - behind) / bend, .peak = i + 1};
        while (p.peak < b && up[p.peak + 1] > up[p.peak]) p.peak++;
        p.last = p.peak;
        while (p.last + 1 < b && rise_at(w, p.last + 1) < rise_at(w, p.last)) p.last++;
        p.size = size_of(w, &p, i);
        return p;
    }
    return (push){0.0, 0.0, b, b};
}

/* Where what pushes up begins to outweigh what falls: the upward acceleration's way through zero,
 * if that is part of the same shock; between samples a and b. */
static double push_begin(const shank_work *w, const push *p, size_t a, size_t b) {
    const double *up = w->ankle.acc[2];
    double near = EG_GAIT_SHANK_NEAR_S * w->rate_hz;
    double first = p->steep - near, last = p->steep + near;
    size_t i = (size_t)fmax(first, (double)a), end = lesser((size_t)last + 1, b);
    if (up[i] >= 0.0) return first;
    while (i < end && up[i + 1] < 0.0) i++;
    return i < end ? fmin(fmax(crossing(up, i), first), last) : last;
}

/* The strike within a push that began at `begin`: the middle of the power of its jolts; they say
 * how well it is told, too. */
static void strike_of(const shank_work *w, const push *p, double begin, shank_swing *s) {
    double near = EG_GAIT_SHANK_NEAR_S * w->rate_hz, end = (double)p->last + 0.5;
    double weight = 0.0, sum = 0.0, square = 0.0;
    size_t i = (size_t)fmax(begin - 3.0 * near, 0.0),
           last = lesser((size_t)(end + 3.0 * near), w->n - 2);
    for (; i <= last; i++) {
        double t = (double)i + 0.5, out = fmax(fmax(begin - t, t - end), 0.0) / near;
        double jolt = jolt_at(w, i), part = eg_exp(-0.5 * out * out) * jolt * jolt;
        weight += part;
        sum += part * (t - begin);
        square += part * (t - begin) * (t - begin);
    }
    double mean = weight > 0.0 ? sum / weight : 0.0;
    s->strike = begin + mean - EG_GAIT_SHANK_GIVE_S * w->rate_hz;
    s->strike_apart = weight > 0.0 ? sqrt(12.0 * fmax(0.0, square / weight - mean * mean)) : 0.0;
}

/* How far the strike may be off as another push may have been it: the sixth power of its part of
 * the largest one is how likely that is; samples. */
static double rivals(const shank_work *w, const push *best, size_t from, size_t b, double last) {
    double weight = 1.0, square = 0.0;
    for (push p = next_push(w, from, b); p.steep > 0.0; p = next_push(w, p.peak, b)) {
        double part = p.size / best->size, away = p.steep - best->steep;
        part *= part * part;
        if (p.steep > last || p.peak == best->peak) continue;
        weight += part * part;
        square += part * part * away * away;
    }
    return sqrt(square / weight);
}

/* The ankle falls; what lands is pushed up. Of a part of a swing, at an end of the recording, it
 * has landed only if a push like those of the other steps is seen, or the recording goes on for so
 * long that none can come any more. */
void shank_find_strike(const shank_work *w, size_t b, int is_part, shank_swing *s) {
    const double *ahead = w->ankle.acc[1];
    double most = ahead[s->fastest], seen = EG_GAIT_SHANK_SEEN_S * w->rate_hz;
    size_t from = s->fastest, slow;
    int is_cut = (is_part || b + 1 >= w->n) && w->landing > 0.0;
    while (!is_part && from < b && ahead[from] > EG_GAIT_SHANK_SLOWED * most) from++;
    for (slow = from; slow < b && ahead[slow] > EG_GAIT_SHANK_SLOW * most;) slow++;
    if (slow + 1 >= w->n && !is_cut) return; /* the recording ends before it lands */
    double latest = (double)slow + EG_GAIT_SHANK_SHOCK_S * w->rate_hz;
    push best = {0.0, 0.0, b, b};
    for (push p = next_push(w, from, b); p.steep > 0.0; p = next_push(w, p.peak, b))
        if (p.steep <= latest && p.size > best.size) best = p;
    s->landing = best.size;
    if (best.size > (is_cut ? EG_GAIT_SHANK_FIRST * w->landing : 0.0)) {
        double begin = push_begin(w, &best, s->fastest, b);
        if (begin < 0.0) return; /* it began before the recording */
        strike_of(w, &best, begin, s);
        s->strike_apart = eg_hypot(s->strike_apart, sqrt(12.0) * rivals(w, &best, from, b, latest));
        if (s->strike < seen || s->strike + seen > (double)(w->n - 1)) s->strike = (double)NAN;
        return;
    }
    double apart = EG_GAIT_SHANK_UNSEEN_S * w->rate_hz;
    if (is_cut && (is_part || (double)slow + apart > (double)(w->n - 1))) return;
    s->strike = (double)slow;
    s->strike_apart = apart;
}

/* Where the acceleration of the ankle changes, near sample `at`, between rests a and b: the middle
 * of its jerk, seen through a bell about `at` which is as wide as `at` is uncertain, and more if so
 * said, samples. That is the mean of where the off may be, given both: a foot that lets go of the
 * ground is moved otherwise. */
static double change_near(const shank_work *w, size_t a, size_t b, double at, double more) {
    const double *ahead = w->ankle.acc[1], *up = w->ankle.acc[2];
    double wide = eg_hypot(EG_GAIT_SHANK_CHANGE_S * w->rate_hz, more), sum = 0.0, weight = 0.0;
    size_t first = (size_t)fmax((double)a, at - 3.0 * wide), last = (size_t)(at + 3.0 * wide) + 1;
    for (size_t i = first + 1; i < lesser(last, b); i++) {
        double rise = 0.5 * (up[i + 1] - up[i - 1]), u = ((double)i - at) / wide;
        double run = (ahead[i + 1] - 2.0 * ahead[i] + ahead[i - 1]) * w->rate_hz;
        double jerk = eg_exp(-0.5 * u * u) * eg_hypot(rise, run);
        sum += jerk * ((double)i - at);
        weight += jerk;
    }
    return weight > 0.0 ? at + sum / weight : at;
}

/* Where the shank first turns forwards behind its fastest turn back, between samples a and b; NaN
 * if it does not before b. */
static double first_forwards(const shank_work *w, size_t a, size_t b) {
    size_t i = a;
    for (size_t k = a; k < b; k++)
        if (w->turn[k] < w->turn[i]) i = k;
    while (i + 1 < b && !(w->turn[i] <= 0.0 && w->turn[i + 1] > 0.0)) i++;
    return i + 1 < b ? crossing(w->turn, i) : (double)NAN;
}

/* Where the last upward push ends, between the fastest turn back, before the turn forwards at
 * `zero`, and the moment at which the shank swings; NaN if it does not end there. */
static double push_end(const shank_work *w, size_t a, double zero, size_t most) {
    const double *turn = w->turn, *up = w->ankle.acc[2];
    size_t i = (size_t)zero, room = (size_t)(0.35 * w->rate_hz), back = i;
    size_t first = i > a + room ? i - room : a;
    for (size_t k = i; k-- > first;)
        if (turn[k] < turn[back]) back = k;
    while (i < most && turn[i] < EG_GAIT_SHANK_SWINGS * turn[most]) i++;
    while (i-- > back)
        if (up[i] > 0.0 && up[i + 1] <= 0.0) return crossing(up, i);
    return (double)NAN;
}

/* The last upward push on the ankle ends; shortly behind, the shank turns forwards. One that turns
 * forwards, stops and turns again, as in slow steps, has left between the two. */
void shank_find_off(const shank_work *w, size_t a, size_t b, shank_swing *s) {
    const double *turn = w->turn;
    size_t room = (size_t)(0.35 * w->rate_hz), i = s->fastest > a + room ? s->fastest - room : a;
    size_t end = lesser(s->fastest + room / 3, w->n - 2), most = i;
    for (; i <= end; i++)
        if (turn[i] > turn[most]) most = i;
    if (!(turn[most] > 0.0)) return; /* it goes back */
    for (i = most; i > a && turn[i] > 0.0;) i--;
    if (!(turn[i] <= 0.0)) return;
    double lead = EG_GAIT_SHANK_OFF_PART * w->stride_s * w->rate_hz, zero = crossing(turn, i);
    double early = first_forwards(w, a, i), more = isfinite(early) ? zero - early : 0.0;
    double ends = push_end(w, a, zero, most), middle = zero - 0.5 * more;
    if (!isfinite(ends)) ends = zero - lead;
    zero = fmax(zero, ends) - lead; /* what still pushes has not yet turned for the swing */
    double own = more > 0.0 ? middle : zero + EG_GAIT_SHANK_END_PART * (ends - zero);
    if (own < 0.0) return; /* it had left when the recording began */
    s->off = change_near(w, a, b, own, more / sqrt(12.0));
    s->off_apart = fmax(fmax(zero, ends), s->off) - fmin(fmin(zero, ends), s->off);
    s->off_apart = fmax(s->off_apart, more);
}
