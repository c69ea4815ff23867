#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clinic/appraisal.h"
#include "clinic/chart.h"
#include "clinic/derive.h"
#include "clinic/document.h"
#include "clinic/goal.h"
#include "tests/support/clinic.h"
#include "tests/support/test.h"

/* A kept recording: {"task", "condition", "measures"} and what else its body has. */
static void add_recording(json_t *chart, const char *id, const char *date, const char *body) {
    json_t *parsed = eg_test_json(body);
    json_t *measures = json_object_get(parsed, "measures");
    json_t *detail = json_object_get(parsed, "task_detail");
    json_object_set_new(parsed, "decision", json_string("kept"));
    json_object_set_new(parsed, "recorded_on", json_string(date));
    json_object_set_new(parsed, "result",
                        json_pack("{sb sf sO sO?}", "clinical", 1, "duration_s", 30.0, "measures",
                                  measures, "task_detail", detail));
    json_array_append_new(json_object_get(chart, "recordings"),
                          json_pack("{ss ss ss ss so}", "id", id, "parent_id", "evaluation",
                                    "local_date", date, "created_at", date, "body", parsed));
}

static json_t *empty_chart(eg_clinic *clinic) {
    char episode[EG_STORE_ID_SIZE];
    json_t *chart = NULL;
    eg_diag diag = {0};
    eg_test_episode(clinic, episode);
    if (eg_chart_load(clinic, episode, &chart, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    return chart;
}

static json_t *findings_of(eg_clinic *clinic, const json_t *chart) {
    json_t *derived = NULL;
    json_t *findings = NULL;
    eg_diag diag = {0};
    if (eg_derive(clinic, chart, &derived, &diag) != EG_OK ||
        eg_appraise(clinic, chart, derived, &findings, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    json_decref(derived);
    return findings;
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static const json_t *named(const json_t *findings, const char *name) {
    for (size_t i = 0; i < json_array_size(findings); i++)
        if (strcmp(text_of(json_array_get(findings, i), "name"), name) == 0)
            return json_array_get(findings, i);
    EG_FAIL("no finding \"%s\"", name);
}

static double number_of(const json_t *object, const char *key) {
    const json_t *number = json_object_get(object, key);
    return json_is_number(number) ? json_number_value(number) : (double)NAN;
}

/* Measured, but nobody can say whether it is a problem. */
static void check_unjudged(const json_t *findings, const char *name, double value,
                           const char *icf_code) {
    const json_t *finding = named(findings, name);
    const json_t *icf = json_object_get(finding, "icf");
    EG_CHECK_NEAR(number_of(finding, "value"), value, 1e-9);
    EG_CHECK_TEXT(text_of(finding, "severity"), "unknown");
    EG_CHECK(json_is_false(json_object_get(finding, "unknown")));
    EG_CHECK(json_object_get(finding, "norm") == NULL);
    EG_CHECK(strncmp(text_of(finding, "no_norm"), "no norm for this condition", 26) == 0);
    EG_CHECK_INT(json_integer_value(json_object_get(icf, "qualifier")), 8);
    EG_CHECK_TEXT(text_of(icf, "code"), icf_code);
}

/* Every name once: the page's list is keyed by it. */
static void check_names(const json_t *findings) {
    for (size_t i = 0; i < json_array_size(findings); i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(text_of(json_array_get(findings, i), "name"),
                       text_of(json_array_get(findings, k), "name")) == 0)
                EG_FAIL("two findings \"%s\"", text_of(json_array_get(findings, i), "name"));
}

#define NO_NORM "'no_norm':'no open norm exists for this task'"

static void tasks_are_findings_without_a_verdict(void) {
    eg_clinic *clinic = eg_test_clinic("appraisal");
    json_t *chart = empty_chart(clinic);
    const char *los =
        "{'task':'limits_of_stability','condition':{'vision':'open','surface':'firm'},'measures':"
        "[{'code':'los.maximum','name':'Maximum excursion','value':81.5,'unit':'%'," NO_NORM
        ",'better':'higher'}],'task_detail':{'reaches':["
        "{'direction_deg':90,'maximum_percent':90},{'direction_deg':270,'maximum_percent':72}]}}";
    add_recording(chart, "a", "2026-03-01", los);
    add_recording(chart, "b", "2026-03-01",
                  "{'task':'sit_to_stand','condition':{'posture':'standing'},'measures':["
                  "{'code':'rise.load.right','name':'Load','value':43,'unit':'%'," NO_NORM
                  ",'better':'none'},{'code':'rise.time','name':'Rise time','value':2.1,"
                  "'unit':'s'," NO_NORM ",'better':'lower'}]}");
    static const char *const legs[] = {"left", "right"};
    static const char *const held[] = {"4", "20"};
    for (size_t i = 0; i < 2; i++) {
        char body[400];
        snprintf(body, sizeof body,
                 "{'task':'single_leg','condition':{'stance':'single_%s','vision':'open'},"
                 "'measures':[{'code':'hold.time','name':'Time held','value':%s,'unit':'s'," NO_NORM
                 ",'better':'higher'}]}",
                 legs[i], held[i]);
        add_recording(chart, legs[i], "2026-03-01", body);
    }
    static const char *const axes[] = {"90", "0"};
    for (size_t i = 0; i < 2; i++) {
        char body[400];
        snprintf(body, sizeof body,
                 "{'task':'weight_shift','condition':{'vision':'open'},'task_settings':"
                 "{'direction_deg':%s},'measures':[{'code':'shift.amplitude','name':'Amplitude',"
                 "'value':9%s,'unit':'%%'," NO_NORM ",'better':'none'}]}",
                 axes[i], axes[i]);
        add_recording(chart, axes[i], "2026-03-01", body);
    }
    add_recording(chart, "t", "2026-03-01",
                  "{'task':'tandem','condition':{'stance':'tandem'},'measures':[{'code':"
                  "'hold.time','name':'Time held','value':11,'unit':'s'," NO_NORM
                  ",'better':'higher'}]}");
    json_t *findings = findings_of(clinic, chart);
    check_names(findings);
    check_unjudged(findings, "los.maximum.open.firm.limits_of_stability", 81.5, "d4106");
    check_unjudged(findings, "los.maximum.open.firm.limits_of_stability.left", 72, "d4106");
    const json_t *right = named(findings, "los.maximum.open.firm.limits_of_stability.right");
    EG_CHECK_NEAR(number_of(json_object_get(right, "side_to_side"), "difference"), 18, 1e-9);
    EG_CHECK_TEXT(text_of(json_object_get(right, "side_to_side"), "text"), "left 72 %");
    check_unjudged(findings, "rise.time.sit_to_stand", 2.1, "d4103");
    const json_t *load = named(findings, "rise.load.right.sit_to_stand");
    EG_CHECK_NEAR(number_of(json_object_get(load, "side_to_side"), "other"), 57, 1e-9);
    check_unjudged(findings, "hold.time.open.single_leg.left", 4, "b755");
    const json_t *leg = named(findings, "hold.time.open.single_leg.left");
    EG_CHECK_TEXT(text_of(leg, "side"), "left");
    EG_CHECK_NEAR(number_of(json_object_get(leg, "side_to_side"), "percent"), 20, 1e-9);
    check_unjudged(findings, "shift.amplitude.open.weight_shift.side", 990, "d4106");
    check_unjudged(findings, "shift.amplitude.open.weight_shift.front", 90, "d4106");
    check_unjudged(findings, "hold.time.tandem", 11, "b755");
    json_decref(findings);
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

/* Foam, sitting, sensory ratios, and standing of an age that nobody measured: never "no problem".
 * With a norm the same value is judged. */
static void without_a_norm_nothing_is_as_it_should_be(void) {
    static const char quiet[] =
        "{'task':'%s','condition':{'vision':'%s','surface':'%s'%s},'measures':["
        "{'code':'cop.velocity.mean','name':'Mean velocity','value':%s,'unit':'mm/s',%s,"
        "'better':'lower'},{'code':'cop.equilibrium','name':'E','value':8%s,'unit':'%%'},"
        "{'code':'cop.sda.long.ml','name':'D','value':3,'unit':'mm2/s'," NO_NORM "}]}";
    static const struct {
        const char *task, *vision, *surface, *posture, *velocity, *norm;
    } rows[] = {
        {"quiet_standing", "open", "firm", "", "10",
         "'norm':{'position':'within','p5':5,'p95':14,'age_low':18,'age_high':59}"},
        {"quiet_standing", "closed", "firm", "", "15",
         "'norm':{'position':'above','p5':5,'p95':14,'age_low':18,'age_high':59}"},
        {"quiet_standing", "open", "foam", "", "20", "'no_norm':'nobody of this age'"},
        {"quiet_standing", "closed", "foam", "", "25", NO_NORM},
        {"quiet_sitting", "open", "firm", ",'posture':'sitting'", "4", NO_NORM},
    };
    eg_clinic *clinic = eg_test_clinic("appraisal");
    json_t *chart = empty_chart(clinic);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char body[800];
        char id[2] = {(char)('a' + i), '\0'};
        snprintf(body, sizeof body, quiet, rows[i].task, rows[i].vision, rows[i].surface,
                 rows[i].posture, rows[i].velocity, rows[i].norm, id[0] == 'a' ? "0" : "2");
        add_recording(chart, id, "2026-03-01", body);
    }
    json_t *findings = findings_of(clinic, chart);
    check_names(findings);
    EG_CHECK_TEXT(text_of(named(findings, "cop.velocity.mean.open.firm"), "severity"), "none");
    EG_CHECK_TEXT(text_of(named(findings, "cop.velocity.mean.closed.firm"), "severity"), "outside");
    check_unjudged(findings, "cop.velocity.mean.open.foam", 20, "b755");
    EG_CHECK_TEXT(text_of(named(findings, "cop.velocity.mean.open.foam"), "no_norm"),
                  "no norm for this condition: nobody of this age");
    check_unjudged(findings, "cop.velocity.mean.open.firm.quiet_sitting", 4, "d4153");
    /* 30 s trials: the bands of the Romberg quotient are of 60 s. */
    check_unjudged(findings, "romberg.velocity.standing", 1.5, "b755");
    check_unjudged(findings, "foam.velocity.standing", 2, "b755");
    check_unjudged(findings, "mctsib.velocity.standing", 17.5, "b755");
    check_unjudged(findings, "sensory.vestibular.standing", 82 / 80.0, "b755");
    check_unjudged(findings, "mctsib.equilibrium.standing", 81.5, "b755");
    for (size_t i = 0; i < json_array_size(findings); i++)
        EG_CHECK(strstr(text_of(json_array_get(findings, i), "name"), "cop.sda") == NULL);
    json_decref(findings);
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

/* A typed time without a norm for this age is not known either; a grade has its own range. */
static void typed_values_without_a_norm(void) {
    eg_clinic *clinic = eg_test_clinic("appraisal");
    json_t *chart = empty_chart(clinic);
    json_t *entries = json_object_get(chart, "entries");
    static const char *const codes[] = {"vital.heart_rate", "mrc.ankle.dorsiflexion"};
    for (size_t i = 0; i < 2; i++)
        json_array_append_new(
            entries, json_pack("{ss ss ss ss s{ss ss si}}", "id", codes[i], "status", "final",
                               "local_date", "2026-03-01", "created_at", "2026-03-01", "body",
                               "code", codes[i], "side", i == 0 ? "" : "left", "value", 5));
    json_t *findings = findings_of(clinic, chart);
    check_unjudged(findings, "vital.heart_rate", 5, "b4100");
    EG_CHECK_TEXT(text_of(named(findings, "mrc.ankle.dorsiflexion.left"), "severity"), "none");
    json_decref(findings);
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

/* Without the height the sensory ratios are named as what it would make known; sitting has none. */
static void ratios_wait_for_the_height(void) {
    static const char *const cells[][2] = {{"open", "firm"}, {"closed", "firm"}, {"open", "foam"}};
    static const char *const postures[] = {"standing", "sitting"};
    eg_clinic *clinic = eg_test_clinic("appraisal");
    json_t *chart = empty_chart(clinic);
    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; i < 3; i++) {
            char body[500];
            char id[4] = {(char)('a' + p), (char)('a' + i), '\0'};
            snprintf(body, sizeof body,
                     "{'task':'quiet_%s','condition':{'vision':'%s','surface':'%s','posture':'%s'},"
                     "'measures':[{'code':'cop.velocity.mean','name':'Mean velocity','value':1%d,"
                     "'unit':'mm/s','better':'lower'}]}",
                     postures[p], cells[i][0], cells[i][1], postures[p], (int)i);
            add_recording(chart, id, "2026-03-01", body);
        }
    json_t *findings = findings_of(clinic, chart);
    check_names(findings);
    static const char *const waiting[] = {"sensory.somatosensory.standing",
                                          "sensory.visual.standing"};
    for (size_t i = 0; i < 2; i++) {
        const json_t *finding = named(findings, waiting[i]);
        EG_CHECK(json_is_true(json_object_get(finding, "unknown")));
        EG_CHECK(json_is_null(json_object_get(finding, "value")));
        EG_CHECK_TEXT(text_of(finding, "severity"), "unknown");
        EG_CHECK_TEXT(text_of(finding, "needs"), "body.height");
        EG_CHECK(strstr(text_of(finding, "why_unknown"), "body height") != NULL);
    }
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(findings); i++)
        n += json_object_get(json_array_get(findings, i), "needs") != NULL;
    EG_CHECK_INT(n, 2); /* without foam and closed eyes no vestibular ratio, nor the composite */
    json_decref(findings);
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

/* A goal is for another day: noise of one session alone cannot promise that it is more than noise.
 */
static void goals_know_the_interval_of_the_noise(void) {
    eg_clinic *clinic = eg_test_clinic("appraisal");
    json_t *chart = empty_chart(clinic);
    json_t *goal = eg_test_json("{'measure_code':'test.5xsts','baseline':19,'target':10}");
    eg_diag diag = {0};
    json_object_set_new(chart, "intake", eg_test_json("{'body':{'conditions':{'tka':1}}}"));
    if (eg_goal_complete(clinic, chart, goal, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    EG_CHECK(strstr(text_of(goal, "mdc_warning"), "beyond same-session noise") != NULL);
    EG_CHECK(strstr(text_of(goal, "mdc_warning"), "day-to-day noise is unknown") != NULL);
    json_decref(goal);
    json_decref(chart);
    eg_test_clinic_close(clinic);
}

EG_TESTS({"appraisal: tasks are findings, side to side, without a verdict",
          tasks_are_findings_without_a_verdict},
         {"appraisal: without a norm nothing is as it should be",
          without_a_norm_nothing_is_as_it_should_be},
         {"appraisal: sensory ratios wait for the body height", ratios_wait_for_the_height},
         {"goal: noise of one session says nothing about another day",
          goals_know_the_interval_of_the_noise},
         {"appraisal: typed values without a norm are not known", typed_values_without_a_norm})
