/* HDF5 and Matlab files: their libraries crash on damaged files, so a program of its own,
 * engram-import, reads them. It gets the bytes through a file without a name, may open nothing,
 * start nothing and reach no network (import/sandbox.h), and answers through a pipe (protocol.h).
 * If it dies, takes too long or talks nonsense, the file is unreadable, and nothing else happens.
 */
#ifndef EG_IO_IMPORT_CHILD_H
#define EG_IO_IMPORT_CHILD_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

/* From now on eg_recording_parse reads these files through engram-import at `path`; NULL: the one
 * beside the running program. Call it once, before there are threads: it is the one exception to
 * the rule that parsing starts nothing, and a program that does not call it (a fuzz target) keeps
 * the rule. */
void eg_import_install(const char *path);

/* Where engram-import is looked for, and whether it is there and may be run. */
int eg_import_find(char *path, size_t size);

/* Fills an empty recording. EG_ERR_FORMAT (no engram-import here; what the file is has no numbers),
 * EG_ERR_DATA (the child died, was stopped or answered nonsense), EG_ERR_LIMIT, EG_ERR_MEMORY,
 * EG_ERR_IO (it cannot be started or cannot shut itself in). Takes at most `3 (5 s + 1 s for 10
 * MB)` by the clock. Leaves no process and no open file behind. Threads may call it at the same
 * time. */
EG_NODISCARD eg_err eg_import_parse(const char *name, const uint8_t *bytes, size_t size,
                                    eg_recording *recording, eg_diag *diag);

#endif
