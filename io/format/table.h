/* Delimited text of any vendor: tab, comma, semicolon, bar or blanks; decimal comma; any number of
 * header lines; units in the header; a time column or a rate in the header; ragged rows; missing
 * cells. What cannot be read is stated in the recording's warnings; nothing is guessed. */
#ifndef EG_IO_FORMAT_TABLE_H
#define EG_IO_FORMAT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

enum {
    EG_TABLE_BYTES_MAX = 96 << 20,
    EG_TABLE_CELLS_MAX = 24 << 20,
    EG_TABLE_SLOW_NUMBERS_MAX = 100000 /* with extreme exponents or more than 19 digits */
};

/* Fills an empty recording. Pure. Errors: EG_ERR_FORMAT (no table), EG_ERR_DATA (more rows cannot
 * be read than can), EG_ERR_LIMIT, EG_ERR_MEMORY. Cost: about 5 ns a byte; of memory, its
 * numbers once and 8 MB (without UTF-16). The column of time goes
 * to t_s, columns of words are left out, every other column is a channel. A row that is shorter
 * than the others is filled with NaN; a last row that the file's end has cut is left out. */
EG_NODISCARD eg_err eg_table_parse(const char *name, const uint8_t *bytes, size_t size,
                                   eg_recording *recording, eg_diag *diag);

#endif
