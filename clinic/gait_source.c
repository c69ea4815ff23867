#include "clinic/gait_source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/motion/marker.h"

double eg_gait_length_mm(const char *unit) {
    static const struct {
        const char *name;
        double mm;
    } units[] = {{"", 1.0},    {"mm", 1.0},   {"cm", 10.0},       {"dm", 100.0},     {"m", 1000.0},
                 {"in", 25.4}, {"ft", 304.8}, {"meters", 1000.0}, {"metres", 1000.0}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].name, unit) == 0) return units[i].mm;
    return (double)NAN;
}

/* The mean of those of the sites that have a marker and are seen together; NULL without any. */
static double (*mean_of(const eg_recording *recording, const eg_marker_match *match,
                        const int *sites, size_t n_sites, double mm, char *name))[3] {
    const eg_marker *found[4];
    size_t n_found = 0, n = recording->n_frames;
    name[0] = '\0';
    for (size_t k = 0; k < n_sites && n_found < 4; k++) {
        int index = match->index[sites[k]];
        if (index < 0 || recording->points.markers[index].n_valid == 0) continue;
        found[n_found++] = &recording->points.markers[index];
        size_t used = strlen(name);
        snprintf(name + used, EG_RECORDING_LABEL_MAX - used, "%s%s", used > 0 ? "+" : "",
                 found[n_found - 1]->label);
    }
    double(*xyz)[3] = n_found > 0 && n > 0 ? malloc(n * sizeof *xyz) : NULL;
    for (size_t i = 0; xyz != NULL && i < n; i++)
        for (int r = 0; r < 3; r++) {
            double sum = 0.0;
            for (size_t k = 0; k < n_found; k++) sum += found[k]->xyz[i][r];
            xyz[i][r] = mm * sum / (double)n_found;
        }
    return xyz;
}

/* The first of several sites that has a marker. */
static double (*first_of(const eg_recording *recording, const eg_marker_match *match,
                         const int *sites, size_t n_sites, double mm, char *name))[3] {
    for (size_t k = 0; k < n_sites; k++) {
        double(*xyz)[3] = mean_of(recording, match, &sites[k], 1, mm, name);
        if (xyz != NULL) return xyz;
    }
    return NULL;
}

static void turn(double (*xyz)[3], size_t n, double up[3][3]) {
    for (size_t i = 0; xyz != NULL && i < n; i++) {
        const double v[3] = {xyz[i][0], xyz[i][1], xyz[i][2]};
        for (int r = 0; r < 3; r++) xyz[i][r] = up[r][0] * v[0] + up[r][1] * v[1] + up[r][2] * v[2];
    }
}

static void find_sites(const eg_recording *recording, const eg_marker_match *match,
                       eg_gait_markers *m) {
    static const int heels[] = {EG_SITE_HEEL, EG_SITE_ANKLE, EG_SITE_ANKLE_CENTRE};
    static const int toes[] = {EG_SITE_TOE, EG_SITE_MET_1, EG_SITE_MET_5, EG_SITE_TOE_TIP};
    static const int sacra[] = {EG_SITE_SACRUM};
    static const int pelvis[3][2] = {{EG_SITE_ASIS, EG_SITE_ASIS_RIGHT},
                                     {EG_SITE_PSIS, EG_SITE_PSIS_RIGHT},
                                     {EG_SITE_HIP_CENTRE, EG_SITE_HIP_CENTRE_RIGHT}};
    for (int side = 0; side < 2; side++) {
        int own[4];
        for (int k = 0; k < 3; k++) own[k] = heels[k] + side;
        m->heel[side] = first_of(recording, match, own, 3, m->mm, m->names[side]);
        for (int k = 0; k < 4; k++) own[k] = toes[k] + side;
        m->toe[side] = first_of(recording, match, own, 4, m->mm, m->names[2 + side]);
    }
    for (int k = 0; k < 3 && m->pelvis == NULL; k++)
        if (match->index[pelvis[k][0]] >= 0 && match->index[pelvis[k][1]] >= 0)
            m->pelvis = mean_of(recording, match, pelvis[k], 2, m->mm, m->names[4]);
    if (m->pelvis == NULL) m->pelvis = first_of(recording, match, sacra, 1, m->mm, m->names[4]);
}

eg_err eg_gait_markers_read(const eg_recording *recording, eg_gait_markers *m, int *is_usable,
                            eg_diag *diag) {
    *is_usable = 0;
    *m = (eg_gait_markers){.n = recording->n_frames, .rate_hz = recording->points.rate_hz};
    m->mm = eg_gait_length_mm(recording->points.unit);
    for (int r = 0; r < 3; r++) m->up[r][r] = 1.0;
    size_t n = recording->points.n_markers;
    if (n == 0 || !isfinite(m->mm)) return EG_OK;
    const char **labels = malloc(n * sizeof *labels);
    size_t *seen = malloc(n * sizeof *seen);
    if (labels == NULL || seen == NULL) {
        free((void *)labels);
        free(seen);
        return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory for the markers");
    }
    for (size_t i = 0; i < n; i++) {
        const eg_marker *marker = &recording->points.markers[i];
        labels[i] = marker->is_named && !marker->is_computed ? marker->label : NULL;
        seen[i] = marker->n_valid;
    }
    eg_marker_match match;
    eg_marker_match_labels(n, labels, seen, &match);
    free((void *)labels);
    free(seen);
    find_sites(recording, &match, m);
    int has_pair = m->heel[0] != NULL && m->heel[1] != NULL;
    *is_usable = has_pair || (m->pelvis != NULL && (m->heel[0] != NULL || m->heel[1] != NULL));
    if (!*is_usable) return EG_OK;
    double(*low)[3] = m->heel[0] != NULL ? m->heel[0] : m->heel[1];
    if (m->pelvis != NULL)
        (void)eg_gait_frame(m->n, (const double(*)[3])m->pelvis, (const double(*)[3])low, m->up);
    for (int side = 0; side < 2; side++) {
        turn(m->heel[side], m->n, m->up);
        turn(m->toe[side], m->n, m->up);
    }
    turn(m->pelvis, m->n, m->up);
    return EG_OK;
}

void eg_gait_markers_free(eg_gait_markers *m) {
    for (int side = 0; side < 2; side++) {
        free(m->heel[side]);
        free(m->toe[side]);
    }
    free(m->pelvis);
    *m = (eg_gait_markers){0};
}

eg_gait_track eg_gait_markers_track(const eg_gait_markers *m) {
    eg_gait_track track = {.n = m->n, .rate_hz = m->rate_hz};
    for (int side = 0; side < 2; side++) {
        track.heel[side] = (const double(*)[3])m->heel[side];
        track.toe[side] = (const double(*)[3])m->toe[side];
    }
    track.pelvis = (const double(*)[3])m->pelvis;
    return track;
}

/* Moments: N mm where the file says so or says nothing and lengths are mm (C3D's rule). */
static double moment_mm(const char *unit, double length_mm) {
    static const char *const metres[] = {"Nm", "N.m", "N m", "N*m"};
    for (size_t i = 0; i < sizeof metres / sizeof metres[0]; i++)
        if (strcmp(unit, metres[i]) == 0) return 1000.0;
    return strcmp(unit, "Nmm") == 0 || strcmp(unit, "N.mm") == 0 ? 1.0 : length_mm;
}

static eg_err describe(const eg_recording *recording, const eg_platform *p, double mm,
                       eg_gait_plate *plate, size_t *n, double *rate_hz, eg_diag *diag) {
    *plate = (eg_gait_plate){.type = p->type,
                             .n_channels = p->n_channels,
                             .has_calibration = p->has_calibration,
                             .moment_mm = mm};
    *n = 0;
    for (size_t k = 0; k < p->n_channels; k++) {
        size_t at = p->channels[k];
        const eg_channel *c = at < recording->n_channels ? &recording->channels[at] : NULL;
        int is_alike =
            c != NULL && (k == 0 || (c->n == *n && !(fabs(c->rate_hz - *rate_hz) > 0.0)));
        if (!is_alike || !(c->rate_hz > 0.0))
            return eg_diag_set(diag, EG_ERR_MISSING, recording->name, 0,
                               "channel %zu of a force plate is not in the file or has another "
                               "rate than the others",
                               k + 1);
        plate->channels[k] = c->values;
        *n = c->n;
        *rate_hz = c->rate_hz;
        if (k == 3) plate->moment_mm = moment_mm(c->unit, mm);
    }
    if (p->has_calibration) plate->moment_mm = mm; /* the matrix gives the file's own unit */
    for (size_t r = 0; r < 6 && r < p->n_rows; r++)
        for (size_t k = 0; k < p->n_columns; k++) plate->calibration[r][k] = p->calibration[r][k];
    for (int r = 0; r < 3; r++) {
        plate->origin_mm[r] = isfinite(p->origin[r]) ? mm * p->origin[r] : 0.0;
        for (int k = 0; k < 4; k++) plate->corners_mm[k][r] = mm * p->corners[k][r];
    }
    return EG_OK;
}

eg_err eg_gait_plate_read(const eg_recording *recording, size_t index, eg_gait_markers *markers,
                          eg_gait_plate_reading *reading, eg_diag *diag) {
    *reading = (eg_gait_plate_reading){0};
    eg_gait_plate plate;
    double mm = isfinite(markers->mm) ? markers->mm : 1.0;
    eg_err err = describe(recording, &recording->platforms[index], mm, &plate, &reading->n,
                          &reading->rate_hz, diag);
    if (err != EG_OK) return err;
    size_t n = reading->n, bytes = 8 * n * sizeof(double) + 256;
    reading->values = malloc(6 * n * sizeof(double) + 1);
    void *scratch = malloc(bytes);
    if (reading->values == NULL || scratch == NULL) {
        free(scratch);
        eg_gait_plate_free(reading);
        return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory for a force plate");
    }
    for (size_t r = 0; r < 3; r++) {
        reading->force.force_n[r] = reading->values + r * n;
        reading->force.cop_mm[r] = reading->values + (3 + r) * n;
    }
    eg_arena arena;
    eg_arena_init(&arena, scratch, bytes);
    err = eg_gait_plate_forces(&plate, n, markers->up, &reading->force, &arena, diag);
    free(scratch);
    if (err != EG_OK) eg_gait_plate_free(reading);
    return err;
}

void eg_gait_plate_free(eg_gait_plate_reading *reading) {
    free(reading->values);
    *reading = (eg_gait_plate_reading){0};
}
