/* From a recording to a verdict and numbers: column map, trial, quality gate, measures, norms and
 * noise, in one step. The command line and the server print the same object.
 *
 * Threads: an evaluator is constant once made and may be shared; an evaluation belongs to its
 * caller. */
#ifndef EG_CLINIC_EVALUATE_H
#define EG_CLINIC_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/balance/profile.h"
#include "core/balance/task_trial.h"
#include "core/balance/trial.h"
#include "core/base/err.h"
#include "io/embed.h"
#include "io/format/infer.h"
#include "io/format/recording.h"
#include "io/json/write.h"

/* What evaluations need of knowledge/: column maps, the gate's limits, norms and reliability. */
typedef struct eg_evaluator eg_evaluator;

/* What one trial became. */
typedef struct eg_evaluation eg_evaluation;

typedef struct eg_evaluate_options {
    eg_balance_profile profile;
    eg_task_plan plan;              /* the task and what it asked; its seat_n is not read */
    bool all;                       /* poorly reliable and nonlinear measures too */
    eg_balance_condition condition; /* what the file does not say */
    double mass_kg;                 /* of the person, NaN if unknown */
    double height_m;                /* NaN if unknown */
    double age_years;               /* NaN if unknown: no norm is shown then */
    char subject[96];               /* who was measured, as the table of cases says; "": unknown */
    const char *file;               /* how the output names the recording, NULL: its own name */
    const char *condition_from;     /* static: where person and condition come from, NULL: unsaid */
    const char *map_json;           /* a column map as JSON text, NULL to recognise the layout */
    const char *map_name;           /* the map's file, for messages; NULL if map_json is */
    eg_infer_axes axes; /* the plate's axes to the right and the front; 0: the file must say it */
} eg_evaluate_options;

/* The engram profile, quiet standing, nothing known about person and condition. */
eg_evaluate_options eg_evaluate_defaults(void);

/* Words of the command line and the API: "standing", "open", "firm", "apart" ... ("unknown" too).
 * Return false for any other word. */
bool eg_condition_set_posture(eg_balance_condition *condition, const char *word);
bool eg_condition_set_vision(eg_balance_condition *condition, const char *word);
bool eg_condition_set_surface(eg_balance_condition *condition, const char *word);
bool eg_condition_set_stance(eg_balance_condition *condition, const char *word);

/* `files` is eg_embedded_files; a table without knowledge gives EG_ERR_MISSING. */
EG_NODISCARD eg_err eg_evaluator_create(const eg_embedded *files, eg_evaluator **evaluator,
                                        eg_diag *diag);
void eg_evaluator_destroy(eg_evaluator *evaluator); /* NULL is fine */

/* Evaluates a balance trial. The evaluation copies what it needs; the recording may be destroyed.
 * Errors: EG_ERR_LAYOUT where neither a map nor the header says what the
 * columns are or at which rate they were recorded (diag says what is open), EG_ERR_DATA where a map
 * contradicts the file, EG_ERR_MISSING where there is no centre of pressure or no rate,
 * EG_ERR_RANGE, EG_ERR_MEMORY, EG_ERR_ARGUMENT where task, profile and condition contradict. A
 * trial that fails the gate is not an error, nor one whose task lacks what it needs: that one has
 * no values, and eg_evaluation_problem says why. */
EG_NODISCARD eg_err eg_evaluate_balance(const eg_evaluator *evaluator,
                                        const eg_recording *recording,
                                        const eg_evaluate_options *options,
                                        eg_evaluation **evaluation, eg_diag *diag);
void eg_evaluation_destroy(eg_evaluation *evaluation); /* NULL is fine */

/* Nothing in the quality gate failed: values may be shown to a clinician. */
bool eg_evaluation_is_clinical(const eg_evaluation *evaluation);

/* "ok", "warn" or "fail": the worst verdict of the gate. */
const char *eg_evaluation_verdict(const eg_evaluation *evaluation);

eg_task eg_evaluation_task(const eg_evaluation *evaluation);

/* The trial's samples; owned by the evaluation. */
const eg_cop_trial *eg_evaluation_trial(const eg_evaluation *evaluation);
/* NULL where none could be computed; eg_evaluation_problem says why then, else it is NULL. */
const eg_balance_result *eg_evaluation_values(const eg_evaluation *evaluation);
const char *eg_evaluation_problem(const eg_evaluation *evaluation);

/* Whether value `index` is printed: under the engram profile without `all`, measures of standing
 * whose repeatability is poor (ICC below knowledge/gates' icc_show_least) are not. Where none is
 * known for just this condition and duration, the lowest of those that it can be counts. */
bool eg_evaluation_shows(const eg_evaluation *evaluation, size_t index);

/* Writes the object of `engram measure balance --json`: {"file", "sha256", "format", "map",
 * "map_title", "map_source": "given", "ready" or "header", "profile", "task", "task_detail",
 * "clinical", "verdict", "duration_s", "rate_hz", "samples", "analysed", "condition", "quality":
 * [{"check", "verdict", "detail"}], "measures": [{"code", "name", "value", "unit", "better", ...,
 * "no_norm", "no_mdc"}], "hidden": number of measures that only `all` shows,
 * "hidden_reason", "warnings"}. Under the
 * engram profile a trial that fails the gate has null values and "withheld": true. */
void eg_evaluation_write(const eg_evaluation *evaluation, eg_json_writer *json);

/* Writes the object of GET /api/recordings/{id}/trace; at most `n_points` points, each the mean of
 * its share of samples. */
void eg_evaluation_write_trace(const eg_evaluation *evaluation, size_t n_points,
                               eg_json_writer *json);

#endif
