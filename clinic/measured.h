/* Inside clinic/: what a measure's code stands for, whether it is in knowledge/measures or in the
 * catalogue of balance; and which population's noise applies to a person. */
#ifndef EG_CLINIC_MEASURED_H
#define EG_CLINIC_MEASURED_H

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

#endif
