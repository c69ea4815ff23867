/* WFDB: every packing against bytes worked out by hand from signal(5), headers with all that they
 * may say, several files, annotations, damage; and what is missing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/recording.h"
#include "tests/support/damage.h"
#include "tests/support/test.h"

#define FILE_OF(name, text)                                                                        \
    { name, (const uint8_t *)(text), sizeof(text) - 1 }

static eg_recording *parse(const eg_named_bytes *files, size_t n) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse_set(files, n, &r, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    return r;
}

static void check_values(const eg_channel *c, const double *expected, size_t n) {
    EG_CHECK_INT(c->n, n);
    for (size_t i = 0; i < n; i++) EG_CHECK_NEAR(c->values[i], expected[i], 1e-12);
}

typedef struct packing {
    const char *format, *initial;
    size_t n_bytes;
    uint8_t bytes[16];
    size_t n;
    double values[6]; /* NaN: the number that stands for no sample */
} packing;

/* Bytes by hand. 212: 0x123 and -2 (0xffe) are 23 f1 fe; then -2048 alone. 310: 1, -1, -512 ... */
static const packing packings[] = {
    {"16", "0", 6, {0x34, 0x12, 0xff, 0xff, 0x00, 0x80}, 3, {0x1234, -1, (double)NAN}},
    {"61", "0", 6, {0x12, 0x34, 0xff, 0xff, 0x80, 0x00}, 3, {0x1234, -1, (double)NAN}},
    {"160", "0", 6, {0x34, 0x92, 0xff, 0x7f, 0x00, 0x00}, 3, {0x1234, -1, (double)NAN}},
    {"24",
     "0",
     9,
     {0x56, 0x34, 0x12, 0xfe, 0xff, 0xff, 0, 0, 0x80},
     3,
     {0x123456, -2, (double)NAN}},
    {"32", "0", 8, {0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0x80}, 2, {0x12345678, (double)NAN}},
    {"80", "0", 4, {0x80, 0xff, 0x01, 0x00}, 4, {0, 127, -127, (double)NAN}},
    {"8", "10", 5, {0x00, 0x05, 0xfb, 0x80, 0x7f}, 5, {10, 15, 10, -118, 9}},
    {"212", "0", 5, {0x23, 0xf1, 0xfe, 0x00, 0x08}, 3, {0x123, -2, (double)NAN}},
    /* 310: 0x155 and -2 in the words' low 11 bits without the lowest; 0x0ab (0b00101_01011): low 5
     * bits above the first, high 5 above the second: 0x5aaa | ..., then 5 in a word of its own. */
    {"310", "0", 6, {0xaa, 0x5a, 0xfc, 0x2f, 0x0a, 0x00}, 4, {0x155, -2, 0x0ab, 5}},
    /* 311: 0x155 | 0x3fe << 10 | 0x0ab << 20 = 0x0abff955; then 5 and -512 in three bytes. */
    {"311",
     "0",
     7,
     {0x55, 0xf9, 0xbf, 0x0a, 0x05, 0x00, 0x08},
     5,
     {0x155, -2, 0x0ab, 5, (double)NAN}},
};

static void by_hand(void) {
    for (size_t i = 0; i < sizeof packings / sizeof packings[0]; i++) {
        const packing *p = &packings[i];
        char header[200];
        int n =
            snprintf(header, sizeof header, "rec 1 500\nrec.dat %s 1(0)/uV 12 0 %s 0 0 EMG VL\n",
                     p->format, p->initial);
        eg_named_bytes files[2] = {{"rec.hea", (const uint8_t *)header, (size_t)n},
                                   {"rec.dat", p->bytes, p->n_bytes}};
        eg_recording *r = parse(files, 2);
        EG_CHECK_TEXT(r->format, "WFDB");
        EG_CHECK_TEXT(r->channels[0].label, "EMG VL");
        EG_CHECK_TEXT(r->channels[0].unit, "uV");
        EG_CHECK_NEAR(r->channels[0].rate_hz, 500, 0);
        check_values(&r->channels[0], p->values, p->n);
        eg_recording_destroy(r);
    }
    eg_test_note("10 packings");
}

/* Two files, samples per frame, an offset, a skew, gains, sums, comments. */
static void whole(void) {
    static const char good[] = "walk 4 100/1000(5) 3 10:00:00 01/02/2024\n"
                               "# between\n"
                               "a.dat 16x2+4 10(5)/N 16 0 0 21 0 Force plate, vertical\n"
                               "a.dat 16:1+4 200/mV 16 2 0 -3\n"
                               "b.dat 80 0 8 0 0 0 0 raw\n"
                               "c.dat 16 1 16 0 0 0 0 gone\n"
                               "# <age>: 60\n";
    /* Behind 4 bytes: frames of two samples of the first signal and one of the second, which is a
     * frame late: its 7 stands before the first frame. */
    static const uint8_t a[] = {9,    9,    9, 9, 1, 0, 2,    0,    7, 0, 3, 0, 4, 0,
                                0xfe, 0xff, 5, 0, 6, 0, 0xf8, 0xff, 0, 0, 0, 0, 0, 0};
    static const uint8_t b[] = {0x81, 0x82, 0x83};
    eg_named_bytes files[] = {
        {"b.dat", b, sizeof b}, FILE_OF("walk.hea", good), {"a.dat", a, sizeof a}};
    eg_recording *r = parse(files, 3);
    EG_CHECK(r->n_channels == 3 && r->is_partial && r->n_frames == 3);
    check_values(&r->channels[0], (double[]){-.4, -.3, -.2, -.1, 0, .1}, 6);
    check_values(&r->channels[1], (double[]){-.02, -.05, -.01}, 3);
    check_values(&r->channels[2], (double[]){1. / 200, 2. / 200, 3. / 200}, 3);
    EG_CHECK_NEAR(r->channels[0].rate_hz, 200, 0);
    EG_CHECK_NEAR(r->channels[1].rate_hz, 100, 0);
    EG_CHECK_TEXT(r->channels[0].label, "Force plate, vertical");
    EG_CHECK_TEXT(r->channels[1].label, "signal 2");
    /* The file that is gone, the sum of "raw" (6, not 0), no calibration. */
    EG_CHECK_INT(r->n_warnings, 3);
    eg_recording_destroy(r);
    files[2].size -= 10; /* a.dat ends after the second frame */
    r = parse(files, 3);
    EG_CHECK(r->n_frames == 3 && r->n_warnings == 4);
    check_values(&r->channels[0], (double[]){-.4, -.3, -.2, -.1, (double)NAN, (double)NAN}, 6);
    eg_recording_destroy(r);
}

static void annotations(void) {
    static const char header[] = "r 1 250 1000\nr.dat 16 200 16 0 0 0 0 ECG\n";
    static uint8_t samples[2000];
    /* N after 100; V after 50 with the text "hi!"; a skip of 70000 (0x11170: high word first), then
     * a note that says "stop"; the end. */
    static const uint8_t marks[] = {100, 1 << 2,  50,      5 << 2, 3,   63 << 2, 'h',  'i', '!',
                                    0,   0,       59 << 2, 1,      0,   0x70,    0x11, 0,   22 << 2,
                                    4,   63 << 2, 's',     't',    'o', 'p',     0,    0};
    eg_named_bytes files[] = {FILE_OF("r.hea", header),
                              {"r.dat", samples, sizeof samples},
                              {"r.atr", marks, sizeof marks}};
    eg_recording *r = parse(files, 3);
    static const double times[] = {100 / 250., 150 / 250., 70150 / 250.};
    static const char *const labels[] = {"N", "V hi!", "stop"};
    EG_CHECK_INT(r->n_events, 3);
    for (size_t i = 0; i < 3; i++) {
        EG_CHECK_NEAR(r->events[i].t_s, times[i], 1e-12);
        EG_CHECK_TEXT(r->events[i].label, labels[i]);
    }
    EG_CHECK(!r->is_partial && r->n_warnings == 0);
    eg_recording_destroy(r);
    damage d = eg_test_damage_set(files, 3, 2, 1000);
    EG_CHECK(d.n_read == d.n_inputs);
}

static void refuse(const eg_named_bytes *files, size_t n, eg_err expected, const char *words) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse_set(files, n, &r, &diag);
    if (err != expected || strstr(diag.text, words) == NULL)
        EG_FAIL("error %d with \"%s\" instead of %d with \"%s\"", err, diag.text, expected, words);
}

static void refusals(void) {
    static const uint8_t dat[4] = {0};
    static const struct {
        const char *header;
        eg_err err;
        const char *words;
    } rows[] = {{"r 1 100 2\nr.dat 16\n", EG_ERR_MISSING, "r.dat"},
                {"r 1 100 2\n../d.dat 16\n", EG_ERR_MISSING, "d.dat"},
                {"r 1 100 2\nd.dat 516\n", EG_ERR_FORMAT, "format 516"},
                {"r/2 1 100 2\ns1 1\ns2 1\n", EG_ERR_FORMAT, "segments"},
                {"r 2 100 2\nd.dat 16\n", EG_ERR_DATA, "ends before"},
                {"r 9999 100 2\nd.dat 16\n", EG_ERR_LIMIT, "more signals"},
                {"r 1 100 2\nd.dat 32x3\n", EG_ERR_DATA, "no whole frame"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        eg_named_bytes files[] = {
            {"r.hea", (const uint8_t *)rows[i].header, strlen(rows[i].header)}, {"d.dat", dat, 4}};
        refuse(files, 2, rows[i].err, rows[i].words);
    }
    eg_named_bytes two[] = {{"a.dat", dat, 4}, {"b.dat", dat, 4}};
    refuse(two, 2, EG_ERR_ARGUMENT, "none of the 2 files");
    /* A table of numbers is no header. */
    static const char table[] = "1 2 3\n4 16 5\n6 16 7\n8 16 9\n";
    eg_named_bytes one = FILE_OF("t.txt", table);
    eg_recording *r = parse(&one, 1);
    EG_CHECK_TEXT(r->format, "delimited text");
    eg_recording_destroy(r);
}

/* On disk: from the header or from the samples; never out of the folder. */
static void on_disk(void) {
    char path[1200];
    static const char *const contents[][2] = {
        {"sub", NULL},          {"x.hea", "x 1 100 2\nx.dat 16 1\n"},
        {"x.dat", "\1\1\2\2"},  {"sub/y.hea", "y 1 100 2\n../x.dat 16 1\n"},
        {"sub/.z.dat", "1234"}, {"sub/z.hea", "z 1 100 2\n.z.dat 16 1\n"}};
    const char *folder = eg_test_folder();
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, contents[i][0]);
        if (contents[i][1] == NULL) {
            char command[1300];
            snprintf(command, sizeof command, "mkdir '%s'", path);
            EG_CHECK(system(command) == 0);
            continue;
        }
        FILE *file = fopen(path, "wb");
        EG_CHECK(file != NULL && fputs(contents[i][1], file) >= 0 && fclose(file) == 0);
    }
    char digest[65] = "";
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/x.%s", folder, i == 0 ? "hea" : "dat");
        eg_recording *r = NULL;
        eg_diag diag = {0};
        if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s", diag.text);
        check_values(&r->channels[0], (double[]){257, 514}, 2);
        EG_CHECK(i == 0 || strcmp(digest, r->sha256) == 0);
        memcpy(digest, r->sha256, sizeof digest);
        eg_recording_destroy(r);
    }
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/sub/%s.hea", folder, i == 0 ? "y" : "z");
        eg_recording *r = NULL;
        EG_CHECK_INT(eg_recording_read(path, &r, NULL), EG_ERR_MISSING);
    }
}

/* A header that is WFDB's, whatever is wrong with it: never a table of numbers. */
static void wrong_headers(void) {
    static const struct {
        const char *header, *says;
        eg_err err;
    } rows[] = {
        {"rec 2 0 5\nrec.dat 16 200 12 0\nrec.dat 16 200 12 0\n", "a rate of 0 Hz", EG_ERR_DATA},
        {"rec 1 -250\nrec.dat 16 200\n", "a rate of -250 Hz", EG_ERR_DATA},
        {"rec 1 1e9\nrec.dat 16 200\n", "a rate of 1e+09 Hz", EG_ERR_DATA},
        {"rec 1 250\nrec.dat 17 200 12 0 0 0 0 ECG\n", "no format 17", EG_ERR_FORMAT},
        {"rec 2 250 10\nrec.dat 2120 200\nrec.dat 2120 200\n", "no format 2120", EG_ERR_FORMAT},
        {"rec 1 250\nrec.dat 508 200\n", "508 (packed as FLAC)", EG_ERR_FORMAT},
        {"rec 1 250\nrec.dat 516 200\n", "516 (packed as FLAC)", EG_ERR_FORMAT},
        {"rec 1 250 9\nsamples.dat 524 200\n", "524 (packed as FLAC)", EG_ERR_FORMAT}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        eg_named_bytes files[] = {
            {"rec.hea", (const uint8_t *)rows[i].header, strlen(rows[i].header)},
            FILE_OF("rec.dat", "0123456789")};
        eg_recording *r = NULL;
        eg_diag diag = {0};
        EG_CHECK_INT(eg_recording_parse_set(files, 2, &r, &diag), rows[i].err);
        if (strstr(diag.text, rows[i].says) == NULL) EG_FAIL("%s", diag.text);
    }
}

/* What real headers have beside the necessary: counter and base value behind the rate, clock and
 * day, every part of the format word, comments with and without blanks, CR LF, tabs. */
static void full_lines(void) {
    static const char header[] = "#lead comment\r\n"
                                 "rec 3 10.5/21(100) 2 09:30:00.5 01/02/2003\r\n"
                                 "  # a comment with blanks in front\r\n"
                                 "rec.dat 16x2:1+4 200.5(5)/mV/12 12 7 1 0 0 EMG  left thigh\r\n"
                                 "\r\n"
                                 "rec.dat\t16:0+4\t1e1/m/s^2\t16\r\n"
                                 "rec.dat 16+4 0\r\n"
                                 "#<age>: 60 <sex>: F\r\n";
    static const uint8_t samples[] = {9, 9, 9, 9, 1, 0, 2, 0, 3,  0, 4,  0, 5,  0,
                                      6, 0, 7, 0, 8, 0, 9, 0, 10, 0, 11, 0, 12, 0};
    eg_named_bytes files[] = {FILE_OF("rec.hea", header), {"rec.dat", samples, sizeof samples}};
    eg_recording *r = parse(files, 2);
    EG_CHECK_INT(r->n_frames, 2);
    EG_CHECK_NEAR(r->rate_hz, 10.5, 0);
    EG_CHECK_TEXT(r->channels[0].label, "EMG  left thigh");
    EG_CHECK_TEXT(r->channels[0].unit, "mV/12");
    EG_CHECK_NEAR(r->channels[0].rate_hz, 21, 0);
    /* Frames (1 2 3 4) (5 6 7 8) (9 10 11 12): the first signal's begin one frame later. */
    check_values(&r->channels[0], (double[]){0, 1 / 200.5, 4 / 200.5, 5 / 200.5}, 4);
    EG_CHECK_TEXT(r->channels[1].unit, "m/s^2");
    check_values(&r->channels[1], (double[]){0.3, 0.7}, 2);
    check_values(&r->channels[2], (double[]){4 / 200.0, 8 / 200.0}, 2);
    eg_recording_destroy(r);
}

static void damaged(void) {
    static const char header[] = "walk 2 100 60\nwalk.dat 212 10(5)/N 12 0 0 0 0 Force\n"
                                 "walk.dat 212 200/mV 12 0 0 0 0 EMG\n";
    static uint8_t samples[180];
    for (size_t i = 0; i < sizeof samples; i++) samples[i] = (uint8_t)(i * 37);
    eg_named_bytes files[] = {FILE_OF("walk.hea", header), {"walk.dat", samples, sizeof samples}};
    damage d = eg_test_damage_set(files, 2, 0, 5000), e = eg_test_damage_set(files, 2, 1, 500);
    EG_CHECK(d.n_read > 1000 && e.n_read + 10 > e.n_inputs);
    eg_test_note("%zu inputs, %zu read, slowest %.1f ms", d.n_inputs + e.n_inputs,
                 d.n_read + e.n_read, fmax(d.slowest_ms, e.slowest_ms));
}

EG_TESTS({"wfdb: packings worked out by hand", by_hand},
         {"wfdb: several files, frames, offset, skew, sums", whole},
         {"wfdb: annotations", annotations}, {"wfdb: what is not read says why", refusals},
         {"wfdb: no header is taken for a table", wrong_headers},
         {"wfdb: every field that a header can have", full_lines},
         {"wfdb: files beside each other on disk", on_disk},
         {"wfdb: damaged files end with words", damaged})
