#include "io/format/companion.h"

#include <string.h>

#include "core/base/check.h"

int eg_companion_is_name(eg_span name) {
    if (name.n == 0 || name.n >= EG_COMPANION_NAME_MAX || name.start[0] == '.') return 0;
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.start[i];
        if (c < 0x20 || c == 0x7f || strchr("/\\:", c) != NULL) return 0;
    }
    return 1;
}

eg_err eg_companion_add(eg_companions *companions, eg_span name) {
    EG_ASSERT(companions != NULL);
    if (!eg_companion_is_name(name)) return EG_OK;
    for (size_t i = 0; i < companions->n; i++) {
        const char *own = companions->files[i].name;
        if (strlen(own) == name.n && memcmp(own, name.start, name.n) == 0) return EG_OK;
    }
    if (companions->n == EG_COMPANIONS_MAX) return EG_ERR_LIMIT;
    char *own = companions->files[companions->n++].name;
    memcpy(own, name.start, name.n);
    own[name.n] = '\0';
    return EG_OK;
}

const eg_named_bytes *eg_companion_find(const eg_named_bytes *files, size_t n, eg_span name) {
    for (size_t i = 0; i < n; i++)
        if (strlen(files[i].name) == name.n && memcmp(files[i].name, name.start, name.n) == 0)
            return &files[i];
    for (size_t i = 0; i < n; i++)
        if (strlen(files[i].name) == name.n && eg_text_equals(name, files[i].name))
            return &files[i];
    return NULL;
}
