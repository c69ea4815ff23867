#include "core/gait/imu_back.h"

#include "core/base/real.h"
#include "core/gait/imu_back_part.h"
#include "core/gait/imu_part.h"

static const double active_s = 1.0;      /* the RMS is taken over this long */
static const double pause_s = 1.0;       /* a shorter lull does not end a back_bout */
static const double slow_hz = 6.0;       /* low-pass before two steps are compared */
static const double lead_rad = 0.44;     /* forward against upward: in six walks 0 to 0.9 */
static const double turning_rad_s = 0.5; /* the way turns: forces across it mix in */
/* Less of the level acceleration tells no direction, unless left and right alternate so clearly, in
 * standard errors; and least of all. What is no walk had up to 0.23 with 0.8, walks 0.22 with 15.
 */
static const double forward_clear = 0.3, sides_clear = 4.0, forward_least = 0.15;
static const double nearly_best = 0.75;
static const double limp_alike = 0.05, limp_turned = 0.5;

size_t eg_gait_back_bytes(size_t n, double rate_hz) {
    return eg_orient_offline_bytes(n, rate_hz) + n * (sizeof(eg_quaternion) + 20 * sizeof(double)) +
           (1 << 17);
}

/* ---- axes ---- */

/* The sensor's axis that lies flattest, in its own frame. */
static int flattest(size_t n, const eg_quaternion *q) {
    double up[3] = {0.0, 0.0, 0.0};
    int best = 0;
    for (size_t i = 0; i < n; i++) {
        double m[3][3];
        eg_quaternion_matrix(q[i], m);
        for (int k = 0; k < 3; k++) up[k] += m[2][k];
    }
    for (int k = 1; k < 3; k++)
        if (fabs(up[k]) < fabs(up[best])) best = k;
    return best;
}

static void find_axes(back_work *w, const eg_orient_signal *s, const eg_quaternion *q) {
    eg_gait_back *b = w->b;
    int axis = flattest(s->n, q);
    double mean = 0.0, before = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        double m[3][3], acc[3] = {s->acc[0][i], s->acc[1][i], s->acc[2][i]}, out[3];
        for (int k = 0; k < 3; k++)
            if (!isfinite(acc[k])) acc[k] = 0.0;
        eg_quaternion_matrix(q[i], m);
        eg_quaternion_apply(m, acc, out);
        double size = fmax(eg_hypot(m[0][axis], m[1][axis]), 1e-9);
        double x = m[0][axis] / size, y = m[1][axis] / size;
        w->level[0][i] = out[0] * x + out[1] * y;
        w->level[1][i] = -out[0] * y + out[1] * x;
        b->acc[2][i] = out[2];
        mean += out[2] / (double)s->n;
        double heading = eg_atan2(y, x);
        if (i > 0) heading -= 2.0 * EG_PI * floor(0.5 + (heading - before) / (2.0 * EG_PI));
        b->turn_rad[i] = before = heading;
    }
    for (size_t i = 0; i < s->n; i++) b->acc[2][i] -= mean;
}

/* ---- where somebody is active ---- */

static void find_bouts(back_work *w) {
    const eg_gait_back *b = w->b;
    size_t half = (size_t)(0.5 * active_s * b->rate_hz), lull = (size_t)(pause_s * b->rate_hz);
    double limit = EG_GAIT_BACK_ACTIVE_M_S2 * EG_GAIT_BACK_ACTIVE_M_S2;
    for (size_t i = 0; i < b->n; i++) w->x[i] = b->acc[2][i];
    imu_centre(b->n, w->x, (size_t)(2.0 * b->rate_hz), w->y);
    for (size_t i = 0; i < b->n; i++) w->x[i] *= w->x[i];
    imu_mean(b->n, w->x, 2 * half, w->y);
    w->n_bouts = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (!(w->y[i] > limit)) continue;
        back_bout *last = w->n_bouts > 0 ? &w->bouts[w->n_bouts - 1] : NULL;
        if (last != NULL && i - last->last <= lull)
            last->last = i;
        else if (w->n_bouts < BACK_BOUTS_MAX)
            w->bouts[w->n_bouts++] = (back_bout){i, i, 0.0, 0.0};
    }
}

/* ---- how long a step takes ---- */

/* Sums over a bout of products `lag` apart: up, turning, and the level ones' symmetric matrix. */
typedef struct lagged {
    double up, turn, a, ab, b;
} lagged;

static lagged products(const back_work *w, const back_bout *o, const double *up, const double *turn,
                       size_t lag) {
    lagged out = {0.0, 0.0, 0.0, 0.0, 0.0};
    const double *a = w->level[0], *b = w->level[1];
    double n = (double)(o->last - o->first + 1 - lag);
    for (size_t i = o->first; i + lag <= o->last; i++) {
        size_t k = i + lag;
        out.up += up[i] * up[k];
        out.turn += turn[i] * turn[k];
        out.a += a[i] * a[k];
        out.b += b[i] * b[k];
        out.ab += 0.5 * (a[i] * b[k] + b[i] * a[k]);
    }
    return (lagged){out.up / n, out.turn / n, out.a / n, out.ab / n, out.b / n};
}

/* The least correlation that any level direction has with itself: roots of
 * det(C(lag) - r C(0)) = 0. */
static void level_range(const lagged *c0, const lagged *c, double *least, double *most) {
    double det = c0->a * c0->b - c0->ab * c0->ab;
    double half = 0.5 * (c->a * c0->b + c->b * c0->a - 2.0 * c->ab * c0->ab);
    double product = c->a * c->b - c->ab * c->ab;
    double root = sqrt(fmax(0.0, half * half - det * product));
    *least = det > 0.0 ? (half - root) / det : 1.0;
    *most = det > 0.0 ? (half + root) / det : 0.0;
}

/* Whether strides repeat themselves whose two steps differ, as with a limp. */
static int is_limp(const back_bout *o, const double *up, double up0, size_t lag, double alike,
                   double least, double turned) {
    if (!(alike > limp_alike && least < -limp_turned && turned < -limp_turned)) return 0;
    double sum = 0.0, n = (double)(o->last - o->first + 1 - 2 * lag);
    for (size_t i = o->first; i + 2 * lag <= o->last; i++) sum += up[i] * up[i + 2 * lag];
    return sum / n > limp_turned * up0;
}

/* How much two stretches so far apart look like neighbouring steps: what comes with each step
 * against what comes with every other one. 0 where they do not. */
static double score_of(const back_work *w, const back_bout *o, const double *up, const double *turn,
                       const lagged *c0, size_t lag, double *alike) {
    lagged c = products(w, o, up, turn, lag);
    double least, most, turned = c.turn / c0->turn;
    *alike = c.up / c0->up;
    level_range(c0, &c, &least, &most);
    if (fmin(least, turned) > 0.0) return 0.0;
    if (*alike < EG_GAIT_BACK_ALIKE && !is_limp(o, up, c0->up, lag, *alike, least, turned))
        return 0.0;
    return *alike + most - least - turned;
}

/* Whether a bout repeats itself as walking does; how long a step takes. Three steps look like one:
 * the shortest time counts that is nearly as good as the best. */
static void find_step(const back_work *w, back_bout *o, const double *up, const double *turn) {
    double rate = w->b->rate_hz, best = 0.0, alike, score, last = 0.0;
    size_t from = (size_t)(EG_GAIT_BACK_STEP_MIN_S * rate), stride = (size_t)fmax(1.0, rate / 100);
    size_t to = (size_t)(EG_GAIT_BACK_STEP_MAX_S * rate), longest = (o->last - o->first) / 3;
    o->step_s = 0.0;
    if (to > longest) to = longest;
    lagged c0 = products(w, o, up, turn, 0);
    if (!(c0.up > 0.0) || !(c0.turn > 0.0)) return;
    for (size_t lag = from; lag <= to; lag += stride)
        best = fmax(best, score_of(w, o, up, turn, &c0, lag, &alike));
    for (size_t lag = from; lag <= to && best > 0.0; lag += stride) {
        score = score_of(w, o, up, turn, &c0, lag, &alike);
        if (score < nearly_best * best) {
            if (o->step_s > 0.0) return;
            continue;
        }
        if (o->step_s > 0.0 && score <= last) continue;
        last = score;
        o->step_s = (double)lag / rate;
        o->alike = alike;
    }
}

/* Half a stride, which repeats itself in a limp, too, whose steps differ. */
static void halve_stride(const back_work *w, back_bout *o, const double *up, const double *turn) {
    double rate = w->b->rate_hz, best = 0.0;
    size_t from = (size_t)(1.6 * o->step_s * rate), to = (size_t)(2.4 * o->step_s * rate);
    lagged c0 = products(w, o, up, turn, 0);
    for (size_t lag = from; lag <= to && 2 * lag < o->last - o->first; lag++) {
        lagged c = products(w, o, up, turn, lag);
        double score = c.up / c0.up + c.turn / c0.turn + (c.a + c.b) / (c0.a + c0.b);
        if (score <= best) continue;
        best = score;
        o->step_s = 0.5 * (double)lag / rate;
    }
}

/* Who hardly moves for less than a stride on either side does not stop. Each bout is looked through
 * with that much room, so that what is not joined here has no step in common. */
static void join_bouts(back_work *w) {
    size_t kept = 0;
    for (size_t k = 1; k < w->n_bouts; k++) {
        back_bout *a = &w->bouts[kept], *b = &w->bouts[k];
        double room = 2.0 * (a->step_s + b->step_s) * w->b->rate_hz;
        if ((double)(b->first - a->last) > room) {
            w->bouts[++kept] = *b;
            continue;
        }
        if (b->last - b->first > a->last - a->first) {
            a->step_s = b->step_s;
            a->alike = b->alike;
        }
        a->last = b->last;
    }
    if (w->n_bouts > 0) w->n_bouts = kept + 1;
}

static eg_err find_steps_time(back_work *w, eg_arena *scratch, eg_diag *diag) {
    eg_gait_back *b = w->b;
    size_t kept = 0;
    double *up = w->x, *turn = w->y;
    for (size_t i = 0; i < b->n; i++) {
        up[i] = b->acc[2][i];
        size_t before = i > 0 ? i - 1 : 0, next = i + 1 < b->n ? i + 1 : i;
        turn[i] = b->turn_rad[next] - b->turn_rad[before];
    }
    imu_centre(b->n, turn, (size_t)(2.0 * b->rate_hz), w->z);
    eg_err err = imu_low_pass(b->n, up, slow_hz, b->rate_hz, scratch, diag);
    if (err == EG_OK) err = imu_low_pass(b->n, turn, slow_hz, b->rate_hz, scratch, diag);
    for (size_t k = 0; k < w->n_bouts && err == EG_OK; k++) {
        find_step(w, &w->bouts[k], up, turn);
        if (!(w->bouts[k].step_s > 0.0)) continue;
        halve_stride(w, &w->bouts[k], up, turn);
        w->bouts[kept++] = w->bouts[k];
    }
    w->n_bouts = kept;
    join_bouts(w);
    return err;
}

/* ---- forward ---- */

/* A stretch with room for what filters do at its ends. */
void imu_back_widened(const back_work *w, const back_bout *o, size_t *from, size_t *n) {
    size_t room = (size_t)(2.0 * o->step_s * w->b->rate_hz);
    size_t to = o->last + room < w->b->n ? o->last + room : w->b->n - 1;
    *from = o->first > room ? o->first - room : 0;
    *n = to - *from + 1;
}

/* The upward acceleration's fundamental, and the same a quarter of a step later, say how the
 * forward one must run. */
static eg_err vote_forward(back_work *w, const back_bout *o, double sum[2], double size[2],
                           eg_arena *scratch, eg_diag *diag) {
    size_t from, n, quarter = (size_t)(0.25 * o->step_s * w->b->rate_hz);
    double sine, cosine, up = 0.0, level = 0.0;
    imu_back_widened(w, o, &from, &n);
    size_t step = (size_t)(o->step_s * w->b->rate_hz); /* its mean takes most of a limp out */
    double *x[3] = {w->x, w->y, w->z};
    const double *of[3] = {w->b->acc[2], w->level[0], w->level[1]};
    eg_err err = EG_OK;
    for (int k = 0; k < 3 && err == EG_OK; k++) {
        double *temporary = x[(k + 1) % 3]; /* filled after */
        double *mean = k == 2 ? w->order : temporary;
        for (size_t i = 0; i < n; i++) x[k][i] = of[k][from + i];
        for (int pass = 0; pass < 2; pass++) imu_centre(n, x[k], step, mean);
        err = imu_low_pass(n, x[k], 1.2 / o->step_s, w->b->rate_hz, scratch, diag);
    }
    if (err != EG_OK) return err;
    eg_sincos(lead_rad, &sine, &cosine);
    for (size_t i = step; i + step < n; i++) {
        const double *turn = w->b->turn_rad + from;
        if (fabs(turn[i + step] - turn[i - step]) > turning_rad_s * 2.0 * o->step_s) continue;
        double r = cosine * x[0][i + quarter] - sine * x[0][i];
        sum[0] += r * x[1][i];
        sum[1] += r * x[2][i];
        up += r * r;
        level += x[1][i] * x[1][i] + x[2][i] * x[2][i];
    }
    size[0] += up;
    size[1] += level;
    return EG_OK;
}

static eg_err find_forward(back_work *w, eg_arena *scratch, eg_diag *diag) {
    eg_gait_back *b = w->b;
    double sum[2] = {0.0, 0.0}, size[2] = {0.0, 0.0};
    eg_err err = EG_OK;
    for (size_t k = 0; k < w->n_bouts && err == EG_OK; k++)
        err = vote_forward(w, &w->bouts[k], sum, size, scratch, diag);
    if (err != EG_OK) return err;
    double length = eg_hypot(sum[0], sum[1]);
    b->forward_sure = length > 0.0 ? fmin(1.0, length / sqrt(size[0] * size[1])) : 0.0;
    double x = length > 0.0 ? sum[0] / length : 1.0, y = length > 0.0 ? sum[1] / length : 0.0;
    for (size_t i = 0; i < b->n; i++) {
        b->acc[0][i] = x * w->level[0][i] + y * w->level[1][i];
        b->acc[1][i] = -y * w->level[0][i] + x * w->level[1][i];
    }
    return EG_OK;
}

static const char in_place[] =
    "it neither speeds up nor brakes with the steps (in place, sideways?)";

static eg_err refuse(eg_diag *diag, const char *why) {
    return eg_diag_set(diag, EG_ERR_DATA, "", 0,
                       "this is no walk that a sensor at the lower back "
                       "could tell: %s",
                       why);
}

static int take(back_work *w, const eg_orient_signal *s, eg_arena *arena) {
    eg_gait_back *b = w->b;
    double *kept = eg_arena_take(arena, s->n, 4 * sizeof *kept);
    if (kept == NULL) return 0;
    for (size_t k = 0; k < 3; k++) b->acc[k] = kept + k * s->n;
    b->turn_rad = kept + 3 * s->n;
    return 1;
}

static int take_scratch(back_work *w, const eg_orient_signal *s, eg_arena *arena) {
    double *more = eg_arena_take(arena, s->n + 8, 6 * sizeof *more);
    w->capacity = (size_t)((double)s->n / s->rate_hz / EG_GAIT_BACK_STEP_MIN_S) * 2 + 16;
    w->steps = eg_arena_take(arena, w->capacity, sizeof *w->steps);
    w->vote = eg_arena_take(arena, w->capacity, sizeof *w->vote);
    if (more == NULL || w->steps == NULL || w->vote == NULL) return 0;
    for (size_t k = 0; k < 2; k++) w->level[k] = more + k * (s->n + 8);
    w->x = more + 2 * (s->n + 8);
    w->y = more + 3 * (s->n + 8);
    w->z = more + 4 * (s->n + 8);
    w->order = more + 5 * (s->n + 8);
    return 1;
}

static eg_err find_all(back_work *w, double leg_mm, size_t capacity, eg_gait_contact *contacts,
                       size_t *n, eg_arena *scratch, eg_diag *diag) {
    eg_gait_back *b = w->b;
    find_bouts(w);
    if (w->n_bouts == 0) return refuse(diag, "it hardly moves up and down");
    eg_err err = find_steps_time(w, scratch, diag);
    if (err != EG_OK) return err;
    if (w->n_bouts == 0)
        return refuse(diag, "its movement does not repeat itself from step to step, left and "
                            "right in turn");
    err = find_forward(w, scratch, diag);
    if (err != EG_OK) return err;
    if (b->forward_sure < forward_least) return refuse(diag, in_place);
    for (size_t k = 0; k < w->n_bouts && err == EG_OK; k++)
        err = imu_back_walk_through(w, &w->bouts[k], scratch, diag);
    size_t longest = 0;
    for (size_t k = 1; k < w->n_bouts; k++)
        if (w->bouts[k].last - w->bouts[k].first > w->bouts[longest].last - w->bouts[longest].first)
            longest = k;
    b->step_s = w->bouts[longest].step_s;
    b->alike = w->bouts[longest].alike;
    if (err == EG_OK) err = imu_back_contacts(w, leg_mm, capacity, contacts, n, scratch, diag);
    if (err == EG_OK && *n == 0) return refuse(diag, "fewer than four steps in a row");
    if (err == EG_OK && b->forward_sure < forward_clear && b->side_sure < sides_clear)
        return refuse(diag, in_place);
    return err;
}

eg_err eg_gait_back_contacts(const eg_orient_signal *signal, double leg_mm, size_t capacity,
                             eg_gait_contact *contacts, size_t *n_contacts, eg_gait_back *back,
                             eg_arena *arena, eg_diag *diag) {
    *n_contacts = 0;
    *back = (eg_gait_back){.n = signal->n, .rate_hz = signal->rate_hz};
    if (!(signal->rate_hz >= EG_GAIT_BACK_RATE_MIN_HZ))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "", 0, "a sensor at the back needs %g Hz",
                           EG_GAIT_BACK_RATE_MIN_HZ);
    if ((double)signal->n < 1.5 * signal->rate_hz)
        return refuse(diag, "the recording is shorter than one and a half seconds");
    size_t start = eg_arena_mark(arena);
    back_work *w = NULL;
    eg_quaternion *q = NULL;
    int has_all = 1;
    back_work own = {.b = back};
    has_all = take(&own, signal, arena);
    size_t mark = eg_arena_mark(arena);
    w = has_all ? eg_arena_take(arena, 1, sizeof *w) : NULL;
    if (w != NULL) *w = own;
    q = w != NULL ? eg_arena_take(arena, signal->n, sizeof *q) : NULL;
    if (q == NULL || !take_scratch(w, signal, arena)) {
        eg_arena_reset(arena, start);
        return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for a sensor at the back");
    }
    eg_orient_signal level = *signal;
    level.mag[0] = NULL; /* the heading needs to hold for a few steps only */
    eg_err err = eg_orient_offline(&level, arena, q, diag);
    if (err == EG_OK) {
        find_axes(w, signal, q);
        err = find_all(w, leg_mm, capacity, contacts, n_contacts, arena, diag);
    }
    if (err != EG_OK) *n_contacts = 0;
    eg_arena_reset(arena, err == EG_OK ? mark : start);
    return err;
}
