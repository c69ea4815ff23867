/* WFDB, the format of PhysioNet: a text header (.hea) that names files of samples (.dat) and,
 * beside it, annotations (.atr). Sources: the WFDB Applications Guide, header(5), signal(5) and
 * annot(5), https://physionet.org/physiotools/wag/. */
#ifndef EG_IO_FORMAT_WFDB_H
#define EG_IO_FORMAT_WFDB_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/companion.h"
#include "io/format/recording.h"

enum { EG_WFDB_EVENTS_MAX = 100000, EG_WFDB_PER_FRAME_MAX = 10000 };

/* Whether the bytes are a header: a line with name and number of signals, then one of a signal. */
int eg_wfdb_is(const uint8_t *bytes, size_t size);

/* The files that a header names, and its annotations "NAME.atr" after its own name. */
EG_NODISCARD eg_err eg_wfdb_companions(const char *name, const uint8_t *bytes, size_t size,
                                       eg_companions *companions, eg_diag *diag);

/* Fills an empty recording. Pure. Formats 8, 16, 24, 32, 61, 80, 160, 212, 310 and 311; samples per
 * frame, skew, offset in the file, gain, baseline, units. Values are (number - baseline) / gain,
 * the number that a format keeps for "no sample" is NaN. A signal without gain is uncalibrated and
 * taken as 200 a mV, with a warning. Sums that are not those of the header are warnings. Signals
 * whose file is not there are left out. Annotations become events. Errors: EG_ERR_MISSING (no file
 * of samples is there), EG_ERR_FORMAT (several segments, FLAC), EG_ERR_DATA, EG_ERR_LIMIT,
 * EG_ERR_MEMORY. Cost: about 10 ns a sample. */
EG_NODISCARD eg_err eg_wfdb_parse(const eg_named_bytes *header, const eg_named_bytes *files,
                                  size_t n_files, eg_recording *recording, eg_diag *diag);

#endif
