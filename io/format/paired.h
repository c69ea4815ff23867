/* Delsys' text exports, in which every channel has a time of its own: a column "X [s]" (EMGworks)
 * or "EMG 1 Time Series (s)" (Trigno Discover) before each column of values, several rates side by
 * side in one file. A row is no moment: the slower channels end after fewer rows. Sources: exports
 * as programs that read them describe them (read_delsys in several public projects); Delsys
 * publishes no description. */
#ifndef EG_IO_FORMAT_PAIRED_H
#define EG_IO_FORMAT_PAIRED_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

enum { EG_PAIRED_BYTES_MAX = 256 << 20 };

/* Whether a line of the first 256 KB names a time before a column of values, as Delsys does. */
int eg_paired_is(const uint8_t *bytes, size_t size);

/* Fills an empty recording. Pure. Each channel has the rate that the header states for it, or where
 * that is not within 0.1 % of its time column, the column's; and its own start_s. Labels are
 * "sensor: channel". Discover's list of marks becomes events. A cell without a number is missing;
 * those behind a channel's last are not there. A last row that the file's end has cut is left out.
 * Errors: EG_ERR_DATA (no number), EG_ERR_LIMIT, EG_ERR_MEMORY. Cost: about 8 ns a byte. */
EG_NODISCARD eg_err eg_paired_parse(const char *name, const uint8_t *bytes, size_t size,
                                    eg_recording *recording, eg_diag *diag);

#endif
