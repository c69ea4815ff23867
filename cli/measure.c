/* engram measure balance FILE...: verdict and numbers of each recording, for a person, a script or
 * a spreadsheet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/explain.h"
#include "cli/measure_options.h"
#include "cli/measure_print.h"
#include "cli/measure_study.h"
#include "clinic/cases.h"
#include "clinic/evaluate.h"
#include "clinic/pair.h"
#include "io/embed.h"
#include "io/json/write.h"

const char eg_command_measure_help[] =
    "usage: engram measure balance FILE... [options]\n"
    "       engram measure emg|function|gait|motion|strength FILE... [options]\n"
    "                                        (--help behind the name lists its options)\n"
    "options of balance:\n"
    "  --profile engram|quijoux2021|duarte   whose definitions (engram)\n"
    "  --task quiet_standing|quiet_sitting|limits_of_stability|weight_shift|sit_to_stand|\n"
    "         single_leg|tandem              what the person did (quiet_standing)\n"
    "  --settings JSON|FILE.json             targets and pacing of the task\n"
    "                                        (docs/reference/balance-tasks.md)\n"
    "  --pairs                               compare the files: Romberg quotient, sensory ratios\n"
    "  --all                                 nonlinear and poorly reliable measures too\n"
    "  --explain CODE                        what a measure is; needs no file; with --profile\n"
    "                                        a peer's name, with --json one object\n"
    "  --map FILE.json                       which column is which (docs/reference/maps.md)\n"
    "  --axes RIGHT,FRONT                    the plate's axes to the right and front: +x,+y\n"
    "  --mass-kg N  --height-m N  --age N    of the person\n"
    "  --posture standing|sitting            --vision open|closed\n"
    "  --surface firm|foam                   --stance "
    "apart|together|tandem|single_left|single_right\n"
    "  --cases FILE.csv                      the same for many files: one row a file name;\n"
    "                                        cases.csv beside a recording is found by itself\n"
    "  --json  --csv                         for scripts; one JSON object a line\n";

typedef enum output_form { FORM_TABLE, FORM_JSON, FORM_CSV } output_form;

typedef struct measure_job {
    measure_options measure;
    output_form form;
    const char *explain;
    int is_paired;
    int n_files;
    char **files; /* the arguments that are no options, moved to the front */
} measure_job;

static int complain(const char *what, const char *argument) {
    (void)eg_command_refuse("measure", what, argument, eg_command_measure_help);
    return 0;
}

/* Returns 0 after a complaint. */
static int read_arguments(measure_job *job, int n_arguments, char **arguments) {
    for (int i = 2; i < n_arguments; i++) {
        const char *argument = arguments[i];
        if (strncmp(argument, "--", 2) != 0) {
            job->files[job->n_files++] = arguments[i];
            continue;
        }
        if (strcmp(argument, "--json") == 0 || strcmp(argument, "--csv") == 0) {
            const output_form form = argument[2] == 'j' ? FORM_JSON : FORM_CSV;
            if (job->form != FORM_TABLE && job->form != form)
                return complain("one of --json and --csv, not also", argument);
            job->form = form;
        } else if (strcmp(argument, "--all") == 0) {
            job->measure.evaluate.all = true;
        } else if (strcmp(argument, "--pairs") == 0) {
            job->is_paired = 1;
        } else {
            const char *value = i + 1 < n_arguments ? arguments[i + 1] : NULL;
            int taken = 1;
            if (strcmp(argument, "--explain") != 0)
                taken = measure_options_take(&job->measure, "measure", eg_command_measure_help,
                                             argument, value);
            else if ((job->explain = value) == NULL)
                return complain("a value must follow", argument);
            if (taken == 2) return complain("there is no option", argument);
            if (taken == 0) return 0;
            i++;
        }
    }
    return 1;
}

/* `kept` (may be NULL) receives the evaluation, which the caller then destroys. */
static int measure_file(const eg_evaluator *evaluator, measure_job *job, const char *path,
                        eg_evaluation **kept) {
    eg_recording *recording = NULL;
    eg_evaluation *evaluation = NULL;
    eg_diag diag = {0};
    eg_evaluate_options options = job->measure.evaluate;
    options.file = path;
    eg_err err = eg_recording_read(path, &recording, &diag);
    if (err == EG_OK) err = eg_cases_read(job->measure.cases, path, &options, &diag);
    if (err == EG_OK) err = eg_evaluate_balance(evaluator, recording, &options, &evaluation, &diag);
    eg_recording_destroy(recording);
    if (err != EG_OK) {
        eg_command_complain("measure", &diag);
        if (job->form == FORM_JSON) eg_command_print_error(path, &diag);
        return 0;
    }
    if (job->form == FORM_JSON) {
        eg_json_writer json;
        eg_json_init(&json, eg_json_to_file, stdout);
        eg_evaluation_write(evaluation, &json);
        err = eg_json_finish(&json);
        putchar('\n');
    } else if (job->form == FORM_CSV) {
        measure_print_csv(evaluation, path);
    } else {
        measure_print_table(evaluation, path);
    }
    const char *problem = eg_evaluation_problem(evaluation);
    if (problem != NULL) fprintf(stderr, "engram measure: %s: %s\n", path, problem);
    int is_done = problem == NULL && err == EG_OK;
    if (kept != NULL)
        *kept = evaluation;
    else
        eg_evaluation_destroy(evaluation);
    return is_done;
}

/* What the files say together, behind what each says. Returns 0 after a complaint. */
static int measure_pairs(const eg_evaluator *evaluator, const measure_job *job,
                         eg_evaluation *const *evaluations, size_t n) {
    eg_diag diag = {0};
    json_t *compared = NULL;
    if (eg_pair_compare(evaluator, (const eg_evaluation *const *)evaluations, n,
                        job->measure.evaluate.age_years, &compared, &diag) != EG_OK) {
        eg_command_complain("measure", &diag);
        return 0;
    }
    if (job->form == FORM_JSON) {
        json_object_set_new(compared, "pairs", json_true());
        json_dumpf(compared, stdout, JSON_COMPACT | JSON_REAL_PRECISION(17));
        putchar('\n');
    } else if (job->form == FORM_CSV) {
        measure_print_pairs_csv(compared);
    } else {
        measure_print_pairs(compared);
    }
    json_decref(compared);
    return 1;
}

static int measure_all(measure_job *job) {
    eg_evaluator *evaluator;
    eg_diag diag = {0};
    if (eg_evaluator_create(eg_embedded_files, &evaluator, &diag) != EG_OK) {
        eg_command_complain("measure", &diag);
        return 1;
    }
    int status = 0;
    eg_evaluation *kept[EG_PAIR_TRIALS_MAX];
    size_t n_kept = 0;
    if (job->form == FORM_CSV) measure_print_csv_header();
    for (int i = 0; i < job->n_files; i++) {
        eg_evaluation *evaluation = NULL;
        if (!measure_file(evaluator, job, job->files[i], job->is_paired ? &evaluation : NULL))
            status = 1;
        if (evaluation != NULL) kept[n_kept++] = evaluation;
    }
    if (job->is_paired && !measure_pairs(evaluator, job, kept, n_kept)) status = 1;
    for (size_t i = 0; i < n_kept; i++) eg_evaluation_destroy(kept[i]);
    eg_evaluator_destroy(evaluator);
    return status;
}

int eg_command_measure_help_of(const char *name) {
    const eg_study *study = eg_study_find(name);
    if (study != NULL) measure_study_print_help(study, stdout);
    return study != NULL;
}

int eg_command_measure(int n_arguments, char **arguments) {
    const eg_study *study = n_arguments > 1 ? eg_study_find(arguments[1]) : NULL;
    if (study != NULL) return measure_study(study, n_arguments, arguments);
    if (n_arguments < 2 || strcmp(arguments[1], "balance") != 0) {
        if (n_arguments < 2)
            (void)eg_command_refuse("measure", "\"balance\" is missing", NULL,
                                    eg_command_measure_help);
        else
            complain("what can be measured stands below; it is not", arguments[1]);
        return 2;
    }
    char **files = calloc((size_t)n_arguments, sizeof *files);
    if (files == NULL) return 1;
    measure_job job = {.measure = measure_options_none(), .files = files};
    int status = 2;
    if (read_arguments(&job, n_arguments, arguments)) {
        if (job.explain != NULL)
            status =
                explain_measure(job.explain, job.measure.evaluate.profile, job.form == FORM_JSON);
        else if (job.n_files == 0)
            (void)eg_command_refuse("measure", "FILE is missing", NULL, eg_command_measure_help);
        else if (job.is_paired && job.n_files > EG_PAIR_TRIALS_MAX)
            fprintf(stderr, "engram measure: --pairs compares at most %d files\n",
                    EG_PAIR_TRIALS_MAX);
        else
            status = measure_all(&job);
    }
    measure_options_release(&job.measure);
    free(files);
    return status;
}
