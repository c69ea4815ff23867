/* What several trials of one person say together: Romberg quotients, the foam quotient, sensory
 * ratios and the composite of four conditions (core/balance/pair.h), from files evaluated now or
 * from the kept recordings of a chart, with the norm band where there is one. */
#ifndef EG_CLINIC_PAIR_H
#define EG_CLINIC_PAIR_H

#include "clinic/clinic.h"
#include "clinic/evaluate.h"

enum { EG_PAIR_TRIALS_MAX = 64 };

/* Whether trials are compared by this measure of theirs. */
bool eg_pair_needs(const char *code);

/* Compares trials evaluated now. A new object {"profile", "trials": [{file, subject, posture,
 * vision, surface, duration_s}], "left_out": [{file, reason}], "warnings": [text], "measures":
 * [{code, name, value, unit, better, norm | no_norm, no_mdc}], "without_height": [{code, name,
 * unit}]}, the last what the person's height would add. Left out, with the reason, are trials that
 * failed their gate, are no quiet stance or whose surface or vision is unknown, and those of
 * another person or duration than the first that is compared: sway grows with duration. Where it is
 * unknown whose a trial is, a warning says so. `age_years` decides about the norm; NaN: the age of
 * the first. Errors: EG_ERR_ARGUMENT where posture or stance differ, EG_ERR_LIMIT, EG_ERR_MEMORY.
 */
EG_NODISCARD eg_err eg_pair_compare(const eg_evaluator *evaluator,
                                    const eg_evaluation *const *evaluations, size_t n,
                                    double age_years, json_t **compared, eg_diag *diag);

/* The same for each evaluation of the chart with kept recordings of quiet standing or sitting: a
 * new array of {"evaluation_id", "date", "task", "posture", "stance", "where", "recording_ids",
 * "measures", "without_height"}, one for each posture, stance and duration, those without any
 * measure left out. Errors: EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_pair_of_chart(const eg_clinic *clinic, const json_t *chart, json_t **groups,
                                     eg_diag *diag);

#endif
