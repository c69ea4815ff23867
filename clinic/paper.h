/* A sheet of paper: lays blocks of a document one under the other on A4 pages and writes a PDF.
 * Knows nothing of clinics; clinic/report says what stands on the page. Text of every script is
 * shaped by pango; the same content and date give the same bytes. */
#ifndef EG_CLINIC_PAPER_H
#define EG_CLINIC_PAPER_H

#include <stddef.h>

#include "core/base/err.h"

typedef struct eg_paper eg_paper;

enum { EG_PAPER_COLUMNS_MAX = 8, EG_PAPER_POINTS_MAX = 20000 };

/* Receives the PDF's bytes in order; a result other than EG_OK ends the writing. */
typedef eg_err (*eg_paper_sink)(void *closure, const unsigned char *bytes, size_t n);

typedef struct eg_paper_info {
    const char *title;       /* in the file's properties and at the foot of each page */
    const char *subject;     /* whom it is about; beside the title at the foot */
    const char *created_at;  /* RFC 3339; in the file's properties */
    const char *notice;      /* one line at the foot of each page */
    const char *fingerprint; /* one more line there; may be NULL */
    int n_pages;             /* pages in all if known from an earlier pass, else 0 */
} eg_paper_info;

/* How loud a piece of text is. */
typedef enum eg_paper_tone {
    EG_PAPER_PLAIN,
    EG_PAPER_STRONG,
    EG_PAPER_QUIET,
    EG_PAPER_ACT, /* outside the norm, or somebody must act */
    EG_PAPER_STOP /* a hard block */
} eg_paper_tone;

typedef struct eg_paper_cell {
    const char *text; /* NULL is an empty cell; "\n" starts a second, quieter line */
    eg_paper_tone tone;
} eg_paper_cell;

typedef struct eg_paper_column {
    const char *title;
    double share;  /* of the width; shares are scaled to fill the line */
    int is_number; /* set to the right, with figures of equal width */
} eg_paper_column;

/* A small trend: values over time with the noise around the first one and the goal. */
typedef struct eg_paper_trend {
    const char *title;
    const char *unit;
    const char *verdict;  /* "within noise", "beyond noise", ... */
    const double *values; /* [n], oldest first */
    const double *days;   /* [n], when each was measured, rising; NULL: in equal steps */
    const char *first_on; /* dates as they stand below the first and the last value; may be NULL */
    const char *last_on;
    size_t n;
    double mdc;  /* NaN if not known */
    double goal; /* NaN if none */
    int lower_is_better;
} eg_paper_trend;

/* A trace of the centre of pressure, mm, with its ellipse of prediction. */
typedef struct eg_paper_sway {
    const char *title;
    const char *caption;
    const double *ml_mm; /* [n] */
    const double *ap_mm; /* [n] */
    size_t n;
    double center_ml_mm, center_ap_mm;
    double major_mm, minor_mm; /* semi-axes; NaN draws no ellipse */
    double angle_deg;          /* of the major axis from the ML axis, counter-clockwise */
} eg_paper_sway;

/* Opens a document; EG_ERR_MEMORY if the drawing library fails. Strings of `info` are borrowed
 * until eg_paper_finish. */
EG_NODISCARD eg_err eg_paper_create(const eg_paper_info *info, eg_paper_sink sink, void *closure,
                                    eg_paper **paper);

/* The head of the first page: mark, title, and a line below it. */
void eg_paper_title(eg_paper *paper, const char *title, const char *line);

/* A heading stays on the page of what follows it: it is drawn with it. `aside` stands at the right
 * and may be NULL. */
void eg_paper_heading(eg_paper *paper, const char *text, const char *aside);

void eg_paper_text(eg_paper *paper, const char *text, eg_paper_tone tone);

/* A box with a bar at its left: what the reader must not miss. */
void eg_paper_box(eg_paper *paper, const char *title, const char *text, eg_paper_tone tone);

/* A box with labels and values, one a line: what is read first. Empty values are left out. */
void eg_paper_summary(eg_paper *paper, const char *title, const char *const (*pairs)[2], size_t n);

/* Who signed, when, what the signature says of itself; the rest in small print. */
void eg_paper_signature(eg_paper *paper, const char *signer, const char *at, const char *statement,
                        const char *small_print);

/* Labels and values in two columns; rows whose value is NULL or "" are left out. */
void eg_paper_pairs(eg_paper *paper, const char *const (*pairs)[2], size_t n);

/* `cells` is [n_rows][n_columns]. The head is repeated on each page; a row taller than a page runs
 * over several. */
void eg_paper_table(eg_paper *paper, const eg_paper_column *columns, size_t n_columns,
                    const eg_paper_cell *cells, size_t n_rows);

/* Three trends a row. */
void eg_paper_trends(eg_paper *paper, const eg_paper_trend *trends, size_t n);

/* Up to three traces in a row, drawn to one scale. */
void eg_paper_sways(eg_paper *paper, const eg_paper_sway *sways, size_t n);

/* One recording at full width: the trace from above, and both axes over `t_s` [sway->n]. */
void eg_paper_recording(eg_paper *paper, const eg_paper_sway *sway, const double *t_s);

/* Writes what is left. Gives the number of pages through `n_pages` (may be NULL). The paper is
 * gone afterwards, whatever the result. Errors: what the sink returned, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_paper_finish(eg_paper *paper, int *n_pages);

#endif
