#include "clinic/term.h"

#include <string.h>

#include "clinic/row.h"
#include "core/base/check.h"

/* Letters of the block U+00C0 to U+00FF without their accents; what is no letter is a space. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty";

/* The plain letter at `text`, ' ' for what separates words, 0 for what is left out (soft hyphen,
 * zero-width characters); sets how many bytes were read. Bytes of other alphabets stay. */
static char letter_at(const unsigned char *text, size_t *n_read) {
    unsigned char c = text[0];
    *n_read = 1;
    if (c >= 'A' && c <= 'Z') return (char)(c - 'A' + 'a');
    if (c >= 'a' && c <= 'z') return (char)c;
    if (c < 0x80) return ' ';
    if (c == 0xC3 && text[1] >= 0x80 && text[1] <= 0xBF) {
        *n_read = 2;
        return latin[text[1] - 0x80];
    }
    if (c == 0xC2 && text[1] != '\0') {
        *n_read = 2;
        return text[1] == 0xAD ? '\0' : ' ';
    }
    if (c == 0xE2 && text[1] == 0x80 && text[2] != '\0') { /* dashes, quotes, spaces */
        *n_read = 3;
        return text[2] >= 0x8B && text[2] <= 0x8D ? '\0' : ' ';
    }
    return (char)c;
}

/* "F.E.S./N.M.E.S." are two words. */
static bool parts(unsigned char c) {
    return c != '\0' && strchr("/,;+&()|:\n", c) != NULL;
}

size_t eg_term_words(const char *text, char words[EG_TERM_TEXT_MAX]) {
    EG_ASSERT(text != NULL && words != NULL);
    const unsigned char *at = (const unsigned char *)text;
    size_t length = 1, start = 1; /* of the word that is being written */
    bool after_single = false;    /* the word before it is a run of single letters */
    words[0] = ' ';
    while (*at != '\0' && length < EG_TERM_TEXT_MAX - 2) {
        size_t n_read = 1;
        char c = letter_at(at, &n_read);
        at += n_read;
        bool ends = c == ' ' || *at == '\0';
        if (c != ' ' && c != '\0') words[length++] = c;
        if (c == ' ' && length == start) after_single = after_single && !parts(at[-1]);
        if (!ends || length == start) continue;
        bool single = length - start == 1;
        if (single && after_single) {
            words[start - 1] = words[start]; /* over the space */
            length--;
        }
        words[length++] = ' ';
        start = length;
        after_single = single && !parts(at[-1]);
    }
    words[length] = '\0';
    return length;
}

/* One word of a spelling against the words at `at`; returns the length of the word, 0 if they
 * differ. */
static size_t match_word(const char *spelling, size_t n, const char *at) {
    bool open = n > 0 && spelling[n - 1] == '*';
    size_t fixed = open ? n - 1 : n, length = strcspn(at, " ");
    if (length < fixed || (!open && length != fixed) || memcmp(spelling, at, fixed) != 0) return 0;
    return length;
}

/* A whole spelling against the words from `at` on; returns the bytes covered with the space behind
 * them, 0 if it is not there. */
static size_t match(const char *spelling, const char *at) {
    size_t covered = 0;
    if (spelling[0] == '*') { /* inside the word */
        size_t length = strcspn(at, " "), fixed = strcspn(spelling + 1, "*");
        for (size_t i = 0; i + fixed <= length; i++)
            if (memcmp(at + i, spelling + 1, fixed) == 0) return length + 1;
        return 0;
    }
    while (*spelling != '\0') {
        size_t n = strcspn(spelling, " ");
        size_t length = match_word(spelling, n, at + covered);
        if (length == 0) return 0;
        covered += length + 1;
        spelling += n + (spelling[n] == ' ');
    }
    return covered;
}

/* The longest of the spellings at this place. */
static size_t match_any(const json_t *spellings, const char *at) {
    size_t longest = 0;
    for (size_t i = 0; i < json_array_size(spellings); i++) {
        const char *spelling = json_string_value(json_array_get(spellings, i));
        size_t covered = spelling == NULL ? 0 : match(spelling, at);
        if (covered > longest) longest = covered;
    }
    return longest;
}

bool eg_term_is_named(const json_t *term, const char *text) {
    EG_ASSERT(text != NULL);
    char words[EG_TERM_TEXT_MAX];
    size_t length = eg_term_words(text, words);
    const json_t *except = eg_member(term, "except");
    bool quiet = false; /* the word before takes the meaning away */
    for (size_t at = 1; at < length;) {
        size_t other = match_any(except, words + at);
        size_t found = match_any(eg_member(term, "spellings"), words + at);
        if (found > 0 && other < found && !quiet) return true;
        /* "no electrical stimulation": what follows an excluded word is excluded with it. */
        bool stays = quiet && found > 0;
        quiet = stays || match_any(eg_member(term, "not_after"), words + at) > 0;
        at += other > 0 ? other : strcspn(words + at, " ") + 1;
    }
    return false;
}

bool eg_term_names(const eg_knowledge *knowledge, const char *id, const char *text) {
    json_t *term = knowledge == NULL ? NULL : eg_knowledge_find(knowledge, "terms", id);
    return term != NULL && eg_term_is_named(term, text);
}
