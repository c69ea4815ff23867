#include "core/emg/measures.h"

static const eg_measure_def rows[EG_EMG_M_COUNT] = {
#define ROW(id, extra, code, name, unit, better, definition, formula, source)                      \
    [EG_EMG_M_##id] = {code, name, unit, better, definition, formula, source},
    EG_EMG_MEASURES(ROW)
#undef ROW
};

static const bool extras[EG_EMG_M_COUNT] = {
#define EXTRA(id, extra, ...) [EG_EMG_M_##id] = (extra) != 0,
    EG_EMG_MEASURES(EXTRA)
#undef EXTRA
};

const eg_measure_table eg_emg_measures = {rows, EG_EMG_M_COUNT};

bool eg_emg_measure_is_extra(eg_emg_measure_id id) {
    return extras[id];
}
