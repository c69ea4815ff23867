#include "clinic/today.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/chart.h"
#include "clinic/course.h"
#include "clinic/knowledge.h"
#include "clinic/progress.h"
#include "clinic/row.h"
#include "clinic/withdraw.h"
#include "core/base/check.h"

/* A person's line on the page: who is seen, what is due, what to notice. */
typedef struct page {
    const eg_clinic *clinic;
    int64_t today; /* days since 1970 */
    json_t *visits;
    json_t *due;
    json_t *notices;
} page;

static void short_person(const json_t *chart, json_t **person) {
    const json_t *document = eg_member(chart, "person");
    const json_t *body = eg_member(document, "body");
    *person =
        json_pack("{s:s,s:s,s:s,s:s,s:b}", "id", eg_text_at(document, "id"), "given_name",
                  eg_text_at(body, "given_name"), "family_name", eg_text_at(body, "family_name"),
                  "birth_date", eg_text_at(body, "birth_date"), "example",
                  (int)json_is_true(eg_member(body, "example")));
}

static void add_due(const page *self, const json_t *chart, const char *code, const char *what,
                    int64_t due_on, const char *where) {
    char date[EG_DATE_SIZE];
    json_t *person = NULL;
    short_person(chart, &person);
    eg_date_format(due_on, date);
    json_array_append_new(self->due,
                          json_pack("{s:s,s:o,s:s,s:s,s:s,s:b,s:{s:s}}", "episode_id",
                                    eg_text_at(eg_member(chart, "episode"), "id"), "person", person,
                                    "code", code, "what", what, "due_on", date, "overdue",
                                    (int)(due_on < self->today), "action", "page", where));
}

/* A deadline of knowledge/deadlines; false if knowledge has none of that name. */
static bool deadline(const page *self, const char *id, int64_t *count, int64_t *warn_before) {
    const json_t *entry = self->clinic->knowledge == NULL
                              ? NULL
                              : eg_knowledge_find(self->clinic->knowledge, "deadlines", id);
    *count = json_integer_value(eg_member(entry, "count"));
    *warn_before = json_integer_value(eg_member(entry, "warn_before"));
    return entry != NULL;
}

static bool is_signed(const json_t *document) {
    return strcmp(eg_text_at(document, "status"), "signed") == 0;
}

/* What waits for a signature has waited since it was written. */
static void due_signatures(const page *self, const json_t *chart) {
    int64_t since = self->today;
    const json_t *plan = json_array_get(eg_member(chart, "plans"), 0);
    if (plan != NULL && !is_signed(plan)) {
        (void)eg_date_parse(eg_text_at(plan, "local_date"), &since);
        add_due(self, chart, "sign_plan", "Sign the plan of care", since, "plan");
    }
    if (plan != NULL && is_signed(plan) && eg_is_given(plan, "goals_changed"))
        add_due(self, chart, "sign_plan", "A goal changed: sign a new version of the plan",
                self->today, "plan");
    const json_t *reports = eg_member(chart, "reports");
    for (size_t i = 0; i < json_array_size(reports); i++) {
        const json_t *report = json_array_get(reports, i);
        if (is_signed(report) || !eg_date_parse(eg_body_text(report, "date"), &since)) continue;
        add_due(self, chart, "sign_report", "Sign the report", since, "progress");
    }
}

/* Treatment days since the newest progress report (or from the beginning). */
static size_t days_since_report(const json_t *chart) {
    const char *since = "";
    const json_t *reports = eg_member(chart, "reports");
    for (size_t i = 0; i < json_array_size(reports); i++) {
        const json_t *report = json_array_get(reports, i);
        const char *date = eg_body_text(report, "date");
        if (strcmp(eg_body_text(report, "type"), "progress") == 0 && strcmp(date, since) > 0)
            since = date;
    }
    json_t *days = json_object();
    const json_t *sessions = eg_member(chart, "sessions");
    for (size_t i = 0; i < json_array_size(sessions); i++) {
        const char *date = eg_body_text(json_array_get(sessions, i), "date");
        if (strcmp(date, since) > 0) json_object_set_new(days, date, json_null());
    }
    size_t n = json_object_size(days);
    json_decref(days);
    return n;
}

static void due_report(const page *self, const json_t *chart) {
    int64_t count, warn_before;
    if (!deadline(self, "progress_report", &count, &warn_before)) return;
    int64_t n = (int64_t)days_since_report(chart);
    if (n < count - warn_before) return;
    char what[96];
    snprintf(what, sizeof what, "Progress report by treatment day %d (now day %d)", (int)count,
             (int)n);
    add_due(self, chart, "progress_report", what, n > count ? self->today - 1 : self->today,
            "progress");
}

/* `days` after a date, shown `warn_before` days ahead. */
static void due_after(const page *self, const json_t *chart, const char *id, const char *from,
                      const char *what, const char *where) {
    int64_t count, warn_before, begin;
    if (!deadline(self, id, &count, &warn_before) || !eg_date_parse(from, &begin)) return;
    if (begin + count - warn_before <= self->today)
        add_due(self, chart, id, what, begin + count, where);
}

static const char *newest_evaluation(const json_t *chart) {
    const char *newest = "";
    const json_t *list = eg_member(chart, "evaluations");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *date = eg_body_text(json_array_get(list, i), "date");
        if (strcmp(date, newest) > 0) newest = date;
    }
    return newest;
}

static void due_goals(const page *self, const json_t *chart) {
    const json_t *goals = eg_member(chart, "goals");
    for (size_t i = 0; i < json_array_size(goals); i++) {
        const json_t *goal = json_array_get(goals, i);
        if (strcmp(eg_body_text(goal, "status"), "open") != 0) continue;
        char what[160];
        snprintf(what, sizeof what, "Goal due: %.120s", eg_body_text(goal, "text"));
        due_after(self, chart, "goal", eg_body_text(goal, "due_on"), what, "goals");
    }
}

static void due_treatment(const page *self, const json_t *chart) {
    due_report(self, chart);
    due_after(self, chart, "re_evaluation", newest_evaluation(chart), "Re-evaluation",
              "evaluation");
    const json_t *plan = json_array_get(eg_member(chart, "plans"), 0);
    due_after(self, chart, "plan_end", eg_body_text(plan, "end_on"), "The plan ends", "plan");
    const json_t *first = json_array_get(eg_member(chart, "evaluations"), 0);
    int64_t begin;
    char last[EG_DATE_SIZE];
    /* The first day counts, so the ninetieth is 89 days after it. */
    if (eg_date_parse(eg_body_text(first, "date"), &begin)) {
        eg_date_format(begin - 1, last);
        due_after(self, chart, "certification", last, "Certification of the plan ends", "plan");
    }
    due_goals(self, chart);
}

/* The series of progress that the first goal speaks of; NULL if nothing was measured for it. */
static const json_t *series_of_goal(const json_t *chart, const json_t *progress) {
    const json_t *goal = json_array_get(eg_member(chart, "goals"), 0);
    const json_t *list = eg_member(progress, "measures");
    const char *code = eg_body_text(goal, "measure_code");
    for (size_t i = 0; i < json_array_size(list) && code[0] != '\0'; i++) {
        const json_t *series = json_array_get(list, i);
        if (strcmp(eg_text_at(series, "code"), code) == 0 &&
            strcmp(eg_text_at(series, "side"), eg_body_text(goal, "side")) == 0)
            return series;
    }
    return NULL;
}

/* The newest values of the first goal's measure, for a small line on the page: in the measure's own
 * name and unit, with goal and noise as on the page of progress. NULL if there is no line yet. */
static json_t *trend_of(const page *self, const json_t *chart) {
    enum { POINTS_MAX = 6 };
    static const char *const kept[] = {"code", "name", "unit", "side", "better", "mdc"};
    json_t *progress = NULL;
    if (eg_progress(self->clinic, chart, &progress, NULL) != EG_OK) return NULL;
    const json_t *series = series_of_goal(chart, progress);
    const json_t *all = eg_member(series, "points");
    size_t n = json_array_size(all);
    json_t *trend = NULL;
    if (n >= 2) {
        json_t *points = json_array();
        for (size_t i = n > POINTS_MAX ? n - POINTS_MAX : 0; i < n; i++) {
            const json_t *point = json_array_get(all, i);
            json_array_append_new(points, json_pack("{s:s,s:f}", "date", eg_text_at(point, "date"),
                                                    "value", eg_number_at(point, "value")));
        }
        double target = eg_number_at(eg_member(series, "goal"), "target");
        trend = json_pack("{s:o,s:o}", "points", points, "goal",
                          isnan(target) ? json_null() : json_real(target));
        for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
            json_object_set(trend, kept[i], json_object_get(series, kept[i]));
    }
    json_decref(progress);
    return trend;
}

/* What comes next, in words: the first guard that is open, or the step itself. */
static void next_words(const page *self, const json_t *chart, char words[200]) {
    eg_course_state states[3];
    eg_course_state state = eg_course_state_find(eg_text_at(chart, "state"));
    snprintf(words, 200, "%s", state < EG_COURSE_STATE_COUNT ? eg_course_state_text(state) : "");
    if (state == EG_COURSE_IN_TREATMENT) {
        snprintf(words, 200, "Visit %d",
                 (int)json_integer_value(eg_member(eg_member(chart, "counts"), "visits")) + 1);
        return;
    }
    if (eg_course_next(state, states) == 0) return;
    json_t *guards = NULL;
    if (eg_course_check(self->clinic, chart, states[0], &guards, NULL) != EG_OK) return;
    for (size_t i = 0; i < json_array_size(guards); i++) {
        const json_t *guard = json_array_get(guards, i);
        if (json_is_true(eg_member(guard, "met"))) continue;
        snprintf(words, 200, "Waits for: %.180s", eg_text_at(guard, "text"));
        break;
    }
    json_decref(guards);
}

static void add_episode(const page *self, const json_t *chart) {
    const char *state = eg_text_at(chart, "state");
    const json_t *episode = eg_member(chart, "episode");
    if (strcmp(state, "discharged") == 0 || eg_chart_stands(chart, NULL, NULL) != EG_OK) return;
    char next[200];
    json_t *person = NULL;
    next_words(self, chart, next);
    short_person(chart, &person);
    json_t *visit = json_pack("{s:s,s:o,s:s,s:s,s:s,s:o}", "episode_id", eg_text_at(episode, "id"),
                              "person", person, "title", eg_body_text(episode, "title"), "state",
                              state, "next", next, "chips", eg_chart_precautions(chart));
    json_t *trend = trend_of(self, chart);
    if (trend != NULL) json_object_set_new(visit, "trend", trend);
    json_array_append_new(self->visits, visit);
    if (strcmp(state, "hold") == 0) {
        add_due(self, chart, "release", "Red flag: write a release note or refer back", self->today,
                "release");
        json_array_append_new(self->notices, json_pack("{s:s,s:s,s:s}", "kind", "stop", "text",
                                                       "A red flag holds an episode", "episode_id",
                                                       eg_text_at(episode, "id")));
    }
    due_signatures(self, chart);
    if (strcmp(state, "in_treatment") == 0) due_treatment(self, chart);
}

static int compare_due(const void *left, const void *right) {
    const json_t *a = *(const json_t *const *)left, *b = *(const json_t *const *)right;
    int order = strcmp(eg_text_at(a, "due_on"), eg_text_at(b, "due_on"));
    return order != 0 ? order : strcmp(eg_text_at(a, "episode_id"), eg_text_at(b, "episode_id"));
}

/* Oldest first. */
static void sort_due(json_t *due) {
    size_t n = json_array_size(due);
    const size_t one = sizeof(void *);
    json_t **rows = malloc((n + 1) * one);
    if (rows == NULL) return;
    for (size_t i = 0; i < n; i++) rows[i] = json_incref(json_array_get(due, i));
    qsort(rows, n, one, compare_due);
    json_array_clear(due);
    for (size_t i = 0; i < n; i++) json_array_append_new(due, rows[i]);
    free(rows);
}

eg_err eg_today(eg_clinic *clinic, json_t **today, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && today != NULL);
    *today = NULL;
    char date[EG_DATE_SIZE];
    page self = {.clinic = clinic, .visits = json_array(), .due = json_array()};
    self.notices = json_array();
    eg_clinic_today(clinic, date);
    (void)eg_date_parse(date, &self.today);
    eg_document_filter filter = {.kind = "episode"};
    eg_document_list list = {0};
    eg_err err = eg_store_list(clinic->store, &filter, &list, diag);
    for (size_t i = 0; err == EG_OK && i < list.count; i++) {
        json_t *chart = NULL;
        eg_diag fault = {0};
        /* One damaged chart must not hide all others. */
        if (eg_chart_gather(clinic, list.rows[i].id, &chart, &fault) == EG_OK)
            add_episode(&self, chart);
        else
            json_array_append_new(self.notices,
                                  json_pack("{s:s,s:s,s:s}", "kind", "stop", "text", fault.text,
                                            "episode_id", list.rows[i].id));
        json_decref(chart);
    }
    eg_document_list_clear(&list);
    sort_due(self.due);
    json_t *made = json_pack("{s:s,s:o,s:o,s:o}", "date", date, "visits", self.visits, "due",
                             self.due, "notices", self.notices);
    if (err == EG_OK)
        *today = made;
    else
        json_decref(made);
    return err;
}
