#include "io/format/bids.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/base/check.h"
#include "io/format/text.h"
#include "io/format/write_part.h"
#include "io/json/write.h"

enum { PATH_SIZE = 4096, LABEL_MAX = 40 };

static const char bids_version[] = "1.11.1";

typedef struct bids {
    const eg_recording *r;
    const char *folder, *subject, *task, *version;
    eg_write_notes *notes;
    eg_diag *diag;
    size_t n_emg, n_trigger;
    double rate_hz, duration_s;
} bids;

static eg_err fail(const bids *b, const char *path) {
    return eg_diag_set(b->diag, EG_ERR_IO, path, 0, "%s; check the folder and its space",
                       strerror(errno));
}

static int is_label(const char *text) {
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) return 0;
    }
    return n > 0 && n <= LABEL_MAX;
}

/* A file below the folder: "emg" of the subject, or "" for the top. */
static FILE *open_file(const bids *b, int is_top, const char *name) {
    char path[PATH_SIZE];
    int n = is_top ? snprintf(path, sizeof path, "%s/%s", b->folder, name)
                   : snprintf(path, sizeof path, "%s/sub-%s/emg/sub-%s_%s", b->folder, b->subject,
                              b->subject, name);
    return n > 0 && (size_t)n < sizeof path ? fopen(path, "wbx") : NULL;
}

/* "task-walk_" and the rest. */
static FILE *open_of_task(const bids *b, const char *rest) {
    char name[LABEL_MAX + 64];
    snprintf(name, sizeof name, "task-%s_%s", b->task, rest);
    return open_file(b, 0, name);
}

static eg_err close_file(const bids *b, FILE *file, const char *name) {
    int failed = ferror(file);
    if (fclose(file) != 0 || failed) return fail(b, name);
    return EG_OK;
}

/* A cell holds neither tabs nor line ends; an empty one is "n/a". */
static void put_cell(FILE *file, const char *text) {
    if (text[0] == '\0') fputs("n/a", file);
    for (const char *c = text; *c != '\0'; c++) fputc((unsigned char)*c < ' ' ? ' ' : *c, file);
}

static void put_number(FILE *file, double value) {
    char text[EG_JSON_NUMBER_MAX] = "n/a";
    if (isfinite(value)) eg_json_format_number(text, value);
    fputs(text, file);
}

/* ---- channels -------------------------------------------------------------------------------- */

static int is_voltage(const char *unit) {
    static const char *const units[] = {
        "V", "mV", "uV", "nV", "\xc2\xb5V", "\xce\xbcV", "microvolts", "volts", "millivolts"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcasecmp(unit, units[i]) == 0) return 1;
    return 0;
}

static int holds(const char *label, const char *word) {
    return eg_text_find((eg_span){label, strlen(label)}, word) != NULL;
}

/* The standard's keywords. Voltages are muscle signals unless their name says otherwise; in a file
 * without any voltage so are the channels without a unit. */
static const char *type_of(const bids *b, const eg_channel *c, int has_voltage) {
    (void)b;
    if (holds(c->label, "ecg") || holds(c->label, "ekg")) return "ECG";
    if (holds(c->label, "eog")) return "EOG";
    if (holds(c->label, "trig") || holds(c->label, "digital") || holds(c->label, "sync"))
        return "TRIG";
    if (is_voltage(c->unit)) return "EMG";
    return holds(c->label, "emg") || (!has_voltage && c->unit[0] == '\0') ? "EMG" : "MISC";
}

static int has_voltage(const eg_recording *r) {
    for (size_t i = 0; i < r->n_channels; i++)
        if (is_voltage(r->channels[i].unit)) return 1;
    return 0;
}

static void count_channels(bids *b) {
    const eg_recording *r = b->r;
    int is_there = has_voltage(r);
    double rate_hz = 0, any_hz = 0;
    for (size_t i = 0; i < r->n_channels; i++) {
        const eg_channel *c = &r->channels[i];
        const char *type = type_of(b, c, is_there);
        int is_emg = strcmp(type, "EMG") == 0;
        b->n_emg += is_emg ? 1 : 0;
        b->n_trigger += strcmp(type, "TRIG") == 0 ? 1 : 0;
        if (is_emg) rate_hz = fmax(rate_hz, c->rate_hz);
        any_hz = fmax(any_hz, c->rate_hz);
        b->duration_s = fmax(b->duration_s, c->start_s + (double)c->n / c->rate_hz);
    }
    b->rate_hz = rate_hz > 0 ? rate_hz : any_hz;
}

static eg_err write_channels(const bids *b) {
    FILE *file = open_of_task(b, "channels.tsv");
    if (file == NULL) return fail(b, "channels.tsv");
    int is_there = has_voltage(b->r);
    fputs("name\ttype\tunits\tsampling_frequency\tdescription\n", file);
    for (size_t i = 0; i < b->r->n_channels; i++) {
        const eg_channel *c = &b->r->channels[i];
        char label[WRITE_EDF_LABEL + 1], unit[EG_RECORDING_UNIT_MAX];
        (void)write_edf_name(b->r, i, label, unit);
        put_cell(file, label);
        fprintf(file, "\t%s\t", type_of(b, c, is_there));
        put_cell(file, unit);
        fputc('\t', file);
        put_number(file, c->rate_hz);
        fputc('\t', file);
        put_cell(file, c->label);
        fputc('\n', file);
    }
    return close_file(b, file, "channels.tsv");
}

/* Where the electrodes were is not in a recording; the columns are there to be filled in. */
static eg_err write_electrodes(const bids *b) {
    FILE *file = open_file(b, 0, "electrodes.tsv");
    if (file == NULL) return fail(b, "electrodes.tsv");
    int is_there = has_voltage(b->r);
    fputs("name\tx\ty\tz\tcoordinate_system\n", file);
    for (size_t i = 0; i < b->r->n_channels; i++) {
        const eg_channel *c = &b->r->channels[i];
        char label[WRITE_EDF_LABEL + 1], unit[EG_RECORDING_UNIT_MAX];
        (void)write_edf_name(b->r, i, label, unit);
        if (strcmp(type_of(b, c, is_there), "EMG") != 0) continue;
        put_cell(file, label);
        fputs("\tn/a\tn/a\tn/a\tunknown\n", file);
    }
    return close_file(b, file, "electrodes.tsv");
}

static eg_err write_events(const bids *b) {
    const eg_recording *r = b->r;
    if (r->n_events == 0) return EG_OK;
    FILE *file = open_of_task(b, "events.tsv");
    if (file == NULL) return fail(b, "events.tsv");
    fputs("onset\tduration\ttrial_type\n", file);
    for (size_t i = 0; i < r->n_events; i++) {
        const eg_event *event = &r->events[i];
        char text[EG_RECORDING_LABEL_MAX + EG_RECORDING_UNIT_MAX + 2];
        put_number(file, event->t_s - r->start_s);
        fputc('\t', file);
        put_number(file, event->duration_s);
        fputc('\t', file);
        snprintf(text, sizeof text, "%s%s%s", event->context, event->context[0] != '\0' ? " " : "",
                 event->label);
        put_cell(file, text);
        fputc('\n', file);
    }
    return close_file(b, file, "events.tsv");
}

/* ---- texts ----------------------------------------------------------------------------------- */

static eg_err end_json(const bids *b, eg_json_writer *json, FILE *file, const char *name) {
    eg_json_end_object(json);
    int is_good = eg_json_finish(json) == EG_OK;
    fputc('\n', file);
    eg_err err = close_file(b, file, name);
    return err == EG_OK && !is_good ? fail(b, name) : err;
}

static eg_err write_sidecar(const bids *b) {
    FILE *file = open_of_task(b, "emg.json");
    if (file == NULL) return fail(b, "emg.json");
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_file, file);
    eg_json_begin_object(&json);
    eg_json_member_string(&json, "TaskName", b->task);
    eg_json_member_string(&json, "EMGPlacementScheme", "Other");
    eg_json_member_string(&json, "EMGPlacementSchemeDescription",
                          "not stated by the recording that this was converted from");
    eg_json_member_string(&json, "EMGReference", "n/a");
    eg_json_member_string(&json, "EMGGround", "n/a");
    eg_json_member_number(&json, "SamplingFrequency", b->rate_hz);
    eg_json_member_string(&json, "PowerLineFrequency", "n/a");
    eg_json_member_string(&json, "SoftwareFilters", "n/a");
    eg_json_member_string(&json, "HardwareFilters", "n/a");
    eg_json_member_integer(&json, "EMGChannelCount", (int64_t)b->n_emg);
    eg_json_member_integer(&json, "TriggerChannelCount", (int64_t)b->n_trigger);
    eg_json_member_number(&json, "RecordingDuration", b->duration_s);
    eg_json_member_string(&json, "RecordingType", "continuous");
    if (b->r->maker[0] != '\0') eg_json_member_string(&json, "Manufacturer", b->r->maker);
    return end_json(b, &json, file, "emg.json");
}

static eg_err write_coordinates(const bids *b) {
    FILE *file = open_file(b, 0, "space-unknown_coordsystem.json");
    if (file == NULL) return fail(b, "coordsystem.json");
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_file, file);
    eg_json_begin_object(&json);
    eg_json_member_string(&json, "EMGCoordinateSystem", "Other");
    eg_json_member_string(&json, "EMGCoordinateUnits", "mm");
    eg_json_member_string(&json, "EMGCoordinateSystemDescription",
                          "The places of the electrodes were not recorded.");
    return end_json(b, &json, file, "coordsystem.json");
}

static eg_err write_description(const bids *b) {
    FILE *file = open_file(b, 1, "dataset_description.json");
    if (file == NULL) return fail(b, "dataset_description.json");
    eg_json_writer json;
    eg_json_init(&json, eg_json_to_file, file);
    eg_json_begin_object(&json);
    /* Not the file's name: people's names are in such names, and data sets are shared. */
    char name[LABEL_MAX + 32];
    snprintf(name, sizeof name, "Electromyography: %s", b->task);
    eg_json_member_string(&json, "Name", name);
    eg_json_member_string(&json, "BIDSVersion", bids_version);
    eg_json_member_string(&json, "DatasetType", "raw");
    eg_json_key(&json, "GeneratedBy");
    eg_json_begin_array(&json);
    eg_json_begin_object(&json);
    eg_json_member_string(&json, "Name", "Engram");
    eg_json_member_string(&json, "Version", b->version);
    eg_json_member_string(&json, "Description", "engram convert");
    eg_json_end_object(&json);
    eg_json_end_array(&json);
    return end_json(b, &json, file, "dataset_description.json");
}

static eg_err write_top(const bids *b) {
    FILE *file = open_file(b, 1, "participants.tsv");
    if (file == NULL) return fail(b, "participants.tsv");
    fprintf(file, "participant_id\nsub-%s\n", b->subject);
    eg_err err = close_file(b, file, "participants.tsv");
    file = err == EG_OK ? open_file(b, 1, "README") : NULL;
    if (file == NULL) return err != EG_OK ? err : fail(b, "README");
    fprintf(
        file,
        "Converted from a recording (%s, SHA-256 %s) by Engram %s.\n\n"
        "The recording does not say where the electrodes were, what they were referred to, which"
        " filters\nwere used, and the frequency of the mains: these are \"n/a\" or \"Other\" and"
        " wait to be filled in.\n",
        b->r->format, b->r->sha256, b->version);
    err = close_file(b, file, "README");
    return err == EG_OK ? write_description(b) : err;
}

/* ---- samples --------------------------------------------------------------------------------- */

static int take(void *to, const void *bytes, size_t n) {
    return fwrite(bytes, 1, n, to) == n;
}

static eg_err write_samples(const bids *b) {
    FILE *file = open_of_task(b, "emg.bdf");
    if (file == NULL) return fail(b, "emg.bdf");
    eg_sink sink = {take, file};
    eg_err err = eg_bdf_write(b->r, &sink, b->notes, b->diag);
    eg_err closed = close_file(b, file, "emg.bdf");
    return err != EG_OK ? err : closed;
}

static eg_err make_folders(const bids *b) {
    char path[PATH_SIZE];
    for (int i = 0; i < 2; i++) {
        int n =
            snprintf(path, sizeof path, "%s/sub-%s%s", b->folder, b->subject, i == 0 ? "" : "/emg");
        if (n < 0 || (size_t)n >= sizeof path || mkdir(path, 0777) != 0) return fail(b, b->folder);
    }
    return EG_OK;
}

eg_err eg_bids_write(const eg_recording *recording, const eg_bids_options *options,
                     const char *folder, eg_write_notes *notes, eg_diag *diag) {
    EG_ASSERT(recording != NULL && options != NULL && folder != NULL);
    bids b = {.r = recording,
              .folder = folder,
              .subject = options->subject != NULL ? options->subject : "01",
              .task = options->task != NULL ? options->task : "recording",
              .version = options->version != NULL ? options->version : "",
              .notes = notes,
              .diag = diag};
    if (!is_label(b.subject) || !is_label(b.task))
        return eg_diag_set(diag, EG_ERR_ARGUMENT, recording->name, 0,
                           "subject and task of a BIDS data set are of at most %d letters and "
                           "digits, nothing else",
                           LABEL_MAX);
    count_channels(&b);
    eg_err err = make_folders(&b);
    if (err == EG_OK) err = write_samples(&b);
    if (err == EG_OK) err = write_sidecar(&b);
    if (err == EG_OK) err = write_channels(&b);
    if (err == EG_OK) err = write_electrodes(&b);
    if (err == EG_OK) err = write_coordinates(&b);
    if (err == EG_OK) err = write_events(&b);
    if (err == EG_OK) err = write_top(&b);
    if (err != EG_OK) return err;
    if (b.n_emg == 0)
        eg_write_note(notes, "no channel looks like a muscle signal; see type in _channels.tsv");
    eg_write_note(notes, "placement, reference, filters and mains frequency are not in the "
                         "recording: fill in _emg.json, _channels.tsv and _electrodes.tsv");
    return EG_OK;
}
