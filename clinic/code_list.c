#include "clinic/code_list.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "io/format/text.h"

enum { CELL_BYTES = 1024, WORDS_MAX = 8 };

/* What Windows-1252 has where Latin-1 has control characters; 0: nothing. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

/* One read line. */
typedef struct entry {
    char code[EG_CODE_LIST_CODE_MAX + 1];
    long line;
} entry;

typedef struct reader {
    char delimiter; /* '\0': no line was read yet */
    bool is_utf8;
    size_t n;
    entry *entries; /* room for EG_CODE_LIST_CODES_MAX */
    json_t *codes;
} reader;

static eg_err refuse(eg_diag *diag, eg_err code, long line, const char *what) {
    return eg_diag_set(diag, code, "file", 0, "line %ld: %s", line, what);
}

/* A cell as UTF-8 of at most `max` bytes, doubled quotes made one. NULL, or what is wrong. */
static const char *read_cell(const reader *r, eg_span cell, size_t max, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < cell.n; i++) {
        unsigned c = (unsigned char)cell.start[i];
        if (c == '"' && i + 1 < cell.n && cell.start[i + 1] == '"') i++;
        if (c < 0x20 || c == 0x7f) return "a control character stands in a cell";
        if (!r->is_utf8 && c >= 0x80 && c < 0xa0) c = windows_1252[c - 0x80];
        if (c == 0) return "the file is neither UTF-8 nor Latin-1; save it as UTF-8";
        if (r->is_utf8)
            out[n++] = (char)c;
        else
            n += eg_text_put_utf8(out + n, c);
        if (n > max)
            return max == EG_CODE_LIST_CODE_MAX ? "the code is longer than 64 bytes"
                                                : "the text is longer than 300 bytes";
    }
    out[n] = '\0';
    if (n > 0) return NULL;
    return max == EG_CODE_LIST_CODE_MAX ? "the code is missing" : "the text is missing";
}

static bool has_digit(eg_span cell) {
    for (size_t i = 0; i < cell.n; i++)
        if (cell.start[i] >= '0' && cell.start[i] <= '9') return true;
    return false;
}

static bool is_heading(eg_span code, eg_span text) {
    static const char *const codes[] = {"code", "codes", "kode", "icd-code", "icd code", "icd"};
    static const char *const texts[] = {"text",  "title",       "titel", "bezeichnung",
                                        "name",  "description", "label", "beschreibung",
                                        "titre", "diagnosis",   "term"};
    return eg_text_is_one_of(code, codes, sizeof codes / sizeof codes[0]) ||
           (!has_digit(code) && eg_text_is_one_of(text, texts, sizeof texts / sizeof texts[0]));
}

/* The cells of a line; empty ones behind the second are let pass. */
static const char *split(const reader *r, eg_span line, eg_span *code, eg_span *text) {
    eg_cell_walk walk;
    eg_span more;
    eg_text_begin_cells(&walk, line, r->delimiter);
    if (!eg_text_next_cell(&walk, code) || !eg_text_next_cell(&walk, text))
        return "there is one column; put code and text into two";
    if ((code->n > 0 && code->start[0] == '"') ||
        (text->n > 0 && text->start[0] == '"' && (text->n < 2 || text->start[1] != '"')))
        return "a quote is opened and not closed in its cell";
    while (eg_text_next_cell(&walk, &more))
        if (more.n > 0)
            return "there are more than two columns; keep code and text, and put a text that "
                   "holds the separator into double quotes";
    return NULL;
}

static char delimiter_of(eg_span line) {
    static const char delimiters[] = {'\t', ';', ','};
    for (size_t i = 0; i < sizeof delimiters; i++)
        if (line.n > 0 && memchr(line.start, delimiters[i], line.n) != NULL) return delimiters[i];
    return ',';
}

static eg_err read_line(reader *r, eg_span line, long number, eg_diag *diag) {
    bool is_first = r->delimiter == '\0';
    char text[EG_CODE_LIST_TEXT_MAX + 4];
    char code[EG_CODE_LIST_CODE_MAX + 4];
    eg_span cells[2] = {{NULL, 0}, {NULL, 0}};
    if (is_first) r->delimiter = delimiter_of(line);
    const char *wrong = split(r, line, &cells[0], &cells[1]);
    if (wrong == NULL && is_first && is_heading(cells[0], cells[1])) return EG_OK;
    if (wrong == NULL) wrong = read_cell(r, cells[0], EG_CODE_LIST_CODE_MAX, code);
    if (wrong == NULL) wrong = read_cell(r, cells[1], EG_CODE_LIST_TEXT_MAX, text);
    if (wrong != NULL) return refuse(diag, EG_ERR_DATA, number, wrong);
    if (r->n == EG_CODE_LIST_CODES_MAX)
        return refuse(diag, EG_ERR_LIMIT, number, "more than 20000 codes; load those you use");
    json_t *made = json_pack("{s:s,s:s}", "code", code, "text", text);
    if (made == NULL || json_array_append_new(r->codes, made) != 0)
        return refuse(diag, EG_ERR_MEMORY, number, "no memory");
    memcpy(r->entries[r->n].code, code, sizeof r->entries[r->n].code);
    r->entries[r->n++].line = number;
    return EG_OK;
}

static int by_code(const void *a, const void *b) {
    const entry *left = a, *right = b;
    int order = strcmp(left->code, right->code);
    return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* Names the first line that says a code again. */
static eg_err check_twice(reader *r, eg_diag *diag) {
    long first = 0, again = 0;
    const char *code = "";
    qsort(r->entries, r->n, sizeof r->entries[0], by_code);
    for (size_t i = 1; i < r->n; i++) {
        const entry *before = &r->entries[i - 1], *now = &r->entries[i];
        if (strcmp(before->code, now->code) != 0 || (again != 0 && now->line > again)) continue;
        again = now->line;
        first = before->line;
        code = now->code;
    }
    if (again == 0) return EG_OK;
    return eg_diag_set(diag, EG_ERR_DATA, "file", 0,
                       "line %ld: the code %s stands in line %ld already; keep one", again, code,
                       first);
}

static eg_err read_lines(reader *r, eg_span rest, eg_diag *diag) {
    eg_span line;
    for (long number = 1; eg_text_next_line(&rest, &line); number++) {
        if (eg_text_trim(line).n == 0) continue;
        eg_err err = read_line(r, line, number, diag);
        if (err != EG_OK) return err;
    }
    return r->n > 0 ? check_twice(r, diag)
                    : eg_diag_set(diag, EG_ERR_DATA, "file", 0,
                                  "the file holds no code; it needs two columns, code and text");
}

eg_err eg_code_list_parse(const uint8_t *bytes, size_t size, json_t **codes, eg_diag *diag) {
    EG_ASSERT(codes != NULL && (bytes != NULL || size == 0));
    *codes = NULL;
    if (size > EG_CODE_LIST_FILE_MAX)
        return eg_diag_set(diag, EG_ERR_LIMIT, "file", 0,
                           "the file is larger than 4 MiB; keep the codes you use");
    if (eg_text_is_binary(bytes, size))
        return eg_diag_set(diag, EG_ERR_DATA, "file", 0,
                           "this is no text; save the list as CSV with two columns, code and text");
    eg_span text = {NULL, 0};
    char *owned = NULL;
    reader r = {.entries = calloc(EG_CODE_LIST_CODES_MAX, sizeof *r.entries),
                .codes = json_array()};
    eg_err err = r.entries == NULL || r.codes == NULL ? EG_ERR_MEMORY : EG_OK;
    if (err == EG_OK) err = eg_text_decode(bytes, size, &text, &owned);
    if (err == EG_OK) {
        r.is_utf8 = eg_text_is_utf8(text) != 0;
        err = read_lines(&r, text, diag);
    } else {
        (void)eg_diag_set(diag, err, "file", 0, "no memory for the list");
    }
    if (err == EG_OK)
        *codes = r.codes;
    else
        json_decref(r.codes);
    free(r.entries);
    free(owned);
    return err;
}

static const char *text_of(const json_t *item, const char *name) {
    const char *text = json_string_value(json_object_get(item, name));
    return text == NULL ? "" : text;
}

const json_t *eg_code_list_find(const json_t *body, const char *code) {
    EG_ASSERT(code != NULL);
    const json_t *codes = json_object_get(body, "codes");
    for (size_t i = 0; i < json_array_size(codes); i++)
        if (strcmp(text_of(json_array_get(codes, i), "code"), code) == 0)
            return json_array_get(codes, i);
    return NULL;
}

/* `text` with small letters: ASCII and the capital letters of Latin-1 in UTF-8. */
static void fold(const char *text, char *out, size_t room) {
    size_t n = 0;
    for (unsigned char before = 0; text[n] != '\0' && n + 1 < room; n++) {
        unsigned char c = (unsigned char)text[n];
        bool capital =
            (c >= 'A' && c <= 'Z') || (before == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97);
        out[n] = (char)(capital ? c + 0x20 : c);
        before = c;
    }
    out[n] = '\0';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* 2: a word of `text` begins so; 1: it stands somewhere; 0: nowhere. */
static int stands(const char *text, const char *word) {
    int found = 0;
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        if (at == text || !is_letter(at[-1])) return 2;
        found = 1;
    }
    return found;
}

/* 4: the code itself, 3: a beginning of it, 2: beginnings of words, 1: anywhere, 0: not. */
static int rank_of(const json_t *item, const char *query, char *const *words, size_t n_words) {
    char code[CELL_BYTES], text[CELL_BYTES];
    fold(text_of(item, "code"), code, sizeof code);
    if (strncmp(code, query, strlen(query)) == 0) return strcmp(code, query) == 0 ? 4 : 3;
    fold(text_of(item, "text"), text, sizeof text);
    int rank = 2;
    for (size_t i = 0; i < n_words && rank > 0; i++) {
        int found = stands(text, words[i]);
        if (found < rank) rank = found;
    }
    return rank;
}

json_t *eg_code_list_search(const json_t *body, const char *query) {
    EG_ASSERT(query != NULL);
    char whole[EG_CODE_LIST_QUERY_MAX + 1], cut[EG_CODE_LIST_QUERY_MAX + 1];
    char *words[WORDS_MAX] = {NULL};
    char *rest = NULL;
    size_t n_words = 0;
    query += strspn(query, " \t");
    fold(query, whole, sizeof whole);
    for (size_t n = strlen(whole); n > 0 && whole[n - 1] == ' '; n--) whole[n - 1] = '\0';
    memcpy(cut, whole, sizeof cut);
    for (char *word = strtok_r(cut, " \t,", &rest); word != NULL && n_words < WORDS_MAX;
         word = strtok_r(NULL, " \t,", &rest))
        words[n_words++] = word;
    json_t *groups[4] = {json_array(), json_array(), json_array(), json_array()};
    const json_t *codes = json_object_get(body, "codes");
    size_t n_codes = n_words > 0 ? json_array_size(codes) : 0;
    for (size_t i = 0; i < n_codes; i++) {
        json_t *item = json_array_get(codes, i);
        int rank = rank_of(item, whole, words, n_words);
        if (rank > 0 && json_array_size(groups[4 - rank]) < EG_CODE_LIST_FOUND_MAX)
            json_array_append(groups[4 - rank], item);
    }
    json_t *found = groups[0];
    for (size_t g = 1; g < 4; g++) {
        size_t n = json_array_size(groups[g]);
        for (size_t i = 0; i < n && json_array_size(found) < EG_CODE_LIST_FOUND_MAX; i++)
            json_array_append(found, json_array_get(groups[g], i));
        json_decref(groups[g]);
    }
    return found;
}
