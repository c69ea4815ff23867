#include "clinic/evaluate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/evaluate_part.h"
#include "clinic/task_settings.h"
#include "core/base/check.h"

static const char maps_folder[] = "knowledge/maps/";
static const char gates_folder[] = "knowledge/gates/";
static const char norms_folder[] = "knowledge/balance/";
static const char tasks_folder[] = "knowledge/tasks/";

/* ---- words ---------------------------------------------------------------------------------- */

static bool find_word(const char *word, const char *const *words, size_t n, size_t *index) {
    for (size_t i = 0; word != NULL && i < n; i++)
        if (strcmp(word, words[i]) == 0) {
            *index = i;
            return true;
        }
    return false;
}

/* In the order of the enumerations in core/balance/trial.h. */
static const char *const posture_words[] = {"unknown", "standing", "sitting"};
static const char *const vision_words[] = {"unknown", "open", "closed"};
static const char *const surface_words[] = {"unknown", "firm", "foam"};
static const char *const stance_words[] = {"unknown", "apart",       "together",
                                           "tandem",  "single_left", "single_right"};

bool eg_condition_set_posture(eg_balance_condition *condition, const char *word) {
    size_t i;
    if (!find_word(word, posture_words, 3, &i)) return false;
    condition->posture = (eg_posture)i;
    return true;
}

bool eg_condition_set_vision(eg_balance_condition *condition, const char *word) {
    size_t i;
    if (!find_word(word, vision_words, 3, &i)) return false;
    condition->vision = (eg_vision)i;
    return true;
}

bool eg_condition_set_surface(eg_balance_condition *condition, const char *word) {
    size_t i;
    if (!find_word(word, surface_words, 3, &i)) return false;
    condition->surface = (eg_surface)i;
    return true;
}

bool eg_condition_set_stance(eg_balance_condition *condition, const char *word) {
    size_t i;
    if (!find_word(word, stance_words, 6, &i)) return false;
    condition->stance = (eg_stance)i;
    return true;
}

eg_evaluate_options eg_evaluate_defaults(void) {
    return (eg_evaluate_options){.profile = EG_BALANCE_ENGRAM,
                                 .plan = eg_task_settings_none(EG_TASK_QUIET_STANDING),
                                 .mass_kg = NAN,
                                 .height_m = NAN,
                                 .age_years = NAN};
}

/* ---- what knowledge/ says ------------------------------------------------------------------- */

static eg_err add_maps(eg_evaluator *evaluator, const json_t *json, const char *path,
                       eg_diag *diag) {
    const json_t *maps = json_object_get(json, "maps");
    for (size_t i = 0; i < json_array_size(maps); i++) {
        if (evaluator->n_maps == EVALUATE_MAPS_MAX)
            return eg_diag_set(diag, EG_ERR_LIMIT, path, 0, "more than %d maps", EVALUATE_MAPS_MAX);
        eg_err err = eg_map_from_json(json_array_get(maps, i), path,
                                      &evaluator->maps[evaluator->n_maps++], diag);
        if (err != EG_OK) return err;
    }
    return EG_OK;
}

static eg_err read_limits(eg_evaluator *evaluator, const json_t *json, const char *path,
                          eg_diag *diag) {
    const struct {
        const char *name;
        double *value;
    } rows[] = {
#define X(name) {#name, &evaluator->limits.name},
        EG_GATE_LIMIT_TABLE(X)
#undef X
            {"icc_show_least", &evaluator->icc_show_least}};
    const json_t *gates = json_object_get(json, "gates");
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        *rows[k].value = NAN;
        for (size_t i = 0; i < json_array_size(gates); i++) {
            const json_t *entry = json_array_get(gates, i);
            const char *id = json_string_value(json_object_get(entry, "id"));
            if (id != NULL && strcmp(id, rows[k].name) == 0)
                *rows[k].value = json_number_value(json_object_get(entry, "value"));
        }
        if (isnan(*rows[k].value))
            return eg_diag_set(diag, EG_ERR_MISSING, path, 0, "the limit \"%s\" is missing",
                               rows[k].name);
    }
    return EG_OK;
}

static eg_err read_file(eg_evaluator *evaluator, const eg_embedded *file, eg_diag *diag) {
    static const char suffix[] = ".json";
    size_t length = strlen(file->path);
    int is_map = strncmp(file->path, maps_folder, sizeof maps_folder - 1) == 0;
    int is_gate = strncmp(file->path, gates_folder, sizeof gates_folder - 1) == 0;
    int is_norm = strncmp(file->path, norms_folder, sizeof norms_folder - 1) == 0;
    int is_task = strncmp(file->path, tasks_folder, sizeof tasks_folder - 1) == 0;
    if (!(is_map || is_gate || is_norm || is_task) || length < sizeof suffix ||
        strcmp(file->path + length - (sizeof suffix - 1), suffix) != 0)
        return EG_OK;
    json_error_t error;
    json_t *json =
        json_loadb((const char *)file->begin, (size_t)(file->end - file->begin), 0, &error);
    if (json == NULL)
        return eg_diag_set(diag, EG_ERR_DATA, file->path, (uint64_t)error.line, "%s", error.text);
    eg_err err = EG_OK;
    if (is_map) err = add_maps(evaluator, json, file->path, diag);
    if (is_gate) err = read_limits(evaluator, json, file->path, diag);
    if (is_norm && json_array_extend(evaluator->norms, json_object_get(json, "balance")) != 0)
        err = eg_diag_set(diag, EG_ERR_DATA, file->path, 0, "has no list \"balance\"");
    if (is_task && json_array_extend(evaluator->entries, json_object_get(json, "tasks")) != 0)
        err = eg_diag_set(diag, EG_ERR_DATA, file->path, 0, "has no list \"tasks\"");
    json_decref(json);
    return err;
}

eg_err eg_evaluator_create(const eg_embedded *files, eg_evaluator **evaluator, eg_diag *diag) {
    EG_ASSERT(files != NULL && evaluator != NULL);
    *evaluator = NULL;
    eg_evaluator *made = calloc(1, sizeof *made);
    if (made == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory");
    made->maps = calloc(EVALUATE_MAPS_MAX, sizeof *made->maps);
    made->norms = json_array();
    made->entries = json_array();
    made->limits.duration_fail_s = NAN;
    eg_err err = made->maps == NULL || made->norms == NULL || made->entries == NULL
                     ? eg_diag_set(diag, EG_ERR_MEMORY, "", 0, "no memory")
                     : EG_OK;
    for (const eg_embedded *file = files; err == EG_OK && file->path != NULL; file++)
        err = read_file(made, file, diag);
    if (err == EG_OK && isnan(made->limits.duration_fail_s))
        err = eg_diag_set(diag, EG_ERR_MISSING, gates_folder, 0, "holds no limits");
    if (err == EG_OK) err = evaluate_read_tasks(made, diag);
    if (err != EG_OK) {
        eg_evaluator_destroy(made);
        return err;
    }
    *evaluator = made;
    return EG_OK;
}

void eg_evaluator_destroy(eg_evaluator *evaluator) {
    if (evaluator == NULL) return;
    free(evaluator->maps);
    json_decref(evaluator->norms);
    json_decref(evaluator->entries);
    free(evaluator);
}

/* ---- evaluating ----------------------------------------------------------------------------- */

/* What somebody said, else a ready map that knows the labels, else what the header says. */
static eg_err choose_map(eg_evaluation *e, const eg_recording *recording, eg_diag *diag) {
    const eg_evaluate_options *options = &e->options;
    e->map_source = "given";
    if (options->map_json != NULL)
        return eg_map_parse(options->map_json, strlen(options->map_json),
                            options->map_name != NULL ? options->map_name : "map", &e->map, diag);
    const eg_map *map = eg_map_choose(e->evaluator->maps, e->evaluator->n_maps, recording);
    if (map != NULL) {
        e->map = *map;
        e->map_source = "ready";
        return EG_OK;
    }
    eg_inferred *inferred = malloc(sizeof *inferred);
    if (inferred == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, e->name, 0, "no memory");
    eg_err err = eg_infer_map(recording, options->axes, inferred, diag);
    if (err == EG_OK) e->map = inferred->map;
    for (size_t i = 0; err == EG_OK && i < inferred->n_notes; i++)
        snprintf(e->warnings[e->n_warnings++], sizeof e->warnings[0], "%s", inferred->notes[i]);
    e->map_source = "header";
    free(inferred);
    return err;
}

static void copy_warnings(eg_evaluation *e, const eg_recording *recording) {
    for (size_t i = 0; i < recording->n_warnings; i++) {
        const eg_recording_warning *w = &recording->warnings[i];
        char *text = e->warnings[e->n_warnings++];
        if (w->line > 0)
            snprintf(text, sizeof e->warnings[0], "line %llu: %s", (unsigned long long)w->line,
                     w->text);
        else
            snprintf(text, sizeof e->warnings[0], "%s", w->text);
    }
}

static eg_err compute(eg_evaluation *e, eg_diag *diag) {
    const eg_cop_trial *trial = &e->trial;
    uint32_t flags = e->options.all ? EG_BALANCE_ALL : 0;
    int is_quiet = eg_task_is_quiet(e->plan.task);
    size_t size = eg_gate_memory(trial->n, trial->rate_hz);
    size_t needed = is_quiet
                        ? eg_balance_memory(trial->n, trial->rate_hz, e->options.profile, flags)
                        : eg_task_memory(trial->n, trial->rate_hz);
    if (needed > size) size = needed;
    void *memory = malloc(size);
    if (memory == NULL)
        return eg_diag_set(diag, EG_ERR_MEMORY, e->name, 0, "no memory for %zu bytes", size);
    eg_arena arena;
    eg_arena_init(&arena, memory, size);
    eg_err err =
        eg_gate_run(&e->gate_input, &e->evaluator->tasks[e->plan.task].limits, &arena, &e->gate);
    if (err != EG_OK) err = eg_diag_set(diag, err, e->name, 0, "no memory for the quality gate");
    if (err == EG_OK && is_quiet)
        e->result_err = eg_balance_compute(trial, e->options.profile, flags, &arena, &e->result,
                                           &e->result_diag);
    else if (err == EG_OK)
        e->result_err =
            eg_task_compute(trial, &e->plan, &arena, &e->result, &e->detail, &e->result_diag);
    /* A trace that nothing can be found in is no error: the list is empty. */
    if (err == EG_OK && e->plan.task == EG_TASK_LIMITS_OF_STABILITY &&
        eg_task_excursions(trial, &arena, e->excursions, &e->n_excursions, NULL) != EG_OK)
        e->n_excursions = 0;
    free(memory);
    return err;
}

eg_err eg_evaluate_balance(const eg_evaluator *evaluator, const eg_recording *recording,
                           const eg_evaluate_options *options, eg_evaluation **evaluation,
                           eg_diag *diag) {
    EG_ASSERT(evaluator != NULL && recording != NULL && options != NULL && evaluation != NULL);
    *evaluation = NULL;
    eg_evaluation *e = calloc(1, sizeof *e);
    if (e == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    e->evaluator = evaluator;
    e->options = *options;
    memcpy(e->name, recording->name, sizeof e->name);
    memcpy(e->sha256, recording->sha256, sizeof e->sha256);
    memcpy(e->format, recording->format, sizeof e->format);
    copy_warnings(e, recording);
    size_t rows = eg_recording_samples(recording);
    eg_err err =
        rows > EG_BALANCE_SAMPLES_MAX
            ? eg_diag_set(diag, EG_ERR_RANGE, recording->name, 0,
                          "%zu rows, a balance trial has at most %d", rows, EG_BALANCE_SAMPLES_MAX)
            : choose_map(e, recording, diag);
    snprintf(e->file, sizeof e->file, "%s", options->file != NULL ? options->file : e->name);
    e->options.map_json = e->options.map_name = e->options.file = NULL; /* the caller's */
    e->plan = options->plan;
    e->plan.seat_n = NULL;
    if (err == EG_OK) err = evaluate_make_trial(e, recording, diag);
    if (err == EG_OK) err = evaluate_apply_task(e, diag);
    if (err == EG_OK) err = compute(e, diag);
    if (err != EG_OK) {
        eg_evaluation_destroy(e);
        return err;
    }
    *evaluation = e;
    return EG_OK;
}

void eg_evaluation_destroy(eg_evaluation *evaluation) {
    if (evaluation == NULL) return;
    for (size_t i = 0; i < evaluation->n_signals; i++) free(evaluation->signals[i]);
    free(evaluation);
}

bool eg_evaluation_is_clinical(const eg_evaluation *evaluation) {
    return evaluation->gate.verdict != EG_GATE_FAIL && evaluation->result_err == EG_OK;
}

const char *eg_evaluation_verdict(const eg_evaluation *evaluation) {
    return eg_gate_verdict_name(evaluation->gate.verdict);
}

eg_task eg_evaluation_task(const eg_evaluation *evaluation) {
    return evaluation->plan.task;
}

const eg_cop_trial *eg_evaluation_trial(const eg_evaluation *evaluation) {
    return &evaluation->trial;
}

const eg_balance_result *eg_evaluation_values(const eg_evaluation *evaluation) {
    return evaluation->result_err == EG_OK ? &evaluation->result : NULL;
}

const char *eg_evaluation_problem(const eg_evaluation *evaluation) {
    return evaluation->result_err == EG_OK ? NULL : evaluation->result_diag.text;
}

bool eg_evaluation_shows(const eg_evaluation *evaluation, size_t index) {
    EG_ASSERT(index < evaluation->result.count);
    if (evaluation->options.all || evaluation->result.profile != EG_BALANCE_ENGRAM) return true;
    double icc = evaluate_find_icc(evaluation, evaluation->result.values[index].code, NULL);
    return !(icc < evaluation->evaluator->icc_show_least);
}
