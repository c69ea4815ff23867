/* EDF and BDF: a file that another program wrote, held against a third one's values; and made files
 * with everything that devices get wrong. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "io/format/recording.h"
#include "tests/support/test.h"

typedef struct made_signal {
    const char *label, *unit, *physical_min, *physical_max, *digital_min, *digital_max;
    int samples;
} made_signal;

typedef struct made_file {
    uint8_t bytes[1 << 16];
    size_t n, n_signals;
    const made_signal *signals;
    int width;
} made_file;

static void put(made_file *file, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++)
        file->bytes[file->n++] = (uint8_t)(*text != '\0' ? *text++ : ' ');
}

static void begin(made_file *file, const made_signal *signals, size_t n, const char *kind,
                  const char *records, const char *duration) {
    char number[16];
    *file = (made_file){.signals = signals, .n_signals = n, .width = kind[0] == 'B' ? 3 : 2};
    put(file,
        file->width == 3 ? "\xff"
                           "BIOSEMI"
                         : "0",
        8);
    put(file, "X X X X", 80);
    put(file, "Startdate X X X X", 80);
    put(file, "01.02.2403.04.05", 16);
    snprintf(number, sizeof number, "%zu", 256 * (n + 1));
    put(file, number, 8);
    put(file, kind, 44);
    put(file, records, 8);
    put(file, duration, 8);
    snprintf(number, sizeof number, "%zu", n);
    put(file, number, 4);
    for (size_t i = 0; i < n; i++) put(file, signals[i].label, 16);
    for (size_t i = 0; i < n; i++) put(file, "", 80);
    for (size_t i = 0; i < n; i++) put(file, signals[i].unit, 8);
    for (size_t i = 0; i < n; i++) put(file, signals[i].physical_min, 8);
    for (size_t i = 0; i < n; i++) put(file, signals[i].physical_max, 8);
    for (size_t i = 0; i < n; i++) put(file, signals[i].digital_min, 8);
    for (size_t i = 0; i < n; i++) put(file, signals[i].digital_max, 8);
    for (size_t i = 0; i < n; i++) put(file, "", 80);
    for (size_t i = 0; i < n; i++) {
        snprintf(number, sizeof number, "%d", signals[i].samples);
        put(file, number, 8);
    }
    for (size_t i = 0; i < n; i++) put(file, "", 32);
}

/* A record: signal i has 1000 i + k + 10 record at its k-th sample; annotations are given. */
static void add_record(made_file *file, int record, const char *list, size_t n_list) {
    for (size_t i = 0; i < file->n_signals; i++) {
        const made_signal *s = &file->signals[i];
        size_t bytes = (size_t)(s->samples * file->width);
        if (strstr(s->label, "Annotations") != NULL) {
            EG_CHECK(n_list <= bytes);
            memset(file->bytes + file->n, 0, bytes);
            memcpy(file->bytes + file->n, list, n_list);
            file->n += bytes;
            continue;
        }
        for (int k = 0; k < s->samples; k++) {
            int value = 1000 * (int)i + k + 10 * record;
            if (k % 2 == 1) value = -value;
            for (int b = 0; b < file->width; b++)
                file->bytes[file->n++] = (uint8_t)((unsigned)value >> (8 * b));
        }
    }
}

static eg_recording *parse(const made_file *file, size_t n) {
    uint8_t *copy = malloc(n > 0 ? n : 1);
    memcpy(copy, file->bytes, n);
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("made.edf", copy, n, &recording, &diag);
    free(copy);
    if (err != EG_OK) EG_FAIL("%s", diag.text);
    return recording;
}

static double known(int signal, int record, int k) {
    double value = 1000 * signal + k + 10 * record;
    return k % 2 == 1 ? -value : value;
}

static const made_signal plain[] = {{"EMG VM", "uV", "-32768", "32767", "-32768", "32767", 8},
                                    {"Force", "N", "-3276.8", "3276.7", "-32768", "32767", 4},
                                    {"EDF Annotations", "", "-1", "1", "-32768", "32767", 24}};

static void golden(void) {
    char path[1024];
    snprintf(path, sizeof path, "%s/derived_uci_3Apie.edf", eg_test_data("emg"));
    eg_recording *r = NULL;
    eg_diag diag = {0};
    if (eg_recording_read(path, &r, &diag) != EG_OK) EG_FAIL("%s", diag.text);
    snprintf(path, sizeof path, "%s/golden_derived_uci_3Apie.json", eg_test_data("emg"));
    json_t *gold = json_load_file(path, 0, NULL);
    EG_CHECK(gold != NULL);
    EG_CHECK_TEXT(r->format, "EDF+");
    EG_CHECK_NEAR(r->rate_hz, json_number_value(json_object_get(gold, "fs")), 0);
    EG_CHECK_INT(r->n_frames, json_integer_value(json_object_get(gold, "n")));
    EG_CHECK_INT(r->n_channels, 5);
    const char *label;
    json_t *values, *one;
    size_t i, n_values = 0;
    double worst = 0;
    json_object_foreach(json_object_get(gold, "values_physical"), label, values) {
        const eg_channel *channel = eg_recording_channel(r, label);
        EG_CHECK(channel != NULL && fabs(channel->rate_hz - 1000) < 1e-12);
        json_array_foreach(values, i, one) {
            size_t at = (size_t)json_integer_value(json_array_get(json_object_get(gold, "idx"), i));
            worst = fmax(worst, fabs(channel->values[at] - json_number_value(one)));
            n_values++;
        }
    }
    EG_CHECK(n_values == 120 && worst <= 1e-9);
    json_t *marks = json_object_get(gold, "annotations");
    EG_CHECK_INT(r->n_events, json_array_size(marks));
    json_array_foreach(marks, i, one) {
        EG_CHECK_NEAR(r->events[i].t_s, json_number_value(json_array_get(one, 0)), 1e-9);
        EG_CHECK_NEAR(r->events[i].duration_s, json_number_value(json_array_get(one, 1)), 1e-9);
        EG_CHECK_TEXT(r->events[i].label, json_string_value(json_array_get(one, 2)));
    }
    eg_test_note("%zu values, largest difference %.1e; %zu annotations", n_values, worst,
                 r->n_events);
    json_decref(gold);
    eg_recording_destroy(r);
}

static void several_rates(void) {
    static made_file file;
    begin(&file, plain, 3, "EDF+C", "3", "0.5");
    static const char first[] = "+0.25\x14\x14\0+1.5\x15"
                                "0.1\x14"
                                "late\x14"
                                "again\x14";
    static const char second[] = "+0.75\x14\x14\0+0.8\x14"
                                 "early\x14";
    add_record(&file, 0, first, sizeof first);
    add_record(&file, 1, second, sizeof second);
    add_record(&file, 2, "+1.25\x14\x14", 8);
    eg_recording *r = parse(&file, file.n);
    EG_CHECK_INT(r->n_channels, 2);
    EG_CHECK_INT(r->n_warnings, 0);
    EG_CHECK_INT(r->n_frames, 3);
    EG_CHECK_NEAR(r->start_s, 0.25, 1e-12);
    EG_CHECK_NEAR(r->channels[0].rate_hz, 16, 0);
    EG_CHECK_NEAR(r->channels[1].rate_hz, 8, 0);
    EG_CHECK(r->channels[0].n == 24 && r->channels[1].n == 12);
    EG_CHECK_INT(eg_recording_samples(r), 0);
    for (int record = 0; record < 3; record++) {
        for (int k = 0; k < 8; k++)
            EG_CHECK_NEAR(r->channels[0].values[8 * record + k], known(0, record, k), 1e-9);
        for (int k = 0; k < 4; k++)
            EG_CHECK_NEAR(r->channels[1].values[4 * record + k], known(1, record, k) / 10, 1e-9);
    }
    EG_CHECK_INT(r->n_events, 3);
    EG_CHECK_TEXT(r->events[0].label, "early");
    EG_CHECK_TEXT(r->events[1].label, "late");
    EG_CHECK_TEXT(r->events[2].label, "again");
    EG_CHECK_NEAR(r->events[1].t_s, 1.5, 1e-12);
    EG_CHECK_NEAR(r->events[1].duration_s, 0.1, 1e-12);
    eg_recording_destroy(r);
}

static void gaps(void) {
    static made_file file;
    begin(&file, plain, 3, "EDF+D", "3", "0.5");
    add_record(&file, 0, "+10\x14\x14", 6);
    add_record(&file, 1, "+10.5\x14\x14", 8);
    add_record(&file, 2, "+12\x14\x14", 6);
    eg_recording *r = parse(&file, file.n);
    const eg_channel *emg = &r->channels[0];
    EG_CHECK_INT(emg->n, 40);
    for (size_t k = 16; k < 32; k++) EG_CHECK(isnan(emg->values[k]));
    EG_CHECK_NEAR(emg->values[32], known(0, 2, 0), 1e-9);
    EG_CHECK_NEAR(emg->values[15], known(0, 1, 7), 1e-9);
    EG_CHECK_INT(r->n_warnings, 1);
    eg_recording_destroy(r);
    begin(&file, plain, 3, "EDF+D", "2", "0.5");
    add_record(&file, 0, "+0\x14\x14", 5);
    add_record(&file, 1, "+86400\x14\x14", 9);
    eg_diag diag = {0};
    EG_CHECK_INT(eg_recording_parse("far", file.bytes, file.n, &r, &diag), EG_ERR_LIMIT);
    EG_CHECK(strstr(diag.text, "cut the file") != NULL);
}

static void three_bytes(void) {
    static made_file file;
    static const made_signal signals[] = {
        {"A1", "uV", "-262144", "262143", "-8388608", "8388607", 16},
        {"Status", "Boolean", "-8388608", "8388607", "-8388608", "8388607", 16},
        {"BDF Annotations", "", "-1", "1", "-8388608", "8388607", 10}};
    begin(&file, signals, 3, "BDF+C", "2", "1");
    add_record(&file, 0, "+0\x14\x14", 5);
    add_record(&file, 1, "+1\x14\x14\0+1.5\x14hit\x14", 14);
    eg_recording *r = parse(&file, file.n);
    EG_CHECK_TEXT(r->format, "BDF+");
    EG_CHECK_INT(r->n_frames, 32);
    EG_CHECK_NEAR(r->rate_hz, 16, 0);
    double gain = 524287.0 / 16777215.0;
    for (int k = 0; k < 16; k++) {
        double raw = known(0, 1, k);
        EG_CHECK_NEAR(r->channels[0].values[16 + k], (raw + 8388608) * gain - 262144, 1e-9);
        EG_CHECK_NEAR(r->channels[1].values[16 + k], known(1, 1, k), 1e-6);
    }
    EG_CHECK_TEXT(r->events[0].label, "hit");
    eg_recording_destroy(r);
}

static void careless(void) {
    static made_file file;
    static const made_signal signals[] = {{"", "uV", "-3276,8", "3276,7", "-32768", "32767", 4},
                                          {"Flat", "mV", "0", "0", "0", "0", 4},
                                          {"Gone", "mV", "-1", "1", "-32768", "32767", 0},
                                          {"EDF Annotations", "", "-1", "1", "-32768", "32767", 8}};
    begin(&file, signals, 4, "", "-1", "1");
    memcpy(file.bytes + 184, "9999    ", 8);
    add_record(&file, 0, "rubbish\x14", 8);
    add_record(&file, 1,
               "+1\x15"
               "x\x14"
               "a",
               6);
    size_t whole = file.n;
    add_record(&file, 2, "+2\x14\x14", 5);
    eg_recording *r = parse(&file, whole + 11);
    EG_CHECK_INT(r->n_channels, 2);
    EG_CHECK(!r->channels[0].is_named && r->channels[0].label[0] != '\0');
    EG_CHECK_NEAR(r->channels[0].values[0], 0, 1e-9);
    EG_CHECK_NEAR(r->channels[0].values[6], known(0, 1, 2) / 10, 1e-9);
    EG_CHECK_NEAR(r->channels[1].values[1], known(1, 0, 1), 1e-9);
    EG_CHECK_TEXT(r->channels[1].unit, "");
    EG_CHECK_INT(r->channels[0].n, 8);
    EG_CHECK(r->is_partial && r->n_warnings >= 5);
    eg_recording_destroy(r);
    memcpy(file.bytes + 236, "7       ", 8); /* more records than there are */
    r = parse(&file, file.n);
    EG_CHECK(r->is_partial && r->channels[0].n == 12);
    eg_recording_destroy(r);
    memcpy(file.bytes + 244, "0       ", 8); /* no duration */
    r = parse(&file, file.n);
    EG_CHECK(isnan(r->rate_hz) && isnan(r->channels[0].rate_hz));
    eg_recording_destroy(r);
}

/* Cut at every length, and with flipped bits: an error with words or a recording that holds
 * together. */
static void damaged(void) {
    static made_file file;
    begin(&file, plain, 3, "EDF+D", "3", "0.5");
    add_record(&file, 0, "+10\x14\x14", 6);
    add_record(&file, 1, "+10.5\x14\x14\0+11\x14go\x14", 16);
    add_record(&file, 2, "+12\x14\x14", 6);
    eg_random random;
    eg_random_init(&random, 5, 5);
    size_t n_read = 0, n_inputs = 0;
    for (size_t n = 0; n < file.n + 4000; n++, n_inputs++) {
        size_t size = n < file.n ? n : file.n;
        uint8_t *copy = malloc(size + 1);
        memcpy(copy, file.bytes, size);
        if (n >= file.n)
            for (int k = 0; k < 3; k++)
                copy[eg_random_below(&random, (uint32_t)size)] =
                    (uint8_t)eg_random_below(&random, 256);
        uint8_t *exact = malloc(size > 0 ? size : 1);
        memcpy(exact, copy, size);
        eg_recording *r = NULL;
        eg_diag diag = {0};
        eg_err err = eg_recording_parse("damaged", exact, size, &r, &diag);
        EG_CHECK((err == EG_OK) == (r != NULL) && (err == EG_OK || diag.text[0] != '\0'));
        n_read += err == EG_OK;
        eg_recording_destroy(r);
        free(copy);
        free(exact);
    }
    EG_CHECK(n_read > 100);
    eg_test_note("%zu inputs, %zu read", n_inputs, n_read);
}

EG_TESTS({"edf: a real file gives the values another reader found", golden},
         {"edf: several rates and annotations", several_rates},
         {"edf: a discontinuous file keeps its time", gaps},
         {"edf: three bytes a sample", three_bytes},
         {"edf: what devices write carelessly is read with warnings", careless},
         {"edf: damaged files end with words", damaged})
