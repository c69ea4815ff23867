#include "io/format/paired.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/number.h"
#include "io/format/text.h"

enum {
    SNIFF_BYTES = 256 << 10,
    COLUMNS_MAX = 4096,
    HEADER_LINES_MAX = 8, /* between the names of the channels and the first number */
    SLOW_NUMBERS_MAX = 100000,
    EVENTS_MAX = 100000
};

/* A header's rate further from the time column than this is not the channel's. */
static const double rate_off_max = 1e-3;
/* Stamps are told to the microsecond: a rate that this turns into a whole number is one. */
static const double stamp_step_s = 1e-6;

typedef struct column {
    eg_span label, unit, sensor;
    size_t time;      /* index of its time's column; SIZE_MAX: it is none of ours */
    double stated_hz; /* NaN: the header says nothing */
    size_t n;         /* rows up to its last number */
    double first_s, last_s;
    size_t n_back; /* of a time's column */
    double before_s;
    size_t channel; /* SIZE_MAX: a time, or nothing */
} column;

typedef struct paired {
    eg_recording *recording;
    eg_diag *diag;
    char delimiter, decimal_mark;
    eg_span before; /* the lines above the names of the channels */
    eg_span data;   /* from the first row of numbers */
    uint64_t line;  /* of that row */
    size_t n_columns, n_rows;
    column *columns;                         /* owned */
    size_t mark_time, mark_label, mark_name; /* columns of Discover's list of marks; SIZE_MAX */
    size_t events_room;
    size_t n_slow, n_words;
    uint64_t first_word;
} paired;

static eg_err fail(const paired *p, eg_err err, const char *text) {
    return eg_diag_set(p->diag, err, p->recording->name, 0, "%s", text);
}

/* ---- the line that names the channels -------------------------------------------------------- */

static int is_time(eg_span cell) {
    static const char series[] = "Time Series (s)";
    size_t n = sizeof series - 1;
    if (eg_text_equals(cell, "X[s]") || eg_text_equals(cell, "X [s]")) return 1;
    return cell.n > n && eg_text_equals((eg_span){cell.start + cell.n - n, n}, series);
}

/* A time in front of a column of values; the separator is the one that parts most cells. */
static int names_channels(eg_span line, char *delimiter) {
    static const char delimiters[] = ",;\t";
    size_t best = 0;
    for (size_t i = 0; i < 3; i++) {
        eg_cell_walk walk;
        eg_span cell;
        size_t n_pairs = 0;
        int after_time = 0;
        eg_text_begin_cells(&walk, line, delimiters[i]);
        while (eg_text_next_cell(&walk, &cell)) {
            int own = is_time(cell);
            n_pairs += after_time && !own && cell.n > 0;
            after_time = own;
        }
        if (n_pairs <= best) continue;
        best = n_pairs;
        *delimiter = delimiters[i];
    }
    return best > 0;
}

/* Moves `rest` behind the line that names the channels. */
static int find_names(eg_span *rest, eg_span *names, uint64_t *number, char *delimiter) {
    *number = 0;
    while (eg_text_next_line(rest, names)) {
        ++*number;
        if (names_channels(*names, delimiter)) return 1;
    }
    return 0;
}

int eg_paired_is(const uint8_t *bytes, size_t size) {
    static const char *const words[] = {"X[s]", "X [s]", "Time Series (s)"};
    size_t n = size < SNIFF_BYTES ? size : SNIFF_BYTES;
    int is_there = 0;
    for (size_t i = 0; i < 3 && !is_there; i++)
        is_there = n > 0 && memmem(bytes, n, words[i], strlen(words[i])) != NULL;
    if (!is_there || eg_text_is_binary(bytes, size)) return 0;
    eg_span rest = {(const char *)bytes, n}, names;
    uint64_t number;
    char delimiter;
    return find_names(&rest, &names, &number, &delimiter);
}

/* ---- header ---------------------------------------------------------------------------------- */

/* "EMG 1 (mV)" and "L TA: EMG 1 [V]": the unit stands in the last brackets. */
static void split_unit(eg_span cell, column *c) {
    char last = cell.n > 1 ? cell.start[cell.n - 1] : ' ';
    size_t open = cell.n;
    c->label = cell;
    c->unit = (eg_span){cell.start, 0};
    if (last != ')' && last != ']') return;
    while (open > 0 && cell.start[open - 1] != (last == ')' ? '(' : '[')) open--;
    if (open < 2) return;
    c->unit = eg_text_trim((eg_span){cell.start + open, cell.n - open - 1});
    c->label = eg_text_trim((eg_span){cell.start, open - 1});
}

static eg_err read_names(paired *p, eg_span names) {
    eg_cell_walk walk;
    eg_span cell;
    size_t time = SIZE_MAX;
    eg_text_begin_cells(&walk, names, p->delimiter);
    while (eg_text_next_cell(&walk, &cell)) {
        if (p->n_columns == COLUMNS_MAX)
            return fail(p, EG_ERR_LIMIT, "more than 4096 columns; export fewer sensors");
        column *c = &p->columns[p->n_columns++];
        *c = (column){.time = SIZE_MAX, .stated_hz = (double)NAN, .channel = SIZE_MAX};
        c->first_s = c->last_s = c->before_s = (double)NAN;
        if (is_time(cell)) {
            time = p->n_columns - 1;
            c->time = time;
        } else if (cell.n > 0) {
            split_unit(cell, c);
            c->time = time;
        } else {
            time = SIZE_MAX; /* what stands further to the right are lists of marks */
        }
    }
    return EG_OK;
}

static int is_values(const paired *p, size_t i) {
    return p->columns[i].time != SIZE_MAX && p->columns[i].time != i;
}

/* The nearest line above that names sensors: each name holds up to the next. */
static void read_sensors(paired *p) {
    eg_span rest = p->before, line, sensors = {rest.start, 0}, cell, held = {rest.start, 0};
    while (eg_text_next_line(&rest, &line)) {
        eg_span trimmed = eg_text_trim(line);
        if (trimmed.n == 0 || eg_text_find(trimmed, "sensor mode") != NULL) continue;
        sensors = line;
    }
    if (eg_text_find(p->before, "Trigno Discover") == NULL) return;
    eg_cell_walk walk;
    eg_text_begin_cells(&walk, sensors, p->delimiter);
    for (size_t i = 0; i < p->n_columns; i++) {
        if (eg_text_next_cell(&walk, &cell) && cell.n > 0) held = cell;
        p->columns[i].sensor = held;
        /* The number of the device behind its name, "(75923)", says nothing about the muscle. */
        size_t n = held.n;
        if (n < 3 || held.start[n - 1] != ')') continue;
        n--;
        while (n > 0 && held.start[n - 1] >= '0' && held.start[n - 1] <= '9') n--;
        if (n > 1 && held.start[n - 1] == '(' && n < held.n - 1)
            p->columns[i].sensor = eg_text_trim((eg_span){held.start, n - 1});
    }
}

static double number_in(eg_span text, char decimal_mark) {
    double value;
    size_t n = eg_number_read(text.start, text.n, decimal_mark, &value, NULL);
    return n > 0 && value > 0 && isfinite(value) ? value : (double)NAN;
}

/* "Label: L TA: EMG 1 Sampling frequency: 2000 Number of points: ..." for one channel each. */
static void read_facts(paired *p) {
    static const char label[] = "Label:", rate[] = "Sampling frequency:";
    eg_span rest = p->before, line;
    size_t next = 0;
    while (eg_text_next_line(&rest, &line)) {
        const char *from = eg_text_find(line, label), *to = eg_text_find(line, rate);
        if (from == NULL || to == NULL || to < from) continue;
        const char *end = line.start + line.n, *number = to + sizeof rate - 1;
        double rate_hz =
            number_in(eg_text_trim((eg_span){number, (size_t)(end - number)}), p->decimal_mark);
        while (next < p->n_columns && !is_values(p, next)) next++;
        if (next == p->n_columns) return;
        p->columns[next++].stated_hz = rate_hz;
    }
}

/* A line below the names with rates: ", 1259.2593 Hz, ...". */
static void read_rates(paired *p, eg_span line) {
    eg_cell_walk walk;
    eg_span cell;
    eg_text_begin_cells(&walk, line, p->delimiter);
    for (size_t i = 0; i < p->n_columns && eg_text_next_cell(&walk, &cell); i++)
        if (is_values(p, i) && cell.n > 2 &&
            eg_text_equals((eg_span){cell.start + cell.n - 2, 2}, "Hz"))
            p->columns[i].stated_hz = number_in(cell, p->decimal_mark);
}

/* Right of the channels Discover lists marks: "Type, Name, Label, Time (s)". */
static void find_marks(paired *p, eg_span line) {
    eg_cell_walk walk;
    eg_span cell;
    eg_text_begin_cells(&walk, line, p->delimiter);
    for (size_t i = 0; i < COLUMNS_MAX && eg_text_next_cell(&walk, &cell); i++) {
        if (i < p->n_columns && p->columns[i].time != SIZE_MAX) continue;
        if (eg_text_equals(cell, "Time (s)")) p->mark_time = i;
        if (eg_text_equals(cell, "Label")) p->mark_label = i;
        if (eg_text_equals(cell, "Name")) p->mark_name = i;
    }
}

/* Numbers in the first time's column and behind it. */
static int is_row(const paired *p, eg_span line, char decimal_mark) {
    eg_cell_walk walk;
    eg_span cell;
    size_t n = 0;
    eg_text_begin_cells(&walk, line, p->delimiter);
    for (size_t i = 0; i < p->n_columns && eg_text_next_cell(&walk, &cell); i++) {
        double value;
        if (p->columns[i].time == SIZE_MAX || cell.n == 0) continue;
        if (eg_number_read(cell.start, cell.n, decimal_mark, &value, NULL) != cell.n) return 0;
        n++;
    }
    return n >= 2;
}

static eg_err read_header(paired *p, eg_span text) {
    eg_span rest = text, names, line;
    uint64_t number;
    if (!find_names(&rest, &names, &number, &p->delimiter))
        return fail(p, EG_ERR_FORMAT, "no line names a time and its channel");
    p->columns = calloc(COLUMNS_MAX, sizeof *p->columns);
    if (p->columns == NULL) return fail(p, EG_ERR_MEMORY, "no memory");
    eg_err err = read_names(p, names);
    if (err != EG_OK) return err;
    p->before = (eg_span){text.start, (size_t)(names.start - text.start)};
    eg_span below = rest;
    for (int i = 0; i <= HEADER_LINES_MAX; i++) {
        p->data = rest;
        p->line = ++number;
        if (!eg_text_next_line(&rest, &line)) break;
        int is_point = is_row(p, line, '.');
        if (!is_point && (p->delimiter == ',' || !is_row(p, line, ','))) continue;
        p->decimal_mark = is_point ? '.' : ',';
        read_sensors(p);
        read_facts(p);
        while (below.start < p->data.start && eg_text_next_line(&below, &line))
            if (line.start < p->data.start) {
                read_rates(p, line);
                find_marks(p, line);
            }
        return EG_OK;
    }
    return fail(p, EG_ERR_DATA, "no number stands below the names of the channels; export again");
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* A last row without a line's end may not be whole. */
static int is_cut(eg_span line, eg_span rest) {
    return rest.n == 0 && rest.start == line.start + line.n;
}

/* Cells of a line, and digits behind the mark in the last one that is not empty. */
static size_t count_cells(const paired *p, eg_span line, size_t *n_decimals) {
    eg_cell_walk walk;
    eg_span cell;
    size_t n = 0;
    *n_decimals = 0;
    eg_text_begin_cells(&walk, line, p->delimiter);
    while (eg_text_next_cell(&walk, &cell)) {
        const char *mark = cell.n > 0 ? memchr(cell.start, p->decimal_mark, cell.n) : NULL;
        if (cell.n > 0) *n_decimals = mark == NULL ? 0 : (size_t)(cell.start + cell.n - mark);
        n++;
    }
    return n;
}

/* Which rows each column reaches, and the first and last time. */
static void count_rows(paired *p) {
    eg_span rest = p->data, line, cell;
    size_t n_cells = 0, n_decimals = 0;
    while (eg_text_next_line(&rest, &line)) {
        if (eg_text_trim(line).n == 0) {
            p->n_rows++;
            continue;
        }
        size_t decimals, n = count_cells(p, line, &decimals);
        if (is_cut(line, rest) && (n < n_cells || decimals < n_decimals)) {
            eg_recording_warn(p->recording, p->line + p->n_rows,
                              "the file ends in this row, which is left out");
            p->recording->is_partial = 1;
            break;
        }
        n_cells = n;
        n_decimals = decimals;
        eg_cell_walk walk;
        eg_text_begin_cells(&walk, line, p->delimiter);
        p->n_rows++;
        for (size_t i = 0; i < p->n_columns && eg_text_next_cell(&walk, &cell); i++)
            if (cell.n > 0 && p->columns[i].time != SIZE_MAX) p->columns[i].n = p->n_rows;
    }
    /* A channel is as long as its time. */
    for (size_t i = 0; i < p->n_columns; i++) {
        column *c = &p->columns[i];
        if (is_values(p, i) && c->n > p->columns[c->time].n) c->n = p->columns[c->time].n;
    }
}

static void take_time(column *c, size_t row, double t_s) {
    if (row >= c->n || isnan(t_s)) return;
    if (isnan(c->first_s)) c->first_s = t_s;
    if (t_s <= c->before_s) c->n_back++;
    c->before_s = c->last_s = t_s;
}

typedef struct row_mark {
    double t_s;
    eg_span label, name;
} row_mark;

static void look_for_mark(const paired *p, size_t i, eg_span cell, row_mark *mark) {
    double value;
    int is_slow;
    if (i == p->mark_label) mark->label = cell;
    if (i == p->mark_name) mark->name = cell;
    if (i == p->mark_time &&
        eg_text_classify(cell, p->decimal_mark, &value, &is_slow) == EG_CELL_NUMBER)
        mark->t_s = value;
}

static eg_err add_mark(paired *p, const row_mark *mark) {
    eg_recording *r = p->recording;
    eg_span text = mark->label.n > 0 ? mark->label : mark->name;
    if (isnan(mark->t_s) || text.n == 0 || r->n_events == EVENTS_MAX) return EG_OK;
    eg_event *event = eg_recording_add_event(r, &p->events_room);
    if (event == NULL) return fail(p, EG_ERR_MEMORY, "no memory");
    event->t_s = mark->t_s;
    eg_recording_copy_text(event->label, sizeof event->label, text.start, text.n);
    snprintf(event->context, sizeof event->context, "mark");
    return EG_OK;
}

static void take_cell(paired *p, column *c, size_t row, eg_span cell) {
    double value;
    int is_slow;
    eg_channel *channels = p->recording->channels;
    eg_cell_kind kind = eg_text_classify(cell, p->decimal_mark, &value, &is_slow);
    p->n_slow += (size_t)is_slow;
    if (kind == EG_CELL_TEXT && p->n_words++ == 0) p->first_word = p->line + row;
    if (c->channel == SIZE_MAX)
        take_time(c, row, value);
    else if (row < channels[c->channel].n)
        channels[c->channel].values[row] = value;
}

static eg_err read_rows(paired *p) {
    eg_recording *r = p->recording;
    eg_span rest = p->data, line, cell;
    for (size_t i = 0; i < r->n_channels; i++)
        for (size_t k = 0; k < r->channels[i].n; k++) r->channels[i].values[k] = (double)NAN;
    for (size_t row = 0; row < p->n_rows && eg_text_next_line(&rest, &line); row++) {
        eg_cell_walk walk;
        row_mark mark = {.t_s = (double)NAN};
        eg_text_begin_cells(&walk, line, p->delimiter);
        for (size_t i = 0; i < COLUMNS_MAX && eg_text_next_cell(&walk, &cell); i++) {
            column *c = i < p->n_columns ? &p->columns[i] : NULL;
            if (cell.n == 0) continue;
            if (c == NULL || c->time == SIZE_MAX)
                look_for_mark(p, i, cell, &mark);
            else if (row < c->n)
                take_cell(p, c, row, cell);
        }
        eg_err err = add_mark(p, &mark);
        if (err != EG_OK) return err;
        if (p->n_slow > SLOW_NUMBERS_MAX)
            return fail(p, EG_ERR_LIMIT, "too many numbers with extreme exponents; no recording");
    }
    return eg_recording_sort_events(r, p->diag);
}

/* ---- channels -------------------------------------------------------------------------------- */

static void name_channel(const paired *p, size_t i, eg_channel *channel) {
    const column *c = &p->columns[i];
    char whole[2 * EG_RECORDING_LABEL_MAX];
    int n = snprintf(whole, sizeof whole, "%.*s%s%.*s", (int)(c->sensor.n < 60 ? c->sensor.n : 60),
                     c->sensor.start, c->sensor.n > 0 ? ": " : "",
                     (int)(c->label.n < 60 ? c->label.n : 60), c->label.start);
    eg_recording_copy_text(channel->label, sizeof channel->label, whole,
                           (size_t)(n > 0 && (size_t)n < sizeof whole ? n : 0));
    channel->is_named = channel->label[0] != '\0';
    if (!channel->is_named) snprintf(channel->label, sizeof channel->label, "column %zu", i + 1);
    eg_recording_copy_text(channel->unit, sizeof channel->unit, c->unit.start, c->unit.n);
    channel->n = c->n;
}

/* The header's rate if the time agrees, else the time's. */
static double choose_rate(const paired *p, const column *c, const char *label) {
    const column *time = &p->columns[c->time];
    double span_s = time->last_s - time->first_s;
    double by_time = time->n > 1 && span_s > 0 ? (double)(time->n - 1) / span_s : (double)NAN;
    if (isnan(by_time) || fabs(by_time - c->stated_hz) <= rate_off_max * by_time)
        return c->stated_hz;
    if (!isnan(c->stated_hz))
        eg_recording_warn(p->recording, 0,
                          "\"%.40s\": the header says %g Hz, its time %.6g Hz, which is used",
                          label, c->stated_hz, by_time);
    double whole = floor(by_time + 0.5);
    return whole > 0 && fabs(by_time - whole) * span_s < stamp_step_s * whole ? whole : by_time;
}

static void set_times(paired *p) {
    eg_recording *r = p->recording;
    double start_s = (double)INFINITY;
    size_t n_back = 0, longest = 0;
    for (size_t i = 0; i < p->n_columns; i++) {
        column *c = &p->columns[i];
        if (c->channel == SIZE_MAX) {
            if (c->time == i) start_s = fmin(start_s, c->first_s);
            n_back += c->n_back;
            continue;
        }
        eg_channel *channel = &r->channels[c->channel];
        channel->rate_hz = choose_rate(p, c, channel->label);
        if (channel->n > r->channels[longest].n) longest = c->channel;
    }
    r->start_s = isfinite(start_s) ? start_s : 0.0;
    for (size_t i = 0; i < p->n_columns; i++) {
        const column *c = &p->columns[i];
        if (c->channel == SIZE_MAX) continue;
        double first_s = p->columns[c->time].first_s;
        r->channels[c->channel].start_s = isnan(first_s) ? 0.0 : first_s - r->start_s;
    }
    r->n_frames = r->channels[longest].n;
    r->rate_hz = r->channels[longest].rate_hz;
    snprintf(r->time_source, sizeof r->time_source,
             "a column of time before each channel, and the rates in the header");
    if (n_back > 0) eg_recording_warn(r, p->line, "time does not go forward, %zu times", n_back);
    if (p->n_words > 0) {
        eg_recording_warn(r, p->first_word, "%zu cells hold words where numbers belong",
                          p->n_words);
        r->is_partial = 1;
    }
}

static eg_err make_channels(paired *p) {
    eg_recording *r = p->recording;
    size_t count = 0, n_empty = 0;
    for (size_t i = 0; i < p->n_columns; i++) {
        if (!is_values(p, i)) continue;
        count += p->columns[i].n > 0;
        n_empty += p->columns[i].n == 0;
    }
    if (count == 0) return fail(p, EG_ERR_DATA, "no channel holds a number; export it again");
    eg_err err = eg_recording_add_channels(r, count, p->diag);
    for (size_t i = 0, k = 0; err == EG_OK && i < p->n_columns; i++)
        if (is_values(p, i) && p->columns[i].n > 0) {
            p->columns[i].channel = k;
            name_channel(p, i, &r->channels[k++]);
        }
    if (n_empty > 0)
        eg_recording_warn(r, p->line, "%zu columns hold no number and are left out", n_empty);
    return err == EG_OK ? eg_recording_add_samples(r, p->diag) : err;
}

eg_err eg_paired_parse(const char *name, const uint8_t *bytes, size_t size, eg_recording *recording,
                       eg_diag *diag) {
    EG_ASSERT(name != NULL && bytes != NULL && recording != NULL);
    (void)name;
    paired p = {.recording = recording, .diag = diag, .decimal_mark = '.'};
    p.mark_time = p.mark_label = p.mark_name = SIZE_MAX;
    eg_span text;
    char *owned = NULL;
    if (size > EG_PAIRED_BYTES_MAX)
        return fail(&p, EG_ERR_LIMIT, "more than 256 MB of text; split the recording");
    if (eg_text_decode(bytes, size, &text, &owned) != EG_OK)
        return fail(&p, EG_ERR_MEMORY, "no memory");
    snprintf(recording->format, sizeof recording->format, "delimited text");
    eg_err err = read_header(&p, text);
    if (err == EG_OK) count_rows(&p);
    if (err == EG_OK) err = make_channels(&p);
    if (err == EG_OK) err = read_rows(&p);
    if (err == EG_OK) {
        set_times(&p);
        snprintf(recording->maker, sizeof recording->maker, "%s",
                 eg_text_find(p.before, "Trigno Discover") != NULL ? "Delsys Trigno Discover"
                                                                   : "Delsys EMGworks");
        recording->delimiter = p.delimiter;
        recording->decimal_mark = p.decimal_mark;
        recording->header_lines = p.line - 1;
        recording->first_frame = 1;
    }
    free(p.columns);
    free(owned);
    return err;
}
