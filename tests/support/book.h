/* The built-in knowledge and rules with room for findings and a plan, for tests of the rule engine.
 * A test process ends before it would matter to free them, but the leak checker looks. */
#ifndef EG_TESTS_SUPPORT_BOOK_H
#define EG_TESTS_SUPPORT_BOOK_H

#include "clinic/rule.h"

typedef struct eg_test_book {
    eg_knowledge *knowledge;
    eg_rule_book *rules;
    eg_findings *findings; /* none known */
    eg_plan_result *result;
} eg_test_book;

/* Fails the test with the diagnosis when something goes wrong. */
void eg_test_book_open(eg_test_book *book);
void eg_test_book_close(eg_test_book *book);

#endif
