/* Is a change more than noise? A difference between two measurements is held against the minimal
 * detectable change (MDC) and the minimal important change (MCID) of that measure and population.
 *
 * The interval matters: an MDC from repeats within one session says nothing about the noise between
 * days. Where only a same-session MDC is known and the measurements are days apart, the most that
 * can be said is "beyond same-session noise; day-to-day noise unknown". */
#ifndef EG_CLINIC_CHANGE_H
#define EG_CLINIC_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "clinic/knowledge.h"
#include "core/base/err.h"
#include "core/base/measure.h"

typedef enum eg_change_verdict {
    EG_CHANGE_NO_MDC,              /* no MDC known: nothing can be said */
    EG_CHANGE_WITHIN_NOISE,        /* |change| <= MDC of the interval (or of the same session) */
    EG_CHANGE_BEYOND_SAME_SESSION, /* beyond same-session noise; day-to-day noise unknown */
    EG_CHANGE_BEYOND_NOISE
} eg_change_verdict;

/* "no MDC known", "within noise", "beyond same-session noise; day-to-day noise unknown", "beyond
 * noise". */
const char *eg_change_verdict_name(eg_change_verdict verdict);

typedef enum eg_change_interval {
    EG_INTERVAL_UNKNOWN,
    EG_INTERVAL_SAME_SESSION,
    EG_INTERVAL_DAYS /* a day or more */
} eg_change_interval;

/* NaN where a value is not known. */
typedef struct eg_change_noise {
    double mdc95;                /* in the measure's unit, >= 0 */
    eg_change_interval interval; /* over which it was measured; unknown counts as same session */
    double mcid;                 /* >= 0 */
    const char *mdc_id;          /* of the norm entries, NULL if none; borrowed */
    const char *mcid_id;
    bool believed; /* one of them is BELIEVED */
} eg_change_noise;

/* Whose change it is; picks the rows of norms that speak about this person. */
typedef struct eg_change_person {
    const char *group;    /* "stroke" ... or NULL */
    const char *side;     /* "affected", "unaffected", "dominant", "non-dominant" or NULL */
    double age_a;         /* years, NaN if not known */
    double since_onset_d; /* days, NaN if not known */
} eg_change_person;

typedef struct eg_change {
    eg_change_verdict verdict;
    double difference; /* new - old */
    int direction;     /* +1 better, -1 worse, 0 equal or the measure has no better direction */
    int important;     /* |difference| >= MCID: 1 yes, 0 no, -1 MCID unknown */
    char sentence[240];
} eg_change;

/* Judges new - old. `interval` is what lies between the two measurements. `unit` may be "". A
 * difference exactly as large as the MDC is within noise. */
void eg_change_judge(double old_value, double new_value, const char *unit, eg_better better,
                     eg_change_interval interval, const eg_change_noise *noise, eg_change *change);

/* Finds the noise of a measure for a person. Rows of norms/ with "use": "judge" and the measure's
 * unit only; population first: those of the person's group, then "mixed", then "older"; a healthy
 * group's only if `healthy_too`. Within a group rows for this side and this baseline, and those
 * whose repeats lay `interval` apart, go first. `baseline` picks rows that hold for people with
 * that first value only (NaN: none of those), the person's age those of an age group; rows of
 * another phase of the disease (knowledge/phases) are left out where the time since onset is known.
 * Of several equally near, the largest MDC95 and MCID are taken: the safer ones. MDC90 is widened
 * by 1.96/1.645. */
void eg_change_find_noise(const eg_knowledge *knowledge, const char *measure,
                          const eg_change_person *person, double baseline,
                          eg_change_interval interval, bool healthy_too, eg_change_noise *noise);

/* Goal attainment scaling (Kiresuk and Sherman): T = 50 + 10 sum(w x) / sqrt((1 - r) sum(w^2) +
 * r sum(w)^2) with r = 0.3. `scores` x are -2..2, `weights` w > 0 (NULL: all 1). NaN for n == 0 or
 * a weight that is not positive. */
double eg_gas_t_score(const double *scores, const double *weights, size_t n);

#endif
