/* Findings of a chart: what the rule engine reasons over, each with where it came from. */
#ifndef EG_CLINIC_DERIVE_H
#define EG_CLINIC_DERIVE_H

#include "clinic/clinic.h"

/* {findings: {name: number}, sources: {name: {kind: measure|date|intake|goal|session|typed|rule|
 * none, entry_id?, document_id?, at, text}}} for every finding of knowledge/findings.json. A
 * finding that cannot be known is absent from `findings` and has source kind "none" (with the page
 * where it is entered). A typed value wins over a derived one unless the derived one is newer. */
eg_err eg_derive(const eg_clinic *clinic, const json_t *chart, json_t **derived, eg_diag *diag);

/* The same for a session: vital signs and pain are those of `check_in` only (a session's check_in),
 * not the older ones of the chart. `check_in` may be NULL. */
eg_err eg_derive_for_session(const eg_clinic *clinic, const json_t *chart, const json_t *check_in,
                             json_t **derived, eg_diag *diag);

#endif
