/* The clinic's own list of diagnosis codes: what a file may look like, what is refused with its
 * line, what a search answers first, and which codes an intake may then carry. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/code_list.h"
#include "clinic/codes.h"
#include "clinic/document.h"
#include "tests/support/clinic.h"
#include "tests/support/test.h"

static json_t *parse(const char *text, eg_err expected, const char *words) {
    eg_diag diag = {0};
    json_t *codes = NULL;
    eg_err err = eg_code_list_parse((const uint8_t *)text, strlen(text), &codes, &diag);
    if (err != expected) eg_test_note("%s: %s", text, diag.text);
    EG_CHECK_INT(err, expected);
    EG_CHECK((codes != NULL) == (expected == EG_OK));
    if (words != NULL && strstr(diag.text, words) == NULL) EG_CHECK_TEXT(diag.text, words);
    return codes;
}

static void check_codes(const char *text, const char *expected) {
    json_t *codes = parse(text, EG_OK, NULL);
    char *dump = json_dumps(codes, JSON_COMPACT);
    EG_CHECK_TEXT(dump, expected);
    free(dump);
    json_decref(codes);
}

static void files_of_two_columns_are_read(void) {
    static const char two[] = "[{\"code\":\"A1\",\"text\":\"Knee\"},{\"code\":\"B2.0\",\"text\":"
                              "\"Hip\"}]";
    check_codes("A1,Knee\nB2.0,Hip\n", two);
    check_codes("Code;Text\r\nA1;Knee\r\n\r\nB2.0;Hip;;\r\n", two);
    check_codes("\xef\xbb\xbf"
                "ICD-Code\tBezeichnung\nA1\tKnee\nB2.0\tHip",
                two);
    check_codes("Nummer;Titel\n\"A1\"; \"Knee\"\n B2.0 ;Hip\n", two);
    check_codes("A1;\"a \"\"weak\"\" knee; left\"\n",
                "[{\"code\":\"A1\",\"text\":\"a \\\"weak\\\" knee; left\"}]");
    static const char umlaut[] = "[{\"code\":\"A1\",\"text\":\"H\xc3\xbc"
                                 "fte \xe2\x80\x93 r\"}]";
    check_codes("A1;H\xc3\xbc"
                "fte \xe2\x80\x93 r\n",
                umlaut);
    check_codes("A1;H\xfc"
                "fte \x96 r\n",
                umlaut);
    /* A code that is a heading's word is one from the second line on. */
    check_codes("A1,Knee\nCode,Text\n",
                "[{\"code\":\"A1\",\"text\":\"Knee\"},{\"code\":\"Code\",\"text\":\"Text\"}]");
}

static void faults_are_refused_with_their_line(void) {
    char wide[600];
    parse("A1;Knee\nB2;Hip\n\nA1;Foot\nB2;x\n", EG_ERR_DATA,
          "line 4: the code A1 stands in line 1");
    parse("C;a\nC;b\nC;c\nB;1\n", EG_ERR_DATA, "line 2: the code C stands in line 1");
    parse("A1;Knee\nB2\n", EG_ERR_DATA, "line 2: there is one column");
    parse("A1,Knee, left\n", EG_ERR_DATA, "line 1: there are more than two columns");
    parse("A1;Knee\n;Hip\n", EG_ERR_DATA, "line 2: the code is missing");
    parse("A1;Knee\nB2;  \n", EG_ERR_DATA, "line 2: the text is missing");
    parse("A1;Knee\nB2;\"Hip\nC3;x\n", EG_ERR_DATA, "line 2: a quote");
    snprintf(wide, sizeof wide, "A1;%0250d\nB2;Kn\x01%0200d\n", 1, 1);
    parse(wide, EG_ERR_DATA, "line 2: a control character");
    parse("A1;Kn\x81"
          "ee\n",
          EG_ERR_DATA, "line 1: the file is neither");
    parse("Code;Text\n", EG_ERR_DATA, "holds no code");
    parse("", EG_ERR_DATA, "holds no code");
    for (int over = 0; over < 2; over++) {
        eg_err expected = over ? EG_ERR_DATA : EG_OK;
        snprintf(wide, sizeof wide, "%0*d;x\n", EG_CODE_LIST_CODE_MAX + over, 1);
        json_decref(parse(wide, expected, over ? "line 1: the code is longer" : NULL));
        snprintf(wide, sizeof wide, "x;%0*d\n", EG_CODE_LIST_TEXT_MAX + over, 1);
        json_decref(parse(wide, expected, over ? "line 1: the text is longer" : NULL));
    }
    eg_diag diag = {0};
    json_t *codes = NULL;
    EG_CHECK_INT(eg_code_list_parse((const uint8_t *)"A\0B", 3, &codes, &diag), EG_ERR_DATA);
    EG_CHECK(strstr(diag.text, "no text") != NULL);
}

static void as_many_codes_as_the_limit_and_no_more(void) {
    size_t room = (size_t)(EG_CODE_LIST_CODES_MAX + 2) * 16, n = 0;
    char *text = malloc(room);
    EG_CHECK(text != NULL);
    for (int i = 0; i < EG_CODE_LIST_CODES_MAX; i++)
        n += (size_t)snprintf(text + n, room - n, "K%d;text\n", i);
    json_t *codes = parse(text, EG_OK, NULL);
    EG_CHECK_INT(json_array_size(codes), EG_CODE_LIST_CODES_MAX);
    json_decref(codes);
    snprintf(text + n, room - n, "L;text\n");
    parse(text, EG_ERR_LIMIT, "line 20001: more than 20000");
    free(text);
    eg_diag diag = {0};
    uint8_t *large = calloc(1, EG_CODE_LIST_FILE_MAX + 1);
    EG_CHECK(large != NULL);
    EG_CHECK_INT(eg_code_list_parse(large, EG_CODE_LIST_FILE_MAX + 1, &codes, &diag), EG_ERR_LIMIT);
    free(large);
}

static void check_found(const json_t *list, const char *query, const char *expected) {
    char found[200] = "";
    json_t *codes = eg_code_list_search(list, query);
    for (size_t i = 0; i < json_array_size(codes); i++) {
        size_t n = strlen(found);
        snprintf(found + n, sizeof found - n, "%s%s", i > 0 ? " " : "",
                 json_string_value(json_object_get(json_array_get(codes, i), "code")));
    }
    EG_CHECK_TEXT(found, expected);
    json_decref(codes);
}

static void the_best_codes_are_answered_first(void) {
    json_t *list = json_pack("{s:o}", "codes",
                             parse("X9,the S1 joint\nS1.2,weak hip\nS1,left H\xc3\xbc"
                                   "fte\n"
                                   "T4,unhip hip left\nU5,unhip\n",
                                   EG_OK, NULL));
    check_found(list, "s1", "S1 S1.2 X9");
    check_found(list, " HIP ", "S1.2 T4 U5");
    check_found(list, "left hip", "T4");
    check_found(list,
                "h\xc3\x9c"
                "f lef",
                "S1");
    check_found(list, "S1.25", "");
    check_found(list, " , ", "");
    check_found(list, "", "");
    EG_CHECK(eg_code_list_find(list, "S1") != NULL && eg_code_list_find(list, "s1") == NULL);
    json_decref(list);
    char many[30 * 8] = "";
    for (size_t i = 0, n = 0; i < 30; i++)
        n += (size_t)snprintf(many + n, sizeof many - n, "K%zu,a\n", 10 + i);
    list = json_pack("{s:o}", "codes", parse(many, EG_OK, NULL));
    json_t *found = eg_code_list_search(list, "k");
    EG_CHECK_INT(json_array_size(found), EG_CODE_LIST_FOUND_MAX);
    json_decref(found);
    json_decref(list);
}

static void load(eg_clinic *clinic, int version, const char *text, eg_err expected) {
    eg_diag diag = {0};
    json_t *answer = NULL, *problems = NULL;
    EG_CHECK_INT(eg_codes_load(clinic, version, "Example 1", (const uint8_t *)text, strlen(text),
                               &answer, &problems, &diag),
                 expected);
    json_decref(answer);
    json_decref(problems);
}

static void check_code(eg_clinic *clinic, const char *old, const char *code, const char *system,
                       eg_err expected) {
    eg_diag diag = {0};
    json_t *problems = NULL;
    json_t *before = old == NULL ? NULL : json_pack("{s:{s:s}}", "diagnosis", "code", old);
    json_t *body = json_pack("{s:{s:s,s:s}}", "diagnosis", "text", "Weak", "code", code);
    json_t *diagnosis = json_object_get(body, "diagnosis");
    if (system != NULL) json_object_set_new(diagnosis, "code_system", json_string(system));
    EG_CHECK_INT(eg_codes_check(clinic, before, body, &problems, &diag), expected);
    EG_CHECK((json_array_size(problems) == 1) == (expected != EG_OK));
    if (expected == EG_OK && old == NULL)
        EG_CHECK_TEXT(json_string_value(json_object_get(diagnosis, "code_system")), "Example 1");
    json_decref(problems);
    json_decref(before);
    json_decref(body);
}

static void an_intake_takes_codes_of_the_list_only(void) {
    eg_clinic *clinic = eg_test_clinic("codes");
    check_code(clinic, NULL, "A1", NULL, EG_ERR_DATA);
    check_code(clinic, "A1", "A1", NULL, EG_OK); /* stored before there was a list */
    check_code(clinic, "A1", "A2", NULL, EG_ERR_DATA);
    load(clinic, 0, "A1;Knee\n", EG_OK);
    load(clinic, 0, "B2;Hip\n", EG_ERR_CONFLICT);
    check_code(clinic, NULL, "A1", NULL, EG_OK);
    check_code(clinic, NULL, "A1", "Example 1", EG_OK);
    check_code(clinic, NULL, "A1", "Other", EG_ERR_DATA);
    check_code(clinic, NULL, "a1", NULL, EG_ERR_DATA);
    load(clinic, 1, "B2;Hip\n", EG_OK);
    check_code(clinic, NULL, "A1", NULL, EG_ERR_DATA);
    check_code(clinic, "A1", "A1", NULL, EG_OK); /* stays, though the new list has it no more */
    check_code(clinic, "A1", "B2", "Example 1", EG_OK);
    load(clinic, 2, "B2\n", EG_ERR_DATA);
    eg_test_clinic_close(clinic);
}

static eg_err create_coded(eg_clinic *clinic, const char *episode, const char *code) {
    json_t *body = eg_test_intake(clinic, NULL);
    json_t *document = NULL, *problems = NULL;
    eg_diag diag = {0};
    json_object_set_new(body, "diagnosis", json_pack("{s:s,s:s}", "text", "Weak", "code", code));
    eg_err err =
        eg_document_create(clinic, episode, "intake", NULL, body, &document, &problems, &diag);
    json_decref(body);
    json_decref(document);
    json_decref(problems);
    return err;
}

static void an_intake_with_a_foreign_code_is_not_stored(void) {
    eg_clinic *clinic = eg_test_clinic("coded");
    char episode[EG_STORE_ID_SIZE];
    eg_test_episode(clinic, episode);
    EG_CHECK_INT(create_coded(clinic, episode, "A1"), EG_ERR_DATA);
    load(clinic, 0, "A1;Knee\n", EG_OK);
    EG_CHECK_INT(create_coded(clinic, episode, "A2"), EG_ERR_DATA);
    EG_CHECK_INT(create_coded(clinic, episode, "A1"), EG_OK);
    eg_test_clinic_close(clinic);
}

EG_TESTS({"code list: files of two columns are read", files_of_two_columns_are_read},
         {"code list: faults are refused with their line", faults_are_refused_with_their_line},
         {"code list: as many codes as the limit", as_many_codes_as_the_limit_and_no_more},
         {"code list: the best codes are answered first", the_best_codes_are_answered_first},
         {"code list: an intake takes codes of it only", an_intake_takes_codes_of_the_list_only},
         {"code list: a foreign code is not stored", an_intake_with_a_foreign_code_is_not_stored})
