#include "clinic/goal.h"
#include "tests/support/clinic.h"
#include "tests/support/test.h"

/* Which of three goals, about walking, balance by subject and the hand, each rule serves. */
static void proposals_name_the_goals_they_serve(void) {
    static const struct {
        const char *rule, *ids[3];
    } cases[] = {{"G1", {"g"}}, {"G6", {"g", "b", "m"}}, {"F1", {"g", "b", "m"}},
                 {"U2", {"h"}}, {"G8", {"g", "m"}},      {"K1", {NULL}}};
    eg_knowledge *knowledge = NULL;
    EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, NULL, &knowledge, NULL), EG_OK);
    json_t *chart = eg_test_json(
        "{'goals':[{'id':'g','body':{'status':'open','subject':'gait'}},"
        "{'id':'b','body':{'status':'open','subject':'balance','measure_code':'test.tug'}},"
        "{'id':'m','body':{'subject':'other','measure_code':'instrument.bbs.total'}},"
        "{'id':'h','body':{'status':'open','subject':'hand'}},"
        "{'id':'x','body':{'status':'met','subject':'balance'}}]}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *ids = eg_goal_served(knowledge, chart, cases[i].rule);
        size_t n = 0;
        while (n < 3 && cases[i].ids[n] != NULL) n++;
        if (json_array_size(ids) != n)
            EG_FAIL("%s serves %zu goals", cases[i].rule, json_array_size(ids));
        for (size_t k = 0; k < n; k++)
            EG_CHECK_TEXT(json_string_value(json_array_get(ids, k)), cases[i].ids[k]);
        json_decref(ids);
    }
    json_decref(chart);
    eg_knowledge_destroy(knowledge);
}

EG_TESTS({"goal: which proposals serve it", proposals_name_the_goals_they_serve})
