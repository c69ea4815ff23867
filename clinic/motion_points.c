#include "clinic/motion_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/gait_source.h"

/* Bodies are larger than 5 m only in millimetres, and larger than 50 mm only so or in centimetres:
 * the largest distance of two markers in a frame tells. */
static double guessed_unit_mm(const eg_recording *r, const int *index) {
    double largest = 0;
    for (size_t t = 0; t < r->n_frames; t += 1 + r->n_frames / 20) {
        double low[3] = {HUGE_VAL, HUGE_VAL, HUGE_VAL}, high[3] = {-HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
        for (int s = 0; s < EG_SITES; s++) {
            if (index[s] < 0 || isnan(r->points.markers[index[s]].xyz[t][0])) continue;
            for (int k = 0; k < 3; k++) {
                low[k] = fmin(low[k], r->points.markers[index[s]].xyz[t][k]);
                high[k] = fmax(high[k], r->points.markers[index[s]].xyz[t][k]);
            }
        }
        for (int k = 0; k < 3; k++) largest = fmax(largest, high[k] - low[k]);
    }
    return largest > 250 ? 1 : largest > 5 ? 10 : 1000;
}

/* Mean distance of two markers where both are seen; NaN if they never are. */
static double distance_of(const eg_recording *r, int a, int b) {
    double sum = 0;
    size_t n = 0;
    for (size_t t = 0; a >= 0 && b >= 0 && t < r->n_frames; t++) {
        const double *p = r->points.markers[a].xyz[t], *q = r->points.markers[b].xyz[t];
        double d = sqrt((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) +
                        (p[2] - q[2]) * (p[2] - q[2]));
        if (isnan(d)) continue;
        sum += d;
        n++;
    }
    return n > 0 ? sum / (double)n : (double)NAN;
}

/* Names that were cut to four letters: of two markers called RKNE, as far apart as a joint is wide,
 * that nearer to the other leg is the inner one. */
static void find_inner(const eg_recording *r, eg_motion_points *found, int outer, int inner) {
    static const double least_mm = 30, most_mm = 220;
    for (int side = 0; side < 2; side++) {
        int *index = &found->match.index[outer + side], second = found->match.second[outer + side];
        int other = found->match.index[outer + 1 - side];
        if (second < 0 || other < 0 || found->match.index[inner + side] >= 0) continue;
        double apart = distance_of(r, *index, second) * found->points.unit_mm;
        double own = distance_of(r, *index, other), its = distance_of(r, second, other);
        if (!(apart > least_mm && apart < most_mm) || isnan(own) || isnan(its)) continue;
        found->match.index[inner + side] = own < its ? *index : second;
        if (own < its) *index = second;
        found->match.n_sites++;
        found->match.n_doubles--;
        found->n_inner++;
    }
}

eg_err eg_motion_points_of(const eg_recording *r, eg_motion_points *found, eg_diag *diag) {
    *found = (eg_motion_points){.unit_is_guessed = 0};
    size_t n = r->points.n_markers;
    if (n == 0) return eg_diag_set(diag, EG_ERR_MISSING, r->name, 0, "there are no markers");
    const char **labels = calloc(n, sizeof *labels);
    size_t *seen = calloc(n, sizeof *seen);
    if (labels == NULL || seen == NULL) {
        free(labels);
        free(seen);
        return eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    }
    for (size_t i = 0; i < n; i++) {
        const eg_marker *m = &r->points.markers[i];
        seen[i] = m->n_valid;
        if (m->is_named && !m->is_computed) labels[i] = m->label;
    }
    eg_marker_match_labels(n, labels, seen, &found->match);
    free(labels);
    free(seen);
    double unit = eg_gait_length_mm(r->points.unit);
    found->unit_is_guessed = r->points.unit[0] == '\0' || !(unit > 0);
    if (found->unit_is_guessed) unit = guessed_unit_mm(r, found->match.index);
    found->points =
        (eg_body_points){.n_frames = r->n_frames, .rate_hz = r->points.rate_hz, .unit_mm = unit};
    find_inner(r, found, EG_SITE_KNEE, EG_SITE_KNEE_INNER);
    find_inner(r, found, EG_SITE_ANKLE, EG_SITE_ANKLE_INNER);
    for (int s = 0; s < EG_SITES; s++) {
        int i = found->match.index[s];
        if (i >= 0) found->points.site[s] = (const double(*)[3])r->points.markers[i].xyz;
    }
    return EG_OK;
}

static void take(double *setting, double said) {
    if (said > 0) *setting = said;
}

void eg_motion_settings_of(const eg_recording *r, eg_body_settings *settings) {
    const eg_subject *s = &r->subject;
    for (int side = 0; side < 2; side++) {
        take(&settings->leg_length_mm[side], s->leg_length_mm[side]);
        take(&settings->knee_width_mm[side], s->knee_width_mm[side]);
        take(&settings->ankle_width_mm[side], s->ankle_width_mm[side]);
        take(&settings->elbow_width_mm[side], s->elbow_width_mm[side]);
    }
    if (s->marker_diameter_mm > 0) settings->marker_radius_mm = 0.5 * s->marker_diameter_mm;
    if (s->up != 0)
        settings->up_hint = s->up;
    else if (strcmp(r->format, "TRC") == 0)
        settings->up_hint = 2; /* as OpenSim and most writers of TRC have it */
}
