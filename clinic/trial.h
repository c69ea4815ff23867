/* Balance recordings in a chart: the file as it came is stored, evaluated, and can be evaluated
 * again from its bytes at any time, so that every number opens the samples that it came from. */
#ifndef EG_CLINIC_TRIAL_H
#define EG_CLINIC_TRIAL_H

#include "clinic/clinic.h"
#include "clinic/evaluate.h"
#include "clinic/task_settings.h"

/* The measure under which the person's height is typed in, in cm; the sensory ratios need it. */
#define EG_TRIAL_HEIGHT "body.height"

/* A file to be stored. Texts are borrowed; NULL takes the default in brackets. */
typedef struct eg_trial_file {
    const char *name; /* of the file */
    const void *bytes;
    size_t size;
    const char *task;            /* see clinic/schema/recording.json [quiet_standing] */
    const json_t *task_settings; /* see task_settings.h [none] */
    const json_t *condition; /* {posture, vision, surface, stance}, words as in evaluate.h [none] */
    double height_m;         /* of the person; 0: the newest one entered in the episode; without
                                any there are no sensory ratios */
    double mass_kg;          /* of the person; 0: not known */
    int trial_no;            /* from 1 */
    const char *recorded_on; /* local date [today] */
    const char *decision;    /* [pending] */
    const char *layout_id;   /* a saved layout (layouts.h), or "none" [the one of its header] */
    const json_t *layout; /* {id, version, name, map}: the one a stored recording was read with */
    bool is_synthetic;
} eg_trial_file;

/* Reads, evaluates and stores the file as a recording of an evaluation (`evaluation_id` may be
 * NULL). The person's age decides which norms are shown. Errors: of eg_recording_parse and
 * eg_evaluate_balance (EG_ERR_LAYOUT where nobody says what the columns are), of
 * eg_document_create; EG_ERR_ARGUMENT for a task, setting or word of the condition that is not
 * known. */
EG_NODISCARD eg_err eg_trial_store(eg_clinic *clinic, const eg_evaluator *evaluator,
                                   const char *episode_id, const char *evaluation_id,
                                   const eg_trial_file *file, json_t **document, json_t **problems,
                                   eg_diag *diag);

/* Evaluates bytes that are not kept; `person_id` NULL: nothing is known about the person. */
EG_NODISCARD eg_err eg_trial_inspect(eg_clinic *clinic, const eg_evaluator *evaluator,
                                     const eg_trial_file *file, const char *person_id, bool all,
                                     eg_evaluation **evaluation, eg_diag *diag);

/* Evaluates a stored recording again. `all` shows the poorly reliable measures too. The caller
 * destroys *evaluation. EG_ERR_NOT_FOUND: the document is not a recording. */
EG_NODISCARD eg_err eg_trial_evaluate(eg_clinic *clinic, const eg_evaluator *evaluator,
                                      const json_t *document, bool all, eg_evaluation **evaluation,
                                      eg_diag *diag);

/* Measures a stored recording again with other settings of its task (NULL: the same) and another
 * height of the person (0: the same) and writes the result as a new version; `version` is the one
 * that was seen. Settings of a kept recording stay (EG_ERR_GUARD): its findings may have been used.
 * Errors: of eg_trial_inspect; EG_ERR_CONFLICT, EG_ERR_NOT_FOUND. */
EG_NODISCARD eg_err eg_trial_remeasure(eg_clinic *clinic, const eg_evaluator *evaluator,
                                       const char *id, int32_t version, const json_t *settings,
                                       double height_m, json_t **document, json_t **problems,
                                       eg_diag *diag);

/* What eg_evaluation_write or eg_evaluation_write_trace say, as a value. NULL: out of memory. */
json_t *eg_trial_result(const eg_evaluation *evaluation);
json_t *eg_trial_trace(const eg_evaluation *evaluation, size_t n_points);

#endif
