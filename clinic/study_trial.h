/* Recordings of any study in a chart: looked at first, then kept as they came, and measured again
 * from their bytes at any time. The same for a file that nobody keeps. Balance has trial.h. */
#ifndef EG_CLINIC_STUDY_TRIAL_H
#define EG_CLINIC_STUDY_TRIAL_H

#include "clinic/clinic.h"
#include "clinic/evaluate.h"
#include "clinic/study.h"

/* A file and how it shall be measured. Everything is borrowed; NULL takes what stands in [ ]. */
typedef struct eg_study_file {
    const char *name;
    const void *bytes;
    size_t size;
    const char *study;        /* [the one that suits best] */
    const json_t *options;    /* of the study [those remembered for such a file, else none] */
    const json_t *channels;   /* see channel_map.h [those remembered, else none] */
    const json_t *references; /* ids of recordings of the episode [none] */
    int trial_no;             /* from 1 */
    const char *recorded_on;  /* local date [today] */
    const char *decision;     /* [pending] */
    size_t n_points;          /* of the traces; 0: none */
} eg_study_file;

/* What the file holds and what was measured, nothing kept: {"name", "preview": see preview.h,
 * "studies": [{"name", "title", "suits": 0-2}], "balance": whether it is a force plate's
 * (`evaluator` NULL: not asked), "study": name|null, "settings": {"options",
 * "channels", "references"}, "saved": {"id", "name"}|null, "result"|null, "problem": {"code",
 * "where", "message"}|null}. `episode_id` NULL: nothing is known about the person. Options that say
 * age, sex, height or mass are filled in from the chart. A study that refuses the file is told in
 * `problem`. Errors: of eg_recording_parse; EG_ERR_ARGUMENT (no such study), EG_ERR_NOT_FOUND. */
EG_NODISCARD eg_err eg_study_trial_look(eg_clinic *clinic, const eg_evaluator *evaluator,
                                        const char *episode_id, const eg_study_file *file,
                                        json_t **answer, eg_diag *diag);

/* Measures and stores as a recording of an evaluation (may be NULL). What the study refuses is an
 * error here, and nothing is stored. */
EG_NODISCARD eg_err eg_study_trial_store(eg_clinic *clinic, const char *episode_id,
                                         const char *evaluation_id, const eg_study_file *file,
                                         json_t **document, json_t **problems, eg_diag *diag);

/* The same object as eg_study_trial_look for a stored recording, measured again from its bytes.
 * EG_ERR_NOT_FOUND: it is no recording of a study. */
EG_NODISCARD eg_err eg_study_trial_read(eg_clinic *clinic, const json_t *document, size_t n_points,
                                        json_t **answer, eg_diag *diag);

/* Measures a stored recording with other settings {"name"?, "options", "channels", "references"}
 * and writes a new version. A kept one stays as it is (EG_ERR_GUARD). */
EG_NODISCARD eg_err eg_study_trial_remeasure(eg_clinic *clinic, const char *id, int32_t version,
                                             const json_t *settings, json_t **document,
                                             json_t **problems, eg_diag *diag);

#endif
