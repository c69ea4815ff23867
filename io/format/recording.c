#include "io/format/recording.h"

#include <errno.h>
#include <math.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/check.h"
#include "io/format/build.h"
#include "io/format/c3d.h"
#include "io/format/edf.h"
#include "io/format/mot.h"
#include "io/format/nimu.h"
#include "io/format/table.h"
#include "io/format/text.h"
#include "io/format/trc.h"
#include "io/format/xdf.h"

enum { SAMPLES_MAX = 320 << 20 };

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
    SIGNATURE(0, "\x1f\x8b", "compressed with gzip (unpack it first)"),
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
        unsigned char c = (unsigned char)text[i];
        if (used + (c < 0x80 ? 1 : 2) >= size) break;
        if (c >= 0x80) field[used++] = (char)(0xc0 | c >> 6);
        field[used++] = c < 0x20 ? ' ' : (char)(c < 0x80 ? c : 0x80 | (c & 0x3f));
    }
    field[used] = '\0';
}

void eg_recording_copy_text(char *field, size_t size, const char *text, size_t n) {
    EG_ASSERT(size > 0);
    if (!eg_text_is_utf8((eg_span){text, n})) {
        copy_latin1(field, size, text, n);
        return;
    }
    if (n > size - 1) {
        n = size - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) n--;
    }
    memcpy(field, text, n);
    field[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)field[i] < 0x20) field[i] = ' ';
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

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* OpenSSL uses the processor's instructions for it and is five times as fast as libsodium, which
 * would take longer over a large file than its reader. */
static eg_err set_identity(eg_recording *recording, const uint8_t *bytes, size_t size,
                           eg_diag *diag) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (EVP_Digest(bytes, size, hash, &n, EVP_sha256(), NULL) != 1)
        return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
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

typedef struct reader {
    int (*is)(const uint8_t *bytes, size_t size);
    eg_err (*parse)(const char *name, const uint8_t *bytes, size_t size, eg_recording *recording,
                    eg_diag *diag);
} reader;

/* Set once by the program, before there are threads; see eg_recording_set_foreign. */
static eg_recording_foreign foreign_reader;

void eg_recording_set_foreign(eg_recording_foreign foreign) {
    foreign_reader = foreign;
}

/* HDF5 may begin behind a block of the user's: Matlab 7.3 puts its text there. */
static int is_foreign(const uint8_t *bytes, size_t size) {
    static const char hdf5[] = "\x89HDF\r\n\x1a\n", matlab[] = "MATLAB ";
    const size_t n = sizeof hdf5 - 1, n_matlab = sizeof matlab - 1;
    for (size_t at = 0; at <= 2048; at = at == 0 ? 512 : 2 * at)
        if (size >= at + n && memcmp(bytes + at, hdf5, n) == 0) return 1;
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

static const reader readers[] = {{eg_c3d_is, eg_c3d_parse},  {eg_edf_is, eg_edf_parse},
                                 {eg_trc_is, eg_trc_parse},  {eg_mot_is, eg_mot_parse},
                                 {eg_nimu_is, parse_nimu},   {eg_xdf_is, eg_xdf_parse},
                                 {is_foreign, parse_foreign}};

/* NULL: no reader of our own claims the bytes; then it is a table or nothing. */
static const reader *find_reader(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (readers[i].is(bytes, size)) return &readers[i];
    return NULL;
}

eg_err eg_recording_parse(const char *name, const uint8_t *bytes, size_t size,
                          eg_recording **recording, eg_diag *diag) {
    EG_ASSERT(name != NULL && recording != NULL && (bytes != NULL || size == 0));
    *recording = NULL;
    if (size == 0)
        return eg_diag_set(diag, EG_ERR_DATA, name, 0,
                           "the file is empty; copy or export it again");
    if (size > EG_RECORDING_BYTES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, name, 0, "%zu MB, at most %d MB are read",
                           size >> 20, EG_RECORDING_BYTES_MAX >> 20);
    const reader *own = find_reader(bytes, size);
    const char *unread = own != NULL ? NULL : find_unread_format(bytes, size);
    if (unread != NULL)
        return eg_diag_set(diag, EG_ERR_FORMAT, name, 0,
                           "this is %s, which Engram does not read yet; export the forces or the "
                           "centre of pressure as delimited text (CSV)",
                           unread);
    eg_recording *made = calloc(1, sizeof *made);
    if (made == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, name, 0, "no memory");
    made->rate_hz = NAN;
    made->decimal_mark = '.';
    const char *base = base_name(name);
    eg_recording_copy_text(made->name, sizeof made->name, base, strlen(base));
    eg_err err = own != NULL ? own->parse(name, bytes, size, made, diag)
                             : parse_table(name, bytes, size, made, diag);
    if (err == EG_OK) err = set_identity(made, bytes, size, diag);
    if (err != EG_OK) {
        eg_recording_destroy(made);
        return err;
    }
    *recording = made;
    return EG_OK;
}

static eg_err read_bytes(FILE *file, const char *path, size_t size, uint8_t **bytes,
                         eg_diag *diag) {
    *bytes = malloc(size + 1);
    if (*bytes == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, path, 0, "no memory");
    if (fread(*bytes, 1, size, file) != size) {
        free(*bytes);
        *bytes = NULL;
        return eg_diag_set(diag, EG_ERR_IO, path, 0, "the file cannot be read to its end");
    }
    return EG_OK;
}

eg_err eg_recording_read(const char *path, eg_recording **recording, eg_diag *diag) {
    EG_ASSERT(path != NULL && recording != NULL);
    *recording = NULL;
    struct stat status;
    if (stat(path, &status) != 0)
        return eg_diag_set(diag, EG_ERR_IO, path, 0, "%s; check the name", strerror(errno));
    if (!S_ISREG(status.st_mode))
        return eg_diag_set(diag, EG_ERR_IO, path, 0,
                           "this is not a file but a folder or a device; name a file");
    if (status.st_size > EG_RECORDING_BYTES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, path, 0,
                           "%lld MB, at most %d MB are read; cut it into trials",
                           (long long)status.st_size >> 20, EG_RECORDING_BYTES_MAX >> 20);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return eg_diag_set(diag, EG_ERR_IO, path, 0, "%s; check who may read it", strerror(errno));
    uint8_t *bytes = NULL;
    eg_err err = read_bytes(file, path, (size_t)status.st_size, &bytes, diag);
    fclose(file);
    if (err == EG_OK)
        err = eg_recording_parse(path, bytes, (size_t)status.st_size, recording, diag);
    free(bytes);
    return err;
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
