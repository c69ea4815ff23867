/* Any bytes as the settings of a task: refused with words, or a plan within its ranges that a trial
 * can be measured by. */
#include <math.h>

#include "clinic/task_settings.h"
#include "core/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { N = 500 };

static void measure(const eg_task_plan *plan) {
    static double ml[N], ap[N], memory[4 * N + 2048];
    for (size_t i = 0; i < N; i++) {
        ml[i] = 40 * (double)(i % 100) / 100;
        ap[i] = -(double)(i % 70);
    }
    const eg_cop_trial trial = {.n = N,
                                .rate_hz = 50,
                                .net = {ml, ap, NULL},
                                .mass_kg = (double)NAN,
                                .height_m = (double)NAN};
    eg_balance_result result;
    eg_task_detail detail;
    eg_diag diag = {0};
    eg_arena arena;
    eg_arena_init(&arena, memory, sizeof memory);
    if (eg_task_compute(&trial, plan, &arena, &result, &detail, &diag) != EG_OK)
        EG_ASSERT(diag.text[0] != '\0' && result.count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const eg_task tasks[] = {EG_TASK_LIMITS_OF_STABILITY, EG_TASK_WEIGHT_SHIFT};
    for (size_t t = 0; t < 2; t++) {
        eg_task_plan plan = eg_task_settings_none(tasks[t]);
        eg_diag diag = {0};
        if (eg_task_settings_parse((const char *)bytes, size, &plan, NULL, &diag) != EG_OK) {
            EG_ASSERT(diag.text[0] != '\0');
            return 0;
        }
        EG_ASSERT(plan.task == tasks[t] && plan.n_targets <= EG_TASK_DIRECTIONS);
        EG_ASSERT(plan.direction_deg >= 0 && plan.direction_deg < 360);
        for (size_t i = 0; i < plan.n_targets; i++)
            EG_ASSERT(plan.targets[i].target_mm >= 1 && plan.targets[i].cue_s >= 0);
        measure(&plan);
    }
    return 0;
}
