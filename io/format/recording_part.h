/* What recording.c and recording_disk.c share; only they include this. */
#ifndef EG_IO_FORMAT_RECORDING_PART_H
#define EG_IO_FORMAT_RECORDING_PART_H

#include "io/format/companion.h"
#include "io/format/recording.h"

typedef struct recording_reader {
    int (*is)(const uint8_t *bytes, size_t size);
    eg_err (*parse)(const char *name, const uint8_t *bytes, size_t size, eg_recording *recording,
                    eg_diag *diag);
    /* Only of a format of several files, which has no `parse`. */
    eg_err (*name_companions)(const char *name, const uint8_t *bytes, size_t size,
                              eg_companions *companions, eg_diag *diag);
    eg_err (*parse_set)(const eg_named_bytes *header, const eg_named_bytes *files, size_t n,
                        eg_recording *recording, eg_diag *diag);
} recording_reader;

/* NULL: no reader of our own claims the bytes; then it is a table or nothing. */
const recording_reader *recording_find_reader(const uint8_t *bytes, size_t size);

const char *recording_base_name(const char *path);

#endif
