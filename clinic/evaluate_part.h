/* Inside clinic/evaluate: what its files share. */
#ifndef EG_CLINIC_EVALUATE_PART_H
#define EG_CLINIC_EVALUATE_PART_H

#include <jansson.h>

#include "clinic/evaluate.h"
#include "core/balance/gate.h"
#include "io/format/map.h"

enum { EVALUATE_SIGNALS_MAX = 40, EVALUATE_MAPS_MAX = 256 };

struct eg_evaluator {
    size_t n_maps;
    eg_map *maps; /* [EVALUATE_MAPS_MAX], owned */
    eg_gate_limits limits;
    double icc_show_least; /* measures that repeat worse are shown only on request */
    json_t *norms;         /* array of all entries in knowledge/balance, owned */
};

struct eg_evaluation {
    const eg_evaluator *evaluator; /* borrowed: outlives the evaluation */
    eg_evaluate_options options;
    eg_map map;
    char file[4096]; /* how the output names the recording */
    char name[96], sha256[65], format[32];
    double *signals[EVALUATE_SIGNALS_MAX]; /* what trial and gate point to, owned */
    size_t n_signals;
    eg_cop_trial trial;
    eg_gate_input gate_input;
    eg_gate_report gate;
    eg_balance_result result;
    eg_err result_err; /* why there are no values */
    eg_diag result_diag;
    size_t n_warnings;
    char warnings[EG_RECORDING_WARNINGS_MAX + 1][256];
};

/* Fills trial and gate_input from the recording by e->map. */
EG_NODISCARD eg_err evaluate_make_trial(eg_evaluation *e, const eg_recording *recording,
                                        eg_diag *diag);

/* What is known of a measure's noise and norm under the evaluation's condition. */
typedef struct measure_knowledge {
    const json_t *reference;   /* band and reliability for the condition; NULL if none fits */
    const json_t *reliability; /* reliability alone; NULL if none fits */
    const char *why_not;       /* static: why no norm is shown; NULL if one is */
} measure_knowledge;

measure_knowledge evaluate_find_knowledge(const eg_evaluation *e, const char *code);

/* "spectrum": {"f_hz", "ml", "ap"} of the trace, or null for a trial that is too short. */
void evaluate_write_spectrum(const eg_evaluation *e, eg_json_writer *json);

#endif
