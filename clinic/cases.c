#include "clinic/cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/text.h"

enum { PATH_BYTES_MAX = 4096, COLUMNS_MAX = 64, WORD_MAX = 32, SHOWN_MAX = 40 };

static const char beside_name[] = "cases.csv";

static char *read_text(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    char *text = file != NULL ? malloc(EG_CASES_BYTES_MAX) : NULL;
    *size = text != NULL ? fread(text, 1, EG_CASES_BYTES_MAX, file) : 0;
    if (file != NULL) fclose(file);
    if (*size > 0 && *size < EG_CASES_BYTES_MAX) return text;
    free(text);
    return NULL;
}

/* "BDS00001" of "/data/BDS00001.txt". */
static eg_span stem_of(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    return (eg_span){base, dot != NULL ? (size_t)(dot - base) : strlen(base)};
}

static int same(eg_span a, eg_span b) {
    return a.n == b.n && memcmp(a.start, b.start, a.n) == 0;
}

/* Lower-case word of a cell; other laboratories' words become ours. */
static void word_of(eg_span cell, char word[WORD_MAX]) {
    size_t n = cell.n < WORD_MAX - 1 ? cell.n : WORD_MAX - 1;
    for (size_t i = 0; i < n; i++) {
        char c = cell.start[i];
        word[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    word[n] = '\0';
    if (strcmp(word, "rigid") == 0) memcpy(word, "firm", 5);
}

static int take_number(eg_span cell, double scale, double *value) {
    double number;
    int is_slow;
    eg_cell_kind kind = eg_text_classify(cell, '.', &number, &is_slow);
    if (kind == EG_CELL_MISSING) return 1;
    if (kind != EG_CELL_NUMBER || !(number > 0)) return 0;
    if (isnan(*value)) *value = number / scale;
    return 1;
}

/* One cell of the recording's row. Returns 0 if it is not what its column promises. */
static int take_cell(eg_span column, eg_span cell, eg_evaluate_options *o) {
    eg_balance_condition *c = &o->condition;
    char word[WORD_MAX];
    word_of(cell, word);
    if (eg_text_equals(column, "age_y")) return take_number(cell, 1, &o->age_years);
    if (eg_text_equals(column, "mass_kg")) return take_number(cell, 1, &o->mass_kg);
    if (eg_text_equals(column, "height_m")) return take_number(cell, 1, &o->height_m);
    if (eg_text_equals(column, "height_cm")) return take_number(cell, 100, &o->height_m);
    if (cell.n == 0) return 1;
    if (eg_text_equals(column, "posture"))
        return c->posture != EG_POSTURE_UNKNOWN || eg_condition_set_posture(c, word);
    if (eg_text_equals(column, "vision"))
        return c->vision != EG_VISION_UNKNOWN || eg_condition_set_vision(c, word);
    if (eg_text_equals(column, "surface"))
        return c->surface != EG_SURFACE_UNKNOWN || eg_condition_set_surface(c, word);
    if (eg_text_equals(column, "stance"))
        return c->stance != EG_STANCE_UNKNOWN || eg_condition_set_stance(c, word);
    return 1;
}

static int shown(eg_span span) {
    return span.n < SHOWN_MAX ? (int)span.n : SHOWN_MAX;
}

/* Who was measured. A subject's number means something within its dataset only. */
static void name_subject(const eg_span *columns, const eg_span *cells, size_t n,
                         eg_evaluate_options *o) {
    eg_span subject = {"", 0}, dataset = {"", 0};
    for (size_t i = 1; i < n; i++) {
        if (eg_text_equals(columns[i], "subject")) subject = cells[i];
        if (eg_text_equals(columns[i], "dataset")) dataset = cells[i];
    }
    if (subject.n == 0 || o->subject[0] != '\0') return;
    snprintf(o->subject, sizeof o->subject, "%.*s%s%.*s", shown(subject), subject.start,
             dataset.n > 0 ? " of " : "", shown(dataset), dataset.start);
}

static size_t split(eg_span line, eg_span cells[COLUMNS_MAX]) {
    eg_cell_walk walk;
    size_t n = 0;
    eg_text_begin_cells(&walk, line, ',');
    while (n < COLUMNS_MAX && eg_text_next_cell(&walk, &cells[n])) n++;
    return n;
}

eg_err eg_cases_apply(const char *name, const char *text, size_t size, const char *recording_path,
                      eg_evaluate_options *options, eg_diag *diag) {
    eg_span rest = {text, size}, line, columns[COLUMNS_MAX], cells[COLUMNS_MAX];
    eg_span stem = stem_of(recording_path);
    if (!eg_text_next_line(&rest, &line)) return EG_OK;
    size_t n_columns = split(line, columns);
    uint64_t number = 1;
    while (eg_text_next_line(&rest, &line)) {
        number++;
        size_t n = split(line, cells);
        if (n == 0 || !same(cells[0], stem)) continue;
        for (size_t i = 1; i < n && i < n_columns; i++)
            if (!take_cell(columns[i], cells[i], options))
                return eg_diag_set(diag, EG_ERR_DATA, name, number, "\"%.*s\" cannot be \"%.*s\"",
                                   shown(columns[i]), columns[i].start, shown(cells[i]),
                                   cells[i].start);
        name_subject(columns, cells, n < n_columns ? n : n_columns, options);
        options->condition_from = beside_name;
        return EG_OK;
    }
    return EG_OK;
}

eg_err eg_cases_read(const char *cases_path, const char *recording_path,
                     eg_evaluate_options *options, eg_diag *diag) {
    char beside[PATH_BYTES_MAX];
    const char *path = cases_path;
    if (path == NULL) {
        const char *slash = strrchr(recording_path, '/');
        int folder = slash != NULL ? (int)(slash - recording_path + 1) : 0;
        int n = snprintf(beside, sizeof beside, "%.*s%s", folder, recording_path, beside_name);
        if (n < 0 || (size_t)n >= sizeof beside) return EG_OK;
        path = beside;
    }
    size_t size;
    char *text = read_text(path, &size);
    if (text == NULL)
        return cases_path == NULL
                   ? EG_OK
                   : eg_diag_set(diag, EG_ERR_IO, path, 0, "the table of cases cannot be read");
    eg_err err = eg_cases_apply(path, text, size, recording_path, options, diag);
    free(text);
    return err;
}
