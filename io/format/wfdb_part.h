/* What the parts of the WFDB reader share; not for anybody else. */
#ifndef EG_IO_FORMAT_WFDB_PART_H
#define EG_IO_FORMAT_WFDB_PART_H

#include "io/format/text.h"
#include "io/format/wfdb.h"

/* ---- samples (wfdb_sample.c) ----------------------------------------------------------------- */

/* How samples lie in bytes; NULL for a format that is not read. */
typedef struct wfdb_format {
    int number;            /* 212 */
    size_t samples, bytes; /* so many samples in so many bytes */
    int32_t missing;       /* stands for no sample; INT32_MAX: there is no such number */
    int is_difference;     /* each number is added to the one before */
} wfdb_format;

const wfdb_format *wfdb_find_format(double number);

/* Whole samples in `bytes` bytes, those of a last incomplete group too. */
size_t wfdb_count(const wfdb_format *format, size_t bytes);

/* Sample k of bytes that hold it. */
int32_t wfdb_sample(const wfdb_format *format, const uint8_t *bytes, size_t k);

/* ---- annotations (wfdb_annotation.c) --------------------------------------------------------- */

/* Adds the annotations of a file as events; times in samples at rate_hz, unless they bring their
 * own. EG_ERR_MEMORY; damage is a warning. */
EG_NODISCARD eg_err wfdb_read_annotations(const eg_named_bytes *file, double rate_hz,
                                          eg_recording *recording, eg_diag *diag);

#endif
