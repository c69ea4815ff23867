#include "core/base/bytes.h"

#include <string.h>

#include "core/base/check.h"

void eg_reader_init(eg_reader *reader, const void *bytes, size_t size) {
    EG_ASSERT(reader != NULL && (bytes != NULL || size == 0));
    *reader = (eg_reader){bytes, size, 0, 0};
}

size_t eg_reader_left(const eg_reader *reader) {
    return reader->size - reader->at;
}

void eg_reader_seek(eg_reader *reader, size_t at) {
    if (at > reader->size) {
        reader->failed = 1;
        return;
    }
    reader->at = at;
}

void eg_reader_skip(eg_reader *reader, size_t count) {
    (void)eg_reader_take(reader, count);
}

const unsigned char *eg_reader_take(eg_reader *reader, size_t count) {
    if (count > eg_reader_left(reader)) {
        reader->failed = 1;
        return NULL;
    }
    const unsigned char *start = reader->bytes + reader->at;
    reader->at += count;
    return start;
}

static uint64_t read_little(eg_reader *reader, size_t count) {
    const unsigned char *bytes = eg_reader_take(reader, count);
    uint64_t value = 0;
    for (size_t i = 0; bytes != NULL && i < count; i++) value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static uint64_t read_big(eg_reader *reader, size_t count) {
    const unsigned char *bytes = eg_reader_take(reader, count);
    uint64_t value = 0;
    for (size_t i = 0; bytes != NULL && i < count; i++) value = value << 8 | bytes[i];
    return value;
}

static float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double double_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Two's complement without relying on a conversion that the compiler defines. */
static int32_t signed_of(uint32_t value, unsigned n_bits) {
    int64_t wide = value;
    if (value >> (n_bits - 1) & 1) wide -= INT64_C(1) << n_bits;
    return (int32_t)wide;
}

uint8_t eg_reader_u8(eg_reader *reader) {
    return (uint8_t)read_little(reader, 1);
}
uint16_t eg_reader_u16le(eg_reader *reader) {
    return (uint16_t)read_little(reader, 2);
}
uint32_t eg_reader_u24le(eg_reader *reader) {
    return (uint32_t)read_little(reader, 3);
}
uint32_t eg_reader_u32le(eg_reader *reader) {
    return (uint32_t)read_little(reader, 4);
}
uint64_t eg_reader_u64le(eg_reader *reader) {
    return read_little(reader, 8);
}
uint16_t eg_reader_u16be(eg_reader *reader) {
    return (uint16_t)read_big(reader, 2);
}
uint32_t eg_reader_u32be(eg_reader *reader) {
    return (uint32_t)read_big(reader, 4);
}
uint64_t eg_reader_u64be(eg_reader *reader) {
    return read_big(reader, 8);
}
int16_t eg_reader_i16le(eg_reader *reader) {
    return (int16_t)signed_of(eg_reader_u16le(reader), 16);
}
int32_t eg_reader_i24le(eg_reader *reader) {
    return signed_of(eg_reader_u24le(reader), 24);
}
int32_t eg_reader_i32le(eg_reader *reader) {
    return signed_of(eg_reader_u32le(reader), 32);
}
int16_t eg_reader_i16be(eg_reader *reader) {
    return (int16_t)signed_of(eg_reader_u16be(reader), 16);
}
int32_t eg_reader_i32be(eg_reader *reader) {
    return signed_of(eg_reader_u32be(reader), 32);
}
float eg_reader_f32le(eg_reader *reader) {
    return float_of(eg_reader_u32le(reader));
}
float eg_reader_f32be(eg_reader *reader) {
    return float_of(eg_reader_u32be(reader));
}
double eg_reader_f64le(eg_reader *reader) {
    return double_of(eg_reader_u64le(reader));
}
double eg_reader_f64be(eg_reader *reader) {
    return double_of(eg_reader_u64be(reader));
}

void eg_writer_init(eg_writer *writer, void *bytes, size_t size) {
    EG_ASSERT(writer != NULL && (bytes != NULL || size == 0));
    *writer = (eg_writer){bytes, size, 0, 0};
}

void eg_writer_put(eg_writer *writer, const void *bytes, size_t count) {
    if (writer->failed || count > writer->size - writer->at) {
        writer->failed = 1;
        return;
    }
    if (count > 0) memcpy(writer->bytes + writer->at, bytes, count);
    writer->at += count;
}

static void write_little(eg_writer *writer, uint64_t value, size_t count) {
    unsigned char bytes[8];
    for (size_t i = 0; i < count; i++) bytes[i] = (unsigned char)(value >> (8 * i));
    eg_writer_put(writer, bytes, count);
}

static void write_big(eg_writer *writer, uint64_t value, size_t count) {
    unsigned char bytes[8];
    for (size_t i = 0; i < count; i++) bytes[i] = (unsigned char)(value >> (8 * (count - 1 - i)));
    eg_writer_put(writer, bytes, count);
}

void eg_writer_u8(eg_writer *writer, uint8_t value) {
    write_little(writer, value, 1);
}
void eg_writer_u16le(eg_writer *writer, uint16_t value) {
    write_little(writer, value, 2);
}
void eg_writer_u32le(eg_writer *writer, uint32_t value) {
    write_little(writer, value, 4);
}
void eg_writer_u64le(eg_writer *writer, uint64_t value) {
    write_little(writer, value, 8);
}
void eg_writer_u16be(eg_writer *writer, uint16_t value) {
    write_big(writer, value, 2);
}
void eg_writer_u32be(eg_writer *writer, uint32_t value) {
    write_big(writer, value, 4);
}
void eg_writer_u64be(eg_writer *writer, uint64_t value) {
    write_big(writer, value, 8);
}
void eg_writer_f32le(eg_writer *writer, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    write_little(writer, bits, 4);
}
void eg_writer_f64le(eg_writer *writer, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    write_little(writer, bits, 8);
}
