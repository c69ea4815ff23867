/* A small streaming JSON writer: text leaves through a sink in pieces of bounded size, commas and
 * colons look after themselves, and numbers keep their value. Compact output, no line breaks.
 *
 *     eg_json_writer json;
 *     eg_json_init(&json, eg_json_to_file, stdout);
 *     eg_json_begin_object(&json);
 *     eg_json_key(&json, "value");
 *     eg_json_number(&json, 0.1);
 *     eg_json_end_object(&json);
 *     eg_err err = eg_json_finish(&json);
 *
 * A sink that fails makes every later call do nothing; eg_json_finish reports it. Wrong nesting is
 * a programmer's error (assertion). */
#ifndef EG_IO_JSON_WRITE_H
#define EG_IO_JSON_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum { EG_JSON_DEPTH_MAX = 64, EG_JSON_BUFFER_SIZE = 1024, EG_JSON_NUMBER_MAX = 32 };

/* Takes `n` bytes; returns EG_OK, or an error that ends the writing. */
typedef eg_err (*eg_json_sink)(void *context, const char *bytes, size_t n);

typedef struct eg_json_writer {
    eg_json_sink sink;
    void *context; /* borrowed, handed to the sink */
    eg_err err;    /* the first error of the sink */
    size_t depth;
    char kinds[EG_JSON_DEPTH_MAX];           /* '{' or '[' for each open level */
    unsigned char filled[EG_JSON_DEPTH_MAX]; /* whether the level holds a value already */
    int after_key;                           /* a key waits for its value */
    int done;                                /* the outermost value is complete */
    size_t n;                                /* bytes in buffer */
    char buffer[EG_JSON_BUFFER_SIZE];
} eg_json_writer;

void eg_json_init(eg_json_writer *json, eg_json_sink sink, void *context);

void eg_json_begin_object(eg_json_writer *json);
void eg_json_end_object(eg_json_writer *json);
void eg_json_begin_array(eg_json_writer *json);
void eg_json_end_array(eg_json_writer *json);
void eg_json_key(eg_json_writer *json, const char *key);

/* UTF-8; bytes that are not become U+FFFD. NULL writes null. */
void eg_json_string(eg_json_writer *json, const char *text);
void eg_json_string_n(eg_json_writer *json, const char *text, size_t n);
/* The shortest of 15, 16 or 17 significant digits that reads back as the same double; null if the
 * value is not finite. Independent of the locale. */
void eg_json_number(eg_json_writer *json, double value);
void eg_json_integer(eg_json_writer *json, int64_t value);
void eg_json_boolean(eg_json_writer *json, int value);
void eg_json_null(eg_json_writer *json);
/* `text` is one complete JSON value already, for instance a decimal kept as typed or a document
 * from the store; it is copied as it is. */
void eg_json_raw(eg_json_writer *json, const char *text, size_t n);

/* Key and value in one call. */
void eg_json_member_string(eg_json_writer *json, const char *key, const char *text);
void eg_json_member_number(eg_json_writer *json, const char *key, double value);
void eg_json_member_integer(eg_json_writer *json, const char *key, int64_t value);
void eg_json_member_boolean(eg_json_writer *json, const char *key, int value);

/* Hands the rest to the sink. Everything opened must be closed unless the sink failed before. */
EG_NODISCARD eg_err eg_json_finish(eg_json_writer *json);

/* The same text for a number as eg_json_number writes ("null" if it is not finite). */
void eg_json_format_number(char text[EG_JSON_NUMBER_MAX], double value);

/* Sink: `context` is a FILE *. */
eg_err eg_json_to_file(void *context, const char *bytes, size_t n);

/* Sink: `context` is an eg_json_text *, which grows up to its limit (EG_ERR_LIMIT beyond). */
typedef struct eg_json_text {
    char *bytes; /* [n], a zero byte follows; owned; NULL while empty */
    size_t n;
    size_t capacity;
    size_t limit; /* bytes; 0 means 64 MiB */
} eg_json_text;

eg_err eg_json_to_text(void *context, const char *bytes, size_t n);

/* Frees what the text owns, not the struct itself. NULL is fine. */
void eg_json_text_release(eg_json_text *text);

#endif
