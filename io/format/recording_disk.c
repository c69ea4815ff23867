/* Recordings from files on disk: a header's companions beside it, a header beside its companion. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/check.h"
#include "io/format/recording_part.h"

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

/* A file's bytes; `budget` is what may still be read. */
static eg_err read_file(const char *path, size_t *budget, uint8_t **bytes, size_t *size,
                        eg_diag *diag) {
    struct stat status;
    *bytes = NULL;
    if (stat(path, &status) != 0)
        return eg_diag_set(diag, EG_ERR_IO, path, 0, "%s; check the name", strerror(errno));
    if (!S_ISREG(status.st_mode))
        return eg_diag_set(diag, EG_ERR_IO, path, 0,
                           "this is not a file but a folder or a device; name a file");
    if ((uint64_t)status.st_size > *budget)
        return eg_diag_set(diag, EG_ERR_LIMIT, path, 0,
                           "%lld MB, at most %d MB are read; cut it into trials",
                           (long long)status.st_size >> 20, EG_RECORDING_BYTES_MAX >> 20);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return eg_diag_set(diag, EG_ERR_IO, path, 0, "%s; check who may read it", strerror(errno));
    *size = (size_t)status.st_size;
    eg_err err = read_bytes(file, path, *size, bytes, diag);
    fclose(file);
    if (err == EG_OK) *budget -= *size;
    return err;
}

/* The path of a file beside another one; NULL without memory. */
static char *path_beside(const char *path, const char *name) {
    size_t folder = (size_t)(recording_base_name(path) - path), n = strlen(name);
    char *made = malloc(folder + n + 1);
    if (made == NULL) return NULL;
    memcpy(made, path, folder);
    memcpy(made + folder, name, n + 1);
    return made;
}

/* Reads what the header names, as far as it is there; the parser says what is missing. */
static eg_err read_companions(const char *path, const eg_named_bytes *header,
                              const recording_reader *own, size_t budget, eg_recording **recording,
                              eg_diag *diag) {
    eg_named_bytes *files = calloc(EG_COMPANIONS_MAX + 1, sizeof *files);
    eg_companions *names = calloc(1, sizeof *names);
    eg_err err = files != NULL && names != NULL
                     ? own->name_companions(header->name, header->bytes, header->size, names, diag)
                     : eg_diag_set(diag, EG_ERR_MEMORY, path, 0, "no memory");
    size_t n = 1;
    if (err == EG_OK) files[0] = *header;
    for (size_t i = 0; err == EG_OK && i < names->n; i++) {
        struct stat status;
        uint8_t *bytes = NULL;
        size_t size = 0;
        char *beside = path_beside(path, names->files[i].name);
        if (beside == NULL)
            err = eg_diag_set(diag, EG_ERR_MEMORY, path, 0, "no memory");
        else if (stat(beside, &status) == 0)
            err = read_file(beside, &budget, &bytes, &size, diag);
        if (bytes != NULL) files[n++] = (eg_named_bytes){names->files[i].name, bytes, size};
        free(beside);
    }
    if (err == EG_OK) err = eg_recording_parse_set(files, n, recording, diag);
    for (size_t i = 1; i < n; i++) free((void *)(uintptr_t)files[i].bytes);
    free(files);
    free(names);
    return err;
}

/* The header beside a file that only it explains; NULL if there is none. */
static char *find_header(const char *path) {
    static const struct {
        const char *own, *header;
    } rows[] = {{".eeg", ".vhdr"}, {".vmrk", ".vhdr"}, {".dat", ".hea"}, {".atr", ".hea"}};
    const char *dot = strrchr(recording_base_name(path), '.');
    for (size_t i = 0; dot != NULL && i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(dot, rows[i].own) != 0) continue;
        size_t n = (size_t)(dot - path);
        char *made = malloc(n + strlen(rows[i].header) + 1);
        struct stat status;
        if (made == NULL) return NULL;
        memcpy(made, path, n);
        memcpy(made + n, rows[i].header, strlen(rows[i].header) + 1);
        if (stat(made, &status) == 0) return made;
        free(made);
    }
    return NULL;
}

static eg_err read_main(const char *path, const uint8_t *bytes, size_t size,
                        const recording_reader *own, eg_recording **recording, eg_diag *diag) {
    eg_named_bytes header = {recording_base_name(path), bytes, size};
    if (own == NULL || own->parse_set == NULL)
        return eg_recording_parse(path, bytes, size, recording, diag);
    return read_companions(path, &header, own, EG_RECORDING_BYTES_MAX - size, recording, diag);
}

/* The file to read for `path`: itself or the header that explains it, and the header's reader. */
typedef struct chosen {
    char *header;   /* owned; NULL: the path itself */
    uint8_t *bytes; /* [size], owned */
    size_t size, budget;
    const recording_reader *own;
} chosen;

static eg_err choose(const char *path, chosen *c, eg_diag *diag) {
    *c = (chosen){.budget = EG_RECORDING_BYTES_MAX};
    eg_err err = read_file(path, &c->budget, &c->bytes, &c->size, diag);
    if (err != EG_OK) return err;
    c->own = recording_find_reader(c->bytes, c->size);
    /* A file that no reader claims, of a kind that a header explains: that is read instead. */
    c->header = c->own == NULL ? find_header(path) : NULL;
    if (c->header == NULL) return EG_OK;
    free(c->bytes);
    c->bytes = NULL;
    c->budget = EG_RECORDING_BYTES_MAX;
    err = read_file(c->header, &c->budget, &c->bytes, &c->size, diag);
    c->own = err == EG_OK ? recording_find_reader(c->bytes, c->size) : NULL;
    return err;
}

static void release(chosen *c) {
    free(c->bytes);
    free(c->header);
}

eg_err eg_recording_read(const char *path, eg_recording **recording, eg_diag *diag) {
    EG_ASSERT(path != NULL && recording != NULL);
    *recording = NULL;
    chosen c;
    eg_err err = choose(path, &c, diag);
    if (err == EG_OK)
        err =
            read_main(c.header != NULL ? c.header : path, c.bytes, c.size, c.own, recording, diag);
    release(&c);
    return err;
}

static int is_same_file(const char *path, const struct stat *other) {
    struct stat own;
    return stat(path, &own) == 0 && own.st_ino == other->st_ino && own.st_dev == other->st_dev;
}

int eg_recording_is_part(const char *path, const char *other) {
    EG_ASSERT(path != NULL && other != NULL);
    struct stat status;
    chosen c;
    eg_companions *names = NULL;
    if (stat(other, &status) != 0) return 0;
    int is_part = is_same_file(path, &status);
    if (choose(path, &c, NULL) == EG_OK && !is_part) {
        const char *main = c.header != NULL ? c.header : path;
        is_part = is_same_file(main, &status);
        names = calloc(1, sizeof *names);
        if (names != NULL && c.own != NULL && c.own->name_companions != NULL &&
            c.own->name_companions(recording_base_name(main), c.bytes, c.size, names, NULL) !=
                EG_OK)
            names->n = 0;
        for (size_t i = 0; names != NULL && !is_part && i < names->n; i++) {
            char *beside = path_beside(main, names->files[i].name);
            is_part = beside != NULL && is_same_file(beside, &status);
            free(beside);
        }
    }
    release(&c);
    free(names);
    return is_part;
}
