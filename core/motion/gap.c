#include "core/motion/gap.h"

#include <string.h>

#include "core/base/check.h"
#include "core/base/real.h"
#include "core/motion/body_part.h"
#include "core/motion/rigid.h"
#include "core/signal/resample.h"

enum { GROUP_MAX = 8, GROUPS = 9, KNOTS = 8 };

#define BOTH(id) EG_SITE_##id, EG_SITE_##id##_RIGHT

/* What moves as one; -1 ends a row. */
static const int groups[GROUPS][GROUP_MAX + 1] = {
    {BOTH(ASIS), BOTH(PSIS), EG_SITE_SACRUM, -1},
    {EG_SITE_THIGH, EG_SITE_THIGH_1, EG_SITE_THIGH_2, EG_SITE_THIGH_3, EG_SITE_THIGH_4,
     EG_SITE_KNEE, EG_SITE_KNEE_INNER, -1},
    {EG_SITE_THIGH_RIGHT, EG_SITE_THIGH_1_RIGHT, EG_SITE_THIGH_2_RIGHT, EG_SITE_THIGH_3_RIGHT,
     EG_SITE_THIGH_4_RIGHT, EG_SITE_KNEE_RIGHT, EG_SITE_KNEE_INNER_RIGHT, -1},
    {EG_SITE_SHANK, EG_SITE_SHANK_1, EG_SITE_SHANK_2, EG_SITE_SHANK_3, EG_SITE_SHANK_4,
     EG_SITE_ANKLE, EG_SITE_ANKLE_INNER, EG_SITE_TUBEROSITY, -1},
    {EG_SITE_SHANK_RIGHT, EG_SITE_SHANK_1_RIGHT, EG_SITE_SHANK_2_RIGHT, EG_SITE_SHANK_3_RIGHT,
     EG_SITE_SHANK_4_RIGHT, EG_SITE_ANKLE_RIGHT, EG_SITE_ANKLE_INNER_RIGHT,
     EG_SITE_TUBEROSITY_RIGHT, -1},
    {EG_SITE_HEEL, EG_SITE_TOE, EG_SITE_MET_1, EG_SITE_MET_5, EG_SITE_TOE_TIP, -1},
    {EG_SITE_HEEL_RIGHT, EG_SITE_TOE_RIGHT, EG_SITE_MET_1_RIGHT, EG_SITE_MET_5_RIGHT,
     EG_SITE_TOE_TIP_RIGHT, -1},
    {EG_SITE_C7, EG_SITE_T10, EG_SITE_JUGULAR, EG_SITE_XIPHOID, -1},
    {BOTH(HEAD_FRONT), BOTH(HEAD_BACK), -1}};

static const int *group_of(int site) {
    for (int g = 0; g < GROUPS; g++)
        for (int i = 0; groups[g][i] >= 0; i++)
            if (groups[g][i] == site) return groups[g];
    return NULL;
}

static int is_seen(const eg_body_points *points, int site, size_t t) {
    return points->site[site] != NULL && body_is_known(points->site[site][t]);
}

static size_t count_seen(const eg_body_points *points, int site) {
    size_t n = 0;
    for (size_t t = 0; points->site[site] != NULL && t < points->n_frames; t++)
        n += is_seen(points, site, t) ? 1 : 0;
    return n;
}

/* Seen in the reference, never here. */
static int is_lost(const eg_body_points *points, const eg_body_points *reference, int site) {
    return reference != NULL && group_of(site) != NULL && count_seen(points, site) == 0 &&
           count_seen(reference, site) > 0;
}

static int has_gap(const eg_body_points *points, int site) {
    size_t n = count_seen(points, site);
    return n > 0 && n < points->n_frames;
}

size_t eg_gap_size(const eg_body_points *points, const eg_body_points *reference) {
    size_t copies = 0;
    for (int site = 0; site < EG_SITES; site++)
        copies += has_gap(points, site) || is_lost(points, reference, site) ? 1 : 0;
    return copies * (points->n_frames * sizeof(double[3]) + 64) +
           32 * (size_t)KNOTS * sizeof(double) + 4096;
}

/* ---- splines --------------------------------------------------------------------------------- */

/* Up to KNOTS seen frames before `from` (step -1) or from `from` on, near enough to matter. */
static size_t knots(const double (*xyz)[3], size_t n, size_t from, int step, size_t *frames) {
    size_t count = 0, looked = 0;
    for (size_t t = from; t < n && count < KNOTS && looked < 2 * (size_t)KNOTS; looked++) {
        if (body_is_known(xyz[t])) frames[count++] = t;
        if (step < 0 && t == 0) break;
        t = step < 0 ? t - 1 : t + 1;
    }
    return count;
}

/* The gap [from, to) between two seen frames; 0 where too little is seen around it. */
static int fill_spline(const double (*seen)[3], size_t n, size_t from, size_t to, double (*out)[3],
                       eg_arena *arena) {
    size_t before[KNOTS], after[KNOTS];
    size_t n_before = knots(seen, n, from - 1, -1, before), n_after = knots(seen, n, to, 1, after);
    if (n_before < 2 || n_after < 2) return 0;
    double t[2 * KNOTS], x[2 * KNOTS], y[1];
    size_t count = n_before + n_after;
    for (int k = 0; k < 3; k++) {
        for (size_t i = 0; i < count; i++) {
            size_t frame = i < n_before ? before[n_before - 1 - i] : after[i - n_before];
            t[i] = (double)frame;
            x[i] = seen[frame][k];
        }
        for (size_t f = from; f < to; f++) {
            if (eg_resample_cubic(count, t, x, (double)f, 1.0, 1, y, arena, NULL) != EG_OK)
                return 0;
            out[f][k] = y[0];
        }
    }
    return 1;
}

/* ---- rigid bodies ---------------------------------------------------------------------------- */

/* Where `site` is at frame t if it moved with its segment since frame `at`; 0 where fewer than
 * three others are seen at both. */
static int predict(const eg_body_points *points, const int *group, int site, size_t at, size_t t,
                   double out[3]) {
    double from[GROUP_MAX][3], to[GROUP_MAX][3];
    size_t n = 0;
    eg_rigid pose;
    for (int i = 0; group[i] >= 0; i++) {
        if (group[i] == site || !is_seen(points, group[i], at) || !is_seen(points, group[i], t))
            continue;
        memcpy(from[n], points->site[group[i]][at], sizeof from[n]);
        memcpy(to[n], points->site[group[i]][t], sizeof to[n]);
        n++;
    }
    if (eg_rigid_fit(n, (const double(*)[3])from, (const double(*)[3])to, &pose) < 3) return 0;
    eg_rigid_apply(&pose, points->site[site][at], out);
    return 1;
}

/* From the frame before the gap, from that behind it, or from both, the nearer one more. */
static size_t fill_rigid(const eg_body_points *points, int site, size_t from, size_t to,
                         double (*out)[3]) {
    const int *group = group_of(site);
    size_t n = points->n_frames, filled = 0;
    for (size_t t = from; group != NULL && t < to; t++) {
        double a[3], b[3];
        int has_a = from > 0 && predict(points, group, site, from - 1, t, a);
        int has_b = to < n && predict(points, group, site, to, t, b);
        if (!has_a && !has_b) continue;
        double share = !has_b   ? 0.0
                       : !has_a ? 1.0
                                : (double)(t - from + 1) / (double)(to - from + 1);
        for (int k = 0; k < 3; k++)
            out[t][k] = (has_a ? (1.0 - share) * a[k] : 0.0) + (has_b ? share * b[k] : 0.0);
        filled++;
    }
    return filled;
}

static void fill_site(const eg_body_points *points, int site, const eg_gap_settings *settings,
                      double (*out)[3], eg_arena *arena, eg_gap_report *report) {
    const double(*seen)[3] = points->site[site];
    size_t n = points->n_frames;
    memcpy(out, seen, n * sizeof *out);
    for (size_t from = 0; from < n; from++) {
        if (body_is_known(seen[from])) continue;
        size_t to = from;
        while (to < n && !body_is_known(seen[to])) to++;
        double lasts = (double)(to - from) / points->rate_hz;
        int is_inner = from > 0 && to < n;
        if (is_inner && lasts <= settings->spline_s && fill_spline(seen, n, from, to, out, arena))
            report->n_spline += to - from;
        else if (lasts <= settings->rigid_s)
            report->n_rigid += fill_rigid(points, site, from, to, out);
        from = to;
    }
}

/* ---- the static recording -------------------------------------------------------------------- */

/* The mean place of a site in the reference, in units of `points`. */
static int mean_place(const eg_body_points *reference, int site, double factor, double out[3]) {
    double sum[3] = {0};
    size_t n = 0;
    for (size_t t = 0; reference->site[site] != NULL && t < reference->n_frames; t++) {
        if (!is_seen(reference, site, t)) continue;
        for (int k = 0; k < 3; k++) sum[k] += reference->site[site][t][k];
        n++;
    }
    for (int k = 0; k < 3; k++) out[k] = n > 0 ? factor * sum[k] / (double)n : (double)NAN;
    return n > 0;
}

static size_t fill_lost(const eg_body_points *points, const eg_body_points *reference, int site,
                        double (*out)[3]) {
    const int *group = group_of(site);
    double factor = reference->unit_mm / points->unit_mm, from[GROUP_MAX][3], own[3];
    size_t n = 0, filled = 0;
    (void)mean_place(reference, site, factor, own);
    for (int i = 0; group[i] >= 0; i++) (void)mean_place(reference, group[i], factor, from[n++]);
    for (size_t t = 0; t < points->n_frames; t++) {
        double to[GROUP_MAX][3];
        eg_rigid pose;
        for (size_t i = 0; i < n; i++) {
            if (is_seen(points, group[i], t))
                memcpy(to[i], points->site[group[i]][t], sizeof to[i]);
            else
                body_nowhere(to[i]);
        }
        body_nowhere(out[t]);
        if (eg_rigid_fit(n, (const double(*)[3])from, (const double(*)[3])to, &pose) < 3) continue;
        eg_rigid_apply(&pose, own, out[t]);
        filled++;
    }
    return filled;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void count_left(const double (*xyz)[3], size_t n, double rate_hz, eg_gap_report *report) {
    size_t run = 0;
    int was_seen = 0;
    for (size_t t = 0; t < n; t++) {
        if (!body_is_known(xyz[t])) {
            report->n_left++;
            run++;
            continue;
        }
        if (was_seen) report->longest_left_s = fmax(report->longest_left_s, (double)run / rate_hz);
        was_seen = 1;
        run = 0;
    }
}

eg_err eg_gap_fill(eg_body_points *points, const eg_body_points *reference,
                   const eg_gap_settings *settings, eg_arena *arena, eg_gap_report report[EG_SITES],
                   eg_diag *diag) {
    EG_ASSERT(points != NULL && settings != NULL && arena != NULL);
    eg_body_points filled = *points;
    for (int site = 0; site < EG_SITES; site++) report[site] = (eg_gap_report){.n_left = 0};
    if (!(points->rate_hz > 0.0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                           "gaps have no duration without a rate of the frames");
    size_t n = points->n_frames;
    for (int site = 0; site < EG_SITES; site++) {
        int is_gap = has_gap(points, site), lost = is_lost(points, reference, site);
        if (!is_gap && !lost) continue;
        double(*out)[3] = eg_arena_take(arena, n, sizeof *out);
        if (out == NULL)
            return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu frames", n);
        if (lost) {
            report[site].n_rigid = fill_lost(points, reference, site, out);
            report[site].is_from_reference = report[site].n_rigid > 0;
        } else {
            fill_site(points, site, settings, out, arena, &report[site]);
        }
        count_left((const double(*)[3])out, n, points->rate_hz, &report[site]);
        if (report[site].n_spline + report[site].n_rigid > 0)
            filled.site[site] = (const double(*)[3])out;
    }
    *points = filled;
    return EG_OK;
}
