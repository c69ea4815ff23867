#include "clinic/study_trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/channel_map.h"
#include "clinic/describe.h"
#include "clinic/document.h"
#include "clinic/layouts.h"
#include "clinic/preview.h"
#include "clinic/row.h"
#include "core/base/check.h"
#include "io/host/calendar.h"

/* One file on its way from bytes to numbers. */
typedef struct trial {
    eg_clinic *clinic;
    bool is_balance;                    /* a force plate's recording of standing */
    const char *episode_id, *person_id; /* NULL: nobody's */
    json_t *episode;                    /* NULL: none was asked for */
    char today[EG_DATE_SIZE];
    const char *date;
    eg_recording *recording;
    const eg_study *study; /* NULL: none suits */
    json_t *options, *channels, *references, *saved;
    size_t n_references;
    eg_recording *others[EG_STUDY_REFERENCES_MAX];
    json_t *result;
} trial;

static void release(trial *t) {
    json_decref(t->episode);
    eg_recording_destroy(t->recording);
    for (size_t i = 0; i < t->n_references; i++) eg_recording_destroy(t->others[i]);
    json_decref(t->options);
    json_decref(t->channels);
    json_decref(t->references);
    json_decref(t->saved);
    json_decref(t->result);
}

/* The one that the file names itself, or that somebody has said for such channels; what could be
 * several things is asked, not guessed. NULL: none. */
static const eg_study *best_study(eg_clinic *clinic, const eg_recording *recording) {
    char fingerprint[EG_FINGERPRINT_SIZE];
    const eg_study *found = NULL;
    eg_describe_fingerprint(recording, fingerprint);
    for (size_t i = 0; found == NULL && eg_study_at(i) != NULL; i++) {
        json_t *saved = NULL;
        eg_diag ignored = {0};
        if (eg_layouts_find(clinic, eg_study_at(i)->name, fingerprint, &saved, &ignored) == EG_OK &&
            saved != NULL)
            found = eg_study_at(i);
        json_decref(saved);
    }
    for (size_t i = 0; found == NULL && eg_study_at(i) != NULL; i++)
        if (eg_study_at(i)->suits(recording) == 2) found = eg_study_at(i);
    return found;
}

/* ---- what the chart knows of the person ---- */

static int takes(const eg_study *study, const char *name) {
    for (size_t i = 0; i < study->n_options; i++)
        if (strcmp(study->options[i].name, name) == 0) return 1;
    return 0;
}

static void set_if_open(const trial *t, const char *name, json_t *value) {
    eg_diag ignored = {0};
    json_t *one = json_pack("{sO}", name, value);
    int is_open = json_object_get(t->options, name) == NULL && takes(t->study, name);
    if (is_open && one != NULL && eg_study_check_options(t->study, one, &ignored) == EG_OK)
        json_object_set(t->options, name, value);
    json_decref(one);
    json_decref(value);
}

static void fill_from_person(const trial *t) {
    json_t *person = NULL;
    int64_t born = 0, day = 0;
    if (t->person_id == NULL || eg_document_get(t->clinic, t->person_id, 0, &person, NULL) != EG_OK)
        return;
    if (eg_date_parse(eg_body_text(person, "birth_date"), &born) && eg_date_parse(t->date, &day))
        set_if_open(t, "age", json_real((double)eg_years_between(born, day)));
    const char *sex = eg_body_text(person, "sex");
    if (strcmp(sex, "female") == 0) set_if_open(t, "sex", json_string("F"));
    if (strcmp(sex, "male") == 0) set_if_open(t, "sex", json_string("M"));
    json_decref(person);
}

/* Newest entry of a code; NaN if nobody entered one. */
static double entered(const json_t *entries, const char *code) {
    double value = (double)NAN;
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i); /* oldest first */
        if (strcmp(eg_text_at(entry, "status"), "entered-in-error") != 0 &&
            strcmp(eg_body_text(entry, "code"), code) == 0 &&
            !isnan(eg_body_number(entry, "value")))
            value = eg_body_number(entry, "value");
    }
    return value;
}

static void fill_from_entries(const trial *t) {
    json_t *entries = NULL;
    if (t->episode_id == NULL ||
        eg_document_all(t->clinic, t->episode_id, "entry", &entries, NULL) != EG_OK)
        return;
    double height_cm = entered(entries, "body.height"), mass_kg = entered(entries, "body.mass");
    if (!isnan(height_cm)) set_if_open(t, "height_m", json_real(height_cm / 100.0));
    if (!isnan(mass_kg)) set_if_open(t, "mass_kg", json_real(mass_kg));
    json_decref(entries);
}

/* ---- from bytes to a recording that the study understands ---- */

static eg_err recall(trial *t, const eg_study_file *file, eg_diag *diag) {
    char fingerprint[EG_FINGERPRINT_SIZE];
    if (file->options != NULL || file->channels != NULL) return EG_OK;
    eg_describe_fingerprint(t->recording, fingerprint);
    eg_err err = eg_layouts_find(t->clinic, t->study->name, fingerprint, &t->saved, diag);
    const json_t *map = eg_member(t->saved, "map");
    json_t *options = json_object_get(map, "options"), *channels = json_object_get(map, "channels");
    if (json_is_object(options)) json_object_update(t->options, options);
    if (json_is_array(channels)) {
        json_decref(t->channels);
        t->channels = json_incref(channels);
    }
    return err;
}

static eg_err read_reference(trial *t, const char *id, eg_diag *diag) {
    json_t *document = NULL;
    void *bytes = NULL;
    size_t size = 0;
    eg_err err = eg_document_get(t->clinic, id, 0, &document, diag);
    if (err == EG_OK && (strcmp(eg_text_at(document, "kind"), "recording") != 0 ||
                         strcmp(eg_text_at(document, "episode_id"), t->episode_id) != 0))
        err = eg_diag_set(diag, EG_ERR_NOT_FOUND, "references", 0,
                          "a recording to hold this against is not in this chart");
    if (err == EG_OK)
        err = eg_store_get_blob(t->clinic->store, eg_body_text(document, "blob_id"),
                                EG_RECORDING_BYTES_MAX, &bytes, &size, diag);
    if (err == EG_OK)
        err = eg_recording_parse(eg_body_text(document, "name"), bytes, size,
                                 &t->others[t->n_references], diag);
    if (err == EG_OK)
        err = eg_channel_map_apply(
            eg_member(eg_member(eg_member(document, "body"), "study"), "channels"),
            t->others[t->n_references++], diag);
    free(bytes);
    json_decref(document);
    return err;
}

static eg_err read_references(trial *t, eg_diag *diag) {
    size_t n = json_array_size(t->references);
    eg_err err = EG_OK;
    if (n > EG_STUDY_REFERENCES_MAX || (n > 0 && t->episode_id == NULL))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "references", 0,
                           "at most %d recordings of the same chart", EG_STUDY_REFERENCES_MAX);
    for (size_t i = 0; err == EG_OK && i < n; i++) {
        const char *id = json_string_value(json_array_get(t->references, i));
        err = id == NULL ? eg_diag_set(diag, EG_ERR_ARGUMENT, "references", 0,
                                       "references are ids of recordings")
                         : read_reference(t, id, diag);
    }
    return err;
}

static eg_err open_file(trial *t, const eg_study_file *file, eg_diag *diag) {
    t->options = file->options != NULL ? json_deep_copy(file->options) : json_object();
    t->channels = file->channels != NULL ? json_deep_copy(file->channels) : json_null();
    t->references = file->references != NULL ? json_deep_copy(file->references) : json_array();
    if (!json_is_object(t->options))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "options", 0, "the options are an object");
    if (file->study != NULL && eg_study_find(file->study) == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, "study", 0, "there is no study \"%.40s\"",
                           file->study);
    if (file->size == 0)
        return eg_diag_set(diag, EG_ERR_FORMAT, file->name, 0, "the file is empty");
    eg_err err = eg_recording_parse(file->name, file->bytes, file->size, &t->recording, diag);
    if (err != EG_OK) return err;
    t->study =
        file->study != NULL ? eg_study_find(file->study) : best_study(t->clinic, t->recording);
    return t->study != NULL ? recall(t, file, diag) : EG_OK;
}

static eg_err measure(trial *t, size_t n_points, eg_diag *diag) {
    if (t->study == NULL)
        return eg_diag_set(diag, EG_ERR_LAYOUT, t->recording->name, 0,
                           "nothing in this file says what it is a recording of: choose what to "
                           "measure, or say what its channels are");
    fill_from_person(t);
    fill_from_entries(t);
    eg_err err = read_references(t, diag);
    if (err == EG_OK) err = eg_channel_map_apply(t->channels, t->recording, diag);
    eg_study_call call = {.recording = t->recording,
                          .n_references = t->n_references,
                          .options = t->options,
                          .knowledge = t->clinic->knowledge,
                          .n_trace_points = n_points};
    for (size_t i = 0; i < t->n_references; i++) call.references[i] = t->others[i];
    if (err == EG_OK) err = eg_study_run(t->study, call, &t->result, diag);
    /* As of balance: what failed its quality checks has no clinical value. */
    if (err == EG_OK)
        json_object_set_new(t->result, "clinical",
                            json_boolean(strcmp(eg_text_at(t->result, "verdict"), "fail") != 0));
    return err;
}

/* ---- answers ---- */

static json_t *settings_of(const trial *t) {
    return json_pack("{ss? sO sO sO}", "name", t->study != NULL ? t->study->name : NULL, "options",
                     t->options, "channels", t->channels, "references", t->references);
}

static const char *word_of(eg_err err) {
    return err == EG_ERR_LAYOUT ? "layout" : err == EG_ERR_ARGUMENT ? "argument" : "data";
}

/* Whether the columns say that it is a force plate's, or somebody has said so: then balance is
 * measured, not a study that could read it, too. */
static bool is_balance(eg_clinic *clinic, const eg_evaluator *evaluator,
                       const eg_recording *recording) {
    char fingerprint[EG_FINGERPRINT_SIZE];
    eg_diag ignored = {0};
    json_t *saved = NULL;
    eg_layout_answer *answer = evaluator != NULL ? malloc(sizeof *answer) : NULL;
    if (answer == NULL) return false;
    bool is = eg_describe_layout(evaluator, recording, answer, &ignored) == EG_OK &&
              strcmp(answer->source, "unknown") != 0;
    eg_describe_fingerprint(recording, fingerprint);
    if (!is && eg_layouts_find(clinic, NULL, fingerprint, &saved, &ignored) == EG_OK)
        is = saved != NULL;
    json_decref(saved);
    free(answer);
    return is;
}

static json_t *look(trial *t, size_t n_points) {
    eg_diag diag = {0};
    json_t *preview = eg_preview(t->recording), *studies = json_array();
    for (size_t i = 0; eg_study_at(i) != NULL; i++)
        json_array_append_new(studies, json_pack("{ss ss si}", "name", eg_study_at(i)->name,
                                                 "title", eg_study_at(i)->title, "suits",
                                                 eg_study_at(i)->suits(t->recording)));
    eg_err err = measure(t, n_points, &diag);
    json_t *problem = err == EG_OK ? json_null()
                                   : json_pack("{ss ss ss}", "code", word_of(err), "where",
                                               diag.where, "message", diag.text);
    json_t *saved = t->saved == NULL ? json_null()
                                     : json_pack("{ss ss}", "id", eg_text_at(t->saved, "id"),
                                                 "name", eg_text_at(t->saved, "name"));
    return json_pack("{ss so so sb ss? so so sO? so}", "name", t->recording->name, "preview",
                     preview, "studies", studies, "balance", (int)t->is_balance, "study",
                     t->study != NULL ? t->study->name : NULL, "settings", settings_of(t), "saved",
                     saved, "result", t->result, "problem", problem);
}

/* Whose file it is, and the file read; `release` in any case. */
static eg_err begin(trial *t, eg_clinic *clinic, const char *episode_id, const eg_study_file *file,
                    eg_diag *diag) {
    eg_err err = EG_OK;
    *t = (trial){.clinic = clinic, .episode_id = episode_id};
    eg_clinic_today(clinic, t->today);
    t->date = file->recorded_on != NULL ? file->recorded_on : t->today;
    if (episode_id != NULL) err = eg_document_get(clinic, episode_id, 0, &t->episode, diag);
    if (t->episode != NULL) t->person_id = eg_text_at(t->episode, "person_id");
    return err == EG_OK ? open_file(t, file, diag) : err;
}

eg_err eg_study_trial_look(eg_clinic *clinic, const eg_evaluator *evaluator, const char *episode_id,
                           const eg_study_file *file, json_t **answer, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && file != NULL && answer != NULL);
    trial t;
    *answer = NULL;
    eg_err err = begin(&t, clinic, episode_id, file, diag);
    if (err == EG_OK) t.is_balance = is_balance(clinic, evaluator, t.recording);
    if (err == EG_OK && (*answer = look(&t, file->n_points)) == NULL)
        err = eg_diag_set(diag, EG_ERR_MEMORY, file->name, 0, "no memory");
    release(&t);
    return err;
}

static json_t *body_of(const trial *t, const eg_study_file *file) {
    return json_pack("{ss ss so si ss ss sb ss sO}", "name", file->name, "task", "study", "study",
                     settings_of(t), "trial_no", file->trial_no > 0 ? file->trial_no : 1,
                     "recorded_on", t->date, "decision",
                     file->decision != NULL ? file->decision : "pending", "synthetic", 0, "format",
                     t->recording->format, "result", t->result);
}

eg_err eg_study_trial_store(eg_clinic *clinic, const char *episode_id, const char *evaluation_id,
                            const eg_study_file *file, json_t **document, json_t **problems,
                            eg_diag *diag) {
    EG_ASSERT(clinic != NULL && episode_id != NULL && file != NULL && document != NULL);
    trial t;
    eg_err err = begin(&t, clinic, episode_id, file, diag);
    if (err == EG_OK) err = measure(&t, 0, diag);
    if (err == EG_OK) {
        json_t *body = body_of(&t, file);
        err = body == NULL
                  ? eg_diag_set(diag, EG_ERR_MEMORY, file->name, 0, "no memory")
                  : eg_document_create_recording(clinic, episode_id, evaluation_id, body,
                                                 file->bytes, file->size, document, problems, diag);
        json_decref(body);
    }
    release(&t);
    return err;
}

/* A stored recording as a file; `bytes` is the caller's to free. `settings` NULL: as stored. */
static eg_err stored_file(eg_clinic *clinic, const json_t *document, const json_t *settings,
                          eg_study_file *file, void **bytes, eg_diag *diag) {
    const json_t *body = eg_member(document, "body"), *own = eg_member(body, "study");
    const char *blob = eg_body_text(document, "blob_id");
    if (strcmp(eg_text_at(document, "kind"), "recording") != 0 || !json_is_object(own))
        return eg_diag_set(diag, EG_ERR_NOT_FOUND, "recording", 0,
                           "that is not a recording of a study");
    const json_t *with = settings != NULL ? settings : own;
    const char *name = eg_text_at(with, "name");
    *file = (eg_study_file){.name = eg_text_at(body, "name"),
                            .study = name[0] != '\0' ? name : eg_text_at(own, "name"),
                            .options = json_object_get(with, "options"),
                            .channels = json_object_get(with, "channels"),
                            .references = json_object_get(with, "references"),
                            .recorded_on = eg_text_at(body, "recorded_on")};
    if (file->options == NULL || json_is_null(file->options)) file->options = NULL;
    if (file->references == NULL || json_is_null(file->references)) file->references = NULL;
    return eg_store_get_blob(clinic->store, blob, EG_RECORDING_BYTES_MAX, bytes, &file->size, diag);
}

eg_err eg_study_trial_read(eg_clinic *clinic, const json_t *document, size_t n_points,
                           json_t **answer, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && document != NULL && answer != NULL);
    eg_study_file file = {0};
    void *bytes = NULL;
    *answer = NULL;
    eg_err err = stored_file(clinic, document, NULL, &file, &bytes, diag);
    file.bytes = bytes;
    file.n_points = n_points;
    if (err == EG_OK)
        err = eg_study_trial_look(clinic, NULL, eg_text_at(document, "episode_id"), &file, answer,
                                  diag);
    free(bytes);
    return err;
}

eg_err eg_study_trial_remeasure(eg_clinic *clinic, const char *id, int32_t version,
                                const json_t *settings, json_t **document, json_t **problems,
                                eg_diag *diag) {
    EG_ASSERT(clinic != NULL && id != NULL && settings != NULL && document != NULL);
    json_t *seen = NULL;
    void *bytes = NULL;
    eg_study_file file = {0};
    trial t = {.clinic = clinic};
    eg_err err = eg_document_get(clinic, id, 0, &seen, diag);
    if (err == EG_OK && strcmp(eg_body_text(seen, "decision"), "kept") == 0)
        err = eg_diag_set(diag, EG_ERR_GUARD, "decision", 0,
                          "a kept recording stays as it was measured: decide anew first");
    if (err == EG_OK) err = stored_file(clinic, seen, settings, &file, &bytes, diag);
    file.bytes = bytes;
    t.episode_id = eg_text_at(seen, "episode_id");
    t.person_id = eg_text_at(seen, "person_id");
    t.date = file.recorded_on;
    if (err == EG_OK) err = open_file(&t, &file, diag);
    if (err == EG_OK) err = measure(&t, 0, diag);
    if (err == EG_OK) {
        json_t *own = settings_of(&t);
        err = eg_document_remeasure(clinic, id, version, "study", own, t.result, document, problems,
                                    diag);
        json_decref(own);
    }
    release(&t);
    free(bytes);
    json_decref(seen);
    return err;
}
