#include "io/format/gzip.h"

#include <stdlib.h>
#include <zlib.h>

#include "core/base/check.h"
#include "io/format/recording.h"

enum { WINDOW_BITS_GZIP = 15 + 16, ROOM_FIRST = 1 << 20, STEP_MAX = 1 << 30 };

int eg_gzip_is(const uint8_t *bytes, size_t size) {
    return size >= 18 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8;
}

static size_t most_bytes(size_t packed) {
    size_t most = packed > (size_t)EG_RECORDING_BYTES_MAX / EG_GZIP_GROWTH_MAX
                      ? (size_t)EG_RECORDING_BYTES_MAX
                      : packed * EG_GZIP_GROWTH_MAX;
    return most > EG_GZIP_SMALL_MAX ? most : EG_GZIP_SMALL_MAX;
}

/* Room for more, half as much again; 0 where the limit is reached. */
static eg_err grow(eg_gzip *g, size_t *room, size_t limit) {
    size_t more = *room == 0 ? ROOM_FIRST : *room + *room / 2;
    if (*room > limit) return EG_ERR_LIMIT;
    if (more > limit) more = limit + 1; /* one byte more shows that it is too long */
    if (more == 0) return EG_ERR_LIMIT;
    uint8_t *grown = realloc(g->bytes, more);
    if (grown == NULL) return EG_ERR_MEMORY;
    g->bytes = grown;
    *room = more;
    return EG_OK;
}

/* Unpacks to the end of the last member; zlib checks each one's length and sum. */
static eg_err unpack(z_stream *stream, eg_gzip *g, size_t limit) {
    size_t room = 0;
    for (;;) {
        eg_err err = g->size == room ? grow(g, &room, limit) : EG_OK;
        if (err != EG_OK) return err;
        uInt step = (uInt)(room - g->size < STEP_MAX ? room - g->size : STEP_MAX);
        stream->next_out = g->bytes + g->size;
        stream->avail_out = step;
        int state = inflate(stream, Z_NO_FLUSH);
        g->size += step - stream->avail_out;
        if (g->size > limit) return EG_ERR_LIMIT;
        if (state == Z_STREAM_END) {
            int goes_on = eg_gzip_is(stream->next_in, stream->avail_in);
            if (!goes_on || inflateReset(stream) != Z_OK) return EG_OK;
        } else if (state == Z_BUF_ERROR && stream->avail_in == 0) {
            g->is_cut = 1;
            return EG_OK;
        } else if (state != Z_OK) {
            return state == Z_MEM_ERROR ? EG_ERR_MEMORY : EG_ERR_DATA;
        }
    }
}

eg_err eg_gzip_open(const char *name, const uint8_t *bytes, size_t size, eg_gzip *opened,
                    eg_diag *diag) {
    EG_ASSERT(eg_gzip_is(bytes, size) && size <= EG_RECORDING_BYTES_MAX && opened != NULL);
    *opened = (eg_gzip){0};
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)size};
    size_t limit = most_bytes(size);
    eg_err err = inflateInit2(&stream, WINDOW_BITS_GZIP) == Z_OK ? EG_OK : EG_ERR_MEMORY;
    if (err == EG_OK) {
        err = unpack(&stream, opened, limit);
        (void)inflateEnd(&stream);
    }
    if (err == EG_OK) return EG_OK;
    free(opened->bytes);
    *opened = (eg_gzip){0};
    if (err == EG_ERR_LIMIT)
        return eg_diag_set(diag, err, name, 0,
                           "unpacked it is larger than %zu MB; unpack it first, and cut it into "
                           "trials",
                           limit >> 20);
    return eg_diag_set(diag, err, name, 0, "%s",
                       err == EG_ERR_MEMORY
                           ? "no memory"
                           : "packed with gzip and damaged; copy it again, or unpack it first");
}
