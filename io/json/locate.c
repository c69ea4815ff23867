#include "io/json/locate.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/check.h"

enum { SEGMENT_MAX = 256 };

typedef struct scanner {
    const char *text;
    size_t size;
    size_t at;
} scanner;

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Spaces and a byte that separates: the text has been parsed before, so their order is right. */
static void skip_space(scanner *scan) {
    while (scan->at < scan->size && is_space(scan->text[scan->at])) scan->at++;
}

static bool take(scanner *scan, char c) {
    skip_space(scan);
    if (scan->at >= scan->size || scan->text[scan->at] != c) return false;
    scan->at++;
    return true;
}

/* Behind the closing quote; the opening one has been taken. */
static void skip_string(scanner *scan) {
    while (scan->at < scan->size && scan->text[scan->at] != '"')
        scan->at += scan->text[scan->at] == '\\' ? 2 : 1;
    scan->at = scan->at < scan->size ? scan->at + 1 : scan->size;
}

/* Behind a whole value, whatever it holds. */
static void skip_value(scanner *scan) {
    size_t depth = 0;
    skip_space(scan);
    while (scan->at < scan->size) {
        char c = scan->text[scan->at];
        if (depth == 0 && (c == ',' || c == ']' || c == '}')) return;
        scan->at++;
        if (c == '"') {
            skip_string(scan);
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
            if (depth == 0) return;
        }
    }
}

static size_t put_utf8(char *out, unsigned code) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | (code >> 6));
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    out[0] = (char)(0xE0 | (code >> 12));
    out[1] = (char)(0x80 | ((code >> 6) & 0x3F));
    out[2] = (char)(0x80 | (code & 0x3F));
    return 3;
}

static unsigned hex_digits(const char *text, size_t available) {
    unsigned code = 0;
    for (size_t i = 0; i < 4 && i < available; i++) {
        char c = text[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10U
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10U
                                                : 0U;
        code = code * 16U + digit;
    }
    return code;
}

/* Reads a member's name into `name`, escapes undone. Names that do not fit are cut; they then match
 * no segment. Pairs of surrogates are not joined: no name of ours has them. */
static void read_name(scanner *scan, char name[SEGMENT_MAX]) {
    static const char plain[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    size_t length = 0;
    while (scan->at < scan->size && scan->text[scan->at] != '"') {
        char piece[4] = {scan->text[scan->at]};
        size_t n = 1, used = 1;
        if (piece[0] == '\\' && scan->at + 1 < scan->size) {
            char c = scan->text[scan->at + 1];
            const char *found = c != '\0' ? strchr(plain, c) : NULL;
            used = 2;
            if (found != NULL) {
                piece[0] = meant[found - plain];
            } else if (c == 'u') {
                size_t left = scan->size - scan->at - 2;
                n = put_utf8(piece, hex_digits(scan->text + scan->at + 2, left));
                used = left < 4 ? 2 + left : 6;
            }
        }
        for (size_t i = 0; i < n && length + 1 < SEGMENT_MAX; i++) name[length++] = piece[i];
        scan->at += used;
    }
    name[length] = '\0';
    scan->at = scan->at < scan->size ? scan->at + 1 : scan->size;
}

/* One segment of the pointer, ~1 and ~0 undone; returns what follows it. */
static const char *read_segment(const char *pointer, char segment[SEGMENT_MAX]) {
    size_t length = 0;
    EG_ASSERT(*pointer == '/');
    pointer++;
    while (*pointer != '\0' && *pointer != '/') {
        char c = *pointer++;
        if (c == '~' && (*pointer == '0' || *pointer == '1')) c = *pointer++ == '0' ? '~' : '/';
        if (length + 1 < SEGMENT_MAX) segment[length++] = c;
    }
    segment[length] = '\0';
    return pointer;
}

/* Moves to the member's value; *place becomes the start of its name. */
static bool enter_member(scanner *scan, const char *segment, size_t *place) {
    do {
        char name[SEGMENT_MAX];
        if (!take(scan, '"')) return false;
        size_t start = scan->at - 1;
        read_name(scan, name);
        if (!take(scan, ':')) return false;
        if (strcmp(name, segment) == 0) {
            *place = start;
            return true;
        }
        skip_value(scan);
    } while (take(scan, ','));
    return false;
}

static bool enter_element(scanner *scan, const char *segment, size_t *place) {
    size_t index = 0;
    for (const char *digit = segment; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || index > 100000000U) return false;
        index = index * 10 + (size_t)(*digit - '0');
    }
    for (size_t i = 0; i < index; i++) {
        skip_value(scan);
        if (!take(scan, ',')) return false;
    }
    skip_space(scan);
    if (scan->at >= scan->size || scan->text[scan->at] == ']') return false;
    *place = scan->at;
    return true;
}

uint64_t eg_json_locate(const char *text, size_t size, const char *pointer) {
    EG_ASSERT(text != NULL && pointer != NULL);
    scanner scan = {text, size, 0};
    skip_space(&scan);
    if (scan.at >= scan.size) return 0;
    size_t place = scan.at;
    while (*pointer == '/') {
        char segment[SEGMENT_MAX];
        pointer = read_segment(pointer, segment);
        bool entered = take(&scan, '{')   ? enter_member(&scan, segment, &place)
                       : take(&scan, '[') ? enter_element(&scan, segment, &place)
                                          : false;
        if (!entered) break;
    }
    uint64_t line = 1;
    for (size_t i = 0; i < place; i++) line += text[i] == '\n' ? 1U : 0U;
    return line;
}
