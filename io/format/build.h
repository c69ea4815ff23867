/* What every reader of a format uses to fill a recording; not for those who only read one. */
#ifndef EG_IO_FORMAT_BUILD_H
#define EG_IO_FORMAT_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

/* Adds a warning; behind the last one that fits, the last says that there are more. */
void eg_recording_warn(eg_recording *recording, uint64_t line, const char *format, ...)
    EG_PRINTF(3, 4);

/* `count` channels without label, unit or values; EG_ERR_LIMIT or EG_ERR_MEMORY. Once only. */
EG_NODISCARD eg_err eg_recording_add_channels(eg_recording *recording, size_t count, eg_diag *diag);

/* `count` markers, all zero; EG_ERR_LIMIT or EG_ERR_MEMORY. Once only. */
EG_NODISCARD eg_err eg_recording_add_markers(eg_recording *recording, size_t count, eg_diag *diag);

/* The block for all samples of the markers and channels, whose sizes (n_frames, channels[].n) are
 * set; points their xyz and values into it. Once only. EG_ERR_LIMIT or EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_recording_add_samples(eg_recording *recording, eg_diag *diag);

/* One more event, all zero; `*room` is how many have a place, 0 before the first. NULL without
 * memory. */
eg_event *eg_recording_add_event(eg_recording *recording, size_t *room);

/* Puts the events in order of time; of the same time in the order in which they were added.
 * EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_recording_sort_events(eg_recording *recording, eg_diag *diag);

/* Copies at most size - 1 bytes of text[0..n) into `field`, never half a UTF-8 character; bytes
 * that are no UTF-8 are taken as Latin-1. */
void eg_recording_copy_text(char *field, size_t size, const char *text, size_t n);

#endif
