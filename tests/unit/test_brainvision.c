/* BrainVision: files made by hand from the format's description, in every kind of number, order and
 * orientation, with markers; what is missing and damaged. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/recording.h"
#include "tests/support/damage.h"
#include "tests/support/test.h"

typedef struct made {
    char header[2000], markers[1000];
    uint8_t samples[400];
    size_t n_samples;
    eg_named_bytes files[3];
} made;

static const char marks[] =
    "Brain Vision Data Exchange Marker File, Version 1.0\r\n"
    "; Commas are written \\1\r\n[Common Infos]\r\nDataFile=walk.eeg\r\n\r\n"
    "[Marker Infos]\r\n"
    "Mk1=New Segment,,1,1,0,20240102030405000000\r\n"
    "Mk3=Comment,heel\\1 left,4,50,0\r\nMk2=Stimulus,S  1,3,1,0\r\n"
    "Mk4=Response,R1,x,1,0\r\n";

static void make(made *m, const char *format, const char *orientation, const char *more) {
    int n = snprintf(m->header, sizeof m->header,
                     "Brain Vision Data Exchange Header File Version 1.0\r\n"
                     "; Data created by a test\r\n\r\n[Common Infos]\r\nCodepage=UTF-8\r\n"
                     "DataFile=walk.eeg\r\nMarkerFile=$b.vmrk\r\nDataFormat=%s\r\n"
                     "; channel behind channel or sample by sample\r\nDataOrientation=%s\r\n"
                     "NumberOfChannels=3\r\nSamplingInterval=500\r\n%s\r\n"
                     "[Channel Infos]\r\nCh1=EMG\\1 VL,,0.1,mV\r\nCh2=Force,ref,2.5e1,N\r\n"
                     "Ch3=O1,,\r\n\r\n[Comment]\r\nA text = of any kind\r\n[not a section\r\n"
                     "X [s],EMG 1: VL [V],X [s],EMG 2: BF [V]\r\n0,0.5,0,0.5\r\n",
                     format, orientation, more);
    m->files[0] = (eg_named_bytes){"walk.vhdr", (const uint8_t *)m->header, (size_t)n};
    m->files[1] = (eg_named_bytes){"walk.eeg", m->samples, m->n_samples};
    m->files[2] = (eg_named_bytes){"walk.vmrk", (const uint8_t *)marks, sizeof marks - 1};
}

/* Number k of frame t as it is stored: 100 k - 7 t; frame 3 of channel 1 is the least there is. */
static double stored(size_t k, size_t t) {
    return 100.0 * (double)k - 7.0 * (double)t;
}

static void put(made *m, double value, const char *format, int is_big) {
    uint64_t bits;
    size_t width = strcmp(format, "INT_16") == 0 || strcmp(format, "UINT_16") == 0 ? 2 : 4;
    if (format[0] == 'I' && format[1] == 'E') {
        float narrow = (float)value;
        uint32_t word;
        memcpy(&word, &narrow, 4);
        bits = word;
    } else {
        bits = (uint64_t)(int64_t)value;
    }
    for (size_t i = 0; i < width; i++)
        m->samples[m->n_samples++] = (uint8_t)(bits >> 8 * (is_big ? width - 1 - i : i) & 0xff);
}

static eg_recording *parse(const made *m, size_t n) {
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse_set(m->files, n, &r, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    return r;
}

static void check(const eg_recording *r, size_t n_frames, double base) {
    static const double gains[] = {0.1, 25, 1};
    static const char *const labels[] = {"EMG, VL", "Force", "O1"};
    static const char *const units[] = {"mV", "N", "\xc2\xb5V"};
    EG_CHECK_TEXT(r->format, "BrainVision");
    EG_CHECK_INT(r->n_channels, 3);
    for (size_t k = 0; k < 3; k++) {
        EG_CHECK_TEXT(r->channels[k].label, labels[k]);
        EG_CHECK_TEXT(r->channels[k].unit, units[k]);
        EG_CHECK_NEAR(r->channels[k].rate_hz, 2000, 1e-9);
        EG_CHECK_INT(r->channels[k].n, n_frames);
        for (size_t t = 0; t < n_frames; t++)
            EG_CHECK_NEAR(r->channels[k].values[t], (base + stored(k, t)) * gains[k], 1e-9);
    }
}

static void binary(void) {
    static const struct {
        const char *format;
        int is_big;
        double base;
    } rows[] = {{"INT_16", 0, -60},         {"INT_16", 1, -60}, {"UINT_16", 0, 40000},
                {"INT_32", 0, -100000},     {"INT_32", 1, 1e6}, {"IEEE_FLOAT_32", 0, 0.5},
                {"IEEE_FLOAT_32", 1, -0.25}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int is_vector = 0; is_vector < 2; is_vector++) {
            made m = {.n_samples = 0};
            for (size_t k = 0; k < 15; k++)
                put(&m, rows[i].base + (is_vector ? stored(k / 5, k % 5) : stored(k % 3, k / 3)),
                    rows[i].format, rows[i].is_big);
            char more[200];
            snprintf(
                more, sizeof more,
                "DataPoints=5\r\n[Binary Infos]\r\nBinaryFormat=%s\r\nUseBigEndianOrder=%s\r\n",
                rows[i].format, rows[i].is_big ? "YES" : "NO");
            make(&m, "BINARY", is_vector ? "VECTORIZED" : "MULTIPLEXED", more);
            eg_recording *r = parse(&m, 3);
            check(r, 5, rows[i].base);
            /* One marker is damaged; the others in order of time. */
            EG_CHECK(r->n_warnings == 1 && r->n_events == 3 && !r->is_partial);
            EG_CHECK_TEXT(r->events[0].label, "New Segment");
            EG_CHECK_TEXT(r->events[1].label, "S  1");
            EG_CHECK_TEXT(r->events[1].context, "Stimulus");
            EG_CHECK_NEAR(r->events[1].t_s, 2 / 2000., 1e-12);
            EG_CHECK_TEXT(r->events[2].label, "heel, left");
            EG_CHECK_NEAR(r->events[2].duration_s, 50 / 2000., 1e-12);
            eg_recording_destroy(r);
        }
    eg_test_note("7 kinds and orders of bytes, both orientations");
}

static void text(void) {
    static const struct {
        const char *orientation, *style, *text;
    } rows[] = {{"MULTIPLEXED", "SkipLines=1\r\n",
                 "EMG Force O1\r\n0.5 100.5 200.5\r\n-6.5 93.5 193.5\r\n"},
                {"VECTORIZED", "DecimalSymbol=,\r\nSkipLines=0\r\nSkipColumns=1\r\n",
                 "EMG 0,5 -6,5\nForce 100,5 93,5\nO1 200,5 193,5"},
                {"MULTIPLEXED", "DecimalSymbol=,\r\n", "0,5;100,5;200,5\n-6,5;93,5;193,5\n\n"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        made m = {.n_samples = strlen(rows[i].text)};
        memcpy(m.samples, rows[i].text, m.n_samples);
        char more[200];
        snprintf(more, sizeof more, "DataPoints=2\r\n[ASCII Infos]\r\n%s", rows[i].style);
        make(&m, "ASCII", rows[i].orientation, more);
        eg_recording *r = parse(&m, 3);
        check(r, 2, 0.5);
        EG_CHECK_INT(r->n_warnings, 1);
        eg_recording_destroy(r);
    }
}

static void cut(void) {
    static const char more[] = "DataPoints=5\r\n[Binary Infos]\r\nBinaryFormat=INT_16\r\n";
    for (int is_vector = 0; is_vector < 2; is_vector++) {
        made m = {.n_samples = 0};
        for (size_t k = 0; k < 10; k++)
            put(&m, is_vector ? stored(k / 5, k % 5) : stored(k % 3, k / 3), "INT_16", 0);
        make(&m, "BINARY", is_vector ? "VECTORIZED" : "MULTIPLEXED", more);
        eg_recording *r = parse(&m, 2); /* without markers */
        EG_CHECK(r->is_partial && r->n_events == 0 && r->n_warnings == 3);
        EG_CHECK_INT(r->n_frames, is_vector ? 5 : 3);
        EG_CHECK_NEAR(r->channels[1].values[2], 25 * stored(1, 2), 1e-9);
        EG_CHECK(isnan(r->channels[2].values[2]) == is_vector);
        eg_recording_destroy(r);
        m.files[1].size = 4;
        EG_CHECK_INT(eg_recording_parse_set(m.files, 2, &r, NULL), EG_ERR_DATA);
        EG_CHECK_INT(eg_recording_parse_set(m.files, 1, &r, NULL), EG_ERR_MISSING);
    }
}

static void refusals(void) {
    static const struct {
        const char *more;
        eg_err err;
    } rows[] = {{"DataType=FREQUENCYDOMAIN\r\n", EG_ERR_FORMAT},
                {"[Binary Infos]\r\nBinaryFormat=IEEE_FLOAT_64\r\n", EG_ERR_FORMAT},
                {"NumberOfChannels=0\r\n", EG_ERR_DATA},
                {"NumberOfChannels=99999\r\n", EG_ERR_LIMIT},
                {"SamplingInterval=0\r\n", EG_ERR_DATA},
                {"DataFile=/etc/passwd\r\n", EG_ERR_MISSING},
                {"DataFile=..\\walk.eeg\r\n", EG_ERR_MISSING}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        made m = {.n_samples = 60};
        make(&m, "BINARY", "MULTIPLEXED", rows[i].more);
        eg_recording *r = NULL;
        eg_diag diag = {0};
        EG_CHECK_INT(eg_recording_parse_set(m.files, 3, &r, &diag), rows[i].err);
        EG_CHECK(r == NULL && strlen(diag.text) > 20);
    }
}

static void damaged(void) {
    made m = {.n_samples = 0};
    for (size_t k = 0; k < 60; k++) put(&m, stored(k % 3, k / 3), "INT_16", 0);
    make(&m, "BINARY", "MULTIPLEXED", "DataPoints=20\r\n[Binary Infos]\r\nBinaryFormat=INT_16\r\n");
    size_t n_inputs = 0, n_read = 0;
    double slowest_ms = 0;
    for (size_t i = 0; i < 3; i++) {
        damage d = eg_test_damage_set(m.files, 3, i, 2500);
        n_inputs += d.n_inputs;
        n_read += d.n_read;
        slowest_ms = fmax(slowest_ms, d.slowest_ms);
    }
    EG_CHECK(n_read > n_inputs / 2);
    eg_test_note("%zu inputs, %zu read, slowest %.1f ms", n_inputs, n_read, slowest_ms);
}

EG_TESTS({"brainvision: numbers, orders, orientations, markers", binary},
         {"brainvision: samples as text", text}, {"brainvision: files that end early", cut},
         {"brainvision: what is not read says why", refusals},
         {"brainvision: damaged files end with words", damaged})
