#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/appraisal.h"
#include "clinic/chart.h"
#include "clinic/course.h"
#include "clinic/demo.h"
#include "clinic/derive.h"
#include "clinic/document.h"
#include "clinic/evaluate.h"
#include "clinic/pair.h"
#include "clinic/progress.h"
#include "clinic/rule.h"
#include "tests/support/clinic.h"
#include "tests/support/test.h"

/* The demo's people under all rules. */
static eg_clinic *demo_clinic(void) {
    eg_clinic *clinic = eg_test_clinic("pair");
    eg_evaluator *evaluator = NULL;
    eg_diag diag = {0};
    if (eg_evaluator_create(eg_embedded_files, &evaluator, &diag) != EG_OK ||
        eg_demo_fill(clinic, evaluator, eg_embedded_files, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    eg_evaluator_destroy(evaluator);
    return clinic;
}

static json_t *chart_of(eg_clinic *clinic, const char *family) {
    json_t *people = NULL;
    json_t *chart = NULL;
    eg_diag diag = {0};
    if (eg_person_search(clinic, family, 10, &people, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    const json_t *person = json_array_get(people, 0);
    const json_t *episode = json_array_get(json_object_get(person, "episodes"), 0);
    if (eg_chart_load(clinic, json_string_value(json_object_get(episode, "id")), &chart, &diag) !=
        EG_OK)
        EG_FAIL("%s", diag.text);
    json_decref(people);
    return chart;
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* The member of a list whose "code" it is; NULL if none. */
static json_t *with_code(const json_t *list, const char *code) {
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(text_of(json_array_get(list, i), "code"), code) == 0)
            return json_array_get(list, i);
    return NULL;
}

/* The mean velocity of the kept quiet stance of one condition in one evaluation. */
static double velocity(const json_t *chart, const char *evaluation, const char *vision) {
    const json_t *recordings = json_object_get(chart, "recordings");
    for (size_t i = 0; i < json_array_size(recordings); i++) {
        const json_t *recording = json_array_get(recordings, i);
        const json_t *body = json_object_get(recording, "body");
        if (strcmp(text_of(json_object_get(body, "condition"), "vision"), vision) != 0 ||
            strcmp(text_of(recording, "parent_id"), evaluation) != 0)
            continue;
        const json_t *measures = json_object_get(json_object_get(body, "result"), "measures");
        return json_number_value(
            json_object_get(with_code(measures, "cop.velocity.mean"), "value"));
    }
    return NAN;
}

static void kept_recordings_are_compared(void) {
    eg_clinic *clinic = demo_clinic();
    json_t *chart = chart_of(clinic, "Okafor");
    json_t *groups = NULL, *progress = NULL, *derived = NULL, *findings = NULL;
    eg_diag diag = {0};
    if (eg_pair_of_chart(clinic, chart, &groups, &diag) != EG_OK ||
        eg_progress(clinic, chart, &progress, &diag) != EG_OK ||
        eg_derive(clinic, chart, &derived, &diag) != EG_OK ||
        eg_appraise(clinic, chart, derived, &findings, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    EG_CHECK_INT(json_array_size(groups), 1);
    const json_t *group = json_array_get(groups, 0);
    const char *evaluation = text_of(group, "evaluation_id");
    json_t *romberg = with_code(json_object_get(group, "measures"), "romberg.velocity");
    double expected = velocity(chart, evaluation, "closed") / velocity(chart, evaluation, "open");
    double value = json_number_value(json_object_get(romberg, "value"));
    EG_CHECK_NEAR(value, expected, 1e-12);
    /* She is 67: the band of the old on firm ground, .83 to 1.50 in knowledge/balance. */
    const json_t *norm = json_object_get(romberg, "norm");
    EG_CHECK_NEAR(json_number_value(json_object_get(norm, "p5")), 0.83, 0.01);
    EG_CHECK_NEAR(json_number_value(json_object_get(norm, "p95")), 1.496, 0.01);
    EG_CHECK(json_object_get(romberg, "no_mdc") != NULL);
    json_t *series = with_code(json_object_get(progress, "measures"), "romberg.velocity");
    EG_CHECK(series != NULL && json_is_object(json_object_get(series, "norm")));
    EG_CHECK_TEXT(text_of(series, "mdc_interval"), "unknown");
    json_t *finding = with_code(findings, "romberg.velocity");
    EG_CHECK_NEAR(json_number_value(json_object_get(finding, "value")), expected, 1e-12);
    EG_CHECK(json_is_object(json_object_get(finding, "norm")));
    EG_CHECK_TEXT(text_of(finding, "severity"), value > 1.4955420047936279 ? "outside" : "none");
    eg_test_note("Romberg quotient %.3f of two kept recordings", value);
    json_decref(findings);
    json_decref(derived);
    json_decref(progress);
    json_decref(groups);
    json_decref(chart);
    chart = chart_of(clinic, "Ek"); /* a weight shift: a series of its own, noise unknown */
    if (eg_progress(clinic, chart, &progress, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    series = with_code(json_object_get(progress, "measures"), "shift.amplitude");
    EG_CHECK(series != NULL);
    EG_CHECK_TEXT(text_of(series, "mdc_interval"), "unknown");
    json_decref(progress);
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

/* Sets a typed finding in a chart in memory. */
static void type_finding(json_t *chart, const char *name, double value) {
    json_t *list = json_object_get(chart, "finding_values");
    json_array_append_new(list, json_pack("{ss ss ss ss s{ss sf ss}}", "created_at",
                                          "2026-03-03T09:00:00.000Z", "id", name, "status", "final",
                                          "local_date", "2026-03-02", "body", "name", name, "value",
                                          value, "at", "2026-03-02T09:00:00.000Z"));
}

static bool is_skipped(const json_t *skipped, const char *name) {
    for (size_t i = 0; i < json_array_size(skipped); i++)
        if (strcmp(text_of(json_array_get(skipped, i), "name"), name) == 0) return true;
    return false;
}

static const eg_rule_outcome *outcome_of(const eg_plan_result *result, const char *id) {
    for (size_t i = 0; i < result->n_outcomes; i++)
        if (strcmp(result->outcomes[i].rule->id, id) == 0) return &result->outcomes[i];
    EG_FAIL("no rule %s", id);
}

static void proposals_heed_the_signed_plan(void) {
    eg_clinic *clinic = demo_clinic();
    json_t *chart = chart_of(clinic, "Ek");
    eg_findings *findings = calloc(1, sizeof *findings);
    eg_plan_result *result = calloc(1, sizeof *result);
    json_t *skipped = json_array();
    type_finding(chart, "bvh", 7); /* yes/no: 7 is neither */
    type_finding(chart, "skin_fragile", 1);
    EG_CHECK_INT(eg_course_propose(clinic, chart, findings, result, skipped, NULL), EG_OK);
    EG_CHECK(is_skipped(skipped, "bvh"));
    EG_CHECK(eg_findings_get(findings, "bvh") == NULL && findings->count > 10);
    EG_CHECK_INT(outcome_of(result, "S3")->result.truth, EG_TRUE);
    EG_CHECK(result->blocked[EG_BLOCK_STIMULATION] && !outcome_of(result, "S3")->lifted);
    json_t *plans = json_object_get(chart, "plans");
    json_t *plan = json_array_get(plans, 0);
    EG_CHECK_TEXT(text_of(plan, "status"), "signed");
    json_object_set_new(json_object_get(plan, "body"), "overrides",
                        eg_test_json("[{'rule_id': 'S3', 'reason': 'agreed with the physician'}]"));
    EG_CHECK_INT(eg_course_propose(clinic, chart, findings, result, NULL, NULL), EG_OK);
    EG_CHECK(outcome_of(result, "S3")->lifted && !result->blocked[EG_BLOCK_STIMULATION]);
    json_object_set_new(plan, "status", json_string("final")); /* a draft lifts nothing */
    EG_CHECK_INT(eg_course_propose(clinic, chart, findings, result, NULL, NULL), EG_OK);
    EG_CHECK(result->blocked[EG_BLOCK_STIMULATION]);
    json_decref(skipped);
    free(result);
    free(findings);
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

EG_TESTS({"pairs: kept recordings of one evaluation are compared", kept_recordings_are_compared},
         {"proposals: the signed plan lifts, odd values are skipped",
          proposals_heed_the_signed_plan})
