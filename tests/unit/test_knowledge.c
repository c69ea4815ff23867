#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clinic/change.h"
#include "clinic/knowledge.h"
#include "clinic/rule.h"
#include "io/embed.h"
#include "tests/support/test.h"

static void what_is_built_in_is_sound(void) {
    static const struct {
        const char *kind;
        size_t at_least;
    } rows[] = {{"rules", 108},    {"findings", 151}, {"instruments", 8},
                {"exercises", 12}, {"education", 1},  {"norms", 100},
                {"icf", 50},       {"measures", 50},  {"precautions", 8}};
    eg_knowledge *knowledge = NULL;
    eg_diag diag = {0};
    eg_err err = eg_knowledge_load(eg_embedded_files, NULL, &knowledge, &diag);
    if (err != EG_OK) EG_FAIL("%s:%d: %s", diag.where, (int)diag.line, diag.text);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (eg_knowledge_count(knowledge, rows[i].kind) < rows[i].at_least)
            EG_FAIL("only %zu %s", eg_knowledge_count(knowledge, rows[i].kind), rows[i].kind);
    /* No clinician has looked at anything yet; whoever changes that changes this line with it. */
    for (size_t i = 0; i < eg_knowledge_n_kinds(knowledge); i++) {
        const char *kind = eg_knowledge_kind(knowledge, i);
        for (size_t k = 0; k < eg_knowledge_count(knowledge, kind); k++) {
            json_t *entry = eg_knowledge_at(knowledge, kind, k);
            if (json_object_get(entry, "verified") == NULL) continue;
            EG_CHECK(json_is_false(json_object_get(entry, "verified")));
        }
    }
    EG_CHECK(eg_knowledge_find(knowledge, "rules", "S1") != NULL);
    EG_CHECK(eg_knowledge_find(knowledge, "rules", "s1") == NULL);
    EG_CHECK(eg_knowledge_find(knowledge, "nothing", "S1") == NULL);
    eg_test_note("%zu kinds, %zu rules", eg_knowledge_n_kinds(knowledge),
                 eg_knowledge_count(knowledge, "rules"));
    eg_knowledge_destroy(knowledge);
}

static size_t count_lines(const char *text) {
    size_t lines = 0;
    for (; *text != '\0'; text++) lines += *text == '\n' ? 1 : 0;
    return lines;
}

/* The research that the rules come from: nothing lost, no expression, source or grade altered. */
static void rules_are_those_of_the_research(void) {
    static const char *const kept[] = {"when", "source", "grade", "population", "status", "area"};
    char path[512];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/plan_rules.json", eg_test_data("clinical"));
    char *text = eg_test_read_file(path, &size);
    json_t *research = json_loads(text, 0, NULL);
    json_t *rules = json_object_get(research, "rules");
    eg_knowledge *knowledge = NULL;
    EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, NULL, &knowledge, NULL), EG_OK);
    EG_CHECK(json_array_size(rules) > 0);
    for (size_t i = 0; i < json_array_size(rules); i++) {
        json_t *theirs = json_array_get(rules, i);
        const char *id = eg_json_text_of(theirs, "id", "?");
        json_t *ours = eg_knowledge_find(knowledge, "rules", id);
        if (ours == NULL) EG_FAIL("%s is missing", id);
        for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++)
            if (!json_equal(json_object_get(ours, kept[k]), json_object_get(theirs, kept[k])))
                EG_FAIL("%s: %s differs", id, kept[k]);
    }
    snprintf(path, sizeof path, "%s/findings.csv", eg_test_data("clinical"));
    char *table = eg_test_read_file(path, &size);
    size_t n_findings = count_lines(table) - (size > 0 && table[size - 1] == '\n' ? 1 : 0);
    for (char *line = strchr(table, '\n'); line != NULL; line = strchr(line + 1, '\n')) {
        char name[64] = "";
        if (sscanf(line + 1, "%63[a-z0-9_],", name) != 1) continue;
        if (eg_knowledge_find(knowledge, "findings", name) == NULL) EG_FAIL("%s is missing", name);
    }
    EG_CHECK_INT(eg_knowledge_count(knowledge, "findings"), n_findings);
    eg_test_note("%zu rules in %zu members, %zu findings", json_array_size(rules),
                 sizeof kept / sizeof kept[0], n_findings);
    json_decref(research);
    eg_knowledge_destroy(knowledge);
    free(text);
    free(table);
}

static void write_file(const char *folder, const char *kind, const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, kind);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s/%s", folder, kind, name);
    FILE *out = fopen(path, "w");
    EG_CHECK(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0);
}

#define FINDING(id, from)                                                                          \
    "{\"id\":\"" id "\",\"name\":\"n\",\"meaning\":\"m\",\"unit\":\"1\",\"scale\":\"number\","     \
    "\"low\":0,\"high\":10,\"icf\":null,\"how_measured\":\"h\",\"page\":\"findings\","             \
    "\"from\":" from ",\"source\":\"s\",\"status\":\"BELIEVED\",\"verified\":false}"
#define RULE(id, when, kind, more)                                                                 \
    "{\"id\":\"" id "\",\"area\":\"a\",\"when\":\"" when "\",\"kind\":\"" kind                     \
    "\",\"strength\":\"weak\",\"say\":\"s\",\"proposal\":null,\"progression\":null,"               \
    "\"regress\":null,\"change_my_mind\":\"c\",\"source\":\"s\",\"grade\":\"g\","                  \
    "\"population\":\"p\",\"status\":\"READ\",\"verified\":false" more "}"
#define ENTERED "{\"kind\":\"entered\"}"

/* Each row: the rules' file, and the line and words of the one problem that it has. */
static void faults_name_file_line_and_reason(void) {
    static const struct {
        const char *text;
        int line;
        const char *words;
    } rows[] = {
        {"{\"rules\":[\n" RULE("R1", "a==1", "warn", "") "]}", 0, ""},
        {"{\"rules\":[\n" RULE("R1", "a==1", "warn", "") ",\n", 3, "expected"},
        {"{\"rules\":[\n\n" RULE("R1", "a=1", "warn", "") "]}", 3, "column 2: expected one of"},
        {"{\"rules\":[\n\n\n" RULE("R1", "b==1", "warn", "") "]}", 4, "no finding is called"},
        {"{\"rules\":[\n" RULE("R1", "a==11", "warn", "") "]}", 2, "lies between 0 and 10"},
        {"{\"rules\":[\n" RULE("R1", "a==1", "maybe", "") "]}", 2, "is none of"},
        {"{\"rules\":[\n" RULE("R1", "a==1", "for", "") "]}", 2, "proposes nothing"},
        {"{\"rules\":[\n" RULE("R1", "a==1", "block", "") "]}", 2, "who may lift it"},
        {"{\"rules\":[\n" RULE("R1", "a==1", "warn", ",\"blocks\":[\"plan\"]") "]}", 2,
         "only a rule of kind block"},
        {"{\"rules\":[\n" RULE("R1", "a==1", "warn", ",\n\"warns_on\":[\"R9\"]") "]}", 3,
         "no rule is called"},
        {"{\"rules\":[\n" RULE("R1", "a==1", "against", ",\n\"warns_on\":[]") "]}", 3,
         "falls on nothing"},
        {"{\"rules\":[\n" RULE("R1", "a==1", "warn", ",\n\"doze\":1") "]}", 2,
         "not a known member"},
        {"{\"rules\":[\n" RULE("R1", "a==1", "warn", "") ",\n" RULE("R1", "a==1", "warn", "") "]}",
         3, "two rules called"},
        {"{\"rules\":[\n{\"id\":\"R1\",\"id\":\"R2\"}]}", 2, "duplicate"},
        {"{\"rules\":[],\n\"verified\":true}", 1, "not a known member"},
        {"[]", 1, "is a list, expected object"},
        {"{\"rules\":[\n7]}", 2, "is a number"},
        {"", 0, ""}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *folder = eg_test_folder();
        eg_knowledge *knowledge = NULL;
        eg_diag diag = {0};
        write_file(folder, "findings", "f.json", "{\"findings\":[" FINDING("a", ENTERED) "]}");
        write_file(folder, "rules", "r.json", rows[i].text[0] != '\0' ? rows[i].text : "\xff\xfe");
        eg_err err = eg_knowledge_load(eg_embedded_files, folder, &knowledge, &diag);
        EG_CHECK(knowledge != NULL);
        if (i == 0) {
            if (err != EG_OK) EG_FAIL("sound, but: %s", diag.text);
        } else if (err != EG_ERR_DATA || eg_knowledge_n_problems(knowledge) != 1) {
            EG_FAIL("row %zu: %zu problems: %s", i, eg_knowledge_n_problems(knowledge), diag.text);
        } else {
            const eg_knowledge_problem *problem = eg_knowledge_problem_at(knowledge, 0);
            const char *end = problem->file + strlen(problem->file) - strlen("rules/r.json");
            EG_CHECK_TEXT(end, "rules/r.json");
            EG_CHECK(problem->remedy[0] != '\0');
            if (rows[i].line > 0) EG_CHECK_INT(problem->line, rows[i].line);
            if (strstr(problem->reason, rows[i].words) == NULL)
                EG_FAIL("row %zu: %s", i, problem->reason);
        }
        eg_knowledge_destroy(knowledge);
    }
    eg_test_note("%zu rule files", sizeof rows / sizeof rows[0]);
}

static void other_kinds_are_checked_too(void) {
    static const struct {
        const char *kind, *text, *words;
    } rows[] = {
        {"findings", "{\"findings\":[" FINDING("b", "{\"kind\":\"date\"}") "]}", "not from which"},
        {"findings", "{\"findings\":[" FINDING("b", "{\"kind\":\"goal\"}") "]}", "not from which"},
        {"findings",
         "{\"findings\":[" FINDING("b", "{\"kind\":\"measure\",\"code\":\"none\"}") "]}",
         "no measure is called"},
        {"findings", "{\"findings\":[" FINDING("B", ENTERED) "]}", "does not match"},
        {"icf",
         "{\"icf\":[{\"id\":\"b1\",\"title\":\"t\",\"source\":\"s\",\"status\":\"READ\","
         "\"verified\":true}]}",
         "not by whom"},
        {"something", "{\"something\":[]}", "no schema for the kind"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *folder = eg_test_folder();
        eg_knowledge *knowledge = NULL;
        eg_diag diag = {0};
        char name[16];
        snprintf(name, sizeof name, "x%zu.json", i);
        write_file(folder, rows[i].kind, name, rows[i].text);
        EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, folder, &knowledge, &diag), EG_ERR_DATA);
        bool found = false;
        for (size_t k = 0; k < eg_knowledge_n_problems(knowledge); k++)
            found |= strstr(eg_knowledge_problem_at(knowledge, k)->reason, rows[i].words) != NULL;
        if (!found) EG_FAIL("row %zu: %s", i, diag.text);
        eg_knowledge_destroy(knowledge);
    }
    eg_knowledge *none = NULL;
    eg_diag diag = {0};
    EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, "/no/such/folder", &none, &diag), EG_ERR_IO);
    EG_CHECK(none == NULL && strstr(diag.text, "no folder") != NULL);
}

static void units_are_units(void) {
    static const char *const good[] = {
        "s",      "mm/s",    "deg",     "%",   "1",    "kg",     "/min",       "m[Hg]",
        "mm[Hg]", "{score}", "N.m/kg",  "mm2", "m/s2", "uV",     "{step}/min", "deg/s",
        "Hz",     "mm2/s",   "[lb_av]", "wk",  "s-1",  "kg{wet}"};
    static const char *const bad[] = {"",    "sec", "degrees", "mm/", "mm//s",  "{score", "{}",
                                      "kgs", "ms-", "/",       "m s", "points", "score}"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!eg_unit_is_valid(good[i])) EG_FAIL("%s is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (eg_unit_is_valid(bad[i])) EG_FAIL("%s is taken", bad[i]);
    eg_test_note("%zu good, %zu bad", sizeof good / sizeof good[0], sizeof bad / sizeof bad[0]);
}

/* Values as research in knowledge/norms has them; a change there changes these lines. */
static void noise_is_found_for_the_person(void) {
    eg_knowledge *knowledge = NULL;
    eg_diag diag = {0};
    eg_change_noise noise;
    EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, NULL, &knowledge, &diag), EG_OK);
    /* Berg after stroke: 6.7 over days (Liaw 2008) and 6 at 90 % (Stevenson 2001), which is 7.1. */
    const eg_change_person stroke = {"stroke", NULL, 60, (double)NAN};
    eg_change_find_noise(knowledge, "instrument.bbs.total", &stroke, 40, EG_INTERVAL_DAYS, false,
                         &noise);
    EG_CHECK_NEAR(noise.mdc95, 6 * 1.96 / 1.645, 1e-9);
    EG_CHECK_INT(noise.interval, EG_INTERVAL_DAYS);
    /* Walking speed: the noise grows with the first value. */
    static const double speeds[][2] = {{0.3, 0.10}, {0.6, 0.15}, {1.1, 0.18}};
    for (size_t i = 0; i < 3; i++) {
        eg_change_find_noise(knowledge, "test.10mwt.comfortable", &stroke, speeds[i][0],
                             EG_INTERVAL_DAYS, false, &noise);
        EG_CHECK_NEAR(noise.mdc95, speeds[i][1], 1e-12);
    }
    eg_change_find_noise(knowledge, "test.10mwt.comfortable", &stroke, 1.1,
                         EG_INTERVAL_SAME_SESSION, false, &noise);
    EG_CHECK_NEAR(noise.mdc95, 0.21, 1e-12);
    EG_CHECK_INT(noise.interval, EG_INTERVAL_SAME_SESSION);
    eg_change_find_noise(knowledge, "no.such.measure", &stroke, 1, EG_INTERVAL_DAYS, false, &noise);
    EG_CHECK(isnan(noise.mdc95) && isnan(noise.mcid) && noise.mdc_id == NULL);
    eg_test_note("Berg 7.1, walking speed 0.10, 0.15, 0.18 and 0.21 in the same session");
    eg_knowledge_destroy(knowledge);
}

/* Rows of an age group or a phase speak about nobody else. */
static void noise_keeps_to_age_and_phase(void) {
    eg_knowledge *knowledge = NULL;
    eg_diag diag = {0};
    eg_change_noise noise;
    EG_CHECK_INT(eg_knowledge_load(eg_embedded_files, NULL, &knowledge, &diag), EG_OK);
    /* Walking speed's important change of Kwon 2009 is of people of 70 to 89 years. */
    static const double ages[] = {40, 69.9, 89.5, 91, NAN};
    for (size_t i = 0; i < 5; i++) {
        const eg_change_person person = {"older", NULL, ages[i], (double)NAN};
        eg_change_find_noise(knowledge, "gait.speed", &person, 1, EG_INTERVAL_DAYS, false, &noise);
        bool is_theirs = noise.mcid_id != NULL && strstr(noise.mcid_id, "kwon2009") != NULL;
        EG_CHECK(is_theirs == (i == 2));
    }
    static const char *const codes[] = {"instrument.fma_ue.motor", "instrument.bbs.total",
                                        "instrument.arat.total", "test.tug"};
    static const double days[] = {3, 20, 100, 182, 183, 3000, NAN};
    size_t n_of_phase = 0;
    for (size_t i = 0; i < 4 * 7; i++) {
        const double day = days[i % 7];
        const eg_change_person person = {"stroke", NULL, 60, day};
        eg_change_find_noise(knowledge, codes[i / 7], &person, 30, EG_INTERVAL_DAYS, false, &noise);
        const char *ids[] = {noise.mdc_id, noise.mcid_id};
        for (size_t k = 0; k < 2; k++) {
            json_t *row = ids[k] == NULL ? NULL : eg_knowledge_find(knowledge, "norms", ids[k]);
            const char *phase = eg_json_text_of(row, "phase", "");
            n_of_phase += phase[0] != '\0' && !isnan(day);
            if (strcmp(phase, "acute") == 0) EG_CHECK(!(day >= 31));
            if (strcmp(phase, "subacute") == 0) EG_CHECK(!(day < 7 || day >= 183));
            if (strcmp(phase, "chronic") == 0) EG_CHECK(!(day < 183));
        }
    }
    EG_CHECK(n_of_phase > 0);
    /* The Fugl-Meyer score's noise was measured in the first weeks only (2023). */
    const eg_change_person early = {"stroke", NULL, 60, 60}, late = {"stroke", NULL, 60, 600};
    eg_change_find_noise(knowledge, codes[0], &early, 30, EG_INTERVAL_DAYS, false, &noise);
    EG_CHECK(noise.mdc95 > 6);
    eg_change_find_noise(knowledge, codes[0], &late, 30, EG_INTERVAL_DAYS, false, &noise);
    EG_CHECK(isnan(noise.mdc95));
    eg_test_note("%zu rows of a phase, each used in its own phase only", n_of_phase);
    eg_knowledge_destroy(knowledge);
}

EG_TESTS({"knowledge: what is built in is sound", what_is_built_in_is_sound},
         {"knowledge: rules and findings are those of the research",
          rules_are_those_of_the_research},
         {"knowledge: faults name file, line, reason and remedy", faults_name_file_line_and_reason},
         {"knowledge: other kinds are checked too", other_kinds_are_checked_too},
         {"knowledge: units are units", units_are_units},
         {"knowledge: noise is found for the person", noise_is_found_for_the_person},
         {"knowledge: noise keeps to the person's age and phase", noise_keeps_to_age_and_phase})
