/* The chunks of an XDF file, and the samples in a chunk. */
#include <math.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "io/format/xdf_part.h"

enum { MAGIC_BYTES = 4, BOUNDARY_BYTES = 16, TAG_BYTES = 2 };

/* Beyond it a time stamp is nonsense, and differences would lose their microseconds. */
static const double stamp_max_s = 1e10;

static const uint8_t boundary[BOUNDARY_BYTES] = {0x43, 0xa5, 0x46, 0xdc, 0xcb, 0xf5, 0x41, 0x0f,
                                                 0xb3, 0x0e, 0xd5, 0x46, 0x73, 0x83, 0xcb, 0xe4};

xdf_walk xdf_walk_begin(const uint8_t *bytes, size_t size) {
    EG_ASSERT(size >= MAGIC_BYTES);
    return (xdf_walk){.bytes = bytes, .size = size, .at = MAGIC_BYTES};
}

int xdf_read_length(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    if (*at >= end) return 0;
    size_t n = **at;
    if ((n != 1 && n != 4 && n != 8) || (size_t)(end - *at) < n + 1) return 0;
    *value = 0;
    for (size_t i = n; i > 0; i--) *value = *value << 8 | (*at)[i];
    *at += n + 1;
    return 1;
}

static size_t find_boundary(const xdf_walk *walk, size_t from) {
    while (from < walk->size) {
        const uint8_t *found = memchr(walk->bytes + from, boundary[0], walk->size - from);
        if (found == NULL) break;
        size_t at = (size_t)(found - walk->bytes);
        if (walk->size - at < BOUNDARY_BYTES) break;
        if (memcmp(found, boundary, BOUNDARY_BYTES) == 0) return at + BOUNDARY_BYTES;
        from = at + 1;
    }
    return SIZE_MAX;
}

/* Behind the next boundary chunk's mark, SIZE_MAX if none follows. Each byte is looked at once,
 * however often this is asked. */
static size_t behind_boundary(xdf_walk *walk, size_t from) {
    int is_known = walk->sought > 0 && from >= walk->sought &&
                   (walk->boundary == SIZE_MAX || from + BOUNDARY_BYTES <= walk->boundary);
    if (!is_known) {
        walk->boundary = find_boundary(walk, from);
        walk->sought = from;
    }
    return walk->boundary;
}

/* What cannot be a chunk is passed over up to the next boundary. */
static int recover(xdf_walk *walk) {
    size_t next = behind_boundary(walk, walk->at + 1);
    walk->n_passed++;
    if (next == SIZE_MAX) {
        walk->is_lost = 1;
        walk->at = walk->size;
        return 0;
    }
    walk->at = next;
    return 1;
}

int xdf_walk_next(xdf_walk *walk, xdf_chunk *chunk) {
    const uint8_t *end = walk->bytes + walk->size;
    while (walk->at < walk->size) {
        const uint8_t *at = walk->bytes + walk->at;
        uint64_t n;
        int has_length = xdf_read_length(&at, end, &n);
        if (!has_length && walk->size - walk->at < 9 &&
            (walk->bytes[walk->at] == 8 || walk->bytes[walk->at] == 4)) {
            walk->is_cut = 1; /* within the length itself */
            walk->at = walk->size;
            return 0;
        }
        size_t left = (size_t)(end - at);
        unsigned tag = has_length && left >= TAG_BYTES ? (unsigned)(at[0] | at[1] << 8) : 0;
        if (has_length && left < TAG_BYTES && n >= TAG_BYTES) {
            walk->is_cut = 1;
            walk->at = walk->size;
            return 0;
        }
        int is_good = has_length && n >= TAG_BYTES && tag >= 1 && tag <= XDF_STREAM_FOOTER;
        int is_cut = is_good && n > left;
        /* A length beyond the end is the file's end or damage; a boundary behind it tells. */
        if (!is_good || (is_cut && behind_boundary(walk, walk->at + 1) < SIZE_MAX)) {
            if (!recover(walk)) return 0;
            continue;
        }
        *chunk = (xdf_chunk){.tag = tag, .content = at + TAG_BYTES, .is_cut = is_cut};
        chunk->n = (is_cut ? left : (size_t)n) - TAG_BYTES;
        walk->at = (size_t)(chunk->content + chunk->n - walk->bytes);
        walk->is_cut |= is_cut;
        return 1;
    }
    return 0;
}

/* ---- samples --------------------------------------------------------------------------------- */

int xdf_samples_begin(xdf_samples *samples, const uint8_t *at, size_t n, size_t value_bytes,
                      size_t n_channels) {
    *samples = (xdf_samples){
        .at = at, .end = at + n, .value_bytes = value_bytes, .n_channels = n_channels};
    return xdf_read_length(&samples->at, samples->end, &samples->left);
}

static int pass_texts(xdf_samples *s) {
    for (size_t i = 0; i < s->n_channels; i++) {
        uint64_t n;
        if (!xdf_read_length(&s->at, s->end, &n) || n > (size_t)(s->end - s->at)) return 0;
        s->at += n;
    }
    return 1;
}

int xdf_samples_next(xdf_samples *s, xdf_sample *sample) {
    if (s->left == 0) return 0;
    if (s->at >= s->end) return -1;
    size_t n_stamp = *s->at++;
    if ((n_stamp != 0 && n_stamp != 8) || (size_t)(s->end - s->at) < n_stamp) return -1;
    sample->stamp_s = (double)NAN;
    if (n_stamp > 0) {
        eg_reader reader;
        eg_reader_init(&reader, s->at, n_stamp);
        double stamp_s = eg_reader_f64le(&reader);
        if (fabs(stamp_s) < stamp_max_s) sample->stamp_s = stamp_s;
        s->at += n_stamp;
    }
    sample->values = s->at;
    if (s->value_bytes == 0) {
        if (!pass_texts(s)) return -1;
    } else {
        if ((size_t)(s->end - s->at) < s->value_bytes) return -1;
        s->at += s->value_bytes;
    }
    sample->end = s->at;
    s->left--;
    return 1;
}
