/* Balance recordings in a report: trace, ellipse, and the two numbers that are read first. */
#include <math.h>
#include <string.h>

#include "clinic/report_part.h"
#include "clinic/row.h"

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
        g_ptr_array_add(parts, (char *)(uintptr_t)report_print(r, "%s", part->str));
        g_string_free(part, TRUE);
    }
    const char *text = parts->len == 0 ? "condition not stated" : report_join(r, parts, ", ", 4);
    g_ptr_array_free(parts, TRUE);
    return text;
}

static const json_t *measure_of(const json_t *result, const char *code) {
    size_t i;
    json_t *measure;
    json_array_foreach(json_object_get(result, "measures"), i, measure) {
        if (strcmp(eg_text_at(measure, "code"), code) == 0) return measure;
    }
    return NULL;
}

/* Date, marks, and area and velocity against the norm. */
static const char *caption(report *r, const json_t *item) {
    static const char *const codes[] = {"cop.ellipse.area", "cop.velocity.mean"};
    static const char *const names[] = {"Ellipse", "Velocity"};
    const json_t *body = eg_member(json_object_get(item, "recording"), "body");
    const json_t *result = json_object_get(item, "result");
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s · %s%s", report_date(r, eg_text_at(body, "recorded_on")),
                           report_condition(r, json_object_get(body, "condition")),
                           json_is_true(json_object_get(body, "synthetic")) ? " · synthetic" : "");
    if (strcmp(eg_text_at(result, "verdict"), "fail") == 0)
        g_string_append(text, "\nFailed its quality gate: no value is shown.");
    for (size_t i = 0; i < 2; i++) {
        const json_t *measure = measure_of(result, codes[i]);
        const char *position = eg_text_at(json_object_get(measure, "norm"), "position");
        if (measure == NULL || isnan(eg_number_at(measure, "value"))) continue;
        g_string_append_printf(
            text, "\n%s %s%s%s%s", names[i],
            report_amount(r, eg_number_at(measure, "value"), eg_text_at(measure, "unit")),
            position[0] ? ", " : "", position, position[0] ? " the norm band" : "");
    }
    const char *kept = report_print(r, "%s", text->str);
    g_string_free(text, TRUE);
    return kept;
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

void report_write_traces(report *r) {
    report_samples samples[EG_REPORT_TRACES_MAX];
    eg_paper_sway sways[EG_REPORT_TRACES_MAX];
    size_t n = 0;
    size_t i;
    json_t *item;
    json_array_foreach(r->input->traces, i, item) {
        if (n == EG_REPORT_TRACES_MAX) break;
        report_samples_read(&samples[n], json_object_get(item, "trace"));
        sways[n] = samples[n].sway;
        sways[n].title = task_name(r, eg_member(json_object_get(item, "recording"), "body"));
        sways[n].caption = caption(r, item);
        n++;
    }
    if (n > 0) {
        eg_paper_heading(r->paper, "Balance recordings",
                         "newest first; front is up, right is right");
        eg_paper_sways(r->paper, sways, n);
    }
    for (size_t k = 0; k < n; k++) report_samples_release(&samples[k]);
}
