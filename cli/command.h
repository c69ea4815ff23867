/* What every subcommand looks like. */
#ifndef EG_CLI_COMMAND_H
#define EG_CLI_COMMAND_H

#include "core/base/err.h"

typedef struct eg_command {
    const char *name;
    const char *usage;   /* one line, as it is typed */
    const char *summary; /* what it is for, a few words */
    const char *help;    /* all its options: what --help prints, and wrong usage after its reason */
    /* arguments[0] is the subcommand's own name. Returns the exit status. */
    int (*run)(int n_arguments, char **arguments);
} eg_command;

int eg_command_version(int n_arguments, char **arguments);
int eg_command_inspect(int n_arguments, char **arguments);
int eg_command_plan(int n_arguments, char **arguments);
int eg_command_knowledge(int n_arguments, char **arguments);
int eg_command_grade(int n_arguments, char **arguments);
int eg_command_measure(int n_arguments, char **arguments);
int eg_command_report(int n_arguments, char **arguments);
int eg_command_doctor(int n_arguments, char **arguments);
int eg_command_admin(int n_arguments, char **arguments);
int eg_command_orient(int n_arguments, char **arguments);
int eg_command_convert(int n_arguments, char **arguments);
int eg_command_serve(int n_arguments, char **arguments);

/* The help of each, in its own file. */
extern const char eg_command_inspect_help[];
extern const char eg_command_plan_help[];
extern const char eg_command_knowledge_help[];
extern const char eg_command_grade_help[];
extern const char eg_command_measure_help[];
extern const char eg_command_report_help[];
extern const char eg_command_doctor_help[];
extern const char eg_command_admin_help[];
extern const char eg_command_orient_help[];
extern const char eg_command_convert_help[];
extern const char eg_command_serve_help[];

/* Prints the options of one way to measure; 0 if it has none of its own. */
int eg_command_measure_help_of(const char *name);

/* "engram COMMAND: what "argument"" and the help, on stderr. Returns 2, the exit status of wrong
 * usage. `argument` may be NULL. */
int eg_command_refuse(const char *command, const char *what, const char *argument,
                      const char *help);

/* {"file", "error": {"code", "message", "line"}} as one line on stdout: under --json a file that
 * could not be read has its line too. */
void eg_command_print_error(const char *file, const eg_diag *diag);

/* "engram COMMAND: file:line: what and what to do" on stderr. */
void eg_command_complain(const char *command, const eg_diag *diag);

#endif
