/* The plan's order, what blocks take away, what to measure next, and the JSON that says it all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/rule.h"
#include "io/embed.h"
#include "tests/support/book.h"
#include "tests/support/test.h"

static eg_test_book test;

/* The plan for {"findings": {...}} as JSON; the caller gives it back. */
static json_t *plan_for(const char *text) {
    eg_diag diag = {0};
    char document[4096];
    snprintf(document, sizeof document, "{\"findings\":{%s}}", text);
    json_t *parsed = json_loads(document, 0, NULL);
    EG_CHECK(parsed != NULL);
    memset(test.findings, 0, sizeof *test.findings);
    if (eg_findings_from_json(test.findings, test.knowledge, parsed, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    json_decref(parsed);
    eg_plan_evaluate(test.rules, test.findings, test.result);
    json_t *plan = eg_plan_to_json(test.result, test.findings);
    EG_CHECK(plan != NULL);
    return plan;
}

/* "S3 U3": the member `name` of each object of a list. */
static const char *listed(json_t *list, const char *name) {
    static char text[1024];
    text[0] = '\0';
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *element = json_array_get(list, i);
        const char *word = name != NULL ? json_string_value(json_object_get(element, name))
                                        : json_string_value(element);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? " " : "",
                 word != NULL ? word : "?");
    }
    return text;
}

static json_t *proposal_of(json_t *plan, const char *rule) {
    json_t *list = json_object_get(plan, "proposals");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_object_get(json_array_get(list, i), "rule")), rule) == 0)
            return json_array_get(list, i);
    EG_FAIL("%s is not proposed", rule);
}

static const char *blocked(json_t *plan) {
    return listed(json_object_get(plan, "blocked"), NULL);
}

static const char *withheld(json_t *plan, const char *rule) {
    json_t *what = json_object_get(json_object_get(proposal_of(plan, rule), "withheld"), "what");
    return what != NULL ? json_string_value(what) : "nothing";
}

static void safety_blocks_what_it_says(void) {
    static const char *const rows[][3] = {
        {"\"red_flag\":1", "plan", "S1"},
        {"\"rest_sbp\":190", "session", "S4"},
        {"\"pregnant\":1", "stimulation", "S2"},
        {"\"epilepsy\":1", "stimulation", "S3"},
        {"\"lmn_intact\":0", "stimulation", "S8"},
        {"\"red_flag\":1,\"spo2\":85,\"implanted_device\":1,\"skin_fragile\":1",
         "plan session stimulation", "S1 S2 S3 S4"},
        {"\"pain_during\":8,\"hours_post_stroke\":5,\"sci_level_t6_or_above\":1,\"sbp_rise\":30",
         "", ""},
        {"\"stroke\":1,\"restraint_only\":1,\"wbv_available\":1,\"tka\":1,\"uvh\":1", "", ""},
        {"\"red_flag\":0", "", ""}};
    eg_test_book_open(&test);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *plan = plan_for(rows[i][0]);
        EG_CHECK_TEXT(blocked(plan), rows[i][1]);
        EG_CHECK_TEXT(listed(json_object_get(plan, "blocks"), "rule"), rows[i][2]);
        json_decref(plan);
    }
    json_t *plan = plan_for("\"epilepsy\":1,\"implanted_device\":1");
    json_t *blocks = json_object_get(plan, "blocks");
    EG_CHECK_TEXT(listed(blocks, "override"), "none therapist");
    json_decref(plan);
    eg_test_note("%zu sets of findings", sizeof rows / sizeof rows[0]);
    eg_test_book_close(&test);
}

static void stimulation_is_struck_through(void) {
    static const char base[] =
        "\"stroke\":1,\"wrist_ext_mrc\":2,\"lmn_intact\":1,\"ankle_df_mrc\":3,"
        "\"swing_clearance_low\":1,\"fma_ue\":30,\"shoulder_sublux_mm\":12,"
        "\"days_post_stroke\":40,\"shoulder_abd_mrc\":1";
    char text[1024];
    eg_test_book_open(&test);
    snprintf(text, sizeof text, "%s,\"pregnant\":1", base);
    json_t *plan = plan_for(text);
    EG_CHECK_TEXT(withheld(plan, "U3"), "all");
    EG_CHECK_TEXT(withheld(plan, "U5"), "all");
    EG_CHECK_TEXT(withheld(plan, "G4"), "part");
    EG_CHECK_TEXT(withheld(plan, "U2"), "nothing");
    EG_CHECK_INT(eg_plan_withheld(test.result, "U3"), EG_STIM_ALL);
    EG_CHECK_INT(eg_plan_withheld(test.result, "G4"), EG_STIM_PART);
    EG_CHECK_INT(eg_plan_withheld(test.result, "K7"), EG_STIM_NONE); /* not proposed at all */
    EG_CHECK_TEXT(
        listed(json_object_get(json_object_get(proposal_of(plan, "U3"), "withheld"), "by"), "rule"),
        "S2");
    /* Of G4 the orthosis is left: nothing that is proposed of it is stimulation any more. */
    json_t *left = proposal_of(plan, "G4");
    EG_CHECK_TEXT(eg_json_text_of(left, "title", ""), "Ankle-foot orthosis");
    EG_CHECK(strstr(eg_json_text_of(left, "say", "stimulation"), "stimulation") == NULL);
    EG_CHECK(strstr(eg_json_text_of(left, "dose_text", "stimulation"), "stimulation") == NULL);
    EG_CHECK(json_is_null(json_object_get(left, "stimulation")));
    EG_CHECK(strstr(listed(json_object_get(left, "exercises"), NULL), "stimulated") == NULL);
    EG_CHECK_TEXT(eg_json_text_of(json_object_get(left, "withheld"), "part", ""),
                  "peroneal stimulation timed to swing");
    json_decref(plan);
    plan = plan_for(base); /* nobody has asked the safety questions */
    EG_CHECK_TEXT(eg_json_text_of(proposal_of(plan, "G4"), "title", ""),
                  "Ankle-foot orthosis or peroneal stimulation");
    EG_CHECK_TEXT(withheld(plan, "U3"), "nothing");
    EG_CHECK(json_is_true(json_object_get(proposal_of(plan, "U3"), "stimulation_unclear")));
    EG_CHECK(json_is_false(json_object_get(proposal_of(plan, "U2"), "stimulation_unclear")));
    json_t *change = json_object_get(proposal_of(plan, "U3"), "would_change");
    EG_CHECK(strstr(listed(change, "finding"), "implanted_device") != NULL);
    change = json_object_get(proposal_of(plan, "U2"), "would_change");
    EG_CHECK(strstr(listed(change, "finding"), "implanted_device") == NULL);
    EG_CHECK(strstr(listed(change, "finding"), "red_flag") != NULL);
    json_decref(plan);
    snprintf(text, sizeof text,
             "%s,\"pregnant\":0,\"implanted_device\":0,\"dvt_active\":0,\"bleeding_untreated\":0,"
             "\"infection_site\":0,\"poor_circulation_site\":0,\"malignancy_at_site\":0,"
             "\"cannot_report\":0,\"site_sensation_loss\":0,\"skin_fragile\":0,\"epilepsy\":0,"
             "\"radiated_6mo\":0",
             base);
    plan = plan_for(text);
    EG_CHECK(json_is_false(json_object_get(proposal_of(plan, "U3"), "stimulation_unclear")));
    json_decref(plan);
    plan = plan_for("\"tka\":1,\"weeks_post_op\":2,\"lmn_intact\":0,\"red_flag\":1");
    EG_CHECK_TEXT(withheld(plan, "K7"), "all");
    EG_CHECK_TEXT(
        listed(json_object_get(json_object_get(proposal_of(plan, "K7"), "withheld"), "by"), "rule"),
        "S1 S8");
    json_decref(plan);
    eg_test_book_close(&test);
}

static void blocks_are_lifted_by_those_who_may(void) {
    eg_diag diag = {0};
    eg_test_book_open(&test);
    json_decref(plan_for("\"stroke\":1,\"wrist_ext_mrc\":2,\"lmn_intact\":1,\"epilepsy\":1,"
                         "\"red_flag\":1"));
    EG_CHECK(test.result->blocked[EG_BLOCK_PLAN] && test.result->blocked[EG_BLOCK_STIMULATION]);
    EG_CHECK_INT(eg_plan_lift(test.result, "S1", &diag), EG_OK);
    EG_CHECK(!test.result->blocked[EG_BLOCK_PLAN] && test.result->blocked[EG_BLOCK_STIMULATION]);
    json_t *plan = eg_plan_to_json(test.result, test.findings);
    EG_CHECK_TEXT(blocked(plan), "stimulation");
    EG_CHECK_TEXT(withheld(plan, "U3"), "all");
    json_decref(plan);
    EG_CHECK_INT(eg_plan_lift(test.result, "S3", &diag), EG_OK);
    plan = eg_plan_to_json(test.result, test.findings);
    EG_CHECK_TEXT(blocked(plan), "");
    EG_CHECK_TEXT(withheld(plan, "U3"), "nothing");
    EG_CHECK_TEXT(listed(json_object_get(plan, "blocks"), "rule"), "S1 S3"); /* still shown */
    json_decref(plan);
    EG_CHECK_INT(eg_plan_lift(test.result, "S4", &diag), EG_ERR_GUARD);
    EG_CHECK_INT(eg_plan_lift(test.result, "U3", NULL), EG_ERR_GUARD);
    EG_CHECK_INT(eg_plan_lift(test.result, "X", NULL), EG_ERR_NOT_FOUND);
    json_decref(plan_for("\"pregnant\":1,\"lmn_intact\":0,\"skin_fragile\":1"));
    EG_CHECK_INT(eg_plan_lift(test.result, "S2", NULL), EG_ERR_REFUSED);
    EG_CHECK_INT(eg_plan_lift(test.result, "S8", NULL), EG_ERR_REFUSED);
    EG_CHECK_INT(eg_plan_lift(test.result, "S3", NULL), EG_OK);
    EG_CHECK(test.result->blocked[EG_BLOCK_STIMULATION]); /* S2 and S8 still stand */
    eg_test_book_close(&test);
}

static void proposals_stand_in_order_of_priority(void) {
    eg_test_book_open(&test);
    json_t *plan = plan_for(
        "\"stroke\":1,\"hours_post_stroke\":10,\"restraint_only\":1,\"fma_ue\":40,\"neglect\":1,"
        "\"trunk_disp_reach_cm\":8,\"any\":1,\"prom_limited\":1,\"biofeedback_available\":1,"
        "\"goal_gait\":1,\"bbs\":30");
    EG_CHECK_TEXT(listed(json_object_get(plan, "proposals"), "rule"), "U2 G10 G6 G12 U4 U7 E6 E7");
    EG_CHECK_TEXT(listed(json_object_get(plan, "warnings"), "rule"), "S7 U10 U11");
    EG_CHECK_TEXT(listed(json_object_get(proposal_of(plan, "U2"), "warnings"), "rule"), "S7");
    json_t *first = json_array_get(json_object_get(plan, "warnings"), 0);
    EG_CHECK(json_is_true(json_object_get(first, "reason_required")));
    json_decref(plan);
    plan = plan_for("\"uvh\":1,\"weeks_onset\":4,\"pain_during\":7");
    EG_CHECK_TEXT(listed(json_object_get(plan, "proposals"), "rule"), "V1");
    EG_CHECK_TEXT(listed(json_object_get(plan, "warnings"), "rule"), "S5 V4");
    EG_CHECK_TEXT(listed(json_object_get(proposal_of(plan, "V1"), "warnings"), "rule"), "S5 V4");
    json_decref(plan);
    eg_test_book_close(&test);
}

static void every_proposal_explains_itself(void) {
    static const char *const texts[] = {"title",      "say",    "grade",     "source",
                                        "population", "status", "dose_text", "change_my_mind"};
    eg_test_book_open(&test);
    json_t *plan = plan_for("\"stroke\":1,\"fma_ue\":40,\"walks\":1,\"vr_available\":1,"
                            "\"months_post_event\":9,\"goal_hand\":1");
    json_t *list = json_object_get(plan, "proposals");
    EG_CHECK(json_array_size(list) >= 3);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *proposal = json_array_get(list, i);
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            const char *text = json_string_value(json_object_get(proposal, texts[k]));
            if (text == NULL || text[0] == '\0') EG_FAIL("%s is missing", texts[k]);
        }
        EG_CHECK(json_array_size(json_object_get(proposal, "findings")) > 0);
        EG_CHECK(json_is_false(json_object_get(proposal, "verified")));
    }
    json_t *reach = json_object_get(proposal_of(plan, "U2"), "findings");
    EG_CHECK_TEXT(listed(reach, "text"), "Stroke: yes Fugl-Meyer arm, motor: 40 (scale 0 to 66)");
    EG_CHECK(json_array_size(json_object_get(proposal_of(plan, "U2"), "exercises")) > 0);
    json_decref(plan);
    eg_test_note("%zu members of each proposal", sizeof texts / sizeof texts[0]);
    eg_test_book_close(&test);
}

static size_t place_of(json_t *list, const char *name) {
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), name) == 0) return i;
    return json_array_size(list);
}

static void safety_is_measured_first(void) {
    eg_test_book_open(&test);
    json_t *plan = plan_for("\"stroke\":1");
    json_t *next = json_object_get(plan, "measure_next");
    EG_CHECK_INT(place_of(next, "red_flag"), 0);
    EG_CHECK(place_of(next, "rest_sbp") < place_of(next, "implanted_device"));
    EG_CHECK(place_of(next, "implanted_device") < place_of(next, "hours_post_stroke"));
    EG_CHECK(place_of(next, "epilepsy") < place_of(next, "hours_post_stroke"));
    EG_CHECK(place_of(next, "hours_post_stroke") < place_of(next, "bbs"));
    /* The Berg score alone decides a strong rule; reaching decides an option. */
    EG_CHECK(place_of(next, "bbs") < place_of(next, "trunk_disp_reach_cm"));
    EG_CHECK(place_of(next, "bbs") < place_of(next, "success"));
    EG_CHECK_INT(place_of(next, "any"), json_array_size(next)); /* the engine's own */
    EG_CHECK_INT(place_of(next, "stroke"), json_array_size(next));
    json_decref(plan);
    plan = plan_for("\"stroke\":0,\"red_flag\":0");
    next = json_object_get(plan, "measure_next");
    EG_CHECK_INT(place_of(next, "red_flag"), json_array_size(next));
    EG_CHECK_INT(place_of(next, "fma_ue"), json_array_size(next)); /* decides nothing any more */
    json_decref(plan);
    eg_test_book_close(&test);
}

/* Where every finding that a rule uses comes from or is entered. */
static void every_finding_has_an_origin(void) {
    size_t count = 0, derived = 0;
    eg_test_book_open(&test);
    for (size_t i = 0; i < eg_knowledge_count(test.knowledge, "findings"); i++) {
        json_t *finding = eg_knowledge_at(test.knowledge, "findings", i);
        const char *name = eg_json_text_of(finding, "id", "");
        const char *page = eg_json_text_of(finding, "page", "");
        const char *kind = eg_json_text_of(json_object_get(finding, "from"), "kind", "");
        char text[200];
        eg_finding_origin(test.knowledge, name, text, sizeof text);
        printf("# %-22s %s\n", name, text);
        EG_CHECK(strstr(text, page) != NULL && page[0] != '\0');
        if (strcmp(kind, "entered") != 0) derived++;
        count++;
    }
    for (size_t r = 0; r < test.rules->n_rules; r++)
        for (size_t n = 0; n < test.rules->rules[r].expression.n_nodes; n++)
            if (test.rules->rules[r].expression.nodes[n].op == EG_OP_COMPARE)
                EG_CHECK(eg_knowledge_find(test.knowledge, "findings",
                                           test.rules->rules[r].expression.nodes[n].name) != NULL);
    /* A finding said to come from a measure is named by that measure. */
    for (size_t i = 0; i < eg_knowledge_count(test.knowledge, "findings"); i++) {
        json_t *finding = eg_knowledge_at(test.knowledge, "findings", i);
        json_t *from = json_object_get(finding, "from");
        if (strcmp(eg_json_text_of(from, "kind", ""), "measure") != 0) continue;
        json_t *measure =
            eg_knowledge_find(test.knowledge, "measures", eg_json_text_of(from, "code", ""));
        const char *names = listed(json_object_get(measure, "findings"), "finding");
        if (strstr(names, eg_json_text_of(finding, "id", "?")) == NULL)
            EG_FAIL("%s does not come from %s", eg_json_text_of(finding, "id", "?"),
                    eg_json_text_of(from, "code", ""));
    }
    eg_test_note("%zu findings: %zu derived and all entered on a named page", count, derived);
    eg_test_book_close(&test);
}

static void findings_are_checked_when_set(void) {
    static const struct {
        const char *json, *words;
    } rows[] = {{"[]", "expected {\"findings\""},
                {"{}", "expected {\"findings\""},
                {"{\"findings\":[]}", "expected {\"findings\""},
                {"{\"findings\":{\"sroke\":1}}", "no finding is called \"sroke\""},
                {"{\"findings\":{\"stroke\":true}}", "is not a number"},
                {"{\"findings\":{\"stroke\":\"1\"}}", "is not a number"},
                {"{\"findings\":{\"sroke\":null}}", "did you mean stroke?"},
                {"{\"findings\":{\"falls\":1}}", "falls_12mo"},
                {"{\"findings\":{\"falls_12mo\":1.5}}", "whole number"},
                {"{\"findings\":{\"bbs\":40.5}}", "whole number"},
                {"{\"findings\":{\"sessions_at_level\":0.5}}", "whole number"},
                {"{\"findings\":{\"stroke\":0.5}}", "write 1 if it is so"},
                {"{\"findings\":{\"bbs\":57}}", "lies between 0 and 56"},
                {"{\"findings\":{\"wrist_ext_mrc\":-1}}", "lies between 0 and 5"},
                {"{\"findings\":{\"age\":1e300}}", "lies between"}};
    eg_test_book_open(&test);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        eg_diag diag = {0};
        json_t *document = json_loads(rows[i].json, 0, NULL);
        memset(test.findings, 0, sizeof *test.findings);
        EG_CHECK(eg_findings_from_json(test.findings, test.knowledge, document, &diag) != EG_OK);
        if (strstr(diag.text, rows[i].words) == NULL) EG_FAIL("%s: %s", rows[i].json, diag.text);
        json_decref(document);
    }
    /* null is not known; steps of a half are numbers of some scales. */
    json_t *null = json_loads("{\"findings\":{\"stroke\":null,\"ashworth\":1.5}}", 0, NULL);
    memset(test.findings, 0, sizeof *test.findings);
    EG_CHECK_INT(eg_findings_from_json(test.findings, test.knowledge, null, NULL), EG_OK);
    EG_CHECK(test.findings->count == 1 && eg_findings_get(test.findings, "stroke") == NULL);
    json_decref(null);
    memset(test.findings, 0, sizeof *test.findings);
    EG_CHECK_INT(
        eg_findings_set(test.findings, test.knowledge, "bbs", 40, "Berg", "2026-03-02", NULL),
        EG_OK);
    EG_CHECK_INT(eg_findings_set(test.findings, test.knowledge, "bbs", 41, NULL, NULL, NULL),
                 EG_OK);
    EG_CHECK_INT(test.findings->count, 1);
    EG_CHECK_NEAR(eg_findings_get(test.findings, "bbs")->value, 41, 0);
    EG_CHECK(eg_findings_remove(test.findings, "bbs") && !eg_findings_remove(test.findings, "bbs"));
    eg_test_note("%zu wrong sets", sizeof rows / sizeof rows[0]);
    eg_test_book_close(&test);
}

EG_TESTS({"plan: safety rules block what they say", safety_blocks_what_it_says},
         {"plan: a block of stimulation strikes through what needs it",
          stimulation_is_struck_through},
         {"plan: a block is lifted only by those who may", blocks_are_lifted_by_those_who_may},
         {"plan: proposals stand in order of priority", proposals_stand_in_order_of_priority},
         {"plan: every proposal explains itself", every_proposal_explains_itself},
         {"plan: safety is measured first", safety_is_measured_first},
         {"plan: every finding has an origin and a page", every_finding_has_an_origin},
         {"plan: findings are checked when they are set", findings_are_checked_when_set})
