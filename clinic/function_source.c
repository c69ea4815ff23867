#include "clinic/function_source.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/real.h"
#include "core/motion/marker.h"

typedef struct unit {
    const char *name;
    double factor;
} unit;

static const unit rate_units[] = {{"rad/s", 1.0},
                                  {"deg/s", EG_PI / 180.0},
                                  {"dps", EG_PI / 180.0},
                                  {"\xc2\xb0/s", EG_PI / 180.0},
                                  {NULL, 0.0}};
static const unit acceleration_units[] = {{"m/s2", 1.0},  {"m/s^2", 1.0},     {"m/s\xc2\xb2", 1.0},
                                          {"g", 9.80665}, {"mg", 9.80665e-3}, {NULL, 0.0}};
static const unit length_units[] = {{"mm", 1e-3}, {"cm", 1e-2}, {"m", 1.0}, {NULL, 0.0}};

static double factor_of(const unit *units, const char *name) {
    while (units->name != NULL && strcmp(units->name, name) != 0) units++;
    return units->factor;
}

double function_length_factor(const eg_recording *recording) {
    const char *own = recording->points.unit;
    return factor_of(length_units, own[0] != '\0' ? own : "mm");
}

/* "Back.Gyr_X" of sensor "Back" is 0, its acceleration along y 4; -1: something else. */
static int axis_of(const char *label, const char *sensor) {
    static const char *const words[2] = {"|g|gyr|gyro|gyroscope|angularvelocity|w|rate|angvel|",
                                         "|a|acc|accel|acceleration|accelerometer|"};
    char word[EG_RECORDING_LABEL_MAX + 3];
    if (sensor != NULL) {
        if (strncmp(label, sensor, strlen(sensor)) != 0) return -1;
        label += strlen(sensor);
    }
    size_t n = 1;
    word[0] = '|';
    for (; *label != '\0' && n + 2 < sizeof word; label++)
        if (isalpha((unsigned char)*label)) word[n++] = (char)tolower((unsigned char)*label);
    if (n < 3 || word[n - 1] < 'x' || word[n - 1] > 'z') return -1;
    int axis = word[n - 1] - 'x';
    word[n - 1] = '|';
    word[n] = '\0';
    for (int kind = 0; kind < 2; kind++)
        if (strstr(words[kind], word) != NULL) return 3 * kind + axis;
    return -1;
}

/* The six channels of a sensor; how many there are. */
size_t function_find_sensor(const eg_recording *r, const char *sensor, const eg_channel *six[6]) {
    size_t found = 0;
    for (int k = 0; k < 6; k++) six[k] = NULL;
    for (size_t i = 0; i < r->n_channels; i++) {
        int axis = axis_of(r->channels[i].label, sensor);
        if (axis < 0 || six[axis] != NULL) continue;
        six[axis] = &r->channels[i];
        found++;
    }
    return found;
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

int eg_function_body_suits(const eg_recording *recording) {
    const eg_channel *six[6];
    points p;
    if (function_find_sensor(recording, NULL, six) == 6) return 1;
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

eg_err function_unit_of(const eg_study_call *call, const eg_channel *channel, int is_acc,
                        double *factor, eg_diag *diag) {
    const char *said = eg_study_text(call, is_acc ? "acc_unit" : "gyr_unit", channel->unit);
    *factor = factor_of(is_acc ? acceleration_units : rate_units, said);
    if (*factor > 0.0) return EG_OK;
    return eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                       "%s is in \"%s\", which is no unit for it; say %s", channel->label, said,
                       is_acc ? "acc_unit m/s2 or g" : "gyr_unit rad/s or deg/s");
}

static eg_err read_sensor(const eg_study_call *call, const eg_channel *six[6],
                          eg_function_body *body, eg_diag *diag) {
    static const char *const names[] = {"lower_back", "sternum", "thigh"};
    static const char *const words[] = {"lower back", "breastbone", "thigh"};
    const char *place = eg_study_text(call, "place", "lower_back");
    double *values = NULL, factor, rate_hz = six[0]->rate_hz;
    int k = 0;
    size_t from, n;
    while (k < 2 && strcmp(names[k], place) != 0) k++;
    eg_err err = function_span_of(call, six[0]->n, rate_hz, &from, &n, diag);
    if (err == EG_OK) err = take_memory(body, n, rate_hz, diag);
    if (err == EG_OK && (values = malloc(6 * n * sizeof *values)) == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "no memory for %zu samples", n);
    eg_orient_signal signal = {.n = n, .rate_hz = rate_hz};
    for (size_t axis = 0; axis < 6 && err == EG_OK; axis++) {
        err = function_unit_of(call, six[axis], axis >= 3, &factor, diag);
        if (err == EG_OK && six[axis]->n != six[0]->n)
            err = eg_diag_set(diag, EG_ERR_DATA, call->recording->name, 0,
                              "%s and %s have different numbers of samples", six[axis]->label,
                              six[0]->label);
        for (size_t i = 0; i < n && err == EG_OK; i++)
            values[axis * n + i] = factor * six[axis]->values[from + i];
        *(axis < 3 ? &signal.gyr[axis] : &signal.acc[axis - 3]) = values + axis * n;
    }
    if (err == EG_OK)
        err = eg_trunk_from_imu(&signal, (eg_trunk_place)k, &body->arena, &body->trunk, diag);
    free(values);
    body->start_s = (double)from / rate_hz;
    snprintf(body->source, sizeof body->source, "one inertial sensor on the %s (%.24s, %g Hz)",
             words[k], six[0]->label, rate_hz);
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

eg_err eg_function_body_read(const eg_study_call *call, eg_function_body *body, eg_diag *diag) {
    const eg_channel *six[6];
    points chosen;
    *body = (eg_function_body){.memory = NULL};
    const char *sensor = eg_study_text(call, "sensor", NULL);
    if (function_find_sensor(call->recording, sensor, six) == 6)
        return read_sensor(call, six, body, diag);
    if (choose_points(call->recording, &chosen)) return read_points(call, &chosen, body, diag);
    const eg_channel *height = eg_recording_channel(call->recording, "pelvis_ty");
    if (height != NULL) return read_model(call, height, body, diag);
    return eg_diag_set(diag, EG_ERR_LAYOUT, call->recording->name, 0,
                       "neither a sensor (gx gy gz ax ay az; with several, sensor says which) nor "
                       "markers of the pelvis (LASI, RASI, SACR ...) are here");
}

void eg_function_body_free(eg_function_body *body) {
    free(body->memory);
    body->memory = NULL;
}
