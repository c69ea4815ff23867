/* Runs every file of the fuzz targets' corpora through its parser in each build, with or without
 * sanitizers; a file that once broke a parser is run for ever. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/cases.h"
#include "io/format/map.h"
#include "io/format/recording.h"
#include "io/import/answer.h"
#include "tests/support/test.h"

/* Calls `feed` with each file of fuzz/corpus/NAME; every file also cut at each of its first bytes.
 */
static void replay(const char *name, void (*feed)(const uint8_t *bytes, size_t size)) {
    char folder[1024], path[2048];
    snprintf(folder, sizeof folder, "%s/fuzz/corpus/%s", ENGRAM_SOURCE, name);
    DIR *directory = opendir(folder);
    if (directory == NULL) EG_FAIL("%s is not there", folder);
    size_t n_files = 0, n_inputs = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        size_t size;
        char *bytes = eg_test_read_file(path, &size);
        for (size_t n = size > 512 ? size - 512 : 0; n <= size; n++, n_inputs++) {
            /* A copy of exactly this size, so that the sanitizer sees a read beyond it. */
            uint8_t *copy = malloc(n > 0 ? n : 1);
            EG_CHECK(copy != NULL);
            memcpy(copy, bytes, n);
            feed(copy, n);
            free(copy);
        }
        free(bytes);
        n_files++;
    }
    closedir(directory);
    EG_CHECK(n_files > 0);
    eg_test_note("%zu files, %zu inputs with their truncations", n_files, n_inputs);
}

static void feed_recording(const uint8_t *bytes, size_t size) {
    eg_recording *recording;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("corpus", bytes, size, &recording, &diag);
    EG_CHECK((err == EG_OK) == (recording != NULL));
    EG_CHECK(err == EG_OK || diag.text[0] != '\0');
    eg_recording_destroy(recording);
}

/* What the child that reads HDF5 and Matlab files says. */
static void feed_answer(const uint8_t *bytes, size_t size) {
    eg_import_answer answer;
    eg_diag diag = {0};
    eg_recording *recording = calloc(1, sizeof *recording);
    EG_CHECK(recording != NULL);
    eg_err err = eg_import_answer_init(&answer, recording, &diag);
    if (err == EG_OK) err = eg_import_answer_feed(&answer, bytes, size);
    if (err == EG_OK) err = eg_import_answer_finish(&answer);
    EG_CHECK(err == EG_OK || diag.text[0] != '\0');
    eg_import_answer_end(&answer);
    eg_recording_destroy(recording);
}

/* A header and the files that it names, as the fuzzer's set.h lays them out. */
static void feed_set(const char *name, const uint8_t *bytes, size_t size) {
    static const char *const names[] = {"a.dat", "b.dat", "c.dat", "r.eeg", "r.vmrk", "r.atr"};
    if (size < 2) return;
    size_t n = (size_t)bytes[0] | (size_t)bytes[1] << 8;
    if (n > size - 2) n = size - 2;
    eg_named_bytes files[7] = {{name, bytes + 2, n}};
    for (size_t i = 0; i < 6; i++)
        files[i + 1] = (eg_named_bytes){names[i], bytes + 2 + n, size - 2 - n};
    eg_recording *recording;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse_set(files, 7, &recording, &diag);
    EG_CHECK((err == EG_OK) == (recording != NULL));
    EG_CHECK(err == EG_OK || diag.text[0] != '\0');
    eg_recording_destroy(recording);
}

static void feed_wfdb(const uint8_t *bytes, size_t size) {
    feed_set("r.hea", bytes, size);
}

static void feed_map(const uint8_t *bytes, size_t size) {
    static eg_map map;
    eg_diag diag = {0};
    eg_err err = eg_map_parse((const char *)bytes, size, "corpus", &map, &diag);
    EG_CHECK(err == EG_OK || diag.text[0] != '\0');
}

static void feed_cases(const uint8_t *bytes, size_t size) {
    eg_evaluate_options options = eg_evaluate_defaults();
    eg_diag diag = {0};
    eg_err err = eg_cases_apply("corpus", (const char *)bytes, size, "a.txt", &options, &diag);
    EG_CHECK(err == EG_OK || diag.text[0] != '\0');
}

static void cases(void) {
    replay("cases", feed_cases);
    static const char text[] = "case,age_y,mass_kg,height_cm,vision,surface\n"
                               "b,1,2,3,open,foam\na,33.5,54.2,157.5,Closed,Rigid\n";
    eg_evaluate_options options = eg_evaluate_defaults();
    options.mass_kg = 60; /* said already: stays */
    EG_CHECK_INT(eg_cases_apply("t", text, sizeof text - 1, "/x/a.txt", &options, NULL), EG_OK);
    EG_CHECK_NEAR(options.mass_kg, 60, 0);
    EG_CHECK_NEAR(options.age_years, 33.5, 0);
    EG_CHECK_NEAR(options.height_m, 1.575, 1e-15);
    EG_CHECK_INT(options.condition.vision, EG_VISION_CLOSED);
    EG_CHECK_INT(options.condition.surface, EG_SURFACE_FIRM);
    EG_CHECK_TEXT(options.condition_from, "cases.csv");
}

static void maps(void) {
    replay("map", feed_map);
}

static void tables(void) {
    replay("table", feed_recording);
}

static void c3d_files(void) {
    replay("c3d", feed_recording);
}

static void edf_files(void) {
    replay("edf", feed_recording);
}

static void xdf_files(void) {
    replay("xdf", feed_recording);
}

static void wfdb_files(void) {
    replay("wfdb", feed_wfdb);
}

static void feed_vision(const uint8_t *bytes, size_t size) {
    feed_set("r.vhdr", bytes, size);
}

static void vision_files(void) {
    replay("brainvision", feed_vision);
}

static void import_answers(void) {
    replay("import", feed_answer);
}

static void paired_files(void) {
    replay("paired", feed_recording);
}

static void trc_files(void) {
    replay("trc", feed_recording);
}

EG_TESTS({"corpus: tables", tables}, {"corpus: C3D files", c3d_files},
         {"corpus: EDF and BDF files", edf_files}, {"corpus: TRC, MOT and STO files", trc_files},
         {"corpus: XDF files", xdf_files}, {"corpus: WFDB records", wfdb_files},
         {"corpus: BrainVision recordings", vision_files},
         {"corpus: times of their own", paired_files},
         {"corpus: answers of the importer", import_answers}, {"corpus: maps", maps},
         {"corpus: cases", cases})
