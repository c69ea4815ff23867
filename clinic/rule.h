/* The plan engine: holds a set of findings against all rules of knowledge/rules and proposes, in
 * order of priority, with reasons; says what is blocked, and what to measure next.
 *
 * A rule is true, false or unknown; it speaks only when true. Safety comes first: rules of kind
 * `block` stop the plan, today's session or stimulation; `warn` and `against` are shown and going
 * on needs a reason; then proposals, the firmest recommendation first.
 *
 * The engine proposes and explains; a therapist decides. Known limits: docs and knowledge/README.
 */
#ifndef EG_CLINIC_RULE_H
#define EG_CLINIC_RULE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "clinic/finding.h"
#include "clinic/knowledge.h"
#include "clinic/rule_expression.h"
#include "core/base/err.h"
#include "io/json/write.h"

enum {
    EG_RULES_MAX = 256,
    EG_RULE_WARNINGS_MAX = 16, /* of one proposal */
    EG_RULE_MEASURE_NEXT_MAX = EG_FINDINGS_MAX
};

typedef enum eg_rule_kind {
    EG_RULE_BLOCK,
    EG_RULE_WARN,
    EG_RULE_AGAINST,
    EG_RULE_FOR
} eg_rule_kind;

typedef enum eg_strength {
    EG_STRENGTH_STRONG,
    EG_STRENGTH_MODERATE,
    EG_STRENGTH_WEAK,
    EG_STRENGTH_OPTION
} eg_strength;

/* What a rule of kind block stops; also an index into eg_plan_result.blocked. */
typedef enum eg_block {
    EG_BLOCK_PLAN,
    EG_BLOCK_SESSION,
    EG_BLOCK_STIMULATION,
    EG_N_BLOCKS
} eg_block;

/* How much of a proposal needs stimulation. */
typedef enum eg_stimulation_need { EG_STIM_NONE, EG_STIM_PART, EG_STIM_ALL } eg_stimulation_need;

/* One rule, compiled. Text is borrowed from the knowledge. */
typedef struct eg_rule {
    const char *id;
    const char *area;
    eg_rule_kind kind;
    eg_strength strength;
    bool blocks[EG_N_BLOCKS];
    eg_stimulation_need needs_stimulation;
    json_t *entry; /* all else: say, proposal, progression, grade, source ... */
    eg_expression expression;
} eg_rule;

/* Every rule, in the order of the knowledge. Immutable; may be read by many threads. */
typedef struct eg_rule_book {
    const eg_knowledge *knowledge; /* borrowed, must outlive the book */
    size_t n_rules;
    eg_rule rules[EG_RULES_MAX];
} eg_rule_book;

/* Compiles all rules. EG_ERR_FORMAT if one does not parse (knowledge check names it), EG_ERR_LIMIT,
 * EG_ERR_MEMORY; *book is then NULL. */
EG_NODISCARD eg_err eg_rule_book_create(const eg_knowledge *knowledge, eg_rule_book **book,
                                        eg_diag *diag);
void eg_rule_book_destroy(eg_rule_book *book);

/* NULL if there is none. */
const eg_rule *eg_rule_find(const eg_rule_book *book, const char *id);

/* Whether `warning`, of kind warn or against, speaks about the proposal of `rule`. */
bool eg_rule_warns_on(const eg_rule *warning, const eg_rule *rule);

/* What one rule came to. `result.decisive` are nodes of rule->expression: the missing findings if
 * unknown, those that made it true if true. */
typedef struct eg_rule_outcome {
    const eg_rule *rule;
    eg_expression_result result;
    bool lifted; /* a block that a person has lifted with a reason; see eg_plan_lift */
} eg_rule_outcome;

/* A true rule that has something to say, in order of priority. */
typedef struct eg_proposal {
    size_t outcome; /* index of its outcome */
    /* Outcomes of true rules whose warning this proposal carries. */
    size_t warnings[EG_RULE_WARNINGS_MAX];
    size_t n_warnings;
    /* Stimulation or the whole plan is blocked: what is taken away, and by which outcomes. */
    eg_stimulation_need withheld;
    size_t withheld_by[EG_RULE_WARNINGS_MAX];
    size_t n_withheld_by;
    bool stimulation_unclear; /* it needs stimulation, and a stimulation block is still unknown */
} eg_proposal;

typedef struct eg_plan_result {
    const eg_rule_book *book;
    size_t n_outcomes; /* one for each rule, in the book's order */
    eg_rule_outcome outcomes[EG_RULES_MAX];
    bool blocked[EG_N_BLOCKS];
    size_t n_proposals;
    eg_proposal proposals[EG_RULES_MAX];
    size_t n_measure_next;
    const char *measure_next[EG_RULE_MEASURE_NEXT_MAX]; /* findings, most useful first */
} eg_plan_result;

/* Evaluates all rules. `result` is large (about 150 kB): allocate it. Deterministic; no allocation.
 * Cost: about 0.1 ms for 108 rules. */
void eg_plan_evaluate(const eg_rule_book *book, const eg_findings *findings,
                      eg_plan_result *result);

/* Lifts a true block for this result, after a person has recorded the reason: S1 by a clinician's
 * note, S3 by a named therapist, S4 by the physician's limits. What it alone stopped is free again.
 * EG_ERR_NOT_FOUND: there is no such rule. EG_ERR_REFUSED: nobody may lift it (S2, S8).
 * EG_ERR_GUARD: it blocks nothing now. */
EG_NODISCARD eg_err eg_plan_lift(eg_plan_result *result, const char *rule, eg_diag *diag);

/* How much of a rule's proposal a block takes away now; EG_STIM_NONE if it is not proposed. A plan
 * must not hold what is withheld (EG_STIM_ALL). */
eg_stimulation_need eg_plan_withheld(const eg_plan_result *result, const char *rule);

/* Writes {"rules", "blocked", "blocks", "warnings", "proposals", "measure_next"} as `engram plan`
 * prints it; docs/plan.md describes each member. */
void eg_plan_write(const eg_plan_result *result, const eg_findings *findings, eg_json_writer *json);

/* The same as a value of its own, for the server; NULL if memory ran out. The caller owns it. */
json_t *eg_plan_to_json(const eg_plan_result *result, const eg_findings *findings);

#endif
