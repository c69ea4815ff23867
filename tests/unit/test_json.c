#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/json/write.h"
#include "tests/support/test.h"

static void nests_and_separates(void) {
    eg_json_text text = {0};
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_text, &text);
    eg_json_begin_object(&json);
    eg_json_member_string(&json, "name", "a \"b\"\\\n\x01");
    eg_json_key(&json, "list");
    eg_json_begin_array(&json);
    eg_json_integer(&json, -3);
    eg_json_null(&json);
    eg_json_begin_object(&json);
    eg_json_end_object(&json);
    eg_json_begin_array(&json);
    eg_json_end_array(&json);
    eg_json_end_array(&json);
    eg_json_member_boolean(&json, "yes", 1);
    eg_json_member_number(&json, "missing", NAN);
    eg_json_member_string(&json, "none", NULL);
    eg_json_end_object(&json);
    EG_CHECK_INT(eg_json_finish(&json), EG_OK);
    EG_CHECK_TEXT(text.bytes, "{\"name\":\"a \\\"b\\\"\\\\\\n\\u0001\",\"list\":[-3,null,{},[]],"
                              "\"yes\":true,\"missing\":null,\"none\":null}");
    eg_json_text_release(&text);
}

static void broken_utf8_is_replaced(void) {
    static const struct {
        const char *given, *written;
    } rows[] = {{"gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\""},
                {"\xb5m", "\"\xef\xbf\xbdm\""},
                {"\xc3", "\"\xef\xbf\xbd\""},
                {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
                {"\xf0\x9f\x99\x82", "\"\xf0\x9f\x99\x82\""}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        eg_json_text text = {0};
        eg_json_writer json;
        eg_json_init(&json, eg_json_to_text, &text);
        eg_json_string(&json, rows[i].given);
        EG_CHECK_INT(eg_json_finish(&json), EG_OK);
        EG_CHECK_TEXT(text.bytes, rows[i].written);
        eg_json_text_release(&text);
    }
}

static void numbers_read_back(void) {
    char text[EG_JSON_NUMBER_MAX];
    eg_json_format_number(text, 0.1);
    EG_CHECK_TEXT(text, "0.1");
    eg_json_format_number(text, 100.0);
    EG_CHECK_TEXT(text, "100");
    eg_json_format_number(text, -INFINITY);
    EG_CHECK_TEXT(text, "null");
    uint64_t state = 12345;
    size_t n_compared = 0;
    for (size_t i = 0; i < 200000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint64_t bits = state ^ (state >> 29);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        eg_json_format_number(text, value);
        EG_CHECK(strtod(text, NULL) == value);
        n_compared++;
    }
    eg_test_note("%zu random doubles", n_compared);
}

static eg_err failing_sink(void *context, const char *bytes, size_t n) {
    (void)bytes;
    (void)n;
    ++*(int *)context;
    return EG_ERR_IO;
}

static void a_failed_sink_ends_the_writing(void) {
    int n_calls = 0;
    eg_json_writer json;
    eg_json_init(&json, failing_sink, &n_calls);
    eg_json_begin_array(&json);
    for (int i = 0; i < 5000; i++) eg_json_integer(&json, i);
    EG_CHECK_INT(eg_json_finish(&json), EG_ERR_IO);
    EG_CHECK_INT(n_calls, 1);

    eg_json_text text = {.limit = 100};
    eg_json_init(&json, eg_json_to_text, &text);
    eg_json_begin_array(&json);
    for (int i = 0; i < 5000; i++) eg_json_integer(&json, i);
    eg_json_end_array(&json);
    EG_CHECK_INT(eg_json_finish(&json), EG_ERR_LIMIT);
    EG_CHECK(text.n <= 100);
    eg_json_text_release(&text);
}

EG_TESTS({"json: objects, arrays and escapes are written as they should", nests_and_separates},
         {"json: bytes that are not UTF-8 are replaced", broken_utf8_is_replaced},
         {"json: every number reads back as itself", numbers_read_back},
         {"json: a failed sink ends the writing", a_failed_sink_ends_the_writing})
