/* Lines and cells of delimited text, and what a cell holds. Works on bytes that it only borrows. */
#ifndef EG_IO_FORMAT_TEXT_H
#define EG_IO_FORMAT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

/* A piece of somebody else's text. */
typedef struct eg_span {
    const char *start;
    size_t n;
} eg_span;

typedef enum eg_cell_kind { EG_CELL_NUMBER, EG_CELL_MISSING, EG_CELL_TEXT } eg_cell_kind;

/* The delimiter ' ' stands for runs of spaces and tabs. */
typedef struct eg_text_style {
    char delimiter;
    char decimal_mark;
} eg_text_style;

/* Whether the first bytes cannot be text: a zero byte or too many control characters. UTF-16 is
 * text only if it begins with its byte order mark. */
int eg_text_is_binary(const uint8_t *bytes, size_t size);

/* One character below U+10000 as one to three bytes at `out`; returns how many. */
size_t eg_text_put_utf8(char *out, uint32_t code);

/* Makes UTF-8 (or Latin-1, as it came) out of bytes that may begin with a byte order mark or be
 * UTF-16. `*text` points into `bytes` or, if `*owned` is not NULL, into memory the caller frees. */
EG_NODISCARD eg_err eg_text_decode(const uint8_t *bytes, size_t size, eg_span *text, char **owned);

/* Takes the next line off `rest`, without its end (LF, CR LF or CR). Returns 0 behind the last. */
int eg_text_next_line(eg_span *rest, eg_span *line);

/* Walks the cells of a line. */
typedef struct eg_cell_walk {
    eg_span rest;
    char delimiter;
    int more; /* a cell follows, possibly an empty one */
} eg_cell_walk;

void eg_text_begin_cells(eg_cell_walk *walk, eg_span line, char delimiter);

/* The next cell, trimmed and without its quotes (doubled quotes inside stay doubled). */
int eg_text_next_cell(eg_cell_walk *walk, eg_span *cell);

/* Empty cells, "NaN", "-", "#N/A" and their like are missing; infinities too. `*value` is NaN
 * unless the cell is a number; `*is_slow` as in number.h. */
eg_cell_kind eg_text_classify(eg_span cell, char decimal_mark, double *value, int *is_slow);

eg_span eg_text_trim(eg_span span);

/* Whether the bytes are UTF-8 without overlong forms and surrogates. */
int eg_text_is_utf8(eg_span span);

/* Compares without regard to the case of ASCII letters. */
int eg_text_equals(eg_span span, const char *word);
int eg_text_is_one_of(eg_span span, const char *const *words, size_t count);

/* Where `word` stands in `span` without regard to case, or NULL. */
const char *eg_text_find(eg_span span, const char *word);

#endif
