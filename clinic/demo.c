#include "clinic/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/course.h"
#include "clinic/document.h"
#include "clinic/knowledge.h"
#include "clinic/row.h"
#include "clinic/synthetic.h"
#include "core/base/check.h"

enum { NAME_SIZE = 32, NAMES_MAX = 32, TEXT_SIZE = 512, NESTED_MAX = 4096 };

static const int64_t minute_ms = 60000;

/* A document that a later step speaks of by name. */
typedef struct named {
    char name[NAME_SIZE];
    char id[EG_STORE_ID_SIZE];
} named;

/* One person's course while it is being made. */
typedef struct story {
    eg_clinic *clinic; /* its clock is moved from step to step */
    const eg_evaluator *evaluator;
    const json_t *therapist;
    int64_t real_now_ms;
    int64_t base_day; /* day 0: the last working day that is over, in days since 1970 */
    int64_t last_ms;  /* of the step before: time never goes back */
    int64_t last_day;
    char episode_id[EG_STORE_ID_SIZE];
    named names[NAMES_MAX];
    size_t n_names;
    eg_diag *diag;
} story;

static void remember(story *s, const char *name, const json_t *document) {
    if (name[0] == '\0' || s->n_names == NAMES_MAX) return;
    named *entry = &s->names[s->n_names++];
    snprintf(entry->name, sizeof entry->name, "%s", name);
    snprintf(entry->id, sizeof entry->id, "%s", eg_text_at(document, "id"));
}

static const char *id_of(const story *s, const char *name) {
    for (size_t i = 0; i < s->n_names; i++)
        if (strcmp(s->names[i].name, name) == 0) return s->names[i].id;
    return "";
}

/* A clinic works from Monday to Friday: what would fall on a weekend was on the Friday before. */
static int64_t working_day(int64_t day) {
    int64_t weekday = ((day + 3) % 7 + 7) % 7; /* 0: Monday; 1970-01-01 was a Thursday */
    return weekday > 4 ? day - (weekday - 4) : day;
}

static int64_t day_of(const story *s, int64_t day) {
    return working_day(s->base_day + day);
}

/* The instant of "09:15" by the clinic's clock. */
static int64_t moment_of(const story *s, int64_t day, const char *time) {
    eg_civil local;
    int hour = 0, minute = 0;
    if (sscanf(time, "%2d:%2d", &hour, &minute) < 2) return 0;
    eg_civil_from_days(day_of(s, day), &local);
    local.hour = hour;
    local.minute = minute;
    return eg_zone_utc_ms(s->clinic->zone, &local);
}

static json_t *instant(int64_t at_ms) {
    char text[EG_INSTANT_SIZE];
    eg_instant_format(at_ms, text);
    return json_string(text);
}

/* "@-30" becomes the date 30 days before day 0, "@-30T09:15" a moment of that day. */
static json_t *dated(const story *s, const char *text) {
    char *rest = NULL;
    char date[EG_DATE_SIZE];
    long day = strtol(text + 1, &rest, 10);
    if (*rest == 'T') return instant(moment_of(s, day, rest + 1));
    eg_date_format(day_of(s, day), date);
    return json_string(date);
}

/* Puts dates in the place of every "@..." below `root`, breadth first. */
static eg_err set_dates(const story *s, json_t *root) {
    json_t **open = calloc(NESTED_MAX, sizeof(json_t *));
    if (open == NULL) return EG_ERR_MEMORY;
    size_t n = 0;
    eg_err error = EG_OK;
    open[n++] = root;
    for (size_t i = 0; i < n && error == EG_OK; i++) {
        const char *key;
        json_t *value;
        void *next;
        json_object_foreach_safe(open[i], next, key, value) {
            const char *text = json_string_value(value);
            if (text != NULL && text[0] == '@')
                json_object_set_new(open[i], key, dated(s, text));
            else if ((json_is_object(value) || json_is_array(value)) && n < NESTED_MAX)
                open[n++] = value;
        }
        size_t k;
        json_array_foreach(open[i], k, value) {
            if ((json_is_object(value) || json_is_array(value)) && n < NESTED_MAX)
                open[n++] = value;
        }
        if (n == NESTED_MAX) error = EG_ERR_LIMIT;
    }
    free(open);
    return error;
}

/* Questions that the intake asks by themselves, beside the list about stimulation. */
static int has_own_field(const char *key) {
    return strcmp(key, "implanted_device") == 0 || strcmp(key, "pregnant") == 0 ||
           strcmp(key, "epilepsy") == 0;
}

/* The value that "all 0 but weight_loss 1, night_pain 1" gives a question. */
static int answer_to(const char *text, const char *key) {
    size_t length = strlen(key);
    for (const char *at = strstr(text, key); at != NULL; at = strstr(at + 1, key))
        if (at > text && at[-1] == ' ' && at[length] == ' ') return at[length + 1] == '1';
    return 0;
}

/* One answer for every question of a group of precautions. */
static json_t *answers(const story *s, const char *group, const char *text) {
    json_t *object = json_object();
    size_t n = eg_knowledge_count(s->clinic->knowledge, "precautions");
    for (size_t i = 0; i < n; i++) {
        json_t *entry = eg_knowledge_at(s->clinic->knowledge, "precautions", i);
        const char *key = eg_text_at(entry, "id");
        if (strncmp(eg_text_at(entry, "group"), group, strlen(group)) != 0 || has_own_field(key))
            continue;
        json_object_set_new(object, key, json_integer(answer_to(text, key)));
    }
    return object;
}

/* The problems of a refused document, as one sentence. */
static eg_err refused(story *s, eg_err error, const char *what, json_t *problems) {
    const json_t *first = json_array_get(problems, 0);
    if (s->diag != NULL && first != NULL) {
        eg_diag *diag = s->diag;
        *diag = (eg_diag){0};
        (void)eg_diag_set(diag, error, what, 0, "%s: %s %s", eg_text_at(first, "pointer"),
                          eg_text_at(first, "reason"), eg_text_at(first, "text"));
    }
    json_decref(problems);
    return error;
}

static eg_err create(story *s, const char *kind, const char *parent_id, json_t *body,
                     const char *name) {
    json_t *document = NULL;
    json_t *problems = NULL;
    eg_err error = set_dates(s, body);
    if (error == EG_OK)
        error = eg_document_create(s->clinic, s->episode_id, kind,
                                   parent_id[0] == '\0' ? NULL : parent_id, body, &document,
                                   &problems, s->diag);
    if (error != EG_OK) return refused(s, error, kind, problems);
    remember(s, name, document);
    json_decref(document);
    return EG_OK;
}

static eg_err do_create(story *s, const json_t *step) {
    json_t *body = json_deep_copy(json_object_get(step, "body"));
    if (body == NULL) return EG_ERR_MEMORY;
    if (strcmp(eg_text_at(step, "kind"), "intake") == 0) {
        const char *flags = eg_text_at(body, "red_flags");
        json_object_set_new(body, "red_flags", answers(s, "red-flag", flags));
        const char *screen = eg_text_at(body, "stimulation_screen");
        json_object_set_new(body, "stimulation_screen", answers(s, "stimulation", screen));
    }
    eg_err error = create(s, eg_text_at(step, "kind"), "", body, eg_text_at(step, "as"));
    json_decref(body);
    return error;
}

static eg_err do_to(story *s, const json_t *step) {
    json_t *problems = NULL;
    eg_course_state to = eg_course_state_find(eg_text_at(step, "state"));
    EG_ASSERT(to != EG_COURSE_STATE_COUNT);
    eg_err error =
        eg_course_transition(s->clinic, s->episode_id, to, NULL, NULL, &problems, s->diag);
    if (error != EG_OK) return refused(s, error, eg_text_at(step, "state"), problems);
    json_decref(problems);
    return EG_OK;
}

static eg_err do_entries(story *s, const json_t *step) {
    const char *evaluation = id_of(s, eg_text_at(step, "in"));
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(step, "rows"), i, row) {
        const char *code = json_string_value(json_array_get(row, 0));
        const json_t *measure = eg_knowledge_find(s->clinic->knowledge, "measures", code);
        if (measure == NULL)
            return eg_diag_set(s->diag, EG_ERR_DATA, code, 0, "the demo uses an unknown measure");
        json_t *body = json_object();
        json_object_set_new(body, "evaluation_id", json_string(evaluation));
        json_object_set_new(body, "code", json_string(code));
        json_object_set(body, "side", json_array_get(row, 1));
        json_object_set(body, "value", json_array_get(row, 2));
        json_t *method = json_array_get(json_object_get(measure, "methods"), 0);
        if (method != NULL) json_object_set(body, "method", method);
        json_t *position = json_array_get(json_object_get(measure, "positions"), 0);
        if (position != NULL) json_object_set(body, "position", position);
        json_object_set(body, "examiner", json_object_get(s->therapist, "name"));
        eg_err error = create(s, "entry", evaluation, body, "");
        json_decref(body);
        if (error != EG_OK) return error;
    }
    return EG_OK;
}

static eg_err do_recording(story *s, const json_t *step) {
    eg_synthetic_trial trial = {
        .sway = eg_text_at(step, "sway"),
        .seed = (uint64_t)json_integer_value(json_object_get(step, "seed")),
        .right_share = json_number_value(json_object_get(step, "right_share")),
        .vision = eg_text_at(step, "vision"),
        .surface = eg_text_at(step, "surface"),
        .trial_no = (int)json_integer_value(json_object_get(step, "trial_no")),
        .decision = eg_text_at(step, "decision"),
        .task = eg_text_at(step, "task"),
        .task_settings = json_object_get(step, "task_settings")};
    const char *evaluation = id_of(s, eg_text_at(step, "in"));
    return eg_synthetic_record(s->clinic, s->evaluator, s->episode_id, evaluation, &trial, s->diag);
}

/* Names of goals become ids. */
static json_t *goal_ids(const story *s, const json_t *names) {
    json_t *ids = json_array();
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name) {
        json_array_append_new(ids, json_string(id_of(s, json_string_value(name))));
    }
    return ids;
}

/* A therapist's decision over the proposal of one rule. */
static eg_err add_decision(const story *s, json_t *decisions, const json_t *choice,
                           const char *decision) {
    const char *rule_id = eg_text_at(choice, "rule");
    const json_t *rule = eg_knowledge_find(s->clinic->knowledge, "rules", rule_id);
    const json_t *proposal = json_object_get(rule, "proposal");
    if (proposal == NULL)
        return eg_diag_set(s->diag, EG_ERR_DATA, rule_id, 0, "the demo uses an unknown rule");
    json_t *body = json_object();
    json_object_set_new(body, "rule_id", json_string(rule_id));
    json_object_set(body, "title", json_object_get(proposal, "title"));
    json_t *dose = json_object();
    static const char *const parts[] = {"frequency", "intensity", "time", "type", "volume"};
    const json_t *edit = json_object_get(choice, "edit");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        json_t *part = json_object_get(edit, parts[i]);
        if (part == NULL) part = json_object_get(json_object_get(proposal, "dose"), parts[i]);
        if (json_is_string(part)) json_object_set(dose, parts[i], part);
    }
    if (json_is_string(json_object_get(rule, "progression")))
        json_object_set(dose, "progression", json_object_get(rule, "progression"));
    json_object_set_new(body, "dose", dose);
    int is_edited = edit != NULL && strcmp(decision, "accepted") == 0;
    json_object_set_new(body, "decision", json_string(is_edited ? "edited" : decision));
    if (eg_text_at(choice, "reason")[0] != '\0')
        json_object_set(body, "reason", json_object_get(choice, "reason"));
    json_object_set(body, "finding_names", json_object_get(choice, "findings"));
    json_object_set_new(body, "goal_ids", goal_ids(s, json_object_get(choice, "goals")));
    json_t *exercises = json_object_get(choice, "exercises");
    if (exercises == NULL)
        json_object_set_new(body, "exercises", json_array());
    else
        json_object_set(body, "exercises", exercises);
    json_object_set(body, "grade", json_object_get(rule, "grade"));
    json_object_set(body, "status", json_object_get(rule, "status"));
    json_object_set(body, "source", json_object_get(rule, "source"));
    json_array_append_new(decisions, body);
    return EG_OK;
}

static json_t *other_treatments(const story *s, const json_t *step) {
    json_t *others = json_array();
    size_t i;
    json_t *other;
    json_array_foreach(json_object_get(step, "others"), i, other) {
        json_t *body = json_object();
        json_object_set(body, "title", json_object_get(other, "title"));
        json_object_set(body, "dose", json_object_get(other, "dose"));
        json_object_set(body, "reason", json_object_get(other, "reason"));
        json_object_set(body, "finding_names", json_object_get(other, "findings"));
        json_object_set_new(body, "goal_ids", goal_ids(s, json_object_get(other, "goals")));
        json_array_append_new(others, body);
    }
    return others;
}

static eg_err do_plan(story *s, const json_t *step) {
    json_t *decisions = json_array();
    json_t *all_goals = json_array();
    eg_err error = EG_OK;
    static const char *const lists[][2] = {{"accept", "accepted"}, {"reject", "rejected"}};
    for (size_t k = 0; k < 2; k++) {
        size_t i;
        json_t *choice;
        json_array_foreach(json_object_get(step, lists[k][0]), i, choice) {
            if (error == EG_OK) error = add_decision(s, decisions, choice, lists[k][1]);
        }
    }
    for (size_t i = 0; i < s->n_names; i++) {
        json_t *goal = NULL;
        if (eg_document_get(s->clinic, s->names[i].id, 0, &goal, NULL) != EG_OK) continue;
        if (strcmp(eg_text_at(goal, "kind"), "goal") == 0)
            json_array_append_new(all_goals, json_string(s->names[i].id));
        json_decref(goal);
    }
    long weeks = (long)json_integer_value(json_object_get(step, "duration_weeks"));
    long day = (long)json_integer_value(json_object_get(step, "day"));
    char end[NAME_SIZE];
    char start[NAME_SIZE];
    snprintf(start, sizeof start, "@%ld", day);
    snprintf(end, sizeof end, "@%ld", day + 7 * weeks);
    json_t *body = json_object();
    json_object_set(body, "diagnosis", json_object_get(step, "diagnosis"));
    json_object_set_new(body, "goal_ids", all_goals);
    json_object_set(body, "frequency_per_week", json_object_get(step, "frequency_per_week"));
    json_object_set_new(body, "duration_weeks", json_integer(weeks));
    json_object_set_new(body, "start_on", json_string(start));
    json_object_set_new(body, "end_on", json_string(end));
    json_object_set_new(body, "decisions", decisions);
    json_object_set_new(body, "others", other_treatments(s, step));
    json_t *overrides = json_object_get(step, "overrides");
    json_object_set_new(body, "overrides", overrides ? json_incref(overrides) : json_array());
    if (error == EG_OK) error = create(s, "plan", "", body, eg_text_at(step, "as"));
    json_decref(body);
    return error;
}

static eg_err sign(story *s, const char *name) {
    json_t *document = NULL;
    json_t *signature = NULL;
    json_t *problems = NULL;
    eg_err error = eg_document_get(s->clinic, id_of(s, name), 0, &document, s->diag);
    if (error == EG_OK) {
        int32_t version = (int32_t)json_integer_value(json_object_get(document, "version"));
        error = eg_document_sign(
            s->clinic, id_of(s, name), version, eg_text_at(s->therapist, "name"),
            eg_text_at(s->therapist, "credential"), &signature, &problems, s->diag);
    }
    json_decref(document);
    json_decref(signature);
    if (error != EG_OK) return refused(s, error, name, problems);
    return EG_OK;
}

/* Rows: exercise or intervention, sets, repetitions, successes, seconds. */
static json_t *session_items(const story *s, const json_t *step) {
    static const char *const parts[] = {"sets", "repetitions", "successes", "seconds"};
    json_t *items = json_array();
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(step, "items"), i, row) {
        const char *id = json_string_value(json_array_get(row, 0));
        const json_t *exercise = eg_knowledge_find(s->clinic->knowledge, "exercises", id);
        const json_t *treatment = eg_knowledge_find(s->clinic->knowledge, "interventions", id);
        json_t *item = json_object();
        if (exercise != NULL) json_object_set(item, "exercise_id", json_array_get(row, 0));
        if (exercise == NULL) json_object_set(item, "intervention_id", json_array_get(row, 0));
        json_object_set(item, "title",
                        json_object_get(exercise == NULL ? treatment : exercise, "name"));
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
            json_object_set(item, parts[k], json_array_get(row, k + 1));
        json_array_append_new(items, item);
    }
    return items;
}

static json_t *check_in(const json_t *step) {
    static const char *const parts[] = {"sbp", "dbp", "hr", "spo2"};
    json_t *said = json_object();
    json_object_set(said, "pain", json_object_get(step, "pain"));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        json_object_set(said, parts[i], json_array_get(json_object_get(step, "vitals"), i));
    json_object_set_new(said, "skin_ok", json_true());
    return said;
}

/* The minutes of a visit: what was done here and the rests, not what was done at home. */
static int64_t set_minutes(const json_t *step, json_t *body) {
    static const char *const buckets[] = {"timed", "untimed", "rest", "unattended"};
    const json_t *minutes = json_object_get(step, "minutes");
    json_t *spent = json_object();
    int64_t sum = 0;
    for (size_t i = 0; i < 4; i++) {
        json_object_set(spent, buckets[i], json_array_get(minutes, i));
        if (i < 3) sum += json_integer_value(json_array_get(minutes, i));
    }
    json_object_set_new(body, "minutes", spent);
    return sum;
}

static eg_err do_session(story *s, const json_t *step) {
    char date[NAME_SIZE];
    long day = (long)json_integer_value(json_object_get(step, "day"));
    json_t *body = json_object();
    json_t *plan = NULL;
    const char *plan_id = id_of(s, eg_text_at(step, "plan"));
    eg_err error = eg_document_get(s->clinic, plan_id, 0, &plan, s->diag);
    json_object_set_new(body, "plan_id", json_string(plan_id));
    json_object_set(body, "plan_version", json_object_get(plan, "version"));
    json_decref(plan);
    snprintf(date, sizeof date, "@%ld", day);
    json_object_set_new(body, "date", json_string(date));
    int64_t start_ms = moment_of(s, day, eg_text_at(step, "start"));
    int64_t end_ms = start_ms + set_minutes(step, body) * minute_ms;
    json_object_set_new(body, "started_at", instant(start_ms));
    json_object_set_new(body, "ended_at", instant(end_ms));
    json_object_set(body, "therapist", json_object_get(s->therapist, "name"));
    json_object_set_new(body, "check_in", check_in(step));
    json_object_set_new(body, "items", session_items(s, step));
    json_object_set(body, "response", json_object_get(step, "response"));
    /* Written down after the visit, signed a little later. */
    if (end_ms + 4 * minute_ms > s->clinic->now_ms) s->clinic->now_ms = end_ms + 4 * minute_ms;
    if (error == EG_OK) error = create(s, "session", "", body, "session");
    json_decref(body);
    s->clinic->now_ms += 3 * minute_ms;
    s->last_ms = s->clinic->now_ms;
    if (error == EG_OK && json_is_true(json_object_get(step, "sign"))) error = sign(s, "session");
    /* Each session is spoken of only in its own step. */
    if (s->n_names > 0 && strcmp(s->names[s->n_names - 1].name, "session") == 0) s->n_names--;
    return error;
}

static eg_err do_amend(story *s, const json_t *step) {
    json_t *document = NULL;
    json_t *amended = NULL;
    json_t *problems = NULL;
    const char *id = id_of(s, eg_text_at(step, "what"));
    eg_err error = eg_document_get(s->clinic, id, 0, &document, s->diag);
    if (error == EG_OK) {
        json_t *body = json_deep_copy(json_object_get(document, "body"));
        json_object_update(body, json_object_get(step, "set"));
        int32_t version = (int32_t)json_integer_value(json_object_get(document, "version"));
        error = eg_document_amend(s->clinic, id, version, body, &amended, &problems, s->diag);
        json_decref(body);
    }
    json_decref(document);
    json_decref(amended);
    if (error != EG_OK) return refused(s, error, eg_text_at(step, "what"), problems);
    json_decref(problems);
    return EG_OK;
}

static eg_err do_sign(story *s, const json_t *step) {
    return sign(s, eg_text_at(step, "what"));
}

static eg_err do_step(story *s, const json_t *step) {
    static const struct {
        const char *name;
        eg_err (*run)(story *, const json_t *);
    } verbs[] = {{"create", do_create},       {"to", do_to},      {"entries", do_entries},
                 {"recording", do_recording}, {"plan", do_plan},  {"sign", do_sign},
                 {"session", do_session},     {"amend", do_amend}};
    int64_t day = json_integer_value(json_object_get(step, "day"));
    const char *at = eg_text_at(step, "at");
    int64_t now_ms = s->last_ms + 2 * minute_ms;
    if (at[0] != '\0' || day_of(s, day) != s->last_day)
        now_ms = moment_of(s, day, at[0] != '\0' ? at : "08:45");
    s->clinic->now_ms = now_ms > s->last_ms ? now_ms : s->last_ms + 2 * minute_ms;
    s->last_ms = s->clinic->now_ms;
    s->last_day = day_of(s, day);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, eg_text_at(step, "do")) == 0) return verbs[i].run(s, step);
    return eg_diag_set(s->diag, EG_ERR_DATA, "clinic/demo/people.json", 0,
                       "there is no step \"%s\"", eg_text_at(step, "do"));
}

static eg_err tell(story *s, const json_t *entry) {
    json_t *person = NULL;
    json_t *episode = NULL;
    json_t *problems = NULL;
    const json_t *steps = json_object_get(entry, "steps");
    int64_t first_day = json_integer_value(json_object_get(json_array_get(steps, 0), "day"));
    s->last_ms = moment_of(s, first_day, "08:30");
    s->last_day = 0;
    s->clinic->now_ms = s->last_ms;
    eg_err error =
        eg_person_create(s->clinic, json_object_get(entry, "person"), &person, &problems, s->diag);
    if (error != EG_OK) return refused(s, error, "person", problems);
    const json_t *care = json_object_get(entry, "episode");
    error = eg_episode_create(s->clinic, eg_text_at(person, "id"), eg_text_at(care, "discipline"),
                              eg_text_at(care, "title"), &episode, &problems, s->diag);
    if (error != EG_OK) {
        json_decref(person);
        return refused(s, error, "episode", problems);
    }
    snprintf(s->episode_id, sizeof s->episode_id, "%s", eg_text_at(episode, "id"));
    json_decref(person);
    json_decref(episode);
    size_t i;
    json_t *step;
    json_array_foreach(steps, i, step) {
        error = do_step(s, step);
        if (error == EG_OK) continue;
        const char *family = eg_text_at(json_object_get(entry, "person"), "family_name");
        eg_diag because = s->diag == NULL ? (eg_diag){0} : *s->diag;
        if (s->diag != NULL) *s->diag = (eg_diag){0};
        return eg_diag_set(s->diag, error, "clinic/demo/people.json", 0, "%s, step %zu (%s): %s %s",
                           family, i + 1, eg_text_at(step, "do"), because.where, because.text);
    }
    return EG_OK;
}

static json_t *read_people(const eg_embedded *files, eg_diag *diag) {
    static const char path[] = "clinic/demo/people.json";
    for (const eg_embedded *file = files; file->path != NULL; file++) {
        if (strcmp(file->path, path) != 0) continue;
        json_error_t problem;
        size_t size = (size_t)(file->end - file->begin);
        json_t *people = json_loadb((const char *)file->begin, size, 0, &problem);
        if (people == NULL)
            (void)eg_diag_set(diag, EG_ERR_DATA, path, (uint64_t)problem.line, "%s", problem.text);
        return people;
    }
    (void)eg_diag_set(diag, EG_ERR_NOT_FOUND, path, 0, "the demo is not part of this program");
    return NULL;
}

eg_err eg_demo_fill(eg_clinic *clinic, const eg_evaluator *evaluator, const eg_embedded *files,
                    eg_diag *diag) {
    EG_ASSERT(clinic != NULL && files != NULL);
    json_t *present = NULL;
    eg_err error = eg_person_search(clinic, "", 1, &present, diag);
    size_t n_present = json_array_size(present);
    json_decref(present);
    if (error != EG_OK) return error;
    if (n_present > 0)
        return eg_diag_set(diag, EG_ERR_CONFLICT, "demo", 0,
                           "this store holds people already; the demo needs an empty one");
    json_t *demo = read_people(files, diag);
    if (demo == NULL) return EG_ERR_DATA;
    eg_diag local = {0};
    story s = {.clinic = clinic,
               .evaluator = evaluator,
               .therapist = json_object_get(demo, "therapist"),
               .real_now_ms = clinic->now_ms,
               .diag = diag == NULL ? &local : diag};
    char today[EG_DATE_SIZE];
    eg_zone_date(clinic->zone, clinic->now_ms, today);
    if (eg_date_parse(today, &s.base_day)) s.base_day = working_day(s.base_day - 1);
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(demo, "people"), i, entry) {
        s.n_names = 0;
        error = tell(&s, entry);
        if (error != EG_OK) break;
    }
    clinic->now_ms = s.real_now_ms;
    json_decref(demo);
    return error;
}
