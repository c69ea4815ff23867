/* Steps up and down and obstacles in the study of walking. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_gait_part.h"
#include "core/gait/stairs.h"
#include "io/format/text.h"

enum { CROSSINGS_MAX = 1000, EDGES_MAX = 32 };

static const char *const sides[] = {"left", "right", NULL};

/* The markers named as edges: their mean places, turned as the walk's. */
static eg_err read_edges(const eg_study_call *call, const gait_look *look, int is_obstacle,
                         eg_gait_edge *edges, size_t *n_edges, eg_diag *diag) {
    const eg_points *points = &call->recording->points;
    const json_t *labels = eg_study_labels(call, "edges");
    json_t *label;
    size_t k;
    *n_edges = 0;
    json_array_foreach(labels, k, label) {
        const char *name = json_string_value(label);
        eg_span wanted = {name, strlen(name)};
        const eg_marker *marker = NULL;
        for (size_t i = 0; i < points->n_markers && marker == NULL; i++)
            if (eg_text_equals(wanted, points->markers[i].label)) marker = &points->markers[i];
        if (marker == NULL || marker->n_valid == 0)
            return eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                               "there is no marker \"%s\" on an edge", name);
        double sum[3] = {0.0, 0.0, 0.0}, count = 0.0;
        for (size_t i = 0; i < call->recording->n_frames; i++) {
            const double *v = marker->xyz[i];
            if (!isfinite(v[0]) || !isfinite(v[1]) || !isfinite(v[2])) continue;
            count += 1.0;
            for (int r = 0; r < 3; r++)
                for (int c = 0; c < 3; c++)
                    sum[r] += look->markers.mm * look->markers.up[r][c] * v[c];
        }
        if (*n_edges == EDGES_MAX || !(count > 0.0)) continue;
        eg_gait_edge *edge = &edges[(*n_edges)++];
        edge->place_mm[0] = sum[0] / count;
        edge->place_mm[1] = sum[1] / count;
        edge->top_mm = is_obstacle ? sum[2] / count : (double)NAN;
    }
    return EG_OK;
}

static void add_mean(json_t *result, eg_gait_measure_id id, const double *x, size_t n, int side) {
    eg_gait_value v = eg_gait_mean_of(n, x);
    if (v.n == 0) return;
    json_t *object = eg_study_add_value(
        result, &eg_gait_measures,
        &(eg_study_value){.code = eg_gait_measures.rows[id].code,
                          .value = v.value,
                          .low = v.low,
                          .high = v.high,
                          .side = side < 2 ? sides[side] : NULL,
                          .note = v.n < EG_GAIT_MEAN_SURE ? "of fewer than 3 crossings" : NULL});
    if (object != NULL) json_object_set_new(object, "n", json_integer((json_int_t)v.n));
}

/* Means over those crossings that are of a kind, side (2: both) and role (-1: either). */
static void add_kind(json_t *result, eg_gait_measure_id id, const eg_gait_crossing *c, size_t n,
                     eg_gait_crossing_kind kind, int side, int is_lead, double *x) {
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (c[i].kind == kind && (side == 2 || c[i].side == side) &&
            (is_lead < 0 || c[i].is_lead == is_lead))
            x[m++] = c[i].clearance_mm;
    add_mean(result, id, x, m, side);
}

static void add_count(json_t *result, eg_gait_measure_id id, double value) {
    (void)eg_study_add_value(
        result, &eg_gait_measures,
        &(eg_study_value){.code = eg_gait_measures.rows[id].code, .value = value});
}

static void add_slope(const eg_study_call *call, const eg_gait_crossing *c, size_t n, double *x,
                      json_t *result) {
    double leg = eg_study_number(call, "leg_mm", (double)NAN), *heights = x + CROSSINGS_MAX;
    size_t m = 0;
    if (!isfinite(leg)) return;
    for (size_t i = 0; i < n; i++) {
        if (c[i].kind == EG_GAIT_DOWN || !c[i].is_lead) continue;
        heights[m] = c[i].height_mm;
        x[m++] = c[i].clearance_mm;
    }
    eg_gait_slope s = eg_gait_clearance_slope(m, heights, x, leg);
    (void)eg_study_add_value(
        result, &eg_gait_measures,
        &(eg_study_value){.code = eg_gait_measures.rows[EG_GAIT_M_CLEARANCE_SLOPE].code,
                          .value = s.slope,
                          .low = s.low,
                          .high = s.high,
                          .note = isfinite(s.slope) ? NULL : "needs 3 crossings of two heights"});
}

static void add_crossings(const eg_study_call *call, const eg_gait_crossing *c, size_t n, double *x,
                          json_t *result, json_t *detail) {
    static const char *const names[] = {"step up", "step down", "over an obstacle"};
    json_t *list = json_array();
    size_t ups = 0, downs = 0, m = 0;
    for (size_t i = 0; i < n; i++) {
        char text[96];
        snprintf(text, sizeof text, "%s, %.0f mm%s", c[i].is_lead ? "leads" : "follows",
                 c[i].height_mm, c[i].has_edge ? "" : ", no edge known");
        if (isfinite(c[i].at_s)) {
            json_t *event = eg_study_add_event(result, names[c[i].kind], c[i].at_s, (double)NAN,
                                               NULL, sides[c[i].side]);
            if (event != NULL) json_object_set_new(event, "reason", json_string(text));
        }
        json_t *one = json_pack("{s:s, s:s, s:b, s:f, s:b}", "kind", names[c[i].kind], "side",
                                sides[c[i].side], "leads", c[i].is_lead, "height_mm",
                                c[i].height_mm, "edge_known", c[i].has_edge);
        if (one != NULL && isfinite(c[i].clearance_mm))
            json_object_set_new(one, "clearance_mm", json_real(c[i].clearance_mm));
        json_array_append_new(list, one);
        ups += (size_t)(c[i].kind == EG_GAIT_UP);
        downs += (size_t)(c[i].kind == EG_GAIT_DOWN);
        if (c[i].kind != EG_GAIT_OVER && c[i].is_lead) x[m++] = c[i].height_mm;
    }
    json_object_set_new(detail, "crossings", list);
    add_mean(result, EG_GAIT_M_STEP_HEIGHT, x, m, 2);
    if (ups + downs > 0) {
        add_count(result, EG_GAIT_M_UP_STEPS, (double)ups);
        add_count(result, EG_GAIT_M_DOWN_STEPS, (double)downs);
    }
    for (int k = 0; k < 3; k++) {
        int side = (k + 2) % 3;
        add_kind(result, EG_GAIT_M_UP_CLEARANCE, c, n, EG_GAIT_UP, side, -1, x);
        add_kind(result, EG_GAIT_M_DOWN_CLEARANCE, c, n, EG_GAIT_DOWN, side, -1, x);
    }
    add_kind(result, EG_GAIT_M_OBSTACLE_LEAD, c, n, EG_GAIT_OVER, 2, 1, x);
    add_kind(result, EG_GAIT_M_OBSTACLE_TRAIL, c, n, EG_GAIT_OVER, 2, 0, x);
    add_slope(call, c, n, x, result);
}

/* Without markers: the heights at which the feet stood, each foot against itself. */
static void add_heights(const gait_look *look, double *x, json_t *result) {
    size_t ups = 0, downs = 0, m = 0;
    for (int side = 0; side < 2; side++) {
        double last = (double)NAN;
        for (size_t i = 0; i < look->n; i++) {
            if (look->contacts[i].side != side) continue;
            double rise = look->contacts[i].place_mm[2] - last;
            last = look->contacts[i].place_mm[2];
            if (!(fabs(rise) > EG_GAIT_STAIRS_LEVEL_MM)) continue;
            ups += (size_t)(rise > 0.0);
            downs += (size_t)(rise < 0.0);
            if (m < CROSSINGS_MAX) x[m++] = fabs(rise);
        }
    }
    add_count(result, EG_GAIT_M_UP_STEPS, (double)ups);
    add_count(result, EG_GAIT_M_DOWN_STEPS, (double)downs);
    add_mean(result, EG_GAIT_M_STEP_HEIGHT, x, m, 2);
    eg_study_add_warning(result, "heights are of each foot against its own last place: foot over "
                                 "foot they span two steps");
}

eg_err eg_gait_add_stairs(const eg_study_call *call, const gait_look *look, json_t *result,
                          json_t *detail, eg_diag *diag) {
    const char *task = eg_study_text(call, "task", "walk");
    if (strcmp(task, "walk") == 0) return EG_OK;
    size_t bytes = eg_gait_track_bytes(look->markers.n), n = 0, n_edges = 0;
    eg_gait_crossing *c = calloc(CROSSINGS_MAX, sizeof *c);
    double *x = calloc(2 * CROSSINGS_MAX, sizeof *x);
    void *memory = malloc(bytes);
    eg_gait_edge edges[EDGES_MAX];
    eg_err err = EG_OK;
    if (c == NULL || x == NULL || memory == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory for the stairs");
    if (err == EG_OK && !look->has_markers) add_heights(look, x, result);
    if (err == EG_OK && look->has_markers) {
        err = read_edges(call, look, strcmp(task, "obstacle") == 0, edges, &n_edges, diag);
        eg_gait_track track = eg_gait_markers_track(&look->markers);
        eg_arena arena;
        eg_arena_init(&arena, memory, bytes);
        if (err == EG_OK)
            err = eg_gait_crossings(&track, look->n, look->contacts, n_edges, edges, CROSSINGS_MAX,
                                    c, &n, &arena, diag);
        if (n > CROSSINGS_MAX) n = CROSSINGS_MAX;
        if (err == EG_OK) add_crossings(call, c, n, x, result, detail);
        if (err == EG_OK && n > 0)
            err = eg_gait_add_angles(call, look, n, c, json_object_get(detail, "crossings"), result,
                                     diag);
        if (err == EG_OK && n == 0)
            eg_study_add_check(result, "crossings", 1,
                               strcmp(task, "stairs") == 0
                                   ? "no foot came to stand higher or lower than before: this "
                                     "looks like walking on the level"
                                   : "no foot crossed an obstacle",
                               NULL);
        eg_study_say(result,
                     "A foot that stands more than %g mm higher or lower than before crossed a "
                     "step; clearance is the forefoot's (coming down the heel's) height over its "
                     "height standing on the upper level, %s.",
                     EG_GAIT_STAIRS_LEVEL_MM,
                     n_edges > 0 ? "where it passes the edge"
                                 : "at its highest, no edge being known");
    }
    free(memory);
    free(x);
    free(c);
    return err;
}
