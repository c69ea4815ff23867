/* An evaluation for a person, and as rows of a table for a spreadsheet. */
#ifndef EG_CLI_MEASURE_PRINT_H
#define EG_CLI_MEASURE_PRINT_H

#include <jansson.h>

#include "clinic/evaluate.h"

void measure_print_table(const eg_evaluation *evaluation, const char *path);

/* file,profile,clinical,code,value,unit */
void measure_print_csv_header(void);
void measure_print_csv(const eg_evaluation *evaluation, const char *path);

/* What several files say together (the object of eg_pair_compare). */
void measure_print_pairs(const json_t *compared);
void measure_print_pairs_csv(const json_t *compared);

#endif
