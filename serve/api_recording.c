/* Recordings: uploaded into a chart, or looked at without keeping anything. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/document.h"
#include "clinic/evaluate.h"
#include "io/host/calendar.h"
#include "serve/api_call.h"
#include "serve/api_recording.h"

enum { POINTS_DEFAULT = 2000, POINTS_MIN = 10, POINTS_MAX = 20000 };

/* One of the condition's four words, from the query or a stored document. */
typedef struct condition_word {
    const char *name;
    bool (*set)(eg_balance_condition *condition, const char *word);
} condition_word;

static const condition_word condition_words[] = {
    {"posture", eg_condition_set_posture},
    {"vision", eg_condition_set_vision},
    {"surface", eg_condition_set_surface},
    {"stance", eg_condition_set_stance},
};

enum { N_WORDS = sizeof condition_words / sizeof condition_words[0] };

/* Sets what the query says about the condition, and notes the words in `words` (may be NULL). */
static eg_err condition_from_query(const eg_api_call *call, eg_balance_condition *condition,
                                   json_t *words, eg_diag *diag) {
    for (size_t i = 0; i < N_WORDS; i++) {
        const char *word = eg_api_query(call, condition_words[i].name, NULL);
        if (word == NULL) continue;
        if (!condition_words[i].set(condition, word))
            return eg_diag_set(diag, EG_ERR_ARGUMENT, condition_words[i].name, 0,
                               "\"%.40s\" is not a known %s", word, condition_words[i].name);
        if (words != NULL) json_object_set_new(words, condition_words[i].name, json_string(word));
    }
    return EG_OK;
}

static void condition_from_body(const json_t *body, eg_balance_condition *condition) {
    const json_t *words = json_object_get(body, "condition");
    for (size_t i = 0; i < N_WORDS; i++) {
        const char *word = json_string_value(json_object_get(words, condition_words[i].name));
        if (word != NULL) (void)condition_words[i].set(condition, word);
    }
}

/* Reads and evaluates the bytes of a file. The caller destroys *evaluation. */
static eg_err evaluate(const eg_api_call *call, const char *name, const void *bytes, size_t size,
                       const eg_evaluate_options *options, eg_evaluation **evaluation,
                       eg_diag *diag) {
    eg_recording *recording = NULL;
    eg_err err = eg_recording_parse(name, bytes, size, &recording, diag);
    if (err == EG_OK)
        err =
            eg_evaluate_balance(call->api->owner->evaluator, recording, options, evaluation, diag);
    eg_recording_destroy(recording);
    /* A column map that does not fit is a fault of the file here, not of the address. */
    return err == EG_ERR_NOT_FOUND ? EG_ERR_FORMAT : err;
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

void eg_api_answer_inspection(eg_api_call *call, const char *name, const void *bytes, size_t size,
                              const char *attribution) {
    eg_diag diag = {0};
    eg_evaluation *evaluation = NULL;
    eg_evaluate_options options = eg_evaluate_defaults();
    options.all = strcmp(eg_api_query(call, "all", "0"), "1") == 0;
    eg_err err = condition_from_query(call, &options.condition, NULL, &diag);
    if (err == EG_OK) err = evaluate(call, name, bytes, size, &options, &evaluation, &diag);
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
    answer_text(call, err, &text, &diag);
}

void eg_api_inspect(eg_api_call *call) {
    static const char nothing[] = "";
    const char *bytes = call->request->body != NULL ? call->request->body : nothing;
    eg_api_answer_inspection(call, eg_api_query(call, "name", "recording"), bytes,
                             call->request->size, NULL);
}

/* Completed years on the day of the recording; NaN if the birth date is not known. */
static double age_on(eg_clinic *clinic, const char *person_id, const char *date) {
    json_t *person = NULL;
    eg_diag diag = {0};
    int64_t born = 0;
    int64_t day = 0;
    double age = NAN;
    if (person_id == NULL || date == NULL) return age;
    if (eg_document_get(clinic, person_id, 0, &person, &diag) != EG_OK) return age;
    const char *birth =
        json_string_value(json_object_get(json_object_get(person, "body"), "birth_date"));
    if (birth != NULL && eg_date_parse(birth, &born) && eg_date_parse(date, &day))
        age = (double)eg_years_between(born, day);
    json_decref(person);
    return age;
}

/* The person of an episode; "" if there is none. */
static void person_of(eg_clinic *clinic, const char *episode_id, char id[EG_STORE_ID_SIZE]) {
    eg_document document = {0};
    eg_diag diag = {0};
    id[0] = '\0';
    if (eg_store_get(clinic->store, episode_id, 0, &document, &diag) == EG_OK)
        memcpy(id, document.person_id, EG_STORE_ID_SIZE);
    eg_document_clear(&document);
}

/* The body of a recording document, all but what the store adds. */
static json_t *recording_body(const eg_api_call *call, const char *name, const char *date,
                              json_t *words, const eg_evaluation *evaluation) {
    eg_json_text text = {0};
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_text, &text);
    eg_evaluation_write(evaluation, &json);
    json_t *result =
        eg_json_finish(&json) == EG_OK ? json_loadb(text.bytes, text.n, 0, NULL) : NULL;
    eg_json_text_release(&text);
    long trial = strtol(eg_api_query(call, "trial_no", "1"), NULL, 10);
    const char *on = eg_api_query(call, "recorded_on", date);
    const char *task = eg_api_query(call, "task", "quiet_standing");
    return json_pack("{ss ss sO sI ss ss sb so? sO? sO?}", "name", name, "task", task, "condition",
                     words, "trial_no", (json_int_t)trial, "recorded_on", on, "decision", "pending",
                     "synthetic", 0, "result", result, "format", json_object_get(result, "format"),
                     "map", json_object_get(result, "map"));
}

void eg_api_create_recording(eg_api_call *call) {
    eg_diag diag = {0};
    eg_clinic *clinic = &call->api->clinic;
    eg_evaluation *evaluation = NULL;
    json_t *document = NULL;
    json_t *problems = NULL;
    json_t *words = json_object();
    char today[EG_DATE_SIZE];
    char person[EG_STORE_ID_SIZE];
    const char *episode = eg_api_parameter(call, 0);
    const char *name = eg_api_query(call, "name", "recording");
    eg_clinic_today(clinic, today);
    person_of(clinic, episode, person);
    eg_evaluate_options options = eg_evaluate_defaults();
    options.age_years = age_on(clinic, person, eg_api_query(call, "recorded_on", today));
    eg_err err = condition_from_query(call, &options.condition, words, &diag);
    if (err == EG_OK && call->request->size == 0)
        err = eg_diag_set(&diag, EG_ERR_FORMAT, name, 0, "the file is empty");
    if (err == EG_OK)
        err = evaluate(call, name, call->request->body, call->request->size, &options, &evaluation,
                       &diag);
    if (err == EG_OK) {
        json_t *body = recording_body(call, name, today, words, evaluation);
        err = eg_document_create_recording(
            clinic, episode, eg_api_query(call, "evaluation_id", NULL), body, call->request->body,
            call->request->size, &document, &problems, &diag);
        json_decref(body);
    }
    eg_evaluation_destroy(evaluation);
    json_decref(words);
    eg_api_finish(call, 201, err, document, problems, &diag);
}

eg_err eg_api_evaluate_stored(eg_api_call *call, const json_t *document, bool all,
                              eg_evaluation **evaluation, eg_diag *diag) {
    eg_clinic *clinic = &call->api->clinic;
    const json_t *body = json_object_get(document, "body");
    const char *kind = json_string_value(json_object_get(document, "kind"));
    const char *blob = json_string_value(json_object_get(body, "blob_id"));
    const char *name = json_string_value(json_object_get(body, "name"));
    if (kind == NULL || strcmp(kind, "recording") != 0 || blob == NULL)
        return eg_diag_set(diag, EG_ERR_NOT_FOUND, "recording", 0, "that is not a recording");
    void *bytes = NULL;
    size_t size = 0;
    eg_err err = eg_store_get_blob(clinic->store, blob, EG_API_BYTES_MAX, &bytes, &size, diag);
    if (err == EG_OK) {
        eg_evaluate_options options = eg_evaluate_defaults();
        options.all = all;
        options.age_years =
            age_on(clinic, json_string_value(json_object_get(document, "person_id")),
                   json_string_value(json_object_get(body, "recorded_on")));
        condition_from_body(body, &options.condition);
        err = evaluate(call, name != NULL ? name : "recording", bytes, size, &options, evaluation,
                       diag);
    }
    free(bytes);
    return err;
}

/* Loads the recording in the path and evaluates it again from its bytes. */
static eg_err load_stored(eg_api_call *call, bool all, eg_evaluation **evaluation, eg_diag *diag) {
    json_t *document = NULL;
    eg_err err = eg_document_get(&call->api->clinic, eg_api_parameter(call, 0), 0, &document, diag);
    if (err == EG_OK) err = eg_api_evaluate_stored(call, document, all, evaluation, diag);
    json_decref(document);
    return err;
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
    bool all = strcmp(eg_api_query(call, "all", "0"), "1") == 0;
    eg_err err = load_stored(call, all, &evaluation, &diag);
    if (err == EG_OK) {
        eg_json_writer json;
        eg_json_init(&json, eg_json_to_text, &text);
        eg_evaluation_write(evaluation, &json);
        err = eg_json_finish(&json);
    }
    eg_evaluation_destroy(evaluation);
    answer_text(call, err, &text, &diag);
}
