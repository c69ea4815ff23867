/* The part of a report that says who came, why, and what was found. */
#include <math.h>
#include <string.h>

#include "clinic/knowledge.h"
#include "clinic/report_part.h"
#include "clinic/row.h"

enum { SHOWN_FINDINGS_MAX = 14, UNJUDGED_MAX = 40, SUMMARY_MAX = 4, UNKNOWN_MAX = 8 };

static char *borrowed(const char *text) {
    return (char *)(uintptr_t)text;
}

/* Is this finding a problem that was measured (and not something as it should be, or unknown)? */
static int is_problem(const json_t *finding) {
    const char *severity = eg_text_at(finding, "severity");
    return !json_is_true(json_object_get(finding, "unknown")) && strcmp(severity, "none") != 0 &&
           strcmp(severity, "unknown") != 0 && severity[0] != '\0';
}

/* Was it measured without anything to hold it against? */
static int is_unjudged(const json_t *finding) {
    return !json_is_true(json_object_get(finding, "unknown")) &&
           strcmp(eg_text_at(finding, "severity"), "unknown") == 0;
}

/* "47 of 66", "22°", "yes": the value as a colleague would say it. */
static const char *value_text(report *r, const json_t *finding) {
    const char *unit = eg_text_at(finding, "unit");
    const char *code = eg_text_at(finding, "code");
    double value = eg_number_at(finding, "value");
    int is_score = strcmp(unit, "{score}") == 0 || strcmp(unit, "{grade}") == 0;
    if (isnan(value) || code[0] == '\0' || !is_score || r->clinic->knowledge == NULL)
        return report_plain(r, eg_text_at(finding, "value_text"));
    double high = eg_number_at(eg_knowledge_find(r->clinic->knowledge, "measures", code), "high");
    if (isnan(high)) return report_amount(r, value, unit);
    return report_print(r, "%s of %s", report_number(r, value), report_number(r, high));
}

static const char *worst_findings(report *r) {
    GPtrArray *worst = g_ptr_array_new();
    size_t i;
    json_t *finding;
    json_array_foreach(r->input->findings, i, finding) {
        if (!is_problem(finding)) continue;
        const char *norm = eg_text_at(json_object_get(finding, "norm"), "text");
        g_ptr_array_add(worst, borrowed(report_print(r, "%s %s%s%s%s", eg_text_at(finding, "text"),
                                                     value_text(r, finding), norm[0] ? " (" : "",
                                                     report_plain(r, norm), norm[0] ? ")" : "")));
    }
    const char *text = worst->len == 0 ? "" : report_join(r, worst, "; ", SUMMARY_MAX);
    g_ptr_array_free(worst, TRUE);
    return text;
}

static const char *goal_lines(report *r) {
    GPtrArray *lines = g_ptr_array_new();
    size_t i;
    json_t *goal;
    json_array_foreach(json_object_get(r->input->chart, "goals"), i, goal) {
        const json_t *body = eg_member(goal, "body");
        const char *code = eg_text_at(body, "measure_code");
        const char *unit = report_measure_unit(r, code);
        g_ptr_array_add(lines,
                        borrowed(report_print(r, "“%s”: %s %s → %s by %s",
                                              report_cut(r, eg_text_at(body, "text"), 90),
                                              report_measure(r, code, eg_text_at(body, "side")),
                                              report_number(r, eg_number_at(body, "baseline")),
                                              report_amount(r, eg_number_at(body, "target"), unit),
                                              report_date(r, eg_text_at(body, "due_on")))));
    }
    const char *text = lines->len == 0 ? "" : report_join(r, lines, "\n", SUMMARY_MAX);
    g_ptr_array_free(lines, TRUE);
    return text;
}

static const char *plan_line(report *r) {
    const json_t *plan = eg_member(report_plan(r), "body");
    if (plan == NULL) return "";
    GPtrArray *titles = g_ptr_array_new();
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(plan, "decisions"), i, item) {
        if (strcmp(eg_text_at(item, "decision"), "rejected") != 0)
            g_ptr_array_add(titles, borrowed(report_cut(r, eg_text_at(item, "title"), 100)));
    }
    json_array_foreach(json_object_get(plan, "others"), i, item)
        g_ptr_array_add(titles, borrowed(report_cut(r, eg_text_at(item, "title"), 100)));
    const char *text = report_print(r, "%s visits a week for %s weeks, until %s%s%s",
                                    report_number(r, eg_number_at(plan, "frequency_per_week")),
                                    report_number(r, eg_number_at(plan, "duration_weeks")),
                                    report_date(r, eg_text_at(plan, "end_on")),
                                    titles->len > 0 ? ": " : "", report_join(r, titles, "; ", 6));
    g_ptr_array_free(titles, TRUE);
    return text;
}

/* What stands in the first box: what a colleague would say on the telephone. */
void report_write_summary(report *r) {
    const json_t *referral = eg_member(json_object_get(r->input->chart, "referral"), "body");
    const json_t *intake = eg_member(json_object_get(r->input->chart, "intake"), "body");
    const char *diagnosis = eg_text_at(json_object_get(intake, "diagnosis"), "text");
    const char *onset = eg_text_at(intake, "onset_at");
    const char *operated = eg_text_at(intake, "operated_on");
    const char *side = eg_text_at(intake, "affected_side");
    if (diagnosis[0] == '\0') diagnosis = eg_text_at(referral, "diagnosis_text");
    if (strcmp(side, "none") == 0) side = "";
    const char *goals = goal_lines(r);
    const char *plan = plan_line(r);
    const char *found = worst_findings(r);
    const char *const pairs[][2] = {
        {"Diagnosis", report_print(r, "%s%s%s%s%s%s%s", report_cut(r, diagnosis, 300),
                                   onset[0] ? " · since " : "", report_date(r, onset),
                                   operated[0] ? " · operated on " : "", report_date(r, operated),
                                   side[0] ? " · affected side: " : "", side)},
        {"Found", found[0] ? found : "nothing outside its norm has been measured yet"},
        {"Goals", goals[0] ? goals : "not set yet"},
        {"Plan", plan[0] ? plan : "not made yet"},
    };
    eg_paper_summary(r->paper, "In one minute", pairs, sizeof pairs / sizeof pairs[0]);
}

static const char *list_names(report *r, const json_t *array) {
    GPtrArray *names = g_ptr_array_new();
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item) {
        const char *name = eg_text_at(item, "name");
        const char *note = eg_text_at(item, "note");
        if (name[0] != '\0')
            g_ptr_array_add(names, borrowed(report_print(
                                       r, "%s%s%s%s", report_cut(r, name, 80), note[0] ? " (" : "",
                                       report_cut(r, note, 80), note[0] ? ")" : "")));
    }
    const char *text = names->len == 0 ? "" : report_join(r, names, ", ", 12);
    g_ptr_array_free(names, TRUE);
    return text;
}

void report_write_history(report *r) {
    const json_t *referral = eg_member(json_object_get(r->input->chart, "referral"), "body");
    const json_t *intake = eg_member(json_object_get(r->input->chart, "intake"), "body");
    const json_t *falls = json_object_get(intake, "falls_12mo");
    const char *organisation = eg_text_at(referral, "organisation");
    const char *const pairs[][2] = {
        {"Referred by",
         report_print(r, "%s%s%s", report_cut(r, eg_text_at(referral, "referrer"), 120),
                      organisation[0] ? ", " : "", report_cut(r, organisation, 120))},
        {"Received", report_date(r, eg_text_at(referral, "received_on"))},
        {"Asked for", report_cut(r, eg_text_at(referral, "request"), 500)},
        {"Referral says", report_cut(r, eg_text_at(referral, "diagnosis_text"), 300)},
        {"Hand dominance", eg_text_at(intake, "hand_dominance")},
        {"Medication", list_names(r, json_object_get(intake, "medications"))},
        {"Implants", list_names(r, json_object_get(intake, "implants"))},
        {"Falls, 12 months", json_is_integer(falls) ? report_print(r, "%" JSON_INTEGER_FORMAT,
                                                                   json_integer_value(falls))
                                                    : (intake != NULL ? "not known" : "")},
    };
    eg_paper_heading(r->paper, "Referral and history", NULL);
    eg_paper_pairs(r->paper, pairs, sizeof pairs / sizeof pairs[0]);
    const char *history = eg_text_at(intake, "history");
    if (history[0] != '\0') eg_paper_text(r->paper, report_cut(r, history, 3000), EG_PAPER_PLAIN);
    GPtrArray *wishes = g_ptr_array_new();
    size_t i;
    json_t *goal;
    json_array_foreach(json_object_get(intake, "own_goals"), i, goal) {
        g_ptr_array_add(wishes, borrowed(report_print(
                                    r, "“%s”", report_cut(r, eg_text_at(goal, "text"), 160))));
    }
    if (wishes->len > 0)
        eg_paper_text(r->paper,
                      report_print(r, "What the person wants: %s", report_join(r, wishes, "; ", 5)),
                      EG_PAPER_STRONG);
    g_ptr_array_free(wishes, TRUE);
}

/* The norm if one is known, else the other side, else nothing is claimed. */
static const char *comparison(report *r, const json_t *finding) {
    const char *norm = report_plain(r, eg_text_at(json_object_get(finding, "norm"), "text"));
    const char *side =
        report_plain(r, eg_text_at(json_object_get(finding, "side_to_side"), "text"));
    if (norm[0] != '\0' && side[0] != '\0') return report_print(r, "%s\n%s", norm, side);
    const char *none = eg_text_at(finding, "no_norm");
    if (norm[0] == '\0' && side[0] == '\0') return none[0] != '\0' ? none : "no norm held";
    return norm[0] != '\0' ? norm : side;
}

/* In small print: how and when it was measured, and the ICF code with its qualifier. */
static const char *source_line(report *r, const json_t *finding) {
    const json_t *icf = json_object_get(finding, "icf");
    const json_t *qualifier = json_object_get(icf, "qualifier");
    const char *code = eg_text_at(icf, "code");
    const char *date = eg_text_at(finding, "date");
    char *method = g_strdup(eg_text_at(json_object_get(finding, "source"), "text"));
    method[strcspn(method, ",;")] = '\0';
    if (strstr(method, date) != NULL) date = "";
    const char *when = report_date(r, date);
    const char *text = report_print(
        r, "%s%s%s%s%s", report_plain(r, report_cut(r, method, 80)),
        when[0] && method[0] ? ", " : "", when, code[0] ? " · ICF " : "",
        code[0] && json_is_integer(qualifier)
            ? report_print(r, "%s.%" JSON_INTEGER_FORMAT, code, json_integer_value(qualifier))
            : code);
    g_free(method);
    return text;
}

static const char *severity_text(const char *severity) {
    return strcmp(severity, "outside") == 0 ? "outside norm\nnot graded" : severity;
}

/* What was measured but has no norm: the number stands, whether it is a problem is not known. */
static void write_unjudged(report *r) {
    static const eg_paper_column columns[] = {
        {"Measured", 4.6, 0}, {"Value", 1.3, 1}, {"Other side, change, norm", 4.1, 0}};
    enum { COLUMNS = 3 };
    eg_paper_cell cells[UNJUDGED_MAX * COLUMNS];
    size_t n = 0;
    size_t n_all = 0;
    size_t i;
    json_t *finding;
    json_array_foreach(r->input->findings, i, finding) {
        if (!is_unjudged(finding)) continue;
        n_all++;
        if (n == UNJUDGED_MAX) continue;
        const char *change = eg_text_at(json_object_get(finding, "change"), "text");
        eg_paper_cell *row = cells + COLUMNS * n++;
        row[0] = (eg_paper_cell){report_print(r, "%s\n%s",
                                              report_cut(r, eg_text_at(finding, "text"), 160),
                                              source_line(r, finding)),
                                 EG_PAPER_PLAIN};
        row[1] = (eg_paper_cell){value_text(r, finding), EG_PAPER_STRONG};
        row[2] = (eg_paper_cell){report_print(r, "%s%s%s", comparison(r, finding),
                                              change[0] ? "\n" : "", report_plain(r, change)),
                                 EG_PAPER_QUIET};
    }
    if (n == 0) return;
    eg_paper_heading(r->paper, "Measured, without a norm",
                     "whether these are problems is not known");
    eg_paper_table(r->paper, columns, COLUMNS, cells, n);
    if (n_all > n)
        eg_paper_text(r->paper, report_print(r, "and %zu more values", n_all - n), EG_PAPER_QUIET);
}

/* What would decide something but is not known: rules ask for it. */
static void write_unknown(report *r) {
    GPtrArray *unknown = g_ptr_array_new();
    size_t i;
    json_t *finding;
    json_array_foreach(r->input->findings, i, finding) {
        const json_t *users = json_object_get(finding, "used_by");
        if (!json_is_true(json_object_get(finding, "unknown"))) continue;
        if (json_object_get(finding, "relevant") != NULL
                ? !json_is_true(json_object_get(finding, "relevant"))
                : users != NULL && json_array_size(users) == 0)
            continue;
        g_ptr_array_add(unknown, borrowed(eg_text_at(finding, "meaning")));
    }
    if (unknown->len > 0)
        eg_paper_text(r->paper,
                      report_print(r, "Not known yet, and asked for by rules: %s.",
                                   report_join(r, unknown, "; ", UNKNOWN_MAX)),
                      EG_PAPER_QUIET);
    g_ptr_array_free(unknown, TRUE);
}

void report_write_findings(report *r) {
    static const eg_paper_column columns[] = {
        {"Finding", 4.6, 0}, {"Value", 1.3, 1}, {"Norm, other side", 2.7, 0}, {"Severity", 1.4, 0}};
    enum { COLUMNS = 4 };
    eg_paper_cell cells[SHOWN_FINDINGS_MAX * COLUMNS];
    size_t n = 0;
    size_t n_problems = 0;
    size_t i;
    json_t *finding;
    json_array_foreach(r->input->findings, i, finding) {
        if (!is_problem(finding)) continue;
        n_problems++;
        if (n == SHOWN_FINDINGS_MAX) continue;
        const char *severity = eg_text_at(finding, "severity");
        eg_paper_cell *row = cells + COLUMNS * n++;
        row[0] = (eg_paper_cell){report_print(r, "%s\n%s",
                                              report_cut(r, eg_text_at(finding, "text"), 160),
                                              source_line(r, finding)),
                                 EG_PAPER_PLAIN};
        row[1] = (eg_paper_cell){value_text(r, finding), EG_PAPER_STRONG};
        row[2] = (eg_paper_cell){comparison(r, finding), EG_PAPER_QUIET};
        row[3] = (eg_paper_cell){severity_text(severity),
                                 strcmp(severity, "mild") == 0 ? EG_PAPER_PLAIN : EG_PAPER_ACT};
    }
    eg_paper_heading(r->paper, "Findings",
                     n > 0 ? "worst first; severity by the bands of the ICF qualifier" : NULL);
    if (n > 0) eg_paper_table(r->paper, columns, COLUMNS, cells, n);
    if (n_problems > n)
        eg_paper_text(r->paper,
                      report_print(r, "and %zu more findings outside their norm", n_problems - n),
                      EG_PAPER_QUIET);
    if (n == 0)
        eg_paper_text(r->paper, "Nothing outside its norm has been measured.", EG_PAPER_QUIET);
    write_unjudged(r);
    write_unknown(r);
}
