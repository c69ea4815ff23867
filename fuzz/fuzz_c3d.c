/* Any bytes as a C3D file, straight into its reader: an error with words, or a recording that keeps
 * its promises. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/c3d.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int is_ended(const char *field, size_t size) {
    return memchr(field, 0, size) != NULL;
}

static void check_markers(const eg_recording *r) {
    for (size_t i = 0; i < r->points.n_markers; i++) {
        const eg_marker *m = &r->points.markers[i];
        size_t n_valid = 0;
        EG_ASSERT(is_ended(m->label, sizeof m->label) && is_ended(m->unit, sizeof m->unit));
        EG_ASSERT(m->label[0] != '\0');
        for (size_t k = 0; k < r->n_frames; k++) {
            const double *xyz = m->xyz[k];
            EG_ASSERT(isnan(xyz[0]) == isnan(xyz[1]) && isnan(xyz[0]) == isnan(xyz[2]));
            EG_ASSERT(!isinf(xyz[0]) && !isinf(xyz[1]) && !isinf(xyz[2]));
            n_valid += isnan(xyz[0]) ? 0 : 1;
        }
        EG_ASSERT(n_valid == m->n_valid);
    }
}

static void check_platforms(const eg_recording *r) {
    EG_ASSERT(r->n_platforms <= EG_RECORDING_PLATFORMS_MAX);
    for (size_t i = 0; i < r->n_platforms; i++) {
        const eg_platform *p = &r->platforms[i];
        EG_ASSERT(p->n_channels <= EG_RECORDING_PLATFORM_CHANNELS_MAX);
        for (size_t k = 0; k < p->n_channels; k++)
            EG_ASSERT(p->channels[k] < r->n_channels || p->channels[k] == SIZE_MAX);
        EG_ASSERT(p->n_rows <= EG_RECORDING_PLATFORM_CHANNELS_MAX);
        EG_ASSERT(p->n_columns <= EG_RECORDING_PLATFORM_CHANNELS_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    eg_recording *r = calloc(1, sizeof *r);
    EG_ASSERT(r != NULL);
    (void)eg_c3d_is(bytes, size);
    eg_diag diag = {0};
    eg_err err = eg_c3d_parse("fuzz", bytes, size, r, &diag);
    if (err != EG_OK) {
        EG_ASSERT(diag.code == err && diag.text[0] != '\0');
        eg_recording_destroy(r);
        return 0;
    }
    EG_ASSERT(r->n_frames <= size && r->has_points);
    EG_ASSERT(isnan(r->rate_hz) || r->rate_hz > 0);
    EG_ASSERT(isfinite(r->start_s));
    for (size_t i = 0; i < r->n_channels; i++) {
        const eg_channel *c = &r->channels[i];
        EG_ASSERT(c->n <= size && c->n % (r->n_frames > 0 ? r->n_frames : 1) == 0);
        EG_ASSERT(is_ended(c->label, sizeof c->label) && is_ended(c->unit, sizeof c->unit));
        for (size_t k = 0; k < c->n; k++) EG_ASSERT(!isinf(c->values[k]));
    }
    check_markers(r);
    check_platforms(r);
    for (size_t i = 0; i < r->n_events; i++) {
        EG_ASSERT(isfinite(r->events[i].t_s));
        EG_ASSERT(i == 0 || r->events[i].t_s >= r->events[i - 1].t_s);
    }
    eg_recording_destroy(r);
    return 0;
}
