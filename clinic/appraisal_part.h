/* Inside clinic/appraisal: what its files share. */
#ifndef EG_CLINIC_APPRAISAL_PART_H
#define EG_CLINIC_APPRAISAL_PART_H

#include "clinic/appraisal.h"

enum { APPRAISAL_TEXT_SIZE = 512 };

/* Severities in the order in which a reader wants them. */
typedef enum appraisal_grade {
    APPRAISAL_COMPLETE,
    APPRAISAL_SEVERE,
    APPRAISAL_MODERATE,
    APPRAISAL_MILD,
    APPRAISAL_OUTSIDE,  /* of its norm, but without a percentage */
    APPRAISAL_UNJUDGED, /* measured, but there is no norm for it: nobody can say */
    APPRAISAL_UNKNOWN,  /* not measured */
    APPRAISAL_NONE,     /* within its norm */
    APPRAISAL_GRADES
} appraisal_grade;

/* The newest value of one measure on one side, and its first one. */
typedef struct measured {
    const char *code;
    const char *side; /* "left", "right", "both" or "" */
    json_t *newest;   /* documents of the chart, borrowed */
    json_t *first;
} measured;

typedef struct appraisal {
    const eg_clinic *clinic;
    const json_t *chart;
    const json_t *derived;
    json_t *progress; /* eg_progress of the chart: changes with their verdicts */
    int age_years;    /* -1 if unknown */
    char sex;         /* 'F', 'M' or '\0' */
    measured *rows;   /* [n] */
    size_t n;
    json_t *findings;
} appraisal;

/* By the day, then by the time of writing. */
int appraisal_is_newer(const json_t *a, const json_t *b);

/* Sets severity, ICF code with qualifier, and the place in the list. */
void appraisal_set_grade(json_t *finding, appraisal_grade of, const char *icf_code);

/* Says that there is no norm, and why ("" if nothing more is known). */
void appraisal_set_unjudged(json_t *finding, const char *why);

/* "8.1 s" */
void appraisal_value_text(char *text, size_t size, double value, const char *unit);

/* {from, to, verdict, text} of a measure that was taken more than once; NULL otherwise. `where` is
 * the condition of a recording as progress.h words it, "" for what was typed in. */
json_t *appraisal_change(const appraisal *a, const char *code, const char *side, const char *where);

/* Findings of the kept recordings, of each test the newest. */
void appraisal_add_recordings(appraisal *a);

/* Findings of what the kept recordings of one evaluation say together; of each posture and stance
 * the newest comparison counts. */
eg_err appraisal_add_comparisons(appraisal *a, eg_diag *diag);

#endif
