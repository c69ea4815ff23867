/* What a document may say, by itself and about other things. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/document.h"
#include "clinic/goal.h"
#include "clinic/plan_check.h"
#include "tests/support/clinic.h"
#include "tests/support/test.h"

/* The JSON of a text with one %s in it. */
static json_t *filled(const char *format, const char *text) {
    char *hole = strstr(format, "%s");
    EG_CHECK(hole != NULL);
    char whole[600];
    snprintf(whole, sizeof whole, "%.*s@%s", (int)(hole - format), format, hole + 2);
    json_t *body = eg_test_json(whole);
    /* Put in afterwards: a tab may not stand in JSON as it is. */
    json_t *at[64] = {body};
    for (size_t n = 1; n > 0;) {
        json_t *here = at[--n];
        size_t i;
        const char *key;
        json_t *value;
        if (json_is_string(here) && strcmp(json_string_value(here), "@") == 0)
            json_string_set(here, text);
        json_array_foreach(here, i, value) at[n++] = value;
        json_object_foreach(here, key, value) at[n++] = value;
    }
    return body;
}

/* Spaces of any script are no reason, name or title; letters of any script are. */
static void blank_is_not_said(void) {
    static const char *const rows[][2] = {
        {"release", "{'reason':'%s','clinician':'Dr. Ruiz','credential':'MD'}"},
        {"release", "{'reason':'Imaging clear','clinician':'%s','credential':'MD'}"},
        {"release", "{'reason':'Imaging clear','clinician':'Dr. Ruiz','credential':'%s'}"},
        {"goal", "{'text':'%s'}"},
        {"person",
         "{'given_name':'%s','family_name':'A','birth_date':'1960-01-01','sex':'female'}"},
        {"person",
         "{'given_name':'A','family_name':'%s','birth_date':'1960-01-01','sex':'female'}"},
        {"episode", "{'discipline':'PT','title':'%s','state':'referred','state_history':[]}"},
        {"plan", "{'overrides':[{'rule_id':'S3','reason':'%s'}]}"},
        {"plan", "{'others':[{'title':'%s'}]}"},
        {"session", "{'plan_id':'01AAAAAAAAAAAAAAAAAAAAAAAA','plan_version':1,'date':'2026-03-02',"
                    "'blocked_override':{'reason':'%s','clinician':'A','credential':'MD'}}"},
    };
    static const char *const blanks[] = {"", "   ", "\t\n ", "\u00a0\u00a0\u00a0",
                                         "\u200b\u3000\ufeff"};
    size_t n = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= 5; j++) {
            json_t *body = filled(rows[i][1], j < 5 ? blanks[j] : "\u8bf4\u660e\u4e86");
            eg_err err = eg_document_validate(rows[i][0], body, NULL, NULL);
            if ((err == EG_OK) != (j == 5)) EG_FAIL("%s with text %zu: %d", rows[i][1], j, err);
            json_decref(body);
        }
    }
    eg_test_note("%zu places, 5 kinds of blank", n);
}

/* What a plan or a goal names must exist and fit; each row says whether it may be written. */
static void names_are_known(void) {
    static const struct {
        const char *kind, *body;
        eg_err expected;
    } rows[] = {
        {"plan",
         "{'decisions':[{'rule_id':'U2','decision':'accepted','finding_names':['fma_ue'],"
         "'exercises':['sit-to-stand']}],'others':[{'title':'x','intervention_id':'nmes',"
         "'finding_names':['bbs']}],'overrides':[{'rule_id':'S3','reason':'seen'}]}",
         EG_OK},
        {"plan", "{'decisions':[{'rule_id':'S1','decision':'rejected'}]}", EG_OK},
        {"plan", "{'decisions':[{'rule_id':'ZZ9','decision':'rejected'}]}", EG_ERR_DATA},
        {"plan", "{'decisions':[{'rule_id':'S1','decision':'accepted'}]}", EG_ERR_DATA},
        {"plan", "{'decisions':[{'rule_id':'S5','decision':'edited'}]}", EG_ERR_DATA},
        {"plan",
         "{'decisions':[{'rule_id':'U2','decision':'accepted'},"
         "{'rule_id':'U2','decision':'rejected'}]}",
         EG_ERR_DATA},
        {"plan", "{'decisions':[{'rule_id':'U2','decision':'accepted','finding_names':['bogus']}]}",
         EG_ERR_DATA},
        {"plan", "{'decisions':[{'rule_id':'U2','decision':'accepted','exercises':['bogus']}]}",
         EG_ERR_DATA},
        {"plan", "{'others':[{'title':'x','intervention_id':'bogus'}]}", EG_ERR_DATA},
        {"plan", "{'others':[{'title':'x','finding_names':['bogus']}]}", EG_ERR_DATA},
        {"plan", "{'overrides':[{'rule_id':'ZZ9','reason':'seen'}]}", EG_ERR_DATA},
        {"goal",
         "{'text':'x','measure_code':'instrument.bbs.total','baseline':40,'target':48,"
         "'icf':'d450'}",
         EG_OK},
        {"goal", "{'text':'x','measure_code':'rom.knee.flexion.active','side':'left','target':90}",
         EG_OK},
        {"goal", "{'text':'x','measure_code':'zzz'}", EG_ERR_DATA},
        {"goal", "{'text':'x','measure_code':'instrument.bbs.total','target':999}", EG_ERR_DATA},
        {"goal", "{'text':'x','measure_code':'instrument.bbs.total','baseline':-1}", EG_ERR_DATA},
        {"goal", "{'text':'x','measure_code':'instrument.bbs.total','side':'left'}", EG_ERR_DATA},
        {"goal", "{'text':'x','icf':'zzz9'}", EG_ERR_DATA},
    };
    eg_clinic *clinic = eg_test_clinic("names");
    size_t n = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < n; i++) {
        json_t *body = eg_test_json(rows[i].body), *problems = NULL;
        eg_err err = strcmp(rows[i].kind, "plan") == 0
                         ? eg_plan_check(clinic, body, &problems, NULL)
                         : eg_goal_check(clinic, body, &problems, NULL);
        if (err != rows[i].expected) EG_FAIL("%s: %d", rows[i].body, err);
        EG_CHECK_INT(json_array_size(problems), err == EG_OK ? 0 : 1);
        json_decref(problems);
        json_decref(body);
    }
    json_t *tenth = eg_test_json("{'duration_weeks':0.1}");
    EG_CHECK_INT(eg_document_validate("plan", tenth, NULL, NULL), EG_ERR_DATA);
    json_decref(tenth);
    eg_test_clinic_close(clinic);
    eg_test_note("%zu bodies", n);
}

EG_TESTS({"document: what plans and goals name must exist", names_are_known},
         {"document: blank text is no reason, name or title", blank_is_not_said})
