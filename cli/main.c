/* The `engram` command: finds the subcommand and runs it. Each subcommand has a file of its own and
 * returns the process's exit status: 0 done, 1 something failed, 2 wrong usage. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "io/import/child.h"
#include "io/json/write.h"

static const char version_help[] = "usage: engram version\n";

static const eg_command commands[] = {
    {"inspect", "engram inspect FILE... [--json]", "what a recording holds, any format",
     eg_command_inspect_help, eg_command_inspect},
    {"measure", "engram measure balance|emg|function|gait|motion|strength FILE...",
     "quality, measures and norms of a recording", eg_command_measure_help, eg_command_measure},
    {"grade", "engram grade GRADE [--position P] [--range R]",
     "a grade of the manual muscle test held against its rules", eg_command_grade_help,
     eg_command_grade},
    {"orient", "engram orient FILE --out q.csv [--offline] [--6d]",
     "which way an inertial sensor pointed", eg_command_orient_help, eg_command_orient},
    {"convert", "engram convert IN OUT [--channels A,B] [--force]", "a recording in another format",
     eg_command_convert_help, eg_command_convert},
    {"serve", "engram serve [--demo] [--data DIR] [--listen HOST:PORT]",
     "the clinic in the browser, on this machine", eg_command_serve_help, eg_command_serve},
    {"plan", "engram plan FINDINGS.json [--json]", "rules applied, with reasons and unknowns",
     eg_command_plan_help, eg_command_plan},
    {"knowledge", "engram knowledge check [--json] [DIR]",
     "is what Engram knows well formed, what is unverified", eg_command_knowledge_help,
     eg_command_knowledge},
    {"report", "engram report PATIENT|FILE --out report.pdf",
     "a report on paper: a chart, or one balance recording", eg_command_report_help,
     eg_command_report},
    {"doctor", "engram doctor [--json] [--data DIR]", "what is installed and working here",
     eg_command_doctor_help, eg_command_doctor},
    {"admin", "engram admin verify|backup FILE|restore FILE [--data DIR]",
     "is every stored byte as it was; copies of the clinic", eg_command_admin_help,
     eg_command_admin},
    {"version", "engram version", "the program's version", version_help, eg_command_version},
};

int eg_command_version(int n_arguments, char **arguments) {
    if (n_arguments > 1)
        return eg_command_refuse("version", "takes no argument, but was given", arguments[1],
                                 version_help);
    printf("engram %s\n", ENGRAM_VERSION);
    return 0;
}

int eg_command_refuse(const char *command, const char *what, const char *argument,
                      const char *help) {
    fprintf(stderr, "engram %s: %s", command, what);
    if (argument != NULL) fprintf(stderr, " \"%s\"", argument);
    fprintf(stderr, "\n%s", help);
    return 2;
}

void eg_command_complain(const char *command, const eg_diag *diag) {
    fprintf(stderr, "engram %s: %s", command, diag->where);
    if (diag->line > 0) fprintf(stderr, ":%llu", (unsigned long long)diag->line);
    fprintf(stderr, "%s%s (%s)\n", diag->where[0] != '\0' ? ": " : "", diag->text,
            eg_err_text(diag->code));
    if (diag->code == EG_ERR_LAYOUT)
        fprintf(stderr,
                "  say which column is what with --map FILE.json, or with --axes RIGHT,FRONT which "
                "of the plate's\n  axes point where (docs/reference/maps.md); engram inspect FILE "
                "lists the columns\n");
}

void eg_command_print_error(const char *file, const eg_diag *diag) {
    static const char prefix[] = "EG_ERR_";
    const char *name = eg_err_name(diag->code);
    char word[40] = ""; /* "io" of EG_ERR_IO */
    if (strncmp(name, prefix, sizeof prefix - 1) == 0) name += sizeof prefix - 1;
    for (size_t i = 0; i + 1 < sizeof word && name[i] != '\0'; i++)
        word[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_file, stdout);
    eg_json_begin_object(&json);
    eg_json_member_string(&json, "file", file);
    eg_json_key(&json, "error");
    eg_json_begin_object(&json);
    eg_json_member_string(&json, "code", word);
    eg_json_member_string(&json, "message", diag->text);
    if (diag->line > 0) eg_json_member_integer(&json, "line", (int64_t)diag->line);
    eg_json_end_object(&json);
    eg_json_end_object(&json);
    if (eg_json_finish(&json) == EG_OK) putchar('\n');
}

static void print_usage(FILE *out) {
    fprintf(out, "engram: neuromuscular re-education, measured and explained.\n\nusage:\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(out, "  %-58s %s\n", commands[i].usage, commands[i].summary);
    fprintf(out, "\nengram COMMAND --help says what each can do. Exit status: 0 done, 1 something "
                 "failed, 2 wrong usage.\n");
    fprintf(out, "Engram is not a certified medical device.\n");
}

static bool asks_for_help(int n_arguments, char **arguments) {
    for (int i = 0; i < n_arguments && strcmp(arguments[i], "--") != 0; i++)
        if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0) return true;
    return false;
}

/* A disk that is full behind ">" must not look like success. */
static int finish_output(int status) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    fprintf(stderr, "engram: the output cannot be written to its end; is there room?\n");
    return status == 0 ? 1 : status;
}

/* Runs with the arguments as every command reads them: "--name=value" as two, and behind "--"
 * nothing is an option, so that a file may be called "-x.csv" (then "./-x.csv"). */
static int run(const eg_command *command, int n_arguments, char **arguments) {
    size_t n_bytes = 1;
    for (int i = 0; i < n_arguments; i++) n_bytes += strlen(arguments[i]) + 3;
    char **given = calloc(2 * (size_t)n_arguments + 1, sizeof *given);
    char *text = malloc(n_bytes), *at = text; /* where the next copy goes */
    int status = 1, n = 0;
    bool is_file = false, has_memory = given != NULL && text != NULL;
    for (int i = 0; has_memory && i < n_arguments; i++) {
        char *argument = arguments[i];
        size_t left = n_bytes - (size_t)(at - text);
        size_t n_name = strcspn(argument, "=");
        bool is_option = !is_file && strncmp(argument, "--", 2) == 0;
        if (is_option && argument[2] == '\0') {
            is_file = true;
        } else if (is_file && argument[0] == '-' && argument[1] != '\0') {
            given[n++] = at;
            at += snprintf(at, left, "./%s", argument) + 1;
        } else if (is_option && argument[n_name] == '=') {
            given[n++] = at;
            at += snprintf(at, left, "%.*s", (int)n_name, argument) + 1;
            given[n++] = &argument[n_name + 1];
        } else {
            given[n++] = argument;
        }
    }
    if (has_memory)
        status = finish_output(command->run(n, given));
    else
        fprintf(stderr, "engram: no memory\n");
    free(text);
    free(given);
    return status;
}

int main(int n_arguments, char **arguments) {
    eg_import_install(NULL);
    const char *name = n_arguments > 1 ? arguments[1] : "--help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_usage(n_arguments > 1 ? stdout : stderr);
        return n_arguments > 1 ? 0 : 2;
    }
    if (strcmp(name, "--version") == 0) name = "version";
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, name) != 0) continue;
        if (!asks_for_help(n_arguments - 2, arguments + 2))
            return run(&commands[i], n_arguments - 1, arguments + 1);
        int is_measure = commands[i].run == eg_command_measure && n_arguments > 2;
        if (!is_measure || !eg_command_measure_help_of(arguments[2]))
            printf("%s", commands[i].help);
        return 0;
    }
    fprintf(stderr, "engram: there is no command \"%s\"\n\n", name);
    print_usage(stderr);
    return 2;
}
