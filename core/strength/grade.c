#include "core/strength/grade.h"

#include <string.h>

#include "core/base/check.h"

static const char *const names[EG_GRADE_COUNT] = {"0", "1",  "2-", "2", "2+", "3-",
                                                  "3", "3+", "4-", "4", "4+", "5"};

const char *eg_grade_name(eg_grade grade) {
    EG_ASSERT(grade < EG_GRADE_COUNT);
    return names[grade];
}

const char *eg_grade_problem_text(eg_grade_problem problem) {
    static const char *const texts[] = {
#define TEXT(id, sentence) [EG_GRADE_PROBLEM_##id] = (sentence),
        EG_GRADE_PROBLEMS(TEXT)
#undef TEXT
    };
    EG_ASSERT(problem < EG_GRADE_PROBLEM_COUNT);
    return texts[problem];
}

bool eg_grade_parse(const char *text, eg_grade *grade) {
    EG_ASSERT(text != NULL && grade != NULL);
    while (*text == ' ') text++;
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == ' ') n--;
    for (int k = 0; k < EG_GRADE_COUNT; k++) {
        if (strlen(names[k]) != n || memcmp(names[k], text, n) != 0) continue;
        *grade = (eg_grade)k;
        return true;
    }
    return false;
}

unsigned eg_grade_check(const eg_grade_test *test) {
    EG_ASSERT(test != NULL && test->grade < EG_GRADE_COUNT);
    unsigned broken = 0;
#define BREAKS(id, condition)                                                                      \
    if (condition) broken |= 1U << EG_GRADE_PROBLEM_##id
    eg_grade grade = test->grade;
    bool is_known = test->range != EG_GRADE_RANGE_UNKNOWN;
    BREAKS(POSITION_3, grade >= EG_GRADE_3 && test->position == EG_GRADE_GRAVITY_ELIMINATED);
    BREAKS(POSITION_2, (grade == EG_GRADE_2 || grade == EG_GRADE_2_MINUS) &&
                           test->position == EG_GRADE_AGAINST_GRAVITY);
    BREAKS(RANGE_3, grade >= EG_GRADE_3 && is_known && test->range != EG_GRADE_RANGE_FULL);
    BREAKS(RANGE_2, grade == EG_GRADE_2 && is_known && test->range != EG_GRADE_RANGE_FULL);
    BREAKS(RANGE_1, grade <= EG_GRADE_1 && is_known && test->range != EG_GRADE_RANGE_NONE);
    BREAKS(RESISTANCE, grade > EG_GRADE_3 && test->has_resistance == 0);
    BREAKS(RESISTANCE_3, grade == EG_GRADE_3 && test->has_resistance == 1);
    BREAKS(UNKNOWN_POSITION,
           grade >= EG_GRADE_2_MINUS && test->position == EG_GRADE_POSITION_UNKNOWN);
    BREAKS(UNKNOWN_RANGE, grade >= EG_GRADE_2_MINUS && !is_known);
    BREAKS(PAIN, test->has_pain == 1);
    BREAKS(UNKNOWN_PAIN, test->has_pain < 0);
#undef BREAKS
    return broken;
}

bool eg_grade_wants_dynamometer(eg_grade grade) {
    return grade >= EG_GRADE_3;
}

eg_err eg_grade_sum(size_t n, const eg_grade *grades, int *sum, eg_diag *diag) {
    EG_ASSERT(grades != NULL && sum != NULL);
    if (n != EG_GRADE_SUM_GROUPS)
        return eg_diag_set(diag, EG_ERR_MISSING, NULL, 0,
                           "the sum score needs %d muscle groups, not %zu", EG_GRADE_SUM_GROUPS, n);
    int total = 0;
    for (size_t i = 0; i < n; i++) {
        EG_ASSERT(grades[i] < EG_GRADE_COUNT);
        const char *name = names[grades[i]];
        if (name[1] != '\0')
            return eg_diag_set(diag, EG_ERR_RANGE, NULL, 0,
                               "grade %s has a sign; the sum score counts whole grades only", name);
        total += name[0] - '0';
    }
    *sum = total;
    return EG_OK;
}
