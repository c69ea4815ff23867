/* engram measure strength FILE...: every contraction of a dynamometer's recording, what they say
 * together, and the two sides. */
#include "cli/measure_strength.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "clinic/strength.h"
#include "io/embed.h"
#include "io/json/write.h"

static const char help[] = MEASURE_STRENGTH_HELP;

typedef enum form { FORM_TABLE, FORM_JSON, FORM_CSV } form;

typedef struct strength_job {
    eg_strength_options options;
    double limb_kg, limb_com_m, limb_angle_deg;
    form form;
    const char *explain;
    int side; /* of the files that follow: 0, 1 involved, 2 uninvolved */
    int n_files;
    char **files;
    int *sides;
} strength_job;

static int read_number(const char *text, double *value) {
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

static int read_positive(const char *text, double *value) {
    return read_number(text, value) && *value > 0;
}

static int refuse(const char *what, const char *argument) {
    (void)eg_command_refuse("measure", what, argument, help);
    return 0;
}

/* An option with its value. 0 after a complaint. */
static int take(strength_job *job, const char *option, const char *value) {
    eg_strength_options *o = &job->options;
    const struct {
        const char *name;
        double *number;
        const char **text;
        int is_positive;
    } known[] = {{"--column", NULL, &o->column, 0},
                 {"--unit", NULL, &o->unit, 0},
                 {"--measure", NULL, &o->measure, 0},
                 {"--explain", NULL, &job->explain, 0},
                 {"--rate-hz", &o->rate_hz, NULL, 1},
                 {"--window-s", &o->window_s, NULL, 1},
                 {"--rest", &o->rest, NULL, 0},
                 {"--lever-m", &o->lever_m, NULL, 1},
                 {"--gravity-n-m", &o->gravity_n_m, NULL, 0},
                 {"--limb-kg", &job->limb_kg, NULL, 1},
                 {"--limb-com-m", &job->limb_com_m, NULL, 1},
                 {"--limb-angle-deg", &job->limb_angle_deg, NULL, 0},
                 {"--mass-kg", &o->mass_kg, NULL, 1},
                 {"--age", &o->age_years, NULL, 1}};
    size_t n = sizeof known / sizeof known[0], k = 0;
    while (k < n && strcmp(known[k].name, option) != 0) k++;
    int is_sex = strcmp(option, "--sex") == 0;
    if (k == n && !is_sex) return refuse("there is no option", option);
    if (value == NULL) return refuse("a value must follow", option);
    int is_good = 1;
    if (is_sex) {
        is_good = strcmp(value, "M") == 0 || strcmp(value, "F") == 0;
        o->sex = value[0];
    } else if (known[k].text != NULL) {
        *known[k].text = value;
    } else {
        is_good = known[k].is_positive ? read_positive(value, known[k].number)
                                       : read_number(value, known[k].number);
    }
    if (is_good) return 1;
    fprintf(stderr, "engram measure: %s cannot be \"%s\"\n%s", option, value, help);
    return 0;
}

static int read_arguments(strength_job *job, int n_arguments, char **arguments) {
    for (int i = 2; i < n_arguments; i++) {
        const char *argument = arguments[i];
        if (strncmp(argument, "--", 2) != 0) {
            job->sides[job->n_files] = job->side;
            job->files[job->n_files++] = arguments[i];
        } else if (strcmp(argument, "--json") == 0) {
            job->form = FORM_JSON;
        } else if (strcmp(argument, "--csv") == 0) {
            job->form = FORM_CSV;
        } else if (strcmp(argument, "--all") == 0) {
            job->options.all = true;
        } else if (strcmp(argument, "--involved") == 0) {
            job->side = 1;
        } else if (strcmp(argument, "--uninvolved") == 0) {
            job->side = 2;
        } else {
            if (!take(job, argument, i + 1 < n_arguments ? arguments[i + 1] : NULL)) return 0;
            i++;
        }
    }
    int n_limb = !isnan(job->limb_kg) + !isnan(job->limb_com_m) + !isnan(job->limb_angle_deg);
    if (n_limb == 3)
        job->options.gravity_n_m =
            eg_strength_gravity(job->limb_kg, job->limb_com_m, job->limb_angle_deg);
    else if (n_limb > 0)
        return refuse("--limb-kg, --limb-com-m and --limb-angle-deg go together", NULL);
    return 1;
}

static int explain(const char *code) {
    const eg_measure_def *def = eg_measure_find(&eg_strength_measures, code);
    if (def == NULL) {
        fprintf(stderr, "engram measure: there is no measure \"%s\"; the codes are:\n", code);
        for (size_t i = 0; i < eg_strength_measures.count; i++)
            fprintf(stderr, "  %s\n", eg_strength_measures.rows[i].code);
        return 2;
    }
    printf("%s (%s)\n  unit        %s\n  better      %s\n  definition  %s\n  formula     %s\n"
           "  source      %s\n",
           def->name, def->code, def->unit,
           def->better == EG_BETTER_LOWER    ? "lower"
           : def->better == EG_BETTER_HIGHER ? "higher"
                                             : "neither",
           def->definition, def->formula, def->source);
    return 0;
}

static const char *text_of(const json_t *json, const char *key) {
    const char *text = json_string_value(json_object_get(json, key));
    return text != NULL ? text : "";
}

static void print_flags(const json_t *object) {
    size_t i;
    json_t *flag;
    json_array_foreach(json_object_get(object, "flags"), i, flag)
        printf("    !     %s: %s\n", text_of(flag, "flag"), text_of(flag, "text"));
}

static void print_measures(const json_t *object) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(object, "measures"), i, one) {
        const json_t *value = json_object_get(one, "value");
        printf("    %-32s ", text_of(one, "name"));
        if (json_is_number(value))
            printf("%12.5g", json_number_value(value));
        else
            printf("%12s", "-");
        printf("  %s\n", text_of(one, "unit"));
    }
}

static void print_published(const json_t *result) {
    size_t i;
    json_t *row;
    const json_t *list = json_object_get(result, "published");
    if (json_array_size(list) == 0) return;
    printf("  published values; no clinician has verified them here\n");
    json_array_foreach(list, i, row) {
        const json_t *value = json_object_get(row, "value"), *low = json_object_get(row, "low");
        const json_t *sd = json_object_get(row, "sd");
        printf("    %-7s", text_of(row, "kind"));
        if (json_is_number(value)) printf(" %.4g", json_number_value(value));
        if (json_is_number(sd)) printf(" (SD %.3g)", json_number_value(sd));
        if (json_is_number(low))
            printf(" %.4g-%.4g", json_number_value(low),
                   json_number_value(json_object_get(row, "high")));
        printf(" %s", text_of(row, "unit"));
        const json_t *measured = json_object_get(row, "measured");
        if (json_is_number(measured)) printf(", measured %.4g", json_number_value(measured));
        printf(": %s, %s, %s (%s, %s)\n", text_of(row, "statistic"), text_of(row, "variable"),
               text_of(row, "population"), text_of(row, "source"), text_of(row, "status"));
    }
}

static void print_table(const json_t *result, const char *path) {
    size_t i;
    json_t *one;
    const json_t *trials = json_object_get(result, "trials");
    printf("%s\n  %s in %s, %g Hz, column %s, %zu contraction%s\n", path,
           text_of(result, "quantity"), text_of(result, "unit"),
           json_number_value(json_object_get(result, "rate_hz")), text_of(result, "column"),
           json_array_size(trials), json_array_size(trials) == 1 ? "" : "s");
    json_array_foreach(json_object_get(result, "warnings"), i, one)
        printf("    !     %s\n", json_string_value(one));
    json_array_foreach(trials, i, one) {
        printf("  contraction %zu, peak at %.3f s\n", i + 1,
               json_number_value(json_object_get(one, "peak_s")));
        print_flags(one);
        print_measures(one);
    }
    printf("  together\n");
    print_flags(result);
    print_measures(result);
    print_published(result);
    printf("\n");
}

static void print_field(const char *text) {
    if (strpbrk(text, ",\"\r\n") == NULL) {
        printf("%s,", text);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"') putchar('"');
        putchar(*text);
    }
    printf("\",");
}

/* `trial` is a number, or what the row is about. */
static void print_rows(const json_t *object, const char *path, const char *trial) {
    size_t i, k;
    json_t *one, *flag;
    json_array_foreach(json_object_get(object, "measures"), i, one) {
        char number[EG_JSON_NUMBER_MAX] = "";
        const json_t *value = json_object_get(one, "value");
        if (json_is_number(value)) eg_json_format_number(number, json_number_value(value));
        print_field(path);
        printf("%s,%s,%s,%s,", trial, text_of(one, "code"), number, text_of(one, "unit"));
        json_array_foreach(json_object_get(object, "flags"), k, flag)
            printf("%s%s", k > 0 ? "; " : "", text_of(flag, "flag"));
        printf("\n");
    }
}

static void print_csv(const json_t *result, const char *path) {
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result, "trials"), i, one) {
        char trial[24];
        snprintf(trial, sizeof trial, "%zu", i + 1);
        print_rows(one, path, trial);
    }
    print_rows(result, path, "all");
}

static void print_json(json_t *object) {
    json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(17));
    putchar('\n');
}

static void print_together(const strength_job *job, json_t *together) {
    size_t i;
    json_t *set;
    if (job->form == FORM_JSON) {
        print_json(together);
        return;
    }
    json_array_foreach(json_object_get(together, "sets"), i, set) {
        if (job->form == FORM_CSV) {
            print_rows(set, "(together)", text_of(set, "side"));
            continue;
        }
        printf("all files, side %s: %lld contractions\n", text_of(set, "side"),
               (long long)json_integer_value(json_object_get(set, "n")));
        print_flags(set);
        print_measures(set);
    }
    if (job->form == FORM_CSV) {
        print_rows(together, "(together)", "both");
        return;
    }
    print_flags(together);
    print_measures(together);
}

/* NULL after a complaint. */
static json_t *measure_file(const strength_job *job, const eg_knowledge *knowledge,
                            const char *path) {
    eg_recording *recording = NULL;
    json_t *result = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_read(path, &recording, &diag);
    if (err == EG_OK)
        err = eg_strength_evaluate(knowledge, recording, &job->options, &result, &diag);
    eg_recording_destroy(recording);
    if (err != EG_OK) {
        eg_command_complain("measure", &diag);
        if (job->form == FORM_JSON) eg_command_print_error(path, &diag);
        return NULL;
    }
    json_object_set_new(result, "file", json_string(path));
    if (job->form == FORM_JSON)
        print_json(result);
    else if (job->form == FORM_CSV)
        print_csv(result, path);
    else
        print_table(result, path);
    return result;
}

static int measure_files(const strength_job *job) {
    eg_knowledge *knowledge = NULL;
    eg_diag diag = {0};
    if (job->options.measure != NULL) {
        eg_err err = eg_knowledge_load(eg_embedded_files, NULL, &knowledge, &diag);
        if (err == EG_OK && eg_knowledge_find(knowledge, "measures", job->options.measure) == NULL)
            err = eg_diag_set(&diag, EG_ERR_NOT_FOUND, "--measure", 0,
                              "there is no measure \"%s\" in knowledge/measures",
                              job->options.measure);
        if (err != EG_OK) {
            eg_command_complain("measure", &diag);
            eg_knowledge_destroy(knowledge);
            return err == EG_ERR_NOT_FOUND ? 2 : 1;
        }
    }
    int status = 0;
    size_t n = 0;
    json_t **results = calloc((size_t)job->n_files, sizeof(json_t *));
    int *sides = calloc((size_t)job->n_files, sizeof *sides);
    if (job->form == FORM_CSV) printf("file,contraction,code,value,unit,flags\n");
    for (int i = 0; results != NULL && sides != NULL && i < job->n_files; i++) {
        sides[n] = job->sides[i];
        results[n] = measure_file(job, knowledge, job->files[i]);
        if (results[n] == NULL)
            status = 1;
        else
            n++;
    }
    json_t *together = NULL;
    if (n > 1 && eg_strength_together(results, sides, n, &together, &diag) == EG_OK)
        print_together(job, together);
    json_decref(together);
    for (size_t i = 0; i < n; i++) json_decref(results[i]);
    free(results);
    free(sides);
    eg_knowledge_destroy(knowledge);
    return status;
}

int measure_strength(int n_arguments, char **arguments) {
    strength_job job = {.options = eg_strength_defaults(),
                        .limb_kg = NAN,
                        .limb_com_m = NAN,
                        .limb_angle_deg = NAN};
    job.files = calloc((size_t)n_arguments, sizeof *job.files);
    job.sides = calloc((size_t)n_arguments, sizeof *job.sides);
    int status = 2;
    if (job.files == NULL || job.sides == NULL) {
        status = 1;
    } else if (read_arguments(&job, n_arguments, arguments)) {
        if (job.explain != NULL)
            status = explain(job.explain);
        else if (job.n_files == 0)
            (void)refuse("FILE is missing", NULL);
        else
            status = measure_files(&job);
    }
    free(job.files);
    free(job.sides);
    return status;
}
