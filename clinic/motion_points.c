#include "clinic/motion_points.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Millimetres in a unit of length; 0 for what is none. */
static double unit_mm(const char *unit) {
    static const struct {
        const char *name;
        double mm;
    } units[] = {{"mm", 1},    {"millimeters", 1}, {"millimetres", 1}, {"cm", 10},
                 {"m", 1000},  {"meters", 1000},   {"metres", 1000},   {"dm", 100},
                 {"in", 25.4}, {"inches", 25.4},   {"ft", 304.8},      {"um", 0.001}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t k = 0;
        while (unit[k] != '\0' && tolower((unsigned char)unit[k]) == units[i].name[k]) k++;
        if (unit[k] == '\0' && units[i].name[k] == '\0') return units[i].mm;
    }
    return 0;
}

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
    double unit = unit_mm(r->points.unit);
    found->unit_is_guessed = !(unit > 0);
    if (found->unit_is_guessed) unit = guessed_unit_mm(r, found->match.index);
    found->points =
        (eg_body_points){.n_frames = r->n_frames, .rate_hz = r->points.rate_hz, .unit_mm = unit};
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
