#include "clinic/plan_goals.h"

#include <stdio.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/row.h"
#include "core/base/check.h"

/* What a goal says, and how people call it. */
static const char *const parts[][2] = {
    {"text", "words"},        {"measure_code", "measure"}, {"side", "side"},
    {"baseline", "baseline"}, {"target", "target"},        {"due_on", "date"},
    {"weight", "weight"},     {"levels", "levels"},        {"icf", "ICF code"},
    {"subject", "subject"},
};

enum { N_PARTS = sizeof parts / sizeof parts[0] };

static bool lists_id(const json_t *ids, const char *id) {
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *one = json_string_value(json_array_get(ids, i));
        if (one != NULL && strcmp(one, id) == 0) return true;
    }
    return false;
}

static bool serves(const json_t *body, const char *goal_id) {
    static const char *const lists[] = {"decisions", "others"};
    if (lists_id(eg_member(body, "goal_ids"), goal_id)) return true;
    for (size_t i = 0; i < 2; i++) {
        const json_t *list = eg_member(body, lists[i]);
        for (size_t j = 0; j < json_array_size(list); j++) {
            const json_t *treatment = json_array_get(list, j);
            bool rejected = strcmp(eg_text_at(treatment, "decision"), "rejected") == 0;
            if (!rejected && lists_id(eg_member(treatment, "goal_ids"), goal_id)) return true;
        }
    }
    return false;
}

static json_t *content_of(const json_t *goal) {
    json_t *content = json_object();
    for (size_t i = 0; i < N_PARTS; i++) {
        json_t *part = json_object_get(eg_member(goal, "body"), parts[i][0]);
        if (part != NULL && !json_is_null(part)) json_object_set(content, parts[i][0], part);
    }
    return content;
}

void eg_plan_copy_goals(const json_t *chart, json_t *body) {
    EG_ASSERT(chart != NULL && body != NULL);
    json_t *copies = json_array();
    const json_t *goals = eg_member(chart, "goals");
    for (size_t i = 0; i < json_array_size(goals); i++) {
        const json_t *goal = json_array_get(goals, i);
        if (!serves(body, eg_text_at(goal, "id"))) continue;
        json_array_append_new(copies,
                              json_pack("{s:s,s:I,s:o}", "id", eg_text_at(goal, "id"), "version",
                                        json_integer_value(eg_member(goal, "version")), "content",
                                        content_of(goal)));
    }
    json_object_set_new(body, "goals", copies);
}

/* A number may have been stored as 36 and come back as 36.0. */
static bool same(const json_t *one, const json_t *other) {
    if (json_is_number(one) && json_is_number(other))
        return json_number_value(one) == json_number_value(other);
    return (one == NULL && other == NULL) || json_equal(one, other);
}

static void compare(const json_t *copy, const json_t *goal, char *what, size_t size) {
    what[0] = '\0';
    if (goal == NULL) {
        snprintf(what, size, "it is gone");
        return;
    }
    json_t *now = content_of(goal);
    const json_t *then = eg_member(copy, "content");
    for (size_t i = 0; i < N_PARTS; i++) {
        if (same(json_object_get(now, parts[i][0]), eg_member(then, parts[i][0]))) continue;
        size_t length = strlen(what);
        snprintf(what + length, size - length, "%s%s", length == 0 ? "" : ", ", parts[i][1]);
    }
    json_decref(now);
    if (what[0] == '\0' && strcmp(eg_body_text(goal, "status"), "stopped") == 0)
        snprintf(what, size, "it was stopped");
}

json_t *eg_plan_goals_changed(const json_t *chart, const json_t *body) {
    json_t *changed = json_array();
    const json_t *copies = eg_member(body, "goals");
    for (size_t i = 0; i < json_array_size(copies); i++) {
        const json_t *copy = json_array_get(copies, i);
        const json_t *goal = eg_chart_find(chart, "goals", eg_text_at(copy, "id"));
        char what[160];
        compare(copy, goal, what, sizeof what);
        if (what[0] == '\0') continue;
        json_array_append_new(
            changed, json_pack("{s:s,s:s,s:s}", "id", eg_text_at(copy, "id"), "text",
                               eg_text_at(eg_member(copy, "content"), "text"), "what", what));
    }
    return changed;
}

static void mark(const json_t *chart, json_t *plan) {
    json_t *changed = eg_plan_goals_changed(chart, eg_member(plan, "body"));
    if (json_array_size(changed) > 0) json_object_set(plan, "goals_changed", changed);
    json_decref(changed);
}

void eg_plan_mark_goals(json_t *chart) {
    json_t *plans = json_object_get(chart, "plans");
    for (size_t i = 0; i < json_array_size(plans); i++) {
        json_t *plan = json_array_get(plans, i);
        bool is_signed = strcmp(eg_text_at(plan, "status"), "signed") == 0;
        if (i == 0 || is_signed) mark(chart, plan);
        if (is_signed) return;
    }
}
