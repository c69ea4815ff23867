/* Writes XDF files byte by byte, as https://github.com/sccn/xdf/wiki/Specifications describes
 * them; shares nothing with the reader. */
#ifndef EG_TESTS_SUPPORT_XDF_WRITE_H
#define EG_TESTS_SUPPORT_XDF_WRITE_H

#include <stddef.h>
#include <stdint.h>

typedef struct xdf_file {
    uint8_t *bytes; /* owned by the test's process */
    size_t n, room;
} xdf_file;

/* The magic and a file header. */
void xdf_begin(xdf_file *file);

/* A stream's header; `desc` is XML within <desc>, may be "". */
void xdf_header(xdf_file *file, unsigned id, const char *name, const char *type, int channels,
                double rate_hz, const char *format, const char *desc);

/* A chunk of n samples of numbers: values[n][channels] as `format` stores them. stamps[k] NaN: the
 * sample has none. */
void xdf_numbers(xdf_file *file, unsigned id, const char *format, int channels, size_t n,
                 const double *stamps, const double *values);

/* A chunk of one sample of one text. */
void xdf_text(xdf_file *file, unsigned id, double stamp, const char *text);

void xdf_offset(xdf_file *file, unsigned id, double time, double value);
void xdf_boundary(xdf_file *file);
void xdf_footer(xdf_file *file, unsigned id, size_t samples);
void xdf_put(xdf_file *file, const void *bytes, size_t n);

#endif
