/* The parts of the profile "engram"; not for use outside core/balance. */
#ifndef EG_BALANCE_ENGRAM_H
#define EG_BALANCE_ENGRAM_H

#include <math.h>
#include <stdbool.h>

#include "core/balance/emit.h"
#include "core/balance/measures.h"
#include "core/balance/sway.h"

/* Values by measure; those that do not apply to a trial stay unset and are not printed. */
typedef struct eg_measured {
    double value[EG_M_COUNT];
    bool set[EG_M_COUNT];
    const char *note[EG_M_COUNT];
} eg_measured;

static inline void eg_measured_set(eg_measured *measured, eg_balance_measure id, double value) {
    measured->value[id] = value;
    measured->set[id] = true;
}

/* Two axes whose ids follow each other. */
static inline void eg_measured_axes(eg_measured *measured, eg_balance_measure ml_id, double ml,
                                    double ap) {
    eg_measured_set(measured, ml_id, ml);
    eg_measured_set(measured, ml_id + 1, ap);
}

/* The low-pass of the profile and its thinning to at most 100 Hz; see engram.c. */
typedef struct eg_balance_chain {
    double lowpass_hz; /* NaN where the rate does not allow it */
    size_t factor;     /* every factor-th sample is kept */
    double rate_hz;    /* after thinning */
} eg_balance_chain;

eg_balance_chain eg_balance_chain_of(double rate_hz);

/* Filters and thins one axis in place; returns the samples left. */
EG_NODISCARD eg_err eg_balance_chain_run(const eg_balance_chain *chain, double rate_hz, double *x,
                                         size_t *n, eg_arena *arena, eg_diag *diag);

/* Takes a signal on a 25 Hz grid into out[n], by straight lines where samples do not fall on it; a
 * slower signal stays as it is. Returns the samples written. */
#define EG_BALANCE_THIN_HZ 25.0
size_t eg_balance_thin(const double *x, size_t n, double rate_hz, double *out);

/* Copies an axis and bridges its missing samples; returns how many were missing. */
size_t eg_balance_copy_axis(const double *from_mm, size_t n, double divisor, double *to);

/* Load and feet, where the trial has two plates. */
EG_NODISCARD eg_err eg_balance_feet(const eg_cop_trial *trial, eg_arena *arena,
                                    eg_measured *measured, eg_diag *diag);

/* Entropy, fluctuation, recurrence and time to boundary of a centred signal. Entropy, fluctuation
 * and recurrence are refused with a note where more samples than this are left at 25 Hz (10
 * minutes): their cost grows with the square. */
enum { EG_BALANCE_NONLINEAR_MAX = 10 * 60 * 25 + 2 };
EG_NODISCARD eg_err eg_balance_nonlinear(const eg_sway_signal *signal, eg_arena *arena,
                                         eg_measured *measured, eg_diag *diag);
size_t eg_balance_nonlinear_memory(size_t n, double rate_hz);

#endif
