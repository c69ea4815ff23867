#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/report.h"
#include "tests/support/pdf.h"
#include "tests/support/test.h"

/* A small chart with every part that a report prints. */
static const char chart_text[] =
    "{'person':{'body':{'given_name':'Ines','family_name':'Okafor','birth_date':'1959-03-02',"
    "'example':true}},'episode':{'body':{'discipline':'PT','title':'Left hemiparesis'}},"
    "'referral':{'body':{'referrer':'Dr. A. Feld','request':'Balance and gait'}},"
    "'intake':{'body':{'diagnosis':{'text':'Ischaemic stroke, right'},'onset_at':'2026-03-30',"
    "'affected_side':'left','falls_12mo':2,'medications':[{'name':'Aspirin'}],"
    "'own_goals':[{'text':'Walk to the bakery'}]}},"
    "'precautions':[{'kind':'stop','text':'Pacemaker: no electrical stimulation'}],"
    "'goals':[{'id':'G','version':1,'body':{'text':'Walk to the bakery','measure_code':"
    "'test.10mwt.comfortable','baseline':0.62,'target':0.85,'due_on':'2026-12-04',"
    "'attained':-1}}],"
    "'plans':[{'id':'P','version':2,'body':{'frequency_per_week':2,'duration_weeks':8,"
    "'start_on':'2026-10-06','end_on':'2026-12-01','decisions':["
    "{'rule_id':'G8','decision':'edited','reason':'low sofa','title':'Sit-to-stand',"
    "'finding_names':['sts5_s'],'goal_ids':['G'],'dose':{'frequency':'5/wk','volume':'4x10'},"
    "'source':'French 2016','status':'SECONDHAND'},"
    "{'rule_id':'G3','decision':'rejected','reason':'no device','title':'Virtual street'}],"
    "'others':[],'overrides':[]}}],'signatures':[]}";

static const char findings_text[] =
    "[{'name':'sts5_s','meaning':'five times sit to stand','value':16.1,'value_text':'16.1 s',"
    "'unknown':false,'text':'Stands up slowly','severity':'moderate','icf':{'code':'d4103',"
    "'qualifier':2},'source':{'text':'stopwatch, 2026-11-03'}},"
    "{'name':'los.maximum.right','code':'los.maximum','value':81.5,'value_text':'81.5 %',"
    "'unit':'%','unknown':false,'text':'Maximum excursion to the right','severity':'unknown',"
    "'no_norm':'no norm for this condition','icf':{'code':'d4106','qualifier':8}},"
    "{'name':'tis','meaning':'Trunk Impairment "
    "Scale','unknown':true,'relevant':true,'severity':'unknown'}]";

static const char progress_text[] =
    "{'measures':[{'code':'test.10mwt.comfortable','name':'Walking speed','unit':'m/s',"
    "'better':'higher','points':[{'date':'2026-10-06','value':0.62},{'date':'2026-11-03',"
    "'value':0.74}],'mdc':0.15,'mdc_interval':'days apart','text':'within noise (0.15)'}],"
    "'gas':{'t_score':43.69},'visits':[{'date':'2026-10-08','minutes':{'timed':34,'untimed':0,"
    "'rest':6,'unattended':0},'repetitions':120}]}";

static json_t *parse(const char *quoted) {
    char *text = strdup(quoted);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\'') *c = '"';
    json_error_t error;
    json_t *value = json_loads(text, 0, &error);
    if (value == NULL) EG_FAIL("%s at %d", error.text, error.position);
    free(text);
    return value;
}

static const char *pdf_path(void) {
    static char path[256];
    snprintf(path, sizeof path, "%s/report.pdf", eg_test_folder());
    return path;
}

/* Keeps the PDF of a test for somebody who wants to look at it. */
static void keep_shot(const char *name) {
    char command[512];
    const char *shots = getenv("ENGRAM_SHOTS");
    if (shots == NULL) return;
    snprintf(command, sizeof command, "cp %s %s/report-%s.pdf", pdf_path(), shots, name);
    EG_CHECK_INT(system(command), 0);
}

static eg_clinic paper_clinic(void) {
    static eg_zone zone;
    eg_diag diag = {0};
    if (eg_zone_load("Europe/Berlin", &zone, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    return (eg_clinic){.zone = &zone, .now_ms = 1795428000000};
}

/* Writes a report and gives its words as pdftotext reads them. Takes the chart over. */
static const char *words_of_chart(json_t *chart, eg_report_type type) {
    eg_diag diag = {0};
    const eg_clinic clinic = paper_clinic();
    const eg_report_input input = {
        .chart = chart, .findings = parse(findings_text), .progress = parse(progress_text)};
    FILE *file = fopen(pdf_path(), "wb");
    EG_CHECK(file != NULL);
    if (eg_report_write(&clinic, &input, type, eg_test_pdf_to_file, file, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    fclose(file);
    json_decref(chart);
    json_decref((json_t *)(uintptr_t)input.findings);
    json_decref((json_t *)(uintptr_t)input.progress);
    eg_test_pdf_within_margins(pdf_path());
    return eg_test_pdf_text(pdf_path(), 1);
}

static const char *words_of(eg_report_type type) {
    const char *words = words_of_chart(parse(chart_text), type);
    keep_shot(type == EG_REPORT_PROGRESS ? "progress" : "evaluation");
    return words;
}

static void check_words(const char *text, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strstr(text, words[i]) == NULL) EG_FAIL("the PDF does not say \"%s\"", words[i]);
    eg_test_note("%zu phrases found by pdftotext", n);
}

static void evaluation_says_what_matters(void) {
    static const char *const words[] = {"Evaluation and plan of care",
                                        "Ines Okafor",
                                        "Draft, not signed",
                                        "Pacemaker: no electrical",
                                        "16.1 s",
                                        "Stands up slowly",
                                        "0.62",
                                        "0.85",
                                        "Sit-to-stand (edited)",
                                        "no device",
                                        "Page 1 of",
                                        "not a certified medical device",
                                        "Not known yet",
                                        "d4103.2",
                                        "Measured, without a norm",
                                        "Maximum excursion to the right",
                                        "81.5 %",
                                        "no norm for this condition",
                                        "d4106.8",
                                        "invented"};
    check_words(words_of(EG_REPORT_EVALUATION_PLAN), words, sizeof words / sizeof words[0]);
}

static void progress_says_what_matters(void) {
    static const char *const words[] = {"Progress report", "0.62 m/s", "0.74 m/s", "+0.12",
                                        "within noise",    "43.69",    "34 min",   "days apart"};
    check_words(words_of(EG_REPORT_PROGRESS), words, sizeof words / sizeof words[0]);
}

/* A trial with every measure of the catalogue's names and `n_bad` checks that did not pass. */
static json_t *recording(int n_measures, int n_bad, const char *verdict) {
    json_t *result = parse("{'file':'/x/trial.txt','sha256':'ab12cd34','map':'bds','profile':"
                           "'engram','duration_s':60,'rate_hz':100,'condition':{'posture':"
                           "'standing','vision':'open','surface':'firm'}}");
    json_t *measures = json_array();
    json_t *quality = json_array();
    json_array_append_new(measures, parse("{'code':'cop.mean.ml','name':'Mean position','unit':"
                                          "'mm','value':9.5}"));
    for (int i = 0; i < n_measures; i++)
        json_array_append_new(measures, json_pack("{ss ss ss sf}", "code", "cop.other", "name",
                                                  "Another measure", "unit", "mm", "value", 1.0));
    json_array_append_new(
        measures, parse("{'code':'cop.velocity.mean','name':'Mean velocity','unit':'mm/s','value':"
                        "12.25,'reliability':{'mdc95':3.09,'interval':'same session'}}"));
    json_array_append_new(
        measures, parse("{'code':'cop.ellipse.area','name':'Sway area','unit':'mm2','value':2500,"
                        "'norm':{'position':'above','p5':67.4,'p95':1593.2,'n':87,'age_low':18,"
                        "'age_high':59,'vision':'open','surface':'firm'}}"));
    for (int i = 0; i < 14; i++)
        json_array_append_new(
            quality, json_pack("{ss ss ss}", "check", "held_samples", "verdict",
                               i < n_bad ? verdict : "ok", "detail",
                               "a long sentence that says what was seen, where it was seen, and "
                               "what somebody might do so that it is not seen again"));
    json_object_set_new(result, "verdict", json_string(n_bad > 0 ? verdict : "ok"));
    json_object_set_new(result, "quality", quality);
    json_object_set_new(result, "measures", measures);
    return result;
}

static const char *words_of_recording(json_t *result) {
    eg_diag diag = {0};
    const eg_clinic clinic = paper_clinic();
    json_t *trace = parse("{'t_s':[0,1,2,3],'ml_mm':[0,4,null,-3],'ap_mm':[1,-2,5,90],'ellipse':"
                          "{'cx':0,'cy':0,'major':9,'minor':4,'angle_deg':20}}");
    FILE *file = fopen(pdf_path(), "wb");
    EG_CHECK(file != NULL);
    if (eg_report_balance(&clinic, result, trace, eg_test_pdf_to_file, file, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    fclose(file);
    json_decref(result);
    json_decref(trace);
    keep_shot("recording");
    eg_test_pdf_within_margins(pdf_path());
    return eg_test_pdf_text(pdf_path(), 1);
}

static void one_trial_is_one_page(void) {
    static const char *const words[] = {"2500 mm²",          "above the norm (67.4 to 1593)",
                                        "12.25 mm/s",        "3.09 mm/s, same session",
                                        "87 healthy people", "ab12cd34",
                                        "Engram 0.",         "not a certified medical device",
                                        "14 of 14 passed"};
    const char *text = words_of_recording(recording(100, 0, "ok"));
    EG_CHECK_INT(eg_test_pdf_pages(text), 1);
    check_words(text, words, sizeof words / sizeof words[0]);
    const char *table = strstr(text, "Measures");
    EG_CHECK(table != NULL);
    const char *area = strstr(table, "Sway area");
    const char *velocity = strstr(table, "Mean velocity");
    EG_CHECK(area != NULL && velocity != NULL && area < velocity);
    EG_CHECK(strstr(text, "Mean position") == NULL); /* stands last, and the page is full */
    for (int n_bad = 1; n_bad <= 5; n_bad++)
        EG_CHECK_INT(eg_test_pdf_pages(words_of_recording(recording(100, n_bad, "warn"))), 1);
    EG_CHECK(strstr(words_of_recording(recording(0, 0, "ok")), "Mean position") != NULL);
    eg_test_note("; 1 page with 0 to 5 checks that did not pass");
}

static void a_reason_without_norms_is_said_once(void) {
    json_t *result = recording(10, 0, "ok");
    size_t i;
    json_t *measure;
    json_array_foreach(json_object_get(result, "measures"), i, measure) {
        json_object_del(measure, "norm");
        json_object_set_new(measure, "no_norm", json_string("say --posture to see norms"));
    }
    const char *text = words_of_recording(result);
    const char *first = strstr(text, "--posture");
    EG_CHECK(first != NULL);
    EG_CHECK(strstr(first + 1, "--posture") == NULL);
}

/* A version whose signature holds is printed with it; one that was changed never is. */
static void changed_after_signing_is_said(void) {
    static const char signature[] =
        "{'ok':true,'body':{'document_id':'P','document_version':2,'signer_name':'Kim Lee',"
        "'credential':'PT','signed_at':'2026-10-06T08:00:00Z','statement':'signed locally',"
        "'content_hash':'0123abcd'}}";
    for (int changed = 0; changed < 2; changed++) {
        json_t *chart = parse(chart_text), *signed_by = parse(signature);
        json_t *plan = json_array_get(json_object_get(chart, "plans"), 0);
        json_object_set_new(signed_by, "ok", json_boolean(!changed));
        json_array_append_new(json_object_get(chart, "signatures"), signed_by);
        if (changed)
            json_object_set_new(plan, "signature_problem",
                                json_string("changed since it was signed"));
        const char *text = words_of_chart(chart, EG_REPORT_EVALUATION_PLAN);
        EG_CHECK((strstr(text, "0123abcd") != NULL) == !changed);
        EG_CHECK((strstr(text, "Kim Lee") != NULL) == !changed);
        EG_CHECK((strstr(text, "Changed since it was signed") != NULL) == changed);
        EG_CHECK((strstr(text, "No valid signature") != NULL) == changed);
        if (!changed) continue;
        chart = parse(chart_text);
        plan = json_array_get(json_object_get(chart, "plans"), 0);
        json_object_set_new(plan, "signature_problem", json_string("changed"));
        text = words_of_chart(chart, EG_REPORT_PROGRESS);
        EG_CHECK(strstr(text, "Changed since it was signed") != NULL);
    }
}

EG_TESTS({"report: what was changed after signing carries no signature",
          changed_after_signing_is_said},
         {"report: evaluation and plan hold the numbers, the draft says so",
          evaluation_says_what_matters},
         {"report: progress holds first, now, change and noise", progress_says_what_matters},
         {"report: one trial is one page, area and velocity first", one_trial_is_one_page},
         {"report: why there is no norm is said once", a_reason_without_norms_is_said_once})
