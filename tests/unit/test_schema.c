#include <stdio.h>
#include <string.h>

#include "io/json/locate.h"
#include "io/json/pattern.h"
#include "io/json/schema.h"
#include "tests/support/test.h"

static json_t *parse(const char *text) {
    json_error_t error;
    json_t *value = json_loads(text, JSON_DECODE_ANY, &error);
    if (value == NULL) EG_FAIL("test text does not parse: %s: %s", error.text, text);
    return value;
}

/* Each row: schema, value, pointer of the only problem ("-" if none), words that its reason has. */
static const char *const cases[][4] = {
    {"{\"type\":\"number\"}", "1.5", "-", ""},
    {"{\"type\":\"number\"}", "\"1\"", "", "is text, expected number"},
    {"{\"type\":[\"string\",\"null\"]}", "null", "-", ""},
    {"{\"type\":[\"string\",\"null\"]}", "3", "", "expected string or null"},
    {"{\"type\":\"integer\"}", "2.0", "-", ""},
    {"{\"type\":\"integer\"}", "2.5", "", "expected integer"},
    {"{\"minimum\":0,\"maximum\":5}", "5", "-", ""},
    {"{\"minimum\":0,\"maximum\":5}", "5.5", "", "at most 5"},
    {"{\"minimum\":0,\"maximum\":5}", "-1", "", "at least 0"},
    {"{\"exclusiveMinimum\":0}", "0", "", "more than 0"},
    {"{\"exclusiveMaximum\":2}", "2", "", "less than 2"},
    {"{\"enum\":[\"a\",1,null]}", "1", "-", ""},
    {"{\"enum\":[\"a\",1,null]}", "\"b\"", "", "none of"},
    {"{\"const\":false}", "true", "", "must be false"},
    {"{\"minLength\":1}", "\"\"", "", "at least 1"},
    {"{\"maxLength\":3}", "\"\\u00e9\\u00e9\\u00e9\"", "-", ""},
    {"{\"maxLength\":3}", "\"abcd\"", "", "at most 3"},
    {"{\"pattern\":\"^[a-z]+$\"}", "\"ab1\"", "", "does not match"},
    {"{\"pattern\":\"(a|b)\"}", "\"a\"", "", "not a simple one"},
    {"{\"items\":{\"type\":\"number\"}}", "[1,2,\"x\",4]", "/2", "is text"},
    {"{\"minItems\":1}", "[]", "", "0 elements"},
    {"{\"maxItems\":1}", "[1,2]", "", "2 elements"},
    {"{\"uniqueItems\":true}", "[1,2,1]", "", "0 and 2 are equal"},
    {"{\"required\":[\"a\"]}", "{\"b\":1}", "", "\"a\" is missing"},
    {"{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"b\":1}", "", "\"b\" is not"},
    {"{\"additionalProperties\":{\"type\":\"null\"}}", "{\"x/y~z\":1}", "/x~1y~0z", "a number"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"}},\"$defs\":{\"n\":{\"type\":\"number\"}}}",
     "{\"a\":\"x\"}", "/a", "is text"},
    {"{\"$ref\":\"#/$defs/none\"}", "1", "", "is not there"},
    {"{\"$ref\":\"#\"}", "1", "", "circle"},
    {"{\"minimun\":3}", "1", "", "keyword \"minimun\""},
    {"{\"properties\":{\"a\":false}}", "{\"a\":1}", "/a", "not permitted"},
    {"{\"items\":{\"items\":{\"properties\":{\"k\":{\"maximum\":1}}}}}", "[[{}],[{},{\"k\":2}]]",
     "/1/1/k", "at most 1"},
};

static void each_keyword_is_checked(void) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *schema = parse(cases[i][0]);
        json_t *value = parse(cases[i][1]);
        eg_schema_report report;
        bool fine = eg_schema_check(schema, schema, value, NULL, &report);
        bool wanted = strcmp(cases[i][2], "-") == 0;
        if (fine != wanted || (!wanted && report.count != 1))
            EG_FAIL("case %zu %s of %s: %zu problems", i, cases[i][0], cases[i][1], report.count);
        if (!wanted) {
            EG_CHECK_TEXT(report.problems[0].pointer, cases[i][2]);
            if (strstr(report.problems[0].reason, cases[i][3]) == NULL)
                EG_FAIL("case %zu: reason is %s", i, report.problems[0].reason);
            EG_CHECK(report.problems[0].remedy[0] != '\0');
        }
        json_decref(schema);
        json_decref(value);
    }
    eg_test_note("%zu pairs of schema and value", sizeof cases / sizeof cases[0]);
}

static json_t *find_other(void *context, const char *name) {
    return strcmp(name, "other.json") == 0 ? context : NULL;
}

static bool knows_two(void *context, const char *kind, const char *id) {
    (void)context;
    return strcmp(kind, "things") == 0 && (strcmp(id, "one") == 0 || strcmp(id, "two") == 0);
}

static void references_and_names_are_followed(void) {
    json_t *other = parse("{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"type\":\"string\","
                          "\"x-refers\":\"things\"}}}");
    json_t *schema = parse("{\"items\":{\"$ref\":\"other.json#/$defs/a\"}}");
    json_t *value = parse("[\"one\",\"three\",7]");
    const eg_schema_links links = {other, find_other, knows_two};
    eg_schema_report report;
    EG_CHECK(!eg_schema_check(schema, schema, value, &links, &report));
    EG_CHECK_INT(report.count, 2);
    EG_CHECK_TEXT(report.problems[0].pointer, "/1");
    EG_CHECK_TEXT(report.problems[0].reason, "\"three\" is not known among the things");
    EG_CHECK_TEXT(report.problems[1].pointer, "/2");
    json_decref(other);
    json_decref(schema);
    json_decref(value);
}

static void depth_and_number_of_problems_are_bounded(void) {
    char deep[2 * 200 + 1] = "";
    memset(deep, '[', 200);
    memset(deep + 200, ']', 200);
    json_t *value = parse(deep);
    json_t *schema = parse("{\"items\":{\"$ref\":\"#\"}}");
    eg_schema_report report;
    EG_CHECK(!eg_schema_check(schema, schema, value, NULL, &report));
    EG_CHECK_INT(report.count, 1);
    EG_CHECK(strstr(report.problems[0].reason, "nested deeper") != NULL);
    json_decref(value);
    json_decref(schema);
    value = json_array();
    for (int i = 0; i < 1000; i++) json_array_append_new(value, json_null());
    schema = parse("{\"items\":{\"type\":\"string\"}}");
    EG_CHECK(!eg_schema_check(schema, schema, value, NULL, &report));
    EG_CHECK_INT(report.count, 1000);
    EG_CHECK_TEXT(report.problems[EG_SCHEMA_PROBLEMS_MAX - 1].pointer, "/63");
    json_decref(value);
    json_decref(schema);
}

static void patterns_match(void) {
    static const struct {
        const char *pattern, *text;
        int result; /* -1: not a pattern */
    } rows[] = {{"^[a-z][a-z0-9_]*$", "tug_s", 1},
                {"^[a-z][a-z0-9_]*$", "Tug", 0},
                {"b+c", "aabbbc", 1},
                {"^b+c", "aabbbc", 0},
                {"^a?b?$", "", 1},
                {"^a?b?$", "ba", 0},
                {"^[^0-9]$", "x", 1},
                {"^[^0-9]$", "5", 0},
                {"^a\\.b$", "a.b", 1},
                {"^a\\.b$", "axb", 0},
                {"^a.*z$", "a--z", 1},
                {"^a.*z$", "a--y", 0},
                {"(a)", "a", -1},
                {"[a", "a", -1},
                {"*a", "a", -1},
                {"", "anything", 1},
                {"^[-a]$", "-", 1},
                {"a\\", "a", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        eg_pattern pattern;
        bool parsed = eg_pattern_parse(rows[i].pattern, &pattern);
        EG_CHECK_INT(parsed, rows[i].result >= 0);
        if (parsed && eg_pattern_matches(&pattern, rows[i].text) != (rows[i].result == 1))
            EG_FAIL("%s on %s", rows[i].pattern, rows[i].text);
    }
    eg_test_note("%zu patterns", sizeof rows / sizeof rows[0]);
}

static void lines_are_located(void) {
    const char *text = "{\n \"a\": [1,\n  {\"b}\": \"x\\\"]\",\n   \"c\\u00e9/d\": 2}],\n"
                       " \"e\": {}\n}\n";
    static const struct {
        const char *pointer;
        int line;
    } rows[] = {{"", 1},
                {"/a", 2},
                {"/a/0", 2},
                {"/a/1", 3},
                {"/a/1/b}", 3},
                {"/e", 5},
                {"/a/1/c\xc3\xa9~1d", 4},
                {"/a/7", 2},
                {"/no", 1},
                {"/e/x", 5},
                {"/a/x", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((int)eg_json_locate(text, strlen(text), rows[i].pointer) != rows[i].line)
            EG_FAIL("%s: line %d expected", rows[i].pointer, rows[i].line);
    EG_CHECK_INT(eg_json_locate("  \n ", 4, "/a"), 0);
    for (size_t size = 0; size <= strlen(text); size++) /* truncated anywhere: no overrun */
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            EG_CHECK(eg_json_locate(text, size, rows[i].pointer) <= 6);
    eg_test_note("%zu pointers, every truncation", sizeof rows / sizeof rows[0]);
}

EG_TESTS({"json schema: each keyword is checked and located", each_keyword_is_checked},
         {"json schema: references to parts, files and names", references_and_names_are_followed},
         {"json schema: depth and report are bounded", depth_and_number_of_problems_are_bounded},
         {"json schema: small patterns", patterns_match},
         {"json locate: the line of a pointer", lines_are_located})
