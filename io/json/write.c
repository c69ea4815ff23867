#include "io/json/write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

enum { TEXT_LIMIT_DEFAULT = 64 << 20, TEXT_CAPACITY_MIN = 256 };

static void flush(eg_json_writer *json) {
    if (json->err == EG_OK && json->n > 0)
        json->err = json->sink(json->context, json->buffer, json->n);
    json->n = 0;
}

static void put(eg_json_writer *json, const char *bytes, size_t n) {
    if (json->err != EG_OK) return;
    if (n > sizeof json->buffer - json->n) flush(json);
    if (n > sizeof json->buffer) {
        if (json->err == EG_OK) json->err = json->sink(json->context, bytes, n);
        return;
    }
    memcpy(json->buffer + json->n, bytes, n);
    json->n += n;
}

static void put_char(eg_json_writer *json, char c) {
    put(json, &c, 1);
}

/* What must stand before a value: nothing after a key, a comma after an earlier element. */
static void begin_value(eg_json_writer *json) {
    EG_ASSERT(!json->done);
    if (json->depth == 0) return;
    size_t level = json->depth - 1;
    EG_ASSERT(json->kinds[level] == '[' || json->after_key);
    if (json->kinds[level] == '[' && json->filled[level]) put_char(json, ',');
    json->filled[level] = 1;
    json->after_key = 0;
}

static void end_value(eg_json_writer *json) {
    if (json->depth == 0) json->done = 1;
}

static void begin(eg_json_writer *json, char kind) {
    begin_value(json);
    EG_ASSERT(json->depth < EG_JSON_DEPTH_MAX);
    json->kinds[json->depth] = kind;
    json->filled[json->depth] = 0;
    json->depth++;
    put_char(json, kind);
}

static void end(eg_json_writer *json, char kind, char closing) {
    EG_ASSERT(json->depth > 0 && json->kinds[json->depth - 1] == kind && !json->after_key);
    json->depth--;
    put_char(json, closing);
    end_value(json);
}

/* Bytes of the UTF-8 sequence at `text`, 0 if it is not one (overlong and surrogates included). */
static size_t sequence_length(const unsigned char *text, size_t n) {
    unsigned char lead = text[0];
    if (lead < 0x80) return 1;
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || length > n) return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80) return 0;
    if (lead == 0xe0 && text[1] < 0xa0) return 0;
    if (lead == 0xed && text[1] > 0x9f) return 0;
    if (lead == 0xf0 && text[1] < 0x90) return 0;
    if (lead == 0xf4 && text[1] > 0x8f) return 0;
    return length;
}

static void put_control(eg_json_writer *json, unsigned char c) {
    static const char digits[] = "0123456789abcdef";
    switch (c) {
    case '\n':
        put(json, "\\n", 2);
        break;
    case '\r':
        put(json, "\\r", 2);
        break;
    case '\t':
        put(json, "\\t", 2);
        break;
    default: {
        char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
        put(json, escape, sizeof escape);
    }
    }
}

static void put_text(eg_json_writer *json, const char *text, size_t n) {
    const unsigned char *bytes = (const unsigned char *)text;
    put_char(json, '"');
    for (size_t i = 0; i < n;) {
        unsigned char c = bytes[i];
        size_t length = sequence_length(bytes + i, n - i);
        if (length == 0) {
            put(json, "\xef\xbf\xbd", 3);
            i++;
            continue;
        }
        if (c == '"' || c == '\\') {
            put_char(json, '\\');
            put_char(json, (char)c);
        } else if (c < 0x20 || c == 0x7f) {
            put_control(json, c);
        } else {
            put(json, text + i, length);
        }
        i += length;
    }
    put_char(json, '"');
}

void eg_json_init(eg_json_writer *json, eg_json_sink sink, void *context) {
    EG_ASSERT(json != NULL && sink != NULL);
    memset(json, 0, sizeof *json);
    json->sink = sink;
    json->context = context;
}

void eg_json_begin_object(eg_json_writer *json) {
    begin(json, '{');
}

void eg_json_end_object(eg_json_writer *json) {
    end(json, '{', '}');
}

void eg_json_begin_array(eg_json_writer *json) {
    begin(json, '[');
}

void eg_json_end_array(eg_json_writer *json) {
    end(json, '[', ']');
}

void eg_json_key(eg_json_writer *json, const char *key) {
    EG_ASSERT(key != NULL && json->depth > 0);
    size_t level = json->depth - 1;
    EG_ASSERT(json->kinds[level] == '{' && !json->after_key);
    if (json->filled[level]) put_char(json, ',');
    put_text(json, key, strlen(key));
    put_char(json, ':');
    json->after_key = 1;
}

void eg_json_string(eg_json_writer *json, const char *text) {
    if (text == NULL)
        eg_json_null(json);
    else
        eg_json_string_n(json, text, strlen(text));
}

void eg_json_string_n(eg_json_writer *json, const char *text, size_t n) {
    begin_value(json);
    put_text(json, text, n);
    end_value(json);
}

void eg_json_format_number(char text[EG_JSON_NUMBER_MAX], double value) {
    if (!isfinite(value)) {
        memcpy(text, "null", 5);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, EG_JSON_NUMBER_MAX, "%.*g", digits, value);
        /* Read back before the locale's decimal mark is replaced: both calls use the same one. */
        if (strtod(text, NULL) == value) break;
    }
    for (char *c = text; *c != '\0'; c++)
        if (strchr("+-e0123456789", *c) == NULL) *c = '.';
}

void eg_json_number(eg_json_writer *json, double value) {
    char text[EG_JSON_NUMBER_MAX];
    eg_json_format_number(text, value);
    eg_json_raw(json, text, strlen(text));
}

void eg_json_integer(eg_json_writer *json, int64_t value) {
    char text[EG_JSON_NUMBER_MAX];
    snprintf(text, sizeof text, "%lld", (long long)value);
    eg_json_raw(json, text, strlen(text));
}

void eg_json_boolean(eg_json_writer *json, int value) {
    if (value)
        eg_json_raw(json, "true", 4);
    else
        eg_json_raw(json, "false", 5);
}

void eg_json_null(eg_json_writer *json) {
    eg_json_raw(json, "null", 4);
}

void eg_json_raw(eg_json_writer *json, const char *text, size_t n) {
    begin_value(json);
    put(json, text, n);
    end_value(json);
}

void eg_json_member_string(eg_json_writer *json, const char *key, const char *text) {
    eg_json_key(json, key);
    eg_json_string(json, text);
}

void eg_json_member_number(eg_json_writer *json, const char *key, double value) {
    eg_json_key(json, key);
    eg_json_number(json, value);
}

void eg_json_member_integer(eg_json_writer *json, const char *key, int64_t value) {
    eg_json_key(json, key);
    eg_json_integer(json, value);
}

void eg_json_member_boolean(eg_json_writer *json, const char *key, int value) {
    eg_json_key(json, key);
    eg_json_boolean(json, value);
}

eg_err eg_json_finish(eg_json_writer *json) {
    EG_ASSERT(json->err != EG_OK || (json->depth == 0 && json->done));
    flush(json);
    return json->err;
}

eg_err eg_json_to_file(void *context, const char *bytes, size_t n) {
    return fwrite(bytes, 1, n, (FILE *)context) == n ? EG_OK : EG_ERR_IO;
}

eg_err eg_json_to_text(void *context, const char *bytes, size_t n) {
    eg_json_text *text = context;
    size_t limit = text->limit != 0 ? text->limit : (size_t)TEXT_LIMIT_DEFAULT;
    if (n > limit || text->n > limit - n) return EG_ERR_LIMIT;
    size_t needed = text->n + n + 1;
    if (needed > text->capacity) {
        size_t capacity = text->capacity < TEXT_CAPACITY_MIN ? TEXT_CAPACITY_MIN : text->capacity;
        while (capacity < needed) capacity *= 2;
        char *grown = realloc(text->bytes, capacity);
        if (grown == NULL) return EG_ERR_MEMORY;
        text->bytes = grown;
        text->capacity = capacity;
    }
    memcpy(text->bytes + text->n, bytes, n);
    text->n += n;
    text->bytes[text->n] = '\0';
    return EG_OK;
}

void eg_json_text_release(eg_json_text *text) {
    if (text == NULL) return;
    free(text->bytes);
    text->bytes = NULL;
    text->n = text->capacity = 0;
}
