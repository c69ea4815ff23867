#include "io/format/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/number.h"

enum { BINARY_SNIFF_BYTES = 4096, CONTROL_SHARE_DENOMINATOR = 50 };

static const char *const missing_words[] = {
    "nan",      "na",        "n/a",     "#n/a",    "null",   "none",    "-",        "--",
    ".",        "missing",   "inf",     "-inf",    "+inf",   "-nan",    "nan(ind)", "-nan(ind)",
    "infinity", "-infinity", "1.#qnan", "-1.#ind", "1.#inf", "-1.#inf", "#value!",  "#div/0!"};

static int starts_with(const uint8_t *bytes, size_t size, const char *mark, size_t n) {
    return size >= n && memcmp(bytes, mark, n) == 0;
}

static int is_utf16(const uint8_t *bytes, size_t size) {
    return starts_with(bytes, size, "\xff\xfe", 2) || starts_with(bytes, size, "\xfe\xff", 2);
}

int eg_text_is_binary(const uint8_t *bytes, size_t size) {
    if (is_utf16(bytes, size)) return 0;
    size_t n = size < BINARY_SNIFF_BYTES ? size : BINARY_SNIFF_BYTES, n_control = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = bytes[i];
        if (c == 0) return 1;
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1a) n_control++;
    }
    return n_control > n / CONTROL_SHARE_DENOMINATOR;
}

size_t eg_text_put_utf8(char *out, uint32_t code) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

eg_err eg_text_decode(const uint8_t *bytes, size_t size, eg_span *text, char **owned) {
    EG_ASSERT(text != NULL && owned != NULL);
    *owned = NULL;
    if (!is_utf16(bytes, size)) {
        size_t skip = starts_with(bytes, size, "\xef\xbb\xbf", 3) ? 3 : 0;
        *text = (eg_span){(const char *)bytes + skip, size - skip};
        return EG_OK;
    }
    /* Each unit of two bytes becomes at most three. Surrogates become U+FFFD: labels only. */
    char *out = malloc(size / 2 * 3 + 1);
    if (out == NULL) return EG_ERR_MEMORY;
    int big_endian = bytes[0] == 0xfe;
    size_t n = 0;
    for (size_t i = 2; i + 1 < size; i += 2) {
        uint32_t code = big_endian ? (uint32_t)bytes[i] << 8 | bytes[i + 1]
                                   : (uint32_t)bytes[i + 1] << 8 | bytes[i];
        if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
        n += eg_text_put_utf8(out + n, code);
    }
    *text = (eg_span){out, n};
    *owned = out;
    return EG_OK;
}

/* Bytes of the UTF-8 character that begins here, 0 if none does. */
static size_t utf8_size(const unsigned char *c, size_t n) {
    size_t size = c[0] < 0x80                   ? 1
                  : c[0] >= 0xc2 && c[0] < 0xe0 ? 2
                  : (c[0] & 0xf0) == 0xe0       ? 3
                  : c[0] >= 0xf0 && c[0] < 0xf5 ? 4
                                                : 0;
    if (size == 0 || size > n) return 0;
    for (size_t i = 1; i < size; i++)
        if ((c[i] & 0xc0) != 0x80) return 0;
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] >= 0xa0)) return 0;
    if ((c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] >= 0x90)) return 0;
    return size;
}

int eg_text_is_utf8(eg_span span) {
    for (size_t i = 0; i < span.n;) {
        size_t size = utf8_size((const unsigned char *)span.start + i, span.n - i);
        if (size == 0) return 0;
        i += size;
    }
    return 1;
}

int eg_text_next_line(eg_span *rest, eg_span *line) {
    if (rest->n == 0) return 0;
    const char *c = rest->start, *end = rest->start + rest->n;
    while (c < end && *c != '\n' && *c != '\r') c++;
    *line = (eg_span){rest->start, (size_t)(c - rest->start)};
    if (c < end) c += *c == '\r' && c + 1 < end && c[1] == '\n' ? 2 : 1;
    *rest = (eg_span){c, (size_t)(end - c)};
    return 1;
}

static int is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == 0x1a;
}

eg_span eg_text_trim(eg_span span) {
    while (span.n > 0 && is_blank(span.start[0])) {
        span.start++;
        span.n--;
    }
    while (span.n > 0 && is_blank(span.start[span.n - 1])) span.n--;
    return span;
}

void eg_text_begin_cells(eg_cell_walk *walk, eg_span line, char delimiter) {
    walk->rest = delimiter == ' ' ? eg_text_trim(line) : line;
    walk->delimiter = delimiter;
    walk->more = delimiter == ' ' ? walk->rest.n > 0 : 1;
}

static int is_delimiter(const eg_cell_walk *walk, char c) {
    return walk->delimiter == ' ' ? is_blank(c) : c == walk->delimiter;
}

/* Behind the closing quote of a cell that begins with one; the whole rest if none closes it. */
static const char *skip_quoted(const char *c, const char *end) {
    for (c++; c < end; c++) {
        if (*c != '"') continue;
        if (c + 1 < end && c[1] == '"')
            c++;
        else
            return c + 1;
    }
    return end;
}

int eg_text_next_cell(eg_cell_walk *walk, eg_span *cell) {
    if (!walk->more) return 0;
    const char *start = walk->rest.start, *end = start + walk->rest.n, *c = start;
    while (c < end && is_blank(*c) && !is_delimiter(walk, *c)) c++;
    if (c < end && *c == '"') c = skip_quoted(c, end);
    while (c < end && !is_delimiter(walk, *c)) c++;
    *cell = eg_text_trim((eg_span){start, (size_t)(c - start)});
    if (cell->n >= 2 && cell->start[0] == '"' && cell->start[cell->n - 1] == '"')
        *cell = eg_text_trim((eg_span){cell->start + 1, cell->n - 2});
    walk->more = c < end;
    if (c < end) c++;
    if (walk->delimiter == ' ')
        while (c < end && is_blank(*c)) c++;
    walk->rest = (eg_span){c, (size_t)(end - c)};
    return 1;
}

eg_cell_kind eg_text_classify(eg_span cell, char decimal_mark, double *value, int *is_slow) {
    *value = NAN;
    *is_slow = 0;
    if (cell.n == 0) return EG_CELL_MISSING;
    double number;
    if (eg_number_read(cell.start, cell.n, decimal_mark, &number, is_slow) == cell.n) {
        if (!isfinite(number)) return EG_CELL_MISSING;
        *value = number;
        return EG_CELL_NUMBER;
    }
    int is_missing =
        eg_text_is_one_of(cell, missing_words, sizeof missing_words / sizeof missing_words[0]);
    return is_missing ? EG_CELL_MISSING : EG_CELL_TEXT;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int eg_text_equals(eg_span span, const char *word) {
    for (size_t i = 0; i < span.n; i++)
        if (word[i] == '\0' || lower(span.start[i]) != lower(word[i])) return 0;
    return word[span.n] == '\0';
}

int eg_text_is_one_of(eg_span span, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (eg_text_equals(span, words[i])) return 1;
    return 0;
}

const char *eg_text_find(eg_span span, const char *word) {
    size_t n = strlen(word);
    for (size_t i = 0; n <= span.n && i <= span.n - n; i++)
        if (eg_text_equals((eg_span){span.start + i, n}, word)) return span.start + i;
    return NULL;
}
