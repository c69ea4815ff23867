#include "clinic/rule.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

static int index_in(const char *const *names, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return (int)i;
    return -1;
}

/* The files have passed their schema, so that every word is one of these. */
static eg_err compile(json_t *entry, eg_rule *rule, eg_diag *diag) {
    static const char *const kinds[] = {"block", "warn", "against", "for"};
    static const char *const strengths[] = {"strong", "moderate", "weak", "option"};
    static const char *const blocks[] = {"plan", "session", "stimulation"};
    static const char *const needs[] = {"none", "part", "all"};
    json_t *proposal = json_object_get(entry, "proposal");
    json_t *blocked = json_object_get(entry, "blocks");
    rule->entry = entry;
    rule->id = eg_json_text_of(entry, "id", "");
    rule->area = eg_json_text_of(entry, "area", "");
    int kind = index_in(kinds, 4, eg_json_text_of(entry, "kind", ""));
    int strength = index_in(strengths, 4, eg_json_text_of(entry, "strength", ""));
    int need = index_in(needs, 3, eg_json_text_of(proposal, "needs_stimulation", "none"));
    if (kind < 0 || strength < 0 || need < 0)
        return eg_diag_set(diag, EG_ERR_FORMAT, rule->id, 0,
                           "the rule's kind, strength or need of stimulation is not known; run "
                           "engram knowledge check");
    rule->kind = (eg_rule_kind)kind;
    rule->strength = (eg_strength)strength;
    rule->needs_stimulation = (eg_stimulation_need)need;
    for (size_t i = 0; i < json_array_size(blocked); i++) {
        const char *word = json_string_value(json_array_get(blocked, i));
        int block = word != NULL ? index_in(blocks, EG_N_BLOCKS, word) : -1;
        if (block >= 0) rule->blocks[block] = true;
    }
    eg_diag inner = {0};
    eg_err err = eg_expression_parse(eg_json_text_of(entry, "when", ""), &rule->expression, &inner);
    if (err != EG_OK) (void)eg_diag_set(diag, err, rule->id, 0, "%s", inner.text);
    return err;
}

eg_err eg_rule_book_create(const eg_knowledge *knowledge, eg_rule_book **book, eg_diag *diag) {
    EG_ASSERT(knowledge != NULL && book != NULL);
    size_t count = eg_knowledge_count(knowledge, "rules");
    *book = NULL;
    if (count > EG_RULES_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, "rules", 0, "%zu rules, at most %d", count,
                           EG_RULES_MAX);
    eg_rule_book *made = calloc(1, sizeof *made);
    if (made == NULL) return eg_diag_set(diag, EG_ERR_MEMORY, "rules", 0, "no memory for them");
    made->knowledge = knowledge;
    for (size_t i = 0; i < count; i++) {
        eg_err err = compile(eg_knowledge_at(knowledge, "rules", i), &made->rules[i], diag);
        if (err != EG_OK) {
            free(made);
            return err;
        }
        made->n_rules++;
    }
    *book = made;
    return EG_OK;
}

void eg_rule_book_destroy(eg_rule_book *book) {
    free(book);
}

const eg_rule *eg_rule_find(const eg_rule_book *book, const char *id) {
    for (size_t i = 0; i < book->n_rules; i++)
        if (strcmp(book->rules[i].id, id) == 0) return &book->rules[i];
    return NULL;
}

static bool look_up(const void *context, const char *name, double *value) {
    const eg_finding *finding = eg_findings_get(context, name);
    if (finding != NULL) *value = finding->value;
    return finding != NULL;
}

static bool is_safety(const eg_rule *rule) {
    return strcmp(rule->area, "safety") == 0;
}

/* Safety, then "do not", then proposals by strength; practice advice (area "engine") last. */
static int rank_of(const eg_rule *rule) {
    if (rule->kind != EG_RULE_FOR) return is_safety(rule) ? 0 : 1;
    if (strcmp(rule->area, "engine") == 0) return 6;
    return 2 + (int)rule->strength;
}

/* Of equal rank what was read in its source goes before what is believed. */
static int trust_of(const eg_rule *rule) {
    const char *status = eg_json_text_of(rule->entry, "status", "");
    return strcmp(status, "READ") == 0 ? 0 : strcmp(status, "SECONDHAND") == 0 ? 1 : 2;
}

static bool goes_before(const eg_rule *a, const eg_rule *b) {
    int order = rank_of(a) - rank_of(b);
    return order != 0 ? order < 0 : trust_of(a) < trust_of(b);
}

static bool warns_on(const eg_rule *warning, const eg_rule *rule) {
    json_t *names = json_object_get(warning->entry, "warns_on");
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (name != NULL && (strcmp(name, "*") == 0 || strcmp(name, rule->id) == 0)) return true;
    }
    return false;
}

bool eg_rule_warns_on(const eg_rule *warning, const eg_rule *rule) {
    EG_ASSERT(warning != NULL && rule != NULL);
    return (warning->kind == EG_RULE_WARN || warning->kind == EG_RULE_AGAINST) &&
           rule->kind == EG_RULE_FOR && warns_on(warning, rule);
}

static bool blocks_now(const eg_rule_outcome *outcome, eg_block block) {
    return outcome->result.truth == EG_TRUE && outcome->rule->blocks[block] && !outcome->lifted;
}

static void withhold(const eg_plan_result *result, eg_block block, eg_stimulation_need what,
                     eg_proposal *proposal) {
    if (what > proposal->withheld) proposal->withheld = what;
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const eg_rule_outcome *outcome = &result->outcomes[i];
        if (blocks_now(outcome, block) && proposal->n_withheld_by < EG_RULE_WARNINGS_MAX)
            proposal->withheld_by[proposal->n_withheld_by++] = i;
    }
}

/* What speaks against a proposal, and what blocks take away from it. */
static void weigh(const eg_plan_result *result, eg_proposal *proposal) {
    const eg_rule *rule = result->outcomes[proposal->outcome].rule;
    if (rule->kind != EG_RULE_FOR) return;
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const eg_rule_outcome *other = &result->outcomes[i];
        if (other->result.truth == EG_TRUE && eg_rule_warns_on(other->rule, rule) &&
            proposal->n_warnings < EG_RULE_WARNINGS_MAX)
            proposal->warnings[proposal->n_warnings++] = i;
        if (other->result.truth == EG_UNKNOWN && other->rule->blocks[EG_BLOCK_STIMULATION] &&
            rule->needs_stimulation != EG_STIM_NONE)
            proposal->stimulation_unclear = true;
    }
    if (result->blocked[EG_BLOCK_PLAN]) withhold(result, EG_BLOCK_PLAN, EG_STIM_ALL, proposal);
    if (result->blocked[EG_BLOCK_STIMULATION] && rule->needs_stimulation != EG_STIM_NONE)
        withhold(result, EG_BLOCK_STIMULATION, rule->needs_stimulation, proposal);
}

/* Puts a true rule behind those that go before it or are equal to it. */
static void propose(eg_plan_result *result, size_t outcome) {
    size_t at = result->n_proposals++;
    const eg_rule *rule = result->outcomes[outcome].rule;
    while (at > 0 && goes_before(rule, result->outcomes[result->proposals[at - 1].outcome].rule)) {
        result->proposals[at] = result->proposals[at - 1];
        at--;
    }
    result->proposals[at] = (eg_proposal){.outcome = outcome};
}

/* How useful it is to know one finding. */
typedef struct usefulness {
    const char *name;
    int tier; /* 0 may block the plan, 1 the session, 2 stimulation, 3 other safety, 4 the rest */
    double weight;
} usefulness;

static int tier_of(const eg_rule *rule) {
    for (int block = 0; block < EG_N_BLOCKS; block++)
        if (rule->blocks[block]) return block;
    if (is_safety(rule)) return 3;
    return strcmp(rule->area, "engine") == 0 ? 5 : 4;
}

/* A firm rule counts more; one that hangs on a single finding more than one that needs many. */
static double weight_of(const eg_rule_outcome *outcome) {
    static const double by_strength[] = {4.0, 3.0, 2.0, 1.0};
    double strength =
        outcome->rule->kind == EG_RULE_BLOCK ? 8.0 : by_strength[outcome->rule->strength];
    return strength / (double)outcome->result.n_decisive;
}

static bool is_set_by_engine(const eg_knowledge *knowledge, const char *name) {
    json_t *definition = eg_knowledge_find(knowledge, "findings", name);
    return strcmp(eg_json_text_of(json_object_get(definition, "from"), "kind", ""), "engine") == 0;
}

static bool is_more_useful(const usefulness *a, const usefulness *b) {
    return a->tier != b->tier ? a->tier < b->tier : a->weight > b->weight;
}

static void list_measure_next(eg_plan_result *result) {
    usefulness rows[EG_RULE_MEASURE_NEXT_MAX];
    size_t count = 0;
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const eg_rule_outcome *outcome = &result->outcomes[i];
        if (outcome->result.truth != EG_UNKNOWN) continue;
        for (size_t k = 0; k < outcome->result.n_decisive; k++) {
            const char *name = outcome->rule->expression.nodes[outcome->result.decisive[k]].name;
            size_t row = 0;
            while (row < count && strcmp(rows[row].name, name) != 0) row++;
            if (row == count) {
                if (count == EG_RULE_MEASURE_NEXT_MAX) continue;
                if (is_set_by_engine(result->book->knowledge, name)) continue;
                rows[count++] = (usefulness){name, tier_of(outcome->rule), 0.0};
            }
            int tier = tier_of(outcome->rule);
            if (tier < rows[row].tier) rows[row].tier = tier;
            rows[row].weight += weight_of(outcome);
        }
    }
    for (size_t i = 1; i < count; i++) { /* insertion: stable, so that ties keep the rules' order */
        usefulness row = rows[i];
        size_t at = i;
        for (; at > 0 && is_more_useful(&row, &rows[at - 1]); at--) rows[at] = rows[at - 1];
        rows[at] = row;
    }
    result->n_measure_next = count;
    for (size_t i = 0; i < count; i++) result->measure_next[i] = rows[i].name;
}

/* What is blocked now, and what that takes from each proposal. */
static void apply_blocks(eg_plan_result *result) {
    memset(result->blocked, 0, sizeof result->blocked);
    for (size_t i = 0; i < result->n_outcomes; i++)
        for (int block = 0; block < EG_N_BLOCKS; block++)
            if (blocks_now(&result->outcomes[i], (eg_block)block)) result->blocked[block] = true;
    for (size_t i = 0; i < result->n_proposals; i++) {
        result->proposals[i] = (eg_proposal){.outcome = result->proposals[i].outcome};
        weigh(result, &result->proposals[i]);
    }
}

void eg_plan_evaluate(const eg_rule_book *book, const eg_findings *findings,
                      eg_plan_result *result) {
    EG_ASSERT(book != NULL && findings != NULL && result != NULL);
    EG_ASSERT(book->n_rules <= EG_RULES_MAX);
    result->book = book;
    result->n_outcomes = book->n_rules;
    result->n_proposals = 0;
    for (size_t i = 0; i < book->n_rules; i++) {
        eg_rule_outcome *outcome = &result->outcomes[i];
        outcome->rule = &book->rules[i];
        outcome->lifted = false;
        eg_expression_evaluate(&outcome->rule->expression, look_up, findings, &outcome->result);
        if (outcome->result.truth != EG_TRUE) continue;
        if (outcome->rule->kind != EG_RULE_BLOCK) propose(result, i);
    }
    apply_blocks(result);
    list_measure_next(result);
}

eg_err eg_plan_lift(eg_plan_result *result, const char *rule, eg_diag *diag) {
    EG_ASSERT(result != NULL && rule != NULL);
    for (size_t i = 0; i < result->n_outcomes; i++) {
        eg_rule_outcome *outcome = &result->outcomes[i];
        if (strcmp(outcome->rule->id, rule) != 0) continue;
        if (outcome->rule->kind != EG_RULE_BLOCK || outcome->result.truth != EG_TRUE)
            return eg_diag_set(diag, EG_ERR_GUARD, rule, 0, "it blocks nothing now");
        if (strcmp(eg_json_text_of(outcome->rule->entry, "override", "none"), "none") == 0)
            return eg_diag_set(diag, EG_ERR_REFUSED, rule, 0,
                               "nobody may lift this block; its cause has to end first");
        outcome->lifted = true;
        apply_blocks(result);
        return EG_OK;
    }
    return eg_diag_set(diag, EG_ERR_NOT_FOUND, rule, 0, "there is no such rule");
}

eg_stimulation_need eg_plan_withheld(const eg_plan_result *result, const char *rule) {
    EG_ASSERT(result != NULL && rule != NULL);
    for (size_t i = 0; i < result->n_proposals; i++) {
        const eg_proposal *proposal = &result->proposals[i];
        if (strcmp(result->outcomes[proposal->outcome].rule->id, rule) == 0)
            return proposal->withheld;
    }
    return EG_STIM_NONE;
}
