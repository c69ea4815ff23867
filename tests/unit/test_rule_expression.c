#include <stdio.h>
#include <string.h>

#include "clinic/rule_expression.h"
#include "tests/support/test.h"

/* The findings of a test, as text: "a=1 b=2.5". */
static bool look_up(const void *context, const char *name, double *value) {
    const char *at = context;
    size_t length = strlen(name);
    while (*at != '\0') {
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return sscanf(at + length + 1, "%lf", value) == 1;
        at = strchr(at, ' ');
        if (at == NULL) return false;
        at++;
    }
    return false;
}

static void expressions_are_three_valued(void) {
    /* expression, findings, value, decisive findings */
    static const char *const rows[][4] = {{"a==1", "a=1", "true", "a"},
                                          {"a==1", "a=0", "false", "a"},
                                          {"a==1", "", "unknown", "a"},
                                          {"a!=1", "a=2", "true", "a"},
                                          {"a<1", "a=1", "false", "a"},
                                          {"a<=1", "a=1", "true", "a"},
                                          {"a>1", "a=1", "false", "a"},
                                          {"a>=1", "a=1", "true", "a"},
                                          {"a>-1.5", "a=-1", "true", "a"},
                                          {"x<0.1", "x=0.1", "false", "x"},
                                          {"a==1 & b==1", "a=0", "false", "a"},
                                          {"a==1 & b==1", "a=1", "unknown", "b"},
                                          {"a==1 & b==1", "", "unknown", "a b"},
                                          {"a==1 | b==1", "a=1", "true", "a"},
                                          {"a==1 | b==1", "a=0", "unknown", "b"},
                                          {"a==1 | b==1 & c==1", "a=1 b=0 c=0", "true", "a"},
                                          {"(a==1 | b==1) & c==1", "a=1 b=0 c=0", "false", "c"},
                                          {"a==1 & b==1 | c==1", "a=0 b=0 c=1", "true", "c"},
                                          {"a==1 & (b==1 | c==1)", "a=1 b=0", "unknown", "c"},
                                          {"a==1 & (b==1 | c==1)", "a=0", "false", "a"},
                                          {"a>=1 & a<=3", "a=2", "true", "a"},
                                          {"a>=1 & a<=3", "", "unknown", "a"},
                                          {"((a==1))", "a=1", "true", "a"},
                                          {"a==1&b==1|(c==1&d==1)", "a=1 b=0 c=1", "unknown", "d"},
                                          {"a==1 | b==1 | c==1", "b=0", "unknown", "a c"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        eg_expression expression;
        eg_expression_result result;
        eg_diag diag = {0};
        char names[80] = "";
        if (eg_expression_parse(rows[i][0], &expression, &diag) != EG_OK)
            EG_FAIL("%s: %s", rows[i][0], diag.text);
        eg_expression_evaluate(&expression, look_up, rows[i][1], &result);
        for (size_t k = 0; k < result.n_decisive; k++)
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", k > 0 ? " " : "",
                     expression.nodes[result.decisive[k]].name);
        if (strcmp(eg_truth_name(result.truth), rows[i][2]) != 0 || strcmp(names, rows[i][3]) != 0)
            EG_FAIL("%s with %s is %s by %s", rows[i][0], rows[i][1], eg_truth_name(result.truth),
                    names);
    }
    eg_test_note("%zu expressions", sizeof rows / sizeof rows[0]);
}

static void wrong_expressions_say_where(void) {
    static const char *const rows[][2] = {
        {"", "column 1: expected the name"},
        {"a", "column 2: expected one of"},
        {"a=1", "column 2: expected one of"},
        {"a==", "column 4: expected a number"},
        {"a==x", "column 4: expected a number"},
        {"a==1 &", "column 7: expected the name"},
        {"a==1 b==1", "column 6: expected & or |"},
        {"(a==1", "column 6: expected \")\""},
        {"a==1)", "column 5: expected no \")\""},
        {"()", "column 2: expected the name"},
        {"A==1", "column 1: expected the name"},
        {"a==1 && b==1", "column 7: expected the name"},
        {"a==1e5", "column 5: expected & or |"},
        {"a==123456789012345678901", "at most 20"},
        {"a234567890123456789012345678901234567890==1", "a shorter name"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        eg_expression expression;
        eg_diag diag = {0};
        EG_CHECK(eg_expression_parse(rows[i][0], &expression, &diag) != EG_OK);
        if (strstr(diag.text, rows[i][1]) == NULL) EG_FAIL("%s: %s", rows[i][0], diag.text);
    }
    eg_test_note("%zu expressions refused", sizeof rows / sizeof rows[0]);
}

enum { TEXT_SIZE = EG_EXPRESSION_TEXT_MAX + 8 };

static void add(char text[TEXT_SIZE], const char *more) {
    size_t length = strlen(text);
    EG_CHECK(length + strlen(more) < TEXT_SIZE);
    memcpy(text + length, more, strlen(more) + 1);
}

static void size_is_bounded(void) {
    char text[TEXT_SIZE] = "";
    eg_expression expression;
    eg_diag diag = {0};
    for (int i = 0; i < EG_EXPRESSION_DEPTH_MAX; i++) add(text, "(");
    add(text, "a==1");
    for (int i = 0; i < EG_EXPRESSION_DEPTH_MAX; i++) add(text, ")");
    EG_CHECK_INT(eg_expression_parse(text, &expression, &diag), EG_OK);
    memmove(text + 1, text, strlen(text) + 1);
    text[0] = '(';
    EG_CHECK_INT(eg_expression_parse(text, &expression, &diag), EG_ERR_LIMIT);
    text[0] = '\0';
    for (int i = 0; i < 32; i++) add(text, i > 0 ? "&a==1" : "a==1"); /* 63 nodes */
    EG_CHECK_INT(eg_expression_parse(text, &expression, NULL), EG_OK);
    EG_CHECK_INT(expression.n_nodes, 63);
    add(text, "|b==1");
    EG_CHECK_INT(eg_expression_parse(text, &expression, NULL), EG_ERR_LIMIT);
    memset(text, ' ', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    EG_CHECK_INT(eg_expression_parse(text, &expression, NULL), EG_ERR_LIMIT);
}

EG_TESTS({"rule expression: three-valued, with what decides", expressions_are_three_valued},
         {"rule expression: errors name column and remedy", wrong_expressions_say_where},
         {"rule expression: size is bounded", size_is_bounded})
