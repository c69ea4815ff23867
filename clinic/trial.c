#include "clinic/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/describe.h"
#include "clinic/document.h"
#include "clinic/layouts.h"
#include "clinic/row.h"
#include "core/base/check.h"
#include "io/host/calendar.h"

/* Completed years on a date; NaN if the birth date is not known. */
static double age_on(eg_clinic *clinic, const char *person_id, const char *date) {
    json_t *person = NULL;
    int64_t born = 0;
    int64_t day = 0;
    double age = NAN;
    if (person_id == NULL || date == NULL ||
        eg_document_get(clinic, person_id, 0, &person, NULL) != EG_OK)
        return age;
    const char *birth = eg_text_at(json_object_get(person, "body"), "birth_date");
    if (eg_date_parse(birth, &born) && eg_date_parse(date, &day))
        age = (double)eg_years_between(born, day);
    json_decref(person);
    return age;
}

static eg_err set_condition(const json_t *words, eg_balance_condition *condition, eg_diag *diag) {
    static const struct {
        const char *name;
        bool (*set)(eg_balance_condition *, const char *);
    } parts[] = {{"posture", eg_condition_set_posture},
                 {"vision", eg_condition_set_vision},
                 {"surface", eg_condition_set_surface},
                 {"stance", eg_condition_set_stance}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *word = eg_text_at(words, parts[i].name);
        if (word[0] != '\0' && !parts[i].set(condition, word))
            return eg_diag_set(diag, EG_ERR_ARGUMENT, parts[i].name, 0,
                               "\"%s\" is not a condition that is known here", word);
    }
    return EG_OK;
}

static eg_err set_task(const eg_trial_file *file, eg_task_plan *plan, eg_diag *diag) {
    if (file->task != NULL && file->task[0] != '\0' && !eg_task_find(file->task, &plan->task))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "task", 0, "there is no task \"%.40s\"",
                           file->task);
    return eg_task_settings_read(file->task_settings, plan, diag);
}

/* The saved layout that a file is read with, a new reference; NULL if none. */
static eg_err choose_layout(eg_clinic *clinic, const eg_trial_file *file,
                            const eg_recording *recording, json_t **layout, eg_diag *diag) {
    *layout = NULL;
    if (file->layout != NULL) {
        *layout = json_deep_copy(file->layout);
        return EG_OK;
    }
    if (file->layout_id != NULL && strcmp(file->layout_id, "none") == 0) return EG_OK;
    if (file->layout_id != NULL) return eg_layouts_get(clinic, file->layout_id, layout, diag);
    char fingerprint[EG_FINGERPRINT_SIZE];
    eg_describe_fingerprint(recording, fingerprint);
    return eg_layouts_find(clinic, NULL, fingerprint, layout, diag);
}

/* The layout's map as text, under the layout's name. The caller frees it. */
static char *map_text(const json_t *layout) {
    json_t *map = json_deep_copy(json_object_get(layout, "map"));
    json_object_set_new(map, "title", json_string(eg_text_at(layout, "name")));
    json_object_set_new(map, "id", json_string("saved"));
    char *text = map == NULL ? NULL : json_dumps(map, JSON_COMPACT);
    json_decref(map);
    return text;
}

static eg_err evaluate(const eg_evaluator *evaluator, const eg_recording *recording,
                       eg_evaluate_options *options, const json_t *layout,
                       eg_evaluation **evaluation, eg_diag *diag) {
    if (layout == NULL) return eg_evaluate_balance(evaluator, recording, options, evaluation, diag);
    char *text = map_text(layout);
    if (text == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, recording->name, 0, "no memory");
    options->map_json = text;
    options->map_name = eg_text_at(layout, "name");
    eg_err err = eg_evaluate_balance(evaluator, recording, options, evaluation, diag);
    free(text);
    options->map_json = options->map_name = NULL;
    return err;
}

/* `layout` (may be NULL) receives what the file was read with. */
static eg_err inspect(eg_clinic *clinic, const eg_evaluator *evaluator, const eg_trial_file *file,
                      const char *person_id, bool all, eg_evaluation **evaluation, json_t **layout,
                      eg_diag *diag) {
    eg_recording *recording = NULL;
    json_t *chosen = NULL;
    eg_evaluate_options options = eg_evaluate_defaults();
    options.all = all;
    if (file->height_m > 0) options.height_m = file->height_m;
    if (file->mass_kg > 0) options.mass_kg = file->mass_kg;
    options.age_years = age_on(clinic, person_id, file->recorded_on);
    eg_err error = set_condition(file->condition, &options.condition, diag);
    if (error == EG_OK) error = set_task(file, &options.plan, diag);
    if (error == EG_OK)
        error = eg_recording_parse(file->name, file->bytes, file->size, &recording, diag);
    if (error == EG_OK) error = choose_layout(clinic, file, recording, &chosen, diag);
    if (error == EG_OK) error = evaluate(evaluator, recording, &options, chosen, evaluation, diag);
    eg_recording_destroy(recording);
    if (layout != NULL && error == EG_OK)
        *layout = chosen;
    else
        json_decref(chosen);
    return error;
}

/* The person's newest height in the episode, in metres; 0 if nobody entered one. */
static double entered_height_m(eg_clinic *clinic, const char *episode_id) {
    json_t *entries = NULL;
    const json_t *newest = NULL;
    if (eg_document_all(clinic, episode_id, "entry", &entries, NULL) != EG_OK) return 0;
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        if (strcmp(eg_text_at(entry, "status"), "entered-in-error") != 0 &&
            strcmp(eg_body_text(entry, "code"), EG_TRIAL_HEIGHT) == 0 &&
            !isnan(eg_body_number(entry, "value")))
            newest = entry; /* oldest first */
    }
    double height_m = newest == NULL ? 0 : eg_body_number(newest, "value") / 100;
    json_decref(entries);
    return height_m;
}

eg_err eg_trial_inspect(eg_clinic *clinic, const eg_evaluator *evaluator, const eg_trial_file *file,
                        const char *person_id, bool all, eg_evaluation **evaluation,
                        eg_diag *diag) {
    EG_ASSERT(evaluator != NULL && file != NULL && evaluation != NULL);
    *evaluation = NULL;
    return inspect(clinic, evaluator, file, person_id, all, evaluation, NULL, diag);
}

static json_t *parsed(eg_err error, eg_json_text *text) {
    json_t *value = error == EG_OK ? json_loadb(text->bytes, text->n, 0, NULL) : NULL;
    eg_json_text_release(text);
    return value;
}

json_t *eg_trial_result(const eg_evaluation *evaluation) {
    eg_json_text text = {0};
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_text, &text);
    eg_evaluation_write(evaluation, &json);
    return parsed(eg_json_finish(&json), &text);
}

json_t *eg_trial_trace(const eg_evaluation *evaluation, size_t n_points) {
    eg_json_text text = {0};
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_text, &text);
    eg_evaluation_write_trace(evaluation, n_points, &json);
    return parsed(eg_json_finish(&json), &text);
}

/* The recording's body, all but what the store adds. */
static json_t *body_of(const eg_trial_file *file, const eg_evaluation *evaluation,
                       const json_t *layout) {
    json_t *result = eg_trial_result(evaluation);
    if (result == NULL) return NULL;
    json_t *condition = file->condition == NULL ? json_object() : json_deep_copy(file->condition);
    return json_pack("{ss ss so si ss ss sb sO sO so sO? sO?}", "name", file->name, "task",
                     file->task, "condition", condition, "trial_no", file->trial_no, "recorded_on",
                     file->recorded_on, "decision", file->decision, "synthetic", file->is_synthetic,
                     "format", json_object_get(result, "format"), "map",
                     json_object_get(result, "map"), "result", result, "task_settings",
                     file->task_settings, "layout", layout);
}

eg_err eg_trial_store(eg_clinic *clinic, const eg_evaluator *evaluator, const char *episode_id,
                      const char *evaluation_id, const eg_trial_file *file, json_t **document,
                      json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && evaluator != NULL && file != NULL && document != NULL);
    char today[EG_DATE_SIZE];
    eg_clinic_today(clinic, today);
    eg_trial_file complete = *file;
    if (complete.task == NULL || complete.task[0] == '\0') complete.task = "quiet_standing";
    if (complete.decision == NULL) complete.decision = "pending";
    if (complete.recorded_on == NULL) complete.recorded_on = today;
    if (complete.trial_no < 1) complete.trial_no = 1;
    if (!(complete.height_m > 0)) complete.height_m = entered_height_m(clinic, episode_id);
    if (complete.size == 0)
        return eg_diag_set(diag, EG_ERR_FORMAT, file->name, 0, "the file is empty");
    json_t *episode = NULL;
    eg_evaluation *evaluation = NULL;
    json_t *layout = NULL;
    eg_err error = eg_document_get(clinic, episode_id, 0, &episode, diag);
    if (error == EG_OK)
        error = inspect(clinic, evaluator, &complete, eg_text_at(episode, "person_id"), false,
                        &evaluation, &layout, diag);
    if (error == EG_OK) {
        json_t *body = body_of(&complete, evaluation, layout);
        error = body == NULL ? eg_diag_set(diag, EG_ERR_MEMORY, file->name, 0, "out of memory")
                             : eg_document_create_recording(clinic, episode_id, evaluation_id, body,
                                                            file->bytes, file->size, document,
                                                            problems, diag);
        json_decref(body);
    }
    eg_evaluation_destroy(evaluation);
    json_decref(layout);
    json_decref(episode);
    return error;
}

/* A stored recording as a file, without its bytes. Borrows from `document`. */
static eg_trial_file stored_file(const json_t *document) {
    const json_t *body = eg_member(document, "body");
    eg_trial_file file = {.name = eg_text_at(body, "name"),
                          .task = eg_text_at(body, "task"),
                          .task_settings = json_object_get(body, "task_settings"),
                          .condition = json_object_get(body, "condition"),
                          .recorded_on = eg_text_at(body, "recorded_on"),
                          .layout =
                              eg_is_given(body, "layout") ? json_object_get(body, "layout") : NULL,
                          .layout_id = "none"};
    if (file.name[0] == '\0') file.name = "recording";
    /* What was known of the person is kept with the result. */
    const json_t *person = eg_member(eg_member(body, "result"), "condition");
    file.height_m = eg_number_at(person, "height_m");
    file.mass_kg = eg_number_at(person, "mass_kg");
    return file;
}

static eg_err evaluate_stored(eg_clinic *clinic, const eg_evaluator *evaluator,
                              const json_t *document, eg_trial_file *file, bool all,
                              eg_evaluation **evaluation, eg_diag *diag) {
    const char *blob = eg_body_text(document, "blob_id");
    if (strcmp(eg_text_at(document, "kind"), "recording") != 0 || blob[0] == '\0')
        return eg_diag_set(diag, EG_ERR_NOT_FOUND, "recording", 0, "that is not a recording");
    void *bytes = NULL;
    eg_err error =
        eg_store_get_blob(clinic->store, blob, EG_RECORDING_BYTES_MAX, &bytes, &file->size, diag);
    file->bytes = bytes;
    if (error == EG_OK)
        error = eg_trial_inspect(clinic, evaluator, file, eg_text_at(document, "person_id"), all,
                                 evaluation, diag);
    free(bytes);
    return error;
}

eg_err eg_trial_evaluate(eg_clinic *clinic, const eg_evaluator *evaluator, const json_t *document,
                         bool all, eg_evaluation **evaluation, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && evaluator != NULL && document != NULL && evaluation != NULL);
    eg_trial_file file = stored_file(document);
    return evaluate_stored(clinic, evaluator, document, &file, all, evaluation, diag);
}

eg_err eg_trial_remeasure(eg_clinic *clinic, const eg_evaluator *evaluator, const char *id,
                          int32_t version, const json_t *settings, double height_m,
                          json_t **document, json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && evaluator != NULL && id != NULL && document != NULL);
    json_t *seen = NULL;
    json_t *result = NULL;
    eg_evaluation *evaluation = NULL;
    eg_err error = eg_document_get(clinic, id, 0, &seen, diag);
    eg_trial_file file = stored_file(seen);
    if (error == EG_OK && settings != NULL && strcmp(eg_body_text(seen, "decision"), "kept") == 0)
        error = eg_diag_set(diag, EG_ERR_GUARD, "decision", 0,
                            "a kept recording stays as it was measured: decide anew first");
    if (settings != NULL) file.task_settings = settings;
    if (height_m > 0) file.height_m = height_m;
    if (error == EG_OK)
        error = evaluate_stored(clinic, evaluator, seen, &file, false, &evaluation, diag);
    if (error == EG_OK && (result = eg_trial_result(evaluation)) == NULL)
        error = eg_diag_set(diag, EG_ERR_MEMORY, id, 0, "out of memory");
    if (error == EG_OK)
        error = eg_document_remeasure(clinic, id, version, "task_settings", settings, result,
                                      document, problems, diag);
    json_decref(result);
    eg_evaluation_destroy(evaluation);
    json_decref(seen);
    return error;
}
