/* Recordings of several files for the fuzzer: the input's first two bytes are the header's length,
 * the header follows, what is left is the content of every file that the header names. */
#ifndef EG_FUZZ_SET_H
#define EG_FUZZ_SET_H

#include <math.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/companion.h"
#include "io/format/recording.h"

typedef eg_err (*eg_fuzz_names)(const char *name, const uint8_t *bytes, size_t size,
                                eg_companions *companions, eg_diag *diag);

static void eg_fuzz_check(const eg_recording *recording) {
    for (size_t i = 0; i < recording->n_channels; i++) {
        const eg_channel *channel = &recording->channels[i];
        EG_ASSERT(channel->label[0] != '\0' && !(channel->rate_hz <= 0)); /* NaN: not known */
        for (size_t k = 0; k < channel->n; k++) EG_ASSERT(!isinf(channel->values[k]));
    }
    for (size_t i = 0; i < recording->n_events; i++)
        EG_ASSERT(isfinite(recording->events[i].t_s) &&
                  (i == 0 || recording->events[i].t_s >= recording->events[i - 1].t_s));
}

static int eg_fuzz_set(const char *name, int (*is)(const uint8_t *, size_t), eg_fuzz_names names,
                       const uint8_t *bytes, size_t size) {
    if (size < 2) return 0;
    size_t n_header = (size_t)bytes[0] | (size_t)bytes[1] << 8;
    if (n_header > size - 2) n_header = size - 2;
    eg_named_bytes files[EG_COMPANIONS_MAX + 1] = {{name, bytes + 2, n_header}};
    eg_companions companions = {0};
    eg_diag diag = {0};
    size_t n = 1;
    if (!is(files[0].bytes, n_header)) return 0;
    if (names(name, files[0].bytes, n_header, &companions, &diag) == EG_OK)
        for (size_t i = 0; i < companions.n; i++) {
            EG_ASSERT(strpbrk(companions.files[i].name, "/\\") == NULL);
            files[n++] = (eg_named_bytes){companions.files[i].name, bytes + 2 + n_header,
                                          size - 2 - n_header};
        }
    eg_recording *recording = NULL;
    diag = (eg_diag){0};
    eg_err err = eg_recording_parse_set(files, n, &recording, &diag);
    EG_ASSERT((err == EG_OK) == (recording != NULL));
    EG_ASSERT(err == EG_OK || (diag.code == err && diag.text[0] != '\0'));
    if (err == EG_OK) eg_fuzz_check(recording);
    eg_recording_destroy(recording);
    return 0;
}

#endif
