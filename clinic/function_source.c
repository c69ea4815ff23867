#include "clinic/function_source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study_sensor.h"
#include "core/base/real.h"
#include "core/motion/marker.h"

typedef struct unit {
    const char *name;
    double factor;
} unit;

static const unit length_units[] = {{"mm", 1e-3}, {"cm", 1e-2}, {"m", 1.0}, {NULL, 0.0}};

static double factor_of(const unit *units, const char *name) {
    while (units->name != NULL && strcmp(units->name, name) != 0) units++;
    return units->factor;
}

double function_length_factor(const eg_recording *recording) {
    const char *own = recording->points.unit;
    return factor_of(length_units, own[0] != '\0' ? own : "mm");
}

typedef struct points {
    int pelvis[4], top[2], left, right;
} points;

void function_match(const eg_recording *r, eg_marker_match *found) {
    size_t n = r->points.n_markers;
    const char **labels = calloc(n + 1, sizeof(const char *));
    size_t *seen = calloc(n + 1, sizeof *seen);
    for (size_t i = 0; labels != NULL && seen != NULL && i < n; i++) {
        labels[i] = r->points.markers[i].is_computed ? NULL : r->points.markers[i].label;
        seen[i] = r->points.markers[i].n_valid;
    }
    if (labels != NULL && seen != NULL) eg_marker_match_labels(n, labels, seen, found);
    free(labels);
    free(seen);
}

/* A pair of sites that both are there. */
static int has_pair(const eg_marker_match *m, int site) {
    return m->index[site] >= 0 && m->index[site + 1] >= 0;
}

static int choose_points(const eg_recording *r, points *p) {
    static const int sides[] = {EG_SITE_ASIS, EG_SITE_PSIS, EG_SITE_HIP_CENTRE};
    static const int tops[] = {EG_SITE_ACROMION, EG_SITE_SHOULDER_CENTRE};
    static const int middles[] = {EG_SITE_C7, EG_SITE_JUGULAR, EG_SITE_XIPHOID, EG_SITE_T10};
    eg_marker_match m = {.n_sites = 0};
    for (int k = 0; k < EG_SITES; k++) m.index[k] = -1;
    *p = (points){{-1, -1, -1, -1}, {-1, -1}, -1, -1};
    if (r->points.n_markers > 0) function_match(r, &m);
    size_t n = 0;
    for (int k = 0; k < 3; k++) {
        if (!has_pair(&m, sides[k]) || n > 2 || (n > 0 && k == 2)) continue;
        p->pelvis[n++] = m.index[sides[k]];
        p->pelvis[n++] = m.index[sides[k] + 1];
        if (p->left >= 0) continue;
        p->left = m.index[sides[k]];
        p->right = m.index[sides[k] + 1];
    }
    if (n < 4 && m.index[EG_SITE_SACRUM] >= 0) p->pelvis[n++] = m.index[EG_SITE_SACRUM];
    for (int k = 0; k < 2 && p->top[0] < 0; k++) {
        if (!has_pair(&m, tops[k])) continue;
        p->top[0] = m.index[tops[k]];
        p->top[1] = m.index[tops[k] + 1];
    }
    for (int k = 0; k < 4 && p->top[0] < 0; k++) p->top[0] = m.index[middles[k]];
    if (p->left < 0 && p->top[1] >= 0) {
        p->left = p->top[0];
        p->right = p->top[1];
    }
    return n > 0;
}

/* ---- which sensor ---- */

static const struct {
    const char *name, *words;
    eg_sensor_site site;
} places[] = {[EG_TRUNK_LOWER_BACK] = {"lower_back", "lower back", EG_SENSOR_BACK},
              [EG_TRUNK_STERNUM] = {"sternum", "breastbone", EG_SENSOR_CHEST},
              [EG_TRUNK_THIGH] = {"thigh", "thigh", EG_SENSOR_THIGH}};

static const eg_sensor *sensor_at(const eg_sensor *sensors, size_t n, eg_sensor_site site) {
    for (size_t i = 0; i < n; i++)
        if (eg_sensor_site_of(sensors[i].name) == site) return &sensors[i];
    return NULL;
}

/* The sensor that is said, else that of the place, else the only one; NULL. The place that is said,
 * else that of the sensor's name, else the lower back. */
static const eg_sensor *choose_sensor(const char *said, const char *where, size_t n,
                                      const eg_sensor *sensors, eg_trunk_place *place) {
    const eg_sensor *chosen = said != NULL ? eg_sensor_named(sensors, n, said) : NULL;
    *place = EG_TRUNK_LOWER_BACK;
    for (int p = 0; p < 3; p++) {
        const eg_sensor *there = sensor_at(sensors, n, places[p].site);
        if (where != NULL ? strcmp(where, places[p].name) != 0 : there == NULL) continue;
        if (chosen != NULL && where == NULL && eg_sensor_site_of(chosen->name) != places[p].site)
            continue;
        *place = (eg_trunk_place)p;
        if (chosen == NULL && said == NULL) chosen = there;
        break;
    }
    return chosen == NULL && said == NULL && n == 1 ? &sensors[0] : chosen;
}

int eg_function_body_suits(const eg_recording *recording) {
    eg_sensor sensors[EG_SENSORS_MAX];
    eg_trunk_place place;
    points p;
    size_t n = eg_sensors_find(recording, sensors);
    const eg_sensor *sensor = choose_sensor(NULL, NULL, n, sensors, &place);
    if (sensor != NULL && eg_sensor_site_of(sensor->name) > EG_SENSOR_SHANK) return 1;
    if (choose_points(recording, &p)) return 1;
    return eg_recording_channel(recording, "pelvis_ty") != NULL;
}

/* What of n samples the span keeps. */
eg_err function_span_of(const eg_study_call *call, size_t n, double rate_hz, size_t *from,
                        size_t *count, eg_diag *diag) {
    double from_s, to_s;
    *from = 0;
    *count = n;
    if (!(rate_hz > 0.0))
        return eg_diag_set(diag, EG_ERR_DATA, call->recording->name, 0,
                           "the file says neither time nor rate");
    if (!eg_study_span(call, "span", &from_s, &to_s)) return EG_OK;
    const double low = from_s * rate_hz, high = to_s * rate_hz;
    if (!(low >= 0.0) || !(high > low) || low >= (double)n)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "span", 0,
                           "the recording lasts %.2f s; say FROM,TO within it",
                           (double)n / rate_hz);
    *from = (size_t)low;
    *count = (high < (double)n ? (size_t)high : n) - *from;
    return EG_OK;
}

static eg_err take_memory(eg_function_body *body, size_t n, double rate_hz, eg_diag *diag) {
    size_t size = eg_trunk_bytes(n, rate_hz);
    body->memory = size > 0 ? malloc(size) : NULL;
    if (body->memory == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu samples", n);
    eg_arena_init(&body->arena, body->memory, size);
    return EG_OK;
}

/* The part of a sensor's samples that `span` keeps; the whole was checked. */
static eg_err read_sensor(const eg_study_call *call, const eg_sensor *sensor, eg_trunk_place place,
                          json_t *result, eg_function_body *body, eg_diag *diag) {
    eg_orient_signal signal;
    double *values = NULL;
    size_t from = 0, n = 0;
    eg_sensor_site site = eg_sensor_site_of(sensor->name);
    if (site != EG_SENSOR_ELSEWHERE && site != places[place].site) {
        char text[160];
        snprintf(text, sizeof text,
                 "\"%.60s\" is taken as worn on the %s: if that is wrong, say place", sensor->name,
                 places[place].words);
        eg_study_add_warning(result, text);
    }
    eg_err err = eg_study_sensor_load(call, sensor, result, &signal, &values, diag);
    if (err == EG_OK) err = eg_study_sensor_check(call, sensor, &signal, result, diag);
    if (err == EG_OK) err = function_span_of(call, signal.n, signal.rate_hz, &from, &n, diag);
    if (err == EG_OK) err = take_memory(body, n, signal.rate_hz, diag);
    for (int k = 0; k < 3 && err == EG_OK; k++) {
        signal.gyr[k] += from;
        signal.acc[k] += from;
        signal.mag[k] = NULL;
    }
    signal.n = n;
    if (err == EG_OK) err = eg_trunk_from_imu(&signal, place, &body->arena, &body->trunk, diag);
    free(values);
    body->start_s = (double)from / signal.rate_hz;
    snprintf(body->source, sizeof body->source, "one inertial sensor on the %s (%.24s, %g Hz)",
             places[place].words, sensor->channel[0][0]->label, signal.rate_hz);
    return err;
}

/* Mean of up to four markers, NaN unless all are seen. */
static void mean_of(const eg_recording *r, const int *index, size_t n_index, double factor,
                    size_t from, size_t n, double (*out)[3]) {
    for (size_t i = 0; i < n; i++) {
        size_t count = 0;
        double sum[3] = {0.0, 0.0, 0.0};
        for (size_t k = 0; k < n_index; k++) {
            if (index[k] < 0) continue;
            count++;
            for (int j = 0; j < 3; j++)
                sum[j] += factor * r->points.markers[index[k]].xyz[from + i][j];
        }
        for (int j = 0; j < 3; j++) out[i][j] = sum[j] / (double)count;
    }
}

/* The axis along which the trunk's top lies over the pelvis. */
static void find_up(const eg_study_call *call, eg_trunk_points *p) {
    const char *said = eg_study_text(call, "up", NULL);
    double sum[3] = {0.0, 0.0, 0.0};
    p->up_axis = strcmp(call->recording->format, "TRC") == 0 ? 1 : 2;
    p->up_sign = 1.0;
    for (size_t i = 0; p->shoulder != NULL && i < p->n; i++)
        for (int k = 0; k < 3; k++) {
            double d = p->shoulder[i][k] - p->pelvis[i][k];
            if (isfinite(d)) sum[k] += d;
        }
    for (int k = 0; k < 3 && p->shoulder != NULL; k++)
        if (fabs(sum[k]) > fabs(sum[p->up_axis])) p->up_axis = k;
    if (said != NULL) p->up_axis = said[0] - 'x';
    if (p->shoulder != NULL && sum[p->up_axis] < 0.0) p->up_sign = -1.0;
}

static eg_err read_points(const eg_study_call *call, const points *chosen, eg_function_body *body,
                          eg_diag *diag) {
    const eg_recording *r = call->recording;
    size_t from, n;
    double rate_hz = r->points.rate_hz, factor = function_length_factor(r);
    if (!(factor > 0.0))
        return eg_diag_set(diag, EG_ERR_LAYOUT, r->name, 0, "markers in \"%s\" are no places",
                           r->points.unit);
    eg_err err = function_span_of(call, r->n_frames, rate_hz, &from, &n, diag);
    if (err == EG_OK) err = take_memory(body, n, rate_hz, diag);
    double(*xyz)[3] = err == EG_OK ? malloc(4 * n * sizeof *xyz) : NULL;
    if (err == EG_OK && xyz == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu frames", n);
    if (err != EG_OK) return err;
    mean_of(r, chosen->pelvis, 4, factor, from, n, xyz);
    if (chosen->top[0] >= 0) mean_of(r, chosen->top, 2, factor, from, n, xyz + n);
    if (chosen->left >= 0) {
        mean_of(r, &chosen->left, 1, factor, from, n, xyz + 2 * n);
        mean_of(r, &chosen->right, 1, factor, from, n, xyz + 3 * n);
    }
    eg_trunk_points p = {.n = n, .rate_hz = rate_hz, .pelvis = (const double(*)[3])xyz};
    if (chosen->top[0] >= 0) p.shoulder = (const double(*)[3])(xyz + n);
    if (chosen->left >= 0) {
        p.left = (const double(*)[3])(xyz + 2 * n);
        p.right = (const double(*)[3])(xyz + 3 * n);
    }
    find_up(call, &p);
    err = eg_trunk_from_points(&p, &body->arena, &body->trunk, diag);
    free(xyz);
    body->start_s = (double)from / rate_hz;
    snprintf(body->source, sizeof body->source, "markers of the pelvis%s, %g Hz",
             p.shoulder != NULL ? " and the shoulders" : "", rate_hz);
    return err;
}

static double *angle(const eg_recording *r, const char *label, const char *added, double sign,
                     size_t from, size_t n) {
    const eg_channel *one = eg_recording_channel(r, label);
    const eg_channel *two = added != NULL ? eg_recording_channel(r, added) : NULL;
    double *x = one != NULL && one->n >= from + n ? malloc(n * sizeof *x) : NULL;
    if (x == NULL) return NULL;
    double factor = strcmp(one->unit, "rad") == 0 ? sign : sign * EG_PI / 180.0;
    for (size_t i = 0; i < n; i++)
        x[i] = factor * (one->values[from + i] + (two != NULL ? two->values[from + i] : 0.0));
    return x;
}

/* OpenSim's: y up; a tilt and an extension above 0 lean back, a rotation above 0 turns left. */
static eg_err read_model(const eg_study_call *call, const eg_channel *height,
                         eg_function_body *body, eg_diag *diag) {
    size_t from, n;
    eg_err err = function_span_of(call, height->n, height->rate_hz, &from, &n, diag);
    if (err == EG_OK) err = take_memory(body, n, height->rate_hz, diag);
    if (err != EG_OK) return err;
    double *lean = angle(call->recording, "pelvis_tilt", "lumbar_extension", -1.0, from, n);
    double *heading = angle(call->recording, "pelvis_rotation", NULL, 1.0, from, n);
    err = eg_trunk_from_coordinates(n, height->rate_hz, height->values + from, lean, heading,
                                    &body->arena, &body->trunk, diag);
    free(lean);
    free(heading);
    body->start_s = (double)from / height->rate_hz;
    snprintf(body->source, sizeof body->source, "the coordinates of a model (pelvis_ty), %g Hz",
             height->rate_hz);
    return err;
}

eg_err eg_function_body_read(const eg_study_call *call, json_t *result, eg_function_body *body,
                             eg_diag *diag) {
    eg_sensor sensors[EG_SENSORS_MAX];
    eg_trunk_place place;
    points chosen;
    char all[160];
    *body = (eg_function_body){.memory = NULL};
    size_t n = eg_sensors_find(call->recording, sensors);
    const char *said = n > 0 ? eg_study_text(call, "sensor", NULL) : NULL;
    const eg_sensor *sensor =
        choose_sensor(said, n > 0 ? eg_study_text(call, "place", NULL) : NULL, n, sensors, &place);
    if (sensor != NULL) return read_sensor(call, sensor, place, result, body, diag);
    if (said == NULL && choose_points(call->recording, &chosen))
        return read_points(call, &chosen, body, diag);
    const eg_channel *height = eg_recording_channel(call->recording, "pelvis_ty");
    if (said == NULL && height != NULL) return read_model(call, height, body, diag);
    eg_sensor_list(sensors, n, sizeof all, all);
    if (n > 0)
        return eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                           "say which sensor with sensor; there are: %s", all);
    return eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                       "neither a sensor (gx gy gz ax ay az) nor markers of the pelvis (LASI, "
                       "RASI, SACR ...) are here");
}

void eg_function_body_free(eg_function_body *body) {
    free(body->memory);
    body->memory = NULL;
}
