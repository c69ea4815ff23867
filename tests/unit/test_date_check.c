/* Dates that cannot be, by kind of document. The clinic's day is 2026-03-02. */
#include <string.h>

#include "clinic/chart.h"
#include "clinic/date_check.h"
#include "clinic/document.h"
#include "tests/support/clinic.h"
#include "tests/support/test.h"

static const char chart_text[] = "{'person':{'body':{'birth_date':'1960-05-17'}},"
                                 "'evaluations':[{'body':{'type':'initial','date':'2026-02-20'}}],"
                                 "'plans':[{'id':'P','version':2,'body':{'start_on':'2026-03-01'}},"
                                 "{'id':'P','version':1,'body':{'start_on':'2026-02-10'}}]}";

/* `where` is the pointer of the refusal; NULL: the body is taken. */
typedef struct date_case {
    const char *kind;
    const char *body;
    const char *where;
} date_case;

static const date_case cases[] = {
    {"referral", "{'received_on':'2026-03-02','signed_on':'2026-03-02'}", NULL},
    {"referral", "{'received_on':'2026-03-03'}", "/received_on"},
    {"referral", "{'received_on':'1899-12-31'}", "/received_on"},
    {"referral", "{'signed_on':'2027-01-01'}", "/signed_on"},
    {"intake", "{'onset_at':'1960-05-17','operated_on':null}", NULL},
    {"intake", "{'onset_at':'1960-05-16'}", "/onset_at"},
    {"intake", "{'onset_at':'2026-03-03'}", "/onset_at"},
    /* Berlin is an hour ahead: half an hour before midnight in London it is tomorrow there. */
    {"intake", "{'onset_at':'2026-03-02T22:30:00Z'}", NULL},
    {"intake", "{'onset_at':'2026-03-02T23:30:00Z'}", "/onset_at"},
    {"intake", "{'operated_on':'2026-03-03'}", "/operated_on"},
    {"intake", "{'injured_on':'2026-03-03'}", "/injured_on"},
    {"intake", "{'vital_signs':{'measured_at':'2026-03-04T08:00:00Z'}}",
     "/vital_signs/measured_at"},
    {"intake", "{'consent':{'at':'2026-03-04T08:00:00Z'}}", "/consent/at"},
    {"evaluation", "{'type':'re-evaluation','date':'2026-02-20'}", NULL},
    {"evaluation", "{'type':'re-evaluation','date':'2026-02-19'}", "/date"},
    {"evaluation", "{'type':'discharge','date':'2026-02-19'}", "/date"},
    {"evaluation", "{'type':'initial','date':'2026-02-19'}", NULL},
    {"evaluation", "{'type':'initial','date':'2026-03-03'}", "/date"},
    {"evaluation", "{'type':'initial','date':'1950-01-01'}", "/date"},
    {"recording", "{'recorded_on':'2026-03-02'}", NULL},
    {"recording", "{'recorded_on':'2026-03-03'}", "/recorded_on"},
    {"recording", "{'recorded_on':'1900-01-01'}", "/recorded_on"},
    {"goal", "{'due_on':'2031-01-01'}", NULL},
    {"goal", "{'due_on':'2026-03-01'}", "/due_on"},
    {"goal", "{'due_on':'2999-01-01'}", "/due_on"},
    {"plan", "{'start_on':'2026-03-02','end_on':'2026-03-02'}", NULL},
    {"plan", "{'start_on':'2026-03-02','end_on':'2026-03-01'}", "/end_on"},
    {"plan", "{'start_on':'1900-01-01'}", "/start_on"},
    {"plan", "{'start_on':'2027-04-01'}", "/start_on"},
    {"plan", "{'start_on':'2025-02-01'}", "/start_on"},
    {"plan", "{'end_on':'2029-02-01'}", "/end_on"},
    {"session", "{'plan_id':'P','plan_version':2,'date':'2026-03-01'}", NULL},
    {"session", "{'plan_id':'P','plan_version':2,'date':'2026-02-28'}", "/date"},
    {"session", "{'plan_id':'P','plan_version':1,'date':'2026-02-28'}", NULL},
    {"session", "{'date':'2026-03-07'}", "/date"},
    {"session", "{'started_at':'2026-03-02T09:00:00Z','ended_at':'2026-03-02T09:00:00Z'}", NULL},
    {"session", "{'started_at':'2026-03-02T09:00:00Z','ended_at':'2026-03-02T08:59:00Z'}",
     "/ended_at"},
    {"report", "{'date':'2026-03-02','period':{'from':'2026-02-01','to':'2026-04-01'}}", NULL},
    {"report", "{'date':'2026-03-03'}", "/date"},
    {"report", "{'date':'2026-03-02','period':{'from':'2026-03-01','to':'2026-02-01'}}",
     "/period/to"},
    {"report", "{'period':{'from':'2026-03-05'}}", "/period/from"},
};

static eg_err judge(const eg_clinic *clinic, const char *kind, const char *old, const char *body,
                    eg_diag *diag) {
    json_t *chart = eg_test_json(chart_text), *checked = eg_test_json(body), *problems = NULL;
    json_t *before = old == NULL ? NULL : eg_test_json(old);
    eg_err err = eg_date_check(clinic, chart, kind, before, checked, &problems, diag);
    EG_CHECK_INT(json_array_size(problems), err == EG_OK ? 0 : 1);
    json_decref(problems);
    json_decref(before);
    json_decref(checked);
    json_decref(chart);
    return err;
}

static void dates_that_cannot_be(void) {
    eg_clinic *clinic = eg_test_clinic("dates");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        eg_diag diag = {0};
        eg_err err = judge(clinic, cases[i].kind, NULL, cases[i].body, &diag);
        if ((err == EG_OK) != (cases[i].where == NULL))
            EG_FAIL("%s %s: %s", cases[i].kind, cases[i].body, diag.text);
        if (cases[i].where != NULL) EG_CHECK_TEXT(diag.where, cases[i].where);
    }
    /* What stays as it was is not questioned again: the goal is overdue, the plan is old. */
    const char goal[] = "{'due_on':'2026-02-01'}", later[] = "{'due_on':'2999-01-01'}";
    EG_CHECK_INT(judge(clinic, "goal", goal, goal, NULL), EG_OK);
    EG_CHECK_INT(judge(clinic, "goal", goal, later, NULL), EG_ERR_DATA);
    const char plan[] = "{'start_on':'2020-01-01','end_on':'2020-02-01'}";
    EG_CHECK_INT(judge(clinic, "plan", plan, plan, NULL), EG_OK);
    eg_test_clinic_close(clinic);
    eg_test_note("%zu bodies", sizeof cases / sizeof cases[0]);
}

static void dates_are_checked_where_documents_are_written(void) {
    eg_clinic *clinic = eg_test_clinic("dates-written");
    char episode[EG_STORE_ID_SIZE], id[EG_STORE_ID_SIZE];
    eg_test_episode(clinic, episode);
    const char ahead[] = "{'direct_access':true,'received_on':'2027-01-01'}";
    const char past[] = "{'direct_access':true,'received_on':'2026-03-01'}";
    EG_CHECK_INT(eg_test_create(clinic, episode, "referral", NULL, ahead, id), EG_ERR_DATA);
    EG_CHECK_INT(eg_test_create(clinic, episode, "referral", NULL, past, id), EG_OK);
    json_t *body = eg_test_json(ahead), *after = NULL, *problems = NULL;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_document_amend(clinic, id, 1, body, &after, &problems, &diag), EG_ERR_DATA);
    EG_CHECK_TEXT(diag.where, "/received_on");
    EG_CHECK(strstr(diag.text, "2027-01-01, lies in the future (today is 2026-03-02)") != NULL);
    json_decref(body);
    json_decref(problems);
    problems = NULL;
    diag = (eg_diag){0};
    body = eg_test_json("{'given_name':'A','family_name':'B','birth_date':'2026-03-03',"
                        "'sex':'female'}");
    EG_CHECK_INT(eg_person_create(clinic, body, &after, &problems, &diag), EG_ERR_DATA);
    EG_CHECK_TEXT(diag.where, "/birth_date");
    json_decref(body);
    json_decref(problems);
    eg_test_clinic_close(clinic);
    eg_test_note("a new referral, an amended one, a person born tomorrow");
}

EG_TESTS({"dates: the future, the time before birth, reversed pairs are refused",
          dates_that_cannot_be},
         {"dates: checked when written and when amended",
          dates_are_checked_where_documents_are_written})
