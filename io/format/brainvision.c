#include "io/format/brainvision.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/number.h"
#include "io/format/text.h"

enum { HEADER_BYTES_MAX = 8 << 20, FIELDS_MAX = 6, SKIPPED_MAX = 1000 };

static const double interval_max_us = 1e9;

typedef enum kind { INT_16, UINT_16, INT_32, FLOAT_32, TEXT } kind;

typedef struct vision {
    eg_recording *recording;
    eg_diag *diag;
    const char *name;
    eg_span text;  /* the header */
    char *decoded; /* owned: the header as UTF-8, if it was not */
    eg_span data_file, marker_file;
    kind kind;
    int is_vectorized, is_big_endian;
    double n_channels, interval_us, n_points; /* n_points NaN: not said */
    size_t offset;                            /* of the first sample in its file */
    char decimal_mark;
    size_t skip_lines, skip_columns;
    size_t n_frames;
    double *gains; /* [n_channels] owned */
} vision;

static eg_err fail(const vision *v, eg_err err, const char *text) {
    return eg_diag_set(v->diag, err, v->name, 0, "%s", text);
}

static int begins(eg_span span, const char *with) {
    size_t n = strlen(with);
    return span.n >= n && eg_text_equals((eg_span){span.start, n}, with);
}

static int is_kind_of(const uint8_t *bytes, size_t size, const char *what) {
    eg_span text = {(const char *)bytes, size < 400 ? size : 400}, line;
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        text = (eg_span){text.start + 3, text.n - 3};
    if (!eg_text_next_line(&text, &line)) return 0;
    line = eg_text_trim(line);
    return (begins(line, "Brain Vision") || begins(line, "BrainVision")) &&
           eg_text_find(line, what) != NULL;
}

int eg_brainvision_is(const uint8_t *bytes, size_t size) {
    return is_kind_of(bytes, size, "Header File");
}

/* ---- the header's lines ---------------------------------------------------------------------- */

typedef struct entry {
    eg_span section, key, value;
} entry;

/* The next KEY=VALUE; `section` goes along. Texts under [Comment] are passed over. */
static int next_entry(eg_span *rest, eg_span *section, entry *e) {
    eg_span line;
    while (eg_text_next_line(rest, &line)) {
        line = eg_text_trim(line);
        if (line.n == 0 || line.start[0] == ';') continue;
        if (line.start[0] == '[') {
            const char *end = memchr(line.start, ']', line.n);
            size_t n = end == NULL ? line.n - 1 : (size_t)(end - line.start) - 1;
            *section = (eg_span){line.start + 1, n};
            continue;
        }
        const char *equals = memchr(line.start, '=', line.n);
        if (equals == NULL || eg_text_equals(*section, "comment")) continue;
        size_t n = (size_t)(equals - line.start);
        e->section = *section;
        e->key = eg_text_trim((eg_span){line.start, n});
        e->value = eg_text_trim((eg_span){equals + 1, line.n - n - 1});
        return 1;
    }
    return 0;
}

static double to_number(eg_span text) {
    double value;
    size_t n = eg_number_read(text.start, text.n, '.', &value, NULL);
    return n > 0 && isfinite(value) ? value : (double)NAN;
}

/* The fields of "a,b,c"; returns how many there are. */
static size_t split(eg_span value, eg_span fields[FIELDS_MAX]) {
    size_t n = 0;
    for (size_t i = 0; i < FIELDS_MAX; i++) fields[i] = (eg_span){value.start, 0};
    for (;;) {
        const char *comma = value.n > 0 ? memchr(value.start, ',', value.n) : NULL;
        size_t length = comma == NULL ? value.n : (size_t)(comma - value.start);
        if (n < FIELDS_MAX) fields[n] = eg_text_trim((eg_span){value.start, length});
        n++;
        if (comma == NULL) return n;
        value = (eg_span){comma + 1, value.n - length - 1};
    }
}

/* "\1" stands for a comma. */
static void copy_field(eg_span text, char *field, size_t size) {
    char plain[2 * EG_RECORDING_LABEL_MAX];
    size_t used = 0;
    for (size_t i = 0; i < text.n && used < sizeof plain; i++) {
        int is_comma = text.start[i] == '\\' && i + 1 < text.n && text.start[i + 1] == '1';
        plain[used++] = is_comma ? ',' : text.start[i];
        i += (size_t)is_comma;
    }
    eg_recording_copy_text(field, size, plain, used);
}

/* The number behind "Ch12", "Mk3"; 0 if it is not such a key. */
static size_t key_number(eg_span key, const char *word) {
    double value;
    size_t n = strlen(word);
    if (!begins(key, word) || key.n == n) return 0;
    size_t taken = eg_number_read(key.start + n, key.n - n, '.', &value, NULL);
    return taken == key.n - n && value >= 1 && value <= 1e9 ? (size_t)value : 0;
}

static eg_err read_common(vision *v, const entry *e) {
    if (eg_text_equals(e->key, "DataFile")) v->data_file = e->value;
    if (eg_text_equals(e->key, "MarkerFile")) v->marker_file = e->value;
    if (eg_text_equals(e->key, "DataFormat") && eg_text_equals(e->value, "ASCII")) v->kind = TEXT;
    if (eg_text_equals(e->key, "DataOrientation"))
        v->is_vectorized = eg_text_equals(e->value, "VECTORIZED");
    if (eg_text_equals(e->key, "NumberOfChannels")) v->n_channels = to_number(e->value);
    if (eg_text_equals(e->key, "SamplingInterval")) v->interval_us = to_number(e->value);
    if (eg_text_equals(e->key, "DataPoints")) v->n_points = to_number(e->value);
    if (eg_text_equals(e->key, "DataType") && !eg_text_equals(e->value, "TIMEDOMAIN"))
        return fail(v, EG_ERR_FORMAT, "this is a spectrum; export the signals in the time domain");
    return EG_OK;
}

static eg_err read_binary(vision *v, const entry *e) {
    static const char *const words[] = {"INT_16", "UINT_16", "INT_32", "IEEE_FLOAT_32"};
    if (eg_text_equals(e->key, "UseBigEndianOrder"))
        v->is_big_endian = eg_text_equals(e->value, "YES");
    if (eg_text_equals(e->key, "DataOffset") && to_number(e->value) >= 0)
        v->offset = (size_t)fmin(to_number(e->value), EG_RECORDING_BYTES_MAX);
    if (!eg_text_equals(e->key, "BinaryFormat")) return EG_OK;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (eg_text_equals(e->value, words[i])) {
            v->kind = (kind)i;
            return EG_OK;
        }
    return eg_diag_set(v->diag, EG_ERR_FORMAT, v->name, 0,
                       "samples of the format \"%.*s\" are not read; export them as IEEE_FLOAT_32",
                       (int)(e->value.n < 40 ? e->value.n : 40), e->value.start);
}

static void read_text_style(vision *v, const entry *e) {
    double value = to_number(e->value);
    if (eg_text_equals(e->key, "DecimalSymbol") && e->value.n == 1 && e->value.start[0] == ',')
        v->decimal_mark = ',';
    if (eg_text_equals(e->key, "SkipLines") && value >= 0 && value <= SKIPPED_MAX)
        v->skip_lines = (size_t)value;
    if (eg_text_equals(e->key, "SkipColumns") && value >= 0 && value <= SKIPPED_MAX)
        v->skip_columns = (size_t)value;
}

static eg_err begin(vision *v, const eg_named_bytes *header) {
    v->name = header->name;
    v->decimal_mark = '.';
    v->n_channels = v->interval_us = v->n_points = (double)NAN;
    if (header->size > HEADER_BYTES_MAX)
        return fail(v, EG_ERR_LIMIT, "a header of more than 8 MB is not read");
    if (eg_text_decode(header->bytes, header->size, &v->text, &v->decoded) != EG_OK)
        return fail(v, EG_ERR_MEMORY, "no memory");
    eg_span rest = v->text, section = {v->text.start, 0};
    entry e;
    eg_err err = EG_OK;
    while (err == EG_OK && next_entry(&rest, &section, &e)) {
        if (eg_text_equals(section, "Common Infos")) err = read_common(v, &e);
        if (eg_text_equals(section, "Binary Infos") && v->kind != TEXT) err = read_binary(v, &e);
        if (eg_text_equals(section, "ASCII Infos")) read_text_style(v, &e);
    }
    return err;
}

static eg_err check_header(const vision *v) {
    if (!(v->n_channels >= 1))
        return fail(v, EG_ERR_DATA, "the header does not say how many channels there are");
    if (v->n_channels > EG_RECORDING_CHANNELS_MAX)
        return fail(v, EG_ERR_LIMIT, "more channels than are read");
    if (!(v->interval_us > 1e-3 && v->interval_us <= interval_max_us))
        return fail(v, EG_ERR_DATA, "the header gives no sampling interval");
    if (v->data_file.n == 0)
        return fail(v, EG_ERR_DATA, "the header does not name the file of samples");
    return EG_OK;
}

/* "$b.eeg" is the header's own name with another ending. */
static eg_span full_name(const vision *v, eg_span file, char room[EG_COMPANION_NAME_MAX]) {
    if (file.n < 2 || file.start[0] != '$' || file.start[1] != 'b') return file;
    const char *dot = strrchr(v->name, '.');
    size_t n = dot == NULL ? strlen(v->name) : (size_t)(dot - v->name);
    if (n + file.n - 2 >= EG_COMPANION_NAME_MAX) return file;
    memcpy(room, v->name, n);
    memcpy(room + n, file.start + 2, file.n - 2);
    return (eg_span){room, n + file.n - 2};
}

eg_err eg_brainvision_companions(const char *name, const uint8_t *bytes, size_t size,
                                 eg_companions *companions, eg_diag *diag) {
    EG_ASSERT(name != NULL && companions != NULL);
    eg_named_bytes header = {name, bytes, size};
    vision v = {.diag = diag};
    char room[EG_COMPANION_NAME_MAX];
    eg_err err = begin(&v, &header);
    if (err == EG_OK) err = eg_companion_add(companions, full_name(&v, v.data_file, room));
    if (err == EG_OK) err = eg_companion_add(companions, full_name(&v, v.marker_file, room));
    free(v.decoded);
    return err;
}

/* ---- channels -------------------------------------------------------------------------------- */

static void read_channel(vision *v, const entry *e) {
    size_t k = key_number(e->key, "Ch");
    if (k == 0 || k > v->recording->n_channels) return;
    eg_channel *c = &v->recording->channels[k - 1];
    eg_span fields[FIELDS_MAX];
    size_t n = split(e->value, fields);
    copy_field(fields[0], c->label, sizeof c->label);
    double gain = to_number(fields[2]);
    if (fabs(gain) > 0 && fabs(gain) < 1e100) v->gains[k - 1] = gain;
    if (n > 3 && fields[3].n > 0) copy_field(fields[3], c->unit, sizeof c->unit);
}

static eg_err make_channels(vision *v) {
    eg_recording *r = v->recording;
    size_t n = (size_t)v->n_channels;
    eg_err err = eg_recording_add_channels(r, n, v->diag);
    v->gains = err == EG_OK ? malloc(n * sizeof *v->gains) : NULL;
    if (err != EG_OK) return err;
    if (v->gains == NULL) return fail(v, EG_ERR_MEMORY, "no memory");
    r->n_frames = v->n_frames;
    r->rate_hz = 1e6 / v->interval_us;
    snprintf(r->time_source, sizeof r->time_source, "the sampling interval in the header");
    for (size_t i = 0; i < n; i++) {
        v->gains[i] = 1;
        r->channels[i].n = r->n_frames;
        r->channels[i].rate_hz = r->rate_hz;
        snprintf(r->channels[i].unit, sizeof r->channels[i].unit, "\xc2\xb5V");
    }
    eg_span rest = v->text, section = {v->text.start, 0};
    entry e;
    while (next_entry(&rest, &section, &e))
        if (eg_text_equals(section, "Channel Infos")) read_channel(v, &e);
    for (size_t i = 0; i < n; i++) {
        eg_channel *c = &r->channels[i];
        c->is_named = c->label[0] != '\0';
        if (!c->is_named) snprintf(c->label, sizeof c->label, "channel %zu", i + 1);
    }
    return eg_recording_add_samples(r, v->diag);
}

/* ---- samples in binary ----------------------------------------------------------------------- */

static double read_value(const vision *v, eg_reader *in) {
    double value = 0;
    switch (v->kind) {
    case INT_16:
        return v->is_big_endian ? eg_reader_i16be(in) : eg_reader_i16le(in);
    case UINT_16:
        return v->is_big_endian ? eg_reader_u16be(in) : eg_reader_u16le(in);
    case INT_32:
        return v->is_big_endian ? eg_reader_i32be(in) : eg_reader_i32le(in);
    case FLOAT_32:
        value = (double)(v->is_big_endian ? eg_reader_f32be(in) : eg_reader_f32le(in));
        break;
    case TEXT:
        break;
    }
    return isfinite(value) ? value : (double)NAN;
}

static void compare_points(vision *v, size_t n, size_t rest) {
    eg_recording *r = v->recording;
    int is_short = v->n_points > (double)n;
    if (rest > 0) eg_recording_warn(r, 0, "the samples end in the middle of a frame");
    if (is_short || v->n_points < (double)n)
        eg_recording_warn(r, 0, "the header says %.0f samples a channel, there are %zu",
                          v->n_points, n);
    r->is_partial |= rest > 0 || is_short;
}

static eg_err read_binary_samples(vision *v, const eg_named_bytes *file) {
    size_t width = v->kind <= UINT_16 ? 2 : 4, n = (size_t)v->n_channels;
    size_t left = file->size > v->offset ? file->size - v->offset : 0;
    v->n_frames = left / (width * n);
    compare_points(v, v->n_frames, left % (width * n));
    /* Channel behind channel: only the header knows where each begins, if the file was cut. */
    if (v->is_vectorized && v->n_points > (double)v->n_frames) {
        size_t n_values = left / width;
        if (!((double)n_values >= v->n_points * (double)n / 2))
            return fail(v, EG_ERR_DATA, "less than half of the samples are there; copy them again");
        v->n_frames = (size_t)v->n_points;
    }
    if (v->n_frames == 0) return fail(v, EG_ERR_DATA, "the file of samples is empty");
    eg_err err = make_channels(v);
    if (err != EG_OK) return err;
    eg_reader in;
    eg_reader_init(&in, file->bytes, file->size);
    eg_reader_seek(&in, v->offset);
    for (size_t k = 0; k < n * v->n_frames; k++) {
        size_t channel = v->is_vectorized ? k / v->n_frames : k % n;
        size_t frame = v->is_vectorized ? k % v->n_frames : k / n;
        int is_there = eg_reader_left(&in) >= width;
        v->recording->channels[channel].values[frame] =
            is_there ? read_value(v, &in) * v->gains[channel] : (double)NAN;
    }
    return EG_OK;
}

/* ---- samples as text ------------------------------------------------------------------------- */

/* The number of a cell, NaN where it is none. */
static double cell_value(const vision *v, eg_span cell) {
    double value;
    int is_slow;
    return eg_text_classify(cell, v->decimal_mark, &value, &is_slow) == EG_CELL_NUMBER
               ? value
               : (double)NAN;
}

/* The separator is a blank or tab, or what is left: a semicolon, or a comma. */
static char find_delimiter(const vision *v, eg_span line) {
    if (memchr(line.start, ';', line.n) != NULL) return ';';
    if (v->decimal_mark == '.' && memchr(line.start, ',', line.n) != NULL) return ',';
    return ' ';
}

/* Lines that hold anything, behind those to be skipped; moves `rest` there. */
static size_t count_lines(const vision *v, eg_span *rest, eg_span *first) {
    eg_span line;
    for (size_t i = 0; i < v->skip_lines; i++)
        if (!eg_text_next_line(rest, &line)) break;
    eg_span all = *rest;
    size_t n = 0;
    *first = (eg_span){rest->start, 0};
    while (eg_text_next_line(&all, &line)) {
        line = eg_text_trim(line);
        if (line.n > 0 && n++ == 0) *first = line;
    }
    return n;
}

static size_t count_cells(eg_span line, char delimiter) {
    eg_cell_walk walk;
    eg_span cell;
    size_t n = 0;
    eg_text_begin_cells(&walk, line, delimiter);
    while (eg_text_next_cell(&walk, &cell)) n++;
    return n;
}

static void read_lines(vision *v, eg_span rest, char delimiter) {
    size_t n = (size_t)v->n_channels, row = 0;
    eg_span line, cell;
    while (eg_text_next_line(&rest, &line)) {
        line = eg_text_trim(line);
        if (line.n == 0) continue;
        eg_cell_walk walk;
        eg_text_begin_cells(&walk, line, delimiter);
        for (size_t i = 0; eg_text_next_cell(&walk, &cell); i++) {
            if (i < v->skip_columns) continue;
            size_t k = i - v->skip_columns, channel = v->is_vectorized ? row : k;
            size_t frame = v->is_vectorized ? k : row;
            if (channel < n && frame < v->n_frames)
                v->recording->channels[channel].values[frame] =
                    cell_value(v, cell) * v->gains[channel];
        }
        row++;
    }
}

static eg_err read_text_samples(vision *v, const eg_named_bytes *file) {
    eg_span text, first;
    char *decoded = NULL;
    if (eg_text_decode(file->bytes, file->size, &text, &decoded) != EG_OK)
        return fail(v, EG_ERR_MEMORY, "no memory");
    size_t n_lines = count_lines(v, &text, &first);
    char delimiter = find_delimiter(v, first);
    size_t cells = count_cells(first, delimiter), n = (size_t)v->n_channels;
    cells = cells > v->skip_columns ? cells - v->skip_columns : 0;
    v->n_frames = v->is_vectorized ? cells : n_lines;
    eg_err err = EG_OK;
    if (v->n_frames == 0 || n_lines == 0 || (v->is_vectorized ? n_lines < n : cells < n))
        err = fail(v, EG_ERR_DATA, "the file of samples holds fewer columns than channels");
    /* Cells that are not there become NaN, but every cell that is there has its byte. */
    else if ((double)v->n_frames * (double)n > (double)file->size)
        err = fail(v, EG_ERR_LIMIT, "the header counts more channels than the file can hold");
    if (err == EG_OK) compare_points(v, v->n_frames, 0);
    if (err == EG_OK) err = make_channels(v);
    for (size_t i = 0; err == EG_OK && i < n; i++)
        for (size_t k = 0; k < v->n_frames; k++) v->recording->channels[i].values[k] = (double)NAN;
    if (err == EG_OK) read_lines(v, text, delimiter);
    free(decoded);
    return err;
}

/* ---- markers --------------------------------------------------------------------------------- */

static eg_err add_marker(vision *v, eg_span value, size_t *room, size_t *n_bad) {
    eg_recording *r = v->recording;
    eg_span fields[FIELDS_MAX];
    size_t n = split(value, fields);
    double position = n > 2 ? to_number(fields[2]) : (double)NAN;
    double length = n > 3 ? to_number(fields[3]) : (double)NAN;
    if (!(position >= 1 && position < 1e12) || r->n_events == EG_BRAINVISION_EVENTS_MAX) {
        ++*n_bad;
        return EG_OK;
    }
    eg_event *event = eg_recording_add_event(r, room);
    if (event == NULL) return fail(v, EG_ERR_MEMORY, "no memory");
    event->t_s = (position - 1) / r->rate_hz;
    if (length > 1 && length < 1e12) event->duration_s = length / r->rate_hz;
    copy_field(fields[0], event->context, sizeof event->context);
    copy_field(fields[1].n > 0 ? fields[1] : fields[0], event->label, sizeof event->label);
    return EG_OK;
}

static eg_err read_markers(vision *v, const eg_named_bytes *file) {
    eg_span text;
    char *decoded = NULL;
    if (!is_kind_of(file->bytes, file->size, "Marker File"))
        eg_recording_warn(v->recording, 0, "%.60s does not begin as a file of markers", file->name);
    if (eg_text_decode(file->bytes, file->size, &text, &decoded) != EG_OK)
        return fail(v, EG_ERR_MEMORY, "no memory");
    eg_span section = {text.start, 0};
    entry e;
    eg_err err = EG_OK;
    size_t room = 0, n_bad = 0;
    while (err == EG_OK && next_entry(&text, &section, &e))
        if (eg_text_equals(section, "Marker Infos") && key_number(e.key, "Mk") > 0)
            err = add_marker(v, e.value, &room, &n_bad);
    free(decoded);
    if (n_bad > 0)
        eg_recording_warn(v->recording, 0, "%zu markers are damaged or too many and left out",
                          n_bad);
    return err == EG_OK ? eg_recording_sort_events(v->recording, v->diag) : err;
}

/* ---- all together ---------------------------------------------------------------------------- */

static const eg_named_bytes *find(const vision *v, eg_span name, const eg_named_bytes *files,
                                  size_t n) {
    char room[EG_COMPANION_NAME_MAX];
    eg_span full = full_name(v, name, room);
    return eg_companion_is_name(full) ? eg_companion_find(files, n, full) : NULL;
}

static eg_err read_files(vision *v, const eg_named_bytes *files, size_t n_files) {
    const eg_named_bytes *data = find(v, v->data_file, files, n_files);
    const eg_span *name = &v->data_file;
    if (data == NULL)
        return eg_diag_set(v->diag, EG_ERR_MISSING, v->name, 0,
                           "the samples lie in \"%.*s\", which is not there; put it beside the "
                           "header, or drop both together",
                           (int)(name->n < 60 ? name->n : 60), name->start);
    eg_err err = v->kind == TEXT ? read_text_samples(v, data) : read_binary_samples(v, data);
    if (err != EG_OK || v->marker_file.n == 0) return err;
    const eg_named_bytes *markers = find(v, v->marker_file, files, n_files);
    if (markers != NULL) return read_markers(v, markers);
    name = &v->marker_file;
    eg_recording_warn(v->recording, 0, "the markers lie in \"%.*s\", which is not there",
                      (int)(name->n < 60 ? name->n : 60), name->start);
    v->recording->is_partial = 1;
    return EG_OK;
}

eg_err eg_brainvision_parse(const eg_named_bytes *header, const eg_named_bytes *files,
                            size_t n_files, eg_recording *recording, eg_diag *diag) {
    EG_ASSERT(header != NULL && recording != NULL);
    vision v = {.recording = recording, .diag = diag};
    snprintf(recording->format, sizeof recording->format, "BrainVision");
    eg_err err = begin(&v, header);
    if (err == EG_OK) err = check_header(&v);
    if (err == EG_OK) err = read_files(&v, files, n_files);
    free(v.gains);
    free(v.decoded);
    return err;
}
