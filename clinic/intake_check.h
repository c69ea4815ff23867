/* Inside clinic/: what an intake must not say, and the answers in it that nothing else may lift. */
#ifndef EG_CLINIC_INTAKE_CHECK_H
#define EG_CLINIC_INTAKE_CHECK_H

#include "clinic/clinic.h"

/* Red flags and diagnosis marks are those of knowledge; a listed active implant is not denied by
 * implanted_device 0. EG_ERR_DATA with pointer, reason and remedy in `problems`. */
eg_err eg_intake_check(const eg_clinic *clinic, const json_t *body, json_t **problems,
                       eg_diag *diag);

/* Answers what other answers settle: an active implant in the list is implanted_device 1. */
void eg_intake_complete(json_t *body);

/* Is this finding an answer of the intake on which a block of stimulation (S2, S3, S8) hangs? Such
 * an answer is lifted by a changed intake only. */
bool eg_intake_is_safety(const eg_clinic *clinic, const char *finding);

/* The value of such a finding that forbids: 0 where yes is as it should be, else 1. */
double eg_intake_danger(const eg_clinic *clinic, const char *finding);

/* An intake's member at a path such as "conditions.stroke"; NULL if it has none. */
const json_t *eg_intake_at(const json_t *body, const char *path);

/* A value typed for such a finding is an answer of the intake: writes it there as a new version.
 * One that would lift what the intake says is refused: EG_ERR_GUARD. Other findings pass. Inside
 * the caller's transaction. */
eg_err eg_intake_take_typed(eg_clinic *clinic, const json_t *chart, const json_t *finding_value,
                            json_t **problems, eg_diag *diag);

#endif
