/* Inside clinic/evaluate: what its files share. */
#ifndef EG_CLINIC_EVALUATE_PART_H
#define EG_CLINIC_EVALUATE_PART_H

#include <jansson.h>

#include "clinic/evaluate.h"
#include "core/balance/gate.h"
#include "core/balance/task_trial.h"
#include "io/format/map.h"

enum { EVALUATE_SIGNALS_MAX = 40, EVALUATE_MAPS_MAX = 256 };

/* How the gate and the output treat a task; texts are borrowed from `entries`. */
typedef struct evaluator_task {
    eg_gate_limits limits;
    uint32_t exempt;     /* see eg_gate_input */
    const char *no_norm; /* why no norm is shown; NULL where there are norms */
    const char *no_mdc;  /* why its noise is not known; NULL where it is */
} evaluator_task;

struct eg_evaluator {
    size_t n_maps;
    eg_map *maps;          /* [EVALUATE_MAPS_MAX], owned */
    eg_gate_limits limits; /* of quiet standing */
    double icc_show_least; /* measures that repeat worse are shown only on request */
    json_t *norms;         /* array of all entries in knowledge/balance, owned */
    json_t *entries;       /* array of all entries in knowledge/tasks, owned */
    evaluator_task tasks[EG_TASKS];
};

struct eg_evaluation {
    const eg_evaluator *evaluator; /* borrowed: outlives the evaluation */
    eg_evaluate_options options;
    eg_map map;
    const char *map_source; /* static: "given", "ready" or "header" */
    char file[4096];        /* how the output names the recording */
    char name[96], sha256[65], format[32];
    double *signals[EVALUATE_SIGNALS_MAX]; /* what trial and gate point to, owned */
    size_t n_signals;
    eg_cop_trial trial;
    eg_gate_input gate_input;
    eg_gate_report gate;
    eg_task_plan plan;
    eg_task_detail detail; /* of a task that is not quiet */
    size_t n_excursions;   /* limits of stability: found in the trace */
    eg_excursion excursions[EG_TASK_EXCURSIONS_MAX];
    eg_balance_result result;
    eg_err result_err; /* why there are no values */
    eg_diag result_diag;
    size_t n_warnings;
    char warnings[EG_RECORDING_WARNINGS_MAX + EG_INFER_NOTES_MAX][256];
};

/* Reads knowledge/tasks into evaluator->tasks; evaluator->limits must be there. Errors:
 * EG_ERR_MISSING for a task without an entry, EG_ERR_DATA for an unknown check or limit. */
EG_NODISCARD eg_err evaluate_read_tasks(eg_evaluator *evaluator, eg_diag *diag);

/* Makes posture and stance of the trial those of its task. EG_ERR_ARGUMENT if they contradict. */
EG_NODISCARD eg_err evaluate_apply_task(eg_evaluation *e, eg_diag *diag);

/* "task_detail": reaches, rise or hold behind the measures; nothing for quiet tasks. */
void evaluate_write_task(const eg_evaluation *e, eg_json_writer *json);

/* "excursions" of limits of stability, found in the trace for a person to check. */
void evaluate_write_excursions(const eg_evaluation *e, eg_json_writer *json);

/* Why a change of no measure of this task can be judged; NULL where some can. */
const char *evaluate_why_never_mdc(const eg_evaluation *e);

/* Fills trial and gate_input from the recording by e->map. */
EG_NODISCARD eg_err evaluate_make_trial(eg_evaluation *e, const eg_recording *recording,
                                        eg_diag *diag);

/* What is known of a measure's noise and norm under the evaluation's condition. */
typedef struct measure_knowledge {
    const json_t *reference;   /* band and reliability for the condition; NULL if none fits */
    const json_t *reliability; /* reliability alone; NULL if none fits */
    const char *why_not;       /* static: why no norm is shown; NULL if one is */
    const char *why_no_mdc;    /* static: why its noise is not known; NULL if it is */
} measure_knowledge;

measure_knowledge evaluate_find_knowledge(const eg_evaluation *e, const char *code);

/* The ICC(2,1) that decides whether a measure of standing is shown: the one known for the trial's
 * condition, else the lowest of the conditions that it can be (what is unknown of it, and its
 * duration, left open). NaN where no condition's is known, and in sitting, of which standing says
 * nothing. `is_borrowed` (may be NULL): it is not of the trial's own condition and duration. */
double evaluate_find_icc(const eg_evaluation *e, const char *code, bool *is_borrowed);

/* "spectrum": {"f_hz", "ml", "ap"} of the trace, or null for a trial that is too short. */
void evaluate_write_spectrum(const eg_evaluation *e, eg_json_writer *json);

#endif
