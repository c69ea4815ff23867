/* Findings: what is known about a person, as the names that plan rules use. A finding that nobody
 * has asked or measured is not in the set; 0 means asked and absent. */
#ifndef EG_CLINIC_FINDING_H
#define EG_CLINIC_FINDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "clinic/knowledge.h"
#include "core/base/err.h"

enum {
    EG_FINDINGS_MAX = 256,
    EG_FINDING_NAME_MAX = 40,
    EG_FINDING_SOURCE_MAX = 120,
    EG_FINDING_DATE_MAX = 11
};

typedef struct eg_finding {
    char name[EG_FINDING_NAME_MAX];
    double value;                       /* in the unit of knowledge/findings */
    char source[EG_FINDING_SOURCE_MAX]; /* "Timed Up and Go", "birth date"; "" if not said */
    char date[EG_FINDING_DATE_MAX];     /* local date it was found on, "2026-03-02", or "" */
} eg_finding;

/* Zero-initialise. About 46 kB. */
typedef struct eg_findings {
    eg_finding rows[EG_FINDINGS_MAX];
    size_t count;
} eg_findings;

/* Adds or replaces a finding after holding it against its definition: EG_ERR_NOT_FOUND for a name
 * that no file in knowledge/findings has, EG_ERR_RANGE for a value outside its range or, of a
 * yes/no finding, other than 0 and 1, EG_ERR_LIMIT. `source` and `date` may be NULL. */
EG_NODISCARD eg_err eg_findings_set(eg_findings *findings, const eg_knowledge *knowledge,
                                    const char *name, double value, const char *source,
                                    const char *date, eg_diag *diag);

/* Is it a finding, and is the value (null: asked, cannot be known) one that it can have? Errors as
 * eg_findings_set. */
EG_NODISCARD eg_err eg_finding_check(const eg_knowledge *knowledge, const char *name,
                                     const json_t *value, eg_diag *diag);

/* NULL if it is not known. */
const eg_finding *eg_findings_get(const eg_findings *findings, const char *name);

/* True if it was there. */
bool eg_findings_remove(eg_findings *findings, const char *name);

/* Fills an empty set from {"findings": {NAME: NUMBER, ...}}. Other members of the object are passed
 * over. EG_ERR_FORMAT where "findings" is missing or not an object, EG_ERR_DATA for a value that is
 * not a number; else as eg_findings_set. diag->where is the JSON pointer of the fault. */
EG_NODISCARD eg_err eg_findings_from_json(eg_findings *findings, const eg_knowledge *knowledge,
                                          json_t *document, eg_diag *diag);

/* "Berg Balance Scale 41 of 56": the finding with its name, value and unit, as a clinician would
 * say it. `size` bytes of `text`. */
void eg_finding_say(const eg_knowledge *knowledge, const char *name, double value, char *text,
                    size_t size);

/* Where a finding comes from and where it can be entered, in words: "from the onset date, or
 * entered on the page findings". */
void eg_finding_origin(const eg_knowledge *knowledge, const char *name, char *text, size_t size);

#endif
