/* From a dynamometer's recording to numbers: which column is the force or torque, its unit, every
 * contraction with its measures and flags, what the contractions say together, torque at a lever
 * with the limb's weight, and the published values for the movement. */
#ifndef EG_CLINIC_STRENGTH_H
#define EG_CLINIC_STRENGTH_H

#include <jansson.h>

#include "clinic/knowledge.h"
#include "core/base/err.h"
#include "core/strength/trace.h"
#include "io/format/recording.h"

typedef struct eg_strength_options {
    const char *column; /* NULL: the only one that is a force or torque */
    const char *unit;   /* NULL: as the file says */
    double rate_hz;     /* NaN: as the file says */
    double window_s;    /* of the mean */
    double rest;        /* reading with the limb relaxed, N or N m; taken off. 0 */
    double lever_m;     /* NaN: no torque from force */
    double gravity_n_m; /* added to the torque; 0 */
    double mass_kg;     /* of the person, NaN if unknown */
    bool all;           /* impulses and steps too */
    /* For published values; NULL, NaN and 0 if unknown. */
    const char *measure; /* id of knowledge/measures: "force.grip" */
    double age_years;
    char sex; /* 'M', 'F' or 0 */
} eg_strength_options;

eg_strength_options eg_strength_defaults(void);

/* A new object:
 *   {"column", "quantity": "force|torque", "unit", "rate_hz", "inverted": bool,
 *    "trials": [{"onset_s", "peak_s", "end_s", "flags": [{"flag", "text"}],
 *                "measures": [{"code", "name", "value", "unit", "better"}]}],
 *    "flags": [{"flag", "text"}],      what concerns the contractions together
 *    "measures": [...],                of the contractions together
 *    "published": [{"id", "kind", "value", "low", "high", "sd", "unit", "population", "use",
 *                   "measured", "source", "status"}], "warnings": [text]}
 * Values that are not known are null and a flag says why. `knowledge` may be NULL: no published
 * values. Errors: EG_ERR_LAYOUT (which column?), EG_ERR_DATA (units, gaps, no contraction),
 * EG_ERR_ARGUMENT, EG_ERR_MEMORY. */
EG_NODISCARD eg_err eg_strength_evaluate(const eg_knowledge *knowledge,
                                         const eg_recording *recording,
                                         const eg_strength_options *options, json_t **result,
                                         eg_diag *diag);

/* The peaks of all trials of results[n], put together: {"together": true, "n", "sets": [{"side",
 * "best", ...}], "lsi"}. sides[n]: 0 not said, 1 involved, 2 uninvolved. */
EG_NODISCARD eg_err eg_strength_together(json_t *const *results, const int *sides, size_t n,
                                         json_t **together, eg_diag *diag);

#endif
