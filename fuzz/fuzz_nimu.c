/* Any bytes behind the first eight of a .nimu or .nchain: an error with words, or a recording whose
 * orientation can be computed from whatever numbers it holds. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/motion/orient_offline.h"
#include "io/format/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void orient(const eg_recording *r) {
    enum { FRAMES_MAX = 4096 };
    static eg_quaternion out[FRAMES_MAX];
    eg_orient_signal signal = {
        r->n_frames < FRAMES_MAX ? r->n_frames : FRAMES_MAX, r->rate_hz, {0}, {0}, {0}};
    int has_magnetometer = strcmp(r->channels[6].label, "mx") == 0;
    for (int k = 0; k < 3; k++) {
        signal.gyr[k] = r->channels[k].values;
        signal.acc[k] = r->channels[3 + k].values;
        if (has_magnetometer) signal.mag[k] = r->channels[6 + k].values;
    }
    size_t bytes = eg_orient_offline_bytes(signal.n, signal.rate_hz);
    void *memory = malloc(bytes);
    EG_ASSERT(memory != NULL);
    eg_arena arena;
    eg_arena_init(&arena, memory, bytes);
    eg_diag diag = {0};
    eg_err err = eg_orient_offline(&signal, &arena, out, &diag);
    EG_ASSERT(err == EG_OK || (err == EG_ERR_ARGUMENT && diag.text[0] != '\0'));
    if (err == EG_OK) EG_ASSERT(eg_orient_run(&signal, out, &diag) == EG_OK);
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size == 0 || size > 1 << 20) return 0;
    uint8_t *copy = malloc(size + 8);
    EG_ASSERT(copy != NULL);
    memcpy(copy, bytes[0] & 1 ? "NCHN0001" : "NIMU0001", 8);
    memcpy(copy + 8, bytes + 1, size - 1);
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("fuzz", copy, size + 7, &recording, &diag);
    free(copy);
    if (err != EG_OK) {
        EG_ASSERT(recording == NULL && diag.code == err && diag.text[0] != '\0');
        return 0;
    }
    EG_ASSERT(recording->n_frames > 0 && recording->n_frames <= size && recording->rate_hz > 0);
    for (size_t i = 0; i < recording->n_channels; i++) {
        EG_ASSERT(recording->channels[i].n == recording->n_frames);
        EG_ASSERT(recording->channels[i].label[0] != '\0');
        for (size_t k = 0; k < recording->n_frames; k++)
            EG_ASSERT(!isinf(recording->channels[i].values[k]));
    }
    orient(recording);
    eg_recording_destroy(recording);
    return 0;
}
