/* Balance tasks in an evaluation: what knowledge/tasks says about each, and what lies behind the
 * measures. */
#include <math.h>
#include <string.h>

#include "clinic/evaluate_part.h"

static const char folder[] = "knowledge/tasks/";

/* ---- knowledge/tasks ------------------------------------------------------------------------ */

static const char *text_of(const json_t *entry, const char *key) {
    const char *text = json_string_value(json_object_get(entry, key));
    return text != NULL ? text : "";
}

static eg_err add_exempt(evaluator_task *task, const json_t *exempt, eg_diag *diag) {
    const char *name = text_of(exempt, "check");
    for (int i = 0; i < EG_GATE_CHECKS; i++) {
        if (strcmp(eg_gate_check_name((eg_gate_check)i), name) != 0) continue;
        task->exempt |= 1u << i;
        return EG_OK;
    }
    return eg_diag_set(diag, EG_ERR_DATA, folder, 0, "there is no check \"%s\"", name);
}

static eg_err set_limit(evaluator_task *task, const json_t *limit, eg_diag *diag) {
    const struct {
        const char *name;
        double *value;
    } rows[] = {
#define X(name) {#name, &task->limits.name},
        EG_GATE_LIMIT_TABLE(X)
#undef X
    };
    const json_t *value = json_object_get(limit, "value");
    const char *name = text_of(limit, "limit");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) != 0 || !json_is_number(value)) continue;
        *rows[i].value = json_number_value(value);
        return EG_OK;
    }
    return eg_diag_set(diag, EG_ERR_DATA, folder, 0, "there is no limit \"%s\"", name);
}

static eg_err read_task(eg_evaluator *evaluator, eg_task id, const json_t *entry, eg_diag *diag) {
    evaluator_task *task = &evaluator->tasks[id];
    *task = (evaluator_task){.limits = evaluator->limits,
                             .no_norm = json_string_value(json_object_get(entry, "no_norm")),
                             .no_mdc = json_string_value(json_object_get(entry, "no_mdc"))};
    eg_err err = EG_OK;
    const json_t *exempt = json_object_get(entry, "exempt");
    const json_t *limits = json_object_get(entry, "limits");
    for (size_t i = 0; err == EG_OK && i < json_array_size(exempt); i++)
        err = add_exempt(task, json_array_get(exempt, i), diag);
    for (size_t i = 0; err == EG_OK && i < json_array_size(limits); i++)
        err = set_limit(task, json_array_get(limits, i), diag);
    return err;
}

eg_err evaluate_read_tasks(eg_evaluator *evaluator, eg_diag *diag) {
    for (int id = 0; id < EG_TASKS; id++) {
        const json_t *found = NULL;
        size_t i;
        json_t *entry;
        json_array_foreach(evaluator->entries, i, entry) {
            if (strcmp(text_of(entry, "id"), eg_task_name((eg_task)id)) == 0) found = entry;
        }
        if (found == NULL)
            return eg_diag_set(diag, EG_ERR_MISSING, folder, 0, "the task \"%s\" is missing",
                               eg_task_name((eg_task)id));
        eg_err err = read_task(evaluator, (eg_task)id, found, diag);
        if (err != EG_OK) return err;
    }
    return EG_OK;
}

/* ---- the trial ------------------------------------------------------------------------------ */

static eg_err contradict(const eg_evaluation *e, const char *what, eg_diag *diag) {
    return eg_diag_set(diag, EG_ERR_ARGUMENT, "task", 0,
                       "the task %s contradicts the %s that was given", eg_task_name(e->plan.task),
                       what);
}

eg_err evaluate_apply_task(eg_evaluation *e, eg_diag *diag) {
    eg_balance_condition *c = &e->trial.condition;
    eg_task task = e->plan.task;
    if (!eg_task_is_quiet(task) && e->options.profile != EG_BALANCE_ENGRAM)
        return contradict(e, "profile (tasks have measures of our own only)", diag);
    eg_posture posture = task == EG_TASK_QUIET_SITTING ? EG_POSTURE_SITTING
                         : task == EG_TASK_SINGLE_LEG || task == EG_TASK_TANDEM
                             ? EG_POSTURE_STANDING
                             : EG_POSTURE_UNKNOWN;
    if (posture != EG_POSTURE_UNKNOWN) {
        if (c->posture != EG_POSTURE_UNKNOWN && c->posture != posture)
            return contradict(e, "posture", diag);
        c->posture = posture;
    }
    /* The task's name says it unless the file, its row of cases.csv or somebody said otherwise. */
    if (task == EG_TASK_QUIET_STANDING && c->posture == EG_POSTURE_UNKNOWN)
        c->posture = EG_POSTURE_STANDING;
    if (task == EG_TASK_TANDEM) {
        if (c->stance != EG_STANCE_UNKNOWN && c->stance != EG_STANCE_TANDEM)
            return contradict(e, "stance", diag);
        c->stance = EG_STANCE_TANDEM;
    }
    e->gate_input.exempt = e->evaluator->tasks[task].exempt;
    return EG_OK;
}

const char *evaluate_why_never_mdc(const eg_evaluation *e) {
    const evaluator_task *tasks = e->evaluator->tasks;
    if (e->trial.condition.posture == EG_POSTURE_SITTING && eg_task_is_quiet(e->plan.task))
        return tasks[EG_TASK_QUIET_SITTING].no_mdc;
    return tasks[e->plan.task].no_mdc;
}

/* ---- output --------------------------------------------------------------------------------- */

static void write_reach(const eg_task_target *target, const eg_reach *reach, double shown,
                        eg_json_writer *json) {
    eg_json_begin_object(json);
    eg_json_member_number(json, "direction_deg", target->direction_deg);
    eg_json_member_number(json, "target_mm", target->target_mm);
    eg_json_member_number(json, "cue_s", target->cue_s);
    eg_json_member_boolean(json, "began", reach->began);
    eg_json_member_number(json, "reaction_s", shown * reach->reaction_s);
    eg_json_member_number(json, "velocity_mm_s", shown * reach->velocity_mm_s);
    eg_json_member_number(json, "endpoint_percent", shown * reach->endpoint_percent);
    eg_json_member_number(json, "maximum_percent", shown * reach->maximum_percent);
    eg_json_member_number(json, "maximum_mm", shown * reach->maximum_mm);
    eg_json_member_number(json, "control_percent", shown * reach->control_percent);
    eg_json_end_object(json);
}

static void write_rise(const eg_rise *rise, double rate_hz, eg_json_writer *json) {
    double at = rise->rose ? 1 / rate_hz : (double)NAN;
    eg_json_member_boolean(json, "rose", rise->rose);
    eg_json_member_number(json, "onset_s", at * (double)rise->onset);
    eg_json_member_number(json, "seat_off_s", at * (double)rise->seat_off);
    eg_json_member_number(json, "peak_s", at * (double)rise->peak);
    eg_json_member_number(json, "settled_s", at * (double)rise->settled);
}

static void write_hold(const eg_hold *hold, double rate_hz, eg_json_writer *json) {
    static const char *const ends[] = {"whole_trial", "touch", "support", "step", "never"};
    eg_json_member_string(json, "end", ends[hold->end]);
    eg_json_member_number(json, "start_s", (double)hold->start / rate_hz);
    eg_json_member_number(json, "stop_s", (double)hold->stop / rate_hz);
}

void evaluate_write_excursions(const eg_evaluation *e, eg_json_writer *json) {
    if (e->plan.task != EG_TASK_LIMITS_OF_STABILITY) return;
    double rate_hz = e->trial.rate_hz;
    eg_json_key(json, "excursions");
    eg_json_begin_array(json);
    for (size_t i = 0; i < e->n_excursions; i++) {
        const eg_excursion *found = &e->excursions[i];
        eg_json_begin_object(json);
        eg_json_member_number(json, "onset_s", (double)found->onset / rate_hz);
        eg_json_member_number(json, "peak_s", (double)found->peak / rate_hz);
        eg_json_member_number(json, "end_s", (double)found->end / rate_hz);
        eg_json_member_number(json, "direction_deg", found->direction_deg);
        eg_json_member_number(json, "distance_mm", found->distance_mm);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

void evaluate_write_task(const eg_evaluation *e, eg_json_writer *json) {
    if (eg_task_is_quiet(e->plan.task) || e->result_err != EG_OK) return;
    /* A failed gate withholds these numbers as it withholds the measures. */
    double shown = e->gate.verdict == EG_GATE_FAIL ? (double)NAN : 1;
    eg_json_key(json, "task_detail");
    eg_json_begin_object(json);
    if (e->plan.task == EG_TASK_LIMITS_OF_STABILITY) {
        eg_json_member_string(json, "cues", e->plan.cues_found ? "found" : "entered");
        eg_json_key(json, "reaches");
        eg_json_begin_array(json);
        for (size_t i = 0; i < e->plan.n_targets; i++)
            write_reach(&e->plan.targets[i], &e->detail.reaches[i], shown, json);
        eg_json_end_array(json);
    } else if (e->plan.task == EG_TASK_WEIGHT_SHIFT) {
        eg_json_member_number(json, "direction_deg", e->plan.direction_deg);
        eg_json_member_number(json, "target_mm", e->plan.target_mm);
        eg_json_member_number(json, "period_s", e->plan.period_s);
        eg_json_member_integer(json, "turns", (int64_t)e->detail.shift.turns);
    } else if (e->plan.task == EG_TASK_SIT_TO_STAND) {
        eg_json_member_boolean(json, "seat_plate", e->plan.seat_n != NULL);
        write_rise(&e->detail.rise, e->trial.rate_hz, json);
    } else {
        write_hold(&e->detail.hold, e->trial.rate_hz, json);
    }
    eg_json_end_object(json);
}
