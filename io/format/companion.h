/* Recordings that are several files: a header that names others. A name is a name and never a path:
 * what it names lies beside the header, in the same folder or among the same dropped files. */
#ifndef EG_IO_FORMAT_COMPANION_H
#define EG_IO_FORMAT_COMPANION_H

#include "io/format/recording.h"
#include "io/format/text.h"

enum { EG_COMPANIONS_MAX = 64, EG_COMPANION_NAME_MAX = 128 };

typedef struct eg_companion {
    char name[EG_COMPANION_NAME_MAX];
} eg_companion;

typedef struct eg_companions {
    size_t n;
    eg_companion files[EG_COMPANIONS_MAX]; /* in the order in which the header names them */
} eg_companions;

/* Whether this can be the name of a file beside another one: no folder, drive or control character,
 * no dot in front, shorter than EG_COMPANION_NAME_MAX. */
int eg_companion_is_name(eg_span name);

/* Adds a name that is none yet; one that is no name is left out. EG_ERR_LIMIT where they are too
 * many. */
EG_NODISCARD eg_err eg_companion_add(eg_companions *companions, eg_span name);

/* The file of this name, as it is written or else without regard to case; NULL if there is none. */
const eg_named_bytes *eg_companion_find(const eg_named_bytes *files, size_t n, eg_span name);

#endif
