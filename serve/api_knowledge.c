/* What Engram knows: entries of knowledge/ as they are, and a measure explained. */
#include <string.h>

#include "clinic/study.h"
#include "core/balance/task_trial.h"
#include "serve/api_call.h"

/* Kinds that the pages may ask for, whether or not there are entries yet. */
static const char *const kinds[] = {"education",   "exercises",     "findings", "icf",
                                    "instruments", "interventions", "measures", "norms",
                                    "poses",       "precautions",   "rules"};

void eg_api_get_knowledge(eg_api_call *call) {
    const char *kind = eg_api_parameter(call, 0);
    const eg_knowledge *knowledge = call->api->owner->knowledge;
    bool known = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i], kind) == 0) known = true;
    if (!known) {
        eg_diag diag = {0};
        eg_err err = eg_diag_set(&diag, EG_ERR_NOT_FOUND, kind, 0,
                                 "there is no such kind of "
                                 "knowledge");
        eg_api_finish(call, 200, err, NULL, NULL, &diag);
        return;
    }
    json_t *entries = json_array();
    size_t count = eg_knowledge_count(knowledge, kind);
    for (size_t i = 0; i < count; i++)
        json_array_append(entries, eg_knowledge_at(knowledge, kind, i));
    eg_api_answer(call, 200, entries);
}

static const char *better_word(eg_better better) {
    return better == EG_BETTER_HIGHER ? "higher" : better == EG_BETTER_LOWER ? "lower" : "none";
}

static json_t *describe(const eg_measure_def *row) {
    return json_pack("{ss ss ss ss ss ss ss}", "code", row->code, "name", row->name, "unit",
                     row->unit, "better", better_word(row->better), "definition", row->definition,
                     "formula", row->formula, "source", row->source);
}

void eg_api_get_balance_measures(eg_api_call *call) {
    json_t *rows = json_array();
    for (size_t i = 0; i < eg_balance_measures.count; i++)
        json_array_append_new(rows, describe(&eg_balance_measures.rows[i]));
    for (size_t i = 0; i < eg_task_measures.count; i++)
        json_array_append_new(rows, describe(&eg_task_measures.rows[i]));
    eg_api_answer(call, 200, rows);
}

/* A measure with its definition, its norms and how well it repeats. */
void eg_api_explain(eg_api_call *call) {
    const char *code = eg_api_parameter(call, 0);
    const eg_knowledge *knowledge = call->api->owner->knowledge;
    const eg_measure_def *row = eg_task_describe(code);
    for (size_t i = 0; row == NULL && eg_study_at(i) != NULL; i++)
        row = eg_measure_find(eg_study_at(i)->measures, code);
    json_t *entry = eg_knowledge_find(knowledge, "measures", code);
    if (row == NULL && entry == NULL) {
        eg_diag diag = {0};
        eg_err err = eg_diag_set(&diag, EG_ERR_NOT_FOUND, code, 0, "there is no such measure");
        eg_api_finish(call, 200, err, NULL, NULL, &diag);
        return;
    }
    json_t *answer = row != NULL ? describe(row) : json_copy(entry);
    if (row == NULL) json_object_set_new(answer, "code", json_string(code));
    json_t *norms = json_array();
    json_t *reliability = json_array();
    for (size_t i = 0; i < eg_knowledge_count(knowledge, "norms"); i++) {
        json_t *norm = eg_knowledge_at(knowledge, "norms", i);
        if (strcmp(eg_json_text_of(norm, "measure", ""), code) != 0) continue;
        const char *kind = eg_json_text_of(norm, "kind", "");
        bool repeats = strcmp(kind, "mdc") == 0 || strcmp(kind, "mcid") == 0;
        json_array_append(repeats ? reliability : norms, norm);
    }
    json_object_set_new(answer, "norms", norms);
    json_object_set_new(answer, "reliability", reliability);
    eg_api_answer(call, 200, answer);
}
