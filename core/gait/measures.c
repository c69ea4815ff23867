#include "core/gait/measures.h"

static const eg_measure_def rows[EG_GAIT_M_COUNT] = {
#define ROW(id, extra, sides, code, name, unit, better, definition, formula, source)               \
    [EG_GAIT_M_##id] = {code, name, unit, better, definition, formula, source},
    EG_GAIT_MEASURES(ROW)
#undef ROW
};

static const unsigned char flags[EG_GAIT_M_COUNT] = {
#define FLAGS(id, extra, sides, ...) [EG_GAIT_M_##id] = (extra) | (sides) << 1,
    EG_GAIT_MEASURES(FLAGS)
#undef FLAGS
};

const eg_measure_table eg_gait_measures = {rows, EG_GAIT_M_COUNT};

int eg_gait_measure_is_extra(eg_gait_measure_id id) {
    return flags[id] & 1;
}

int eg_gait_measure_has_sides(eg_gait_measure_id id) {
    return flags[id] >> 1 & 1;
}
