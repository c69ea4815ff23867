/* Text: CSV as the table reader reads it back, OpenSim's MOT and STO, TRC. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/noted.h"
#include "io/format/number.h"
#include "io/format/table.h"
#include "io/format/write_part.h"

enum { SUFFIX_MAX = 4, NUMBER_TEXT = 32 };

static eg_err no_memory(const eg_recording *r, eg_diag *diag) {
    return eg_diag_set(diag, EG_ERR_MEMORY, r->name, 0, "no memory");
}

/* ---- CSV ------------------------------------------------------------------------------------- */

/* Whether a label alone would be taken for a label with a unit ("knee_n"), or for a number. */
static int needs_brackets(const char *label) {
    size_t n = strlen(label);
    if (n == 0 || label[n - 1] == ')' || label[n - 1] == ']') return 1;
    for (size_t i = n; i-- > 0 && n - i <= SUFFIX_MAX + 1;)
        if (strchr("_ /", label[i]) != NULL) return 1;
    double value;
    return eg_number_read(label, n, '.', &value, NULL) > 0;
}

static void write_label(write_out *out, const write_column *c) {
    char label[EG_RECORDING_LABEL_MAX + 4];
    snprintf(label, sizeof label, "%s%s", c->label, c->axis);
    int is_quoted = strpbrk(label, ",\"") != NULL || strpbrk(c->unit, ",\"") != NULL;
    if (is_quoted) write_text(out, "\"");
    for (const char *at = label; *at != '\0'; at++) write_bytes(out, *at == '"' ? "'" : at, 1);
    if (c->unit[0] != '\0') {
        write_text(out, " [");
        for (const char *at = c->unit; *at != '\0'; at++)
            write_bytes(out, *at == '"' ? "'" : at, 1);
        write_text(out, "]");
    } else if (needs_brackets(label)) {
        write_text(out, " []");
    }
    if (is_quoted) write_text(out, "\"");
}

static void write_quoted(write_out *out, const char *text) {
    write_text(out, ",\"");
    for (const char *at = text; *at != '\0'; at++)
        write_bytes(out, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
    write_text(out, "\"");
}

/* Behind the rows: a program that knows no comments still finds names and numbers at the top. */
static void write_noted_events(write_out *out, const eg_recording *r, eg_write_notes *notes) {
    size_t n = r->n_events < EG_NOTED_EVENTS_MAX ? r->n_events : EG_NOTED_EVENTS_MAX;
    for (size_t i = 0; i < n; i++) {
        write_text(out, EG_NOTED_WORD);
        write_number(out, r->events[i].t_s);
        write_text(out, ",");
        write_number(out, r->events[i].duration_s);
        write_quoted(out, r->events[i].label);
        write_quoted(out, r->events[i].context);
        write_text(out, "\n");
    }
    if (n > 0)
        eg_write_note(notes,
                      "%zu events stand behind the last row, as lines that begin with #event", n);
    if (n < r->n_events)
        eg_write_note(notes, "%zu events are left out: at most %d are written", r->n_events - n,
                      EG_NOTED_EVENTS_MAX);
}

static void write_csv_rows(write_out *out, const write_grid *grid, int has_time) {
    int is_alone = !has_time && grid->n_columns == 1;
    for (size_t row = 0; row < grid->n_rows && !out->failed; row++) {
        if (has_time) write_number(out, write_grid_time(grid, row));
        for (size_t i = 0; i < grid->n_columns; i++) {
            double value = write_grid_value(&grid->columns[i], row);
            if (i > 0 || has_time) write_text(out, ",");
            write_number(out, value);
            if (is_alone && isnan(value)) write_text(out, "NaN");
        }
        write_text(out, "\n");
    }
}

eg_err eg_csv_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag) {
    write_grid grid;
    eg_err err = write_grid_make(recording, WRITE_CHANNELS | WRITE_MARKERS, &grid, notes, diag);
    write_out *out = err == EG_OK ? write_begin(sink) : NULL;
    if (out == NULL) {
        write_grid_free(&grid);
        return err != EG_OK ? err : no_memory(recording, diag);
    }
    write_note_lost(recording,
                    WRITE_CHANNELS | WRITE_MARKERS | WRITE_EVENTS | WRITE_UNITS | WRITE_STAMPS |
                        WRITE_START,
                    notes);
    int has_time = grid.t_s != NULL || !isnan(grid.rate_hz);
    if (!has_time)
        eg_write_note(notes, "the recording has neither times nor a rate: no column of time");
    if (grid.n_rows * (grid.n_columns + 1) > EG_TABLE_CELLS_MAX)
        eg_write_note(notes,
                      "the table has more than %d million cells, which Engram itself does "
                      "not read back",
                      EG_TABLE_CELLS_MAX >> 20);
    if (has_time) write_text(out, "time [s]");
    for (size_t i = 0; i < grid.n_columns; i++) {
        if (i > 0 || has_time) write_text(out, ",");
        write_label(out, &grid.columns[i]);
    }
    write_text(out, "\n");
    write_csv_rows(out, &grid, has_time);
    write_noted_events(out, recording, notes);
    write_grid_free(&grid);
    return write_end(out, recording->name, diag);
}

/* ---- MOT and STO ----------------------------------------------------------------------------- */

/* 1: in degrees, 0: in radians, -1: no column says. */
static int angles_in_degrees(const eg_recording *r, eg_write_notes *notes) {
    size_t n_degrees = 0, n_radians = 0;
    for (size_t i = 0; i < r->n_channels; i++) {
        n_degrees += strcmp(r->channels[i].unit, "deg") == 0;
        n_radians += strcmp(r->channels[i].unit, "rad") == 0;
    }
    if (n_degrees > 0 && n_radians > 0)
        eg_write_note(notes,
                      "the file says that its angles are degrees, but %zu columns are in "
                      "radians",
                      n_radians);
    return n_degrees > 0 ? 1 : n_radians > 0 ? 0 : -1;
}

eg_err eg_mot_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag) {
    write_grid grid;
    eg_err err = write_grid_make(recording, WRITE_CHANNELS, &grid, notes, diag);
    if (err == EG_OK && grid.t_s == NULL && isnan(grid.rate_hz))
        err = eg_diag_set(diag, EG_ERR_RANGE, recording->name, 0,
                          "the recording has neither times nor a rate, and this format needs them");
    write_out *out = err == EG_OK ? write_begin(sink) : NULL;
    if (out == NULL) {
        write_grid_free(&grid);
        return err != EG_OK ? err : no_memory(recording, diag);
    }
    write_note_lost(recording, WRITE_CHANNELS | WRITE_STAMPS | WRITE_START, notes);
    char head[400];
    int in_degrees = angles_in_degrees(recording, notes);
    snprintf(head, sizeof head, "%s\nversion=1\nnRows=%zu\nnColumns=%zu\n%sendheader\ntime",
             recording->name, grid.n_rows, grid.n_columns + 1,
             in_degrees == 1   ? "inDegrees=yes\n"
             : in_degrees == 0 ? "inDegrees=no\n"
                               : "");
    write_text(out, head);
    for (size_t i = 0; i < grid.n_columns; i++) {
        write_text(out, "\t");
        write_text(out, grid.columns[i].label);
    }
    write_text(out, "\n");
    for (size_t row = 0; row < grid.n_rows && !out->failed; row++) {
        write_number(out, write_grid_time(&grid, row));
        for (size_t i = 0; i < grid.n_columns; i++) {
            double value = write_grid_value(&grid.columns[i], row);
            write_text(out, "\t");
            write_number(out, value);
            if (isnan(value)) write_text(out, "NaN");
        }
        write_text(out, "\n");
    }
    write_grid_free(&grid);
    return write_end(out, recording->name, diag);
}

/* ---- TRC ------------------------------------------------------------------------------------- */

static void write_trc_head(write_out *out, const eg_recording *r, size_t n_markers) {
    char text[300], rate[NUMBER_TEXT];
    snprintf(rate, sizeof rate, "%.15g", r->points.rate_hz);
    snprintf(text, sizeof text,
             "PathFileType\t4\t(X/Y/Z)\t%s\n"
             "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame"
             "\tOrigNumFrames\n",
             r->name);
    write_text(out, text);
    snprintf(text, sizeof text, "%s\t%s\t%zu\t%zu\t%s\t%s\t%llu\t%zu\nFrame#\tTime", rate, rate,
             r->n_frames, n_markers, r->points.unit, rate, (unsigned long long)r->first_frame,
             r->n_frames);
    write_text(out, text);
    for (size_t i = 0; i < r->points.n_markers; i++) {
        if (r->points.markers[i].is_computed) continue;
        write_text(out, "\t");
        write_text(out, r->points.markers[i].label);
        write_text(out, "\t\t");
    }
    write_text(out, "\n\t");
    for (size_t i = 1; i <= n_markers; i++) {
        snprintf(text, sizeof text, "\tX%zu\tY%zu\tZ%zu", i, i, i);
        write_text(out, text);
    }
    write_text(out, "\n\n");
}

eg_err eg_trc_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag) {
    const eg_points *points = &recording->points;
    size_t n_markers = 0;
    for (size_t i = 0; i < points->n_markers; i++) n_markers += !points->markers[i].is_computed;
    if (n_markers == 0)
        return eg_diag_set(diag, EG_ERR_RANGE, recording->name, 0,
                           "the recording has no markers, and this format holds nothing else");
    if (isnan(points->rate_hz))
        return eg_diag_set(diag, EG_ERR_RANGE, recording->name, 0,
                           "the markers have no rate, and this format needs one");
    write_out *out = write_begin(sink);
    if (out == NULL) return no_memory(recording, diag);
    write_note_lost(recording, WRITE_MARKERS | WRITE_UNITS | WRITE_STAMPS | WRITE_START, notes);
    if (n_markers < points->n_markers)
        eg_write_note(notes,
                      "%zu computed points (angles, forces) are left out: the format holds "
                      "places",
                      points->n_markers - n_markers);
    write_trc_head(out, recording, n_markers);
    for (size_t row = 0; row < recording->n_frames && !out->failed; row++) {
        char frame[NUMBER_TEXT];
        uint64_t number = recording->first_frame + row;
        snprintf(frame, sizeof frame, "%llu\t", (unsigned long long)number);
        write_text(out, frame);
        write_number(out, recording->t_s != NULL
                              ? recording->t_s[row]
                              : recording->start_s + (double)row / points->rate_hz);
        for (size_t i = 0; i < points->n_markers; i++) {
            if (points->markers[i].is_computed) continue;
            for (size_t k = 0; k < 3; k++) {
                write_text(out, "\t");
                write_number(out, points->markers[i].xyz[row][k]);
            }
        }
        write_text(out, "\n");
    }
    return write_end(out, recording->name, diag);
}
