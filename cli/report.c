/* engram report: a report on paper, from a chart in the store or from one recording. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/clinic_open.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/measure_options.h"
#include "clinic/cases.h"
#include "clinic/document.h"
#include "clinic/report.h"
#include "clinic/row.h"
#include "clinic/trial.h"

const char eg_command_report_help[] =
    "usage: engram report PATIENT|FILE --out report.pdf [options]\n"
    "  PATIENT                               a name, or the id of an episode of care\n"
    "  --type evaluation_plan|progress       which report (evaluation_plan)\n"
    "  --data DIR  --demo                    whose data, as for engram serve\n"
    "  FILE                                  a balance recording: one page about it, with the\n"
    "                                        options of engram measure balance:\n"
    "  --age N  --mass-kg N  --height-m N    --posture  --vision  --surface  --stance\n"
    "  --map FILE.json  --axes RIGHT,FRONT  --cases FILE.csv  --task NAME  --settings JSON  "
    "--all\n";

typedef struct report_job {
    const char *subject; /* PATIENT or FILE */
    const char *out;
    const char *data;
    eg_report_type type;
    bool is_demo;
    measure_options measure;
} report_job;

static int complain(const char *what, const char *argument) {
    (void)eg_command_refuse("report", what, argument, eg_command_report_help);
    return 0;
}

/* Returns 0 after a complaint, 1 if taken, 2 if it is not an option of this command. */
static int take_own(report_job *job, const char *option, const char *value) {
    static const char *const names[] = {"--out", "--type", "--data"};
    size_t which = 0;
    while (which < 3 && strcmp(option, names[which]) != 0) which++;
    if (which == 3) return 2;
    if (value == NULL) return complain("a value must follow", option);
    if (which == 0) job->out = value;
    if (which == 2) job->data = value;
    if (which == 1) {
        int type = eg_report_type_find(value);
        if (type < 0) return complain("--type cannot be", value);
        job->type = (eg_report_type)type;
    }
    return 1;
}

static int read_arguments(report_job *job, int n_arguments, char **arguments) {
    for (int i = 1; i < n_arguments; i++) {
        const char *argument = arguments[i];
        const char *value = i + 1 < n_arguments ? arguments[i + 1] : NULL;
        if (strncmp(argument, "--", 2) != 0) {
            if (job->subject != NULL)
                return complain("one patient or file at a time (put a name in quotes), not",
                                argument);
            job->subject = argument;
        } else if (strcmp(argument, "--demo") == 0) {
            job->is_demo = true;
        } else if (strcmp(argument, "--all") == 0) {
            job->measure.evaluate.all = true;
        } else {
            int taken = take_own(job, argument, value);
            if (taken == 2)
                taken = measure_options_take(&job->measure, "report", eg_command_report_help,
                                             argument, value);
            if (taken == 2) return complain("there is no option", argument);
            if (taken == 0) return 0;
            i++;
        }
    }
    if (job->subject != NULL && job->out != NULL) return 1;
    return complain(job->subject == NULL ? "PATIENT or FILE is missing" : "--out is missing", NULL);
}

static eg_err write_bytes(void *closure, const unsigned char *bytes, size_t n) {
    return fwrite(bytes, 1, n, closure) == n ? EG_OK : EG_ERR_IO;
}

/* The report appears under its name only when it is whole: it is written beside it first. */
typedef struct pending_file {
    char path[4096];
    FILE *file;
} pending_file;

static int begin_file(pending_file *pending, const char *out) {
    int n = snprintf(pending->path, sizeof pending->path, "%s.XXXXXX", out);
    int fd = n > 0 && (size_t)n < sizeof pending->path ? mkstemp(pending->path) : -1;
    pending->file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (pending->file != NULL) return 1;
    if (fd >= 0) close(fd);
    fprintf(stderr, "engram report: %s: cannot be written: %s\nName another file with --out.\n",
            out, strerror(errno));
    return 0;
}

/* Returns the exit status. */
static int end_file(pending_file *pending, const char *out, eg_err error, const eg_diag *diag) {
    int is_whole =
        error == EG_OK && fflush(pending->file) == 0 && fsync(fileno(pending->file)) == 0;
    if (fclose(pending->file) != 0) is_whole = 0;
    if (is_whole && rename(pending->path, out) == 0) {
        printf("%s\n", out);
        return 0;
    }
    if (error != EG_OK)
        eg_command_complain("report", diag);
    else
        fprintf(stderr, "engram report: %s: cannot be written: %s\nName another file with --out.\n",
                out, strerror(errno));
    (void)unlink(pending->path);
    return 1;
}

static int report_recording(report_job *job) {
    eg_diag diag = {0};
    clinic_opened opened = {0};
    eg_recording *recording = NULL;
    eg_evaluation *evaluation = NULL;
    pending_file pending;
    int status = 1;
    eg_evaluate_options *options = &job->measure.evaluate;
    eg_err error = clinic_open_knowledge(&opened, &diag);
    if (error == EG_OK) error = eg_recording_read(job->subject, &recording, &diag);
    if (error == EG_OK) error = eg_cases_read(job->measure.cases, job->subject, options, &diag);
    if (error == EG_OK)
        error = eg_evaluate_balance(opened.evaluator, recording, options, &evaluation, &diag);
    if (error != EG_OK) eg_command_complain("report", &diag);
    if (error == EG_OK && begin_file(&pending, job->out)) {
        json_t *result = eg_trial_result(evaluation);
        json_t *trace = eg_trial_trace(evaluation, 3000);
        error = eg_report_balance(&opened.clinic, result, trace, write_bytes, pending.file, &diag);
        status = end_file(&pending, job->out, error, &diag);
        json_decref(result);
        json_decref(trace);
    }
    eg_evaluation_destroy(evaluation);
    eg_recording_destroy(recording);
    clinic_close(&opened);
    return status;
}

static void print_choice(const json_t *person, const json_t *episode) {
    const json_t *body = eg_member(person, "body");
    fprintf(stderr, "  %s  %s %s, born %s: %s\n", eg_text_at(episode, "id"),
            eg_text_at(body, "given_name"), eg_text_at(body, "family_name"),
            eg_text_at(body, "birth_date"), eg_text_at(episode, "title"));
}

/* The one episode that the words mean; complains and lists where there are several or none. */
static int find_by_name(eg_clinic *clinic, const char *words, char id[EG_STORE_ID_SIZE]) {
    enum { PEOPLE_MAX = 50 };
    json_t *people = NULL;
    eg_diag diag = {0};
    if (eg_person_search(clinic, words, PEOPLE_MAX, &people, &diag) != EG_OK) {
        eg_command_complain("report", &diag);
        return 0;
    }
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++) { /* count them; then name the one or list them all */
        for (size_t i = 0; i < json_array_size(people); i++) {
            const json_t *person = json_array_get(people, i);
            const json_t *episodes = json_object_get(person, "episodes");
            for (size_t k = 0; k < json_array_size(episodes); k++) {
                const json_t *episode = json_array_get(episodes, k);
                if (pass == 0)
                    snprintf(id, EG_STORE_ID_SIZE, "%s", eg_text_at(episode, "id"));
                else
                    print_choice(person, episode);
                if (pass == 0) n++;
            }
        }
        if (pass == 0 && n == 1) break;
        if (pass == 0 && n == 0)
            fprintf(stderr,
                    "engram report: \"%s\": no such patient and no such file\nLook the name up on "
                    "the page People; --data and --demo say whose data are read.\n",
                    words);
        if (pass == 0 && n > 1)
            fprintf(stderr,
                    "engram report: \"%s\" means %zu episodes of care. Name one by its id:\n",
                    words, n);
    }
    json_decref(people);
    return n == 1;
}

static int find_episode(eg_clinic *clinic, const char *subject, char id[EG_STORE_ID_SIZE]) {
    eg_document document = {0};
    eg_diag diag = {0};
    int is_id = strlen(subject) == EG_STORE_ID_SIZE - 1 &&
                eg_store_get(clinic->store, subject, 0, &document, &diag) == EG_OK &&
                strcmp(document.kind, "episode") == 0;
    if (is_id) snprintf(id, EG_STORE_ID_SIZE, "%s", document.id);
    eg_document_clear(&document);
    return is_id || find_by_name(clinic, subject, id);
}

static int report_patient(const report_job *job) {
    char folder[PATH_MAX];
    char id[EG_STORE_ID_SIZE] = "";
    eg_diag diag = {0};
    clinic_opened opened = {0};
    pending_file pending;
    int status = 1;
    if (!data_folder_find(job->data, job->is_demo, folder)) {
        fprintf(stderr, "engram report: neither XDG_DATA_HOME nor HOME is set\nName the folder of "
                        "the data with --data DIR.\n");
        return 2;
    }
    eg_err error = clinic_open(folder, &opened, &diag);
    if (error == EG_ERR_NOT_FOUND) {
        fprintf(stderr,
                "engram report: \"%s\" is no file, and %s holds no clinic yet\n`engram serve%s` "
                "makes one; --data DIR names another folder.\n",
                job->subject, folder, job->is_demo ? " --demo" : "");
    } else if (error != EG_OK) {
        eg_command_complain("report", &diag);
    } else if (find_episode(&opened.clinic, job->subject, id) && begin_file(&pending, job->out)) {
        error = eg_report_of_episode(&opened.clinic, opened.evaluator, id, job->type, write_bytes,
                                     pending.file, &diag);
        status = end_file(&pending, job->out, error, &diag);
    }
    clinic_close(&opened);
    return status;
}

int eg_command_report(int n_arguments, char **arguments) {
    report_job job = {.measure = measure_options_none(), .type = EG_REPORT_EVALUATION_PLAN};
    int status = 2;
    if (read_arguments(&job, n_arguments, arguments))
        status = access(job.subject, F_OK) == 0 ? report_recording(&job) : report_patient(&job);
    measure_options_release(&job.measure);
    return status;
}
