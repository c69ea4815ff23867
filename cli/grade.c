/* `engram grade GRADE ...`: what a grade of the manual muscle test means, which of its rules a test
 * breaks, and with --sum the sum score of twelve groups. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "clinic/knowledge.h"
#include "core/strength/grade.h"
#include "io/embed.h"
#include "io/json/write.h"

const char eg_command_grade_help[] =
    "usage: engram grade GRADE [options]\n"
    "       engram grade --sum GRADE GRADE ... (twelve)\n"
    "  what a grade of the manual muscle test (0 1 2- 2 2+ 3- 3 3+ 4- 4 4+ 5) asks of the test, "
    "and\n"
    "  which of its rules this test breaks\n"
    "  --position against-gravity|gravity-eliminated\n"
    "  --range full|part|none   how much of the range that is available passively was moved\n"
    "  --resistance yes|no      the muscle held against some\n"
    "  --pain yes|no            it hurt\n"
    "  --sum                    the sum score: shoulder abduction, elbow flexion, wrist extension, "
    "hip\n"
    "                           flexion, knee extension, ankle dorsiflexion of both sides\n"
    "  --json                   for scripts\n";

typedef struct request {
    eg_grade_test test;
    size_t n_grades;
    eg_grade grades[EG_GRADE_SUM_GROUPS + 1];
    bool is_sum, is_json;
} request;

/* The number behind a word of a list; -1: none of them. */
static int number_of(const char *word, const char *const *words, const int *numbers, size_t n) {
    for (size_t i = 0; word != NULL && i < n; i++)
        if (strcmp(word, words[i]) == 0) return numbers[i];
    return -1;
}

/* 1 if `name` is an option with this value, 0 if the value is wrong, -1 if it is no such option. */
static int read_option(const char *name, const char *value, request *r) {
    static const char *const positions[] = {"against-gravity", "gravity-eliminated"};
    static const int position_numbers[] = {EG_GRADE_AGAINST_GRAVITY, EG_GRADE_GRAVITY_ELIMINATED};
    static const char *const ranges[] = {"none", "part", "full"};
    static const int range_numbers[] = {EG_GRADE_RANGE_NONE, EG_GRADE_RANGE_PART,
                                        EG_GRADE_RANGE_FULL};
    static const char *const answers[] = {"no", "yes"};
    static const int answer_numbers[] = {0, 1};
    int number;
    if (strcmp(name, "--position") == 0) {
        number = number_of(value, positions, position_numbers, 2);
        if (number >= 0) r->test.position = (eg_grade_position)number;
    } else if (strcmp(name, "--range") == 0) {
        number = number_of(value, ranges, range_numbers, 3);
        if (number >= 0) r->test.range = (eg_grade_range)number;
    } else if (strcmp(name, "--resistance") == 0) {
        number = r->test.has_resistance = number_of(value, answers, answer_numbers, 2);
    } else if (strcmp(name, "--pain") == 0) {
        number = r->test.has_pain = number_of(value, answers, answer_numbers, 2);
    } else {
        return -1;
    }
    return number >= 0;
}

static int refuse_value(const char *option, const char *value) {
    char what[64];
    if (value == NULL)
        return eg_command_refuse("grade", "a value must follow", option, eg_command_grade_help);
    snprintf(what, sizeof what, "%s cannot be", option);
    return eg_command_refuse("grade", what, value, eg_command_grade_help);
}

/* 0 if it may go on, else the exit status. */
static int read_arguments(int n, char **arguments, request *r) {
    for (int i = 1; i < n; i++) {
        const char *one = arguments[i];
        if (strcmp(one, "--json") == 0) {
            r->is_json = true;
        } else if (strcmp(one, "--sum") == 0) {
            r->is_sum = true;
        } else if (one[0] == '-') {
            int known = read_option(one, i + 1 < n ? arguments[i + 1] : NULL, r);
            if (known < 0)
                return eg_command_refuse("grade", "there is no option", one, eg_command_grade_help);
            if (known == 0) return refuse_value(one, i + 1 < n ? arguments[i + 1] : NULL);
            i++;
        } else if (r->n_grades > EG_GRADE_SUM_GROUPS) {
            return eg_command_refuse("grade", "too many grades from", one, eg_command_grade_help);
        } else if (!eg_grade_parse(one, &r->grades[r->n_grades++])) {
            return eg_command_refuse("grade", "there is no grade", one, eg_command_grade_help);
        }
    }
    if (r->n_grades == 0 || (!r->is_sum && r->n_grades > 1))
        return eg_command_refuse("grade",
                                 r->n_grades == 0 ? "GRADE is missing"
                                                  : "one grade at a time, or twelve with --sum",
                                 NULL, eg_command_grade_help);
    r->test.grade = r->grades[0];
    return 0;
}

static json_t *entry_of(const eg_knowledge *knowledge, eg_grade grade) {
    for (size_t i = 0; i < eg_knowledge_count(knowledge, "grades"); i++) {
        json_t *entry = eg_knowledge_at(knowledge, "grades", i);
        if (strcmp(eg_json_text_of(entry, "grade", ""), eg_grade_name(grade)) == 0) return entry;
    }
    return NULL;
}

static void print_one(const request *r, json_t *entry) {
    unsigned broken = eg_grade_check(&r->test);
    printf("%s  %s\n", eg_grade_name(r->test.grade), eg_json_text_of(entry, "label", ""));
    for (int p = 0; p < EG_GRADE_PROBLEM_COUNT; p++)
        if ((broken >> p & 1U) != 0) printf("  - %s\n", eg_grade_problem_text((eg_grade_problem)p));
    if (broken == 0) printf("  no rule is broken\n");
    if (eg_grade_wants_dynamometer(r->test.grade))
        printf("  from grade 3 on a dynamometer tells more: engram measure strength\n");
    printf("source: %s; %s, %sverified\n", eg_json_text_of(entry, "source", ""),
           eg_json_text_of(entry, "status", ""),
           json_is_true(json_object_get(entry, "verified")) ? "" : "not ");
}

static void write_one(const request *r, json_t *entry) {
    unsigned broken = eg_grade_check(&r->test);
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_file, stdout);
    eg_json_begin_object(&json);
    eg_json_member_string(&json, "grade", eg_grade_name(r->test.grade));
    eg_json_member_string(&json, "label", eg_json_text_of(entry, "label", ""));
    eg_json_member_string(&json, "verdict", broken == 0 ? "ok" : "warn");
    eg_json_key(&json, "problems");
    eg_json_begin_array(&json);
    for (int p = 0; p < EG_GRADE_PROBLEM_COUNT; p++)
        if ((broken >> p & 1U) != 0)
            eg_json_string(&json, eg_grade_problem_text((eg_grade_problem)p));
    eg_json_end_array(&json);
    eg_json_member_string(&json, "source", eg_json_text_of(entry, "source", ""));
    eg_json_end_object(&json);
    if (eg_json_finish(&json) == EG_OK) putchar('\n');
}

static int show_sum(const request *r, const eg_knowledge *knowledge) {
    int sum = 0;
    eg_diag diag = {0};
    eg_err err = eg_grade_sum(r->n_grades, r->grades, &sum, &diag);
    if (err != EG_OK) {
        fprintf(stderr, "engram grade: %s\n", diag.text);
        return 1;
    }
    json_t *limit = eg_knowledge_find(knowledge, "protocols", "mrc_sum_least");
    double least = eg_json_number_of(limit, "value", (double)NAN);
    if (r->is_json)
        printf("{\"sum\":%d,\"most\":%d,\"weak_below\":%g,\"is_weak\":%s}\n", sum, EG_GRADE_SUM_MAX,
               least, sum < least ? "true" : "false");
    else
        printf("%d of %d%s %g (%s; %s)\n", sum, EG_GRADE_SUM_MAX,
               sum < least ? ": weak, below" : ": not below", least,
               eg_json_text_of(limit, "source", ""), eg_json_text_of(limit, "status", ""));
    return 0;
}

int eg_command_grade(int n_arguments, char **arguments) {
    request r = {.test = {.has_resistance = -1, .has_pain = -1}};
    int status = read_arguments(n_arguments, arguments, &r);
    if (status != 0) return status;
    eg_knowledge *knowledge = NULL;
    eg_diag diag = {0};
    if (eg_knowledge_load(eg_embedded_files, NULL, &knowledge, &diag) != EG_OK) {
        eg_command_complain("grade", &diag);
        eg_knowledge_destroy(knowledge);
        return 1;
    }
    json_t *entry = entry_of(knowledge, r.test.grade);
    if (r.is_sum)
        status = show_sum(&r, knowledge);
    else if (r.is_json)
        write_one(&r, entry);
    else
        print_one(&r, entry);
    eg_knowledge_destroy(knowledge);
    return status;
}
