#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/report.h"
#include "tests/support/clinic.h"
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
    const eg_report_input input = {.chart = chart,
                                   .findings = eg_test_json(findings_text),
                                   .progress = eg_test_json(progress_text)};
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
    const char *words = words_of_chart(eg_test_json(chart_text), type);
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
    json_t *result =
        eg_test_json("{'file':'/x/trial.txt','sha256':'ab12cd34','map':'bds','profile':"
                     "'engram','duration_s':60,'rate_hz':100,'condition':{'posture':"
                     "'standing','vision':'open','surface':'firm'}}");
    json_t *measures = json_array();
    json_t *quality = json_array();
    json_array_append_new(measures,
                          eg_test_json("{'code':'cop.mean.ml','name':'Mean position','unit':"
                                       "'mm','value':9.5}"));
    for (int i = 0; i < n_measures; i++)
        json_array_append_new(measures, json_pack("{ss ss ss sf}", "code", "cop.other", "name",
                                                  "Another measure", "unit", "mm", "value", 1.0));
    json_array_append_new(
        measures,
        eg_test_json("{'code':'cop.velocity.mean','name':'Mean velocity','unit':'mm/s','value':"
                     "12.25,'reliability':{'mdc95':3.09,'interval':'same session'}}"));
    json_array_append_new(
        measures,
        eg_test_json("{'code':'cop.ellipse.area','name':'Sway area','unit':'mm2','value':2500,"
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
    json_t *trace =
        eg_test_json("{'t_s':[0,1,2,3],'ml_mm':[0,4,null,-3],'ap_mm':[1,-2,5,90],'ellipse':"
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
        json_t *chart = eg_test_json(chart_text), *signed_by = eg_test_json(signature);
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
        chart = eg_test_json(chart_text);
        plan = json_array_get(json_object_get(chart, "plans"), 0);
        json_object_set_new(plan, "signature_problem", json_string("changed"));
        text = words_of_chart(chart, EG_REPORT_PROGRESS);
        EG_CHECK(strstr(text, "Changed since it was signed") != NULL);
    }
}

/* "PREFIX0000 PREFIX0001 ...": `n` words of `size` bytes, each of which can be found again. */
/* Every kind that was written after the discharge is named, and only those. */
static void addenda_are_said(void) {
    for (int type = 0; type < 2; type++) {
        json_t *chart = eg_test_json(chart_text);
        json_t *session = eg_test_json("{'id':'s9','kind':'session','version':4,'local_date':"
                                       "'2026-11-20','body':{'date':'2026-10-12'}}");
        json_t *goal = json_deep_copy(json_array_get(json_object_get(chart, "goals"), 0));
        json_object_set_new(goal, "kind", json_string("goal"));
        json_object_set_new(json_object_get(goal, "body"), "text", json_string("To the bakery"));
        if (type == 0) {
            json_object_set_new(json_object_get(session, "body"), "addendum", json_true());
            json_object_set_new(json_object_get(goal, "body"), "addendum", json_true());
        }
        json_object_set_new(chart, "sessions", json_pack("[o]", session));
        json_object_set_new(chart, "goals", json_pack("[o]", goal));
        const char *text =
            words_of_chart(chart, type == 0 ? EG_REPORT_PROGRESS : EG_REPORT_EVALUATION_PLAN);
        bool said = strstr(text, "Addendum, after discharge") != NULL;
        EG_CHECK_INT(said, type == 0);
        if (type == 0) {
            EG_CHECK(strstr(text, "session of 12 Oct 2026: version 4, written 20 Nov 2026") !=
                     NULL);
            EG_CHECK(strstr(text, "goal “To the bakery”") != NULL);
        }
    }
}

static char *numbered(const char *prefix, int n) {
    size_t size = strlen(prefix) + 6;
    char *text = calloc((size_t)n, size);
    EG_CHECK(text != NULL);
    for (int i = 0; i < n; i++)
        snprintf(text + strlen(text), size, "%s%s%04d", i > 0 ? " " : "", prefix, i);
    return text;
}

static void check_numbered(const char *text, const char *prefix, int n) {
    char word[32];
    for (int i = 0; i < n; i++) {
        snprintf(word, sizeof word, "%s%04d", prefix, i);
        if (strstr(text, word) == NULL) EG_FAIL("%s is not in the PDF", word);
    }
}

/* All that is no white space, so that a word broken over lines is one again. */
static char *squeezed(const char *text) {
    char *out = calloc(1, strlen(text) + 1);
    size_t n = 0;
    EG_CHECK(out != NULL);
    for (; *text != '\0'; text++)
        if (strchr(" \n\f\t", *text) == NULL) out[n++] = *text;
    return out;
}

static json_t *body_of(json_t *chart, const char *part) {
    return json_object_get(json_object_get(chart, part), "body");
}

/* Sets members of the chart to texts; the texts are freed. */
static void set_text(json_t *body, const char *name, char *text) {
    json_object_set_new(body, name, json_string(text));
    free(text);
}

static void long_texts_are_whole(void) {
    enum { N_GOALS = 60 };
    json_t *chart = eg_test_json(chart_text);
    json_t *intake = body_of(chart, "intake");
    json_t *goals = json_array();
    char *concern = numbered("con", 500); /* 4000 characters */
    char *wish = numbered("wish", 400);
    json_object_set_new(intake, "concerns", json_pack("[{ss}]", "text", concern));
    json_object_set_new(intake, "own_goals", json_pack("[{ss}]", "text", wish));
    free(concern);
    free(wish);
    set_text(intake, "history", numbered("hist", 1000));
    set_text(body_of(chart, "referral"), "request", numbered("req", 100));
    set_text(body_of(chart, "person"), "family_name", numbered("nam", 25)); /* 200 characters */
    set_text(body_of(chart, "episode"), "title", numbered("tit", 60));
    for (int i = 0; i < N_GOALS; i++) {
        char prefix[16];
        snprintf(prefix, sizeof prefix, "g%02dx", i);
        char *text = numbered(prefix, i == 7 ? 600 : 12); /* one is taller than a page */
        json_array_append_new(goals, json_pack("{ss s{ss ss sf sf ss}}", "id", prefix, "body",
                                               "text", text, "measure_code", "m", "baseline", 1.0,
                                               "target", 2.0, "due_on", "2026-12-04"));
        free(text);
    }
    json_object_set_new(chart, "goals", goals);
    json_t *decision = json_array_get(
        json_object_get(json_object_get(json_array_get(json_object_get(chart, "plans"), 0), "body"),
                        "decisions"),
        0);
    set_text(decision, "reason", numbered("why", 250));
    set_text(decision, "title", numbered("do", 100));
    const char *text = words_of_chart(chart, EG_REPORT_EVALUATION_PLAN);
    keep_shot("long");
    check_numbered(text, "con", 500);
    check_numbered(text, "wish", 400);
    check_numbered(text, "hist", 1000);
    check_numbered(text, "req", 100);
    check_numbered(text, "nam", 25);
    check_numbered(text, "tit", 60);
    check_numbered(text, "why", 250);
    check_numbered(text, "do", 100);
    for (int i = 0; i < N_GOALS; i++) {
        char prefix[16];
        snprintf(prefix, sizeof prefix, "g%02dx", i);
        check_numbered(text, prefix, i == 7 ? 600 : 12);
    }
    eg_test_note(
        "%d pages hold every word of 60 goals, a concern of 4000 characters, a name of 200",
        eg_test_pdf_pages(text));
}

static void a_word_without_end_stays_within_the_margin(void) {
    char word[301];
    for (size_t i = 0; i < 300; i++) word[i] = (char)('a' + (i * 7 + i / 26) % 26);
    word[300] = '\0';
    json_t *chart = eg_test_json(chart_text);
    json_object_set_new(body_of(chart, "intake"), "history", json_string(word));
    json_object_set_new(body_of(chart, "person"), "given_name", json_string(word));
    json_object_set_new(body_of(chart, "referral"), "referrer", json_string(word));
    json_t *goal = json_array_get(json_object_get(chart, "goals"), 0);
    json_object_set_new(json_object_get(goal, "body"), "text", json_string(word));
    words_of_chart(chart, EG_REPORT_EVALUATION_PLAN);
    keep_shot("word");
    char *text = squeezed(eg_test_pdf_text(pdf_path(), 0));
    const char *first = strstr(text, word); /* in the title, in the history */
    EG_CHECK(first != NULL && (first = strstr(first + 1, word)) != NULL);
    EG_CHECK(strstr(first + 1, word) != NULL); /* and as who referred */
    free(text);
}

static void names_of_every_script(void) {
    static const char *const names[][2] = {
        {"\u05d3\u05e0\u05d4", "\u05dc\u05d5\u05d9"},       /* Hebrew */
        {"\u0645\u062d\u0645\u062f", "\u0639\u0644\u064a"}, /* Arabic */
        {"\u592a\u90ce", "\u5c71\u7530"},                   /* Japanese */
        {"\u0416\u0430\u043d\u043d\u0430", "\u0399\u03c9\u03ac\u03bd\u03bd\u03b7\u03c2"},
        {"Zoe\u0308", "A\u030angstro\u0308m"},                          /* combining marks */
        {"Sam\U0001F469\U0001F3FD\u200d\U0001F33E", "Smile\U0001F600"}, /* emoji, joined */
    };
    size_t n = sizeof names / sizeof names[0];
    for (size_t i = 0; i < n; i++) {
        json_t *chart = eg_test_json(chart_text);
        json_t *person = body_of(chart, "person");
        json_object_set_new(person, "given_name", json_string(names[i][0]));
        json_object_set_new(person, "family_name", json_string(names[i][1]));
        json_object_set_new(body_of(chart, "intake"), "history",
                            json_sprintf("%s said so.", names[i][1]));
        json_t *goal = json_array_get(json_object_get(chart, "goals"), 0);
        json_object_set_new(json_object_get(goal, "body"), "text", json_string(names[i][0]));
        const char *text = words_of_chart(chart, EG_REPORT_EVALUATION_PLAN);
        char shot[16];
        snprintf(shot, sizeof shot, "name%zu", i);
        keep_shot(shot);
        /* The date of birth stands behind the name, whichever way the name runs. */
        EG_CHECK(strstr(text, "2 Mar 1959") != NULL);
        EG_CHECK(strstr(text, "said so") != NULL);
        if (i >= 4) continue; /* drawn as one sign; how it is read back is the font's affair */
        char *read = squeezed(text);
        for (size_t k = 0; k < 2; k++)
            if (strstr(read, names[i][k]) == NULL)
                EG_FAIL("%s of name %zu is not in the PDF: is its font installed?", names[i][k], i);
        free(read);
    }
    eg_test_note("%zu names", n);
}

static void control_characters_do_no_harm(void) {
    json_t *chart = eg_test_json(chart_text);
    json_object_set_new(body_of(chart, "person"), "given_name",
                        json_string("In\001e\033[31ms\u202e"));
    json_object_set_new(body_of(chart, "person"), "family_name",
                        json_string("\u2067Oka\007for\177"));
    json_object_set_new(body_of(chart, "intake"), "history",
                        json_string("before\010\302\205\u2028\ufeff\ufffeafter"));
    const char *text = words_of_chart(chart, EG_REPORT_EVALUATION_PLAN);
    keep_shot("control");
    EG_CHECK(strstr(text, "In e [31ms") != NULL); /* nothing turns the line around */
    EG_CHECK(strstr(text, "Oka for") != NULL);
    EG_CHECK(strstr(text, "before") != NULL && strstr(text, "after") != NULL);
    for (const char *c = text; *c != '\0'; c++)
        EG_CHECK((unsigned char)*c >= 0x20 || *c == '\n' || *c == '\f');
}

static void counts_are_said_in_words(void) {
    json_t *chart = eg_test_json(chart_text);
    json_t *plan = json_object_get(json_array_get(json_object_get(chart, "plans"), 0), "body");
    json_object_set_new(plan, "frequency_per_week", json_integer(1));
    json_object_set_new(plan, "duration_weeks", json_integer(1));
    json_object_del(plan, "end_on");
    const char *text = words_of_chart(chart, EG_REPORT_EVALUATION_PLAN);
    EG_CHECK(strstr(text, "1 visit a week for 1 week") != NULL);
    EG_CHECK(strstr(text, "from 6 Oct 2026") != NULL);
    EG_CHECK(strstr(text, "1 visits") == NULL && strstr(text, "1 weeks") == NULL);
    EG_CHECK(strstr(text, "until :") == NULL && strstr(text, "until T") == NULL);
}

EG_TESTS({"report: one visit, one week, no date that was not given", counts_are_said_in_words},
         {"report: what was changed after signing carries no signature",
          changed_after_signing_is_said},
         {"report: what was written after the discharge is called an addendum", addenda_are_said},
         {"report: evaluation and plan hold the numbers, the draft says so",
          evaluation_says_what_matters},
         {"report: progress holds first, now, change and noise", progress_says_what_matters},
         {"report: one trial is one page, area and velocity first", one_trial_is_one_page},
         {"report: why there is no norm is said once", a_reason_without_norms_is_said_once},
         {"report: long texts are whole, on as many pages as they need", long_texts_are_whole},
         {"report: a word without end stays within the margin",
          a_word_without_end_stays_within_the_margin},
         {"report: names of every script", names_of_every_script},
         {"report: control characters do no harm", control_characters_do_no_harm})
