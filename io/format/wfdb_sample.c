/* The ways in which WFDB packs samples: signal(5). */
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "io/format/wfdb_part.h"

static const wfdb_format formats[] = {{8, 1, 1, INT32_MAX, 1}, {16, 1, 2, -32768, 0},
                                      {24, 1, 3, -8388608, 0}, {32, 1, 4, INT32_MIN, 0},
                                      {61, 1, 2, -32768, 0},   {80, 1, 1, -128, 0},
                                      {160, 1, 2, -32768, 0},  {212, 2, 3, -2048, 0},
                                      {310, 3, 4, -512, 0},    {311, 3, 4, -512, 0}};

const wfdb_format *wfdb_find_format(double number) {
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (number >= formats[i].number && number <= formats[i].number) return &formats[i];
    return NULL;
}

/* Bytes that the first k samples of a group need, k less than all. */
static size_t bytes_of_part(const wfdb_format *format, size_t k) {
    if (k == 0) return 0;
    if (format->number == 212) return 2;
    return format->number == 310 ? 2 * k : k + 1;
}

size_t wfdb_count(const wfdb_format *format, size_t bytes) {
    size_t n = bytes / format->bytes * format->samples, rest = bytes % format->bytes, k = 0;
    while (k + 1 < format->samples && bytes_of_part(format, k + 1) <= rest) k++;
    return n + k;
}

/* The low `bits` of a number as a signed one. */
static int32_t sign(uint32_t value, unsigned bits) {
    uint32_t top = (uint32_t)1 << (bits - 1);
    value &= (top << 1) - 1;
    return (int32_t)(value ^ top) - (int32_t)top;
}

static uint32_t word(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static int32_t sample_310(const uint8_t *at, size_t i) {
    if (i < 2) return sign(word(at + 2 * i) >> 1, 10);
    return sign(word(at) >> 11 | (word(at + 2) >> 11) << 5, 10);
}

static int32_t sample_311(const uint8_t *at, size_t i) {
    if (i == 0) return sign(word(at), 10);
    if (i == 1) return sign(word(at + 1) >> 2, 10);
    return sign(word(at + 2) >> 4, 10);
}

int32_t wfdb_sample(const wfdb_format *format, const uint8_t *bytes, size_t k) {
    const uint8_t *at = bytes + k / format->samples * format->bytes;
    switch (format->number) {
    case 8:
        return (int8_t)at[0];
    case 16:
        return sign(word(at), 16);
    case 24:
        return sign(word(at) | (uint32_t)at[2] << 16, 24);
    case 32:
        return (int32_t)(word(at) | word(at + 2) << 16);
    case 61:
        return sign((uint32_t)at[0] << 8 | at[1], 16);
    case 80:
        return (int32_t)at[0] - 128;
    case 160:
        return (int32_t)word(at) - 32768;
    case 212:
        return k % 2 == 0 ? sign(word(at), 12) : sign(at[2] | ((uint32_t)at[1] & 0xf0) << 4, 12);
    case 310:
        return sample_310(at, k % 3);
    default:
        return sample_311(at, k % 3);
    }
}
