/* Any bytes as what the child that reads HDF5 and Matlab files says: an error with words, or a
 * recording that keeps its promises; the same wherever the bytes are cut. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/import/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static eg_err hear(const uint8_t *bytes, size_t size, size_t step, eg_recording *r) {
    eg_import_answer answer;
    eg_diag diag = {0};
    eg_err err = eg_import_answer_init(&answer, r, &diag);
    for (size_t at = 0; at < size && err == EG_OK; at += step)
        err = eg_import_answer_feed(&answer, bytes + at, size - at < step ? size - at : step);
    if (err == EG_OK) err = eg_import_answer_finish(&answer);
    EG_ASSERT(err == EG_OK || (diag.code == err && diag.text[0] != '\0'));
    eg_import_answer_end(&answer);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    eg_recording *whole = calloc(1, sizeof *whole), *pieces = calloc(1, sizeof *pieces);
    EG_ASSERT(whole != NULL && pieces != NULL);
    eg_err err = hear(bytes, size, size + 1, whole);
    EG_ASSERT(hear(bytes, size, 7, pieces) == err);
    if (err == EG_OK) {
        EG_ASSERT(whole->n_channels > 0 && whole->n_channels == pieces->n_channels);
        for (size_t i = 0; i < whole->n_channels; i++) {
            const eg_channel *channel = &whole->channels[i];
            EG_ASSERT(channel->label[0] != '\0' && channel->n > 0 && channel->n <= size);
            EG_ASSERT(isnan(channel->rate_hz) || channel->rate_hz > 0);
            for (size_t k = 0; k < channel->n; k++) EG_ASSERT(!isinf(channel->values[k]));
        }
        for (size_t i = 0; whole->t_s != NULL && i < whole->n_frames; i++)
            EG_ASSERT(!isinf(whole->t_s[i]));
    }
    eg_recording_destroy(whole);
    eg_recording_destroy(pieces);
    return 0;
}
