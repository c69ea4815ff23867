#include "cli/measure_study.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/measure_out.h"
#include "clinic/knowledge.h"
#include "io/embed.h"
#include "io/json/write.h"

typedef enum form { FORM_TABLE, FORM_JSON, FORM_CSV } form;

typedef struct study_job {
    const eg_study *study;
    json_t *options;
    form form;
    const char *explain, *out;
    int n_files, n_references;
    const char **files;
    const char *references[EG_STUDY_REFERENCES_MAX];
} study_job;

static void print_typed(const char *name, FILE *file) {
    for (; *name != '\0'; name++) fputc(*name == '_' ? '-' : *name, file);
}

static const char *value_word(const eg_study_option *option) {
    static const char *const words[] = {
        [EG_STUDY_FLAG] = "",         [EG_STUDY_NUMBER] = " N",     [EG_STUDY_CHOICE] = "",
        [EG_STUDY_SPAN] = " FROM,TO", [EG_STUDY_CHANNEL] = " NAME", [EG_STUDY_LABELS] = " A,B,...",
        [EG_STUDY_TEXT] = " TEXT"};
    return words[option->type];
}

static void print_conditions(const eg_study *study, const char *name, FILE *file) {
    char text[200];
    for (size_t i = 0; i < study->n_conditions; i++) {
        if (strcmp(study->conditions[i].option, name) != 0) continue;
        eg_study_condition_print(study->conditions[i].with, text, sizeof text);
        fprintf(file, "; counts with %s", text);
    }
}

void measure_study_print_help(const eg_study *study, void *stream) {
    FILE *file = stream;
    fprintf(file, "usage: engram measure %s FILE...%s [options]\n  %s\n", study->name,
            study->reference != NULL ? " [--reference FILE...]" : "", study->what);
    if (study->reference != NULL)
        fprintf(file, "  --reference FILE   may be repeated; %s\n", study->reference);
    for (size_t i = 0; i < study->n_options; i++) {
        const eg_study_option *option = &study->options[i];
        fputs("  --", file);
        print_typed(option->name, file);
        fputs(value_word(option), file);
        if (option->type == EG_STUDY_CHOICE) fprintf(file, " %s", option->choices);
        fprintf(file, "\n        %s", option->help);
        if (option->unit != NULL) fprintf(file, ", in %s", option->unit);
        if (option->fallback != NULL && option->type != EG_STUDY_FLAG)
            fprintf(file, " (%s)", option->fallback);
        print_conditions(study, option->name, file);
        fputc('\n', file);
    }
    if (study->has_angles)
        fputs("  --out FILE         the angles over time, as .mot, .sto or .csv\n", file);
    fputs("  --explain CODE     what a measure is (\"all\": every one); needs no file\n"
          "  --json  --csv      for scripts; one JSON object a line\n",
          file);
}

static int refuse(const study_job *job, const char *what, const char *argument) {
    (void)eg_command_refuse("measure", what, argument, "");
    measure_study_print_help(job->study, stderr);
    return 0;
}

/* What every kind of measuring takes, where the study has nothing to choose by it: only our own
 * profile, every measure anyway. */
static int is_said_anyway(const char *typed, const char *value) {
    if (strcmp(typed, "--all") == 0) return 1;
    int is_own = value != NULL && strcmp(value, "engram") == 0;
    return strcmp(typed, "--profile") == 0 && is_own ? 2 : 0;
}

/* An option of the study. Returns 0 after a complaint, else how many arguments it took. */
static int take(study_job *job, const char *typed, const char *value) {
    eg_diag diag = {0};
    int takes = eg_study_option_takes(job->study, typed + 2);
    if (takes < 0 && is_said_anyway(typed, value) > 0) return is_said_anyway(typed, value);
    if (takes < 0) return refuse(job, "there is no option", typed);
    if (takes == 1 && value == NULL) return refuse(job, "a value must follow", typed);
    eg_err err = eg_study_option_set(job->study, typed + 2, value, job->options, &diag);
    if (err == EG_OK) return 1 + takes;
    fprintf(stderr, "engram measure: %s cannot be \"%s\": %s\n", typed, value != NULL ? value : "",
            diag.text);
    return 0;
}

/* Returns 0 after a complaint. */
static int read_arguments(study_job *job, int n_arguments, char **arguments) {
    for (int i = 2; i < n_arguments;) {
        const char *argument = arguments[i], *value = i + 1 < n_arguments ? arguments[i + 1] : NULL;
        if (strncmp(argument, "--", 2) != 0) {
            job->files[job->n_files++] = argument;
            i++;
        } else if (strcmp(argument, "--json") == 0 || strcmp(argument, "--csv") == 0) {
            const form said = argument[2] == 'j' ? FORM_JSON : FORM_CSV;
            if (job->form != FORM_TABLE && job->form != said)
                return refuse(job, "one of --json and --csv, not also", argument);
            job->form = said;
            i++;
        } else if (strcmp(argument, "--out") == 0 && job->study->has_angles) {
            if (value == NULL) return refuse(job, "a value must follow", argument);
            job->out = value;
            i += 2;
        } else if (strcmp(argument, "--explain") == 0 || strcmp(argument, "--reference") == 0) {
            if (value == NULL) return refuse(job, "a value must follow", argument);
            if (argument[2] == 'e')
                job->explain = value;
            else if (job->n_references == EG_STUDY_REFERENCES_MAX || job->study->reference == NULL)
                return refuse(job,
                              job->study->reference == NULL ? "takes no second file, but got"
                                                            : "too many references at",
                              value);
            else
                job->references[job->n_references++] = value;
            i += 2;
        } else {
            int taken = take(job, argument, value);
            if (taken == 0) return 0;
            i += taken;
        }
    }
    return 1;
}

static const char *better_of(const eg_measure_def *def) {
    return def->better == EG_BETTER_LOWER    ? "lower"
           : def->better == EG_BETTER_HIGHER ? "higher"
                                             : "neither";
}

static void print_definition(const eg_measure_def *def, int as_json) {
    if (!as_json) {
        printf("%s (%s)\n  unit        %s\n  better      %s\n  definition  %s\n  formula     %s\n"
               "  source      %s\n",
               def->name, def->code, def->unit, better_of(def), def->definition, def->formula,
               def->source);
        return;
    }
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "code", def->code, "name",
                               def->name, "unit", def->unit, "better", better_of(def), "definition",
                               def->definition, "formula", def->formula, "source", def->source);
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

/* One measure, or "all" of them. */
static int explain(const study_job *job) {
    const eg_measure_table *table = job->study->measures;
    const eg_measure_def *def = eg_measure_find(table, job->explain);
    int is_all = strcmp(job->explain, "all") == 0;
    if (def == NULL && !is_all) {
        fprintf(stderr, "engram measure: there is no measure \"%s\"; the codes are:\n",
                job->explain);
        for (size_t i = 0; i < table->count; i++) fprintf(stderr, "  %s\n", table->rows[i].code);
        return 2;
    }
    if (def != NULL) print_definition(def, job->form == FORM_JSON);
    for (size_t i = 0; is_all && i < table->count; i++)
        print_definition(&table->rows[i], job->form == FORM_JSON);
    return 0;
}

static const char *text_of(const json_t *json, const char *key) {
    const char *text = json_string_value(json_object_get(json, key));
    return text != NULL ? text : "";
}

static double number_of(const json_t *json, const char *key) {
    return json_number_value(json_object_get(json, key));
}

/* What a row is about: " VL", " left", " 2". */
static void print_about(const json_t *row) {
    if (text_of(row, "channel")[0] != '\0') printf(" %s", text_of(row, "channel"));
    if (text_of(row, "side")[0] != '\0') printf(" %s", text_of(row, "side"));
    if (json_object_get(row, "repetition") != NULL)
        printf(" %lld", (long long)json_integer_value(json_object_get(row, "repetition")));
}

static int is_same_about(const json_t *a, const json_t *b) {
    static const char *const keys[] = {"channel", "side", "repetition"};
    for (size_t i = 0; b != NULL && i < sizeof keys / sizeof keys[0]; i++)
        if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])) &&
            json_object_get(a, keys[i]) != json_object_get(b, keys[i]))
            return 0;
    return b != NULL;
}

/* Nothing but its number says what the row is about. */
static int is_repetition(const json_t *row) {
    return json_object_get(row, "repetition") != NULL && text_of(row, "channel")[0] == '\0' &&
           text_of(row, "side")[0] == '\0';
}

/* As a person reads it: counts are whole, and the unit is a word. */
static void print_value(const json_t *one) {
    char unit[EG_UNIT_TEXT_SIZE], number[32] = "-";
    const json_t *value = json_object_get(one, "value");
    const char *name = text_of(one, "name");
    if (json_is_number(value))
        snprintf(number, sizeof number, strcmp(text_of(one, "unit"), "{#}") == 0 ? "%.0f" : "%.4g",
                 json_number_value(value));
    (void)eg_unit_say(text_of(one, "unit"), unit);
    printf("    %-40s %12s%s%s", name[0] != '\0' ? name : text_of(one, "code"), number,
           unit[0] == ' ' || unit[0] == '\0' ? " " : "", unit);
}

static void print_measures(const json_t *result) {
    size_t i;
    json_t *one, *before = NULL;
    json_array_foreach(json_object_get(result, "measures"), i, one) {
        if (!is_same_about(one, before)) {
            printf("  of%s", is_repetition(one) ? " repetition" : "");
            print_about(one);
            printf("%s\n", json_object_get(one, "channel") == NULL &&
                                   json_object_get(one, "side") == NULL &&
                                   json_object_get(one, "repetition") == NULL
                               ? " all"
                               : "");
        }
        before = one;
        print_value(one);
        if (json_object_get(one, "low") != NULL)
            printf("  (%.4g to %.4g)", number_of(one, "low"), number_of(one, "high"));
        if (text_of(one, "note")[0] != '\0') printf("  %s", text_of(one, "note"));
        const json_t *norm = json_object_get(one, "norm");
        if (norm != NULL)
            printf("  [%s; %s%s]", text_of(norm, "text"), text_of(norm, "source"),
                   json_is_true(json_object_get(norm, "verified")) ? "" : ", unverified");
        putchar('\n');
    }
}

static void print_events(const json_t *result) {
    size_t i;
    json_t *one;
    const json_t *events = json_object_get(result, "events");
    if (json_array_size(events) > 0) printf("  events\n");
    json_array_foreach(events, i, one) {
        printf("    %9.3f", number_of(one, "t_s"));
        if (json_object_get(one, "end_s") != NULL)
            printf(" - %9.3f s", number_of(one, "end_s"));
        else
            printf(" s            ");
        printf("  %s", text_of(one, "label"));
        print_about(one);
        if (json_object_get(one, "uncertainty_s") != NULL)
            printf(" (95 %% within %.0f ms)", 1960.0 * number_of(one, "uncertainty_s"));
        if (text_of(one, "reason")[0] != '\0') printf(": %s", text_of(one, "reason"));
        putchar('\n');
    }
}

/* Published values of a measure that was named: no part of the recording. */
static void print_published(const json_t *result) {
    size_t i;
    json_t *row;
    const json_t *list = json_object_get(json_object_get(result, "detail"), "published");
    if (json_array_size(list) == 0) return;
    printf("  published values; no clinician has verified them here\n");
    json_array_foreach(list, i, row) {
        printf("    %-7s", text_of(row, "kind"));
        if (json_object_get(row, "value") != NULL) printf(" %.4g", number_of(row, "value"));
        if (json_object_get(row, "sd") != NULL) printf(" (SD %.3g)", number_of(row, "sd"));
        if (json_object_get(row, "low") != NULL)
            printf(" %.4g-%.4g", number_of(row, "low"), number_of(row, "high"));
        printf(" %s", text_of(row, "unit"));
        if (json_object_get(row, "measured") != NULL)
            printf(", measured %.4g", number_of(row, "measured"));
        printf(": %s, %s, %s (%s, %s)\n", text_of(row, "statistic"), text_of(row, "variable"),
               text_of(row, "population"), text_of(row, "source"), text_of(row, "status"));
    }
}

static void print_table(const json_t *result, const char *path) {
    size_t i;
    json_t *one;
    printf("%s\n  %s: %s\n", path, text_of(result, "title"), text_of(result, "verdict"));
    json_array_foreach(json_object_get(result, "quality"), i, one) {
        int is_open = strcmp(text_of(one, "verdict"), "ok") == 0 &&
                      eg_study_is_open_check(text_of(one, "detail"));
        printf("    %-5s %s: %s", is_open ? "?" : text_of(one, "verdict"), text_of(one, "check"),
               text_of(one, "detail"));
        if (text_of(one, "channel")[0] != '\0') printf(" (%s)", text_of(one, "channel"));
        putchar('\n');
    }
    json_array_foreach(json_object_get(result, "warnings"), i, one)
        printf("    !     %s\n", json_string_value(one));
    print_measures(result);
    print_events(result);
    print_published(result);
    printf("  methods\n    %s\n\n", text_of(result, "methods"));
}

static void print_field(const char *text) {
    if (strpbrk(text, ",\"\r\n") == NULL) {
        printf("%s", text);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"') putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void print_csv(const json_t *result, const char *path) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "measures"), i, one) {
        char number[EG_JSON_NUMBER_MAX] = "";
        const json_t *value = json_object_get(one, "value");
        if (json_is_number(value)) eg_json_format_number(number, json_number_value(value));
        print_field(path);
        printf(",%s,", text_of(result, "profile"));
        print_field(text_of(one, "channel"));
        printf(",%s,", text_of(one, "side"));
        if (json_object_get(one, "repetition") != NULL)
            printf("%lld", (long long)json_integer_value(json_object_get(one, "repetition")));
        printf(",%s,%s,", text_of(one, "code"), number);
        print_field(text_of(one, "unit"));
        printf(",%s\n", text_of(result, "verdict"));
    }
}

static void print_result(const study_job *job, json_t *result, const char *path) {
    if (job->form == FORM_CSV) {
        print_csv(result, path);
    } else if (job->form == FORM_TABLE) {
        print_table(result, path);
    } else {
        json_t *line = json_pack("{s:s}", "file", path);
        json_object_update(line, result);
        json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(17));
        putchar('\n');
        json_decref(line);
    }
}

static int measure_file(const study_job *job, const eg_study_call *with, const char *path) {
    eg_study_call call = *with;
    eg_recording *recording = NULL;
    json_t *result = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_read(path, &recording, &diag);
    call.recording = recording;
    if (err == EG_OK) err = eg_study_run(job->study, call, &result, &diag);
    if (err == EG_OK && job->out != NULL) {
        err = measure_out_write(result, path, job->out, &diag);
        (void)json_object_del(result, "traces"); /* every sample: the file has them */
    }
    if (result != NULL) print_result(job, result, path);
    json_decref(result);
    eg_recording_destroy(recording);
    if (err == EG_OK) return 1;
    /* What columns mean is said with options here, not with a column map. */
    fprintf(stderr, "engram measure: %s%s%s: %s\n  engram measure %s --help lists the options\n",
            path, diag.where[0] != '\0' && strstr(path, diag.where) == NULL ? ": " : "",
            strstr(path, diag.where) == NULL ? diag.where : "", diag.text, job->study->name);
    if (job->form == FORM_JSON) eg_command_print_error(path, &diag);
    return 0;
}

static int measure_files(const study_job *job) {
    eg_study_call call = {.options = job->options};
    eg_recording *references[EG_STUDY_REFERENCES_MAX] = {0};
    eg_knowledge *knowledge = NULL;
    eg_diag diag = {0};
    int status = 0;
    eg_err err = eg_knowledge_load(eg_embedded_files, NULL, &knowledge, &diag);
    call.knowledge = knowledge;
    if (job->out != NULL) call.n_trace_points = EG_RECORDING_BYTES_MAX;
    for (int i = 0; err == EG_OK && i < job->n_references; i++) {
        err = eg_recording_read(job->references[i], &references[i], &diag);
        if (err == EG_OK) call.references[call.n_references++] = references[i];
    }
    if (err != EG_OK) {
        eg_command_complain("measure", &diag);
        status = 1;
    } else if (job->form == FORM_CSV) {
        printf("file,profile,channel,side,repetition,code,value,unit,verdict\n");
    }
    for (int i = 0; err == EG_OK && i < job->n_files; i++)
        if (!measure_file(job, &call, job->files[i])) status = 1;
    for (int i = 0; i < job->n_references; i++) eg_recording_destroy(references[i]);
    eg_knowledge_destroy(knowledge);
    return status;
}

int measure_study(const eg_study *study, int n_arguments, char **arguments) {
    study_job job = {.study = study, .options = json_object()};
    job.files = calloc((size_t)n_arguments, sizeof *job.files);
    int status = 2;
    if (job.files == NULL || job.options == NULL) {
        status = 1;
    } else if (read_arguments(&job, n_arguments, arguments)) {
        if (job.explain != NULL)
            status = explain(&job);
        else if (job.n_files == 0)
            (void)refuse(&job, "FILE is missing", NULL);
        else if (job.out != NULL && job.n_files > 1)
            (void)refuse(&job, "--out takes one FILE, not also", job.files[1]);
        else
            status = measure_files(&job);
    }
    free(job.files);
    json_decref(job.options);
    return status;
}
