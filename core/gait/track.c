#include "core/gait/track.h"

#include <string.h>

#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/gait/track_part.h"

static int is_seen(const double v[3]) {
    return isfinite(v[0]) && isfinite(v[1]) && isfinite(v[2]);
}

int eg_gait_frame(size_t n, const double (*above)[3], const double (*below)[3], double up[3][3]) {
    double height[3] = {0.0, 0.0, 0.0};
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_seen(above[i]) || !is_seen(below[i])) continue; /* the walk goes on meanwhile */
        count++;
        for (int r = 0; r < 3; r++) height[r] += above[i][r] - below[i][r];
    }
    if (count == 0) return 0;
    int axis = 0;
    for (int r = 1; r < 3; r++)
        if (fabs(height[r]) > fabs(height[axis])) axis = r;
    memset(up, 0, 9 * sizeof(double));
    double sign = height[axis] < 0.0 ? -1.0 : 1.0;
    up[0][(axis + 1) % 3] = 1.0;
    up[1][(axis + 2) % 3] = sign; /* keeps the turn right-handed */
    up[2][axis] = sign;
    return 1;
}

enum { FLOATS_PER_SAMPLE = 30, SWINGS_DIVISOR = 8 };

/* A swing lasts longer than this many samples at the least rate. */
static size_t swings_max(size_t n) {
    return n / SWINGS_DIVISOR + 8;
}

size_t eg_gait_track_bytes(size_t n) {
    size_t smoothing = 4 * n + 4096;
    size_t swings = 2 * swings_max(n) * (sizeof(track_swing) / sizeof(double) + 3);
    return (FLOATS_PER_SAMPLE * n + smoothing + swings + 4096) * sizeof(double);
}

static double mean_between(const double *x, size_t first, size_t last) {
    double sum = 0.0;
    size_t count = 0;
    for (size_t i = first; i <= last; i++)
        if (isfinite(x[i])) {
            sum += x[i];
            count++;
        }
    return count > 0 ? sum / (double)count : (double)NAN;
}

/* Where the heel stood while the whole foot was down: the second to the fourth tenth of the stance;
 * and which way the walk went then. Where strike or off was not seen, the stance is taken to be a
 * usual one as far as the recording shows it. */
static void find_place(const track_work *w, const track_foot *f, eg_gait_contact *c,
                       double *toe_height) {
    const double usual_s = 0.6;
    double from = isfinite(c->strike_s) ? c->strike_s : c->off_s - usual_s;
    double to = isfinite(c->off_s) ? c->off_s : c->strike_s + usual_s;
    *toe_height = (double)NAN;
    size_t first = (size_t)(fmax(0.0, from + 0.2 * (to - from)) * w->rate_hz);
    size_t last = (size_t)(fmax(0.0, from + 0.4 * (to - from)) * w->rate_hz);
    if (!(to > from) || from < 0.0 || last >= w->n) return;
    for (int r = 0; r < 3; r++) c->place_mm[r] = mean_between(f->heel[r], first, last);
    c->heading_rad = mean_between(w->heading, first, last);
    double *const *toe = f->toe[0] != NULL ? f->toe : f->heel;
    *toe_height = mean_between(toe[2], first, last);
}

/* Whether z is higher by EG_GAIT_TRACK_VALLEY_MM both before and behind sample i, within a swing: a
 * ripple of noise on top of a lift is no least height. */
static int is_valley(const double *z, double from, double to, size_t i, size_t n) {
    double before = z[i], behind = z[i];
    for (size_t k = i; k-- > 0 && (double)k >= from;) before = fmax(before, z[k]);
    for (size_t k = i; k < n && (double)k <= to; k++) behind = fmax(behind, z[k]);
    return fmin(before, behind) - z[i] >= EG_GAIT_TRACK_VALLEY_MM;
}

/* The toe's least height in the middle of the swing: the lowest local minimum between the fifth and
 * the ninth tenth in time, else (a foot that is only lifted) NaN. Above the higher of the grounds
 * before and behind. */
static double clearance(const track_work *w, const track_foot *f, const track_swing *s,
                        double ground) {
    if (f->toe[0] == NULL || !isfinite(s->off_s) || !isfinite(s->strike_s)) return (double)NAN;
    double span = (s->strike_s - s->off_s) * w->rate_hz, begin = s->off_s * w->rate_hz;
    size_t first = (size_t)(begin + 0.2 * span), last = (size_t)(begin + 0.85 * span);
    const double *z = f->toe[2];
    double least = (double)INFINITY;
    for (size_t i = first > 0 ? first : 1; i <= last && i + 1 < w->n; i++) {
        double a = z[i - 1], b = z[i], c = z[i + 1];
        if (!(b < a && b <= c) || !is_valley(z, begin, begin + span, i, w->n)) continue;
        double dip = a - 2.0 * b + c;
        double low = dip > 0.0 ? b - 0.125 * (a - c) * (a - c) / dip : b;
        least = fmin(least, low);
    }
    return isfinite(least) ? least - ground : (double)NAN;
}

/* The contacts between one foot's swings. */
static size_t one_foot(const track_work *w, int side, const track_swing *swings, size_t n_swings,
                       size_t capacity, eg_gait_contact *contacts) {
    const track_foot *f = &w->foot[side];
    size_t count = 0;
    double ground = (double)NAN;
    for (size_t k = 0; k <= n_swings && n_swings > 0; k++) {
        eg_gait_contact c = eg_gait_contact_none(side);
        double trust = 1.0;
        if (k > 0) {
            c.strike_s = swings[k - 1].strike_s;
            trust = fmin(trust, swings[k - 1].strike_confidence);
        }
        if (k < n_swings) {
            c.off_s = swings[k].off_s;
            trust = fmin(trust, swings[k].off_confidence);
        }
        if (!isfinite(c.strike_s) && !isfinite(c.off_s)) continue;
        double toe_height;
        find_place(w, f, &c, &toe_height);
        /* fmax takes the one that is known. */
        if (k > 0) c.clearance_mm = clearance(w, f, &swings[k - 1], fmax(ground, toe_height));
        ground = toe_height;
        c.confidence = trust;
        if (count < capacity) contacts[count] = c;
        count++;
    }
    return count;
}

/* Speed of the ground under the standing feet, backwards along the heading: the median over the
 * contacts of the heel's displacement in the middle of the stance; where none is whole, that of the
 * lowest toes. */
static double belt_of(const track_work *w, size_t n, const eg_gait_contact *contacts,
                      eg_arena *arena) {
    size_t mark = eg_arena_mark(arena), m = 0;
    double *speeds = eg_arena_take(arena, n + 1, 2 * sizeof *speeds);
    if (speeds == NULL) return 0.0;
    for (size_t k = 0; k < n; k++) {
        const eg_gait_contact *c = &contacts[k];
        if (!isfinite(c->strike_s) || !isfinite(c->off_s)) continue;
        const track_foot *f = &w->foot[c->side];
        double span = c->off_s - c->strike_s;
        size_t first = (size_t)((c->strike_s + 0.2 * span) * w->rate_hz);
        size_t last = (size_t)((c->strike_s + 0.4 * span) * w->rate_hz);
        double sine, cosine;
        eg_sincos(c->heading_rad, &sine, &cosine);
        double way = cosine * (f->heel[0][last] - f->heel[0][first]) +
                     sine * (f->heel[1][last] - f->heel[1][first]);
        double speed = -way * w->rate_hz / (double)(last - first);
        if (isfinite(speed)) speeds[m++] = speed;
    }
    eg_sort(m, speeds, speeds + n + 1);
    double belt = m > 0 ? eg_sort_quantile(m, speeds, 0.5) : -w->ground_mm_s;
    eg_arena_reset(arena, mark);
    return belt > EG_GAIT_TRACK_BELT_MM_S ? belt : 0.0;
}

static void describe(const track_work *w, size_t n, const eg_gait_contact *contacts,
                     eg_gait_path *path) {
    double first = (double)NAN, last = (double)NAN;
    path->speed_mm_s = (double)NAN;
    path->turned_rad = 0.0;
    path->from_s = path->to_s = 0.0;
    for (size_t i = w->n, seen = 0; i-- > 0;)
        for (int s = 0; s < 2; s++) {
            if (!w->has_foot[s] || !isfinite(w->foot[s].heel[0][i])) continue;
            path->from_s = (double)i / w->rate_hz;
            if (!seen) path->to_s = path->from_s;
            seen = 1;
        }
    for (size_t k = 0; k < n; k++) {
        if (!isfinite(contacts[k].strike_s)) continue;
        if (!isfinite(first)) first = contacts[k].strike_s;
        last = contacts[k].strike_s;
    }
    if (!(last > first)) return;
    size_t a = (size_t)(first * w->rate_hz), b = (size_t)(last * w->rate_hz);
    if (b >= w->n) b = w->n - 1;
    path->turned_rad = w->heading[b] - w->heading[a];
    if (path->is_treadmill) {
        path->speed_mm_s = path->belt_mm_s;
        return;
    }
    /* The way in chords of half a second: the pelvis' swaying is no way. */
    size_t stride = (size_t)(0.5 * w->rate_hz);
    double way = 0.0, took = 0.0;
    for (size_t i = a; i < b; i += stride) {
        size_t k = i + stride < b ? i + stride : b;
        double dx = w->pelvis[0][k] - w->pelvis[0][i], dy = w->pelvis[1][k] - w->pelvis[1][i];
        double length = sqrt(dx * dx + dy * dy);
        if (!isfinite(length)) continue;
        way += length;
        took += (double)(k - i) / w->rate_hz;
    }
    if (took > 0.0) path->speed_mm_s = way / took;
}

static eg_err run(const eg_gait_track *track, size_t capacity, eg_gait_contact *contacts,
                  size_t *n_contacts, eg_gait_path *path, eg_arena *scratch, eg_diag *diag) {
    track_work w;
    eg_err err = eg_gait_track_prepare(track, &w, scratch, diag);
    if (err != EG_OK) return err;
    size_t most = swings_max(track->n), count = 0;
    track_swing *swings = eg_arena_take(scratch, most, sizeof *swings);
    if (swings == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the swings");
    for (int s = 0; s < 2; s++) {
        size_t n = eg_gait_track_swings(&w, s, most, swings, scratch);
        path->n_swings[s] = n;
        size_t room = count < capacity ? capacity - count : 0;
        count += one_foot(&w, s, swings, n, room, contacts + (count < capacity ? count : 0));
    }
    if (count > capacity)
        return eg_diag_set(diag, EG_ERR_LIMIT, "", 0, "more than %zu steps: look at a shorter span",
                           capacity);
    eg_gait_sort(count, contacts);
    path->belt_mm_s = belt_of(&w, count, contacts, scratch);
    path->is_treadmill = path->belt_mm_s > 0.0;
    eg_gait_place_steps(count, contacts, path->belt_mm_s);
    describe(&w, count, contacts, path);
    *n_contacts = count;
    return EG_OK;
}

eg_err eg_gait_track_contacts(const eg_gait_track *track, size_t capacity,
                              eg_gait_contact *contacts, size_t *n_contacts, eg_gait_path *path,
                              eg_arena *scratch, eg_diag *diag) {
    *n_contacts = 0;
    memset(path, 0, sizeof *path);
    if (!(track->rate_hz >= EG_GAIT_TRACK_RATE_MIN_HZ) || !isfinite(track->rate_hz))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "", 0,
                           "markers at %g Hz: at least %g Hz are needed to see feet land",
                           track->rate_hz, EG_GAIT_TRACK_RATE_MIN_HZ);
    int has_pair = track->heel[0] != NULL && track->heel[1] != NULL;
    if (!has_pair && (track->pelvis == NULL || (track->heel[0] == NULL && track->heel[1] == NULL)))
        return eg_diag_set(diag, EG_ERR_MISSING, "", 0,
                           "no markers to see steps with: both heels, or a heel and the pelvis");
    size_t mark = eg_arena_mark(scratch);
    eg_err err = run(track, capacity, contacts, n_contacts, path, scratch, diag);
    eg_arena_reset(scratch, mark);
    return err;
}

int eg_gait_track_side(const eg_gait_track *track, double from_s, double to_s,
                       const double place_mm[3], double *distance_mm) {
    int best = EG_GAIT_UNKNOWN;
    *distance_mm = (double)INFINITY;
    for (int s = 0; s < 2; s++) {
        if (track->heel[s] == NULL) continue;
        double sum[2] = {0.0, 0.0}, count = 0.0;
        for (size_t i = 0; i < track->n; i++) {
            double t = (double)i / track->rate_hz;
            const double *h = track->heel[s][i];
            const double *e = track->toe[s] != NULL ? track->toe[s][i] : h;
            if (t < from_s || t > to_s || !isfinite(h[0] + h[1] + e[0] + e[1])) continue;
            count += 1.0;
            for (int r = 0; r < 2; r++) sum[r] += 0.5 * (h[r] + e[r]);
        }
        double dx = sum[0] / count - place_mm[0], dy = sum[1] / count - place_mm[1];
        double distance = sqrt(dx * dx + dy * dy);
        if (count > 0.0 && distance < *distance_mm) {
            *distance_mm = distance;
            best = s;
        }
    }
    return best;
}
