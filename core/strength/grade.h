/* Manual muscle testing: the grades of the Medical Research Council (MRC 1976) with the signs of
 * Daniels and Worthingham, and the rules that make a grade what it says. Grades are an order, not
 * numbers: they are never averaged and never subtracted. What each is called and the number below
 * which a sum is weak stand in knowledge/grades and knowledge/protocols. */
#ifndef EG_STRENGTH_GRADE_H
#define EG_STRENGTH_GRADE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

/* In order of strength; the numbers are ranks and mean nothing else. */
typedef enum eg_grade {
    EG_GRADE_0,
    EG_GRADE_1,
    EG_GRADE_2_MINUS,
    EG_GRADE_2,
    EG_GRADE_2_PLUS,
    EG_GRADE_3_MINUS,
    EG_GRADE_3,
    EG_GRADE_3_PLUS,
    EG_GRADE_4_MINUS,
    EG_GRADE_4,
    EG_GRADE_4_PLUS,
    EG_GRADE_5,
    EG_GRADE_COUNT
} eg_grade;

typedef enum eg_grade_position {
    EG_GRADE_POSITION_UNKNOWN,
    EG_GRADE_GRAVITY_ELIMINATED,
    EG_GRADE_AGAINST_GRAVITY
} eg_grade_position;

typedef enum eg_grade_range {
    EG_GRADE_RANGE_UNKNOWN,
    EG_GRADE_RANGE_NONE,
    EG_GRADE_RANGE_PART,
    EG_GRADE_RANGE_FULL /* all the range that is available passively */
} eg_grade_range;

/* How one grade was found. */
typedef struct eg_grade_test {
    eg_grade grade;
    eg_grade_position position;
    eg_grade_range range;
    int has_resistance; /* the muscle held against some: 1, 0, -1 unknown */
    int has_pain;       /* 1, 0, -1 unknown */
} eg_grade_test;

/* X(bit, sentence) */
#define EG_GRADE_PROBLEMS(X)                                                                       \
    X(POSITION_3, "grade 3 and above are tested against gravity; repeat in that position")         \
    X(POSITION_2, "grade 2 is found with gravity taken away; against gravity it would be 3- or "   \
                  "less: say the position")                                                        \
    X(RANGE_3, "grade 3 and above need the full available range against gravity; part of it is "   \
               "3- or 2+")                                                                         \
    X(RANGE_2, "grade 2 needs the full available range with gravity taken away; part of it is 2-") \
    X(RANGE_1, "grades 0 and 1 have no movement")                                                  \
    X(RESISTANCE, "grade 3+ and above hold against some resistance")                               \
    X(RESISTANCE_3, "a muscle that holds against resistance is above 3")                           \
    X(UNKNOWN_POSITION, "the position is missing")                                                 \
    X(UNKNOWN_RANGE, "the range that was moved is missing")                                        \
    X(PAIN, "pain limits the test: the grade is no measure of the muscle alone")                   \
    X(UNKNOWN_PAIN, "whether it hurt is missing")

typedef enum eg_grade_problem {
#define PROBLEM(id, sentence) EG_GRADE_PROBLEM_##id,
    EG_GRADE_PROBLEMS(PROBLEM)
#undef PROBLEM
        EG_GRADE_PROBLEM_COUNT
} eg_grade_problem;

const char *eg_grade_problem_text(eg_grade_problem problem);

/* "0" ... "5", "2-" ... "4+"; blanks around are ignored. False for anything else ("5-", "6"). */
bool eg_grade_parse(const char *text, eg_grade *grade);
const char *eg_grade_name(eg_grade grade);

/* Which rules the test breaks: bits 1 << eg_grade_problem; 0 is none. */
unsigned eg_grade_check(const eg_grade_test *test);

/* From grade 3 on a dynamometer tells more: the grades above no longer do (Bohannon 2019). */
bool eg_grade_wants_dynamometer(eg_grade grade);

enum { EG_GRADE_SUM_GROUPS = 12, EG_GRADE_SUM_MAX = 60 };

/* The MRC sum score: three muscle groups of each limb (shoulder abduction, elbow flexion, wrist
 * extension, hip flexion, knee extension, ankle dorsiflexion, both sides; Kleyweg et al. 1991).
 * Whole grades only: EG_ERR_RANGE for a sign, since the score does not say what it counts;
 * EG_ERR_MISSING unless there are twelve. */
EG_NODISCARD eg_err eg_grade_sum(size_t n, const eg_grade *grades, int *sum, eg_diag *diag);

#endif
