/* Inside the quality gate: what its two files share. */
#ifndef EG_BALANCE_GATE_PART_H
#define EG_BALANCE_GATE_PART_H

#include <stdint.h>

#include "core/balance/gate.h"

/* Why a row is left out of later checks. */
enum {
    ROW_GAP = 1,
    ROW_UNLOADED = 2,
    ROW_HELD = 4,
    ROW_CLIPPED = 8,
    ROW_SPIKE = 16,
    ROW_FOOT = 32
};

typedef struct gate_state {
    const eg_gate_input *input;
    const eg_cop_trial *trial;
    const eg_gate_limits *limits;
    eg_arena *arena;
    eg_gate_report *report;
    size_t n;
    double rate_hz;
    uint8_t *rows;                  /* [n] why each row is left out, 0 if it counts */
    double *scratch;                /* [n] */
    double *scratch2;               /* [n] */
    double *sum_n;                  /* [n] both plates' force, NULL with one plate */
    double fz_median_n;             /* of the net force; NaN without force */
    double dropout_s, dropout_at_s; /* longest stretch without any force that resumes at once */
    uint8_t is_set[EG_GATE_CHECKS];
    eg_gate_finding ignored; /* where a finding goes that does not replace the one before */
} gate_state;

/* Sets the finding of a check; a worse verdict replaces a milder one, an equal one stays. */
eg_gate_finding *gate_set(gate_state *s, eg_gate_check check, eg_gate_verdict verdict,
                          eg_gate_reason reason, double value, double limit);

/* The k-th smallest of values[n], which it reorders; NaN for n = 0. No value is NaN. */
double gate_select(double *values, size_t n, size_t k);

/* The median of those values[n] that are numbers and whose row carries none of the `skip` marks. */
double gate_median(gate_state *s, const double *values, unsigned skip);

size_t gate_samples(const gate_state *s, double seconds);

/* held_samples and saturation (gate_repeats.c). */
void gate_check_repeats(gate_state *s);

/* The checks of gate_signal.c, in their order. */
void gate_check_breaks(gate_state *s); /* gaps that the time does not show */
void gate_check_spikes(gate_state *s);
void gate_check_noise(gate_state *s);
void gate_check_drift(gate_state *s);
void gate_check_transient(gate_state *s);
void gate_check_consistency(gate_state *s);

#endif
