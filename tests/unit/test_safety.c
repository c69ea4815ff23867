/* What is known to forbid something goes on forbidding it until its cause is changed where it was
 * said: no value beside it, no amendment and nothing left out gets past. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/course.h"
#include "clinic/derive.h"
#include "clinic/document.h"
#include "tests/support/clinic.h"
#include "tests/support/test.h"

static eg_clinic *clinic;
static char episode[EG_STORE_ID_SIZE], intake_id[EG_STORE_ID_SIZE], evaluation_id[EG_STORE_ID_SIZE];
static char goal_id[EG_STORE_ID_SIZE], plan_id[EG_STORE_ID_SIZE];

#define must(call) EG_CHECK_INT((call), EG_OK)

static eg_err create(const char *kind, const char *parent, const char *body,
                     char id[EG_STORE_ID_SIZE]) {
    return eg_test_create(clinic, episode, kind, parent, body, id);
}

static eg_err go(const char *to) {
    clinic->now_ms += 1000;
    return eg_course_transition(clinic, episode, eg_course_state_find(to), NULL, NULL, NULL, NULL);
}

static void in_state(const char *state) {
    json_t *chart = NULL;
    must(eg_chart_load(clinic, episode, &chart, NULL));
    EG_CHECK_TEXT(json_string_value(json_object_get(chart, "state")), state);
    json_decref(chart);
}

/* Writes the newest version again with these members, given as a JSON object. */
static eg_err amend(const char *id, const char *members) {
    json_t *document = NULL, *after = NULL, *change = eg_test_json(members);
    must(eg_document_get(clinic, id, 0, &document, NULL));
    json_t *body = json_object_get(document, "body");
    json_object_update(body, change);
    clinic->now_ms += 1000;
    eg_err err = eg_document_amend(
        clinic, id, (int32_t)json_integer_value(json_object_get(document, "version")), body, &after,
        NULL, NULL);
    json_decref(change);
    json_decref(document);
    json_decref(after);
    return err;
}

static eg_err answer(const char *flag, int value) {
    json_t *document = NULL;
    must(eg_document_get(clinic, intake_id, 0, &document, NULL));
    json_t *flags = json_object_get(json_object_get(document, "body"), "red_flags");
    json_object_set_new(flags, flag, json_integer(value));
    json_t *members = json_pack("{s:O}", "red_flags", flags);
    char *text = json_dumps(members, 0);
    eg_err err = amend(intake_id, text);
    free(text);
    json_decref(members);
    json_decref(document);
    return err;
}

static eg_err sign(const char *id, int32_t version) {
    json_t *signature = NULL;
    clinic->now_ms += 1000;
    eg_err err = eg_document_sign(clinic, id, version, "Kim Lee", "PT", &signature, NULL, NULL);
    json_decref(signature);
    return err;
}

static eg_err save_intake(const char *red_flag, const char *members) {
    json_t *body = eg_test_intake(clinic, red_flag), *document = NULL;
    json_t *change = eg_test_json(members);
    json_object_update(body, change);
    clinic->now_ms += 1000;
    eg_err err = eg_document_create(clinic, episode, "intake", NULL, body, &document, NULL, NULL);
    if (err == EG_OK)
        snprintf(intake_id, sizeof intake_id, "%s",
                 json_string_value(json_object_get(document, "id")));
    json_decref(change);
    json_decref(body);
    json_decref(document);
    return err;
}

static const char release[] = "{'reason':'Imaging clear','clinician':'Dr. Ruiz','credential':'MD'}";

/* To an intake that was just taken. */
static void walk_to_intake(const char *name) {
    clinic = eg_test_clinic(name);
    eg_test_episode(clinic, episode);
    must(create("referral", NULL,
                "{'direct_access':false,'referrer':'Dr. Ruiz','received_on':'2026-02-27',"
                "'signed_on':'2026-02-26','diagnosis_text':'Stroke','request':'Arm'}",
                NULL));
    must(go("intake"));
}

static void walk_to_evaluating(const char *name, const char *intake_members) {
    walk_to_intake(name);
    must(save_intake(NULL, intake_members));
    must(go("screened"));
    must(create("evaluation", NULL, "{'type':'initial','date':'2026-03-02','examiner':'Kim Lee'}",
                evaluation_id));
    must(go("evaluating"));
}

static void walk_to_treatment(const char *name, const char *intake_members) {
    char text[1000];
    walk_to_evaluating(name, intake_members);
    must(create("entry", evaluation_id,
                "{'code':'instrument.fma_ue.motor','side':'left','value':32}", NULL));
    must(go("evaluated"));
    must(create("goal", NULL,
                "{'text':'Cut my own food','measure_code':'instrument.fma_ue.motor','side':'left',"
                "'target':45,'due_on':'2026-05-01','weight':1,'icf':'d550'}",
                goal_id));
    must(go("goals_set"));
    snprintf(text, sizeof text,
             "{'diagnosis':'Ischaemic stroke','goal_ids':['%s'],'frequency_per_week':3,"
             "'duration_weeks':6,'start_on':'2026-03-02','end_on':'2026-04-13','decisions':["
             "{'rule_id':'U2','decision':'edited','reason':'less at first','title':'Task practice',"
             "'finding_names':['fma_ue'],'goal_ids':['%s'],'dose':{'time':'45 min'},"
             "'exercises':[]}],'others':[],'overrides':[]}",
             goal_id, goal_id);
    must(create("plan", NULL, text, plan_id));
    must(go("plan_draft"));
    must(sign(plan_id, 1));
    in_state("in_treatment");
}

static const char *session_text(const char *members) {
    static char text[1200];
    snprintf(text, sizeof text,
             "{'plan_id':'%s','plan_version':1,'date':'2026-03-02','therapist':'Kim Lee',%s"
             "'response':'went well'}",
             plan_id, members);
    return text;
}

static double finding(const char *name) {
    json_t *chart = NULL, *derived = NULL;
    must(eg_chart_load(clinic, episode, &chart, NULL));
    must(eg_derive(clinic, chart, &derived, NULL));
    const json_t *value = json_object_get(json_object_get(derived, "findings"), name);
    double number = value == NULL ? (double)NAN : json_number_value(value);
    json_decref(derived);
    json_decref(chart);
    return number;
}

static void an_implant_is_not_typed_away(void) {
    walk_to_intake("implant");
    static const char contradiction[] =
        "{'implants':[{'name':'Pacemaker','active_electronic':true}],'implanted_device':0}";
    EG_CHECK_INT(save_intake(NULL, contradiction), EG_ERR_DATA);
    must(save_intake(NULL, "{'implants':[{'name':'Pacemaker','active_electronic':true}],"
                           "'implanted_device':null,'pregnant':1,'epilepsy':null}"));
    EG_CHECK_NEAR(finding("implanted_device"), 1, 0);
    must(go("screened"));
    static const char *const away[] = {"{'name':'implanted_device','value':0}",
                                       "{'name':'implanted_device','value':null}",
                                       "{'name':'pregnant','value':0}"};
    for (size_t i = 0; i < sizeof away / sizeof away[0]; i++)
        EG_CHECK_INT(create("finding_value", NULL, away[i], NULL), EG_ERR_GUARD);
    EG_CHECK_NEAR(finding("implanted_device"), 1, 0);
    EG_CHECK_NEAR(finding("pregnant"), 1, 0);
    /* Typed danger counts, stands in the intake, and only a changed intake ends it. */
    char typed[EG_STORE_ID_SIZE];
    must(create("finding_value", NULL, "{'name':'epilepsy','value':1}", typed));
    EG_CHECK_NEAR(finding("epilepsy"), 1, 0);
    EG_CHECK_INT(create("finding_value", NULL, "{'name':'epilepsy','value':0}", NULL),
                 EG_ERR_GUARD);
    EG_CHECK_INT(amend(typed, "{'value':0}"), EG_ERR_GUARD);
    must(amend(intake_id, "{'falls_12mo':2}"));
    EG_CHECK_NEAR(finding("epilepsy"), 1, 0);
    EG_CHECK_INT(amend(intake_id, contradiction), EG_ERR_DATA);
    must(amend(intake_id, "{'epilepsy':0,'implants':[],'implanted_device':0,'pregnant':0}"));
    EG_CHECK_NEAR(finding("epilepsy"), 0, 0);
    EG_CHECK_NEAR(finding("implanted_device"), 0, 0);
    eg_test_clinic_close(clinic);
}

static void a_red_flag_waits_for_its_release(void) {
    walk_to_intake("flag");
    must(save_intake("chest_pain", "{}"));
    in_state("hold");
    must(answer("chest_pain", 0));
    in_state("hold");
    EG_CHECK_INT(go("screened"), EG_ERR_GUARD);
    EG_CHECK_NEAR(finding("red_flag"), 1, 0);
    must(create("release", NULL, release, NULL));
    must(go("screened"));
    must(answer("chest_pain", 1));
    in_state("hold");
    must(answer("chest_pain", 0));
    EG_CHECK_INT(go("screened"), EG_ERR_GUARD);
    must(create("release", NULL, release, NULL));
    must(go("screened"));
    eg_test_clinic_close(clinic);
}

static void what_an_intake_cannot_say(void) {
    walk_to_intake("names");
    EG_CHECK_INT(create("finding_value", NULL, "{'name':'tug_s','value':12}", NULL), EG_ERR_GUARD);
    EG_CHECK_INT(save_intake("martian", "{}"), EG_ERR_DATA);
    EG_CHECK_INT(save_intake(NULL, "{'symptoms':[{'region':'nose-of-dog','kind':'pain',"
                                   "'pain':3}]}"),
                 EG_ERR_DATA);
    EG_CHECK_INT(save_intake(NULL, "{'conditions':{'martian':1}}"), EG_ERR_DATA);
    must(save_intake(NULL, "{'falls_12mo':null}"));
    EG_CHECK_INT(go("screened"), EG_ERR_GUARD);
    must(amend(intake_id, "{'falls_12mo':0}"));
    must(go("screened"));
    EG_CHECK_INT(create("finding_value", NULL, "{'name':'bbs','value':999}", NULL), EG_ERR_RANGE);
    EG_CHECK_INT(create("finding_value", NULL, "{'name':'zzz','value':1}", NULL), EG_ERR_NOT_FOUND);
    eg_test_clinic_close(clinic);
}

static const char override_text[] =
    "'blocked_override':{'reason':'own limits','clinician':'Dr. Ruiz','credential':'MD'},";

static void left_out_values_block_too(void) {
    char text[400];
    walk_to_treatment("left_out", "{'vital_signs':{'sbp':200,'dbp':120,'hr':130,'spo2':85}}");
    static const char *const silent[] = {"", "'check_in':{},", "'check_in':null,",
                                         "'check_in':{'pain':1,'sbp':120},"};
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++)
        EG_CHECK_INT(create("session", NULL, session_text(silent[i]), NULL), EG_ERR_GUARD);
    must(create("session", NULL, session_text("'check_in':{'sbp':120,'dbp':80,'hr':70,'spo2':97},"),
                NULL));
    must(create("session", NULL, session_text(""), NULL)); /* the newest values are good */
    EG_CHECK_INT(create("session", NULL, session_text("'check_in':{'hr':150},"), NULL),
                 EG_ERR_GUARD);
    snprintf(text, sizeof text, "'check_in':{'hr':150},%s", override_text);
    must(create("session", NULL, session_text(text), NULL));
    EG_CHECK_INT(create("session", NULL, session_text(""), NULL), EG_ERR_GUARD);
    eg_test_clinic_close(clinic);
    walk_to_treatment("never_taken", "{'vital_signs':null}");
    EG_CHECK_INT(create("session", NULL, session_text(""), NULL), EG_ERR_GUARD);
    EG_CHECK_INT(create("session", NULL, session_text("'check_in':{'sbp':120},"), NULL),
                 EG_ERR_GUARD);
    must(create("session", NULL, session_text(override_text), NULL));
    eg_test_clinic_close(clinic);
    eg_test_note("values over the limits, a part of them, none at all");
}

static void pain_of_a_session_warns(void) {
    char text[500];
    walk_to_treatment("pain", "{}");
    static const char *const much[] = {"'check_in':{'pain_during':8},",
                                       "'check_in':{'pain_rise_24h':4},",
                                       "'items':[{'title':'Reach','pain_after':7}],"};
    for (size_t i = 0; i < sizeof much / sizeof much[0]; i++) {
        EG_CHECK_INT(create("session", NULL, session_text(much[i]), NULL), EG_ERR_GUARD);
        snprintf(text, sizeof text, "%s'overrides':[{'rule_id':'S5','reason':'one level back'}],",
                 much[i]);
        must(create("session", NULL, session_text(text), NULL));
    }
    EG_CHECK_NEAR(finding("pain_during"), 7, 0);
    EG_CHECK_NEAR(finding("pain_rise_24h"), 4, 0);
    must(amend(plan_id, "{'frequency_per_week':2}"));
    EG_CHECK_INT(sign(plan_id, 2), EG_ERR_GUARD);
    must(create("session", NULL, session_text("'check_in':{'pain_during':2,'pain_rise_24h':0},"),
                NULL));
    must(sign(plan_id, 2));
    eg_test_clinic_close(clinic);
}

/* The refusal says which consent, on which page, and what to do. */
static void refused_for_consent(const char *what, const char *pointer) {
    json_t *body = eg_test_json(session_text("")), *made = NULL, *problems = NULL;
    eg_diag diag = {0};
    EG_CHECK_INT(
        eg_document_create(clinic, episode, "session", NULL, body, &made, &problems, &diag),
        EG_ERR_GUARD);
    const json_t *first = json_array_get(problems, 0);
    EG_CHECK(strstr(diag.text, what) != NULL);
    EG_CHECK(strstr(diag.text, "on the page Intake, section Consent") != NULL);
    EG_CHECK_TEXT(json_string_value(json_object_get(first, "pointer")), pointer);
    EG_CHECK_TEXT(json_string_value(json_object_get(json_object_get(first, "fix"), "page")),
                  "intake");
    json_decref(problems);
    json_decref(body);
}

static void sessions_that_cannot_be(void) {
    walk_to_treatment("cannot", "{}");
    static const char *const bad[] = {
        "'items':[{'title':'Reach','repetitions':5,'successes':50}],",
        "'items':[{'title':'Reach','repetitions':3.7}],",
        "'items':[{'title':'Reach','exercise_id':'bogus'}],",
        "'items':[{'title':'Reach','intervention_id':'bogus'}],",
        "'items':[{'title':'   '}],",
        "'minutes':{'timed':600,'untimed':600,'rest':600,'unattended':600},"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        EG_CHECK_INT(create("session", NULL, session_text(bad[i]), NULL), EG_ERR_DATA);
    char text[300];
    snprintf(text, sizeof text, "{'plan_id':'%s','plan_version':1,'date':'2026-03-02'}", plan_id);
    EG_CHECK_INT(create("session", NULL, text, NULL), EG_ERR_DATA);
    must(create("session", NULL,
                session_text("'items':[{'title':'Reach','sets':3,'repetitions':10,'successes':24,"
                             "'exercise_id':'sit-to-stand'}],"),
                NULL));
    /* Withdrawn consent ends it, however it is withdrawn. */
    must(amend(intake_id, "{'consent':{'treatment':false,'data':true}}"));
    refused_for_consent("consent to treatment is not given", "/consent/treatment");
    must(amend(intake_id, "{'consent':{'treatment':true,'data':false}}"));
    refused_for_consent("consent to keeping the data is not given", "/consent/data");
    must(amend(intake_id, "{'consent':{'treatment':true,'data':true}}"));
    must(create("session", NULL, session_text(""), NULL));
    eg_test_clinic_close(clinic);
}

static void entries_that_cannot_be(void) {
    walk_to_evaluating("entries", "{}");
    static const char *const bad[] = {
        "{'code':'mrc.wrist.extension','value':3.7,'side':'left'}",
        "{'code':'tone.ashworth.elbow.flexors','value':1.2,'side':'left'}",
        "{'code':'instrument.bbs.total','value':40.5}",
        "{'code':'gait.walks_10m','value':0.5}",
        "{'code':'instrument.hoehn_yahr','value':2.7}",
        "{'code':'test.tug','value':0}",
        "{'code':'test.tug'}",
        "{'code':'test.tug','value':12,'not_tested_reason':'tired'}",
        "{'code':'rom.knee.flexion.active','side':'left','rom':{}}",
        "{'code':'rom.knee.flexion.active','side':'left','rom':{'max':90}}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        EG_CHECK_INT(create("entry", evaluation_id, bad[i], NULL), EG_ERR_DATA);
    must(create("entry", evaluation_id, "{'code':'test.tug','not_tested_reason':'tired'}", NULL));
    must(create("entry", evaluation_id, "{'code':'test.tug','text':'unsafe'}", NULL));
    EG_CHECK_INT(go("evaluated"), EG_ERR_GUARD);
    must(create("entry", evaluation_id,
                "{'code':'tone.ashworth.elbow.flexors','value':1.5,'side':'left'}", NULL));
    must(create("entry", evaluation_id, "{'code':'instrument.hoehn_yahr','value':2.5}", NULL));
    must(go("evaluated"));
    eg_test_clinic_close(clinic);
    eg_test_note("%zu entries", sizeof bad / sizeof bad[0]);
}

static void a_failed_recording_does_not_count(void) {
    char id[EG_STORE_ID_SIZE];
    walk_to_evaluating("failed", "{'symptoms':[]}");
    must(create("recording", evaluation_id,
                "{'name':'a','task':'quiet_standing','decision':'pending','result':{'clinical':"
                "false}}",
                id));
    EG_CHECK_INT(amend(id, "{'decision':'kept'}"), EG_ERR_DATA);
    EG_CHECK_INT(amend(id, "{'decision':'kept','decision_reason':'  '}"), EG_ERR_DATA);
    must(amend(id, "{'decision':'kept','decision_reason':'cannot stand longer'}"));
    EG_CHECK_INT(go("evaluated"), EG_ERR_GUARD);
    must(create("recording", evaluation_id,
                "{'name':'b','task':'quiet_standing','decision':'kept','result':{'clinical':true}}",
                NULL));
    must(go("evaluated"));
    eg_test_clinic_close(clinic);
}

static bool is_addendum(const char *id) {
    json_t *document = NULL;
    must(eg_document_get(clinic, id, 0, &document, NULL));
    bool is = json_is_true(json_object_get(json_object_get(document, "body"), "addendum"));
    json_decref(document);
    return is;
}

/* Only the server says what an addendum is, whatever a client sends. */
static void what_follows_the_discharge_is_an_addendum(void) {
    char id[EG_STORE_ID_SIZE];
    walk_to_evaluating("addendum", "{}");
    must(create("report", NULL,
                "{'type':'discharge','date':'2026-03-02','discharge_reason':'moved away',"
                "'addendum':true}",
                id));
    must(sign(id, 1));
    EG_CHECK(!is_addendum(id));
    must(amend(evaluation_id, "{'note':'before','addendum':true}"));
    EG_CHECK(!is_addendum(evaluation_id));
    must(go("discharged"));
    must(amend(evaluation_id, "{'note':'after','addendum':false}"));
    EG_CHECK(is_addendum(evaluation_id));
    must(amend(intake_id, "{'occupation':'baker'}"));
    EG_CHECK(is_addendum(intake_id));
    EG_CHECK(!is_addendum(id)); /* written before, not changed since */
    EG_CHECK(!is_addendum(episode));
    eg_test_clinic_close(clinic);
}

static void a_person_may_leave_early(void) {
    char id[EG_STORE_ID_SIZE], person[EG_STORE_ID_SIZE];
    json_t *chart = NULL, *second = NULL;
    walk_to_evaluating("leave", "{}");
    must(eg_chart_load(clinic, episode, &chart, NULL));
    snprintf(person, sizeof person, "%s",
             json_string_value(json_object_get(json_object_get(chart, "person"), "id")));
    json_decref(chart);
    EG_CHECK_INT(eg_episode_create(clinic, person, "PT", "Again", &second, NULL, NULL),
                 EG_ERR_CONFLICT);
    must(eg_episode_create(clinic, person, "OT", "Hand", &second, NULL, NULL));
    json_decref(second);
    EG_CHECK_INT(amend(episode, "{'discipline':'OT'}"), EG_ERR_ARGUMENT);
    EG_CHECK_INT(go("discharged"), EG_ERR_GUARD);
    must(create("report", NULL, "{'type':'discharge','date':'2026-03-02'}", id));
    must(sign(id, 1));
    EG_CHECK_INT(go("discharged"), EG_ERR_GUARD);
    must(create("report", NULL,
                "{'type':'discharge','date':'2026-03-02','discharge_reason':'moved away'}", id));
    EG_CHECK_INT(go("discharged"), EG_ERR_GUARD);
    must(sign(id, 1));
    must(go("discharged"));
    must(eg_episode_create(clinic, person, "PT", "Again", &second, NULL, NULL));
    json_decref(second);
    eg_test_clinic_close(clinic);
}

/* Values that no measure can have are refused, and so is a red flag among the findings. */
static void impossible_values_are_refused(void) {
    static const char *const bodies[] = {
        "{'code':'no.such.measure','value':1}",
        "{'code':'test.tug','value':-5}",
        "{'code':'test.tug','value':12,'side':'left'}",
        "{'code':'mrc.wrist.extension','value':4}",
        "{'code':'mrc.wrist.extension','value':9,'side':'left'}",
        "{'code':'rom.shoulder.flexion.active','side':'left','rom':{'min':90,'max':20}}",
        "{'code':'rom.shoulder.flexion.active','side':'left','rom':{'min':0,'max':90,'end':120}}",
        "{'code':'test.tug','value':12,'items':{'no':1}}"};
    walk_to_treatment("impossible", "{}");
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        EG_CHECK_INT(create("entry", evaluation_id, bodies[i], NULL), EG_ERR_DATA);
    must(create("entry", evaluation_id,
                "{'code':'rom.shoulder.flexion.active','side':'left','rom':{'start':0,'min':0,"
                "'max':90,'end':85}}",
                NULL));
    EG_CHECK_INT(create("finding_value", NULL, "{'name':'red_flag','value':1}", NULL), EG_ERR_DATA);
    EG_CHECK_INT(create("evaluation", NULL, "{'type':'re-evaluation','date':'2027-01-01'}", NULL),
                 EG_ERR_DATA);
    EG_CHECK_INT(create("goal", NULL, "{'text':'x','due_on':'2026-01-01'}", NULL), EG_ERR_DATA);
    eg_test_clinic_close(clinic);
    eg_test_note("%zu entries, a red flag, two dates", sizeof bodies / sizeof bodies[0]);
}

EG_TESTS({"entry: impossible values are refused", impossible_values_are_refused},
         {"safety: an implant, a pregnancy, a seizure end with a changed intake only",
          an_implant_is_not_typed_away},
         {"safety: a red flag leaves with a release note only", a_red_flag_waits_for_its_release},
         {"intake: unknown regions, flags and marks, and open questions, are refused",
          what_an_intake_cannot_say},
         {"session: values left out do not pass the limits of rest", left_out_values_block_too},
         {"session: pain during it and a day later warns, here and in the plan",
          pain_of_a_session_warns},
         {"entry: steps, times, ranges and reasons that cannot be are refused",
          entries_that_cannot_be},
         {"recording: one that failed its gate needs a reason and does not count",
          a_failed_recording_does_not_count},
         {"document: what is amended after the discharge is an addendum",
          what_follows_the_discharge_is_an_addendum},
         {"course: a person may leave at any time; one open episode of a discipline",
          a_person_may_leave_early},
         {"session: impossible counts, and no consent, are refused", sessions_that_cannot_be})
