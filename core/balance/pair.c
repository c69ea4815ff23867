#include "core/balance/pair.h"

#include "core/balance/engram.h"

enum { FIRM_OPEN, FIRM_CLOSED, FOAM_OPEN, FOAM_CLOSED, CELLS };

/* The mean of a measure in each condition, NaN where it was not measured. */
typedef struct cells {
    double mean[CELLS];
} cells;

/* Which of the four conditions a trial belongs to, CELLS for none. */
static int cell_of(const eg_balance_condition *condition) {
    if (condition->surface == EG_SURFACE_UNKNOWN || condition->vision == EG_VISION_UNKNOWN) {
        return CELLS;
    }
    int foam = condition->surface == EG_SURFACE_FOAM;
    int closed = condition->vision == EG_VISION_CLOSED;
    return 2 * foam + closed;
}

static cells average(const eg_balance_taken *trials, size_t n, const char *code) {
    cells result;
    size_t counts[CELLS] = {0};
    double sums[CELLS] = {0};
    for (size_t i = 0; i < n; i++) {
        int cell = cell_of(&trials[i].condition);
        const eg_balance_value *value = eg_balance_find(trials[i].result, code);
        if (cell == CELLS || value == NULL || isnan(value->value)) continue;
        sums[cell] += value->value;
        counts[cell]++;
    }
    for (int cell = 0; cell < CELLS; cell++) result.mean[cell] = sums[cell] / (double)counts[cell];
    return result;
}

static void emit(eg_balance_result *result, eg_balance_measure id, double value) {
    if (!isfinite(value)) return;
    const eg_measure_def *def = &eg_balance_measures.rows[id];
    eg_balance_emit(result, def->code, def->unit, value);
}

static double mean_of_four(const cells *c) {
    return 0.25 * (c->mean[0] + c->mean[1] + c->mean[2] + c->mean[3]);
}

eg_err eg_balance_compare_trials(const eg_balance_taken *trials, size_t n,
                                 eg_balance_result *result, eg_diag *diag) {
    *result = (eg_balance_result){.profile = EG_BALANCE_ENGRAM, .lowpass_hz = NAN};
    for (size_t i = 1; i < n; i++) {
        if (trials[i].condition.posture != trials[0].condition.posture ||
            trials[i].condition.stance != trials[0].condition.stance) {
            return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                               "trials of different posture or stance cannot be compared");
        }
    }
    cells v = average(trials, n, "cop.velocity.mean");
    cells a = average(trials, n, "cop.ellipse.area");
    cells e = average(trials, n, "cop.equilibrium");
    emit(result, EG_M_ROMBERG_VELOCITY, v.mean[FIRM_CLOSED] / v.mean[FIRM_OPEN]);
    emit(result, EG_M_ROMBERG_AREA, a.mean[FIRM_CLOSED] / a.mean[FIRM_OPEN]);
    emit(result, EG_M_ROMBERG_FOAM_VELOCITY, v.mean[FOAM_CLOSED] / v.mean[FOAM_OPEN]);
    emit(result, EG_M_ROMBERG_FOAM_AREA, a.mean[FOAM_CLOSED] / a.mean[FOAM_OPEN]);
    emit(result, EG_M_FOAM_VELOCITY, v.mean[FOAM_OPEN] / v.mean[FIRM_OPEN]);
    emit(result, EG_M_FOAM_AREA, a.mean[FOAM_OPEN] / a.mean[FIRM_OPEN]);
    emit(result, EG_M_SENSORY_SOMATOSENSORY, e.mean[FIRM_CLOSED] / e.mean[FIRM_OPEN]);
    emit(result, EG_M_SENSORY_VISUAL, e.mean[FOAM_OPEN] / e.mean[FIRM_OPEN]);
    emit(result, EG_M_SENSORY_VESTIBULAR, e.mean[FOAM_CLOSED] / e.mean[FIRM_OPEN]);
    emit(result, EG_M_MCTSIB_EQUILIBRIUM, mean_of_four(&e));
    emit(result, EG_M_MCTSIB_VELOCITY, mean_of_four(&v));
    return EG_OK;
}
