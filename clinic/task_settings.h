/* What a balance task asked of the person, as text: targets, distances and pacing. The command
 * line's --settings, the upload's parameter and the stored recording hold the same object:
 *
 *   {"targets": [{"direction_deg": 0, "target_mm": 80, "cue_s": 2.0}, ...],
 *    "cues": "entered", "direction_deg": 90, "target_mm": 120, "period_s": 2.5}
 *
 * "cues": "found" says that the cues are onsets found in the trace, not when the targets lit up:
 * then the time to react is not known. The outer direction and distance hold for every target that
 * names none. */
#ifndef EG_CLINIC_TASK_SETTINGS_H
#define EG_CLINIC_TASK_SETTINGS_H

#include <jansson.h>

#include "core/balance/task_trial.h"
#include "core/base/err.h"

enum { EG_TASK_SETTINGS_BYTES_MAX = 8192 };

/* A plan of the task with nothing said: no target, sideways, no pacing. */
eg_task_plan eg_task_settings_none(eg_task task);

/* Fills all of `plan` but its task and seat_n. Unknown members are refused, so that a slip of the
 * pen is seen; NULL or null says nothing. Directions 0 up to 360 degrees, distances 1 to 1000 mm,
 * cues 0 to 3600 s in rising order, periods 0.2 to 60 s. Errors: EG_ERR_ARGUMENT. */
EG_NODISCARD eg_err eg_task_settings_read(const json_t *settings, eg_task_plan *plan,
                                          eg_diag *diag);

/* The same from text of `size` bytes; *settings (may be NULL) is the parsed object, the caller's.
 */
EG_NODISCARD eg_err eg_task_settings_parse(const char *text, size_t size, eg_task_plan *plan,
                                           json_t **settings, eg_diag *diag);

#endif
