/* What a recording's file does not say about the person and the task, from a table beside it: one
 * row a recording, the first column its file name without the ending. */
#ifndef EG_CLINIC_CASES_H
#define EG_CLINIC_CASES_H

#include <stddef.h>

#include "clinic/evaluate.h"

enum { EG_CASES_BYTES_MAX = 4 << 20 };

/* Fills what `options` leaves unknown from the recording's row: columns age_y, mass_kg, height_cm
 * or height_m, posture, vision, surface, stance, subject (with dataset); other columns are ignored,
 * "rigid" is firm. `recording_path` may have folders; `name` is the table's, for messages. Pure.
 * Errors: EG_ERR_DATA where a cell is not what its column promises; no row for the recording is not
 * an error. */
EG_NODISCARD eg_err eg_cases_apply(const char *name, const char *text, size_t size,
                                   const char *recording_path, eg_evaluate_options *options,
                                   eg_diag *diag);

/* The same from a file: `cases_path`, or, if that is NULL, "cases.csv" in the recording's folder,
 * which may be absent. EG_ERR_IO where a table that was asked for cannot be read. */
EG_NODISCARD eg_err eg_cases_read(const char *cases_path, const char *recording_path,
                                  eg_evaluate_options *options, eg_diag *diag);

#endif
