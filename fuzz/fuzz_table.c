/* Any bytes as a recording: an error with words, or a recording that keeps its promises. */
#include <math.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/infer.h"
#include "io/format/paired.h"
#include "io/format/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What the header says: a map whose columns are there with units that are units, or a reason. */
static void infer(const eg_recording *recording) {
    static eg_inferred inferred;
    static const eg_infer_axes axes[] = {{0, 0}, {1, 2}, {-2, 1}};
    for (size_t k = 0; k < 3; k++) {
        eg_diag diag = {0};
        eg_err err = eg_infer_map(recording, axes[k], &inferred, &diag);
        EG_ASSERT(err == EG_OK || (err == EG_ERR_LAYOUT && diag.text[0] != '\0'));
        const eg_map_signal *ml = &inferred.map.net.ml;
        if (err != EG_OK || ml->column[0] == '\0') continue;
        EG_ASSERT(eg_recording_channel(recording, ml->column) != NULL);
        EG_ASSERT(eg_map_is_unit(ml->unit, EG_MAP_LENGTH) && inferred.map.net.ap.sign != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("fuzz", bytes, size, &recording, &diag);
    if (err != EG_OK) {
        EG_ASSERT(recording == NULL && diag.code == err && diag.text[0] != '\0');
        return 0;
    }
    /* Other targets look at these. */
    if (recording->has_points || eg_paired_is(bytes, size) ||
        strcmp(recording->format, "delimited text") != 0) {
        eg_recording_destroy(recording);
        return 0;
    }
    EG_ASSERT(recording->n_channels > 0 && recording->n_channels <= EG_RECORDING_CHANNELS_MAX);
    EG_ASSERT(recording->n_frames > 0 && recording->n_frames <= size);
    EG_ASSERT(isnan(recording->rate_hz) || recording->rate_hz > 0);
    EG_ASSERT(strlen(recording->sha256) == 64);
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *channel = &recording->channels[i];
        EG_ASSERT(channel->n == recording->n_frames && channel->label[0] != '\0');
        EG_ASSERT(memchr(channel->unit, 0, sizeof channel->unit) != NULL);
        for (size_t k = 0; k < channel->n; k++) EG_ASSERT(!isinf(channel->values[k]));
    }
    infer(recording);
    eg_recording_destroy(recording);
    return 0;
}
