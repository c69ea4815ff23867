/* TRC: markers of motion capture as text (Motion Analysis; also OpenSim, BTK, Mokka, OpenCap).
 * Labels stand anywhere in their line, blanks are markers that were not seen, counts in the header
 * are often wrong: what the columns and rows are decides, and a warning says what disagrees. */
#ifndef EG_IO_FORMAT_TRC_H
#define EG_IO_FORMAT_TRC_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

int eg_trc_is(const uint8_t *bytes, size_t size);

/* Fills an empty recording: markers in the file's unit, frames, t_s as recorded. Pure. A marker of
 * which a number is missing or no number was not seen in that frame. A last row that the file's end
 * has cut is left out (is_partial). Errors: EG_ERR_DATA (the header or all rows are missing),
 * EG_ERR_LIMIT, EG_ERR_MEMORY. Cost: about 10 ns a byte. */
EG_NODISCARD eg_err eg_trc_parse(const char *name, const uint8_t *bytes, size_t size,
                                 eg_recording *recording, eg_diag *diag);

#endif
