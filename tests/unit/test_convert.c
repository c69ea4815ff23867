/* Writers: what is written and read back is what was there, for every kind of recording that can be
 * read, and what a format cannot hold is said. */
#include <dirent.h>
#include <edflib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "io/format/recording.h"
#include "io/format/write.h"
#include "io/import/child.h"
#include "tests/support/test.h"

typedef struct memory {
    uint8_t *bytes;
    size_t n, room;
    size_t refuse_at; /* takes no more than this; 0: all */
} memory;

static int take(void *to, const void *bytes, size_t n) {
    memory *m = to;
    if (m->refuse_at > 0 && m->n + n > m->refuse_at) return 0;
    if (m->n + n > m->room) {
        m->room = 2 * m->room + n;
        m->bytes = realloc(m->bytes, m->room);
        if (m->bytes == NULL) EG_FAIL("no memory");
    }
    memcpy(m->bytes + m->n, bytes, n);
    m->n += n;
    return 1;
}

static eg_recording *read_file(const char *path) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    eg_import_install(ENGRAM_PROGRAM "-import");
    if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s: %s", path, diag.text);
    return r;
}

/* EDFlib refuses a file in which one character of the header is not as the standard says. Its
 * values are those of the recording, too. */
static void check_by_edflib(const memory *m, const eg_recording *made) {
    static struct edf_hdr_struct header;
    char path[200];
    snprintf(path, sizeof path, "%s/strict.edf", eg_test_folder());
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(m->bytes, 1, m->n, file) != m->n || fclose(file) != 0)
        EG_FAIL("%s cannot be written", path);
    if (edfopen_file_readonly(path, &header, EDFLIB_READ_ALL_ANNOTATIONS) != 0)
        EG_FAIL("%s: EDFlib refuses it: error %d", made->name, header.filetype);
    EG_CHECK_INT(header.edfsignals, made->n_channels);
    EG_CHECK_INT(header.annotations_in_file, made->n_events);
    for (int i = 0; i < header.edfsignals; i++) {
        const eg_channel *c = &made->channels[i];
        double values[200];
        int n = edfread_physical_samples(header.handle, i, 200, values);
        EG_CHECK_INT(header.signalparam[i].smp_in_file, c->n);
        EG_CHECK(n > 0);
        for (int k = 0; k < n; k++)
            EG_CHECK_NEAR(values[k], c->values[k],
                          1e-9 * (header.signalparam[i].phys_max - header.signalparam[i].phys_min));
    }
    edfclose_file(header.handle);
}

/* Written as `format` and read again; NULL if the format does not hold such a recording. */
static eg_recording *again(const eg_recording *r, const char *format, eg_write_notes *notes) {
    memory m = {0};
    eg_sink sink = {take, &m};
    eg_diag diag = {0}, read = {0};
    eg_recording *made = NULL;
    const eg_write_format *f = eg_write_format_find(format);
    if (f == NULL) EG_FAIL("there is no format %s", format);
    *notes = (eg_write_notes){0};
    eg_err err = f->write(r, &sink, notes, &diag);
    if (err == EG_OK && eg_recording_parse(r->name, m.bytes, m.n, &made, &read) != EG_OK)
        EG_FAIL("%s as %s cannot be read back: %s", r->name, format, read.text);
    if (err != EG_OK) EG_CHECK(err == EG_ERR_RANGE && strlen(diag.text) > 20);
    if (made != NULL && (strcmp(format, "edf") == 0 || strcmp(format, "bdf") == 0))
        check_by_edflib(&m, made);
    free(m.bytes);
    return made;
}

static int has_note(const eg_write_notes *notes, const char *words) {
    for (size_t i = 0; i < notes->n; i++)
        if (strstr(notes->text[i], words) != NULL) return 1;
    return 0;
}

/* ---- comparing ------------------------------------------------------------------------------- */

static size_t n_compared;

static void same_value(const eg_recording *r, const char *label, size_t i, double actual,
                       double expected, double precision) {
    n_compared++;
    if (isnan(actual) && isnan(expected)) return;
    if (!(fabs(actual - expected) <= precision))
        EG_FAIL("%s, %s, sample %zu: %.17g, expected %.17g within %g", r->name, label, i, actual,
                expected, precision);
}

/* Reals of 24 bits. */
static double single(double value) {
    return fabs(value) * 6e-8 + 1e-40;
}

static void same_channels(const eg_recording *r, const eg_recording *made, int is_single) {
    EG_CHECK_INT(made->n_channels, r->n_channels);
    for (size_t i = 0; i < r->n_channels; i++) {
        const eg_channel *a = &made->channels[i], *b = &r->channels[i];
        EG_CHECK_TEXT(a->label, b->label);
        EG_CHECK_TEXT(a->unit, b->unit);
        EG_CHECK_INT(a->n, b->n);
        EG_CHECK_NEAR(a->rate_hz, b->rate_hz, 1e-6 * b->rate_hz);
        for (size_t k = 0; k < b->n; k++)
            same_value(r, b->label, k, a->values[k], b->values[k],
                       is_single ? single(b->values[k]) : 0);
    }
}

static void same_markers(const eg_recording *r, const eg_recording *made, int is_single) {
    size_t at = 0;
    for (size_t i = 0; i < r->points.n_markers; i++) {
        const eg_marker *b = &r->points.markers[i];
        if (!is_single && b->is_computed) continue;
        if (at == made->points.n_markers) EG_FAIL("%s: %s is missing", r->name, b->label);
        const eg_marker *a = &made->points.markers[at++];
        EG_CHECK_TEXT(a->label, b->label);
        EG_CHECK_INT(a->n_valid, b->n_valid);
        if (is_single) {
            EG_CHECK_INT(a->is_computed, b->is_computed);
            if (b->unit[0] != '\0') EG_CHECK_TEXT(a->unit, b->unit);
        }
        for (size_t k = 0; k < 3 * r->n_frames; k++)
            same_value(r, b->label, k / 3, a->xyz[k / 3][k % 3], b->xyz[k / 3][k % 3],
                       is_single ? single(b->xyz[k / 3][k % 3]) : 0);
    }
    EG_CHECK_INT(made->points.n_markers, at);
    EG_CHECK_INT(made->n_frames, r->n_frames);
    EG_CHECK_INT(made->first_frame, r->first_frame);
    EG_CHECK_NEAR(made->points.rate_hz, r->points.rate_hz, 1e-6 * r->points.rate_hz);
}

static void same_numbers(const double *a, const double *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isnan(b[i])) EG_CHECK_NEAR(a[i], b[i], single(b[i]));
}

static void same_rest_of_c3d(const eg_recording *r, const eg_recording *made) {
    EG_CHECK_INT(made->n_events, r->n_events);
    for (size_t i = 0; i < r->n_events; i++) {
        EG_CHECK_TEXT(made->events[i].label, r->events[i].label);
        EG_CHECK_TEXT(made->events[i].context, r->events[i].context);
        EG_CHECK_NEAR(made->events[i].t_s, r->events[i].t_s, 4e-6);
    }
    EG_CHECK_INT(made->n_platforms, r->n_platforms);
    for (size_t i = 0; i < r->n_platforms; i++) {
        const eg_platform *a = &made->platforms[i], *b = &r->platforms[i];
        EG_CHECK_INT(a->type, b->type);
        EG_CHECK_INT(a->n_channels, b->n_channels);
        for (size_t k = 0; k < b->n_channels; k++) EG_CHECK_INT(a->channels[k], b->channels[k]);
        EG_CHECK_INT(a->origin_is_turned, b->origin_is_turned);
        EG_CHECK_INT(a->has_calibration, b->has_calibration);
        same_numbers(&a->corners[0][0], &b->corners[0][0], 12);
        same_numbers(a->origin, b->origin, 3);
        for (size_t k = 0; k < b->n_rows; k++)
            same_numbers(a->calibration[k], b->calibration[k], b->n_columns);
    }
}

/* A column of the table read back: every k-th row has the value, bit for bit. */
static void same_column(const eg_recording *r, const eg_channel *column, const double *values,
                        size_t n, size_t stride, size_t step, const char *label, const char *unit) {
    EG_CHECK_TEXT(column->label, label);
    EG_CHECK_TEXT(column->unit, unit);
    for (size_t row = 0; row < column->n; row++) {
        size_t k = row / step;
        double expected = row % step == 0 && k < n ? values[k * stride] : (double)NAN;
        same_value(r, label, row, column->values[row], expected, 0);
    }
}

/* Two columns of one name cannot be told apart in a table. */
static int has_twins(const eg_recording *r) {
    for (size_t i = 1; i < r->n_channels; i++)
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(r->channels[i].label, r->channels[k].label) == 0) return 1;
    for (size_t i = 1; i < r->points.n_markers; i++)
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(r->points.markers[i].label, r->points.markers[k].label) == 0) return 1;
    return 0;
}

static void same_events(const eg_recording *r, const eg_recording *made) {
    EG_CHECK_INT(made->n_events, r->n_events);
    for (size_t i = 0; i < r->n_events; i++) {
        EG_CHECK_TEXT(made->events[i].label, r->events[i].label);
        EG_CHECK_TEXT(made->events[i].context, r->events[i].context);
        EG_CHECK_NEAR(made->events[i].t_s, r->events[i].t_s, 0);
        EG_CHECK_NEAR(made->events[i].duration_s, r->events[i].duration_s, 0);
    }
}

static void same_table(const eg_recording *r, const eg_recording *made) {
    double fastest = 0;
    size_t at = 0;
    int is_even = eg_recording_samples(r) > 0 && r->points.n_markers == 0;
    for (size_t i = 0; i < r->n_channels; i++) fastest = fmax(fastest, r->channels[i].rate_hz);
    if (r->points.n_markers > 0) fastest = fmax(fastest, r->points.rate_hz);
    EG_CHECK_INT(made->n_channels, r->n_channels + 3 * r->points.n_markers);
    for (size_t i = 0; i < 3 * r->points.n_markers; i++) {
        const eg_marker *m = &r->points.markers[i / 3];
        char label[80];
        snprintf(label, sizeof label, "%s %c", m->label, "xyz"[i % 3]);
        same_column(r, &made->channels[at++], &m->xyz[0][i % 3], r->n_frames, 3,
                    (size_t)(fastest / r->points.rate_hz + 0.5), label, m->unit);
    }
    for (size_t i = 0; i < r->n_channels; i++) {
        const eg_channel *c = &r->channels[i];
        same_column(r, &made->channels[at++], c->values, c->n, 1,
                    is_even ? 1 : (size_t)(fastest / c->rate_hz + 0.5), c->label, c->unit);
    }
    if (r->t_s != NULL && is_even) {
        EG_CHECK(made->t_s != NULL);
        for (size_t i = 0; i < r->n_frames; i++)
            same_value(r, "time", i, made->t_s[i], r->t_s[i], 0);
    }
}

/* Half a step of 16 or 24 bits between limits of eight characters that lie close around the values;
 * whole numbers are exact. What is missing is the least value, what is behind the end repeats it.
 */
static void same_biosignals(const eg_recording *r, const eg_recording *made, int bits) {
    EG_CHECK_INT(made->n_channels, r->n_channels);
    for (size_t i = 0; i < r->n_channels; i++) {
        const eg_channel *a = &made->channels[i], *b = &r->channels[i];
        double least = INFINITY, most = -INFINITY, whole = 1;
        for (size_t k = 0; k < b->n; k++) {
            least = fmin(least, b->values[k]);
            most = fmax(most, b->values[k]);
            if (floor(b->values[k]) < b->values[k]) whole = 0;
        }
        double largest = fmax(fabs(least), fabs(most)), range = most - least;
        double character = largest >= 1e4 ? 10 : largest >= 1 ? 1e-2 : 1e-5;
        double half = 0.5 * (range + 2 * character) / exp2(bits) * (1 + 1e-6);
        double exact = range <= exp2(bits) - 1 && largest < 9e6 ? 1e-9 : half;
        EG_CHECK(a->n >= b->n);
        EG_CHECK_NEAR(a->rate_hz, b->rate_hz, 1e-6 * b->rate_hz);
        double factor = strcmp(a->unit, "uV") == 0 && strcmp(b->unit, "V") == 0 ? 1e-6 : 1;
        for (size_t k = 0; k < b->n; k++)
            same_value(r, b->label, k, factor * a->values[k],
                       isnan(b->values[k]) ? factor * a->values[k] : b->values[k],
                       whole > 0 ? exact : half);
    }
    for (size_t i = 0; i < made->n_events && i < r->n_events; i++)
        EG_CHECK_NEAR(made->events[i].t_s, r->events[i].t_s - r->start_s, 6e-5);
}

/* ---- every kind of file ---------------------------------------------------------------------- */

typedef struct tally {
    size_t n_files, n_csv, n_c3d, n_mot, n_trc, n_edf;
} tally;

static void convert(const char *path, tally *seen) {
    eg_recording *r = read_file(path), *made;
    eg_write_notes notes;
    seen->n_files++;
    if (!has_twins(r) && (made = again(r, "csv", &notes)) != NULL) {
        same_table(r, made);
        same_events(r, made);
        eg_recording_destroy(made);
        seen->n_csv++;
    }
    if ((made = again(r, "c3d", &notes)) != NULL) {
        same_channels(r, made, 1);
        if (r->points.n_markers > 0) same_markers(r, made, 1);
        same_rest_of_c3d(r, made);
        EG_CHECK(has_note(&notes, "24 bits"));
        eg_recording_destroy(made);
        seen->n_c3d++;
    }
    for (int bits = 16; bits <= 24; bits += 8)
        if ((made = again(r, bits == 16 ? "edf" : "bdf", &notes)) != NULL) {
            same_biosignals(r, made, bits);
            EG_CHECK_INT(made->n_events, r->n_events);
            EG_CHECK(r->points.n_markers == 0 || has_note(&notes, "points are left out"));
            eg_recording_destroy(made);
            seen->n_edf++;
        }
    if ((made = again(r, "trc", &notes)) != NULL) {
        same_markers(r, made, 0);
        eg_recording_destroy(made);
        seen->n_trc++;
    }
    if (!has_twins(r) && eg_recording_samples(r) > 0 && (made = again(r, "mot", &notes)) != NULL) {
        EG_CHECK_INT(made->n_channels, r->n_channels);
        for (size_t i = 0; i < r->n_channels; i++)
            for (size_t k = 0; k < r->channels[i].n; k++)
                same_value(r, r->channels[i].label, k, made->channels[i].values[k],
                           r->channels[i].values[k], 0);
        EG_CHECK(r->n_events == 0 || has_note(&notes, "events are left out"));
        eg_recording_destroy(made);
        seen->n_mot++;
    }
    eg_recording_destroy(r);
}

/* All files of a folder whose names hold `word`. */
static void convert_folder(const char *set, const char *word, tally *seen) {
    char folder[400], path[800];
    snprintf(folder, sizeof folder, "%s", eg_test_data(set));
    DIR *list = opendir(folder);
    if (list == NULL) EG_FAIL("%s cannot be read", folder);
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
        if (entry->d_name[0] == '.' || strstr(entry->d_name, word) == NULL) continue;
        if (strstr(entry->d_name, ".json") != NULL || strstr(entry->d_name, "Truncated") != NULL)
            continue; /* no recordings */
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        convert(path, seen);
    }
    closedir(list);
}

static void report(const tally *seen, size_t n_least) {
    EG_CHECK(seen->n_files >= n_least);
    eg_test_note("%zu files: %zu as CSV, %zu C3D, %zu EDF and BDF, %zu TRC, %zu MOT; %zu million "
                 "values",
                 seen->n_files, seen->n_csv, seen->n_c3d, seen->n_edf, seen->n_trc, seen->n_mot,
                 n_compared / 1000000);
}

static void motion_capture(void) {
    tally seen = {0};
    convert_folder("imu/c3d", "btk_1123", &seen);
    convert_folder("imu/c3d", "btk_Analysis", &seen);
    convert_folder("imu/c3d", "btk_FunctionalWalk", &seen);
    convert_folder("imu/c3d", "btk_Gait", &seen);
    convert_folder("imu/c3d", "btk_MyCube", &seen);
    convert_folder("imu/c3d", "opensim", &seen);
    convert_folder("imu/kinematics", ".trc", &seen);
    EG_CHECK(seen.n_c3d >= 8 && seen.n_trc >= 8);
    report(&seen, 11);
}

static void kinematics(void) {
    tally seen = {0};
    convert_folder("imu/kinematics", ".mot", &seen);
    EG_CHECK_INT(seen.n_mot, seen.n_files);
    EG_CHECK_INT(seen.n_csv, seen.n_files);
    report(&seen, 3);
}

static void muscle_signals(void) {
    tally seen = {0};
    convert_folder("emg", "bsn_emg_bursts", &seen);
    convert_folder("emg", ".edf", &seen);
    convert_folder("emg", "uci_lower_limb_3Apie", &seen);
    convert_folder("emg", "bmc_Gait.c3d", &seen);
    convert_folder("emg", "uci_gestures", &seen);
    convert_folder("emg", "raw_emg", &seen);
    report(&seen, 7);
    EG_CHECK(seen.n_csv >= 6 && seen.n_c3d >= 4); /* three say no rate */
}

/* ---- what is special ------------------------------------------------------------------------- */

static eg_recording *parse(const char *name, const char *text) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse(name, (const uint8_t *)text, strlen(text), &r, &diag) != EG_OK)
        EG_FAIL("%s: %s", name, diag.text);
    return r;
}

/* Labels that a reader would take for something else, missing values, uneven times, numbers with
 * all their digits. */
static void awkward_tables(void) {
    static const char text[] = "time [s],\"a, b [mV]\",knee_n [],x (left) [],12 [],e [1]\n"
                               "0.1,0.1,1e-300,-0,5e-324,3\n"
                               "0.30000000000000004,,2,3,0.1234567890123456,4\n"
                               "0.7,1.7976931348623157e308,2,,1,\n"
                               "1.5,-3,2,3,1,7\n";
    eg_recording *r = parse("awkward.csv", text);
    eg_write_notes notes;
    EG_CHECK_TEXT(r->channels[0].label, "a, b");
    EG_CHECK_TEXT(r->channels[1].label, "knee_n");
    EG_CHECK_TEXT(r->channels[3].label, "12");
    eg_recording *made = again(r, "csv", &notes);
    same_table(r, made);
    EG_CHECK(signbit(made->channels[2].values[0]));
    eg_recording_destroy(made);
    /* The formats without a place for times say so. */
    eg_recording_destroy(again(r, "c3d", &notes));
    EG_CHECK(has_note(&notes, "not even"));
    EG_CHECK(has_note(&notes, "2 missing samples") || has_note(&notes, "3 missing samples"));
    eg_recording_destroy(r);
}

static void chosen_channels(void) {
    char path[400];
    snprintf(path, sizeof path, "%s/bmc_Gait.c3d", eg_test_data("emg"));
    eg_recording *r = read_file(path), *part = NULL;
    eg_write_notes notes = {0};
    eg_diag diag = {0};
    EG_CHECK_INT(eg_write_select(r, "LVAS,nothing", &part, &notes, &diag), EG_ERR_NOT_FOUND);
    EG_CHECK(strstr(diag.text, "nothing") != NULL && part == NULL);
    EG_CHECK_INT(eg_write_select(r, "f1x, F1Y,F1Z,M1X,M1Y,M1Z,lvas,RHEE", &part, &notes, NULL),
                 EG_OK);
    EG_CHECK_INT(part->n_channels, 7);
    EG_CHECK_INT(part->points.n_markers, 1);
    EG_CHECK_INT(part->n_platforms, 1);
    EG_CHECK(has_note(&notes, "1 force plates"));
    eg_recording *made = again(part, "c3d", &notes);
    same_channels(part, made, 1);
    same_markers(part, made, 1);
    same_rest_of_c3d(part, made);
    EG_CHECK_TEXT(made->channels[6].label, "LVAS");
    eg_recording_destroy(made);
    eg_write_select_destroy(part);
    eg_recording_destroy(r);
}

/* More than 255 labels and more than 65535 frames go beyond what one place of the file holds. */
static void long_and_wide_c3d(void) {
    enum { CHANNELS = 300, ROWS = 70000 };
    eg_channel channels[CHANNELS] = {0};
    double *values = malloc(ROWS * sizeof *values);
    eg_recording r = {
        .rate_hz = 2000, .n_channels = CHANNELS, .channels = channels, .n_frames = 400};
    eg_write_notes notes;
    if (values == NULL) EG_FAIL("no memory");
    for (size_t i = 0; i < ROWS; i++) values[i] = (double)((i * 37) % 1009) / 16;
    for (size_t i = 0; i < CHANNELS; i++) {
        channels[i] = (eg_channel){.is_named = 1, .rate_hz = 2000, .n = 400, .values = values + i};
        snprintf(channels[i].label, sizeof channels[i].label, "channel number %zu", i);
        snprintf(channels[i].unit, sizeof channels[i].unit, i % 2 ? "mV" : "N");
    }
    snprintf(r.name, sizeof r.name, "wide");
    eg_recording *made = again(&r, "c3d", &notes);
    same_channels(&r, made, 1);
    eg_recording_destroy(made);
    r.n_channels = 2;
    r.n_frames = channels[0].n = channels[1].n = ROWS - 1;
    made = again(&r, "c3d", &notes);
    same_channels(&r, made, 1);
    EG_CHECK_INT(made->n_frames, ROWS - 1);
    eg_recording_destroy(made);
    free(values);
}

/* Rates that have no common record of a second, a start that is not together, gaps, tiny volts,
 * large offsets, foreign letters, and a last record that is not full. */
static void awkward_biosignals(void) {
    enum { ROWS = 34000 };
    double *values = malloc(ROWS * sizeof *values), *large = malloc(ROWS * sizeof *large);
    if (values == NULL || large == NULL) EG_FAIL("no memory");
    for (size_t i = 0; i < ROWS; i++) {
        values[i] = 3e-5 * sin(0.01 * (double)i);
        large[i] = 101325.25 + 0.4 * cos(0.02 * (double)i);
    }
    eg_channel channels[4] = {
        {.label = "EMG", .unit = "V", .rate_hz = 34000.0 / 27, .n = ROWS, .values = values},
        {.label = "acceleration along the leg",
         .unit = "\xc2\xb5g",
         .rate_hz = 4000.0 / 27,
         .n = ROWS / 17 * 2,
         .values = large},
        {.label = "Fz",
         .unit = "N",
         .rate_hz = 34000.0 / 27,
         .n = ROWS - 500,
         .start_s = 0.27,
         .values = large},
        {.label = "still", .unit = "N", .rate_hz = 4000.0 / 27, .n = 10, .values = large}};
    double still[10] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    channels[3].values = still;
    eg_event events[3] = {
        {"before", "", 4, 0}, {"Sto\xc3\x9f", "left", 5.00004, 0}, {"pause", "", 6.5, 2.25}};
    eg_recording r = {.name = "awkward",
                      .rate_hz = 34000.0 / 27,
                      .n_channels = 4,
                      .channels = channels,
                      .start_s = 5,
                      .n_events = 3,
                      .events = events};
    eg_write_notes notes;
    for (int bits = 16; bits <= 24; bits += 8) {
        r.n_channels = 2;
        r.n_events = 3;
        eg_recording *made = again(&r, bits == 16 ? "edf" : "bdf", &notes);
        same_biosignals(&(eg_recording){.n_channels = 2, .channels = channels}, made, bits);
        EG_CHECK_NEAR(made->channels[0].rate_hz, 34000.0 / 27, 1e-9);
        EG_CHECK_TEXT(made->channels[0].unit, "uV");
        EG_CHECK_TEXT(made->channels[1].unit, "ug");
        EG_CHECK_TEXT(made->channels[1].label, "acceleration alo");
        EG_CHECK(has_note(&notes, "label \"acceleration") && has_note(&notes, "in uV"));
        EG_CHECK(has_note(&notes, "1 events are left out") && made->n_events == 2);
        EG_CHECK_TEXT(made->events[0].label, "left Sto\xc3\x9f");
        EG_CHECK_NEAR(made->events[1].duration_s, 2.25, 1e-9);
        eg_recording_destroy(made);
        r.n_channels = 4;
        made = again(&r, bits == 16 ? "edf" : "bdf", &notes);
        EG_CHECK(has_note(&notes, "missing samples"));
        for (size_t i = 0; i < 5000; i++) /* 0.27 s are 340 samples */
            EG_CHECK_NEAR(made->channels[2].values[340 + i], large[i], 0.1);
        for (size_t i = 0; i < 10; i++) EG_CHECK_NEAR(made->channels[3].values[i], 0.1, 1e-9);
        eg_recording_destroy(made);
    }
    free(values);
    free(large);
}

/* A rate that no record has, and numbers that no eight characters hold. */
static void impossible_biosignals(void) {
    double values[400] = {0};
    eg_channel channels[3] = {
        {.label = "a", .rate_hz = 999.93, .n = 400, .values = values}, /* measured */
        {.label = "b", .rate_hz = 1999.9137, .n = 400, .values = values},
        {.label = "c", .rate_hz = 1480.0931, .n = 400, .values = values}};
    eg_recording r = {.name = "impossible", .n_channels = 3, .channels = channels};
    eg_write_notes notes;
    for (size_t i = 0; i < 400; i++) values[i] = 0.1 * (double)i;
    eg_recording *made = again(&r, "edf", &notes);
    EG_CHECK_NEAR(made->channels[0].rate_hz, 1000, 1e-9);
    EG_CHECK_NEAR(made->channels[2].rate_hz, 1480, 1e-9);
    EG_CHECK(has_note(&notes, "whole Hz"));
    eg_recording_destroy(made);
    channels[1].rate_hz = 2.4;
    EG_CHECK(again(&r, "edf", &notes) == NULL);
    channels[1].rate_hz = channels[2].rate_hz = channels[0].rate_hz = 1000;
    for (size_t i = 0; i < 3; i++)
        snprintf(channels[i].label, sizeof channels[i].label, "vastus lateralis %zu", i);
    made = again(&r, "bdf", &notes);
    EG_CHECK_TEXT(made->channels[0].label, "vastus lateralis");
    EG_CHECK_TEXT(made->channels[1].label, "vastus lateral~2");
    EG_CHECK_TEXT(made->channels[2].label, "vastus lateral~3");
    eg_recording_destroy(made);
    r.n_channels = 1;
    values[7] = 1e12;
    EG_CHECK(again(&r, "edf", &notes) == NULL);
}

/* Whoever takes the bytes may stop at any of them. */
static void full_disk(void) {
    char path[400];
    snprintf(path, sizeof path, "%s/bmc_Gait.c3d", eg_test_data("emg"));
    eg_recording *r = read_file(path);
    for (size_t i = 0; eg_write_format_at(i) != NULL; i++)
        for (size_t most = 1; most < 400000; most = most * 7 + 1) {
            memory m = {.refuse_at = most};
            eg_sink sink = {take, &m};
            eg_write_notes notes = {0};
            eg_diag diag = {0};
            EG_CHECK_INT(eg_write_format_at(i)->write(r, &sink, &notes, &diag), EG_ERR_IO);
            EG_CHECK(m.n <= most && strstr(diag.text, "room") != NULL);
            free(m.bytes);
        }
    eg_recording_destroy(r);
}

static void formats_by_name(void) {
    EG_CHECK_TEXT(eg_write_format_find("c3d")->name, "c3d");
    EG_CHECK_TEXT(eg_write_format_find("a.b/walk.CSV")->name, "csv");
    EG_CHECK(eg_write_format_find("a.csv/walk") == NULL);
    EG_CHECK(eg_write_format_find("walk.xyz") == NULL && eg_write_format_find("") == NULL);
}

/* Lines that note events: between rows, with commas, quotes and letters of all kinds; damaged ones.
 */
static void noted_events(void) {
    static const char text[] = "time [s],force [N]\n"
                               "1,10\n1.1,11\n"
                               "#event,1.15,0.25,\"Sto\xc3\x9f, left\",\"Trial \"\n"
                               "1.2,12\n1.3,13\n"
                               "#event,0.5,0,,\n"
                               "#event,1e3,1e-3,word,\"a\"\n"
                               "#event,nonsense,0,a,b\n"
                               "#event,1,-1,a,b\n"
                               "#event,1,0,a\n"
                               "#event,1,0,a,b,c\n"
                               "#event,1,0,\"a,b\n";
    eg_recording *r = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("x.csv", (const uint8_t *)text, sizeof text - 1, &r, &diag);
    if (err != EG_OK) EG_FAIL("%s", diag.text);
    EG_CHECK_INT(r->n_frames, 4);
    EG_CHECK(!r->is_partial);
    EG_CHECK_INT(r->n_events, 3);
    EG_CHECK_NEAR(r->events[0].t_s, 0.5, 0);
    EG_CHECK_TEXT(r->events[0].label, "");
    EG_CHECK_TEXT(r->events[1].label, "Sto\xc3\x9f, left");
    EG_CHECK_TEXT(r->events[1].context, "Trial");
    EG_CHECK_NEAR(r->events[1].duration_s, 0.25, 0);
    EG_CHECK_NEAR(r->events[2].t_s, 1000, 0);
    EG_CHECK_INT(r->n_warnings, 1);
    EG_CHECK(strstr(r->warnings[0].text, "5 lines of events are damaged") != NULL);
    eg_recording_destroy(r);
}

EG_TESTS({"convert: events noted behind the rows", noted_events},
         {"convert: motion capture comes back from every format", motion_capture},
         {"convert: OpenSim motions come back", kinematics},
         {"convert: muscle signals come back", muscle_signals},
         {"convert: awkward tables come back to the bit", awkward_tables},
         {"convert: some channels and points", chosen_channels},
         {"convert: C3D with many labels and frames", long_and_wide_c3d},
         {"convert: awkward biosignals as EDF and BDF", awkward_biosignals},
         {"convert: rates and values that EDF cannot hold", impossible_biosignals},
         {"convert: a full disk is said", full_disk},
         {"convert: formats by name and ending", formats_by_name})
