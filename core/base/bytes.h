/* Reading and writing numbers in byte buffers, never beyond their end. A reader or writer that was
 * asked for more than there is gives zeros, stays where it is and remembers it in `failed`: parsers
 * read a whole header and ask once. No alignment is needed. */
#ifndef EG_BASE_BYTES_H
#define EG_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

typedef struct eg_reader {
    const unsigned char *bytes; /* [size], borrowed */
    size_t size;
    size_t at;  /* <= size */
    int failed; /* something was asked for that is not there */
} eg_reader;

typedef struct eg_writer {
    unsigned char *bytes; /* [size], borrowed */
    size_t size;
    size_t at;
    int failed; /* something did not fit and was left out, with all that followed */
} eg_writer;

void eg_reader_init(eg_reader *reader, const void *bytes, size_t size);
size_t eg_reader_left(const eg_reader *reader);

/* Moves to an absolute place; behind the end fails. */
void eg_reader_seek(eg_reader *reader, size_t at);
void eg_reader_skip(eg_reader *reader, size_t count);

/* Borrows `count` bytes; NULL and failed if there are fewer. */
const unsigned char *eg_reader_take(eg_reader *reader, size_t count);

uint8_t eg_reader_u8(eg_reader *reader);
uint16_t eg_reader_u16le(eg_reader *reader);
uint32_t eg_reader_u24le(eg_reader *reader);
uint32_t eg_reader_u32le(eg_reader *reader);
uint64_t eg_reader_u64le(eg_reader *reader);
uint16_t eg_reader_u16be(eg_reader *reader);
uint32_t eg_reader_u32be(eg_reader *reader);
uint64_t eg_reader_u64be(eg_reader *reader);
int16_t eg_reader_i16le(eg_reader *reader);
int32_t eg_reader_i24le(eg_reader *reader);
int32_t eg_reader_i32le(eg_reader *reader);
int16_t eg_reader_i16be(eg_reader *reader);
int32_t eg_reader_i32be(eg_reader *reader);
float eg_reader_f32le(eg_reader *reader);
float eg_reader_f32be(eg_reader *reader);
double eg_reader_f64le(eg_reader *reader);
double eg_reader_f64be(eg_reader *reader);

void eg_writer_init(eg_writer *writer, void *bytes, size_t size);
void eg_writer_put(eg_writer *writer, const void *bytes, size_t count);
void eg_writer_u8(eg_writer *writer, uint8_t value);
void eg_writer_u16le(eg_writer *writer, uint16_t value);
void eg_writer_u32le(eg_writer *writer, uint32_t value);
void eg_writer_u64le(eg_writer *writer, uint64_t value);
void eg_writer_u16be(eg_writer *writer, uint16_t value);
void eg_writer_u32be(eg_writer *writer, uint32_t value);
void eg_writer_u64be(eg_writer *writer, uint64_t value);
void eg_writer_f32le(eg_writer *writer, float value);
void eg_writer_f64le(eg_writer *writer, double value);

#endif
