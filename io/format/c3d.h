/* C3D: markers and analog channels of motion capture, as written by every maker since 1987, from
 * processors of Intel, DEC and MIPS, as integers or reals. Nothing in a file is trusted: what the
 * header, the parameters and the file's size say is held against each other, and what does not
 * agree is read by what the size proves, with a warning. Source: The C3D File Format, Motion Lab
 * Systems, 2008 (https://www.c3d.org). */
#ifndef EG_IO_FORMAT_C3D_H
#define EG_IO_FORMAT_C3D_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

/* Whether the bytes begin as a C3D file does, be it damaged behind that. */
int eg_c3d_is(const uint8_t *bytes, size_t size);

/* Fills an empty recording: frames, points, channels, events, platforms. Pure. Values are
 * (raw - OFFSET) x SCALE x GEN_SCALE for channels and raw x POINT:SCALE or the real number for
 * markers; a marker with a negative residual was not seen. A file that ends early gives the frames
 * it holds, a warning and is_partial. Errors: EG_ERR_DATA (damaged beyond use), EG_ERR_LIMIT,
 * EG_ERR_MEMORY. Cost: below 1 ms a MB and seven allocations, whatever the file holds; a damaged
 * file of any content is answered within 50 ms. */
EG_NODISCARD eg_err eg_c3d_parse(const char *name, const uint8_t *bytes, size_t size,
                                 eg_recording *recording, eg_diag *diag);

#endif
