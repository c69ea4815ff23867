#include "io/format/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/layout.h"
#include "io/format/noted.h"
#include "io/format/number.h"
#include "io/format/step.h"

enum {
    RELEASE_BYTES = 4 << 20, /* of cells that have become channels are given back at once */
    BLOCK_CELLS = 16384,     /* are moved at a time: what fits into a cache */
    UNREADABLE_FIRST = 1000,
    MARKS_MAX = 8, /* columns of marks */
    EVENTS_MAX = 100000,
    EVEN_ROWS_LEAST = 50 /* so many even steps make an unnamed column a time */
};

/* The largest step between two rows that a time column without unit may have: seconds are usual,
 * and no recording of movement has fewer than two rows a second. */
static const double unitless_step_max_s = 0.5;

/* What the steps of a column without name may be to be taken as seconds: 5 to 10000 Hz. */
static const double even_step_least_s = 1e-4, even_step_most_s = 0.2;
static const double half_day_s = 43200, day_s = 86400;

/* Something that happens in many rows is told once, with the first line and how often. */
typedef struct tally {
    uint64_t first_line;
    size_t n;
} tally;

/* What a column of marks said in the row before. */
typedef struct last_mark {
    size_t column, row, event;
    char text[EG_RECORDING_LABEL_MAX];
} last_mark;

typedef struct reader {
    const char *name;
    const eg_layout *layout;
    eg_recording *recording;
    eg_diag *diag;
    double *cells;      /* [n_rows][n_columns], owned */
    uintptr_t released; /* the pages of cells before it are given back */
    size_t n_rows;
    size_t capacity; /* rows */
    size_t n_slow;
    uint64_t line;
    tally unreadable, short_rows, long_rows, words;
    eg_span noted; /* from the first line that notes an event; start NULL: none does */
    last_mark marks[MARKS_MAX];
    size_t n_marks, events_room;
    int after_blank;   /* the line before was empty */
    int ended;         /* a second table has begun */
    int decimals_vary; /* rows differ in the decimals of their last cell */
    size_t last_n_cells,
        last_n_decimals; /* of the row before, to see whether the last one is cut */
} reader;

typedef struct row_facts {
    size_t n_cells, n_text;
    size_t n_decimals; /* digits behind the mark in the last cell */
    int extra;         /* a cell beyond the last column holds something */
} row_facts;

static void count(tally *what, uint64_t line) {
    if (what->n++ == 0) what->first_line = line;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* Room for every row that the text can hold, once: what no row reaches costs nothing. A row counts
 * with at least half of its columns, and a cell takes a byte (`report_full` has the last word). */
static int make_room(reader *r) {
    size_t n_columns = r->layout->n_columns, limit = (size_t)EG_TABLE_CELLS_MAX / n_columns;
    r->capacity = 2 * (r->layout->data.n + 1) / n_columns + 2;
    if (r->capacity > limit) r->capacity = limit;
    r->cells = malloc(r->capacity * n_columns * sizeof *r->cells);
    if (r->cells != NULL) return 1;
    (void)eg_diag_set(r->diag, EG_ERR_MEMORY, r->name, r->line, "no memory for %zu rows",
                      r->capacity);
    return 0;
}

static int report_full(reader *r) {
    (void)eg_diag_set(r->diag, EG_ERR_LIMIT, r->name, r->line,
                      "more than %d cells; split the file or export fewer columns",
                      EG_TABLE_CELLS_MAX);
    return 0;
}

/* A row in which every cell is a plain number and none is missing: most rows. Returns 0 if it is
 * not one; nothing is lost then. */
static int read_plain_row(reader *r, eg_span line, double *row, row_facts *facts) {
    const char *c = line.start, *end = line.start + line.n;
    char delimiter = r->layout->style.delimiter, mark = r->layout->style.decimal_mark;
    size_t n_columns = r->layout->n_columns;
    for (size_t i = 0; i < n_columns; i++) {
        while (c < end && (*c == ' ' || (*c == '\t' && delimiter != '\t'))) c++;
        int is_slow;
        size_t taken = eg_number_read(c, (size_t)(end - c), mark, &row[i], &is_slow);
        if (taken == 0 || !isfinite(row[i])) return 0;
        r->n_slow += (size_t)is_slow;
        if (i + 1 == n_columns) {
            const char *point = memchr(c, mark, taken);
            facts->n_decimals = point == NULL ? 0 : taken - (size_t)(point - c);
        }
        c += taken;
        int blanks = 0;
        while (c < end && (*c == ' ' || (*c == '\t' && delimiter != '\t'))) {
            c++;
            blanks = 1;
        }
        if (i + 1 == n_columns) break;
        if (delimiter == ' ' ? !blanks : (c == end || *c++ != delimiter)) return 0;
    }
    facts->n_cells = n_columns;
    return c == end;
}

/* The mark of a column in the row before; a new one if there is none. NULL if they are too many. */
static last_mark *find_mark(reader *r, size_t column) {
    for (size_t i = 0; i < r->n_marks; i++)
        if (r->marks[i].column == column) return &r->marks[i];
    if (r->n_marks == MARKS_MAX) return NULL;
    last_mark *m = &r->marks[r->n_marks++];
    *m = (last_mark){.column = column, .row = SIZE_MAX};
    return m;
}

/* A word in a column of marks is an event, which lasts as long as the rows repeat it. Until the
 * time is known, events are told in rows. */
static void take_mark(reader *r, size_t column, eg_span cell) {
    eg_recording *recording = r->recording;
    char text[EG_RECORDING_LABEL_MAX];
    eg_recording_copy_text(text, sizeof text, cell.start, cell.n);
    last_mark *m = find_mark(r, column);
    if (m == NULL || text[0] == '\0' || recording->n_events == EVENTS_MAX) return;
    if (m->row != SIZE_MAX && m->row + 1 == r->n_rows && strcmp(m->text, text) == 0) {
        m->row = r->n_rows;
        recording->events[m->event].duration_s += 1;
        return;
    }
    eg_event *event = eg_recording_add_event(recording, &r->events_room);
    if (event == NULL) return;
    m->row = r->n_rows;
    m->event = recording->n_events - 1;
    memcpy(m->text, text, sizeof text);
    event->t_s = (double)r->n_rows;
    memcpy(event->label, text, sizeof text);
    const char *label = r->layout->columns[column].label;
    eg_recording_copy_text(event->context, sizeof event->context, label, strlen(label));
}

/* From rows to seconds. Without a time there are no events. */
static eg_err place_marks(reader *r) {
    eg_recording *recording = r->recording;
    if (recording->n_events == 0) return EG_OK;
    if (recording->t_s == NULL && isnan(recording->rate_hz)) {
        eg_recording_warn(recording, 0, "%zu marks have no time and are left out",
                          recording->n_events);
        recording->n_events = 0;
        return EG_OK;
    }
    size_t n = 0;
    for (size_t i = 0; i < recording->n_events; i++) {
        eg_event event = recording->events[i];
        size_t row = (size_t)event.t_s, end = row + (size_t)event.duration_s;
        if (row >= r->n_rows) continue;
        if (end >= r->n_rows) end = r->n_rows - 1;
        const double *t_s = recording->t_s;
        event.t_s = t_s != NULL ? t_s[row] : (double)row / recording->rate_hz;
        double end_s = t_s != NULL ? t_s[end] : (double)end / recording->rate_hz;
        event.duration_s = end_s > event.t_s ? end_s - event.t_s : 0.0;
        if (isfinite(event.t_s)) recording->events[n++] = event;
    }
    recording->n_events = n;
    return eg_recording_sort_events(recording, r->diag);
}

static void read_any_row(reader *r, eg_span line, double *row, row_facts *facts) {
    eg_cell_walk walk;
    eg_span cell;
    size_t n_columns = r->layout->n_columns;
    memset(facts, 0, sizeof *facts);
    eg_text_begin_cells(&walk, line, r->layout->style.delimiter);
    while (eg_text_next_cell(&walk, &cell)) {
        size_t i = facts->n_cells++;
        if (i >= n_columns) {
            facts->extra |= cell.n > 0;
            continue;
        }
        if (r->layout->columns[i].is_marks) {
            row[i] = NAN;
            if (cell.n > 0) take_mark(r, i, cell);
            continue;
        }
        int is_slow;
        eg_cell_kind kind =
            eg_text_classify(cell, r->layout->style.decimal_mark, &row[i], &is_slow);
        r->n_slow += (size_t)is_slow;
        if (kind == EG_CELL_TEXT && r->layout->columns[i].stamp != EG_STAMP_NONE &&
            eg_stamp_read(cell, &row[i]) == r->layout->columns[i].stamp)
            kind = EG_CELL_NUMBER;
        facts->n_text += kind == EG_CELL_TEXT && !r->layout->columns[i].is_text;
        const char *point = memchr(cell.start, r->layout->style.decimal_mark, cell.n);
        facts->n_decimals = point == NULL ? 0 : (size_t)(cell.start + cell.n - point);
    }
    for (size_t i = facts->n_cells; i < n_columns; i++) row[i] = NAN;
}

/* The file ends in the middle of this row, without a line end: fewer cells than the row before, or
 * fewer decimals in the last. */
static int is_cut(const reader *r, const row_facts *facts, int has_line_end) {
    if (has_line_end || r->n_rows == 0) return 0;
    return facts->n_cells < r->last_n_cells ||
           (!r->decimals_vary && facts->n_decimals < r->last_n_decimals);
}

static int take_row(reader *r, eg_span line, int has_line_end) {
    if (r->n_rows == r->capacity) return report_full(r);
    double *row = r->cells + r->n_rows * r->layout->n_columns;
    row_facts facts = {0};
    if (!read_plain_row(r, line, row, &facts)) read_any_row(r, line, row, &facts);
    if (r->n_slow > EG_TABLE_SLOW_NUMBERS_MAX) {
        (void)eg_diag_set(r->diag, EG_ERR_LIMIT, r->name, r->line,
                          "more than %d numbers with extreme exponents or over 19 digits; this is "
                          "not a recording",
                          EG_TABLE_SLOW_NUMBERS_MAX);
        return 0;
    }
    size_t n_columns = r->layout->n_columns;
    int is_unreadable = facts.n_text * 2 > facts.n_cells || facts.n_cells * 2 < n_columns;
    if (is_unreadable && r->after_blank && facts.n_text > 0) {
        r->ended = 1;
        return 1;
    }
    if (is_cut(r, &facts, has_line_end)) {
        eg_recording_warn(r->recording, r->line,
                          "the file ends in the middle of this row; the row is left out");
        r->recording->is_partial = 1;
        return 1;
    }
    if (is_unreadable) {
        count(&r->unreadable, r->line);
        return 1;
    }
    if (facts.n_cells < n_columns) count(&r->short_rows, r->line);
    if (facts.extra) count(&r->long_rows, r->line);
    if (facts.n_text > 0) count(&r->words, r->line);
    r->decimals_vary |= r->n_rows > 0 && facts.n_decimals != r->last_n_decimals;
    r->last_n_cells = facts.n_cells;
    r->last_n_decimals = facts.n_decimals;
    r->n_rows++;
    return 1;
}

static int read_rows(reader *r) {
    eg_span rest = r->layout->data, line;
    r->line = r->layout->first_line - 1;
    if (!make_room(r)) return 0;
    while (!r->ended && eg_text_next_line(&rest, &line)) {
        r->line++;
        const char *end = line.start + line.n;
        if (eg_noted_is(line)) {
            if (r->noted.start == NULL)
                r->noted = (eg_span){line.start, (size_t)(rest.start + rest.n - line.start)};
            continue;
        }
        if (eg_text_trim(line).n == 0) {
            r->after_blank = 1;
            continue;
        }
        int has_line_end = rest.start > end;
        if (!take_row(r, line, has_line_end)) return 0;
        r->after_blank = 0;
        if (r->unreadable.n > UNREADABLE_FIRST && r->unreadable.n > r->n_rows) break;
    }
    return 1;
}

static void report_rows(reader *r) {
    const struct {
        const tally *what;
        const char *text;
        int is_partial;
    } rows[] = {
        {&r->unreadable, "rows that are not rows of numbers are left out", 1},
        {&r->short_rows, "rows with fewer cells than columns are filled with missing values", 1},
        {&r->long_rows, "rows with more cells than columns; the extra cells are left out", 1},
        {&r->words, "rows with words where numbers belong; these cells are missing values", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].what->n == 0) continue;
        eg_recording_warn(r->recording, rows[i].what->first_line, "%zu %s", rows[i].what->n,
                          rows[i].text);
        r->recording->is_partial |= rows[i].is_partial;
    }
    if (r->ended)
        eg_recording_warn(r->recording, r->line, "a further table begins here; it is not read");
}

/* ---- time ----------------------------------------------------------------------------------- */

/* Whether a label names a time; one that is a unit of time alone gives that unit. */
static int is_time_label(const char *label, double *seconds) {
    static const char *const words[] = {
        "time",     "t",    "mocap_time", "mocaptime", "timestamp",  "timestamps",   "time_stamp",
        "abs_time", "zeit", "temps",      "tiempo",    "tempo",      "elapsed_time", "rel_time",
        "seconds",  "sec",  "datetime",   "date_time", "sample_time"};
    char bare[EG_RECORDING_LABEL_MAX];
    eg_layout_bare_label(label, bare);
    eg_span span = {bare, strlen(bare)};
    *seconds = span.n > 1 || strcmp(label, "s") == 0 ? eg_layout_seconds(bare) : 0;
    return *seconds > 0 || eg_text_is_one_of(span, words, sizeof words / sizeof words[0]);
}

static double *copy_column(const reader *r, size_t column) {
    double *values = malloc((r->n_rows + 1) * sizeof *values);
    for (size_t k = 0; values != NULL && k < r->n_rows; k++)
        values[k] = r->cells[k * r->layout->n_columns + column];
    return values;
}

/* Every step forward, and no value further from the straight line than a quarter of a step. */
static int rises_evenly(const double *t, size_t n, double *step) {
    *step = n > 1 ? (t[n - 1] - t[0]) / (double)(n - 1) : 0;
    if (n < EVEN_ROWS_LEAST || !(*step > 0)) return 0;
    for (size_t i = 0; i < n; i++)
        if (!(fabs(t[i] - t[0] - (double)i * *step) <= *step / 4)) return 0;
    return 1;
}

/* A first column that nobody named but that can be nothing else than seconds. Said, not believed.
 */
static size_t find_unnamed_time(const reader *r, double *seconds) {
    const eg_column *first = &r->layout->columns[0];
    if (first->label[0] != '\0' || first->is_text || r->layout->n_columns < 2) return SIZE_MAX;
    double *t = copy_column(r, 0), step = 0;
    int is_even = t != NULL && rises_evenly(t, r->n_rows, &step);
    free(t);
    if (!is_even) return SIZE_MAX;
    *seconds = 1;
    if (step >= even_step_least_s && step <= even_step_most_s) {
        eg_recording_warn(r->recording, r->layout->first_line,
                          "assumed: the first column has no name but rises by %.4g in every row; "
                          "it is taken as time in seconds",
                          step);
        return 0;
    }
    if (step > 1.5)
        eg_recording_warn(r->recording, r->layout->first_line,
                          "the first column rises by %.4g in every row: a time? write its name "
                          "and unit into the header, \"Time [ms]\"",
                          step);
    return SIZE_MAX;
}

/* Whether the column can be the time, and by which factor it becomes seconds. */
static int takes_as_time(const reader *r, size_t column, double *seconds) {
    const eg_column *c = &r->layout->columns[column];
    double own = 0;
    *seconds = 1;
    if (c->is_text) return 0;
    if (c->stamp != EG_STAMP_NONE) return 1;
    if (!is_time_label(c->label, &own)) return 0;
    double unit = eg_layout_seconds(c->unit);
    if (unit > 0 || (own > 0 && c->unit[0] == '\0')) {
        *seconds = unit > 0 ? unit : own;
        return 1;
    }
    double *t = copy_column(r, column);
    double step = t == NULL ? (double)NAN : eg_steps_median(t, r->n_rows);
    free(t);
    if (c->unit[0] == '\0' && step <= unitless_step_max_s) return 1;
    if (isnan(step))
        eg_recording_warn(r->recording, r->layout->first_line,
                          "column \"%s\" looks like a time but does not go forward", c->label);
    else
        eg_recording_warn(r->recording, r->layout->first_line,
                          "column \"%s\" looks like a time but its unit is not known (steps of "
                          "%g); write the unit into the header, \"%s [ms]\"",
                          c->label, step, c->label);
    return 0;
}

/* Which column is the time; SIZE_MAX if none is. */
static size_t find_time(const reader *r, double *seconds) {
    for (size_t i = 0; i < r->layout->n_columns; i++)
        if (takes_as_time(r, i, seconds)) return i;
    return find_unnamed_time(r, seconds);
}

/* Stamps begin at 0 with the first row; a clock goes on past midnight. */
static void start_at_zero(double *t_s, size_t n, eg_stamp stamp) {
    double first = NAN, days_s = 0, before = NAN;
    for (size_t i = 0; i < n; i++) {
        if (isnan(t_s[i])) continue;
        if (isnan(first)) first = t_s[i];
        if (stamp == EG_STAMP_CLOCK && t_s[i] < before - half_day_s) days_s += day_s;
        before = t_s[i];
        /* Stamps are told to the microsecond. */
        t_s[i] = floor((t_s[i] + days_s - first) * 1e6 + 0.5) / 1e6;
    }
}

static void say_time_source(reader *r, size_t time_column, double seconds) {
    eg_recording *recording = r->recording;
    size_t size = sizeof recording->time_source;
    if (time_column == SIZE_MAX) {
        if (!isnan(recording->rate_hz))
            snprintf(recording->time_source, size, "the sampling rate in the header");
        return;
    }
    const eg_column *c = &r->layout->columns[time_column];
    if (c->stamp != EG_STAMP_NONE)
        snprintf(recording->time_source, size, "times of day in column %zu \"%s\"", time_column + 1,
                 c->label);
    else
        snprintf(recording->time_source, size, "column %zu \"%s\", in %s%s", time_column + 1,
                 c->label,
                 seconds < 1e-4 ? "us"
                 : seconds < 1  ? "ms"
                 : seconds > 1  ? "min"
                                : "s",
                 c->label[0] == '\0' ? " (assumed)" : "");
}

static eg_err fill_time(reader *r, size_t time_column, double seconds) {
    eg_recording *recording = r->recording;
    double *t_s = malloc((r->n_rows + 1) * sizeof *t_s);
    if (t_s == NULL) return eg_diag_set(r->diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    for (size_t i = 0; i < r->n_rows; i++) {
        double t = r->cells[i * r->layout->n_columns + time_column];
        t_s[i] = seconds < 1 ? t / floor(1 / seconds + 0.5) : t * seconds;
    }
    eg_stamp stamp = r->layout->columns[time_column].stamp;
    if (stamp != EG_STAMP_NONE) start_at_zero(t_s, r->n_rows, stamp);
    size_t n_back = 0, first_back = 0;
    for (size_t i = 1; i < r->n_rows; i++)
        if (t_s[i] <= t_s[i - 1] && n_back++ == 0) first_back = i;
    recording->t_s = t_s;
    if (n_back > 0)
        eg_recording_warn(recording, r->layout->first_line + first_back,
                          "time does not go forward, %zu times", n_back);
    return EG_OK;
}

/* Xsens counts its packets, in 16 bits that begin again, and states their rate: a packet that was
 * lost on its way is a gap in time. */
static eg_err count_packets(reader *r) {
    eg_recording *recording = r->recording;
    double rate_hz = r->layout->rate_hz, ahead = 0, n_lost = 0;
    size_t column = 0, n_gaps = 0, n_columns = r->layout->n_columns;
    while (column < n_columns &&
           !eg_text_equals((eg_span){r->layout->columns[column].label, strlen("PacketCounter")},
                           "PacketCounter"))
        column++;
    if (column == n_columns || isnan(rate_hz)) return EG_OK;
    double *t_s = copy_column(r, column);
    if (t_s == NULL) return eg_diag_set(r->diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    double first = t_s[0], before = first;
    for (size_t i = 0; i < r->n_rows; i++) {
        double count = t_s[i] + ahead;
        if (count < before - 32768) ahead += 65536;
        count = t_s[i] + ahead;
        if (!(count >= before) || (i > 0 && !(count > before))) {
            free(t_s); /* no counter: the rate alone tells the time */
            eg_recording_warn(recording, r->layout->first_line + i,
                              "PacketCounter does not go on; time is counted by rows");
            return EG_OK;
        }
        n_gaps += i > 0 && count > before + 1;
        n_lost += i > 0 ? count - before - 1 : 0;
        before = count;
        t_s[i] = (count - first) / rate_hz;
    }
    recording->t_s = t_s;
    if (n_gaps > 0)
        eg_recording_warn(recording, 0, "%.0f packets are missing, in %zu gaps", n_lost, n_gaps);
    snprintf(recording->time_source, sizeof recording->time_source,
             "PacketCounter and the update rate in the header");
    return EG_OK;
}

static eg_err set_time(reader *r, size_t time_column, double seconds) {
    eg_recording *recording = r->recording;
    recording->rate_hz = r->layout->rate_hz;
    if (time_column == SIZE_MAX && strcmp(r->layout->maker, "Xsens") == 0) {
        eg_err counted = count_packets(r);
        if (counted != EG_OK || recording->t_s != NULL) return counted;
    }
    eg_err err = time_column == SIZE_MAX ? EG_OK : fill_time(r, time_column, seconds);
    if (err != EG_OK) return err;
    eg_steps steps = {.rate_hz = (double)NAN};
    if (recording->t_s != NULL) steps = eg_steps_of(recording->t_s, r->n_rows);
    eg_steps_warn(&steps, recording);
    double rate_hz = steps.rate_hz;
    if (!isnan(rate_hz)) {
        if (fabs(rate_hz - recording->rate_hz) > 0.01 * rate_hz)
            eg_recording_warn(recording, 0,
                              "the header says %g Hz, the time column %g Hz, which is used",
                              recording->rate_hz, rate_hz);
        recording->rate_hz = rate_hz;
    }
    say_time_source(r, time_column, seconds);
    if (isnan(recording->rate_hz))
        eg_recording_warn(recording, 0,
                          r->layout->is_rate_ambiguous
                              ? "the header states several sampling rates; none is used"
                              : "neither a time column nor a sampling rate found");
    return EG_OK;
}

/* ---- columns -------------------------------------------------------------------------------- */

static int column_is_empty(const reader *r, size_t column) {
    for (size_t i = 0; i < r->n_rows; i++)
        if (!isnan(r->cells[i * r->layout->n_columns + column])) return 0;
    return 1;
}

/* Separators at the end of every row make a column that nobody means. */
static int is_dropped(const reader *r, size_t column, size_t time_column) {
    const eg_column *c = &r->layout->columns[column];
    if (column == time_column || c->is_marks) return 1;
    if (c->is_text) {
        eg_recording_warn(r->recording, r->layout->first_line,
                          "column %zu \"%s\" holds words and is left out", column + 1, c->label);
        return 1;
    }
    if (!column_is_empty(r, column)) return 0;
    /* Xsens names every column that an export can have, chosen or not. */
    if (c->label[0] == '\0' || strcmp(r->layout->maker, "Xsens") == 0) return 1;
    eg_recording_warn(r->recording, r->layout->first_line,
                      "column %zu \"%s\" holds no number in any row", column + 1, c->label);
    return 0;
}

/* One name too few and a last column that is not empty: nobody knows which name belongs where. */
static void drop_shifted_labels(reader *r) {
    const eg_layout *layout = r->layout;
    if (layout->n_header_cells + 1 != layout->n_columns || layout->n_header_cells == 0 ||
        column_is_empty(r, layout->n_columns - 1) || layout->columns[layout->n_columns - 1].is_text)
        return;
    eg_recording_warn(r->recording, layout->first_line,
                      "the header names %zu columns, rows hold %zu cells: which name belongs to "
                      "which is not certain, so none is used",
                      layout->n_header_cells, layout->n_columns);
    for (size_t i = 0; i < layout->n_columns; i++) {
        layout->columns[i].label[0] = '\0';
        layout->columns[i].unit[0] = '\0';
    }
}

static void set_first_frame(reader *r) {
    static const char *const words[] = {"frame", "mocapframe", "frame#", "sample", "index"};
    r->recording->first_frame = 1;
    for (size_t i = 0; i < r->recording->n_channels; i++) {
        const eg_channel *channel = &r->recording->channels[i];
        if (!eg_text_is_one_of((eg_span){channel->label, strlen(channel->label)}, words,
                               sizeof words / sizeof words[0]))
            continue;
        double first = channel->n > 0 ? channel->values[0] : (double)NAN;
        if (first >= 0 && first < 1e15 && floor(first) == first)
            r->recording->first_frame = (uint64_t)first;
        return;
    }
}

static eg_err add_channel(reader *r, eg_channel *channel, size_t column) {
    const eg_column *c = &r->layout->columns[column];
    char text[32];
    snprintf(text, sizeof text, "column %zu", column + 1);
    const char *label = c->label[0] != '\0' ? c->label : text;
    eg_recording_copy_text(channel->label, sizeof channel->label, label, strlen(label));
    eg_recording_copy_text(channel->unit, sizeof channel->unit, c->unit, strlen(c->unit));
    channel->is_named = c->label[0] != '\0';
    channel->column = column + 1;
    channel->values = malloc((r->n_rows + 1) * sizeof *channel->values);
    if (channel->values == NULL)
        return eg_diag_set(r->diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    channel->n = r->n_rows;
    return EG_OK;
}

/* Gives the pages of cells in front of `row` back, from where it ended the last time. */
static void release_cells(reader *r, size_t row) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t end = (uintptr_t)(r->cells + row * r->layout->n_columns) / page * page;
    if (r->released == 0) r->released = ((uintptr_t)r->cells + page - 1) / page * page;
    if (end < r->released + RELEASE_BYTES) return;
    (void)madvise((void *)r->released, end - r->released, MADV_DONTNEED);
    r->released = end;
}

/* From rows to channels, a few rows at a time: whatever has been moved is given back, so that the
 * numbers are never there twice. Nothing reads cells after this. */
static void fill_values(reader *r, const unsigned char *kept) {
    size_t n_columns = r->layout->n_columns, step = 1 + BLOCK_CELLS / n_columns;
    for (size_t row = 0; row < r->n_rows; row += step) {
        size_t end = row + step < r->n_rows ? row + step : r->n_rows;
        eg_channel *channel = r->recording->channels;
        for (size_t i = 0; i < n_columns; i++) {
            if (!kept[i]) continue;
            for (size_t k = row; k < end; k++) channel->values[k] = r->cells[k * n_columns + i];
            channel++;
        }
        release_cells(r, end);
    }
}

static void report_header(reader *r) {
    size_t n_cells = r->layout->n_header_cells, n_columns = r->layout->n_columns;
    if (n_cells == 0 && n_columns > 0)
        eg_recording_warn(r->recording, 0, "the file does not name its columns");
    else if (n_cells + 1 < n_columns || n_cells > n_columns)
        eg_recording_warn(r->recording, r->layout->first_line,
                          "the header names %zu columns, rows hold %zu cells", n_cells, n_columns);
}

static eg_err add_channels(reader *r, const unsigned char *kept) {
    size_t n_columns = r->layout->n_columns, n_kept = 0;
    for (size_t i = 0; i < n_columns; i++) n_kept += kept[i];
    if (n_kept == 0)
        return eg_diag_set(r->diag, EG_ERR_FORMAT, r->name, 0,
                           "the table holds a time and nothing else");
    eg_err err = eg_recording_add_channels(r->recording, n_kept, r->diag);
    for (size_t i = 0, k = 0; err == EG_OK && i < n_columns; i++)
        if (kept[i]) err = add_channel(r, &r->recording->channels[k++], i);
    return err;
}

static void describe_text(reader *r) {
    r->recording->n_frames = r->n_rows;
    r->recording->delimiter = r->layout->style.delimiter;
    r->recording->decimal_mark = r->layout->style.decimal_mark;
    r->recording->header_lines = r->layout->first_line - 1;
    snprintf(r->recording->maker, sizeof r->recording->maker, "%s", r->layout->maker);
    if (r->layout->units_by_maker)
        eg_recording_warn(r->recording, 0, "the file names no units; they are those of %s's manual",
                          r->layout->maker);
    report_header(r);
    report_rows(r);
}

static eg_err fill_recording(reader *r) {
    double seconds = 1;
    drop_shifted_labels(r);
    size_t time_column = find_time(r, &seconds), n_columns = r->layout->n_columns;
    unsigned char *kept = calloc(n_columns, 1);
    if (kept == NULL) return eg_diag_set(r->diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    for (size_t i = 0; i < n_columns; i++) kept[i] = (unsigned char)!is_dropped(r, i, time_column);
    eg_err err = add_channels(r, kept);
    if (err == EG_OK) describe_text(r);
    if (err == EG_OK) err = set_time(r, time_column, seconds);
    if (err == EG_OK) err = place_marks(r);
    if (err == EG_OK && r->noted.start != NULL)
        err = eg_noted_read(r->noted, r->recording, r->diag);
    if (err == EG_OK) fill_values(r, kept);
    if (err == EG_OK) set_first_frame(r);
    free(kept);
    return err;
}

static int row_is_empty(const reader *r, size_t row) {
    const double *cells = r->cells + row * r->layout->n_columns;
    for (size_t i = 0; i < r->layout->n_columns; i++)
        if (!isnan(cells[i])) return 0;
    return 1;
}

static eg_err parse_text(const char *name, eg_span text, eg_recording *recording, eg_diag *diag) {
    eg_layout layout;
    eg_err err = eg_layout_find(name, text, &layout, diag);
    reader r = {.name = name, .layout = &layout, .recording = recording, .diag = diag};
    if (err == EG_OK && !read_rows(&r)) err = diag != NULL ? diag->code : EG_ERR_LIMIT;
    if (err == EG_OK) {
        while (r.n_rows > 0 && row_is_empty(&r, r.n_rows - 1)) r.n_rows--;
        if (r.n_rows == 0 || r.unreadable.n > r.n_rows)
            err = eg_diag_set(diag, EG_ERR_DATA, name, r.unreadable.first_line,
                              "%zu rows cannot be read and only %zu can; is this a recording?",
                              r.unreadable.n, r.n_rows);
    }
    if (err == EG_OK) err = fill_recording(&r);
    free(r.cells);
    eg_layout_release(&layout);
    return err;
}

eg_err eg_table_parse(const char *name, const uint8_t *bytes, size_t size, eg_recording *recording,
                      eg_diag *diag) {
    EG_ASSERT(recording != NULL && recording->n_channels == 0);
    if (size > EG_TABLE_BYTES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, name, 0,
                           "%zu MB of text, at most %d MB are read; split the recording",
                           size >> 20, EG_TABLE_BYTES_MAX >> 20);
    if (eg_text_is_binary(bytes, size))
        return eg_diag_set(diag, EG_ERR_FORMAT, name, 0,
                           "this is not text, and not a binary format that Engram reads");
    eg_span text;
    char *owned = NULL;
    eg_err err = eg_text_decode(bytes, size, &text, &owned);
    if (err != EG_OK) return eg_diag_set(diag, err, name, 0, "no memory for the text");
    memcpy(recording->format, "delimited text", sizeof "delimited text");
    err = parse_text(name, text, recording, diag);
    free(owned);
    return err;
}
