#include "clinic/measured.h"

#include <math.h>
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

/* A date, or the date of an instant at the site. */
static bool day_of(const eg_clinic *clinic, const char *text, int64_t *day) {
    int64_t at_ms = 0;
    char date[EG_DATE_SIZE];
    if (eg_date_parse(text, day)) return true;
    if (!eg_instant_parse(text, &at_ms)) return false;
    eg_zone_date(clinic->zone, at_ms, date);
    return eg_date_parse(date, day);
}

eg_change_person eg_measured_person(const eg_clinic *clinic, const json_t *chart, const char *side,
                                    const char *date) {
    EG_ASSERT(clinic != NULL && side != NULL && date != NULL);
    eg_change_person person = {.group = eg_measured_group(chart),
                               .side = side,
                               .age_a = (double)NAN,
                               .since_onset_d = (double)NAN};
    int64_t born = 0, onset = 0, then = 0;
    char today[EG_DATE_SIZE];
    eg_clinic_today(clinic, today);
    if (!eg_date_parse(date, &then) && !eg_date_parse(today, &then)) return person;
    if (eg_date_parse(eg_body_text(eg_member(chart, "person"), "birth_date"), &born) &&
        born <= then)
        person.age_a = eg_years_between(born, then);
    /* The date of onset of an intake with a stroke is that of the stroke. */
    if (strcmp(person.group, "stroke") == 0 &&
        day_of(clinic, eg_body_text(eg_member(chart, "intake"), "onset_at"), &onset) &&
        onset <= then)
        person.since_onset_d = (double)(then - onset);
    return person;
}
