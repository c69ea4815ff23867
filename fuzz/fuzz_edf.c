/* Any bytes behind the beginning of an EDF or BDF file: an error with words, or a recording that
 * keeps its promises. */
#include <math.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("fuzz", bytes, size, &recording, &diag);
    if (err != EG_OK) {
        EG_ASSERT(recording == NULL && diag.code == err && diag.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *channel = &recording->channels[i];
        EG_ASSERT(channel->label[0] != '\0' && channel->n <= 11 * size);
        EG_ASSERT(isnan(channel->rate_hz) || channel->rate_hz > 0);
        for (size_t k = 0; k < channel->n; k++) EG_ASSERT(!isinf(channel->values[k]));
    }
    for (size_t i = 0; i < recording->n_events; i++) {
        EG_ASSERT(isfinite(recording->events[i].t_s) && recording->events[i].duration_s >= 0);
        EG_ASSERT(i == 0 || recording->events[i].t_s >= recording->events[i - 1].t_s);
    }
    eg_recording_destroy(recording);
    return 0;
}
