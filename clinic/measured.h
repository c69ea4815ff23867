/* Inside clinic/: what a measure's code stands for, whether it is in knowledge/measures or in the
 * catalogue of balance; and which population's noise applies to a person. */
#ifndef EG_CLINIC_MEASURED_H
#define EG_CLINIC_MEASURED_H

#include "clinic/change.h"
#include "clinic/clinic.h"
#include "core/base/measure.h"

typedef struct eg_measured {
    const char *name; /* the code itself if it is not known; borrowed */
    const char *unit; /* "" if not known */
    eg_better better;
    bool known;
} eg_measured;

void eg_measured_find(const eg_clinic *clinic, const char *code, eg_measured *measure);

/* The group of norms for the chart's person by the conditions of the intake: "stroke",
 * "parkinson" ...; "" if none is marked. */
const char *eg_measured_group(const json_t *chart);

/* The chart's person on a day ("2026-03-02"; "" is today at the site): group, age, and for a stroke
 * the days since onset. `side` is kept as it is; borrowed, like the group. */
eg_change_person eg_measured_person(const eg_clinic *clinic, const json_t *chart, const char *side,
                                    const char *date);

#endif
