/* Any bytes as markers or motions in text (TRC, MOT, STO): an error with words, or a recording that
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
    EG_ASSERT(recording->n_frames > 0 && recording->n_frames <= size);
    for (size_t k = 0; k < recording->points.n_markers; k++) {
        const eg_marker *marker = &recording->points.markers[k];
        size_t n_valid = 0;
        for (size_t i = 0; i < recording->n_frames; i++) {
            int is_seen = !isnan(marker->xyz[i][0]);
            EG_ASSERT(is_seen == !isnan(marker->xyz[i][1]) && is_seen == !isnan(marker->xyz[i][2]));
            n_valid += (size_t)is_seen;
        }
        EG_ASSERT(n_valid == marker->n_valid && marker->label[0] != '\0');
    }
    for (size_t i = 0; i < recording->n_channels; i++)
        for (size_t k = 0; k < recording->channels[i].n; k++)
            EG_ASSERT(!isinf(recording->channels[i].values[k]));
    eg_recording_destroy(recording);
    return 0;
}
