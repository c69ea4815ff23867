/* What a recording's file does not say about the person and the task, from a table beside it: one
 * row a recording, the first column its file name without the ending. A file "cases.csv" in the
 * recording's folder is found by itself; options of the command line win over it. */
#ifndef EG_CLI_CASES_H
#define EG_CLI_CASES_H

#include "clinic/evaluate.h"

/* Fills what `options` leaves unknown from columns age_y, mass_kg, height_cm or height_m, posture,
 * vision, surface, stance; other columns are ignored. `cases_path` NULL: cases.csv beside
 * `recording_path`, if there is one. Returns 0 with a message in `diag` where a table that was
 * asked for cannot be read, or a cell holds something else; 1 otherwise, also where no row fits. */
int cases_apply(const char *cases_path, const char *recording_path, eg_evaluate_options *options,
                eg_diag *diag);

#endif
