/* A recording: what any file of samples becomes once it is read. One face for every format; nothing
 * above this header knows where the samples came from. */
#ifndef EG_IO_FORMAT_RECORDING_H
#define EG_IO_FORMAT_RECORDING_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum {
    EG_RECORDING_CHANNELS_MAX = 8192,
    EG_RECORDING_MARKERS_MAX = 16384,
    EG_RECORDING_PLATFORMS_MAX = 64,
    EG_RECORDING_PLATFORM_CHANNELS_MAX = 12,
    EG_RECORDING_LABEL_MAX = 64, /* bytes with the final NUL */
    EG_RECORDING_UNIT_MAX = 24,  /* bytes with the final NUL */
    EG_RECORDING_WARNINGS_MAX = 32,
    EG_RECORDING_STREAMS_MAX = 256,
    EG_RECORDING_BYTES_MAX = 512 << 20 /* a file larger than this is refused */
};

typedef struct eg_channel {
    char label[EG_RECORDING_LABEL_MAX]; /* as in the file, without the unit: "Fz" */
    char unit[EG_RECORDING_UNIT_MAX];   /* as in the file: "N"; "" if the file names none */
    int is_named;                       /* the file names this column */
    size_t column;                      /* of a text, from 1; 0: the format has none */
    double rate_hz;                     /* NaN if the file gives neither a rate nor a time */
    size_t n;                           /* samples */
    double start_s; /* of its first sample, after the recording's own start; mostly 0 */
    size_t stream;  /* index into `streams` if there are any */
    double *values; /* [n]; NaN where the file has no number; owned, or part of `samples` */
} eg_channel;

/* A point in space that was followed, or three numbers that a program stored as one (an angle). */
typedef struct eg_marker {
    char label[EG_RECORDING_LABEL_MAX]; /* as in the file: "LHEE" */
    char unit[EG_RECORDING_UNIT_MAX];   /* of its three numbers: "mm", "deg" */
    int is_named;                       /* the file names it; otherwise "point 12" */
    int is_computed;                    /* an angle, force, moment, power: no place in space */
    size_t n_valid;                     /* frames in which it was seen */
    double (*xyz)[3];                   /* [n_frames], part of `samples`; NaN where not seen */
} eg_marker;

typedef struct eg_points {
    double rate_hz; /* NaN if the file gives none */
    char unit[EG_RECORDING_UNIT_MAX];
    size_t n_markers;
    eg_marker *markers; /* [n_markers], owned */
} eg_points;

/* What a motion capture file says about the body that carries the markers; 0: it does not say. */
typedef struct eg_subject {
    double height_mm, mass_kg, marker_diameter_mm;
    double leg_length_mm[2], knee_width_mm[2], ankle_width_mm[2],
        elbow_width_mm[2]; /* left, right */
    int up;                /* 1, 2, 3: x, y, z points up on the screen; negative: down */
} eg_subject;

/* Something that happened: "Foot Strike" of the "Left" side. */
typedef struct eg_event {
    char label[EG_RECORDING_LABEL_MAX];
    char context[EG_RECORDING_UNIT_MAX]; /* side or subject matter; "" if none */
    double t_s;                          /* on the file's clock: see start_s */
    double duration_s;                   /* 0: a moment */
} eg_event;

/* A force plate as the file describes it, in the file's own unit of length. */
typedef struct eg_platform {
    int type; /* C3D's: 1 forces and COP, 2 forces and moments, 3 eight sensors, 4 as 2 times a
                 matrix; 0 if the file does not say */
    size_t n_channels;
    /* indices into `channels`; SIZE_MAX where the file names one that it does not hold */
    size_t channels[EG_RECORDING_PLATFORM_CHANNELS_MAX];
    double corners[4][3];     /* in the laboratory, in order of +x+y, -x+y, -x-y, +x-y of the plate;
                                 NaN where absent */
    double origin[3];         /* from the plate's own origin to the middle of its surface, in plate
                                 axes with z downwards: z is negative. NaN where absent */
    int origin_is_turned;     /* the file had it the other way round */
    int has_calibration;      /* types with a matrix: loads = calibration x channels */
    size_t n_rows, n_columns; /* of the matrix, at most PLATFORM_CHANNELS_MAX each */
    double calibration[EG_RECORDING_PLATFORM_CHANNELS_MAX][EG_RECORDING_PLATFORM_CHANNELS_MAX];
} eg_platform;

/* What one device sampled on a clock of its own, in formats that keep several apart. */
typedef struct eg_stream {
    char name[EG_RECORDING_LABEL_MAX];
    char type[EG_RECORDING_UNIT_MAX]; /* "EMG"; "" if the file does not say */
    double nominal_hz;                /* what the device claims; NaN where it has no even rate */
    double effective_hz;              /* by its time stamps; NaN where they do not tell */
    size_t n_channels;                /* of the recording, one behind the other; 0: events */
    size_t n;                         /* samples of each, as they stand in the file */
    double first_s, last_s;           /* of the first and last sample, on the file's clock */
    size_t n_segments;                /* parts between gaps, for an even rate */
    size_t n_clock_offsets, n_clock_resets;
    double *t_s; /* [n] on the file's clock, owned; NULL where start and rate of the channels say
                    it */
} eg_stream;

typedef struct eg_recording_warning {
    uint64_t line; /* 1-based line or frame in the file, 0 if it concerns the whole file */
    char text[200];
} eg_recording_warning;

typedef struct eg_recording {
    char format[32]; /* "delimited text", "c3d", ... */
    char name[96];   /* file name without folders */
    char sha256[65]; /* of the file's bytes, hexadecimal; the identity of the raw data */
    double rate_hz;  /* of the frames; NaN if the file gives neither a rate nor a time */
    size_t n_channels;
    eg_channel *channels; /* [n_channels], owned */
    double *t_s;          /* time stamps as recorded, from the time column; NULL if none; owned */
    size_t n_frames;      /* rows of a table, frames of a motion capture; a channel's own n may
                             be a multiple of it */
    uint64_t first_frame; /* number of the first frame, as the file counts */
    double start_s;       /* when the first frame was taken, on the clock of the events */
    double *samples;      /* one block that holds all values and xyz, owned; NULL: each apart */
    int has_points;       /* the format can hold markers, be there any or not */
    eg_points points;
    eg_subject subject;
    size_t n_events;
    eg_event *events; /* [n_events] in order of time, owned */
    size_t n_platforms;
    eg_platform *platforms; /* [n_platforms], owned */
    size_t n_streams;
    eg_stream *streams;    /* [n_streams], owned; none in formats with one clock */
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
 * use), EG_ERR_LIMIT, EG_ERR_MEMORY; `diag` says where in the file and what to do. Pure, no
 * I/O, but for files that eg_recording_set_foreign is for. */
EG_NODISCARD eg_err eg_recording_parse(const char *name, const uint8_t *bytes, size_t size,
                                       eg_recording **recording, eg_diag *diag);

/* A reader of formats that no parser here reads (HDF5, Matlab): fills an empty recording. */
typedef eg_err (*eg_recording_foreign)(const char *name, const uint8_t *bytes, size_t size,
                                       eg_recording *recording, eg_diag *diag);

/* The one exception to "pure": a program may install such a reader, once, before it has threads
 * (io/import/child.h starts a process for it). Without one these files are EG_ERR_FORMAT. */
void eg_recording_set_foreign(eg_recording_foreign foreign);

/* A file in memory. `name` has no folder. */
typedef struct eg_named_bytes {
    const char *name;
    const uint8_t *bytes; /* [size] */
    size_t size;
} eg_named_bytes;

/* Files that were chosen together, in any order: a header and those it names (WFDB's .hea, .dat and
 * .atr; BrainVision's .vhdr, .eeg and .vmrk). One file is read as by eg_recording_parse. The digest
 * is that of the header and, behind it, of the files it names in their order, as far as they are
 * there. EG_ERR_ARGUMENT where no file of several is such a header; EG_ERR_MISSING where what it
 * names is not among them. Pure: no I/O. */
EG_NODISCARD eg_err eg_recording_parse_set(const eg_named_bytes *files, size_t n,
                                           eg_recording **recording, eg_diag *diag);

/* The same from a path. Files that a header names are looked for in its folder and nowhere else; if
 * `path` is such a file, its header beside it is read. */
EG_NODISCARD eg_err eg_recording_read(const char *path, eg_recording **recording, eg_diag *diag);

/* Whether `other` is `path` itself or one of the files that reading it opens, by whatever name:
 * what must not be written over while it is read, or afterwards unasked. */
int eg_recording_is_part(const char *path, const char *other);

/* The channel with this label (case is ignored), or NULL. */
const eg_channel *eg_recording_channel(const eg_recording *recording, const char *label);

/* What channels have in common: samples of each, and their rate. 0 and NaN where they differ or
 * where there are none: such a recording is not a table. */
size_t eg_recording_samples(const eg_recording *recording);
double eg_recording_channel_rate_hz(const eg_recording *recording);

/* NULL is fine. */
void eg_recording_destroy(eg_recording *recording);

#endif
