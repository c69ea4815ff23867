/* Any recording that any bytes are, written in every format that needs no file: it is refused with
 * words, or what is written can be read again and holds as much. */
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/recording.h"
#include "io/format/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { WRITTEN_MAX = 8 << 20 };

typedef struct memory {
    uint8_t *bytes;
    size_t n;
} memory;

static int take(void *to, const void *bytes, size_t n) {
    memory *m = to;
    if (m->n + n > WRITTEN_MAX) return 0;
    memcpy(m->bytes + m->n, bytes, n);
    m->n += n;
    return 1;
}

static void check(const eg_recording *r, const char *name) {
    static uint8_t written[WRITTEN_MAX];
    memory m = {written, 0};
    eg_sink sink = {take, &m};
    eg_write_notes notes = {0};
    eg_diag diag = {0};
    eg_recording *again = NULL;
    const eg_write_format *format = eg_write_format_find(name);
    eg_err err = format->write(r, &sink, &notes, &diag);
    if (err != EG_OK) {
        EG_ASSERT(diag.text[0] != '\0');
        return;
    }
    if (eg_recording_parse("again", m.bytes, m.n, &again, &diag) != EG_OK) {
        /* A table needs some rows and numbers to be known as one. */
        EG_ASSERT(strcmp(name, "c3d") != 0);
        return;
    }
    if (strcmp(name, "c3d") == 0) {
        EG_ASSERT(again->n_channels == r->n_channels);
        EG_ASSERT(again->points.n_markers == r->points.n_markers);
        for (size_t i = 0; i < r->n_channels; i++)
            EG_ASSERT(again->channels[i].n == r->channels[i].n);
    }
    eg_recording_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const char *const names[] = {"csv", "c3d", "mot", "trc"};
    eg_recording *recording = NULL;
    eg_diag diag = {0};
    if (eg_recording_parse("fuzz", bytes, size, &recording, &diag) != EG_OK) return 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) check(recording, names[i]);
    eg_recording_destroy(recording);
    return 0;
}
