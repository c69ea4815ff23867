/* `engram knowledge check [--json] [DIR]`: is what Engram knows well formed, and how much of it is
 * not verified. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "clinic/knowledge.h"
#include "clinic/rule.h"
#include "io/embed.h"
#include "io/json/write.h"

static eg_err write_json(const eg_knowledge *knowledge) {
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_file, stdout);
    eg_json_begin_object(&json);
    eg_json_key(&json, "kinds");
    eg_json_begin_object(&json);
    for (size_t i = 0; i < eg_knowledge_n_kinds(knowledge); i++) {
        eg_knowledge_counts counts =
            eg_knowledge_counts_of(knowledge, eg_knowledge_kind(knowledge, i));
        eg_json_key(&json, eg_knowledge_kind(knowledge, i));
        eg_json_begin_object(&json);
        eg_json_member_integer(&json, "entries", (int64_t)counts.entries);
        eg_json_member_integer(&json, "unverified", (int64_t)counts.unverified);
        eg_json_member_integer(&json, "read", (int64_t)counts.read);
        eg_json_member_integer(&json, "secondhand", (int64_t)counts.secondhand);
        eg_json_member_integer(&json, "believed", (int64_t)counts.believed);
        eg_json_end_object(&json);
    }
    eg_json_end_object(&json);
    eg_json_key(&json, "problems");
    eg_json_begin_array(&json);
    size_t count = eg_knowledge_n_problems(knowledge);
    for (size_t i = 0; i < count && i < EG_KNOWLEDGE_PROBLEMS_MAX; i++) {
        const eg_knowledge_problem *problem = eg_knowledge_problem_at(knowledge, i);
        eg_json_begin_object(&json);
        eg_json_member_string(&json, "file", problem->file);
        eg_json_member_integer(&json, "line", (int64_t)problem->line);
        eg_json_member_string(&json, "pointer", problem->pointer);
        eg_json_member_string(&json, "reason", problem->reason);
        eg_json_member_string(&json, "remedy", problem->remedy);
        eg_json_end_object(&json);
    }
    eg_json_end_array(&json);
    eg_json_end_object(&json);
    eg_err err = eg_json_finish(&json);
    putchar('\n');
    return err;
}

static void print_counts(const eg_knowledge *knowledge) {
    eg_knowledge_counts sum = {0};
    printf("%-16s %8s %11s %6s %11s %9s\n", "kind", "entries", "unverified", "READ", "SECONDHAND",
           "BELIEVED");
    for (size_t i = 0; i < eg_knowledge_n_kinds(knowledge); i++) {
        eg_knowledge_counts counts =
            eg_knowledge_counts_of(knowledge, eg_knowledge_kind(knowledge, i));
        printf("%-16s %8zu %11zu %6zu %11zu %9zu\n", eg_knowledge_kind(knowledge, i),
               counts.entries, counts.unverified, counts.read, counts.secondhand, counts.believed);
        sum.entries += counts.entries;
        sum.unverified += counts.unverified;
        sum.read += counts.read;
        sum.secondhand += counts.secondhand;
        sum.believed += counts.believed;
    }
    printf("%-16s %8zu %11zu %6zu %11zu %9zu\n", "all", sum.entries, sum.unverified, sum.read,
           sum.secondhand, sum.believed);
    printf(
        "\nUnverified: no clinician has compared the entry with its source. BELIEVED: nobody has "
        "read\nthe source; shown as such wherever it appears.\n");
}

static void print_problems(const eg_knowledge *knowledge) {
    size_t count = eg_knowledge_n_problems(knowledge);
    for (size_t i = 0; i < count && i < EG_KNOWLEDGE_PROBLEMS_MAX; i++) {
        const eg_knowledge_problem *problem = eg_knowledge_problem_at(knowledge, i);
        fprintf(stderr, "%s:%llu: %s %s; %s\n", problem->file, (unsigned long long)problem->line,
                problem->pointer, problem->reason, problem->remedy);
    }
    fprintf(stderr, count == 0 ? "No problems.\n" : "%zu problems.\n", count);
}

const char eg_command_knowledge_help[] =
    "usage: engram knowledge check [--json] [DIR]\n"
    "  DIR holds rules/, findings/ ...; without it what is in the program\n"
    "  --json                                one JSON object, for scripts\n";

int eg_command_knowledge(int n_arguments, char **arguments) {
    const char *folder = NULL;
    int as_json = 0;
    const char *help = eg_command_knowledge_help;
    if (n_arguments < 2) return eg_command_refuse("knowledge", "\"check\" is missing", NULL, help);
    if (strcmp(arguments[1], "check") != 0)
        return eg_command_refuse("knowledge", "can be checked only, not", arguments[1], help);
    for (int i = 2; i < n_arguments; i++) {
        if (strcmp(arguments[i], "--json") == 0)
            as_json = 1;
        else if (arguments[i][0] == '-')
            return eg_command_refuse("knowledge", "there is no option", arguments[i], help);
        else if (folder != NULL)
            return eg_command_refuse("knowledge", "one folder at a time, not", arguments[i], help);
        else
            folder = arguments[i];
    }
    eg_knowledge *knowledge = NULL;
    eg_diag diag = {0};
    eg_err err = eg_knowledge_load(eg_embedded_files, folder, &knowledge, &diag);
    if (knowledge == NULL) {
        fprintf(stderr, "engram knowledge: %s: %s\n", diag.where, diag.text);
        return 1;
    }
    if (as_json) {
        eg_err written = write_json(knowledge);
        if (err == EG_OK) err = written;
    } else {
        print_counts(knowledge);
        print_problems(knowledge);
    }
    eg_knowledge_destroy(knowledge);
    return err == EG_OK ? 0 : 1;
}
