#include "cli/measure_print.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clinic/study.h"
#include "core/base/measure.h"
#include "io/json/write.h"

static const char *text_of(const json_t *json, const char *key) {
    const char *text = json_string_value(json_object_get(json, key));
    return text != NULL ? text : "";
}

/* The table is printed from the same object that --json prints. */
static json_t *as_json(const eg_evaluation *evaluation) {
    eg_json_text text = {0};
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_text, &text);
    eg_evaluation_write(evaluation, &json);
    json_t *made = eg_json_finish(&json) == EG_OK ? json_loadb(text.bytes, text.n, 0, NULL) : NULL;
    eg_json_text_release(&text);
    return made;
}

static void print_quality(const json_t *object) {
    const json_t *quality = json_object_get(object, "quality");
    size_t n_fine = 0, n_open = 0;
    for (size_t i = 0; i < json_array_size(quality); i++) {
        const json_t *check = json_array_get(quality, i);
        const char *verdict = text_of(check, "verdict");
        if (strcmp(verdict, "ok") == 0) {
            int is_open = eg_study_is_open_check(text_of(check, "detail"));
            n_open += (size_t)is_open;
            n_fine += (size_t)!is_open;
            continue;
        }
        printf("    %-5s %-13s %s\n", verdict, text_of(check, "check"), text_of(check, "detail"));
    }
    printf("    ok    %zu of %zu checks", n_fine, json_array_size(quality) - n_open);
    if (n_open > 0) printf("; %zu could not be made", n_open);
    printf("\n");
}

static void print_note(const json_t *measure, char *text, size_t size) {
    const json_t *norm = json_object_get(measure, "norm");
    const json_t *reliability = json_object_get(measure, "reliability");
    size_t used = 0;
    text[0] = '\0';
    if (norm != NULL) {
        int n = snprintf(text, size, "%s %s%.4g-%.4g (%s, %s)", text_of(norm, "position"),
                         text_of(norm, "position")[0] != '\0' ? "" : "band ",
                         json_number_value(json_object_get(norm, "p5")),
                         json_number_value(json_object_get(norm, "p95")),
                         text_of(norm, "age_group"), text_of(norm, "surface"));
        used = n > 0 && (size_t)n < size ? (size_t)n : 0;
    }
    const json_t *mdc = json_object_get(reliability, "mdc95");
    const char *why = text_of(measure, "note");
    if (json_is_null(json_object_get(measure, "value")) && why[0] != '\0')
        snprintf(text, size, "%s", why);
    else if (text_of(measure, "no_mdc")[0] != '\0')
        snprintf(text + used, size - used, "%sMDC95 not known", used > 0 ? "; " : "");
    if (json_is_number(mdc))
        snprintf(text + used, size - used, "%sMDC95 %.3g (%s)", used > 0 ? "; " : "",
                 json_number_value(mdc), text_of(reliability, "interval"));
}

static void print_measures(const json_t *object) {
    const json_t *measures = json_object_get(object, "measures");
    if (json_array_size(measures) == 0) return;
    printf("\n    %-44s %14s  %-10s %s\n", "measure", "value", "unit", "norm and noise");
    for (size_t i = 0; i < json_array_size(measures); i++) {
        const json_t *measure = json_array_get(measures, i);
        const json_t *value = json_object_get(measure, "value");
        const char *name = text_of(measure, "name");
        char note[200];
        print_note(measure, note, sizeof note);
        printf("    %-44s ", name[0] != '\0' ? name : text_of(measure, "code"));
        if (json_is_number(value))
            printf("%14.6g", json_number_value(value));
        else
            printf("%14s", "-");
        printf("  %-10s %s\n", text_of(measure, "unit"), note);
    }
}

/* Below the table: why there is no norm where there could be one, and that nobody has checked those
 * that are shown. */
static void print_norm_hints(const json_t *object) {
    const json_t *measures = json_object_get(object, "measures");
    const char *why_not = "";
    int has_norm = 0;
    int has_noise = 0;
    int is_same_session = 0;
    for (size_t i = 0; i < json_array_size(measures); i++) {
        const json_t *measure = json_array_get(measures, i);
        if (json_object_get(measure, "norm") != NULL) has_norm = 1;
        const json_t *reliability = json_object_get(measure, "reliability");
        if (reliability != NULL) has_noise = 1;
        if (strcmp(text_of(reliability, "interval"), "same session") == 0) is_same_session = 1;
        if (why_not[0] == '\0') why_not = text_of(measure, "no_norm");
    }
    if (!has_norm && why_not[0] != '\0') printf("\n  No norm: %s.\n", why_not);
    if (has_norm || has_noise)
        printf("\n  Norms and noise are published values; no clinician has verified them here.\n");
    if (is_same_session)
        printf(
            "  A change beyond a same-session MDC95 on another day is beyond same-session noise; "
            "day-to-day noise unknown.\n");
}

/* What was found in a trace whose targets nobody named. */
static void print_excursions(const json_t *object) {
    const json_t *excursions = json_object_get(object, "excursions");
    if (json_array_size(excursions) == 0) return;
    printf("  Found in the trace, to be checked by a person; as targets with \"cues\": \"found\" "
           "they give all\n  but the time to react:\n");
    for (size_t i = 0; i < json_array_size(excursions); i++) {
        const json_t *one = json_array_get(excursions, i);
        printf("    %8.2f s  to %5.0f degrees, %5.1f mm\n",
               json_number_value(json_object_get(one, "onset_s")),
               json_number_value(json_object_get(one, "direction_deg")),
               json_number_value(json_object_get(one, "distance_mm")));
    }
    printf("\n");
}

void measure_print_table(const eg_evaluation *evaluation, const char *path) {
    json_t *object = as_json(evaluation);
    if (object == NULL) return;
    const eg_cop_trial *trial = eg_evaluation_trial(evaluation);
    printf("%s\n  %s, %.2f s at %g Hz, profile %s, task %s\n", path, text_of(object, "map"),
           (double)trial->n / trial->rate_hz, trial->rate_hz, text_of(object, "profile"),
           text_of(object, "task"));
    printf("  quality: %s\n", text_of(object, "verdict"));
    print_quality(object);
    const json_t *warnings = json_object_get(object, "warnings");
    for (size_t i = 0; i < json_array_size(warnings); i++)
        printf("    !     %s\n", json_string_value(json_array_get(warnings, i)));
    int is_clinical = json_is_true(json_object_get(object, "clinical"));
    const char *reason = text_of(object, "reason");
    if (reason[0] != '\0') {
        printf("\n  No value: %s.\n\n", reason);
        print_excursions(object);
    } else if (!is_clinical && strcmp(text_of(object, "profile"), "engram") == 0) {
        printf(
            "\n  No value is shown: the recording failed its quality gate. Repeat the trial.\n\n");
    } else {
        if (!is_clinical)
            printf("\n  NOT FOR CLINICAL USE: the recording failed its quality gate.\n");
        print_measures(object);
        print_norm_hints(object);
        json_int_t n_hidden = json_integer_value(json_object_get(object, "hidden"));
        if (n_hidden > 0)
            printf("\n  %lld measures are not shown: %s.\n", (long long)n_hidden,
                   text_of(object, "hidden_reason"));
        printf("\n");
    }
    json_decref(object);
}

void measure_print_csv_header(void) {
    printf("file,profile,clinical,code,value,unit\n");
}

/* Quotes a field if it needs it. */
static void print_field(const char *text, char end) {
    if (strpbrk(text, ",\"\r\n") == NULL) {
        printf("%s%c", text, end);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"') putchar('"');
        putchar(*text);
    }
    printf("\"%c", end);
}

void measure_print_csv(const eg_evaluation *evaluation, const char *path) {
    const eg_balance_result *result = eg_evaluation_values(evaluation);
    if (result == NULL) return;
    int is_clinical = eg_evaluation_is_clinical(evaluation);
    int is_withheld = !is_clinical && result->profile == EG_BALANCE_ENGRAM;
    for (size_t i = 0; i < result->count; i++) {
        const eg_balance_value *v = &result->values[i];
        if (!eg_evaluation_shows(evaluation, i)) continue;
        char number[EG_JSON_NUMBER_MAX] = "";
        if (!is_withheld && isfinite(v->value)) eg_json_format_number(number, v->value);
        print_field(path, ',');
        printf("%s,%s,", eg_balance_profile_name(result->profile), is_clinical ? "true" : "false");
        print_field(v->code, ',');
        printf("%s,", number);
        print_field(v->unit, '\n');
    }
}

void measure_print_pairs(const json_t *compared) {
    const json_t *left_out = json_object_get(compared, "left_out");
    printf("together\n  %zu trials compared\n",
           json_array_size(json_object_get(compared, "trials")));
    for (size_t i = 0; i < json_array_size(left_out); i++) {
        const json_t *trial = json_array_get(left_out, i);
        printf("    !     %s: %s\n", text_of(trial, "file"), text_of(trial, "reason"));
    }
    const json_t *warnings = json_object_get(compared, "warnings");
    for (size_t i = 0; i < json_array_size(warnings); i++)
        printf("    !     %s\n", json_string_value(json_array_get(warnings, i)));
    if (json_array_size(json_object_get(compared, "measures")) == 0)
        printf("  nothing to compare: it needs eyes open and eyes closed on the same surface, or "
               "firm and foam\n");
    print_measures(compared);
    printf("\n");
}

void measure_print_pairs_csv(const json_t *compared) {
    static const char *const lists[] = {"left_out", "warnings"};
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        const json_t *list = json_object_get(compared, lists[k]);
        for (size_t i = 0; i < json_array_size(list); i++) {
            const json_t *one = json_array_get(list, i);
            const char *text = json_string_value(one);
            fprintf(stderr, "engram measure: %s%s%s\n", text_of(one, "file"),
                    text == NULL ? ": " : "", text == NULL ? text_of(one, "reason") : text);
        }
    }
    const json_t *measures = json_object_get(compared, "measures");
    for (size_t i = 0; i < json_array_size(measures); i++) {
        const json_t *measure = json_array_get(measures, i);
        char number[EG_JSON_NUMBER_MAX];
        eg_json_format_number(number, json_number_value(json_object_get(measure, "value")));
        printf("(pairs),engram,true,%s,%s,%s\n", text_of(measure, "code"), number,
               text_of(measure, "unit"));
    }
}
