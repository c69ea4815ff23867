#include "clinic/study_published.h"

#include <math.h>
#include <string.h>

#include "core/base/check.h"

static int fits(json_t *row, double age, const char *sex) {
    double low = eg_norm_youngest(row);
    double high = eg_json_number_of(row, "age_high", (double)NAN);
    const char *whose = eg_json_text_of(row, "sex", "any");
    int is_dated = json_is_number(json_object_get(row, "age_low"));
    if (!isnan(low) && !(age >= low) && (is_dated || !isnan(age))) return 0;
    if (!isnan(high) && !(age < high + 1.0)) return 0;
    return strcmp(whose, "any") == 0 || (sex != NULL && whose[0] == sex[0]);
}

json_t *eg_study_published(const eg_study_call *call, const char *measure,
                           eg_study_reading *reading, const void *context) {
    EG_ASSERT(call != NULL && measure != NULL && reading != NULL);
    static const char *const kept[] = {
        "id",   "kind",       "variable", "statistic",      "value",  "low",    "high",    "sd",
        "unit", "population", "use",      "why_shown_only", "source", "status", "verified"};
    double age = eg_study_number(call, "age", (double)NAN);
    const char *sex = eg_study_text(call, "sex", NULL);
    size_t n = call->knowledge != NULL ? eg_knowledge_count(call->knowledge, "norms") : 0;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *row = eg_knowledge_at(call->knowledge, "norms", i);
        const char *of = eg_json_text_of(row, "measure", eg_json_text_of(row, "shown_with", ""));
        if (strcmp(of, measure) != 0 || !fits(row, age, sex)) continue;
        json_t *object = json_object();
        for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++) {
            json_t *member = json_object_get(row, kept[k]);
            if (member != NULL && !json_is_null(member)) json_object_set(object, kept[k], member);
        }
        const char *kind = eg_json_text_of(row, "kind", "");
        double value = reading(context, eg_json_text_of(row, "unit", ""));
        if (isfinite(value) && (strcmp(kind, "norm") == 0 || strcmp(kind, "cutoff") == 0))
            json_object_set_new(object, "measured", json_real(value));
        json_array_append_new(list, object);
    }
    return list;
}

double eg_study_protocol(const eg_study_call *call, const char *id) {
    EG_ASSERT(call != NULL && id != NULL);
    if (call->knowledge == NULL) return (double)NAN;
    return eg_json_number_of(eg_knowledge_find(call->knowledge, "protocols", id), "value",
                             (double)NAN);
}
