/* The `engram` command: finds the subcommand and runs it. Each subcommand has a file of its own and
 * returns the process's exit status: 0 done, 1 something failed, 2 wrong usage. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

static const eg_command commands[] = {
    {"inspect", "engram inspect FILE... [--json]", "what a recording holds, any format",
     eg_command_inspect},
    {"measure", "engram measure balance FILE... [--profile NAME] [--json]",
     "quality, measures and norms of a recording", eg_command_measure},
    {"serve", "engram serve [--demo] [--data DIR] [--listen HOST:PORT]",
     "the clinic in the browser, on this machine", eg_command_serve},
    {"plan", "engram plan FINDINGS.json [--json]", "rules applied, with reasons and unknowns",
     eg_command_plan},
    {"knowledge", "engram knowledge check [--json] [DIR]",
     "is what Engram knows well formed, what is unverified", eg_command_knowledge},
    {"report", "engram report PATIENT|FILE --out report.pdf",
     "a report on paper: a chart, or one balance recording", eg_command_report},
    {"doctor", "engram doctor [--json] [--data DIR]", "what is installed and working here",
     eg_command_doctor},
    {"admin", "engram admin verify|backup FILE|restore FILE [--data DIR]",
     "is every stored byte as it was; copies of the clinic", eg_command_admin},
    {"version", "engram version", "the program's version", eg_command_version},
};

int eg_command_version(int n_arguments, char **arguments) {
    (void)n_arguments;
    (void)arguments;
    printf("engram %s\n", ENGRAM_VERSION);
    return 0;
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

static void print_usage(FILE *out) {
    fprintf(out, "engram: neuromuscular re-education, measured and explained.\n\nusage:\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(out, "  %-58s %s\n", commands[i].usage, commands[i].summary);
    fprintf(out, "\nEngram is not a certified medical device.\n");
}

int main(int n_arguments, char **arguments) {
    const char *name = n_arguments > 1 ? arguments[1] : "--help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_usage(n_arguments > 1 ? stdout : stderr);
        return n_arguments > 1 ? 0 : 2;
    }
    if (strcmp(name, "--version") == 0) name = "version";
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(n_arguments - 1, arguments + 1);
    fprintf(stderr, "engram: there is no command \"%s\"\n\n", name);
    print_usage(stderr);
    return 2;
}
