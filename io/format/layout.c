#include "io/format/layout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/number.h"

enum {
    SNIFF_BYTES = 32 << 10,    /* enough for most headers */
    SNIFF_BYTES_MAX = 1 << 20, /* one line of data fits in */
    RUN_SURE = 3,              /* so many like rows in a row are data */
    RUN_MAX = 20,              /* no need to look at more */
    HEADER_LINES = 4,          /* above the data, where labels and units can stand */
    MAKER_BYTES = 16 << 10,    /* of the header, where a maker names itself */
    TWINS_COLUMNS_MAX = 512,   /* so wide a table's labels are told apart */
    TEXT_SHARE_DENOMINATOR = 4
};

/* In this order where several fit equally well. */
static const eg_text_style styles[] = {{'\t', '.'}, {';', '.'}, {',', '.'}, {'|', '.'}, {' ', '.'},
                                       {'\t', ','}, {';', ','}, {'|', ','}, {' ', ','}};

static const char *const unit_words[] = {
    "s",         "sec",   "secs",     "seconds",   "ms",     "msec",       "us",
    "\xc2\xb5s", "min",   "n",        "kn",        "nm",     "n.m",        "n*m",
    "n-m",       "n m",   "nmm",      "n.mm",      "n*mm",   "knm",        "m",
    "cm",        "mm",    "um",       "\xc2\xb5m", "in",     "inch",       "ft",
    "lb",        "lbf",   "kg",       "g",         "v",      "mv",         "uv",
    "\xc2\xb5v", "deg",   "\xc2\xb0", "rad",       "hz",     "%",          "m/s",
    "cm/s",      "mm/s",  "m/s^2",    "m/s2",      "deg/s",  "1",          "a.u.",
    "au",        "bw",    "frame",    "count",     "counts", "n\xc2\xb7m", "n\xe2\x8b\x85m",
    "pixel",     "px",    "in-lb",    "ft-lb",     "volts",  "newton",     "newtons",
    "kgf",       "n mm",  "n-mm",     "rad/s",     "ut",     "\xc2\xb5t",  "mg",
    "bpm",       "n/cm^2"};

/* Behind "_", a blank or "/" at the end of a label. */
static const char *const unit_suffixes[] = {"mm", "cm",  "m", "n",  "nm",   "nmm",
                                            "kn", "n.m", "s", "ms", "n.mm", "kg"};

enum { N_UNIT_WORDS = sizeof unit_words / sizeof unit_words[0] };

/* What was seen of one style. */
typedef struct run {
    size_t n_rows;    /* like rows of numbers in a row */
    size_t n_columns; /* cells in the first of them */
    eg_span data;     /* from the first of them */
    uint64_t line;
} run;

typedef struct header_line {
    eg_span text;
    size_t n_cells;
} header_line;

/* ---- where the numbers begin ---------------------------------------------------------------- */

/* Number of cells if the line is a row of numbers, else 0. */
static size_t count_row(eg_span line, eg_text_style style) {
    eg_cell_walk walk;
    eg_span cell;
    size_t n = 0, n_numbers = 0, n_text = 0;
    eg_text_begin_cells(&walk, line, style.delimiter);
    while (eg_text_next_cell(&walk, &cell)) {
        double value;
        int is_slow;
        eg_cell_kind kind = eg_text_classify(cell, style.decimal_mark, &value, &is_slow);
        eg_stamp stamp = kind == EG_CELL_TEXT ? eg_stamp_read(cell, &value) : EG_STAMP_NONE;
        n_numbers += kind == EG_CELL_NUMBER;
        n_text += kind == EG_CELL_TEXT && stamp == EG_STAMP_NONE;
        n++;
        if (n_text > 2 && n_text > n_numbers + 2) return 0;
    }
    if (n_numbers == 0) return 0;
    if (n_text > 0 && (n_numbers < 2 || n_text > n / TEXT_SHARE_DENOMINATOR)) return 0;
    return n;
}

/* The first run of RUN_SURE rows; if there is none, the longest. */
static run find_run(eg_span text, eg_text_style style) {
    run best = {0}, current = {0};
    eg_span rest = text, line;
    uint64_t number = 0;
    for (;;) {
        eg_span here = rest;
        if (!eg_text_next_line(&rest, &line)) break;
        number++;
        if (eg_text_trim(line).n == 0) continue;
        size_t n = count_row(line, style);
        if (n > 0 && n == current.n_columns && current.n_rows > 0) {
            current.n_rows++;
        } else {
            if (current.n_rows >= RUN_SURE) break;
            current = (run){n > 0, n, here, number};
        }
        if (current.n_rows > best.n_rows) best = current;
        if (current.n_rows >= RUN_MAX) break;
    }
    return best;
}

static run choose_style(eg_span text, eg_text_style *style) {
    run best = {0};
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        run found = find_run(text, styles[i]);
        if (found.n_rows == 0) continue;
        int sure = found.n_rows >= RUN_SURE, best_sure = best.n_rows >= RUN_SURE;
        if (best.n_rows == 0 || sure > best_sure ||
            (sure == best_sure && found.n_columns > best.n_columns)) {
            best = found;
            *style = styles[i];
        }
    }
    return best;
}

/* ---- labels and units ----------------------------------------------------------------------- */

static eg_span without_brackets(eg_span span) {
    int wrapped = span.n >= 2 && ((span.start[0] == '[' && span.start[span.n - 1] == ']') ||
                                  (span.start[0] == '(' && span.start[span.n - 1] == ')'));
    return wrapped ? eg_text_trim((eg_span){span.start + 1, span.n - 2}) : span;
}

static int is_units_line(const header_line *line, char delimiter) {
    eg_cell_walk walk;
    eg_span cell;
    size_t n_units = 0;
    eg_text_begin_cells(&walk, line->text, delimiter);
    while (eg_text_next_cell(&walk, &cell)) {
        eg_span inner = without_brackets(cell);
        if (inner.n == 0) continue;
        if (!eg_text_is_one_of(inner, unit_words, N_UNIT_WORDS)) return 0;
        n_units++;
    }
    return n_units > 0;
}

/* Where the unit at the end of a label begins, "_mm", " mm", "/mm" or, of any unit, ",uV"; the
 * label's length if none. */
static size_t unit_suffix(eg_span label) {
    size_t comma = label.n;
    while (comma > 0 && label.start[comma - 1] != ',') comma--;
    if (comma > 1 &&
        eg_text_is_one_of(eg_text_trim((eg_span){label.start + comma, label.n - comma}), unit_words,
                          N_UNIT_WORDS))
        return comma - 1;
    for (size_t i = 0; i < sizeof unit_suffixes / sizeof unit_suffixes[0]; i++) {
        size_t n = strlen(unit_suffixes[i]);
        if (label.n < n + 2 || strchr("_ /", label.start[label.n - n - 1]) == NULL) continue;
        if (eg_text_equals((eg_span){label.start + label.n - n, n}, unit_suffixes[i]))
            return label.n - n - 1;
    }
    return label.n;
}

static int is_count(eg_span span) {
    for (size_t i = 0; i < span.n; i++)
        if (span.start[i] < '0' || span.start[i] > '9') return 0;
    return span.n > 0;
}

/* Quotes within a quoted cell are written twice. */
static void join_quotes(char *label) {
    size_t used = 0;
    for (size_t i = 0; label[i] != '\0'; i++) {
        label[used++] = label[i];
        if (label[i] == '"' && label[i + 1] == '"') i++;
    }
    label[used] = '\0';
}

/* "Fx[N]" and "Fx (N)" hold their unit; "ml_cm" names it at its end and keeps its label. */
static void split_label(eg_span cell, eg_column *column) {
    eg_span label = cell, unit = {cell.start, 0};
    char last = cell.n > 0 ? cell.start[cell.n - 1] : ' ';
    if (cell.n > 1 && (last == ']' || last == ')')) {
        size_t open = cell.n - 1;
        while (open > 0 && cell.start[open] != (last == ']' ? '[' : '(')) open--;
        /* A lone closing bracket has no inside. */
        size_t n_inner = open > 0 ? cell.n - open - 2 : 0;
        eg_span inner = eg_text_trim((eg_span){cell.start + open + 1, n_inner});
        int known = eg_text_is_one_of(inner, unit_words, N_UNIT_WORDS);
        int is_cell = is_count(inner) && (!known || cell.start[open > 0 ? open - 1 : 0] == ']');
        if (is_cell) open = 0; /* "Mat[1][2]" names a cell, no unit */
        if (open > 0 && inner.n < sizeof column->unit && (last == ']' || known)) {
            unit = inner;
            label = eg_text_trim((eg_span){cell.start, open});
        }
    }
    size_t suffix = unit.n == 0 ? unit_suffix(cell) : cell.n;
    if (suffix < cell.n)
        unit = eg_text_trim((eg_span){cell.start + suffix + 1, cell.n - suffix - 1});
    if (suffix < cell.n && cell.start[suffix] == ',')
        label = eg_text_trim((eg_span){cell.start, suffix});
    eg_recording_copy_text(column->label, sizeof column->label, label.start, label.n);
    join_quotes(column->label);
    if (unit.n > 0) eg_recording_copy_text(column->unit, sizeof column->unit, unit.start, unit.n);
}

void eg_layout_bare_label(const char *label, char bare[EG_RECORDING_LABEL_MAX]) {
    size_t n = unit_suffix((eg_span){label, strlen(label)}), used = 0;
    for (size_t i = 0; i < n && used + 1 < EG_RECORDING_LABEL_MAX; i++) {
        char c = label[i];
        int is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_word)
            bare[used++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        else if (used > 0 && bare[used - 1] != '_')
            bare[used++] = '_';
    }
    while (used > 0 && bare[used - 1] == '_') used--;
    bare[used] = '\0';
}

static eg_span without_comment_mark(eg_span line) {
    eg_span trimmed = eg_text_trim(line);
    size_t n = 0;
    while (n < trimmed.n && strchr("#%/", trimmed.start[n]) != NULL) n++;
    return n > 0 ? eg_text_trim((eg_span){trimmed.start + n, trimmed.n - n}) : line;
}

/* "Labels:= EMG, ECG" names columns; "Labels:=" is no part of the first name. */
static eg_span without_key(eg_span line) {
    static const char *const keys[] = {"labels:=", "labels:", "channels:="};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const size_t n = strlen(keys[i]);
        if (line.n > n && eg_text_equals((eg_span){line.start, n}, keys[i]))
            return eg_text_trim((eg_span){line.start + n, line.n - n});
    }
    return line;
}

static size_t count_cells(eg_span line, char delimiter, size_t *n_words) {
    eg_cell_walk walk;
    eg_span cell;
    size_t n = 0;
    *n_words = 0;
    eg_text_begin_cells(&walk, line, delimiter);
    while (eg_text_next_cell(&walk, &cell)) {
        double value;
        int is_slow;
        *n_words += eg_text_classify(cell, '.', &value, &is_slow) == EG_CELL_TEXT;
        n++;
    }
    return n;
}

static void fill_labels(eg_layout *layout, const header_line *line) {
    eg_cell_walk walk;
    eg_span cell;
    size_t i = 0;
    eg_text_begin_cells(&walk, line->text, layout->style.delimiter);
    while (eg_text_next_cell(&walk, &cell)) {
        int is_bracket = cell.n > 1 && (cell.start[0] == '(' || cell.start[0] == '[');
        if (layout->style.delimiter == ' ' && is_bracket && i > 0) {
            /* "Fx (N)  Fy (N)" between blanks: the unit is a cell of its own. */
            eg_span unit = without_brackets(cell);
            eg_column *column = &layout->columns[i - 1];
            if (i <= layout->n_columns)
                eg_recording_copy_text(column->unit, sizeof column->unit, unit.start, unit.n);
            continue;
        }
        if (i < layout->n_columns) split_label(cell, &layout->columns[i]);
        i++;
    }
    layout->n_header_cells = i;
}

static void fill_units(eg_layout *layout, const header_line *line) {
    eg_cell_walk walk;
    eg_span cell;
    eg_text_begin_cells(&walk, line->text, layout->style.delimiter);
    for (size_t i = 0; i < layout->n_columns && eg_text_next_cell(&walk, &cell); i++) {
        eg_span unit = without_brackets(cell);
        if (unit.n > 0)
            eg_recording_copy_text(layout->columns[i].unit, sizeof layout->columns[i].unit,
                                   unit.start, unit.n);
    }
}

/* The lines directly above the data, nearest first; returns how many. */
static size_t last_lines(eg_span header, eg_text_style style, header_line lines[HEADER_LINES]) {
    size_t n = 0;
    eg_span rest = header, line;
    while (eg_text_next_line(&rest, &line)) {
        if (eg_text_trim(line).n == 0) continue;
        memmove(lines + 1, lines, (HEADER_LINES - 1) * sizeof lines[0]);
        size_t n_words;
        eg_span text = without_key(without_comment_mark(line));
        lines[0] = (header_line){text, count_cells(text, style.delimiter, &n_words)};
        if (n_words == 0) lines[0].n_cells = 0; /* a row of numbers is no row of labels */
        if (n < HEADER_LINES) n++;
    }
    return n;
}

/* Two plates side by side repeat their labels: the second "Fx" becomes "Fx #2". */
static void part_twins(eg_layout *layout) {
    if (layout->n_columns > TWINS_COLUMNS_MAX) return;
    for (size_t i = layout->n_columns; i-- > 1;) {
        eg_column *own = &layout->columns[i];
        size_t n_before = 0, length = strlen(own->label);
        for (size_t k = 0; k < i && length > 0; k++)
            n_before +=
                eg_text_equals((eg_span){own->label, length}, layout->columns[k].label) != 0;
        if (n_before == 0) continue;
        char number[16];
        int n = snprintf(number, sizeof number, " #%zu", n_before + 1);
        if (n <= 0) continue;
        /* A long label makes room, never by half a UTF-8 character. */
        if (length + (size_t)n >= sizeof own->label) length = sizeof own->label - 1 - (size_t)n;
        while (length > 0 && ((unsigned char)own->label[length] & 0xc0) == 0x80) length--;
        memcpy(own->label + length, number, (size_t)n + 1);
    }
}

static void read_header(eg_layout *layout, eg_span header) {
    header_line lines[HEADER_LINES];
    memset(lines, 0, sizeof lines);
    size_t n = last_lines(header, layout->style, lines), labels = 0;
    if (n == 0) return;
    int has_units = n > 1 && layout->n_columns > 1 &&
                    is_units_line(&lines[0], layout->style.delimiter) &&
                    lines[1].n_cells * 2 >= lines[0].n_cells;
    if (has_units) labels = 1;
    /* A line of remarks may stand between the labels and the data. */
    if (lines[labels].n_cells != layout->n_columns)
        for (size_t i = labels + 1; i < n; i++)
            if (lines[i].n_cells == layout->n_columns) {
                labels = i;
                break;
            }
    if (lines[labels].n_cells == 0 || (lines[labels].n_cells == 1 && layout->n_columns > 1)) return;
    fill_labels(layout, &lines[labels]);
    if (has_units) fill_units(layout, &lines[0]);
    part_twins(layout);
}

/* ---- the rate a header states --------------------------------------------------------------- */

static int is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A number that stands for itself (not the "2" of "Plate2"), positive, anywhere in the text. */
static double first_number(eg_span text) {
    for (size_t i = 0; i < text.n; i++) {
        char c = text.start[i];
        if (c < '0' || c > '9') continue;
        if (i > 0 && (is_letter(text.start[i - 1]) || text.start[i - 1] == '_')) continue;
        double value;
        size_t n = eg_number_read(text.start + i, text.n - i, '.', &value, NULL);
        return n > 0 && value > 0 && isfinite(value) ? value : (double)NAN;
    }
    return NAN;
}

static double rate_of_line(eg_span line) {
    static const char *const words[] = {
        "frame rate",    "framerate",   "sample rate",    "samplerate",       "sampling rate",
        "sampling freq", "sample freq", "frequency",      "rate (hz)",        "rate_hz",
        "rate [hz]",     "fs=",         "fs_hz",          "acquisition rate", "data rate",
        "scan rate",     "abtastrate",  "abtastfrequenz", "update rate"};
    if (eg_text_find(line, "multiple") != NULL || eg_text_find(line, "filter") != NULL ||
        eg_text_find(line, "cut") != NULL)
        return NAN;
    eg_span trimmed = eg_text_trim(line);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *found = eg_text_find(trimmed, words[i]);
        if (found == NULL) continue;
        const char *behind = found + strlen(words[i]);
        return first_number((eg_span){behind, (size_t)(trimmed.start + trimmed.n - behind)});
    }
    return NAN;
}

static eg_span first_cell(eg_span line, char delimiter) {
    eg_cell_walk walk;
    eg_span cell = {line.start, 0};
    eg_text_begin_cells(&walk, line, delimiter);
    (void)eg_text_next_cell(&walk, &cell);
    return cell;
}

/* Vicon writes the rate as a number alone below the line "Devices". */
static double rate_below(eg_span line, eg_span rest, eg_text_style style) {
    eg_span next, cell;
    if (!eg_text_equals(first_cell(line, style.delimiter), "devices")) return NAN;
    if (!eg_text_next_line(&rest, &next)) return NAN;
    cell = first_cell(next, style.delimiter);
    double value;
    int is_slow;
    eg_cell_kind kind = eg_text_classify(cell, style.decimal_mark, &value, &is_slow);
    return kind == EG_CELL_NUMBER && value > 0 ? value : (double)NAN;
}

static void read_rate(eg_layout *layout, eg_span header) {
    eg_span rest = header, line;
    layout->rate_hz = NAN;
    while (eg_text_next_line(&rest, &line)) {
        double rate_hz = rate_of_line(line);
        if (isnan(rate_hz)) rate_hz = rate_below(line, rest, layout->style);
        if (isnan(rate_hz)) continue;
        if (!isnan(layout->rate_hz) && fabs(rate_hz - layout->rate_hz) > 1e-6 * rate_hz)
            layout->is_rate_ambiguous = 1;
        layout->rate_hz = rate_hz;
    }
    if (layout->is_rate_ambiguous) layout->rate_hz = NAN;
}

/* ---- whose export it is --------------------------------------------------------------------- */

static const char *find_maker(eg_span header, char delimiter) {
    static const struct {
        const char *words, *maker;
    } rows[] = {{"force_plate_name", "Qualisys Track Manager"},
                {"bioware", "Kistler BioWare"},
                {"abs time (s)", "Kistler BioWare"},
                {"netforce", "AMTI NetForce"},
                {"bertec", "Bertec"},
                {"take name", "OptiTrack Motive"},
                {"packetcounter", "Xsens"},
                {"noraxon", "Noraxon"},
                {"myoresearch", "Noraxon"},
                {"exported with version", "Noraxon"}};
    eg_span head = {header.start, header.n < MAKER_BYTES ? header.n : MAKER_BYTES};
    eg_span rest = head, line;
    if (eg_text_next_line(&rest, &line) && eg_text_equals(first_cell(line, delimiter), "devices"))
        return "Vicon Nexus";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (eg_text_find(head, rows[i].words) != NULL) return rows[i].maker;
    return "";
}

/* What a maker's export means by a label that names no unit. */
typedef struct maker_unit {
    const char *maker, *begin, *unit;
    size_t n_more; /* characters behind the beginning */
} maker_unit;

/* Qualisys: forces in N, moments in N m, positions in mm (QTM's manual, export to TSV). Xsens: MT
 * Manager's SI units (MT Manager user manual, export of the ASCII log file). */
static const maker_unit maker_units[] = {{"Qualisys Track Manager", "force_", "N", 1},
                                         {"Qualisys Track Manager", "moment_", "Nm", 1},
                                         {"Qualisys Track Manager", "cop_", "mm", 1},
                                         {"Xsens", "acc_", "m/s2", 1},
                                         {"Xsens", "freeacc_", "m/s2", 1},
                                         {"Xsens", "gyr_", "rad/s", 1},
                                         {"Xsens", "mag_", "a.u.", 1},
                                         {"Xsens", "roll", "deg", 0},
                                         {"Xsens", "pitch", "deg", 0},
                                         {"Xsens", "yaw", "deg", 0},
                                         {"Xsens", "pressure", "Pa", 0},
                                         {"Xsens", "temperature", "degC", 0}};

static void set_maker(eg_layout *layout, eg_span header) {
    layout->maker = find_maker(header, layout->style.delimiter);
    for (size_t i = 0; i < layout->n_columns; i++) {
        eg_column *column = &layout->columns[i];
        for (size_t k = 0; k < sizeof maker_units / sizeof maker_units[0]; k++) {
            const maker_unit *m = &maker_units[k];
            size_t n = strlen(m->begin);
            if (column->unit[0] != '\0' || strcmp(m->maker, layout->maker) != 0 ||
                strlen(column->label) != n + m->n_more ||
                !eg_text_equals((eg_span){column->label, n}, m->begin))
                continue;
            memcpy(column->unit, m->unit, strlen(m->unit) + 1);
            layout->units_by_maker = 1;
        }
    }
}

/* A Vicon file may hold markers and models above the plates: the text from the line "Devices" on,
 * and how many lines lie before it. */
static eg_span from_devices(eg_span text, uint64_t *n_lines) {
    static const char *const sections[] = {"trajectories", "model outputs", "joints", "segments",
                                           "events"};
    eg_span rest = text, line;
    *n_lines = 0;
    if (!eg_text_next_line(&rest, &line)) return text;
    while (line.n > 0 && strchr(",;\t", line.start[line.n - 1]) != NULL) line.n--;
    if (!eg_text_is_one_of(line, sections, sizeof sections / sizeof sections[0])) return text;
    uint64_t number = 1;
    for (;;) {
        eg_span here = rest;
        if (!eg_text_next_line(&rest, &line)) return text;
        size_t n = strlen("devices");
        if (line.n >= n && eg_text_equals((eg_span){line.start, n}, "devices")) {
            *n_lines = number;
            return here;
        }
        number++;
    }
}

/* ---- all together --------------------------------------------------------------------------- */

/* A column of words that is empty in most rows. */
static int names_marks(const char *label) {
    static const char *const words[] = {"marker", "markers", "activity", "activities"};
    return eg_text_is_one_of((eg_span){label, strlen(label)}, words,
                             sizeof words / sizeof words[0]);
}

static void mark_text_columns(eg_layout *layout) {
    eg_span rest = layout->data, line, cell;
    eg_cell_walk walk;
    if (!eg_text_next_line(&rest, &line)) return;
    eg_text_begin_cells(&walk, line, layout->style.delimiter);
    for (size_t i = 0; i < layout->n_columns && eg_text_next_cell(&walk, &cell); i++) {
        double value;
        int is_slow;
        eg_cell_kind kind = eg_text_classify(cell, layout->style.decimal_mark, &value, &is_slow);
        if (kind != EG_CELL_NUMBER && names_marks(layout->columns[i].label))
            layout->columns[i].is_text = layout->columns[i].is_marks = 1;
        if (kind != EG_CELL_TEXT || layout->columns[i].is_marks) continue;
        eg_stamp stamp = eg_stamp_read(cell, &value);
        int is_time = stamp == EG_STAMP_CLOCK || stamp == EG_STAMP_INSTANT;
        layout->columns[i].stamp = is_time ? stamp : EG_STAMP_NONE;
        layout->columns[i].is_text = !is_time;
    }
}

eg_err eg_layout_find(const char *name, eg_span whole, eg_layout *layout, eg_diag *diag) {
    EG_ASSERT(layout != NULL);
    memset(layout, 0, sizeof *layout);
    layout->rate_hz = NAN;
    layout->maker = "";
    uint64_t n_before = 0;
    eg_span text = from_devices(whole, &n_before);
    size_t n_short = text.n < SNIFF_BYTES ? text.n : SNIFF_BYTES;
    size_t n_long = text.n < SNIFF_BYTES_MAX ? text.n : SNIFF_BYTES_MAX;
    run found = choose_style((eg_span){text.start, n_short}, &layout->style);
    if (found.n_rows < RUN_SURE && n_long > n_short)
        found = choose_style((eg_span){text.start, n_long}, &layout->style);
    if (found.n_rows == 0)
        return eg_diag_set(diag, EG_ERR_FORMAT, name, 0,
                           "no row of numbers found; Engram reads text tables with columns "
                           "separated by tab, comma, semicolon or blanks");
    if (found.n_columns > EG_RECORDING_CHANNELS_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, name, found.line,
                           "the table has %zu columns, at most %d are read; export fewer",
                           found.n_columns, EG_RECORDING_CHANNELS_MAX);
    layout->n_columns = found.n_columns;
    layout->data = (eg_span){found.data.start, (size_t)(text.start + text.n - found.data.start)};
    layout->first_line = n_before + found.line;
    layout->columns = calloc(found.n_columns, sizeof *layout->columns);
    if (layout->columns == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, name, 0, "no memory for %zu columns",
                           found.n_columns);
    eg_span header = {text.start, (size_t)(found.data.start - text.start)};
    read_header(layout, header);
    eg_layout_name_channels(layout, header);
    read_rate(layout, header);
    set_maker(layout, header);
    mark_text_columns(layout);
    if (layout->style.delimiter == ',' && layout->n_header_cells > 0 &&
        layout->n_header_cells * 2 == layout->n_columns)
        return eg_diag_set(diag, EG_ERR_FORMAT, name, found.line,
                           "the header names %zu columns but rows hold %zu cells: the comma seems "
                           "to be decimal mark and separator at once; export with another one",
                           layout->n_header_cells, layout->n_columns);
    return EG_OK;
}

void eg_layout_release(eg_layout *layout) {
    if (layout == NULL) return;
    free(layout->columns);
    layout->columns = NULL;
}

double eg_layout_seconds(const char *unit) {
    static const struct {
        const char *word;
        double seconds;
    } rows[] = {{"s", 1},       {"sec", 1},   {"secs", 1},         {"seconds", 1}, {"ms", 1e-3},
                {"msec", 1e-3}, {"us", 1e-6}, {"\xc2\xb5s", 1e-6}, {"min", 60}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (eg_text_equals((eg_span){unit, strlen(unit)}, rows[i].word)) return rows[i].seconds;
    return 0;
}
