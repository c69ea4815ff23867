#include <stdio.h>
#include <string.h>

#include "clinic/appraisal.h"
#include "clinic/chart.h"
#include "clinic/demo.h"
#include "clinic/derive.h"
#include "clinic/document.h"
#include "clinic/knowledge.h"
#include "io/host/clock.h"
#include "tests/support/test.h"

/* A store with the demo's six people. */
static eg_clinic *demo_clinic(void) {
    static eg_clinic clinic;
    static eg_zone zone;
    static eg_knowledge *knowledge;
    eg_evaluator *evaluator = NULL;
    eg_diag diag = {0};
    json_t *site = NULL;
    char url[256];
    snprintf(url, sizeof url, "sqlite:%s/engram.db", eg_test_folder());
    clinic = (eg_clinic){.now_ms = eg_clock_now_ms(), .random = eg_clock_random};
    snprintf(clinic.author, sizeof clinic.author, "local");
    if (eg_store_open(url, EG_STORE_WRITE, &clinic.store, &diag) != EG_OK ||
        eg_knowledge_load(eg_embedded_files, NULL, &knowledge, &diag) != EG_OK ||
        eg_evaluator_create(eg_embedded_files, &evaluator, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    clinic.knowledge = knowledge;
    if (eg_clinic_site(&clinic, "Example clinic", "Europe/Berlin", &zone, &site, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    clinic.zone = &zone;
    json_decref(site);
    if (eg_demo_fill(&clinic, evaluator, eg_embedded_files, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    eg_evaluator_destroy(evaluator);
    return &clinic;
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

EG_TESTS({"demo: six invented people at different stages of care", six_people_at_different_stages},
         {"appraisal: norm, other side, range and ICF band", values_are_held_against_what_is_known})
