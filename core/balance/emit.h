/* How the profiles write their results; not for use outside core/balance. */
#ifndef EG_BALANCE_EMIT_H
#define EG_BALANCE_EMIT_H

#include "core/balance/profile.h"
#include "core/base/check.h"

static inline void eg_balance_emit(eg_balance_result *result, const char *code, const char *unit,
                                   double value) {
    EG_ASSERT(result->count < EG_BALANCE_VALUES_MAX);
    result->values[result->count++] = (eg_balance_value){code, unit, value, NULL};
}

/* The net COP in a profile's unit, missing samples bridged, and its regular grid of time. */
typedef struct eg_balance_input {
    const eg_cop_trial *trial;
    uint32_t flags;
    double *ml; /* [n] mm or, for a peer, cm */
    double *ap; /* [n] */
    size_t n;
} eg_balance_input;

EG_NODISCARD eg_err eg_balance_engram(const eg_balance_input *input, eg_arena *arena,
                                      eg_balance_result *result, eg_diag *diag);
EG_NODISCARD eg_err eg_balance_quijoux(const eg_balance_input *input, eg_arena *arena,
                                       eg_balance_result *result, eg_diag *diag);
EG_NODISCARD eg_err eg_balance_duarte(const eg_balance_input *input, eg_arena *arena,
                                      eg_balance_result *result, eg_diag *diag);

/* Their working memory in bytes, the input's arrays not counted. */
size_t eg_balance_engram_memory(size_t n, double rate_hz, uint32_t flags);
size_t eg_balance_quijoux_memory(size_t n, double rate_hz);
size_t eg_balance_duarte_memory(size_t n, double rate_hz);

#endif
