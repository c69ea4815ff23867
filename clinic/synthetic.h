/* Recordings of people who do not exist, for the demo clinic: core/sim/sway writes what two force
 * plates would have written, and the file goes the way of every uploaded file. */
#ifndef EG_CLINIC_SYNTHETIC_H
#define EG_CLINIC_SYNTHETIC_H

#include "clinic/clinic.h"
#include "clinic/evaluate.h"

typedef struct eg_synthetic_trial {
    const char *sway; /* "young", "older", "stroke" or "seated" */
    uint64_t seed;
    double right_share;  /* of the weight on the right foot */
    const char *vision;  /* "open", "closed" */
    const char *surface; /* "firm", "foam" */
    int trial_no;
    const char *decision; /* "pending", "kept" */
    const char *task;     /* NULL or "": quiet standing; quiet_sitting; weight_shift: sideways */
    const json_t *task_settings; /* of a weight shift: target_mm and period_s; borrowed */
} eg_synthetic_trial;

/* 60 s at 100 Hz as a two-plate text file. The caller frees `*text`. */
EG_NODISCARD eg_err eg_synthetic_file(const eg_synthetic_trial *trial, char **text, size_t *size,
                                      eg_diag *diag);

/* Makes the file, evaluates it and stores it as a recording of the evaluation, marked synthetic. */
EG_NODISCARD eg_err eg_synthetic_record(eg_clinic *clinic, const eg_evaluator *evaluator,
                                        const char *episode_id, const char *evaluation_id,
                                        const eg_synthetic_trial *trial, eg_diag *diag);

#endif
