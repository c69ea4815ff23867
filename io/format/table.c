#include "io/format/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/layout.h"
#include "io/format/number.h"

enum { ROWS_MIN = 16, MEDIAN_SAMPLES_MAX = 20000, UNREADABLE_FIRST = 1000 };

/* The largest step between two rows that a time column without unit may have: seconds are usual,
 * and no recording of movement has fewer than two rows a second. */
static const double unitless_step_max_s = 0.5;

/* Something that happens in many rows is told once, with the first line and how often. */
typedef struct tally {
    uint64_t first_line;
    size_t n;
} tally;

typedef struct reader {
    const char *name;
    const eg_layout *layout;
    eg_recording *recording;
    eg_diag *diag;
    double *cells; /* [n_rows][n_columns], owned */
    size_t n_rows;
    size_t capacity; /* rows */
    size_t n_slow;
    uint64_t line;
    tally unreadable, short_rows, long_rows, words;
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

static int grow(reader *r) {
    size_t n_columns = r->layout->n_columns;
    size_t limit = (size_t)EG_TABLE_CELLS_MAX / n_columns;
    if (r->n_rows >= limit) {
        (void)eg_diag_set(r->diag, EG_ERR_LIMIT, r->name, r->line,
                          "more than %d cells; split the file or export fewer columns",
                          EG_TABLE_CELLS_MAX);
        return 0;
    }
    size_t capacity = r->capacity < ROWS_MIN ? ROWS_MIN : r->capacity * 2;
    if (capacity > limit) capacity = limit;
    double *grown = realloc(r->cells, capacity * n_columns * sizeof *grown);
    if (grown == NULL) {
        (void)eg_diag_set(r->diag, EG_ERR_MEMORY, r->name, r->line, "no memory for %zu rows",
                          capacity);
        return 0;
    }
    r->cells = grown;
    r->capacity = capacity;
    return 1;
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
        int is_slow;
        eg_cell_kind kind =
            eg_text_classify(cell, r->layout->style.decimal_mark, &row[i], &is_slow);
        r->n_slow += (size_t)is_slow;
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
    if (r->n_rows == r->capacity && !grow(r)) return 0;
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
    while (!r->ended && eg_text_next_line(&rest, &line)) {
        r->line++;
        if (eg_text_trim(line).n == 0) {
            r->after_blank = 1;
            continue;
        }
        const char *end = line.start + line.n;
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

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median step between rows, from at most MEDIAN_SAMPLES_MAX of them; NaN if time does not go on. */
static double median_step(const double *t, size_t n) {
    if (n < 2) return NAN;
    size_t stride = (n - 1) / MEDIAN_SAMPLES_MAX + 1, n_steps = 0;
    double *steps = malloc(((n - 1) / stride + 1) * sizeof *steps);
    if (steps == NULL) return NAN;
    for (size_t i = 0; i + 1 < n; i += stride) {
        double step = t[i + 1] - t[i];
        if (!isnan(step)) steps[n_steps++] = step;
    }
    qsort(steps, n_steps, sizeof *steps, compare_doubles);
    double median = n_steps == 0 ? (double)NAN : steps[n_steps / 2];
    free(steps);
    return median > 0 ? median : (double)NAN;
}

/* Nominal rate from time stamps: the mean of the regular steps, which rounding of the single stamps
 * hardly touches, and a whole number where the difference is below that rounding. */
static double rate_from_time(const double *t_s, size_t n) {
    double median = median_step(t_s, n), sum = 0;
    size_t n_regular = 0;
    if (isnan(median)) return NAN;
    for (size_t i = 0; i + 1 < n; i++) {
        double step = t_s[i + 1] - t_s[i];
        if (!(step > 0.5 * median && step < 1.5 * median)) continue;
        sum += step;
        n_regular++;
    }
    double rate_hz = n_regular > 0 ? (double)n_regular / sum : 1 / median;
    double whole = floor(rate_hz + 0.5);
    return whole > 0 && fabs(rate_hz - whole) < 2e-4 * whole ? whole : rate_hz;
}

static int is_time_label(const char *label) {
    static const char *const words[] = {
        "time",      "t",          "t_s",  "t_ms",  "time_s", "time_ms", "mocaptime",
        "timestamp", "timestamps", "zeit", "temps", "tiempo", "tempo",   "elapsed time",
        "abs time",  "time stamp"};
    return eg_text_is_one_of((eg_span){label, strlen(label)}, words,
                             sizeof words / sizeof words[0]);
}

/* Which column is the time and by which factor it becomes seconds; SIZE_MAX if none is. */
static size_t find_time(const reader *r, double *seconds) {
    const eg_layout *layout = r->layout;
    for (size_t i = 0; i < layout->n_columns; i++) {
        const eg_column *column = &layout->columns[i];
        if (column->is_text || !is_time_label(column->label)) continue;
        *seconds = eg_layout_seconds(column->unit);
        if (*seconds > 0) return i;
        double *t = malloc((r->n_rows + 1) * sizeof *t);
        if (t == NULL) return SIZE_MAX;
        for (size_t k = 0; k < r->n_rows; k++) t[k] = r->cells[k * layout->n_columns + i];
        double step = median_step(t, r->n_rows);
        free(t);
        *seconds = 1;
        if (column->unit[0] == '\0' && step <= unitless_step_max_s) return i;
        eg_recording_warn(r->recording, layout->first_line,
                          "column \"%s\" looks like a time but its unit is not known (steps of "
                          "%g); write the unit into the header, \"%s [ms]\"",
                          column->label, step, column->label);
    }
    return SIZE_MAX;
}

static eg_err set_time(reader *r, size_t time_column, double seconds) {
    eg_recording *recording = r->recording;
    recording->rate_hz = r->layout->rate_hz;
    if (time_column != SIZE_MAX) {
        double *t_s = malloc((r->n_rows + 1) * sizeof *t_s);
        if (t_s == NULL) return eg_diag_set(r->diag, EG_ERR_MEMORY, r->name, 0, "no memory");
        size_t n_back = 0, first_back = 0;
        for (size_t i = 0; i < r->n_rows; i++) {
            double t = r->cells[i * r->layout->n_columns + time_column];
            t_s[i] = seconds < 1 ? t / floor(1 / seconds + 0.5) : t * seconds;
            if (i > 0 && t_s[i] <= t_s[i - 1] && n_back++ == 0) first_back = i;
        }
        recording->t_s = t_s;
        double rate_hz = rate_from_time(t_s, r->n_rows);
        if (n_back > 0)
            eg_recording_warn(recording, r->layout->first_line + first_back,
                              "time does not go forward, %zu times", n_back);
        if (!isnan(rate_hz)) {
            if (fabs(rate_hz - recording->rate_hz) > 0.01 * rate_hz)
                eg_recording_warn(recording, 0,
                                  "the header says %g Hz, the time column %g Hz, which is used",
                                  recording->rate_hz, rate_hz);
            recording->rate_hz = rate_hz;
        }
    }
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
    if (column == time_column) return 1;
    if (c->is_text) {
        eg_recording_warn(r->recording, r->layout->first_line,
                          "column %zu \"%s\" holds words and is left out", column + 1, c->label);
        return 1;
    }
    return c->label[0] == '\0' && column_is_empty(r, column);
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

static eg_err fill_channel(reader *r, eg_channel *channel, size_t column) {
    const eg_column *c = &r->layout->columns[column];
    char text[32];
    snprintf(text, sizeof text, "column %zu", column + 1);
    const char *label = c->label[0] != '\0' ? c->label : text;
    eg_recording_copy_text(channel->label, sizeof channel->label, label, strlen(label));
    eg_recording_copy_text(channel->unit, sizeof channel->unit, c->unit, strlen(c->unit));
    channel->values = malloc((r->n_rows + 1) * sizeof *channel->values);
    if (channel->values == NULL)
        return eg_diag_set(r->diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    channel->n = r->n_rows;
    for (size_t i = 0; i < r->n_rows; i++)
        channel->values[i] = r->cells[i * r->layout->n_columns + column];
    return EG_OK;
}

static void report_header(reader *r) {
    size_t n_cells = r->layout->n_header_cells, n_columns = r->layout->n_columns;
    if (n_cells == 0 && n_columns > 0)
        eg_recording_warn(r->recording, 0, "the file does not name its columns");
    else if (n_cells + 1 < n_columns || n_cells > n_columns)
        eg_recording_warn(r->recording, r->layout->first_line,
                          "the header names %zu columns, rows hold %zu cells", n_cells, n_columns);
}

static eg_err fill_recording(reader *r) {
    double seconds = 1;
    size_t time_column = find_time(r, &seconds), n_columns = r->layout->n_columns, n_kept = 0;
    unsigned char *kept = calloc(n_columns, 1);
    if (kept == NULL) return eg_diag_set(r->diag, EG_ERR_MEMORY, r->name, 0, "no memory");
    for (size_t i = 0; i < n_columns; i++) {
        kept[i] = (unsigned char)!is_dropped(r, i, time_column);
        n_kept += kept[i];
    }
    eg_err err = n_kept > 0 ? eg_recording_add_channels(r->recording, n_kept, r->diag)
                            : eg_diag_set(r->diag, EG_ERR_FORMAT, r->name, 0,
                                          "the table holds a time and nothing else");
    for (size_t i = 0, k = 0; err == EG_OK && i < n_columns; i++)
        if (kept[i]) err = fill_channel(r, &r->recording->channels[k++], i);
    free(kept);
    if (err != EG_OK) return err;
    r->recording->n_frames = r->n_rows;
    set_first_frame(r);
    report_header(r);
    report_rows(r);
    return set_time(r, time_column, seconds);
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
