#include "clinic/finding.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"

enum { NEAR_SIZE = 140 };

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
    bool whole = strcmp(eg_json_text_of(definition, "scale", ""), "count") == 0 ||
                 json_is_true(json_object_get(definition, "whole"));
    if (whole && isfinite(value) && fabs(value - floor(value)) > 0.0)
        return eg_diag_set(diag, EG_ERR_RANGE, where, 0, "%s is %g; it is a whole number", name,
                           value);
    if (!isfinite(value) || value < low || value > high)
        return eg_diag_set(diag, EG_ERR_RANGE, where, 0,
                           "%s is %g, but lies between %g and %g %s; check the number and its unit",
                           name, value, low, high, eg_json_text_of(definition, "unit", ""));
    return EG_OK;
}

/* Letters to change, add or take away to make one name of the other (Levenshtein). */
static size_t distance(const char *a, const char *b) {
    size_t row[EG_FINDING_NAME_MAX + 1], n = strlen(b);
    EG_ASSERT(n < EG_FINDING_NAME_MAX);
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t changed = diagonal + (a[i - 1] != b[j - 1]);
            size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = changed < least ? changed : least;
        }
    }
    return row[n];
}

/* "did you mean stroke?": the three nearest names, where any is near. */
static const char *near_names(const eg_knowledge *knowledge, const char *name,
                              char text[NEAR_SIZE]) {
    const char *best[3] = {NULL, NULL, NULL};
    size_t worth[3] = {0, 0, 0}, length = strlen(name);
    size_t count = eg_knowledge_count(knowledge, "findings");
    snprintf(text, NEAR_SIZE, "its name is listed in knowledge/findings");
    if (length == 0 || length >= EG_FINDING_NAME_MAX) return text;
    for (size_t i = 0; i < count; i++) {
        const char *id = eg_json_text_of(eg_knowledge_at(knowledge, "findings", i), "id", "");
        size_t off = strlen(id) < EG_FINDING_NAME_MAX ? distance(name, id) : length + 1;
        bool inside = length >= 3 && (strstr(id, name) != NULL || strstr(name, id) != NULL);
        if (off > 1 + length / 4 && !inside) continue;
        if (inside && off > 2) off = 2; /* as near as two slips */
        size_t at = 3;
        while (at > 0 && (best[at - 1] == NULL || off < worth[at - 1])) at--;
        for (size_t k = 2; k > at; k--) {
            best[k] = best[k - 1];
            worth[k] = worth[k - 1];
        }
        if (at == 3) continue;
        best[at] = id;
        worth[at] = off;
    }
    if (best[0] == NULL) return text;
    snprintf(text, NEAR_SIZE, "did you mean %.30s%s%.30s%s%.30s?", best[0],
             best[1] == NULL ? "" : ", ", best[1] == NULL ? "" : best[1],
             best[2] == NULL ? "" : ", ", best[2] == NULL ? "" : best[2]);
    return text;
}

eg_err eg_finding_check(const eg_knowledge *knowledge, const char *name, const json_t *value,
                        eg_diag *diag) {
    EG_ASSERT(knowledge != NULL && name != NULL);
    json_t *definition = eg_knowledge_find(knowledge, "findings", name);
    if (definition == NULL)
        return eg_diag_set(diag, EG_ERR_NOT_FOUND, name, 0, "there is no finding \"%.60s\"", name);
    if (!json_is_number(value)) return EG_OK;
    return check_value(definition, name, json_number_value(value), name, diag);
}

static eg_err set_at(eg_findings *findings, const eg_knowledge *knowledge, const char *name,
                     double value, const char *where, eg_finding **row, eg_diag *diag) {
    json_t *definition = eg_knowledge_find(knowledge, "findings", name);
    char near[NEAR_SIZE];
    if (definition == NULL || strlen(name) >= EG_FINDING_NAME_MAX)
        return eg_diag_set(diag, EG_ERR_NOT_FOUND, where, 0, "no finding is called \"%.60s\"; %s",
                           name, near_names(knowledge, name, near));
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
        if (json_is_null(value) && eg_knowledge_find(knowledge, "findings", name) != NULL)
            continue; /* not known */
        if (!json_is_number(value) && !json_is_null(value))
            return eg_diag_set(diag, EG_ERR_DATA, where, 0,
                               "%.60s is not a number; yes is 1, no is 0, and what is not known is "
                               "null or left out",
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
