#include "core/balance/emit.h"
eg_err eg_balance_duarte(const eg_balance_input *input, eg_arena *arena, eg_balance_result *result,
                         eg_diag *diag) {
    (void)input;
    (void)arena;
    (void)result;
    (void)diag;
    return EG_OK;
}
size_t eg_balance_duarte_memory(size_t n, double rate_hz) {
    (void)n;
    (void)rate_hz;
    return 0;
}
