#include "clinic/document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/codes.h"
#include "clinic/course.h"
#include "clinic/course_guard.h"
#include "clinic/date_check.h"
#include "clinic/entry_check.h"
#include "clinic/finding.h"
#include "clinic/goal.h"
#include "clinic/intake_check.h"
#include "clinic/knowledge.h"
#include "clinic/plan_check.h"
#include "clinic/plan_goals.h"
#include "clinic/row.h"
#include "clinic/withdraw.h"
#include "core/base/check.h"

/* What may be made in an episode, and under which parent. */
typedef struct kind_rule {
    const char *kind;
    const char *parent; /* list of the chart that the parent must be in; NULL: no parent */
    bool draft;         /* waits for a signature */
    bool single;        /* one per episode */
} kind_rule;

static const kind_rule kinds[] = {
    {"referral", NULL, false, true},
    {"intake", NULL, false, true},
    {"release", NULL, false, false},
    {"evaluation", NULL, false, false},
    {"entry", "evaluations", false, false},
    {"recording", "evaluations", false, false},
    {"finding_value", NULL, false, false},
    {"goal", NULL, false, false},
    {"plan", NULL, true, true},
    {"session", NULL, false, false},
    {"report", NULL, true, false},
};

static const kind_rule *find_kind(const char *kind) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].kind, kind) == 0) return &kinds[i];
    return NULL;
}

void eg_clinic_today(const eg_clinic *clinic, char date[EG_DATE_SIZE]) {
    EG_ASSERT(clinic != NULL && clinic->zone != NULL);
    eg_zone_date(clinic->zone, clinic->now_ms, date);
}

/* Ends a transaction that went well or not. */
static eg_err finish(eg_clinic *clinic, eg_err err, json_t **document, eg_diag *diag) {
    if (err == EG_OK)
        err = eg_store_commit(clinic->store, diag);
    else
        eg_store_rollback(clinic->store);
    if (err != EG_OK && document != NULL) {
        json_decref(*document);
        *document = NULL;
    }
    return err;
}

static void person_words(const json_t *body, char words[600]) {
    snprintf(words, 600, "%s %s %s", eg_text_at(body, "family_name"),
             eg_text_at(body, "given_name"), eg_text_at(body, "birth_date"));
}

eg_err eg_person_create(eg_clinic *clinic, const json_t *body, json_t **document, json_t **problems,
                        eg_diag *diag) {
    EG_ASSERT(clinic != NULL && document != NULL);
    *document = NULL;
    eg_err err = eg_document_validate("person", body, problems, diag);
    if (err == EG_OK) err = eg_date_check_birth(clinic, body, problems, diag);
    if (err != EG_OK) return err;
    char words[600];
    person_words(body, words);
    char id[EG_STORE_ID_SIZE];
    eg_row_new_id(clinic, id);
    const eg_row_links links = {.person_id = id};
    err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    err =
        eg_row_create(clinic, "person", id, &links, EG_DOCUMENT_FINAL, body, words, document, diag);
    return finish(clinic, err, document, diag);
}

static eg_err add_episodes(eg_clinic *clinic, json_t *person, eg_diag *diag) {
    eg_document_filter filter = {.kind = "episode", .person_id = eg_text_at(person, "id")};
    eg_document_list list = {0};
    json_t *episodes = json_array();
    json_object_set_new(person, "episodes", episodes);
    eg_err err = eg_store_list(clinic->store, &filter, &list, diag);
    for (size_t i = 0; err == EG_OK && i < list.count; i++) {
        json_t *episode = eg_row_to_json(&list.rows[i], diag);
        if (episode == NULL) err = EG_ERR_DATA;
        const json_t *body = eg_member(episode, "body");
        const json_t *history = eg_member(body, "state_history");
        if (err == EG_OK)
            json_array_append_new(episodes,
                                  json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", list.rows[i].id,
                                            "status", eg_document_status_text(list.rows[i].status),
                                            "title", eg_text_at(body, "title"), "discipline",
                                            eg_text_at(body, "discipline"), "state",
                                            eg_text_at(body, "state"), "created_at",
                                            eg_text_at(json_array_get(history, 0), "at")));
        json_decref(episode);
    }
    eg_document_list_clear(&list);
    return err;
}

eg_err eg_person_search(eg_clinic *clinic, const char *query, size_t limit, json_t **people,
                        eg_diag *diag) {
    EG_ASSERT(clinic != NULL && people != NULL);
    *people = NULL;
    eg_document_list list = {0};
    eg_err err =
        eg_store_search(clinic->store, "person", query == NULL ? "" : query, limit, &list, diag);
    json_t *found = json_array();
    for (size_t i = 0; err == EG_OK && i < list.count; i++) {
        json_t *person = eg_row_to_json(&list.rows[i], diag);
        err = person == NULL ? EG_ERR_DATA : add_episodes(clinic, person, diag);
        if (person != NULL) json_array_append_new(found, person);
    }
    eg_document_list_clear(&list);
    if (err == EG_OK)
        *people = found;
    else
        json_decref(found);
    return err;
}

/* Values that would speak past a guard. */
static eg_err check_values(const eg_clinic *clinic, const char *kind, const json_t *body,
                           json_t **problems, eg_diag *diag) {
    if (strcmp(kind, "entry") == 0) return eg_entry_check(clinic, body, problems, diag);
    if (strcmp(kind, "session") == 0) return eg_session_check(clinic, body, problems, diag);
    if (strcmp(kind, "intake") == 0) return eg_intake_check(clinic, body, problems, diag);
    if (strcmp(kind, "plan") == 0) return eg_plan_check(clinic, body, problems, diag);
    if (strcmp(kind, "goal") == 0) return eg_goal_check(clinic, body, problems, diag);
    if (strcmp(kind, "finding_value") == 0 && strcmp(eg_text_at(body, "name"), "red_flag") == 0) {
        eg_problem_add(problems, "/name", "a red flag is not typed in as a finding",
                       "enter it in the intake, where it holds the episode");
        return eg_diag_set(diag, EG_ERR_DATA, "/name", 0, "enter a red flag in the intake");
    }
    if (strcmp(kind, "finding_value") == 0 && clinic->knowledge != NULL) {
        eg_err err = eg_finding_check(clinic->knowledge, eg_text_at(body, "name"),
                                      eg_member(body, "value"), diag);
        if (err != EG_OK) eg_problem_add(problems, "/value", diag->text, "enter one that it has");
        return err;
    }
    return EG_OK;
}

/* What the body says about other documents must be true. */
static eg_err check_links(const json_t *chart, const kind_rule *kind, const char *parent_id,
                          const json_t *body, json_t **problems, eg_diag *diag) {
    if (kind->parent != NULL &&
        (parent_id == NULL || eg_chart_find(chart, kind->parent, parent_id) == NULL)) {
        eg_problem_add(problems, "/evaluation_id", "belongs to no evaluation of this episode",
                       "open an evaluation first and name it");
        return eg_diag_set(diag, EG_ERR_DATA, "parent_id", 0,
                           "this needs an evaluation of the same episode as its parent");
    }
    const json_t *goals = eg_member(body, "goal_ids");
    for (size_t i = 0; i < json_array_size(goals); i++)
        if (eg_chart_find(chart, "goals", json_string_value(json_array_get(goals, i))) == NULL) {
            char pointer[48];
            snprintf(pointer, sizeof pointer, "/goal_ids/%zu", i);
            eg_problem_add(problems, pointer, "is no goal of this episode", "choose its goals");
            return eg_diag_set(diag, EG_ERR_DATA, pointer, 0, "this is no goal of this episode");
        }
    const char *recording = eg_text_at(body, "recording_id");
    if (strcmp(kind->kind, "entry") == 0 && recording[0] != '\0' &&
        eg_chart_find(chart, "recordings", recording) == NULL) {
        eg_problem_add(problems, "/recording_id", "is no recording of this episode",
                       "upload the recording first");
        return eg_diag_set(diag, EG_ERR_DATA, "/recording_id", 0,
                           "this is no recording of this episode");
    }
    return EG_OK;
}

/* What the program knows better than the writer. `body` is ours. */
static eg_err complete(eg_clinic *clinic, const json_t *chart, const char *kind,
                       const char *parent_id, json_t *body, eg_diag *diag) {
    char at[EG_INSTANT_SIZE];
    eg_instant_format(clinic->now_ms, at);
    if (strcmp(kind, "goal") == 0) {
        if (!eg_is_given(body, "status")) json_object_set_new(body, "status", json_string("open"));
        return eg_goal_complete(clinic, chart, body, diag);
    }
    if (strcmp(kind, "plan") == 0) eg_plan_copy_goals(chart, body);
    if (strcmp(kind, "entry") == 0)
        json_object_set_new(body, "evaluation_id", json_string(parent_id));
    if (strcmp(kind, "intake") == 0) eg_intake_complete(body);
    if (strcmp(kind, "finding_value") == 0) json_object_set_new(body, "at", json_string(at));
    if (strcmp(kind, "release") == 0) {
        json_object_set_new(body, "at", json_string(at));
        const json_t *version = eg_member(eg_member(chart, "intake"), "version");
        json_object_set_new(body, "intake_version", json_integer(json_integer_value(version)));
    }
    return EG_OK;
}

/* After an intake: hold if a red flag is up. */
static eg_err settle(eg_clinic *clinic, const char *episode_id, const char *kind, eg_diag *diag) {
    if (strcmp(kind, "intake") != 0) return EG_OK;
    json_t *chart = NULL;
    bool held = false;
    eg_err err = eg_chart_gather(clinic, episode_id, &chart, diag);
    if (err == EG_OK) err = eg_course_settle(clinic, chart, &held, diag);
    json_decref(chart);
    return err;
}

/* Inside a transaction. `body` is ours to complete. */
static eg_err create(eg_clinic *clinic, const char *episode_id, const kind_rule *kind,
                     const char *parent_id, json_t *body, json_t **document, json_t **problems,
                     eg_diag *diag) {
    json_t *chart = NULL;
    eg_err err = eg_chart_gather(clinic, episode_id, &chart, diag);
    if (err != EG_OK) return err;
    const json_t *present = strcmp(kind->kind, "plan") == 0
                                ? json_array_get(json_object_get(chart, "plans"), 0)
                                : json_object_get(chart, kind->kind);
    if (kind->single && json_is_object(present))
        err = eg_diag_set(diag, EG_ERR_CONFLICT, eg_text_at(present, "id"), 0,
                          "this episode has its %s already; amend that one", kind->kind);
    if (err == EG_OK) err = eg_chart_stands(chart, problems, diag);
    if (err == EG_OK) err = eg_course_allows(clinic, chart, kind->kind, body, problems, diag);
    if (err == EG_OK) err = check_links(chart, kind, parent_id, body, problems, diag);
    if (err == EG_OK) err = check_values(clinic, kind->kind, body, problems, diag);
    if (err == EG_OK) err = eg_course_check_words(clinic, chart, kind->kind, body, problems, diag);
    if (err == EG_OK && strcmp(kind->kind, "intake") == 0)
        err = eg_codes_check(clinic, NULL, body, problems, diag);
    if (err == EG_OK) err = eg_date_check(clinic, chart, kind->kind, NULL, body, problems, diag);
    if (err == EG_OK) err = complete(clinic, chart, kind->kind, parent_id, body, diag);
    if (err == EG_OK) err = eg_document_validate(kind->kind, body, problems, diag);
    const eg_row_links links = {.person_id = eg_text_at(json_object_get(chart, "person"), "id"),
                                .episode_id = episode_id,
                                .parent_id = parent_id};
    if (err == EG_OK)
        err = eg_row_create(clinic, kind->kind, NULL, &links,
                            kind->draft ? EG_DOCUMENT_DRAFT : EG_DOCUMENT_FINAL, body, NULL,
                            document, diag);
    if (err == EG_OK && strcmp(kind->kind, "finding_value") == 0)
        err = eg_intake_take_typed(clinic, chart, body, problems, diag);
    if (err == EG_OK) err = settle(clinic, episode_id, kind->kind, diag);
    json_decref(chart);
    return err;
}

/* What is added to a closed episode says so itself; only the server knows, whatever was sent. */
static void mark_addendum(json_t *body, bool closed) {
    json_object_del(body, "addendum");
    if (closed) json_object_set_new(body, "addendum", json_true());
}

/* The mark of an error is written by the server only, see withdraw.h. */
static eg_err check_unmarked(const json_t *body, json_t **problems, eg_diag *diag) {
    if (eg_member(body, "entered_in_error") == NULL) return EG_OK;
    eg_problem_add(problems, "/entered_in_error", "is written by a request of its own",
                   "mark the document as entered in error");
    return eg_diag_set(diag, EG_ERR_DATA, "/entered_in_error", 0,
                       "a document is marked as entered in error by a request of its own");
}

static eg_err create_checked(eg_clinic *clinic, const char *episode_id, const char *kind,
                             const char *parent_id, json_t *body, json_t **document,
                             json_t **problems, eg_diag *diag) {
    const kind_rule *rule = find_kind(kind);
    if (rule == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, kind, 0,
                           "documents of this kind are not made here");
    eg_err err = eg_document_validate(kind, body, problems, diag);
    if (err == EG_OK) err = check_unmarked(body, problems, diag);
    if (err != EG_OK) return err;
    mark_addendum(body, false);
    if (parent_id == NULL && eg_is_given(body, "evaluation_id"))
        parent_id = eg_text_at(body, "evaluation_id");
    return create(clinic, episode_id, rule, parent_id, body, document, problems, diag);
}

eg_err eg_document_create(eg_clinic *clinic, const char *episode_id, const char *kind,
                          const char *parent_id, const json_t *body, json_t **document,
                          json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && episode_id != NULL && kind != NULL && document != NULL);
    *document = NULL;
    if (problems != NULL) *problems = NULL;
    json_t *copy = json_deep_copy(body);
    eg_err err = eg_store_begin(clinic->store, diag);
    if (err == EG_OK) {
        err = create_checked(clinic, episode_id, kind, parent_id, copy, document, problems, diag);
        err = finish(clinic, err, document, diag);
    }
    json_decref(copy);
    return err;
}

eg_err eg_document_create_recording(eg_clinic *clinic, const char *episode_id,
                                    const char *parent_id, const json_t *body, const void *bytes,
                                    size_t size, json_t **document, json_t **problems,
                                    eg_diag *diag) {
    EG_ASSERT(clinic != NULL && document != NULL && (bytes != NULL || size == 0));
    *document = NULL;
    if (problems != NULL) *problems = NULL;
    eg_err err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    char blob_id[EG_STORE_ID_SIZE], sha256[EG_STORE_SHA256_SIZE];
    eg_row_new_id(clinic, blob_id);
    err = eg_store_put_blob(clinic->store, blob_id, bytes, size, sha256, diag);
    json_t *copy = json_deep_copy(body);
    if (err == EG_OK) {
        json_object_set_new(copy, "blob_id", json_string(blob_id));
        json_object_set_new(copy, "sha256", json_string(sha256));
        json_object_set_new(copy, "size", json_integer((json_int_t)size));
        err = create_checked(clinic, episode_id, "recording", parent_id, copy, document, problems,
                             diag);
    }
    json_decref(copy);
    return finish(clinic, err, document, diag);
}

/* What an amendment must leave as it is. */
static eg_err check_kept(const eg_document *seen, const json_t *old, const json_t *body,
                         eg_diag *diag) {
    static const struct {
        const char *kind;
        const char *member;
    } kept[] = {{"episode", "discipline"}, {"episode", "state"},    {"episode", "state_history"},
                {"recording", "blob_id"},  {"recording", "sha256"}, {"recording", "size"},
                {"finding_value", "name"}};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (strcmp(seen->kind, kept[i].kind) != 0) continue;
        json_t *before = json_object_get(old, kept[i].member);
        json_t *after = json_object_get(body, kept[i].member);
        if (before == NULL && after == NULL) continue;
        if (!json_equal(before, after))
            return eg_diag_set(diag, EG_ERR_ARGUMENT, kept[i].member, 0,
                               "this cannot be changed by amending the document");
    }
    if (strcmp(seen->kind, "signature") == 0 || strcmp(seen->kind, "release") == 0 ||
        strcmp(seen->kind, "site") == 0 || strcmp(seen->kind, "layout") == 0 ||
        strcmp(seen->kind, "code_list") == 0)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, seen->id, 0,
                           strcmp(seen->kind, "site") == 0
                               ? "the clinic's name and time zone are changed on the Settings page"
                               : "documents of this kind are not amended; write a new one");
    return EG_OK;
}

static bool same_member(const json_t *a, const json_t *b, const char *name) {
    return json_equal(json_object_get(a, name), json_object_get(b, name)) != 0;
}

static bool same_number(double a, double b) {
    return isnan(a) ? isnan(b) : !(a < b) && !(a > b);
}

static eg_err check_against_old(const eg_clinic *clinic, const json_t *chart,
                                const eg_document *seen, json_t *body, json_t **problems,
                                eg_diag *diag) {
    json_t *old = json_loadb(seen->body, seen->body_size, 0, NULL);
    eg_err err = eg_date_check(clinic, chart, seen->kind, old, body, problems, diag);
    if (err == EG_OK && strcmp(seen->kind, "intake") == 0)
        err = eg_codes_check(clinic, old, body, problems, diag);
    json_decref(old);
    return err;
}

/* An amendment obeys the state of the episode; corrections after discharge are allowed, marked. */
static eg_err check_course(eg_clinic *clinic, const eg_document *seen, json_t *body,
                           json_t **problems, eg_diag *diag) {
    const kind_rule *kind = find_kind(seen->kind);
    if (kind == NULL) return EG_OK; /* person, episode */
    json_t *chart = NULL;
    eg_err err = eg_chart_gather(clinic, seen->episode_id, &chart, diag);
    if (err != EG_OK) return err;
    err = eg_chart_stands(chart, problems, diag);
    bool closed = strcmp(eg_text_at(chart, "state"), "discharged") == 0;
    const json_t *old = eg_member(eg_chart_find(chart, "sessions", seen->id), "body");
    /* A past session stays with the plan it followed, whatever was signed since. */
    bool same_plan =
        old != NULL &&
        json_equal(json_object_get(old, "plan_id"), json_object_get(body, "plan_id")) &&
        json_equal(json_object_get(old, "plan_version"), json_object_get(body, "plan_version"));
    /* What was done stays on record, but no stimulation is added that may not be given now. */
    if (err == EG_OK && same_plan &&
        eg_course_session_stimulates(clinic, chart, body) >
            eg_course_session_stimulates(clinic, chart, old))
        err = eg_course_allows_stimulation(clinic, chart, body, problems, diag);
    bool same_check_in = old != NULL && same_member(old, body, "check_in") &&
                         same_member(old, body, "blocked_override") &&
                         same_member(old, body, "overrides") &&
                         same_number(eg_session_pain(old), eg_session_pain(body));
    if (err == EG_OK && same_plan && !same_check_in)
        err = eg_guard_check_in(clinic, chart, body, problems, diag);
    else if (err == EG_OK && !same_plan && !closed)
        err = eg_course_allows(clinic, chart, kind->kind, body, problems, diag);
    if (err == EG_OK) err = check_links(chart, kind, seen->parent_id, body, problems, diag);
    if (err == EG_OK) err = check_values(clinic, kind->kind, body, problems, diag);
    if (err == EG_OK) err = eg_course_check_words(clinic, chart, kind->kind, body, problems, diag);
    if (err == EG_OK) err = check_against_old(clinic, chart, seen, body, problems, diag);
    if (err == EG_OK) err = complete(clinic, chart, kind->kind, seen->parent_id, body, diag);
    if (err == EG_OK && strcmp(kind->kind, "finding_value") == 0)
        err = eg_intake_take_typed(clinic, chart, body, problems, diag);
    mark_addendum(body, closed);
    json_decref(chart);
    return err;
}

/* What was measured is the program's: a client may decide about a recording, not rewrite it. The
 * chart shows a shortened result, so that a result sent back is put aside, whatever it holds. */
static eg_err keep_measured(const eg_document *seen, json_t *old, json_t *body, json_t **problems,
                            eg_diag *diag) {
    static const char *const fixed[] = {"blob_id",       "sha256", "size",      "format",
                                        "map",           "task",   "condition", "synthetic",
                                        "task_settings", "layout", "study",     "result"};
    if (strcmp(seen->kind, "recording") != 0) return EG_OK;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        json_t *before = json_object_get(old, fixed[i]), *after = json_object_get(body, fixed[i]);
        bool is_result = strcmp(fixed[i], "result") == 0;
        bool given = after != NULL && !json_is_null(after);
        if (given && !is_result && !json_equal(before, after)) {
            char pointer[32];
            snprintf(pointer, sizeof pointer, "/%s", fixed[i]);
            eg_problem_add(problems, pointer, "belongs to the recording as it was measured",
                           "leave it as it is, or upload the recording again");
            return eg_diag_set(diag, EG_ERR_ARGUMENT, fixed[i], 0,
                               "this cannot be changed by amending the document");
        }
        if (before != NULL)
            json_object_set(body, fixed[i], before);
        else
            json_object_del(body, fixed[i]);
    }
    return EG_OK;
}

/* A new version follows the one that its writer saw, and nothing follows a mark of error. */
static eg_err check_seen(const eg_document *seen, int32_t version, eg_diag *diag) {
    if (seen->version != version)
        return eg_diag_set(
            diag, EG_ERR_CONFLICT, seen->id, 0,
            "somebody else has changed this meanwhile: you saw version %d, the newest is %d",
            (int)version, (int)seen->version);
    if (seen->status == EG_DOCUMENT_ENTERED_IN_ERROR)
        return eg_diag_set(diag, EG_ERR_GUARD, seen->id, 0,
                           "this is marked as entered in error and stays so; write a new one");
    return EG_OK;
}

/* Keeping what the quality gate failed needs a reason. */
static eg_err check_decision(const char *kind, const json_t *body, json_t **problems,
                             eg_diag *diag) {
    if (strcmp(kind, "recording") != 0 || strcmp(eg_text_at(body, "decision"), "kept") != 0 ||
        !json_is_false(eg_member(eg_member(body, "result"), "clinical")) ||
        eg_is_given(body, "decision_reason"))
        return EG_OK;
    eg_problem_add(problems, "/decision_reason", "is missing: the quality gate failed",
                   "say why it is kept; it gives no clinical value");
    return eg_diag_set(diag, EG_ERR_DATA, "/decision_reason", 0,
                       "the quality gate failed: say why the recording is kept");
}

/* Inside a transaction. */
static eg_err amend(eg_clinic *clinic, const eg_document *seen, int32_t version, json_t *body,
                    json_t **document, json_t **problems, eg_diag *diag) {
    eg_err err = check_seen(seen, version, diag);
    if (err != EG_OK) return err;
    json_t *old = json_loadb(seen->body, seen->body_size, 0, NULL);
    err = eg_document_validate(seen->kind, body, problems, diag);
    if (err == EG_OK) err = check_unmarked(body, problems, diag);
    if (err == EG_OK) err = keep_measured(seen, old, body, problems, diag);
    if (err == EG_OK) err = check_kept(seen, old, body, diag);
    if (err == EG_OK) err = check_decision(seen->kind, body, problems, diag);
    if (err == EG_OK && strcmp(seen->kind, "person") == 0)
        err = eg_date_check_birth(clinic, body, problems, diag);
    json_decref(old);
    if (err == EG_OK) err = check_course(clinic, seen, body, problems, diag);
    if (err == EG_OK) err = eg_document_validate(seen->kind, body, problems, diag);
    if (err != EG_OK) return err;
    char words[600];
    person_words(body, words);
    bool is_person = strcmp(seen->kind, "person") == 0;
    err = eg_row_amend(clinic, seen, body, is_person ? words : NULL, document, diag);
    return err == EG_OK ? settle(clinic, seen->episode_id, seen->kind, diag) : err;
}

eg_err eg_document_amend(eg_clinic *clinic, const char *id, int32_t version, const json_t *body,
                         json_t **document, json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && id != NULL && document != NULL);
    *document = NULL;
    if (problems != NULL) *problems = NULL;
    eg_err err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    eg_document seen = {0};
    json_t *copy = json_deep_copy(body);
    err = eg_store_get(clinic->store, id, 0, &seen, diag);
    if (err == EG_OK) err = amend(clinic, &seen, version, copy, document, problems, diag);
    json_decref(copy);
    eg_document_clear(&seen);
    return finish(clinic, err, document, diag);
}

static eg_err remeasure(eg_clinic *clinic, const eg_document *seen, int32_t version, json_t *body,
                        json_t **document, json_t **problems, eg_diag *diag) {
    if (strcmp(seen->kind, "recording") != 0)
        return eg_diag_set(diag, EG_ERR_NOT_FOUND, seen->id, 0, "that is not a recording");
    eg_err err = check_seen(seen, version, diag);
    if (err == EG_OK) err = check_course(clinic, seen, body, problems, diag);
    if (err == EG_OK) err = eg_document_validate(seen->kind, body, problems, diag);
    return err == EG_OK ? eg_row_amend(clinic, seen, body, NULL, document, diag) : err;
}

eg_err eg_document_remeasure(eg_clinic *clinic, const char *id, int32_t version, const char *member,
                             const json_t *value, const json_t *result, json_t **document,
                             json_t **problems, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && id != NULL && result != NULL && document != NULL);
    *document = NULL;
    if (problems != NULL) *problems = NULL;
    eg_err err = eg_store_begin(clinic->store, diag);
    if (err != EG_OK) return err;
    eg_document seen = {0};
    err = eg_store_get(clinic->store, id, 0, &seen, diag);
    json_t *body = err == EG_OK ? json_loadb(seen.body, seen.body_size, 0, NULL) : NULL;
    if (err == EG_OK && body == NULL)
        err = eg_diag_set(diag, EG_ERR_DATA, id, 0, "the recording cannot be read");
    if (err == EG_OK) {
        json_object_set(body, "result", (json_t *)(uintptr_t)result);
        if (value != NULL) json_object_set(body, member, (json_t *)(uintptr_t)value);
        err = remeasure(clinic, &seen, version, body, document, problems, diag);
    }
    json_decref(body);
    eg_document_clear(&seen);
    return finish(clinic, err, document, diag);
}

eg_err eg_document_all(eg_clinic *clinic, const char *episode_id, const char *kind,
                       json_t **documents, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && episode_id != NULL && documents != NULL);
    *documents = NULL;
    eg_document_filter filter = {.episode_id = episode_id, .kind = kind};
    eg_document_list list = {0};
    eg_err err = eg_store_list(clinic->store, &filter, &list, diag);
    json_t *found = json_array();
    for (size_t i = 0; err == EG_OK && i < list.count; i++) {
        json_t *document = eg_row_to_json(&list.rows[i], diag);
        if (document == NULL) err = EG_ERR_DATA;
        if (document != NULL) json_array_append_new(found, document);
    }
    eg_document_list_clear(&list);
    if (err == EG_OK)
        *documents = found;
    else
        json_decref(found);
    return err;
}
