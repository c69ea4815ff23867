/* The Today page: who is being treated, and what is due. */
#ifndef EG_CLINIC_TODAY_H
#define EG_CLINIC_TODAY_H

#include "clinic/clinic.h"

/* {date, visits: [{episode_id, person, title, state, next, chips, trend?}], due: [{episode_id,
 * person, code, what, due_on, overdue, action: {page}}], notices: [{kind, text, episode_id?}]} over
 * every open episode of the site. Due: a plan or report to sign, a progress report by treatment day
 * 10, re-evaluation, the plan's end, goals past their date, a red flag to release. */
eg_err eg_today(eg_clinic *clinic, json_t **today, eg_diag *diag);

#endif
