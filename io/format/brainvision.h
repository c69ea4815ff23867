/* BrainVision Core Data Format 1.0: a header (.vhdr) that names a file of samples (.eeg) and one of
 * markers (.vmrk). Source: Brain Products, BrainVision Core Data Format 1.0 and 2.0 (description
 * of the file format), https://www.brainproducts.com. */
#ifndef EG_IO_FORMAT_BRAINVISION_H
#define EG_IO_FORMAT_BRAINVISION_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/companion.h"
#include "io/format/recording.h"

enum { EG_BRAINVISION_EVENTS_MAX = 100000 };

int eg_brainvision_is(const uint8_t *bytes, size_t size);

/* The files of samples and of markers. */
EG_NODISCARD eg_err eg_brainvision_companions(const char *name, const uint8_t *bytes, size_t size,
                                              eg_companions *companions, eg_diag *diag);

/* Fills an empty recording. Pure. INT_16, UINT_16, INT_32 and IEEE_FLOAT_32 of either byte order,
 * text with a decimal point or comma, one channel behind the other or sample by sample; resolution
 * and unit of each channel (uV where it names none). Markers become events, at (position - 1) /
 * rate, label their description or else their type, context their type. A file of samples that ends
 * early gives what is there; without the file of markers there are no events, and a warning.
 * Errors: EG_ERR_MISSING (the samples are not there), EG_ERR_FORMAT (a spectrum, another format of
 * numbers), EG_ERR_DATA, EG_ERR_LIMIT, EG_ERR_MEMORY. Cost: about 11 ns a sample. */
EG_NODISCARD eg_err eg_brainvision_parse(const eg_named_bytes *header, const eg_named_bytes *files,
                                         size_t n_files, eg_recording *recording, eg_diag *diag);

#endif
