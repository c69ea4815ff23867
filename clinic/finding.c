#include "clinic/finding.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"

static bool is_yes_no(json_t *definition) {
    return strcmp(eg_json_text_of(definition, "scale", ""), "yes/no") == 0;
}

static eg_err check_value(json_t *definition, const char *name, double value, const char *where,
                          eg_diag *diag) {
    double low = eg_json_number_of(definition, "low", -HUGE_VAL);
    double high = eg_json_number_of(definition, "high", HUGE_VAL);
    bool zero_or_one = !(value < 0.0) && !(value > 1.0) && !(value > 0.0 && value < 1.0);
    if (is_yes_no(definition) && !zero_or_one)
        return eg_diag_set(diag, EG_ERR_RANGE, where, 0,
                           "%s is %g; write 1 if it is so, 0 if it was asked and is not, and leave "
                           "it out if nobody asked",
                           name, value);
    if (!isfinite(value) || value < low || value > high)
        return eg_diag_set(diag, EG_ERR_RANGE, where, 0,
                           "%s is %g, but lies between %g and %g %s; check the number and its unit",
                           name, value, low, high, eg_json_text_of(definition, "unit", ""));
    return EG_OK;
}

static eg_err set_at(eg_findings *findings, const eg_knowledge *knowledge, const char *name,
                     double value, const char *where, eg_finding **row, eg_diag *diag) {
    json_t *definition = eg_knowledge_find(knowledge, "findings", name);
    if (definition == NULL || strlen(name) >= EG_FINDING_NAME_MAX)
        return eg_diag_set(diag, EG_ERR_NOT_FOUND, where, 0,
                           "no finding is called \"%.60s\"; its name is listed in "
                           "knowledge/findings",
                           name);
    eg_err err = check_value(definition, name, value, where, diag);
    if (err != EG_OK) return err;
    *row = (eg_finding *)eg_findings_get(findings, name);
    if (*row == NULL) {
        if (findings->count == EG_FINDINGS_MAX)
            return eg_diag_set(diag, EG_ERR_LIMIT, where, 0, "more than %d findings",
                               EG_FINDINGS_MAX);
        *row = &findings->rows[findings->count++];
    }
    **row = (eg_finding){.value = value};
    snprintf((*row)->name, sizeof(*row)->name, "%s", name);
    return EG_OK;
}

eg_err eg_findings_set(eg_findings *findings, const eg_knowledge *knowledge, const char *name,
                       double value, const char *source, const char *date, eg_diag *diag) {
    EG_ASSERT(findings != NULL && knowledge != NULL && name != NULL);
    eg_finding *row = NULL;
    eg_err err = set_at(findings, knowledge, name, value, name, &row, diag);
    if (err != EG_OK) return err;
    if (source != NULL) snprintf(row->source, sizeof row->source, "%s", source);
    if (date != NULL) snprintf(row->date, sizeof row->date, "%.10s", date);
    return EG_OK;
}

const eg_finding *eg_findings_get(const eg_findings *findings, const char *name) {
    EG_ASSERT(findings != NULL && findings->count <= EG_FINDINGS_MAX);
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->rows[i].name, name) == 0) return &findings->rows[i];
    return NULL;
}

bool eg_findings_remove(eg_findings *findings, const char *name) {
    const eg_finding *row = eg_findings_get(findings, name);
    if (row == NULL) return false;
    size_t at = (size_t)(row - findings->rows);
    memmove(&findings->rows[at], &findings->rows[at + 1],
            (findings->count - at - 1) * sizeof findings->rows[0]);
    findings->count--;
    return true;
}

eg_err eg_findings_from_json(eg_findings *findings, const eg_knowledge *knowledge, json_t *document,
                             eg_diag *diag) {
    EG_ASSERT(findings != NULL && knowledge != NULL && document != NULL);
    json_t *named = json_object_get(document, "findings");
    if (!json_is_object(named))
        return eg_diag_set(diag, EG_ERR_FORMAT, json_is_object(document) ? "/findings" : "", 0,
                           "expected {\"findings\": {NAME: NUMBER, ...}}");
    for (void *m = json_object_iter(named); m != NULL; m = json_object_iter_next(named, m)) {
        const char *name = json_object_iter_key(m);
        json_t *value = json_object_iter_value(m);
        char where[96];
        eg_finding *row = NULL;
        snprintf(where, sizeof where, "/findings/%.80s", name);
        if (!json_is_number(value))
            return eg_diag_set(diag, EG_ERR_DATA, where, 0,
                               "%.60s is not a number; yes is 1, no is 0, and what is not known is "
                               "left out",
                               name);
        eg_err err = set_at(findings, knowledge, name, json_number_value(value), where, &row, diag);
        if (err != EG_OK) return err;
    }
    return EG_OK;
}

void eg_finding_say(const eg_knowledge *knowledge, const char *name, double value, char *text,
                    size_t size) {
    EG_ASSERT(knowledge != NULL && text != NULL && size > 0);
    json_t *definition = eg_knowledge_find(knowledge, "findings", name);
    const char *words = eg_json_text_of(definition, "name", name);
    const char *unit = eg_json_text_of(definition, "unit", "");
    const char *scale = eg_json_text_of(definition, "scale", "number");
    char unit_text[EG_UNIT_TEXT_SIZE];
    if (definition != NULL && is_yes_no(definition))
        snprintf(text, size, "%s: %s", words, value > 0.5 ? "yes" : "no");
    else if (strcmp(scale, "score") == 0 || strcmp(scale, "grade") == 0)
        snprintf(text, size, "%s: %g (scale %g to %g)", words, value,
                 eg_json_number_of(definition, "low", 0.0),
                 eg_json_number_of(definition, "high", 0.0));
    else
        snprintf(text, size, "%s: %g%s", words, value, eg_unit_say(unit, unit_text));
}

void eg_finding_origin(const eg_knowledge *knowledge, const char *name, char *text, size_t size) {
    static const char *const words[][2] = {{"date", "from the date"},
                                           {"intake", "from the intake answer"},
                                           {"vital", "from the vital sign"},
                                           {"measure", "from the measure"},
                                           {"goal", "from the goals recorded"},
                                           {"session", "from the session log:"},
                                           {"engine", "set by the engine when a plan starts"}};
    EG_ASSERT(knowledge != NULL && text != NULL && size > 0);
    json_t *definition = eg_knowledge_find(knowledge, "findings", name);
    json_t *from = json_object_get(definition, "from");
    const char *kind = eg_json_text_of(from, "kind", "");
    const char *page = eg_json_text_of(definition, "page", "findings");
    const char *code = eg_json_text_of(from, "code", "");
    if (definition == NULL) {
        snprintf(text, size, "not a finding");
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i][0], kind) == 0) {
            snprintf(text, size, "%s%s%s; can be entered on the page %s", words[i][1],
                     code[0] != '\0' ? " " : "", code, page);
            return;
        }
    snprintf(text, size, "entered on the page %s", page);
}
