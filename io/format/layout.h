/* How a delimited text is laid out: separator and decimal mark, where the numbers begin, what the
 * columns are called, in which units, and which sampling rate the header states. */
#ifndef EG_IO_FORMAT_LAYOUT_H
#define EG_IO_FORMAT_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"
#include "io/format/stamp.h"
#include "io/format/text.h"

typedef struct eg_column {
    char label[EG_RECORDING_LABEL_MAX]; /* "" if the header names none */
    char unit[EG_RECORDING_UNIT_MAX];   /* "" if the header names none */
    int is_text;                        /* holds words in the first row of data */
    int is_marks;                       /* words that say what happens: "Marker", "Activity" */
    eg_stamp stamp;                     /* holds times of day in the first row of data */
} eg_column;

typedef struct eg_layout {
    eg_text_style style;
    size_t n_columns;
    eg_column *columns;    /* [n_columns], owned */
    eg_span data;          /* from the first row of numbers to the end */
    uint64_t first_line;   /* number of that row, 1-based */
    double rate_hz;        /* the header's, NaN if it states none or several */
    int is_rate_ambiguous; /* it states several that differ */
    size_t n_header_cells; /* cells in the row of labels, 0 if there is none */
    const char *maker;     /* whose export it is, static; "" if nothing says so */
    int units_by_maker;    /* the file names none; the maker's manual does */
} eg_layout;

/* Errors: EG_ERR_FORMAT where no row of numbers is found, EG_ERR_LIMIT for too many columns. The
 * caller releases the layout also after an error. Looks at the first MiB at most. */
EG_NODISCARD eg_err eg_layout_find(const char *name, eg_span text, eg_layout *layout,
                                   eg_diag *diag);

void eg_layout_release(eg_layout *layout);

/* For eg_layout_find: labels and units of the columns where the header gives each a line. */
void eg_layout_name_channels(eg_layout *layout, eg_span header);

/* What a label says, without its unit: lower-case letters and digits in words parted by "_":
 * "CoP X_mm" becomes "cop_x". */
void eg_layout_bare_label(const char *label, char bare[EG_RECORDING_LABEL_MAX]);

/* The unit of time as a factor to seconds, 0 if it is none. "" is no unit. */
double eg_layout_seconds(const char *unit);

#endif
