/* engram measure STUDY FILE...: every study of clinic/study.h on the command line. */
#ifndef EG_CLI_MEASURE_STUDY_H
#define EG_CLI_MEASURE_STUDY_H

#include "clinic/study.h"

/* arguments[0] is "measure", arguments[1] the study's name. Returns the exit status. */
int measure_study(const eg_study *study, int n_arguments, char **arguments);

/* The usage of each study with a line per option, from its table. */
void measure_study_print_help(const eg_study *study, void *file);

#endif
