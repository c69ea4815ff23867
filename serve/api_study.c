/* Studies: what can be measured, files that are looked at, recordings that are kept. */
#include <stdlib.h>
#include <string.h>

#include "clinic/document.h"
#include "clinic/study_trial.h"
#include "serve/api_call.h"

enum { POINTS_DEFAULT = 1500, POINTS_MIN = 10, POINTS_MAX = 20000 };

static json_t *option_of(const eg_study_option *option) {
    static const char *const types[] = {
        [EG_STUDY_FLAG] = "flag", [EG_STUDY_NUMBER] = "number",   [EG_STUDY_CHOICE] = "choice",
        [EG_STUDY_SPAN] = "span", [EG_STUDY_CHANNEL] = "channel", [EG_STUDY_LABELS] = "channels",
        [EG_STUDY_TEXT] = "text"};
    json_t *object = json_pack("{ss ss ss? ss? ss? ss}", "name", option->name, "type",
                               types[option->type], "unit", option->unit, "choices",
                               option->choices, "fallback", option->fallback, "help", option->help);
    if (object != NULL && option->type == EG_STUDY_NUMBER) {
        json_object_set_new(object, "least", json_real(option->least));
        json_object_set_new(object, "most", json_real(option->most));
    }
    return object;
}

void eg_api_list_studies(eg_api_call *call) {
    json_t *list = json_array();
    for (size_t i = 0; eg_study_at(i) != NULL; i++) {
        const eg_study *study = eg_study_at(i);
        json_t *options = json_array();
        for (size_t k = 0; k < study->n_options; k++)
            json_array_append_new(options, option_of(&study->options[k]));
        json_array_append_new(list, json_pack("{ss ss ss ss? so}", "name", study->name, "title",
                                              study->title, "what", study->what, "reference",
                                              study->reference, "options", options));
    }
    eg_api_answer(call, 200, list);
}

static size_t points_wanted(const eg_api_call *call) {
    long points = strtol(eg_api_query(call, "points", "1500"), NULL, 10);
    return points < POINTS_MIN ? POINTS_DEFAULT : points > POINTS_MAX ? POINTS_MAX : (size_t)points;
}

/* A member of the query that is JSON; NULL if it is absent or empty. */
static eg_err json_of(const eg_api_call *call, const char *name, const json_t **value,
                      eg_diag *diag) {
    const char *text = eg_api_query(call, name, "");
    json_error_t error;
    *value = NULL;
    if (text[0] == '\0') return EG_OK;
    *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (*value != NULL) return EG_OK;
    return eg_diag_set(diag, EG_ERR_ARGUMENT, name, 0, "this is not JSON: %s", error.text);
}

static const char *text_of(const eg_api_call *call, const char *name) {
    const char *text = eg_api_query(call, name, "");
    return text[0] != '\0' ? text : NULL;
}

static void release(eg_study_file *file) {
    json_decref((json_t *)(uintptr_t)file->options);
    json_decref((json_t *)(uintptr_t)file->channels);
    json_decref((json_t *)(uintptr_t)file->references);
}

/* What query and body say; `release` it in any case. */
static eg_err file_of(const eg_api_call *call, eg_study_file *file, eg_diag *diag) {
    static const char nothing[] = "";
    long trial_no = strtol(eg_api_query(call, "trial_no", "1"), NULL, 10);
    *file = (eg_study_file){.name = eg_api_query(call, "name", "recording"),
                            .bytes = call->request->body != NULL ? call->request->body : nothing,
                            .size = call->request->size,
                            .study = text_of(call, "study"),
                            .trial_no = trial_no < 1 || trial_no > 1000 ? 1 : (int)trial_no,
                            .recorded_on = text_of(call, "recorded_on"),
                            .decision = text_of(call, "decision"),
                            .n_points = points_wanted(call)};
    if (file->study != NULL && strcmp(file->study, "auto") == 0) file->study = NULL;
    eg_err err = json_of(call, "options", &file->options, diag);
    if (err == EG_OK) err = json_of(call, "channels", &file->channels, diag);
    if (err == EG_OK) err = json_of(call, "references", &file->references, diag);
    return err;
}

void eg_api_look(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *answer = NULL;
    eg_study_file file;
    eg_err err = file_of(call, &file, &diag);
    if (err == EG_OK)
        err = eg_study_trial_look(&call->api->clinic, call->api->owner->evaluator,
                                  text_of(call, "episode_id"), &file, &answer, &diag);
    release(&file);
    eg_api_finish(call, 200, err, answer, NULL, &diag);
}

void eg_api_create_study_recording(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL, *problems = NULL;
    eg_study_file file;
    eg_err err = file_of(call, &file, &diag);
    if (err == EG_OK)
        err = eg_study_trial_store(&call->api->clinic, eg_api_parameter(call, 0),
                                   text_of(call, "evaluation_id"), &file, &document, &problems,
                                   &diag);
    release(&file);
    eg_api_finish(call, 201, err, document, problems, &diag);
}

void eg_api_get_study_recording(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL, *answer = NULL;
    eg_clinic *clinic = &call->api->clinic;
    eg_err err = eg_document_get(clinic, eg_api_parameter(call, 0), 0, &document, &diag);
    if (err == EG_OK)
        err = eg_study_trial_read(clinic, document, points_wanted(call), &answer, &diag);
    json_decref(document);
    eg_api_finish(call, 200, err, answer, NULL, &diag);
}

/* {version, study: {name?, options, channels, references}} */
void eg_api_put_study_recording(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL, *problems = NULL;
    json_t *request = eg_api_read_object(call);
    if (request == NULL) return;
    const json_t *settings = json_object_get(request, "study");
    int32_t version = eg_api_need_version(call, request);
    if (version > 0) {
        eg_err err = !json_is_object(settings)
                         ? eg_diag_set(&diag, EG_ERR_ARGUMENT, "study", 0,
                                       "say with which settings it shall be measured")
                         : eg_study_trial_remeasure(&call->api->clinic, eg_api_parameter(call, 0),
                                                    version, settings, &document, &problems, &diag);
        eg_api_finish(call, 200, err, document, problems, &diag);
    }
    json_decref(request);
}
