/* A recording into a file: it is there when it is whole and on disk, or not at all. */
#ifndef EG_CLI_FILE_WRITE_H
#define EG_CLI_FILE_WRITE_H

#include <stdbool.h>

#include "io/format/write.h"

/* Into a file beside `out`, which takes its place at the end. Unless `may_replace`, a file that has
 * come to be there stays. EG_ERR_IO, EG_ERR_ARGUMENT (the name), and those of the format. */
EG_NODISCARD eg_err eg_file_write(const char *out, bool may_replace, const eg_write_format *format,
                                  const eg_recording *recording, eg_write_notes *notes,
                                  eg_diag *diag);

#endif
