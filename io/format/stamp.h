/* Times of day as recorders write them: "2026-03-01T10:15:00.250Z", "2026/03/01 10:15:00,25",
 * "10:15:00.250". */
#ifndef EG_IO_FORMAT_STAMP_H
#define EG_IO_FORMAT_STAMP_H

#include "io/format/text.h"

typedef enum eg_stamp {
    EG_STAMP_NONE,
    EG_STAMP_DAY,     /* a date alone: no time */
    EG_STAMP_CLOCK,   /* a time of day; begins again at midnight */
    EG_STAMP_INSTANT, /* date and time of day (ISO 8601, "/" and a blank allowed too) */
} eg_stamp;

/* Reads the whole cell. `*seconds` (since midnight for a clock, since 2000-01-01 otherwise) is
 * exact to 1e-6 s; a UTC offset is taken off. EG_STAMP_NONE leaves it NaN. Pure, linear. */
eg_stamp eg_stamp_read(eg_span cell, double *seconds);

#endif
