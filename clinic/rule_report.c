/* The plan engine's result as JSON: what `engram plan` prints and the server sends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/rule.h"
#include "core/base/check.h"

static const char *const block_names[EG_N_BLOCKS] = {"plan", "session", "stimulation"};
static const char *const need_names[] = {"none", "part", "all"};

/* A part of the knowledge as it is; null if it is absent. */
static void write_entry(eg_json_writer *json, json_t *entry, const char *name) {
    json_t *value = json_object_get(entry, name);
    char *text = value != NULL
                     ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15))
                     : NULL;
    eg_json_key(json, name);
    if (text != NULL)
        eg_json_raw(json, text, strlen(text));
    else
        eg_json_null(json);
    free(text);
}

static void write_list(eg_json_writer *json, json_t *entry, const char *name) {
    if (json_is_array(json_object_get(entry, name))) {
        write_entry(json, entry, name);
        return;
    }
    eg_json_key(json, name);
    eg_json_begin_array(json);
    eg_json_end_array(json);
}

static bool holds_text(json_t *list, const char *text) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *element = json_string_value(json_array_get(list, i));
        if (element != NULL && strcmp(element, text) == 0) return true;
    }
    return false;
}

static const char *decisive_name(const eg_rule_outcome *outcome, size_t index) {
    return outcome->rule->expression.nodes[outcome->result.decisive[index]].name;
}

static void write_outcome(eg_json_writer *json, const eg_rule_outcome *outcome) {
    eg_json_begin_object(json);
    eg_json_member_string(json, "id", outcome->rule->id);
    eg_json_member_string(json, "state", eg_truth_name(outcome->result.truth));
    eg_json_key(json, "missing");
    eg_json_begin_array(json);
    for (size_t i = 0; i < outcome->result.n_decisive; i++)
        if (outcome->result.truth == EG_UNKNOWN) eg_json_string(json, decisive_name(outcome, i));
    eg_json_end_array(json);
    eg_json_member_string(json, "area", outcome->rule->area);
    write_entry(json, outcome->rule->entry, "kind");
    write_entry(json, outcome->rule->entry, "when");
    eg_json_end_object(json);
}

/* The findings that made the rule true. */
static void write_findings(eg_json_writer *json, const eg_plan_result *result,
                           const eg_rule_outcome *outcome, const eg_findings *findings) {
    const eg_knowledge *knowledge = result->book->knowledge;
    eg_json_key(json, "findings");
    eg_json_begin_array(json);
    for (size_t i = 0; i < outcome->result.n_decisive; i++) {
        const char *name = decisive_name(outcome, i);
        const eg_finding *finding = eg_findings_get(findings, name);
        if (finding == NULL) continue;
        char text[200];
        json_t *definition = eg_knowledge_find(knowledge, "findings", name);
        eg_finding_say(knowledge, name, finding->value, text, sizeof text);
        eg_json_begin_object(json);
        eg_json_member_string(json, "name", name);
        eg_json_member_number(json, "value", finding->value);
        eg_json_member_string(json, "unit", eg_json_text_of(definition, "unit", ""));
        eg_json_member_string(json, "text", text);
        eg_json_member_string(json, "source", finding->source);
        eg_json_member_string(json, "date", finding->date);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

static void write_rules(eg_json_writer *json, const eg_plan_result *result, const char *key,
                        const size_t *outcomes, size_t count) {
    eg_json_key(json, key);
    eg_json_begin_array(json);
    for (size_t i = 0; i < count; i++) {
        const eg_rule *rule = result->outcomes[outcomes[i]].rule;
        eg_json_begin_object(json);
        eg_json_member_string(json, "rule", rule->id);
        write_entry(json, rule->entry, "say");
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

/* What takes the place of a proposal's words while its part with stimulation is withheld: NULL if
 * nothing of it is, or all. */
static json_t *left_of(const eg_rule *rule, const eg_proposal *proposal) {
    if (proposal->withheld != EG_STIM_PART) return NULL;
    return json_object_get(json_object_get(rule->entry, "proposal"), "without_stimulation");
}

static void write_withheld(eg_json_writer *json, const eg_plan_result *result,
                           const eg_proposal *proposal) {
    eg_json_key(json, "withheld");
    if (proposal->withheld == EG_STIM_NONE) {
        eg_json_null(json);
        return;
    }
    eg_json_begin_object(json);
    const eg_rule *rule = result->outcomes[proposal->outcome].rule;
    eg_json_member_string(json, "what", need_names[proposal->withheld]);
    eg_json_member_string(json, "part", eg_json_text_of(left_of(rule, proposal), "part", NULL));
    write_rules(json, result, "by", proposal->withheld_by, proposal->n_withheld_by);
    eg_json_end_object(json);
}

/* Whether an unknown rule, were it true, would stop, thin out or warn about this one. */
static bool could_change(const eg_rule *unknown, const eg_rule *rule) {
    if (unknown->blocks[EG_BLOCK_PLAN] || unknown->blocks[EG_BLOCK_SESSION]) return true;
    if (unknown->blocks[EG_BLOCK_STIMULATION]) return rule->needs_stimulation != EG_STIM_NONE;
    return eg_rule_warns_on(unknown, rule);
}

static void write_would_change(eg_json_writer *json, const eg_plan_result *result,
                               const eg_rule *rule) {
    eg_json_key(json, "would_change");
    eg_json_begin_array(json);
    for (size_t i = 0; i < result->n_outcomes && rule->kind == EG_RULE_FOR; i++) {
        const eg_rule_outcome *outcome = &result->outcomes[i];
        if (outcome->result.truth != EG_UNKNOWN || !could_change(outcome->rule, rule)) continue;
        for (size_t k = 0; k < outcome->result.n_decisive; k++) {
            eg_json_begin_object(json);
            eg_json_member_string(json, "finding", decisive_name(outcome, k));
            eg_json_member_string(json, "rule", outcome->rule->id);
            eg_json_end_object(json);
        }
    }
    eg_json_end_array(json);
}

/* The dose of what is left. */
static json_t *dose_of(json_t *details, json_t *left) {
    json_t *dose = json_deep_copy(json_object_get(details, "dose"));
    json_t *type = json_object_get(left, "type");
    if (dose != NULL && type != NULL) json_object_set(dose, "type", type);
    return dose;
}

/* "dose not stated" is said in words, so that no reader takes an empty field for no limit. */
static void write_dose(eg_json_writer *json, json_t *details, json_t *left) {
    static const char *const parts[] = {"frequency", "intensity", "time",
                                        "type",      "volume",    "duration"};
    json_t *dose = dose_of(details, left);
    json_t *holder = json_pack("{s:O?}", "dose", dose);
    char text[600] = "";
    size_t length = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *part = eg_json_text_of(dose, parts[i], NULL);
        if (part == NULL || length >= sizeof text) continue;
        int n = snprintf(text + length, sizeof text - length, "%s%s", length > 0 ? "; " : "", part);
        length += n > 0 ? (size_t)n : 0;
    }
    write_entry(json, holder, "dose");
    json_decref(holder);
    json_decref(dose);
    eg_json_member_boolean(json, "dose_stated", length > 0);
    eg_json_member_string(json, "dose_text", length > 0 ? text : "dose not stated");
}

/* Those that the rule names and those that say they serve it; without those that need stimulation
 * where it is withheld. */
static void write_exercises(eg_json_writer *json, const eg_plan_result *result, const eg_rule *rule,
                            const eg_proposal *proposal) {
    const eg_knowledge *knowledge = result->book->knowledge;
    json_t *named = json_object_get(json_object_get(rule->entry, "proposal"), "exercises");
    eg_json_key(json, "exercises");
    eg_json_begin_array(json);
    for (size_t i = 0; i < eg_knowledge_count(knowledge, "exercises"); i++) {
        json_t *exercise = eg_knowledge_at(knowledge, "exercises", i);
        const char *id = eg_json_text_of(exercise, "id", "");
        bool stimulates = json_is_true(json_object_get(exercise, "needs_stimulation"));
        if (stimulates && proposal->withheld == EG_STIM_PART) continue;
        if (holds_text(named, id) || holds_text(json_object_get(exercise, "rules"), rule->id))
            eg_json_string(json, id);
    }
    eg_json_end_array(json);
}

static void write_proposal(eg_json_writer *json, const eg_plan_result *result,
                           const eg_proposal *proposal, const eg_findings *findings) {
    static const char *const copied[] = {"kind",     "strength", "progression",   "regress",
                                         "grade",    "source",   "population",    "status",
                                         "verified", "note",     "change_my_mind"};
    const eg_rule_outcome *outcome = &result->outcomes[proposal->outcome];
    const eg_rule *rule = outcome->rule;
    json_t *details = json_object_get(rule->entry, "proposal");
    json_t *left = left_of(rule, proposal);
    const char *say = eg_json_text_of(rule->entry, "say", "");
    eg_json_begin_object(json);
    eg_json_member_string(json, "rule", rule->id);
    eg_json_member_string(json, "area", rule->area);
    eg_json_member_string(json, "title",
                          eg_json_text_of(left, "title", eg_json_text_of(details, "title", say)));
    eg_json_member_string(json, "say", eg_json_text_of(left, "say", say));
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
        write_entry(json, rule->entry, copied[i]);
    write_findings(json, result, outcome, findings);
    write_list(json, details, "serves");
    write_exercises(json, result, rule, proposal);
    write_dose(json, details, left);
    write_entry(json, left == NULL ? details : left, "stimulation"); /* none is left */
    eg_json_member_string(json, "needs_stimulation", need_names[rule->needs_stimulation]);
    eg_json_member_boolean(json, "stimulation_unclear", proposal->stimulation_unclear);
    write_rules(json, result, "warnings", proposal->warnings, proposal->n_warnings);
    write_withheld(json, result, proposal);
    write_would_change(json, result, rule);
    eg_json_end_object(json);
}

/* The rules that block, with what they stop and who may lift it. */
static void write_blocks(eg_json_writer *json, const eg_plan_result *result,
                         const eg_findings *findings) {
    eg_json_key(json, "blocks");
    eg_json_begin_array(json);
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const eg_rule_outcome *outcome = &result->outcomes[i];
        json_t *entry = outcome->rule->entry;
        if (outcome->rule->kind != EG_RULE_BLOCK || outcome->result.truth != EG_TRUE) continue;
        eg_json_begin_object(json);
        eg_json_member_string(json, "rule", outcome->rule->id);
        static const char *const copied[] = {"blocks",      "override", "say",
                                             "progression", "grade",    "source",
                                             "status",      "verified", "note"};
        for (size_t k = 0; k < sizeof copied / sizeof copied[0]; k++)
            write_entry(json, entry, copied[k]);
        eg_json_member_boolean(json, "lifted", outcome->lifted);
        write_findings(json, result, outcome, findings);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

/* What is shown and needs a reason to go on. Such a rule stands here and nowhere else. */
static void write_warnings(eg_json_writer *json, const eg_plan_result *result,
                           const eg_findings *findings) {
    static const char *const copied[] = {"kind",    "strength", "say",    "progression",
                                         "regress", "grade",    "source", "population",
                                         "status",  "verified", "note",   "change_my_mind"};
    eg_json_key(json, "warnings");
    eg_json_begin_array(json);
    for (size_t i = 0; i < result->n_proposals; i++) {
        const eg_rule_outcome *outcome = &result->outcomes[result->proposals[i].outcome];
        if (outcome->rule->kind == EG_RULE_FOR) continue;
        eg_json_begin_object(json);
        eg_json_member_string(json, "rule", outcome->rule->id);
        eg_json_member_string(json, "area", outcome->rule->area);
        for (size_t k = 0; k < sizeof copied / sizeof copied[0]; k++)
            write_entry(json, outcome->rule->entry, copied[k]);
        eg_json_member_boolean(json, "reason_required", true);
        write_findings(json, result, outcome, findings);
        eg_json_end_object(json);
    }
    eg_json_end_array(json);
}

void eg_plan_write(const eg_plan_result *result, const eg_findings *findings,
                   eg_json_writer *json) {
    EG_ASSERT(result != NULL && findings != NULL && json != NULL);
    eg_json_begin_object(json);
    eg_json_key(json, "rules");
    eg_json_begin_array(json);
    for (size_t i = 0; i < result->n_outcomes; i++) write_outcome(json, &result->outcomes[i]);
    eg_json_end_array(json);
    eg_json_key(json, "blocked");
    eg_json_begin_array(json);
    for (int block = 0; block < EG_N_BLOCKS; block++)
        if (result->blocked[block]) eg_json_string(json, block_names[block]);
    eg_json_end_array(json);
    write_blocks(json, result, findings);
    write_warnings(json, result, findings);
    eg_json_key(json, "proposals");
    eg_json_begin_array(json);
    for (size_t i = 0; i < result->n_proposals; i++)
        if (result->outcomes[result->proposals[i].outcome].rule->kind == EG_RULE_FOR)
            write_proposal(json, result, &result->proposals[i], findings);
    eg_json_end_array(json);
    eg_json_key(json, "measure_next");
    eg_json_begin_array(json);
    for (size_t i = 0; i < result->n_measure_next; i++)
        eg_json_string(json, result->measure_next[i]);
    eg_json_end_array(json);
    eg_json_end_object(json);
}

json_t *eg_plan_to_json(const eg_plan_result *result, const eg_findings *findings) {
    eg_json_text text = {0};
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_text, &text);
    eg_plan_write(result, findings, &json);
    json_t *value = eg_json_finish(&json) == EG_OK ? json_loadb(text.bytes, text.n, 0, NULL) : NULL;
    eg_json_text_release(&text);
    return value;
}
