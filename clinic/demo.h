/* The demo clinic: six invented people at different stages of care, made by running the steps of
 * clinic/demo/people.json through the same functions as a therapist's clicks. Recordings are
 * synthesised by core/sim/sway and marked so. */
#ifndef EG_CLINIC_DEMO_H
#define EG_CLINIC_DEMO_H

#include "clinic/clinic.h"
#include "clinic/evaluate.h"
#include "io/embed.h"

/* Fills an empty store. `files` holds "clinic/demo/people.json" (eg_embedded_files). The clock of
 * each step is the step's own day and hour, so that the course of care lies in the past as it was:
 * on working days of the clinic's time zone, the newest the last one that is over.
 * EG_ERR_CONFLICT: the store holds people already. Other errors name the person and the step.
 * Cost: about a second. */
EG_NODISCARD eg_err eg_demo_fill(eg_clinic *clinic, const eg_evaluator *evaluator,
                                 const eg_embedded *files, eg_diag *diag);

#endif
