/* The language of plan rules: comparisons of a finding with a number, joined by & and |, with
 * parentheses; & binds tighter. "stroke==1 & (fma_ue<58 | neglect==1)".
 *
 * Evaluation is three-valued (Kleene): a comparison with a finding that is not known is unknown;
 * false & unknown is false, true | unknown is true. Where the whole is unknown, the findings that
 * could still decide it are named: those of unknown comparisons below unknown joints only.
 *
 * Bounded: at most EG_EXPRESSION_NODES_MAX nodes and EG_EXPRESSION_DEPTH_MAX open parentheses; no
 * recursion, no allocation. */
#ifndef EG_CLINIC_RULE_EXPRESSION_H
#define EG_CLINIC_RULE_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

enum {
    EG_EXPRESSION_NODES_MAX = 64,
    EG_EXPRESSION_DEPTH_MAX = 32,
    EG_EXPRESSION_TEXT_MAX = 512, /* characters */
    EG_EXPRESSION_NAME_MAX = 40   /* characters of a finding's name, terminator included */
};

/* In this order, so that & is the least and | the greatest. */
typedef enum eg_truth { EG_FALSE = 0, EG_UNKNOWN = 1, EG_TRUE = 2 } eg_truth;

/* "true", "false" or "unknown". */
const char *eg_truth_name(eg_truth truth);

typedef enum eg_relation {
    EG_RELATION_LESS,
    EG_RELATION_LESS_EQUAL,
    EG_RELATION_EQUAL,
    EG_RELATION_NOT_EQUAL,
    EG_RELATION_GREATER_EQUAL,
    EG_RELATION_GREATER
} eg_relation;

typedef enum eg_expression_op { EG_OP_COMPARE, EG_OP_AND, EG_OP_OR } eg_expression_op;

typedef struct eg_expression_node {
    eg_expression_op op;
    eg_relation relation;              /* of a comparison */
    unsigned char left, right;         /* nodes that & or | joins; both come before this one */
    char name[EG_EXPRESSION_NAME_MAX]; /* of a comparison */
    double number;                     /* finite */
} eg_expression_node;

/* Nodes in the order of evaluation; the last is the whole. */
typedef struct eg_expression {
    eg_expression_node nodes[EG_EXPRESSION_NODES_MAX];
    size_t n_nodes;
} eg_expression;

/* Reads an expression. EG_ERR_FORMAT with the column and what was expected, EG_ERR_LIMIT. */
EG_NODISCARD eg_err eg_expression_parse(const char *text, eg_expression *expression, eg_diag *diag);

/* The value of a finding: true and *value, or false if it is not known. */
typedef bool (*eg_expression_lookup)(const void *context, const char *name, double *value);

typedef struct eg_expression_result {
    eg_truth truth;
    /* Comparisons, as nodes of the expression, each finding once, in the order of the text:
     * if unknown, those that could decide it; if true, those that hold; if false, those that do not
     * hold. Only such as lie below joints that have the value of the whole. */
    unsigned char decisive[EG_EXPRESSION_NODES_MAX];
    size_t n_decisive;
} eg_expression_result;

void eg_expression_evaluate(const eg_expression *expression, eg_expression_lookup lookup,
                            const void *context, eg_expression_result *result);

#endif
