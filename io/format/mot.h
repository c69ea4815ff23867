/* MOT and STO: OpenSim's and SIMM's motions, forces and controls: a header up to "endheader", then
 * a table. The table is read as every delimited text is (table.h). */
#ifndef EG_IO_FORMAT_MOT_H
#define EG_IO_FORMAT_MOT_H

#include <stddef.h>
#include <stdint.h>

#include "io/format/recording.h"

int eg_mot_is(const uint8_t *bytes, size_t size);

/* Fills an empty recording. Pure. With "inDegrees" in the header, columns that are named as angles
 * of a joint have the unit "deg" or "rad"; older files do not say, and neither do we. Counts that
 * disagree are warnings; fewer rows than the header says make the recording partial. Errors as
 * eg_table_parse; EG_ERR_FORMAT for cells of several numbers (DataType other than double). */
EG_NODISCARD eg_err eg_mot_parse(const char *name, const uint8_t *bytes, size_t size,
                                 eg_recording *recording, eg_diag *diag);

#endif
