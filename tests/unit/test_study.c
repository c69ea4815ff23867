/* Studies: options are checked before anything runs, and results have one shape. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clinic/study.h"
#include "tests/support/test.h"

static const eg_study_option rows[] = {
    {"all", EG_STUDY_FLAG, NULL, 0, 0, NULL, "no", ""},
    {"rate_hz", EG_STUDY_NUMBER, "Hz", 20, 1000, NULL, NULL, ""},
    {"method", EG_STUDY_CHOICE, NULL, 0, 0, "aglr|tkeo", "aglr", ""},
    {"rest", EG_STUDY_SPAN, NULL, 0, 0, NULL, NULL, ""},
    {"channels", EG_STUDY_LABELS, NULL, 0, 0, NULL, NULL, ""},
    {"column", EG_STUDY_CHANNEL, NULL, 0, 0, NULL, NULL, ""},
    {"age", EG_STUDY_NUMBER, "a", 0, 130, NULL, NULL, ""},
};

/* Gives back what it was told. */
static eg_err echo(const eg_study_call *call, json_t **result, eg_diag *diag) {
    (void)diag;
    *result = eg_study_new("echo", "Echo", "engram");
    double from_s = (double)NAN, to_s = (double)NAN;
    json_object_set_new(*result, "rate", json_real(eg_study_number(call, "rate_hz", 7.0)));
    json_object_set_new(*result, "method", json_string(eg_study_text(call, "method", "none")));
    json_object_set_new(*result, "all", json_boolean(eg_study_flag(call, "all")));
    if (eg_study_span(call, "rest", &from_s, &to_s))
        json_object_set_new(*result, "rest", json_real(to_s - from_s));
    return EG_OK;
}

static const eg_measure_def defs[] = {
    {"echo.level", "Level", "uV", EG_BETTER_HIGHER, "d", "f", "s"}};
static const eg_measure_table table = {defs, 1};
static const eg_study study = {.name = "echo",
                               .title = "Echo",
                               .what = "",
                               .measures = &table,
                               .options = rows,
                               .n_options = sizeof rows / sizeof rows[0],
                               .run = echo};
static const eg_recording nothing = {.format = "none"};

static void typed(void) {
    static const struct {
        const char *name, *text;
        int is_good;
    } cases[] = {
        {"rate-hz", "100", 1},      {"rate-hz", "19", 0},      {"rate-hz", "1e3", 1},
        {"rate-hz", "1001", 0},     {"rate-hz", "nan", 0},     {"rate-hz", "10x", 0},
        {"rate-hz", "", 0},         {"method", "tkeo", 1},     {"method", "tke", 0},
        {"method", "aglr|tkeo", 0}, {"method", "", 0},         {"rest", "1,2.5", 1},
        {"rest", "2,1", 0},         {"rest", "-1,2", 0},       {"rest", "1", 0},
        {"rest", "1,2,3", 0},       {"rest", "inf,3", 0},      {"channels", "A,B", 1},
        {"channels", "A,,B", 0},    {"channels", "", 0},       {"channels", "\"A, b\",C", 1},
        {"channels", "\"A", 0},     {"channels", "\"A\"b", 0}, {"channels", "\"\"", 0},
        {"column", "Fz", 1},        {"column", "", 0},         {"all", NULL, 1},
        {"rate", "100", 0},         {"no-such", "1", 0},       {"rate_hz", "50", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *options = json_object();
        eg_diag diag = {0};
        eg_err err = eg_study_option_set(&study, cases[i].name, cases[i].text, options, &diag);
        if ((err == EG_OK) != cases[i].is_good)
            EG_FAIL("--%s %s: %s", cases[i].name, cases[i].text, diag.text);
        EG_CHECK_INT(json_object_size(options), cases[i].is_good);
        if (err != EG_OK) EG_CHECK(diag.text[0] != '\0' && diag.where[0] != '\0');
        json_decref(options);
    }
    EG_CHECK_INT(eg_study_option_takes(&study, "rate-hz"), 1);
    EG_CHECK_INT(eg_study_option_takes(&study, "all"), 0);
    EG_CHECK_INT(eg_study_option_takes(&study, "other"), -1);
}

static void quoted_labels(void) {
    json_t *options = json_object();
    EG_CHECK_INT(eg_study_option_set(&study, "channels", "\"Biceps, long\",VL,\"a \"\"b\"\"\"",
                                     options, NULL),
                 EG_OK);
    json_t *expected = json_loads("[\"Biceps, long\",\"VL\",\"a \\\"b\\\"\"]", 0, NULL);
    EG_CHECK(json_equal(json_object_get(options, "channels"), expected));
    json_decref(expected);
    json_decref(options);
}

/* What was given and had no part is told; what counted, and facts about the person, are not. */
static void unused_are_told(void) {
    static const eg_study_condition conditions[] = {{"column", "all"},
                                                    {"rest", "method=tkeo|bonato all"}};
    static const struct {
        const char *options, *told;
    } cases[] = {
        {"{}", NULL},
        {"{\"rate_hz\":100,\"method\":\"tkeo\",\"rest\":[1,2]}", NULL},
        {"{\"rest\":[1,2],\"all\":true}", NULL},
        {"{\"rest\":[1,2]}", "--rest was not used: it counts with --method tkeo|bonato or --all"},
        {"{\"rest\":[1,2],\"all\":false}",
         "--rest was not used: it counts with --method tkeo|bonato or --all"},
        {"{\"column\":\"A\"}", "--column was not used: it counts with --all"},
        {"{\"channels\":[\"A\"]}",
         "--channels was not used: it has no part in what was measured here"},
        {"{\"age\":50}", NULL}};
    eg_study own = study;
    own.conditions = conditions;
    own.n_conditions = 2;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *result = NULL, *options = json_loads(cases[i].options, 0, NULL);
        eg_study_call call = {.recording = &nothing, .options = options};
        EG_CHECK_INT(eg_study_run(&own, call, &result, NULL), EG_OK);
        const json_t *warnings = json_object_get(result, "warnings");
        EG_CHECK_INT(json_array_size(warnings), cases[i].told != NULL);
        if (cases[i].told != NULL)
            EG_CHECK_TEXT(json_string_value(json_array_get(warnings, 0)), cases[i].told);
        json_decref(result);
        json_decref(options);
    }
}

static void given(void) {
    static const char *const bad[] = {
        "{\"rate_hz\":\"100\"}", "{\"rate_hz\":5}",    "{\"all\":1}",
        "{\"method\":\"x\"}",    "{\"rest\":[2]}",     "{\"rest\":[\"1\",2]}",
        "{\"channels\":\"A\"}",  "{\"channels\":[1]}", "{\"channels\":[]}",
        "{\"column\":{}}",       "{\"unknown\":true}", "{\"rate_hz\":null}"};
    json_t *result = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_t *options = json_loads(bad[i], 0, NULL);
        eg_diag diag = {0};
        eg_study_call call = {.recording = &nothing, .options = options};
        EG_CHECK_INT(eg_study_run(&study, call, &result, &diag), EG_ERR_ARGUMENT);
        EG_CHECK(result == NULL && diag.where[0] != '\0');
        json_decref(options);
    }
    json_t *options =
        json_loads("{\"rate_hz\":100,\"all\":true,\"method\":\"tkeo\",\"rest\":[1,3]}", 0, NULL);
    eg_study_call call = {.recording = &nothing, .options = options};
    EG_CHECK_INT(eg_study_run(&study, call, &result, NULL), EG_OK);
    EG_CHECK_NEAR(json_number_value(json_object_get(result, "rate")), 100, 0);
    EG_CHECK_NEAR(json_number_value(json_object_get(result, "rest")), 2, 0);
    EG_CHECK(json_is_true(json_object_get(result, "all")));
    json_decref(result);
    json_decref(options);
    call.options = NULL;
    EG_CHECK_INT(eg_study_run(&study, call, &result, NULL), EG_OK);
    EG_CHECK_NEAR(json_number_value(json_object_get(result, "rate")), 7, 0);
    json_decref(result);
    call.n_references = 1; /* the study takes none */
    EG_CHECK_INT(eg_study_run(&study, call, &result, NULL), EG_ERR_ARGUMENT);
}

static void shape(void) {
    json_t *result = eg_study_new("echo", "Echo", "engram");
    json_t *one = eg_study_add_value(
        result, &table,
        &(eg_study_value){.code = "echo.level", .value = (double)NAN, .note = "no rest"});
    EG_CHECK(json_is_null(json_object_get(one, "value")));
    EG_CHECK_TEXT(json_string_value(json_object_get(one, "better")), "higher");
    EG_CHECK_TEXT(json_string_value(json_object_get(one, "unit")), "uV");
    one = eg_study_add_value(
        result, &table,
        &(eg_study_value){
            .code = "echo.level", .value = 2, .low = 1, .high = 3, .repetition = 2, .unit = "mV"});
    EG_CHECK_NEAR(json_number_value(json_object_get(one, "low")), 1, 0);
    EG_CHECK_TEXT(json_string_value(json_object_get(one, "unit")), "mV");
    EG_CHECK_INT(json_integer_value(json_object_get(one, "repetition")), 2);
    static const char *const after[] = {"ok", "fail", "fail"};
    static const int verdicts[] = {0, 2, 1};
    for (int i = 0; i < 3; i++) {
        eg_study_add_check(result, "hum", verdicts[i], "50 Hz", NULL);
        EG_CHECK_TEXT(json_string_value(json_object_get(result, "verdict")), after[i]);
    }
    eg_study_say(result, "One is %d.", 1);
    eg_study_say(result, "Two follows.");
    EG_CHECK_TEXT(json_string_value(json_object_get(result, "methods")), "One is 1. Two follows.");
    json_decref(result);
}

/* Every sample is in exactly one step, whatever the number of points; NaN is a hole. */
static void traces(void) {
    double values[1000];
    for (int i = 0; i < 1000; i++) values[i] = i;
    for (size_t points = 1; points <= 2000; points = points * 3 + 1) {
        json_t *result = eg_study_new("echo", "Echo", "engram");
        eg_study_add_trace(result, points, "x", "uV", "raw", NULL, 0.5, 100, 1000, values);
        json_t *trace = json_array_get(json_object_get(result, "traces"), 0);
        json_t *low = json_object_get(trace, "low"), *high = json_object_get(trace, "high");
        size_t n = points < 1000 ? points : 1000;
        EG_CHECK_INT(json_array_size(low), n);
        for (size_t k = 0; k < n; k++) {
            double before = k > 0 ? json_number_value(json_array_get(high, k - 1)) : -1;
            EG_CHECK_NEAR(json_number_value(json_array_get(low, k)), before + 1, 0);
        }
        EG_CHECK_NEAR(json_number_value(json_array_get(high, n - 1)), 999, 0);
        EG_CHECK_NEAR(json_number_value(json_object_get(trace, "step_s")) * (double)n, 10, 1e-9);
        json_decref(result);
    }
    for (int i = 100; i < 200; i++) values[i] = (double)NAN;
    json_t *result = eg_study_new("echo", "Echo", "engram");
    eg_study_add_trace(result, 10, "x", "uV", "raw", NULL, 0, 100, 1000, values);
    json_t *trace = json_array_get(json_object_get(result, "traces"), 0);
    EG_CHECK(json_is_null(json_array_get(json_object_get(trace, "low"), 1)));
    EG_CHECK_NEAR(json_number_value(json_array_get(json_object_get(trace, "low"), 2)), 200, 0);
    json_decref(result);
}

/* Whatever the table offers is whole: names, options that can be asked for, a catalogue. */
static void rows_are_whole(void) {
    size_t n = 0;
    for (; eg_study_at(n) != NULL; n++) {
        const eg_study *row = eg_study_at(n);
        EG_CHECK(eg_study_find(row->name) == row && row->suits != NULL && row->run != NULL);
        EG_CHECK(row->title[0] != '\0' && row->what[0] != '\0' && row->measures->count > 0);
        for (size_t i = 0; i < row->measures->count; i++) {
            const eg_measure_def *def = &row->measures->rows[i];
            EG_CHECK(def->name != NULL && def->unit != NULL && def->definition != NULL);
            EG_CHECK(def->formula != NULL && def->source != NULL);
            EG_CHECK(eg_measure_find(row->measures, def->code) == def);
        }
        for (size_t i = 0; i < row->n_options; i++) {
            const eg_study_option *option = &row->options[i];
            EG_CHECK(option->help != NULL && option->help[0] != '\0');
            EG_CHECK_INT(option->type == EG_STUDY_CHOICE, option->choices != NULL);
            if (option->type == EG_STUDY_NUMBER) EG_CHECK(option->least < option->most);
        }
        for (size_t k = 0; k < row->n_conditions; k++) {
            char name[40], text[200];
            int is_option = eg_study_option_takes(row, row->conditions[k].option) >= 0;
            EG_CHECK(is_option);
            for (const char *at = row->conditions[k].with; *at != '\0'; at += strcspn(at, " ")) {
                at += *at == ' ';
                (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(at, "= "), at);
                is_option = eg_study_option_takes(row, name) >= 0;
                EG_CHECK(is_option);
            }
            eg_study_condition_print(row->conditions[k].with, text, sizeof text);
            EG_CHECK(strncmp(text, "--", 2) == 0);
        }
        EG_CHECK_INT(row->suits(&nothing), 0);
    }
    printf("# %zu studies\n", n);
    EG_CHECK(n > 0 && eg_study_find("no such study") == NULL);
}

EG_TESTS({"study: options as they are typed", typed}, {"study: options as they are sent", given},
         {"study: labels with commas", quoted_labels},
         {"study: unused options are told", unused_are_told},
         {"study: the shape of a result", shape}, {"study: traces lose no sample", traces},
         {"study: every row of the table is whole", rows_are_whole})
