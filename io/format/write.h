/* Recordings into files that other programs read. One face for every format; the bytes go to
 * whoever wants them, a file or a connection. What a format cannot hold is told, never dropped in
 * silence: every writer says in words what it left out, rounded or moved. */
#ifndef EG_IO_FORMAT_WRITE_H
#define EG_IO_FORMAT_WRITE_H

#include <stddef.h>

#include "io/format/recording.h"

enum { EG_WRITE_NOTES_MAX = 24 };

/* Takes the next bytes; returns 0 if it cannot, then nothing more comes. */
typedef struct eg_sink {
    int (*take)(void *to, const void *bytes, size_t n);
    void *to;
} eg_sink;

/* For a person, one sentence each. */
typedef struct eg_write_notes {
    size_t n;
    char text[EG_WRITE_NOTES_MAX][200];
} eg_write_notes;

typedef struct eg_write_format {
    const char *name;   /* "csv": as it is typed, and the file's ending */
    const char *title;  /* "delimited text" */
    const char *cannot; /* what it cannot hold, for the help */
    /* Errors: EG_ERR_RANGE (the recording is not of a kind that the format holds; `diag` says what
     * to do), EG_ERR_LIMIT, EG_ERR_MEMORY, EG_ERR_IO (the sink). What was taken until then is no
     * file. `notes` are added to. */
    eg_err (*write)(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag);
} eg_write_format;

/* The formats in the order in which they are offered; NULL behind the last. */
const eg_write_format *eg_write_format_at(size_t index);

/* By name or by the ending of a path ("x/walk.c3d"), without regard to case; NULL: none. */
const eg_write_format *eg_write_format_find(const char *name_or_path);

void eg_write_note(eg_write_notes *notes, const char *format, ...) EG_PRINTF(2, 3);

/* The same recording with only these channels and markers ("RF,BF,LHEE", case is ignored; a label
 * with a comma cannot be named), in the order of the file. Samples are borrowed: `recording` must
 * outlive it. Force plates stay if all their channels do. EG_ERR_NOT_FOUND, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_write_select(const eg_recording *recording, const char *labels,
                                    eg_recording **selected, eg_write_notes *notes, eg_diag *diag);
void eg_write_select_destroy(eg_recording *selected);

#endif
