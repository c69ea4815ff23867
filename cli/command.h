/* What every subcommand looks like. */
#ifndef EG_CLI_COMMAND_H
#define EG_CLI_COMMAND_H

#include "core/base/err.h"

typedef struct eg_command {
    const char *name;
    const char *usage;   /* one line, as it is typed */
    const char *summary; /* what it is for, a few words */
    /* arguments[0] is the subcommand's own name. Returns the exit status. */
    int (*run)(int n_arguments, char **arguments);
} eg_command;

int eg_command_version(int n_arguments, char **arguments);
int eg_command_inspect(int n_arguments, char **arguments);
int eg_command_plan(int n_arguments, char **arguments);
int eg_command_knowledge(int n_arguments, char **arguments);
int eg_command_measure(int n_arguments, char **arguments);
int eg_command_report(int n_arguments, char **arguments);
int eg_command_doctor(int n_arguments, char **arguments);
int eg_command_admin(int n_arguments, char **arguments);
int eg_command_serve(int n_arguments, char **arguments);

/* "engram COMMAND: file:line: what and what to do" on stderr. */
void eg_command_complain(const char *command, const eg_diag *diag);

#endif
