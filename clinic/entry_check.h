/* Inside clinic/: is an entry's value one that its measure can have? */
#ifndef EG_CLINIC_ENTRY_CHECK_H
#define EG_CLINIC_ENTRY_CHECK_H

#include "clinic/clinic.h"

/* The code is in knowledge/measures (or the entry names its recording), the side fits the measure,
 * value and angles lie in its range and in order, items are those of its instrument, in their
 * ranges and steps, and add up to the total where all are given. EG_ERR_DATA with pointer, reason
 * and remedy in `problems`. Nothing is checked without knowledge. */
eg_err eg_entry_check(const eg_clinic *clinic, const json_t *body, json_t **problems,
                      eg_diag *diag);

/* Does it hold a number: a value, an angle, the score of an item? */
bool eg_entry_is_measured(const json_t *body);

#endif
