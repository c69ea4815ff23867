#include "tests/support/marker_imu.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/real.h"
#include "core/motion/rigid.h"
#include "core/signal/filter.h"
#include "io/format/text.h"
#include "tests/support/test.h"

enum { MARKERS_MAX = 6 };

static const double low_pass_hz = 20.0;

static const eg_marker *marker_of(const eg_recording *r, const char *label) {
    eg_span span = {label, strlen(label)};
    for (size_t i = 0; i < r->points.n_markers; i++)
        if (eg_text_equals(span, r->points.markers[i].label)) return &r->points.markers[i];
    EG_FAIL("no marker %s", label);
    return NULL;
}

/* One axis of a marker: gaps by straight lines, low-passed. */
static double *axis_of(const eg_recording *r, const eg_marker *m, const double row[3], double mm,
                       size_t from, size_t n) {
    size_t last = n;
    double *x = malloc(n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = mm / 1000.0 *
               (row[0] * m->xyz[from + i][0] + row[1] * m->xyz[from + i][1] +
                row[2] * m->xyz[from + i][2]);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) continue;
        for (size_t k = last == n ? 0 : last + 1; k < i; k++)
            x[k] = last == n ? x[i]
                             : x[last] + (x[i] - x[last]) * (double)(k - last) / (double)(i - last);
        last = i;
    }
    EG_CHECK(last < n);
    for (size_t k = last + 1; k < n; k++) x[k] = x[last];
    eg_filter filter;
    size_t bytes = 4 * n * sizeof(double) + 4096;
    void *memory = malloc(bytes);
    eg_arena arena;
    eg_arena_init(&arena, memory, bytes);
    EG_CHECK_INT(eg_filter_butterworth(&filter, EG_FILTER_LOW_PASS, 2, 0.0, low_pass_hz,
                                       r->points.rate_hz, NULL),
                 EG_OK);
    EG_CHECK_INT(eg_filter_zero_lag(&filter, n, x, x, 20, &arena, NULL), EG_OK);
    free(memory);
    return x;
}

/* Between frames by the cubic through four of them. */
static double at(const double *x, size_t n, double u) {
    if (u < 1.0) u = 1.0;
    if (u > (double)n - 2.001) u = (double)n - 2.001;
    size_t i = (size_t)u;
    double w = u - (double)i, a = x[i - 1], b = x[i], c = x[i + 1], d = i + 2 < n ? x[i + 2] : c;
    return b + w * (c - a / 3.0 - b / 2.0 - d / 6.0 +
                    w * (0.5 * (a + c) - b + w * (0.5 * (b - c) + (d - a) / 6.0)));
}

typedef struct cluster {
    size_t n, n_markers, n_middle;
    double *axis[MARKERS_MAX][3], rate_hz;
} cluster;

static void places_at(const cluster *c, double t, double out[MARKERS_MAX][3]) {
    for (size_t k = 0; k < c->n_markers; k++)
        for (int r = 0; r < 3; r++) out[k][r] = at(c->axis[k][r], c->n, t * c->rate_hz);
}

static eg_quaternion turn_at(const cluster *c, double t) {
    double first[MARKERS_MAX][3], now[MARKERS_MAX][3], m[3][3];
    eg_rigid pose;
    places_at(c, 0.5 * (double)c->n / c->rate_hz, first);
    places_at(c, t, now);
    EG_CHECK(
        eg_rigid_fit(c->n_markers, (const double(*)[3])first, (const double(*)[3])now, &pose) >= 3);
    for (int r = 0; r < 3; r++)
        for (int k = 0; k < 3; k++) m[r][k] = pose.turn.m[r][k];
    return eg_quaternion_of_matrix((const double(*)[3])m);
}

static void middle_at(const cluster *c, double t, double out[3]) {
    double p[MARKERS_MAX][3];
    places_at(c, t, p);
    for (int r = 0; r < 3; r++) {
        out[r] = 0.0;
        for (size_t k = 0; k < c->n_middle; k++) out[r] += p[k][r] / (double)c->n_middle;
    }
}

static void feel(const cluster *c, double t, double h, eg_quaternion mount, double acc[3],
                 double gyr[3]) {
    double p[3][3], force[3], rate[3], matrix[3][3], back[3][3];
    for (int k = 0; k < 3; k++) middle_at(c, t + (k - 1) * h, p[k]);
    for (int r = 0; r < 3; r++)
        force[r] = (p[2][r] - 2.0 * p[1][r] + p[0][r]) / (h * h) + (r == 2 ? 9.81 : 0.0);
    eg_quaternion a = turn_at(c, t - 0.5 * h), b = turn_at(c, t + 0.5 * h), now = turn_at(c, t);
    eg_quaternion d = eg_quaternion_product(eg_quaternion_inverse(a), b);
    double sign = d.w < 0.0 ? -1.0 : 1.0;
    rate[0] = 2.0 * sign * d.x / h; /* small */
    rate[1] = 2.0 * sign * d.y / h;
    rate[2] = 2.0 * sign * d.z / h;
    eg_quaternion_matrix(eg_quaternion_inverse(now), matrix);
    eg_quaternion_matrix(eg_quaternion_inverse(mount), back);
    eg_quaternion_apply(matrix, force, force);
    eg_quaternion_apply(back, force, acc);
    eg_quaternion_apply(back, rate, gyr);
}

void marker_imu(const eg_recording *r, const char *labels, size_t n_middle, double up[3][3],
                double mm, eg_quaternion mount, double rate_hz, eg_orient_signal *signal,
                double **block, double *start_s) {
    cluster c = {.n_middle = n_middle, .rate_hz = r->points.rate_hz};
    const eg_marker *markers[MARKERS_MAX];
    char text[256];
    size_t from = 0, to = r->n_frames;
    strncpy(text, labels, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (char *label = strtok(text, ","); label != NULL; label = strtok(NULL, ",")) {
        EG_CHECK(c.n_markers < MARKERS_MAX);
        const eg_marker *m = markers[c.n_markers++] = marker_of(r, label);
        while (from < to && !isfinite(m->xyz[from][0])) from++;
        while (to > from && !isfinite(m->xyz[to - 1][0])) to--;
    }
    c.n = to - from;
    EG_CHECK((double)c.n > c.rate_hz);
    for (size_t m = 0; m < c.n_markers; m++)
        for (int k = 0; k < 3; k++) c.axis[m][k] = axis_of(r, markers[m], up[k], mm, from, c.n);
    double edge_s = 4.0 / c.rate_hz + 2.0 / rate_hz; /* differences and cubics look that far */
    *start_s = (double)from / c.rate_hz + edge_s;
    size_t n = (size_t)(((double)c.n / c.rate_hz - 2.0 * edge_s) * rate_hz);
    *block = malloc(6 * n * sizeof **block);
    *signal = (eg_orient_signal){.n = n, .rate_hz = rate_hz};
    for (size_t k = 0; k < 3; k++) {
        signal->gyr[k] = *block + k * n;
        signal->acc[k] = *block + (3 + k) * n;
    }
    for (size_t i = 0; i < n; i++) {
        double acc[3], gyr[3];
        feel(&c, edge_s + (double)i / rate_hz, 1.0 / rate_hz, mount, acc, gyr);
        for (size_t k = 0; k < 3; k++) {
            (*block)[k * n + i] = gyr[k];
            (*block)[(3 + k) * n + i] = acc[k];
        }
    }
    for (size_t k = 0; k < c.n_markers; k++)
        for (int a = 0; a < 3; a++) free(c.axis[k][a]);
}
