/* The open balance recordings and their reference values, for tests of core/balance: a reader of
 * just these files that shares no code with io/format. */
#ifndef EG_TESTS_SUPPORT_BALANCE_DATA_H
#define EG_TESTS_SUPPORT_BALANCE_DATA_H

#include "core/balance/trial.h"

enum { EG_BALANCE_CASES = 16 };

/* The 16 cases of cases.csv, "BDS00001" ... "PDS13CF1grf". */
extern const char *const eg_balance_case_names[EG_BALANCE_CASES];

/* Reads a case; its memory lives until the test ends. Height and mass as in cases.csv. Skips the
 * test where the recordings are absent. */
eg_cop_trial eg_balance_case(const char *name);

/* A trial over arrays in millimetres that the caller keeps. */
eg_cop_trial eg_balance_trial_of(const double *ml_mm, const double *ap_mm, size_t n,
                                 double rate_hz);

typedef struct eg_golden {
    char name[32]; /* case */
    char code[96];
    double value;
} eg_golden;

/* All rows of a golden_*.csv; *count is their number. */
const eg_golden *eg_golden_read(const char *file, size_t *count);

/* The value of a case's variable; fails the test if there is none. */
double eg_golden_find(const eg_golden *rows, size_t count, const char *name, const char *code);

/* `columns` numbers from every line behind the first `skip` ones; returns [*rows][columns]. */
double *eg_numbers_read(const char *path, int skip, int columns, size_t *rows);

/* A reproducible white Gaussian sequence, mean 0 and standard deviation 1. */
void eg_test_gaussian(double *x, size_t n, unsigned long seed);

#endif
