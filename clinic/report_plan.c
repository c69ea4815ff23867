/* The part of a report that says what is aimed at and what will be done: goals, plan, signature. */
#include <math.h>
#include <string.h>

#include "clinic/report_part.h"
#include "clinic/row.h"

enum { NAMES_MAX = 5 };

/* The newest value of the goal's measure; NaN if none. */
static double value_now(const report *r, const json_t *goal) {
    const json_t *series =
        report_series(r, eg_text_at(goal, "measure_code"), eg_text_at(goal, "side"));
    const json_t *points = json_object_get(series, "points");
    size_t n = json_array_size(points);
    return n < 2 ? (double)NAN : eg_number_at(json_array_get(points, n - 1), "value");
}

static const char *attainment_word(report *r, const json_t *goal) {
    static const char *const words[] = {"much less than expected", "less than expected",
                                        "as expected", "more than expected",
                                        "much more than expected"};
    const json_t *attained = json_object_get(goal, "attained");
    if (json_is_integer(attained)) {
        int score = (int)json_integer_value(attained);
        if (score >= -2 && score <= 2) return report_print(r, "%+d\n%s", score, words[score + 2]);
    }
    const char *status = eg_text_at(goal, "status");
    return report_print(r, "%s\nnot scored", status[0] != '\0' ? status : "open");
}

void report_write_goals(report *r, int with_attainment) {
    const json_t *goals = json_object_get(r->input->chart, "goals");
    static const eg_paper_column columns[] = {{"Goal, in the person's words", 4.2, 0},
                                              {"At first", 1.4, 1},
                                              {"Now", 1.4, 1},
                                              {"Target", 1.5, 1},
                                              {"By", 1.7, 0},
                                              {"Attainment", 1.7, 0}};
    size_t n_columns = with_attainment ? 6 : 5;
    size_t n = json_array_size(goals);
    eg_paper_cell *cells = g_new0(eg_paper_cell, n * 6 + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *body = eg_member(json_array_get(goals, i), "body");
        const char *code = eg_text_at(body, "measure_code");
        const char *unit = report_measure_unit(r, code);
        const char *warning = eg_text_at(body, "mdc_warning");
        double now = value_now(r, body);
        const eg_paper_cell row[] = {
            {report_print(r, "“%s”\n%s%s%s", report_valid(r, eg_text_at(body, "text")),
                          report_measure(r, code, eg_text_at(body, "side")),
                          warning[0] != '\0' ? ". " : "", report_plain(r, warning)),
             EG_PAPER_PLAIN},
            {report_amount(r, eg_number_at(body, "baseline"), unit), EG_PAPER_PLAIN},
            {isnan(now) ? "not yet" : report_amount(r, now, unit),
             isnan(now) ? EG_PAPER_QUIET : EG_PAPER_STRONG},
            {report_amount(r, eg_number_at(body, "target"), unit), EG_PAPER_STRONG},
            {report_date(r, eg_text_at(body, "due_on")), EG_PAPER_PLAIN},
            {with_attainment ? attainment_word(r, body) : NULL, EG_PAPER_PLAIN}};
        memcpy(cells + n_columns * i, row, n_columns * sizeof row[0]);
    }
    eg_paper_heading(r->paper, "Goals", n > 1 ? report_print(r, "%zu", n) : NULL);
    if (n > 0) eg_paper_table(r->paper, columns, n_columns, cells, n);
    if (n == 0) eg_paper_text(r->paper, "No goal has been set yet.", EG_PAPER_QUIET);
    g_free(cells);
}

static const char *dose_text(report *r, const json_t *dose) {
    static const char *const keys[] = {"frequency", "intensity", "time", "type", "volume"};
    if (json_is_string(dose)) return report_valid(r, json_string_value(dose));
    GPtrArray *parts = g_ptr_array_new();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *part = eg_text_at(dose, keys[i]);
        if (part[0] != '\0') report_add(parts, report_valid(r, part));
    }
    const char *text = parts->len == 0 ? "not stated" : report_join(r, parts, "; ", 8);
    const char *progression = eg_text_at(dose, "progression");
    g_ptr_array_free(parts, TRUE);
    if (progression[0] == '\0') return text;
    return report_print(r, "%s\nThen: %s", text, report_valid(r, progression));
}

static const char *goal_texts(report *r, const json_t *goal_ids) {
    GPtrArray *texts = g_ptr_array_new();
    size_t i;
    size_t k;
    json_t *id;
    json_t *goal;
    json_array_foreach(goal_ids, i, id) {
        json_array_foreach(json_object_get(r->input->chart, "goals"), k, goal) {
            if (json_is_string(id) && strcmp(eg_text_at(goal, "id"), json_string_value(id)) == 0)
                report_add(texts, report_cut(r, eg_body_text(goal, "text"), 110));
        }
    }
    return report_said(r, texts, "; ", 3);
}

static const char *names_text(report *r, const char *kind, const json_t *ids) {
    GPtrArray *texts = g_ptr_array_new();
    size_t i;
    json_t *id;
    json_array_foreach(ids, i, id) {
        if (json_is_string(id)) report_add(texts, report_name(r, kind, json_string_value(id)));
    }
    return report_said(r, texts, ", ", NAMES_MAX);
}

/* The title; below it, in small print, what it is for and where it comes from. */
static const char *intervention_text(report *r, const json_t *decision) {
    const char *findings = names_text(r, "findings", json_object_get(decision, "finding_names"));
    const char *exercises = names_text(r, "exercises", json_object_get(decision, "exercises"));
    const char *reason = eg_text_at(decision, "reason");
    const char *source = eg_text_at(decision, "source");
    int is_edited = strcmp(eg_text_at(decision, "decision"), "edited") == 0;
    return report_print(
        r, "%s%s\n%s%s%s%s%s%s%s%s%sRule %s%s%s; %s, unverified.",
        report_valid(r, eg_text_at(decision, "title")), is_edited ? " (edited)" : "",
        findings[0] ? "For: " : "", findings, findings[0] ? ". " : "",
        exercises[0] ? "Exercises: " : "", exercises, exercises[0] ? ". " : "",
        reason[0] ? (is_edited ? "Edited because: " : "Reason: ") : "", report_valid(r, reason),
        reason[0] ? ". " : "", eg_text_at(decision, "rule_id"), source[0] ? ": " : "",
        report_cut(r, source, 160), report_status(eg_text_at(decision, "status")));
}

static void add_row(eg_paper_cell *cells, size_t *n, const char *what, const char *dose,
                    const char *goals) {
    eg_paper_cell *row = cells + 3 * (*n)++;
    row[0] = (eg_paper_cell){what, EG_PAPER_PLAIN};
    row[1] = (eg_paper_cell){dose, EG_PAPER_PLAIN};
    row[2] = (eg_paper_cell){goals, EG_PAPER_QUIET};
}

/* Accepted and edited proposals, then other treatments. */
static void write_interventions(report *r, const json_t *plan, GPtrArray *rejected) {
    static const eg_paper_column columns[] = {
        {"Intervention", 4.2, 0}, {"Dose", 3.4, 0}, {"For the goal", 2.2, 0}};
    size_t n_rows = json_array_size(json_object_get(plan, "decisions")) +
                    json_array_size(json_object_get(plan, "others"));
    eg_paper_cell *cells = g_new0(eg_paper_cell, n_rows * 3 + 1);
    size_t n = 0;
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(plan, "decisions"), i, item) {
        if (strcmp(eg_text_at(item, "decision"), "rejected") == 0)
            report_add(rejected, report_print(r, "%s (rule %s): %s",
                                              report_valid(r, eg_text_at(item, "title")),
                                              eg_text_at(item, "rule_id"),
                                              report_valid(r, eg_text_at(item, "reason"))));
        else
            add_row(cells, &n, intervention_text(r, item),
                    dose_text(r, json_object_get(item, "dose")),
                    goal_texts(r, json_object_get(item, "goal_ids")));
    }
    json_array_foreach(json_object_get(plan, "others"), i, item) {
        const char *reason = eg_text_at(item, "reason");
        add_row(cells, &n,
                report_print(r, "%s%s%s", report_valid(r, eg_text_at(item, "title")),
                             reason[0] ? "\n" : "", report_valid(r, reason)),
                dose_text(r, json_object_get(item, "dose")),
                goal_texts(r, json_object_get(item, "goal_ids")));
    }
    if (n > 0) eg_paper_table(r->paper, columns, 3, cells, n);
    g_free(cells);
}

const char *report_frequency(report *r, const json_t *plan) {
    return report_print(r, "%s a week for %s",
                        report_count(r, eg_number_at(plan, "frequency_per_week"), "visit"),
                        report_count(r, eg_number_at(plan, "duration_weeks"), "week"));
}

void report_write_plan(report *r) {
    const json_t *document = report_plan(r);
    const json_t *plan = eg_member(document, "body");
    if (plan == NULL) return;
    GPtrArray *rejected = g_ptr_array_new();
    size_t i;
    json_t *item;
    const char *span = report_span(r, eg_text_at(plan, "start_on"), eg_text_at(plan, "end_on"));
    eg_paper_heading(r->paper, "Plan of care",
                     report_print(r, "%s%s%s · version %d", report_frequency(r, plan),
                                  span[0] ? " · " : "", span,
                                  (int)json_integer_value(json_object_get(document, "version"))));
    if (report_is_changed(document) && r->type != EG_REPORT_EVALUATION_PLAN)
        eg_paper_box(r->paper, "Changed since it was signed",
                     "This plan is not what was signed and must not be acted upon.", EG_PAPER_STOP);
    write_interventions(r, plan, rejected);
    if (rejected->len > 0)
        eg_paper_text(r->paper,
                      report_print(r, "Proposed and not taken up: %s.",
                                   report_join(r, rejected, "; ", rejected->len)),
                      EG_PAPER_QUIET);
    g_ptr_array_free(rejected, TRUE);
    json_array_foreach(json_object_get(plan, "overrides"), i, item) {
        eg_paper_text(r->paper,
                      report_print(r, "Against the advice of rule %s, with the reason: %s",
                                   eg_text_at(item, "rule_id"),
                                   report_valid(r, eg_text_at(item, "reason"))),
                      EG_PAPER_ACT);
    }
}

/* The signature covers the goals as they were; what is printed above is as they are. */
static void write_changed_goals(report *r, const json_t *document) {
    size_t i;
    json_t *goal;
    json_array_foreach(json_object_get(document, "goals_changed"), i, goal) {
        eg_paper_text(r->paper,
                      report_print(r,
                                   "Changed after this signature, which does not cover it: the "
                                   "goal “%s” (%s). The plan needs a new, signed version.",
                                   report_cut(r, eg_text_at(goal, "text"), 220),
                                   eg_text_at(goal, "what")),
                      EG_PAPER_ACT);
    }
}

void report_write_signature(report *r, const json_t *document) {
    const json_t *signature = report_signature(r, document);
    if (document == NULL) return;
    if (signature == NULL) {
        eg_paper_heading(r->paper, "Signature", NULL);
        if (report_is_changed(document))
            eg_paper_box(r->paper, "No valid signature",
                         report_print(r, "This %s was changed since it was signed.",
                                      eg_text_at(document, "kind")),
                         EG_PAPER_STOP);
        else
            eg_paper_text(r->paper, "Not signed.", EG_PAPER_ACT);
        return;
    }
    const char *at = eg_text_at(signature, "signed_at");
    int64_t utc_ms = 0;
    if (eg_instant_parse(at, &utc_ms)) {
        eg_civil local;
        char date[EG_DATE_SIZE];
        eg_zone_local(r->clinic->zone, utc_ms, &local);
        eg_date_format(eg_days_from_civil(local.year, local.month, local.day), date);
        at = report_print(r, "%s, %02d:%02d", report_date(r, date), (int)local.hour,
                          (int)local.minute);
    }
    write_changed_goals(r, document);
    eg_paper_signature(
        r->paper,
        report_print(r, "%s, %s",
                     report_isolated(r, report_valid(r, eg_text_at(signature, "signer_name"))),
                     report_valid(r, eg_text_at(signature, "credential"))),
        at, eg_text_at(signature, "statement"),
        report_print(r, "Version %d of this %s; SHA-256 of its content %s",
                     (int)json_integer_value(json_object_get(signature, "document_version")),
                     eg_text_at(document, "kind"), eg_text_at(signature, "content_hash")));
}
