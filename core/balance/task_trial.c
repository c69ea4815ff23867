#include "core/balance/task_trial.h"

#include <math.h>
#include <string.h>

#include "core/balance/engram.h"
#include "core/base/check.h"
#include "core/signal/filter.h"

static const double shortest_s = 2.0;
static const double least_hz = 20.0;
static const double onset_fraction = 0.05; /* task.h: the movement has begun */

static const char *const names[] = {
#define X(task, name) name,
    EG_TASK_TABLE(X)
#undef X
};

bool eg_task_find(const char *name, eg_task *task) {
    EG_ASSERT(name != NULL && task != NULL);
    for (size_t i = 0; i < EG_TASKS; i++) {
        if (strcmp(name, names[i]) == 0) {
            *task = (eg_task)i;
            return true;
        }
    }
    return false;
}

const char *eg_task_name(eg_task task) {
    EG_ASSERT(task >= 0 && task < EG_TASKS);
    return names[task];
}

bool eg_task_is_quiet(eg_task task) {
    return task == EG_TASK_QUIET_STANDING || task == EG_TASK_QUIET_SITTING;
}

const eg_measure_def *eg_task_describe(const char *code) {
    const eg_measure_def *def = eg_measure_find(&eg_balance_measures, code);
    return def != NULL ? def : eg_measure_find(&eg_task_measures, code);
}

static void emit(eg_balance_result *result, const char *code, double value, const char *note) {
    const eg_measure_def *def = eg_measure_find(&eg_task_measures, code);
    EG_ASSERT(def != NULL);
    eg_balance_emit(result, def->code, def->unit, value);
    if (isnan(value)) result->values[result->count - 1].note = note;
}

/* ---- limits of stability and weight shift --------------------------------------------------- */

static eg_err check_targets(const eg_cop_trial *trial, const eg_task_plan *plan, eg_diag *diag) {
    if (plan->n_targets == 0 || plan->n_targets > EG_TASK_DIRECTIONS)
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "limits of stability need their targets: direction, distance and the "
                           "second at which each lit up");
    double last_s = -1.0;
    for (size_t k = 0; k < plan->n_targets; k++) {
        const eg_task_target *target = &plan->targets[k];
        if (!(target->cue_s > last_s) || !(target->cue_s >= 0.0) ||
            target->cue_s * trial->rate_hz >= (double)(trial->n - 1))
            return eg_diag_set(diag, EG_ERR_ARGUMENT, NULL, 0,
                               "target %zu lights up at %g s: cues must lie in the recording "
                               "(%g s), each after the one before",
                               k + 1, target->cue_s, (double)trial->n / trial->rate_hz);
        last_s = target->cue_s;
    }
    return EG_OK;
}

/* Puts the reaches in the order of the eight directions; false if one of them is missing. */
static bool order_directions(const eg_task_plan *plan, const eg_reach *reaches,
                             eg_reach ordered[EG_TASK_DIRECTIONS]) {
    if (plan->n_targets != EG_TASK_DIRECTIONS) return false;
    for (int k = 0; k < EG_TASK_DIRECTIONS; k++) {
        size_t i = 0;
        while (i < plan->n_targets && fabs(plan->targets[i].direction_deg - 45.0 * k) > 1.0) i++;
        if (i == plan->n_targets) return false;
        ordered[k] = reaches[i];
    }
    return true;
}

static void emit_reaches(const eg_task_plan *plan, const eg_reach *reaches,
                         eg_balance_result *result) {
    static const char nobody[] = "no movement towards a target was seen";
    eg_reach ordered[EG_TASK_DIRECTIONS];
    bool is_whole = order_directions(plan, reaches, ordered);
    eg_reach_summary sum =
        eg_task_reach_summary(is_whole ? ordered : reaches, is_whole ? 8 : plan->n_targets);
    emit(result, "los.reaction", plan->cues_found ? (double)NAN : sum.reaction_s,
         plan->cues_found ? "the cues were found in the trace: when the targets lit up is not known"
                          : nobody);
    emit(result, "los.velocity", sum.velocity_mm_s, nobody);
    emit(result, "los.endpoint", sum.endpoint_percent, nobody);
    emit(result, "los.maximum", sum.maximum_percent, nobody);
    emit(result, "los.control", sum.control_percent, nobody);
    emit(result, "los.area", is_whole ? sum.area_mm2 : (double)NAN,
         "needs all eight directions, 45 degrees apart");
}

static eg_err compute_reaches(const eg_cop_trial *trial, const eg_task_plan *plan,
                              eg_balance_result *result, eg_task_detail *detail, eg_diag *diag) {
    eg_err err = check_targets(trial, plan, diag);
    for (size_t k = 0; err == EG_OK && k < plan->n_targets; k++) {
        size_t end = trial->n;
        if (k + 1 < plan->n_targets) end = (size_t)(plan->targets[k + 1].cue_s * trial->rate_hz);
        const eg_sway_signal signal = {trial->net.ml_mm, trial->net.ap_mm, end, trial->rate_hz};
        const eg_reach_settings settings = {
            .direction_deg = plan->targets[k].direction_deg,
            .target_mm = plan->targets[k].target_mm,
            .cue = (size_t)(plan->targets[k].cue_s * trial->rate_hz + 0.5),
            .onset_fraction = onset_fraction};
        err = eg_task_reach(&signal, &settings, &detail->reaches[k], diag);
        if (plan->cues_found) detail->reaches[k].reaction_s = (double)NAN;
    }
    if (err == EG_OK) emit_reaches(plan, detail->reaches, result);
    return err;
}

static eg_err compute_shift(const eg_cop_trial *trial, const eg_task_plan *plan,
                            eg_balance_result *result, eg_task_detail *detail, eg_diag *diag) {
    static const char few[] = "too few turns";
    if (isnan(plan->target_mm))
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "a weight shift needs the distance between its two targets (target_mm)");
    const eg_sway_signal signal = {trial->net.ml_mm, trial->net.ap_mm, trial->n, trial->rate_hz};
    const eg_shift_settings settings = {plan->direction_deg, plan->target_mm, plan->period_s};
    eg_shift *shift = &detail->shift;
    eg_err err = eg_task_shift(&signal, &settings, shift, diag);
    if (err != EG_OK) return err;
    emit(result, "shift.velocity", shift->velocity_mm_s, NULL);
    emit(result, "shift.control", shift->control_percent, "no movement along the axis");
    emit(result, "shift.amplitude", shift->amplitude_percent, few);
    emit(result, "shift.period", shift->period_s, few);
    emit(result, "shift.period.cv", shift->period_cv_percent, few);
    emit(result, "shift.period.error", shift->period_error_percent,
         isnan(plan->period_s) ? "self-paced" : few);
    return EG_OK;
}

/* ---- sit-to-stand and timed stances --------------------------------------------------------- */

static eg_err compute_rise(const eg_cop_trial *trial, const eg_task_plan *plan,
                           eg_balance_result *result, eg_task_detail *detail, eg_diag *diag) {
    static const char never[] = "no rise that ended in quiet standing was seen";
    static const char plates[] = "needs a plate under each foot";
    if (trial->net.fz_n == NULL)
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "sit-to-stand needs the vertical force under the feet");
    const eg_rise_signals signals = {.feet_n = trial->net.fz_n,
                                     .seat_n = plan->seat_n,
                                     .right_n = trial->right.fz_n,
                                     .left_n = trial->left.fz_n,
                                     .ml_mm = trial->net.ml_mm,
                                     .ap_mm = trial->net.ap_mm,
                                     .n = trial->n,
                                     .rate_hz = trial->rate_hz};
    const eg_rise_settings settings = eg_task_rise_defaults();
    eg_rise *rise = &detail->rise;
    eg_err err = eg_task_rise(&signals, &settings, rise, diag);
    if (err != EG_OK) return err;
    bool rose = rise->rose;
    double unknown = (double)NAN;
    const char *why_no_load = rose ? plates : never;
    emit(result, "rise.transfer", rose ? rise->transfer_s : unknown, never);
    emit(result, "rise.time", rose ? rise->rise_s : unknown, never);
    emit(result, "rise.peak", rose ? rise->peak_percent : unknown, never);
    emit(result, "rise.rate", rose ? rise->rate_percent_s : unknown, never);
    emit(result, "rise.sway", rose ? rise->sway_mm_s : unknown,
         rose ? "too little standing after the rise" : never);
    emit(result, "rise.load.right", rose ? rise->load_right_percent : unknown, why_no_load);
    emit(result, "rise.asymmetry", rose ? rise->asymmetry_percent : unknown, why_no_load);
    return EG_OK;
}

static eg_err compute_hold(const eg_cop_trial *trial, const eg_task_plan *plan,
                           eg_balance_result *result, eg_task_detail *detail, eg_diag *diag) {
    eg_stance stance = trial->condition.stance;
    bool is_single = stance == EG_STANCE_SINGLE_LEFT || stance == EG_STANCE_SINGLE_RIGHT;
    if (plan->task == EG_TASK_SINGLE_LEG && !is_single)
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "single-leg stance needs to know the leg: stance single_left or "
                           "single_right");
    const eg_hold_settings settings = eg_task_hold_defaults();
    eg_hold *hold = &detail->hold;
    eg_err err = eg_task_hold(trial, &settings, hold, diag);
    if (err != EG_OK) return err;
    emit(result, "hold.time", hold->held_s, NULL);
    emit(result, "hold.velocity", hold->velocity_mm_s, "held for less than 1 s");
    return EG_OK;
}

/* ---- the trial ------------------------------------------------------------------------------ */

static eg_err check_trial(const eg_cop_trial *trial, eg_diag *diag) {
    if (!(trial->rate_hz >= least_hz && trial->rate_hz <= 10000.0))
        return eg_diag_set(diag, EG_ERR_RANGE, NULL, 0,
                           "a task is sampled at %g to 10000 Hz, this one at %g", least_hz,
                           trial->rate_hz);
    if (trial->n > EG_BALANCE_SAMPLES_MAX || (double)trial->n < shortest_s * trial->rate_hz)
        return eg_diag_set(diag, EG_ERR_RANGE, NULL, 0,
                           "a task lasts at least %g s and has at most %d samples; this one has "
                           "%zu",
                           shortest_s, EG_BALANCE_SAMPLES_MAX, trial->n);
    return EG_OK;
}

/* A copy of one axis without gaps and noise, samples at their times. */
static eg_err clean(const double *recorded, const eg_cop_trial *trial, eg_arena *arena,
                    const double **cleaned, size_t *missing, eg_diag *diag) {
    double *x = eg_arena_take(arena, trial->n, sizeof *x);
    if (x == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "task: arena too small");
    *missing = eg_balance_copy_axis(recorded, trial->n, 1.0, x);
    *cleaned = x;
    if (*missing > trial->n / 2)
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "%zu of %zu COP samples are missing: nothing can be measured", *missing,
                           trial->n);
    eg_balance_chain chain = eg_balance_chain_of(trial->rate_hz);
    chain.factor = 1;
    size_t n = trial->n;
    return eg_balance_chain_run(&chain, trial->rate_hz, x, &n, arena, diag);
}

size_t eg_task_memory(size_t n, double rate_hz) {
    EG_ASSERT(rate_hz > 0.0);
    (void)rate_hz;
    return (8 * n + 1024) * sizeof(double);
}

eg_err eg_task_excursions(const eg_cop_trial *trial, eg_arena *arena,
                          eg_excursion excursions[EG_TASK_EXCURSIONS_MAX], size_t *n,
                          eg_diag *diag) {
    EG_ASSERT(trial != NULL && arena != NULL && excursions != NULL && n != NULL);
    *n = 0;
    eg_err err = check_trial(trial, diag);
    if (err != EG_OK) return err;
    size_t mark = eg_arena_mark(arena);
    size_t missing = 0;
    eg_sway_signal signal = {.n = trial->n, .rate_hz = trial->rate_hz};
    err = clean(trial->net.ml_mm, trial, arena, &signal.ml, &missing, diag);
    if (err == EG_OK) err = clean(trial->net.ap_mm, trial, arena, &signal.ap, &missing, diag);
    double *scratch = err == EG_OK ? eg_arena_take(arena, 4 * trial->n, sizeof *scratch) : NULL;
    if (scratch != NULL)
        *n = eg_task_find_excursions(&signal, scratch, excursions, EG_TASK_EXCURSIONS_MAX);
    else if (err == EG_OK)
        err = eg_diag_set(diag, EG_ERR_MEMORY, NULL, 0, "task: arena too small");
    eg_arena_reset(arena, mark);
    return err;
}

eg_err eg_task_compute(const eg_cop_trial *trial, const eg_task_plan *plan, eg_arena *arena,
                       eg_balance_result *result, eg_task_detail *detail, eg_diag *diag) {
    EG_ASSERT(trial != NULL && plan != NULL && arena != NULL && result != NULL && detail != NULL);
    EG_ASSERT(trial->net.ml_mm != NULL && trial->net.ap_mm != NULL);
    EG_ASSERT(!eg_task_is_quiet(plan->task) && plan->task < EG_TASKS);
    *result = (eg_balance_result){.profile = EG_BALANCE_ENGRAM, .lowpass_hz = NAN};
    *detail = (eg_task_detail){0};
    eg_err err = check_trial(trial, diag);
    if (err != EG_OK) return err;
    size_t mark = eg_arena_mark(arena);
    size_t missing[2] = {0, 0};
    eg_cop_trial copy = *trial;
    err = clean(trial->net.ml_mm, trial, arena, &copy.net.ml_mm, &missing[0], diag);
    if (err == EG_OK)
        err = clean(trial->net.ap_mm, trial, arena, &copy.net.ap_mm, &missing[1], diag);
    if (err == EG_OK) {
        if (plan->task == EG_TASK_LIMITS_OF_STABILITY)
            err = compute_reaches(&copy, plan, result, detail, diag);
        else if (plan->task == EG_TASK_WEIGHT_SHIFT)
            err = compute_shift(&copy, plan, result, detail, diag);
        else if (plan->task == EG_TASK_SIT_TO_STAND)
            err = compute_rise(&copy, plan, result, detail, diag);
        else
            err = compute_hold(&copy, plan, result, detail, diag);
    }
    eg_arena_reset(arena, mark);
    eg_balance_chain chain = eg_balance_chain_of(trial->rate_hz);
    result->rate_hz = trial->rate_hz;
    result->duration_s = (double)(trial->n - 1) / trial->rate_hz;
    result->lowpass_hz = chain.lowpass_hz;
    result->lowpass_order = isnan(chain.lowpass_hz) ? 0 : 4;
    result->bridged = missing[0] > missing[1] ? missing[0] : missing[1];
    if (err != EG_OK) result->count = 0;
    return err;
}
