/* Any bytes behind the beginning of an XDF file: an error with words, or a recording that keeps its
 * promises. */
#include <math.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_streams(const eg_recording *recording) {
    size_t n = 0;
    for (size_t i = 0; i < recording->n_streams; i++) {
        const eg_stream *stream = &recording->streams[i];
        n += stream->n_channels;
        EG_ASSERT(stream->name[0] != '\0' && !(stream->nominal_hz <= 0));
        for (size_t k = 0; stream->t_s != NULL && k < stream->n; k++)
            EG_ASSERT(isfinite(stream->t_s[k]));
    }
    EG_ASSERT(n == recording->n_channels);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size < 4 || memcmp(bytes, "XDF:", 4) != 0) return 0;
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    eg_err err = eg_recording_parse("fuzz", bytes, size, &recording, &diag);
    if (err != EG_OK) {
        EG_ASSERT(recording == NULL && diag.code == err && diag.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *channel = &recording->channels[i];
        const eg_stream *stream = &recording->streams[channel->stream];
        EG_ASSERT(channel->label[0] != '\0' && channel->n > 0 && channel->n <= 10 * size);
        EG_ASSERT(isnan(channel->rate_hz) ? stream->t_s != NULL : channel->rate_hz > 0);
        EG_ASSERT(channel->start_s >= 0 && channel->n >= stream->n);
        for (size_t k = 0; k < channel->n; k++) EG_ASSERT(!isinf(channel->values[k]));
    }
    check_streams(recording);
    for (size_t i = 0; i < recording->n_events; i++)
        EG_ASSERT(isfinite(recording->events[i].t_s) &&
                  (i == 0 || recording->events[i].t_s >= recording->events[i - 1].t_s));
    eg_recording_destroy(recording);
    return 0;
}
