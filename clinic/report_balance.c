/* One page about one balance recording. */
#include <math.h>
#include <string.h>

#include "clinic/report_part.h"
#include "clinic/row.h"
#include "core/base/check.h"

enum { MEASURES_MAX = 14, MEASURES_MIN = 2, NOTE_SIZE = 300 };

/* Area or velocity as the box at the top says it: "94.46 mm², within the norm (67.5 to 593)". */
static const char *headline(report *r, const char *code) {
    size_t i;
    json_t *measure;
    json_array_foreach(json_object_get(r->input->chart, "measures"), i, measure) {
        const json_t *norm = json_object_get(measure, "norm");
        if (strcmp(eg_text_at(measure, "code"), code) != 0) continue;
        if (isnan(eg_number_at(measure, "value"))) return "";
        const char *value = report_measure_value(r, measure);
        if (norm == NULL) return value;
        return report_print(r, "%s, %s the norm (%s to %s)", value, eg_text_at(norm, "position"),
                            report_rounded(r, eg_number_at(norm, "p5")),
                            report_rounded(r, eg_number_at(norm, "p95")));
    }
    return "";
}

static void write_verdict(report *r) {
    const json_t *result = r->input->chart;
    const json_t *condition = json_object_get(result, "condition");
    double age = eg_number_at(condition, "age_years");
    const char *const pairs[][2] = {
        {"Quality", report_verdict(result)},
        {"Sway area", headline(r, "cop.ellipse.area")},
        {"Velocity", headline(r, "cop.velocity.mean")},
        {"Condition",
         report_print(r, "%s; %s", report_condition(r, condition),
                      isnan(age) ? "age not known" : report_print(r, "%.0f years old", age))},
        {"Recorded", report_print(r, "%s at %s Hz; file layout “%s”, analysed with profile “%s”",
                                  report_amount(r, eg_number_at(result, "duration_s"), "s"),
                                  report_number(r, eg_number_at(result, "rate_hz")),
                                  eg_text_at(result, "map"), eg_text_at(result, "profile"))},
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
            report_add(fine, kept);
        } else if (n < 32) {
            int is_fail = strcmp(verdict, "fail") == 0;
            eg_paper_cell *row = cells + 3 * n++;
            row[0] = (eg_paper_cell){kept, EG_PAPER_PLAIN};
            row[1] = (eg_paper_cell){is_fail ? "failed" : "take care",
                                     is_fail ? EG_PAPER_STOP : EG_PAPER_ACT};
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

/* Why no norm is shown, where one reason holds for the whole trial; NULL where there are norms. */
static const char *missing_norm(report *r, const json_t *const *measures, size_t n) {
    static const char *const asked[][2] = {
        {"say --posture", "the posture is not stated (--posture standing or sitting)"},
        {"say --vision", "eyes and surface are not stated (--vision, --surface)"},
        {"say --age", "the age is not known (--age)"}};
    const char *reason = n > 0 ? eg_text_at(measures[0], "no_norm") : "";
    if (reason[0] == '\0') return NULL;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        if (strncmp(reason, asked[i][0], strlen(asked[i][0])) == 0) reason = asked[i][1];
    return report_print(r, "No norm is shown: %s.", reason);
}

/* What stands below the table once for all its rows. */
static void write_notes(report *r, const json_t *const *measures, size_t n, size_t n_known) {
    GPtrArray *notes = g_ptr_array_new();
    const char *missing = missing_norm(r, measures, n);
    const char *source = "";
    for (size_t i = 0; i < n && source[0] == '\0'; i++) source = report_norm_source(r, measures[i]);
    if (source[0] != '\0') report_add(notes, source);
    if (n > 0)
        report_add(notes, "MDC95: the smallest change that is more than "
                          "noise, and over which interval it holds.");
    if (n_known > n)
        report_add(notes,
                   report_print(
                       r, "%zu more measures are on the page and in engram measure balance --json.",
                       n_known - n));
    if (missing != NULL) eg_paper_text(r->paper, missing, EG_PAPER_ACT);
    if (notes->len > 0) eg_paper_text(r->paper, report_join(r, notes, " ", 4), EG_PAPER_QUIET);
    g_ptr_array_free(notes, TRUE);
}

static void write_measures(report *r, size_t max) {
    static const eg_paper_column with_norm[] = {
        {"Measure", 3.4, 0}, {"Value", 1.4, 1}, {"Norm", 2.0, 0}, {"MDC95", 2.2, 0}};
    static const eg_paper_column without_norm[] = {
        {"Measure", 3.4, 0}, {"Value", 1.4, 1}, {"MDC95", 4.2, 0}};
    const json_t *chosen[MEASURES_MAX];
    eg_paper_cell cells[MEASURES_MAX * 4];
    size_t n_known = 0;
    size_t n = report_choose(json_object_get(r->input->chart, "measures"), chosen, max, &n_known);
    int has_norms = missing_norm(r, chosen, n) == NULL;
    size_t n_columns = has_norms ? 4 : 3;
    for (size_t i = 0; i < n; i++) {
        const char *band = report_norm_band(r, chosen[i]);
        eg_paper_cell *row = cells + n_columns * i;
        row[0] = (eg_paper_cell){report_measure_title(chosen[i]), EG_PAPER_PLAIN};
        row[1] = (eg_paper_cell){report_measure_value(r, chosen[i]), EG_PAPER_STRONG};
        row[2] = (eg_paper_cell){band[0] != '\0' ? band : "none held",
                                 strncmp(band, "within", 6) == 0 || band[0] == '\0' ? EG_PAPER_QUIET
                                                                                    : EG_PAPER_ACT};
        row[n_columns - 1] = (eg_paper_cell){report_noise(r, chosen[i]), EG_PAPER_QUIET};
    }
    eg_paper_heading(r->paper, "Measures",
                     n < n_known ? report_print(r, "%zu of %zu", n, n_known) : NULL);
    if (n > 0) eg_paper_table(r->paper, has_norms ? with_norm : without_norm, n_columns, cells, n);
    write_notes(r, chosen, n, n_known);
    if (n == 0) {
        const char *reason = eg_text_at(r->input->chart, "reason");
        eg_paper_text(r->paper, reason[0] ? reason : "No value is shown.", EG_PAPER_ACT);
    }
}

/* What the numbers do not say, and what was warned of while they were read. */
static void write_unknown(report *r) {
    const json_t *warnings = json_object_get(r->input->chart, "warnings");
    size_t i;
    json_t *warning;
    eg_paper_text(r->paper,
                  "Sway alone does not tell who will fall. Where noise was measured within one "
                  "session, noise from day to day is not known.",
                  EG_PAPER_QUIET);
    json_array_foreach(warnings, i, warning) {
        if (i < 4 && json_is_string(warning))
            eg_paper_text(r->paper, report_cut(r, json_string_value(warning), NOTE_SIZE),
                          EG_PAPER_ACT);
    }
}

static void write_page(report *r) {
    report_samples samples;
    eg_paper_title(r->paper, "Balance recording", r->subject);
    write_verdict(r);
    report_samples_read(&samples, r->trace);
    eg_paper_recording(r->paper, &samples.sway, samples.t_s);
    report_samples_release(&samples);
    write_quality(r);
    write_measures(r, r->rows_max);
    write_unknown(r);
}

eg_err eg_report_balance(const eg_clinic *clinic, const json_t *result, const json_t *trace,
                         eg_paper_sink sink, void *closure, eg_diag *diag) {
    EG_ASSERT(clinic != NULL && sink != NULL);
    /* The parts read their object as a chart is read. */
    const eg_report_input input = {.chart = result};
    report r = {.clinic = clinic, .input = &input, .trace = trace, .rows_max = MEASURES_MAX};
    char created_at[EG_STORE_INSTANT_SIZE];
    char today[EG_DATE_SIZE];
    if (!json_is_object(result) || !json_is_object(trace))
        return eg_diag_set(diag, EG_ERR_MEMORY, "report", 0, "no memory for the recording");
    r.pool = g_ptr_array_new_with_free_func(g_free);
    eg_instant_format(clinic->now_ms, created_at);
    eg_clinic_today(clinic, today);
    const char *file = eg_text_at(result, "file");
    const char *slash = strrchr(file, '/');
    const char *name = report_isolated(&r, report_valid(&r, slash != NULL ? slash + 1 : file));
    const char *sha256 = eg_text_at(result, "sha256");
    eg_paper_info info = {
        .title = "Balance recording",
        .subject = name,
        .created_at = created_at,
        .notice = "Written by Engram " ENGRAM_VERSION
                  ", which is not a certified medical device. Norms and noise have not been "
                  "verified by a clinician.",
        .fingerprint =
            sha256[0] != '\0' ? report_print(&r, "SHA-256 of the recording %s", sha256) : NULL};
    r.subject = report_print(&r, "%s · written %s", name, report_date(&r, today));
    eg_err error = report_count_pages(&r, &info, write_page);
    /* One trial is one page: where checks take room, fewer measures stand below them. */
    while (error == EG_OK && info.n_pages > 1 && r.rows_max > MEASURES_MIN) {
        r.rows_max--;
        error = report_count_pages(&r, &info, write_page);
    }
    if (error == EG_OK) error = report_put(&r, &info, write_page, sink, closure);
    g_ptr_array_free(r.pool, TRUE);
    return report_result(error, diag);
}
