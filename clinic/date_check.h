/* Dates of a document against the clinic's calendar day, the person's birth and each other. What
 * has happened lies neither in the future nor before the person was born; nothing lies before 1900;
 * what follows something else is not dated before it. */
#ifndef EG_CLINIC_DATE_CHECK_H
#define EG_CLINIC_DATE_CHECK_H

#include "clinic/clinic.h"

/* `body` of `kind` in an episode's chart (see chart.h); `old` is the body it amends, NULL for a new
 * document: a date that stays as it was is not questioned again. EG_ERR_DATA and one problem
 * {pointer, reason, remedy} for the first date that cannot be. */
eg_err eg_date_check(const eg_clinic *clinic, const json_t *chart, const char *kind,
                     const json_t *old, const json_t *body, json_t **problems, eg_diag *diag);

/* A date of birth: not in the future, no more than 130 years ago. */
eg_err eg_date_check_birth(const eg_clinic *clinic, const json_t *person, json_t **problems,
                           eg_diag *diag);

#endif
