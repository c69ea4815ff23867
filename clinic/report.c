#include "clinic/report.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "clinic/knowledge.h"
#include "clinic/row.h"
#include "core/base/check.h"

enum { ROWS_MAX = 64, SHOWN_FINDINGS_MAX = 14, TRENDS_MAX = 6, POINTS_MAX = 64 };

/* One report while it is being written. Strings made on the way live in `pool`. */
typedef struct report {
    const eg_clinic *clinic;
    const eg_report_input *input;
    eg_report_type type;
    eg_paper *paper;
    GPtrArray *pool;
} report;

int eg_report_type_find(const char *name) {
    if (strcmp(name, "evaluation_plan") == 0) return EG_REPORT_EVALUATION_PLAN;
    if (strcmp(name, "progress") == 0) return EG_REPORT_PROGRESS;
    return -1;
}

static const char *keep(report *r, char *text) {
    g_ptr_array_add(r->pool, text);
    return text;
}

static const char *print(report *r, const char *format, ...) EG_PRINTF(2, 3);

static const char *print(report *r, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return keep(r, text);
}

/* "12.3", or "?" for what is not known: a report never leaves a gap that looks like a zero. */
static const char *number_text(report *r, double value) {
    return isnan(value) ? "?" : print(r, "%.4g", value);
}

static const char *measure_text(report *r, double value, const char *unit) {
    if (isnan(value)) return "?";
    char text[EG_UNIT_TEXT_SIZE];
    return print(r, "%.4g%s", value, eg_unit_say(unit, text));
}

/* What people call an entry of knowledge/: its name, or the id where it is not known there. */
static const char *name_of(const report *r, const char *kind, const char *id) {
    if (r->clinic->knowledge == NULL) return id;
    const char *name = eg_text_at(eg_knowledge_find(r->clinic->knowledge, kind, id), "name");
    return name[0] == '\0' ? id : name;
}

static const char *join(report *r, GPtrArray *parts, const char *between) {
    g_ptr_array_add(parts, NULL);
    return keep(r, g_strjoinv(between, (char **)parts->pdata));
}

/* The document's newest signature, or NULL. */
static const json_t *signature_of(const report *r, const json_t *document) {
    const json_t *found = NULL;
    size_t i;
    json_t *signature;
    json_array_foreach(json_object_get(r->input->chart, "signatures"), i, signature) {
        const json_t *body = eg_member(signature, "body");
        if (strcmp(eg_text_at(body, "document_id"), eg_text_at(document, "id")) == 0 &&
            json_integer_value(json_object_get(body, "document_version")) ==
                json_integer_value(json_object_get(document, "version")))
            found = body;
    }
    return found;
}

static const json_t *plan_of(const report *r) {
    return json_array_get(json_object_get(r->input->chart, "plans"), 0);
}

static const json_t *goal_by_id(const report *r, const char *id) {
    size_t i;
    json_t *goal;
    json_array_foreach(json_object_get(r->input->chart, "goals"), i, goal) {
        if (strcmp(eg_text_at(goal, "id"), id) == 0) return eg_member(goal, "body");
    }
    return NULL;
}

static const char *person_name(report *r) {
    const json_t *body = eg_member(json_object_get(r->input->chart, "person"), "body");
    return print(r, "%s %s", eg_text_at(body, "given_name"), eg_text_at(body, "family_name"));
}

static void write_title(report *r, const char *title) {
    const json_t *person = eg_member(json_object_get(r->input->chart, "person"), "body");
    const json_t *episode = eg_member(json_object_get(r->input->chart, "episode"), "body");
    char today[EG_DATE_SIZE];
    eg_clinic_today(r->clinic, today);
    const char *born = eg_text_at(person, "birth_date");
    int64_t born_days = 0;
    int64_t today_days = 0;
    const char *age = eg_date_parse(born, &born_days) && eg_date_parse(today, &today_days)
                          ? print(r, " (%d y)", eg_years_between(born_days, today_days))
                          : "";
    eg_paper_title(r->paper, title,
                   print(r, "%s · born %s%s · %s, %s · %s", person_name(r), born, age,
                         eg_text_at(episode, "discipline"), eg_text_at(episode, "title"), today));
    if (json_is_true(json_object_get(person, "example")))
        eg_paper_text(r->paper, "Example: this person is invented.", EG_PAPER_QUIET);
}

static void write_draft_warning(report *r, const json_t *document, const char *what) {
    if (document == NULL || signature_of(r, document) != NULL) return;
    eg_paper_box(r->paper, "Draft, not signed",
                 print(r, "This %s has not been signed and must not be acted upon.", what),
                 EG_PAPER_ACT);
}

static void write_precautions(report *r) {
    size_t i;
    json_t *chip;
    GPtrArray *warnings = g_ptr_array_new();
    GPtrArray *stops = g_ptr_array_new();
    json_array_foreach(json_object_get(r->input->chart, "precautions"), i, chip) {
        const char *kind = eg_text_at(chip, "kind");
        char *text = (char *)(uintptr_t)eg_text_at(chip, "text");
        if (strcmp(kind, "stop") == 0) g_ptr_array_add(stops, text);
        if (strcmp(kind, "warn") == 0) g_ptr_array_add(warnings, text);
    }
    if (stops->len > 0) eg_paper_box(r->paper, "Safety", join(r, stops, "\n"), EG_PAPER_STOP);
    if (warnings->len > 0)
        eg_paper_box(r->paper, "Precautions", join(r, warnings, " · "), EG_PAPER_ACT);
    g_ptr_array_free(stops, TRUE);
    g_ptr_array_free(warnings, TRUE);
}

/* Is this finding a problem that was measured (and not something as it should be, or unknown)? */
static int is_problem(const json_t *finding) {
    const char *severity = eg_text_at(finding, "severity");
    return !json_is_true(json_object_get(finding, "unknown")) && strcmp(severity, "none") != 0 &&
           strcmp(severity, "unknown") != 0 && severity[0] != '\0';
}

/* What stands in the first box: the sentence a colleague would say. */
static void write_summary(report *r) {
    const json_t *intake = eg_member(json_object_get(r->input->chart, "intake"), "body");
    const json_t *plan = eg_member(plan_of(r), "body");
    GString *text = g_string_new(NULL);
    const char *diagnosis = eg_text_at(json_object_get(intake, "diagnosis"), "text");
    if (diagnosis[0] != '\0') g_string_append_printf(text, "%s. ", diagnosis);
    GPtrArray *worst = g_ptr_array_new();
    size_t i;
    json_t *finding;
    json_array_foreach(r->input->findings, i, finding) {
        if (is_problem(finding) && worst->len < 4)
            g_ptr_array_add(worst, (char *)(uintptr_t)eg_text_at(finding, "text"));
    }
    if (worst->len > 0) g_string_append_printf(text, "Found: %s. ", join(r, worst, "; "));
    g_ptr_array_free(worst, TRUE);
    if (plan != NULL) {
        g_string_append_printf(text, "Planned: %s a week for %s weeks",
                               number_text(r, eg_number_at(plan, "frequency_per_week")),
                               number_text(r, eg_number_at(plan, "duration_weeks")));
        const char *between = ": ";
        json_t *decision;
        json_array_foreach(json_object_get(plan, "decisions"), i, decision) {
            if (strcmp(eg_text_at(decision, "decision"), "rejected") == 0) continue;
            g_string_append_printf(text, "%s%s", between, eg_text_at(decision, "title"));
            between = "; ";
        }
        g_string_append(text, ".");
    }
    if (text->len > 0) eg_paper_box(r->paper, "In one minute", text->str, EG_PAPER_PLAIN);
    g_string_free(text, TRUE);
}

static const char *list_names(report *r, const json_t *array, const char *key) {
    GPtrArray *names = g_ptr_array_new();
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item) {
        const char *name = key == NULL ? json_string_value(item) : eg_text_at(item, key);
        if (name != NULL && name[0] != '\0') g_ptr_array_add(names, (char *)(uintptr_t)name);
    }
    const char *text = names->len == 0 ? "" : join(r, names, ", ");
    g_ptr_array_free(names, TRUE);
    return text;
}

static void write_history(report *r) {
    const json_t *referral = eg_member(json_object_get(r->input->chart, "referral"), "body");
    const json_t *intake = eg_member(json_object_get(r->input->chart, "intake"), "body");
    eg_paper_heading(r->paper, "Referral and history", NULL);
    const json_t *falls = json_object_get(intake, "falls_12mo");
    const char *const pairs[][2] = {
        {"Referred by", eg_text_at(referral, "referrer")},
        {"Asked for", eg_text_at(referral, "request")},
        {"Diagnosis", eg_text_at(json_object_get(intake, "diagnosis"), "text")},
        {"Onset", eg_text_at(intake, "onset_at")},
        {"Affected side", eg_text_at(intake, "affected_side")},
        {"Hand dominance", eg_text_at(intake, "hand_dominance")},
        {"Medication", list_names(r, json_object_get(intake, "medications"), "name")},
        {"Implants", list_names(r, json_object_get(intake, "implants"), "name")},
        {"Falls, 12 months", json_is_integer(falls)
                                 ? print(r, "%" JSON_INTEGER_FORMAT, json_integer_value(falls))
                                 : ""},
        {"History", eg_text_at(intake, "history")},
    };
    eg_paper_pairs(r->paper, pairs, sizeof pairs / sizeof pairs[0]);
    size_t i;
    json_t *goal;
    json_array_foreach(json_object_get(intake, "own_goals"), i, goal) {
        eg_paper_text(r->paper, print(r, "“%s”", eg_text_at(goal, "text")), EG_PAPER_STRONG);
    }
}

/* The norm if one is known, else the other side, else nothing is claimed. */
static const char *comparison(report *r, const json_t *finding) {
    const json_t *norm = json_object_get(finding, "norm");
    const json_t *side = json_object_get(finding, "side_to_side");
    if (norm != NULL && eg_text_at(norm, "text")[0] != '\0' && side != NULL)
        return print(r, "%s\n%s", eg_text_at(norm, "text"), eg_text_at(side, "text"));
    if (norm != NULL && eg_text_at(norm, "text")[0] != '\0') return eg_text_at(norm, "text");
    if (side != NULL) return eg_text_at(side, "text");
    return "no norm yet";
}

static const char *icf_text(report *r, const json_t *finding) {
    const json_t *icf = json_object_get(finding, "icf");
    if (icf == NULL || eg_text_at(icf, "code")[0] == '\0') return "";
    const json_t *qualifier = json_object_get(icf, "qualifier");
    if (!json_is_integer(qualifier)) return eg_text_at(icf, "code");
    return print(r, "%s.%" JSON_INTEGER_FORMAT, eg_text_at(icf, "code"),
                 json_integer_value(qualifier));
}

static void write_findings(report *r) {
    static const eg_paper_column columns[] = {{"Finding", 4.4, 0},
                                              {"Value", 1.5, 1},
                                              {"Norm, other side", 2.4, 0},
                                              {"Severity", 1.2, 0},
                                              {"ICF", 0.9, 0}};
    enum { COLUMNS = 5 };
    eg_paper_cell cells[SHOWN_FINDINGS_MAX * COLUMNS];
    size_t n = 0;
    size_t n_problems = 0;
    GPtrArray *unknown = g_ptr_array_new();
    size_t i;
    json_t *finding;
    json_array_foreach(r->input->findings, i, finding) {
        if (json_is_true(json_object_get(finding, "unknown")) &&
            json_is_true(json_object_get(finding, "relevant")) && unknown->len < 12)
            g_ptr_array_add(unknown, (char *)(uintptr_t)eg_text_at(finding, "meaning"));
        if (!is_problem(finding)) continue;
        n_problems++;
        if (n == SHOWN_FINDINGS_MAX) continue;
        eg_paper_cell *row = cells + COLUMNS * n++;
        row[0] = (eg_paper_cell){print(r, "%s\n%s", eg_text_at(finding, "text"),
                                       eg_text_at(json_object_get(finding, "source"), "text")),
                                 EG_PAPER_PLAIN};
        row[1] = (eg_paper_cell){eg_text_at(finding, "value_text"), EG_PAPER_STRONG};
        row[2] = (eg_paper_cell){comparison(r, finding), EG_PAPER_QUIET};
        row[3] = (eg_paper_cell){eg_text_at(finding, "severity"), EG_PAPER_ACT};
        row[4] = (eg_paper_cell){icf_text(r, finding), EG_PAPER_QUIET};
    }
    eg_paper_heading(r->paper, "Findings",
                     n_problems > n ? print(r, "worst %zu of %zu", n, n_problems) : "worst first");
    if (n > 0) eg_paper_table(r->paper, columns, COLUMNS, cells, n);
    if (n == 0) eg_paper_text(r->paper, "No finding outside its norm.", EG_PAPER_QUIET);
    if (unknown->len > 0)
        eg_paper_text(r->paper, print(r, "Not known yet: %s.", join(r, unknown, "; ")),
                      EG_PAPER_QUIET);
    g_ptr_array_free(unknown, TRUE);
}

/* Copies a JSON array of numbers; returns how many. The caller frees `*values`. */
static size_t copy_numbers(const json_t *array, double **values) {
    size_t n = json_array_size(array);
    *values = g_new0(double, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(array, i);
        (*values)[i] = json_is_number(value) ? json_number_value(value) : (double)NAN;
    }
    return n;
}

static void write_traces(report *r) {
    enum { TRACES_MAX = 3 };
    eg_paper_sway sways[TRACES_MAX];
    double *buffers[2 * TRACES_MAX];
    size_t n = 0;
    size_t i;
    json_t *item;
    json_array_foreach(r->input->traces, i, item) {
        if (n == TRACES_MAX) break;
        const json_t *trace = json_object_get(item, "trace");
        const json_t *ellipse = json_object_get(trace, "ellipse");
        size_t n_ml = copy_numbers(json_object_get(trace, "ml_mm"), &buffers[2 * n]);
        size_t n_ap = copy_numbers(json_object_get(trace, "ap_mm"), &buffers[2 * n + 1]);
        sways[n] = (eg_paper_sway){.title = eg_text_at(item, "title"),
                                   .caption = eg_text_at(item, "caption"),
                                   .ml_mm = buffers[2 * n],
                                   .ap_mm = buffers[2 * n + 1],
                                   .n = n_ml < n_ap ? n_ml : n_ap,
                                   .center_ml_mm = eg_number_at(ellipse, "cx"),
                                   .center_ap_mm = eg_number_at(ellipse, "cy"),
                                   .major_mm = eg_number_at(ellipse, "major"),
                                   .minor_mm = eg_number_at(ellipse, "minor"),
                                   .angle_deg = eg_number_at(ellipse, "angle_deg")};
        n++;
    }
    if (n > 0) {
        eg_paper_heading(r->paper, "Balance recordings",
                         "front is up, right is right; circles at "
                         "10 and 20 mm");
        eg_paper_sways(r->paper, sways, n);
    }
    for (size_t k = 0; k < 2 * n; k++) g_free(buffers[k]);
}

static void write_goals(report *r, int with_attainment) {
    const json_t *goals = json_object_get(r->input->chart, "goals");
    static const eg_paper_column columns[] = {{"Goal, in the person's words", 4.4, 0},
                                              {"At first", 1.2, 1},
                                              {"Target", 1.2, 1},
                                              {"By", 1.3, 0},
                                              {"Attainment", 1.2, 0}};
    enum { COLUMNS = 5 };
    eg_paper_cell cells[ROWS_MAX * COLUMNS];
    size_t n = 0;
    size_t i;
    json_t *goal;
    json_array_foreach(goals, i, goal) {
        if (n == ROWS_MAX) break;
        const json_t *body = eg_member(goal, "body");
        const json_t *attained = json_object_get(body, "attained");
        const char *side = eg_text_at(body, "side");
        const char *warning = eg_text_at(body, "mdc_warning");
        eg_paper_cell *row = cells + COLUMNS * n++;
        row[0] = (eg_paper_cell){print(r, "“%s”\n%s%s%s%s%s", eg_text_at(body, "text"),
                                       name_of(r, "measures", eg_text_at(body, "measure_code")),
                                       side[0] ? ", " : "", side, warning[0] ? ". " : "", warning),
                                 EG_PAPER_PLAIN};
        row[1] = (eg_paper_cell){number_text(r, eg_number_at(body, "baseline")), EG_PAPER_PLAIN};
        row[2] = (eg_paper_cell){number_text(r, eg_number_at(body, "target")), EG_PAPER_STRONG};
        row[3] = (eg_paper_cell){eg_text_at(body, "due_on"), EG_PAPER_PLAIN};
        row[4] = (eg_paper_cell){
            json_is_integer(attained) ? print(r, "%+d", (int)json_integer_value(attained)) : "open",
            EG_PAPER_QUIET};
    }
    eg_paper_heading(r->paper, "Goals", print(r, "%zu", n));
    if (n > 0) eg_paper_table(r->paper, columns, COLUMNS - (with_attainment ? 0 : 1), cells, n);
}

static const char *dose_text(report *r, const json_t *dose) {
    static const char *const keys[] = {"frequency", "intensity", "time", "type", "volume"};
    GPtrArray *parts = g_ptr_array_new();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *part = eg_text_at(dose, keys[i]);
        if (part[0] != '\0') g_ptr_array_add(parts, (char *)(uintptr_t)part);
    }
    const char *text = parts->len == 0 ? "dose not stated" : join(r, parts, "; ");
    const char *progression = eg_text_at(dose, "progression");
    g_ptr_array_free(parts, TRUE);
    return progression[0] == '\0' ? text : print(r, "%s\nThen: %s", text, progression);
}

static const char *goal_texts(report *r, const json_t *goal_ids) {
    GPtrArray *texts = g_ptr_array_new();
    size_t i;
    json_t *id;
    json_array_foreach(goal_ids, i, id) {
        const json_t *goal = goal_by_id(r, json_string_value(id) ? json_string_value(id) : "");
        if (goal != NULL) g_ptr_array_add(texts, (char *)(uintptr_t)eg_text_at(goal, "text"));
    }
    const char *text = texts->len == 0 ? "" : join(r, texts, "; ");
    g_ptr_array_free(texts, TRUE);
    return text;
}

static const char *finding_texts(report *r, const json_t *names) {
    GPtrArray *texts = g_ptr_array_new();
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name) {
        const char *id = json_string_value(name) ? json_string_value(name) : "";
        g_ptr_array_add(texts, (char *)(uintptr_t)name_of(r, "findings", id));
    }
    const char *text = texts->len == 0 ? "" : join(r, texts, ", ");
    g_ptr_array_free(texts, TRUE);
    return text;
}

static eg_paper_cell plan_title_cell(report *r, const json_t *decision) {
    const char *findings = finding_texts(r, json_object_get(decision, "finding_names"));
    const char *status = eg_text_at(decision, "status");
    const char *reason = eg_text_at(decision, "reason");
    return (eg_paper_cell){
        print(r, "%s%s\n%s%s%s %s %s · %s, not verified by a clinician%s%s",
              eg_text_at(decision, "title"),
              strcmp(eg_text_at(decision, "decision"), "edited") == 0 ? " (edited)" : "",
              findings[0] ? "for " : "", findings, findings[0] ? "." : "",
              eg_text_at(decision, "rule_id"), eg_text_at(decision, "source"),
              status[0] ? status : "status not stated", reason[0] ? ". Reason: " : "", reason),
        EG_PAPER_PLAIN};
}

static void write_plan(report *r) {
    const json_t *document = plan_of(r);
    const json_t *plan = eg_member(document, "body");
    if (plan == NULL) return;
    static const eg_paper_column columns[] = {
        {"Intervention", 4, 0}, {"Dose", 3, 0}, {"Goal", 2.4, 0}};
    enum { COLUMNS = 3 };
    eg_paper_cell cells[ROWS_MAX * COLUMNS];
    size_t n = 0;
    GString *rejected = g_string_new(NULL);
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(plan, "decisions"), i, item) {
        if (strcmp(eg_text_at(item, "decision"), "rejected") == 0) {
            g_string_append_printf(rejected, "%s%s (%s): %s", rejected->len ? "\n" : "",
                                   eg_text_at(item, "title"), eg_text_at(item, "rule_id"),
                                   eg_text_at(item, "reason"));
            continue;
        }
        if (n == ROWS_MAX) continue;
        eg_paper_cell *row = cells + COLUMNS * n++;
        row[0] = plan_title_cell(r, item);
        row[1] = (eg_paper_cell){dose_text(r, json_object_get(item, "dose")), EG_PAPER_PLAIN};
        row[2] = (eg_paper_cell){goal_texts(r, json_object_get(item, "goal_ids")), EG_PAPER_QUIET};
    }
    json_array_foreach(json_object_get(plan, "others"), i, item) {
        if (n == ROWS_MAX) break;
        const json_t *dose = json_object_get(item, "dose");
        eg_paper_cell *row = cells + COLUMNS * n++;
        row[0] = (eg_paper_cell){
            print(r, "%s\n%s", eg_text_at(item, "title"), eg_text_at(item, "reason")),
            EG_PAPER_PLAIN};
        row[1] = (eg_paper_cell){
            json_is_string(dose) ? json_string_value(dose) : dose_text(r, dose), EG_PAPER_PLAIN};
        row[2] = (eg_paper_cell){goal_texts(r, json_object_get(item, "goal_ids")), EG_PAPER_QUIET};
    }
    eg_paper_heading(r->paper, "Plan of care",
                     print(r, "version %d · %s a week, %s to %s",
                           (int)json_integer_value(json_object_get(document, "version")),
                           number_text(r, eg_number_at(plan, "frequency_per_week")),
                           eg_text_at(plan, "start_on"), eg_text_at(plan, "end_on")));
    if (n > 0) eg_paper_table(r->paper, columns, COLUMNS, cells, n);
    if (rejected->len > 0)
        eg_paper_text(r->paper, print(r, "Proposed and not taken up: %s", rejected->str),
                      EG_PAPER_QUIET);
    g_string_free(rejected, TRUE);
    json_array_foreach(json_object_get(plan, "overrides"), i, item) {
        eg_paper_text(r->paper,
                      print(r, "Against advice %s, with the reason: %s",
                            eg_text_at(item, "rule_id"), eg_text_at(item, "reason")),
                      EG_PAPER_ACT);
    }
}

static void write_signature(report *r, const json_t *document) {
    const json_t *signature = signature_of(r, document);
    if (signature == NULL) return;
    eg_paper_heading(r->paper, "Signature", NULL);
    const char *const pairs[][2] = {
        {"Signed by", print(r, "%s, %s", eg_text_at(signature, "signer_name"),
                            eg_text_at(signature, "credential"))},
        {"At", eg_text_at(signature, "signed_at")},
        {"Note", eg_text_at(signature, "statement")},
        {"Content hash", eg_text_at(signature, "content_hash")},
    };
    eg_paper_pairs(r->paper, pairs, sizeof pairs / sizeof pairs[0]);
}

static void write_changes(report *r) {
    static const eg_paper_column columns[] = {{"Measure", 3.2, 0}, {"First", 1.2, 1},
                                              {"Now", 1.2, 1},     {"Change", 1.2, 1},
                                              {"MDC95", 1.3, 1},   {"Verdict", 2.8, 0}};
    enum { COLUMNS = 6 };
    eg_paper_cell cells[ROWS_MAX * COLUMNS];
    size_t n = 0;
    size_t i;
    json_t *measure;
    json_array_foreach(json_object_get(r->input->progress, "measures"), i, measure) {
        const json_t *points = json_object_get(measure, "points");
        size_t n_points = json_array_size(points);
        if (n_points < 2 || n == ROWS_MAX) continue;
        double first = eg_number_at(json_array_get(points, 0), "value");
        double last = eg_number_at(json_array_get(points, n_points - 1), "value");
        const char *unit = eg_text_at(measure, "unit");
        const char *side = eg_text_at(measure, "side");
        eg_paper_cell *row = cells + COLUMNS * n++;
        row[0] = (eg_paper_cell){
            print(r, "%s%s%s", eg_text_at(measure, "name"), side[0] ? ", " : "", side),
            EG_PAPER_PLAIN};
        row[1] = (eg_paper_cell){measure_text(r, first, unit), EG_PAPER_PLAIN};
        row[2] = (eg_paper_cell){measure_text(r, last, unit), EG_PAPER_STRONG};
        row[3] = (eg_paper_cell){print(r, "%+.3g", last - first), EG_PAPER_PLAIN};
        double mdc = eg_number_at(measure, "mdc");
        row[4] = (eg_paper_cell){
            isnan(mdc) ? "not known"
                       : print(r, "%.3g\n%s", mdc, eg_text_at(measure, "mdc_interval")),
            EG_PAPER_QUIET};
        row[5] = (eg_paper_cell){eg_text_at(measure, "text"), EG_PAPER_PLAIN};
    }
    eg_paper_heading(r->paper, "Measured again", "change is held against the measure's noise");
    if (n > 0) eg_paper_table(r->paper, columns, COLUMNS, cells, n);
    if (n == 0) eg_paper_text(r->paper, "Nothing has been measured twice yet.", EG_PAPER_QUIET);
}

static void write_trends(report *r) {
    eg_paper_trend trends[TRENDS_MAX];
    double values[TRENDS_MAX][POINTS_MAX];
    size_t n = 0;
    size_t i;
    json_t *measure;
    json_array_foreach(json_object_get(r->input->progress, "measures"), i, measure) {
        const json_t *points = json_object_get(measure, "points");
        size_t n_points = json_array_size(points);
        if (n_points < 2 || n == TRENDS_MAX) continue;
        size_t shown = n_points < POINTS_MAX ? n_points : POINTS_MAX;
        for (size_t k = 0; k < shown; k++)
            values[n][k] = eg_number_at(json_array_get(points, n_points - shown + k), "value");
        trends[n] = (eg_paper_trend){
            .title = eg_text_at(measure, "name"),
            .unit = eg_text_at(measure, "unit"),
            .verdict = eg_text_at(measure, "text"),
            .values = values[n],
            .n = shown,
            .mdc = eg_number_at(measure, "mdc"),
            .goal = eg_number_at(json_object_get(measure, "goal"), "target"),
            .lower_is_better = strcmp(eg_text_at(measure, "better"), "lower") == 0};
        n++;
    }
    if (n > 0) eg_paper_trends(r->paper, trends, n);
}

static void write_visits(report *r) {
    double totals[4] = {0};
    static const char *const keys[] = {"timed", "untimed", "rest", "unattended"};
    double repetitions = 0;
    size_t i;
    json_t *visit;
    const json_t *visits = json_object_get(r->input->progress, "visits");
    json_array_foreach(visits, i, visit) {
        const json_t *minutes = json_object_get(visit, "minutes");
        for (size_t k = 0; k < 4; k++) {
            double value = eg_number_at(minutes, keys[k]);
            if (!isnan(value)) totals[k] += value;
        }
        double count = eg_number_at(visit, "repetitions");
        if (!isnan(count)) repetitions += count;
    }
    eg_paper_heading(r->paper, "Visits", print(r, "%zu", json_array_size(visits)));
    const char *const pairs[][2] = {
        {"One to one", print(r, "%.0f min", totals[0])},
        {"Other treatment", print(r, "%.0f min", totals[1])},
        {"Rest", print(r, "%.0f min", totals[2])},
        {"Unattended", print(r, "%.0f min", totals[3])},
        {"Repetitions", print(r, "%.0f", repetitions)},
    };
    eg_paper_pairs(r->paper, pairs, sizeof pairs / sizeof pairs[0]);
}

static void write_attainment(report *r) {
    double t_score = eg_number_at(json_object_get(r->input->progress, "gas"), "t_score");
    if (!isnan(t_score))
        eg_paper_text(r->paper,
                      print(r, "Goal attainment T score %.2f (50 is: as expected).", t_score),
                      EG_PAPER_STRONG);
}

static const json_t *newest_report(const report *r) {
    const json_t *reports = json_object_get(r->input->chart, "reports");
    size_t n = json_array_size(reports);
    return n == 0 ? NULL : json_array_get(reports, n - 1);
}

static void write_blocks(report *r) {
    if (r->type == EG_REPORT_EVALUATION_PLAN) {
        write_title(r, "Evaluation and plan of care");
        write_draft_warning(r, plan_of(r), "plan");
        write_summary(r);
        write_precautions(r);
        write_history(r);
        write_findings(r);
        write_traces(r);
        write_goals(r, 0);
        write_plan(r);
        write_signature(r, plan_of(r));
        return;
    }
    write_title(r, "Progress report");
    write_draft_warning(r, newest_report(r), "report");
    write_precautions(r);
    write_changes(r);
    write_trends(r);
    write_goals(r, 1);
    write_attainment(r);
    write_visits(r);
    write_plan(r);
    if (newest_report(r) != NULL) write_signature(r, newest_report(r));
}

static eg_err discard(void *closure, const unsigned char *bytes, size_t n) {
    (void)closure;
    (void)bytes;
    (void)n;
    return EG_OK;
}

eg_err eg_report_write(const eg_clinic *clinic, const eg_report_input *input, eg_report_type type,
                       eg_paper_sink sink, void *closure, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && input != NULL && sink != NULL);
    if (!json_is_object(json_object_get(input->chart, "person")))
        return eg_diag_set(diag, EG_ERR_MISSING, "report", 0, "the chart holds no person");
    report r = {.clinic = clinic, .input = input, .type = type};
    r.pool = g_ptr_array_new_with_free_func(g_free);
    char created_at[EG_STORE_INSTANT_SIZE];
    eg_instant_format(clinic->now_ms, created_at);
    eg_paper_info info = {
        .title = type == EG_REPORT_PROGRESS ? "Progress report" : "Evaluation and plan of care",
        .subject = person_name(&r),
        .created_at = created_at,
        .notice = "Written by Engram, which is not a certified medical device. Rules and doses "
                  "have not been verified by a clinician."};
    /* The first pass counts the pages, the second writes them with "of N". */
    eg_err error = eg_paper_create(&info, discard, NULL, &r.paper);
    if (error == EG_OK) {
        write_blocks(&r);
        error = eg_paper_finish(r.paper, &info.n_pages);
    }
    if (error == EG_OK) error = eg_paper_create(&info, sink, closure, &r.paper);
    if (error == EG_OK) {
        write_blocks(&r);
        error = eg_paper_finish(r.paper, NULL);
    }
    g_ptr_array_free(r.pool, TRUE);
    if (error != EG_OK)
        return eg_diag_set(diag, error, "report", 0, "the PDF could not be written: %s",
                           eg_err_text(error));
    return EG_OK;
}
