/* Recordings: uploaded into a chart, or looked at without keeping anything. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/document.h"
#include "clinic/trial.h"
#include "serve/api_call.h"
#include "serve/api_recording.h"

enum { POINTS_DEFAULT = 2000, POINTS_MIN = 10, POINTS_MAX = 20000 };

/* A number of the query; absent or empty leaves `value` as it is. */
static eg_err number_of(const eg_api_call *call, const char *name, double low, double high,
                        double *value, eg_diag *diag) {
    const char *text = eg_api_query(call, name, "");
    char *end = NULL;
    if (text[0] == '\0') return EG_OK;
    double number = strtod(text, &end);
    if (*end != '\0' || !(number >= low && number <= high))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, name, 0, "%s is a number from %g to %g", name,
                           low, high);
    *value = number;
    return EG_OK;
}

/* What the query says about a file. The caller drops file->condition and file->task_settings. */
static eg_err file_of(const eg_api_call *call, eg_trial_file *file, eg_diag *diag) {
    static const char *const words[] = {"posture", "vision", "surface", "stance"};
    json_t *condition = json_object();
    json_t *settings = NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *word = eg_api_query(call, words[i], NULL);
        if (word != NULL && word[0] != '\0')
            json_object_set_new(condition, words[i], json_string(word));
    }
    file->condition = condition;
    file->task = eg_api_query(call, "task", NULL);
    file->layout_id = eg_api_query(call, "layout", NULL);
    /* Absent or empty is not known; 0 is no height. */
    eg_err wrong = number_of(call, "height_m", 0.3, 3, &file->height_m, diag);
    if (wrong == EG_OK) wrong = number_of(call, "mass_kg", 1, 500, &file->mass_kg, diag);
    if (wrong != EG_OK) return wrong;
    const char *text = eg_api_query(call, "settings", "");
    if (text[0] == '\0') return EG_OK;
    eg_task_plan plan = eg_task_settings_none(EG_TASK_QUIET_STANDING);
    eg_err err = eg_task_settings_parse(text, strlen(text), &plan, &settings, diag);
    file->task_settings = settings;
    return err;
}

static void release(eg_trial_file *file) {
    json_decref((json_t *)(uintptr_t)file->condition);
    json_decref((json_t *)(uintptr_t)file->task_settings);
}

/* The answer becomes the text that the writer wrote. */
static void answer_text(eg_api_call *call, eg_err err, eg_json_text *text, const eg_diag *diag) {
    if (err != EG_OK) {
        eg_json_text_release(text);
        eg_api_finish(call, 200, err, NULL, NULL, diag);
        return;
    }
    *call->response = (eg_api_response){200, "application/json", text->bytes, text->n};
}

static size_t points_wanted(const eg_api_call *call) {
    long points = strtol(eg_api_query(call, "points", "2000"), NULL, 10);
    return points < POINTS_MIN ? POINTS_DEFAULT : points > POINTS_MAX ? POINTS_MAX : (size_t)points;
}

static bool wants_all(const eg_api_call *call) {
    return strcmp(eg_api_query(call, "all", "0"), "1") == 0;
}

void eg_api_answer_inspection(eg_api_call *call, const char *name, const void *bytes, size_t size,
                              const char *attribution) {
    eg_diag diag = {0};
    eg_evaluation *evaluation = NULL;
    eg_trial_file file = {.name = name, .bytes = bytes, .size = size};
    eg_err err = file_of(call, &file, &diag);
    if (err == EG_OK)
        err = eg_trial_inspect(&call->api->clinic, call->api->owner->evaluator, &file, NULL,
                               wants_all(call), &evaluation, &diag);
    eg_json_text text = {0};
    if (err == EG_OK) {
        eg_json_writer json;
        eg_json_init(&json, eg_json_to_text, &text);
        eg_json_begin_object(&json);
        eg_json_member_string(&json, "name", name);
        if (attribution != NULL) eg_json_member_string(&json, "attribution", attribution);
        eg_json_key(&json, "result");
        eg_evaluation_write(evaluation, &json);
        eg_json_key(&json, "trace");
        eg_evaluation_write_trace(evaluation, points_wanted(call), &json);
        eg_json_end_object(&json);
        err = eg_json_finish(&json);
    }
    eg_evaluation_destroy(evaluation);
    release(&file);
    answer_text(call, err, &text, &diag);
}

void eg_api_inspect(eg_api_call *call) {
    static const char nothing[] = "";
    const char *bytes = call->request->body != NULL ? call->request->body : nothing;
    eg_api_answer_inspection(call, eg_api_query(call, "name", "recording"), bytes,
                             call->request->size, NULL);
}

void eg_api_create_recording(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    json_t *problems = NULL;
    eg_trial_file file = {
        .name = eg_api_query(call, "name", "recording"),
        .bytes = call->request->body,
        .size = call->request->size,
        .trial_no = 1,
        .recorded_on = eg_api_query(call, "recorded_on", NULL),
    };
    double trial_no = 1;
    eg_err err = number_of(call, "trial_no", 1, 1000, &trial_no, &diag);
    if (err == EG_OK && floor(trial_no) < trial_no)
        err = eg_diag_set(&diag, EG_ERR_ARGUMENT, "trial_no", 0, "trial_no is a whole number");
    file.trial_no = (int)trial_no;
    if (err == EG_OK) err = file_of(call, &file, &diag);
    if (err == EG_OK)
        err = eg_trial_store(&call->api->clinic, call->api->owner->evaluator,
                             eg_api_parameter(call, 0), eg_api_query(call, "evaluation_id", NULL),
                             &file, &document, &problems, &diag);
    release(&file);
    eg_api_finish(call, 201, err, document, problems, &diag);
}

/* Loads the recording in the path and evaluates it again from its bytes. */
static eg_err load_stored(eg_api_call *call, bool all, eg_evaluation **evaluation, eg_diag *diag) {
    json_t *document = NULL;
    eg_clinic *clinic = &call->api->clinic;
    eg_err err = eg_document_get(clinic, eg_api_parameter(call, 0), 0, &document, diag);
    if (err == EG_OK)
        err =
            eg_trial_evaluate(clinic, call->api->owner->evaluator, document, all, evaluation, diag);
    json_decref(document);
    return err;
}

/* What was asked of the person is corrected: {version, task_settings?, height_m?}. */
void eg_api_remeasure(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    json_t *problems = NULL;
    json_t *request = eg_api_read_object(call);
    if (request == NULL) return;
    const json_t *settings = json_object_get(request, "task_settings");
    const json_t *height = json_object_get(request, "height_m");
    const json_t *version = json_object_get(request, "version");
    double height_m = json_number_value(height);
    eg_err err = EG_OK;
    if (!json_is_integer(version))
        err = eg_diag_set(&diag, EG_ERR_ARGUMENT, "version", 0, "say the version that was seen");
    else if (height != NULL && (!json_is_number(height) || !(height_m >= 0.4 && height_m <= 2.5)))
        err = eg_diag_set(&diag, EG_ERR_ARGUMENT, "height_m", 0, "height_m is 0.4 to 2.5 metres");
    else if (settings != NULL && !json_is_object(settings))
        err = eg_diag_set(&diag, EG_ERR_ARGUMENT, "task_settings", 0,
                          "the settings of a task are an object");
    if (err == EG_OK)
        err = eg_trial_remeasure(&call->api->clinic, call->api->owner->evaluator,
                                 eg_api_parameter(call, 0), (int32_t)json_integer_value(version),
                                 settings, height_m, &document, &problems, &diag);
    json_decref(request);
    eg_api_finish(call, 200, err, document, problems, &diag);
}

void eg_api_get_trace(eg_api_call *call) {
    eg_diag diag = {0};
    eg_evaluation *evaluation = NULL;
    eg_json_text text = {0};
    eg_err err = load_stored(call, false, &evaluation, &diag);
    if (err == EG_OK) {
        eg_json_writer json;
        eg_json_init(&json, eg_json_to_text, &text);
        eg_evaluation_write_trace(evaluation, points_wanted(call), &json);
        err = eg_json_finish(&json);
    }
    eg_evaluation_destroy(evaluation);
    answer_text(call, err, &text, &diag);
}

void eg_api_get_result(eg_api_call *call) {
    eg_diag diag = {0};
    eg_evaluation *evaluation = NULL;
    eg_json_text text = {0};
    eg_err err = load_stored(call, wants_all(call), &evaluation, &diag);
    if (err == EG_OK) {
        eg_json_writer json;
        eg_json_init(&json, eg_json_to_text, &text);
        eg_evaluation_write(evaluation, &json);
        err = eg_json_finish(&json);
    }
    eg_evaluation_destroy(evaluation);
    answer_text(call, err, &text, &diag);
}
