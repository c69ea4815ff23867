/* What the writers of formats share; only io/format/write*.c include this. */
#ifndef EG_IO_FORMAT_WRITE_PART_H
#define EG_IO_FORMAT_WRITE_PART_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/write.h"

/* ---- bytes on their way (write.c) ---- */
enum { OUT_BYTES = 1 << 16 };

typedef struct write_out {
    const eg_sink *sink;
    int failed;
    size_t n;
    unsigned char bytes[OUT_BYTES];
} write_out;

/* NULL: no memory. */
write_out *write_begin(const eg_sink *sink);
void write_bytes(write_out *out, const void *bytes, size_t n);
void write_text(write_out *out, const char *text);
/* The fewest digits that read back as the same double; nothing for NaN. */
void write_number(write_out *out, double value);
/* Sends the rest and frees. EG_ERR_IO if the sink failed. */
eg_err write_end(write_out *out, const char *name, eg_diag *diag);

/* ---- what a format cannot hold (write.c) ---- */
typedef enum write_kind {
    WRITE_CHANNELS = 1,
    WRITE_MARKERS = 2,
    WRITE_EVENTS = 4,
    WRITE_PLATFORMS = 8,
    WRITE_UNITS = 16,
    WRITE_STAMPS = 32, /* times that are not even */
    WRITE_START = 64
} write_kind;

/* A note for everything that the recording has and the format, which holds `kinds`, has not. */
void write_note_lost(const eg_recording *recording, unsigned kinds, eg_write_notes *notes);

/* Whether the stamps are further from the even times of the rate than a hundredth of a step. */
int write_is_uneven(const eg_recording *recording);

/* ---- one table for all (write_grid.c) ---- */
typedef struct write_column {
    const char *label, *unit, *axis; /* axis: "", " x", " y", " z" */
    const double *values;            /* [n] of them, each `stride` behind the one before */
    size_t n, stride;
    double rate_hz, start_s;
    size_t first, step; /* row of its first value, rows from one to the next */
} write_column;

typedef struct write_grid {
    write_column *columns; /* [n_columns], owned */
    size_t n_columns, n_rows;
    double rate_hz;    /* of the rows; NaN: unknown */
    double start_s;    /* of the first row */
    const double *t_s; /* [n_rows] as recorded, borrowed; NULL: even */
    int is_sparse;     /* some columns have values in some rows only */
} write_grid;

/* Rows at the highest rate; slower columns have a value in every k-th. EG_ERR_RANGE if the rates do
 * not fit one another. */
EG_NODISCARD eg_err write_grid_make(const eg_recording *recording, unsigned kinds, write_grid *grid,
                                    eg_write_notes *notes, eg_diag *diag);
double write_grid_value(const write_column *column, size_t row); /* NaN: none */
/* NaN if neither stamps nor a rate are known. */
double write_grid_time(const write_grid *grid, size_t row);
void write_grid_free(write_grid *grid);

/* ---- names in EDF (write_edf.c) ---- */
enum { WRITE_EDF_LABEL = 16, WRITE_EDF_UNIT = 8 };

/* Label and unit of channel `i` as they are written, in plain letters, cut, and labels that became
 * equal told apart ("~2"); the factor from the channel's unit to the written one (volts that are
 * too small for the format become uV). */
double write_edf_name(const eg_recording *recording, size_t i, char label[WRITE_EDF_LABEL + 1],
                      char unit[EG_RECORDING_UNIT_MAX]);

/* ---- formats ---- */
eg_err eg_csv_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag);
eg_err eg_mot_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag);
eg_err eg_trc_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag);
eg_err eg_c3d_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag);
eg_err eg_edf_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag);
eg_err eg_bdf_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag);

eg_err eg_xdf_write(const eg_recording *recording, const eg_sink *sink, eg_write_notes *notes,
                    eg_diag *diag);

#endif
