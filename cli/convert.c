/* engram convert IN OUT: a recording in another format. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/file_write.h"
#include "io/format/bids.h"
#include "io/format/number.h"
#include "io/format/recording.h"
#include "io/format/write.h"

enum { PATH_SIZE = 4096, RATE_MAX_HZ = 10000000 };

const char eg_command_convert_help[] =
    "usage: engram convert IN OUT [--to FORMAT] [--channels A,B,...] [--rate HZ] [--force]\n"
    "  IN                                    a recording of any format that can be read\n"
    "  OUT                                   the file to write; its ending says the format\n"
    "                                        or with --to bids a new folder\n"
    "  --to FORMAT                           csv, c3d, edf, bdf, xdf, mot, sto, trc, bids\n"
    "  --channels A,B,...                    only these channels and points\n"
    "  --rate HZ                             the rate, where IN does not say it\n"
    "  --subject 01 --task NAME              of a BIDS data set: letters and digits\n"
    "  --force                               OUT may hold something and is replaced\n"
    "What the format cannot hold is said on stderr. OUT is there when it is whole, or not at "
    "all.\n";

typedef struct job {
    const char *in, *out, *to, *channels, *subject, *task;
    double rate_hz; /* 0: as the recording says */
    bool may_replace;
} job;

static eg_err fail(eg_diag *diag, const char *path) {
    return eg_diag_set(diag, EG_ERR_IO, path, 0, "%s; check the folder and its space",
                       strerror(errno));
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static bool is_bids(const job *j) {
    return j->to != NULL && strcmp(j->to, "bids") == 0;
}

/* Into a folder beside it, which takes its place when it is whole. */
static eg_err write_folder(const job *j, const eg_recording *recording, eg_write_notes *notes,
                           eg_diag *diag) {
    char path[PATH_SIZE];
    eg_bids_options options = {j->subject, j->task, ENGRAM_VERSION};
    size_t n_out = strlen(j->out);
    while (n_out > 1 && j->out[n_out - 1] == '/') n_out--;
    int n = snprintf(path, sizeof path, "%.*s.XXXXXX", (int)n_out, j->out);
    if (n < 0 || (size_t)n >= sizeof path)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, j->out, 0, "the name is too long");
    if (mkdtemp(path) == NULL) return fail(diag, j->out);
    eg_err err = eg_bids_write(recording, &options, path, notes, diag);
    mode_t mask = umask(0);
    umask(mask);
    if (err == EG_OK && (chmod(path, 0777 & ~mask) != 0 || rename(path, j->out) != 0))
        err = fail(diag, j->out);
    if (err != EG_OK) nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return err;
}

static eg_err check_out(job *j, const eg_write_format **format, eg_diag *diag) {
    struct stat found;
    *format = NULL;
    if (is_bids(j)) {
        if (stat(j->out, &found) != 0) return EG_OK;
        return eg_diag_set(diag, EG_ERR_CONFLICT, j->out, 0,
                           "there is such a file or folder; name a new folder");
    }
    *format = eg_write_format_find(j->to != NULL ? j->to : j->out);
    if (*format == NULL)
        return eg_diag_set(diag, EG_ERR_ARGUMENT, j->out, 0,
                           "which format? Its ending says none that can be written: csv, c3d, edf, "
                           "bdf, xdf, mot, sto, trc; or --to FORMAT");
    if (stat(j->out, &found) != 0) return EG_OK;
    if (!S_ISREG(found.st_mode))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, j->out, 0, "it is no file; name a file");
    if (eg_recording_is_part(j->in, j->out))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, j->out, 0,
                           "it is the recording itself, or a part of it; write to another name");
    if (found.st_size == 0) j->may_replace = true; /* nothing in it can be lost */
    if (j->may_replace) return EG_OK;
    return eg_diag_set(diag, EG_ERR_CONFLICT, j->out, 0,
                       "there is such a file; --force replaces it");
}

/* Only where the recording gives none: its own word counts. */
static void set_rate(const job *j, eg_recording *r, eg_write_notes *notes) {
    size_t n_told = isnan(r->rate_hz) ? 0U : 1U;
    for (size_t i = 0; i < r->n_channels; i++) n_told += isnan(r->channels[i].rate_hz) ? 0U : 1U;
    if (!(j->rate_hz > 0)) return;
    if (n_told > 0) {
        eg_write_note(notes, "the recording gives its rate (%s); --rate is not used",
                      r->time_source);
        return;
    }
    r->rate_hz = r->points.rate_hz = j->rate_hz;
    for (size_t i = 0; i < r->n_channels; i++) r->channels[i].rate_hz = j->rate_hz;
}

static eg_err convert(job *j, eg_write_notes *notes, eg_diag *diag) {
    const eg_write_format *format;
    eg_recording *recording = NULL, *selected = NULL;
    eg_err err = check_out(j, &format, diag);
    if (err == EG_OK) err = eg_recording_read(j->in, &recording, diag);
    if (err == EG_OK) set_rate(j, recording, notes);
    if (err == EG_OK && j->channels != NULL)
        err = eg_write_select(recording, j->channels, &selected, notes, diag);
    const eg_recording *chosen = selected != NULL ? selected : recording;
    if (err == EG_OK)
        err = is_bids(j) ? write_folder(j, chosen, notes, diag)
                         : eg_file_write(j->out, j->may_replace, format, chosen, notes, diag);
    if (err == EG_OK && recording->is_partial)
        eg_write_note(notes, "the recording is not whole; engram inspect says where");
    eg_write_select_destroy(selected);
    eg_recording_destroy(recording);
    return err;
}

int eg_command_convert(int n_arguments, char **arguments) {
    job j = {0};
    const char *rate = NULL;
    const struct {
        const char *name;
        const char **value;
    } options[] = {{"--to", &j.to},
                   {"--channels", &j.channels},
                   {"--rate", &rate},
                   {"--subject", &j.subject},
                   {"--task", &j.task}};
    for (int i = 1; i < n_arguments; i++) {
        const char *argument = arguments[i], **value = NULL;
        for (size_t k = 0; k < sizeof options / sizeof options[0]; k++)
            if (strcmp(argument, options[k].name) == 0) value = options[k].value;
        if (value != NULL && i + 1 < n_arguments)
            *value = arguments[++i];
        else if (value != NULL)
            return eg_command_refuse("convert", "a value must follow", argument,
                                     eg_command_convert_help);
        else if (strcmp(argument, "--force") == 0)
            j.may_replace = true;
        else if (argument[0] == '-' && argument[1] != '\0')
            return eg_command_refuse("convert", "there is no option", argument,
                                     eg_command_convert_help);
        else if (j.in == NULL || j.out == NULL)
            *(j.in == NULL ? &j.in : &j.out) = argument;
        else
            return eg_command_refuse("convert", "one file at a time, not also", argument,
                                     eg_command_convert_help);
    }
    if (j.in == NULL || j.out == NULL)
        return eg_command_refuse("convert", j.in == NULL ? "IN is missing" : "OUT is missing", NULL,
                                 eg_command_convert_help);
    size_t n_rate = rate != NULL ? strlen(rate) : 0;
    if (rate != NULL && (eg_number_read(rate, n_rate, '.', &j.rate_hz, NULL) != n_rate ||
                         !(j.rate_hz > 0 && j.rate_hz <= RATE_MAX_HZ)))
        return eg_command_refuse("convert", "no rate in Hz:", rate, eg_command_convert_help);
    eg_write_notes notes = {0};
    eg_diag diag = {0};
    eg_err err = convert(&j, &notes, &diag);
    for (size_t i = 0; err == EG_OK && i < notes.n; i++)
        fprintf(stderr, "%s: %s\n", j.out, notes.text[i]);
    if (err != EG_OK) eg_command_complain("convert", &diag);
    return err == EG_OK ? 0 : 1;
}
