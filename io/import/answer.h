/* What the child says (protocol.h), read as what it is: bytes from a process that has just parsed
 * somebody's file and may have been taken over by it. Every count, length and order is checked;
 * whatever comes, the answer is a recording that keeps its promises or an error with words. Pure:
 * bytes in, recording out, no I/O. */
#ifndef EG_IO_IMPORT_ANSWER_H
#define EG_IO_IMPORT_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"
#include "io/import/protocol.h"

typedef struct eg_import_answer {
    eg_recording *recording; /* borrowed; filled */
    eg_diag *diag;           /* borrowed */
    eg_err error;            /* the first; later bytes are not looked at */
    int has_head, has_times, has_samples, has_ended;
    size_t n_named;  /* channels that were told */
    size_t n_times;  /* seconds that were told */
    size_t n_stored; /* values that were told */
    size_t *n_told;  /* [n_channels] of each channel, owned */
    uint8_t *piece;  /* [prefix + payload at most] of the message under way, owned */
    size_t n_piece;
} eg_import_answer;

/* `recording` is empty and has its name; `diag` may be NULL. EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_import_answer_init(eg_import_answer *answer, eg_recording *recording,
                                          eg_diag *diag);

/* The next bytes, cut anywhere: the result is the same. EG_ERR_DATA (nonsense), what the child
 * reports (EG_ERR_FORMAT, EG_ERR_DATA, EG_ERR_LIMIT, EG_ERR_MEMORY), EG_ERR_LIMIT. Memory: 1 MB and
 * 8 bytes a value, at most EG_IMPORT_SAMPLES_MAX values. */
EG_NODISCARD eg_err eg_import_answer_feed(eg_import_answer *answer, const uint8_t *bytes,
                                          size_t size);

/* Behind the last byte: whether all was said that was promised. EG_ERR_DATA if not. */
EG_NODISCARD eg_err eg_import_answer_finish(eg_import_answer *answer);

/* Frees what the answer owns, not the recording. */
void eg_import_answer_end(eg_import_answer *answer);

#endif
