/* A recording: what any file of samples becomes once it is read. One face for every format; nothing
 * above this header knows where the samples came from. */
#ifndef EG_IO_FORMAT_RECORDING_H
#define EG_IO_FORMAT_RECORDING_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum {
    EG_RECORDING_CHANNELS_MAX = 8192,
    EG_RECORDING_LABEL_MAX = 64, /* bytes with the final NUL */
    EG_RECORDING_UNIT_MAX = 24,  /* bytes with the final NUL */
    EG_RECORDING_WARNINGS_MAX = 32,
    EG_RECORDING_BYTES_MAX = 512 << 20 /* a file larger than this is refused */
};

typedef struct eg_channel {
    char label[EG_RECORDING_LABEL_MAX]; /* as in the file, without the unit: "Fz" */
    char unit[EG_RECORDING_UNIT_MAX];   /* as in the file: "N"; "" if the file names none */
    int is_named;                       /* the file names this column */
    size_t n;                           /* samples */
    double *values;                     /* [n], owned; NaN where the file has no number */
} eg_channel;

typedef struct eg_recording_warning {
    uint64_t line; /* 1-based line or frame in the file, 0 if it concerns the whole file */
    char text[200];
} eg_recording_warning;

typedef struct eg_recording {
    char format[32]; /* "delimited text", "c3d", ... */
    char name[96];   /* file name without folders */
    char sha256[65]; /* of the file's bytes, hexadecimal; the identity of the raw data */
    double rate_hz;  /* nominal rate; NaN if the file gives neither a rate nor a time */
    size_t n_channels;
    eg_channel *channels;  /* [n_channels], owned */
    double *t_s;           /* time stamps as recorded, from the time column; NULL if none; owned */
    size_t n_frames;       /* samples a channel of the main rate holds */
    uint64_t first_frame;  /* number of the first frame, as the file counts */
    char maker[32];        /* whose export it is; "" if nothing says so */
    char delimiter;        /* of the text's columns, ' ' for blanks */
    char decimal_mark;     /* '.' or ',' */
    uint64_t header_lines; /* above the first row of numbers */
    char time_source[160]; /* where time and rate come from, in words */
    int is_partial;        /* the file ends early or holds unreadable rows; warnings say where */
    size_t n_warnings;
    eg_recording_warning warnings[EG_RECORDING_WARNINGS_MAX];
} eg_recording;

/* Reads `size` bytes of a file called `name` in whatever format they are. On success `*recording`
 * is the caller's to destroy. Errors: EG_ERR_FORMAT (not a recording), EG_ERR_DATA (damaged beyond
 * use), EG_ERR_LIMIT, EG_ERR_MEMORY; `diag` says where in the file and what to do. Pure: no I/O. */
EG_NODISCARD eg_err eg_recording_parse(const char *name, const uint8_t *bytes, size_t size,
                                       eg_recording **recording, eg_diag *diag);

/* The same from a path. */
EG_NODISCARD eg_err eg_recording_read(const char *path, eg_recording **recording, eg_diag *diag);

/* The channel with this label (case is ignored), or NULL. */
const eg_channel *eg_recording_channel(const eg_recording *recording, const char *label);

/* NULL is fine. */
void eg_recording_destroy(eg_recording *recording);

#endif
