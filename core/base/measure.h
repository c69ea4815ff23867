/* The catalogue of measures: what a number is called, its unit, which way is better, how it is
 * defined and who defined it. A measure is never a bare number; everything that shows one looks it
 * up here. Norms, reliability and minimal detectable change are clinical values with sources and
 * live in knowledge/, keyed by the same code. */
#ifndef EG_BASE_MEASURE_H
#define EG_BASE_MEASURE_H

#include <stddef.h>

typedef enum eg_better { EG_BETTER_NONE = 0, EG_BETTER_LOWER = -1, EG_BETTER_HIGHER = 1 } eg_better;

typedef struct eg_measure_def {
    const char *code;       /* stable, dotted: "cop.velocity.mean" */
    const char *name;       /* for a clinician: "Mean velocity" */
    const char *unit;       /* UCUM: "mm/s"; "1" for a ratio */
    eg_better better;       /* which direction is an improvement, if one can be named */
    const char *definition; /* one or two sentences in plain words */
    const char *formula;    /* the exact computation, with the symbols of the source */
    const char *source;     /* paper and equation, or peer's function */
} eg_measure_def;

/* A table of definitions that one module owns; the module's header declares it. */
typedef struct eg_measure_table {
    const eg_measure_def *rows;
    size_t count;
} eg_measure_table;

/* The row with this code, or NULL. */
const eg_measure_def *eg_measure_find(const eg_measure_table *table, const char *code);

#endif
