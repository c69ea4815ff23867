/* What was found: every measured or entered value of a chart held against the norm, the other side
 * and its own earlier value, with an ICF qualifier; and what is not known yet but would decide
 * something. This is the list behind the body figure (GET /api/episodes/{id}/findings) and the
 * findings of the report.
 *
 * Severity follows the ICF's generic qualifier (0-4, 5-24, 25-49, 50-95, 96-100 % of a problem)
 * where a percentage has a meaning: a share of the instrument's range, of the norm's value or of
 * the other side. Where it has none (a time, a velocity) a value outside its norm is "outside the
 * norm, not graded" (ICF qualifier 8, not specified). A value without any norm is *unknown* with
 * the same qualifier and says so: that nobody was measured does not make it as it should be. */
#ifndef EG_CLINIC_APPRAISAL_H
#define EG_CLINIC_APPRAISAL_H

#include "clinic/clinic.h"

/* `chart` as eg_chart_load gives it, `derived` as eg_derive does. A new array, worst first, then
 * unknowns, then what is as it should be:
 *   {name, meaning, code?, value|null, value_text, unknown: bool, unit, side|null, date,
 *    source: {kind: measure|date|intake|goal|session|typed|rule|none, entry_id?, document_id?, at,
 *             text},
 *    norm?: {low, high, text, source, status}, no_norm?: "no norm for this condition: why",
 *    side_to_side?: {other, difference, percent, text}, change?: {from, to, verdict, text},
 * percent|null, severity: none|mild|moderate|severe|complete|outside|unknown, icf: {code,
 * qualifier}, regions: [ids of the body figure], entry_page, used_by: [rule ids], relevant: bool
 * (one of them concerns this person), text} `name` is the finding's name in knowledge/findings.json
 * where rules know it, otherwise the measure's code and side. Errors: EG_ERR_MEMORY. */
eg_err eg_appraise(const eg_clinic *clinic, const json_t *chart, const json_t *derived,
                   json_t **findings, eg_diag *diag);

#endif
