#include "io/format/trc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/table.h"
#include "io/format/text.h"

enum { BYTES_MAX = 256 << 20, HEADER_LINES = 5 };

static const char signature[] = "PathFileType";

/* Rates that differ by less than this are one rate written with few digits. */
static const double same_rate = 0.01;

typedef struct trc {
    eg_recording *recording;
    eg_diag *diag;
    eg_span rest; /* behind what has been read */
    eg_text_style style;
    size_t n_slow;                       /* numbers that took long to read */
    double rate_hz, n_frames, n_markers; /* as the header says; NaN if it does not */
    size_t n_columns;                    /* numbers of a row behind frame and time */
    size_t n_bad;                        /* rows left out */
} trc;

int eg_trc_is(const uint8_t *bytes, size_t size) {
    size_t mark = size >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0;
    size_t n = sizeof signature - 1;
    return size >= mark + n && memcmp(bytes + mark, signature, n) == 0;
}

static eg_err fail(const trc *f, eg_err code, const char *text) {
    return eg_diag_set(f->diag, code, f->recording->name, 0, "%s", text);
}

static eg_cell_kind classify(trc *f, eg_span cell, double *value) {
    int is_slow = 0;
    eg_cell_kind kind = eg_text_classify(cell, f->style.decimal_mark, value, &is_slow);
    f->n_slow += (size_t)is_slow;
    return kind;
}

static int is_blank(eg_span line) {
    return eg_text_trim(line).n == 0;
}

/* ---- header ---------------------------------------------------------------------------------- */

/* The third line has the values of the names in the second. */
static void read_facts(trc *f, eg_span names, eg_span values) {
    eg_cell_walk name_walk, value_walk;
    eg_text_begin_cells(&name_walk, names, f->style.delimiter);
    eg_text_begin_cells(&value_walk, values, f->style.delimiter);
    eg_span name, value;
    eg_points *points = &f->recording->points;
    while (eg_text_next_cell(&name_walk, &name) && eg_text_next_cell(&value_walk, &value)) {
        double number;
        f->style.decimal_mark = memchr(value.start, ',', value.n) != NULL ? ',' : '.';
        eg_cell_kind kind = classify(f, value, &number);
        if (eg_text_equals(name, "Units"))
            eg_recording_copy_text(points->unit, sizeof points->unit, value.start, value.n);
        if (kind != EG_CELL_NUMBER) continue;
        if (eg_text_equals(name, "DataRate") && number > 0) f->rate_hz = number;
        if (eg_text_equals(name, "NumFrames")) f->n_frames = number;
        if (eg_text_equals(name, "NumMarkers")) f->n_markers = number;
    }
}

static size_t count_cells(eg_span line, char delimiter, size_t skipped) {
    eg_cell_walk walk;
    eg_span cell;
    size_t n = 0, at = 0;
    eg_text_begin_cells(&walk, line, delimiter);
    while (eg_text_next_cell(&walk, &cell))
        if (at++ >= skipped && cell.n > 0) n++;
    return n;
}

/* Labels stand over the first, or between the, columns of their marker: only their order counts. */
static void name_markers(trc *f, eg_span labels) {
    eg_points *points = &f->recording->points;
    eg_cell_walk walk;
    eg_span cell;
    size_t at = 0, k = 0;
    eg_text_begin_cells(&walk, labels, f->style.delimiter);
    while (eg_text_next_cell(&walk, &cell) && k < points->n_markers) {
        if (at++ < 2 || cell.n == 0) continue;
        eg_recording_copy_text(points->markers[k].label, sizeof points->markers[k].label,
                               cell.start, cell.n);
        points->markers[k++].is_named = 1;
    }
    for (k = 0; k < points->n_markers; k++) {
        eg_marker *marker = &points->markers[k];
        memcpy(marker->unit, points->unit, sizeof marker->unit);
        if (marker->label[0] == '\0') {
            marker->is_named = 0;
            snprintf(marker->label, sizeof marker->label, "point %zu", k + 1);
        }
    }
}

static eg_err read_header(trc *f) {
    eg_span lines[HEADER_LINES];
    for (int i = 0; i < HEADER_LINES; i++)
        if (!eg_text_next_line(&f->rest, &lines[i]))
            return fail(f, EG_ERR_DATA, "the file ends within its header; export it again");
    int has_tabs = memchr(lines[3].start, '\t', lines[3].n) != NULL;
    f->style.delimiter = has_tabs ? '\t' : ' ';
    f->recording->delimiter = f->style.delimiter;
    f->recording->header_lines = HEADER_LINES;
    f->recording->has_points = 1;
    read_facts(f, lines[1], lines[2]);
    size_t labels = count_cells(lines[3], f->style.delimiter, 2);
    size_t columns = count_cells(lines[4], f->style.delimiter, 0);
    size_t n = columns > 3 * labels ? columns / 3 : labels;
    if (n == 0) return fail(f, EG_ERR_DATA, "the header names no marker; export it again");
    eg_err err = eg_recording_add_markers(f->recording, n, f->diag);
    if (err != EG_OK) return err;
    f->n_columns = 3 * n;
    if (isfinite(f->n_markers) && fabs(f->n_markers - (double)n) > 0.5)
        eg_recording_warn(f->recording, 3, "NumMarkers is %g, but the columns are those of %zu",
                          f->n_markers, n);
    if (labels != n) eg_recording_warn(f->recording, 4, "%zu labels for %zu markers", labels, n);
    name_markers(f, lines[3]);
    return EG_OK;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static size_t count_rows(eg_span rest) {
    size_t n = 0;
    eg_span line;
    while (eg_text_next_line(&rest, &line)) n += !is_blank(line);
    return n;
}

/* A comma is the decimal mark where numbers have commas and no points. */
static void find_mark(trc *f) {
    eg_span rest = f->rest, line = {"", 0};
    while (eg_text_next_line(&rest, &line) && is_blank(line)) continue;
    int has_comma = memchr(line.start, ',', line.n) != NULL;
    int has_point = memchr(line.start, '.', line.n) != NULL;
    f->style.decimal_mark = has_comma && !has_point ? ',' : '.';
    f->recording->decimal_mark = f->style.decimal_mark;
}

static void set_marker(eg_marker *marker, size_t frame, const double xyz[3]) {
    int is_seen = isfinite(xyz[0]) && isfinite(xyz[1]) && isfinite(xyz[2]);
    for (int i = 0; i < 3; i++) marker->xyz[frame][i] = is_seen ? xyz[i] : (double)NAN;
    marker->n_valid += (size_t)is_seen;
}

/* One row into frame `at`. Returns how many cells it had, 0 if it is no row. */
static size_t read_row(trc *f, eg_span line, size_t at) {
    eg_recording *r = f->recording;
    eg_cell_walk walk;
    eg_span cell;
    double number, xyz[3] = {(double)NAN, (double)NAN, (double)NAN};
    eg_text_begin_cells(&walk, line, f->style.delimiter);
    if (!eg_text_next_cell(&walk, &cell) || classify(f, cell, &number) != EG_CELL_NUMBER) return 0;
    if (at == 0 && number >= 0 && number < 1e15) r->first_frame = (uint64_t)number;
    if (!eg_text_next_cell(&walk, &cell) || classify(f, cell, &r->t_s[at]) == EG_CELL_TEXT)
        return 0;
    size_t n = 0;
    for (; n < f->n_columns && eg_text_next_cell(&walk, &cell); n++) {
        (void)classify(f, cell, &xyz[n % 3]);
        if (n % 3 == 2) set_marker(&r->points.markers[n / 3], at, xyz);
    }
    for (size_t k = n / 3; k < r->points.n_markers; k++) {
        static const double unseen[3] = {NAN, NAN, NAN};
        set_marker(&r->points.markers[k], at, unseen);
    }
    return n + 2;
}

/* A last row without its line's end that lacks cells was cut. */
static void drop_cut_row(trc *f, size_t n_cells, size_t usual) {
    eg_recording *r = f->recording;
    const char *end = f->rest.start + f->rest.n;
    if (r->n_frames == 0 || n_cells >= usual || end[-1] == '\n' || end[-1] == '\r') return;
    r->n_frames--;
    for (size_t k = 0; k < r->points.n_markers; k++)
        if (!isnan(r->points.markers[k].xyz[r->n_frames][0])) r->points.markers[k].n_valid--;
    r->is_partial = 1;
    eg_recording_warn(r, 0, "the file ends in the middle of a row");
}

static eg_err read_rows(trc *f) {
    eg_recording *r = f->recording;
    size_t room = count_rows(f->rest), n_cells = 0, usual = 0;
    uint64_t line_number = HEADER_LINES;
    if (room == 0) return fail(f, EG_ERR_DATA, "the file has no rows; export it again");
    r->n_frames = room;
    eg_err err = eg_recording_add_samples(r, f->diag);
    if (err != EG_OK) return err;
    r->t_s = calloc(room, sizeof *r->t_s);
    if (r->t_s == NULL) return fail(f, EG_ERR_MEMORY, "no memory");
    r->n_frames = 0;
    find_mark(f);
    eg_span whole = f->rest, line;
    while (eg_text_next_line(&f->rest, &line)) {
        line_number++;
        if (is_blank(line)) continue;
        n_cells = read_row(f, line, r->n_frames);
        if (n_cells == 0) {
            if (f->n_bad++ == 0)
                eg_recording_warn(r, line_number, "this is no row of numbers and is left out");
            continue;
        }
        if (f->n_slow > EG_TABLE_SLOW_NUMBERS_MAX)
            return fail(f, EG_ERR_LIMIT, "the numbers have too many digits; export it again");
        if (n_cells > usual) usual = n_cells;
        r->n_frames++;
    }
    f->rest = whole;
    drop_cut_row(f, n_cells, usual);
    if (f->n_bad > 0) r->is_partial = 1;
    if (r->n_frames == 0) return fail(f, EG_ERR_DATA, "no row has numbers; export it again");
    return EG_OK;
}

static void set_rate(trc *f) {
    eg_recording *r = f->recording;
    size_t n = r->n_frames;
    double span_s = n > 1 ? r->t_s[n - 1] - r->t_s[0] : (double)NAN;
    double measured = span_s > 0 ? (double)(n - 1) / span_s : (double)NAN;
    if (isfinite(f->rate_hz) && isfinite(measured) && n > 10 &&
        fabs(measured - f->rate_hz) > same_rate * f->rate_hz)
        eg_recording_warn(r, 0, "DataRate is %g Hz, the times give %.6g", f->rate_hz, measured);
    int is_said = isfinite(f->rate_hz);
    r->rate_hz = is_said ? f->rate_hz : measured;
    if (!isfinite(r->rate_hz)) r->rate_hz = (double)NAN;
    r->points.rate_hz = r->rate_hz;
    r->start_s = isfinite(r->t_s[0]) ? r->t_s[0] : 0.0;
    snprintf(r->time_source, sizeof r->time_source, "%s",
             is_said             ? "DataRate"
             : isnan(r->rate_hz) ? ""
                                 : "the column of time");
    if (isfinite(f->n_frames) && fabs(f->n_frames - (double)n) > 0.5)
        eg_recording_warn(r, 3, "NumFrames is %g, but there are %zu rows", f->n_frames, n);
}

eg_err eg_trc_parse(const char *name, const uint8_t *bytes, size_t size, eg_recording *recording,
                    eg_diag *diag) {
    EG_ASSERT(name != NULL && bytes != NULL && recording != NULL);
    (void)name;
    trc f = {.recording = recording, .diag = diag};
    f.rate_hz = f.n_frames = f.n_markers = (double)NAN;
    if (size > BYTES_MAX) return fail(&f, EG_ERR_LIMIT, "larger than 256 MB; cut it into trials");
    char *owned = NULL;
    eg_err err = eg_text_decode(bytes, size, &f.rest, &owned);
    if (err != EG_OK) return fail(&f, err, "no memory");
    snprintf(recording->format, sizeof recording->format, "TRC");
    err = read_header(&f);
    if (err == EG_OK) err = read_rows(&f);
    if (err == EG_OK) set_rate(&f);
    free(owned);
    return err;
}
