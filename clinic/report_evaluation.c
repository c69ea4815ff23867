/* The part of a report that says who came, why, and what was found. */
#include <math.h>
#include <string.h>

#include "clinic/knowledge.h"
#include "clinic/report_part.h"
#include "clinic/row.h"

enum {
    SHOWN_FINDINGS_MAX = 14,
    UNJUDGED_MAX = 40,
    SUMMARY_MAX = 4,
    UNKNOWN_MAX = 8,
    PAIR_MAX = 300
};

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
        const char *value = value_text(r, finding);
        if (strcmp(value, "yes") == 0) value = "";
        report_add(worst, report_print(r, "%s%s%s%s%s%s", eg_text_at(finding, "text"),
                                       value[0] ? " " : "", value, norm[0] ? " (" : "",
                                       report_plain(r, norm), norm[0] ? ")" : ""));
    }
    return report_said(r, worst, "; ", SUMMARY_MAX);
}

static const char *goal_lines(report *r) {
    GPtrArray *lines = g_ptr_array_new();
    size_t i;
    json_t *goal;
    json_array_foreach(json_object_get(r->input->chart, "goals"), i, goal) {
        const json_t *body = eg_member(goal, "body");
        const char *code = eg_text_at(body, "measure_code");
        const char *unit = report_measure_unit(r, code);
        const char *due = report_date(r, eg_text_at(body, "due_on"));
        report_add(lines,
                   report_print(r, "\u200e“%s”: %s %s → %s%s%s",
                                report_isolated(r, report_cut(r, eg_text_at(body, "text"), 90)),
                                report_measure(r, code, eg_text_at(body, "side")),
                                report_number(r, eg_number_at(body, "baseline")),
                                report_amount(r, eg_number_at(body, "target"), unit),
                                due[0] ? " by " : "", due));
    }
    return report_said(r, lines, "\n", SUMMARY_MAX);
}

static const char *plan_line(report *r) {
    const json_t *plan = eg_member(report_plan(r), "body");
    if (plan == NULL) return "";
    GPtrArray *titles = g_ptr_array_new();
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(plan, "decisions"), i, item) {
        if (strcmp(eg_text_at(item, "decision"), "rejected") != 0)
            report_add(titles, report_cut(r, eg_text_at(item, "title"), 100));
    }
    json_array_foreach(json_object_get(plan, "others"), i, item)
        report_add(titles, report_cut(r, eg_text_at(item, "title"), 100));
    const char *end = report_date(r, eg_text_at(plan, "end_on"));
    const char *text =
        report_print(r, "%s%s%s%s%s", report_frequency(r, plan), end[0] ? ", until " : "", end,
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
        {"Diagnosis", report_print(r, "%s%s%s%s%s%s%s", report_cut(r, diagnosis, PAIR_MAX),
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
            report_add(names,
                       report_print(r, "%s%s%s%s", report_valid(r, name), note[0] ? " (" : "",
                                    report_valid(r, note), note[0] ? ")" : ""));
    }
    return report_said(r, names, ", ", names->len);
}

/* Two columns hold short texts; a long one stands whole below them (write_whole). */
static const char *in_pair(report *r, const char *text) {
    return strlen(text) > PAIR_MAX ? "see below" : report_valid(r, text);
}

/* A text that was too long for its place above: whole, in a paragraph of its own. */
static void write_whole(report *r, const char *label, const char *text) {
    if (strlen(text) > PAIR_MAX)
        eg_paper_text(r->paper, report_print(r, "%s: %s", label, report_valid(r, text)),
                      EG_PAPER_PLAIN);
}

/* Texts in the person's words, all of them. */
static void write_list(report *r, const char *label, const json_t *items) {
    GPtrArray *texts = g_ptr_array_new();
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item) {
        const char *text =
            json_is_string(item) ? json_string_value(item) : eg_text_at(item, "text");
        if (text[0] != '\0') report_add(texts, report_print(r, "“%s”", report_valid(r, text)));
    }
    if (texts->len > 0)
        eg_paper_text(r->paper,
                      report_print(r, "%s: %s", label, report_join(r, texts, "; ", texts->len)),
                      EG_PAPER_STRONG);
    g_ptr_array_free(texts, TRUE);
}

void report_write_history(report *r) {
    const json_t *referral = eg_member(json_object_get(r->input->chart, "referral"), "body");
    const json_t *intake = eg_member(json_object_get(r->input->chart, "intake"), "body");
    const json_t *falls = json_object_get(intake, "falls_12mo");
    const char *organisation = eg_text_at(referral, "organisation");
    const char *referrer = report_print(r, "%s%s%s", eg_text_at(referral, "referrer"),
                                        organisation[0] ? ", " : "", organisation);
    const char *medication = list_names(r, json_object_get(intake, "medications"));
    const char *implants = list_names(r, json_object_get(intake, "implants"));
    const char *const pairs[][2] = {
        {"Referred by", in_pair(r, referrer)},
        {"Received", report_date(r, eg_text_at(referral, "received_on"))},
        {"Asked for", in_pair(r, eg_text_at(referral, "request"))},
        {"Referral says", in_pair(r, eg_text_at(referral, "diagnosis_text"))},
        {"Hand dominance", eg_text_at(intake, "hand_dominance")},
        {"Medication", in_pair(r, medication)},
        {"Implants", in_pair(r, implants)},
        {"Falls, 12 months", json_is_integer(falls) ? report_print(r, "%" JSON_INTEGER_FORMAT,
                                                                   json_integer_value(falls))
                                                    : (intake != NULL ? "not known" : "")},
    };
    eg_paper_heading(r->paper, "Referral and history", NULL);
    eg_paper_pairs(r->paper, pairs, sizeof pairs / sizeof pairs[0]);
    write_whole(r, "Referred by", referrer);
    write_whole(r, "Asked for", eg_text_at(referral, "request"));
    write_whole(r, "Referral says", eg_text_at(referral, "diagnosis_text"));
    write_whole(r, "Diagnosis", eg_text_at(json_object_get(intake, "diagnosis"), "text"));
    write_whole(r, "Medication", medication);
    write_whole(r, "Implants", implants);
    const char *history = eg_text_at(intake, "history");
    if (history[0] != '\0') eg_paper_text(r->paper, report_valid(r, history), EG_PAPER_PLAIN);
    write_list(r, "Concerns", json_object_get(intake, "concerns"));
    write_list(r, "What the person wants", json_object_get(intake, "own_goals"));
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
        report_add(unknown, eg_text_at(finding, "meaning"));
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
    GPtrArray *more = g_ptr_array_new();
    size_t i;
    json_t *finding;
    json_array_foreach(r->input->findings, i, finding) {
        if (!is_problem(finding)) continue;
        if (n == SHOWN_FINDINGS_MAX) {
            report_add(more, report_print(r, "%s %s", eg_text_at(finding, "text"),
                                          value_text(r, finding)));
            continue;
        }
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
    if (more->len > 0)
        eg_paper_text(
            r->paper,
            report_print(r, "Also outside the norm: %s.", report_join(r, more, "; ", more->len)),
            EG_PAPER_PLAIN);
    g_ptr_array_free(more, TRUE);
    if (n == 0)
        eg_paper_text(r->paper, "Nothing outside its norm has been measured.", EG_PAPER_QUIET);
    write_unknown(r);
}

/* What was measured but has no norm: the number stands, whether it is a problem is not known. Two
 * values a line, or they would hide what was found. */
void report_write_unjudged(report *r) {
    static const eg_paper_column columns[] = {
        {"Measured", 3.6, 0}, {"Value", 1.3, 1}, {"Measured", 3.6, 0}, {"Value", 1.3, 1}};
    eg_paper_cell cells[UNJUDGED_MAX * 2 + 2] = {{NULL, EG_PAPER_PLAIN}};
    size_t n = 0;
    size_t n_all = 0;
    size_t i;
    json_t *finding;
    json_array_foreach(r->input->findings, i, finding) {
        if (!is_unjudged(finding)) continue;
        n_all++;
        if (n == UNJUDGED_MAX) continue;
        const char *change = eg_text_at(json_object_get(finding, "change"), "text");
        const char *side = eg_text_at(json_object_get(finding, "side_to_side"), "text");
        eg_paper_cell *cell = cells + 2 * n++;
        cell[0] = (eg_paper_cell){
            report_print(r, "%s\n%s%s%s", report_valid(r, eg_text_at(finding, "text")),
                         source_line(r, finding), change[0] ? "\n" : "", report_plain(r, change)),
            EG_PAPER_PLAIN};
        cell[1] = (eg_paper_cell){report_print(r, "%s%s%s", value_text(r, finding),
                                               side[0] ? "\n" : "", report_plain(r, side)),
                                  EG_PAPER_STRONG};
    }
    if (n == 0) return;
    eg_paper_heading(r->paper, "Measured, without a norm",
                     "no norm for this condition: whether these are problems is not known");
    eg_paper_table(r->paper, columns, 4, cells, (n + 1) / 2);
    if (n_all > n)
        eg_paper_text(r->paper, report_print(r, "and %zu more values", n_all - n), EG_PAPER_QUIET);
}
