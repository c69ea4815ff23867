/* The numbers of one balance trial. A profile decides what is computed and how:
 *
 *   engram       our own definitions (millimetres, UCUM units, codes of eg_balance_measures)
 *   quijoux2021  the 72 variables of Quijoux et al. 2021, under their names, in centimetres
 *   duarte       the variables of Duarte's BMC functions and his published ones, in centimetres
 *
 * Peers disagree about most of them; docs/reference/balance.md says how and by how much. */
#ifndef EG_BALANCE_PROFILE_H
#define EG_BALANCE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/balance/trial.h"
#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/measure.h"

typedef enum eg_balance_profile {
    EG_BALANCE_ENGRAM,
    EG_BALANCE_QUIJOUX2021,
    EG_BALANCE_DUARTE
} eg_balance_profile;

enum {
    EG_BALANCE_VALUES_MAX = 160,      /* variables that any profile can print */
    EG_BALANCE_SAMPLES_MIN = 200,     /* fewer samples make no trial */
    EG_BALANCE_SAMPLES_MAX = 1 << 20, /* more than 17 minutes at 1000 Hz make no trial either */
    EG_BALANCE_ALL = 1                /* flag: nonlinear and poorly reliable measures too */
};

/* One variable. */
typedef struct eg_balance_value {
    const char *code; /* static; under a peer's profile the peer's own name */
    const char *unit; /* static; UCUM, under a peer's profile the peer's unit */
    double value;     /* NaN where it cannot be computed */
    const char *note; /* static; why it is NaN, or what to know about it; NULL if nothing */
} eg_balance_value;

/* All variables in the profile's documented order, and how they were obtained. */
typedef struct eg_balance_result {
    eg_balance_profile profile;
    size_t count;
    eg_balance_value values[EG_BALANCE_VALUES_MAX];
    double duration_s; /* (samples - 1) / rate of the signal that was analysed */
    double rate_hz;    /* of the analysed signal: after resampling, if the profile resamples */
    double lowpass_hz; /* NaN where the signal was not filtered */
    int lowpass_order; /* effective order of the zero-lag filter; 0 where none */
    size_t bridged;    /* samples that were missing and were bridged (or dropped, quijoux2021) */
} eg_balance_result;

/* "engram", "quijoux2021", "duarte" and back. Find returns false for any other name. */
bool eg_balance_profile_find(const char *name, eg_balance_profile *profile);
const char *eg_balance_profile_name(eg_balance_profile profile);

/* Bytes of arena that eg_balance_compute needs at most for a trial of n samples at rate_hz; below
 * 2 MB for 60 s at 100 Hz; 0 where it will answer EG_ERR_RANGE. */
size_t eg_balance_memory(size_t n, double rate_hz, eg_balance_profile profile, uint32_t flags);

/* Computes every variable of the profile. `arena` gives the working memory and has it back at
 * return; nothing in `result` points into it. Missing COP samples (NaN) are bridged in a straight
 * line; quality is the gate's business (gate.h), not this function's.
 * Errors: EG_ERR_RANGE for a trial shorter or longer than the limits above or for a rate outside
 * 5..10000 Hz, EG_ERR_MISSING where more than half of the COP samples are missing, EG_ERR_MEMORY
 * for an arena smaller than eg_balance_memory. Cost: about 1 ms for 60 s at 100 Hz, 20 ms with
 * EG_BALANCE_ALL. */
EG_NODISCARD eg_err eg_balance_compute(const eg_cop_trial *trial, eg_balance_profile profile,
                                       uint32_t flags, eg_arena *arena, eg_balance_result *result,
                                       eg_diag *diag);

/* The value with this code, or NULL. */
const eg_balance_value *eg_balance_find(const eg_balance_result *result, const char *code);

/* Every measure of the profile "engram", in the order in which it prints them; those that need two
 * plates or several trials (load.*, romberg.*, sensory.*) included. */
extern const eg_measure_table eg_balance_measures;

/* True for a measure that the profile "engram" prints only with EG_BALANCE_ALL: the nonlinear ones
 * and those that repeat poorly from trial to trial. */
bool eg_balance_measure_is_extra(const char *code);

#endif
