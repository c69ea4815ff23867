/* Published values for a movement: what is normal for this person's age and sex, and how large a
 * change is noise for this rater and device. */
#ifndef EG_CLINIC_MOTION_NORM_H
#define EG_CLINIC_MOTION_NORM_H

#include <jansson.h>

#include "clinic/change.h"
#include "clinic/knowledge.h"

typedef struct eg_motion_person {
    double age_years; /* NaN: not known */
    const char *sex;  /* "F", "M", NULL */
} eg_motion_person;

/* The "norm" of a study's value for "rom.knee.flexion.passive": rows of this age and sex first,
 * then the conventional one; NULL where there is none. A new object. */
json_t *eg_motion_norm(const eg_knowledge *knowledge, const char *measure,
                       const eg_motion_person *person);

/* The smallest detectable change for this rater ("same", "different", NULL: not said) and device
 * (words of it: "inclinometer"; NULL). Rows of another rater or device do not count; where rater or
 * device are not said, the largest. Gives the row, borrowed; NULL where nobody has measured it.
 * `noise` (95 %) may be held against a change by eg_change_judge. */
json_t *eg_motion_noise(const eg_knowledge *knowledge, const char *measure, const char *rater,
                        const char *device, eg_change_noise *noise);

#endif
