#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/course.h"
#include "clinic/demo.h"
#include "clinic/derive.h"
#include "clinic/document.h"
#include "clinic/goal.h"
#include "clinic/progress.h"
#include "clinic/today.h"
#include "clinic/withdraw.h"
#include "io/host/clock.h"
#include "tests/support/clinic.h"
#include "tests/support/test.h"

static eg_clinic *clinic;
static char episode[EG_STORE_ID_SIZE], evaluation[EG_STORE_ID_SIZE], plan[EG_STORE_ID_SIZE];

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

static const json_t *body_of(const json_t *document) {
    return json_object_get(document, "body");
}

static void create(const char *kind, const char *parent, const char *body,
                   char id[EG_STORE_ID_SIZE]) {
    EG_CHECK_INT(eg_test_create(clinic, episode, kind, parent, body, id), EG_OK);
}

static void go(const char *to) {
    eg_diag diag = {0};
    if (eg_course_transition(clinic, episode, eg_course_state_find(to), NULL, NULL, NULL, &diag) !=
        EG_OK)
        EG_FAIL("%s: %s", to, diag.text);
}

static json_t *chart_now(void) {
    json_t *chart = NULL;
    EG_CHECK_INT(eg_chart_load(clinic, episode, &chart, NULL), EG_OK);
    return chart;
}

static void amend(const char *kind_list, size_t index, const char *member, const char *value) {
    json_t *chart = chart_now(), *after = NULL;
    json_t *document = json_array_get(json_object_get(chart, kind_list), index);
    json_t *body = json_object_get(document, "body");
    json_object_set_new(body, member, eg_test_json(value));
    clinic->now_ms += 1000;
    eg_diag diag = {0};
    if (eg_document_amend(clinic, text_of(document, "id"),
                          (int32_t)json_integer_value(json_object_get(document, "version")), body,
                          &after, NULL, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    json_decref(after);
    json_decref(chart);
}

/* Care under a referral rests on a signed and dated order; direct access on none. */
static void an_unsigned_order_is_said(void) {
    static const struct {
        const char *referral;
        bool said;
    } cases[] = {{"{'direct_access':false,'referrer':'Dr. Ruiz'}", true},
                 {"{'direct_access':false,'signed_on':''}", true},
                 {"{'direct_access':false,'signed_on':'2026-02-26'}", false},
                 {"{'direct_access':true}", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *chart = json_pack("{s:{s:o}}", "referral", "body", eg_test_json(cases[i].referral));
        json_t *chips = eg_chart_precautions(chart);
        bool said = false;
        for (size_t k = 0; k < json_array_size(chips); k++)
            said = said || strcmp(text_of(json_array_get(chips, k), "code"), "order_unsigned") == 0;
        EG_CHECK_INT(said, cases[i].said);
        json_decref(chips);
        json_decref(chart);
    }
    json_t *chips = eg_chart_precautions(NULL);
    EG_CHECK_INT(json_array_size(chips), 1); /* no referral yet: only the intake is missing */
    json_decref(chips);
}

/* A person in treatment since 2 March 2026. */
static void treat(const char *name) {
    clinic = eg_test_clinic(name);
    eg_test_episode(clinic, episode);
    create("referral", NULL, "{'direct_access':true,'request':'Arm and walking'}", NULL);
    go("intake");
    json_t *intake = eg_test_intake(clinic, NULL), *document = NULL;
    EG_CHECK_INT(eg_document_create(clinic, episode, "intake", NULL, intake, &document, NULL, NULL),
                 EG_OK);
    json_decref(intake);
    json_decref(document);
    go("screened");
    create("evaluation", NULL, "{'type':'initial','date':'2026-03-02'}", evaluation);
    go("evaluating");
    create("entry", evaluation, "{'code':'test.10mwt.comfortable','value':0.52}", NULL);
    create("entry", evaluation, "{'code':'instrument.fma_ue.motor','side':'left','value':32}",
           NULL);
    go("evaluated");
    create("goal", NULL,
           "{'text':'Walk to the shop','measure_code':'test.10mwt.comfortable','target':0.8,"
           "'due_on':'2026-04-01','weight':2,'icf':'d4500'}",
           NULL);
    go("goals_set");
    json_t *chart = chart_now();
    const char *goal = text_of(json_array_get(json_object_get(chart, "goals"), 0), "id");
    char text[900];
    snprintf(text, sizeof text,
             "{'diagnosis':'Stroke','goal_ids':['%s'],'frequency_per_week':3,'duration_weeks':6,"
             "'start_on':'2026-03-02','end_on':'2026-04-12','decisions':[],'others':[{"
             "'intervention_id':null,'title':'Walking practice','dose':{'time':'20 min'},"
             "'goal_ids':['%s'],'finding_names':['walks'],'reason':'walking is the goal'}]}",
             goal, goal);
    json_decref(chart);
    create("plan", NULL, text, plan);
    json_t *signature = NULL;
    eg_diag diag = {0};
    if (eg_document_sign(clinic, plan, 1, "Kim Lee", "PT", &signature, NULL, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    EG_CHECK_TEXT(text_of(body_of(signature), "statement"),
                  "signed locally, identity not verified");
    json_decref(signature);
}

/* On that day: the clock goes there if it is not so late yet. */
static void visit(const char *date) {
    char text[600];
    int64_t at_ms = 0;
    snprintf(text, sizeof text, "%sT08:15:00Z", date);
    EG_CHECK(eg_instant_parse(text, &at_ms));
    if (clinic->now_ms < at_ms) clinic->now_ms = at_ms;
    snprintf(text, sizeof text,
             "{'plan_id':'%s','plan_version':1,'date':'%s','check_in':{'pain':1,'sbp':120,'dbp':70,"
             "'hr':66,'spo2':98},'items':[{'title':'Step over','repetitions':40,'successes':31}],"
             "'minutes':{'timed':40,'untimed':0,'rest':6,'unattended':0}}",
             plan, date);
    create("session", NULL, text, NULL);
}

static const json_t *series(const json_t *progress, const char *code) {
    const json_t *measures = json_object_get(progress, "measures");
    for (size_t i = 0; i < json_array_size(measures); i++)
        if (strcmp(text_of(json_array_get(measures, i), "code"), code) == 0)
            return json_array_get(measures, i);
    EG_FAIL("no series of %s", code);
}

static void progress_is_judged(void) {
    treat("progress");
    visit("2026-03-04");
    visit("2026-03-06");
    EG_CHECK(eg_instant_parse("2026-03-30T08:15:00Z", &clinic->now_ms));
    create("evaluation", NULL, "{'type':'re-evaluation','date':'2026-03-30'}", evaluation);
    create("entry", evaluation, "{'code':'test.10mwt.comfortable','value':0.86}", NULL);
    create("entry", evaluation, "{'code':'instrument.fma_ue.motor','side':'left','value':33}",
           NULL);
    amend("goals", 0, "attained", "1");
    json_t *chart = chart_now(), *progress = NULL;
    EG_CHECK_INT(eg_progress(clinic, chart, &progress, NULL), EG_OK);
    const json_t *speed = series(progress, "test.10mwt.comfortable");
    EG_CHECK_INT(json_array_size(json_object_get(speed, "points")), 2);
    EG_CHECK_TEXT(text_of(json_array_get(json_object_get(speed, "points"), 1), "date"),
                  "2026-03-30");
    EG_CHECK_TEXT(text_of(speed, "unit"), "m/s");
    EG_CHECK_TEXT(text_of(speed, "better"), "higher");
    EG_CHECK_NEAR(json_number_value(json_object_get(json_object_get(speed, "goal"), "target")), 0.8,
                  0);
    const json_t *arm = series(progress, "instrument.fma_ue.motor");
    if (json_is_number(json_object_get(arm, "mdc")))
        EG_CHECK_TEXT(text_of(arm, "verdict"), "within noise");
    else
        EG_CHECK_TEXT(text_of(arm, "verdict"), "no MDC known");
    const json_t *gas = json_object_get(progress, "gas");
    EG_CHECK_NEAR(json_number_value(json_object_get(gas, "t_score")), 60, 1e-9);
    const json_t *visits = json_object_get(progress, "visits");
    EG_CHECK_INT(json_array_size(visits), 2);
    EG_CHECK_NEAR(json_number_value(json_object_get(json_array_get(visits, 0), "successes")), 31,
                  0);
    eg_test_note("speed: %s; arm: %s", text_of(speed, "text"), text_of(arm, "text"));
    json_decref(progress);
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

/* What was measured last counts, not what was typed last. */
static void the_newest_is_by_its_day(void) {
    char recent[EG_STORE_ID_SIZE], old[EG_STORE_ID_SIZE];
    treat("newest");
    create("evaluation", NULL, "{'type':'re-evaluation','date':'2026-03-02'}", recent);
    create("entry", recent, "{'code':'instrument.bbs.total','value':40}", NULL);
    create("evaluation", NULL, "{'type':'initial','date':'2020-01-01'}", old);
    create("entry", old, "{'code':'instrument.bbs.total','value':10}", NULL);
    create("goal", NULL,
           "{'text':'Stand','measure_code':'instrument.bbs.total','target':48,"
           "'due_on':'2026-05-01'}",
           NULL);
    json_t *chart = chart_now(), *derived = NULL;
    const json_t *goals = json_object_get(chart, "goals");
    const json_t *goal = body_of(json_array_get(goals, json_array_size(goals) - 1));
    EG_CHECK_NEAR(json_number_value(json_object_get(goal, "baseline")), 40, 0);
    EG_CHECK_INT(eg_derive(clinic, chart, &derived, NULL), EG_OK);
    EG_CHECK_NEAR(json_number_value(json_object_get(json_object_get(derived, "findings"), "bbs")),
                  40, 0);
    json_decref(derived);
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

static void goals_know_their_noise(void) {
    treat("goals");
    json_t *chart = chart_now();
    const json_t *goal = body_of(json_array_get(json_object_get(chart, "goals"), 0));
    EG_CHECK_NEAR(json_number_value(json_object_get(goal, "baseline")), 0.52, 0);
    EG_CHECK(text_of(goal, "baseline_entry_id")[0] != '\0');
    json_decref(chart);
    create(
        "goal", NULL,
        "{'text':'Use the arm','measure_code':'instrument.fma_ue.motor','side':'left','target':33,"
        "'due_on':'2026-05-01'}",
        NULL);
    create(
        "goal", NULL,
        "{'text':'Something else','measure_code':'instrument.lefs.total','baseline':1,'target':33,"
        "'due_on':'2026-05-01'}",
        NULL);
    chart = chart_now();
    const json_t *goals = json_object_get(chart, "goals");
    const char *small = text_of(body_of(json_array_get(goals, 1)), "mdc_warning");
    const char *none = text_of(body_of(json_array_get(goals, 2)), "mdc_warning");
    EG_CHECK(strstr(small, "minimal detectable change") != NULL);
    EG_CHECK(strstr(none, "No minimal detectable change") != NULL);
    EG_CHECK_TEXT(text_of(body_of(json_array_get(goals, 1)), "mdc_state"), "within");
    EG_CHECK_TEXT(text_of(body_of(json_array_get(goals, 2)), "mdc_state"), "unknown");
    json_t *gaps = eg_goal_gaps(chart, body_of(json_array_get(goals, 1)));
    EG_CHECK_INT(json_array_size(gaps), 0);
    json_decref(gaps);
    json_t *empty = json_object();
    gaps = eg_goal_gaps(chart, empty);
    EG_CHECK_INT(json_array_size(gaps), 5);
    json_decref(gaps);
    json_decref(empty);
    eg_test_note("%s", small);
    json_decref(chart);
    json_t *foreign = eg_test_json("{'text':'x','baseline_entry_id':'01AAAAAAAAAAAAAAAAAAAAAAAA'}");
    json_t *document = NULL;
    EG_CHECK_INT(eg_document_create(clinic, episode, "goal", NULL, foreign, &document, NULL, NULL),
                 EG_ERR_ARGUMENT);
    json_decref(foreign);
    eg_test_clinic_close(clinic);
}

static const json_t *due(const json_t *today, const char *code) {
    const json_t *list = json_object_get(today, "due");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(text_of(json_array_get(list, i), "code"), code) == 0)
            return json_array_get(list, i);
    return NULL;
}

static json_t *today_at(const char *instant) {
    json_t *today = NULL;
    EG_CHECK(eg_instant_parse(instant, &clinic->now_ms));
    EG_CHECK_INT(eg_today(clinic, &today, NULL), EG_OK);
    return today;
}

static void today_says_what_is_due(void) {
    treat("today");
    json_t *today = today_at("2026-03-03T08:00:00Z");
    EG_CHECK_TEXT(text_of(today, "date"), "2026-03-03");
    EG_CHECK_INT(json_array_size(json_object_get(today, "visits")), 1);
    EG_CHECK_INT(json_array_size(json_object_get(today, "due")), 0);
    json_decref(today);
    char date[EG_DATE_SIZE];
    for (int i = 0; i < 8; i++) {
        snprintf(date, sizeof date, "2026-03-%02d", 4 + i);
        visit(date);
    }
    today = today_at("2026-03-12T08:00:00Z");
    EG_CHECK(strstr(text_of(due(today, "progress_report"), "what"), "day 8") != NULL);
    EG_CHECK(due(today, "re_evaluation") == NULL);
    json_decref(today);
    today = today_at("2026-03-31T08:00:00Z");
    EG_CHECK_TEXT(text_of(due(today, "re_evaluation"), "due_on"), "2026-04-01");
    EG_CHECK_TEXT(text_of(due(today, "plan_end"), "due_on"), "2026-04-12");
    EG_CHECK_TEXT(text_of(due(today, "goal"), "due_on"), "2026-04-01");
    EG_CHECK(due(today, "certification") == NULL);
    json_decref(today);
    /* The vector of the rule: first day 2 March, last safe day 30 May. */
    today = today_at("2026-05-20T08:00:00Z");
    EG_CHECK_TEXT(text_of(due(today, "certification"), "due_on"), "2026-05-30");
    EG_CHECK(json_is_true(json_object_get(due(today, "goal"), "overdue")));
    json_decref(today);
    amend("plans", 0, "duration_weeks", "8");
    today = today_at("2026-03-31T23:30:00Z");
    EG_CHECK_TEXT(text_of(today, "date"), "2026-04-01"); /* Berlin is two hours ahead */
    EG_CHECK(due(today, "sign_plan") != NULL);
    json_decref(today);
    eg_test_clinic_close(clinic);
    eg_test_note("report by day 10, re-evaluation, plan end, certification, goal, signature");
}

static void charts_are_complete(void) {
    treat("chart");
    json_t *recording = eg_test_json(
        "{'name':'a.txt','task':'quiet_standing','decision':'pending','condition':{'vision':'open',"
        "'surface':'firm'},'synthetic':true,'result':{'measures':[],'deep':{'long':[]},"
        "'long':[]}}");
    json_t *result = json_object_get(recording, "result");
    for (int i = 0; i < 100; i++) {
        json_array_append_new(json_object_get(result, "long"), json_integer(i));
        json_array_append_new(json_object_get(json_object_get(result, "deep"), "long"),
                              json_integer(i));
    }
    json_t *document = NULL, *again = NULL;
    EG_CHECK_INT(eg_document_create_recording(clinic, episode, evaluation, recording, "raw", 3,
                                              &document, NULL, NULL),
                 EG_OK);
    EG_CHECK_INT(json_integer_value(json_object_get(body_of(document), "size")), 3);
    void *bytes = NULL;
    size_t size = 0;
    EG_CHECK_INT(eg_store_get_blob(clinic->store, text_of(body_of(document), "blob_id"), 10, &bytes,
                                   &size, NULL),
                 EG_OK);
    EG_CHECK(size == 3 && memcmp(bytes, "raw", 3) == 0);
    free(bytes);
    /* Keeping it is an amendment; its file stays. */
    json_t *body = json_object_get(document, "body");
    json_object_set_new(body, "decision", json_string("kept"));
    EG_CHECK_INT(eg_document_amend(clinic, text_of(document, "id"), 1, body, &again, NULL, NULL),
                 EG_OK);
    json_decref(again);
    /* Numbers sent back are put aside: the measured ones stay. */
    json_object_set_new(body, "result", eg_test_json("{'measures':[{'id':'invented'}]}"));
    EG_CHECK_INT(eg_document_amend(clinic, text_of(document, "id"), 2, body, &again, NULL, NULL),
                 EG_OK);
    EG_CHECK_INT(
        json_array_size(json_object_get(json_object_get(body_of(again), "result"), "measures")), 0);
    json_decref(again);
    json_object_set_new(body, "sha256", json_string("0"));
    EG_CHECK_INT(eg_document_amend(clinic, text_of(document, "id"), 3, body, &again, NULL, NULL),
                 EG_ERR_ARGUMENT);
    json_decref(document);
    json_decref(recording);
    json_t *chart = chart_now();
    static const char *const members[] = {"episode",        "person",      "referral", "intake",
                                          "releases",       "evaluations", "entries",  "recordings",
                                          "finding_values", "goals",       "plans",    "sessions",
                                          "reports",        "signatures",  "state",    "next",
                                          "precautions",    "counts",      "today",    "red_flags"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (json_object_get(chart, members[i]) == NULL) EG_FAIL("no %s", members[i]);
    const json_t *shown =
        json_object_get(body_of(json_array_get(json_object_get(chart, "recordings"), 0)), "result");
    EG_CHECK(json_object_get(shown, "measures") != NULL);
    EG_CHECK(json_object_get(shown, "long") == NULL);
    EG_CHECK(json_object_get(json_object_get(shown, "deep"), "long") == NULL);
    const json_t *signed_plan = json_array_get(json_object_get(chart, "plans"), 0);
    EG_CHECK_TEXT(text_of(signed_plan, "status"), "signed");
    EG_CHECK(json_is_true(json_object_get(json_object_get(signed_plan, "signature"), "ok")));
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

static void conflicts_are_seen(void) {
    treat("conflict");
    json_t *chart = chart_now(), *after = NULL;
    json_t *goal = json_array_get(json_object_get(chart, "goals"), 0);
    json_t *body = json_object_get(goal, "body");
    const char *id = text_of(goal, "id");
    EG_CHECK_INT(eg_document_amend(clinic, id, 1, body, &after, NULL, NULL), EG_OK);
    json_decref(after);
    EG_CHECK_INT(eg_document_amend(clinic, id, 1, body, &after, NULL, NULL), EG_ERR_CONFLICT);
    EG_CHECK(after == NULL);
    json_t *versions = NULL;
    EG_CHECK_INT(eg_document_versions(clinic, id, &versions, NULL), EG_OK);
    EG_CHECK_INT(json_array_size(versions), 2);
    json_decref(versions);
    /* The state is no member that a PUT may change. */
    json_t *copy = json_deep_copy(body_of(json_object_get(chart, "episode")));
    json_object_set_new(copy, "state", json_string("discharged"));
    int32_t version =
        (int32_t)json_integer_value(json_object_get(json_object_get(chart, "episode"), "version"));
    EG_CHECK_INT(eg_document_amend(clinic, episode, version, copy, &after, NULL, NULL),
                 EG_ERR_ARGUMENT);
    EG_CHECK_INT(eg_test_create(clinic, episode, "goal", NULL, "{'text':''}", NULL), EG_ERR_DATA);
    json_decref(copy);
    json_decref(chart);
    json_t *people = NULL;
    EG_CHECK_INT(eg_person_search(clinic, "tes ada", 10, &people, NULL), EG_OK);
    EG_CHECK_INT(json_array_size(people), 1);
    const json_t *episodes = json_object_get(json_array_get(people, 0), "episodes");
    EG_CHECK_TEXT(text_of(json_array_get(episodes, 0), "state"), "in_treatment");
    json_decref(people);
    eg_test_clinic_close(clinic);
}

/* The line of a person on the page says what it shows, with its unit and its goal. */
static size_t check_trends(const json_t *today) {
    const json_t *visits = json_object_get(today, "visits");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(visits); i++) {
        const json_t *trend = json_object_get(json_array_get(visits, i), "trend");
        if (trend == NULL) continue;
        n++;
        EG_CHECK(text_of(trend, "name")[0] != '\0' && text_of(trend, "unit")[0] != '\0');
        EG_CHECK(strcmp(text_of(trend, "name"), text_of(trend, "code")) != 0);
        EG_CHECK(strstr("higher lower none", text_of(trend, "better")) != NULL);
        EG_CHECK(json_is_number(json_object_get(trend, "goal")));
        const json_t *points = json_object_get(trend, "points");
        EG_CHECK(json_array_size(points) >= 2 && json_array_size(points) <= 6);
        for (size_t k = 1; k < json_array_size(points); k++)
            EG_CHECK(strcmp(text_of(json_array_get(points, k - 1), "date"),
                            text_of(json_array_get(points, k), "date")) <= 0);
    }
    return n;
}

/* The demo's people keep all guards with every rule switched on. */
static void the_demo_keeps_the_guards(void) {
    clinic = eg_test_clinic("demo");
    EG_CHECK(eg_instant_parse("2026-11-22T08:00:00Z", &clinic->now_ms));
    eg_evaluator *evaluator = NULL;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_evaluator_create(eg_embedded_files, &evaluator, &diag), EG_OK);
    if (eg_demo_fill(clinic, evaluator, eg_embedded_files, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    eg_evaluator_destroy(evaluator);
    int64_t begin_ms = eg_clock_now_ms();
    json_t *today = NULL;
    EG_CHECK_INT(eg_today(clinic, &today, NULL), EG_OK);
    int64_t took_ms = eg_clock_now_ms() - begin_ms;
    EG_CHECK_INT(json_array_size(json_object_get(today, "visits")), 5);
    EG_CHECK(due(today, "release") != NULL && due(today, "sign_plan") != NULL);
    size_t n_trends = check_trends(today);
    EG_CHECK(n_trends >= 1);
    eg_test_note("6 people, %zu things due, %zu trends, page in %d ms",
                 json_array_size(json_object_get(today, "due")), n_trends, (int)took_ms);
    json_decref(today);
    eg_test_clinic_close(clinic);
}

static eg_err withdraw(const char *id, int32_t version, const char *reason, const char *name,
                       json_t **document) {
    json_t *made = NULL, *problems = NULL;
    eg_diag diag = {0};
    const eg_withdrawal withdrawal = {version, reason, name, name == NULL ? NULL : "PT"};
    clinic->now_ms += 1000;
    eg_err err = eg_document_withdraw(clinic, id, &withdrawal, &made, &problems, &diag);
    EG_CHECK((err == EG_OK) == (made != NULL));
    EG_CHECK(err == EG_OK || diag.text[0] != '\0');
    EG_CHECK(err != EG_ERR_DATA || json_array_size(problems) == 1);
    json_decref(problems);
    if (document != NULL)
        *document = made;
    else
        json_decref(made);
    return err;
}

static size_t n_of(const json_t *chart, const char *list) {
    return json_array_size(json_object_get(chart, list));
}

static json_int_t n_visits(const json_t *chart) {
    return json_integer_value(json_object_get(json_object_get(chart, "counts"), "visits"));
}

/* A value and a session that belong to somebody else. */
static void marked_documents_do_not_count(void) {
    treat("marked");
    visit("2026-03-04");
    visit("2026-03-06");
    char wrong[EG_STORE_ID_SIZE], other[EG_STORE_ID_SIZE];
    EG_CHECK(eg_instant_parse("2026-03-30T08:15:00Z", &clinic->now_ms));
    create("evaluation", NULL, "{'type':'re-evaluation','date':'2026-03-30'}", other);
    create("entry", other, "{'code':'test.10mwt.comfortable','value':1.9}", wrong);
    json_t *before = chart_now(), *progress = NULL, *marked = NULL, *versions = NULL;
    const char *session = text_of(json_array_get(json_object_get(before, "sessions"), 1), "id");
    EG_CHECK_INT(withdraw(wrong, 2, "typed in the wrong chart", NULL, NULL), EG_ERR_CONFLICT);
    EG_CHECK_INT(withdraw(wrong, 1, "", NULL, NULL), EG_ERR_DATA);
    EG_CHECK_INT(withdraw(wrong, 1, "  \n ", NULL, NULL), EG_ERR_DATA);
    EG_CHECK_INT(withdraw(wrong, 1, "typed in the wrong chart", NULL, &marked), EG_OK);
    EG_CHECK_TEXT(text_of(marked, "status"), "entered-in-error");
    EG_CHECK_INT(json_integer_value(json_object_get(marked, "version")), 2);
    const json_t *mark = json_object_get(body_of(marked), "entered_in_error");
    EG_CHECK_TEXT(text_of(mark, "reason"), "typed in the wrong chart");
    EG_CHECK_TEXT(text_of(mark, "by"), "tests");
    EG_CHECK_INT(withdraw(wrong, 2, "once more", NULL, NULL), EG_ERR_CONFLICT);
    EG_CHECK_INT(eg_document_amend(clinic, wrong, 2, body_of(marked), &versions, NULL, NULL),
                 EG_ERR_GUARD);
    EG_CHECK_INT(withdraw(session, 1, "another person's visit", NULL, NULL), EG_OK);

    json_t *after = chart_now();
    EG_CHECK_INT(n_of(after, "entries"), n_of(before, "entries") - 1);
    EG_CHECK_INT(n_of(after, "entered_in_error"), 2);
    EG_CHECK(json_object_get(json_object_get(after, "withdrawn"), wrong) != NULL);
    EG_CHECK_INT(n_visits(before) - n_visits(after), 1);
    EG_CHECK_INT(
        json_integer_value(json_object_get(json_object_get(after, "counts"), "treatment_days")),
        3); /* two evaluations, one session */
    EG_CHECK_INT(eg_progress(clinic, after, &progress, NULL), EG_OK);
    EG_CHECK_INT(n_of(series(progress, "test.10mwt.comfortable"), "points"), 1);
    EG_CHECK_INT(n_of(progress, "visits"), 1);
    /* What it was can still be read. */
    EG_CHECK_INT(eg_document_versions(clinic, wrong, &versions, NULL), EG_OK);
    EG_CHECK_INT(json_array_size(versions), 2);
    EG_CHECK_TEXT(text_of(json_array_get(versions, 0), "status"), "final");
    EG_CHECK_NEAR(json_number_value(json_object_get(body_of(json_array_get(versions, 0)), "value")),
                  1.9, 0);
    /* A client cannot write the mark by another way. */
    EG_CHECK_INT(eg_test_create(clinic, episode, "goal", NULL,
                                "{'text':'x','entered_in_error':{'reason':'abc','at':"
                                "'2026-03-02T08:15:00Z','by':'me'}}",
                                NULL) == EG_OK,
                 0);
    json_decref(versions);
    json_decref(progress);
    json_decref(after);
    json_decref(marked);
    json_decref(before);
    eg_test_clinic_close(clinic);
}

static void a_signed_document_is_marked_by_a_signature(void) {
    treat("signed-mark");
    visit("2026-03-04");
    EG_CHECK_INT(withdraw(plan, 1, "plan of somebody else", NULL, NULL), EG_ERR_DATA);
    json_t *chart = chart_now();
    EG_CHECK_TEXT(text_of(json_array_get(json_object_get(chart, "plans"), 0), "status"), "signed");
    json_decref(chart);
    json_t *marked = NULL, *report = NULL;
    EG_CHECK_INT(withdraw(plan, 1, "plan of somebody else", "Kim Lee", NULL), EG_OK);
    EG_CHECK_INT(eg_document_get(clinic, plan, 0, &marked, NULL), EG_OK);
    EG_CHECK_TEXT(text_of(marked, "status"), "entered-in-error");
    const json_t *signature = json_object_get(marked, "signature");
    EG_CHECK(json_is_true(json_object_get(signature, "ok")));
    EG_CHECK_TEXT(text_of(body_of(signature), "signer_name"), "Kim Lee");
    EG_CHECK_INT(eg_document_verify(clinic, plan, &report, NULL), EG_OK);
    EG_CHECK(json_is_true(json_object_get(report, "ok")));
    EG_CHECK_INT(n_of(report, "signatures"), 2);
    json_t *again = NULL;
    EG_CHECK_INT(eg_document_sign(clinic, plan, 2, "Kim Lee", "PT", &again, NULL, NULL),
                 EG_ERR_GUARD);
    chart = chart_now();
    EG_CHECK_INT(n_of(chart, "plans"), 0);
    EG_CHECK_INT(n_of(chart, "sessions"), 1);
    char text[300];
    snprintf(text, sizeof text, "{'plan_id':'%s','plan_version':1,'date':'2026-03-05'}", plan);
    EG_CHECK_INT(eg_test_create(clinic, episode, "session", NULL, text, NULL), EG_ERR_GUARD);
    create("plan", NULL, "{'diagnosis':'Stroke','goal_ids':[],'decisions':[],'others':[]}", NULL);
    json_decref(chart);
    json_decref(report);
    json_decref(marked);
    eg_test_clinic_close(clinic);
}

static void what_hangs_on_a_marked_document_goes_with_it(void) {
    treat("tree");
    char entry[EG_STORE_ID_SIZE], recording[EG_STORE_ID_SIZE], taken[EG_STORE_ID_SIZE], text[300];
    create("recording", evaluation, "{'name':'a','task':'quiet_standing','decision':'kept'}",
           recording);
    snprintf(text, sizeof text, "{'code':'test.tug','value':12,'recording_id':'%s'}", recording);
    create("entry", evaluation, text, taken);
    json_t *before = chart_now();
    EG_CHECK_INT(withdraw(recording, 1, "the other person stood there", NULL, NULL), EG_OK);
    json_t *after = chart_now();
    EG_CHECK_INT(n_of(after, "recordings"), 0);
    EG_CHECK_INT(n_of(after, "entries"), n_of(before, "entries") - 1);
    EG_CHECK(eg_chart_find(after, "entries", taken) == NULL);
    EG_CHECK_INT(n_of(after, "entered_in_error"), 1);
    json_decref(before);
    json_decref(after);

    EG_CHECK_INT(withdraw(evaluation, 1, "examined somebody else", NULL, NULL), EG_OK);
    after = chart_now();
    EG_CHECK_INT(n_of(after, "evaluations") + n_of(after, "entries"), 0);
    EG_CHECK_INT(eg_test_create(clinic, episode, "entry", evaluation,
                                "{'code':'test.tug','value':12}", entry),
                 EG_ERR_DATA);
    /* The goal was built on a value that does not count. */
    const json_t *goal = json_array_get(json_object_get(after, "goals"), 0);
    json_t *gaps = eg_goal_gaps(after, body_of(goal));
    EG_CHECK_TEXT(text_of(json_array_get(gaps, 0), "reason"), "the baseline was entered in error");
    json_decref(gaps);
    create("evaluation", NULL, "{'type':'initial','date':'2026-03-02'}", evaluation);
    create("entry", evaluation, "{'code':'test.10mwt.comfortable','value':0.6}", NULL);
    amend("goals", 0, "text", "'Walk to the shop alone'");
    json_decref(after);
    after = chart_now();
    goal = json_array_get(json_object_get(after, "goals"), 0);
    EG_CHECK_NEAR(json_number_value(json_object_get(body_of(goal), "baseline")), 0.6, 0);
    gaps = eg_goal_gaps(after, body_of(goal));
    EG_CHECK_INT(json_array_size(gaps), 0);
    json_decref(gaps);
    json_decref(after);
    eg_test_clinic_close(clinic);
}

/* A release that does not count leaves the flag open; without an intake nothing goes on. */
static void marks_do_not_open_a_gate(void) {
    treat("gates");
    json_t *chart = chart_now();
    const json_t *intake = json_object_get(chart, "intake");
    json_t *flags = json_object_get(body_of(intake), "red_flags");
    char id[EG_STORE_ID_SIZE], release[EG_STORE_ID_SIZE];
    snprintf(id, sizeof id, "%s", text_of(intake, "id"));
    const char *flag = json_object_iter_key(json_object_iter(flags));
    json_object_set_new(flags, flag, json_integer(1));
    json_t *amended = NULL;
    EG_CHECK_INT(eg_document_amend(clinic, id, 1, body_of(intake), &amended, NULL, NULL), EG_OK);
    json_decref(amended);
    json_decref(chart);
    create("release", NULL, "{'reason':'known to the doctor','clinician':'Dr A','credential':'MD'}",
           release);
    go("screened");
    EG_CHECK_INT(withdraw(release, 1, "for another person", NULL, NULL), EG_OK);
    chart = chart_now();
    EG_CHECK_TEXT(text_of(chart, "state"), "hold");
    json_decref(chart);
    EG_CHECK_INT(withdraw(id, 2, "answers of another person", NULL, NULL), EG_OK);
    eg_diag diag = {0};
    EG_CHECK_INT(eg_course_transition(clinic, episode, EG_COURSE_SCREENED, NULL, NULL, NULL, &diag),
                 EG_ERR_GUARD);
    json_t *fresh = eg_test_intake(clinic, NULL), *document = NULL;
    EG_CHECK_INT(eg_document_create(clinic, episode, "intake", NULL, fresh, &document, NULL, NULL),
                 EG_OK);
    char second[EG_STORE_ID_SIZE];
    snprintf(second, sizeof second, "%s", text_of(document, "id"));
    json_decref(document);
    json_decref(fresh);
    go("screened");
    EG_CHECK_INT(withdraw(second, 1, "wrong again", NULL, NULL), EG_OK);
    EG_CHECK_INT(eg_test_create(clinic, episode, "evaluation", NULL,
                                "{'type':'initial','date':'2026-03-02'}", NULL),
                 EG_ERR_GUARD);
    eg_test_clinic_close(clinic);
}

static void a_marked_person_is_out_of_the_day(void) {
    treat("nobody");
    json_t *chart = chart_now(), *today = NULL, *people = NULL;
    const char *person = text_of(json_object_get(chart, "person"), "id");
    EG_CHECK_INT(withdraw(episode, 99, "opened twice", NULL, NULL), EG_ERR_CONFLICT);
    EG_CHECK_INT(withdraw(person, 1, "the same person twice", NULL, NULL), EG_OK);
    EG_CHECK_INT(eg_today(clinic, &today, NULL), EG_OK);
    EG_CHECK_INT(n_of(today, "visits") + n_of(today, "due"), 0);
    EG_CHECK_INT(
        eg_test_create(clinic, episode, "finding_value", NULL, "{'name':'abc','value':27}", NULL),
        EG_ERR_GUARD);
    json_t *made = NULL;
    EG_CHECK_INT(eg_episode_create(clinic, person, "PT", "Again", &made, NULL, NULL), EG_ERR_GUARD);
    EG_CHECK_INT(
        eg_course_transition(clinic, episode, EG_COURSE_DISCHARGED, NULL, NULL, NULL, NULL),
        EG_ERR_GUARD);
    EG_CHECK_INT(eg_document_sign(clinic, plan, 1, "Sam Roe", "PT", &made, NULL, NULL),
                 EG_ERR_GUARD);
    EG_CHECK_INT(eg_person_search(clinic, "Test", 10, &people, NULL), EG_OK);
    EG_CHECK_TEXT(text_of(json_array_get(people, 0), "status"), "entered-in-error");
    json_decref(people);
    json_decref(today);
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

EG_TESTS({"today: the demo keeps every guard with all rules", the_demo_keeps_the_guards},
         {"progress: changes are held against their noise", progress_is_judged},
         {"newest: by the day of the examination, not of typing", the_newest_is_by_its_day},
         {"goal: baseline from the entry, a step within noise warns", goals_know_their_noise},
         {"today: says what is due and when", today_says_what_is_due},
         {"chart: complete, signed plans marked, long arrays left out", charts_are_complete},
         {"referral: an order without signature warns, direct access does not",
          an_unsigned_order_is_said},
         {"document: conflicts and forbidden changes are seen", conflicts_are_seen},
         {"error: what is marked does not count and stays readable", marked_documents_do_not_count},
         {"error: a signed document is marked by a signature",
          a_signed_document_is_marked_by_a_signature},
         {"error: what hangs on a marked document goes with it",
          what_hangs_on_a_marked_document_goes_with_it},
         {"error: marks open no gate", marks_do_not_open_a_gate},
         {"error: a marked person is out of the day", a_marked_person_is_out_of_the_day})
