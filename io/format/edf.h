/* EDF, EDF+, BDF and BDF+: signals of several rates in records of some seconds, with annotations.
 * Tolerant, since devices write them carelessly: blanks and decimal commas in numbers, a wrong
 * count of records or length of the header, a missing "EDF+" before annotations, an end in the
 * middle of a record. What was wrong is a warning; what cannot be known is NaN. Sources: Kemp et
 * al. 1992 (Electroencephalogr Clin Neurophysiol 82:391), Kemp and Olivan 2003 (Clin Neurophysiol
 * 114:1755), https://www.edfplus.info, BioSemi's description of BDF. */
#ifndef EG_IO_FORMAT_EDF_H
#define EG_IO_FORMAT_EDF_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

enum { EG_EDF_EVENTS_MAX = 100000 };

/* Whether the bytes begin as one of them does, be it damaged behind that. */
int eg_edf_is(const uint8_t *bytes, size_t size);

/* Fills an empty recording. Pure. Annotations become events, on the clock of the file (start_s is
 * when its first record began). If all signals have one rate, n_frames and rate_hz are theirs;
 * otherwise those of the records, and each channel has its own. A discontinuous file keeps its
 * time: what was not recorded is NaN, as long as that makes it at most ten times as long. Values
 * are (digital - digital minimum) x physical range / digital range + physical minimum; where the
 * ranges are no ranges they are the digital numbers, without a unit, and a warning says so. Errors:
 * EG_ERR_DATA (no signal, no record), EG_ERR_LIMIT, EG_ERR_MEMORY. Cost: about 3 ns a sample. */
EG_NODISCARD eg_err eg_edf_parse(const char *name, const uint8_t *bytes, size_t size,
                                 eg_recording *recording, eg_diag *diag);

#endif
