#include "core/balance/measures.h"

#include <string.h>

#include "core/balance/profile.h"

static const eg_measure_def rows[EG_M_COUNT] = {
#define ROW(id, extra, code, name, unit, better, definition, formula, source)                      \
    [EG_M_##id] = {code, name, unit, better, definition, formula, source},
    EG_BALANCE_MEASURES(ROW)
#undef ROW
};

static const bool extras[EG_M_COUNT] = {
#define EXTRA(id, extra, ...) [EG_M_##id] = (extra) != 0,
    EG_BALANCE_MEASURES(EXTRA)
#undef EXTRA
};

const eg_measure_table eg_balance_measures = {rows, EG_M_COUNT};

bool eg_balance_measure_is_extra(const char *code) {
    for (size_t i = 0; i < EG_M_COUNT; i++) {
        if (strcmp(rows[i].code, code) == 0) return extras[i];
    }
    return false;
}
