/* Events as lines behind the rows of a table, which `engram convert` writes and takes back:
 *
 *   #event,12.345,0,"Foot Strike","Left"
 *
 * the time on the clock of the table's column, the duration in seconds, label and context. Programs
 * that know "#" as the mark of a comment pass over them. */
#ifndef EG_IO_FORMAT_NOTED_H
#define EG_IO_FORMAT_NOTED_H

#include "io/format/recording.h"
#include "io/format/text.h"

#define EG_NOTED_WORD "#event,"

enum { EG_NOTED_EVENTS_MAX = 100000 };

int eg_noted_is(eg_span line);

/* Adds the events of all such lines in `text`, in order of time with those that are there. Lines
 * that do not keep to the form are left out, with a warning. EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_noted_read(eg_span text, eg_recording *recording, eg_diag *diag);

#endif
