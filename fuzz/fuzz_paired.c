/* Any bytes as a table whose channels have times of their own: an error with words, or a recording
 * that keeps its promises. */
#include <math.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/paired.h"
#include "io/format/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (!eg_paired_is(bytes, size)) return 0;
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("fuzz", bytes, size, &recording, &diag);
    if (err != EG_OK) {
        EG_ASSERT(recording == NULL && diag.code == err && diag.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *channel = &recording->channels[i];
        EG_ASSERT(channel->label[0] != '\0' && channel->n > 0 && channel->n <= size);
        EG_ASSERT(isnan(channel->rate_hz) || channel->rate_hz > 0);
        EG_ASSERT(isfinite(channel->start_s));
        for (size_t k = 0; k < channel->n; k++) EG_ASSERT(!isinf(channel->values[k]));
    }
    eg_recording_destroy(recording);
    return 0;
}
