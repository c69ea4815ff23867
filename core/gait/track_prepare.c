/* Markers made ready: gaps bridged, noise taken off, the heading found. */
#include <string.h>

#include "core/base/real.h"
#include "core/base/sort.h"
#include "core/gait/track_part.h"
#include "core/signal/filter.h"

/* Short gaps become straight lines; returns how many samples are there afterwards. */
static void bridge(size_t n, double *x, size_t longest) {
    size_t last = n;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) {
            x[i] = (double)NAN;
            continue;
        }
        if (last < n && i - last > 1 && i - last - 1 <= longest)
            for (size_t k = last + 1; k < i; k++)
                x[k] = x[last] + (x[i] - x[last]) * (double)(k - last) / (double)(i - last);
        last = i;
    }
}

/* Each stretch without gaps on its own; one too short for the filter stays as it is. */
static void smooth(const eg_filter *filter, size_t n, double *x, eg_arena *arena) {
    size_t padding = eg_filter_padding(filter);
    for (size_t i = 0; i < n;) {
        size_t first = i;
        while (i < n && isfinite(x[i])) i++;
        if (i - first > padding + 1 && eg_filter_zero_lag(filter, i - first, x + first, x + first,
                                                          padding, arena, NULL) != EG_OK)
            return;
        if (i == first) i++;
    }
}

static double *axis_of(const eg_gait_track *track, const double (*xyz)[3], int axis,
                       const eg_filter *filter, eg_arena *arena) {
    double *x = eg_arena_take(arena, track->n, sizeof *x);
    if (x == NULL) return NULL;
    for (size_t i = 0; i < track->n; i++) x[i] = xyz[i][axis];
    bridge(track->n, x, (size_t)(EG_GAIT_TRACK_GAP_S * track->rate_hz));
    if (filter != NULL) smooth(filter, track->n, x, arena);
    return x;
}

/* Running mean over 2 half + 1 samples of what is there; out may not be x. Values where nothing is
 * near are those of the nearest neighbour before, or behind. */
static void running_mean(size_t n, const double *x, size_t half, double *out) {
    double sum = 0.0;
    size_t count = 0;
    for (size_t i = 0; i < n + half; i++) {
        if (i < n && isfinite(x[i])) {
            sum += x[i];
            count++;
        }
        if (i > 2 * half && isfinite(x[i - 2 * half - 1])) {
            sum -= x[i - 2 * half - 1];
            count--;
        }
        if (i >= half) out[i - half] = count > 0 ? sum / (double)count : (double)NAN;
    }
    for (size_t i = 1; i < n; i++)
        if (!isfinite(out[i])) out[i] = out[i - 1];
    for (size_t i = n; i-- > 1;)
        if (!isfinite(out[i - 1])) out[i - 1] = out[i];
}

/* How the higher heel goes past the lower one, the more the higher it is: forwards, on a belt too.
 */
static int overtakes(const track_work *w, size_t i, size_t lag, double sum[2]) {
    double *const *a = w->foot[0].heel, *const *b = w->foot[1].heel;
    double height = a[2][i] - b[2][i];
    for (int r = 0; r < 2; r++)
        sum[r] = height * (a[r][i + lag] - b[r][i + lag] - a[r][i - lag] + b[r][i - lag]);
    return isfinite(sum[0]) && isfinite(sum[1]);
}

/* What the person looks along: heel to toe of the feet; without toes as the heels overtake each
 * other, or the pelvis' way. */
static void pointer(const track_work *w, size_t i, size_t lag, double *x, double *y) {
    double sum[2] = {0.0, 0.0};
    int seen = 0;
    for (int s = 0; s < 2; s++) {
        if (!w->has_foot[s] || w->foot[s].toe[0] == NULL) continue;
        double dx = w->foot[s].toe[0][i] - w->foot[s].heel[0][i];
        double dy = w->foot[s].toe[1][i] - w->foot[s].heel[1][i];
        if (!isfinite(dx) || !isfinite(dy)) continue;
        sum[0] += dx;
        sum[1] += dy;
        seen = 1;
    }
    int has_toes = (w->has_foot[0] && w->foot[0].toe[0] != NULL) ||
                   (w->has_foot[1] && w->foot[1].toe[0] != NULL);
    if (!has_toes && i >= lag && i + lag < w->n) {
        if (w->has_foot[0] && w->has_foot[1]) {
            seen = overtakes(w, i, lag / 8 + 1, sum);
        } else {
            for (int r = 0; r < 2; r++) sum[r] = w->pelvis[r][i + lag] - w->pelvis[r][i - lag];
            seen = isfinite(sum[0]) && isfinite(sum[1]);
        }
    }
    *x = seen ? sum[0] : (double)NAN;
    *y = seen ? sum[1] : (double)NAN;
}

static eg_err find_heading(track_work *w, eg_arena *arena, eg_diag *diag) {
    size_t n = w->n, half = (size_t)(0.5 * EG_GAIT_TRACK_HEADING_S * w->rate_hz);
    size_t mark = eg_arena_mark(arena);
    double *p = eg_arena_take(arena, n, 4 * sizeof *p);
    if (p == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the heading");
    for (size_t i = 0; i < n; i++) pointer(w, i, half / 2 + 1, &p[i], &p[n + i]);
    running_mean(n, p, half, p + 2 * n);
    running_mean(n, p + n, half, p + 3 * n);
    double last = 0.0;
    for (size_t i = 0; i < n; i++) {
        double a = eg_atan2(p[3 * n + i], p[2 * n + i]);
        if (!isfinite(a)) a = last;
        if (i > 0) a += 2.0 * EG_PI * floor((last - a) / (2.0 * EG_PI) + 0.5);
        w->heading[i] = last = a;
    }
    eg_arena_reset(arena, mark);
    return EG_OK;
}

/* The pelvis without its own to and fro with each step, which would come into the feet's. Gaps stay
 * gaps. */
static int steady(const track_work *w, double *x, eg_arena *arena) {
    size_t mark = eg_arena_mark(arena), half = (size_t)(0.5 * EG_GAIT_TRACK_PELVIS_S * w->rate_hz);
    double *mean = eg_arena_take(arena, w->n, sizeof *mean);
    if (mean == NULL) return 0;
    running_mean(w->n, x, half, mean);
    for (size_t i = 0; i < w->n; i++)
        if (isfinite(x[i])) x[i] = mean[i];
    eg_arena_reset(arena, mark);
    return 1;
}

/* The pelvis, or what stands for it: the middle of both feet. */
static int find_pelvis(const eg_gait_track *track, track_work *w, const eg_filter *filter,
                       eg_arena *arena) {
    for (int r = 0; r < 3; r++) {
        if (track->pelvis != NULL) {
            w->pelvis[r] = axis_of(track, track->pelvis, r, filter, arena);
            if (w->pelvis[r] == NULL || !steady(w, w->pelvis[r], arena)) return 0;
            continue;
        }
        w->pelvis[r] = eg_arena_take(arena, w->n, sizeof(double));
        if (w->pelvis[r] == NULL) return 0;
        for (size_t i = 0; i < w->n; i++)
            w->pelvis[r][i] = w->has_foot[0] && w->has_foot[1]
                                  ? 0.5 * (w->foot[0].heel[r][i] + w->foot[1].heel[r][i])
                                  : 0.0;
    }
    return 1;
}

/* Speed of the ground under the feet along the heading, mm/s: 0 on the floor, negative on a belt.
 * The median over the moments at which a toe is within 10 mm of its lowest tenth. */
static double ground_speed(const track_work *w, eg_arena *arena) {
    size_t mark = eg_arena_mark(arena), m = 0, reach = (size_t)(0.05 * w->rate_hz) + 1;
    double *speeds = eg_arena_take(arena, w->n, 4 * sizeof *speeds);
    if (speeds == NULL) return 0.0;
    double *scratch = speeds + 2 * w->n;
    for (int s = 0; s < 2; s++) {
        if (!w->has_foot[s]) continue;
        double *const *toe = w->foot[s].toe[0] != NULL ? w->foot[s].toe : w->foot[s].heel;
        size_t seen = 0;
        for (size_t i = 0; i < w->n; i++)
            if (isfinite(toe[2][i])) scratch[seen++] = toe[2][i];
        eg_sort(seen, scratch, scratch + w->n);
        double low = eg_sort_quantile(seen, scratch, 0.1) + 10.0;
        for (size_t i = reach; i + reach < w->n; i++) {
            if (!(toe[2][i] <= low)) continue;
            double sine, cosine;
            eg_sincos(w->heading[i], &sine, &cosine);
            double way = cosine * (toe[0][i + reach] - toe[0][i - reach]) +
                         sine * (toe[1][i + reach] - toe[1][i - reach]);
            if (isfinite(way)) speeds[m++] = 0.5 * way * w->rate_hz / (double)reach;
        }
    }
    eg_sort(m, speeds, scratch);
    double speed = m > 0 ? eg_sort_quantile(m, speeds, 0.5) : 0.0;
    eg_arena_reset(arena, mark);
    return fabs(speed) > EG_GAIT_TRACK_BELT_MM_S ? speed : 0.0;
}

static int project(track_work *w, eg_arena *arena) {
    w->ground_mm_s = ground_speed(w, arena);
    double ground = w->ground_mm_s / w->rate_hz;
    for (int s = 0; s < 2; s++) {
        if (!w->has_foot[s]) continue;
        track_foot *f = &w->foot[s];
        f->toe_ahead = eg_arena_take(arena, w->n, sizeof(double));
        f->way = eg_arena_take(arena, w->n, sizeof(double));
        if (f->toe_ahead == NULL || f->way == NULL) return 0;
        double **toe = f->toe[0] != NULL ? f->toe : f->heel, last[2] = {0.0, 0.0}, way = 0.0;
        for (size_t i = 0; i < w->n; i++) {
            double sine, cosine, x = toe[0][i], y = toe[1][i];
            eg_sincos(w->heading[i], &sine, &cosine);
            f->toe_ahead[i] = cosine * (x - w->pelvis[0][i]) + sine * (y - w->pelvis[1][i]);
            double step = cosine * (x - last[0]) + sine * (y - last[1]);
            if (i > 0 && isfinite(step)) way += step - ground;
            f->way[i] = way;
            last[0] = x;
            last[1] = y;
        }
    }
    return 1;
}

eg_err eg_gait_track_prepare(const eg_gait_track *track, track_work *w, eg_arena *arena,
                             eg_diag *diag) {
    static const char no_memory[] = "no memory for the markers of a walk";
    memset(w, 0, sizeof *w);
    w->n = track->n;
    w->rate_hz = track->rate_hz;
    eg_filter filter;
    const eg_filter *use = NULL;
    if (EG_GAIT_TRACK_LOW_PASS_HZ < 0.45 * track->rate_hz) {
        eg_err err = eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, 2, 0.0,
                                           EG_GAIT_TRACK_LOW_PASS_HZ, track->rate_hz, diag);
        if (err != EG_OK) return err;
        use = &filter;
    }
    for (int s = 0; s < 2; s++) {
        w->has_foot[s] = track->heel[s] != NULL;
        for (int r = 0; r < 3 && w->has_foot[s]; r++) {
            w->foot[s].heel[r] = axis_of(track, track->heel[s], r, use, arena);
            if (track->toe[s] != NULL)
                w->foot[s].toe[r] = axis_of(track, track->toe[s], r, use, arena);
            if (w->foot[s].heel[r] == NULL || (track->toe[s] != NULL && w->foot[s].toe[r] == NULL))
                return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, no_memory);
        }
    }
    if (!find_pelvis(track, w, use, arena))
        return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, no_memory);
    w->heading = eg_arena_take(arena, w->n, sizeof(double));
    if (w->heading == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, no_memory);
    eg_err err = find_heading(w, arena, diag);
    if (err != EG_OK) return err;
    if (!project(w, arena)) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, no_memory);
    return EG_OK;
}
