/* Numbers of three processors, and the loops that turn a file's samples into values. */
#include <math.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/c3d_part.h"

/* Frames are taken in groups, so that what is written stays together in the cache although the file
 * holds all markers of one frame side by side. */
enum { GROUP = 16 };

static inline uint16_t word_of(c3d_processor processor, const uint8_t *b) {
    unsigned high = processor == C3D_MIPS ? b[0] : b[1], low = processor == C3D_MIPS ? b[1] : b[0];
    return (uint16_t)(high << 8 | low);
}

/* A real of a DEC: two words, the one with sign and exponent first, each as Intel writes it. The
 * fraction is 0.1f and not 1.f, the exponent's bias 128; exponent 0 is zero, also with the sign
 * that makes it a reserved operand. It has no infinity: the largest exponent is an ordinary one. */
static inline double dec_of(const uint8_t *b) {
    uint32_t bits = (uint32_t)b[1] << 24 | (uint32_t)b[0] << 16 | (uint32_t)b[3] << 8 | b[2];
    uint64_t exponent = bits >> 23 & 0xff;
    if (exponent == 0) return 0;
    uint64_t wide =
        (uint64_t)(bits >> 31) << 63 | (exponent + 894) << 52 | (uint64_t)(bits & 0x7fffff) << 29;
    double value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

static inline double real_of(c3d_processor processor, const uint8_t *b) {
    if (processor == C3D_DEC) return dec_of(b);
    uint32_t bits =
        processor == C3D_MIPS
            ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | (uint32_t)b[3]
            : (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | (uint32_t)b[0];
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint16_t c3d_u16(c3d_processor processor, const uint8_t *bytes) {
    return word_of(processor, bytes);
}

double c3d_real(c3d_processor processor, const uint8_t *bytes) {
    return real_of(processor, bytes);
}

/* What differs from file to file and not from sample to sample; constant where it is used, so that
 * the compiler makes a loop of its own for each. */
typedef struct kind {
    c3d_processor processor;
    int is_real;
    int is_unsigned; /* analog integers */
} kind;

static inline double point_of(kind k, const uint8_t *b, size_t i, double scale) {
    return k.is_real ? real_of(k.processor, b + 4 * i)
                     : (int16_t)word_of(k.processor, b + 2 * i) * scale;
}

static inline void read_points(const c3d_file *file, kind k, size_t from, size_t n) {
    const c3d_layout *layout = &file->layout;
    size_t point_size = k.is_real ? 16 : 8;
    const uint8_t *base = file->bytes + layout->data_at + from * layout->stride;
    for (size_t m = 0; m < layout->n_points; m++) {
        eg_marker *marker = &file->recording->points.markers[m];
        double(*xyz)[3] = marker->xyz + from;
        const uint8_t *b = base + m * point_size;
        size_t n_valid = 0;
        for (size_t i = 0; i < n; i++, b += layout->stride) {
            double x = point_of(k, b, 0, layout->point_scale);
            double y = point_of(k, b, 1, layout->point_scale);
            double z = point_of(k, b, 2, layout->point_scale);
            double residual = point_of(k, b, 3, 1);
            int is_valid = residual >= 0 && isfinite(x) && isfinite(y) && isfinite(z);
            n_valid += (size_t)is_valid;
            xyz[i][0] = is_valid ? x : (double)NAN;
            xyz[i][1] = is_valid ? y : (double)NAN;
            xyz[i][2] = is_valid ? z : (double)NAN;
        }
        marker->n_valid += n_valid;
    }
}

static inline double analog_of(kind k, const uint8_t *b) {
    if (k.is_real) return real_of(k.processor, b);
    uint16_t word = word_of(k.processor, b);
    return k.is_unsigned ? (double)word : (double)(int16_t)word;
}

static inline void read_channels(const c3d_file *file, kind k, double (*scales)[2], size_t from,
                                 size_t n) {
    const c3d_layout *layout = &file->layout;
    size_t word_size = k.is_real ? 4 : 2, per_frame = layout->per_frame;
    size_t next = layout->n_channels * word_size;
    const uint8_t *base =
        file->bytes + layout->data_at + from * layout->stride + 4 * layout->n_points * word_size;
    for (size_t c = 0; c < layout->n_channels; c++) {
        double *values = file->recording->channels[c].values + from * per_frame;
        double offset = scales[c][0], scale = scales[c][1];
        for (size_t i = 0; i < n; i++) {
            const uint8_t *b = base + i * layout->stride + c * word_size;
            for (size_t s = 0; s < per_frame; s++, b += next) {
                double value = (analog_of(k, b) - offset) * scale;
                *values++ = isfinite(value) ? value : (double)NAN;
            }
        }
    }
}

static inline void read_all(const c3d_file *file, kind k, double (*scales)[2]) {
    for (size_t from = 0; from < file->layout.n_frames; from += GROUP) {
        size_t left = file->layout.n_frames - from, n = left < GROUP ? left : GROUP;
        read_points(file, k, from, n);
        read_channels(file, k, scales, from, n);
    }
}

void c3d_read_samples(const c3d_file *file, double (*scales)[2]) {
    const c3d_layout *layout = &file->layout;
    EG_ASSERT(layout->n_frames == 0 ||
              layout->data_at + layout->n_frames * layout->stride <= file->size);
    EG_ASSERT((4 * layout->n_points + layout->n_channels * layout->per_frame) *
                  (layout->is_real ? 4 : 2) <=
              layout->stride);
    const c3d_parameter *format = c3d_find(file, "ANALOG", "FORMAT");
    int is_unsigned = eg_text_equals(c3d_text(format, 0), "UNSIGNED");
    switch (file->processor) {
    case C3D_INTEL:
        if (layout->is_real)
            read_all(file, (kind){C3D_INTEL, 1, 0}, scales);
        else
            read_all(file, (kind){C3D_INTEL, 0, is_unsigned}, scales);
        return;
    case C3D_DEC:
        if (layout->is_real)
            read_all(file, (kind){C3D_DEC, 1, 0}, scales);
        else
            read_all(file, (kind){C3D_INTEL, 0, is_unsigned}, scales);
        return;
    case C3D_MIPS:
        if (layout->is_real)
            read_all(file, (kind){C3D_MIPS, 1, 0}, scales);
        else
            read_all(file, (kind){C3D_MIPS, 0, is_unsigned}, scales);
        return;
    }
}
