/* An evaluation for a person, and as rows of a table for a spreadsheet. */
#ifndef EG_CLI_MEASURE_PRINT_H
#define EG_CLI_MEASURE_PRINT_H

#include "clinic/evaluate.h"

void measure_print_table(const eg_evaluation *evaluation, const char *path);

/* file,profile,clinical,code,value,unit */
void measure_print_csv_header(void);
void measure_print_csv(const eg_evaluation *evaluation, const char *path);

#endif
