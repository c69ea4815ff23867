/* A whole trial of a balance task: from the recorded trial and what was asked of the person to
 * the measures of that task (task.h), ready to be printed like those of quiet standing. */
#ifndef EG_BALANCE_TASK_TRIAL_H
#define EG_BALANCE_TASK_TRIAL_H

#include "core/balance/profile.h"
#include "core/balance/task.h"

/*        enumerator              name, in recordings, knowledge and options */
#define EG_TASK_TABLE(X)                                                                           \
    X(EG_TASK_QUIET_STANDING, "quiet_standing")                                                    \
    X(EG_TASK_QUIET_SITTING, "quiet_sitting")                                                      \
    X(EG_TASK_LIMITS_OF_STABILITY, "limits_of_stability")                                          \
    X(EG_TASK_WEIGHT_SHIFT, "weight_shift")                                                        \
    X(EG_TASK_SIT_TO_STAND, "sit_to_stand")                                                        \
    X(EG_TASK_SINGLE_LEG, "single_leg")                                                            \
    X(EG_TASK_TANDEM, "tandem")

typedef enum eg_task {
#define X(task, name) task,
    EG_TASK_TABLE(X)
#undef X
        EG_TASKS
} eg_task;

/* Find returns false for a name that is no task's. The name is static. */
bool eg_task_find(const char *name, eg_task *task);
const char *eg_task_name(eg_task task);

/* Quiet standing and sitting: measured by eg_balance_compute (profile.h), not here. */
bool eg_task_is_quiet(eg_task task);

/* One target of limits of stability. */
typedef struct eg_task_target {
    double direction_deg; /* 0 front, 90 right */
    double target_mm;     /* from the start */
    double cue_s;         /* when it lit up, from the first sample */
} eg_task_target;

/* What was asked of the person. Numbers that the task does not need are ignored. */
typedef struct eg_task_plan {
    eg_task task;
    size_t n_targets; /* limits of stability: at least 1, in the order of their cues */
    eg_task_target targets[EG_TASK_DIRECTIONS];
    bool cues_found;      /* limits of stability: the cues are onsets found in the trace (see
                             eg_task_excursions), so that the time to react is not known */
    double direction_deg; /* weight shift: of the axis */
    double target_mm;     /* weight shift: between the targets; NaN if nobody said */
    double period_s;      /* weight shift: of the pacing, NaN if self-paced */
    const double *seat_n; /* sit-to-stand: [n] force on the seat, or NULL; borrowed */
} eg_task_plan;

/* What lies behind the measures; only the part of the plan's task is filled. */
typedef struct eg_task_detail {
    eg_reach reaches[EG_TASK_DIRECTIONS]; /* as plan->targets */
    eg_shift shift;
    eg_rise rise;
    eg_hold hold;
} eg_task_detail;

/* Bytes of arena for a trial of n samples at rate_hz. */
size_t eg_task_memory(size_t n, double rate_hz);

/* Computes the measures of the plan's task, which must not be a quiet one. The COP is bridged and
 * filtered as under the profile "engram" (10 Hz, zero-lag) but not thinned, so that samples keep
 * their times; forces stay as recorded. A reach ends where the next target lights up.
 * Errors: EG_ERR_RANGE for a trial under 2 s or outside profile.h's limits, EG_ERR_MISSING for what
 * the task needs and the trial or plan does not have (targets, force, which leg), EG_ERR_ARGUMENT
 * for a plan that contradicts the trial, EG_ERR_MEMORY. Cost: about 1 ms for 60 s at 100 Hz. */
EG_NODISCARD eg_err eg_task_compute(const eg_cop_trial *trial, const eg_task_plan *plan,
                                    eg_arena *arena, eg_balance_result *result,
                                    eg_task_detail *detail, eg_diag *diag);

/* Finds the excursions of a trial of limits of stability (task.h), in the order of their onsets, in
 * the COP as eg_task_compute prepares it. At most EG_TASK_EXCURSIONS_MAX; *n is how many were
 * written. For a person to check: nothing is measured by them unless they are taken as targets.
 * Errors and arena: as eg_task_compute. */
EG_NODISCARD eg_err eg_task_excursions(const eg_cop_trial *trial, eg_arena *arena,
                                       eg_excursion excursions[EG_TASK_EXCURSIONS_MAX], size_t *n,
                                       eg_diag *diag);

/* The definition of any balance measure, of quiet standing or of a task; NULL for another code. */
const eg_measure_def *eg_task_describe(const char *code);

#endif
