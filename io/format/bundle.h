/* Several files as one: what a page sends, and a chart keeps, of a recording that is a header and
 * the files that it names. POSIX ustar, so that `tar` can make and open it. */
#ifndef EG_IO_FORMAT_BUNDLE_H
#define EG_IO_FORMAT_BUNDLE_H

#include "io/format/recording.h"

enum { EG_BUNDLE_FILES_MAX = 64, EG_BUNDLE_NAME_SIZE = 101 };

typedef struct eg_bundle {
    size_t n;
    eg_named_bytes files[EG_BUNDLE_FILES_MAX]; /* bytes lie in the bundle, names below */
    char names[EG_BUNDLE_FILES_MAX][EG_BUNDLE_NAME_SIZE];
} eg_bundle;

/* Whether the bytes begin like one. */
int eg_bundle_is(const uint8_t *bytes, size_t size);

/* The files of a bundle; nothing is copied. Files only, in no folder. Errors: EG_ERR_FORMAT (no
 * bundle, a damaged header, a link or folder), EG_ERR_DATA (cut off), EG_ERR_LIMIT (too many). */
EG_NODISCARD eg_err eg_bundle_open(const char *name, const uint8_t *bytes, size_t size,
                                   eg_bundle *bundle, eg_diag *diag);

#endif
