/* Balance recordings in a report: trace, ellipse, and the two numbers that are read first. */
#include <math.h>
#include <string.h>

#include "clinic/report_part.h"
#include "clinic/row.h"
#include "clinic/study.h"

/* A JSON array of numbers; null is NaN. */
static double *copy_numbers(const json_t *array, size_t n) {
    double *values = g_new0(double, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(array, i);
        values[i] = json_is_number(value) ? json_number_value(value) : (double)NAN;
    }
    return values;
}

void report_samples_read(report_samples *samples, const json_t *trace) {
    const json_t *ml = json_object_get(trace, "ml_mm");
    const json_t *ap = json_object_get(trace, "ap_mm");
    const json_t *t = json_object_get(trace, "t_s");
    const json_t *ellipse = json_object_get(trace, "ellipse");
    size_t n =
        json_array_size(ml) < json_array_size(ap) ? json_array_size(ml) : json_array_size(ap);
    if (t != NULL && json_array_size(t) < n) n = json_array_size(t);
    *samples = (report_samples){.t_s = copy_numbers(t, t != NULL ? n : 0),
                                .ml_mm = copy_numbers(ml, n),
                                .ap_mm = copy_numbers(ap, n),
                                .n = n};
    samples->sway = (eg_paper_sway){.title = "",
                                    .caption = "",
                                    .ml_mm = samples->ml_mm,
                                    .ap_mm = samples->ap_mm,
                                    .n = n,
                                    .center_ml_mm = eg_number_at(ellipse, "cx"),
                                    .center_ap_mm = eg_number_at(ellipse, "cy"),
                                    .major_mm = eg_number_at(ellipse, "major"),
                                    .minor_mm = eg_number_at(ellipse, "minor"),
                                    .angle_deg = eg_number_at(ellipse, "angle_deg")};
}

void report_samples_release(report_samples *samples) {
    g_free(samples->t_s);
    g_free(samples->ml_mm);
    g_free(samples->ap_mm);
    *samples = (report_samples){0};
}

const char *report_condition(report *r, const json_t *condition) {
    static const char *const keys[] = {"posture", "vision", "surface", "stance"};
    static const char *const formats[] = {"%s", "eyes %s", "%s surface", "feet %s"};
    GPtrArray *parts = g_ptr_array_new();
    for (size_t i = 0; i < 4; i++) {
        const char *word = eg_text_at(condition, keys[i]);
        if (word[0] == '\0' || strcmp(word, "unknown") == 0) continue;
        const char *said = strcmp(word, "single_left") == 0    ? "standing on the left leg"
                           : strcmp(word, "single_right") == 0 ? "standing on the right leg"
                                                               : NULL;
        GString *part = g_string_new(NULL);
        if (said != NULL) {
            g_string_append(part, said);
        } else {
            const char *hole = strstr(formats[i], "%s");
            g_string_append_len(part, formats[i], hole - formats[i]);
            g_string_append(part, word);
            g_string_append(part, hole + 2);
        }
        report_add(parts, report_print(r, "%s", part->str));
        g_string_free(part, TRUE);
    }
    const char *text = parts->len == 0 ? "condition not stated" : report_join(r, parts, ", ", 4);
    g_ptr_array_free(parts, TRUE);
    return text;
}

/* Date, condition and marks. */
static const char *caption(report *r, const json_t *body) {
    return report_print(r, "%s · %s%s", report_date(r, eg_text_at(body, "recorded_on")),
                        report_condition(r, json_object_get(body, "condition")),
                        json_is_true(json_object_get(body, "synthetic")) ? " · synthetic" : "");
}

static const char *task_name(report *r, const json_t *body) {
    char *task = g_strdup(eg_text_at(body, "task"));
    g_strdelimit(task, "_", ' ');
    if (task[0] >= 'a' && task[0] <= 'z') task[0] = (char)(task[0] - 'a' + 'A');
    double trial = eg_number_at(body, "trial_no");
    const char *text =
        isnan(trial) ? report_print(r, "%s", task) : report_print(r, "%s, trial %.0f", task, trial);
    g_free(task);
    return text[0] != '\0' ? text : "Recording";
}

static const char *gate_word(const json_t *result) {
    const char *verdict = eg_text_at(result, "verdict");
    return strcmp(verdict, "fail") == 0   ? "failed"
           : strcmp(verdict, "warn") == 0 ? "take care"
                                          : "good";
}

/* "good", and how many of the gate's checks passed, or which did not. */
static const char *gate_text(report *r, const json_t *result) {
    const json_t *quality = json_object_get(result, "quality");
    const char *word = gate_word(result);
    GPtrArray *odd = g_ptr_array_new();
    size_t i, n_open = 0;
    json_t *check;
    json_array_foreach(quality, i, check) {
        if (strcmp(eg_text_at(check, "verdict"), "ok") == 0) {
            n_open += (size_t)eg_study_is_open_check(eg_text_at(check, "detail"));
            continue;
        }
        char *name = g_strdup(eg_text_at(check, "check"));
        g_strdelimit(name, "_", ' ');
        report_add(odd, report_print(r, "%s", name));
        g_free(name);
    }
    size_t n_made = json_array_size(quality) - n_open;
    const char *text =
        report_print(r, "%s\n%zu of %zu checks passed%s%s", word, n_made - odd->len, n_made,
                     odd->len > 0 ? "; not: " : "", report_join(r, odd, ", ", 4));
    g_ptr_array_free(odd, TRUE);
    return text;
}

/* "94.46 mm²", and below it what it is and where it lies against its norm. */
static eg_paper_cell measure_cell(report *r, const json_t *measure) {
    const char *band = report_norm_band(r, measure);
    int is_outside = band[0] != '\0' && strncmp(band, "within", strlen("within")) != 0;
    return (eg_paper_cell){report_print(r, "%s\n%s; %s%s", report_measure_value(r, measure),
                                        report_measure_title(measure),
                                        band[0] != '\0' ? "norm: " : "no norm held", band),
                           is_outside ? EG_PAPER_ACT : EG_PAPER_STRONG};
}

static bool is_study(const json_t *body) {
    return strcmp(eg_text_at(body, "task"), "study") == 0;
}

/* Muscle, movement, strength, gait: which were kept. Their numbers are many and hang on settings,
 * so those that a clinician entered from them stand among the findings. */
static void write_studies(report *r) {
    enum { COLUMNS = 4, ROWS_MAX = 12 };
    static const eg_paper_column columns[COLUMNS] = {
        {"Recording", 2.6, 0}, {"Measured as", 1.9, 0}, {"Date", 1.2, 0}, {"Quality gate", 1.2, 0}};
    const json_t *recordings = json_object_get(r->input->chart, "recordings");
    eg_paper_cell cells[ROWS_MAX * COLUMNS];
    size_t n = 0;
    for (size_t i = json_array_size(recordings); i > 0 && n < ROWS_MAX; i--) {
        const json_t *body = eg_member(json_array_get(recordings, i - 1), "body");
        const json_t *result = json_object_get(body, "result");
        if (strcmp(eg_text_at(body, "decision"), "kept") != 0 || !is_study(body)) continue;
        const char *text[COLUMNS] = {eg_text_at(body, "name"), eg_text_at(result, "title"),
                                     report_date(r, eg_text_at(body, "recorded_on")),
                                     gate_word(result)};
        for (size_t k = 0; k < COLUMNS; k++)
            cells[COLUMNS * n + k] =
                (eg_paper_cell){report_print(r, "%s", text[k]), EG_PAPER_PLAIN};
        n++;
    }
    if (n == 0) return;
    eg_paper_heading(r->paper, "Other recordings",
                     "newest first; values taken from them are findings");
    eg_paper_table(r->paper, columns, COLUMNS, cells, n);
}

/* Every kept recording of balance, newest first: condition, the gate's verdict and three numbers.
 */
static size_t write_numbers(report *r) {
    enum { COLUMNS = 5, SHOWN = 3, ROWS_MAX = 12 };
    static const eg_paper_column columns[COLUMNS] = {{"Recording", 2.6, 0},
                                                     {"Quality gate", 1.7, 0},
                                                     {"Measured", 1.9, 0},
                                                     {"", 1.9, 0},
                                                     {"", 1.9, 0}};
    const json_t *recordings = json_object_get(r->input->chart, "recordings");
    eg_paper_cell cells[ROWS_MAX * COLUMNS];
    size_t n = 0;
    size_t n_kept = 0;
    for (size_t i = json_array_size(recordings); i > 0; i--) {
        const json_t *body = eg_member(json_array_get(recordings, i - 1), "body");
        const json_t *result = json_object_get(body, "result");
        const json_t *chosen[SHOWN];
        size_t n_known = 0;
        if (strcmp(eg_text_at(body, "decision"), "kept") != 0 || is_study(body)) continue;
        if (n_kept++ >= ROWS_MAX) continue;
        size_t n_chosen =
            report_choose(json_object_get(result, "measures"), chosen, SHOWN, &n_known);
        eg_paper_cell *row = cells + COLUMNS * n++;
        row[0] = (eg_paper_cell){report_print(r, "%s\n%s", task_name(r, body), caption(r, body)),
                                 EG_PAPER_PLAIN};
        row[1] = (eg_paper_cell){gate_text(r, result), EG_PAPER_PLAIN};
        for (size_t k = 0; k < SHOWN; k++)
            row[2 + k] =
                k < n_chosen ? measure_cell(r, chosen[k]) : (eg_paper_cell){NULL, EG_PAPER_PLAIN};
        if (n_chosen == 0)
            row[2] = (eg_paper_cell){"no value\nthe recording did not pass its quality gate",
                                     EG_PAPER_ACT};
    }
    if (n > 0) eg_paper_table(r->paper, columns, COLUMNS, cells, n);
    if (n_kept > n)
        eg_paper_text(r->paper, report_print(r, "and %zu older recordings", n_kept - n),
                      EG_PAPER_QUIET);
    return n;
}

void report_write_traces(report *r) {
    report_samples samples[EG_REPORT_TRACES_MAX];
    eg_paper_sway sways[EG_REPORT_TRACES_MAX];
    size_t n = 0;
    size_t i;
    json_t *item;
    eg_paper_heading(r->paper, "Balance recordings", "newest first; front is up, right is right");
    json_array_foreach(r->input->traces, i, item) {
        if (n == EG_REPORT_TRACES_MAX) break;
        report_samples_read(&samples[n], json_object_get(item, "trace"));
        sways[n] = samples[n].sway;
        sways[n].title = task_name(r, eg_member(json_object_get(item, "recording"), "body"));
        sways[n].caption = caption(r, eg_member(json_object_get(item, "recording"), "body"));
        n++;
    }
    if (n > 0) eg_paper_sways(r->paper, sways, n);
    for (size_t k = 0; k < n; k++) report_samples_release(&samples[k]);
    if (write_numbers(r) == 0)
        eg_paper_text(r->paper, "No recording has been kept.", EG_PAPER_QUIET);
    else if (report_write_changes(r, 1) == 0)
        eg_paper_text(r->paper,
                      "Change against noise (MDC95) can be said once a recording is repeated.",
                      EG_PAPER_QUIET);
    write_studies(r);
}
