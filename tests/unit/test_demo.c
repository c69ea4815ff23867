#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/appraisal.h"
#include "clinic/chart.h"
#include "clinic/demo.h"
#include "clinic/derive.h"
#include "clinic/document.h"
#include "clinic/knowledge.h"
#include "clinic/rule.h"
#include "io/host/calendar.h"
#include "io/host/clock.h"
#include "tests/support/test.h"

/* A store with the demo's six people. */
static eg_clinic *demo_clinic_after(int64_t later_ms) {
    static eg_clinic clinic;
    static eg_zone zone;
    static eg_knowledge *knowledge;
    eg_evaluator *evaluator = NULL;
    eg_rule_book *book = NULL;
    eg_diag diag = {0};
    json_t *site = NULL;
    char url[256];
    snprintf(url, sizeof url, "sqlite:%s/engram.db", eg_test_folder());
    clinic = (eg_clinic){.now_ms = eg_clock_now_ms() + later_ms, .random = eg_clock_random};
    snprintf(clinic.author, sizeof clinic.author, "local");
    if (eg_store_open(url, EG_STORE_WRITE, &clinic.store, &diag) != EG_OK ||
        eg_knowledge_load(eg_embedded_files, NULL, &knowledge, &diag) != EG_OK ||
        eg_evaluator_create(eg_embedded_files, &evaluator, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    clinic.knowledge = knowledge;
    if (eg_rule_book_create(knowledge, &book, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    clinic.rules = book;
    if (eg_clinic_site(&clinic, "Example clinic", "Europe/Berlin", &zone, &site, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    clinic.zone = &zone;
    json_decref(site);
    if (eg_demo_fill(&clinic, evaluator, eg_embedded_files, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    eg_evaluator_destroy(evaluator);
    return &clinic;
}

static eg_clinic *demo_clinic(void) {
    return demo_clinic_after(0);
}

/* The caller owns the chart and the person. */
static json_t *chart_of(eg_clinic *clinic, const char *family, json_t **person) {
    json_t *people = NULL;
    json_t *chart = NULL;
    eg_diag diag = {0};
    if (eg_person_search(clinic, family, 10, &people, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    EG_CHECK_INT(json_array_size(people), 1);
    *person = json_incref(json_array_get(people, 0));
    json_decref(people);
    json_t *episode = json_array_get(json_object_get(*person, "episodes"), 0);
    const char *id = json_string_value(json_object_get(episode, "id"));
    if (eg_chart_load(clinic, id, &chart, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    return chart;
}

static const char *state_of(const json_t *chart) {
    return json_string_value(json_object_get(chart, "state"));
}

static void six_people_at_different_stages(void) {
    static const char *const expected[][2] = {{"Okafor", "in_treatment"}, {"Ek", "in_treatment"},
                                              {"Brandt", "plan_draft"},   {"Zhao", "evaluating"},
                                              {"Lindqvist", "hold"},      {"Nair", "discharged"}};
    eg_clinic *clinic = demo_clinic();
    for (size_t i = 0; i < 6; i++) {
        json_t *person = NULL;
        json_t *chart = chart_of(clinic, expected[i][0], &person);
        EG_CHECK_TEXT(state_of(chart), expected[i][1]);
        EG_CHECK(json_is_true(json_object_get(json_object_get(person, "body"), "example")));
        json_decref(chart);
        json_decref(person);
    }
    eg_diag diag = {0};
    EG_CHECK_INT(eg_store_check(clinic->store, &diag), EG_OK);
    eg_test_note("six people, marked as examples");
}

static const char *said(const json_t *document, const char *name) {
    const char *text = json_string_value(json_object_get(document, name));
    return text == NULL ? "" : text;
}

/* Visits of one chart: on working days, over and written down before now, no two on a day, no more
 * in seven days than the plan says, and no two with the same vital signs one after the other. */
static size_t check_visits(const eg_clinic *clinic, const json_t *chart) {
    const json_t *sessions = json_object_get(chart, "sessions");
    const json_t *plan =
        json_object_get(json_array_get(json_object_get(chart, "plans"), 0), "body");
    size_t per_week = (size_t)json_integer_value(json_object_get(plan, "frequency_per_week"));
    size_t n = json_array_size(sessions);
    const json_t *before = NULL;
    for (size_t i = 0; i < n; i++) {
        const json_t *body = json_object_get(json_array_get(sessions, i), "body");
        const json_t *check_in = json_object_get(body, "check_in");
        int64_t day = 0, other = 0, end_ms = 0;
        EG_CHECK(eg_date_parse(said(body, "date"), &day));
        EG_CHECK(eg_instant_parse(said(body, "ended_at"), &end_ms));
        EG_CHECK((day + 3) % 7 < 5);
        EG_CHECK(end_ms < clinic->now_ms);
        EG_CHECK(strcmp(said(body, "date"), said(plan, "start_on")) > 0);
        EG_CHECK(strcmp(said(body, "date"), said(plan, "end_on")) <= 0);
        EG_CHECK(before == NULL || !json_equal(before, check_in));
        before = check_in;
        if (i < per_week) continue;
        const json_t *earlier = json_object_get(json_array_get(sessions, i - per_week), "body");
        EG_CHECK(eg_date_parse(said(earlier, "date"), &other));
        EG_CHECK(day - other >= 7);
    }
    return n;
}

/* On whichever day of the week the demo is made. */
static void any_day_will_do(void) {
    static const char *const stores[] = {"", "-wal", "-shm"};
    for (int day = 1; day < 7; day++) {
        char path[256];
        for (size_t k = 0; k < 3; k++) {
            snprintf(path, sizeof path, "%s/engram.db%s", eg_test_folder(), stores[k]);
            (void)remove(path);
        }
        eg_clinic *clinic = demo_clinic_after(day * (int64_t)86400000);
        json_t *person = NULL;
        json_t *chart = chart_of(clinic, "Okafor", &person);
        EG_CHECK_INT(check_visits(clinic, chart), 14);
        json_decref(chart);
        json_decref(person);
        eg_store_close(clinic->store);
        eg_rule_book_destroy((eg_rule_book *)(uintptr_t)clinic->rules);
        eg_knowledge_destroy((eg_knowledge *)(uintptr_t)clinic->knowledge);
    }
    eg_test_note("six more days of the week");
}

/* Every person's chart holds together for somebody who reads it. */
static void the_stories_hold_together(void) {
    static const char *const families[] = {"Okafor", "Ek", "Nair"};
    static const size_t visits[] = {14, 10, 8};
    eg_clinic *clinic = demo_clinic();
    for (size_t i = 0; i < 3; i++) {
        json_t *person = NULL;
        json_t *chart = chart_of(clinic, families[i], &person);
        size_t n = check_visits(clinic, chart);
        if (n != visits[i]) EG_FAIL("%s has %zu visits", families[i], n);
        json_decref(chart);
        json_decref(person);
    }
    json_t *person = NULL;
    json_t *chart = chart_of(clinic, "Okafor", &person);
    char *text = json_dumps(json_object_get(chart, "sessions"), JSON_COMPACT);
    EG_CHECK(strstr(text, "reach-and-place") != NULL); /* her plan has arm practice */
    free(text);
    json_decref(chart);
    json_decref(person);
    chart = chart_of(clinic, "Lindqvist", &person);
    const json_t *intake = json_object_get(json_object_get(chart, "intake"), "body");
    EG_CHECK_INT(
        json_integer_value(json_object_get(json_object_get(intake, "red_flags"), "night_pain")), 1);
    const json_t *vital = json_object_get(intake, "vital_signs");
    int64_t at_ms = 0;
    EG_CHECK(eg_instant_parse(said(vital, "measured_at"), &at_ms) && at_ms < clinic->now_ms);
    json_decref(chart);
    json_decref(person);
    eg_test_note("14, 10 and 8 visits within their plans");
}

static const json_t *finding_named(const json_t *findings, const char *name) {
    size_t i;
    json_t *finding;
    json_array_foreach(findings, i, finding) {
        if (strcmp(json_string_value(json_object_get(finding, "name")), name) == 0) return finding;
    }
    EG_FAIL("no finding \"%s\"", name);
}

static const char *severity(const json_t *findings, const char *name) {
    return json_string_value(json_object_get(finding_named(findings, name), "severity"));
}

static void values_are_held_against_what_is_known(void) {
    eg_clinic *clinic = demo_clinic();
    json_t *person = NULL;
    json_t *derived = NULL;
    json_t *findings = NULL;
    eg_diag diag = {0};
    json_t *chart = chart_of(clinic, "Okafor", &person);
    if (eg_derive(clinic, chart, &derived, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    if (eg_appraise(clinic, chart, derived, &findings, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    /* MRC 3 of 5 is a loss of 40 %: moderate by the ICF's bands; 5 of 5 is none. */
    EG_CHECK_TEXT(severity(findings, "mrc.ankle.dorsiflexion.left"), "moderate");
    EG_CHECK_TEXT(severity(findings, "mrc.ankle.dorsiflexion.right"), "none");
    /* FMA 47 of 66: 28.8 % lost. */
    const json_t *fma = finding_named(findings, "instrument.fma_ue.motor");
    EG_CHECK_NEAR(json_number_value(json_object_get(fma, "percent")), 100 * 19 / 66.0, 1e-9);
    /* Grip 11 kg against 24 kg on the other side: 54.2 % lost. */
    EG_CHECK_TEXT(severity(findings, "force.grip.left"), "severe");
    /* TUG 15.9 s at 67 years: above 9.0 s (Bohannon 2006), which has no percentage. */
    EG_CHECK_TEXT(severity(findings, "test.tug"), "outside");
    /* The newest value counts. */
    EG_CHECK_NEAR(json_number_value(json_object_get(finding_named(findings, "test.tug"), "value")),
                  15.9, 1e-9);
    EG_CHECK(json_is_true(json_object_get(finding_named(findings, "vr_available"), "unknown")));
    EG_CHECK(json_is_true(json_object_get(finding_named(findings, "vr_available"), "relevant")));
    EG_CHECK(json_is_false(json_object_get(finding_named(findings, "lbp_weeks"), "relevant")));
    /* Ankle 8 of the other side's 14 degrees: 43 % lost; the newest recording against its band. */
    EG_CHECK_TEXT(severity(findings, "rom.ankle.dorsiflexion.passive.left"), "moderate");
    EG_CHECK_TEXT(severity(findings, "cop.ellipse.area.open.firm"), "outside");
    /* A lower motor neurone that works is no problem. */
    EG_CHECK_TEXT(severity(findings, "lmn_intact"), "none");
    int last_rank_was_none = 0;
    size_t i;
    json_t *finding;
    json_array_foreach(findings, i, finding) {
        int is_none = strcmp(json_string_value(json_object_get(finding, "severity")), "none") == 0;
        EG_CHECK(is_none || !last_rank_was_none);
        last_rank_was_none = is_none;
    }
    eg_test_note("%zu findings, worst first", json_array_size(findings));
    json_decref(findings);
    json_decref(derived);
    json_decref(chart);
    json_decref(person);
}

EG_TESTS({"demo: made on any day of the week", any_day_will_do},
         {"demo: visits within the plan, on working days, past", the_stories_hold_together},
         {"demo: six invented people at different stages of care", six_people_at_different_stages},
         {"appraisal: norm, other side, range and ICF band", values_are_held_against_what_is_known})
