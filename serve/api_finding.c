/* Findings and proposals, read from the chart. */
#include <stdlib.h>
#include <string.h>

#include "clinic/appraisal.h"
#include "clinic/chart.h"
#include "clinic/course.h"
#include "clinic/derive.h"
#include "clinic/document.h"
#include "clinic/finding.h"
#include "clinic/goal.h"
#include "clinic/rule.h"
#include "io/host/calendar.h"
#include "serve/api_call.h"

/* Chart and derived findings of the episode in the path. The caller drops both references. */
static eg_err load(eg_api_call *call, json_t **chart, json_t **derived, eg_diag *diag) {
    const eg_clinic *clinic = &call->api->clinic;
    eg_err err = eg_chart_load(&call->api->clinic, eg_api_parameter(call, 0), chart, diag);
    return err == EG_OK ? eg_derive(clinic, *chart, derived, diag) : err;
}

void eg_api_get_findings(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *chart = NULL;
    json_t *derived = NULL;
    json_t *findings = NULL;
    eg_err err = load(call, &chart, &derived, &diag);
    if (err == EG_OK) err = eg_appraise(&call->api->clinic, chart, derived, &findings, &diag);
    json_decref(derived);
    json_decref(chart);
    eg_api_finish(call, 200, err, findings, NULL, &diag);
}

/* A value typed on the findings page is a document of its own, so that it has an author, a time and
 * a history. */
void eg_api_put_finding(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *document = NULL;
    json_t *problems = NULL;
    json_t *request = eg_api_read_object(call);
    if (request == NULL) return;
    char instant[EG_INSTANT_SIZE];
    eg_instant_format(call->api->clinic.now_ms, instant);
    json_t *value = json_object_get(request, "value");
    json_t *note = json_object_get(request, "note");
    json_t *body =
        json_pack("{ss sO? ss}", "name", eg_api_parameter(call, 1), "value", value, "at", instant);
    if (value == NULL) json_object_set_new(body, "value", json_null());
    if (json_is_string(note)) json_object_set(body, "note", note);
    eg_err err =
        eg_finding_check(call->api->clinic.knowledge, eg_api_parameter(call, 1), value, &diag);
    if (err == EG_OK)
        err = eg_document_create(&call->api->clinic, eg_api_parameter(call, 0), "finding_value",
                                 NULL, body, &document, &problems, &diag);
    json_decref(body);
    json_decref(request);
    eg_api_finish(call, 200, err, document, problems, &diag);
}

/* With each proposal the ids of the goals it serves; beside the proposals all goals. */
static void link_goals(const eg_clinic *clinic, const json_t *chart, json_t *plan) {
    json_t *goals = json_array();
    json_t *goal;
    json_t *proposal;
    size_t i;
    json_array_foreach(json_object_get(plan, "proposals"), i, proposal) {
        const char *rule = json_string_value(json_object_get(proposal, "rule"));
        json_object_set_new(proposal, "goal_ids", eg_goal_served(clinic->knowledge, chart, rule));
    }
    json_array_foreach(json_object_get(chart, "goals"), i, goal) {
        json_t *body = json_object_get(goal, "body");
        json_array_append_new(goals,
                              json_pack("{sO? sO? sO? sO?}", "id", json_object_get(goal, "id"),
                                        "text", json_object_get(body, "text"), "measure_code",
                                        json_object_get(body, "measure_code"), "status",
                                        json_object_get(body, "status")));
    }
    json_object_set_new(plan, "goals", goals);
}

void eg_api_get_proposals(eg_api_call *call) {
    eg_diag diag = {0};
    json_t *chart = NULL;
    json_t *plan = NULL;
    json_t *skipped = json_array();
    eg_clinic *clinic = &call->api->clinic;
    eg_findings *findings = calloc(1, sizeof *findings);
    eg_plan_result *result = calloc(1, sizeof *result);
    eg_err err = findings == NULL || result == NULL
                     ? eg_diag_set(&diag, EG_ERR_MEMORY, "plan", 0, "no memory for the plan")
                     : eg_chart_load(clinic, eg_api_parameter(call, 0), &chart, &diag);
    if (err == EG_OK) err = eg_course_propose(clinic, chart, findings, result, skipped, &diag);
    if (err == EG_OK) {
        plan = eg_plan_to_json(result, findings);
        if (plan == NULL) err = eg_diag_set(&diag, EG_ERR_MEMORY, "plan", 0, "no memory");
    }
    if (err == EG_OK) {
        link_goals(clinic, chart, plan);
        json_object_set(plan, "skipped", skipped);
    }
    json_decref(skipped);
    json_decref(chart);
    free(result);
    free(findings);
    eg_api_finish(call, 200, err, plan, NULL, &diag);
}
