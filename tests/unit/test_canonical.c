#include <stdlib.h>
#include <string.h>

#include "io/json/canonical.h"
#include "tests/support/test.h"

static void check(const char *from, const char *expected) {
    json_t *value = json_loads(from, JSON_DECODE_ANY, NULL);
    EG_CHECK(value != NULL);
    char *text = NULL;
    size_t size = 0;
    EG_CHECK_INT(eg_json_canonical(value, &text, &size, NULL), EG_OK);
    EG_CHECK_TEXT(text, expected);
    EG_CHECK_INT(size, strlen(expected));
    free(text);
    json_decref(value);
}

static void one_form(void) {
    check(" { \"b\" : 1.0 , \"a\" : [ ] , \"\\u00e9\" : {} } ",
          "{\"a\":[],\"b\":1,\"\xc3\xa9\":{}}");
    check("[0.1, 1e2, -0.5, 12345678901234567, null, true, false]",
          "[0.1,100,-0.5,12345678901234567,null,true,false]");
    check("\"a\\/b\\u0001\\n\\\"\\\\\"", "\"a/b\\u0001\\n\\\"\\\\\"");
    check("{\"z\":{\"y\":{\"x\":[[1],[2,{\"b\":1,\"a\":2}]]}}}",
          "{\"z\":{\"y\":{\"x\":[[1],[2,{\"a\":2,\"b\":1}]]}}}");
}

/* What was written is read back and written again without a change, whatever the numbers. */
static void stable(void) {
    uint64_t state = 7;
    for (int i = 0; i < 20000; i++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        double number;
        memcpy(&number, &state, sizeof number);
        json_t *value = json_real(number);
        if (value == NULL) continue; /* not a finite number */
        json_t *list = json_pack("[o]", value);
        char *first = NULL, *second = NULL;
        EG_CHECK_INT(eg_json_canonical(list, &first, NULL, NULL), EG_OK);
        json_t *again = json_loads(first, 0, NULL);
        EG_CHECK(again != NULL);
        EG_CHECK_INT(eg_json_canonical(again, &second, NULL, NULL), EG_OK);
        EG_CHECK_TEXT(second, first);
        EG_CHECK_NEAR(json_number_value(json_array_get(again, 0)), number, 0.0);
        free(first);
        free(second);
        json_decref(list);
        json_decref(again);
    }
    eg_test_note("20000 doubles of random bits");
}

static void bounded(void) {
    json_t *value = json_array();
    for (int i = 0; i < 70; i++) value = json_pack("[o]", value);
    char *text = NULL;
    EG_CHECK_INT(eg_json_canonical(value, &text, NULL, NULL), EG_ERR_LIMIT);
    EG_CHECK(text == NULL);
    json_decref(value);
}

EG_TESTS({"canonical: one form for one value", one_form},
         {"canonical: written, read and written again is the same", stable},
         {"canonical: nesting is bounded", bounded})
