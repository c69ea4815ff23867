/* The options that say how a balance recording is measured, of person and condition; the same for
 * every command that measures. */
#ifndef EG_CLI_MEASURE_OPTIONS_H
#define EG_CLI_MEASURE_OPTIONS_H

#include "clinic/evaluate.h"

typedef struct measure_options {
    eg_evaluate_options evaluate;
    const char *cases; /* NULL: cases.csv beside the recording */
    char *map_text;    /* owned */
} measure_options;

measure_options measure_options_none(void);
void measure_options_release(measure_options *options);

/* Takes an option with its value (NULL if there is none). Returns 0 after a complaint that names
 * `command` and ends with `usage`, 1 if taken, 2 if it is no such option. */
int measure_options_take(measure_options *options, const char *command, const char *usage,
                         const char *option, const char *value);

#endif
