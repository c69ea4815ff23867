/* What is published about a measure, and what a test asks for: knowledge/ for a study. */
#ifndef EG_CLINIC_STUDY_PUBLISHED_H
#define EG_CLINIC_STUDY_PUBLISHED_H

#include "clinic/study.h"

/* What was measured, in a unit; NaN if it is no quantity of that unit. */
typedef double eg_study_reading(const void *context, const char *unit);

/* Rows of knowledge/norms that speak about `measure` and a person of the call's age and sex (those
 * without either where the call has none); `reading` stands beside the rows that are a level (norm,
 * cutoff). An empty list without knowledge; NULL without memory. */
json_t *eg_study_published(const eg_study_call *call, const char *measure,
                           eg_study_reading *reading, const void *context);

/* The number of knowledge/protocols; NaN without it. */
double eg_study_protocol(const eg_study_call *call, const char *id);

#endif
