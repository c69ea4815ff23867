#include "io/format/recording.h"

#include <math.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/sort.h"
#include "io/format/brainvision.h"
#include "io/format/build.h"
#include "io/format/bundle.h"
#include "io/format/c3d.h"
#include "io/format/companion.h"
#include "io/format/edf.h"
#include "io/format/gzip.h"
#include "io/format/mot.h"
#include "io/format/nimu.h"
#include "io/format/paired.h"
#include "io/format/recording_part.h"
#include "io/format/table.h"
#include "io/format/text.h"
#include "io/format/trc.h"
#include "io/format/wfdb.h"
#include "io/format/xdf.h"

enum { SAMPLES_MAX = 320 << 20, EVENT_STEP = 64 };

/* A header, the names in it, and the files that were given with it. */
typedef struct eg_set {
    const eg_named_bytes *main;
    const eg_named_bytes *files;
    size_t n;
    eg_companions companions;
} eg_set;

typedef struct signature {
    size_t offset;
    const char *bytes;
    size_t n;
    const char *format; /* what it is, as the user knows it */
} signature;

#define SIGNATURE(offset, text, format)                                                            \
    { offset, text, sizeof(text) - 1, format }

/* Files that people will try, told apart by their first bytes. */
static const signature unread_formats[] = {
    SIGNATURE(0, "PK\x03\x04", "a ZIP archive or an Excel workbook (save the sheet as CSV)"),
    SIGNATURE(0, "\xd0\xcf\x11\xe0", "an old Office file (save the sheet as CSV)"),
    SIGNATURE(0, "\x1f\x8b", "packed with gzip twice, or not to its end (unpack it first)"),
    SIGNATURE(0, "%PDF", "a PDF document"),
    SIGNATURE(0, "\x89PNG", "a picture"),
    SIGNATURE(0, "\xff\xd8\xff", "a picture"),
    SIGNATURE(0, "SQLite format 3", "a database"),
    SIGNATURE(0, "{", "JSON, not a recording"),
    SIGNATURE(0, "<", "a web page or XML, not a recording")};

/* Latin-1 becomes UTF-8: what is shown and stored must be the name that is looked for again. */
static void copy_latin1(char *field, size_t size, const char *text, size_t n) {
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = text[i] != '\0' ? (unsigned char)text[i] : ' ';
        if (used + (c < 0x80 ? 1 : 2) >= size) break;
        if (c >= 0x80) field[used++] = (char)(0xc0 | c >> 6);
        field[used++] = (char)(c < 0x80 ? c : 0x80 | (c & 0x3f));
    }
    field[used] = '\0';
}

/* No name may command a terminal: blanks for U+0000 to U+001F and U+007F to U+009F. */
static void blank_controls(char *text) {
    for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
        if (*c < 0x20 || *c == 0x7f) *c = ' ';
        if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) c[0] = c[1] = ' ';
    }
}

void eg_recording_copy_text(char *field, size_t size, const char *text, size_t n) {
    EG_ASSERT(size > 0);
    if (!eg_text_is_utf8((eg_span){text, n})) {
        copy_latin1(field, size, text, n);
        blank_controls(field);
        return;
    }
    if (n > size - 1) {
        n = size - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) n--;
    }
    memcpy(field, text, n);
    field[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (field[i] == '\0') field[i] = ' ';
    blank_controls(field);
}

void eg_recording_warn(eg_recording *recording, uint64_t line, const char *format, ...) {
    if (recording->n_warnings == EG_RECORDING_WARNINGS_MAX) {
        eg_recording_warning *last = &recording->warnings[EG_RECORDING_WARNINGS_MAX - 1];
        last->line = 0;
        snprintf(last->text, sizeof last->text, "there are more warnings than fit here");
        return;
    }
    eg_recording_warning *warning = &recording->warnings[recording->n_warnings++];
    warning->line = line;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(warning->text, sizeof warning->text, format, arguments);
    va_end(arguments);
}

eg_err eg_recording_add_channels(eg_recording *recording, size_t n, eg_diag *diag) {
    EG_ASSERT(recording->channels == NULL && n > 0);
    if (n > EG_RECORDING_CHANNELS_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, recording->name, 0,
                           "%zu channels, at most %d are read", n, EG_RECORDING_CHANNELS_MAX);
    recording->channels = calloc(n, sizeof *recording->channels);
    if (recording->channels == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    recording->n_channels = n;
    return EG_OK;
}

eg_err eg_recording_add_markers(eg_recording *recording, size_t n, eg_diag *diag) {
    EG_ASSERT(recording->points.markers == NULL && n > 0);
    if (n > EG_RECORDING_MARKERS_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, recording->name, 0,
                           "%zu markers, at most %d are read", n, EG_RECORDING_MARKERS_MAX);
    recording->points.markers = calloc(n, sizeof *recording->points.markers);
    if (recording->points.markers == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    recording->points.n_markers = n;
    return EG_OK;
}

eg_err eg_recording_add_samples(eg_recording *recording, eg_diag *diag) {
    EG_ASSERT(recording->samples == NULL);
    eg_points *points = &recording->points;
    size_t count = 3 * points->n_markers * recording->n_frames;
    for (size_t i = 0; i < recording->n_channels; i++) count += recording->channels[i].n;
    if (count > SAMPLES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, recording->name, 0,
                           "%zu million samples, at most %d million are read; cut it into trials",
                           count >> 20, SAMPLES_MAX >> 20);
    double *next = malloc((count + 1) * sizeof *next);
    if (next == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    recording->samples = next;
    for (size_t i = 0; i < points->n_markers; i++, next += 3 * recording->n_frames)
        points->markers[i].xyz = (double(*)[3])next;
    for (size_t i = 0; i < recording->n_channels; next += recording->channels[i++].n)
        recording->channels[i].values = next;
    return EG_OK;
}

eg_event *eg_recording_add_event(eg_recording *recording, size_t *room) {
    if (recording->n_events == *room) {
        size_t more = 2 * *room + EVENT_STEP;
        eg_event *grown = realloc(recording->events, more * sizeof *grown);
        if (grown == NULL) return NULL;
        recording->events = grown;
        *room = more;
    }
    eg_event *event = &recording->events[recording->n_events++];
    memset(event, 0, sizeof *event);
    return event;
}

eg_err eg_recording_sort_events(eg_recording *recording, eg_diag *diag) {
    size_t n = recording->n_events;
    if (n < 2) return EG_OK;
    double *times = calloc(n, sizeof *times);
    size_t *order = calloc(2 * n, sizeof *order);
    eg_event *sorted = calloc(n, sizeof *sorted);
    int is_good = times != NULL && order != NULL && sorted != NULL;
    for (size_t i = 0; is_good && i < n; i++) times[i] = recording->events[i].t_s;
    if (is_good) eg_sort_index(n, times, order, order + n);
    for (size_t i = 0; is_good && i < n; i++) sorted[i] = recording->events[order[i]];
    if (is_good) {
        free(recording->events);
        recording->events = sorted;
    } else {
        free(sorted);
    }
    free(times);
    free(order);
    if (is_good) return EG_OK;
    return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
}

const char *recording_base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* OpenSSL uses the processor's instructions for it and is five times as fast as libsodium, which
 * would take longer over a large file than its reader. */
static eg_err set_identity(eg_recording *recording, const eg_set *set, eg_diag *diag) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    int is_good = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
                  EVP_DigestUpdate(digest, set->main->bytes, set->main->size) == 1;
    for (size_t i = 0; i < set->companions.n && is_good; i++) {
        const char *name = set->companions.files[i].name;
        const eg_named_bytes *file =
            eg_companion_find(set->files, set->n, (eg_span){name, strlen(name)});
        if (file != NULL) is_good = EVP_DigestUpdate(digest, file->bytes, file->size) == 1;
    }
    is_good = is_good && EVP_DigestFinal_ex(digest, hash, &n) == 1;
    EVP_MD_CTX_free(digest);
    if (!is_good) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    EG_ASSERT(2 * (size_t)n + 1 == sizeof recording->sha256);
    sodium_bin2hex(recording->sha256, sizeof recording->sha256, hash, n);
    return EG_OK;
}

static const char *find_unread_format(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < sizeof unread_formats / sizeof unread_formats[0]; i++) {
        const signature *s = &unread_formats[i];
        if (size >= s->offset + s->n && memcmp(bytes + s->offset, s->bytes, s->n) == 0)
            return s->format;
    }
    return NULL;
}

/* Formats with one rate for all channels. */
static void share_rate(eg_recording *recording) {
    for (size_t i = 0; i < recording->n_channels; i++)
        recording->channels[i].rate_hz = recording->rate_hz;
}

static eg_err parse_table(const char *name, const uint8_t *bytes, size_t size,
                          eg_recording *recording, eg_diag *diag) {
    eg_err err = eg_table_parse(name, bytes, size, recording, diag);
    share_rate(recording);
    return err;
}

static eg_err parse_nimu(const char *name, const uint8_t *bytes, size_t size,
                         eg_recording *recording, eg_diag *diag) {
    eg_err err = eg_nimu_parse(name, bytes, size, recording, diag);
    share_rate(recording);
    return err;
}

/* Set once by the program, before there are threads; see eg_recording_set_foreign. */
static eg_recording_foreign foreign_reader;

void eg_recording_set_foreign(eg_recording_foreign foreign) {
    foreign_reader = foreign;
}

/* Matlab 4 has no sign but the sense of its first variable's head: kind, rows, columns, whether
 * complex, and a name with its final NUL. */
static int is_matlab_4(const uint8_t *bytes, size_t size) {
    enum { HEAD = 20, ROWS_MAX = 1 << 28, NAME_MAX_BYTES = 64 };
    static const size_t widths[] = {8, 4, 4, 2, 2, 1};
    if (size < HEAD) return 0;
    eg_reader in;
    eg_reader_init(&in, bytes, size);
    uint32_t kind = eg_reader_u32le(&in), rows = eg_reader_u32le(&in),
             columns = eg_reader_u32le(&in);
    uint32_t is_complex = eg_reader_u32le(&in), n_name = eg_reader_u32le(&in);
    if (kind / 10 > 5 || kind % 10 > 2 || rows == 0 || rows > ROWS_MAX || columns == 0 ||
        columns > ROWS_MAX || is_complex > 1 || n_name < 2 || n_name > NAME_MAX_BYTES ||
        size - HEAD < n_name)
        return 0;
    for (size_t i = 0; i + 1 < n_name; i++) {
        int c = bytes[HEAD + i] | 0x20; /* lower case; of a digit and "_" itself or no letter */
        int is_letter = c >= 'a' && c <= 'z';
        int is_other = (bytes[HEAD + i] >= '0' && bytes[HEAD + i] <= '9') || bytes[HEAD + i] == '_';
        if (!is_letter && (i == 0 || !is_other)) return 0;
    }
    uint64_t n = (uint64_t)rows * columns * (is_complex + 1);
    return bytes[HEAD + n_name - 1] == 0 && (size - HEAD - n_name) / widths[kind / 10] >= n;
}

/* HDF5 may begin behind a block of the user's: Matlab 7.3 puts its text there. */
static int is_foreign(const uint8_t *bytes, size_t size) {
    static const char hdf5[] = "\x89HDF\r\n\x1a\n", matlab[] = "MATLAB ";
    const size_t n = sizeof hdf5 - 1, n_matlab = sizeof matlab - 1;
    for (size_t at = 0; at <= 2048; at = at == 0 ? 512 : 2 * at)
        if (size >= at + n && memcmp(bytes + at, hdf5, n) == 0) return 1;
    if (is_matlab_4(bytes, size)) return 1;
    return size >= 128 && memcmp(bytes, matlab, n_matlab) == 0 &&
           (memcmp(bytes + 126, "IM", 2) == 0 || memcmp(bytes + 126, "MI", 2) == 0);
}

static eg_err parse_foreign(const char *name, const uint8_t *bytes, size_t size,
                            eg_recording *recording, eg_diag *diag) {
    if (foreign_reader != NULL) return foreign_reader(name, bytes, size, recording, diag);
    return eg_diag_set(diag, EG_ERR_FORMAT, name, 0,
                       "this is an HDF5 or Matlab file, which this program does not read; export "
                       "it as CSV or EDF");
}

static const recording_reader readers[] = {
    {eg_c3d_is, eg_c3d_parse, NULL, NULL},
    {eg_edf_is, eg_edf_parse, NULL, NULL},
    {eg_trc_is, eg_trc_parse, NULL, NULL},
    {eg_mot_is, eg_mot_parse, NULL, NULL},
    {eg_nimu_is, parse_nimu, NULL, NULL},
    {eg_xdf_is, eg_xdf_parse, NULL, NULL},
    {eg_wfdb_is, NULL, eg_wfdb_companions, eg_wfdb_parse},
    {eg_brainvision_is, NULL, eg_brainvision_companions, eg_brainvision_parse},
    {is_foreign, parse_foreign, NULL, NULL},
    {eg_paired_is, eg_paired_parse, NULL, NULL}}; /* the least certain sign comes last */

const recording_reader *recording_find_reader(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (readers[i].is(bytes, size)) return &readers[i];
    return NULL;
}

static eg_err parse_main(const recording_reader *own, eg_set *set, eg_recording *made,
                         eg_diag *diag) {
    const eg_named_bytes *main = set->main;
    if (own == NULL) return parse_table(main->name, main->bytes, main->size, made, diag);
    if (own->parse_set == NULL) return own->parse(main->name, main->bytes, main->size, made, diag);
    eg_err err = own->name_companions(main->name, main->bytes, main->size, &set->companions, diag);
    return err == EG_OK ? own->parse_set(main, set->files, set->n, made, diag) : err;
}

static eg_err refuse_unread(const eg_named_bytes *main, const recording_reader *own,
                            eg_diag *diag) {
    const char *unread = own != NULL ? NULL : find_unread_format(main->bytes, main->size);
    if (unread == NULL) return EG_OK;
    return eg_diag_set(diag, EG_ERR_FORMAT, main->name, 0,
                       "this is %s, which Engram does not read; export what was recorded as "
                       "delimited text (CSV), C3D or EDF",
                       unread);
}

static eg_err parse_plain(eg_set *set, eg_recording *made, eg_diag *diag) {
    const recording_reader *own = recording_find_reader(set->main->bytes, set->main->size);
    eg_err err = refuse_unread(set->main, own, diag);
    return err == EG_OK ? parse_main(own, set, made, diag) : err;
}

/* What gzip packed is read as if it had not been, one layer of it; headers that name other files
 * cannot name packed ones. */
static eg_err parse_packed(const eg_set *set, eg_recording *made, eg_diag *diag) {
    eg_gzip inside;
    eg_err err = eg_gzip_open(set->main->name, set->main->bytes, set->main->size, &inside, diag);
    if (err != EG_OK) return err;
    eg_named_bytes plain = {set->main->name, inside.bytes, inside.size};
    eg_set own = {.main = &plain, .files = &plain, .n = 1};
    if (inside.size == 0)
        err = eg_diag_set(diag, EG_ERR_DATA, plain.name, 0, "packed with gzip, it holds nothing");
    if (err == EG_OK) err = parse_plain(&own, made, diag);
    if (err == EG_OK && inside.is_cut) {
        eg_recording_warn(made, 0, "the packed file ends early; what it still holds is read");
        made->is_partial = 1;
    }
    free(inside.bytes);
    return err;
}

static eg_err parse_one(eg_set *set, eg_recording **recording, eg_diag *diag) {
    const eg_named_bytes *main = set->main;
    if (main->size == 0)
        return eg_diag_set(diag, EG_ERR_DATA, main->name, 0,
                           "the file is empty; copy or export it again");
    eg_recording *made = calloc(1, sizeof *made);
    if (made == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, main->name, 0, "no memory");
    made->rate_hz = NAN;
    made->decimal_mark = '.';
    const char *base = recording_base_name(main->name);
    eg_recording_copy_text(made->name, sizeof made->name, base, strlen(base));
    eg_err err = eg_gzip_is(main->bytes, main->size) ? parse_packed(set, made, diag)
                                                     : parse_plain(set, made, diag);
    if (err == EG_OK) err = set_identity(made, set, diag);
    if (err != EG_OK) {
        eg_recording_destroy(made);
        return err;
    }
    *recording = made;
    return EG_OK;
}

eg_err eg_recording_parse_set(const eg_named_bytes *files, size_t n, eg_recording **recording,
                              eg_diag *diag) {
    EG_ASSERT(files != NULL && n > 0 && recording != NULL);
    *recording = NULL;
    eg_set set = {.main = n == 1 ? files : NULL, .files = files, .n = n};
    size_t size = 0;
    for (size_t i = 0; i < n; i++) {
        EG_ASSERT(files[i].name != NULL && (files[i].bytes != NULL || files[i].size == 0));
        if (files[i].size > EG_RECORDING_BYTES_MAX - size)
            return eg_diag_set(diag, EG_ERR_LIMIT, files[i].name, 0,
                               "%zu MB, at most %d MB are read; cut it into trials",
                               (size + files[i].size) >> 20, EG_RECORDING_BYTES_MAX >> 20);
        size += files[i].size;
        const recording_reader *own =
            set.main != NULL ? NULL : recording_find_reader(files[i].bytes, files[i].size);
        if (own != NULL && own->parse_set != NULL) set.main = &files[i];
    }
    if (set.main == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, files[0].name, 0,
                           "none of the %zu files is a header that names the others; read them one "
                           "by one",
                           n);
    return parse_one(&set, recording, diag);
}

eg_err eg_recording_parse(const char *name, const uint8_t *bytes, size_t size,
                          eg_recording **recording, eg_diag *diag) {
    EG_ASSERT(name != NULL && recording != NULL);
    eg_named_bytes file = {name, bytes, size};
    *recording = NULL;
    if (!eg_bundle_is(bytes, size)) return eg_recording_parse_set(&file, 1, recording, diag);
    eg_bundle bundle;
    eg_err err = eg_bundle_open(name, bytes, size, &bundle, diag);
    return err == EG_OK ? eg_recording_parse_set(bundle.files, bundle.n, recording, diag) : err;
}

const eg_channel *eg_recording_channel(const eg_recording *recording, const char *label) {
    EG_ASSERT(recording != NULL && label != NULL);
    for (size_t i = 0; i < recording->n_channels; i++) {
        const char *own = recording->channels[i].label;
        if (eg_text_equals((eg_span){own, strlen(own)}, label)) return &recording->channels[i];
    }
    return NULL;
}

size_t eg_recording_samples(const eg_recording *recording) {
    for (size_t i = 1; i < recording->n_channels; i++)
        if (recording->channels[i].n != recording->channels[0].n) return 0;
    return recording->n_channels > 0 ? recording->channels[0].n : 0;
}

double eg_recording_channel_rate_hz(const eg_recording *recording) {
    if (recording->n_channels == 0) return NAN;
    double rate_hz = recording->channels[0].rate_hz;
    for (size_t i = 1; i < recording->n_channels; i++) {
        double apart = fabs(recording->channels[i].rate_hz - rate_hz);
        if (!(apart <= 1e-9 * rate_hz)) return NAN;
    }
    return rate_hz;
}

void eg_recording_destroy(eg_recording *recording) {
    if (recording == NULL) return;
    for (size_t i = 0; recording->samples == NULL && i < recording->n_channels; i++)
        free(recording->channels[i].values);
    free(recording->samples);
    free(recording->channels);
    free(recording->points.markers);
    free(recording->events);
    free(recording->platforms);
    for (size_t i = 0; i < recording->n_streams; i++) free(recording->streams[i].t_s);
    free(recording->streams);
    free(recording->t_s);
    free(recording);
}
