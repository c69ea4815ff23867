#include "clinic/measured.h"

#include <string.h>

#include "clinic/knowledge.h"
#include "clinic/row.h"
#include "core/balance/task_trial.h"
#include "core/base/check.h"

static eg_better better_of(const char *text) {
    return strcmp(text, "higher") == 0  ? EG_BETTER_HIGHER
           : strcmp(text, "lower") == 0 ? EG_BETTER_LOWER
                                        : EG_BETTER_NONE;
}

void eg_measured_find(const eg_clinic *clinic, const char *code, eg_measured *measure) {
    EG_ASSERT(clinic != NULL && code != NULL && measure != NULL);
    *measure = (eg_measured){.name = code, .unit = ""};
    json_t *entry =
        clinic->knowledge == NULL ? NULL : eg_knowledge_find(clinic->knowledge, "measures", code);
    const eg_measure_def *row = eg_task_describe(code);
    if (entry != NULL) {
        measure->name = eg_json_text_of(entry, "name", code);
        measure->unit = eg_json_text_of(entry, "unit", "");
        measure->better = better_of(eg_json_text_of(entry, "better", ""));
        measure->known = true;
    } else if (row != NULL) {
        *measure = (eg_measured){row->name, row->unit, row->better, true};
    }
}

/* Which marks of the intake belong to which group of norms, the most telling first. */
static const struct {
    const char *condition;
    const char *group;
} groups[] = {
    {"stroke", "stroke"},
    {"pd", "parkinson"},
    {"ms", "ms"},
    {"tbi", "tbi"},
    {"concussion", "tbi"},
    {"sci", "sci"},
    {"sci_incomplete", "sci"},
    {"uvh", "vestibular"},
    {"bvh", "vestibular"},
    {"tka", "knee"},
    {"aclr", "knee"},
    {"pfp", "knee"},
    {"ankle_sprain_past", "ankle"},
    {"neck_pain", "neck"},
    {"rc_pain", "shoulder"},
    {"mdi", "shoulder"},
    {"ant_dislocation", "shoulder"},
    {"leg_pain", "back"},
    {"lumbar_surgery", "back"},
    {"lbp", "back"},
};

const char *eg_measured_group(const json_t *chart) {
    const json_t *conditions =
        eg_member(eg_member(eg_member(chart, "intake"), "body"), "conditions");
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (json_number_value(eg_member(conditions, groups[i].condition)) == 1)
            return groups[i].group;
    return "";
}
