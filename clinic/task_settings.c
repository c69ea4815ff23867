#include "clinic/task_settings.h"

#include <math.h>
#include <string.h>

#include "core/base/check.h"

static const char where[] = "settings";

typedef struct number_rule {
    const char *name;
    double low, high;
} number_rule;

static const number_rule direction_rule = {"direction_deg", 0, 359.999999};
static const number_rule target_rule = {"target_mm", 1, 1000};
static const number_rule cue_rule = {"cue_s", 0, 3600};
static const number_rule period_rule = {"period_s", 0.2, 60};

eg_task_plan eg_task_settings_none(eg_task task) {
    return (eg_task_plan){.task = task, .direction_deg = 90, .target_mm = NAN, .period_s = NAN};
}

/* Takes a number if it is there; absent and null leave *value as it is. */
static eg_err take(const json_t *object, const number_rule *rule, double *value, eg_diag *diag) {
    const json_t *number = json_object_get(object, rule->name);
    if (number == NULL || json_is_null(number)) return EG_OK;
    double x = json_is_number(number) ? json_number_value(number) : (double)NAN;
    if (!(x >= rule->low && x <= rule->high))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, where, 0, "%s must be a number from %g to %g",
                           rule->name, rule->low, rule->high);
    *value = x;
    return EG_OK;
}

static eg_err check_members(const json_t *object, const char *const *names, size_t n,
                            eg_diag *diag) {
    if (!json_is_object(object))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, where, 0,
                           "the settings of a task are an object such as {\"target_mm\": 120}");
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        size_t i = 0;
        while (i < n && strcmp(names[i], key) != 0) i++;
        if (i == n)
            return eg_diag_set(diag, EG_ERR_ARGUMENT, where, 0,
                               "there is no setting \"%.40s\" of a task", key);
    }
    return EG_OK;
}

static eg_err read_target(const json_t *object, const eg_task_plan *plan, eg_task_target *target,
                          eg_diag *diag) {
    static const char *const names[] = {"direction_deg", "target_mm", "cue_s"};
    *target = (eg_task_target){plan->direction_deg, plan->target_mm, NAN};
    eg_err err = check_members(object, names, sizeof names / sizeof names[0], diag);
    if (err == EG_OK) err = take(object, &direction_rule, &target->direction_deg, diag);
    if (err == EG_OK) err = take(object, &target_rule, &target->target_mm, diag);
    if (err == EG_OK) err = take(object, &cue_rule, &target->cue_s, diag);
    if (err == EG_OK && (isnan(target->target_mm) || isnan(target->cue_s)))
        err =
            eg_diag_set(diag, EG_ERR_ARGUMENT, where, 0, "every target needs target_mm and cue_s");
    return err;
}

/* Where the cues are from: "entered" if nothing is said. */
static eg_err take_cues(const json_t *settings, eg_task_plan *plan, eg_diag *diag) {
    const json_t *cues = json_object_get(settings, "cues");
    const char *word = json_is_null(cues) || cues == NULL ? "entered" : json_string_value(cues);
    plan->cues_found = word != NULL && strcmp(word, "found") == 0;
    if (word == NULL || (!plan->cues_found && strcmp(word, "entered") != 0))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, where, 0,
                           "\"cues\" is \"entered\" or \"found\" (in the trace)");
    return EG_OK;
}

eg_err eg_task_settings_read(const json_t *settings, eg_task_plan *plan, eg_diag *diag) {
    static const char *const names[] = {"targets", "cues", "direction_deg", "target_mm",
                                        "period_s"};
    EG_ASSERT(plan != NULL);
    const double *seat_n = plan->seat_n;
    *plan = eg_task_settings_none(plan->task);
    plan->seat_n = seat_n;
    if (settings == NULL || json_is_null(settings)) return EG_OK;
    eg_err err = check_members(settings, names, sizeof names / sizeof names[0], diag);
    if (err == EG_OK) err = take(settings, &direction_rule, &plan->direction_deg, diag);
    if (err == EG_OK) err = take(settings, &target_rule, &plan->target_mm, diag);
    if (err == EG_OK) err = take(settings, &period_rule, &plan->period_s, diag);
    if (err == EG_OK) err = take_cues(settings, plan, diag);
    const json_t *targets = json_object_get(settings, "targets");
    size_t n = json_array_size(targets);
    if (err == EG_OK && targets != NULL &&
        (!json_is_array(targets) || n == 0 || n > EG_TASK_DIRECTIONS))
        err = eg_diag_set(diag, EG_ERR_ARGUMENT, where, 0, "\"targets\" is a list of 1 to %d",
                          EG_TASK_DIRECTIONS);
    for (size_t i = 0; err == EG_OK && i < n; i++) {
        err = read_target(json_array_get(targets, i), plan, &plan->targets[i], diag);
        if (err == EG_OK && i > 0 && !(plan->targets[i].cue_s > plan->targets[i - 1].cue_s))
            err = eg_diag_set(diag, EG_ERR_ARGUMENT, where, 0,
                              "targets stand in the order in which they lit up");
        plan->n_targets = i + 1;
    }
    return err;
}

eg_err eg_task_settings_parse(const char *text, size_t size, eg_task_plan *plan, json_t **settings,
                              eg_diag *diag) {
    EG_ASSERT(text != NULL && plan != NULL);
    if (settings != NULL) *settings = NULL;
    if (size > EG_TASK_SETTINGS_BYTES_MAX)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, where, 0, "longer than %d bytes",
                           EG_TASK_SETTINGS_BYTES_MAX);
    json_error_t error;
    json_t *parsed = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (parsed == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, where, (uint64_t)error.line, "%s", error.text);
    eg_err err = eg_task_settings_read(parsed, plan, diag);
    if (err == EG_OK && settings != NULL)
        *settings = parsed;
    else
        json_decref(parsed);
    return err;
}
