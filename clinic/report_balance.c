/* One page about one balance recording. */
#include <math.h>
#include <string.h>

#include "clinic/report_part.h"
#include "clinic/row.h"
#include "core/base/check.h"

enum { MEASURES_MAX = 14, NOTE_SIZE = 300 };

static void write_verdict(report *r) {
    const json_t *result = r->input->chart;
    const char *verdict = eg_text_at(result, "verdict");
    int is_fail = strcmp(verdict, "fail") == 0;
    const json_t *condition = json_object_get(result, "condition");
    double age = eg_number_at(condition, "age_years");
    const char *const pairs[][2] = {
        {"Quality", is_fail                        ? "failed: repeat the trial; no value is shown"
                    : strcmp(verdict, "warn") == 0 ? "usable with care, see the checks below"
                                                   : "good"},
        {"Recorded", report_print(r, "%s at %s Hz, layout “%s”",
                                  report_amount(r, eg_number_at(result, "duration_s"), "s"),
                                  report_number(r, eg_number_at(result, "rate_hz")),
                                  eg_text_at(result, "map"))},
        {"Condition", report_condition(r, condition)},
        {"Age",
         isnan(age) ? "not known: no norm can be shown" : report_print(r, "%.0f years", age)},
        {"Analysed as", report_print(r, "profile %s", eg_text_at(result, "profile"))},
    };
    eg_paper_summary(r->paper, "In one minute", pairs, sizeof pairs / sizeof pairs[0]);
}

static void write_quality(report *r) {
    static const eg_paper_column columns[] = {
        {"Check", 1.4, 0}, {"Verdict", 0.8, 0}, {"What was seen", 6, 0}};
    const json_t *quality = json_object_get(r->input->chart, "quality");
    eg_paper_cell cells[32 * 3];
    size_t n = 0;
    GPtrArray *fine = g_ptr_array_new();
    size_t i;
    json_t *check;
    json_array_foreach(quality, i, check) {
        const char *verdict = eg_text_at(check, "verdict");
        char *name = g_strdup(eg_text_at(check, "check"));
        g_strdelimit(name, "_", ' ');
        const char *kept = report_print(r, "%s", name);
        g_free(name);
        if (strcmp(verdict, "ok") == 0) {
            g_ptr_array_add(fine, (char *)(uintptr_t)kept);
        } else if (n < 32) {
            eg_paper_cell *row = cells + 3 * n++;
            row[0] = (eg_paper_cell){kept, EG_PAPER_PLAIN};
            row[1] = (eg_paper_cell){verdict,
                                     strcmp(verdict, "fail") == 0 ? EG_PAPER_STOP : EG_PAPER_ACT};
            row[2] = (eg_paper_cell){eg_text_at(check, "detail"), EG_PAPER_PLAIN};
        }
    }
    eg_paper_heading(r->paper, "Quality checks",
                     report_print(r, "%u of %zu passed", fine->len, json_array_size(quality)));
    if (n > 0) eg_paper_table(r->paper, columns, 3, cells, n);
    if (fine->len > 0)
        eg_paper_text(r->paper, report_print(r, "Passed: %s.", report_join(r, fine, ", ", 32)),
                      EG_PAPER_QUIET);
    g_ptr_array_free(fine, TRUE);
}

static const char *norm_text(report *r, const json_t *measure) {
    const json_t *norm = json_object_get(measure, "norm");
    const char *why_not = eg_text_at(measure, "no_norm");
    if (norm == NULL) return why_not[0] != '\0' ? why_not : "no norm held";
    return report_print(r, "%s %s to %s\n%.0f to %.0f years, %s, eyes %s",
                        eg_text_at(norm, "position"), report_number(r, eg_number_at(norm, "p5")),
                        report_number(r, eg_number_at(norm, "p95")), eg_number_at(norm, "age_low"),
                        eg_number_at(norm, "age_high"), eg_text_at(norm, "surface"),
                        eg_text_at(norm, "vision"));
}

/* With a norm first, then with a known noise, then the rest, as far as a page goes. */
static int rank_of(const json_t *measure) {
    if (json_object_get(measure, "norm") != NULL) return 0;
    return json_object_get(measure, "reliability") != NULL ? 1 : 2;
}

static void write_measures(report *r) {
    static const eg_paper_column columns[] = {
        {"Measure", 3.2, 0}, {"Value", 1.6, 1}, {"Norm band", 2.8, 0}, {"MDC95", 1.6, 1}};
    const json_t *measures = json_object_get(r->input->chart, "measures");
    eg_paper_cell cells[MEASURES_MAX * 4];
    size_t n = 0;
    size_t n_known = 0;
    for (int rank = 0; rank < 3; rank++) {
        size_t i;
        json_t *measure;
        json_array_foreach(measures, i, measure) {
            double value = eg_number_at(measure, "value");
            const json_t *reliability = json_object_get(measure, "reliability");
            double mdc = eg_number_at(reliability, "mdc95");
            const char *name = eg_text_at(measure, "name");
            if (rank_of(measure) != rank || isnan(value)) continue;
            n_known++;
            if (n == MEASURES_MAX) continue;
            eg_paper_cell *row = cells + 4 * n++;
            row[0] = (eg_paper_cell){name[0] ? name : eg_text_at(measure, "code"), EG_PAPER_PLAIN};
            row[1] = (eg_paper_cell){report_amount(r, value, eg_text_at(measure, "unit")),
                                     EG_PAPER_STRONG};
            row[2] = (eg_paper_cell){norm_text(r, measure), EG_PAPER_QUIET};
            row[3] = (eg_paper_cell){
                isnan(mdc) ? "not known"
                           : report_print(r, "%.3g\n%s", mdc, eg_text_at(reliability, "interval")),
                EG_PAPER_QUIET};
        }
    }
    eg_paper_heading(r->paper, "Measures",
                     n > 0 ? "norm: 5th to 95th percentile of healthy people" : NULL);
    if (n > 0) eg_paper_table(r->paper, columns, 4, cells, n);
    if (n_known > n)
        eg_paper_text(
            r->paper,
            report_print(r, "and %zu more: engram measure balance shows them all.", n_known - n),
            EG_PAPER_QUIET);
    if (n == 0) {
        const char *reason = eg_text_at(r->input->chart, "reason");
        eg_paper_text(r->paper, reason[0] ? reason : "No value is shown.", EG_PAPER_ACT);
    }
}

static void write_unknown(report *r) {
    const json_t *warnings = json_object_get(r->input->chart, "warnings");
    size_t i;
    json_t *warning;
    eg_paper_heading(r->paper, "What is not known", NULL);
    eg_paper_text(r->paper,
                  "Sway alone does not tell who will fall. Where noise was measured within one "
                  "session, noise from day to day is not known. Norms and noise have not been "
                  "verified by a clinician.",
                  EG_PAPER_QUIET);
    json_array_foreach(warnings, i, warning) {
        if (i < 4 && json_is_string(warning))
            eg_paper_text(r->paper, report_cut(r, json_string_value(warning), NOTE_SIZE),
                          EG_PAPER_ACT);
    }
}

static void write_page(report *r, const json_t *trace, const char *subject) {
    report_samples samples;
    eg_paper_title(r->paper, "Balance recording", subject);
    write_verdict(r);
    report_samples_read(&samples, trace);
    eg_paper_recording(r->paper, &samples.sway, samples.t_s);
    report_samples_release(&samples);
    write_quality(r);
    write_measures(r);
    write_unknown(r);
}

static eg_err discard(void *closure, const unsigned char *bytes, size_t n) {
    (void)closure;
    (void)bytes;
    (void)n;
    return EG_OK;
}

eg_err eg_report_balance(const eg_clinic *clinic, const json_t *result, const json_t *trace,
                         eg_paper_sink sink, void *closure, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && sink != NULL);
    /* The parts read their object as a chart is read. */
    const eg_report_input input = {.chart = result};
    report r = {.clinic = clinic, .input = &input};
    char created_at[EG_STORE_INSTANT_SIZE];
    char today[EG_DATE_SIZE];
    if (!json_is_object(result) || !json_is_object(trace))
        return eg_diag_set(diag, EG_ERR_MEMORY, "report", 0, "no memory for the recording");
    r.pool = g_ptr_array_new_with_free_func(g_free);
    eg_instant_format(clinic->now_ms, created_at);
    eg_clinic_today(clinic, today);
    const char *file = eg_text_at(result, "file");
    const char *slash = strrchr(file, '/');
    const char *name = report_isolated(&r, report_cut(&r, slash != NULL ? slash + 1 : file, 120));
    eg_paper_info info = {.title = "Balance recording",
                          .subject = name,
                          .created_at = created_at,
                          .notice = "Written by Engram, which is not a certified medical device."};
    const char *subject = report_print(&r, "%s · written %s", name, report_date(&r, today));
    eg_err error = EG_OK;
    for (int pass = 0; pass < 2 && error == EG_OK; pass++) {
        error = eg_paper_create(&info, pass == 0 ? discard : sink, pass == 0 ? NULL : closure,
                                &r.paper);
        if (error != EG_OK) break;
        write_page(&r, trace, subject);
        error = eg_paper_finish(r.paper, pass == 0 ? &info.n_pages : NULL);
    }
    g_ptr_array_free(r.pool, TRUE);
    if (error != EG_OK)
        return eg_diag_set(diag, error, "report", 0, "the PDF could not be written: %s",
                           eg_err_text(error));
    return EG_OK;
}
