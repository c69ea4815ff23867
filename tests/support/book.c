#include "tests/support/book.h"

#include <stdlib.h>

#include "io/embed.h"
#include "tests/support/test.h"

void eg_test_book_open(eg_test_book *book) {
    eg_diag diag = {0};
    if (eg_knowledge_load(eg_embedded_files, NULL, &book->knowledge, &diag) != EG_OK)
        EG_FAIL("%s:%d: %s", diag.where, (int)diag.line, diag.text);
    if (eg_rule_book_create(book->knowledge, &book->rules, &diag) != EG_OK)
        EG_FAIL("%s: %s", diag.where, diag.text);
    book->findings = calloc(1, sizeof *book->findings);
    book->result = calloc(1, sizeof *book->result);
    EG_CHECK(book->findings != NULL && book->result != NULL);
}

void eg_test_book_close(eg_test_book *book) {
    free(book->findings);
    free(book->result);
    eg_rule_book_destroy(book->rules);
    eg_knowledge_destroy(book->knowledge);
    *book = (eg_test_book){0};
}
