/* What the parts of the XDF reader share; not for anybody else. */
#ifndef EG_IO_FORMAT_XDF_PART_H
#define EG_IO_FORMAT_XDF_PART_H

#include "io/format/text.h"
#include "io/format/xdf.h"

typedef enum xdf_kind {
    XDF_INT8,
    XDF_INT16,
    XDF_INT32,
    XDF_INT64,
    XDF_FLOAT32,
    XDF_DOUBLE64,
    XDF_STRING
} xdf_kind;

typedef enum xdf_tag {
    XDF_FILE_HEADER = 1,
    XDF_STREAM_HEADER,
    XDF_SAMPLES,
    XDF_CLOCK_OFFSET,
    XDF_BOUNDARY,
    XDF_STREAM_FOOTER
} xdf_tag;

/* ---- chunks (xdf_chunk.c) -------------------------------------------------------------------- */

typedef struct xdf_walk {
    const uint8_t *bytes;
    size_t size, at;
    size_t boundary; /* behind the boundary chunk found last; SIZE_MAX: none follows `sought` */
    size_t sought;   /* from where it was looked for */
    size_t n_passed; /* places where bytes were no chunk and a boundary was looked for */
    int is_cut;      /* the last chunk reaches beyond the end of the file */
    int is_lost;     /* no boundary followed: the rest of the file is not read */
} xdf_walk;

typedef struct xdf_chunk {
    unsigned tag;
    const uint8_t *content; /* behind the tag */
    size_t n;
    int is_cut;
} xdf_chunk;

xdf_walk xdf_walk_begin(const uint8_t *bytes, size_t size);
int xdf_walk_next(xdf_walk *walk, xdf_chunk *chunk);

/* A number of 1, 4 or 8 bytes behind its length. 0 if there is none. */
int xdf_read_length(const uint8_t **at, const uint8_t *end, uint64_t *value);

/* The samples of a chunk, one after the other. */
typedef struct xdf_samples {
    const uint8_t *at, *end;
    uint64_t left;
    size_t value_bytes; /* of one sample; 0: texts */
    size_t n_channels;
} xdf_samples;

typedef struct xdf_sample {
    double stamp_s;        /* NaN if the file gives none, or nonsense */
    const uint8_t *values; /* the numbers, or the texts behind their lengths */
    const uint8_t *end;    /* behind the texts */
} xdf_sample;

int xdf_samples_begin(xdf_samples *samples, const uint8_t *at, size_t n, size_t value_bytes,
                      size_t n_channels);
/* 1: there is one; 0: no more; -1: the bytes end within it or are no sample. */
int xdf_samples_next(xdf_samples *samples, xdf_sample *sample);

/* ---- time (xdf_time.c) ----------------------------------------------------------------------- */

/* What is added to a time stamp t: at_ref + slope (t - ref). */
typedef struct xdf_line {
    double ref, at_ref, slope;
} xdf_line;

typedef struct xdf_offsets {
    size_t n, room;
    double *times, *values; /* [n] owned: when measured, on the device's clock, and the offset */
    size_t *positions;      /* [n] owned: how many samples of the stream stood before it */
} xdf_offsets;

/* Between two resets of a device's clock. */
typedef struct xdf_range {
    size_t first_offset, n_offsets;
    size_t first_sample;
    xdf_line line;
} xdf_range;

/* Huber's robust straight line through offsets [first, first + n). */
xdf_line xdf_fit_line(const xdf_offsets *offsets, size_t first, size_t n);

/* Where a device's clock was reset: ranges of offsets, at least one; first_sample is still 0 and
 * the lines are not fitted. NULL without memory. */
xdf_range *xdf_find_ranges(const xdf_offsets *offsets, size_t *n_ranges);

/* A part of a stream without a gap: sample first + k was taken at start_s + k step_s. */
typedef struct xdf_segment {
    size_t first, n;
    double start_s, step_s;
} xdf_segment;

/* Collects one segment. */
typedef struct xdf_regression {
    size_t n;
    double first_s, step_s; /* as the device claims */
    double sum, weighted;   /* of what is off the even steps, and times its number */
} xdf_regression;

void xdf_regression_add(xdf_regression *regression, double t_s);
void xdf_regression_line(const xdf_regression *regression, double *start_s, double *step_s);

/* ---- the file (xdf.c), its channels and events (xdf_channel.c) ------------------------------- */

typedef struct xdf_stream {
    uint32_t id;
    eg_span header; /* its XML */
    char name[EG_RECORDING_LABEL_MAX], type[EG_RECORDING_UNIT_MAX];
    xdf_kind kind;
    size_t n_channels;
    size_t value_bytes; /* of a sample, 0 for texts */
    double nominal_hz;  /* 0: no even rate */
    int is_events;
    double n_said; /* samples by its footer; NaN without */
    size_t n;      /* samples */
    size_t n_unstamped;
    xdf_offsets offsets;
    size_t n_ranges;
    xdf_range *ranges; /* [n_ranges] owned; NULL without offsets */
    size_t n_segments, segment_room;
    xdf_segment *segments; /* owned */
    double *t_s;           /* [n] owned; NULL for an even rate */
    double first_s, last_s, effective_hz;
    size_t first_channel;
    double grid_hz;   /* at which its channels lie; NaN: not even */
    size_t grid_n;    /* samples of its channels, gaps too */
    size_t *grid_at;  /* [n_segments] owned: where each begins */
    size_t at, range; /* while its samples are walked */
    double stamp_s;   /* of the sample before, as the device gave it */
    double before_s;  /* the same on the recorder's clock */
    double jump_s;    /* the longest so far, in search of a reset */
    xdf_regression regression;
} xdf_stream;

typedef struct xdf {
    eg_recording *recording;
    eg_diag *diag;
    const uint8_t *bytes;
    size_t size;
    size_t n_streams;
    xdf_stream *streams; /* [EG_RECORDING_STREAMS_MAX] owned */
    size_t last;         /* the stream of the last chunk */
    size_t n_orphans, n_broken, n_events_room, n_late, n_lost_events;
    eg_err err;
} xdf;

/* Records what is wrong with the file. */
eg_err xdf_fail(const xdf *x, eg_err err, const char *text);

typedef void (*xdf_taker)(xdf *x, xdf_stream *s, double stamp_s, const xdf_sample *sample);

/* Calls `take` for every sample of the file; a stamp that is not there follows the one before. */
void xdf_walk_samples(xdf *x, xdf_taker take);

/* The channels of all streams, once their times are known; then what they hold. */
EG_NODISCARD eg_err xdf_make_channels(xdf *x);
EG_NODISCARD eg_err xdf_read_values(xdf *x);

#endif
