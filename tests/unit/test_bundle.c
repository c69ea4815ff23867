/* Several files as one: made here byte by byte as POSIX says, opened, spoilt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/format/bundle.h"
#include "tests/support/test.h"

enum { BLOCK = 512, ROOM = 64 << 10 };

/* Appends a file to the bundle; returns its new size. */
static size_t add(uint8_t *bundle, size_t at, const char *name, const void *bytes, size_t size,
                  char type) {
    uint8_t *h = bundle + at;
    memset(h, 0, BLOCK);
    memcpy(h, name, strlen(name));
    memcpy(h + 100, "0000644", 7);
    snprintf((char *)h + 124, 12, "%011zo", size);
    memset(h + 148, ' ', 8);
    h[156] = (uint8_t)type;
    memcpy(h + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (size_t i = 0; i < BLOCK; i++) sum += h[i];
    snprintf((char *)h + 148, 8, "%06o", sum);
    memcpy(bundle + at + BLOCK, bytes, size);
    size_t room = (size + BLOCK - 1) / BLOCK * BLOCK;
    memset(bundle + at + BLOCK + size, 0, room - size);
    return at + BLOCK + room;
}

static uint8_t space[ROOM];
static const char header[] =
    "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nDataFile=a.eeg\n"
    "DataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=1\nSamplingInterval=1000\n"
    "[Binary Infos]\nBinaryFormat=INT_16\n[Channel Infos]\nCh1=VL,,0.5,uV\n";
static const uint8_t samples[] = {2, 0, 4, 0, 0xfe, 0xff};

/* A header and its samples, in either order, with an end mark or without. */
static size_t make(int is_turned, int has_end) {
    size_t n = 0;
    for (int i = 0; i < 2; i++)
        n = (i == 0) == !is_turned ? add(space, n, "a.vhdr", header, sizeof header - 1, '0')
                                   : add(space, n, "a.eeg", samples, sizeof samples, '0');
    if (has_end) memset(space + n, 0, 2 * BLOCK);
    return has_end ? n + 2 * BLOCK : n;
}

static void opened(void) {
    for (int i = 0; i < 4; i++) {
        size_t n = make(i & 1, i >> 1);
        eg_recording *recording = NULL;
        eg_diag diag = {0};
        if (eg_recording_parse("a.tar", space, n, &recording, &diag) != EG_OK)
            EG_FAIL("%s", diag.text);
        EG_CHECK_INT(recording->n_channels, 1);
        EG_CHECK_INT(recording->channels[0].n, 3);
        EG_CHECK_NEAR(recording->channels[0].values[1], 2.0, 1e-12);
        EG_CHECK_NEAR(recording->channels[0].values[2], -1.0, 1e-12);
        eg_recording_destroy(recording);
    }
}

static void refused(void) {
    static const struct {
        const char *name;
        char type;
        eg_err err;
    } cases[] = {{"../a.eeg", '0', EG_ERR_FORMAT}, {"b/a.eeg", '0', EG_ERR_FORMAT},
                 {".a", '0', EG_ERR_FORMAT},       {"a.eeg", '2', EG_ERR_FORMAT},
                 {"a", '5', EG_ERR_FORMAT},        {"a\\b", '0', EG_ERR_FORMAT}};
    eg_bundle bundle;
    eg_diag diag = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t n = add(space, 0, cases[i].name, samples, sizeof samples, cases[i].type);
        EG_CHECK_INT(eg_bundle_open("x.tar", space, n, &bundle, &diag), cases[i].err);
        EG_CHECK(strstr(diag.text, "without folders") != NULL);
    }
    size_t n = 0;
    for (int i = 0; i < EG_BUNDLE_FILES_MAX + 1; i++) n = add(space, n, "same", "", 0, '0');
    EG_CHECK_INT(eg_bundle_open("x.tar", space, n, &bundle, &diag), EG_ERR_LIMIT);
    n = make(0, 0);
    EG_CHECK_INT(eg_bundle_open("x.tar", space, n - BLOCK, &bundle, &diag), EG_ERR_DATA);
    space[124] = '9';
    EG_CHECK_INT(eg_bundle_open("x.tar", space, n, &bundle, &diag), EG_ERR_FORMAT);
    EG_CHECK_INT(eg_bundle_open("x.tar", space, 100, &bundle, &diag), EG_ERR_FORMAT);
}

/* Every cut and 3000 flipped bits: an answer, never more than the bytes. */
static void spoilt(void) {
    size_t n = make(0, 1), n_read = 0;
    for (size_t cut = 0; cut < n; cut += 7) {
        uint8_t *copy = malloc(cut + 1);
        memcpy(copy, space, cut);
        eg_recording *recording = NULL;
        n_read += eg_recording_parse("a.tar", copy, cut, &recording, NULL) == EG_OK;
        eg_recording_destroy(recording);
        free(copy);
    }
    uint32_t state = 5;
    for (int i = 0; i < 3000; i++) {
        uint8_t *copy = malloc(n);
        memcpy(copy, space, n);
        state = state * 1664525u + 1013904223u;
        copy[(state >> 8) % n] ^= (uint8_t)(1u << (state & 7));
        eg_recording *recording = NULL;
        n_read += eg_recording_parse("a.tar", copy, n, &recording, NULL) == EG_OK;
        eg_recording_destroy(recording);
        free(copy);
    }
    printf("# %zu of the spoilt ones could be read\n", n_read);
    EG_CHECK(n_read > 0);
}

EG_TESTS({"bundle: a header and its samples as one file", opened},
         {"bundle: folders, links, too many, damage", refused}, {"bundle: cut and flipped", spoilt})
