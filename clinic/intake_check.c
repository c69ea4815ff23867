#include "clinic/intake_check.h"

#include <stdio.h>
#include <string.h>

#include "clinic/document.h"
#include "clinic/knowledge.h"
#include "clinic/row.h"
#include "clinic/rule.h"
#include "core/base/check.h"

const json_t *eg_intake_at(const json_t *body, const char *path) {
    char part[80];
    const char *dot = strchr(path, '.');
    if (dot == NULL) return eg_member(body, path);
    snprintf(part, sizeof part, "%.*s", (int)(dot - path), path);
    return eg_member(eg_member(body, part), dot + 1);
}

static bool lists_active_implant(const json_t *body) {
    const json_t *implants = eg_member(body, "implants");
    for (size_t i = 0; i < json_array_size(implants); i++)
        if (json_is_true(eg_member(json_array_get(implants, i), "active_electronic"))) return true;
    return false;
}

void eg_intake_complete(json_t *body) {
    if (lists_active_implant(body)) json_object_set_new(body, "implanted_device", json_integer(1));
}

/* "conditions.X" of a finding. */
static bool is_condition(const eg_clinic *clinic, const char *name) {
    char path[80];
    snprintf(path, sizeof path, "conditions.%.60s", name);
    size_t n = eg_knowledge_count(clinic->knowledge, "findings");
    for (size_t i = 0; i < n; i++) {
        json_t *entry = eg_knowledge_at(clinic->knowledge, "findings", i);
        if (strcmp(eg_text_at(eg_member(entry, "from"), "code"), path) == 0) return true;
    }
    return false;
}

static bool is_red_flag(const eg_clinic *clinic, const char *name) {
    json_t *entry = eg_knowledge_find(clinic->knowledge, "precautions", name);
    return strcmp(eg_json_text_of(entry, "group", ""), "red-flag") == 0;
}

static eg_err check_names(const eg_clinic *clinic, const json_t *body, const char *member,
                          bool (*knows)(const eg_clinic *, const char *), const char *reason,
                          json_t **problems, eg_diag *diag) {
    json_t *answers = (json_t *)(uintptr_t)eg_member(body, member);
    for (void *at = json_object_iter(answers); at != NULL;
         at = json_object_iter_next(answers, at)) {
        const char *name = json_object_iter_key(at);
        char pointer[128];
        if (knows(clinic, name)) continue;
        snprintf(pointer, sizeof pointer, "/%s/%.80s", member, name);
        eg_problem_add(problems, pointer, reason, "use one that the program knows");
        return eg_diag_set(diag, EG_ERR_DATA, pointer, 0, "%s", reason);
    }
    return EG_OK;
}

eg_err eg_intake_check(const eg_clinic *clinic, const json_t *body, json_t **problems,
                       eg_diag *diag) {
    EG_ASSERT(clinic != NULL && body != NULL);
    const json_t *answer = eg_member(body, "implanted_device");
    if (lists_active_implant(body) && json_is_number(answer) && json_number_value(answer) != 1) {
        eg_problem_add(problems, "/implanted_device", "says no, but an active implant is listed",
                       "answer yes, or correct the list of implants");
        return eg_diag_set(diag, EG_ERR_DATA, "/implanted_device", 0,
                           "an active electronic implant is listed, but the answer is no; answer "
                           "yes, or correct the list");
    }
    if (clinic->knowledge == NULL) return EG_OK;
    eg_err err = check_names(clinic, body, "red_flags", is_red_flag, "there is no such red flag",
                             problems, diag);
    return err != EG_OK ? err
                        : check_names(clinic, body, "conditions", is_condition,
                                      "there is no such diagnosis mark", problems, diag);
}

static bool is_named_by(const eg_rule *rule, const char *finding) {
    for (size_t i = 0; i < rule->expression.n_nodes; i++)
        if (strcmp(rule->expression.nodes[i].name, finding) == 0) return true;
    return false;
}

bool eg_intake_is_safety(const eg_clinic *clinic, const char *finding) {
    if (clinic->knowledge == NULL || clinic->rules == NULL) return false;
    json_t *entry = eg_knowledge_find(clinic->knowledge, "findings", finding);
    if (strcmp(eg_text_at(eg_member(entry, "from"), "kind"), "intake") != 0) return false;
    for (size_t i = 0; i < clinic->rules->n_rules; i++) {
        const eg_rule *rule = &clinic->rules->rules[i];
        if (rule->blocks[EG_BLOCK_STIMULATION] && is_named_by(rule, finding)) return true;
    }
    return false;
}

double eg_intake_danger(const eg_clinic *clinic, const char *finding) {
    json_t *entry = eg_knowledge_find(clinic->knowledge, "findings", finding);
    return json_is_true(eg_member(entry, "yes_is_good")) ? 0 : 1;
}

static eg_err set_answer(json_t *body, const char *path, const json_t *value) {
    char part[80];
    const char *dot = strchr(path, '.');
    json_t *in = body;
    if (dot != NULL) {
        snprintf(part, sizeof part, "%.*s", (int)(dot - path), path);
        if (!json_is_object(json_object_get(body, part)))
            json_object_set_new(body, part, json_object());
        in = json_object_get(body, part);
    }
    int failed = json_object_set_new(in, dot == NULL ? path : dot + 1,
                                     json_deep_copy((json_t *)(uintptr_t)value));
    return failed == 0 ? EG_OK : EG_ERR_MEMORY;
}

eg_err eg_intake_take_typed(eg_clinic *clinic, const json_t *chart, const json_t *finding_value,
                            json_t **problems, eg_diag *diag) {
    const char *name = eg_text_at(finding_value, "name");
    if (!eg_intake_is_safety(clinic, name)) return EG_OK;
    const json_t *value = eg_member(finding_value, "value");
    const json_t *intake = eg_member(chart, "intake");
    json_t *entry = eg_knowledge_find(clinic->knowledge, "findings", name);
    const char *path = eg_text_at(eg_member(entry, "from"), "code");
    const json_t *answer = eg_intake_at(eg_member(intake, "body"), path);
    double danger = eg_intake_danger(clinic, name);
    bool is_danger = json_is_number(value) && json_number_value(value) == danger;
    if (json_is_number(answer) && json_number_value(answer) == danger && !is_danger) {
        eg_problem_add(problems, "/value", "the intake says otherwise, and stimulation hangs on it",
                       "change the answer in the intake, where it stays on record");
        return eg_diag_set(diag, EG_ERR_GUARD, name, 0,
                           "the intake says otherwise; change the answer there");
    }
    eg_document row = {0};
    eg_err err = eg_store_get(clinic->store, eg_text_at(intake, "id"), 0, &row, diag);
    json_t *body = err == EG_OK ? json_deep_copy(eg_member(intake, "body")) : NULL;
    if (err == EG_OK) err = set_answer(body, path, value);
    if (err == EG_OK) err = eg_document_validate("intake", body, problems, diag);
    if (err == EG_OK) err = eg_row_amend(clinic, &row, body, NULL, NULL, diag);
    json_decref(body);
    eg_document_clear(&row);
    return err;
}
