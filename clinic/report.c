#include "clinic/report.h"

#include <string.h>

#include "clinic/report_part.h"
#include "clinic/row.h"
#include "core/base/check.h"

int eg_report_type_find(const char *name) {
    if (strcmp(name, "evaluation_plan") == 0) return EG_REPORT_EVALUATION_PLAN;
    if (strcmp(name, "progress") == 0) return EG_REPORT_PROGRESS;
    return -1;
}

static const char *title_of(const report *r) {
    if (r->type == EG_REPORT_EVALUATION_PLAN) return "Evaluation and plan of care";
    const json_t *newest = report_newest(r);
    return strcmp(eg_body_text(newest, "type"), "discharge") == 0 ? "Discharge report"
                                                                  : "Progress report";
}

static void write_title(report *r) {
    const json_t *person = eg_member(json_object_get(r->input->chart, "person"), "body");
    const json_t *episode = eg_member(json_object_get(r->input->chart, "episode"), "body");
    const char *discipline = eg_text_at(episode, "discipline");
    char today[EG_DATE_SIZE];
    eg_clinic_today(r->clinic, today);
    const char *born = eg_text_at(person, "birth_date");
    int64_t born_days = 0;
    int64_t today_days = 0;
    const char *age =
        eg_date_parse(born, &born_days) && eg_date_parse(today, &today_days)
            ? report_print(r, " (%s)",
                           report_count(r, eg_years_between(born_days, today_days), "year"))
            : "";
    /* The mark keeps a line that begins with a Hebrew name running from left to right. */
    eg_paper_title(r->paper, title_of(r),
                   report_print(r, "\u200e%s · born %s%s · %s\n%s · written %s", report_person(r),
                                report_date(r, born), age,
                                strcmp(discipline, "OT") == 0   ? "Occupational therapy"
                                : strcmp(discipline, "PT") == 0 ? "Physical therapy"
                                                                : discipline,
                                report_valid(r, eg_text_at(episode, "title")),
                                report_date(r, today)));
    if (json_is_true(json_object_get(person, "example")))
        eg_paper_box(r->paper, "Example: this person is invented, and so is every number of theirs",
                     "", EG_PAPER_PLAIN);
}

static void write_draft_warning(report *r, const json_t *document, const char *what) {
    if (report_is_changed(document)) {
        eg_paper_box(r->paper, "Changed since it was signed",
                     report_print(r,
                                  "This %s is not what was signed: its stored text or its "
                                  "signature was altered afterwards. It must not be acted upon. "
                                  "Compare it with a backup, then sign a new version.",
                                  what),
                     EG_PAPER_STOP);
        return;
    }
    if (document == NULL || report_signature(r, document) != NULL) return;
    eg_paper_box(r->paper, "Draft, not signed",
                 report_print(r, "This %s has not been signed and must not be acted upon.", what),
                 EG_PAPER_ACT);
}

static void write_precautions(report *r) {
    size_t i;
    json_t *chip;
    GPtrArray *warnings = g_ptr_array_new();
    GPtrArray *stops = g_ptr_array_new();
    json_array_foreach(json_object_get(r->input->chart, "precautions"), i, chip) {
        const char *kind = eg_text_at(chip, "kind");
        const char *text = eg_text_at(chip, "text");
        if (strcmp(kind, "stop") == 0) report_add(stops, text);
        if (strcmp(kind, "warn") == 0) report_add(warnings, text);
    }
    if (stops->len > 0)
        eg_paper_box(r->paper, "Safety", report_join(r, stops, "\n", 10), EG_PAPER_STOP);
    if (warnings->len > 0)
        eg_paper_box(r->paper, "Precautions", report_join(r, warnings, " · ", 10), EG_PAPER_ACT);
    g_ptr_array_free(stops, TRUE);
    g_ptr_array_free(warnings, TRUE);
}

/* "Goal “...”, version 3, 2 Mar 2026" */
static void add_addendum(report *r, GPtrArray *lines, const json_t *document) {
    const json_t *body = eg_member(document, "body");
    if (!json_is_true(eg_member(body, "addendum"))) return;
    const char *kind = eg_text_at(document, "kind"), *what = "";
    if (strcmp(kind, "goal") == 0)
        what = report_print(r, " “%s”", report_cut(r, eg_text_at(body, "text"), 60));
    else if (strcmp(kind, "entry") == 0)
        what = report_print(r, " %s",
                            report_measure(r, eg_text_at(body, "code"), eg_text_at(body, "side")));
    else if (eg_is_given(body, "date"))
        what = report_print(r, " of %s", report_date(r, eg_text_at(body, "date")));
    const char *name = strcmp(kind, "entry") == 0           ? "value"
                       : strcmp(kind, "finding_value") == 0 ? "finding"
                                                            : kind;
    report_add(lines, report_print(r, "\u200e%s%s: version %d, written %s", name, what,
                                   (int)json_integer_value(eg_member(document, "version")),
                                   report_date(r, eg_text_at(document, "local_date"))));
}

/* What was written after the discharge is not mistaken for what was known before. */
static void write_addenda(report *r) {
    static const char *const members[] = {"referral", "intake",     "releases",       "evaluations",
                                          "entries",  "recordings", "finding_values", "goals",
                                          "plans",    "sessions",   "reports"};
    GPtrArray *lines = g_ptr_array_new();
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const json_t *member = json_object_get(r->input->chart, members[i]);
        for (size_t k = 0; k < json_array_size(member); k++)
            add_addendum(r, lines, json_array_get(member, k));
        if (json_is_object(member)) add_addendum(r, lines, member);
    }
    if (lines->len > 0)
        eg_paper_box(r->paper, "Addendum, after discharge", report_join(r, lines, "\n", 12),
                     EG_PAPER_ACT);
    g_ptr_array_free(lines, TRUE);
}

static void write_blocks(report *r) {
    write_title(r);
    if (r->type == EG_REPORT_EVALUATION_PLAN) {
        write_draft_warning(r, report_plan(r), "plan");
        write_addenda(r);
        write_precautions(r);
        report_write_summary(r);
        report_write_history(r);
        report_write_findings(r);
        report_write_traces(r);
        report_write_goals(r, 0);
        report_write_plan(r);
        report_write_signature(r, report_plan(r));
        report_write_unjudged(r);
        return;
    }
    if (report_newest(r) == NULL)
        eg_paper_box(r->paper,
                     "No report has been written yet: this is the chart as it is now, not signed",
                     "", EG_PAPER_PLAIN);
    write_draft_warning(r, report_newest(r), "report");
    write_addenda(r);
    write_precautions(r);
    report_write_progress(r);
    report_write_plan(r);
    report_write_signature(r, report_newest(r));
}

static eg_err discard(void *closure, const unsigned char *bytes, size_t n) {
    (void)closure;
    (void)bytes;
    (void)n;
    return EG_OK;
}

eg_err report_count_pages(report *r, eg_paper_info *info, void (*write)(report *r)) {
    info->n_pages = 0;
    eg_err error = eg_paper_create(info, discard, NULL, &r->paper);
    if (error != EG_OK) return error;
    write(r);
    return eg_paper_finish(r->paper, &info->n_pages);
}

eg_err report_put(report *r, const eg_paper_info *info, void (*write)(report *r),
                  eg_paper_sink sink, void *closure) {
    eg_err error = eg_paper_create(info, sink, closure, &r->paper);
    if (error != EG_OK) return error;
    write(r);
    return eg_paper_finish(r->paper, NULL);
}

eg_err report_result(eg_err error, eg_diag *diag) {
    if (error == EG_OK) return EG_OK;
    return eg_diag_set(diag, error, "report", 0, "the PDF could not be written: %s",
                       eg_err_text(error));
}

/* What the reader can hold against the store: the hash that the signature covers. */
static const char *fingerprint(report *r) {
    const json_t *document =
        r->type == EG_REPORT_EVALUATION_PLAN ? report_plan(r) : report_newest(r);
    const json_t *signature = report_signature(r, document);
    if (signature == NULL) return "Not signed: this paper has no content hash.";
    return report_print(r, "SHA-256 of the signed %s %s", eg_text_at(document, "kind"),
                        eg_text_at(signature, "content_hash"));
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
    const json_t *person = eg_member(json_object_get(input->chart, "person"), "body");
    int is_example = json_is_true(json_object_get(person, "example"));
    eg_paper_info info = {
        .title = title_of(&r),
        .subject = report_print(&r, "%s%s", report_person(&r), is_example ? " (invented)" : ""),
        .created_at = created_at,
        .notice = "Written by Engram " ENGRAM_VERSION
                  ", which is not a certified medical device. Rules and doses have not been "
                  "verified by a clinician.",
        .fingerprint = fingerprint(&r)};
    /* The first pass counts the pages, the second writes them with "of N". */
    eg_err error = report_count_pages(&r, &info, write_blocks);
    if (error == EG_OK) error = report_put(&r, &info, write_blocks, sink, closure);
    g_ptr_array_free(r.pool, TRUE);
    return report_result(error, diag);
}
