#include "clinic/rule_expression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

typedef struct parser {
    const char *text;
    size_t at;
    eg_expression *expression;
    char operators[EG_EXPRESSION_NODES_MAX + EG_EXPRESSION_DEPTH_MAX]; /* '(', '&', '|' */
    size_t n_operators;
    unsigned char operands[EG_EXPRESSION_NODES_MAX]; /* nodes not yet joined */
    size_t n_operands;
    size_t depth;
    eg_diag *diag;
} parser;

const char *eg_truth_name(eg_truth truth) {
    static const char *const names[] = {"false", "unknown", "true"};
    EG_ASSERT(truth <= EG_TRUE);
    return names[truth];
}

static eg_err expected(const parser *parse, const char *what) {
    return eg_diag_set(parse->diag, EG_ERR_FORMAT, NULL, 0, "expression, column %zu: expected %s",
                       parse->at + 1, what);
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static void skip_space(parser *parse) {
    while (parse->text[parse->at] == ' ') parse->at++;
}

static eg_err add_node(parser *parse, const eg_expression_node *node) {
    eg_expression *expression = parse->expression;
    if (expression->n_nodes == EG_EXPRESSION_NODES_MAX)
        return eg_diag_set(parse->diag, EG_ERR_LIMIT, NULL, 0,
                           "expression: more than %d parts; split the rule",
                           EG_EXPRESSION_NODES_MAX);
    parse->operands[parse->n_operands++] = (unsigned char)expression->n_nodes;
    expression->nodes[expression->n_nodes++] = *node;
    return EG_OK;
}

/* Joins the two newest operands with the newest operator. */
static eg_err join(parser *parse) {
    EG_ASSERT(parse->n_operands >= 2 && parse->n_operators >= 1);
    char c = parse->operators[--parse->n_operators];
    eg_expression_node node = {.op = c == '&' ? EG_OP_AND : EG_OP_OR};
    node.right = parse->operands[--parse->n_operands];
    node.left = parse->operands[--parse->n_operands];
    return add_node(parse, &node);
}

static eg_err read_relation(parser *parse, eg_relation *relation) {
    static const struct {
        const char *text;
        eg_relation relation;
    } known[] = {{"<=", EG_RELATION_LESS_EQUAL}, {">=", EG_RELATION_GREATER_EQUAL},
                 {"==", EG_RELATION_EQUAL},      {"!=", EG_RELATION_NOT_EQUAL},
                 {"<", EG_RELATION_LESS},        {">", EG_RELATION_GREATER}};
    skip_space(parse);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t length = strlen(known[i].text);
        if (strncmp(parse->text + parse->at, known[i].text, length) != 0) continue;
        parse->at += length;
        *relation = known[i].relation;
        return EG_OK;
    }
    return expected(parse, "one of < <= == != >= >");
}

/* Digits with an optional sign and fraction; no exponent: no clinical limit needs one. */
static eg_err read_number(parser *parse, double *number) {
    skip_space(parse);
    const char *start = parse->text + parse->at;
    const char *end = start + (*start == '-' ? 1 : 0);
    if (!is_digit(*end)) return expected(parse, "a number");
    while (is_digit(*end)) end++;
    if (end[0] == '.' && is_digit(end[1])) {
        end++;
        while (is_digit(*end)) end++;
    }
    if (end - start > 20) return expected(parse, "a number of at most 20 characters");
    double value = 0.0, scale = 1.0;
    bool fraction = false;
    for (const char *c = start + (*start == '-' ? 1 : 0); c < end; c++) {
        if (*c == '.') {
            fraction = true;
            continue;
        }
        value = value * 10.0 + (double)(*c - '0');
        if (fraction) scale *= 10.0;
    }
    *number = (*start == '-' ? -value : value) / scale;
    parse->at += (size_t)(end - start);
    return EG_OK;
}

static eg_err read_comparison(parser *parse) {
    eg_expression_node node = {.op = EG_OP_COMPARE};
    size_t length = 0;
    char c = parse->text[parse->at];
    if (!is_letter(c)) return expected(parse, "the name of a finding or \"(\"");
    while (is_letter(c) || is_digit(c)) {
        if (length + 1 >= EG_EXPRESSION_NAME_MAX) return expected(parse, "a shorter name");
        node.name[length++] = c;
        c = parse->text[++parse->at];
    }
    eg_err err = read_relation(parse, &node.relation);
    if (err == EG_OK) err = read_number(parse, &node.number);
    return err == EG_OK ? add_node(parse, &node) : err;
}

/* An operand: opening parentheses, then a comparison. */
static eg_err read_operand(parser *parse) {
    for (skip_space(parse); parse->text[parse->at] == '('; skip_space(parse)) {
        if (parse->depth == EG_EXPRESSION_DEPTH_MAX)
            return eg_diag_set(parse->diag, EG_ERR_LIMIT, NULL, 0,
                               "expression: more than %d open parentheses",
                               EG_EXPRESSION_DEPTH_MAX);
        parse->depth++;
        parse->operators[parse->n_operators++] = '(';
        parse->at++;
    }
    return read_comparison(parse);
}

static eg_err close_parentheses(parser *parse) {
    for (skip_space(parse); parse->text[parse->at] == ')'; skip_space(parse)) {
        if (parse->depth == 0) return expected(parse, "no \")\" without its \"(\"");
        while (parse->operators[parse->n_operators - 1] != '(') {
            eg_err err = join(parse);
            if (err != EG_OK) return err;
        }
        parse->n_operators--;
        parse->depth--;
        parse->at++;
    }
    return EG_OK;
}

eg_err eg_expression_parse(const char *text, eg_expression *expression, eg_diag *diag) {
    EG_ASSERT(text != NULL && expression != NULL);
    *expression = (eg_expression){0};
    parser parse = {.text = text, .expression = expression, .diag = diag};
    if (strlen(text) > EG_EXPRESSION_TEXT_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, NULL, 0, "expression: longer than %d characters",
                           EG_EXPRESSION_TEXT_MAX);
    while (true) {
        eg_err err = read_operand(&parse);
        if (err == EG_OK) err = close_parentheses(&parse);
        if (err != EG_OK) return err;
        char c = text[parse.at];
        if (c == '\0') break;
        if (c != '&' && c != '|') return expected(&parse, "& or | or the end");
        while (parse.n_operators > 0 && parse.operators[parse.n_operators - 1] != '(' &&
               (c == '|' || parse.operators[parse.n_operators - 1] == '&')) {
            err = join(&parse);
            if (err != EG_OK) return err;
        }
        if (parse.n_operators == EG_EXPRESSION_NODES_MAX) return expected(&parse, "fewer parts");
        parse.operators[parse.n_operators++] = c;
        parse.at++;
    }
    if (parse.depth > 0) return expected(&parse, "\")\"");
    while (parse.n_operators > 0) {
        eg_err err = join(&parse);
        if (err != EG_OK) return err;
    }
    EG_ASSERT(parse.n_operands == 1 && expression->n_nodes > 0);
    return EG_OK;
}

static eg_truth compare(const eg_expression_node *node, double value) {
    bool holds = false;
    switch (node->relation) {
    case EG_RELATION_LESS:
        holds = value < node->number;
        break;
    case EG_RELATION_LESS_EQUAL:
        holds = value <= node->number;
        break;
    case EG_RELATION_EQUAL:
        holds = !(value < node->number) && !(value > node->number);
        break;
    case EG_RELATION_NOT_EQUAL:
        holds = value < node->number || value > node->number;
        break;
    case EG_RELATION_GREATER_EQUAL:
        holds = value >= node->number;
        break;
    case EG_RELATION_GREATER:
        holds = value > node->number;
        break;
    }
    return holds ? EG_TRUE : EG_FALSE;
}

/* A finding is named once, however often the expression compares it. */
static bool is_listed(const eg_expression *expression, const eg_expression_result *result,
                      const char *name) {
    for (size_t i = 0; i < result->n_decisive; i++)
        if (strcmp(expression->nodes[result->decisive[i]].name, name) == 0) return true;
    return false;
}

void eg_expression_evaluate(const eg_expression *expression, eg_expression_lookup lookup,
                            const void *context, eg_expression_result *result) {
    EG_ASSERT(expression != NULL && expression->n_nodes > 0);
    EG_ASSERT(lookup != NULL && result != NULL);
    eg_truth truth[EG_EXPRESSION_NODES_MAX];
    bool decides[EG_EXPRESSION_NODES_MAX] = {false};
    for (size_t i = 0; i < expression->n_nodes; i++) {
        const eg_expression_node *node = &expression->nodes[i];
        double value = 0.0;
        if (node->op == EG_OP_COMPARE) {
            bool known = lookup(context, node->name, &value) && isfinite(value);
            truth[i] = known ? compare(node, value) : EG_UNKNOWN;
            continue;
        }
        eg_truth left = truth[node->left], right = truth[node->right];
        bool take_left = node->op == EG_OP_AND ? left < right : left > right;
        truth[i] = take_left ? left : right;
    }
    size_t last = expression->n_nodes - 1;
    *result = (eg_expression_result){.truth = truth[last]};
    decides[last] = true;
    for (size_t i = last + 1; i-- > 0;) {
        const eg_expression_node *node = &expression->nodes[i];
        if (!decides[i] || node->op == EG_OP_COMPARE) continue;
        decides[node->left] = truth[node->left] == result->truth;
        decides[node->right] = truth[node->right] == result->truth;
    }
    for (size_t i = 0; i <= last; i++)
        if (decides[i] && expression->nodes[i].op == EG_OP_COMPARE &&
            !is_listed(expression, result, expression->nodes[i].name))
            result->decisive[result->n_decisive++] = (unsigned char)i;
}
