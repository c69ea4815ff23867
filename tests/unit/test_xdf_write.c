/* XDF as it is written: read again it is what was there, values to the bit, times to the
 * microsecond; and the bytes are those of the format's description. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/recording.h"
#include "io/format/write.h"
#include "tests/support/test.h"
#include "tests/support/xdf_write.h"

static int take(void *to, const void *bytes, size_t n) {
    xdf_put(to, bytes, n);
    return 1;
}

static int take_little(void *to, const void *bytes, size_t n) {
    xdf_file *file = to;
    if (file->n + n > 3000) return 0;
    xdf_put(file, bytes, n);
    return 1;
}

static eg_recording *parse(const xdf_file *file) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse("made.xdf", file->bytes, file->n, &r, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    return r;
}

static xdf_file write_xdf(const eg_recording *r, eg_write_notes *notes) {
    xdf_file file = {0};
    eg_sink sink = {take, &file};
    eg_diag diag = {0};
    *notes = (eg_write_notes){0};
    if (eg_write_format_find("a/b.xdf")->write(r, &sink, notes, &diag) != EG_OK)
        EG_FAIL("%s", diag.text);
    return file;
}

static void same_channels(const eg_recording *a, const eg_recording *b) {
    EG_CHECK_INT(a->n_channels, b->n_channels);
    EG_CHECK_NEAR(a->start_s, b->start_s, 1e-6);
    for (size_t i = 0; i < a->n_channels; i++) {
        const eg_channel *x = &a->channels[i], *y = &b->channels[i];
        EG_CHECK_TEXT(x->label, y->label);
        EG_CHECK_TEXT(x->unit, y->unit);
        EG_CHECK_INT(x->n, y->n);
        EG_CHECK_NEAR(x->rate_hz, y->rate_hz, 1e-7 * fabs(y->rate_hz));
        EG_CHECK_NEAR(x->start_s, y->start_s, 1e-6);
        for (size_t k = 0; k < x->n; k++) EG_CHECK_NEAR(x->values[k], y->values[k], 0);
    }
}

static void same_events(const eg_recording *a, const eg_recording *b) {
    EG_CHECK_INT(a->n_events, b->n_events);
    for (size_t i = 0; i < a->n_events; i++) {
        EG_CHECK_TEXT(a->events[i].label, b->events[i].label);
        EG_CHECK_TEXT(a->events[i].context, b->events[i].context);
        EG_CHECK_NEAR(a->events[i].t_s, b->events[i].t_s, 1e-9);
    }
}

/* Two rates, a late start, a gap, a stream without a rate, marks of two kinds. */
static void streams(void) {
    xdf_file file;
    xdf_begin(&file);
    xdf_header(&file, 1, "emg", "EMG", 2, 2000, "double64",
               "<channels><channel><label>RF &lt;left&gt; &amp; more</label><unit>uV</unit>"
               "</channel></channels>");
    xdf_header(&file, 2, "imu", "IMU", 1, 148.1481, "float32", "");
    xdf_header(&file, 3, "rating", "Rating", 1, 0, "int16", "");
    xdf_header(&file, 4, "keys", "Markers", 1, 0, "string", "");
    xdf_header(&file, 5, "sounds", "Markers", 1, 0, "string", "");
    static double stamps[20000], values[40000];
    for (size_t k = 0; k < 20000; k++) {
        stamps[k] = 1000.25 + (double)k / 2000;
        values[2 * k] = 1e-3 * (double)k;
        values[2 * k + 1] = k % 7 == 0 ? (double)NAN : 1.0 / (double)(k + 1);
    }
    xdf_numbers(&file, 1, "double64", 2, 20000, stamps, values);
    for (size_t k = 0; k < 2000; k++)
        stamps[k] = 1000.5 + (double)k / 148.1481 + (k >= 1000 ? 6.75 : 0);
    xdf_numbers(&file, 2, "float32", 1, 2000, stamps, values);
    double slow[3] = {1001, 1002.5, 1009};
    xdf_numbers(&file, 3, "int16", 1, 3, slow, (double[]){3, -1, 2});
    xdf_text(&file, 4, 1003.125, "left & right");
    xdf_text(&file, 5, 1002, "beep");
    xdf_text(&file, 4, 1001, "");
    eg_recording *r = parse(&file);
    EG_CHECK(r->n_channels == 4 && r->n_events == 3 && r->channels[2].n > 2900);
    eg_write_notes notes;
    xdf_file made = write_xdf(r, &notes);
    EG_CHECK_INT(notes.n, 0);
    eg_recording *again = parse(&made);
    same_channels(again, r);
    same_events(again, r);
    for (size_t k = 0; k < 3; k++) EG_CHECK_NEAR(again->streams[2].t_s[k], slow[k], 0);
    EG_CHECK_TEXT(again->streams[1].name, "imu");
    EG_CHECK_TEXT(again->streams[0].type, "EMG");
    EG_CHECK(!again->is_partial && again->n_warnings <= r->n_warnings + 1);
    /* By the description: magic, then the file header's chunk with a length of one byte, tag 1. */
    static const uint8_t begin[] = {'X', 'D', 'F', ':', 1};
    EG_CHECK(memcmp(made.bytes, begin, sizeof begin) == 0);
    EG_CHECK(made.bytes[6] == 1 && made.bytes[7] == 0);
    eg_recording_destroy(again);
    eg_recording_destroy(r);
    free(made.bytes);
    free(file.bytes);
}

static void open_files(void) {
    static const char *const names[][2] = {{"imu", "c3d/btk_FunctionalWalk.c3d"},
                                           {"emg", "derived_uci_3Apie.edf"},
                                           {"imu", "kinematics/opensense_MT_00B421ED.txt"},
                                           {"imu", "kinematics/opensim_walk_free_01.trc"}};
    size_t n_points = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", eg_test_data(names[i][0]), names[i][1]);
        eg_recording *r = NULL;
        eg_diag diag = {0};
        if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s", diag.text);
        eg_write_notes notes;
        xdf_file made = write_xdf(r, &notes);
        eg_recording *again = parse(&made);
        EG_CHECK_INT(again->n_channels, r->n_channels + 3 * r->points.n_markers);
        for (size_t k = 0; k < r->n_channels; k++)
            for (size_t j = 0; j < r->channels[k].n; j++)
                EG_CHECK_NEAR(again->channels[k].values[j], r->channels[k].values[j], 0);
        for (size_t k = 0; k < r->points.n_markers; k++)
            for (size_t j = 0; j < 3 * r->n_frames; j++, n_points++)
                EG_CHECK_NEAR(again->channels[r->n_channels + 3 * k + j % 3].values[j / 3],
                              r->points.markers[k].xyz[j / 3][j % 3], 0);
        EG_CHECK_INT(again->n_events, r->n_events);
        for (size_t k = 0; k < r->n_events; k++)
            EG_CHECK_NEAR(again->events[k].t_s, r->events[k].t_s, 1e-9);
        EG_CHECK_NEAR(again->start_s, r->t_s != NULL ? r->t_s[0] : r->start_s, 1e-6);
        eg_recording_destroy(again);
        eg_recording_destroy(r);
        free(made.bytes);
    }
    EG_CHECK(n_points > 0);
    eg_test_note("4 files, %zu coordinates", n_points);
}

static void refused(void) {
    static const char table[] = "a,b\n1,2\n3,4\n5,6\n7,8\n";
    eg_recording *r = NULL;
    EG_CHECK_INT(eg_recording_parse("t.csv", (const uint8_t *)table, sizeof table - 1, &r, NULL),
                 EG_OK);
    xdf_file file = {0};
    eg_sink sink = {take, &file};
    eg_diag diag = {0};
    eg_write_notes notes = {0};
    const eg_write_format *xdf = eg_write_format_find("xdf");
    EG_CHECK_INT(xdf->write(r, &sink, &notes, &diag), EG_ERR_RANGE);
    EG_CHECK(strstr(diag.text, "neither a rate nor times") != NULL);
    r->rate_hz = r->channels[0].rate_hz = r->channels[1].rate_hz = 100;
    static double many[2][400];
    for (size_t i = 0; i < 2; i++) {
        free(r->channels[i].values);
        r->channels[i].values = many[i];
        r->channels[i].n = 400;
    }
    sink.take = take_little; /* a full disk */
    EG_CHECK_INT(xdf->write(r, &sink, &notes, NULL), EG_ERR_IO);
    for (size_t i = 0; i < 2; i++) r->channels[i].values = NULL;
    eg_recording_destroy(r);
    free(file.bytes);
}

EG_TESTS({"xdf written: streams of all kinds come back", streams},
         {"xdf written: open files come back", open_files},
         {"xdf written: what cannot be written is said", refused})
