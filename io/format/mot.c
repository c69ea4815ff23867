#include "io/format/mot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/number.h"
#include "io/format/table.h"
#include "io/format/text.h"

enum { HEADER_BYTES_MAX = 1 << 16, HEADER_LINES_MAX = 1000 };

typedef struct mot {
    double n_rows, n_columns; /* NaN if the header does not say */
    int in_degrees;           /* 1, 0, -1 unknown */
    int is_vectors;
    uint64_t n_lines; /* of the header, endheader too */
} mot;

/* Moves behind the header. 0 if there is no "endheader" within the first lines. */
static int skip_header(eg_span *rest, mot *m);

static eg_span head_of(const uint8_t *bytes, size_t size) {
    return (eg_span){(const char *)bytes, size < HEADER_BYTES_MAX ? size : HEADER_BYTES_MAX};
}

int eg_mot_is(const uint8_t *bytes, size_t size) {
    eg_span rest = head_of(bytes, size);
    mot m;
    return !eg_text_is_binary(bytes, size) && skip_header(&rest, &m);
}

/* The number behind a key as "nRows=73", "datarows 73"; NaN if the line has another key. */
static double fact(eg_span line, const char *key) {
    size_t n = strlen(key);
    if (line.n <= n || !eg_text_equals((eg_span){line.start, n}, key)) return (double)NAN;
    eg_span rest = {line.start + n, line.n - n};
    if (rest.start[0] != '=' && rest.start[0] != ' ' && rest.start[0] != '\t') return (double)NAN;
    rest = eg_text_trim((eg_span){rest.start + 1, rest.n - 1});
    double value;
    return eg_number_read(rest.start, rest.n, '.', &value, NULL) > 0 ? value : (double)NAN;
}

static void read_line(eg_span line, mot *m) {
    static const char *const rows[] = {"nRows", "datarows"}, *const columns[] = {"nColumns",
                                                                                 "datacolumns"};
    for (int i = 0; i < 2; i++) {
        double n = fact(line, rows[i]);
        if (isfinite(n)) m->n_rows = n;
        n = fact(line, columns[i]);
        if (isfinite(n)) m->n_columns = n;
    }
    if (eg_text_equals(line, "inDegrees=yes")) m->in_degrees = 1;
    if (eg_text_equals(line, "inDegrees=no")) m->in_degrees = 0;
    static const char type[] = "DataType=";
    size_t n = sizeof type - 1;
    if (line.n > n && eg_text_equals((eg_span){line.start, n}, type))
        m->is_vectors = !eg_text_equals((eg_span){line.start + n, line.n - n}, "double");
}

static int skip_header(eg_span *rest, mot *m) {
    eg_span line;
    *m = (mot){.n_rows = (double)NAN, .n_columns = (double)NAN, .in_degrees = -1};
    while (m->n_lines < HEADER_LINES_MAX && eg_text_next_line(rest, &line)) {
        m->n_lines++;
        line = eg_text_trim(line);
        if (eg_text_equals(line, "endheader")) return 1;
        read_line(line, m);
    }
    return 0;
}

/* Names that OpenSim's models give to angles; translations end in _tx, _ty, _tz. */
static int is_angle(const char *label) {
    static const char *const words[] = {"flexion",   "rotation", "adduction", "_angle",
                                        "tilt",      "list",     "obliquity", "bending",
                                        "extension", "elev",     "pro_sup",   "deviation"};
    eg_span text = {label, strlen(label)};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (eg_text_find(text, words[i]) != NULL) return 1;
    return 0;
}

static void compare(eg_recording *r, const mot *m) {
    double columns = (double)r->n_channels + (r->t_s != NULL ? 1 : 0);
    if (isfinite(m->n_rows) && fabs(m->n_rows - (double)r->n_frames) > 0.5) {
        eg_recording_warn(r, 0, "the header says %g rows, there are %zu", m->n_rows, r->n_frames);
        if (m->n_rows > (double)r->n_frames) r->is_partial = 1;
    }
    if (isfinite(m->n_columns) && fabs(m->n_columns - columns) > 0.5)
        eg_recording_warn(r, 0, "the header says %g columns, there are %g", m->n_columns, columns);
}

eg_err eg_mot_parse(const char *name, const uint8_t *bytes, size_t size, eg_recording *recording,
                    eg_diag *diag) {
    EG_ASSERT(name != NULL && bytes != NULL && recording != NULL);
    eg_span rest = head_of(bytes, size);
    mot m;
    if (!skip_header(&rest, &m))
        return eg_diag_set(diag, EG_ERR_FORMAT, name, 0, "there is no \"endheader\"");
    if (m.is_vectors)
        return eg_diag_set(diag, EG_ERR_FORMAT, name, 0,
                           "cells of several numbers are not read yet; export angles or one "
                           "number a column");
    size_t used = (size_t)(rest.start - (const char *)bytes);
    if (used >= size)
        return eg_diag_set(diag, EG_ERR_DATA, name, 0,
                           "the file ends behind its header; export it again");
    eg_err err = eg_table_parse(name, bytes + used, size - used, recording, diag);
    if (err != EG_OK) return err;
    snprintf(recording->format, sizeof recording->format, "OpenSim motion");
    recording->header_lines += m.n_lines;
    for (size_t i = 0; i < recording->n_warnings; i++)
        if (recording->warnings[i].line > 0) recording->warnings[i].line += m.n_lines;
    for (size_t i = 0; i < recording->n_channels; i++) {
        eg_channel *channel = &recording->channels[i];
        channel->rate_hz = recording->rate_hz;
        if (m.in_degrees >= 0 && channel->unit[0] == '\0' && is_angle(channel->label))
            snprintf(channel->unit, sizeof channel->unit, "%s", m.in_degrees ? "deg" : "rad");
    }
    compare(recording, &m);
    return EG_OK;
}
