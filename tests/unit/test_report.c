#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "clinic/report.h"
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

static eg_err to_file(void *closure, const unsigned char *bytes, size_t n) {
    return fwrite(bytes, 1, n, closure) == n ? EG_OK : EG_ERR_IO;
}

/* Writes a report and gives its words as pdftotext reads them. */
static const char *words_of(eg_report_type type) {
    static char text[1 << 16];
    static eg_zone zone;
    eg_diag diag = {0};
    if (eg_zone_load("Europe/Berlin", &zone, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    const eg_clinic clinic = {.zone = &zone, .now_ms = 1795428000000};
    const eg_report_input input = {.chart = parse(chart_text),
                                   .findings = parse(findings_text),
                                   .progress = parse(progress_text)};
    char path[256];
    snprintf(path, sizeof path, "%s/report.pdf", eg_test_folder());
    FILE *file = fopen(path, "wb");
    EG_CHECK(file != NULL);
    if (eg_report_write(&clinic, &input, type, to_file, file, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    fclose(file);
    json_decref((json_t *)input.chart);
    json_decref((json_t *)input.findings);
    json_decref((json_t *)input.progress);
    char command[512];
    snprintf(command, sizeof command, "pdftotext -layout %s -", path);
    FILE *pipe = popen(command, "r");
    EG_CHECK(pipe != NULL);
    size_t n = fread(text, 1, sizeof text - 1, pipe);
    text[n] = '\0';
    if (WEXITSTATUS(pclose(pipe)) == 127) EG_SKIP("pdftotext is not installed");
    const char *shots = getenv("ENGRAM_SHOTS");
    if (shots != NULL) {
        snprintf(command, sizeof command, "cp %s %s/report-%d.pdf", path, shots, (int)type);
        EG_CHECK_INT(system(command), 0);
    }
    return text;
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

EG_TESTS({"report: evaluation and plan hold the numbers, the draft says so",
          evaluation_says_what_matters},
         {"report: progress holds first, now, change and noise", progress_says_what_matters})
