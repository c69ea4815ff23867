#include "io/format/bundle.h"

#include <string.h>

#include "core/base/check.h"

enum {
    BLOCK = 512,
    NAME_BYTES = 100,
    SIZE_AT = 124,
    SIZE_BYTES = 12,
    SUM_AT = 148,
    SUM_BYTES = 8,
    TYPE_AT = 156,
    MAGIC_AT = 257
};

int eg_bundle_is(const uint8_t *bytes, size_t size) {
    return size >= BLOCK && memcmp(bytes + MAGIC_AT, "ustar", 5) == 0;
}

/* An octal number that ends with a blank or NUL. Returns 0 if it is none. */
static int read_octal(const uint8_t *text, size_t n, uint64_t *value) {
    size_t i = 0, n_digits = 0;
    *value = 0;
    while (i < n && text[i] == ' ') i++;
    for (; i < n && text[i] >= '0' && text[i] <= '7'; i++, n_digits++)
        *value = *value * 8 + (uint64_t)(text[i] - '0');
    return n_digits > 0 && (i == n || text[i] == ' ' || text[i] == '\0');
}

/* The sum of a header's bytes with its own field as blanks. */
static int sum_holds(const uint8_t *header) {
    uint64_t sum = 0, said;
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= SUM_AT && i < SUM_AT + SUM_BYTES ? ' ' : header[i];
    return read_octal(header + SUM_AT, SUM_BYTES, &said) && said == sum;
}

static int is_empty(const uint8_t *header) {
    for (size_t i = 0; i < BLOCK; i++)
        if (header[i] != 0) return 0;
    return 1;
}

static eg_err read_header(const char *name, size_t at, const uint8_t *header, char *own,
                          uint64_t *size, eg_diag *diag) {
    uint8_t type = header[TYPE_AT];
    if (memcmp(header + MAGIC_AT, "ustar", 5) != 0 || !sum_holds(header) ||
        !read_octal(header + SIZE_AT, SIZE_BYTES, size))
        return eg_diag_set(diag, EG_ERR_FORMAT, name, 0,
                           "the bundle is damaged at byte %zu; choose its files again", at);
    memcpy(own, header, NAME_BYTES);
    own[NAME_BYTES] = '\0';
    if ((type != '0' && type != '\0') || own[0] == '\0' || own[0] == '.' ||
        strpbrk(own, "/\\") != NULL)
        return eg_diag_set(diag, EG_ERR_FORMAT, name, 0,
                           "a bundle holds files without folders, not \"%.60s\"", own);
    return EG_OK;
}

eg_err eg_bundle_open(const char *name, const uint8_t *bytes, size_t size, eg_bundle *bundle,
                      eg_diag *diag) {
    EG_ASSERT(name != NULL && bundle != NULL && (bytes != NULL || size == 0));
    bundle->n = 0;
    if (!eg_bundle_is(bytes, size))
        return eg_diag_set(diag, EG_ERR_FORMAT, name, 0, "this is no bundle of files");
    for (size_t at = 0; at + BLOCK <= size && !is_empty(bytes + at);) {
        uint64_t length = 0;
        if (bundle->n == EG_BUNDLE_FILES_MAX)
            return eg_diag_set(diag, EG_ERR_LIMIT, name, 0, "a bundle holds at most %d files",
                               EG_BUNDLE_FILES_MAX);
        eg_err err = read_header(name, at, bytes + at, bundle->names[bundle->n], &length, diag);
        if (err != EG_OK) return err;
        at += BLOCK;
        if (length > size - at)
            return eg_diag_set(diag, EG_ERR_DATA, name, 0,
                               "the bundle ends inside of \"%s\"; choose its files again",
                               bundle->names[bundle->n]);
        bundle->files[bundle->n] =
            (eg_named_bytes){bundle->names[bundle->n], bytes + at, (size_t)length};
        bundle->n++;
        size_t room = ((size_t)length + BLOCK - 1) / BLOCK * BLOCK;
        at += room < size - at ? room : size - at;
    }
    if (bundle->n == 0) return eg_diag_set(diag, EG_ERR_FORMAT, name, 0, "the bundle is empty");
    return EG_OK;
}
