/* The child's side of io/import/protocol.h: what it found goes through its output. Texts are cut at
 * EG_IMPORT_TEXT_MAX bytes. If nobody listens any more, the process ends. */
#ifndef EG_IMPORT_SEND_H
#define EG_IMPORT_SEND_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

typedef struct import_head {
    const char *format, *maker, *time_source;
    double rate_hz; /* NaN: unknown */
    size_t n_frames, n_channels;
    int has_times;
} import_head;

void import_send_head(const import_head *head);
void import_send_channel(const char *label, const char *unit, double rate_hz, size_t n);

/* values[n][n_channels] or, by channel, values[n_channels][n]; any size, cut into messages. */
void import_send_samples(size_t first, size_t n_channels, size_t at, size_t n, int order,
                         const double *values);
void import_send_times(size_t at, size_t n, const double *values);
void import_send_warning(int is_partial, const char *format, ...) EG_PRINTF(2, 3);
void import_send_end(void);

/* Says why there is nothing to read, and ends the process. */
_Noreturn void import_fail(eg_err code, const char *format, ...) EG_PRINTF(2, 3);

#endif
