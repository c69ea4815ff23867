#include "clinic/appraisal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/appraisal_part.h"
#include "clinic/knowledge.h"
#include "clinic/progress.h"
#include "clinic/row.h"
#include "core/base/check.h"

enum { MEASURED_MAX = 2048 };

/* The ICF qualifier of each severity, the share of a problem at which it begins, and its place in
 * the list. */
typedef struct grade {
    const char *name;
    int qualifier;       /* 8: not specified, -1: none to give */
    double percent_from; /* lower end of the ICF's band; NaN where there is no percentage */
    int rank;            /* 0 is the worst */
} grade;

static const grade grades[APPRAISAL_GRADES] = {
    {"complete", 4, 96, 0}, {"severe", 3, 50, 1},   {"moderate", 2, 25, 2},  {"mild", 1, 5, 3},
    {"outside", 8, NAN, 4}, {"unknown", 8, NAN, 5}, {"unknown", -1, NAN, 5}, {"none", 0, 0, 6},
};

static appraisal_grade grade_of_percent(double percent) {
    for (size_t i = 0; i < APPRAISAL_GRADES; i++)
        if (!isnan(grades[i].percent_from) && percent >= grades[i].percent_from)
            return (appraisal_grade)i;
    return APPRAISAL_NONE;
}

int appraisal_is_newer(const json_t *a, const json_t *b) {
    int by_date = strcmp(eg_text_at(a, "local_date"), eg_text_at(b, "local_date"));
    if (by_date != 0) return by_date > 0;
    return strcmp(eg_text_at(a, "created_at"), eg_text_at(b, "created_at")) > 0;
}

static measured *row_of(appraisal *a, const char *code, const char *side) {
    for (size_t i = 0; i < a->n; i++) {
        measured *row = &a->rows[i];
        EG_ASSERT(row->code != NULL && row->side != NULL);
        if (strcmp(row->code, code) == 0 && strcmp(row->side, side) == 0) return row;
    }
    return NULL;
}

/* Orders the chart's entries into one row a measure and side. */
static eg_err collect(appraisal *a) {
    const json_t *entries = json_object_get(a->chart, "entries");
    size_t n_entries = json_array_size(entries);
    if (n_entries > MEASURED_MAX) n_entries = MEASURED_MAX;
    a->rows = calloc(n_entries + 1, sizeof *a->rows);
    if (a->rows == NULL) return EG_ERR_MEMORY;
    for (size_t i = 0; i < n_entries; i++) {
        json_t *entry = json_array_get(entries, i);
        const json_t *body = eg_member(entry, "body");
        if (strcmp(eg_text_at(entry, "status"), "entered-in-error") == 0) continue;
        if (!json_is_number(json_object_get(body, "value"))) continue;
        measured *row = row_of(a, eg_text_at(body, "code"), eg_text_at(body, "side"));
        if (row == NULL) {
            row = &a->rows[a->n++];
            *row = (measured){eg_text_at(body, "code"), eg_text_at(body, "side"), entry, entry};
            continue;
        }
        if (appraisal_is_newer(entry, row->newest)) row->newest = entry;
        if (appraisal_is_newer(row->first, entry)) row->first = entry;
    }
    return EG_OK;
}

/* The narrowest published norm that fits the person; NULL if none may be used to judge. */
static json_t *norm_for(const appraisal *a, const char *code) {
    EG_ASSERT(code != NULL);
    json_t *best = NULL;
    double best_span = INFINITY;
    size_t n = eg_knowledge_count(a->clinic->knowledge, "norms");
    for (size_t i = 0; i < n; i++) {
        json_t *norm = eg_knowledge_at(a->clinic->knowledge, "norms", i);
        if (strcmp(eg_text_at(norm, "kind"), "norm") != 0) continue;
        if (strcmp(eg_text_at(norm, "measure"), code) != 0) continue;
        if (strcmp(eg_text_at(norm, "use"), "judge") != 0) continue;
        double low = eg_number_at(norm, "age_low");
        double high = eg_number_at(norm, "age_high");
        if (!isnan(low) && (a->age_years < 0 || a->age_years < low)) continue;
        /* "69" means up to the day before the seventieth birthday. */
        if (!isnan(high) && (a->age_years < 0 || a->age_years > high)) continue;
        const char *sex = eg_text_at(norm, "sex");
        if (strcmp(sex, "any") != 0 && (a->sex == '\0' || sex[0] != a->sex)) continue;
        double span =
            (isnan(low) || isnan(high) ? 200 : high - low) + (strcmp(sex, "any") == 0 ? 0.5 : 0);
        if (span < best_span) {
            best_span = span;
            best = norm;
        }
    }
    return best;
}

/* "8.1 s (7.1 to 9), 60 to 69 years" */
static json_t *norm_object(const json_t *norm) {
    char text[APPRAISAL_TEXT_SIZE];
    double low = eg_number_at(norm, "low");
    double high = eg_number_at(norm, "high");
    double value = eg_number_at(norm, "value");
    int n = 0;
    if (!isnan(value))
        n = snprintf(text, sizeof text, "norm %.4g", value);
    else
        n = snprintf(text, sizeof text, "norm");
    if (!isnan(low) && !isnan(high) && n > 0 && (size_t)n < sizeof text)
        n += snprintf(text + n, sizeof text - (size_t)n, " (%.4g to %.4g)", low, high);
    double age_low = eg_number_at(norm, "age_low");
    double age_high = eg_number_at(norm, "age_high");
    if (!isnan(age_low) && n > 0 && (size_t)n < sizeof text) {
        if (isnan(age_high))
            snprintf(text + n, sizeof text - (size_t)n, ", from %.0f years", age_low);
        else
            snprintf(text + n, sizeof text - (size_t)n, ", %.0f to %.0f years", age_low, age_high);
    }
    json_t *object = json_object();
    json_object_set(object, "low", json_object_get(norm, "low"));
    json_object_set(object, "high", json_object_get(norm, "high"));
    json_object_set(object, "value", json_object_get(norm, "value"));
    json_object_set_new(object, "text", json_string(text));
    json_object_set(object, "source", json_object_get(norm, "source"));
    json_object_set(object, "status", json_object_get(norm, "status"));
    return object;
}

static const char *other_side(const char *side) {
    EG_ASSERT(side != NULL);
    if (strcmp(side, "left") == 0) return "right";
    if (strcmp(side, "right") == 0) return "left";
    return "";
}

/* {other, difference, percent, text} or NULL where the other side was not measured. */
static json_t *side_object(appraisal *a, const measured *row, double value, const char *unit) {
    const char *opposite = other_side(row->side);
    if (opposite[0] == '\0') return NULL;
    const measured *other = row_of(a, row->code, opposite);
    if (other == NULL) return NULL;
    double other_value = eg_number_at(eg_member(other->newest, "body"), "value");
    char text[APPRAISAL_TEXT_SIZE];
    char unit_text[EG_UNIT_TEXT_SIZE];
    snprintf(text, sizeof text, "%s %.4g%s", opposite, other_value, eg_unit_say(unit, unit_text));
    json_t *object = json_object();
    json_object_set_new(object, "other", json_real(other_value));
    json_object_set_new(object, "difference", json_real(value - other_value));
    if (fabs(other_value) > 0)
        json_object_set_new(object, "percent", json_real(100 * value / other_value));
    else
        json_object_set_new(object, "percent", json_null());
    json_object_set_new(object, "text", json_string(text));
    return object;
}

static int lower_is_better(const json_t *measure) {
    return strcmp(eg_text_at(measure, "better"), "lower") == 0;
}

/* How much of the function is lost, in percent, where that has a meaning; NaN otherwise. Grades and
 * scores are held against their own range, angles and forces against the other side, or the norm
 * where the other side was not measured. */
static double loss_percent(const json_t *measure, double value, const json_t *norm,
                           const json_t *side) {
    const char *unit = eg_text_at(measure, "unit");
    double low = eg_number_at(measure, "low");
    double high = eg_number_at(measure, "high");
    if (strcmp(eg_text_at(measure, "better"), "none") == 0) return NAN;
    int is_scale = strcmp(unit, "{grade}") == 0 || strcmp(unit, "{score}") == 0;
    if (is_scale && !isnan(low) && !isnan(high) && high > low) {
        double share =
            lower_is_better(measure) ? (value - low) / (high - low) : (high - value) / (high - low);
        return 100 * fmin(fmax(share, 0), 1);
    }
    int is_angle = strcmp(unit, "deg") == 0;
    int is_force = strcmp(unit, "N") == 0 || strcmp(unit, "kg") == 0 || strcmp(unit, "N.m") == 0;
    if ((!is_angle && !is_force) || lower_is_better(measure)) return NAN;
    double whole = eg_number_at(side, "other");
    if (isnan(whole)) whole = eg_number_at(norm, "value");
    if (isnan(whole) || whole <= 0) return NAN;
    return 100 * fmin(fmax((whole - value) / whole, 0), 1);
}

/* Outside the norm's limits on the side that is worse. */
static int is_outside(const json_t *measure, double value, const json_t *norm) {
    if (norm == NULL) return 0;
    double low = eg_number_at(norm, "low");
    double high = eg_number_at(norm, "high");
    if (lower_is_better(measure)) return !isnan(high) && value > high;
    if (strcmp(eg_text_at(measure, "better"), "higher") == 0) return !isnan(low) && value < low;
    return (!isnan(low) && value < low) || (!isnan(high) && value > high);
}

/* Ids of the body figure, with the person's side put in. */
static json_t *regions_of(const json_t *measure, const char *side) {
    json_t *regions = json_array();
    size_t i;
    json_t *region;
    json_array_foreach(json_object_get(measure, "regions"), i, region) {
        const char *name = json_string_value(region);
        const char *hole = name == NULL ? NULL : strstr(name, "{side}");
        if (hole == NULL) {
            json_array_append(regions, region);
            continue;
        }
        static const char *const both[] = {"left", "right"};
        for (size_t k = 0; k < 2; k++) {
            if (other_side(side)[0] != '\0' && strcmp(both[k], side) != 0) continue;
            char text[APPRAISAL_TEXT_SIZE];
            snprintf(text, sizeof text, "%.*s%s%s", (int)(hole - name), name, both[k],
                     hole + strlen("{side}"));
            json_array_append_new(regions, json_string(text));
        }
    }
    return regions;
}

/* Is `name` a whole word of the rule's expression? */
static int rule_uses(const json_t *rule, const char *name) {
    const char *when = eg_text_at(rule, "when");
    size_t length = strlen(name);
    for (const char *at = strstr(when, name); at != NULL; at = strstr(at + 1, name)) {
        char before = at == when ? ' ' : at[-1];
        char after = at[length];
        const char *word = "abcdefghijklmnopqrstuvwxyz0123456789_";
        if (strchr(word, before) == NULL && (after == '\0' || strchr(word, after) == NULL))
            return 1;
    }
    return 0;
}

/* Whether a rule speaks about this person: a safety rule, or one that asks for a health condition
 * that the person has. Others would only make a list of unknowns long. */
static int concerns(const appraisal *a, const json_t *rule) {
    if (strcmp(eg_text_at(rule, "area"), "safety") == 0) return 1;
    const json_t *known = eg_member(a->derived, "findings");
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)known, name, value) {
        const json_t *entry = eg_knowledge_find(a->clinic->knowledge, "findings", name);
        if (json_number_value(value) > 0 &&
            strcmp(eg_text_at(entry, "outside_icf"), "health condition") == 0 &&
            strcmp(eg_text_at(entry, "scale"), "yes/no") == 0 && rule_uses(rule, name))
            return 1;
    }
    return 0;
}

/* Which rules ask for the finding, and whether one of them concerns this person. */
static void add_used_by(const appraisal *a, json_t *finding, const char *name) {
    json_t *used_by = json_object_get(finding, "used_by");
    int is_relevant = 0;
    size_t n = eg_knowledge_count(a->clinic->knowledge, "rules");
    for (size_t i = 0; i < n; i++) {
        json_t *rule = eg_knowledge_at(a->clinic->knowledge, "rules", i);
        if (!rule_uses(rule, name)) continue;
        json_array_append(used_by, json_object_get(rule, "id"));
        if (!is_relevant) is_relevant = concerns(a, rule);
    }
    json_object_set_new(finding, "relevant", json_boolean(is_relevant));
}

void appraisal_set_grade(json_t *finding, appraisal_grade of, const char *icf_code) {
    const grade *g = &grades[of];
    json_object_set_new(finding, "severity", json_string(g->name));
    json_t *icf = json_object();
    json_object_set_new(icf, "code", json_string(icf_code));
    json_object_set_new(icf, "qualifier",
                        g->qualifier < 0 ? json_null() : json_integer(g->qualifier));
    json_object_set_new(finding, "icf", icf);
    json_object_set_new(finding, "rank", json_integer(g->rank));
}

static json_t *source_object(const json_t *entry) {
    const json_t *body = eg_member(entry, "body");
    char text[APPRAISAL_TEXT_SIZE];
    snprintf(text, sizeof text, "%s%s%s%s%s", eg_text_at(body, "method"),
             eg_text_at(body, "method")[0] ? ", " : "", eg_text_at(body, "position"),
             eg_text_at(body, "position")[0] ? ", " : "", eg_text_at(entry, "local_date"));
    json_t *source = json_object();
    json_object_set_new(source, "kind", json_string("measure"));
    json_object_set(source, "entry_id", json_object_get(entry, "id"));
    json_object_set(source, "document_id", json_object_get(entry, "parent_id"));
    json_object_set(source, "at", json_object_get(entry, "local_date"));
    json_object_set_new(source, "text", json_string(text));
    return source;
}

void appraisal_set_unjudged(json_t *finding, const char *why) {
    char text[APPRAISAL_TEXT_SIZE];
    snprintf(text, sizeof text, "no norm for this condition%s%s", why[0] ? ": " : "", why);
    json_object_set_new(finding, "no_norm", json_string(text));
}

void appraisal_value_text(char *text, size_t size, double value, const char *unit) {
    char unit_text[EG_UNIT_TEXT_SIZE];
    snprintf(text, size, "%.4g%s", value, eg_unit_say(unit, unit_text));
}

json_t *appraisal_change(const appraisal *a, const char *code, const char *side,
                         const char *where) {
    size_t i;
    json_t *series;
    json_array_foreach(json_object_get(a->progress, "measures"), i, series) {
        const json_t *points = eg_member(series, "points");
        size_t n = json_array_size(points);
        if (n < 2 || strcmp(eg_text_at(series, "code"), code) != 0 ||
            strcmp(eg_text_at(series, "side"), side) != 0 ||
            strcmp(eg_text_at(series, "condition"), where) != 0)
            continue;
        json_t *change = json_object();
        json_object_set(change, "from", json_object_get(json_array_get(points, 0), "value"));
        json_object_set(change, "to", json_object_get(json_array_get(points, n - 1), "value"));
        json_object_set(change, "verdict", json_object_get(series, "verdict"));
        json_object_set(change, "text", json_object_get(series, "text"));
        return change;
    }
    return NULL;
}

/* One measured value, held against all that is known about it. */
static json_t *appraise_measured(appraisal *a, const measured *row) {
    const json_t *measure = eg_knowledge_find(a->clinic->knowledge, "measures", row->code);
    double value = eg_number_at(eg_member(row->newest, "body"), "value");
    const char *unit = eg_text_at(measure, "unit");
    json_t *norm = norm_for(a, row->code);
    json_t *side = side_object(a, row, value, unit);
    double percent = loss_percent(measure, value, norm, side);
    /* Without a share of a whole and without a norm nothing says whether this is a problem. */
    appraisal_grade g = APPRAISAL_UNJUDGED;
    if (!isnan(percent))
        g = grade_of_percent(percent);
    else if (norm != NULL)
        g = is_outside(measure, value, norm) ? APPRAISAL_OUTSIDE : APPRAISAL_NONE;

    json_t *finding = json_object();
    char text[APPRAISAL_TEXT_SIZE];
    const char *name = measure == NULL ? row->code : eg_text_at(measure, "name");
    snprintf(text, sizeof text, "%s%s%s", name, row->side[0] ? ", " : "", row->side);
    json_object_set_new(finding, "meaning", json_string(text));
    json_object_set_new(finding, "text", json_string(text));
    json_object_set_new(finding, "code", json_string(row->code));
    snprintf(text, sizeof text, "%s%s%s", row->code, row->side[0] ? "." : "", row->side);
    json_object_set_new(finding, "name", json_string(text));
    json_object_set_new(finding, "value", json_real(value));
    appraisal_value_text(text, sizeof text, value, unit);
    json_object_set_new(finding, "value_text", json_string(text));
    json_object_set_new(finding, "unknown", json_false());
    json_object_set_new(finding, "unit", json_string(unit));
    json_object_set_new(finding, "side", row->side[0] ? json_string(row->side) : json_null());
    json_object_set(finding, "date", json_object_get(row->newest, "local_date"));
    json_object_set_new(finding, "source", source_object(row->newest));
    if (norm != NULL) json_object_set_new(finding, "norm", norm_object(norm));
    if (g == APPRAISAL_UNJUDGED) appraisal_set_unjudged(finding, "");
    if (side != NULL) json_object_set_new(finding, "side_to_side", side);
    json_t *change = appraisal_change(a, row->code, row->side, "");
    if (change != NULL) json_object_set_new(finding, "change", change);
    json_object_set_new(finding, "percent", isnan(percent) ? json_null() : json_real(percent));
    appraisal_set_grade(finding, g, eg_text_at(measure, "icf"));
    /* What was measured without a side lies where the person is affected. */
    const char *affected =
        eg_text_at(eg_member(eg_member(a->chart, "intake"), "body"), "affected_side");
    json_object_set_new(finding, "regions",
                        regions_of(measure, row->side[0] ? row->side : affected));
    json_object_set_new(finding, "entry_page", json_string("evaluation"));
    json_object_set_new(finding, "used_by", json_array());
    size_t i;
    json_t *link;
    json_array_foreach(json_object_get(measure, "findings"), i, link) {
        add_used_by(a, finding, eg_text_at(link, "finding"));
    }
    return finding;
}

/* Whether a measured row of the list already stands for this finding of the rules. */
static int is_measured(const appraisal *a, const char *name) {
    for (size_t i = 0; i < a->n; i++) {
        const json_t *measure =
            eg_knowledge_find(a->clinic->knowledge, "measures", a->rows[i].code);
        size_t k;
        json_t *link;
        json_array_foreach(json_object_get(measure, "findings"), k, link) {
            if (strcmp(eg_text_at(link, "finding"), name) == 0) return 1;
        }
    }
    return 0;
}

/* A finding that was answered, derived from dates or goals, or that nobody has asked yet. */
static json_t *appraise_answered(const appraisal *a, json_t *entry) {
    const char *name = eg_text_at(entry, "id");
    const json_t *value = json_object_get(json_object_get(a->derived, "findings"), name);
    json_t *source = json_object_get(json_object_get(a->derived, "sources"), name);
    int is_known = json_is_number(value);
    int is_yes_no = strcmp(eg_text_at(entry, "scale"), "yes/no") == 0;
    int is_good = json_is_true(json_object_get(entry, "yes_is_good"));
    const char *icf = eg_text_at(entry, "icf");
    /* A function or activity that is answered "yes, a problem" is there, but how much is not said.
     */
    appraisal_grade g = APPRAISAL_NONE;
    if (!is_known)
        g = APPRAISAL_UNKNOWN;
    else if (is_yes_no && (icf[0] == 'b' || icf[0] == 's') &&
             (json_number_value(value) > 0) != is_good)
        g = APPRAISAL_OUTSIDE;
    else if (!is_yes_no && strchr("bsd", icf[0]) != NULL && icf[0] != '\0')
        g = APPRAISAL_UNJUDGED; /* a function as a number, with nothing to hold it against */
    json_t *finding = json_object();
    char text[APPRAISAL_TEXT_SIZE];
    json_object_set_new(finding, "name", json_string(name));
    json_object_set(finding, "meaning", json_object_get(entry, "meaning"));
    json_object_set(finding, "text", json_object_get(entry, "name"));
    json_object_set(finding, "value", is_known ? (json_t *)(uintptr_t)value : json_null());
    if (!is_known)
        snprintf(text, sizeof text, "not known");
    else if (is_yes_no)
        snprintf(text, sizeof text, json_number_value(value) > 0 ? "yes" : "no");
    else
        appraisal_value_text(text, sizeof text, json_number_value(value),
                             eg_text_at(entry, "unit"));
    json_object_set_new(finding, "value_text", json_string(text));
    json_object_set_new(finding, "unknown", json_boolean(!is_known));
    json_object_set(finding, "unit", json_object_get(entry, "unit"));
    json_object_set(finding, "scale", json_object_get(entry, "scale"));
    json_object_set_new(finding, "side", json_null());
    json_object_set(finding, "date", json_object_get(source, "at"));
    json_object_set(finding, "source", source == NULL ? json_null() : source);
    json_object_set_new(finding, "percent", json_null());
    appraisal_set_grade(finding, g, icf);
    if (g == APPRAISAL_UNJUDGED) appraisal_set_unjudged(finding, "");
    json_object_set_new(finding, "regions", json_array());
    json_object_set(finding, "entry_page", json_object_get(entry, "page"));
    json_object_set_new(finding, "used_by", json_array());
    add_used_by(a, finding, name);
    return finding;
}

static int compare_findings(const void *left, const void *right) {
    const json_t *a = *(json_t *const *)left;
    const json_t *b = *(json_t *const *)right;
    json_int_t rank_a = json_integer_value(json_object_get(a, "rank"));
    json_int_t rank_b = json_integer_value(json_object_get(b, "rank"));
    if (rank_a != rank_b) return rank_a < rank_b ? -1 : 1;
    double percent_a = eg_number_at(a, "percent");
    double percent_b = eg_number_at(b, "percent");
    if (percent_a > percent_b || percent_a < percent_b) return percent_a > percent_b ? -1 : 1;
    int relevant_a = json_is_true(json_object_get(a, "relevant"));
    int relevant_b = json_is_true(json_object_get(b, "relevant"));
    if (relevant_a != relevant_b) return relevant_a ? -1 : 1;
    size_t uses_a = json_array_size(json_object_get(a, "used_by"));
    size_t uses_b = json_array_size(json_object_get(b, "used_by"));
    if (uses_a != uses_b) return uses_a > uses_b ? -1 : 1;
    return strcmp(eg_text_at(a, "name"), eg_text_at(b, "name"));
}

/* Worst first; the order is total, so that the same chart gives the same list. */
static eg_err sort_findings(json_t *findings) {
    size_t n = json_array_size(findings);
    json_t **rows = calloc(n + 1, sizeof(json_t *));
    if (rows == NULL) return EG_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) rows[i] = json_incref(json_array_get(findings, i));
    qsort(rows, n, sizeof(json_t *), compare_findings);
    json_array_clear(findings);
    for (size_t i = 0; i < n; i++) {
        json_object_del(rows[i], "rank");
        json_array_append_new(findings, rows[i]);
    }
    free(rows);
    return EG_OK;
}

static void read_person(appraisal *a) {
    const json_t *person = eg_member(eg_member(a->chart, "person"), "body");
    const char *sex = eg_text_at(person, "sex");
    a->sex = strcmp(sex, "female") == 0 ? 'F' : strcmp(sex, "male") == 0 ? 'M' : '\0';
    a->age_years = -1;
    char today[EG_DATE_SIZE];
    eg_clinic_today(a->clinic, today);
    int64_t born = 0;
    int64_t now = 0;
    if (eg_date_parse(eg_text_at(person, "birth_date"), &born) && eg_date_parse(today, &now))
        a->age_years = eg_years_between(born, now);
}

eg_err eg_appraise(const eg_clinic *clinic, const json_t *chart, const json_t *derived,
                   json_t **findings, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && chart != NULL && derived != NULL && findings != NULL);
    appraisal a = {.clinic = clinic, .chart = chart, .derived = derived};
    a.findings = json_array();
    read_person(&a);
    eg_err error = eg_progress(clinic, chart, &a.progress, diag);
    if (error == EG_OK) error = collect(&a);
    if (error == EG_OK && a.findings != NULL) {
        for (size_t i = 0; i < a.n; i++)
            json_array_append_new(a.findings, appraise_measured(&a, &a.rows[i]));
        appraisal_add_recordings(&a);
        error = appraisal_add_comparisons(&a, diag);
        size_t n = eg_knowledge_count(clinic->knowledge, "findings");
        for (size_t i = 0; i < n; i++) {
            json_t *entry = eg_knowledge_at(clinic->knowledge, "findings", i);
            if (!is_measured(&a, eg_text_at(entry, "id")))
                json_array_append_new(a.findings, appraise_answered(&a, entry));
        }
        if (error == EG_OK) error = sort_findings(a.findings);
    }
    free(a.rows);
    json_decref(a.progress);
    if (error != EG_OK || a.findings == NULL) {
        json_decref(a.findings);
        return eg_diag_set(diag, EG_ERR_MEMORY, "findings", 0, "out of memory");
    }
    *findings = a.findings;
    return EG_OK;
}
