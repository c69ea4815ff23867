#include "io/store/fold.h"

#include <stdint.h>
#include <string.h>

#include "core/base/check.h"

/* Base letters of U+00C0..U+017F, two characters each so that "ß" can become "ss"; spaces within
 * are dropped. A full stop marks what is no letter. */
static const char latin[] = "a a a a a a aec e e e e i i i i d n o o o o o . o u u u u y thss"
                            "a a a a a a aec e e e e i i i i d n o o o o o . o u u u u y thy "
                            "a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g "
                            "g g g g h h h h i i i i i i i i i i ijijj j k k k l l l l l l l "
                            "l l l n n n n n n n n n o o o o o o oeoer r r r r r s s s s s s "
                            "s s t t t t t t u u u u u u u u u u u u w w y y y z z z z z z s ";

/* Decodes one UTF-8 character; a broken byte counts as itself. */
static uint32_t decode(const unsigned char *text, size_t *length) {
    size_t n = text[0] < 0x80   ? 1
               : text[0] < 0xc0 ? 1
               : text[0] < 0xe0 ? 2
               : text[0] < 0xf0 ? 3
                                : 4;
    uint32_t code = n == 1   ? text[0]
                    : n == 2 ? text[0] & 0x1fU
                    : n == 3 ? text[0] & 0x0fU
                             : text[0] & 0x07U;
    for (size_t i = 1; i < n; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            n = 1;
            code = text[0];
            break;
        }
        code = (code << 6) | (text[i] & 0x3fU);
    }
    *length = n;
    return code;
}

/* The folded form of one character, at most 4 bytes; 0 for what separates words. */
static size_t fold_one(uint32_t code, const unsigned char *text, size_t length, char out[4]) {
    if (code < 0x80) {
        char c = (char)code;
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        out[0] = c;
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? 1 : 0;
    }
    if (code >= 0xc0 && code <= 0x17f && length == 2) {
        const char *pair = latin + 2 * (code - 0xc0);
        if (pair[0] == '.') return 0;
        out[0] = pair[0];
        out[1] = pair[1];
        return pair[1] == ' ' ? 1 : 2;
    }
    memcpy(out, text, length);
    return length;
}

size_t eg_store_fold(const char *text, char *folded, size_t capacity) {
    EG_ASSERT(text != NULL && folded != NULL && capacity >= 2);
    EG_STATIC_ASSERT(sizeof latin == 2 * (0x17f - 0xc0 + 1) + 1, "one pair for every letter");
    const unsigned char *next = (const unsigned char *)text;
    size_t n = 0;
    int apart = 1;
    while (*next != '\0') {
        size_t length;
        char piece[4];
        uint32_t code = decode(next, &length);
        size_t size = fold_one(code, next, length, piece);
        next += length;
        if (size == 0) {
            /* An apostrophe belongs to the name: O'Brien is found as "obrien". */
            if (code != '\'' && code != 0x2019) apart = 1;
            continue;
        }
        if (n + size + (size_t)apart >= capacity) break;
        if (apart) folded[n++] = ' ';
        apart = 0;
        memcpy(folded + n, piece, size);
        n += size;
    }
    folded[n] = '\0';
    return n;
}
