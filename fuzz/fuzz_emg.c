/* Any options, as a browser sends them, on any short recording: the study of muscle signals ends in
 * a whole result or in an error with words. Options are the first line, a JSON object; what follows
 * are samples of two channels and a trigger, 16 bits each, and the first byte of the rest chooses
 * the rate. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clinic/study.h"
#include "core/base/check.h"
#include "io/embed.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { CHANNELS = 3, SAMPLES_MAX = 4000 };

static double values[CHANNELS][SAMPLES_MAX];
static eg_channel channels[CHANNELS];

/* Samples repeat until two seconds are full, so that a few bytes reach the measures. */
static void fill(const uint8_t *bytes, size_t size, eg_recording *recording) {
    static const double rates[] = {1000.0, 2000.0, 500.0, 100.0};
    static const char *const labels[] = {"VL", "BF", "trigger"};
    size_t pairs = size > 1 ? (size - 1) / 2 : 0;
    *recording = (eg_recording){.format = "made", .n_channels = CHANNELS, .channels = channels};
    recording->rate_hz = rates[size > 0 ? bytes[0] & 3U : 0];
    size_t n = size > 0 && (bytes[0] & 4U) ? pairs / CHANNELS : SAMPLES_MAX;
    if (n > SAMPLES_MAX) n = SAMPLES_MAX;
    for (size_t c = 0; c < CHANNELS; c++) {
        channels[c] = (eg_channel){.is_named = 1, .rate_hz = recording->rate_hz, .n = n};
        memcpy(channels[c].label, labels[c], strlen(labels[c]) + 1);
        memcpy(channels[c].unit, "mV", 3);
        channels[c].values = values[c];
        for (size_t i = 0; i < n; i++) {
            size_t at = pairs > 0 ? (i * CHANNELS + c) % pairs : 0;
            int raw = pairs > 0 ? bytes[1 + 2 * at] | bytes[2 + 2 * at] << 8 : (int)(i * i % 977);
            values[c][i] = raw == 0x7fff ? (double)NAN : (double)(raw - 32768) / 100.0;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    EG_ASSERT(eg_embedded_files[0].path != NULL); /* the documents' schemas are in the program */
    const uint8_t *end = size > 0 ? memchr(bytes, '\n', size) : NULL;
    size_t length = end != NULL ? (size_t)(end - bytes) : size;
    json_error_t error;
    json_t *options = json_loadb((const char *)bytes, length, 0, &error);
    if (!json_is_object(options)) {
        json_decref(options);
        return 0;
    }
    eg_recording recording;
    fill(end != NULL ? end + 1 : bytes + length, end != NULL ? size - length - 1 : 0, &recording);
    eg_study_call call = {.recording = &recording, .options = options, .n_trace_points = 20};
    if (json_is_true(json_object_get(options, "reference"))) {
        call.n_references = 1;
        call.references[0] = &recording;
        json_object_del(options, "reference");
    }
    json_t *result = NULL;
    eg_diag diag = {0};
    if (eg_study_run(eg_study_find("emg"), call, &result, &diag) == EG_OK) {
        char *text = json_dumps(result, JSON_COMPACT);
        EG_ASSERT(text != NULL && json_string_length(json_object_get(result, "methods")) > 0);
        free(text);
    } else {
        EG_ASSERT(diag.text[0] != '\0' && result == NULL);
    }
    json_decref(result);
    json_decref(options);
    return 0;
}
