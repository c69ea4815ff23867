#include "core/motion/measures.h"

static const eg_measure_def rows[EG_MOTION_M_COUNT] = {
#define ROW(id, extra, code, name, unit, better, definition, formula, source)                      \
    [EG_MOTION_M_##id] = {code, name, unit, better, definition, formula, source},
    EG_MOTION_MEASURES(ROW)
#undef ROW
};

const eg_measure_table eg_motion_measures = {rows, EG_MOTION_M_COUNT};
