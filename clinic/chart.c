#include "clinic/chart.h"

#include <stdio.h>
#include <string.h>

#include "clinic/course.h"
#include "clinic/pair.h"
#include "clinic/plan_goals.h"
#include "clinic/row.h"
#include "core/base/check.h"

enum { LONG_ARRAY = 64, ARRAYS_DEPTH = 3 };

/* Where the documents of a kind stand in the chart. */
typedef struct place {
    const char *kind;
    const char *member;
} place;

static const place places[] = {
    {"release", "releases"},
    {"evaluation", "evaluations"},
    {"entry", "entries"},
    {"recording", "recordings"},
    {"finding_value", "finding_values"},
    {"goal", "goals"},
    {"session", "sessions"},
    {"report", "reports"},
    {"signature", "signatures"},
    {"plan", "plans"},
};

const json_t *eg_chart_find(const json_t *chart, const char *list, const char *id) {
    const json_t *documents = eg_member(chart, list);
    for (size_t i = 0; i < json_array_size(documents); i++) {
        const json_t *document = json_array_get(documents, i);
        if (strcmp(eg_text_at(document, "id"), id) == 0) return document;
    }
    return NULL;
}

const char *eg_chart_date(const json_t *chart, const json_t *document) {
    const char *recorded = eg_body_text(document, "recorded_on");
    if (recorded[0] != '\0') return recorded;
    const json_t *evaluation =
        eg_chart_find(chart, "evaluations", eg_text_at(document, "parent_id"));
    const char *date = eg_body_text(evaluation != NULL ? evaluation : document, "date");
    return date[0] != '\0' ? date : eg_text_at(document, "local_date");
}

/* Stable, and quick where the order is right already: it mostly is. */
static void sort_by_date(const json_t *chart, json_t *list) {
    for (size_t i = 1; i < json_array_size(list); i++) {
        json_t *document = json_array_get(list, i);
        const char *date = eg_chart_date(chart, document);
        size_t at = i;
        while (at > 0 && strcmp(eg_chart_date(chart, json_array_get(list, at - 1)), date) > 0) at--;
        if (at == i) continue;
        json_incref(document);
        json_array_remove(list, i);
        json_array_insert_new(list, at, document);
    }
}

/* Drops a result's long arrays: a page that wants the samples asks for the trace. */
static void drop_arrays(json_t *object) {
    json_t *levels[ARRAYS_DEPTH] = {object};
    void *at[ARRAYS_DEPTH] = {json_object_iter(object)};
    size_t depth = 1;
    while (depth > 0) {
        json_t *here = levels[depth - 1];
        void *member = at[depth - 1];
        if (member == NULL) {
            depth--;
            continue;
        }
        char name[128];
        snprintf(name, sizeof name, "%s", json_object_iter_key(member));
        json_t *value = json_object_iter_value(member);
        at[depth - 1] = json_object_iter_next(here, member);
        if (json_array_size(value) > LONG_ARRAY) {
            json_object_del(here, name);
            /* Deleting may move what follows: begin this level again. */
            at[depth - 1] = json_object_iter(here);
        } else if (json_is_object(value) && depth < ARRAYS_DEPTH) {
            levels[depth] = value;
            at[depth++] = json_object_iter(value);
        }
    }
}

/* Of a recording's measures the chart needs those that can be judged: with a norm or with known
 * noise; those of a task; those by which trials are compared; and the few that stand among the
 * findings without a norm, too. The rest is asked for with the recording's result. */
static bool always_found(const char *code) {
    return strcmp(code, "load.right.percent") == 0 || strcmp(code, "cop.frequency.mean") == 0;
}

static json_t *judged_measures(const json_t *result) {
    json_t *kept = json_array();
    const json_t *measures = eg_member(result, "measures");
    for (size_t i = 0; i < json_array_size(measures); i++) {
        json_t *measure = json_array_get(measures, i);
        const char *code = eg_text_at(measure, "code");
        if (eg_is_given(measure, "norm") || eg_is_given(measure, "reliability") ||
            eg_pair_needs(code) || always_found(code) ||
            eg_measure_find(&eg_task_measures, code) != NULL)
            json_array_append(kept, measure);
    }
    return kept;
}

/* Whether this row, or what it is filed under or was taken from, is marked as entered in error. Its
 * id then joins the chart's `withdrawn`, so that what hangs on it goes as well; rows come in the
 * order in which they were first written. Signatures stay: they are a chain. */
static bool is_withdrawn(json_t *chart, const eg_document *row, const json_t *document) {
    json_t *withdrawn = json_object_get(chart, "withdrawn");
    if (strcmp(row->kind, "signature") == 0) return false;
    const char *recording = eg_body_text(document, "recording_id");
    if (row->status != EG_DOCUMENT_ENTERED_IN_ERROR &&
        json_object_get(withdrawn, row->id) == NULL &&
        json_object_get(withdrawn, row->parent_id) == NULL &&
        json_object_get(withdrawn, recording) == NULL)
        return false;
    json_object_set_new(withdrawn, row->id, json_string(row->kind));
    return true;
}

static eg_err add_row(json_t *chart, const eg_document *row, eg_diag *diag) {
    json_t *document = eg_row_to_json(row, diag);
    if (document == NULL) return EG_ERR_DATA;
    if (is_withdrawn(chart, row, document)) {
        json_object_del(json_object_get(document, "body"), "result");
        if (row->status == EG_DOCUMENT_ENTERED_IN_ERROR)
            json_array_append(json_object_get(chart, "entered_in_error"), document);
        json_decref(document);
        return EG_OK;
    }
    if (strcmp(row->kind, "referral") == 0 || strcmp(row->kind, "intake") == 0) {
        json_object_set_new(chart, row->kind, document);
        return EG_OK;
    }
    if (strcmp(row->kind, "recording") == 0) {
        json_t *result = json_object_get(json_object_get(document, "body"), "result");
        if (json_is_object(result)) {
            json_t *measures = judged_measures(result);
            drop_arrays(result);
            json_object_set_new(result, "measures", measures);
        }
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (strcmp(row->kind, places[i].kind) == 0) {
            json_array_append_new(json_object_get(chart, places[i].member), document);
            return EG_OK;
        }
    json_decref(document);
    return EG_OK;
}

/* All but those of the kind `except`. What was marked is known before the first is added, so that a
 * mark counts whatever it was written after. */
static eg_err add_rows(eg_clinic *clinic, json_t *chart, const eg_document_filter *filter,
                       const char *except, eg_diag *diag) {
    eg_document_list list = {0};
    eg_err err = eg_store_list(clinic->store, filter, &list, diag);
    for (size_t i = 0; err == EG_OK && i < list.count; i++)
        if (list.rows[i].status == EG_DOCUMENT_ENTERED_IN_ERROR)
            json_object_set_new(json_object_get(chart, "withdrawn"), list.rows[i].id,
                                json_string(list.rows[i].kind));
    for (size_t i = 0; err == EG_OK && i < list.count; i++)
        if (strcmp(list.rows[i].kind, except) != 0) err = add_row(chart, &list.rows[i], diag);
    eg_document_list_clear(&list);
    return err;
}

static void mark_signed(json_t *chart, json_t *signature, int32_t version, bool holds) {
    const char *id = eg_text_at(json_object_get(signature, "body"), "document_id");
    for (size_t i = 0; i <= sizeof places / sizeof places[0] + 1; i++) {
        static const char *const single[] = {"referral", "intake"};
        bool many = i < sizeof places / sizeof places[0];
        json_t *list = many ? json_object_get(chart, places[i].member) : NULL;
        json_t *one =
            many ? NULL : json_object_get(chart, single[i - sizeof places / sizeof places[0]]);
        size_t n = many ? json_array_size(list) : 1;
        for (size_t k = 0; k < n; k++) {
            json_t *document = many ? json_array_get(list, k) : one;
            if (strcmp(eg_text_at(document, "id"), id) == 0 &&
                json_integer_value(json_object_get(document, "version")) == version)
                eg_signature_mark(document, signature, holds);
        }
    }
}

/* Each signature names the one before it: a row that is gone leaves a gap. */
static bool is_chained(const json_t *signatures) {
    const char *previous = "";
    for (size_t i = 0; i < json_array_size(signatures); i++) {
        const json_t *signature = json_array_get(signatures, i);
        if (strcmp(eg_body_text(signature, "previous_hash"), previous) != 0) return false;
        previous = eg_body_text(signature, "signature_hash");
    }
    return true;
}

/* Tells every version what its signatures say about it. */
static eg_err join_signatures(eg_clinic *clinic, json_t *chart, eg_diag *diag) {
    const json_t *signatures = json_object_get(chart, "signatures");
    for (size_t i = 0; i < json_array_size(signatures); i++) {
        json_t *signature = json_array_get(signatures, i);
        const json_t *body = json_object_get(signature, "body");
        int32_t version = (int32_t)json_integer_value(json_object_get(body, "document_version"));
        eg_document row = {0};
        eg_diag missing = {0};
        eg_err err =
            eg_store_get(clinic->store, eg_text_at(body, "document_id"), version, &row, &missing);
        if (err != EG_OK && err != EG_ERR_NOT_FOUND)
            return eg_diag_set(diag, err, missing.where, 0, "%s", missing.text);
        bool holds = err == EG_OK && version > 0 && eg_signature_holds(body, &row);
        eg_document_clear(&row);
        json_object_set_new(signature, "ok", json_boolean(holds));
        mark_signed(chart, signature, version, holds);
    }
    if (!is_chained(signatures))
        json_object_set_new(chart, "signatures_problem",
                            json_string("a signature of this episode is missing or was changed"));
    return EG_OK;
}

/* Was what came up in version `since` released before version `now`? */
static bool was_released(const json_t *chart, json_int_t since, json_int_t now) {
    const json_t *releases = json_object_get(chart, "releases");
    for (size_t i = 0; i < json_array_size(releases); i++) {
        const json_t *body = json_object_get(json_array_get(releases, i), "body");
        json_int_t seen = json_integer_value(json_object_get(body, "intake_version"));
        if (seen >= since && seen < now) return true;
    }
    return false;
}

static bool is_up(json_t *flags, const char *flag) {
    return json_number_value(json_object_get(flags, flag)) == 1;
}

/* Since which version of the intake each red flag waits: {flag: version}. A flag that was up once
 * waits for a release even if the answer was changed to no; up again after its release, it is
 * new. */
static eg_err add_raised(eg_clinic *clinic, json_t *chart, eg_diag *diag) {
    json_t *raised = json_object(), *before = NULL;
    json_object_set_new(chart, "red_flags_raised", raised);
    const char *id = eg_text_at(json_object_get(chart, "intake"), "id");
    if (id[0] == '\0') return EG_OK;
    eg_document_filter filter = {.id = id, .all_versions = true};
    eg_document_list list = {0};
    eg_err err = eg_store_list(clinic->store, &filter, &list, diag);
    for (size_t i = 0; err == EG_OK && i < list.count; i++) {
        json_t *document = eg_row_to_json(&list.rows[i], diag);
        json_t *flags = json_object_get(json_object_get(document, "body"), "red_flags");
        json_int_t version = list.rows[i].version;
        for (void *at = json_object_iter(flags); at != NULL;
             at = json_object_iter_next(flags, at)) {
            const char *flag = json_object_iter_key(at);
            json_t *since = json_object_get(raised, flag);
            if (!is_up(flags, flag) || is_up(before, flag)) continue;
            if (since == NULL || was_released(chart, json_integer_value(since), version))
                json_object_set_new(raised, flag, json_integer(version));
        }
        json_decref(before);
        before = json_incref(flags);
        if (document == NULL) err = EG_ERR_DATA;
        json_decref(document);
    }
    json_decref(before);
    eg_document_list_clear(&list);
    return err;
}

static void count(json_t *chart, json_t *counts, const char *member) {
    json_object_set_new(counts, member,
                        json_integer((json_int_t)json_array_size(json_object_get(chart, member))));
}

/* Days with at least one session or examination. */
static json_int_t treatment_days(const json_t *chart) {
    json_t *days = json_object();
    static const char *const lists[] = {"sessions", "evaluations"};
    for (size_t i = 0; i < 2; i++) {
        const json_t *list = json_object_get(chart, lists[i]);
        for (size_t j = 0; j < json_array_size(list); j++)
            json_object_set_new(days, eg_body_text(json_array_get(list, j), "date"), json_null());
    }
    json_int_t n = (json_int_t)json_object_size(days);
    json_decref(days);
    return n;
}

static void summarize(eg_clinic *clinic, json_t *chart) {
    const json_t *episode = json_object_get(chart, "episode");
    json_object_set_new(chart, "state", json_string(eg_body_text(episode, "state")));
    char today[EG_DATE_SIZE];
    eg_clinic_today(clinic, today);
    json_object_set_new(chart, "today", json_string(today));
    json_object_set_new(chart, "red_flags", eg_course_red_flags(chart));
    eg_plan_mark_goals(chart);
    json_t *counts = json_object();
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        count(chart, counts, places[i].member);
    count(chart, counts, "sessions");
    json_object_set(counts, "visits", json_object_get(counts, "sessions"));
    json_object_set_new(counts, "treatment_days", json_integer(treatment_days(chart)));
    json_object_set_new(chart, "counts", counts);
}

eg_err eg_chart_gather(eg_clinic *clinic, const char *episode_id, json_t **chart, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && episode_id != NULL && chart != NULL);
    *chart = NULL;
    eg_document row = {0};
    eg_err err = eg_store_get(clinic->store, episode_id, 0, &row, diag);
    if (err == EG_OK && strcmp(row.kind, "episode") != 0)
        err = eg_diag_set(diag, EG_ERR_NOT_FOUND, episode_id, 0, "this is no episode of care");
    json_t *made = err == EG_OK ? json_object() : NULL;
    json_t *episode = err == EG_OK ? eg_row_to_json(&row, diag) : NULL;
    if (err == EG_OK && episode == NULL) err = EG_ERR_DATA;
    if (err == EG_OK) {
        json_object_set_new(made, "episode", episode);
        json_object_set_new(made, "referral", json_null());
        json_object_set_new(made, "intake", json_null());
        json_object_set_new(made, "withdrawn", json_object());
        json_object_set_new(made, "entered_in_error", json_array());
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
            json_object_set_new(made, places[i].member, json_array());
        eg_document person = {0};
        err = eg_store_get(clinic->store, row.person_id, 0, &person, diag);
        if (err == EG_OK) json_object_set_new(made, "person", eg_row_to_json(&person, diag));
        eg_document_clear(&person);
    }
    eg_document_clear(&row);
    eg_document_filter all = {.episode_id = episode_id};
    eg_document_filter plans = {
        .episode_id = episode_id, .kind = "plan", .all_versions = true, .newest_first = true};
    if (err == EG_OK) err = add_rows(clinic, made, &all, "plan", diag);
    if (err == EG_OK) err = add_rows(clinic, made, &plans, "", diag);
    sort_by_date(made, json_object_get(made, "entries"));
    sort_by_date(made, json_object_get(made, "recordings"));
    if (err == EG_OK) err = join_signatures(clinic, made, diag);
    if (err == EG_OK) err = add_raised(clinic, made, diag);
    if (err != EG_OK) {
        json_decref(made);
        return err;
    }
    summarize(clinic, made);
    *chart = made;
    return EG_OK;
}

eg_err eg_chart_load(eg_clinic *clinic, const char *episode_id, json_t **chart, eg_diag *diag) {
    eg_err err = eg_chart_gather(clinic, episode_id, chart, diag);
    if (err != EG_OK) return err;
    eg_course_state states[3];
    size_t n = eg_course_next(eg_course_state_find(eg_text_at(*chart, "state")), states);
    json_t *next = json_array();
    for (size_t i = 0; i < n && err == EG_OK; i++) {
        json_t *guards = NULL;
        err = eg_course_check(clinic, *chart, states[i], &guards, diag);
        if (err == EG_OK)
            json_array_append_new(
                next, json_pack("{s:s,s:s,s:o}", "to", eg_course_state_name(states[i]), "text",
                                eg_course_state_text(states[i]), "guards", guards));
    }
    json_object_set_new(*chart, "next", next);
    json_object_set_new(*chart, "precautions", eg_chart_precautions(*chart));
    if (err == EG_OK) return EG_OK;
    json_decref(*chart);
    *chart = NULL;
    return err;
}

static void chip(json_t *chips, const char *kind, const char *code, const char *text) {
    json_array_append_new(chips,
                          json_pack("{s:s,s:s,s:s}", "kind", kind, "code", code, "text", text));
}

/* One yes/no answer of the intake as a chip: only if it is yes, or not known where that matters. */
static void answer_chip(json_t *chips, const char *pass, const json_t *answers, const char *name,
                        const char *kind, const char *yes, const char *unknown) {
    const json_t *value = eg_member(answers, name);
    if (json_is_number(value) && json_number_value(value) == 1 && strcmp(pass, kind) == 0)
        chip(chips, kind, name, yes);
    if (unknown != NULL && !json_is_number(value) && strcmp(pass, "unknown") == 0)
        chip(chips, "unknown", name, unknown);
}

typedef struct answer {
    const char *name;
    const char *kind;
    const char *yes;
    const char *unknown;
} answer;

static const answer intake_answers[] = {
    {"implanted_device", "stop", "Active implant: no stimulation", "Implants not asked"},
    {"pregnant", "stop", "Pregnant: no stimulation", NULL},
    {"epilepsy", "warn", "Seizures in the last 12 months", "Seizures not asked"},
};

static const answer screen_answers[] = {
    {"dvt_active", "stop", "Deep vein thrombosis: no stimulation", NULL},
    {"bleeding_untreated", "stop", "Untreated bleeding: no stimulation", NULL},
    {"infection_site", "stop", "Infection at the site: no stimulation", NULL},
    {"poor_circulation_site", "stop", "Poor circulation: no stimulation", NULL},
    {"malignancy_at_site", "stop", "Tumour in the current's path: no stimulation", NULL},
    {"cannot_report", "stop", "Cannot report sensation: no stimulation", NULL},
    {"site_sensation_loss", "warn", "Sensation reduced under electrodes", NULL},
    {"skin_fragile", "warn", "Fragile skin", NULL},
    {"radiated_6mo", "warn", "Radiotherapy in the last 6 months", NULL},
};

static void falls_chip(json_t *chips, const char *pass, const json_t *intake) {
    double falls = eg_number_at(intake, "falls_12mo");
    char text[64];
    snprintf(text, sizeof text, "%.0f fall%s in 12 months", falls, falls == 1 ? "" : "s");
    if (falls >= 1 && strcmp(pass, "warn") == 0) chip(chips, "warn", "falls_12mo", text);
    if (falls != falls && strcmp(pass, "unknown") == 0)
        chip(chips, "unknown", "falls_12mo", "Falls not asked");
}

/* What the plan was signed for is no longer so. */
static void plan_chips(json_t *chips, const json_t *chart) {
    const json_t *plan = json_array_get(eg_member(chart, "plans"), 0);
    bool is_signed = strcmp(eg_text_at(plan, "status"), "signed") == 0;
    if (eg_is_given(plan, "signature_problem"))
        chip(chips, "stop", "plan_changed", "Plan changed since it was signed");
    if (is_signed && eg_is_given(plan, "goals_changed"))
        chip(chips, "stop", "plan_goals", "Goal changed since the plan was signed: sign it anew");
}

/* Care under a referral rests on an order that is signed and dated; direct access needs none. */
static void order_chip(json_t *chips, const json_t *referral) {
    if (referral == NULL || json_is_true(eg_member(referral, "direct_access"))) return;
    if (!eg_is_given(referral, "signed_on"))
        chip(chips, "warn", "order_unsigned",
             "Order not signed: ask the referrer, note its date in the referral");
}

json_t *eg_chart_precautions(const json_t *chart) {
    static const char *const passes[] = {"stop", "warn", "info", "unknown"};
    json_t *chips = json_array();
    const json_t *intake = eg_member(eg_member(chart, "intake"), "body");
    const json_t *referral = eg_member(eg_member(chart, "referral"), "body");
    const json_t *flags = eg_member(chart, "red_flags");
    for (size_t pass = 0; pass < 4; pass++) {
        if (pass == 0 && json_array_size(flags) > 0)
            chip(chips, "stop", "red_flag", "Red flag: wait for a release note");
        if (pass == 0) plan_chips(chips, chart);
        if (pass == 1) order_chip(chips, referral);
        if (pass == 2 && json_array_size(eg_member(chart, "releases")) > 0 &&
            json_array_size(flags) == 0)
            chip(chips, "info", "released", "Red flag released by a note");
        if (pass == 2 && eg_is_given(referral, "precautions"))
            chip(chips, "info", "referral", eg_text_at(referral, "precautions"));
        if (intake == NULL) {
            if (pass == 3) chip(chips, "unknown", "intake", "Intake not taken");
            continue;
        }
        for (size_t i = 0; i < sizeof intake_answers / sizeof intake_answers[0]; i++)
            answer_chip(chips, passes[pass], intake, intake_answers[i].name, intake_answers[i].kind,
                        intake_answers[i].yes, intake_answers[i].unknown);
        const json_t *screen = eg_member(intake, "stimulation_screen");
        for (size_t i = 0; i < sizeof screen_answers / sizeof screen_answers[0]; i++)
            answer_chip(chips, passes[pass], screen, screen_answers[i].name, screen_answers[i].kind,
                        screen_answers[i].yes, screen_answers[i].unknown);
        falls_chip(chips, passes[pass], intake);
    }
    return chips;
}
